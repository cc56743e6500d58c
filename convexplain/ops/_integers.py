"""Sizes, strides and paddings: what is accepted for them, and how the rest is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import Literal, TypeAlias

Pair: TypeAlias = tuple[int, int]
"""(rows, columns)"""
Margins: TypeAlias = tuple[int, int, int, int]
"""Cells added around a picture: (top, bottom, left, right)."""
PaddingName: TypeAlias = Literal["valid", "same", "same_lower"]
PairLike: TypeAlias = int | Sequence[int]
PaddingLike: TypeAlias = PaddingName | int | Sequence[int]

PADDING_NAMES: tuple[PaddingName, ...] = ("valid", "same", "same_lower")


def pair(name: str, value: PairLike, *, least: int = 1) -> Pair:
    """Give an int or a pair of ints as (rows, columns), each at least `least`.

    Raises
    ------
    TypeError
        Something else than whole numbers.
    ValueError
        Not two numbers, or one below `least`. The text calls the value `name`.
    """
    numbers = _whole(name, value)
    if len(numbers) == 1:
        numbers = numbers * 2
    if len(numbers) != 2:
        raise ValueError(f"{name} {value!r} has {len(numbers)} numbers: give one or two")
    if min(numbers) < least:
        raise ValueError(
            f"{name} {value!r} is too small: give at least {least} for rows and for columns"
        )
    return numbers[0], numbers[1]


def margins(padding: int | Sequence[int]) -> Margins:
    """Give a padding in one, two or four ints as (top, bottom, left, right)."""
    numbers = _whole("padding", padding)
    if len(numbers) not in (1, 2, 4):
        raise ValueError(
            f"padding {padding!r} has {len(numbers)} numbers: give one for all sides, "
            "two for (rows, columns) or four for (top, bottom, left, right)"
        )
    if min(numbers) < 0:
        raise ValueError(f"padding {padding!r} is negative: padding only adds cells, 0 adds none")
    if len(numbers) == 4:
        return numbers[0], numbers[1], numbers[2], numbers[3]
    rows, cols = numbers[0], numbers[-1]
    return rows, rows, cols, cols


def named_or_margins(padding: PaddingLike) -> PaddingName | Margins:
    """Give a padding as the name that it is, or in numbers (top, bottom, left, right)."""
    if not isinstance(padding, str):
        return margins(padding)
    for name in PADDING_NAMES:
        if padding == name:
            return name
    names = ", ".join(f'"{name}"' for name in PADDING_NAMES)
    raise ValueError(f'padding "{padding}" is unknown: give one of {names}, or ints')


def _whole(name: str, value: object) -> tuple[int, ...]:
    items = tuple(value) if isinstance(value, Iterable) else (value,)
    if isinstance(value, str) or any(isinstance(item, bool) for item in items):
        raise TypeError(f"{name} {value!r:.80} is not made of whole numbers: give an int or ints")
    try:
        return tuple(index(item) for item in items)
    except TypeError:
        raise TypeError(
            f"{name} {value!r:.80} is not made of whole numbers: give an int or ints"
        ) from None
