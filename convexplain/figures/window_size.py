"""The chapter's two parameters: what other first layers cost, and how well the networks read."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.figures import _words
from convexplain.lessons.window_size import WindowSize


@dataclass(frozen=True)
class Measured(WindowSize):
    """All that was measured, which is of no one picture."""

    picture: None = None  # no option here


Options = Measured


def caption(options: Measured, lang: str = "en") -> str:
    """Say what the measurements show, as the lesson does."""
    return _words.sentences(options, lang, "accuracy", "filters")
