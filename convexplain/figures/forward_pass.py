"""Logits that become shares by softmax: the last steps of one picture through a network."""

from __future__ import annotations

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.forward_pass import ForwardPass
from convexplain.style.theme import Look

Options = ForwardPass


def draw(
    options: ForwardPass,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw a cell of the first convolution, the logits, their softmax, and all shares as one bar.

    Parameters
    ----------
    options : ForwardPass
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


def alternative(options: ForwardPass, lang: str = "en") -> str:
    """Say the answer, all logits and all shares.

    Parameters
    ----------
    options : ForwardPass
    lang : {"en", "zh"}
    """
    return options.diagram().alternative_text(lang)


def caption(options: ForwardPass, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does.

    Parameters
    ----------
    options : ForwardPass
    lang : {"en", "zh"}
    """
    return options.verdict.then(options.ratio).text(lang)
