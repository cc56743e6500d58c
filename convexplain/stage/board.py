"""Pictures of panels on the stage: laid out by themselves, moved by the names of their parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.scene.scene import Scene

from convexplain import panels
from convexplain.errors import choose
from convexplain.panels import Box, Diagram, Placed, Sheet
from convexplain.panels.pieces import Fill, Frame, Grid, Path, Piece, Words
from convexplain.stage.grid import PixelGrid
from convexplain.stage.mobject import StageMobject
from convexplain.stage.pace import Move, smoothly
from convexplain.stage.rectangle import Rectangle
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label
from convexplain.stage.units import HEIGHT, WIDTH, to_scene

Points = npt.NDArray[np.float64]
Region = tuple[float, float, float, float]
_CELL = re.compile(r"(?P<panel>.+)\[(?P<places>[\d\s,]+)\]")
# From the back to the front.
_DEPTH = {Fill: 0, Grid: 1, Path: 2, Frame: 3, Words: 4}
_FLYING = 6
#: How much is left of what is not spoken of.
DIM = 0.4


class Board:
    """Draws the panels of a picture, and moves what it drew by name.

    Names are those of `convexplain.panels`: a panel (``"patch"``, all of it but its marks), a mark
    (``"input.window"``), a part (``"sum.total"``), a link (``"input.window->patch"``) or a cell
    (``"map[3, 4]"``). What moves something returns a function of the time from 0 to 1, for
    `StageScene.drive` or `LessonScene.during`; several are made one by `pace.together` and
    `pace.in_turn`.

    Parameters
    ----------
    scene : StageScene
        On whose stage it is.
    sheet : Sheet
        That of the frame's aspect.
    lang : {"en", "zh"}
        Language of its words.

    Examples
    --------
    ::

        board = Board(self, panels.VIDEO, "en")
        board.lay(picture)
        self.drive(board.show("input", "input.window"), 0.5)
        self.drive(board.move("input.window", 5, 5), 1.0)
        self.drive(board.grow("patch", out_of="input.window"), 0.8)
    """

    def __init__(self, scene: Scene, sheet: Sheet, lang: str) -> None:
        self.scene: Any = scene
        self.sheet = sheet
        self.lang = lang
        self.placed: Placed | None = None
        self._known: dict[Diagram, Placed] = {}
        self._pieces: dict[str, Piece] = {}
        self._parts: dict[str, Any] = {}
        self._offset = (WIDTH / 2 - sheet.width / 2, HEIGHT / 2 - sheet.height / 2)
        self._marks: dict[str, tuple[float, float]] = {}

    # What is where.

    def lay(self, picture: Diagram) -> None:
        """Lay a picture out; nothing of it is shown yet, and what was shown before is gone."""
        self.scene.remove(*self._parts.values())
        self._take(self._place(picture))
        self._parts = {name: self._made(piece) for name, piece in self._pieces.items()}

    def _place(self, picture: Diagram) -> Placed:
        """Lay a picture out, one that comes again only once."""
        if picture not in self._known:
            self._known[picture] = panels.place(picture, self.sheet, self.lang)
        return self._known[picture]

    def _take(self, placed: Placed) -> None:
        self.placed = placed
        self._pieces = {piece.name: piece for piece in placed.pieces}
        self._marks = {}

    def box(self, name: str) -> Region:
        """Return left, top, width and height of something in pixels of the stage, as it is now.

        A panel's name is its grid, if it has one; ``"patch.all"`` is all of it.
        """
        found = _CELL.fullmatch(name)
        if found and found["panel"] in self._parts:
            grid = self._parts[found["panel"]]
            row, col, rows, cols = self._cells(grid, found["places"])
            return _cells_of(grid, row, col, rows, cols)
        if name in self._parts:
            return _bounds([self._parts[name]])
        return _bounds(self._all([name.removesuffix(".all")]))

    @property
    def parts(self) -> dict[str, Any]:
        """What draws each part, by name, whether it is shown or not."""
        return dict(self._parts)

    def part(self, name: str) -> Any:
        """Return what draws a part: a `PixelGrid`, a `Label`, a `Line`, a `WindowFrame`."""
        if name not in self._parts:
            raise ValueError(f"nothing is called {name!r}: {choose(name, sorted(self._parts))}")
        return self._parts[name]

    def has(self, name: str) -> bool:
        """Tell whether the picture has something of this name."""
        return name in self._parts or any(piece.panel == name for piece in self._pieces.values())

    def names(self, name: str) -> list[str]:
        """Return the names of all that a panel or a part consists of."""
        return self._keys(name)

    def shown(self, name: str) -> bool:
        """Tell whether something is on the stage."""
        return any(self._parts[key] in self.scene.mobjects for key in self._keys(name))

    def around(self, *names: str) -> Region:
        """Return the smallest box that holds all of these, for the camera."""
        boxes = [self.box(name) for name in names]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right = max(box[0] + box[2] for box in boxes)
        bottom = max(box[1] + box[3] for box in boxes)
        return left, top, right - left, bottom - top

    def _keys(self, name: str) -> list[str]:
        """Return the pieces that a name stands for: of a panel all but its marks."""
        own = [
            key for key, piece in self._pieces.items()
            if piece.panel == name and not isinstance(piece, Frame)
        ]  # fmt: skip
        if own:
            return own
        found = [key for key in self._pieces if key == name or key.startswith(f"{name}.")]
        if not found:
            known = {piece.panel for piece in self._pieces.values()} | set(self._pieces)
            raise ValueError(f"nothing is called {name!r}: {choose(name, sorted(known - {''}))}")
        return found

    def _all(self, names: Iterable[str]) -> list[Any]:
        keys = dict.fromkeys(key for name in names for key in self._keys(name))
        return [self._parts[key] for key in keys]

    # What it looks like.

    def _made(self, piece: Piece) -> Any:
        """Make what draws a piece."""
        part = self._drawn(piece)
        part.z_index = _DEPTH[type(piece)]
        return part

    def _drawn(self, piece: Piece) -> StageMobject:
        box = self._staged(piece.box)
        if isinstance(piece, Words):
            return _label(piece, box)
        if isinstance(piece, Grid):
            return _grid(piece, box)
        if isinstance(piece, Fill):
            return Rectangle(_corners(box), tone=piece.tone, value=piece.value, scale=piece.scale)
        if isinstance(piece, Path):
            dx, dy = self._offset
            places = [(x + dx, y + dy) for x, y in piece.points]
            return Line(
                _curve(places) if piece.curved else places,
                colour=piece.tone,
                width=4.0 if piece.strong else 2.5,
                arrow=piece.head,
                dashed=piece.dashed,
            )
        if isinstance(piece, Frame):
            return outline(box, colour=piece.tone, line=4.0 if piece.strong else 2.5)
        raise TypeError(f"the board cannot draw a {type(piece).__name__}")

    def _staged(self, box: Box) -> Region:
        return box.x + self._offset[0], box.y + self._offset[1], box.width, box.height

    # Come and go.

    def show(self, *names: str, dim: float = 1.0) -> Move:
        """Let parts come up; those that are there already stay as they are.

        Parameters
        ----------
        *names : str
            All of the picture but marks and links if none is given.
        dim : float
            How much of them is seen in the end.
        """
        named = names or tuple(dict.fromkeys(p.panel for p in self._pieces.values() if p.panel))

        def start() -> Move:
            new = [part for part in self._all(named) if part not in self.scene.mobjects]
            for part in new:
                part.opacity = 0.0
            self.scene.add(*new)
            return lambda alpha: _set_opacity(new, dim * alpha)

        return lazily(start)

    def hide(self, *names: str) -> Move:
        """Let parts fade away; all of the picture if none is named."""

        def start() -> Move:
            parts = self._all(names) if names else [*self._parts.values()]
            parts = [part for part in parts if part in self.scene.mobjects]
            before = [part.opacity for part in parts]

            def go(alpha: float) -> None:
                for part, opacity in zip(parts, before, strict=True):
                    part.opacity = opacity * (1 - alpha)
                if alpha >= 1:
                    self.scene.remove(*parts)
                    _set_opacity(parts, 1.0)

            return go

        return lazily(start)

    def dim(self, *names: str, to: float = DIM) -> Move:
        """Bring parts to another opacity: 1 for what is spoken of again."""

        def start() -> Move:
            parts = self._all(names)
            before = [part.opacity for part in parts]

            def go(alpha: float) -> None:
                for part, opacity in zip(parts, before, strict=True):
                    part.opacity = opacity + (to - opacity) * alpha

            return go

        return lazily(start)

    def walk(self, *names: str) -> Move:
        """Draw lines from their starts to their ends."""

        def start() -> Move:
            lines = self._all(names)
            for line in lines:
                line.drawn, line.opacity = 0.0, 1.0
            self.scene.add(*lines)

            def go(alpha: float) -> None:
                for line in lines:
                    line.drawn = alpha

            return go

        return lazily(start)

    def light(self, *cells: str, rest: float = DIM) -> None:
        """Light up some cells or rows, and dim the others of their grids.

        Parameters
        ----------
        *cells : str
            ``"patch[0, 2]"``, a row ``"patch[1]"``, or ``"patch"`` for all of its cells.
        rest : float
            How much is seen of the others.
        """
        seen: set[int] = set()
        for name in cells:
            found = _CELL.fullmatch(name)
            grid = self.part(found["panel"] if found else name)
            if id(grid) not in seen:
                grid.shares[...] = rest if found else 1.0
                seen.add(id(grid))
            if found:
                row, col, rows, cols = (int(n) for n in self._cells(grid, found["places"]))
                grid.shares[row : row + rows, col : col + cols] = 1.0

    @staticmethod
    def _cells(grid: PixelGrid, places: str) -> tuple[float, float, float, float]:
        row, *col = (int(number) for number in places.split(","))
        if col:
            return row, col[0], 1, 1
        return row, 0, 1, grid.shape_in_cells[1]

    # Values.

    def fill(self, name: str, values: npt.ArrayLike, *, cells: str = "") -> None:
        """Give a grid its values, or only the cells of a name; NaN is not computed yet."""
        grid = self.part(name)
        if not cells:
            grid.values[...] = values
            return
        found = _CELL.fullmatch(cells)
        assert found is not None
        row, col, rows, cols = (int(number) for number in self._cells(grid, found["places"]))
        part = np.asarray(values, dtype=np.float64)[row : row + rows, col : col + cols]
        grid.values[row : row + rows, col : col + cols] = part

    def say(self, name: str, text: str) -> None:
        """Change a line of text."""
        self.part(name).say(text)

    # Motion.

    def move(self, mark: str, row: float, col: float) -> Move:
        """Slide a mark over its grid; links that start at it follow.

        Parameters
        ----------
        mark : str
            Such as ``"input.window"``.
        row, col : float
            Where its first cell then lies.
        """

        def start() -> Move:
            frame, grid = self.part(mark), self.part(self._grid_of(mark))
            before = frame.places.copy()
            places = np.array(_corners(_cells_of(grid, row, col, *self._span(mark))))
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

        Parameters
        ----------
        mark : str
        steps : callable
            Takes a number from 0 to 1, returns row and column.
        *others : callable
            Moves of what goes with it.
        """
        frame, grid = self.part(mark), self.part(self._grid_of(mark))
        span = self._span(mark)

        def go(alpha: float) -> None:
            frame.places = _corners(_cells_of(grid, *steps(alpha), *span))
            for move in others:
                move(alpha)

        return go

    def _grid_of(self, mark: str) -> str:
        return mark.rpartition(".")[0]

    def _span(self, mark: str) -> tuple[float, float]:
        piece = self._pieces[mark]
        grid = self._pieces[self._grid_of(mark)]
        assert isinstance(grid, Grid)
        return piece.box.height / grid.side, piece.box.width / grid.side

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

    def within(self, name: str, row: float, col: float, rows: float, cols: float) -> Region:
        """Return the box of some cells of a grid, for `grow` and the camera."""
        return _cells_of(self.part(name), row, col, rows, cols)

    def grow(self, name: str, out_of: str | Region) -> Move:
        """Let a panel come out of something that is there: a patch out of its window.

        Its grids grow from there, with their numbers; its words come up as it arrives.

        Parameters
        ----------
        name : str
        out_of : str or (float, float, float, float)
            A name, or left, top, width and height on the stage.
        """

        def start() -> Move:
            parts = self._all([name])
            grids: list[Any] = [p for p in parts if isinstance(p, PixelGrid | Rectangle)]
            words = [part for part in parts if part not in grids]
            goals = [grid.points.copy() for grid in grids]
            place = self.box(out_of) if isinstance(out_of, str) else out_of
            places = to_scene(_corners(place))
            numbers = [getattr(grid, "number_opacity", 0.0) for grid in grids]
            for part in words:
                part.opacity = 0.0
            for grid in grids:
                grid.opacity = 1.0
            self.scene.add(*parts)

            def go(alpha: float) -> None:
                for grid, goal, number in zip(grids, goals, numbers, strict=True):
                    grid.points = places + (goal - places) * alpha
                    if number:
                        grid.number_opacity = number * _late(alpha)
                _set_opacity(words, _late(alpha))

            go(0.0)
            return go

        return lazily(start)

    def fold(self, name: str, into: str) -> Move:
        """Let a panel go back into something, and vanish there."""

        def start() -> Move:
            parts = [part for part in self._all([name]) if part in self.scene.mobjects]
            grids: list[Any] = [p for p in parts if isinstance(p, PixelGrid | Rectangle)]
            words = [part for part in parts if part not in grids]
            before = [grid.points.copy() for grid in grids]
            opacities = [part.opacity for part in words]
            numbers = [getattr(grid, "number_opacity", 0.0) for grid in grids]
            places = to_scene(_corners(self.box(into)))

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
                    _set_opacity(words, 1.0)

            return go

        return lazily(start)

    def send(self, start: str, end: str, then: Callable[[], None] | None = None) -> Move:
        """Let a copy of some cells, or of a text, fly elsewhere.

        Parameters
        ----------
        start, end : str
            Where from and where to; the copy takes the size of the place where it lands.
        then : callable, optional
            Called as it lands: to give the place its value.
        """

        def begin() -> Move:
            ghost = self._copy(start)
            ghost.z_index = _FLYING
            origin, goal = ghost.points.copy(), self._landing(ghost, end)
            self.scene.add(ghost)

            def go(alpha: float) -> None:
                ghost.points = origin + (goal - origin) * alpha
                if getattr(ghost, "number_opacity", 0.0):
                    ghost.number_opacity = min(1.0, max(0.05, 2 - 2 * alpha))
                if alpha >= 1:
                    self.scene.remove(ghost)
                    if then is not None:
                        then()

            return go

        return lazily(begin)

    def _copy(self, name: str) -> Any:
        """Return a grid or label that looks like a part, a cell or the cells under a mark."""
        part = self._parts.get(name)
        if isinstance(part, Label):
            x, y = part.anchor_place()
            return Label(
                part.text, x, y, part.drawn_size(), colour=part.colour, weight=part.weight,
                anchor=part.anchor,
            )  # fmt: skip
        found = _CELL.fullmatch(name)
        if found:
            grid = self.part(found["panel"])
            row, col, rows, cols = (int(n) for n in self._cells(grid, found["places"]))
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
        if isinstance(ghost, Label):
            corners = ghost.places
            size = corners[1, 0] - corners[0, 0], corners[2, 1] - corners[0, 1]
            share = min(1.0, width / size[0], height / size[1])
            wide, high = size[0] * share, size[1] * share
            left, top = left + (width - wide) / 2, top + (height - high) / 2
            width, height = wide, high
        return to_scene(_corners((left, top, width, height)))

    def pulse(self, *names: str, colour: str = "accent", times: int = 1) -> Move:
        """Lead the eye: a frame comes round something, and goes."""

        def start() -> Move:
            return self.pulse_at(*(self.box(name) for name in names), colour=colour, times=times)

        return lazily(start)

    def pulse_at(self, *boxes: Region, colour: str = "accent", times: int = 1) -> Move:
        """Lead the eye to places of the stage, as `pulse` does."""

        def start() -> Move:
            frames = [outline(box, colour=colour, line=4.0) for box in boxes]
            for frame in frames:
                frame.z_index = _FLYING
            self.scene.add(*frames)

            def go(alpha: float) -> None:
                _set_opacity(frames, float(np.sin(np.pi * times * alpha) ** 2))
                if alpha >= 1:
                    self.scene.remove(*frames)

            return go

        return lazily(start)

    def become(self, picture: Diagram, *, show: Iterable[str] = (), whole: bool = False) -> Move:
        """Lay another picture out, and bring what there is to where it then stands.

        Parts of one name glide and take on their new values at once; what the new picture lacks
        fades away, and of what is new that comes which belongs to a shown panel.

        Parameters
        ----------
        picture : Diagram
        show : iterable of str
            What comes besides.
        whole : bool
            Whether all of the picture comes, but its marks.
        """

        def start() -> Move:
            before, parts = self._pieces, self._parts
            panel_shown = {
                piece.panel for key, piece in before.items()
                if piece.panel and parts[key] in self.scene.mobjects
                and not isinstance(piece, Frame)
            }  # fmt: skip
            self._take(self._place(picture))
            glides: list[Move] = []
            coming: list[Any] = []
            wanted = {key for name in show for key in self._keys(name)}
            if whole:
                wanted |= {k for k, piece in self._pieces.items() if not isinstance(piece, Frame)}
            self._parts = {}
            for key, piece in self._pieces.items():
                new, old = self._made(piece), parts.get(key)
                self._parts[key] = new
                there = old is not None and old in self.scene.mobjects
                if old is not None and there and _alike(old, new):
                    self._parts[key] = old
                    glides.append(_glide(old, new))
                    del parts[key]
                elif key in wanted or (
                    (key not in before or there)
                    and piece.panel in panel_shown
                    and not isinstance(piece, Frame)
                ):
                    coming.append(new)
            going = [part for part in parts.values() if part in self.scene.mobjects]
            opacities = [part.opacity for part in going]
            _set_opacity(coming, 0.0)
            self.scene.add(*coming)

            def go(alpha: float) -> None:
                for glide in glides:
                    glide(alpha)
                for part, opacity in zip(going, opacities, strict=True):
                    part.opacity = opacity * max(0.0, 1 - 2.5 * alpha)
                _set_opacity(coming, _late(alpha))
                if alpha >= 1:
                    self.scene.remove(*going)

            go(0.0)
            return go

        return lazily(start)


