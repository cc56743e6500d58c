"""A stack of maps to scale: height, width and depth of a layer's output, with its real values."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Canvas, Pixels, coverage
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import Rect
from convexplain.style.map_stack import sheet_opacities, stacked, strength_of

_EDGE = 1.5


class Volume(StageMobject):
    """One sheet a channel, the first in front, the others behind it, further right and higher.

    A cell is the more opaque the larger its value; its colour tells the sign. The sheets are
    painted into one picture, which is kept until a value or the size changes.

    Parameters
    ----------
    values : array_like of float, shape (height, width, channels)
        NaN is a cell that is not computed yet: it shows nothing.
    left, top : float
        Of the first sheet, in pixels of the stage.
    cell : float
        Side of a cell, in pixels of the stage.
    sheet : (float, float)
        From one sheet to the next, right and up, in pixels of the stage.
    limit : float
        Value that is opaque on the first sheet: for maps the largest of their layer; 0 if that
        is 0.
    strength : float, optional
        Opacity of that value on the other sheets, which shine through one another; made from the
        depth if not given.
    edges : bool
        Whether the nine visible edges of the box are drawn.

    Attributes
    ----------
    values : numpy.ndarray of float64, shape (height, width, channels)
        May be changed in place while a scene runs.
    shares : numpy.ndarray of float32, shape (channels,)
        Opacity of each sheet.

    Raises
    ------
    ValueError
        If the values are no stack of maps, the limit is negative, or sheets would lie further
        left or lower.

    Examples
    --------
    A layer's output at 8 pixels a cell, its depth at 1.75 pixels a channel::

        maps = trace.activations["conv2"]
        self.appear(Volume(maps, 860, 380, cell=8, limit=float(maps.max())))
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "shares")

    def __init__(
        self,
        values: npt.ArrayLike,
        left: float,
        top: float,
        cell: float,
        *,
        sheet: tuple[float, float] = (1.75, 0.45),
        limit: float = 1.0,
        strength: float | None = None,
        edges: bool = True,
        opacity: float = 1.0,
    ) -> None:
        self.values = np.array(values, dtype=np.float64)
        if self.values.ndim != 3 or 0 in self.values.shape:
            raise ValueError(
                f"a volume shows an array (height, width, channels), not the shape "
                f"{self.values.shape}: give one picture's maps, channels last"
            )
        if not limit >= 0 or min(sheet) < 0:
            raise ValueError(
                f"a volume's limit is {limit:g} and its sheets are {sheet} apart: neither can be "
                "negative"
            )
        height, width, channels = self.values.shape
        right, bottom = left + width * cell, top + height * cell
        self._depth = channels * sheet[0] / cell, channels * sheet[1] / cell
        back = right + channels * sheet[0], top - channels * sheet[1]
        super().__init__([(left, top), (right, top), (left, bottom), back], opacity=opacity)
        self.limit = limit
        self.strength = strength_of(channels) if strength is None else strength
        self.edges = edges
        self.shares = np.ones(channels, dtype=np.float32)
        self._drawn: tuple[tuple[object, ...], _Masks] | None = None

    @property
    def cell(self) -> float:
        """Side of a cell now, in pixels of the stage."""
        places = self.places
        return float((places[1, 0] - places[0, 0]) / self.values.shape[1])

    @property
    def back(self) -> tuple[float, float]:
        """From the front of the box to its back, right and down (below 0), in stage pixels."""
        places = self.places
        across, down = places[3] - places[1]
        return float(across), float(down)

    def fan(self, share: float) -> Volume:
        """Spread the sheets: 0 lays all upon the first, 1 is the full depth."""
        places, cell = self.places, self.cell
        right, top = places[1]
        across, up = self._depth
        places[3] = right + share * across * cell, top - share * up * cell
        self.places = [(float(x), float(y)) for x, y in places]
        return self

    def place_of(self, row: float, col: float, channel: float = 0) -> tuple[float, float]:
        """Return the top left corner of a cell of a sheet, in pixels of the stage."""
        left, top = self.places[0]
        share = channel / self.values.shape[2]
        across, down = self.back
        return (
            float(left + col * self.cell + share * across),
            float(top + row * self.cell + share * down),
        )

    def centre_of(self, row: float, col: float, channel: float = 0) -> tuple[float, float]:
        """Return the middle of a cell of a sheet, in pixels of the stage."""
        return self.place_of(row + 0.5, col + 0.5, channel)

    def areas(self) -> list[tuple[float, float, float, float]]:
        """Return the box around front and back, where no label belongs."""
        low, high = self.places.min(axis=0), self.places.max(axis=0)
        return [(float(low[0]), float(low[1]), float(high[0]), float(high[1]))]

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.limit, self.shares.tobytes(), self.values.tobytes())

    def reach(self) -> float:
        """The edges lie around the box."""
        return _EDGE + 2

    def damage(self, before: State, scale: float) -> Rect:
        """Return the cells that changed, through all sheets, if nothing else did."""
        now = self.state()
        if now[:-1] != before[:-1]:
            return self.bounds(scale)
        # Compared as bits, so that NaN equals NaN.
        differs = np.frombuffer(now[-1], np.uint64) != np.frombuffer(before[-1], np.uint64)
        changed = differs.reshape(self.values.shape).any(axis=2)
        rows, cols = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if len(rows) == 0:
            return Rect(0, 0, 0, 0)
        (left, top), (right, bottom) = (
            self.place_of(rows[0], cols[0]),
            self.place_of(rows[-1] + 1, cols[-1] + 1),
        )
        across, down = self.back
        corners = np.array([left, top + down, right + across, bottom]) * scale
        low, high = np.floor(corners[:2]).astype(int) - 2, np.ceil(corners[2:]).astype(int) + 2
        return Rect(int(low[0]), int(low[1]), int(high[0]), int(high[1]))

    def paint(self, canvas: Canvas) -> None:
        """Paint the sheets, then the edges of the box."""
        if self.opacity <= 0:
            return
        box = _Box.of(self.places * canvas.scale)
        if box.width <= 0 or box.height <= 0:
            return
        masks, theme = self._masks(box), canvas.theme
        for mask, token in ((masks.negative, "negative"), (masks.positive, "positive")):
            if mask is not None:
                canvas.stencil(mask, box.left, box.top + box.down, theme.rgb(token), self.opacity)
        if self.edges:
            box.stroke(canvas, "muted", max(_EDGE * canvas.scale, 1.0), self.opacity)

    def _masks(self, box: _Box) -> _Masks:
        """Lay the sheets over one another, the last first."""
        size = (box.width, box.height, box.across, box.down)
        key = (self.values.tobytes(), self.shares.tobytes(), self.limit, self.strength, size)
        if self._drawn is None or self._drawn[0] != key:
            opacities = sheet_opacities(self.values, self.limit, self.strength) * self.shares
            front, back = (box.height, box.width), (box.down, box.across)
            positive, negative = stacked(opacities, front, back)
            self._drawn = key, _Masks(_levels(positive), _levels(negative))
        return self._drawn[1]


