"""Learning: a guess becomes a loss, one weight finds its valley, all of them go downhill."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import learning
from convexplain.lessons.learning import Valley
from convexplain.lessons.parts.beats import Event
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
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

    def show_reads(self, event: Event) -> None:
        """The kernels make room for the digit, and bars grow out of it."""
        self.become(self.lesson.reading(), 0.35, show=("digit",))
        grown = [self.board.grow(f"answer.{k}", out_of="digit") for k in self.classes]
        self.during(0.4, in_turn(*grown, overlap=0.8), self.board.show("answer.title"))
        read, right = int(self.lesson.answers[0]), self.lesson.label
        self.during(1, in_turn(*(self.point_at(k) for k in dict.fromkeys((read, right)))))

    @property
    def classes(self) -> range:
        """What the digit can be taken for."""
        return range(self.lesson.history.probabilities.shape[2])

    def point_at(self, label: int) -> Move:
        """Return the move that leads the eye to a class's bar and number."""
        return self.board.pulse(f"answer.{label}", f"answer.{label}.value")

    def show_surprise(self, event: Event) -> None:
        """The bar of the right class becomes a point on the curve of its loss."""
        self.become(self.lesson.surprise(), 0.3, show=("digit", "answer"))
        self.during(0.35, self.board.show(*self.board.frame("surprise")), self.board.trace(
            "surprise.curve"))  # fmt: skip
        right = f"answer.{self.lesson.label}"
        self.during(0.2, self.board.grow("surprise.own", out_of=right))
        self.during(1, self.board.show("surprise.own.label"), self.board.pulse("surprise.own"))

    def show_batch(self, event: Event) -> None:
        """Losses of a batch drop onto the curve, one after the other, and become one number."""
        dots = [f"surprise.digit-{n}" for n in range(len(self.lesson.history.batch_losses))]
        lines = tuple(f"surprise.{part}" for part in ("axes", "x", "y", "curve"))
        self.become(self.lesson.batch(), 0.15, show=lines, hold=(*dots, "surprise.mean"))
        self.board.show(*self.board.frame("surprise"))(1.0)
        drops = [self.board.grow(dot, out_of=self.above(dot)) for dot in dots]
        self.during(0.5, in_turn(*drops, overlap=0.9), rate=linear)
        self.during(0.15, self.board.trace("surprise.mean"))
        self.board.show("surprise.mean.label")(1.0)
        self.during(1, self.board.pulse("surprise.mean.label"))

    def above(self, dot: str) -> tuple[float, float, float, float]:
        """Return where a dot falls from: the upper end of its chart."""
        left, _, width, height = self.board.box(dot)
        return left, self.board.box("surprise.axes")[1], width, height

    # One weight.

    def show_valley(self, event: Event) -> None:
        """One weight goes from its least to its largest value, and the loss draws the curve."""
        self.become(self.valley(event.data), 0.2, show=("kernel",))
        self.during(0.1, self.board.show("kernel.weight", *self.board.frame("valley")))
        self.during(0.15, self.board.pulse("kernel.weight"))
        self.board.show(BALL)(1.0)
        self.board.hide(f"{BALL}.label")(1.0)
        ride = self.board.ride(BALL, CURVE)
        self.during(1, self.board.trace(CURVE), ride, self.turn(event.data), rate=linear)

    def valley(self, valley: Valley, *, gone: bool = False) -> Diagram:
        """Return the picture of a weight's valley, as the frame has room for it."""
        return self.lesson.valley_picture(valley, gone=gone, upright=self.upright)

    def turn(self, valley: Valley) -> Move:
        """Return the move in which the weight takes on its values, one after the other."""
        row, col = self.lesson.place
        values = self.board.part("kernel").values

        def go(alpha: float) -> None:
            values[row, col] = valley.weights[round(alpha * (len(valley.weights) - 1))]

        return go

    def show_slope(self, event: Event) -> None:
        """The ball goes back to where the weight is; its tangent shows the way down."""
        valley: Valley = event.data
        self.during(0.3, self.board.ride(BALL, CURVE, 1.0, 0.5), self.back(valley))
        self.during(0.3, self.board.show(BALL), self.board.walk(TANGENT))
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
        """From nearby, the ball goes one step down, and the weight with it."""
        near = self.board.around(BALL, f"{BALL}.label")
        self.during(0.3, self.camera.to(near, share=0.5))
        self.during(0.4, self.board.become(self.valley(event.data, gone=True)))
        self.during(1, self.camera.home(), self.board.pulse("kernel.weight"))

    def show_other_valley(self, event: Event) -> None:
        """Another step's valley, drawn as the first one was."""
        self.become(self.valley(event.data), 0.15)
        self.board.hide(CURVE, TANGENT, f"{TANGENT}.label")(1.0)
        self.during(
            0.5, self.board.trace(CURVE), self.board.ride(BALL, CURVE), self.turn(event.data),
            rate=linear,
        )  # fmt: skip
        self.show_slope(event)

    # All of them.

    def show_slopes(self, event: Event) -> None:
        """All kernels come back; what the step adds to each weight grows out of them."""
        self.become(self.lesson.slopes(), 0.35, self.camera.home(), show=("kernels", "legend"))
        grown = [
            self.board.grow(f"moves[{n}]", out_of=f"kernels[{n}]") for n in self.filters
        ]  # fmt: skip
        self.during(1, in_turn(*map(eased, grown), overlap=0.9), self.board.show("moves.title"))

    def show_downhill(self, event: Event) -> None:
        """All weights go their step at once, and the bar of the loss becomes shorter."""
        picture = self.lesson.strides()
        come = ("kernels", "legend", "strides.title", "strides.zero", "strides.before")
        self.become(picture, 0.3, self.camera.home(), show=come)
        after = self.lesson.history.next_filters.squeeze(axis=2)
        for n in self.filters:
            self.board.fill(f"kernels[{n}]", after[:, :, n])
        self.board.say("kernels.counter", self.step_text(self.lesson.step + 1))
        self.during(0.2, self.board.pulse("kernels"))
        self.during(0.3, self.board.grow("strides.step", out_of="strides.before"))
        self.during(1, self.board.pulse("strides.step.value", times=2))

    def step_text(self, step: int) -> str:
        """Return how many steps are done, as it stands above the kernels."""
        return self.text(terms.TRAINING_STEP.fill(n=fmt.count(step)))

    def show_predict_far(self, event: Event) -> None:
        """Both bars are looked at, and the video waits."""
        share = min(1.0, 6.0 / event.seconds)
        self.board.show("strides.far.label")(1.0)
        looks = ("strides.before", "strides.step", "strides.far.label")
        self.during(share, in_turn(*(self.board.pulse(name, colour="muted") for name in looks)))

    def show_far(self, event: Event) -> None:
        """The bar of three steps at once grows, and that of one who guesses."""
        self.during(0.15, self.board.grow("strides.far", out_of="strides.step"))
        self.during(0.15, self.board.show("strides.guess"))
        self.during(1, self.board.pulse("strides.far.value", "strides.guess.value", times=2))

    # The run.

    def show_run(self, event: Event) -> None:
        """Steps run by: the kernels change, and the training loss draws its curve."""
        history, (steps, losses) = self.lesson.history, self.lesson.way
        self.become(
            self.lesson.run_picture(0), 0.15, self.camera.home(), show=("kernels", "legend")
        )
        rest = [name for name in self.board.frame("accuracy") if not name.endswith("counter")]
        shown = -1

        def go(alpha: float) -> None:
            nonlocal shown
            step = int(np.exp(alpha * np.log(steps[-1])) + 1e-6)
            self.board.say("kernels.counter", self.step_text(step))
            self.board.say("loss.counter", fmt.number(losses[_latest(steps, step)]))
            snapshot = _latest(history.steps, step)
            if snapshot != shown:
                shown = snapshot
                kernels = self.lesson.kernels_at(snapshot)
                for n in self.filters:
                    self.board.fill(f"kernels[{n}]", kernels[:, :, n])

        go(0.0)
        self.during(0.1, self.board.show(*self.board.frame("loss"), *rest))
        self.during(1, go, self.board.trace("loss.way"), rate=linear)

    def show_check(self, event: Event) -> None:
        """At some of the steps, other digits were read; their accuracy draws its curve."""
        steps, shares = self.lesson.checks
        first, last = np.log(steps[[0, -1]])

        def go(alpha: float) -> None:
            step = int(np.exp(first + alpha * (last - first)) + 1e-6)
            self.board.say("accuracy.counter", fmt.percent(shares[_latest(steps, step)], 2))

        go(0.0)
        self.board.show("accuracy.counter")(1.0)
        self.during(0.6, go, self.board.trace("accuracy.checks"), rate=linear)
        self.during(1, self.board.pulse("accuracy.counter", times=2))

    def show_relapse(self, event: Event) -> None:
        """The digit's probability draws its curve; where it is told of, its answer is seen."""
        lesson = self.lesson
        self.become(self.story(0), 0.15, show=("digit", "answer"))
        self.during(0.08, self.board.show(*self.board.frame("story")))
        stops = lesson.stops
        ends = [lesson.history.steps[n] for n in stops]
        first, last = np.log(lesson.history.steps[[1, -1]])
        shares = [0.0, *((np.log(end) - first) / (last - first) for end in ends), 1.0]
        each = 0.58 / len(stops)
        for n, snapshot in enumerate(stops):
            self.during(0.35 * each, self.board.trace("story.chance", shares[n], shares[n + 1]))
            self.during(0.3 * each, self.board.become(self.story(snapshot)))
            self.board.show(f"story.stop-{n}")(1.0)
            self.during(0.35 * each, self.point_at(int(lesson.answers[snapshot])))
        if shares[-2] < 1.0:
            self.during(0.1, self.board.trace("story.chance", shares[-2], 1.0))
            self.during(1, self.board.become(self.story(-1)))
        else:
            self.during(1, self.board.pulse("digit"))

    def story(self, snapshot: int) -> Diagram:
        """Return the picture of the digit's story, as the frame has room for it."""
        return self.lesson.story(snapshot, upright=self.upright)

    def show_told(self, event: Event) -> None:
        """What was seen is said; the moments are looked at once more."""
        stops = [f"story.stop-{n}" for n in range(len(self.lesson.stops))]
        self.during(1, in_turn(*(self.board.pulse(stop) for stop in stops)))

    # What it came to.

    def show_patterns(self, event: Event) -> None:
        """The trained kernels, as large as they can be; what became a detector is framed."""
        self.become(self.lesson.kernels_picture(-1, marked=True), 0.15, show=("kernels", "legend"))
        found = self.lesson.filters_of("edge", "line", "spot")
        others = [f"kernels[{n}]" for n in self.filters if n not in found]
        marks = [self.board.show(f"kernels.filter-{n}") for n in found]
        self.during(0.3, in_turn(*marks, overlap=0.5), self.board.dim(*others))
        self.during(1, self.board.pulse(*(f"kernels[{n}]" for n in found)))

    def show_answer(self, event: Event) -> None:
        """One kernel before and after, and between them the way of its weight."""
        self.become(self.lesson.payoff(), 0.15, self.camera.home(), show=("before",))
        self.during(0.1, self.board.show("before.weight", *self.board.frame("path")))
        self.during(0.25, self.board.trace("path.weight"))
        dots = [name for name in self.board.parts if name.startswith("path.at-")]
        self.during(0.12, in_turn(*(self.board.show(dot) for dot in dots), overlap=0.5))
        self.board.show("path.weight.label")(1.0)
        self.during(0.15, self.board.grow("after", out_of="before"))
        self.board.show("after.weight")(1.0)
        self.during(1, self.board.pulse("after.weight", "before.weight"))


def _latest(steps: npt.NDArray[np.integer[Any]], step: int) -> int:
    """Return the last of some steps that is not after another one."""
    return max(0, int(np.searchsorted(steps, step, side="right")) - 1)
