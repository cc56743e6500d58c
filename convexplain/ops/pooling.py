"""Pooling: each channel is summed up window by window, and channels are never mixed.

Where frameworks differ, PyTorch's convention is followed: padding counts in an average unless
``count_include_pad=False`` (Keras never counts it), rounding up drops a window that would begin
behind the picture, and positions of maxima are counted in the plane of one channel,
``row * W + col``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.messages import Message
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
    first, *others = window.slices(window.output_size(size))
    largest = padded[..., *first, :].copy()
    if not return_indices:
        for tap in others:
            np.maximum(largest, padded[..., *tap, :], out=largest)
        return largest
    # The number of each cell in its channel's plane; padding has -1.
    numbers = surround(np.arange(size[0] * size[1]).reshape(*size, 1), reach(window, size), -1)
    winner = np.empty(largest.shape, np.int64)
    winner[...] = numbers[first]
    for tap in others:
        cells, place = padded[..., *tap, :], numbers[tap]
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
    for tap in window.slices(output_size):
        total += padded[..., *tap, :]
    total /= np.outer(*counts(window, size, count_include_pad))[..., None]
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


def counted(window: Window, axis: int, position: int, size: int, include_pad: bool) -> int:
    """Count the cells that enter an average, along one axis, as for `Window.taps`."""
    if include_pad:  # the padding is part of the picture; what ceil mode adds to it is not
        size += sum(window.margins((size, size))[2 * axis : 2 * axis + 2])
        window = replace(window, padding="valid")
    return sum(tap is not None for tap in window.taps(axis, position, size))


def counts(window: Window, size: Pair, include_pad: bool) -> tuple[list[int], list[int]]:
    """Count the rows and the columns of each window that enter an average: (H_out), (W_out)."""
    rows, cols = (
        [counted(window, axis, position, size[axis], include_pad) for position in range(count)]
        for axis, count in enumerate(window.output_size(size))
    )
    return rows, cols


def refuse_empty_windows(window: Window, size: Pair) -> None:
    """Refuse a pooling some window of which reads nothing but padding (ValueError)."""
    around = window.margins(size)
    if not any(around):
        return
    for counted in counts(window, size, include_pad=False):
        if not all(counted):
            raise ValueError(
                Message(
                    "padding {around} (top, bottom, left, right) is too much for a "
                    "{pool[0]}x{pool[1]} pool on a {size[0]}x{size[1]} input: a window "
                    "would read nothing but padding; pad by at most half of the pool's size",
                    around=around,
                    pool=window.kernel_size,
                    size=size,
                )
            )
