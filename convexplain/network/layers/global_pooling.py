"""Global pooling layers: one number of each whole channel."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from convexplain import ops
from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.backward import Backward, Gradients
from convexplain.network.layers.layer import Array, Layer, Shape, Weights
from convexplain.network.layers.pooling import largest
from convexplain.ops import PoolSteps, Window
from convexplain.ops.geometry import Pair


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """What both global pooling layers share."""

    family = "pooling"
    by_channel = True

    #: Put out a map of one place, (1, 1, channels), in place of a vector.
    keepdims: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._fill(keepdims=self._flag("keepdims", self.keepdims))

    def sees(self, size: Pair) -> Window:
        """The whole map."""
        return Window(size)

    def output_shape(self, shape: Shape) -> Shape:
        """(C,), or (1, 1, C)."""
        channels = self._map_shape(shape)[2]
        return (1, 1, channels) if self.keepdims else (channels,)

    def _shaped(self, values: Array) -> Array:
        """Vectors (..., C) as this layer puts them out."""
        return values[..., None, None, :] if self.keepdims else values

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        return self._keras_layer(shape, cell, ["keepdims=True"] if self.keepdims else [])


@dataclass(frozen=True)
class GlobalAveragePooling2D(GlobalPooling):
    """Average each channel.

    Parameters
    ----------
    name : str
    keepdims : bool
        Put out a map of one place, (1, 1, channels), in place of a vector.
    """

    def before(self, x: Array, weights: Weights) -> Array:
        """The averages."""
        return self._shaped(ops.global_avg_pool2d(x))

    def steps(self, x: Array, weights: Weights, filter: int) -> PoolSteps:
        """One step: all cells of the channel, their sum and their mean."""
        return ops.avg_pool2d_steps(x, x.shape[:2], channel=filter)

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """Every cell of the channel with the same weight."""
        height, width = x.shape[:2]
        return Addends.of(x, range(height), range(width), cell[2:], 1 / (height * width))

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives is shared out evenly over the channel."""
        return _AverageBackward(self)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        return ["", f"print(np.float32(x[:, :, {cell[2]}].mean(dtype=np.float64)))"]

    def _torch(self, shape: Shape) -> list[str]:
        return [f"z = x.mean((2, 3), keepdim={self.keepdims})"]


@dataclass(frozen=True)
class GlobalMaxPooling2D(GlobalPooling):
    """Keep the largest number of each channel.

    Parameters
    ----------
    name : str
    keepdims : bool
        Put out a map of one place, (1, 1, channels), in place of a vector.
    """

    hands_on = True

    def before(self, x: Array, weights: Weights) -> Array:
        """The maxima."""
        return self._shaped(ops.global_max_pool2d(x))

    def steps(self, x: Array, weights: Weights, filter: int) -> PoolSteps:
        """One step: all cells of the channel, and the largest."""
        return ops.max_pool2d_steps(x, x.shape[:2], channel=filter)

    def origin(self, x: Array, cell: Cell) -> Cell:
        """The largest cell of the channel; of equal ones the first in row-major order."""
        return largest(x, [*range(x.shape[0])], [*range(x.shape[1])], cell[2])

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives goes to the largest cell."""
        return _MaxBackward(self)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        return ["", f"print(x[:, :, {cell[2]}].max())"]

    def _torch(self, shape: Shape) -> list[str]:
        return [f"z = x.amax((2, 3), keepdim={self.keepdims})"]


class _AverageBackward:
    def __init__(self, layer: GlobalAveragePooling2D) -> None:
        self._axes = (1, 2) if layer.keepdims else ()

    def forward(self, x: Array, weights: Weights) -> Array:
        self._shape = x.shape
        return np.expand_dims(x.mean(axis=(1, 2)), self._axes)

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        channels, height, width, batch = self._shape
        share = dy.reshape(channels, 1, 1, batch) / (height * width)
        return np.ascontiguousarray(np.broadcast_to(share, self._shape)), {}


class _MaxBackward:
    def __init__(self, layer: GlobalMaxPooling2D) -> None:
        self._axes = (1, 2) if layer.keepdims else ()

    def forward(self, x: Array, weights: Weights) -> Array:
        self._shape = x.shape
        flat = x.reshape(len(x), -1, x.shape[3])
        self._winner = flat.argmax(axis=1, keepdims=True)
        return np.expand_dims(np.take_along_axis(flat, self._winner, 1)[:, 0], self._axes)

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        channels, height, width, batch = self._shape
        dx = np.zeros((channels, height * width, batch), dy.dtype)
        np.put_along_axis(dx, self._winner, dy.reshape(channels, 1, batch), 1)
        return dx.reshape(self._shape), {}
