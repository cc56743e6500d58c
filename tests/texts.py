"""Long texts compared: pytest explains two that differ by their whole difference, for minutes."""

from __future__ import annotations


def difference(one: str, other: str) -> str:
    """Return where two texts part, with what stands around it; nothing if they are the same."""
    if one == other:
        return ""
    pairs = enumerate(zip(one, other, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
    around = slice(max(0, at - 40), at + 40)
    return f"at {at}: {one[around]!r} is not {other[around]!r}"
