"""How much of the picture one cell of each layer sees, and what no cell sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from convexplain.figures import _base, _cells, _shapes, _words
from convexplain.figures._base import FRAME, LABEL, NOTE, POINTS, AnyFigure, Sheet
from convexplain.lessons.hierarchy import Hierarchy
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.pooling_words import places
from convexplain.lessons.parts.subject import max_pools
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.ops import Box

_FIELD = Caption(en="field, pixels", zh="感受野，像素")
_STEP = Caption(en="step, pixels", zh="单元间距，像素")
_SEES = Caption(en="one cell sees {n}", zh="一个单元看到 {n}")
_HATCHED = Caption(
    en="Hatched: rows and columns {rows} (from 0). {pool} drops the last row and column of {conv}; "
    "what only they see changes no answer.",
    zh="斜线处：行与列 {rows}（编号从 0 开始）。{pool} 舍去 {conv} 的最后一行和一列，"
    "只被它们看到的像素不影响输出。",
)
_HATCHED_ONLY = Caption(
    en="Hatched, counted from 0: {places}. What stands there changes no answer.",
    zh="斜线处（编号从 0 开始）：{places}。那里的像素不影响输出。",
)
_ALL_SEEN = Caption(en="The answer depends on every pixel.", zh="每个像素都影响输出。")
_ALT = Caption(
    en="The same digit in {n} panels, each with what one cell sees: {fields}. From one cell to "
    "the next, the fields of {layers} move by {steps} pixels. {unseen}",
    zh="同一个样本的 {n} 幅图，每幅标出一个单元看到的区域：{fields}。"
    "{layers} 的相邻单元，感受野依次相隔 {steps} 个像素。{unseen}",
)
_UNSEEN = Caption(
    en="Rows and columns {rows}, counted from 0, are hatched: they change no answer.",
    zh="行与列 {rows}（编号从 0 开始）画有斜线：它们不影响输出。",
)
_PANEL = Caption(
    en="{layer} {size}, rows {top} to {bottom}, columns {left} to {right}",
    zh="{layer} {size}，行 {top} 到 {bottom}、列 {left} 到 {right}",
)


class ReceptiveFields(Hierarchy):
    """The options of the hierarchy, under the heading of its first part."""

    title = words.FIELDS_TITLE


Options = ReceptiveFields


def draw(
    options: Hierarchy,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the digit for each layer with weights, and below all fields to scale.

    Parameters
    ----------
    options : Hierarchy
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
    page, panels = width >= _shapes.BROAD, _panels(options)
    columns, gap, margin = (4, 14.0, 5.0) if page else (2, 14.0, 5.0)
    side = (width * POINTS - 2 * margin - (columns - 1) * gap) / columns
    lines = -(-len(panels) // columns)
    row = side + 32
    notes = _words.notes(_note(options).text(look.lang), width)
    chain = 5 + lines * row + 2
    height = chain + 76 + len(notes) * _base.leading(NOTE)
    sheet = _base.sheet(look, width, height, figure)
    for n, (layer, box) in enumerate(panels):
        x, y = margin + n % columns * (side + gap), 5 + n // columns * row
        before = [earlier for _, earlier in panels[:n]] if n < len(panels) - 1 else []
        _panel(sheet, options, layer, box, before, (x, y), side)
    _chain(sheet, options, chain, page)
    _words.write_notes(sheet, notes)
    return sheet.figure


def _panels(options: Hierarchy) -> list[tuple[str, Box]]:
    """Return what one cell of each layer with weights sees."""
    views = {view.layer: view.box for view in options.views}
    last = options.network.layers[-1].name
    return [(layer, views[layer]) for layer in options.levels] + [(last, options.read)]


def _panel(
    sheet: Sheet,
    options: Hierarchy,
    layer: str,
    box: Box,
    before: list[Box],
    corner: tuple[float, float],
    side: float,
) -> None:
    """Draw the digit, veiled outside of the field; before are the fields of layers before."""
    x, y = corner
    pixels = options.drawn
    height, width = pixels.shape
    cell = side / width
    _cells.picture(sheet, x, y, pixels, cell)
    veil = (
        (0, 0, box.top, width),
        (box.bottom, 0, height, width),
        (box.top, 0, box.bottom, box.left),
        (box.top, box.right, box.bottom, width),
    )
    for top, left, bottom, right in veil:
        if bottom > top and right > left:
            sheet.axes.add_patch(
                Rectangle(
                    (x + left * cell, y + top * cell), (right - left) * cell, (bottom - top) * cell,
                    facecolor=sheet.theme.line, alpha=0.72, linewidth=0, zorder=2,
                )
            )  # fmt: skip
    if layer == options.network.layers[-1].name:
        _hatch(sheet, options, _cells.Grid(x, y, height, width, cell, cell))
    for earlier in before:
        _shapes.box(
            sheet, x + earlier.left * cell, y + earlier.top * cell, earlier.width * cell,
            earlier.height * cell, "accent", 0.9, dotted=True, zorder=3,
        )  # fmt: skip
    placed = _cells.Grid(x, y, height, width, cell, cell)
    _cells.outline(sheet, placed.part(box.top, box.left, box.height, box.width))
    lang, size = sheet.look.lang, fmt.shape((box.height, box.width))
    sheet.text(x, y + side + 9, layer, LABEL, ha="left", weight="bold")
    told = _SEES.fill(n=size).text(lang)
    sheet.text(x, y + side + 19.5, told, NOTE, ha="left", colour=sheet.theme.muted)


def _hatch(sheet: Sheet, options: Hierarchy, placed: _cells.Grid) -> None:
    """Draw what nothing reads: a strip below and one on the right."""
    read = options.read
    for row, col, rows, cols in (
        (read.bottom, 0, placed.rows - read.bottom, placed.cols),
        (0, read.right, read.bottom, placed.cols - read.right),
    ):
        if rows > 0 and cols > 0:
            part = placed.part(row, col, rows, cols)
            _shapes.box(
                sheet, part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0, "muted", FRAME,
                hatch="//////", hatch_linewidth=0.6 * sheet.scale, zorder=2.5, gid="unseen",
            )  # fmt: skip


def _chain(sheet: Sheet, options: Hierarchy, y: float, page: bool) -> None:
    """Draw the fields of all layers to scale on one base line, with their sizes and steps."""
    lang, views = sheet.look.lang, options.views
    scale = (36.0 if page else 27.0) / max(view.side for view in views)
    left, base = (84.0, y + 40) if page else (56.0, y + 36)
    names = [_base.text_width(view.layer, NOTE) for view in views]
    sides = [view.side * scale for view in views]
    wide = [max(side + 15, name) for side, name in zip(sides, names, strict=True)]
    # Long names stand in two rows, each name with the room of its neighbour.
    rows = 1 if sum(wide) <= sheet.width - left - 5 else 2
    if rows == 2:
        wide = [side + 15 for side in sides]
    gap = min((sheet.width - left - 5 - sum(wide)) / (len(views) - 1), 40.0)
    quiet: dict[str, Any] = {"ha": "left", "colour": sheet.theme.muted}
    sheet.text(5, base - 4, _FIELD.text(lang), NOTE, **quiet)
    sheet.text(5, base + 22, _STEP.text(lang), NOTE, **quiet)
    for n, view in enumerate(views):
        x, side = left + sum(wide[:n]) + n * gap, sides[n]
        _shapes.box(
            sheet, x, base - side, side, side, "muted", FRAME, fill="surface",
            gid=f"side-{view.layer}",
        )  # fmt: skip
        number = sheet.text(x + side + 3, base - 4, str(view.side), LABEL, ha="left", weight="bold")
        number.set_gid(f"field-{view.layer}")
        sheet.text(x, base + 9 - 46 * (n % rows), view.layer, NOTE, **quiet)
        step = options.network.receptive_field(view.layer).stride[0]
        sheet.text(x, base + 22, str(step), LABEL, ha="left", weight="bold")


def _unseen(options: Hierarchy) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows, and the columns, that change no answer."""
    height, width = options.network.input_shape[:2]
    return tuple(range(options.read.bottom, height)), tuple(range(options.read.right, width))


