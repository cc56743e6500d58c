"""Steps as text for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from convexplain.ops._arrays import Floats
from convexplain.ops.geometry import Box, Taps
from convexplain.style.format import adds_up, number
from convexplain.style.terminal import cells, ljust

if TYPE_CHECKING:
    from convexplain.ops.steps import ConvStep, PoolStep

SHOWN_CHANNELS = 3
"""Of how many channels a step's text shows the grids; of the others it gives the sum."""
NOTHING = "\N{MIDDLE DOT}"
"""Stands for a cell of padding: the product with it is zero."""

Paint = Callable[[str, float], str]
"""Gives the text of a number, already aligned, a colour."""


@dataclass(frozen=True)
class Words:
    """The words of a step's text, as templates for `str.format`."""

    convolution: str = "row {row}, column {col}, filter {filter}: {reads}"
    pooling: str = "row {row}, column {col}, channel {filter}: {reads}"
    reads: str = "reads input {rows}, {cols}"
    names: tuple[str, str] = ("row{s} {cells}", "column{s} {cells}")
    none: tuple[str, str] = ("no rows", "no columns")
    span: str = "{first} to {last}"
    separator: str = ", "
    channel: str = "channel {n}"
    others: str = "the other {n} channels"
    products: str = "sum of {n} products"
    bias: str = "+ bias"
    value: str = "= value"
    rounded: str = "Rounded to {n} decimals; sums use full precision."
    nothing: str = "no input cell: counts as 0"
    largest: str = "largest of {n}"
    place: str = "at row {row}, column {col}"
    sum: str = "sum"
    average: str = "/ {n} = average"
    padding: tuple[str, str] = ("padding: does not count", "padding: counts as 0")


WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "en": Words(),
        "zh": Words(
            convolution="行 {row}、列 {col}、过滤器 {filter}：{reads}",
            pooling="行 {row}、列 {col}、通道 {filter}：{reads}",
            reads="读取输入的{rows}、{cols}",
            names=("行 {cells}", "列 {cells}"),
            none=("空行", "空列"),
            span="{first} 到 {last}",
            separator="、",
            channel="通道 {n}",
            others="其余 {n} 个通道",
            products="{n} 个乘积之和",
            bias="+ 偏置",
            value="= 值",
            rounded="四舍五入到 {n} 位小数，求和按完整精度。",
            nothing="没有输入单元：按 0 计",
            largest="{n} 个数中的最大值",
            place="位于行 {row}、列 {col}",
            sum="求和",
            average="/ {n} = 平均值",
            padding=("填充：不计入", "填充：按 0 计"),
        ),
    }
)
"""By language."""


def _unpainted(text: str, value: float) -> str:
    return text


def convolution_text(
    step: ConvStep, decimals: int = 2, *, lang: str = "en", paint: Paint = _unpainted
) -> str:
    """Tell how a convolution makes one number.

    Of more than `SHOWN_CHANNELS` channels, those with the largest sums are shown in full, and
    the rest as one sum.

    Parameters
    ----------
    step : ConvStep
    decimals : int
    lang : str
        A key of `WORDS`.
    paint : callable
        Colours the numbers of the kernel, of the products and of the sums.

    Examples
    --------
    >>> from convexplain.ops.steps import conv2d_steps
    >>> x = [[[0.0], [0.5]], [[1.0], [0.25]]]
    >>> edge = [[[[1.0]], [[-1.0]]], [[[1.0]], [[-1.0]]]]
    >>> print(conv2d_steps(x, edge, [-0.5], activation="relu").at(0, 0).text())
    row 0, column 0, filter 0: reads input rows 0 to 1, columns 0 to 1
    <BLANKLINE>
    channel 0
      0.00  0.50  ⊙  1.00  −1.00  =  0.00  −0.50
      1.00  0.25     1.00  −1.00     1.00  −0.25
    <BLANKLINE>
    sum of 4 products   0.25
    + bias             −0.50
    = value            −0.25
    relu                0.00
    """
    words = WORDS[lang]
    lines = [_heading(step, words.convolution, step.filter, words)]
    channels = step.patch.shape[2]
    order = np.argsort(-np.abs(step.channel_sums), kind="stable")
    shown = sorted(order[:SHOWN_CHANNELS].tolist())
    for channel in shown:
        blocks = (
            _grid(step.patch[..., channel], decimals, step.padding),
            _grid(step.kernel[..., channel], decimals, paint=paint),
            _grid(step.products[..., channel], decimals, step.padding, paint=paint),
        )
        name = words.channel.format(n=step.first_channel + channel)
        lines += ["", name, *_beside(blocks, "⊙=")]
    rows: list[tuple[str, float]] = []
    if channels > 1:
        rows += [
            (words.channel.format(n=step.first_channel + c), float(step.channel_sums[c]))
            for c in shown
        ]
    if channels > len(shown):
        rest = np.delete(step.channel_sums, shown)
        rows.append((words.others.format(n=len(rest)), float(rest.sum())))
    rows += [
        (words.products.format(n=step.products.size), step.total),
        (words.bias, step.bias),
        (words.value, step.value),
    ]
    if step.activation != "linear":
        rows.append((step.activation, step.activated))
    lines += ["", *_column(rows, decimals, paint)]
    if step.padding.any():
        lines.append(f"{NOTHING} {words.nothing}")
    addends = [*step.products.ravel().tolist(), step.bias]
    if channels > len(shown) or not adds_up(addends, step.value, decimals):
        lines.append(words.rounded.format(n=decimals))
    return "\n".join(lines)


