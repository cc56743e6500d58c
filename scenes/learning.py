"""Kernels and response maps change through the snapshots of training; two curves follow."""

from __future__ import annotations

import numpy as np

from convexplain.lessons import learning
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import (
    Axes,
    ColourBar,
    Curve,
    Label,
    LessonScene,
    PixelGrid,
    Thumbnails,
    WindowFrame,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

KERNELS = Caption(en="the {n} kernels of {layer}", zh="{layer} 的 {n} 个卷积核")
MAPS = Caption(en="response maps of this {k}", zh="这个 {k} 的响应图")
SHAPE = Caption(en="{shape} pixels, 0 to 1", zh="{shape} 个像素，0 到 1")
READ_AS = Caption(en="read as", zh="预测为")
LOSS = Caption(en="loss on this digit", zh="该样本的损失")


class Learning(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = learning.Learning
    lesson: learning.Learning

    def prepare(self) -> None:
        """Make the tiles, the axes and the digit; snapshots change their values."""
        lesson, history = self.lesson, self.lesson.history
        weights = float(np.abs(history.filters).max())
        responses = float(lesson.maps.max())
        count = history.filters.shape[-1]
        self.kernels = Thumbnails(
            lesson.kernels_at(0), 96, 226, 20, 8, pitch=(72, 72), limit=weights, mark=4
        )
        self.maps = Thumbnails(
            lesson.maps[0], 96, 562, 2.4, 8, pitch=(72, 72), limit=responses, frame=0
        )
        self.kernel_labels = [
            Label(self.text(KERNELS.fill(n=count, layer=lesson.layer)), 96, 198),
            ColourBar(weights, 96, 532, 564, low=-weights, height=16, size=24),
        ]
        self.map_label = Label(self.text(MAPS.fill(k=lesson.label)), 96, 878, colour="muted")
        self.step = Label("", 660, 198, colour="muted", anchor="right")
        pixels = lesson.digit.pixels.squeeze(axis=2)
        self.digit = PixelGrid(pixels, 760, 226, 9, scale="picture", frame=2)
        shape = SHAPE.fill(shape=fmt.shape(pixels.shape))
        self.digit_label = Label(self.text(shape), 760, 508, 26, colour="muted")
        self.values = {
            name: (
                Label(self.text(caption), 760, y, 26, colour="muted"),
                Label("", 1060, y, 26, anchor="right", weight="bold"),
            )
            for name, caption, y in (
                ("answer", READ_AS, 590.0),
                ("chance", terms.PROBABILITY_OF.fill(k=lesson.label), 640.0),
                ("loss", LOSS, 690.0),
            )
        }
        self.make_charts()

    def make_charts(self) -> None:
        """Loss above, accuracy below, on the same steps."""
        history = self.lesson.history
        steps = history.steps[1:]
        last = int(steps[-1])
        ticks = [int(steps[0]), 10, 100, 1000, last]
        highest = int(np.ceil(history.test_loss.max()))
        self.loss_axes = Axes(
            1230, 252, 560, 220, ticks, list(range(highest + 1)),
            x_text=lambda x: "", y_text=lambda y: fmt.count(int(y)), log_x=True,
        )  # fmt: skip
        self.accuracy_axes = Axes(
            1230, 582, 560, 220, ticks, [0.0, 0.5, 1.0],
            x_text=lambda x: fmt.count(int(x)), y_text=lambda y: fmt.percent(y, 0), log_x=True,
        )  # fmt: skip
        self.curves = [
            Curve(axes.places(steps, values[1:]), marker="none", drawn=0.0)
            for axes, values in (
                (self.loss_axes, history.test_loss),
                (self.accuracy_axes, history.test_accuracy),
            )
        ]
        self.chart_labels = [
            Label(self.text(terms.LOSS), 1230, 198, colour="muted"),
            Label(self.text(terms.ACCURACY), 1230, 532, colour="muted"),
            Label(self.text(terms.TRAINING_STEPS), 1510, 878, 26, colour="muted", anchor="centre"),
        ]
        self.now = [Label("", 1790, y, 28, anchor="right", weight="bold") for y in (198.0, 532.0)]

    def show_question(self, beat: Beat) -> None:
        """Random kernels."""
        self.step.say(self.text(terms.TRAINING_STEP.fill(n=0)))
        self.appear(self.kernels, *self.kernel_labels, self.step, seconds=0.8)

    def show_data(self, beat: Beat) -> None:
        """One digit, one of its pixels, and what the random kernels make of it."""
        row, col, stored = self.lesson.brightest
        self.appear(self.digit, self.digit_label, seconds=0.6)
        frame = WindowFrame(self.digit, row, col, colour="ink", line=3)
        quotient = Label(
            f"{stored} / 255 ≈ {fmt.number(stored / 255)}", 760, 556, 28, weight="bold"
        )
        self.appear(frame, quotient, seconds=0.5)
        self.wait(3.0)
        self.vanish(frame, quotient)
        self.appear(self.maps, self.map_label, seconds=0.6)

    def show_loss(self, beat: Beat) -> None:
        """What the untrained network says of it."""
        self.count(0)
        for pair in self.values.values():
            self.appear(*pair, seconds=0.5)
        parts = [*self.loss_axes.parts, *self.accuracy_axes.parts, *self.chart_labels]
        self.appear(*parts, *self.now, seconds=0.5)

    def show_run(self, beat: Beat) -> None:
        """Snapshot after snapshot."""
        history = self.lesson.history
        self.add(*self.curves)
        last = len(history.steps) - 1
        shown = -1

        def go(alpha: float) -> None:
            nonlocal shown
            # The curves grow evenly on their logarithmic axis, and the snapshots with them.
            at = alpha * (last - 1) + 1
            snapshot = min(int(at + 1e-9), last)
            places = self.curves[0].places[:, 0]
            reached = np.interp(at - 1, np.arange(last), places)
            for curve in self.curves:
                curve.drawn = float((reached - places[0]) / (places[-1] - places[0]))
            if snapshot != shown:
                shown = snapshot
                self.count(snapshot)
                self.kernels.values[...] = self.lesson.kernels_at(snapshot)
                self.maps.values[...] = self.lesson.maps[snapshot]

        self.drive(go, self.remaining - 1.0)

    def count(self, snapshot: int) -> None:
        """Bring all numbers to one snapshot."""
        lesson, history = self.lesson, self.lesson.history
        self.step.say(
            self.text(terms.TRAINING_STEP.fill(n=fmt.count(int(history.steps[snapshot]))))
        )
        self.values["answer"][1].say(str(lesson.answers[snapshot]))
        self.values["chance"][1].say(fmt.probability(lesson.chances[snapshot]))
        self.values["loss"][1].say(fmt.number(lesson.loss_of(snapshot), 4))
        self.now[0].say(fmt.number(history.test_loss[snapshot], 3))
        self.now[1].say(fmt.percent(history.test_accuracy[snapshot], 2))

    def show_end(self, beat: Beat) -> None:
        """The trained network's word on the digit."""

    def show_patterns(self, beat: Beat) -> None:
        """Kernels that became edges, lines or spots are marked; the others step back."""
        found = list(self.lesson.filters_of("edge", "line", "spot"))

        def mark(alpha: float) -> None:
            self.kernels.marks[found] = alpha
            for tiles in (self.kernels, self.maps):
                tiles.shares[...] = 1 - 0.6 * alpha
                tiles.shares[found] = 1

        self.drive(mark, 0.8)

    def show_answer(self, beat: Beat) -> None:
        """All of them again."""
        found = list(self.lesson.filters_of("edge", "line", "spot"))

        def unmark(alpha: float) -> None:
            self.kernels.marks[found] = 1 - alpha
            for tiles in (self.kernels, self.maps):
                tiles.shares[...] = 0.4 + 0.6 * alpha
                tiles.shares[found] = 1

        self.drive(unmark, 0.6)
