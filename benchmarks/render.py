"""How long rendering takes, for each lesson and quality, compared with the video's own length.

Run it with the project's Python: ``python benchmarks/render.py``, or with names of lessons and
``--qualities lmh``. Each video is rendered by the command line in a process of its own, the import
of manim included, as a user would have it; the best of several runs counts, machines being noisy.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import av

from convexplain import lessons
from convexplain.video.job import QUALITIES


class Cost(NamedTuple):
    """What one video took, in seconds, MB and bytes."""

    wall: float
    cpu: float  # of all processes together
    memory: float  # most that one process held, the worker
    video: float  # its length
    size: int


def measure(lesson: str, quality: str, extension: str, extra: list[str]) -> Cost:
    """Render one lesson and account for it."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / f"{lesson}.{extension}"
        command = [sys.executable, "-m", "convexplain", "render", lesson, "-q", quality, "--quiet"]
        start = time.perf_counter()
        process = subprocess.Popen([*command, "-o", str(output), *extra], stdout=subprocess.DEVNULL)
        # wait4 counts the process and all its own that it has waited for: the worker too.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"rendering {lesson} failed with exit code {process.returncode}")
        with av.open(str(output)) as video:
            seconds = float(video.duration or 0) / 1e6
        memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
        cpu = usage.ru_utime + usage.ru_stime
        return Cost(wall, cpu, memory, seconds, output.stat().st_size)


def main() -> None:
    """Measure what the arguments name and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lessons", nargs="*", help="default: all")
    parser.add_argument("--qualities", default="lmh", help="some of lmhpk (default: lmh)")
    parser.add_argument("--format", default="mp4", choices=["mp4", "webm", "gif"])
    parser.add_argument("--runs", type=int, default=2, help="the best counts (default: 2)")
    parser.add_argument("--options", default="", help="for the lesson, such as '--digit 7'")
    given = parser.parse_args()
    names = given.lessons or list(lessons.names())
    unknown = [name for name in names if name not in lessons.names()]
    if unknown:
        parser.error(f"there is no lesson {unknown[0]!r}: choose {', '.join(lessons.names())}")
    wrong = [quality for quality in given.qualities if quality not in QUALITIES]
    if wrong:
        parser.error(f"there is no quality {wrong[0]!r}: choose some of {''.join(QUALITIES)}")
    if given.runs < 1:
        parser.error(f"{given.runs} runs: at least 1")
    width = max(map(len, names))
    columns = "quality  video s  wall s  CPU s  wall/video  CPU/video  memory MB  file MB"
    print(f"{'lesson':{width}}  {columns}")
    for name in names:
        for quality in given.qualities:
            runs = [
                measure(name, quality, given.format, given.options.split())
                for _ in range(given.runs)
            ]
            best = min(runs, key=lambda cost: cost.wall)
            print(
                f"{name:{width}}  {quality:>7}  {best.video:7.1f}  {best.wall:6.1f}  "
                f"{best.cpu:5.1f}  {best.wall / best.video:10.3f}  "
                f"{best.cpu / best.video:9.3f}  {best.memory:9.0f}  "
                f"{best.size / 1e6:7.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
