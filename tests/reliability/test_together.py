"""Renders at the same time: in one folder, and of one file."""

from __future__ import annotations

import os
import signal

import pytest
from running import Run, content, frames, job, run, temporary_files

from convexplain.video import rendering

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
fcntl = pytest.importorskip("fcntl", reason="this system has no locks of folders")
pytestmark = pytest.mark.render

RENDER = ("render", "short", "-q", "l", "--quiet")


@pytest.mark.soak
@pytest.mark.parametrize(("many", "rounds"), [(3, 1), pytest.param(10, 20, marks=pytest.mark.soak)])
def test_many_renders_at_once_are_each_like_a_lone_one(here, many, rounds):
    three_seconds = (*RENDER, "--half", "1.5")
    run(*three_seconds, "-o", "lone.mp4", cwd=here)
    expected = frames(here / "lone.mp4")
    texts = [(here / f"lone.{kind}").read_bytes() for kind in ("srt", "vtt")]
    for _ in range(rounds):
        runs = [Run(*three_seconds, "-o", f"{n}.mp4", cwd=here) for n in range(many)]
        for n, each in enumerate(runs):
            assert each.wait() == 0, each.err
            assert each.err == ""
            assert frames(here / f"{n}.mp4") == expected
            assert [(here / f"{n}.{kind}").read_bytes() for kind in ("srt", "vtt")] == texts
        assert len(content(here)) == 3 * (many + 1)
        assert temporary_files(here, here.parent / "tmp") == []
        for n in range(many):
            (here / f"{n}.mp4").unlink()


def ready(each: Run) -> None:
    """Wait until a run has nothing left to do but to put its files in place."""
    for line in each.process.stderr:
        if "handing over" in line:
            return
    raise AssertionError("the run ended before")


@pytest.mark.usefixtures("one_process")
def test_of_renders_of_the_same_file_one_wins_whole(here, lone, tmp_path):
    (tmp_path / "longer").mkdir()
    rendering.render([job(tmp_path / "longer" / "a.mp4", half=1.2)])
    wholes = [content(lone / "render"), content(tmp_path / "longer")]
    assert len({whole["a.srt"] for whole in wholes}) == 2
    handle = os.open(here, os.O_RDONLY)
    try:  # both of them wait for the same moment
        fcntl.flock(handle, fcntl.LOCK_EX)
        runs = [
            Run(*RENDER, "--half", half, "-v", "-o", "a.mp4", cwd=here) for half in ("0.8", "1.2")
        ]
        for each in runs:
            ready(each)
        assert "a.mp4" not in content(here)
    finally:
        os.close(handle)
    assert [each.wait() for each in runs] == [0, 0]
    assert content(here) in wholes
    assert temporary_files(here, here.parent / "tmp") == []


def test_who_waits_for_others_can_be_interrupted(here):
    handle = os.open(here, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        waiting = Run(*RENDER, "-v", "-o", "a.mp4", cwd=here)
        ready(waiting)
        os.killpg(waiting.process.pid, signal.SIGINT)
        assert waiting.wait() == 130
    finally:
        os.close(handle)
    assert waiting.survivors() == []
    assert content(here) == {}
