"""Learning: a guess becomes a loss, one weight finds its valley, all of them go downhill."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import learning
from convexplain.lessons.learning import Valley
from convexplain.lessons.parts.beats import Event
from convexplain.panels import Box, Chart, Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import bounds_of
from convexplain.stage.pace import Move, eased, in_turn
from convexplain.style import format as fmt
from convexplain.style import terms

BALL, CURVE, TANGENT = "valley.ball", "valley.loss", "valley.slope"


class Learning(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = learning.Learning
    lesson: learning.Learning

    def prepare(self) -> None:
        """Lay out the untrained kernels."""
        self.board.lay(self.lesson.kernels_picture())
        self.board.show("kernels.title", "kernels.counter", "kernels")(1.0)

    @property
    def filters(self) -> range:
        """The filters of the layer."""
        return range(self.lesson.history.filters.shape[-1])

    # What is lowered.

    def show_random(self, event: Event) -> None:
        """The kernels are there, and one after the other is looked at."""
        self.during(0.1, self.board.show("legend"))
        looks = [self.board.pulse(f"kernels[{n}]") for n in self.filters]
        self.during(1, in_turn(*looks, overlap=0.8), rate=linear)

    def show_loss(self, event: Event) -> None:
        """Steps are taken; one kernel comes out, one of its weights and the loss are marked."""
        now = self.lesson.kernels_at(self.lesson.snapshot)
        for n in self.filters:
            self.board.fill(f"kernels[{n}]", now[:, :, n])
        self.board.say("kernels.counter", self.step_text(self.lesson.step))
        self.during(0.2, self.board.pulse(f"kernels[{self.lesson.filter}]"))
        self.become(self.valley(event.data), 0.3, show=self.kernel_and_axes())
        self.during(0.1, self.board.show("kernel.weight"))
        self.board.show(BALL)(1.0)
        self.board.hide(f"{BALL}.label")(1.0)
        self.during(1, self.board.pulse("kernel.weight", BALL))

    def show_now(self, event: Event) -> None:
        """The point tells the loss; which weight it is, the video tells when it changes."""
        self.board.say(f"{BALL}.label", fmt.number(event.data.loss))
        self.during(0.15, self.board.show(f"{BALL}.label"))
        self.during(1, self.board.pulse(f"{BALL}.label", times=2))

    def kernel_and_axes(self) -> Iterator[str]:
        """Yield the names of what comes before the curve, once it is laid out."""
        yield "kernel"
        yield from self.board.frame("valley")

    # One weight.

    def show_valley(self, event: Event) -> None:
        """One weight goes from its least to its largest value, and the loss draws the curve."""
        told = [name for name in [f"{BALL}.label"] if self.board.shown(name)]
        self.during(0.1, self.board.hide(*told))
        ride = self.board.ride(BALL, CURVE)
        self.during(0.75, self.board.trace(CURVE), ride, self.turn(event.data), rate=linear)
        self.during(0.9, self.board.ride(BALL, CURVE, 1.0, 0.5), self.back(event.data))
        self.board.become(self.valley(event.data))(1.0)
        self.during(1, self.board.show(BALL))

    def show_predict(self, event: Event) -> None:
        """The weight is looked at, and the video waits."""
        share = min(1.0, 6.0 / event.seconds)
        self.during(share, self.board.pulse(BALL, "kernel.weight", times=2))

    def valley(self, valley: Valley, *, near: float = 0.0, gone: bool = False) -> Diagram:
        """Return the picture of a weight's valley, as the frame has room for it."""
        return self.lesson.valley_picture(valley, near=near, gone=gone, upright=self.upright)

    def turn(self, valley: Valley) -> Move:
        """Return the move in which the weight takes on its values, one after the other."""
        row, col = self.lesson.place
        values = self.board.part("kernel").values

        def go(alpha: float) -> None:
            values[row, col] = valley.weights[round(alpha * (len(valley.weights) - 1))]

        return go

    def show_slope(self, event: Event) -> None:
        """The tangent shows the way down."""
        self.during(0.4, self.board.walk(TANGENT))
        self.during(0.1, self.board.show(f"{TANGENT}.label"))
        self.during(1, self.board.pulse(f"{TANGENT}.label", times=2))

    def back(self, valley: Valley) -> Move:
        """Return the move in which the weight goes back to what it is."""
        row, col = self.lesson.place
        values = self.board.part("kernel").values

        def go(alpha: float) -> None:
            values[row, col] = valley.weights[round((1 - alpha / 2) * (len(valley.weights) - 1))]

        return go

    def show_step(self, event: Event) -> None:
        """The axes come near; the ball goes one step down, and the weight with it."""
        self.during(0.08, self.board.pulse(BALL), self.board.hide(*self.scales()))
        closer = self.board.become(self.valley(event.data, near=1.0), hold=self.scales())
        self.during(0.3, closer, self.closer(event.data))
        self.during(0.08, self.board.show(*self.scales(), BALL, f"{BALL}.label"))
        weights = self.lesson.history.near_weights
        start, end = event.data.weight, self.lesson.next_weight
        ends = [float((w - weights[0]) / (weights[-1] - weights[0])) for w in (start, end)]
        row, col = self.lesson.place
        values = self.board.part("kernel").values

        def go(alpha: float) -> None:
            values[row, col] = start + alpha * (end - start)

        self.board.hide(f"{BALL}.label")(1.0)
        self.during(0.2, self.board.ride(BALL, CURVE, *ends), go)
        self.board.become(self.valley(event.data, near=1.0, gone=True))(1.0)
        self.board.show(BALL, f"{BALL}.label")(1.0)
        self.during(1, self.board.pulse(BALL, "kernel.weight"))

    def scales(self) -> Iterator[str]:
        """Yield what is only true of one part of the curve: numbers at the axes, and others."""
        yield from (name for name in self.board.frame("valley") if name[-1].isdigit())
        yield from self.board.there("valley.note", f"{TANGENT}.label", f"{BALL}.label")

    def closer(self, valley: Valley) -> Move:
        """Draw the curve, its tangent and the ball anew of ever fewer weights round this one."""
        parts = self.board.part

        def go(alpha: float) -> None:
            chart = self.valley(valley, near=alpha).panel("valley")
            assert isinstance(chart, Chart)
            frame = Box(*bounds_of([parts("valley.axes")]))
            for curve in chart.curves:
                points = zip(curve.x.tolist(), curve.y.tolist(), strict=True)
                parts(f"valley.{curve.name}").places = [chart.at_data(frame, *at) for at in points]
            (dot,), ball = chart.dots, parts(BALL)
            left, top, width, height = bounds_of([ball])
            goal = chart.at_data(frame, dot.x, dot.y)
            away = goal[0] - left - width / 2, goal[1] - top - height / 2
            ball.places = [(x + away[0], y + away[1]) for x, y in ball.places]

        return go

    # All of them.

    def show_slopes(self, event: Event) -> None:
        """All kernels come back; what the step adds to each weight grows out of them."""
        self.become(self.lesson.slopes(), 0.2, self.camera.home(), show=("kernels", "legend"))
        grown = [
            self.board.grow(f"moves[{n}]", out_of=f"kernels[{n}]") for n in self.filters
        ]  # fmt: skip
        come = in_turn(*map(eased, grown), overlap=0.9)
        self.during(0.35, come, self.board.show("moves.title"))
        self.during(1, self.board.pulse("moves", colour="muted", times=2))

    def show_downhill(self, event: Event) -> None:
        """All weights go their step at once, and the bar of the loss becomes shorter."""
        if self.board.has("moves"):  # the steps are taken
            taken = [self.board.fold(f"moves[{n}]", into=f"kernels[{n}]") for n in self.filters]
            self.during(0.15, *taken, self.board.hide("moves.title", "legend"))
        picture = self.lesson.strides()
        come = ("kernels", "legend", "strides.title", "strides.zero", "strides.before")
        self.become(picture, 0.2, self.camera.home(), show=come)
        after = self.lesson.history.next_filters.squeeze(axis=2)
        for n in self.filters:
            self.board.fill(f"kernels[{n}]", after[:, :, n])
        self.board.say("kernels.counter", self.step_text(self.lesson.step + 1))
        self.during(0.1, self.board.pulse("kernels"))
        self.during(0.2, self.board.grow("strides.step", out_of="strides.before"))
        self.during(1, self.board.pulse("strides.step.value", times=2))

    def step_text(self, step: int) -> str:
        """Return how many steps are done, as it stands above the kernels."""
        return self.text(terms.TRAINING_STEP.fill(n=fmt.count(step)))

    # The run.

    def show_run(self, event: Event) -> None:
        """Steps run by: the kernels change, and the training loss draws its curve."""
        history, (steps, _) = self.lesson.history, self.lesson.way
        begun = float(np.log(self.lesson.step + 1) / np.log(steps[-1]))
        self.become(self.lesson.run_picture(self.lesson.snapshot), 0.12, show=("kernels", "legend"))
        now = -1

        def go(alpha: float) -> None:
            nonlocal now
            step = int(np.exp((begun + (1 - begun) * alpha) * np.log(steps[-1])) + 1e-6)
            self.board.say("kernels.counter", self.step_text(step))
            snapshot = _latest(history.steps, step)
            if snapshot != now:
                now = snapshot
                kernels = self.lesson.kernels_at(snapshot)
                for n in self.filters:
                    self.board.fill(f"kernels[{n}]", kernels[:, :, n])

        go(0.0)
        self.during(0.08, self.board.show(*self.board.frame("loss")))
        self.during(0.05, self.board.trace("loss.way", 0.0, begun))
        self.during(0.85, go, self.board.trace("loss.way", begun, 1.0), rate=linear)
        self.during(1, self.board.pulse("kernels.counter"))

    # What it came to.

    def show_born(self, event: Event) -> None:
        """The filter of that weight comes out, as it was and as it is, at work on a digit."""
        own = self.board.box(f"kernels[{self.lesson.filter}]")
        lost = [name for name in self.board.there("loss") if self.board.shown(name)]
        self.during(0.1, self.board.pulse_at(own), self.board.hide(*lost))
        grow = [self.board.grow(f"kernel-{name}", out_of=own) for name in ("before", "after")]
        self.become(self.lesson.born_picture(), 0.2, *grow, show=("legend",))
        self.during(0.05, self.board.show("digit"))
        for name in ("before", "after"):
            titles = f"kernel-{name}.title", f"map-{name}.title"
            self.during(0.05, self.board.show(*titles))
            self.during(0.15, self.rows(f"map-{name}"), rate=linear)
        self.during(1, self.board.pulse("kernel-after", "map-after"))

    def rows(self, name: str) -> Move:
        """Let a map come row by row, in its place."""
        whole = self.board.part(name).values.copy()
        known = np.full(whole.shape, np.nan)
        self.board.fill(name, known)

        def go(alpha: float) -> None:
            known[: math.ceil(alpha * len(whole))] = whole[: math.ceil(alpha * len(whole))]
            self.board.fill(name, known)
            self.board.show(name)(1.0)

        return go

    def show_answer(self, event: Event) -> None:
        """Once more from random numbers to filters, as large as they can be."""
        history, last = self.lesson.history, len(self.lesson.history.steps) - 1
        picture = self.lesson.kernels_picture(0)
        self.become(picture, 0.15, show=("kernels", "legend"))
        every = [f"kernels[{n}]" for n in self.filters]

        def go(alpha: float) -> None:
            snapshot = round(alpha * last)
            kernels = self.lesson.kernels_at(snapshot)
            self.board.say("kernels.counter", self.step_text(int(history.steps[snapshot])))
            for n, name in enumerate(every):
                self.board.fill(name, kernels[:, :, n])

        self.during(0.65, go, rate=linear)
        self.during(1, self.board.pulse("kernels.counter"))


def _latest(steps: npt.NDArray[np.integer[Any]], step: int) -> int:
    """Return the last of some steps that is not after another one."""
    return max(0, int(np.searchsorted(steps, step, side="right")) - 1)
