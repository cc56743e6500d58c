"""What is written on a page: printed lines are taken out, strokes that belong together are joined.

The page's writing does the same. Everything is decided in whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convexplain.data._paper import Mask, labelled

Masses = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


#: A digit's width is at most this many tenths of its height.
_WIDEST = 20
_MOST_MARKS = 60


@dataclass(frozen=True)
class Mark:
    """Strokes that are joined: a digit, or something else."""

    top: int
    left: int
    bottom: int  # the last row and column are exclusive
    right: int
    mass: int  # of its ink, 255 for a pixel of full strength
    area: int  # pixels
    numbers: tuple[int, ...]  # of its parts, as `labelled` counts them
    at_frame: bool

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def around(self, times: int) -> tuple[slice, slice]:
        """Rows and columns of its box, `times` as high and as wide, as far as there are any."""
        down, along = ((times - 1) * n // 2 for n in (self.height, self.width))
        rows = slice(max(0, self.top - down), self.bottom + down)
        return rows, slice(max(0, self.left - along), self.right + along)

    def is_like(self, other: Mark) -> bool:
        """Whether another mark may as well be a digit, by its height and its ink."""
        tall = self.height <= 2 * other.height and other.height <= 2 * self.height
        return tall and self.area <= 4 * other.area and other.area <= 3 * self.area

    def is_no_stroke(self) -> bool:
        """Whether it fills its box, or is wider than any digit."""
        filled = 100 * self.area > 85 * self.width * self.height
        square = self.width <= 2 * self.height <= 4 * self.width
        return (filled and square) or 10 * self.width > _WIDEST * self.height

    def __or__(self, other: Mark) -> Mark:
        return Mark(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
            self.mass + other.mass,
            self.area + other.area,
            self.numbers + other.numbers,
            self.at_frame or other.at_frame,
        )


# --- Marks --------------------------------------------------------------------------------------


def marks(ink: Masses, mask: Mask) -> tuple[list[Mark], npt.NDArray[np.int64]]:
    """Find what is joined, small gaps bridged, and the number of each pixel's mark."""
    found = labelled(grown(mask, max(mask.shape) // 256))
    found[~mask] = 0
    rows, columns = np.nonzero(found)
    numbers = found[rows, columns] - 1
    count = int(numbers.max(initial=-1)) + 1
    box = np.empty((4, count), dtype=np.int64)
    box[:2] = max(mask.shape)
    box[2:] = 0
    np.minimum.at(box[0], numbers, rows)
    np.minimum.at(box[1], numbers, columns)
    np.maximum.at(box[2], numbers, rows + 1)
    np.maximum.at(box[3], numbers, columns + 1)
    mass, area = np.zeros((2, count), dtype=np.int64)
    np.add.at(mass, numbers, ink[rows, columns])
    np.add.at(area, numbers, 1)
    height, width = mask.shape
    made = []
    for n in range(count):
        top, left, bottom, right = (int(side) for side in box[:, n])
        touches = top == 0 or left == 0 or bottom == height or right == width
        made.append(Mark(top, left, bottom, right, int(mass[n]), int(area[n]), (n + 1,), touches))
    return made, found


def those(found: npt.NDArray[np.int64], numbers: Iterable[int]) -> Mask:
    """Return where the marks with some numbers are."""
    wanted = np.zeros(int(found.max()) + 1, dtype=bool)
    wanted[list(numbers)] = True
    return wanted[found]


def grown(mask: Mask, by: int) -> Mask:
    """Add the cells around true cells, at most `by` rows and columns away."""
    for axis in (0, 1):
        wide = mask.copy()
        for step in range(1, by + 1):
            ahead, behind = (slice(step, None), slice(None, -step))
            if axis == 0:
                wide[ahead] |= mask[behind]
                wide[behind] |= mask[ahead]
            else:
                wide[:, ahead] |= mask[:, behind]
                wide[:, behind] |= mask[:, ahead]
        mask = wide
    return mask


def heaviest(marks: list[Mark], least: float) -> list[Mark]:
    """Keep the marks with some ink, so many that no page of print takes long."""
    enough = [mark for mark in marks if mark.mass >= least]
    kept = sorted(enough, key=lambda mark: -mark.mass)[:_MOST_MARKS]
    return [mark for mark in enough if mark in kept] if len(enough) > _MOST_MARKS else enough


def without_frames(parts: list[Mark]) -> tuple[list[Mark], list[Mark]]:
    """Set apart what was drawn around or under a digit: the digits' parts, and the rest."""
    tallest = max(parts, key=lambda mark: mark.height)
    around = [
        mark
        for mark in parts
        if any(_holds(mark, other) for other in parts) or _underlines(mark, tallest)
    ]
    return [mark for mark in parts if mark not in around], around


def _holds(a: Mark, b: Mark) -> bool:
    """Whether one mark lies all around another one that is no mere dot."""
    y, x = a.height, a.width
    inside = (
        20 * (b.top - a.top) > y
        and 20 * (a.bottom - b.bottom) > y
        and 20 * (b.left - a.left) > x
        and 20 * (a.right - b.right) > x
    )
    return inside and 100 * b.height >= 35 * y and 100 * b.mass >= 15 * a.mass


def _underlines(a: Mark, b: Mark) -> bool:
    """Whether one mark is a flat stroke below another one."""
    flat = a.width >= 5 * a.height and 10 * a.width >= 8 * b.width
    return flat and a.top >= b.bottom and a.left < b.right and a.right > b.left


def joined(parts: list[Mark]) -> list[Mark]:
    """Join the parts of a digit, such as the bar of a 5 and the two strokes of a 4."""
    whole = list(parts)
    changed = True
    while changed:
        changed = False
        for i in range(len(whole)):
            for j in range(i + 1, len(whole)):
                if _belong(whole[i], whole[j]):
                    whole[i] |= whole.pop(j)
                    changed = True
                    break
            if changed:
                break
    return whole


def told_apart(whole: list[Mark]) -> tuple[list[Mark], list[Mark]]:
    """Tell digits, from left to right, from other marks: those as high as the one with most ink."""
    narrow = [mark for mark in whole if 10 * mark.width <= _WIDEST * mark.height]
    main = max(narrow or whole, key=lambda mark: mark.mass)
    digits = [
        mark
        for mark in narrow or [main]
        if 2 * mark.height >= main.height and 10 * mark.mass >= main.mass
    ]
    others = [mark for mark in whole if mark not in digits]
    return sorted(digits, key=lambda mark: (mark.left, mark.top)), others


def _belong(a: Mark, b: Mark) -> bool:
    """Whether two marks are parts of one digit. Lengths are compared in hundredths."""
    tall = max(a.height, b.height, max(a.width, b.width) // 2)
    apart_x = max(a.left, b.left) - min(a.right, b.right)
    apart_y = max(a.top, b.top) - min(a.bottom, b.bottom)
    little = min(a.height, b.height)
    # One above the other, as a 5's bar, or the halves of a stroke that broke.
    if -2 * apart_x >= min(a.width, b.width) and 2 * apart_y >= -little:
        return 100 * apart_y <= 25 * tall
    # A slanted stroke that broke.
    both = max(a.bottom, b.bottom) - min(a.top, b.top)
    if 5 * apart_y >= -little and max(apart_x, apart_y) * 100 <= 8 * both:
        return True
    # Side by side, and of different height: a 4's hook and its stem.
    if 100 * little <= 75 * tall and apart_y <= 0:
        return 100 * apart_x <= 10 * tall
    # A little piece near a large one.
    if 100 * little <= 35 * tall:
        return 100 * max(apart_x, apart_y) <= 20 * tall
    return False


# --- Printed lines ------------------------------------------------------------------------------

#: Slopes are counted in steps of one cell in so many; steeper lines than 1 in 2 belong across.
_STEEP, _SLOPES = 128, 64
#: Cells along the longer side.
_CELLS = 256
#: Hundredths of a line that must be seen; where lines were found, those of like slope with fewer.
_SHARE, _COVERED, _ALIKE = 70, 40, 8
#: More are no ruled paper; so the time is bounded.
_MOST_LINES = 100


def printed(mask: Mask) -> Mask:
    """Find the pixels of ruled and squared lines: thin, straight, and as long as the picture."""
    return _ruled(mask) | _ruled(mask.T).T


def _ruled(mask: Mask) -> Mask:
    """Find the pixels of lines that run from left to right.

    Candidates are the pixels whose run down their column is short. On a grid of cells, a Hough
    transform (Duda and Hart, 1972) counts those along each line; a line is then followed from
    column to column, and its runs are taken, so that a stroke which crosses it stays whole.
    """
    height, width = mask.shape
    taken = np.zeros(mask.shape, dtype=bool)
    columns, tops, ends = _runs_down(mask)
    thin = max(2, min(mask.shape) // 80)
    kept = ends - tops <= thin
    columns, tops, ends = columns[kept], tops[kept], ends[kept]
    cell = math.ceil(max(mask.shape) / _CELLS)
    rows_of_cells, columns_of_cells = -(-height // cell), -(-width // cell)
    if columns_of_cells < 32 or not len(columns):
        return taken
    middles = (tops + ends - 1) // 2
    filled = np.zeros((rows_of_cells + 1, columns_of_cells), dtype=bool)
    filled[middles // cell, columns // cell] = True
    filled[1:] |= filled[:-1].copy()  # a line between two rows of cells counts for one
    y, x = np.nonzero(filled)
    if 4 * len(y) > 3 * filled.size:  # a texture, no lines
        return taken
    lines = _lines(y, x, (rows_of_cells + 1, columns_of_cells))
    long = [line for line in lines if line[2] >= 90]
    chosen = lines if len(lines) >= 3 else long
    for slope, offset, _ in chosen:
        near = (middles // cell) * _STEEP + slope * (columns // cell) - offset * _STEEP
        at = np.flatnonzero((near >= -_STEEP) & (near < _STEEP))
        _take(taken, columns[at], tops[at], ends[at], slope)
    return taken


def _runs_down(mask: Mask) -> tuple[Counts, Counts, Counts]:
    """List the runs of true cells down each column: columns, first rows, rows behind the last."""
    padded = np.zeros((mask.shape[1], mask.shape[0] + 2), dtype=np.int8)
    padded[:, 1:-1] = mask.T
    change = np.diff(padded, axis=1)
    columns, tops = np.nonzero(change == 1)
    _, ends = np.nonzero(change == -1)
    return columns, tops, ends


def _lines(y: Counts, x: Counts, shape: tuple[int, int]) -> list[tuple[int, int, int]]:
    """Find the lines that most cells lie on: slope, offset, and the share of cells in hundredths.

    A line holds the cells with (y * 128 + slope * x) // 128 == offset.
    """
    height, width = shape
    least, span = -(_SLOPES * width) // _STEEP - 1, height + 2 * (_SLOPES * width // _STEEP) + 3
    slopes = np.arange(-_SLOPES, _SLOPES + 1)
    counts = np.empty((len(slopes), span), dtype=np.int64)
    room = np.empty_like(counts)
    across = np.arange(width)
    for n, slope in enumerate(slopes):
        counts[n] = np.bincount((y * _STEEP + slope * x) // _STEEP - least, minlength=span)
        # How many columns such a line has inside of the picture.
        shift = (slope * across) // _STEEP
        begun, over = (
            np.bincount(at, minlength=span) for at in (shift - least, shift - least + height)
        )
        room[n] = np.cumsum(begun - over)
    room = np.maximum(room, 1)
    found: list[tuple[int, int, int]] = []
    left = np.ones(len(y), dtype=bool)
    while len(found) < _MOST_LINES:
        enough = counts * 100 >= _SHARE * room
        if len(found) >= 3:  # the paper is ruled: a digit may cover most of a line
            alike = np.abs(slopes - found[0][0])[:, np.newaxis] <= _ALIKE
            enough |= alike & (counts * 100 >= _COVERED * room)
        score = np.where(enough & (room * 2 >= width), counts, 0)
        best = int(score.argmax())
        if score.flat[best] == 0:
            break
        n, place = divmod(best, span)
        chosen, offset = int(slopes[n]), place + least
        found.append((chosen, offset, int(counts[n, place] * 100 // room[n, place])))
        # Its cells, and those beside it, belong to no other line.
        near = (y * _STEEP + chosen * x) // _STEEP - offset
        gone = left & (near >= -1) & (near <= 1)
        left &= ~gone
        for m, other in enumerate(slopes):
            at = (y[gone] * _STEEP + other * x[gone]) // _STEEP - least
            counts[m] -= np.bincount(at, minlength=span)
    return found


def _take(taken: Mask, columns: Counts, tops: Counts, ends: Counts, slope: int) -> None:
    """Take the runs of a line, which may bend a little: those near the median of their stretch."""
    if not len(columns):
        return
    thick = int(np.sort(ends - tops)[len(ends) // 2])
    # Twice the middle of each run, as if the line were level.
    level = tops + ends + (2 * slope * columns) // _STEEP
    stretch = columns // max(16, taken.shape[1] // 12)
    for part in np.unique(stretch):
        at = np.flatnonzero(stretch == part)
        usual = int(np.sort(level[at])[len(at) // 2])
        fits = (np.abs(level[at] - usual) <= thick + 3) & ((ends - tops)[at] <= thick + 2)
        for run in at[fits]:
            taken[tops[run] : ends[run], columns[run]] = True
