"""Logits on their way to probabilities, and how finely they are printed on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convexplain.style import format as fmt

#: A share from which on it comes out of printed numbers.
LARGE = 0.001
#: No sum is printed with more decimals.
_PLACES = 5
#: And no exponent.
_FINEST = 8


@dataclass(frozen=True, eq=False)
class Softmax:
    """Logits on their way to probabilities, in float64."""

    #: Z, z - m, e^(z - m), and that divided by the sum of all, (classes,).
    logits: npt.NDArray[np.float64]
    distances: npt.NDArray[np.float64]
    powers: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]
    #: The classes, the most probable first.
    order: tuple[int, ...]

    @property
    def total(self) -> float:
        """The sum of all powers."""
        return float(self.powers.sum())

    @cached_property
    def exponents(self) -> tuple[str, ...]:
        """Each distance, so finely that e to it is the power as printed.

        All have as many decimals; one more than printed logits have, if these do not differ by
        them as printed.
        """
        highest = fmt.rounded(self.logits.max())
        agree = all(
            fmt.rounded(logit) - highest == fmt.rounded(distance)
            for logit, distance in zip(self.logits, self.distances, strict=True)
        )

        def come_out(places: int) -> bool:
            return all(
                fmt.rounded(math.exp(fmt.rounded(distance, places)), self.places)
                == fmt.rounded(power, self.places)
                for distance, power in zip(self.distances, self.powers, strict=True)
            )

        found = (n for n in range(2 if agree else 3, _FINEST) if come_out(n))
        places = next(found, _FINEST)
        return tuple(fmt.number(distance, places) for distance in self.distances)

    @cached_property
    def places(self) -> int:
        """So many that large printed powers divided by their printed sum are the shares."""
        return next((n for n in range(2, _PLACES) if self._comes_out(n)), _PLACES)

    def _comes_out(self, places: int) -> bool:
        large = [k for k in self.order if self.shares[k] >= LARGE]
        total = self._added(places)
        return all(
            fmt.probability(fmt.rounded(self.powers[k], places) / total)
            == fmt.probability(self.shares[k])
            for k in large
        )

    def _added(self, places: int) -> Decimal:
        """Add up the powers as they are printed."""
        return sum((fmt.rounded(power, places) for power in self.powers), Decimal(0))

    @cached_property
    def printed_total(self) -> str:
        """The sum of the printed powers."""
        return fmt.number(self._added(self.places), self.places)
