"""Pictures in folders that are called by what they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from convexplain.data import pictures
from convexplain.data.pictures import Mode, Picture
from convexplain.errors import ConvexplainError, UsageError
from convexplain.messages import Message
from convexplain.style.captions import Caption


def find(folder: Path, names: Sequence[Caption]) -> dict[Path, int]:
    """Find the files in a folder's folders, each with the class that its folder is called by.

    `folder`: it holds a folder for each class, or for some: called by the class's name in either
    language, in small or capital letters, or by its number. `names`: what the classes are called,
    in their order. Result: in the order of classes and names. Hidden files are left out. Raises
    UsageError: there is no such folder, a folder in it is called by no class, or there is no file.
    """
    if not folder.is_dir():
        raise UsageError(
            "no folder {folder!r}: give one that holds a folder for each class", folder=str(folder)
        )
    numbers: dict[str, int] = {}
    for number, name in enumerate(names):
        for text in (str(number), name.en, name.zh):
            numbers.setdefault(text.casefold(), number)
    found: list[tuple[int, Path]] = []
    for inner in _shown(folder):
        if not inner.is_dir():
            continue
        if inner.name.casefold() not in numbers:
            called: str = ", ".join(name.en for name in names[:10])
            if len(names) > 10:
                called = Message("{names} and {count} others", names=called, count=len(names) - 10)
            raise UsageError(
                "the folder {name!r:.60} in {folder} is called by no class of this network: call "
                "it by one of {called}",
                name=inner.name,
                folder=folder,
                called=called,
            )
        number = numbers[inner.name.casefold()]
        found += [(number, path) for path in _shown(inner) if path.is_file()]
    if not found:
        raise UsageError(
            "{folder} holds no pictures in folders: put each into one called by its class, such "
            "as {example}",
            folder=folder,
            example=folder / names[0].en,
        )
    return {path: number for number, path in sorted(found)}


def read(
    files: Mapping[Path, int], mode: Mode, broken: dict[Path, str]
) -> Iterator[tuple[Picture, int]]:
    """Read labelled pictures one after another.

    `files`: as `find` finds them. `mode`, "digit", "gray" or "rgb": as for `pictures.load_image`.
    `broken`: takes the files that are no sound pictures, with the reason.
    """
    for path, number in files.items():
        try:
            picture = pictures.load_image(path, mode)
        except ConvexplainError as error:
            broken[path] = Message("{error}", error=error)
        else:
            yield picture, number


def _shown(folder: Path) -> list[Path]:
    """What lies in a folder and is not hidden, by name."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
