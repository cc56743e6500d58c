"""How a convolution's kernel gets its gradient, one weight at a time: input times error, added up.

A weight is used at every place of the window, so the loss depends on it through every cell of the
map. By the chain rule its gradient is the sum, over these cells, of what the weight met there and
the loss's gradient by the cell (the *error*)::

    gradient[i, j] = sum over row, col of
        x[row * stride + i * dilation - top, col * stride + j * dilation - left] * errors[row, col]

With a stride of 1 that is the cross-correlation of the input with the errors (Dumoulin and Visin,
*A guide to convolution arithmetic for deep learning*, 2016; LeCun et al., 1998).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats, floats
from convexplain.ops.breakdown import SHOWN, Breakdown, Part, largest
from convexplain.ops.geometry import PaddingLike, Pair, PairLike, Window
from convexplain.ops.steps import BrokenDown, Steps, gather, locked
from convexplain.style.captions import Caption


@dataclass(frozen=True, eq=False)
class GradientStep(BrokenDown):
    """How one weight of a kernel gets its gradient.

    Attributes
    ----------
    row, col : int
        The weight's place in the kernel, counted from 0.
    channel, filter : int
        The channel that the weight reads and the filter to which it belongs.
    met : ndarray, (H_out, W_out)
        What the weight met at each place of the window: a cell of the input, or 0 in the padding.
    padding : ndarray of bool, (H_out, W_out)
        True where it met padding.
    errors : ndarray of float64, (H_out, W_out)
        The loss's gradient by each cell of the map, before its activation.
    products : ndarray of float64, (H_out, W_out)
        ``met * errors``, place by place.
    value : float
        The products, added up, in float64: the loss's gradient by the weight.
    """

    row: int
    col: int
    channel: int
    filter: int
    met: Floats
    padding: NDArray[np.bool_]
    errors: NDArray[np.float64]
    products: NDArray[np.float64]
    value: float

    def breakdown(self, shown: int = SHOWN) -> Breakdown:
        """Return the gradient as named addends: the places with the largest products, the others.

        Parameters
        ----------
        shown : int
            How many places are named.
        """
        products = self.products.ravel()
        places = [n for n in largest(products, shown) if products[n]]
        rest = int(np.count_nonzero(products)) - len(places)
        return Breakdown(
            parts=tuple(self._part(n) for n in places),
            rest=self.value - float(products[places].sum()) if rest else 0.0,
            rest_count=rest,
            rest_name=_OTHER_PLACES,
            total=self.value,
            count=products.size,
            value=self.value,
            activated=self.value,
            rule="total",
            title=_TITLE.fill(row=self.row, col=self.col, channel=self.channel, map=self.filter),
        )

    def _part(self, place: int) -> Part:
        row, col = divmod(place, self.products.shape[1])
        return Part(_PLACE.fill(row=row, col=col), float(self.products[row, col]), place)


@dataclass(frozen=True, eq=False)
class GradientSteps(Steps[GradientStep]):
    """The steps of one channel of one filter's kernel, weight by weight."""

    size: Pair
    cells: range
    x: Floats
    errors: NDArray[np.float64]
    window: Window
    channel: int
    filter: int

    def _only(self, cells: range) -> Self:
        return replace(self, cells=cells)

    def _at(self, row: int, col: int) -> GradientStep:
        rows, cols = (
            tuple(self.window.taps(axis, place, length)[tap] for place in range(places))
            for axis, tap, length, places in zip(
                (0, 1), (row, col), self.x.shape, self.errors.shape, strict=True
            )
        )
        patch, padding = gather(self.x[..., None], rows, cols)
        met = patch.squeeze(-1)
        products = met.astype(np.float64) * self.errors
        return GradientStep(
            row=row,
            col=col,
            channel=self.channel,
            filter=self.filter,
            met=locked(met),
            padding=locked(padding),
            errors=self.errors,
            products=locked(products),
            value=float(products.sum()),
        )


def kernel_gradient_steps(
    x: ArrayLike,
    errors: ArrayLike,
    kernel_size: PairLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    channel: int = 0,
    filter: int = 0,
) -> GradientSteps:
    """Give the steps that make the gradient of a kernel of `ops.conv2d`, one for each weight.

    Parameters
    ----------
    x : array_like
        One channel of the input, (H, W).
    errors : array_like
        The loss's gradient by one map of the output before its activation, (H_out, W_out).
    kernel_size : int or pair of int
    stride, padding, dilation
        As for `ops.conv2d`.
    channel, filter : int
        What the steps are called by.

    Returns
    -------
    Sequence of GradientStep
        Row by row of the kernel; ``.at(row, col)`` gives a weight's.

    Raises
    ------
    TypeError, ValueError
        As for `ops.conv2d`, and for errors of another size than the window's map.

    Examples
    --------
    >>> x = [[1.0, 2.0], [3.0, 4.0]]
    >>> step = kernel_gradient_steps(x, [[0.5, -1.0]], (2, 1)).at(1, 0)
    >>> step.met.tolist(), step.products.tolist(), step.value
    ([[3.0, 4.0]], [[1.5, -4.0]], -2.5)
    """
    numbers, blame = floats("x", x), floats("errors", errors).astype(np.float64)
    for name, array in (("x", numbers), ("errors", blame)):
        if array.ndim != 2:
            raise ValueError(f"{name} has shape {array.shape}: give one map (rows, columns)")
    size = numbers.shape[0], numbers.shape[1]
    window = Window(kernel_size, stride, padding, dilation).on(size)
    if blame.shape != window.output_size(size):
        raise ValueError(
            f"errors of shape {blame.shape} do not fit: the window has "
            f"{window.output_size(size)} places on x of shape {numbers.shape}"
        )
    height, width = window.kernel_size
    return GradientSteps(
        size=(height, width),
        cells=range(height * width),
        x=numbers,
        errors=locked(blame),
        window=window,
        channel=channel,
        filter=filter,
    )


_TITLE = Caption(
    en="gradient of the weight at row {row}, column {col}, channel {channel}, filter {map}",
    zh="行 {row}、列 {col}、通道 {channel}、过滤器 {map} 处权重的梯度",
)
_PLACE = Caption(en="at row {row}, column {col}", zh="位于行 {row}、列 {col}")
_OTHER_PLACES = Caption(en="the other {n} places", zh="其余 {n} 处")
