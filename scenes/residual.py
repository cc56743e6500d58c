"""The residual block: both ways to the plus, one sum, all sums, and a block that gives nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import residual
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, together

#: The two ways, arrow after arrow.
THROUGH = ("came->layers", "layers->change", "change->plus")
ROUND = ("came->round", "round->plus")
#: Before it is seen what comes out of the layers.
STRAIGHT = ("came->layers", "layers->plus")
#: All that stands there of the whole block, and its arrows.
WHOLE = (*residual.NAMES, "layers", "plus", "round")
LINES = (*THROUGH, *ROUND, "plus->sum")
#: What of it blocks in a row have, too.
STAY = ("came", "sum")
#: The numbers of one place, with their signs, under the maps.
ONE = ("one-came", "one-plus", "one-change", "one-equals", "one-sum")
#: How large a copy of a map is on its way, so that it passes between maps and legend.
SMALL = 0.3


class Residual(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = residual.Residual
    lesson: residual.Residual

    def prepare(self) -> None:
        """Lay out what comes in, layers and plus; they are there from the first moment."""
        self.board.lay(self.lesson.both_ways(upright=self.upright, end="plus"))
        read = self.board.there("picture", "picture->came")
        self.board.show(*read, "came", "layers", "plus", "legend", *STRAIGHT)(1.0)

    # Two ways.

    def show_reads(self, event: Event) -> None:
        """What comes in is looked at; the arrow goes round the layers to the plus."""
        self.during(0.15, self.board.pulse("came"))
        first, last = map(self.board.walk, ROUND)
        self.during(0.25, first)
        self.during(0.1, self.board.show("round"))
        self.during(0.2, last)
        self.during(1, self.board.pulse("plus"))

    def show_ways(self, event: Event) -> None:
        """What comes out of the layers takes its place before the plus."""
        self.during(0.15, self.board.pulse("layers"))
        self.during(0.06, self.board.leave("picture", "picture->came"))
        picture = self.lesson.both_ways(upright=self.upright)
        shown = ("came", "layers", "plus", "round", *THROUGH[:1], *ROUND)
        self.turn_into(picture, 0.15, show=shown, hold=(*THROUGH[1:], "change"))
        _, then, last = map(self.board.walk, THROUGH)
        self.during(0.1, then)
        self.during(0.15, self.board.show("change"))
        self.during(0.1, last)
        self.during(1, self.board.pulse("change"))

    # One sum, all sums.

    def show_arrive(self, event: Event) -> None:
        """Copies of what came in and of the change come to the plus."""
        self.during(0.5, self.comes_round())
        self.during(0.3, self.changes())
        self.during(1, self.board.pulse("plus"))

    def show_meet(self, event: Event) -> None:
        """Both stand before a sum that is still to come; the two numbers of one place."""
        self.during(0.05, self.board.hide("layers", "round", "plus", *THROUGH, *ROUND))
        picture = self.lesson.adding(upright=self.upright)
        total = self.lesson.three[2]
        self.known = total[:, :, self.lesson.shown_filter].astype(np.float64)
        self.turn_into(
            picture, 0.11,
            lambda _: self.board.fill("sum", np.full(self.known.shape, np.nan)),
            show=("plus", "equals", "sum"), hold=ONE,
        )  # fmt: skip
        marks = ("came.cell", "change.cell")
        self.during(0.1, self.board.show(*marks, *ONE[:3]))
        self.during(1, self.board.pulse(*marks, times=2))

    def comes_round(self, *further: str, end: str = "plus") -> Move:
        """Return the way of what came in along the arrow that goes round."""
        return self.comes_along("round", "came", *ROUND, *further, end=end)

    def comes_along(self, called: str, start: str, *ways: str, end: str) -> Move:
        """Return the way of a map along an arrow whose word makes way."""
        word = self.board.part(called)

        def make_way(alpha: float) -> None:
            word.opacity = max(0.0, 1 - 8 * min(alpha, 1 - alpha))

        return together(self.board.follow(start, *ways, end=end, small=SMALL), make_way)

    def changes(self) -> Move:
        """Return the way of the change to the plus."""
        return self.board.follow("change", THROUGH[-1], end="plus", small=SMALL)

    def show_adds(self, event: Event) -> None:
        """Both numbers make one, which comes to its cell."""
        values = self.board.part("sum").values
        row, col = self.lesson.place
        self.during(0.25, self.board.pulse("one-came", "one-change"))
        self.during(0.2, self.board.show("one-equals", "one-sum"))
        self.during(0.25, self.board.carry("one-sum", "sum.cell"))
        values[row, col] = self.known[row, col]
        self.during(1, self.board.pulse("one-sum", "sum.cell"))

    def show_all(self, event: Event) -> None:
        """All other cells are added in the same way, row after row."""
        values = self.board.part("sum").values
        row, col = self.lesson.place
        marks = [f"{name}.cell" for name in residual.NAMES]
        self.during(0.1, self.board.hide(*marks))

        def fill(alpha: float) -> None:
            count = round(alpha * values.size)
            values.flat[:count] = self.known.flat[:count]
            values[row, col] = self.known[row, col]

        self.during(0.65, fill, rate=linear)
        self.during(1, *map(self.board.pulse, residual.NAMES))

    # What the arrow is good for.

    def show_predict(self, event: Event) -> None:
        """The block stands there as a whole; the video waits."""
        self.whole(min(0.15, 1.0 / event.seconds))
        self.during(min(1.0, 4.0 / event.seconds), self.board.pulse("layers", times=2))

    def whole(self, share: float, *, lines: bool = False) -> None:
        """Lay out both ways and the sum that goes on; at once with its arrows, the sum to come."""
        gone = self.board.there(*ONE, "plus", "equals")
        if self.board.has("yes-1"):  # blocks in a row
            row = self.lesson.row(upright=self.upright)
            gone = [part.name for part in row.root.panels() if part.name not in STAY]
            gone += [link.name for link in row.links]
        self.during(0.5 * share, self.board.hide(*gone))
        picture = self.lesson.both_ways(upright=self.upright, end="sum")
        if lines:
            self.turn_into(
                picture, share, lambda _: self.board.fill("sum", float("nan")),
                show=(*WHOLE, *LINES),
            )  # fmt: skip
            return
        self.turn_into(picture, share, show=WHOLE, hold=LINES)
        self.during(0.5 * share, *map(self.board.walk, LINES))

    def unknown(self, *maps: str) -> None:
        """Let nothing be known of maps that are there."""
        for name in maps:
            self.board.fill(name, float("nan"))

    def set_weights(
        self, share: float, change: npt.NDArray[Any], zero: tuple[str, ...] = ()
    ) -> None:
        """Let the layers at once, and then the change, become others; the sum is still to come."""
        before = self.board.part("change").values.copy()

        def turn(alpha: float) -> None:
            self.board.fill("change", before + (change - before) * alpha)
            self.unknown("sum")

        for words, moment in (True, 0.0), (False, share):
            picture = self.lesson.both_ways(
                upright=self.upright, end="sum", zero=zero[:1] if words else zero
            )
            to = turn if not words else lambda _: turn(0.0)
            self.turn_into(picture, moment, to, show=(*WHOLE, *LINES))

    def show_silent(self, event: Event) -> None:
        """The block is set to 0, and with it the change; what came in goes round, and on."""
        if not self.board.has("layers"):
            self.whole(0.15)
        self.during(0.1, self.board.pulse("layers"))
        change, total = self.lesson.silent()
        self.set_weights(0.2, change, ("layers", "maps"))
        self.during(0.5, self.comes_round("plus->sum", end="sum"))
        self.board.fill("sum", total)
        self.during(1, self.board.pulse("came", "sum"))

    def show_row(self, event: Event) -> None:
        """Blocks of zeros one after the other hand on what they read, with arrows; or nothing."""
        picture = self.lesson.row(upright=self.upright)
        names = tuple(part.name for part in picture.root.panels())
        known = self.lesson.silent_maps
        gone = [name for name in WHOLE if name not in STAY]
        # The scale of colours would pass over words.
        self.during(0.05, self.board.leave(*gone, "legend", *LINES))
        later = [name for line in residual.ROWS.values() for name in line[1:]]
        self.turn_into(
            picture, 0.13, lambda _: self.unknown(*later),
            show=(*names, *(link.name for link in picture.links)),
        )  # fmt: skip
        for number in range(1, residual.IN_A_ROW + 1):
            start, *_, plus, end = residual.through("yes", number)
            word = f"round-{number}"
            way = f"{start}->{word}", f"{word}->{plus}", f"{plus}->{end}"
            self.during(0.17, self.comes_along(word, start, *way, end=end))
            self.board.fill(end, known[end])
        for number in range(1, residual.IN_A_ROW + 1):
            start, box, end = residual.through("no", number)
            self.during(0.1, self.board.follow(start, f"{start}->{box}", end=box, small=SMALL))
            self.board.fill(end, known[end])
            self.during(0.05, self.board.pulse(end))
        ends = [line[-1] for line in residual.ROWS.values()]
        self.during(1, self.board.pulse(*ends))

    def show_few(self, event: Event) -> None:
        """Bars of networks with few layers, without arrows and then with them."""
        picture = self.lesson.deep()
        few, many = (p.name for p in picture.root.panels() if p.name.startswith("deep"))
        bars = [f"{name}.{arrows}" for name in (few, many) for arrows in ("no", "yes")]
        beside = [f"{name}.{what}" for name in (few, many) for what in ("title", "zero")]
        labels = [f"{bar}.label" for bar in bars]
        self.turn_into(picture, 0.2, show=("read-right", *beside, *labels))
        self.compare(0.35, *bars[:2])

    def show_many(self, event: Event) -> None:
        """Bars of networks with many layers."""
        *_, many = (p.name for p in self.lesson.deep().root.panels() if p.name.startswith("deep"))
        self.compare(0.19, f"{many}.no", f"{many}.yes")

    def compare(self, share: float, *bars: str) -> None:
        """Let two bars grow, one after the other, and look at both."""
        for bar in bars:
            self.during(share / 2, self.board.rise(bar))
        self.during(1, self.board.pulse(*(f"{bar}.value" for bar in bars)))

    def show_answer(self, event: Event) -> None:
        """What came in goes round once more, the change comes to it; only then the sum goes on."""
        if not self.board.has("layers"):
            self.whole(0.15, lines=True)
        elif not self.board.part("change").values.any():
            self.set_weights(0.25, self.lesson.learned()[0])
        self.board.fill("sum", float("nan"))
        self.during(0.35, self.comes_round(), self.changes())
        _, total = self.lesson.learned()
        self.board.fill("sum", total)
        self.during(0.3, self.board.pulse("sum"))
        self.during(1, self.board.pulse("plus"))
