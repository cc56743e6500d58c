"""The documentation's site holds what it is there for.

The whole site is built by scripts/docs.sh, a step of its own, where a warning is an error.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import click
import pytest

from convexplain import cards, figures, lessons
from convexplain import page as classroom
from convexplain.cli import cli
from convexplain.style.captions import LANGUAGES
from convexplain.video import subtitles

ROOT = Path(__file__).parents[1]
pytest.importorskip("manim", reason="the site describes the stage: it needs the extra 'video'")


#: Pages that are written by code, and stand in a small site of their own here.
PAGES = ("reference/commands.md", "reference/lessons.md", "gallery/lessons.md")
FIGURES = ("-D", "convexplain_videos=0", "-D", "convexplain_theme=light")


def build(source: Path, folder: Path, *settings: str) -> Path:
    """Build a site with the settings of the documentation; a warning is an error."""
    built = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-j", "2"),
            *("-c", ROOT / "docs", "-d", folder / "doctrees", *settings, source, folder / "html"),
        ],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that code writes, with figures in place of videos, in one theme."""
    folder = tmp_path_factory.mktemp("small")
    source = folder / "docs"
    for page in PAGES:
        (source / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "docs" / page, source / page)
    listed = "\n".join(page.removesuffix(".md") for page in PAGES)
    blocks = "```{classroom-page}\n```\n\n```{release-files}\n```"
    index = f"# Pages\n\n{blocks}\n\n```{{toctree}}\n{listed}\n```\n"
    (source / "index.md").write_text(index, "utf-8")
    release = folder / "release"
    release.mkdir()
    (release / "convexplain-1.2-film-zh.mp4").write_bytes(bytes(2_340_000))
    (release / "SHA256SUMS").write_text("sums\n")
    # Links to pages that are not there are no fault of these.
    lenient = ("-D", "suppress_warnings=ref.python,myst.xref_missing")
    return build(source, folder, *FIGURES, *lenient, "-D", f"convexplain_release={release}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, as scripts/docs.sh builds it, but with figures in place of videos."""
    return build(ROOT / "docs", tmp_path_factory.mktemp("site"), *FIGURES)


@pytest.mark.soak
def test_the_whole_site_is_built_with_every_video(tmp_path: Path) -> None:
    site = build(ROOT / "docs", tmp_path)
    for name in lessons.names():
        page = read(site, f"gallery/lessons/{name}.html")
        (video,) = re.findall(rf'<source src="../../(_images/{name}-[0-9a-f]{{16}}-[^"]*)"', page)
        assert (site / video).stat().st_size > 100_000
        assert page.count("<track ") == 2


def read(site: Path, page: str) -> str:
    return (site / page).read_text(encoding="utf-8")


def text(page: str) -> str:
    """What is read on a page, with straight apostrophes."""
    return html.unescape(re.sub(r"<[^>]*>", "", page)).replace(
        "\N{RIGHT SINGLE QUOTATION MARK}", "'"
    )


def test_every_command_is_described(site: Path) -> None:
    page = read(site, "reference/commands.html")
    for name in cli.list_commands(click.Context(cli)):
        assert f'<section id="convexplain-{name}">' in page


@pytest.mark.parametrize("name", lessons.CHAPTER)
def test_each_option_of_a_lesson_is_described(site: Path, name: str) -> None:
    page = read(site, "reference/lessons.html")
    for field in lessons.find(name).options():
        flags = field.metadata["flags"] or (f"--{field.name.replace('_', '-')}",)
        named = "digit" if field.name == "picture" else flags[0].removeprefix("--")
        assert f'id="cmdoption-convexplain-render-{name}-{named}"' in page


@pytest.mark.soak
def test_the_gallery_shows_every_figure_with_its_command(whole: Path) -> None:
    page = read(whole, "gallery/figures.html")
    for name in figures.names():
        assert re.search(rf'<img [^>]*src="\.\./_images/{name}-\w+-\w+-light\.svg"', page)
        assert f"convexplain figure {name} -o {name}.svg" in text(page)


@pytest.mark.parametrize("name", lessons.CHAPTER)
def test_a_lesson_has_a_page_with_all_there_is_of_it(site: Path, name: str) -> None:
    lesson = lessons.find(name)()
    page = read(site, f"gallery/lessons/{name}.html")
    told = re.sub(r"\s+", " ", text(page))
    assert lesson.question.text("en") in told
    for cue in subtitles.cues_of(lesson, "en"):
        assert " ".join(cue.text.split()) in told
    for command in (f"render {name}", f"card {name}", f"figure {name} -o {name}.svg"):
        assert f"convexplain {command}" in told
    assert f'href="../../reference/lessons.html#convexplain-render-{name}"' in page
    card = cards.make(name)
    assert all(pause.ask.text("en") in told for pause in card.pauses)
    assert all(mistake.reply.text("en") in told for mistake in card.mistakes)
    for lang in LANGUAGES:
        assert f'href="../../cards/{name}-{lang}.html"' in page
        assert read(site, f"cards/{name}-{lang}.html") == cards.page(card, lang)
    assert re.search(rf'<img [^>]*src="../../_images/{name}-\w+-\w+-light\.svg"', page)


def test_a_small_picture_leads_to_each_lesson(site: Path) -> None:
    page = read(site, "gallery/lessons.html")
    (tiles,) = re.findall(r'<div class="tiles .*?</section>', page, flags=re.DOTALL)
    leads = re.findall(r'href="lessons/([\w-]+)\.html#lesson-([\w-]+)"', tiles)
    assert leads == [(name, name) for name in lessons.names()]
    for name in lessons.names():
        assert lessons.find(name).question.text("en") in text(tiles)
    pictures = re.findall(r'<img [^>]*src="\.\./(_images/([\w-]+?)-\w+-\w+-light\.svg)"', tiles)
    assert [name for _, name in pictures] == [*lessons.names()]
    assert all((site / path).is_file() for path, _ in pictures)


def test_the_front_page_runs_the_classroom_page_and_offers_its_one_file(site: Path) -> None:
    front = read(site, "index.html")
    assert '<iframe src="classroom.html"' in front
    assert '<a class="take" href="classroom.html" download="convexplain.html">' in front
    assert read(site, "classroom.html") == classroom.html()


def test_a_release_s_files_can_be_downloaded(site: Path) -> None:
    front = read(site, "index.html")
    assert '<a href="release/convexplain-1.2-film-zh.mp4" download>' in front
    assert "the whole chapter as one film, in Chinese</td><td>2.3 MB</td>" in front
    assert (site / "release" / "convexplain-1.2-film-zh.mp4").stat().st_size == 2_340_000
    assert (site / "release" / "SHA256SUMS").is_file()


def test_the_site_is_served_on_this_machine_alone_until_ctrl_c(site: Path, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    command = [sys.executable, ROOT / "tools" / "serve.py", site]
    browser = f"{sys.executable} -c \"import sys; open('{opened}', 'w').write(sys.argv[1])\" %s"
    environment = {**os.environ, "BROWSER": browser}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address, *_ = server.stdout.readline().split()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address) as answer:
            assert answer.read().decode() == read(site, "index.html")
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
    assert opened.read_text() == address


@pytest.mark.parametrize("pages", ["site", pytest.param("whole", marks=pytest.mark.soak)])
def test_the_site_asks_no_other_host_for_anything(
    pages: str, request: pytest.FixtureRequest
) -> None:
    for path in request.getfixturevalue(pages).rglob("*.html"):
        assert not re.findall(r'src="(?:https?:)?//[^"]*"', path.read_text("utf-8")), path
        assert not re.findall(r'<link [^>]*href="(?:https?:)?//[^"]*"', path.read_text("utf-8"))


@pytest.mark.soak
def test_links_to_files_of_the_repository_lead_somewhere_in_the_site(whole: Path) -> None:
    assert 'href="project/contributing.html"' in read(whole, "index.html")
    (download,) = re.findall(r'href="\.\./(_downloads/[^"]*)"', read(whole, "trust/security.html"))
    original = ROOT / "convexplain" / "network" / "modelfile.py"
    assert (whole / download).read_bytes() == original.read_bytes()
