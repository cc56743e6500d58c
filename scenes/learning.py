"""Learning: a guess becomes a loss, one weight finds its valley, all of them go downhill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from convexplain.stage.pace import Move, eased, in_turn, together
from convexplain.style import format as fmt
from convexplain.style import terms

BALL, CURVE, TANGENT = "valley.ball", "valley.loss", "valley.slope"


class Learning(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = learning.Learning
    lesson: learning.Learning

    def prepare(self) -> None:
        """Lay out the kernels as they are in the end."""
        self.board.lay(self.lesson.kernels_picture(-1))
        self.board.show("kernels.title", "kernels.counter", "kernels")(1.0)

    @property
    def filters(self) -> range:
        """The filters of the layer."""
        return range(self.lesson.history.filters.shape[-1])

    # What is lowered.

    def show_random(self, event: Event) -> None:
        """The trained kernels are looked at; then they go back all the way to random numbers."""
        self.during(0.08, self.board.show("legend"))
        self.during(0.4, self.board.pulse("kernels", colour="muted"))
        steps = self.lesson.history.steps
        back = self.training()

        def go(alpha: float) -> None:
            snapshot = round((1 - alpha) * (len(steps) - 1))
            back(snapshot)
            self.count(int(steps[snapshot]))

        self.during(0.35, go, rate=linear)
        self.during(1, self.board.pulse("kernels.counter", colour="muted"))

    def training(self) -> Callable[[int], None]:
        """Return what shows all kernels as they are at a snapshot, if they are not yet."""
        now = -1

        def know(snapshot: int) -> None:
            nonlocal now
            if snapshot != now:
                now = snapshot
                kernels = self.lesson.kernels_at(snapshot)
                for n in self.filters:
                    self.board.fill(f"kernels[{n}]", kernels[:, :, n])

        return know

    def show_guess(self, event: Event) -> None:
        """Steps are taken; a digit comes, and what the network thinks of it."""
        picture = self.lesson.guess_picture()
        come = ("digit", "guess.title", "guess.zero")
        self.become(picture, 0.25, show=come)
        bars = [f"guess.{n}" for n in range(self.lesson.history.probabilities.shape[-1])]
        self.during(0.35, *(eased(self.board.rise(bar)) for bar in bars))
        own = f"guess.{self.lesson.label}"
        self.during(1, self.board.pulse(f"{own}.label", f"{own}.value", times=2))

    def show_best(self, event: Event) -> None:
        """The axes of the loss come, and the point at which the answer is sure and right."""
        own, curve = "surprise.own", "surprise.loss"
        self.become(self.lesson.surprise_picture(), 0.2, show=self.axes())
        self.during(0.25, self.board.trace(curve), rate=linear)
        self.during(0.06, self.board.show(f"{curve}.label"))
        self.board.ride(own, curve, 1.0, 1.0)(1.0)
        self.during(0.06, self.board.show(own), self.board.hide(f"{own}.label"))
        self.during(1, self.board.pulse(own, times=2))

    def show_loss(self, event: Event) -> None:
        """The point goes along the curve to the probability that there is, and its loss is told."""
        own, curve = "surprise.own", "surprise.loss"
        chart = self.lesson.surprise_picture().panel("surprise")
        assert isinstance(chart, Chart)
        # Shares of its way across are between the ends of the curve.
        ends = chart.curves[0].x
        chance = float(self.lesson.chances[self.lesson.snapshot])
        start = (chance - float(ends[0])) / float(ends[-1] - ends[0])
        self.during(0.1, self.board.pulse(f"guess.{self.lesson.label}.value"))
        self.during(0.3, self.board.ride(own, curve, 1.0, start))
        self.during(0.14, self.drop())
        self.during(0.06, self.board.show(f"{own}.label"))
        self.during(1, self.board.pulse(f"{own}.label", times=2))

    def axes(self) -> Iterator[str]:
        """Yield the names of the digit, of the bar of its class, and of the loss's axes."""
        yield from self.board.there("digit", "guess")
        yield from (name for name in self.board.frame("surprise") if "title" not in name)

    def drop(self) -> Move:
        """Let the lines from the point to the axes come."""
        return together(self.board.walk("surprise.down"), self.board.walk("surprise.across"))

    def show_mean(self, event: Event) -> None:
        """The step's training digits come, the best first, each with its point on the curve."""
        own = ["digit", "guess", "surprise.own", "surprise.down"]
        own.append("surprise.across")
        gone = [name for name in self.board.there(*own) if self.board.shown(name)]
        if gone:
            self.during(0.08, self.board.hide(*gone))
        axes = [name for name in self.board.frame("surprise") if "title" not in name]
        picture = self.lesson.batch_picture()
        chart = picture.panel("surprise")
        assert isinstance(chart, Chart)
        wait = [f"surprise.{dot.name}" for dot in chart.dots]
        wait += ["surprise.mean", "surprise.mean.label"]
        self.become(picture, 0.08, show=["batch.title", *axes], hold=wait)
        self.board.trace("surprise.loss")(1.0)
        self.board.show("surprise.loss.label")(1.0)
        each = [
            self.board.show(f"batch[{place}]", f"surprise.digit-{n}")
            for place, n in enumerate(self.lesson.by_loss)
        ]
        self.during(0.36, in_turn(*each, overlap=0.8), rate=linear)
        self.during(0.08, self.board.walk("surprise.mean"))
        self.during(0.05, self.board.show("surprise.mean.label"))
        self.during(1, self.board.pulse("surprise.mean.label", times=2))

    # One weight.

    def show_valley(self, event: Event) -> None:
        """One weight goes from its least to its largest value, and the loss draws the curve."""
        self.become(self.valley(event.data), 0.15, show=self.kernel_and_axes())
        self.board.show("kernel.weight", BALL)(1.0)
        self.board.hide(f"{BALL}.label")(1.0)
        self.during(0.1, self.board.pulse("kernel.weight"))
        ride = self.board.ride(BALL, CURVE)
        self.during(0.7, self.board.trace(CURVE), ride, self.turn(event.data), rate=linear)
        self.during(0.85, self.board.ride(BALL, CURVE, 1.0, 0.5), self.back(event.data))
        self.board.become(self.valley(event.data))(1.0)
        self.during(1, self.board.show(BALL))

    def kernel_and_axes(self) -> Iterator[str]:
        """Yield the names of what comes before the curve, once it is laid out."""
        yield "kernel"
        yield "legend"
        yield from self.board.frame("valley")

    def show_predict(self, event: Event) -> None:
        """The weight is looked at, and the video waits."""
        share = min(1.0, 6.0 / event.seconds)
        self.during(share, self.board.pulse(BALL, "kernel.weight", times=2))

    def valley(self, valley: Valley, *, near: float = 0.0, gone: bool = False) -> Diagram:
        """Return the picture of a weight's valley, as the frame has room for it."""
        return self.lesson.valley_picture(valley, near=near, gone=gone)

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
        # From nearby the curve is as straight as its tangent: only one of them is seen.
        tangent = TANGENT, f"{TANGENT}.label"
        self.during(0.06, self.board.pulse(BALL), self.board.hide(*self.scales(), *tangent))
        near = self.valley(event.data, near=1.0)
        closer = self.board.become(near, hold=[*self.scales(), *tangent])
        self.during(0.22, closer, self.closer(event.data))
        self.during(0.06, self.board.show(*self.scales(), BALL, f"{BALL}.label"))
        weights, _ = self.lesson.seen(event.data, 1.0)
        start, end = event.data.weight, self.lesson.next_weight
        ends = [float((w - weights[0]) / (weights[-1] - weights[0])) for w in (start, end)]
        row, col = self.lesson.place
        values = self.board.part("kernel").values

        def go(alpha: float) -> None:
            values[row, col] = start + alpha * (end - start)

        self.board.hide(f"{BALL}.label")(1.0)
        self.during(0.14, self.board.ride(BALL, CURVE, *ends), go)
        self.board.become(self.valley(event.data, near=1.0, gone=True))(1.0)
        self.board.hide("valley.across", "valley.fall", "valley.fall.label")(1.0)
        self.board.show(BALL, f"{BALL}.label")(1.0)
        self.during(0.05, self.board.walk("valley.across"))
        self.during(0.05, self.board.walk("valley.fall"))
        self.during(0.04, self.board.show("valley.fall.label"))
        self.during(1, self.board.pulse("valley.fall.label", "kernel.weight"))

    def scales(self) -> Iterator[str]:
        """Yield what is only true of one part of the curve: numbers at the axes, and others."""
        yield from (name for name in self.board.frame("valley") if name[-1].isdigit())
        yield f"{BALL}.label"

    def closer(self, valley: Valley) -> Move:
        """Draw the curve and the ball anew of ever fewer weights round this one."""
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
        come = ("kernels", "kernels.weight", "legend")
        self.become(self.lesson.strides(), 0.2, self.camera.home(), show=come)
        grown = [
            self.board.grow(f"moves[{n}]", out_of=f"kernels[{n}]") for n in self.filters
        ]  # fmt: skip
        come_out = in_turn(*map(eased, grown), overlap=0.9)
        self.during(0.35, come_out, self.board.show("moves.title", "moves.weight"))
        self.lose()
        self.during(1, self.board.pulse("moves", colour="muted", times=2))

    def lose(self) -> None:
        """Let the loss before the step come, as a bar."""
        zero = ("strides.title", "strides.zero")
        self.during(0.2, eased(self.board.rise("strides.before")), self.board.show(*zero))

    def show_downhill(self, event: Event) -> None:
        """All weights go their step at once, and the bar of the loss becomes shorter."""
        if not self.board.has("moves"):
            come = ("kernels", "kernels.weight", "moves", "moves.weight", "legend")
            self.become(self.lesson.strides(), 0.2, self.camera.home(), show=come)
            self.lose()
        before = self.lesson.kernels_at(self.lesson.snapshot)

        def go(alpha: float) -> None:
            kernels = before + alpha * self.lesson.moves
            for n in self.filters:
                self.board.fill(f"kernels[{n}]", kernels[:, :, n])

        self.during(0.2, go, self.board.pulse("moves", "kernels"))
        after = self.lesson.history.next_filters.squeeze(axis=2)
        for n in self.filters:
            self.board.fill(f"kernels[{n}]", after[:, :, n])
        self.board.say("kernels.counter", self.step_text(self.lesson.step + 1))
        self.during(0.2, eased(self.board.rise("strides.step")))
        self.during(1, self.board.pulse("strides.step.value", times=2))

    def step_text(self, step: int) -> str:
        """Return how many steps are done, as it stands above the kernels."""
        return self.text(terms.TRAINING_STEP.fill(n=fmt.count(step)))

    # The run.

    def show_run(self, event: Event) -> None:
        """Steps run by: the kernels change, and the loss draws its curve."""
        history, (steps, _) = self.lesson.history, self.lesson.way
        first, last = self.lesson.step + 1, int(steps[-1])
        self.become(
            self.lesson.descent_picture(self.lesson.snapshot),
            0.12,
            lambda _: self.board.say("kernels.counter", self.step_text(first)),
            show=("kernels", "legend"),
        )
        begun = float(np.log(first) / np.log(last))
        train = self.training()

        def go(alpha: float) -> None:
            step = int(first * (last / first) ** alpha + 1e-6)
            self.count(step)
            train(_latest(history.steps, step))

        go(0.0)
        self.during(0.06, self.board.show(*self.board.frame("loss")))
        self.during(0.06, self.board.trace("loss.way", 0.0, begun))
        self.during(0.55, go, self.board.trace("loss.way", begun, 1.0), rate=linear)
        self.during(1, self.board.pulse("kernels.counter", times=2))

    def count(self, step: int) -> None:
        """Tell above the kernels how many steps are done."""
        self.board.say("kernels.counter", self.step_text(step))

    def show_again(self, event: Event) -> None:
        """What the digit was read as comes step by step, each marked on the curve of the mean."""
        reads = range(len(self.lesson.told))
        # The curve moves alone: nothing is seen through it.
        self.during(0.05, self.board.hide(*self.board.there("kernels", "legend")))
        marks = [f"loss.read-{n}" for n in reads if self.lesson.told[n] in self.lesson.again]
        self.become(self.lesson.run_picture(), 0.15, show=("digit", "loss.way"), hold=marks)
        self.board.show(*self.board.frame("loss"))(1.0)
        rows = [[f"read-{n}", *self.board.there(f"loss.read-{n}")] for n in reads]
        there = [row for row in rows if self.board.has(row[0])]
        self.during(0.5, in_turn(*(self.board.show(*row) for row in there)))
        looks = [self.board.pulse(*row, colour="muted") for row in there]
        self.during(1, in_turn(*looks))

    def show_check(self, event: Event) -> None:
        """In place of the losses comes the accuracy on digits of which nothing is learned."""
        come = ("kernels", "legend", "checks.title", "checks.zero")
        self.become(self.lesson.check_picture(), 0.15, show=come)
        names = self.board.names("checks")
        bars = [name for name in names if f"{name}.value" in names]
        self.during(0.55, in_turn(*(eased(self.board.rise(bar)) for bar in bars)))
        self.during(1, self.board.pulse(f"{bars[-1]}.value", times=2))

    # What it came to.

    def show_answer(self, event: Event) -> None:
        """The filter of that weight comes out, beside its start; both are applied to the digit."""
        lesson = self.lesson
        own = self.board.box(f"kernels[{lesson.filter}]")
        self.during(0.12, self.board.pulse_at(own))
        # The filter moves without them: nothing is seen through it.
        self.during(0.05, self.board.hide(*self.board.there("legend", "checks")))
        grow = self.board.grow("kernel-after", out_of=own)
        # Words come where the kernel then is, not while it comes.
        unnamed = self.board.hide("kernel-after.title")
        maps = {"map-before": lesson.map_at(0), "map-after": lesson.map_at(-1)}

        def know(alpha: float) -> None:
            for panel, found in maps.items():
                seen = np.full(found.size, np.nan)
                until = round(alpha * found.size)
                seen[:until] = found.reshape(-1)[:until]
                self.board.fill(panel, seen.reshape(found.shape))

        beside = ("digit", "kernel-before", "kernel-before.weight", "legend")
        self.become(lesson.born_picture(), 0.12, grow, lambda _: unnamed(1.0), show=beside)
        self.during(0.06, self.board.show("kernel-after.title", "kernel-after.weight"))
        know(0.0)
        self.during(0.05, self.board.show(*maps))
        self.during(0.25, know, rate=linear)
        self.during(1, in_turn(*(self.board.pulse(panel, colour="muted") for panel in maps)))


def _latest(steps: npt.NDArray[np.integer[Any]], step: int) -> int:
    """Return the last of some steps that is not after another one."""
    return max(0, int(np.searchsorted(steps, step, side="right")) - 1)
