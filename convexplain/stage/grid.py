"""A grid of cells, each the colour of its value, drawn as pixels: pictures, maps, kernels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import ClassVar, Literal, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Canvas, Pixels, coverage, mix, pane, tinted
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.rasters import KEPT, kept
from convexplain.stage.text import width_of, write
from convexplain.stage.units import Rect, from_scene
from convexplain.style import format as fmt
from convexplain.style.theme import Theme, least_opacity, prefers_black, raised, rgb

Places = npt.NDArray[np.float64]
Scale = Literal["picture", "light", "signed", "rgb"]

# A line around cells that is clearly thinner than a pixel is as much paler: lines close to one
# another would else be more or fewer than there are.
_THIN = 1.2
# Radius of the dot that stands for a cell not computed yet, as a share of the cell.
_DOT = 0.08
# From one stripe of what is hatched to the next, in pixels of the stage.
_HATCH = 20.0
# Values between these print as five characters at most, which fit a cell; where one is longer,
# all numbers of the grid are made smaller, so that it fills this share of its cell.
_LEAST, _MOST, _FILLED = -9.995, 99.995, 0.94


class PixelGrid(StageMobject):
    """Values as coloured cells, with their numbers if asked for.

    Parameters
    ----------
    values : array_like of float, shape (height, width) or (height, width, 3)
        NaN is a cell that is not computed yet: a dot without cell lines, or hatched.
    left, top : float
        Of the first cell, in pixels of the stage.
    cell : float
        Side of a cell, in pixels of the stage.
    scale : {"picture", "light", "signed", "rgb"}
        Ink 0..limit in the theme's grays; light 0..limit, black to white in every theme, as a
        photograph's channel; -limit..limit on the diverging scale; colours 0..1.
    limit : float
        Largest magnitude on the signed scale, and of ink and light.
    floor : float
        As of the panels' `Scale <convexplain.panels.Scale>`.
    numbers : bool
        Whether the cells show their values, with two decimals.
    text_size : float, optional
        Of the numbers, in pixels of the stage; a third of the cell if not given.
    bold : bool
        Whether the numbers are bold.
    lines : bool
        Whether cells are parted by thin lines.
    blocks : (int, int)
        Only so many rows and columns together are, by gaps in the colour of the background.
    frame : float
        Width of the line around the whole grid; 0 draws none.
    decimals : int
        Of the numbers.
    glass : float
        How opaque a cell of the largest magnitude is, others as much less as their values are;
        cells not computed are clear. 0: all cells are opaque.
    inlaid : float
        As of the panels' `Cells <convexplain.panels.Cells>`.

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
        floor: float = 0.0,
        numbers: bool = False,
        text_size: float | None = None,
        bold: bool = False,
        lines: bool = True,
        blocks: tuple[int, int] = (1, 1),
        frame: float = 0.0,
        opacity: float = 1.0,
        decimals: int = 2,
        glass: float = 0.0,
        inlaid: float = 0.0,
    ) -> None:
        self.values = np.array(values, dtype=np.float64)
        height, width = self.values.shape[:2]
        right, bottom = left + width * cell, top + height * cell
        super().__init__([(left, top), (right, top), (left, bottom)], opacity=opacity)
        self.scale_name = scale
        self.limit = limit
        self.floor = floor
        self.numbers = numbers
        self.text_share = (text_size or cell / 3) / cell
        self.bold = bold
        self.decimals = decimals
        self.lines = lines
        self.blocks = blocks
        self.frame_width = frame
        self.glass = glass
        self.inlaid = inlaid
        #: What stands in the cells instead of their values.
        self.printed: Sequence[Sequence[str]] | None = None
        #: Whether cells that are not computed yet are hatched: bare, they could be taken for zeros.
        self.hatched = False
        self.shares = np.ones((height, width), dtype=np.float32)
        self.number_opacity = 1.0 if numbers else 0.0
        # Under this the last picture of all cells is kept: while it fades, nothing else changes.
        self._name = object()
        self._seen: tuple[object, ...] = ()
        self._glaze: tuple[tuple[object, ...], npt.NDArray[np.uint32] | None] | None = None
        self._printed: tuple[tuple[object, ...], list[_Number]] | None = None

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
            floor=self.floor,
            numbers=self.numbers,
            text_size=self.text_share * self.cell,
            bold=self.bold,
            lines=self.lines,
            blocks=self.blocks,
            frame=self.frame_width,
            decimals=self.decimals,
        )
        if (row, col, rows, cols) == (0, 0, height, width):
            grid.points = self.points.copy()  # its cells may be no squares
        return grid

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (
            self.points.tobytes(),
            self.opacity,
            self.limit,
            self.floor,
            self.glass,
            self.inlaid,
            self.lines,
            self.blocks,
            self.numbers,
            self.decimals,
            self.printed,
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
            colours = theme.picture(known / self.limit)
        elif self.scale_name == "light":
            light = np.rint((known / self.limit).clip(0, 1) * 255).astype(np.uint8)
            colours = light[..., None].repeat(3, axis=2)
        else:
            colours = theme.signed(known, self.limit, self.floor)
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

    @property
    def is_sheet(self) -> bool:
        """Whether it is painted as one of several by `paint_sheets`."""
        return bool(self.glass) and not self.frame_width and self.number_opacity <= 0

    def paint(self, canvas: Canvas) -> None:
        """Paint frame, cells, lines, dots and numbers."""
        height, width = self.shape_in_cells
        (left, top), (right, _), (_, bottom) = (self.places * canvas.scale).tolist()
        xs, ys = _edges(left, right, width), _edges(top, bottom, height)
        everything = Rect(int(xs[0]), int(ys[0]), int(xs[-1]), int(ys[-1]))
        if everything.empty:
            return
        if self.frame_width:
            self._paint_frame(canvas, everything)
        area = everything.intersection(canvas.clip)
        if area.empty:
            pass  # its numbers may reach out of it
        elif self.glass:
            paint_sheets(canvas, [self])
        else:
            canvas.paste(
                self._cells(canvas, xs, ys, area), area.left, area.top, opacity=self.opacity
            )
        if self.number_opacity > 0 and self.opacity > 0:
            self._paint_numbers(canvas)

    def glazed(self, theme: Theme) -> npt.NDArray[np.uint32] | None:
        """Return the pixel with which each cell covers what is there; None if nothing does."""
        key = (
            self.values.tobytes(), self.shares.tobytes(), self.limit, self.floor, self.glass,
            self.inlaid, theme,
        )  # fmt: skip
        if (self._glaze is None or self._glaze[0] != key) and self.inlaid:
            there = np.nan_to_num(self.values) != 0
            alpha = np.rint(255 * there * self.shares).astype(np.uint8)
            self._glaze = key, tinted(self._colours(theme), alpha) if there.any() else None
        if self._glaze is None or self._glaze[0] != key:
            parts = raised(np.nan_to_num(self.values) / (self.limit or 1.0), self.floor)
            parts = parts * self.shares
            above = "ink" if self.scale_name == "picture" else "positive"
            colours = np.array([theme.rgb("negative"), theme.rgb(above)], np.uint8)
            alpha = np.rint(255 * self.glass * np.abs(parts).clip(0, 1)).astype(np.uint8)
            glass = tinted(colours[np.where(parts < 0, 0, 1)], alpha) if alpha.any() else None
            self._glaze = key, glass
        return self._glaze[1]

    def pane(
        self, canvas: Canvas, xs: npt.NDArray[np.intp], ys: npt.NDArray[np.intp], area: Rect
    ) -> tuple[cairo.ImageSurface, int, int] | None:
        """Return the pixels of a sheet in an area at least, with left and top; None if it is clear.

        What stands still while others move over it is kept, all of it, from the second time on.
        """
        glass = self.glazed(canvas.theme)
        if glass is None:
            return None
        everything = Rect(int(xs[0]), int(ys[0]), int(xs[-1]), int(ys[-1]))
        assert self._glaze is not None
        key = (self._glaze[0], xs.tobytes(), ys.tobytes())
        again, self._seen = self._seen == key, key
        last = KEPT.get(self._name) if again else None
        if last is not None and last[1] == key:
            return last[2], everything.left, everything.top
        whole = again and everything.area <= canvas.frame.area
        left, top, right, bottom = everything if whole else area
        across, down = _cells_at(xs, left, right), _cells_at(ys, top, bottom)
        # Columns first: then whole rows are copied.
        pixels = glass.take(across, axis=1).take(down, axis=0)
        if self.inlaid:
            free = (1 - self.inlaid) / 2
            pixels[:, _beside(xs, left, right, free)] = 0
            pixels[_beside(ys, top, bottom, free)] = 0
        surface = pane(pixels)
        if whole:
            KEPT.put(self._name, (pixels, key, surface))
        return surface, left, top

    def _cells(
        self,
        canvas: Canvas,
        xs: npt.NDArray[np.intp],
        ys: npt.NDArray[np.intp],
        area: Rect,
    ) -> Pixels:
        """Return the pixels of one part of the grid: colours, cell lines and dots."""
        theme = canvas.theme
        everything = Rect(int(xs[0]), int(ys[0]), int(xs[-1]), int(ys[-1]))
        key = (
            self.values.tobytes(), self.shares.tobytes(), self.limit, self.floor, self.lines,
            self.blocks, self.hatched, theme, canvas.scale, (xs - xs[0]).tobytes(),
            (ys - ys[0]).tobytes(),
        )  # fmt: skip
        last = KEPT.get(self._name)
        picture: Pixels
        if last is not None and last[1] == key:
            picture = last[0]
        else:
            # What is painted in parts, and stands still, is kept from the second time on.
            again, self._seen = self._seen == key, key
            again = again and everything.area <= 2 * canvas.frame.area
            if area != everything and not again:
                return self._raster(canvas, xs, ys, area)
            picture = self._raster(canvas, xs, ys, everything)
            KEPT.put(self._name, (picture, key))
        left, top, right, bottom = area.moved(-everything.left, -everything.top)
        return picture[top:bottom, left:right]

    def _raster(
        self,
        canvas: Canvas,
        xs: npt.NDArray[np.intp],
        ys: npt.NDArray[np.intp],
        area: Rect,
    ) -> Pixels:
        """Draw one part of the grid: opaque pixels, (height, width, 4)."""
        theme = canvas.theme
        missing = self._missing()
        apart = self.blocks != (1, 1)
        lines = theme.rgb("background" if apart else "line")
        across, down = np.arange(area.left, area.right), np.arange(area.top, area.bottom)
        cols = _cells_at(xs, area.left, area.right)
        rows = _cells_at(ys, area.top, area.bottom)
        cells = self._dimmed(theme)
        if self.lines:
            # Four pixels of each cell tell all: with the line before it, above it, both, or none.
            share = np.float32(1.0 if apart else min(1.0, canvas.scale))
            cells = _ruled(cells, missing, lines, share)
            cols = 2 * cols + np.isin(across, xs[self.blocks[1] : -1 : self.blocks[1]])
            rows = 2 * rows + np.isin(down, ys[self.blocks[0] : -1 : self.blocks[0]])
        opaque = np.full((*cells.shape[:2], 4), 255, np.uint8)
        opaque[..., :3] = cells
        words = opaque.view(np.uint32).squeeze(axis=-1)
        # Columns first: then whole rows are copied.
        picture = words.take(cols, axis=1).take(rows, axis=0)[..., None].view(np.uint8)
        if missing.any():
            edges = tuple((xs - xs[0]).tolist()), tuple((ys - ys[0]).tolist())
            dots = _stripes(*edges, canvas.scale) if self.hatched else _dots(*edges)
            part = dots[
                area.top - ys[0] : area.bottom - ys[0], area.left - xs[0] : area.right - xs[0]
            ]
            y, x = np.nonzero(part)
            each = 2 if self.lines else 1
            there = missing[rows[y] // each, cols[x] // each]
            y, x = y[there], x[there]
            seen = part[y, x, None] * np.float32(1 / 255)
            picture[y, x, :3] = mix(picture[y, x, :3], theme.rgb("line"), seen)
        return picture

    def _missing(self) -> npt.NDArray[np.bool_]:
        missing = np.isnan(self.values)
        return missing if missing.ndim == 2 else np.asarray(missing.any(axis=2))

    def _paint_frame(self, canvas: Canvas, cells: Rect) -> None:
        thick = self.frame_width * canvas.scale
        width, seen = max(1, round(thick)), self.opacity * min(1.0, _THIN * thick)
        outer = Rect(
            cells.left - width, cells.top - width, cells.right + width, cells.bottom + width
        )
        line = canvas.colour("line")
        if self.opacity >= 1 and not self.glass:
            canvas.fill(outer, line, seen)  # the cells are painted over it
            return
        for side in (
            Rect(outer.left, outer.top, outer.right, cells.top),
            Rect(outer.left, cells.bottom, outer.right, outer.bottom),
            Rect(outer.left, cells.top, cells.left, cells.bottom),
            Rect(cells.right, cells.top, outer.right, cells.bottom),
        ):
            canvas.fill(side, line, seen)

    def _text_size(self, texts: Iterable[str]) -> float:
        """Return the size of the numbers, smaller where one is too long for its cell."""
        size = self.cell * self.text_share
        if not _has_long(self.values):
            return size
        longest = max(texts, key=len)
        wide = width_of(longest, 1.0, "bold" if self.bold else "regular")
        return min(size, _FILLED * self.cell / wide)

    def _paint_numbers(self, canvas: Canvas) -> None:
        words = (self.decimals, self.printed)
        of = self.limit, self.floor
        key = (self.values.tobytes(), self.shares.tobytes(), of, words, canvas.theme)
        if self._printed is None or self._printed[0] != key:
            self._printed = (key, list(self._numbers(canvas.theme)))
        numbers = self._printed[1]
        size = self._text_size(number.text for number in numbers)
        weight = "bold" if self.bold else "regular"
        for row, col, text, colour, seen in numbers:
            x, y = self.centre_of(row, col)
            opacity = self.opacity * self.number_opacity * seen
            write(
                canvas, text, x, y, size,
                colour=colour, weight=weight, anchor="centre", opacity=opacity,
            )  # fmt: skip

    def _numbers(self, theme: Theme) -> Iterator[_Number]:
        """Yield the number of each cell that is computed."""
        colours = self._dimmed(theme)
        zero = fmt.number(0.0, self.decimals)
        least = np.zeros(self.shares.shape)
        if (self.shares < 1).any():  # what steps back can still be read
            inks = np.where(prefers_black(colours), 0, 255)[..., None].repeat(3, axis=2)
            least = np.where(self.shares < 1, least_opacity(inks, colours), 0.0)
        for row, col in np.argwhere(~self._missing()).tolist():
            text = fmt.number(self.values[row, col], self.decimals)
            if self.printed is not None:
                text = self.printed[row][col]
            # A zero says little: it steps back, so that the others stand out.
            quiet = 0.6 if text == zero else 1.0
            colour = rgb(theme.text_on(colours[row, col]))
            seen = max(float(self.shares[row, col]) * quiet, float(least[row, col]))
            yield _Number(row, col, text, colour, seen)


def paint_sheets(canvas: Canvas, sheets: Sequence[PixelGrid]) -> None:
    """Lay grids of glass over what is there, the first one first, each as opaque as its values are.

    Stacks have hundreds of them: where their cells lie is computed for all at once.
    """
    for (height, width), same in groupby(sheets, key=lambda sheet: sheet.shape_in_cells):
        run = list(same)
        points = np.concatenate([sheet.points for sheet in run])
        places = from_scene(points).reshape(len(run), -1, 2) * canvas.scale
        xs = _edges_of_all(places[:, 0, 0], places[:, 1, 0], width)
        ys = _edges_of_all(places[:, 0, 1], places[:, 2, 1], height)
        ends = zip(xs[:, 0].tolist(), ys[:, 0].tolist(), xs[:, -1].tolist(), ys[:, -1].tolist(),
                   strict=True)  # fmt: skip
        for row, (sheet, (left, top, right, bottom)) in enumerate(zip(run, ends, strict=True)):
            area = Rect(left, top, right, bottom).intersection(canvas.clip)
            if not area.empty and (pane := sheet.pane(canvas, xs[row], ys[row], area)) is not None:
                glass, left, top = pane
                canvas.glaze(glass, left, top, sheet.opacity)


def _edges(start: float, end: float, cells: int) -> npt.NDArray[np.intp]:
    """Return the whole pixels between which cells lie."""
    step = (end - start) / cells
    # For so few numbers faster without numpy; both round halves to even.
    places = [round(number * step + start) for number in range(cells)]
    return np.array([*places, round(end)], dtype=np.intp)


def _edges_of_all(start: Places, end: Places, cells: int) -> npt.NDArray[np.intp]:
    """Return the same for several grids at once, a row for each."""
    step = (end - start) / cells
    places = np.arange(cells + 1, dtype=np.float64) * step[:, None] + start[:, None]
    places[:, -1] = end
    whole: npt.NDArray[np.intp] = np.rint(places).astype(np.intp)
    return whole


def _beside(
    edges: npt.NDArray[np.intp], start: int, end: int, free: float
) -> npt.NDArray[np.bool_]:
    """Tell which pixels from start to end lie in the share of a cell that is free at its sides."""
    cells, places = _cells_at(edges, start, end), np.arange(start, end) + 0.5
    within = (places - edges[cells]) / (edges[cells + 1] - edges[cells])
    found: npt.NDArray[np.bool_] = np.abs(within - 0.5) > 0.5 - free
    return found


def _cells_at(edges: npt.NDArray[np.intp], start: int, end: int) -> npt.NDArray[np.intp]:
    """Return the number of the cell in which each pixel from start to end lies."""
    wide = edges[1:] - edges[:-1]
    cells = np.arange(len(wide)).repeat(wide)
    return cells[start - edges[0] : end - edges[0]]


class _Number(NamedTuple):
    """What is printed in a cell, in which colour, and how much it is seen."""

    row: int
    col: int
    text: str
    colour: tuple[int, int, int]
    seen: float


def _has_long(values: npt.NDArray[np.float64]) -> bool:
    """Whether a number would be too long for its cell in the usual size."""
    return bool(((values <= _LEAST) | (values >= _MOST)).any())


def _ruled(
    cells: Pixels, missing: npt.NDArray[np.bool_], line: tuple[int, int, int], share: np.float32
) -> Pixels:
    """Return each cell four times, (2 * height, 2 * width, 3): as it is, and under cell lines.

    Odd columns lie on the line before the cell, odd rows on the one above. A line belongs to the
    cell after it; where neither it nor the one before is computed, there is no line.
    """
    height, width = missing.shape
    before, above = np.zeros_like(missing), np.zeros_like(missing)
    before[:, 1:] = ~(missing[:, 1:] & missing[:, :-1])
    above[1:] = ~(missing[1:] & missing[:-1])
    ruled = np.empty((height, 2, width, 2, 3), np.uint8)
    ruled[:, 0, :, 0] = cells
    ruled[:, 0, :, 1] = mix(cells, line, before[..., None] * share)
    for side in (0, 1):
        ruled[:, 1, :, side] = mix(ruled[:, 0, :, side], line, above[..., None] * share)
    return ruled.reshape(2 * height, 2 * width, 3)


@kept
def _stripes(xs: tuple[int, ...], ys: tuple[int, ...], scale: float) -> Pixels:
    """Return a mask with slanting stripes, uint8 (height, width)."""
    along = np.add.outer(np.arange(ys[-1]), np.arange(xs[-1])) / scale
    return np.where(along % _HATCH < _HATCH / 3, 255, 0).astype(np.uint8)


@kept
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
