"""Logs of renders that failed: kept in the user's cache folder, to be looked at or sent."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from convexplain.errors import ConvexplainError
from convexplain.files import atomic, cache
from convexplain.video.versions import LIBRARIES

#: So many logs are kept; the oldest go.
KEPT = 20
#: Of what a process printed so many characters are kept, the last ones.
LENGTH = 500_000


def folder() -> Path:
    """Return the folder of the logs; it need not exist.

    Raises
    ------
    ConvexplainError
        If this user has no home folder.
    """
    return cache.folder("logs")


def keep(name: str, parts: Iterable[str]) -> Path | None:
    """Write a log, and remove the oldest of too many.

    Parameters
    ----------
    name : str
        Of what failed, such as a lesson's.
    parts : iterable of str
        What is known of it; each gets lines of its own.

    Returns
    -------
    Path or None
        Where it is. None if it could not be written: it is the failure that the user must hear of.
    """
    now = time.strftime("%Y%m%d-%H%M%S")
    texts = (f"{time.strftime('%Y-%m-%d %H:%M:%S %z')}, {name}", _machine(), *parts)
    try:
        place = folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        unique = f"{os.getpid()}-{time.monotonic_ns() % 10**6:06d}"
        file = place / f"{now}-{name.strip('_')}-{unique}.txt"
        atomic.write(file, "\n\n".join(text.rstrip() for text in texts) + "\n")
        atomic.remove(sorted(place.glob("[0-9]*-*.txt"))[:-KEPT])
    except (ConvexplainError, OSError):
        return None
    return file


def _machine() -> str:
    """Name the versions of everything that has a part in a video, without importing any."""
    lines = [f"Python {platform.python_version()} on {platform.platform()}"]
    for library in ("convexplain", *LIBRARIES):
        try:
            lines.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{library} is not installed")
    return "\n".join(lines)
