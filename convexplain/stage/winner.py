"""The largest number of a grid: bold, with a frame inside its cell."""

from __future__ import annotations

import cairo
import numpy as np

from convexplain.stage.canvas import Canvas
from convexplain.stage.grid import PixelGrid
from convexplain.style.theme import rgb

_INSET = 6.0  # from the cell's edge to the frame, in pixels of the stage
_WIDTH = 4.0


class Winner(PixelGrid):
    """Lies over the cell of a grid's largest number, the first in a tie.

    Parameters
    ----------
    grid : PixelGrid
        Where it lies; not changed.
    text_size : float
        Of the number, in pixels of the stage.

    Examples
    --------
    The largest of four numbers::

        patch = PixelGrid(four, 800, 400, 132, limit=four.max(), numbers=True)
        self.appear(patch, Winner(patch, text_size=44))
    """

    def __init__(self, grid: PixelGrid, *, text_size: float) -> None:
        row, col = divmod(int(grid.values.argmax()), grid.values.shape[1])
        left, top = grid.place_of(row, col)
        super().__init__(
            [[grid.values[row, col]]],
            left,
            top,
            grid.cell,
            scale=grid.scale_name,
            limit=grid.limit,
            numbers=True,
            text_size=text_size,
            bold=True,
        )

    def paint(self, canvas: Canvas) -> None:
        """Paint the cell, its number, and the frame."""
        super().paint(canvas)
        if self.opacity <= 0:
            return
        places = np.rint(self.places * canvas.scale)
        (left, top), right, bottom = places[0], places[1, 0], places[2, 1]
        width = max(1, round(_WIDTH * canvas.scale))
        away = round(_INSET * canvas.scale) + width / 2
        context = canvas.context
        context.set_line_join(cairo.LINE_JOIN_MITER)
        context.set_line_width(width)
        ink = rgb(canvas.theme.text_on(self.colour_of(0, 0, canvas.theme)))
        canvas.source(ink, self.opacity)
        context.rectangle(left + away, top + away, right - left - 2 * away, bottom - top - 2 * away)
        context.stroke()
