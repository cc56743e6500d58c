"""How much of the picture one cell of each layer sees, and what no cell sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.pooling_words import places
from convexplain.lessons.parts.receptive import ReceptiveFields, evenly, sides
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
from convexplain.style.captions import Caption, listed, same

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
    en="The same picture in {n} panels, each with what one cell sees: {fields}. From one cell to "
    "the next, the fields of {layers} move by {steps} pixels. {unseen}",
    zh="同一幅图的 {n} 个副本，每幅标出一个单元看到的区域：{fields}。"
    "{layers} 的相邻单元，感受野依次相隔 {steps} 个像素。{unseen}",
)
_SOME = Caption(en="{k} of {n} layers, evenly chosen.", zh="{n} 层中均匀选取的 {k} 层。")
_UNSEEN = Caption(
    en="Rows and columns {rows}, counted from 0, are pale: they change no answer.",
    zh="行与列 {rows}（编号从 0 开始）为灰色：它们不影响输出。",
)
_PANEL = Caption(
    en="{layer} {size}, rows {top} to {bottom}, columns {left} to {right}",
    zh="{layer} {size}，行 {top} 到 {bottom}、列 {left} 到 {right}",
)


Options = ReceptiveFields


def diagram(options: ReceptiveFields) -> Diagram:
    """Describe the picture for each layer with weights, and below all fields to scale."""
    shown = _panels(options)
    cells = [
        _panel(options, n, layer, box, [box for _, box in shown[:n]])
        for n, (layer, box) in enumerate(shown)
    ]
    said = _note(options)
    if len(evenly(options.views)) < len(options.views):
        said = words.joined(said, _SOME.fill(k=len(evenly(options.views)), n=len(options.views)))
    note = Text("note", said, role="note", tone="muted", measure=48, silent=True)
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


def _panels(options: ReceptiveFields) -> list[tuple[str, Box]]:
    """Return what one cell of each layer with weights sees."""
    last = options.network.layers[-1].name
    return [*options.shown, (last, options.read)]


def _panel(options: ReceptiveFields, n: int, layer: str, box: Box, before: list[Box]) -> Cells:
    """Describe the picture, pale outside of the field; before are the fields of layers before."""
    height, width, _ = options.network.input_shape
    size = height, width
    outside = np.ones(size, dtype=bool)
    outside[box.clip(size).rows, box.clip(size).cols] = False
    marks = {"field": Mark.over(box.clip(size))}
    if layer == options.network.layers[-1].name:
        rows, cols = options.unseen
        outside[list(rows)], outside[:, list(cols)] = True, True
    else:
        marks |= {
            f"before-{k}": Mark.over(one.clip(size), dashed=True) for k, one in enumerate(before)
        }
    seen = fmt.shape((box.height, box.width))
    return Cells(
        f"layer-{n}", options.drawn, share="pixels", lines=False, dim=outside, marks=marks,
        title=same(layer), note=_SEES.fill(n=seen), small=True, weight=1,
    )  # fmt: skip


def _sizes(options: ReceptiveFields) -> Bars:
    """Describe the fields of the layers to scale, with how far apart they lie."""
    views = evenly(options.views)
    bars = [
        Bar(
            f"layer-{n}", view.layer, view.side, tone="muted",
            text=_FIELD.fill(
                n=view.size, s=sides(options.network.receptive_field(view.layer).stride)
            ),
        )
        for n, view in enumerate(views)
    ]  # fmt: skip
    largest = Scale(float(max(view.side for view in views)))
    return Bars("fields", bars, largest, title=_FIELDS)


def _note(options: ReceptiveFields) -> Caption:
    rows, cols = options.unseen
    if not rows and not cols:
        return _ALL_SEEN
    shapes = options.network.shapes
    odd = [
        (conv.name, pool.name)
        for conv, pool in max_pools(options.network)
        if shapes[conv.name][0] % 2 or shapes[conv.name][1] % 2
    ]
    height = options.network.input_shape[0]
    at_the_end = rows == cols == tuple(range(height - len(rows), height))
    if at_the_end and len(odd) == 1:
        conv, pool = odd[0]
        return _HATCHED.fill(rows=words.listed(rows), conv=conv, pool=pool)
    return _HATCHED_ONLY.fill(places=places(rows, cols))


def _told_unseen(options: ReceptiveFields) -> Caption:
    rows, cols = options.unseen
    if not rows and not cols:
        return _ALL_SEEN
    if rows == cols:
        return _UNSEEN.fill(rows=words.listed(rows))
    return _HATCHED_ONLY.fill(places=places(rows, cols))


def alternative(options: ReceptiveFields) -> Caption:
    """Say what the cells see, in numbers."""
    panels = [
        _PANEL.fill(
            layer=layer, size=fmt.shape((box.height, box.width)), top=box.top,
            bottom=box.bottom - 1, left=box.left, right=box.right - 1,
        )
        for layer, box in _panels(options)
    ]  # fmt: skip
    strides = [sides(options.network.receptive_field(view.layer).stride) for view in options.views]
    return _ALT.fill(
        n=len(panels),
        fields=listed(panels, Caption(en="; ", zh="；")),
        layers=listed(view.layer for view in options.views),
        steps=words.listed(strides),
        unseen=_told_unseen(options),
    )


def caption(options: ReceptiveFields) -> Caption:
    """Say what the panels show, as the lesson does."""
    return options.fields
