"""Charts: curves and points over axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.panels.arrange import Either
from convexplain.panels.box import Box, Point, around
from convexplain.panels.panel import Bounds, Extent, Panel, Part, Setting, line, refuse_unknown
from convexplain.panels.pieces import Align, Fill, Path, Piece
from convexplain.panels.text import leading, say, text_width
from convexplain.style import format as fmt
from convexplain.style.captions import Caption
from convexplain.style.lines import COLON, COMMA, STOP

#: Ticks on an axis, at most.
_TICKS = 5
#: On a logarithmic axis an end so much nearer to a power of ten gets no tick, in decades.
_APART = 0.7
#: How much wider a chart is that stands alone.
_BROAD = 1.25


@dataclass(frozen=True)
class Axis:
    """What is measured along a side of a chart.

    Parameters
    ----------
    label : Caption
    low, high : float, optional
        Where it begins and ends; as far as the data by default.
    percent : bool
        Whether values are shares of one.
    log : bool
        Whether ten times as much is always as far; all values are then above zero.
    most : int
        Ticks, at most, unless it is logarithmic.
    at : tuple of float
        Where ticks are, if not at round values.
    whole : bool
        Whether only whole numbers are something, as of what is counted.
    """

    label: Caption
    low: float | None = None
    high: float | None = None
    percent: bool = False
    log: bool = False
    most: int = _TICKS
    at: tuple[float, ...] = ()
    whole: bool = False

    def ticks(self, low: float, high: float) -> list[float]:
        """Return where ticks are between two ends: round values, or powers of ten and the ends."""
        if self.at:
            return [value for value in self.at if low <= value <= high]
        if not self.log:
            return ticks(low, high, self.most, whole=self.whole)
        powers = [10.0**n for n in range(math.ceil(math.log10(low)), 1 + int(math.log10(high)))]
        # An end that was given is there to leave room, not to be read.
        ends = [end for end, given in ((low, self.low), (high, self.high)) if given is None]
        apart = [
            end for end in ends
            if all(abs(math.log10(end / power)) > _APART for power in powers)
        ]  # fmt: skip
        return sorted([*powers, *apart])

    def share(self, value: float, low: float, high: float) -> float:
        """Return how far along the axis a value is, from 0 at its low end to 1."""
        if self.log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def text(self, value: float, step: float) -> str:
        """Print a tick's value with as many decimals as the ticks' distance needs: 2.5 has one."""
        # Powers of ten are each as far from the next as they are large.
        apart = (value if self.log else step) * (100.0 if self.percent else 1.0)
        places = range(max(0, -math.floor(math.log10(apart) + 1e-9)), 16)
        decimals = next(n for n in places if math.isclose(round(apart, n), apart, rel_tol=1e-6))
        if self.percent:
            return fmt.number(100 * value, decimals) + "%"
        return fmt.count(round(value)) if decimals == 0 else fmt.number(value, decimals)


@dataclass(frozen=True, eq=False)
class Curve:
    """A line through points, named beside the chart at the height of its end.

    Parameters
    ----------
    name : str
    x, y : array_like of float
    label : Caption, optional
    tone : str
        Token of the theme.
    dashed, strong : bool
    low, high : array_like of float, optional
        Between which measurements lie: a pale band, found as ``"panel.curve.band"``.
    above : bool
        Whether it begins at its upper end, and is named there, on the side to which it goes.
    """

    name: str
    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    label: Caption | None = None
    tone: str = "ink"
    _: KW_ONLY
    dashed: bool = False
    strong: bool = True
    low: npt.ArrayLike | None = None
    high: npt.ArrayLike | None = None
    above: bool = False

    @property
    def rim(self) -> list[tuple[float, float]]:
        """The corners of the band: its upper edge, and its lower one back; none without one."""
        if self.low is None or self.high is None:
            return []
        above = zip(self.x.tolist(), np.asarray(self.high).tolist(), strict=True)
        below = zip(self.x.tolist(), np.asarray(self.low).tolist(), strict=True)
        return [*above, *reversed(list(below))]


@dataclass(frozen=True)
class Dot:
    """A point that is marked in a chart.

    Parameters
    ----------
    name : str
        Found as ``"panel.name"``.
    x, y : float
    label : Caption or str
        Beside it.
    tone : str
        Token of the theme.
    side : {"right", "left", "above", "below", "flag"}
        Where its label stands: as a flag to its right, on a stem so high that it meets no curve.
    large : bool
        Whether it is what is looked at.
    """

    name: str
    x: float
    y: float
    label: Caption | str = ""
    tone: str = "accent"
    _: KW_ONLY
    side: str = "right"
    large: bool = False


@dataclass(frozen=True, eq=False)
class Runs:
    """Several measurements at one place: a dot each, and their range as a line and a pale band.

    Parameters
    ----------
    name : str
        Its dots are found as ``"panel.name-0"``, its line as ``"panel.name"``, and its band as
        ``"panel.name.band"``.
    x : float
    y : array_like of float
    label : Caption, optional
        Beside it, where there is room.
    tone : str
        Token of the theme.
    corners : int
        Of its dots: 3 for triangles, 4 for diamonds, many for circles.
    """

    name: str
    x: float
    y: Sequence[float]
    label: Caption | None = None
    tone: str = "ink"
    _: KW_ONLY
    corners: int = 12


def ticks(low: float, high: float, most: int = _TICKS, *, whole: bool = False) -> list[float]:
    """Return round values between two ends, at most so many; on request whole ones alone.

    >>> ticks(0, 153)
    [0.0, 50.0, 100.0, 150.0]
    """
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    steps = (power * n for n in (1, 2, 2.5, 5, 10, 20))
    fit = (step for step in steps if not whole or (step >= 1 and step == round(step)))
    step = next((step for step in fit if (high - low) / step <= most - 1), 1.0)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True, eq=False)
class Chart(Panel):
    """Curves over two axes, marked points, and measurements that were repeated.

    Parameters
    ----------
    curves : sequence of Curve
        Found as ``"panel.curve"``.
    x, y : Axis
    runs : sequence of Runs
    wide : bool
        Whether it may be as broad as the sheet.
    size : (float, float)
        Height and width of the frame in cells.
    fills : bool
        Whether a frame of a video, on which it stands alone, gives it its own proportions.
    share : str
        Of whose cells.
    dots : sequence of Dot
        Points that are marked, on curves or alone.
    """

    curves: Sequence[Curve]
    x: Axis
    y: Axis
    _: KW_ONLY
    dots: Sequence[Dot] = ()
    runs: Sequence[Runs] = ()
    wide: bool = False
    size: tuple[float, float] = (16, 28)
    fills: bool = False
    share: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no number."""
        curves, dots, runs = (
            [(one.x, one.y) for one in points] for points in (self.curves, self.dots, self.runs)
        )
        for values in chain(*curves, *dots, *runs):
            refuse_unknown(self.name, values)

    def broad(self) -> Part:
        """Return it broader, as it stands alone on a sheet, or as it is where that has no room."""
        high, wide = self.size
        return Either(replace(self, size=(high, _BROAD * wide), wide=True), self)

    @property
    def group(self) -> str:
        """Its share, or its name."""
        return self.share or self.name

    def bounds(self, at: Setting) -> Bounds:
        """Return what a cell of its frame can be."""
        sheet, (high, wide) = at.sheet, self._frame(at)
        count = max(high, wide)
        # Ticks must not touch one another.
        broadest = max(text_width(words, sheet.note) for words in self._tick_texts(0))
        least = max(
            1.3 * broadest * self._crowd() / wide,
            1.3 * leading(sheet.note) * len(self._ticks(1)) / high,
        )
        good = max(least, sheet.good / count)
        most = sheet.body_box.width / wide if self.wide else sheet.room / count
        return Bounds(1.0, least, good, max(good, most))

    def _frame(self, at: Setting) -> tuple[float, float]:
        """Return height and width of its frame in cells."""
        high, wide = self.size
        if not (self.fills and at.sheet.fixed):
            return high, wide
        body, (left, up, right, below) = at.sheet.body_box, self._around(at)
        return wide * (body.height - up - below) / (body.width - left - right), wide

    def _around(self, at: Setting) -> tuple[float, float, float, float]:
        """Return how far ticks and names of curves reach out: left, up, right, down."""
        note, apart = at.sheet.note, 0.5 * at.sheet.note
        left = max(text_width(words, note) for words in self._tick_texts(1)) + apart
        end = text_width(self._tick_texts(0)[-1], note) / 2
        named = [text_width(at.say(c.label), note) + apart for c in self.curves
                 if c.label and not c.above]  # fmt: skip
        return left, 1.4 * leading(note), max([end, *named]), apart + 2 * leading(note)

    def _crowd(self) -> float:
        """Return how many ticks would fit on the axis across if all were as near as the nearest."""
        found, ends = self._ticks(0), self._range(0)
        if not self.x.log or len(found) < 2:
            return len(found)
        return 1 / float(np.diff([self.x.share(value, *ends) for value in found]).min())

    def _range(self, axis: int) -> tuple[float, float]:
        told = (self.x, self.y)[axis]
        lines: list[Any] = [(c.x, c.y)[axis] for c in self.curves]
        lines += [[corner[axis] for corner in c.rim] for c in self.curves if c.rim]
        data = np.concatenate(
            [*(np.asarray(values, dtype=float) for values in lines),
             *(np.asarray(([r.x], r.y)[axis], dtype=float) for r in self.runs)]
        )  # fmt: skip
        low = float(data.min()) if told.low is None else told.low
        high = float(data.max()) if told.high is None else told.high
        return low, high if high > low else low + 1.0

    def _ticks(self, axis: int) -> list[float]:
        return (self.x, self.y)[axis].ticks(*self._range(axis))

    def _step(self, axis: int) -> float:
        found = self._ticks(axis)
        return found[1] - found[0] if len(found) > 1 else 1.0

    def _tick_texts(self, axis: int) -> list[str]:
        told = (self.x, self.y)[axis]
        return [told.text(value, self._step(axis)) for value in self._ticks(axis)]

    def at_data(self, box: Box, x: float, y: float) -> Point:
        """Return where a point of the data is, if the frame is this box."""
        return (
            box.x + self.x.share(x, *self._range(0)) * box.width,
            box.bottom - self.y.share(y, *self._range(1)) * box.height,
        )

    def body(self, at: Setting) -> Extent:
        """Return the room of the frame; ticks and names reach out."""
        note, side = at.sheet.note, at.sides[self.group]
        high, wide = (side * cells for cells in self._frame(at))
        left, up, right, below = self._around(at)
        names = [text_width(at.say(axis.label), note) for axis in (self.x, self.y)]
        return Extent(wide, high, left, up, max([right, *(name - wide for name in names)]), below)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield axes, ticks, curves and their names."""
        note, apart = at.sheet.note, 0.5 * at.sheet.note
        axes = (box.x, box.y), (box.x, box.bottom), (box.right, box.bottom)
        yield Path(f"{self.name}.axes", self.name, box, axes, "muted")
        for n, (value, words) in enumerate(zip(self._ticks(0), self._tick_texts(0), strict=True)):
            x, _ = self.at_data(box, value, self._range(1)[0])
            y = box.bottom + apart + leading(note) / 2
            yield line(
                at, self.name, f"{self.name}.x{n}", words, x, y, note, align="middle", tone="muted"
            )
        for n, (value, words) in enumerate(zip(self._ticks(1), self._tick_texts(1), strict=True)):
            _, y = self.at_data(box, self._range(0)[0], value)
            yield line(
                at, self.name, f"{self.name}.y{n}", words, box.x - apart, y, note, align="right",
                tone="muted",
            )  # fmt: skip
        below = box.bottom + apart + 1.5 * leading(note)
        x_name, y_name = at.say(self.x.label), at.say(self.y.label)
        yield line(at, self.name, f"{self.name}.x", x_name, box.x, below, note, tone="muted")
        above = box.y - 0.9 * leading(note)
        yield line(at, self.name, f"{self.name}.y", y_name, box.x, above, note, tone="muted")
        yield from self._lines(box)
        ends: list[tuple[float, Curve]] = []
        for curve in self.curves:
            if curve.rim:
                rim = tuple(self.at_data(box, x, y) for x, y in curve.rim)
                place = around(Box(x, y, 0, 0) for x, y in rim)
                name = f"{self.name}.{curve.name}.band"
                yield Path(name, self.name, place, rim, curve.tone, filled=True)
        for curve in self.curves:
            points = tuple(
                self.at_data(box, float(x), float(y)) for x, y in zip(curve.x, curve.y, strict=True)
            )
            place = around(Box(x, y, 0, 0) for x, y in points)
            yield Path(
                f"{self.name}.{curve.name}", self.name, place, points, curve.tone,
                dashed=curve.dashed, strong=curve.strong,
            )  # fmt: skip
            if curve.label and curve.above:
                (x, y), (x_end, y_end) = points[0], points[-1]
                right, run = x_end >= x, abs(x_end - x) / max(abs(y_end - y), 1e-9)
                # So far aside that the curve is below it.
                aside = min(apart + run * leading(note), box.width / 2)
                yield line(
                    at, self.name, f"{self.name}.{curve.name}.label", at.say(curve.label),
                    x + (aside if right else -aside), y + leading(note) / 2, note,
                    align="left" if right else "right", tone=curve.tone,
                )  # fmt: skip
            elif curve.label:
                ends.append((points[-1][1], curve))
        heights = _apart([y for y, _ in ends], leading(note), box)
        names: list[Box] = []
        for y, (_, curve) in zip(heights, ends, strict=True):
            said = at.say(curve.label) if curve.label else ""
            name = f"{self.name}.{curve.name}.label"
            named = line(at, self.name, name, said, box.right + apart, y, note, tone=curve.tone)
            names.append(named.box)
            yield named
        flags = self._flags(at, box, names)
        for dot in self.dots:
            point = self.at_data(box, dot.x, dot.y)
            yield from self._dot(at, dot, point, flags.get(dot.name, point))
        yield from self._measured(at, box)

    def _flags(self, at: Setting, box: Box, names: Sequence[Box]) -> dict[str, Point]:
        """Return where the labels begin that meet neither curves, their names, nor one another."""
        note = at.sheet.note
        high, air = leading(note), 0.3 * note
        lines = [
            np.array([self.at_data(box, float(x), float(y)) for x, y in zip(c.x, c.y, strict=True)])
            for c in self.curves
        ]
        flags = [dot for dot in self.dots if dot.side == "flag"]
        wide = {dot.name: text_width(at.say(dot.label), note) for dot in flags}
        last = box.right + self._around(at)[2]
        right = all(
            self.at_data(box, dot.x, dot.y)[0] + _beside_dot(dot, note) + wide[dot.name] <= last
            for dot in flags
        )
        taken = list(names)
        found: dict[str, Point] = {}
        # From the end to which they go: each is above those behind it, and above their stems.
        for dot in sorted(flags, key=lambda one: one.x, reverse=right):
            x, y = self.at_data(box, dot.x, dot.y)
            beside = _beside_dot(dot, note)
            start = x + beside if right else x - beside - wide[dot.name]
            end = start + wide[dot.name]
            tops = [other.y for other in taken if other.x < end and other.right > start]
            for way in lines:
                across = way[(way[:, 0] >= start) & (way[:, 0] <= end), 1]
                tops += [*across, *np.interp([start, end], way[:, 0], way[:, 1])]
            top = float(min([y, *(each - air - high / 2 for each in tops)]))
            found[dot.name] = start, top
            taken += [
                Box(start, top - high / 2, end - start, high), Box(x, top - high / 2, 0, y - top)
            ]  # fmt: skip
        return found

    def _dot(self, at: Setting, dot: Dot, place: Point, flag: Point) -> Iterator[Piece]:
        note, (x, y) = at.sheet.note, place
        side = _side_of(dot, note)
        name, box = f"{self.name}.{dot.name}", Box(x - side / 2, y - side / 2, side, side)
        yield Fill(name, self.name, box, dot.tone)
        said = at.say(dot.label)
        if not said:
            return
        beside = _beside_dot(dot, note)
        if flag[1] < y:
            stem, way = Box(x, flag[1], 0.0, y - flag[1]), ((x, y), (x, flag[1]))
            yield Path(f"{name}.stem", self.name, stem, way, dot.tone)
        off = 0.3 * side + 0.75 * leading(note)
        at_side = {
            "right": (x + beside, y), "left": (x - beside, y), "above": (x, y - off),
            "below": (x, y + off), "flag": flag,
        }  # fmt: skip
        label_x, label_y = at_side[dot.side]
        sides: dict[str, Align] = {"right": "left", "left": "right", "flag": "left"}
        yield line(
            at, self.name, f"{name}.label", said, label_x, label_y, note,
            align=sides.get(dot.side, "middle"), tone=dot.tone,
        )  # fmt: skip

    def _lines(self, box: Box) -> Iterator[Path]:
        """Yield faint lines across at ticks, against which dots in an open field are read."""
        for n, value in enumerate(self._ticks(1) if self.runs else ()):
            _, y = self.at_data(box, self._range(0)[0], value)
            if y < box.bottom - 1:
                ends = (box.x, y), (box.right, y)
                yield Path(
                    f"{self.name}.line{n}", self.name, Box(box.x, y, box.width, 0), ends, "line"
                )

    def _measured(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield bands, lines, dots and names of what was measured several times."""
        note = at.sheet.note
        radius, broad = 0.5 * note, 0.9 * note
        marks: list[Path] = []
        for each in self.runs:
            places = [self.at_data(box, each.x, float(y)) for y in each.y]
            x, (low, high) = places[0][0], (max(y for _, y in places), min(y for _, y in places))
            span = Box(x, high, 0.0, low - high)
            name = f"{self.name}.{each.name}"
            band = Box(x - broad, high, 2 * broad, low - high)
            corners = (band.x, band.y), (band.right, band.y), (band.right, band.bottom)
            rim = (*corners, (band.x, band.bottom))
            marks.append(Path(f"{name}.band", self.name, band, rim, each.tone, filled=True))
            marks.append(Path(name, self.name, span, ((x, low), (x, high)), each.tone))
            beside = _beside([y for _, y in places], 2.2 * radius)
            for n, (_, y) in enumerate(places):
                middle = x + beside[n]
                dot = Box(middle - radius, y - radius, 2 * radius, 2 * radius)
                ring = _polygon(middle, y, radius, each.corners)
                marks.append(Path(f"{name}-{n}", self.name, dot, ring, each.tone, strong=True))
        yield from marks
        taken = [mark.box.grown(0.2 * note) for mark in (*marks, *self._lines(box))]
        for each in self.runs:
            if each.label is None:
                continue
            said = at.say(each.label)
            name = f"{self.name}.{each.name}"
            own = around(
                mark.box for mark in marks if mark.name.startswith((f"{name}-", f"{name}.band"))
            )
            size = text_width(said, note), leading(note)
            place = _free(own, size, taken, box, 0.5 * note)
            taken.append(place)
            yield line(
                at, self.name, f"{name}.label", said, place.x, place.middle[1], note,
                tone=each.tone,
            )  # fmt: skip

    def describe(self, lang: str) -> str:
        """Tell where each curve begins and ends, and what was measured."""
        said = []
        for curve in self.curves:
            # A single curve is what the axis says; its label is then often its end.
            named = curve.label if len(self.curves) > 1 else None
            called = say(named or self.y.label, lang)
            first, last = (
                f"{self.y.text(float(curve.y[n]), self._step(1) / 10)} "
                f"({self.x.label.text(lang)} {self.x.text(float(curve.x[n]), self._step(0))})"
                for n in (0, -1)
            )
            to = "到" if lang == "zh" else "to"
            said.append(f"{called} {first} {to} {last}")
        said += [
            f"{say(dot.label, lang)} ({self.x.text(dot.x, self._step(0) / 10)}, "
            f"{self.y.text(dot.y, self._step(1) / 10)})"
            for dot in self.dots
            if dot.label
        ]
        between = "、" if lang == "zh" else " / "
        for each in self.runs:
            values = between.join(self.y.text(float(y), self._step(1) / 100) for y in each.y)
            said.append(f"{say(each.label, lang) if each.label else each.name} {values}")
        called = f"{self.called(lang)}{COLON[lang]}" if self.title else ""
        return called + COMMA[lang].join(said) + STOP[lang]


