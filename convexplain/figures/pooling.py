"""Max pooling keeps the largest of a window; and how much further later layers see."""

from __future__ import annotations

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.pooling import Pooling
from convexplain.style.theme import Look

Options = Pooling


def draw(
    options: Pooling,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw a window, its winner, both maps, and what a late cell sees of the picture."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: Pooling, lang: str = "en") -> str:
    """Say the window's numbers, what becomes of them, and what a late cell sees."""
    return options.diagram().alternative_text(lang)


def caption(options: Pooling, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    shown = ("largest", "closes", "both")
    events = [event for beat in options.beats() for event in beat.parts if event.name in shown]
    said = [event.said.text(lang) for event in events if event.said is not None]
    return ("" if lang == "zh" else " ").join(said)
