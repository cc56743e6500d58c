"""Depthwise separable: slide a window over each channel, then mix; what that saves and costs."""

from __future__ import annotations

from collections.abc import Iterable

from manim.utils.rate_functions import linear

from convexplain.lessons import depthwise
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn, lazily, row_by_row, together

#: How many places a second the windows visit at first.
_BEGIN = 3.0


class Depthwise(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = depthwise.Depthwise
    lesson: depthwise.Depthwise

    def prepare(self) -> None:
        """Lay out the maps that are read; they are there from the first moment."""
        self.board.lay(self.lesson.opening())
        self.more = ("more",) if self.board.has("more") else ()
        self.board.show(*self.of("map"), *self.more)(1.0)
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

    def slide(self, outputs: list[str], seconds: float) -> Move:
        """Let the windows go over all maps at once; what they give comes place by place."""

        def start() -> Move:
            window = self.lesson.window
            known = {name: self.board.part(name).values.copy() for name in outputs}
            for name in outputs:
                self.board.part(name).values[...] = float("nan")
            frames = [f"{name}.window" for name in self.of("map")]
            cells = [f"{name}.cell" for name in outputs]
            self.board.show(*outputs, *frames, *cells)(1.0)
            height, width = known[outputs[0]].shape
            at = row_by_row(height, width, seconds, _BEGIN)

            def corner(alpha: float) -> tuple[float, float]:
                box = window.box(*at(alpha))
                return box.top, box.left

            def fill(alpha: float) -> None:
                row, col = at(alpha)
                reached = row * width + col + 1
                for name in outputs:
                    self.board.part(name).values.flat[:reached] = known[name].flat[:reached]

            moved = [self.board.visit(frame, corner) for frame in frames]
            return together(*moved, *(self.board.visit(cell, at) for cell in cells), fill)

        return lazily(start)

    # An ordinary layer.

    def show_reads(self, event: Event) -> None:
        """The maps are looked at, one after the other."""
        looks = [self.board.pulse(name) for name in self.of("map")]
        self.during(1, in_turn(*looks, overlap=0.3))

    def show_ordinary(self, event: Event) -> None:
        """A filter has a kernel for each channel; all slide at once and give one map."""
        own = self.of("kernel", [self.lesson.shown_filter])
        shown = (*self.of("map"), *own, *self.more)
        self.turn_into(self.lesson.ordinary(), 0.15, show=shown, hold=("out", "arrow"))
        self.during(0.1, *map(self.board.pulse, own))
        words = [name for name in self.board.names("out") if name != "out"]
        self.board.show("arrow", *words)(1.0)
        self.during(0.55, self.slide(["out"], 0.55 * event.seconds), rate=linear)
        frames = [f"{name}.window" for name in self.of("map")]
        self.during(1, self.board.hide(*frames, "out.cell"), self.board.pulse("out"))

    def show_kernels(self, event: Event) -> None:
        """Other filters have other kernels."""
        own = self.of("kernel", [self.lesson.shown_filter])
        others = [n for n in self.lesson.compared if n != self.lesson.shown_filter]
        held = self.of("kernel", others)
        shown = (*self.of("map"), *own, *self.more)
        self.turn_into(self.lesson.kernels(), 0.15, show=shown, hold=tuple(held))
        for n in others:
            self.during(0.5 / len(others), self.board.show(*self.of("kernel", [n])))
        self.during(1, *(self.board.pulse(f"kernel-{self.lesson.channels[0]}-{n}")
                         for n in self.lesson.compared))  # fmt: skip

    # Both steps.

    def show_windows(self, event: Event) -> None:
        """Each channel has one kernel instead of all; each slides over its own map."""
        gone = [name for c in self.lesson.channels for name in self.of_channel("kernel", c)]
        self.during(0.05, self.board.hide(*self.board.there(*gone)))
        shown = (*self.of("map"), *self.of("shape"), *self.more)
        self.turn_into(self.lesson.by_channel(), 0.12, show=shown, hold=tuple(self.of("between")))
        outputs = self.of("between")
        words = [name for panel in outputs for name in self.board.names(panel) if name != panel]
        if words:
            self.board.show(*words)(1.0)
        self.during(0.55, self.slide(outputs, 0.55 * event.seconds), rate=linear)
        frames = [f"{name}.window" for name in self.of("map")]
        frames += [f"{name}.cell" for name in outputs]
        self.during(1, self.board.hide(*frames), *map(self.board.pulse, outputs))

    def show_mixes(self, event: Event) -> None:
        """Each map times the filter's weight is added, channel after channel."""
        own = self.of("share", [self.lesson.shown_filter])
        shown = (*self.of("between"), *self.more)
        held = (*own, *self.of("times"), "out", "arrow")
        passed = [name for name in (*self.of("map"), *self.of("shape")) if self.board.has(name)]
        # What is given goes over their places, and other scales stand where theirs do.
        self.during(0.06, self.board.hide(*passed, "legend"))
        self.turn_into(self.lesson.mixing(), 0.11, show=shown, hold=held)
        self.during(0.06, self.board.show(*self.of("times"), *own))
        out, sums = self.board.part("out").values, list(self.lesson.growing())
        out[...] = sums[0]
        last = len(sums) - 1

        def add(channels: int) -> None:
            out[...] = sums[channels]
            self.board.say("out.title", self.text(self.lesson.so_far(channels)))

        add(0)
        self.during(0.05, self.board.show("arrow", "out", "out.title"))
        for n, pair in enumerate(zip(self.of("between"), own, strict=True)):
            add(n + 1)
            self.during(0.13, self.board.pulse(*pair))

        def others(alpha: float) -> None:
            add(len(own) + round(alpha * (last - len(own))))

        looks = [self.board.pulse(*self.more)] if self.more else []
        self.during(0.25, others, *looks, rate=linear)
        self.during(1, self.board.pulse("out", times=2))

    def show_apart(self, event: Event) -> None:
        """The ordinary filter's map beside this one, in one scale."""
        gone = (*self.of("between"), *self.of("times"), *self.more, "arrow", "legend",
                *self.of("share", [self.lesson.shown_filter]))  # fmt: skip
        self.during(0.1, self.board.hide(*gone))
        self.turn_into(self.lesson.apart(), 0.2, show=("out", "whole"))
        self.during(1, in_turn(self.board.pulse("whole"), self.board.pulse("out")))

    def show_shares(self, event: Event) -> None:
        """Other filters take other shares of the same maps."""
        others = [n for n in self.lesson.compared if n != self.lesson.shown_filter]
        shown = (*self.of("map"), *self.of("shape"), *self.of("between"), *self.of("times"),
                 *self.more, *self.of("share", [self.lesson.shown_filter]))  # fmt: skip
        self.during(0.06, self.board.hide(*self.board.there("whole", "out", "arrow", "legend")))
        share = 0.12 if self.board.has("whole") else 0.25  # nothing stays of two maps side by side
        held = tuple(self.of("share", others))
        self.turn_into(self.lesson.shares(), share, show=shown, hold=held)
        for n in others:
            self.during(0.5 / len(others), self.board.show(*self.of("share", [n])))
        self.during(1, *map(self.board.pulse, self.of("shape")))

    def show_predict(self, event: Event) -> None:
        """All stands there; the video waits."""
        looks = [*self.of("shape"), *self.of("share", self.lesson.compared)]
        share = min(1.0, 4.0 / event.seconds)
        self.during(share, in_turn(*map(self.board.pulse, looks), overlap=0.5))

    # What is saved.

    def show_areas(self, event: Event) -> None:
        """How many weights an ordinary layer has, and how many are left."""
        picture = self.lesson.cost()
        keys = ("of-slide", "of-mix")
        held = ("separable", *keys, "of-both")
        self.turn_into(picture, 0.12, show=("ordinary",), hold=held)
        parts = ("separable.slide", "separable.mix")
        self.board.show("separable.title")(1.0)
        self.during(0.14, in_turn(*map(self.lengthen, parts)))
        self.during(0.1, self.board.show(*held[1:]))
        looks = (self.board.pulse(part, key) for part, key in zip(parts, keys, strict=True))
        self.during(1, in_turn(*looks))

    def lengthen(self, bar: str) -> Move:
        """Let a bar grow to the right, from where it begins."""
        left, top, _, height = self.board.box(bar)
        return self.board.grow(bar, out_of=(left, top, 0.0, height))

    def show_work(self, event: Event) -> None:
        """Multiplications are as many times more of both."""
        shown = ("ordinary", "separable", "of-slide", "of-mix", "of-both")
        self.turn_into(self.lesson.cost(work=True), 0.3, show=shown)
        looks = (["ordinary.all"], ["separable.slide", "separable.mix"])
        self.during(1, in_turn(*(self.board.pulse(*names) for names in looks)))

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
        self.turn_into(picture, 0.2, show=(*real, *said), hold=("shape", *scaled))
        self.during(0.06, self.board.show("shape", "shape.title"))
        # The farthest first, so that none goes over another.
        moves = [self.board.grow(name, out_of="shape") for name in reversed(scaled)]
        self.during(0.4, in_turn(*moves, overlap=0.3))
        self.during(1, *map(self.board.pulse, scaled))

    def show_answer(self, event: Event) -> None:
        """The shares once more: the same windows for all filters."""
        shown = (*self.of("map"), *self.of("shape"), *self.of("between"), *self.of("times"),
                 *self.more, *self.of("share", self.lesson.compared))  # fmt: skip
        self.during(0.06, self.board.hide(*self.board.there("legend")))
        self.turn_into(self.lesson.shares(), 0.35, show=shown)
        looks = [self.of("shape"), self.of("share", self.lesson.compared)]
        self.during(1, in_turn(*(self.board.pulse(*names) for names in looks)))
