"""Files put in place whole, and what is removed of runs that were killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convexplain.errors import ConvexplainError
from convexplain.files import atomic


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def old(tmp_path):
    """An old video with old subtitles."""
    targets = [tmp_path / "a.mp4", tmp_path / "a.srt"]
    for target in targets:
        target.write_text("old")
    return targets


def test_files_are_made_beside_their_targets_and_replace_them(old, tmp_path):
    video, subtitles = old

    def make(path):
        assert path.parent == tmp_path
        path.write_text("new video")
        assert [target.read_text() for target in old] == ["old", "old"]

    (tmp_path / "text").write_bytes(b"new subtitles")
    atomic.write(video, make, beside={subtitles: tmp_path / "text", tmp_path / "a.vtt": "vtt"})
    assert [path.read_text() for path in old] == ["new video", "new subtitles"]
    assert names(tmp_path) == ["a.mp4", "a.srt", "a.vtt", "text"]


@pytest.mark.parametrize("moment", [0, 1, 2, 3])
def test_a_new_video_never_stands_beside_old_subtitles(old, monkeypatch, moment):
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

    def write():
        atomic.write(old[0], "new", beside={old[1]: b"new"})

    monkeypatch.setattr(atomic, "remove", lambda paths: None)  # it is dead
    for name in ("unlink", "replace"):
        monkeypatch.setattr(Path, name, step(getattr(Path, name)))
    if moment < 3:
        with pytest.raises(DeadError):
            write()
    else:
        write()
    video, subtitles = old
    state = (video.read_text(), subtitles.read_text() if subtitles.exists() else None)
    assert state == [("old", "old"), ("old", None), ("new", None), ("new", "new")][moment]


def test_what_cannot_be_written_is_named_and_changes_nothing(old, tmp_path):
    video, subtitles = old
    (tmp_path / "a.vtt").mkdir()
    with pytest.raises(ConvexplainError, match=r"^cannot write '.*a\.mp4': Is a directory$"):
        atomic.write(video, "new", beside={subtitles: "new", tmp_path / "a.vtt": "new"})
    with pytest.raises(ConvexplainError, match=r"^cannot write '.*b\.srt': No such file"):
        atomic.write(video, "new", beside={tmp_path / "gone" / "b.srt": "new"})
    assert [path.read_text() for path in old] == ["old", "old"]
    assert names(tmp_path) == ["a.mp4", "a.srt", "a.vtt"]


# Systems that are not POSIX: what they lack is taken away.


def test_a_file_that_another_program_has_open_says_what_to_do(old, monkeypatch):
    def refuse(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ConvexplainError, match=r"Permission denied$"):
        atomic.write(old[0], "new")
    monkeypatch.setattr(atomic, "_IS_POSIX", False)
    with pytest.raises(ConvexplainError, match=r"denied; if another program has it open, close"):
        atomic.write(old[0], "new")


def test_without_locks_of_folders_and_all_signals_files_are_whole_too(old, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.delattr(signal, "SIGHUP")
    atomic.write(old[0], "new", beside={old[1]: "new"})
    assert [path.read_text() for path in old] == ["new", "new"]


def test_where_processes_cannot_be_asked_for_only_old_files_are_swept(tmp_path, monkeypatch):
    def kill(pid, number):
        raise AssertionError("a process was ended")

    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(atomic, "_IS_POSIX", False)
    new, old = tmp_path / atomic.temporary_name(), tmp_path / atomic.temporary_name()
    for path in (new, old):
        path.write_text("")
    os.utime(old, (0, time.time() - atomic.ABANDONED - 60))
    atomic.sweep(tmp_path)
    assert names(tmp_path) == [new.name]


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
