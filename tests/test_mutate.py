"""The mistakes that are made on purpose: each has its place, and the tests notice them all."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from convexplain import lessons
from tools import mutate
from tools.mutations import MUTATIONS, Mutation

#: What a mistake must be tried in, by the beginning of its file.
REACHED = (
    "convexplain/ops/",
    "convexplain/network/",
    "convexplain/style/",
    "convexplain/training/",
    "convexplain/video/",
    "convexplain/lessons/",
    "convexplain/lessons/cards/",
    "convexplain/figures/",
    "convexplain/notebook/",
    "convexplain/page/",
    "convexplain/paper/",
    "convexplain/sphinxext/",
    "convexplain/stage/",
    *(f"scenes/{name.replace('-', '_')}.py" for name in lessons.names()),
)


@functools.cache
def names_of_tests(file: Path) -> set[str]:
    """The functions of a file of tests."""
    body = ast.parse(file.read_text("utf-8")).body
    return {each.name for each in body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mistake_can_be_made(mutation: Mutation) -> None:
    text = (mutate.ROOT / mutation.file).read_text("utf-8")
    wrong = mutation.applied(text)
    assert wrong != text
    if mutation.file.endswith(".py"):
        compile(wrong, mutation.file, "exec")
    for test in mutation.tests.split():
        file, _, name = test.partition("::")
        assert name in {"", *names_of_tests(mutate.ROOT / file)}


def test_there_are_enough_of_them_everywhere_and_their_names_are_distinct() -> None:
    names = {mutation.name for mutation in MUTATIONS}
    assert len(names) == len(MUTATIONS) >= 45
    for folder in REACHED:
        assert any(mutation.file.startswith(folder) for mutation in MUTATIONS), folder


@pytest.mark.parametrize("text", ["", "x = 1; x = 1"])
def test_a_mistake_without_its_one_place_is_an_error(text: str) -> None:
    mutation = replace(MUTATIONS[0], right="x = 1")
    with pytest.raises(LookupError, match="holds the text to change"):
        mutation.applied(text)


def test_a_place_is_a_module_a_package_or_a_path() -> None:
    row = MUTATIONS[0]
    assert replace(row, where="convexplain.ops.steps").file == "convexplain/ops/steps.py"
    assert replace(row, where="convexplain.ops").file == "convexplain/ops/__init__.py"
    assert replace(row, where="scenes.pooling").file == "scenes/pooling.py"
    assert replace(row, where="convexplain/page/ops.js").file == "convexplain/page/ops.js"
    assert mutate.main(["--check"]) == 0


def test_a_mistake_that_no_test_notices_reaches_or_runs_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("x = 1\n")
    (tmp_path / "c.txt").write_text("x = 1\n")
    (tmp_path / "test_a.py").write_text(
        "from pathlib import Path\n\nimport a\n\n"
        "def test_a():\n    assert a.x > 0\n"
        "    assert Path('b.py').read_text() == Path('c.txt').read_text()\n"
    )
    unseen = Mutation("two", "./a.py", "x = 1", "x = 2", "test_a.py")
    assert mutate.outcome(unseen, tmp_path) == mutate.SURVIVED
    assert mutate.outcome(replace(unseen, wrong="x = 0"), tmp_path) == mutate.CAUGHT
    assert (tmp_path / "a.py").read_text() == "x = 1\n"
    # A module that is read has not run; what is no module need only be read.
    assert mutate.outcome(replace(unseen, where="./b.py"), tmp_path) == mutate.NOT_REACHED
    assert mutate.outcome(replace(unseen, where="./c.txt"), tmp_path) == mutate.CAUGHT
    assert mutate.outcome(replace(unseen, tests="test_none.py"), tmp_path) == mutate.NOT_RUN
    assert (tmp_path / "a.py").read_text() == "x = 1\n"


def test_a_copy_s_scenes_are_its_own(tmp_path: Path) -> None:
    mutate.copy(tmp_path)
    (tmp_path / "test_scenes.py").write_text(
        "from importlib.resources import files\n\nimport convexplain\n\n"
        "def test_it():\n"
        "    import convexplain.scenes\n"
        f"    assert str(files('convexplain.scenes')).startswith({str(tmp_path)!r})\n"
        f"    assert convexplain.scenes.__file__.startswith({str(tmp_path)!r})\n"
        f"    assert convexplain.__file__.startswith({str(tmp_path)!r})\n"
    )
    assert mutate.run(tmp_path, ["test_scenes.py"]) == (0, False)


@pytest.mark.soak
def test_every_mistake_is_caught() -> None:
    done = subprocess.run(
        [sys.executable, str(Path(mutate.__file__))], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
