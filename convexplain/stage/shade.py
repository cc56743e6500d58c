"""What steps back on a picture: a veil with a hole in it, and hatching where nothing is read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Self

import cairo
import numpy as np

from convexplain.stage.canvas import Canvas, Pixels, coverage
from convexplain.stage.grid import PixelGrid
from convexplain.stage.mobject import StageMobject
from convexplain.stage.units import Rect

Cells = tuple[float, float, float, float]
"""Top, left, bottom and right of some cells of a grid, the last two excluded."""

_VEIL = 0.72
_SPACING = 14.0  # between the lines of a hatching, in pixels of the stage


class _Around(StageMobject):
    """Covers a grid but for some of its cells."""

    def __init__(self, grid: PixelGrid, cells: Cells, *, opacity: float = 1.0) -> None:
        super().__init__([*corners(grid, _whole(grid)), *corners(grid, cells)], opacity=opacity)

    def put(self, grid: PixelGrid, cells: Cells) -> Self:
        """Leave other cells clear; fractions lie between them."""
        self.places = [*corners(grid, _whole(grid)), *corners(grid, cells)]
        return self

    def _in_pixels(self, canvas: Canvas) -> tuple[Rect, Rect]:
        """Return the whole grid and what stays clear, in whole pixels."""
        xy = np.rint(self.places * canvas.scale).astype(int).tolist()
        whole, clear = (Rect(xy[i][0], xy[i][1], xy[i + 1][0], xy[i + 2][1]) for i in (0, 3))
        return whole, clear


class Shade(_Around):
    """A veil over a grid, all but some of its cells: what lies outside is not seen.

    Parameters
    ----------
    grid : PixelGrid
        What it lies on.
    cells : (float, float, float, float)
        Top, left, bottom and right of what stays clear, in cells of the grid.

    Examples
    --------
    Only nine pixels can be seen, then 64::

        shade = Shade(picture, (4, 6, 7, 9))
        self.appear(shade)
        start, end = (4, 6, 7, 9), (4, 6, 12, 14)
        self.drive(lambda alpha: shade.put(picture, between(start, end, alpha)), 0.6)
    """

    def paint(self, canvas: Canvas) -> None:
        """Paint the four sides of the veil."""
        if self.opacity <= 0:
            return
        (left, top, right, bottom), (from_x, from_y, to_x, to_y) = self._in_pixels(canvas)
        colour = np.array(canvas.colour("line"), dtype=np.uint8)
        for side in (
            Rect(left, top, right, from_y),
            Rect(left, to_y, right, bottom),
            Rect(left, from_y, from_x, to_y),
            Rect(to_x, from_y, right, to_y),
        ):
            if not side.empty:
                strip = np.broadcast_to(colour, (side.bottom - side.top, side.right - side.left, 3))
                canvas.paste(strip, side.left, side.top, opacity=self.opacity * _VEIL)


class Hatching(_Around):
    """Slanted lines over some cells of a grid, with a line along the rest: these are not read.

    Parameters
    ----------
    grid : PixelGrid
        What it lies on.
    cells : (float, float, float, float)
        Top, left, bottom and right of the cells that are read; all others are hatched.
    """

    def paint(self, canvas: Canvas) -> None:
        """Paint the lines, and the outline of what is read."""
        if self.opacity <= 0:
            return
        outer, inner = self._in_pixels(canvas)
        size = _size(outer)
        read = inner.left - outer.left, inner.top - outer.top, *_size(inner)
        mask = _hatched(size, read, canvas.scale)
        canvas.stencil(mask, outer.left, outer.top, canvas.colour("ink"), self.opacity)


def corners(grid: PixelGrid, cells: Cells) -> list[tuple[float, float]]:
    """Return the corners of some cells as a `WindowFrame` has them: upper left, right, lower left.

    Parameters
    ----------
    grid : PixelGrid
    cells : (float, float, float, float)
        Top, left, bottom and right, in cells of the grid.
    """
    left, top = grid.place_of(cells[0], cells[1])
    right, bottom = grid.place_of(cells[2], cells[3])
    return [(left, top), (right, top), (left, bottom)]


def between(start: Sequence[float], end: Sequence[float], share: float) -> Cells:
    """Return the cells part of the way from some to others."""
    top, left, bottom, right = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    return top, left, bottom, right


def _size(rect: Rect) -> tuple[int, int]:
    return rect.right - rect.left, rect.bottom - rect.top


def _whole(grid: PixelGrid) -> Cells:
    height, width = grid.shape_in_cells
    return 0, 0, height, width


@lru_cache(maxsize=16)
def _hatched(outer: tuple[int, int], inner: tuple[int, ...], scale: float) -> Pixels:
    """Draw the lines as a mask: uint8 (height, width)."""
    width, height = outer
    surface = cairo.ImageSurface(cairo.FORMAT_A8, width, height)
    context = cairo.Context(surface)
    context.set_source_rgba(1, 1, 1, 1)
    context.set_fill_rule(cairo.FILL_RULE_EVEN_ODD)
    context.rectangle(0, 0, width, height)
    context.rectangle(*inner)
    context.clip()
    context.set_line_width(max(2.0 * scale, 1.0))
    for start in np.arange(0.0, width + height, _SPACING * scale).tolist():
        context.move_to(start, 0)
        context.line_to(start - height, height)
    context.stroke()
    # The line along what is read lies half within the hatching.
    context.set_line_width(2 * max(3.0 * scale, 1.0))
    context.rectangle(*inner)
    context.stroke()
    return coverage(surface)
