"""The film's opening: a filter scans a digit; two accuracies, and the question why."""

from __future__ import annotations

import numpy as np

from convexplain.lessons import _opening
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, together

WINDOW, FED = "digit.window", "digit.fed"
# Where the scan stops while the title stands, as a share of all places: a little way into a row.
PAUSE = 0.44


class Opening(LessonScene):
    """Plays the opening of the film."""

    lesson_type = _opening.Opening
    lesson: _opening.Opening

    def announce(self, beat: Beat) -> None:
        """The title is a card; what follows has heading and caption."""
        if beat.name == "scores":
            self.drive(self.board.hide("program", "title", "subtitle"), 0.3)
        if beat.name != "title":
            super().announce(beat)

    def prepare(self) -> None:
        """Lay out the title, with the colours of the digit."""
        lesson = self.lesson
        limit = float(np.abs(lesson.response).max())
        self.picture = self.theme.picture(lesson.shown_picture.pixels.squeeze(axis=2)) / 255
        self.map = self.theme.signed(lesson.response, limit) / 255
        self.colours = self.picture.copy()
        self.board.lay(lesson.front(self.colours))

    def scan(self, begin: float, end: float, *others: Move) -> Move:
        """Return what lets the window move on; behind it lies what the filter responds."""
        rows, cols = self.map.shape[:2]
        places = rows * cols
        high, wide = (
            size - n + 1 for size, n in zip(self.picture.shape, (rows, cols), strict=False)
        )

        def at(alpha: float) -> tuple[float, float]:
            place = min(int((begin + (end - begin) * alpha) * places), places - 1)
            return float(place // cols), float(place % cols)

        def cover(alpha: float) -> None:
            row, col = map(int, at(alpha))
            known = np.arange(places).reshape(rows, cols) <= row * cols + col
            # Inside the window the pixels are shown: a filter never reads its own results.
            known[max(0, row - high // 2) : row + high // 2 + 1,
                  max(0, col - wide // 2) : col + wide // 2 + 1] = False  # fmt: skip
            known[row, col] = True
            self.cover(known)

        fed = self.board.visit(FED, lambda alpha: _middle(*at(alpha), high, wide))
        return self.board.visit(WINDOW, at, fed, cover, *others)

    def cover(self, known: np.ndarray) -> None:
        """Lay the responses that are known over the middles of their windows."""
        self.colours[...] = self.picture
        top, left = ((a - b) // 2 for a, b in zip(self.picture.shape, known.shape, strict=False))
        inner = self.colours[top : top + known.shape[0], left : left + known.shape[1]]
        inner[known] = self.map[known]
        self.board.fill("digit", self.colours)

    def show_title(self, beat: Beat) -> None:
        """A window scans the digit while the title comes."""
        self.drive(self.board.show("digit", WINDOW, FED), 0.4)
        self.drive(self.scan(0, 0.2), 0.9)
        self.drive(self.board.show("program", "title", "subtitle"), 0.5)
        self.drive(self.scan(0.2, PAUSE), 1.1)

    def show_scores(self, beat: Beat) -> None:
        """The scan is completed; one number for each network."""
        self.drive(self.scan(PAUSE, 1), 1.5)
        self.cover(np.ones(self.map.shape[:2], dtype=bool))
        table = self.board.become(self.lesson.table(self.colours), show=("measured", *_row(0)))
        self.drive(together(table, self.board.hide(WINDOW, FED)), 0.5)
        self.wait(0.5)
        self.drive(self.board.show(*_row(1)), 0.5)

    def show_question(self, beat: Beat) -> None:
        """Both numbers stay."""
        self.drive(self.board.show("why"), 0.5)

    def show_promise(self, beat: Beat) -> None:
        """Everything goes at the end."""


def _middle(row: float, col: float, high: int, wide: int) -> tuple[float, float]:
    return row + high // 2, col + wide // 2


def _row(number: int) -> list[str]:
    """Name what is said of one network."""
    return [f"{part}-{number}" for part in ("network", "score", "told")]
