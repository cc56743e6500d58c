"""Figures: found by their files, written as the same bytes, described, pyplot left alone."""

from __future__ import annotations

import functools
import io
import os
import re
import subprocess
import sys
import zlib
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from PIL import Image
from played import LANGUAGES

from convexplain import figures
from convexplain.errors import UsageError
from convexplain.figures import _base
from convexplain.panels.text import text_width, wrap
from convexplain.style import fonts
from convexplain.style.theme import Look, contrast
from tests.often import covering, some

SVG = "{http://www.w3.org/2000/svg}"
ONE = "confusion-matrix"
NAMES = {name: name for name in figures.names()}
LOOKS = [Look(lang, theme) for lang in ("en", "zh") for theme in ("light", "dark")]


def looks_id(look):
    return f"{look.lang}-{look.theme}"


@functools.cache
def made(name):
    """A figure's options, and what its lesson computes, once for all looks."""
    return figures.make(name)


def texts(figure):
    """All texts that a figure shows."""
    return [text for axes in figure.axes for text in axes.texts if text.get_text()]


def check_texts(figure):
    """Ask that no text leaves a figure, and that no two overlap."""
    renderer = figure.canvas.get_renderer()
    shown, width = texts(figure), figure.get_figwidth()
    assert shown
    assert min(text.get_fontsize() for text in shown) >= _base.LEAST
    with _base.settings():
        boxes = np.array([text.get_window_extent(renderer).extents for text in shown])
    (x0, y0, x1, y1), frame = boxes.T, figure.bbox
    for n in np.flatnonzero((x0 < 0) | (y0 < 0) | (x1 > frame.x1) | (y1 > frame.y1)):
        pytest.fail(f"{shown[n].get_text()!r} leaves the figure at width {width}")
    # A box is a line's, taller than its letters: those are apart if boxes overlap a little.
    high = 0.25 * np.minimum.outer(y1 - y0, y1 - y0)
    across = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    down = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    for n, m in np.argwhere(np.triu((across > 0.5) & (down > high), k=1)):
        one, other = shown[n].get_text(), shown[m].get_text()
        pytest.fail(f"{one!r} and {other!r} overlap at width {width}")


@pytest.mark.parametrize(("name", "lang"), covering(NAMES, LANGUAGES))
def test_nothing_leaves_a_figure_and_no_two_texts_overlap(name, lang):
    figure = figures.draw_made(name, made(name), Look(lang, "light"), width=figures.PAGE)
    assert figure.get_figwidth() == pytest.approx(figures.PAGE)
    assert figure.get_label() == figures.about_made(name, made(name), lang).alternative
    check_texts(figure)


@pytest.mark.parametrize("dpi", [100, 200])
@pytest.mark.parametrize("words", ["laid on the same picture", "每个像素读取几次"])
def test_a_line_is_as_wide_in_pixels_as_it_was_measured(words, dpi):
    with _base.settings():
        sheet = _base.sheet(Look("en", "light"), figures.PAGE, 20)
        sheet.figure.set_dpi(dpi)
        for size in (5.2, 7, 7.5):
            line = sheet.text(0, 10, words, size, ha="left")
            wide = line.get_window_extent(sheet.figure.canvas.get_renderer()).width
            assert wide * 72 / dpi == pytest.approx(text_width(words, size), abs=1)


@pytest.mark.parametrize(
    ("name", "look"), covering(NAMES, {looks_id(look): look for look in LOOKS})
)
def test_every_text_can_be_told_from_what_is_under_it(name, look):
    """At the least width, where nothing leaves the figure and no two texts overlap, either."""
    figure = figures.draw_made(name, made(name), look, width=figures.WIDTHS[0])
    check_texts(figure)
    renderer = figure.canvas.get_renderer()
    shown = texts(figure)
    boxes = [text.get_window_extent(renderer) for text in shown]
    for text in shown:
        text.set_visible(False)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3]
    for text, box in zip(shown, boxes, strict=True):
        under = pixels[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1]
        colours, counts = np.unique(under.reshape(-1, 3), axis=0, return_counts=True)
        behind = tuple(int(v) for v in colours[counts.argmax()])
        ink = tuple(round(255 * v) for v in matplotlib.colors.to_rgb(text.get_color()))
        assert contrast(ink, behind) >= 4.5, (text.get_text(), ink, behind)


