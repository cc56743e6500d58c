"""The examples that lessons show unless asked for others, and the criteria they met.

``tools/choose_digits.py`` finds them by search, after every training.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["load"]


@cache
def _text() -> str:
    return (resources.files("convexplain") / "assets" / "examples.json").read_text("utf-8")


def load() -> dict[str, Any]:
    """Read the examples, a fresh copy each time.

    One entry a lesson, by its name ("sliding-window": "sample", "filter", "stops", ...), and
    "roles": for what lessons may need ("misread", "hesitant", ...) the bundled digits that have it,
    best first.
    """
    data: dict[str, Any] = json.loads(_text())
    return data
