"""``convexplain card``: one page about a lesson for the person who teaches it."""

from __future__ import annotations

from pathlib import Path

import click

from convexplain.cli import _options
from convexplain.cli._speak import say
from convexplain.cli._types import Name
from convexplain.errors import UsageError
from convexplain.files import atomic, documents
from convexplain.messages import Message
from convexplain.style.format import name as shown_name

_KINDS = (".pdf", ".html")


def _names() -> tuple[str, ...]:
    from convexplain import lessons

    return lessons.names()


@click.command(short_help="Print a teacher's card for a lesson.")
@click.argument("lesson", type=Name("lesson", _names), required=False)
@_options.language
@click.option(
    "--format",
    "kind",
    type=Name("format", ("pdf", "html")),
    help="Default: the extension of --output, or pdf.",
)
@click.option(
    "--all", "every", is_flag=True, help="Write the cards of all lessons; -o names the folder."
)
@_options.output("FILE", "Default: LESSON-card.pdf in the current folder.")
def card(lesson: str | None, lang: str, kind: str | None, every: bool, output: str | None) -> None:
    """Write a teacher's card, one page: aim, where to pause, wrong answers to expect.

    As a PDF (A4) or as one HTML file that needs no other.
    """
    from convexplain.paper import cards

    if every:
        if lesson is not None:
            raise UsageError(
                "{lesson} and --all exclude one another: give one of them", lesson=lesson
            )
        folder = _options.made_folder(_options.expanded(output or "."))
        documents.check_folder(folder)
        for name in cards.names():
            _write(name, lang, folder / f"{name}-card.{kind or 'pdf'}")
        return
    if lesson is None:
        raise UsageError("whose card? Name a lesson (convexplain list), or give --all")
    path = _options.target(output, f"{lesson}-card.{kind or 'pdf'}")
    if kind is not None and path.suffix.lower() != f".{kind}":
        raise UsageError(
            "--format {kind} and the name {name!r} contradict one another",
            kind=kind,
            name=path.name,
        )
    _write(lesson, lang, path)


def _write(name: str, lang: str, path: Path) -> None:
    from convexplain.paper import cards

    ending = documents.check(path, _KINDS, Message("a card"))
    made = cards.make(name)
    atomic.write(path, cards.pdf(made, lang) if ending == ".pdf" else cards.page(made, lang))
    say("wrote {path}", path=shown_name(path))
