"""Colours: the tokens of the two themes, and value -> colour, one look for every view.

The signed scale runs straight in OKLab, a space in which equal steps look equal, from the theme's
zero to its positive or its negative end. Contrast is measured as WCAG does.

References
----------
.. [1] B. Ottosson, "A perceptual color space for image processing", 2020,
   https://bottosson.github.io/posts/oklab/
.. [2] "Web Content Accessibility Guidelines 2.2", W3C, 2023: relative luminance, contrast ratio.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.errors import UsageError

RGB = tuple[int, int, int]
Colours = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

# Linear sRGB -> cone responses -> (cube root) -> lightness and the two opponent axes; Ottosson.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

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

    def signed(self, values: npt.ArrayLike, limit: float, floor: float = 0.0) -> Colours:
        """Colour values on the diverging scale, symmetric around zero.

        Parameters
        ----------
        values : array_like of float, any shape
            Values in -limit..limit.
        limit : float
            The value at either end, max ``|x|`` of the layer or kernel; 0 if all are zero.
        floor : float
            Any value but 0 is coloured at least as this share of the limit is.

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
        relative = raised(data / limit, floor) if limit > 0 else np.zeros_like(data)
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


def raised(shares: npt.NDArray[np.float64], floor: float) -> npt.NDArray[np.float64]:
    """Lift shares of a limit that are not 0 to a least magnitude.

    Examples
    --------
    >>> raised(np.array([-0.01, 0.0, 0.5]), 0.2).tolist()
    [-0.2, 0.0, 0.5]
    """
    return np.where(shares == 0, shares, np.copysign(np.maximum(np.abs(shares), floor), shares))


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
            raise UsageError("there is no language {lang!r}: choose en or zh", lang=self.lang)
        if self.theme not in THEMES:
            raise UsageError("there is no theme {theme!r}: choose dark or light", theme=self.theme)

    @property
    def tokens(self) -> Theme:
        """The theme's colours."""
        return THEMES[self.theme]


def rgb(colour: str) -> RGB:
    """Split ``"#RRGGBB"`` into red, green and blue, each in 0..255.

    Raises
    ------
    ValueError
        If it is not a number sign with six hexadecimal digits.

    Examples
    --------
    >>> rgb("#4DA8FF")
    (77, 168, 255)
    """
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        raise ValueError(f"{colour!r} is not a colour: write it as '#4DA8FF'")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colours: npt.ArrayLike) -> Floats:
    """Relative luminance as WCAG 2.2 defines it.

    Parameters
    ----------
    colours : array_like of int, shape (..., 3)
        sRGB in 0..255.

    Returns
    -------
    numpy.ndarray of float64, shape (...)
        0 for black, 1 for white.
    """
    return np.asarray(_linear(colours) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(a: str | npt.ArrayLike, b: str | npt.ArrayLike) -> float:
    """Contrast ratio of two colours as WCAG 2.2 defines it.

    Parameters
    ----------
    a, b : str or array_like of int, shape (3,)
        The colours, in either order.

    Returns
    -------
    float
        1 for equal colours, 21 for black and white.
    """
    return float(_ratios(triple(a), triple(b)))


def _ratios(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    one, other = luminance(a) + 0.05, luminance(b) + 0.05
    return np.maximum(one, other) / np.minimum(one, other)


def least_opacity(text: npt.ArrayLike, ground: npt.ArrayLike, least: float = 3.0) -> Floats:
    """Return how opaque text must be to be read on its ground.

    Parameters
    ----------
    text, ground : array_like of int, shape (..., 3)
        sRGB in 0..255.
    least : float
        The contrast that it keeps.

    Returns
    -------
    numpy.ndarray of float64, shape (...)
        1 where text and ground have less contrast than that.

    Examples
    --------
    >>> least_opacity([255, 255, 255], [0, 0, 0]).round(2)
    np.float64(0.35)
    """
    below = np.asarray(ground, dtype=np.float64)
    way = np.asarray(text, dtype=np.float64) - below
    low, high = np.zeros(way.shape[:-1]), np.ones(way.shape[:-1])
    for _ in range(12):  # finer than 1 of 255
        middle = (low + high) / 2
        mixed = np.rint(below + middle[..., None] * way).astype(np.int64)
        enough = _ratios(mixed, below.astype(np.int64)) >= least
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def prefers_black(colours: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return where black text has at least the contrast of white text.

    Parameters
    ----------
    colours : array_like of int, shape (..., 3)
        The colours under the text.

    Returns
    -------
    numpy.ndarray of bool, shape (...)
        True for black, False for white.
    """
    under = luminance(colours) + 0.05
    return np.asarray(under / 0.05 >= 1.05 / under)


def oklab(colours: npt.ArrayLike) -> Floats:
    """Convert sRGB to OKLab.

    Parameters
    ----------
    colours : array_like of int, shape (..., 3)
        sRGB in 0..255.

    Returns
    -------
    numpy.ndarray of float64, shape (..., 3)
        Lightness in 0..1, and the green-red and blue-yellow axes.
    """
    return np.asarray(np.cbrt(_linear(colours) @ _TO_CONES.T) @ _TO_LAB.T)


def from_oklab(lab: npt.ArrayLike) -> Colours:
    """Convert OKLab to sRGB, the inverse of `oklab`.

    Parameters
    ----------
    lab : array_like of float, shape (..., 3)
        Colours; what lies outside sRGB is clipped to it.

    Returns
    -------
    numpy.ndarray of uint8, shape (..., 3)
        sRGB, rounded to the nearest code value.
    """
    cones = (np.asarray(lab, dtype=np.float64) @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = (cones @ np.linalg.inv(_TO_CONES).T).clip(0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.floor(255 * encoded + 0.5), dtype=np.uint8)


def _linear(colours: npt.ArrayLike) -> Floats:
    """Linear light of sRGB code values (IEC 61966-2-1)."""
    encoded = np.asarray(colours, dtype=np.float64) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def triple(colour: str | npt.ArrayLike) -> npt.ArrayLike:
    """Return a colour, if it is written as ``"#RRGGBB"``, as its three integers."""
    return rgb(colour) if isinstance(colour, str) else colour
