"""The network as stacks of maps to scale, filled with what one picture makes; its parameters."""

from __future__ import annotations

from convexplain.lessons.architecture import Architecture
from convexplain.style.captions import Caption

Options = Architecture


def caption(options: Architecture) -> Caption:
    """Say what the figure shows, as the lesson does."""
    return options.traded.then(options.costs)
