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
        """The picture's map of the channel grows out of it."""
        self.during(0.2, self.board.pulse("input"))
        self.during(0.5, self.board.grow("sums", out_of="input"))
        self.board.show("legend")(1.0)
        self.during(1, self.board.pulse("sums", times=2))

    # What training stores.

    def show_batches(self, event: Event) -> None:
        """Mean and spread of batch after batch."""
        self.turn_into(self.lesson.training(upright=self.upright), 0.2, show=("sums",))
        self.during(0.1, self.board.show(*self.board.frame("batches")))
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
                self.lesson.training(upright=self.upright), 0.2, show=("sums", "batches")
            )
        lines = ("batches.mean-kept", "batches.spread-kept")
        self.during(0.55, *map(self.board.trace, lines), rate=linear)
        self.during(1, self.board.show(*self.kept()))

    def kept(self) -> list[str]:
        """Return the names of what stands at the lines of what is stored."""
        return [name for name in self.labels() if "kept" in name]

    def show_kept(self, event: Event) -> None:
        """The two stored numbers are looked at."""
        self.during(1, self.board.pulse(*self.kept(), times=2))

    # One number.

    def show_fixed(self, event: Event) -> None:
        """One picture's map, one of its cells, and the two stored numbers."""
        self.turn_into(self.lesson.one(upright=self.upright), 0.25, show=("sums",))
        self.during(0.05, self.board.show(*self.board.frame("among")))
        self.during(0.3, self.board.trace("among.often"), rate=linear)
        first = self.constants("mean", "spread")
        self.during(0.1, self.board.show(*first, "among.mean", "among.mean.label"))
        self.during(1, self.board.pulse(*first, "among.mean.label", times=2))

    @staticmethod
    def constants(*names: str) -> list[str]:
        """Return the parts of some constants: the number, and what it is."""
        return [f"constants.{name}{part}" for name in names for part in ("", ".over")]

    def show_learned(self, event: Event) -> None:
        """The two numbers that were learned."""
        both = self.constants("gamma", "beta")
        self.during(0.4, self.board.show(*both))
        self.during(1, self.board.pulse(*both, times=2))

    def show_predict(self, event: Event) -> None:
        """The cell that is asked about, and where it stands; the video waits."""
        self.board.show("constants", "sums.cell")(1.0)
        found = ("among.z", "among.number", "among.number.label")
        self.during(0.5 / event.seconds, self.board.show(*found))
        looks = self.board.pulse("sums.cell", "among.number.label", times=3)
        self.during(min(1.0, 4.0 / event.seconds), looks)

    def show_steps(self, event: Event) -> None:
        """The number goes through the four steps, row by row."""
        picture, shown = self.lesson.stepping(upright=self.upright), ("sums.cell", "constants")
        self.turn_into(picture, 0.12, show=("sums", *shown), hold=("steps",))
        near = self.board.around("constants", "steps")
        self.during(0.1, self.camera.to(near, 0.8, most=2.0))
        for row, name in enumerate(("mean", "spread", "gamma", "beta")):
            words, result = [f"steps[{row}, {n}]" for n in (0, 1, 2)], f"steps[{row}, 3]"
            start = f"steps[{row - 1}, 3]" if row else "sums.cell"
            self.during(0.08, self.board.pulse(start), self.board.pulse(f"constants.{name}"))
            self.during(0.06, self.board.show(*words))
            self.during(0.07, self.board.show(result))

    def show_result(self, event: Event) -> None:
        """What comes out is looked at."""
        self.during(1, self.board.pulse("steps[3, 3]", times=2))

    def show_channels(self, event: Event) -> None:
        """How often numbers of every channel occur before, and after."""
        self.turn_into(self.lesson.spreading(upright=self.upright), 0.15, show=("before.axes",))
        for name in ("before", "after"):
            self.during(0.05, self.board.show(*self.board.frame(name)))
            curves = [each for each in self.board.names(name) if ".channel-" in each]
            self.during(0.3, *map(self.board.trace, curves), rate=linear)
        self.during(1, self.board.pulse("after.x"))

    # Into the kernel.

    def show_fold(self, event: Event) -> None:
        """Factor and shift go into kernel and bias."""
        held = ("after", "equals", "bias")
        self.turn_into(self.lesson.folding(), 0.25, show=("kernel", "times"), hold=held)
        self.during(0.12, self.board.pulse("times"))
        self.during(0.2, self.board.grow("after", out_of="kernel"), self.board.show("equals"))
        height, width = self.lesson.kernel[0].shape
        cells = [self.board.pulse(f"after[{r}, {c}]") for r in range(height) for c in range(width)]
        self.during(0.15, in_turn(*cells, overlap=0.6), rate=linear)
        self.during(0.12, self.board.show("bias"), self.nearer())
        self.during(1, self.board.pulse("bias.new", times=2))

    def nearer(self) -> Move:
        """Let the camera go to the kernels and the bias."""
        near = self.board.around("kernel.all", "after.all", "bias.all")
        return self.camera.to(near, most=1.6)

    def show_same(self, event: Event) -> None:
        """The map of both ways, and what is left between them."""
        held = ("joined", "difference")
        self.turn_into(self.lesson.same(), 0.25, show=("normal",), hold=held)
        self.during(0.25, self.board.grow("joined", out_of="normal"))
        self.during(0.1, self.board.pulse("normal", "joined"))
        self.during(0.2, self.board.grow("difference", out_of="joined"))
        self.during(1, self.board.pulse("difference"))

    def show_answers(self, event: Event) -> None:
        """How many digits are read right, with the stored numbers and with each one's own."""
        self.turn_into(self.lesson.answers(), 0.2, show=("answers.title",))
        self.during(0.1, self.camera.to(self.board.box("answers.all"), most=1.8))
        for bar in ("answers.stored", "answers.own"):
            self.during(0.3, self.board.rise(bar))
        self.during(1, self.board.pulse("answers.own.value", times=2))

    def show_answer(self, event: Event) -> None:
        """The kernel that does both."""
        self.turn_into(
            self.lesson.folding(), 0.3, show=("kernel", "times", "equals", "after", "bias")
        )
        self.during(0.12, self.nearer())
        height, width = self.lesson.kernel[1].shape
        seen = sorted(np.ndindex(height, width), key=lambda cell: sum(cell))
        cells = [self.board.pulse(f"after[{r}, {c}]") for r, c in seen]
        self.during(0.4, in_turn(*cells, overlap=0.6), rate=linear)
        self.during(1, self.board.pulse("after", times=2))
