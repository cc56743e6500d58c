"""Batch normalization: what training stores, one number's steps, and the fold into the kernel."""

from __future__ import annotations

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import batch_norm
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn, together

#: How the bias changes: what it is, what is done; and what comes of it.
BIAS = tuple(f"bias.{part}" for part in (
    "old", "old.over", "times", "factor", "factor.over", "plus", "shift", "shift.over",
))  # fmt: skip
NEW = ("bias.equals", "bias.new", "bias.new.over")


class BatchNorm(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = batch_norm.BatchNorm
    lesson: batch_norm.BatchNorm

    def prepare(self) -> None:
        """Lay out the picture; it is there from the first moment."""
        self.board.lay(self.lesson.opening(upright=self.upright))
        self.board.show("input", "legend", *self.seen("seen"))(1.0)

    def seen(self, name: str) -> list[str]:
        """Return the names of the channels' maps, or of the one map."""
        return [f"{name}-{n}" for n in self.lesson.compared] or ["sums"]

    def show_reads(self, event: Event) -> None:
        """The picture and the maps of several channels, one after the other."""
        maps = map(self.board.pulse, self.seen("seen"))
        self.during(0.25, self.board.pulse("input"))
        self.during(1, in_turn(*maps, overlap=0.3), rate=linear)

    def show_uneven(self, event: Event) -> None:
        """How large their numbers are: the largest, and then the smallest."""
        self.turn_into(self.lesson.opening(told=True, upright=self.upright), 0.15)
        first, *_, last = self.seen("seen")
        self.during(0.4, self.board.pulse(first, times=2))
        self.during(1, self.board.pulse(last, times=2))

    # What training stores.

    def show_batches(self, event: Event) -> None:
        """Maps of a batch; mean and spread of batch after batch."""
        self.turn_into(self.lesson.training(upright=self.upright), 0.07, show=("batch",))
        self.during(0.05, self.board.show(*self.board.frame("batches")))
        self.during(0.12, self.board.pulse("batch"))
        self.during(0.6, *map(self.board.trace, ("batches.mean", "batches.spread")), rate=linear)
        labels = [name for name in self.labels() if "kept" not in name]
        self.during(1, self.board.show(*labels))

    def labels(self) -> list[str]:
        """Return the names of what stands at the curves' ends."""
        return [name for name in self.board.names("batches") if name.endswith(".label")]

    def show_averages(self, event: Event) -> None:
        """The numbers that are stored, and the lines that lead to them."""
        if not self.board.has("batches"):
            self.turn_into(
                self.lesson.training(upright=self.upright), 0.2, show=("batch", "batches")
            )
        lines = ("batches.mean-kept", "batches.spread-kept")
        self.during(0.1, self.board.show(*self.kept()))
        self.during(0.7, *map(self.board.trace, lines), rate=linear)

    def kept(self) -> list[str]:
        """Return the names of what stands at the lines of what is stored."""
        return [name for name in self.labels() if "kept" in name]

    # One number.

    def constants(self, *names: str) -> list[str]:
        """Return the parts of some constants: the sign, the number, and what it is."""
        return [f"{name}.{part}" for name in names for part in ("sign", "constant")] + [
            f"{name}.constant.over" for name in names
        ]

    def show_constants(self, event: Event) -> None:
        """One picture's map, the two stored numbers, and the two that were learned."""
        self.turn_into(self.lesson.one(upright=self.upright), 0.1, show=("sums",))
        self.during(0.06, self.board.show(*self.constants(*batch_norm.STEPS)))
        for names in (batch_norm.STEPS[:2], batch_norm.STEPS[2:]):
            self.during(0.3, self.board.pulse(*(f"{name}.constant" for name in names)))

    def send_number(self) -> Move:
        """Return the flight of the cell to the first step."""
        return self.board.carry("sums.cell", "mean.value")

    def show_steps(self, event: Event) -> None:
        """A number of the map goes through the four steps, row by row."""
        self.board.show("sums.cell", *self.constants(*batch_norm.STEPS))(1.0)
        if not self.board.shown("mean.value"):
            self.during(0.08, self.send_number())
        names = batch_norm.STEPS
        for row, name in enumerate(names):
            looked = [f"{name}.{part}" for part in ("value", "constant")]
            self.during(0.08, self.board.pulse(*looked))
            self.during(0.07, self.board.show(f"{name}.equals", f"{name}.result"))
            if row + 1 < len(names):
                self.during(0.09, self.goes_on(name, names[row + 1]))

    def goes_on(self, name: str, after: str) -> Move:
        """Return how a step's result becomes the number of the step after it."""
        looks, comes = self.board.pulse(f"{name}.result"), self.board.show(f"{after}.value")
        return together(looks, comes)

    def show_together(self, event: Event) -> None:
        """The four steps become two, beside the map; the same number comes out."""
        picture = self.lesson.everywhere(upright=self.upright)
        self.known = np.zeros(self.lesson.response_map.shape, dtype=bool)
        ways = ("number", "times", "times-is", "plus", "plus-is")
        self.turn_into(
            picture, 0.2, lambda _: self.refill(), show=("sums", "sums.cell", "normal", *ways)
        )
        for name in ("times", "plus"):
            self.during(0.15, self.board.pulse(name))
        self.during(0.1, self.board.show("gives"))
        self.land("gives", "cell", self.lesson.place)

    def land(self, number: str, mark: str, cell: tuple[int, int]) -> None:
        """Look at a result, and at its cell of the normalized map, which gets its colour."""
        mark = f"normal.{mark}"
        self.during(0.2, self.board.pulse(number))
        self.known[cell] = True
        self.refill()
        self.during(0.05, self.board.show(mark))
        self.during(1, self.board.pulse(mark, times=2))

    def refill(self) -> None:
        """Leave blank what has not come yet of the normalized map."""
        values = np.where(self.known, self.lesson.response_map, np.nan)
        self.board.part("normal").values[:] = values

    def show_predict(self, event: Event) -> None:
        """Another cell's number takes the place of the first; the video waits."""
        self.change_number(0.35 / event.seconds)
        # What is asked is looked at, not what answers it.
        looked = [self.board.pulse(name) for name in ("sums.faint", "faint-number", "normal.faint")]
        self.during(min(1.0, 4.0 / event.seconds), in_turn(*looked, overlap=0.2), rate=linear)

    def change_number(self, share: float) -> None:
        """Lead from one cell's number to that of another cell."""
        self.during(share, self.board.hide("number", "gives", "sums.cell", "normal.cell"))
        picture = self.lesson.everywhere(faint=True, upright=self.upright)
        self.become(picture, share, hold=("faint-number", "faint-gives"))
        self.board.show("sums.faint")(1.0)
        self.during(share, self.board.pulse("sums.faint"))
        self.during(share, self.board.carry("sums.faint", "faint-number"))

    def show_faint(self, event: Event) -> None:
        """What comes of it, and where it comes."""
        if not self.board.has("faint-gives"):
            self.change_number(0.1)
        self.during(0.2, self.board.show("faint-gives"))
        self.land("faint-gives", "faint", self.lesson.faintest)

    def show_everywhere(self, event: Event) -> None:
        """All numbers of the map take the same way."""

        def fill(alpha: float) -> None:
            self.known[: round(alpha * len(self.known))] = True
            self.refill()

        self.during(0.6, fill, rate=linear)
        self.during(1, self.board.pulse("times", "plus"))

    def show_alike(self, event: Event) -> None:
        """Maps of several channels, before and after."""
        maps = self.seen("even")
        shown = ("seen-is", "even-is", *self.seen("seen"), *maps)
        self.turn_into(self.lesson.alike(upright=self.upright), 0.08, show=shown)
        self.during(1, in_turn(*map(self.board.pulse, maps), overlap=0.3), rate=linear)

    # Into the kernel.

    def show_fold(self, event: Event) -> None:
        """Factor and shift go into kernel and bias."""
        picture = self.lesson.folding(upright=self.upright)
        shown = ("kernel", "weight-by", *BIAS)
        self.turn_into(picture, 0.07, show=shown, hold=("after", *NEW))
        self.during(0.12, self.board.show("kernel.cell"), self.board.pulse("weight-by"))
        after = self.lesson.kernel[1]
        cells = np.arange(after.size).reshape(after.shape)

        def fill(alpha: float) -> None:
            known = cells < round(alpha * after.size)
            self.board.fill("after", np.where(known, after, np.nan))

        fill(0.0)
        self.during(0.06, self.board.show("after"))
        self.during(0.25, fill, rate=linear)
        self.during(0.12, self.board.show("after.cell"), self.board.pulse("after"))
        self.during(0.12, self.board.pulse("bias.factor", "bias.shift"))
        self.during(0.06, self.board.show(*NEW))
        self.during(1, self.board.pulse("bias.new"))

    def show_same(self, event: Event) -> None:
        """The map of both ways, and what is left between them."""
        # First, as in the answer, what goes: the kernels would be seen through the maps.
        table = ("kernel", "kernel.cell", "weight-by", "after", "after.cell", "bias")
        self.during(0.06, self.board.leave(*table))
        self.turn_into(self.lesson.same(), 0.08, show=("normal", "joined"), hold=("apart",))
        for name in ("normal", "joined"):
            self.during(0.2, self.board.pulse(name))
        self.during(0.1, self.board.show("apart"))
        self.during(1, self.board.pulse("normal", "joined"))

    def show_answer(self, event: Event) -> None:
        """The kernel that does both."""
        picture = self.lesson.folding(upright=self.upright)
        self.during(0.04, self.board.leave("normal", "joined", "apart"))
        self.turn_into(picture, 0.08, show=("kernel", "weight-by", "after", *BIAS, *NEW))
        self.during(0.05, self.board.show("kernel.cell", "after.cell"))
        self.during(0.25, self.board.pulse("weight-by"))
        self.during(0.25, self.board.pulse("bias.factor", "bias.shift"))
        self.during(1, self.board.pulse("after", "bias.new"))
