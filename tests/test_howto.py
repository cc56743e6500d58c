"""The how-tos for developers, followed to the letter in a copy, where the project's checks pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from convexplain.panels import VIDEO, place, problems
from tools.mutate import ROOT, copy

BLOCK = re.compile(r"^```\{code-block\} \w+\n:caption: (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: In a file that is there already a block is a row, which goes below this line.
HEADS = {
    "convexplain/page/words.js": re.compile(r"^export const WORDS = \{\n", re.MULTILINE),
    "tests/test_layers.py": re.compile(r"^CASES: .*\[\n", re.MULTILINE),
}
#: What the row of a test has to import, as the page says.
IMPORT = "from convexplain.network.layers.prelu import PReLU\n"
#: The tests that each page names.
TESTS = {
    "lesson": "tests/test_ink_lesson.py tests/test_lessons.py tests/test_drawn.py "
    "tests/test_figures.py -k ink",
    "layer": "tests/test_layers.py tests/page/test_page_kinds.py",
}


def page(howto: str) -> str:
    return (ROOT / "docs" / "howto" / f"{howto}.md").read_text("utf-8")


def blocks(howto: str) -> dict[str, str]:
    return dict(BLOCK.findall(page(howto)))


def test_the_lesson_of_the_howto_says_and_lays_out_what_it_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = types.ModuleType("ink_of_the_howto")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(blocks("lesson")["convexplain/lessons/ink.py"], vars(module))
    lesson = module.Ink()
    assert lesson.beats()[-1].caption.text("en") == "Less than one thinks: 21.6%."
    for lang in ("en", "zh"):
        assert not problems(place(lesson.diagram(3), VIDEO, lang))


@pytest.mark.parametrize("howto", TESTS)
def test_files_of_a_howto_are_new_or_have_the_place_for_its_row(howto: str) -> None:
    assert blocks(howto)
    for path in blocks(howto):
        file = ROOT / path
        assert file.parent.is_dir()
        if path in HEADS:
            assert len(HEADS[path].findall(file.read_text("utf-8"))) == 1
        else:
            assert not file.exists()


@pytest.mark.soak
@pytest.mark.parametrize("howto", TESTS)
def test_a_howto_followed_to_the_letter_passes_all_checks(howto: str, tmp_path: Path) -> None:
    copy(tmp_path)
    for path, text in blocks(howto).items():
        file = tmp_path / path
        if path in HEADS:
            before = file.read_text("utf-8")
            head = HEADS[path].search(before)
            assert head
            text = before[: head.end()] + text + before[head.end() :]
        if path == "tests/test_layers.py":
            assert IMPORT.strip() in page(howto)
            first = "from convexplain.training import"
            text = text.replace(first, IMPORT + first)
        file.write_text(text, "utf-8")
    for line in (
        "ruff check .",
        "ruff format --check .",
        "mypy",
        "lint-imports --no-cache",
        f"pytest -q -x -p no:cacheprovider {TESTS[howto]}",
    ):
        program, *arguments = line.split()
        done = subprocess.run(
            [Path(sys.executable).parent / program, *arguments],
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-4000:]}{done.stderr[-2000:]}"
