"""Exercises on paper with an answer key: every number of a real picture in a trained network.

Answers are computed from the printed, rounded numbers, as a person computes them; the network's own
value stands beside them. What is offered to choose from is what comes of real mistakes
(`convexplain.lessons.parts.mistakes`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.network import Network
from convexplain.paper import link, typesetting
from convexplain.paper.worksheet import (
    _beyond,
    _first_layer,
    _labels,
    _later_layers,
    _newer_layers,
)
from convexplain.paper.worksheet import _words as words
from convexplain.paper.worksheet._blocks import Cell, Exercise
from convexplain.paper.worksheet._material import Material
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import LANGUAGES, Caption

__all__ = ["KINDS", "MOST", "Exercise", "Worksheet", "make"]

#: More exercises are several worksheets.
MOST = 40

#: The kinds of exercises by level: 1 one window, 2 bias, ReLU and pooling, 3 channels and shapes,
#: 4 what lies beyond the chapter.
KINDS: Mapping[int, Mapping[str, Callable[[Material], Exercise | None]]] = MappingProxyType(
    {
        1: {"multiply": _first_layer.multiply, "choose": _first_layer.choose},
        2: {
            "negative": _first_layer.negative,
            "pool": _later_layers.pool,
            "blank": _first_layer.blank,
            "pick": _later_layers.pick,
        },
        3: {
            "sizes": _later_layers.sizes,
            "field": _later_layers.field,
            "channels": _later_layers.channels,
            "slip": _first_layer.mistake,
            "geometry": _later_layers.geometry,
            "parameters": _later_layers.parameters,
            "work": _later_layers.work,
        },
        4: {
            "stamp": _beyond.stamp,
            "strip": _beyond.strip,
            "mix": _newer_layers.mix,
            "separable": _newer_layers.separable,
            "normalize": _newer_layers.normalize,
            "add": _newer_layers.add,
        },
    }
)
# Of five exercises one is of level 1, two of level 2 and two of level 3; level 4 must be asked for.
_MIXTURE = (1, 2, 3, 2, 3)


@dataclass(frozen=True)
class Worksheet:
    """Exercises and their key.

    Parameters
    ----------
    picture : Picture
        What the network reads.
    exercises : tuple of Exercise
        From easy to hard.
    seed : int
        What they were chosen with; printed, so that sheet and key can be matched.
    """

    picture: Picture
    exercises: tuple[Exercise, ...]
    seed: int

    def link(self, cell: Cell) -> str:
        """Give the fragment that opens a cell on the classroom page."""
        number = next(
            (
                number
                for number, digit in enumerate(digits.load())
                if np.array_equal(digit.pixels, self.picture.pixels)
            ),
            None,
        )
        # A picture of one's own is what a page opens with that was written for it.
        picture: dict[str, object] = {"d": "own"}
        if number is not None:
            label, sample = divmod(number, digits.PER_CLASS)
            picture = {"d": label, "i": sample}
        where = {"l": cell.layer, "m": cell.map, "c": (cell.row, cell.col)}
        return link.fragment({**picture, **where})

    def document(self, lang: str, url: str | None = None) -> dict[str, Any]:
        """Give all texts, numbers and answers in one language, ready for JSON.

        Parameters
        ----------
        lang : {"en", "zh"}
        url : str, optional
            Where the classroom page is published: links, and a QR code beside each exercise,
            lead there.

        Raises
        ------
        UsageError
            There is no such language.
        """
        if lang not in LANGUAGES:
            raise UsageError("there is no language {lang!r}: choose en or zh", lang=lang)
        picture = words.PICTURE
        if self.picture.label is not None:
            picture = words.DIGIT.fill(n=self.picture.label)
        marks = [
            {
                "number": number,
                "top": cell.window.top,
                "left": cell.window.left,
                "height": cell.window.height,
                "width": cell.window.width,
                "row": cell.row,
                "col": cell.col,
            }
            for number, exercise in enumerate(self.exercises, 1)
            if (cell := exercise.cell) is not None and cell.window is not None
        ]
        labels = _labels.beside(marks, self.picture.shape[:2])
        intro = [words.INTRO.fill(picture=picture).text(lang)]
        if marks:
            intro.append(words.MARKED.text(lang))
        return {
            "lang": lang,
            "title": words.TITLE.text(lang),
            "key": words.KEY_TITLE.text(lang),
            "name": words.NAME.text(lang),
            "class": words.CLASS.text(lang),
            "intro": (" " if lang == "en" else "").join(intro),
            "check": words.CHECK.text(lang),
            "url": url or "",
            "sheet": words.SHEET.fill(n=self.seed).text(lang),
            "picture": {
                "pixels": [round(255 * float(v)) for v in self.picture.pixels.ravel()],
                "height": self.picture.shape[0],
                "width": self.picture.shape[1],
                "alt": self._alternative(picture, marks, lang),
            },
            "marks": [
                {**mark, "label": {"x": (left + right) / 2, "top": top}}
                for mark, (left, top, right, _) in zip(marks, labels, strict=True)
            ],
            "exercises": [self._exercise(exercise, lang, url) for exercise in self.exercises],
        }

    def _alternative(self, picture: Caption, marks: list[dict[str, int]], lang: str) -> str:
        named = [
            words.MARK.fill(n=mark["number"], row=mark["top"], col=mark["left"]).text(lang)
            for mark in marks
        ]
        listed = ("; " if lang == "en" else "；").join(named) or terms.NONE.text(lang)
        size = fmt.shape(self.picture.shape[:2])
        return words.ALT.fill(picture=picture, size=size, marks=listed).text(lang)

    def _exercise(self, exercise: Exercise, lang: str, url: str | None) -> dict[str, Any]:
        fragment = self.link(exercise.cell) if exercise.cell else ""
        address = f"{url}{fragment}&lang={lang}" if url and fragment else ""
        return {
            "kind": exercise.kind,
            "prompt": exercise.prompt.text(lang),
            "about": exercise.about.text(lang) if exercise.about else "",
            "link": fragment,
            "address": address,
            "code": link.qr_code(address) if address else None,
            "blocks": [block.document(lang) for block in exercise.blocks],
        }

    def pdf(self, lang: str = "en", url: str | None = None) -> bytes:
        """Set the exercises and, on a page of its own, the key; A4. Parameters as for `document`.

        Raises
        ------
        ConvexplainError
            Typst or segno are not installed: they come with the extra "print".
        """
        return typesetting.pdf("worksheet", self.document(lang, url))


def make(
    picture: Picture,
    network: Network,
    *,
    count: int = 5,
    seed: int = 0,
    level: int | None = None,
) -> Worksheet:
    """Choose exercises.

    Parameters
    ----------
    picture : Picture
        What the network reads.
    network : Network
        One that begins with a convolution over one channel, with ReLU.
    count : int
        How many exercises, 1 to `MOST`.
    seed : int
        The same seed gives the same exercises.
    level : {1, 2, 3, 4}, optional
        Of `KINDS`; 1 to 3 if None.

    Returns
    -------
    Worksheet

    Raises
    ------
    UsageError
        Such a number or level does not exist, or picture and network give fewer exercises.

    Examples
    --------
    >>> sheet = make(digits.first(5), Network.load("cnn"), level=1, count=2)
    >>> [exercise.kind for exercise in sheet.exercises]
    ['multiply', 'choose']
    """
    if not 1 <= count <= MOST:
        raise UsageError(
            "{count} exercises are not possible: give 1 to {most}", count=count, most=MOST
        )
    if level is not None and level not in KINDS:
        raise UsageError("there is no level {level}: choose 1, 2, 3 or 4", level=level)
    if seed < 0:
        raise UsageError("{seed} is no seed: give a whole number from 0 on", seed=seed)
    material = Material(picture, network, seed)
    wanted = Counter(level or _MIXTURE[n % len(_MIXTURE)] for n in range(count))
    exercises = [
        exercise for each in sorted(wanted) for exercise in _of_level(material, each, wanted[each])
    ]
    if len(exercises) < count:
        raise UsageError(
            "picture and network give {count} exercises of this kind, not {wanted}: lower the "
            "count or choose another picture",
            count=len(exercises),
            wanted=count,
        )
    return Worksheet(material.picture, tuple(exercises), seed)


def _of_level(material: Material, level: int, count: int) -> list[Exercise]:
    """Go round the kinds of a level until there are enough exercises.

    Chance chooses numbers, not kinds: sheets of other seeds are as hard.
    """
    kinds = KINDS[level]
    open_kinds = [*kinds]
    found: list[Exercise] = []
    while open_kinds and len(found) < count:
        for kind in tuple(open_kinds):
            exercise = kinds[kind](material)
            if exercise is None:
                open_kinds.remove(kind)
            elif len(found) < count:
                found.append(exercise)
    return sorted(found, key=lambda exercise: list(kinds).index(exercise.kind))
