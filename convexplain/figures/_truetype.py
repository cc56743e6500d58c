"""TrueType outlines in PDF files: what matplotlib embeds there is TrueType, or Type 3.

Publishers refuse Type 3. The bundled font has PostScript outlines, which matplotlib would embed as
if they were TrueType: viewers warn, and strict ones show nothing. So the glyphs that a file uses
get outlines of quadratic curves, within half a thousandth of an em of the cubic ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ERROR = 0.5  # in units of the font, of which an em has 1000
# What no viewer asks an embedded font for, and what belongs to PostScript outlines.
_LEFT_OUT = ("CFF ", "VORG", "GDEF", "GPOS", "GSUB")
_NOTHING = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
)


@contextmanager
def embedded() -> Iterator[None]:
    """Let matplotlib embed every font with TrueType outlines."""
    from matplotlib.backends import _backend_pdf_ps as embedding

    subset = embedding.get_glyphs_subset

    @contextmanager
    def converted(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with subset(*args, **kwargs) as found:
            if "CFF " in found.font:
                convert(found.font)
            yield found

    embedding.get_glyphs_subset = converted
    try:
        yield
    finally:
        embedding.get_glyphs_subset = subset


def convert(font: Any) -> None:
    """Give a font of fontTools TrueType outlines instead of its PostScript outlines."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    names, outlines, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in names:
        pen = TTGlyphPen(None)
        # The inside of a TrueType outline is on the other side.
        outlines[name].draw(Cu2QuPen(pen, _ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    for tag in _LEFT_OUT:
        if tag in font:
            del font[tag]
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = names, glyphs
    largest = font["maxp"]
    largest.tableVersion, largest.maxZones = 0x00010000, 1
    for each in _NOTHING:
        setattr(largest, each, 0)
    font["head"].glyphDataFormat = 0
    font.sfntVersion, font.recalcBBoxes = "\0\1\0\0", True
