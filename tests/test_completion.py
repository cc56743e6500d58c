"""Completion in the shell, installed as docs/cli.md says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convexplain import figures, lessons
from convexplain.kernels import KERNELS

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ENV = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def documented(shell: str) -> str:
    """The lines of docs/cli.md that write a shell's script."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    (lines,) = re.findall(
        rf"```sh\n((?:[^`]*\n)?_CONVEXPLAIN_COMPLETE={shell}_source.*\n)```", page
    )
    return lines


@pytest.fixture(params=["bash", "zsh", "fish"])
def script(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """A shell, and the only file that its lines in the document write."""
    env = {**ENV, "HOME": str(tmp_path)}
    subprocess.run(["bash", "-euc", documented(request.param)], env=env, check=True)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    return request.param, file


def test_the_documented_lines_write_a_script_for_the_shell(script: tuple[str, Path]) -> None:
    shell, file = script
    text = file.read_text(encoding="utf-8")
    assert f"_CONVEXPLAIN_COMPLETE={shell}_complete" in text
    how = {"bash": "complete -o", "zsh": "#compdef convexplain", "fish": "complete --no-files"}
    assert how[shell] in text
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def offered(tmp_path: Path, *words: str) -> list[str]:
    """What bash offers when Tab is pressed after the last word."""
    env = {**ENV, "HOME": str(tmp_path)}
    subprocess.run(["bash", "-euc", documented("bash")], env=env, check=True)
    (file,) = (path for path in tmp_path.rglob("convexplain") if path.is_file())
    press = (
        f"source {file}; COMP_WORDS=(convexplain {' '.join(words)}); "
        f"COMP_CWORD={len(words)}; _convexplain_completion convexplain; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", press], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_bash_completes_commands_lessons_and_kernels(tmp_path: Path) -> None:
    assert offered(tmp_path, "doc") == ["doctor"]
    assert offered(tmp_path, "render", "''") == [*lessons.names()]
    assert offered(tmp_path, "render", "sliding-window", "--kernel", "sobel") == [
        "sobel-x",
        "sobel-y",
    ]
    assert offered(tmp_path, "render", "window-geometry", "--kernel", "''") == [*KERNELS]
    assert offered(tmp_path, "render", "response-map", "--layer", "conv") == [
        "conv1",
        "conv2",
        "conv3",
    ]
    assert offered(tmp_path, "step", "--layer", "pool") == ["pool1", "pool2"]
    assert offered(tmp_path, "doctor", "--j") == ["--json"]
    assert offered(tmp_path, "figure", "''") == [*figures.names()]
    assert offered(tmp_path, "figure", "response-maps", "--layer", "conv") == [
        "conv1",
        "conv2",
        "conv3",
    ]
    assert offered(tmp_path, "figure", "--width", "''") == ["column", "page"]
