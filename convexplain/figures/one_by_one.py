"""A 1 x 1 convolution: the numbers at one place, the filters' weights, the sums, and the cost."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.one_by_one import OneByOne

Options = OneByOne


def caption(options: OneByOne, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.events(options, lang, "numbers", "mixes", "work")
