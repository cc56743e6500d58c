"""Too little memory: how it shows, and what to do."""

from __future__ import annotations

import errno

from convexplain.messages import Message, together

#: Bytes of addresses without which no render works; at 720p one takes 0.9 GB, at 1080p 1 GB.
NEEDED = 600_000_000
# Libraries that cannot be loaded, threads that cannot be started and drawings that cannot be made
# raise errors of other types than MemoryError.
_LOWER = Message("a lower quality (-q l) needs less")
_WORDS = ("out of memory", "cannot allocate", "failed to map segment", "can't start new thread")


def is_lacking(error: BaseException) -> bool:
    """Return whether an error means that there was not enough memory."""
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    return isinstance(error, MemoryError) or is_told(str(error))


def is_told(text: str) -> bool:
    """Return whether a text, such as what a process printed, mentions too little memory."""
    return any(each in text.lower() for each in _WORDS)


def limit() -> int | None:
    """Return how many bytes of addresses this process may take (``ulimit -v``); None is any."""
    try:
        import resource
    except ImportError:  # a system without limits
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def advice(height: int = 0) -> str:
    """Return what helps, a render of this many lines or anything else."""
    limited = limit()
    if limited is not None:
        told = Message("it is limited to {limit:.0f} MB (ulimit -v)", limit=limited / 1e6)
        return together([told, _LOWER]) if height > 480 else told
    return _LOWER if height > 480 else Message("close other programs")
