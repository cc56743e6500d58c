"""The lessons by name: each is a file, `sliding_window.py` <-> ``sliding-window``."""

from __future__ import annotations

import importlib
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convexplain.lessons.parts.lesson import Lesson

#: The order of the chapter; the film tells it in one of its own.
CHAPTER: tuple[str, ...] = (
    "sliding-window",
    "response-map",
    "local-patterns",
    "channels",
    "window-geometry",
    "window-size",
    "pooling",
    "architecture",
    "forward-pass",
    "translation",
    "hierarchy",
    "learning",
    "dense-vs-conv",
)

#: What is asked beyond the chapter, in the order in which it is asked most.
BEYOND: tuple[str, ...] = (
    "backward",
    "transposed",
    "one-by-one",
    "one-d",
    "depthwise",
    "batch-norm",
    "residual",
)


def modules(package: str) -> set[str]:
    """Return the public modules of a package by the names of their lessons."""
    return {
        entry.name.removesuffix(".py").replace("_", "-")
        for entry in files(package).iterdir()
        if entry.name.endswith(".py") and not entry.name.startswith("_")
    }


def names() -> tuple[str, ...]:
    """Return the names of all lessons: the chapter's, those beyond it, then any others."""
    found = modules("convexplain.lessons")
    ordered = [name for name in (*CHAPTER, *beyond_the_chapter()) if name in found]
    return (*ordered, *sorted(found - set(ordered)))


def beyond_the_chapter() -> tuple[str, ...]:
    """Return the names of all lessons of `BEYOND` that there are, in its order."""
    found = modules("convexplain.lessons")
    return tuple(name for name in BEYOND if name in found)


def find(name: str) -> type[Lesson]:
    """Return the class of a lesson.

    Parameters
    ----------
    name : str
        Such as ``"sliding-window"``; one of `names`.

    Returns
    -------
    type of Lesson
        A frozen dataclass; call it with options.

    Raises
    ------
    KeyError
        If there is no such lesson.
    """
    if name not in names():
        raise KeyError(name)
    module = importlib.import_module(f"convexplain.lessons.{name.replace('-', '_')}")
    lesson: type[Lesson] = getattr(module, name.title().replace("-", ""))
    return lesson
