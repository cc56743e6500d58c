"""The user's cache folder: finished lessons, logs of what failed, MNIST."""

from __future__ import annotations

from pathlib import Path

from convexplain.errors import ConvexplainError


def folder(name: str) -> Path:
    """Return a folder in the user's cache folder; it need not exist.

    A user without a home folder gets an error: a name that begins with ``~`` would lead into the
    current folder.
    """
    import platformdirs

    try:
        place = platformdirs.user_cache_path("convexplain", appauthor=False) / name
    except RuntimeError:  # what newer versions raise; older ones leave the ~ as it is
        place = Path("~")
    if not place.is_absolute():
        raise ConvexplainError(
            "this user has no home folder for what is kept: name a cache folder in the environment "
            "variable XDG_CACHE_HOME"
        )
    return place
