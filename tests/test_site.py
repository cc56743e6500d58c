"""The documentation's site holds what it is there for.

The site is built once, by scripts/docs.sh, where a warning is an error; `CONVEXPLAIN_SITE` then
names its folder to these tests, as .ci/run does.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest

from convexplain import cards, figures, lessons
from convexplain import page as classroom
from convexplain.cli import cli
from convexplain.style.captions import LANGUAGES
from convexplain.video import subtitles
from tests.page.parts import data_of
from tests.texts import difference

ROOT = Path(__file__).parents[1]
pytest.importorskip("manim", reason="the site describes the stage: it needs the extra 'video'")


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
def site() -> Path:
    """The whole site, with figures in place of videos, in one theme."""
    built = os.environ.get("CONVEXPLAIN_SITE")
    if not built:
        pytest.skip("CONVEXPLAIN_SITE names no site: scripts/docs.sh builds it")
    return Path(built)


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


def test_the_gallery_shows_every_figure_with_its_command(site: Path) -> None:
    page = read(site, "gallery/figures.html")
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
    # In turn: to make a page again takes its time.
    lang = (*LANGUAGES,)[lessons.CHAPTER.index(name) % len(LANGUAGES)]
    assert not difference(read(site, f"cards/{name}-{lang}.html"), cards.page(card, lang))
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
    assert not difference(read(site, "classroom.html"), classroom.html(lessons="gallery/lessons"))


def test_the_terms_of_the_classroom_page_lead_to_lessons_of_the_site(site: Path) -> None:
    content = data_of(site / "classroom.html")
    leads = {content["lessons"] + entry["lesson"] + ".html" for entry in content["glossary"]}
    assert len(leads) > 5
    assert [lead for lead in leads if not (site / lead).is_file()] == []


@pytest.mark.usefixtures("site")  # in the same step
def test_a_release_s_files_can_be_downloaded(tmp_path: Path) -> None:
    source, release = tmp_path / "docs", tmp_path / "release"
    for folder in (source, release):
        folder.mkdir()
    (source / "index.md").write_text("# Files\n\n```{release-files}\n```\n", "utf-8")
    (release / "convexplain-1.2-film-zh.mp4").write_bytes(bytes(2_340_000))
    (release / "SHA256SUMS").write_text("sums\n")
    lenient = ("-D", "suppress_warnings=ref.python,myst.xref_missing")
    built = build(source, tmp_path, *FIGURES, *lenient, "-D", f"convexplain_release={release}")
    front = read(built, "index.html")
    assert '<a href="release/convexplain-1.2-film-zh.mp4" download>' in front
    assert "the whole chapter as one film, in Chinese</td><td>2.3 MB</td>" in front
    assert (built / "release" / "convexplain-1.2-film-zh.mp4").stat().st_size == 2_340_000
    assert (built / "release" / "SHA256SUMS").is_file()


def test_the_site_is_served_on_this_machine_alone_until_ctrl_c(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<h1>Here</h1>")
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


def test_the_search_answers_chinese_in_chinese_with_chinese_pages_first(site: Path) -> None:
    pytest.importorskip("playwright", reason="needs the group 'browser'")
    from playwright.sync_api import sync_playwright

    from tests.page.conftest import PROGRAMS, SWITCHES

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"needs a browser: none of {', '.join(PROGRAMS)} is on the PATH")
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        page = playwright.chromium.launch(executable_path=program, args=SWITCHES).new_page()
        page.set_default_timeout(120_000)
        for asked in ("卷积", "感受野", "最大池化", "步幅"):
            page.goto(f"http://127.0.0.1:{server.server_port}/zh/index.html")
            page.fill(".sidebar-search", asked)
            page.press(".sidebar-search", "Enter")
            page.wait_for_selector("ul.search .context")
            assert "/zh/search.html?" in page.url
            page.wait_for_selector("#search-results >> text=/找到 \\d+ 页。/")
            assert page.inner_text("#search-results").startswith("搜索结果")
            first = page.get_attribute("ul.search > li > a", "href")
            assert first is not None
            assert first.startswith("zh/"), first
            assert any(character in page.inner_text("ul.search .context") for character in asked)
        server.shutdown()


def test_the_site_asks_no_other_host_for_anything(site: Path) -> None:
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        assert not re.findall(r'src="(?:https?:)?//[^"]*"', page), path
        assert not re.findall(r'<link [^>]*href="(?:https?:)?//[^"]*"', page), path


def test_links_to_files_of_the_repository_lead_somewhere_in_the_site(site: Path) -> None:
    assert 'href="project/contributing.html"' in read(site, "index.html")
    (download,) = re.findall(r'href="\.\./(_downloads/[^"]*)"', read(site, "trust/security.html"))
    original = ROOT / "convexplain" / "network" / "modelfile.py"
    assert (site / download).read_bytes() == original.read_bytes()
