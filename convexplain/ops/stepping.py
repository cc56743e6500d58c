"""What all steps share: the lazy sequence, and reading the cells of one window."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from operator import index
from typing import Generic, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from convexplain.ops._arrays import Floats
from convexplain.ops.geometry import Box, Pair, Taps, Window

Step = TypeVar("Step", covariant=True)


class Steps(Sequence[Step], Generic[Step]):
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
    def _at(self, row: int, col: int) -> Step:
        """Compute the step of one output cell."""

    @abstractmethod
    def _only(self, cells: range) -> Self:
        """Give the same steps with fewer cells."""

    def at(self, row: int, col: int) -> Step:
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
    def __getitem__(self, i: int) -> Step: ...
    @overload
    def __getitem__(self, i: slice) -> Self: ...
    def __getitem__(self, i: int | slice) -> Step | Self:
        if isinstance(i, slice):
            return self._only(self.cells[i])
        try:
            cell = self.cells[i]
        except IndexError:
            raise IndexError(
                f"step {i} does not exist: there are {len(self)}, 0 to {len(self) - 1}"
            ) from None
        return self._at(*divmod(cell, self.size[1]))


def landing_taps(window: Window, size: Pair, row: int, col: int) -> tuple[Taps, Taps, Box]:
    """List the input rows and columns that a transposed convolution brings to one output cell.

    Input row ``a`` puts kernel row ``i`` on output row ``a * stride + i * dilation - top``. So
    kernel row ``i`` comes from ``a = (row + top - i * dilation) / stride``, if that is a whole
    number and a row of the input.

    Parameters
    ----------
    window : Window
        As `transposed.landing` gives it.
    size : pair of int
        Rows and columns of the input.
    row, col : int
        The output cell.

    Returns
    -------
    rows, cols : tuple of int or None
        For each row and column of the kernel.
    box : Box
        From the first input cell that the kernel's span reaches from here to the last.
    """
    top, _, left, _ = window.margins()
    taps: list[Taps] = []
    ranges: list[range] = []
    for axis, place in enumerate((row + top, col + left)):
        stride, dilation = window.stride[axis], window.dilation[axis]
        away = [divmod(place - i * dilation, stride) for i in range(window.kernel_size[axis])]
        taps.append(tuple(a if rest == 0 and 0 <= a < size[axis] else None for a, rest in away))
        first = -((window.span[axis] - 1 - place) // stride)
        ranges.append(range(first, place // stride + 1))
    rows, cols = ranges
    return taps[0], taps[1], Box(rows.start, cols.start, rows.stop, cols.stop)


def gather(x: Floats, rows: Taps, cols: Taps) -> tuple[Floats, NDArray[np.bool_]]:
    """Read a patch (kH, kW, C) from a picture, and where it holds padding (kH, kW).

    Padding reads as 0.
    """
    padding = np.logical_or.outer([row is None for row in rows], [col is None for col in cols])
    patch = x[np.ix_([row or 0 for row in rows], [col or 0 for col in cols])]
    patch[padding] = 0
    return patch, padding


def locked(array: Floats) -> Floats:
    """Make an array read-only: what a step tells does not change."""
    array.flags.writeable = False
    return array
