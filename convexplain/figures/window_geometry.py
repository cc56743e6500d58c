"""Padding, stride, dilation: where the windows lie, and how large the map is that they fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import EllipseCollection, LineCollection

from convexplain.figures import _base, _cells
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.figures._cells import Box, Grid
from convexplain.lessons.parts import window_words as words
from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.lessons.parts.windows import Geometry
    from convexplain.ops import ConvStep

Options = WindowGeometry

_MARGIN, _LABEL, _GAP = 4.0, 13.0, 22.0
#: Side of the kernel and of a patch.
_SIDE = 57.0


def draw(
    options: WindowGeometry,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the kernel once, and a panel for each geometry, all cells of one size."""
    across, shown = width * _base.POINTS - 2 * _MARGIN, options.geometries
    columns = 2 if width >= _base.WIDE and len(shown) > 1 else 1
    panel = (across - _GAP * (columns - 1)) / columns
    cell = min(
        min((panel - _SIDE - 2 * _LABEL) / (_padded(each)[1] + each.output[1]) for each in shown),
        5.0,
    )
    heights = [_height(each, cell, panel, look.lang) for each in shown]
    rows = [max(heights[n : n + columns]) for n in range(0, len(shown), columns)]
    head = _LABEL + max(_SIDE, _base.leading(_base.LABEL) * len(_told(options, look.lang, across)))
    sheet = _base.sheet(look, width, 2 * _MARGIN + head + 12 + sum(rows), figure)
    _head(sheet, options, across)
    for n, geometry in enumerate(shown):
        row, column = divmod(n, columns)
        corner = _MARGIN + column * (panel + _GAP), _MARGIN + head + 12 + sum(rows[:row])
        _panel(sheet, options, geometry, corner, panel, cell)
    return sheet.figure


def _padded(geometry: Geometry) -> tuple[int, int]:
    """Return rows and columns of the picture with its padding."""
    top, bottom, left, right = geometry.margins
    return geometry.size[0] + top + bottom, geometry.size[1] + left + right


def _height(geometry: Geometry, cell: float, panel: float, lang: str) -> float:
    note = _base.wrap(_note(geometry, lang), panel, _base.NOTE) if geometry.unread else []
    pictures = max(cell * _padded(geometry)[0], _SIDE + 16)
    return _LABEL + pictures + 14 + _base.leading(_base.NOTE) * len(note) + 10


def _note(geometry: Geometry, lang: str) -> str:
    return geometry.say(geometry.left_unread).text(lang)


def _told(options: WindowGeometry, lang: str, across: float) -> list[tuple[int, str]]:
    """Return the lines beside the kernel, each with the sign that stands before it (-1: none)."""
    if options.hand_made:
        named = _MADE.fill(k=fmt.shape(options.weights.shape))
    else:
        bias = fmt.number(options.bias, sign=True)
        named = _FILTER.fill(n=options.shown_filter, layer=options.shown_layer, b=bias)
    padded = any(any(geometry.margins) for geometry in options.geometries)
    strided = any(geometry.window.stride != (1, 1) for geometry in options.geometries)
    room = across - _SIDE - 12
    lines = [(-1, line) for line in _base.wrap(named.text(lang), room, _base.LABEL)]
    for sign, (caption, there) in enumerate(
        ((_WINDOW, True), (_ZEROS, padded), (_CENTRES, strided))
    ):
        if there:
            first, *more = _base.wrap(caption.text(lang), room - 14, _base.NOTE)
            lines += [(sign, first), *((3, line) for line in more)]
    if len(options.weights) <= 3 and not all(g.stop.adds_up for g in options.geometries):
        lines += [
            (3, line) for line in _base.wrap(terms.rounded().text(lang), room - 14, _base.NOTE)
        ]
    return lines


def _head(sheet: Sheet, options: WindowGeometry, across: float) -> None:
    """Draw the kernel that all share, and say what the signs mean."""
    y = _MARGIN + _LABEL
    kernel = _small(sheet, _MARGIN, y, options.weights, float(np.abs(options.weights).max()))
    sheet.text(_MARGIN, y - 7, terms.KERNEL.capital.text(sheet.look.lang), ha="left")
    x, y = kernel.box.x1 + 12, y + 5
    for sign, line in _told(options, sheet.look.lang, across):
        if sign < 0:
            sheet.text(x, y, line, ha="left")
        else:
            sheet.text(x + 14, y, line, _base.NOTE, colour=sheet.theme.muted, ha="left")
            _sign(sheet, Box(x, y - 4, x + 8, y + 4), sign)
        y += _base.leading(_base.LABEL)


def _sign(sheet: Sheet, box: Box, which: int) -> None:
    """Draw what the legend explains: a window, a cell of padding, a centre."""
    if which == 0:
        _cells.outline(sheet, Box(box.x0 + 1, box.y0 + 1, box.x1 - 1, box.y1 - 1), width=1.0)
    elif which == 1:
        _dashed(sheet, [Box(box.x0 + 1.5, box.y0 + 1.5, box.x1 - 1.5, box.y1 - 1.5)], 0.7)
    elif which == 2:
        _centres(sheet, np.array([box.middle]), 2.4)


