"""Panels of words: text, a formula, a sum, a table, the legend of the colours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal

import numpy as np

from convexplain.ops import Breakdown
from convexplain.panels.box import Box
from convexplain.panels.panel import Extent, Panel, Setting, line
from convexplain.panels.pieces import Align, Grid, Path, Piece, Words
from convexplain.panels.scale import Scale
from convexplain.panels.text import leading, say, text_width, wrap
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.lines import COLON, COMMA, STOP

Role = Literal["text", "note", "small", "number", "heading", "sign", "display"]
Rim = Literal["box", "circle"]
#: How much nearer to a term its name stands than a line above would, in sizes of the term.
_NEARER = 0.15
#: What is between the terms of a formula, in sizes of the text; less where it is broken.
_APART, _CLOSE = 0.45, 0.3
#: How far a rim is from its words, in sizes of the text, and of how many points a circle is.
_PADDING, _CORNERS = 0.45, 48

# As people write them; none of these, and the number is the result.


@dataclass(frozen=True, eq=False)
class Text(Panel):
    """Words by themselves.

    Parameters
    ----------
    words : Caption or str
    role : {"text", "note", "small", "number", "heading", "sign", "display"}
        Which of the sheet's sizes they have; a sign stands between grids.
    tone : str
        Token of the theme.
    weight : {"regular", "bold"}
    measure : float
        Where lines break, in sizes of the text, and never beyond the sheet.
    coarse : Caption, optional
        What is said instead where numbers in cells have fewer than two decimals.
    silent : bool
        Whether another panel tells what it says to a person who cannot see it.
    rim : {"box", "circle"}, optional
        What is drawn round it, where it stands for a thing that something goes through.
    widest : Caption or str
        The longest words that it will have; room is kept for them.
    """

    one_way = True

    words: Caption | str
    _: KW_ONLY
    role: Role = "text"
    tone: str = "ink"
    weight: str = "regular"
    measure: float = math.inf
    coarse: Caption | None = None
    silent: bool = False
    rim: Rim | None = None
    widest: Caption | str = ""

    def _size(self, at: Setting) -> float:
        return float(getattr(at.sheet, self.role))

    def _lines(self, at: Setting) -> list[str]:
        words = self.coarse if self.coarse is not None and at.decimals == 1 else self.words
        return self._wrapped(at, words)

    def _wrapped(self, at: Setting, words: Caption | str) -> list[str]:
        size = self._size(at)
        width = min(self.measure * size, at.sheet.body_box.width)
        return wrap(at.say(words), width, size, self.weight)

    def body(self, at: Setting) -> Extent:
        """Return the room of its lines."""
        size, lines = self._size(at), self._lines(at)
        longest = self._wrapped(at, self.widest) if self.widest else lines
        wide = max(text_width(words, size, self.weight) for words in (*lines, *longest))
        high = leading(size) * max(len(lines), len(longest))
        if self.rim == "circle":
            wide = high = max(wide, high)
        around = 2 * _PADDING * size if self.rim == "box" else 0.0
        return Extent(wide + around, high + around)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield its lines, and what is round them."""
        size, lines = self._size(at), self._lines(at)
        top = box.middle[1] - leading(size) * len(lines) / 2
        if self.rim is not None:
            # It has the panel's name, so that links end at it.
            yield Path(self.name, self.name, box, tuple(self._rim(box)), self.tone)
        for n, words in enumerate(lines):
            name = self.name + (f".{n}" if n or self.rim else "")
            wide = text_width(words, size, self.weight)
            left = box.x if self.rim is None else box.middle[0] - wide / 2
            place = Box(left, top + n * leading(size), wide, leading(size))
            yield Words(name, self.name, place, words, size, self.weight, self.tone)

    def _rim(self, box: Box) -> list[tuple[float, float]]:
        """Return the points of the line round it, the first one at the end again."""
        if self.rim == "box":
            left, right = box.x, box.right
            top, bottom = box.y, box.bottom
            return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        (x, y), radius = box.middle, box.width / 2
        turns = np.linspace(0, 2 * np.pi, _CORNERS + 1)
        return [(x + radius * float(np.cos(t)), y + radius * float(np.sin(t))) for t in turns]

    def describe(self, lang: str) -> str:
        """Tell its words; a sign says nothing by itself."""
        words = self.words if isinstance(self.words, str) else self.words.text(lang)
        return "" if self.silent or self.role == "sign" else words


@dataclass(frozen=True)
class Term:
    """A part of a formula.

    Parameters
    ----------
    name : str
    text : Caption or str
    over : Caption, optional
        What it is, in small words above it.
    tone : str
        Token of the theme.
    widest : str
        The longest text that it will have.
    """

    name: str
    text: Caption | str
    over: Caption | None = None
    tone: str = "ink"
    widest: str = ""


