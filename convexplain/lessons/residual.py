"""The residual block: what came in, plus a change."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts import residual_words as words
from convexplain.lessons.parts.beats import Beat, Event, Question
from convexplain.lessons.parts.carrying import bundled, carried, right
from convexplain.lessons.parts.network_lesson import FilterLesson, model_option
from convexplain.lessons.parts.residual_stack import TONES, Stack
from convexplain.lessons.parts.subject import Role, ancestors
from convexplain.network import Layer, Network, Trace
from convexplain.panels import (
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Link,
    Mark,
    Overlay,
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
#: A change that is followed prints as at least so much.
_LEAST = 0.2

#: Height of the picture beside the map that is made of it, in heights of that.
_ASIDE = 0.7
#: How far apart what leads to the plus stands, where the lesson begins: on a narrow sheet less.
_BESIDE = 1.6, 0.8
#: Numbers at most so many times as large as others are seen well in one scale with them.
_ALIKE = 1.6
#: Lines of what stands beside maps are at most so many sizes of text long.
_NARROW, _BROAD = 5.0, 15.0
#: Layers with names of at most so many letters are named where they stand.
_SHORT = 8


@dataclass(frozen=True)
class Residual(FilterLesson):
    """What is added to what, and what the arrow round is good for."""

    name: ClassVar[str] = "residual"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER
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
        """The channel in which both what came in and the change are seen best in one scale."""
        came, change, total = (np.abs(each).max(axis=(0, 1)) for each in self.three)
        most = np.maximum(np.maximum(came, change), total)
        return int((np.minimum(came, change) / np.where(most, most, 1.0)).argmax())

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
        """The picture in a network in which all weights and biases of the block are 0."""
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

    # The pictures.

    @cached_property
    def scale(self) -> Scale:
        """Of all three, in the shown channel."""
        return Scale(self._most or 1.0, terms.RESPONSE)

    @property
    def _most(self) -> float:
        return float(max(np.abs(each[:, :, self.shown_filter]).max() for each in self.three))

    @property
    def _alike(self) -> bool:
        """Whether the row begins with what came in, and its maps are seen well in one scale."""
        return self.goes_on and self.stack.most < _ALIKE * self._most

    @cached_property
    def told_scale(self) -> Scale:
        """Of these and of the row's maps, where one scale serves both: then colours stay."""
        most = max(self._most, self.stack.most) if self._alike else self._most
        return Scale(most or 1.0, terms.RESPONSE)

    def _three(self, scale: Scale, *, marked: bool = False, silent: bool = False) -> list[Cells]:
        maps = [each[:, :, self.shown_filter] for each in self.three]
        if silent:
            maps[1:] = self.silent()
        titles = words.CAME, words.CHANGE, words.SUM
        marks = {"cell": Mark(*self.place)} if marked else {}
        return [
            Cells(
                name, values, scale, lines=False,
                title=title.capital, share="maps", marks=marks,
            )
            for name, values, title in zip(NAMES, maps, titles, strict=True)
        ]  # fmt: skip

    def both_ways(self, *, end: str = "change", zero: Collection[str] = ()) -> Diagram:
        """Describe both ways to the plus: through the layers, and round.

        `end`, "plus", "change" or "sum": what is known: what came in alone, the change as well, or
        the sum behind the plus, too. `zero`: with ``"layers"`` in it they say that their weights
        are 0; with ``"maps"`` the change is 0, and the sum what is left.
        """
        came, change, total = self._three(self.told_scale, silent="maps" in zero)
        if end == "plus":
            many = fmt.count(self.three[0].shape[2])
            came = replace(came, title=words.CAME_ONE.capital.fill(n=many))
        elif end == "change":
            change = replace(change, title=words.RESIDUAL.capital)
        plus = Text("plus", "+", role="display", rim="circle")
        behind = {
            "plus": (plus,), "change": (self._zeroed(change), plus),
            "sum": (self._zeroed(change), plus, total),
        }[end]  # fmt: skip
        read = self.picture_read() if end == "plus" else []

        def line(measure: float) -> list[Part]:
            said, other = (
                _named(self.network, self.between, zero=zeros)
                for zeros in ("layers" in zero, "layers" not in zero)
            )
            layers = Text(
                "layers", said, role="heading", measure=measure, rim="box", widest=other
            )  # as large
            return [came, layers, *behind]

        def way(measure: float = math.inf) -> Text:
            return Text("round", words.ROUND, role="heading", measure=measure)

        def beside(gap: float) -> Part:
            parts = [*read, *line(_NARROW)]
            if end != "plus":
                return Column(Row(*parts, gap=gap), way(), gap=1.2, align="middle")
            # Below the layers, which stand before the plus.
            under = [*(None for _ in parts[:-2]), way(), None]
            return Aligned([parts, under], gap=gap, row_gap=1.2, across="middle", down="middle")

        # A column of maps has no room for high boxes.
        above = [Row(*read, gap=1.0, turns=False)] if read else []
        high = Row(
            Column(*above, *line(_BROAD), gap=1.0, align="middle"), way(_NARROW), gap=1.5,
            turns=False,
        )  # fmt: skip
        gaps = _BESIDE if end == "plus" else (0.9 if end == "sum" else 1.6,)
        before = READ if read else ()
        after = {"plus": ("plus",), "change": ("change", "plus"), "sum": ("change", "plus", "sum")}
        through = (*before, "came", "layers", *after[end])
        flows = (*pairwise(through), ("came", "round"), ("round", "plus"))
        links = tuple(
            Link(start, end, tone="muted", headless=end == "round") for start, end in flows
        )
        body = Either(*map(beside, gaps), high)
        # Where it begins, the scale of colours stands below, as it will later.
        below = Legend("legend", row=True)
        return Diagram(Column(body, below, align="middle", turns=False), links)

    def picture_read(self) -> list[Part]:
        """Describe the picture of which the map that came in is made, and the layers between.

        Nothing, if it is the picture that came in.
        """
        if self.ways[0] == "input":
            return []
        drawn = np.atleast_3d(self.network.reading.drawn(self.trace.image))
        pixels = drawn if drawn.shape[2] == 3 else drawn.squeeze(axis=2)
        title = words.PICTURE.capital
        # So large beside the map, whatever their cells.
        fine = len(pixels) / (_ASIDE * len(self.three[0]))
        seen = Cells("picture", pixels, lines=False, title=title, share="maps", fine=fine)
        before = {self.ways[0], *ancestors(self.network, self.ways[0])}
        layers = [layer.name for layer in self.network.layers if layer.name in before]
        said = _named(self.network, layers)
        return [seen, Text("first", said, role="text", measure=_NARROW, rim="box")]

    def _zeroed(self, map_: Cells) -> Part:
        """Write a large 0 on a map that is 0 everywhere; another one stays as it is."""
        if map_.values.any():
            return map_
        zero = Cells(
            f"{map_.name}-zero", np.zeros((1, 1)), map_.scale, numbers=True, printed=[["0"]],
            lines=False, share=map_.share, fine=1 / len(map_.values), glass=1.0,
        )  # fmt: skip
        return Overlay(map_, zero)

    # Blocks in a row.

    @cached_property
    def stack(self) -> Stack:
        """What came in, on through many blocks; or what comes into the bundled network's block.

        That is where these maps are large, or show less of what shortcuts are good for.
        """
        own = Stack(self.three[0], self.shown_filter, self.shown_picture.label)
        return own if own.small and own.tells else type(self)().stack

    @property
    def goes_on(self) -> bool:
        """Whether the row of blocks begins with what came in."""
        return self.stack.came is self.three[0]

    def row(self) -> Diagram:
        """Describe the row of blocks, in the colours from before where one scale serves both."""
        return self.stack.row(self.told_scale if self._alike else None)

    def adding(self) -> Diagram:
        """Describe what came in, the change, and the sum, and one place of all three."""
        maps, legend = self._three(self.told_scale, marked=True), Legend("legend", row=True)
        row = _equation(maps, self._terms())
        return Diagram(Column(row, legend, align="middle"))

    def _terms(self) -> list[Text]:
        """Write out the sum of the followed place, a term for each map and each sign."""
        came, change, total = self.numbers
        said = {
            "came": fmt.number(came), "plus": "+", "change": fmt.bracketed(change),
            "equals": "=", "sum": fmt.number(total),
        }  # fmt: skip
        return [Text(f"one-{name}", text, role="heading") for name, text in said.items()]

    def _sum(self) -> Formula:
        """Write out the sum of the followed place."""
        came, change, total = self.numbers
        terms_ = (
            Term("came", fmt.number(came), words.CAME),
            Term("sign", "+"),
            Term("change", fmt.bracketed(change), words.CHANGE),
            Term("equals", "="),
            Term("sum", fmt.number(total), words.SUM),
        )
        return Formula("one", terms_)

    def silent(self) -> tuple[Floats, Floats]:
        """Return change and sum of the shown channel with all weights of the block at 0."""
        n = self.shown_filter
        change, total = (
            self.silenced.before(name)[:, :, n] for name in (self.ways[1], self.shown_layer)
        )
        return change, total

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure."""
        about = Caption(
            en="What {layer} adds: the maps of {came}, and the change that the layers up to "
            "{change} make of them, channel {n}; and one place of all three.",
            zh="{layer} 相加的是什么：{came} 的响应图，以及经过各层直到 {change} 得到的改动，"
            "通道 {n}；并给出三张图上的同一处。",
        ).fill(layer=self.shown_layer, came=self.ways[0], change=self.ways[1], n=self.shown_filter)
        came, change, total = self._three(self.scale, marked=True)
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
        added, answer = Event("added", 2.4, words.ADDED), Event("answer", 3.2, self.answer)
        yield Beat.of("answer", self.title, added, answer)

    def _tell_question(self) -> Iterator[Event]:
        yield Event("reads", 3.2, self.question)
        yield Event("ways", 4.0, words.WAYS.fill(n=len(self.between)))

    def _tell_add(self) -> Iterator[Event]:
        yield Event("arrive", 4.2, words.ARRIVE)
        came, change, _ = map(fmt.number, self.numbers)
        yield Event("meet", 3.2, words.MEET.fill(a=came, b=change))
        numbers = int(np.prod(self.three[0].shape[:2]))
        yield Event("adds", 3.8, words.ADDS.fill(n=fmt.count(numbers)))

    def ask(self) -> Question | None:
        """Ask what goes on if the layers give nothing; None where they give something even then."""
        return Question(words.ASKED, words.ZEROS) if self.lets_all_through else None

    def _tell_arrow(self) -> Iterator[Event]:
        question = self.ask()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
            yield Event("silent", 1.6, words.SILENT)
            yield Event("unchanged", 2.6, words.UNCHANGED)
        blocks, gone = map(fmt.count, (self.stack.blocks, self.stack.gone or self.stack.blocks))
        yield Event("stack", 3.5, words.STACK.fill(n=blocks), detail=1)
        yield Event("left", 4.0, words.LEFT.fill(n=blocks, k=gone), detail=1)
        arriving = {arrows: self.stack.printed(arrows, 0) for arrows in TONES}
        yield Event("back", 4.0, words.BACK, detail=1)
        yield Event("arriving", 3.0, words.ARRIVING.fill(**arriving), detail=1)
        many, few = (which(row["blocks"] for row in facts.rows("depth")) for which in (max, min))
        yield self._trained("many", words.MANY, many)
        yield self._trained("few", words.FEW, many, few)

    def _trained(self, name: str, said: Caption, *counts: int) -> Event:
        """Tell how well networks of so many blocks read, the last number's in words."""
        right = {
            arrows: fmt.percent(facts.row("depth", blocks=counts[-1], arrows=arrows)["accuracy"])
            for arrows in TONES
        }
        said = said.fill(n=fmt.count(counts[-1]), **right)
        return Event(name, 3.8, said, counts, detail=1)


