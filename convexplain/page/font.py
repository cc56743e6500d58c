"""The bundled fonts inside the page, cut down to the characters that it shows."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from importlib.resources import files

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from convexplain.style import fonts

_CSS_WEIGHTS = {"regular": 400, "bold": 700}
# What a number or a name can be made of, even where today's texts do not show it.
_ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "−×·…–—“”‘’≥≤→←↑↓⊙"


def faces(text: str, also: str = "") -> str:
    """Write the ``@font-face`` rules that a page of this text needs, fonts and licence included.

    Of what it shows also, characters that the fonts lack are left to the browser's own.
    """
    wanted = {c for c in set(text) if c.isprintable()} | set(_ALWAYS)
    fonts.require("".join(sorted(wanted)))
    characters = "".join(sorted(wanted | fonts.known(also)))
    licence = (files("convexplain") / "assets" / "fonts" / "OFL.txt").read_text("utf-8")
    rules = [
        f'@font-face {{ font-family: "{fonts.FAMILY}"; font-weight: {css}; font-style: normal; '
        f'src: url("data:font/woff;base64,{_subset(weight, characters)}") format("woff"); }}'
        for weight, css in _CSS_WEIGHTS.items()
    ]
    return "\n".join((f"/*\n{licence}*/", *rules))


@lru_cache(maxsize=8)
def _subset(weight: str, characters: str) -> str:
    """A WOFF with these characters of one weight, in base64; the same bytes on any day."""
    # The bundled fonts have neither hints nor subroutines; the box of all their glyphs may stay.
    font = TTFont(fonts.path(weight), recalcTimestamp=False, recalcBBoxes=False)
    subsetter = Subsetter(Options(layout_features=["*"], name_IDs=["*"], hinting=True))
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff"
    file = io.BytesIO()
    font.save(file)
    return base64.b64encode(file.getvalue()).decode()