@dataclass(frozen=True, eq=False)
class Formula(Panel):
    """Terms in a line, each with what it is above it: sum 0.55 + bias 0.02 = 0.57.

    Parameters
    ----------
    terms : sequence of Term
    large : bool
        Whether it is what there is to see, and not one line among others.
    listed : bool
        Whether each term has a line of its own, with what it is before it.
    broken : str
        The name of the term with which a second line begins, if any.
    """

    one_way = True

    terms: Sequence[Term]
    _: KW_ONLY
    large: bool = False
    listed: bool = False
    broken: str = ""

    def _sizes(self, at: Setting) -> tuple[float, float]:
        """Return the size of its terms, and of what stands above them."""
        sheet = at.sheet
        return (sheet.display, sheet.heading) if self.large else (sheet.number, sheet.note)

    def _lines(self) -> list[Sequence[Term]]:
        names = [term.name for term in self.terms]
        at = names.index(self.broken) if self.broken else len(names)
        return [line for line in (self.terms[:at], self.terms[at:]) if line]

    def _widths(self, at: Setting, row: Sequence[Term]) -> list[float]:
        size, note = self._sizes(at)
        return [
            max(
                text_width(at.say(term.text), size),
                text_width(term.widest, size),
                text_width(at.say(term.over), note) if term.over else 0.0,
            )
            for term in row
        ]

    def _apart(self, at: Setting) -> float:
        return (_CLOSE if self.broken else _APART) * self._sizes(at)[0]

    def body(self, at: Setting) -> Extent:
        """Return the room of its line; what stands above it reaches out."""
        size, note = self._sizes(at)
        if self.listed:
            return Extent(sum(self._columns(at)), leading(size) * len(self.terms))
        over = leading(note) if any(term.over for term in self.terms) else 0.0
        lines = [self._widths(at, line) for line in self._lines()]
        wide = max(sum(widths) + self._apart(at) * (len(widths) - 1) for widths in lines)
        return Extent(wide, leading(size) + (leading(size) + over) * (len(lines) - 1), up=over)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield its terms from left to right."""
        if self.listed:
            yield from self._list(at, box)
            return
        (size, note), lines = self._sizes(at), self._lines()
        for n, row in enumerate(lines):
            bottom = box.bottom - (len(lines) - 1 - n) * (leading(size) + leading(note))
            yield from self._line(at, row, box.x, bottom - leading(size))

    def _line(self, at: Setting, row: Sequence[Term], x: float, top: float) -> Iterator[Piece]:
        """Yield terms from left to right."""
        size, note = self._sizes(at)
        for term, wide in zip(row, self._widths(at, row), strict=True):
            middle, name = x + wide / 2, f"{self.name}.{term.name}"
            yield line(
                at, self.name, name, at.say(term.text), middle, top + leading(size) / 2, size,
                align="middle", tone=term.tone, room=text_width(term.widest, size),
            )  # fmt: skip
            if term.over:
                above = top - leading(note) / 2 + _NEARER * size
                yield line(
                    at, self.name, f"{name}.over", at.say(term.over), middle, above, note,
                    align="middle", tone="muted",
                )  # fmt: skip
            x += wide + self._apart(at)

    def _columns(self, at: Setting) -> tuple[float, float, float]:
        """Return how wide names are, what is between, and numbers, where each has its line."""
        size, note = self._sizes(at)
        names = [text_width(at.say(term.over), note) for term in self.terms if term.over]
        texts = [text_width(words, size) for term in self.terms
                 for words in (at.say(term.text), term.widest)]  # fmt: skip
        return max(names, default=0.0), 1.5 * self._apart(at) if names else 0.0, max(texts)

    def _list(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield its terms from top to bottom."""
        size, note = self._sizes(at)
        for n, term in enumerate(self.terms):
            y, name = box.y + (n + 0.5) * leading(size), f"{self.name}.{term.name}"
            yield line(
                at, self.name, name, at.say(term.text), box.right, y, size, align="right",
                tone=term.tone, room=text_width(term.widest, size),
            )  # fmt: skip
            if term.over:
                over = at.say(term.over)
                yield line(
                    at, self.name, f"{name}.over", over, box.x, y, note, tone="muted"
                )  # fmt: skip

    def describe(self, lang: str) -> str:
        """Tell the terms, each with what it is."""
        said = (
            " ".join(filter(None, (say(term.over, lang), say(term.text, lang))))
            for term in self.terms
        )
        return " ".join(said) + STOP[lang]


