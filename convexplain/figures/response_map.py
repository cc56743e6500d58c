"""One filter's response map, and the place where its pattern was found best."""

from __future__ import annotations

import numpy as np

from convexplain.figures import _base, _cells, _words
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.figures._cells import Box, Grid
from convexplain.lessons.response_map import ResponseMap
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = ResponseMap

#: Between patch and kernel, where the ⊙ stands.
_GAP = 18.0
_MARGIN, _LABEL, _BETWEEN, _LANE = 4.0, 12.0, 22.0, 9.0
#: Height of the colour bar with its label and its numbers.
_BAR = 24.0


def draw(
    options: ResponseMap,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw input, filter, best patch and map; of a deeper layer what its best cell sees."""
    across, wide = width * _base.POINTS - 2 * _MARGIN, width >= _base.WIDE
    pixels = options.drawn
    lane = 0.0 if wide else _LANE
    if not options.reads_picture:
        side = min((across - _BETWEEN - lane) / 2, 190.0)
        sheet = _base.sheet(look, width, 2 * _MARGIN + _LABEL + side + _BAR + 6, figure)
        _deep(sheet, options, side, across)
        return sheet.figure
    count, values = options.weights.shape[0], options.response_map.shape
    if wide:
        cell = min(26.0, 0.18 * across / count)
        block = count * cell + 34
        small = min((across - block - 2 * _BETWEEN) / (pixels.shape[1] + values[1]), 5.2)
        ends = (small * len(pixels), 2 * count * cell + _LABEL + 4,
                small * ((count - 1) / 2 + values[0]) + _BAR)  # fmt: skip
        height = max(ends)
    else:
        cell = min(26.0, 0.4 * (across - 40) / count)
        small = (across - _BETWEEN - lane) / (pixels.shape[1] + values[1])
        height = small * len(pixels) + _BETWEEN + _LABEL + count * cell
    sheet = _base.sheet(look, width, 2 * _MARGIN + _LABEL + height, figure)
    x, top = _MARGIN, _MARGIN + _LABEL
    read = _cells.picture(sheet, x, top, pixels, small, lines=True)
    _cells.label(sheet, read.box, terms.INPUT.capital.text(look.lang), fmt.shape(pixels.shape))
    right = x + across - lane - small * values[1]
    level = top + (count - 1) / 2 * small
    filled = _map(sheet, options, right, level, small)
    patch = _match(sheet, options, read, filled, cell, wide=wide)
    best = options.best
    window = _cells.outline(sheet, read.part(best.row, best.col, count, count))
    _cells.zoom(sheet, window, _cells.outline(sheet, patch.box), below=not wide)
    return sheet.figure


def _map(sheet: Sheet, options: ResponseMap, x: float, y: float, cell: float) -> Grid:
    """Draw the map with its best cell marked, and its colour bar below."""
    values, lang, best = options.response_map, sheet.look.lang, options.best
    filled = _cells.signed(sheet, x, y, values, options.limit, cell, lines=True)
    _cells.label(sheet, filled.box, terms.RESPONSE_MAP.capital.text(lang), fmt.shape(values.shape))
    if best.value > 0:
        _cells.outline(sheet, filled.part(best.row, best.col))
    width = filled.box.x1 - filled.box.x0
    below = filled.box.y1 + 7
    _cells.colour_bar(sheet, x, below, width, options.limit, signed=bool(values.min() < 0))
    return filled


def _match(
    sheet: Sheet, options: ResponseMap, read: Grid, filled: Grid, cell: float, *, wide: bool
) -> Grid:
    """Draw the filter and the patch that it fits best, and lead from their sum to its cell."""
    lang, step, best = sheet.look.lang, options.step, options.best
    count, weights = options.weights.shape[0], step.kernel.squeeze(axis=2)
    limit, side = float(np.abs(weights).max()), count * cell
    name = terms.FILTER.capital.fill(n=options.shown_filter).text(lang)
    box_wide, box_high = 27.0, 15.0
    if wide:
        spare = filled.box.x0 - read.box.x1 - side - box_wide - 7
        x = read.box.x1 + spare / 2
        kernel_at, patch_at = (x, read.box.y0), (x, read.box.y0 + side + _LABEL + 4)
    else:
        x = _MARGIN + 10
        y = read.box.y1 + _BETWEEN + _LABEL
        patch_at, kernel_at = (x, y), (x + side + _GAP, y)
    kernel = _cells.numbers(sheet, *kernel_at, weights, limit, cell)
    patch = _cells.numbers(sheet, *patch_at, step.patch.squeeze(axis=2), 1, cell, picture=True)
    sheet.text(kernel.box.x0, kernel.box.y0 - 7, name, ha="left")
    words = terms.BEST_MATCH.capital.text(lang)
    if wide:
        sheet.text(patch.box.x0, patch.box.y0 - 7, words, ha="left")
        corner = patch.box.x1 + 7, patch.box.middle[1] - box_high / 2
    else:
        sheet.text(patch.box.middle[0], patch.box.y0 - 7, words)
        middle = (patch.box.x1 + kernel.box.x0) / 2, patch.box.middle[1]
        sheet.text(*middle, "⊙", 11, colour=sheet.theme.muted)
        corner = kernel.box.x1 + 12, kernel.box.middle[1] - box_high / 2
    result = Box(*corner, corner[0] + box_wide, corner[1] + box_high)
    _cells.number(sheet, result, step.activated, options.limit)
    _cells.outline(sheet, result)
    # What the box holds: the products' sum, and the bias, which no cell shows.
    for n, (name_of, value) in enumerate(((terms.SUM, step.total), (terms.BIAS, step.bias))):
        told = f"{name_of.text(lang)} {fmt.number(value, sign=n > 0)}"
        sheet.text(result.middle[0], result.y1 + 8 + 9 * n, told, 6.5, colour=sheet.theme.muted)
    row_level = filled.centre(best.row, best.col)[1]
    if wide:
        between = (result.x1 + filled.box.x0) / 2
        end = (filled.box.x0 - 1, row_level)
    else:
        between = filled.box.x1 + _LANE - 1
        end = (filled.box.x1 + 1, row_level)
    points = [(result.x1 + 1.4, result.middle[1]), (between, result.middle[1])]
    _cells.line(sheet, [*points, (between, row_level), end], colour=sheet.theme.accent, head=True)
    return patch


def _deep(sheet: Sheet, options: ResponseMap, side: float, across: float) -> None:
    """Draw what the strongest cell of a deeper layer sees, beside the map."""
    lang, best = sheet.look.lang, options.best
    pixels, values = options.drawn, options.response_map
    y = _MARGIN + _LABEL
    read = _cells.picture(sheet, _MARGIN, y, pixels, side / pixels.shape[0], lines=True)
    _cells.label(sheet, read.box, terms.INPUT.capital.text(lang), fmt.shape(pixels.shape))
    cell = side / values.shape[0]
    lane = 0 if across > _base.WIDE * _base.POINTS else _LANE
    x = _MARGIN + across - lane - cell * values.shape[1]
    name = terms.MAP_OF.fill(layer=options.shown_layer, n=options.shown_filter).text(lang)
    if cell > 18:
        filled = _cells.numbers(sheet, x, y, values, options.limit, cell)
    else:
        filled = _cells.signed(sheet, x, y, values, options.limit, cell, lines=True)
    _cells.label(sheet, filled.box, name)
    if best.value > 0:
        height, width = best.box.height, best.box.width
        window = _cells.outline(sheet, read.part(best.box.top, best.box.left, height, width))
        fed = _cells.outline(sheet, filled.part(best.row, best.col))
        # It ends at the map's edge, level with the cell: across the map it would hide numbers.
        points = [(window.x1, window.middle[1]), (filled.box.x0 - 2, fed.middle[1])]
        _cells.line(sheet, points, colour=sheet.theme.accent, head=True)
    y = read.box.y1 + 8
    words = _SEES.fill(n=fmt.shape((best.box.height, best.box.width))).text(lang)
    sheet.lines(_MARGIN, y, words, side, colour=sheet.theme.muted, ha="left")
    _cells.colour_bar(
        sheet, x, y - 1, cell * values.shape[1], options.limit, signed=bool(values.min() < 0)
    )


def alternative(options: ResponseMap, lang: str = "en") -> str:
    """Say where the filter responds, and how strongly."""
    values, best = options.response_map, options.best
    words = _ALT.fill(
        layer=options.shown_layer,
        n=options.shown_filter,
        shape=fmt.shape(values.shape),
        v=fmt.number(best.value),
        r=best.row,
        c=best.col,
        strong=fmt.count(int((values > best.value / 2).sum())),
        half=fmt.number(best.value / 2),
    ).text(lang)
    if not options.reads_picture:
        return words
    step = options.step
    told = _MATCH.fill(
        patch=_words.grid(step.patch.squeeze(axis=2), lang),
        kernel=_words.grid(step.kernel.squeeze(axis=2), lang),
    ).text(lang)
    return words + ("" if lang == "zh" else " ") + told


def caption(options: ResponseMap, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    said = {beat.name: beat.caption.text(lang) for beat in options.make_beats()}
    return ("" if lang == "zh" else " ").join([said["map"], said["best"]])


_SEES = Caption(en="The marked cell sees {n} pixels.", zh="标出的一格看到 {n} 个像素。")
_ALT = Caption(
    en="The response map of filter {n} of {layer}, {shape} numbers. The largest, {v}, stands at "
    "row {r}, column {c}; {strong} are above {half}, half of it.",
    zh="{layer} 的过滤器 {n} 的响应图，共 {shape} 个数。最大值 {v} 位于行 {r}、列 {c}；"
    "超过一半（{half}）的有 {strong} 个。",
)
_MATCH = Caption(
    en="The filter, row by row: {kernel}. The patch there: {patch}.",
    zh="过滤器的权重，逐行为：{kernel}。该处的图块：{patch}。",
)
