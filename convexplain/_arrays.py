"""What the operations accept as arrays, and how they say no."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[Any]
"""An array of float32, or of float64 where the caller gave float64."""


def floats(name: str, values: ArrayLike) -> Floats:
    """Give `values` as an array of float32, or of float64 if that is what they are.

    Integers and float16 become float32. The array given is never copied needlessly and never
    modified.

    Raises
    ------
    TypeError
        Anything but real numbers: bool, object, text, complex.
    ValueError
        An empty array, or one that holds NaN. The text calls the array `name`.
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
    """Give `values` as floats of shape (H, W, C) or (N, H, W, C).

    Raises
    ------
    TypeError, ValueError
        As `floats` does, and for any other number of axes.
    """
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


def like(x: Floats, name: str, values: ArrayLike, shape: tuple[int, ...] | None = None) -> Floats:
    """Give `values` as floats in the dtype of `x`, of the `shape` asked for.

    Raises
    ------
    TypeError, ValueError
        As `floats` does, and for another shape.
    """
    array = floats(name, values).astype(x.dtype, copy=False)
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}: give one number for each, {shape}")
    return array
