"""Padding, stride, dilation: how often each pixel is read, the places along a row, the map."""

from __future__ import annotations

from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.style.captions import Caption

Options = WindowGeometry


def caption(options: WindowGeometry) -> Caption:
    """Say how places are counted."""
    return options.answer
