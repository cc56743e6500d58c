"""The picture of a check: what each cell adds to an answer, and how its lead goes without some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.hierarchy_picture import LARGE, HierarchyPicture
from convexplain.lessons.parts.removal import Reading, Removal
from convexplain.panels import (
    Axis,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Dot,
    Either,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.panels.panel import Bounds, Setting
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: So many points are all bars broad, about; how high the highest is, of that, and the chart.
_POINTS, _BARS_HIGH, _CHART_HIGH = 480, 0.2, 0.24
#: How high bars are that stand alone, of that.
_ALONE = 0.4
#: How opaque a bar is that is taken out, and one that steps back behind the first ones.
_GONE, BACK = 0.16, 0.42
#: Beside bars the picture has so much of their width.
_ASIDE = 0.18
#: Lines are so many letters long in narrow frames, and beside the chart, in sizes of the text.
_NARROW, _BESIDE = 17, 12


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
    """What a check of the answer shows."""

    picture: HierarchyPicture
    removal: Removal
    #: Whether random orders are told.
    tells_random: bool

    @cached_property
    def taken(self) -> Sequence[Reading]:
        """What is read as the strongest go out, until another class is read or none is left."""
        tipping = self.removal.tipping
        last = len(self.removal.order) if tipping is None else tipping.removed
        return self.removal.readings[: last + 1]

    def bars(
        self, out: int, *, at_random: bool = False, risen: float = 1.0, back: float = 1.0
    ) -> npt.NDArray[np.float64]:
        """Draw what each cell adds to the answer as a bar, strongest first, in one scale.

        `out`: how many are taken out, the strongest or the first of a typical random order.
        `risen`: how much of its height each has. `back`: how opaque all are but those of the tree.
        Result: how opaque each point is, (rows, columns): less where a bar is out, 0 beside bars.
        """
        removal = self.removal
        adds = removal.pushes.ravel()[removal.order].astype(np.float64)
        gone = np.arange(adds.size) < out
        if at_random:
            assert removal.typical is not None
            gone = np.isin(removal.order, removal.random_order(removal.typical)[:out])
        wide = max(1, _POINTS // adds.size)
        rows = round(_ALONE * wide * adds.size)
        # The weakest is seen, too, where two points are as high as one.
        heights = np.ceil(risen * np.maximum(2, rows * adds / adds.max()))
        filled = np.arange(rows)[::-1, np.newaxis] < heights
        stays = np.where(np.arange(adds.size) < len(self.picture.tree.parts), 1.0, back)
        bars = np.repeat(np.where(filled, np.where(gone, _GONE, stays), 0.0), wide, axis=1)
        if wide > 2:  # a gap behind each, where there is room
            bars[:, wide - 1 :: wide] = 0.0
        return bars

    def out_at_random(self, out: int) -> Caption:
        """Say how many cells are out so far: once an order is done, how many at least, too."""
        first = min(self.removal.random_tips)
        if out <= first:
            return words.OUT.fill(m=fmt.count(out))
        return words.OUT_RANGE.fill(a=fmt.count(first), b=fmt.count(out))

    def adding(self) -> Diagram:
        """Describe what all cells add to the answer: panels ``input``, ``reads``, ``pushes``."""
        read = self._read()
        beside, below = Column(*read, gap=0.4), Row(*read, gap=1.0)
        return Diagram(
            Either(
                *(
                    Row(beside, self._above(measure, alone=True), gap=1.2)
                    for measure in (2 * _NARROW, _NARROW)
                ),
                Column(below, self._above(_NARROW, alone=True), gap=0.6),
            )
        )

    def diagram(self) -> Diagram:
        """Describe that, and what is left of the answer's lead as cells go out, in one scale.

        The chart ``lead`` has the curves ``strongest`` and ``random-0``, and the dot ``now``;
        ``lead-left`` tells the lead, ``strongest-said`` and ``strongest-out`` how many it took,
        ``random-out`` in random orders.
        """
        counts = list(self._counts())
        lead = Text("lead-left", words.LEAD.fill(p=fmt.percent(1.0, 0)))
        above, chart, (read, reads) = self._above, self._chart(), self._read()
        beside = Column(Column(read, reads, lead, gap=0.4), *counts, gap=0.8)
        flat = Row(read, Column(reads, lead, gap=0.2), gap=1.0)
        return Diagram(
            Either(
                *(
                    Row(beside, Column(above(measure), chart, gap=0.8), gap=1.6)
                    for measure in (2 * _NARROW, _NARROW)
                ),
                Column(flat, above(_NARROW), chart, Row(*counts, gap=1.0), gap=0.5),
                Column(flat, above(_NARROW), chart, *counts, gap=0.25),
            )
        )

    def _read(self) -> tuple[Part, Part]:
        """Return the picture, and what it is read as: as broad as the longest that will be."""
        read = replace(
            self.picture.read(), marks={}, note=None, share=LARGE,
            fine=self.picture.pixels.shape[1] / (_ASIDE * self._points),
        )  # fmt: skip
        class_name = self.picture.subject.network.class_name
        names = [class_name(label) for label in sorted({each.label for each in self.taken})]
        longest = max(names, key=lambda name: max(len(name.en), 2 * len(name.zh)))
        now, widest = (words.ANSWER.fill(k=name) for name in (self.picture.answer, longest))
        return read, Text("reads", now, role="display", weight="bold", widest=widest)

    @cached_property
    def _points(self) -> int:
        return int(self.bars(0).shape[1])

    def _above(self, measure: float, *, alone: bool = False) -> Part:
        """Return the bars under what they are, and the first one's number."""
        tree = self.picture.tree
        said = words.BARS_OF_ALL if tree.negative else words.BARS
        title = said.fill(
            n=fmt.count(tree.supporters), layer=tree.parts[0].layer, k=self.picture.answer
        )
        sums = {
            "v": fmt.number(tree.parts[0].contribution or 0.0), "s": fmt.number(tree.positive),
            "n": fmt.count(tree.supporters),
        }  # fmt: skip
        cells = _Silhouette(
            "pushes", self.bars(0), Scale(1.0, signed=False), share=LARGE, lines=False, glass=1.0,
            tall=1.0 if alone else _BARS_HIGH / _ALONE,
        )  # fmt: skip
        first = Text("first", words.FIRST_BAR.fill(**sums), role="note")
        named = Text("adding", title, measure=measure)
        return Column(named, Column(first, cells, gap=0), gap=0.3)

    def _chart(self) -> Chart:
        """Return how much of the lead is left, over as many cells out as bars stand above."""
        runs = {"strongest": self.taken}
        if self.tells_random:
            orders = zip(self.removal.random_readings, self.removal.random_tips, strict=True)
            runs |= {f"random-{n}": order[: tip + 1] for n, (order, tip) in enumerate(orders)}
        curves = [
            Curve(
                name, np.arange(len(run)), self.removal.left(run),
                tone="positive" if name == "strongest" else "muted", strong=name == "strongest",
            )
            for name, run in reversed(runs.items())
        ]  # fmt: skip
        points = self._points
        return Chart(
            "lead", curves,
            Axis(words.CELLS_OUT, 0.0, float(self.picture.tree.supporters), whole=True),
            Axis(words.LEAD_LEFT.fill(k=self.picture.answer), 0.0, percent=True, most=3),
            dots=[Dot("now", 0.0, 1.0, tone="positive", large=True)],
            size=(_CHART_HIGH * points, points), share=LARGE, wide=True,
        )  # fmt: skip

    def _counts(self) -> list[Part]:
        """Return how many cells it took in each order, under the order's name."""
        tips, m = self.removal.random_tips, fmt.count(len(self.taken) - 1)
        found: list[Part] = [
            self._count("strongest", words.STRONGEST_FIRST, words.OUT.fill(m=m), "positive")
        ]
        if self.tells_random:
            named = words.RANDOM_ORDERS.fill(n=fmt.count(len(tips)))
            between = {"a": fmt.count(min(tips)), "b": fmt.count(max(tips))}
            found.append(self._count("random", named, words.OUT_RANGE.fill(**between), "muted"))
        return found

    @staticmethod
    def _count(name: str, named: Caption, said: Caption, tone: str) -> Part:
        number = Text(f"{name}-out", said, role="heading", weight="bold", tone=tone)
        return Column(Text(f"{name}-said", named, measure=_BESIDE), number, gap=0.1)
