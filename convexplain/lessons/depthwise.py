"""The depthwise separable convolution: one window a channel, then a 1 x 1 layer that mixes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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
#: Filters are taken from so many with the largest kernels.
_STRONGEST = 16
#: Of so many filters is seen what they share on one channel.
_PRICED = 3
#: With more columns than so many a row is folded where it is too long, behind so many of them.
_BROAD, _KERNELS = 5, 3
#: So much larger are maps than they would be beside kernels with numbers, and what they add up to.
_WIDER, _WIDEST = 1.2, 2.4
#: With at least this share of the largest number of all, maps are bright enough in its scale.
_SEEN = 0.5
#: So many kernels of both steps stand side by side, at most.
_BESIDE = 8
#: Side of a grid beside others, in units of their layout.
_SIDE = 10.0

#: How an ordinary layer's weights are counted, and its multiplications.
_COUNTED = Caption(en="ordinary: {way} = {n} weights", zh="普通：{way} = {n} 个权重")
_OWN_WEIGHT = Caption(en="weight, separable", zh="权重，可分离")
_SLIDE = Caption(en="slide: {way} = {n}", zh="滑动：{way} = {n}")
_MIX = Caption(en="mix: {way} = {n}", zh="混合：{way} = {n}")
_WALL = Caption(
    en="{way}: {c} channels (rows), {f} filters (columns)",
    zh="{way}：{c} 个通道（行），{f} 个过滤器（列）",
)
_PART = Caption(
    en="Channels 0 to {c} and filters 0 to {f}, to scale.",
    zh="通道 0 到 {c}、过滤器 0 到 {f}，按比例绘制。",
)
_MORE = Caption(en="… and {n} more channels", zh="……另有 {n} 个通道")
_MORE_FILTERS = Caption(en="… and {n} more filters", zh="……另有 {n} 个过滤器")
#: Of the map of a filter, after the name of its layer.
_SO_FAR = Caption(
    en="{layer}, filter {n}: {k} of {c} channels", zh="{layer}，过滤器 {n}：{c} 个通道中的 {k} 个"
)
_ALL_ADDED = Caption(en="{layer}, filter {n}: all channels", zh="{layer}，过滤器 {n}：所有通道相加")
_FILTERED = Caption(en="filtered", zh="滑动后")
_SIZED = Caption(en="{map}, {size}", zh="{map}，{size}")
_TIMES = Caption(en="kernel × {v}", zh="卷积核 × {v}")
_ROWS = ("ordinary", "separable")
_WORDS = (Caption(en="ordinary", zh="普通"), Caption(en="separable", zh="可分离"))


class _Scales(NamedTuple):
    """Of what is read, of slid maps, and of both steps' sums; of weights of either layer.

    Of the weights that are shown with numbers, and of all that are drawn to scale.
    """

    read: Scale
    slid: Scale
    mixed: Scale
    weight: Scale
    wall: Scale
    own: Scale
    parts: Scale


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
        parts = np.array([self._part(channel) for channel in range(self.separable.channels)])
        best = np.argsort(-parts, kind="stable")[:_CHANNELS]
        return tuple(sorted(int(n) for n in best))

    def _own(self, channel: int) -> slice:
        """Return which of the slid maps are a channel's."""
        return slice(channel * self.per, (channel + 1) * self.per)

    @cached_property
    def channel(self) -> int:
        """The one of them of which both steps put most into the shown filter's map."""
        return max(self.channels, key=self._part)

    def _part(self, channel: int) -> float:
        """Return how much of a channel both steps put into the shown filter's map at most."""
        found, own = self.separable, self._own(channel)
        return float(np.abs(found.between[:, :, own] @ found.scales[own, self.shown_filter]).max())

    @cached_property
    def compared(self) -> tuple[int, ...]:
        """The shown filter and some of those whose kernels of them are largest, in their order.

        Before others those whose kernels on `channel` are, as printed, the one kernel as printed
        times their share of it.
        """
        kernels = self.separable.kernels[:, :, list(self.channels)]
        strength = (kernels**2).sum(axis=(0, 1, 2))
        strongest = np.argsort(-strength, kind="stable")[:_STRONGEST].tolist()
        strongest.sort(key=lambda n: self._misprinted(n) > 0)
        others = [n for n in strongest if n != self.shown_filter]
        return tuple(sorted((self.shown_filter, *others[: _FILTERS - 1])))

    def _misprinted(self, filter: int) -> int:
        """Count the weights that a person who multiplies what is printed would not find."""
        own = self.channel * self.per
        share = self.separable.scales[own, filter]
        shape = self.separable.shapes[:, :, own].ravel()
        return sum(not fmt.multiplies((weight, share)) for weight in shape)

    @property
    def others(self) -> int:
        """How many filters are not compared."""
        return self.separable.filters - len(self.compared)

    @property
    def priced(self) -> tuple[int, ...]:
        """Of the compared filters those that take most of that channel, in their order.

        Before others those whose products come out as printed.
        """
        shares = np.abs(self.separable.scales[self.channel * self.per])
        best = sorted(self.compared, key=lambda n: (self._misprinted(n) > 0, -shares[n]))
        return tuple(sorted(best[:_PRICED]))

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
        first = [c * self.per for c in rows]
        kernels = (self.real[:, :, rows][..., cols], found.kernels[:, :, rows][..., cols])
        own = found.shapes[:, :, first], found.scales[first][:, cols]
        maps = {
            "read": (_most(read), terms.RESPONSE, bool(read.min() < 0)),
            "slid": (_most(given), _FILTERED, True),
            "mixed": (_most(*self.growing()), terms.SUM, True),
        }
        most = max(limit for limit, _, _ in maps.values())
        if min(limit for limit, _, _ in maps.values()) > _SEEN * most:  # one scale will do
            maps = dict.fromkeys(maps, (most, terms.RESPONSE, True))
        weight, wall = _of_some(kernels, (self.walled,), terms.WEIGHT)
        shown, parts = _of_some(own, (found.shapes, found.scales), _OWN_WEIGHT)
        return _Scales(
            weight=weight,
            wall=wall,
            own=shown,
            parts=parts,
            **{name: Scale(*each) for name, each in maps.items()},
        )

    def _first(self, channel: int, title: Caption) -> Caption | None:
        """Name what stands in a column, above its first row."""
        return title.capital if channel == self.channels[0] else None

    def _map(self, channel: int) -> Cells:
        """Describe what is read of a channel, and where the window begins."""
        values = self.separable.maps[:, :, channel]
        return _even(
            f"map-{channel}", values, self.scales.read, "maps",
            self._first(channel, _sized(terms.INPUT, values)),
            {"window": Mark.over(self.window.box(0, 0))},
        )  # fmt: skip

    def _kernel(self, channel: int, filter: int) -> Cells:
        title = self._first(channel, terms.FILTER.fill(n=filter))
        kernel = self.real[:, :, channel, filter]
        name = f"kernel-{channel}-{filter}"
        return _even(name, kernel, self.scales.weight, "kernels", title, numbers=True)

    def _slid(self, channel: int) -> tuple[Cells, Cells]:
        """Describe a channel's window, and what it gives."""
        found = self.separable
        title = self._first(channel, terms.KERNEL)
        shape, given = (each[:, :, channel * self.per] for each in (found.shapes, found.between))
        return (
            _even(f"shape-{channel}", shape, self.scales.own, "kernels", title, numbers=True),
            _even(f"between-{channel}", given, self.scales.slid, "slid",
                  self._first(channel, _sized(_FILTERED, given)), {"cell": Mark(0, 0)}),
        )  # fmt: skip

    def _times(self, channel: int) -> Text:
        return Text(f"times-{channel}", "×", role="sign")

    def _share(self, channel: int, filter: int) -> Cells:
        """Describe how much of a channel a filter takes."""
        title = self._first(channel, terms.FILTER.fill(n=filter))
        share = self.separable.scales[channel * self.per, filter]
        return Cells(
            f"share-{channel}-{filter}", np.array([[share]]), self.scales.own, numbers=True,
            share="shares", title=title, weight=5.0,
        )  # fmt: skip

    def so_far(self, channels: int) -> Caption:
        """Say of how many channels the shown filter's map consists."""
        of = self.separable.channels
        layer = _WORDS[_ROWS.index("separable")].capital
        if channels == of:
            return _ALL_ADDED.fill(layer=layer, n=self.shown_filter)
        return _SO_FAR.fill(layer=layer, n=self.shown_filter, k=fmt.count(channels),
                            c=fmt.count(of))  # fmt: skip

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
        elif many:
            rows = Either(rows, Aligned([*zip(*columns, strict=True)], gap=0.7, row_gap=0.5))
        body: Part = Column(rows, *self._others(filters=many), gap=0.4, turns=False)
        legend = _legend(self.scales.slid)
        if out is not None:
            right, down = (Text("arrow", sign, role="sign") for sign in "→↓")
            body = Either(Row(body, right, out), Column(body, down, out, gap=0.4, align="middle"))
        return Diagram(Column(body, legend, align="middle", turns=False))

    def wall(self) -> Diagram:
        """Describe all kernels of the ordinary layer at once, a filter and a channel framed."""
        found = self.separable
        counts = {"c": fmt.count(found.channels), "f": fmt.count(found.filters)}
        title = _WALL.fill(way=_WORDS[_ROWS.index("ordinary")].capital, **counts)
        kernels = self._all_kernels(title)
        return Diagram(Column(kernels, *self._cut(), _legend(), align="middle", turns=False))

    @property
    def walled(self) -> Floats:
        """The kernels that are drawn to scale."""
        return self.real[:, :, :MOST, : 2 * MOST]

    @property
    def framed(self) -> dict[str, Mark]:
        """On the wall a channel's row, the shown filter's column, and the shown channels' rows."""
        high, wide, channels, filters = self.walled.shape
        row, col = self.channel % channels, self.shown_filter % filters
        rows = {f"channel-{c}": c for c in self.channels if c < channels}
        return {
            "filter": Mark(0, col * wide, high * channels, wide),
            **{
                name: Mark(n * high, 0, high, wide * filters)
                for name, n in {"channel": row, **rows}.items()
            },
        }

    def _all_kernels(self, title: Caption) -> Cells:
        high, wide = self.walled.shape[:2]
        return Cells(
            "ordinary", _blocks(self.walled), self.scales.wall, blocks=(high, wide),
            share="area", broad=True, title=title, marks=self.framed,
        )  # fmt: skip

    def on_the_wall(self, channel: int, filter: int) -> tuple[str, int, int, int, int] | None:
        """Return which cells of the wall a kernel is; None: it is not drawn there."""
        high, wide, channels, filters = self.walled.shape
        if channel >= channels or filter >= filters:
            return None
        return "ordinary", high * channel, wide * filter, high, wide

    @property
    def cut_short(self) -> bool:
        """Whether some channels or filters are not drawn to scale."""
        found = self.separable
        return self.walled.shape[2:] != (found.channels, found.filters)

    def _cut(self) -> list[Part]:
        """Say which channels and filters are drawn to scale, if these are not all."""
        _, _, channels, filters = self.walled.shape
        if not self.cut_short:
            return []
        note = _PART.fill(c=channels - 1, f=filters - 1)
        return [Text("note", note, role="note", tone="muted")]

    def _others(self, *, filters: bool = False) -> list[Part]:
        """Return what is said of the channels, and filters, that are not shown, if any are."""
        found, told = self.separable, []
        more = found.channels - len(self.channels)
        if more:
            told.append(Text("more", _MORE.fill(n=fmt.count(more)), tone="muted"))
        if filters and self.others:
            said = _MORE_FILTERS.fill(n=fmt.count(self.others))
            told.append(Text("others", said, tone="muted"))
        return [Row(*told)] if told else []

    def kernels(self) -> Diagram:
        """Describe the kernels of several filters."""
        return self._table(
            [[self._named(c), *(self._kernel(c, n) for n in self.compared)]
             for c in self.channels],
            many=True,
        )  # fmt: skip

    def _named(self, channel: int) -> Text:
        return Text(f"channel-{channel}", terms.CHANNEL.capital.fill(n=channel))

    def by_channel(self) -> Diagram:
        """Describe one window for each channel, and the map that it gives."""
        return self._table([[self._named(c), self._map(c), *self._slid(c)] for c in self.channels])

    def mixing(self) -> Diagram:
        """Describe what a filter takes of each channel, and the map that all of it gives."""
        n = self.shown_filter
        rows: list[list[Part | None]] = []
        for c in self.channels:
            rows.append([self._named(c), self._slid(c)[1], self._times(c), self._share(c, n)])
        sums = self.separable.sums[:, :, n]
        out = Cells(
            "out", sums, self.scales.mixed, lines=False, weight=_WIDEST * _SIDE / max(sums.shape),
            title=self.so_far(self.separable.channels), marks={"cell": Mark(0, 0)},
        )  # fmt: skip
        return self._table(rows, out)

    def shares(self) -> Diagram:
        """Describe what several filters take of each channel."""
        return self._table(
            [
                [self._named(c), *self._slid(c), self._times(c),
                 *(self._share(c, n) for n in self.compared)]
                for c in self.channels
            ],
            many=True,
        )  # fmt: skip

    def cost(self, *, framed: bool = True) -> Diagram:
        """Describe the weights of both layers to scale, with their count."""
        found = self.separable
        whole, less = found.weights
        mix = found.scales.size
        told = (
            (_COUNTED, (found.size, found.channels, found.filters), whole),
            (_SLIDE, (found.size, found.shapes.shape[2]), less - mix),
            (_MIX, found.scales.shape, mix),
        )
        titles = [
            said.capital.fill(n=fmt.count(n), way=" × ".join(map(fmt.count, way)))
            for said, way, n in told
        ]
        way = " + ".join(map(fmt.count, (less - mix, mix)))
        both = Text("both", f"{way} = {fmt.count(less)}", role="heading", weight="bold")
        return Diagram(
            Column(self._areas(titles, both, framed=framed), *self._cut(), align="middle")
        )

    @property
    def tiled(self) -> tuple[int, int, int, int]:
        """How many windows a channel has, their size, and how many stand in a row to scale."""
        high, wide, channels, _ = self.walled.shape
        many = channels * self.per
        columns = next(n for n in range(min(many, _BESIDE), 0, -1) if many % n == 0)
        return self.per, high, wide, columns

    def _areas(self, titles: Sequence[Caption], *total: Part, framed: bool) -> Part:
        """Lay out the weights of both layers to scale, each in colours of its own."""
        found, (high, wide, channels, filters) = self.separable, self.walled.shape
        shapes, scales = found.shapes[:, :, : channels * self.per], found.scales[:, :filters]
        scales, scale = scales[: channels * self.per], self.scales.parts
        ordinary, slide, mix = titles
        many, columns = shapes.shape[2], self.tiled[3]
        tiles = _blocks(shapes.reshape(high, wide, many // columns, columns))
        parts = Column(
            Cells("slide", tiles, scale, blocks=(high, wide), share="area", title=slide),
            Cells("mix", scales, scale, lines=False, share="area", title=mix),
            *total,
        )
        whole = self._all_kernels(ordinary)
        whole = whole if framed else replace(whole, marks={})
        legend = _legend()
        return Either(
            Column(Row(whole, parts, gap=1.5, align="top"), legend, align="middle"),
            Column(whole, parts, legend),
        )

    def work(self) -> Diagram:
        """Describe the weights of both as areas, and their multiplications."""
        return Diagram(Column(self.cost(framed=False).root, self._bars(), align="middle"))

    @property
    def places(self) -> tuple[int, int]:
        """At how many places down and across a window stands."""
        rows, cols = self.separable.between.shape[:2]
        return rows, cols

    def sliding(self) -> Diagram:
        """Describe a channel's window at its places, and the multiplications of both layers."""
        read, (shape, given) = self._map(self.channel), self._slid(self.channel)
        read = replace(read, title=_sized(terms.INPUT, read.values))
        shape = replace(shape, title=terms.KERNEL.capital)
        given = replace(given, title=_sized(_FILTERED, given.values))
        maps = Either(Row(read, shape, given), Column(Row(read, shape), given, align="middle"))
        legend = _legend(self.scales.slid)
        return Diagram(Column(maps, self._bars(), legend, align="middle", turns=False))

    def _bars(self) -> Bars:
        count = fmt.count(math.prod(self.places))
        bars = [
            Bar(name, label, value, f"{fmt.count(weights)} × {count} = {fmt.count(value)}", tone)
            for name, label, weights, value, tone in zip(
                _ROWS, _WORDS, self.separable.weights, self.separable.work, ("muted", "ink"),
                strict=True,
            )
        ]  # fmt: skip
        most = float(max(self.separable.work))
        return Bars("work", bars, Scale(most), length=16, title=terms.MULTIPLICATIONS.capital)

    def sharing(self) -> Diagram:
        """Describe kernels of several filters on one channel, as one shape times their weights.

        All in one scale, so that a smaller share is seen to be paler.
        """
        found, n, filters = self.separable, self.channel, list(self.priced)
        one, real, made = (
            found.shapes[:, :, n * self.per], self.real[:, :, n, filters],
            found.kernels[:, :, n, filters],
        )  # fmt: skip
        shown = [*([one] if self.per == 1 else []), made]
        if found.ordinary is not None:
            shown.append(real)
        scale = Scale(_most(*shown), terms.WEIGHT)

        def kernel(name: str, values: Floats, title: Caption) -> Cells:
            return _even(name, values, scale, "kernels", title.capital, numbers=True)

        rows: list[list[Part | None]] = []
        if found.ordinary is not None:
            rows.append([kernel(f"kernel-{n}-{k}", real[..., i], terms.FILTER.fill(n=k))
                         for i, k in enumerate(filters)])  # fmt: skip
        times: list[Part | None] = []
        for i, filter in enumerate(filters):
            share = found.scales[n * self.per, filter]
            said = _TIMES.fill(v=fmt.bracketed(share)) if self.per == 1 else terms.KERNEL
            times.append(kernel(f"scaled-{filter}", made[..., i], said))
        rows.append(times)
        heads: list[Part | None] = [self._of_row(name) for name in _ROWS[-len(rows) :]]
        own: list[Part | None] = [None for _ in rows]
        if self.per == 1:
            own[-1] = kernel("shape", one, terms.KERNEL)
        whole = [[head, each, *row] for head, each, row in zip(heads, own, rows, strict=True)]
        first, *others = zip(*rows, strict=True)
        below = ([*column[:-1], None, column[-1]] for column in others)
        turned = [[*heads, None], [*first[:-1], own[-1], first[-1]], *below]
        body = Either(
            *(Aligned(each, gap=1.0, row_gap=0.6, down="middle") for each in (whole, turned))
        )
        rounded = Text("rounded", terms.ROUNDED_BRIEFLY, tone="muted")
        parts = (Column(body, rounded, gap=0.4, align="middle", turns=False), _legend())
        return Diagram(Column(*parts, align="middle", turns=False))

    def both_maps(self) -> Diagram:
        """Describe what the shown filter gives in either layer, in one scale, and one place."""
        n = self.shown_filter
        maps = (self.ordinary_sums[:, :, n], self.separable.sums[:, :, n])
        scale, (row, col) = replace(self.scales.mixed, limit=_most(*maps)), self.place
        grids = [
            Cells(
                f"sums-{name}", sums, scale, lines=False, share="sums",
                title=terms.MAP_OF.fill(layer=word.capital, n=n), marks={"cell": Mark(row, col)},
            )
            for name, word, sums in zip(_ROWS, _WORDS, maps, strict=True)
        ]  # fmt: skip
        said = [
            Text(f"at-{name}", fmt.number(value), role="heading", weight="bold")
            for name, value in zip(_ROWS, self.values, strict=True)
        ]
        pairs = [Column(*pair, gap=0.3, align="middle") for pair in zip(grids, said, strict=True)]
        legend = _legend()
        return Diagram(Column(Row(*pairs, gap=2.0), legend, align="middle", turns=False))

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
        yield Event("kernels", 3.4, self.question)
        said = Caption(
            en="An ordinary filter has {k} weights for each of {c} channels.",
            zh="普通过滤器对 {c} 个通道各有 {k} 个权重。",
        )
        yield Event("ordinary", 4.2, said.fill(k=found.size, c=fmt.count(found.channels)))
        said = Caption(
            en="{f} filters, each with its own: {k} × {c} × {f} = {n} weights.",
            zh="{f} 套：{k} × {c} × {f} = {n} 个权重。",
        )
        counts = {"f": found.filters, "c": found.channels, "n": found.weights[0]}
        told = said.fill(k=found.size, **{key: fmt.count(n) for key, n in counts.items()})
        yield Event("wall", 4.0, told, detail=1)

    def _tell_steps(self) -> Iterator[Event]:
        found = self.separable
        said = Caption(
            en="Step one, slide: each channel has a kernel of its own.",
            zh="第一步，滑动：每个通道只用自己的卷积核。",
        )
        if self.per > 1:
            said = Caption(
                en="Step one, slide: each channel has {n} kernels of its own; here the first.",
                zh="第一步，滑动：每个通道只用自己的 {n} 个卷积核，这里是其中第一个。",
            ).fill(n=self.per)
        if found.ordinary is not None:
            said = Caption(
                en="Step one, slide: each channel has one kernel for all {f} filters.",
                zh="第一步，滑动：每个通道只用一个卷积核，{f} 个过滤器共用。",
            ).fill(f=fmt.count(found.filters))
        yield Event("windows", 4.9, said)
        said = Caption(
            en="Step two, mix: a filter adds up the channels, each times one weight.",
            zh="第二步，混合：过滤器把每个通道乘以一个权重，再相加。",
        )
        yield Event("mixes", 4.9, said)
        said = Caption(
            en="All {f} filters mix these same maps, each with weights of its own.",
            zh="{f} 个过滤器混合的都是这些图，各用自己的权重。",
        )
        yield Event("shares", 3.5, said.fill(f=fmt.count(found.filters)), detail=1)

    def _tell_cost(self) -> Iterator[Event]:
        found = self.separable
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        whole, less = found.weights
        said = Caption(
            en="Slide {k} × {c}, mix {m} × {f}: {b} weights, {p} of before.",
            zh="滑动 {k} × {c}，混合 {m} × {f}：{b} 个权重，是原来的 {p}。",
        )
        counts = {"c": found.shapes.shape[2], "m": found.scales.shape[0], "f": found.filters,
                  "b": less}  # fmt: skip
        told = said.fill(
            k=found.size, p=fmt.percent(less / whole, 0),
            **{key: fmt.count(n) for key, n in counts.items()},
        )  # fmt: skip
        yield Event("areas", 6.2, told)
        said = Caption(
            en="Each weight, mixing too, is used at {n} places: {p} of the multiplications.",
            zh="每个权重（混合的也是）用在 {n} 处：乘法也降到 {p}。",
        )
        share = fmt.percent(found.work[1] / found.work[0], 0)
        told = said.fill(p=share, n=fmt.count(math.prod(self.places)))
        yield Event("work", 4.6, told, detail=1)

    def ask(self) -> Question | None:
        """Ask for the weights of the separable layer; None if ways print the same."""
        found = self.separable
        ordinary, less = found.weights
        ways = {RIGHT: less, "no-mixing": less - found.scales.size, "ordinary": ordinary}
        choices = mistakes.choices(ways, fmt.count, REPLIES)
        if len(choices) < FEWEST_CHOICES:
            return None
        said = Caption(
            en="{c} channels, {f} filters: how many weights now?",
            zh="{c} 个通道、{f} 个过滤器：现在多少个权重？",
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
        yield Event("sharing", 4.8, said.fill(n=self.channel), detail=1)
        if self.separable.ordinary is None:
            return
        said = Caption(
            en="Closest kernels, not retrained: filter {n}'s map changes, {a} becomes {b}.",
            zh="最接近但未重新训练：过滤器 {n} 的图从 {a} 变 {b}。",
        )
        before, now = map(fmt.number, self.values)
        yield Event("maps", 4.2, said.fill(n=self.shown_filter, a=before, b=now), detail=1)


REPLIES = {
    "no-mixing": Caption(
        en="Without the mixing weights no channel has met another.",
        zh="没有混合用的权重，各通道就从未相遇。",
    ),
    "ordinary": Caption(
        en="There every filter has its own kernel for each channel.",
        zh="那是普通卷积：每个过滤器对每个通道都有自己的卷积核。",
    ),
}


def _legend(*first: Scale) -> Legend:
    """Describe the scales of all colours: of small weights the colour is seen before the number."""
    return Legend("legend", row=True, every=True, first=first)


def _sized(title: Caption, values: Floats) -> Caption:
    """Name a map, and how large it is."""
    return _SIZED.fill(map=title.capital, size=fmt.shape(values.shape))


def _most(*arrays: Floats) -> float:
    """Return the largest magnitude, 1 if all are 0."""
    return max(float(np.abs(each).max()) for each in arrays) or 1.0


def _of_some(some: Sequence[Floats], every: Sequence[Floats], name: Caption) -> tuple[Scale, Scale]:
    """Return the scale of some weights and that of all: one, if it makes these bright enough."""
    shown, most = _most(*some), _most(*some, *every)
    one = Scale(most, name)
    return (one if shown > _SEEN * most else Scale(shown, name)), one


def _even(
    name: str, values: Floats, scale: Scale, share: str, title: Caption | None,
    marks: dict[str, Mark] | None = None, *, numbers: bool = False,
) -> Cells:  # fmt: skip
    """Describe a grid that is as large as others of its picture, however many cells it has."""
    return Cells(
        name, values, scale, lines=numbers, share=share, title=title, marks=marks or {},
        numbers=numbers, weight=_SIDE / max(values.shape) * (1.0 if numbers else _WIDER),
    )  # fmt: skip


def _blocks(kernels: Floats) -> Floats:
    """Lay kernels out in one grid, a row of them for each channel, a column for each filter."""
    height, width, channels, filters = kernels.shape
    return kernels.transpose(2, 0, 3, 1).reshape(channels * height, filters * width)
