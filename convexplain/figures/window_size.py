"""Window size, number of filters: what other first layers cost, how well the networks read."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.lessons.window_size import WindowSize
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class Measured(WindowSize):
    """All that was measured, which is of no one picture."""

    picture: None = None  # no option here


Options = Measured


def caption(options: Measured) -> Caption:
    """Say what the measurements show."""
    return options.measured()
