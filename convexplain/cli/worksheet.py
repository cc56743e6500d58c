"""``convexplain worksheet``: exercises on paper, with their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from convexplain.cli import _options
from convexplain.cli._speak import say
from convexplain.cli._types import Address
from convexplain.files import atomic, documents
from convexplain.messages import Message
from convexplain.style.format import name as shown_name

if TYPE_CHECKING:
    from convexplain.data.pictures import Picture


@click.command(short_help="Print exercises with an answer key.")
@_options.picture
@_options.model
@click.option(
    "--count", type=int, default=5, show_default=True, metavar="N", help="How many, 1 to 40."
)
@click.option(
    "--level",
    type=int,
    metavar="1|2|3|4",
    help="1: one window; 2: bias, ReLU, negative sums, pooling; 3: channels, sizes, receptive "
    "fields, mistakes; 4: beyond the chapter. Default: 1 to 3, from easy to hard.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Another sheet of the same kind, with other numbers.",
)
@_options.language
@click.option(
    "--url",
    type=Address(),
    metavar="URL",
    help="Where the classroom page is published: links and QR codes lead there.",
)
@_options.output("FILE.pdf", "Where to write.  [default: worksheet.pdf]")
def worksheet(
    picture: Picture,
    model: str,
    count: int,
    level: int | None,
    seed: int,
    lang: str,
    url: str | None,
    output: str | None,
) -> None:
    """Write a worksheet as a PDF on A4: exercises, then the answer key on a page of its own.

    All numbers are of one digit (or a picture of your own) in a trained network.
    """
    from convexplain.network import Network
    from convexplain.paper import worksheet as sheets

    path = _options.target(output, "worksheet.pdf")
    documents.check(path, (".pdf",), Message("a worksheet"))
    sheet = sheets.make(picture, Network.load(model), count=count, level=level, seed=seed)
    atomic.write(path, sheet.pdf(lang, url))
    say("wrote {path}: {count} exercises and their key", path=shown_name(path), count=count)
