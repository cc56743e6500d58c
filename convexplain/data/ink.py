"""From a page with a digit on it to a digit as MNIST stores them.

MNIST's digits are bright ink (1) on dark paper (0). Their box was scaled to fit 20x20 with its
aspect kept, and put into 28x28 with the centre of mass at the pixel (14, 14), to the nearest
whole pixel: in all 10,000 test digits it lies between 13.5 and 14.5.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from convexplain.errors import ConvexplainError

SIDE, BOX, CENTRE = 28, 20, 14

Gray = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
_Box = tuple[int, int, int, int]

# Ink stands out from the paper by a tenth of the range, and by more than the paper's own noise
# gives: four standard deviations.
_LEAST_CONTRAST, _NOISE_FACTOR = 0.1, 4.0
# Blots with less than this share of the largest one's ink are dirt; the bar of a 5 has more.
_DIRT = 0.05


def to_digit(gray: npt.NDArray[np.floating]) -> tuple[Gray, tuple[str, ...]]:
    """Prepare a gray picture like an MNIST digit.

    Parameters
    ----------
    gray : (H, W) array of float
        Brightness from 0 to 1: a digit in dark ink on light paper, or the other way round, with
        paper around it. The light may fall unevenly and the paper may be noisy.

    Returns
    -------
    pixels : (28, 28) array of float32
        0 is paper, 1 is ink, in steps of 1/255.
    steps : tuple of str
        What was done, in words.

    Raises
    ------
    ConvexplainError
        If nothing stands out from the paper.
    """
    paper, noise = _paper(gray)
    brighter = gray - paper
    dark, contrast = _ink_is_dark(brighter)
    if contrast < max(_LEAST_CONTRAST, _NOISE_FACTOR * noise):
        raise ConvexplainError(_NO_INK)
    ink = np.clip(-brighter if dark else brighter, 0, 1)
    steps = ["inverted: the ink is dark, the paper light"] if dark else []

    # Strokes become 1 at their usual strength, not at their darkest speck.
    strength = float(np.median(ink[ink > contrast / 2]))
    floor = max(0.05, _NOISE_FACTOR * noise / strength)
    strokes = np.clip(ink / strength, 0, 1).astype(np.float32)
    strokes[strokes < floor] = 0
    threshold = max(0.25, floor)
    if not (strokes > threshold).any():  # as where the paper is as rough as the strokes are dark
        raise ConvexplainError(_NO_INK)
    strokes, was_dirty = _without_dirt(strokes, threshold)
    if was_dirty:
        steps.append("small specks left out")

    box = _bounds(strokes > max(0.2, floor))
    if _is_prepared(strokes, box):
        return _in_bytes(ink), (*steps, "already as MNIST stores digits: neither scaled nor moved")
    top, left, bottom, right = box
    steps.append(f"cut to the ink: rows {top}–{bottom - 1}, columns {left}–{right - 1}")
    small = _scaled(strokes, box)
    steps.append(f"scaled to {small.shape[0]} × {small.shape[1]}, to fit {BOX} × {BOX}")
    steps.append(f"centred by mass in {SIDE} × {SIDE}")
    return _in_bytes(_centred(small)), tuple(steps)


_NO_INK = (
    "no ink found: a digit must stand out from the paper around it; use a dark pen on white paper, "
    "or cut the picture to the digit"
)


def centre_of_mass(pixels: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Return the mean (row, column), weighted by the values of an (H, W) array."""
    # In doubles: a shape that lies evenly around a half must come out at exactly that half.
    rows, columns = (pixels.sum(axis=axis, dtype=np.float64) for axis in (1, 0))
    total = float(rows.sum())
    row, column = rows @ np.arange(rows.size), columns @ np.arange(columns.size)
    return float(row) / total, float(column) / total


def _paper(gray: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.float64], float]:
    """Fit the paper's brightness, a plane, to the picture's rim; return it with its noise.

    Ink that reaches the rim is left out of the fit: it lies far from the rim's median. The noise
    is a standard deviation, estimated as 1.4826 times the median absolute deviation.
    """
    height, width = gray.shape
    rim = np.ones(gray.shape, dtype=bool)
    thickness = max(1, round(0.04 * min(height, width)))
    rim[thickness : height - thickness, thickness : width - thickness] = False
    rows, columns = np.nonzero(rim)
    values = gray[rim].astype(np.float64)
    distance = np.abs(values - np.median(values))
    near = distance <= max(0.05, 3 * float(np.median(distance)))
    terms = np.stack([np.ones(len(rows)), rows, columns], axis=1)
    plane, *_ = np.linalg.lstsq(terms[near], values[near], rcond=None)
    noise = 1.4826 * float(np.median(np.abs(values - terms @ plane)[near]))
    level = plane[0] + plane[1] * np.arange(height)[:, np.newaxis] + plane[2] * np.arange(width)
    return level, noise


