"""Pictures in characters: half blocks for thumbnails, shades with a frame for a box of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convexplain.cli._ink import Ink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convexplain.ops import Box
    from convexplain.style.theme import RGB

#: Two pixels, one above the other, each with ink or without: index 2 * above + below.
_HALVES = " ▄▀█"
#: From blank paper to full ink.
_SHADES = " ░▒▓█"
#: How bright a picture in colour is outside of the frame.
_WEAK = 0.5


def half_blocks(pixels: NDArray[np.floating], ink: Ink) -> list[str]:
    """Draw a picture, (H, W) or in colour (H, W, 3), two rows of pixels to a line.

    Values are 0 to 1; 0 of a gray one is paper. Without colours, what is above half of the
    picture's largest brightness is ink.
    """
    height = len(pixels)
    even = np.zeros((height + height % 2, *pixels.shape[1:]))
    even[:height] = pixels
    if not ink.colours:
        even = _brightness(even)
        least = max(even.max() / 2, np.finfo(float).tiny)
        pairs = zip(even[::2], even[1::2], strict=True)
        return ["".join(_HALVES[i] for i in 2 * (a >= least) + (b >= least)) for a, b in pairs]
    colours = _colours(even)
    return [
        "".join(ink.paint("▀", above, below) for above, below in zip(*pair, strict=True))
        for pair in zip(colours[::2], colours[1::2], strict=True)
    ]


def framed(pixels: NDArray[np.floating], box: Box, ink: Ink) -> list[str]:
    """Draw a picture, (H, W) or in colour (H, W, 3), two characters to a pixel, with a framed box.

    The frame has cells of its own, so no pixel is covered; what of the box lies in the padding is
    left out. A picture in colour is drawn in shades where the terminal has no colours.
    """
    height, width = pixels.shape[:2]
    inside = box.clip((height, width))
    if ink.colours and pixels.ndim == 3:
        texts, others = _painted(pixels, ink), _painted(pixels * _WEAK, ink)
    else:
        texts = others = _shaded(pixels)
    edge = ink.token
    lines: list[str] = []
    before, after = "  " * inside.left, "  " * (width - inside.right)
    for row in range(height):
        if row == inside.top:
            lines.append(before + edge("┌" + "──" * inside.width + "┐", "accent"))
        left, middle, right = (
            "".join(others[row][part])
            for part in (slice(inside.left), inside.cols, slice(inside.right, None))
        )
        if inside.top <= row < inside.bottom:
            side, middle = edge("│", "accent"), "".join(texts[row][inside.cols])
            lines.append(ink.weak(left) + side + middle + side + ink.weak(right))
        else:
            lines.append(ink.weak(f"{left} {middle} {right}"))
        if row == inside.bottom - 1:
            lines.append(before + edge("└" + "──" * inside.width + "┘", "accent") + after)
    return [line.rstrip() for line in lines]


def beside(blocks: list[list[str]], width: int, gap: str = "  ") -> list[str]:
    """Put blocks of lines, all of one height, side by side, `width` blocks to a row."""
    rows = [blocks[start : start + width] for start in range(0, len(blocks), width)]
    return [gap.join(line) for row in rows for line in zip(*row, strict=True)]


def _brightness(pixels: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how bright each pixel of a picture is, (H, W): in colour, the mean of its channels."""
    mean: NDArray[np.floating] = np.atleast_3d(pixels).mean(axis=2)
    return mean


def _shaded(pixels: NDArray[np.floating]) -> list[list[str]]:
    """Return two characters for each pixel, by rows, the denser the brighter it is."""
    levels = np.ceil(_brightness(pixels) * (len(_SHADES) - 1)).astype(int)
    return [[_SHADES[level] * 2 for level in row] for row in levels]


def _painted(pixels: NDArray[np.floating], ink: Ink) -> list[list[str]]:
    """Return two characters in its colour for each pixel, by rows."""
    return [[ink.paint("██", colour) for colour in row] for row in _colours(pixels)]


def _colours(pixels: NDArray[np.floating]) -> list[list[RGB]]:
    """Return the colour of each pixel, by rows."""
    levels = np.rint(255 * np.atleast_3d(pixels)).astype(int)
    levels = np.broadcast_to(levels, (*pixels.shape[:2], 3))
    return [[(red, green, blue) for red, green, blue in row] for row in levels.tolist()]