def test_a_lower_figure_has_smaller_cells_but_readable_text():
    high, low = (figures.draw_made("channels", made("channels"), height=h) for h in (None, 3.5))
    assert low.get_figheight() <= 3.5 < high.get_figheight()
    titles = [texts(of)[0].get_fontsize() for of in (high, low)]
    assert titles == pytest.approx([7.5, 7.5])
    assert min(text.get_fontsize() for text in texts(low)) >= 5
    with pytest.raises(UsageError, match="pt of height are missing"):
        figures.draw_made("channels", made("channels"), height=1)


@pytest.mark.parametrize("name", figures.names())
def test_a_figure_says_what_it_shows_in_both_languages(name):
    for lang in ("en", "zh"):
        about = figures.about_made(name, made(name), lang)
        assert len(about.alternative) > len(about.title)
        # Told to a person who cannot see it: with numbers.
        assert any(character.isdigit() for character in about.alternative)
        assert about.alternative.isascii() <= (lang == "en")
        assert "{" not in about.alternative + about.caption


def test_alternative_text_and_caption_can_be_asked_for_alone():
    about = figures.about(ONE, "zh", model="dense")
    assert figures.alternative(ONE, "zh", model="dense") == about.alternative
    assert figures.caption(ONE, "zh", model="dense") == about.caption


def test_the_names_are_those_of_the_files_in_the_order_of_the_chapter():
    names = figures.names()
    assert len(set(names)) == len(names)
    assert ONE in names
    for name in names:
        assert hasattr(figures.options(name), "title")


def test_a_figure_has_its_description_in_every_format(tmp_path):
    figure = figures.draw(ONE, Look("zh", "light"))
    about = figures.about(ONE, "zh")
    for kind in figures.FORMATS:
        figures.write(figure, tmp_path / f"a.{kind}")
    root = ElementTree.fromstring((tmp_path / "a.svg").read_bytes())
    assert root.get("role") == "img"
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert (title.text, desc.text) == (about.title, about.alternative)
    assert root.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh"
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.info["Title"] == about.title
        assert picture.info["Description"] == about.alternative
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert about.alternative.encode("utf-16-be")[:20].hex() in pdf.hex()


def test_text_of_an_svg_is_outlines_unless_it_is_to_be_selected(tmp_path):
    figure = figures.draw(ONE)
    figures.write(figure, tmp_path / "a.svg")
    figures.write(figure, tmp_path / "b.svg", svg_text=True)
    outlines, text = ((tmp_path / f"{n}.svg").read_text("utf-8") for n in "ab")
    assert "<text" not in outlines
    selectable = ElementTree.fromstring(text.encode()).iter(f"{SVG}text")
    styles = {"".join(element.itertext()).strip(): element.get("style") for element in selectable}
    assert "1,132" in styles
    assert all("'Convexplain Sans', 'Noto Sans CJK SC'" in style for style in styles.values())


