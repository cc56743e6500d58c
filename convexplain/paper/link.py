"""The classroom page's address of one cell: the fragment that follows the name of its file."""

from __future__ import annotations

from collections.abc import Mapping


def fragment(values: Mapping[str, object]) -> str:
    """Write a state of the page as the fragment of its address.

    The keys are those of the page (``page/link.js``): "d" the digit, or "own" for the picture that
    the page was written with; "i" which of the digit's samples (0 is left out); "l" the layer, "m"
    the map, "c" row and column. All are counted from 0.

    >>> fragment({"d": 5, "i": 0, "l": "conv1", "m": 28, "c": (22, 9)})
    '#d=5&l=conv1&m=28&c=22,9'
    """
    given = [(key, value) for key, value in values.items() if (key, value) != ("i", 0)]
    return "#" + "&".join(f"{key}={_text(value)}" for key, value in given)


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
