"""What a batch normalization does to one number, and to a picture without what it stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.network import BatchNormalization, Layer, Network
from convexplain.style import format as fmt

Array = npt.NDArray[Any]
#: Mean and beta are printed with as few of these decimals as give the printed shift.
_DECIMALS = range(2, 5)


@dataclass(frozen=True)
class Normalizing:
    """The four constants of one channel.

    Parameters
    ----------
    mean, spread : float
        The stored ones; the spread is the root of variance and epsilon.
    gamma, beta : float
    """

    mean: float
    spread: float
    gamma: float
    beta: float

    @classmethod
    def of(cls, network: Network, name: str, channel: int) -> Normalizing:
        """Take them from a layer."""
        layer, weights = network.layer(name), network.weights_of(name)
        assert isinstance(layer, BatchNormalization)
        return cls(*layer.constants(weights, channel))

    @property
    def factor(self) -> float:
        """What a number is multiplied by, all in all."""
        return self.gamma / self.spread

    @property
    def addend(self) -> float:
        """What is then added."""
        return self.beta - self.mean * self.factor

    def steps(self, number: float) -> tuple[float, float, float, float]:
        """Return a number less the mean, over the spread, times gamma, plus beta."""
        centred = number - self.mean
        normalised = centred / self.spread
        return centred, normalised, normalised * self.gamma, number * self.factor + self.addend

    @property
    def decimals(self) -> int:
        """With how many decimals mean and beta give the shift as it is printed; else two."""
        factor, addend = fmt.rounded(self.factor), fmt.rounded(self.addend)
        found = (
            n for n in _DECIMALS
            if fmt.rounded(fmt.rounded(self.beta, n) - fmt.rounded(self.mean, n) * factor) == addend
        )  # fmt: skip
        return next(found, _DECIMALS[0])

    def adds_up(self, number: float, decimals: int = 2) -> bool:
        """Tell whether its steps, and factor and shift, are right with the numbers as printed.

        Parameters
        ----------
        number : float
        decimals : int
            Of mean and beta; all else has two.
        """
        centred, normalised, scaled, value = self.steps(number)
        mean, beta = (fmt.rounded(each, decimals) for each in (self.mean, self.beta))
        spread, gamma, start = map(fmt.rounded, (self.spread, self.gamma, number))
        first, second, third = (fmt.rounded(each) for each in (centred, normalised, scaled))
        factor, addend = fmt.rounded(self.factor), fmt.rounded(self.addend)
        return bool(
            spread
            and fmt.rounded(start - mean) == first
            and fmt.rounded(first / spread) == second
            and fmt.rounded(second * gamma) == third
            and fmt.rounded(third + beta) == fmt.rounded(value)
            and fmt.rounded(start * factor + addend) == fmt.rounded(value)
        )

    def followed(self, sums: Array) -> tuple[int, int] | None:
        """Return the cell of a map with the largest result whose printed steps add up, if any."""
        order = np.argsort(-sums * np.sign(self.factor), axis=None, kind="stable")
        cells = (divmod(int(n), sums.shape[1]) for n in order)
        printed = {2, self.decimals}
        return next(
            (c for c in cells if all(self.adds_up(float(sums[c]), n) for n in printed)), None
        )


def by_its_own(layer: Layer, x: Array, weights: Mapping[str, Array]) -> Array | None:
    """Normalise each picture's numbers by their own mean and spread, if the layer normalises."""
    if not isinstance(layer, BatchNormalization):
        return None
    return np.stack([_own(layer, one, weights) for one in x])


def _own(layer: BatchNormalization, x: Array, weights: Mapping[str, Array]) -> Array:
    """Normalise one picture's numbers by their own mean and spread."""
    places = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axis=places), x.var(axis=places)
    return layer.before(x, {**weights, "moving_mean": mean, "moving_variance": variance})
