"""Lets something happen at an exact moment of a run: when a process of it is about to do something.

``MOMENT=parent|os.rename|.mp4|1|SIGKILL``: when the process that was started is about to rename a
file, for the first time one with ``.mp4`` in its name, it gets SIGKILL. ``worker`` instead of
``parent`` means that a worker is about to do it; the signal still goes to the parent. What is not
the name of a signal is a command for a shell, which runs in the parent's current folder.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

spec = os.environ.get("MOMENT")
COMMAND = " ".join(sys.orig_argv)
WORKER = "--multiprocessing-fork" in COMMAND
FOLDER = Path.cwd()


def happen(what: str) -> None:
    if not what.startswith("SIG"):
        os.system(f"cd '{FOLDER}' && {what}")
        return
    os.kill(os.getppid() if WORKER else os.getpid(), getattr(signal, what))
    if WORKER:  # it is at this moment that the parent is hit
        time.sleep(60)


def install(who: str, event: str, text: str, count: str, what: str) -> None:
    left = int(count)

    def hook(seen: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if seen == event and left and text in f"{args[0]} {args[1]}":
            left -= 1
            if not left:
                happen(what)

    if (who == "worker") == WORKER and "resource_tracker" not in COMMAND:
        sys.addaudithook(hook)


if spec:
    install(*spec.split("|"))
