"""The pictures of a forward pass: its layers, one logit, then logits that become shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts.answer_bars import MOST, OTHERS, many
from convexplain.lessons.parts.architecture_picture import SHARE_OF
from convexplain.lessons.parts.logit_products import Products
from convexplain.lessons.parts.number_words import about
from convexplain.lessons.parts.softmax import LARGE, Softmax
from convexplain.lessons.parts.stages import Stage
from convexplain.ops import Box, Breakdown, PoolStep
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Mark,
    Overlay,
    Part,
    Row,
    Scale,
    Space,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, same

#: How far the sums have come on their way to shares.
Form = Literal["logits", "distances", "powers", "added", "shares"]
#: Responses that print as nothing are drawn on the scale of 1.
_FAINT = 1e-4
#: How far apart the classes stand where they are alone, and where much else is there, in sizes of
#: their text.
_PITCH, _CLOSE = 1.55, 1.15
#: So many stages at most are drawn.
_STAGES = 8
#: The product that is written out.
TELLING = "products.telling"
#: A product is coloured at least as this share of the largest is.
_SEEN = 0.25
#: Of the picture beside bars, and the length of a whole bar, in cells of the bars.
_SIDE, _BAR = 15.0, 36.0
#: How broad what is divided may stand beside bars, in sizes of its text.
_DIVISION = 10.0
#: What makes a product in large words as high as four bars, in gaps of the sheet.
_SUMS = 4.3
#: What stands before bars, and what behind them, in turn.
_BEFORE: tuple[Form, ...] = ("logits", "distances", "powers")
_BEHIND: tuple[Form, ...] = ("powers", "shares")
#: Stands for a number that is not said again.
_UNSAID = "\N{NO-BREAK SPACE}"
#: So much is left free between a class and its number.
_AIR = "00"
#: A share from which on it has a name.
_NAMED = 0.06
#: Of fewer layers those before them are seen again.
_FEW = 2
#: So many maps stand in one row.
_IN_A_ROW = 4


@dataclass(frozen=True, eq=False)
class ForwardPicture:
    """What the pictures of a forward pass are made of."""

    #: (height, width) or (height, width, 3).
    pixels: npt.NDArray[np.float32]
    #: All of the network.
    stages: tuple[Stage, ...]
    #: Which of them is the first convolution.
    first: int
    #: What its largest response sees of the picture.
    window: Box
    #: A window of the pooling behind it.
    pooled: PoolStep | None
    #: Of the answer's logit, by sign.
    vote: Breakdown | None
    #: All that it is the sum of.
    products: Products | None
    softmax: Softmax
    #: What they are called.
    classes: tuple[Caption, ...]
    #: Which of them the picture is.
    label: Caption | None = None
    #: That of the first convolution's map, if it reads one channel and can be printed, (height,
    #: width).
    kernel: npt.NDArray[np.float32] | None = None
    #: That of the same map.
    bias: float = 0.0

    # The layers.

    def opening(self) -> Diagram:
        """Describe the picture, as large as it can be, with what the network reads."""
        return Diagram(self._answered(self._read_as("? %")))

    def _read_as(self, share: str) -> Text:
        """Say the answer, and how sure the network is of it."""
        best = self.classes[self.softmax.order[0]]
        return Text("read", _ANSWER.fill(k=best, p=share), role="display", weight="bold")

    def _answered(self, read: Part) -> Part:
        """Describe the picture with the answer beside it."""
        return Either(
            Row(self._input(), read, gap=1.5, align="middle"), Column(self._input(), read)
        )

    def _judged(self) -> Part:
        """Say the answer with its share, and the label below it, if the picture has one."""
        read = self._read_as(self._printed("shares", self.softmax.order[0]))
        if self.label is None:
            return read
        label = Text("label", _LABEL.fill(k=self.label), role="heading", tone="muted")
        return Column(read, label, gap=0.4)

    def begun(self, *, pooled: bool) -> Diagram:
        """Describe a layer, large, beside what it reads: the first convolution, or the pooling."""
        behind = self.first + pooled
        before = self.stages[0] if not pooled else self.stages[self.first]
        stages = before, self.stages[behind]
        scale = self._scale(*stages)
        sized = [self._layer(stage, scale, small=False) for stage in stages]
        named = [self._layer(stage, scale, small=True) for stage in stages]
        kernel = [] if pooled else self._kernel()
        beside = Column(*kernel, Legend("legend"), gap=0.8)
        wide = (Row(*cells, beside, align="middle") for cells in (sized, named))
        high = (way(*cells) for cells in (sized, named) for way in (Row, Column))
        below = Row(*kernel, Legend("legend"), align="middle")
        return Diagram(Either(*wide, *(Column(part, below, gap=0.6) for part in high)))

    def _kernel(self) -> list[Part]:
        """Print the weights by which the first convolution multiplies."""
        if self.kernel is None:
            return []
        scale = Scale(float(np.abs(self.kernel).max()) or 1.0, terms.WEIGHT)
        then = (_THEN_RELU if self.gated else _THEN).fill(b=fmt.number(self.bias))
        return [
            Cells("kernel", self.kernel, scale, numbers=True, title=terms.KERNEL),
            Text("then", then, measure=9.0),
        ]

    @property
    def gated(self) -> bool:
        """Whether below 0 the first convolution gives 0."""
        return self.stages[self.first].gated

    def layers(self) -> Diagram:
        """Describe one map of each layer from the last that was seen on, in their order."""
        legend, left, ways = Legend("legend"), self._left(), self._layers()
        below = Row(*left, legend, gap=2.0, align="middle", turns=False)
        return Diagram(
            Either(
                *(Column(way, below, gap=0.8) for way in ways),
                *(Row(way, Column(*left, legend)) for way in ways),
                *(Column(way, *left, legend, gap=0.4) for way in ways),
            )
        )

    def _left(self) -> list[Part]:
        """Say how many numbers the last maps have, if they are what the last layer reads."""
        if self.products is None or self._read_stage is None:
            return []
        shape, many = fmt.shape(self._read_stage.shape), fmt.count(self.products.many)
        counted = f"{shape} =\N{NO-BREAK SPACE}{many}"
        return [Text("left", same(counted), role="display", weight="bold")]

    @property
    def _read_stage(self) -> Stage | None:
        """The last stage that is drawn, if its numbers are what the last layer reads."""
        last = self.with_maps[-1]
        many = self.products.many if self.products is not None else 0
        return last if math.prod(last.shape) == many else None

    @cached_property
    def with_maps(self) -> list[Stage]:
        """The stages that are drawn: those with maps, evenly chosen where there are many."""
        found = [stage for stage in self.stages if stage.kind == "input" or stage.has_maps]
        chosen = np.linspace(0, len(found) - 1, min(len(found), _STAGES)).round().astype(int)
        return [found[n] for n in chosen.tolist()]

    @cached_property
    def following(self) -> list[Stage]:
        """Those of them from the last that was seen large on; all, if it is the last but one."""
        seen = self.first + (self.pooled is not None)
        found = [stage for stage in self.with_maps if self.stages.index(stage) >= seen]
        return found if len(found) >= _FEW else self.with_maps

    def _layers(self) -> list[Part]:
        """Arrange one map of each of these, all as large as the picture, in ever shorter rows."""
        shown = self.following
        count, scale = len(shown), self._scale(*shown)
        sized = [self._layer(stage, scale, small=False) for stage in shown]
        lengths = (count if count <= _IN_A_ROW else 0, -(-count // 2), 2)
        widths = [n for n in lengths if 0 < n <= count]

        def rows(cells: list[Cells], width: int) -> Part:
            cut = [cells[n : n + width] for n in range(0, count, width)]
            full = [[*row, *[None] * (width - len(row))] for row in cut]
            return Aligned(full, gap=0.6, row_gap=0.5)

        ways = [rows(sized, width) for width in dict.fromkeys(widths or [count])]
        # Long names leave no room for sizes on narrow sheets.
        named = [self._layer(stage, scale, small=True) for stage in shown]
        ways += [rows(named, width) for width in dict.fromkeys((*widths, 1))]
        return ways

    def _scale(self, *stages: Stage) -> Scale:
        """One scale for maps of layers, each drawn relative to its largest response.

        Of one layer its end is that response.
        """
        signed = any(stage.values.min() < 0 for stage in self.stages)
        # A pooling is drawn on the scale of what it reads.
        limits = {_whole(stage) for stage in stages if stage.kind != "input"}
        if signed or len(limits) > 1:
            return Scale(1.0, SHARE_OF, signed)
        return Scale(1.0, terms.RESPONSE, False, ends=("0", fmt.number(max(limits, default=1.0))))

    def _layer(self, stage: Stage, scale: Scale, *, small: bool) -> Cells:
        """The map that responds most, or that is read, relative to its layer's largest response."""
        fine = stage.shape[0] / self.pixels.shape[0]
        rows, cols, channels = stage.shape
        sized = _SIZE.fill(layer=stage.name, rows=rows, cols=cols, n=fmt.count(channels))
        said = terms.INPUT if stage.kind == "input" else same(stage.name) if small else sized
        if stage.kind == "input":
            marks = {"window": Mark.over(self.window)}
            return Cells("input", self.pixels, share="layers", lines=False, title=said, fine=fine,
                         marks=marks)  # fmt: skip
        place, marks = self.stages.index(stage), {}
        shown = stage
        if self.pooled is not None and place == self.first:
            marks = {"block": Mark.over(self.pooled.box)}
        elif self.pooled is not None and place == self.first + 1:  # of the map that it reads
            shown = self.stages[self.first]
            marks = {"cell": Mark(self.pooled.row, self.pooled.col)}
        channel = shown.strongest[0]
        if place > self.first + 1 and stage is self._read_stage and self.products is not None:
            channel = self.products.channel  # its number is multiplied next
        values = stage.values[:, :, channel] / _whole(stage)
        return Cells(stage.panel, values, scale, share="layers", lines=False, title=said,
                     fine=fine, marks=marks)  # fmt: skip

    # The vector, and the sums.

    def every(self) -> Diagram:
        """Describe all products beside the picture, and one of them written out."""
        large, small = (self._one(large=large) for large in (True, False))
        # The products stay where they are as the sums come.
        below, lower = Overlay(Space(height=_SUMS), large), (large, small)
        products, read = self._products(), self.read_map or self._input()
        legend: Part = Legend("legend", of=products.scale)
        beside: Part = read
        high: list[Part] = [legend]
        if read.name == "numbers":
            own = Legend("legend-read", of=read.scale, every=True)
            beside, high = Column(read, own, gap=0.6), [Row(read, Column(own, legend)), legend]
        return Diagram(
            Either(
                Column(
                    Row(Column(products, legend, gap=0.4), beside),
                    below,
                    gap=0.6,
                    align="middle",
                ),
                *(
                    Column(products, beside, part, gap=0.6, align="middle")
                    for beside in high for part in lower
                ),
            )
        )  # fmt: skip

    def push(self) -> Diagram:
        """Describe all products, and what they come to for the answer, as broad as the frame."""
        assert self.vote is not None
        vote, best = self.vote, self.softmax.order[0]
        called = self.classes[best]
        above, below = vote.parts
        bars = [
            Bar("above", _FOR.fill(k=called), above.value, tone="positive"),
            Bar("below", _AGAINST.fill(k=called), below.value, tone="negative"),
            Bar("bias", terms.BIAS, vote.bias),
            Bar("logit", terms.LOGIT, vote.value, tone="ink"),
        ]
        values = [bar.value for bar in bars]
        # Under one another, as what is added up; none beyond the zero that its bar ends at.
        numbers = [fmt.number(value) for value in values]
        bars = [
            replace(bar, text=_UNSAID, source=number)
            for bar, number in zip(bars, numbers, strict=True)
        ]
        push = Bars(
            "push", bars, Scale(max(map(abs, values)) or 1.0), length=_BAR, role="heading",
            pitch=1.3, lowest=min(*values, -_FAINT), highest=max(values),
            before=max(numbers, key=len),
        )  # fmt: skip
        products = self._products()
        legend = Legend("legend", of=products.scale)
        small = replace(push, role="text", pitch=1.5)
        read = Row(products, legend), Column(products, legend)
        return Diagram(
            Either(*(Column(each, bars_, gap=0.6, align="middle")
                     for each, bars_ in product(read, (push, small))))
        )  # fmt: skip

    @property
    def read_map(self) -> Cells | None:
        """The map whose number is written out, if it has several places."""
        assert self.products is not None
        read, stage = self.products.read, self.with_maps[-1]
        if read.size == 1:
            return None
        limit, seen = float(np.abs(read).max()), self._read_stage
        if seen is not None and seen.shape[:2] == read.shape:
            limit = max(limit, seen.limit)  # in the colours of its layer, as it was seen
        said = _SIZE.fill(
            layer=stage.name, rows=read.shape[0], cols=read.shape[1],
            n=fmt.count(self.products.numbers),
        ) if stage.shape[:2] == read.shape else None  # fmt: skip
        scale = Scale(
            limit if limit > _FAINT else 1.0, terms.RESPONSE, signed=bool((read < 0).any())
        )
        return Cells(
            "numbers", read, scale, numbers=True, share="pixels", title=said,
            marks={"telling": _around(*self.products.place, 1.0)},
        )  # fmt: skip

    def _products(self) -> Cells:
        """Draw the product of each number that is left and its weight, place by place."""
        assert self.products is not None
        products, largest = self.products, float(np.abs(self.products.values).max())
        # So small most of them are that only from 0 on their colour tells for or against.
        scale = Scale(largest if largest > _FAINT else 1.0, _PRODUCT, floor=_SEEN)
        marks = {f"place-{n}": m for n, m in enumerate(products.blocks)}
        marks["telling"] = _around(*products.telling, 2.0)
        counted = _EVERY.fill(
            p=fmt.count(len(products.blocks)), m=fmt.count(products.numbers),
            n=fmt.count(products.many),
        )  # fmt: skip
        return Cells(
            "products", products.values, scale, computed=products.there, lines=False,
            broad=True, weight=3.0, marks=marks, title=counted,
        )  # fmt: skip

    def _one(self, *, large: bool) -> Formula:
        """Write out the product that is marked."""
        assert self.products is not None
        number, weight, product = self.products.written
        said = [
            Term("number", number, _NUMBER),
            Term("times", "×"),
            Term("weight", weight, terms.WEIGHT),
            Term("equals", "="),
            Term("product", product, _MADE),
        ]
        return Formula("one", said, large=large)

    def sums(self, form: Form) -> Diagram:
        """Describe the classes with a bar each, from logits to shares."""
        large = self.bars(form, pitch=_PITCH)
        large, small = replace(large, role="heading"), replace(large, pitch=1.5)
        said = Text("said", self._said(form), role="heading", weight="bold")
        if form not in ("logits", "distances"):
            said = replace(said, measure=_DIVISION)
        beside = Column(self._input(small=True), said, gap=0.6)
        return Diagram(
            Either(
                Row(beside, large),
                Row(beside, small),
                Column(Row(self._input(small=True), small), said, gap=0.8),
                Column(small, said, gap=0.8),
            )
        )

    def added(self, count: int) -> str:
        """Print what the first so many powers come to as printed; of all bars, what all do."""
        places, shown = self.softmax.places, self.shown[:count]
        if count > len(self.shown) or len(self.shown) == count == len(self.classes):
            return self.softmax.printed_total
        powers = (fmt.rounded(self.softmax.powers[k], places) for k in shown)
        return fmt.number(sum(powers, Decimal(0)), places)

    def _said(self, form: Form) -> Caption:
        """Say how far the first leads the second, or, from powers on, what is the first's share."""
        if form not in ("logits", "distances"):
            best = self.softmax.order[0]
            share = self._printed("shares", best)
            sign, share = (share[0], share[1:]) if share[0] in "<>" else ("=", share)
            called, total = self.classes[best], self.softmax.printed_total
            power = self._printed("powers", best)
            return _DIVIDED.fill(a=called, one=power, s=total, sign=sign, p=share)
        one, two = self.softmax.order[:2]
        return _LEAD.fill(a=self.classes[one], b=self.classes[two], d=fmt.number(self.less))

    def verdict(self) -> Diagram:
        """Describe the answer beside the picture, and all shares as one bar below them."""
        return Diagram(
            Either(*(
                Column(self._answered(self._judged()), stack, gap=0.8, align="middle")
                for stack in self._stacks()
            ))
        )  # fmt: skip

    def _stacks(self) -> tuple[Bars, ...]:
        """Describe all shares in large words, then in ever fewer ones where these are too wide."""
        return replace(self.stack, role="heading"), self.stack, replace(self.stack, counter=None)

    @cached_property
    def stations(self) -> list[Stage]:
        """The picture, the first convolution, the pooling behind it, and the last maps."""
        every = self.stages[: self.first + 1 + (self.pooled is not None)]
        return list(dict.fromkeys([self.stages[0], *every[self.first :], self.with_maps[-1]]))

    def whole(self) -> Diagram:
        """Describe the way from the picture to its share: maps, then the logits."""
        shown, scale = self.stations, self._scale(*self.stations)
        maps = [replace(self._layer(one, scale, small=True), marks={}) for one in shown]
        ways = [_arrow(f"to-{stage.panel}", self._done(stage)) for stage in shown[1:]]
        first = [maps[0], *(part for pair in zip(ways, maps[1:], strict=True) for part in pair)]
        read = self._read_as(self._printed("shares", self.softmax.order[0]))
        ladder = self.bars("logits", "ladder", pitch=_CLOSE)
        # They were read before.
        unsaid = [replace(bar, text=_UNSAID) for bar in ladder.bars]
        ladder = replace(ladder, bars=unsaid, share="", before="", widest="")
        add, soft = _arrow("to-sums", _WEIGH), _arrow("to-shares", _SOFTMAX)
        legend = Legend("legend")

        def rest(length: float) -> list[Part]:
            return [add, replace(ladder, length=length), soft]

        upper = Row(*first, gap=0.5, turns=False)
        told = Column(read, legend, gap=0.8)
        wide = (Row(*rest(length), told, gap=0.6, turns=False) for length in (24.0, 16.0))
        pairs = [Row(*first[n : n + 4], gap=0.3, turns=False) for n in range(0, len(first), 4)]
        lower = Row(*rest(14.0), gap=0.3, turns=False)
        high = (Column(*pairs, lower, ending) for ending in (Row(read, legend), told))
        low = Column(*maps, rest(14.0)[1], told)
        return Diagram(Either(*(Column(upper, each, gap=0.8) for each in wide), *high, low))

    def _done(self, stage: Stage) -> Caption:
        """Say what makes a station out of the one before it."""
        place = self.stages.index(stage)
        if place == self.first:
            return _RELU if self.gated else _MULTIPLY_ADD
        if self.pooled is not None and place == self.first + 1:
            return _KEEP if self.pooled.kind == "max" else terms.MEAN
        return _AND_SO_ON

    def summary(self, verdict: Caption) -> Diagram:
        """Describe sums and shares side by side, on paper."""
        bars = [
            replace(self.bars(form, form, pitch=1.35), before="", widest="", total="")
            for form in ("logits", "shares")
        ]
        return Diagram(
            Either(
                Column(Row(self._input(small=True), *bars), self.stack, gap=0.8),
                Column(self._input(small=True), *bars, self.stack, gap=0.8),
                Column(self._input(small=True), *bars, replace(self.stack, counter=None), gap=0.8),
            ),
            about=verdict,
        )

    @cached_property
    def shown(self) -> list[int]:
        """The classes that have bars: all in their order, or the most probable if many."""
        if not many(len(self.classes)):
            return list(range(len(self.classes)))
        return list(self.softmax.order[:MOST])

    def bars(self, form: Form, name: str = "classes", pitch: float = 1.5) -> Bars:
        """Describe the classes with a bar each, in one form, so far apart."""
        values = getattr(self.softmax, "powers" if form == "added" else form)
        made_of: dict[Form, Form] = {"powers": "distances", "added": "powers", "shares": "powers"}

        def text(k: int) -> str:
            return self._printed(form, k)

        def source(k: int) -> str:
            return self._printed(made_of[form], k) if form in made_of else ""

        def tone(k: int) -> str:
            return "ink" if k == self.softmax.order[0] else "muted"

        bars = [
            Bar(str(k), self.classes[k], float(values[k]), text(k), tone(k), source(k))
            for k in self.shown
        ]
        rest = [k for k in range(len(self.classes)) if k not in self.shown]
        if rest:
            added = form in ("powers", "added", "shares")
            value = float(values[rest].sum() if added else values[rest].max())
            words = text(int(rest[int(np.argmax(values[rest]))]))
            said = (
                (fmt.probability(value) if form == "shares" else self._small(value))
                if added
                else (f"≤ {words}")
            )
            label = OTHERS.fill(n=fmt.count(len(rest)))
            beside = ""
            if made_of.get(form) == "powers":
                beside = self._small(float(self.softmax.powers[rest].sum()))
            if form == "added":
                said = _UNSAID
            bars.append(Bar("others", label, value, said, "muted", beside))
        points = form in ("logits", "distances")
        if points:  # on one scale, so that all go the same way when the largest is subtracted
            logits, distances = self.softmax.logits, self.softmax.distances
            lowest, highest = min(logits.min(), distances.min()), max(0.0, logits.max())
            return Bars(
                name, bars, Scale(max(-lowest, highest) or 1.0), length=_BAR, share="classes",
                title=_TITLES[form], points=True, pitch=pitch, lowest=float(lowest),
                highest=float(highest), before=self._longest(_BEFORE),
                widest=self._longest(_BEHIND),
            )  # fmt: skip
        # All others together may have more than the largest alone.
        limit = max(1.0, *(bar.value for bar in bars))
        return Bars(
            name, bars, Scale(limit), length=_BAR, share="classes", title=_TITLES[form],
            pitch=pitch, before=self._longest(_BEFORE), widest=self._longest(_BEHIND),
            total=self.softmax.printed_total,
        )  # fmt: skip

    def _longest(self, forms: Sequence[Form]) -> str:
        """Return the longest number that a class ever has in some forms."""
        found = [self._printed(form, k) for form in forms for k in self.shown]
        return max(found, key=len) + _AIR

    @property
    def less(self) -> float:
        """How much higher the largest logit is than the second, as far as both are printed."""
        first, second = (fmt.rounded(self.softmax.logits[n]) for n in self.softmax.order[:2])
        return float(first - second)

    def _printed(self, form: Form, k: int) -> str:
        """Print a class's number."""
        logits = self.softmax.logits
        if form == "distances":
            return self.softmax.exponents[k]
        if form == "powers":
            return self._small(self.softmax.powers[k])
        if form == "added":  # it has moved before its bar
            return _UNSAID
        if form == "shares":
            return _share(self.softmax.shares[k])
        return fmt.number(logits[k])

    @cached_property
    def stack(self) -> Bars:
        """All shares end to end, the largest first."""
        shares, order = self.softmax.shares, self.softmax.order
        named = [k for n, k in enumerate(order) if n == 0 or shares[k] >= _NAMED]
        if len(named) == len(order) - 1:
            named = list(order)
        tones = ("ink", "muted")
        bars = [
            Bar(str(k), self.classes[k], float(shares[k]), fmt.probability(shares[k]),
                tones[n] if n < len(tones) else "line")
            for n, k in enumerate(named)
        ]  # fmt: skip
        left = [k for k in order if k not in named]
        if left:
            label, rest = OTHERS.fill(n=fmt.count(len(left))), float(shares[left].sum())
            printed = _left([shares[k] for k in named], rest)
            bars.append(Bar("others", label, rest, printed, "line"))
        return Bars(
            "stack", bars, Scale(1.0), length=60, stacked=True, thick=1.8, labelled=True,
            title=_WHOLE, counter=self._times(),
        )  # fmt: skip

    def _times(self) -> Caption:
        """How many times as large the largest share is as the second."""
        one, two = self.softmax.order[:2]
        return _TIMES.fill(
            a=self.classes[one], b=self.classes[two], r=about(math.exp(self.less))
        )  # fmt: skip

    # Parts.

    def _input(self, *, small: bool = False) -> Cells:
        if small:  # in cells of the bars beside it
            fine = max(self.pixels.shape[:2]) / _SIDE
            return Cells("input", self.pixels, share="classes", fine=fine, lines=False)
        marks = {"window": Mark.over(self.window)}
        return Cells("input", self.pixels, share="pixels", lines=False, marks=marks)

    def _small(self, power: float) -> str:
        """Print a power of e with the sum's places: what would be nothing is said to be less."""
        places = self.softmax.places
        least = 0.1**places
        return fmt.number(power, places) if power >= least / 2 else f"<{fmt.number(least, places)}"


