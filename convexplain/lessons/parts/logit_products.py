"""What the numbers that are left add to one logit, laid out place by place."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.panels import Mark
from convexplain.style import format as fmt

#: How many of the largest products are tried for one that can be checked as printed.
_TRIED = 200


class Products(NamedTuple):
    """What all numbers that are left add to a logit, those of one place beside one another."""

    #: (rows, cols): products of number and weight: a block for each place of the last map.
    values: npt.NDArray[np.float64]
    #: False where a block is larger than there are numbers at a place, (rows, cols).
    there: npt.NDArray[np.bool_]
    #: The places.
    blocks: tuple[Mark, ...]
    #: How many numbers each place has.
    numbers: int
    #: The cell of the largest product that its printed factors make, inside its block if one is.
    telling: tuple[int, int]
    #: The map that has its number, (rows, cols).
    read: npt.NDArray[np.float64]
    #: Where that is on it.
    place: tuple[int, int]
    #: Which of the last maps that is.
    channel: int
    #: Its factors and the product.
    written: tuple[str, str, str]

    @classmethod
    def of(cls, read: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> Products:
        """Lay out numbers times weights, both (rows, cols, channels).

        A block is twice as wide as high.
        """
        products = read * weights
        rows, cols, numbers = products.shape
        wide = math.ceil(math.sqrt(2 * numbers))
        high = math.ceil(numbers / wide)
        spare = high * wide - numbers

        def laid(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
            full = np.pad(values, ((0, 0), (0, 0), (0, spare)))
            blocks = full.reshape(rows, cols, high, wide)
            return blocks.transpose(0, 2, 1, 3).reshape(rows * high, cols * wide)

        blocks = tuple(
            Mark(row * high, col * wide, high, wide, "muted", strong=False)
            for row in range(rows)
            for col in range(cols)
        )
        there = laid(np.ones(products.shape, bool)).astype(bool)
        line, across = np.divmod(np.arange(products.size) % numbers, wide)
        inside = (line % (high - 1) > 0) & (across % (wide - 1) > 0) if high > 2 else None
        place = _telling(read.ravel(), weights.ravel(), inside)
        row, col = divmod(int(laid(np.arange(products.size).reshape(products.shape) == place)
                              .argmax()), cols * wide)  # fmt: skip
        at, channel = divmod(place, numbers)
        number, weight, product = (fmt.number(x.flat[place]) for x in (read, weights, products))
        written = number, weight, product
        return cls(
            laid(products).astype(np.float64), there, blocks, numbers, (row, col),
            read[:, :, channel], (at // cols, at % cols), channel, written,
        )  # fmt: skip

    @property
    def many(self) -> int:
        """How many numbers there are."""
        return int(self.there.sum())


def _telling(
    read: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    inside: npt.NDArray[np.bool_] | None = None,
) -> int:
    """Find the largest product that its printed factors make as printed, or else the largest.

    One inside its block comes first, as a ring around another lies on the lines of blocks.
    """
    products = read * weights
    order = np.argsort(-np.abs(products), kind="stable")
    honest = [
        int(n) for n in order[:_TRIED]
        if fmt.rounded(fmt.rounded(read[n]) * fmt.rounded(weights[n])) == fmt.rounded(products[n])
    ]  # fmt: skip
    clear = [n for n in honest if inside is None or inside[n]]
    return (clear or honest or [int(order[0])])[0]
