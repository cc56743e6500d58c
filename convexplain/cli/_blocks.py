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


def half_blocks(pixels: NDArray[np.floating], ink: Ink) -> list[str]:
    """Draw a gray picture (H, W), values 0 (paper) to 1 (ink), two rows of pixels to a line.

    Without colours, what is above half of the picture's largest value is ink.
    """
    height, width = pixels.shape
    even = np.zeros((height + height % 2, width))
    even[:height] = pixels
    pairs = zip(even[::2], even[1::2], strict=True)
    if not ink.colours:
        least = max(even.max() / 2, np.finfo(float).tiny)
        return ["".join(_HALVES[i] for i in 2 * (a >= least) + (b >= least)) for a, b in pairs]
    return [
        "".join(
            ink.paint("▀", _gray(above), _gray(below)) for above, below in zip(*pair, strict=True)
        )
        for pair in pairs
    ]


def framed(pixels: NDArray[np.floating], box: Box, ink: Ink) -> list[str]:
    """Draw a gray picture, two characters to a pixel, with a frame around a box.

    The frame has cells of its own, so no pixel is covered; what of the box lies in the padding is
    left out.
    """
    height, width = pixels.shape
    inside = box.clip((height, width))
    levels = np.ceil(pixels * (len(_SHADES) - 1)).astype(int)
    edge = ink.token
    lines: list[str] = []
    before, after = "  " * inside.left, "  " * (width - inside.right)
    for row in range(height):
        if row == inside.top:
            lines.append(before + edge("┌" + "──" * inside.width + "┐", "accent"))
        texts = [_SHADES[level] * 2 for level in levels[row]]
        left, middle, right = (
            "".join(texts[part])
            for part in (slice(inside.left), inside.cols, slice(inside.right, None))
        )
        if inside.top <= row < inside.bottom:
            side = edge("│", "accent")
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


def _gray(value: float) -> RGB:
    level = round(255 * float(value))
    return level, level, level
