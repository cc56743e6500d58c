"""The pictures of a forward pass: a few cells taken apart, then logits that become shares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import walls
from convexplain.lessons.parts.answer_bars import MOST, OTHERS, many
from convexplain.lessons.parts.stages import Stage, folded, shown_channels
from convexplain.ops import Box, Breakdown, ConvStep, PoolStep
from convexplain.panels import (
    INK,
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
from convexplain.style.captions import Caption

#: How far the sums have come on their way to shares.
Form = Literal["logits", "distances", "powers", "shares"]
#: Responses that print as nothing are drawn on the scale of 1.
_FAINT = 1e-4
#: Between the sheets of a stack, in its cells.
_FAN = (0.12, 0.25)
#: Of the picture beside bars, and the length of a whole bar, in cells of the bars.
_SIDE, _BAR = 11.0, 36.0
#: Where what stands below a stack breaks, in sizes of its text.
_NAMED = 12.0


class Softmax(NamedTuple):
    """Logits on their way to probabilities, in float64.

    Parameters
    ----------
    logits, distances, powers, shares : numpy.ndarray, shape (classes,)
        z, z - m, e^(z - m), and that divided by the sum of all.
    order : tuple of int
        The classes, the most probable first.
    """

    logits: npt.NDArray[np.float64]
    distances: npt.NDArray[np.float64]
    powers: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]
    order: tuple[int, ...]

    @property
    def total(self) -> float:
        """The sum of all powers."""
        return float(self.powers.sum())


@dataclass(frozen=True, eq=False)
class ForwardPicture:
    """What the pictures of a forward pass are made of.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (height, width) or (height, width, 3)
    field : Box
        What the first cell sees of the picture.
    first, pooling, deep : Stage
        Of the cells that are taken apart; None where the network has none.
    weighed, pooled, deeper : ConvStep or PoolStep
        These cells.
    stages : tuple of Stage
        All of the network.
    vote : Breakdown, optional
        Of the answer's logit, by sign.
    softmax : Softmax
    classes : tuple of Caption
        What they are called.
    read : Scale
        Of what the first cell reads.
    """

    pixels: npt.NDArray[np.float32]
    field: Box
    first: Stage
    weighed: ConvStep
    pooling: Stage | None
    pooled: PoolStep | None
    deep: Stage | None
    deeper: ConvStep | None
    stages: tuple[Stage, ...]
    vote: Breakdown | None
    softmax: Softmax
    classes: tuple[Caption, ...]
    read: Scale = INK

    @property
    def one_channel(self) -> bool:
        """Whether the first cell reads one number a pixel."""
        return bool(self.weighed.products.shape[2] == 1)

    # A few cells.

    def opening(self) -> Diagram:
        """Describe the picture alone, as large as it can be."""
        return Diagram(self._input())

    def weigh(self) -> Diagram:
        """Describe how the first cell is made: its patch, its weights, their sum."""
        total = Column(self._sum("sum", self.weighed, self._responses(self.first)), gap=0.4)
        if not self.one_channel:
            whole = Either(Row(self._input(), total), Column(self._input(), total))
        else:
            weights = Scale(float(np.abs(self.weighed.kernel).max()), terms.KERNEL)
            patch = self._cells("patch", self.weighed.patch, self.read, terms.PATCH)
            kernel = self._cells("kernel", self.weighed.kernel, weights, terms.KERNEL)
            factors = Row(patch, Text("times", "⊙", role="sign", tone="muted"), kernel, gap=0.4)
            whole = Either(
                Row(self._input(), factors, total),
                Row(self._input(), Column(factors, total, align="middle")),
                Column(self._input(), factors, total, align="middle"),
            )
        links = (Link("input.window", "patch", "zoom"),) if self.one_channel else ()
        return Diagram(Column(whole, Legend("legend"), gap=0.6), links)

    def maps(self) -> Diagram:
        """Describe the map of the first cell, before the others of its layer."""
        wall, one = self._wall(self.first), self._map()
        return Diagram(
            Either(
                Row(self._input(), one, wall),
                Column(Row(self._input(), one), wall, align="middle"),
            )
        )

    def pool(self) -> Diagram:
        """Describe the window of a pooling on the map, what it reads, and what it keeps."""
        assert self.pooled is not None
        assert self.pooling is not None
        scale = self._responses(self.first)
        step = self.pooled
        four = self._cells("four", step.patch, scale, terms.PATCH)
        kept = self._cells("kept", np.array([[step.value]]), scale,
                           terms.LARGEST if step.kind == "max" else terms.MEAN)  # fmt: skip
        becomes = Text("becomes", "→", role="sign", tone="muted")
        smaller = Cells(
            "pooled", self.pooling.values[:, :, self.weighed.filter], scale, share="pixels",
            lines=False, title=_plain(self.pooling.name),
            marks={"cell": Mark(step.row, step.col)},
        )  # fmt: skip
        middle = Row(four, becomes, kept, gap=0.5)
        legend = Legend("legend")
        return Diagram(
            Either(
                Row(self._map(), middle, Column(smaller, legend, gap=0.6)),
                Column(Row(self._map(), smaller), middle, legend, align="middle"),
            ),
            (Link("map.pool", "four", "zoom"),),
        )

    def deeper_cell(self) -> Diagram:
        """Describe a cell that reads all maps: their shares of its sum, and its own map."""
        assert self.deeper is not None
        assert self.deep is not None
        index = self.stages.index(self.deep)
        read = next(s for s in reversed(self.stages[:index]) if s.has_maps or s.kind == "input")
        scale = self._responses(self.deep)
        own = Cells(
            "deep", self.deep.values[:, :, self.deeper.filter], scale, share="pixels",
            lines=False, title=terms.MAP_OF.fill(layer=self.deep.name, n=self.deeper.filter),
            marks={"cell": Mark(self.deeper.row, self.deeper.col)},
        )  # fmt: skip
        stack = self._stack(read)
        account = Sum.of("total", self.deeper.breakdown(shown=4), scale)
        legend = Legend("legend")
        return Diagram(
            Either(
                Row(stack, account, Column(own, legend, gap=0.6)),
                Column(Row(stack, own, align="bottom"), account, legend, align="middle"),
            ),
            (Link("total.activated", "deep.cell"),),
        )

    # The vector, and the sums.

    def line(self) -> Diagram:
        """Describe the last maps, and the one line that they become."""
        index = len(self.stages) - 2
        last = next(s for s in reversed(self.stages[: index + 1]) if s.has_maps)
        return Diagram(
            Row(self._stack(last), self._vector(), Column(Legend("legend")), align="bottom")
        )

    def push(self) -> Diagram:
        """Describe what pushes for the answer, and what against it."""
        assert self.vote is not None
        vote, best = self.vote, self.softmax.order[0]
        called = self.classes[best]
        above, below = vote.parts
        limit = max(abs(above.value), abs(below.value)) or 1.0
        bars = [
            Bar("above", _FOR.fill(k=called), above.value, tone="positive"),
            Bar("below", _AGAINST.fill(k=called), below.value, tone="negative"),
            Bar("bias", terms.BIAS, vote.bias),
        ]
        push = Bars("push", bars, Scale(limit), length=12)
        total = _LOGIT_IS.fill(z=fmt.number(vote.value))
        whole = Column(push, Text("logit", total, role="heading", weight="bold"))
        if self.stages[-2].kind != "flatten":
            return Diagram(whole)
        return Diagram(Row(self._vector(), Column(whole, Legend("legend"), gap=1.5), gap=1.5))

    def sums(self, form: Form) -> Diagram:
        """Describe the classes with a bar each, from logits to shares."""
        return Diagram(Either(Row(self._input(small=True), self.bars(form)), self.bars(form)))

    def shares(self) -> Diagram:
        """Describe the shares as one bar, above the bars that it is made of."""
        bars, stack = self.bars("shares"), self.stack
        return Diagram(
            Either(
                Column(stack, Row(self._input(small=True), bars), gap=0.8),
                Column(stack, bars, gap=0.8),
            )
        )

    def summary(self, verdict: Caption) -> Diagram:
        """Describe sums and shares side by side, on paper."""
        bars = [self.bars("logits", "logits"), self.bars("shares", "shares")]
        return Diagram(
            Either(
                Column(Row(self._input(small=True), *bars), self.stack, gap=0.8),
                Column(self._input(small=True), *bars, self.stack, gap=0.8),
            ),
            about=verdict,
        )

    @cached_property
    def shown(self) -> list[int]:
        """The classes that have bars: all in their order, or the most probable if many."""
        if not many(len(self.classes)):
            return list(range(len(self.classes)))
        return list(self.softmax.order[:MOST])

    def bars(self, form: Form, name: str = "classes") -> Bars:
        """Describe the classes with a bar each, in one form."""
        values = getattr(self.softmax, form)
        tones = {self.softmax.order[0]: "accent"}

        def text(k: int) -> str:
            return self._printed(form, k)

        bars = [
            Bar(str(k), self.classes[k], float(values[k]), text(k), tones.get(k, "ink"))
            for k in self.shown
        ]
        rest = [k for k in range(len(self.classes)) if k not in self.shown]
        if rest:
            added = form in ("powers", "shares")
            value = float(values[rest].sum() if added else values[rest].max())
            words = text(int(rest[int(np.argmax(values[rest]))]))
            said = (
                (fmt.probability(value) if form == "shares" else _small(value))
                if added
                else (f"≤ {words}")
            )
            label = OTHERS.fill(n=fmt.count(len(rest)))
            bars.append(Bar("others", label, value, said, "muted"))
        # All others together may have more than the largest alone.
        longest = max(abs(bar.value) for bar in bars)
        limit = max(1.0, longest) if form in ("powers", "shares") else longest or 1.0
        total = _TOTAL.fill(s=fmt.number(self.softmax.total)) if form == "powers" else None
        return Bars(
            name, bars, Scale(limit), length=_BAR, share="classes", title=_TITLES[form],
            counter=total,
        )  # fmt: skip

    def _printed(self, form: Form, k: int) -> str:
        """Print a class's number; printed logits are subtracted, so that a reader can, too."""
        logits = self.softmax.logits
        if form == "distances":
            return fmt.number(fmt.rounded(logits[k]) - fmt.rounded(logits.max()))
        if form == "powers":
            return _small(self.softmax.powers[k])
        if form == "shares":
            return fmt.probability(self.softmax.shares[k])
        return fmt.number(logits[k])

    @cached_property
    def stack(self) -> Bars:
        """All shares end to end, the largest first."""
        shares, left = self.softmax.shares, [k for k in self.softmax.order if k in self.shown]
        tones = ("accent", "ink")
        bars = [
            Bar(str(k), self.classes[k], float(shares[k]), fmt.probability(shares[k]),
                tones[n] if n < len(tones) else "muted")
            for n, k in enumerate(left)
        ]  # fmt: skip
        rest = max(0.0, float(1 - sum(shares[k] for k in left)))
        return Bars(
            "stack", bars, Scale(1.0), length=60, stacked=True, thick=1.8, rest=rest,
            labelled=True, title=_WHOLE,
        )  # fmt: skip

    # Parts.

    def _input(self, *, small: bool = False) -> Cells:
        if small:  # in cells of the bars beside it
            fine = max(self.pixels.shape[:2]) / _SIDE
            return Cells("input", self.pixels, share="classes", fine=fine, lines=False)
        marks = {"window": Mark.over(self.field)}
        return Cells("input", self.pixels, share="pixels", lines=False, marks=marks)

    def _map(self) -> Cells:
        step, filter = self.weighed, self.weighed.filter
        marks = {"cell": Mark(step.row, step.col)}
        if self.pooled is not None:
            marks["pool"] = Mark.over(self.pooled.box)
        return Cells(
            "map", self.first.values[:, :, filter], self._responses(self.first), share="pixels",
            lines=False, title=terms.MAP_OF.fill(layer=self.first.name, n=filter), marks=marks,
        )  # fmt: skip

    def _wall(self, stage: Stage) -> Part:
        """The maps beside the shown one, the strongest first."""
        kept = (self.weighed.filter,)
        channels = walls.on_wall(stage.values, kept)
        others = [n for n in stage.strongest if n in channels and n not in kept]
        wall = Maps("wall", stage.values[:, :, others or list(kept)], self._responses(stage))
        some = walls.told(stage.values, channels, kept)
        note = [Text("chosen", some, role="small", tone="muted", measure=_NAMED)] if some else []
        return Column(wall, *note, Legend("legend"), gap=0.6)

    def _stack(self, stage: Stage) -> Part:
        if stage.kind == "input":
            return Cells("read", self.pixels, lines=False)
        channels = shown_channels(stage, self.stages)
        values = stage.values[:, :, channels]
        stack = Maps("read", values, self._responses(stage), share="pixels", stack=True, fan=_FAN)
        size = _SIZE.fill(layer=stage.name, size=stage.size)
        some = walls.told(stage.values, channels)
        named = Text("reads", _CUT.fill(size=size, told=some) if some else size, role="small",
                     tone="muted", measure=_NAMED)  # fmt: skip
        return Column(stack, named, gap=0.4)

    def _vector(self) -> Part:
        stage = self.stages[-2]
        before = next((s for s in reversed(self.stages[:-2]) if s.has_maps), None)
        scale = self._responses(stage)
        strip = Cells("line", folded(stage, before), scale, lines=False)
        named = Text("lined", _SIZE.fill(layer=stage.name, size=stage.size), role="small",
                     tone="muted", measure=_NAMED)  # fmt: skip
        return Column(strip, named, gap=0.4)

    def _responses(self, stage: Stage) -> Scale:
        signed = bool(stage.values.min() < 0)
        return Scale(
            stage.limit if stage.limit > _FAINT else 1.0,
            _RESPONSES.fill(layer=stage.name),
            signed=signed,
        )

    def _cells(
        self, name: str, values: npt.NDArray[np.float64], scale: Scale, title: Caption
    ) -> Cells:
        flat = values if values.ndim == 2 else values.squeeze(axis=2)
        return Cells(name, flat, scale, numbers=True, share="numbers", title=title.capital)

    def _sum(self, name: str, step: ConvStep, scale: Scale) -> Sum:
        channels = step.products.shape[2]
        return Sum.of(name, step.breakdown(shown=channels if 1 < channels <= 4 else 0), scale)


def _plain(text: str) -> Caption:
    return Caption(en=text, zh=text)


def _small(value: float) -> str:
    """Print a power of e: what would round to nothing is said to be less."""
    return fmt.number(value) if value >= 0.005 else f"<{fmt.number(0.01)}"


_RESPONSES = Caption(en="{layer}: responses", zh="{layer}：响应")
_CUT = Caption(en="{size}. {told}", zh="{size}。{told}")
_SIZE = Caption(en="{layer}: {size}", zh="{layer}：{size}")
_FOR = Caption(en="for {k}", zh="支持“{k}”")
_AGAINST = Caption(en="against {k}", zh="反对“{k}”")
_LOGIT_IS = Caption(en="logit {z}", zh="logit {z}")
_WHOLE = Caption(en="all shares: 100%", zh="比例之和：100%")
_TOTAL = Caption(en="together {s}", zh="总和 {s}")
_TITLES: dict[Form, Caption] = {
    "logits": Caption(en="logits", zh="logit"),
    "distances": Caption(en="logit − largest", zh="logit − 最大值"),
    "powers": Caption(en="e to that power", zh="以此为指数的 e 的幂"),
    "shares": Caption(en="softmax: share of the sum", zh="softmax：占总和的比例"),
}
