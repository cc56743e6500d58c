"""A lesson's title card: where it stands in the film, its name, its question."""

from __future__ import annotations

from convexplain.lessons import _card
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import LessonScene


class Card(LessonScene):
    """Plays the card before a lesson."""

    lesson_type = _card.Card
    lesson: _card.Card

    def announce(self, beat: Beat) -> None:
        """A card is its own heading."""

    def show_card(self, beat: Beat) -> None:
        """Words and digit come, the windows one by one; a film's poster is how it ends."""
        self.board.lay(self.lesson.diagram())
        windows = [f"digit.{n}" for n in range(len(self.lesson.places))]
        self.drive(self.board.show("number", "name", "asked", "place", "digit"), 0.4)
        self.drive(self.board.show("place.now"), 0.3)
        for window in windows:
            self.board.show(window)(1.0)
            self.drive(self.board.pulse(window), 0.4)
        self.wait(self.remaining)