def _around(row: int, col: int, cells: float) -> Mark:
    """Ring a cell from outside, so that its colour is seen; a ring of its own is so many wide."""
    out = (cells - 1) / 2
    return Mark(row - out, col - out, cells, cells, "ink")


def _whole(stage: Stage) -> float:
    """Return the response that a map of a layer is drawn relative to."""
    return stage.limit if stage.limit > _FAINT else 1.0


def _share(share: float) -> str:
    """Print a share; of one below 0.1% no more is said: powers have too few places for it."""
    return fmt.probability(share) if share >= LARGE else f"<{fmt.percent(LARGE)}"


def _left(named: Sequence[float], rest: float) -> str:
    """Print what is left of the shares, so that the printed ones make 100%."""
    if any(fmt.probability(share)[0] == ">" for share in named):
        return _share(rest)
    left = 1 - sum((fmt.rounded(share, 3) for share in named), Decimal(0))
    return _share(max(0.0, float(left)))


def _arrow(name: str, said: Caption) -> Part:
    """Describe an arrow with what is done on the way."""
    told = Text(f"{name}-said", said, tone="muted", measure=5.5)
    return Column(told, Text(name, "→", role="sign", tone="muted"), gap=0.0, align="middle")


_NUMBER = Caption(en="number", zh="数")
_MADE = Caption(en="product", zh="乘积")
_SOFTMAX = Caption(en="softmax", zh="softmax")
_ANSWER = Caption(en="{k}: {p}", zh="{k}：{p}")
_LABEL = Caption(en="label: {k}", zh="标签：{k}")
_MULTIPLY_ADD = Caption(en="multiply, add", zh="相乘、相加")
_RELU = Caption(en="multiply, add, ReLU", zh="相乘、相加、ReLU")
_THEN = Caption(en="+ bias {b}", zh="+ 偏置 {b}")
_THEN_RELU = Caption(
    en="+ bias {b}, then\N{NO-BREAK SPACE}ReLU", zh="+ 偏置 {b}，再\N{NO-BREAK SPACE}ReLU"
)
_KEEP = Caption(en="keep the largest", zh="取最大")
_AND_SO_ON = Caption(en="and so on", zh="一层接一层")
_WEIGH = Caption(en="×\N{NO-BREAK SPACE}weights, add", zh="× 权重，相加")
_PRODUCT = Caption(en="number × weight", zh="数 × 权重")
_EVERY = Caption(en="{p} places × {m} = {n} products", zh="{p} 个位置 × {m} = {n} 个乘积")
_LEAD = Caption(en="{a} leads {b} by {d}", zh="“{a}”比“{b}”高 {d}")
_TIMES = Caption(en="{a} has {r} times the share of {b}", zh="“{a}”是“{b}”的 {r} 倍")
_SIZE = Caption(en="{layer}: {rows} × {cols}, 1 of {n}", zh="{layer}：{rows} × {cols}，{n} 张之一")
_FOR = Caption(en="for {k}", zh="支持“{k}”")
_AGAINST = Caption(en="against {k}", zh="反对“{k}”")
_WHOLE = Caption(en="all shares: 100%", zh="比例之和：100%")
# Beside the picture the share stands below what it comes from.
_DIVIDED = Caption(
    en="{a}: {one}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{s} {sign}\N{NO-BREAK SPACE}{p}",
    zh="{a}：{one}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{s} {sign}\N{NO-BREAK SPACE}{p}",
)
_TITLES: dict[Form, Caption] = {
    "logits": Caption(en="logits", zh="logit"),
    "distances": Caption(en="logit − largest", zh="logit − 最大值"),
    "powers": Caption(en="logit − largest, and e to its power", zh="logit − 最大值，e 的这个次幂"),
    "added": Caption(en="e to the power logit − largest", zh="e 的幂，指数为 logit − 最大值"),
    "shares": Caption(en="power, and its share of the sum", zh="幂，占总和的比例"),
}
