"""Numpy's matrix products on one thread, for as long as they are small.

OpenBLAS, which numpy brings along, shares even small products among all cores. Waking the others
then takes longer than the product itself: a batch through the chapter's network becomes up to 25
times slower on a busy machine. Threads of our own, each with a part of the batch, do better.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module

#: OpenBLAS's functions in numpy's wheels, and as other builds of numpy name them.
_NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)

_lock = threading.Lock()
_users = 0
_threads_before = 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, a matrix product takes one thread; afterwards as many as before.

    It may be entered by several threads at once: the last one to leave restores. Where numpy has
    another BLAS, or does not let its functions be found, nothing happens.
    """
    global _users, _threads_before
    if (functions := _functions()) is None:
        yield
        return
    read, write = functions
    with _lock:
        if _users == 0:
            _threads_before = read()
            write(1)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                write(_threads_before)


@cache
def _functions() -> tuple[Callable[[], int], Callable[[int], object]] | None:
    """What reads and what sets OpenBLAS's number of threads, if numpy was built with OpenBLAS."""
    try:
        numpy_core = import_module("numpy._core._multiarray_umath")
        # A symbol is looked up in a library and in those that it is linked with.
        library = ctypes.CDLL(numpy_core.__file__)
    except (ImportError, OSError):
        return None
    for name in _NAMES:
        if hasattr(library, name.format("get")) and hasattr(library, name.format("set")):
            return getattr(library, name.format("get")), getattr(library, name.format("set"))
    return None
