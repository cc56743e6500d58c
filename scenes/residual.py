"""The residual block: both ways to the plus, one sum, all sums, and the errors' way back."""

from __future__ import annotations

from manim.utils.rate_functions import linear

from convexplain.lessons import residual
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.board import DIM
from convexplain.stage.pace import in_turn, smoothly


class Residual(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = residual.Residual
    lesson: residual.Residual

    def prepare(self) -> None:
        """Lay out what comes in; it is there from the first moment."""
        self.board.lay(self.lesson.opening())
        self.board.show("came", "legend")(1.0)

    def on_the_way(self) -> list[str]:
        """Return the names of the maps between."""
        return [name for name in self.board.parts
                if name.startswith("way-") and "." not in name and "[" not in name]  # fmt: skip

    # Two ways.

    def show_reads(self, event: Event) -> None:
        """What comes in is looked at; the arrow goes round."""
        self.during(0.3, self.board.pulse("came", times=2))
        self.turn_into(
            self.lesson.both_ways(upright=self.upright), 0.4, show=("came->plus", "plus")
        )
        self.board.show(*self.on_the_way(), dim=DIM)(1.0)
        self.during(1, self.board.walk("came->plus"))

    def show_ways(self, event: Event) -> None:
        """Map after map grows out of the one before; both ways end at the sum."""
        before = "came"
        names = self.on_the_way()
        for name in names:
            self.during(0.6 / len(names), self.board.grow(name, out_of=before))
            before = name
        self.during(0.1, self.board.pulse("plus"))
        self.during(0.2, self.board.grow("sum", out_of=before))
        self.during(1, self.board.pulse("came", before, "sum"))

    # One sum, all sums.

    def show_arrive(self, event: Event) -> None:
        """The same place of what came in and of the change; the sum is still to come."""
        picture = self.lesson.adding(upright=self.upright)
        held = ("change", "plus", "equals", "sum", "one")
        if self.board.shown("sum"):
            self.during(0.1, self.board.hide("sum", "plus"))
        self.turn_into(picture, 0.2, show=("came",), hold=held)
        values = self.board.part("sum").values
        self.known = values.copy()
        values[...] = float("nan")
        self.board.show("equals", "sum")(1.0)
        self.during(0.3, self.board.grow("change", out_of="came"))
        self.during(0.05, self.board.show("plus"))
        self.during(1, self.board.show("came.cell", "change.cell"))

    def show_meet(self, event: Event) -> None:
        """The two numbers of that place."""
        terms = [f"one.{name}{part}" for name in ("came", "change") for part in ("", ".over")]
        self.during(0.2, self.board.show(*terms, "one.sign"))
        self.during(1, self.board.pulse("came.cell", "change.cell", times=2))

    def show_adds(self, event: Event) -> None:
        """Both numbers fall into one cell."""
        values = self.board.part("sum").values
        self.during(0.15, self.board.show("one.equals", "sum.cell"))
        row, col = self.lesson.place

        def give() -> None:
            values[row, col] = self.known[row, col]

        cells = [self.board.send(f"{name}[{row}, {col}]", f"sum[{row}, {col}]", give)
                 for name in ("came", "change")]  # fmt: skip
        self.during(0.4, *cells)
        self.during(0.1, self.board.show("one.sum", "one.sum.over"))
        self.during(1, self.board.pulse("sum.cell", times=2))

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

    def bare(self, share: float) -> None:
        """Lay the three maps out, without one place's sum."""
        picture = self.lesson.adding(upright=self.upright, told=False)
        self.turn_into(picture, share, show=(*residual.NAMES, "plus", "equals"))

    def show_predict(self, event: Event) -> None:
        """The change is asked about; the video waits."""
        self.bare(min(0.3, 1.0 / event.seconds))
        self.during(min(1.0, 3.0 / event.seconds), self.board.pulse("change", times=2))

    def show_silent(self, event: Event) -> None:
        """The weights of the block fade to 0, and with them the change: what came in is left."""
        if self.board.has("one"):
            self.bare(0.2)
        grids = [self.board.part(name).values for name in ("change", "sum")]
        before = [grid.copy() for grid in grids]

        def fade(alpha: float) -> None:
            for grid, start, end in zip(grids, before, self.lesson.silent(), strict=True):
                grid[...] = start + (end - start) * smoothly(alpha)

        self.during(0.5, fade, rate=linear)
        self.during(1, self.board.pulse("came", "sum", times=2))

    def show_round(self, event: Event) -> None:
        """The errors behind the plus go round the layers, and arrive as they were."""
        arrow = "behind->round"
        held = ("round", arrow, "same")
        picture = self.lesson.past(upright=self.upright)
        self.turn_into(picture, 0.2, show=("behind", "layers"), hold=held)
        self.during(0.1, self.board.pulse("behind"))
        self.during(0.2, self.board.show(arrow), self.board.walk(arrow))
        self.during(0.15, self.board.show("round"))
        cells = ("behind.cell", "round.cell")
        self.during(0.1, self.board.show(*cells, "same"))
        self.during(1, self.board.pulse(*cells, times=2))

    def show_backwards(self, event: Event) -> None:
        """What comes through the layers is added, cell by cell."""
        held = ("through", "plus", "equals", "arrives", "back")
        picture = self.lesson.backwards(upright=self.upright)
        self.turn_into(picture, 0.2, show=("round", "round.cell"), hold=held)
        self.during(0.15, self.board.show("plus", "through"))
        self.during(0.05, self.board.show("through.cell"))
        self.during(0.2, self.board.grow("arrives", out_of="round"))
        self.during(0.1, self.board.show("equals", "arrives.cell", "back"))
        self.during(1, self.board.pulse("round.cell", "through.cell", "arrives.cell", times=2))

    def show_answer(self, event: Event) -> None:
        """What goes on, and below it what comes back: what came in, and what comes round."""
        if self.board.has("back"):
            marks = (f"{name}.cell" for name in BACK)
            self.during(0.1, self.board.hide("back", "plus", "equals", *marks))
        picture = self.lesson.both()
        shown = [*residual.NAMES, "plus", "equals", "forward"]
        if self.lesson.errors is not None:
            shown += [*BACK, "plus-back", "equals-back", "backward"]
        self.turn_into(picture, 0.35, show=tuple(shown))
        looks = [("came", "sum"), *([("round", "arrives")] if "round" in shown else [])]
        self.during(1, in_turn(*(self.board.pulse(*names) for names in looks)))


#: The errors of what came in, and the two that they consist of.
BACK = ("round", "through", "arrives")