def _side_of(dot: Dot, note: float) -> float:
    """Return how large a dot is."""
    return (1.0 if dot.large else 0.55) * note


def _beside_dot(dot: Dot, note: float) -> float:
    """Return how far from its middle a label beside it begins."""
    return 0.5 * _side_of(dot, note) + (0.8 if dot.large else 0.53) * note


def _beside(heights: Sequence[float], wide: float) -> list[float]:
    """Move dots of nearly one height aside, in turn to the right and to the left."""
    placed: list[tuple[float, float]] = []
    for height in heights:
        asides = (wide * step for step in (0, 1, -1, 2, -2, 3, -3))
        free = (
            aside for aside in asides
            if all(abs(aside - x) + 1e-6 >= wide or abs(height - y) >= wide for x, y in placed)
        )  # fmt: skip
        placed.append((next(free, 0.0), height))
    return [aside for aside, _ in placed]


def _polygon(x: float, y: float, radius: float, corners: int) -> tuple[Point, ...]:
    """Return the corners of a closed polygon, the first one above its middle."""
    turns = [2 * math.pi * n / corners for n in range(corners + 1)]
    return tuple((x + radius * math.sin(turn), y - radius * math.cos(turn)) for turn in turns)


def _free(
    own: Box, size: tuple[float, float], taken: Sequence[Box], frame: Box, apart: float
) -> Box:
    """Return a place above, below or beside a box that meets nothing, as near as can be."""
    wide, high = size
    sides = [own.right + apart, own.x - apart - wide]
    rooms = [frame.right - own.right, own.x - frame.x]
    for other in taken:
        if other.x >= own.right:
            rooms[0] = min(rooms[0], other.x - own.right)
        if other.right <= own.x:
            rooms[1] = min(rooms[1], own.x - other.right)
    if rooms[1] > rooms[0]:
        sides.reverse()
    centred = own.x + (own.width - wide) / 2

    def beside(step: int) -> list[Box]:
        y = own.middle[1] + (0.5 * step - 0.5) * high
        return [Box(x, y, wide, high) for x in sides]

    steps = sorted(range(-12, 13), key=lambda n: (abs(n), n))
    near = [n for n in steps if abs(0.5 * n * high) <= own.height / 2]
    places = [
        Box(centred, own.y - apart - high, wide, high),
        Box(centred, own.bottom + apart, wide, high),
        *(place for n in near for place in beside(n)),
        *(place for n in steps if n not in near for place in beside(n)),
    ]
    return next(
        (
            place for place in places
            if frame.holds(place) and not any(place.meets(other) for other in taken)
        ),
        places[0],
    )  # fmt: skip


def _apart(heights: Sequence[float], pitch: float, box: Box) -> list[float]:
    """Move heights so far apart that lines of text do not touch, in their order."""
    order = sorted(range(len(heights)), key=lambda n: (heights[n], n))
    placed = [0.0] * len(heights)
    edge = -math.inf
    for n in order:
        edge = max(heights[n], edge + pitch)
        placed[n] = edge
    over = edge - box.bottom
    if order and over > 0:
        edge = math.inf
        for n in reversed(order):
            edge = min(placed[n], box.bottom if edge == math.inf else edge - pitch)
            placed[n] = edge
    return placed
