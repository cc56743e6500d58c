"""All maps of a layer: one large, and every one as a thumbnail, in one colour scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject

from convexplain.stage.colour_bar import ColourBar
from convexplain.stage.grid import PixelGrid
from convexplain.stage.shapes import WindowFrame
from convexplain.stage.thumbnails import Thumbnails

_APART = 2.2  # between two thumbnails, in pixels of the stage


class LayerMaps(Mobject):
    """Thumbnails in four rows, one map large below them, a colour bar; nothing is computed yet.

    Parameters
    ----------
    shape : (height, width, maps)
        Of the layer's output.
    limit : float
        The largest magnitude of all maps.
    left, top, width : float
        Of the whole, in pixels of the stage.
    map_top, bar : float
        Where the large map begins, and the middle of the colour bar.
    chosen : int
        The map that is large; its thumbnail is marked.

    Attributes
    ----------
    thumbnails : Thumbnails
    map : PixelGrid
    fed : WindowFrame
        The cell that the active window feeds; not a part of the group.
    bar : ColourBar
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        limit: float,
        *,
        left: float,
        top: float,
        width: float,
        map_top: float,
        bar: float,
        chosen: int,
    ) -> None:
        super().__init__()
        rows, cols, count = shape
        self.chosen = chosen
        empty = np.full(shape, np.nan)
        across = max(16, -(-count // 4))
        cell = (width / across - _APART) / cols
        pitch = (cell * cols + _APART, cell * rows + _APART)
        self.thumbnails = Thumbnails(empty, left, top, cell, across, limit=limit, pitch=pitch)
        self.thumbnails.marks[chosen] = 1
        large = width / max(rows, cols)
        self.map = PixelGrid(
            np.full((rows, cols), np.nan), left, map_top, large, limit=limit, frame=2
        )
        self.fed = WindowFrame(self.map, 0, 0)
        self.bar = ColourBar(limit, left, bar, width, size=24)
        self.add(self.thumbnails, self.map, self.bar)

    def fill(self, outputs: npt.NDArray[np.float32], row: int, col: int) -> None:
        """Compute one place of all maps, those of the layer's output."""
        self.thumbnails.values[row, col] = outputs[row, col]
        self.map.values[row, col] = outputs[row, col, self.chosen]
