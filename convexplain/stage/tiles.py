"""Small pieces of a picture that fly about, each on its own: patches, pixels."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Canvas, Pixels
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import to_scene


class Tiles(StageMobject):
    """Many small pictures of one size, each at a place of its own, as one mobject.

    Parameters
    ----------
    values : array_like of float, shape (tiles, height, width)
        Of each tile, at least one.
    corners : array_like of float, shape (tiles, 2)
        Left and top of each, in pixels of the stage.
    cell : float
        Side of a cell, in pixels of the stage.
    scale : {"picture", "signed"}
        Ink 0..1 in the theme's grays, or -limit..limit on the diverging scale.
    limit : float
        Largest magnitude on the signed scale.

    Attributes
    ----------
    shares : numpy.ndarray of float32, shape (tiles,)
        Opacity of each tile; later tiles lie on earlier ones.

    Raises
    ------
    ValueError
        If there are no tiles, or not one place for each.

    Examples
    --------
    Three patches leave a picture::

        starts = [picture.place_of(row, col) for row, col in stops]
        tiles = Tiles(patches, starts, picture.cell)
        self.add(tiles)
        self.drive(lambda alpha: tiles.put(starts + (goals - starts) * alpha), 0.8)
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "shares")

    def __init__(
        self,
        values: npt.ArrayLike,
        corners: npt.ArrayLike,
        cell: float,
        *,
        scale: Literal["picture", "signed"] = "picture",
        limit: float = 1.0,
        opacity: float = 1.0,
    ) -> None:
        self.values = np.array(values, dtype=np.float64)
        places = np.asarray(corners, dtype=np.float64)
        if len(self.values) == 0 or places.shape != (len(self.values), 2):
            raise ValueError(
                f"{len(self.values)} tiles and places of the shape {places.shape}: give left and "
                "top of each tile, and at least one tile"
            )
        super().__init__([(x, y) for x, y in places.tolist()], opacity=opacity)
        self.cell = cell
        self.scale_name = scale
        self.limit = limit
        self.shares = np.ones(len(self.values), dtype=np.float32)

    def put(self, corners: npt.ArrayLike) -> Tiles:
        """Lay each tile elsewhere: left and top, in pixels of the stage."""
        self.points = to_scene(np.asarray(corners, dtype=np.float64))
        return self

    def areas(self) -> list[tuple[float, float, float, float]]:
        """Return the boxes of all tiles that can be seen: no label may lie on them."""
        height, width = (size * self.cell for size in self.values.shape[1:])
        return [
            (x, y, x + width, y + height)
            for x, y in self.places[self.shares * self.opacity > 0].tolist()
        ]

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.limit, self.shares.tobytes(), self.values.tobytes())

    def reach(self) -> float:
        """A tile lies to the right of its place and below it."""
        return float(max(self.values.shape[1:])) * self.cell + 1

    def paint(self, canvas: Canvas) -> None:
        """Paint the tiles that can be seen, in their order."""
        if self.opacity <= 0:
            return
        seen = np.flatnonzero(self.shares > 0)
        if len(seen) == 0:
            return
        colours = self._colours(canvas)
        height, width = self.values.shape[1:]
        corners = self.places[seen] * canvas.scale
        for n, (x, y) in zip(seen.tolist(), corners.tolist(), strict=True):
            xs = np.rint(x + np.arange(width + 1) * self.cell * canvas.scale).astype(int)
            ys = np.rint(y + np.arange(height + 1) * self.cell * canvas.scale).astype(int)
            picture = colours[n].repeat(np.diff(ys), axis=0).repeat(np.diff(xs), axis=1)
            share = self.opacity * float(self.shares[n])
            canvas.paste(picture, int(xs[0]), int(ys[0]), opacity=share)

    def _colours(self, canvas: Canvas) -> Pixels:
        if self.scale_name == "picture":
            return canvas.theme.picture(self.values)
        return canvas.theme.signed(self.values, self.limit)
