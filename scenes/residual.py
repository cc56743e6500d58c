"""The residual block: both ways to the plus, one sum, all sums, and a block that gives nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import residual
from convexplain.lessons.parts.beats import Event
from convexplain.panels import Panel
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, lazily, together
from convexplain.stage.shapes import Line

#: The two ways, arrow after arrow.
THROUGH = ("came->layers", "layers->change", "change->plus")
ROUND = ("came->round", "round->plus")
#: Before it is seen what comes out of the layers.
STRAIGHT = ("came->layers", "layers->plus")
#: All that stands there of the whole block, and its arrows.
WHOLE = (*residual.NAMES, "layers", "plus", "round")
LINES = (*THROUGH, *ROUND, "plus->sum")
#: The numbers of one place, with their signs, under the maps.
ONE = ("one-came", "one-plus", "one-change", "one-equals", "one-sum")
#: How large a copy of a map is on its way, so that it passes between maps and legend; in a row.
SMALL, IN_ROW = 0.22, 0.2


class Residual(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = residual.Residual
    lesson: residual.Residual

    def prepare(self) -> None:
        """Lay out what comes in, layers and plus; they are there from the first moment."""
        self.board.lay(self.lesson.both_ways(upright=self.upright, end="plus"))
        self.board.show(*self.read(), "came", "layers", "plus", "legend", *STRAIGHT)(1.0)

    def read(self) -> list[str]:
        """What stands there of the picture, and of the layers that it goes through."""
        way = pairwise((*residual.READ, "came"))
        return self.board.there(*residual.READ, *(f"{start}->{end}" for start, end in way))

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
        self.during(0.06, self.board.leave(*self.read()))
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
        picture = self.lesson.adding(upright=self.upright)
        total = self.lesson.three[2]
        self.known = total[:, :, self.lesson.shown_filter].astype(np.float64)
        self.turn_into(
            picture, 0.13,
            lambda _: self.board.fill("sum", np.full(self.known.shape, np.nan)),
            show=("plus", "equals", "sum"), hold=ONE,
        )  # fmt: skip
        marks = ("came.cell", "change.cell")
        self.during(0.1, self.board.show(*marks, *ONE[:3]))
        self.during(1, self.board.pulse(*marks, times=2))

    def comes_round(self) -> Move:
        """Return the way of what came in along the arrow that goes round, to the plus."""
        return self.comes_along("round", "came", *ROUND, small=SMALL)

    def arrives(self, share: float, way: str, end: str, values: npt.NDArray[Any]) -> None:
        """Let what leaves a plus come into its map, row after row."""

        def fill(alpha: float) -> None:
            rows = round(alpha * len(values))
            self.board.part(end).values[:rows] = values[:rows]

        self.during(share, self.board.walk(way), fill)

    def comes_along(self, called: str, start: str, *ways: str, small: float) -> Move:
        """Return the way of a map along an arrow whose word makes way: the line closes there."""
        word = self.board.part(called)
        before, behind = (len(self.board.part(way).places) for way in ways)
        line = Line([(x, y) for x, y in self.board.along(*ways)[before - 1 : 1 - behind].tolist()])

        def make_way(alpha: float) -> None:
            word.opacity = max(0.0, 1 - 8 * min(alpha, 1 - alpha))
            line.opacity = 1 - word.opacity
            if alpha >= 1:
                self.remove(line)

        def begin_way() -> Move:
            self.add(line)
            return together(make_way, self.board.follow(start, *ways, small=small))

        return lazily(begin_way)

    def changes(self) -> Move:
        """Return the way of the change to the plus, which is too short for a copy of it."""
        return together(self.board.pulse("change"), self.board.walk(THROUGH[-1]))

    def show_adds(self, event: Event) -> None:
        """Both numbers make one, which is then seen in its cell."""
        values = self.board.part("sum").values
        row, col = self.lesson.place
        self.during(0.25, self.board.pulse("one-came", "one-change"))
        self.during(0.2, self.board.show("one-equals", "one-sum"))
        self.during(0.15, self.board.pulse("one-sum"))
        values[row, col] = self.known[row, col]
        self.during(0.1, self.board.show("sum.cell"))
        self.during(1, self.board.pulse("sum.cell"))

    def show_all(self, event: Event) -> None:
        """All other cells are added in the same way, row after row; the whole block again."""
        values = self.board.part("sum").values
        row, col = self.lesson.place
        marks = [f"{name}.cell" for name in residual.NAMES]
        self.during(0.1, self.board.hide(*marks))

        def fill(alpha: float) -> None:
            count = round(alpha * values.size)
            values.flat[:count] = self.known.flat[:count]
            values[row, col] = self.known[row, col]

        self.during(0.5, fill, rate=linear)
        self.during(0.18, self.board.pulse("sum"))
        if self.lesson.ask() is not None:  # what the next question is about
            self.whole(0.13)
        self.during(1, self.board.pulse("plus"))

    # What the shortcut is good for.

    def show_predict(self, event: Event) -> None:
        """The block stands there as a whole, its weights 0 and what they give open; it waits."""
        if not self.board.has("layers"):
            self.whole(min(0.1, 0.6 / event.seconds))
        change, _ = self.lesson.silent()
        self.set_weights(min(0.1, 0.6 / event.seconds), np.full_like(change, np.nan), ("layers",))
        self.during(min(1.0, 4.0 / event.seconds), self.board.pulse("layers", times=2))

    def whole(self, share: float, *, lines: bool = False) -> None:
        """Lay out both ways and the sum that goes on; at once with its arrows, the sum to come."""
        picture = self.lesson.both_ways(upright=self.upright, end="sum")
        if lines:  # out of bars, with which it has nothing in common: but a line of text goes first
            self.empty(0.5 * share, *self.board.there("said-means"))
            self.turn_into(
                picture, share, lambda _: self.board.fill("sum", float("nan")),
                show=(*WHOLE, *LINES),
            )  # fmt: skip
            return
        self.empty(0.5 * share, *residual.NAMES)
        self.turn_into(picture, share, show=WHOLE, hold=LINES)
        self.during(0.5 * share, *map(self.board.walk, LINES))

    def empty(self, share: float, *stay: str) -> None:
        """Let all that stands there go, but some panels and the scale: two layouts never mix."""
        staying = self.board.there("legend", *stay)
        kept = {key for name in staying for key in self.board.names(name)}
        here = [
            name for name, part in self.board.parts.items()
            if part in self.mobjects and name not in kept
        ]  # fmt: skip
        self.during(share, self.board.hide(*here))

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
            mixed = before + (change - before) * alpha
            self.board.fill("change", np.where(np.isnan(before), change, mixed))
            self.unknown("sum")

        for words, moment in (True, 0.0), (False, share):
            picture = self.lesson.both_ways(
                upright=self.upright, end="sum", zero=zero[:1] if words else zero
            )
            to = turn if not words else lambda _: turn(0.0)
            zeros = [part.name for part in picture.root.panels() if part.name.endswith("-zero")]
            self.turn_into(picture, moment, to, show=(*WHOLE, *LINES, *zeros))

    def show_silent(self, event: Event) -> None:
        """The block is set to 0, and with it the change."""
        if not self.board.has("layers"):
            self.whole(0.3)
        change, _ = self.lesson.silent()
        self.set_weights(0.25, change, ("layers", "maps"))
        self.during(1, self.board.pulse("change"))

    def show_unchanged(self, event: Event) -> None:
        """What came in goes round, and on."""
        _, total = self.lesson.silent()
        self.during(0.5, self.comes_round())
        self.arrives(0.2, "plus->sum", "sum", total)
        self.during(1, self.board.pulse("came", "sum"))

    def show_row(self, event: Event) -> None:
        """Blocks of zeros hand on what they read, with a shortcut round each; or 0."""
        picture = self.lesson.row(upright=self.upright)
        panels = [part.name for part in picture.root.panels()]
        zeros = [name for name in panels if name.endswith("-zero")]
        known = self.lesson.silent_maps
        later = [name for line in residual.ROWS.values() for name in line[1:]]
        self.empty(0.02, "came")
        self.turn_into(
            picture, 0.05, lambda _: self.unknown(*later),
            show=tuple(each for each in (*panels, *(link.name for link in picture.links))
                       if each not in (*zeros, "gradient", *self.gradients())),
            hold=(*zeros, "gradient", *self.gradients()),
        )  # fmt: skip
        for number in range(1, residual.IN_A_ROW + 1):
            start, *_, plus, end = residual.through("yes", number)
            word = f"round-{number}"
            way = f"{start}->{word}", f"{word}->{plus}"
            self.during(0.15, self.comes_along(word, start, *way, small=IN_ROW))
            self.arrives(0.06, f"{plus}->{end}", end, known[end])
        for number in range(1, residual.IN_A_ROW + 1):
            start, box, end = residual.through("no", number)
            self.during(0.07, *map(self.board.walk, (f"{start}->{box}", f"{box}->{end}")))
            self.board.fill(end, known[end])
            self.during(0.06, self.board.show(*self.board.there(f"{end}-zero")))
        ends = [line[-1] for line in residual.ROWS.values()]
        self.during(1, self.board.pulse(*ends))

    def show_back(self, event: Event) -> None:
        """The gradient runs back along the shortcuts; without them it stops at layers of zeros."""
        lines = list[Line]()
        if self.board.has(residual.ROWS["yes"][-1]):
            blocks = [
                (start, f"round-{n}", f"yes-plus-{n}", end)
                for n, (start, end) in enumerate(pairwise(residual.ROWS["yes"]), 1)
            ]
            self.during(0.06, self.board.show("gradient"))
            self.during(0.06, *map(self.board.walk, self.gradients()))
        else:
            if not self.board.has("layers"):
                self.whole(0.3)
            blocks = [("came", "round", "plus", "sum")]
        share = 0.44 / len(blocks)
        for start, word, plus, end in reversed(blocks):
            self.during(0.25 * share, self.runs_back(lines, f"{plus}->{end}"))
            way = f"{start}->{word}", f"{word}->{plus}"
            self.during(0.75 * share, self.runs_back(lines, *way, called=word))
        self.during(0.08, self.board.pulse("came"))
        if self.board.has(residual.ROWS["no"][-1]):
            *_, box, end = residual.through("no", residual.IN_A_ROW)
            self.during(0.1, self.runs_back(lines, f"{box}->{end}"))
            self.during(1, self.board.pulse(box))
        else:
            self.during(1, self.board.pulse("came"))
        self.remove(*lines)

    def gradients(self) -> list[str]:
        """Return the names of the lines from the word to the maps at which gradients set out."""
        return [f"gradient->{names[-1]}" for names in residual.ROWS.values()]

    def runs_back(self, lines: list[Line], *ways: str, called: str = "") -> Move:
        """Return a line's way back in place of arrows, whose word makes way; it joins lines."""

        def begin() -> Move:
            way = self.board.along(*ways)[::-1]
            passed = [self.board.part(name) for name in (*ways, *([called] if called else []))]
            line = Line(
                [(x, y) for x, y in way.tolist()], colour="accent", arrow=True, drawn=0.0,
                width=2 * passed[0].width_px,
            )  # fmt: skip
            lines.append(line)
            self.add(line)

            def go(alpha: float) -> None:
                line.drawn = alpha
                for part in passed:
                    part.opacity = max(0.0, 1 - 8 * alpha)

            return go

        return lazily(begin)

    def show_first(self, event: Event) -> None:
        """Bars of the gradients that the first convolution gets: of many layers, and of few."""
        charts = [p.name for kind in ("back", "deep") for p in self.charts(kind)]
        words = [f"{name}.zero" for name in charts]
        words += [
            f"{p.name}.{arrows}.label" for p in self.charts("back") for arrows in ("no", "yes")
        ]
        counts = (part.name for part in self.charts("back-said"))
        show = ("said-back", "said-deep", "said-means", *counts, *words)
        self.turn_into(self.lesson.deep(), 0.07, show=show)
        many, few = (self.bars(chart) for chart in self.charts("back"))
        self.during(0.1, *map(self.board.rise, many))
        self.during(0.16, *map(self.board.rise, few))
        self.during(1, self.board.pulse(*(f"{bar}.value" for bar in many), times=2))

    def show_many(self, event: Event) -> None:
        """Bars of the digits that networks of many layers read right once they are trained."""
        self.measure(self.charts("deep")[0])

    def show_few(self, event: Event) -> None:
        """The same of networks of few layers."""
        self.measure(self.charts("deep")[1])

    def charts(self, kind: str) -> list[Panel]:
        """Return bars of one kind, those of many layers first; or what is said above them."""
        panels = self.lesson.deep().root.panels()
        return [part for part in panels if part.name.rpartition("-")[0] == kind]

    def bars(self, chart: Panel) -> list[str]:
        """Return the names of a chart's bars: without shortcuts, and with them."""
        return [f"{chart.name}.{arrows}" for arrows in ("no", "yes")]

    def measure(self, chart: Panel) -> None:
        """Let a chart's bars grow; they are looked at."""
        bars = self.bars(chart)
        self.during(0.25, *map(self.board.rise, bars))
        self.during(1, self.board.pulse(*(f"{bar}.value" for bar in bars), times=2))

    def show_answer(self, event: Event) -> None:
        """What came in goes round once more, the change comes to it; then the sum goes on."""
        if not self.board.has("layers"):
            self.whole(0.08, lines=True)
        elif not self.board.part("change").values.any():
            self.set_weights(0.15, self.lesson.learned()[0])
        self.board.fill("sum", float("nan"))
        self.during(0.3, self.comes_round(), self.changes())
        _, total = self.lesson.learned()
        self.arrives(0.08, "plus->sum", "sum", total)
        self.during(0.12, self.board.pulse("sum"))
