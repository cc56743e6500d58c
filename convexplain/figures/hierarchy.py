"""The tree from an answer down to the edges: cells of three layers, what each sees and gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convexplain.figures import _base, _cells, _shapes, _words
from convexplain.figures._base import NOTE, POINTS, AnyFigure, Sheet
from convexplain.lessons.hierarchy import STRONGEST, Hierarchy
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.network import Node

Options = Hierarchy

_LAYERS = ("conv3", "conv2", "conv1")
# How many cells are followed under each, layer by layer.
_BELOW = (STRONGEST, 2, 2)

_LEGEND = Caption(
    en="Above a patch: filter · share of all that raises the cell above it. Gray in a bar: all "
    "other cells.",
    zh="图块上方：过滤器 · 占上一级全部正贡献的比例。横条的灰色部分：其余全部单元。",
)
_ALT = Caption(
    en="A tree with the answer {k} at its top: logit {z}, probability {p}. {n} cells of conv3 push "
    "towards it; the strongest are {parts}; all others give {rest}. {below} The path that is "
    "marked ends at filter {f} of conv1, row {r}, column {c}, a patch of 3 × 3 pixels with the "
    "kernel of {what}; its share is {share}.",
    zh="一棵树，顶端是答案“{k}”：logit {z}，概率 {p}。conv3 中有 {n} 个单元支持它，"
    "最强的是{parts}；其余全部占 {rest}。{below}标出的路径终点是 conv1 的过滤器 {f}，"
    "行 {r}、列 {c}：3 × 3 像素的图块，卷积核是{what}，占 {share}。",
)
_PART = Caption(
    en="filter {f} at row {r}, column {c} ({share})", zh="行 {r}、列 {c} 的过滤器 {f}（{share}）"
)
_UNDER = Caption(
    en="Under filter {f}, conv2 gives {parts}.", zh="过滤器 {f} 之下，conv2 有{parts}。"
)
_EDGE = Caption(en="an oriented edge", zh="有方向的边缘")
_OTHER = Caption(en="another pattern", zh="其他模式")


@dataclass(frozen=True)
class _Layout:
    """Where things are, in points; the same words as in `draw`."""

    page: bool
    left: float
    pitch: float
    cells: tuple[float, float, float]
    tops: tuple[float, float, float]
    root: tuple[float, float]
    height: float

    @classmethod
    def of(cls, width: float) -> _Layout:
        """Lay the tree out for a width in inches."""
        page = width >= _shapes.BROAD
        across = width * POINTS
        left = 148.0 if page else 30.0
        pitch = (across - 9 - left) / 12
        leaf = 0.84 * pitch / 3
        cells = 2.16 * pitch / 18, 1.2 * pitch / 8, leaf
        first = 58.0 if page else 162.0
        gap = 40.0 if page else 34.0
        second = first + 18 * cells[0] + gap
        third = second + 8 * cells[1] + gap
        root = left + 6 * pitch, first - 45
        return cls(page, left, pitch, cells, (first, second, third), root, third + 6 * leaf + 20)

    def middle(self, place: tuple[int, ...]) -> float:
        """Return the x of a node by its number under each of its parents."""
        span, x = 12.0, self.left
        for number, count in zip(place, _BELOW, strict=False):
            span /= count
            x += number * span * self.pitch
        return x + span * self.pitch / 2


def draw(
    options: Hierarchy,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the digit with the fields of one path, and the tree.

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
    layout = _Layout.of(width)
    sheet = _base.sheet(look, width, layout.height, figure)
    _digit(sheet, options, layout)
    _answer(sheet, options, layout)
    for place, node in _nodes(options.tree):
        _node(sheet, options, layout, place, node)
    _names(sheet, options, layout)
    return sheet.figure


def _nodes(root: Node, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    """Yield all nodes below the answer with their numbers under each parent."""
    for number, part in enumerate(root.parts):
        yield (*place, number), part
        yield from _nodes(part, (*place, number))


def _digit(sheet: Sheet, options: Hierarchy, layout: _Layout) -> None:
    """Draw the picture, the fields of the marked path, and those of the other cells of conv3."""
    cell = 3.6 if layout.page else 2.7
    x, y = 4.0, 8.0
    pixels = options.trace.image[:, :, 0]
    _cells.picture(sheet, x, y, pixels, cell)
    for part in options.tree.parts:
        if part not in options.path:
            box = part.box
            _shapes.box(
                sheet, x + box.left * cell, y + box.top * cell, box.width * cell,
                box.height * cell, "muted", 0.9, dotted=True, zorder=3,
            )  # fmt: skip
    for node in reversed(options.path):  # the smallest last, so that its sides are seen
        box = node.box
        drawn = _shapes.box(
            sheet, x + box.left * cell, y + box.top * cell, box.width * cell, box.height * cell,
            "accent", 1.3, rim=True, zorder=4, gid=f"field-{node.layer}",
        )  # fmt: skip
        drawn.set_clip_on(False)
    side = len(pixels) * cell
    shape = words.INPUT.fill(shape=fmt.shape(pixels.shape)).text(sheet.look.lang)
    told = words.joined(_LEGEND, words.CENTRED) if options.centred else _LEGEND
    legend = told.text(sheet.look.lang)
    limit = float(np.abs(options.network.weights["conv1/kernel"]).max())
    weights = terms.KERNEL.text(sheet.look.lang)
    quiet: dict[str, Any] = {"ha": "left", "colour": sheet.theme.muted}
    if layout.page:
        sheet.text(x, y + side + 10, shape, NOTE, **quiet)
        below = sheet.lines(x, y + side + 26, legend, side, NOTE, **quiet)
        _cells.colour_bar(sheet, x, below + 4, 66, limit, label=weights)
        return
    right = x + side + 9
    sheet.text(right, y + 4, shape, NOTE, **quiet)
    below = sheet.lines(right, y + 17, legend, sheet.width - right - 8, NOTE, **quiet)
    _cells.colour_bar(sheet, right, below, 66, limit, label=weights)


def _answer(sheet: Sheet, options: Hierarchy, layout: _Layout) -> None:
    """Write the answer at the top of the tree, and what all cells together give."""
    (x, y), lang = layout.root, sheet.look.lang
    sheet.text(x, y - 2, str(options.label), 15, weight="bold")
    logit = words.LOGIT.fill(z=fmt.number(options.logit)).text(lang)
    chance = words.PROBABILITY.fill(p=fmt.probability(options.probability)).text(lang)
    sheet.text(x - 12, y - 2, logit, NOTE, ha="right")
    sheet.text(x + 12, y - 2, chance, NOTE, ha="left")
    span = (5.6 if layout.page else 5) * layout.pitch
    _bar(sheet, options.tree, x - span / 2, y + 10, span, options, ())
    others = options.tree.supporters - len(options.tree.parts)
    rest = words.OTHERS.fill(n=fmt.count(others), share=fmt.percent(_rest(options.tree)))
    said = sheet.text(
        x + span / 2 + 3, y + 11.5, rest.text(lang), NOTE if layout.page else 6.0, ha="left",
        colour=sheet.theme.muted,
    )  # fmt: skip
    said.set_gid("others")


def _node(
    sheet: Sheet, options: Hierarchy, layout: _Layout, place: tuple[int, ...], node: Node
) -> None:
    """Draw what a cell sees, its filter and share, and what it is made of."""
    row = _LAYERS.index(node.layer)
    cell, top, middle = layout.cells[row], layout.tops[row], layout.middle(place)
    side = len(node.patch) * cell
    x = middle - side / 2
    placed = _cells.picture(sheet, x, top, node.patch[:, :, 0], cell)
    marked = node in options.path
    if marked:
        _cells.outline(sheet, placed.box, width=1.1)
    share = fmt.percent(node.share or 0.0)
    size = NOTE if layout.page else 6.0
    if node.layer == "conv1":
        size = 6.5 if layout.page else 5.2
        kernel = options.kernel(node)
        limit = float(np.abs(options.network.weights["conv1/kernel"]).max())
        _cells.signed(sheet, x, top + side + 3, kernel, limit, cell)
        sheet.text(middle, top + 2 * side + 11, str(node.filter), size)
    else:
        share = f"{node.filter} · {share}"
        _bar(sheet, node, x, top + side + 3, side, options, place)
        rest = fmt.percent(_rest(node), 1 if layout.page and node.layer == "conv3" else 0)
        if layout.page or node.layer == "conv3":
            sheet.text(
                x + side + 3, top + side + 4.5, rest, 6.0, ha="left",
                colour=sheet.theme.muted,
            )  # fmt: skip
    said = sheet.text(middle, top - 7, share, size, weight="bold" if marked else "regular")
    said.set_gid("share-" + "-".join(map(str, place)))


def _bar(
    sheet: Sheet,
    node: Node,
    x: float,
    y: float,
    across: float,
    options: Hierarchy,
    place: tuple[int, ...],
) -> None:
    """Draw all that raises a cell as a bar: its parts, each linked to its patch, and the rest."""
    layout = _Layout.of(sheet.width / POINTS)
    _shapes.box(sheet, x, y, across, 3.0, line=0, fill="line", gid="all")
    begin = x
    for number, part in enumerate(node.parts):
        wide = (part.share or 0.0) * across
        marked = part in options.path
        colour = "accent" if marked else "positive"
        _shapes.box(sheet, begin, y, wide, 3.0, line=0, fill=colour, zorder=2, gid="part")
        row = _LAYERS.index(part.layer)
        end = layout.middle((*place, number)), layout.tops[row] - 13
        _shapes.link(
            sheet, (begin + wide / 2, y + 3.0), end, "accent" if marked else "muted",
            1.1 if marked else 0.6, zorder=2 if marked else 1,
        )  # fmt: skip
        begin += wide


def _names(sheet: Sheet, options: Hierarchy, layout: _Layout) -> None:
    """Write the names of the rows, and how much one cell of each sees."""
    x = layout.left - 4 if layout.page else 4.0
    ha = "right" if layout.page else "left"
    size = NOTE if layout.page else 6.0
    quiet = sheet.theme.muted
    for layer, cell, top in zip(_LAYERS, layout.cells, layout.tops, strict=True):
        (across, down) = options.network.receptive_field(layer).size
        middle = top + across * cell / 2
        sheet.text(x, middle - 4.5, layer, size, ha=ha, weight="bold")
        sheet.text(x, middle + 4.5, fmt.shape((across, down)), size, ha=ha, colour=quiet)
    leaf, lang = 3 * layout.cells[2], sheet.look.lang
    bottom = layout.tops[2] + 2 * leaf
    sheet.text(x, bottom + 3 - leaf / 2, terms.KERNEL.text(lang), size, ha=ha, colour=quiet)
    sheet.text(x, bottom + 11, words.NUMBER.text(lang), size, ha=ha, colour=quiet)


def _rest(node: Node) -> float:
    """Return what all cells give that are not followed, of all that raises a node."""
    return 1.0 - sum(part.share or 0.0 for part in node.parts)


def alternative(options: Hierarchy, lang: str = "en") -> str:
    """Tell the tree: its answer, its cells, their shares.

    Parameters
    ----------
    options : Hierarchy
    lang : {"en", "zh"}
    """
    tree, leaf = options.tree, options.path[0]
    told = [words.CENTRED] if options.centred else []
    under = told + [
        _UNDER.fill(f=part.filter, parts=_listed(part.parts)) for part in tree.parts if part.parts
    ]
    below = words.joined(*under).text(lang) if under else ""
    what = _EDGE if leaf.layer == "conv1" and options.is_edge(leaf) else _OTHER
    return _ALT.fill(
        k=options.label,
        z=fmt.number(options.logit),
        p=fmt.probability(options.probability),
        n=fmt.count(tree.supporters),
        parts=_listed(tree.parts),
        rest=fmt.percent(_rest(tree)),
        below=below,
        f=leaf.filter,
        r=leaf.row,
        c=leaf.col,
        what=what,
        share=fmt.percent(leaf.share or 0.0),
    ).text(lang)


def caption(options: Hierarchy, lang: str = "en") -> str:
    """Say what the tree shows, as the lesson does.

    Parameters
    ----------
    options : Hierarchy
    lang : {"en", "zh"}
    """
    right = options.shown_picture.label
    # What is unusual about a digit is said where its tree begins.
    unusual = options.centred or (right is not None and right != options.label)
    return _words.sentences(options, lang, *(["parts"] if unusual else []), "shares", "upwards")


def _listed(parts: tuple[Node, ...]) -> Caption:
    return _words.listed(
        _PART.fill(f=part.filter, r=part.row, c=part.col, share=fmt.percent(part.share or 0.0))
        for part in parts
    )
