"""Exercises beyond the chapter: stamps of a transposed convolution, a row of samples."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from convexplain.paper.worksheet import _byhand
from convexplain.paper.worksheet import _words as words
from convexplain.paper.worksheet._blocks import Cell, Exercise, Grid, Line, Row
from convexplain.paper.worksheet._material import Material
from convexplain.style import format as fmt
from convexplain.style import terms

# Cells a side that stamp, the side of the stamp, and how far it is moved.
_CELLS, _STAMP, _STRIDE = 2, 3, 2
# Pixels of a row, and the weights that slide along it.
_PIXELS, _WEIGHTS = 8, (-1, 0, 1)
_FEWEST_VALUES = 3
_CLEAR = Fraction(15, 100)


def stamp(material: Material) -> Exercise | None:
    """Four neighbours of a map that stamp ones onto a larger one."""
    if not material.window_layers:
        return None
    layer = material.pool or material.window_layers[-1]
    maps = material.trace.activations[layer.name]

    def numbers(channel: int, row: int, col: int) -> Exercise | None:
        cells = maps[row : row + _CELLS, col : col + _CELLS, channel]
        if cells.shape != (_CELLS, _CELLS):
            return None
        values = _byhand.exact(cells, _byhand.WEIGHT)
        if len({*values.flat}) < _FEWEST_VALUES or max(values.flat) < _CLEAR:
            return None
        side = (_CELLS - 1) * _STRIDE + _STAMP
        painted = np.full((side, side), Fraction(0), dtype=object)
        stamps = np.zeros((side, side), dtype=int)
        for (r, c), value in np.ndenumerate(values):
            under = np.s_[_STRIDE * r : _STRIDE * r + _STAMP, _STRIDE * c : _STRIDE * c + _STAMP]
            painted[under] += value
            stamps[under] += 1
        grids = Row(
            (
                Grid(_byhand.rows(values, _byhand.WEIGHT)), "→",
                Grid(_byhand.rows(painted, _byhand.WEIGHT), answer=True),
            )
        )  # fmt: skip
        asked = {"n": str(stamps.max()), "one": str(int((stamps == 1).sum()))}
        return Exercise(
            "stamp",
            words.STAMP.fill(k=fmt.shape((_STAMP, _STAMP)), s=_STRIDE),
            (grids, Line(words.STAMPS, asked)),
            words.ABOUT_CHANNEL.fill(layer=layer.name, filter=channel, row=row, col=col),
            Cell(layer.name, channel, row, col),
        )

    return material.cell(layer, numbers)  # type: ignore[no-any-return]


def strip(material: Material) -> Exercise | None:
    """A row of pixels, and three weights that slide along it."""
    pixels = material.trace.image.squeeze(axis=-1)
    rows, cols = pixels.shape
    for _ in range(200):
        if cols < _PIXELS:
            return None
        row, col = material.below(rows), material.below(cols - _PIXELS + 1)
        read = _byhand.exact(pixels[row, col : col + _PIXELS], _byhand.PIXEL)
        if len({*read}) > _FEWEST_VALUES and material.is_new("strip", row, col):
            break
    else:
        return None
    # Those behind the zeros that may stand in front, too.
    padded = [*[Fraction(0)] * (len(_WEIGHTS) - 1), *read]
    sums = [
        sum((weight * padded[at + n] for n, weight in enumerate(_WEIGHTS)), Fraction(0))
        for at in range(_PIXELS)
    ]
    early, sums = sums[: len(_WEIGHTS) - 1], sums[len(_WEIGHTS) - 1 :]
    given = Row(
        (
            Grid(_byhand.rows(read[None], _byhand.PIXEL), terms.ROW.capital.fill(n=row)),
            Grid((tuple(str(weight).replace("-", "−") for weight in _WEIGHTS),),
                 terms.KERNEL.capital),
        )
    )  # fmt: skip
    found = Row((Grid(_byhand.rows(np.array([sums]), _byhand.PIXEL), answer=True),))
    first = {name: fmt.number(n, _byhand.PIXEL) for name, n in zip("ab", early, strict=True)}
    about = words.ABOUT_ROW.fill(row=row, first=col, last=col + _PIXELS - 1)
    return Exercise(
        "strip", words.STRIP.fill(k=len(_WEIGHTS)), (given, found, Line(words.CAUSAL, first)),
        about, source=(row, col),
    )  # fmt: skip
