"""The residual block: both ways to the plus, one sum, all sums, and a block that gives nothing."""

from __future__ import annotations

from manim.utils.rate_functions import linear

from convexplain.lessons import residual
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import in_turn, smoothly

#: The two ways, arrow after arrow.
THROUGH = ("came->layers", "layers->change", "change->plus")
ROUND = ("came->round", "round->plus")
#: The numbers of one place, with their signs, under the maps.
ONE = ("one-came", "one-plus", "one-change", "one-equals", "one-sum")


class Residual(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = residual.Residual
    lesson: residual.Residual

    def prepare(self) -> None:
        """Lay out what comes in; it is there from the first moment."""
        self.board.lay(self.lesson.opening())
        self.board.show("came", "legend")(1.0)

    # Two ways.

    def show_reads(self, event: Event) -> None:
        """What comes in is looked at; the layers and the plus stand there, the arrow goes round."""
        self.during(0.15, self.board.pulse("came"))
        picture = self.lesson.both_ways(upright=self.upright)
        self.turn_into(picture, 0.25, show=("layers", "plus"), hold=(*THROUGH, *ROUND, "change"))
        first, last = map(self.board.walk, ROUND)
        self.during(0.2, first)
        self.during(0.1, self.board.show("round"))
        self.during(0.2, last)
        self.during(1, self.board.pulse("plus"))

    def show_ways(self, event: Event) -> None:
        """The change comes through the layers, to the plus at which the arrow ends."""
        first, then, last = map(self.board.walk, THROUGH)
        self.during(0.12, first)
        self.during(0.1, self.board.pulse("layers"))
        self.during(0.12, then)
        self.during(0.16, self.board.show("change"))
        self.during(0.12, self.board.pulse("change"))
        self.during(0.12, last)
        self.during(1, in_turn(*map(self.board.walk, ROUND)))

    # One sum, all sums.

    def show_arrive(self, event: Event) -> None:
        """The same place of what came in and of the change; the sum is still to come."""
        self.during(0.1, self.board.pulse("came"))
        self.during(0.22, in_turn(*map(self.board.walk, ROUND)))
        self.during(0.1, self.board.pulse("change"))
        self.during(0.08, self.board.hide("layers", "round", "plus", *THROUGH, *ROUND))
        picture = self.lesson.adding(upright=self.upright)
        self.turn_into(picture, 0.22, show=("plus",), hold=("equals", "sum", *ONE))
        values = self.board.part("sum").values
        self.known = values.copy()
        values[...] = float("nan")
        self.during(0.1, self.board.show("equals", "sum"))
        self.during(1, self.board.show("came.cell", "change.cell"))

    def show_meet(self, event: Event) -> None:
        """The two numbers of that place."""
        self.during(0.2, self.board.show(*ONE[:3]))
        self.during(1, self.board.pulse("came.cell", "change.cell", times=2))

    def show_adds(self, event: Event) -> None:
        """Both numbers make one, which comes to its cell."""
        values = self.board.part("sum").values
        row, col = self.lesson.place
        self.during(0.25, self.board.pulse("one-came", "one-change"))
        self.during(0.2, self.board.show("one-equals", "one-sum"))
        self.during(0.25, self.board.carry("one-sum", "sum.cell"))
        values[row, col] = self.known[row, col]
        self.during(1, self.board.pulse("one-sum", "sum.cell"))

    def show_all(self, event: Event) -> None:
        """All other cells are added in the same way, row after row."""
        values = self.board.part("sum").values
        row, col = self.lesson.place
        marks = [f"{name}.cell" for name in residual.NAMES]
        self.during(0.1, self.board.hide(*marks))

        def fill(alpha: float) -> None:
            count = round(alpha * values.size)
            values.flat[:count] = self.known.flat[:count]
            values[row, col] = self.known[row, col]

        self.during(0.65, fill, rate=linear)
        self.during(1, *map(self.board.pulse, residual.NAMES))

    # What the arrow is good for.

    def show_predict(self, event: Event) -> None:
        """The change is asked about; the video waits."""
        self.during(min(0.3, 0.6 / event.seconds), self.board.hide(*ONE))
        self.during(min(1.0, 3.0 / event.seconds), self.board.pulse("change", times=2))

    def show_silent(self, event: Event) -> None:
        """The weights of the block fade to 0, and with them the change: what came in is left."""
        if self.board.shown("one-sum"):
            self.during(0.1, self.board.hide(*ONE))
        grids = [self.board.part(name).values for name in ("change", "sum")]
        before = [grid.copy() for grid in grids]

        def fade(alpha: float) -> None:
            for grid, start, end in zip(grids, before, self.lesson.silent(), strict=True):
                grid[...] = start + (end - start) * smoothly(alpha)

        self.during(0.5, fade, rate=linear)
        self.during(1, self.board.pulse("came", "sum", times=2))

    def show_zeros(self, event: Event) -> None:
        """The empty change is looked at; all stands as it is."""
        self.during(0.6, self.board.pulse("change", times=2))

    def show_learn(self, event: Event) -> None:
        """The change comes back, as its layers learned it, and with it the sum."""
        grids = [self.board.part(name).values for name in ("change", "sum")]
        before = [grid.copy() for grid in grids]
        after = self.lesson.learned()

        def rise(alpha: float) -> None:
            for grid, start, end in zip(grids, before, after, strict=True):
                grid[...] = start + (end - start) * smoothly(alpha)

        self.during(0.5, rise, rate=linear)
        self.during(1, self.board.pulse("change", "sum", times=2))

    def show_answer(self, event: Event) -> None:
        """Both ways once more, and the sum that goes on."""
        self.during(0.05, self.board.hide("plus", "equals"))
        picture = self.lesson.both_ways(upright=self.upright, whole=True)
        shown = (*residual.NAMES, "layers", "plus", "round")
        self.turn_into(picture, 0.25, show=shown, hold=(*THROUGH, *ROUND, "plus->sum"))
        self.during(0.2, *map(self.board.walk, (*ROUND, *THROUGH, "plus->sum")))
        self.during(1, in_turn(self.board.pulse("came", "change"), self.board.pulse("sum")))
