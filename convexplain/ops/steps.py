"""One output cell at a time: the same arithmetic as on whole arrays, with all that lies between.

Each function gives a lazy sequence, one step for each output cell, row by row. A step is computed
when it is asked for, from the picture itself, so that a sequence takes no memory of its own.

What everything rests on, for the step of cell ``(r, c)``::

    step.products.sum() + step.bias == step.value == conv2d(...)[r, c, n]

Sums are made in float64 and rounded once, to the dtype of the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats, convolution_weights, numbered, one_picture
from convexplain.ops.activations import BY_CELL
from convexplain.ops.geometry import Box, PaddingLike, Pair, PairLike, Taps, Window
from convexplain.ops.step_text import convolution_text, plain
from convexplain.ops.stepping import Steps, gather, landing_taps, locked
from convexplain.ops.transposed import landing

Activation: TypeAlias = str | Callable[[Floats], ArrayLike] | None
"""A key of `activations.BY_CELL`, a function of an array, or None."""


@dataclass(frozen=True, eq=False)
class ConvStep:
    """How a convolution makes one number.

    In a transposed convolution the patch holds, at ``[i, j]``, the input cell whose kernel weight
    ``[i, j]`` lands on this output cell: every input cell stamps the kernel, multiplied by its
    value, onto the output, and this step gathers what arrives here. Where no input cell's weight
    ``[i, j]`` can arrive, the patch holds 0 and `padding` is True, as in the padding around a
    picture.

    Attributes
    ----------
    row, col, filter : int
        The output cell and the filter, counted from 0.
    box : Box
        What the window covers of the input; it may reach into the padding. Transposed: the input
        rows and columns between the first and the last that can reach this cell; maybe none.
    input_rows, input_cols : tuple of int or None
        The input row that each kernel row meets, and the column likewise; None: no input cell.
    padding : ndarray of bool, (kH, kW)
        True where the patch holds padding.
    first_channel : int
        The input channel that the patch's channel 0 is; above 0 only in later groups.
    patch : ndarray, (kH, kW, C)
        The numbers in the window: all channels, or those of the filter's group.
    kernel : ndarray, (kH, kW, C)
        The filter's weights.
    products : ndarray of float64, (kH, kW, C)
        ``patch * kernel``, cell by cell.
    channel_sums : ndarray of float64, (C,)
        The products of each channel, added up.
    total : float
        All products, added up, in float64.
    bias : float
        The filter's bias; 0 if there is none.
    value : float
        ``total + bias``, rounded to the dtype of the picture.
    activated : float
        The activation of `value`; the same number if there is none.
    activation : str
        The activation's name; "linear" if there is none.
    """

    row: int
    col: int
    filter: int
    box: Box
    input_rows: Taps
    input_cols: Taps
    padding: NDArray[np.bool_]
    first_channel: int
    patch: Floats
    kernel: Floats
    products: NDArray[np.float64]
    channel_sums: NDArray[np.float64]
    total: float
    bias: float
    value: float
    activated: float
    activation: str

    def text(self, decimals: int = 2) -> str:
        """Tell of the step in aligned plain text."""
        return convolution_text(self, decimals)

    def to_dict(self) -> dict[str, Any]:
        """Give all fields as plain numbers, texts, lists and dicts, ready for JSON."""
        return plain(self)


@dataclass(frozen=True, eq=False)
class ConvSteps(Steps[ConvStep]):
    """The steps of one filter of `conv2d` over one picture."""

    size: Pair
    cells: range
    x: Floats
    kernel: Floats
    bias: float
    filter: int
    first_channel: int
    window: Window
    activation: Activation

    def _only(self, cells: range) -> Self:
        return replace(self, cells=cells)

    def _at(self, row: int, col: int) -> ConvStep:
        rows, cols, box = self._reads(row, col)
        patch, padding = gather(self.x, rows, cols)
        patch = patch[..., self.first_channel : self.first_channel + self.kernel.shape[2]]
        products = patch.astype(np.float64) * self.kernel.astype(np.float64)
        total = products.sum()
        value = (total + self.bias).astype(self.x.dtype)
        name, function = _activation(self.activation)
        return ConvStep(
            row=row,
            col=col,
            filter=self.filter,
            box=box,
            input_rows=rows,
            input_cols=cols,
            padding=locked(padding),
            first_channel=self.first_channel,
            patch=locked(patch),
            kernel=self.kernel,
            products=locked(products),
            channel_sums=locked(products.sum(axis=(0, 1))),
            total=float(total),
            bias=self.bias,
            value=float(value),
            activated=float(np.asarray(function(value))),
            activation=name,
        )

    def _reads(self, row: int, col: int) -> tuple[Taps, Taps, Box]:
        height, width = self.x.shape[:2]
        rows, cols = self.window.taps(0, row, height), self.window.taps(1, col, width)
        return rows, cols, self.window.box(row, col)


class TransposedSteps(ConvSteps):
    """The steps of one filter of `conv2d_transpose` over one picture."""

    def _reads(self, row: int, col: int) -> tuple[Taps, Taps, Box]:
        return landing_taps(self.window, (self.x.shape[0], self.x.shape[1]), row, col)


def conv2d_steps(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    groups: int = 1,
    filter: int = 0,
    activation: Activation = None,
) -> ConvSteps:
    """Give the steps that make one response map of `ops.conv2d`.

    Parameters
    ----------
    x : array_like
        One picture (H, W, C_in). It is read when a step is asked for.
    kernels, bias, stride, padding, dilation, groups
        As for `ops.conv2d`.
    filter : int
        Which filter, counted from 0.
    activation : str or callable, optional
        "linear", "relu", "leaky_relu", "sigmoid", "tanh", or a function of an array.

    Returns
    -------
    Sequence of ConvStep
        One for each output cell, row by row; ``.at(row, col)`` gives a cell's.

    Raises
    ------
    TypeError, ValueError
        As for `ops.conv2d`, and for a batch, or a filter or an activation that does not exist.

    Examples
    --------
    >>> x = 10 * np.arange(4)[:, None, None] + np.arange(4)[:, None]
    >>> steps = conv2d_steps(x, np.ones((2, 2, 1, 1)), [0.5])
    >>> len(steps), steps.at(1, 2).patch[..., 0].tolist(), steps.at(1, 2).value
    (9, [[12.0, 13.0], [22.0, 23.0]], 70.5)
    """
    x = one_picture("x", x)
    weights, biases = convolution_weights(x, kernels, bias, groups)
    filter = numbered("filter", filter, weights.shape[3])
    size = x.shape[0], x.shape[1]
    window = Window(weights.shape[:2], stride, padding, dilation).on(size)
    output_size = window.output_size(size)
    _activation(activation)
    return ConvSteps(
        size=output_size,
        cells=range(output_size[0] * output_size[1]),
        x=x,
        kernel=locked(weights[..., filter].copy()),
        bias=0.0 if biases is None else float(biases[filter]),
        filter=filter,
        first_channel=filter // (weights.shape[3] // groups) * weights.shape[2],
        window=window,
        activation=activation,
    )


def conv2d_transpose_steps(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = "valid",
    output_padding: PairLike = 0,
    output_size: PairLike | None = None,
    dilation: PairLike = 1,
    groups: int = 1,
    filter: int = 0,
    activation: Activation = None,
) -> TransposedSteps:
    """Give the steps that make one response map of `ops.conv2d_transpose`.

    Each step gathers what arrives at one output cell, as `ConvStep` says. Parameters, results and
    errors are those of `conv2d_steps`, with kernels, padding, `output_padding` and `output_size`
    as for `ops.conv2d_transpose`.

    Examples
    --------
    >>> x = np.array([[[1], [10]]])
    >>> kernel = np.array([[1, 2, 3]]).reshape(1, 3, 1, 1)
    >>> step = conv2d_transpose_steps(x, kernel, stride=2).at(0, 2)
    >>> step.input_cols, step.products.ravel().tolist(), step.value
    ((1, None, 0), [10.0, 0.0, 3.0], 13.0)
    """
    x = one_picture("x", x)
    weights, biases = convolution_weights(x, kernels, bias, groups, transposed=True)
    window = Window(weights.shape[:2], stride, padding, dilation)
    window, output_size = landing(window, (x.shape[0], x.shape[1]), output_padding, output_size)
    filter = numbered("filter", filter, weights.shape[2] * groups)
    _activation(activation)
    # Filters are numbered group by group, and a group reads its channels of the last axis.
    group, number = divmod(filter, weights.shape[2])
    channels = weights.shape[3] // groups
    first = group * channels
    return TransposedSteps(
        size=output_size,
        cells=range(output_size[0] * output_size[1]),
        x=x,
        kernel=locked(weights[:, :, number, first : first + channels].copy()),
        bias=0.0 if biases is None else float(biases[filter]),
        filter=filter,
        first_channel=first,
        window=window,
        activation=activation,
    )


def _activation(activation: Activation) -> tuple[str, Callable[[Floats], ArrayLike]]:
    """Give an activation's name and the function itself."""
    if activation is None:
        activation = "linear"
    if callable(activation):
        return getattr(activation, "__name__", "activation"), activation
    if activation not in BY_CELL:
        raise ValueError(
            f"activation {activation!r} is not applied cell by cell: give one of "
            f"{', '.join(BY_CELL)}, or a function of an array"
        )
    return activation, BY_CELL[activation]
