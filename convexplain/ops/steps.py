"""One output cell at a time: the same arithmetic as on whole arrays, with all that lies between.

Each function gives a lazy sequence, one step for each output cell, row by row. A step is computed
when it is asked for, from the picture itself, so that a sequence takes no memory of its own.

What everything rests on, for the step of cell ``(r, c)``::

    step.products.sum() + step.bias == step.value == conv2d(...)[r, c, n]

Sums are made in float64 and rounded once, to the dtype of the picture.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from operator import index
from typing import Any, Generic, Literal, Self, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats, convolution_weights, numbered, one_picture
from convexplain.ops.activations import ACTIVATIONS, find
from convexplain.ops.breakdown import SHOWN, Breakdown, Cells, Part, Rule, largest
from convexplain.ops.geometry import Box, PaddingLike, Pair, PairLike, Taps, Window
from convexplain.ops.pooling import counted, pool_window, refuse_empty_windows
from convexplain.ops.transposed import landing
from convexplain.style import terms
from convexplain.style.captions import Caption

Activation: TypeAlias = str | Callable[[Floats], ArrayLike] | None
"""A name that `activations.find` knows, a function of an array, or None."""
PoolKind: TypeAlias = Literal["max", "average"]
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
            title=_title(_CONVOLUTION, self, self.filter),
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

    def text(self, decimals: int = 2) -> str:
        """Return the step as aligned plain text."""
        return self.breakdown().text("en", decimals)

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain numbers, texts, lists and dicts, ready for JSON."""
        return plain_fields(self)


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


