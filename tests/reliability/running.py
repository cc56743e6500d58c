"""Runs of the program as its users start them, and what they leave behind."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import av
from short_lesson import ShortLesson

from convexplain.video.job import QUALITIES, Job

HERE = Path(__file__).parent
PROGRAM = (sys.executable, str(HERE / "program.py"))
COMMAND = (str(Path(sys.executable).with_name("convexplain")),)
#: The environment variable by which the processes of a run are found.
MARK = "CONVEXPLAIN_TEST_RUN"
PATIENCE = 300  # seconds; only what hangs takes them


class Run:
    """A run of the program, by default the command line with the short lesson, in its own session.

    Temporary files go to a folder ``tmp`` beside the current one, the cache to ``cache``. `env`
    changes variables; None takes one away.
    """

    def __init__(
        self,
        *args: str,
        cwd: Path,
        program: tuple[str, ...] = PROGRAM,
        env: Mapping[str, str | None] | None = None,
        **options: object,
    ) -> None:
        self.mark = uuid.uuid4().hex
        told = {
            **os.environ,
            MARK: self.mark,
            "TMPDIR": str(cwd.parent / "tmp"),
            "XDG_CACHE_HOME": str(cwd.parent / "cache"),
            **(env or {}),
        }
        with contextlib.suppress(OSError):
            (cwd.parent / "tmp").mkdir(exist_ok=True)
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        self.process = subprocess.Popen(
            [*program, *args],
            cwd=cwd,
            env={name: value for name, value in told.items() if value is not None},
            start_new_session=True,
            **given,
        )
        self.out = self.err = ""

    def wait(self) -> int:
        """Wait for the end; return the exit code as a shell gives it, 130 for SIGINT."""
        self.out, self.err = (text or "" for text in self.process.communicate(timeout=PATIENCE))
        code = self.process.returncode
        return code if code >= 0 else 128 - code

    def signal(self, name: str) -> None:
        """Send a signal as it is sent: Ctrl-C to all processes of the terminal, others to one."""
        number = getattr(signal, name)
        if name == "SIGINT":
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def survivors(self) -> list[str]:
        """Name the processes of this run that are there still, after a moment for them to end."""
        deadline = time.monotonic() + 20
        while (found := [*self._alive()]) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _alive(self) -> Iterator[str]:
        mark = f"{MARK}={self.mark}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def run(*args: str, cwd: Path, code: int = 0, **options: object) -> Run:
    """Run to the end, and insist on an exit code."""
    done = Run(*args, cwd=cwd, **options)  # type: ignore[arg-type]
    assert done.wait() == code, (done.out, done.err)
    return done


def job(name: str | Path, half: float = 0.8, **options: Any) -> Job:
    """Return what the command line makes of the short lesson, at the lowest quality."""
    scene = HERE.parent / "scenes" / "short.py"
    how = {"quality": QUALITIES["l"], "scene_file": scene, **options}
    return Job(ShortLesson(half=half), Path(name), **how)


def one_line(text: str) -> bool:
    """Whether a text is one line of an error."""
    return text.startswith("Error: ") and text.count("\n") == 1 and "Traceback" not in text


def content(folder: Path) -> dict[str, bytes]:
    """Return what each file below a folder holds."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def frames(video: Path) -> str:
    """Return a hash of all decoded frames of a video."""
    digest = hashlib.sha256()
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            digest.update(f"{number} {frame.width}".encode() + frame.to_ndarray().tobytes())
    return digest.hexdigest()


def temporary_files(*folders: Path) -> list[Path]:
    """Return what is left of unfinished work in these folders."""
    return [path for folder in folders for path in folder.glob(".convexplain-*")]
