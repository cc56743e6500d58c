"""One filter's response map, and the windows in which it is weighed what makes a response large."""

from __future__ import annotations

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.response_map import ResponseMap
from convexplain.style.theme import Look

Options = ResponseMap


def draw(
    options: ResponseMap,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw picture and map, and some windows with their products, votes and responses."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: ResponseMap, lang: str = "en") -> str:
    """Say where the filter responds, and how strongly, and what the windows hold."""
    return options.diagram().alternative_text(lang)


def caption(options: ResponseMap, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    wanted = ("full", "largest", "closest", "law", "sees", "nothing")
    events = (event for beat in options.make_beats() for event in beat.parts)
    said = [event.said.text(lang) for event in events if event.name in wanted and event.said]
    return ("" if lang == "zh" else " ").join(said)
