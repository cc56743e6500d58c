"""All that a layer puts out at one place, ``output[r, c, :]``: a number for each filter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject

from convexplain.stage.bars import Bars
from convexplain.stage.grid import PixelGrid
from convexplain.stage.shapes import WindowFrame


class Fibre(Mobject):
    """A strip of cells in the colours of their maps, and a bar for each above it.

    Parameters
    ----------
    filters : int
        How many numbers there are.
    limit : float
        The largest number of the layer, all of them 0 or more, as ReLU leaves them.
    left, right : float
        Where the strip begins and ends, in pixels of the stage.
    top, base : float
        Where a bar of the length `limit` ends, and where all begin.
    chosen : int
        The filter with a window around its cell.

    Attributes
    ----------
    strip : PixelGrid
    bars : Bars
    frame : WindowFrame
    """

    def __init__(
        self,
        filters: int,
        limit: float,
        *,
        left: float,
        right: float,
        top: float,
        base: float,
        chosen: int,
    ) -> None:
        super().__init__()
        cell = (right - left) / filters
        empty = np.full((1, filters), np.nan)
        self.strip = PixelGrid(empty, left, base + 20, cell, limit=limit, frame=2)
        self.bars = Bars(
            np.zeros(filters),
            np.zeros(filters),
            [left + cell * (n + 0.5) for n in range(filters)],
            low=0,
            # An axis needs a length even if nothing responds.
            high=limit or 1.0,
            begin=base,
            end=top,
            thickness=0.75 * cell,
            upright=True,
        )
        self.frame = WindowFrame(self.strip, 0, chosen)
        self.add(self.bars, self.strip, self.frame)

    def tell(self, values: npt.NDArray[np.float32], count: int | None = None) -> None:
        """Give the first numbers, or all, their values."""
        self.strip.values[0, :count] = values[:count]
        self.bars.ends[:count] = values[:count]
