"""Help in the language that is spoken: texts from the table, lines as wide as the terminal."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import TypeVar

import click

from convexplain.cli._speak import spoken, tell
from convexplain.cli._types import Language
from convexplain.style import terminal

Command = TypeVar("Command", bound=click.Command)


class Formatter(click.HelpFormatter):
    """Writes help; in Chinese by widths in cells, and broken where Chinese may be."""

    def write_heading(self, heading: str) -> None:
        """Write a heading, with the colon of the language."""
        if spoken() == "en":
            super().write_heading(heading)
        else:
            self.write(f"{'':{self.current_indent}}{heading}：\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage; after a full-width colon stands no blank."""
        super().write_usage(prog, args, prefix if spoken() == "en" else tell("Usage:"))

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        if text.isascii():
            super().write_text(text)
            return
        indent = " " * self.current_indent
        paragraphs = (
            "\n".join(indent + line for line in terminal.fold(part, self.width - len(indent)))
            for part in text.split("\n\n")
        )
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms and what they mean."""
        rows = [*rows]
        if all(text.isascii() for row in rows for text in row):
            super().write_dl(rows, col_max, col_spacing)
            return
        first = min(max(terminal.cells(term) for term, _ in rows), col_max) + col_spacing
        for term, meaning in rows:
            # No blank parts the full-width marks, and no bracket stands in another.
            told = re.sub(r"(?<=。)\s+(?=\[)", "", meaning)
            told = re.sub(r"：\(([^()]*)\)\]", r"：\1]", told)
            lines = terminal.fold(
                " ".join(told.split()), max(self.width - self.current_indent - first, 10)
            )
            if terminal.cells(term) > first - col_spacing:
                self.write(f"{'':{self.current_indent}}{term}\n")
                term = ""
            for line in lines:
                row = f"{'':{self.current_indent}}{terminal.ljust(term, first)}{line}"
                self.write(row.rstrip() + "\n")
                term = ""


class Context(click.Context):
    """A context whose help is written so."""

    formatter_class = Formatter


def in_language(command: Command) -> Command:
    """Return a copy of a command whose help is in the language that is spoken.

    It has --lang, which `asked` has read already, where it has none of its own.
    """
    known = copy.copy(command)
    known.context_class = Context
    known._help_option = None
    known.params = [param_in_language(param) for param in command.params]
    known.options_metavar = named(command.options_metavar or "")
    if not any(param.name == "lang" for param in known.params):
        known.params.append(param_in_language(_lang_option()))
    if command.help is not None:
        known.help = "\n\n".join(map(tell, sentences(command.help)))
    if spoken() != "en":
        known.short_help = tell(short(command))
    if isinstance(known, click.Group):
        known.subcommand_metavar = named(known.subcommand_metavar)
        known.commands = {name: in_language(each) for name, each in known.commands.items()}
    return known


def sentences(help: str) -> list[str]:
    """Return the paragraphs of a help text, each on one line, as the table has them."""
    return [" ".join(part.split()) for part in help.partition("\f")[0].split("\n\n")]


def short(command: click.Command) -> str:
    """Return what a list of commands says of one."""
    return command.get_short_help_str(limit=1000)


def param_in_language(param: click.Parameter) -> click.Parameter:
    """Return a copy of a parameter whose help is in the language that is spoken."""
    known = copy.copy(param)
    if spoken() != "en" and not getattr(known, "is_flag", False):
        known.metavar = named(param.make_metavar(click.Context(click.Command(None))))
    if isinstance(known, click.Option):
        known.help = tell(known.help or "") or None
        if isinstance(known.show_default, str):
            known.show_default = tell(known.show_default)
    return known


def named(metavar: str) -> str:
    """Return what stands for a value, such as FILE, with its words in the language that is spoken.

    A single letter is a number's name in any language.
    """
    return re.sub(r"[A-Z]{2,}", lambda word: tell(word[0]), metavar)


def _lang_option() -> click.Option:
    return click.Option(
        ["--lang"],
        type=Language(),
        expose_value=False,
        help="English or Chinese.",
    )