def test_a_pdf_embeds_the_bundled_font_and_no_other(tmp_path):
    figures.write(figures.draw(ONE, Look("zh", "light")), tmp_path / "a.pdf")
    data = (tmp_path / "a.pdf").read_bytes()
    named = re.findall(rb"/BaseFont /[A-Z]+\+(\S+)", data)
    assert set(named) == {b"ConvexplainSans-Regular"}
    # Publishers refuse Type 3, and PostScript outlines in a TrueType's place are no valid file.
    assert b"/Type3" not in data
    assert data.count(b"/Subtype /CIDFontType2") == data.count(b"/FontFile2") > 0
    embedded = re.findall(rb"/Length1 [^>]*>>\nstream\n(.*?)\nendstream", data, re.DOTALL)
    assert len(embedded) == data.count(b"/FontFile2")
    with TTFont(fonts.path("regular")) as bundled:
        ideal = bundled.getGlyphSet()
        for stream in embedded:
            with TTFont(io.BytesIO(zlib.decompress(stream))) as font:
                assert "CFF " not in font
                drawn = font.getGlyphSet()
                for code, name in font.getBestCmap().items():
                    of = bundled.getBestCmap()[code]
                    assert font["hmtx"][name][0] == bundled["hmtx"][of][0]
                    # A thousandth of an em nearby, and filled alike: outer outlines clockwise.
                    np.testing.assert_allclose(
                        _box_and_area(drawn, name), _box_and_area(ideal, of, sign=-1), atol=1,
                        rtol=0.01,
                    )  # fmt: skip


def _box_and_area(glyphs, name, sign=1):
    box, area = BoundsPen(glyphs), AreaPen(glyphs)
    glyphs[name].draw(box)
    glyphs[name].draw(area)
    return (*(box.bounds or (0, 0, 0, 0)), sign * area.value)


WRITE = """
import sys
from convexplain import figures
from convexplain.style.theme import Look, contrast
name = figures.names()[int(sys.argv[2])]
figure = figures.draw(name, Look("zh", "dark"), width=3.1)
for kind in figures.FORMATS:
    figures.write(figure, f"{sys.argv[1]}/{name}.{kind}")
"""


