"""One output cell at a time: the same arithmetic as on whole arrays, with all that lies between.

Each function gives a lazy sequence, one step for each output cell, row by row. A step is computed
when it is asked for, from the picture itself, so that a sequence takes no memory of its own.

What everything rests on, for the step of cell ``(r, c)``::

    step.products.sum() + step.bias == step.value == conv2d(...)[r, c, n]

Sums are made in float64 and rounded once, to the dtype of the picture.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import fields
from operator import index
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from convexplain.ops._arrays import Floats
from convexplain.ops.breakdown import Breakdown
from convexplain.ops.geometry import Box, Pair, Taps
from convexplain.style import terms
from convexplain.style.captions import Caption

S = TypeVar("S", covariant=True)


class Step:
    """How one number is made, in the fields of a dataclass."""

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain numbers, texts, lists and dicts, ready for JSON."""
        return _plain_fields(self)


class BrokenDown(Step):
    """A step whose number is made of addends, or is the largest of some."""

    @abstractmethod
    def breakdown(self) -> Breakdown:
        """Return the number as what it is made of."""

    def text(self, decimals: int = 2) -> str:
        """Return the step as aligned plain text."""
        return self.breakdown().text("en", decimals)


class WindowStep(BrokenDown):
    """A step whose window reads rows and columns of the input for one output cell."""

    row: int
    col: int
    input_rows: Taps
    input_cols: Taps

    def _title(self, template: Caption, map: int) -> Caption:
        """Name the output cell, and the rows and columns that are read for it."""
        rows, cols = (
            _span(names, taps)
            for names, taps in zip(_AXES, (self.input_rows, self.input_cols), strict=True)
        )
        return template.fill(row=self.row, col=self.col, map=map, rows=rows, cols=cols)


class Steps(Sequence[S], Generic[S]):
    """One step for each output cell, row by row: length, index, slice, iterate.

    Attributes
    ----------
    size : pair of int
        Rows and columns of the output.
    cells : range
        Which cells, numbered row by row, are in this sequence; a slice has fewer.
    """

    size: Pair
    cells: range

    @abstractmethod
    def _at(self, row: int, col: int) -> S:
        """Compute the step of one output cell."""

    @abstractmethod
    def _only(self, cells: range) -> Self:
        """Give the same steps with fewer cells."""

    def at(self, row: int, col: int) -> S:
        """Compute the step of output cell (`row`, `col`), counted from 0.

        Raises
        ------
        IndexError
            The output has no such cell.
        """
        height, width = self.size
        if not (0 <= row < height and 0 <= col < width):
            raise IndexError(
                f"cell ({row}, {col}) does not exist: the output is {height}x{width}, "
                f"rows 0 to {height - 1} and columns 0 to {width - 1}"
            )
        return self._at(index(row), index(col))

    def __len__(self) -> int:
        return len(self.cells)

    @overload
    def __getitem__(self, i: int) -> S: ...
    @overload
    def __getitem__(self, i: slice) -> Self: ...
    def __getitem__(self, i: int | slice) -> S | Self:
        if isinstance(i, slice):
            return self._only(self.cells[i])
        try:
            cell = self.cells[i]
        except IndexError:
            raise IndexError(
                f"step {i} does not exist: there are {len(self)}, 0 to {len(self) - 1}"
            ) from None
        return self._at(*divmod(cell, self.size[1]))


def gather(x: Floats, rows: Taps, cols: Taps) -> tuple[Floats, NDArray[np.bool_]]:
    """Read a patch (kH, kW, C) from a picture, and where it holds padding (kH, kW).

    Padding reads as 0.
    """
    padding = np.logical_or.outer([row is None for row in rows], [col is None for col in cols])
    patch = x[np.ix_([row or 0 for row in rows], [col or 0 for col in cols])]
    patch[padding] = 0
    return patch, padding


def locked(array: Floats) -> Floats:
    """Make an array read-only: a step does not change."""
    array.flags.writeable = False
    return array


def _span(names: tuple[Caption, Caption, Caption], taps: Taps) -> Caption:
    none, one, many = names
    inside = sorted(cell for cell in taps if cell is not None)
    if not inside:
        return none
    if len(inside) == 1:
        return one.fill(n=inside[0])
    if len(inside) == inside[-1] - inside[0] + 1:
        return many.fill(n=_TO.fill(first=inside[0], last=inside[-1]))
    return many.fill(n=Caption(en=", ".join(map(str, inside)), zh="、".join(map(str, inside))))


def _plain_fields(value: Any) -> dict[str, Any]:
    # Not dataclasses.asdict(), which would copy every array first.
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Box):
        return _plain_fields(value)
    return list(value) if isinstance(value, tuple) else value


_AXES = (
    (
        Caption(en="no rows", zh="空行"),
        terms.ROW,
        terms.ROWS,
    ),
    (
        Caption(en="no columns", zh="空列"),
        terms.COLUMN,
        terms.COLUMNS,
    ),
)
_TO = Caption(en="{first} to {last}", zh="{first} 到 {last}")