@dataclass(frozen=True, eq=False)
class Number(Panel):
    """One number on the colour of its value, printed on every sheet.

    Parameters
    ----------
    value : float
    scale : Scale
    widest : float
        The largest ``|value|`` that it will ever have; room is kept for it.
    role : {"text", "note", "small", "number", "heading", "sign", "display"}
        Which of the sheet's sizes it has.
    """

    one_way = True

    value: float
    scale: Scale
    _: KW_ONLY
    widest: float = 0.0
    role: Role = "number"

    def _size(self, at: Setting) -> float:
        return float(getattr(at.sheet, self.role))

    def body(self, at: Setting) -> Extent:
        """Return the room of its cell."""
        longest = max(map(fmt.number, (self.value, -self.widest)), key=len)
        size = self._size(at)
        return Extent(*_cell(size, text_width(longest, size)))

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield its cell."""
        yield Grid(
            self.name, self.name, box, np.array([[self.value]]), self.scale, 2, self._size(at)
        )  # fmt: skip

    def describe(self, lang: str) -> str:
        """Tell the number."""
        called = f"{self.called(lang)} " if self.title else ""
        return f"{called}{fmt.number(self.value)}{STOP[lang]}"


def _cell(size: float, wide: float) -> tuple[float, float]:
    """Return the size of the cell of a number of a size that is so wide."""
    return max(wide * 1.15, 3.0 * size), 1.9 * size


@dataclass(frozen=True)
class Addend:
    """A number with its name: what is added up.

    Parameters
    ----------
    name : str
    label : Caption or str
    value : float
    """

    name: str
    label: Caption | str
    value: float


@dataclass(frozen=True, eq=False)
class Sum(Panel):
    """Named addends under one another, their total, and what the activation makes of it.

    Parameters
    ----------
    addends : sequence of Addend
    total : float
        Found as ``"sum.total"``, where there is more than one addend.
    activation : str, optional
        Its name; None: the total is the result.
    activated : float
        The result, on the colour of its value; found as ``"sum.activated"``.
    scale : Scale
        Of the result.
    widest : float
        The largest ``|value|`` that the numbers will ever have; room is kept for it.
    decimals : int
        With how many its numbers are printed.
    large : float
        How many times as large as the sheet's text it is written.
    """

    addends: Sequence[Addend]
    total: float
    activation: str | None
    activated: float
    scale: Scale
    _: KW_ONLY
    widest: float = 0.0
    decimals: int = 2
    large: float = 1.0

    @classmethod
    def of(
        cls,
        name: str,
        account: Breakdown,
        scale: Scale,
        *,
        biased: bool = True,
        widest: float = 0.0,
        large: float = 1.0,
    ) -> Sum:
        """Describe what a number is made of: its named parts, all others as one, the bias.

        Parameters
        ----------
        name : str
        account : Breakdown
        scale : Scale
            Of the result.
        biased : bool
            Whether there is a bias to be named.
        widest : float
        large : float
        """
        named = account.addends
        addends = [Addend("products", terms.SUM, account.total)]
        if len(named) > 1:
            addends = [Addend(f"part-{n}", label, value) for n, (label, value) in enumerate(named)]
        if biased:
            addends.append(Addend("bias", terms.BIAS, account.bias))
        linear = account.activation == "linear"
        activation = None if linear else terms.activation(account.activation)
        return cls(
            name, addends, account.value, activation, account.activated, scale, widest=widest,
            large=large,
        )  # fmt: skip

    def _numbers(self) -> list[str]:
        first, *others = self.addends
        places = self.decimals
        numbers = [fmt.number(addend.value, places, sign=True) for addend in others]
        total = [fmt.number(self.total, places)] if others else []
        return [fmt.number(first.value, places), *numbers, *total]

    @property
    def printed(self) -> dict[str, str]:
        """The numbers as they are read, by the names of their lines."""
        names = [*(addend.name for addend in self.addends), "total"]
        return dict(zip(names, self._numbers(), strict=False))

    def _text(self, at: Setting) -> float:
        return self.large * at.sheet.text

    def _number(self, at: Setting) -> float:
        return self.large * at.sheet.number

    def _column(self, at: Setting) -> float:
        widest = fmt.number(-self.widest, self.decimals) if self.widest else ""
        return max(text_width(words, self._number(at)) for words in (*self._numbers(), widest))

    def _labels(self, at: Setting) -> list[str]:
        labels = [at.say(addend.label) for addend in self.addends]
        return [*labels, "="] if len(labels) > 1 else labels

    def _pitch(self, at: Setting) -> float:
        return 1.5 * self._text(at)

    def body(self, at: Setting) -> Extent:
        """Return the room of its rows and of the result."""
        size, (wide, high) = self._text(at), _cell(self._number(at), self._column(at))
        labels = max(text_width(words, size) for words in self._labels(at))
        apart = 0.8 * size
        result = wide
        if self.activation is not None:
            result += text_width(self.activation, size) + 2.6 * size
        rows = len(self._labels(at)) * self._pitch(at) + 0.3 * size
        return Extent(max(labels + apart + self._column(at), result), rows + 0.4 * high + high)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield the rows, the rule above the total, and the result."""
        size, number_size, pitch = self._text(at), self._number(at), self._pitch(at)
        wide, high = _cell(number_size, self._column(at))
        y = box.y + pitch / 2
        rows = zip(self.printed.items(), self._labels(at), strict=True)
        for (name, number), label in rows:
            if name == "total":
                y += 0.3 * size
                rule = y - pitch / 2 - 0.15 * size
                ends = (box.x, rule), (box.right, rule)
                place = Box(box.x, rule, box.width, 0)
                yield Path(f"{self.name}.rule", self.name, place, ends)
            full = f"{self.name}.{name}"
            yield line(at, self.name, f"{full}.label", label, box.x, y, size, tone="muted")
            yield line(
                at, self.name, full, number, box.right, y, number_size, align="right",
                room=self._column(at),
            )  # fmt: skip
            y += pitch
        cell = Box(box.right - wide, box.bottom - high, wide, high)
        yield Grid(
            f"{self.name}.activated", self.name, cell, np.array([[self.activated]]), self.scale,
            self.decimals, number_size,
        )  # fmt: skip
        if self.activation is not None:
            middle = cell.middle[1]
            yield line(
                at, self.name, f"{self.name}.activation", self.activation, box.x, middle,
                size, tone="muted",
            )  # fmt: skip
            start = box.x + text_width(self.activation, size) + 0.5 * size
            ends = (start, middle), (cell.x - 0.35 * size, middle)
            place = Box(start, middle, ends[1][0] - start, 0)
            yield Path(f"{self.name}.arrow", self.name, place, ends, head=True)

    def describe(self, lang: str) -> str:
        """Tell the addends, the total and the result."""
        rows = [
            f"{say(addend.label, lang)} {number}"
            for addend, number in zip(self.addends, self._numbers(), strict=False)
        ]
        if len(rows) > 1:
            rows.append(f"= {fmt.number(self.total, self.decimals)}")
        said = COMMA[lang].join(rows)
        if self.activation is not None:
            said += f"{COMMA[lang]}{self.activation} → {fmt.number(self.activated, self.decimals)}"
        return said + STOP[lang]


