"""The transposed convolution one input cell at a time: each stamps its kernel onto the output.

`conv2d_transpose_steps` tells what arrives at an output cell; here is what leaves an input cell.
Both add up to the same output::

    output[rows, cols, n] = bias[n] + sum over all input cells of what their stamps put there
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats, convolution_weights, numbered, one_picture
from convexplain.ops.geometry import Box, PaddingLike, Pair, PairLike, Taps, Window
from convexplain.ops.steps import Step, Steps, locked
from convexplain.ops.transposed import conv2d_transpose, landing


@dataclass(frozen=True, eq=False)
class StampStep(Step):
    """What one cell of the input puts onto one map of the output.

    Attributes
    ----------
    row, col, filter : int
        The input cell and the map of the output, counted from 0.
    box : Box
        What its stamp covers of the output; it may reach beyond it.
    output_rows, output_cols : tuple of int or None
        The output row on which each kernel row lands, and the column likewise; None: it is lost.
    values : ndarray, (C,)
        The cell's numbers: of all channels, or of those of the filter's group.
    kernel : ndarray, (kH, kW, C)
        The weights by which they are multiplied.
    stamp : ndarray of float64, (kH, kW)
        What is added to the output: ``(kernel * values).sum(axis=2)``.
    """

    row: int
    col: int
    filter: int
    box: Box
    output_rows: Taps
    output_cols: Taps
    values: Floats
    kernel: Floats
    stamp: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StampSteps(Steps[StampStep]):
    """The stamps of all input cells, row by row, on one map of `conv2d_transpose`'s output.

    Attributes
    ----------
    output_size : pair of int
        Rows and columns of the output; `size` are those of the input.
    """

    size: Pair
    cells: range
    x: Floats
    kernel: Floats
    filter: int
    window: Window
    output_size: Pair

    def _only(self, cells: range) -> Self:
        return replace(self, cells=cells)

    def _at(self, row: int, col: int) -> StampStep:
        height, width = self.output_size
        values = self.x[row, col].copy()
        stamp = self.kernel.astype(np.float64) @ values.astype(np.float64)
        return StampStep(
            row=row,
            col=col,
            filter=self.filter,
            box=self.window.box(row, col),
            output_rows=self.window.taps(0, row, height),
            output_cols=self.window.taps(1, col, width),
            values=locked(values),
            kernel=self.kernel,
            stamp=locked(stamp),
        )


def stamp_steps(
    x: ArrayLike,
    kernels: ArrayLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = "valid",
    output_padding: PairLike = 0,
    output_size: PairLike | None = None,
    dilation: PairLike = 1,
    groups: int = 1,
    filter: int = 0,
) -> StampSteps:
    """Give what each input cell adds to one map of `ops.conv2d_transpose`'s output.

    Parameters
    ----------
    x : array_like
        One picture (H, W, C_in).
    kernels, stride, padding, output_padding, output_size, dilation, groups
        As for `ops.conv2d_transpose`. A bias is no part of a stamp.
    filter : int
        Which map, counted from 0.

    Returns
    -------
    Sequence of StampStep
        One for each input cell, row by row; ``.at(row, col)`` gives a cell's.

    Raises
    ------
    TypeError, ValueError
        As for `ops.conv2d_transpose`, and for a batch, or a filter that does not exist.

    Examples
    --------
    >>> x = np.array([[[1], [10]]])
    >>> stamps = stamp_steps(x, np.array([[1, 2, 3]]).reshape(1, 3, 1, 1), stride=2)
    >>> [(stamp.output_cols, stamp.stamp.tolist()) for stamp in stamps]
    [((0, 1, 2), [[1.0, 2.0, 3.0]]), ((2, 3, 4), [[10.0, 20.0, 30.0]])]
    """
    x = one_picture("x", x)
    weights, _ = convolution_weights(x, kernels, None, groups, transposed=True)
    filter = numbered("filter", filter, weights.shape[2] * groups)
    size = x.shape[0], x.shape[1]
    window = Window(weights.shape[:2], stride, padding, dilation)
    window, landed = landing(window, size, output_padding, output_size)
    group, number = divmod(filter, weights.shape[2])
    channels = weights.shape[3] // groups
    own = slice(group * channels, (group + 1) * channels)
    return StampSteps(
        size=size,
        cells=range(size[0] * size[1]),
        x=x[..., own],
        kernel=locked(weights[:, :, number, own].copy()),
        filter=filter,
        window=window,
        output_size=landed,
    )


def overlaps(
    kernel_size: PairLike,
    input_size: Pair,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = "valid",
    output_padding: PairLike = 0,
    output_size: PairLike | None = None,
    dilation: PairLike = 1,
) -> NDArray[np.int64]:
    """Count how many stamps reach each cell of a transposed convolution's output.

    Where the stride divides the kernel's size, the count is the same away from the border; where
    it does not, neighbours get different numbers of stamps, and equal inputs become a
    checkerboard (Odena, Dumoulin and Olah, *Deconvolution and checkerboard artifacts*, Distill,
    2016).

    Parameters
    ----------
    kernel_size : int or pair of int
    input_size : pair of int
        Rows and columns.
    stride, padding, output_padding, output_size, dilation
        As for `ops.conv2d_transpose`.

    Returns
    -------
    ndarray of int, (H_out, W_out)

    Raises
    ------
    TypeError, ValueError
        As for `ops.conv2d_transpose`.

    Examples
    --------
    >>> overlaps((1, 3), (1, 4), stride=2).tolist()
    [[1, 1, 2, 1, 2, 1, 2, 1, 1]]
    >>> overlaps((1, 4), (1, 4), stride=2).tolist()
    [[1, 1, 2, 2, 2, 2, 2, 2, 1, 1]]
    """
    ones = np.ones((*Window(kernel_size).kernel_size, 1, 1))
    counted = conv2d_transpose(
        np.ones((*input_size, 1)), ones, stride=stride, padding=padding,
        output_padding=output_padding, output_size=output_size, dilation=dilation,
    )  # fmt: skip
    return np.rint(counted.squeeze(axis=-1)).astype(np.int64)
