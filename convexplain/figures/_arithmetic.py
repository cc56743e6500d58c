"""What figures say of a step's arithmetic: a number on its colour, small grids as text."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from convexplain.figures import _cells
from convexplain.figures._base import Sheet
from convexplain.figures._cells import Box
from convexplain.style import format as fmt

#: Between patch and kernel, where the ⊙ stands.
GAP = 18.0


def cell_text(sheet: Sheet, box: Box, value: float, limit: float, size: float = 8.0) -> None:
    """Draw one number on the colour of its value."""
    colour = sheet.theme.signed([[value]], limit)
    texts = [[fmt.number(value)]]
    _cells.grid(sheet, box.x0, box.y0, colour, (box.x1 - box.x0, box.y1 - box.y0), texts=texts,
                size=size, lines=False)  # fmt: skip


def rows(values: npt.NDArray[Any], lang: str) -> str:
    """Write a small grid of numbers as text, row by row."""
    comma, gap = ("，", "；") if lang == "zh" else (", ", "; ")
    return gap.join(comma.join(fmt.number(value) for value in row) for row in values)