class VolumeWindow(StageMobject):
    """The outline of a window through all sheets of a volume: what one output cell reads.

    Parameters
    ----------
    volume : Volume
        What it lies in.
    row, col : float
        First row and column in it.
    height, width : int
        Cells that it spans on each sheet; 1 by 1 is what all filters found at one place.
    colour : str
        Token of the theme; the active window and the cells that it feeds have the accent.
    line : float
        Width of the outline, in pixels of the stage.
    """

    def __init__(
        self,
        volume: Volume,
        row: float,
        col: float,
        height: int = 1,
        width: int = 1,
        *,
        colour: str = "accent",
        line: float = 3.0,
        opacity: float = 1.0,
    ) -> None:
        self.span = (height, width)
        self.colour = colour
        self.line = line
        super().__init__(self._corners(volume, row, col), opacity=opacity)

    def put(self, volume: Volume, row: float, col: float) -> VolumeWindow:
        """Lay it on other cells; fractions lie between them."""
        self.places = self._corners(volume, row, col)
        return self

    def _corners(self, volume: Volume, row: float, col: float) -> list[tuple[float, float]]:
        left, top = volume.place_of(row, col)
        right, bottom = volume.place_of(row + self.span[0], col + self.span[1])
        across, down = volume.back
        return [(left, top), (right, top), (left, bottom), (right + across, top + down)]

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.colour)

    def reach(self) -> float:
        """Half of the rim lies outside the cells."""
        return self.line + 2

    def paint(self, canvas: Canvas) -> None:
        """Draw the box on a rim of background, so that it shows on strong cells."""
        if self.opacity <= 0:
            return
        box = _Box.of(self.places * canvas.scale)
        width = max(self.line * canvas.scale, 1.25)
        box.stroke(canvas, "background", 1.8 * width, 0.7 * self.opacity)
        box.stroke(canvas, self.colour, width, self.opacity)


