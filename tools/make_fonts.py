"""Make the bundled fonts: a subset of Noto Sans CJK SC, renamed, with text-sized operators.

    python tools/make_fonts.py                    build both weights from tools/characters.txt
    python tools/make_fonts.py --check            say which characters of the project are missing
    python tools/make_fonts.py --collect FILE...  add the characters of these files to the list

Building first adds every character of the project's own strings to the list, which only grows.
The source is the Debian package fonts-noto-cjk (``--source DIR`` for its files elsewhere).

Noto Sans CJK draws × · ± ≤ ≥ ≈ ÷ a full Han width wide, which tears "26 × 26" apart. They are
composed here from the Latin + − . < > ~ of the same face, so that they match the digits' width and
weight; quotation marks and the ellipsis are narrow in Latin text and full-width in Chinese text,
but a quotation mark beside a full-width comma or stop, half of it blank, stays narrow.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterable, Sequence
from math import cos, pi
from pathlib import Path
from typing import Any

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parent.parent
CHARACTERS = ROOT / "tools" / "characters.txt"
FONTS = ROOT / "convexplain" / "assets" / "fonts"
SOURCE = Path("/usr/share/fonts/opentype/noto")
FAMILY = "Convexplain Sans"
WEIGHTS = {"regular": ("Regular", 400), "bold": ("Bold", 700)}

# What is always in the fonts, used today or not: a caption of tomorrow needs a name or an arrow.
ALWAYS = (
    "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)]))
    + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω"
    + "–—‘’“”…•‰′″™←↑→↓↖↗↘↙⇒−∂∆∇∈∏∑√∞≈≠≤≥⊕⊙■□▲△▶▼▽◀○●✓"
    + "\u3000、。〈〉《》「」『』【】〜！（），．／：；＜＝＞？［］～％＋－×"
)

# Half the width of each is blank.
STOPS = "，。、：；？！（）"
ELLIPSIS = "ellipsis.narrow"

# A part of a composed glyph: the character it is taken from and what is done to its outline.
Matrix = tuple[float, float, float, float, float, float]
Part = tuple[str, Matrix]


def wanted() -> str:
    """Characters that the fonts have to hold: the fixed ones, the list, the project's strings."""
    listed = CHARACTERS.read_text("utf-8").split() if CHARACTERS.exists() else []
    return "".join(sorted({*ALWAYS, *"".join(listed), *used()}))


def used() -> set[str]:
    """Characters above ASCII in the project's strings, and Han in its other texts."""
    found: set[str] = set()
    for folder in ("convexplain", "scenes"):
        for file in (ROOT / folder).rglob("*.py"):
            found.update(*strings(ast.parse(file.read_text("utf-8"))))
    texts = [*(ROOT / "convexplain").rglob("*.js"), *(ROOT / "convexplain").rglob("*.html")]
    for file in [*texts, *(ROOT / "docs").rglob("*.md")]:
        found.update(filter(is_han, file.read_text("utf-8")))
    return {c for c in found if ord(c) > 0x7F and c.isprintable()}


