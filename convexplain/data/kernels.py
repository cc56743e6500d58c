"""Classic kernels by name, a user's own as text, and what a kernel looks for, by rule.

All kernels are written as they are laid on the picture, unflipped: the number at the top right is
the weight of the pixel at the top right. Row numbers grow downwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.errors import choose, either
from convexplain.messages import Message

Weights: TypeAlias = NDArray[np.float32]

#: The largest weight that is read: numbers of more digits cannot be shown in a cell.
LARGEST = 999
_ROWS = '"1,0,-1;2,0,-2;1,0,-1"'


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel that people gave a name to.

    Attributes
    ----------
    name : str
        Lower case, as in "sobel-x".
    weights : ndarray of float32, (kH, kW)
        Read-only.
    source : str
        Where it comes from.
    finds, finds_zh : str
        What it finds or does, in English and in Chinese.
    """

    name: str
    weights: Weights
    source: str
    finds: str
    finds_zh: str


def _kernel(
    name: str, rows: ArrayLike, source: str, finds: str, finds_zh: str, *, over: int = 1
) -> Kernel:
    weights = (np.asarray(rows, np.float64) / over).astype(np.float32)
    weights.flags.writeable = False
    return Kernel(name, weights, source, finds, finds_zh)


_BINOMIAL_3, _BINOMIAL_5 = np.array([1, 2, 1]), np.array([1, 4, 6, 4, 1])
_GIMP = "GIMP user manual, Convolution Matrix"
_SOBEL = "I. Sobel and G. Feldman, A 3x3 isotropic gradient operator, 1968"
_PREWITT = "J. M. S. Prewitt, Object enhancement and extraction, 1970"
_SCHARR = "H. Scharr, Optimale Operatoren in der digitalen Bildverarbeitung, 2000"
_BURT = "P. J. Burt and E. H. Adelson, The Laplacian pyramid as a compact image code, 1983"
_MARR = "D. Marr and E. Hildreth, Theory of edge detection, 1980"
_GONZALEZ = "R. C. Gonzalez and R. E. Woods, Digital image processing"

