"""The pictures of pooling: a window and its winner, both maps, and how far later layers see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import pooling_words as words
from convexplain.lessons.parts.pooled import Odd, Reach, Spread, Unseen
from convexplain.ops import Box, PoolStep
from convexplain.panels import (
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Mark,
    Part,
    Row,
    Scale,
    Table,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, listed, same

Map = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class PoolingPicture:
    """What pictures of a pooling are made of."""

    #: The window that is looked at.
    step: PoolStep
    #: The picture that the network reads, (height, width) or (height, width, 3).
    drawn: Map
    #: One channel before and after, (height, width).
    response_map: Map
    pooled: Map
    #: End of the scale of all maps of the layer.
    limit: float
    #: Whether its maps have numbers below zero.
    signed: bool
    #: Names of what is pooled, of the pooling, and of the last convolution.
    layer: str
    pool: str
    last: str
    filter: int
    #: Which cells of the map some window keeps, (height, width).
    kept: npt.NDArray[np.bool_]
    #: What a cell of a late layer sees.
    reach: Reach | None
    #: What the next layer's window spans on the map.
    spread: Spread | None
    #: What a pooling multiplies the width by, and a convolution adds.
    law: tuple[int, int] | None
    #: Multiplications with and without pooling.
    costs: tuple[int, int] | None
    #: With and without pooling; none if they were not measured.
    accuracies: Sequence[str]

    def opening(self) -> Diagram:
        """Describe the picture that is read, and one response map of it."""
        read = Cells("input", self.drawn, share="pixels", lines=False, title=terms.INPUT.capital)
        return Diagram(self._beside(read, self._map("pixels")))

    def window(self) -> Diagram:
        """Describe the window's numbers, their mean, and the map and pooled map beside them."""
        mean = _number("mean", self.step.mean().value, self._scale, terms.MEAN)
        numbers = Row(replace(self._patch(), weight=2.0), mean)
        pooled = Column(self._pooled(), Legend("legend"))
        shown = Either(
            Row(self._map("cells"), numbers, pooled),
            Column(Row(self._map("cells"), numbers), pooled, align="middle"),
            Column(self._map("cells"), Row(numbers, pooled), align="middle"),
        )
        return Diagram(shown, self._links())

    def _links(self) -> tuple[Link, ...]:
        return Link("map.window", "patch", "zoom"), Link("patch.winner", "pooled.cell")

    def field(self) -> Diagram:
        """Describe the map and the pooled map, as large as they can be, in cells of one size."""
        return Diagram(self._beside(self._map("cells"), self._pooled()))

    def across(self) -> Diagram:
        """Describe a window on the pooled map, and what is under it, in cells of one size."""
        assert self.spread is not None
        around, under, hull = self.spread.around, self.spread.under, self.spread.hull
        pools = {
            f"pool-{n}": _mark(box, under, strong=False) for n, box in enumerate(self.spread.pools)
        }
        before = Cells(
            "under", self.response_map[under.rows, under.cols], self._scale, share="across",
            title=terms.MAP_OF.fill(layer=self.layer, n=self.filter),
            dim=~self.kept[under.rows, under.cols],
            marks=pools | {"hull": _mark(hull, under)},
        )  # fmt: skip
        after = Cells(
            "around", self.pooled[around.rows, around.cols], self._scale, share="across",
            title=terms.MAP_OF.fill(layer=self.pool, n=self.filter),
            marks={"window": _mark(self.spread.window, around)},
        )  # fmt: skip
        return Diagram(self._beside(before, after))

    def both(self) -> Diagram:
        """Describe what a late cell sees with pooling and without, and how it comes to be."""
        assert self.reach is not None
        told = [
            Column(
                Text(f"said-{name}", label, role="heading", tone="muted"),
                *(
                    Text(f"sum-{name}-{n}", line, role="heading", weight="bold")
                    for n, line in enumerate(sums(boxes, law))
                ),
                # What comes of the sums stands below them.
                Text(f"wide-{name}", str(boxes[-1].width), role="display", tone=tone),
                gap=0.2,
            )
            for name, label, boxes, tone, law in (
                ("without", words.WITHOUT, self.reach.plain, "ink", self.law and (1, self.law[1])),
                ("with", words.WITH, self.reach.pooled, "accent", self.law),
            )
        ]
        return Diagram(Row(self._views(), Column(*told, gap=1.2), gap=2))

    def diagram(self) -> Diagram:
        """Describe all of it: the window, its winner, the pooled map; and what is gained."""
        said = words.BOTH_MADE.fill(
            v=fmt.number(self.step.value), m=fmt.number(self.step.mean().value)
        )
        numbers, pooled = replace(self._patch(), note=said), self._pooled()
        first = Either(
            Row(self._map("cells"), numbers, pooled),
            Column(Row(self._map("cells"), numbers), pooled, align="middle"),
            Column(self._map("cells"), numbers, pooled, align="middle"),
        )
        gained = [self._gained()] if self.reach is not None else []
        whole = Column(first, *gained, Legend("legend"), gap=1.4)
        return Diagram(whole, self._links(), self.about)

    def _gained(self) -> Part:
        assert self.reach is not None
        a, b = (fmt.shape((boxes[-1].height, boxes[-1].width))
                for boxes in (self.reach.pooled, self.reach.plain))  # fmt: skip
        said = words.SEEN.fill(layer=self.last, a=a, b=b)
        text = Text("seen", said, role="note", tone="muted", measure=16)
        beside = [text, *self._costs()]
        return Either(
            Row(self._views(), Column(*beside)), Column(self._views(), *beside, align="middle")
        )

    @property
    def about(self) -> Caption:
        """Tell all of it to a person who cannot see it."""
        step = self.step
        values = [fmt.number(value) for value in step.patch.flat]
        return words.ABOUT.fill(
            shape=fmt.shape(step.patch.shape), r=step.row, c=step.col, n=self.filter,
            values=listed(values),
            v=fmt.number(step.value), m=fmt.number(step.mean().value),
            before=fmt.count(self.response_map.size), after=fmt.count(self.pooled.size),
        )  # fmt: skip

    def odd(self, odd: Odd, unseen: Unseen | None) -> Diagram:
        """Describe a map whose last rows and columns are in no window, and what follows of it."""
        left = Cells(
            "odd", odd.response_map, Scale(odd.limit, terms.RESPONSE, signed=self.signed),
            share="odd", marks=_bands(odd.rows, odd.cols, odd.response_map.shape),
            title=terms.MAP_OF.fill(layer=odd.layer, n=odd.channel),
        )  # fmt: skip
        if unseen is None:
            return Diagram(Column(left, Legend("legend")))
        read = Cells(
            "input", self.drawn, share="pixels", title=terms.INPUT.capital, lines=False,
            marks=_bands(unseen.rows, unseen.cols, self.drawn.shape),
        )  # fmt: skip
        return Diagram(self._beside(Column(left, Legend("legend")), read, scale=False))

    def moved(self) -> Diagram:
        """Describe the picture, its map and the window's numbers, for a picture that moves."""
        read = Cells("input", self.drawn, share="pixels", lines=False, title=terms.INPUT.capital)
        numbers = self._patch()
        links = (Link("map.window", "patch", "zoom"),)
        grids, legend = (read, self._map("pixels")), Legend("legend")
        shown = Either(
            Row(*grids, Column(numbers, legend)),
            Column(Row(*grids), Row(numbers, legend), align="middle"),
            Column(*grids, Row(numbers, legend), align="middle"),
        )
        return Diagram(shown, links)

    # What they consist of.

    def _beside(self, one: Part, other: Part, *, scale: bool = True) -> Part:
        """Arrange two parts, with the scale of what is in them."""
        explained = Column(other, Legend("legend")) if scale else other
        return Row(one, explained, gap=2)

    @property
    def _scale(self) -> Scale:
        return Scale(self.limit, terms.RESPONSE, signed=self.signed)

    def _map(self, share: str) -> Cells:
        count = same(fmt.shape(self.response_map.shape))
        return Cells(
            "map", self.response_map, self._scale, share=share, counter=count,
            title=terms.MAP_OF.fill(layer=self.layer, n=self.filter),
            marks={"window": Mark.over(self.step.box)},
        )  # fmt: skip

    def _pooled(self) -> Cells:
        count = same(fmt.shape(self.pooled.shape))
        return Cells(
            "pooled", self.pooled, self._scale, share="cells", counter=count,
            title=terms.MAP_OF.fill(layer=self.pool, n=self.filter),
            marks={"cell": Mark(self.step.row, self.step.col)},
        )  # fmt: skip

    def _patch(self) -> Cells:
        step, shape = self.step, self.step.patch.shape
        marks = {"frame": Mark(0, 0, *shape)}
        if self.winner is not None:
            marks["winner"] = Mark(*self.winner)
        return Cells(
            "patch", step.patch, self._scale, numbers=True, share="numbers",
            title=words.WINDOW.fill(shape=fmt.shape(shape)).capital, marks=marks,
        )  # fmt: skip

    @property
    def winner(self) -> tuple[int, int] | None:
        """Row and column, within the window, of what is kept."""
        step = self.step
        if step.argmax is None:
            return None
        return step.input_rows.index(step.argmax[0]), step.input_cols.index(step.argmax[1])

    def _views(self) -> Cells:
        assert self.reach is not None
        marks = {
            "with": Mark.over(self.reach.pooled[-1]),
            "without": Mark.over(self.reach.plain[-1], "ink"),
        }
        return Cells(
            "digit", self.drawn, share="digit", lines=False, marks=marks,
            title=terms.INPUT.capital,
        )  # fmt: skip

    def _costs(self) -> list[Part]:
        names = words.WITH, words.WITHOUT
        parts: list[Part] = []
        if self.costs is not None:
            bars = [
                Bar(name, label, float(count), fmt.count(count), tone)
                for name, label, count, tone in zip(
                    ("with", "without"), names, self.costs, ("accent", "muted"), strict=True
                )
            ]
            most = Scale(float(max(self.costs)), signed=False)
            parts.append(Bars("work", bars, most, length=9, title=terms.MULTIPLICATIONS.capital))
        if self.accuracies:
            rows = [(name, text) for name, text in zip(names, self.accuracies, strict=True)]
            parts.append(Table("accuracy", rows, title=words.ACCURACIES.capital))
        return parts


