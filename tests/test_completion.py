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
from convexplain.data.kernels import KERNELS
from tests.often import later

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


#: What is typed before Tab is pressed, and what is then offered.
TYPED = [
    ("doc", ["doctor"]),
    ("render ", sorted(lessons.names())),
    ("render sliding-window --kernel sobel", ["sobel-x", "sobel-y"]),
    ("render response-map --layer conv", ["conv1", "conv2", "conv3"]),
    ("step --layer pool", ["pool1", "pool2"]),
    ("figure ", sorted(figures.names())),
]


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


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("doc", ["doctor"]),
        ("render ''", [*lessons.names()]),
        ("render sliding-window --kernel sobel", ["sobel-x", "sobel-y"]),
        later("render window-geometry --kernel ''", [*KERNELS]),
        later("render response-map --layer conv", ["conv1", "conv2", "conv3"]),
        later("step --layer pool", ["pool1", "pool2"]),
        later("doctor --j", ["--json"]),
        later("figure ''", [*figures.names()]),
        later("figure response-maps --layer conv", ["conv1", "conv2", "conv3"]),
        later("figure --width ''", ["column", "page"]),
    ],
)
def test_bash_completes_commands_lessons_and_kernels(
    tmp_path: Path, words: str, expected: list[str]
) -> None:
    assert offered(tmp_path, *words.split()) == expected


def test_fish_completes_commands_lessons_and_kernels(tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    env = {**ENV, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")}
    subprocess.run(["bash", "-euc", documented("fish")], env=env, check=True)
    for line, expected in TYPED:
        done = subprocess.run(
            ["fish", "-c", "complete -C $argv[1]", f"convexplain {line}"],
            cwd=tmp_path,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        # A tab and a description follow the name of a command.
        assert sorted(each.split("\t")[0] for each in done.stdout.splitlines()) == expected


def test_zsh_completes_commands_lessons_and_kernels(tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    env = {**ENV, "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path), "TERM": "dumb"}
    subprocess.run(["bash", "-euc", documented("zsh")], env=env, check=True)
    # What the document puts into ~/.zshrc; what offers words to the user prints them.
    (lines,) = re.findall(r"```zsh\n(.*?)```", (ROOT / "docs" / "cli.md").read_text("utf-8"), re.S)
    lines = lines.replace("compinit\n", "compinit -u\n")  # whoever owns zsh's own folders
    for line, expected in TYPED:
        words = ["convexplain", *line.split(" ")]
        press = (
            f"{lines}\n[[ $_comps[convexplain] == _convexplain_completion ]] || exit 3\n"
            "compadd() { local name=$argv[-1]; print -rl -- ${(P)name} }\n"
            "_describe() { local name=$argv[-2]; print -rl -- ${${(P)name}%%:*} }\n"
            f"words=({' '.join(words[:-1])} {words[-1] or chr(34) * 2}); CURRENT={len(words)}\n"
            "_convexplain_completion\n"
        )
        done = subprocess.run(
            ["zsh", "-fc", press], cwd=tmp_path, env=env, capture_output=True, text=True
        )
        assert sorted(done.stdout.split()) == expected, done.stderr
