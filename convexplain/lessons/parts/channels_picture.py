"""The pictures of a layer's many channels, made one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import channel_words as words
from convexplain.lessons.parts.step_picture import COARSE
from convexplain.ops import Breakdown, ConvStep
from convexplain.panels import (
    INK,
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Sum,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, joined, listed

Map = npt.NDArray[Any]
#: So many channels are blocks of their own in a pile, at most.
MOST_BLOCKS = 64
#: So many filters' maps stand under one another.
_HIGH = 2
#: How much higher maps are with the gaps between them, about.
_GAPS = 1.06
#: How large the picture is that maps are of, in sizes of these.
_LARGER = 1.6


@dataclass(frozen=True, eq=False)
class ChannelsPicture:
    """What pictures of one filter over many channels are made of."""

    #: The place that is shown.
    step: ConvStep
    #: Its value: named channels, the others, the bias.
    account: Breakdown
    #: What the layer reads and puts out, (height, width, channels).
    inputs: Map
    outputs: Map
    #: Whether what it reads is a gray picture.
    ink: bool
    #: Ends of their scales.
    input_limit: float
    output_limit: float
    #: What is read, and the layer.
    input_name: str
    layer: str
    #: Channels that are shown as maps where there is no room for all.
    shown: tuple[int, ...]
    #: Filters that are shown.
    filters: tuple[int, ...]
    #: The picture that they are maps of, where it is shown.
    given: Map | None = None

    @property
    def first(self) -> int:
        """The channel that counts most."""
        return self.account.parts[0].place

    @property
    def few(self) -> tuple[int, ...]:
        """The channels that are told one by one, the one that counts most first."""
        return tuple(part.place for part in self.account.parts)

    @property
    def every(self) -> tuple[int, ...]:
        """All channels, or of very many those that are shown anyway."""
        count = int(self.inputs.shape[2])
        return tuple(range(count)) if count <= MOST_BLOCKS else self.shown

    def wall(self) -> Diagram:
        """Describe what the layer reads, beside the picture that it comes from."""
        legend = Legend("legend", row=True)
        columns = -(-len(self.every) // self._columns(len(self.every)))
        low = Column(*self._origin("↓"), self._wall(columns=columns), legend, gap=0.5)
        read = Row(*self._origin("→"), self._wall(), gap=0.6, turns=False)
        beside = Column(read, legend, gap=0.5, align="middle", turns=False)
        return Diagram(Either(beside, low))

    def _origin(self, arrow: str) -> list[Part]:
        """Describe the picture whose maps they are, larger than these."""
        if self.given is None:
            return []
        fine = self.given.shape[0] / (_LARGER * self.inputs.shape[0])
        return [
            Cells(
                "given",
                self.given,
                share="maps",
                fine=fine,
                lines=False,
                title=words.PICTURE.capital,
            ),
            Text("to-maps", arrow, role="sign", tone="muted"),
        ]

    def making(self, channel: int) -> Diagram:
        """Describe how one channel gives its sum.

        `channel`: whose patch and weights are shown.
        """
        patch, times, kernel, products = self._grids(channel)
        one = Text("one", f"= {fmt.number(float(self.step.channel_sums[channel]))}",
                   role="display")  # fmt: skip
        links = (Link(f"map-{channel}.window", "patch", "zoom"),)
        tile, told = self._tile(channel, ""), Column(Legend("legend"), *self._rounded())
        factors = Row(patch, times, kernel, gap=0.4, turns=False)
        made = [Row(products, replace(one, role=role)) for role in ("display", "heading")]
        ways: list[Part] = [Column(Row(tile, told), factors, row, align="middle") for row in made]
        read = Column(tile, told, gap=0.4)
        ways = [*(Row(read, Column(factors, row)) for row in made), *ways]
        return Diagram(Either(*ways), links)

    def piled(self) -> Diagram:
        """Describe the channels that count most, all sums end to end, and what they make."""
        rows, left = self._row(), self._left()
        piles = self._lying(large=True), self._lying(large=False)
        ways = (Column(row, pile, *left, gap=0.5) for pile in piles for row in rows)
        return Diagram(Either(*ways))

    def field(self) -> Diagram:
        """Describe all that is read, and the map that one filter makes of it."""
        cell = Mark(self.step.row, self.step.col)
        filled = replace(self._map(), title=None, weight=self._height, marks={"cell": cell})
        # There is room for its number beside the map, where this does not stand at an edge.
        numbered = replace(cell, letter=fmt.number(self.step.activated))
        beside = replace(filled, marks={"cell": numbered})
        said = words.IN_OUT.fill(c=self.inputs.shape[2])
        named = Text("made", terms.RESPONSE_MAP.capital)
        in_out = Text("in-out", said, role="heading", weight="bold")
        return self._beside((named, filled, in_out), (named, beside, in_out))

    @property
    def _height(self) -> float:
        """How high all that is read is, with its gaps, in maps that are made of it."""
        rows = -(-len(self.every) // self._columns(len(self.every)))
        return _GAPS * rows * float(self.inputs.shape[0]) / float(self.outputs.shape[0])

    def all_maps(self) -> Diagram:
        """Describe all that is read, and the strongest filters' maps."""
        shown, count = len(self.filters), int(self.outputs.shape[2])
        few = shown < count
        title = _many(self.outputs)
        if few:
            size = fmt.shape(self.outputs.shape[:2])
            title = words.MANY_OF.fill(k=shown, f=fmt.count(count), size=size)
        maps = Maps(
            "maps", self.outputs[:, :, self.filters], self._response, share="filters",
            apart=0.3, weight=self._height / _HIGH,
            columns=-(-shown // _HIGH),
            marks={"own": self.filters.index(self.step.filter)},
        )  # fmt: skip
        left = words.MORE.fill(n=fmt.count(count - shown))
        more = [Text("more", left, role="heading", tone="muted")] if few else []
        made = Text("made", title), maps, *more
        return self._beside(made, made)

    def _beside(self, low: Sequence[Part], right: Sequence[Part]) -> Diagram:
        """Describe all that is read, and below it or right of it what is made of it."""
        read = Column(self._wall(), Legend("legend", row=True), gap=0.5)
        below = Column(read, Column(*low, gap=0.5), turns=False)
        beside = Row(read, Column(*right, gap=0.5), gap=1.5, align="top", turns=False)
        return Diagram(Either(beside, below))

    def diagram(self, about: Caption) -> Diagram:
        """Describe all of it: what is read, the channel that counts most, all sums, and the map."""
        patch, times, kernel, products = self._grids(self.first)
        block = Column(Row(patch, times, kernel, gap=0.4), products, self._place(), gap=0.6)
        shape = fmt.shape(self.inputs.shape)
        named = words.OF_MAPS.fill(layer=self.input_name, shape=shape)
        wall, right = self._wall(self.shown, named), Row(self._pile(), self._sum(), gap=1.2)
        filled = self._map()
        arranged = Either(
            Row(wall, block, Column(right, filled, align="middle")),
            Column(Row(wall, block), Row(right, filled), align="middle"),
            Column(wall, Row(block, right), filled, align="middle"),
            Column(wall, block, right, filled, align="middle"),
        )
        first = self.first
        links = (
            *([Link(f"map-{first}.window", "patch", "zoom")] if first in self.shown else ()),
            Link("sum.activated", "map.cell"),
        )
        return Diagram(Column(arranged, Legend("legend"), gap=0.8), links, about)

    # What they consist of.

    @staticmethod
    def _columns(count: int) -> int:
        """As many as make all rows full, if no row is much longer than there are rows."""
        least = int(np.ceil(np.sqrt(count)))
        full = (n for n in range(least, count + 1) if count % n == 0 and n * n <= 2 * count)
        return next(full, least)

    @property
    def _response(self) -> Scale:
        return Scale(self.output_limit, terms.RESPONSE, signed=bool((self.outputs < 0).any()))

    @property
    def _read(self) -> Scale:
        if self.ink:
            return INK
        return Scale(self.input_limit, terms.INPUT, signed=bool((self.inputs < 0).any()))

    def _wall(
        self, channels: Sequence[int] = (), title: Caption | None = None, columns: int = 0
    ) -> Part:
        """Maps in rows, all of them if none are named, and what is said of them."""
        shown = channels or self.every
        tiles = [self._tile(n) for n in shown]
        columns = columns or self._columns(len(shown))
        starts = range(0, len(tiles), columns)
        rows: list[list[Part | None]] = [[*tiles[n : n + columns]] for n in starts]
        rows = [[*row, *[None] * (columns - len(row))] for row in rows]
        if tuple(shown) == tuple(range(self.inputs.shape[2])) and columns > 1:
            # Each row begins with its first channel's number, and the last ends with its own.
            last = len(tiles) - 1
            ends = [None] * (len(rows) - 1) + [None if last in starts else _order(last)]
            firsts = [_order(n) for n in starts]
            rows = [[first, *row, end] for first, row, end in zip(firsts, rows, ends, strict=True)]
        maps = Aligned(rows, gap=0.25, row_gap=0.25, across="middle", down="middle")
        said: list[Part] = []
        if len(shown) < self.inputs.shape[2]:
            told = words.SOME.fill(k=len(shown), c=self.inputs.shape[2])
            said = [Text("told", told, role="note", tone="muted",
                         measure=14)]  # fmt: skip
        return Column(Text("inputs", title or _many(self.inputs)), maps, *said, gap=0.5)

    def _tile(self, channel: int, share: str = "maps") -> Cells:
        return Cells(
            f"map-{channel}", self.inputs[:, :, channel], self._read, share=share,
            lines=False, marks={"window": Mark.over(self.step.box)}, weight=1.0,
            alternative=words.TILE.fill(
                n=channel, v=fmt.number(self.step.channel_sums[channel], sign=True)
            ),
        )  # fmt: skip

    def _row(self) -> list[Part]:
        """Describe the few maps that count most with their names, and how many others there are.

        Each stands over what it gives. The first is one row; narrow frames have two.
        The legend stands by the others.
        """
        names = [terms.CHANNEL.fill(n=n).capital for n in self.few]
        tiles: list[Part] = [
            replace(self._tile(n), title=name) for n, name in zip(self.few, names, strict=True)
        ]
        sums: list[Part] = [self._says(str(part.place), part.value) for part in self.account.parts]
        others = int(self.inputs.shape[2]) - len(self.few)
        legend = Legend("legend")
        if others:
            said = terms.OTHER_CHANNELS.fill(n=others)
            rest = Text("others", said, role="heading", tone="muted", measure=5)
            tiles.append(Column(rest, legend, gap=0.5))
            sums.append(self._says("others", self.account.rest))
        else:
            tiles.append(legend)
        ways: list[Part] = []
        for wide in dict.fromkeys((len(tiles), min(3, len(tiles)))):
            rows: list[list[Part | None]] = []
            for n in range(0, len(tiles), wide):
                rows.append([*tiles[n : n + wide]])
                rows.append([*sums[n : n + wide]])
            ways.append(Aligned(rows, gap=0.5, row_gap=0.2, across="middle", down="middle"))
        return ways

    def _says(self, name: str, value: float) -> Text:
        """Print what a channel gives."""
        return Text(f"says-{name}", fmt.number(value, sign=True), role="heading", weight="bold")

    def _grids(self, channel: int) -> tuple[Cells, Text, Cells, Cells]:
        step = self.step
        weights = Scale(float(np.abs(step.kernel).max()) or 1.0, terms.WEIGHT)
        most = float(np.abs(step.products).max()) or 1.0
        name = terms.CHANNEL.fill(n=channel).capital
        rows, cols = step.kernel.shape[:2]
        return (
            _numbers("patch", step.patch[:, :, channel], self._read, name,
                     {"frame": Mark(0, 0, rows, cols)}),
            Text("times", "⊙", role="sign", tone="muted"),
            _numbers("kernel", step.kernel[:, :, channel], weights, terms.KERNEL.capital, {}),
            _numbers("products", step.products[:, :, channel], Scale(most, terms.PRODUCTS),
                     terms.CELL_BY_CELL.capital, {}),
        )  # fmt: skip

    def _rounded(self) -> tuple[Text, ...]:
        """Say how numbers are rounded, where need be."""
        if self.account.checkable():
            return ()
        return (Text("place", terms.rounded(), role="note", tone="muted", measure=16),)

    def _place(self) -> Text:
        """Say which filter and place this is, and how its numbers are rounded where need be."""
        step = self.step
        said = words.PLACE.fill(n=step.filter, layer=self.layer, r=step.row, c=step.col)
        exact = [] if self.account.checkable() else [terms.rounded()]
        return Text(
            "place", joined([said, *exact]), role="note", tone="muted", measure=16,
            coarse=joined([said, COARSE]),
        )  # fmt: skip

    def _left(self) -> list[Part]:
        """Say what the activation leaves of the sum, where that is another number."""
        step = self.step
        if fmt.number(step.activated) == fmt.number(step.value):
            return []
        left = f"{terms.activation(step.activation)}: {fmt.number(step.activated)}"
        return [Text("left", left, role="heading", weight="bold")]

    def _sum(self) -> Sum:
        biased = self.account.bias != 0.0
        return Sum.of("sum", self.account, self._response, biased=biased)

    @property
    def blocks(self) -> tuple[tuple[str, float], ...]:
        """The blocks of the pile by name: named channels, the others as they count, the bias."""
        step = self.step
        named = [part.place for part in self.account.parts]
        order = [int(n) for n in np.argsort(-np.abs(step.channel_sums), kind="stable")]
        others = [n for n in order if n not in named]
        room = MOST_BLOCKS - len(named)
        kept = others if len(others) <= room else others[: room - 2]
        blocks = [(str(n), float(step.channel_sums[n])) for n in (*named, *kept)]
        left = step.channel_sums[[n for n in others if n not in kept]]
        if left.size:
            blocks += [("rest-for", float(left.clip(0).sum())),
                       ("rest-against", float(left.clip(max=0).sum()))]  # fmt: skip
        if step.bias:
            blocks.append(("bias", float(step.bias)))
        return tuple(blocks)

    def _pile(self, thick: float = 2.0) -> Bars:
        bars = [
            Bar(name, _called(name, value), value, tone=_tone(name, value))
            for name, value in self.blocks
            if value
        ]
        most = max(sum(abs(value) for _, value in self.blocks), 1e-9)
        return Bars(
            "pile", bars, Scale(most), stacked=True, upright=True, thick=thick, length=14,
            apart=0.1, total=fmt.number(self.step.value), labelled=True,
            title=words.BLOCKS.fill(c=self.inputs.shape[2]),
            alternative=words.PILE.fill(c=self.inputs.shape[2]),
        )  # fmt: skip

    def _lying(self, *, large: bool) -> Bars:
        """Lay the blocks end to end over the whole width; what is against runs back under them."""
        sums = [value for _, value in self.blocks]
        longest = max(sum(v for v in sums if v > 0), -sum(v for v in sums if v < 0), 1e-9)
        pile = self._pile(2.0 if large else 1.5)
        return replace(
            pile, upright=False, scale=Scale(longest), length=40.0,
            bars=[replace(bar, label=self._biased(bar)) for bar in pile.bars],
            total=f"= {fmt.number(self.step.value)}", role="heading" if large else "text",
        )  # fmt: skip

    def _biased(self, bar: Bar) -> Caption | str:
        """Say how much the bias is, which no map gives; what others give stands under theirs."""
        if bar.name != "bias":
            return bar.label
        number = fmt.number(bar.value)
        return Caption(en=f"{terms.BIAS.en} {number}", zh=f"{terms.BIAS.zh} {number}")

    def _map(self) -> Cells:
        step = self.step
        return Cells(
            "map", self.outputs[:, :, step.filter], self._response, share="map",
            title=terms.MAP_OF.fill(layer=self.layer, n=step.filter),
            marks={"cell": Mark(step.row, step.col)},
        )  # fmt: skip


def _numbers(name: str, values: Map, scale: Scale, title: Caption, marks: dict[str, Mark]) -> Cells:
    return Cells(name, values, scale, numbers=True, share="numbers", title=title, marks=marks)


def _many(maps: Map) -> Caption:
    """Say how many maps there are, and how large they are."""
    rows, cols, count = maps.shape
    return words.MANY.fill(c=fmt.count(count), size=fmt.shape((rows, cols)))


def _called(name: str, value: float) -> Caption:
    """Say of a block of the pile what it is to the sum."""
    if name == "bias":
        return terms.BIAS
    return terms.FOR if value > 0 else terms.AGAINST


def _tone(name: str, value: float) -> str:
    if name == "bias":
        return "muted"
    return "positive" if value > 0 else "negative"


def _order(channel: int) -> Text:
    """Print a channel's number at an end of its row."""
    return Text(f"order-{channel}", str(channel), role="note", tone="muted")


def names(places: Sequence[tuple[int, float]]) -> Caption:
    """List channels with what they give."""
    return listed(words.SAYS.fill(n=n, v=fmt.number(value, sign=True)) for n, value in places)
