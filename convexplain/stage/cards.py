"""Title cards: words on the left, a digit's grid on the right, no heading and no caption."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from convexplain.stage.grid import PixelGrid
from convexplain.stage.lesson_scene import MARGIN, LessonScene, may_break
from convexplain.stage.text import Label, width_of
from convexplain.stage.units import HEIGHT, WIDTH

#: Left, top and side of the square that the grid fills.
SQUARE = (0.571 * WIDTH, 0.157 * HEIGHT, 728.0)
#: How wide the words may run.
COLUMN = SQUARE[0] - MARGIN - 80.0
PAUSES = "，。：；"


class CardScene(LessonScene):
    """A scene whose beats may be cards; the words are its own."""

    def grid(self, pixels: npt.ArrayLike) -> PixelGrid:
        """Return the grid of a picture, (height, width, 3) with colours 0..1, in the square."""
        values = np.asarray(pixels, dtype=np.float64)
        left, top, side = SQUARE
        return PixelGrid(values, left, top, side / max(values.shape[:2]), scale="rgb", frame=2)

    def lines(
        self, text: str, y: float, size: float, pitch: float, *, bold: bool = False, most: int = 3
    ) -> list[Label]:
        """Set a text in the left column, as large as it may be in so many lines.

        Parameters
        ----------
        text : str
            What to say.
        y : float
            Middle of the first line's capitals, in pixels of the stage.
        size : float
            Of the font, in pixels of the stage; smaller where the text needs it.
        pitch : float
            From one line to the next, as a share of the size.
        bold : bool
            A title, in ink; otherwise muted.
        most : int
            How many lines.

        Returns
        -------
        list of Label
            One for each line.
        """
        weight, colour = ("bold", "ink") if bold else ("regular", "muted")
        lang = self.shown_look.lang
        # A little smaller is better than a Chinese line that ends within a word.
        for share in (1.0, 0.94, 0.88):
            parts = broken(text, lang, share * size, weight)
            if len(parts) <= most and (lang == "en" or _pauses(parts)):
                size *= share
                break
        else:
            parts = broken(text, lang, size, weight)
        while len(parts) > most:
            size *= 0.92
            parts = broken(text, lang, size, weight)
        return [
            Label(line, MARGIN, y + number * pitch * size, size, weight=weight, colour=colour)
            for number, line in enumerate(parts)
        ]


def broken(text: str, lang: str, size: float, weight: str = "regular") -> list[str]:
    """Break a text into as few lines as the column allows, all of about the same length.

    Parameters
    ----------
    text : str
        Without line breaks.
    lang : {"en", "zh"}
        Chinese may break between any two characters, but no line begins with punctuation.
    size : float
        Of the font, in pixels of the stage.
    weight : {"regular", "bold"}
        Of the font.

    Returns
    -------
    list of str
        The lines.
    """
    lines = _filled(text, lang, size, weight, COLUMN)
    if lang == "zh" and (clauses := _clauses(text, len(lines), size, weight)):
        return clauses
    low, high = 0.0, COLUMN
    for _ in range(12):  # the narrowest column that takes no more lines
        middle = (low + high) / 2
        tried = _filled(text, lang, size, weight, middle)
        fits = all(width_of(line, size, weight) <= middle for line in tried)
        if fits and len(tried) <= len(lines):
            high, lines = middle, tried
        else:
            low = middle
    return lines


def _pauses(lines: list[str]) -> bool:
    """Tell whether every line but the last ends with punctuation."""
    return all(line[-1] in PAUSES for line in lines[:-1])


def _clauses(text: str, most: int, size: float, weight: str) -> list[str]:
    """Break Chinese after its punctuation, where that takes no more lines; nothing otherwise."""
    places = [at for at in range(1, len(text)) if text[at - 1] in PAUSES]
    best: list[str] = []
    for chosen in combinations(places, most - 1):
        lines = [text[a:b] for a, b in pairwise([0, *chosen, len(text)])]
        longest = max(width_of(line, size, weight) for line in lines)
        if longest <= COLUMN and (
            not best or longest < max(width_of(line, size, weight) for line in best)
        ):
            best = lines
    return best


def _filled(text: str, lang: str, size: float, weight: str, width: float) -> list[str]:
    """Fill lines of a width one after the other."""
    places = [
        at
        for at in range(1, len(text))
        if (text[at] == " " if lang == "en" else may_break(text, at))
    ]
    lines, begin, last = [], 0, 0
    for at in [*places, len(text)]:
        if last > begin and width_of(text[begin:at].strip(), size, weight) > width:
            lines.append(text[begin:last].strip())
            begin = last
        last = at
    return [*lines, text[begin:].strip()]
