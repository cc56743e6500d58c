"""The weights of an ordinary and a separable convolution, to scale, and their multiplications."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.depthwise import Depthwise

Options = Depthwise


def caption(options: Depthwise, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.events(options, lang, "areas", "work")