def lazily(start: Callable[[], Move]) -> Move:
    """Return a move that begins from what there is at its first moment."""
    move: Move | None = None

    def go(alpha: float) -> None:
        nonlocal move
        if move is None:
            move = start()
        move(alpha)

    return go


def outline(box: Region, *, colour: str = "accent", line: float = 4.0) -> WindowFrame:
    """Make a frame round a box of the stage."""
    frame = WindowFrame(PixelGrid([[0.0]], 0, 0, 1), 0, 0, colour=colour, line=line)
    frame.places = _corners(box)
    return frame


def _label(piece: Words, box: Region) -> Label:
    left, top, width, height = box
    anchor, share = {"left": ("left", 0.0), "middle": ("centre", 0.5), "right": ("right", 1.0)}[
        piece.align
    ]
    anchored: Any = anchor
    return Label(
        piece.text,
        left + share * width,
        top + height / 2,
        piece.size,
        colour=piece.tone,
        weight=piece.weight,
        anchor=anchored,
    )


def _grid(piece: Grid, box: Region) -> PixelGrid:
    left, top, width, _ = box
    values = np.array(piece.values, dtype=np.float64)
    if piece.computed is not None:
        values[~piece.computed] = np.nan
    scale: Any = "signed"
    if piece.scale.limit is None:
        scale = "rgb" if values.ndim == 3 else "picture"
    cell = width / piece.shape[1]
    grid = PixelGrid(
        values,
        left,
        top,
        cell,
        scale=scale,
        limit=piece.scale.limit or 1.0,
        numbers=piece.decimals is not None,
        text_size=piece.size or None,
        lines=piece.lines,
        frame=2.0 if piece.decimals is None else 0.0,
        decimals=2 if piece.decimals is None else piece.decimals,
    )
    grid.places = _corners(box)
    return grid


