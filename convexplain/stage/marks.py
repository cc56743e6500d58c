"""Marks in the cells of a grid, and beside it: zeros of padding, centres and taps of windows."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, Literal

import cairo
import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Canvas, Pixels, coverage
from convexplain.stage.grid import PixelGrid
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.text import write
from convexplain.stage.units import Rect

Kind = Literal["dashed", "dot", "outline"]

_INSET = 0.10  # of squares, as a share of the cell
_RADIUS = 0.17  # of dots, likewise


class CellMarks(StageMobject):
    """One mark in each of some cells, which may lie outside of the grid, as padding does.

    Parameters
    ----------
    grid : PixelGrid
        Whose cells are meant.
    cells : array_like of int, shape (n, 2)
        Row and column of each mark, at least one; negative ones lie above and left of the grid.
    kind : {"dashed", "dot", "outline"}
        A square of dashes (something that is added), a dot on a rim of background (a centre), a
        square (a cell that is read).
    colour : str
        Token of the theme.
    text : str
        What stands in every mark, such as the zero of padding; nothing if empty.
    size : float
        Of the text, in pixels of the stage.

    Attributes
    ----------
    shares : numpy.ndarray of float64, shape (n,)
        Opacity of each mark.

    Raises
    ------
    ValueError
        If no cells are given.

    Examples
    --------
    A ring of padding round a picture of 28 by 28 cells::

        ring = [(r, c) for r in range(-1, 29) for c in range(-1, 29) if {r, c} & {-1, 28}]
        self.appear(CellMarks(picture, ring, "dashed"))
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "shares")

    def __init__(
        self,
        grid: PixelGrid,
        cells: npt.ArrayLike,
        kind: Kind = "dashed",
        *,
        colour: str = "muted",
        text: str = "",
        size: float = 28.0,
        opacity: float = 1.0,
    ) -> None:
        places = np.asarray(cells, dtype=np.intp).reshape(-1, 2)
        if len(places) == 0:
            raise ValueError("no cells are given to mark: give at least one (row, column)")
        self.first = places.min(axis=0)
        self.offsets = places - self.first
        self.span = tuple((self.offsets.max(axis=0) + 1).tolist())
        self.kind: Kind = kind
        self.colour = colour
        self.text = text
        self.size = size
        self.shares = np.ones(len(places))
        super().__init__(self._corners(grid, 0, 0), opacity=opacity)

    def _corners(self, grid: PixelGrid, row: float, col: float) -> list[tuple[float, float]]:
        top, left = self.first[0] + row, self.first[1] + col
        x, y = grid.place_of(top, left)
        right, bottom = grid.place_of(top + self.span[0], left + self.span[1])
        return [(x, y), (right, y), (x, bottom)]

    def put(self, grid: PixelGrid, row: float, col: float) -> CellMarks:
        """Move all marks so many rows and columns away from where they were made."""
        self.places = self._corners(grid, row, col)
        return self

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.shares.tobytes(), self.colour, self.text)

    def damage(self, before: State, scale: float) -> Rect:
        """Return the cells whose marks changed, if nothing else did."""
        now = self.state()
        if (*now[:2], *now[3:]) != (*before[:2], *before[3:]):
            return self.bounds(scale)
        changed = self.offsets[self.shares != np.frombuffer(before[2])]
        if len(changed) == 0:
            return Rect(0, 0, 0, 0)
        corner, cell = self.places[0], self._cell()
        low = (corner + changed.min(axis=0)[::-1] * cell) * scale
        high = (corner + (changed.max(axis=0)[::-1] + 1) * cell) * scale
        left, top = np.floor(low).astype(int).tolist()
        right, bottom = np.ceil(high).astype(int).tolist()
        return Rect(left - 2, top - 2, right + 2, bottom + 2)

    def _cell(self) -> float:
        """Side of a cell now, in pixels of the stage."""
        left, right = self.places[:2, 0].tolist()
        return float(right - left) / int(self.span[1])

    def paint(self, canvas: Canvas) -> None:
        """Paint the marks, and their texts."""
        if self.opacity <= 0 or not self.shares.any():
            return
        left, top = self.places[0]
        cell = self._cell()
        seen = self.shares > 0
        x = np.rint((left + self.offsets[seen][:, 1] * cell) * canvas.scale)
        y = np.rint((top + self.offsets[seen][:, 0] * cell) * canvas.scale)
        corner = int(x.min()), int(y.min())
        places = tuple(zip((x - corner[0]).tolist(), (y - corner[1]).tolist(), strict=True))
        shares = tuple(self.shares[seen].tolist())
        side = cell * canvas.scale
        if self.kind == "dot":
            rim = _mask(places, shares, side, "dot", max(2.0 * canvas.scale, 1.0))
            canvas.stencil(rim, *corner, canvas.colour("background"), self.opacity)
        marks = _mask(places, shares, side, self.kind, 0.0)
        canvas.stencil(marks, *corner, canvas.colour(self.colour), self.opacity)
        if self.text:
            for (row, col), share in zip(self.offsets.tolist(), self.shares.tolist(), strict=True):
                write(
                    canvas,
                    self.text,
                    left + (col + 0.5) * cell,
                    top + (row + 0.5) * cell,
                    self.size,
                    colour=self.colour,
                    anchor="centre",
                    opacity=self.opacity * share,
                )


@lru_cache(maxsize=64)
def _mask(
    places: tuple[tuple[float, float], ...],
    shares: tuple[float, ...],
    side: float,
    kind: Kind,
    rim: float,
) -> Pixels:
    """Draw marks into cells of so many pixels, their corners given; uint8 (height, width)."""
    width, height = (int(max(axis) + np.ceil(side)) + 1 for axis in zip(*places, strict=True))
    surface = cairo.ImageSurface(cairo.FORMAT_A8, width, height)
    context = cairo.Context(surface)
    line = max(1.0, side / 40)
    context.set_line_width(line)
    inset = max(1.0, _INSET * side) + line / 2
    inner = side - 2 * inset
    if kind == "dashed":
        # Dashes and gaps alike, and as many on every side.
        dash = inner / (2 * max(2, round(inner / max(8.0 * line, 4.0))) + 1)
        context.set_dash([dash, dash])
    for (x, y), share in zip(places, shares, strict=True):
        context.set_source_rgba(1, 1, 1, share)
        if kind == "dot":
            context.arc(x + side / 2, y + side / 2, max(_RADIUS * side, 0.9) + rim, 0, 2 * np.pi)
            context.fill()
        elif kind == "dashed":
            for start, end in _sides(x + inset, y + inset, inner):
                context.move_to(*start)
                context.line_to(*end)
                context.stroke()
        else:
            context.rectangle(x + inset, y + inset, inner, inner)
            context.stroke()
    return coverage(surface)


def _sides(x: float, y: float, side: float) -> list[tuple[tuple[float, float], ...]]:
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    return list(pairwise(corners))
