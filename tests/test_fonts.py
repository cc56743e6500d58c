import ast
import importlib
import importlib.util
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from matplotlib.path import Path as Curves
from played import lesson_of

import convexplain.lessons
from convexplain.errors import ConvexplainError
from convexplain.lessons import names
from convexplain.lessons.parts.lesson import Lesson
from convexplain.style import fonts
from convexplain.style.captions import Caption

ROOT = Path(__file__).parent.parent
WEIGHTS = pytest.mark.parametrize("weight", fonts.WEIGHTS)


def advance(font, text):
    """Sum of the unkerned advances of the horizontal metrics, in em."""
    cmap = font.getBestCmap()
    return sum(font["hmtx"][cmap[ord(c)]][0] for c in text) / font["head"].unitsPerEm


@pytest.fixture(scope="module")
def tables():
    return {weight: TTFont(fonts.path(weight)) for weight in fonts.WEIGHTS}


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("make_fonts", ROOT / "tools" / "make_fonts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lessons():
    for module in pkgutil.iter_modules(convexplain.lessons.__path__, "convexplain.lessons."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, Lesson) and "name" in vars(kind):
                yield kind


def test_every_caption_of_every_lesson_can_be_written():
    kinds = set(lessons())
    assert kinds
    for kind in kinds:
        # The film's own parts ask, or answer, or neither; a card is told by the lesson it names.
        said = [getattr(kind, name, None) for name in ("title", "question", "answer")]
        captions = [caption for caption in said if caption is not None]
        if kind.name != "_card":
            lesson = lesson_of(kind.name) if kind.name in names() else kind()
            captions += [c for beat in lesson.beats() for c in (beat.title, beat.caption)]
        assert len(captions) >= 3 or kind.name == "_card"
        for caption in captions:
            assert isinstance(caption, Caption)
            # The values of unfilled fields are covered as strings of the package, below.
            for text in (caption.en, caption.zh):
                fonts.require(text.replace("\n", ""))
            for value in caption.values.values():
                text = value.en + value.zh if isinstance(value, Caption) else str(value)
                fonts.require(text.replace("\n", ""))


def test_every_chinese_string_of_the_package_can_be_written():
    seen: set[str] = set()
    for folder in ("convexplain", "scenes"):
        for file in (ROOT / folder).rglob("*.py"):
            seen.update(re.findall(r"[\u2e80-\uffef]", file.read_text("utf-8")))
    assert len(seen) > 500
    fonts.require("".join(sorted(seen)))


@pytest.mark.soak
def test_the_tool_finds_nothing_missing():
    run = [sys.executable, str(ROOT / "tools" / "make_fonts.py"), "--check"]
    result = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_tool_reads_strings_but_not_docstrings(tool):
    source = 'def f():\n    """甲"""\n    return f"乙{x}" + "丙"\n'
    assert set("".join(tool.strings(ast.parse(source)))) == {"乙", "丙"}


def test_the_tool_names_what_is_missing(tool, monkeypatch):
    monkeypatch.setattr(tool, "used", lambda: {"龘", "数"})
    assert tool.missing() == {"regular": "龘", "bold": "龘"}


def test_both_weights_write_the_same_characters(tables):
    regular, bold = (set(tables[weight].getBestCmap()) for weight in fonts.WEIGHTS)
    assert regular == bold
    assert set(map(ord, "−×⊙·Σ∑≥≤≈→←↑↓√±÷≠∞°²“”‘’…–—，。：；？！（）、《》")) <= regular
    assert set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) <= regular


def test_a_missing_character_is_named_with_the_remedy():
    with pytest.raises(ConvexplainError, match=r"'龘' \(U\+9F98 .*tools/make_fonts\.py") as error:
        fonts.require("一个龘字\n")
    assert "'\\n' (U+000A control)" in str(error.value)
    assert "\n" not in str(error.value)
    with pytest.raises(ConvexplainError, match="龘"):
        fonts.outline("龘")


@WEIGHTS
def test_the_family_has_a_name_and_a_licence_of_its_own(tables, weight):
    names = {record.nameID: record.toUnicode() for record in tables[weight]["name"].names}
    assert names[1] == fonts.FAMILY == "Convexplain Sans"
    assert names[2] == weight.capitalize()
    assert "Open Font License" in names[13]
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.path().parent / "OFL.txt").read_text()
    assert tables[weight]["OS/2"].usWeightClass == {"regular": 400, "bold": 700}[weight]
    assert fonts.path(weight).stat().st_size < 400_000


@WEIGHTS
def test_figures_are_tabular(weight):
    width = fonts.outline("0", weight)[2]
    for text in ("0123456789", "1111111111", "7174471177", "+−+−+−+−+−", "−1.00"):
        expected = sum(width if c != "." else fonts.outline(".", weight)[2] for c in text)
        assert fonts.outline(text, weight)[2] == pytest.approx(expected, abs=1e-9)


@WEIGHTS
def test_the_advance_is_that_of_the_tables(tables, weight):
    for text in ("", " ", "0.99 ", "noon", "滑动窗口：", "26 × 26 × 32", "⊙"):
        found = fonts.outline(text, weight)[2]
        assert found == pytest.approx(advance(tables[weight], text), abs=1e-9)


@WEIGHTS
def test_latin_pairs_are_kerned(tables, weight):
    for pair in ("To", "AV", "P."):
        assert fonts.outline(pair, weight)[2] < advance(tables[weight], pair) - 0.01