def _corners(box: Region) -> list[tuple[float, float]]:
    left, top, width, height = box
    return [(left, top), (left + width, top), (left, top + height)]


def _cells_of(grid: PixelGrid, row: float, col: float, rows: float, cols: float) -> Region:
    places, (height, width) = grid.places, grid.shape_in_cells
    wide = (places[1, 0] - places[0, 0]) / width
    high = (places[2, 1] - places[0, 1]) / height
    return (
        float(places[0, 0] + col * wide),
        float(places[0, 1] + row * high),
        float(cols * wide),
        float(rows * high),
    )


def _bounds(parts: Iterable[StageMobject]) -> Region:
    places = np.concatenate([part.places for part in parts])
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def _curve(places: list[tuple[float, float]], steps: int = 24) -> list[tuple[float, float]]:
    """Return an S from the first point down to the second."""
    (x0, y0), (x1, y1) = places[0], places[-1]
    moments = np.linspace(0, 1, steps).tolist()
    return [(x0 + (x1 - x0) * smoothly(t), y0 + (y1 - y0) * t) for t in moments]


def _set_opacity(parts: Iterable[Any], opacity: float) -> None:
    for part in parts:
        part.opacity = opacity


def _late(alpha: float) -> float:
    """Return what comes in the last part of a movement."""
    return min(1.0, max(0.0, 2.5 * alpha - 1.5))


def _alike(old: Any, new: Any) -> bool:
    """Tell whether one can glide to where the other stands."""
    if type(old) is not type(new) or len(old.points) != len(new.points):
        return False
    if isinstance(old, PixelGrid):
        return bool(old.values.shape == new.values.shape and old.scale_name == new.scale_name)
    return True


def _glide(old: Any, new: Any) -> Move:
    """Let a part take on what the other shows at once, and its place little by little."""
    before, goal = old.points.copy(), new.points.copy()
    if isinstance(old, Label):
        # The anchor stays where it is while the text changes.
        old.say(new.text)
        old.colour, old.anchor, old.size = new.colour, new.anchor, new.size
        before = old.points.copy()
    elif isinstance(old, PixelGrid):
        old.values, old.limit = new.values, new.limit
        old.shares[...] = 1.0
    elif isinstance(old, Rectangle):
        old.value, old.tone = new.value, new.tone
        old.scale_of_value = new.scale_of_value

    def go(alpha: float) -> None:
        old.points = before + (goal - before) * alpha

    return go
