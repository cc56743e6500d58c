"""One kernel along a row, over a picture, and through the frames of a film."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.one_d import OneD

Options = OneD


def caption(options: OneD, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.events(options, lang, "count", "two", "three", "answer")
