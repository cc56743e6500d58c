"""One filter reads all channels of its input, and makes one number of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from convexplain.figures import _base, _draw, _words
from convexplain.figures._base import AnyFigure
from convexplain.lessons.channels import Channels
from convexplain.style.theme import Look


@dataclass(frozen=True)
class OneNumber(Channels):
    """Which number of a convolution is shown, and by which digit."""

    photo: Any = dataclasses.field(default=None)  # no option: this is the network


Options = OneNumber


def draw(
    options: OneNumber,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw what is read, the channel that counts most, the pile of all, and the map they feed."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: OneNumber, lang: str = "en") -> str:
    """Say what each of the largest channels adds, and what becomes of it."""
    return options.diagram().alternative_text(lang)


def caption(options: OneNumber, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.sentences(options, lang, "answer")