def _note(options: Hierarchy) -> Caption:
    rows, cols = _unseen(options)
    if not rows and not cols:
        return _ALL_SEEN
    shapes = options.network.shapes
    odd = [
        (conv.name, pool.name)
        for conv, pool in max_pools(options.network)
        if shapes[conv.name][0] % 2 or shapes[conv.name][1] % 2
    ]
    if rows == cols and len(odd) == 1:
        conv, pool = odd[0]
        return _HATCHED.fill(rows=words.listed(rows), conv=conv, pool=pool)
    return _HATCHED_ONLY.fill(places=places(rows, cols))


def _told_unseen(options: Hierarchy) -> Caption:
    rows, cols = _unseen(options)
    if not rows and not cols:
        return _ALL_SEEN
    if rows == cols:
        return _UNSEEN.fill(rows=words.listed(rows))
    return _HATCHED_ONLY.fill(places=places(rows, cols))


def alternative(options: Hierarchy, lang: str = "en") -> str:
    """Say what the cells see, in numbers.

    Parameters
    ----------
    options : Hierarchy
    lang : {"en", "zh"}
    """
    panels = [
        _PANEL.fill(
            layer=layer, size=fmt.shape((box.height, box.width)), top=box.top,
            bottom=box.bottom - 1, left=box.left, right=box.right - 1,
        )
        for layer, box in _panels(options)
    ]  # fmt: skip
    strides = [options.network.receptive_field(view.layer).stride[0] for view in options.views]
    return _ALT.fill(
        n=len(panels),
        fields=_words.listed(panels, Caption(en="; ", zh="；")),
        layers=_words.listed(view.layer for view in options.views),
        steps=words.listed(strides),
        unseen=_told_unseen(options),
    ).text(lang)


def caption(options: Hierarchy, lang: str = "en") -> str:
    """Say what the panels show, as the lesson does.

    Parameters
    ----------
    options : Hierarchy
    lang : {"en", "zh"}
    """
    return options.fields.text(lang)
