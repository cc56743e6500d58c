"""The lessons by name: each is a file, `sliding_window.py` <-> ``sliding-window``."""

from __future__ import annotations

import importlib
from importlib.resources import files

from convexplain.lessons.parts.lesson import Lesson

#: The order in which the film tells the chapter.
CHAPTER: tuple[str, ...] = (
    "sliding-window",
    "response-map",
    "local-patterns",
    "channels",
    "window-geometry",
    "pooling",
    "architecture",
    "forward-pass",
    "translation",
    "hierarchy",
    "learning",
    "dense-vs-conv",
)


def names() -> tuple[str, ...]:
    """Return the names of all lessons: the chapter's in its order, then any others."""
    here = files("convexplain.lessons")
    found = {
        entry.name.removesuffix(".py").replace("_", "-")
        for entry in here.iterdir()
        if entry.name.endswith(".py") and not entry.name.startswith("_")
    }
    return tuple(name for name in CHAPTER if name in found) + tuple(sorted(found - set(CHAPTER)))


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
