"""A picture of panels on the stage: what is where, by name, and which values it shows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.scene.scene import Scene

from convexplain import panels
from convexplain.errors import choose
from convexplain.panels import Diagram, Placed, Sheet
from convexplain.panels.box import around
from convexplain.panels.pieces import Frame, Grid, Piece
from convexplain.stage.board.drawing import (
    CELL,
    Region,
    bounds_of,
    cells_named,
    cells_of,
    drawn,
)  # fmt: skip
from convexplain.stage.units import HEIGHT, WIDTH

#: Where the name of a panel ends: at a cell, a part or a mark.
_REST = re.compile(r"[.\[]")
#: What the panel of scales of colours is called; of several, each begins so.
LEGEND = "legend"


class Picture:
    """Lays panels out, draws them, and knows each part by its name; `Board` moves them."""

    def __init__(self, scene: Scene, sheet: Sheet, lang: str) -> None:
        self.scene: Any = scene
        self.sheet = sheet
        self.lang = lang
        self.placed: Placed | None = None
        self._known: dict[Diagram, Placed] = {}
        self._pieces: dict[str, Piece] = {}
        self._parts: dict[str, Any] = {}
        self._offset = (WIDTH / 2 - sheet.width / 2, HEIGHT / 2 - sheet.height / 2)

    def lay(self, picture: Diagram) -> None:
        """Lay a picture out; nothing of it is shown yet, and what was shown before is gone."""
        self.scene.remove(*self._parts.values())
        self._take(self._place(picture))
        self._parts = {name: self._made(piece) for name, piece in self._pieces.items()}

    @property
    def printed(self) -> bool:
        """Whether the numbers of cells have room in what is laid out."""
        return self.placed is not None and self.placed.decimals is not None

    def legible(self, *pictures: Diagram) -> Diagram:
        """Return the first picture in whose cells numbers have room, or the last."""
        *first, last = pictures
        return next((one for one in first if self._place(one).decimals is not None), last)

    def _place(self, picture: Diagram) -> Placed:
        """Lay a picture out, one that comes again only once."""
        if picture not in self._known:
            self._known[picture] = panels.place(picture, self.sheet, self.lang)
        return self._known[picture]

    def _take(self, placed: Placed) -> None:
        self.placed = placed
        self._pieces = {piece.name: piece for piece in placed.pieces}

    def box(self, name: str) -> Region:
        """Return left, top, width and height of something in pixels of the stage, as it is now.

        A panel's name is its grid, if it has one; ``"patch.all"`` is all of it.
        """
        found = CELL.fullmatch(name)
        if found and found["panel"] in self._parts:
            grid = self._parts[found["panel"]]
            row, col, rows, cols = cells_named(grid, found["places"])
            return cells_of(grid, row, col, rows, cols)
        if name in self._parts:
            return bounds_of([self._parts[name]])
        return bounds_of(self._all([name.removesuffix(".all")]))

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
        return name in self._pieces or name in self._panels()

    def there(self, *names: str) -> list[str]:
        """Return those of some names of which the picture has something, or a series."""
        return [name for name in names if any(map(self.has, self.each(name)))]

    def each(self, *names: str) -> list[str]:
        """Return the names of single parts: that of a series stands for all of its panels.

        ``"patch[0, 2]"`` is that cell of ``"patch-0"``, ``"patch-1"`` and ``"patch-2"`` where
        there is no ``"patch"``.
        """
        return [one for name in names for one in self._series(name) or [name]]

    def _series(self, name: str) -> list[str]:
        """Return the names of all in a series, none where a panel itself is called so."""
        if name in self._pieces:
            return []
        if "->" in name:
            link = re.compile(re.escape(name) + r"-\d+")
            return [key for key in self._pieces if link.fullmatch(key)]
        panels, (panel, rest) = self._panels(), _split(name)
        if panel in panels:
            return []
        count = itertools.takewhile(lambda n: f"{panel}-{n}" in panels, itertools.count())
        return [f"{panel}-{n}{rest}" for n in count]

    def _panels(self) -> set[str]:
        return {piece.panel for piece in self._pieces.values()}

    def names(self, name: str) -> list[str]:
        """Return the names of all that a panel or a part consists of."""
        return self._keys(name)

    def frame(self, chart: str) -> list[str]:
        """Return the names of a chart's axes, ticks and words, without its curves and dots."""
        own = ("axes", "x", "y", "title", "counter", "note")
        return [
            name for name in self._keys(chart)
            if name.removeprefix(f"{chart}.").rstrip("0123456789-") in own
        ]  # fmt: skip

    def shown(self, name: str) -> bool:
        """Tell whether something is on the stage."""
        return any(self._parts[key] in self.scene.mobjects for key in self._keys(name))

    def scales(self, seen: Callable[[str], bool]) -> dict[str, bool]:
        """Return the legend's scales by name, and whether cells that are seen have each of them."""
        grids = [piece for piece in self._pieces.values() if isinstance(piece, Grid)]
        used = [g.scale for g in grids if not _is_legend(g.panel) and seen(g.name)]
        return {
            g.name: any(s.limit == g.scale.limit and s.name == g.scale.name for s in used)
            for g in grids if _is_legend(g.panel)
        }  # fmt: skip

    def scale(self, name: str) -> list[str]:
        """Return the names of all that one of the legend's scales consists of."""
        own = self._keys(self._pieces[name].panel)
        return [key for key in own if key == name or key.startswith(f"{name}.")]

    def around(self, *names: str) -> Region:
        """Return the smallest box that holds all of these, for the camera."""
        boxes = [self.box(name) for name in self.each(*names)]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right = max(box[0] + box[2] for box in boxes)
        bottom = max(box[1] + box[3] for box in boxes)
        return left, top, right - left, bottom - top

    def goal(self, *names: str) -> Region:
        """Return the smallest box that holds panels where they are laid out to be."""
        assert self.placed is not None
        box = around(self.placed[f"{name}.all"] for name in self.each(*names))
        return box.x + self._offset[0], box.y + self._offset[1], box.width, box.height

    def _keys(self, name: str) -> list[str]:
        """Return the pieces that a name stands for: of a panel all but its marks."""
        own = [
            key for key, piece in self._pieces.items()
            if piece.panel == name and not isinstance(piece, Frame)
        ]  # fmt: skip
        if own:
            return own
        found = [key for key in self._pieces if key == name or key.startswith(f"{name}.")]
        found = found or [key for one in self._series(name) for key in self._keys(one)]
        if not found:
            known = self._panels() | set(self._pieces)
            raise ValueError(f"nothing is called {name!r}: {choose(name, sorted(known - {''}))}")
        return found

    def _all(self, names: Iterable[str]) -> list[Any]:
        keys = dict.fromkeys(key for name in names for key in self._keys(name))
        return [self._parts[key] for key in keys]

    def _made(self, piece: Piece) -> Any:
        return drawn(piece, *self._offset)

    def within(self, name: str, row: float, col: float, rows: float, cols: float) -> Region:
        """Return the box of some cells of a grid, for `grow` and the camera."""
        return cells_of(self.part(name), row, col, rows, cols)

    def fill(self, name: str, values: npt.ArrayLike) -> None:
        """Give a grid, or some of its cells, the values that stand there; NaN is not computed yet.

        `name`: ``"map"``, ``"map[3, 4]"`` or the row ``"map[3]"``, or those of a series. `values`:
        of the whole grid; of a series, the last axis is that of its grids.
        """
        values = np.asarray(values, dtype=np.float64)
        for number, one in enumerate(self.each(name)):
            found = None if one in self._parts else CELL.fullmatch(one)
            grid = self.part(found["panel"] if found else one)
            own = values[..., number] if values.ndim > grid.values.ndim else values
            place: Any = ...
            if found:
                row, col, rows, cols = cells_named(grid, found["places"])
                place = slice(row, row + rows), slice(col, col + cols)
            grid.values[place] = np.broadcast_to(own, grid.values.shape)[place]

    def say(self, name: str, text: str) -> None:
        """Change a line of text."""
        self.part(name).say(text)


def _is_legend(panel: str) -> bool:
    """Tell whether a panel explains colours."""
    return panel == LEGEND or panel.startswith(f"{LEGEND}-")


def _split(name: str) -> tuple[str, str]:
    """Return the name of a panel, and what follows it."""
    end = _REST.search(name)
    at = end.start() if end else len(name)
    return name[:at], name[at:]
