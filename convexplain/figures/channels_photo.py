"""A photograph has three channels: one kernel reads all of them and makes one number."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.figures import _base, _cells, _words
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.figures._cells import Box, Grid
from convexplain.lessons.channels import Channels
from convexplain.lessons.parts import channel_words as words
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look


@dataclass(frozen=True)
class Photograph(Channels):
    """Which photograph is shown."""

    title: ClassVar[Caption] = Caption(
        en="Channels of a photograph: three in, one number out",
        zh="照片的通道：3 个通道，求和得到一个数",
    )

    # No options here: they concern the network.
    picture: Any = dataclasses.field(default=None)
    filter: Any = dataclasses.field(default=None)
    at: Any = dataclasses.field(default=None)
    model: str = dataclasses.field(default="cnn")


Options = Photograph

_MARGIN, _LABEL, _GAP = 4.0, 13.0, 20.0
_CELL, _TIMES = 17.0, 14.0


def draw(
    options: Photograph,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the photograph, each channel's patch ⊙ kernel with its sum, and the map."""
    across, wide = width * _base.POINTS - 2 * _MARGIN, width >= _base.WIDE
    pixels, values = options.colours.pixels, options.colours.response_map
    side = 3 * _CELL
    table = Box(0, 0, 2 * side + _TIMES + 9 + _name_width(look.lang) + 26, 3 * (side + 6) + 26)
    if wide:
        both = across - table.x1 - 2 * _GAP
        corner = _MARGIN + both * pixels.shape[1] / (pixels.shape[1] + values.shape[1]) + _GAP, 0.0
    else:
        both = across - _GAP - 9
    cell = both / (pixels.shape[1] + values.shape[1])
    pictures = cell * pixels.shape[0]
    notes = [words.HAND_MADE.fill(
        shape=fmt.shape(options.colours.kernel.shape), n=options.colours.kernel.size
    )] + [terms.rounded()] * (not options.colours.stop.breakdown().adds_up())  # fmt: skip
    lines = [line for n in notes for line in _base.wrap(n.text(look.lang), across, _base.NOTE)]
    if wide:
        height = _LABEL + max(pictures + 26, table.y1)
        top = _MARGIN + _LABEL
    else:
        height = _LABEL + pictures + 35 + _LABEL + table.y1
        corner, top = ((across - table.x1) / 2 + _MARGIN, 0.0), _MARGIN + _LABEL
    height += _base.leading(_base.NOTE) * len(lines) + 4
    sheet = _base.sheet(look, width, 2 * _MARGIN + height, figure)
    read, filled = _pictures(sheet, options, top, cell, across, 0 if wide else 9)
    y = top if wide else top + pictures + 35
    patches, result = _table(sheet, options, (corner[0], y), table.x1)
    _links(sheet, options, read, filled, patches, result, wide=wide)
    y = sheet.height - _MARGIN - _base.leading(_base.NOTE) * (len(lines) - 0.5)
    for line in lines:
        sheet.text(_MARGIN, y, line, _base.NOTE, colour=look.tokens.muted, ha="left")
        y += _base.leading(_base.NOTE)
    return sheet.figure


def _name_width(lang: str) -> float:
    return max(_base.text_width(name.text(lang), _base.LABEL) for name in words.COLOURS) + 7


def _pictures(
    sheet: Sheet, options: Photograph, y: float, cell: float, across: float, lane: float
) -> tuple[Grid, Grid]:
    """Draw the photograph at the left, and the map with its scale at the right."""
    lang, pixels, values = sheet.look.lang, options.colours.pixels, options.colours.response_map
    colours = np.rint(255 * pixels.astype(np.float64)).astype(np.uint8)
    read = _cells.grid(sheet, _MARGIN, y, colours, cell, lines=False)
    _cells.label(sheet, read.box, _PHOTO.text(lang), fmt.shape(pixels.shape))
    x = _MARGIN + across - lane - cell * values.shape[1]
    limit = float(np.abs(values).max())
    filled = _cells.signed(sheet, x, y + cell, values, limit, cell)
    _cells.label(sheet, filled.box, terms.RESPONSE_MAP.capital.text(lang), fmt.shape(values.shape))
    _cells.colour_bar(sheet, x, filled.box.y1 + 6, cell * values.shape[1], limit)
    return read, filled


