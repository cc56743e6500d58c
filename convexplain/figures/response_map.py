"""One filter's response map, and the windows in which it is weighed what makes a response large."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.response_map import ResponseMap

Options = ResponseMap


def caption(options: ResponseMap, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    wanted = ("full", "faint", "largest", "law", "sees", "nothing")
    return _words.events(options, lang, *wanted)
