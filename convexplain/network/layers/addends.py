"""One cell as a sum: which cells it reads, and what each is multiplied with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.ops.geometry import Window

Cell = tuple[int, int, int]
"""(row, col, channel) in a map; a vector of n numbers is a map of one place, (1, 1, n)."""


@dataclass(frozen=True, eq=False)
class Addends:
    """All that one cell is the sum of, in the order of rows, columns, channels.

    All arrays have shape (n,). `rows`, `cols` and `channels` say which cells of the layer's input
    are read; padding is left out. The products are exact where the weights are float32.
    """

    rows: NDArray[np.int_]
    cols: NDArray[np.int_]
    channels: NDArray[np.int_]
    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    bias: float

    @classmethod
    def of(
        cls,
        x: NDArray[Any],
        rows: Sequence[int],
        cols: Sequence[int],
        channels: Sequence[int],
        weights: NDArray[Any] | float,
        bias: float = 0.0,
    ) -> Addends:
        """Multiply the cells of `x` (H, W, C) at these rows, columns and channels with weights.

        An array of weights has shape (rows, cols, channels).
        """
        grid = np.meshgrid(
            *(np.asarray(axis, np.int_) for axis in (rows, cols, channels)), indexing="ij"
        )
        doubles = np.broadcast_to(weights, grid[0].shape).astype(np.float64).ravel()
        down, across, deep = (axis.ravel() for axis in grid)
        products = x[down, across, deep].astype(np.float64) * doubles
        return cls(down, across, deep, doubles, products, bias)

    @classmethod
    def one(cls, x: NDArray[Any], cell: Cell, weight: float, bias: float = 0.0) -> Addends:
        """Multiply one cell with a weight."""
        row, col, channel = cell
        return cls.of(x, (row,), (col,), (channel,), weight, bias)

    @classmethod
    def none(cls) -> Addends:
        """A sum of nothing: a cell that holds padding."""
        return cls.of(np.zeros((1, 1, 1)), (), (), (), 0.0)

    def cell(self, index: int) -> Cell:
        """Return which cell of the input the addend reads."""
        return int(self.rows[index]), int(self.cols[index]), int(self.channels[index])


def read(
    window: Window, cell: Cell, shape: tuple[int, ...]
) -> tuple[list[int], list[int], tuple[slice, slice]]:
    """List the rows and columns that the window of an output cell reads, and by which taps."""
    places, taps = [], []
    for axis in (0, 1):
        reads = window.taps(axis, cell[axis], shape[axis])
        inside = [i for i, place in enumerate(reads) if place is not None]
        places.append([place for place in reads if place is not None])
        # What lies inside of the picture is one run.
        taps.append(slice(inside[0], inside[-1] + 1) if inside else slice(0))
    return places[0], places[1], (taps[0], taps[1])
