"""Depthwise separable: slide a window over each channel, then mix; what that saves and costs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import depthwise
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.board import GROWN
from convexplain.stage.pace import Move, in_turn, lazily, row_by_row, together

Floats = npt.NDArray[np.float64]
FILTER, CHANNEL = "ordinary.filter", "ordinary.channel"
#: How many places a second the windows visit at first.
_BEGIN = 3.0


class Depthwise(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = depthwise.Depthwise
    lesson: depthwise.Depthwise

    def prepare(self) -> None:
        """Lay out some kernels of the ordinary layer; they are there from the first moment."""
        self.board.lay(self.lesson.kernels())
        self.more, others = self.board.there("more"), self.board.there("others")
        kernels = self.of("kernel", self.lesson.compared)
        self.board.show(*kernels, *self.named(), *self.more, *others)(1.0)
        self.board.explain()(1.0)
        self.explains = True

    def make_room(self, share: float = 0.04) -> None:
        """Let all that stands there go before other things come."""
        self.during(share, self.board.hide(*self.seen()))

    def seen(self) -> list[str]:
        """Return the names of all that is on the stage."""
        return [name for name in self.board.parts if self.board.shown(name)]

    def of(self, kind: str, filters: Iterable[int] = ()) -> list[str]:
        """Return the names of all panels of a kind: one for each channel, or for each filter."""
        ends = [f"-{n}" for n in filters] or [""]
        return [f"{kind}-{c}{end}" for c in self.lesson.channels for end in ends]

    # The windows slide.

    def slide(
        self, maps: Iterable[str], known: dict[str, Floats], seconds: float, *others: Move
    ) -> Move:
        """Let the windows go over all maps at once; what they give comes place by place.

        Others move as far as places have been visited.
        """
        frames = [f"{name}.window" for name in maps]

        def start() -> Move:
            window = self.lesson.window
            cells = [f"{name}.cell" for name in known]
            self.board.show(*frames, *cells)(1.0)
            height, width = next(iter(known.values())).shape
            at = row_by_row(height, width, seconds, _BEGIN)

            def corner(alpha: float) -> tuple[float, float]:
                box = window.box(*at(alpha))
                return box.top, box.left

            def fill(alpha: float) -> None:
                row, col = at(alpha)
                reached = row * width + col + 1
                for name, values in known.items():
                    self.board.part(name).values.flat[:reached] = values.flat[:reached]
                for move in others:
                    move(reached / (height * width))

            moved = [self.board.visit(frame, corner) for frame in frames]
            return together(*moved, *(self.board.visit(cell, at) for cell in cells), fill)

        return lazily(start)

    # An ordinary layer.

    def show_kernels(self, event: Event) -> None:
        """Look at the kernels filter by filter."""
        filters = (self.of("kernel", [n]) for n in self.lesson.compared)
        self.during(1, in_turn(*(self.board.pulse(*names) for names in filters), overlap=0.2))

    def show_ordinary(self, event: Event) -> None:
        """One filter's kernels, a channel after the other, and the channels that are not shown."""
        own = self.of("kernel", [self.lesson.shown_filter])
        rest = [n for n in self.of("kernel", self.lesson.compared) if n not in own]
        if rest:
            self.during(0.12, self.board.dim(*rest))
        looks = [self.board.pulse(name) for name in (*own, *self.more)]
        self.during(0.7, in_turn(*looks, overlap=0.2))
        self.during(1, *([self.board.dim(*rest, to=1.0)] if rest else []))

    def show_wall(self, event: Event) -> None:
        """The kernels go to their places among all others; a frame goes over the filters."""
        places = {
            f"kernel-{c}-{n}": place
            for c in self.lesson.channels for n in self.lesson.compared
            if (place := self.lesson.on_the_wall(c, n)) is not None
        }  # fmt: skip
        home = self.board.settle(places)
        self.turn_into(self.lesson.wall(), 0.3, home, show=("ordinary", *self.of_wall()))
        self.during(0.05, self.board.show(FILTER))
        self.during(0.45, self.run(FILTER, down=False))
        self.during(1, self.board.move(FILTER, 0, self.lesson.framed["filter"].col))

    def of_wall(self) -> tuple[str, ...]:
        """Return what is said of a wall that is not all of the layer."""
        return ("note",) if self.lesson.cut_short else ()

    def run(self, frame: str, *, down: bool, each: Move | None = None) -> Move:
        """Return the move of a frame over all columns of the wall, or down its rows."""
        high, wide, channels, filters = self.lesson.walled.shape
        many, side = (channels, high) if down else (filters, wide)

        def at(alpha: float) -> tuple[float, float]:
            place = side * min(many - 1, int(alpha * many))
            return (place, 0) if down else (0, place)

        return self.board.visit(frame, at, *([each] if each else []))

    def named(self) -> tuple[str, ...]:
        """Return the names of what is said beside each channel's row."""
        return tuple(self.of("channel"))

    # Both steps.

    def show_windows(self, event: Event) -> None:
        """Each channel's row of the wall flies into one kernel, which slides over its map."""
        rows = [name for c in self.lesson.channels
                if self.board.has(name := f"ordinary.channel-{c}")]  # fmt: skip
        self.during(0.05, self.board.hide(FILTER), self.board.show(*rows))
        self.during(0.12, *(self.board.pulse(name, times=2) for name in rows))
        gathered = [
            self.board.gather(kernels, shape)
            for c, shape in zip(self.lesson.channels, self.of("shape"), strict=True)
            if (kernels := self.row_of(c))
        ]
        outputs, per = self.of("between"), self.lesson.per
        own = () if gathered else tuple(self.of("shape"))
        shown = (*self.named(), *self.of("map"), *own, *outputs, *self.more)
        known = {
            name: self.lesson.separable.between[:, :, channel * per]
            for name, channel in zip(outputs, self.lesson.channels, strict=True)
        }

        def empty(_: float) -> None:
            for name in outputs:
                self.board.fill(name, np.nan)

        self.make_room(0.06)
        self.turn_into(self.lesson.by_channel(), 0.23, empty, *gathered, show=shown,
                       hold=() if own else tuple(self.of("shape")))  # fmt: skip
        self.board.show(*self.of("shape"))(1.0)
        self.during(0.44, self.slide(self.of("map"), known, 0.44 * event.seconds), rate=linear)
        frames = [f"{name}.window" for name in self.of("map")]
        frames += [f"{name}.cell" for name in outputs]
        self.during(1, self.board.hide(*frames), *map(self.board.pulse, outputs))

    def row_of(self, channel: int) -> list[tuple[str, int, int, int, int]]:
        """Return where the kernels of all filters on a channel stand on the wall."""
        places = (self.lesson.on_the_wall(channel, n) for n in range(self.lesson.separable.filters))
        return [place for place in places if place is not None]

    def show_mixes(self, event: Event) -> None:
        """Each map times the filter's weight is added, channel after channel."""
        own = self.of("share", [self.lesson.shown_filter])
        out, sums = "out", list(self.lesson.growing())
        passed = [name for name in (*self.of("map"), *self.of("shape")) if self.board.has(name)]
        # What is given goes over their places, and other scales stand where theirs do.
        self.during(0.04, self.board.hide(*passed, "legend"))
        shown = (*self.named(), *self.of("between"), *self.more)

        def add(channels: int) -> None:
            self.board.fill(out, sums[channels])
            self.board.say("out.title", self.text(self.lesson.so_far(channels)))

        self.turn_into(self.lesson.mixing(), 0.07, lambda _: add(0), show=shown)
        self.during(0.04, self.board.show(*own, *self.of("times"), "arrow", out))
        last = len(sums) - 1
        for n, pair in enumerate(zip(self.of("between"), own, strict=True)):
            add(n + 1)
            self.during(0.13, self.board.pulse(*pair))

        def others(alpha: float) -> None:
            add(len(own) + round(alpha * (last - len(own))))

        looks = [self.board.pulse(*self.more)] if self.more else []
        self.during(0.25, others, *looks, rate=linear)
        self.during(1, self.board.pulse("out", times=2))

    def show_shares(self, event: Event) -> None:
        """Other filters take other shares of the same maps."""
        said = (*self.more, "others") if self.lesson.others else self.more
        shown = (*self.named(), *self.of("between"), *self.of("times"), *said)
        self.during(0.06, self.board.hide(*self.board.there("out", "arrow", "legend")))
        others = self.of("share", self.lesson.compared)
        self.turn_into(self.lesson.shares(), 0.12, show=shown)
        self.during(0.08, self.board.show(*self.of("shape"), *others))
        self.during(0.2, *map(self.board.pulse, self.of("between")))
        shares = (self.of("share", [n]) for n in self.lesson.compared)
        self.during(1, in_turn(*(self.board.pulse(*names) for names in shares), overlap=0.3))

    def show_predict(self, event: Event) -> None:
        """All stands there; the video waits."""
        looks = [*self.of("shape"), *self.of("share", self.lesson.compared)]
        share = min(1.0, 4.0 / event.seconds)
        self.during(share, in_turn(*map(self.board.pulse, looks), overlap=0.5))

    # What is saved.

    def show_areas(self, event: Event) -> None:
        """Row by row of the wall its kernels become one, and one weight for each of them."""
        lesson = self.lesson
        per, high, _, columns = lesson.tiled
        self.make_room(0.04)
        self.turn_into(lesson.cost(), 0.06, show=("ordinary",), hold=("slide", "mix", "both"))
        known = {name: self.board.part(name).values.copy() for name in ("slide", "mix")}
        rows = np.arange(known["slide"].shape[0]) // high * columns
        kernel = rows[:, None] + np.arange(known["slide"].shape[1]) // lesson.walled.shape[1]
        places = {"slide": kernel, "mix": np.arange(len(known["mix"]))[:, None]}
        for name, values in known.items():

            def fill(alpha: float, name: str = name, values: Floats = values) -> None:
                done = per * (1 + int(alpha * (lesson.walled.shape[2] - 1e-9)))
                self.board.fill(name, np.where(places[name] < done, values, np.nan))

            fill(0.0)
            self.board.move(CHANNEL, 0, 0)(1.0)
            self.during(0.04, self.board.show(name, f"{name}.title", CHANNEL))
            self.during(0.26, self.run(CHANNEL, down=True, each=fill), rate=linear)
            self.board.fill(name, values)
            self.during(0.05, self.board.pulse(name))
        self.during(0.06, self.board.hide(CHANNEL), self.board.show("both"))
        self.during(1, self.board.pulse("both", times=2))

    def show_work(self, event: Event) -> None:
        """Both layers' multiplications: the separable one's add up as a window visits places."""
        lesson, channel = self.lesson, self.lesson.channel
        values = lesson.separable.between[:, :, channel * lesson.per]
        given = f"between-{channel}"
        self.make_room()

        def empty(_: float) -> None:
            self.board.fill(given, np.nan)

        grids = (f"map-{channel}", f"shape-{channel}", given)
        said = [f"work.{name}.label" for name in ("ordinary", "separable")]
        self.turn_into(lesson.sliding(), 0.08, empty, show=(*grids, "work.title", *said))
        self.during(0.1, self.board.rise("work.ordinary"))
        bar = self.board.rise("work.separable")
        slid = self.slide(
            grids[:1], {given: values}, 0.52 * event.seconds, lambda share: bar(GROWN * share)
        )
        self.during(0.52, slid, rate=linear)
        self.during(0.06, lambda alpha: bar(GROWN + (1 - GROWN) * alpha))
        self.during(1, self.board.pulse("work.separable", "work.separable.value", times=2))

    # The price.

    def show_sharing(self, event: Event) -> None:
        """Kernels of several filters on one channel; below them one shape, times their weights."""
        picture = self.lesson.sharing()
        scaled = [f"scaled-{n}" for n in self.lesson.priced]
        own: tuple[str, ...] = ("row-separable", "channel-separable", "rounded")
        if self.lesson.separable.ordinary is None:
            own = *own, *(["shape"] if self.lesson.per == 1 else [])
            self.make_room()
            self.turn_into(picture, 0.1, show=(*scaled, *own))
            self.during(1, in_turn(*map(self.board.pulse, scaled), overlap=0.4))
            return
        real = [f"kernel-{self.lesson.channel}-{n}" for n in self.lesson.priced]
        said = ("row-ordinary", "channel-ordinary", *own)
        self.make_room()
        self.turn_into(picture, 0.08, show=(*real, *said, "shape"), hold=tuple(scaled))
        looks = [
            together(self.board.pulse("shape", real), self.board.show(name))
            for real, name in zip(real, scaled, strict=True)
        ]  # fmt: skip
        self.during(0.5, in_turn(*looks))
        self.during(1, *map(self.board.pulse, scaled))

    def show_maps(self, event: Event) -> None:
        """What a filter gives in either layer; the place where it gave most."""
        self.make_room()
        grids, said = (
            tuple(f"{kind}-{name}" for name in ("ordinary", "separable")) for kind in ("sums", "at")
        )
        self.turn_into(self.lesson.both_maps(), 0.1, show=(*grids, *said))
        cells = [f"{grid}.cell" for grid in grids]
        self.during(0.08, self.board.show(*cells))
        looks = [self.board.pulse(*pair) for pair in zip(grids, said, strict=True)]
        self.during(1, in_turn(*looks, self.board.pulse(*said)))

    def show_answer(self, event: Event) -> None:
        """Both layers' weights once more, to scale."""
        self.make_room(0.07)
        shown = ("ordinary", "slide", "mix", "both")
        self.turn_into(self.lesson.cost(), 0.1, show=shown)
        self.during(1, in_turn(*map(self.board.pulse, shown)))
