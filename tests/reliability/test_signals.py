"""Renders that are stopped, at exact moments: nothing is lost, nothing stays, nobody survives."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path

import pytest
from running import HERE, Run, content, frames, run, temporary_files

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
if not Path("/proc/self/environ").exists():
    pytest.skip("the processes of a run are found in /proc", allow_module_level=True)

CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129, "SIGKILL": 137}
RENDER = ("render", "short", "-q", "l", "--quiet", "-o", "a.mp4")
FILM = ("film", "--lessons", "short", "-q", "l", "-j", "1", "--quiet", "-o", "a.mp4")
# Audit events of the parent or the worker; `moments/sitecustomize.py` waits for them.
MOMENTS = {
    "there is no worker yet": "parent|import|convexplain.video.pool|1",
    "a worker is started": "parent|os.mkdir|/tmp/.convexplain-|1",
    "a worker starts": "worker|import|manim.|1",
    "drawing and encoding": "worker|short.drawing|second|1",
    "looking at the video": "worker|import|convexplain.video.measure_video|1",
    "handing over": "parent|open|.convexplain-|4",
    "moving, old subtitles there": "parent|os.remove|a.srt|1",
    "moving, old subtitles gone": "parent|os.rename|a.mp4|1",
    "moving, video in place": "parent|os.rename|a.srt|1",
    "moving, all but one": "parent|os.rename|a.vtt|1",
    "moved, cleaning up": "parent|shutil.rmtree|/tmp/.convexplain-|1",
}
FILM_MOMENTS = {
    "before anything": "parent|import|convexplain.video.concatenate|1",
    "drawing the second piece": "worker|short.drawing|second|2",
    "keeping a piece": "parent|os.rename|.mp4.json|1",
    "moving a piece": "parent|os.rename|film/short|1",
    "before joining": "parent|import|av |1",
    "joined": "parent|open|.convexplain-|2",
    "moving, old parts there": "parent|os.remove|a.png|1",
    "moving, old parts gone": "parent|os.rename|a.mp4|1",
    "moving, film in place": "parent|os.rename|a.png|1",
}
# The others are for scripts/soak.sh.
QUICK = {
    ("SIGINT", "a worker starts"),
    ("SIGTERM", "drawing and encoding"),
    ("SIGKILL", "moving, video in place"),
    ("SIGKILL", "joined"),
}


def cases(moments):
    return [
        pytest.param(name, moment, marks=() if (name, moment) in QUICK else pytest.mark.soak)
        for name in CODES
        for moment in moments
    ]


def stop(here: Path, command: tuple[str, ...], moment: str, name: str) -> None:
    """Run, and be stopped at a moment."""
    env = {"MOMENT": f"{moment}|{name}", "PYTHONPATH": str(HERE / "moments")}
    stopped = Run(*command, cwd=here, env=env)
    assert stopped.wait() == CODES[name], (stopped.out, stopped.err)
    said = ("", "interrupted") if name == "SIGINT" else ("",)
    assert stopped.err.strip() in said
    assert stopped.survivors() == []


def check_after(here: Path, old: dict[str, bytes], new: dict[str, bytes], name: str) -> None:
    """Assert that all files are the old ones or all are the new ones, and nothing else is there."""
    left = {file: text for file, text in content(here).items() if ".convexplain" not in file}
    if name == "SIGKILL":
        # Killed amid renames: companions may be missing, but belong to the file in every case.
        whole = old if left["a.mp4"] == old["a.mp4"] else new
        assert left == {file: whole[file] for file in left}
    else:
        assert temporary_files(here, here.parent / "tmp") == []
        assert left in (old, new)


def outdated(here: Path, names: list[str]) -> dict[str, bytes]:
    """Write files that a run will replace."""
    for name in names:
        (here / name).write_bytes(b"old " + name.encode())
    return content(here)


@pytest.mark.render
@pytest.mark.parametrize(("name", "moment"), cases(MOMENTS))
def test_a_render_that_is_stopped(here, lone, name, moment):
    new = content(lone / "render")
    old = outdated(here, sorted(new))
    stop(here, RENDER, MOMENTS[moment], name)
    check_after(here, old, new, name)
    # A move that has begun is finished, unless the process is killed amid it.
    moved = ("moved", "moving") if name != "SIGKILL" else ("moved", "moving, video", "moving, all")
    expected = new if moment.startswith(moved) else old
    assert (here / "a.mp4").read_bytes() == expected["a.mp4"]
    if name != "SIGKILL" and (name, moment) in QUICK:
        return  # nothing is left that could disturb the next run
    run(*RENDER, cwd=here)
    assert temporary_files(here, here.parent / "tmp") == []
    assert content(here).keys() == new.keys()
    assert frames(here / "a.mp4") == frames(lone / "render" / "a.mp4")


@pytest.mark.render
@pytest.mark.parametrize(("name", "moment"), cases(FILM_MOMENTS))
def test_a_film_that_is_stopped(here, lone, name, moment):
    new = content(lone / "film")
    old = outdated(here, sorted(new))
    stored = here.parent / "cache"
    if "join" in moment or "old parts" in moment or "in place" in moment:
        shutil.copytree(lone / "cache", stored)
    stop(here, FILM, FILM_MOMENTS[moment], name)
    check_after(here, old, new, name)
    run(*FILM, cwd=here)
    assert temporary_files(here, here.parent / "tmp", *stored.glob("convexplain/*")) == []
    assert content(here).keys() == new.keys()
    assert frames(here / "a.mp4") == frames(lone / "film" / "a.mp4")


@pytest.mark.render
def test_an_impatient_user_is_told_once(here):
    """Ctrl-C again and again, until the end."""
    env = {"MOMENT": "worker|short.drawing|second|1|SIGINT", "PYTHONPATH": str(HERE / "moments")}
    stopped = Run(*RENDER, cwd=here, env=env)
    while stopped.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            stopped.signal("SIGINT")
        time.sleep(0.005)
    assert stopped.wait() == 130
    assert "Traceback" not in stopped.err
    assert stopped.err.strip() in ("", "interrupted")
    assert stopped.survivors() == []


@pytest.mark.render
@pytest.mark.soak
@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("command", [RENDER, FILM], ids=["render", "film"])
def test_no_moment_of_a_run_is_a_bad_one(here, lone, name, command):
    """Twenty-five moments spread over a run, wherever they hit."""
    new = content(lone / command[0])
    old = outdated(here, sorted(new))
    began = time.monotonic()
    run(*command, cwd=here)
    whole = time.monotonic() - began
    for number in range(25):
        shutil.rmtree(here.parent / "cache", ignore_errors=True)
        outdated(here, sorted(new))
        stopped = Run(*command, cwd=here)
        time.sleep(whole * (number + 0.5) / 25)
        with contextlib.suppress(ProcessLookupError):
            stopped.signal(name)
        assert stopped.wait() in (CODES[name], 0)
        assert stopped.survivors() == []
        check_after(here, old, new, name)
    run(*command, cwd=here)
    assert temporary_files(here, here.parent / "tmp") == []
    assert content(here).keys() == new.keys()
    assert frames(here / "a.mp4") == frames(lone / command[0] / "a.mp4")
