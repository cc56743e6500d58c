"""Max pooling keeps the largest of a window; and how much further later layers see."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.pooling import Pooling

Options = Pooling


def caption(options: Pooling, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.events(options, lang, "largest", "closes", "both")
