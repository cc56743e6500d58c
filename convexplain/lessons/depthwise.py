"""The depthwise separable convolution: one window a channel, then a 1 x 1 layer that mixes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right
from convexplain.lessons.parts.checks import check_filter
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.separating import Separable, closest, of_shapes, own
from convexplain.lessons.parts.subject import Role
from convexplain.network import Layer
from convexplain.ops import Window
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
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
#: So many channels and filters of the weights that are drawn to scale.
MOST = 32
#: So many channels stand under one another, and so many filters side by side.
_CHANNELS, _FILTERS = 2, 4
#: Of so many filters is seen what they share on one channel.
_PRICED = 3
#: With more columns than so many a row is folded where it is too long, behind so many of them.
_BROAD, _KERNELS = 5, 3
#: Side of a grid beside others, in units of their layout.
_SIDE = 10.0

_ORDINARY = Caption(en="ordinary: {n} weights", zh="普通：{n} 个权重")
_COUNTED = Caption(en="ordinary: {way} = {n} weights", zh="普通：{way} = {n} 个权重")
_SEPARABLE = Caption(en="separable: {n} weights", zh="可分离：{n} 个权重")
#: The parts of a separable layer's bar, in their tones.
_PARTS = (
    ("slide", Caption(en="{way} = {n} to slide", zh="滑动 {way} = {n}"), "ink"),
    ("mix", Caption(en="{way} = {n} to mix", zh="混合 {way} = {n}"), "muted"),
)
_WORK = (
    Caption(en="ordinary: {way} = {n} multiplications", zh="普通：{way} = {n} 次乘法"),
    Caption(en="separable: {n} multiplications", zh="可分离：{n} 次乘法"),
)
_PART = Caption(
    en="Channels 0 to {c} and filters 0 to {f}, to scale.",
    zh="通道 0 到 {c}、过滤器 0 到 {f}，按比例绘制。",
)
_MORE = Caption(en="… and {n} more channels", zh="……另有 {n} 个通道")
_BOTH_MORE = Caption(
    en="… and {n} more channels, {m} more filters", zh="……另有 {n} 个通道、{m} 个过滤器"
)
#: Of the map of a filter, after the name of its layer.
_SO_FAR = Caption(
    en="{layer}, filter {n}: {k} of {c} channels", zh="{layer}，过滤器 {n}：{c} 个通道中的 {k} 个"
)
_ALL_ADDED = Caption(en="{layer}, filter {n}: all channels", zh="{layer}，过滤器 {n}：所有通道相加")
_SLID = Caption(en="filtered", zh="滑动后")
_SLID_CHANNEL = Caption(en="Channel {n}, filtered", zh="通道 {n}，滑动后")
_TIMES = Caption(en="kernel × {v}", zh="卷积核 × {v}")
_ROWS = ("ordinary", "separable")
_WORDS = (Caption(en="ordinary", zh="普通"), Caption(en="separable", zh="可分离"))


class _Scales(NamedTuple):
    """Of what is read, of weights, of slid maps, of an ordinary filter's sums, of both steps'."""

    read: Scale
    weight: Scale
    slid: Scale
    sums: Scale
    mixed: Scale


@dataclass(frozen=True)
class Depthwise(NetworkLesson):
    """What a separable layer saves, and what it gives up."""

    name: ClassVar[str] = "depthwise"
    title: ClassVar[Caption] = Caption(
        en="Depthwise separable: one kernel a channel, then mix",
        zh="深度可分离卷积：逐通道滑动，再混合",
    )
    question: ClassVar[Caption] = Caption(
        en="Slide and mix channels in two steps: what does that save?",
        zh="把滑动和混合通道分成两步，能省多少？",
    )
    answer: ClassVar[Caption] = Caption(
        en="First slide, then mix: far fewer weights, but filters share their kernels.",
        zh="先滑动，再混合：权重少得多，但过滤器共用卷积核。",
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

    # Some channels and filters.

    @cached_property
    def real(self) -> Floats:
        """The ordinary layer's kernels; of a trained separable one, those that it stands for."""
        found = self.separable
        return found.kernels if found.ordinary is None else found.ordinary

    @cached_property
    def channels(self) -> tuple[int, ...]:
        """The channels of which both steps put most into the shown filter's map, in their order."""
        found, n = self.separable, self.shown_filter
        parts = [
            np.abs(found.between[:, :, own] @ found.scales[own, n]).max()
            for own in map(self._own, range(found.channels))
        ]
        best = np.argsort(-np.array(parts), kind="stable")[:_CHANNELS]
        return tuple(sorted(int(n) for n in best))

    def _own(self, channel: int) -> slice:
        """Return which of the slid maps are a channel's."""
        return slice(channel * self.per, (channel + 1) * self.per)

    @property
    def channel(self) -> int:
        """The one of them of which the compared filters take most different shares."""
        shares = self.separable.scales[:, list(self.compared)]
        return max(self.channels, key=lambda n: float(np.ptp(shares[n * self.per])))

    @cached_property
    def compared(self) -> tuple[int, ...]:
        """The shown filter, and those whose kernels of them are largest, in their order."""
        kernels = self.separable.kernels[:, :, list(self.channels)]
        strength = (kernels**2).sum(axis=(0, 1, 2))
        strength[self.shown_filter] = np.inf
        most = np.argsort(-strength, kind="stable")[:_FILTERS]
        return tuple(sorted(int(n) for n in most))

    @property
    def priced(self) -> tuple[int, ...]:
        """Those of the compared filters that take most of that channel, in their order."""
        shares = np.abs(self.separable.scales[self.channel * self.per, list(self.compared)])
        best = np.argsort(-shares, kind="stable")[:_PRICED]
        return tuple(sorted(self.compared[n] for n in best))

    @property
    def per(self) -> int:
        """How many windows read a channel; the first of them is shown."""
        return int(self.separable.shapes.shape[2]) // self.separable.channels

    @property
    def window(self) -> Window:
        """How the windows slide over the maps, with padding as numbers."""
        height, width = self.separable.maps.shape[:2]
        return self.separable.window.on((height, width))

    def growing(self) -> Iterator[Floats]:
        """Yield the shown filter's map as channel after channel is added, those shown first."""
        found, n = self.separable, self.shown_filter
        total = np.full(found.between.shape[:2], float(found.biases[n]))
        others = [c for c in range(found.channels) if c not in self.channels]
        yield total.copy()
        for channel in (*self.channels, *others):
            own = self._own(channel)
            total += found.between[:, :, own] @ found.scales[own, n]
            yield total.copy()

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
    def scales(self) -> _Scales:
        """What the colours of its pictures mean."""
        found, rows, cols = self.separable, list(self.channels), list(self.compared)
        read = found.maps[:, :, rows]
        given = found.between[:, :, [c * self.per for c in rows]]
        shares = found.scales[[c * self.per for c in rows]][:, cols]
        shapes = found.shapes[:, :, [c * self.per for c in rows]]
        kernels = (self.real[:, :, rows][..., cols], found.kernels[:, :, rows][..., cols])
        return _Scales(
            Scale(_most(read), terms.RESPONSE, signed=bool(read.min() < 0)),
            Scale(_most(*kernels, shapes, shares), terms.WEIGHT),
            Scale(_most(given), _SLID),
            Scale(_most(self.ordinary_sums[:, :, self.shown_filter]), terms.SUM),
            Scale(_most(*self.growing()), terms.SUM),
        )

    def _map(self, channel: int) -> Cells:
        """Describe what is read of a channel, and where the window begins."""
        return _even(
            f"map-{channel}", self.separable.maps[:, :, channel], self.scales.read, "maps",
            terms.CHANNEL.capital.fill(n=channel), {"window": Mark.over(self.window.box(0, 0))},
        )  # fmt: skip

    def _kernel(self, channel: int, filter: int) -> Cells:
        title = terms.FILTER.capital.fill(n=filter) if channel == self.channels[0] else None
        kernel = self.real[:, :, channel, filter]
        return _even(f"kernel-{channel}-{filter}", kernel, self.scales.weight, "kernels", title)

    def _slid(self, channel: int) -> tuple[Cells, Cells]:
        """Describe a channel's window, and what it gives."""
        found = self.separable
        title = terms.KERNEL.capital if channel == self.channels[0] else None
        shape, given = (each[:, :, channel * self.per] for each in (found.shapes, found.between))
        return (
            _even(f"shape-{channel}", shape, self.scales.weight, "kernels", title),
            _even(f"between-{channel}", given, self.scales.slid, "slid",
                  _SLID_CHANNEL.fill(n=channel), {"cell": Mark(0, 0)}),
        )  # fmt: skip

    def _times(self, channel: int) -> Text:
        return Text(f"times-{channel}", "×", role="sign")

    def _share(self, channel: int, filter: int) -> Cells:
        """Describe how much of a channel a filter takes."""
        title = terms.FILTER.capital.fill(n=filter) if channel == self.channels[0] else None
        share = self.separable.scales[channel * self.per, filter]
        return Cells(
            f"share-{channel}-{filter}", np.array([[share]]), self.scales.weight, numbers=True,
            share="shares", title=title, weight=3.0,
        )  # fmt: skip

    def so_far(self, channels: int) -> Caption:
        """Say of how many channels the shown filter's map consists."""
        of = self.separable.channels
        if channels == of:
            return self._added("separable")
        layer = _WORDS[_ROWS.index("separable")].capital
        return _SO_FAR.fill(layer=layer, n=self.shown_filter, k=fmt.count(channels),
                            c=fmt.count(of))  # fmt: skip

    def _added(self, layer: str) -> Caption:
        """Say whose map it is to which all channels have come."""
        return _ALL_ADDED.fill(layer=_WORDS[_ROWS.index(layer)].capital, n=self.shown_filter)

    def _sum(self, layer: str, scale: Scale, name: str = "out") -> Cells:
        """Describe the map that the shown filter of a layer gives."""
        sums = self.ordinary_sums if layer == "ordinary" else self.separable.sums
        return Cells(
            name, sums[:, :, self.shown_filter], scale, lines=False, share="out",
            title=self._added(layer), marks={"cell": Mark(0, 0)},
        )  # fmt: skip

    def _table(
        self, columns: list[list[Part | None]], out: Cells | None = None, *, many: bool = False
    ) -> Diagram:
        """Lay out a row for each channel, what is said of the others, and one filter's map.

        Parameters
        ----------
        columns : list of lists of Part or None
        out : Cells, optional
        many : bool
            Whether several filters are seen, and others are not.
        """
        rows: Part = Aligned(columns, gap=0.7, row_gap=0.5, down="middle")
        if len(columns[0]) > _BROAD:
            folded = [Row(*filter(None, half), gap=0.7) for row in columns
                      for half in (row[:_KERNELS], row[_KERNELS:])]  # fmt: skip
            rows = Either(rows, Column(*folded, gap=0.7, align="middle"))
        body: Part = Column(rows, *self._others(filters=many), gap=0.4)
        legend = Legend("legend", row=True)
        if out is not None:
            right, down = (Text("arrow", sign, role="sign") for sign in "→↓")
            body = Either(Row(body, right, out), Column(body, down, out, gap=0.4, align="middle"))
        return Diagram(Column(body, legend, align="middle"))

    def opening(self) -> Diagram:
        """Describe what is read, alone."""
        maps = Row(*map(self._map, self.channels), gap=1.5)
        return Diagram(Column(maps, *self._others(), Legend("legend", row=True), align="middle"))

    def _others(self, *, filters: bool = False) -> list[Part]:
        """Return what is said of the channels, and filters, that are not shown, if any are."""
        found = self.separable
        more, others = found.channels - len(self.channels), found.filters - len(self.compared)
        told = _MORE.fill(n=fmt.count(more))
        if filters and others:
            told = _BOTH_MORE.fill(n=fmt.count(more), m=fmt.count(others))
        return [Text("more", told, tone="muted")] if more else []

    def ordinary(self) -> Diagram:
        """Describe a filter's kernels, one for each channel, and the map that all of them give."""
        n = self.shown_filter
        rows: list[list[Part | None]] = [[self._map(c), self._kernel(c, n)] for c in self.channels]
        return self._table(rows, self._sum("ordinary", self.scales.sums))

    def kernels(self) -> Diagram:
        """Describe the kernels of several filters."""
        return self._table(
            [[self._map(c), *(self._kernel(c, n) for n in self.compared)] for c in self.channels],
            many=True,
        )

    def by_channel(self) -> Diagram:
        """Describe one window for each channel, and the map that it gives."""
        return self._table([[self._map(c), *self._slid(c)] for c in self.channels])

    def mixing(self) -> Diagram:
        """Describe what a filter takes of each channel, and the map that all of it gives."""
        n = self.shown_filter
        rows: list[list[Part | None]] = []
        for c in self.channels:
            rows.append([self._slid(c)[1], self._times(c), self._share(c, n)])
        return self._table(rows, self._sum("separable", self.scales.mixed))

    def apart(self) -> Diagram:
        """Describe the maps that the shown filter gives in both layers, in one scale."""
        most = _most(*(sums[:, :, self.shown_filter] for sums in self._both))
        scale = Scale(most, terms.SUM)
        maps = self._sum("ordinary", scale, "whole"), self._sum("separable", scale)
        body = Either(Row(*maps, gap=1.5), Column(*maps))
        return Diagram(Column(body, Legend("legend", row=True), align="middle"))

    @property
    def _both(self) -> tuple[Floats, Floats]:
        return self.ordinary_sums, self.separable.sums

    @property
    def differs(self) -> bool:
        """Whether the shown filter gives another map in the separable layer."""
        one, other = (sums[:, :, self.shown_filter] for sums in self._both)
        return not np.allclose(one, other, atol=1e-6)

    def shares(self) -> Diagram:
        """Describe what several filters take of each channel."""
        return self._table(
            [
                [self._map(c), *self._slid(c), self._times(c),
                 *(self._share(c, n) for n in self.compared)]
                for c in self.channels
            ],
            many=True,
        )  # fmt: skip

    def cost(self, *, work: bool = False) -> Diagram:
        """Describe how many weights both layers have, or how many multiplications they take."""
        found = self.separable
        places = int(np.prod(found.between.shape[:2])) if work else 1
        whole, less = (n * places for n in found.weights)
        mix = found.scales.size * places
        parts = {"slide": less - mix, "mix": mix}
        # Each number's factors: of the kernels, of the 1 x 1 layer's weights, and the places.
        factors = {
            "ordinary": (found.size, found.channels, found.filters),
            "slide": (found.size, found.shapes.shape[2]),
            "mix": found.scales.shape,
        }
        ways = {
            name: " × ".join(fmt.count(n) for n in (*each, *([places] if work else [])))
            for name, each in factors.items()
        }
        ordinary, separable = _WORK if work else (_COUNTED, _SEPARABLE)
        ordinary = ordinary.fill(way=ways["ordinary"])
        stacks = {
            "ordinary": (ordinary, whole, [Bar("all", "", whole, tone="line")]),
            "separable": (
                separable, less, [Bar(name, "", parts[name], tone=tone) for name, _, tone in _PARTS]
            ),
        }  # fmt: skip
        bars = [
            Bars(name, bars, Scale(float(whole)), length=20, share="cost", stacked=True, thick=7.0,
                 title=said.capital.fill(n=fmt.count(n)))
            for name, (said, n, bars) in stacks.items()
        ]  # fmt: skip
        one, other = (
            Text(f"of-{name}", said.fill(n=fmt.count(parts[name]), way=ways[name]), tone=tone,
                 role="heading", weight="bold")
            for name, said, tone in _PARTS
        )  # fmt: skip
        plus = Text("of-both", "+")
        keys = Either(
            Row(one, plus, other, gap=0.4), Column(one, Row(plus, other, gap=0.4), gap=0.3)
        )
        return Diagram(Column(bars[0], Column(bars[1], keys, gap=0.4), gap=2))

    def _areas(self) -> Part:
        found = self.separable
        channels, filters = min(MOST, found.channels), min(2 * MOST, found.filters)
        per = found.shapes.shape[2] // found.channels
        kernels = self.real
        whole, less = (fmt.count(n) for n in found.weights)
        most = max(float(np.abs(each).max()) for each in (kernels, found.scales))
        # A shape is as long as one: its weights are far larger than those that it is shared by.
        scale, of_shape = Scale(most or 1.0, terms.WEIGHT), _of(found.shapes, terms.KERNEL)
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
                _ROWS, _WORDS, self.separable.work, ("muted", "accent"),
                strict=True,
            )
        ]  # fmt: skip
        most = float(max(self.separable.work))
        return Bars("work", bars, Scale(most), length=20, title=terms.MULTIPLICATIONS.capital)

    def sharing(self) -> Diagram:
        """Describe kernels of several filters on one channel, as one shape times their weights."""
        found, n = self.separable, self.channel
        rows: list[list[Part | None]] = []
        if found.ordinary is not None:
            rows.append([replace(self._kernel(n, k), title=terms.FILTER.capital.fill(n=k))
                         for k in self.priced])  # fmt: skip
        times: list[Part | None] = []
        for filter in self.priced:
            scale = found.scales[n * self.per, filter]
            said = _TIMES.fill(v=fmt.bracketed(scale)) if self.per == 1 else terms.KERNEL
            kernel = found.kernels[:, :, n, filter]
            times.append(
                _even(f"scaled-{filter}", kernel, self.scales.weight, "kernels", said.capital)
            )
        rows.append(times)
        legend = Legend("legend", row=True)
        heads: list[Part | None] = [self._of_row(name) for name in _ROWS[-len(rows) :]]
        shape = _even("shape", found.shapes[:, :, n * self.per], self.scales.weight, "kernels",
                      terms.KERNEL.capital)  # fmt: skip
        own: list[Part | None] = [None for _ in rows]
        if self.per == 1:
            own[-1] = shape
        whole = [[head, one, *row] for head, one, row in zip(heads, own, rows, strict=True)]
        first, *others = zip(*rows, strict=True)
        below = ([*column[:-1], None, column[-1]] for column in others)
        turned = [[*heads, None], [*first[:-1], own[-1], first[-1]], *below]
        body = Either(
            *(Aligned(each, gap=1.0, row_gap=0.6, down="middle") for each in (whole, turned))
        )
        return Diagram(Column(body, legend, align="middle"))

    def _of_row(self, name: str) -> Part:
        """Name a layer whose kernels stand in a row, and the channel that they read."""
        layer = Text(f"row-{name}", _WORDS[_ROWS.index(name)].capital, weight="bold")
        return Column(layer, Text(f"channel-{name}", terms.CHANNEL.fill(n=self.channel)), gap=0.2)

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
        """Tell the lesson: an ordinary filter, both steps, what is saved, and the price."""
        yield Beat.of("question", self.title, *self._tell_question())
        yield Beat.of("steps", self.title, *self._tell_steps())
        yield Beat.of("cost", self.title, *self._tell_cost())
        yield Beat.of("shared", self.title, *self._tell_price())
        yield Beat.of("answer", self.title, Event("answer", 4.2, self.answer))

    def _tell_question(self) -> Iterator[Event]:
        found = self.separable
        yield Event("reads", 3.4, self.question)
        said = Caption(
            en="An ordinary filter: {k} weights for each of {c} channels, all added up.",
            zh="普通过滤器：{c} 个通道各有 {k} 个权重，结果全部相加。",
        )
        yield Event("ordinary", 4.8, said.fill(k=found.size, c=fmt.count(found.channels)))
        said = Caption(
            en="{f} filters, each with its own: {k} × {c} × {f} = {n} weights.",
            zh="{f} 个过滤器各有一套：{k} × {c} × {f} = {n} 个权重。",
        )
        counts = {"f": found.filters, "c": found.channels, "n": found.weights[0]}
        told = said.fill(k=found.size, **{key: fmt.count(n) for key, n in counts.items()})
        yield Event("kernels", 4.2, told, detail=1)

    def _tell_steps(self) -> Iterator[Event]:
        found = self.separable
        said = Caption(
            en="Step one: each channel slides a kernel of its own.",
            zh="第一步：每个通道只滑动自己的卷积核。",
        )
        if self.per > 1:
            said = Caption(
                en="Step one: each channel slides {n} kernels of its own; here the first.",
                zh="第一步：每个通道只滑动自己的 {n} 个卷积核，这里是其中第一个。",
            ).fill(n=self.per)
        if found.ordinary is not None:
            said = Caption(
                en="Step one: each channel slides one kernel, the closest to its {f}.",
                zh="第一步：每个通道只滑动一个卷积核，最接近原来的 {f} 个。",
            ).fill(f=fmt.count(found.filters))
        yield Event("windows", 5.4, said)
        said = Caption(
            en="Step two, 1 × 1: a filter adds up each channel times one weight.",
            zh="第二步，1×1：过滤器给每个通道乘一个权重，再相加。",
        )
        yield Event("mixes", 6.0, said)
        if self.differs:
            said = Caption(
                en="Not the same map: one kernel a channel stands for {f}.",
                zh="图不一样了：每个通道用一个卷积核代替 {f} 个。",
            )
            yield Event("apart", 3.6, said.fill(f=fmt.count(found.filters)), detail=1)
        said = Caption(
            en="All {f} filters mix these same maps, each with weights of its own.",
            zh="{f} 个过滤器混合的都是这些图，各用自己的权重。",
        )
        yield Event("shares", 4.0, said.fill(f=fmt.count(found.filters)), detail=1)

    def _tell_cost(self) -> Iterator[Event]:
        found = self.separable
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        whole, less = found.weights
        said = Caption(
            en="Slide {k} × {c}, mix {m} × {f}: {b} weights, {p} of before.",
            zh="滑动 {k} × {c}，混合 {m} × {f}：共 {b} 个权重，是原来的 {p}。",
        )
        counts = {"c": found.shapes.shape[2], "m": found.scales.shape[0], "f": found.filters,
                  "b": less}  # fmt: skip
        told = said.fill(
            k=found.size, p=fmt.percent(less / whole, 0),
            **{key: fmt.count(n) for key, n in counts.items()},
        )  # fmt: skip
        yield Event("areas", 4.8, told)
        said = Caption(
            en="Each weight works at {n} places, so multiplications fall to {p}, too.",
            zh="每个权重都用在 {n} 处，所以乘法次数也降到 {p}。",
        )
        places = fmt.count(int(np.prod(found.between.shape[:2])))
        share = fmt.percent(found.work[1] / found.work[0], 0)
        yield Event("work", 4.0, said.fill(n=places, p=share), detail=2)

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
            en="{c} channels, {f} filters: how many weights now?",
            zh="{c} 个通道、{f} 个过滤器：现在有多少个权重？",
        )
        asked = said.fill(c=fmt.count(found.channels), f=fmt.count(found.filters))
        return Question(asked, choices)

    def _tell_price(self) -> Iterator[Event]:
        said = Caption(
            en="On channel {n} all filters have one kernel, each times its weight.",
            zh="在通道 {n} 上，所有过滤器共用一个卷积核，各乘自己的权重。",
        )
        if self.separable.ordinary is not None:
            said = Caption(
                en="The price: on channel {n} the filters can differ only by a factor.",
                zh="代价：在通道 {n} 上，过滤器之间只能差一个倍数。",
            )
        yield Event("sharing", 5.0, said.fill(n=self.channel), detail=1)


