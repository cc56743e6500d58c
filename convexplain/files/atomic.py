"""Files put in place whole: written beside their target, then renamed over it.

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
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
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
_NAME = re.compile(rf"{re.escape(PREFIX)}-([0-9a-f]{{8}})-([0-9]+)-[0-9a-f]+\.tmp")
_HELD = ("SIGINT", "SIGTERM", "SIGHUP")


def followed(path: Path) -> Path:
    """Return what a path leads to where it is a link, or else the path as it is.

    Raises
    ------
    OSError
        If the link leads to itself.
    """
    try:
        return path.resolve() if path.is_symlink() else path
    except RuntimeError as error:  # Python says so of loops up to 3.12
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


def temporary_name() -> str:
    """Return a new name for a temporary file or folder of this process."""
    return f"{PREFIX}-{_MACHINE}-{os.getpid()}-{secrets.token_hex(4)}.tmp"


def temporary(target: Path) -> Path:
    """Make an empty file beside a target, to be filled and put in its place.

    Parameters
    ----------
    target : Path
        What will be written.

    Returns
    -------
    Path
        The new file, in the same folder, with the permissions that the umask leaves.

    Raises
    ------
    OSError
        If the folder is missing, read-only or full.
    """
    path = target.parent / temporary_name()
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return path


def fill(path: Path, content: Path | str | bytes) -> None:
    """Write a file's content, a text (UTF-8) or bytes to a reserved file, down to the disk."""
    # Opened for reading and writing: a reserved file that has gone is an error, not made anew.
    with path.open("r+b") as out:
        if isinstance(content, str | bytes):
            out.write(content.encode() if isinstance(content, str) else content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def replace(temporaries: Mapping[Path, Path]) -> None:
    """Put files that belong together in place.

    The first target is the main one. The older companions go first and the new ones come last, so
    that a main file never stands beside companions of another; signals wait until all is done, and
    so do other processes that place files in the same folder. While this one waits for others,
    signals do not wait.

    Parameters
    ----------
    temporaries : mapping of Path to Path
        Target to filled file beside it; the main one first.

    Raises
    ------
    OSError
        If a target is a directory, or the folder is gone.
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


def write(target: Path, content: Path | str | bytes) -> None:
    """Write one file, which appears whole or not at all.

    Parameters
    ----------
    target : Path
        Replaced if it exists; where it is a link, what it points to.
    content : Path or str or bytes
        As for `fill`.

    Raises
    ------
    OSError
        If it cannot be written; what stood there stands there still.
    """
    target = followed(target)
    sweep(target.parent)
    made = temporary(target)
    try:
        fill(made, content)
        replace({target: made})
    finally:
        remove([made])


def refused(target: Path, error: OSError) -> ConvexplainError:
    """Return the error for a user whose file could not be written."""
    return ConvexplainError(f"cannot write {str(target)!r}: {error.strerror or error}")


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
        if match and match[1] == _MACHINE and not _alive(int(match[2])):
            remove([folder / name])


@contextlib.contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    """Stand in a folder where the current one was deleted: no process can be started there."""
    try:
        Path.cwd()
    except FileNotFoundError:
        gone = os.open(".", os.O_RDONLY)
        os.chdir(folder)
        try:
            yield
        finally:
            os.fchdir(gone)
            os.close(gone)
    else:
        yield


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # not ours, but there
        return True
    return True


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
