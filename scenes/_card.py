"""A lesson's title card: where it stands in the film, its name, its question."""

from __future__ import annotations

from convexplain.lessons import _card
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.style.captions import Caption


class Card(LessonScene):
    """Plays the card before a lesson."""

    lesson_type = _card.Card
    lesson: _card.Card

    def change_words(self, title: Caption, caption: Caption | None) -> None:
        """Say nothing around it: a card is its own heading."""

    def show_card(self, event: Event) -> None:
        """Words and digit come, the windows one by one; a film's poster is how it ends."""
        self.board.lay(self.lesson.diagram())
        windows = [f"digit.{n}" for n in range(len(self.lesson.places))]
        self.drive(self.board.show("number", "name", "asked", "place", "digit"), 0.4)
        self.drive(self.board.show("place.now"), 0.3)
        for window in windows:
            self.board.show(window)(1.0)
            self.drive(self.board.pulse(window), 0.4)
        self.wait(self.remaining)
