"""Pooling: each channel is summed up window by window, and channels are never mixed.

Where frameworks differ, PyTorch's convention is followed: padding counts in an average unless
``count_include_pad=False`` (Keras never counts it), rounding up drops a window that would begin
behind the picture, and positions of maxima are counted in the plane of one channel,
``row * W + col``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.ops._arrays import Floats, pictures
from convexplain.ops.geometry import PaddingLike, Pair, PairLike, Window
from convexplain.ops.patching import reach, surround


def pool_window(
    pool_size: PairLike = 2,
    stride: PairLike | None = None,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    ceil_mode: bool = False,
) -> Window:
    """Give the window of a pooling: its stride is its size unless another is given."""
    step = pool_size if stride is None else stride
    return Window(pool_size, step, padding, dilation, ceil_mode)


@overload
def max_pool2d(
    x: ArrayLike,
    pool_size: PairLike = ...,
    *,
    stride: PairLike | None = ...,
    padding: PaddingLike = ...,
    dilation: PairLike = ...,
    ceil_mode: bool = ...,
    return_indices: Literal[False] = ...,
) -> Floats: ...
@overload
def max_pool2d(
    x: ArrayLike,
    pool_size: PairLike = ...,
    *,
    stride: PairLike | None = ...,
    padding: PaddingLike = ...,
    dilation: PairLike = ...,
    ceil_mode: bool = ...,
    return_indices: Literal[True],
) -> tuple[Floats, NDArray[np.int64]]: ...
def max_pool2d(
    x: ArrayLike,
    pool_size: PairLike = 2,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Floats | tuple[Floats, NDArray[np.int64]]:
    """Keep the largest number of each window, channel by channel.

    Parameters
    ----------
    x : array_like
        Picture (H, W, C) or batch (N, H, W, C).
    pool_size, stride, padding, dilation, ceil_mode
        As for `Window`; the stride is the pool's size unless given. Padding never wins.
    return_indices : bool
        Also give where each maximum stands.

    Returns
    -------
    ndarray
        (..., H_out, W_out, C)
    ndarray of int64
        Only with `return_indices`: same shape, ``row * W + col`` of the maximum in the input,
        and of the first one in row-major order in a tie. ``divmod(index, W)`` gives row, column.

    Raises
    ------
    TypeError, ValueError
        As for `patches`, and where a window lies wholly in the padding.

    Examples
    --------
    >>> max_pool2d(np.arange(16).reshape(4, 4, 1))[..., 0]
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)
    """
    x = pictures("x", x)
    window = pool_window(pool_size, stride, padding, dilation, ceil_mode)
    size = x.shape[-3], x.shape[-2]
    refuse_empty_windows(window, size)
    padded = surround(x, reach(window, size), -np.inf)
    taps = _taps(padded, window, window.output_size(size))
    if not return_indices:
        largest = next(taps)[1].copy()
        for _, cells in taps:
            np.maximum(largest, cells, out=largest)
        return largest
    rows, cols = (positions(window, size, axis) for axis in (0, 1))
    (i, j), cells = next(taps)
    largest, winner = cells.copy(), np.empty(cells.shape, np.int64)
    winner[...] = _plane(rows[:, i], cols[:, j], size)
    for (i, j), cells in taps:
        place = _plane(rows[:, i], cols[:, j], size)
        # A cell of minus infinity beats padding, which only stands there as minus infinity.
        better = (cells > largest) | ((winner < 0) & (place >= 0))
        np.copyto(largest, cells, where=better)
        np.copyto(winner, place, where=better)
    return largest, winner


def avg_pool2d(
    x: ArrayLike,
    pool_size: PairLike = 2,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Floats:
    """Average the numbers of each window, channel by channel.

    Parameters
    ----------
    x : array_like
        Picture (H, W, C) or batch (N, H, W, C).
    pool_size, stride, padding, dilation, ceil_mode
        As for `max_pool2d`.
    count_include_pad : bool
        Whether padding cells count as zeros (PyTorch's default) or not at all (Keras). What a
        window covers beyond the padding in ceil mode never counts.

    Returns
    -------
    ndarray
        (..., H_out, W_out, C)

    Raises
    ------
    TypeError, ValueError
        As for `max_pool2d`.
    """
    x = pictures("x", x)
    window = pool_window(pool_size, stride, padding, dilation, ceil_mode)
    size = x.shape[-3], x.shape[-2]
    refuse_empty_windows(window, size)
    padded = surround(x, reach(window, size), 0)
    output_size = window.output_size(size)
    total = np.zeros((*x.shape[:-3], *output_size, x.shape[-1]), np.float64)
    for _, cells in _taps(padded, window, output_size):
        total += cells
    total /= counts(window, size, count_include_pad)[..., None]
    return total.astype(x.dtype, copy=False)


def global_max_pool2d(x: ArrayLike) -> Floats:
    """Keep the largest number of each channel: (..., H, W, C) becomes (..., C)."""
    largest: Floats = pictures("x", x).max(axis=(-3, -2))
    return largest


def global_avg_pool2d(x: ArrayLike) -> Floats:
    """Average each channel: (..., H, W, C) becomes (..., C)."""
    x = pictures("x", x)
    mean: Floats = x.mean(axis=(-3, -2), dtype=np.float64).astype(x.dtype, copy=False)
    return mean


def positions(window: Window, size: Pair, axis: int) -> NDArray[np.int64]:
    """List the rows (`axis` 0) or columns (1) that each window reads: (windows, kernel size)."""
    start = np.arange(window.output_size(size)[axis]) * window.stride[axis]
    start -= window.margins(size)[2 * axis]
    return start[:, None] + np.arange(window.kernel_size[axis]) * window.dilation[axis]


def counts(window: Window, size: Pair, include_pad: bool) -> NDArray[np.int64]:
    """Count the cells that enter each average: (H_out, W_out)."""
    around = window.margins(size) if include_pad else (0, 0, 0, 0)
    rows, cols = (
        _inside(positions(window, size, axis), -before, size[axis] + after).sum(axis=1)
        for axis, before, after in ((0, *around[:2]), (1, *around[2:]))
    )
    return np.outer(rows, cols)


def refuse_empty_windows(window: Window, size: Pair) -> None:
    """Refuse a pooling some window of which reads nothing but padding (ValueError)."""
    around = window.margins(size)
    if not any(around):
        return
    for axis in (0, 1):
        if not _inside(positions(window, size, axis), 0, size[axis]).any(axis=1).all():
            raise ValueError(
                f"padding {around} (top, bottom, left, right) is too much for a "
                f"{window.kernel_size[0]}x{window.kernel_size[1]} pool on a "
                f"{size[0]}x{size[1]} input: a window would read nothing but padding; pad by at "
                "most half of the pool's size"
            )


def _inside(cells: NDArray[np.int64], start: int, stop: int) -> NDArray[np.bool_]:
    return (cells >= start) & (cells < stop)


def _plane(rows: NDArray[Any], cols: NDArray[Any], size: Pair) -> NDArray[np.int64]:
    """Number the cells of one channel's plane (H_out, W_out, 1); padding gets -1."""
    inside = np.logical_and.outer(_inside(rows, 0, size[0]), _inside(cols, 0, size[1]))
    return np.where(inside, np.add.outer(rows * size[1], cols), -1)[..., None]


def _taps(padded: Floats, window: Window, output_size: Pair) -> Iterator[tuple[Pair, Floats]]:
    """For each cell (i, j) of the window, give what all windows read there.

    Reading one such cell in all windows at once is one strided slice, which numpy handles much
    faster than many small windows.
    """
    (rows, cols), (sh, sw), (dh, dw) = output_size, window.stride, window.dilation
    for i in range(window.kernel_size[0]):
        for j in range(window.kernel_size[1]):
            top, left = i * dh, j * dw
            yield (
                (i, j),
                padded[
                    ...,
                    top : top + (rows - 1) * sh + 1 : sh,
                    left : left + (cols - 1) * sw + 1 : sw,
                    :,
                ],
            )
