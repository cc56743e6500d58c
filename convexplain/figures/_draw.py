"""Draws any placed picture with matplotlib: one function for each kind of piece.

Small grids whose numbers are printed are drawn cell by cell; larger ones are one picture, each of
whose cells is many pixels, so that no viewer's smoothing can blur them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Curve

from convexplain import panels
from convexplain.figures import _base
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.panels import (
    Box,
    Diagram,
    Fill,
    Frame,
    Grid,
    Path,
    Piece,
    Placed,
    Words,
    place,
)
from convexplain.panels.box import Point
from convexplain.panels.pieces import PALE, RIM
from convexplain.panels.scale import Colours
from convexplain.style.theme import Look

_HA = {"left": "left", "middle": "center", "right": "right"}
_SHARE = {"left": 0.0, "middle": 0.5, "right": 1.0}
#: Pixels of a picture to one cell.
FINE = 8
# Pictures of cells, areas, what lies on them, lines between, frames before all of these.
_BEHIND, _AREA, _MIDDLE, _LINKS, _BEFORE = 1.0, 1.5, 2.0, 2.5, 4.0
#: Widths of lines in points.
_THIN, _PLAIN, _MARK = 0.7, 1.1, 0.9


def draw(
    placed: Placed, look: Look = _base.DEFAULT, *, figure: AnyFigure | None = None
) -> AnyFigure:
    """Draw a picture.

    `placed`: on any sheet; a pixel of a video's becomes a third of a point. `look`: its language is
    that in which the picture was placed. `figure`: what is drawn into; a new one by default.
    """
    unit = 1.0 if placed.sheet.unit == "pt" else 1 / 3
    sheet = _base.sheet(look, placed.width * unit / _base.POINTS, placed.height * unit, figure)
    for piece in placed.pieces:
        paint(piece, sheet, unit)
    return sheet.figure


def diagram(
    picture: Diagram, look: Look, *, on: panels.Sheet, figure: AnyFigure | None = None
) -> AnyFigure:
    """Lay a picture out on a sheet of paper, and draw it."""
    return draw(place(picture, on, look.lang), look, figure=figure)


@singledispatch
def paint(piece: Piece, sheet: Sheet, unit: float) -> None:
    """Draw one piece.

    `unit`: of the picture, in points.
    """
    raise TypeError(f"{type(piece).__name__} is no kind of piece")


@paint.register
def _words(piece: Words, sheet: Sheet, unit: float) -> None:
    x = (piece.box.x + _SHARE[piece.align] * piece.box.width) * unit
    sheet.text(
        x, piece.box.middle[1] * unit, piece.text, piece.size * unit,
        colour=_colour(sheet, piece.tone), ha=_HA[piece.align], weight=piece.weight,
    ).set_gid(piece.name)  # fmt: skip


@paint.register
def _grid(piece: Grid, sheet: Sheet, unit: float) -> None:
    box, colours = _scaled(piece.box, unit), piece.colours(sheet.theme)
    line = sheet.theme.line
    if piece.glass:
        image = _image(sheet, box, piece.painted(sheet.theme), gid=piece.name)
        image.set_zorder(_AREA)
    elif piece.decimals is None:
        _image(sheet, box, colours.repeat(FINE, axis=0).repeat(FINE, axis=1), gid=piece.name)
        if piece.lines:
            rows, cols = (n / k for n, k in zip(piece.shape, piece.blocks, strict=True))
            _lattice(sheet, box, (round(rows), round(cols)))
        thin = (
            piece.rim < RIM
        )  # a sheet of paper in a stack covers those behind it, with their rims
        _rectangle(
            sheet, box, facecolor="none", edgecolor=line, linewidth=_base.FRAME * piece.rim / RIM,
            zorder=_BEHIND if thin else _MIDDLE,
        )  # fmt: skip
    else:
        _numbers(piece, sheet, box, colours, unit)
    if piece.computed is not None:
        _dots(piece, sheet, box)


def _numbers(piece: Grid, sheet: Sheet, box: Box, colours: Colours, unit: float) -> None:
    """Draw cells one by one, with what is printed in each."""
    texts, inks, width = piece.texts(), piece.inks(sheet.theme), _base.FRAME if piece.lines else 0
    for row, col in np.ndindex(piece.shape):
        cell = box.cells(piece.shape, row, col)
        _rectangle(
            sheet, cell, facecolor=colours[row, col] / 255, edgecolor=sheet.theme.line,
            linewidth=width,
        )  # fmt: skip
        if texts[row][col]:
            sheet.text(*cell.middle, texts[row][col], piece.size * unit, colour=inks[row][col])


@paint.register
def _fill(piece: Fill, sheet: Sheet, unit: float) -> None:
    colour = piece.colour(sheet.theme)
    _rectangle(sheet, _scaled(piece.box, unit), facecolor=colour, linewidth=0, gid=piece.name)


@paint.register
def _path(piece: Path, sheet: Sheet, unit: float) -> None:
    points = [(x * unit, y * unit) for x, y in piece.points]
    colour, width = _colour(sheet, piece.tone), _PLAIN if piece.strong else _THIN
    if piece.filled:
        area = Polygon(points, closed=True, facecolor=colour, alpha=PALE, lw=0, zorder=_AREA)
        # Not add_patch, here and below: it looks for limits, which a sheet has from the beginning.
        sheet.axes.add_artist(area).set_gid(piece.name)
    elif piece.curved:
        (x0, y0), (x1, y1) = points[0], points[-1]
        middle = (y0 + y1) / 2
        corners = [(x0, y0), (x0, middle), (x1, middle), (x1, y1)]
        curve = Curve(corners, [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4])
        sheet.axes.add_artist(
            PathPatch(
                curve, facecolor="none", edgecolor=colour, linewidth=width * sheet.scale,
                zorder=_MIDDLE if piece.strong else _BEHIND, gid=piece.name,
            )
        )  # fmt: skip
    else:
        _line(sheet, points, colour, width, head=piece.head, dashed=piece.dashed)


@paint.register
def _frame(piece: Frame, sheet: Sheet, unit: float) -> None:
    box, colour = _scaled(piece.box, unit), _colour(sheet, piece.tone)
    edge: dict[str, Any] = {"facecolor": "none", "joinstyle": "miter"}
    if piece.dashed:
        _rectangle(
            sheet, box, edgecolor=colour, linewidth=_MARK * sheet.scale, linestyle=(0, (1, 1.6)),
            zorder=_LINKS, gid=piece.name, **edge,
        )  # fmt: skip
        return
    # Outside of the cells, over a rim of the background.
    width = _base.STRONG if piece.strong else _PLAIN
    around = box.grown(width / 2)
    for line, drawn, gid in (
        (2.4 * width, sheet.theme.background, None),
        (width, colour, piece.name),
    ):
        _rectangle(
            sheet, around, edgecolor=drawn, linewidth=line * sheet.scale, zorder=_BEFORE, gid=gid,
            **edge,
        )  # fmt: skip


def _scaled(box: Box, unit: float) -> Box:
    return Box(box.x * unit, box.y * unit, box.width * unit, box.height * unit)


def _colour(sheet: Sheet, tone: str) -> str:
    return str(getattr(sheet.theme, tone))


def _rectangle(sheet: Sheet, box: Box, **how: Any) -> None:
    how.setdefault("zorder", _MIDDLE)
    sheet.axes.add_artist(Rectangle((box.x, box.y), box.width, box.height, **how))


def _image(sheet: Sheet, box: Box, colours: Colours, gid: str | None = None) -> AxesImage:
    """Put colours into a rectangle; "none" keeps matplotlib from merging and resampling them."""
    extent = (box.x, box.right, box.bottom, box.y)
    image = AxesImage(sheet.axes, interpolation="none", origin="upper", extent=extent)
    image.set_data(colours)
    image.set_zorder(_BEHIND)
    image.set_gid(gid)
    sheet.axes.add_image(image)
    return image


def _lattice(sheet: Sheet, box: Box, shape: tuple[int, int]) -> None:
    rows, cols = shape
    xs = [box.x + n * box.width / cols for n in range(1, cols)]
    ys = [box.y + n * box.height / rows for n in range(1, rows)]
    segments = [[(x, box.y), (x, box.bottom)] for x in xs]
    segments += [[(box.x, y), (box.right, y)] for y in ys]
    collection = LineCollection(
        segments, colors=sheet.theme.line, linewidths=_base.HAIR * sheet.scale, zorder=_MIDDLE
    )
    sheet.axes.add_collection(collection, autolim=False)


def _dots(piece: Grid, sheet: Sheet, box: Box) -> None:
    """Clear the cells that are not computed yet: a dot on the background, no lines."""
    theme, there = sheet.theme, ~np.asarray(piece.computed)
    for row, cells in enumerate(there):
        # A run of cells at a time: many small rectangles would take seconds.
        edges = np.flatnonzero(np.diff(cells, prepend=False, append=False))
        for start, end in edges.reshape(-1, 2).tolist():
            run = box.cells(piece.shape, row, start, 1, end - start)
            _rectangle(sheet, run, facecolor=theme.background, linewidth=0)
    radius = 0.16 * box.width / piece.shape[1]
    places = [box.cells(piece.shape, int(r), int(c)).middle for r, c in np.argwhere(there)]
    collection = EllipseCollection(
        [radius], [radius], [0.0], units="xy", facecolor=theme.muted, linewidth=0,
        offsets=places or np.empty((0, 2)), offset_transform=sheet.axes.transData, zorder=_MIDDLE,
    )  # fmt: skip
    sheet.axes.add_collection(collection, autolim=False)


def _line(
    sheet: Sheet,
    points: Sequence[Point],
    colour: str,
    width: float,
    *,
    head: bool = False,
    dashed: bool = False,
) -> None:
    """Draw straight lines through points, with an arrowhead at the end if asked for."""
    drawn = [*points]
    if head:
        tip, before = np.array(points[-1]), np.array(points[-2])
        along = (tip - before) / np.hypot(*(tip - before))
        across = np.array([-along[1], along[0]])
        long, broad = 3.2 + width, 1.5 + width / 2
        corners = [tip, tip - long * along + broad * across, tip - long * along - broad * across]
        sheet.axes.add_artist(Polygon(corners, closed=True, facecolor=colour, lw=0, zorder=_LINKS))
        drawn[-1] = tuple(tip - 0.7 * long * along)
    sheet.axes.add_line(
        Line2D(
            *zip(*drawn, strict=True), color=colour, linewidth=width * sheet.scale,
            linestyle=(0, (2.5, 2)) if dashed else "-", solid_capstyle="butt",
            solid_joinstyle="miter", zorder=_LINKS,
        )
    )  # fmt: skip
