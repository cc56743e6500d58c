"""A residual block: what came in, the change, and their sum, at one place and in one channel."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.residual import Residual

Options = Residual


def caption(options: Residual, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.events(options, lang, "ways", "arrive", "meet", "adds")
