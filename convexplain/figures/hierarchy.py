"""The tree from an answer down to the edges: cells of three layers, what each sees and gives."""

from __future__ import annotations

from convexplain.figures import _base, _draw, _words
from convexplain.figures._base import AnyFigure
from convexplain.lessons.hierarchy import Hierarchy
from convexplain.style.theme import Look

Options = Hierarchy


def draw(
    options: Hierarchy,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the digit with the fields of one path, and the tree."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: Hierarchy, lang: str = "en") -> str:
    """Tell the tree: its answer, its cells, their shares."""
    return options.diagram().alternative_text(lang)


def caption(options: Hierarchy, lang: str = "en") -> str:
    """Say what the tree shows, as the lesson does.

    Parameters
    ----------
    options : Hierarchy
    lang : {"en", "zh"}
    """
    right = options.subject.label
    # What is unusual about a digit is said where its tree begins.
    unusual = options.centred or (right is not None and right != options.label)
    return _words.sentences(options, lang, *(["parts"] if unusual else []), "shares", "upwards")
