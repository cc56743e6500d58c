"""Places for documents that a user names, checked before any work is done."""

from __future__ import annotations

from pathlib import Path

from convexplain.errors import UsageError
from convexplain.files import atomic


def check(path: Path, endings: tuple[str, ...], what: str) -> str:
    """Refuse a place where a document cannot be written, before any work; return its ending.

    `endings` are what the name may end in (".pdf"), `what` is written ("a worksheet").
    """
    ending = path.suffix.lower()
    if ending not in endings:
        allowed = " or ".join(filter(None, [", ".join(endings[:-1]), endings[-1]]))
        raise UsageError(f"{path.name!r} is not the name of {what}: let it end in {allowed}")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: give the name of a file")
    check_folder(path.parent)
    return ending


def check_folder(folder: Path) -> None:
    """Refuse a folder that is not there or takes no files; a file is made in it and removed."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"the output folder {str(folder)!r} {what}: create it, or choose another")
    try:
        atomic.check_writable(folder)
    except OSError as error:
        raise UsageError(
            f"cannot write to the folder {str(folder)!r}: {error.strerror}; choose another"
        ) from error
