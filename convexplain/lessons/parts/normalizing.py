"""What a batch normalization does to one number, and to a picture without what it stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.network import BatchNormalization, Layer, Network
from convexplain.style import format as fmt

Array = npt.NDArray[Any]
#: The constants are printed with as few of these decimals as give the printed factor and shift.
_DECIMALS = range(2, 5)
#: A sum of such a part of the largest is a large one.
_LARGE = 0.5


class Followed(NamedTuple):
    """A cell whose steps are told, and with how many decimals the constants are printed."""

    cell: tuple[int, int]
    decimals: int


@dataclass(frozen=True)
class Normalizing:
    """The four constants of one channel."""

    #: The stored ones; the spread is the root of variance and epsilon.
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
    def exact(self) -> tuple[int, ...]:
        """With how many decimals the four give factor and shift as these are printed."""
        factor, addend = fmt.rounded(self.factor), fmt.rounded(self.addend)
        found = []
        for n in _DECIMALS:
            mean, spread, gamma, beta = self._printed(n)
            if not spread or fmt.rounded(gamma / spread) != factor:
                continue
            if fmt.rounded(beta - mean * factor) == addend:
                found.append(n)
        return tuple(found)

    def _printed(self, decimals: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        mean, spread, gamma, beta = (
            fmt.rounded(each, decimals) for each in (self.mean, self.spread, self.gamma, self.beta)
        )
        return mean, spread, gamma, beta

    def adds_up(self, number: float, decimals: int = 2) -> bool:
        """Tell whether its steps, and factor and shift, are right with the numbers as printed.

        `decimals`: of the four constants; all else has two.
        """
        centred, normalised, scaled, value = self.steps(number)
        (mean, spread, gamma, beta), start = self._printed(decimals), fmt.rounded(number)
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

    def followed(self, sums: Array) -> Followed | None:
        """Return the cell whose steps are told, if the printed steps of any add up.

        It has the largest result of those, with the fewest decimals with which that comes of a
        large sum; else of the sum that is the largest of all.
        """
        order = np.argsort(-sums * np.sign(self.factor), axis=None, kind="stable")
        cells = [divmod(int(n), sums.shape[1]) for n in order]
        ends = (
            (next((c for c in cells if self.adds_up(float(sums[c]), n)), None), n)
            for n in self.exact
        )
        found = [Followed(cell, n) for cell, n in ends if cell is not None]
        most = abs(float(sums[cells[0]]))
        large = (each for each in found if abs(float(sums[each.cell])) >= _LARGE * most)
        return next(large, min(found, key=lambda each: cells.index(each.cell), default=None))


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
