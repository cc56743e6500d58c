"""The page's JavaScript is typed: TypeScript's checker, strict, finds nothing in it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from convexplain.page import document

ROOT = Path(__file__).parents[2]
CHECKER = ROOT / ".venv" / "typescript" / "node_modules" / "typescript" / "bin" / "tsc"
PROJECT = ROOT / "tools" / "typescript" / "tsconfig.json"
#: A module that the checker must complain of, in what it takes from another one and in its own.
WRONG = """\
import { Window } from "FOLDER/geometry.js";
/** @param {Window} window */
export function wrong(window) { return window.taps(0, 1).map((tap) => tap + 1); }
export const untyped = (x) => x;
"""


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the checker says of all modules and a wrong one; it takes a second."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node, which runs TypeScript's checker: it is not on the PATH")
    if not CHECKER.exists():
        pytest.skip("needs TypeScript: bash scripts/setup.sh browser installs it with npm")
    folder = tmp_path_factory.mktemp("types")
    (folder / "wrong.js").write_text(WRONG.replace("FOLDER", document.FOLDER.as_posix()))
    whole = [(document.FOLDER / "**" / "*.js").as_posix(), "wrong.js"]
    project = folder / "tsconfig.json"
    project.write_text(json.dumps({"extends": PROJECT.as_posix(), "include": whole}))
    done = subprocess.run(
        [node, CHECKER, "--project", project, "--pretty", "false"],
        cwd=folder,  # files are named from here
        capture_output=True,
        text=True,
    )
    return (done.stdout + done.stderr).splitlines()


def test_the_modules_have_no_type_error(complaints: list[str]) -> None:
    assert [line for line in complaints if not line.startswith("wrong.js")] == []


def test_a_wrong_type_would_be_found(complaints: list[str]) -> None:
    found = "\n".join(complaints)
    assert "'tap' is possibly 'null'" in found
    assert "Parameter 'x' implicitly has an 'any' type" in found
