"""How much of the picture one cell of each layer sees, and what no cell sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convexplain.figures import _words
from convexplain.lessons.hierarchy import Hierarchy
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.pooling_words import places
from convexplain.lessons.parts.subject import max_pools
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Mark,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

if TYPE_CHECKING:
    from convexplain.ops import Box

_FIELDS = Caption(en="Side of the field, in pixels", zh="感受野的边长，像素")
_FIELD = Caption(en="{n}, step {s}", zh="{n}，间距 {s}")
_SEES = Caption(en="one cell sees {n}", zh="一个单元看到 {n}")
_HATCHED = Caption(
    en="Pale on the last: rows and columns {rows} (from 0). {pool} drops the last row and column "
    "of {conv}; what only they see changes no answer.",
    zh="末图灰色处：行与列 {rows}（编号从 0 开始）。{pool} 舍去 {conv} 的最后一行和一列，"
    "只被它们看到的像素不影响输出。",
)
_HATCHED_ONLY = Caption(
    en="Pale on the last, counted from 0: {places}. What stands there changes no answer.",
    zh="末图灰色处（编号从 0 开始）：{places}。那里的像素不影响输出。",
)
_ALL_SEEN = Caption(en="The answer depends on every pixel.", zh="每个像素都影响输出。")
_ALT = Caption(
    en="The same digit in {n} panels, each with what one cell sees: {fields}. From one cell to "
    "the next, the fields of {layers} move by {steps} pixels. {unseen}",
    zh="同一个样本的 {n} 幅图，每幅标出一个单元看到的区域：{fields}。"
    "{layers} 的相邻单元，感受野依次相隔 {steps} 个像素。{unseen}",
)
_UNSEEN = Caption(
    en="Rows and columns {rows}, counted from 0, are pale: they change no answer.",
    zh="行与列 {rows}（编号从 0 开始）为灰色：它们不影响输出。",
)
_PANEL = Caption(
    en="{layer} {size}, rows {top} to {bottom}, columns {left} to {right}",
    zh="{layer} {size}，行 {top} 到 {bottom}、列 {left} 到 {right}",
)


class ReceptiveFields(Hierarchy):
    """The options of the hierarchy, under the heading of its first part."""

    title = words.FIELDS_TITLE


Options = ReceptiveFields


def diagram(options: Hierarchy) -> Diagram:
    """Describe the digit for each layer with weights, and below all fields to scale."""
    shown = _panels(options)
    cells = [
        _panel(options, n, layer, box, [box for _, box in shown[:n]])
        for n, (layer, box) in enumerate(shown)
    ]
    note = Text("note", _note(options), role="note", tone="muted", measure=48, silent=True)
    return Diagram(
        Either(
            *(
                Column(_rows(cells, many), _sizes(options), note, gap=1.2, align="middle")
                for many in (4, 2, 6, 8)
            )
        )
    )


def _rows(cells: list[Cells], many: int) -> Aligned:
    return Aligned([cells[n : n + many] for n in range(0, len(cells), many)])


def _panels(options: Hierarchy) -> list[tuple[str, Box]]:
    """Return what one cell of each layer with weights sees."""
    views = {view.layer: view.box for view in options.views}
    last = options.network.layers[-1].name
    return [(layer, views[layer]) for layer in options.levels] + [(last, options.read)]


def _panel(options: Hierarchy, n: int, layer: str, box: Box, before: list[Box]) -> Cells:
    """Describe the digit, pale outside of the field; before are the fields of layers before."""
    outside = np.ones(options.drawn.shape[:2], dtype=bool)
    outside[box.top : box.bottom, box.left : box.right] = False
    marks = {"field": Mark.over(box)}
    if layer != options.network.layers[-1].name:
        marks |= {f"before-{k}": Mark.over(one, dashed=True) for k, one in enumerate(before)}
    size = fmt.shape((box.height, box.width))
    return Cells(
        f"layer-{n}", options.drawn, share="pixels", lines=False, dim=outside, marks=marks,
        title=Caption(en=layer, zh=layer), note=_SEES.fill(n=size), small=True, weight=1,
    )  # fmt: skip


def _sizes(options: Hierarchy) -> Bars:
    """Describe the fields of all layers to scale, with how far apart they lie."""
    bars = [
        Bar(
            f"layer-{n}", view.layer, view.side, tone="muted",
            text=_FIELD.fill(n=view.side, s=options.network.receptive_field(view.layer).stride[0]),
        )
        for n, view in enumerate(options.views)
    ]  # fmt: skip
    largest = Scale(float(max(view.side for view in options.views)))
    return Bars("fields", bars, largest, title=_FIELDS)


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
    """Say what the cells see, in numbers."""
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
    """Say what the panels show, as the lesson does."""
    return options.fields.text(lang)
