from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convexplain import figures, lessons, panels
from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import ConvexplainError
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.network import Conv2D, Network, Trace
from convexplain.ops import avg_pool2d_steps, conv2d_steps, max_pool2d_steps
from convexplain.style.theme import DARK, LIGHT, contrast

pytest.importorskip("IPython", reason="notebooks need IPython")
from traitlets.config import Config

NAME = "convexplain.notebook"


@pytest.fixture(scope="module")
def shell_class() -> Any:
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell


@pytest.fixture
def shell(shell_class: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell that keeps nothing on the disk, with the extension loaded."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    found = shell_class(config=config)
    from convexplain.notebook import _state

    monkeypatch.setattr(_state, "look", _state.look)
    found.run_line_magic("load_ext", NAME)
    yield found
    if NAME in found.extension_manager.loaded:
        found.run_line_magic("unload_ext", NAME)
    shell_class.clear_instance()


@pytest.fixture(scope="module")
def trace(cnn: Network) -> Trace:
    return Trace(cnn, digits.first(4).pixels)


class Page(HTMLParser):
    """What is in a piece of HTML: elements, cells of tables, texts."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.tables: list[list[list[str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("img", "track"):
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]


def html(shell: Any, shown: Any) -> Page:
    data, _ = shell.display_formatter.format(shown)
    page = Page(data["text/html"])
    assert "http" not in data["text/html"]
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "style", "link", "iframe"})
    return page


def plain(shell: Any, shown: Any) -> str:
    data, _ = shell.display_formatter.format(shown)
    text: str = data["text/plain"]
    return text


def pixels(img: dict[str, str]) -> Any:
    data = base64.b64decode(img["src"].removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def values(table: list[list[str]]) -> Any:
    return np.array([[float(cell.replace("−", "-")) for cell in row] for row in table])


def test_a_step_shows_its_arithmetic(shell: Any, trace: Trace) -> None:
    step = trace.steps("conv1", 7).at(12, 9)
    page = html(shell, step)
    patch, kernel, products, sums = page.tables
    assert values(patch) == pytest.approx(step.patch[..., 0], abs=0.00501)
    assert values(kernel) == pytest.approx(step.kernel[..., 0], abs=0.00501)
    products_by_hand = [
        [float(step.patch[i, j, 0]) * float(step.kernel[i, j, 0]) for j in range(3)]
        for i in range(3)
    ]
    assert values(products) == pytest.approx(np.array(products_by_hand), abs=0.00501)
    total = sum(map(sum, products_by_hand))
    numbers = dict(sums)
    assert float(numbers["sum of 9 products"].replace("−", "-")) == pytest.approx(total, abs=0.006)
    value = total + float(trace.network.weights["conv1/bias"][7])
    assert float(numbers["relu"]) == pytest.approx(max(value, 0), abs=0.006)
    assert plain(shell, step) == step.text()


def test_what_a_logit_is_made_of(shell: Any, trace: Trace) -> None:
    account = trace.breakdown("dense", (0, 0, 4), shown=2)
    (rows,) = html(shell, account).tables
    weights = trace.network.weights["dense/kernel"][:, 4].astype(float)
    products = trace.activations["flatten"].astype(float) * weights
    largest = sorted(np.argsort(-abs(products))[:2])
    shown = [float(number.replace("−", "-")) for _, number in rows]
    assert shown[:2] == pytest.approx(products[largest], abs=0.00501)
    assert shown[2] == pytest.approx(np.delete(products, largest).sum(), abs=0.00501)
    assert [name for name, _ in rows[2:]] == [
        "the other 1150", "sum of 1152 products", "+ bias", "= value", "softmax"
    ]  # fmt: skip
    assert plain(shell, account) == account.text()


def test_of_many_channels_the_largest_sums_are_shown(shell: Any, trace: Trace) -> None:
    step = trace.steps("conv2", 7).at(3, 4)
    page = html(shell, step)
    order = sorted(range(32), key=lambda c: -abs(step.channel_sums[c]))[:3]
    captions = [text for text in page.texts if text.startswith("patch, channel ")]
    assert captions == [f"patch, channel {c}" for c in sorted(order)]
    listed = dict(page.tables[-1])
    assert set(listed) >= {"the other 29 channels", "sum of 288 products", "+ bias", "= value"}
    parts = sum(float(v.replace("−", "-")) for k, v in listed.items() if "channel" in k)
    assert parts == pytest.approx(step.total, abs=0.025)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_cells_have_the_themes_colours_and_text_that_can_be_read(
    shell: Any, trace: Trace, theme: Any
) -> None:
    from convexplain.notebook import show

    show(theme=theme.name)
    step = trace.steps("conv1", 28).at(14, 10)
    cells = html(shell, step).all("td")
    limit = float(np.abs(step.kernel).max())
    expected = ["#{:02X}{:02X}{:02X}".format(*c) for c in theme.signed(step.kernel.ravel(), limit)]
    styles = [dict(part.split(":", 1) for part in cell["style"].split(";")) for cell in cells]
    assert [style["background"] for style in styles[9:18]] == expected
    for style in styles:
        ground = style["background"]
        ground = theme.background if ground == "none" else ground
        assert contrast(style["color"], ground) >= 4.5


def test_a_card_brings_its_own_background(shell: Any, trace: Trace) -> None:
    (outer, *_) = html(shell, trace).all("div")
    assert f"background:{LIGHT.background};color:{LIGHT.ink}" in outer["style"]
    assert outer["lang"] == "en"


def test_padding_is_no_number(shell: Any) -> None:
    step = conv2d_steps(np.ones((4, 4, 1)), np.ones((3, 3, 1, 1)), padding=1).at(0, 0)
    page = html(shell, step)
    assert page.tables[0][0] == ["·", "·", "·"]
    assert any("no input cell" in text for text in page.texts)


def test_a_pooling_frames_its_winner(shell: Any, trace: Trace) -> None:
    step = trace.steps("pool1", 28).at(7, 5)
    page = html(shell, step)
    window, result = page.tables
    assert values(window) == pytest.approx(step.patch, abs=0.00501)
    assert float(result[0][0]) == pytest.approx(float(step.patch.max()), abs=0.00501)
    framed = [n for n, td in enumerate(page.all("td")) if "2px solid" in td["style"]]
    assert framed == [int(step.patch.argmax())]
    right = max_pool2d_steps(np.array([[0.0, 4.0], [1.0, 2.0]])[..., np.newaxis]).at(0, 0)
    shown = html(shell, right).all("td")[:4]
    assert ["2px solid" in td["style"] for td in shown] == [False, True, False, False]
    average = avg_pool2d_steps(np.arange(4.0).reshape(2, 2, 1)).at(0, 0)
    assert html(shell, average).tables[1] == [["1.50"]]


def test_steps_say_how_many_they_are(shell: Any, trace: Trace) -> None:
    for kind in (trace.steps("conv1", 0), trace.steps("pool1", 0)):
        count = f"{len(kind)} steps, one for each cell of"
        assert plain(shell, kind).startswith(count)
        assert html(shell, kind).texts[0].startswith(count)


def test_a_trace_shows_the_picture_and_ten_probabilities(shell: Any, trace: Trace) -> None:
    page = html(shell, trace)
    (img,) = page.all("img")
    assert (pixels(img) == LIGHT.picture(trace.image[..., 0])).all()
    inked = int((trace.image > 0).sum())
    assert img["alt"] == (
        f"The picture that the network reads, 28 × 28 × 1; {inked} of 784 pixels are not blank."
    )
    assert [row[0] for row in page.tables[0]] == [str(n) for n in range(10)]
    shown = [row[-1] for row in page.tables[0]]
    assert shown[4] == ">99.9%"
    assert page.texts[0] == "The network reads 4: >99.9%."
    assert plain(shell, trace).splitlines()[5].split() == ["4", ">99.9%"]


def test_a_network_without_softmax_has_outputs(shell: Any) -> None:
    network = Network.initialised((Conv2D("only", 2, 28),), seed=3)
    shown = plain(shell, Trace(network, digits.first(4).pixels))
    assert re.match(r"output [01] is the largest: 0\.\d\d\n", shown)


def test_a_network_shows_its_layers(shell: Any, cnn: Network) -> None:
    page = html(shell, cnn)
    rows = {row[0]: row for row in page.tables[0]}
    assert rows["conv2"] == ["conv2", "Conv2D", "11 × 11 × 64", "8 × 8", "18,496", "2,230,272"]
    assert page.texts[0] == "104,202 parameters, 3,100,032 multiplications a picture"
    assert plain(shell, cnn) == cnn.summary()


def test_all_maps_of_a_layer_share_one_scale(shell: Any, trace: Trace) -> None:
    from convexplain.notebook import maps

    page = html(shell, maps(trace, "conv1"))
    *shown, scale = page.all("img")
    x = trace.activations["conv1"]
    assert len(shown) == 32
    for n in (0, 12, 28):
        assert (pixels(shown[n]) == LIGHT.signed(x[..., n], float(x.max()))).all()
        row, col = divmod(int(x[..., n].argmax()), 26)
        assert shown[n]["alt"].startswith(f"filter {n}: from ")
        assert shown[n]["alt"].endswith(f"largest at row {row}, column {col}")
    assert scale["alt"] == f"0.00 … {x.max():.2f}"


def test_a_pooling_keeps_the_scale_of_what_it_reads(trace: Trace) -> None:
    from convexplain.notebook import maps

    assert maps(trace, "pool2").limit == float(trace.activations["conv2"].max())
    alone = maps(trace, "conv1", 7, before=True)
    assert alone.filters == (7,)
    assert (alone.values[..., 0] == trace.before("conv1")[..., 7]).all()
    assert alone.limit == float(np.abs(trace.before("conv1")).max())


def test_a_lesson_tells_what_is_said_when(shell: Any) -> None:
    lesson = lessons.find("pooling")()
    rows = html(shell, lesson).tables[0][1:]
    start = 0.0
    for row, beat in zip(rows, lesson.beats(), strict=True):
        assert [cell.strip() for cell in row] == [
            f"{start:.1f} s", beat.name, beat.caption.text("en")
        ]  # fmt: skip
        start += beat.seconds
    assert plain(shell, lesson).splitlines()[1] == lesson.question.text("en")


def test_text_from_files_is_never_html(shell: Any) -> None:
    hostile = '<script>alert("1")</script><img src=x onerror=alert(1)>'
    picture = Picture(np.zeros((2, 2, 1), np.float32), None, hostile, (hostile,))
    page = html(shell, picture)
    assert hostile in page.texts
    assert [img for img in page.all("img") if "onerror" in img] == []


def test_a_coloured_picture_keeps_its_colours(shell: Any) -> None:
    rgb = np.arange(12, dtype=np.float32).reshape(2, 2, 3) / 15
    (img,) = html(shell, Picture(rgb, None, "photo.png")).all("img")
    assert (pixels(img) == np.rint(rgb * 255)).all()


def test_a_list_of_them_takes_a_line_each(shell: Any, trace: Trace) -> None:
    shown = plain(shell, [digits.first(3), trace]).splitlines()
    assert shown == [
        "[<Picture: bundled digit 60, 3: 28 × 28 × 1>,",
        " <Trace: The network reads 4: >99.9%.>]",
    ]


def test_a_figure_shows_itself_with_its_alternative_text(shell: Any) -> None:
    name = "confusion-matrix"
    (img,) = html(shell, figures.draw(name)).all("img")
    assert img["alt"] == figures.alternative(name)
    assert min(pixels(img).shape[:2]) > 300


def test_figures_of_others_are_left_to_them(shell: Any) -> None:
    from matplotlib.figure import Figure

    data, _ = shell.display_formatter.format(Figure())
    assert "text/html" not in data


def test_a_lessons_picture_is_drawn_as_it_was_placed(shell: Any) -> None:
    lesson = SlidingWindow()
    step = lesson.best
    picture = lesson.diagram(step)
    page = html(shell, picture)
    (told,) = [element["aria-label"] for _, element in page.elements if "aria-label" in element]
    assert told == picture.alternative_text("en") == plain(shell, picture)
    # Once for a page, and once for a column; a browser shows one of them.
    sheets = [panels.place(picture, sheet) for sheet in (panels.PAGE, panels.COLUMN)]
    sizes = [f"0 0 {sheet.width:.2f} {sheet.height:.2f}" for sheet in sheets]
    assert [drawn["viewbox"] for drawn in page.all("svg")] == sizes
    placed, every = sheets[0], page.all("text")
    printed = [piece for piece in placed.pieces if isinstance(piece, panels.Words)]
    grids = [piece for piece in placed.pieces if isinstance(piece, panels.Grid)]
    many = len(printed) + sum(bool(text) for grid in grids for row in grid.texts() for text in row)
    # Every number of the patch, in its cell, is as wide as it was measured.
    texts = [[float(text[key]) for key in ("x", "textlength", "y")] for text in every[:many]]
    for (row, col), value in np.ndenumerate(step.patch[:, :, 0]):
        box, words = placed[f"patch[{row}, {col}]"], f"{value:.2f}"
        assert words in page.texts
        within = [
            left
            for left, wide, base in texts
            if box.x <= left and left + wide <= box.right and box.y <= base <= box.bottom
        ]
        assert len(within) == 1
    # The map as far as the window has come, its cells in the theme's colours.
    maps = [pixels({"src": image["href"]}) for image in page.all("image")]
    shown = LIGHT.signed(lesson.response_map, lesson.map_limit)
    assert any(np.array_equal(array, shown) for array in maps)
    fills = {rect["fill"] for rect in page.all("rect")}
    kernel = LIGHT.signed(step.kernel[:, :, 0], float(np.abs(step.kernel).max()))
    assert {"#{:02X}{:02X}{:02X}".format(*colour) for colour in kernel.reshape(-1, 3)} <= fills


def test_chinese_is_a_choice(shell: Any, trace: Trace) -> None:
    from convexplain.notebook import show

    show(lang="zh")
    page = html(shell, trace)
    assert page.texts[0] == "网络的预测是 4：>99.9%。"
    assert page.all("div")[0]["lang"] == "zh"


@pytest.mark.parametrize(("lang", "theme"), [("fr", None), (None, "blue")])
def test_there_are_two_languages_and_two_themes(lang: str | None, theme: str | None) -> None:
    from convexplain.notebook import show

    with pytest.raises(ConvexplainError, match="there is no"):
        show(lang, theme)


def printers(shell: Any) -> list[dict[Any, Any]]:
    kinds = ("text/html", "text/plain")
    found = [shell.display_formatter.formatters[kind] for kind in kinds]
    return [dict(table) for each in found for table in (each.type_printers, each.deferred_printers)]


def test_unloading_puts_everything_back(shell: Any, trace: Trace) -> None:
    shell.run_line_magic("unload_ext", NAME)
    before = printers(shell)

    def own(network: Network) -> str:
        return "mine"

    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type(Network, own)
    shell.user_ns["video"] = "a name of the user's"
    shell.run_line_magic("load_ext", NAME)
    assert shell.user_ns["video"] == "a name of the user's"
    assert callable(shell.user_ns["maps"])
    html(shell, trace)
    html(shell, figures.draw("confusion-matrix"))
    shell.run_line_magic("unload_ext", NAME)
    assert formatter.for_type(Network) is own
    formatter.pop(Network)
    assert printers(shell) == before
    assert "maps" not in shell.user_ns
    assert shell.user_ns["video"] == "a name of the user's"
    assert shell.custom_exceptions == ()
    assert "text/html" not in shell.display_formatter.format(trace)[0]


def test_an_error_of_the_users_is_one_line(shell: Any, capsys: Any) -> None:
    shell.run_cell("video('poling')")
    printed = capsys.readouterr().out
    assert printed.startswith("Error: there is no lesson 'poling': choose sliding-window")
    assert len(printed.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("maps(trace, 'dense')", "layer dense is a vector and has no maps"),
        ("maps(trace, 'conv1', 99)", "layer conv1 has no filter 99"),
        ("video('pooling', 'x')", "there is no quality 'x': choose l, m, h, p or k"),
        ("video('pooling', digits=4)", "the lesson pooling has no option 'digits'"),
        ("video(lesson, digit=4)", "digit: a lesson that is made already has its options"),
    ],
)
def test_what_cannot_be_is_refused(
    shell: Any, trace: Trace, capsys: Any, call: str, says: str
) -> None:
    shell.push({"trace": trace, "lesson": lessons.find("pooling")()})
    shell.run_cell(call)
    assert says in capsys.readouterr().out


def test_without_manim_it_is_said_what_to_type(absent: set[str]) -> None:
    from convexplain.notebook import video

    absent.add("manim")
    with pytest.raises(ConvexplainError, match=r"^videos need manim, .* install 'manim<"):
        video("pooling")


def test_a_video_is_rendered_once_and_embedded(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    pytest.importorskip("manim", reason="videos need the extra 'video'")
    from convexplain.video import rendering
    from tests.short_lesson import ShortLesson

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rendered = []

    def render(jobs: Any, **more: Any) -> None:
        (job,) = jobs
        rendered.append(job)
        job.output.write_bytes(b"video")
        more["progress"](job, 0.5)
        more["finished"](SimpleNamespace(job=job))

    monkeypatch.setattr(rendering, "render", render)
    from convexplain.notebook import video

    lesson = ShortLesson()
    first, again = video(lesson), video(lesson)
    assert len(rendered) == 1
    assert first.path == again.path
    assert first.path.is_relative_to(tmp_path / "cache")
    other = video(lesson, lang="zh")
    assert other.path != first.path
    assert len(rendered) == 2
    assert "Rendering" in capsys.readouterr().out
    page = html(shell, other)
    (player,) = page.all("video")
    assert base64.b64decode(player["src"].partition("base64,")[2]) == b"video"
    assert player["aria-label"] == lesson.title.text("zh")
    tracks = {track["srclang"]: track["src"].partition("base64,")[2] for track in page.all("track")}
    for lang in ("en", "zh"):
        assert lesson.beats()[0].caption.text(lang) in base64.b64decode(tracks[lang]).decode()


@pytest.mark.soak  # the test above has a stand-in for the renderer, which is tested elsewhere
@pytest.mark.render
def test_a_real_lesson_plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("manim", reason="videos need the extra 'video'")
    from convexplain.notebook import video

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = video("forward-pass", digit=3)
    data = base64.b64decode(re.findall(r'video/mp4;base64,([^"]+)', found._repr_html_())[0])
    assert data == found.path.read_bytes()
    assert data[4:8] == b"ftyp"


def test_the_core_imports_no_view() -> None:
    code = (
        "import sys, convexplain.network.trace, convexplain.lessons\n"
        "print([name for name in sys.modules if name.startswith(('IPython', 'convexplain.note'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.skipif(find_spec("manim") is None, reason="needs the extra 'video'")
def test_the_page_on_notebooks_runs(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convexplain.notebook import _video

    page = (Path(__file__).parents[1] / "docs" / "notebook.md").read_text(encoding="utf-8")
    asked = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(_video, "_render", lambda job: asked.append(job))
    blocks = re.findall(r"```ipython\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 4
    for code in blocks:
        assert shell.run_cell(code).success
    assert len(asked) == 2
