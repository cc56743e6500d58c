"""The picture of a whole network: its stages side by side, each a stack of real maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts.answer_bars import answer_bars, class_label
from convexplain.lessons.parts.stages import Stage, folded
from convexplain.lessons.parts.subject import convolutions
from convexplain.network import Trace
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
    Maps,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: How large it stands there.
Role = Literal["heading", "text", "small"]
#: How far a deep stack reaches up in all, and each of its sheets at most, in heights of the input.
_RISE, _SHEET = 0.9, 0.06
#: How far right a sheet lies of the one before it, of how far above.
_ASLANT = 0.4
#: The highest pile of parameters, and the longest bar of the answer, in heights of the input.
_PILE, _BAR = 0.43, 0.25
#: How broad the columns of a vector are in cells, one and all of them together at most.
_COLUMN, _COLUMNS = 0.8, 8.0
#: A vector of fewer numbers is drawn lower.
_SHORT = 32
#: Of so many maps in all, more than this many of a stage are drawn at most.
_DEEP = 640
#: Longer names are shortened, more so where there are many stages.
_LONG, _SHORTER = 16, 9
#: So many stages stand side by side; of more than so many some are left out.
_FEW, _MANY = 8, 12


@dataclass(frozen=True, eq=False)
class ArchitecturePicture:
    """What the pictures of a network are made of."""

    #: The picture first.
    stages: tuple[Stage, ...]
    trace: Trace

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns that the first convolution reads at once."""
        window = convolutions(self.trace.network)[0].window
        assert window is not None
        return window.span

    def window_of(self, index: int) -> Window | None:
        """Return the window through which a stage reads the one before it, if it does so."""
        stage, before = self.stages[index], self.stages[index - 1]
        layer = next(each for each in stage.layers if each.name == stage.name)
        read = before.layers[-1].name if before.layers else before.name
        if layer.window is None or self.trace.network.sources(layer.name) != (read,):
            return None
        # A sheet of a pooling is made of one sheet: that in front of the one in front.
        first = [self.channels(n)[0] for n in (index - 1, index)]
        own = stage.kind == "pooling" and before.has_maps and first[0] == first[1]
        return layer.window.on(before.sides) if own or self.reads_all(index) else None

    def reads_all(self, index: int) -> bool:
        """Tell whether each map of a stage is made of all that the stage reads."""
        stage = self.stages[index]
        layer = next(each for each in stage.layers if each.name == stage.name)
        if stage.kind != "convolution":
            return False
        kernel = self.trace.network.weights_of(layer.name)["kernel"]
        return bool(kernel.shape[2] == self.stages[index - 1].channels)

    def whole(self) -> Diagram:
        """Describe all stages and their parameters, in as many lines as it takes.

        Result: panels ``layer-NAME``, ``name-NAME``, ``size-NAME``, ``pile-NAME`` and
        ``count-NAME``; ``answer``; ``legend``.
        """
        most = min(6, len(self.drawn))
        return Diagram(Either(*map(self._lines, range(1, most + 1))), about=self.told)

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
        """Of each stage the channels that are drawn; a pooling keeps the order of what it reads."""
        deep = sum(stage.channels for stage in self.stages if stage.has_maps)
        most = 128 if deep <= _DEEP else max(8, _DEEP // len(self.stages))
        found: list[list[int]] = []
        for stage in self.stages:
            keeps = stage.kind == "pooling" and found and len(found[-1]) == stage.channels
            found.append(found[-1] if keeps else stage.fullest)
        return tuple(order[:most] for order in found)

    def channels(self, index: int) -> list[int]:
        """Return the channels of a stage that are drawn, the one with most strong cells first."""
        return self._every[index]

    @cached_property
    def _fan(self) -> tuple[float, float]:
        """From sheet to sheet: one rule for all stacks, so that depths compare."""
        deepest = max(
            (len(self.channels(n)) for n, stage in enumerate(self.stages) if stage.has_maps),
            default=1,
        )
        up = min(_RISE / deepest, _SHEET) * self._height
        return _ASLANT * up, up

    @cached_property
    def _scale(self) -> Scale:
        """One for all: values are shares of what is largest in their layer."""
        signed = any(stage.values.min() < 0 for stage in self.stages[1:])
        return Scale(1.0, SHARE_OF, signed=signed)

    def _stack(self, index: int) -> Maps:
        """The sheets of a stage, the fullest in front."""
        stage = self.stages[index]
        return Maps(
            stage.panel, self.values(index), self._scale, share="cells", stack=True, fan=self._fan,
            solid=True, alternative=self._told(stage),
        )  # fmt: skip

    def values(self, index: int) -> npt.NDArray[np.float32]:
        """Return the maps of a stage that are drawn, as shares of the layer's maximum."""
        stage = self.stages[index]
        return stage.values[:, :, self.channels(index)] / (stage.limit or 1.0)

    def _drawing(self, index: int) -> Part:
        """What is drawn of a stage: a picture, a stack, a vector, or the answer as bars."""
        stage = self.stages[index]
        if stage.kind == "input":
            return self._input()
        if index == len(self.stages) - 1 and not stage.has_maps:
            return self._answer(length=_BAR * self._height, share="cells")
        return (self._stack if stage.has_maps else self._strip)(index)

    def _input(self, **how: Any) -> Cells:
        stage = self.stages[0]
        pixels = stage.values if stage.channels == 3 else stage.values.squeeze(axis=2)
        return Cells(
            stage.panel, pixels, share="cells", lines=False, alternative=self._told(stage), **how
        )

    def _answer(self, **how: Any) -> Bars:
        """The answer as bars; pink is of windows."""
        answer = answer_bars(self.trace)
        return replace(answer, bars=[replace(bar, tone="ink") for bar in answer.bars], **how)

    def _strip(self, index: int) -> Cells:
        """A vector as a strip of cells."""
        stage = self.stages[index]
        before = self.stages[index - 1] if index else None
        grid = folded(stage, before) / (stage.limit or 1.0)
        high = _RISE * self._height / max(len(grid), _SHORT)
        broad = max(high, min(_COLUMN, _COLUMNS / grid.shape[1]))
        return Cells(
            stage.panel, grid, self._scale, share="cells", lines=False, fine=1 / broad,
            tall=high / broad, alternative=self._told(stage),
        )  # fmt: skip

    def _name(self, index: int, role: Role = "small") -> Text:
        stage = self.stages[index]
        called = shortened(stage.name, _LONG if len(self.stages) <= _FEW else _SHORTER)
        words: Caption | str = terms.INPUT if stage.kind == "input" else called
        if len(stage.layers) > 1:
            words = _WITH.fill(layer=called, n=len(stage.layers) - 1)
        return Text(f"name-{stage.name}", words, role=role, weight="bold", silent=True)

    def _size(self, index: int, role: Role = "small") -> Text:
        stage = self.stages[index]
        return Text(f"size-{stage.name}", stage.size, role=role, silent=True)

    # Lines of stages.

    def _lines(self, count: int) -> Part:
        """Arrange stages in so many lines, with their parameters below each."""
        per = -(-len(self.drawn) // count)
        lines = [self.drawn[n : n + per] for n in range(0, len(self.drawn), per)]
        note, last = self._note(), len(self.stages) - 1
        if count == 1:
            return self._line(self.drawn, above=[Legend("legend"), *note])
        aside: list[Part] = []
        own: dict[int, Part] = {}
        answer = self._drawing(last)
        if last in self.drawn and isinstance(answer, Bars):
            aside.append(answer)
            own[last] = self._strip(last)
        stacks = Column(*(self._line(line, own=own) for line in lines), gap=0.6, turns=False)
        legend = Legend("legend")
        told = Column(legend, *note, gap=0.4)
        return Either(
            Row(stacks, Column(*aside, told), align="top"),
            Column(stacks, Row(*aside, told, align="top"), gap=0.6),
            Row(stacks, Column(*aside, legend, gap=0.5), gap=0.5, align="top"),
            Column(stacks, Row(*aside, legend, align="top"), gap=0.4),
            Row(Column(stacks, legend, gap=0.4), *aside, gap=0.4, align="top"),
        )

    def _line(
        self,
        indices: Sequence[int],
        *,
        own: Mapping[int, Part] = MappingProxyType({}),
        above: Sequence[Part] = (),
    ) -> Part:
        """Arrange a line of stages.

        `own`: what is drawn of a stage instead of the usual. `above`: what stands above the
        picture, which is low, if all is in this line.
        """
        drawn = [own.get(n) or self._drawing(n) for n in indices]
        if above:
            drawn[0] = Column(*above, drawn[0], gap=0.5, turns=False)
        below = self._name, self._size, self._pile, self._count
        rows: list[list[Part | None]] = [[*drawn]]
        rows += [[part(n) for n in indices] for part in below]
        return Column(Aligned(rows, gap=0.8, row_gap=0.25, down="bottom"))

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

    @cached_property
    def compared(self) -> list[int]:
        """The picture and the stages with maps: what has places."""
        return [n for n in self.drawn if n == 0 or self.stages[n].has_maps]

    def _note(self) -> list[Text]:
        """What names with a number behind them mean, and which maps are drawn, if that is told."""
        told = [_FULLEST_FIRST]
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
        told += cut[:1]
        words = told[0]
        for more in told[1:]:
            words = words.then(more)
        return [Text("explained", words, role="small", tone="muted", measure=12, silent=True)]

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


def shortened(name: str, most: int) -> str:
    """Take out the middle of a long name, whose end tells layers of one kind apart.

    >>> shortened("max_pooling2d_1", 10), shortened("conv2d_1", 10)
    ('max_p…2d_1', 'conv2d_1')
    """
    half = most // 2
    return name if len(name) <= most else f"{name[:half]}…{name[len(name) - most + half + 1 :]}"


SHARE_OF = Caption(en="share of the layer's maximum", zh="占该层最大值")
_WITH = Caption(en="{layer} +{n}", zh="{layer} +{n}")
_FULLEST_FIRST = Caption(
    en="Maps with the most strong responses lie in front.", zh="强响应最多的图在最前面。"
)
_FOLDED_IN = Caption(
    en="+1: with so many layers of the same shape.", zh="+1：后面跟着这么多形状相同的层。"
)
_LEFT_OUT = Caption(en="Left out before {layer}: {n}.", zh="{layer} 之前还有 {n} 步没有画出。")
_SHOWN_OF = Caption(en="{layer}: {n} of {of} maps.", zh="{layer}：画出 {of} 张中的 {n} 张。")
_STAGE = Caption(en="{layer}: {size}.", zh="{layer}：{size}。")
_PARAMETERS_OF = Caption(en="{layer}: {n} parameters.", zh="{layer}：{n} 个参数。")
_ABOUT = Caption(
    en="A network of {n} stages as stacks of maps, with {total} parameters; it answers {k}.",
    zh="由 {n} 步组成的网络，画成一叠叠响应图，共 {total} 个参数；预测为“{k}”。",
)
