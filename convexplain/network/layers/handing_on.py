"""What layers share that hand on what they read, number for number."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.network.layers.addends import Cell
from convexplain.network.layers.backward import Backward, Unchanged
from convexplain.network.layers.layer import Array, Layer, Shape, Weights, place


@dataclass(frozen=True)
class HandingOn(Layer):
    """A layer whose output is its input."""

    hands_on = True
    by_channel = True

    def output_shape(self, shape: Shape) -> Shape:
        """The same shape."""
        return shape

    def before(self, x: Array, weights: Weights) -> Array:
        """The same numbers."""
        return x

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives."""
        return Unchanged()

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        return ["", f"print(x[{place(cell, shape)}])"]

    def _torch(self, shape: Shape) -> list[str]:
        return ["z = x"]
