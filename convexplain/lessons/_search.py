"""Finds the stops that a lesson shows term by term, for any picture and any filter.

A viewer who adds the printed numbers should find the printed sum; rounded to two decimals that
holds for some windows only, so slow stops are searched among these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from convexplain import format as fmt
from convexplain.steps import ConvStep

#: Fewer products than this that print as something else than 0.00 make a dull stop.
TELLING_PRODUCTS = 4


class FoundStop(NamedTuple):
    """A stop worth showing slowly.

    Parameters
    ----------
    name : {"strong", "negative", "blank"}
    position : int
        Into the steps that were searched.
    adds_up : bool
        Whether its printed arithmetic does.
    """

    name: str
    position: int
    adds_up: bool


def arithmetic_adds_up(step: ConvStep, decimals: int = 2) -> bool:
    """Tell whether all that is printed of a step can be checked by hand.

    Each printed pixel times its printed weight must round to the printed product, the printed
    products must sum to the printed sum, and that plus the printed bias to the printed value.

    Parameters
    ----------
    step : ConvStep
    decimals : int
        Digits after the point with which everything is printed.
    """
    operands = zip(step.patch.flat, step.kernel.flat, step.products.flat, strict=True)
    return (
        all(_product_agrees(x, w, p, decimals) for x, w, p in operands)
        and fmt.adds_up(step.products.ravel(), step.total, decimals)
        and fmt.adds_up((step.total, step.bias), step.value, decimals)
    )


def find_stops(steps: Sequence[ConvStep]) -> tuple[FoundStop, ...]:
    """Choose a strong stop, one that ReLU cuts to zero, and one on blank paper.

    Strong: the largest value; negative: the smallest; blank: nearest to the strong one. Stops
    whose arithmetic adds up come first, and among these those with at least `TELLING_PRODUCTS`
    products that print as something else than 0.00.

    Parameters
    ----------
    steps : sequence of ConvStep
        All stops of one filter, row by row.

    Returns
    -------
    tuple of FoundStop
        In this order, without those that this picture and this filter do not have: no value that
        prints above zero, none that prints below, no patch without ink.
    """
    every = list(steps)
    values = np.array([step.value for step in every])
    order = [int(i) for i in np.argsort(-values, kind="stable")]
    inked = [i for i in order if every[i].patch.any()]
    found: list[FoundStop] = []
    strong = _first(every, [i for i in inked if _sign(values[i]) > 0])
    if strong is not None:
        found.append(FoundStop("strong", *strong))
    negative = _first(every, [i for i in reversed(inked) if _sign(values[i]) < 0])
    if negative is not None:
        found.append(FoundStop("negative", *negative))
    near = every[strong[0] if strong else 0]
    blank = [i for i in range(len(every)) if not every[i].patch.any()]
    if blank:
        nearest = min(blank, key=lambda i: _distance(every[i], near))
        found.append(FoundStop("blank", nearest, arithmetic_adds_up(every[nearest])))
    return tuple(found)


def _first(steps: Sequence[ConvStep], candidates: Sequence[int]) -> tuple[int, bool] | None:
    """The first candidate that adds up and is telling, else that adds up, else the first."""
    rules: tuple[Callable[[ConvStep], bool], ...] = (
        lambda step: _is_telling(step) and arithmetic_adds_up(step),
        arithmetic_adds_up,
    )
    for rule in rules:
        for i in candidates:
            if rule(steps[i]):
                return i, True
    return (candidates[0], False) if candidates else None


def _is_telling(step: ConvStep) -> bool:
    return sum(_sign(product) != 0 for product in step.products.flat) >= TELLING_PRODUCTS


def _product_agrees(x: float, w: float, product: float, decimals: int) -> bool:
    printed = _printed(x, decimals) * _printed(w, decimals)
    return _printed(printed / 10**decimals, 0) == _printed(product, decimals)


def _printed(value: float, decimals: int) -> int:
    """The digits that are printed, as a whole number: 0.25 is 25."""
    text = fmt.number(value, decimals).replace(fmt.MINUS, "-")
    return int(text.replace(".", ""))


def _sign(value: float) -> int:
    """The sign of what is printed: a value that prints as 0.00 has none."""
    return int(np.sign(_printed(value, 2)))


def _distance(one: ConvStep, other: ConvStep) -> int:
    return (one.row - other.row) ** 2 + (one.col - other.col) ** 2
