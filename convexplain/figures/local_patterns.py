"""One unit of a dense layer and one filter look at the same digit: once, and at every place."""

from __future__ import annotations

from convexplain.figures import _base, _draw, _words
from convexplain.figures._base import AnyFigure
from convexplain.lessons.local_patterns import LocalPatterns
from convexplain.style.theme import Look

Options = LocalPatterns


def draw(
    options: LocalPatterns,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw picture, weights and number of the unit, above picture, kernel and map of the filter."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: LocalPatterns, lang: str = "en") -> str:
    """Tell what both look at, and what they make of it."""
    return options.diagram().alternative_text(lang)


def caption(options: LocalPatterns, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does."""
    return _words.sentences(options, lang, "dense", "filter")
