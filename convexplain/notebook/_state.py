"""In which language and colours the notebook shows things."""

from __future__ import annotations

from convexplain.style.theme import Look

look = Look("en", "light")


def show(lang: str | None = None, theme: str | None = None) -> None:
    """Choose the language and the colours in which the notebook shows things from now on.

    Parameters
    ----------
    lang : {"en", "zh"}, optional
    theme : {"light", "dark"}, optional
        Both can be read on any background: what is shown brings its own.

    Raises
    ------
    UsageError
        There is no such language or theme.
    """
    global look
    look = Look(lang or look.lang, theme or look.theme)
