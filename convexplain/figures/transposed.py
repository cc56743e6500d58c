"""A map, the stamp, what it paints, and the same map enlarged first and then convolved."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.transposed import Transposed

Options = Transposed


def caption(options: Transposed, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    return _words.events(options, lang, "paints", "lands", "counts", "resize")
