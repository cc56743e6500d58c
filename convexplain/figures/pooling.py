"""Max pooling keeps the largest of four; the mean beside it; and what a shift leaves in place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Rectangle

from convexplain.figures import _base, _cells
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.figures._cells import Box, Grid
from convexplain.lessons.pooling import Pooling, place
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Options = Pooling

_MARGIN, _LABEL, _GAP = 4.0, 13.0, 20.0
_RESULT = (28.0, 16.0)


def draw(
    options: Pooling,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw one window of four numbers, what both poolings make of it and of the whole map."""
    across, wide = width * _base.POINTS - 2 * _MARGIN, width >= _base.WIDE
    rows, cols = options.response_map.shape
    pooled = options.pooled.shape
    four = 60.0
    if wide:
        cell = min((across - four - _RESULT[0] - 3 * _GAP) / (cols + pooled[1]), 5.2)
        spare = (across - four - _RESULT[0] - cell * (cols + pooled[1])) / 3
        maps = 2 * (cell * pooled[0] + _LABEL) + 6
        height = max(cell * rows + _LABEL, maps)
    else:
        cell = (across - four - _GAP - 6) / cols
        spare = _GAP
        height = _LABEL + cell * rows + 34 + cell * pooled[0] + _LABEL
    title = _shift_title(options, look.lang, across) if options.step.value > 0 else []
    bars = 40.0 + _base.leading(_base.LABEL) * len(title) if title else 0.0
    sheet = _base.sheet(look, width, 2 * _MARGIN + height + 8 + bars, figure)
    x, y = _MARGIN, _MARGIN + _LABEL

    source = _map(sheet, options.response_map, options.limit, (x, y), cell)
    name = terms.MAP_OF.fill(layer=options.stages[0].conv, n=options.shown_filter).text(look.lang)
    _cells.label(sheet, source.box, name, fmt.shape((rows, cols)))
    if wide:
        top = y + (cell * rows - four) / 2
        zoom = _four(sheet, options, source, (x + cell * cols + spare, top), four)
        right = x + across - cell * pooled[1]
        results = (right, y), (right, y + cell * pooled[0] + _LABEL + 6)
    else:
        zoom = _four(sheet, options, source, (x + across - four - 6, y + 20), four)
        low, half = y + cell * rows + 34, across / 2
        # The way from the largest number passes at the right, so that is where it ends.
        results = (x + across - cell * pooled[1], low), (x + half - cell * pooled[1] - 4, low)
    for n, (values, corner) in enumerate(
        zip((options.pooled, options.averaged), results, strict=True)
    ):
        filled = _map(sheet, values, options.limit, corner, cell)
        _cells.label(sheet, filled.box, _KINDS[n].text(look.lang), fmt.shape(pooled))
        _branch(sheet, options, zoom, filled, first=n == 0, wide=wide)
    if bars:
        _stays(sheet, options, sheet.height - _MARGIN - bars, across)
    return sheet.figure


def _map(
    sheet: Sheet,
    values: npt.NDArray[np.float32],
    limit: float,
    corner: tuple[float, float],
    cell: float,
) -> Grid:
    return _cells.signed(sheet, *corner, values, limit, cell, lines=True)


def _four(
    sheet: Sheet, options: Pooling, source: Grid, corner: tuple[float, float], side: float
) -> Grid:
    """Enlarge the window, and frame its largest number."""
    step = options.step
    patch = np.asarray(step.patch).reshape(2, 2)
    zoom = _cells.numbers(sheet, *corner, patch, options.limit, side / 2, size=9.0)
    box = step.box
    window = _cells.outline(sheet, source.part(box.top, box.left, box.height, box.width))
    around = _cells.outline(sheet, zoom.box)
    _cells.zoom(sheet, window, around)
    if step.argmax is not None:
        row, col = step.argmax[0] - box.top, step.argmax[1] - box.left
        cell = zoom.part(row, col)
        inner = Box(cell.x0 + 2.5, cell.y0 + 2.5, cell.x1 - 2.5, cell.y1 - 2.5)
        ink = sheet.theme.text_on(sheet.theme.signed(patch[row, col], options.limit))
        sheet.axes.add_patch(
            Rectangle((inner.x0, inner.y0), inner.x1 - inner.x0, inner.y1 - inner.y0,
                      facecolor="none", edgecolor=ink, linewidth=1.2 * sheet.scale, zorder=4.5)
        )  # fmt: skip
    return zoom


