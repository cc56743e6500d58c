"""Which of a test's parameters are tried each time; the others are left to scripts/soak.sh."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some(values: Iterable[Any], often: int = 2) -> list[Any]:
    """Return all values of a parameter; those after the first few are marked as soak."""
    return [
        value if number < often else pytest.param(value, marks=pytest.mark.soak)
        for number, value in enumerate(values)
    ]
