"""The pictures of a network's video: two stages at a time, each as large as the frame allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from convexplain.lessons.parts.architecture_picture import ArchitecturePicture, Role
from convexplain.lessons.parts.stages import folded
from convexplain.ops.geometry import Box
from convexplain.panels import (
    Aligned,
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
    Text,
)
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: How far the deepest block reaches up, of two and of all, and each channel at most, in heights of
#: the tallest face.
_RISE, _HIGH, _CHANNEL = 0.6, 1.1, 0.06
#: How far right a channel lies of the one before it, of how far above.
_ASLANT = 0.4
#: How much larger the cells of the picture are than those of the first channels.
_LARGER = 2.4
#: How many times as broad as high a vector is.
_BROAD = 13
#: Of at most so many places each is looked at as they are laid in a row.
_COUNTED = 100
#: Up to so many numbers of a place are printed.
_PRINTED = 64
#: From one bar of the answer to the next, in sizes of text.
_PITCH = 1.35
#: How broad a cell of what comes out is beside all blocks, in cells of these, or all in a row.
_WIDE = 4.0
#: What is counted of a stage.
Counted = Literal["places", "channels"]


class Moments(ArchitecturePicture):
    """What is seen as one stage after the other is made.

    A stage is ``layer-NAME``, a block of which the front is a real map, or a vector; its words are
    ``name-NAME``, ``size-NAME``, ``depth-NAME`` and ``total-NAME``.
    """

    def opening(self) -> Diagram:
        """Describe what is asked: the picture, the numbers that come out, and nothing between."""
        between = Text("between", "?", role="display", tone="muted")
        answer: Part = self._drawing(len(self.stages) - 1)
        if isinstance(answer, Bars):  # each class has a number, and none is known
            bars = [replace(bar, value=0.0, text="? %", tone="muted") for bar in answer.bars]
            answer = replace(answer, bars=bars, role="heading")
        return Diagram(Row(self._column(0), between, answer, gap=1.5))

    def filters(self, first: int) -> Diagram:
        """Describe the picture, and each channel that the first filters make of it."""
        stage = self.stages[first]
        values, name = self.values(first), self._name(first, "heading")
        count = values.shape[2]
        columns = next(n for n in range(math.isqrt(2 * count), count + 1) if not count % n)
        columns = columns if columns <= 2 * math.sqrt(2 * count) else math.isqrt(2 * count)
        wall = Maps(
            stage.panel, values, self._scale, share="wall", weight=1.0, columns=columns,
            alternative=self._told(stage),
        )  # fmt: skip
        read = self._input(marks=self._windows(first), weight=_LARGER)
        words = self._name(0, "heading"), self._shape(0, "heading")
        made = Column(wall, Row(name, self._shape(first, "heading"), gap=0.5, turns=False),
                      gap=0.4, turns=False)  # fmt: skip
        legend = Legend("legend")
        return Diagram(Row(Column(read, *words, legend, gap=0.3, turns=False), made, gap=1.2))

    def stacked(self, first: int) -> Diagram:
        """Describe the first block, and beside it all numbers that it has at one place."""
        row, col = self.strongest_place(first)
        there = self.values(first)[row, col]
        across = max(n for n in range(1, math.isqrt(len(there)) + 1) if not len(there) % n)
        numbers = Cells(
            "numbers", there.reshape(-1, across), self._scale, numbers=len(there) <= _PRINTED,
        )  # fmt: skip
        side = Column(numbers, Legend("legend"), gap=0.5, turns=False)
        return Diagram(Row(self._column(first, drawn=len(there)), side, gap=2.5))

    def strongest_place(self, index: int) -> tuple[int, int]:
        """Return row and column of the largest response of a stage's front map."""
        front, *_ = np.moveaxis(self.values(index), 2, 0)
        row, col = divmod(int(front.argmax()), front.shape[1])
        return row, col

    def pair(self, index: int) -> Diagram:
        """Describe a stage and the one that it reads, a cell as large in both.

        Of a convolution ``filter`` says which of its filters is at work.
        """
        which = range(index - 1, index + 1)
        tallest = max(self.stages[n].shape[0] for n in which)
        before, after = (self._seen(n, tallest) for n in which)
        words = [(self._name(n, "heading"), self._shape(n, "heading")) for n in which]
        legend, said = Legend("legend"), list[Part]()
        if self.reads_all(index):
            count = self.stages[index].channels
            said = [Text("filter", filter_of(count, count), role="heading", tone="accent")]
        (name, shape), (made, size) = words
        rows: list[list[Part | None]] = [
            [before, None, after],
            [name, said[0] if said else None, made],
            [shape, legend, size],
        ]
        beside = Aligned(rows, gap=1.2, row_gap=0.3, down="bottom")
        above, below = (
            Row(block, Column(*told, gap=0.3, turns=False), align="bottom", turns=False)
            for block, told in zip((before, after), words, strict=True)
        )
        return Diagram(Either(beside, Column(above, *said, legend, below, gap=0.7, turns=False)))

    def vector(self, index: int) -> Diagram:
        """Describe a vector over its words, below what it is made of."""
        before = index - 1
        if self.stages[before].has_maps:
            block = self._seen(before, self.stages[before].shape[0])
            words = self._name(before, "heading"), self._shape(before, "heading"), Legend("legend")
            above: Part = Either(  # level with its top: lines leave it for the vector below
                Row(block, Column(*words, gap=0.3, turns=False), align="top", turns=False),
                Column(*words, block, gap=0.3, turns=False),
            )
        else:
            above = Column(self._vector(before), Legend("legend"), gap=0.5, turns=False)
        row = self._vector(index, broad=True)
        return Diagram(Column(above, row, gap=0.7, align="middle", turns=False))

    def answered(self, tail: int | None) -> Diagram:
        """Describe the vector of which the answer is made, and the answer's bars."""
        last = len(self.stages) - 1
        before = last - 1 if tail is None else tail
        block = self.stages[before].has_maps
        read = self._seen(before, self.stages[before].shape[0]) if block else self._row(before)
        answer = self._drawing(last)
        if isinstance(answer, Bars):
            answer = self._answer(role="heading", pitch=_PITCH)
        words = [
            Row(self._name(n, "heading"), self._shape(n, "heading"), gap=0.5, turns=False)
            for n in (before, last)
        ]
        legend = Legend("legend")
        rows: list[list[Part | None]] = [[read, answer], [*words], [legend, None]]
        if not block:  # below all bars, so that lines from both its ends cross none
            rows = [[None, answer], [read, words[1]], [words[0], legend]]
        beside = Aligned(rows, gap=2.0, row_gap=0.4, down="middle")
        under = Column(read, words[0], answer, words[1], legend, gap=0.5, turns=False)
        return Diagram(Either(beside, under))

    def ends(self) -> Diagram:
        """Describe all blocks to one scale, their places counted, and what comes out of them.

        Result: panels ``layer-NAME``, ``name-NAME``, ``size-NAME``, ``places-NAME``,
        ``channels-NAME``.
        """
        every = len(self.compared)
        return Diagram(Either(*map(self._all, range(1, min(4, every) + 1))), about=self.told)

    def _all(self, count: int) -> Part:
        """Arrange the blocks in so many lines."""
        per = -(-len(self.compared) // count)
        lines = [self.compared[n : n + per] for n in range(0, len(self.compared), per)]
        ends = [n == len(lines) - 1 for n in range(len(lines))]
        rows = map(self._blocks, lines, ends)
        return Column(*rows, Legend("legend"), gap=0.6, turns=False)

    def _blocks(self, indices: list[int], ended: bool) -> Part:
        """Arrange a line of blocks over their words; at the end of the last what comes out."""
        tallest = max(self.stages[n].shape[0] for n in self.compared)
        role: Role = "text" if len(self.compared) <= _FEW else "small"
        rows: list[list[Part | None]] = [
            [self._seen(n, tallest, rise=_HIGH) for n in indices],
            [self._name(n, role) for n in indices],
            [self._sides(n, role) for n in indices],
        ]
        rows += [[self._counted(n, what, role) for n in indices] for what in _COUNT]
        if ended:
            last = len(self.stages) - 1
            end = self._outputs(), self._name(last, role), self._size(last, role)
            for row, part in zip(rows, (*end, None, None), strict=True):
                row.append(part)
        return Aligned(rows, gap=0.6, row_gap=0.2, down="bottom")

    def _counted(self, index: int, what: Counted, role: Role) -> Text:
        """How many places, or channels, a stage has; that of the picture says what it counts."""
        stage = self.stages[index]
        count = stage.places if what == "places" else stage.channels
        said: Caption | str = fmt.count(count)
        if index == 0:
            said = (_ONE if count == 1 else _COUNT)[what].fill(n=said)
        name = f"{what}-{stage.name}"
        return Text(name, said, role=_larger(role), weight="bold", silent=True)

    def _outputs(self) -> Cells:
        """The numbers that come out, below one another, in all as high as the picture."""
        last = len(self.stages) - 1
        stage = self.stages[last]
        grid = folded(stage, self.stages[last - 1]) / (stage.limit or 1.0)
        side = min(self._height / max(grid.shape), _WIDE / grid.shape[1])
        return Cells(
            stage.panel, grid, self._scale, share="cells", fine=1 / side,
            alternative=self._told(stage),
        )  # fmt: skip

    def _sides(self, index: int, role: Role) -> Text:
        """The sides of a stage with maps, of which its places are counted."""
        stage = self.stages[index]
        sides = fmt.shape(stage.sides)
        return Text(f"size-{stage.name}", sides, role=role, silent=True)

    @property
    def trades(self) -> bool:
        """Whether the last maps have fewer places, and more channels, than the picture."""
        first, last = self.stages[0], self.stages[self.compared[-1]]
        return last.places < first.places and last.channels > first.channels

    # A stage.

    def _column(self, index: int, *, drawn: int = 1) -> Part:
        """Describe a stage over its words."""
        words = self._name(index, "heading"), self._shape(index, "heading")
        seen = self._seen(index, self.stages[index].shape[0], drawn=drawn)
        return Column(seen, *words, gap=0.3, turns=False)

    def _seen(self, index: int, tallest: int, *, drawn: int = 1, rise: float = _RISE) -> Part:
        """Describe the picture, or a block of which some channels are drawn, the front ones."""
        stage, windows = self.stages[index], self._windows(index + 1)
        if index == 0:
            return self._input(marks=windows)
        deepest = max(each.channels for each in self.stages if each.has_maps)
        up = min(rise / deepest, _CHANNEL) * tallest
        return Maps(
            stage.panel, self.values(index)[:, :, :drawn], self._scale, share="cells", stack=True,
            fan=(_ASLANT * up, up), solid=True, deep=stage.channels, windows=windows,
            alternative=self._told(stage),
        )  # fmt: skip

    def _windows(self, after: int) -> dict[str, Mark]:
        """The window through which a stage reads the one before it, and one of its places."""
        found = {"place": Mark(0, 0)}
        window = self.window_of(after) if after < len(self.stages) else None
        if window is not None:
            found["window"] = Mark.over(window.box(0, 0))
            for n, over in enumerate(self.left_over(after)):
                found[f"over-{n}"] = Mark.over(over, strong=False)
        return found

    def left_over(self, index: int) -> list[Box]:
        """Return the rows and columns of what a pooling reads to which no window comes."""
        window, before = self.window_of(index), self.stages[index - 1].shape
        if window is None or self.stages[index].kind != "pooling":
            return []
        rows, cols = self.stages[index].sides
        last = window.box(rows - 1, cols - 1)
        below = Box(last.bottom, 0, before[0], before[1])
        beside = Box(0, last.right, before[0], before[1])
        return [each for each in (below, beside) if each.height > 0 and each.width > 0]

    def counted(self, index: int) -> bool:
        """Whether a stage is a flattened block whose places are laid in a row one by one."""
        before = self.stages[index - 1]
        flat = self.stages[index].kind == "flatten" and before.has_maps
        return flat and 1 < before.places <= _COUNTED

    def _vector(self, index: int, *, broad: bool = False) -> Part:
        """Describe a vector over its words."""
        words = self._name(index, "heading"), self._shape(index, "heading")
        row = self._row(index, broad=broad)
        return Column(row, Row(*words, gap=0.5, turns=False), gap=0.3, turns=False)

    def _row(self, index: int, *, broad: bool = False) -> Cells:
        """Describe a vector as one row of cells, in which gaps part places."""
        stage = self.stages[index]
        row = stage.values.reshape(1, -1) / (stage.limit or 1.0)
        parted = self.counted(index)
        return Cells(
            stage.panel, row, self._scale, broad=broad, tall=max(1.0, row.size / _BROAD),
            lines=parted, blocks=(1, self.stages[index - 1].channels if parted else 1),
            marks={"whole": Mark(0, 0, 1, row.size)}, alternative=self._told(stage),
        )  # fmt: skip

    def _shape(self, index: int, role: Role) -> Part:
        """The shape of a stage; a vector of places that are counted is so many times channels."""
        return Row(*self._shape_words(index, role), gap=0.27, turns=False)

    def _shape_words(self, index: int, role: Role) -> Iterator[Part]:
        stage, counted = self.stages[index], index > 0 and self.counted(index)
        of = self.stages[index - 1] if counted else stage
        if len(of.shape) < 3:
            yield self._size(index, role)
            return
        size = fmt.count(of.places) if counted else fmt.shape(of.shape[:2])
        yield Text(f"size-{stage.name}", size, role=role, silent=True)
        yield Text(f"depth-{stage.name}", times(of.channels), role=role, weight="bold", silent=True)
        if counted:
            yield Text(f"total-{stage.name}", f"= {stage.size}", role=role, silent=True)


def times(channels: int) -> str:
    """Write how many channels lie behind one another, as the end of a shape."""
    return f"× {fmt.count(channels)}"


def filter_of(number: int, count: int) -> Caption:
    """Say which filter of so many is at work."""
    return _FILTER.fill(n=fmt.count(number), of=fmt.count(count))


def _larger(role: Role) -> Role:
    """Return the size of what is counted, beside names of some size."""
    return "heading" if role == "text" else role


#: Of so many blocks words are larger.
_FEW = 8
_FILTER = Caption(en="filter {n} of {of}", zh="第 {n} / {of} 个过滤器")
_COUNT: dict[Counted, Caption] = {
    "places": Caption(en="{n} places", zh="{n} 处"),
    "channels": Caption(en="{n} channels", zh="{n} 个通道"),
}
_ONE: dict[Counted, Caption] = {
    "places": Caption(en="{n} place", zh="{n} 处"),
    "channels": Caption(en="{n} channel", zh="{n} 个通道"),
}