@dataclass(frozen=True, eq=False)
class Table(Panel):
    """Rows of words, found as ``"table[row, column]"``.

    Parameters
    ----------
    rows : sequence of sequences of Caption or str
    header : sequence of Caption or str, optional
    align : sequence of {"left", "middle", "right"}, optional
        One a column: the first at the left, the others at the right by default.
    """

    rows: Sequence[Sequence[Caption | str]]
    _: KW_ONLY
    header: Sequence[Caption | str] | None = None
    align: Sequence[Align] | None = None

    def _widths(self, at: Setting) -> list[float]:
        all_rows = [*self.rows, *([self.header] if self.header else [])]
        return [
            max(text_width(at.say(words), at.sheet.text) for words in column)
            for column in zip(*all_rows, strict=True)
        ]

    def body(self, at: Setting) -> Extent:
        """Return the room of its rows; the header reaches out above."""
        widths, pitch = self._widths(at), leading(at.sheet.text)
        wide = sum(widths) + 1.2 * at.sheet.text * (len(widths) - 1)
        return Extent(wide, pitch * len(self.rows), up=1.2 * pitch if self.header else 0.0)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield the header, the rule below it, and the rows."""
        pitch, widths = leading(at.sheet.text), self._widths(at)
        if self.header:
            yield from self._row(at, box.x, box.y - 0.7 * pitch, widths, self.header, "header")
            rule = box.y - 0.1 * pitch
            ends = (box.x, rule), (box.right, rule)
            yield Path(f"{self.name}.rule", self.name, Box(box.x, rule, box.width, 0), ends, "line")
        for n, row in enumerate(self.rows):
            yield from self._row(at, box.x, box.y + (n + 0.5) * pitch, widths, row, str(n))

    def _row(
        self,
        at: Setting,
        x: float,
        y: float,
        widths: list[float],
        words: Sequence[Caption | str],
        row: str,
    ) -> Iterator[Piece]:
        right: Align = "right"
        aligned: Sequence[Align] = self.align or ("left", *(right for _ in widths[1:]))
        for n, (wide, said, align) in enumerate(zip(widths, words, aligned, strict=True)):
            left = x + {"left": 0.0, "middle": 0.5, "right": 1.0}[align] * wide
            yield line(
                at, self.name, f"{self.name}[{row}, {n}]", at.say(said), left, y, at.sheet.text,
                align=align, tone="muted" if row == "header" else "ink",
            )  # fmt: skip
            x += wide + 1.2 * at.sheet.text

    def describe(self, lang: str) -> str:
        """Tell it row by row."""
        rows = [*([self.header] if self.header else []), *self.rows]
        gap = "；" if lang == "zh" else "; "
        said = gap.join(COMMA[lang].join(say(words, lang) for words in row) for row in rows)
        called = f"{self.called(lang)}{COLON[lang]}" if self.title else ""
        return f"{called}{said}{STOP[lang]}"


@dataclass(frozen=True, eq=False)
class Legend(Panel):
    """The scales of all colours without a number on them; nothing if there are none.

    Parameters
    ----------
    row : bool
        Whether the scales stand side by side, not under one another.
    every : bool
        Whether cells with numbers have their scale here, too.
    first : tuple of Scale
        Those that stand before others; by default each stands as its panel does in the picture.
    of : Scale, optional
        The one that it explains alone, as it stands by what has its colours.
    """

    _: KW_ONLY
    row: bool = False
    every: bool = False
    first: tuple[Scale, ...] = ()
    of: Scale | None = None

    def _scales(self, at: Setting) -> list[tuple[Scale, Caption | str]]:
        """Return the scales that it explains, and how they are called."""
        return [(scale, name) for scale, name in at.scales if self.of in (None, scale)]

    def _heights(self, at: Setting) -> tuple[float, float]:
        """Return the height of a scale's bar, and of all of it."""
        note = at.sheet.note
        return 0.7 * note, 0.7 * note + 2 * leading(note)

    def _widths(self, at: Setting) -> list[float]:
        """Return how wide the scales are: those under one another all the same."""
        note, found = at.sheet.note, []
        for scale, name in self._scales(at):
            low, high = self._ends(at, scale)
            middle = "  0" if scale.least < 0 else ""
            said = at.say(name), f"{low}{middle}  {high}"
            found.append(max(8.5 * note, *(text_width(words, note) for words in said)))
        return found if self.row else [max(found, default=0.0)] * len(found)

    def _ends(self, at: Setting, scale: Scale) -> tuple[str, str]:
        """Return what is said at the ends of a scale."""
        if scale.ends is not None:
            return at.say(scale.ends[0]), at.say(scale.ends[1])
        return (scale.text(scale.least) if scale.least else "0"), scale.text(scale.most)

    def body(self, at: Setting) -> Extent:
        """Return the room of all scales."""
        many, widths = len(self._scales(at)), self._widths(at)
        if not many:
            return Extent(0.0, 0.0)
        _, high = self._heights(at)
        if self.row:
            return Extent(sum(widths) + at.sheet.gap * (many - 1), high)
        return Extent(widths[0], high * many + 0.4 * high * (many - 1))

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield name, bar and ends of each scale."""
        note, (bar, high) = at.sheet.note, self._heights(at)
        x, y, scales = box.x, box.y, self._scales(at)
        for n, ((scale, name), wide) in enumerate(zip(scales, self._widths(at), strict=True)):
            full = f"{self.name}.{n}"
            top = y + leading(note) / 2
            yield line(
                at, self.name, f"{full}.name", at.say(name), x, top, note, tone="muted"
            )  # fmt: skip
            place = Box(x, y + leading(note), wide, bar)
            values = np.linspace(scale.least, scale.most, 129)[np.newaxis]
            yield Grid(full, self.name, place, values, scale, lines=False)
            low, most = self._ends(at, scale)
            ends: list[tuple[float, str, Align]] = [(x, low, "left"), (x + wide, most, "right")]
            if scale.least < 0:
                ends.insert(1, (x + wide / 2, "0", "middle"))
            for k, (left, words, align) in enumerate(ends):
                below = place.bottom + leading(note) / 2
                yield line(
                    at, self.name, f"{full}.{k}", words, left, below, note, align=align,
                    tone="muted",
                )  # fmt: skip
            x, y = (x + wide + at.sheet.gap, y) if self.row else (x, y + 1.4 * high)

    def describe(self, lang: str) -> str:
        """Tell nothing: other panels tell their numbers."""
        return ""
