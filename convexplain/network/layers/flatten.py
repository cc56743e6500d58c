"""Flatten: a map written as one vector."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from convexplain import ops
from convexplain.messages import Message
from convexplain.network.layers.addends import Cell
from convexplain.network.layers.backward import Backward, Gradients
from convexplain.network.layers.layer import Array, Layer, Shape, Weights

Order = Literal["channels_last", "channels_first"]
ORDERS: tuple[Order, ...] = ("channels_last", "channels_first")


@dataclass(frozen=True)
class Flatten(Layer):
    """Write a map as one vector: row after row, in a row column after column, then channels.

    Parameters
    ----------
    name : str
    order : {"channels_last", "channels_first"}
        Whether the channels of a place come one after the other (as in Keras), or whole channels
        do (as in PyTorch).
    """

    family = "flatten"
    hands_on = True

    order: Order = field(default="channels_last", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.order not in ORDERS:
            raise ValueError(
                Message(
                    "{name}: order must be {orders}, not {order!r:.40}",
                    name=self.name,
                    orders=" or ".join(ORDERS),
                    order=self.order,
                )
            )

    def output_shape(self, shape: Shape) -> Shape:
        """(H * W * C,)."""
        return (math.prod(shape),)

    def before(self, x: Array, weights: Weights) -> Array:
        """The vector."""
        if x.ndim < 3:
            return x
        return ops.flatten(x if self.order == "channels_last" else np.moveaxis(x, -1, -3))

    def origin(self, x: Array, cell: Cell) -> Cell:
        """The cell that stands at this place of the vector."""
        height, width, channels = x.shape
        if self.order == "channels_last":
            row, col, channel = np.unravel_index(cell[2], (height, width, channels))
        else:
            channel, row, col = np.unravel_index(cell[2], (channels, height, width))
        return int(row), int(col), int(channel)

    def backward(self, *, first: bool = False) -> Backward:
        """The same numbers in another order."""
        return _Backward(self)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        if len(shape) == 1:
            return ["", f"print(x[{cell[2]}])"]
        order = "" if self.order == "channels_last" else ".transpose(2, 0, 1)"
        return ["", f"print(x{order}.ravel()[{cell[2]}])"]

    def _torch(self, shape: Shape) -> list[str]:
        last = len(shape) == 3 and self.order == "channels_last"  # PyTorch has channels first
        return [f"z = x{'.permute(0, 2, 3, 1)' if last else ''}.flatten(1)"]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        if len(shape) == 3 and self.order == "channels_first":  # Keras keeps channels last
            return self._keras_layer(shape, cell, [], prepare=["x = x.transpose(2, 0, 1)"])
        return self._keras_layer(shape, cell, [])


class _Backward:
    def __init__(self, layer: Flatten) -> None:
        # From (C, H, W, N); the second is the way back.
        last = layer.order == "channels_last"
        self._axes, self._back = ((1, 2, 0, 3), (2, 0, 1, 3)) if last else ((0, 1, 2, 3),) * 2

    def forward(self, x: Array, weights: Weights) -> Array:
        self._vector = x.ndim == 2
        if self._vector:
            return x
        ordered = np.ascontiguousarray(x.transpose(self._axes))
        self._shape = ordered.shape
        return ordered.reshape(-1, x.shape[3])

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        if self._vector:
            return dy, {}
        return np.ascontiguousarray(dy.reshape(self._shape).transpose(self._back)), {}
