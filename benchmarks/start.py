"""What it costs to begin: commands that print, and the first frame of a render, in CPU seconds.

Run it with the project's Python: ``python benchmarks/start.py``. Each row is the best of several
runs, in processes of their own. "first time" is a clone of which nothing was ever run, where Python
compiles this package's modules; "later" is what a user has from then on. The first frame is counted
in the process that draws, from its start until the encoder has the frame; what the command itself
does meanwhile is the row above.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from convexplain.video.job import QUALITIES

ROOT = Path(__file__).parents[1]
#: CPU seconds that are allowed.
COMMAND, FRAME = 0.4, 1.2
_CONVEXPLAIN = [sys.executable, "-m", "convexplain"]
# What the process of `convexplain.video.worker` does, until it first tells of progress.
_FIRST_FRAME = """
import os, sys, tempfile, time, types
from pathlib import Path
from convexplain.video import child, worker

told, ours = os.dup(1), os.pipe()
child.parent_process = lambda: types.SimpleNamespace(sentinel=ours[0])
folder = Path(tempfile.mkdtemp())
child.enter(folder)
from convexplain import lessons
from convexplain.video.job import QUALITIES, Job

def report(fraction):
    os.write(told, f"{time.process_time():.4f}".encode())
    child.atomic.remove([folder])
    os._exit(0)

lesson, quality = lessons.find(sys.argv[1])(), QUALITIES[sys.argv[2]]
worker._work(Job(lesson, folder / "video.mp4", quality=quality), folder / "job", report)
"""


class Row(NamedTuple):
    """What is measured, in a fresh process, and how much is allowed."""

    name: str
    command: list[str]
    allowed: float | None
    prints_it: bool = False  # it counts its own seconds, up to a moment


def rows(lesson: str, quality: str) -> list[Row]:
    """Return all that is measured."""
    drawing = [sys.executable, "-c", _FIRST_FRAME, lesson, quality]
    return [
        Row("python alone", [sys.executable, "-c", "pass"], None),
        Row("python with numpy", [sys.executable, "-c", "import numpy"], None),
        *(
            Row(f"convexplain {name}", [*_CONVEXPLAIN, name], COMMAND)
            for name in ("--help", "list", "digits", "model", "step")
        ),
        Row("convexplain render --help", [*_CONVEXPLAIN, "render", "--help"], None),
        Row(f"first frame of {lesson} -q {quality}", drawing, FRAME, prints_it=True),
    ]


def seconds(row: Row, environment: dict[str, str]) -> float:
    """Run a row once and return its CPU seconds."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            row.command, stdout=out, stderr=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{row.name} failed with exit code {process.returncode}")
        out.seek(0)
        return float(out.read()) if row.prints_it else usage.ru_utime + usage.ru_stime


def main() -> None:
    """Measure everything and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lesson", default="sliding-window")
    parser.add_argument("--quality", default="m", choices=QUALITIES)
    parser.add_argument("--runs", type=int, default=5, help="the best counts (default: 5)")
    given = parser.parse_args()
    if given.runs < 1:
        parser.error(f"{given.runs} runs: at least 1")
    with tempfile.TemporaryDirectory() as folder:
        package, compiled = Path(folder) / "convexplain", shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "convexplain", package, ignore=compiled, dirs_exist_ok=True)
        shutil.copytree(ROOT / "scenes", package / "scenes", ignore=compiled, dirs_exist_ok=True)
        later = {name: value for name, value in os.environ.items()
                 if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}  # fmt: skip
        later["PYTHONPATH"] = folder
        first = {**later, "PYTHONDONTWRITEBYTECODE": "1"}
        every = rows(given.lesson, given.quality)
        width = max(len(row.name) for row in every)
        print(f"{'':{width}}  first time  later  allowed")
        # All before the first row that leaves compiled modules behind.
        colds = [min(seconds(row, first) for _ in range(given.runs)) for row in every]
        for row, cold in zip(every, colds, strict=True):
            seconds(row, later)
            warm = min(seconds(row, later) for _ in range(given.runs))
            allowed = "" if row.allowed is None else f"{row.allowed:7.1f}"
            print(f"{row.name:{width}}  {cold:10.2f}  {warm:5.2f}  {allowed}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
