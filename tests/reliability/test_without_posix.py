"""Every command with what Windows and macOS have, and not what Linux has beside."""

from __future__ import annotations

import pytest
from running import COMMAND, HERE, content, frames, one_line, run, temporary_files

from tests.often import some

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
pytestmark = pytest.mark.render

# A Chinese console, too.
WITHOUT = {"PYTHONPATH": str(HERE / "without_posix"), "PYTHONIOENCODING": "cp936"}


@pytest.mark.parametrize("command", some(["film --lessons short -j 1", "render short"], 1))
def test_a_render_and_a_film_are_what_they_are_elsewhere(here, lone, command):
    kind = command.split()[0]
    done = run(*command.split(), "-q", "l", "--quiet", "-o", "a.mp4", cwd=here, env=WITHOUT)
    assert done.err == ""
    assert content(here).keys() == content(lone / kind).keys()
    assert frames(here / "a.mp4") == frames(lone / kind / "a.mp4")
    assert temporary_files(here, here.parent / "tmp") == []


@pytest.mark.soak
def test_a_render_that_fails_is_one_line(here):
    for mode in ("raise", "die"):
        args = ("render", "short", "-q", "l", "--quiet", "--mode", mode, "-o", "a.mp4")
        assert one_line(run(*args, cwd=here, code=1, env=WITHOUT).err)
    assert content(here) == {}


@pytest.mark.parametrize(
    "args",
    some(
        [
            ("step", "--lang", "zh"),
            ("list", "--lang", "zh"),
            ("figure", "pooling", "--lang", "zh", "-o", "a.svg"),
            ("worksheet", "--lang", "zh", "-o", "a.pdf"),
            ("predict",),
            ("page", "-o", "a.html"),
            ("card", "pooling", "-o", "a.pdf"),
            ("doctor",),
            ("data",),
            ("script", "pooling", "--lang", "zh"),
            ("kernels", "--lang", "zh"),
            ("digits", "--lang", "zh"),
            ("model", "--lang", "zh"),
            ("pixel",),
        ],
        often=2,
    ),
    ids=lambda args: args[0],
)
def test_a_command_works(here, args):
    done = run(*args, cwd=here, program=COMMAND, env=WITHOUT, encoding="cp936")
    assert done.err == ""
    # No character is written as Python writes what an encoding lacks.
    assert "\\u" not in done.out
    assert "-o" not in args or list(content(here)) == [args[-1]]
