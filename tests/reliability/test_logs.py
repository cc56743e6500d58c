"""What a render says with -v, and the log that a failed one keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from running import content, one_line, run, temporary_files

from convexplain import __version__
from convexplain.video import logs

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
pytestmark = pytest.mark.render

RENDER = ("render", "short", "-q", "l", "--quiet", "-o", "a.mp4")


@pytest.mark.parametrize("mode", ["bug", pytest.param("die", marks=pytest.mark.soak)])
def test_a_render_that_fails_keeps_a_log_and_says_where(here, mode):
    folder = here.parent / "cache" / "convexplain" / "logs"
    folder.mkdir(parents=True)
    for day in range(10, 10 + logs.KEPT + 5):
        (folder / f"202001{day}-120000-short-1-000000.txt").write_text("old")
    (folder / "notes.txt").write_text("not a log")
    failed = run(*RENDER, "--mode", mode, cwd=here, code=1)
    assert one_line(failed.err)
    (named,) = re.findall(r"\(log: (.*)\)\n", failed.err)
    told = Path(named).read_text("utf-8")
    for part in (
        f"convexplain {__version__}",
        f"mode='{mode}'",
        "manim was there after",
        "beat first: 0.8 s",
        {"bug": "ZeroDivisionError: one by zero", "die": "last words"}[mode],
    ):
        assert part in told
    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == logs.KEPT + 1
    assert "notes.txt" in left
    assert Path(named).name in left
    assert "20200110-120000-short-1-000000.txt" not in left
    assert content(here) == {}
    assert temporary_files(here, here.parent / "tmp", folder) == []


@pytest.mark.soak
def test_a_render_that_succeeds_keeps_none(here):
    assert run(*RENDER, cwd=here).err == ""
    assert not (here.parent / "cache" / "convexplain" / "logs").exists()


def test_v_tells_what_is_done_and_vv_tells_more(here):
    less, all_ = run(*RENDER, "-v", cwd=here), run(*RENDER, "-vv", cwd=here)
    assert less.out == all_.out
    assert less.out.startswith("wrote a.mp4")
    lines = less.err.splitlines()
    assert all(re.match(r" *\d+\.\d\d s  \S", line) for line in lines)
    for words in (
        "short, 854 × 480 at 15 frames a second, to a.mp4",
        "manim was there after",
        "drawn, encoded and looked at in",
        "in place",
    ):
        assert sum(words in line for line in lines) == 1
        assert sum(words in line for line in all_.err.splitlines()) == 1
    for words in ("works in", "cairo 1.", "beat first: 0.8 s, drawn in", "beat second"):
        assert words not in less.err
        assert words in all_.err
