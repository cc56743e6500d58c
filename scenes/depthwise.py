"""Depthwise separable: a window for each channel, a mixture, and what both save and lose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from manim.utils.rate_functions import linear

from convexplain.lessons import depthwise
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn


class Depthwise(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = depthwise.Depthwise
    lesson: depthwise.Depthwise

    def prepare(self) -> None:
        """Lay out the maps that are read; they are there from the first moment."""
        self.board.lay(self.lesson.reading())
        self.board.show("maps")(1.0)
        self.board.explain()(1.0)
        self.explains = True

    def walls(self, *names: str) -> int:
        """Return how many maps all of these walls show."""
        return min(sum(f"{name}[{n}]" in self.board.parts for n in range(depthwise.MOST))
                   for name in names)  # fmt: skip

    def words(self, wall: str) -> list[str]:
        """Return the parts of a wall that are no map."""
        return [name for name in self.board.names(wall) if "[" not in name]

    def fills(self, wall: str, sources: Iterable[str]) -> Move:
        """Let the maps of a wall grow out of others, one by one."""
        moves = [self.board.grow(f"{wall}[{n}]", out_of=one) for n, one in enumerate(sources)]
        return in_turn(*moves, overlap=0.7)

    # An ordinary filter.

    def show_reads(self, event: Event) -> None:
        """The maps are looked at, one after the other."""
        looks = [self.board.pulse(f"maps[{n}]") for n in range(self.walls("maps"))]
        self.during(1, in_turn(*looks, overlap=0.6), rate=linear)

    def show_ordinary(self, event: Event) -> None:
        """A filter has a kernel for each of them."""
        count = self.walls("maps", "kernels")
        self.during(0.1, self.board.show(*self.words("kernels")))
        self.during(0.6, self.fills("kernels", [f"maps[{n}]" for n in range(count)]))
        self.during(1, self.board.pulse("kernels"))

    # Both steps.

    def show_windows(self, event: Event) -> None:
        """One window for each channel; each gives a map of its own."""
        held = ("shapes", "between")
        self.turn_into(self.lesson.by_channel(), 0.2, show=("maps",), hold=held)
        count = self.walls("maps", "shapes")
        self.during(0.05, self.board.show(*self.words("shapes")))
        self.during(0.25, self.fills("shapes", [f"maps[{n}]" for n in range(count)]))
        self.during(0.05, self.board.show(*self.words("between")))
        self.during(0.3, self.fills("between", [f"shapes[{n}]" for n in range(count)]))
        last = count - 1
        pairs = [self.board.pulse(f"maps[{n}]", f"shapes[{n}]", f"between[{n}]")
                 for n in dict.fromkeys((0, last))]  # fmt: skip
        self.during(1, in_turn(*pairs))

    def show_mixes(self, event: Event) -> None:
        """The weights of the 1 x 1 layer, row by row; each row gives a map."""
        held = ("scales", "mixed")
        self.turn_into(self.lesson.mixing(), 0.25, show=("between",), hold=held)
        self.during(0.15, self.board.grow("scales", out_of="between"))
        rows = self.board.part("scales").shape_in_cells[0]
        self.during(0.05, self.board.show(*self.words("mixed")))
        self.during(0.35, self.fills("mixed", [f"scales[{n}]" for n in range(rows)]))
        looks = [self.board.pulse(f"scales[{n}]", f"mixed[{n}]") for n in (0, rows - 1)]
        self.during(1, in_turn(*looks))

    # What is saved.

    #: All weights of both, as areas.
    weights = ("whole", "ordinary", "separable", "shapes", "scales", "note")

    def show_predict(self, event: Event) -> None:
        """Both stand there; the video waits."""
        self.during(min(1.0, 3.0 / event.seconds), self.board.pulse("between", "scales"))

    def show_areas(self, event: Event) -> None:
        """All weights of both as areas, to scale."""
        shown = ("whole", "ordinary", "note")
        self.turn_into(self.lesson.areas(), 0.4, show=shown, hold=("shapes", "scales"))
        self.board.show("separable")(1.0)
        self.during(0.15, self.board.grow("shapes", out_of="ordinary"))
        self.during(0.15, self.board.grow("scales", out_of="ordinary"))
        self.during(1, self.board.pulse("shapes", "scales"))

    def show_work(self, event: Event) -> None:
        """Multiplications as bars, under the areas."""
        shown = (*self.weights, "work.title", "work.ordinary")
        self.turn_into(self.lesson.work(), 0.3, show=shown)
        self.during(0.25, self.board.rise("work.separable"))
        self.during(1, self.board.pulse("work.separable.value", times=2))

    # What is lost.

    def show_sharing(self, event: Event) -> None:
        """Kernels of several filters on one channel; one shape for all; what is lost."""
        picture = self.lesson.sharing()
        trained = self.lesson.separable.ordinary is None
        first, *others = ("times",) if trained else ("real", "times", "lost")
        held = [name for kind in others for name in self.row(kind)]
        self.turn_into(picture, 0.2, show=tuple(self.row(first)), hold=tuple(held))
        above = first
        for kind in others:
            moves = [self.board.grow(name, out_of=name.replace(kind, above))
                     for name in self.row(kind)]  # fmt: skip
            self.during(0.28, in_turn(*moves, overlap=0.4))
            above = kind
        self.during(1, in_turn(*(self.board.pulse(name) for name in self.row("times"))))

    def row(self, kind: str) -> list[str]:
        """Return the kernels of one row."""
        return [f"{kind}-{n}" for n in self.lesson.compared]

    def show_value(self, event: Event) -> None:
        """One filter's map of both, and one place."""
        held = ("map-separable",)
        self.turn_into(self.lesson.maps_compared(), 0.25, show=("map-ordinary",), hold=held)
        self.during(0.3, self.board.grow("map-separable", out_of="map-ordinary"))
        cells = ("map-ordinary.cell", "map-separable.cell")
        self.during(0.15, self.board.show(*cells))
        self.during(1, self.board.pulse(*cells, times=2))

    def show_cut(self, event: Event) -> None:
        """Digits read right, by shapes a channel."""
        self.during(0.25, self.board.become(self.lesson.chart(), show=self.axes()))
        self.during(0.45, self.board.trace("chart.right"), rate=linear)
        dots = [name for name in self.board.names("chart") if name.startswith("chart.dot-")]
        self.during(0.1, self.board.show(*dots))
        self.during(1, self.board.pulse("chart.dot-1", times=2))

    def axes(self) -> Iterator[str]:
        """Yield the names of the chart's axes, once it is laid out."""
        yield from self.board.frame("chart")

    def show_train(self, event: Event) -> None:
        """What networks misread that were trained with such layers from the start."""
        self.turn_into(self.lesson.trained(), 0.15, show=("trained.title",))
        self.during(0.1, self.camera.to(self.board.box("trained.all"), most=1.8))
        count = len(self.lesson.measured)
        rise = [self.board.rise(f"trained.network-{n}") for n in range(count)]
        self.during(1, in_turn(*rise), rate=linear)

    def show_trained(self, event: Event) -> None:
        """The ordinary network is looked at, and one with such a layer."""
        self.during(1, self.board.pulse("trained.network-0.value", "trained.network-2.value"))

    def show_answer(self, event: Event) -> None:
        """Both areas once more."""
        self.turn_into(self.lesson.areas(), 0.3, show=self.weights)
        self.during(0.35, self.board.pulse("ordinary"))
        self.during(1, self.board.pulse("shapes", "scales"))