def _small(
    sheet: Sheet, x: float, y: float, values: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    limit: float, *, picture: bool = False,
) -> Grid:  # fmt: skip
    """Draw a kernel or a patch."""
    cell = _SIDE / len(values)
    return _cells.numbers(sheet, x, y, values, limit, cell, size=6.8, picture=picture)


def _panel(
    sheet: Sheet,
    options: WindowGeometry,
    geometry: Geometry,
    corner: tuple[float, float],
    panel: float,
    cell: float,
) -> None:
    """Draw one geometry: padded input with a window, the map it fills, the patch, the law."""
    lang, theme, (x, y), step = sheet.look.lang, sheet.theme, corner, geometry.stop.step
    sheet.text(x, y + 5, geometry.say(words.NAMES[geometry.name]).text(lang), weight="bold",
               ha="left")  # fmt: skip
    arrow = f"{fmt.shape(geometry.size)} → {fmt.shape(geometry.output)}"
    sheet.text(x + panel, y + 5, arrow, colour=theme.muted, ha="right")
    top, _, left, _ = geometry.margins
    rows, cols = _padded(geometry)
    y += _LABEL
    read = _cells.picture(sheet, x + left * cell, y + top * cell, options.drawn, cell)
    around = Grid(x, y, rows, cols, cell, cell)
    _ring(sheet, around, geometry.margins)
    if geometry.window.stride != (1, 1):
        _centres(sheet, _window_centres(geometry, read), min(1.3, 0.42 * cell))
    window = _window(sheet, geometry, step, read)

    right = x + cols * cell + _LABEL
    level = read.box.y0 + max(geometry.offset, 0) * cell
    filled = _cells.signed(sheet, right, level, geometry.map, options.map_limit, cell)
    fed = filled.part(step.row, step.col)
    _cells.outline(sheet, fed, width=1.0)
    _cells.line(
        sheet, [(window.x1, window.middle[1]), (filled.box.x0 - 1, fed.middle[1])],
        colour=theme.accent, width=0.7, head=True,
    )  # fmt: skip

    patch_x = x + panel - _SIDE
    patch = _small(sheet, patch_x, y, step.patch.squeeze(axis=2), 1.0, picture=True)
    _padding_cells(sheet, patch, step)
    _cells.outline(sheet, patch.box, width=1.0)
    told = fmt.number(step.activated)
    sheet.text(patch_x, patch.box.y1 + 9, _VALUE.text(lang), 6.5, colour=theme.muted, ha="left")
    sheet.text(patch.box.x1, patch.box.y1 + 9, told, _base.LABEL, ha="right")

    y += max(rows * cell, _SIDE + 16) + 7
    _law(sheet, x, y, geometry)
    if geometry.unread:
        sheet.lines(x, y + 12, _note(geometry, lang), panel, colour=theme.muted, ha="left")


def _window(sheet: Sheet, geometry: Geometry, step: ConvStep, read: Grid) -> Box:
    """Draw the window; of a dilated one, the pixels that it reads as well."""
    box = step.box
    if geometry.window.dilation != (1, 1):
        taps = [
            read.part(row, col)
            for row in step.input_rows if row is not None
            for col in step.input_cols if col is not None
        ]  # fmt: skip
        for tap in taps:
            _cells.outline(sheet, tap, width=0.6)
    return _cells.outline(sheet, read.part(box.top, box.left, box.height, box.width), width=1.0)


def _ring(sheet: Sheet, around: Grid, margins: tuple[int, int, int, int]) -> None:
    """Draw the zeros of the padding as dashed cells."""
    top, bottom, left, right = margins
    boxes = [
        around.part(row, col)
        for row in range(around.rows)
        for col in range(around.cols)
        if row < top or row >= around.rows - bottom or col < left or col >= around.cols - right
    ]
    _dashed(sheet, boxes, 0.35)


def _dashed(sheet: Sheet, boxes: list[Box], width: float, share: float = 0.12) -> None:
    """Draw a dashed square into each of some cells, inset by a share of its side."""
    if not boxes:
        return
    inset = share * (boxes[0].x1 - boxes[0].x0)
    segments = [
        [(b.x0 + inset, b.y0 + inset), (b.x1 - inset, b.y0 + inset), (b.x1 - inset, b.y1 - inset),
         (b.x0 + inset, b.y1 - inset), (b.x0 + inset, b.y0 + inset)]
        for b in boxes
    ]  # fmt: skip
    collection = LineCollection(
        segments, colors=sheet.theme.muted, linewidths=width * sheet.scale,
        linestyles=(0, (2, 1.4)), zorder=2.0,
    )  # fmt: skip
    sheet.axes.add_collection(collection, autolim=False)


