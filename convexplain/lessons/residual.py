"""The residual block: what came in, plus a change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts import mistakes, walls
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, compared, right
from convexplain.lessons.parts.mistakes import FEWEST_CHOICES, RIGHT
from convexplain.lessons.parts.network_lesson import FilterLesson, model_option
from convexplain.lessons.parts.subject import Role, ancestors, find
from convexplain.network import Layer, Trace
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
    Either,
    Formula,
    Legend,
    Link,
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
#: At most so many maps stand on a wall, and so many on the way through.
MOST = 32
_ON_THE_WAY = 3
#: A change that is followed prints as at least so much.
_LEAST = 0.2

_CAME = Caption(en="came in", zh="输入")
_CHANGE = Caption(en="change", zh="改动")
_SUM = Caption(en="goes on", zh="传下去")
_ERROR_OUT = Caption(en="error behind the plus", zh="加号之后的误差")
_ROUND = Caption(en="comes round", zh="绕过来的")
_THROUGH = Caption(en="comes through", zh="穿过来的")
_ON_WAY = Caption(en="on the way through", zh="途中")
_BLOCK = Caption(en="both ways", zh="两条路")
_NO_CHANGE = Caption(en="round alone", zh="只绕过")
_NO_SHORTCUT = Caption(en="through alone", zh="只穿过")
_WITH, _WITHOUT = Caption(en="with arrows", zh="有箭头"), Caption(en="without", zh="无箭头")
_LAYERS = Caption(en="{n} layers, {arrows}", zh="{n} 层，{arrows}")
_ALONG = Caption(en="convolution", zh="第几个卷积")
_LENGTH = Caption(en="length of its gradient", zh="它的梯度的长度")
_TRAINED = Caption(en="test digits right", zh="认对的测试数字")


@dataclass(frozen=True)
class Residual(FilterLesson):
    """What is added to what, and what the arrow round is good for."""

    name: ClassVar[str] = "residual"
    title: ClassVar[Caption] = Caption(
        en="Residual block: what came in, plus a change", zh="残差块：输入加上改动"
    )
    question: ClassVar[Caption] = Caption(
        en="An arrow goes round the convolutions. What is added to what?",
        zh="有一条箭头绕过卷积。什么和什么相加？",
    )
    answer: ClassVar[Caption] = Caption(
        en="The block adds a change; what came in goes on, both ways.",
        zh="块只加上改动；输入照样传下去，误差照样传回来。",
    )
    needs: ClassVar[tuple[Role, ...]] = ("addition",)

    model: str = model_option("blocks")

    # What is added.

    @cached_property
    def ways(self) -> tuple[str, str]:
        """Names of what comes round and of what comes through: that is made of the other."""
        one, other = self.network.sources(self.shown_layer)
        return (other, one) if other in ancestors(self.network, one) else (one, other)

    @cached_property
    def between(self) -> tuple[str, ...]:
        """The layers that what came in goes through, up to the change, in their order."""
        came, change = self.ways
        after = [*ancestors(self.network, change), change]
        return tuple(
            layer.name for layer in self.network.layers
            if layer.name in after and (came == "input" or came in ancestors(self.network,
                                                                             layer.name))
        )  # fmt: skip

    def maps_of(self, name: str) -> Floats:
        """A layer's maps, or the picture's channels."""
        return self.trace.image if name == "input" else self.trace.activations[name]

    @cached_property
    def three(self) -> tuple[Floats, Floats, Floats]:
        """What came in, the change, and their sum, (height, width, channels) each."""
        came, change = map(self.maps_of, self.ways)
        return came, change, self.trace.before(self.shown_layer)

    @property
    def clearest(self) -> int:
        """The channel with the largest change."""
        change = np.abs(self.three[1]).max(axis=(0, 1))
        return int(change.argmax())

    @cached_property
    def place(self) -> tuple[int, int]:
        """Where the change is largest, of the places whose sum adds up as it is printed."""
        return followed(*(each[:, :, self.shown_filter] for each in self.three))

    @property
    def numbers(self) -> tuple[float, float, float]:
        """What came in there, the change, and the sum."""
        at = (*self.place, self.shown_filter)
        came, change, total = (float(each[at]) for each in self.three)
        return came, change, total

    # What the arrow does.

    @cached_property
    def silenced(self) -> Trace:
        """The picture in a network in which all weights of the block are 0."""
        weights = {
            name: np.zeros_like(w)
            if name.rpartition("/")[0] in self.between and not name.endswith("moving_variance")
            else w
            for name, w in self.network.weights.items()
        }
        return Trace(replace(self.network, weights=weights), self.trace.image)

    @property
    def lets_all_through(self) -> bool:
        """Whether what came in goes on unchanged if the block's weights are 0."""
        change, total = (self.silenced.before(n) for n in (self.ways[1], self.shown_layer))
        return not change.any() and bool((total == self.three[0]).all())

    @cached_property
    def errors(self) -> tuple[Floats, Floats] | None:
        """The errors behind the plus, and those that come through the block in addition to them.

        Of the shown channel; None where it is not known what the picture is, or where all of them
        print as 0: an answer that is sure and right has hardly any.
        """
        label = self.subject.label
        if label is None or find(self.network, "probabilities") is None or self.ways[0] == "input":
            return None
        back, n = self.trace.backward(label), self.shown_filter
        behind = back.errors[self.shown_layer][:, :, n]
        through = back.errors[self.ways[0]][:, :, n] - behind
        seen = any(fmt.rounded(float(np.abs(each).max())) for each in (behind, through))
        return (behind, through) if seen else None

    @cached_property
    def right(self) -> Mapping[str, int] | None:
        """How many bundled digits are read right: as it is, and with one of the ways alone."""
        many = bundled(self.network)
        if many is None:
            return None
        sources = self.network.sources(self.shown_layer)
        found = {"block": right(self.network, carried(self.network, many))}
        for name, way in (("round", self.ways[0]), ("through", self.ways[1])):
            at = sources.index(way)

            def alone(layer: Layer, x: Floats, at: int = at) -> Floats | None:
                if layer.name != self.shown_layer:
                    return None
                depth = x.shape[-1] // len(sources)
                return x[..., at * depth : (at + 1) * depth]

            found[name] = right(self.network, carried(self.network, many, instead=alone))
        return found

    @property
    def measured(self) -> Mapping[str, Mapping[str, Any]] | None:
        """What was measured of a network of many such blocks, with arrows and without.

        None beside a network of one's own: those were made for digits.
        """
        if self.model != type(self).model:  # the default
            return None
        count = max(row["blocks"] for row in facts.rows("depth"))
        return {way: facts.row("depth", blocks=count, arrows=way) for way in ("no", "yes")}

    # The pictures.

    @cached_property
    def scale(self) -> Scale:
        """Of all three."""
        return Scale(float(max(np.abs(each).max() for each in self.three)) or 1.0, terms.RESPONSE)

    def _map(
        self, name: str, values: Floats, title: Caption, *, marked: bool = False,
        scale: Scale | None = None,
    ) -> Cells:  # fmt: skip
        return Cells(
            name, values, scale or self.scale, lines=False, title=title, share="maps",
            marks={"cell": Mark(*self.place)} if marked else {},
        )  # fmt: skip

    def _three(self, *, marked: bool = False) -> list[Cells]:
        titles = (_CAME.capital, _CHANGE.capital, _SUM.capital)
        return [
            self._map(name, values[:, :, self.shown_filter], title, marked=marked)
            for name, values, title in zip(NAMES, self.three, titles, strict=True)
        ]

    def opening(self) -> Diagram:
        """Describe what comes in, alone."""
        came, _, _ = self._three()
        return Diagram(Column(came, Legend("legend", row=True), align="middle"))

    def both_ways(self, *, upright: bool = False) -> Diagram:
        """Describe both ways to the plus: through the layers, and round."""
        came, _, total = self._three()
        names = self.between
        at = np.linspace(0, len(names) - 1, min(_ON_THE_WAY, len(names))).round().astype(int)
        numbers = dict.fromkeys(at.tolist())
        maps = [self.maps_of(names[number]) for number in numbers]
        most = Scale(float(max(np.abs(each).max() for each in maps)) or 1.0, _ON_WAY)
        way = []
        for number, each in zip(numbers, maps, strict=True):
            n = min(self.shown_filter, each.shape[2] - 1)
            said = Caption(en=names[number], zh=names[number])
            cells = self._map(f"way-{number}", each[:, :, n], said, scale=most)
            way.append(replace(cells, share=f"way-{number}"))
        parts = (came, *way, Text("plus", "+", role="sign"), total)
        links = (Link("came", "plus"),)
        row, column = Row(*parts, gap=1.2), Column(*parts, gap=1.0, align="middle")
        body = column if upright else Either(row, column)
        return Diagram(Column(body, Legend("legend", row=True), align="middle"), links)

    def adding(self, *, upright: bool = False) -> Diagram:
        """Describe what came in, the change, and the sum, and one place of all three."""
        came, change, total = self._three(marked=True)
        legend = Legend("legend", row=True)
        signs = Text("plus", "+", role="sign"), Text("equals", "=", role="sign")
        row = Row(came, signs[0], change, signs[1], total, gap=0.7)
        if upright:
            below = Row(signs[1], total, gap=0.7)
            row = Column(Row(came, signs[0], change, gap=0.7), below, align="middle")
        return Diagram(Column(row, self._sum(), legend, align="middle"))

    def _sum(self) -> Formula:
        came, change, total = self.numbers
        sign, size = fmt.addend(change)
        return Formula(
            "one",
            (
                Term("came", fmt.number(came), _CAME),
                Term("sign", sign),
                Term("change", size, _CHANGE),
                Term("equals", "="),
                Term("sum", fmt.number(total), _SUM),
            ),
        )

    def walls(self) -> Diagram:
        """Describe all channels of the three."""
        titles = (_CAME.capital, _CHANGE.capital, _SUM.capital)
        columns = int(np.ceil(np.sqrt(min(MOST, self.filters))))
        every = [
            Maps(f"wall-{name}", values[:, :, :MOST], self.scale, lines=False,
                 title=walls.first(title, self.filters, MOST), share="wall", columns=columns)
            for name, values, title in zip(NAMES, self.three, titles, strict=True)
        ]  # fmt: skip
        return _together(*every)

    def silent(self) -> Diagram:
        """Describe the three with all weights of the block at 0."""
        n = self.shown_filter
        values = (self.three[0], self.silenced.before(self.ways[1]),
                  self.silenced.before(self.shown_layer))  # fmt: skip
        titles = (_CAME.capital, _CHANGE.capital, _SUM.capital)
        return _together(
            *(self._map(f"silent-{name}", each[:, :, n], title)
              for name, each, title in zip(NAMES, values, titles, strict=True))
        )  # fmt: skip

    def backwards(self) -> Diagram:
        """Describe the errors behind the plus, those that come round, and those through the block.

        What comes round is what stands behind the plus.
        """
        assert self.errors is not None
        behind, through = self.errors
        scale = Scale(float(max(np.abs(behind).max(), np.abs(through).max())), terms.ERROR)
        panels = [
            self._map(name, values, title.capital, scale=scale)
            for name, values, title in (
                ("behind", behind, _ERROR_OUT), ("round", behind, _ROUND),
                ("through", through, _THROUGH),
            )
        ]  # fmt: skip
        legend = Legend("legend", row=True)
        ways = Aligned(((panels[1],), (panels[2],)))
        links = Link("behind", "round"), Link("behind", "through")
        return Diagram(
            Either(
                Column(Row(ways, panels[0], gap=3), legend, align="middle"),
                Column(ways, panels[0], legend, align="middle"),
            ),
            links,
        )

    def answers(self) -> Diagram:
        """Describe how many digits are read right with both ways, and with one alone."""
        assert self.right is not None
        labels = {"block": _BLOCK, "round": _NO_CHANGE, "through": _NO_SHORTCUT}
        return compared({name: (labels[name], n) for name, n in self.right.items()})

    def deep(self) -> Diagram:
        """Describe how long the gradients of many layers are before the first step."""
        assert self.measured is not None
        curves = [
            Curve(way, np.arange(1, len(row["gradients"]) + 1), row["gradients"], label, tone)
            for (way, row), label, tone in zip(
                self.measured.items(), (_WITHOUT, _WITH), ("ink", "accent"), strict=True
            )
        ]
        lengths = [length for curve in curves for length in np.asarray(curve.y)]
        low = 10.0 ** math.floor(math.log10(min(lengths)))
        high = 10.0 ** math.ceil(math.log10(max(lengths)))
        along = Axis(_ALONG, 1.0, float(len(curves[0].x)), whole=True)
        chart = Chart("deep", curves, along, Axis(_LENGTH, low, high, log=True))
        return Diagram(chart.broad())

    def trained(self) -> Diagram:
        """Describe how many test digits few and many layers read right, with arrows and without."""
        bars = []
        for row in facts.rows("depth"):
            arrow = row["arrows"] == "yes"
            label = _LAYERS.fill(n=row["convolutions"], arrows=_WITH if arrow else _WITHOUT)
            shown = fmt.percent(row["accuracy"])
            tone = "accent" if arrow else "ink"
            bars.append(
                Bar(f"{row['blocks']}-{row['arrows']}", label, row["accuracy"], shown, tone)
            )
        title = _TRAINED.capital
        return Diagram(Row(Bars("trained", bars, Scale(1.0), length=20, title=title)))

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure."""
        about = Caption(
            en="What {layer} adds: the maps of {came}, and the change that the layers up to "
            "{change} make of them, channel {n}; and one place of all three.",
            zh="{layer} 相加的是什么：{came} 的响应图，以及经过各层直到 {change} 得到的改动，"
            "通道 {n}；并给出三张图上的同一处。",
        ).fill(layer=self.shown_layer, came=self.ways[0], change=self.ways[1], n=self.shown_filter)
        came, change, total = self._three(marked=True)
        signs = Text("plus", "+", role="sign"), Text("equals", "=", role="sign")
        legend = Legend("legend", row=True)
        maps: Part = Either(
            Row(came, signs[0], change, signs[1], total, gap=0.7),
            Column(came, Row(signs[0], change, gap=0.7), Row(signs[1], total, gap=0.7),
                   align="right"),
        )  # fmt: skip
        return Diagram(Column(maps, self._sum(), legend, align="middle"), (), about)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: both ways, one sum, all sums, and what the arrow is good for."""
        yield Beat.of("question", self.title, *self._tell_question())
        yield Beat.of("add", self.title, *self._tell_add())
        yield Beat.of("arrow", self.title, *self._tell_arrow())
        yield Beat.of("answer", self.title, Event("answer", 3.9, self.answer))

    def _tell_question(self) -> Iterator[Event]:
        yield Event("reads", 3.6, self.question)
        said = Caption(
            en="Two ways lead to the plus: through {n} layers, and round.",
            zh="两条路通向加号：穿过 {n} 层，或者绕过去。",
        )
        yield Event("ways", 4.4, said.fill(n=len(self.between)))

    def _tell_add(self) -> Iterator[Event]:
        came, change, total = map(fmt.number, self.numbers)
        said = Caption(
            en="Round comes what came in; through comes a change.",
            zh="绕过来的是输入，穿过来的是改动。",
        )
        yield Event("arrive", 3.0, said)
        said = Caption(en="At one place: {a}, and {b}.", zh="同一处：{a} 和 {b}。")
        yield Event("meet", 1.6, said.fill(a=came, b=change))
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        said = Caption(
            en="Same row, column and channel are added: {c}.", zh="同行、同列、同通道相加：{c}。"
        )
        yield Event("adds", 4.2, said.fill(c=total))
        said = Caption(
            en="So for all {n} numbers; the plus has no weights.",
            zh="{n} 个数都这样；加号没有权重。",
        )
        yield Event("all", 4.2, said.fill(n=fmt.count(self.three[0].size)))

    def ask(self) -> Question | None:
        """Ask for the sum; None if too few wrong ways print another number."""
        came, change, total = self.numbers
        ways = {RIGHT: total, "replaced": change, "multiplied": came * change, "kept": came}
        choices = mistakes.choices(ways, fmt.number, REPLIES)
        if len(choices) < FEWEST_CHOICES:
            return None
        said = Caption(
            en="Came in: {a}. Through: {b}. What goes on?",
            zh="输入 {a}，穿过来的是 {b}。传下去的是多少？",
        )
        return Question(said.fill(a=fmt.number(came), b=fmt.number(change)), choices)

    def _tell_arrow(self) -> Iterator[Event]:
        if self.lets_all_through:
            said = Caption(
                en="All its weights 0: what came in goes on unchanged.",
                zh="权重全为 0：输入原样传下去。",
            )
            yield Event("silent", 3.9, said)
        if self.errors is not None:
            said = Caption(
                en="Backward, the plus hands each error on whole, both ways.",
                zh="反向时，加号把误差原样传给两条路。",
            )
            yield Event("backwards", 4.6, said)
        if self.measured is not None:
            yield from self._tell_measured(self.measured)
        # A network that guesses does so both ways.
        if self.right is not None and len({*self.right.values()}) > 1:
            found = {name: fmt.count(n) for name, n in self.right.items()}
            said = Caption(
                en="Right: {block}; round alone {round}, through alone {through}.",
                zh="认对 {block} 个；只绕过 {round} 个，只穿过 {through} 个。",
            )
            yield Event("answers", 4.6, said.fill(**found), detail=1)

    def _tell_measured(self, measured: Mapping[str, Mapping[str, Any]]) -> Iterator[Event]:
        without, with_ = measured["no"], measured["yes"]
        said = Caption(
            en="{n} layers: first gradient {a} without, {b} with.",
            zh="{n} 层中第一层的梯度：无箭头 {a}，有箭头 {b}。",
        )
        first = [row["gradients"][0] for row in (without, with_)]
        few = fmt.number(first[0], 1 - math.floor(math.log10(first[0])))
        told = said.fill(n=without["convolutions"], a=few, b=fmt.number(first[1]))
        yield Event("deep", 5.0, told, detail=1)
        said = Caption(en="And after {n} steps of training?", zh="训练 {n} 步之后呢？")
        yield Event("train", 2.6, said.fill(n=fmt.count(facts.steps("depth"))), detail=1)
        said = Caption(en="Right: {a} without arrows, {b} with.", zh="无箭头对 {a}，有箭头对 {b}。")
        shares = {
            name: fmt.percent(row["accuracy"]) for name, row in (("a", without), ("b", with_))
        }
        yield Event("trained", 1.8, said.fill(**shares), detail=1)


