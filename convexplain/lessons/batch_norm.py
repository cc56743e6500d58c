"""Batch normalization: four constants of each channel, which the convolution can do itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.network_lesson import FilterLesson, model_option
from convexplain.lessons.parts.normalizing import (
    NO_GAMMA_BETA,
    NO_MEAN,
    OWN,
    VARIANCE,
    Normalizing,
    by_its_own,
)
from convexplain.lessons.parts.subject import Role
from convexplain.network import Layer, Trace, folded
from convexplain.network.folding import fold, host_of
from convexplain.panels import (
    INK,
    Axis,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Either,
    Formula,
    Legend,
    Mark,
    Part,
    Row,
    Scale,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: The bundled digits are shared out into so many batches.
BATCHES = 10
#: Above the batches' largest spread the chart has so much more room.
_ROOM = 1.25
#: The four steps, by the constant that each takes.
STEPS = ("mean", "spread", "gamma", "beta")

_SUMS = Caption(en="sums of the convolution", zh="卷积的和")
_NORMALISED = Caption(en="normalized", zh="归一化之后")
_BATCH = Caption(en="batch of {n} bundled digits", zh="每批 {n} 个内置手写数字")
_STEP = Caption(en="steps of training", zh="训练步数")
_STORED = Caption(en="stored: {v}", zh="保存的：{v}")
_CALLED = (terms.MEAN, terms.SPREAD, Caption(en="γ", zh="γ"), Caption(en="β", zh="β"))
_FOLDED_IN = Caption(en="folded {host}", zh="合并后的 {host}")
_FOLDED = Caption(en="folded", zh="合并后")
_DIFFERENCE = Caption(en="difference: less than {d}", zh="差值：小于 {d}")
_FACTOR, _ADDEND = Caption(en="factor", zh="倍数"), Caption(en="shift", zh="平移")
_OF_BIAS = Caption(en="bias after", zh="之后的偏置")


@dataclass(frozen=True)
class BatchNorm(FilterLesson):
    """What a batch normalization does with one picture, and how it goes into the kernel."""

    name: ClassVar[str] = "batch-norm"
    title: ClassVar[Caption] = Caption(
        en="Batch normalization: shift and scale each channel",
        zh="批归一化：逐通道平移和缩放",
    )
    question: ClassVar[Caption] = Caption(
        en="It is named after batches. What does it do to one picture?",
        zh="名字里有“批”。只有一张图时，它做什么？",
    )
    answer: ClassVar[Caption] = Caption(
        en="A scale and a shift: the convolution can do both itself.",
        zh="缩放加平移：卷积自己就能做。",
    )
    needs: ClassVar[tuple[Role, ...]] = ("normalization",)

    model: str = model_option("blocks")

    @property
    def clearest(self) -> int:
        """The first channel with steps that add up."""
        honest = (
            n for n in range(self.filters)
            if self._constants_of(n).followed(self.sums[:, :, n]) is not None
        )  # fmt: skip
        return next(honest, self.strongest)

    # Numbers of the channel.

    @cached_property
    def host(self) -> str:
        """Name of the convolution before it."""
        found = host_of(self.network, self.shown_layer)
        assert found is not None
        return found

    @property
    def sums(self) -> Floats:
        """All maps of the convolution, (height, width, channels)."""
        return self.trace.activations[self.host]

    @cached_property
    def constants(self) -> Normalizing:
        """The channel's mean, spread, gamma and beta."""
        return self._constants_of(self.shown_filter)

    def _constants_of(self, channel: int) -> Normalizing:
        return Normalizing.of(self.network, self.shown_layer, channel)

    @cached_property
    def place(self) -> tuple[int, int]:
        """The cell that is followed: of those whose printed steps add up, the largest result."""
        found = self.constants.followed(self.sums[:, :, self.shown_filter])
        if found is not None:
            return found
        row, col = np.unravel_index(self.response_map.argmax(), self.response_map.shape)
        return int(row), int(col)

    @property
    def number(self) -> float:
        """The convolution's sum there."""
        return float(self.sums[(*self.place, self.shown_filter)])

    @property
    def steps(self) -> tuple[float, float, float, float]:
        """What becomes of it, step by step."""
        return self.constants.steps(self.number)

    @cached_property
    def own(self) -> Normalizing:
        """The constants if mean and spread were those of this picture's map."""
        own = self.sums[:, :, self.shown_filter].astype(np.float64)
        spread = float(np.sqrt(own.var() + self._epsilon))
        return Normalizing(float(own.mean()), spread, self.constants.gamma, self.constants.beta)

    # Many digits: only for a network that reads them.

    @cached_property
    def digits(self) -> Floats | None:
        """All bundled digits as the network reads them."""
        return bundled(self.network)

    @cached_property
    def batches(self) -> tuple[Floats, Floats] | None:
        """Mean and spread of the channel's sums in each batch of bundled digits.

        The spread is the root of variance and epsilon, as the stored one is.
        """
        if self.digits is None:
            return None
        sums = carried(self.network, self.digits, until=self.host)[..., self.shown_filter]
        parts = [sums[n::BATCHES].astype(np.float64) for n in range(BATCHES)]
        epsilon = self._epsilon
        return (
            np.array([p.mean() for p in parts]),
            np.array([np.sqrt(p.var() + epsilon) for p in parts]),
        )

    @cached_property
    def history(self) -> Mapping[str, Floats] | None:
        """Mean and spread of the channel in the batches with which it was trained.

        None beside a network of one's own, of whose training nothing is known.
        """
        if self.model != type(self).model:
            return None
        found, n = facts.normalizing(), self.shown_filter
        spread = np.sqrt(found.variance[:, n] + self._epsilon)
        return {"steps": found.steps, "mean": found.mean[:, n], "spread": spread}

    @property
    def _epsilon(self) -> float:
        return float(getattr(self.network.layer(self.shown_layer), "epsilon", 0.0))

    @cached_property
    def right(self) -> tuple[int, int] | None:
        """How many bundled digits are read right: by what is stored, and each by its own."""
        if self.digits is None:
            return None
        network = self.network

        def own(layer: Layer, x: Floats) -> Floats | None:
            return by_its_own(layer, x, network.weights_of(layer.name))

        ways = (carried(network, self.digits), carried(network, self.digits, instead=own))
        return right(network, ways[0]), right(network, ways[1])

    # Folded.

    @cached_property
    def kernel(self) -> tuple[Floats, Floats]:
        """The filter's weights in the channel in which they are largest, before and after."""
        before = self.network.weights_of(self.host)["kernel"].astype(np.float64)
        after, _ = fold(self.network, self.shown_layer)
        n = self.read_channel
        return before[:, :, n, self.shown_filter], after[:, :, n, self.shown_filter]

    @cached_property
    def read_channel(self) -> int:
        """The channel of the kernel that is shown, by its place in the kernel."""
        kernel = self.network.weights_of(self.host)["kernel"][..., self.shown_filter]
        return int((kernel.astype(np.float64) ** 2).sum(axis=(0, 1)).argmax())

    @property
    def bias(self) -> tuple[float, float]:
        """The filter's bias before and after."""
        _, after = fold(self.network, self.shown_layer)
        before = self.network.biases(self.host)
        return float(before[self.shown_filter]), float(after[self.shown_filter])

    @cached_property
    def folded_maps(self) -> Floats:
        """The maps of the convolution that has taken the normalization in."""
        network = folded(self.network)
        return Trace(network, self.trace.image).before(self.host)

    @property
    def apart(self) -> float:
        """The largest difference between both ways."""
        return float(np.abs(self.folded_maps - self.maps).max())

    # The pictures.

    def _scales(self) -> tuple[Scale, Scale]:
        before, after = (float(np.abs(each).max()) or 1.0 for each in (self.sums, self.maps))
        return Scale(before, _SUMS), Scale(after, _NORMALISED)

    def _map(self, *, marked: bool = False) -> Cells:
        marks = {"cell": Mark(*self.place)} if marked else {}
        title = terms.MAP_OF.fill(layer=self.host, n=self.shown_filter)
        values = self.sums[:, :, self.shown_filter]
        return Cells(
            "sums", values, self._scales()[0], share="maps", title=title, lines=False, marks=marks
        )

    def _normal(self, name: str = "normal", values: Floats | None = None) -> Cells:
        shown = self.maps if values is None else values
        title = terms.MAP_OF.fill(layer=self.shown_layer, n=self.shown_filter)
        if name != "normal":
            layer = _FOLDED_IN.fill(host=self.host)
            title = terms.MAP_OF.fill(layer=layer, n=self.shown_filter)
        return Cells(
            name, shown[:, :, self.shown_filter], self._scales()[1], share="maps", title=title,
            lines=False,
        )  # fmt: skip

    def opening(self, *, upright: bool = False) -> Diagram:
        """Describe the picture and the channel's map."""
        read = Cells("input", self.drawn, INK, lines=False, title=terms.INPUT.capital)
        return _beside(read, Column(self._map(), Legend("legend", row=True)), upright)

    def training(self, *, upright: bool = False) -> Diagram:
        """Describe mean and spread of the batches, and what is stored."""
        chart = self._of_training() if self.history is not None else self._of_batches()
        return _beside(Column(self._map(), Legend("legend", row=True)), chart, upright)

    def _of_training(self) -> Chart:
        assert self.history is not None
        steps, batches = self.history["steps"], [self.history[n] for n in ("mean", "spread")]
        low = min(0.0, *(float(found.min()) for found in batches))
        high = _ROOM * max(float(found.max()) for found in batches)
        return Chart(
            "batches", self._courses(steps, self.history),
            Axis(_STEP, 0, float(steps[-1]), whole=True), Axis(_SUMS, low, high), size=(16, 24),
        )  # fmt: skip

    def _of_batches(self) -> Chart:
        assert self.batches is not None
        assert self.digits is not None
        count = np.arange(1, BATCHES + 1)
        found = dict(zip(("mean", "spread"), self.batches, strict=True))
        each = fmt.count(len(self.digits) // BATCHES)
        values = np.array([*found["mean"], *found["spread"], *self._stored])
        low, high = float(values.min()), float(values.max())
        room = 0.1 * (high - low)
        return Chart(
            "batches", self._courses(count, found),
            Axis(_BATCH.fill(n=each), 1, BATCHES, whole=True),
            Axis(_SUMS, low - room, high + room), size=(16, 24),
        )  # fmt: skip

    @property
    def _stored(self) -> tuple[float, float]:
        return self.constants.mean, self.constants.spread

    def _courses(self, x: Floats, found: Mapping[str, Floats]) -> list[Curve]:
        """Describe mean and spread, batch after batch, and what is stored in the end."""
        curves = []
        for name, label, kept, tone in zip(
            STEPS[:2], _CALLED[:2], self._stored, ("ink", "accent"), strict=True
        ):
            curves.append(Curve(name, x, found[name], label, tone))
            said, ends = _STORED.fill(v=fmt.number(kept)), np.array([x[0], x[-1]])
            curves.append(
                Curve(f"{name}-kept", ends, np.full(2, kept), said, tone, dashed=True, strong=True)
            )
        return curves

    def one(self, *, upright: bool = False) -> Diagram:
        """Describe the followed cell, and the four steps that its number takes."""
        seen = Column(self._map(marked=True), Legend("legend", row=True))
        rows = Either(*(Column(*self._steps(large=large), gap=0.2) for large in (True, False)))
        return _beside(seen, rows, upright)

    def _steps(self, *, large: bool) -> list[Formula]:
        """Write the steps row by row: a number, a sign, a constant, and what comes out."""
        values = [fmt.number(value) for value in (self.number, *self.steps)]
        given = [_bracketed(getattr(self.constants, name)) for name in STEPS]
        widest, room = max(values, key=len), max(given, key=len)
        return [
            Formula(
                name,
                (
                    Term("value", values[n], widest=widest),
                    Term("sign", "−/·+"[n], widest="+"),
                    Term("constant", given[n], _CALLED[n], widest=room),
                    Term("equals", "="),
                    Term("result", values[n + 1], widest=widest),
                ),
                large=large,
            )
            for n, name in enumerate(STEPS)
        ]

    def everywhere(self, *, upright: bool = False) -> Diagram:
        """Describe the map before and after, and between them what all its numbers go through."""
        both = Column(
            Text("times", f"· {_bracketed(self.constants.factor)}", role="display"),
            Text("plus", f"+ {_bracketed(self.constants.addend)}", role="display"),
            align="middle",
        )
        maps = self._map(marked=True), self._normal()
        row = Column(*(maps[0], both, maps[1]), align="middle") if upright else Row(
            maps[0], both, maps[1], gap=1.5
        )  # fmt: skip
        return Diagram(Column(row, Legend("legend", row=True), align="middle"))

    def folding(self) -> Diagram:
        """Describe how factor and shift go into kernel and bias."""
        return Diagram(Column(*self._folding(), Legend("legend", row=True), align="middle"))

    def _folding(self) -> tuple[Part, Part]:
        old, new = self.kernel
        most = float(max(np.abs(old).max(), np.abs(new).max())) or 1.0
        scale = Scale(most, terms.WEIGHT)
        title = terms.FILTER.capital.fill(n=self.shown_filter)
        kernels = [
            Cells(name, values, scale, numbers=True, share="numbers", title=called)
            for name, values, called in (("kernel", old, title), ("after", new, _FOLDED.capital))
        ]
        factor = Text("times", f"· {_bracketed(self.constants.factor)}", role="display")
        equals = Text("equals", "=", role="display")
        before, after = self.bias
        sum_ = Formula(
            "bias",
            (
                Term("old", fmt.number(before), terms.BIAS),
                Term("times", f"· {_bracketed(self.constants.factor)}", _FACTOR),
                Term("shift", f"+ {_bracketed(self.constants.addend)}", _ADDEND),
                Term("equals", "="),
                Term("new", fmt.number(after), _OF_BIAS),
            ),
            large=True,
        )
        bias = Either(sum_, replace(sum_, large=False))
        return Row(kernels[0], factor, equals, kernels[1], gap=0.6), bias

    def same(self) -> Diagram:
        """Describe the map of both ways, and their difference."""
        maps = self._same()
        legend = Legend("legend", row=True)
        return Diagram(
            Either(
                Column(Row(*maps, gap=1.5), legend, align="middle"),
                Column(*maps, legend, align="middle"),
            )
        )

    def _same(self) -> tuple[Part, Part, Part]:
        apart = self.folded_maps - self.maps
        difference = Cells(
            "difference", apart[:, :, self.shown_filter], self._scales()[1], share="maps",
            title=_DIFFERENCE.fill(d=self.bound).capital, lines=False,
        )  # fmt: skip
        return self._normal(), self._normal("joined", self.folded_maps), difference

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: kernel and bias folded, and the same map."""
        kernels, bias = self._folding()
        maps = self._same()
        legend = Legend("legend", row=True)
        about = Caption(
            en="How the batch normalization {norm} goes into the convolution {host}: kernel and "
            "bias of filter {n} before and after, and the map of both ways.",
            zh="批归一化 {norm} 怎样并入卷积 {host}：过滤器 {n} 的卷积核和偏置的前后，"
            "以及两种算法的响应图。",
        ).fill(norm=self.shown_layer, host=self.host, n=self.shown_filter)
        return Diagram(
            Either(
                Column(kernels, bias, Row(*maps), legend, align="middle"),
                Column(kernels, bias, Row(*maps[:2]), maps[2], legend, align="middle"),
                Column(kernels, bias, *maps, legend, align="middle"),
            ),
            (),
            about,
        )

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: what is stored in training, one number's steps, and the fold."""
        yield Beat.of("question", self.title, Event("reads", 3.7, self.question))
        if self.history is not None or self.batches is not None:
            yield Beat.of("training", self.title, *self._tell_training())
        yield Beat.of("one", self.title, *self._tell_one())
        yield Beat.of("fold", self.title, *self._tell_fold())
        yield Beat.of("answer", self.title, Event("answer", 4.0, self.answer))

    def _tell_training(self) -> Iterator[Event]:
        said = Caption(
            en="In training each batch has its own mean and spread.",
            zh="训练时，每一批都有自己的平均值和标准差。",
        )
        if self.history is None:  # batches of digits, not those of its training
            said = Caption(
                en="Each batch has its own mean and spread.", zh="每一批都有自己的平均值和标准差。"
            )
        yield Event("batches", 4.7, said, detail=1)
        averages = Caption(en="Their running averages are stored.", zh="保存的是它们的滑动平均。")
        if self.history is None:
            averages = Caption(
                en="Its training stored running averages.", zh="训练时保存了滑动平均。"
            )
        yield Event("averages", 2.6, averages)
        kept = Caption(en="Mean {m}, spread {s}.", zh="平均值 {m}，标准差 {s}。")
        mean, spread = map(fmt.number, self._stored)
        yield Event("kept", 1.8, kept.fill(m=mean, s=spread))

    def _tell_one(self) -> Iterator[Event]:
        weights = self.network.weights_of(self.shown_layer)
        fixed = Caption(en="When it answers, these numbers are fixed.", zh="推理时，这些数不再变。")
        yield Event("fixed", 3.6, fixed)
        learned = [name for name, part in (("γ", "gamma"), ("β", "beta")) if part in weights]
        if learned:
            said = Caption(en="The channel has learned {n}, too.", zh="这个通道还学会了 {n}。")
            names = Caption(en=" and ".join(learned), zh=" 和 ".join(learned))
            yield Event("learned", 2.7, said.fill(n=names), detail=1)
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        said = Caption(en="Subtract, divide, multiply, add.", zh="减、除、乘、加。")
        yield Event("steps", 5.2, said)
        said = Caption(en="So {z} becomes {v}.", zh="{z} 变成 {v}。")
        value = fmt.number(self.steps[-1])
        yield Event("result", 1.6, said.fill(z=fmt.number(self.number), v=value), detail=1)
        said = Caption(
            en="All of it is one factor and one shift.", zh="合起来就是一个倍数和一次平移。"
        )
        yield Event("together", 2.8, said)
        said = Caption(
            en="Times {f}, plus {s}: the same at every place.",
            zh="乘 {f}，加 {s}：每个位置都一样。",
        )
        four = self.constants
        f, s = fmt.number(four.factor), fmt.number(four.addend)
        yield Event("everywhere", 4.0, said.fill(f=f, s=s))

    def ask(self) -> Question | None:
        """Ask what becomes of the number; None if too few wrong ways print another result."""
        ways = {RIGHT: self.steps[-1], **self.constants.mistakes(self.number, self.own)}
        choices = mistakes.choices(ways, fmt.number, REPLIES)
        if len(choices) < FEWEST_CHOICES:
            return None
        said = Caption(
            en="One picture, z = {z} in this channel. What comes out?",
            zh="一张图，这个通道里 z = {z}。输出是多少？",
        )
        return Question(said.fill(z=fmt.number(self.number)), choices)

    def _tell_fold(self) -> Iterator[Event]:
        said = Caption(
            en="The factor goes into the kernel, the shift into the bias.",
            zh="倍数并入卷积核，平移并入偏置。",
        )
        yield Event("fold", 5.0, said)
        said = Caption(en="Same map, one layer less.", zh="少了一层，响应图一样。")
        yield Event("same", 4.0, said)
        said = Caption(en="Less than {d} apart.", zh="相差不到 {d}。")
        yield Event("apart", 1.8, said.fill(d=self.bound), detail=1)

    @property
    def bound(self) -> str:
        """The least power of ten above the largest difference, as it is written out."""
        power = int(np.floor(np.log10(self.apart))) + 1 if self.apart else -12
        return fmt.number(10.0**power, max(0, -power))


REPLIES = {
    OWN: Caption(
        en="With the picture's own numbers the answer would depend on all else that is in it.",
        zh="若用这张图自己的数，结果就会随图中其他内容而变。",
    ),
    VARIANCE: Caption(en="The spread is the root of the variance.", zh="标准差是方差的平方根。"),
    NO_MEAN: Caption(en="First to the middle: subtract the mean.", zh="先减平均值，移到中间。"),
    NO_GAMMA_BETA: Caption(
        en="γ and β are part of it: they were learned.", zh="还有 γ 和 β，它们是学来的。"
    ),
}


def _beside(one: Part, other: Part, upright: bool) -> Diagram:
    column = Column(one, other, align="middle")
    return Diagram(column if upright else Either(Row(one, other, gap=2), column))


def _bracketed(value: float) -> str:
    printed = fmt.number(value)
    return f"({printed})" if printed.startswith(fmt.MINUS) else printed
