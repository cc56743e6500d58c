"""The picture of a whole network: its stages side by side, each a stack of real maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from convexplain.lessons.parts.answer_bars import answer_bars, class_label
from convexplain.lessons.parts.stages import Stage, folded, shown_channels
from convexplain.lessons.parts.subject import convolutions
from convexplain.network import Trace
from convexplain.ops import Window
from convexplain.ops.geometry import Box as Rectangle
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Box,
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
    Space,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: What stands below the stages: nothing but their shapes, their places and channels as piles, or
#: their parameters.
Below = Literal["shapes", "traded", "parameters"]
#: What is counted of a stage.
Traded = Literal["places", "channels"]
#: How large it stands there.
Role = Literal["heading", "text", "small"]
#: How far a deep stack reaches up in all, and each of its sheets at most, in heights of the input.
_RISE, _SHEET = 0.9, 0.06
#: How high a vector stands in a scene, where the answer is made of it, in heights of the input.
_UPRIGHT = 1.15
#: How far right a sheet lies of the one before it, of how far above.
_ASLANT = 0.4
#: The highest pile of parameters, and the longest bar of the answer, on a frame in one line with
#: all stages and elsewhere, in heights of the input.
_PILE, _FAR, _BAR = 0.43, 0.6, 0.25

#: The highest pile of places or channels, in heights of the input: usually, where stages stand
#: close together, and on several lines; how broad all are, in sizes of text, else half as broad.
_HIGH, _TIGHT, _LOW, _BROAD = 1.1, 1.64, 0.3, 4.0
#: From the names to what is said of places, and from their piles to what is said of channels, in
#: gaps of the sheet.
_UNDER, _BETWEEN = 0.25, 0.4
#: How far apart stages stand over their piles, in gaps of the sheet, if there is room; with less
#: than one gap they are tight.
_GAPS = (2.6, 2.0, 1.4, 0.6, 0.3)
#: How much larger the places of the last maps are seen than the others, and how many at most.
_LARGER, _COUNTED = 5, 25
#: From one bar of the answer to the next where all stages stand in a row, and where they take
#: several lines, in sizes of text.
_PITCH, _NARROW = 1.15, 1.3
#: How far above the line of stages the places seen under a magnifier end, in gaps of the sheet.
_LIFTED = 0.3
#: How broad the columns of a vector are in cells, one and all of them together at most.
_COLUMN, _COLUMNS = 0.8, 8.0
#: What of its share of a wall a sheet takes.
_APART = 0.92
#: A vector of fewer numbers is drawn lower.
_SHORT = 32
#: Longer names are shortened, more so where there are many stages.
_LONG, _SHORTER = 16, 9
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
        """Describe what is asked: the picture, the numbers that come out, and nothing between."""
        between = Text("between", "?", role="display", tone="muted")
        last = self._drawing(len(self.stages) - 1)
        if isinstance(last, Bars):  # each class has a number, and none is known
            open_bars = [replace(bar, value=0.0, text="? %", tone="muted") for bar in last.bars]
            last = replace(last, bars=open_bars, role="heading")
        said = self._name(0, "heading"), self._sides(0, "heading")
        read = Column(self._drawing(0), *said, gap=0.3, turns=False)
        return Diagram(Row(read, between, last, gap=1.5))

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

    def row(self, *, one_line: bool = False) -> Diagram:
        """Describe all stages with their shapes, in one line or in as many as it takes.

        Returns
        -------
        Diagram
            Panels ``layer-NAME``, ``name-NAME``, ``size-NAME``, ``depth-NAME``; ``answer``;
            ``legend``; ``loupe`` and ``of-loupe`` if the last maps have few places.
        """
        lines = [self._lines(1, "shapes")] if one_line else self._in_lines("shapes")
        return Diagram(Either(*lines), about=self.told)

    def traded(self, *, one_line: bool = False) -> Diagram:
        """Describe all stages that have places, small, over piles of places and of channels.

        Returns
        -------
        Diagram
            Panels ``layer-NAME``, ``name-NAME``, ``places-NAME``, ``places-of-NAME``,
            ``channels-NAME``, ``channels-of-NAME``; in one line ``places-meaning`` and
            ``channels-meaning``.
        """
        lines = (
            [self._line(self.compared, "traded", gap=gap, tight=gap < 1) for gap in _GAPS]
            if one_line
            else self._in_lines("traded")
        )
        return Diagram(Either(*lines), about=self.told)

    def whole(self) -> Diagram:
        """Describe all stages and their parameters, in as many lines as it takes.

        Returns
        -------
        Diagram
            Panels as of `row`, without the loupe; ``pile-NAME`` and ``count-NAME``.
        """
        return Diagram(Either(*self._in_lines("parameters")), about=self.told)

    def _in_lines(self, below: Below) -> list[Part]:
        return [self._lines(n, below) for n in range(1, min(6, len(self.drawn)) + 1)]

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
        return _ASLANT * up, up

    @cached_property
    def _scale(self) -> Scale:
        """One for all: values are shares of what is largest in their layer."""
        signed = any(stage.values.min() < 0 for stage in self.stages[1:])
        return Scale(1.0, SHARE_OF, signed=signed)

    def _stack(self, index: int, *, marked: bool) -> Maps:
        """The sheets of a stage, the strongest in front."""
        stage = self.stages[index]
        values = stage.values[:, :, self.channels(index)] / (stage.limit or 1.0)
        return Maps(
            stage.panel, values, self._scale, share="cells", stack=True, fan=self._fan,
            solid=True, windows=self._windows(index) if marked else {},
            alternative=self._told(stage),
        )  # fmt: skip

    def _windows(self, index: int) -> dict[str, Mark]:
        """The window through which a stage is read by the next one, and one of its places."""
        found = {"place": Mark(0, 0)}
        after = index + 1
        window = self.window_of(after) if after < len(self.stages) else None
        if window is not None:
            found["window"] = Mark.over(window.box(0, 0))
            for n, over in enumerate(self.left_over(after)):
                found[f"over-{n}"] = Mark.over(over, strong=False)
        return found

    def left_over(self, index: int) -> list[Rectangle]:
        """Return the rows and columns of what a pooling reads to which no window comes."""
        window, before = self.window_of(index), self.stages[index - 1].sides
        rows, cols = self.stages[index].sides
        if window is None or self.stages[index].kind != "pooling":
            return []
        last = window.box(rows - 1, cols - 1)
        below = Rectangle(last.bottom, 0, before[0], before[1])
        beside = Rectangle(0, last.right, before[0], before[1])
        return [each for each in (below, beside) if each.height > 0 and each.width > 0]

    def _drawing(self, index: int, *, marked: bool = False) -> Part:
        """What is drawn of a stage: a picture, a stack, a vector, or the answer as bars.

        In a scene there are marks for what is read.
        """
        stage = self.stages[index]
        if stage.kind == "input":
            pixels = stage.values if stage.channels == 3 else stage.values.squeeze(axis=2)
            return Cells(
                stage.panel, pixels, share="cells", lines=False, alternative=self._told(stage),
                marks=self._windows(index) if marked else {},
            )  # fmt: skip
        if index == len(self.stages) - 1 and not stage.has_maps:
            answer = answer_bars(self.trace, length=_BAR * self._height, share="cells")
            return replace(answer, bars=[replace(bar, tone="ink") for bar in answer.bars])
        return (self._stack if stage.has_maps else self._strip)(index, marked=marked)

    def _strip(self, index: int, *, marked: bool) -> Cells:
        """A vector as a strip of cells; in a scene a frame can stand round all of it."""
        stage = self.stages[index]
        before = self.stages[index - 1] if index else None
        grid = folded(stage, before) / (stage.limit or 1.0)
        rise = _UPRIGHT if marked else _RISE
        high = rise * self._height / max(len(grid), _SHORT)
        broad = max(high, min(_COLUMN, _COLUMNS / grid.shape[1]))
        return Cells(
            stage.panel, grid, self._scale, share="cells", lines=False, fine=1 / broad,
            tall=high / broad, alternative=self._told(stage),
            marks={"whole": Mark(0, 0, *grid.shape)} if marked else {},
        )  # fmt: skip

    @cached_property
    def enlarged(self) -> int | None:
        """The last stage with maps, if a vector is made of its places and they can be counted."""
        last = self.compared[-1]
        if last + 1 not in self.drawn or not 1 < self.stages[last].places <= _COUNTED:
            return None
        return last if last and self.stages[last + 1].kind == "flatten" else None

    def beside(self, index: int) -> list[str]:
        """Return the names of what stands before a vector: the places of which it is made."""
        enlarged = self.enlarged
        return ["loupe", "of-loupe"] if enlarged is not None and index == enlarged + 1 else []

    def _loupe(self, index: int) -> Part:
        """The front sheet of a stage under a magnifier, above the line on which stages stand."""
        stage = self.stages[index]
        front = stage.values[:, :, self.channels(index)[0]] / (stage.limit or 1.0)
        cells = Cells(
            "loupe", front, self._scale, share="cells", fine=1 / _LARGER,
            marks={"place": Mark(0, 0)}, alternative=self._told(stage),
        )  # fmt: skip
        said = _SO_MANY["places"].fill(n=fmt.count(stage.places))
        counted = Text("of-loupe", said, role="small", tone="muted", silent=True)
        return Column(cells, counted, Space(height=_LIFTED), gap=0.15, turns=False)

    def _name(self, index: int, role: Role = "small") -> Text:
        stage = self.stages[index]
        called = shortened(stage.name, _LONG if len(self.stages) <= _FEW else _SHORTER)
        words: Caption | str = terms.INPUT if stage.kind == "input" else called
        if len(stage.layers) > 1:
            words = _WITH.fill(layer=called, n=len(stage.layers) - 1)
        return Text(f"name-{stage.name}", words, role=role, weight="bold", silent=True)

    def _size(self, index: int, role: Role = "small") -> Text:
        return self._said(f"size-{self.stages[index].name}", self.stages[index].size, role)

    def _sides(self, index: int, role: Role) -> Part:
        """The shape of a stage, its channels in the colour of their pile.

        A vector of places that are counted is so many times the channels of each.
        """
        stage = self.stages[index]
        counted = bool(self.beside(index))
        if len(stage.shape) < 3 and not counted:
            return self._size(index, role)
        of = self.stages[index - 1] if counted else stage
        told = fmt.count(of.places) if counted else fmt.shape(stage.shape[:2])
        sides = self._said(f"size-{stage.name}", told, role)
        depth = self._said(f"depth-{stage.name}", times(of.channels), role, "positive")
        total = [self._said(f"total-{stage.name}", f"= {stage.size}", role)] if counted else []
        return Row(sides, depth, *total, gap=0.27, turns=False)

    def _said(self, name: str, words: Caption | str, role: Role, tone: str = "ink") -> Text:
        weight = "bold" if tone == "positive" else "regular"
        return Text(name, words, role=role, tone=tone, weight=weight, silent=True)

    # Lines of stages.

    def _lines(self, count: int, below: Below) -> Part:
        """Arrange stages in so many lines, with what stands below each."""
        every = self.compared if below == "traded" else self.drawn
        per = -(-len(every) // count)
        lines = [every[n : n + per] for n in range(0, len(every), per)]
        note, last = self._note(below), len(self.stages) - 1
        if count == 1:
            return self._line(every, below, note=note)
        aside: list[Part] = []
        own: dict[int, Part] = {}
        answer = self._drawing(last)
        if last in every and isinstance(answer, Bars):
            aside.append(replace(answer, pitch=_NARROW) if below == "shapes" else answer)
            own[last] = self._strip(last, marked=below == "shapes")
        stacked = (self._line(line, below, own=own, aside=True) for line in lines)
        stacks = Column(*stacked, gap=0.6, turns=False)
        legend = Legend("legend")
        if below == "traded":
            return Column(stacks, legend, *note, gap=0.4)
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
        below: Below,
        *,
        own: Mapping[int, Part] = MappingProxyType({}),
        note: Sequence[Part] = (),
        gap: float = 0.8,
        aside: bool = False,
        tight: bool = False,
    ) -> Part:
        """Arrange a line of stages.

        Parameters
        ----------
        indices : sequence of int
        below : {"shapes", "traded", "parameters"}
        own : mapping of int to Part
            What is drawn of a stage instead of the usual.
        note : sequence of Part
            What stands above the picture, which is low, beside the legend if all is in this line.
        gap : float
            Between stages.
        aside : bool
            Whether it is one of several lines, with the legend beside all of them.
        tight : bool
            Whether what stands below is narrow.
        """
        marked = below == "shapes"
        drawn = [own.get(n) or self._drawing(n, marked=marked) for n in indices]
        if not aside and isinstance(answer := drawn[-1], Bars) and marked:
            drawn[-1] = replace(answer, pitch=_PITCH, length=_FAR * self._height)
        if note or (below == "parameters" and not aside):
            scale = [Legend("legend")] if below == "parameters" else []
            drawn[0] = Column(*scale, *note, drawn[0], gap=0.5, turns=False)
        rows: list[list[Part | None]] = [[*drawn], [self._name(n) for n in indices]]
        if below == "parameters":
            rows.append([self._size(n) for n in indices])
            rows.append([self._pile(n) for n in indices])
            rows.append([self._count(n) for n in indices])
        elif below == "shapes":
            rows.append([self._sides(n, "small") for n in indices])
            last = self.enlarged
            if last is not None and last in indices:
                for row, part in zip(rows, (self._loupe(last), None, None), strict=False):
                    row.insert(indices.index(last) + 1, part)
        else:
            for what in _TRADED:
                rows.append([self._trade(n, what, aside=aside, tight=tight) for n in indices])
            if not aside:
                legend = None if tight else Legend("legend")
                meant = [legend, None, *(self._meaning(what, short=tight) for what in _TRADED)]
                rows = [[*row, more] for row, more in zip(rows, meant, strict=True)]
        apart = 0.15 if aside and below == "traded" else 0.25
        line = Aligned(rows, gap=gap, row_gap=apart, down="bottom")
        under = not aside and (below == "shapes" or tight)
        return Column(line, Legend("legend"), turns=False) if under else Column(line)

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

    def _trade(self, index: int, what: Traded, *, aside: bool, tight: bool) -> Part:
        """How many places, or channels, a stage has, as a pile under its number, or beside it.

        That of the picture says what it counts.
        """
        tone = "ink" if what == "places" else "positive"
        stage, most = self.stages[index], max(self._count_of(n, what) for n in self.compared)
        count = self._count_of(index, what)
        bar = Bar("pile", _TRADED[what], count, tone=tone)
        pile = Bars(
            f"{what}-{stage.name}", [bar], Scale(most), share="cells", stacked=True, upright=True,
            length=(_LOW if aside else _TIGHT if tight else _HIGH) * self._height,
            thick=_BROAD / 2 if aside or tight else _BROAD,
        )  # fmt: skip
        said: Caption | str = fmt.count(count)
        if index == 0:
            said = (_ONE if count == 1 else _SO_MANY)[what].fill(n=said)
        number = Text(
            f"{what}-of-{stage.name}", said, tone=tone, weight="bold",
            role="text" if aside or tight else "heading", silent=True,
        )  # fmt: skip
        if aside:
            return Row(pile, number, gap=0.3, align="bottom", turns=False)
        # What is counted stands apart from the names, and from the other piles.
        apart = _BETWEEN if what == "channels" else 0 if tight else _UNDER
        above = [Space(height=apart)] if apart else []
        return Column(*above, number, pile, gap=0.1, turns=False)

    def _meaning(self, what: Traded, *, short: bool) -> Text:
        """What a row of piles is about; with room, what becomes of it if one is traded."""
        tone = "ink" if what == "places" else "positive"
        words = _TRADE if self.trades and not short else _TRADED
        return Text(
            f"{what}-meaning", words[what], role="heading", tone=tone, weight="bold", silent=True,
        )  # fmt: skip

    @property
    def trades(self) -> bool:
        """Whether the last maps have fewer places, and more channels, than the picture."""
        first, last = self.stages[0], self.stages[self.compared[-1]]
        return last.places < first.places and last.channels > first.channels

    def _count_of(self, index: int, what: Traded) -> int:
        return self.stages[index].places if what == "places" else self.stages[index].channels

    @cached_property
    def compared(self) -> list[int]:
        """The picture and the stages with maps: what has places."""
        return [n for n in self.drawn if n == 0 or self.stages[n].has_maps]

    def _note(self, below: Below) -> list[Text]:
        """What names with a number behind them mean, and which maps are drawn, if that is told."""
        told = [_STRONGEST_FIRST] if below == "parameters" else []
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
        if not told:
            return []
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


def times(channels: int) -> str:
    """Write how many sheets lie behind one another, as the end of a shape."""
    return f"× {fmt.count(channels)}"


def times_of(places: int, channels: int) -> str:
    """Write how many numbers of a vector there are, a column for each place.

    With no channels these are written beside it.
    """
    return f"{fmt.count(places)} {times(channels)}" if channels else fmt.count(places)


def wall(count: int, shape: tuple[int, int], room: Box) -> list[Box]:
    """Lay sheets of a shape side by side in a room, as large as they can be.

    Returns
    -------
    list of Box
        Column by column, each from the top down; no sheet stands all alone in the last row.
    """

    def side(columns: int) -> float:
        rows = -(-count // columns)
        last = count - (rows - 1) * columns
        whole = min(room.width / (columns * shape[1]), room.height / (rows * shape[0]))
        return whole if last >= columns / 3 else whole / 2

    columns = max(range(1, count + 1), key=side)
    rows = -(-count // columns)
    pitch = min(room.width / (columns * shape[1]), room.height / (rows * shape[0]))
    high, wide = pitch * shape[0], pitch * shape[1]
    left, top = room.x + (room.width - columns * wide) / 2, room.y + (room.height - rows * high) / 2
    boxes = [
        Box(left + n % columns * wide, top + n // columns * high, _APART * wide, _APART * high)
        for n in range(count)
    ]
    return sorted(boxes, key=lambda box: (box.x, box.y))


def shortened(name: str, most: int) -> str:
    """Take out the middle of a long name, whose end tells layers of one kind apart.

    Examples
    --------
    >>> shortened("max_pooling2d_1", 10), shortened("conv2d_1", 10)
    ('max_p…2d_1', 'conv2d_1')
    """
    half = most // 2
    return name if len(name) <= most else f"{name[:half]}…{name[len(name) - most + half + 1 :]}"


SHARE_OF = Caption(en="share of the layer's maximum", zh="占该层最大值")
_WITH = Caption(en="{layer} +{n}", zh="{layer} +{n}")
_STRONGEST_FIRST = Caption(
    en="Maps with the strongest responses lie in front.", zh="响应最强的图在最前面。"
)
_FOLDED_IN = Caption(
    en="+1: with so many layers of the same shape.", zh="+1：后面跟着这么多形状相同的层。"
)
_LEFT_OUT = Caption(en="Left out before {layer}: {n}.", zh="{layer} 之前还有 {n} 步没有画出。")
_SHOWN_OF = Caption(en="{layer}: {n} of {of} maps.", zh="{layer}：画出 {of} 张中的 {n} 张。")
_TRADE: dict[Traded, Caption] = {
    "places": Caption(en="fewer places", zh="位置更少"),
    "channels": Caption(en="more channels", zh="通道更多"),
}
_TRADED: dict[Traded, Caption] = {
    "places": Caption(en="places", zh="位置"), "channels": Caption(en="channels", zh="通道"),
}  # fmt: skip
_SO_MANY: dict[Traded, Caption] = {
    "places": Caption(en="{n} places", zh="{n} 处"),
    "channels": Caption(en="{n} channels", zh="{n} 个通道"),
}
_ONE: dict[Traded, Caption] = {
    "places": Caption(en="{n} place", zh="{n} 处"),
    "channels": Caption(en="{n} channel", zh="{n} 个通道"),
}
_STAGE = Caption(en="{layer}: {size}.", zh="{layer}：{size}。")
_PARAMETERS_OF = Caption(en="{layer}: {n} parameters.", zh="{layer}：{n} 个参数。")
_ABOUT = Caption(
    en="A network of {n} stages as stacks of maps, with {total} parameters; it answers {k}.",
    zh="由 {n} 步组成的网络，画成一叠叠响应图，共 {total} 个参数；预测为“{k}”。",
)
