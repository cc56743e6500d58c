"""A stack of maps as sheets that shine through one another: what they cover, as arrays alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float32]

# Opacity of the largest value on a sheet behind the first, in a stack of 32, and how it grows
# with the depth: a deep stack is long, and fewer of its sheets lie behind one another.
_STRENGTH, _GROWTH = 0.21, 0.8


def strength_of(channels: int) -> float:
    """Return the opacity of the largest value on all sheets but the first."""
    return float(min(1.0, _STRENGTH * (channels / 32) ** _GROWTH))


def sheet_opacities(values: npt.NDArray[np.float64], limit: float, strength: float) -> Shares:
    """Return how opaque each cell of each sheet is, -1..1; the sign says which colour.

    NaN is a cell that shows nothing. `limit` is the value that is opaque on the first sheet,
    `strength` its opacity on the others. Values and result have shape (height, width, channels).
    """
    known = np.nan_to_num(values, nan=0.0) / (limit or 1.0)
    opacities = np.asarray(known.clip(-1, 1), dtype=np.float32)
    opacities[:, :, 1:] *= np.float32(strength)
    return opacities


def stacked(
    opacities: Shares, front: tuple[int, int], back: tuple[int, int]
) -> tuple[Shares, Shares]:
    """Lay sheets over one another, the last first, and add up what they cover.

    `opacities` are those of `sheet_opacities`. `front` is the height and width of a sheet in
    pixels, `back` how far down (below 0: up) and right the last one lies. What the positive and the
    negative colour cover of each pixel is returned, 0..1; the positive one is laid over the other.
    """
    height, width, channels = opacities.shape
    (tall, wide), (down, across) = front, back
    room = (tall + abs(down), wide + abs(across))
    positive, negative = np.zeros(room, np.float32), np.zeros(room, np.float32)
    rows = np.diff(np.rint(np.linspace(0, tall, height + 1)).astype(int))
    cols = np.diff(np.rint(np.linspace(0, wide, width + 1)).astype(int))
    both = bool((opacities < 0).any())
    for channel in reversed(range(channels)):
        cells = opacities[:, :, channel]
        if not cells.any():
            continue
        sheet = cells.repeat(rows, axis=0).repeat(cols, axis=1)
        x, y = round(across * channel / channels), round(down * channel / channels)
        here = np.s_[y - down : y - down + tall, x : x + wide]
        through = 1 - np.abs(sheet)
        positive[here] *= through
        positive[here] += sheet.clip(0, None)
        if both:
            negative[here] *= through
            negative[here] -= sheet.clip(None, 0)
    if both:
        # The positive mask is laid over the negative one, whose own share must remain.
        negative /= np.maximum(1 - positive, np.float32(1e-6))
    return positive, negative
