"""The network as volumes to scale, filled with what one digit makes of them; and its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convexplain.figures import _base, _cells, _shapes, _words
from convexplain.figures._base import FRAME, LABEL, NOTE, POINTS, AnyFigure, Sheet
from convexplain.lessons.architecture import Architecture
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.map_stack import sheet_opacities, stacked, strength_of
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.lessons.parts.columns import Column

Options = Architecture

_NOTE = Caption(
    en="Volumes are to scale: height and width by one rule, depth by another. The stronger the "
    "colour, the nearer to the layer's largest value: {limits}. {flatten} is one vector, folded: a "
    "column for each of {places} places.",
    zh="各体积按比例绘制：高和宽用同一比例，深度用另一比例。颜色越深，越接近该层的最大值：{limits}。"
    "{flatten} 是一个向量，这里按 {places} 个位置折成列。",
)
_LIMIT = Caption(en="{layer} {v}", zh="{layer} {v}")
_ALT = Caption(
    en="A digit {said} as volumes from left to right: {volumes}. Parameters: {parameters}; {total} "
    "in all, {share}% of them in {largest}. The most probable of {k} outputs is {best}, with {p}.",
    zh="{said}从左到右经过各层的体积：{volumes}。参数：{parameters}；共 {total} 个，"
    "其中 {share}% 在 {largest}。{k} 个输出中最可能的是 {best}，概率 {p}。",
)
_SAID = Caption(en="{k}", zh="一个“{k}”")
_UNKNOWN = Caption(en="without a label", zh="一幅没有标签的图片")

# Pixels of a painted volume to one cell; from sheet to sheet, right and up, in cells.
_FINE = 10
_RIGHT, _UP = 0.21, 0.055
# A cell of the vector, and the vector at most, in points.
_STRIP, _HIGHEST = 0.9, 120.0
_SMALL = 6.5


def draw(
    options: Architecture,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw all layers from left to right, in a column in two lines.

    Parameters
    ----------
    options : Architecture
    look : Look
        Language and theme.
    width : float
        In inches; 6.3 fills a page of A4, 3.1 a column.
    figure : Figure or SubFigure, optional
        What is drawn into.

    Returns
    -------
    matplotlib.figure.Figure or SubFigure
    """
    columns, across = options.columns, width * POINTS
    half = len(columns) if width >= _shapes.BROAD else -(-len(columns) // 2)
    lines = [columns[:half], columns[half:]] if half < len(columns) else [columns]
    places = _places(options)
    cell = min(_fitting(line, across - 8, places) for line in lines)
    notes = _words.notes(_notes(options).text(look.lang), width)
    highs = [max(_size(column, cell, places)[1] for column in line) for line in lines]
    rows = [high + 62 for high in highs]
    height = sum(rows) + 8 + len(notes) * _base.leading(NOTE)
    sheet = _base.sheet(look, width, height, figure)
    most = options.largest.parameters
    y = 6.0
    for line, high, row in zip(lines, highs, rows, strict=True):
        _line(sheet, options, line, (y, high), cell, most)
        y += row
    _words.write_notes(sheet, notes)
    return sheet.figure


def _size(column: Column, cell: float, places: int) -> tuple[float, float]:
    """Return width and height of what is drawn of a layer, in points."""
    if column.kind == "flatten":
        folded, side = _folded(column, places)
        return folded.shape[1] * side, len(folded) * side
    if column.kind == "dense":
        return 24.0, 11.0 * column.shape[0]
    height, width, channels = column.shape
    if column.kind == "input":
        channels = 0
    return (width + channels * _RIGHT) * cell, (height + channels * _UP) * cell


def _folded(column: Column, places: int) -> tuple[npt.NDArray[np.float32], float]:
    """Return the vector with a column for each place, and the side of a cell in points."""
    folded = column.values.reshape(places, -1).T
    return folded, min(_STRIP, _HIGHEST / len(folded))


def _texts(column: Column) -> list[str]:
    """Return what stands below a layer, as far as it needs room."""
    return [column.name, column.size, column.counted, fmt.count(column.parameters)]


def _room(column: Column, cell: float, places: int) -> float:
    """Return how wide a layer is, texts included."""
    texts = max(_base.text_width(text, _SMALL, "bold") for text in _texts(column))
    return max(_size(column, cell, places)[0], texts)


def _fitting(line: tuple[Column, ...], across: float, places: int) -> float:
    """Return the largest cell at which a line's layers fit side by side."""
    cell = 6.0
    while sum(_room(column, cell, places) for column in line) + 11 * (len(line) - 1) > across:
        cell *= 0.98
        if cell < 0.5:
            break
    return cell


def _line(
    sheet: Sheet,
    options: Architecture,
    line: tuple[Column, ...],
    place: tuple[float, float],
    cell: float,
    most: int,
) -> None:
    """Draw layers side by side on one axis, and what is said of each below."""
    top, high = place
    places = _places(options)
    rooms = [_room(column, cell, places) for column in line]
    gap = (sheet.width - 8 - sum(rooms)) / max(len(line) - 1, 1)
    x, lang, quiet = 4.0, sheet.look.lang, sheet.theme.muted
    below = top + high + 10
    scale = max(_room(options.largest, cell, places), 30.0) / most
    for n, (column, room) in enumerate(zip(line, rooms, strict=True)):
        wide, tall = _size(column, cell, places)
        axis = top + high / 2
        _drawing(sheet, options, column, x, axis - tall / 2, cell)
        if n + 1 < len(line):
            start, end = x + wide + 2.5, x + room + gap - 2.5
            if column.kind in ("convolution", "pooling") and end - start > 14:
                start = end - 14
            _cells.line(sheet, [(start, axis), (end, axis)], head=True, width=0.6)
        strong = bool(column.kernel)
        weight = "bold" if strong else "regular"
        # The name of the last layer may be longer than what is left of the sheet.
        begin = min(x, sheet.width - 2 - _base.text_width(column.name, LABEL, weight))
        sheet.text(
            begin, below, column.name, LABEL, ha="left", weight=weight,
            colour=sheet.theme.ink if strong else quiet,
        )  # fmt: skip
        sheet.text(x, below + 10, column.size, _SMALL, ha="left", colour=quiet)
        if strong:
            counted = sheet.text(
                x, below + 24, fmt.count(column.parameters), LABEL, ha="left", weight="bold"
            )
            counted.set_gid(f"parameters-{column.name}")
            sheet.text(x, below + 33.5, column.counted, _SMALL, ha="left", colour=quiet)
            _shapes.box(
                sheet, x, below + 39, column.parameters * scale, 4, line=0, fill="ink",
                gid=f"bar-{column.name}",
            )  # fmt: skip
        elif column.kind == "input":
            sheet.text(x, below + 24, terms.PARAMETERS.text(lang), _SMALL, ha="left", colour=quiet)
        elif column.kind == "pooling":
            sheet.text(x, below + 24, terms.NONE.text(lang), _SMALL, ha="left", colour=quiet)
        x += room + gap


def _drawing(
    sheet: Sheet, options: Architecture, column: Column, x: float, y: float, cell: float
) -> None:
    """Draw one layer with its top left corner at x, y."""
    if column.kind == "input":
        _cells.picture(sheet, x, y, column.values.squeeze(axis=2), cell)
    elif column.kind == "flatten":
        folded, side = _folded(column, _places(options))
        _cells.signed(sheet, x, y, folded, column.limit, side)
    elif column.kind == "dense":
        (best, _), room = options.winner, sheet.width - x - 18
        marks = options.class_marks(
            sheet.look.lang, lambda text: _base.text_width(text, NOTE, "bold") <= room
        )
        for k, value in enumerate(column.values.tolist()):
            _cells.signed(sheet, x, y + 11 * k, [[value]], column.limit, 9.5)
            sheet.text(
                x + 14, y + 11 * k + 4.75, marks[k], NOTE, ha="left",
                weight="bold" if k == best else "regular",
                colour=sheet.theme.ink if k == best else sheet.theme.muted,
            )  # fmt: skip
    else:
        _volume(sheet, column, x, y, cell)


def _volume(sheet: Sheet, column: Column, x: float, y: float, cell: float) -> None:
    """Paint the sheets of a stack, and draw the nine edges of its box that are seen."""
    height, width, channels = column.shape
    right, up = channels * _RIGHT, channels * _UP
    front = height * _FINE, width * _FINE
    back = -round(up * _FINE), round(right * _FINE)
    opacities = sheet_opacities(
        np.asarray(column.values, dtype=np.float64), column.limit, strength_of(channels)
    )
    for token, cover in zip(
        ("negative", "positive"), reversed(stacked(opacities, front, back)), strict=True
    ):
        if cover.any():
            painted = np.zeros((*cover.shape, 4), dtype=np.uint8)
            painted[..., :3] = sheet.theme.rgb(token)
            painted[..., 3] = np.rint(255 * cover.clip(0, 1))
            extent = (x, x + (width + right) * cell, y + (height + up) * cell, y)
            _shapes.image(sheet, painted, extent, gid=f"{column.name}-{token}")
    top, far = y + up * cell, x + width * cell
    bottom, across = top + height * cell, right * cell
    edge: dict[str, Any] = {"colour": sheet.theme.muted, "width": FRAME, "zorder": 3.0}
    _cells.line(sheet, [(x, top), (far, top), (far, bottom), (x, bottom), (x, top)], **edge)
    _cells.line(
        sheet,
        [(x, top), (x + across, y), (far + across, y), (far + across, bottom - up * cell),
         (far, bottom)],
        **edge,
    )  # fmt: skip
    _cells.line(sheet, [(far, top), (far + across, y)], **edge)


def _notes(options: Architecture) -> Caption:
    limits = [
        _LIMIT.fill(layer=column.name, v=fmt.number(column.limit))
        for column in options.columns
        if column.kind == "convolution"
    ]
    listed = _words.listed(limits)
    return _NOTE.fill(flatten=options.columns[-2].name, limits=listed, places=_places(options))


def _places(options: Architecture) -> int:
    """Return at how many places the last maps have cells."""
    height, width, _ = options.columns[-3].shape
    return height * width


def alternative(options: Architecture, lang: str = "en") -> str:
    """Say the shapes and the parameters of all layers.

    Parameters
    ----------
    options : Architecture
    lang : {"en", "zh"}
    """
    volumes = [f"{column.name} {column.size}" for column in options.columns]
    counts = [
        f"{column.name} {fmt.count(column.parameters)}"
        for column in options.columns
        if column.kernel
    ]
    best, chance = options.winner
    label, name = options.subject.label, options.network.class_name
    return _ALT.fill(
        said=_UNKNOWN if label is None else _SAID.fill(k=name(label)),
        volumes=_words.listed(volumes),
        parameters=_words.listed(counts),
        total=fmt.count(options.total),
        share=fmt.number(100 * options.largest.share, 0),
        largest=options.largest.name,
        k=options.columns[-1].shape[0],
        best=name(best),
        p=fmt.probability(chance),
    ).text(lang)


def caption(options: Architecture, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does.

    Parameters
    ----------
    options : Architecture
    lang : {"en", "zh"}
    """
    return _words.sentences(options, lang, "shape", "answer")
