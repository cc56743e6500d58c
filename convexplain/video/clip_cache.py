"""Finished lessons, kept to be joined: found again only if nothing that made them has changed.

A clip's name holds what was asked for and what it was made by, as hashes; a sidecar, written
after it, holds its own SHA-256. A clip that was cut short, changed or exchanged is not used.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pickle
import time
from collections.abc import Iterable, Iterator
from functools import cache as cached
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from convexplain.errors import ConvexplainError
from convexplain.files import atomic, cache
from convexplain.video.versions import versions

if TYPE_CHECKING:
    from convexplain.video.job import Job

#: A clip that no film has used for so long goes, in seconds: 14 days.
KEPT_FOR = 14 * 24 * 3600
#: And the oldest go while all together are larger, in bytes.
KEPT_BYTES = 2 * 1024**3
STALE, UNFINISHED, DAMAGED = "stale", "unfinished", "damaged"
_DIGITS = 24  # of a hash, in a name


def folder() -> Path:
    """Return the folder of the clips in the user's cache, made if it is missing."""
    place = cache.folder("film")
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConvexplainError(
            "cannot make the folder {place!r} for finished lessons: {error}; name another "
            "cache folder in the environment variable XDG_CACHE_HOME",
            place=str(place),
            error=error,
        ) from error
    return place


def path_of(job: Job, place: Path) -> Path:
    """Return where the clip of a job is kept.

    Lesson, options, look, quality and kind of file count; the job's output does not.
    """
    name = job.lesson.name.strip("_")
    return place / f"{name}-{_asked(job)}-{_made_by()[:_DIGITS]}{job.output.suffix}"


def look_up(path: Path) -> str | None:
    """Return None if a clip can be used, else why not.

    "" if there never was one; "stale", made by other code or libraries; "unfinished"; "damaged".
    """
    if not path.exists():
        asked = path.name.rsplit("-", 1)[0]
        others = path.parent.glob(f"{asked}-*{path.suffix}")
        return STALE if any(others) else ""
    try:
        sidecar = json.loads(_sidecar(path).read_text("utf-8"))
        right = sidecar == {"piece": path.name, "sha256": _digest(path)}
    except FileNotFoundError:
        return UNFINISHED
    except (OSError, ValueError):
        return DAMAGED
    if not right:
        return DAMAGED
    _touch(path)
    return None


def mark_valid(path: Path) -> None:
    """Write the checksum file that marks a finished clip as valid.

    Not if the program was changed meanwhile, as by its developer or an update: such a clip is used,
    but the next film renders it again.
    """
    if _made_by.__wrapped__()[:_DIGITS] not in path.name:
        return
    atomic.write(_sidecar(path), json.dumps({"piece": path.name, "sha256": _digest(path)}))


def prune(place: Path, used: Iterable[Path]) -> None:
    """Remove clips that no film has used for long, and the oldest of too many; `used` ones stay."""
    stay = {path.name for path in used}
    now, total = time.time(), 0
    for path in sorted(_clips(place), key=_last_used, reverse=True):
        try:
            total += path.stat().st_size
        except OSError:
            continue  # another film's pruning took it
        old = now - _last_used(path) > KEPT_FOR
        if path.name not in stay and (old or total > KEPT_BYTES):
            atomic.remove([_sidecar(path), path])
    for sidecar in place.glob("*.json"):
        if not sidecar.with_suffix("").exists():
            atomic.remove([sidecar])


def _clips(place: Path) -> Iterator[Path]:
    for ending in (".mp4", ".png", ".words"):
        yield from place.glob(f"*-*-*{ending}")


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        return  # a cache that is read-only can still be read


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _asked(job: Job) -> str:
    """Hash what was asked for: lesson, options, look, size."""
    lesson = job.lesson
    digest = hashlib.sha256()
    kind = type(lesson)
    digest.update(f"{kind.__module__}.{kind.__qualname__}".encode())
    for field in dataclasses.fields(lesson):
        # Each by itself: bytes that objects share between fields would make a hash of chance.
        digest.update(field.name.encode() + pickle.dumps(getattr(lesson, field.name), protocol=4))
    for part in (job.look, job.frame):
        digest.update(repr(part).encode())
    digest.update(f"{job.format} {job.still}".encode())
    if job.scene_file is not None:
        digest.update(job.scene_file.read_bytes())
    return digest.hexdigest()[:16]


@cached
def _made_by() -> str:
    """Hash all that a picture depends on beside the options: the program and its libraries."""
    digest = hashlib.sha256(program_hash().encode())
    digest.update(repr(sorted(versions().items())).encode())
    return digest.hexdigest()


def program_hash() -> str:
    """Hash every file of the program as it is now, what it carries included."""
    digest = hashlib.sha256()
    for package in ("convexplain", "convexplain.scenes"):
        for name, content in sorted(_files(files(package), package)):
            digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _files(place: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a place, but for what Python makes of them."""
    for entry in place.iterdir():
        if entry.name == "__pycache__" or entry.name.endswith(".pyc"):
            continue
        if entry.is_dir():
            yield from _files(entry, f"{name}/{entry.name}")
        else:
            yield f"{name}/{entry.name}", entry.read_bytes()