@WEIGHTS
def test_outlines_lie_where_the_tables_put_the_glyphs(tables, weight):
    font = tables[weight]
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    for character in "Hgx0数×⊙i%":
        pen = BoundsPen(glyphs)
        glyphs[cmap[ord(character)]].draw(pen)
        vertices, codes, _ = fonts.outline(character, weight)
        extents = Curves(vertices, codes).get_extents()
        # The path's extents are exact on curves, as the pen's are.
        assert extents.extents * 1000 == pytest.approx(pen.bounds, abs=0.5)


def test_contours_are_closed_and_counters_run_the_other_way():
    vertices, codes, _ = fonts.outline("o")
    starts = np.flatnonzero(codes == Curves.MOVETO)
    ends = np.flatnonzero(codes == Curves.CLOSEPOLY)
    assert len(starts) == len(ends) == 2
    np.testing.assert_array_equal(vertices[starts], vertices[ends])
    areas = []
    for start, end in zip(starts, ends, strict=True):
        x, y = vertices[start : end + 1].T
        areas.append(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
    assert areas[0] * areas[1] < 0


def test_the_outline_of_nothing_is_empty():
    vertices, codes, width = fonts.outline("  ")
    assert vertices.shape == (0, 2)
    assert codes.shape == (0,)
    assert width > 0
    assert fonts.outline("")[2] == 0


def test_outlines_are_typed_cached_and_read_only():
    vertices, codes, width = fonts.outline("0.73", "bold")
    assert (vertices.dtype, codes.dtype, type(width)) == (np.float64, np.uint8, float)
    assert fonts.outline("0.73", "bold")[0] is vertices
    for array in (vertices, codes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_bold_is_heavier_than_regular():
    def stem(weight):
        x = fonts.outline("l", weight)[0][:, 0]
        return x.max() - x.min()

    assert stem("bold") > 1.4 * stem("regular")


@WEIGHTS
def test_multiplication_signs_are_centred_between_digits(weight):
    times, plus = (fonts.outline(c, weight)[0] for c in "×+")
    middle = (times.min(axis=0) + times.max(axis=0)) / 2
    # Like the plus sign it is made of, and smaller than a digit.
    assert middle == pytest.approx((plus.min(axis=0) + plus.max(axis=0)) / 2, abs=0.002)
    assert np.ptp(times[:, 0]) < fonts.outline("0", weight)[2]


@WEIGHTS
def test_quotation_marks_are_wide_in_chinese_and_narrow_in_english(weight):
    def width(text):
        return fonts.outline(text, weight)[2]

    assert width("支持“4”类") - width("支持4类") == pytest.approx(2.0, abs=0.01)
    assert width("很多……") - width("很多") == pytest.approx(2.0, abs=1e-9)
    assert width("很多……，") - width("很多，") == pytest.approx(2.0, abs=1e-9)
    for stop in "，。、：；？！（":  # else two blanks would be a hole
        assert 1.4 < width(f"支持“4”{stop}") - width(f"支持4{stop}") < 1.6
        assert 1.4 < width(f"支持{stop}“4”类") - width(f"支持{stop}4类") < 1.6
    assert width("the “4” is") - width("the 4 is") < 1.2
    assert width("doesn’t") - width("doesnt") < 0.4


@WEIGHTS
def test_metrics_are_those_of_the_tables(tables, weight):
    font = tables[weight]
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()

    def height(character):
        pen = BoundsPen(glyphs)
        glyphs[cmap[ord(character)]].draw(pen)
        return pen.bounds[3] / 1000

    measured = fonts.metrics(weight)
    assert measured.ascent == font["hhea"].ascent / 1000
    assert measured.descent == -font["hhea"].descent / 1000
    assert measured.cap_height == pytest.approx(height("H"), abs=0.001)


def test_another_font_can_be_given():
    import matplotlib

    dejavu = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    vertices, codes, width = fonts.outline("Ж", font=dejavu)
    assert len(vertices) == len(codes) > 0
    # U+0416 of DejaVu Sans is 2207 of 2048 units wide.
    assert width == pytest.approx(advance(TTFont(dejavu), "Ж"))
    assert fonts.metrics(font=dejavu).cap_height == pytest.approx(0.729, abs=0.001)
    with pytest.raises(ConvexplainError, match=r"the font DejaVuSans\.ttf lacks '数'"):
        fonts.require("数", dejavu)


def test_a_font_that_cannot_be_read_is_named(tmp_path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    for file in (broken, tmp_path / "absent.ttf"):
        with pytest.raises(ConvexplainError, match=file.name):
            fonts.outline("a", font=file)


def test_an_unknown_weight_is_refused():
    with pytest.raises(ValueError, match="no weight 'light': use regular or bold"):
        fonts.path("light")


def test_text_is_drawn_without_listing_the_machines_fonts():
    code = "import sys, convexplain.style.fonts as f; f.outline('a'); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    loaded = run.stdout.split()
    assert "matplotlib.ft2font" in loaded
    assert "matplotlib.font_manager" not in loaded


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_processes_that_are_forked_measure_text_at_the_same_time():
    script = (
        "import os\n"
        "from convexplain.style import fonts\n"
        "fonts.metrics()  # the font is open before the fork\n"
        "words = 'The quick brown fox jumps over a lazy dog, 0123456789'\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        for n in range(300): fonts.outline(words[n % 50:] + str(n))\n"
        "        os._exit(0)\n"
        "assert [os.wait()[1] for _ in range(4)] == [0] * 4\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
