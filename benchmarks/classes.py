"""What a class of videos costs: by this machine's processes, and by workers of dask on it.

    python benchmarks/classes.py                         # 8 videos at 480p15, two workers
    python benchmarks/classes.py --videos 24 -q m --workers 4 --wanted 2400
    python benchmarks/classes.py --videos 200 --seconds 30    # a long list of short ones

Both render the same videos, one after the other; the files must be equal to the byte. Processor
time counts on a busy machine, not wall time: of those that render, and of the one that hands out.
The efficiency is the speed of dask as a share of that of the processes, starts included.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from convexplain import lessons
from convexplain.data import digits
from convexplain.style.theme import Look
from convexplain.video import rendering, shares
from convexplain.video.job import QUALITIES, Job

#: One after the other: a short list in which no lesson comes twice with one digit.
LESSONS = ("pooling", "sliding-window", "response-map", "translation")


def work(folder: Path, videos: int, quality: str, seconds: float | None) -> list[Job]:
    """Return the jobs: the lessons, each with one digit after the other."""
    folder.mkdir()
    made = []
    for number in range(videos):
        kind = lessons.find(LESSONS[number % len(LESSONS)])
        options = {"picture": digits.sample(number), "length": seconds}
        path = folder / f"{number}.mp4"
        made.append(Job(kind(**options).bare(), path, Look(), QUALITIES[quality], subtitles=False))
    return made


def timed(run: Callable[[], float | None]) -> tuple[float, float, float]:
    """Return seconds of a run: wall, processor here, processor of processes that have ended.

    A run may say itself what it took here.
    """

    def used(whose: int) -> float:
        usage = resource.getrusage(whose)
        return usage.ru_utime + usage.ru_stime

    wall, here, there = time.perf_counter(), used(resource.RUSAGE_SELF), used(-1)
    told = run()
    return (
        time.perf_counter() - wall,
        used(resource.RUSAGE_SELF) - here if told is None else told,
        used(resource.RUSAGE_CHILDREN) - there,
    )


def by_dask(jobs: list[Job], workers: int) -> float:
    """Render with a scheduler and workers of this machine; all have ended afterwards.

    What is returned is the processor time of handing out, the scheduler's included, without starts.
    """
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as local,
        shares.cluster(local.scheduler_address) as executor,
    ):
        started = time.process_time()
        render(jobs, executor)
        return time.process_time() - started


def render(jobs: list[Job], executor: Executor | None = None, workers: int = 1) -> None:
    """Render; the first failure ends all."""
    rendering.render(jobs, workers=workers, executor=executor)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=8)
    parser.add_argument("-q", "--quality", choices=list(QUALITIES), default="l")
    parser.add_argument("--seconds", type=float, help="of each video (default: the lesson's own)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--wanted", type=int, default=2400)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        here, there = (
            work(folder / name, given.videos, given.quality, given.seconds)
            for name in ("here", "there")
        )
        rows = {
            "processes": timed(lambda: render(here, workers=given.workers)),
            "dask": timed(lambda: by_dask(there, given.workers)),
        }
        equal = all(
            a.output.read_bytes() == b.output.read_bytes() for a, b in zip(here, there, strict=True)
        )
        size = sum(job.output.stat().st_size for job in here) / given.videos
    print(f"{given.videos} videos at {given.quality}, {given.workers} workers")
    for by, (wall, own, others) in rows.items():
        each = others / given.videos
        print(
            f"{by:10} wall {wall:6.1f} s   rendering {each:5.1f} CPU s a video   "
            f"handing out {own / given.videos:5.2f} CPU s a video"
        )
    walls, costs = zip(*((wall, own + others) for wall, own, others in rows.values()), strict=True)
    print(
        f"efficiency of dask: {walls[0] / walls[1]:.0%} by the clock, "
        f"{costs[0] / costs[1]:.0%} by processor time"
    )
    print(f"equal to the byte: {'yes' if equal else 'NO'}; {size / 1e6:.2f} MB a video")
    each, own = rows["dask"][2] / given.videos, rows["dask"][1] / given.videos
    hours = each * given.wanted / 3600
    print(f"{given.wanted} videos: {hours:.1f} core hours, {size * given.wanted / 1e9:.1f} GB")
    print(f"one process can hand out to {each / own:.0f} cores before it is the slowest")


if __name__ == "__main__":
    main()
