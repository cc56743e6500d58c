"""The mistakes that are made on purpose: each has its place, and the tests notice them all."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tools import mutate


@pytest.mark.parametrize("mutation", mutate.MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mistake_can_be_made(mutation: mutate.Mutation) -> None:
    text = (mutate.ROOT / mutation.file).read_text("utf-8")
    wrong = mutation.applied(text)
    assert wrong != text
    compile(wrong, mutation.file, "exec")
    for test in mutation.tests.split():
        assert (mutate.ROOT / test).is_file()


def test_there_are_twenty_and_their_names_are_distinct() -> None:
    names = {mutation.name for mutation in mutate.MUTATIONS}
    assert len(names) == len(mutate.MUTATIONS) >= 20


@pytest.mark.parametrize("text", ["", "x = 1; x = 1"])
def test_a_mistake_without_its_one_place_is_an_error(text: str) -> None:
    mutation = replace(mutate.MUTATIONS[0], right="x = 1")
    with pytest.raises(LookupError, match="holds the text to change"):
        mutation.applied(text)


def test_a_mistake_that_no_test_notices_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "test_a.py").write_text("import a\n\ndef test_a():\n    assert a.x > 0\n")
    unseen = mutate.Mutation("two", "a.py", "x = 1", "x = 2", "test_a.py")
    assert not mutate.is_caught(unseen, tmp_path)
    assert mutate.is_caught(replace(unseen, wrong="x = 0"), tmp_path)
    assert (tmp_path / "a.py").read_text() == "x = 1\n"
    with pytest.raises(RuntimeError, match="no tests ran"):
        mutate.is_caught(replace(unseen, tests="test_none.py"), tmp_path)


@pytest.mark.soak
def test_every_mistake_is_caught() -> None:
    done = subprocess.run(
        [sys.executable, str(Path(mutate.__file__))], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