@pytest.mark.parametrize("number", some(range(len(figures.names())), 1), ids=figures.names())
def test_the_same_call_gives_the_same_bytes_in_any_process(tmp_path, number):
    settings = [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C", "OMP_NUM_THREADS": "1"},
        {
            "PYTHONHASHSEED": "2",
            "TZ": "Asia/Shanghai",
            "LC_ALL": "de_DE.UTF-8",
            "OPENBLAS_NUM_THREADS": "2",
            "SOURCE_DATE_EPOCH": "86400",
        },
    ]
    folders = []
    for at, more in enumerate(settings):
        folder = tmp_path / str(at)
        folder.mkdir()
        # A user's own settings of matplotlib change nothing.
        (folder / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 20\n" * at)
        env = {**os.environ, **more, "MATPLOTLIBRC": str(folder / "matplotlibrc")}
        command = [sys.executable, "-c", WRITE, str(folder), str(number)]
        subprocess.run(command, env=env, check=True)
        (folder / "matplotlibrc").unlink()
        folders.append({path.name: path.read_bytes() for path in folder.iterdir()})
    one, other = folders
    assert len(one) == len(figures.FORMATS)
    assert {name for name in one if one[name] != other.get(name)} == set()


def test_pyplot_and_the_users_settings_are_left_alone(tmp_path):
    program = (
        "import sys; from convexplain import figures;"
        "assert 'matplotlib' not in sys.modules;"
        "import matplotlib; matplotlib.rcParams['lines.linewidth'] = 7;"
        "before = matplotlib.rcParams.copy();"
        f"figures.write(figures.draw({ONE!r}), {str(tmp_path / 'a.svg')!r});"
        "assert matplotlib.rcParams.copy() == before;"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


def test_a_figure_goes_into_a_part_of_another_one_with_its_description(tmp_path):
    whole = Figure(figsize=(8, 5))
    left, right = whole.subfigures(1, 2)
    assert figures.draw(ONE, figure=left) is left
    figures.draw(ONE, Look("en", "dark"), figure=right, model="dense")
    axes = right.axes[0].get_position()
    whole.canvas.draw()
    for text in texts(right):
        box = text.get_window_extent()
        assert box.x0 >= whole.bbox.x1 / 2
        assert box.x1 <= whole.bbox.x1
        assert box.y0 >= 0
    # As wide as the part, and centred in its height.
    assert (axes.x0, axes.x1) == pytest.approx((0, 1))
    assert axes.y0 == pytest.approx(1 - axes.y1)
    assert left.get_facecolor() == matplotlib.colors.to_rgba("#FFFFFF")
    figures.write(left, tmp_path / "both.svg")
    desc = ElementTree.parse(tmp_path / "both.svg").getroot().find(f"{SVG}desc").text
    assert figures.alternative(ONE) in desc
    assert figures.alternative(ONE, model="dense") in desc


def test_what_is_too_high_for_a_part_is_made_smaller():
    whole = Figure(figsize=(6, 1.5))
    figures.draw(ONE, figure=whole)
    whole.canvas.draw()
    boxes = [text.get_window_extent() for text in texts(whole)]
    assert min(box.y0 for box in boxes) >= 0
    assert max(box.y1 for box in boxes) <= whole.bbox.y1


def test_a_users_own_figure_can_be_written_too(tmp_path):
    whole = Figure(figsize=(2, 2))
    whole.add_axes((0, 0, 1, 1)).plot([1, 2])
    figures.write(whole, tmp_path / "own.svg")
    assert "aria-labelledby" not in (tmp_path / "own.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: figures.draw("poling"), "there is no figure 'poling'.*confusion-matrix"),
        (lambda: figures.draw(ONE, modl="cnn"), "no option 'modl': choose model$"),
        (lambda: figures.draw(ONE, model="vgg"), "there is no model 'vgg'.*cnn or dense"),
        (lambda: figures.draw(ONE, width=1), "1 inches wide: give 3 to 10"),
        (lambda: figures.draw(ONE, width=float("nan")), "nan inches wide"),
        (lambda: figures.draw(ONE, Look("fr")), "no language 'fr'"),
        (lambda: figures.alternative(ONE, "fr"), "no language 'fr'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, said):
    with pytest.raises(UsageError, match=said):
        call()


@pytest.mark.parametrize(
    ("name", "dpi", "said"),
    [
        ("a.jpeg", 200, ".svg, .png or .pdf"),
        ("a", 200, ".svg, .png or .pdf"),
        ("none/a.svg", 200, "does not exist"),
        ("folder.svg", 200, "is a folder"),
        ("a.png", 5, "30 to 1200"),
        ("a.png", float("nan"), "30 to 1200"),
    ],
)
def test_what_cannot_be_written_is_refused(name, dpi, said, tmp_path):
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(UsageError, match=said):
        figures.write(figures.draw(ONE), tmp_path / name, dpi=dpi)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_lines_of_a_paragraph_fit_and_do_not_begin_with_a_comma():
    for words in (
        "Padding 1, stride 2: one of four windows.",
        "填充为 1，步幅为 2：四个窗口之一。",
    ):
        lines = wrap(words, 60, 8)
        assert len(lines) > 2
        assert all(text_width(line, 8) <= 60 for line in lines)
        assert not any(line[0] in "，。：,:" for line in lines)
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_no_last_line_is_left_with_a_lonely_word():
    words = "One filter reads all channels and adds them into one single number"
    for width in range(80, 200, 7):
        lines = wrap(words, width, 8)
        assert all(text_width(line, 8) <= width for line in lines)
        assert " ".join(lines) == words
    assert wrap("一个窗口、放大的图块，以及它算出的一格", 142, 8)[-1] != "格"


def test_a_text_that_could_not_be_read_in_print_is_a_mistake_of_ours():
    sheet = _base.sheet(Look(theme="light"), 3.1, 100)
    with pytest.raises(ValueError, match="cannot be read"):
        sheet.text(10, 10, "small", 4.9)


def test_a_confusion_matrix_without_mistakes_says_so():
    made = figures.options(ONE)(measured=np.diag(np.arange(90, 100)))
    assert "all of 945 digits" in figures.about_made(ONE, made).alternative