def _number(name: str, value: float, scale: Scale, title: Caption) -> Cells:
    return Cells(
        name, np.array([[value]]), scale, numbers=True, share="numbers", title=title.capital
    )


def _bands(rows: Sequence[int], cols: Sequence[int], shape: Sequence[int]) -> dict[str, Mark]:
    """Mark rows and columns at the end of a grid."""
    height, width = shape[:2]
    marks = {}
    if rows:
        marks["rows"] = Mark(rows[0], 0, rows[-1] - rows[0] + 1, width)
    if cols:
        marks["cols"] = Mark(0, cols[0], height, cols[-1] - cols[0] + 1)
    return marks


def _mark(box: Box, within: Box, *, strong: bool = True) -> Mark:
    """Mark a part of a map on a smaller part of it."""
    top, left = box.top - within.top, box.left - within.left
    return Mark(top, left, box.height, box.width, strong=strong)


def sums(boxes: Sequence[Box], law: tuple[int, int] | None) -> list[Caption]:
    """Say how the widths of some fields come of one another: line by line, or in one line.

    `law`: what a pooling multiplies a width by, and a convolution adds.
    """
    widths = [box.width for box in boxes]
    if law is None or not 1 < len(widths) < 4:
        return [same(" → ".join(map(str, widths)))]
    factor, adds = law
    times = f" × {factor}" if factor > 1 else ""
    return [same(f"{a}{times} + {adds} = {b}") for a, b in pairwise(widths)]
