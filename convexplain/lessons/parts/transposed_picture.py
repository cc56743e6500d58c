"""The pictures of the transposed convolution: a map, a stamp, and what it paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import transposed_words as words
from convexplain.lessons.parts.step_picture import scale_of
from convexplain.panels import (
    Addend,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Link,
    Mark,
    Part,
    Row,
    Scale,
    Sum,
    Term,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]


@dataclass(frozen=True)
class Block:
    """Neighbouring cells of the map, and what their stamps paint.

    Parameters
    ----------
    row, col, rows, cols : int
        Of the map.
    top, left : int
        Of the output, where `painted` begins.
    painted : numpy.ndarray
        NaN where nothing was painted.
    """

    row: int
    col: int
    rows: int
    cols: int
    top: int
    left: int
    painted: Floats

    @property
    def read(self) -> Mark:
        """Its cells on the map."""
        return Mark(self.row, self.col, self.rows, self.cols)

    @property
    def lands_on(self) -> tuple[slice, slice]:
        """The rows and columns of the output that are painted."""
        height, width = self.painted.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    @property
    def lands(self) -> Mark:
        """What is painted, on the output."""
        return Mark(self.top, self.left, *self.painted.shape)


@dataclass(frozen=True, eq=False)
class TransposedPicture:
    """What pictures of the lesson are made of.

    Parameters
    ----------
    map : numpy.ndarray, shape (rows, cols)
        What is enlarged.
    called : Caption
        The map's name.
    stamp : numpy.ndarray, shape (height, width)
    made : Caption
        Where the stamp is from.
    output : numpy.ndarray
        The map, painted.
    most : float
        The largest number of all that is painted.
    upright : bool
        Whether what could stand side by side stands under one another.
    """

    map: Floats
    called: Caption
    stamp: Floats
    made: Caption
    output: Floats
    most: float
    upright: bool = False

    @property
    def scale(self) -> Scale:
        """Of the map and of all that is painted from it."""
        signed = bool(min(self.map.min(), self.output.min()) < 0)
        return Scale(self.most or 1.0, terms.RESPONSE, signed)

    # Pictures.

    def opening(self) -> Diagram:
        """Describe the map alone."""
        return Diagram(Column(self._map(), Legend("legend", row=True), align="middle"))

    def blank(self) -> Diagram:
        """Describe the map and an empty sheet."""
        return self._diagram(self._map(), self._canvas(None))

    def painting(
        self,
        canvas: Floats,
        block: Block | None = None,
        *,
        told: Part | None = None,
        counted: bool = False,
        cell: tuple[int, int] | None = None,
    ) -> Diagram:
        """Describe the map, the stamp, and what is painted so far.

        Parameters
        ----------
        canvas : numpy.ndarray
            The output; NaN where nothing is painted yet.
        block : Block, optional
            Cells whose stamps are shown number by number.
        told : Part, optional
            How one number of them comes about.
        counted : bool
            Whether the output's size is known.
        cell : (int, int), optional
            That number's place on the output.
        """
        counter = _size(self.output) if counted else None
        if block is None:
            beside: list[Part] = [self._stamp()]
            marks = {"cell": Mark(0, 0)}, {"landing": Mark(0, 0, *self.stamp.shape)}
            return self._diagram(self._map(marks[0]), self._canvas(canvas, marks[1], counter),
                                 *beside)  # fmt: skip
        own = {} if cell is None else {"cell": Mark(cell[0] - block.top, cell[1] - block.left)}
        painted = Cells(
            "painted", np.nan_to_num(block.painted), self.scale, numbers=True, share="numbers",
            title=words.PAINTED.capital, computed=~np.isnan(block.painted), marks=own,
        )  # fmt: skip
        return self._diagram(
            self._map({"cell": block.read}),
            self._canvas(canvas, {"landing": block.lands}, counter),
            *([self._stamp()] if told is None or not isinstance(told, Sum) else []),
            painted,
            *([] if told is None else [told]),
            links=(Link("output.landing", "painted", "zoom"),),
        )

    def sum(self, parts: Sequence[tuple[Caption, float]], value: float) -> Sum:
        """Describe a number as what the stamps that meet in it put there."""
        addends = [Addend(f"part-{n}", name, part) for n, (name, part) in enumerate(parts)]
        return Sum("sum", addends, value, None, value, self.scale)

    def added(self, one: float, other: float) -> Formula:
        """Describe how two stamps add up."""
        texts = fmt.number(one), fmt.number(other, sign=True), fmt.number(one + other)
        return Formula(
            "sum",
            (
                Term("one", texts[0]), Term("other", _apart(texts[1])), Term("equals", "="),
                Term("total", texts[2], tone="accent"),
            ),
        )  # fmt: skip

    def flat(self, equal: Floats, block: Block, counts: Floats | None = None) -> Diagram:
        """Describe cells of one value, what they become, and how many stamps each got.

        Parameters
        ----------
        equal : numpy.ndarray
            The cells of the map.
        block : Block
        counts : numpy.ndarray, optional
        """
        here = Scale(float(np.abs(block.painted).max()), words.HERE, self.scale.signed)
        read = Cells(
            "equal", equal, here, numbers=True, share="numbers", title=words.EQUAL.capital
        )  # fmt: skip
        painted = Cells(
            "painted", block.painted, here, numbers=True, share="numbers",
            title=words.PAINTED.capital,
        )  # fmt: skip
        shown = [read, painted] if counts is None else [painted, self.counted(counts)]
        return self._diagram(
            self._map({"cell": block.read}), self._canvas(self.output, {"landing": block.lands}),
            *shown, row=True, alone=counts is not None,
        )  # fmt: skip

    def counted(self, counts: Floats, name: str = "counts") -> Cells:
        """Describe how many stamps each of some cells got."""
        scale = Scale(float(counts.max()), words.COUNT, signed=False, counts=True)
        return Cells(name, counts, scale, numbers=True, share="counts", title=words.COUNT.capital)

    def compared(
        self, larger: Floats, called: tuple[Caption, Caption], counts: tuple[Floats, Floats]
    ) -> Diagram:
        """Describe what two stamps paint, and how many of them a few cells get."""
        pairs = [
            (
                Cells(name, values, self.scale, title=title, lines=False, share="cells"),
                self.counted(count, f"{name}-counts"),
            )
            for name, values, title, count in zip(
                ("output", "larger"), (self.output, larger), called, counts, strict=True
            )
        ]
        legend = Legend("legend", row=True)
        rows = [Row(*pair, gap=1.2) for pair in pairs]
        if self.upright:
            return Diagram(Column(*rows, legend, align="middle"))
        columns = [Column(*pair, align="middle") for pair in pairs]
        return Diagram(
            Either(
                Column(Row(*rows, gap=2), legend, align="middle"),
                Column(Row(*columns, gap=2), legend, align="middle"),
                Column(*rows, legend, align="middle"),
            )
        )

    def resized(
        self, enlarged: Floats, resized: Floats, called: tuple[Caption, Caption]
    ) -> Diagram:
        """Describe the map enlarged, and then convolved, beside what stamps paint."""
        painted, then = called
        cells = [
            Cells("output", self.output, self.scale, title=painted, lines=False, share="cells"),
            Cells(
                "enlarged", enlarged, self.scale, title=words.ENLARGED.capital, lines=False,
                share="cells",
            ),
            self._resized(resized, then),
        ]  # fmt: skip
        legend = Legend("legend", row=True)
        if self.upright:
            grids: Part = Column(cells[0], Row(*cells[1:], gap=1), align="middle")
        else:
            grids = Either(Row(*cells, gap=1.5), Column(cells[0], Row(*cells[1:]), align="middle"))
        return Diagram(Column(grids, legend, align="middle"))

    def there_and_back(
        self, there: Floats, through: Floats, back: Floats, kernel: Floats, alike: float
    ) -> Diagram:
        """Describe a picture, its convolution, and what the same weights make of that."""
        largest = max(float(np.abs(each).max()) for each in (through, back)) or 1.0
        scale = Scale(largest, terms.RESPONSE)
        said = words.ALIKE.fill(r=fmt.number(alike))
        own = there is self.map  # else the picture
        read = Scale(float(there.max()) or 1.0) if own else scale_of(there[:, :, np.newaxis])
        cells: list[Part] = [
            Cells(
                "input", there, read, title=self.called if own else terms.INPUT.capital,
                lines=False, share="cells",
            ),
            Cells(
                "through", through, scale, title=words.THERE.capital, lines=False, share="cells"
            ),
            Cells("back", back, scale, title=words.RETURN.capital, lines=False, share="cells",
                  note=said),
        ]  # fmt: skip
        weights = Cells(
            "kernel", kernel, Scale(float(np.abs(kernel).max()) or 1.0, terms.WEIGHT),
            numbers=True, share="kernel", title=terms.KERNEL.capital,
        )  # fmt: skip
        side = Column(weights, Legend("legend"))
        folded = Column(Row(*cells[:2]), Row(cells[2], side), align="middle")
        return Diagram(folded if self.upright else Either(Row(cells[0], side, *cells[1:]), folded))

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
            "map", self.map, self.scale, share="cells", title=self.called, marks=marks or {},
            counter=_size(self.map),
        )  # fmt: skip

    def _stamp(self) -> Cells:
        scale = Scale(float(np.abs(self.stamp).max()) or 1.0)
        return Cells(
            "stamp", self.stamp, scale, numbers=True, share="numbers", title=terms.STAMP.capital,
            note=self.made,
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
        canvas: Floats | None,
        marks: dict[str, Mark] | None = None,
        counter: Caption | None = None,
    ) -> Cells:
        values = np.full(self.output.shape, np.nan) if canvas is None else canvas
        return Cells(
            "output", np.nan_to_num(values), self.scale, share="cells", marks=marks or {},
            title=terms.OUTPUT.capital, computed=~np.isnan(values), lines=False, counter=counter,
        )  # fmt: skip

    def _diagram(
        self,
        read: Cells,
        output: Cells,
        *between: Part,
        other: Cells | None = None,
        row: bool = False,
        alone: bool = False,
        links: tuple[Link, ...] = (),
    ) -> Diagram:
        """Put the map and what is shown of it before the output."""
        legend = Legend("legend", row=True)
        painted: list[Part] = [output] if other is None else [output, other]
        if self.upright:
            # What is enlarged stands next to where it is from.
            order = sorted(between, key=lambda part: not isinstance(part, Sum))
            first = [] if alone else order[:1]
            rows = [Row(read, *first)]
            if rest := order[len(first) :]:
                rows.append(Row(*rest, gap=1.5))
            return Diagram(Column(*rows, *painted, legend, align="middle"), links)
        shown: Part = Row(*between, gap=1.5) if row else Column(*between)
        left = Column(read, legend)
        wide = Row(left, shown, *painted, gap=1.5) if between else Row(left, *painted, gap=2)
        high = Column(Row(read, shown), *painted, legend, align="middle")
        stacked = Column(Row(Column(read, shown), *painted, gap=1.5), legend, align="middle")
        return Diagram(Either(wide, stacked, high), links)


def _size(values: Floats) -> Caption:
    """Return how large a grid is."""
    said = fmt.shape(values.shape)
    return Caption(en=said, zh=said)


def _apart(signed: str) -> str:
    """Put a space between a number and its sign."""
    return f"{signed[:1]} {signed[1:]}"
