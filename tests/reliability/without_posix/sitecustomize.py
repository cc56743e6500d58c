"""Takes away what Windows lacks, in every process of a run; what is asked for then fails."""

from __future__ import annotations

import os
import signal
import sys

for module in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[module] = None  # type: ignore[assignment]
for name in ("SIGHUP", "pthread_sigmask"):
    delattr(signal, name)
for name in ("geteuid", "fchdir", "sched_getaffinity"):
    delattr(os, name)

kill = os.kill


def checked(pid: int, number: int) -> None:
    if number == 0:
        raise AssertionError("signal 0 ends a process of Windows")
    kill(pid, number)


os.kill = checked

from convexplain.files import atomic  # noqa: E402

atomic._IS_POSIX = False
