"""Grids of cells with numbers, windows on them, links between them, and colour bars.

Small grids whose numbers are printed are drawn cell by cell; larger ones are one picture, each of
whose cells is many pixels, so that no viewer's smoothing can blur them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from convexplain.figures import _base
from convexplain.figures._base import Sheet
from convexplain.style import format as fmt

Point = tuple[float, float]
Colours = npt.NDArray[np.uint8]

# Pixels of a picture to one cell.
_FINE = 8
_BEHIND, _MIDDLE, _LINKS, _BEFORE = 1.0, 2.0, 2.5, 4.0


@dataclass(frozen=True)
class Box:
    """A rectangle in points, y downwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def middle(self) -> Point:
        """Its centre."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @property
    def left(self) -> Point:
        """The middle of its left side; `right`, `top` and `bottom` likewise."""
        return self.x0, self.middle[1]

    @property
    def right(self) -> Point:
        """The middle of its right side."""
        return self.x1, self.middle[1]

    @property
    def top(self) -> Point:
        """The middle of its upper side."""
        return self.middle[0], self.y0

    @property
    def bottom(self) -> Point:
        """The middle of its lower side."""
        return self.middle[0], self.y1


@dataclass(frozen=True)
class Grid:
    """Where the cells of a grid lie.

    Parameters
    ----------
    x, y : float
        The top left corner, in points.
    rows, cols : int
    wide, high : float
        Of one cell, in points.
    """

    x: float
    y: float
    rows: int
    cols: int
    wide: float
    high: float

    @property
    def box(self) -> Box:
        """The whole grid."""
        return self.part(0, 0, self.rows, self.cols)

    def part(self, row: float, col: float, rows: float = 1, cols: float = 1) -> Box:
        """Return the rectangle of some cells, which may reach out of the grid."""
        x, y = self.x + col * self.wide, self.y + row * self.high
        return Box(x, y, x + cols * self.wide, y + rows * self.high)

    def centre(self, row: float, col: float) -> Point:
        """Return the centre of a cell."""
        return self.part(row, col).middle


def grid(
    sheet: Sheet,
    x: float,
    y: float,
    colours: Colours,
    cell: float | tuple[float, float],
    *,
    texts: Sequence[Sequence[str]] | None = None,
    size: float = _base.NUMBER,
    quiet: npt.NDArray[np.bool_] | None = None,
    lines: bool = True,
) -> Grid:
    """Draw cells of given colours.

    Parameters
    ----------
    sheet : Sheet
    x, y : float
        The top left corner.
    colours : numpy.ndarray of uint8, shape (rows, cols, 3)
        As `Theme.signed` and `Theme.picture` give them.
    cell : float or pair of float
        Width and height of a cell.
    texts : rows of str, optional
        What is printed in the cells, black or white by the colour under it.
    size : float
        Of these texts.
    quiet : numpy.ndarray of bool, shape (rows, cols), optional
        Cells whose text is muted.
    lines : bool
        Whether the cells are separated by lines.
    """
    rows, cols = colours.shape[:2]
    wide, high = (cell, cell) if isinstance(cell, (int, float)) else cell
    placed = Grid(x, y, rows, cols, wide, high)
    theme = sheet.theme
    if texts is None:
        _image(sheet, placed.box, colours)
        if lines:
            _lattice(sheet, placed)
        _rectangle(sheet, placed.box, facecolor="none", edgecolor=theme.line, linewidth=_base.FRAME)
        return placed
    for row, col in np.ndindex(rows, cols):
        colour, words = colours[row, col], texts[row][col]
        _rectangle(
            sheet, placed.part(row, col), facecolor=colour / 255, edgecolor=theme.line,
            linewidth=_base.FRAME if lines else 0,
        )  # fmt: skip
        if words:
            ink = theme.muted if quiet is not None and quiet[row, col] else theme.text_on(colour)
            sheet.text(*placed.centre(row, col), words, size, colour=ink)
    return placed


def numbers(
    sheet: Sheet,
    x: float,
    y: float,
    values: npt.ArrayLike,
    limit: float,
    cell: float,
    *,
    size: float = 8.0,
    picture: bool = False,
) -> Grid:
    """Draw values as cells of their colour with the number in each; what prints as 0.00 is muted.

    Where the cells are too small for numbers that can be read, the colours stand alone.

    Parameters
    ----------
    sheet : Sheet
    x, y : float
        The top left corner.
    values : array_like of float, shape (rows, cols)
    limit : float
        End of the signed scale.
    cell : float
        Side of a cell.
    size : float
        Of the numbers, at most: they are smaller where they are long.
    picture : bool
        Whether they are pixels, which are gray.
    """
    data = np.asarray(values, dtype=np.float64)
    colours = sheet.theme.picture(data) if picture else sheet.theme.signed(data, limit)
    texts = [[fmt.number(value) for value in row] for row in data]
    size = fitting(data, cell, size)
    if size < _base.LEAST:
        return grid(sheet, x, y, colours, cell)
    quiet = np.array([[text == "0.00" for text in row] for row in texts])
    return grid(sheet, x, y, colours, cell, texts=texts, size=size, quiet=quiet)


def number(sheet: Sheet, box: Box, value: float, limit: float, size: float = 8.0) -> None:
    """Draw one number on the colour of its value."""
    colour = sheet.theme.signed([[value]], limit)
    texts = [[fmt.number(value)]]
    grid(sheet, box.x0, box.y0, colour, (box.x1 - box.x0, box.y1 - box.y0), texts=texts,
         size=size, lines=False)  # fmt: skip


def fitting(values: npt.ArrayLike, cell: float, most: float = 8.0) -> float:
    """Return the size at which all numbers of a grid have room in cells of this side."""
    texts = [fmt.number(value) for value in np.ravel(values)]
    return min(most, 0.86 * cell / max(_base.text_width(text, 1.0) for text in texts))


def picture(
    sheet: Sheet, x: float, y: float, pixels: npt.ArrayLike, cell: float, *, lines: bool = False
) -> Grid:
    """Draw a picture, (rows, cols) in gray or (rows, cols, 3) in colour, values 0 to 1."""
    values = np.asarray(pixels)
    if values.ndim == 3:
        return grid(sheet, x, y, np.rint(255 * values).astype(np.uint8), cell, lines=lines)
    return grid(sheet, x, y, sheet.theme.picture(values), cell, lines=lines)


def signed(
    sheet: Sheet,
    x: float,
    y: float,
    values: npt.ArrayLike,
    limit: float,
    cell: float,
    *,
    lines: bool = False,
) -> Grid:
    """Draw a map, shape (rows, cols), on the signed scale that ends at `limit`."""
    return grid(sheet, x, y, sheet.theme.signed(values, limit), cell, lines=lines)


def label(sheet: Sheet, box: Box, words: str, right: str = "", *, size: float = _base.NOTE) -> None:
    """Name what lies in a box, above it at the left; what counts it, muted, at the right."""
    y = box.y0 - 7
    sheet.text(box.x0, y, words, ha="left")
    if right:
        sheet.text(box.x1, y, right, size, colour=sheet.theme.muted, ha="right")


def dots(sheet: Sheet, placed: Grid, there: npt.NDArray[np.bool_]) -> None:
    """Clear the cells that are not computed yet: a dot on the background, no lines."""
    theme = sheet.theme
    where = [(int(row), int(col)) for row, col in np.argwhere(there)]
    for row, cells in enumerate(there):
        # A run of cells at a time: many small rectangles would take seconds.
        edges = np.flatnonzero(np.diff(cells, prepend=False, append=False))
        for start, end in edges.reshape(-1, 2).tolist():
            run = placed.part(row, start, 1, end - start)
            _rectangle(sheet, run, facecolor=theme.background, linewidth=0)
    radius = 0.16 * placed.wide
    collection = EllipseCollection(
        [radius], [radius], [0.0], units="xy", facecolor=theme.muted, linewidth=0,
        offsets=[placed.centre(row, col) for row, col in where] or np.empty((0, 2)),
        offset_transform=sheet.axes.transData, zorder=_MIDDLE,
    )  # fmt: skip
    sheet.axes.add_collection(collection, autolim=False)


def outline(
    sheet: Sheet,
    box: Box,
    *,
    colour: str | None = None,
    width: float = _base.STRONG,
    gid: str | None = None,
) -> Box:
    """Draw a window round cells: outside them, over a rim of the background.

    Parameters
    ----------
    sheet : Sheet
    box : Box
        The cells, as `Grid.part` gives them.
    colour : str, optional
        The theme's accent by default, which is kept for windows and what they feed.
    width : float
        Of the line.
    gid : str, optional
        Name of the artist.

    Returns
    -------
    Box
        Where the line's outer edge lies.
    """
    for line, edge, named in (
        (2.4 * width, sheet.theme.background, None),
        (width, colour or sheet.theme.accent, gid),
    ):
        out = width / 2
        around = Box(box.x0 - out, box.y0 - out, box.x1 + out, box.y1 + out)
        _rectangle(
            sheet, around, facecolor="none", edgecolor=edge, linewidth=line * sheet.scale,
            joinstyle="miter", zorder=_BEFORE, gid=named,
        )  # fmt: skip
    return Box(box.x0 - width, box.y0 - width, box.x1 + width, box.y1 + width)


def line(
    sheet: Sheet,
    points: Sequence[Point],
    *,
    colour: str | None = None,
    width: float = 0.8,
    head: bool = False,
    dashed: bool = False,
    zorder: float = _LINKS,
) -> None:
    """Draw straight lines through points, with an arrowhead at the end if asked for."""
    colour = colour or sheet.theme.muted
    drawn = [*points]
    if head:
        tip, before = np.array(points[-1]), np.array(points[-2])
        along = (tip - before) / np.hypot(*(tip - before))
        across = np.array([-along[1], along[0]])
        long, broad = 3.2 + width, 1.5 + width / 2
        corners = [tip, tip - long * along + broad * across, tip - long * along - broad * across]
        sheet.axes.add_patch(Polygon(corners, closed=True, facecolor=colour, lw=0, zorder=zorder))
        drawn[-1] = tuple(tip - 0.7 * long * along)
    sheet.axes.add_line(
        Line2D(
            *zip(*drawn, strict=True), color=colour, linewidth=width * sheet.scale,
            linestyle=(0, (2.5, 2)) if dashed else "-", solid_capstyle="butt",
            solid_joinstyle="miter", zorder=zorder,
        )
    )  # fmt: skip


def zoom(sheet: Sheet, window: Box, enlarged: Box, *, below: bool = False) -> None:
    """Link a window with the same cells enlarged: to the right of it, or below."""
    if below:
        pairs = (((window.x0, window.y1), (enlarged.x0, enlarged.y0)),
                 ((window.x1, window.y1), (enlarged.x1, enlarged.y0)))  # fmt: skip
    else:
        pairs = (((window.x1, window.y0), (enlarged.x0, enlarged.y0)),
                 ((window.x1, window.y1), (enlarged.x0, enlarged.y1)))  # fmt: skip
    for pair in pairs:
        line(sheet, pair, colour=sheet.theme.accent, width=0.7)


def colour_bar(
    sheet: Sheet,
    x: float,
    y: float,
    width: float,
    limit: float,
    *,
    signed: bool = True,
    label: str = "",
    size: float = _base.NOTE,
    high: float = 5.0,
) -> float:
    """Draw a scale with its ends and its zero, and what it is the scale of above it.

    Parameters
    ----------
    sheet : Sheet
    x, y : float
        Its top left corner, label included.
    width : float
    limit : float
        The end of the scale.
    signed : bool
        Whether it begins at -limit; at 0 otherwise, as a map after ReLU does.
    label : str
        One line above it.
    size : float
        Of the text.
    high : float
        Of the bar alone.

    Returns
    -------
    float
        The y under it.
    """
    if label:
        sheet.text(x, y + size / 2, label, size, colour=sheet.theme.muted, ha="left")
        y += _base.leading(size)
    low = -limit if signed else 0.0
    values = np.linspace(low, limit, 257)[None]
    box = Box(x, y, x + width, y + high)
    _image(sheet, box, sheet.theme.signed(values, limit), fine=1)
    _rectangle(sheet, box, facecolor="none", edgecolor=sheet.theme.line, linewidth=_base.FRAME)
    ends = [(x, low, "left"), (x + width, limit, "right")]
    if signed:
        ends.insert(1, (x + width / 2, 0.0, "center"))
    for at, value, ha in ends:
        words = fmt.number(value) if value else "0"
        sheet.text(at, y + high + 0.85 * size, words, size, colour=sheet.theme.muted, ha=ha)
    return y + high + 1.5 * size


def _image(sheet: Sheet, box: Box, colours: Colours, fine: int = _FINE) -> None:
    """Put colours into a rectangle; "none" keeps matplotlib from merging and resampling them."""
    image = AxesImage(
        sheet.axes, interpolation="none", origin="upper", extent=(box.x0, box.x1, box.y1, box.y0)
    )
    image.set_data(colours.repeat(fine, axis=0).repeat(fine, axis=1))
    image.set_zorder(_BEHIND)
    sheet.axes.add_image(image)


def _lattice(sheet: Sheet, placed: Grid) -> None:
    box = placed.box
    xs = [placed.x + n * placed.wide for n in range(1, placed.cols)]
    ys = [placed.y + n * placed.high for n in range(1, placed.rows)]
    segments = [[(x, box.y0), (x, box.y1)] for x in xs] + [[(box.x0, y), (box.x1, y)] for y in ys]
    collection = LineCollection(
        segments, colors=sheet.theme.line, linewidths=_base.HAIR * sheet.scale, zorder=_MIDDLE
    )
    sheet.axes.add_collection(collection, autolim=False)


def _rectangle(sheet: Sheet, box: Box, **how: Any) -> None:
    how.setdefault("zorder", _MIDDLE)
    sheet.axes.add_patch(Rectangle((box.x0, box.y0), box.x1 - box.x0, box.y1 - box.y0, **how))
