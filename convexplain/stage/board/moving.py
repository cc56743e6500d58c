"""How parts of a picture move: along their grids, out of one another, to another picture."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.panels import Box, Diagram
from convexplain.panels.box import around
from convexplain.panels.check import ink
from convexplain.panels.pieces import Fill, Frame, Grid, Piece, Words
from convexplain.stage.board.drawing import (
    CELL,
    FLYING,
    Region,
    alike,
    bounds_of,
    cells_named,
    cells_of,
    corners_of,
    crossed,
    glide,
    outline,
    room,
    set_opacity,
)  # fmt: skip
from convexplain.stage.board.picture import Picture
from convexplain.stage.grid import PixelGrid
from convexplain.stage.pace import Move, eased, in_turn, late, lazily
from convexplain.stage.rectangle import Rectangle
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label
from convexplain.stage.units import to_scene

Points = npt.NDArray[np.float64]
#: What has less than this share of another's area makes way for it.
_SMALL = 0.1
#: How far from a grid a copy of it sets out, in pixels of the stage.
_BESIDE = 4.0
#: How thick the edge is out of which a bar grows.
_EDGE = 1.0


class Moving(Picture):
    """A picture whose parts slide, grow out of one another, fly, and become another picture."""

    def move(self, mark: str, row: float, col: float) -> Move:
        """Slide a mark over its grid; links that start at it follow.

        `mark`: such as ``"input.window"``. `row` and `col`: where its first cell then lies.
        """

        def start() -> Move:
            frame, grid = self.part(mark), self.part(self._grid_of(mark))
            before = frame.places.copy()
            places = np.array(corners_of(cells_of(grid, row, col, *self._span(mark))))
            follow = [self._following(mark, link) for link in self._links_from(mark)]

            def go(alpha: float) -> None:
                frame.places = before + (places - before) * alpha
                for line in follow:
                    line((places - before)[0] * alpha)

            return go

        return lazily(start)

    def visit(
        self, mark: str, steps: Callable[[float], tuple[float, float]], *others: Move
    ) -> Move:
        """Let a mark follow a way, given as the row and the column at each moment.

        `steps`: takes a number from 0 to 1, returns row and column. `others`: moves of what goes
        with it.
        """
        frame, grid = self.part(mark), self.part(self._grid_of(mark))
        span = self._span(mark)

        def go(alpha: float) -> None:
            frame.places = corners_of(cells_of(grid, *steps(alpha), *span))
            for move in others:
                move(alpha)

        return go

    def search(self, mark: str, way: Iterable[tuple[float, float]]) -> Move:
        """Let a mark go from place to place, given as rows and columns, and pause at each."""

        def leg(start: Points, end: Points) -> Move:
            return eased(self.visit(mark, lambda alpha: tuple(start + (end - start) * alpha)))

        places = [np.array(place, dtype=float) for place in way]
        return in_turn(*(leg(start, end) for start, end in pairwise(places)))

    def ride(self, name: str, along: str, start: float = 0.0, end: float = 1.0) -> Move:
        """Let a chart's dot go along a curve, from one share of its way across to another."""

        def begin() -> Move:
            dot, curve = self.part(name), self.part(along).places.copy()
            left, top, width, height = bounds_of([dot])
            shape = dot.places - (left + width / 2, top + height / 2)

            def go(alpha: float) -> None:
                share = start + (end - start) * alpha
                x = curve[0, 0] + share * (curve[-1, 0] - curve[0, 0])
                at = float(x), float(np.interp(x, curve[:, 0], curve[:, 1]))
                dot.places = [(float(a), float(b)) for a, b in shape + at]

            go(0.0)
            return go

        return lazily(begin)

    def _grid_of(self, mark: str) -> str:
        return mark.rpartition(".")[0]

    def _span(self, mark: str) -> tuple[float, float]:
        piece = self._pieces[mark]
        grid = self._pieces[self._grid_of(mark)]
        assert isinstance(grid, Grid)
        rows, cols = grid.shape
        box, whole = piece.box, grid.box
        return rows * box.height / whole.height, cols * box.width / whole.width

    def _links_from(self, mark: str) -> list[Line]:
        return [
            part for key, part in self._parts.items()
            if key.startswith(f"{mark}->") and part in self.scene.mobjects
        ]  # fmt: skip

    @staticmethod
    def _following(mark: str, line: Line) -> Callable[[Points], None]:
        places = line.places.copy()

        def follow(way: Points) -> None:
            now = places.copy()
            now[0] += way
            line.places = [(float(x), float(y)) for x, y in now]

        return follow

    def grow(self, name: str, out_of: str | Region, *, via: Region | None = None) -> Move:
        """Let a panel come out of something that is there: a patch out of its window.

        Its grids grow from there, with their numbers; its words come up as it arrives. `out_of`: a
        name, or left, top, width and height on the stage. `via`: what it fills half-way, where the
        straight way would cross something.
        """

        def start() -> Move:
            parts = self._all([name])
            grids: list[Any] = [p for p in parts if isinstance(p, PixelGrid | Rectangle)]
            words = [part for part in parts if part not in grids]
            between = None if via is None else to_scene(corners_of(via))
            goals = [grid.points.copy() for grid in grids]
            place = self.box(out_of) if isinstance(out_of, str) else out_of
            places = to_scene(corners_of(place))
            numbers = [getattr(grid, "number_opacity", 0.0) for grid in grids]
            for part in words:
                part.opacity = 0.0
            for grid in grids:
                grid.opacity = 1.0
            self.scene.add(*parts)

            def go(alpha: float) -> None:
                for grid, goal, number in zip(grids, goals, numbers, strict=True):
                    if between is None:
                        grid.points = places + (goal - places) * alpha
                    elif alpha < 0.5:
                        grid.points = places + (between - places) * 2 * alpha
                    else:
                        grid.points = between + (goal - between) * (2 * alpha - 1)
                    if number:
                        grid.number_opacity = number * late(alpha)
                set_opacity(words, late(alpha))

            go(0.0)
            return go

        return lazily(start)

    def foot(self, bar: str) -> Region:
        """Return the edge of a bar that stands on its panel's line."""
        left, top, width, height = self.box(bar)
        x, y, wide, high = self.box(f"{bar.partition('.')[0]}.zero")
        if high > wide:  # bars lie beside an upright line
            return (left if x <= left + _EDGE else left + width - _EDGE), top, _EDGE, height
        return left, (top if y <= top + _EDGE else top + height - _EDGE), width, _EDGE

    def fold(self, name: str, into: str) -> Move:
        """Let a panel go back into something, and vanish there."""

        def start() -> Move:
            parts = [part for part in self._all([name]) if part in self.scene.mobjects]
            grids: list[Any] = [p for p in parts if isinstance(p, PixelGrid | Rectangle)]
            words = [part for part in parts if part not in grids]
            before = [grid.points.copy() for grid in grids]
            opacities = [part.opacity for part in words]
            numbers = [getattr(grid, "number_opacity", 0.0) for grid in grids]
            places = to_scene(corners_of(self.box(into)))

            def go(alpha: float) -> None:
                for grid, origin, number in zip(grids, before, numbers, strict=True):
                    grid.points = origin + (places - origin) * alpha
                    if number:
                        grid.number_opacity = number * (1 - alpha)
                for part, opacity in zip(words, opacities, strict=True):
                    part.opacity = opacity * max(0.0, 1 - 3 * alpha)
                if alpha >= 1:
                    self.scene.remove(*parts)
                    for grid, origin, number in zip(grids, before, numbers, strict=True):
                        grid.points = origin
                        if number:
                            grid.number_opacity = number
                    set_opacity(words, 1.0)

            return go

        return lazily(start)

    def settle(self, cells: Mapping[str, tuple[str, float, float, float, float]]) -> Move:
        """Let grids shrink to cells of a picture that they make up, as `become` brings it.

        `cells`: what shrinks, of the picture as it is now, which the next one lacks; and of that
        one a grid, a row and a column of it, and how many rows and columns.
        """
        parts = {name: self.part(name) for name in cells}

        def start() -> Move:
            ways = [
                (part, part.points.copy(), to_scene(corners_of(self.within(*cells[name]))))
                for name, part in parts.items()
            ]  # fmt: skip
            for part in parts.values():
                part.z_index = FLYING

            def go(alpha: float) -> None:
                for part, origin, goal in ways:
                    part.points = origin + (goal - origin) * alpha
                    part.opacity, part.number_opacity = 1.0, max(0.0, 1 - 2 * alpha)

            go(0.0)
            return go

        return lazily(start)

    def send(
        self,
        start: str,
        end: str,
        then: Callable[[], None] | None = None,
        *,
        via: tuple[str, ...] = (),
    ) -> Move:
        """Let a copy of some cells, or of a text, fly elsewhere.

        `start` and `end`: where from and where to; the copy takes the size of the place where it
        lands. Of a series, each to its own. `then`: called as it lands: to give the place its
        value. `via`: places that it fills on its way.
        """

        def begin() -> Move:
            pairs = zip(self.each(start), self.each(end), strict=True)
            flights = [self._flight(one, (*via, other)) for one, other in pairs]

            def go(alpha: float) -> None:
                for flight in flights:
                    flight(alpha)
                if alpha >= 1 and then is not None:
                    then()

            return go

        return lazily(begin)

    def along(self, *lines: str) -> Points:
        """Return the way along links, level and then upright through what lies between them."""
        first, *others = (self.part(line).places for line in lines)
        way = [first]
        for places in others:
            way += [[[places[0, 0], way[-1][-1][1]]], places]
        return np.concatenate(way)

    def follow(self, name: str, *lines: str, small: float = 0.4) -> Move:
        """Let a copy of a grid, smaller than it and framed, go along lines, one after the other.

        It sets out beside the grid, not on it, and is gone beside what the last line leads to.
        `lines`: links, in the order in which they are followed. `small`: its size on the lines,
        relative to the grid's.
        """

        def start() -> Move:
            ghost, frame = self._copy(name), outline((0, 0, 1, 1), colour="ink", line=1.5)
            ghost.z_index = frame.z_index = FLYING
            _, _, width, height = (small * side for side in self.box(name))
            way = self.along(*lines)
            reached = np.r_[0.0, np.hypot(*np.diff(way, axis=0).T).cumsum()]
            beside = max(width, height) / 2 + _BESIDE
            self.scene.add(ghost, frame)

            def go(alpha: float) -> None:
                gone = beside + alpha * (reached[-1] - 2 * beside)
                x, y = (float(np.interp(gone, reached, places)) for places in way.T)
                places = corners_of((x - width / 2, y - height / 2, width, height))
                ghost.points, frame.places = to_scene(places), places
                if alpha >= 1:
                    self.scene.remove(ghost, frame)

            go(0.0)
            return go

        return lazily(start)

    def _flight(self, start: str, stops: tuple[str, ...]) -> Move:
        """Return the move of one copy from stop to stop; it is gone when it has landed."""
        ghost = self._copy(start)
        ghost.z_index = FLYING
        places = [ghost.points.copy(), *(self._landing(ghost, name) for name in stops)]
        self.scene.add(ghost)

        def go(alpha: float) -> None:
            way = alpha * (len(places) - 1)
            leg = min(int(way), len(places) - 2)
            ghost.points = places[leg] + (places[leg + 1] - places[leg]) * (way - leg)
            if getattr(ghost, "number_opacity", 0.0):
                ghost.number_opacity = min(1.0, max(0.05, 2 - 2 * alpha))
            if alpha >= 1:
                self.scene.remove(ghost)

        return go

    def _copy(self, name: str) -> Any:
        """Return a grid or label that looks like a part, a cell or the cells under a mark."""
        part = self._parts.get(name)
        if isinstance(part, Label):
            x, y = part.anchor_place()
            return Label(
                part.text, x, y, part.drawn_size(), colour=part.colour, weight=part.weight,
                anchor=part.anchor,
            )  # fmt: skip
        found = CELL.fullmatch(name)
        if found:
            grid = self.part(found["panel"])
            row, col, rows, cols = cells_named(grid, found["places"])
        elif isinstance(part, WindowFrame):
            grid = self.part(self._grid_of(name))
            left, top, width, height = self.box(name)
            origin = grid.places[0]
            row, col = round((top - origin[1]) / grid.cell), round((left - origin[0]) / grid.cell)
            rows, cols = round(height / grid.cell), round(width / grid.cell)
        else:
            grid = self.part(name)
            row, col, (rows, cols) = 0, 0, grid.shape_in_cells
        return grid.part(row, col, rows, cols)

    def _landing(self, ghost: Any, end: str) -> Points:
        left, top, width, height = self.box(end)
        if isinstance(ghost, Label) or isinstance(self._parts.get(end), Rectangle):
            corners = ghost.places
            size = corners[1, 0] - corners[0, 0], corners[2, 1] - corners[0, 1]
            share = min(1.0, width / size[0], height / size[1])
            wide, high = size[0] * share, size[1] * share
            left, top = left + (width - wide) / 2, top + (height - high) / 2
            width, height = wide, high
        return to_scene(corners_of((left, top, width, height)))

    def become(
        self,
        picture: Diagram,
        *,
        show: Iterable[str] = (),
        hold: Iterable[str] = (),
        whole: bool = False,
    ) -> Move:
        """Lay another picture out, and bring what there is to where it then stands.

        Parts of one name glide and take on their new values at once; those of a panel that would
        pass over another one fade, as do words that a grid or a bar of another panel would pass
        over, and come up where they then stand. What the new picture lacks fades away, and of what
        is new that comes which belongs to a shown panel. `show`: what comes besides; asked for once
        the new picture is laid out. `hold`: what is new and waits, though its panel is shown.
        `whole`: whether all of the picture comes, but its marks.
        """

        def start() -> Move:
            before, parts = self._pieces, self._parts
            panel_shown = {
                piece.panel for key, piece in before.items()
                if piece.panel and parts[key] in self.scene.mobjects
                and not isinstance(piece, Frame)
            }  # fmt: skip
            self._take(self._place(picture))
            coming: list[Any] = []
            kept: list[tuple[Any, Any]] = []
            passing = _passing(before, self._pieces, panel_shown)
            crossed_words = _words_on_the_way(before, self._pieces, panel_shown - passing)
            wanted = {key for name in show for key in self._keys(name)}
            waiting = {key for name in hold for key in self._keys(name)}
            if whole:
                wanted |= {k for k, piece in self._pieces.items() if not isinstance(piece, Frame)}
            self._parts = {}
            for key, piece in self._pieces.items():
                new, old = self._made(piece), parts.get(key)
                self._parts[key] = new
                there = old is not None and old in self.scene.mobjects
                passes = piece.panel in passing or key in crossed_words
                if old is not None and there and not passes and alike(old, new):
                    self._parts[key] = old
                    kept.append((old, new))
                    del parts[key]
                elif (
                    (there and passes)
                    or key in wanted
                    or (
                        (key not in before or there)
                        and key not in waiting
                        and piece.panel in panel_shown
                        and not isinstance(piece, Frame)
                    )
                ):
                    coming.append(new)
            going = [part for part in parts.values() if part in self.scene.mobjects]
            leaving = [(part, part.opacity) for part in going]
            fade = crossed(leaving, [(part, 1.0) for part in coming], room(kept))
            glides = [glide(old, new) for old, new in kept]
            self.scene.add(*coming)

            def go(alpha: float) -> None:
                for move in glides:
                    move(alpha)
                fade(alpha)
                if alpha >= 1:
                    self.scene.remove(*going)

            go(0.0)
            return go

        return lazily(start)


