"""How a pooling makes each number of a channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats, numbered, one_picture
from convexplain.ops.breakdown import Breakdown, Cells, Part, Rule
from convexplain.ops.geometry import Box, PaddingLike, Pair, PairLike, Taps, Window
from convexplain.ops.pooling import counted, pool_window, refuse_empty_windows
from convexplain.ops.steps import Steps, WindowStep, gather, locked
from convexplain.style import terms
from convexplain.style.captions import Caption

PoolKind: TypeAlias = Literal["max", "average"]


@dataclass(frozen=True, eq=False)
class PoolStep(WindowStep):
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
            title=self._title(_POOLING, self.channel),
            padding=_PADDING[counts] if self.padding.any() else None,
        )


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


_POOLING = Caption(
    en="row {row}, column {col}, channel {map}: reads input {rows}, {cols}",
    zh="行 {row}、列 {col}、通道 {map}：读取输入的{rows}、{cols}",
)
_AT = Caption(en="at row {row}, column {col}", zh="位于行 {row}、列 {col}")
#: By whether the cells of padding count.
_PADDING = (
    Caption(en="padding: does not count", zh="填充：不计入"),
    Caption(en="padding: counts as 0", zh="填充：按 0 计"),
)
