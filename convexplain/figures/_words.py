"""What figures say: sentences of the lessons, lists of numbers, the notes below a figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy.typing as npt

from convexplain.figures._base import NOTE, POINTS, Sheet, leading, wrap
from convexplain.lessons import Lesson
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


def sentences(lesson: Lesson, lang: str, *names: str) -> str:
    """Return what a lesson says in some of its beats, one after the other."""
    told = {beat.name: beat.caption for beat in lesson.beats()}
    return ("" if lang == "zh" else " ").join(told[name].text(lang) for name in names)


def listed(parts: Iterable[str | Caption], gap: Caption | None = None) -> Caption:
    """Return parts as a list, separated by commas or, if given, by `gap`.

    Examples
    --------
    >>> listed(["1", "2"]).text("zh")
    '1、2'
    """
    found = [Caption(en=part, zh=part) if isinstance(part, str) else part for part in parts]
    between = gap or Caption(en=", ", zh="、")
    return Caption(
        en=between.en.join(part.text("en") for part in found),
        zh=between.zh.join(part.text("zh") for part in found),
    )


def paired(values: Iterable[str], places: Iterable[str]) -> Caption:
    """Return values as a list, each with its place in parentheses.

    Examples
    --------
    >>> paired(["99.2%", "98.6%"], ["0", "1"]).text("en")
    '99.2% (0), 98.6% (1)'
    """
    return listed(
        Caption(en=f"{value} ({place})", zh=f"{value}（{place}）")
        for value, place in zip(values, places, strict=True)
    )


def notes(words: str, width: float) -> list[str]:
    """Break what stands below a figure into lines.

    Parameters
    ----------
    words : str
    width : float
        Of the figure in inches.
    """
    # At the resolution of a screen glyphs are set up to 3% wider, on whole pixels.
    return wrap(words, 0.96 * width * POINTS - 8, NOTE)


def write_notes(sheet: Sheet, lines: list[str]) -> None:
    """Write such lines at the bottom of a sheet."""
    for n, words in enumerate(reversed(lines)):
        y = sheet.height - 7 - n * leading(NOTE)
        sheet.text(4, y, words, NOTE, ha="left", colour=sheet.theme.muted)


def grid(values: npt.NDArray[Any], lang: str) -> str:
    """Write a small grid of numbers as text, row by row."""
    comma, gap = ("，", "；") if lang == "zh" else (", ", "; ")
    return gap.join(comma.join(fmt.number(value) for value in row) for row in values)
