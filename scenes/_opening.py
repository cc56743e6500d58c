"""The film's opening: a digit; two scores, tiles that count the misread; the question why."""

from __future__ import annotations

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import _opening
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import in_turn

WORDS = ("program", "title", "subtitle")


class Opening(LessonScene):
    """Plays the opening of the film."""

    lesson_type = _opening.Opening
    lesson: _opening.Opening

    def prepare(self) -> None:
        """Lay out the title beside the digit; both are there from the first frame on."""
        self.board.lay(self.lesson.front())
        self.board.show("digit", "program", "title", "subtitle")(1.0)

    def show_title(self, event: Event) -> None:
        """The digit is looked at, row by row."""
        rows = len(self.board.part("digit").values)
        looks = [self.board.pulse(f"digit[{row}]") for row in range(0, rows, 2)]
        self.during(1, in_turn(*looks, overlap=0.5), rate=linear)

    def show_scores(self, event: Event) -> None:
        """A tile falls for every digit that is misread; then both scores come."""
        self.during(0.05, self.board.hide(*WORDS))
        numbers = range(len(self.lesson.scores))
        self.during(0.2, self.board.become(self.lesson.table()))
        self.count(0.0)
        names = [f"network-{n}" for n in numbers]
        tiles = [f"tiles-{n}" for n in numbers]
        notes = [f"tiles-{n}.note" for n in numbers]
        self.during(0.1, self.board.show(*names, *tiles))
        self.board.hide(*notes)(1.0)
        self.during(0.5, self.count, rate=linear)
        self.board.show(*notes)(1.0)
        self.during(1, self.board.show("measured", *(f"score-{n}" for n in numbers)))

    def count(self, alpha: float) -> None:
        """Light as many tiles of each network as have been counted."""
        most = max(score.misread for score in self.lesson.scores)
        for number in range(len(self.lesson.scores)):
            tiles = self.lesson.tiles(number)
            tiles.flat[round(alpha * most) :] = 0.0
            self.board.fill(f"tiles-{number}", tiles)

    def show_mistakes(self, event: Event) -> None:
        """The tiles are looked at, and what the chapter tells comes below."""
        numbers = range(len(self.lesson.scores))
        self.during(0.3, self.board.show(*(f"told-{n}" for n in numbers)))
        self.during(1, in_turn(*(self.board.pulse(f"tiles-{n}") for n in numbers)))

    def show_predict_why(self, event: Event) -> None:
        """The digit and both scores are looked at in turn; then the video waits."""
        looks = [self.board.pulse(name, colour="muted") for name in ("digit", "score-0", "score-1")]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks), rate=linear)

    def show_promise(self, event: Event) -> None:
        """A run of light goes over the digit's columns."""
        cols = np.arange(0, self.board.part("digit").values.shape[1], 2).tolist()
        rows = len(self.board.part("digit").values)
        looks = [self.board.pulse_at(self.board.within("digit", 0, col, rows, 1)) for col in cols]
        self.during(1, in_turn(*looks, overlap=0.6), rate=linear)
