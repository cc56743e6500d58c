"""Finds the stops that a lesson shows term by term, for any picture and any filter.

A viewer who adds the printed numbers should find the printed sum; rounded to two decimals that
holds for some windows only, so slow stops are searched among these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convexplain.ops import ConvStep, PoolStep
from convexplain.style import format as fmt

#: Fewer products than this that print as something else than 0.00 make a dull stop.
TELLING_PRODUCTS = 4


class FoundStop(NamedTuple):
    """A stop worth showing slowly.

    Parameters
    ----------
    name : {"strong", "negative", "blank", "border", "channels", "pool"}
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


def find_border_stop(steps: Sequence[ConvStep]) -> FoundStop | None:
    """Choose a stop whose window reaches into the padding, and still meets ink.

    The largest value of those that add up and are telling; else of those that add up; else of
    all.

    Parameters
    ----------
    steps : sequence of ConvStep
        All stops of one filter over a padded picture.

    Returns
    -------
    FoundStop or None
        None where no ink lies near the border, or there is no padding.
    """
    every = list(steps)
    order = np.argsort([-step.value for step in every], kind="stable")
    near = [int(i) for i in order if every[i].padding.any() and every[i].patch.any()]
    found = _first(every, near)
    return FoundStop("border", *found) if found else None


def top_channels(step: ConvStep, shown: int = 5) -> tuple[int, ...]:
    """Name the channels that contribute most to a step, by absolute value, largest first."""
    order = np.argsort(-np.abs(step.channel_sums), kind="stable")
    return tuple(int(channel) for channel in order[:shown])


def channels_add_up(step: ConvStep, shown: int = 5, decimals: int = 2) -> bool:
    """Tell whether a step through many channels can be checked by hand.

    The printed sums of the channels shown, and of all others together, must sum to the printed
    total, and that plus the printed bias to the printed value; in the first channel shown, each
    product must agree with its printed factors, and all nine sum to the channel's sum.

    Parameters
    ----------
    step : ConvStep
    shown : int
        How many channels are shown one by one.
    decimals : int
    """
    channels = list(top_channels(step, shown))
    sums = step.channel_sums[channels]
    rest = step.total - sums.sum()
    first = channels[0]
    products = step.products[:, :, first].ravel()
    factors = zip(
        step.patch[:, :, first].flat, step.kernel[:, :, first].flat, products, strict=True
    )
    return (
        fmt.adds_up((*sums, rest), step.total, decimals)
        and fmt.adds_up((step.total, step.bias), step.value, decimals)
        and fmt.adds_up(products, step.channel_sums[first], decimals)
        and all(_product_agrees(x, w, p, decimals) for x, w, p in factors)
    )


def find_channel_stop(steps: Sequence[ConvStep], shown: int = 5) -> FoundStop | None:
    """Choose a place where one filter's many channels can be followed.

    The largest value of those that add up; else of all.

    Parameters
    ----------
    steps : sequence of ConvStep
        All stops of one filter.
    shown : int
        See `channels_add_up`.

    Returns
    -------
    FoundStop or None
        None where no value prints above zero.
    """
    every = list(steps)
    order = np.argsort([-step.value for step in every], kind="stable")
    positive = [int(i) for i in order if _sign(every[i].value) > 0]
    for i in positive:
        if channels_add_up(every[i], shown):
            return FoundStop("channels", i, True)
    return FoundStop("channels", positive[0], False) if positive else None


def mean_adds_up(patch: Sequence[float] | NDArray[Any], decimals: int = 2) -> bool:
    """Tell whether the mean of the printed numbers prints as their mean does."""
    numbers = np.asarray(patch, np.float64).ravel()
    printed = sum(_printed(value, decimals) for value in numbers)
    return _printed(printed / numbers.size, 0) == _printed(numbers.mean(), decimals)


def find_pool_stop(steps: Sequence[PoolStep]) -> FoundStop | None:
    """Choose a pooling window that shows that the largest number wins, wherever it stands.

    The largest maximum of the windows whose numbers all print differently, with the winner not in
    the first cell and a mean that agrees with the printed numbers; else with such a mean; else of
    all.

    Parameters
    ----------
    steps : sequence of PoolStep
        All stops of max pooling over one response map.

    Returns
    -------
    FoundStop or None
        None where no maximum prints above zero.
    """
    every = list(steps)
    order = np.argsort([-step.value for step in every], kind="stable")
    positive = [int(i) for i in order if _sign(every[i].value) > 0]
    for rule in (_shows_a_winner, lambda step: True):
        for i in positive:
            if rule(every[i]) and mean_adds_up(every[i].patch):
                return FoundStop("pool", i, True)
    return FoundStop("pool", positive[0], False) if positive else None


def _shows_a_winner(step: PoolStep) -> bool:
    printed = [_printed(value, 2) for value in step.patch.flat]
    return len(set(printed)) == len(printed) and int(step.patch.argmax()) > 0


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
