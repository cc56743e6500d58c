"""A picture that moves: after every step, what one or two networks read."""

from __future__ import annotations

from convexplain.lessons.translation import Translation

Options = Translation


def caption(options: Translation, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does."""
    return (options.misread or options.gives_up).then(options.ending).text(lang)
