"""Finds the stops that a lesson shows term by term, for any picture and any filter.

A viewer who adds the printed numbers should find the printed sum; rounded to two decimals that
holds for some windows only, so slow stops are searched among these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

import numpy as np

from convexplain.ops import ConvStep, ConvSteps, PoolStep
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


def find_stops(steps: ConvSteps) -> tuple[FoundStop, ...]:
    """Choose a strong stop, one that ReLU cuts to zero, and one on blank paper, in this order.

    The steps are all stops of one filter, row by row. Strong: the largest value; negative: the
    smallest; blank: nearest to the strong one. Stops whose arithmetic adds up come first, and among
    these those with at least `TELLING_PRODUCTS` products that print as something else than 0.00.
    One is left out where no value prints above zero, none below, or no patch is without ink.
    """
    order = _largest_first(steps)
    found: list[FoundStop] = []
    strong = _first(steps, takewhile(lambda i: _sign(steps.values[i]) > 0, order))
    if strong is not None:
        found.append(FoundStop("strong", *strong))
    negative = _first(steps, takewhile(lambda i: _sign(steps.values[i]) < 0, reversed(order)))
    if negative is not None:
        found.append(FoundStop("negative", *negative))
    row, col = divmod(strong[0] if strong else 0, steps.size[1])
    places = np.indices(steps.size).reshape(2, -1)
    distances = (places[0] - row) ** 2 + (places[1] - col) ** 2
    nearest = map(int, np.argsort(distances, kind="stable"))
    blank = next((i for i in nearest if not steps[i].patch.any()), None)
    if blank is not None:
        found.append(FoundStop("blank", blank, steps[blank].breakdown().checkable()))
    return tuple(found)


def find_channel_stop(steps: ConvSteps, shown: int = 5) -> FoundStop | None:
    """Choose a place where one filter's many channels can be followed.

    The largest value of those whose printed numbers can be checked, where `shown` channels are
    named and the first of them is shown cell by cell; else of all. None where no value prints above
    zero.
    """
    order = _largest_first(steps)
    for i in takewhile(lambda i: _sign(steps.values[i]) > 0, order):
        if steps[i].breakdown(shown, grids=1).checkable():
            return FoundStop("channels", i, True)
    some = _sign(steps.values[order[0]]) > 0
    return FoundStop("channels", order[0], False) if some else None


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


def _largest_first(steps: ConvSteps) -> list[int]:
    return [int(i) for i in np.argsort(-steps.values, kind="stable")]


def _first(steps: ConvSteps, places: Iterable[int]) -> tuple[int, bool] | None:
    """The first place with ink that adds up and is telling, else that adds up, else the first."""
    inked = ((i, step) for i in places if (step := steps[i]).patch.any())
    tried = []
    for i, step in islice(inked, TRIED):
        if _is_telling(step) and step.breakdown().checkable():
            return i, True
        tried.append((i, step))
    for i, step in tried:
        if step.breakdown().checkable():
            return i, True
    return (tried[0][0], False) if tried else None


def _is_telling(step: ConvStep) -> bool:
    return sum(_sign(product) != 0 for product in step.products.flat) >= TELLING_PRODUCTS


def _sign(value: float) -> int:
    """The sign of what is printed: a value that prints as 0.00 has none."""
    return int(np.sign(float(fmt.rounded(value))))
