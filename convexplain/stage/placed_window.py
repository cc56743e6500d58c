"""A window of any geometry on a picture: its frame, what it reads, its zeros, its centres."""

from __future__ import annotations

import numpy as np

from convexplain.ops import Window
from convexplain.ops.geometry import Margins
from convexplain.stage.grid import PixelGrid
from convexplain.stage.marks import CellMarks
from convexplain.stage.shapes import WindowFrame


class PlacedWindow:
    """All that tells of a window over a grid; each part is shown, dimmed and moved on its own.

    Parameters
    ----------
    grid : PixelGrid
        The picture.
    window : Window
        Its padding may be a name.

    Attributes
    ----------
    frame : WindowFrame
        Round everything from the first cell that is read to the last.
    taps : CellMarks or None
        The cells that are read, if dilation leaves gaps between them.
    ring : CellMarks or None
        The zeros of the padding, dashed.
    centres : CellMarks or None
        The middle of every window, row by row, if they lie apart and in the middle of cells.

    Examples
    --------
    ::

        placed = PlacedWindow(picture, Window(3, stride=2, padding=1))
        self.appear(*placed.parts)
        placed.put(0, 3)  # as it feeds the output cell (0, 3)
    """

    def __init__(self, grid: PixelGrid, window: Window) -> None:
        self.grid = grid
        self.size = grid.shape_in_cells
        self.window = window.on(self.size)
        self.stride = self.window.stride
        self.frame = WindowFrame(grid, 0, 0, *self.window.span)
        self.taps: CellMarks | None = None
        if self.window.dilation != (1, 1):
            cells = np.array(list(np.ndindex(self.window.kernel_size))) * self.window.dilation
            self.taps = CellMarks(grid, cells, "outline", colour="accent")
        self.ring = self._ring()
        self.centres = self._centres()
        self.put(0, 0)

    @property
    def margins(self) -> Margins:
        """Zeros added: (top, bottom, left, right)."""
        return self.window.margins(self.size)

    @property
    def moving(self) -> tuple[WindowFrame | CellMarks, ...]:
        """The parts that `put` moves."""
        return (self.frame,) if self.taps is None else (self.frame, self.taps)

    @property
    def parts(self) -> tuple[WindowFrame | CellMarks, ...]:
        """All that there is, in the order in which it lies on the picture."""
        return (*(part for part in (self.ring, self.centres) if part is not None), *self.moving)

    def put(self, row: float, col: float) -> PlacedWindow:
        """Lay it where it feeds an output cell; fractions lie between two stops."""
        top, _, left, _ = self.margins
        for part in self.moving:
            part.put(self.grid, row * self.stride[0] - top, col * self.stride[1] - left)
        return self

    def unread(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return which zeros of the ring no window reaches: bool (n,), in its marks' order."""
        if self.ring is None:
            return np.zeros(0, dtype=bool)
        rows, cols = self.window.output_size(self.size)
        last = [
            start * (count - 1) + span - before
            for start, count, span, before in zip(
                self.stride, (rows, cols), self.window.span, self.margins[::2], strict=True
            )
        ]
        cells = self.ring.first + self.ring.offsets
        return np.asarray((cells >= np.array(last)).any(axis=1))

    def _ring(self) -> CellMarks | None:
        top, bottom, left, right = self.margins
        height, width = self.size
        cells = [
            (row, col)
            for row in range(-top, height + bottom)
            for col in range(-left, width + right)
            if not (0 <= row < height and 0 <= col < width)
        ]
        return CellMarks(self.grid, cells, "dashed") if cells else None

    def _centres(self) -> CellMarks | None:
        span = self.window.span
        if self.stride == (1, 1) or not all(length % 2 for length in span):
            return None
        rows, cols = self.window.output_size(self.size)
        top, left = span[0] // 2 - self.margins[0], span[1] // 2 - self.margins[2]
        cells = [(top + self.stride[0] * r, left + self.stride[1] * c)
                 for r in range(rows) for c in range(cols)]  # fmt: skip
        return CellMarks(self.grid, cells, "dot")
