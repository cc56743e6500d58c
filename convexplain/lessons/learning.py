"""How filters are born: one weight on its curve of the training loss, then all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import learning_picture as pictures
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.subject import name_of
from convexplain.network import Network
from convexplain.panels import Diagram, Maps
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: A digit that is surely read right in the end makes the better example.
_SURE = 0.99
#: How far all weights go beyond their step where it is asked what becomes of the loss.
FAR = 3.0
#: Points of that curve, evenly apart on its logarithmic axis.
_POINTS = 160
#: About which further steps the weight's way is told in the end.
_TOLD = (256, 860)


class Valley(NamedTuple):
    """The training loss as one weight changes alone, and its slope where the weight is."""

    step: int
    weights: npt.NDArray[np.float32]
    losses: npt.NDArray[np.float64]
    slope: float

    @property
    def now(self) -> int:
        """Where in the curve the weight is."""
        return len(self.weights) // 2

    @property
    def weight(self) -> float:
        """What it is."""
        return float(self.weights[self.now])

    @property
    def loss(self) -> float:
        """The training loss there."""
        return float(self.losses[self.now])


@dataclass(frozen=True)
class Learning(Lesson):
    """What training does to the filters of the first convolution, from random numbers to edges."""

    name: ClassVar[str] = "learning"
    title: ClassVar[Caption] = Caption(
        en="Learning: how filters are born", zh="学习：过滤器是怎样形成的"
    )
    question: ClassVar[Caption] = Caption(
        en="Nobody designs these filters. What shapes them?",
        zh="没有人设计这些过滤器。是什么塑造了它们？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Random numbers, {n} steps downhill: that made the filters.",
        zh="从随机数出发，下坡 {n} 步：过滤器就是这样来的。",
    )
    alone: ClassVar[Caption] = Caption(
        en="it follows a training, and only that of the package's network was recorded",
        zh="它讲述训练过程，只有自带的网络记录了训练",
    )

    picture: Picture | None = option(
        None, en="the bundled digit whose answer is followed", zh="要跟踪其预测的内置手写数字"
    )

    @cached_property
    def history(self) -> facts.Learning:
        """What was seen of the shipped convnet while it was trained."""
        return facts.learning()

    # The digit that is followed.

    @cached_property
    def sample(self) -> int:
        """Number of the bundled digit that is followed.

        Of those that the trained network reads right, and surely, the one that was read right and
        then wrong again most often; the first in a tie.
        """
        bundled = digits.load()
        if self.picture is not None:
            for number, digit in enumerate(bundled):
                if np.array_equal(digit.pixels, self.picture.pixels):
                    return number
            raise UsageError(
                "{origin} was not watched during training: give --digit or --sample, 0 to {count}",
                origin=self.picture.origin,
                count=len(bundled) - 1,
            )
        return _most_relapses(range(len(bundled)))

    @classmethod
    def digit_of(cls, label: int, network: Network) -> Picture:
        """Give the bundled digit of a class that was misread again most often."""
        own = [n for n, digit in enumerate(digits.load()) if digit.label == label]
        return digits.sample(_most_relapses(own)) if own else digits.first(label)

    @property
    def digit(self) -> Picture:
        """The digit that is followed."""
        return digits.sample(self.sample)

    @property
    def label(self) -> int:
        """Its class."""
        label = self.digit.label
        assert label is not None
        return label

    @cached_property
    def chances(self) -> npt.NDArray[np.float64]:
        """Probability of the right class at each snapshot, (S,)."""
        return self.history.probabilities[:, self.sample, self.label].astype(np.float64)

    @cached_property
    def answers(self) -> npt.NDArray[np.intp]:
        """The class of the largest probability at each snapshot, (S,)."""
        return np.asarray(self.history.probabilities[:, self.sample].argmax(axis=1))

    @cached_property
    def relapses(self) -> tuple[int, ...]:
        """The snapshots at which it is misread after it had been read right."""
        right = self.answers == self.label
        return tuple(int(n) + 1 for n in np.flatnonzero(right[:-1] & ~right[1:]))

    @property
    def settled(self) -> int | None:
        """The snapshot from which on it is read right; None if it is misread in the end."""
        wrong = np.flatnonzero(self.answers != self.label)
        after = int(wrong[-1]) + 1 if len(wrong) else 0
        return after if after < len(self.answers) else None

    def loss_of(self, snapshot: int) -> float:
        """Return the cross-entropy on the digit, minus the logarithm of the right probability."""
        return -math.log(self.chances[snapshot])

    # The filters.

    @property
    def layer(self) -> str:
        """Name of the layer whose filters they are."""
        return name_of(Network.load("cnn"), "first convolution")

    def kernels_at(self, snapshot: int) -> npt.NDArray[np.float32]:
        """Return the kernels of the first convolution, (3, 3, filters)."""
        return np.asarray(self.history.filters[snapshot].squeeze(axis=2))

    @cached_property
    def patterns(self) -> tuple[kernels.Pattern, ...]:
        """What each trained kernel looks for."""
        last = self.kernels_at(-1)
        return tuple(kernels.closest_pattern(last[:, :, n]) for n in range(last.shape[2]))

    def filters_of(self, *kinds: str) -> tuple[int, ...]:
        """Return the filters that became patterns of these kinds."""
        return tuple(n for n, pattern in enumerate(self.patterns) if pattern.kind in kinds)

    # One weight, and all of them.

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the weight in its kernel."""
        row, col, _, _ = self.history.weight.tolist()
        return row, col

    @property
    def filter(self) -> int:
        """The filter whose weight it is."""
        return int(self.history.weight[3])

    @property
    def step(self) -> int:
        """After how many steps it is looked at."""
        return int(self.history.weight_step)

    @property
    def snapshot(self) -> int:
        """The snapshot of that step."""
        return int(np.flatnonzero(self.history.steps == self.step)[0])

    @cached_property
    def valleys(self) -> tuple[Valley, ...]:
        """The measured curves of the training loss, in the order of their steps."""
        history = self.history
        measured = zip(
            history.valley_steps.tolist(), history.valley_weights, history.valley_losses,
            history.valley_slopes.tolist(), strict=True,
        )  # fmt: skip
        return tuple(Valley(*each) for each in measured)

    @property
    def valley(self) -> Valley:
        """The one that is looked at first."""
        return next(valley for valley in self.valleys if valley.step == self.step)

    @property
    def next_weight(self) -> float:
        """What the weight is after one step."""
        return float(self.history.next_filters[tuple(self.history.weight)])

    @cached_property
    def moves(self) -> npt.NDArray[np.float32]:
        """By how much one step changes each weight, (3, 3, filters)."""
        return np.asarray(
            self.history.next_filters.squeeze(axis=2) - self.kernels_at(self.snapshot)
        )

    def loss_after(self, stride: float) -> float:
        """Return the training loss after so many times the step of all weights."""
        at = self.history.strides.tolist().index(stride)
        return float(self.history.stride_losses[at])

    @property
    def guessing(self) -> float:
        """The loss of one who gives every class the same probability."""
        return math.log(self.history.probabilities.shape[2])

    @cached_property
    def way(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Steps, and the training loss about each: the mean of the batches around it."""
        count = len(self.history.losses)
        steps = np.unique(np.geomspace(1, count, _POINTS).round().astype(np.int64))
        half = pictures.BATCHES // 2
        about = [self.history.losses[max(0, step - half) : step + half].mean() for step in steps]
        return steps, np.array(about, np.float64)

    # The pictures.

    @cached_property
    def limit(self) -> float:
        """End of the scale of weights: the largest of all snapshots."""
        return float(np.abs(self.history.filters).max())

    def wall(self, snapshot: int, *, marked: bool = False, name: str = "kernels") -> Maps:
        """Describe the kernels at a snapshot; marked are those that became edges or lines."""
        steps = self.history.steps
        marks = self.filters_of("edge", "line", "spot") if marked else ()
        return pictures.wall(
            self.kernels_at(snapshot), self.limit, self.layer, int(steps[snapshot]),
            int(steps[-1]), {f"filter-{n}": n for n in marks}, name,
        )  # fmt: skip

    def kernels_picture(self, snapshot: int = 0, *, marked: bool = False) -> Diagram:
        """Describe all kernels, as large as they can be."""
        return pictures.walls(self.wall(snapshot, marked=marked))

    def reading(self) -> Diagram:
        """Describe the untrained kernels, the digit and what it is taken for."""
        return pictures.read(self.wall(0), self.pixels, self.chances_of(0), self.label)

    def surprise(self) -> Diagram:
        """Describe the digit's loss."""
        return pictures.surprise(self.pixels, self.chances_of(0), self.label, self.highest)

    def batch(self) -> Diagram:
        """Describe the losses of a batch and their mean."""
        return pictures.batch(self.history.batch_losses, self.highest)

    def valley_picture(
        self, valley: Valley, *, gone: bool = False, upright: bool = False
    ) -> Diagram:
        """Describe one weight and its valley, before the step or after it."""
        snapshot = self.history.steps.tolist().index(valley.step)
        return pictures.valley(
            self.kernels_at(snapshot)[:, :, self.filter],
            float(np.abs(self.history.valley_weights).max()), self.place, valley.weights,
            valley.losses, valley.slope, filter=self.filter, step=valley.step,
            now=self.next_weight if gone else None, named=valley.step == self.step,
            upright=upright,
        )  # fmt: skip

    def slopes(self) -> Diagram:
        """Describe all kernels, and what one step adds to each weight."""
        return pictures.walls(self.wall(self.snapshot), self.moves)

    def strides(self) -> Diagram:
        """Describe what steps of all weights do to the training loss."""
        said = {
            "before": (pictures.BEFORE, 0.0), "step": (pictures.ONE_STEP, 1.0),
            "far": (pictures.FAR, FAR),
        }  # fmt: skip
        losses = {name: (words, self.loss_after(far)) for name, (words, far) in said.items()}
        return pictures.strides(self.wall(self.snapshot), losses, self.guessing)

    @property
    def checks(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Steps, and the accuracy on the test set after each."""
        return self.history.steps[1:], self.history.test_accuracy[1:]

    def run_picture(self, snapshot: int = -1) -> Diagram:
        """Describe the whole training, with the kernels at one snapshot."""
        return pictures.run(self.wall(snapshot), self.way, self.checks)

    def whole(self, snapshots: Sequence[int], about: Caption) -> Diagram:
        """Describe the whole training, with the kernels at several snapshots."""
        last = len(self.history.steps) - 1
        walls = [self.wall(n, marked=n == last, name=f"kernels-{n}") for n in snapshots]
        return pictures.whole(walls, self.way, self.checks, about)

    def story(self, snapshot: int, *, upright: bool = False) -> Diagram:
        """Describe how the digit was read until a snapshot."""
        steps = self.history.steps
        told = [(int(steps[n]), float(self.chances[n])) for n in self.stops]
        return pictures.story(
            self.pixels, self.chances_of(snapshot), self.label, (steps[1:], self.chances[1:]),
            told, int(steps[-1]), upright=upright,
        )  # fmt: skip

    def payoff(self) -> Diagram:
        """Describe the kernel before and after, and the way of its weight."""
        weights = self.history.filters[(slice(None), *self.history.weight.tolist())]
        steps = self.history.steps
        told = [
            int(np.abs(steps[1:] - step).argmin())
            for step in (self.step, *_TOLD)
        ]  # fmt: skip
        return pictures.payoff(
            self.kernels_at(0)[:, :, self.filter], self.kernels_at(-1)[:, :, self.filter],
            self.limit, self.place, (steps[1:], weights[1:]), filter=self.filter,
            told=list(dict.fromkeys(told)),
        )  # fmt: skip

    @property
    def pixels(self) -> npt.NDArray[np.float32]:
        """The digit, (height, width)."""
        return np.asarray(self.digit.pixels.squeeze(axis=2))

    def chances_of(self, snapshot: int) -> npt.NDArray[np.float32]:
        """Return the probabilities of all classes at a snapshot."""
        return np.asarray(self.history.probabilities[snapshot, self.sample])

    @property
    def highest(self) -> float:
        """The largest loss that is shown, rounded up."""
        return float(np.ceil(max(self.history.batch_losses.max(), self.loss_of(0))))

    @property
    def stops(self) -> tuple[int, ...]:
        """The snapshots at which the digit's story is told."""
        last = len(self.answers) - 1
        if self.relapses:
            return self.relapses
        return (last,) if self.settled is None else (max(1, self.settled),)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: one weight and its valley, all weights, the run, what it came to."""
        yield Beat.of("question", self.title, *self._tell_question())
        yield Beat.of("loss", _LOSS_TITLE, *self._tell_loss())
        yield Beat.of("weight", _WEIGHT_TITLE, *self._tell_weight())
        yield Beat.of("all", _ALL_TITLE, *self._tell_all())
        yield Beat.of("run", _RUN_TITLE, *self._tell_run())
        answer = self.answer.fill(n=self._steps)
        yield Beat.of(
            "answer", self.title,
            Event("patterns", 2.8, self._patterns_caption(), detail=1),
            Event("answer", 5.0, answer),
        )  # fmt: skip

    def _tell_question(self) -> Iterator[Event]:
        yield Event("random", 2.8, self.question)
        lucky = int(self.answers[0]) == self.label
        said = _LUCKY if lucky else _GUESS.fill(a=int(self.answers[0]))
        yield Event("reads", 3.0, said.fill(k=self.label), detail=2)

    def _tell_loss(self) -> Iterator[Event]:
        yield Event("surprise", 3.2, _SURPRISE, detail=1)
        yield Event("batch", 4.2, _BATCH.fill(n=len(self.history.batch_losses)))

    def _tell_weight(self) -> Iterator[Event]:
        yield Event("valley", 4.2, _VALLEY, self.valley)
        down = _SMALLER if self.valley.slope > 0 else _LARGER
        yield Event("slope", 3.0, _SLOPE.fill(way=down), self.valley)
        yield Event("step", 3.0, _STEP, self.valley, detail=1)
        for valley in self.valleys:
            if valley.step != self.step:
                said = _OTHER_VALLEY.fill(s=valley.step, v=fmt.number(valley.slope, 3))
                yield Event(f"valley-{valley.step}", 5.0, said, valley, "other_valley", detail=2)

    def _tell_all(self) -> Iterator[Event]:
        yield Event("slopes", 3.0, _ALL, detail=1)
        count = fmt.count(Network.load("cnn").parameters)
        yield Event("downhill", 3.0, _DOWNHILL.fill(n=count))
        yield Event("predict-far", self.pause, ask=self._ask(), detail=1)
        far = self.loss_after(FAR)
        said = _TOO_FAR if far > self.guessing else _FAR
        values = {"v": fmt.number(far), "g": fmt.number(self.guessing)}
        used = {name: value for name, value in values.items() if name in said.fields}
        yield Event("far", 2.6, said.fill(**used), detail=1)

    def _ask(self) -> Question:
        """Ask what three times the step does; the wrong numbers come of known mistakes."""
        before, after, far = (self.loss_after(n) for n in (0.0, 1.0, FAR))
        straight = before + FAR * (after - before)
        choices = [(far, None), (straight, _NOT_STRAIGHT), (after, _NOT_LEVEL)]
        return Question(
            _HOW_FAR,
            tuple(
                Choice(Caption(en=fmt.number(value), zh=fmt.number(value)), reply)
                for value, reply in sorted(choices, key=lambda choice: choice[0])
            ),
        )

    def _tell_run(self) -> Iterator[Event]:
        batch = len(self.history.batch_losses)
        yield Event("run", 5.0, _RUN.fill(n=self._steps, m=batch))
        yield Event("check", 2.8, _CHECK)
        yield Event("relapse", 3.8, _FOLLOWED.fill(k=self.label), detail=1)
        yield Event("told", 2.6, self._story(), detail=1)

    def _story(self) -> Caption:
        """Tell how the digit was read on the way."""
        if self.settled is None:
            return _MISREAD.fill(k=self.label, a=int(self.answers[-1]))
        if not self.relapses:
            return _SETTLED.fill(k=self.label, s=int(self.history.steps[self.settled]))
        steps = [fmt.count(int(self.history.steps[n])) for n in self.relapses]
        return _RELAPSE.fill(
            s=Caption(en=_listed(steps, ", ", " and "), zh=_listed(steps, "、", "、"))
        )

    def _patterns_caption(self) -> Caption:
        spots = len(self.filters_of("spot"))
        counts = {
            "e": len(self.filters_of("edge")), "l": len(self.filters_of("line")) + spots,
            "m": len(self.filters_of("mixed")),
        }  # fmt: skip
        return (_SPOTS if spots else _PATTERNS).fill(**counts)

    @property
    def _steps(self) -> str:
        return fmt.count(int(self.history.steps[-1]))


def _most_relapses(samples: Sequence[int]) -> int:
    """Return which bundled digit was read right and then wrong again most often; first in a tie.

    Those that are read right surely in the end come before all others.
    """
    chances = facts.learning().probabilities
    bundled = digits.load()

    def relapses(sample: int) -> tuple[bool, int]:
        label = bundled[sample].label
        right = chances[:, sample].argmax(axis=1) == label
        return bool(chances[-1, sample, label] > _SURE), int((right[:-1] & ~right[1:]).sum())

    return max(samples, key=relapses)


def _listed(words: list[str], comma: str, last: str) -> str:
    return comma.join(words[:-1]) + (last if len(words) > 1 else "") + words[-1]


_LOSS_TITLE = Caption(en="Learning: what is lowered", zh="学习：要降低的是什么")
_WEIGHT_TITLE = Caption(en="Learning: one weight", zh="学习：一个权重")
_ALL_TITLE = Caption(en="Learning: all weights at once", zh="学习：所有权重一起")
_RUN_TITLE = Caption(en="Learning: step by step", zh="学习：一步一步")
_GUESS = Caption(
    en="Untrained, it reads this {k} as {a}: a guess.",
    zh="没训练时，它把这个 {k} 判为 {a}。",
)
_LUCKY = Caption(
    en="Untrained, it reads this {k} right: a lucky guess.",
    zh="没训练时，它碰巧认对这个 {k}。",
)
_SURPRISE = Caption(
    en="Loss, −ln p: how surprising the right answer is.",
    zh="损失 −ln p：正确答案有多意外。",
)
_BATCH = Caption(
    en="Training loss: the mean over {n} training digits.",
    zh="训练损失：{n} 个训练样本的平均。",
)
_VALLEY = Caption(
    en="One weight, smaller or larger: the loss draws a valley.",
    zh="把一个权重调小调大，损失画出山谷。",
)
_SLOPE = Caption(en="The slope says which way is down: {way}.", zh="斜率告诉它哪边是下坡：{way}。")
_SMALLER = Caption(en="a smaller weight", zh="权重要变小")
_LARGER = Caption(en="a larger weight", zh="权重要变大")
_STEP = Caption(en="Its step that way is small.", zh="它朝那边走一小步。")
_OTHER_VALLEY = Caption(
    en="Step {s}: another valley, with slope {v}.", zh="训练 {s} 步时是另一道山谷，斜率 {v}。"
)
_ALL = Caption(
    en="Alone it hardly helps. But every weight has a slope.",
    zh="单个权重帮助很小，但个个都有斜率。",
)
_DOWNHILL = Caption(
    en="All {n} parameters take their step at once.", zh="全部 {n} 个参数各走一步。"
)
_HOW_FAR = Caption(
    en="The same step, three times as far: which loss?", zh="三倍步长，损失会是多少？"
)
_NOT_STRAIGHT = Caption(
    en="The valley bends: its slope holds only close by.", zh="山谷是弯的：斜率只在附近有效。"
)
_NOT_LEVEL = Caption(
    en="The direction says where; how far decides whether you land in the valley.",
    zh="方向只说往哪走，步长决定能不能落在谷里。",
)
_TOO_FAR = Caption(
    en="Too far: {v}, worse than guessing ({g}).", zh="步子太大：{v}，比瞎猜（{g}）还差。"
)
_FAR = Caption(en="Three times as far: {v}.", zh="三倍步长：{v}。")
_RUN = Caption(
    en="{n} steps, each downhill for its {m} training digits.",
    zh="共 {n} 步，每步都为 {m} 个训练样本下坡。",
)
_CHECK = Caption(en="The check: digits it never learned from.", zh="检验：用没学过的样本。")
_FOLLOWED = Caption(
    en="And this {k}? How it was read on the way:", zh="这个 {k} 呢？一路上的预测："
)
_RELAPSE = Caption(en="Not straight: misread again at steps {s}.", zh="并不直：{s} 步时又认错。")
_SETTLED = Caption(
    en="From step {s} on, this {k} is read right.", zh="从第 {s} 步起，这个 {k} 一直认对。"
)
_MISREAD = Caption(
    en="In the end it still reads this {k} as {a}.", zh="直到最后，仍把这个 {k} 判为 {a}。"
)
_PATTERNS = Caption(
    en="{e} became edge detectors, {l} line detectors, {m} neither.",
    zh="{e} 个边缘，{l} 个线条，{m} 个都不是。",
)
_SPOTS = Caption(
    en="{e} became edge detectors, {l} lines or spots, {m} neither.",
    zh="{e} 个边缘，{l} 个线条或斑点，{m} 个都不是。",
)
