"""``convexplain evaluate``: how often a network reads a test digit right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.cli._progress import Progress
from convexplain.cli._types import Model, Name
from convexplain.errors import UsageError

if TYPE_CHECKING:
    from convexplain.training import Evaluation


@click.command(short_help="Count how many test digits a network reads right.")
@click.argument("model", type=Model(), default="cnn")
@_options.as_json
@click.option(
    "--figure",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the confusion matrix to FILE: .svg, .png or .pdf.",
)
@click.option("--lang", type=Name("language", ("en", "zh")), default="en", help="Of the figure.")
@click.option("--theme", type=Name("theme", ("light", "dark")), default="light", help="Likewise.")
@_options.directory
@click.option("--quiet", is_flag=True, help="No progress, only the result.")
def evaluate(
    model: str,
    as_json: bool,
    figure: Path | None,
    lang: str,
    theme: str,
    directory: Path | None,
    quiet: bool,
) -> None:
    """Test a network on MNIST's 10,000 test digits: cnn (the default), dense, or a file."""
    from convexplain import figures, training
    from convexplain.data.digits import CLASSES, SHAPE
    from convexplain.data.mnist import load_mnist
    from convexplain.network import Network
    from convexplain.style.format import shape

    if figure is not None:
        figures.check_path(figure)  # now, not after the measuring
    network = Network.load(model)
    if network.recipe is None or network.recipe.shape != SHAPE or network.outputs != CLASSES:
        raise UsageError(
            f"MNIST's digits are {shape(SHAPE)} pictures of {CLASSES} classes, but {model} reads "
            f"{shape(network.input_shape)} and answers with {network.outputs}: give a network for "
            "digits, such as cnn"
        )
    images, labels = load_mnist("test", directory)
    with Progress(f"testing {Path(model).name}", quiet=quiet) as progress:
        found = training.evaluate(network, images, labels, on_progress=progress)
    if figure is not None:
        from convexplain.style.theme import Look

        names = tuple(network.class_name(n) for n in range(CLASSES))
        shown = figures.options("confusion-matrix")(measured=found.confusion, names=names)
        drawn = figures.draw_made("confusion-matrix", shown, Look(lang, theme))
        figures.write(drawn, figure)
    if as_json:
        document = {
            "model": model,
            "parameters": network.parameters,
            "multiplications": network.multiplications,
            "count": found.count,
            "correct": found.correct,
            "accuracy": found.accuracy,
            "per_class": found.per_class,
            "confusion": found.confusion.tolist(),
        }
        click.echo(json.dumps(document, indent=2))
        return
    wrong = found.count - found.correct
    click.echo(f"{model}: {network.parameters:,} parameters")
    click.echo(f"{found.correct:,} of {found.count:,} right ({found.accuracy:.2%}), {wrong} wrong")
    click.echo("\n".join(_table(found)))
    if figure is not None:
        click.echo(f"wrote {figure}")


def _table(found: Evaluation) -> list[str]:
    """Write the confusion matrix: a row for what the digit is, a column for what was read."""
    classes = range(len(found.confusion))
    lines = ["is \\ read" + "".join(f"{column:6d}" for column in classes) + "   right"]
    for row, share in zip(classes, found.per_class, strict=True):
        counts = "".join(f"{count:6,d}" if count else "     ·" for count in found.confusion[row])
        lines.append(f"{row:9d}{counts}  {share:6.1%}")
    return lines