#: The three maps, by name.
NAMES = ("came", "change", "sum")
#: The picture, and the layers that make of it what comes in.
READ = ("picture", "first")


def _named(network: Network, layers: Sequence[str], *, zero: bool = False) -> Caption | str:
    """Name layers, or tell their number; if zero, say of which the weights are 0."""
    if max(map(len, layers), default=0) > _SHORT:
        return (words.ALL_ZERO if zero else words.LAYERS).fill(n=fmt.count(len(layers)))
    # A name and its 0 stand in one line.
    return " ".join(
        f"{name}:\N{NO-BREAK SPACE}0" if zero and network.weights_of(name) else name
        for name in layers
    )


def followed(came: Floats, change: Floats, total: Floats) -> tuple[int, int]:
    """Return the place of the largest change whose sum adds up as printed, where much came in."""
    weight = np.abs(change) * (np.abs(came) >= _LEAST)
    order = np.argsort(-weight, axis=None, kind="stable")
    cells = [divmod(int(n), came.shape[1]) for n in order]
    honest = (c for c in cells if fmt.adds_up((came[c], change[c]), total[c]))
    row, col = next(honest, cells[0])
    return int(row), int(col)


def _equation(maps: list[Cells], numbers: list[Text]) -> Part:
    """Lay out three maps with a plus and an equals sign, each over its number.

    Where there is more room, the last map is below.
    """
    one, other, total = maps
    plus, equals = Text("plus", "+", role="sign"), Text("equals", "=", role="sign")
    wide = _over([one, plus, other, equals, total], numbers)
    below = _over([equals, total], numbers[3:])
    return Either(wide, Column(_over([one, plus, other], numbers[:3]), below, align="middle"))


def _over(parts: Sequence[Part], numbers: Sequence[Text]) -> Part:
    return Aligned([parts, numbers], gap=0.7, row_gap=0.5, across="middle", down="middle")
