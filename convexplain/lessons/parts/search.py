"""Finds the stops that a lesson shows term by term, for any picture and any filter.

A viewer who adds the printed numbers should find the printed sum; rounded to two decimals that
holds for some windows only, so slow stops are searched among these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from convexplain.ops import ConvStep, PoolStep
from convexplain.style import format as fmt

#: Fewer products than this that print as something else than 0.00 make a dull stop.
TELLING_PRODUCTS = 4
#: Of large maps so many places are tried, those that come first.
TRIED = 300


class FoundStop(NamedTuple):
    """A stop worth showing slowly."""

    name: str  # "strong", "negative", "blank", "border", "channels" or "pool"
    position: int  # into the steps that were searched
    adds_up: bool  # whether its printed arithmetic does


def find_stops(steps: Sequence[ConvStep]) -> tuple[FoundStop, ...]:
    """Choose a strong stop, one that ReLU cuts to zero, and one on blank paper, in this order.

    The steps are all stops of one filter, row by row. Strong: the largest value; negative: the
    smallest; blank: nearest to the strong one. Stops whose arithmetic adds up come first, and among
    these those with at least `TELLING_PRODUCTS` products that print as something else than 0.00.
    One is left out where no value prints above zero, none below, or no patch is without ink.
    """
    every = list(steps)
    values = np.array([step.value for step in every])
    order = [int(i) for i in np.argsort(-values, kind="stable")]
    blank = [not step.patch.any() for step in every]
    inked = [i for i in order if not blank[i]]
    found: list[FoundStop] = []
    strong = _first(every, [i for i in inked if _sign(values[i]) > 0])
    if strong is not None:
        found.append(FoundStop("strong", *strong))
    negative = _first(every, [i for i in reversed(inked) if _sign(values[i]) < 0])
    if negative is not None:
        found.append(FoundStop("negative", *negative))
    near = every[strong[0] if strong else 0]
    if any(blank):
        nearest = min(np.flatnonzero(blank).tolist(), key=lambda i: _distance(every[i], near))
        found.append(FoundStop("blank", nearest, every[nearest].breakdown().checkable()))
    return tuple(found)


def find_channel_stop(steps: Sequence[ConvStep], shown: int = 5) -> FoundStop | None:
    """Choose a place where one filter's many channels can be followed.

    The largest value of those whose printed numbers can be checked, where `shown` channels are
    named and the first of them is shown cell by cell; else of all. None where no value prints above
    zero.
    """
    every = list(steps)
    order = np.argsort([-step.value for step in every], kind="stable")
    positive = [int(i) for i in order if _sign(every[i].value) > 0]
    for i in positive:
        if every[i].breakdown(shown, grids=1).checkable():
            return FoundStop("channels", i, True)
    return FoundStop("channels", positive[0], False) if positive else None


def find_pool_stop(steps: Sequence[PoolStep]) -> FoundStop | None:
    """Choose a pooling window that shows that the largest number wins, wherever it stands.

    The largest maximum of the windows whose numbers all print differently, with the winner not in
    the first cell and a mean that agrees with the printed numbers; else with such a mean; else of
    all. None where no maximum prints above zero.
    """
    every = list(steps)
    order = np.argsort([-step.value for step in every], kind="stable")
    positive = [int(i) for i in order if _sign(every[i].value) > 0]
    for rule in (_shows_a_winner, lambda step: True):
        for i in positive:
            if rule(every[i]) and every[i].mean().adds_up():
                return FoundStop("pool", i, True)
    return FoundStop("pool", positive[0], False) if positive else None


def _shows_a_winner(step: PoolStep) -> bool:
    printed = [fmt.rounded(value) for value in step.patch.flat]
    return len(set(printed)) == len(printed) and int(step.patch.argmax()) > 0


def _first(steps: Sequence[ConvStep], candidates: Sequence[int]) -> tuple[int, bool] | None:
    """The first candidate that adds up and is telling, else that adds up, else the first."""
    rules: tuple[Callable[[ConvStep], bool], ...] = (
        lambda step: _is_telling(step) and step.breakdown().checkable(),
        lambda step: step.breakdown().checkable(),
    )
    for rule in rules:
        for i in candidates[:TRIED]:
            if rule(steps[i]):
                return i, True
    return (candidates[0], False) if candidates else None


def _is_telling(step: ConvStep) -> bool:
    return sum(_sign(product) != 0 for product in step.products.flat) >= TELLING_PRODUCTS


def _sign(value: float) -> int:
    """The sign of what is printed: a value that prints as 0.00 has none."""
    return int(np.sign(float(fmt.rounded(value))))


def _distance(one: ConvStep, other: ConvStep) -> int:
    return (one.row - other.row) ** 2 + (one.col - other.col) ** 2