REPLIES = {
    "no-mixing": Caption(
        en="Without the 1 × 1 layer no channel has met another.",
        zh="没有 1×1 层，各通道就从未相遇。",
    ),
    "ordinary": Caption(
        en="There every filter has its own kernel for each channel.",
        zh="那是普通卷积：每个过滤器对每个通道都有自己的卷积核。",
    ),
    "both": Caption(
        en="The 1 × 1 layer comes instead of the other kernels, not on top.",
        zh="1×1 层代替了其余的卷积核，不是额外加上的。",
    ),
}


def _of(weights: Floats, name: Caption = terms.WEIGHT) -> Scale:
    return Scale(float(np.abs(weights).max()) or 1.0, name)


def _most(*arrays: Floats) -> float:
    """Return the largest magnitude, 1 if all are 0."""
    return max(float(np.abs(each).max()) for each in arrays) or 1.0


def _even(
    name: str, values: Floats, scale: Scale, share: str, title: Caption | None,
    marks: dict[str, Mark] | None = None,
) -> Cells:  # fmt: skip
    """Describe a grid that is as large as others of its picture, however many cells it has."""
    return Cells(
        name, values, scale, lines=False, share=share, title=title, marks=marks or {},
        weight=_SIDE / max(values.shape),
    )  # fmt: skip


def _blocks(kernels: Floats) -> Floats:
    """Lay kernels out in one grid, a row of them for each channel, a column for each filter."""
    height, width, channels, filters = kernels.shape
    return kernels.transpose(2, 0, 3, 1).reshape(channels * height, filters * width)
