"""``convexplain pixel``: what one activation sees of the picture, and what made it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from convexplain.cli import _options
from convexplain.cli._types import Count
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.format import number

if TYPE_CHECKING:
    from convexplain.cli._cell import Cell
    from convexplain.cli._ink import Ink
    from convexplain.data.pictures import Picture
    from convexplain.network import Node
    from convexplain.ops import Box

_SEES = Caption(
    en="It sees rows {top} to {bottom} and columns {left} to {right} of the picture{beyond}.",
    zh="它看到图片的行 {top} 到 {bottom}、列 {left} 到 {right}{beyond}。",
)
_BEYOND = Caption(en=", and padding", zh="，以及填充")
_SEES_NOTHING = Caption(en="It sees nothing but padding.", zh="它只看到填充。")
_HANDED_ON = Caption(
    en="{here} hands on {there} = {v} as it is.", zh="{here} 原样传递 {there} = {v}。"
)
_SUM = Caption(
    en="{there} before its activation: {z} = the sum of {n} contributions and the bias.",
    zh="{there} 激活前的值：{z}，由 {n} 项贡献与偏置相加而得。",
)
_HEAD = (
    Caption(en="contribution", zh="贡献"),
    terms.VALUE,
    terms.WEIGHT,
    Caption(en="cell [row, column, filter]", zh="单元 [行, 列, 过滤器]"),
)
_RULE = Caption(
    en="contribution = value × weight. What is indented under a cell adds up to its value before\n"
    "the activation; shown are the largest contributions, by absolute value.",
    zh="贡献 = 值 × 权重。每个单元下方缩进的各项之和等于它激活前的值；只列出绝对值最大的贡献。",
)


class _Row(NamedTuple):
    """One line of the way back; value and weight only where there is one cell behind it."""

    depth: int
    name: str
    contribution: float
    value: float | None = None
    weight: float | None = None


@click.command(short_help="Follow one activation back to the pixels that made it.")
@_options.cell
@click.option(
    "--parts",
    type=Count(1, 9),
    default=2,
    show_default=True,
    metavar="N",
    help="How many of the largest contributions are followed at each layer, 1 to 9.",
)
def pixel(
    picture: Picture,
    layer: str | None,
    filter: int | None,
    at: tuple[int, int] | None,
    model: str,
    lang: str,
    as_json: bool,
    parts: int,
) -> None:
    """Show what one activation sees of the picture, and the way back to the pixels.

    By default in the last convolution layer, at its largest value.
    """
    from convexplain.cli import _cell
    from convexplain.lessons.parts.subject import Subject
    from convexplain.network import Network

    about = Subject(Network.load(model), picture, model)
    trace = about.trace
    spec = _cell.layer_of(trace, layer, last=True)
    cell = _cell.find(about, spec, filter, at)
    node = trace.pixel(spec.name, cell.filter, cell.row, cell.col, parts=parts)
    box = trace.network.receptive_field(spec.name).box(cell.row, cell.col)
    if as_json:
        document = {
            **cell.to_dict(),
            "filter": cell.filter,
            "row": cell.row,
            "col": cell.col,
            "sees": [box.top, box.left, box.bottom, box.right],
            "way_back": node.to_dict(),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    _show(cell, node, box, lang)


def _show(cell: Cell, node: Node, box: Box, lang: str) -> None:
    from convexplain.cli._blocks import framed
    from convexplain.cli._cell import exact
    from convexplain.cli._ink import Ink
    from convexplain.network.layers import as_map

    ink = Ink.of()
    value = float(as_map(cell.trace.activations[cell.layer.name])[cell.row, cell.col, cell.filter])
    lines = [cell.subject(lang), ink.strong(f"{cell.place} = {exact(value)}")]
    if cell.chosen is not None:
        lines.append(ink.weak(cell.chosen.text(lang)))
    lines.append(_sees(box, cell.trace.image.shape[:2], lang))
    lines += ["", *framed(cell.about.drawn, box, ink), ""]
    if node.layer != cell.layer.name:
        handed = _HANDED_ON.fill(
            here=cell.place, there=node.name.text(lang), v=exact(node.activated)
        )
        lines.append(handed.text(lang))
    if node.readings:
        there = node.name.text(lang)
        told = _SUM.fill(there=there, z=number(node.before, sign=True), n=node.readings)
        lines += [told.text(lang), "", *_table(node, ink, lang), "", _RULE.text(lang)]
    ink.echo("\n".join(lines))


def _sees(box: Box, size: tuple[int, ...], lang: str) -> str:
    inside = box.clip((size[0], size[1]))
    if not (inside.height and inside.width):
        return _SEES_NOTHING.text(lang)
    told = _SEES.fill(
        top=inside.top,
        bottom=inside.bottom - 1,
        left=inside.left,
        right=inside.right - 1,
        beyond="" if inside == box else _BEYOND,
    )
    return told.text(lang)


def _table(node: Node, ink: Ink, lang: str) -> list[str]:
    """Lay out the way back: numbers in columns, cells indented under what they are part of."""
    from convexplain.style.terminal import table

    rows = list(_rows(node, 0, lang))
    texts = [
        (
            number(row.contribution, sign=True),
            "" if row.value is None else number(row.value),
            "" if row.weight is None else number(row.weight, sign=True),
            "  " * row.depth + row.name,
        )
        for row in rows
    ]

    def paint(line: int, column: int, text: str) -> str:
        if column == 0:
            return ink.signed(text, rows[line].contribution)
        return ink.signed(text, rows[line].weight or 0.0) if column == 2 else text

    return table([head.text(lang) for head in _HEAD], texts, right={0, 1, 2}, paint=paint)


def _rows(node: Node, depth: int, lang: str) -> Iterator[_Row]:
    """List what a cell is made of: parts, each with its own below it, the others, the bias."""
    if not node.readings:
        return
    account = node.breakdown()
    for part, (name, value) in zip(node.parts, account.addends, strict=False):
        yield _Row(depth, name.text(lang), value, part.activated, part.weight)
        yield from _rows(part, depth + 1, lang)
    for name, value in (*account.addends[len(node.parts) :], (terms.BIAS, account.bias)):
        yield _Row(depth, name.text(lang), value)
