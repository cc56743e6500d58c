"""Documents of all kinds written to where a user says: checked beforehand, placed whole."""

from __future__ import annotations

from pathlib import Path

from convexplain import placing
from convexplain.errors import UsageError


def check(path: Path, endings: tuple[str, ...], what: str) -> str:
    """Refuse a place where a document cannot be written, before any work is done.

    Parameters
    ----------
    path : Path
    endings : tuple of str
        What the name may end in, ``".pdf"``.
    what : str
        What is written, with its article: "a worksheet".

    Returns
    -------
    str
        The ending, in lower case.

    Raises
    ------
    UsageError
        Another ending, a folder, or a folder that does not exist.
    """
    ending = path.suffix.lower()
    if ending not in endings:
        allowed = " or ".join(filter(None, [", ".join(endings[:-1]), endings[-1]]))
        raise UsageError(f"{path.name!r} is not the name of {what}: let it end in {allowed}")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}: make it, or choose another one")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: give the name of a file")
    return ending


def write(path: Path, content: str | bytes) -> None:
    """Put a finished document in its place, whole.

    Raises
    ------
    ConvexplainError
        The file cannot be written.
    """
    try:
        placing.write(path, content)
    except OSError as error:
        raise placing.refused(path, error) from None
