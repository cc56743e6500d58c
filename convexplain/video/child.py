"""A process of its own for what may fail, hang or be killed, with a folder that goes with it."""

from __future__ import annotations

import faulthandler
import importlib.resources
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from multiprocessing import connection as mp_connection
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convexplain.errors import ConvexplainError
from convexplain.files import atomic
from convexplain.messages import Message
from convexplain.video import memory

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LOG = "log.txt"
_TRIMMED = "MALLOC_TRIM_THRESHOLD_"  # of the C library
# Environment variables by which a user's settings could change a frame begin with these.
_FOREIGN = ("MANIM", "XDG_", "FONTCONFIG", "MPL", "MATPLOTLIB")


class Child:
    """A started process that runs ``main(channel, folder, *args)``, and ends with its parent.

    Its main function calls `enter` first. A `ConvexplainError` says why it could not be started.
    """

    def __init__(self, main: Callable[..., None], *args: Any) -> None:
        try:
            self.folder = atomic.temporary_folder()
        except OSError as error:
            folder = Path(error.filename).parent if error.filename else Path(tempfile.gettempdir())
            raise ConvexplainError(
                "cannot write to the temporary folder {folder!r}: {error}; name another in the "
                "environment variable TMPDIR",
                folder=str(folder),
                error=error,
            ) from error
        try:
            context = multiprocessing.get_context("spawn")
            self.channel: Connection
            self.channel, remote = context.Pipe()
            self.process = context.Process(
                target=main, args=(remote, self.folder, *args), daemon=True
            )
            with (
                _standing_in(self.folder),
                _interrupts_are_for_the_parent(),
                _even_of_a_daemon(),
                _with_memory_to_keep(),
            ):
                self.process.start()
            remote.close()
        except (OSError, MemoryError) as error:
            atomic.remove([self.folder])
            if isinstance(error, OSError) and error.strerror:
                raise ConvexplainError("cannot start a process: {error}", error=error) from error
            raise ConvexplainError(
                "cannot start a process: out of memory: {advice}", advice=memory.advice()
            ) from error

    def ending(self) -> str:
        """Return how the process ended: "was killed", "ended by SIGSEGV", "ended with code 3"."""
        self.process.join(timeout=5)
        code = self.process.exitcode or 0
        if code < 0:
            name = signal.Signals(-code).name
            return (
                Message("was killed")
                if name == "SIGKILL"
                else Message("ended by {signal}", signal=name)
            )
        return Message("ended with exit code {code}", code=code)

    def log(self) -> str:
        """Return what the process and its libraries have printed."""
        try:
            return (self.folder / LOG).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def close(self) -> None:
        """End the process and remove its folder."""
        self.process.kill()
        self.process.join()
        self.channel.close()
        atomic.remove([self.folder])


def enter(folder: Path) -> None:
    """Make a folder this process's current folder, home, font list and log.

    No ``manim.cfg``, cache or font of the user can then change a frame, and nothing is left behind:
    the process ends, and its folder goes, as soon as its parent has died.
    """
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        del os.environ[name]
    config = folder / "fonts.conf"
    fonts = importlib.resources.files("convexplain") / "assets" / "fonts"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig><dir>{escape(str(fonts))}</dir>"
        f"<cachedir>{escape(str(folder / 'fontcache'))}</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    os.environ.update(
        HOME=str(folder),
        USERPROFILE=str(folder),  # Windows' home and settings
        APPDATA=str(folder / "config"),
        XDG_CACHE_HOME=str(folder / "cache"),
        XDG_CONFIG_HOME=str(folder / "config"),
        XDG_DATA_HOME=str(folder / "data"),
        FONTCONFIG_FILE=str(config),
        MPLCONFIGDIR=str(folder / "matplotlib"),
        OPENBLAS_NUM_THREADS="1",
        OMP_NUM_THREADS="1",
        MKL_NUM_THREADS="1",
    )
    # What libraries print is for the log: the terminal belongs to the parent's progress bar.
    log = os.open(folder / LOG, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    faulthandler.enable()
    # Where it could not be blocked before the process was started; the parent ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, args=(folder,), daemon=True).start()


def _leave_with_parent(folder: Path) -> None:
    parent = parent_process()
    assert parent is not None
    mp_connection.wait([parent.sentinel])
    # Twice: the main thread, which cannot be stopped, may have written meanwhile.
    atomic.remove([folder])
    atomic.remove([folder])
    os._exit(1)


@contextmanager
def _even_of_a_daemon() -> Iterator[None]:
    """Let a daemonic process, such as a worker of dask, start one; ours end with their parent."""
    settings = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    daemon = settings.pop("daemon", None)
    try:
        yield
    finally:
        if daemon is not None:
            settings["daemon"] = daemon


@contextmanager
def _with_memory_to_keep() -> Iterator[None]:
    """Start processes that may keep memory for their next frame, as they do by themselves.

    Workers of dask are told to give all of it back at once, and would tell theirs: then drawing
    takes half as long again.
    """
    told = os.environ.pop(_TRIMMED, None)
    try:
        yield
    finally:
        if told is not None:
            os.environ[_TRIMMED] = told


@contextmanager
def _standing_in(folder: Path) -> Iterator[None]:
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


@contextmanager
def _interrupts_are_for_the_parent() -> Iterator[None]:
    """Start processes that do not see the terminal's Ctrl-C, from their first instruction on.

    A signal that is blocked while a process is started stays blocked in it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
