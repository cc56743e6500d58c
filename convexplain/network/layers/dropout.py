"""Dropout, which does nothing once a network is trained."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.messages import Message
from convexplain.network.layers.addends import Cell
from convexplain.network.layers.handing_on import HandingOn
from convexplain.network.layers.layer import Shape


@dataclass(frozen=True)
class Dropout(HandingOn):
    """Hand on every number; in the training that made the network, some were left out by chance.

    Training with `convexplain.training` leaves none out.

    Parameters
    ----------
    name : str
    rate : float
        The share that was left out, 0 up to but not including 1.
    """

    family = "dropout"

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

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        return self._keras_layer(shape, cell, [f"{self.rate:g}"])
