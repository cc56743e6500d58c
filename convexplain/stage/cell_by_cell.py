"""Patch ⊙ kernel = products: two grids of numbers multiplied cell by cell, in one row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject

from convexplain.stage.grid import PixelGrid, Scale
from convexplain.stage.text import Label


class CellByCell(Mobject):
    """A patch, a kernel, and the products, which are not computed at first.

    Parameters
    ----------
    grids : three array_like of float, shape (height, width)
        Patch, kernel and products: one channel of a step.
    left, top : float
        Of the patch, in pixels of the stage.
    cell : float
        Side of a cell.
    gap : float
        Between two grids; the signs stand in it.
    limits : (float, float, float)
        Largest magnitudes of patch, kernel and products on their colour scales.
    patch_scale : {"picture", "light", "signed"}
        As that of `PixelGrid`.
    text_size : float
        Of the numbers; 0 leaves them out.

    Attributes
    ----------
    patch, kernel, products : PixelGrid
    dot, equals : Label
        The signs between them.

    Examples
    --------
    ::

        grids = step.patch[:, :, 0], step.kernel[:, :, 0], step.products[:, :, 0]
        row = CellByCell(grids, 540, 300, 80, limits=(1.0, 0.5, 0.5))
        self.appear(row)
        self.drive(row.multiply, 1.5)
    """

    def __init__(
        self,
        grids: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
        left: float,
        top: float,
        cell: float,
        *,
        gap: float = 48.0,
        limits: tuple[float, float, float] = (1.0, 1.0, 1.0),
        patch_scale: Scale = "signed",
        text_size: float = 24.0,
    ) -> None:
        super().__init__()
        patch, kernel, products = grids
        self._products = np.array(products, dtype=np.float64)
        height, width = self._products.shape
        look: dict[str, Any] = {"numbers": text_size > 0, "text_size": text_size or None}
        lefts = [left + (width * cell + gap) * n for n in range(3)]
        self.patch = PixelGrid(
            patch, lefts[0], top, cell, scale=patch_scale, limit=limits[0], **look
        )
        self.kernel = PixelGrid(kernel, lefts[1], top, cell, limit=limits[1], **look)
        empty = np.full_like(self._products, np.nan)
        self.products = PixelGrid(empty, lefts[2], top, cell, limit=limits[2], **look)
        middle = top + height * cell / 2
        self.dot, self.equals = (
            Label(sign, x - gap / 2, middle, 0.83 * gap, colour="muted", anchor="centre")
            for sign, x in (("⊙", lefts[1]), ("=", lefts[2]))
        )
        self.add(self.patch, self.kernel, self.products, self.dot, self.equals)

    def multiply(self, alpha: float) -> None:
        """Compute that share of the products, row by row, for `StageScene.drive`."""
        now = round(alpha * self._products.size)
        self.products.values.reshape(-1)[:now] = self._products.reshape(-1)[:now]

    def shrink(self, goal: CellByCell) -> Callable[[float], None]:
        """Return what moves patch and kernel onto another row's, for `StageScene.drive`.

        Their numbers, which could not be read there, fade on the way.
        """
        pairs = (self.patch, goal.patch), (self.kernel, goal.kernel)
        starts = [grid.points.copy() for grid, _ in pairs]

        def move(alpha: float) -> None:
            for (grid, end), start in zip(pairs, starts, strict=True):
                grid.points = start + (end.points - start) * alpha
                grid.number_opacity = max(0.0, 1 - 2 * alpha)

        return move
