"""One step of the sliding window in full arithmetic, from the patch to its cell of the map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from convexplain import lessons
from convexplain.errors import UsageError
from convexplain.figures import _arithmetic, _base, _cells
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.figures._cells import Grid
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.ops import ConvStep


@dataclass(frozen=True)
class OneStep(SlidingWindow):
    """Which step is shown: by default the lesson's first, whose printed numbers add up."""

    steps: str = "1"  # no option here: this is one step
    at: tuple[int, int] | None = lessons.option(
        None,
        en="row and column of the map, counted from 0; by default a telling one",
        zh="响应图的行和列，编号从 0 开始；默认选有代表性的位置",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        height, width = self.response_map.shape
        if self.at is not None and not (0 <= self.at[0] < height and 0 <= self.at[1] < width):
            raise UsageError(
                f"there is no row {self.at[0]}, column {self.at[1]} in the map: rows are 0 to "
                f"{height - 1}, columns 0 to {width - 1}"
            )

    @cached_property
    def step(self) -> ConvStep:
        """The step asked for, the lesson's first, or that of the largest response."""
        if self.at is not None:
            position = self.at[0] * self.response_map.shape[1] + self.at[1]
            asked: ConvStep = self.all_steps[position]
            return asked
        return next((stop.step for stop in self.stops.values()), self.best)


Options = OneStep


def draw(
    options: OneStep,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw a step: input, patch ⊙ kernel = products, sum, bias, ReLU, and the map so far."""
    across, count = width * _base.POINTS - 2 * _MARGIN, options.weights.shape[0]
    picture, result = options.trace.image[:, :, 0], options.response_map
    columns = picture.shape[1] + result.shape[1]
    wide = width >= _base.WIDE
    if wide:
        cell = _arithmetic.cell_size(count, 0.36 * across if count < 6 else 0.52 * across, 26)
        block = _arithmetic.extent(count, cell)
        small = min((across - block[0] - 2 * _BETWEEN) / columns, 5.2)
        height = max(block[1], _LABEL + small * len(picture))
    else:
        small = (across - _BETWEEN - _LANE) / columns
        cell = _arithmetic.cell_size(count, 0.82 * across, 28)
        block = _arithmetic.extent(count, cell)
        height = _LABEL + small * len(picture) + _BETWEEN + block[1]
    notes = _notes(options, look.lang)
    lines = [line for note in notes for line in _base.wrap(note, across, _base.NOTE)]
    height += 2 * _MARGIN + _base.leading(_base.NOTE) * len(lines) + 4 * bool(lines)
    sheet = _base.sheet(look, width, height, figure)

    x, top = _MARGIN, _MARGIN + _LABEL
    spare = (across - block[0] - small * columns) / 2 if wide else _BETWEEN
    corner = (x + small * picture.shape[1] + spare, _MARGIN)
    if not wide:
        # In the middle, with room at the right for the link.
        corner = (x + (across - _LANE - block[0]) / 2, top + small * len(picture) + _BETWEEN)
    placed = _arithmetic.draw(
        sheet, *corner, options.step, cell, options.map_limit, centred=not wide
    )
    read = _input(sheet, options, x, top, small)
    offset = (count - 1) / 2 * small
    right = x + across - small * result.shape[1] - (0 if wide else _LANE)
    filled = _map(sheet, options, right, top + offset, small)
    window = _cells.outline(sheet, read.part(options.step.row, options.step.col, count, count))
    patch = _cells.outline(sheet, placed.patch.box)
    _cells.zoom(sheet, window, patch, below=not wide)
    _link(sheet, placed, filled, options.step, wide=wide)
    y = sheet.height - _MARGIN - _base.leading(_base.NOTE) * (len(lines) - 0.5)
    for line in lines:
        sheet.text(x, y, line, _base.NOTE, colour=look.tokens.muted, ha="left")
        y += _base.leading(_base.NOTE)
    return sheet.figure


# The lane is for the link that passes the map at the right.
_MARGIN, _LABEL, _BETWEEN, _LANE = 4.0, 12.0, 20.0, 9.0


def _input(sheet: Sheet, options: OneStep, x: float, y: float, cell: float) -> Grid:
    pixels, lang = options.trace.image[:, :, 0], sheet.look.lang
    read = _cells.picture(sheet, x, y, pixels, cell, lines=True)
    _cells.label(sheet, read.box, _INPUT.text(lang), fmt.shape(pixels.shape))
    return read


def _map(sheet: Sheet, options: OneStep, x: float, y: float, cell: float) -> Grid:
    """Draw the map as far as the window has come."""
    values, step, lang = options.response_map, options.step, sheet.look.lang
    done = step.row * values.shape[1] + step.col
    filled = _cells.signed(sheet, x, y, values, options.map_limit, cell, lines=True)
    _cells.dots(sheet, filled, np.arange(values.size).reshape(values.shape) > done)
    counter = f"{fmt.count(done + 1)} / {fmt.count(values.size)}"
    _cells.label(sheet, filled.box, _MAP.text(lang), counter)
    _cells.outline(sheet, filled.part(step.row, step.col))
    return filled


def _link(
    sheet: Sheet, placed: _arithmetic.Placed, filled: Grid, step: ConvStep, *, wide: bool
) -> None:
    """Lead from the result to its cell: round the map's edge, so that no response is hidden."""
    accent, result = sheet.theme.accent, placed.result
    level = filled.centre(step.row, step.col)[1]
    if wide:
        between = (result.x1 + filled.box.x0) / 2
        end = (filled.box.x0 - 1, level)
    else:
        between = filled.box.x1 + _LANE - 1
        end = (filled.box.x1 + 1, level)
    points = [(result.x1 + 1.4, result.middle[1]), (between, result.middle[1]), (between, level)]
    _cells.line(sheet, [*points, end], colour=accent, head=True)


def _notes(options: OneStep, lang: str) -> list[str]:
    """Say where this is, and that printed numbers are rounded where they do not add up."""
    step = options.step
    place = {"r": step.row, "c": step.col}
    if options.kernel is None:
        words = _PLACE.fill(layer=options.shown_layer, n=options.shown_filter, **place)
    else:
        words = _OWN_PLACE.fill(**place)
    rounded = [] if step.breakdown().adds_up() else [_ROUNDED.text(lang)]
    return [words.text(lang), *rounded]


def alternative(options: OneStep, lang: str = "en") -> str:
    """Say the whole arithmetic in words."""
    step, kernel = options.step, options.step.kernel[:, :, 0]
    values = {
        "r": str(step.row),
        "c": str(step.col),
        "patch": _arithmetic.rows(step.patch[:, :, 0], lang),
        "kernel": _arithmetic.rows(kernel, lang),
        "products": _arithmetic.rows(step.products[:, :, 0], lang),
        "sum": fmt.number(step.total),
        "bias": fmt.number(step.bias),
        "z": fmt.number(step.value),
        "v": fmt.number(step.activated),
    }
    return _ALT.fill(**values).text(lang)


def caption(options: OneStep, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does."""
    count = options.weights.size
    many = Caption(en="nine" if count == 9 else str(count), zh=str(count))
    step = options.step
    told = _CAPTION if step.value > 0 else _CUT
    words = told.fill(n=many, v=fmt.number(step.activated), z=fmt.number(step.value))
    return words.text(lang)


_INPUT = Caption(en="Input", zh="输入")
_MAP = Caption(en="Response map", zh="响应图")
_PLACE = Caption(
    en="Filter {n} of {layer} at row {r}, column {c} (counted from 0).",
    zh="{layer} 的过滤器 {n}，行 {r}、列 {c}（编号从 0 开始）。",
)
_OWN_PLACE = Caption(
    en="A kernel made by hand at row {r}, column {c} (counted from 0).",
    zh="人为设计的卷积核，行 {r}、列 {c}（编号从 0 开始）。",
)
_ROUNDED = Caption(
    en="Rounded to 2 decimals; sums use full precision.",
    zh="四舍五入到两位小数，求和按完整精度。",
)
_ALT = Caption(
    en="One step of a convolution, at row {r}, column {c} of the response map. The patch of the "
    "input, row by row: {patch}. The kernel: {kernel}. Their products, cell by cell: {products}. "
    "The products sum to {sum}; with the bias {bias} that is {z}; after ReLU: {v}.",
    zh="卷积的一步，位于响应图的行 {r}、列 {c}。输入中的图块，逐行为：{patch}。卷积核：{kernel}。"
    "逐元素乘积：{products}。乘积之和为 {sum}，加上偏置 {bias} 得 {z}，经过 ReLU 得 {v}。",
)
_CAPTION = Caption(
    en="One step of a convolution: each pixel is multiplied by its weight; the {n} products and "
    "the bias add up to {z}, which ReLU leaves as it is: {v}.",
    zh="卷积的一步：{n} 个像素分别乘以对应的权重，求和，加上偏置，得到 {z}；经过 ReLU 仍是 {v}。",
)
_CUT = Caption(
    en="One step of a convolution: each pixel is multiplied by its weight; the {n} products and "
    "the bias add up to {z}, and ReLU turns that into {v}.",
    zh="卷积的一步：{n} 个像素分别乘以对应的权重，求和，加上偏置，得到 {z}；经过 ReLU 变成 {v}。",
)