def _passing(
    before: Mapping[str, Piece], after: Mapping[str, Piece], shown: Collection[str]
) -> set[str]:
    """Return the panels that would pass over another on their way: of two, the one that goes on.

    A much smaller one, such as a legend, makes way for what it would pass over. Panels that lie on
    one another at either end may do so between.
    """
    ways = _ways(before, after, shown)
    found: set[str] = set()
    for one, other in combinations(ways, 2):
        if one in found or other in found or not _cross(ways[one], ways[other]):
            continue
        small, large = sorted((one, other), key=lambda name: _area(ways[name][0]))
        least = _area(ways[small][0]) < _SMALL * _area(ways[large][0])
        found.add(small if least else max(one, other, key=lambda name: _far(*ways[name])))
    return found


def _words_on_the_way(
    before: Mapping[str, Piece], after: Mapping[str, Piece], shown: Collection[str]
) -> set[str]:
    """Return the words that go on, and that another panel's grid or bars would pass over."""
    ways = _ways(before, after, shown)
    words = {
        key: (ink(old), ink(new))
        for key, new in after.items()
        if isinstance(new, Words) and isinstance(old := before.get(key), Words)
    }
    return {
        key for key, way in words.items()
        if any(name != after[key].panel and _cross(way, other) for name, other in ways.items())
    }  # fmt: skip


