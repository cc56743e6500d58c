"""The pictures of the transposed convolution: a map, a stamp, and what it paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import transposed_words as words
from convexplain.panels import (
    INK,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Mark,
    Part,
    Row,
    Scale,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, same

Floats = npt.NDArray[Any]
#: Side of an enlarged corner, and of a picture beside others, in cells of usual grids.
_ENLARGED, _BESIDE = 30.0, 28.0
#: From this share of the largest number painted on, the map is bright enough in its scale.
_NEARLY = 0.9


@dataclass(frozen=True)
class Block:
    """Neighbouring cells of the map, and what their stamps paint."""

    #: Of the map.
    row: int
    col: int
    rows: int
    cols: int
    #: Of the output, where `painted` begins.
    top: int
    left: int
    #: NaN where nothing was painted.
    painted: Floats

    @property
    def read(self) -> Mark:
        """Its cells on the map."""
        return Mark(self.row, self.col, self.rows, self.cols)

    @property
    def lands(self) -> Mark:
        """What is painted, on the output."""
        return Mark(self.top, self.left, *self.painted.shape)


@dataclass(frozen=True, eq=False)
class TransposedPicture:
    """What pictures of the lesson are made of."""

    #: What is enlarged, (rows, cols).
    map: Floats
    #: The map's name.
    called: Caption
    #: (height, width).
    stamp: Floats
    #: Where the stamp is from.
    made: Caption
    #: The map, painted.
    output: Floats
    #: The largest number of all that is painted.
    most: float

    @property
    def scale(self) -> Scale:
        """Of the stamp, of all that is painted, and of numbers of the map beside these."""
        signed = bool(min(self.map.min(), self.stamp.min(), self.output.min()) < 0)
        most = max(self.most, float(np.abs(self.stamp).max()))
        return Scale(most or 1.0, words.PAINTED, signed)

    @property
    def own_scale(self) -> Scale:
        """Of the map as a whole: where stamps add up, numbers are so large that it would be dark.

        The same as `scale` where nothing is larger.
        """
        most = float(np.abs(self.map).max())
        if not most or most >= _NEARLY * self.scale.most:
            return self.scale
        return Scale(most, words.OF_MAP, bool(self.map.min() < 0))

    # Pictures.

    def promised(self, block: Block) -> Diagram:
        """Describe the map, some cells of it, and what all of it becomes."""
        return self._diagram(self._map({"cell": block.read}), self._canvas(self.output))

    def near(self, block: Block, addends: Sequence[float], cell: Mark | None = None) -> Diagram:
        """Describe some cells of the map, the stamp, and what these cells paint, from nearby.

        `addends`: what stamps put into one painted cell. `cell`: this cell.
        """
        rows, cols = block.read.rows, block.read.cols
        scale = self.scale
        numbers = self.map[block.row : block.row + int(rows), block.col : block.col + int(cols)]
        here = Cells(
            "here", numbers, scale, numbers=True, share="numbers", title=words.SOME.capital,
            marks={"now": Mark(0, 0)},
        )  # fmt: skip
        marks = {"landing": Mark(0, 0, *self.stamp.shape)}
        painted = Cells(
            "painted", np.nan_to_num(block.painted), scale, numbers=True, share="numbers",
            title=words.PAINTED.capital, computed=~np.isnan(block.painted),
            marks=marks if cell is None else {**marks, "cell": cell},
        )  # fmt: skip
        stamp = self._stamp()
        times, equals = Text("times", "×", role="display"), Text("equals", "=", role="display")
        factors = Column(here, times, stamp, gap=0.3, align="middle")
        read = Either(
            Row(here, times, stamp, equals, painted, gap=0.6),
            Row(factors, equals, painted, gap=0.6),
            Column(Row(here, times, stamp, equals, gap=0.6), painted, align="middle"),
        )
        told, legend = self._added(addends), Legend("legend", row=True)
        return Diagram(Column(read, told, legend, align="middle", gap=0.6))

    def painting(
        self,
        canvas: Floats,
        *,
        counted: bool = False,
        block: Block | None = None,
        told: str = "",
    ) -> Diagram:
        """Describe the map, the stamp, and what is painted so far.

        `canvas`: the output; NaN where nothing is painted yet. `counted`: whether the output's size
        is known. `block`: what is framed; the first cell and its stamp by default. `told`: how the
        output's rows are counted.
        """
        counter = _size(self.output) if counted else None
        cell, landing = Mark(0, 0), Mark(0, 0, *self.stamp.shape)
        if block is not None:
            cell, landing = block.read, block.lands
        output = self._canvas(canvas, {"landing": landing}, counter)
        rows = [Text("rows", told, role="heading")] if told else []
        return self._diagram(self._map({"cell": cell}), output, self._stamp(), *rows)

    @staticmethod
    def _added(addends: Sequence[float]) -> Part:
        """Write a number as what the stamps that meet in it put there."""
        found: list[Term] = []
        for n, value in enumerate(addends):
            text = fmt.number(value) if n == 0 else _apart(fmt.number(value, sign=True))
            found.append(Term(f"part-{n}", text))
        total = Term("total", fmt.number(sum(addends)), tone="accent")
        all_terms = (*found, Term("equals", "="), total)
        return Either(*(Formula("sum", all_terms, large=large) for large in (True, False)))

    def flat(self, equal: Floats, block: Block, *beside: Part) -> Diagram:
        """Describe cells of one value and what they become; or that, and what is beside it.

        `equal`: the cells of the map. `beside`: how many stamps each cell got.
        """
        largest = max(float(np.abs(values).max()) for values in (equal, block.painted))
        here = Scale(largest, words.HERE, bool(min(equal.min(), block.painted.min()) < 0))
        read = Cells(
            "equal", equal, here, numbers=True, title=words.EQUAL.capital,
            weight=_ENLARGED / max(equal.shape), finer=_finer(float(equal.flat[0]), largest),
        )  # fmt: skip
        # Beside what is counted of them its cells are as large, row by row.
        painted = Cells(
            "painted", block.painted, here, share="numbers" if beside else "painted",
            title=words.INSIDE.capital, weight=None if beside else _ENLARGED / len(block.painted),
        )  # fmt: skip
        return self.beside(*([painted, *beside] if beside else [read, painted]))

    @staticmethod
    def counted(
        name: str,
        counts: Floats,
        most: int,
        stamp: tuple[int, ...],
        title: Caption,
        rim: npt.NDArray[np.bool_],
    ) -> Cells:
        """Describe how many stamps each of some cells got; the first stamp is framed."""
        scale = Scale(float(most), words.COUNT, signed=False, counts=True, pen=True)
        return Cells(
            name, counts, scale, numbers=True, share="numbers", title=title, dim=rim,
            marks={"stamp": Mark(0, 0, stamp[0], stamp[1])},
        )  # fmt: skip

    def compared(self, larger: Floats, called: tuple[Caption, Caption]) -> Diagram:
        """Describe what two stamps paint."""
        both = [
            Cells(
                name,
                values,
                self.scale,
                title=title,
                lines=False,
                share="cells",
                counter=_size(values),
            )
            for name, values, title in zip(
                ("output", "larger"), (self.output, larger), called, strict=True
            )
        ]
        return self.beside(*both)

    def beside(self, *grids: Part) -> Diagram:
        """Lay out two grids side by side, or under one another."""
        both = Row(*grids, gap=2)
        legend = Legend("legend", row=True)
        return Diagram(Column(both, legend, align="middle", turns=False))

    def returned(
        self,
        there: tuple[Floats, Caption],
        weights: Floats,
        through: Floats,
        back: Floats,
    ) -> Diagram:
        """Describe a picture, its convolution, and what the same weights make of that.

        `there`: the picture, and its name.
        """
        most = max(float(np.abs(values).max()) for values in (through, back)) or 1.0
        scale = Scale(most, terms.RESPONSE, bool(min(through.min(), back.min()) < 0))
        picture, called = there
        grids = (
            ("there", picture, INK if picture.min() >= 0 and picture.max() <= 1 else scale, called),
            ("through", through, scale, words.CONVOLVED.capital),
            ("back", back, scale, words.RETURNED.capital),
        )
        three = [
            Cells(name, values, own, lines=False, share=name, title=title,
                  weight=_BESIDE / max(values.shape))
            for name, values, own, title in grids
        ]  # fmt: skip
        kernel = Cells(
            "weights", weights, Scale(float(np.abs(weights).max()) or 1.0, terms.WEIGHT),
            numbers=True, title=words.WEIGHTS.capital,
        )  # fmt: skip
        row = Row(three[0], kernel, *three[1:], gap=0.9, align="middle")
        return Diagram(Column(row, Legend("legend", row=True), align="middle"))

    def payoff(self, resized: Floats, then: Caption, about: Caption) -> Diagram:
        """Describe all of it, for a figure: map, stamp, what is painted, and the other way."""
        picture = self._diagram(
            self._map(),
            self._canvas(self.output, counter=_size(self.output)),
            self._stamp(),
            other=self._resized(resized, then),
        )
        return Diagram(picture.root, (), about)

    # What they consist of.

    def _map(self, marks: dict[str, Mark] | None = None) -> Cells:
        return Cells(
            "map", self.map, self.own_scale, title=self.called, marks=marks or {},
            counter=_size(self.map),
        )  # fmt: skip

    def _stamp(self) -> Cells:
        return Cells(
            "stamp", self.stamp, self.scale, numbers=True, share="numbers",
            title=terms.STAMP.capital, note=self.made,
        )  # fmt: skip

    def _resized(self, resized: Floats, title: Caption) -> Cells:
        """Its sums are of more numbers: it has a scale of its own."""
        scale = Scale(float(np.abs(resized).max()) or 1.0, words.AFTERWARDS, self.scale.signed)
        return Cells(
            "resized", resized, scale, title=title, lines=False, share="cells",
            counter=_size(resized),
        )  # fmt: skip

    def _canvas(
        self,
        canvas: Floats,
        marks: dict[str, Mark] | None = None,
        counter: Caption | None = None,
    ) -> Cells:
        return Cells(
            "output", np.nan_to_num(canvas), self.scale, share="cells", marks=marks or {},
            title=terms.OUTPUT.capital, computed=~np.isnan(canvas), lines=False, counter=counter,
        )  # fmt: skip

    def _diagram(
        self,
        read: Cells,
        output: Cells,
        *between: Part,
        other: Cells | None = None,
    ) -> Diagram:
        """Put the map and what is shown of it before the output."""
        legend, below = Legend("legend", row=True), Legend("legend")
        painted: list[Part] = [output] if other is None else [output, other]
        shown = Column(*between)
        left = Column(read, below)
        wide = Row(left, shown, *painted, gap=1.5) if between else Row(left, *painted, gap=2)
        high = Column(Row(read, shown), *painted, legend, align="middle")
        stacked = Column(Row(Column(read, shown), *painted, gap=1.5), legend, align="middle")
        narrow = Column(Row(read, shown), *painted, below, align="middle")
        return Diagram(Either(wide, high, stacked, narrow))


def _finer(value: float, most: float) -> int:
    """Return how many decimals more a number needs so that its multiple comes out as printed."""
    times = most / value if value else 1.0
    said = fmt.number(most)
    fits = (n for n in range(3) if fmt.number(float(f"{value:.{2 + n}f}") * times) == said)
    return next(fits, 2)


def _size(values: Floats) -> Caption:
    """Return how large a grid is."""
    return same(fmt.shape(values.shape))


def _apart(signed: str) -> str:
    """Put a space between a number and its sign."""
    return f"{signed[:1]} {signed[1:]}"
