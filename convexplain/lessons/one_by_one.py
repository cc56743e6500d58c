"""The 1 x 1 convolution: channels mix, neighbours don't."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, photographs
from convexplain.errors import UsageError
from convexplain.lessons.parts import mistakes, walls
from convexplain.lessons.parts import one_by_one_words as words
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.mixing import Mixing, best, simple, trained
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.photo import reduced
from convexplain.lessons.parts.subject import Role
from convexplain.network import Layer
from convexplain.panels import (
    LIGHT,
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
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
#: How large what is told of a sum stands.
Size = Literal["heading", "text"]
#: Of red, green and blue in gray: ITU-R BT.601.
GRAY = np.array([0.299, 0.587, 0.114])
#: So many mixtures are computed of many channels.
_USUAL = 8
#: Ways to the same end: the reader of all channels, and of their mixtures alone.
WAYS = ("alone", "both")
#: So many products of a sum are told one by one.
TOLD = 3
#: Walls of maps are so many maps wide.
_WIDE = 8
#: A pixel that is looked at is so many times as large as in its photograph.
SWATCH = 12
#: Counts that differ by so much of all, at most, are about the same.
ALIKE = 0.02
#: So many maps stand on a wall at most.
MOST = 64

#: In these colours: brighter than light of one colour alone, which is dark where it is blue.
_TINTS = 0.4 + 0.6 * np.eye(3)


@dataclass(frozen=True)
class OneByOne(NetworkLesson):
    """A window of one pixel: what it reads, what it saves."""

    name: ClassVar[str] = "one-by-one"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER
    needs: ClassVar[tuple[Role, ...]] = ("convolution of many channels",)
    example: ClassVar[str] = "channels"

    channels: int | None = option(
        None,
        en="how many channels the mixtures have",
        zh="混合成几个通道",
        metavar="K",
    )

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        layer, most = trained(self.network), self.mixing.channels
        if self.channels is not None:
            if layer is not None:
                raise UsageError(
                    "--channels {given} is not possible: {layer} of the network has {count}; "
                    "leave the option out",
                    given=self.channels,
                    layer=layer.name,
                    count=self.mixing.filters,
                )
            if not 1 <= self.channels <= most:
                raise UsageError(
                    "--channels {given} is not possible: give 1 to {most}, the channels of "
                    "{source}",
                    given=self.channels,
                    most=most,
                    source=self.mixing.source,
                )

    # The photograph.

    @cached_property
    def photograph(self) -> Floats:
        """The bundled cat, in squares of pixels, (height, width, 3)."""
        return reduced(photographs.load().pixels).astype(np.float64)

    @cached_property
    def gray(self) -> Floats:
        """The same through one 1 x 1 filter, (height, width)."""
        grays: Floats = ops.conv2d(self.photograph, GRAY[None, None, :, None]).squeeze(axis=2)
        return grays

    @cached_property
    def pixels(self) -> tuple[tuple[int, int], ...]:
        """The most colourful pixel, the brightest and the darkest.

        Of those whose products and sum add up as they are printed.
        """
        spread = self.photograph.max(axis=2) - self.photograph.min(axis=2)
        return tuple(self._first(rank) for rank in (spread, self.gray, -self.gray))

    def _first(self, rank: Floats) -> tuple[int, int]:
        order = np.argsort(-rank, axis=None, kind="stable")
        cells: list[tuple[int, int]] = [divmod(int(n), rank.shape[1]) for n in order]
        honest = (c for c in cells if self._checked(c))
        return next(honest, cells[0])

    def _checked(self, cell: tuple[int, int]) -> bool:
        """Tell whether a pixel's printed numbers give its printed gray."""
        read, gray = self.photograph[cell], self.gray[cell]
        printed = [float(fmt.rounded(value)) for value in read]
        return fmt.adds_up(GRAY * read, gray) and fmt.number(GRAY @ printed) == fmt.number(gray)

    def numbers_at(self, place: tuple[int, int]) -> tuple[float, ...]:
        """Return red, green, blue and gray of a pixel."""
        return *(float(v) for v in self.photograph[place]), float(self.gray[place])

    # The network's channels.

    @cached_property
    def mixing(self) -> Mixing:
        """The network's own 1 x 1 layer, or the best mixtures of what a convolution reads."""
        network, layer = self.network, trained(self.network)
        if layer is not None:
            (source,) = network.sources(layer.name)
            kernel = network.weights_of(layer.name)["kernel"].astype(np.float64)
            biases = network.biases(layer.name).astype(np.float64)
            maps = self.trace.activations[source]
            return Mixing(source, maps, kernel[0, 0], biases, layer.name)
        reader = self.subject.role(self.needs[0])
        (source,) = network.sources(reader.name)
        maps = self.trace.activations[source]
        usual = min(_USUAL, max(1, maps.shape[2] // 2))
        count = usual if self.channels is None else min(self.channels, maps.shape[2])
        many = self.digits
        known = maps if many is None else carried(network, many, until=source)
        weights = simple(best(known, max(1, count))[0])
        # The reader's own bias can take in what the mean gives: no bias is needed here.
        return Mixing(source, maps, weights, np.zeros(weights.shape[1]), "", reader)

    @cached_property
    def digits(self) -> Floats | None:
        """All bundled digits as the network reads them."""
        return bundled(self.network)

    @property
    def column(self) -> Floats:
        """All numbers at the place, (channels,)."""
        return np.asarray(self.mixing.maps[self.mixing.place], dtype=np.float64)

    @cached_property
    def told(self) -> int:
        """The filter whose sum is told: of those that add up as printed, the one most told by few.

        Its largest products are the largest share of all of its products.
        """

        def rank(filter: int) -> tuple[bool, float]:
            sizes = np.sort(np.abs(self.products(filter)))
            return self._adds_up(filter), float(sizes[-TOLD:].sum() / (sizes.sum() or 1.0))

        return max(range(self.mixing.filters), key=rank)

    def products(self, filter: int) -> Floats:
        """Return each channel's number at the place times its weight, (channels,)."""
        products: Floats = self.column * self.mixing.weights[:, filter]
        return products

    def largest(self, filter: int) -> tuple[int, ...]:
        """Return the channels with the largest products, in their order."""
        order = np.argsort(-np.abs(self.products(filter)), kind="stable")[:TOLD]
        return tuple(sorted(int(n) for n in order))

    def rest(self, filter: int) -> float:
        """Return what all other channels, and the bias, add to a filter's sum."""
        products = self.products(filter)
        others = np.delete(products, self.largest(filter)).sum()
        return float(others + self.mixing.biases[filter])

    def _adds_up(self, filter: int) -> bool:
        """Tell whether a sum's printed factors give its printed products, and these the sum."""
        weights, total = self.mixing.weights[:, filter], self.mixing.mixed[self.mixing.place]
        shown = self.largest(filter)
        given = [fmt.rounded(self.column[n]) * fmt.rounded(weights[n]) for n in shown]
        printed = sum(given, start=fmt.rounded(self.rest(filter)))
        return fmt.rounded(printed) == fmt.rounded(total[filter])

    # What its reader costs.

    @cached_property
    def costs(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Weights, and multiplications: of the reader alone, and of 1 x 1 and a reader of that."""
        reader, mixing = self.mixing.reader, self.mixing
        if reader is None:
            return None
        assert reader.window is not None
        size, filters = int(np.prod(reader.window.kernel_size)), self.network.shapes[reader.name][2]
        there = int(np.prod(self.network.shapes[reader.name][:2]))
        here = mixing.maps.shape[0] * mixing.maps.shape[1]
        alone = size * mixing.channels * filters
        own, then = mixing.channels * mixing.filters, size * mixing.filters * filters
        return (alone, own + then), (alone * there, own * here + then * there)

    @cached_property
    def right(self) -> tuple[int, int] | None:
        """How many bundled digits are read right: as shipped, and through the mixtures."""
        if self.digits is None or self.mixing.reader is None:
            return None
        network, mixing = self.network, self.mixing
        mean = carried(network, self.digits, until=mixing.source).mean(axis=(0, 1, 2))

        def through(layer: Layer, x: Floats) -> Floats | None:
            if layer.name != mixing.source:
                return None
            maps = layer.activate(layer.before(x, network.weights_of(layer.name)))
            kept: Floats = (maps - mean) @ mixing.weights @ mixing.weights.T + mean
            return kept

        shipped = carried(network, self.digits)
        return right(network, shipped), right(network, carried(network, self.digits,
                                                               instead=through))  # fmt: skip

    # The pictures.

    def opening(self) -> Diagram:
        """Describe the photograph, and beside it one of its pixels, large."""
        row, col = self.pixels[0]
        whole = Cells(
            "photograph", self.photograph, lines=False, share="pixels",
            marks={"pixel": Mark(row, col)},
        )  # fmt: skip
        pixel = Cells(
            "pixel", self.photograph[row : row + 1, col : col + 1], share="pixels",
            fine=1 / SWATCH, title=words.ONE_PIXEL.capital,
        )  # fmt: skip
        return Diagram(
            Either(
                Row(whole, pixel, gap=2.0, align="middle"),
                Column(whole, pixel, gap=1.0, align="middle"),
            )
        )

    def colours(self) -> Diagram:
        """Describe the photograph and its three channels."""
        whole = Cells("photograph", self.photograph, lines=False, share="pixels")
        return Diagram(Row(whole, *self._planes(), gap=0.8))

    def _planes(self, *, marked: bool = False) -> list[Part]:
        """Describe each channel in its own colour."""
        marks = {"pixel": Mark(*self.pixels[0])} if marked else {}
        return [
            Cells(f"plane-{n}", self.photograph[:, :, n, None] * _TINTS[n], lines=False,
                  share="planes", title=title.capital, marks=marks)
            for n, title in enumerate(words.COLOURS)
        ]  # fmt: skip

    def to_gray(self) -> Diagram:
        """Describe the three channels and the gray picture, and one pixel's sum beside them."""
        gray = Cells(
            "gray", self.gray, LIGHT, lines=False, share="planes", title=words.GRAY.capital,
            marks={"pixel": Mark(*self.pixels[0])},
        )  # fmt: skip
        weights = [f"× {fmt.number(weight, 3)}" for weight in GRAY]
        numbers = self.numbers_at(self.pixels[0])

        def addends(role: Size) -> list[Part]:
            told = enumerate(zip(numbers, [*weights, ""], strict=True))
            return [_addend(n, number, LIGHT, weight, role) for n, (number, weight) in told]

        return Diagram(_added([*self._planes(marked=True), gray], addends))

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """Of what is read, and of the sums."""
        read = float(np.abs(self.mixing.maps).max()) or 1.0
        sums = float(np.abs(self.mixing.mixed).max()) or 1.0
        return (
            Scale(read, terms.RESPONSE, signed=bool(self.mixing.maps.min() < 0)),
            Scale(sums, terms.SUM),
        )

    def reading(self) -> Diagram:
        """Describe all maps that are read."""
        return Diagram(Column(self._wide(), Legend("legend", row=True), align="middle"))

    def volume(self) -> Diagram:
        """Describe all maps that are read, and the numbers at one place."""
        legend, wall, numbers = Legend("legend", row=True), self._wide(), self._numbers()
        weights = self._as_wall(
            "weights", self.mixing.weights[:, self.told], self.weight,
            words.OF_ONE.fill(c=fmt.count(self.mixing.channels)),
        )  # fmt: skip
        tables = Column(numbers, weights, gap=0.8)
        return Diagram(
            Either(
                Row(Column(wall, legend), tables, gap=1.5, align="middle"),
                Column(wall, tables, legend, align="middle"),
            )
        )

    def _numbers(self) -> Cells:
        """Describe the numbers at the place, in the order of the maps on their wall."""
        title = words.NUMBERS.fill(n=fmt.count(self.mixing.channels))
        return self._as_wall("numbers", self.column, self.scales[0], title)

    def _as_wall(self, name: str, values: Floats, scale: Scale, title: Caption) -> Cells:
        """Describe a number of each map, in the order of the maps on their wall."""
        grid = self.as_wall(values)
        return Cells(
            name, np.nan_to_num(grid), scale, numbers=True, share="numbers", title=title.capital,
            computed=~np.isnan(grid),
        )  # fmt: skip

    def as_wall(self, values: Floats) -> Floats:
        """Put numbers, one a map, in rows as the maps are on their wall; NaN where none is."""
        shown = values[:MOST]
        columns = min(_WIDE, len(shown))
        grid = np.full(-(-len(shown) // columns) * columns, np.nan)
        grid[: len(shown)] = shown
        return grid.reshape(-1, columns)

    def cell(self, n: int) -> tuple[int, int]:
        """Return row and column of a map's number there."""
        return divmod(n, min(_WIDE, self.mixing.channels))

    def _wall(self, **how: Any) -> Maps:
        mixing = self.mixing
        title = words.READ.fill(c=fmt.count(mixing.channels))
        title = walls.first(title, mixing.channels, MOST)
        return Maps("wall", mixing.maps[:, :, :MOST], self.scales[0], title=title, **how)

    def _column(self) -> Cells:
        numbers = self.column[None, :MOST]
        title = words.NUMBERS.fill(n=fmt.count(self.mixing.channels))
        return Cells("numbers", numbers, self.scales[0], title=title, share="weights")

    @property
    def weight(self) -> Scale:
        """Of the weights."""
        return Scale(float(np.abs(self.mixing.weights).max()) or 1.0, terms.WEIGHT)

    def mixes(self) -> Diagram:
        """Describe a filter's largest products at the place, what the others add, and its sum."""
        mixing, filter, place = self.mixing, self.told, self.mixing.place
        shown, (read, summed) = self.largest(filter), self.scales
        maps: list[Part] = [
            Cells(
                f"map-{n}", mixing.maps[:, :, channel], read, lines=False, share="maps",
                title=terms.CHANNEL.capital.fill(n=channel), marks={"place": Mark(*place)},
            )
            for n, channel in enumerate(shown)
        ]  # fmt: skip
        weights = [f"× {fmt.bracketed(mixing.weights[channel, filter])}" for channel in shown]
        others = mixing.channels - len(shown)
        bias = bool(mixing.biases.any())
        if others or bias:
            said = (words.AND_BIAS if bias else terms.OTHER_CHANNELS).fill(n=fmt.count(others))
            maps.append(Text("others", said, tone="muted", measure=5))
        maps.append(
            Cells(
                "one", mixing.mixed[:, :, filter], summed, lines=False, share="maps",
                title=terms.SUM.capital, marks={"place": Mark(*place)},
            )
        )  # fmt: skip

        def addends(role: Size) -> list[Part]:
            told = [
                _addend(n, self.column[channel], read, weights[n], role)
                for n, channel in enumerate(shown)
            ]
            if others or bias:
                rest = f"+ {fmt.bracketed(self.rest(filter))}"
                told.append(Text("rest", rest, role=role, tone="muted"))
            total = float(mixing.mixed[place][filter])
            return [*told, _addend(len(shown), total, summed, "", role)]

        picture = _added(maps, addends)
        return Diagram(Column(picture, Legend("legend", row=True), align="middle"))

    def _mixes(self) -> tuple[Part, ...]:
        mixing = self.mixing
        weights = mixing.weights[:MOST, :MOST].T
        said = words.WEIGHTS.fill(n=fmt.count(mixing.filters), c=fmt.count(mixing.channels))
        note = words.LEARNED.fill(layer=mixing.layer) if mixing.layer else words.BEST
        block = Cells("weights", weights, self.weight, title=said, share="weights", note=note)
        sums = mixing.mixed[mixing.place][:MOST, None]
        out = Cells(
            "sums", sums, self.scales[1], share="weights",
            title=words.SUMS.fill(n=fmt.count(mixing.filters)),
        )  # fmt: skip
        return (Aligned(((self._column(), None), (block, out)), gap=0.7),)

    def places(self) -> Diagram:
        """Describe the maps that are read, and those of the mixtures."""
        rows = -(-min(MOST, self.mixing.channels) // _WIDE)
        level = -(-min(MOST, self.mixing.filters) // rows)
        legend = Legend("legend", row=True)
        return Diagram(
            Either(
                Column(Row(self._wide(), self._mixed(level)), legend, align="middle"),
                Column(self._wide(), self._mixed(), legend, align="middle"),
            )
        )

    def _wide(self) -> Maps:
        return self._wall(share="walls", columns=min(_WIDE, self.mixing.channels))

    def _mixed(self, columns: int = _WIDE) -> Maps:
        mixing = self.mixing
        title = words.MIXED.fill(k=fmt.count(mixing.filters))
        return Maps(
            "mixed", mixing.mixed[:, :, :MOST], self.scales[1], share="walls",
            title=walls.first(title, mixing.filters, MOST), columns=min(columns, mixing.filters),
        )  # fmt: skip

    def cost(self) -> Diagram:
        """Describe the maps that are read both ways, and beside them what reading each costs."""
        alone, both = map(self._way, WAYS)
        wall, mixed, legend = self._wide(), self._mixed(), Legend("legend", row=True)
        beside = Aligned(((wall, alone), (mixed, both)), gap=1.5, down="middle")
        return Diagram(
            Either(
                Column(beside, legend, align="middle"),
                Column(wall, alone, mixed, both, legend, align="middle"),
            )
        )

    def _way(self, name: str) -> Part:
        """Describe what one way multiplies, all of it or a share."""
        n = WAYS.index(name)
        assert self.costs is not None
        work, label = self.costs[1], self._ways()[n]
        said = words.SHARE.fill(n=fmt.count(work[n]), p=fmt.percent(work[n] / work[0], 0))
        bar = Bar("work", "", work[n], said, ("ink", "accent")[n])
        title = words.MULTIPLICATIONS.fill(way=label).capital
        bars = Bars(
            name, [bar], Scale(float(max(*work, 1))), length=20, title=title,
            share=WAYS[0] if n else "",
        )  # fmt: skip
        counted = Text(f"{name}-counted", self._counted()[n], tone="muted")
        if self.right is None:
            return Column(bars, counted, gap=0.2)
        said = words.RIGHT.fill(r=fmt.count(self.right[n]), n=fmt.count(len(digits.load())))
        right = Text(f"{name}-right", said, role="heading")
        return Column(Column(bars, counted, gap=0.2), right, gap=0.4)

    def _counted(self) -> tuple[Caption, Caption | str]:
        """Say of what the multiplications of both ways are the product, or the sum of two."""
        reader, mixing = self.mixing.reader, self.mixing
        assert reader is not None
        assert reader.window is not None
        size = int(np.prod(reader.window.kernel_size))
        height, width, filters = self.network.shapes[reader.name]
        here = mixing.maps.shape[0] * mixing.maps.shape[1]
        read, c, k, f, there = map(
            fmt.count, (here, mixing.channels, mixing.filters, filters, height * width)
        )
        alone = words.FULLY.fill(w=f"{size} × {c}", f=f, n=there)
        return alone, f"{c} × {k} × {read} + {size} × {k} × {f} × {there}"

    def _ways(self) -> tuple[Caption, Caption]:
        """Say what reads how many maps, both ways."""
        reader, mixing = self.mixing.reader, self.mixing
        assert reader is not None
        assert reader.window is not None
        size = fmt.shape(reader.window.kernel_size)
        alone = words.ALONE.fill(size=size, c=fmt.count(mixing.channels))
        return alone, words.BEFORE_IT.fill(size=size, k=fmt.count(mixing.filters))

    def _bars(self, what: str) -> Bars:
        assert self.costs is not None
        values, title = {
            "counts": (self.costs[0], words.COUNTED.capital),
            "work": (self.costs[1], terms.MULTIPLICATIONS.capital),
        }[what]
        labels = self._ways()
        bars = [
            Bar(name, label, value, fmt.count(value), tone)
            for name, label, value, tone in zip(
                WAYS, labels, values, ("ink", "accent"), strict=True
            )
        ]
        return Bars(what, bars, Scale(float(max(*values, 1))), length=20, title=title)

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: one place, the weights, the sums, the cost."""
        about = words.ABOUT.fill(
            source=self.mixing.source, c=fmt.count(self.mixing.channels),
            k=fmt.count(self.mixing.filters), r=self.mixing.place[0], q=self.mixing.place[1],
        )  # fmt: skip
        cost = [self._bars("counts"), self._bars("work")] if self.costs is not None else []
        legend = Legend("legend", row=True)
        return Diagram(Column(*self._mixes(), *cost, legend, align="middle"), (), about)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: gray as a mixture, a network's channels, and what is saved."""
        yield Beat.of("colour", self.title, *self._tell_colour())
        yield Beat.of("mix", self.title, *self._tell_mix())
        if self.costs is not None:
            yield Beat.of("cost", self.title, *self._tell_cost())
        yield Beat.of("answer", self.title, Event("answer", 4.0, self.answer))

    def _tell_colour(self) -> Iterator[Event]:
        yield Event("photograph", 3.4, self.question)
        yield Event("planes", 3.4, words.PLANES, detail=1)
        yield Event("pixel", 5.0, words.PIXEL)
        yield Event("everywhere", 5.4, words.EVERYWHERE, detail=1)

    def _tell_mix(self) -> Iterator[Event]:
        mixing = self.mixing
        count, filters = fmt.count(mixing.channels), fmt.count(mixing.filters)
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        yield Event("numbers", 5.5, words.PLACE.fill(c=count))
        yield Event("mixes", 5.8, words.MIXES_BIASED if mixing.biases.any() else words.MIXES)
        height, width, _ = mixing.maps.shape
        yield Event("fills", 3.4, words.FILLS.fill(n=fmt.count(height * width)), detail=1)
        said = words.PLACES if mixing.layer else words.CHOSEN
        yield Event("places", 4.6, said.fill(c=count, k=filters))

    def ask(self) -> Question | None:
        """Ask for the weights of one filter; None if too few wrong ways print another count."""
        height, width, channels = self.mixing.maps.shape
        ways = {RIGHT: channels, "window": 1, "neighbours": 9 * channels,
                "places": height * width * channels}  # fmt: skip
        choices = mistakes.choices(ways, fmt.count, words.REPLIES)
        if len(choices) < FEWEST_CHOICES:
            return None
        return Question(words.HOW_MANY.fill(c=fmt.count(channels)), choices)

    def _tell_cost(self) -> Iterator[Event]:
        reader = self.mixing.reader
        assert reader is not None
        assert reader.window is not None
        assert self.costs is not None
        alone, both = self.costs[1]
        k, p = fmt.count(self.mixing.filters), fmt.percent(both / alone, 0)
        size = fmt.shape(reader.window.kernel_size)
        yield Event("work", 4.6, words.WORK.fill(size=size, k=k, p=p))
        if self.right is not None:
            before, after = map(fmt.count, self.right)
            alike = abs(self.right[1] - self.right[0]) <= ALIKE * len(digits.load())
            said = words.AS_MANY if alike else words.READ_RIGHT
            c, n = fmt.count(self.mixing.channels), fmt.count(len(digits.load()))
            told = {"k": k, "r": after, "n": n, "q": before, "c": c}
            said = said.fill(**{name: told[name] for name in said.fields})
            yield Event("right", 3.4, said, detail=1)


def _addend(n: int, number: float, scale: Scale, weight: str, role: Size) -> Part:
    """Describe a number and its weight, and what joins them to those before; or the sum."""
    parts: list[Part] = [
        Cells(f"value-{n}", np.array([[number]]), scale, share="values"),
        Text(f"number-{n}", fmt.number(number), role=role),
    ]
    if weight:
        parts.append(Text(f"weight-{n}", weight, role=role))
    if n > 0:
        parts.insert(0, Text(f"sign-{n}", "+" if weight else "=", role=role))
    return Row(*parts, gap=0.3)


def _added(pictures: Sequence[Part], addends: Callable[[Size], Sequence[Part]]) -> Part:
    """Lay out pictures, and below each, or beside it, what one place of it adds."""
    high = Aligned(tuple(zip(pictures, addends("heading"), strict=True)), down="middle")
    sizes: tuple[Size, ...] = ("heading", "text")

    def below(size: Size, length: int) -> Part:
        """Lay out rows of so many pictures, each with its numbers below."""
        numbers = addends(size)
        cuts = (slice(n, n + length) for n in range(0, len(pictures), length))
        rows = [row for cut in cuts for row in (pictures[cut], numbers[cut])]
        apart = 1.0 if length == len(pictures) else 0.6
        return Aligned(rows, gap=0.8, row_gap=apart, across="middle", down="middle")

    one, two = len(pictures), -(-len(pictures) // 2)
    rows = (below(size, length) for length in (one, two) for size in sizes)
    return Either(*rows, high)
