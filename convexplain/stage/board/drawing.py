"""What draws each piece of a picture on the stage, and where its cells are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.panels.pieces import DIMMED, Fill, Frame, Grid, Path, Piece, Words
from convexplain.stage.grid import PixelGrid
from convexplain.stage.mobject import StageMobject
from convexplain.stage.pace import Move, crossing, smoothly
from convexplain.stage.rectangle import Rectangle
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label
from convexplain.stage.units import HEIGHT, WIDTH

Region = tuple[float, float, float, float]
CELL = re.compile(r"(?P<panel>.+)\[(?P<places>[\d\s,]+)\]")
# From the back to the front.
_DEPTH = {Fill: 0, Grid: 1, Path: 2, Frame: 3, Words: 4}
FLYING = 6
#: How far beyond its scale a value may be by rounding.
_SLACK = 1e-6


def drawn(piece: Piece, dx: float, dy: float) -> Any:
    """Make what draws a piece, so far right of and below its place on the sheet."""
    part = _drawn(piece, dx, dy)
    front = isinstance(piece, Fill) and piece.front
    part.z_index = _DEPTH[Path if front else type(piece)]
    part.group = piece.panel
    return part


def _drawn(piece: Piece, dx: float, dy: float) -> StageMobject:
    box = (piece.box.x + dx, piece.box.y + dy, piece.box.width, piece.box.height)
    if isinstance(piece, Words):
        return _label(piece, box)
    if isinstance(piece, Grid):
        return _grid(piece, box)
    if isinstance(piece, Fill):
        return Rectangle(corners_of(box), tone=piece.tone, value=piece.value, scale=piece.scale)
    if isinstance(piece, Path):
        places = [(x + dx, y + dy) for x, y in piece.points]
        return Line(
            _curve(places) if piece.curved else places,
            colour=piece.tone,
            width=4.0 if piece.strong else 2.5,
            arrow=piece.head,
            dashed=piece.dashed,
            filled=piece.filled,
        )
    if isinstance(piece, Frame):
        return outline(box, colour=piece.tone, line=4.0 if piece.strong else 2.5)
    raise TypeError(f"the board cannot draw a {type(piece).__name__}")


def outline(box: Region, *, colour: str = "accent", line: float = 4.0) -> WindowFrame:
    """Make a frame round a box of the stage."""
    frame = WindowFrame(PixelGrid([[0.0]], 0, 0, 1), 0, 0, colour=colour, line=line)
    frame.places = corners_of(box)
    return frame


def _label(piece: Words, box: Region) -> Label:
    left, top, width, height = box
    anchor, share = {"left": ("left", 0.0), "middle": ("centre", 0.5), "right": ("right", 1.0)}[
        piece.align
    ]
    anchored: Any = anchor
    return Label(
        piece.text,
        left + share * width,
        top + height / 2,
        piece.size,
        colour=piece.tone,
        weight=piece.weight,
        anchor=anchored,
    )


def _grid(piece: Grid, box: Region) -> PixelGrid:
    left, top, width, _ = box
    values = np.array(piece.values, dtype=np.float64)
    if piece.computed is not None:
        values[~piece.computed] = np.nan
    scale: Any = "signed"
    if values.ndim == 3:
        scale = "rgb"
    elif piece.scale.light:
        scale = "light"
    elif piece.scale.limit is None or piece.scale.pen:
        scale = "picture"
    _check(piece, values, scale)
    cell = width / piece.shape[1]
    grid = PixelGrid(
        values,
        left,
        top,
        cell,
        scale=scale,
        limit=piece.scale.limit or 1.0,
        floor=piece.scale.floor,
        numbers=piece.decimals is not None,
        text_size=piece.size or None,
        lines=piece.lines,
        blocks=piece.blocks,
        frame=piece.rim if piece.decimals is None and not piece.glass else 0.0,
        decimals=2 if piece.decimals is None else piece.decimals,
        glass=piece.glass,
        inlaid=piece.inlaid,
    )
    grid.printed = piece.printed
    grid.hatched = piece.hatched
    if piece.dim is not None:
        grid.shares[piece.dim] = DIMMED
    grid.places = corners_of(box)
    return grid


def _check(piece: Grid, values: npt.NDArray[np.float64], scale: str) -> None:
    """Refuse values that the scale of a panel does not reach, for which there is no colour."""
    known = values[np.isfinite(values)]
    if scale == "rgb" or not known.size:
        return
    limit = piece.scale.limit or 1.0
    low, high = (-limit if scale == "signed" else 0.0), limit
    worst = known.max() if known.max() - high > low - known.min() else known.min()
    if not low - _SLACK * limit <= worst <= high + _SLACK * limit:
        remedy = (
            "values of 0 to 1, or a Scale" if scale == "picture" else f"Scale({abs(worst):.4g})"
        )
        raise ValueError(
            f"the panel {piece.name!r} holds {worst:.4g}, and its scale goes from {low:g} to "
            f"{high:g}: give {remedy}"
        )


def corners_of(box: Region) -> list[tuple[float, float]]:
    """Return the corners that mobjects of the stage are made of."""
    left, top, width, height = box
    return [(left, top), (left + width, top), (left, top + height)]


def cells_of(grid: PixelGrid, row: float, col: float, rows: float, cols: float) -> Region:
    """Return the box of some cells as they stand now."""
    places, (height, width) = grid.places, grid.shape_in_cells
    wide = (places[1, 0] - places[0, 0]) / width
    high = (places[2, 1] - places[0, 1]) / height
    return (
        float(places[0, 0] + col * wide),
        float(places[0, 1] + row * high),
        float(cols * wide),
        float(rows * high),
    )


def bounds_of(parts: Iterable[StageMobject]) -> Region:
    """Return the smallest box that holds all parts."""
    places = np.concatenate([part.places for part in parts])
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def room(pairs: Iterable[tuple[Any, Any]]) -> float:
    """Return which share of the stage parts fill half-way from the first to the other of each pair.

    Only what is filled counts: grids, and bars.
    """
    filled = 0.0
    for old, new in pairs:
        if isinstance(old, PixelGrid | Rectangle):
            (_, _, wide, high), (_, _, width, height) = bounds_of([old]), bounds_of([new])
            filled += (wide + width) / 2 * (high + height) / 2
    return filled / (WIDTH * HEIGHT)


def crossed(
    going: Iterable[tuple[Any, float]], coming: Iterable[tuple[Any, float]], carried: float
) -> Move:
    """Return the move in which parts go and others come, each with how much of it is seen.

    What carries over fills a share of the stage; see `crossing`. Words never show through others:
    those that come wait until the old ones are gone.
    """
    fading = [
        (part, opacity, way, 1.0 if isinstance(part, Label) else carried)
        for way, parts in enumerate((going, coming))
        for part, opacity in parts
    ]

    def go(alpha: float) -> None:
        for part, opacity, way, filled in fading:
            part.opacity = opacity * crossing(alpha, filled)[way]

    return go


def _curve(places: list[tuple[float, float]], steps: int = 24) -> list[tuple[float, float]]:
    """Return an S from the first point down to the second."""
    (x0, y0), (x1, y1) = places[0], places[-1]
    moments = np.linspace(0, 1, steps).tolist()
    return [(x0 + (x1 - x0) * smoothly(t), y0 + (y1 - y0) * t) for t in moments]


def set_opacity(parts: Iterable[Any], opacity: float) -> None:
    """Let all parts be seen as much."""
    for part in parts:
        part.opacity = opacity


def alike(old: Any, new: Any) -> bool:
    """Tell whether one can glide to where the other stands."""
    if type(old) is not type(new) or len(old.points) != len(new.points):
        return False
    if isinstance(old, PixelGrid):
        return bool(old.values.shape == new.values.shape and old.scale_name == new.scale_name)
    return True


def glide(old: Any, new: Any) -> Move:
    """Let a part take on what the other shows at once, and its place little by little."""
    before, goal = old.points.copy(), new.points.copy()
    if isinstance(old, Label):
        # The anchor stays where it is while the text changes.
        old.say(new.text)
        old.colour, old.anchor, old.size = new.colour, new.anchor, new.size
        before = old.points.copy()
    elif isinstance(old, PixelGrid):
        old.values, old.limit, old.glass = new.values, new.limit, new.glass
        old.floor, old.inlaid = new.floor, new.inlaid
        old.lines, old.frame_width, old.printed = new.lines, new.frame_width, new.printed
        old.blocks = new.blocks
        first, last = (old if old.numbers else new).text_share, new.text_share
        old.numbers, old.decimals = new.numbers, new.decimals
        old.number_opacity = new.number_opacity
        old.shares[...] = new.shares
    elif isinstance(old, Rectangle):
        old.value, old.tone = new.value, new.tone
        old.scale_of_value = new.scale_of_value

    def go(alpha: float) -> None:
        old.points = before + (goal - before) * alpha
        if isinstance(old, PixelGrid):  # numbers keep their share of a cell, or come to their own
            old.text_share = first + (last - first) * alpha

    return go


def cells_named(grid: PixelGrid, places: str) -> tuple[int, int, int, int]:
    """Return row, column, rows and columns of what ``"3, 4"`` or the row ``"3"`` names."""
    row, *col = (int(number) for number in places.split(","))
    if col:
        return row, col[0], 1, 1
    return row, 0, 1, grid.shape_in_cells[1]
