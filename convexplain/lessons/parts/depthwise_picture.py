"""Pictures of an ordinary and of a separable convolution: at work, their weights, their maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.lessons.parts import carrying
from convexplain.lessons.parts import depthwise_words as words
from convexplain.lessons.parts.separating import Separable
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
#: With so many columns a row is folded where it is too long, behind so many of them.
_BROAD, _KERNELS = 4, 3
#: So much larger are maps than they would be beside kernels with numbers, and what they add up to.
_WIDER, _WIDEST = 1.2, 2.4
#: With at least this share of the largest number of all, others are bright enough in its scale.
_SEEN = 0.5
#: So many kernels of both steps stand side by side, at most.
_BESIDE = 8
#: Side of a grid beside others, and of a single weight, in units of their layout.
_SIDE, _SINGLE = 10.0, 5.0
#: Both layers, by the names of what is drawn of them.
WAYS = ("ordinary", "separable")
_CALLED = {"ordinary": words.ORDINARY, "separable": words.SEPARABLE}


class Scales(NamedTuple):
    """What colours mean, the same in all pictures.

    Of what is read, of slid maps, of sums; of kernels with numbers and of mixing weights that are
    shown one by one, and of all kernels and mixing weights that are drawn to scale.
    """

    read: Scale
    slid: Scale
    sums: Scale
    weight: Scale
    wall: Scale
    share: Scale
    mix: Scale


@dataclass(frozen=True)
class DepthwisePicture:
    """What all pictures are made of."""

    separable: Separable
    #: Of the ordinary layer, or those that a trained separable one stands for, (kH, kW, channels,
    #: filters).
    kernels: Floats
    #: The shown filter's, of the ordinary layer, (rows, columns).
    sums: Floats
    #: The shown filter.
    filter: int
    #: The shown channels, in their order.
    channels: tuple[int, ...]
    #: Filters whose kernels on a channel are compared.
    priced: tuple[int, ...]
    #: On which channel.
    channel: int
    #: Row and column at which both layers' sums are compared.
    place: tuple[int, int]

    @cached_property
    def scales(self) -> Scales:
        """What the colours of its pictures mean."""
        found, rows = self.separable, [*self.channels]
        first = [c * found.per for c in rows]
        read, given = found.maps[:, :, rows], found.between[:, :, first]
        limits = _most(read), _most(given)
        if min(limits) > _SEEN * max(limits):  # one scale will do
            slid = before = Scale(max(limits), terms.RESPONSE)
        else:
            before = Scale(limits[0], terms.INPUT, bool(read.min() < 0))
            slid = Scale(limits[1], words.FILTERED)
        shown = (self.kernels[:, :, rows, self.filter], self.kernels[:, :, self.channel,
                 [*self.priced]], found.kernels[:, :, self.channel, [*self.priced]],
                 found.shapes[:, :, first])  # fmt: skip
        weight, wall = _of_some(shown, (self.walled, found.shapes), terms.WEIGHT)
        share, mix = _of_some((found.scales[first],), (found.scales,), words.MIXING_WEIGHT)
        sums = _most(self.sums, *found.growing(self.filter, self.channels))
        return Scales(before, slid, Scale(sums, terms.SUM), weight, wall, share, mix)

    # Panels that several pictures share.

    def _first(self, channel: int, title: Caption) -> Caption | None:
        """Name what stands in a column, above its first row."""
        return title.capital if channel == self.channels[0] else None

    def _named(self, channel: int, *, added: bool = False) -> Text:
        """Name a row's channel; one that is added to those above it has a plus."""
        name = terms.CHANNEL.fill(n=channel)
        plus = added and channel != self.channels[0]
        said = words.PLUS.fill(name=name) if plus else name.capital
        return Text(f"channel-{channel}", said)

    def _map(self, channel: int) -> Cells:
        """Describe what is read of a channel, and where the window begins."""
        values = self.separable.maps[:, :, channel]
        height, width = self.separable.maps.shape[:2]
        box = self.separable.window.on((height, width)).box(0, 0)
        return _even(
            f"map-{channel}", values, self.scales.read, "maps",
            self._first(channel, _sized(terms.INPUT, values)), {"window": Mark.over(box)},
        )  # fmt: skip

    def _kernel(self, channel: int) -> Cells:
        """Describe the shown filter's kernel of a channel."""
        title = self._first(channel, terms.FILTER.fill(n=self.filter))
        kernel = self.kernels[:, :, channel, self.filter]
        name = f"kernel-{channel}"
        return _even(name, kernel, self.scales.weight, "kernels", title, numbers=True)

    def _many(self, channel: int) -> Cells:
        """Describe the kernels of all filters of a channel, as near to a square as they fill."""
        high, wide, _, filters = self.kernels.shape
        columns = squarest(filters)
        kernels = self.kernels[:, :, channel].reshape(high, wide, filters // columns, columns)
        title = self._first(channel, words.KERNELS.fill(n=fmt.count(filters)))
        tiles = _blocks(kernels)
        return Cells(
            f"many-{channel}", tiles, self.scales.wall, blocks=(high, wide), share="many",
            title=title, weight=_SIDE / max(tiles.shape) * _WIDER,
        )  # fmt: skip

    def _shape(self, channel: int, called: Caption | None = None) -> Cells:
        """Describe a channel's own kernel, the first of several."""
        shape = self.separable.shapes[:, :, channel * self.separable.per]
        own = words.ONE_KERNEL if self.stands_for_others else terms.KERNEL
        title = self._first(channel, called or own)
        return _even(f"shape-{channel}", shape, self.scales.weight, "kernels", title, numbers=True)

    def _slid(self, channel: int) -> Cells:
        """Describe what that kernel gives."""
        given = self.separable.between[:, :, channel * self.separable.per]
        return _even(
            f"between-{channel}", given, self.scales.slid, "slid",
            self._first(channel, _sized(words.FILTERED, given)), {"cell": Mark(0, 0)},
        )  # fmt: skip

    def _times(self, channel: int) -> Text:
        return Text(f"times-{channel}", "×", role="sign")

    def _share(self, channel: int) -> Cells:
        """Describe how much of a channel the shown filter takes."""
        share = self.separable.scales[channel * self.separable.per, self.filter]
        return Cells(
            f"share-{channel}", np.array([[share]]), self.scales.share, numbers=True,
            share="shares", title=self._first(channel, terms.FILTER.fill(n=self.filter)),
            weight=_SINGLE,
        )  # fmt: skip

    def _all_shares(self, channel: int) -> Cells:
        """Describe how much all filters take of it, in the order of their kernels."""
        shares = self.separable.scales[channel * self.separable.per]
        columns = squarest(shares.size)
        title = self._first(channel, words.MIXING_WEIGHTS.fill(n=fmt.count(shares.size)))
        tiles = shares.reshape(-1, columns)
        return Cells(
            f"shares-{channel}", tiles, self.scales.share, share="every", title=title,
            weight=_SIDE / max(tiles.shape) * _WIDER,
        )  # fmt: skip

    @property
    def stands_for_others(self) -> bool:
        """Whether the separable layer was made of an ordinary one's kernels."""
        return self.separable.ordinary is not None

    def share_at(self, channel: int) -> tuple[str, int, int, int, int]:
        """Return which cell of all shares of a channel is the shown filter's."""
        return (f"shares-{channel}", *divmod(self.filter, squarest(self.separable.filters)), 1, 1)

    def so_far(self, channels: int) -> Caption:
        """Say of how many channels the shown filter's map consists."""
        of, layer = self.separable.channels, words.SEPARABLE.capital
        if channels == of:
            return words.ALL_ADDED.fill(layer=layer, n=self.filter)
        counts = {"k": fmt.count(channels), "c": fmt.count(of)}
        return words.SO_FAR.fill(layer=layer, n=self.filter, **counts)

    def _table(
        self, columns: Sequence[Sequence[Part | None]], *out: Cells, first: Scale, added: bool
    ) -> Diagram:
        """Lay out a row for each channel, what is said of the others, and one filter's map.

        `first`: which the legend explains before others. `added`: whether channels are added up.
        """
        rows: Part = Aligned(columns, gap=0.7, row_gap=0.5, down="middle")
        if len(columns[0]) >= _BROAD:
            folded = [Row(*filter(None, half), gap=0.7) for row in columns
                      for half in (row[:_KERNELS], row[_KERNELS:])]  # fmt: skip
            rows = Either(rows, Column(*folded, gap=0.7, align="middle"))
        body: Part = Column(rows, *self._others(added=added), gap=0.4, turns=False)
        for map in out:
            right, down = (Text("arrow", sign, role="sign") for sign in "→↓")
            body = Either(Row(body, right, map), Column(body, down, map, gap=0.4, align="middle"))
        return Diagram(Column(body, _legend(first), align="middle", turns=False))

    def _others(self, *, added: bool) -> list[Part]:
        """Return what is said of the channels that are not shown, if any are."""
        more = self.separable.channels - len(self.channels)
        if not more:
            return []
        said = words.PLUS_MORE if added else words.MORE
        return [Text("more", said.fill(n=fmt.count(more)), tone="ink" if added else "muted")]

    def _sums(self, name: str, values: Floats, title: Caption) -> Cells:
        return Cells(
            name, values, self.scales.sums, lines=False, title=title, marks={"cell": Mark(0, 0)},
            weight=_WIDEST * _SIDE / max(values.shape),
        )  # fmt: skip

    # At work.

    def at_once(self) -> Diagram:
        """Describe a filter whose windows read all channels at once, and the map that it gives."""
        rows = [[self._named(c, added=True), self._map(c), self._kernel(c)] for c in self.channels]
        title = terms.MAP_OF.fill(layer=words.ORDINARY.capital, n=self.filter)
        out = self._sums("whole", self.sums, title)
        return self._table(rows, out, first=self.scales.read, added=True)

    def one_for_all(self) -> Diagram:
        """Describe all filters' kernels for each channel, and the one that is closest to them."""
        called = words.CLOSEST.fill(n=fmt.count(self.separable.filters))
        rows = [[self._named(c), self._map(c), self._many(c), self._shape(c, called)]
                for c in self.channels]  # fmt: skip
        return self._table(rows, first=self.scales.slid, added=False)

    def by_channel(self) -> Diagram:
        """Describe one window for each channel, and the map it gives."""
        rows = [[self._named(c), self._map(c), self._shape(c), self._slid(c)]
                for c in self.channels]  # fmt: skip
        return self._table(rows, first=self.scales.slid, added=False)

    def mixing(self) -> Diagram:
        """Describe what a filter takes of each channel, and the map that all of it gives."""
        rows = [[self._named(c, added=True), self._slid(c), self._times(c), self._share(c)]
                for c in self.channels]  # fmt: skip
        sums = self.separable.sums[:, :, self.filter]
        out = self._sums("out", sums, self.so_far(self.separable.channels))
        return self._table(rows, out, first=self.scales.slid, added=True)

    def shares(self) -> Diagram:
        """Describe a channel's kernel, and what all filters take of what it gives."""
        rows = [[self._named(c), self._shape(c), self._slid(c), self._times(c), self._all_shares(c)]
                for c in self.channels]  # fmt: skip
        return self._table(rows, first=self.scales.slid, added=False)

    # All weights, to scale.

    @property
    def walled(self) -> Floats:
        """The kernels that are drawn to scale."""
        return self.kernels[:, :, :MOST, : 2 * MOST]

    @property
    def tiles(self) -> Floats:
        """Those kernels in one grid, a row of them for each channel, a column for each filter."""
        return _blocks(self.walled)

    @property
    def framed(self) -> dict[str, Mark]:
        """On the wall a channel's row, the shown filter's column, and the shown channels' rows."""
        high, wide, channels, filters = self.walled.shape
        row, col = self.channel % channels, self.filter % filters
        rows = {f"channel-{c}": c for c in self.channels if c < channels}
        return {
            "filter": Mark(0, col * wide, high * channels, wide),
            **{
                name: Mark(n * high, 0, high, wide * filters)
                for name, n in {"channel": row, **rows}.items()
            },
        }

    def on_the_wall(self, channel: int) -> tuple[str, int, int, int, int] | None:
        """Return which cells of the wall are the shown filter's; None: it is not drawn there."""
        high, wide, channels, filters = self.walled.shape
        if channel >= channels or self.filter >= filters:
            return None
        return "ordinary", high * channel, wide * self.filter, high, wide

    def _wall(self, title: Caption, *, framed: bool = True) -> Cells:
        high, wide, channels, filters = self.walled.shape
        found, note = self.separable, None
        if (channels, filters) != (found.channels, found.filters):
            note = words.PART.fill(c=channels - 1, f=filters - 1)
        return Cells(
            "ordinary", self.tiles, self.scales.wall, blocks=(high, wide),
            share="area", broad=True, title=title, note=note, marks=self.framed if framed else {},
        )  # fmt: skip

    def wall(self) -> Diagram:
        """Describe all kernels of the ordinary layer at once, a filter and a channel framed."""
        title = self.of_filters(self.walled.shape[3])
        return Diagram(Column(self._wall(title), _legend(), align="middle", turns=False))

    def of_filters(self, some: int) -> Caption:
        """Say how many weights so many filters of the ordinary layer have."""
        found = self.separable
        return words.WALL.fill(
            way=words.ORDINARY.capital, k=fmt.count(some), f=fmt.count(found.filters),
            n=fmt.count(found.size * found.channels * some),
        )  # fmt: skip

    @property
    def tiled(self) -> tuple[int, int, int, int]:
        """How many windows a channel has, their size, and how many stand in a row to scale."""
        high, wide, channels, _ = self.walled.shape
        many = channels * self.separable.per
        columns = next(n for n in range(min(many, _BESIDE), 0, -1) if many % n == 0)
        return self.separable.per, high, wide, columns

    def cost(self, *, framed: bool = True) -> Diagram:
        """Describe the weights of both layers to scale, with their count."""
        found = self.separable
        (whole, less), mix = found.weights, found.scales.size
        ordinary = _counted(words.COUNTED, found.size, found.channels, found.filters)
        slide, mixed = (self.of_kernels(name, found.shapes.shape[2]) for name in ("slide", "mix"))
        way = " + ".join(map(fmt.count, (less - mix, mix)))
        saved = words.SHARE_OF.fill(p=fmt.percent(less / whole, 0), n=fmt.count(whole))
        both = Column(
            Text("both", f"{way} = {fmt.count(less)}", role="heading", weight="bold"),
            Text("saved", saved, role="heading", weight="bold"),
            gap=0.3,
        )
        return Diagram(self._areas(self._wall(ordinary, framed=framed), slide, mixed, both))

    def of_kernels(self, step: str, some: int) -> Caption:
        """Say how many weights a step has with so many of the kernels that slide."""
        found = self.separable
        if step == "slide":
            return _counted(words.SLIDE, found.size, some)
        return _counted(words.MIX, some, found.filters)

    def _areas(self, whole: Cells, slide: Caption, mix: Caption, total: Part) -> Part:
        """Lay out the weights of both layers to scale."""
        found, (high, wide, channels, filters) = self.separable, self.walled.shape
        shapes = found.shapes[:, :, : channels * found.per]
        scales = found.scales[: channels * found.per, :filters]
        many, columns = shapes.shape[2], self.tiled[3]
        tiles = _blocks(shapes.reshape(high, wide, many // columns, columns))
        parts = Column(
            Cells("slide", tiles, self.scales.wall, blocks=(high, wide), share="area",
                  title=slide),
            Cells("mix", scales, self.scales.mix, lines=False, share="area", title=mix),
            total,
        )  # fmt: skip
        legend = _legend()
        return Either(
            Column(Row(whole, parts, gap=1.5, align="top"), legend, align="middle"),
            Column(whole, parts, legend),
        )

    # Multiplications.

    @property
    def places(self) -> tuple[int, int]:
        """At how many places down and across a window stands."""
        rows, cols = self.separable.between.shape[:2]
        return rows, cols

    def work(self) -> Diagram:
        """Describe the weights of both as areas, and their multiplications."""
        return Diagram(Column(self.cost(framed=False).root, self._bars(), align="middle"))

    def sliding(self) -> Diagram:
        """Describe a channel's kernel and one mixing weight at their places, and all that work."""
        found, n = self.separable, self.channel
        read, shape, given, share = self._map(n), self._shape(n), self._slid(n), self._share(n)
        read = replace(read, title=_sized(terms.CHANNEL.fill(n=n), read.values))
        shape = replace(shape, title=terms.KERNEL.capital)
        given = replace(given, title=_sized(words.FILTERED, given.values))
        share = replace(share, title=terms.FILTER.fill(n=self.filter).capital)
        factor = found.scales[n * found.per, self.filter]
        times = words.FILTERED_TIMES.fill(v=fmt.bracketed(factor)).capital
        taken = _even("taken", given.values * factor, self.scales.slid, "slid", times,
                      {"cell": Mark(0, 0)})  # fmt: skip
        mixed = Row(self._times(n), share, taken)
        maps = Either(
            Row(read, shape, given, mixed),
            Column(Row(read, shape), Row(given, mixed), align="middle"),
        )
        return Diagram(
            Column(maps, self._bars(), _legend(self.scales.slid), align="middle", turns=False)
        )

    def _bars(self) -> Bars:
        count, found = fmt.count(math.prod(self.places)), self.separable
        whole, less = found.work
        ends = "", f" ({fmt.percent(less / whole, 0)})"
        bars = [
            Bar(name, _CALLED[name], value,
                f"{fmt.count(many)} × {count} = {fmt.count(value)}{end}", tone)
            for name, many, value, tone, end in zip(
                WAYS, found.weights, found.work, ("muted", "ink"), ends, strict=True
            )
        ]  # fmt: skip
        most = float(max(found.work))
        return Bars("work", bars, Scale(most), length=16, title=terms.MULTIPLICATIONS.capital)

    # The price.

    def sharing(self) -> Diagram:
        """Describe kernels of several filters on one channel, as one shape times their weights."""
        found, n, filters = self.separable, self.channel, [*self.priced]
        made = found.kernels[:, :, n, filters]

        def kernel(name: str, values: Floats, title: Caption) -> Cells:
            return _even(name, values, self.scales.weight, "kernels", title.capital, numbers=True)

        rows: list[list[Part | None]] = []
        if self.stands_for_others:
            real = self.kernels[:, :, n, filters]
            rows.append([kernel(f"kernel-{n}-{k}", real[..., i], terms.FILTER.fill(n=k))
                         for i, k in enumerate(filters)])  # fmt: skip
        times: list[Part | None] = []
        for i, filter in enumerate(filters):
            share = found.scales[n * found.per, filter]
            said = terms.KERNEL
            if found.per == 1:
                said = words.KERNEL_TIMES.fill(v=fmt.bracketed(share))
            times.append(kernel(f"scaled-{filter}", made[..., i], said))
        rows.append(times)
        heads: list[Part | None] = [self._of_row(name) for name in WAYS[-len(rows) :]]
        own: list[Part | None] = [None for _ in rows]
        if found.per == 1:
            own[-1] = kernel("shape", found.shapes[:, :, n], terms.KERNEL)
        whole = [[head, each, *row] for head, each, row in zip(heads, own, rows, strict=True)]
        first, *others = zip(*rows, strict=True)
        below = ([*column[:-1], None, column[-1]] for column in others)
        turned = [[*heads, None], [*first[:-1], own[-1], first[-1]], *below]
        body = Either(
            *(Aligned(each, gap=1.0, row_gap=0.6, down="middle") for each in (whole, turned))
        )
        rounded: list[Part] = []
        if not self._multiplies():
            rounded.append(Text("rounded", terms.ROUNDED_BRIEFLY, tone="muted"))
        parts = Column(body, *rounded, gap=0.4, align="middle", turns=False), _legend()
        return Diagram(Column(*parts, align="middle", turns=False))

    def _multiplies(self) -> bool:
        """Tell whether the kernel as printed, times a share as printed, is what is printed."""
        found, own = self.separable, self.channel * self.separable.per
        shares = found.scales[own, [*self.priced]]
        pairs = np.stack(np.broadcast_arrays(found.shapes[:, :, own].reshape(-1, 1), shares), -1)
        return found.per == 1 and all(map(fmt.multiplies, pairs.reshape(-1, 2)))

    def _of_row(self, name: str) -> Part:
        """Name a layer whose kernels stand in a row, and the channel that they read."""
        layer = Text(f"row-{name}", _CALLED[name].capital, weight="bold")
        return Column(layer, Text(f"channel-{name}", terms.CHANNEL.fill(n=self.channel)), gap=0.2)

    @property
    def values(self) -> tuple[float, float]:
        """The filter's sum at the place: of the ordinary layer, and of the separable one."""
        sums = self.separable.sums[:, :, self.filter]
        return float(self.sums[self.place]), float(sums[self.place])

    def both_maps(self, right: tuple[int, int] | None = None) -> Diagram:
        """Describe what the shown filter gives in either layer, and what comes of it.

        `right`: how many digits are read right with either; where that is not known, the sums at
        one place are told instead.
        """
        row, col = self.place
        pairs: list[Part] = []
        maps = (self.sums, self.separable.sums[:, :, self.filter])
        for name, sums, value in zip(WAYS, maps, self.values, strict=True):
            title = terms.MAP_OF.fill(layer=_CALLED[name].capital, n=self.filter)
            grid = Cells(f"sums-{name}", sums, self.scales.sums, lines=False, share="sums",
                         title=title, marks={"cell": Mark(row, col)})  # fmt: skip
            if right is not None:
                pairs.append(grid)
                continue
            said = Text(f"at-{name}", fmt.number(value), role="heading", weight="bold")
            pairs.append(Column(grid, said, gap=0.3, align="middle"))
        told: list[Part] = []
        if right is not None:
            counted = zip(WAYS, right, ("muted", "ink"), strict=True)
            bars = [Bar(way, _CALLED[way], n, fmt.count(n), tone) for way, n, tone in counted]
            title, scale = carrying.right_of_all().capital, Scale(len(digits.load()))
            told.append(Bars("right", bars, scale, length=16, title=title))
        parts = Row(*pairs, gap=2.0), *told, _legend()
        return Diagram(Column(*parts, align="middle", turns=False))

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: the weights of both layers, to scale."""
        found = self.separable
        about = words.ABOUT.fill(
            layer=" + ".join(found.names), k=found.size, c=fmt.count(found.channels),
            f=fmt.count(found.filters),
        )  # fmt: skip
        return replace(self.work(), about=about)


def squarest(count: int) -> int:
    """Return how many columns make so many tiles a full rectangle, as near to a square as can be.

    >>> squarest(64), squarest(32), squarest(7)
    (8, 8, 7)
    """
    return next(n for n in range(math.ceil(math.sqrt(count)), count + 1) if count % n == 0)


def _legend(*first: Scale) -> Part:
    """Describe the scales of all colours: of small weights the colour is seen before the number."""
    wide, high = (Legend("legend", row=row, every=True, first=first) for row in (True, False))
    return Either(wide, high)


def _counted(said: Caption, *factors: int) -> Caption:
    """Say a count with what is multiplied."""
    way = " × ".join(map(fmt.count, factors))
    return said.capital.fill(n=fmt.count(math.prod(factors)), way=way)


def _sized(title: Caption, values: Floats) -> Caption:
    """Name a map, and how large it is."""
    return words.SIZED.fill(map=title.capital, size=fmt.shape(values.shape))


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
