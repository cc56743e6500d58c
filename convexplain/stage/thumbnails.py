"""Many small maps side by side, as one mobject: all response maps of a layer, its filters."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Canvas, Pixels
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import Rect
from convexplain.style.theme import Theme


class Thumbnails(StageMobject):
    """Maps in rows, numbered from 0 in reading order, with one colour scale for all.

    A tile without cell lines shows one map. What is not computed has the background's colour.

    Parameters
    ----------
    maps : array_like of float, shape (height, width, maps)
        Channels last, as a layer puts them out; NaN is a cell that is not computed yet.
    left, top : float
        Of the first tile, in pixels of the stage.
    cell : float
        Side of a cell, in pixels of the stage; below 1 neighbouring cells are averaged.
    columns : int
        Tiles in a row.
    pitch : (float, float)
        From one tile to the next, right and down, in pixels of the stage; 2 pixels more than a
        tile if not given.
    scale : {"signed", "picture"}
        -limit..limit on the diverging scale, or ink 0..1 in the theme's grays.
    limit : float
        Largest magnitude on the signed scale: one for all maps.
    frame : float
        Width of the line around each tile; 0 draws none.
    mark : float
        Width of the line in ink around a tile that is marked.

    Attributes
    ----------
    values : numpy.ndarray of float64, shape (height, width, maps)
        May be changed in place while a scene runs.
    shares : numpy.ndarray of float32, shape (maps,)
        Opacity of each map: what is not spoken of is dimmed.
    marks : numpy.ndarray of float32, shape (maps,)
        1 marks a map with a line in ink around it; between 0 and 1 the line is faint.

    Examples
    --------
    Eight maps of 13 by 13 cells in two rows; the third is spoken of::

        tiles = Thumbnails(activations, 96, 226, cell=5, columns=4, limit=activations.max())
        tiles.shares[...] = 0.4
        tiles.shares[2] = tiles.marks[2] = 1
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "shares", "marks")

    def __init__(
        self,
        maps: npt.ArrayLike,
        left: float,
        top: float,
        cell: float,
        columns: int,
        *,
        pitch: tuple[float, float] | None = None,
        scale: Literal["signed", "picture"] = "signed",
        limit: float = 1.0,
        frame: float = 1.0,
        mark: float = 2.0,
        opacity: float = 1.0,
    ) -> None:
        self.values = np.array(maps, dtype=np.float64)
        height, width, count = self.values.shape
        self.columns = min(columns, count)
        self.cell = cell  # as made; Manim may have scaled it since
        self.tile = width * cell, height * cell
        self.pitch = pitch or (self.tile[0] + 2, self.tile[1] + 2)
        rows = -(-count // self.columns)
        # Tiles keep their places relative to these corners when Manim moves or scales them.
        self.size = (
            (self.columns - 1) * self.pitch[0] + self.tile[0],
            (rows - 1) * self.pitch[1] + self.tile[1],
        )
        right, bottom = left + self.size[0], top + self.size[1]
        super().__init__([(left, top), (right, top), (left, bottom)], opacity=opacity)
        self.scale_name = scale
        self.limit = limit
        self.frame_width = frame
        self.mark_width = mark
        self.shares = np.ones(count, dtype=np.float32)
        self.marks = np.zeros(count, dtype=np.float32)
        self._drawn: dict[int, tuple[tuple[object, ...], Pixels]] = {}

    @property
    def count(self) -> int:
        """How many maps there are."""
        return int(self.values.shape[2])

    def box(self, n: int) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a tile, in pixels of the stage."""
        if not 0 <= n < self.count:
            raise IndexError(f"there is no map {n}: they are 0 to {self.count - 1}")
        (left, top), right, bottom = self.places[0], self.places[1, 0], self.places[2, 1]
        row, col = divmod(n, self.columns)
        across, down = (right - left) / self.size[0], (bottom - top) / self.size[1]
        x, y = left + col * self.pitch[0] * across, top + row * self.pitch[1] * down
        return (
            float(x),
            float(y),
            float(x + self.tile[0] * across),
            float(y + self.tile[1] * down),
        )

    def place_of(self, n: int, row: float = 0, col: float = 0) -> tuple[float, float]:
        """Return the top left corner of a cell of a map, in pixels of the stage."""
        left, top, right, bottom = self.box(n)
        height, width = self.values.shape[:2]
        return left + (right - left) * col / width, top + (bottom - top) * row / height

    def centre_of(self, n: int) -> tuple[float, float]:
        """Return the middle of a tile, in pixels of the stage."""
        left, top, right, bottom = self.box(n)
        return (left + right) / 2, (top + bottom) / 2

    def areas(self) -> list[tuple[float, float, float, float]]:
        """Return the boxes of all tiles: between them there is room for labels."""
        return [self.box(n) for n in range(self.count)]

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (
            *super().state(),
            self.limit,
            self.marks.tobytes(),
            self.shares.tobytes(),
            self.values.tobytes(),
        )

    def reach(self) -> float:
        """Frames and marks lie around the tiles."""
        return max(self.frame_width, self.mark_width) + 1

    def damage(self, before: State, scale: float) -> Rect:
        """Return the tiles that changed, if nothing else did."""
        now = self.state()
        if now[:-3] != before[:-3]:
            return self.bounds(scale)
        changed = np.zeros(self.count, dtype=bool)
        for new, old, kind in zip(
            now[-3:], before[-3:], (np.uint32, np.uint32, np.uint64), strict=True
        ):
            # Compared as bits, so that NaN equals NaN.
            differs = np.frombuffer(new, kind) != np.frombuffer(old, kind)
            changed |= differs.reshape(-1, self.count).any(axis=0)
        hurt = Rect(0, 0, 0, 0)
        margin = self.reach() * scale + 1
        for n in np.flatnonzero(changed):
            left, top, right, bottom = (side * scale for side in self.box(int(n)))
            box = Rect(
                int(left - margin),
                int(top - margin),
                int(np.ceil(right + margin)),
                int(np.ceil(bottom + margin)),
            )
            hurt = box if hurt.empty else hurt.union(box)
        return hurt

    def paint(self, canvas: Canvas) -> None:
        """Paint the tiles that lie within the canvas's clip."""
        if self.opacity <= 0:
            return
        margin = round(self.reach() * canvas.scale) + 1
        for n in range(self.count):
            left, top, right, bottom = (round(side * canvas.scale) for side in self.box(n))
            area = Rect(left, top, right, bottom)
            around = Rect(left - margin, top - margin, right + margin, bottom + margin)
            if area.empty or not around.meets(canvas.clip):
                continue
            self._outline(canvas, area, "line", self.frame_width, float(self.shares[n]))
            self._outline(canvas, area, "ink", self.mark_width, float(self.marks[n]))
            picture = self._picture(n, canvas.theme, right - left, bottom - top)
            canvas.paste(picture, left, top, opacity=self.opacity * float(self.shares[n]))

    def _picture(self, n: int, theme: Theme, width: int, height: int) -> Pixels:
        """Return the pixels of one tile."""
        values = self.values[:, :, n]
        key = (values.tobytes(), self.limit, theme, width, height)
        if n in self._drawn and self._drawn[n][0] == key:
            return self._drawn[n][1]
        missing = np.isnan(values)
        known = np.where(missing, 0.0, values)
        picture = self.scale_name == "picture"
        colours = theme.picture(known) if picture else theme.signed(known, self.limit)
        background = theme.rgb("background")
        shown = np.where(missing[..., None], np.array(background, np.uint8), colours)
        down, across = _sampling(height, values.shape[0]), _sampling(width, values.shape[1])
        # As two matrix products, in float64: the same pixels on every processor.
        rows = (down @ shown.reshape(len(shown), -1)).reshape(height, -1, 3)
        sampled = (across @ rows.transpose(1, 0, 2).reshape(values.shape[1], -1)).reshape(
            width, height, 3
        )
        pixels: Pixels = np.ascontiguousarray((sampled.transpose(1, 0, 2) + 0.5).astype(np.uint8))
        self._drawn[n] = (key, pixels)
        return pixels

    def _outline(
        self, canvas: Canvas, area: Rect, token: str, width: float, opacity: float
    ) -> None:
        """Draw a line around a tile, outside of it."""
        if width <= 0 or opacity <= 0:
            return
        pixels = max(1, round(width * canvas.scale))
        outer = Rect(
            area.left - pixels, area.top - pixels, area.right + pixels, area.bottom + pixels
        )
        colour = np.array(canvas.colour(token), dtype=np.uint8)
        for side in (
            Rect(outer.left, outer.top, outer.right, area.top),
            Rect(outer.left, area.bottom, outer.right, outer.bottom),
            Rect(outer.left, area.top, area.left, area.bottom),
            Rect(area.right, area.top, outer.right, area.bottom),
        ):
            strip = np.broadcast_to(colour, (side.bottom - side.top, side.right - side.left, 3))
            canvas.paste(strip, side.left, side.top, opacity=opacity * self.opacity)


@lru_cache(maxsize=64)
def _sampling(pixels: int, cells: int) -> npt.NDArray[np.float64]:
    """Return how much of each cell every pixel shows, (pixels, cells); rows sum to 1.

    Cells of two pixels or more have sharp edges on whole pixels; smaller ones are averaged, so
    that none of them is lost.
    """
    if pixels >= 2 * cells:
        edges = np.rint(np.linspace(0, pixels, cells + 1))
    else:
        edges = np.linspace(0, pixels, cells + 1)
    first = np.arange(pixels)[:, None]
    shown = np.minimum(first + 1, edges[None, 1:]) - np.maximum(first, edges[None, :-1])
    return np.asarray(shown.clip(0, 1))
