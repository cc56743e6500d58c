"""The depthwise separable convolution: one window a channel, then a 1 x 1 layer that mixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, facts
from convexplain.lessons.parts import mistakes, walls
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right, right_of_all
from convexplain.lessons.parts.checks import check_filter
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.separating import Separable, closest, kept, of_shapes, own
from convexplain.lessons.parts.subject import Role
from convexplain.network import Layer
from convexplain.panels import (
    Aligned,
    Axis,
    Bar,
    Bars,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Dot,
    Either,
    Legend,
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: At most so many maps stand on a wall, and so many channels and filters in the walls of kernels.
MOST = 32
#: So many filters are compared on one channel.
_COMPARED = 4

_SHAPES = Caption(en="{n} windows, one for each channel", zh="{n} 个窗口，每个通道一个")
_SCALES = Caption(en="1 × 1: {n} weights", zh="1×1：{n} 个权重")
_ORDINARY = Caption(en="ordinary: {n} weights", zh="普通：{n} 个权重")
_SEPARABLE = Caption(en="separable: {n} weights", zh="可分离：{n} 个权重")
_OF_FILTER = Caption(en="filter {n}: {k} kernels", zh="过滤器 {n}：{k} 个卷积核")
_BETWEEN = Caption(en="each channel by itself", zh="各通道各算各的")
_MIXED = Caption(en="mixed", zh="混合之后")
_PART = Caption(
    en="Channels 0 to {c} and filters 0 to {f}, to scale.",
    zh="通道 0 到 {c}、过滤器 0 到 {f}，按比例绘制。",
)
_ITS_SHAPE = Caption(en="shape", zh="形状")
_TIMES = Caption(en="shape × {v}", zh="形状 × {v}")
_LOST = Caption(en="lost", zh="失去的")
_PER_CHANNEL = Caption(en="shapes a channel", zh="每个通道的形状数")
_THESE = Caption(en="{layers} separable", zh="{layers} 可分离")
_NORMALISED = Caption(en="{kind}, batch norm", zh="{kind}，批归一化")
_MISREAD = Caption(en="test digits misread", zh="测试样本中认错的比例")
_WORDS = (Caption(en="ordinary", zh="普通"), Caption(en="separable", zh="可分离"))


@dataclass(frozen=True)
class Depthwise(NetworkLesson):
    """What a separable layer saves, and what it gives up."""

    name: ClassVar[str] = "depthwise"
    title: ClassVar[Caption] = Caption(
        en="Depthwise separable: one window a channel, then mix",
        zh="深度可分离卷积：逐通道滑动，再混合",
    )
    question: ClassVar[Caption] = Caption(
        en="Far fewer weights for the same task: what is given up?",
        zh="同样的任务，权重少得多：放弃了什么？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Filters share their shapes: fewer weights, less freedom.",
        zh="过滤器共用形状：权重少得多，自由也少。",
    )
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
        check_filter(self.filter, self.separable.filters, self.layer)

    # Both layers.

    @cached_property
    def separable(self) -> Separable:
        """The network's own separable layer, or the closest one to its first wide convolution."""
        trained = own(self.network, self.trace)
        if trained is not None:
            return trained
        return closest(self.network, self.trace, self.subject.role(self.needs[0]))

    @property
    def layer(self) -> str:
        """Name of the layer whose filters are shown."""
        return self.separable.names[-1]

    @property
    def shown_filter(self) -> int:
        """The filter asked for, or the one with the largest sum."""
        if self.filter is not None:
            return self.filter
        return int(self.ordinary_sums.max(axis=(0, 1)).argmax())

    @cached_property
    def ordinary_sums(self) -> Floats:
        """What the ordinary layer gives; of a trained separable one, what it gives itself."""
        found = self.separable
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
        """Where the filter's sum is largest."""
        sums = self.ordinary_sums[:, :, self.shown_filter]
        row, col = np.unravel_index(int(sums.argmax()), sums.shape)
        return int(row), int(col)

    @property
    def values(self) -> tuple[float, float]:
        """The filter's sum there: of the ordinary layer, and of the separable one."""
        at = (*self.place, self.shown_filter)
        return float(self.ordinary_sums[at]), float(self.separable.sums[at])

    # One channel.

    @cached_property
    def channel(self) -> int:
        """The channel whose kernels one shape keeps best."""
        found = self.separable
        return int(kept(found.kernels if found.ordinary is None else found.ordinary).argmax())

    @cached_property
    def compared(self) -> tuple[int, ...]:
        """The filters whose kernels of that channel are largest, in their order."""
        kernels = self.separable.kernels[:, :, self.channel]
        strength = (kernels**2).sum(axis=(0, 1))
        most = np.argsort(-strength, kind="stable")[:_COMPARED]
        return tuple(sorted(int(n) for n in most))

    @property
    def share(self) -> tuple[float, float]:
        """Which share of the sum of squares one shape keeps: of that channel, and of all."""
        found = self.separable
        assert found.ordinary is not None
        every = (found.kernels**2).sum() / (found.ordinary**2).sum()
        return float(kept(found.ordinary)[self.channel]), float(every)

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

    # The pictures.

    @cached_property
    def scales(self) -> tuple[Scale, Scale, Scale]:
        """Of what is read, of weights, and of sums."""
        found = self.separable
        kernels = found.kernels if found.ordinary is None else found.ordinary
        read, between = (float(np.abs(x).max()) or 1.0 for x in (found.maps, found.between))
        weights = float(max(np.abs(each).max() for each in (kernels, found.shapes, found.scales)))
        signed = bool(found.maps.min() < 0)
        return (
            Scale(read, terms.RESPONSE, signed=signed),
            Scale(weights or 1.0, terms.WEIGHT),
            Scale(between, terms.SUM),
        )

    def _read(self) -> Maps:
        source = walls.first(self.separable.source, self.separable.channels, MOST)
        maps = self.separable.maps[:, :, :MOST]
        return Maps("maps", maps, self.scales[0], lines=False, title=source, share="maps")

    def reading(self) -> Diagram:
        """Describe the maps that are read, and a filter's kernels, one for each."""
        found = self.separable
        kernels = found.kernels if found.ordinary is None else found.ordinary
        said = _OF_FILTER.capital.fill(n=self.shown_filter, k=fmt.count(found.channels))
        block = Maps(
            "kernels", kernels[:, :, :MOST, self.shown_filter], _of(kernels), title=said,
            share="windows",
        )  # fmt: skip
        return _walls(self._read(), block)

    def by_channel(self) -> Diagram:
        """Describe the maps, one window for each channel, and what they give."""
        found = self.separable
        windows = Maps(
            "shapes", found.shapes[:, :, :MOST], _of(found.shapes), share="windows",
            title=_SHAPES.fill(n=fmt.count(found.shapes.shape[2])),
        )  # fmt: skip
        given = Maps(
            "between", found.between[:, :, :MOST], self.scales[2], lines=False, share="given",
            title=walls.first(_BETWEEN.capital, found.channels, MOST),
        )  # fmt: skip
        return _walls(self._read(), windows, given)

    def mixing(self) -> Diagram:
        """Describe the weights of the 1 x 1 layer, and what it makes of the channels."""
        found = self.separable
        most = float(np.abs(found.scales).max()) or 1.0
        scales = Cells(
            "scales", found.scales[:MOST, : 2 * MOST].T, Scale(most, terms.WEIGHT), lines=False,
            title=_SCALES.fill(n=fmt.count(found.scales.size)), share="scales",
        )  # fmt: skip
        sums = float(np.abs(found.sums).max()) or 1.0
        given = Maps(
            "between", found.between[:, :, :MOST], self.scales[2], lines=False, share="given",
            title=walls.first(_BETWEEN.capital, found.channels, MOST),
        )  # fmt: skip
        mixed = Maps(
            "mixed", found.sums[:, :, : 2 * MOST], Scale(sums, _MIXED), lines=False,
            title=walls.first(_MIXED.capital, found.filters, 2 * MOST), share="mixed",
        )  # fmt: skip
        return _walls(given, scales, mixed)

    def areas(self) -> Diagram:
        """Describe all weights of both layers as areas, to scale."""
        return Diagram(Column(self._areas(), Legend("legend", row=True), align="middle"))

    def _areas(self) -> Part:
        found = self.separable
        channels, filters = min(MOST, found.channels), min(2 * MOST, found.filters)
        per = found.shapes.shape[2] // found.channels
        kernels = found.kernels if found.ordinary is None else found.ordinary
        whole, less = (fmt.count(n) for n in found.weights)
        most = max(float(np.abs(each).max()) for each in (kernels, found.scales))
        # A shape is as long as one: its weights are far larger than those that it is shared by.
        scale, of_shape = Scale(most or 1.0, terms.WEIGHT), _of(found.shapes, _ITS_SHAPE)
        ordinary = Cells(
            "ordinary", _blocks(kernels[:, :, :channels, :filters]), scale, lines=False,
            share="area",
        )  # fmt: skip
        titled = Column(Text("whole", _ORDINARY.fill(n=whole).capital), ordinary, gap=0.3)
        shapes = Cells(
            "shapes", _blocks(found.shapes[:, :, : channels * per, None]), of_shape,
            lines=False, share="area",
        )  # fmt: skip
        weights = Cells(
            "scales", found.scales[: channels * per, :filters], scale, lines=False, share="area"
        )
        note = _PART.fill(c=channels - 1, f=filters - 1)
        said = Text("note", note, role="note", tone="muted")
        title = Text("separable", _SEPARABLE.fill(n=less).capital)
        both = Column(title, Row(shapes, weights, gap=0.8, align="top"), gap=0.3)
        return Either(
            Column(Row(titled, both, gap=2, align="top"), said),
            Column(titled, both, said),
        )

    def work(self) -> Diagram:
        """Describe the weights of both as areas, and their multiplications."""
        legend = Legend("legend", row=True)
        return Diagram(Column(self._areas(), self._bars(), legend, align="middle"))

    def _bars(self) -> Bars:
        bars = [
            Bar(name, label, value, fmt.count(value), tone)
            for name, label, value, tone in zip(
                ("ordinary", "separable"), _WORDS, self.separable.work, ("ink", "accent"),
                strict=True,
            )
        ]  # fmt: skip
        most = float(max(self.separable.work))
        return Bars("work", bars, Scale(most), length=20, title=terms.MULTIPLICATIONS.capital)

    def sharing(self) -> Diagram:
        """Describe kernels of several filters on one channel, as one shape times their weights."""
        found, n = self.separable, self.channel
        per = found.shapes.shape[2] // found.channels
        real = found.kernels if found.ordinary is None else found.ordinary
        three = (real, found.kernels, real - found.kernels)
        most = float(max(np.abs(each[:, :, n, list(self.compared)]).max() for each in three)) or 1.0
        weight = Scale(most, terms.WEIGHT)
        columns: list[list[Cells]] = []
        for filter in self.compared:
            kernel = found.kernels[:, :, n, filter]
            scale = found.scales[n * per, filter]
            times = _TIMES.fill(v=fmt.number(scale)) if per == 1 else _ITS_SHAPE
            cells = [("times", kernel, times.capital)]
            if found.ordinary is not None:
                real = found.ordinary[:, :, n, filter]
                cells = [("real", real, terms.FILTER.capital.fill(n=filter)), *cells,
                         ("lost", real - kernel, _LOST.capital)]  # fmt: skip
            columns.append(
                [
                    Cells(f"{name}-{filter}", values, weight, share="kernels", title=said)
                    for name, values, said in cells
                ]
            )
        rows = [list(row) for row in zip(*columns, strict=True)]
        legend = Legend("legend", row=True)
        return Diagram(Column(Aligned(rows, gap=0.35), legend, align="middle"))

    def chart(self) -> Diagram:
        """Describe how many digits are read right with so many shapes a channel."""
        assert self.right is not None
        whole = len(digits.load())
        counts = np.array(self.counts, dtype=float)
        curve = Curve("right", counts, np.array(self.right, dtype=float))
        dots = [
            Dot(
                f"dot-{n}",
                float(n),
                float(value),
                fmt.count(value),
                side="above" if n > 1 else "below",
            )
            for n, value in zip(self.counts, self.right, strict=True)
        ]
        axes = (
            Axis(_PER_CHANNEL, 0.0, float(counts[-1]) + 0.5, whole=True),
            Axis(right_of_all(), 0.0, 1.15 * whole),
        )
        return Diagram(Chart("chart", [curve], *axes, dots=dots).broad())

    @property
    def measured(self) -> tuple[Mapping[str, Any], ...]:
        """What was measured of networks that were trained with such layers from the start.

        Nothing beside a network of one's own: those were made for digits.
        """
        return facts.rows("kinds") if self.model == type(self).model else ()

    def trained(self) -> Diagram:
        """Describe how many test digits those networks misread."""
        bars = [
            Bar(f"network-{n}", _named(row), 1 - row["accuracy"], _misread(row), _tone(row))
            for n, row in enumerate(self.measured)
        ]
        most = max(bar.value for bar in bars)
        title = _MISREAD.capital
        return Diagram(Row(Bars("trained", bars, Scale(most), length=20, title=title)))

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: the weights of both layers, to scale."""
        found = self.separable
        about = Caption(
            en="The weights of {layer} to scale: {k} for each of {c} channels and {f} filters, "
            "or as a separable layer {k} for each channel and one for each channel and filter.",
            zh="{layer} 的权重，按比例绘制：普通卷积中 {c} 个通道、{f} 个过滤器，每对各 {k} 个；"
            "可分离卷积中每个通道 {k} 个，每对通道和过滤器再各一个。",
        ).fill(
            layer=" + ".join(found.names), k=found.size, c=fmt.count(found.channels),
            f=fmt.count(found.filters),
        )  # fmt: skip
        return replace(self.work(), about=about)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: an ordinary filter, both steps, what is saved, and what is lost."""
        yield Beat.of("question", self.title, *self._tell_question())
        yield Beat.of("steps", self.title, *self._tell_steps())
        yield Beat.of("cost", self.title, *self._tell_cost())
        yield Beat.of("shared", self.title, *self._tell_shared())
        yield Beat.of("answer", self.title, Event("answer", 3.7, self.answer))

    def _tell_question(self) -> Iterator[Event]:
        found = self.separable
        yield Event("reads", 3.6, self.question)
        said = Caption(
            en="An ordinary filter: {k} weights for each of {c} channels.",
            zh="普通过滤器：{c} 个通道，各 {k} 个权重。",
        )
        yield Event("ordinary", 4.0, said.fill(k=found.size, c=fmt.count(found.channels)))

    def _tell_steps(self) -> Iterator[Event]:
        found = self.separable
        said = Caption(
            en="Depthwise: each channel has a window of its own.",
            zh="逐通道：每个通道只有自己的窗口。",
        )
        yield Event("windows", 4.4, said)
        said = Caption(
            en="Then 1 × 1 mixes: {f} filters of {c} weights.",
            zh="再用 1×1 混合：{f} 个过滤器，各 {c} 个权重。",
        )
        count = fmt.count(found.scales.shape[0])
        yield Event("mixes", 4.8, said.fill(f=fmt.count(found.filters), c=count))

    def _tell_cost(self) -> Iterator[Event]:
        found = self.separable
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        whole, less = found.weights
        said = Caption(en="{b} weights instead of {a}: {p}.", zh="{b} 个权重，原来 {a} 个：{p}。")
        told = said.fill(a=fmt.count(whole), b=fmt.count(less), p=fmt.percent(less / whole, 0))
        yield Event("areas", 4.4, told)
        whole, less = found.work
        said = Caption(en="Multiplications: {b} instead of {a}.", zh="乘法：{b} 次，原来 {a} 次。")
        yield Event("work", 4.0, said.fill(a=fmt.count(whole), b=fmt.count(less)), detail=1)

    def ask(self) -> Question | None:
        """Ask for the weights of the separable layer; None if ways print the same."""
        found = self.separable
        ordinary, less = found.weights
        ways = {RIGHT: less, "no-mixing": less - found.scales.size, "ordinary": ordinary,
                "both": ordinary + found.scales.size}  # fmt: skip
        choices = mistakes.choices(ways, fmt.count, REPLIES)
        if len(choices) < FEWEST_CHOICES:
            return None
        said = Caption(
            en="{c} channels to {f}: how many weights, without biases?",
            zh="{c} 个通道到 {f} 个：共几个权重（不含偏置）？",
        )
        asked = said.fill(c=fmt.count(found.channels), f=fmt.count(found.filters))
        return Question(asked, choices)

    def _tell_shared(self) -> Iterator[Event]:
        found = self.separable
        if found.ordinary is None:
            said = Caption(
                en="Channel {n}: all filters take the same shape, scaled.",
                zh="通道 {n}：所有过滤器用同一个形状，只是倍数不同。",
            )
            yield Event("sharing", 5.2, said.fill(n=self.channel))
            return
        said = Caption(
            en="One shape for all keeps {p} of channel {n}, {q} of all.",
            zh="共用一个形状：通道 {n} 保留 {p}，全部通道保留 {q}。",
        )
        p, q = (fmt.percent(share, 0) for share in self.share)
        yield Event("sharing", 5.2, said.fill(n=self.channel, p=p, q=q))
        said = Caption(
            en="Filter {n}, row {r}, column {c}: {a} becomes {b}.",
            zh="过滤器 {n}，行 {r}、列 {c}：{a} 变成 {b}。",
        )
        (row, col), (a, b) = self.place, map(fmt.number, self.values)
        told = said.fill(n=self.shown_filter, r=row, c=col, a=a, b=b)
        yield Event("value", 4.2, told, detail=1)
        if self.right is not None:
            said = Caption(
                en="Cut after training: {a} right with 1 shape, {b} with {m}.",
                zh="训练后再压缩：1 个形状认对 {a} 个，{m} 个形状 {b} 个。",
            )
            at = min(2, len(self.counts) - 1)
            most, several, one = self.counts[at], self.right[at], self.right[0]
            a, b = (fmt.count(each) for each in (one, several))
            yield Event("cut", 4.8, said.fill(a=a, b=b, m=most), detail=1)
        if self.measured:
            said = Caption(en="And trained that way from the start?", zh="从头就这样训练呢？")
            yield Event("train", 2.6, said, detail=1)
            said = Caption(
                en="Misread: separable {b}, ordinary {a}.", zh="认错：可分离 {b}，普通 {a}。"
            )
            a, b = (
                _misread(facts.row("kinds", separable=names, batch_norm="no"))
                for names in ("none", self.layer)
            )
            yield Event("trained", 1.8, said.fill(a=a, b=b), detail=1)

    def maps_compared(self) -> Diagram:
        """Describe the shown filter's map of the ordinary layer and of the separable one."""
        n = self.shown_filter
        values = self.ordinary_sums[:, :, n], self.separable.sums[:, :, n]
        most = float(max(np.abs(each).max() for each in values)) or 1.0
        maps = [
            Cells(f"map-{name}", each, Scale(most, terms.SUM), lines=False, share="compared",
                  title=said.capital, marks={"cell": Mark(*self.place)})
            for name, each, said in zip(("ordinary", "separable"), values, _WORDS, strict=True)
        ]  # fmt: skip
        return _walls(*maps)


