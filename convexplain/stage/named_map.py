"""A map with all that explains it: its name above, its shape and its colour bar below."""

from __future__ import annotations

import numpy as np
from manim.mobject.mobject import Mobject

from convexplain.stage.colour_bar import ColourBar
from convexplain.stage.grid import PixelGrid
from convexplain.stage.text import Label


class NamedMap(Mobject):
    """A signed map, of which nothing is computed yet, at the right of the stage.

    Parameters
    ----------
    name, size : str
        What it is and what shape it has, in words.
    shape : (int, int)
        Rows and columns.
    limit : float
        Largest magnitude; its colour bar runs from ``-limit`` to ``limit``.
    right, middle : float
        Where it ends, and the middle of its height, in pixels of the stage.
    room : (float, float)
        Width and height that it fits into.

    Attributes
    ----------
    map : PixelGrid
    """

    def __init__(
        self,
        name: str,
        size: str,
        shape: tuple[int, int],
        limit: float,
        right: float,
        middle: float,
        room: tuple[float, float],
    ) -> None:
        super().__init__()
        height, width = shape
        cell = min(room[0] / width, room[1] / height)
        left, top, end = (
            right - cell * width,
            middle - cell * height / 2,
            middle + cell * height / 2,
        )
        empty = np.full(shape, np.nan)
        self.map = PixelGrid(empty, left, top, cell, limit=limit, frame=2, lines=False)
        self.add(
            self.map,
            Label(name, left, top - 28),
            Label(size, left, end + 32, colour="muted"),
            ColourBar(limit, left, end + 84, cell * width, low=-limit, size=24),
        )
