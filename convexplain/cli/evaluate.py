"""``convexplain evaluate``: how often a network reads a picture right."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.cli._progress import Progress
from convexplain.cli._speak import say, spoken, tell
from convexplain.cli._types import Model, theme
from convexplain.errors import UsageError
from convexplain.messages import Message
from convexplain.style import terminal
from convexplain.style.format import name as shown_name
from convexplain.style.format import shape

if TYPE_CHECKING:
    from convexplain.data.pictures import Picture
    from convexplain.network import Network
    from convexplain.training import Evaluation


@click.command(short_help="Count how many pictures a network reads right.")
@click.argument("given", nargs=-1, metavar="[MODEL] [FOLDER]")
@_options.as_json
@click.option(
    "--figure",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw the confusion matrix to FILE: .svg, .png or .pdf.",
)
@_options.language
@click.option("--theme", type=theme("light", "dark"), default="light", help="Likewise.")
@_options.directory
@click.option("--quiet", is_flag=True, help="No progress, only the result.")
def evaluate(
    given: tuple[str, ...],
    as_json: bool,
    figure: Path | None,
    lang: str,
    theme: str,
    directory: Path | None,
    quiet: bool,
) -> None:
    """Test a network: cnn (the default), dense, or a file.

    On MNIST's 10,000 test digits; or on your pictures, in a FOLDER that holds a folder for each
    class, called by its name or number.
    """
    from convexplain import figures
    from convexplain.network import Network

    if figure is not None:
        figures.check_path(figure)  # now, not after the measuring
    model, folder = _told_apart(given)
    if folder is not None and directory is not None:
        raise UsageError("--directory is where MNIST lies: leave it out, or FOLDER")
    network = Network.load(model)
    broken: dict[Path, str] = {}
    with Progress(Message("testing {model}", model=Path(model).name), quiet=quiet) as progress:
        if folder is None:
            found = _on_mnist(network, model, directory, progress)
        else:
            found = _on_folder(network, folder, broken, progress)
    for reason in broken.values():
        say("left out: {reason}", reason=reason, err=True)
    if figure is not None:
        from convexplain.style.theme import Look

        names = tuple(network.class_name(n) for n in range(network.classes))
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
            "per_class": [None if math.isnan(share) else share for share in found.per_class],
            "confusion": found.confusion.tolist(),
            "left_out": [str(path) for path in broken],
        }
        click.echo(json.dumps(document, indent=2))
        return
    wrong = found.count - found.correct
    say("{model}: {count:,} parameters", model=model, count=network.parameters)
    say(
        "{correct:,} of {count:,} right ({accuracy:.2%}), {wrong} wrong",
        correct=found.correct,
        count=found.count,
        accuracy=found.accuracy,
        wrong=wrong,
    )
    click.echo("\n".join(_table(found, network)))
    if figure is not None:
        say("wrote {path}", path=shown_name(figure))


def _told_apart(given: tuple[str, ...]) -> tuple[str, Path | None]:
    """Tell a model from a folder, in either order."""
    folders = [text for text in given if Path(text).is_dir()]
    models = [text for text in given if text not in folders]
    if len(folders) > 1 or len(models) > 1:
        two = folders if len(folders) > 1 else models
        what = Message("folder") if len(folders) > 1 else Message("model")
        raise UsageError(
            "{two[0]!r} and {two[1]!r}: give one {what}, and see that it is there",
            two=two,
            what=what,
        )
    model = Model().convert(models[0] if models else "cnn", None, None)
    return model, Path(folders[0]) if folders else None


def _on_mnist(
    network: Network, model: str, directory: Path | None, progress: Progress
) -> Evaluation:
    from convexplain import training
    from convexplain.data.digits import CLASSES, SHAPE
    from convexplain.data.mnist import load_mnist

    if network.recipe is None or network.recipe.shape != SHAPE or network.outputs != CLASSES:
        raise UsageError(
            "MNIST's digits are {shape} pictures of {classes} classes, but {model} reads "
            "{input_shape} and answers with {outputs}: give a FOLDER that holds your pictures in "
            "a folder for each class, or a network for digits, such as cnn",
            shape=shape(SHAPE),
            classes=CLASSES,
            model=model,
            input_shape=shape(network.input_shape),
            outputs=network.outputs,
        )
    images, labels = load_mnist("test", directory)
    return training.evaluate(network, images, labels, on_progress=progress)


def _on_folder(
    network: Network, folder: Path, broken: dict[Path, str], progress: Progress
) -> Evaluation:
    from convexplain import training
    from convexplain.data import labelled
    from convexplain.lessons.parts.subject import mode_for

    _ = network.reading  # a network that reads no pictures is refused before any is looked for
    files = labelled.find(folder, [network.class_name(n) for n in range(network.classes)])
    pictures = labelled.read(files, mode_for(network), broken)

    def counted() -> Iterator[tuple[Picture, int]]:
        for picture, number in pictures:
            yield picture, number
            progress(min(1.0, next(done) / len(files)))

    done = itertools.count(1)
    return training.evaluate_pictures(network, counted())


_CORNER, _RIGHT = Message("is \\ read"), Message("right")
#: A table of more classes would be wider than a terminal.
WIDEST = 12


def _table(found: Evaluation, network: Network) -> list[str]:
    """Write the confusion matrix: a row for what a picture shows, a column for what was read."""
    names = [network.class_name(n).text(spoken()) for n in range(network.classes)]
    if len(names) > WIDEST:
        rows = zip(names, found.confusion.sum(axis=1), found.per_class, strict=True)
        return [
            f"{terminal.rjust(name[:24], 24)}  "
            + tell(Message("{share:6.1%} of {count:,}", share=share, count=n))
            for name, n, share in rows
            if n
        ]
    corner, right = tell(_CORNER), tell(_RIGHT)
    longest = max(map(terminal.cells, names))
    first, wide = max(9, longest), max(6, min(10, longest + 1))
    head = "".join(f" {terminal.rjust(name[: wide - 1], wide - 1)}" for name in names)
    lines = [f"{terminal.ljust(corner, first)}{head}  {terminal.rjust(right, 6)}"]
    for name, counts, share in zip(names, found.confusion, found.per_class, strict=True):
        cells = "".join(f"{count:{wide},d}" if count else f"{'·':>{wide}}" for count in counts)
        share_right = "     -" if math.isnan(share) else f"{share:6.1%}"
        lines.append(f"{terminal.rjust(name, first)}{cells}  {share_right}")
    return lines
