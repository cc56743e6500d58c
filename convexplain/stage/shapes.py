"""Lines on the stage: the window, links between pictures, arrows, brackets, rules."""

from __future__ import annotations

from typing import Any, ClassVar

import cairo
import numpy as np

from convexplain.panels.pieces import PALE
from convexplain.stage.canvas import Canvas, Marks, Pixels, coverage, marks
from convexplain.stage.grid import PixelGrid
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.rasters import kept
from convexplain.stage.units import Points, Rect


class Line(StageMobject):
    """A line through points, possibly with an arrowhead, that can be drawn little by little.

    Parameters
    ----------
    places : sequence of (float, float)
        Its corners, in pixels of the stage.
    colour : str
        Token of the theme.
    width : float
        In pixels of the stage.
    arrow : bool
        Whether it ends in an arrowhead.
    drawn : float
        How much of its length is there, 0 to 1; may be animated.
    dashed : bool
        Whether it consists of strokes.
    filled : bool
        Whether it is the rim of an area, which alone is drawn, pale.
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "drawn")

    def __init__(
        self,
        places: list[tuple[float, float]],
        *,
        colour: str = "muted",
        width: float = 2.0,
        arrow: bool = False,
        opacity: float = 1.0,
        drawn: float = 1.0,
        dashed: bool = False,
        filled: bool = False,
    ) -> None:
        super().__init__(places, opacity=opacity)
        self.dashed, self.filled = dashed, filled
        self.colour = colour
        self.width_px = width
        self.arrow = arrow
        self.drawn = drawn

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.colour, self.drawn)

    def reach(self) -> float:
        """Half the width, or the arrowhead."""
        return self.width_px + (10.0 if self.arrow else 0.0)

    def paint(self, canvas: Canvas) -> None:
        """Draw the part that is there."""
        if self.opacity <= 0 or self.drawn <= 0:
            return
        places = self.places
        corners = (places if self.drawn >= 1 else _first_part(places, self.drawn)) * canvas.scale
        width = max(self.width_px * canvas.scale, 0.75)
        head = 9.0 * canvas.scale if self.arrow else 0.0
        ends = tuple(map(tuple, corners.round(3).tolist()))
        room = _room(canvas, corners)
        if self.filled:
            mask, left, top = _area_mask(ends, width, head, room, filled=True)
            canvas.stencil(mask, left, top, canvas.colour(self.colour), self.opacity * PALE)
        else:
            *drawn, left, top = _line_marks(ends, width, head, room, self.dashed)
            canvas.draw(Marks(*drawn), left, top, canvas.colour(self.colour), self.opacity)


def _room(canvas: Canvas, corners: Points) -> Rect | None:
    """Return what of the picture a line's mask may cover, where the line is longer than that."""
    left, top, right, bottom = canvas.shot.in_picture(canvas.frame)
    room = Rect(left - 128, top - 128, right + 128, bottom + 128)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    within = room.left <= x0 and room.top <= y0 and x1 <= room.right and y1 <= room.bottom
    return None if within else room


@kept
def _line_marks(
    places: tuple[tuple[float, float], ...],
    width: float,
    head: float,
    room: Rect | None,
    dashed: bool,
) -> tuple[Any, ...]:
    """Return the pixels that a line covers, as `Marks` holds them, and left and top."""
    mask, left, top = _line_mask(places, width, head, room, dashed)
    return *marks(mask), left, top


