"""Links between panels: lines that run through lanes, never through words or other grids."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Literal

from convexplain.panels.box import Box, Point, around
from convexplain.panels.pieces import Grid, Path, Piece, Words
from convexplain.panels.routes import End, Pitch, route

Kind = Literal["zoom", "feeds", "gather", "aside", "under", "round"]
Find = Callable[[str], Box]

# In gaps of the sheet: what a bend costs, how far lanes are from what they pass, and how far a way
# runs straight on before it ends.
_BEND, _LANE, _STUB = 1.2, 0.28, 0.42
#: Where there is no way with such lanes, they may be half as wide.
_NARROWER = 1.0, 0.5
#: Where on a foot a way round sets out, and as far from the other's end it arrives.
_FOOT = 0.7
# How far the lines of a zoom stay from words at least, in gaps: a title begins at their end.
_CLEAR = 0.1
#: So far apart places are one.
_SLACK = 1e-6
#: How many places of a side are tried where one line leads from a window.
_PLACES = 8


@dataclass(frozen=True)
class Link:
    """What belongs together.

    Parameters
    ----------
    start, end : str
        Names of panels, marks or cells.
    kind : {"zoom", "feeds", "gather", "aside", "under", "round"}
        The same cells enlarged; a value on its way; a bracket round what is gathered, and an
        arrow to what is made of it; a straight line from a window's side, or from under it, to
        what lies in the window, where it clears all words; a way below what stands
        between two neighbours, from the foot of one to that of the other.
    tone : str
        Token of the theme.
    headless : bool
        Whether it goes on behind what it comes to, so that no arrowhead is there.
    """

    start: str
    end: str
    kind: Kind = "feeds"
    tone: str = "accent"
    headless: bool = False

    @property
    def name(self) -> str:
        """By which it is found: a way round beside a straight one by another name."""
        return f"{self.start}{'~>' if self.kind == 'round' else '->'}{self.end}"

    def pieces(self, find: Find, placed: Sequence[Piece], room: Box, gap: float) -> Iterator[Path]:
        """Yield its lines.

        Parameters
        ----------
        find : callable
            Returns the box of a name.
        placed : sequence of Piece
            What it must not run through.
        room : Box
            Where it may run.
        gap : float
            Of the sheet.
        """
        start, end = find(self.start), find(self.end)
        if self.kind == "zoom":
            lines = _zoomed(start, end, placed, gap)
            if lines:
                yield from (self._path(points, n) for n, points in enumerate(lines))
                return
        if self.kind in ("aside", "under"):
            aside = (start.right, start.middle[1]), (end.x, end.middle[1])
            under = (start.middle[0], start.bottom), (end.middle[0], end.y)
            line = aside if self.kind == "aside" else under
            words = (p for p in placed if isinstance(p, Words) and p.panel != self.end)
            if not any(piece.box.crossed_by(*line) for piece in words):
                yield self._path(line, 0)
            return
        lane = _LANE * gap
        if self.kind == "round":
            low = max(start.bottom, end.bottom) + 2 * lane
            left, right = start.x + _FOOT * start.width, end.right - _FOOT * end.width
            corners = (left, start.bottom), (left, low), (right, low), (right, end.bottom)
            yield self._path(corners, 0, head=not self.headless)
            return
        beside = end.x > start.right or end.right < start.x
        if self.kind == "gather" and beside:
            turn = 1 if end.x > start.right else -1
            # Words that belong to what is gathered are within the bracket, too.
            own = (p.box for p in placed if isinstance(p, Words) and p.panel == self.start)
            side = start.right if turn > 0 else min([start.x, *(box.x for box in own)])
            near, far = side + 0.7 * turn * lane, side + 1.4 * turn * lane
            corners = (near, start.y), (far, start.y), (far, start.bottom), (near, start.bottom)
            level = min(max(start.middle[1], end.y + 0.1 * end.height), end.bottom)
            tip = end.x - 0.5 * lane if turn > 0 else end.right + 0.5 * lane
            yield self._path(corners, 0)
            yield self._path([(far, level), (tip, level)], 1, head=True)
            return
        begin, goal = (
            End(box, _edge(name, find, placed, 0.5 * lane))
            for name, box in ((self.start, start), (self.end, end))
        )
        walls = _walls(placed)
        ways = (_level(begin, goal, walls, n * lane) for n in _NARROWER)
        if self.headless:  # it goes on in the middle of what it comes to, or is led round
            ways = (way for way in ways if way and _in_the_middle(way[-1], end))
        pitches = (Pitch(n * lane, n * _STUB * gap, _BEND * gap) for n in _NARROWER)
        routed = (route(begin, goal, walls, room, pitch) for pitch in pitches)
        way = next(filter(None, chain(ways, routed)), None) or _straight(start, end, placed)
        yield self._path(way, 0, head=self.kind != "zoom" and not self.headless)

    def _path(self, points: Sequence[Point], n: int, *, head: bool = False) -> Path:
        box = around(Box(x, y, 0, 0) for x, y in points)
        name = self.name + (f".{n}" if n else "")
        return Path(name, "", box, tuple(points), self.tone, head)


def _holder(name: str, pieces: Sequence[Piece]) -> str:
    """Return the grid whose cell or mark this is: links begin and end at its edge."""
    grids = [piece.name for piece in pieces if isinstance(piece, Grid)]
    within = [grid for grid in grids if name.startswith((f"{grid}.", f"{grid}["))]
    return max(within, key=len, default=name)


def _edge(name: str, find: Find, pieces: Sequence[Piece], apart: float) -> Box:
    """Return the edge of what a link ends at; words, and rows of them, it does not touch."""
    called = _holder(name, pieces)
    own = [piece for piece in pieces if piece.name == called]
    words = any(isinstance(piece, Words) and name in (piece.panel, piece.name) for piece in own)
    return find(called).grown(apart) if words or not own else find(called)


def _walls(pieces: Sequence[Piece]) -> list[Box]:
    """Return what no line may run through."""
    return [piece.box for piece in pieces if isinstance(piece, Words | Grid | Path)]


def _inks(pieces: Sequence[Piece]) -> list[Box]:
    return [piece.box for piece in pieces if isinstance(piece, Words)]


def _straight(start: Box, end: Box, placed: Sequence[Piece]) -> list[Point]:
    """Return a straight line to the middle of a side of the end, one that crosses no words."""
    (x, y), begin = end.middle, start.middle
    sides = (x, end.y), (end.x, y), (end.right, y), (x, end.bottom)
    words = _inks(placed)
    free = (to for to in sides if not any(box.crossed_by(begin, to) for box in words))
    return [begin, next(free, end.middle)]


def _in_the_middle(at: Point, box: Box) -> bool:
    """Tell whether a place at the edge of a box is in the middle of a side."""
    return any(abs(a - b) < _SLACK for a, b in zip(at, box.middle, strict=True))


def _level(start: End, end: End, walls: Sequence[Box], apart: float) -> list[Point]:
    """Return the upright or level line between two that face one another, if there is a gap.

    It runs as near to the middle of what both share as what stands between lets it.
    """
    (one, near), (other, far) = start, end
    between = [box.grown(apart) for box in walls if not (near.holds(box) or far.holds(box))]
    xs = _shared((one.x, other.x), (one.right, other.right), ((b.x, b.right) for b in between))
    ys = _shared((one.y, other.y), (one.bottom, other.bottom), ((b.y, b.bottom) for b in between))
    lines = (
        *([(x, near.bottom), (x, far.y)] for x in xs if near.bottom <= far.y),
        *([(x, near.y), (x, far.bottom)] for x in xs if far.bottom <= near.y),
        *([(near.right, y), (far.x, y)] for y in ys if near.right <= far.x),
        *([(near.x, y), (far.right, y)] for y in ys if far.right <= near.x),
    )
    clear = (line for line in lines if not any(box.crossed_by(*line) for box in between))
    return next(clear, [])


def _shared(
    lows: Iterable[float], highs: Iterable[float], between: Iterable[tuple[float, float]]
) -> list[float]:
    """Return where a line may run in what spans share: their middle, and beside what is between."""
    low, high = max(lows), min(highs)
    middle = (low + high) / 2
    places = [middle, *(place for ends in between for place in ends)]
    return sorted((at for at in places if low <= at <= high), key=lambda at: abs(at - middle))


def _rim(box: Box, parts: int) -> list[Point]:
    """Return places on the edge of a box: the ends of so many parts of each side."""
    xs, ys = ([low + size * n / parts for n in range(parts + 1)]
              for low, size in ((box.x, box.width), (box.y, box.height)))  # fmt: skip
    return [
        *((x, y) for x in xs for y in (box.y, box.bottom)),
        *((x, y) for x in (box.x, box.right) for y in ys[1:-1]),
    ]


def _from_middle(lines: Sequence[tuple[Point, Point]]) -> list[tuple[Point, Point]]:
    """Let two lines begin in the middle between their beginnings."""
    ((x, y), _), ((u, v), _) = lines
    return [(((x + u) / 2, (y + v) / 2), to) for _, to in lines]


def _zoomed(start: Box, end: Box, placed: Sequence[Piece], gap: float) -> list[list[Point]]:
    """Return the lines from a window to the same cells enlarged, which clear all words.

    They are two, from corner to corner or from the middle of a side, or else the shortest.
    """
    s, e = start, end
    there = (
        (e.x >= s.right, ((s.right, s.y), (e.x, e.y)), ((s.right, s.bottom), (e.x, e.bottom))),
        (e.right <= s.x, ((s.x, s.y), (e.right, e.y)), ((s.x, s.bottom), (e.right, e.bottom))),
        (e.y >= s.bottom, ((s.x, s.bottom), (e.x, e.y)), ((s.right, s.bottom), (e.right, e.y))),
        (e.bottom <= s.y, ((s.x, s.y), (e.x, e.bottom)), ((s.right, s.y), (e.right, e.bottom))),
    )
    own = [piece.box for piece in placed if isinstance(piece, Grid) and piece.box.meets(start)]
    grids = [
        piece.box for piece in placed
        if isinstance(piece, Grid) and piece.box not in own and piece.box != end
    ]  # fmt: skip
    walls = [*(box.grown(_CLEAR * gap) for box in _inks(placed)), *grids]
    facing = [lines for possible, *lines in there if possible]
    for lines in (*facing, *map(_from_middle, facing)):
        if not any(wall.crossed_by(*ends) for wall in walls for ends in lines):
            return [list(ends) for ends in lines]
    ways = product(_rim(start, 2), _rim(end, _PLACES))
    shortest = sorted(ways, key=lambda ends: math.dist(*ends))
    for n in _NARROWER:
        walls = [start, end, *grids, *(box.grown(n * _LANE * gap) for box in _inks(placed))]
        for ends in shortest:
            if not any(wall.crossed_by(*ends) for wall in walls):
                return [list(ends)]
    return []
