"""One cell as a sum: which cells it reads, what each is multiplied with, where it came from.

A cell of a convolution or dense layer is ``z = sum of activation * weight + bias``; an average is
such a sum too, with equal weights and no bias. A max pool hands on the one value at its argmax and
flatten all of them, so that behind what they hand on stands the cell that computed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.network.forward import Forward
from convexplain.network.layer import as_map
from convexplain.network.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D

Cell = tuple[int, int, int]
"""(row, col, channel) in a map; a vector of n numbers is a map of one place, (1, 1, n)."""


@dataclass(frozen=True, eq=False)
class Addends:
    """All that one cell is the sum of, in the order of rows, columns, channels.

    Attributes
    ----------
    rows, cols, channels : int array, shape (n,)
        Which cells of the layer's input are read; padding is left out.
    weights : float64 array, shape (n,)
    products : float64 array, shape (n,)
        activation * weight; exact, since both are float32 (but for an average's weight).
    bias : float
    """

    rows: NDArray[np.int_]
    cols: NDArray[np.int_]
    channels: NDArray[np.int_]
    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    bias: float

    def cell(self, index: int) -> Cell:
        """Say which cell of the input the addend reads."""
        return int(self.rows[index]), int(self.cols[index]), int(self.channels[index])


def addends(trace: Forward, layer: Layer, cell: Cell) -> Addends:
    """Write a cell of a convolution, dense or averaging layer as the sum that it is.

    Parameters
    ----------
    trace : Forward
    layer : Layer
    cell : (row, col, channel)
        Of the layer's output, counted from 0.
    """
    x = as_map(trace.input_of(layer.name))
    if isinstance(layer, Conv2D):
        kernel = trace.network.weights[f"{layer.name}/kernel"]
        bias = float(trace.network.weights[f"{layer.name}/bias"][cell[2]])
        depth = kernel.shape[2]
        group = cell[2] // (layer.filters // layer.groups)
        channels = np.arange(group * depth, (group + 1) * depth)
        rows, cols, taps = _places(layer, cell, x.shape)
        weights = kernel[*taps, :, cell[2]]
    elif isinstance(layer, AveragePooling2D):
        rows, cols, _ = _places(layer, cell, x.shape)
        channels, bias = np.array([cell[2]]), 0.0
        weights = np.full((rows.size, cols.size, 1), 1 / (rows.size * cols.size))
    elif isinstance(layer, Dense):
        rows, cols, channels = np.zeros(1, int), np.zeros(1, int), np.arange(x.size)
        weights = trace.network.weights[f"{layer.name}/kernel"][None, None, :, cell[2]]
        bias = float(trace.network.weights[f"{layer.name}/bias"][cell[2]])
    else:
        raise TypeError(f"a cell of {layer.name} ({layer.kind}) is not a sum: see `source`")
    rows, cols, channels = (
        axis.ravel() for axis in np.meshgrid(rows, cols, channels, indexing="ij")
    )
    doubles = weights.astype(np.float64).ravel()
    products = x[rows, cols, channels].astype(np.float64) * doubles
    return Addends(rows, cols, channels, doubles, products, bias)


def source(trace: Forward, layer: Layer | None, cell: Cell) -> tuple[Layer | None, Cell]:
    """Go back through max pools and flatten to where a value was computed.

    Parameters
    ----------
    trace : Forward
    layer : Layer or None
        The layer whose output holds the cell; None is the picture.
    cell : (row, col, channel)

    Returns
    -------
    layer : Layer or None
        The convolution, dense or averaging layer that computed the value; None is the picture.
    cell : (row, col, channel)
        In that layer's output. Of equal maxima the first in row-major order.
    """
    while isinstance(layer, (MaxPooling2D, Flatten)):
        x = as_map(trace.input_of(layer.name))
        if isinstance(layer, MaxPooling2D):
            rows, cols, _ = _places(layer, cell, x.shape)
            values = x[rows[:, None], cols, cell[2]]
            row, col = np.unravel_index(np.argmax(values), values.shape)
            cell = int(rows[row]), int(cols[col]), cell[2]
        else:
            cell = _cell(np.unravel_index(cell[2], x.shape))
        layer = trace.layer_before(layer)
    return layer, cell


def _cell(index: tuple[np.integer[Any], ...]) -> Cell:
    return int(index[0]), int(index[1]), int(index[2])


def _places(
    layer: Conv2D | MaxPooling2D | AveragePooling2D, cell: Cell, shape: tuple[int, ...]
) -> tuple[NDArray[np.int_], NDArray[np.int_], tuple[slice, slice]]:
    """Rows and columns of the input that the window of a cell reads, and by which of its taps."""
    axes = []
    for axis in (0, 1):
        taps = layer.window.taps(axis, cell[axis], shape[axis])
        inside = [i for i, place in enumerate(taps) if place is not None]
        places = np.array([place for place in taps if place is not None], int)
        axes.append((places, slice(inside[0], inside[-1] + 1) if inside else slice(0)))
    (rows, row_taps), (cols, col_taps) = axes
    return rows, cols, (row_taps, col_taps)
