"""``convexplain model import``: a network of another program as this one's own safe file."""

from __future__ import annotations

from pathlib import Path

import click

from convexplain.cli import _options
from convexplain.cli._speak import say, spoken, tell
from convexplain.cli._types import Name
from convexplain.messages import recalled
from convexplain.style.format import count
from convexplain.style.format import name as shown_name

#: What networks take of a picture.
SCALES = ("0..1", "0..255", "-1..1")


@click.command(short_help="Turn a Keras, ONNX or TensorFlow.js network into a safe file.")
@click.argument("file", type=click.Path())
@_options.output("FILE", "Default: the name of FILE, .safetensors, in the current folder.")
@click.option(
    "--classes", metavar="A,B,C|FILE", help="Names of the classes, or a file with a line for each."
)
@click.option(
    "--scale", type=Name("scale", SCALES), help="What the network takes of a picture's values."
)
@click.option("--mean", metavar="N,N,N", help="Taken off each channel, after scaling.")
@click.option("--std", metavar="N,N,N", help="What each channel is divided by after that.")
@click.option(
    "--fit",
    type=Name("fit", ("crop", "pad", "stretch")),
    default="crop",
    show_default=True,
    help="How a picture of another aspect is framed.",
)
@click.option("--size", metavar="HxW", help="Of the input, where the file leaves it open.")
@click.option(
    "--check",
    nargs=2,
    type=click.Path(),
    metavar="X.npy Y.npy",
    help="Inputs, and the answers of the network's own framework, to be held against.",
)
def model_import(
    file: str,
    output: str | None,
    check: tuple[str, str] | None,
    size: str | None,
    **asked: str | None,
) -> None:
    """Read FILE as data and write it as this program's own file, with a recipe for pictures.

    FILE is a .keras or .h5 file of Keras, an .onnx file, or a model.json of TensorFlow.js. What was
    assumed, left out or folded is said. All other commands take the new file, and FILE, too.
    """
    from convexplain.cli import _import
    from convexplain.network import Network

    found = Network.imported(file, size=_import.size(size))
    found = _import.with_recipe(found, _import.Asked(**asked))
    if check is not None:
        click.echo(tell(_import.checked(found, *check)))
    path = _options.target(output, f"{Path(file).stem}.safetensors")
    found.save(path)
    say(
        "wrote {path}: {layers} layers, {parameters} parameters",
        path=shown_name(path),
        layers=len(found.layers),
        parameters=count(found.parameters),
    )
    for note in found.provenance["notes"]:
        click.echo(f"  {recalled(note, spoken())}")
