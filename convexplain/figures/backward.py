"""The errors of a map, laid on the input: one sum for each weight, its gradient."""

from __future__ import annotations

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.backward import Backward
from convexplain.style.theme import Look

Options = Backward


def draw(
    options: Backward,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the errors on the input, the filter, its gradient, and how one number is made."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: Backward, lang: str = "en") -> str:
    """Say the filter's weights, their gradients, and one sum."""
    return options.diagram().alternative_text(lang)


def caption(options: Backward, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    shown = ("lay", "places", "slope")
    events = [event for beat in options.beats() for event in beat.parts if event.name in shown]
    said = [event.said.text(lang) for event in events if event.said is not None]
    return ("" if lang == "zh" else " ").join(said)
