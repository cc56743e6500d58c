"""Files put in place whole, and what is removed of runs that were killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from convexplain.files import atomic


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def pair(tmp_path):
    """An old video with old subtitles, and new ones that are ready."""
    targets = [tmp_path / "a.mp4", tmp_path / "a.srt"]
    ready = {}
    for target in targets:
        target.write_text("old")
        ready[target] = atomic.temporary(target)
        atomic.fill(ready[target], "new")
    return ready


def test_reserved_files_lie_beside_their_target_and_replace_it(pair, tmp_path):
    assert [path.parent for path in pair.values()] == [tmp_path, tmp_path]
    assert [path.read_text() for path in pair] == ["old", "old"]
    atomic.replace(pair)
    assert [path.read_text() for path in pair] == ["new", "new"]
    assert names(tmp_path) == ["a.mp4", "a.srt"]


@pytest.mark.parametrize("moment", [0, 1, 2, 3])
def test_a_new_video_never_stands_beside_old_subtitles(pair, monkeypatch, moment):
    """Whatever step the process dies at."""
    steps = 0

    class DeadError(Exception):
        pass

    def step(function):
        def stepped(*args, **kwargs):
            nonlocal steps
            if steps == moment:
                raise DeadError
            steps += 1
            return function(*args, **kwargs)

        return stepped

    for name in ("unlink", "replace"):
        monkeypatch.setattr(Path, name, step(getattr(Path, name)))
    if moment < 3:
        with pytest.raises(DeadError):
            atomic.replace(pair)
    else:
        atomic.replace(pair)
    video, subtitles = pair
    state = (video.read_text(), subtitles.read_text() if subtitles.exists() else None)
    assert state == [("old", "old"), ("old", None), ("new", None), ("new", "new")][moment]


def test_a_folder_that_is_gone_is_an_error_and_not_made_anew(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    reserved = atomic.temporary(folder / "a.mp4")
    atomic.remove([folder])
    with pytest.raises(FileNotFoundError):
        atomic.fill(reserved, "text")
    assert not folder.exists()


def test_only_the_files_of_dead_processes_of_this_machine_are_swept(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mine = atomic.temporary_name()
    gone = mine.replace(f"-{os.getpid()}-", f"-{dead.pid}-")
    machine = gone.split("-")[1]
    elsewhere = gone.replace(machine, "0" * 8 if machine != "0" * 8 else "1" * 8)
    (tmp_path / gone.replace(".tmp", "0.tmp")).mkdir()  # a worker's folder
    (tmp_path / gone.replace(".tmp", "0.tmp") / "inside").write_text("")
    kept = [mine, elsewhere, f"{gone}.mp4", "a.tmp", ".convexplain.toml"]
    for name in [gone, *kept]:
        (tmp_path / name).write_text("")
    atomic.sweep(tmp_path)
    assert names(tmp_path) == sorted(kept)
    atomic.sweep(tmp_path / "missing")  # nothing to do, no error


def test_ctrl_c_waits_until_the_block_has_ended():
    done = []

    def place():
        with atomic.signals_held():
            signal.raise_signal(signal.SIGINT)
            done.append("inside")

    with pytest.raises(KeyboardInterrupt):
        place()
    assert done == ["inside"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
