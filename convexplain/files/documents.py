"""Places for documents that a user names, checked before any work is done."""

from __future__ import annotations

from pathlib import Path

from convexplain.errors import UsageError, either
from convexplain.files import atomic
from convexplain.messages import Message


def check(path: Path, endings: tuple[str, ...], what: Message) -> str:
    """Refuse a place where a document cannot be written, before any work; return its ending.

    `endings` are what the name may end in (".pdf"), `what` is written (a worksheet).
    """
    ending = path.suffix.lower()
    if ending not in endings:
        raise UsageError(
            "{name!r} is not the name of {what}: let it end in {allowed}",
            name=path.name,
            what=what,
            allowed=either(endings),
        )
    if path.is_dir():
        raise UsageError("{path} is a folder: give the name of a file", path=path)
    check_folder(path.parent)
    return ending


def check_folder(folder: Path) -> None:
    """Refuse a folder that is not there or takes no files; a file is made in it and removed."""
    if not folder.is_dir():
        if folder.exists():
            raise UsageError(
                "the output folder {folder!r} is not a folder: choose another", folder=str(folder)
            )
        raise UsageError(
            "the output folder {folder!r} does not exist: create it, or choose another",
            folder=str(folder),
        )
    try:
        atomic.check_writable(folder)
    except OSError as error:
        raise UsageError(
            "cannot write to the folder {folder!r}: {error}; choose another",
            folder=str(folder),
            error=error,
        ) from error
