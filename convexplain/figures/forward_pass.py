"""One digit through every layer, all maps of each, then ten logits through the softmax."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from convexplain.figures import _base, _cells, _shapes, _words
from convexplain.figures._base import FRAME, LABEL, NOTE, POINTS, AnyFigure, Sheet
from convexplain.lessons.forward_pass import ForwardPass, Work
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.lessons.parts.columns import Column

Options = ForwardPass

_FILTER = Caption(en="filter {n} at {r},{c}", zh="过滤器 {n}，位置 {r},{c}")
_CHANNEL = Caption(en="channel {n} at {r},{c}", zh="通道 {n}，位置 {r},{c}")
_FILTER_AT = Caption(en="filter {n} at row {r}, column {c}", zh="过滤器 {n}，行 {r}、列 {c}")
_CHANNEL_AT = Caption(en="channel {n} at row {r}, column {c}", zh="通道 {n}，行 {r}、列 {c}")
_PRODUCTS = Caption(en="{m} products: {v}", zh="{m} 个乘积：{v}")
_ACTIVATED = Caption(en="after {a}: {v}", zh="{a} 之后：{v}")
_LARGEST = Caption(en="largest of {m}: {v}", zh="{m} 个数的最大值：{v}")
_MEAN = Caption(en="mean of {m}: {v}", zh="{m} 个数的平均值：{v}")
_VOTE = Caption(
    en="{layer}, logit of {k}: {p} (products above 0) {n} (below 0) {b} (bias) = {z}",
    zh="{layer}，“{k}”的 logit：{p}（正的乘积）{n}（负的乘积）{b}（偏置）= {z}",
)
_CLASS = Caption(en="class", zh="类别")
_LOGIT = Caption(en="logit z", zh="logit z")
_M = Caption(en="m = {m} (largest)", zh="m = {m}（最大）")
_SUM = Caption(en="sum {s}", zh="总和 {s}")
_NOTE = Caption(
    en="All maps of a layer, each layer on its own scale from 0 to its largest value; a pooling "
    "keeps its convolution's. Framed: the map of the cell whose numbers stand below, as row, "
    "column (from 0). Rounded; sums use full precision.",
    zh="每层的全部响应图，色标从 0 到该层最大值；池化层沿用卷积层的色标。"
    "加框：下方数字所属单元的图，依次为行、列（从 0 开始）。四舍五入，求和按完整精度。",
)
_ALT = Caption(
    en="{what} through all layers. {works}. Logit of {k}: {vote}. Then a table of softmax, with m "
    "= {m} and the sum of powers {s}; logits and probabilities of the classes 0 to {last}: {rows}.",
    zh="{what}依次经过各层。{works}。“{k}”的 logit：{vote}。随后是 softmax 的表格，m = {m}，"
    "e 的幂之和为 {s}；类别 0 到 {last} 的 logit 与概率：{rows}。",
)
_WHAT = Caption(en="A digit {k}", zh="一个“{k}”")
_PICTURE = Caption(en="A picture", zh="一幅图片")

#: Right edges of the table's columns as shares of its width; the bars fill the rest.
_EDGES = {True: (0.06, 0.2, 0.36, 0.52, 0.68), False: (0.06, 0.2, 0.34, 0.5, 0.71)}
_ROW, _SMALL, _LIKELY = 10.5, 6.0, 0.01


def draw(
    options: ForwardPass,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the maps of all layers, one cell's numbers below each, and the table of the softmax.

    Parameters
    ----------
    options : ForwardPass
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
    maps = options.columns[:-2]
    across = width * POINTS
    most = len(maps) if width >= _shapes.BROAD else 3
    gap = 9.0
    side = (across - 8 - (most - 1) * gap) / most
    row = 6 + side + 55
    lines = -(-len(maps) // most)
    notes = _words.notes(_NOTE.text(look.lang), width)
    vote = _base.wrap(_vote(options).text(look.lang), 0.96 * across - 8, LABEL)
    top = lines * row + 4
    table = top + len(vote) * _base.leading(LABEL) + 12
    under = table + 18 + (len(options.softmax.rows) + 1) * _ROW
    height = under + 12 + len(notes) * _base.leading(NOTE)
    sheet = _base.sheet(look, width, height, figure)
    works = {work.column: work for work in options.works}
    for n, column in enumerate(maps):
        x, y = 4 + n % most * (side + gap), 6 + n // most * row
        _layer(sheet, options, column, works.get(n), (x, y), side)
        if (n + 1) % most and n + 1 < len(maps):
            middle = y + side / 2
            _cells.line(sheet, [(x + side + 1, middle), (x + side + gap - 1, middle)],
                        head=True, width=0.6)  # fmt: skip
    for n, words in enumerate(vote):
        sheet.text(4, top + n * _base.leading(LABEL), words, LABEL, ha="left", weight="bold")
    _table(sheet, options, table)
    _words.write_notes(sheet, notes)
    return sheet.figure


def _layer(
    sheet: Sheet,
    options: ForwardPass,
    column: Column,
    work: Work | None,
    corner: tuple[float, float],
    side: float,
) -> None:
    """Draw all maps of a layer as tiles of one square, and one cell's numbers below."""
    (x, y), lang, quiet = corner, sheet.look.lang, sheet.theme.muted
    if work is None:
        cell = side / max(column.shape[:2])
        _cells.picture(sheet, x, y, column.values.squeeze(axis=2), cell)
    else:
        height, width, channels = column.shape
        tiles = math.ceil(math.sqrt(channels))
        pitch = side / tiles
        cell = 0.88 * pitch / max(height, width)
        for n in range(channels):
            left, top = x + n % tiles * pitch, y + n // tiles * pitch
            placed = _cells.signed(
                sheet, left, top, column.values[:, :, n], column.limit or 1.0, cell
            )
            if n == _channel(work):
                _cells.outline(sheet, placed.box, width=1.0)
    sheet.text(x, y + side + 9, column.name, LABEL, ha="left", weight="bold")
    wide = _base.text_width(column.name, LABEL, "bold")
    if wide + _base.text_width(column.size, _SMALL) + 5 < side:
        sheet.text(x + wide + 4, y + side + 9, column.size, _SMALL, ha="left", colour=quiet)
    label, lines = options.subject.label, []
    if work is None and label is not None:
        lines = [terms.LABEL.fill(n=options.network.class_name(label))]
    if work is not None:
        lines = [_place(work, _FILTER, _CHANNEL), *_numbers(options, column, work)]
    for n, line in enumerate(lines):
        told = sheet.text(x, y + side + 19 + 9 * n, line.text(lang), _SMALL, ha="left")
        told.set_gid(f"work-{column.name}-{n}")


