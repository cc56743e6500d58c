"""Which of a test's parameters are tried each time; the others are left to scripts/soak.sh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations, product
from typing import Any

import pytest


def some(values: Iterable[Any], often: int = 2) -> list[Any]:
    """Return all values of a parameter; those after the first few are marked as soak."""
    return [value if number < often else later(value) for number, value in enumerate(values)]


def later(*values: Any) -> Any:
    """Return values of parameters that only the soak tests try."""
    return pytest.param(*values, marks=pytest.mark.soak)


def covering(*parameters: Iterable[Any] | Mapping[str, Any], pairs: bool = False) -> list[Any]:
    """Return every combination of parameters; few of them, in which each value occurs, run often.

    With `pairs`, each pair of values occurs in those few, too. Without, they are as many as the
    longest parameter has values, and the other values take turns. The others are marked as soak.
    Parameters given as mappings have their keys as names.
    """
    named = [
        list(each.items()) if isinstance(each, Mapping) else [(str(value), value) for value in each]
        for each in parameters
    ]
    every = list(product(*(range(len(each)) for each in named)))
    often: set[tuple[int, ...]] = set()
    uses: Counter[Any] = Counter()
    missing = {part for one in every for part in _parts(one, 2 if pairs else 1)}
    while missing:
        best = max(
            every,
            key=lambda one: (
                len(missing.intersection(_parts(one, 1) + _parts(one, 2))),
                -sum(uses[pair] for pair in _parts(one, 2)),
                -sum(uses[value] for value in _parts(one, 1)),
            ),
        )
        often.add(best)
        uses.update(_parts(best, 1) + _parts(best, 2))
        missing.difference_update(uses)
    return [
        pytest.param(
            *(named[at][n][1] for at, n in enumerate(one)),
            id="-".join(named[at][n][0] for at, n in enumerate(one)),
            marks=() if one in often else pytest.mark.soak,
        )
        for one in every
    ]


def _parts(one: tuple[int, ...], size: int) -> list[Any]:
    """Return a combination's values with their places, or its pairs of them."""
    return list(combinations(enumerate(one), size))
