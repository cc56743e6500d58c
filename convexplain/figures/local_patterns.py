"""One unit of a dense layer and one filter look at the same digit: once, and at every place."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.local_patterns import LocalPatterns
from convexplain.style.captions import Caption

Options = LocalPatterns


def caption(options: LocalPatterns) -> Caption:
    """Say what the figure shows, as the lesson does."""
    return _words.sentences(options, "dense", "filter")
