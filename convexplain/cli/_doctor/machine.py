"""The machine: folders that can be written to, with room in them, and memory."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from convexplain.cli._doctor.finding import Finding, State
from convexplain.files import atomic
from convexplain.messages import Message, said
from convexplain.video import memory

_MB, _GB = 10**6, 10**9
#: Bytes. A minute takes 1.3 MB at 720p, 2.3 MB at 1080p60, and a GIF with its frames 4 MB.
DISK_NEEDED, DISK_WISHED = 20 * _MB, 500 * _MB
#: Bytes. A render takes 0.3 GB at 480p, 0.4 GB at 720p, 0.7 GB at 1080p60 and for a GIF.
MEMORY_NEEDED, MEMORY_WISHED = 450 * _MB, 1 * _GB
#: Bytes of addresses, used or not, which ulimit -v limits: 0.9 GB at 720p, 1.2 GB for a GIF.
ADDRESSES_NEEDED, ADDRESSES_WISHED = 1 * _GB, 2 * _GB

_MEMINFO, _CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


def check_temporary() -> Finding:
    """Check the folder that renders work in."""
    name = "temporary folder"
    try:
        folder = Path(tempfile.gettempdir())
    except OSError as error:  # none of those that Python tries can be written to
        return Finding(name, "failed", said(error), _other("TMPDIR"))
    return check_folder(name, folder, _other("TMPDIR"), needed=True)


def check_current(folder: Path) -> Finding:
    """Check the folder that ``convexplain render`` writes to, where -o names no other."""
    remedy = Message("go to another, or name one with -o")
    try:
        folder = folder.absolute()
    except FileNotFoundError:
        gone = Message("it does not exist any more")
        return Finding("current folder", "warning", gone, remedy)
    return check_folder("current folder", folder, remedy)


def check_cache() -> Finding:
    """Check the folder that keeps what ``convexplain film`` and ``data fetch`` made."""
    import platformdirs

    folder = platformdirs.user_cache_path("convexplain", appauthor=False)
    return check_folder("cache folder", folder, _other("XDG_CACHE_HOME"))


def check_folder(name: str, folder: Path, remedy: str, *, needed: bool = False) -> Finding:
    """Check that a folder, or the one above in which it would be made, takes files.

    The remedy is for one that does not. Without a `needed` one no render works.
    """
    bad: State = "failed" if needed else "warning"
    existing = next(place for place in [folder, *folder.absolute().parents] if place.exists())
    try:
        atomic.check_writable(existing)
        free = shutil.disk_usage(existing).free
    except OSError as error:
        found = Message(
            "{folder} cannot be written to ({error})", folder=folder.absolute(), error=error
        )
        return Finding(name, bad, found, remedy)
    found = Message("{folder}, {size:,.1f} GB free", folder=folder.absolute(), size=free / _GB)
    room = Message("make room there, or {remedy}", remedy=remedy)
    if free < DISK_NEEDED:
        found = Message(
            "{folder}, only {size:.1f} MB free", folder=folder.absolute(), size=free / _MB
        )
        return Finding(name, bad, found, room)
    if free < DISK_WISHED:
        return Finding(name, "warning", found, room)
    return Finding(name, "ok", found)


def check_memory(available: int | None = None, addresses: int | None = None) -> Finding:
    """Check the memory that is free, and the limit on addresses; by default this machine's."""
    available = available_memory() if available is None else available
    addresses = memory.limit() if addresses is None else addresses
    if addresses is not None and addresses < ADDRESSES_WISHED:
        state: State = "failed" if addresses < ADDRESSES_NEEDED else "warning"
        found = Message(
            "this process may take {size:.1f} GB of addresses at most (ulimit -v)",
            size=addresses / _GB,
        )
        wish = Message(
            "raise the limit to {size:.0f} GB or more: ulimit -v unlimited",
            size=ADDRESSES_WISHED / _GB,
        )
        return Finding("memory", state, found, wish)
    if available is None:
        unknown = Message("this system does not say how much is free")
        return Finding("memory", "ok", unknown)
    found = Message("{size:.1f} GB free", size=available / _GB)
    remedy = Message("close other programs, or render with -q l, which needs 0.3 GB")
    if available < MEMORY_WISHED:
        state = "failed" if available < MEMORY_NEEDED else "warning"
        return Finding("memory", state, found, remedy)
    return Finding("memory", "ok", found)


def available_memory(meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP) -> int | None:
    """Return how many bytes may still be taken, by this machine and by this container.

    None on other systems than Linux, whose files these are.
    """
    known = []
    for line in _text(meminfo).splitlines():
        key, _, value = line.partition(":")
        if key == "MemAvailable":
            known.append(int(value.split()[0]) * 1024)
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        numbers = [_text(cgroup / name).strip() for name in (limit, used)]
        if all(number.isdecimal() for number in numbers):  # "max" is no limit
            known.append(max(0, int(numbers[0]) - int(numbers[1])))
    return min(known, default=None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _other(variable: str) -> Message:
    return Message("name another in the environment variable {variable}", variable=variable)
