"""Files that appear whole or not at all: written beside their target, then renamed over it.

A temporary file carries the machine and the process that made it in its name, so that the next
run can remove what a killed one left behind, and nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import secrets
import shutil
import signal
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from convexplain.errors import ConvexplainError

PREFIX = ".convexplain"


def _machine() -> str:
    """Name what the numbers of processes belong to: the machine, and the container on it."""
    try:
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115
    except OSError:  # a system without namespaces
        space = ""
    return f"{zlib.crc32((platform.node() + space).encode()):08x}"


_MACHINE = _machine()
#: Seconds after which a temporary file is left over where processes cannot be asked for.
ABANDONED = 24 * 3600
_NAME = re.compile(rf"{re.escape(PREFIX)}-([0-9a-f]{{8}})-([0-9]+)-[0-9a-f]+\.tmp")
_IS_POSIX = os.name == "posix"
_HELD = ("SIGINT", "SIGTERM", "SIGHUP")

#: A text (UTF-8), bytes, a file to copy, or what writes the file that it is given.
Content = str | bytes | Path | Callable[[Path], object]


def followed(path: Path) -> Path:
    """Return what a path leads to where it is a link; `OSError` if it leads to itself."""
    try:
        return path.resolve() if path.is_symlink() else path
    except RuntimeError as error:  # Python says so of loops up to 3.12
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


def temporary_name() -> str:
    """Return a new name for a temporary file or folder of this process."""
    return f"{PREFIX}-{_MACHINE}-{os.getpid()}-{secrets.token_hex(4)}.tmp"


def temporary_folder() -> Path:
    """Make a folder for this user alone among the system's temporary files."""
    folder = Path(tempfile.gettempdir()) / temporary_name()
    folder.mkdir(mode=0o700)
    return folder


def write(target: Path, content: Content, beside: Mapping[Path, Content] | None = None) -> None:
    """Write a file, and those that belong to it, so that all appear whole or none does.

    Links are followed. A `ConvexplainError` says which file cannot be written; what was there
    before is left as it was.
    """
    temporaries: dict[Path, Path] = {}
    writing = target
    try:
        for writing, each in {target: content, **(beside or {})}.items():
            final = followed(writing)
            sweep(final.parent)
            temporaries[final] = final.parent / temporary_name()
            _fill(temporaries[final], each)
        writing = target
        _replace(temporaries)
    except OSError as error:
        is_open = not _IS_POSIX and isinstance(error, PermissionError)
        if is_open:
            raise ConvexplainError(
                "cannot write {path!r}: {error}; if another program has it open, close it there",
                path=str(writing),
                error=error,
            ) from error
        raise ConvexplainError(
            "cannot write {path!r}: {error}", path=str(writing), error=error
        ) from error
    finally:
        remove(temporaries.values())


def _fill(path: Path, content: Content) -> None:
    """Make a file, with the permissions that the umask leaves, and see it onto the disk."""
    if callable(content):
        content(path)
    with path.open("r+b" if callable(content) else "xb") as file:
        if isinstance(content, str | bytes):
            file.write(content.encode() if isinstance(content, str) else content)
        elif isinstance(content, Path):
            with content.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _replace(temporaries: Mapping[Path, Path]) -> None:
    """Rename temporary files to their targets, the main one first.

    The older companions go before and the new ones come after it, so that a main file never stands
    beside companions of another. Signals wait until all is done, and so do other processes that
    write to the same folder; while this one waits for others, signals do not.
    """
    main, *companions = temporaries
    with _alone_in(main.parent), signals_held():
        for target in temporaries:
            if target.is_dir():  # before anything is changed
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        for target in companions:
            target.unlink(missing_ok=True)
        for target in (main, *companions):
            temporaries[target].replace(target)


def check_writable(folder: Path) -> None:
    """Make a file in a folder and remove it; an `OSError` says why that is not possible."""
    path = folder / temporary_name()
    try:
        path.touch(exist_ok=False)
    finally:
        remove([path])


def remove(paths: Iterable[Path]) -> None:
    """Remove files or folders that may be gone already."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what processes of this machine that are no longer alive left in a folder."""
    try:
        entries = [entry.name for entry in os.scandir(folder)]
    except OSError:
        return  # a folder that cannot be listed is for the caller to report
    for name in entries:
        match = _NAME.fullmatch(name)
        if match and match[1] == _MACHINE and _is_abandoned(folder / name, int(match[2])):
            remove([folder / name])


def _is_abandoned(path: Path, pid: int) -> bool:
    if not _IS_POSIX:  # elsewhere os.kill does not ask for a process, but ends it
        with contextlib.suppress(OSError):
            return time.time() - path.stat().st_mtime > ABANDONED
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # another user's, but there
        return False
    return False


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Let Ctrl-C and requests to terminate wait until the block has ended.

    Python runs signal handlers in the main thread alone; elsewhere there is nothing to hold.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        arrived.append(number)

    held = [getattr(signal, name) for name in _HELD if hasattr(signal, name)]
    handlers = {number: signal.signal(number, note) for number in held}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in arrived:
            signal.raise_signal(number)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's advisory lock, where the system has one; it leaves no file behind."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
