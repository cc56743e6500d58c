"""A picture of panels on the stage: what is where, by name, and which values it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.scene.scene import Scene

from convexplain import panels
from convexplain.errors import choose
from convexplain.panels import Diagram, Placed, Sheet
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

#: What the panel of all scales of colours is called.
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
        return name in self._pieces or any(piece.panel == name for piece in self._pieces.values())

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
        used = [g.scale for g in grids if g.panel != LEGEND and seen(g.name)]
        return {
            g.name: any(s.limit == g.scale.limit and s.name == g.scale.name for s in used)
            for g in grids if g.panel == LEGEND
        }  # fmt: skip

    def scale(self, name: str) -> list[str]:
        """Return the names of all that one of the legend's scales consists of."""
        return [key for key in self._keys(LEGEND) if key == name or key.startswith(f"{name}.")]

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

    def _made(self, piece: Piece) -> Any:
        return drawn(piece, *self._offset)

    def within(self, name: str, row: float, col: float, rows: float, cols: float) -> Region:
        """Return the box of some cells of a grid, for `grow` and the camera."""
        return cells_of(self.part(name), row, col, rows, cols)

    def fill(self, name: str, values: npt.ArrayLike, *, cells: str = "") -> None:
        """Give a grid its values, or only the cells of a name; NaN is not computed yet."""
        grid = self.part(name)
        if not cells:
            grid.values[...] = values
            return
        found = CELL.fullmatch(cells)
        assert found is not None
        row, col, rows, cols = cells_named(grid, found["places"])
        part = np.asarray(values, dtype=np.float64)[row : row + rows, col : col + cols]
        grid.values[row : row + rows, col : col + cols] = part

    def say(self, name: str, text: str) -> None:
        """Change a line of text."""
        self.part(name).say(text)
