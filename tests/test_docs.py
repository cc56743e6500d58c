"""What the documents say is so: links lead somewhere, commands exist, examples run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import documented
import pytest
from documented import PAGES, ROOT, understood
from played import lesson_of

from convexplain import __version__
from convexplain.cli import cli

EVERY = [block for page in PAGES for block in documented.blocks(page)]
RUN = [
    page
    for page in PAGES
    if any(block.language in documented.RUN for block in documented.blocks(page))
]


def code(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return [block.code for block in documented.blocks(page) if block.language == language]


@pytest.mark.parametrize("page", PAGES, ids=documented.name)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", prose)
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


COMMANDS = [each for page in PAGES for each in documented.commands(page)]


@pytest.mark.parametrize(("place", "arguments"), COMMANDS, ids=[place for place, _ in COMMANDS])
def test_a_documented_command_is_understood(place: str, arguments: list[str]) -> None:
    assert understood(arguments).args == []


@pytest.mark.parametrize("page", RUN, ids=documented.name)
def test_the_examples_of_a_page_run_and_print_what_it_says(page: Path, tmp_path: Path) -> None:
    run(page, tmp_path, slow=False)


@pytest.mark.soak
@pytest.mark.parametrize("page", RUN, ids=documented.name)
def test_the_slow_examples_of_a_page_run_too(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run(page, tmp_path, slow=True)


def run(page: Path, folder: Path, *, slow: bool) -> None:
    runner = documented.Runner(folder, slow)
    for block in documented.blocks(page):
        if block.language in documented.RUN:
            runner.run(block)
    runner.finish()


def test_every_block_is_in_a_language_that_is_run_or_only_shown() -> None:
    known = documented.RUN | documented.SHOWN
    others = {
        block.place: block.language
        for block in EVERY
        if block.language not in known and not block.language.startswith("{")
    }
    assert others == {}


def test_blocks_that_are_not_run_are_few_and_say_why() -> None:
    left = {block.place: block.reason for block in EVERY if block.reason}
    assert len(left) <= 5, left
    assert all(len(reason) > 15 for reason in left.values()), left


def test_a_block_that_goes_wrong_is_noticed(tmp_path: Path) -> None:
    page = ROOT / "README.md"

    def block(language: str, code: str, shown: str | None = None) -> documented.Block:
        return documented.Block(page, 3, language, code, shown)

    runner = documented.Runner(tmp_path, slow=False)
    runner.run(block("python", "x = 2\nprint(x)\n", "2\n"))
    runner.run(block("bash", "convexplain kernels box-blur > a.txt\ncat a.txt | head -n 1\n"))
    runner.run(block("bash", "convexplain --version\n", f"convexplain {__version__}\n"))
    for wrong in (
        block("python", "print(x)\n", "3\n"),
        block("bash", "convexplain kernels no-such\n"),
        block("bash", "convexplain --version\n", "convexplain 99\n"),
        block("bash", "false\n"),
    ):
        with pytest.raises(AssertionError, match=r"README\.md:3"):
            runner.run(wrong)
    with pytest.raises(NameError):
        runner.run(block("python", "y\n"))


def test_json_that_is_shown_can_be_read() -> None:
    for block in EVERY:
        if block.language == "json":
            json.loads(block.code)


def test_directives_that_are_shown_can_be_built(tmp_path: Path) -> None:
    """What a page shows of Sphinx is built, in the markup that it is shown in."""
    pytest.importorskip("sphinx", reason="needs the extra 'sphinx'")
    from sphinx.testing.util import SphinxTestApp

    files = {"index.rst": "Title\n=====\n\n.. toctree::\n   :glob:\n\n   page*\n"}
    for number, block in enumerate(EVERY):
        if block.language in ("markdown", "rst") and "convexplain-" in block.code:
            title = "# Title\n\n" if block.language == "markdown" else "Title\n=====\n\n"
            ending = "md" if block.language == "markdown" else "rst"
            files[f"page{number}.{ending}"] = title + block.code
    source = tmp_path / "src"
    source.mkdir()
    for name, text in {"conf.py": "", **files}.items():
        (source / name).write_text(text, encoding="utf-8")
    app = SphinxTestApp(
        "dummy",
        srcdir=source,
        confoverrides={
            "extensions": ["myst_parser", "convexplain.sphinxext"],
            "convexplain_videos": "0",
        },
    )
    try:
        app.build()
        assert app.warning.getvalue() == ""
    finally:
        app.cleanup()
    assert len(files) > 3


def test_the_example_in_the_readme_prints_the_same_number_twice(tmp_path: Path) -> None:
    (block,) = [b for b in documented.blocks(ROOT / "README.md") if b.language == "python"]
    printed = documented.Runner(tmp_path, slow=False).output(block)
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
    render = understood(["render", "sliding-window"])
    assert documented == flags(render.command.get_params(render))


def test_the_scene_of_the_stage_s_page_renders_and_nothing_overlaps(tmp_path: Path) -> None:
    manim = pytest.importorskip("manim", reason="scenes need the extra 'video'")
    from convexplain.stage.layout import problems

    (source,) = code(ROOT / "docs" / "stage.md", "python")
    names: dict[str, Any] = {}
    exec(compile(source, "edge_finder.py", "exec"), names)
    with manim.tempconfig({"dry_run": True, "media_dir": str(tmp_path), "frame_rate": 15}):
        scene = names["EdgeFinder"](skip_animations=True)
        scene.render()
    assert problems(scene.mobjects) == []
    assert len(source.splitlines()) <= 45


def claims() -> list[list[str]]:
    """The rows of the table of claims: number, claim, lesson, beat, sentence."""
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`") for cell in row] for row in rows if len(row) == 5][1:]


@pytest.mark.parametrize("row", claims(), ids=lambda row: f"{row[2]}-{row[3]}")
def test_each_claim_is_told_by_its_lesson_word_for_word(row: list[str]) -> None:
    _, _, lesson, beat, sentence = row
    (told,) = (each for each in lesson_of(lesson).beats() if each.name == beat)
    said = [event.said.text("en") for event in told.events if event.said is not None]
    assert sentence in (told.caption.text("en"), *said)


def test_all_eight_claims_are_there() -> None:
    assert [row[0] for row in claims() if row[0]] == [str(n) for n in range(1, 9)]
