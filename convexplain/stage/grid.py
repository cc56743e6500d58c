"""A grid of cells, each the colour of its value, drawn as pixels: pictures, maps, kernels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, Literal

import cairo
import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Canvas, Pixels, coverage, mix
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.text import width_of, write
from convexplain.stage.units import Rect
from convexplain.style import format as fmt
from convexplain.style.theme import Theme, rgb

Scale = Literal["picture", "light", "signed", "rgb"]

# Radius of the dot that stands for a cell not computed yet, as a share of the cell.
_DOT = 0.08
# Values between these print as five characters at most, which fit a cell; where one is longer,
# all numbers of the grid are made smaller, so that it fills this share of its cell.
_LEAST, _MOST, _FILLED = -9.995, 99.995, 0.94


class PixelGrid(StageMobject):
    """Values as coloured cells, with their numbers if asked for.

    Parameters
    ----------
    values : array_like of float, shape (height, width) or (height, width, 3)
        NaN is a cell that is not computed yet: a dot without cell lines.
    left, top : float
        Of the first cell, in pixels of the stage.
    cell : float
        Side of a cell, in pixels of the stage.
    scale : {"picture", "light", "signed", "rgb"}
        Ink 0..1 in the theme's grays; light 0..1, black to white in every theme, as a photograph's
        channel; -limit..limit on the diverging scale; colours 0..1.
    limit : float
        Largest magnitude on the signed scale.
    numbers : bool
        Whether the cells show their values, with two decimals.
    text_size : float, optional
        Of the numbers, in pixels of the stage; a third of the cell if not given.
    bold : bool
        Whether the numbers are bold.
    lines : bool
        Whether cells are parted by thin lines.
    frame : float
        Width of the line around the whole grid; 0 draws none.
    decimals : int
        Of the numbers.

    Attributes
    ----------
    values : numpy.ndarray of float64
        May be changed in place while a scene runs.
    shares : numpy.ndarray of float32, shape (height, width)
        Opacity of each cell: what is not spoken of is dimmed.
    number_opacity : float
        Of the numbers alone.
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "shares", "number_opacity")

    def __init__(
        self,
        values: npt.ArrayLike,
        left: float,
        top: float,
        cell: float,
        *,
        scale: Scale = "signed",
        limit: float = 1.0,
        numbers: bool = False,
        text_size: float | None = None,
        bold: bool = False,
        lines: bool = True,
        frame: float = 0.0,
        opacity: float = 1.0,
        decimals: int = 2,
    ) -> None:
        self.values = np.array(values, dtype=np.float64)
        height, width = self.values.shape[:2]
        right, bottom = left + width * cell, top + height * cell
        super().__init__([(left, top), (right, top), (left, bottom)], opacity=opacity)
        self.scale_name = scale
        self.limit = limit
        self.numbers = numbers
        self.text_share = (text_size or cell / 3) / cell
        self.bold = bold
        self.decimals = decimals
        self.lines = lines
        self.frame_width = frame
        self.shares = np.ones((height, width), dtype=np.float32)
        self.number_opacity = 1.0 if numbers else 0.0
        # The last picture of all cells: while a grid fades, only its opacity changes.
        self._drawn: tuple[tuple[object, ...], Pixels] | None = None

    @property
    def shape_in_cells(self) -> tuple[int, int]:
        """Rows and columns."""
        height, width = self.values.shape[:2]
        return height, width

    @property
    def cell(self) -> float:
        """Side of a cell now, in pixels of the stage."""
        places = self.places
        return float(places[1, 0] - places[0, 0]) / self.shape_in_cells[1]

    def place_of(self, row: float, col: float) -> tuple[float, float]:
        """Return the top left corner of a cell, in pixels of the stage."""
        places, rows = self.places, self.shape_in_cells[0]
        left, top = places[0]
        width, height = self.cell, float(places[2, 1] - top) / rows
        # A single result may be wider than high.
        high = width if abs(height - width) < 1e-6 * width else height
        return float(left + col * width), float(top + row * high)

    def centre_of(self, row: float, col: float) -> tuple[float, float]:
        """Return the middle of a cell, in pixels of the stage."""
        return self.place_of(row + 0.5, col + 0.5)

    def colour_of(self, row: int, col: int, theme: Theme) -> tuple[int, int, int]:
        """Return the colour of one computed cell."""
        red, green, blue = self._colours(theme)[row, col].tolist()
        return red, green, blue

    def part(self, row: int, col: int, rows: int, cols: int) -> PixelGrid:
        """Return a grid of some of its cells, which looks like them and lies on them.

        Cells that reach out of it are empty, as those not computed.
        """
        height, width = self.shape_in_cells
        values = np.full((rows, cols, *self.values.shape[2:]), np.nan)
        top, left = max(0, row), max(0, col)
        bottom, right = min(height, row + rows), min(width, col + cols)
        values[top - row : bottom - row, left - col : right - col] = self.values[
            top:bottom, left:right
        ]
        x, y = self.place_of(row, col)
        grid = PixelGrid(
            values,
            x,
            y,
            self.cell,
            scale=self.scale_name,
            limit=self.limit,
            numbers=self.numbers,
            text_size=self.text_share * self.cell,
            bold=self.bold,
            lines=self.lines,
            frame=self.frame_width,
            decimals=self.decimals,
        )
        if (row, col, rows, cols) == (0, 0, height, width):
            grid.points = self.points.copy()  # its cells may be no squares
        return grid

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (
            *super().state(),
            self.limit,
            self.number_opacity,
            self.shares.tobytes(),
            self.values.tobytes(),
        )

    def reach(self) -> float:
        """The frame lies around the cells."""
        return self.frame_width + 1

    def damage(self, before: State, scale: float) -> Rect:
        """Return the rows and columns of cells that changed, if nothing else did."""
        now = self.state()
        resized = self.number_opacity > 0 and any(
            _has_long(np.frombuffer(state[-1])) for state in (now, before)
        )
        if resized or now[:-2] != before[:-2]:
            return self.bounds(scale)
        height, width = self.shape_in_cells
        changed = np.zeros((height, width), dtype=bool)
        for new, old in zip(now[-2:], before[-2:], strict=True):
            item = np.dtype(np.float32) if new is now[-2] else np.dtype(np.float64)
            # Compared as bits, so that NaN equals NaN.
            kind = np.uint32 if item.itemsize == 4 else np.uint64
            differs = np.frombuffer(new, kind) != np.frombuffer(old, kind)
            changed |= differs.reshape(height, width, -1).any(axis=2)
        rows, cols = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if len(rows) == 0:
            return Rect(0, 0, 0, 0)
        left, top = (np.array(self.place_of(rows[0], cols[0])) * scale).astype(int)
        right, bottom = np.ceil(np.array(self.place_of(rows[-1] + 1, cols[-1] + 1)) * scale)
        return Rect(left - 2, top - 2, int(right) + 2, int(bottom) + 2)

    def _colours(self, theme: Theme) -> Pixels:
        """Return the colour of every cell, (height, width, 3); background where not computed."""
        values = self.values
        if self.scale_name == "rgb":
            return np.asarray(np.rint(values.clip(0, 1) * 255), dtype=np.uint8)
        missing = np.isnan(values)
        known = np.where(missing, 0.0, values)
        if self.scale_name == "picture":
            colours = theme.picture(known)
        elif self.scale_name == "light":
            colours = np.rint(known.clip(0, 1) * 255).astype(np.uint8)[..., None].repeat(3, axis=2)
        else:
            colours = theme.signed(known, self.limit)
        if missing.any():
            colours = colours.copy()
            colours[missing] = theme.rgb("background")
        return colours

    def _dimmed(self, theme: Theme) -> Pixels:
        """Return the colours as shown: what is not spoken of lies under background."""
        colours = self._colours(theme)
        if (self.shares == 1).all():
            return colours
        background = np.full_like(colours, theme.rgb("background"))
        return mix(background, colours, self.shares[..., None])

    def paint(self, canvas: Canvas) -> None:
        """Paint frame, cells, lines, dots and numbers."""
        height, width = self.shape_in_cells
        places = self.places * canvas.scale
        (left, top), right, bottom = places[0], places[1, 0], places[2, 1]
        xs = np.rint(np.linspace(left, right, width + 1)).astype(int)
        ys = np.rint(np.linspace(top, bottom, height + 1)).astype(int)
        if xs[-1] <= xs[0] or ys[-1] <= ys[0]:
            return
        if self.frame_width:
            self._paint_frame(canvas, Rect(xs[0], ys[0], xs[-1], ys[-1]))
        area = Rect(xs[0], ys[0], xs[-1], ys[-1]).intersection(canvas.clip)
        if not area.empty:
            canvas.paste(
                self._cells(canvas, xs, ys, area), area.left, area.top, opacity=self.opacity
            )
        if self.number_opacity > 0 and self.opacity > 0:
            self._paint_numbers(canvas)

    def _cells(
        self,
        canvas: Canvas,
        xs: npt.NDArray[np.intp],
        ys: npt.NDArray[np.intp],
        area: Rect,
    ) -> Pixels:
        """Return the pixels of one part of the grid: colours, cell lines and dots."""
        theme = canvas.theme
        whole = area == Rect(xs[0], ys[0], xs[-1], ys[-1])
        size = (xs[-1] - xs[0], ys[-1] - ys[0])
        key = (self.values.tobytes(), self.shares.tobytes(), self.limit, theme, size)
        if whole and self._drawn is not None and self._drawn[0] == key:
            return self._drawn[1]
        cols = np.searchsorted(xs, np.arange(area.left, area.right), side="right") - 1
        rows = np.searchsorted(ys, np.arange(area.top, area.bottom), side="right") - 1
        picture = self._dimmed(theme)[rows][:, cols]
        missing = self._missing()
        if self.lines:
            share = np.float32(min(1.0, canvas.scale))
            line = theme.rgb("line")
            # A line belongs to the cell after it; where neither it nor the one before is
            # computed, there is no line.
            at = np.flatnonzero(np.isin(np.arange(area.left, area.right), xs[1:-1]))
            there = ~(missing[rows][:, cols[at]] & missing[rows][:, cols[at] - 1])
            picture[:, at] = mix(picture[:, at], line, there[..., None] * share)
            at = np.flatnonzero(np.isin(np.arange(area.top, area.bottom), ys[1:-1]))
            there = ~(missing[rows[at]][:, cols] & missing[rows[at] - 1][:, cols])
            picture[at] = mix(picture[at], line, there[..., None] * share)
        if missing.any():
            dots = _dots(tuple(xs - xs[0]), tuple(ys - ys[0]))
            part = dots[
                area.top - ys[0] : area.bottom - ys[0], area.left - xs[0] : area.right - xs[0]
            ]
            dotted = np.where(missing[rows][:, cols], part, 0)[..., None] * np.float32(1 / 255)
            picture = mix(picture, theme.rgb("line"), dotted)
        if whole:
            self._drawn = (key, picture)
        return picture

    def _missing(self) -> npt.NDArray[np.bool_]:
        missing = np.isnan(self.values)
        return missing if missing.ndim == 2 else np.asarray(missing.any(axis=2))

    def _paint_frame(self, canvas: Canvas, cells: Rect) -> None:
        width = max(1, round(self.frame_width * canvas.scale))
        outer = Rect(
            cells.left - width, cells.top - width, cells.right + width, cells.bottom + width
        )
        line = np.array(canvas.colour("line"), dtype=np.uint8)
        for side in (
            Rect(outer.left, outer.top, outer.right, cells.top),
            Rect(outer.left, cells.bottom, outer.right, outer.bottom),
            Rect(outer.left, cells.top, cells.left, cells.bottom),
            Rect(cells.right, cells.top, outer.right, cells.bottom),
        ):
            strip = np.broadcast_to(line, (side.bottom - side.top, side.right - side.left, 3))
            canvas.paste(strip, side.left, side.top, opacity=self.opacity)

    def _text_size(self, texts: Iterable[str]) -> float:
        """Return the size of the numbers, smaller where one is too long for its cell."""
        size = self.cell * self.text_share
        if not _has_long(self.values):
            return size
        longest = max(texts, key=len)
        wide = width_of(longest, 1.0, "bold" if self.bold else "regular")
        return min(size, _FILLED * self.cell / wide)

    def _paint_numbers(self, canvas: Canvas) -> None:
        missing = self._missing()
        texts = {
            (row, col): fmt.number(self.values[row, col], self.decimals)
            for row, col in np.argwhere(~missing)
        }
        size = self._text_size(texts.values())
        colours = self._dimmed(canvas.theme)
        height, width = self.shape_in_cells
        zero = fmt.number(0.0, self.decimals)
        for row in range(height):
            for col in range(width):
                if missing[row, col]:
                    continue
                text = texts[row, col]
                colour = rgb(canvas.theme.text_on(colours[row, col]))
                # A zero says little: it steps back, so that the others stand out.
                quiet = 0.6 if text == zero else 1.0
                x, y = self.centre_of(row, col)
                write(
                    canvas,
                    text,
                    x,
                    y,
                    size,
                    colour=colour,
                    weight="bold" if self.bold else "regular",
                    anchor="centre",
                    opacity=self.opacity
                    * self.number_opacity
                    * float(self.shares[row, col])
                    * quiet,
                )


def _has_long(values: npt.NDArray[np.float64]) -> bool:
    """Whether a number would be too long for its cell in the usual size."""
    return bool(((values <= _LEAST) | (values >= _MOST)).any())


@lru_cache(maxsize=8)
def _dots(xs: tuple[int, ...], ys: tuple[int, ...]) -> Pixels:
    """Return a mask with a dot in the middle of every cell, uint8 (height, width)."""
    surface = cairo.ImageSurface(cairo.FORMAT_A8, xs[-1], ys[-1])
    context = cairo.Context(surface)
    context.set_source_rgba(1, 1, 1, 1)
    radius = max(_DOT * (xs[1] - xs[0]), 0.6)
    for top, bottom in pairwise(ys):
        for left, right in pairwise(xs):
            context.arc((left + right) / 2, (top + bottom) / 2, radius, 0, 2 * np.pi)
            context.fill()
    return coverage(surface)
