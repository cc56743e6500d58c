"""Batch normalization: what training stores, one number's steps, and the fold into the kernel."""

from __future__ import annotations

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import batch_norm
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn


class BatchNorm(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = batch_norm.BatchNorm
    lesson: batch_norm.BatchNorm

    def prepare(self) -> None:
        """Lay out the picture; it is there from the first moment."""
        self.board.lay(self.lesson.opening(upright=self.upright))
        self.board.show("input")(1.0)

    def show_reads(self, event: Event) -> None:
        """The picture's map of the channel comes up beside it."""
        self.during(0.2, self.board.pulse("input"))
        self.during(0.3, self.board.show("sums", "sums.title", "legend"))
        self.during(1, self.board.pulse("sums", times=2))

    # What training stores.

    def show_batches(self, event: Event) -> None:
        """Maps of a batch; mean and spread of batch after batch."""
        self.turn_into(self.lesson.training(upright=self.upright), 0.15, show=("batch",))
        self.during(0.1, self.board.pulse("batch"), self.board.show(*self.board.frame("batches")))
        self.during(0.6, *map(self.board.trace, ("batches.mean", "batches.spread")), rate=linear)
        labels = [name for name in self.labels() if "kept" not in name]
        self.during(1, self.board.show(*labels))

    def labels(self) -> list[str]:
        """Return the names of what stands at the curves' ends."""
        return [name for name in self.board.names("batches") if name.endswith(".label")]

    def show_averages(self, event: Event) -> None:
        """The lines of what is stored."""
        if not self.board.has("batches"):
            self.turn_into(
                self.lesson.training(upright=self.upright), 0.2, show=("batch", "batches")
            )
        lines = ("batches.mean-kept", "batches.spread-kept")
        self.during(0.5, *map(self.board.trace, lines), rate=linear)
        self.during(1, self.board.show(*self.kept()))

    def kept(self) -> list[str]:
        """Return the names of what stands at the lines of what is stored."""
        return [name for name in self.labels() if "kept" in name]

    def show_kept(self, event: Event) -> None:
        """The two stored numbers are looked at."""
        self.during(1, self.board.pulse(*self.kept(), times=2))

    # One number.

    def constants(self, *names: str) -> list[str]:
        """Return the parts of some constants: the sign, the number, and what it is."""
        return [f"{name}.{part}" for name in names for part in ("sign", "constant")] + [
            f"{name}.constant.over" for name in names
        ]

    def show_constants(self, event: Event) -> None:
        """One picture's map, the two stored numbers, and the two that were learned."""
        self.turn_into(self.lesson.one(upright=self.upright), 0.15, show=("sums",))
        for names in (batch_norm.STEPS[:2], batch_norm.STEPS[2:]):
            self.during(0.15, self.board.show(*self.constants(*names)))
            self.during(0.2, self.board.pulse(*(f"{name}.constant" for name in names)))

    def show_predict(self, event: Event) -> None:
        """Row by row the numbers are looked at that the result is made of; the video waits."""
        self.during(0.6 / event.seconds, self.board.pulse("sums.cell"))
        looked = [
            self.board.pulse(f"{name}.value", f"{name}.constant") for name in batch_norm.STEPS
        ]
        self.during(min(1.0, 5.0 / event.seconds), in_turn(*looked, overlap=0.2), rate=linear)

    def show_fixed(self, event: Event) -> None:
        """All four constants are looked at, and what comes out."""
        self.during(0.5, self.board.pulse(*(f"{name}.constant" for name in batch_norm.STEPS)))
        self.during(1, self.board.pulse("beta.result", times=2))

    def send_number(self) -> Move:
        """Return the flight of the cell to the first step."""
        return self.board.send("sums.cell", "mean.value", lambda: self.board.show("mean.value")(1))

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

    def show_result(self, event: Event) -> None:
        """What comes out is looked at."""
        self.during(1, self.board.pulse("beta.result", times=2))

    def goes_on(self, name: str, after: str) -> Move:
        """Return the flight of a step's result to the step after it."""
        goal = f"{after}.value"
        return self.board.send(f"{name}.result", goal, lambda: self.board.show(goal)(1))

    def show_together(self, event: Event) -> None:
        """The four steps become two, beside the map; the same number comes out."""
        picture = self.lesson.everywhere(upright=self.upright)
        self.turn_into(picture, 0.15, show=("sums", "sums.cell"))
        self.board.fill("normal", np.nan)
        self.during(0.08, self.board.show("normal", "normal.title"))
        for names in (
            ("number",),
            ("times", "ratio"),
            ("plus", "of-shift"),
            ("gives",),
        ):
            self.during(0.12, self.board.show(*names))
        row, col = self.lesson.place
        self.board.show("normal.cell")(1.0)

        def land() -> None:
            self.board.part("normal").values[row, col] = self.lesson.response_map[row, col]

        self.during(0.15, self.board.send("gives", "normal.cell", land))
        self.during(1, self.board.pulse("gives"))

    def show_everywhere(self, event: Event) -> None:
        """All numbers of the map take the same way."""
        known = self.lesson.response_map
        values, height = self.board.part("normal").values, len(known)

        def fill(alpha: float) -> None:
            rows = round(alpha * height)
            values[:rows] = known[:rows]

        self.during(0.7, fill, rate=linear)
        self.during(1, self.board.pulse("normal"))

    # Into the kernel.

    def show_fold(self, event: Event) -> None:
        """Factor and shift go into kernel and bias."""
        held = ("after", "equals", "bias")
        self.turn_into(
            self.lesson.folding(upright=self.upright), 0.2, show=("kernel", "times"), hold=held
        )
        self.during(0.1, self.board.pulse("times"))
        self.during(0.2, self.board.show("after", "after.title", "equals"))
        height, width = self.lesson.kernel[0].shape
        cells = [self.board.pulse(f"after[{r}, {c}]") for r in range(height) for c in range(width)]
        self.during(0.15, in_turn(*cells, overlap=0.6), rate=linear)
        self.during(0.1, self.board.show("bias"))
        self.during(1, self.board.pulse("bias.new", times=2))

    def show_same(self, event: Event) -> None:
        """The map of both ways, and what is left between them."""
        held = ("joined", "difference")
        self.turn_into(self.lesson.same(), 0.25, show=("normal",), hold=held)
        self.during(0.2, self.board.show("joined", "joined.title"))
        self.during(0.3, self.board.pulse("normal", "joined"))
        self.during(0.3, self.board.show("difference", "difference.title"))
        self.during(1, self.board.pulse("difference"))

    def show_apart(self, event: Event) -> None:
        """What is left between them is looked at."""
        self.during(1, self.board.pulse("difference", "difference.title", times=2))

    def show_answer(self, event: Event) -> None:
        """The kernel that does both."""
        self.turn_into(
            self.lesson.folding(upright=self.upright),
            0.3,
            show=("kernel", "times", "equals", "after", "bias"),
        )
        height, width = self.lesson.kernel[1].shape
        seen = sorted(np.ndindex(height, width), key=lambda cell: sum(cell))
        cells = [self.board.pulse(f"after[{r}, {c}]") for r, c in seen]
        self.during(0.4, in_turn(*cells, overlap=0.6), rate=linear)
        self.during(1, self.board.pulse("after", times=2))
