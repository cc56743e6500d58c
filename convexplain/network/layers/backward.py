"""What the backward passes of the layers share: forwards on a batch, and then backwards.

In backward passes, and nowhere else, a batch is stored channels first and batch last,
``(C, H, W, N)``: the copies that fill the matrix of patches then move whole rows at a time, and a
convolution and both of its gradients are one matrix product each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convexplain.ops import activations
from convexplain.ops.geometry import Margins

Array = NDArray[Any]
Weights = Mapping[str, Array]
Gradients = dict[str, Array]


class Backward(Protocol):
    """One layer, run forwards on a batch and then backwards."""

    def forward(self, x: Array, weights: Weights) -> Array:
        """The layer's output for ``x``; with softmax, what goes into it, the logits."""

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        """The loss's gradients by ``x`` and by the weights, from that by the output."""


class Buffers:
    """Arrays that are used again for every batch: fresh ones cost a page fault every 4 kB."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Give an array, with whatever stands in it."""
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[name] = np.empty(shape, dtype)
        return array


class Activated:
    """An activation function, run forwards and then backwards."""

    def __init__(self, activation: str) -> None:
        self._function = activations.find(activation)

    def forward(self, z: Array) -> Array:
        """Apply the function; what it is given may be overwritten."""
        self._z = self.y = z
        if self._function.name == "relu":
            np.maximum(z, 0, out=z)
        elif self._function.by_cell:
            self.y = self._function(z)
        return self.y  # softmax is part of the loss: the last layer hands on its logits

    def backward(self, dy: Array) -> Array:
        """The gradient by ``z``."""
        slope = self._function.slope
        if slope is None or self._function.name == "linear":
            return dy
        dz: Array = dy * slope(self._z, self.y)
        return dz


class Unchanged:
    """A layer that does nothing to its input."""

    def forward(self, x: Array, weights: Weights) -> Array:
        """The input."""
        return x

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        """The gradient."""
        return dy, {}


def padded(x: Array, padding: Margins, value: float) -> Array:
    """Pad (C, H, W, N) with one value; gives `x` itself where there is nothing to add."""
    top, bottom, left, right = padding
    if not any(padding):
        return x
    return np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=value)


def cropped(x: Array, padding: Margins) -> Array:
    """Take the padding off (C, H, W, N)."""
    top, bottom, left, right = padding
    return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]