REPLIES = {
    "no-mixing": Caption(
        en="Without the 1 × 1 layer no channel has met another.",
        zh="没有 1×1 层，各通道就从未相遇。",
    ),
    "ordinary": Caption(
        en="There every filter has its own window for each channel.",
        zh="那是普通卷积：每个过滤器对每个通道都有自己的窗口。",
    ),
    "both": Caption(
        en="The 1 × 1 layer comes instead of the other windows, not on top.",
        zh="1×1 层代替了其余的窗口，不是额外加上的。",
    ),
}


def _of(weights: Floats, name: Caption = terms.WEIGHT) -> Scale:
    return Scale(float(np.abs(weights).max()) or 1.0, name)


def _misread(row: Mapping[str, Any]) -> str:
    return fmt.percent(1 - row["accuracy"])


def _named(row: Mapping[str, Any]) -> Caption:
    """Say which layers of a trained network are separable, and whether all are normalised."""
    ordinary = row["separable"] == "none"
    names = Caption(en=row["separable"], zh=row["separable"].replace(", ", "、"))
    said = _WORDS[0] if ordinary else _THESE.fill(layers=names)
    return said if row["batch_norm"] == "no" else _NORMALISED.fill(kind=said)


def _tone(row: Mapping[str, Any]) -> str:
    return "ink" if row["separable"] == "none" else "accent"


def _walls(*walls: Part) -> Diagram:
    return Diagram(
        Either(
            Column(Row(*walls, gap=2), Legend("legend", row=True), align="middle"),
            Column(*walls, Legend("legend", row=True), align="middle"),
            Column(*walls, Legend("legend"), align="middle"),
        )
    )


def _blocks(kernels: Floats) -> Floats:
    """Lay kernels out in one grid, a row of them for each channel, a column for each filter."""
    height, width, channels, filters = kernels.shape
    return kernels.transpose(2, 0, 3, 1).reshape(channels * height, filters * width)