def _channel(work: Work) -> int:
    """Return which map the shown cell lies in."""
    step: Any = work.step
    return int(step.filter if hasattr(step, "products") else step.channel)


def _place(work: Work, of_filter: Caption, of_channel: Caption) -> Caption:
    """Say where the shown cell is."""
    step: Any = work.step
    told = of_filter if hasattr(step, "products") else of_channel
    return told.fill(n=_channel(work), r=step.row, c=step.col)


def _numbers(options: ForwardPass, column: Column, work: Work) -> list[Caption]:
    """Say how the shown cell's number comes about."""
    step: Any = work.step
    if column.kind == "convolution":
        return [
            _PRODUCTS.fill(m=fmt.count(step.products.size), v=fmt.number(step.total)),
            terms.BIAS_OF.fill(v=fmt.number(step.bias)),
            _ACTIVATED.fill(a=options.activation(column), v=fmt.number(step.activated)),
        ]
    told = _LARGEST if step.kind == "max" else _MEAN
    return [told.fill(m=step.count, v=fmt.number(step.value))]


def _table(sheet: Sheet, options: ForwardPass, y: float) -> None:
    """Write z, z - m, e^(z - m) and p of each class, with a bar for p."""
    softmax, lang, quiet = options.softmax, sheet.look.lang, sheet.theme.muted
    left, across = 4.0, sheet.width - 8
    edges = [left + share * across for share in _EDGES[sheet.width >= _shapes.BROAD * POINTS]]
    bars = edges[-1] + 8
    heads = _CLASS.text(lang), _LOGIT.text(lang), "z − m", "", terms.PROBABILITY.text(lang)
    for n, (edge, head) in enumerate(zip(edges, heads, strict=True)):
        if head and n:
            sheet.text(edge, y, head, NOTE, ha="right", colour=quiet)
    sheet.text(left, y, heads[0], NOTE, ha="left", colour=quiet)
    power = sheet.text(edges[3], y - 2.4, "z − m", 5.4, ha="right", colour=quiet)
    raised = _base.text_width(power.get_text(), 5.4)
    sheet.text(edges[3] - raised - 0.6, y, "e", NOTE, ha="right", colour=quiet)
    _cells.line(
        sheet, [(left, y + 7), (left + across, y + 7)], width=FRAME, colour=sheet.theme.line
    )
    best, room = softmax.order[0], edges[1] - left - 30
    marks = options.class_marks(lang, lambda text: _base.text_width(text, LABEL) <= room)
    for k, row in enumerate(softmax.rows):
        level = y + 15 + k * _ROW
        colour = sheet.theme.ink if row.probability > _LIKELY else quiet
        weight = "bold" if k == best else "regular"
        texts = (
            fmt.number(row.logit), fmt.number(row.shifted), power_text(row.power),
            fmt.probability(row.probability),
        )  # fmt: skip
        named: dict[str, Any] = {"colour": colour, "weight": weight}
        if options.network.class_name(k).text(lang) == str(k):
            sheet.text(left + 8, level, marks[k], LABEL, **named)
        else:
            sheet.text(left, level, marks[k], LABEL, ha="left", **named)
        for edge, words, name in zip(edges[1:], texts, ("z", "shifted", "power", "p"), strict=True):
            told = sheet.text(edge, level, words, NOTE, ha="right", colour=colour, weight=weight)
            told.set_gid(f"{name}-{k}")
        _shapes.box(
            sheet, bars, level - 3.4, row.probability * (left + across - bars), 6.8, line=0,
            fill="positive", gid=f"bar-{k}",
        )  # fmt: skip
    level = y + 17 + len(softmax.rows) * _ROW
    rule = edges[2] + 6
    _cells.line(sheet, [(rule, level - 7.5), (edges[3], level - 7.5)], width=FRAME)
    total = _SUM.fill(s=fmt.number(softmax.total, 3)).text(lang)
    sheet.text(edges[3], level, total, NOTE, ha="right", weight="bold").set_gid("sum")
    largest = _M.fill(m=fmt.number(softmax.largest)).text(lang)
    sheet.text(left, level, largest, NOTE, ha="left", colour=quiet)