def pooling_text(
    step: PoolStep, decimals: int = 2, *, lang: str = "en", paint: Paint = _unpainted
) -> str:
    """Tell how a pooling makes one number; parameters as for `convolution_text`.

    Examples
    --------
    >>> from convexplain.ops.steps import max_pool2d_steps
    >>> print(max_pool2d_steps([[[0.1], [0.7]], [[0.3], [0.2]]]).at(0, 0).text())
    row 0, column 0, channel 0: reads input rows 0 to 1, columns 0 to 1
    <BLANKLINE>
      0.10  0.70
      0.30  0.20
    <BLANKLINE>
    largest of 4  0.70  at row 0, column 1
    """
    words = WORDS[lang]
    lines = [
        _heading(step, words.pooling, step.channel, words),
        "",
        *(f"  {line}" for line in _grid(step.patch, decimals, step.padding)),
        "",
    ]
    if step.argmax is not None:
        (line,) = _column([(words.largest.format(n=step.count), step.value)], decimals, paint)
        row, col = step.argmax
        lines.append(f"{line}  {words.place.format(row=row, col=col)}")
    elif step.total is not None:
        rows = [(words.sum, step.total), (words.average.format(n=step.count), step.value)]
        lines += _column(rows, decimals, paint)
    if step.padding.any():
        lines.append(f"{NOTHING} {words.padding[step.count == step.padding.size]}")
    return "\n".join(lines)


def plain(step: ConvStep | PoolStep) -> dict[str, Any]:
    """Give all fields of a step as dicts, lists and plain numbers."""
    return _fields(step)


def _fields(value: ConvStep | PoolStep | Box) -> dict[str, Any]:
    # Not dataclasses.asdict(), which would copy every array first.
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Box):
        return _fields(value)
    return list(value) if isinstance(value, tuple) else value


def _heading(step: ConvStep | PoolStep, template: str, filter: int, words: Words) -> str:
    rows, cols = (
        _span(axis, taps, words) for axis, taps in enumerate((step.input_rows, step.input_cols))
    )
    reads = words.reads.format(rows=rows, cols=cols)
    return template.format(row=step.row, col=step.col, filter=filter, reads=reads)


def _span(axis: int, taps: Taps, words: Words) -> str:
    inside = sorted(cell for cell in taps if cell is not None)
    if not inside:
        return words.none[axis]
    if len(inside) == 1:
        text = str(inside[0])
    elif len(inside) == inside[-1] - inside[0] + 1:
        text = words.span.format(first=inside[0], last=inside[-1])
    else:
        text = words.separator.join(map(str, inside))
    return words.names[axis].format(s="s" if len(inside) > 1 else "", cells=text)


def _grid(
    values: Floats, decimals: int, padding: Floats | None = None, paint: Paint = _unpainted
) -> list[str]:
    """Print the cells of a grid (rows, columns) in aligned columns."""
    numbers = values.tolist()
    texts = [[number(value, decimals) for value in row] for row in numbers]
    if padding is not None:
        texts = [
            [NOTHING if nothing else text for text, nothing in zip(*pair, strict=True)]
            for pair in zip(texts, padding.tolist(), strict=True)
        ]
    width = max(len(text) for row in texts for text in row)
    return [
        "  ".join(paint(text.rjust(width), value) for text, value in zip(*pair, strict=True))
        for pair in zip(texts, numbers, strict=True)
    ]


def _beside(blocks: Sequence[list[str]], signs: Iterable[str]) -> list[str]:
    """Put grids of the same height side by side, with a sign between two of them half way."""
    height = len(blocks[0])
    columns = [blocks[0]]
    for sign, block in zip(signs, blocks[1:], strict=True):
        columns += [[sign if row == (height - 1) // 2 else " " for row in range(height)], block]
    return ["  " + "  ".join(cells) for cells in zip(*columns, strict=True)]


def _column(
    rows: Sequence[tuple[str, float]], decimals: int, paint: Paint = _unpainted
) -> list[str]:
    """Print names and their numbers in two aligned columns."""
    texts = [number(value, decimals) for _, value in rows]
    names = max(cells(name) for name, _ in rows)
    width = max(map(len, texts))
    return [
        f"{ljust(name, names)}  {paint(text.rjust(width), value)}"
        for (name, value), text in zip(rows, texts, strict=True)
    ]
