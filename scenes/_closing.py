"""The film's summary: a line of numbers for each claim of the chapter."""

from __future__ import annotations

from convexplain.lessons import _closing
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import LessonScene
from convexplain.stage.pace import together


class Closing(LessonScene):
    """Plays the summary."""

    lesson_type = _closing.Closing
    lesson: _closing.Closing

    def prepare(self) -> None:
        """Lay out the list; nothing of it is shown yet."""
        self.board.lay(self.lesson.diagram())
        self.told: list[str] = []

    def show_claim(self, beat: Beat) -> None:
        """One more line; the one before it steps back."""
        number = beat.name.rpartition("-")[2]
        line = [f"{part}-{number}" for part in ("number", "value", "meaning")]
        self.drive(together(self.board.show(*line), self.board.dim(*self.told[-3:])), 0.5)
        self.told += line

    def show_answer(self, beat: Beat) -> None:
        """All lines together."""
        self.drive(self.board.dim(*self.told, to=1.0), 0.4)