def _padding_cells(sheet: Sheet, patch: Grid, step: ConvStep) -> None:
    """Mark the zeros that the patch has from the padding."""
    boxes = [patch.part(int(row), int(col)) for row, col in np.argwhere(step.padding)]
    _dashed(sheet, boxes, 0.6, 0.07)


def _window_centres(geometry: Geometry, read: Grid) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:
    """Return the centre of every window, in points."""
    (rows, cols), (down, along) = geometry.output, geometry.window.stride
    top, _, left, _ = geometry.margins
    middle = (geometry.span - 1) / 2
    return np.array(
        [
            read.centre(row * down - top + middle, col * along - left + middle)
            for row in range(rows)
            for col in range(cols)
        ]
    )


def _centres(
    sheet: Sheet, places: np.ndarray[tuple[int, ...], np.dtype[Any]], diameter: float
) -> None:
    collection = EllipseCollection(
        [diameter], [diameter], [0.0], units="xy", facecolor=sheet.theme.muted,
        edgecolor=sheet.theme.background, linewidth=0.3 * sheet.scale, offsets=places,
        offset_transform=sheet.axes.transData, zorder=3.0,
    )  # fmt: skip
    sheet.axes.add_collection(collection, autolim=False)


def _law(sheet: Sheet, x: float, y: float, geometry: Geometry) -> None:
    """Write the law of the map's size, with floor brackets where it is rounded down."""
    (top, bottom, _, _), stride = geometry.margins, geometry.window.stride[0]
    padding = f" + 2 × {top}" if top == bottom else f" + {top} + {bottom}"
    inner = f"{geometry.size[0]}{padding if top + bottom else ''} − {geometry.span}"
    size = _base.LABEL
    if stride > 1:
        inner = f"({inner}) / {stride}"
        wide = _base.text_width(inner, size)
        for at, way in ((x + 1, 1), (x + wide + 7, -1)):
            foot = y + 0.6 * size
            _cells.line(sheet, [(at, y - 0.7 * size), (at, foot), (at + 2.5 * way, foot)],
                        colour=sheet.theme.ink, width=0.7)  # fmt: skip
        sheet.text(x + 4, y, inner, size, ha="left")
        x += wide + 8
        inner = ""
    sheet.text(x, y, f"{inner} + 1 = {geometry.output[0]}", size, ha="left")


def alternative(options: WindowGeometry, lang: str = "en") -> str:
    """Say of each geometry its law, its size, and the value at the marked window."""
    gap = "" if lang == "zh" else " "
    told = []
    for geometry in options.geometries:
        step = geometry.stop.step
        told.append(
            _PANEL.fill(
                name=geometry.say(words.NAMES[geometry.name]),
                n=fmt.shape(geometry.size),
                w=fmt.shape(geometry.window.span),
                o=fmt.shape(geometry.output),
                r=step.row,
                c=step.col,
                zeros=int(step.padding.sum()),
                of=step.padding.size,
                v=fmt.number(step.activated),
            ).text(lang)
        )
    return gap.join([_ALT.fill(k=fmt.shape(options.weights.shape)).text(lang), *told])


def caption(options: WindowGeometry, lang: str = "en") -> str:
    """Say what each geometry makes of the same picture."""
    return options.answer.text(lang) if options.is_tour else _say_last(options, lang)


def _say_last(options: WindowGeometry, lang: str) -> str:
    last = options.geometries[-1]
    return last.say(words.CAPTIONS[last.name]).text(lang)


_FILTER = Caption(
    en="Filter {n} of {layer}, bias {b}, laid on the same digit in different ways.",
    zh="{layer} 的过滤器 {n}（偏置 {b}），以不同方式放在同一个手写数字上。",
)
_MADE = Caption(
    en="A {k} kernel made by hand, without bias, laid on the same digit in different ways.",
    zh="人工设计的 {k} 卷积核（没有偏置），以不同方式放在同一个手写数字上。",
)
_WINDOW = Caption(
    en="a window, its patch enlarged, and the cell that it fills",
    zh="一个窗口、放大的图块，以及它算出的一格",
)
_ZEROS = Caption(en="zeros of the padding", zh="填充的 0")
_CENTRES = Caption(en="centres of the windows", zh="窗口中心")
_VALUE = Caption(en="after ReLU", zh="经过 ReLU")
_ALT = Caption(
    en="A {k} kernel on one digit in several geometries.",
    zh="同一个 {k} 卷积核以几种方式放在同一个手写数字上。",
)
_PANEL = Caption(
    en="{name}: {n} pixels, a window that spans {w}, a map of {o}; the marked window, at row {r}, "
    "column {c}, reads {zeros} zeros of padding among {of} numbers and gives {v}.",
    zh="{name}：{n} 个像素，窗口跨 {w}，响应图为 {o}；标出的窗口（行 {r}、列 {c}）"
    "读到的 {of} 个数中有 {zeros} 个是填充的 0，结果为 {v}。",
)