def _line_mask(
    places: tuple[tuple[float, float], ...],
    width: float,
    head: float,
    room: Rect | None = None,
    dashed: bool = False,
    filled: bool = False,
) -> tuple[Pixels, int, int]:
    """Draw a line as a mask of its own.

    Cairo smooths slanted edges by other amounts under another clip; a mask is the same always.
    `places`: corners in pixels of the picture. `width`: in pixels of the picture. `head`: length of
    the arrowhead; 0 draws none. `room`: the mask covers no more than that. `dashed`: strokes
    instead of a line. `filled`: what the line encloses instead of it. `mask`, (height, width): 255
    where the line covers. `left, top`: of its corner.
    """
    corners = np.array(places)
    low = np.floor(corners.min(axis=0) - width - 1.5 * head).astype(int)
    high = np.ceil(corners.max(axis=0) + width + 1.5 * head).astype(int)
    if room is not None:
        low, high = np.maximum(low, room[:2]), np.minimum(high, room[2:])
    size = np.maximum(high - low, 1)
    surface = cairo.ImageSurface(cairo.FORMAT_A8, int(size[0]), int(size[1]))
    context = cairo.Context(surface)
    context.translate(-low[0], -low[1])
    context.set_source_rgba(1, 1, 1, 1)
    context.set_line_width(width)
    context.set_line_join(cairo.LINE_JOIN_MITER)
    end = corners[-1].copy()
    along = end - corners[-2]
    along = along / max(float(np.hypot(*along)), 1e-9)
    corners[-1] -= along * head
    context.move_to(*corners[0])
    for x, y in corners[1:]:
        context.line_to(x, y)
    if dashed:
        context.set_dash((4 * width, 3 * width))
    if filled:
        context.fill()
    else:
        context.stroke()
    if head:
        across = np.array([-along[1], along[0]])
        context.move_to(*end)
        context.line_to(*(end - along * 1.5 * head + across * 0.6 * head))
        context.line_to(*(end - along * 1.5 * head - across * 0.6 * head))
        context.close_path()
        context.fill()
    return coverage(surface), int(low[0]), int(low[1])


_area_mask = kept(_line_mask)


class WindowFrame(StageMobject):
    """The outline of a window over a grid: outside its cells, on a rim of background.

    Without the rim the accent would vanish on white ink; drawn inside, it would hide the cells.

    Parameters
    ----------
    grid : PixelGrid
        What it lies on.
    row, col : int
        First row and column under it.
    height, width : int
        Cells that it spans.
    colour : str
        Token of the theme; the active window and the cell that it feeds have the accent.
    """

    def __init__(
        self,
        grid: PixelGrid,
        row: int,
        col: int,
        height: int = 1,
        width: int = 1,
        *,
        colour: str = "accent",
        line: float = 4.0,
        opacity: float = 1.0,
    ) -> None:
        self.span = (height, width)
        self.colour = colour
        self.line = line
        super().__init__(_corners(grid, row, col, self.span), opacity=opacity)

    def put(self, grid: PixelGrid, row: float, col: float) -> WindowFrame:
        """Lay it on other cells; fractions lie between them."""
        self.places = _corners(grid, row, col, self.span)
        return self

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.colour)

    def reach(self) -> float:
        """The rim lies outside the cells."""
        return 2.0 + self.line + 2.0

    def paint(self, canvas: Canvas) -> None:
        """Draw rim and outline."""
        if self.opacity <= 0:
            return
        places = self.places * canvas.scale
        (left, top), right, bottom = np.rint(places[0]), *np.rint((places[1, 0], places[2, 1]))
        width = max(self.line * canvas.scale, 1.5)
        # The rim is twice as wide as the line, and ends where the cells begin.
        context = canvas.context
        context.set_line_join(cairo.LINE_JOIN_MITER)
        for token, thick in (("background", 2 * width), (self.colour, width)):
            canvas.source(token, self.opacity)
            context.set_line_width(thick)
            context.rectangle(
                left - width, top - width, right - left + 2 * width, bottom - top + 2 * width
            )
            context.stroke()


def _corners(
    grid: PixelGrid, row: float, col: float, span: tuple[int, int]
) -> list[tuple[float, float]]:
    left, top = grid.place_of(row, col)
    right, bottom = grid.place_of(row + span[0], col + span[1])
    return [(left, top), (right, top), (left, bottom)]


def _first_part(corners: np.ndarray, share: float) -> np.ndarray:
    """Cut a line through points after a share of its length."""
    steps = np.hypot(*np.diff(corners, axis=0).T)
    left = share * steps.sum()
    kept = [corners[0]]
    for start, end, length in zip(corners, corners[1:], steps, strict=False):
        if length >= left:
            kept.append(start + (end - start) * (left / max(length, 1e-9)))
            break
        kept.append(end)
        left -= length
    return np.array(kept)
