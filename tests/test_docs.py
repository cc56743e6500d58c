"""What the documents say is so: links lead somewhere, commands exist, examples run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import pytest

from convexplain.cli import cli

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")),
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts),
]


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def commands() -> list[list[str]]:
    """Every `convexplain ...` in a shell block, as arguments."""
    lines = [line for page in PAGES for code in blocks(page, "bash") for line in code.splitlines()]
    found = [shlex.split(line, comments=True) for line in lines]
    return [arguments[1:] for arguments in found if arguments[:1] == ["convexplain"]]


def context(arguments: list[str]) -> click.Context:
    """Parse a command line as the command itself would, without running it."""
    parent = click.Context(cli, info_name="convexplain")
    command = cli.get_command(parent, arguments[0])
    assert command is not None
    return command.make_context(arguments[0], arguments[1:], parent=parent)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("arguments", commands(), ids=shlex.join)
def test_a_documented_command_is_understood(arguments: list[str]) -> None:
    assert context(arguments).args == []


def test_the_example_in_the_readme_prints_the_same_number_twice() -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    products_and_bias, value = map(float, printed.split())
    assert products_and_bias == pytest.approx(value, abs=1e-6)


def test_the_reference_has_a_section_for_each_command() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## `convexplain ([\w-]+)", page, re.MULTILINE)
    assert sorted(sections) == cli.list_commands(click.Context(cli))


def flags(params: Iterable[click.Parameter]) -> set[str]:
    """What options are called, but for that of help."""
    names = {flag for p in params if isinstance(p, click.Option) for flag in p.opts}
    return names - {"-h", "--help"}


def test_the_reference_names_each_option_of_render() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    section = page.partition("## `convexplain render")[2].partition("\n## ")[0]
    documented = set(re.findall(r"^\| `(-.*?)[` ]|`(--[\w-]+)", section, re.MULTILINE))
    documented = {flag for pair in documented for flag in pair if flag}
    render = context(["render", "sliding-window"])
    assert documented == flags(render.command.get_params(render))


def test_the_scene_of_the_stage_s_page_renders_and_nothing_overlaps(tmp_path: Path) -> None:
    manim = pytest.importorskip("manim", reason="scenes need the extra 'video'")
    from convexplain.stage.layout import problems

    (code,) = blocks(ROOT / "docs" / "stage.md", "python")
    names: dict[str, Any] = {}
    exec(compile(code, "edge_finder.py", "exec"), names)
    with manim.tempconfig({"dry_run": True, "media_dir": str(tmp_path), "frame_rate": 15}):
        scene = names["EdgeFinder"](skip_animations=True)
        scene.render()
    assert problems(scene.mobjects) == []
    assert len(code.splitlines()) <= 40


def claims() -> list[list[str]]:
    """The rows of the table of claims: number, claim, lesson, beat, sentence."""
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in row] for row in rows if len(row) == 5][1:]


@pytest.mark.parametrize("row", claims(), ids=lambda row: f"{row[2]}-{row[3]}")
def test_each_claim_is_told_by_its_lesson_word_for_word(row: list[str]) -> None:
    from convexplain import lessons

    _, _, lesson, beat, sentence = row
    told = {each.name: each.caption.text("en") for each in lessons.find(lesson)().beats()}
    assert told[beat] == sentence


def test_all_eight_claims_are_there() -> None:
    assert [row[0] for row in claims() if row[0]] == [str(n) for n in range(1, 9)]


def test_the_readme_names_every_lesson_with_its_question() -> None:
    from convexplain import lessons

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", readme, re.MULTILINE)
    assert rows == [(name, lessons.find(name).question.text("en")) for name in lessons.CHAPTER]
