"""A scheduler of dask.distributed and its workers, as processes of their own on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(workers: int, folder: Path, tests: Path) -> Iterator[str]:
    """Give the address of a scheduler with so many workers; all are gone afterwards."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tests), *sys.path])}
    told = folder / "scheduler.json"
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
             "--port", "0", "--no-dashboard", "--scheduler-file", str(told)],
            cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    ]  # fmt: skip
    try:
        while not told.exists() or not told.stat().st_size:
            time.sleep(0.1)
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(told),
                 "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard",
                 "--host", "127.0.0.1", "--local-directory", str(folder)],
                cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        import json

        yield json.loads(told.read_text())["address"]
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def below(pid: int) -> dict[int, str]:
    """Return the processes that a process has started, those below others too, with their state."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue  # it has ended meanwhile
            state, parent = text.rpartition(")")[2].split()[:2]
            parents.setdefault(int(parent), []).append((int(entry.name), state))
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        for child, state in parents.get(waiting.pop(), []):
            found[child] = state
            waiting.append(child)
    return found