#: The three maps, by name.
NAMES = ("came", "change", "sum")
REPLIES = {
    "replaced": Caption(
        en="Then what came in would be gone, as in a plain stack of layers.",
        zh="那样输入就丢了，和普通堆叠一样。",
    ),
    "multiplied": Caption(
        en="Nothing is weighed at the plus: it adds.", zh="加号不做乘法，只是相加。"
    ),
    "kept": Caption(
        en="Then the layers in between would have done nothing.", zh="那样中间的层就白算了。"
    ),
}


def followed(came: Floats, change: Floats, total: Floats) -> tuple[int, int]:
    """Return the place of the largest change whose sum adds up as printed, where much came in."""
    weight = np.abs(change) * (np.abs(came) >= _LEAST)
    order = np.argsort(-weight, axis=None, kind="stable")
    cells = [divmod(int(n), came.shape[1]) for n in order]
    honest = (c for c in cells if fmt.adds_up((came[c], change[c]), total[c]))
    row, col = next(honest, cells[0])
    return int(row), int(col)


def _together(*parts: Part) -> Diagram:
    legend = Legend("legend", row=True)
    return Diagram(
        Either(
            Column(Row(*parts, gap=1.5), legend, align="middle"),
            Column(*parts, legend, align="middle"),
        )
    )