def strings(tree: ast.AST) -> Iterable[str]:
    """Yield the string constants of a module that are not docstrings."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
        ):
            yield node.value


def is_han(character: str) -> bool:
    """Return whether a character is a Han ideograph."""
    return "\u3400" <= character <= "\u9fff"


def missing() -> dict[str, str]:
    """Characters that the committed fonts lack, by weight; empty if they lack none."""
    lacking = {}
    for weight in WEIGHTS:
        cmap = TTFont(FONTS / f"convexplain-sans-{weight}.otf").getBestCmap()
        absent = "".join(c for c in wanted() if ord(c) not in cmap)
        if absent:
            lacking[weight] = absent
    return lacking


def write_list(characters: Iterable[str]) -> None:
    """Write the list of Han and other characters beyond the fixed ones, 40 a line."""
    listed = sorted(set(characters) - set(ALWAYS))
    lines = ["".join(listed[i : i + 40]) for i in range(0, len(listed), 40)]
    CHARACTERS.write_text("\n".join(lines) + "\n", "utf-8")


def build(source: Path, weight: str, characters: str) -> None:
    """Make one weight from the collection and write it beside the others."""
    style, css_weight = WEIGHTS[weight]
    collection = TTCollection(source / f"NotoSansCJK-{style}.ttc")
    noto = next(f for f in collection if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    cmap = noto.getBestCmap()
    absent = [c for c in characters if ord(c) not in cmap]
    if absent:
        sys.exit(f"Noto Sans CJK SC has no {' '.join(absent)}: write these texts differently")

    narrow_forms = proportional(noto)
    narrow = {c: narrow_forms[cmap[ord(c)]] for c in "‘’“”"}
    options = Options(
        layout_features=["kern"], notdef_outline=True, glyph_names=True, name_IDs=["*"]
    )
    subsetter = Subsetter(options)
    subsetter.populate(text=characters, glyphs=list(narrow.values()))
    subsetter.subset(noto)

    outlines = noto.getGlyphSet()
    advances = {name: noto["hmtx"][name][0] for name in noto.getGlyphOrder()}
    charstrings = {
        name: charstring(outlines, [(name, (1, 0, 0, 1, 0, 0))], advance)
        for name, advance in advances.items()
    }
    for character, (parts, advance) in composed(noto).items():
        if character == "…":
            name = narrow[character] = ELLIPSIS
        else:
            name = cmap[ord(character)]
        taken = [(cmap[ord(c)], matrix) for c, matrix in parts]
        charstrings[name] = charstring(outlines, taken, advance)
        advances[name] = advance

    mapping = noto.getBestCmap() | {ord(c): name for c, name in narrow.items()}
    font = assemble(noto, style, css_weight, mapping, charstrings, advances)
    wide = {name: cmap[ord(c)] for c, name in narrow.items()}
    stops = [cmap[ord(c)] for c in STOPS]
    addOpenTypeFeaturesFromString(font, han_feature(wide, stops), tables=["GSUB"])
    font["GPOS"] = noto["GPOS"]
    made = FONTS / f"convexplain-sans-{weight}.otf"
    # Whoever has the old file open keeps it whole: FreeType reads glyphs when they are asked for.
    font.save(made.with_suffix(".new"))
    made.with_suffix(".new").replace(made)


def composed(noto: TTFont) -> dict[str, tuple[list[Part], int]]:
    """Operators of text size: the parts of each from Latin glyphs, and its advance."""
    cmap, outlines = noto.getBestCmap(), noto.getGlyphSet()

    def box(character: str) -> tuple[float, float, float, float]:
        pen = BoundsPen(outlines)
        outlines[cmap[ord(character)]].draw(pen)
        return pen.bounds

    def moved(character: str, dx: float, dy: float) -> Part:
        return character, (1, 0, 0, 1, dx, dy)

    def centre(character: str) -> tuple[float, float]:
        left, bottom, right, top = box(character)
        return (left + right) / 2, (bottom + top) / 2

    digit = noto["hmtx"][cmap[ord("0")]][0]
    dot = noto["hmtx"][cmap[ord(".")]][0]
    x, axis = centre("+")
    # A rotation about the centre of the plus sign, a little larger: crossed arms look shorter.
    turn = 1.05 * cos(pi / 4)
    times = (turn, turn, -turn, turn, x - turn * (x - axis), axis - turn * (x + axis))
    thickness = box("−")[3] - box("−")[1]
    below = thickness / 2 - centre("−")[1]  # puts a bar on the base line
    to_axis = axis - centre(".")[1]
    middle = x - centre(".")[0]
    wave = 0.16 * (box("+")[2] - box("+")[0]) + thickness / 2
    bullet_left, _, bullet_right, _ = box("•")
    raised = 1.3 * thickness
    return {
        "×": ([("+", times)], digit),
        "·": ([moved(".", 0, to_axis)], dot),
        "…": ([moved(".", i * dot, 0) for i in range(3)], 3 * dot),
        "•": ([moved("•", digit / 2 - (bullet_left + bullet_right) / 2, 0)], digit),
        "±": ([moved("+", 0, raised), moved("−", 0, below)], digit),
        "≤": ([moved("<", 0, raised), moved("−", 0, below)], digit),
        "≥": ([moved(">", 0, raised), moved("−", 0, below)], digit),
        "≈": (
            [moved("~", 0, axis + side * wave - centre("~")[1]) for side in (-1, 1)],
            digit,
        ),
        "÷": (
            [
                moved("−", 0, 0),
                moved(".", middle, to_axis + 3.1 * thickness),
                moved(".", middle, to_axis - 3.1 * thickness),
            ],
            digit,
        ),
    }


def charstring(outlines: Any, parts: list[tuple[str, Matrix]], advance: int) -> Any:
    """Draw the parts, glyph names with their transformations, into one glyph."""
    pen = T2CharStringPen(advance, outlines)
    for name, matrix in parts:
        outlines[name].draw(TransformPen(pen, matrix))
    return pen.getCharString()


def proportional(noto: TTFont) -> dict[str, str]:
    """Narrow form of each full-width glyph: the font's substitutions of the feature pwid."""
    table, found = noto["GSUB"].table, {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "pwid":
            for index in record.Feature.LookupListIndex:
                for subtable in table.LookupList.Lookup[index].SubTable:
                    found.update(getattr(subtable, "ExtSubTable", subtable).mapping)
    return found


def han_feature(wide: dict[str, str], stops: Sequence[str]) -> str:
    """Substitutions that hold in runs of Han script only: a shaper finds the runs.

    Beside a full-width comma or stop a quotation mark stays narrow: two blanks would be a hole.
    """
    near = f"[{' '.join(stops)}]"
    rules = " ".join(
        f"sub {narrow} by {full};"
        if narrow == ELLIPSIS
        else f"ignore sub {narrow}' {near}, {near} {narrow}'; sub {narrow}' by {full};"
        for narrow, full in wide.items()
    )
    return f"feature calt {{ script hani; language dflt; {rules} }} calt;"


def assemble(
    noto: TTFont,
    style: str,
    css_weight: int,
    mapping: dict[int, str],
    charstrings: dict[str, Any],
    advances: dict[str, int],
) -> TTFont:
    """Put the tables of a font together: outlines, metrics, names, licence."""
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    builder = FontBuilder(noto["head"].unitsPerEm, isTTF=False)
    builder.setupGlyphOrder(list(charstrings))
    builder.setupCharacterMap(mapping)
    builder.setupCFF(postscript, {"FullName": f"{FAMILY} {style}"}, charstrings, {})
    boxes = {name: c.calcBounds(None) for name, c in charstrings.items()}
    lefts = {name: round(b[0]) if b else 0 for name, b in boxes.items()}
    builder.setupHorizontalMetrics({n: (advances[n], lefts[n]) for n in charstrings})
    hhea, os2, source_name = noto["hhea"], noto["OS/2"], noto["name"]
    builder.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent)
    copyright_line = source_name.getDebugName(0)
    builder.setupNameTable(
        {
            "copyright": f"{copyright_line} A modified version of Noto Sans CJK SC.",
            "familyName": FAMILY,
            "styleName": style,
            "uniqueFontIdentifier": f"{postscript};{source_name.getDebugName(3)}",
            "fullName": FAMILY if style == "Regular" else f"{FAMILY} {style}",
            "version": source_name.getDebugName(5).split(";")[0],
            "psName": postscript,
            "licenseDescription": source_name.getDebugName(13),
            "licenseInfoURL": source_name.getDebugName(14),
        },
        mac=False,
    )
    builder.setupOS2(
        sTypoAscender=os2.sTypoAscender,
        sTypoDescender=os2.sTypoDescender,
        sTypoLineGap=os2.sTypoLineGap,
        usWinAscent=os2.usWinAscent,
        usWinDescent=os2.usWinDescent,
        sCapHeight=os2.sCapHeight,
        sxHeight=os2.sxHeight,
        usWeightClass=css_weight,
        fsSelection=0x20 if style == "Bold" else 0x40,
    )
    builder.setupPost()
    head = builder.font["head"]
    head.macStyle = 1 if style == "Bold" else 0
    # The source's dates, not today's: the same characters give the same bytes.
    head.created, head.modified = noto["head"].created, noto["head"].modified
    builder.font.recalcTimestamp = False
    return builder.font


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="say what is missing and stop")
    parser.add_argument("--collect", nargs="+", type=Path, metavar="FILE", default=[])
    parser.add_argument("--source", type=Path, default=SOURCE, metavar="DIR")
    arguments = parser.parse_args()
    if arguments.check:
        lacking = missing()
        for weight, characters in lacking.items():
            print(f"{weight} lacks {characters}: run python tools/make_fonts.py")
        sys.exit(1 if lacking else 0)
    texts = "".join(file.read_text("utf-8") for file in arguments.collect)
    characters = wanted() + "".join(c for c in texts if ord(c) > 0x7F and c.isprintable())
    characters = "".join(sorted(set(characters)))
    write_list(characters)
    for weight in WEIGHTS:
        build(arguments.source, weight, characters)
        file = FONTS / f"convexplain-sans-{weight}.otf"
        print(f"{file.relative_to(ROOT)}: {len(characters)} characters, {file.stat().st_size} B")


if __name__ == "__main__":
    main()
