"""Batch normalization: four constants of each channel, which the convolution can do itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right
from convexplain.lessons.parts.network_lesson import FilterLesson, model_option
from convexplain.lessons.parts.normalizing import Normalizing, by_its_own
from convexplain.lessons.parts.subject import Role
from convexplain.network import Layer, Trace, folded
from convexplain.network.folding import fold, host_of
from convexplain.panels import (
    INK,
    Aligned,
    Axis,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Either,
    Formula,
    Legend,
    Maps,
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
#: A running average has joined the batches where it meets the mean of so many before and behind.
_NEAR = 5
#: So many maps of a batch are seen, in so many columns.
_SEEN, _ACROSS = 9, 3
#: Size of a batch's cells above the chart of batches, which is as broad as an upright frame.
_UPRIGHT = 0.2
#: A weight is printed with so many decimals, the fewest with which one gives what comes out.
_DECIMALS = range(2, 5)
#: Channels that are seen together; how much their sizes differ at least, and how many times less
#: when they are normalized.
_COMPARED, _APART, _EVENER = 4, 2.0, 1.5
#: Sizes that differ by no more than so many times are similar.
_SIMILAR = 1.5
#: Where what is told beside two maps breaks, in sizes of its text.
_NARROW = 7
#: The four steps, by the constant that each takes.
STEPS = ("mean", "spread", "gamma", "beta")

_SUMS = Caption(en="sums of the convolution", zh="卷积的和")
_NORMALISED = Caption(en="normalized", zh="归一化之后")
_BATCH = Caption(en="batch of {n} bundled digits", zh="每批 {n} 个内置手写数字")
_OF_SUMS = Caption(en="mean and spread of the sums", zh="和的平均值与标准差")
_STEP = Caption(en="steps of training", zh="训练步数")
_STORED = Caption(en="average: {v}", zh="平均：{v}")
_CONVOLVED = Caption(en="convolution, filter {n}", zh="卷积，过滤器 {n}")
_NORMAL = Caption(en="normalized, filter {n}", zh="归一化之后，过滤器 {n}")
_TWO_LAYERS = Caption(en="convolution, then normalization", zh="先卷积，再归一化")
_ONE_LAYER = Caption(en="folded convolution alone", zh="只有合并后的卷积")
_OTHERS = Caption(en="filter {n} on {k} pictures of a batch", zh="一批中 {k} 张图，过滤器 {n}")
_CALLED = (
    terms.MEAN, terms.SPREAD, Caption(en="γ, learned", zh="γ，学来的"),
    Caption(en="β, learned", zh="β，学来的"),
)  # fmt: skip
_LARGEST = Caption(en="filter {n}: largest {v}", zh="过滤器 {n}：最大 {v}")
_LOWEST = Caption(en="filter {n}: lowest {v}", zh="过滤器 {n}：最小 {v}")
_FOLDED = Caption(en="folded", zh="合并后")
_DIFFERENCE = Caption(en="difference: less than {d}", zh="差值：小于 {d}")
_UNSHIFTED = Caption(en="The shift is still to be added.", zh="还要加上平移。")
_UNSCALED = Caption(en="First the factor: {z} × {f} is {p}.", zh="先乘倍数：{z} × {f} 得 {p}。")
_SIMILAR_NOW = Caption(
    en="Each filter by its own four numbers: now all are of similar size.",
    zh="各用自己的四个数：现在大小相当。",
)
_CLOSER_NOW = Caption(
    en="Each filter by its own four numbers: now their sizes are closer.",
    zh="各用自己的四个数：大小更接近了。",
)
_RATIO = Caption(en="γ / spread", zh="γ / 标准差")
_SHIFT = Caption(en="β − mean × factor", zh="β − 平均值 × 倍数")
_FACTOR = Caption(en="factor", zh="倍数")
_ADDEND = Caption(en="shift", zh="平移")
_NEW_BIAS = Caption(en="new bias", zh="新偏置")
_END = Caption(
    en="After training: a scale and a shift, folded into the convolution.",
    zh="训练后只是缩放加平移，并入卷积。",
)


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
        en="In training it keeps sizes alike; then scale and shift fold into the convolution.",
        zh="训练时让大小相近；之后缩放和平移并入卷积。",
    )
    needs: ClassVar[tuple[Role, ...]] = ("normalization",)

    model: str = model_option("blocks")

    @property
    def clearest(self) -> int:
        """Of the channels with steps that add up, the first with the fewest decimals."""
        honest = [
            n for n in range(self.filters)
            if self._constants_of(n).followed(self.sums[:, :, n]) is not None
        ]  # fmt: skip
        return min(honest, key=lambda n: self._constants_of(n).decimals, default=self.strongest)

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

    @cached_property
    def compared(self) -> tuple[int, ...]:
        """The shown channel, that of the largest sums, and the two of the smallest, largest first.

        Empty where there are fewer, or where their sizes differ less than twofold or differ as much
        when they are normalized: then there is nothing to be seen.
        """
        before, after = (np.abs(each).max(axis=(0, 1)) for each in (self.sums, self.maps))
        order = [int(n) for n in np.argsort(-before, kind="stable")]
        wanted = dict.fromkeys((order[0], self.shown_filter, *reversed(order)))
        shown = [n for n in order if n in [*wanted][:_COMPARED]]
        if len(shown) < _COMPARED or not before[shown].all():
            return ()
        ranges = [float(each[shown].max() / each[shown].min()) for each in (before, after)]
        return tuple(shown) if ranges[0] >= _APART and ranges[1] < ranges[0] / _EVENER else ()

    @property
    def similar(self) -> bool:
        """Whether what is compared is of similar size once it is normalized."""
        sizes = np.abs(self.maps[:, :, list(self.compared)]).max(axis=(0, 1))
        return bool(sizes.max() <= _SIMILAR * sizes.min())

    @cached_property
    def faintest(self) -> tuple[int, int]:
        """The cell with the sum nearest to zero, of several that nearest to the middle."""
        sums = self.sums[:, :, self.shown_filter].astype(np.float64)
        apart = np.indices(sums.shape) - (np.array(sums.shape)[:, None, None] - 1) / 2
        order = np.lexsort((np.hypot(*apart).flat, np.abs(sums).round(6).flat))
        row, col = divmod(int(order[0]), sums.shape[1])
        return row, col

    def two_steps(self, cell: tuple[int, int]) -> tuple[float, float, float]:
        """Return a cell's sum, that times the factor as both are printed, and with the shift."""
        number = float(self.sums[(*cell, self.shown_filter)])
        scaled = float(fmt.rounded(number) * fmt.rounded(self.constants.factor))
        return number, scaled, float(self.response_map[cell])

    @property
    def steps(self) -> tuple[float, float, float, float]:
        """What becomes of it, step by step."""
        return self.constants.steps(self.number)

    # Many digits: only for a network that reads them.

    @cached_property
    def digits(self) -> Floats | None:
        """All bundled digits as the network reads them."""
        return bundled(self.network)

    @cached_property
    def batch_sums(self) -> list[Floats] | None:
        """The channel's sums in each batch of bundled digits, (digits, height, width)."""
        if self.digits is None:
            return None
        sums = carried(self.network, self.digits, until=self.host)[..., self.shown_filter]
        return [sums[n::BATCHES].astype(np.float64) for n in range(BATCHES)]

    @cached_property
    def batches(self) -> tuple[Floats, Floats] | None:
        """Mean and spread of each of them.

        The spread is the root of variance and epsilon, as the stored one is.
        """
        if self.batch_sums is None:
            return None
        epsilon = self._epsilon
        return (
            np.array([p.mean() for p in self.batch_sums]),
            np.array([np.sqrt(p.var() + epsilon) for p in self.batch_sums]),
        )

    @cached_property
    def history(self) -> Mapping[str, Floats] | None:
        """Mean and spread of the channel in the batches of its training, and what was then stored.

        None beside a network of one's own, of whose training nothing is known.
        """
        if self.model != type(self).model:
            return None
        found, n = facts.normalizing(), self.shown_filter
        spread, kept = (
            np.sqrt(each[:, n] + self._epsilon) for each in (found.variance, found.moving_variance)
        )
        return {
            "steps": found.steps, "mean": found.mean[:, n], "spread": spread,
            "mean-kept": found.moving_mean[:, n], "spread-kept": kept,
        }  # fmt: skip

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
    def weight(self) -> tuple[tuple[int, int], int]:
        """A weight whose product is right as it is printed, and how many decimals all have.

        The fewest with which the products of all weights are right; where none are enough, most,
        and the weight is the largest whose product is.
        """
        factor, (old, new) = fmt.rounded(self.constants.factor), self.kernel
        order = [divmod(int(n), old.shape[1]) for n in np.argsort(-np.abs(old), axis=None)]

        def right(cell: tuple[int, int], n: int) -> bool:
            return fmt.rounded(fmt.rounded(old[cell], n) * factor) == fmt.rounded(new[cell])

        most = _DECIMALS[-1]
        decimals = next((n for n in _DECIMALS if all(right(cell, n) for cell in order)), most)
        return next((cell for cell in order if right(cell, decimals)), order[0]), decimals

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
        """Scales of the channel's sums, those of a batch among them, and of what comes of them."""
        shown = [self.shown_filter, *self.compared]
        before, after = (float(np.abs(each[:, :, shown]).max()) for each in (self.sums, self.maps))
        if self.batch_sums is not None:
            before = max(before, float(np.abs(self.batch_sums[0]).max()))
        return Scale(before or 1.0, _SUMS), Scale(after or 1.0, _NORMALISED)

    @property
    def _own_scale(self) -> Scale:
        """Scale of the channel's normalized map alone: a factor should not make it paler."""
        return Scale(float(np.abs(self.response_map).max()) or 1.0, _NORMALISED)

    def _map(self, *, marked: bool = False) -> Cells:
        values, title = self.sums[:, :, self.shown_filter], _CONVOLVED.capital
        return Cells(
            "sums", values, self._scales()[0], share="maps", lines=False,
            title=title.fill(n=self.shown_filter), marks=self._marks(marked),
        )  # fmt: skip

    def _marks(self, marked: bool) -> Mapping[str, Mark]:
        return {"cell": Mark(*self.place), "faint": Mark(*self.faintest)} if marked else {}

    def _normal(
        self, name: str = "normal", values: Floats | None = None, *, title: Caption | None = None,
        marked: bool = False,
    ) -> Cells:  # fmt: skip
        shown, n = self.maps if values is None else values, self.shown_filter
        return Cells(
            name, shown[:, :, n], self._own_scale, share="maps", lines=False,
            title=(title or _NORMAL.fill(n=n)).capital, marks=self._marks(marked),
        )  # fmt: skip

    def opening(self, *, told: bool = False, upright: bool = False) -> Diagram:
        """Describe the picture and maps of some channels, or of one; told: how large they are."""
        read = Cells("input", self.drawn, INK, lines=False, title=terms.INPUT.capital)
        seen = self._wall("seen", self.sums, told=told) if self.compared else self._map()
        high = Column(read, seen, Legend("legend", row=True), align="middle")
        # Beside the maps the legend leaves them more of the height than below.
        wide = Row(read, seen, Legend("legend"), gap=1.5, align="bottom")
        return Diagram(high if upright else Either(wide, high))

    def alike(self, *, upright: bool = False) -> Diagram:
        """Describe maps of several channels, before and after."""
        told = (
            ("seen", self.sums, _SUMS, Legend("legend-seen", of=self._scales()[0])),
            ("even", self.maps, _NORMALISED, Legend("legend-even", of=self._scales()[1])),
        )
        rows = [self._sized(name, maps, told=True) for name, maps, *_ in told]

        def heads(role: Literal["heading", "text"], measure: float = math.inf) -> list[Text]:
            return [Text(f"{name}-is", said.capital, role=role, weight="bold", measure=measure)
                    for name, _, said, _ in told]  # fmt: skip

        legends = [legend for *_, legend in told]
        beside = Aligned(
            [[Column(head, legend, gap=0.5), *cells] for head, legend, cells in zip(
                heads("heading", _NARROW), legends, rows, strict=True)],
            gap=0.7, row_gap=0.5, down="middle",
        )  # fmt: skip
        walls = [
            [Column(head, Aligned([cells[:2], cells[2:]], gap=0.7, row_gap=0.5), legend, gap=0.5)
             for head, legend, cells in zip(heads(role), legends, rows, strict=True)]
            for role in ("heading", "text")
        ]  # fmt: skip
        high = [Column(*each) for each in walls]
        return Diagram(Either(*high) if upright else Either(beside, Row(*walls[0], gap=2), *high))

    def _wall(self, name: str, maps: Floats, *, told: bool) -> Part:
        """Stand maps of several channels two by two."""
        cells = self._sized(name, maps, told=told)
        return Aligned([cells[:2], cells[2:]], gap=0.7, row_gap=0.5)

    def _sized(self, name: str, maps: Floats, *, told: bool) -> list[Part]:
        """Describe maps of several channels, with how large each is where that is told."""
        scale = self._scales()[0 if name == "seen" else 1]
        return [
            Cells(
                f"{name}-{n}", maps[:, :, n], scale, share="maps", lines=False,
                title=(_size(maps[:, :, n]) if told else terms.FILTER).capital.fill(
                    n=n, **({"v": fmt.number(_farthest(maps[:, :, n]))} if told else {})
                ),
            )
            for n in self.compared
        ]  # fmt: skip

    def training(self, *, upright: bool = False) -> Diagram:
        """Describe maps of a batch, mean and spread of the batches, and what is stored."""
        assert self.batch_sums is not None
        chart = self._of_training() if self.history is not None else self._of_batches()
        some = self.batch_sums[0][:_SEEN]
        batch = Maps(
            "batch", some.transpose(1, 2, 0), self._scales()[0], columns=_ACROSS,
            title=_OTHERS.capital.fill(n=self.shown_filter, k=len(some)),
            weight=_UPRIGHT if upright else None,
        )  # fmt: skip
        return _beside(Column(batch, Legend("legend", row=True)), chart, upright)

    def _of_training(self) -> Chart:
        assert self.history is not None
        steps, batches = self.history["steps"], [self.history[n] for n in ("mean", "spread")]
        low = min(0.0, *(float(found.min()) for found in batches))
        high = _ROOM * max(float(found.max()) for found in batches)
        return Chart(
            "batches", self._courses(steps, self.history),
            Axis(_STEP, 0, float(steps[-1]), whole=True), Axis(_OF_SUMS, low, high), size=(16, 24),
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
            Axis(_OF_SUMS, low - room, high + room), size=(16, 24),
        )  # fmt: skip

    @property
    def _stored(self) -> tuple[float, float]:
        return self.constants.mean, self.constants.spread

    def _courses(self, x: Floats, found: Mapping[str, Floats]) -> list[Curve]:
        """Describe mean and spread, batch after batch; heavier, what is stored.

        A running average is drawn from where it has joined the batches: before, most of it is what
        it began with, 0 and 1.
        """
        curves = []
        for name, label, kept in zip(STEPS[:2], _CALLED[:2], self._stored, strict=True):
            curves.append(Curve(name, x, found[name], label, "muted", strong=False))
            said = _STORED.fill(v=fmt.number(kept, self.constants.decimals))
            running = found.get(f"{name}-kept")
            if running is None:
                running, start = np.full(len(x), kept), 0
            else:
                start = _joined(running, found[name])
            curves.append(Curve(f"{name}-kept", x[start:], running[start:], said))
        return curves

    def one(self, *, upright: bool = False) -> Diagram:
        """Describe the followed cell, and the four steps that its number takes."""
        seen = Column(self._map(marked=True), Legend("legend", row=True))
        rows = Either(*(Column(*self._steps(large=large), gap=0.2) for large in (True, False)))
        return _beside(seen, rows, upright)

    def _steps(self, *, large: bool) -> list[Formula]:
        """Write the steps row by row: a number, a sign, a constant, and what comes out."""
        values = [fmt.number(value) for value in (self.number, *self.steps)]
        given = [self.printed(name) for name in STEPS]
        widest, room = max(values, key=len), max(given, key=len)
        return [
            Formula(
                name,
                (
                    Term("value", values[n], widest=widest),
                    Term("sign", "−/×+"[n], widest="+"),
                    Term("constant", given[n], _CALLED[n], widest=room),
                    Term("equals", "="),
                    Term("result", values[n + 1], widest=widest),
                ),
                large=large,
            )
            for n, name in enumerate(STEPS)
        ]

    def printed(self, name: str) -> str:
        """Print a constant, with as many decimals as factor and shift ask for."""
        return fmt.bracketed(getattr(self.constants, name), self.constants.decimals)

    def everywhere(self, *, faint: bool = False, upright: bool = False) -> Diagram:
        """Describe the map before and after, and between them a number's way in two steps.

        Parameters
        ----------
        faint : bool
            Whether it is the number of the faintest cell.
        upright : bool
        """
        number, _, result = self.two_steps(self.faintest if faint else self.place)
        called = "faint-" if faint else ""
        four = self.constants
        said: dict[str, tuple[str, Caption | None]] = {
            f"{called}number": (fmt.number(number), None),
            "times": (f"× {fmt.bracketed(four.factor)}", _RATIO),
            "plus": (f"+ {fmt.bracketed(four.addend)}", _SHIFT),
            f"{called}gives": (f"= {fmt.number(result)}", None),
        }

        def way(*, large: bool) -> Part:
            role: Literal["display", "heading"] = "display" if large else "heading"
            steps: list[Part] = []
            for name, (text, over) in said.items():
                step = Text(name, text, role=role)
                told = Text(f"{name}-is", over, tone="muted") if over else None
                steps.append(Column(step, told, gap=0, align="middle") if told else step)
            return Column(*steps, align="middle", gap=0.3)

        maps = self._map(marked=True), self._normal(marked=True)
        legends = (
            Legend("legend", of=self._scales()[0]), Legend("legend-normal", of=self._own_scale),
        )  # fmt: skip
        before, after = (Column(*each, gap=0.5) for each in zip(maps, legends, strict=True))
        if upright:
            return Diagram(Column(before, way(large=False), after, align="middle"))
        return Diagram(Either(*(Row(before, way(large=large), after) for large in (True, False))))

    def folding(self, *, upright: bool = False) -> Diagram:
        """Describe how factor and shift go into kernel and bias."""
        table = self._folding(upright=upright)
        return Diagram(Column(table, Legend("legend", row=True), align="middle"))

    def _folding(self, *, upright: bool = False) -> Part:
        """Lay out the filter before and after, the factor between, and how the bias changes."""
        old, new = self.kernel
        (row, col), decimals = self.weight
        scale = _weights(old, new)
        title = terms.FILTER.capital.fill(n=self.shown_filter)
        marks = {"cell": Mark(row, col)}
        kernels = [
            Cells(name, values, scale, numbers=True, large=True, share="kernels", title=called,
                  marks=marks, finer=finer)
            for name, values, called, finer in (
                ("kernel", old, title, decimals - 2), ("after", new, _FOLDED.capital, 0),
            )
        ]  # fmt: skip
        factor = fmt.bracketed(self.constants.factor)
        before, after = map(fmt.number, self.bias)
        bias = (
            Term("old", before, terms.BIAS), Term("times", "×"), Term("factor", factor, _FACTOR),
            Term("plus", "+"), Term("shift", fmt.bracketed(self.constants.addend), _ADDEND),
            Term("equals", "="), Term("new", after, _NEW_BIAS),
        )  # fmt: skip

        def laid(*, large: bool) -> tuple[Part, Part]:
            role: Literal["display", "heading"] = "display" if large else "heading"
            times = Text("weight-by", f"× {factor}", role=role)
            return times, Formula("bias", bias, large=large)

        times, sum_ = laid(large=False)
        high = Column(kernels[0], times, kernels[1], sum_, align="middle")
        if upright:
            return high
        wide = [
            Column(Row(kernels[0], times, kernels[1], gap=1.2), sum_, gap=1.2, align="middle")
            for times, sum_ in (laid(large=True), (times, sum_))
        ]
        return Either(*wide, high)

    def same(self) -> Diagram:
        """Describe the map of both ways, and how far apart they are."""
        *maps, _ = self._same()
        apart, beside = (
            Text("apart", _DIFFERENCE.fill(d=self.bound).capital, role="heading", measure=measure)
            for measure in (math.inf, _NARROW)
        )
        under = apart, Legend("legend", row=True)
        return Diagram(
            Either(
                Row(*maps, Column(beside, Legend("legend")), gap=1.5),
                Column(Row(*maps, gap=2), *under, align="middle"),
                Column(*maps, *under, align="middle"),
            )
        )

    def _same(self) -> tuple[Part, Part, Part]:
        apart = self.folded_maps - self.maps
        difference = Cells(
            "difference", apart[:, :, self.shown_filter], self._own_scale, share="maps",
            title=_DIFFERENCE.fill(d=self.bound).capital, lines=False,
        )  # fmt: skip
        both = (
            self._normal(title=_TWO_LAYERS),
            self._normal("joined", self.folded_maps, title=_ONE_LAYER),
        )
        return *both, difference

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: kernel and bias folded, and the same map."""
        table = self._folding()
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
                Column(table, Row(*maps), legend, align="middle"),
                Column(table, Row(*maps[:2]), maps[2], legend, align="middle"),
                Column(table, *maps, legend, align="middle"),
            ),
            (),
            about,
        )

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: what is stored in training, one number's steps, and the fold."""
        yield Beat.of("question", self.title, *self._tell_question())
        if self.history is not None or self.batches is not None:
            yield Beat.of("training", self.title, *self._tell_training())
        yield Beat.of("one", self.title, *self._tell_one())
        yield Beat.of("fold", self.title, *self._tell_fold())
        said = self.answer if self.compared else _END  # sizes are told of where they are seen
        yield Beat.of("answer", self.title, Event("answer", 3.8, said))

    def _tell_question(self) -> Iterator[Event]:
        yield Event("reads", 3.7, self.question)
        if self.compared:
            said = Caption(
                en="Large sums here, small ones there: up to {a}, up to {b}.",
                zh="和有大有小：到 {a}，到 {b}。",
            )
            sizes = np.abs(self.sums).max(axis=(0, 1))
            a, b = (fmt.number(float(sizes[n])) for n in (self.compared[0], self.compared[-1]))
            yield Event("uneven", 3.8, said.fill(a=a, b=b), detail=1)

    def _tell_training(self) -> Iterator[Event]:
        said = Caption(
            en="Training normalizes a batch by its own mean and spread: how far sums scatter.",
            zh="训练时，每批用自己的平均值和标准差归一化。",
        )
        if self.history is None:  # batches of digits, not those of its training
            said = Caption(
                en="Each batch has its own mean, and spread: how far its sums scatter.",
                zh="每一批都有自己的平均值和标准差。",
            )
        yield Event("batches", 4.7, said, detail=1)
        averages = Caption(
            en="Running averages are stored: mean {m}, spread {s}.",
            zh="保存滑动平均：{m} 和 {s}。",
        )
        mean, spread = (fmt.number(v, self.constants.decimals) for v in self._stored)
        yield Event("averages", 3.4, averages.fill(m=mean, s=spread))

    def _tell_one(self) -> Iterator[Event]:
        weights = self.network.weights_of(self.shown_layer)
        said = Caption(
            en="One picture takes the stored mean and spread.",
            zh="一张图用保存的平均值和标准差。",
        )
        if {"gamma", "beta"} <= weights.keys():
            said = Caption(
                en="One picture takes the stored two; γ and β were learned.",
                zh="一张图用保存的两个数；γ、β 是学来的。",
            )
        yield Event("constants", 3.8, said)
        yield Event(
            "steps", 4.8, Caption(en="Subtract, divide, multiply, add.", zh="减、除、乘、加。")
        )
        yield Event(
            "together", 4.0,
            Caption(en="The four steps in two: a factor, then a shift.",
                    zh="四步合成两步：乘一个倍数，再平移。"),
        )  # fmt: skip
        four = self.constants
        f, s = fmt.number(four.factor), fmt.number(four.addend)
        yield Event("predict", self.pause, ask=self.ask(), detail=1)
        z, p, v = map(fmt.number, self.two_steps(self.faintest))
        said = Caption(
            en="{z} × {f} is {p}; the shift makes it {v}.", zh="{z} × {f} = {p}，平移后 {v}。"
        )
        yield Event("faint", 3.4, said.fill(z=z, f=fmt.bracketed(four.factor), p=p, v=v), detail=1)
        said = Caption(
            en="Times {f}, plus {s}: the same at every place.",
            zh="乘 {f}，加 {s}：每个位置都一样。",
        )
        yield Event("everywhere", 3.2, said.fill(f=f, s=s))
        if self.compared:
            yield Event("alike", 3.8, _SIMILAR_NOW if self.similar else _CLOSER_NOW, detail=1)

    def ask(self) -> Question:
        """Ask what factor and shift make of the faintest number."""
        number, scaled, result = self.two_steps(self.faintest)
        factor = self.constants.factor
        z, p = fmt.number(number), fmt.number(scaled)
        replies = {
            result: None,
            scaled: _UNSHIFTED,
            factor: _UNSCALED.fill(z=z, f=fmt.bracketed(factor), p=p),
        }
        choices: dict[str, Choice] = {}
        for value, reply in replies.items():
            text = fmt.number(value)
            choices.setdefault(text, Choice(Caption(en=text, zh=text), reply))
        order = dict.fromkeys(fmt.number(value) for value in sorted(replies))
        said = Caption(
            en="Where the sum is {z}: what comes out?",
            zh="和为 {z} 的地方：结果是多少？",
        )
        return Question(said.fill(z=z), tuple(choices[text] for text in order))

    def _tell_fold(self) -> Iterator[Event]:
        said = Caption(
            en="Fixed after training: factor into the kernel, shift into the bias.",
            zh="训练后都固定：倍数并入卷积核，平移并入偏置。",
        )
        yield Event("fold", 4.4, said)
        said = Caption(en="Same map, one layer less.", zh="少了一层，响应图一样。")
        yield Event("same", 3.2, said)

    @property
    def bound(self) -> str:
        """The least power of ten above the largest difference, as it is written out."""
        power = int(np.floor(np.log10(self.apart))) + 1 if self.apart else -12
        return fmt.number(10.0**power, max(0, -power))


def _farthest(values: Floats) -> float:
    """Return the number that is farthest from zero."""
    return float(values.flat[np.abs(values).argmax()])


def _size(values: Floats) -> Caption:
    """Say how large a map's numbers are, by the sign that the farthest from zero has."""
    return _LARGEST if _farthest(values) >= 0 else _LOWEST


def _joined(running: Floats, each: Floats) -> int:
    """Return where a running average first meets the mean of the batches around; else 0."""
    width = 2 * _NEAR + 1
    around = np.convolve(np.pad(each, _NEAR, mode="edge"), np.full(width, 1 / width), "valid")
    above = running > around
    met = np.flatnonzero(above != above[0])
    return int(met[0]) if met.size else 0


def _weights(*kernels: Floats) -> Scale:
    """Return one scale for several kernels."""
    return Scale(max(float(np.abs(each).max()) for each in kernels) or 1.0, terms.WEIGHT)


def _beside(one: Part, other: Part, upright: bool) -> Diagram:
    column = Column(one, other, align="middle")
    return Diagram(column if upright else Either(Row(one, other, gap=2), column))
