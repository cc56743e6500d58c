"""The residual block: both ways to the plus, one sum, all sums, and what the arrow is good for."""

from __future__ import annotations

from manim.utils.rate_functions import linear

from convexplain.lessons import residual
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import in_turn


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
        self.turn_into(picture, 0.35, show=("came",), hold=held)
        if self.board.shown("sum"):
            self.board.hide("sum")(1.0)
        self.during(0.4, self.board.grow("change", out_of="came"), self.board.show("plus"))
        self.during(1, self.board.show("came.cell", "change.cell"))

    def show_meet(self, event: Event) -> None:
        """The two numbers of that place."""
        terms = [f"one.{name}{part}" for name in ("came", "change") for part in ("", ".over")]
        self.during(0.2, self.board.show(*terms, "one.sign"))
        self.during(1, self.board.pulse("came.cell", "change.cell", times=2))

    def show_predict(self, event: Event) -> None:
        """Both numbers; the video waits."""
        cells = ("came.cell", "change.cell")
        self.during(min(1.0, 3.0 / event.seconds), self.board.pulse(*cells, times=2))

    def show_adds(self, event: Event) -> None:
        """Both numbers fall into one cell; then the map is there."""
        self.during(0.1, self.board.show("equals", "one.equals"))
        values = self.board.part("sum").values
        known = values.copy()
        values[...] = float("nan")
        self.during(0.1, self.board.show("sum", "sum.cell"))
        row, col = self.lesson.place

        def give() -> None:
            values[row, col] = known[row, col]

        cells = [self.board.send(f"{name}[{row}, {col}]", f"sum[{row}, {col}]", give)
                 for name in ("came", "change")]  # fmt: skip
        self.during(0.25, *cells)
        self.during(0.1, self.board.show("one.sum", "one.sum.over"))

        def fill(alpha: float) -> None:
            rows = round(alpha * len(known))
            values[:rows] = known[:rows]

        self.during(0.3, fill, rate=linear)
        self.during(1, self.board.pulse("sum.cell", times=2))

    def show_all(self, event: Event) -> None:
        """All channels of the three."""
        picture = self.lesson.walls()
        self.turn_into(picture, 0.2, show=("wall-came", "wall-change"), hold=("wall-sum",))
        count = min(residual.MOST, self.lesson.filters)
        words = [name for name in self.board.names("wall-sum") if "[" not in name]
        self.during(0.05, self.board.show(*words))
        moves = [self.board.grow(f"wall-sum[{n}]", out_of=f"wall-change[{n}]")
                 for n in range(count)]  # fmt: skip
        self.during(0.6, in_turn(*moves, overlap=0.7))
        self.during(1, self.board.pulse("wall-sum"))

    # What the arrow is good for.

    def show_silent(self, event: Event) -> None:
        """The weights of the block are 0: the change is nothing, and what came in goes on."""
        held = ("silent-sum",)
        shown = ("silent-came", "silent-change")
        self.turn_into(self.lesson.silent(), 0.3, show=shown, hold=held)
        self.during(0.2, self.board.pulse("silent-change"))
        self.during(0.3, self.board.grow("silent-sum", out_of="silent-came"))
        self.during(1, self.board.pulse("silent-came", "silent-sum"))

    def show_backwards(self, event: Event) -> None:
        """The errors behind the plus go both ways; round they arrive as they were."""
        self.turn_into(self.lesson.backwards(), 0.2, show=("behind",), hold=("round", "through"))
        self.during(0.15, self.board.pulse("behind"))
        for way in ("round", "through"):
            arrow = f"behind->{way}"
            self.during(0.1, self.board.show(arrow), self.board.walk(arrow))
            self.during(0.17, self.board.grow(way, out_of="behind"))
        self.during(1, self.board.pulse("behind", "round"))

    def show_deep(self, event: Event) -> None:
        """The gradients of many layers, without arrows and with them."""
        self.turn_into(self.lesson.deep(), 0.15, show=("deep.axes",))
        self.during(0.05, self.board.show(*self.board.frame("deep")))
        for way in ("no", "yes"):
            self.during(0.25, self.board.trace(f"deep.{way}"), rate=linear)
            self.during(0.08, self.board.show(f"deep.{way}.label"))
        self.during(1, self.board.pulse("deep.no.label", "deep.yes.label"))

    def show_train(self, event: Event) -> None:
        """What few and many layers read right after a short training: bars grow."""
        self.turn_into(self.lesson.trained(), 0.15, show=("trained.title",))
        self.during(0.1, self.camera.to(self.board.box("trained.all"), most=1.8))
        rise = [self.board.rise(value.removesuffix(".value")) for value in self.read_right()]
        self.during(1, in_turn(*rise), rate=linear)

    def read_right(self) -> list[str]:
        """Return the names of the bars' numbers."""
        return [name for name in self.board.names("trained") if name.endswith(".value")]

    def show_trained(self, event: Event) -> None:
        """The many layers are looked at, without arrows and with them."""
        self.during(1, in_turn(*map(self.board.pulse, self.read_right()[-2:])))

    def show_answers(self, event: Event) -> None:
        """Digits that are read right with both ways, and with one alone."""
        self.turn_into(self.lesson.answers(), 0.2, show=("answers.title",))
        self.during(0.1, self.camera.to(self.board.box("answers.all"), most=1.8))
        for bar in ("block", "round", "through"):
            self.during(0.2, self.board.rise(f"answers.{bar}"))
        self.during(1, self.board.pulse("answers.block.value", times=2))

    def show_answer(self, event: Event) -> None:
        """What came in, the change, the sum."""
        picture = self.lesson.adding(upright=self.upright)
        shown = ("came", "plus", "change", "equals", "sum", "one")
        self.turn_into(picture, 0.3, show=shown)
        cells = ("came.cell", "change.cell", "sum.cell")
        self.during(0.15, self.board.show(*cells))
        looks = [self.board.pulse(cell) for cell in cells]
        self.during(1, in_turn(*looks))
