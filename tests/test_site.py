"""The documentation's site holds what it is there for.

The whole site is built by scripts/docs.sh, a step of its own, where a warning is an error.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from convexplain import figures, lessons
from convexplain.cli import cli

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
    (source / "index.md").write_text(f"# Pages\n\n```{{toctree}}\n{listed}\n```\n", "utf-8")
    # Links to pages that are not there are no fault of these.
    return build(source, folder, *FIGURES, "-D", "suppress_warnings=ref.python,myst.xref_missing")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, as scripts/docs.sh builds it, but with figures in place of videos."""
    return build(ROOT / "docs", tmp_path_factory.mktemp("site"), *FIGURES)


@pytest.mark.soak
def test_the_whole_site_is_built_with_every_video(tmp_path: Path) -> None:
    page = read(build(ROOT / "docs", tmp_path), "gallery/lessons.html")
    videos = re.findall(r'<source src="\.\./(_images/([\w-]+?)-[0-9a-f]{16}-[^"]*)"', page)
    assert [name for _, name in videos] == [*lessons.names()]
    assert all((tmp_path / "html" / path).stat().st_size > 100_000 for path, _ in videos)
    assert page.count("<track ") == 2 * len(videos)


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


def test_the_gallery_asks_what_every_lesson_answers(site: Path) -> None:
    page = read(site, "gallery/lessons.html")
    for name in lessons.CHAPTER:
        assert lessons.find(name).question.text("en") in text(page)
        assert f"convexplain render {name}" in text(page)
        assert f'href="../reference/lessons.html#convexplain-render-{name}"' in page


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
