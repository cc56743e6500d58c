"""The 1 x 1 convolution: channels mix, neighbours don't."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, photographs
from convexplain.errors import UsageError
from convexplain.lessons.parts import mistakes, walls
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right, right_of_all
from convexplain.lessons.parts.lesson import option
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.mixing import Mixing, best, trained
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
    Formula,
    Legend,
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Term,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: Of red, green and blue in gray: ITU-R BT.601.
GRAY = np.array([0.299, 0.587, 0.114])
#: So many mixtures are computed of many channels.
_USUAL = 8
#: What is compared with and without the 1 x 1 layer.
COSTS = ("counts", "work", "right")
#: So many maps stand on a wall at most.
MOST = 64

_COLOURS = (Caption(en="red", zh="红"), Caption(en="green", zh="绿"), Caption(en="blue", zh="蓝"))
_GRAY = Caption(en="gray", zh="灰度")
_BT601 = Caption(
    en="Weights of ITU-R BT.601, as televisions use them.", zh="电视所用的权重：ITU-R BT.601。"
)
_NUMBERS = Caption(en="{n} numbers at one place", zh="同一处的 {n} 个数")
_WEIGHTS = Caption(en="{n} filters, {c} weights each", zh="{n} 个过滤器，各 {c} 个权重")
_SUMS = Caption(en="{n} sums", zh="{n} 个和")
_BEST = Caption(
    en="Computed: the mixtures that keep most of the variance.",
    zh="由计算得出：保留方差最多的混合方式。",
)
_LEARNED = Caption(en="As trained, layer {layer}.", zh="训练所得，层 {layer}。")
_SHUFFLED = Caption(en="shuffled", zh="打乱")
_BACK = Caption(en="put back", zh="放回原位")
_MIXTURE = Caption(en="1 × 1, filter {n}", zh="1×1，过滤器 {n}")
_ALONE = Caption(en="{layer} alone", zh="只有 {layer}")
_BEFORE_IT = Caption(en="1 × 1, then {layer}", zh="1×1，再 {layer}")
_COUNTED = Caption(en="weights", zh="权重")


@dataclass(frozen=True)
class OneByOne(NetworkLesson):
    """A window of one pixel: what it reads, what it saves."""

    name: ClassVar[str] = "one-by-one"
    title: ClassVar[Caption] = Caption(
        en="1 × 1 convolution: mix the channels", zh="1×1 卷积：只混合通道"
    )
    question: ClassVar[Caption] = Caption(
        en="A window of one pixel sees no neighbors. What is it for?",
        zh="窗口只有一个像素，看不到邻居，有什么用？",
    )
    answer: ClassVar[Caption] = Caption(
        en="1 × 1: no neighbors, all channels, the same everywhere.",
        zh="1×1：不看邻居，只混通道，处处相同。",
    )
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
    def pixel(self) -> tuple[int, int]:
        """The most colourful pixel whose products and sum add up as they are printed."""
        spread = self.photograph.max(axis=2) - self.photograph.min(axis=2)
        order = np.argsort(-spread, axis=None, kind="stable")
        cells = [divmod(int(n), spread.shape[1]) for n in order]
        honest = (c for c in cells if fmt.adds_up(GRAY * self.photograph[c], self.gray[c]))
        row, col = next(honest, cells[0])
        return int(row), int(col)

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
        weights, mean = best(known, max(1, count))
        return Mixing(source, maps, weights, -mean @ weights, "", reader)

    @cached_property
    def digits(self) -> Floats | None:
        """All bundled digits as the network reads them."""
        return bundled(self.network)

    @property
    def column(self) -> Floats:
        """All numbers at the place, (channels,)."""
        return np.asarray(self.mixing.maps[self.mixing.place], dtype=np.float64)

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

    # Shuffled places.

    @cached_property
    def shuffles(self) -> tuple[tuple[Caption, Floats, Floats], ...]:
        """What a filter's map is, and what it is if places are shuffled before, put back after.

        Of the strongest mixture, and of the strongest filter of the reader, as padding keeps it.
        """
        mixing, maps = self.mixing, self.mixing.maps.astype(np.float64)
        mixed = mixing.put_back(mixing.mix(mixing.shuffled(maps)))
        n = self.shown_mixture
        found = [(_MIXTURE.fill(n=n), mixing.mixed[:, :, n], mixed[:, :, n])]
        if mixing.reader is not None:
            assert mixing.reader.window is not None
            kernel = self.network.weights_of(mixing.reader.name)["kernel"].astype(np.float64)
            direct, torn = (
                ops.conv2d(each, kernel, padding="same") for each in (maps, mixing.shuffled(maps))
            )
            k = int(np.abs(direct).max(axis=(0, 1)).argmax())
            size = fmt.shape(mixing.reader.window.kernel_size)
            back = mixing.put_back(torn)[:, :, k]
            found.append((terms.MAP_OF.fill(layer=size, n=k), direct[:, :, k], back))
        return tuple(found)

    @property
    def shown_mixture(self) -> int:
        """The filter of 1 x 1 with the largest sum."""
        return int(np.abs(self.mixing.mixed).max(axis=(0, 1)).argmax())

    # The pictures.

    def opening(self) -> Diagram:
        """Describe the photograph alone."""
        return Diagram(Row(Cells("photograph", self.photograph, lines=False, share="pixels")))

    def colours(self, *, upright: bool = False) -> Diagram:
        """Describe the photograph and its three channels."""
        whole = Cells("photograph", self.photograph, lines=False, share="pixels")
        planes = self._planes()
        if upright:
            return Diagram(Column(whole, Row(*planes), align="middle"))
        return Diagram(Row(whole, *planes, gap=0.8))

    def _planes(self, *, marked: bool = False) -> list[Cells]:
        row, col = self.pixel
        marks = {"pixel": Mark(row, col)} if marked else {}
        return [
            Cells(f"plane-{n}", self.photograph[:, :, n], LIGHT, lines=False, share="planes",
                  title=title.capital, marks=marks)
            for n, title in enumerate(_COLOURS)
        ]  # fmt: skip

    def to_gray(self, *, upright: bool = False) -> Diagram:
        """Describe the three channels, one pixel's sum, and the gray picture."""
        row, col = self.pixel
        gray = Cells(
            "gray", self.gray, LIGHT, lines=False, share="planes", title=_GRAY.capital,
            marks={"pixel": Mark(row, col)},
        )  # fmt: skip
        planes = self._planes(marked=True)
        formula = self._pixel_sum()
        if upright:
            return Diagram(Column(Aligned((planes[:2], (planes[2], gray))), formula))
        return Diagram(Column(Row(*planes, gray, gap=0.8), formula, align="middle", gap=1.5))

    def _pixel_sum(self) -> Formula:
        found: list[Term] = []
        for n, (value, weight) in enumerate(zip(self.photograph[self.pixel], GRAY, strict=True)):
            said = f"{fmt.number(value)} · {fmt.number(weight, 3)}"
            found.append(Term(f"term-{n}", said, _COLOURS[n]))
            found.append(Term(f"sign-{n}", "+" if n < 2 else "="))
        return Formula("sum", (*found, Term("gray", fmt.number(self.gray[self.pixel]), _GRAY)))

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """Of what is read, and of the sums."""
        read = float(np.abs(self.mixing.maps).max()) or 1.0
        sums = float(np.abs(self.mixing.mixed).max()) or 1.0
        return (
            Scale(read, terms.RESPONSE, signed=bool(self.mixing.maps.min() < 0)),
            Scale(sums, terms.SUM),
        )

    def volume(self) -> Diagram:
        """Describe all maps that are read, and the numbers at one place."""
        maps = self.mixing.maps[:, :, :MOST]
        title = walls.first(self.mixing.source, self.mixing.channels, MOST)
        wall = Maps("wall", maps, self.scales[0], lines=False, title=title)
        legend = Legend("legend", row=True)
        numbers = self._column(weight=5.0)
        return Diagram(Column(Row(wall), numbers, legend, align="middle", gap=1.2))

    def _column(self, weight: float | None = None) -> Cells:
        numbers = self.column[None, :MOST]
        title = _NUMBERS.fill(n=fmt.count(self.mixing.channels))
        return Cells(
            "numbers", numbers, self.scales[0], title=title, share="weights", weight=weight
        )  # fmt: skip

    def mixes(self) -> Diagram:
        """Describe the numbers at a place, the filters' weights, and their sums."""
        return Diagram(Column(*self._mixes(), Legend("legend", row=True), align="middle"))

    def _mixes(self) -> tuple[Part, ...]:
        mixing = self.mixing
        weights = mixing.weights[:MOST, :MOST].T
        scale = Scale(float(np.abs(mixing.weights).max()) or 1.0, terms.WEIGHT)
        said = _WEIGHTS.fill(n=fmt.count(mixing.filters), c=fmt.count(mixing.channels))
        note = _LEARNED.fill(layer=mixing.layer) if mixing.layer else _BEST
        block = Cells("weights", weights, scale, title=said, share="weights", note=note)
        sums = mixing.mixed[mixing.place][:MOST, None]
        out = Cells(
            "sums", sums, self.scales[1], share="weights",
            title=_SUMS.fill(n=fmt.count(mixing.filters)),
        )  # fmt: skip
        return (Aligned(((self._column(), None), (block, out)), gap=1.2),)

    def places(self) -> Diagram:
        """Describe the maps that are read, and the maps of the mixtures."""
        mixing, (read, sums) = self.mixing, self.scales
        both = [
            Maps(
                name,
                values[:, :, :MOST],
                scale,
                share=name,
                lines=False,
                title=walls.first(title, values.shape[2], MOST),
            )
            for name, values, scale, title in (
                ("wall", mixing.maps, read, mixing.source),
                ("mixed", mixing.mixed, sums, Caption(en="1 × 1", zh="1×1")),
            )
        ]
        legend = Legend("legend", row=True)
        return Diagram(
            Either(
                Column(Row(*both, gap=2), legend, align="middle"),
                Column(*both, legend, align="middle"),
            )
        )

    def shuffling(self) -> Diagram:
        """Describe two filters' maps, shuffled before and put back after."""
        rows = []
        for n, (title, direct, back) in enumerate(self.shuffles):
            most = float(max(np.abs(direct).max(), np.abs(back).max())) or 1.0
            scale = Scale(most, title)
            order = self.mixing.shuffled(back[:, :, None]).squeeze(axis=2)
            rows.append(
                [
                    Cells(f"{name}-{n}", values, scale, lines=False, share="maps", title=said)
                    for name, values, said in (
                        ("direct", direct, title), ("shuffled", order, _SHUFFLED.capital),
                        ("back", back, _BACK.capital),
                    )
                ]
            )  # fmt: skip
        legend = Legend("legend", row=True)
        return Diagram(Column(Aligned(rows, gap=1.2), legend, align="middle"))

    def cost(self) -> Diagram:
        """Describe weights, multiplications and right answers of both ways."""
        shown = [what for what in COSTS if what != "right" or self.right is not None]
        return Diagram(Column(*map(self._bars, shown), gap=1.4))

    def _bars(self, what: str) -> Bars:
        reader = self.mixing.reader
        assert reader is not None
        assert self.costs is not None
        values, title = {
            "counts": (self.costs[0], _COUNTED.capital),
            "work": (self.costs[1], terms.MULTIPLICATIONS.capital),
            "right": (self.right or (0, 0), right_of_all().capital),
        }[what]
        labels = _ALONE.fill(layer=reader.name), _BEFORE_IT.fill(layer=reader.name)
        bars = [
            Bar(name, label, value, fmt.count(value), tone)
            for name, label, value, tone in zip(
                ("alone", "both"), labels, values, ("ink", "accent"), strict=True
            )
        ]
        most = float(max(*values, 1)) if what != "right" else len(digits.load())
        return Bars(what, bars, Scale(most), length=20, title=title)

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: one place, the weights, the sums, the cost."""
        about = Caption(
            en="A 1 × 1 convolution of {source}: the {c} numbers at row {r}, column {q} are "
            "multiplied with the weights of each of {k} filters and added up.",
            zh="对 {source} 做 1×1 卷积：行 {r}、列 {q} 处的 {c} 个数，"
            "分别与 {k} 个过滤器的权重相乘再求和。",
        ).fill(
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
        yield Event("photograph", 3.6, self.question)
        said = Caption(
            en="A color picture: three channels, three numbers a pixel.",
            zh="彩色图：三个通道，每个像素三个数。",
        )
        yield Event("planes", 3.4, said, detail=1)
        said = Caption(
            en="Three weights, one sum: gray. That is a 1 × 1 filter.",
            zh="三个权重，一个和：灰度。这就是 1×1 过滤器。",
        )
        yield Event("pixel", 4.4, said)
        said = Caption(en="The same three weights at every place.", zh="每个位置都用这三个权重。")
        yield Event("everywhere", 3.2, said, detail=1)

    def _tell_mix(self) -> Iterator[Event]:
        mixing = self.mixing
        count, filters = fmt.count(mixing.channels), fmt.count(mixing.filters)
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        said = Caption(
            en="Here a place has {c} numbers; a filter has {c} weights.",
            zh="这里一处有 {c} 个数，一个过滤器就有 {c} 个权重。",
        )
        yield Event("numbers", 4.2, said.fill(c=count))
        said = Caption(
            en="{k} such filters: a dense layer from {c} to {k}.",
            zh="{k} 个这样的过滤器：从 {c} 到 {k} 的全连接层。",
        )
        yield Event("mixes", 5.0, said.fill(k=filters, c=count))
        height, width, _ = mixing.maps.shape
        said = Caption(en="The same weights at all {n} places.", zh="全部 {n} 个位置用同样的权重。")
        yield Event("places", 4.2, said.fill(n=fmt.count(height * width)))
        said = Caption(en="Shuffle the places: 1 × 1 never notices.", zh="打乱位置：1×1 毫无察觉。")
        if mixing.reader is not None and mixing.reader.window is not None:
            said = Caption(
                en="Shuffle the places: 1 × 1 never notices; {size} does.",
                zh="打乱位置：1×1 毫无察觉，{size} 却不行。",
            ).fill(size=fmt.shape(mixing.reader.window.kernel_size))
        yield Event("shuffle", 5.0, said, detail=1)

    def ask(self) -> Question | None:
        """Ask for the weights of one filter; None if too few wrong ways print another count."""
        height, width, channels = self.mixing.maps.shape
        ways = {RIGHT: channels, "window": 1, "neighbours": 9 * channels,
                "places": height * width * channels}  # fmt: skip
        choices = mistakes.choices(ways, fmt.count, REPLIES)
        if len(choices) < FEWEST_CHOICES:
            return None
        said = Caption(
            en="A 1 × 1 filter reads {shape}: how many weights?",
            zh="一个 1×1 过滤器读 {shape}，有几个权重？",
        )
        return Question(said.fill(shape=fmt.shape(self.mixing.maps.shape)), choices)

    def _tell_cost(self) -> Iterator[Event]:
        reader, mixing = self.mixing.reader, self.mixing
        assert reader is not None
        assert self.costs is not None
        said = Caption(
            en="Then {layer} reads {k} channels instead of {c}.",
            zh="于是 {layer} 只读 {k} 个通道，不是 {c} 个。",
        )
        k, c = fmt.count(mixing.filters), fmt.count(mixing.channels)
        yield Event("weights", 4.2, said.fill(layer=reader.name, k=k, c=c))
        alone, both = self.costs[1]
        said = Caption(en="Multiplications: {p} of what they were.", zh="乘法次数是原来的 {p}。")
        yield Event("work", 3.6, said.fill(p=fmt.percent(both / alone, 0)))
        if self.right is not None:
            before, after = self.right
            said = Caption(
                en="Of {n} digits {b} were right; now {a} are.",
                zh="{n} 个手写数字，原来认对 {b} 个，现在 {a} 个。",
            )
            n, b, a = (fmt.count(each) for each in (len(digits.load()), before, after))
            yield Event("right", 4.0, said.fill(n=n, a=a, b=b), detail=1)


REPLIES = {
    "window": Caption(
        en="One pixel wide, but as deep as there are channels.",
        zh="宽只有一个像素，深却等于通道数。",
    ),
    "neighbours": Caption(
        en="That is a 3 × 3 filter: it reads eight neighbors, too.",
        zh="那是 3×3 过滤器：它还读八个邻居。",
    ),
    "places": Caption(
        en="Weights are shared: the same ones at all places.", zh="权重共享：每个位置用同样的权重。"
    ),
}
