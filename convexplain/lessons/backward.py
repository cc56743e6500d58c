"""How a filter learns: errors run back through the network and meet the pixels of its weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import backward_words as words
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.backward_answer import Outcome
from convexplain.lessons.parts.backward_gates import Gate, gates_of
from convexplain.lessons.parts.backward_laid import LARGEST
from convexplain.lessons.parts.backward_picture import BackwardPicture
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.network_lesson import DEFAULT, FilterLesson
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.subject import Role, ancestors
from convexplain.network import BackwardTrace, Layer, Network, Trace
from convexplain.ops import GradientStep, GradientSteps
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: Of so many layers each steps by itself.
STAGES = 6


@dataclass(frozen=True)
class Backward(FilterLesson):
    """How the kernel of the first convolution gets its gradient, number by number."""

    name: ClassVar[str] = "backward"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER
    needs: ClassVar[tuple[Role, ...]] = ("convolution over a gray picture", "probabilities")

    label: int | None = option(
        None,
        en="the picture's class, if it is not known",
        zh="图片的类别（未知时给出）",
        metavar="K",
    )
    rate: float = option(
        0.001, en="learning rate of the step that is taken", zh="所走一步的学习率", metavar="R"
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        if not 0 < self.rate <= 1:
            raise UsageError(
                "--rate {rate:g} is not possible: give more than 0 to 1", rate=self.rate
            )
        _ = self.back  # a picture of unknown class is refused at once

    @classmethod
    def digit_of(cls, label: int, network: Network) -> Picture:
        """Give the bundled digit of a class from which a network learns most: of the largest loss.

        Of a network that does not read digits it is the class's first.
        """
        own = [picture for picture in digits.load() if picture.label == label]
        if not own or not network.reads_digits:
            return digits.first(label)
        return max(own, key=lambda picture: _loss_of(network, picture, label))

    @property
    def right(self) -> int:
        """The picture's class."""
        given = self.subject.label if self.label is None else self.label
        if given is None:
            raise UsageError(
                "it is not known what this picture is, so there is no error to carry back: give "
                "its class with --label K"
            )
        return given

    @cached_property
    def back(self) -> BackwardTrace:
        """The picture's way back."""
        return self.trace.backward(self.right)

    @property
    def shown_filter(self) -> int:
        """The filter asked for, the example's, or else the one with the largest gradient."""
        if self.filter is not None:
            return self.filter
        if self.model == DEFAULT and self.picture is None:
            return int(self.chosen["filter"])
        kernels = self.back.gradients[f"{self.shown_layer}/kernel"]
        return int((kernels**2).sum(axis=(0, 1, 2)).argmax())

    # Numbers of the filter.

    @cached_property
    def steps(self) -> GradientSteps:
        """How each weight of the filter gets its gradient."""
        return self.back.steps(self.shown_layer, self.shown_filter)

    @cached_property
    def gradient(self) -> npt.NDArray[np.float64]:
        """The loss's gradient by the filter's weights, (height, width)."""
        return np.array([step.value for step in self.steps]).reshape(self.steps.size)

    @property
    def kernel(self) -> npt.NDArray[np.float32]:
        """The filter's weights, (height, width)."""
        return self.subject.kernels(self.shown_layer)[:, :, self.shown_filter]

    @cached_property
    def told(self) -> GradientStep:
        """The weight that is followed: of those that hold as printed, the one of largest slope.

        Its sum holds, and its step; two products of it print as more than 0, if there are such.
        """
        follows = self.picture_of().follows

        def rank(step: GradientStep) -> tuple[bool, bool, bool, float]:
            seen = [part for part in step.breakdown(LARGEST).parts if fmt.rounded(part.value)]
            return (
                not _holds(step),
                not follows(step.row, step.col),
                len(seen) < LARGEST,
                -abs(step.value),
            )

        return min(self.steps, key=rank)

    @property
    def followed(self) -> tuple[int, int]:
        """Row and column of the weight that is followed."""
        return self.told.row, self.told.col

    @cached_property
    def reader(self) -> Layer | None:
        """The pooling that reads the filter's map, if there is one."""
        name = self.shown_layer
        readers = [one for one in self.network.layers if name in self.network.sources(one.name)]
        return readers[0] if len(readers) == 1 and readers[0].family == "pooling" else None

    @property
    def arriving(self) -> tuple[str, npt.NDArray[np.float64]]:
        """The layer at which the errors arrive, the pooling or the convolution, and its errors."""
        name = self.shown_layer if self.reader is None else self.reader.name
        return name, self.back.errors[name][:, :, self.shown_filter]

    @cached_property
    def gates(self) -> tuple[Gate, Gate] | None:
        """A window of the pooling that an error comes through, and one in which ReLU stops it."""
        layer = self.network.layer(self.shown_layer)
        return gates_of(self.back, layer, self.reader, self.shown_filter)

    @property
    def behind(self) -> tuple[str, ...]:
        """The layers that the errors go through to the map at which they are seen first."""
        last = self.shown_layer if self.gates is None else self.arriving[0]
        return tuple(
            layer.name for layer in reversed(self.network.layers)
            if last in ancestors(self.network, layer.name)
        )  # fmt: skip

    @property
    def before(self) -> npt.NDArray[np.float64]:
        """The errors of the filter's map, before its activation."""
        return self.back.before(self.shown_layer)[:, :, self.shown_filter]

    # A step.

    @property
    def stepping(self) -> dict[str, int]:
        """How many weights and biases of each layer step, if it has some."""
        sizes = dict.fromkeys((layer.name for layer in self.network.layers), 0)
        for name, gradient in self.back.gradients.items():
            sizes[name.rpartition("/")[0]] += gradient.size
        return {name: size for name, size in sizes.items() if size}

    @property
    def stages(self) -> tuple[tuple[Caption | str, int], ...]:
        """What steps one after the other: its name, and how many weights; of many layers all."""
        found = self.stepping
        if len(found) > STAGES:
            return ((words.layers(len(found)), sum(found.values())),)
        return tuple(found.items())

    @cached_property
    def stepped(self) -> BackwardTrace:
        """The picture in the network whose weights have all taken a step."""
        weights: dict[str, npt.NDArray[Any]] = dict(self.network.weights)
        for name, gradient in self.back.gradients.items():
            weights[name] = weights[name] - self.rate * gradient
        changed = dataclasses.replace(self.network, weights=weights)
        return Trace(changed, self.trace.image).backward(self.right)

    # The pictures.

    def picture_of(self) -> BackwardPicture:
        """What all of its pictures are made of; of the pooled map what the layers behind read."""
        layer = self.network.layer(self.shown_layer)
        assert layer.window is not None
        arriving = pooled = None
        if self.gates is not None:
            name, arriving = self.arriving
            # Where no error arrives at its end, nothing is read.
            rows, cols = (int(np.flatnonzero(arriving.any(axis=axis))[-1]) + 1 for axis in (1, 0))
            arriving = arriving[:rows, :cols]
            seen = self.trace.activations[name][:rows, :cols, self.shown_filter]
            pooled = seen.astype(np.float64)
        return BackwardPicture(
            drawn=self.drawn, kernel=self.kernel.astype(np.float64), gradient=self.gradient,
            before=self.before,
            window=layer.window.on((self.trace.image.shape[0], self.trace.image.shape[1])),
            filter=self.shown_filter, layer=self.shown_layer, rate=self.rate,
            responses=self.response_map.astype(np.float64), pooled=pooled, arriving=arriving,
        )  # fmt: skip

    @cached_property
    def classes(self) -> tuple[int, int]:
        """The right class, and that which it is taken for, or is most probable but for it."""
        others = (int(k) for k in np.argsort(-self.trace.shares, kind="stable"))
        first, second = sorted((self.right, next(k for k in others if k != self.right)))
        return first, second

    def outcome(self, of: BackwardTrace) -> Outcome:
        """What a network makes of the picture."""
        names = {k: class_label(self.network, k) for k in self.classes}
        shares = {k: float(of.trace.shares[k]) for k in self.classes}
        return Outcome(names, self.right, self.network.classes, shares, of.loss)

    @cached_property
    def outcomes(self) -> tuple[Outcome, Outcome]:
        """What it makes of the picture at first, and after all weights have stepped."""
        return self.outcome(self.back), self.outcome(self.stepped)

    @property
    def most(self) -> float:
        """The largest loss that is shown."""
        return max([self.outcomes[0].most, *(one.loss for one in self.outcomes)])

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure."""
        return self.picture_of().diagram(self.told, self.shown_layer)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: the error, its way back, the sum for each weight, and one step."""
        yield Beat.of("question", self.title, *self._tell_question())
        yield Beat.of("back", self.title, *self._tell_back())
        yield Beat.of("lay", self.title, *self._tell_sum())
        yield Beat.of("places", self.title, *self._tell_places())
        yield Beat.of("step", self.title, *self._tell_step())
        worse = self.stepped.loss > self.back.loss
        said = words.TOO_FAR if worse else self.answer
        yield Beat.of("answer", self.title, Event("answer", 3.4, said))

    @property
    def called(self) -> Caption:
        """What the right class is called."""
        return self.network.class_name(self.right)

    def _tell_question(self) -> Iterator[Event]:
        shares = self.trace.shares
        right = fmt.number(shares[self.right])
        taken = self.trace.prediction
        if taken == self.right:
            asked = words.ASKED_RIGHT.fill(k=self.called, q=right)
        else:
            asked = words.ASKED.fill(k=self.called, j=self.network.class_name(taken))
        yield Event("reads", 4.2, asked)
        if taken != self.right:
            said = words.MISREAD.fill(
                k=self.called, j=self.network.class_name(taken),
                p=fmt.number(shares[taken]), q=right,
            )  # fmt: skip
        else:
            said = words.READ.fill(k=self.called, q=right)
        yield Event("looks", 2.6, said, detail=2)
        if self.little:
            yield Event("little", 2.6, words.LITTLE, shown_by="looks")
        yield Event("nudge", 4.5, words.NUDGE)
        yield Event("errors", 3.1, words.ERRORS, detail=1)

    @property
    def little(self) -> bool:
        """Whether all of the filter's gradients are printed as 0."""
        return all(fmt.rounded(value) == 0 for value in self.gradient.flat)

    def _tell_back(self) -> Iterator[Event]:
        many = len(self.behind)
        carried = words.BACK_ONE if many == 1 else words.BACK.fill(n=many)
        yield Event("back", 3.4, carried)
        if self.gates is None:
            return
        through, _ = self.gates
        largest = fmt.number(through.sums[through.winner])
        yield Event("winner", 3.9, words.WINNER.fill(v=largest), detail=1)
        yield Event("stopped", 2.8, words.STOPPED, detail=1)
        many, every = int(np.count_nonzero(self.before)), fmt.count(self.before.size)
        kept = words.KEPT_ONE.fill(n=every)
        if many != 1:
            kept = words.KEPT.fill(k=fmt.count(many), n=every)
        yield Event("scatter", 2.6, kept, detail=1)

    def _tell_sum(self) -> Iterator[Event]:
        if self.picture_of().products_of(self.told):
            yield Event("read", 4.4, words.READ_BY, detail=1)
        many = fmt.count(int(np.count_nonzero(self.before)))
        yield Event("lay", 4.5, words.LAY.fill(k=many))

    def _tell_places(self) -> Iterator[Event]:
        question = self.ask()
        if question is not None:
            yield Event("lie", 2.7, words.LYING, detail=1)
            yield Event("predict", self.pause, ask=question, detail=1)
        many = in_words(self.gradient.size, capital=True)
        said = words.ONE_WEIGHT if self.gradient.size == 1 else words.EACH_WEIGHT.fill(n=many)
        yield Event("places", 4.5, said)

    def ask(self) -> Question | None:
        """Ask at how many places the errors can lie; None if too few answers differ."""
        ways = {
            RIGHT: self.gradient.size, "one": 1, "errors": self.before.size,
            "pixels": self.drawn.shape[0] * self.drawn.shape[1],
        }  # fmt: skip
        replies = {"one": words.ONE, "errors": words.ERRORS_IN_IT, "pixels": words.PIXELS}
        choices = mistakes.choices(ways, fmt.count, replies)
        return None if len(choices) < FEWEST_CHOICES else Question(words.ASK, choices)

    def _tell_step(self) -> Iterator[Event]:
        yield Event("step", 2.7, words.STEP)
        yield Event("moved", 2.9, detail=1)
        every = fmt.count(sum(self.stepping.values()))
        yield Event("again", 3.2, words.EVERY.fill(n=every), detail=1)


def _holds(step: GradientStep) -> bool:
    """Return whether a sum, and each product of it that is written out, is right as printed."""
    account, width = step.breakdown(LARGEST), step.products.shape[1]
    total = fmt.rounded(account.rest)
    for part in account.parts:
        at = divmod(part.place, width)
        product = fmt.rounded(step.met[at]) * fmt.rounded(step.errors[at])
        if fmt.rounded(product) != fmt.rounded(part.value):
            return False
        total += product
    return account.adds_up() and fmt.rounded(total) == fmt.rounded(step.value)


def _loss_of(network: Network, picture: Picture, label: int) -> float:
    trace = Trace(network, network.prepare(picture))
    return trace.backward(label).loss
