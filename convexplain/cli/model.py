"""``convexplain model``: a network as a table, what its cells see, and what none sees."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.cli._types import Model, layers
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.format import count, percent, shape
from convexplain.style.terminal import cells

if TYPE_CHECKING:
    from convexplain.network import Network
    from convexplain.network.layers import Fact

_HEAD = (
    terms.LAYER,
    terms.KIND,
    terms.OUTPUT,
    terms.PARAMETERS,
    terms.MULTIPLICATIONS,
    Caption(en="sees", zh="感受野"),
    Caption(en="step", zh="间距"),
)
_READS = Caption(en="reads", zh="读取")
_SEES = Caption(en="sees of the picture", zh="感受野")
_TOTAL = Caption(en="total", zh="合计")
_LEGEND = Caption(
    en="sees: rows × columns of the picture that one cell depends on; step: pixels between "
    "neighbouring cells.",
    zh="感受野：一个单元能看到的图片行数 × 列数；间距：相邻单元在图片上相隔的像素数。",
)
_UNSEEN = Caption(
    en="Never seen: rows {rows} and columns {cols} of the picture. What stands there changes no "
    "answer.",
    zh="图片的行 {rows}、列 {cols} 从不被读取：那里画什么都不影响输出。",
)
_ALL_SEEN = Caption(
    en="Every row and column of the picture is seen.", zh="图片的每一行、每一列都会被读取。"
)
_TRAINED = Caption(
    en="{accuracy} of the test digits right, as measured after its training.",
    zh="训练完成后测得的测试准确率：{accuracy}。",
)


@click.command(short_help="Show a network's layers, costs and receptive fields.")
@click.argument("model", type=Model(), default="cnn")
@click.option(
    "--layer", metavar="NAME", shell_complete=layers, help="All there is to know of one layer."
)
@_options.language
@_options.as_json
def model(model: str, layer: str | None, lang: str, as_json: bool) -> None:
    """Show a network as a table: cnn (the default), dense, or a file.

    Each layer's output, parameters and multiplications, what one of its cells sees of the
    picture, and the rows and columns that the network never sees.
    """
    from convexplain.cli._ink import Ink
    from convexplain.network import Network

    network = Network.load(model)
    if layer is not None:
        facts = _facts(network, layer)
        if as_json:
            values = {fact.key: fact.value for fact in facts}
            document = {"model": model, "layer": layer, **values}
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        else:
            widths = [cells(fact.name.text(lang)) for fact in facts]
            lines = [
                f"{fact.name.text(lang)}{' ' * (max(widths) - width)}  {fact.value}"
                for fact, width in zip(facts, widths, strict=True)
            ]
            Ink.of().echo("\n".join(lines))
        return
    rows, cols = network.unseen()
    if as_json:
        click.echo(json.dumps(_document(model, network, rows, cols), ensure_ascii=False, indent=2))
        return
    lines = [*_table(network, lang), "", _LEGEND.text(lang)]
    if rows or cols:
        names = [_ranges(taken) or terms.NONE for taken in (rows, cols)]
        lines.append(_UNSEEN.fill(rows=names[0], cols=names[1]).text(lang))
    else:
        lines.append(_ALL_SEEN.text(lang))
    accuracy = network.provenance.get("test_accuracy")
    if isinstance(accuracy, float) and 0 <= accuracy <= 1:  # a file may say anything
        lines.append(_TRAINED.fill(accuracy=percent(accuracy, 2)).text(lang))
    Ink.of().echo("\n".join(lines))


def _facts(network: Network, name: str) -> list[Fact]:
    """List what there is to know of a layer: what it reads, what it is, what it sees."""
    from convexplain.network.layers import Fact
    from convexplain.network.layers.layer import size

    layer = network.layer(name)
    reads, field = network.input_of(name), network.receptive_field(name)
    return [
        Fact("kind", terms.KIND, layer.kind),
        Fact("reads", _READS, f"{', '.join(network.sources(name))}: {size(reads)}"),
        *layer.describe(reads),
        Fact("sees", _SEES, shape(field.size)),
    ]


def _table(network: Network, lang: str) -> list[str]:
    from convexplain.style.terminal import table

    lines = [(terms.INPUT.text(lang), "", shape(network.input_shape), "", "", "", "")]
    for row in network.rows:
        field = network.receptive_field(row.name)
        apart = field.stride[0] if field.stride[0] == field.stride[1] else None
        # Where a layer has one place only, there are no neighbours to be a step apart.
        one_place = len(row.output_shape) == 1
        lines.append(
            (
                row.name,
                row.kind,
                count(row.output_shape[0]) if one_place else shape(row.output_shape),
                count(row.parameters),
                count(row.multiplications),
                shape(field.size),
                "" if one_place else str(apart) if apart else shape(field.stride),
            )
        )
    total = (
        _TOTAL.text(lang),
        "",
        "",
        count(network.parameters),
        count(network.multiplications),
        "",
        "",
    )
    drawn = table([head.text(lang) for head in _HEAD], [*lines, total], right={3, 4, 5, 6})
    return [*drawn[:-1], drawn[1], drawn[-1]]


def _ranges(numbers: tuple[int, ...]) -> str:
    """Write ascending numbers shortly: "0, 26–27"."""
    runs: list[list[int]] = []
    for value in numbers:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _document(
    name: str, network: Network, rows: tuple[int, ...], cols: tuple[int, ...]
) -> dict[str, object]:
    layers = []
    for row in network.rows:
        field = network.receptive_field(row.name)
        layers.append(
            {
                "name": row.name,
                "kind": row.kind,
                "output_shape": row.output_shape,
                "parameters": row.parameters,
                "multiplications": row.multiplications,
                "receptive_field": {
                    "size": field.size,
                    "step": field.stride,
                    "start": field.start,
                },
            }
        )
    return {
        "model": name,
        "input_shape": network.input_shape,
        "layers": layers,
        "parameters": network.parameters,
        "multiplications": network.multiplications,
        "unseen": {"rows": rows, "columns": cols},
        "provenance": dict(network.provenance),
    }