def _table(
    sheet: Sheet, options: Photograph, corner: tuple[float, float], width: float
) -> tuple[Box, Box]:
    """Draw a row for each channel and add up their sums; return the patches and the result."""
    lang, theme, step, (x, y) = sheet.look.lang, sheet.theme, options.colours.stop, corner
    side, left = 3 * _CELL, x
    right, end = left + side + _TIMES, x + width
    for at, caption, ha in ((left + side / 2, terms.PATCH.capital, "center"),
                            (right + side / 2, terms.KERNEL.capital, "center"),
                            (end, words.SUMS, "right")):  # fmt: skip
        sheet.text(at, y - 7, caption.text(lang), ha=ha)
    weight = float(np.abs(step.kernel).max())
    size = min(_cells.fitting(values, _CELL) for values in (step.patch, step.kernel))
    top = y
    for channel, name in enumerate(words.COLOURS):
        middle = y + side / 2
        sheet.text(right + side + 9, middle, name.text(lang), ha="left")
        _light(sheet, (left, y), step.patch[:, :, channel], size)
        sheet.text(left + side + _TIMES / 2, middle, "⊙", 10, colour=theme.muted)
        _cells.numbers(sheet, right, y, step.kernel[:, :, channel], weight, _CELL, size=size)
        sheet.text(end, middle, fmt.number(step.channel_sums[channel], sign=True), ha="right")
        y += side + 6
    _cells.line(sheet, [(x, y), (end, y)], colour=theme.line, width=0.7)
    sheet.text(x, y + 14, _TOTAL.text(lang), colour=theme.muted, ha="left")
    result = Box(end - 30, y + 6, end, y + 22)
    limit = float(np.abs(options.colours.response_map).max())
    _cells.number(sheet, result, step.value, limit)
    _cells.outline(sheet, result)
    return Box(left, top, left + side, y - 6), result


def _light(
    sheet: Sheet, corner: tuple[float, float], values: npt.NDArray[np.float32], size: float
) -> None:
    """Draw one channel of a photograph: 1 is light in both themes, unlike the ink of a digit."""
    gray = np.rint(255 * values.astype(np.float64)).astype(np.uint8)
    texts = [[fmt.number(value) for value in row] for row in values]
    colours = gray[:, :, np.newaxis].repeat(3, axis=2)
    _cells.grid(sheet, *corner, colours, _CELL, texts=texts, size=size)


def _links(
    sheet: Sheet,
    options: Photograph,
    read: Grid,
    filled: Grid,
    patches: Box,
    result: Box,
    *,
    wide: bool,
) -> None:
    """Lead from the window to the patches, and from the sum to its cell."""
    step, accent = options.colours.stop, sheet.theme.accent
    window = _cells.outline(sheet, read.part(step.row, step.col, 3, 3))
    _cells.outline(sheet, patches)
    _cells.zoom(sheet, window, patches, below=not wide)
    cell = _cells.outline(sheet, filled.part(step.row, step.col), width=1.0)
    level, start = cell.middle[1], (result.x1 + 1.4, result.middle[1])
    if wide:
        between, edge = (result.x1 + filled.box.x0) / 2, filled.box.x0 - 1
    else:
        between, edge = filled.box.x1 + 8, filled.box.x1 + 1
    points = [start, (between, start[1]), (between, level), (edge, level)]
    _cells.line(sheet, points, colour=accent, head=True)


def alternative(options: Photograph, lang: str = "en") -> str:
    """Say what each channel adds, and where."""
    step, gap = options.colours.stop, "；" if lang == "zh" else "; "
    told = gap.join(
        _CHANNEL.fill(
            name=name,
            patch=_words.grid(step.patch[:, :, n], lang),
            kernel=_words.grid(step.kernel[:, :, n], lang),
            v=fmt.number(step.channel_sums[n], sign=True),
        ).text(lang)
        for n, name in enumerate(words.COLOURS)
    )
    return _ALT.fill(
        shape=fmt.shape(options.colours.pixels.shape),
        r=step.row,
        c=step.col,
        all=Caption(en=told, zh=told),
        v=fmt.number(step.value),
    ).text(lang)


def caption(options: Photograph, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    said = {beat.name: beat.caption.text(lang) for beat in options.make_beats()}
    return ("" if lang == "zh" else " ").join([said["kernel"], said["sum"]])


_PHOTO = Caption(en="Photograph", zh="照片")
_TOTAL = Caption(en="sum of all three", zh="3 个通道之和")
_CHANNEL = Caption(
    en="{name}: patch {patch}, kernel {kernel}, sum {v}",
    zh="{name}：图块 {patch}，卷积核 {kernel}，和 {v}",
)
_ALT = Caption(
    en="A photograph, {shape}, and a kernel of three channels at row {r}, column {c}. {all}. The "
    "three sums are added, not averaged: {v}.",
    zh="一张照片（{shape}），三个通道的卷积核位于行 {r}、列 {c}。{all}。"
    "3 个和相加，不取平均：{v}。",
)
