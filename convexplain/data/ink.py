"""From a page with digits on it to digits as MNIST stores them.

MNIST's digits are bright ink (1) on dark paper (0). Their box was scaled to fit 20x20 with its
aspect kept, and put into 28x28 with the centre of mass at the pixel (14, 14), to the nearest
whole pixel: in all 10,000 test digits it lies between 13.5 and 14.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import _paper, _writing
from convexplain.data._paper import Floats, Levels, Mask, View
from convexplain.data._writing import Mark
from convexplain.errors import ConvexplainError
from convexplain.messages import Message
from convexplain.style.captions import Caption

SIDE, BOX, CENTRE = 28, 20, 14

Gray = npt.NDArray[np.float32]
_Box = tuple[int, int, int, int]  # top, left, bottom, right, the last two exclusive

#: What may be wrong with a digit that was read off a picture, by name, as a sentence.
DOUBTS: Mapping[str, Caption] = MappingProxyType(
    {
        "several digits": Caption(
            en="The picture holds several digits; this is one of them.",
            zh="图中不止一个数字，这是其中一个。",
        ),
        "ink at the frame": Caption(
            en="Ink reaches the picture's frame: a part of the digit may be missing.",
            zh="笔画碰到了图片边缘，数字可能不完整。",
        ),
        "faint ink": Caption(
            en="The ink hardly stands out from the paper.",
            zh="墨迹太淡，和纸面几乎分不开。",
        ),
        "no paper found": Caption(
            en="No even paper was found around the digit.",
            zh="数字周围没有找到均匀的纸面。",
        ),
        "other marks": Caption(
            en="Other marks of a like size were left out.",
            zh="还有大小相近的其他笔迹，没有计入。",
        ),
        "no strokes": Caption(
            en="What was read is a filled shape, or too wide for a digit.",
            zh="读到的是一块实心或过宽的图形，不像数字。",
        ),
    }
)

# Ink stands out from the paper by a tenth of the range, and by more than the paper's own noise
# gives: four standard deviations.
_LEAST_CONTRAST, _NOISE_FACTOR = 0.1, 4.0
# Blots with less than this share of the largest one's ink are dirt; the bar of a 5 has more.
_DIRT = 0.05
# Ink is faint if it stands out by less, or by less than so many times the paper's noise.
_FAINT, _FAINT_NOISE = 0.12, 5.0
# Where other ink covers more than this share of what is around a digit, there is no paper.
_BUSY = 0.1
# As much of what is next to a digit may be as dark as its ink.
_RUNS_ON = 0.05
# More marks than these on a plane page are printed lines, or noise.
_MOST_SPECKS = 12
# Smaller pictures hold nothing but a digit.
_LEAST_PAGE = 64


class Digit(NamedTuple):
    """A digit that was found on a picture, as MNIST would store it."""

    pixels: Gray  # (28, 28): 0 is paper, 1 is ink, in steps of 1/255
    steps: tuple[str, ...]  # what was done, in words
    doubts: tuple[str, ...]  # names of `DOUBTS`
    box: _Box  # on the page
    mass: int  # of its ink on the page


class Reading(NamedTuple):
    """What was read of a picture."""

    page: Levels  # (H, W), 0 to 255: the picture, or the sheet that was cut out of it
    digits: tuple[Digit, ...]  # from left to right, at least one

    @property
    def largest(self) -> int:
        """Which digit stands for the picture: the one with most ink."""
        return max(range(len(self.digits)), key=lambda n: self.digits[n].mass)


class _Ink(NamedTuple):
    """What stands out from the paper far enough to be ink."""

    strokes: Gray  # 0 to 1, paper 0
    mask: Mask  # where there is ink for certain
    floor: float  # what is less is paper
    strength: float  # how much strokes stand out


class _Writing(NamedTuple):
    """What is written on a picture."""

    view: View
    ink: _Ink
    found: npt.NDArray[np.int64]  # the number of each pixel's mark, 0 for paper
    digits: list[Mark]  # from left to right
    others: list[Mark]  # what is neither digit nor dirt
    aside: list[Mark]  # what reaches the frame
    quiet: bool  # whether nothing reaches the frame, and there are few specks
    left_out: tuple[str, ...]  # in words


def read(gray: npt.NDArray[np.floating]) -> Reading:
    """Find the digits on a gray picture, and prepare each like an MNIST digit.

    Parameters
    ----------
    gray : (H, W) array of float
        Brightness from 0 to 1, read in steps of 1/255: digits in dark ink on light paper, or the
        other way round. The light may fall unevenly, paper may be noisy, ruled or squared, lie
        askew on a table, or have something else at the picture's frame.

    Returns
    -------
    Reading

    Raises
    ------
    ConvexplainError
        If nothing stands out from the paper.
    """
    levels = np.rint(np.asarray(gray, dtype=np.float64) * 255).astype(np.int32)
    for light in (True, False):
        corners = _paper.sheet(levels, light)
        if corners is None:
            continue
        page = _paper.straightened(levels, corners)
        written = _read(page)
        # Dark ink on a light sheet, or light ink on a dark one; else it was no sheet.
        if written is not None and written.view.dark == light and not written.digits[0].at_frame:
            return Reading(page, _prepared(page, written, (_SHEET,)))
    written = _read(levels)
    if written is None:
        raise ConvexplainError(_NO_INK)
    return Reading(levels, _prepared(levels, written, ()))


_INVERTED = Message("inverted: the ink is dark, the paper light")
_SHEET = Message("cut to the sheet of paper and straightened")
_LINES = Message("printed lines left out")
_FRAME = Message("left out what reaches the picture's frame")
_AROUND = Message("left out what is drawn around or under the digit")
_SPECKS = Message("small specks left out")
_OTHERS = Message("other marks left out")
_AS_IS = Message("already as MNIST stores digits: neither scaled nor moved")
_NO_INK = Message(
    "no ink found: a digit must stand out from the paper around it; use a dark pen on white paper, "
    "or cut the picture to the digit"
)


# --- Where the digits are -----------------------------------------------------------------------


def _read(levels: Levels) -> _Writing | None:
    """Find what is written; None if nothing stands out from the paper.

    A plane through the rim is the paper, where nothing reaches the rim and all is quiet. Else the
    paper is followed from place to place, for dark ink and for light ink, and what looks more like
    writing is taken.
    """
    plain = _found(_paper.flat(levels), everywhere=False)
    if min(levels.shape) < _LEAST_PAGE or (plain is not None and plain.quiet):
        return plain
    both = (_found(_paper.local(levels, dark), everywhere=True) for dark in (True, False))
    best, most = plain, 0.0
    for written in both:
        if written is not None and (weight := _weight(written, levels)) > most:
            best, most = written, weight
    return best


def _weight(written: _Writing, levels: Levels) -> float:
    """Compare two readings by their ink; 0 where the digit is no darker than what is around it.

    The hole of a 0 is as light as the paper around the 0, so it is no light ink.
    """
    mark = max(written.digits, key=lambda mark: mark.mass)
    dark = written.view.dark
    rows, columns = mark.around(2)
    middle = float(np.median(levels[rows, columns]))
    own = float(np.median(levels[_writing.those(written.found, mark.numbers)]))
    scale = middle if dark else 255.0
    apart = middle - own if dark else own - middle
    if apart < 0.3 * written.view.contrast * scale:
        return 0.0
    return mark.mass * (1.5 if dark else 1.0) * (0.3 if mark.at_frame else 1.0)


def _found(view: View, *, everywhere: bool) -> _Writing | None:
    """Find the marks that stand out, and tell digits from what else lies on the page.

    `everywhere`: printed lines and what reaches the frame are taken out first.
    """
    values = view.ink
    least = max(_LEAST_CONTRAST, _NOISE_FACTOR * view.noise)
    left_out: list[str] = []
    aside: list[Mark] = []
    if everywhere and _paper.top_thousandth(values) > least:
        mask = _ink(values, view.noise).mask
        lines = _writing.printed(mask)
        if lines.any():
            values = np.where(_writing.grown(lines, 2) & (lines | ~mask), 0, values)
            left_out.append(_LINES)
    contrast = _paper.top_thousandth(values) if everywhere else view.contrast
    while True:
        if contrast <= least:
            return None
        ink = _ink(values, view.noise) if everywhere else _plain_ink(view)
        if not ink.mask.any():  # as where the paper is as rough as the strokes are dark
            return None
        marks, found = _writing.marks(
            np.rint(ink.strokes.astype(np.float64) * 255).astype(np.int64), ink.mask
        )
        dirt = _DIRT * max(mark.mass for mark in marks)
        cut = [mark for mark in marks if mark.at_frame and mark.mass >= dirt]
        if not everywhere:
            aside = cut
        if not cut or not everywhere:
            break
        own = _writing.those(found, [mark.numbers[0] for mark in cut])
        rest = np.where(_writing.grown(own, 3), 0, values)
        contrast = _paper.top_thousandth(rest)
        if contrast <= least:  # then it is the digit that reaches the frame
            break
        values = rest
        aside += cut
    if everywhere and aside:
        left_out.append(_FRAME)
    parts, around = _writing.without_frames(_writing.heaviest(marks, dirt))
    digits, others = _writing.told_apart(_writing.joined(parts))
    if len(parts) + len(around) < len(marks):
        left_out.append(_SPECKS)
    if around:
        left_out.append(_AROUND)
    if others:
        left_out.append(_OTHERS)
    quiet = len(marks) <= _MOST_SPECKS and not any(mark.at_frame for mark in marks)
    return _Writing(view, ink, found, digits, others, aside, quiet, tuple(left_out))


def _plain_ink(view: View) -> _Ink:
    """Take for ink what is a quarter as strong as strokes usually are, or stronger."""
    # Strokes become 1 at their usual strength, not at their darkest speck.
    strength = float(np.median(view.ink[view.ink > view.contrast / 2]))
    floor = max(0.05, _NOISE_FACTOR * view.noise / strength)
    strokes = np.clip(view.ink / strength, 0, 1).astype(np.float32)
    strokes[strokes < floor] = 0
    return _Ink(strokes, strokes > max(0.25, floor), floor, strength)


def _ink(values: Floats, noise: float) -> _Ink:
    """Part strong ink from faint lines and shadows, in the middle between the two (Otsu)."""
    least = max(0.05, _NOISE_FACTOR * noise)
    dark, _ = _paper.two_kinds(np.rint(values[values > least] * 255).astype(np.int64))
    level = max((dark + 0.5) / 255, least)
    strength = float(np.median(values[values >= level]))
    # The way from paper to ink has its middle there.
    low = min(max(0.0, 2 * level - strength), 0.8 * strength)
    span = strength - low
    floor = max(0.05, (least - low) / span)
    strokes = np.clip((values - low) / span, 0, 1).astype(np.float32)
    strokes[strokes < floor] = 0
    return _Ink(strokes, strokes > max(0.25, (level - low) / span), floor, strength)


# --- One digit of them --------------------------------------------------------------------------


def _prepared(page: Levels, written: _Writing, steps: tuple[str, ...]) -> tuple[Digit, ...]:
    """Make each digit one of MNIST's form."""
    strokes, _, floor, _ = written.ink
    if written.view.dark:
        steps = (*steps, _INVERTED)
    steps += written.left_out
    if strokes.shape == (SIDE, SIDE):
        every = written.digits + written.others
        clean = _alone(written, [n for mark in every for n in mark.numbers])
        if _is_prepared(clean, _bounds(clean > max(0.2, floor))):
            mass = sum(mark.mass for mark in every)
            pixels = _in_bytes(written.view.ink)
            return (Digit(pixels, (*steps, _AS_IS), (), (0, 0, SIDE, SIDE), mass),)
    made = []
    for mark in written.digits:
        own = _alone(written, mark.numbers)
        top, left, bottom, right = box = _bounds(own > max(0.2, floor))
        small = _scaled(own, box)
        did = (
            *steps,
            Message(
                "cut to the ink: rows {top}–{bottom}, columns {left}–{right}",
                top=top,
                bottom=bottom - 1,
                left=left,
                right=right - 1,
            ),
            Message(
                "scaled to {size[0]} × {size[1]}, to fit {box} × {box}", size=small.shape, box=BOX
            ),
            Message("centred by mass in {side} × {side}", side=SIDE),
        )
        pixels = _in_bytes(_centred(small))
        made.append(Digit(pixels, did, _doubts(page, written, mark), box, mark.mass))
    return tuple(made)


