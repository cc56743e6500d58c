"""How a convolution, or a transposed one, makes each number of a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats, convolution_weights, numbered, one_picture
from convexplain.ops.activations import ACTIVATIONS, find
from convexplain.ops.breakdown import SHOWN, Breakdown, Cells, Part, largest
from convexplain.ops.geometry import Box, PaddingLike, Pair, PairLike, Taps, Window
from convexplain.ops.steps import Steps, WindowStep, gather, locked
from convexplain.ops.transposed import landing
from convexplain.style import terms
from convexplain.style.captions import Caption

Activation: TypeAlias = str | Callable[[Floats], ArrayLike] | None
"""A name that `activations.find` knows, a function of an array, or None."""


@dataclass(frozen=True, eq=False)
class ConvStep(WindowStep):
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

    def breakdown(self, shown: int = SHOWN, *, grids: int | None = None) -> Breakdown:
        """Return the number as named addends: a channel each, the other channels, the bias.

        Parameters
        ----------
        shown : int
            How many channels are named, those with the largest sums; the others are one sum.
        grids : int, optional
            How many of these have their cells shown; by default all.

        Returns
        -------
        Breakdown
        """
        channels = largest(self.channel_sums, shown)
        with_cells = channels[:grids]
        return Breakdown(
            parts=tuple(
                Part(
                    name=terms.CHANNEL.fill(n=self.first_channel + channel),
                    value=float(self.channel_sums[channel]),
                    place=self.first_channel + channel,
                    cells=self._cells(channel) if channel in with_cells else None,
                )
                for channel in channels
            ),
            rest=float(np.delete(self.channel_sums, channels).sum()),
            rest_count=len(self.channel_sums) - len(channels),
            rest_name=_OTHER_CHANNELS,
            total=self.total,
            count=self.products.size,
            bias=self.bias,
            value=self.value,
            activation=self.activation,
            activated=self.activated,
            title=self._title(_CONVOLUTION, self.filter),
            padding=_NO_CELL if self.padding.any() else None,
        )

    def votes(self) -> Breakdown:
        """Return the number as what its products say for it, and what against it, and the bias."""
        sides = (terms.FOR, self.products.clip(0)), (terms.AGAINST, self.products.clip(max=0))
        return replace(
            self.breakdown(),
            parts=tuple(
                Part(name, float(products.sum()), place)
                for place, (name, products) in enumerate(sides)
            ),
            rest=0.0,
            rest_count=0,
        )

    def _cells(self, channel: int) -> Cells:
        return Cells(
            self.patch[..., channel],
            self.padding,
            self.products[..., channel],
            self.kernel[..., channel],
        )


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

    @cached_property
    def values(self) -> Floats:
        """The value of every step, in their order; all at once, where only some are asked for."""
        height, width = self.size
        kernel = self.kernel.astype(np.float64)
        cols = tuple(col for n in range(width) for col in self._reads(0, n)[1])
        last = self.first_channel + kernel.shape[2]
        totals = np.empty((height, width))
        for n in range(height):
            patches, _ = gather(self.x, self._reads(n, 0)[0], cols)
            patches = patches[..., self.first_channel : last].astype(np.float64)
            patches = patches.reshape(kernel.shape[0], width, *kernel.shape[1:])
            totals[n] = np.einsum("hnwc,hwc->n", patches, kernel)
        every: Floats = (totals + self.bias).astype(self.x.dtype).ravel()
        return locked(every[self.cells])

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
        A name such as "relu" or "leaky_relu(0.2)", or a function of an array.

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
    function = find(activation)
    if not function.by_cell:
        cellwise = ", ".join(name for name, each in ACTIVATIONS.items() if each.by_cell)
        raise ValueError(
            f"activation {activation!r} is not applied cell by cell: give one of {cellwise}, "
            "or a function of an array"
        )
    return activation, function


def landing_taps(window: Window, size: Pair, row: int, col: int) -> tuple[Taps, Taps, Box]:
    """List the input rows and columns that a transposed convolution brings to one output cell.

    Input row ``a`` puts kernel row ``i`` on output row ``a * stride + i * dilation - top``. So
    kernel row ``i`` comes from ``a = (row + top - i * dilation) / stride``, if that is a whole
    number and a row of the input; otherwise its entry is None.

    The window is that of `transposed.landing`, the size that of the input. The box goes from the
    first input cell that the kernel's span reaches from here to the last.
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


_CONVOLUTION = Caption(
    en="row {row}, column {col}, filter {map}: reads input {rows}, {cols}",
    zh="行 {row}、列 {col}、过滤器 {map}：读取输入的{rows}、{cols}",
)
_OTHER_CHANNELS = Caption(en="the other {n} channels", zh="其余 {n} 个通道")
_NO_CELL = Caption(en="no input cell: counts as 0", zh="没有输入单元：按 0 计")
