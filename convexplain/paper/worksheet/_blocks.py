"""What an exercise is made of: grids, lines with blanks, choices, boxes, each with its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, TypeAlias

from convexplain.ops import Box
from convexplain.style.captions import Caption

Text: TypeAlias = str | Caption


def said(text: Text, lang: str) -> str:
    """Give a text in a language; numbers are the same in all."""
    return text.text(lang) if isinstance(text, Caption) else text


@dataclass(frozen=True)
class Grid:
    """Cells with numbers."""

    cells: tuple[tuple[str, ...], ...]  # the numbers as they are printed
    label: Caption | None = None
    #: Whether the numbers are on the key alone, and the exercise shows empty cells.
    answer: bool = False
    every: int = 0  # a thick line after so many rows and columns; 0: none
    circled: frozenset[tuple[int, int]] = frozenset()  # cells that the key circles
    heads: tuple[Text, ...] = ()  # over the columns

    def document(self, lang: str) -> dict[str, Any]:
        """Give it to the template."""
        return {
            "cells": [list(row) for row in self.cells],
            "label": self.label.text(lang) if self.label else "",
            "answer": self.answer,
            "every": self.every,
            "circled": [list(cell) for cell in sorted(self.circled)],
            "heads": [said(head, lang) for head in self.heads],
        }


@dataclass(frozen=True)
class Row:
    """Grids beside one another, with signs between them."""

    parts: tuple[Grid | Text, ...]

    def document(self, lang: str) -> dict[str, Any]:
        """Give it to the template."""
        parts = [
            part.document(lang) if isinstance(part, Grid) else said(part, lang)
            for part in self.parts
        ]
        return {"kind": "row", "parts": parts}

    @property
    def answers(self) -> dict[str, Text]:
        """What is to be found, by name."""
        return {
            f"{i},{j}": text
            for part in self.parts
            if isinstance(part, Grid) and part.answer
            for i, row in enumerate(part.cells)
            for j, text in enumerate(row)
        }


@dataclass(frozen=True)
class Line:
    """A sentence with blanks."""

    text: Caption  # a template; its fields that are not filled in are the blanks
    answers: Mapping[str, Text]  # what belongs into each blank
    note: Caption | None = None  # behind the line, on the key alone
    wide: bool = False  # whether the blanks take words

    def document(self, lang: str) -> dict[str, Any]:
        """Give it to the template: texts, and blanks with their answers."""
        parts: list[Any] = []
        words = ""
        for literal, name, _, _ in Formatter().parse(self.text.template(lang)):
            words += literal
            if name is None:
                continue
            if name in self.answers:
                parts += [words, {"blank": said(self.answers[name], lang)}]
                words = ""
            else:
                value = self.text.values[name]
                words += value.text(lang) if isinstance(value, Caption) else str(value)
        parts = [part for part in (*parts, words) if part]
        note = self.note.text(lang) if self.note else ""
        return {"kind": "line", "parts": parts, "note": note, "wide": self.wide}


@dataclass(frozen=True)
class Choices:
    """Lettered answers, one of which is right."""

    options: tuple[Text, ...]
    right: int  # which of them, from 0
    notes: tuple[Caption | None, ...]  # behind each, on the key alone
    columns: int = 4  # how many stand side by side

    def document(self, lang: str) -> dict[str, Any]:
        """Give it to the template."""
        return {
            "kind": "choices",
            "options": [said(option, lang) for option in self.options],
            "right": self.right,
            "notes": [note.text(lang) if note else "" for note in self.notes],
            "columns": self.columns,
        }

    @property
    def answers(self) -> dict[str, Text]:
        """The right letter and the right answer."""
        return {"letter": "ABCDEFGH"[self.right], "right": self.options[self.right]}


@dataclass(frozen=True)
class Boxes:
    """Layers side by side; the first is given, of the others the sizes are to be found."""

    names: tuple[Text, ...]
    sizes: tuple[str, ...]

    def document(self, lang: str) -> dict[str, Any]:
        """Give it to the template."""
        names = [said(name, lang) for name in self.names]
        return {"kind": "boxes", "names": names, "sizes": list(self.sizes)}

    @property
    def answers(self) -> dict[str, Text]:
        """The size of each layer but the given one, by its name."""
        return {str(name): size for name, size in zip(self.names[1:], self.sizes[1:], strict=True)}


Block: TypeAlias = Row | Line | Choices | Boxes


@dataclass(frozen=True)
class Cell:
    """The cell that an exercise is about."""

    layer: str
    map: int
    row: int
    col: int
    window: Box | None = None  # what it reads of the picture, where that is marked there


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Parameters
    ----------
    kind : str
        Such as "multiply".
    prompt : Caption
        What is to be done.
    blocks : tuple of Block
        What stands under it.
    about : Caption, optional
        Which filter and which place, in small print.
    cell : Cell, optional
        What the page's link opens.
    source : object
        What the numbers were taken from, such as a step, for those who check them.
    """

    kind: str
    prompt: Caption
    blocks: tuple[Block, ...]
    about: Caption | None = None
    cell: Cell | None = None
    source: Any = field(default=None, repr=False)

    @property
    def answers(self) -> dict[str, Text]:
        """All that is to be found, by the name of the blank."""
        return {name: text for block in self.blocks for name, text in block.answers.items()}
