"""One filter reads all channels of its input, and makes one number of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from convexplain.figures import _base, _cells
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.figures._cells import Box, Grid
from convexplain.lessons.channels import Channels
from convexplain.lessons.parts import channel_words as words
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look


@dataclass(frozen=True)
class OneNumber(Channels):
    """Which number of the second convolution is shown, and by which digit."""

    photo: Any = dataclasses.field(default=None)  # no option: this is the network


Options = OneNumber

#: Between patch and kernel, where the ⊙ stands.
_TIMES = 14.0
_MARGIN, _LABEL = 4.0, 13.0
#: Height of the two short rows, the rule and the sum.
_REST = 54.0


def draw(
    options: OneNumber,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw all input channels, the largest contributions as a waterfall, and the map they feed."""
    across, wide = width * _base.POINTS - 2 * _MARGIN, width >= _base.WIDE
    rows, cols, count = options.inputs.shape
    if wide:
        columns, left = 4, 0.27 * across
        tile = (left - 3 * 6) / columns
        middle, right = 0.42 * across, 0.26 * across
    else:
        columns, left = 8, across
        tile = (left - 7 * 5) / columns
        middle, right = across, 0.5 * across
    pitch = tile * rows / cols + (6 if wide else 5)
    tiles = -(-count // columns) * pitch
    row = min(max((tiles - _REST) / len(options.top), 25.0), 31.0) if wide else 25.0
    table = row * len(options.top) + _REST
    if wide:
        aside = _aside_height(options, look.lang, right)
        height = _LABEL + max(tiles, table, right + 8 + aside)
    else:
        aside = _aside_height(options, look.lang, across - right - 34)
        height = _LABEL + tiles + 8 + table + 20 + max(right, aside)
    sheet = _base.sheet(look, width, 2 * _MARGIN + height, figure)
    top = _MARGIN + _LABEL
    grids = _tiles(sheet, options, (_MARGIN, top), tile, columns, pitch)
    if wide:
        x = _MARGIN + left + 0.025 * across
        result = _waterfall(sheet, options, Box(x, top, x + middle, top + table), row)
        map_at, side = (_MARGIN + across - right, top), right
    else:
        y = top + tiles + 8 + _LABEL - 5
        result = _waterfall(sheet, options, Box(_MARGIN, y, _MARGIN + middle, y + table), row)
        map_at, side = (_MARGIN + across - right - 12, y + table + 8), right
    _output(sheet, options, map_at, side, result, wide=wide)
    _mark(sheet, options, grids)
    return sheet.figure


def _aside_height(options: OneNumber, lang: str, room: float) -> float:
    return _base.leading(_base.NOTE) * len(_notes(options, lang, room)) + 24


def _notes(options: OneNumber, lang: str, across: float) -> list[str]:
    """Say how large the filter is, and that numbers are rounded where they do not add up."""
    whole = _WHOLE.fill(f=options.outputs.shape[2], shape=fmt.shape(options.outputs.shape))
    said = [whole, _SIZE.fill(
        n=options.shown_filter, shape=fmt.shape(options.step.kernel.shape),
        w=fmt.count(options.step.kernel.size), r=options.step.row, c=options.step.col,
    )]  # fmt: skip
    if not options.breakdown.checkable():
        said.append(terms.rounded())
    return [line for one in said for line in _base.wrap(one.text(lang), across, _base.NOTE)]


def _tiles(
    sheet: Sheet,
    options: OneNumber,
    corner: tuple[float, float],
    tile: float,
    columns: int,
    pitch: float,
) -> list[Grid]:
    """Draw every channel of the input with the window on it."""
    lang, (x, y), inputs = sheet.look.lang, corner, options.inputs
    name = _INPUT.fill(layer=options.input_name, shape=fmt.shape(inputs.shape)).text(lang)
    sheet.text(x, y - 7, name, ha="left")
    gap = pitch - tile * inputs.shape[0] / inputs.shape[1]
    grids = []
    for n in range(inputs.shape[2]):
        row, column = divmod(n, columns)
        at = x + column * (tile + gap), y + row * pitch
        grids.append(
            _cells.signed(sheet, *at, inputs[:, :, n], options.input_limit, tile / inputs.shape[1])
        )
    return grids


def _mark(sheet: Sheet, options: OneNumber, grids: list[Grid]) -> None:
    """Frame the channels that count most, and lay the window on all of them."""
    box = options.step.box
    for n, grid in enumerate(grids):
        there = grid.part(box.top, box.left, box.height, box.width)
        top = n in options.top
        _cells.outline(sheet, there, width=0.9 if top else 0.5)
        if top:
            _cells.outline(sheet, grid.box, colour=sheet.theme.ink, width=1.0)


def _waterfall(sheet: Sheet, options: OneNumber, box: Box, high: float) -> Box:
    """Draw what each of the largest channels adds, then the others, the bias, and the sum."""
    lang, theme, step, account = sheet.look.lang, sheet.theme, options.step, options.breakdown
    count = step.kernel.shape[0]
    cell = (high - 5) / count
    side = cell * count
    name_wide = _base.text_width(terms.CHANNEL.fill(n=88).text(lang), _base.NOTE) + 5
    patch_x = box.x0 + name_wide
    bars = Box(patch_x + 2 * side + _TIMES + 2, box.y0, box.x1 - 34, box.y1)
    scale = _scale(options, bars)
    title = _LARGEST.fill(n=len(options.top), c=options.inputs.shape[2]).text(lang)
    sheet.text(box.x0, box.y0 - 7, title, ha="left")
    limit = float(np.abs(step.kernel).max())
    running, y, last = 0.0, box.y0, box.y0
    for part in account.parts:
        channel, middle = part.place, y + high / 2
        sheet.text(box.x0, middle, part.name.text(lang), _base.NOTE, colour=theme.muted, ha="left")
        at = y + (high - side) / 2
        patch = _cells.signed(
            sheet, patch_x, at, step.patch[:, :, channel], options.input_limit, cell, lines=True
        )
        _cells.outline(sheet, patch.box, width=0.9)
        sheet.text(patch_x + side + _TIMES / 2, middle, "⊙", 9, colour=theme.muted)
        weights = step.kernel[:, :, channel]
        kernel_x = patch_x + side + _TIMES
        _cells.signed(sheet, kernel_x, at, weights, limit, cell, lines=True)
        running = _bar(sheet, scale, last, middle, running, part.value, 9.0)
        last = middle + 4.5
        sheet.text(box.x1, middle, fmt.number(part.value, sign=True), ha="right")
        y += high
    rest = [*account.addends[len(account.parts) :], (terms.BIAS, account.bias)]
    for caption, value in rest:
        sheet.text(box.x0, y + 6, caption.text(lang), _base.NOTE, colour=theme.muted, ha="left")
        running = _bar(sheet, scale, last, y + 6, running, value, 6.0)
        last = y + 9
        sheet.text(box.x1, y + 6, fmt.number(value, sign=True), ha="right")
        y += 13
    _cells.line(sheet, [(box.x0, y + 2), (box.x1, y + 2)], colour=theme.line, width=0.7)
    zero = scale(0.0)
    _cells.line(sheet, [(zero, box.y0), (zero, y + 2)], colour=theme.line, width=0.5)
    total = words.TOTAL.fill(z=fmt.number(step.value)).text(lang)
    sheet.text(box.x0, y + 16, total, ha="left")
    result = Box(box.x1 - 30, y + 8, box.x1, y + 24)
    _cells.number(sheet, result, step.activated, options.output_limit)
    _cells.outline(sheet, result)
    return result


class _Scale:
    """Value -> x in points."""

    def __init__(self, low: float, high: float, box: Box) -> None:
        self.low, self.high, self.box = low, high, box

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.box.x0 + share * (self.box.x1 - self.box.x0)


def _scale(options: OneNumber, bars: Box) -> _Scale:
    """Fit every running sum, and zero."""
    addends = [value for _, value in options.breakdown.addends]
    sums = np.cumsum([0.0, *addends, options.breakdown.bias])
    return _Scale(float(sums.min()), float(max(sums.max(), sums.min() + 1e-9)), bars)


def _bar(
    sheet: Sheet, scale: _Scale, last: float, y: float, start: float, value: float, high: float
) -> float:
    """Draw one addend from where the sum stands, under the last one; return where it stands now."""
    theme, end = sheet.theme, start + value
    left, right = sorted((scale(start), scale(end)))
    colour = theme.positive if value >= 0 else theme.negative
    sheet.axes.add_patch(
        Rectangle((left, y - high / 2), max(right - left, 0.4), high, facecolor=colour, lw=0,
                  zorder=3)
    )  # fmt: skip
    _cells.line(sheet, [(scale(start), last), (scale(start), y - high / 2)], width=0.5)
    return end


def _output(
    sheet: Sheet,
    options: OneNumber,
    corner: tuple[float, float],
    side: float,
    result: Box,
    *,
    wide: bool,
) -> None:
    """Draw the filter's map, with the cell that the number fills."""
    lang, step = sheet.look.lang, options.step
    values = options.outputs[:, :, options.shown_filter]
    x, y = corner
    filled = _cells.signed(
        sheet, x, y, values, options.output_limit, side / values.shape[1], lines=True
    )
    _cells.label(sheet, filled.box, _MAP.fill(n=options.shown_filter).text(lang),
                 fmt.shape(values.shape))  # fmt: skip
    fed = _cells.outline(sheet, filled.part(step.row, step.col))
    accent = sheet.theme.accent
    start = (result.x1 + 1.4, result.middle[1])
    if wide:
        between = (result.x1 + filled.box.x0) / 2
        points = [start, (between, start[1]), (between, fed.middle[1]),
                  (filled.box.x0 - 1, fed.middle[1])]  # fmt: skip
    else:
        between = filled.box.x1 + 9
        start = (result.middle[0], result.y1 + 1.4)
        turn = (start[1] + filled.box.y0 - 13) / 2
        points = [start, (start[0], turn), (between, turn), (between, fed.middle[1]),
                  (filled.box.x1 + 1, fed.middle[1])]  # fmt: skip
    _cells.line(sheet, points, colour=accent, head=True)
    # What is to be known beside: below the map, or where the column has room.
    at, y, room = (x, filled.box.y1 + 9, side) if wide else (_MARGIN, y + 4, x - _MARGIN - 22)
    for words_ in _notes(options, lang, room):
        sheet.text(at, y, words_, _base.NOTE, colour=sheet.theme.muted, ha="left")
        y += _base.leading(_base.NOTE)
    _cells.colour_bar(sheet, at, y - 2, min(room, side), options.output_limit, signed=False)


def alternative(options: OneNumber, lang: str = "en") -> str:
    """Say what each of the largest channels adds, and what becomes of it."""
    step, account, gap = options.step, options.breakdown, "、" if lang == "zh" else ", "
    told = gap.join(
        _SAYS.fill(n=part.place, v=fmt.number(part.value, sign=True)).text(lang)
        for part in account.parts
    )
    return _ALT.fill(
        here=options.shown_layer,
        n=options.shown_filter,
        c=options.inputs.shape[2],
        layer=options.input_name,
        r=step.row,
        k=step.col,
        top=Caption(en=told, zh=told),
        m=account.rest_count,
        rest=fmt.number(account.rest, sign=True),
        bias=fmt.number(account.bias, sign=True),
        z=fmt.number(step.value),
        v=fmt.number(step.activated),
    ).text(lang)


def caption(options: OneNumber, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    counts = {"c": options.inputs.shape[2], "f": options.outputs.shape[2]}
    return options.answer.fill(**counts).text(lang)


_INPUT = Caption(en="{layer} output: {shape}", zh="{layer} 的输出：{shape}")
_SAYS = Caption(en="channel {n}: {v}", zh="通道 {n}：{v}")
_LARGEST = Caption(en="The {n} largest of {c} channels", zh="{c} 个通道中贡献最大的 {n} 个")
_MAP = Caption(en="Map {n}", zh="响应图 {n}")
_WHOLE = Caption(
    en="One of {f} filters; all their maps: {shape}.", zh="{f} 个过滤器之一；全部响应图：{shape}。"
)
_SIZE = Caption(
    en="Filter {n}: {shape} = {w} weights and 1 bias; window at row {r}, column {c}.",
    zh="过滤器 {n}：{shape} = {w} 个权重和 1 个偏置；窗口位于行 {r}、列 {c}。",
)
_ALT = Caption(
    en="Filter {n} of {here} reads all {c} channels of {layer} at row {r}, column {k}. Sums of the "
    "products by channel, largest first: {top}. The {m} others together: {rest}; the bias: {bias}. "
    "In all {z}; after ReLU: {v}.",
    zh="{here} 的过滤器 {n} 在行 {r}、列 {k} 读取 {layer} 的全部 {c} 个通道。"
    "各通道乘积之和，从大到小：{top}。其余 {m} 个通道共 {rest}，偏置 {bias}。"
    "总和 {z}，经过 ReLU 为 {v}。",
)