def _ink_is_dark(brighter: npt.NDArray[np.float64]) -> tuple[bool, float]:
    """Return whether the ink is darker than the paper, and by how much it stands out.

    Means of 3x3 pixels are compared, so that single specks do not decide: the thousandth of the
    page that is furthest above the paper against the thousandth furthest below it.
    """
    padded = np.pad(brighter, 1, mode="edge")
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    smooth = ((across[:-2] + across[1:-1] + across[2:]) / 9).ravel()
    few = max(1, smooth.size // 1000)
    ordered = np.partition(smooth, (few - 1, smooth.size - few))
    below, above = -float(ordered[:few].mean()), float(ordered[-few:].mean())
    return below > above, max(below, above)


def _without_dirt(strokes: Gray, threshold: float) -> tuple[Gray, bool]:
    """Erase blots that are small beside the largest one, and say whether there were any.

    Blots are joined on a grid of at most 128 cells a side, so that strokes with small gaps count
    as one, and so that the time is bounded.
    """
    cell = math.ceil(max(strokes.shape) / 128)
    height, width = (math.ceil(length / cell) for length in strokes.shape)
    padded = np.zeros((height * cell, width * cell), dtype=np.float32)
    padded[: strokes.shape[0], : strokes.shape[1]] = np.where(strokes > threshold, strokes, 0)
    mass = padded.reshape(height, cell, width, cell).sum(axis=(1, 3))
    blots = _blots(mass > 0)
    weights = [float(sum(mass[place] for place in blot)) for blot in blots]
    least = _DIRT * max(weights)
    kept = np.zeros((height + 2, width + 2), dtype=bool)
    for blot, weight in zip(blots, weights, strict=True):
        if weight >= least:
            for row, column in blot:
                # With its neighbours: the faint rim of a stroke belongs to it.
                kept[row : row + 3, column : column + 3] = True
    wanted = kept[1:-1, 1:-1].repeat(cell, axis=0).repeat(cell, axis=1)
    cut = wanted[: strokes.shape[0], : strokes.shape[1]]
    return np.where(cut, strokes, np.float32(0)), min(weights) < least


def _blots(cells: Mask) -> list[list[tuple[int, int]]]:
    """Group true cells that touch, also at corners."""
    unseen = {(int(row), int(column)) for row, column in np.argwhere(cells)}
    blots = []
    while unseen:
        blot = [unseen.pop()]
        for row, column in blot:  # grows while it is walked through
            around = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & unseen
            unseen -= around
            blot.extend(around)
        blots.append(blot)
    return blots


def _bounds(ink: Mask) -> _Box:
    """Return (top, left, bottom, right) of the true cells, the last two exclusive."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _is_prepared(strokes: Gray, box: _Box) -> bool:
    """Whether a picture has MNIST's size, box and centre already."""
    if strokes.shape != (SIDE, SIDE):
        return False
    top, left, bottom, right = box
    centred = all(abs(place - CENTRE) < 0.75 for place in centre_of_mass(strokes))
    return max(bottom - top, right - left) == BOX and centred


def _scaled(strokes: Gray, box: _Box) -> Gray:
    """Scale a box so that its longer side is 20; the strongest ink becomes 1."""
    from PIL import Image

    top, left, bottom, right = box
    height, width = bottom - top, right - left
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Averages of areas on the way down, as in MNIST; interpolation on the way up.
    filter_ = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    page = Image.fromarray(strokes)
    small: Gray = np.asarray(page.resize(size, filter_, box=(left, top, right, bottom)))
    digit: Gray = np.clip(small / small.max(), 0, 1)
    return digit


def _centred(small: Gray) -> Gray:
    """Put a digit into 28x28 so that its centre of mass comes closest to (14, 14)."""
    pixels = np.zeros((SIDE, SIDE), dtype=np.float32)
    places = [
        # The digit stays inside, even where its mass is far from its middle.
        min(max(round(CENTRE - middle), 0), SIDE - length)
        for middle, length in zip(centre_of_mass(small), small.shape, strict=True)
    ]
    top, left = places
    pixels[top : top + small.shape[0], left : left + small.shape[1]] = small
    return pixels


def _in_bytes(pixels: npt.NDArray[np.floating]) -> Gray:
    """Round to the 256 values that MNIST has."""
    levels: Gray = np.rint(pixels * 255).astype(np.float32)
    return levels / np.float32(255)
