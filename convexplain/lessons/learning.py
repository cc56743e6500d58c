"""How filters are born: one weight on its curve of the training loss, then all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import learning_picture as pictures
from convexplain.lessons.parts import learning_words as words
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.hierarchy_words import listed
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.subject import name_of
from convexplain.network import Network
from convexplain.ops import conv2d
from convexplain.panels import Diagram, Maps
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: A digit that is surely read right in the end makes the better example.
_SURE = 0.99
#: About which steps the accuracy is told.
_CHECKED = (0, 16, 64, 256, 10**9)
#: Digits on which the accuracy is measured.
_TESTED = 10_000
#: How many times as far as their step all weights go where a card tells what becomes of the loss.
FAR = 3.0
#: How many times as far as the step one sees to each side from nearby: so that it is large.
_CLOSE = 1.7
#: Points of the curve of the training loss, evenly apart on its logarithmic axis.
_POINTS = 160


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
        None,
        en="the bundled digit that is read all along the training",
        zh="训练过程中一直在认的内置手写数字",
    )

    @cached_property
    def history(self) -> facts.Learning:
        """What was seen of the shipped convnet while it was trained."""
        return facts.learning()

    # The digit that is read all along.

    @cached_property
    def sample(self) -> int:
        """Number of the bundled digit: that which was misread again most often, if none is given.

        Of those that the trained network surely reads right.
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
        return _telling(range(len(bundled)))

    @classmethod
    def digit_of(cls, label: int, network: Network) -> Picture:
        """Give the bundled digit of a class that was misread again most often."""
        own = [n for n, digit in enumerate(digits.load()) if digit.label == label]
        return digits.sample(_telling(own)) if own else digits.first(label)

    @property
    def digit(self) -> Picture:
        """The digit."""
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

    def loss_of(self, snapshot: int) -> float:
        """Return the cross-entropy on the digit, minus the logarithm of the right probability."""
        return -math.log(self.chances[snapshot])

    @property
    def printed_chance(self) -> str:
        """The right class's probability, with so many digits that its logarithm is the loss."""
        chance, loss = self.chances[self.snapshot], fmt.number(self.loss_of(self.snapshot))
        said = (fmt.number(chance, decimals) for decimals in range(2, 7))
        return next(
            text for text in said
            if float(text) > 0 and fmt.number(-math.log(float(text))) == loss
        )  # fmt: skip

    @cached_property
    def answers(self) -> npt.NDArray[np.intp]:
        """What the digit was taken for at each snapshot."""
        return np.asarray(self.history.probabilities[:, self.sample].argmax(axis=1))

    @property
    def again(self) -> tuple[int, ...]:
        """Snapshots at which it was misread, but read right at the one before.

        None if it is misread in the end: then that is told.
        """
        right = self.answers == self.label
        if not right[-1]:
            return ()
        after = range(self.snapshot + 1, len(right))
        return tuple(n for n in after if right[n - 1] and not right[n])

    @property
    def mean_falls(self) -> bool:
        """Whether the training loss is lower each time the digit is misread again, and then."""
        at = [self.step, *(int(self.history.steps[n]) for n in self.again)]
        steps, losses = self.way
        means = [*np.interp(at, steps, losses).tolist(), float(losses[-1])]
        return all(later < sooner for sooner, later in pairwise(means))

    def class_name(self, label: int) -> Caption:
        """Return what a class is called."""
        return class_label(Network.load("cnn"), label)

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
    def valley(self) -> Valley:
        """The measured curve of the training loss at the step at which the weight is looked at."""
        history = self.history
        at = history.valley_steps.tolist().index(self.step)
        return Valley(
            self.step, history.valley_weights[at], history.valley_losses[at],
            float(history.valley_slopes[at]),
        )  # fmt: skip

    @property
    def next_weight(self) -> float:
        """What the weight is after one step."""
        return float(self.history.next_filters[tuple(self.history.weight)])

    @property
    def fallen(self) -> str:
        """By how much that step alone lowers the loss, with one digit that is not zero."""
        near, losses = self.history.near_weights, self.history.near_losses
        fallen = self.valley.loss - float(np.interp(self.next_weight, near, losses))
        return fmt.number(fallen, -math.floor(math.log10(fallen)))

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

    def kernels_picture(self, snapshot: int = 0) -> Diagram:
        """Describe all kernels, as large as they can be."""
        return pictures.walls(self.wall(snapshot))

    def map_at(self, snapshot: int) -> npt.NDArray[np.float64]:
        """Return how the filter of that weight responds to the digit at a snapshot."""
        history, own = self.history, np.s_[..., self.filter : self.filter + 1]
        found = conv2d(
            self.digit.pixels, history.filters[snapshot][own], history.bias[snapshot][own]
        )
        return np.asarray(np.maximum(found.squeeze(axis=2), 0), np.float64)

    def born_picture(self) -> Diagram:
        """Describe the filter of that weight before and after training, and what it then finds."""
        steps = self.history.steps
        states = {
            name: (int(steps[n]), self.kernels_at(n)[:, :, self.filter])
            for name, n in (("before", 0), ("after", -1))
        }
        found = words.RESPONDS.fill(k=self.class_name(self.label))
        maps = {"before": self.map_at(0), "after": self.map_at(-1)}
        return pictures.born(
            self.pixels, states, maps, self.limit, found, filter=self.filter, place=self.place
        )

    def valley_picture(self, valley: Valley, *, near: float = 0.0, gone: bool = False) -> Diagram:
        """Describe one weight and its valley, before its step or after it, from 0 to 1 near."""
        snapshot = self.history.steps.tolist().index(valley.step)
        weights, losses = self.seen(valley, near)
        return pictures.valley(
            self.kernels_at(snapshot)[:, :, self.filter],
            float(np.abs(self.history.valley_weights).max()), self.place, weights, losses,
            valley.slope, filter=self.filter, step=valley.step, own=valley.weight,
            near=near == 1, gone=(self.next_weight, self.fallen) if gone else None,
        )  # fmt: skip

    def seen(
        self, valley: Valley, near: float
    ) -> tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.float64]]:
        """Return what is seen of a valley: all weights, only those near by, or a part between."""
        if not near:
            return valley.weights, valley.losses
        close = self.history.near_weights, self.history.near_losses
        # As ever the same share is left out, it comes near evenly.
        seen = 2 * _CLOSE * abs(self.next_weight - valley.weight)
        share = (seen / float(np.ptp(valley.weights))) ** near
        weights = valley.weight + share * (valley.weights - valley.weight).astype(np.float64)
        beside = (valley.weights < close[0][0]) | (valley.weights > close[0][-1])
        every = np.concatenate([close[0], valley.weights[beside]])
        found = np.concatenate([close[1], valley.losses[beside]])
        order = np.argsort(every)
        return weights, np.interp(weights, every[order], found[order])

    def strides(self) -> Diagram:
        """Describe all kernels, what one step adds to each weight, and to the training loss."""
        said = {"before": (pictures.BEFORE, 0.0), "step": (pictures.ONE_STEP, 1.0)}
        losses = {name: (told, self.loss_after(far)) for name, (told, far) in said.items()}
        weights = self.moves.size
        every = Network.load("cnn").parameters
        told = pictures.PART_OF.fill(n=fmt.count(weights), all=fmt.count(every))
        return pictures.strides(
            self.wall(self.snapshot), self.moves, losses, len(self.history.batch_losses), told,
            filter=self.filter, place=self.place,
        )  # fmt: skip

    @property
    def checks(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Steps, and the accuracy on the test set after each."""
        return self.history.steps[1:], self.history.test_accuracy[1:]

    def guess_picture(self) -> Diagram:
        """Describe the digit, and what was thought of it when one weight is looked at."""
        shares = self.history.probabilities[self.snapshot, self.sample]
        names = [self.class_name(n) for n in range(len(shares))]
        return pictures.guess(
            self.pixels,
            names,
            shares,
            self.label,
            self.printed_chance,
            self.step,
        )

    def surprise_picture(self) -> Diagram:
        """Describe its loss then, on the same axes as those from which the next step learned."""
        chance = float(self.chances[self.snapshot])
        return pictures.surprise(
            self.pixels, self.class_name(self.label), self.label, self.printed_chance, chance,
            float(self.history.batch_losses.max()),
        )  # fmt: skip

    @cached_property
    def by_loss(self) -> npt.NDArray[np.intp]:
        """The training digits of that step, the best first."""
        return np.argsort(self.history.batch_losses, kind="stable")

    def batch_picture(self) -> Diagram:
        """Describe the training digits of that step, the best first, and the loss of each."""
        every = self.history.batch_pixels[self.by_loss] / np.float32(255)
        return pictures.batch(
            np.moveaxis(every, 0, 2), self.history.batch_losses, self.by_loss.tolist()
        )

    @property
    def told(self) -> tuple[int, ...]:
        """Snapshots at which it is told what the digit was read as, the last of all among them.

        Where it is misread again, and right before; else from where on it is read right.
        """
        right = self.answers == self.label
        last = len(right) - 1
        if self.again or not right[-1]:
            return (*(at for n in self.again for at in (n - 1, n)), last)
        return tuple(dict.fromkeys((self._right_from, last)))

    @property
    def _right_from(self) -> int:
        """From which snapshot on the digit is read right, of those that are told of."""
        wrong = np.flatnonzero(self.answers[self.snapshot :] != self.label)
        return self.snapshot + (int(wrong[-1]) + 1 if len(wrong) else 0)

    def run_picture(self) -> Diagram:
        """Describe what the digit was read as on the way, beside the loss step by step."""
        reads = [
            pictures.Read(int(self.history.steps[n]), self.class_name(int(self.answers[n])),
                          wrong=n in self.again)
            for n in self.told
        ]  # fmt: skip
        return pictures.run(self.pixels, reads, self.way)

    def descent_picture(self, snapshot: int = -1) -> Diagram:
        """Describe the kernels at one snapshot, and the loss step by step."""
        return pictures.descent(self.wall(snapshot), self.way)

    def check_picture(self) -> Diagram:
        """Describe the accuracy on digits of which nothing is learned, beside the same."""
        steps = self.history.steps.tolist()
        shown = {steps[int(np.abs(self.history.steps - step).argmin())] for step in _CHECKED}
        checks = {
            step: float(self.history.test_accuracy[steps.index(step)]) for step in sorted(shown)
        }
        return pictures.checked(self.wall(-1), checks, _TESTED)

    def whole(self, snapshots: Sequence[int], about: Caption) -> Diagram:
        """Describe the whole training, with the kernels at several snapshots."""
        last = len(self.history.steps) - 1
        walls = [self.wall(n, marked=n == last, name=f"kernels-{n}") for n in snapshots]
        return pictures.whole(walls, self.way, self.checks, about)

    @property
    def pixels(self) -> npt.NDArray[np.float32]:
        """The digit, (height, width)."""
        return np.asarray(self.digit.pixels.squeeze(axis=2))

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: one weight and its valley, all weights, the run, what it came to."""
        n = self._steps
        yield Beat.of("question", self.title, Event("random", 3.4, self.question))
        yield Beat.of("loss", words.LOSS_TITLE, *self._tell_loss())
        yield Beat.of("weight", words.WEIGHT_TITLE, *self._tell_weight())
        yield Beat.of("all", words.ALL_TITLE, *self._tell_all())
        yield Beat.of("run", words.RUN_TITLE, *self._tell_run())
        yield Beat.of(
            "answer", self.title,
            Event("answer", 5.8, self.answer.fill(n=n)),
        )  # fmt: skip

    def _tell_loss(self) -> Iterator[Event]:
        name, at, said = self.class_name(self.label), self.snapshot, self.printed_chance
        taken = int(self.answers[at])
        steps = fmt.count(self.step)
        if taken == self.label:
            read = words.SURE_OF.fill(s=steps, k=name, p=said)
        else:
            read = words.GUESS.fill(s=steps, k=name, a=self.class_name(taken))
        yield Event("guess", 3.6, read, detail=1)
        yield Event("best", 2.6, words.BEST, detail=1)
        yield Event("loss", 2.8, words.LOSS.fill(p=said), detail=1)
        yield Event("mean", 3.4, words.MEAN.fill(n=len(self.history.batch_losses)))

    def _tell_run(self) -> Iterator[Event]:
        name = self.class_name(self.label)
        yield Event("run", 5.0, words.RUN.fill(n=self._steps))
        yield Event("again", 4.2, self._way_of_the_digit(name), detail=1)
        yield Event("check", 3.4, words.CHECK, detail=1)

    def _way_of_the_digit(self, name: Caption) -> Caption:
        """Say how the digit was read: misread again, or right from some step on."""
        right = self.answers == self.label
        if not right[-1]:
            return words.WRONG.fill(k=name, a=self.class_name(int(self.answers[-1])))
        steps = self.history.steps
        if self.again:
            when = listed([fmt.count(int(steps[n])) for n in self.again])
            one, many = (words.JUMP, words.JUMPS) if self.mean_falls else (words.ONCE, words.AGAIN)
            return (many if len(self.again) > 1 else one).fill(k=name, s=when)
        return words.RIGHT.fill(k=name, s=fmt.count(int(steps[self._right_from])))

    def _tell_weight(self) -> Iterator[Event]:
        yield Event("valley", 4.0, words.VALLEY, self.valley)
        yield Event("predict", self.pause, ask=self._ask(), detail=1)
        yield Event("slope", 3.0, words.SLOPE.fill(way=self._way_down), self.valley)
        yield Event("step", 4.0, words.STEP, self.valley, detail=1)

    @property
    def _way_down(self) -> Caption:
        return words.SMALLER if self.valley.slope > 0 else words.LARGER

    def _ask(self) -> Question:
        """Ask which way is down: the curve shows it."""
        ways = (words.SMALLER, words.LARGER)
        return Question(
            words.WHICH_WAY,
            tuple(Choice(way, None if way == self._way_down else words.UPHILL) for way in ways),
        )

    def _tell_all(self) -> Iterator[Event]:
        yield Event("slopes", 3.4, words.ALL, detail=1)
        count = fmt.count(Network.load("cnn").parameters)
        yield Event("downhill", 3.4, words.DOWNHILL.fill(n=count))

    @property
    def _steps(self) -> str:
        return fmt.count(int(self.history.steps[-1]))


def _telling(samples: Sequence[int]) -> int:
    """Return the bundled digit that was misread again most often, of those surely read right.

    From the step on at which one weight is looked at. The first in a tie; the first of all where
    none is surely read right in the end.
    """
    history, bundled = facts.learning(), digits.load()
    sure = [n for n in samples if history.probabilities[-1, n, bundled[n].label] > _SURE]
    begun = int(np.flatnonzero(history.steps == history.weight_step)[0])

    def relapses(n: int) -> int:
        right = history.probabilities[begun:, n].argmax(axis=1) == bundled[n].label
        return int((right[:-1] & ~right[1:]).sum())

    return max(sure, key=relapses, default=samples[0])
