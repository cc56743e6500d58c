"""Batch normalization: four constants of each channel, which the convolution can do itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, facts
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, compared, right
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
    Dot,
    Either,
    Formula,
    Legend,
    Mark,
    Part,
    Row,
    Scale,
    Table,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: The bundled digits are shared out into so many batches.
BATCHES = 10
#: At most so many channels are shown together.
MOST = 32
#: Into so many equal parts the range of all numbers is cut, to count how many fall into each.
_PARTS = 60
#: Above the batches' largest spread the chart has so much more room.
_ROOM = 1.5
#: Rarer numbers lie on the line below.
_RARE = 1e-4

_SUMS = Caption(en="sums of the convolution", zh="卷积的和")
_NORMALISED = Caption(en="normalized", zh="归一化之后")
_BATCH = Caption(en="batch of {n} bundled digits", zh="每批 {n} 个内置手写数字")
_STEP = Caption(en="steps of training", zh="训练步数")
_OF_DIGITS = Caption(en="share of the numbers, {n} digits", zh="所占比例，{n} 个手写数字")
_OF_PICTURE = Caption(en="share of the numbers, this picture", zh="所占比例，只看这张图")
_NUMBER = Caption(en="z", zh="z")
_STORED = Caption(en="stored: {v}", zh="保存的：{v}")
_STEPS = (
    Caption(en="minus mean", zh="减平均值"),
    Caption(en="over spread", zh="除以标准差"),
    Caption(en="times γ", zh="乘 γ"),
    Caption(en="plus β", zh="加 β"),
)
_FOLDED = Caption(en="folded", zh="合并后")
_DIFFERENCE = Caption(en="difference", zh="差值")
_FACTOR, _ADDEND = Caption(en="factor", zh="倍数"), Caption(en="shift", zh="平移")
_OF_BIAS = Caption(en="bias after", zh="之后的偏置")
_WITH_STORED = Caption(en="stored numbers", zh="保存的数")
_WITH_OWN = Caption(en="each its own", zh="各用各的")


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
        """Mean and spread of the channel while it was trained: of batches, and the running ones.

        None beside a network of one's own, of whose training nothing is known.
        """
        if self.model != type(self).model:
            return None
        found, n = facts.normalizing(), self.shown_filter
        spreads = (np.sqrt(v + self._epsilon) for v in (found.variance, found.moving_variance))
        spread, running = (each[:, n] for each in spreads)
        return {
            "steps": found.steps, "mean": found.mean[:, n], "spread": spread,
            "mean-kept": found.moving_mean[:, n], "spread-kept": running,
        }  # fmt: skip

    @cached_property
    def counted(self) -> tuple[Floats, Floats]:
        """All numbers of each channel before and after, (numbers, channels).

        Those of all bundled digits if the network reads them, else of this picture.
        """
        sums = self.sums[None]
        if self.digits is not None:
            sums = carried(self.network, self.digits, until=self.host)
        layer = self.network.layer(self.shown_layer)
        after = layer.before(sums, self.network.weights_of(layer.name))
        channels = sums.shape[-1]
        return sums.reshape(-1, channels), np.asarray(after).reshape(-1, channels)

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
            title = terms.MAP_OF.fill(layer=self.host, n=self.shown_filter)
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
        # Running ones begin at 0 and 1, and come in as soon as they are near the batches' own.
        high = _ROOM * max(float(found.max()) for found in batches)
        return Chart(
            "batches", self._courses(steps, self.history, high),
            Axis(_STEP, 0, float(steps[-1]), whole=True), Axis(_SUMS, low, high), size=(16, 24),
        )  # fmt: skip

    def _of_batches(self) -> Chart:
        assert self.batches is not None
        assert self.digits is not None
        count = np.arange(1, BATCHES + 1)
        found = dict(zip(("mean", "spread"), self.batches, strict=True))
        for name, kept in (("mean", self.constants.mean), ("spread", self.constants.spread)):
            found[f"{name}-kept"] = np.full(BATCHES, kept)
        each = fmt.count(len(self.digits) // BATCHES)
        values = np.concatenate(list(found.values()))
        low, high = float(values.min()), float(values.max())
        room = 0.1 * (high - low)
        return Chart(
            "batches", self._courses(count, found, high + room),
            Axis(_BATCH.fill(n=each), 1, BATCHES, whole=True),
            Axis(_SUMS, low - room, high + room), size=(16, 24),
        )  # fmt: skip

    def _courses(self, x: Floats, found: Mapping[str, Floats], high: float) -> list[Curve]:
        """Describe mean and spread, batch after batch, and what is kept of them."""
        curves = []
        for name, label, kept, tone in (
            ("mean", terms.MEAN, self.constants.mean, "ink"),
            ("spread", terms.SPREAD, self.constants.spread, "accent"),
        ):
            curves.append(Curve(name, x, found[name], label, tone))
            said, running = _STORED.fill(v=fmt.number(kept)), found[f"{name}-kept"]
            seen = running <= high
            curves.append(Curve(f"{name}-kept", x[seen], running[seen], said, tone, dashed=True))
        return curves

    def one(self, *, upright: bool = False) -> Diagram:
        """Describe the followed cell, the constants, and where it stands among the numbers."""
        return self._about_one(self._among(), upright)

    def stepping(self, *, upright: bool = False) -> Diagram:
        """Describe the followed cell, and its steps."""
        return self._about_one(self._table(), upright)

    def _about_one(self, below: Part, upright: bool) -> Diagram:
        seen = Column(self._map(marked=True), Legend("legend", row=True))
        four = self._constants()
        column = Column(seen, Column(four, below, gap=1.5), align="middle")
        if upright:
            return Diagram(column)
        return Diagram(
            Either(
                Row(seen, Column(four, below, gap=1.5), gap=2),
                Column(four, Row(seen, below, gap=2), gap=1.5, align="middle"),
                column,
            )
        )

    def _among(self) -> Part:
        """Describe how often numbers of the channel occur, its mean and spread, and one number."""
        sums = self.counted[0][:, self.shown_filter]
        middles, shares = _shares(sums[:, None])
        low = _lowest(shares)
        mean, z = self.constants.mean, self.number
        half = low**0.4
        lines = [
            Curve("often", middles, np.maximum(shares[:, 0], low)),
            Curve("z", np.array([z, z]), np.array([low, half]), tone="accent"),
        ]
        # The stored mean of an untrained network may lie beyond all numbers.
        first, last = min(middles[0], mean, z), max(middles[-1], mean, z)
        axes = Axis(_SUMS, float(first), float(last)), self._share(low)
        dots = [
            Dot("mean", mean, low, terms.MEAN, "ink", side="above"),
            Dot("number", z, half, _NUMBER, "accent", side="above"),
        ]
        chart = Chart("among", lines, *axes, size=(9, 24), dots=dots)
        return Either(chart, replace(chart, size=(9, 14)))

    def _constants(self) -> Part:
        four = self.constants
        formula = Formula(
            "constants",
            (
                Term("mean", fmt.number(four.mean), terms.MEAN),
                Term("spread", fmt.number(four.spread), terms.SPREAD),
                Term("gamma", fmt.number(four.gamma), Caption(en="γ", zh="γ")),
                Term("beta", fmt.number(four.beta), Caption(en="β", zh="β")),
            ),
            large=True,
        )
        return Either(formula, replace(formula, large=False))

    def _table(self) -> Table:
        four, values = self.constants, (self.number, *self.steps)
        signs = ("−", "/", "·", "+")
        given = (four.mean, four.spread, four.gamma, four.beta)
        rows = [
            (label, f"{fmt.number(values[n])} {signs[n]} {_bracketed(given[n])}", "=",
             fmt.number(values[n + 1]))
            for n, label in enumerate(_STEPS)
        ]  # fmt: skip
        return Table("steps", rows)

    def _share(self, low: float) -> Axis:
        """Name what is counted, and of how many pictures."""
        many = self.digits
        said = _OF_PICTURE if many is None else _OF_DIGITS.fill(n=fmt.count(len(many)))
        ticks = tuple(10.0**power for power in range(0, round(np.log10(low)) - 1, -2))
        return Axis(said, low, 1.0, log=True, at=ticks)

    def spreading(self, *, upright: bool = False) -> Diagram:
        """Describe how often numbers of every channel occur, before and after."""
        charts = []
        for name, values, said in zip(
            ("before", "after"), self.counted, (_SUMS, _NORMALISED), strict=True
        ):
            middles, shares = _shares(values[:, :MOST])
            low = _lowest(shares)
            order = sorted(range(shares.shape[1]), key=lambda n: n == self.shown_filter)
            curves = [
                Curve(
                    f"channel-{n}", middles, np.maximum(shares[:, n], low),
                    tone="accent" if n == self.shown_filter else "muted",
                    strong=n == self.shown_filter,
                )
                for n in order
            ]  # fmt: skip
            axes = Axis(said), self._share(low)
            charts.append(Chart(name, curves, *axes, size=(16, 20)))
        flat = Column(*(replace(chart, size=(10, 20)) for chart in charts))
        high = Column(*charts)
        return Diagram(Either(high, flat) if upright else Either(Row(*charts, gap=2), high, flat))

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
        factor = Text("times", f"× {fmt.number(self.constants.factor)}", role="sign")
        equals = Text("equals", "=", role="sign")
        before, after = self.bias
        bias = Formula(
            "bias",
            (
                Term("old", fmt.number(before), terms.BIAS),
                Term("times", f"· {_bracketed(self.constants.factor)}", _FACTOR),
                Term("shift", f"+ {_bracketed(self.constants.addend)}", _ADDEND),
                Term("equals", "="),
                Term("new", fmt.number(after), _OF_BIAS),
            ),
        )
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
            title=_DIFFERENCE.capital, lines=False,
        )  # fmt: skip
        return self._normal(), self._normal("joined", self.folded_maps), difference

    def answers(self) -> Diagram:
        """Describe how many digits are read right in both ways."""
        assert self.right is not None
        stored, own = self.right
        return compared({"stored": (_WITH_STORED, stored), "own": (_WITH_OWN, own)})

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
        yield Beat.of("question", self.title, Event("reads", 4.0, self.question))
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
        yield Event("averages", 2.4, averages)
        kept = Caption(en="Mean {m}, spread {s}.", zh="平均值 {m}，标准差 {s}。")
        mean, spread = fmt.number(self.constants.mean), fmt.number(self.constants.spread)
        yield Event("kept", 1.6, kept.fill(m=mean, s=spread))

    def _tell_one(self) -> Iterator[Event]:
        weights = self.network.weights_of(self.shown_layer)
        fixed = Caption(en="When it answers, these numbers are fixed.", zh="推理时，这些数不再变。")
        yield Event("fixed", 3.2, fixed)
        learned = [name for name, part in (("γ", "gamma"), ("β", "beta")) if part in weights]
        if learned:
            said = Caption(en="The channel has learned {n}, too.", zh="这个通道还学会了 {n}。")
            names = Caption(en=" and ".join(learned), zh=" 和 ".join(learned))
            yield Event("learned", 2.7, said.fill(n=names), detail=1)
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        said = Caption(en="Subtract, divide, multiply, add.", zh="减、除、乘、加。")
        yield Event("steps", 3.4, said)
        said = Caption(en="So {z} becomes {v}.", zh="{z} 变成 {v}。")
        value = fmt.number(self.steps[-1])
        yield Event("result", 1.6, said.fill(z=fmt.number(self.number), v=value))
        spreads = [each.std(axis=0, dtype=np.float64) for each in self.counted]
        ends = [fmt.number(end(each)) for each in spreads for end in (np.min, np.max)]
        said = Caption(
            en="The channels' spread: {a} to {b} before, {c} to {d} after.",
            zh="各通道的标准差：之前 {a} 到 {b}，之后 {c} 到 {d}。",
        )
        yield Event("channels", 4.6, said.fill(**dict(zip("abcd", ends, strict=True))), detail=1)

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
            en="All of it is one factor and one shift: into the kernel!",
            zh="合起来是一个倍数和一次平移：并入卷积核！",
        )
        yield Event("fold", 4.4, said)
        said = Caption(
            en="Same map, one layer less: less than {d} apart.",
            zh="少了一层，响应图一样：相差不到 {d}。",
        )
        yield Event("same", 4.6, said.fill(d=self.bound))
        if self.right is not None:
            stored, own = self.right
            said = Caption(
                en="{a} of {n} digits right; each with its own numbers: {b}.",
                zh="{n} 个认对 {a} 个；各用各的平均值，认对 {b} 个。",
            )
            whole = fmt.count(len(digits.load()))
            told = said.fill(a=fmt.count(stored), b=fmt.count(own), n=whole)
            yield Event("answers", 4.6, told, detail=1)

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


def _shares(values: Floats) -> tuple[Floats, Floats]:
    """Count numbers in equal parts of the range of all: the parts' middles, and each's share.

    Parameters
    ----------
    values : numpy.ndarray, shape (numbers, channels)

    Returns
    -------
    middles : numpy.ndarray, shape (parts,)
    shares : numpy.ndarray, shape (parts, channels)
    """
    edges = np.linspace(values.min(), values.max(), _PARTS + 1)
    found = np.stack([np.histogram(column, edges)[0] for column in values.T], axis=1)
    return (edges[1:] + edges[:-1]) / 2, found / len(values)


def _lowest(shares: Floats) -> float:
    """Return where a chart of shares begins: a power of ten below which hardly any numbers are."""
    least = float(10.0 ** np.floor(np.log10(shares[shares > 0].min())))
    return max(least, _RARE)


def _beside(one: Part, other: Part, upright: bool) -> Diagram:
    column = Column(one, other, align="middle")
    return Diagram(column if upright else Either(Row(one, other, gap=2), column))


def _bracketed(value: float) -> str:
    printed = fmt.number(value)
    return f"({printed})" if printed.startswith(fmt.MINUS) else printed
