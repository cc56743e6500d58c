"""Padding, stride, dilation: how often each pixel is read, the places along a row, the map."""

from __future__ import annotations

from convexplain.figures import _base, _draw
from convexplain.figures._base import AnyFigure
from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.style.theme import Look

Options = WindowGeometry


def draw(
    options: WindowGeometry,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the kernel, and for each geometry what is read how often, and the map."""
    return _draw.diagram(options.diagram(), look, width=width, figure=figure)


def alternative(options: WindowGeometry, lang: str = "en") -> str:
    """Tell of each geometry its places, how often pixels are read, and its map."""
    return options.diagram().alternative_text(lang)


def caption(options: WindowGeometry, lang: str = "en") -> str:
    """Say how places are counted."""
    return options.answer.text(lang)
