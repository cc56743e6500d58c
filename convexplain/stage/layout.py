"""Finds what a viewer would stumble over: overlaps, texts out of the frame or too small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject

from convexplain.stage.grid import PixelGrid
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label
from convexplain.stage.units import HEIGHT, WIDTH, Points, Rect

#: In pixels of the stage: 18 of a frame that is 720 pixels high.
SMALLEST_TEXT = 27.0
_VISIBLE = 0.05


Frame = tuple[float, float, float, float]
Boxes = dict[Label, Rect]
WIDE: Frame = (0, 0, WIDTH, HEIGHT)


def problems(mobjects: Iterable[Mobject], frame: Frame = WIDE) -> list[str]:
    """Look at a scene as it stands.

    Labels may not overlap each other, lines, or grids; nothing may leave the frame; text is at
    least 18 pixels high at 720p. What is invisible does not count. `mobjects`: such as
    ``scene.mobjects``. `frame`: left, top, right and bottom of what is seen of the stage. Result: a
    line for each problem; empty if all is well.
    """
    parts = [part for part in _visible(mobjects) if part.opacity > _VISIBLE]
    # Of two labels each asks where the other's glyphs are: looked up once.
    boxes = {part: part.ink_box() for part in parts if isinstance(part, Label)}
    labels = [part for part in boxes if part.text.strip()]
    lines = [p for p in parts if isinstance(p, Line) and p.drawn > 0 and not p.filled]
    grids = [part for part in parts if isinstance(part, PixelGrid)]
    return [
        *_small(labels),
        *_outside(parts, boxes, frame),
        *_on_each_other(labels, boxes),
        *_on_lines(labels, boxes, lines),
        *_on_grids(labels, boxes, grids),
    ]


def _visible(mobjects: Iterable[Mobject]) -> Iterator[Any]:
    for mobject in mobjects:
        for part in mobject.get_family():
            if len(part.points) and hasattr(part, "opacity") and hasattr(part, "places"):
                yield part


def _small(labels: list[Label]) -> Iterator[str]:
    for label in labels:
        if label.drawn_size() < SMALLEST_TEXT - 0.01:
            size = label.drawn_size()
            yield f"{label.text!r} is {size:.0f} px high, less than {SMALLEST_TEXT:.0f}"


def _outside(parts: list[Any], boxes: Boxes, frame: Frame) -> Iterator[str]:
    left, top, right, bottom = frame
    for part in parts:
        if isinstance(part, Label):
            box = boxes[part]
        else:
            low, high = part.places.min(axis=0), part.places.max(axis=0)
            box = Rect(int(low[0]), int(low[1]), int(np.ceil(high[0])), int(np.ceil(high[1])))
        if box.left < left or box.top < top or box.right > right or box.bottom > bottom:
            yield f"{_name(part)} leaves the frame: {tuple(box)}"


def _on_each_other(labels: list[Label], boxes: Boxes) -> Iterator[str]:
    for one, other in combinations(labels, 2):
        if boxes[one].meets(boxes[other]):
            yield f"{one.text!r} and {other.text!r} overlap"


def _on_lines(labels: list[Label], boxes: Boxes, lines: list[Line]) -> Iterator[str]:
    if not lines:
        return
    starts = np.concatenate([line.places[:-1] for line in lines])
    steps = np.concatenate([np.diff(line.places, axis=0) for line in lines])
    firsts = np.cumsum([0, *(len(line.places) - 1 for line in lines[:-1])])
    for label in labels:
        crossed = _crossed(boxes[label], starts, steps)
        for _ in range(int(np.logical_or.reduceat(crossed, firsts).sum())):
            yield f"a line runs through {label.text!r}"


def _on_grids(labels: list[Label], boxes: Boxes, grids: list[PixelGrid]) -> Iterator[str]:
    for grid in grids:
        (left, top), right, bottom = grid.places[0], grid.places[1, 0], grid.places[2, 1]
        area = Rect(int(left), int(top), int(right), int(bottom))
        for label in labels:
            if label.z_index <= grid.z_index and boxes[label].meets(area):
                yield f"{label.text!r} lies on a grid"


def _crossed(box: Rect, starts: Points, steps: Points) -> npt.NDArray[np.bool_]:
    """Tell which of n segments run through a rectangle (Liang and Barsky's clipping)."""
    low, high = np.array([box.left, box.top]), np.array([box.right, box.bottom])
    flat = np.abs(steps) < 1e-9  # along this axis a segment stands still: inside, or never
    ends = np.stack([low - starts, high - starts]) / np.where(flat, 1.0, steps)
    inside = (low < starts) & (starts < high)
    enter = np.where(flat, np.where(inside, -np.inf, np.inf), ends.min(axis=0)).max(axis=1)
    leave = np.where(flat, np.inf, ends.max(axis=0)).min(axis=1)
    found: npt.NDArray[np.bool_] = np.maximum(enter, 0) < np.minimum(leave, 1)
    return found


def _name(part: Any) -> str:
    return repr(part.text) if isinstance(part, Label) else f"a {type(part).__name__}"
