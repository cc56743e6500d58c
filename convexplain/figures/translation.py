"""A picture that moves: after every step, what one or two networks read."""

from __future__ import annotations

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.translation import Translation
from convexplain.style.theme import Look

Options = Translation


def draw(
    options: Translation,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the picture after each step, and below it what is read; another answer is coloured.

    Parameters
    ----------
    options : Translation
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


def alternative(options: Translation, lang: str = "en") -> str:
    """Say what is read after each step.

    Parameters
    ----------
    options : Translation
    lang : {"en", "zh"}
    """
    return options.diagram().alternative_text(lang)


def caption(options: Translation, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does.

    Parameters
    ----------
    options : Translation
    lang : {"en", "zh"}
    """
    return options.gives_up.then(options.ending).text(lang)
