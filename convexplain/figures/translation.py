"""A picture that moves: after every step, what one or two networks read."""

from __future__ import annotations

from convexplain.lessons.translation import Translation
from convexplain.style.captions import Caption

Options = Translation


def caption(options: Translation) -> Caption:
    """Say what the figure shows, as the lesson does."""
    begins = options.misread or options.gives_up
    return (begins.then(options.lost) if options.both_told else begins).then(options.ending)
