"""The operations of a convolutional network, on whole arrays.

Every operation takes one picture (H, W, C) or a batch (N, H, W, C), channels last, and gives the
result in the same form. float32 gives float32, float64 gives float64, integers become float32;
weights take the dtype of `x`. What is given is never modified.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from convexplain.ops._arrays import Floats, convolution_weights, each, floats, like, pictures
from convexplain.ops.geometry import PaddingLike, PairLike, Window
from convexplain.ops.patching import patches

CHUNK = 4 * 2**20
"""Bytes of patches that `conv2d` unrolls at a time: what a processor's cache can hold."""


def conv2d(
    x: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = "valid",
    dilation: PairLike = 1,
    groups: int = 1,
) -> Floats:
    """Slide kernels over pictures: multiply cell by cell, add up, add the bias.

    For filter ``n``, with the patch that its window reads at output cell ``(r, c)``::

        output[r, c, n] = (patch * kernels[:, :, :, n]).sum() + bias[n]

    The sum runs over rows, columns *and* channels. The kernel is not flipped: what networks call
    a convolution is a cross-correlation.

    Parameters
    ----------
    x : array_like
        Picture (H, W, C_in) or batch (N, H, W, C_in).
    kernels : array_like
        (kH, kW, C_in / groups, C_out)
    bias : array_like, optional
        (C_out,), one number a filter.
    stride, padding, dilation
        As for `Window`.
    groups : int
        Cuts channels and filters into so many equal parts; the filters of a part read its
        channels alone. ``groups=C_in`` is a depthwise convolution.

    Returns
    -------
    ndarray
        (..., H_out, W_out, C_out)

    Raises
    ------
    TypeError
        Arrays that are not made of real numbers.
    ValueError
        NaN, an empty array, shapes that do not fit each other, a window larger than the padded
        picture.

    Examples
    --------
    >>> x = np.arange(16).reshape(4, 4, 1)
    >>> right_minus_left = np.array([[-1, 1]]).reshape(1, 2, 1, 1)
    >>> conv2d(x, right_minus_left)[..., 0]
    array([[1., 1., 1.],
           [1., 1., 1.],
           [1., 1., 1.],
           [1., 1., 1.]], dtype=float32)
    """
    x = pictures("x", x)
    kernels, bias = convolution_weights(x, kernels, bias, groups)
    window = Window(kernels.shape[:2], stride, padding, dilation)
    view = patches(x, window)
    if x.ndim == 3:
        output = _products_and_sums(view, kernels, groups)
    else:
        # The patches of a whole batch would take several times its memory: some at a time.
        some = max(1, CHUNK // view[0].nbytes)
        output = np.empty((*view.shape[:3], kernels.shape[3]), x.dtype)
        for start in range(0, len(view), some):
            part = slice(start, start + some)
            output[part] = _products_and_sums(view[part], kernels, groups)
    if bias is not None:
        output += bias
    return output


def _products_and_sums(view: Floats, kernels: Floats, groups: int) -> Floats:
    """Contract patches (..., kH, kW, C) with kernels: all multiplications of a convolution.

    `tensordot` writes each patch as a row and each kernel as a column of a matrix, and multiplies
    the matrices.
    """
    if groups == 1:
        return np.tensordot(view, kernels, axes=3)
    channels, filters = kernels.shape[2], kernels.shape[3] // groups
    return np.concatenate(
        [
            np.tensordot(
                view[..., group * channels : (group + 1) * channels],
                kernels[..., group * filters : (group + 1) * filters],
                axes=3,
            )
            for group in range(groups)
        ],
        axis=-1,
    )


def dense(x: ArrayLike, weights: ArrayLike, bias: ArrayLike | None = None) -> Floats:
    """Connect every number to every unit: ``x @ weights + bias``.

    Parameters
    ----------
    x : array_like
        One vector (inputs,) or a batch (N, inputs).
    weights : array_like
        (inputs, units)
    bias : array_like, optional
        (units,)

    Returns
    -------
    ndarray
        (units,) or (N, units)

    Raises
    ------
    TypeError, ValueError
        As for `conv2d`.
    """
    x = floats("x", x)
    if x.ndim not in (1, 2):
        raise ValueError(
            f"x has shape {x.shape}: give one vector (inputs,) or a batch (N, inputs); "
            "flatten(x) makes them of pictures"
        )
    weights = like(x, "weights", weights)
    if weights.ndim != 2 or weights.shape[0] != x.shape[-1]:
        raise ValueError(
            f"weights of shape {weights.shape} do not fit x of shape {x.shape}: "
            f"give weights of shape ({x.shape[-1]}, units)"
        )
    output: Floats = x @ weights
    if bias is not None:
        output += each(x, "bias", bias, weights.shape[1], "units")
    return output


def flatten(x: ArrayLike) -> Floats:
    """Write a picture as one vector: row by row, in a row column by column, then channels.

    Parameters
    ----------
    x : array_like
        Picture (H, W, C) or batch (N, H, W, C).

    Returns
    -------
    ndarray
        (H * W * C,) or (N, H * W * C)
    """
    x = pictures("x", x)
    return x.reshape(*x.shape[:-3], -1)


def batch_norm(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    epsilon: float = 1e-5,
) -> Floats:
    """Normalise each channel by the statistics that training gathered, as at inference.

    ``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, channel by channel (Ioffe and
    Szegedy, *Batch normalization*, 2015, algorithm 2).

    Parameters
    ----------
    x : array_like
        Any shape (..., C).
    mean, variance : array_like
        (C,)
    gamma, beta : array_like, optional
        (C,); 1 and 0 unless given.
    epsilon : float
        Keeps the root away from 0. The default is PyTorch's; Keras takes 1e-3.

    Returns
    -------
    ndarray
        Same shape.

    Raises
    ------
    TypeError, ValueError
        Arrays that are not made of real numbers, NaN, other shapes, a negative variance.
    """
    x = floats("x", x)
    if x.ndim == 0:
        raise ValueError("x is a single number: give an array whose last axis is the channels")

    def channelwise(name: str, values: ArrayLike) -> Floats:
        return each(x, name, values, x.shape[-1], "channels")

    spread = channelwise("variance", variance) + x.dtype.type(epsilon)
    if not spread.min() > 0:
        raise ValueError(
            f"the smallest variance plus epsilon {epsilon} is {spread.min()}: give variances of "
            "at least 0 and an epsilon above 0"
        )
    factor = 1 / np.sqrt(spread)
    if gamma is not None:
        factor *= channelwise("gamma", gamma)
    output: Floats = (x - channelwise("mean", mean)) * factor
    if beta is not None:
        output += channelwise("beta", beta)
    return output
