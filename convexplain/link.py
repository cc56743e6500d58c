"""The classroom page's address of one cell: the fragment that follows the name of its file."""

from __future__ import annotations

from collections.abc import Mapping


def fragment(values: Mapping[str, object]) -> str:
    """Write a state of the page as the fragment of its address.

    Parameters
    ----------
    values : mapping
        As the page names them: "d" the digit, "i" which of its samples (0 is left out), "l" the
        layer, "m" the map, "c" row and column. What is None is left out. All are counted from 0.

    Returns
    -------
    str
        Such as "#d=5&l=conv1&m=28&c=22,9".

    Examples
    --------
    >>> fragment({"d": 5, "i": 0, "l": "conv1", "m": 28, "c": (22, 9)})
    '#d=5&l=conv1&m=28&c=22,9'
    """
    given = {key: value for key, value in values.items() if value is not None}
    if given.get("i") == 0:
        del given["i"]
    return "#" + "&".join(f"{key}={_text(value)}" for key, value in given.items())


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
