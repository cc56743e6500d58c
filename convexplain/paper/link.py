"""The classroom page's address of one cell, and that address as a code that a phone reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convexplain import extras
from convexplain.errors import ConvexplainError
from convexplain.messages import Message


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


def qr_code(address: str) -> dict[str, Any]:
    """Write an address as a QR code, ready for JSON: how many modules a side, and each, 0 or 255.

    It can be read with about a seventh of it covered (level M). Refused if segno is not installed,
    or the address is longer than a code can hold.
    """
    try:
        import segno
    except ImportError as error:
        problem = extras.lacking("print", Message("QR codes"))
        raise ConvexplainError(problem or f"segno does not start: {error}") from error
    try:
        code = segno.make_qr(address, error="m")
    except segno.DataOverflowError as error:
        raise ConvexplainError(
            "an address of {length} characters is too long for a QR code: publish the page at a "
            "shorter one",
            length=len(address),
        ) from error
    rows = [[255 * (1 - dark) for dark in row] for row in code.matrix]
    return {"side": len(rows), "pixels": [level for row in rows for level in row]}


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
