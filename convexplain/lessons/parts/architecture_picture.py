"""The picture of a whole network: its stages side by side, each a stack of real maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from convexplain.lessons.parts import walls
from convexplain.lessons.parts.answer_bars import answer_bars, class_label
from convexplain.lessons.parts.stages import Stage, folded, shown_channels
from convexplain.lessons.parts.subject import convolutions
from convexplain.network import Trace
from convexplain.panels import (
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

#: What stands below the stages: what they are called, or their parameters as well.
Below = Literal["names", "parameters"]
#: How large it stands there.
Role = Literal["heading", "text", "small"]
#: Of so many stages the sizes stand large: they are what is spoken of.
_LARGE = 4
#: How far a deep stack reaches up in all, and each of its sheets at most, in heights of the input.
_RISE, _SHEET = 1.15, 0.06
#: The highest pile of parameters, and the longest bar of the answer, in heights of the input.
_PILE, _BAR = 0.43, 0.25

#: The highest pile of places or channels in cells, and how broad all are, in sizes of text.
_HIGH, _BROAD = 10, (4.6, 3.2, 2.2)
#: So many stages are compared; of more than so many the first and the last ones.
_COMPARED = 6

#: How large the cells of the picture are beside all maps of a stage.
_ASIDE = 0.3
#: A vector of fewer numbers is drawn lower.
_SHORT = 32
#: Longer names are shortened, more so where there are many stages.
_LONG, _SHORTER, _SHORTEST = 16, 9, 7
#: So many stages stand side by side; of more than so many some are left out.
_FEW, _MANY = 8, 12


@dataclass(frozen=True, eq=False)
class ArchitecturePicture:
    """What the pictures of a network are made of.

    Parameters
    ----------
    stages : tuple of Stage
        The picture first.
    trace : Trace
    """

    stages: tuple[Stage, ...]
    trace: Trace

    def opening(self) -> Diagram:
        """Describe the picture that is read, alone, with the first convolution's window on it."""
        read = self._drawing(0)
        assert isinstance(read, Cells)
        rows, cols = self.window
        read = replace(read, marks={"window": Mark(0, 0, rows, cols)})
        return Diagram(Column(read, self._size(0, "heading"), gap=0.4, align="middle"))

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns that the first convolution reads at once."""
        window = convolutions(self.trace.network)[0].window
        assert window is not None
        return window.span

    def first(self, count: int) -> Diagram:
        """Describe the picture and the first stages."""
        role: Role = "heading" if count <= _LARGE else "small"
        every = list(range(count))
        return Diagram(Either(*(self._lines(every, n, role=role) for n in (1, 2))))

    def whole(self, below: Below = "names") -> Diagram:
        """Describe all stages, in as many lines as it takes.

        Returns
        -------
        Diagram
            Panels ``layer-NAME``, ``name-NAME``, ``size-NAME``, and below them ``pile-NAME`` and
            ``count-NAME``; ``answer``; ``legend``.
        """
        every = self.drawn
        most = min(6, len(every))
        role: Role = "small" if below == "parameters" else "text"
        lines = [self._lines(every, 1, below=below, role=role)]
        lines += [self._lines(every, n, below=below) for n in range(1, most + 1)]
        return Diagram(Either(*lines), about=self.told)

    def wall(self, index: int) -> Diagram:
        """Describe the picture, and beside it all maps of a stage that are shown."""
        stage, shown = self.stages[index], self.channels(index)
        some = walls.told(stage.values, shown) if stage.has_maps else None
        note = [Text("chosen", some, role="small", tone="muted", measure=12)] if some else []
        drawn = self._drawing(0)
        assert isinstance(drawn, Cells)
        drawn = replace(drawn, weight=_ASIDE)
        read = Column(drawn, self._name(0, "heading"), self._size(0, "heading"), gap=0.25)
        named = Column(self._name(index, "heading"), self._size(index, "heading"), gap=0.25)
        below = Row(named, Column(Legend("legend"), *note, gap=0.4))
        every = replace(self._maps(index), columns=_columns(len(shown)))
        made = Column(every, below, gap=0.4)
        return Diagram(Either(Row(read, made), Column(read, made)))

    def reading(self, index: int) -> Diagram:
        """Describe a stage and the one that it reads, alone and large."""
        pair = [index - 1, index]
        stacks = self._line(pair, {n: self._drawing(n) for n in pair}, "names", "heading")
        return Diagram(Either(Row(stacks, Legend("legend")), Column(stacks, Legend("legend"))))

    # A stage.

    @cached_property
    def drawn(self) -> list[int]:
        """The stages that the whole has room for: of very many the first and the last ones."""
        every = list(range(len(self.stages)))
        if len(every) <= _MANY:
            return every
        half = _MANY // 2
        return [*every[:half], *every[-half:]]

    @property
    def _height(self) -> int:
        return int(self.stages[0].shape[0])

    @property
    def _width(self) -> int:
        return int(self.stages[0].shape[1])

    @cached_property
    def _every(self) -> tuple[list[int], ...]:
        return tuple(shown_channels(stage, self.stages) for stage in self.stages)

    def channels(self, index: int) -> list[int]:
        """Return the channels of a stage that are drawn, the front one first."""
        return self._every[index]

    @cached_property
    def _fan(self) -> tuple[float, float]:
        """From sheet to sheet: one rule for all stacks, so that depths compare."""
        deepest = max(
            (len(self.channels(n)) for n, stage in enumerate(self.stages) if stage.has_maps),
            default=1,
        )
        up = min(_RISE / deepest, _SHEET) * self._height
        return 0.25 * up, up

    @cached_property
    def _scale(self) -> Scale:
        """One for all: values are shares of what is largest in their layer."""
        signed = any(stage.values.min() < 0 for stage in self.stages[1:])
        return Scale(1.0, SHARE_OF, signed=signed)

    def _stack(self, index: int, fan: tuple[float, float] | None = None) -> Maps:
        """The sheets of a stage, the strongest in front."""
        return self._maps(index, stack=True, fan=fan or self._fan)

    def _maps(
        self, index: int, *, stack: bool = False, fan: tuple[float, float] | None = None
    ) -> Maps:
        stage = self.stages[index]
        values = stage.values[:, :, self.channels(index)] / (stage.limit or 1.0)
        return Maps(
            stage.panel, values, self._scale, share="cells" if stack else "", stack=stack, fan=fan,
            alternative=self._told(stage),
        )  # fmt: skip

    def _drawing(self, index: int) -> Part:
        """What is drawn of a stage: a picture, a stack, a vector, or the answer as bars."""
        stage = self.stages[index]
        if stage.kind == "input":
            pixels = stage.values if stage.channels == 3 else stage.values.squeeze(axis=2)
            return Cells(
                stage.panel, pixels, share="cells", lines=False, alternative=self._told(stage)
            )
        if index == len(self.stages) - 1 and not stage.has_maps:
            return answer_bars(self.trace, length=_BAR * self._height, share="cells")
        return self._stack(index) if stage.has_maps else self._strip(index)

    def _strip(self, index: int) -> Cells:
        """A vector as a strip of cells."""
        stage = self.stages[index]
        before = self.stages[index - 1] if index else None
        grid = folded(stage, before) / (stage.limit or 1.0)
        return Cells(
            stage.panel, grid, self._scale, share="cells", lines=False,
            fine=max(len(grid), _SHORT) / (_RISE * self._height),
            alternative=self._told(stage),
        )  # fmt: skip

    def _name(self, index: int, role: Role = "small") -> Text:
        stage = self.stages[index]
        called = shortened(stage.name, _LONG if len(self.stages) <= _FEW else _SHORTER)
        words: Caption | str = terms.INPUT if stage.kind == "input" else called
        if len(stage.layers) > 1:
            words = _WITH.fill(layer=called, n=len(stage.layers) - 1)
        return Text(f"name-{stage.name}", words, role=role, weight="bold", silent=True)

    def _size(self, index: int, role: Role = "small") -> Text:
        return Text(
            f"size-{self.stages[index].name}", self.stages[index].size, role=role,
            silent=True,
        )  # fmt: skip

    # Lines of stages.

    def _lines(
        self,
        indices: Sequence[int],
        count: int,
        instead: dict[int, Part] | None = None,
        below: Below = "names",
        role: Role = "small",
    ) -> Part:
        """Arrange stages in so many lines, with what stands below each."""
        per = -(-len(indices) // count)
        lines = [indices[n : n + per] for n in range(0, len(indices), per)]
        drawn = {n: self._drawing(n) for n in indices} | (instead or {})
        if count == 1:  # what colours mean has its place above the picture, which is low
            drawn[0] = Column(self._explained(), drawn[0], gap=0.6, turns=False)
            return self._line(indices, drawn, below, role)
        aside: list[Part] = []
        last = len(self.stages) - 1
        if isinstance(drawn.get(last), Bars):
            aside.append(drawn[last])
            drawn[last] = self._strip(last)
        stacks = Column(*(self._line(line, drawn, below, role) for line in lines), gap=0.6)
        legend, told = Legend("legend"), self._explained()
        return Either(
            Row(stacks, Column(*aside, told), align="top"),
            Column(stacks, Row(*aside, told, align="top"), gap=0.6),
            Row(stacks, Column(*aside, legend, gap=0.5), gap=0.5, align="top"),
            Column(stacks, Row(*aside, legend, align="top"), gap=0.4),
            Row(Column(stacks, legend, gap=0.4), *aside, gap=0.4, align="top"),
        )

    def _line(
        self, indices: Sequence[int], drawings: dict[int, Part], below: Below, role: Role
    ) -> Part:
        drawn = [drawings[n] for n in indices]
        texts: list[list[Part | None]] = [
            [self._name(n, role) for n in indices],
            [self._size(n, role) for n in indices],
        ]
        if below == "parameters":
            texts.append([self._pile(n) for n in indices])
            texts.append([self._count(n) for n in indices])
        return Column(Aligned([drawn, *texts], gap=0.8, row_gap=0.25, down="bottom"))

    def _pile(self, index: int) -> Part | None:
        """The parameters of a stage as a pile; all piles are as broad, so that areas compare."""
        stage = self.stages[index]
        if not stage.parameters:
            return None
        largest = max(each.parameters for each in self.stages)
        bar = Bar("parameters", terms.PARAMETERS, stage.parameters, fmt.count(stage.parameters),
                  "accent" if stage.parameters == largest else "ink")  # fmt: skip
        return Bars(
            f"pile-{stage.name}", [bar], Scale(largest), length=_PILE * self._height,
            share="cells", stacked=True, upright=True, thick=2.4,
            alternative=_PARAMETERS_OF.fill(layer=stage.name, n=fmt.count(stage.parameters)),
        )  # fmt: skip

    def _count(self, index: int) -> Text:
        stage = self.stages[index]
        if stage.kind == "input":
            words: Caption | str = terms.PARAMETERS
        else:
            words = fmt.count(stage.parameters)
        largest = stage.parameters == max(each.parameters for each in self.stages)
        tone = "ink" if stage.parameters else "muted"
        weight = "bold" if largest else "regular"
        name = f"count-{stage.name}"
        return Text(name, words, role="small", tone=tone, weight=weight, silent=True)

    def trade(self) -> Diagram:
        """Describe what is traded: how many places, and below them how many channels.

        Returns
        -------
        Diagram
            Panels ``places-NAME`` (``places-NAME.pile``) and ``places-of-NAME``, ``channels-NAME``
            and ``channels-of-NAME``, ``stage-NAME``; ``said-places`` and ``said-channels``.
        """
        ways = [self._trade(broad) for broad in _BROAD]
        return Diagram(Either(*ways, self._trade(_BROAD[-1], _SHORTEST)))

    def _trade(self, broad: float, most: int | None = None) -> Part:
        """Arrange both rows of piles; names of more letters are shortened."""
        stages = [self.stages[n] for n in self.compared]
        rows: list[list[Part | None]] = []
        for what, tone in (("places", "ink"), ("channels", "positive")):
            counts = [s.places if what == "places" else s.channels for s in stages]
            piles: list[Part | None] = [
                Bars(
                    f"{what}-{stage.name}", [Bar("pile", _TRADED[what], count, tone=tone)],
                    Scale(max(counts)), length=_HIGH, share="piles", stacked=True, upright=True,
                    thick=broad,
                )
                for stage, count in zip(stages, counts, strict=True)
            ]  # fmt: skip
            numbers: list[Part | None] = [
                Text(
                    f"{what}-of-{stage.name}", fmt.count(count), tone=tone, weight="bold",
                    role="heading" if broad == _BROAD[0] else "text", silent=True,
                )
                for stage, count in zip(stages, counts, strict=True)
            ]  # fmt: skip
            head = Text(f"said-{what}", _TRADED[what], tone=tone, measure=5, silent=True)
            rows += [[head, *piles], [None, *numbers], []]  # each number is its pile's
        names = [
            Text(
                f"stage-{stage.name}",
                self._name(n).words if most is None or n == 0 else shortened(stage.name, most),
                role="small", tone="muted",
            )
            for n, stage in zip(self.compared, stages, strict=True)
        ]  # fmt: skip
        rows.append([None, *names])
        return Aligned(rows, gap=0.7, row_gap=0.3, across="middle", down="bottom")

    @cached_property
    def compared(self) -> list[int]:
        """The picture and the stages with maps: of very many the first and the last ones."""
        if len(self._spoken) <= _COMPARED:
            return self._spoken
        half = _COMPARED // 2
        return [*self._spoken[:half], *self._spoken[-half:]]

    @cached_property
    def _spoken(self) -> list[int]:
        """The picture and the stages with maps: what has places."""
        return [n for n in self.drawn if n == 0 or self.stages[n].has_maps]

    def _explained(self) -> Part:
        """What colours, and names with a number behind them, mean."""
        told = [_STRONGEST_FIRST]
        if any(len(stage.layers) > 1 for stage in self.stages):
            told.append(_FOLDED_IN)
        left = len(self.stages) - len(self.drawn)
        if left:
            told.append(_LEFT_OUT.fill(n=left, layer=self.stages[self.drawn[_MANY // 2]].name))
        cut = [
            _SHOWN_OF.fill(layer=s.name, n=len(self.channels(n)), of=fmt.count(s.channels))
            for n, s in ((n, self.stages[n]) for n in self.drawn)
            if s.has_maps and len(self.channels(n)) < s.channels and n
        ]
        words = told[0]
        for more in (*told[1:], *cut[:1]):
            words = words.then(more)
        note = Text("explained", words, role="small", tone="muted", measure=12, silent=True)
        return Column(Legend("legend"), note, gap=0.4)

    # In words.

    def _told(self, stage: Stage) -> Caption:
        return _STAGE.fill(
            layer=terms.INPUT if stage.kind == "input" else stage.name, size=stage.size
        )

    @cached_property
    def told(self) -> Caption:
        """What it is, with how many parameters."""
        return _ABOUT.fill(
            n=len(self.stages) - 1,
            total=fmt.count(self.trace.network.parameters),
            k=class_label(self.trace.network, self.trace.prediction),
        )


def _columns(count: int) -> int:
    """Return in how many columns so many maps make a wall twice as wide as high."""
    return math.ceil(math.sqrt(2 * count))


def shortened(name: str, most: int) -> str:
    """Take out the middle of a long name, whose end tells layers of one kind apart.

    Examples
    --------
    >>> shortened("max_pooling2d_1", 10), shortened("conv2d_1", 10)
    ('max_p…2d_1', 'conv2d_1')
    """
    half = most // 2
    return name if len(name) <= most else f"{name[:half]}…{name[len(name) - most + half + 1 :]}"


SHARE_OF = Caption(en="of the layer's maximum", zh="占该层最大值")
_WITH = Caption(en="{layer} +{n}", zh="{layer} +{n}")
_STRONGEST_FIRST = Caption(
    en="Maps with the strongest responses lie in front.", zh="响应最强的图在最前面。"
)
_FOLDED_IN = Caption(
    en="+1: with so many layers of the same shape.", zh="+1：后面跟着这么多形状相同的层。"
)
_LEFT_OUT = Caption(en="Left out before {layer}: {n}.", zh="{layer} 之前还有 {n} 步没有画出。")
_SHOWN_OF = Caption(en="{layer}: {n} of {of} maps.", zh="{layer}：画出 {of} 张中的 {n} 张。")
_TRADED = {
    "places": Caption(en="places: rows × columns", zh="位置数"),
    "channels": Caption(en="channels: kinds of pattern", zh="通道数"),
}
_STAGE = Caption(en="{layer}: {size}.", zh="{layer}：{size}。")
_PARAMETERS_OF = Caption(en="{layer}: {n} parameters.", zh="{layer}：{n} 个参数。")
_ABOUT = Caption(
    en="A network of {n} stages as stacks of maps, with {total} parameters; it answers {k}.",
    zh="由 {n} 步组成的网络，画成一叠叠响应图，共 {total} 个参数；预测为“{k}”。",
)
