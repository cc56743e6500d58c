"""The documentation's site builds without a warning, and holds what it is there for."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from convexplain import figures, lessons
from convexplain.cli import cli

ROOT = Path(__file__).parents[1]
pytest.importorskip("manim", reason="the site describes the stage: it needs the extra 'video'")


def build(folder: Path, *settings: str) -> Path:
    """Build the site, as scripts/docs.sh does."""
    built = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-j", "2"),
            *("-d", folder / "doctrees", *settings, ROOT / "docs", folder / "html"),
        ],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site, with figures in place of videos, in one theme."""
    return build(
        tmp_path_factory.mktemp("site"),
        *("-D", "convexplain_videos=0", "-D", "convexplain_theme=light"),
    )


@pytest.mark.soak
def test_the_whole_site_is_built_with_every_video(tmp_path: Path) -> None:
    page = read(build(tmp_path), "gallery/lessons.html")
    videos = re.findall(r'<source src="\.\./(_images/([\w-]+?)-[0-9a-f]{16}-[^"]*)"', page)
    assert [name for _, name in videos] == [*lessons.names()]
    assert all((tmp_path / "html" / path).stat().st_size > 100_000 for path, _ in videos)
    assert page.count("<track ") == 2 * len(videos)


def read(site: Path, page: str) -> str:
    return (site / page).read_text(encoding="utf-8")


def text(page: str) -> str:
    """What is read on a page."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


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


def test_the_gallery_asks_what_every_lesson_answers(site: Path) -> None:
    page = read(site, "gallery/lessons.html")
    for name in lessons.CHAPTER:
        assert lessons.find(name).question.text("en") in text(page)
        assert f"convexplain render {name}" in text(page)
        assert f'href="../reference/lessons.html#convexplain-render-{name}"' in page


def test_the_site_asks_no_other_host_for_anything(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert not re.findall(r'src="(?:https?:)?//[^"]*"', path.read_text("utf-8")), path
        assert not re.findall(r'<link [^>]*href="(?:https?:)?//[^"]*"', path.read_text("utf-8"))


def test_links_to_files_of_the_repository_lead_somewhere_in_the_site(site: Path) -> None:
    assert 'href="project/contributing.html"' in read(site, "index.html")
    (download,) = re.findall(r'href="\.\./(_downloads/[^"]*)"', read(site, "trust/security.html"))
    original = ROOT / "convexplain" / "modelfile.py"
    assert (site / download).read_bytes() == original.read_bytes()
