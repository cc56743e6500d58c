"""The depthwise separable convolution: one window a channel, then a 1 x 1 layer that mixes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits
from convexplain.lessons.parts import depthwise_words as words
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right
from convexplain.lessons.parts.checks import check_filter
from convexplain.lessons.parts.depthwise_picture import DepthwisePicture
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.separating import Separable, closest, of_shapes, own
from convexplain.lessons.parts.subject import Role
from convexplain.network import Layer
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: So many channels stand under one another.
_CHANNELS = 2
#: Of so many filters is seen what they share on one channel.
_PRICED = 3
#: They are taken from so many with the largest kernels.
_STRONGEST = 16


@dataclass(frozen=True)
class Depthwise(NetworkLesson):
    """What a separable layer saves, and what it gives up."""

    name: ClassVar[str] = "depthwise"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER
    needs: ClassVar[tuple[Role, ...]] = ("separable convolution",)
    example: ClassVar[str] = "channels"

    filter: int | None = option(
        None,
        en="the filter that is shown, counted from 0",
        zh="展示哪个过滤器，编号从 0 开始",
        metavar="N",
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        check_filter(self.filter, self._found.filters, self.layer)

    # Both layers.

    @cached_property
    def separable(self) -> Separable:
        """The network's own separable layer, or the closest one to its first wide convolution.

        Each kernel of the closest one is turned towards the shown filter's.
        """
        found = self._found
        return found if found.ordinary is None else found.facing(self.shown_filter)

    @cached_property
    def _found(self) -> Separable:
        trained = own(self.network, self.trace)
        if trained is not None:
            return trained
        return closest(self.network, self.trace, self.subject.role(self.needs[0]))

    @property
    def layer(self) -> str:
        """Name of the layer whose filters are shown."""
        return self._found.names[-1]

    @cached_property
    def shown_filter(self) -> int:
        """The filter asked for, or one that both layers' maps show: the weaker is strongest."""
        if self.filter is not None:
            return self.filter
        maps = self.ordinary_sums, self._found.sums
        return int(np.min([each.max(axis=(0, 1)) for each in maps], axis=0).argmax())

    @cached_property
    def ordinary_sums(self) -> Floats:
        """What the ordinary layer gives; of a trained separable one, what it gives itself."""
        found = self._found
        if found.ordinary is None:
            return found.sums
        window = found.window
        sums: Floats = ops.conv2d(
            found.maps.astype(np.float64), found.ordinary, found.biases, stride=window.stride,
            padding=window.padding, dilation=window.dilation,
        )  # fmt: skip
        return sums

    @cached_property
    def place(self) -> tuple[int, int]:
        """Where both layers' sums of the filter differ most."""
        n = self.shown_filter
        far = np.abs(self.ordinary_sums[:, :, n] - self.separable.sums[:, :, n])
        row, col = np.unravel_index(int(far.argmax()), far.shape)
        return int(row), int(col)

    # Some channels and filters.

    @cached_property
    def kernels(self) -> Floats:
        """The ordinary layer's kernels; of a trained separable one, those that it stands for."""
        found = self.separable
        return found.kernels if found.ordinary is None else found.ordinary

    @cached_property
    def channels(self) -> tuple[int, ...]:
        """The channels of which both steps put most into the shown filter's map, in their order."""
        parts = np.array([self._part(channel) for channel in range(self.separable.channels)])
        best = np.argsort(-parts, kind="stable")[:_CHANNELS]
        return tuple(sorted(int(n) for n in best))

    @cached_property
    def channel(self) -> int:
        """The one of them whose kernel times the shown filter's share comes out as printed.

        In a tie the one of which both steps put most into its map.
        """
        n = self.shown_filter
        return min(self.channels, key=lambda c: (self._misprinted(c, n), -self._part(c)))

    def _part(self, channel: int) -> float:
        """Return how much of a channel both steps put into the shown filter's map at most."""
        return float(np.abs(self.separable.given(channel, self.shown_filter)).max())

    @cached_property
    def priced(self) -> tuple[int, ...]:
        """The shown filter and some whose kernels on `channel` are large, in their order.

        Before others those that are, as printed, the one kernel as printed times their share; of
        these those that take most of it.
        """
        strength = (self.kernels[:, :, self.channel] ** 2).sum(axis=(0, 1))
        strongest = np.argsort(-strength, kind="stable")[:_STRONGEST].tolist()
        shares = self.separable.scales[self.channel * self.separable.per]
        strongest.sort(key=lambda n: (self._misprinted(self.channel, n) > 0, -shares[n]))
        others = [n for n in strongest if n != self.shown_filter]
        return tuple(sorted((self.shown_filter, *others[: _PRICED - 1])))

    def _misprinted(self, channel: int, filter: int) -> int:
        """Count the weights that a person who multiplies what is printed would not find."""
        found = self.separable
        own = channel * found.per
        shape = found.shapes[:, :, own].ravel()
        return sum(not fmt.multiplies((weight, found.scales[own, filter])) for weight in shape)

    # Many digits.

    @property
    def counts(self) -> tuple[int, ...]:
        """How many shapes a channel are tried: 1, 2, 4, ... and as many as weights."""
        size = self.separable.size
        return tuple(dict.fromkeys([*(n for n in (1, 2, 4) if n < size), size]))

    @cached_property
    def right(self) -> tuple[int, ...] | None:
        """How many bundled digits are read right with so many shapes a channel."""
        many, found = bundled(self.network), self.separable
        if many is None or found.ordinary is None:
            return None
        window, counted = found.window, []
        for count in self.counts:
            kernels = of_shapes(found.ordinary, count)

            def cut(layer: Layer, x: Floats, kernels: Floats = kernels) -> Floats | None:
                if layer.name != self.layer:
                    return None
                return np.asarray(
                    ops.conv2d(x, kernels, found.biases, stride=window.stride,
                               padding=window.padding, dilation=window.dilation)
                )  # fmt: skip

            counted.append(right(self.network, carried(self.network, many, instead=cut)))
        return tuple(counted)

    @property
    def read_right(self) -> tuple[int, int] | None:
        """How many bundled digits are read right with the ordinary layer, and the separable one."""
        return None if self.right is None else (self.right[-1], self.right[0])

    # The pictures.

    @cached_property
    def pictures(self) -> DepthwisePicture:
        """What all pictures are made of."""
        n = self.shown_filter
        return DepthwisePicture(
            separable=self.separable, kernels=self.kernels, sums=self.ordinary_sums[:, :, n],
            filter=n, channels=self.channels, priced=self.priced, channel=self.channel,
            place=self.place,
        )  # fmt: skip

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: the weights of both layers, to scale."""
        return self.pictures.diagram()

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: an ordinary filter, both steps, what is saved, and the price."""
        yield Beat.of("question", self.title, *self._tell_question())
        yield Beat.of("steps", self.title, *self._tell_steps())
        yield Beat.of("cost", self.title, *self._tell_cost())
        yield Beat.of("shared", self.title, *self._tell_price())
        yield Beat.of("answer", self.title, Event("answer", 4.2, self.answer))

    def _tell_question(self) -> Iterator[Event]:
        found = self.separable
        yield Event("question", 3.4, self.question)
        channels, filters = fmt.count(found.channels), fmt.count(found.filters)
        yield Event("at-once", 4.8, words.AT_ONCE.fill(k=found.size, c=channels))
        told = words.EVERY_FILTER.fill(
            f=filters, k=found.size, c=channels, n=fmt.count(found.weights[0])
        )
        yield Event("wall", 4.0, told, detail=1)

    def _tell_steps(self) -> Iterator[Event]:
        found = self.separable
        filters = fmt.count(found.filters)
        said = words.OWN_KERNEL
        if found.per > 1:
            said = words.OWN_KERNELS.fill(n=found.per)
        if found.ordinary is not None:
            said = words.ONE_FOR_ALL.fill(f=filters)
        yield Event("windows", 5.3, said)
        yield Event("mixes", 4.8, words.MIXES)
        yield Event("shares", 3.5, words.SHARES.fill(f=filters), detail=1)

    def _tell_cost(self) -> Iterator[Event]:
        found = self.separable
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        whole, less = found.weights
        told = words.AREAS.fill(
            k=found.size, c=fmt.count(found.shapes.shape[2]), m=fmt.count(found.scales.shape[0]),
            f=fmt.count(found.filters), b=fmt.count(less), p=fmt.percent(less / whole, 0),
        )  # fmt: skip
        yield Event("areas", 6.0, told)
        share = fmt.percent(found.work[1] / found.work[0], 0)
        told = words.WORK.fill(p=share, n=fmt.count(math.prod(self.pictures.places)))
        yield Event("work", 5.0, told, detail=1)

    def ask(self) -> Question | None:
        """Ask for the weights of the separable layer; None if ways print the same."""
        found = self.separable
        ordinary, less = found.weights
        ways = {RIGHT: less, "no-mixing": less - found.scales.size, "ordinary": ordinary}
        choices = mistakes.choices(ways, fmt.count, REPLIES)
        if len(choices) < FEWEST_CHOICES:
            return None
        asked = words.ASK.fill(c=fmt.count(found.channels), f=fmt.count(found.filters))
        return Question(asked, choices)

    def _tell_price(self) -> Iterator[Event]:
        alone = self.separable.ordinary is None
        said = words.ONE_EACH.fill(n=self.channel) if alone else words.PRICE
        yield Event("sharing", 4.4, said, detail=1)
        if alone:
            return
        before, now = map(fmt.number, self.pictures.values)
        told = words.NOT_RETRAINED.fill(a=before, b=now)
        if self.read_right is not None:
            ordinary, separable = map(fmt.count, self.read_right)
            every = fmt.count(len(digits.load()))
            told = words.READ_RIGHT.fill(a=separable, b=ordinary, n=every)
        yield Event("maps", 4.2, told, detail=1)


REPLIES = {"no-mixing": words.NO_MIXING, "ordinary": words.ORDINARY_STILL}
