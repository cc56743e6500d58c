"""``convexplain step``: the whole arithmetic of one output cell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from convexplain.cli import _options
from convexplain.cli._types import Name
from convexplain.errors import UsageError

if TYPE_CHECKING:
    from convexplain.cli._cell import Cell
    from convexplain.data.pictures import Picture
    from convexplain.network.layers.layer import Dialect

_CODES: dict[Dialect, str] = {"numpy": "NumPy", "keras": "Keras", "torch": "PyTorch"}
_ALL = "all"


@click.command(short_help="Show the whole arithmetic of one output cell.")
@_options.cell
@click.option(
    "--code",
    is_flag=False,
    flag_value=_ALL,
    type=Name("code", (*_CODES, _ALL)),
    help="Print the lines of numpy, keras or torch, or of all (without a word behind --code), that "
    "compute the number.",
)
@click.option(
    "--backward",
    is_flag=True,
    help="How a weight gets its gradient: what it met at each place, times the error there.",
)
@click.option(
    "--label", type=int, metavar="K", help="With --backward: the right class, if it is not known."
)
@click.option(
    "--channel", type=int, metavar="N", help="With --backward: the channel that the weight reads."
)
def step(
    picture: Picture,
    layer: str | None,
    filter: int | None,
    at: tuple[int, int] | None,
    model: str,
    lang: str,
    as_json: bool,
    code: str | None,
    backward: bool,
    label: int | None,
    channel: int | None,
) -> None:
    """Show how one cell of a layer's output is computed: patch, kernel, products, sum, bias, ReLU.

    By default in the first convolution layer, at its largest value. Of a layer without a window
    it shows what it adds up, or what it does to a number. With --backward --at is a weight's place
    in the kernel.
    """
    from convexplain.cli import _backward, _cell
    from convexplain.lessons.parts.subject import Subject
    from convexplain.network import Network

    if as_json and code is not None:
        raise UsageError("--json and --code exclude one another: give one of them")
    if backward and code is not None:
        raise UsageError("--backward and --code exclude one another: give one of them")
    for name, value in (("label", label), ("channel", channel)):
        if value is not None and not backward:
            raise UsageError(
                "--{name} goes with --backward: add it, or leave --{name} out", name=name
            )
    about = Subject(Network.load(model), picture, model)
    if backward:
        found = _backward.find(about, layer, filter, channel, at, label)
        _backward.show(found, lang, as_json=as_json)
        return
    trace = about.trace
    spec = _cell.layer_of(trace, layer)
    if layer is None and spec.hands_on:  # of a network without convolutions
        spec = next(each for each in trace.network.layers if not each.hands_on)
    cell = _cell.find(about, spec, filter, at)
    if code is not None:
        click.echo(_code(cell, code))
        return
    if as_json:
        document = {**cell.to_dict(), **_plain(cell)}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    _show(cell, lang)


def _show(cell: Cell, lang: str) -> None:
    """Print the step in colour, and its number as the computer has it."""
    from convexplain.cli._cell import exact
    from convexplain.cli._ink import Ink

    ink = Ink.of()
    found = cell.trace.breakdown(cell.layer.name, (cell.row, cell.col, cell.filter))
    result = ink.strong(f"{cell.place} = {exact(found.activated)}")
    lines = [cell.subject(lang), found.text(lang, paint=ink.signed), "", result]
    if cell.chosen is not None:
        lines.append(ink.weak(cell.chosen.text(lang)))
    ink.echo("\n".join(lines))


def _plain(cell: Cell) -> dict[str, Any]:
    """Return all of the step: of a window with its grids, else names and numbers."""
    trace, name = cell.trace, cell.layer.name
    weights = trace.network.weights_of(name)
    steps = cell.layer.steps(trace.input_of(name), weights, cell.filter)
    if steps is not None:
        return steps.at(cell.row, cell.col).to_dict()
    found = trace.breakdown(name, (cell.row, cell.col, cell.filter))
    return {"row": cell.row, "col": cell.col, "filter": cell.filter, **found.to_dict()}


def _code(cell: Cell, which: str) -> str:
    """Write the lines to run, with a name above each part if there are several."""
    from convexplain.cli._code import code

    file = click.get_current_context().params["image"]
    parts = {name: code(cell, key, file) for key, name in _CODES.items() if which in (key, _ALL)}
    if which != _ALL:
        return "".join(parts.values())
    return "\n\n".join(f"# {name}\n{lines}" for name, lines in parts.items())
