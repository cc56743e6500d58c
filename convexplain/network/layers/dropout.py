"""Dropout, which does nothing once a network is trained."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.messages import Message
from convexplain.network.layers.addends import Cell
from convexplain.network.layers.backward import Backward, Unchanged
from convexplain.network.layers.layer import Array, Layer, Shape, Weights, place


@dataclass(frozen=True)
class Dropout(Layer):
    """Hand on every number; in the training that made the network, some were left out by chance.

    Training with `convexplain.training` leaves none out.

    Parameters
    ----------
    name : str
    rate : float
        The share that was left out, 0 up to but not including 1.
    """

    family = "dropout"
    hands_on = True

    rate: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        rate = self._number("rate", self.rate)
        if not 0 <= rate < 1:
            raise ValueError(
                Message(
                    "{name}: rate must be at least 0 and below 1, not {rate:g}",
                    name=self.name,
                    rate=rate,
                )
            )
        self._fill(rate=rate)

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

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        return self._keras_layer(shape, cell, [f"{self.rate:g}"])
