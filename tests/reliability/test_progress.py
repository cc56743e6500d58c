"""Progress as it is seen: a bar on a terminal, lines in a pipe, nothing where it is not wanted."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from running import PROGRAM

from convexplain.cli import cli
from tests.often import later

RENDER = ("render", "short", "-q", "l", "--half", "4")
DRAW = ("figure", "--all")


def on_a_terminal(*args: str, cwd: Path, term: str = "xterm-256color") -> tuple[str, str]:
    """Run with standard error on a terminal; return what went to standard output, and there."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": term, "COLUMNS": "80", "TMPDIR": str(cwd)}
    with subprocess.Popen(
        args, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=theirs, text=True
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 1 << 16):
                shown += part
        except OSError:  # on Linux the end of a terminal is an error
            pass
        out = process.communicate()[0]
    os.close(ours)
    assert process.returncode == 0, shown
    return out, shown.decode()


@pytest.mark.render
@pytest.mark.parametrize(
    ("term", "more", "bar"),
    [
        ("xterm-256color", (), True),
        later("dumb", (), False),
        later("xterm-256color", ("--quiet",), False),
    ],
    ids=["terminal", "dumb", "quiet"],
)
def test_a_render_shows_a_bar_with_the_time_left_on_a_terminal(
    tmp_path: Path, term: str, more: tuple[str, ...], bar: bool
) -> None:
    pytest.importorskip("manim", reason="rendering needs the extra 'video'")
    out, shown = on_a_terminal(*PROGRAM, *RENDER, *more, cwd=tmp_path, term=term)
    assert out.startswith("wrote short.mp4: ")
    assert out.count("\n") == 1
    assert ("%" in shown and " left" in shown and "|" in shown) == bar
    if more:
        assert shown == ""


def test_all_figures_show_a_bar_and_a_line_for_each_that_is_written(tmp_path: Path) -> None:
    out, shown = on_a_terminal(*PROGRAM, *DRAW, "--format", "png", "--dpi", "30", cwd=tmp_path)
    written = sorted(path.name for path in tmp_path.glob("*.png"))
    assert sorted(line.split()[1].rstrip(":") for line in out.splitlines()) == written
    assert len(written) == 2
    assert "figures" in shown
    assert " left" in shown


def test_in_a_pipe_standard_output_holds_the_result_alone(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["figure", "--quiet", "-o", str(tmp_path / "a.svg")])
    assert done.stdout.startswith("wrote ")
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
