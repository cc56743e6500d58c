"""A picture's paper and how much each pixel stands out from it, in whole numbers where it decides.

Two ways: one plane through the picture's rim, where nothing else lies at the rim; else the paper is
followed from place to place by a morphological closing (Serra, 1982), which keeps the edges of
shadows and sheets and covers what is thinner than its window. A sheet that lies on something
darker is cut out first, and its perspective undone. The page's ink and paper do the same.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Levels = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Corner = tuple[float, float]
Corners = tuple[Corner, Corner, Corner, Corner]


class View(NamedTuple):
    """How much each pixel stands out from the paper."""

    ink: Floats  # (H, W), 0 to 1
    contrast: float  # of what stands out most, a thousandth of the picture
    noise: float  # a standard deviation of the paper
    dark: bool  # whether the ink is darker than the paper


# --- A plane through the rim --------------------------------------------------------------------


def flat(levels: Levels) -> View:
    """Take the plane through the picture's rim as the paper.

    Ink that reaches the rim is left out of the fit: it lies far from the rim's median. The noise
    is a standard deviation, estimated as 1.4826 times the median absolute deviation.
    """
    height, width = levels.shape
    rim = np.ones(levels.shape, dtype=bool)
    thickness = max(1, round(0.04 * min(height, width)))
    rim[thickness : height - thickness, thickness : width - thickness] = False
    rows, columns = np.nonzero(rim)
    values = levels[rim]
    distance = np.abs(values - float(np.median(values)))
    near = distance <= max(12.75, 3 * float(np.median(distance)))
    rows, columns, values = rows[near], columns[near], values[near]
    row, column, level = (float(n.sum()) / len(n) for n in (rows, columns, values))
    down, along = _slopes(rows, columns, values)
    plane = (level + down * (rows - row)) + along * (columns - column)
    noise = 1.4826 * float(np.median(np.abs(values - plane)))
    here = np.arange(height)[:, np.newaxis] - row
    brighter = (levels - ((level + down * here) + along * (np.arange(width) - column))) / 255
    dark, contrast = _ink_is_dark(brighter)
    ink = np.clip(-brighter if dark else brighter, 0, 1)
    return View(ink, contrast, noise / 255, dark)


def _slopes(
    rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], values: Levels
) -> tuple[float, float]:
    """Fit a plane with least squares; sums of whole numbers are exact, so every machine agrees."""
    n, light = len(values), values.astype(np.int64)

    def product(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]) -> float:
        return float((a * b).sum()) - float(a.sum()) * float(b.sum()) / n

    rr, cc, rc = product(rows, rows), product(columns, columns), product(rows, columns)
    rg, cg = product(rows, light), product(columns, light)
    determinant = rr * cc - rc * rc
    if determinant > 0:
        return (rg * cc - cg * rc) / determinant, (cg * rr - rg * rc) / determinant
    # In a picture one cell high or wide there is one slope, or none.
    return (rg / rr if rr else 0.0), (cg / cc if cc and not rr else 0.0)


def _ink_is_dark(brighter: Floats) -> tuple[bool, float]:
    """Return whether the ink is darker than the paper, and by how much it stands out.

    Means of 3x3 pixels are compared, so that single specks do not decide: the thousandth of the
    page that is furthest above the paper against the thousandth furthest below it.
    """
    padded = np.pad(brighter, 1, mode="edge")
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    smooth = (across[:-2] + across[1:-1] + across[2:]) / 9
    below, above = top_thousandth(-smooth), top_thousandth(smooth)
    return below > above, max(below, above)


def top_thousandth(values: Floats) -> float:
    """Return the mean of the largest thousandth of some values."""
    few = max(1, values.size // 1000)
    largest = np.sort(np.partition(values.ravel(), values.size - few)[values.size - few :])
    return float(np.cumsum(largest)[-1]) / few  # one after another, as anywhere else


# --- The paper, followed from place to place ----------------------------------------------------

#: Brightness is counted in sixteenths of a level, so that means keep their fractions.
_FINE = 16
#: The closing's window spans this share of the shorter side: wider than any stroke.
_WINDOW = 0.25
# Of a place that is darker, the contrast is measured as if it had this level.
_DARKEST = 60


def local(levels: Levels, dark: bool) -> View:
    """Follow the paper by a closing (dark ink) or an opening (light ink).

    Dark ink is measured as a share of the paper's brightness, so that it is as strong in a shadow
    as in the light.
    """
    bright = _mean(levels * _FINE)
    radius = max(2, round(_WINDOW * min(levels.shape) / 2))
    seen = bright if dark else 255 * _FINE - bright
    paper = _closed(seen, radius)
    if dark:
        out = (255 * _FINE * (paper - seen)) // np.maximum(paper, _DARKEST * _FINE)
    else:
        out = paper - seen
    middle = float(np.median(out))
    noise = 1.4826 * float(np.median(np.abs(out - middle)))
    ink = np.clip((out - middle) / (255 * _FINE), 0, 1)
    return View(ink, top_thousandth(ink), noise / (255 * _FINE), dark)


def _mean(bright: Levels) -> Levels:
    """Average 3x3 pixels."""
    padded = np.pad(bright, 1, mode="edge")
    across = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    mean: Levels = (across[:-2] + across[1:-1] + across[2:] + 4) // 9
    return mean


def _closed(bright: Levels, radius: int) -> Levels:
    """Close a picture with a square: the largest value around, and of these the smallest around.

    Beyond its edges the picture goes on as it ends there.
    """
    values = np.pad(bright.astype(np.int16), 2 * radius, mode="edge")
    for largest in (np.maximum, np.minimum):
        for axis in (0, 1):
            values = _running(values, 2 * radius + 1, largest, axis)
    return values.astype(np.int32)


def _running(
    values: npt.NDArray[np.int16], length: int, largest: np.ufunc, axis: int
) -> npt.NDArray[np.int16]:
    """Return the largest (or smallest) of each `length` neighbours, by doubling."""
    values = np.moveaxis(values, axis, 0)
    count = len(values) - length + 1
    span = 1
    while 2 * span <= length:
        values = largest(values[: len(values) - span], values[span:])
        span *= 2
    return np.moveaxis(largest(values[:count], values[length - span :][:count]), 0, axis)


# --- A sheet on something darker ----------------------------------------------------------------

#: Cells along the longer side in which a sheet is looked for.
_CELLS = 128
_LEAST_STEP = 40  # levels between a sheet and what it lies on
_LEAST_AREA = 0.1  # of the picture
_SOLID = 0.75  # of a sheet is paper
_CROOKED = 0.08  # of its area may lie beside its four sides
_INSET = 0.03  # of a side: the sheet's edge itself is not read


def sheet(levels: Levels, light: bool) -> Corners | None:
    """Find a light (or dark) sheet that ends inside of the picture, as its corners (row, column).

    They are those at the top left, top right, bottom right and bottom left.
    """
    cell = math.ceil(max(levels.shape) / _CELLS)
    rows, columns = (length // cell for length in levels.shape)
    if min(rows, columns) < 16:
        return None
    blocks = levels[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    means = blocks.sum(axis=(1, 3)) // (cell * cell)
    level, step = two_kinds(means)
    if step < _LEAST_STEP:
        return None
    found = labelled((means > level) == light)
    if not found.max():
        return None
    largest = 1 + int(np.bincount(found.ravel())[1:].argmax())
    bare = found == largest
    whole = ~_from_the_rim(~bare)
    area = int(whole.sum())
    rim = np.concatenate([whole[0], whole[-1], whole[1:-1, 0], whole[1:-1, -1]])
    if area < _LEAST_AREA * whole.size or int(bare.sum()) < _SOLID * area or rim.mean() > 0.12:
        return None
    y, x = np.nonzero(whole)
    corners = []
    for across, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        at = int((across * x + down * y).argmax())
        corners.append((int(y[at]) + (down > 0), int(x[at]) + (across > 0)))
    if int((_within(corners, whole.shape) != whole).sum()) > _CROOKED * area:
        return None
    a, b, c, d = ((float(row * cell), float(column * cell)) for row, column in corners)
    return a, b, c, d


def two_kinds(levels: npt.NDArray[np.integer]) -> tuple[int, float]:
    """Part levels into dark and light ones (Otsu, 1979): the last dark one, and their distance."""
    counts = np.bincount(levels.ravel(), minlength=256).astype(np.int64)
    below = np.cumsum(counts)
    mass = np.cumsum(counts * np.arange(256))
    n, total = int(below[-1]), int(mass[-1])
    dark, light = below[:-1].astype(float), (n - below[:-1]).astype(float)
    parted = (dark > 0) & (light > 0)
    if not parted.any():
        return 0, 0.0
    apart = np.zeros(255)
    apart[parted] = (total - mass[:-1])[parted] / light[parted] - mass[:-1][parted] / dark[parted]
    level = int((dark * light * apart * apart).argmax())
    return level, float(apart[level])


def _from_the_rim(cells: Mask) -> Mask:
    """Keep the true cells that are joined to the rim."""
    found = labelled(np.pad(cells, 1, constant_values=True))
    kept: Mask = (found == found[0, 0])[1:-1, 1:-1]
    return kept


def _within(corners: list[tuple[int, int]], shape: tuple[int, int]) -> Mask:
    """Return which cells have their middle in a convex quadrilateral, its corners clockwise."""
    y, x = (2 * n + 1 for n in np.indices(shape))
    inside = np.ones(shape, dtype=bool)
    for (y0, x0), (y1, x1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        inside &= (x1 - x0) * (y - 2 * y0) - (y1 - y0) * (x - 2 * x0) >= 0
    return inside


def straightened(levels: Levels, corners: Corners) -> Levels:
    """Look at a sheet from the front: the quadrilateral becomes a rectangle."""
    a, b, c, d = corners
    width = round(max(math.dist(a, b), math.dist(d, c)))
    height = round(max(math.dist(a, d), math.dist(b, c)))
    # The map from the unit square to the corners (Heckbert, 1989).
    (y0, x0), (y1, x1), (y2, x2), (y3, x3) = corners
    sx, sy = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    determinant = dx1 * dy2 - dx2 * dy1
    g = (sx * dy2 - dx2 * sy) / determinant
    h = (dx1 * sy - sx * dy1) / determinant
    first, last = math.floor(_INSET * height), math.ceil((1 - _INSET) * height)
    v = ((np.arange(first, last) + 0.5) / height)[:, np.newaxis]
    first, last = math.floor(_INSET * width), math.ceil((1 - _INSET) * width)
    u = (np.arange(first, last) + 0.5) / width
    w = g * u + h * v + 1
    x = ((x1 - x0 + g * x1) * u + (x3 - x0 + h * x3) * v + x0) / w - 0.5
    y = ((y1 - y0 + g * y1) * u + (y3 - y0 + h * y3) * v + y0) / w - 0.5
    return _between(levels, y, x)


def _between(levels: Levels, y: Floats, x: Floats) -> Levels:
    """Read levels at places between pixels, from the four around each."""
    height, width = levels.shape
    y, x = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    bottom, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, along = y - top, x - left
    upper = levels[top, left] * (1 - along) + levels[top, right] * along
    lower = levels[bottom, left] * (1 - along) + levels[bottom, right] * along
    read: Levels = np.floor(upper * (1 - down) + lower * down + 0.5).astype(np.int32)
    return read


# --- What is joined -----------------------------------------------------------------------------


def labelled(mask: Mask) -> npt.NDArray[np.int64]:
    """Number what is joined, also at corners: 0 where false, 1 for what is met first, row by row.

    Runs of true cells are joined to those of the row above that they touch.
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    _, ends = np.nonzero(change == -1)  # behind the last
    key = width + 2
    # Of each run: the runs of the next row from the first to the last that touch it.
    first = np.searchsorted(rows * key + ends, (rows + 1) * key + starts, side="left")
    last = np.searchsorted(rows * key + starts, (rows + 1) * key + ends, side="right")
    many = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(rows)), many)
    lower = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many) + first[upper]
    root = np.arange(len(rows))
    while True:
        least = np.minimum(root[upper], root[lower])
        before = root.copy()
        np.minimum.at(root, root[upper], least)
        np.minimum.at(root, root[lower], least)
        root = root[root]
        if np.array_equal(root, before):
            break
    _, number = np.unique(root, return_inverse=True)
    found = np.zeros((height, width + 1), dtype=np.int64)
    np.add.at(found, (rows, starts), number + 1)
    np.add.at(found, (rows, ends), -(number + 1))
    return np.cumsum(found, axis=1)[:, :width]
