"""Padding pictures, and cutting them into the patches that a sliding window reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from convexplain.ops._arrays import Floats, pictures
from convexplain.ops.geometry import Box, Margins, Window, margins

PadMode: TypeAlias = Literal["constant", "edge", "reflect"]


def patches(x: ArrayLike, window: Window) -> Floats:
    """Show every patch that the window reads, as a view.

    The law of its shape, with ``(H_out, W_out) = window.output_size((H, W))``::

        (..., H, W, C)  ->  (..., H_out, W_out, kH, kW, C)
        patches(x, window)[..., r, c, i, j, :]
            == x[..., r * stride + i * dilation - top, c * stride + j * dilation - left, :]

    and 0 where that lies in the padding.

    Parameters
    ----------
    x : array_like
        Picture (H, W, C) or batch (N, H, W, C).
    window : Window

    Returns
    -------
    ndarray
        A read-only view of `x` where nothing is padded, otherwise of a padded copy. No patch is
        copied, however much the windows overlap.

    Raises
    ------
    TypeError, ValueError
        `x` is not made of real numbers, holds NaN, is empty, or is smaller than the window.

    Examples
    --------
    >>> x = 10 * np.arange(4)[:, None, None] + np.arange(4)[:, None]
    >>> patches(x, Window(2))[1, 2, :, :, 0]
    array([[12., 13.],
           [22., 23.]], dtype=float32)
    """
    x = pictures("x", x)
    size = x.shape[-3], x.shape[-2]
    rows, cols = window.output_size(size)
    padded = surround(x, reach(window, size), 0)
    # Axes: (..., every start row, every start column, C, span rows, span columns).
    view = sliding_window_view(padded, window.span, axis=(-3, -2))
    view = np.moveaxis(view, -3, -1)
    (sh, sw), (dh, dw) = window.stride, window.dilation
    view = view[..., ::sh, ::sw, ::dh, ::dw, :]
    return view[..., :rows, :cols, :, :, :]


def reach(window: Window, size: tuple[int, int]) -> Margins:
    """Give the padding that holds every window on a picture of `size`.

    This is the window's own padding and, in ceil mode, what the last window covers beyond it.
    """
    top, bottom, left, right = window.margins(size)
    rows, cols = window.output_size(size)
    last_row = (rows - 1) * window.stride[0] + window.span[0] - top
    last_col = (cols - 1) * window.stride[1] + window.span[1] - left
    return top, max(bottom, last_row - size[0]), left, max(right, last_col - size[1])


def pad(
    x: ArrayLike,
    padding: int | Sequence[int],
    mode: PadMode = "constant",
    value: float = 0.0,
) -> Floats:
    """Add cells around a picture.

    Parameters
    ----------
    x : array_like
        Picture (H, W, C) or batch (N, H, W, C).
    padding : int, pair of int, or four ints
        For all sides, for (rows, columns), or (top, bottom, left, right).
    mode : {"constant", "edge", "reflect"}
        Fill with `value`; repeat the nearest cell; or mirror at the border cell, which is not
        repeated: ``2 1 | 0 1 2``.
    value : float
        What "constant" fills in.

    Returns
    -------
    ndarray
        A new array (..., H + top + bottom, W + left + right, C).

    Raises
    ------
    ValueError
        A negative padding, an unknown mode, or more to mirror than the picture has.
    """
    x = pictures("x", x)
    around = margins(padding)
    if mode == "constant":
        return surround(x, around, value).copy()
    if mode not in ("edge", "reflect"):
        raise ValueError(f'mode "{mode}" is unknown: give "constant", "edge" or "reflect"')
    top, bottom, left, right = around
    height, width = x.shape[-3:-1]
    if mode == "reflect" and (max(top, bottom) >= height or max(left, right) >= width):
        raise ValueError(
            f"reflecting {around} (top, bottom, left, right) cells of a {height}x{width} input "
            "needs more than it has: pad fewer cells than there are rows and columns"
        )
    axes = [(0, 0)] * (x.ndim - 3) + [(top, bottom), (left, right), (0, 0)]
    return np.pad(x, axes, mode=mode)


def surround(x: Floats, around: Margins, value: float) -> Floats:
    """Pad with one value; gives `x` itself where there is nothing to add."""
    top, bottom, left, right = around
    if not any(around):
        return x
    *batch, height, width, channels = x.shape
    shape = (*batch, height + top + bottom, width + left + right, channels)
    padded = np.full(shape, value, x.dtype)
    padded[..., top : top + height, left : left + width, :] = x
    return padded


def cut(image: Floats, box: Box) -> Floats:
    """Cut a box out of a picture (H, W, C); what lies in the padding is 0."""
    inside = box.clip((image.shape[0], image.shape[1]))
    patch = np.zeros((box.height, box.width, image.shape[2]), image.dtype)
    rows = slice(inside.top - box.top, inside.bottom - box.top)
    cols = slice(inside.left - box.left, inside.right - box.left)
    patch[rows, cols] = image[inside.rows, inside.cols]
    patch.flags.writeable = False
    return patch
