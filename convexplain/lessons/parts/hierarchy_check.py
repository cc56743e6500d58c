"""The picture of a check: what each cell adds to an answer, and what is read without some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.hierarchy_picture import LARGE, HierarchyPicture
from convexplain.lessons.parts.removal import Reading
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.panels.panel import Bounds, Setting
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Role = Literal["text", "heading"]

#: Beside bars the picture has so much of their width, and scores run over so much of it.
_ASIDE, _RUN = 0.25, 0.86
#: In narrow frames lines are so many letters long, in sizes of the text, and beside bars fewer.
_NARROW, _BESIDE = 17, 11
#: All bars together are so many times as broad as a tick is high.
_TICK = 24
#: How dark ticks are, from paper to ink: gray, as bars of a random order are.
_GRAY = 0.6


class _Silhouette(Cells):
    """Bars as the points of a grid: a point is in a bar or is not, so that no colour is a value."""

    def scales_shown(self) -> tuple[Scale, ...]:
        """Return none."""
        return ()

    def bounds(self, at: Setting) -> Bounds:
        """Let it be as broad as the sheet, and its points finer than a pixel."""
        wide = at.sheet.body_box.width / self.shape[1]
        return replace(super().bounds(at), least=wide / 3, good=wide / 2, most=wide)


@dataclass(frozen=True, eq=False)
class HierarchyCheck:
    """What a check of the answer shows.

    Parameters
    ----------
    picture : HierarchyPicture
    bars : numpy.ndarray, shape (rows, columns)
        What each cell adds as a bar: how opaque each point is.
    runs : sequence of sequences of Reading
        What is read without 0, 1, 2, ... of the cells, as far as it is shown, in each order.
    orders : sequence of Bar
        How many cells must go in which order, as bars ``strongest.cells``.
    longest : Caption
        The longest name of what will be read.
    tips : sequence of int
        With how many cells each random order gives another answer, if that is told.
    """

    picture: HierarchyPicture
    bars: npt.NDArray[np.float64]
    runs: Sequence[Sequence[Reading]]
    orders: Sequence[Bar]
    longest: Caption
    tips: Sequence[int] = ()

    def diagram(self) -> Diagram:
        """Describe it, as long as no cell is taken out.

        Panels ``input``, ``reads``, ``pushes``, and ``scores`` with the points ``own`` and
        ``rival``; ``strongest`` and ``random`` with what is said of them, ``tips`` of
        all random orders.
        """
        tree = self.picture.tree
        said = words.BARS_OF_ALL if tree.negative else words.BARS
        title = said.fill(
            n=fmt.count(tree.supporters), layer=tree.parts[0].layer, k=self.picture.answer,
            whole=fmt.number(tree.positive),
        )  # fmt: skip
        most = tree.parts[0].contribution or 0.0
        first = Text("first", words.FIRST_BAR.fill(v=fmt.number(most)), role="note")
        cells = _Silhouette(
            "pushes", self.bars, Scale(1.0, signed=False), share=LARGE, lines=False, glass=1.0,
        )  # fmt: skip
        read = replace(
            self.picture.read(), marks={}, note=None, share=LARGE,
            fine=self.picture.pixels.shape[1] / (_ASIDE * self.bars.shape[1]),
        )  # fmt: skip
        answer = Text("reads", words.ANSWER.fill(k=self.longest), role="display", weight="bold")
        told, flat = Column(read, answer, gap=0.4, align="middle"), Row(read, answer, gap=1.0)

        def above(measure: float) -> Part:
            named = Text("adding", title, measure=measure)
            return Column(named, Column(first, cells, gap=0), gap=0.3)

        scored = words.SCORES.fill(k=self.picture.answer)
        # As broad as the longest that is read while cells go.
        leads = [fmt.number(each.printed_lead) for run in self.runs for each in run]
        lead = Text("lead", words.LEAD_NOW.fill(a=leads[0], v=max(leads, key=len)))

        def beside(measure: float) -> Part:
            orders = [
                (Text(f"{bar.name}-said", bar.label), self._order(bar)) for bar in self.orders
            ]
            said = Column(Text("scores-said", scored, measure=_BESIDE), lead, gap=0.1)
            rows = [(told, above(measure)), (said, self._scores()), *orders, *self._tips()]
            return Aligned(rows, gap=1.2, row_gap=0.4, down="middle")

        def below(role: Role, gap: float, *, tips: bool = True) -> Part:
            orders = (
                Column(Text(f"{bar.name}-said", bar.label), self._order(bar, role), gap=0.1)
                for bar in self.orders
            )
            told = Text("scores-said", scored)
            said = Column(told, lead, gap=0) if tips else told
            ticks = (Column(*row, gap=0.1) for row in self._tips() if tips)
            return Column(flat, above(_NARROW), said, self._scores(role), *orders, *ticks, gap=gap)

        return Diagram(
            Either(
                beside(2 * _NARROW),
                beside(_NARROW),
                below("heading", 0.6),
                below("text", 0.25),
                below("text", 0.25, tips=False),
            )
        )

    def _order(self, bar: Bar, role: Role = "heading") -> Bars:
        """Return a bar in the scale of those above: it ends under as many of them."""
        return Bars(
            bar.name, [replace(bar, name="cells", label="")], Scale(self.picture.tree.supporters),
            length=self.bars.shape[1], share=LARGE, pitch=1.4, role=role,
        )  # fmt: skip

    def _tips(self) -> list[tuple[Part, Part]]:
        """Return where each random order gives another answer as a tick, and the range of all."""
        if not self.tips:
            return []
        points = self.bars.shape[1]
        wide = points // self.picture.tree.supporters
        ticks = np.zeros((points // _TICK, points))
        for tip in self.tips:  # where the bar of so many cells ends
            ticks[:, tip * wide - max(1, wide - 1) : tip * wide] = _GRAY
        said = words.RANDOM_RANGE.fill(
            n=fmt.count(len(self.tips)), a=fmt.count(min(self.tips)), b=fmt.count(max(self.tips))
        )
        strip = _Silhouette(
            "tips", ticks, Scale(1.0, signed=False, pen=True), share=LARGE, lines=False
        )
        return [(Text("tips-said", said), strip)]

    def _scores(self, role: Role = "heading") -> Bars:
        """Return the score of the answer, and the best of the others', as points on one scale."""
        start = self.runs[0][0]
        every = [score for run in self.runs for each in run
                 for score in (each.logit, each.rival_logit)]  # fmt: skip
        low, high = min(0.0, *every), max(0.0, *every)
        class_name = self.picture.subject.network.class_name
        most = max(-low, high)
        return Bars(
            "scores",
            [Bar("own", self.picture.answer, start.logit, tone="positive"),
             Bar("rival", class_name(start.rival), start.rival_logit, tone="ink")],
            Scale(most), points=True, lowest=low, highest=high, share=LARGE, role=role,
            pitch=1.4, length=_RUN * self.bars.shape[1] * most / ((high - low) or 1.0),
            before=max((fmt.number(score) for score in every), key=len),
        )  # fmt: skip
