"""Colour on a terminal that has it; plain text under NO_COLOR, and in a pipe or a file."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import click

from convexplain.style.terminal import fold

if TYPE_CHECKING:
    from convexplain.style.theme import RGB

#: The levels of red, green and blue in the 6 x 6 x 6 cube of a terminal with 256 colours.
_LEVELS = (0, 95, 135, 175, 215, 255)
_CUBE, _GRAYS = 16, 232


@dataclass(frozen=True)
class Ink:
    """What text is written with."""

    #: How many colours the terminal has: 0, 256 or 16777216; 0 leaves every text as it is.
    colours: int = 0

    @classmethod
    def of(cls, stream: TextIO | None = None, environment: Mapping[str, str] | None = None) -> Ink:
        """Find out what a stream, by default standard output, can show.

        NO_COLOR, if not empty, wins (https://no-color.org).
        """
        stream = sys.stdout if stream is None else stream
        env = os.environ if environment is None else environment
        if env.get("NO_COLOR") or env.get("TERM", "dumb") == "dumb" or not stream.isatty():
            return cls(0)
        return cls(1 << 24 if env.get("COLORTERM") in ("truecolor", "24bit") else 256)

    def paint(self, text: str, fore: RGB | None = None, back: RGB | None = None) -> str:
        """Give a text its colours."""
        if not self.colours:
            return text
        return click.style(text, fg=self._colour(fore), bg=self._colour(back))

    def token(self, text: str, token: str) -> str:
        """Give a text the colour of a token of the dark theme, such as "accent"."""
        if not self.colours:
            return text
        from convexplain.style.theme import DARK

        return self.paint(text, DARK.rgb(token))

    def signed(self, text: str, value: float) -> str:
        """Write a number in the colour of its sign: blue above zero, orange below."""
        return self.token(text, "positive" if value > 0 else "negative") if value else text

    def strong(self, text: str) -> str:
        """Write in bold."""
        return click.style(text, bold=True) if self.colours else text

    def weak(self, text: str) -> str:
        """Write what is not spoken of."""
        return click.style(text, dim=True) if self.colours else text

    @property
    def width(self) -> int | None:
        """Cells in a line of the terminal; None where standard output is none."""
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None

    def echo(self, text: str) -> None:
        """Print a text on standard output; on a terminal its sentences fit the width."""
        if (width := self.width) is not None:
            text = "\n".join(part for line in text.split("\n") for part in fold(line, width))
        click.echo(text, color=bool(self.colours))

    def _colour(self, colour: RGB | None) -> RGB | int | None:
        return colour if colour is None or self.colours > 256 else _nearest(colour)


def _nearest(colour: RGB) -> int:
    """Find the number of the nearest of 256 colours: in the cube, or among 24 grays."""
    away = [[abs(level - part) for level in _LEVELS] for part in colour]
    red, green, blue = (distances.index(min(distances)) for distances in away)
    cube = _LEVELS[red], _LEVELS[green], _LEVELS[blue]
    gray = min(max(round((sum(colour) / 3 - 8) / 10), 0), 23)
    if _distance(colour, (8 + 10 * gray,) * 3) < _distance(colour, cube):
        return _GRAYS + gray
    return _CUBE + 36 * red + 6 * green + blue


def _distance(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))
