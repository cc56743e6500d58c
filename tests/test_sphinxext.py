"""The Sphinx extension, by building tiny projects."""

from __future__ import annotations

import html
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from played import lesson_of

from convexplain import figures, lessons
from convexplain.data import digits
from convexplain.errors import ConvexplainError
from convexplain.lessons.pooling import Pooling
from convexplain.video import measure_video, rendering, subtitles
from convexplain.video.job import QUALITIES, Job
from tests.often import covering

pytest.importorskip("sphinx", reason="needs the extra 'sphinx'")
from jinja2 import FileSystemBytecodeCache
from sphinx import jinja2glue
from sphinx.errors import ConfigError
from sphinx.testing.util import SphinxTestApp

from convexplain.sphinxext import build as building
from convexplain.sphinxext import requests
from convexplain.sphinxext.requests import VideoRequest

# Sphinx forks to work in parallel; since 3.12 Python warns of that where BLAS has threads.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

FIGURE = ".. convexplain-figure:: confusion-matrix\n"
#: Leads to all pages that a test writes.
INDEX = "Title\n=====\n\n.. toctree::\n   :glob:\n\n   page*\n"
Build = Callable[..., SphinxTestApp]


@pytest.fixture(scope="module", autouse=True)
def _templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    kept = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        kind = partial(jinja2glue.SandboxedEnvironment, bytecode_cache=kept)
        patch.setattr(jinja2glue, "SandboxedEnvironment", kind)
        yield


