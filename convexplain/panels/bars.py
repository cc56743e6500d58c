"""Bars: numbers as lengths from one line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

from convexplain.ops import Breakdown
from convexplain.panels.box import Box
from convexplain.panels.panel import Bounds, Extent, Panel, Setting, line, refuse_unknown
from convexplain.panels.pieces import Fill, Path, Piece
from convexplain.panels.scale import Scale
from convexplain.panels.text import leading, say, text_width
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.lines import COLON, COMMA, STOP


@dataclass(frozen=True)
class Bar:
    """A bar with its name.

    Parameters
    ----------
    name : str
    label : Caption or str
    value : float
    text : Caption or str
        What is printed for the value; two decimals by default.
    tone : str
        Token of the theme; by default the colour of the value on the scale.
    source : Caption or str
        What the value was made of; stands between name and bar, if there is room `before` it.
    """

    name: str
    label: Caption | str
    value: float
    text: Caption | str = ""
    tone: str = ""
    source: Caption | str = ""

    def printed(self, lang: str) -> str:
        """Return the value as it is read."""
        return say(self.text, lang) or fmt.number(self.value)


@dataclass(frozen=True, eq=False)
class Bars(Panel):
    """Bars under one another, each with its name and number; or end to end as shares of a whole.

    Parameters
    ----------
    bars : sequence of Bar
        Found as ``"panel.bar"``.
    scale : Scale
        Its end is where the longest bar can end.
    length : float
        Of the scale's end, in cells.
    share : str
        Of whose cells.
    stacked : bool
        Positive bars end to end, negative ones under them likewise; numbers are not printed.
    upright : bool
        Whether a stack stands: positive bars up from zero, negative ones down from it.
    total : str
        Said where a stack's bars end in all, with a line; then its negative bars stand beside the
        positive ones, back from where these end. Of rows it stands under the numbers `before` the
        bars, below a line, as their sum.
    rest : float
        What a stack lacks to the end of its scale is drawn muted, so far.
    thick : float
        Of a stack's bar, in sizes of the text.
    lowest : float
        The least value that a bar will ever have, where none is stacked; room is kept for it.
    highest : float, optional
        Likewise the largest; else room is kept up to the scale's end, if a bar goes that way.
        Over an upright stack room is kept for it: stacks beside one another stand on one line.
    before : str
        The longest number that stands between names and bars, found as ``"panel.bar.source"``: of
        points their values, of bars their `Bar.source`.
    ground : float
        How broad the line at least is that an upright stack without a total stands on, in cells.
    apart : float
        How much of an upright stack's block is left free to its neighbour, in sizes of the text,
        and at most a quarter of the block.
    pitch : float
        From one bar to the next below it, in sizes of the text.
    labelled : bool
        Whether names and numbers stand under those bars of a lying stack that are broad enough,
        and in one line under the end of the last one if it is not;
        of an upright one with a total, whether a name that bars have stands once beside them.
    points : bool
        Whether values are points on a scale, each with a line from zero, not bars.
    role : {"text", "heading"}
        Which of the sheet's sizes names and numbers have: larger ones where bars are what there is
        to see.
    widest : Caption or str
        The longest number that a bar will have; room is kept for it.
    level : (str, Caption), optional
        A bar from whose end a dashed line goes down past all that follow, and what is said below
        it; none is then below zero.
    """

    bars: Sequence[Bar]
    scale: Scale
    _: KW_ONLY
    length: float = 12.0
    share: str = ""
    stacked: bool = False
    upright: bool = False
    total: str = ""
    rest: float = 0.0
    thick: float = 0.9
    lowest: float = 0.0
    highest: float | None = None
    before: str = ""
    ground: float = 0.0
    apart: float = 0.0
    pitch: float = 1.5
    labelled: bool = False
    points: bool = False
    role: Literal["text", "heading"] = "text"
    widest: Caption | str = ""
    level: tuple[str, Caption] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no number."""
        refuse_unknown(self.name, [bar.value for bar in self.bars])

    @classmethod
    def of(cls, name: str, account: Breakdown, scale: Scale, **how: Any) -> Bars:
        """Describe what a number is made of: a bar for each addend, the bias, and the value.

        Parameters
        ----------
        name : str
        account : Breakdown
        scale : Scale
        **how
            As `Bars` takes it.
        """
        bars = [Bar(f"part-{n}", label, value) for n, (label, value) in enumerate(account.addends)]
        bars.append(Bar("bias", terms.BIAS, account.bias))
        bars.append(Bar("value", terms.VALUE, account.value))
        return cls(name, bars, scale, **how)

    @property
    def group(self) -> str:
        """Its share, or its name."""
        return self.share or self.name

    def bounds(self, at: Setting) -> Bounds:
        """Return what a cell of its length can be; with others' cells, what these can be."""
        sheet = at.sheet
        if self.share:
            return Bounds(1.0, 0.0, 0.0, sheet.room)
        least, good = 0.6 * sheet.thumb / self.length, 0.5 * sheet.good / self.length
        # A whole may be as broad as the sheet, and bars both ways whose ends are known.
        both = self.lowest < 0 and self.highest is not None and not self.points
        broad = self.level or both or (self.stacked and not self.upright)
        room = sheet.body_box.width if broad else sheet.room
        return Bounds(1.0, least, max(least, good), max(least, room / self.length))

    def _text(self, at: Setting) -> float:
        return float(getattr(at.sheet, self.role))

    def _number(self, at: Setting) -> float:
        return at.sheet.number if self.role == "text" else self._text(at)

    def _signs(self) -> tuple[bool, bool]:
        return any(b.value >= 0 for b in self.bars), any(b.value < 0 for b in self.bars)

    @property
    def _ahead(self) -> bool:
        """Whether room is kept right of zero: not where all bars are below it."""
        values = [bar.value for bar in self.bars]
        return self.lowest < 0 or max(values) > 0 or min(values) == 0

    def _sum(self, at: Setting, sign: int) -> float:
        """Return how long all bars of one sign are together."""
        return sum(self._long(at, b.value) for b in self.bars if b.value * sign > 0)

    def _up(self, at: Setting) -> float:
        """Return how far the room of an upright stack goes up from zero."""
        return max(self._sum(at, 1), self._long(at, self.highest or 0.0))

    def _long(self, at: Setting, value: float) -> float:
        return abs(value) / (self.scale.most or 1.0) * self.length * at.sides[self.group]

    def body(self, at: Setting) -> Extent:
        """Return the room of the bars; names stand at the left, numbers at the right."""
        size, whole = self._text(at), self.length * at.sides[self.group]
        if self.upright:
            up, down = self._up(at), self._sum(at, -1)
            if not self.total:
                ground = self.ground * at.sides[self.group]
                return Extent(max(self.thick * size, ground), up + down)
            beside = text_width(self.total, size, "bold")
            if self.labelled:
                beside = max(beside, *(text_width(say(bar.label, at.lang), size)
                                       for bar in self.bars))  # fmt: skip
            right = beside + 0.5 * size
            return Extent(self.thick * size, max(up, down), right=right)
        if self.stacked:
            rows = 2 if all(self._signs()) else 1
            if self.total:
                longest = max(self._sum(at, 1), self._sum(at, -1))
                return self._lying(at, Extent(longest, rows * self.thick * size))
            under = 0.0
            if self.labelled:
                under = (3.2 if self._broader(at, self.bars[-1]) else 2.2) * leading(size)
            return Extent(whole, rows * self.thick * size, down=under)
        below = self._long(at, min(0.0, self.lowest, *(bar.value for bar in self.bars)))
        whole = self._ahead_of_zero(at)
        left = max(text_width(say(bar.label, at.lang), size) for bar in self.bars)
        printed = () if self._numbered_before else (bar.printed(at.lang) for bar in self.bars)
        numbers = say(self.widest, at.lang), *printed
        right = max(text_width(number, self._number(at)) for number in numbers)
        apart = 0.5 * size + self._half(at)
        return Extent(
            below + whole,
            self.pitch * size * len(self.bars),
            left + self._room_before(at) + apart if left else 0.0,
            0.0,
            right + apart,
            leading(size) if self.points or self.level else self._summed(at),
        )

    def _lying(self, at: Setting, blocks: Extent) -> Extent:
        """Return the room of a lying stack with a total, which is said below it."""
        size = self._text(at)
        below, right = leading(self._large(at)) + 0.3 * size, 0.0
        if not self.labelled:
            return blocks._replace(down=below)
        named = self._row_names(at)
        left = max(text_width(name, size) for name in named.values()) + 0.5 * size
        last = [bar for bar in self.bars if bar.value >= 0][-1:]
        for bar in last:
            if say(bar.label, at.lang) != named[True]:
                right = text_width(say(bar.label, at.lang), size) + 0.5 * size
        return blocks._replace(left=left, right=right, down=below)

    def _large(self, at: Setting) -> float:
        """Return the size of the total of a lying stack, which stands alone below it."""
        return at.sheet.display if self.role == "heading" else self._text(at)

    def _row_names(self, at: Setting) -> dict[bool, str]:
        """Return what a stack's bars of either sign are called: as the first of them is."""
        named: dict[bool, str] = {}
        for bar in self.bars:
            named.setdefault(bar.value >= 0, say(bar.label, at.lang))
        return named

    @property
    def _numbered_before(self) -> bool:
        """Whether the values stand between names and lines, so that what becomes of them can."""
        return self.points and bool(self.before)

    def _room_before(self, at: Setting) -> float:
        """Return the room of the numbers between names and bars."""
        if not self.before:
            return 0.0
        return text_width(self.before, self._number(at)) + 0.5 * self._text(at)

    def headed(self, at: Setting, x: float) -> float:
        """Begin the title over the numbers before the bars, if there are such."""
        return x - self._room_before(at) - self._half(at) if self.before else x

    def _ahead_of_zero(self, at: Setting) -> float:
        """Return how far the room goes right of zero."""
        if self.highest is None:
            return self.length * at.sides[self.group] if self._ahead else 0.0
        return self._long(at, max(0.0, self.highest, *(bar.value for bar in self.bars)))

    def _summed(self, at: Setting) -> float:
        """Return the room below rows of the sum of the numbers before their bars."""
        return leading(self._number(at)) + 0.3 * self._text(at) if self.total else 0.0

    def _half(self, at: Setting) -> float:
        """Return half the side of a point, if values are points."""
        return 0.3 * self.pitch * self._text(at) if self.points else 0.0

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield the bars with names and numbers."""
        if self.upright:
            yield from self._column(at, box)
        elif self.stacked:
            yield from self._lies(at, box) if self.total else self._stack(at, box)
        else:
            yield from self._rows(at, box)

    def _column(self, at: Setting, box: Box) -> Iterator[Piece]:
        zero, down = box.y + self._up(at), self._sum(at, -1)
        ends = {True: zero, False: box.y if self.total else zero}
        broad = box.width / 2 if self.total and down else self.thick * self._text(at)
        start = box.x if self.total else box.middle[0] - broad / 2
        named: dict[str, list[tuple[Bar, Box]]] = {}
        for bar in self.bars:
            up, long = bar.value >= 0, self._long(at, bar.value)
            top = ends[up] - long if up else ends[up]
            free = min(self.apart * self._text(at), long / 4)
            left = start if up or not self.total else box.right - broad
            block = bar, Box(left, top, broad, long)
            named.setdefault(say(bar.label, at.lang), []).append(block)
            yield self._fill(bar, Box(left, top + free / 2, broad, long - free))
            ends[up] = top if up else top + long
        line_ends = (box.x, zero), (box.right, zero)
        yield Path(f"{self.name}.zero", self.name, Box(box.x, zero, box.width, 0), line_ends)
        if self.total:
            y, size = box.y + down, self._text(at)
            across = (box.x, y), (box.right + 0.3 * size, y)
            name, room = f"{self.name}.total", Box(box.x, y, box.width + 0.3 * size, 0)
            yield Path(name, self.name, room, across, strong=True)
            yield line(
                at, self.name, f"{name}.value", self.total, box.right + 0.5 * size, y, size,
                weight="bold",
            )  # fmt: skip
            if self.labelled:
                yield from self._beside(at, box, y, named)

    def _beside(
        self, at: Setting, box: Box, total: float, named: Mapping[str, Sequence[tuple[Bar, Box]]]
    ) -> Iterator[Piece]:
        """Yield names beside blocks, as far as there is room for them over and under the total.

        Each is found by the first of the bars that have it.
        """
        # As close as lines can be that do not touch: what hangs is often short.
        size, high = self._text(at), 1.15 * self._text(at)
        middles = []
        for label, blocks in named.items():
            ends = [end for _, block in blocks for end in (block.y, block.bottom)]
            middles.append(((min(ends) + max(ends)) / 2, label, blocks[0][0].name))
        over = sorted((m for m in middles if m[0] <= total), reverse=True)
        under = sorted(m for m in middles if m[0] > total)
        for found, sign in ((over, -1), (under, 1)):
            last = total
            for middle, label, first in found:
                last = sign * max(sign * middle, sign * last + high)
                if box.y + 0.5 * size <= last <= box.bottom - 0.5 * size:
                    yield line(
                        at, self.name, f"{self.name}.{first}.label", label,
                        box.right + 0.5 * size, last, size, tone="muted",
                    )  # fmt: skip

    def _lies(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield positive bars to the right, under them negative ones back, and where they end."""
        size, high = self._text(at), self.thick * self._text(at)
        named, first = self._row_names(at), dict.fromkeys((True, False), "")
        start = box.right - self._sum(at, 1)
        ends = {True: start, False: box.right}
        for bar in self.bars:
            up, long = bar.value >= 0, self._long(at, bar.value)
            y = box.y if up or len(named) == 1 else box.y + high
            x = ends[up] if up else ends[up] - long
            free = min(self.apart * size, long / 4)
            yield self._fill(bar, Box(x + free / 2, y + free / 2, long - free, high - free))
            ends[up] = x + long if up else x
            label, middle = say(bar.label, at.lang), y + high / 2
            if self.labelled and not first[up]:
                first[up] = bar.name
                yield line(at, self.name, f"{self.name}.{bar.name}.label", label,
                           box.x - 0.5 * size, middle, size, align="right",
                           tone="muted")  # fmt: skip
            elif self.labelled and label != named[up]:
                # At the free end of its row, if there is room.
                beside = ends[up] + (0.5 if up else -0.5) * size
                if up or beside - text_width(label, size) > box.x:
                    yield line(at, self.name, f"{self.name}.{bar.name}.label", label, beside,
                               middle, size, align="left" if up else "right",
                               tone="muted")  # fmt: skip
        zero = (start, box.y), (start, box.bottom)
        yield Path(f"{self.name}.zero", self.name, Box(start, box.y, 0, box.height), zero)
        x, large = ends[False], self._large(at)
        down = (x, box.y), (x, box.bottom + 0.3 * size)
        room = Box(x, box.y, 0, box.height + 0.3 * size)
        yield Path(f"{self.name}.total", self.name, room, down, strong=True)
        half = text_width(self.total, large, "bold") / 2
        middle = max(min(x, box.right - half), box.x + half)
        yield line(
            at, self.name, f"{self.name}.total.value", self.total, middle,
            box.bottom + 0.3 * size + leading(large) / 2, large, align="middle", weight="bold",
        )  # fmt: skip

    def _stack(self, at: Setting, box: Box) -> Iterator[Piece]:
        thick = self.thick * self._text(at)
        ends = {True: box.x, False: box.x}
        rows = {True: box.y, False: box.y + (thick if all(self._signs()) else 0.0)}
        if self.rest:
            long = self._long(at, self.rest)
            yield Fill(
                f"{self.name}.rest", self.name, Box(box.right - long, box.y, long, thick), "line"
            )
        for bar in self.bars:
            up, long = bar.value >= 0, self._long(at, bar.value)
            place = Box(ends[up], rows[up], long, thick)
            yield self._fill(bar, place)
            if self.labelled:
                yield from self._under(at, bar, place)
            ends[up] += long

    def _broader(self, at: Setting, bar: Bar) -> bool:
        """Tell whether name or number of a bar of a stack are broader than it is."""
        words = say(bar.label, at.lang), bar.printed(at.lang)
        widest = max(text_width(said, self._text(at), "bold") for said in words)
        return widest > self._long(at, bar.value)

    def _under(self, at: Setting, bar: Bar, place: Box) -> Iterator[Piece]:
        """Yield name and number of a bar of a stack, if it is as broad as they are, or the last."""
        size, words = self._text(at), (say(bar.label, at.lang), bar.printed(at.lang))
        if self._broader(at, bar):
            if bar is self.bars[-1]:
                name, y = f"{self.name}.{bar.name}.label", place.bottom + 2.7 * leading(size)
                yield line(
                    at, self.name, name, " ".join(words), place.right, y, size, align="right",
                    tone="muted",
                )  # fmt: skip
            return
        for n, (said, name) in enumerate(zip(words, ("label", "value"), strict=True)):
            y = place.bottom + (n + 0.7) * leading(size)
            yield line(
                at, self.name, f"{self.name}.{bar.name}.{name}", said, place.middle[0], y, size,
                align="middle", weight="regular" if n else "bold",
            )  # fmt: skip

    def _fill(self, bar: Bar, place: Box) -> Fill:
        tone, value = (bar.tone, None) if bar.tone else ("ink", bar.value)
        return Fill(f"{self.name}.{bar.name}", self.name, place, tone, value, self.scale)

    def _rows(self, at: Setting, box: Box) -> Iterator[Piece]:
        size, pitch = self._text(at), self.pitch * self._text(at)
        zero = box.right - self._ahead_of_zero(at)
        half, level = self._half(at), zero
        if self.level:
            (row,) = (n for n, bar in enumerate(self.bars) if bar.name == self.level[0])
            level = zero + self._long(at, self.bars[row].value)
        for n, bar in enumerate(self.bars):
            middle, long = box.y + (n + 0.5) * pitch, self._long(at, bar.value)
            start = zero if bar.value >= 0 else zero - long
            name, apart = f"{self.name}.{bar.name}", 0.5 * size
            place, end = Box(start, middle - 0.3 * pitch, long, 0.6 * pitch), zero
            if self.points:
                end = zero + math.copysign(long, bar.value)
                if long > half:
                    lane = (zero, middle), (end - math.copysign(half, bar.value), middle)
                    room = Box(min(zero, lane[1][0]), middle, long - half, 0)
                    yield Path(f"{name}.lane", self.name, room, lane, "line")
                place = Box(end - half, middle - half, 2 * half, 2 * half)
            elif bar.value >= 0:
                end = zero + long
            yield self._fill(bar, place)
            label = say(bar.label, at.lang)
            if label:
                left = box.x - half - apart - self._room_before(at)
                yield line(
                    at, self.name, f"{name}.label", label, left, middle, size, align="right",
                    tone="muted",
                )  # fmt: skip
            source = bar.printed(at.lang) if self._numbered_before else say(bar.source, at.lang)
            if self.before and source:
                yield line(
                    at, self.name, f"{name}.source", source, box.x - half - apart, middle,
                    self._number(at), align="right",
                )  # fmt: skip
            if self._numbered_before:
                continue
            # Beside points they would run into the line at zero.
            beside = (box.right + half if self.points else end) + apart
            number = bar.printed(at.lang)
            if end < level < beside + text_width(number, self._number(at)) + apart:
                beside = level + apart  # beyond the dashed line, which would run through it
            yield line(at, self.name, f"{name}.value", number, beside, middle, self._number(at))
        ends = (zero, box.y), (zero, box.bottom)
        yield Path(f"{self.name}.zero", self.name, Box(zero, box.y, 0, box.height), ends, "line")
        if self.total and self.before:
            yield from self._sum_below(at, box)
        below = box.bottom + 0.5 * leading(size)
        if self.points:
            yield line(
                at, self.name, f"{self.name}.zero.label", "0", zero, below, size,
                align="middle", tone="muted",
            )  # fmt: skip
        if self.level:
            top, name = box.y + (row + 0.8) * pitch, f"{self.name}.level"
            place, ends = Box(level, top, 0, box.bottom - top), ((level, top), (level, box.bottom))
            yield Path(name, self.name, place, ends, "ink", dashed=True)
            told = say(self.level[1], at.lang)
            yield line(at, self.name, f"{name}.label", told, level, below, size, align="middle")

    def _sum_below(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield a line below the numbers before bars, and their sum under it."""
        size, number = self._text(at), self._number(at)
        right, y = box.x - self._half(at) - 0.5 * size, box.bottom + 0.15 * size
        left = right - text_width(self.total, number, "bold")
        name, ends = f"{self.name}.total", ((left, y), (right, y))
        yield Path(name, self.name, Box(left, y, right - left, 0), ends, strong=True)
        yield line(
            at, self.name, f"{name}.value", self.total, right,
            y + 0.15 * size + leading(number) / 2, number, align="right", weight="bold",
        )  # fmt: skip

    def describe(self, lang: str) -> str:
        """Tell each bar's name and number; a name that all of them have is told once."""
        names = [say(bar.label, lang) for bar in self.bars]
        shared = names[0] if len(names) > 1 and len(set(names)) == 1 else ""
        words = (bar.printed(lang) if shared else f"{name} {bar.printed(lang)}"
                 for name, bar in zip(names, self.bars, strict=True))  # fmt: skip
        said = COMMA[lang].join(words)
        before = [*([self.called(lang)] if self.title else []), *([shared] if shared else [])]
        called = "".join(f"{name}{COLON[lang]}" for name in before)
        return f"{called}{said}{STOP[lang]}"
