"""Each layer type's part of backpropagation: forwards, and then backwards.

Inside this module and `gradients`, and nowhere else, a batch is stored channels first and
batch last, ``(C, H, W, N)``: the copies that fill the matrix of patches then move whole rows at a
time, and a convolution and both of its gradients are one matrix product each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from convexplain import ops
from convexplain.network import (
    ACTIVATIONS,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
)
from convexplain.ops import Window
from convexplain.ops.geometry import Margins

Array = NDArray[Any]
Weights = Mapping[str, Array]

#: How fast each activation function rises, told from its value.
_SLOPES: dict[str, Callable[[Array], Array]] = {
    "relu": lambda y: y > 0,
    "leaky_relu": lambda y: np.where(y > 0, 1, -ops.leaky_relu(np.array(-1.0))).astype(y.dtype),
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y * y,
}


class Pass(Protocol):
    """One layer, run forwards on a batch and then backwards."""

    def forward(self, x: Array, weights: Weights) -> Array:
        """The layer's output for ``x``."""

    def backward(self, dy: Array, weights: Weights, gradients: dict[str, Array]) -> Array:
        """The loss's gradient by ``x``, from that by the output; fills in ``gradients``."""


class _Buffers:
    """Arrays that are used again for every batch: fresh ones cost a page fault every 4 kB."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def get(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[name] = np.empty(shape, dtype)
        return array


def make_pass(layer: Layer, *, first: bool) -> Pass:
    """Choose the pass of a layer; the `first` one that learns is not asked for the way back.

    Raises
    ------
    ValueError
        No gradient is known for this type of layer.
    """
    if isinstance(layer, Conv2D):
        return _ConvPass(layer, first=first)
    if isinstance(layer, Dense):
        return _DensePass(layer, first=first)
    if isinstance(layer, MaxPooling2D):
        return _MaxPass(layer)
    if isinstance(layer, AveragePooling2D):
        return _AveragePass(layer)
    if isinstance(layer, Flatten):
        return _FlattenPass()
    raise ValueError(f"{layer.name}: no gradient is known for a {layer.kind} layer")


def _activate(z: Array, activation: str) -> Array:
    if activation == "relu":
        return np.maximum(z, 0, out=z)
    # Softmax is part of the loss: the last layer hands on its logits.
    return z if activation == "softmax" else ACTIVATIONS[activation](z)


def _through_activation(dy: Array, y: Array, activation: str) -> Array:
    slope = _SLOPES.get(activation)
    return dy if slope is None else dy * slope(y)


def _fit(window: Window, x: Array) -> tuple[tuple[int, int], Margins]:
    height, width = x.shape[1:3]
    return window.output_size((height, width)), window.margins((height, width))


def _pad(x: Array, padding: Margins, value: float) -> Array:
    top, bottom, left, right = padding
    if not any(padding):
        return x
    return np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=value)


def _crop(x: Array, padding: Margins) -> Array:
    top, bottom, left, right = padding
    return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]


class _ConvPass:
    def __init__(self, layer: Conv2D, *, first: bool) -> None:
        self._layer, self._first, self._buffers = layer, first, _Buffers()

    def _by_group(self, kernel: Array) -> Array:
        """(kH, kW, C_in / G, F) as (G, kH kW C_in / G, F / G)."""
        groups = self._layer.groups
        return kernel.reshape(-1, groups, kernel.shape[-1] // groups).swapaxes(0, 1)

    def forward(self, x: Array, weights: Weights) -> Array:
        kernel, bias = weights[f"{self._layer.name}/kernel"], weights[f"{self._layer.name}/bias"]
        groups, filters = self._layer.groups, kernel.shape[-1]
        self._window = self._layer.window
        size, self._margins = _fit(self._window, x)
        x = _pad(x, self._margins, 0.0)
        self._padded_shape = x.shape
        patches = self._buffers.get(
            "patches",
            (groups, kernel.shape[0] * kernel.shape[1], x.shape[0] // groups, *size, x.shape[3]),
            x.dtype,
        )
        for tap, (rows, columns) in enumerate(self._window.slices(size)):
            seen = x[:, rows, columns]
            patches[:, tap] = seen.reshape(groups, -1, *seen.shape[1:])
        self._patches = patches
        y = self._buffers.get("y", (filters, *size, x.shape[3]), x.dtype)
        np.matmul(
            self._by_group(kernel).swapaxes(1, 2),
            patches.reshape(groups, -1, y[0].size),
            out=y.reshape(groups, -1, y[0].size),
        )
        y += bias[:, None, None, None]
        self._y = _activate(y, self._layer.activation)
        return self._y

    def backward(self, dy: Array, weights: Weights, gradients: dict[str, Array]) -> Array:
        name, kernel = self._layer.name, weights[f"{self._layer.name}/kernel"]
        groups = self._layer.groups
        dz = _through_activation(dy, self._y, self._layer.activation)
        gradients[f"{name}/bias"] = dz.reshape(len(dz), -1).sum(axis=1)
        dz = dz.reshape(groups, len(dz) // groups, -1)
        patches = self._patches.reshape(groups, -1, dz.shape[2])
        by_group = patches @ dz.swapaxes(1, 2)
        gradients[f"{name}/kernel"] = by_group.swapaxes(0, 1).reshape(kernel.shape)
        if self._first:  # nobody asks for the gradient by the picture
            return dy
        np.matmul(self._by_group(kernel), dz, out=patches)  # the patches are no longer needed
        dx = self._buffers.get("dx", self._padded_shape, dy.dtype)
        dx[:] = 0
        for tap, (rows, columns) in enumerate(self._window.slices(self._y.shape[1:3])):
            part = self._patches[:, tap]
            dx[:, rows, columns] += part.reshape(-1, *part.shape[2:])
        return _crop(dx, self._margins)


class _MaxPass:
    def __init__(self, layer: MaxPooling2D) -> None:
        self._layer, self._buffers = layer, _Buffers()

    def forward(self, x: Array, weights: Weights) -> Array:
        self._window = self._layer.window
        size, self._margins = _fit(self._window, x)
        x = _pad(x, self._margins, -np.inf)
        self._padded_shape = x.shape
        shape = (x.shape[0], *size, x.shape[3])
        y = self._buffers.get("y", shape, x.dtype)
        winner = self._buffers.get("winner", shape, np.uint16)
        larger = self._buffers.get("larger", shape, np.bool_)
        winner[:] = 0
        for tap, (rows, columns) in enumerate(self._window.slices(size)):
            seen = x[:, rows, columns]
            if tap == 0:
                y[:] = seen
                continue
            np.greater(seen, y, out=larger)  # the first of equals wins, in row-major order
            np.copyto(winner, np.uint16(tap), where=larger)
            np.maximum(y, seen, out=y)
        self._winner = winner
        return y

    def backward(self, dy: Array, weights: Weights, gradients: dict[str, Array]) -> Array:
        dx = self._buffers.get("dx", self._padded_shape, dy.dtype)
        dx[:] = 0
        for tap, (rows, columns) in enumerate(self._window.slices(dy.shape[1:3])):
            dx[:, rows, columns] += dy * (self._winner == tap)
        return _crop(dx, self._margins)


class _AveragePass:
    def __init__(self, layer: AveragePooling2D) -> None:
        self._layer = layer

    def forward(self, x: Array, weights: Weights) -> Array:
        self._window = self._layer.window
        size, self._margins = _fit(self._window, x)
        inside = _pad(np.ones((1, *x.shape[1:3], 1), x.dtype), self._margins, 0.0)
        x = _pad(x, self._margins, 0.0)
        self._padded_shape = x.shape
        # The mean of the cells that exist: padding counts neither above nor below the line.
        self._counts: Array = np.asarray(sum(inside[:, r, c] for r, c in self._window.slices(size)))
        total: Array = sum(x[:, r, c] for r, c in self._window.slices(size)) / self._counts
        return total

    def backward(self, dy: Array, weights: Weights, gradients: dict[str, Array]) -> Array:
        dx = np.zeros(self._padded_shape, dy.dtype)
        for rows, columns in self._window.slices(dy.shape[1:3]):
            dx[:, rows, columns] += dy / self._counts
        return _crop(dx, self._margins)


class _FlattenPass:
    def forward(self, x: Array, weights: Weights) -> Array:
        self._shape = x.shape
        return np.ascontiguousarray(x.transpose(1, 2, 0, 3)).reshape(-1, x.shape[3])

    def backward(self, dy: Array, weights: Weights, gradients: dict[str, Array]) -> Array:
        channels, height, width, batch = self._shape
        return np.ascontiguousarray(
            dy.reshape(height, width, channels, batch).transpose(2, 0, 1, 3)
        )


class _DensePass:
    def __init__(self, layer: Dense, *, first: bool) -> None:
        self._layer, self._first = layer, first

    def forward(self, x: Array, weights: Weights) -> Array:
        kernel, bias = weights[f"{self._layer.name}/kernel"], weights[f"{self._layer.name}/bias"]
        self._x = x
        self._y = _activate(kernel.T @ x + bias[:, None], self._layer.activation)
        return self._y

    def backward(self, dy: Array, weights: Weights, gradients: dict[str, Array]) -> Array:
        name, kernel = self._layer.name, weights[f"{self._layer.name}/kernel"]
        dz = _through_activation(dy, self._y, self._layer.activation)
        gradients[f"{name}/kernel"] = self._x @ dz.T
        gradients[f"{name}/bias"] = dz.sum(axis=1)
        return dy if self._first else kernel @ dz