@pytest.fixture(scope="module", autouse=True)
def drawn() -> Iterator[dict[str, bytes]]:
    """Figures by their names in a cache, which tell all that they depend on: each is drawn once."""
    kept: dict[str, bytes] = {}
    write, draw = building._write, figures.draw_made

    def write_once(work: Any) -> None:
        path = work[0]
        if path.name not in kept or figures.draw_made is not draw:  # a test has another opinion
            write(work)
            kept.update({path.name: path.read_bytes()} if path.exists() else {})
        else:
            path.write_bytes(kept[path.name])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "_write", write_once)
        yield kept


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Build documents, given as text by file name; settings are keyword arguments."""
    apps: list[SphinxTestApp] = []

    def run(
        files: dict[str, str], builder: str = "html", parallel: int = 0, **settings: Any
    ) -> SphinxTestApp:
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        for name, text in {"conf.py": "", **files}.items():
            file = source / name
            file.parent.mkdir(exist_ok=True)
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
        for app in apps:
            app.cleanup()
        extensions = ["myst_parser", "convexplain.sphinxext"]
        app = SphinxTestApp(
            builder,
            srcdir=source,
            builddir=tmp_path / "build",
            confoverrides={"extensions": extensions, "html_theme": "furo", **settings},
            parallel=parallel,
        )
        apps.append(app)
        app.build()
        return app

    yield run
    for app in apps:
        app.cleanup()


def page(app: SphinxTestApp, name: str = "index.html") -> str:
    return (Path(app.outdir) / name).read_text(encoding="utf-8")


def warnings(app: SphinxTestApp) -> list[str]:
    return re.sub(r"\x1b\[[\d;]*m", "", app.warning.getvalue()).splitlines()


def tags(text: str, name: str) -> list[dict[str, str]]:
    """The attributes of every element of this name."""
    return [
        {key: html.unescape(value) for key, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        for tag in re.findall(rf"<{name}\b([^>]*)>", text)
    ]


def pictures(app: SphinxTestApp, name: str = "index.html") -> list[dict[str, str]]:
    return [tag for tag in tags(page(app, name), "img") if "convexplain-" in tag.get("class", "")]


def cached(app: SphinxTestApp) -> set[str]:
    return {path.name for path in building.folder(app.env).iterdir()}


def test_a_figure_has_a_picture_for_each_theme_and_says_what_it_shows(build: Build) -> None:
    app = build({"index.rst": "Title\n=====\n\n" + FIGURE})
    assert warnings(app) == []
    light, dark = pictures(app)
    assert light["class"] == "convexplain-picture convexplain-light"
    assert dark["class"] == "convexplain-picture convexplain-dark"
    assert light["alt"] == dark["alt"] == figures.alternative("confusion-matrix")
    for picture, background in ((light, "#ffffff"), (dark, "#0f1419")):
        drawn = (Path(app.outdir) / picture["src"]).read_text(encoding="utf-8")
        assert background in drawn.lower()
        width, height = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', drawn[:2000]).groups()  # type: ignore[union-attr]
        assert int(picture["width"]) == round(float(width) * 96 / 72)
        assert int(picture["height"]) == round(float(height) * 96 / 72)
    (caption,) = re.findall(r'<span class="caption-text">(.*?)</span>', page(app))
    assert html.unescape(caption) == figures.caption("confusion-matrix")


def test_markdown_says_it_as_restructured_text_does(build: Build) -> None:
    options = ":width: column\n:alt: Mine\n:name: here\n:class: wide\n"
    there = options.replace("here", "there")
    app = build(
        {
            "index.rst": "Title\n=====\n\n"
            + FIGURE
            + "".join(f"   {line}\n" for line in options.splitlines())
            + "\n   *My* caption.\n\n   And more.\n",
            "other.md": f"# Title\n\n```{{convexplain-figure}} confusion-matrix\n{there}\n"
            "*My* caption.\n\nAnd more.\n```\n\n{ref}`here`\n",
        },
        suppress_warnings=["toc.not_included"],
    )
    assert warnings(app) == []
    first, second = (
        re.search(r"<figure.*?</figure>", page(app, name), re.DOTALL).group()  # type: ignore[union-attr]
        for name in ("index.html", "other.html")
    )
    assert first == second.replace('"there"', '"here"').replace("#there", "#here")
    assert '<figure class="convexplain wide align-center" id="here">' in first
    assert 'alt="Mine"' in first
    assert '<span class="caption-text"><em>My</em> caption.</span>' in first
    assert '<div class="legend">\n<p>And more.</p>' in first
    assert 'href="index.html#here"' in page(app, "other.html")


def test_no_caption_and_one_theme_are_possible(build: Build) -> None:
    options = "   :no-caption:\n   :theme: dark\n   :align: left\n"
    app = build({"index.rst": "Title\n=====\n\n" + FIGURE + options})
    (picture,) = pictures(app)
    assert picture["class"] == "convexplain-picture"
    assert picture["src"].endswith("-dark.svg")
    assert "<figcaption>" not in page(app)
    assert '<figure class="convexplain align-left">' in page(app)


def test_a_site_that_is_always_light_shows_the_light_picture(build: Build) -> None:
    app = build({"index.rst": "Title\n=====\n\n" + FIGURE}, html_theme="alabaster")
    (picture,) = pictures(app)
    assert picture["class"] == "convexplain-picture"
    assert picture["src"].endswith("-light.svg")
    assert len(cached(app)) == 1


def test_one_figure_in_two_documents_is_one_file(build: Build) -> None:
    files = {
        "index.rst": "Title\n=====\n\n.. toctree::\n\n   a/one\n   a/two\n",
        "a/one.rst": "One\n===\n\n" + FIGURE,
        "a/two.rst": "Two\n===\n\n" + FIGURE + "   :lang: en\n",
    }
    app = build(files)
    one, two = (pictures(app, f"a/{name}.html") for name in ("one", "two"))
    assert [tag["src"] for tag in one] == [tag["src"] for tag in two]
    assert all((Path(app.outdir) / "a" / tag["src"]).is_file() for tag in one)
    assert len(cached(app)) == 2


def test_two_processes_write_what_one_writes(
    build: Build, tmp_path: Path, drawn: dict[str, bytes]
) -> None:
    files = {"index.rst": INDEX}
    for number in range(6):
        width = f"   :width: {3 + number % 3}\n   :theme: light\n"
        files[f"page{number}.rst"] = f"Page {number}\n======\n\n{FIGURE}{width}"
    written = []
    for parallel in (0, 2):
        drawn.clear()
        app = build(files, parallel=parallel)
        assert warnings(app) == []
        out = Path(app.outdir)
        written.append({path: path.read_bytes() for path in sorted(out.rglob("page*.html"))})
        drawn = sorted(path.name for path in (out / "_images").iterdir())
        assert drawn == sorted(cached(app))
        assert len(drawn) == 3
        shutil.rmtree(tmp_path / "build")
    assert written[0] == written[1]


WRONG = {
    "confusion-matrx": "there is no figure 'confusion-matrx'.*did you mean confusion-matrix",
    "confusion-matrix\n   :modle: dense": "there is no option :modle:.*did you mean :model:",
    "confusion-matrix\n   :width: 40": "a figure cannot be 40 inches wide: give 3 to 10",
    "confusion-matrix\n   :width: wide": "'wide' is no width",
    "confusion-matrix\n   :lang: fr": "there is no language 'fr': choose en or zh",
    "confusion-matrix\n   :theme: blue": "there is no theme 'blue': choose auto, light or dark",
    "confusion-matrix\n   :align: up": "up.*unknown.*left",
    "confusion-matrix\n   :model: none.safetensors": "there is no model or file 'none.safetensors'",
    "confusion-matrix\n\n   * a list": "its content is the caption: begin it with a paragraph",
}


def refused(build: Build, kind: str, name: str, text: str, wrong: dict[str, str]) -> SphinxTestApp:
    """Build a page of each wrong request; each is a warning with its line, and the page goes on."""
    files = {name.format(n): text.format(each) for n, each in enumerate(wrong)}
    line = text.partition(kind)[0].count("\n") + 1
    app = build({"index.rst": INDEX, **files})
    lines = warnings(app)
    assert len(lines) == len(wrong)
    for n, said in enumerate(wrong.values()):
        file = name.format(n)
        (told,) = [each for each in lines if file in each]
        assert re.match(rf".*{re.escape(file)}:{line}: WARNING: {kind}: ", told)
        assert re.search(said, told)
        assert told.endswith("[convexplain.option]")
        assert "After it." in page(app, f"page{n}.html")
    assert not building.folder(app.env).exists()
    return app


def test_what_cannot_be_right_is_a_warning_with_its_line(build: Build) -> None:
    text = "Title\n=====\n\n.. convexplain-figure:: {}\n\nAfter it.\n"
    app = refused(build, "convexplain-figure", "page{}.rst", text, WRONG)
    assert all(pictures(app, f"page{n}.html") == [] for n in range(len(WRONG)))


WRONG_VIDEO = {
    "poling": "there is no lesson 'poling'.*did you mean pooling",
    "pooling\n:digit: 12": "there is no class 12|digit",
    "pooling\n:digit: 1\n:sample: 3": ":digit: and :sample: exclude one another",
    "pooling\n:quality: x": "there is no quality 'x': choose l, m, h, p or k",
    "pooling\n:poster: end": "pooling has no beat 'end': choose ",
    "pooling\n:seconds: 2": "2 s is no length for this lesson",
}


def test_a_video_that_cannot_be_right_is_a_warning_in_markdown(build: Build) -> None:
    text = "# Title\n\n```{{convexplain-video}} {}\n```\n\nAfter it.\n"
    app = refused(build, "convexplain-video", "page{}.md", text, WRONG_VIDEO)
    assert all("<video" not in page(app, f"page{n}.html") for n in range(len(WRONG_VIDEO)))


def test_what_the_cache_holds_is_not_drawn_again(
    build: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = {"index.rst": "Title\n=====\n\n" + FIGURE}
    first = build(files, convexplain_cache=str(tmp_path / "kept"))
    before = page(first)
    assert sorted(cached(first)) == sorted(path.name for path in (tmp_path / "kept").iterdir())
    shutil.rmtree(tmp_path / "build")

    def draw(*_: Any, **__: Any) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr(figures, "draw_made", draw)
    again = build(files, convexplain_cache=str(tmp_path / "kept"))
    assert warnings(again) == []
    assert page(again) == before
    assert all((Path(again.outdir) / tag["src"]).is_file() for tag in pictures(again))


def test_another_program_draws_its_own_figures(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"index.rst": "Title\n=====\n\n" + FIGURE}
    old = {tag["src"] for tag in pictures(build(files))}
    same = build(files)
    assert "no targets are out of date" in same.status.getvalue()
    monkeypatch.setattr(building, "_program", lambda: "0123456789ab")
    app = build(files)
    new = {tag["src"] for tag in pictures(app)}
    assert new.isdisjoint(old)
    assert all((Path(app.outdir) / src).is_file() and "0123456789ab" in src for src in new)


def test_a_figure_that_fails_is_a_warning_and_its_words_remain(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ConvexplainError("no ink left")

    monkeypatch.setattr(figures, "draw_made", fail)
    app = build({"index.rst": "Title\n=====\n\n" + FIGURE + "   :theme: light\n"})
    (line,) = warnings(app)
    assert re.search(r"index\.rst:4: WARNING: convexplain: confusion-matrix: no ink left", line)
    assert figures.alternative("confusion-matrix") in html.unescape(page(app))
    assert cached(app) == set()


def test_on_paper_a_figure_is_a_pdf_in_light_colours(build: Build) -> None:
    app = build({"index.rst": "Title\n=====\n\n" + FIGURE}, "latex")
    assert warnings(app) == []
    (tex,) = Path(app.outdir).glob("*.tex")
    (name,) = re.findall(
        r"\\sphinxincludegraphics\[\]\{(confusion-matrix-[\w-]+-light\.pdf)\}",
        tex.read_text(encoding="utf-8"),
    )
    assert (Path(app.outdir) / name).read_bytes().startswith(b"%PDF-")
    assert r"\caption{What the convnet takes for what" in tex.read_text(encoding="utf-8")
    assert not list(Path(app.outdir).glob("*-dark*"))


def test_an_ebook_shows_one_picture_and_no_video(build: Build) -> None:
    video = ".. convexplain-video:: pooling\n"
    app = build({"index.rst": "Title\n=====\n\n" + FIGURE + "\n" + video}, "epub")
    text = page(app, "index.xhtml")
    assert [tag["src"][-9:] for tag in tags(text, "img")][:1] == ["light.svg"]
    assert "<video" not in text
    assert not [name for name in cached(app) if name.endswith(".mp4")]


@pytest.mark.parametrize("builder", ["text", "man", "texinfo"])
def test_where_there_are_words_alone_the_alternative_text_stands(
    build: Build, builder: str
) -> None:
    app = build(
        {"index.rst": "Title\n=====\n\n" + FIGURE + "   :alt: Mine\n"},
        builder,
        man_pages=[("index", "x", "X", ["X"], 1)],
    )
    files = [path for path in Path(app.outdir).iterdir() if path.is_file()]
    written = [path.read_text(encoding="utf-8") for path in files]
    assert any("Mine" in text for text in written)
    assert not building.folder(app.env).exists()


def test_the_language_is_that_of_the_project_unless_said(build: Build) -> None:
    text = (
        "标题\n====\n\n"
        + FIGURE
        + "   :theme: light\n\n"
        + FIGURE
        + "   :lang: en\n   :theme: light\n"
    )
    app = build({"index.rst": text}, language="zh_CN")
    chinese, english = pictures(app)
    assert chinese["alt"] == figures.alternative("confusion-matrix", "zh")
    assert english["alt"] == figures.alternative("confusion-matrix", "en")
    assert (chinese["lang"], english["lang"]) == ("zh", "en")


VIDEO = "Title\n=====\n\n.. convexplain-video:: pooling\n   :quality: l\n"


@pytest.mark.render
@pytest.mark.skipif(not building.can_render(), reason="videos need the extra 'video'")
def test_a_video_stands_there_with_poster_and_subtitles_in_both_languages(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = VIDEO + "   :digit: 3\n   :seconds: 32\n   :poster: reach\n"
    app = build({"index.rst": asked}, parallel=2)
    assert warnings(app) == []
    lesson = Pooling(picture=digits.first(3), length=32.0)
    out = Path(app.outdir)
    (video,) = tags(page(app), "video")
    assert lesson.beats()[-1].caption.text("en") in video["aria-label"]
    (source,) = tags(page(app), "source")
    beats = [beat.seconds for beat in lesson.beats()]
    quality = QUALITIES["l"]
    assert (video["width"], video["height"]) == (str(quality.width), str(quality.height))
    assert measure_video.check_video(out / source["src"], quality, beats) == pytest.approx(
        lesson.seconds, abs=1
    )
    with Image.open(out / video["poster"]) as poster:
        assert poster.size == (quality.width, quality.height)
        # The controls of a player lie at the bottom: no caption there, only the background.
        bottom = np.asarray(poster.convert("RGB"))[int(0.88 * quality.height) :]
        assert np.ptp(bottom.reshape(-1, 3), axis=0).max() <= 2
    english, chinese = tags(page(app), "track")
    for track, lang in ((english, "en"), (chinese, "zh")):
        assert (track["kind"], track["srclang"]) == ("captions", lang)
        written = (out / track["src"]).read_text(encoding="utf-8")
        assert written == subtitles.vtt(subtitles.cues_of(lesson, lang))
    assert "default" not in english  # the captions are in the picture
    assert not [name for name in cached(app) if name.endswith(".svg")]

    monkeypatch.setattr(rendering, "render", lambda *_, **__: pytest.fail("rendered again"))
    shutil.rmtree(out)
    again = build({"index.rst": asked}, parallel=2)
    assert tags(page(again), "video") == [video]
    assert (out / source["src"]).is_file()


def assert_a_figure_of_the_lesson(app: SphinxTestApp) -> None:
    light, dark = pictures(app)
    assert Path(light["src"]).name.startswith("pooling-")
    assert (Path(app.outdir) / light["src"]).is_file()
    assert (Path(app.outdir) / dark["src"]).is_file()
    assert Pooling().beats()[-1].caption.text("en") in light["alt"]
    assert "<video" not in page(app)


def test_without_what_renders_videos_a_figure_is_shown_and_it_is_said(
    build: Build, monkeypatch: pytest.MonkeyPatch, absent: set[str]
) -> None:
    monkeypatch.setattr(building, "can_render", lambda: False)
    absent.add("manim")
    app = build({"index.rst": VIDEO})
    (line,) = warnings(app)
    assert "index.rst:4: WARNING: convexplain-video: videos need manim, not installed yet; " in line
    assert_a_figure_of_the_lesson(app)


def test_videos_can_be_left_out(build: Build) -> None:
    app = build({"index.rst": VIDEO}, convexplain_videos="0")
    assert warnings(app) == []
    assert_a_figure_of_the_lesson(app)


def test_a_video_that_fails_is_a_warning_and_a_figure(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(jobs: list[Job], *, failed: Any, **_: Any) -> list[Any]:
        failed(jobs[0], ConvexplainError("no film left"))
        return []

    monkeypatch.setattr(building, "can_render", lambda: True)
    monkeypatch.setattr(rendering, "render", fail)
    app = build({"index.rst": VIDEO})
    (line,) = warnings(app)
    assert re.search(r"index\.rst:4: WARNING: convexplain: pooling: no film left", line)
    assert_a_figure_of_the_lesson(app)


def test_on_paper_a_video_is_the_figure_of_its_lesson(build: Build) -> None:
    app = build({"index.rst": VIDEO}, "latex")
    assert warnings(app) == []
    (tex,) = Path(app.outdir).glob("*.tex")
    (name,) = re.findall(r"\{(pooling-[\w-]+\.pdf)\}", tex.read_text(encoding="utf-8"))
    assert (Path(app.outdir) / name).read_bytes().startswith(b"%PDF-")
    assert {Path(name).suffix for name in cached(app)} == {".pdf"}


@pytest.mark.parametrize(("name", "lang"), covering(lessons.CHAPTER, ["en", "zh"]))
def test_every_lesson_has_a_figure_to_stand_for_it_and_words(name: str, lang: str) -> None:
    picture = [] if name == "dense-vs-conv" else ["--digit=7"]
    request = requests.parse("video", [name, f"--lang={lang}", *picture])
    assert isinstance(request, VideoRequest)
    still = request.still("auto")
    assert still is not None
    assert still.name == name
    if picture:
        assert request.lesson.picture.label == 7
    if "picture" in {field.name for field in lessons.option_fields(type(still.options))}:
        assert still.options.picture is request.lesson.picture
    first, *_, last = request.lesson.beats()
    assert first.title.text(lang) in request.alternative
    assert request.lesson.question.text(lang) in request.caption
    assert request.caption.endswith(last.caption.text(lang))


def test_what_no_document_needs_goes_after_two_weeks(build: Build) -> None:
    app = build({"index.rst": "Title\n=====\n\n" + FIGURE})
    place = building.folder(app.env)
    needed = {path: path.stat().st_mtime for path in place.iterdir()}
    for path in (old := place / "pooling-0-0-light.svg", new := place / "pooling-1-0-light.svg"):
        path.write_text("<svg/>", encoding="utf-8")
    long_ago = time.time() - 15 * 24 * 3600
    for path in (old, *needed):
        os.utime(path, (long_ago, long_ago))
    build({"index.rst": "Title!\n======\n\n" + FIGURE})
    assert set(place.iterdir()) == {new, *needed}


def test_a_file_is_looked_for_beside_its_document_and_watched(build: Build, tmp_path: Path) -> None:
    def save(number: int) -> None:
        pixels = (255 * digits.sample(number).pixels[:, :, 0]).astype(np.uint8)
        (tmp_path / "src" / "sub").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "src" / "sub" / "mine.png")

    files = {
        "index.rst": "Title\n=====\n\n.. toctree::\n\n   sub/page\n",
        "sub/page.rst": "Page\n====\n\n.. convexplain-figure:: pooling\n   :image: mine.png\n",
    }
    seen = []
    for number in (60, 140):
        save(number)
        app = build(files)
        assert warnings(app) == []
        seen.append(pictures(app, "sub/page.html")[0])
    assert Path(seen[0]["src"]).name != Path(seen[1]["src"]).name
    assert seen[0]["alt"] != seen[1]["alt"]


@pytest.mark.parametrize("setting", [{"convexplain_theme": "blue"}, {"convexplain_quality": "x"}])
def test_a_setting_that_cannot_be_right_ends_the_build(
    build: Build, setting: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match="choose "):
        build({"index.rst": "Title\n=====\n"}, **setting)


@pytest.mark.parametrize("name", lessons.names())
def test_the_default_network_of_a_lesson_is_no_file_that_is_looked_for(name):
    lesson = lesson_of(name)
    assert requests._values(lesson) == requests._values(lesson.bare())
