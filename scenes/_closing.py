"""The film's summary: a line of numbers for each claim of the chapter."""

from __future__ import annotations

from convexplain.lessons import _closing
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import Label, LessonScene
from convexplain.stage.lesson_scene import MARGIN

TOP, PITCH = 186.0, 88.0
NUMBERS = 800.0  # right end of the numbers
QUIET = 0.55


class Closing(LessonScene):
    """Plays the summary."""

    lesson_type = _closing.Closing
    lesson: _closing.Closing

    def prepare(self) -> None:
        """Start with an empty list."""
        self.rows: list[list[Label]] = []

    def show_claim(self, beat: Beat) -> None:
        """One more line; those before it step back."""
        claim: _closing.Claim = beat.data
        y = TOP + len(self.rows) * PITCH
        row = [
            Label(str(len(self.rows) + 1), MARGIN, y, 30, colour="muted"),
            Label(claim.numbers, NUMBERS, y, 46, weight="bold", anchor="right"),
            Label(self.text(claim.meaning), NUMBERS + 56, y, 32, colour="muted"),
        ]
        before = [label for line in self.rows[-1:] for label in line]
        self.rows.append(row)
        self.appear(*row, seconds=0.5)
        if before:
            self._fade(before, 1.0, QUIET)

    def show_answer(self, beat: Beat) -> None:
        """All lines together."""
        self._fade([label for line in self.rows[:-1] for label in line], QUIET, 1.0)

    def _fade(self, labels: list[Label], start: float, end: float) -> None:
        def change(alpha: float) -> None:
            for label in labels:
                label.opacity = start + (end - start) * alpha

        self.drive(change, 0.4)