def _alone(written: _Writing, numbers: list[int] | tuple[int, ...]) -> Gray:
    """Keep the strokes of some marks, with their faint rims."""
    own = _writing.those(written.found, numbers)
    near = _writing.grown(own, 1 + max(own.shape) // 128)
    kept: Gray = np.where(near & (own | (written.found == 0)), written.ink.strokes, np.float32(0))
    return kept


def _doubts(page: Levels, written: _Writing, mark: Mark) -> tuple[str, ...]:
    """Name what may be wrong with a digit."""
    doubts = []
    if len(written.digits) > 1:
        doubts.append("several digits")
    if mark.at_frame or any(mark.is_like(other) for other in written.aside):
        doubts.append("ink at the frame")
    if written.ink.strength < max(_FAINT, _FAINT_NOISE * written.view.noise):
        doubts.append("faint ink")
    rows, columns = mark.around(2)
    numbers = [n for digit in written.digits for n in digit.numbers]
    foreign = written.ink.mask & ~_writing.those(written.found, numbers)
    if foreign[rows, columns].mean() > _BUSY or _runs_on(page, written, mark):
        doubts.append("no paper found")
    if any(mark.is_like(other) for other in written.others):
        doubts.append("other marks")
    if mark.is_no_stroke():
        doubts.append("no strokes")
    return tuple(doubts)


def _runs_on(page: Levels, written: _Writing, mark: Mark) -> bool:
    """Whether what lies around a digit is as dark as its ink, and was taken for paper."""
    own = _writing.those(written.found, mark.numbers)
    near = 1 + max(page.shape) // 128
    around = _writing.grown(own, 3 * near) & ~_writing.grown(own, near)
    if not around.any():
        return False
    ink, paper = float(np.median(page[own])), float(np.median(page[around]))
    alike = np.abs(page - ink) < abs(paper - ink) / 4
    alike &= around & (written.view.ink < written.ink.strength / 2)
    return int(alike.sum()) > _RUNS_ON * int(around.sum())


def centre_of_mass(pixels: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Return the mean (row, column), weighted by the values of an (H, W) array."""
    # In doubles: a shape that lies evenly around a half must come out at exactly that half.
    rows, columns = (pixels.sum(axis=axis, dtype=np.float64) for axis in (1, 0))
    total = float(rows.sum())
    row, column = rows @ np.arange(rows.size), columns @ np.arange(columns.size)
    return float(row) / total, float(column) / total


def _bounds(ink: Mask) -> _Box:
    """Return (top, left, bottom, right) of the true cells, the last two exclusive."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _is_prepared(strokes: Gray, box: _Box) -> bool:
    """Whether a picture of MNIST's size has its box and centre, too."""
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
