"""What networks, a unit, a filter and a pooling window read of a picture that is moved."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.panels import Mark
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: What of a response is still in its cell, or already in the next, is seen from such a part on.
_PART = 0.2
Floats = npt.NDArray[np.float32]


class Inside(NamedTuple):
    """A pooling window whose largest number moves by a step, and stays in it."""

    #: Of the first convolution; the window's place among the pooling's.
    filter: int
    row: int
    col: int
    #: What it reads, (2, 2).
    before: Floats
    after: Floats
    #: The map before, (height, width).
    whole: Floats


class Unit(NamedTuple):
    """A unit that has a weight for each pixel, and what it makes of a picture and of it moved."""

    #: Which unit, of how many; after how many steps it reads the picture again.
    number: int
    many: int
    steps: int
    #: One for each pixel, (height, width).
    weights: npt.NDArray[np.float64]
    #: Pixels times weights, after 0 to `steps` steps.
    products: tuple[npt.NDArray[np.float64], ...]
    #: Rows and columns by which all steps move the picture.
    way: tuple[int, int]
    #: What its sum is weighed with for the answer `said`, less that for what is read at last.
    weight: float
    #: What is read at first.
    said: Caption

    @property
    def sums(self) -> tuple[str, str]:
        """What its products come to before, and after all steps, as they are printed."""
        first, last = (fmt.number(products.sum()) for products in self.products[:: self.steps])
        return first, last


class Filter(NamedTuple):
    """A filter of the last map, whose responses meet other weights once the picture is moved."""

    #: Which filter, of how many.
    number: int
    many: int
    #: What the last layer weighs its places with, for the label less for `rival`, (height, width).
    weights: npt.NDArray[np.float64]
    #: Its map after each number of steps, from 0 to the last one that is compared.
    responses: tuple[npt.NDArray[np.float64], ...]
    #: Where `before`'s response is after these, where they move the map by one cell.
    on: tuple[int, int] | None = None

    @property
    def steps(self) -> int:
        """After how many steps it is looked at again."""
        return len(self.responses) - 1

    @property
    def before(self) -> tuple[int, int]:
        """The place that speaks most for the label before anything moves."""
        return largest_cell(self.responses[0] * self.weights)

    @property
    def after(self) -> tuple[int, int]:
        """The place at the end of the response that was in `before`, or of the largest one."""
        return self.on or largest_cell(self.responses[-1])

    @property
    def halfway(self) -> int | None:
        """After how many steps a part is still in `before` and a part already one cell on."""
        half = self.steps // 2
        if self.on is None or half == 0:
            return None
        whole = float(self.responses[0][self.before])
        stays, moves = (float(self.responses[half][cell]) for cell in (self.before, self.on))
        return half if min(stays, moves) >= _PART * whole and stays < whole else None


class Shrunk(NamedTuple):
    """A map on the way to the last one, which has fewer cells."""

    #: Of its panel.
    name: str
    filter: int
    #: Whether a convolution comes after the map before it.
    convolved: bool
    #: Whether a pooling has just made it smaller.
    pooled: bool
    #: (height, width).
    values: Floats
    #: How many pixels of the picture lie between two of its cells.
    apart: int
    #: What the last map's cell that is looked at reads of it, and the one beside it.
    marks: tuple[Mark, Mark]


class Reader(NamedTuple):
    """A network, and what it reads after each number of steps."""

    name: Caption
    answers: tuple[Caption, ...]
    #: The answers' probabilities.
    shares: tuple[float, ...]
    #: Whether the answer is the picture's label; where it has none, whether it is still the first.
    right: tuple[bool, ...]
    #: The label's logit less the rival's; none of a network that has but one output.
    leads: tuple[float, ...]
    #: Whose sums they are.
    added: Caption
    #: What a lead below 0 speaks for.
    rival: Caption


def printed(lead: float) -> str:
    """Print a lead; a small one keeps its sign."""
    return fmt.number(lead, 1 if abs(lead) >= 0.05 else 2)


def largest_cell(values: npt.NDArray[Any]) -> tuple[int, int]:
    """Return row and column of the largest value of a map, (height, width)."""
    row, col = divmod(int(values.argmax()), values.shape[1])
    return row, col