class _Masks(NamedTuple):
    """What the colours of a volume cover; None if nothing."""

    positive: Pixels | None
    negative: Pixels | None


class _Box(NamedTuple):
    """A box on whole pixels: its front, and how far right and down its back lies."""

    left: int
    top: int
    width: int
    height: int
    across: int
    down: int

    @classmethod
    def of(cls, places: npt.NDArray[np.float64]) -> _Box:
        """Round the corners top left, top right, bottom left and, at the back, top right."""
        corners = np.rint(places).astype(int)
        (left, top), right, bottom = corners[0], corners[1, 0], corners[2, 1]
        across, down = corners[3] - corners[1]
        numbers = (left, top, right - left, bottom - top, across, down)
        return cls(*(int(number) for number in numbers))

    def stroke(self, canvas: Canvas, token: str, width: float, opacity: float) -> None:
        """Draw the nine visible edges."""
        mask, left, top = _edges(self._replace(left=0, top=0), round(width, 3))
        canvas.stencil(mask, self.left + left, self.top + top, canvas.colour(token), opacity)


def _levels(shares: npt.NDArray[np.float32]) -> Pixels | None:
    """Return a mask of 0..255; None if it covers nothing."""
    if not shares.any():
        return None
    return np.asarray(shares.clip(0, 1) * np.float32(255) + np.float32(0.5), dtype=np.uint8)


@lru_cache(maxsize=256)
def _edges(box: _Box, line: float) -> tuple[Pixels, int, int]:
    """Draw the visible edges of a box whose front lies at 0, 0, as a mask and its corner."""
    margin = int(np.ceil(line)) + 1
    right, bottom = box.width, box.height
    low = min(0, box.across) - margin, min(0, box.down) - margin
    high = right + max(0, box.across) + margin, bottom + max(0, box.down) + margin
    surface = cairo.ImageSurface(cairo.FORMAT_A8, high[0] - low[0], high[1] - low[1])
    context = cairo.Context(surface)
    context.translate(-low[0], -low[1])
    context.set_source_rgba(1, 1, 1, 1)
    context.set_line_width(line)
    context.set_line_join(cairo.LINE_JOIN_ROUND)
    context.rectangle(0, 0, right, bottom)
    if (box.across, box.down) != (0, 0):
        for x, y in ((0, 0), (right, 0), (right, bottom)):
            context.move_to(x, y)
            context.line_to(x + box.across, y + box.down)
        context.move_to(box.across, box.down)
        context.line_to(right + box.across, box.down)
        context.line_to(right + box.across, bottom + box.down)
    context.stroke()
    return coverage(surface), low[0], low[1]