@dataclass(frozen=True, eq=False)
class PoolStep:
    """How a pooling makes one number of one channel.

    Attributes
    ----------
    kind : {"max", "average"}
    row, col, channel : int
        The output cell and the channel, counted from 0.
    box : Box
        What the window covers of the input; it may reach into the padding.
    input_rows, input_cols : tuple of int or None
        The input row that each row of the window reads, and the column likewise; None: padding.
    padding : ndarray of bool, (kH, kW)
        True where the patch holds padding.
    patch : ndarray, (kH, kW)
        The numbers in the window; padding reads as 0, but never wins a maximum.
    count : int
        The cells that take part: all but padding for a maximum; what the sum is divided by for an
        average.
    total : float or None
        The sum in float64, of an average; None for a maximum.
    value : float
        The maximum or the average, in the dtype of the picture.
    argmax : pair of int or None
        Row and column of the maximum in the input, the first in row-major order in a tie; None
        for an average.
    """

    kind: PoolKind
    row: int
    col: int
    channel: int
    box: Box
    input_rows: Taps
    input_cols: Taps
    padding: NDArray[np.bool_]
    patch: Floats
    count: int
    total: float | None
    value: float
    argmax: Pair | None

    def breakdown(self) -> Breakdown:
        """Return the number as what it is made of: the winner, or the sum of which it is a share.

        Returns
        -------
        Breakdown
        """
        if self.argmax is None:
            return self.mean()
        row, col = self.argmax
        return self._of(_AT.fill(row=row, col=col), self.value, self.value, "max")

    def mean(self) -> Breakdown:
        """Return what average pooling makes of the same cells, as their sum and its share."""
        total = float(self.patch.sum(dtype=np.float64))
        value = self.value if self.total is not None else total / self.count
        return self._of(terms.WINDOW, total, value, "mean")

    def _of(self, name: Caption, total: float, value: float, rule: Rule) -> Breakdown:
        counts = self.count == self.padding.size
        return Breakdown(
            parts=(Part(name, total, 0, Cells(self.patch, self.padding, self.patch)),),
            total=total,
            count=self.count,
            value=value,
            activated=value,
            rule=rule,
            title=_title(_POOLING, self, self.channel),
            padding=_PADDING[counts] if self.padding.any() else None,
        )

    def text(self, decimals: int = 2) -> str:
        """Return the step as aligned plain text."""
        return self.breakdown().text("en", decimals)

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain numbers, texts, lists and dicts, ready for JSON."""
        return plain_fields(self)


@dataclass(frozen=True, eq=False)
class PoolSteps(Steps[PoolStep]):
    """The steps of one channel of `max_pool2d` or `avg_pool2d` over one picture."""

    size: Pair
    cells: range
    x: Floats
    kind: PoolKind
    channel: int
    window: Window
    count_include_pad: bool

    def _only(self, cells: range) -> Self:
        return replace(self, cells=cells)

    def _at(self, row: int, col: int) -> PoolStep:
        size = self.x.shape[0], self.x.shape[1]
        rows, cols = self.window.taps(0, row, size[0]), self.window.taps(1, col, size[1])
        patch, padding = gather(self.x[..., self.channel : self.channel + 1], rows, cols)
        patch = patch[..., 0]
        total: float | None = None
        argmax: Pair | None = None
        if self.kind == "max":
            cells = [
                (float(patch[i, j]), (r, c))
                for i, r in enumerate(rows)
                for j, c in enumerate(cols)
                if r is not None and c is not None
            ]
            count = len(cells)
            # Of equal cells, max() keeps the first, and they come row by row.
            value, argmax = max(cells, key=lambda cell: cell[0])
        else:
            include = self.count_include_pad
            count = counted(self.window, 0, row, size[0], include)
            count *= counted(self.window, 1, col, size[1], include)
            total = float(patch.sum(dtype=np.float64))
            value = float(self.x.dtype.type(total / count))
        return PoolStep(
            kind=self.kind,
            row=row,
            col=col,
            channel=self.channel,
            box=self.window.box(row, col),
            input_rows=rows,
            input_cols=cols,
            padding=locked(padding),
            patch=locked(patch),
            count=count,
            total=total,
            value=value,
            argmax=argmax,
        )


def max_pool2d_steps(
    x: ArrayLike,
    pool_size: PairLike = 2,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    ceil_mode: bool = False,
    channel: int = 0,
) -> PoolSteps:
    """Give the steps that make one channel of `ops.max_pool2d`.

    Parameters
    ----------
    x : array_like
        One picture (H, W, C). It is read when a step is asked for.
    pool_size, stride, padding, dilation, ceil_mode
        As for `ops.max_pool2d`.
    channel : int
        Which channel, counted from 0.

    Returns
    -------
    Sequence of PoolStep
        One for each output cell, row by row; ``.at(row, col)`` gives a cell's.

    Raises
    ------
    TypeError, ValueError
        As for `ops.max_pool2d`, and for a batch, or a channel that does not exist.

    Examples
    --------
    >>> step = max_pool2d_steps(np.arange(16).reshape(4, 4, 1)).at(0, 1)
    >>> step.patch.tolist(), step.value, step.argmax
    ([[2.0, 3.0], [6.0, 7.0]], 7.0, (1, 3))
    """
    window = pool_window(pool_size, stride, padding, dilation, ceil_mode)
    return _pool_steps("max", x, window, channel, count_include_pad=False)


def avg_pool2d_steps(
    x: ArrayLike,
    pool_size: PairLike = 2,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    channel: int = 0,
) -> PoolSteps:
    """Give the steps that make one channel of `ops.avg_pool2d`.

    Parameters, results and errors are those of `max_pool2d_steps`; `count_include_pad` is that of
    `ops.avg_pool2d`.
    """
    window = pool_window(pool_size, stride, padding, dilation, ceil_mode)
    return _pool_steps("average", x, window, channel, count_include_pad=count_include_pad)


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


def _pool_steps(
    kind: PoolKind, x: ArrayLike, window: Window, channel: int, *, count_include_pad: bool
) -> PoolSteps:
    x = one_picture("x", x)
    size = x.shape[0], x.shape[1]
    output_size = window.output_size(size)
    refuse_empty_windows(window, size)
    return PoolSteps(
        size=output_size,
        cells=range(output_size[0] * output_size[1]),
        x=x,
        kind=kind,
        channel=numbered("channel", channel, x.shape[2]),
        window=window.on(size),
        count_include_pad=count_include_pad,
    )


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


def _title(template: Caption, step: ConvStep | PoolStep, map: int) -> Caption:
    """Name the output cell, and the rows and columns that are read for it."""
    rows, cols = (
        _span(names, taps)
        for names, taps in zip(_AXES, (step.input_rows, step.input_cols), strict=True)
    )
    return template.fill(row=step.row, col=step.col, map=map, rows=rows, cols=cols)


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


def plain_fields(value: Any) -> dict[str, Any]:
    """Return the fields of a step as plain numbers, texts, lists and dicts."""
    # Not dataclasses.asdict(), which would copy every array first.
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Box):
        return plain_fields(value)
    return list(value) if isinstance(value, tuple) else value


_CONVOLUTION = Caption(
    en="row {row}, column {col}, filter {map}: reads input {rows}, {cols}",
    zh="行 {row}、列 {col}、过滤器 {map}：读取输入的{rows}、{cols}",
)
_POOLING = Caption(
    en="row {row}, column {col}, channel {map}: reads input {rows}, {cols}",
    zh="行 {row}、列 {col}、通道 {map}：读取输入的{rows}、{cols}",
)
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
_AT = Caption(en="at row {row}, column {col}", zh="位于行 {row}、列 {col}")
_OTHER_CHANNELS = Caption(en="the other {n} channels", zh="其余 {n} 个通道")
_NO_CELL = Caption(en="no input cell: counts as 0", zh="没有输入单元：按 0 计")
#: By whether the cells of padding count.
_PADDING = (
    Caption(en="padding: does not count", zh="填充：不计入"),
    Caption(en="padding: counts as 0", zh="填充：按 0 计"),
)
