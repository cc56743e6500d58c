"""Draws any placed picture with matplotlib: one function for each kind of piece."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from convexplain.figures import _base, _cells, _shapes
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.panels import Box as Place
from convexplain.panels import (
    Diagram,
    Fill,
    Frame,
    Grid,
    Path,
    Piece,
    Placed,
    Words,
    paper,
    place,
)
from convexplain.style.theme import Look

_HA = {"left": "left", "middle": "center", "right": "right"}
_SHARE = {"left": 0.0, "middle": 0.5, "right": 1.0}


def draw(
    placed: Placed, look: Look = _base.DEFAULT, *, figure: AnyFigure | None = None
) -> AnyFigure:
    """Draw a picture.

    Parameters
    ----------
    placed : Placed
        On any sheet; a pixel of a video's becomes a third of a point.
    look : Look
        Its language is that in which the picture was placed.
    figure : matplotlib Figure or SubFigure, optional
        What is drawn into; a new one by default.
    """
    unit = 1.0 if placed.sheet.unit == "pt" else 1 / 3
    sheet = _base.sheet(look, placed.width * unit / _base.POINTS, placed.height * unit, figure)
    for piece in placed.pieces:
        paint(piece, sheet, unit)
    return sheet.figure


def diagram(
    picture: Diagram, look: Look, *, width: float, figure: AnyFigure | None = None
) -> AnyFigure:
    """Lay a picture out on paper of a width in inches, and draw it."""
    return draw(place(picture, paper(width), look.lang), look, figure=figure)


@singledispatch
def paint(piece: Piece, sheet: Sheet, unit: float) -> None:
    """Draw one piece.

    Parameters
    ----------
    piece : Piece
    sheet : Sheet
    unit : float
        Of the picture, in points.
    """
    raise TypeError(f"{type(piece).__name__} is no kind of piece")


@paint.register
def _words(piece: Words, sheet: Sheet, unit: float) -> None:
    x = (piece.box.x + _SHARE[piece.align] * piece.box.width) * unit
    sheet.text(
        x, piece.box.middle[1] * unit, piece.text, piece.size * unit,
        colour=_shapes.colour_of(sheet, piece.tone), ha=_HA[piece.align], weight=piece.weight,
    ).set_gid(piece.name)  # fmt: skip


@paint.register
def _grid(piece: Grid, sheet: Sheet, unit: float) -> None:
    rows, cols = piece.shape
    box = _scaled(piece.box, unit)
    if piece.glass:
        extent = (box.x0, box.x1, box.y1, box.y0)
        _shapes.image(sheet, piece.painted(sheet.theme), extent, gid=piece.name)
        return
    cell = (box.x1 - box.x0) / cols, (box.y1 - box.y0) / rows
    numbers = None
    quiet = None
    if piece.decimals is not None:
        numbers = piece.texts()
        quiet = np.array(piece.inks(sheet.theme)) == sheet.theme.muted
    placed = _cells.grid(
        sheet, box.x0, box.y0, piece.colours(sheet.theme), cell, texts=numbers,
        size=piece.size * unit, quiet=quiet, lines=piece.lines,
    )  # fmt: skip
    if piece.computed is not None:
        _cells.dots(sheet, placed, ~piece.computed)


@paint.register
def _fill(piece: Fill, sheet: Sheet, unit: float) -> None:
    box = _scaled(piece.box, unit)
    _shapes.box(
        sheet, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0, line=0, zorder=2, gid=piece.name,
        fill=piece.colour(sheet.theme),
    )  # fmt: skip


@paint.register
def _path(piece: Path, sheet: Sheet, unit: float) -> None:
    points = [(x * unit, y * unit) for x, y in piece.points]
    colour = _shapes.colour_of(sheet, piece.tone)
    width = 1.1 if piece.strong else 0.7
    if piece.curved:
        _shapes.link(
            sheet, points[0], points[-1], piece.tone, width, zorder=2 if piece.strong else 1,
            gid=piece.name,
        )  # fmt: skip
    else:
        _cells.line(sheet, points, colour=colour, width=width, head=piece.head, dashed=piece.dashed)


@paint.register
def _frame(piece: Frame, sheet: Sheet, unit: float) -> None:
    box = _scaled(piece.box, unit)
    if piece.dashed:
        _shapes.box(
            sheet, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0, piece.tone, 0.9, dotted=True,
            zorder=3, gid=piece.name,
        )  # fmt: skip
        return
    width = _base.STRONG if piece.strong else 1.1
    colour = _shapes.colour_of(sheet, piece.tone)
    _cells.outline(sheet, box, colour=colour, width=width, gid=piece.name)


def _scaled(box: Place, unit: float) -> _cells.Box:
    return _cells.Box(box.x * unit, box.y * unit, box.right * unit, box.bottom * unit)
