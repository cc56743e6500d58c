"""Ways along lanes: from a box to another round all that stands between, with few bends."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.panels.box import Box, Point

_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1))
_BACK = (1, 0, 3, 2)
#: A crossing of two lanes by its column and row, and the step with which a way comes to it.
_State = tuple[int, int, int]


class End(NamedTuple):
    """Where a way may begin or end: at the edge of a grid, level with a box in it."""

    box: Box
    edge: Box

    def sides(self, out: float) -> list[tuple[Point, Point, tuple[int, int]]]:
        """Return for each side the place at the edge, the place so far outside, and outwards."""
        (x, y), edge = self.box.middle, self.edge
        places = ((edge.right, y), (edge.x, y), (x, edge.bottom), (x, edge.y))
        return [
            ((px, py), (px + out * dx, py + out * dy), (dx, dy))
            for (px, py), (dx, dy) in zip(places, _STEPS, strict=True)
        ]


class Pitch(NamedTuple):
    """How far lanes are from what they pass, how long the last piece of a way is, the bends."""

    lane: float
    stub: float
    bend: float


def route(
    start: End, end: End, walls: Sequence[Box], room: Box, pitch: Pitch
) -> list[Point] | None:
    """Find the shortest way with the fewest bends along lanes (Dijkstra's algorithm).

    Its corners are returned, None if there is no way. Lanes run beside everything that stands
    there, at a distance from the walls and within the room; a step of a way goes from one crossing
    of lanes to the next.
    """
    begins, ends = start.sides(pitch.lane), end.sides(pitch.stub)
    passed = [box.grown(pitch.lane) for box in (*walls, start.edge, end.edge)]
    marks = [out for _, out, _ in (*begins, *ends)]
    xs = _lanes([x for x, _ in marks], ((b.x, b.right) for b in passed), room.x, room.right)
    ys = _lanes([y for _, y in marks], ((b.y, b.bottom) for b in passed), room.y, room.bottom)
    across, down = (
        open.tolist() for open in _open(xs, ys, [wall.grown(pitch.lane / 2) for wall in walls])
    )
    goals = {
        _nearest(xs, ys, out): (at, _BACK[_STEPS.index(step)])
        for at, out, step in ends if room.holds(_dot(out))
    }  # fmt: skip
    cost: dict[_State, float] = {}
    before: dict[_State, _State | None] = {}
    firsts: dict[_State, Point] = {}
    queue: list[tuple[float, _State]] = []
    for at, out, step in begins:
        if room.holds(_dot(out)):
            state = (*_nearest(xs, ys, out), _STEPS.index(step))
            cost[state], before[state], firsts[state] = 0.0, None, at
            heapq.heappush(queue, (0.0, state))
    while queue:
        spent, state = heapq.heappop(queue)
        if spent > cost[state]:
            continue
        column, row, came = state
        if (column, row) in goals:
            last, inwards = goals[column, row]
            if came == inwards:
                return _corners(state, before, firsts, xs, ys, last)
            to = column, row, inwards
            if spent + pitch.bend < cost.get(to, np.inf) and came != _BACK[inwards]:
                cost[to], before[to] = spent + pitch.bend, before[state]
                if state in firsts:
                    firsts[to] = firsts[state]
                heapq.heappush(queue, (cost[to], to))
        x, y = xs[column], ys[row]
        for n, (dx, dy) in enumerate(_STEPS):
            if n == _BACK[came]:
                continue
            i, j = column + min(dx, 0), row + min(dy, 0)
            free = across if dx else down
            if not (0 <= i < len(free) and 0 <= j < len(free[i]) and free[i][j]):
                continue
            to = column + dx, row + dy, n
            total = spent + (abs(xs[to[0]] - x) + abs(ys[to[1]] - y))
            if n != came:
                total += pitch.bend
            if total < cost.get(to, np.inf):
                cost[to], before[to] = total, state
                heapq.heappush(queue, (total, to))
    return None


def _dot(at: Point) -> Box:
    return Box(*at, 0, 0)


def _lanes(
    marks: Sequence[float], edges: Iterable[tuple[float, float]], low: float, high: float
) -> list[float]:
    """Return where lanes are, in order: those of starts and ends, and beside all that stands."""
    places = sorted({*marks, *(place for pair in edges for place in pair)})
    return [place for place in places if low <= place <= high]


def _nearest(xs: Sequence[float], ys: Sequence[float], at: Point) -> tuple[int, int]:
    return xs.index(at[0]), ys.index(at[1])


def _open(
    xs: Sequence[float], ys: Sequence[float], walls: Sequence[Box]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return between which neighbouring crossings no wall stands: in rows, and in columns."""
    x, y = np.array(xs), np.array(ys)
    left, right = (np.array([getattr(w, side) for w in walls]) for side in ("x", "right"))
    top, bottom = (np.array([getattr(w, side) for w in walls]) for side in ("y", "bottom"))

    def meets(places: npt.NDArray[np.float64], low: object, high: object) -> npt.NDArray[np.bool_]:
        return (places[:-1, None] < np.asarray(high)) & (places[1:, None] > np.asarray(low))

    def within(places: npt.NDArray[np.float64], low: object, high: object) -> npt.NDArray[np.bool_]:
        return (places[:, None] > np.asarray(low)) & (places[:, None] < np.asarray(high))

    rows = meets(x, left, right) @ within(y, top, bottom).T
    columns = within(x, left, right) @ meets(y, top, bottom).T
    return ~rows, ~columns


def _corners(
    state: _State,
    before: dict[_State, _State | None],
    firsts: dict[_State, Point],
    xs: Sequence[float],
    ys: Sequence[float],
    last: Point,
) -> list[Point]:
    """Return where a way begins, bends and ends."""
    points = [last]
    here: _State | None = state
    while here is not None:
        points.append((xs[here[0]], ys[here[1]]))
        if before[here] is None:
            points.append(firsts[here])
        here = before[here]
    points.reverse()
    bends = [
        at
        for (one, at), (_, two) in pairwise(pairwise(points))
        if not (one[0] == at[0] == two[0] or one[1] == at[1] == two[1])
    ]
    return [points[0], *bends, points[-1]]