def _ways(
    before: Mapping[str, Piece], after: Mapping[str, Piece], shown: Collection[str]
) -> dict[str, tuple[Box, Box]]:
    """Return from where to where the grids or bars of each shown panel go."""
    starts, ends = _bodies(before), _bodies(after)
    return {name: (starts[name], ends[name]) for name in starts if name in ends and name in shown}


def _cross(one: tuple[Box, Box], other: tuple[Box, Box]) -> bool:
    """Tell whether two boxes meet on their ways, but at neither end."""
    if any(a.meets(b) for a, b in zip(one, other, strict=True)):
        return False
    if not around(one).meets(around(other)):  # what each of them passes over
        return False
    return any(_between(*one, n / 8).meets(_between(*other, n / 8)) for n in range(1, 8))


def _bodies(pieces: Mapping[str, Piece]) -> dict[str, Box]:
    """Return where the grids or bars of each panel are."""
    found: dict[str, Box] = {}
    for piece in pieces.values():
        if isinstance(piece, Grid | Fill) and piece.panel:
            known = found.get(piece.panel)
            found[piece.panel] = piece.box if known is None else around((known, piece.box))
    return found


def _between(start: Box, end: Box, share: float) -> Box:
    return Box(*(a + (b - a) * share for a, b in zip(_sides(start), _sides(end), strict=True)))


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height


def _area(box: Box) -> float:
    return box.width * box.height


def _far(start: Box, end: Box) -> float:
    (x0, y0), (x1, y1) = start.middle, end.middle
    return float(np.hypot(x1 - x0, y1 - y0))
