"""One step of a convolution with all its numbers: patch, kernel, products, sum, bias, ReLU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.figures import _base, _cells
from convexplain.figures._base import Sheet
from convexplain.figures._cells import Box, Grid
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

if TYPE_CHECKING:
    from convexplain.ops import Breakdown, ConvStep

#: Between patch and kernel, where the ⊙ stands.
GAP = 18.0
_LABEL = 12.0


class Placed(NamedTuple):
    """Where the parts of the arithmetic lie, and the box of the result."""

    patch: Grid
    kernel: Grid
    products: Grid
    result: Box


def cell_size(count: int, width: float, most: float) -> float:
    """Return the side of a cell, for two grids of `count` columns.

    Parameters
    ----------
    count : int
        Columns of the kernel.
    width : float
        What patch and kernel may take together, in points.
    most : float
        The largest side, in points.
    """
    return min((width - GAP) / (2 * count), most)


def extent(count: int, cell: float) -> tuple[float, float]:
    """Return width and height of the arithmetic, labels included."""
    return 2 * count * cell + GAP, 2 * (count * cell + _LABEL) + 4


def draw(
    sheet: Sheet,
    x: float,
    y: float,
    step: ConvStep,
    cell: float,
    limit: float,
    *,
    centred: bool = False,
) -> Placed:
    """Draw a step on one channel: the products under the patch, the sum under the kernel.

    Parameters
    ----------
    sheet : Sheet
    x, y : float
        The top left corner, in points.
    step : ConvStep
    cell : float
        As `cell_size` gives them.
    limit : float
        End of the colour scale of the result's map.
    centred : bool
        Whether the names of patch and kernel stand over the middle, as lines come from above.
    """
    lang = sheet.look.lang
    kernel = step.kernel[:, :, 0]
    count, weight = kernel.shape[0], float(np.abs(kernel).max())
    side = count * cell
    right, below = x + side + GAP, y + _LABEL + side + 4
    for at, words in ((x, PATCH), (right, KERNEL)):
        ha, at = ("center", at + side / 2) if centred else ("left", at)
        sheet.text(at, y + 4, words.text(lang), ha=ha)
    sheet.text(x, below + 4, PRODUCTS.text(lang), ha="left")
    top, under = y + _LABEL, below + _LABEL
    grids = (step.patch, step.kernel, step.products)
    size = min(_cells.fitting(values, cell) for values in grids)
    patch = _cells.numbers(sheet, x, top, step.patch[:, :, 0], 1.0, cell, size=size, picture=True)
    placed = _cells.numbers(sheet, right, top, kernel, weight, cell, size=size)
    # A product is at most as large as its weight: one scale for both.
    products = _cells.numbers(sheet, x, under, step.products[:, :, 0], weight, cell, size=size)
    sheet.text(x + side + GAP / 2, top + side / 2, "⊙", 11, colour=sheet.theme.muted)
    account = step.breakdown()
    result = _sum(sheet, Box(right, under, right + side, under + side), account, limit)
    _bracket(sheet, products.box, right - 3)
    return Placed(patch, placed, products, result)


def _bracket(sheet: Sheet, box: Box, right: float) -> None:
    """Gather the products, and lead to their sum."""
    x, y = box.x1 + 3, box.y0 + 7
    line = [(x, box.y0), (x + 3, box.y0), (x + 3, box.y1), (x, box.y1)]
    _cells.line(sheet, line, width=0.7)
    _cells.line(sheet, [(x + 3, y), (right, y)], width=0.7, head=True)


def _sum(sheet: Sheet, box: Box, account: Breakdown, limit: float) -> Box:
    """Write sum, bias and value one under the other, and the result in its colour."""
    lang, muted, theme = sheet.look.lang, sheet.theme.muted, sheet.theme
    pitch = min(12.5, (box.y1 - box.y0) / 5.5)
    addends = (
        (SUM.text(lang), fmt.number(account.total)),
        (BIAS.text(lang), fmt.number(account.bias, sign=True)),
        ("=", fmt.number(account.value)),
    )
    for n, (words, number) in enumerate(addends):
        y = box.y0 + 7 + pitch * n + (4 if n == 2 else 0)
        sheet.text(box.x0, y, words, colour=muted, ha="left")
        sheet.text(box.x1, y, number, ha="right")
    rule = box.y0 + 7 + 1.5 * pitch + 2
    _cells.line(sheet, [(box.x0, rule), (box.x1, rule)], colour=theme.line, width=0.7)
    high, wide = 16.0, 30.0
    result = Box(box.x1 - wide, box.y1 - high, box.x1, box.y1)
    cell_text(sheet, result, account.activated, limit)
    _cells.outline(sheet, result)
    sheet.text(box.x0, result.middle[1], "ReLU", colour=muted, ha="left")
    start = box.x0 + _base.text_width("ReLU", _base.LABEL) + 3
    if result.x0 - start > 8:
        _cells.line(
            sheet, [(start, result.middle[1]), (result.x0 - 3, result.middle[1])], head=True
        )
    return result


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


PATCH = Caption(en="Patch", zh="图块")
KERNEL = Caption(en="Kernel", zh="卷积核")
PRODUCTS = Caption(en="Products, cell by cell", zh="逐元素乘积")
SUM = Caption(en="sum", zh="求和")
BIAS = Caption(en="bias", zh="偏置")
