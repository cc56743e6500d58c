"""What networks, a unit, a filter and a pooling window read of a picture that is moved."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.panels import Mark
from convexplain.style.captions import Caption

#: What of a response is still in its cell, or already in the next, is seen from such a part on.
_PART = 0.2
Floats = npt.NDArray[np.float32]


class Inside(NamedTuple):
    """A pooling window whose largest number moves by a step, and stays in it.

    Parameters
    ----------
    filter, row, col : int
        Of the first convolution; the window's place among the pooling's.
    before, after : numpy.ndarray, shape (2, 2)
        What it reads.
    whole : numpy.ndarray, shape (height, width)
        The map before.
    """

    filter: int
    row: int
    col: int
    before: Floats
    after: Floats
    whole: Floats


class Unit(NamedTuple):
    """A unit that has a weight for each pixel, and what it makes of a picture and of it moved.

    Parameters
    ----------
    number, many, steps : int
        Which unit, of how many; after how many steps it reads the picture again.
    weights : numpy.ndarray, shape (height, width)
        One for each pixel.
    products : tuple of numpy.ndarray
        Pixels times weights, after 0 to `steps` steps.
    weight : float
        What its sum is weighed with for the answer `said`, less that for `instead`.
    leads : (float, float)
        Of `said` over `instead` with all units together, before and after.
    said, instead : Caption
        What is read at first, and after `steps`.
    """

    number: int
    many: int
    steps: int
    weights: npt.NDArray[np.float64]
    products: tuple[npt.NDArray[np.float64], ...]
    weight: float
    leads: tuple[float, float]
    said: Caption
    instead: Caption


class Filter(NamedTuple):
    """A filter of the last map, whose responses meet other weights once the picture is moved.

    Parameters
    ----------
    number, many : int
        Which filter, of how many.
    weights : numpy.ndarray, shape (height, width)
        What the last layer weighs its places with, for the label less for `rival`.
    responses : tuple of numpy.ndarray
        Its map after each number of steps, from 0 to the last one that is compared.
    on : (int, int), optional
        Where `before`'s response is after these, where they move the map by one cell.
    """

    number: int
    many: int
    weights: npt.NDArray[np.float64]
    responses: tuple[npt.NDArray[np.float64], ...]
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
        least = float(self.responses[0][self.before]) * _PART
        parts = self.responses[half][self.before], self.responses[half][self.on]
        return half if min(parts) >= least else None


class Shrunk(NamedTuple):
    """A map on the way to the last one, which has fewer cells.

    Parameters
    ----------
    name : str
        Of its panel.
    filter : int
    pooled : bool
        Whether a pooling has just made it smaller.
    values : numpy.ndarray, shape (height, width)
    apart : int
        How many pixels of the picture lie between two of its cells.
    marks : tuple of Mark
        What the last map's cell before and after reads of it.
    """

    name: str
    filter: int
    pooled: bool
    values: Floats
    apart: int
    marks: tuple[Mark, Mark]


class Reader(NamedTuple):
    """A network, and what it reads after each number of steps.

    Parameters
    ----------
    name : Caption
    answers : tuple of Caption
    shares : tuple of float
        The answers' probabilities.
    right : tuple of bool
        Whether the answer is the picture's label; where it has none, whether it is still the first.
    """

    name: Caption
    answers: tuple[Caption, ...]
    shares: tuple[float, ...]
    right: tuple[bool, ...]


def largest_cell(values: npt.NDArray[Any]) -> tuple[int, int]:
    """Return row and column of the largest value of a map, (height, width)."""
    row, col = divmod(int(values.argmax()), values.shape[1])
    return row, col
