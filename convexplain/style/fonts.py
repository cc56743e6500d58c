"""The bundled fonts: where they are, what they can write, and the outlines of their text.

"Convexplain Sans" is a subset of Noto Sans CJK SC (``assets/fonts/README.md``), so that English and
Chinese look the same on a machine without any font. Digits, plus and minus share one advance.
Text is drawn from its outlines, never through the system's choice of fonts, which would put white
boxes where a glyph is missing.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from convexplain.errors import ConvexplainError
from convexplain.messages import Message

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FAMILY = "Convexplain Sans"
WEIGHTS = ("regular", "bold")

Outline = tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8], float]

# Its glyph is empty and in no kerning pair, so its position after a text is the text's advance.
_END = "\N{IDEOGRAPHIC SPACE}"


@dataclass(frozen=True)
class Metrics:
    """Vertical measures of a font in em from the base line; the descent, down, is positive too."""

    ascent: float
    descent: float
    cap_height: float


@lru_cache
def path(weight: str = "regular") -> Path:
    """Return the OpenType file of a bundled font."""
    if weight not in WEIGHTS:
        raise ValueError(f"there is no weight {weight!r}: use {' or '.join(WEIGHTS)}")
    return Path(str(files("convexplain") / "assets" / "fonts" / f"convexplain-sans-{weight}.otf"))


def require(text: str, font: Path | None = None) -> None:
    """Make sure that the bundled fonts, or another one, have all characters of a line of text."""
    written = _coverage(font or path())
    absent = [c for c in dict.fromkeys(text) if ord(c) not in written]
    if not absent:
        return
    named = ", ".join(f"{c!r} (U+{ord(c):04X} {unicodedata.name(c, 'control')})" for c in absent)
    if font is None:
        remedy = Message("run python tools/make_fonts.py, or give a font that has them")
    else:
        remedy = Message("give another font")
    raise ConvexplainError(
        "the font {font} lacks {named}: {remedy}",
        font=font.name if font else FAMILY,
        named=named,
        remedy=remedy,
    )


def known(text: str) -> set[str]:
    """Return the characters of a text that both bundled fonts have."""
    have = _coverage(path()) & _coverage(path("bold"))
    return {c for c in text if ord(c) in have}


@lru_cache(maxsize=16384)
def advance(text: str, weight: str = "regular", font: Path | None = None) -> float:
    """Measure the width of a kerned line of text, spaces included, in em; no glyph is drawn."""
    from matplotlib.ft2font import LoadFlags

    file = font or path(weight)
    require(text, font)
    face = _face(file)
    return face._layout(text + _end(file), LoadFlags.NO_HINTING)[-1].x / face.units_per_EM


@lru_cache(maxsize=4096)
def outline(text: str, weight: str = "regular", font: Path | None = None) -> Outline:
    """Shape a line of text, kerned, and return its outline.

    Another `font` is used for every weight. The outline is in em, y upwards, from the start of the
    base line. Its codes are those of `matplotlib.path.Path`; contours are closed, counters run the
    other way round. The advance is the width of the line, as `advance` measures it. The arrays
    are read-only.
    """
    # Not matplotlib.textpath: it lists all fonts of the machine first, in every fresh worker.
    from matplotlib._text_helpers import layout
    from matplotlib.path import Path as Curves

    file = font or path(weight)
    require(text, font)
    face = _face(file)
    units = face.units_per_EM
    vertices, codes, position = [np.empty((0, 2))], [np.empty(0, np.uint8)], 0.0
    for glyph in layout(text + _end(file), face):
        points, kinds = face.get_path()
        position = glyph.x
        # FreeType leaves the point of a CLOSEPOLY at the origin, which would widen the extents.
        points[kinds == Curves.CLOSEPOLY] = points[kinds == Curves.MOVETO]
        vertices.append(points + np.array([glyph.x, glyph.y]))
        codes.append(kinds.astype(np.uint8))
    joined = np.concatenate(vertices) / units, np.concatenate(codes)
    for array in joined:
        array.flags.writeable = False
    return *joined, position / units


@lru_cache
def metrics(weight: str = "regular", font: Path | None = None) -> Metrics:
    """Measure a bundled font, or another one."""
    face = _face(font or path(weight))
    high = float(outline("H", weight, font)[0][:, 1].max())
    return Metrics(face.ascender / face.units_per_EM, -face.descender / face.units_per_EM, high)


@lru_cache
def _face(file: Path) -> FT2Font:
    """Open a font at one pixel a design unit, where nothing is rounded."""
    from matplotlib.ft2font import FT2Font

    try:
        # Read at once: processes forked later would share an open file, and its position.
        face = FT2Font(io.BytesIO(file.read_bytes()))
    except (OSError, RuntimeError) as error:
        raise ConvexplainError(
            "the font {file} cannot be read: {error}", file=file, error=error
        ) from error
    face.set_size(face.units_per_EM, 72)
    return face


@lru_cache
def _coverage(file: Path) -> frozenset[int]:
    return frozenset(_face(file).get_charmap())


def _end(file: Path) -> str:
    return _END if ord(_END) in _coverage(file) else " "
