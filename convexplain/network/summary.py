"""A network as a table: what each layer puts out and costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convexplain.network.layers import Shape


@dataclass(frozen=True)
class Row:
    """One layer's row of the summary.

    Parameters
    ----------
    name, kind : str
        Such as "conv1" and "Conv2D".
    output_shape : tuple of int
    parameters, multiplications : int
        Of this layer, for one picture.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    multiplications: int


def table(input_shape: Shape, rows: Sequence[Row]) -> str:
    """Write the table like Keras's: layer and kind, output shape, parameters, multiplications."""
    head = ("Layer (kind)", "Output shape", "Parameters", "Multiplications")
    cells = [("input", str(input_shape), "", "")]
    cells += [
        (
            f"{row.name} ({row.kind})",
            str(row.output_shape),
            f"{row.parameters:,}",
            f"{row.multiplications:,}",
        )
        for row in rows
    ]
    parameters = sum(row.parameters for row in rows)
    multiplications = sum(row.multiplications for row in rows)
    total = ("total", "", f"{parameters:,}", f"{multiplications:,}")
    widths = [max(len(row[i]) for row in (head, *cells, total)) for i in range(4)]
    rule = "-" * (sum(widths) + 6)
    lines = [_line(head, widths), rule, *(_line(row, widths) for row in cells)]
    return "\n".join([*lines, rule, _line(total, widths)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Texts to the left, numbers to the right."""
    name, shape, *numbers = cells
    left = [name.ljust(widths[0]), shape.ljust(widths[1])]
    right = [n.rjust(w) for n, w in zip(numbers, widths[2:], strict=True)]
    return "  ".join(left + right).rstrip()
