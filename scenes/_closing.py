"""The film's closing: the digit's way grows to the right; the first question is answered."""

from __future__ import annotations

from itertools import pairwise

from manim.utils.rate_functions import linear

from convexplain.lessons import _closing
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, together


class Closing(LessonScene):
    """Plays the closing of the film."""

    lesson_type = _closing.Closing
    lesson: _closing.Closing

    def prepare(self) -> None:
        """Lay out the digit alone, large."""
        self.board.lay(self.lesson.start())
        self.board.show("digit")(1.0)

    def show_begin(self, event: Event) -> None:
        """The window comes onto the digit, where the filter responds most."""
        row, col = self.lesson.place
        self.board.move("digit.window", 0, 0)(1.0)
        self.during(0.2, self.board.show("digit.window"))
        self.during(1, self.board.move("digit.window", row, col))

    def show_way(self, event: Event) -> None:
        """The digit goes to where the way begins; each station grows out of the one before it."""
        self.turn_into(self.lesson.way(), 0.15)
        legs = [self.leg(start, end) for start, end in pairwise(_closing.STATIONS)]
        self.during(1, in_turn(*legs), rate=linear)

    def leg(self, start: str, end: str) -> Move:
        """Return the move from one station to the next."""
        source = "digit.window" if start == "digit" else start
        comes = (
            self.board.carry(start, end) if end == "label" else self.board.grow(end, out_of=source)
        )
        return in_turn(eased(together(self.board.show(f"to-{end}"), comes)))

    def show_arrived(self, event: Event) -> None:
        """A pulse runs along all of it."""
        self.run()

    def run(self) -> None:
        """Look at each station in turn."""
        looks = [self.board.pulse(name) for name in _closing.STATIONS]
        self.during(1, in_turn(*looks, overlap=0.3), rate=linear)

    def show_again(self, event: Event) -> None:
        """The two scores of the opening come back."""
        names = [
            [f"{part}-{n}" for part in ("network", "score")]
            for n in range(len(self.lesson.opening.scores))
        ]
        self.during(0.5, in_turn(*(self.board.show(*pair) for pair in names)))
        self.during(1, self.board.pulse("score-0", "score-1", times=2))

    def show_answer(self, event: Event) -> None:
        """The whole way once more."""
        self.run()
