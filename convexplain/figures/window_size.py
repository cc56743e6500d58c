"""The chapter's two parameters: what other first layers cost, and how well the networks read."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.figures import _base, _draw, _words
from convexplain.figures._base import AnyFigure
from convexplain.lessons.window_size import WindowSize
from convexplain.style.theme import Look


@dataclass(frozen=True)
class Measured(WindowSize):
    """All that was measured, which is of no one picture."""

    picture: None = None  # no option here


Options = Measured


def draw(
    options: Measured,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the table of costs, and work against accuracy."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: Measured, lang: str = "en") -> str:
    """Tell what each first layer costs, and all accuracies."""
    return options.diagram().alternative_text(lang)


def caption(options: Measured, lang: str = "en") -> str:
    """Say what the measurements show, as the lesson does."""
    return _words.sentences(options, lang, "accuracy", "filters")
