"""A table of counts whose cells have the colour of their count: what was taken for what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass

import numpy as np

from convexplain.panels.box import Box
from convexplain.panels.cells import FILLED, ROOMY, Cells
from convexplain.panels.panel import Bounds, Extent, Setting, line
from convexplain.panels.pieces import Grid, Piece
from convexplain.panels.scale import Scale
from convexplain.panels.text import leading, text_width
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.lines import COMMA, STOP

#: Between the table and what stands around it, in sizes of the text.
_APART = 0.55


@dataclass(frozen=True, eq=False)
class Matrix(Cells):
    """Counts in rows and columns that have names; those off the diagonal are coloured.

    Parameters
    ----------
    values : numpy.ndarray of int, shape (classes, classes)
    rows : sequence of Caption or str
        Left of each row.
    columns : sequence of Caption or str
        Above each column.
    ends : sequence of Caption or str
        Right of each row, under `end_title`.
    end_title : Caption
    """

    _: KW_ONLY
    rows: Sequence[Caption | str]
    columns: Sequence[Caption | str]
    ends: Sequence[Caption | str]
    end_title: Caption
    numbers: bool = True

    def scales_shown(self) -> tuple[Scale, ...]:
        """Return none: every count is printed."""
        return ()

    @property
    def _printed(self) -> list[list[str]]:
        return [[fmt.count(int(n)) if n else "" for n in row] for row in self.values]

    def bounds(self, at: Setting) -> Bounds:
        """Return what a cell can be; its counts, and the names above it, have room in it."""
        sheet = at.sheet
        longest = max(text_width(words, 1.0) for row in self._printed for words in row)
        above = max(text_width(at.say(words), 1.0) for words in self.columns)
        widest = max(longest, above)
        least, good = (widest * size / FILLED for size in (sheet.least, sheet.number))
        return Bounds(self.weight or 1.0, least, good, max(good, ROOMY * sheet.number), widest)

    def _size(self, at: Setting) -> float:
        return at.sizes.get(self.group, at.sheet.least)

    def body(self, at: Setting) -> Extent:
        """Return the room of the table; names and ends stand around it."""
        inner, size, text = super().body(at), self._size(at), at.sheet.text
        left = max(text_width(at.say(words), text) for words in self.rows)
        right = max(
            text_width(at.say(self.end_title), at.sheet.note),
            *(text_width(at.say(words), size) for words in self.ends),
        )
        apart = _APART * text
        return Extent(
            inner.width, inner.height, left + apart, 1.2 * leading(text), right + apart, 0.0
        )

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield the cells, and the names and ends of rows and columns."""
        size, text, apart = self._size(at), at.sheet.text, _APART * at.sheet.text
        diagonal = np.eye(*self.shape, dtype=bool)
        mistakes = np.where(diagonal, 0, self.values)
        yield Grid(
            self.name, self.name, box, mistakes, self.scale, 0, size, printed=self._printed
        )  # fmt: skip
        high = box.height / self.shape[0]
        above = box.y - 0.7 * leading(text)
        for n, words in enumerate(self.columns):
            x = box.x + (n + 0.5) * box.width / self.shape[1]
            said = at.say(words)
            name = f"{self.name}.column[{n}]"
            yield line(at, self.name, name, said, x, above, size, align="middle")
        for n, (words, end) in enumerate(zip(self.rows, self.ends, strict=True)):
            y, name = box.y + (n + 0.5) * high, f"{self.name}.row[{n}]"
            yield line(
                at, self.name, name, at.say(words), box.x - apart, y, text, align="right"
            )  # fmt: skip
            name = f"{self.name}.end[{n}]"
            yield line(at, self.name, name, at.say(end), box.right + apart, y, size)
        yield line(
            at, self.name, f"{self.name}.ends", at.say(self.end_title), box.right + apart, above,
            at.sheet.note, tone="muted",
        )  # fmt: skip

    def describe(self, lang: str) -> str:
        """Tell each row's name and its end."""
        said = COMMA[lang].join(
            " ".join(w if isinstance(w, str) else w.text(lang) for w in pair)
            for pair in zip(self.rows, self.ends, strict=True)
        )
        return f"{self.called(lang)}{COMMA[lang]}{said}{STOP[lang]}"