def power_text(power: float) -> str:
    """Print a power of e with three decimals; what is too small for them says so.

    Examples
    --------
    >>> power_text(0.4131), power_text(1e-9)
    ('0.413', '<0.001')
    """
    return fmt.number(power, 3) if power >= 0.0005 else "<0.001"


def _vote(options: ForwardPass) -> Caption:
    return _VOTE.fill(
        layer=options.columns[-1].name,
        k=options.network.class_name(options.trace.prediction),
        **_votes(options),
    )


def _votes(options: ForwardPass) -> dict[str, str]:
    """Print the products above and below zero, the bias, and the logit that they make."""
    vote = options.vote
    positive, negative = vote.in_order
    return {
        "p": fmt.number(positive.value, sign=True),
        "n": " ".join(fmt.addend(negative.value)),
        "b": " ".join(fmt.addend(vote.bias)),
        "z": fmt.number(vote.value),
    }


def alternative(options: ForwardPass, lang: str = "en") -> str:
    """Say the numbers of every layer, the logits and the probabilities.

    Parameters
    ----------
    options : ForwardPass
    lang : {"en", "zh"}
    """
    label, softmax = options.subject.label, options.softmax
    told = [
        (
            options.columns[work.column].name,
            [
                _place(work, _FILTER_AT, _CHANNEL_AT),
                *_numbers(options, options.columns[work.column], work),
            ],
        )
        for work in options.works
    ]
    works = Caption(
        en="; ".join(f"{name} " + ", ".join(c.text("en") for c in said) for name, said in told),
        zh="；".join(f"{name} " + "，".join(c.text("zh") for c in said) for name, said in told),
    )
    return _ALT.fill(
        what=_PICTURE if label is None else _WHAT.fill(k=options.network.class_name(label)),
        works=works,
        k=options.network.class_name(options.trace.prediction),
        vote="{p} {n} {b} = {z}".format(**_votes(options)),
        m=fmt.number(softmax.largest),
        s=fmt.number(softmax.total, 3),
        last=len(softmax.rows) - 1,
        rows=_words.paired(
            (fmt.number(row.logit) for row in softmax.rows),
            (fmt.probability(row.probability) for row in softmax.rows),
        ),
    ).text(lang)


def caption(options: ForwardPass, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does.

    Parameters
    ----------
    options : ForwardPass
    lang : {"en", "zh"}
    """
    return _words.sentences(options, lang, "probabilities", "answer")
