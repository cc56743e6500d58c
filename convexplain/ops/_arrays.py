"""What the operations accept as arrays, and how they say no."""

from __future__ import annotations

from operator import index
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[Any]
"""An array of float32, or of float64 where the caller gave float64."""


def floats(name: str, values: ArrayLike) -> Floats:
    """Give `values` as an array of float32, or of float64 if that is what they are.

    Integers and float16 become float32. The array given is never copied needlessly and never
    modified. TypeError for anything but real numbers (bool, object, text, complex), ValueError for
    an empty array or NaN; the text calls the array `name`.
    """
    array = np.asarray(values)
    shape = array.shape
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise TypeError(
            f"{name} of shape {shape} has dtype {array.dtype}: give real numbers, for example "
            f"{name}.astype(np.float32)"
        )
    if array.size == 0:
        raise ValueError(f"{name} of shape {shape} is empty: every axis needs at least one cell")
    if array.dtype != np.float64:
        array = array.astype(np.float32, copy=False)
    # The minimum of an array is NaN as soon as one of its cells is, and takes no memory.
    if np.isnan(array.min()):
        where = tuple(int(i) for i in np.argwhere(np.isnan(array))[0])
        raise ValueError(
            f"{name} of shape {shape} holds NaN, first at index {where}: "
            "replace it, for example with np.nan_to_num"
        )
    return array


def pictures(name: str, values: ArrayLike) -> Floats:
    """Give `values` as floats (H, W, C) or (N, H, W, C), or refuse them as `floats` does."""
    array = floats(name, values)
    if array.ndim not in (3, 4):
        remedy = f"add the channel axis, {name}[..., None]" if array.ndim == 2 else "reshape it"
        raise ValueError(
            f"{name} has shape {array.shape}: give one picture (H, W, C) or a batch "
            f"(N, H, W, C); {remedy}"
        )
    return array


def one_picture(name: str, values: ArrayLike) -> Floats:
    """Give `values` as floats of shape (H, W, C), refusing a batch as well."""
    array = pictures(name, values)
    if array.ndim == 4:
        raise ValueError(
            f"{name} has shape {array.shape}, a batch: steps are those of one picture "
            f"(H, W, C); take one, {name}[0]"
        )
    return array


def like(x: Floats, name: str, values: ArrayLike) -> Floats:
    """Give `values` as floats in the dtype of `x`; errors as for `floats`."""
    return floats(name, values).astype(x.dtype, copy=False)


def each(x: Floats, name: str, values: ArrayLike, count: int, of: str) -> Floats:
    """Give `values` as floats in the dtype of `x`, one for each of `count` filters, say.

    They are refused as by `floats`, and for another shape; the text calls the `count` things `of`.
    """
    array = like(x, name, values)
    if array.shape != (count,):
        raise ValueError(
            f"{name} has shape {array.shape}: give one number for each of the {count} {of}, "
            f"shape {(count,)}"
        )
    return array


def convolution_weights(
    x: Floats, kernels: ArrayLike, bias: ArrayLike | None, groups: int, *, transposed: bool = False
) -> tuple[Floats, Floats | None]:
    """Give the weights of a convolution of `x` in its dtype, or say why they do not fit.

    Kernels are (kH, kW, C_in / groups, C_out), or (kH, kW, C_out / groups, C_in) for a transposed
    convolution; the bias is (C_out,). Groups must divide channels and filters.
    """
    weights = like(x, "kernels", kernels)
    axes = "(kH, kW, C_out / groups, C_in)" if transposed else "(kH, kW, C_in / groups, C_out)"
    if weights.ndim != 4:
        remedy = "; one kernel alone is kernel[:, :, None, None]" if weights.ndim == 2 else ""
        raise ValueError(f"kernels have shape {weights.shape}: give four axes, {axes}{remedy}")
    if isinstance(groups, bool) or not isinstance(groups, (int, np.integer)):
        raise TypeError(f"groups {groups!r} is not a whole number: give an int")
    if groups < 1:
        raise ValueError(
            f"groups {groups} is too small: give at least 1, with which every filter reads all "
            "channels"
        )
    channels = x.shape[-1]
    if transposed:
        reads, filters = weights.shape[3], weights.shape[2] * groups
    else:
        reads, filters = weights.shape[2] * groups, weights.shape[3]
    if channels % groups or filters % groups:
        raise ValueError(
            f"{groups} groups do not divide the {channels} channels of x {x.shape} and the "
            f"{filters} filters of kernels {weights.shape}: give a number that divides both"
        )
    if reads != channels:
        last = (filters // groups, channels) if transposed else (channels // groups, filters)
        raise ValueError(
            f"kernels of shape {weights.shape}{f' in {groups} groups' if groups > 1 else ''} read "
            f"{reads} channels, but x of shape {x.shape} has {channels}: give kernels {axes} of "
            f"shape {(*weights.shape[:2], *last)}"
        )
    return weights, None if bias is None else each(x, "bias", bias, filters, "filters")


def numbered(name: str, number: SupportsIndex, count: int) -> int:
    """Give `number` as an int, or say that of `count` things, counted from 0, it is none."""
    if isinstance(number, bool) or not isinstance(number, SupportsIndex):
        raise TypeError(f"{name} {number!r} is not a whole number: give an int")
    if not 0 <= index(number) < count:
        raise ValueError(f"{name} {number} does not exist: give one from 0 to {count - 1}")
    return index(number)