def _branch(
    sheet: Sheet, options: Pooling, zoom: Grid, filled: Grid, *, first: bool, wide: bool
) -> None:
    """Lead from the four numbers to one, and on to its cell: the largest, or the mean."""
    lang, theme, step = sheet.look.lang, sheet.theme, options.step
    value = step.value if first else float(options.averaged[step.row, step.col])
    colour = theme.accent if first else theme.muted
    cell = filled.part(step.row, step.col)
    level, name = filled.box.middle[1], _RESULTS[not first].text(lang)
    winner = step.argmax or (step.row, step.col)
    row = zoom.centre(winner[0] - step.box.top, 0)[1]
    box = zoom.box
    if wide:
        x = (box.x1 + filled.box.x0 - _RESULT[0]) / 2
        turn = (box.x1 + x) / 2
        largest = [(box.x1 + 1.5, row), (turn, row), (turn, level)]
        mean = [(box.middle[0], box.y1 + 7), (box.middle[0], level)]
        result = Box(x, level - _RESULT[1] / 2, x + _RESULT[0], level + _RESULT[1] / 2)
        path = [*(largest if first else mean), (result.x0 - 2, level)]
    else:
        x = filled.box.x0 - _RESULT[0] - 12
        result = Box(x, level - _RESULT[1] / 2, x + _RESULT[0], level + _RESULT[1] / 2)
        lane, middle = box.x1 + 6, result.middle[0]
        turn = filled.box.y0 - (23 if first else 30)
        largest = [(box.x1 + 1.5, row), (lane, row), (lane, turn)]
        mean = [(box.middle[0], box.y1 + 7), (box.middle[0], turn)]
        path = [*(largest if first else mean), (middle, turn), (middle, result.y0 - 13)]
    if not first:  # all four count
        around = [(box.x0, box.y1 + 4), (box.x0, box.y1 + 7), (box.x1, box.y1 + 7)]
        _cells.line(sheet, [*around, (box.x1, box.y1 + 4)], colour=colour)
    _cells.line(sheet, path, colour=colour, head=True)
    _cells.number(sheet, result, value, options.limit)
    _cells.outline(sheet, result, colour=colour, width=1.2)
    sheet.text(result.middle[0], result.y0 - 7, name, _base.NOTE, colour=theme.muted)
    _cells.outline(sheet, cell, colour=colour, width=1.2)
    end = filled.box.x0 - 1, cell.middle[1]
    between = (result.x1 + filled.box.x0) / 2
    points = [(result.x1 + 1.5, level), (between, level), (between, end[1]), end]
    _cells.line(sheet, points, colour=colour, head=True)


def _shift_title(options: Pooling, lang: str, across: float) -> list[str]:
    words = _SHIFT.fill(direction=options.shift.direction).text(lang)
    return _base.wrap(words, across, _base.LABEL)


def _stays(sheet: Sheet, options: Pooling, y: float, across: float) -> None:
    """Draw how much of each map is still in its cells when the digit moves by one pixel."""
    lang, theme, shift = sheet.look.lang, sheet.theme, options.shift
    for line in _shift_title(options, lang, across):
        sheet.text(_MARGIN, y + 6, line, ha="left")
        y += _base.leading(_base.LABEL)
    names = [_STAYS[kind].text(lang) for kind in shift.stays]
    left = _MARGIN + max(_base.text_width(name, _base.NOTE) for name in names) + 8
    full = _MARGIN + across - left - 30
    for n, (name, share) in enumerate(zip(names, shift.stays.values(), strict=True)):
        level = y + 8 + 11.5 * n
        sheet.text(_MARGIN, level, name, _base.NOTE, colour=theme.muted, ha="left")
        for part, colour in ((1.0, theme.surface), (share, theme.positive)):
            sheet.axes.add_patch(
                Rectangle((left, level - 3.5), part * full, 7, facecolor=colour, lw=0, zorder=2)
            )
        sheet.text(_MARGIN + across, level, fmt.percent(share, 0), ha="right")


def alternative(options: Pooling, lang: str = "en") -> str:
    """Say the four numbers, what becomes of them, and what a shift leaves in place."""
    step, gap = options.step, "、" if lang == "zh" else ", "
    told = gap.join(fmt.number(value) for value in np.ravel(step.patch))
    words = _ALT.fill(
        layer=options.stages[0].conv,
        n=options.shown_filter,
        four=Caption(en=told, zh=told),
        v=fmt.number(step.value),
        place=place(step),
        m=fmt.number(options.averaged[step.row, step.col]),
        before=fmt.shape(options.response_map.shape),
        after=fmt.shape(options.pooled.shape),
    ).text(lang)
    if step.value <= 0:
        return words
    stays = {kind: fmt.percent(share, 0) for kind, share in options.shift.stays.items()}
    return (
        words
        + ("" if lang == "zh" else " ")
        + _SHIFTED.fill(direction=options.shift.direction, **stays).text(lang)
    )


def caption(options: Pooling, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    said = {beat.name: beat.caption.text(lang) for beat in options.make_beats()}
    return ("" if lang == "zh" else " ").join([said["answer"], said["average"]])


_KINDS = (Caption(en="Max", zh="最大池化"), Caption(en="Mean", zh="平均池化"))
_RESULTS = (terms.LARGEST, terms.MEAN)
_SHIFT = Caption(
    en="Move the digit by one pixel {direction}: so much of the response stays in its cells",
    zh="手写数字{direction}移 1 个像素后，留在原来格子里的响应",
)
_STAYS = {
    "map": terms.RESPONSE_MAP,
    "max": Caption(en="after max pooling", zh="最大池化后"),
    "average": Caption(en="after mean pooling", zh="平均池化后"),
}
_ALT = Caption(
    en="A 2 × 2 window on the map of filter {n} of {layer} reads {four}. Max pooling keeps {v}, "
    "from {place}; the mean is {m}. Window after window, {before} numbers become {after}.",
    zh="{layer} 的过滤器 {n} 的响应图上，一个 2 × 2 窗口读到 {four}。最大池化留下 {v}（{place}），"
    "平均值为 {m}。逐个窗口算下去，{before} 个数变成 {after} 个。",
)
_SHIFTED = Caption(
    en="When the digit moves by one pixel {direction}, {map} of the response stays in its cells, "
    "{max} after max pooling, {average} after mean pooling.",
    zh="手写数字{direction}移 1 个像素后，{map} 的响应留在原来的格子里，最大池化后为 {max}，"
    "平均池化后为 {average}。",
)