_CLASSICS = (
    _kernel(
        "identity",
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        "the neutral element of convolution",
        "the picture itself, unchanged",
        "原图本身，不作改变",
    ),
    _kernel(
        "box-blur",
        np.ones((3, 3)),
        _GONZALEZ,
        "the mean of nine pixels: a blurred picture",
        "9 个像素的平均值：画面变模糊",
        over=9,
    ),
    _kernel(
        "gaussian-3",
        np.outer(_BINOMIAL_3, _BINOMIAL_3),
        _BURT,
        "a mean that favours the centre: a softly blurred picture",
        "偏重中心的平均值：画面轻度模糊",
        over=16,
    ),
    _kernel(
        "gaussian-5",
        np.outer(_BINOMIAL_5, _BINOMIAL_5),
        _BURT,
        "a mean that favours the centre, over 25 pixels",
        "25 个像素上偏重中心的平均值",
        over=256,
    ),
    _kernel(
        "sharpen",
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        _GIMP,
        "the picture with its edges exaggerated",
        "边缘得到加强的画面",
    ),
    _kernel(
        "sobel-x",
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        _SOBEL,
        "vertical edges, brighter on the right",
        "竖直边缘，右侧更亮",
    ),
    _kernel(
        "sobel-y",
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
        _SOBEL,
        "horizontal edges, brighter below",
        "水平边缘，下方更亮",
    ),
    _kernel(
        "prewitt-x",
        [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
        _PREWITT,
        "vertical edges, brighter on the right, all three rows alike",
        "竖直边缘，右侧更亮，三行权重相同",
    ),
    _kernel(
        "prewitt-y",
        [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
        _PREWITT,
        "horizontal edges, brighter below, all three columns alike",
        "水平边缘，下方更亮，三列权重相同",
    ),
    _kernel(
        "scharr-x",
        [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
        _SCHARR,
        "vertical edges, brighter on the right, equally strong at any angle",
        "竖直边缘，右侧更亮，对各个方向的强弱更一致",
    ),
    _kernel(
        "scharr-y",
        [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
        _SCHARR,
        "horizontal edges, brighter below, equally strong at any angle",
        "水平边缘，下方更亮，对各个方向的强弱更一致",
    ),
    _kernel(
        "laplacian",
        [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        _GONZALEZ,
        "dark spots, and both sides of every edge",
        "暗点，以及每条边缘的两侧",
    ),
    _kernel(
        "log-5",
        [
            [0, 0, -1, 0, 0],
            [0, -1, -2, -1, 0],
            [-1, -2, 16, -2, -1],
            [0, -1, -2, -1, 0],
            [0, 0, -1, 0, 0],
        ],
        _MARR,
        "bright spots, whatever their surroundings (Laplacian of a Gaussian)",
        "亮点，与周围的明暗无关（高斯拉普拉斯）",
    ),
    _kernel(
        "line-horizontal",
        [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]],
        _GONZALEZ,
        "horizontal lines one pixel thick",
        "一个像素粗的水平线条",
    ),
    _kernel(
        "line-vertical",
        [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]],
        _GONZALEZ,
        "vertical lines one pixel thick",
        "一个像素粗的竖直线条",
    ),
    _kernel(
        "emboss",
        [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
        _GIMP,
        "a relief, lit from the lower right",
        "浮雕效果，右下方受光",
    ),
)

KERNELS: Mapping[str, Kernel] = MappingProxyType({kernel.name: kernel for kernel in _CLASSICS})
"""The classic kernels by name."""


def named(name: str) -> Kernel:
    """Find a classic kernel.

    Raises
    ------
    ValueError
        There is none of this name; the text gives the nearest one and all of them.
    """
    if name in KERNELS:
        return KERNELS[name]
    near = matching(name)
    meant = choose(name, KERNELS)
    if near:
        meant = Message("did you mean {names}?", names=either(near))
    raise ValueError(
        Message(
            "no kernel is named {name!r:.60}: give your own as rows ({rows}), or {meant}",
            name=name,
            rows=_ROWS,
            meant=meant,
        )
    )


def matching(word: str) -> tuple[str, ...]:
    """Return the kernels with a word in their name, or else those that find what it says."""
    wanted = word.lower().replace("_", "-").replace(" ", "-")
    named = [name for name in KERNELS if f"-{wanted}" in f"-{name}" and len(wanted) > 2]
    found = [k.name for k in KERNELS.values() if wanted in k.finds.lower() and len(wanted) > 3]
    return tuple(named or found)


def parse(text: str) -> Weights:
    """Read a kernel written as rows: commas between numbers, semicolons between rows.

    A number may be a fraction, as in "1/9".

    Parameters
    ----------
    text : str

    Returns
    -------
    ndarray of float32, (kH, kW)

    Raises
    ------
    ValueError
        Something that is no number from -`LARGEST` to `LARGEST`, or rows of different length.

    Examples
    --------
    >>> parse("1,0,-1;2,0,-2;1,0,-1")
    array([[ 1.,  0., -1.],
           [ 2.,  0., -2.],
           [ 1.,  0., -1.]], dtype=float32)
    """
    rows = [[_number(cell, text) for cell in row.split(",")] for row in text.split(";")]
    lengths = [len(row) for row in rows]
    if len(set(lengths)) > 1:
        raise ValueError(
            Message(
                "the kernel {text!r:.60} has rows of {lengths} numbers: give every row the same "
                "number",
                text=text,
                lengths=", ".join(map(str, lengths)),
            )
        )
    return np.array(rows, np.float32)


def read(text: str) -> Weights:
    """Give the weights of a kernel, named as in `KERNELS` or written out as for `parse`."""
    return parse(text) if {",", ";"} & set(text) or not text[:1].isalpha() else named(text).weights


def _number(cell: str, text: str) -> float:
    # A minus sign may have been copied from what convexplain prints.
    numerator, slash, denominator = cell.replace("\N{MINUS SIGN}", "-").partition("/")
    try:
        value = float(numerator) / (float(denominator) if slash else 1)
    except (ValueError, ZeroDivisionError):
        value = np.nan
    if not abs(value) <= LARGEST:
        raise ValueError(
            Message(
                "the kernel {text!r:.60} holds {cell!r:.60}, which is no number from -{largest} to "
                "{largest}: write rows as in {rows}",
                text=text,
                cell=cell.strip(),
                largest=LARGEST,
                rows=_ROWS,
            )
        )
    return value


@dataclass(frozen=True)
class Pattern:
    """What a kernel looks for.

    Attributes
    ----------
    kind : {"edge", "line", "spot", "mixed"}
        "mixed" if no ideal kernel comes near enough.
    angle : float
        Degrees, counterclockwise, in steps of 15. Of an edge: where its bright side is, from 0
        (right) over 90 (above) to 345. Of a line: how it runs, from 0 (horizontal) to 165.
        Otherwise 0.
    cosine : float
        With the nearest ideal kernel, also where that is not near enough.
    """

    kind: Literal["edge", "line", "spot", "mixed"]
    angle: float
    cosine: float


def closest_pattern(kernel: ArrayLike, *, least: float = 0.8) -> Pattern:
    """Compare a kernel with ideal edges, lines and a spot, and name what it is nearest to.

    The ideal 3x3 kernels are Prewitt's ramp ``-1 0 1`` and the line ``-1 2 -1``, turned in steps
    of 15 degrees, and the spot of 8 amid -1s. In larger kernels the ramp goes on, and lines and
    spots are one cell or a third of the kernel thick. Nearness is the cosine of the angle between
    two kernels as vectors: 1 where one is a positive multiple of the other.

    Parameters
    ----------
    kernel : array_like
        The weights of one channel, (kH, kW).
    least : float
        The cosine below which a pattern is called "mixed".

    Raises
    ------
    ValueError
        Other than two axes, or a number that is not finite.

    Examples
    --------
    >>> pattern = closest_pattern(KERNELS["sobel-y"].weights)
    >>> pattern.kind, pattern.angle, round(pattern.cosine, 3)
    ('edge', 270.0, 0.943)
    """
    weights = np.asarray(kernel, np.float64)
    if weights.ndim != 2 or weights.size == 0 or not np.isfinite(weights).all():
        raise ValueError(
            Message(
                "kernel has shape {shape}: give the finite weights of one channel, (kH, kW)",
                shape=weights.shape,
            )
        )
    ideals = list(_ideals(*weights.shape))
    cosines = np.array([_cosine(weights, ideal) for _, _, ideal in ideals])
    # The first of those that are equal up to rounding, so that the answer is the same everywhere.
    best = int(np.argmax(cosines >= cosines.max() - 1e-9))
    kind, angle, _ = ideals[best]
    cosine = float(cosines[best])
    if cosine < least:
        return Pattern("mixed", 0.0, cosine)
    return Pattern(kind, angle, cosine)


def _ideals(
    height: int, width: int
) -> list[tuple[Literal["edge", "line", "spot"], float, NDArray[Any]]]:
    """List the ideal kernels of one size: kind, angle in degrees, weights."""
    y, x = np.mgrid[:height, :width]
    # Measured from the centre, y upwards, so that angles turn counterclockwise as in mathematics.
    x, y = x - (width - 1) / 2, (height - 1) / 2 - y
    ideals: list[tuple[Literal["edge", "line", "spot"], float, NDArray[Any]]] = []
    for angle in range(0, 360, 15):
        turn = np.deg2rad(angle)
        ideals.append(("edge", float(angle), x * np.cos(turn) + y * np.sin(turn)))
    thicknesses = sorted({1.0, max(1.0, max(height, width) / 3)})
    for angle in range(0, 180, 15):
        turn = np.deg2rad(angle)
        beside = np.abs(y * np.cos(turn) - x * np.sin(turn))
        ideals += [("line", float(angle), _ridge(beside, thick)) for thick in thicknesses]
    ideals += [("spot", 0.0, _ridge(np.hypot(x, y), thick)) for thick in thicknesses]
    return ideals


def _ridge(distance: NDArray[Any], thickness: float) -> NDArray[Any]:
    """Fall off linearly from 1 to 0, less the mean: blank and evenly inked paper both give 0."""
    height = np.maximum(0, 1 - distance / thickness)
    ridge: NDArray[Any] = height - height.mean()
    return ridge


def _cosine(a: NDArray[Any], b: NDArray[Any]) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return min(float((a * b).sum()) / lengths, 1.0) if lengths > 0 else 0.0
