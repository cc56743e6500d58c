"""Functions that are applied to every number of an array, or along one axis of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from convexplain.ops._arrays import Floats, floats


def relu(x: ArrayLike) -> Floats:
    """Replace what is negative by zero: ``max(x, 0)``.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    ndarray
        Same shape.
    """
    x = floats("x", x)
    output: Floats = np.maximum(x, x.dtype.type(0))
    return output


def leaky_relu(x: ArrayLike, negative_slope: float = 0.01) -> Floats:
    """Multiply what is negative by `negative_slope`, and leave the rest.

    The default slope is PyTorch's; Keras takes 0.3 or 0.2.
    """
    x = floats("x", x)
    return np.where(x < 0, x * x.dtype.type(negative_slope), x)


def sigmoid(x: ArrayLike) -> Floats:
    """Squash every number into 0..1: ``1 / (1 + exp(-x))``, without overflow at any `x`."""
    x = floats("x", x)
    # exp of a number above 0 may overflow: both signs are written with exp(-|x|).
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def tanh(x: ArrayLike) -> Floats:
    """Squash every number into -1..1: the hyperbolic tangent."""
    return np.tanh(floats("x", x))


def softmax(x: ArrayLike, axis: int = -1) -> Floats:
    """Turn logits into probabilities: ``exp(x) / exp(x).sum()`` along `axis`.

    Adding the same number to all logits changes nothing, so the largest is subtracted first:
    then no exponential overflows.

    Parameters
    ----------
    x : array_like
        Logits, any shape.
    axis : int
        The axis along which the result adds up to 1.

    Examples
    --------
    >>> softmax([1e4, 1e4])
    array([0.5, 0.5])
    """
    x = floats("x", x)
    _axis(x, axis)
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    output: Floats = powers / powers.sum(axis=axis, keepdims=True)
    return output


def log_softmax(x: ArrayLike, axis: int = -1) -> Floats:
    """Give the logarithm of `softmax`, exact where the probability itself rounds to 0."""
    x = floats("x", x)
    _axis(x, axis)
    shifted = x - x.max(axis=axis, keepdims=True)
    output: Floats = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return output


def _axis(x: Floats, axis: int) -> None:
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"axis {axis} does not exist in x of shape {x.shape}: "
            f"give one from {-x.ndim} to {x.ndim - 1}"
        )


BY_CELL: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "linear": lambda x: x,
        "relu": relu,
        "leaky_relu": leaky_relu,
        "sigmoid": sigmoid,
        "tanh": tanh,
    }
)
"""The functions that look at one number at a time, by name. Softmax looks at all of them."""
