"""Depthwise separable: slide a window over each channel, then mix; what that saves and costs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import depthwise
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.depthwise_picture import WAYS, DepthwisePicture
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board import GROWN
from convexplain.stage.pace import Move, in_turn, lazily, row_by_row, together

Floats = npt.NDArray[np.float64]
FILTER, CHANNEL = "ordinary.filter", "ordinary.channel"
#: How many places a second the windows visit at first.
_BEGIN = 3.0
#: In so many seconds a picture goes, and the next one comes.
_LEAVES, _COMES = 0.15, 0.25
#: How much of the second event the first windows still slide.
_SLIDES = 0.6


class Depthwise(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = depthwise.Depthwise
    lesson: depthwise.Depthwise

    def prepare(self) -> None:
        """Lay out a filter of the ordinary layer; it is there from the first moment."""
        self.pictures: DepthwisePicture = self.lesson.pictures
        self.board.lay(self.pictures.at_once())
        self.more = self.board.there("more")
        self.board.fill("whole", np.nan)
        read = *self.of("channel"), *self.of("map"), *self.of("kernel"), *self.more
        self.board.show(*read, "arrow", "whole")(1.0)
        self.board.explain()(1.0)
        self.explains = True

    def change_to(self, event: Event, picture: Diagram) -> None:
        """Let all that stands there go, and lay out another picture, of which nothing is seen."""
        self.during(_LEAVES / event.seconds, self.board.hide(*self.seen()))
        self.turn_into(picture, 0.0)

    def bring(self, event: Event, *names: str) -> None:
        """Let parts of a picture come that was just laid out."""
        self.during(_COMES / event.seconds, self.board.show(*names))

    def seen(self) -> list[str]:
        """Return the names of all that is on the stage."""
        return [name for name in self.board.parts if self.board.shown(name)]

    def of(self, kind: str) -> list[str]:
        """Return the names of all panels of a kind: one for each channel."""
        return [f"{kind}-{c}" for c in self.lesson.channels]

    # The windows slide.

    def slide(
        self, maps: Iterable[str], known: dict[str, Floats], seconds: float, *others: Move
    ) -> Move:
        """Let the windows go over all maps at once; what they give comes place by place.

        Others move as far as places have been visited.
        """
        frames = [f"{name}.window" for name in maps]

        def start() -> Move:
            height, width = self.lesson.separable.maps.shape[:2]
            window = self.lesson.separable.window.on((height, width))
            self.board.show(*frames)(1.0)
            height, width = self.pictures.places
            at = row_by_row(height, width, seconds, _BEGIN)

            def corner(alpha: float) -> tuple[float, float]:
                box = window.box(*at(alpha))
                return box.top, box.left

            moved = [self.board.visit(frame, corner) for frame in frames]
            return together(*moved, self.step(known, seconds, *others))

        return lazily(start)

    def step(self, known: dict[str, Floats], seconds: float, *others: Move) -> Move:
        """Let maps fill place by place, each with a frame on the place that is reached."""

        def start() -> Move:
            cells = [f"{name}.cell" for name in known]
            self.board.show(*cells)(1.0)
            height, width = self.pictures.places
            at = row_by_row(height, width, seconds, _BEGIN)

            def fill(alpha: float) -> None:
                row, col = at(alpha)
                reached = row * width + col + 1
                for name, values in known.items():
                    self.board.part(name).values.flat[:reached] = values.flat[:reached]
                for move in others:
                    move(reached / (height * width))

            return together(*(self.board.visit(cell, at) for cell in cells), fill)

        return lazily(start)

    # An ordinary layer.

    def show_question(self, event: Event) -> None:
        """The windows set out over both channels at once, and one map begins to fill."""
        times = {e.name: e.seconds for beat in self.beats for e in beat.events}
        seconds = event.seconds + _SLIDES * times["at-once"]
        begun = event.seconds / seconds
        run = self.slide(self.of("map"), {"whole": self.pictures.sums}, seconds)
        self.goes_on: Move = lambda alpha: run(begun + (1 - begun) * alpha)
        self.during(1, lambda alpha: run(begun * alpha), rate=linear)

    def show_at_once(self, event: Event) -> None:
        """The map fills; then the kernels are looked at, channel after channel."""
        self.during(_SLIDES, self.goes_on, rate=linear)
        self.during(0.05, self.board.hide(*self.frames("map"), "whole.cell"))
        looks = [self.board.pulse(name) for name in (*self.of("kernel"), *self.more)]
        self.during(1, in_turn(*looks, overlap=0.2))

    def frames(self, kind: str) -> list[str]:
        """Return the names of the windows on all maps."""
        return [f"{name}.window" for name in self.of(kind)]

    def show_wall(self, event: Event) -> None:
        """The kernels go to their places in a wall; it fills filter by filter, and is counted."""
        places = {
            f"kernel-{c}": place
            for c in self.lesson.channels
            if (place := self.pictures.on_the_wall(c)) is not None
        }
        self.during(0.06, self.board.hide(*(n for n in self.seen() if n not in places)))
        home, values = self.board.settle(places), self.pictures.tiles
        _, wide, _, filters = self.pictures.walled.shape
        filter = np.arange(values.shape[1]) // wide

        def fill(alpha: float) -> None:
            known = (filter <= int(alpha * filters)) | (filter == self.lesson.shown_filter)
            self.board.fill("ordinary", np.where(known, values, np.nan))
            said = self.pictures.of_filters(int(known.sum()) // wide)
            self.board.say("ordinary.title", self.text(said))

        self.turn_into(self.pictures.wall(), 0.2, home, lambda _: fill(-1.0), show=("ordinary",))
        self.during(0.03, self.board.show(FILTER))
        self.during(0.55, self.run(FILTER, down=False, each=fill), rate=linear)
        self.during(0.04, self.board.hide(FILTER))
        self.during(1, self.board.pulse("ordinary.title"))

    def run(self, frame: str, *, down: bool, each: Move | None = None) -> Move:
        """Return the move of a frame over all columns of the wall, or down its rows."""
        high, wide, channels, filters = self.pictures.walled.shape
        many, side = (channels, high) if down else (filters, wide)

        def at(alpha: float) -> tuple[float, float]:
            place = side * min(many - 1, int(alpha * many))
            return (place, 0) if down else (0, place)

        return self.board.visit(frame, at, *([each] if each else []))

    # Both steps.

    def show_windows(self, event: Event) -> None:
        """Each channel's many kernels give way to one, which slides over its map."""
        outputs, per = self.of("between"), self.lesson.separable.per
        known = {
            name: self.lesson.separable.between[:, :, channel * per]
            for name, channel in zip(outputs, self.lesson.channels, strict=True)
        }
        shown = *self.of("channel"), *self.of("map"), *self.more
        if self.pictures.stands_for_others:
            many = self.of("many")
            self.change_to(event, self.pictures.one_for_all())
            self.bring(event, *shown, *many)
            self.during(0.1, *map(self.board.pulse, many))
            self.during(0.04, self.board.show(*self.of("shape")))
            self.during(0.24, *map(self.board.pulse, self.of("shape")))
            self.during(0.03, self.board.hide(*many))
            self.turn_into(self.pictures.by_channel(), 0.08)
        else:
            self.change_to(event, self.pictures.by_channel())
            self.bring(event, *shown, *self.of("shape"))
        for name in outputs:
            self.board.fill(name, np.nan)
        self.during(0.03, self.board.show(*outputs))
        seconds = 0.36 * event.seconds
        self.during(0.36, self.slide(self.of("map"), known, seconds), rate=linear)
        frames = [*self.frames("map"), *(f"{name}.cell" for name in outputs)]
        self.during(1, self.board.hide(*frames))

    def show_mixes(self, event: Event) -> None:
        """Each map times the filter's weight is added, channel after channel."""
        own = self.of("share")
        filter, first = self.lesson.shown_filter, self.lesson.channels
        sums = list(self.lesson.separable.growing(filter, first))
        passed = self.board.there(*self.of("many"), *self.of("map"), *self.of("shape"), "legend")
        # What is given goes over their places, and other scales stand where theirs do.
        self.during(0.04, self.board.hide(*passed))
        shown = (*self.of("channel"), *self.of("between"), *self.more)

        def add(channels: int) -> None:
            self.board.fill("out", sums[channels])
            self.board.say("out.title", self.text(self.pictures.so_far(channels)))

        self.turn_into(self.pictures.mixing(), 0.07, lambda _: add(0), show=shown)
        self.during(0.04, self.board.show(*own, *self.of("times"), "arrow", "out"))
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
        """The filter's weights go to their places among those of all filters."""
        places = {f"share-{c}": self.pictures.share_at(c) for c in self.lesson.channels}
        self.during(0.06, self.board.hide(*self.board.there("out", "arrow", "legend")))
        shown = (*self.of("channel"), *self.of("between"), *self.of("times"), *self.more)
        home = self.board.settle(places)
        every = self.of("shares")
        self.turn_into(self.pictures.shares(), 0.2, home, show=(*shown, *every))
        self.during(0.08, self.board.show(*self.of("shape")))
        looks = self.of("between"), every
        self.during(1, in_turn(*(together(*map(self.board.pulse, names)) for names in looks)))

    def show_predict(self, event: Event) -> None:
        """What is to be counted is looked at: each channel's kernel, then its mixing weights."""
        more = [self.more] if self.more else []
        walks = [[[name] for name in self.of(kind)] + more for kind in ("shape", "shares")]
        looks = [self.board.pulse(*names) for walk in walks for names in walk]
        self.during(1, in_turn(*looks))

    # What is saved.

    def show_areas(self, event: Event) -> None:
        """Row by row of the wall its kernels become one, and one weight for each of them."""
        pictures = self.pictures
        per, high, wide, columns = pictures.tiled
        self.change_to(event, pictures.cost())
        self.bring(event, "ordinary")
        known = {name: self.board.part(name).values.copy() for name in ("slide", "mix")}
        rows = np.arange(known["slide"].shape[0]) // high * columns
        kernel = rows[:, None] + np.arange(known["slide"].shape[1]) // wide
        places = {"slide": kernel, "mix": np.arange(len(known["mix"]))[:, None]}
        for name, values in known.items():

            def fill(alpha: float, name: str = name, values: Floats = values) -> None:
                done = per * (1 + int(alpha * (pictures.walled.shape[2] - 1e-9)))
                self.board.fill(name, np.where(places[name] < done, values, np.nan))
                said = pictures.of_kernels(name, done)
                self.board.say(f"{name}.title", self.text(said))

            fill(0.0)
            self.board.move(CHANNEL, 0, 0)(1.0)
            self.during(0.04, self.board.show(name, f"{name}.title", CHANNEL))
            self.during(0.26, self.run(CHANNEL, down=True, each=fill), rate=linear)
            self.board.fill(name, values)
            whole = pictures.of_kernels(name, self.lesson.separable.shapes.shape[2])
            self.board.say(f"{name}.title", self.text(whole))
            self.during(0.05, self.board.pulse(name))
        self.during(0.06, self.board.hide(CHANNEL), self.board.show("both", "saved"))
        self.during(1, self.board.pulse("saved", times=2))

    def show_work(self, event: Event) -> None:
        """A kernel is used at each place, then a mixing weight; multiplications add up."""
        channel, found = self.lesson.channel, self.lesson.separable
        read, shape, given = (f"{kind}-{channel}" for kind in ("map", "shape", "between"))
        factor = found.scales[channel * found.per, self.lesson.shown_filter]
        slid = found.between[:, :, channel * found.per]
        said = [f"work.{name}.label" for name in WAYS]
        grids = read, shape, given
        mixing = f"times-{channel}", f"share-{channel}", "taken"
        shown = *grids, *mixing, "work.title", *said
        self.change_to(event, self.pictures.sliding())
        self.board.fill(given, np.nan)
        self.board.fill("taken", np.nan)
        self.bring(event, *shown)
        self.during(0.08, self.board.rise("work.ordinary"))
        bar, less = self.board.rise("work.separable"), found.weights[1]
        first = (less - found.scales.size) / less

        def grow(start: float, end: float) -> Move:
            return lambda share: bar(GROWN * (start + (end - start) * share))

        run = self.slide([read], {given: slid}, 0.22 * event.seconds, grow(0.0, first))
        self.during(0.22, run, rate=linear)
        self.during(0.02, self.board.hide(f"{read}.window"))
        self.during(0.06, self.board.pulse(f"share-{channel}"))
        names = {"taken": slid * factor, given: slid}
        run = self.step(names, 0.19 * event.seconds, grow(first, 1.0))
        self.during(0.19, run, rate=linear)
        self.during(0.02, self.board.hide(*(f"{name}.cell" for name in names)))
        self.during(0.05, lambda alpha: bar(GROWN + (1 - GROWN) * alpha))
        self.during(1, self.board.pulse("work.separable", "work.separable.value", times=2))

    # The price.

    def show_sharing(self, event: Event) -> None:
        """Kernels of several filters on one channel; below them one shape, times their weights."""
        picture = self.pictures.sharing()
        scaled = [f"scaled-{n}" for n in self.lesson.priced]
        own = ["row-separable", "channel-separable"]
        own += [panel.name for panel in picture.root.panels() if panel.name == "rounded"]
        self.change_to(event, picture)
        if not self.pictures.stands_for_others:
            one = ["shape"] if self.lesson.separable.per == 1 else []
            self.bring(event, *scaled, *own, *one)
            self.during(1, in_turn(*map(self.board.pulse, scaled), overlap=0.4))
            return
        real = [f"kernel-{self.lesson.channel}-{n}" for n in self.lesson.priced]
        said = ("row-ordinary", "channel-ordinary", *own)
        self.bring(event, *real, *said, "shape")
        looks = [
            together(self.board.pulse("shape", real), self.board.show(name))
            for real, name in zip(real, scaled, strict=True)
        ]  # fmt: skip
        self.during(0.5, in_turn(*looks))
        self.during(1, *map(self.board.pulse, scaled))

    def show_maps(self, event: Event) -> None:
        """What a filter gives in either layer; how many digits are then read right."""
        right = self.lesson.read_right
        grids, said = ([f"{kind}-{name}" for name in WAYS] for kind in ("sums", "at"))
        self.change_to(event, self.pictures.both_maps(right))
        if right is not None:
            self.bring(event, *grids, "right.title", *(f"right.{name}.label" for name in WAYS))
            for name, grid in zip(WAYS, grids, strict=True):
                self.during(0.24, self.board.pulse(grid), self.board.rise(f"right.{name}"))
            self.during(1, self.board.pulse("right.separable", "right.separable.value", times=2))
            return
        self.bring(event, *grids, *said)
        cells = [f"{grid}.cell" for grid in grids]
        self.during(0.08, self.board.show(*cells))
        looks = [self.board.pulse(*pair) for pair in zip(grids, said, strict=True)]
        self.during(1, in_turn(*looks, self.board.pulse(*said)))

    def show_answer(self, event: Event) -> None:
        """Both layers' weights once more, to scale; then the kernels that all filters share."""
        self.change_to(event, self.pictures.cost())
        self.bring(event, "ordinary", "slide", "mix", "both", "saved")
        both = together(self.board.pulse("ordinary"), self.board.pulse("slide", "mix"))
        self.during(0.55, in_turn(both, self.board.pulse("saved")))
        self.during(1, self.board.pulse("slide", times=2))
