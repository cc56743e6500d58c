"""Colours: the tokens of the two themes, and value -> colour, one look for every view.

The signed scale runs straight in OKLab, a space in which equal steps look equal, from the theme's
zero to its positive or its negative end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.errors import UsageError
from convexplain.style.colours import (
    RGB,
    Colours,
    Floats,
    contrast,
    from_oklab,
    luminance,
    oklab,
    prefers_black,
    rgb,
    triple,
)

__all__ = [
    "DARK",
    "LIGHT",
    "RGB",
    "THEMES",
    "Look",
    "Theme",
    "contrast",
    "luminance",
    "prefers_black",
    "rgb",
]

# Entries on each side of zero: neighbours differ by less than 0.1 of a code value.
_STEPS = 4096
# A value may exceed its scale by the rounding of float32, never by more.
_SLACK = 1e-6


@dataclass(frozen=True)
class Theme:
    """The tokens of one theme, each a colour as ``"#RRGGBB"``.

    Parameters
    ----------
    name : str
        "dark" or "light".
    background, surface, line, ink, muted : str
        The frame; panels and empty cells; borders and axes; text; secondary text.
    positive, negative, zero : str
        The ends and the middle of the signed scale.
    accent : str
        The active window, the output cell that it feeds, the link between them: nothing else.
    paper, pen : str
        Values 0 and 1 of a gray picture.
    """

    name: str
    background: str
    surface: str
    line: str
    ink: str
    muted: str
    positive: str
    negative: str
    zero: str
    accent: str
    paper: str
    pen: str

    def rgb(self, token: str) -> RGB:
        """Return a token's colour as three integers in 0..255.

        Examples
        --------
        >>> DARK.rgb("accent")
        (255, 111, 181)
        """
        return rgb(getattr(self, token))

    def signed(self, values: npt.ArrayLike, limit: float) -> Colours:
        """Colour values on the diverging scale, symmetric around zero.

        Parameters
        ----------
        values : array_like of float, any shape
            Values in -limit..limit.
        limit : float
            The value at either end, max ``|x|`` of the layer or kernel; 0 if all are zero.

        Returns
        -------
        numpy.ndarray of uint8, shape (..., 3)
            sRGB.

        Raises
        ------
        ValueError
            If a value is NaN or lies outside the scale, which would show it as another one, or
            the limit is negative or not finite.
        """
        data = np.asarray(values, dtype=np.float64)
        if not (np.isfinite(limit) and limit >= 0):
            raise ValueError(f"a scale cannot end at {limit}: give the largest |value|")
        _check(data, -limit * (1 + _SLACK), limit * (1 + _SLACK), "raise the limit")
        relative = data / limit if limit > 0 else np.zeros_like(data)
        index = np.rint(relative * _STEPS).astype(np.intp).clip(-_STEPS, _STEPS)
        table = _signed_table(self.negative, self.zero, self.positive)
        return np.asarray(table[index + _STEPS])

    def picture(self, values: npt.ArrayLike) -> Colours:
        """Colour the pixels of a gray picture.

        Pixels are sRGB code values already, so they run straight in sRGB from paper to pen.

        Parameters
        ----------
        values : array_like of float, any shape
            Ink in 0..1; 0 is the paper of the theme.

        Returns
        -------
        numpy.ndarray of uint8, shape (..., 3)
            sRGB.

        Raises
        ------
        ValueError
            If a value is NaN or lies outside 0..1.
        """
        data = np.asarray(values, dtype=np.float64)
        _check(data, -_SLACK, 1 + _SLACK, "scale the picture to 0..1")
        paper, pen = np.array(rgb(self.paper)), np.array(rgb(self.pen))
        levels = paper + data.clip(0, 1)[..., None] * (pen - paper)
        return np.asarray(np.floor(levels + 0.5), dtype=np.uint8)

    def text_on(self, colour: str | npt.ArrayLike) -> str:
        """Choose black or white text for a cell of this colour.

        Parameters
        ----------
        colour : str or array_like of int, shape (3,)
            The colour under the text.

        Returns
        -------
        str
            "#000000" or "#FFFFFF", whichever has more contrast: always at least 4.5:1.
        """
        return "#000000" if bool(prefers_black(triple(colour))) else "#FFFFFF"


def _check(data: Floats, low: float, high: float, remedy: str) -> None:
    """Refuse what the scale cannot show; one pass, since a stage calls this at every frame."""
    inside = (data >= low) & (data <= high)  # False for NaN
    if inside.all():
        return
    worst: Any = data[~inside].flat[0]
    if np.isnan(worst):
        raise ValueError("a NaN has no colour: mask the cells that are not computed yet")
    raise ValueError(f"{worst:g} lies outside the scale {low:g} to {high:g}: {remedy}")


@lru_cache
def _signed_table(negative: str, zero: str, positive: str) -> Colours:
    """Colours of -1..1 in 2 * _STEPS + 1 entries, zero in the middle."""
    middle = oklab(rgb(zero))
    share = (np.arange(_STEPS + 1) / _STEPS)[:, None]
    below = from_oklab(middle + share[:0:-1] * (oklab(rgb(negative)) - middle))
    above = from_oklab(middle + share * (oklab(rgb(positive)) - middle))
    table = np.concatenate([below, above])
    table.flags.writeable = False
    return table


DARK = Theme(
    name="dark",
    background="#0F1419",
    surface="#1A212B",
    line="#2F3A48",
    ink="#EEF2F6",
    muted="#9AA7B5",
    positive="#4DA8FF",
    negative="#FF9F40",
    zero="#1E2630",
    accent="#FF6FB5",
    paper="#05070A",
    pen="#FFFFFF",
)
LIGHT = Theme(
    name="light",
    background="#FFFFFF",
    surface="#F3F5F8",
    line="#CBD3DC",
    ink="#14181D",
    muted="#55616F",
    positive="#0B63C5",
    negative="#C75A00",
    zero="#F3F5F8",
    accent="#C2187A",
    paper="#FFFFFF",
    pen="#14181D",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


@dataclass(frozen=True)
class Look:
    """How a lesson is shown, apart from what it computes.

    Parameters
    ----------
    lang : {"en", "zh"}
        Language of titles, captions and labels.
    theme : {"dark", "light"}
        Name of the theme.
    captions : bool
        Whether the sentence at the bottom is drawn into the picture.

    Raises
    ------
    UsageError
        If there is no such language or theme.
    """

    lang: str = "en"
    theme: str = "dark"
    captions: bool = True

    def __post_init__(self) -> None:
        if self.lang not in ("en", "zh"):
            raise UsageError(f"there is no language {self.lang!r}: choose en or zh")
        if self.theme not in THEMES:
            raise UsageError(f"there is no theme {self.theme!r}: choose dark or light")

    @property
    def tokens(self) -> Theme:
        """The theme's colours."""
        return THEMES[self.theme]
