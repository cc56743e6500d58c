"""Functions that are applied to every number of an array, or along one axis of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from convexplain.messages import Message
from convexplain.ops._arrays import Floats, floats

_erf = np.vectorize(math.erf, otypes=[np.float64])


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


def relu6(x: ArrayLike) -> Floats:
    """Keep every number within 0..6: ``min(max(x, 0), 6)``."""
    x = floats("x", x)
    return np.clip(x, x.dtype.type(0), x.dtype.type(6))


def elu(x: ArrayLike, alpha: float = 1.0) -> Floats:
    """Bend what is negative towards ``-alpha``: ``alpha * (exp(x) - 1)``, and leave the rest."""
    x = floats("x", x)
    return np.where(x > 0, x, x.dtype.type(alpha) * np.expm1(np.minimum(x, 0)))


def sigmoid(x: ArrayLike) -> Floats:
    """Squash every number into 0..1: ``1 / (1 + exp(-x))``, without overflow at any `x`."""
    x = floats("x", x)
    # exp of a number above 0 may overflow: both signs are written with exp(-|x|).
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def tanh(x: ArrayLike) -> Floats:
    """Squash every number into -1..1: the hyperbolic tangent."""
    return np.tanh(floats("x", x))


def silu(x: ArrayLike) -> Floats:
    """Multiply every number by its sigmoid: ``x * sigmoid(x)``, also called swish."""
    x = floats("x", x)
    output: Floats = x * sigmoid(x)
    return output


def gelu(x: ArrayLike, approximate: bool = False) -> Floats:
    """Multiply every number by the share of a normal distribution that lies below it.

    Approximately: with a hyperbolic tangent in place of the error function, as in Hendrycks and
    Gimpel, *Gaussian error linear units* (2016).
    """
    x = floats("x", x)
    if approximate:
        inner = np.tanh(np.sqrt(x.dtype.type(2 / np.pi)) * (x + x.dtype.type(0.044715) * x**3))
    else:
        inner = _erf(x / np.sqrt(x.dtype.type(2))).astype(x.dtype)
    output: Floats = x * (1 + inner) / 2
    return output


def hard_swish(x: ArrayLike) -> Floats:
    """Multiply every number by a sigmoid made of straight lines: ``x * relu6(x + 3) / 6``."""
    x = floats("x", x)
    output: Floats = x * relu6(x + x.dtype.type(3)) / x.dtype.type(6)
    return output


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
            Message(
                "axis {axis} does not exist in x of shape {shape}: give one from {least} to {most}",
                axis=axis,
                shape=x.shape,
                least=-x.ndim,
                most=x.ndim - 1,
            )
        )


@dataclass(frozen=True)
class Activation:
    """An activation function, and what training and printed code know of it."""

    name: str  # as layers name it, with its number if that is not the usual one: "leaky_relu(0.2)"
    compute: Callable[..., Floats]
    #: The derivative, of the function's input and its output; None for what looks at a whole axis.
    slope: Callable[[Floats, Floats], ArrayLike] | None
    numpy: str  # a line of Python that computes it from `z`
    keras: str  # what a Keras layer takes as its `activation`
    torch: str  # an expression of PyTorch's functions that computes it from `z`

    @property
    def by_cell(self) -> bool:
        """Whether it looks at one number at a time; softmax looks at all of them."""
        return self.slope is not None

    def __call__(self, x: ArrayLike) -> Floats:
        """Compute the function."""
        return self.compute(x)


def _leaky_relu(name: str, slope: float) -> Activation:
    return Activation(
        name,
        partial(leaky_relu, negative_slope=slope),
        lambda z, y: np.where(y > 0, 1, slope).astype(y.dtype),
        f"np.where(z < 0, z * np.float32({slope:g}), z)",
        f"lambda z: keras.ops.leaky_relu(z, {slope:g})",
        f"functional.leaky_relu(z, {slope:g})",
    )


def _elu(name: str, alpha: float) -> Activation:
    return Activation(
        name,
        partial(elu, alpha=alpha),
        lambda z, y: np.where(z > 0, 1, y + alpha).astype(y.dtype),
        f"np.where(z > 0, z, np.float32({alpha:g}) * np.expm1(np.minimum(z, 0)))",
        f"lambda z: keras.ops.elu(z, {alpha:g})",
        f"functional.elu(z, {alpha:g})",
    )


def _gelu_slope(z: Floats, y: Floats) -> Floats:
    below = (1 + _erf(z / np.sqrt(2))) / 2
    slope: Floats = (below + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)).astype(y.dtype)
    return slope


def _gelu_tanh_slope(z: Floats, y: Floats) -> Floats:
    inner = np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))
    rise = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z * z) * (1 - inner * inner)
    slope: Floats = ((1 + inner + z * rise) / 2).astype(y.dtype)
    return slope


_SIGMOID = "np.where(z >= 0, 1, np.exp(z)) / (1 + np.exp(-abs(z)))"
_TANH = "np.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))"

#: Functions with a number of their own, and the number that is usual.
_WITH_A_NUMBER: Mapping[str, tuple[Callable[[str, float], Activation], float]] = MappingProxyType(
    {"leaky_relu": (_leaky_relu, 0.01), "elu": (_elu, 1.0)}
)

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        function.name: function
        for function in (
            Activation("linear", lambda z: z, lambda z, y: np.ones_like(y), "z", "None", "z"),
            Activation("relu", relu, lambda z, y: y > 0, "np.maximum(z, 0)", '"relu"', "z.relu()"),
            _leaky_relu("leaky_relu", _WITH_A_NUMBER["leaky_relu"][1]),
            Activation(
                "sigmoid", sigmoid, lambda z, y: y * (1 - y), _SIGMOID, '"sigmoid"', "z.sigmoid()"
            ),
            Activation("tanh", tanh, lambda z, y: 1 - y * y, "np.tanh(z)", '"tanh"', "z.tanh()"),
            Activation("softmax", softmax, None, "z", "None", "z"),
            Activation("log_softmax", log_softmax, None, "z", "None", "z"),
            Activation(
                "relu6",
                relu6,
                lambda z, y: (y > 0) & (y < 6),
                "np.clip(z, 0, 6)",
                '"relu6"',
                "functional.relu6(z)",
            ),
            _elu("elu", _WITH_A_NUMBER["elu"][1]),
            Activation(
                "silu",
                silu,
                lambda z, y: sigmoid(z) + y * (1 - sigmoid(z)),
                f"z * {_SIGMOID}",
                '"silu"',
                "functional.silu(z)",
            ),
            Activation(
                "gelu",
                gelu,
                _gelu_slope,
                "z * (1 + math.erf(z / 2**0.5)) / 2",
                '"gelu"',
                "functional.gelu(z)",
            ),
            Activation(
                "gelu_tanh",
                partial(gelu, approximate=True),
                _gelu_tanh_slope,
                f"z * (1 + {_TANH}) / 2",
                "lambda z: keras.ops.gelu(z, approximate=True)",
                'functional.gelu(z, approximate="tanh")',
            ),
            Activation(
                "hard_swish",
                hard_swish,
                lambda z, y: np.where(abs(z) < 3, (2 * z + 3) / 6, z > 0).astype(y.dtype),
                "z * np.clip(z + 3, 0, 6) / 6",
                '"hard_silu"',
                "functional.hardswish(z)",
            ),
        )
    }
)
"""The activation functions that layers know, by name."""


def find(name: object) -> Activation:
    """Find an activation function by its name, with its number in brackets if it has one.

    >>> find("leaky_relu(0.25)")([-8.0, 2.0])
    array([-2.,  2.])
    """
    if isinstance(name, str) and name in ACTIVATIONS:
        return ACTIVATIONS[name]
    match = re.fullmatch(r"([a-z_0-9]+)\(([0-9.e+-]+)\)", name) if isinstance(name, str) else None
    if match and match[1] in _WITH_A_NUMBER:
        try:
            number = float(match[2])
        except ValueError:
            number = math.nan
        if 0 <= number < math.inf:
            return _WITH_A_NUMBER[match[1]][0](match[0], number)
    raise ValueError(
        Message(
            "unknown activation {name!r:.60}: choose one of {activations}; {with_a_number} take a "
            "number of at least 0, as leaky_relu(0.2)",
            name=name,
            activations=", ".join(ACTIVATIONS),
            with_a_number=" and ".join(_WITH_A_NUMBER),
        )
    )
