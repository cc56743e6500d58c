"""The arithmetic that a person does with the printed numbers, exactly."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.lessons.parts import mistakes
from convexplain.ops import Breakdown, ConvStep
from convexplain.style import format as fmt

#: Digits after the point: of a pixel, of a weight or bias, and of a product of both.
PIXEL, WEIGHT, PRODUCT = 1, 2, 3
SHOWN_CHANNELS = 5
#: What rounding may move a number by, without a person wondering at it.
NEAR = 0.025


def printed(value: Any, decimals: int) -> Fraction:
    """Give what is printed of a value, as an exact number."""
    return Fraction(fmt.rounded(value, decimals))


def exact(values: ArrayLike, decimals: int) -> NDArray[Any]:
    """Give what is printed of each value of an array."""
    array = np.asarray(values)
    numbers = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        numbers[place] = printed(array[place], decimals)
    return numbers


def rows(values: NDArray[Any], decimals: int) -> tuple[tuple[str, ...], ...]:
    """Print a grid."""
    return tuple(tuple(fmt.number(value, decimals) for value in row) for row in values)


@dataclass(frozen=True)
class Cell(ABC):
    """One cell of a convolution, from what is printed of it; `step` is the network's arithmetic."""

    step: ConvStep

    @property
    @abstractmethod
    def total(self) -> Fraction:
        """What is added, before the bias."""

    @cached_property
    def bias(self) -> Fraction:
        """The printed bias."""
        return printed(self.step.bias, WEIGHT)

    @property
    def value(self) -> Fraction:
        """The sum and the bias: z."""
        return self.total + self.bias

    @property
    def output(self) -> Fraction:
        """After ReLU."""
        return max(self.value, Fraction(0))

    @property
    def agrees(self) -> bool:
        """Whether rounding moves the number by less than a person would wonder at."""
        return abs(float(self.value) - self.step.value) < NEAR


@dataclass(frozen=True)
class Window(Cell):
    """One cell of a convolution that reads one channel, from its printed patch and kernel."""

    @cached_property
    def patch(self) -> NDArray[Any]:
        """The printed pixels, (kH, kW, 1)."""
        return exact(self.step.patch, PIXEL)

    @cached_property
    def kernel(self) -> NDArray[Any]:
        """The printed weights, (kH, kW, 1)."""
        return exact(self.step.kernel, WEIGHT)

    @property
    def products(self) -> NDArray[Any]:
        """Cell by cell, (kH, kW, 1)."""
        products: NDArray[Any] = np.multiply(self.patch, self.kernel, dtype=object)
        return products

    @property
    def total(self) -> Fraction:
        """The sum of the products."""
        return Fraction(self.products.sum())

    @property
    def ways(self) -> dict[str, Any]:
        """What comes out, rightly and by each mistake."""
        return mistakes.convolution(self.patch, self.kernel, self.bias)


@dataclass(frozen=True)
class Channels(Cell):
    """One cell of a convolution that reads many channels, from its printed channel sums."""

    @cached_property
    def breakdown(self) -> Breakdown:
        """The channels that stand alone, and the others."""
        return self.step.breakdown(SHOWN_CHANNELS)

    @cached_property
    def sums(self) -> NDArray[Any]:
        """The printed sums of the channels shown, then of all others together."""
        return exact([value for _, value in self.breakdown.addends], WEIGHT)

    @property
    def total(self) -> Fraction:
        """The sum of all channels."""
        return Fraction(self.sums.sum())

    @property
    def ways(self) -> dict[str, Any]:
        """What comes out, rightly and by each mistake."""
        return mistakes.sum_of_channels(self.sums, self.bias, len(self.step.channel_sums))
