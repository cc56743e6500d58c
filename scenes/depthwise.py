"""Depthwise separable: slide a window over each channel, then mix; what that saves and costs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import depthwise
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
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
        """Lay out all kernels of the ordinary layer; they are there from the first moment."""
        self.board.lay(self.lesson.wall())
        self.board.show("ordinary", *self.board.there("note"))(1.0)
        self.board.explain()(1.0)
        self.explains = True

    def of(self, kind: str, filters: Iterable[int] = ()) -> list[str]:
        """Return the names of all panels of a kind: one for each channel, or for each filter."""
        ends = [f"-{n}" for n in filters] or [""]
        return [f"{kind}-{c}{end}" for c in self.lesson.channels for end in ends]

    def of_channel(self, kind: str, channel: int) -> list[str]:
        """Return the names of all panels of a kind of one channel."""
        return [f"{kind}-{channel}-{n}" for n in self.lesson.compared]

    # The windows slide.

    def slide(self, known: dict[str, Floats], seconds: float) -> Move:
        """Let the windows go over all maps at once; what they give comes place by place."""

        def start() -> Move:
            window = self.lesson.window
            frames = [f"{name}.window" for name in self.of("map")]
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

            moved = [self.board.visit(frame, corner) for frame in frames]
            return together(*moved, *(self.board.visit(cell, at) for cell in cells), fill)

        return lazily(start)

    # An ordinary layer.

    def show_wall(self, event: Event) -> None:
        """A frame goes over the filters' columns."""
        self.during(0.15, self.board.show(FILTER))
        self.during(0.75, self.run(FILTER, down=False))
        self.during(1, self.board.move(FILTER, 0, self.lesson.framed["filter"].col))

    def run(self, frame: str, *, down: bool, each: Move | None = None) -> Move:
        """Return the move of a frame over all columns of the wall, or down its rows."""
        high, wide, channels, filters = self.lesson.walled.shape
        many, side = (channels, high) if down else (filters, wide)

        def at(alpha: float) -> tuple[float, float]:
            place = side * min(many - 1, int(alpha * many))
            return (place, 0) if down else (0, place)

        return self.board.visit(frame, at, *([each] if each else []))

    def show_ordinary(self, event: Event) -> None:
        """A filter is a column of the wall: a kernel for each channel."""
        self.during(0.1, self.board.show(FILTER))
        self.during(0.35, self.board.pulse(FILTER, times=2))
        self.during(0.1, self.board.show(CHANNEL))
        self.during(0.35, self.run(CHANNEL, down=True))
        self.during(1, self.board.hide(CHANNEL))

    def show_kernels(self, event: Event) -> None:
        """Some filters' kernels on some channels come near, with their weights."""
        self.board.hide(*self.board.there("note"))(1.0)
        high, wide, channels, filters = self.lesson.walled.shape
        own = self.of("kernel", self.lesson.compared)
        starts = [
            self.board.within("ordinary", high * (c % channels), wide * (n % filters), high, wide)
            for c in self.lesson.channels for n in self.lesson.compared
        ]  # fmt: skip
        grows = lazily(
            lambda: together(*(self.board.grow(*pair) for pair in zip(own, starts, strict=True)))
        )
        self.turn_into(self.lesson.kernels(), 0.35, grows, show=(*self.named(), "more"))
        self.more = ("more",) if self.board.has("more") else ()
        self.during(1, in_turn(*map(self.board.pulse, own), overlap=0.5))

    def named(self) -> tuple[str, ...]:
        """Return the names of what is said beside each channel's row."""
        return tuple(self.of("channel"))

    # Both steps.

    def show_windows(self, event: Event) -> None:
        """Each channel has one kernel instead of all; each slides over its own map."""
        gone = [name for c in self.lesson.channels for name in self.of_channel("kernel", c)]
        gone += ["ordinary", "note", "legend"]
        self.during(0.05, self.board.hide(*self.board.there(*gone)))
        outputs, per = self.of("between"), self.lesson.per
        shown = (*self.named(), *self.of("map"), *self.of("shape"), *outputs, *self.more)
        known = {
            name: self.lesson.separable.between[:, :, channel * per]
            for name, channel in zip(outputs, self.lesson.channels, strict=True)
        }

        def empty(_: float) -> None:
            for name in outputs:
                self.board.fill(name, np.nan)

        self.turn_into(self.lesson.by_channel(), 0.12, empty, show=shown)
        self.during(0.55, self.slide(known, 0.55 * event.seconds), rate=linear)
        frames = [f"{name}.window" for name in self.of("map")]
        frames += [f"{name}.cell" for name in outputs]
        self.during(1, self.board.hide(*frames), *map(self.board.pulse, outputs))

    def show_mixes(self, event: Event) -> None:
        """Each map times the filter's weight is added, channel after channel."""
        own = self.of("share", [self.lesson.shown_filter])
        out, sums = "out", list(self.lesson.growing())
        passed = [name for name in (*self.of("map"), *self.of("shape")) if self.board.has(name)]
        # What is given goes over their places, and other scales stand where theirs do.
        self.during(0.06, self.board.hide(*passed, "legend"))
        shown = (
            *self.named(),
            *self.of("between"),
            *self.more,
            *own,
            *self.of("times"),
            "arrow",
            out,
        )

        def add(channels: int) -> None:
            self.board.fill(out, sums[channels])
            self.board.say("out.title", self.text(self.lesson.so_far(channels)))

        self.turn_into(self.lesson.mixing(), 0.14, lambda _: add(0), show=shown)
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
        shown = (*self.named(), *self.of("shape"), *self.of("between"), *self.of("times"),
                 *self.more)  # fmt: skip
        self.during(0.06, self.board.hide(*self.board.there("out", "arrow", "legend")))
        others = self.of("share", self.lesson.compared)
        self.turn_into(self.lesson.shares(), 0.22, show=(*shown, *others))
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
        self.turn_into(lesson.cost(), 0.1, show=("ordinary",), hold=("slide", "mix", "both"))
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
        """Multiplications are as many times more of both."""
        shown = ("ordinary", "slide", "mix", "both")
        self.turn_into(self.lesson.cost(work=True), 0.2, show=shown)
        self.during(1, in_turn(*map(self.board.pulse, shown)))

    # The price.

    def show_sharing(self, event: Event) -> None:
        """Kernels of several filters on one channel; below them one shape, times their weights."""
        picture = self.lesson.sharing()
        scaled = [f"scaled-{n}" for n in self.lesson.priced]
        own: tuple[str, ...] = ("row-separable", "channel-separable")
        if self.lesson.separable.ordinary is None:
            own = *own, *(["shape"] if self.lesson.per == 1 else [])
            self.turn_into(picture, 0.3, show=(*scaled, *own))
            self.during(1, in_turn(*map(self.board.pulse, scaled), overlap=0.4))
            return
        real = [f"kernel-{self.lesson.channel}-{n}" for n in self.lesson.priced]
        said = ("row-ordinary", "channel-ordinary", *own)
        self.turn_into(picture, 0.16, show=(*real, *said, "shape"), hold=tuple(scaled))
        # The farthest first, so that none goes over another.
        moves = [self.board.grow(name, out_of="shape") for name in reversed(scaled)]
        self.during(0.4, in_turn(*moves, overlap=0.3))
        self.during(1, *map(self.board.pulse, scaled))

    def show_answer(self, event: Event) -> None:
        """Both layers' weights once more, to scale."""
        shown = ("ordinary", "slide", "mix", "both")
        self.turn_into(self.lesson.cost(), 0.25, show=shown)
        self.during(1, in_turn(*map(self.board.pulse, shown)))
