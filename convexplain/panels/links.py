"""Links between panels: lines that run through lanes, never through words or other grids."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from convexplain.panels.box import Box, Point, around
from convexplain.panels.pieces import Grid, Path, Piece, Words

Kind = Literal["zoom", "feeds", "gather"]
Find = Callable[[str], Box]

# In gaps of the sheet: what a bend costs, how far lanes are from what they pass, and how far a way
# runs straight on before it ends.
_BEND, _LANE, _STUB = 0.6, 0.28, 0.42


@dataclass(frozen=True)
class Link:
    """What belongs together.

    Parameters
    ----------
    start, end : str
        Names of panels, marks or cells.
    kind : {"zoom", "feeds", "gather"}
        The same cells enlarged; a value on its way; a bracket round what is gathered, and an
        arrow to what is made of it.
    tone : str
        Token of the theme.
    """

    start: str
    end: str
    kind: Kind = "feeds"
    tone: str = "accent"

    @property
    def name(self) -> str:
        """By which it is found."""
        return f"{self.start}->{self.end}"

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
            lines = _zoomed(start, end, placed)
            if lines:
                yield from (self._path(points, n) for n, points in enumerate(lines))
                return
        lane = _LANE * gap
        if self.kind == "gather" and end.x > start.right:
            near, far = start.right + lane, start.right + 2 * lane
            corners = (near, start.y), (far, start.y), (far, start.bottom), (near, start.bottom)
            level = min(max(start.middle[1], end.y + 0.1 * end.height), end.bottom)
            yield self._path(corners, 0)
            yield self._path([(far, level), (end.x - lane, level)], 1, head=True)
            return
        edges = [find(_holder(name, placed)) for name in (self.start, self.end)]
        way = _route((start, edges[0]), (end, edges[1]), placed, room, gap)
        yield self._path(way, 0, head=self.kind != "zoom")

    def _path(self, points: Sequence[Point], n: int, *, head: bool = False) -> Path:
        box = around(Box(x, y, 0, 0) for x, y in points)
        name = self.name + (f".{n}" if n else "")
        return Path(name, "", box, tuple(points), self.tone, head)


def _holder(name: str, pieces: Sequence[Piece]) -> str:
    """Return the grid whose cell or mark this is: links begin and end at its edge."""
    grids = [piece.name for piece in pieces if isinstance(piece, Grid)]
    within = [grid for grid in grids if name.startswith((f"{grid}.", f"{grid}["))]
    return max(within, key=len, default=name)


def _walls(pieces: Sequence[Piece]) -> list[Box]:
    """Return what no line may run through."""
    return [piece.box for piece in pieces if isinstance(piece, Words | Grid | Path)]


def _inks(pieces: Sequence[Piece]) -> list[Box]:
    return [piece.box for piece in pieces if isinstance(piece, Words)]


def _zoomed(start: Box, end: Box, placed: Sequence[Piece]) -> list[list[Point]]:
    """Return the two lines from a window to the same cells enlarged, if they cross no words."""
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
    walls = [*_inks(placed), *grids]
    for possible, *lines in there:
        if possible and not any(wall.crossed_by(*ends) for wall in walls for ends in lines):
            return [list(ends) for ends in lines]
    return []


def _sides(box: Box, edge: Box) -> list[tuple[Point, Point]]:
    """Return where a line can leave or reach a box at the edge of its grid, and outwards."""
    x, y = box.middle
    return [
        ((edge.right, y), (1, 0)), ((edge.x, y), (-1, 0)),
        ((x, edge.bottom), (0, 1)), ((x, edge.y), (0, -1)),
    ]  # fmt: skip


def _route(
    start: tuple[Box, Box],
    end: tuple[Box, Box],
    placed: Sequence[Piece],
    room: Box,
    gap: float,
) -> list[Point]:
    """Find the shortest way with the fewest bends along lanes (Dijkstra's algorithm).

    Lanes run beside everything that is placed; a step of a way goes from one crossing of lanes
    to the next. A start and an end are a box, and the grid at whose edge the way meets it.
    """
    lane, bend = _LANE * gap, _BEND * gap
    walls = [box.grown(lane / 2) for box in _walls(placed)]
    begins = [((p[0] + d[0] * lane, p[1] + d[1] * lane), p, d) for p, d in _sides(*start)]
    stub = _STUB * gap
    ends = {(p[0] + d[0] * stub, p[1] + d[1] * stub): p for p, d in _sides(*end)}
    boxes = [box.grown(lane) for box in (*_walls(placed), start[1], end[1])]
    points = [*(point for point, _, _ in begins), *ends]
    xs = _lanes(points, 0, (x for box in boxes for x in (box.x, box.right)), room.x, room.right)
    ys = _lanes(points, 1, (y for box in boxes for y in (box.y, box.bottom)), room.y, room.bottom)
    column, row = {x: n for n, x in enumerate(xs)}, {y: n for n, y in enumerate(ys)}
    queue: list[tuple[float, int, int, int, int, int]] = []
    origin: dict[tuple[int, int, int, int], tuple[int, int, int, int] | None] = {}
    cost: dict[tuple[int, int, int, int], float] = {}
    count = 0
    first: dict[tuple[int, int, int, int], Point] = {}
    for at, p, d in begins:
        if at[0] not in column or at[1] not in row:
            continue  # there is no room at this side
        state = (column[at[0]], row[at[1]], int(d[0]), int(d[1]))
        cost[state], origin[state], first[state] = 0.0, None, p
        heapq.heappush(queue, (0.0, count, *state))
        count += 1
    while queue:
        spent, _, i, j, dx, dy = heapq.heappop(queue)
        state = (i, j, dx, dy)
        if spent > cost[state]:
            continue
        here = xs[i], ys[j]
        if here in ends:
            return _joined(state, origin, first, xs, ys, ends[here])
        for nx, ny in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            if (nx, ny) == (-dx, -dy):
                continue
            k, m = i + nx, j + ny
            if not (0 <= k < len(xs) and 0 <= m < len(ys)):
                continue
            there = xs[k], ys[m]
            if any(wall.crossed_by(here, there) for wall in walls):
                continue
            step = abs(there[0] - here[0]) + abs(there[1] - here[1])
            total = spent + step + (bend if (nx, ny) != (dx, dy) else 0.0)
            following = (k, m, nx, ny)
            if total < cost.get(following, float("inf")):
                cost[following], origin[following] = total, state
                heapq.heappush(queue, (total, count, *following))
                count += 1
    return [start[0].middle, end[0].middle]


def _lanes(
    points: Sequence[Point], axis: int, edges: Iterable[float], low: float, high: float
) -> list[float]:
    found = {point[axis] for point in points} | set(edges)
    return sorted(place for place in found if low - 1e-6 <= place <= high + 1e-6)


def _joined(
    state: tuple[int, int, int, int],
    origin: dict[tuple[int, int, int, int], tuple[int, int, int, int] | None],
    first: dict[tuple[int, int, int, int], Point],
    xs: list[float],
    ys: list[float],
    last: Point,
) -> list[Point]:
    """Return the way as points, without those on a straight line."""
    points = [last]
    here: tuple[int, int, int, int] | None = state
    while here is not None:
        points.append((xs[here[0]], ys[here[1]]))
        if origin[here] is None:
            points.append(first[here])
        here = origin[here]
    points.reverse()
    kept = points[:1]
    for (before, at), (_, after) in zip(pairwise(points), pairwise(points[1:]), strict=False):
        straight = (before[0] == at[0] == after[0]) or (before[1] == at[1] == after[1])
        if not straight:
            kept.append(at)
    return [*kept, points[-1]]
