"""Colour arithmetic: sRGB, contrast as WCAG measures it, and OKLab.

References
----------
.. [1] B. Ottosson, "A perceptual color space for image processing", 2020,
   https://bottosson.github.io/posts/oklab/
.. [2] "Web Content Accessibility Guidelines 2.2", W3C, 2023: relative luminance, contrast ratio.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

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
    low, high = sorted((float(luminance(triple(a))), float(luminance(triple(b)))))
    return (high + 0.05) / (low + 0.05)


def prefers_black(colours: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell where black text has at least the contrast of white text.

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
