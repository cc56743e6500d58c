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


def complaints(project: Path) -> str:
    """What the checker says of a project's modules; the test is skipped where there is none."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node, which runs TypeScript's checker: it is not on the PATH")
    if not CHECKER.exists():
        pytest.skip("needs TypeScript: bash scripts/setup.sh browser installs it with npm")
    done = subprocess.run(
        [node, CHECKER, "--project", project, "--pretty", "false"],
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_the_modules_have_no_type_error() -> None:
    assert complaints(PROJECT) == ""


def test_a_wrong_type_would_be_found(tmp_path: Path) -> None:
    project = tmp_path / "tsconfig.json"
    project.write_text(json.dumps({"extends": str(PROJECT), "include": ["*.js"]}))
    shutil.copy(document.FOLDER / "geometry.js", tmp_path)
    (tmp_path / "wrong.js").write_text(
        'import { Window } from "./geometry.js";\n'
        "/** @param {Window} window */\n"
        "export function wrong(window) { return window.taps(0, 1).map((tap) => tap + 1); }\n"
        "export const untyped = (x) => x;\n"
    )
    found = complaints(project)
    assert "'tap' is possibly 'null'" in found
    assert "Parameter 'x' implicitly has an 'any' type" in found
