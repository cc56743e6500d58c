"""Finds what a viewer would stumble over: overlaps, texts out of the frame or too small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from manim.mobject.mobject import Mobject

from convexplain.stage.formula import Formula
from convexplain.stage.grid import PixelGrid
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label
from convexplain.stage.units import HEIGHT, WIDTH, Rect

SMALLEST_TEXT = 24.0
_VISIBLE = 0.05

Text = Label | Formula


Frame = tuple[float, float, float, float]
WIDE: Frame = (0, 0, WIDTH, HEIGHT)


def problems(mobjects: Iterable[Mobject], frame: Frame = WIDE) -> list[str]:
    """Look at a scene as it stands.

    Labels and formulas may not overlap each other, lines, or grids; nothing may leave the frame;
    text is at least 24 pixels high at 1080p. What is invisible does not count.

    Parameters
    ----------
    mobjects : iterable of Mobject
        Such as ``scene.mobjects``.
    frame : (float, float, float, float)
        Left, top, right and bottom of what is seen of the stage.

    Returns
    -------
    list of str
        A line for each problem; empty if all is well.
    """
    parts = [part for part in _visible(mobjects) if part.opacity > _VISIBLE]
    labels = [part for part in parts if isinstance(part, Label | Formula) and part.text.strip()]
    lines = [part for part in parts if isinstance(part, Line) and part.drawn > 0]
    grids = [part for part in parts if isinstance(part, PixelGrid) or hasattr(part, "areas")]
    return [
        *_small(labels),
        *_outside(parts, frame),
        *_on_each_other(labels),
        *_on_lines(labels, lines),
        *_on_grids(labels, grids),
    ]


def _visible(mobjects: Iterable[Mobject]) -> Iterator[Any]:
    for mobject in mobjects:
        for part in mobject.get_family():
            if len(part.points) and hasattr(part, "opacity") and hasattr(part, "places"):
                yield part


def _ink(label: Text) -> list[Rect]:
    """Where the glyphs lie: a label's as one box, a formula's each by itself."""
    return label.ink_boxes() if isinstance(label, Formula) else [label.ink_box()]


def _small(labels: list[Text]) -> Iterator[str]:
    for label in labels:
        if label.drawn_size() < SMALLEST_TEXT - 0.01:
            yield f"{label.text!r} is {label.drawn_size():.0f} px high, less than 24"


def _outside(parts: list[Any], frame: Frame) -> Iterator[str]:
    left, top, right, bottom = frame
    for part in parts:
        if isinstance(part, Label):
            box = part.ink_box()
        else:
            low, high = part.places.min(axis=0), part.places.max(axis=0)
            box = Rect(int(low[0]), int(low[1]), int(np.ceil(high[0])), int(np.ceil(high[1])))
        if box.left < left or box.top < top or box.right > right or box.bottom > bottom:
            yield f"{_name(part)} leaves the frame: {tuple(box)}"


def _on_each_other(labels: list[Text]) -> Iterator[str]:
    for one, other in combinations(labels, 2):
        if any(a.meets(b) for a in _ink(one) for b in _ink(other)):
            yield f"{one.text!r} and {other.text!r} overlap"


def _on_lines(labels: list[Text], lines: list[Line]) -> Iterator[str]:
    for label in labels:
        boxes = _ink(label)
        for line in lines:
            pieces = list(pairwise(line.places))
            if any(_crosses(box, start, end) for box in boxes for start, end in pieces):
                yield f"a line runs through {label.text!r}"


def _on_grids(labels: list[Text], grids: list[Any]) -> Iterator[str]:
    for grid in grids:
        boxes = [Rect(*map(int, area)) for area in _areas(grid)]
        for label in labels:
            meets = any(box.meets(area) for box in _ink(label) for area in boxes)
            if label.z_index <= grid.z_index and meets:
                yield f"{label.text!r} lies on a grid"


def _areas(grid: Any) -> list[tuple[float, float, float, float]]:
    """Return the boxes that a grid covers: its own, or those that it tells."""
    if hasattr(grid, "areas"):
        return list(grid.areas())
    places = grid.places
    return [(places[0, 0], places[0, 1], places[1, 0], places[2, 1])]


def _crosses(box: Rect, start: np.ndarray, end: np.ndarray) -> bool:
    """Return whether a segment meets a rectangle (Liang and Barsky's clipping)."""
    first, last = 0.0, 1.0
    step = end - start
    for axis, low, high in ((0, box.left, box.right), (1, box.top, box.bottom)):
        if abs(step[axis]) < 1e-9:
            if not low < start[axis] < high:
                return False
            continue
        at = sorted(((low - start[axis]) / step[axis], (high - start[axis]) / step[axis]))
        first, last = max(first, at[0]), min(last, at[1])
    return first < last


def _name(part: Any) -> str:
    return repr(part.text) if isinstance(part, Label) else f"a {type(part).__name__}"
