"""The figures by name: each is a file, `sliding_window.py` <-> ``sliding-window``."""

from __future__ import annotations

from functools import cache

from convexplain.lessons.parts.finding import BEYOND, CHAPTER, modules

PACKAGE = "convexplain.figures"


@cache
def names() -> tuple[str, ...]:
    """Return the names of all figures: those of the lessons in their order, then others."""
    found = sorted(modules(PACKAGE))
    ordered = [
        name
        for lesson in (*CHAPTER, *BEYOND)
        for name in found
        # "response-maps" belongs to "response-map", too.
        if name.startswith(lesson)
    ]
    return (*ordered, *(name for name in found if name not in ordered))
