"""What figures say: sentences of the lessons, lists of numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from convexplain.lessons import Lesson
from convexplain.style.captions import Caption, joined, listed


def sentences(lesson: Lesson, *names: str) -> Caption:
    """Return what a lesson says in some of its beats, one after the other."""
    told = {beat.name: beat.caption for beat in lesson.beats()}
    return joined([told[name] for name in names])


def events(lesson: Lesson, names: Collection[str]) -> Caption:
    """Return what a lesson says at some of its events, one after the other, however long it is."""
    every = (event for beat in lesson.designed for event in beat.events)
    return joined([event.said for event in every if event.name in names and event.said])


def paired(values: Iterable[str], places: Iterable[str]) -> Caption:
    """Return values as a list, each with its place in parentheses.

    >>> paired(["99.2%", "98.6%"], ["0", "1"]).text("en")
    '99.2% (0), 98.6% (1)'
    """
    return listed(
        Caption(en=f"{value} ({place})", zh=f"{value}（{place}）")
        for value, place in zip(values, places, strict=True)
    )
