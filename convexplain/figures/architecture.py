"""The network as stacks of maps to scale, filled with what one picture makes; its parameters."""

from __future__ import annotations

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.architecture import Architecture
from convexplain.style.theme import Look

Options = Architecture


def draw(
    options: Architecture,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw all stages from left to right, in as many lines as they take.

    Parameters
    ----------
    options : Architecture
    look : Look
        Language and theme.
    width : float
        In inches; 6.3 fills a page of A4, 3.1 a column.
    figure : Figure or SubFigure, optional
        What is drawn into.

    Returns
    -------
    matplotlib.figure.Figure or SubFigure
    """
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: Architecture, lang: str = "en") -> str:
    """Say the shapes and the parameters of all stages, and the answer.

    Parameters
    ----------
    options : Architecture
    lang : {"en", "zh"}
    """
    return options.diagram().alternative_text(lang)


def caption(options: Architecture, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does.

    Parameters
    ----------
    options : Architecture
    lang : {"en", "zh"}
    """
    return options.traded.then(options.costs).text(lang)
