"""Steps as text for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from convexplain._arrays import Floats
from convexplain.format import adds_up, number
from convexplain.geometry import Box

if TYPE_CHECKING:
    from convexplain.pool_steps import PoolStep
    from convexplain.stepping import Taps
    from convexplain.steps import ConvStep

SHOWN_CHANNELS = 3
"""Of how many channels a step's text shows the grids; of the others it gives the sum."""
NOTHING = "\N{MIDDLE DOT}"
"""Stands for a cell of padding: the product with it is zero."""


def convolution_text(step: ConvStep, decimals: int = 2) -> str:
    """Tell how a convolution makes one number.

    Of more than `SHOWN_CHANNELS` channels, those with the largest sums are shown in full, and
    the rest as one sum.

    Examples
    --------
    >>> from convexplain.steps import conv2d_steps
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
    lines = [
        f"row {step.row}, column {step.col}, filter {step.filter}: "
        + _reads(step.input_rows, step.input_cols),
    ]
    channels = step.patch.shape[2]
    order = np.argsort(-np.abs(step.channel_sums), kind="stable")
    shown = sorted(order[:SHOWN_CHANNELS].tolist())
    for channel in shown:
        blocks = (
            _grid(step.patch[..., channel], decimals, step.padding),
            _grid(step.kernel[..., channel], decimals),
            _grid(step.products[..., channel], decimals, step.padding),
        )
        lines += ["", f"channel {step.first_channel + channel}", *_beside(blocks, "⊙=")]
    rows: list[tuple[str, float]] = []
    if channels > 1:
        rows += [(f"channel {step.first_channel + c}", float(step.channel_sums[c])) for c in shown]
    if channels > len(shown):
        rest = np.delete(step.channel_sums, shown)
        rows.append((f"the other {len(rest)} channels", float(rest.sum())))
    rows += [
        (f"sum of {step.products.size} products", step.total),
        ("+ bias", step.bias),
        ("= value", step.value),
    ]
    if step.activation != "linear":
        rows.append((step.activation, step.activated))
    lines += ["", *_column(rows, decimals)]
    if step.padding.any():
        lines.append(f"{NOTHING} no input cell: counts as 0")
    addends = [*step.products.ravel().tolist(), step.bias]
    if channels > len(shown) or not adds_up(addends, step.value, decimals):
        lines.append(f"Rounded to {decimals} decimals; sums use full precision.")
    return "\n".join(lines)


def pooling_text(step: PoolStep, decimals: int = 2) -> str:
    """Tell how a pooling makes one number.

    Examples
    --------
    >>> from convexplain.steps import max_pool2d_steps
    >>> print(max_pool2d_steps([[[0.1], [0.7]], [[0.3], [0.2]]]).at(0, 0).text())
    row 0, column 0, channel 0: reads input rows 0 to 1, columns 0 to 1
    <BLANKLINE>
      0.10  0.70
      0.30  0.20
    <BLANKLINE>
    largest of 4  0.70  at row 0, column 1
    """
    lines = [
        f"row {step.row}, column {step.col}, channel {step.channel}: "
        + _reads(step.input_rows, step.input_cols),
        "",
        *(f"  {line}" for line in _grid(step.patch, decimals, step.padding)),
        "",
    ]
    if step.argmax is not None:
        (line,) = _column([(f"largest of {step.count}", step.value)], decimals)
        lines.append(f"{line}  at row {step.argmax[0]}, column {step.argmax[1]}")
    elif step.total is not None:
        rows = [("sum", step.total), (f"/ {step.count} = average", step.value)]
        lines += _column(rows, decimals)
    if step.padding.any():
        lines.append(f"{NOTHING} padding: {_PADDING[step.count == step.padding.size]}")
    return "\n".join(lines)


_PADDING = {True: "counts as 0", False: "does not count"}


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


def _reads(rows: Taps, cols: Taps) -> str:
    texts = [_span(name, cells) for name, cells in (("rows", rows), ("columns", cols))]
    return "reads input " + ", ".join(texts)


def _span(name: str, cells: Taps) -> str:
    inside = sorted(cell for cell in cells if cell is not None)
    if not inside:
        return f"no {name}"
    if len(inside) == 1:
        return f"{name[:-1]} {inside[0]}"
    if len(inside) == inside[-1] - inside[0] + 1:
        return f"{name} {inside[0]} to {inside[-1]}"
    return f"{name} {', '.join(map(str, inside))}"


def _grid(values: Floats, decimals: int, padding: Floats | None = None) -> list[str]:
    """Print the cells of a grid (rows, columns) in aligned columns."""
    texts = [[number(value, decimals) for value in row] for row in values.tolist()]
    if padding is not None:
        texts = [
            [NOTHING if nothing else text for text, nothing in zip(*pair, strict=True)]
            for pair in zip(texts, padding.tolist(), strict=True)
        ]
    width = max(len(text) for row in texts for text in row)
    return ["  ".join(text.rjust(width) for text in row) for row in texts]


def _beside(blocks: Sequence[list[str]], signs: Iterable[str]) -> list[str]:
    """Put grids of the same height side by side, with a sign between two of them half way."""
    height = len(blocks[0])
    columns = [blocks[0]]
    for sign, block in zip(signs, blocks[1:], strict=True):
        columns += [[sign if row == (height - 1) // 2 else " " for row in range(height)], block]
    return ["  " + "  ".join(cells) for cells in zip(*columns, strict=True)]


def _column(rows: Sequence[tuple[str, float]], decimals: int) -> list[str]:
    """Print names and their numbers in two aligned columns."""
    texts = [number(value, decimals) for _, value in rows]
    names = max(len(name) for name, _ in rows)
    width = max(map(len, texts))
    return [
        f"{name.ljust(names)}  {text.rjust(width)}"
        for (name, _), text in zip(rows, texts, strict=True)
    ]
