"""``convexplain demo``: the classroom page, opened in the browser."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import Any

import click

from convexplain.cli import _options
from convexplain.cli._speak import say
from convexplain.cli._types import Language
from convexplain.messages import Message


@click.command(short_help="Open the classroom page in the browser.")
@_options.picture
@_options.model
@click.option("--lang", type=Language(), help="The language it opens in; else the browser's.")
@_options.output("FILE", "Keep the page here.  [default: a temporary file]")
def demo(picture: Any, model: str, lang: str | None, output: str | None) -> None:
    """Open the classroom page in the browser: every number of a digit in the network.

    Nothing is served: the page is one file, and works offline.
    """
    from convexplain import page as classroom
    from convexplain.files import documents
    from convexplain.network import BUNDLED, Network

    where = output or f"{tempfile.gettempdir()}/"
    path = _options.target(where, "convexplain-demo.html").absolute()
    documents.check(path, classroom.ENDINGS, Message("a page"))
    classroom.write(
        path,
        picture,
        network=Network.load(model),
        model=model if model in BUNDLED else Path(model).name,
        lang=lang,
    )
    opened = webbrowser.open(path.as_uri())
    if opened:
        say("opened {path}", path=path)
    else:
        say("no browser opened: open {path}", path=path)
