"""Places on the stage: pixels of a frame of 1920 by 1080, counted from its top left corner.

Manim's own units (the frame is 8 high, its centre is the origin, y points up) stay underneath, so
that ``shift``, ``next_to`` and the like work on everything here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 1920, 1080
PER_UNIT = HEIGHT / 8.0

Points = npt.NDArray[np.float64]
_DOWNWARDS, _MIDDLE = np.array([PER_UNIT, -PER_UNIT]), np.array([WIDTH / 2, HEIGHT / 2])


class Rect(NamedTuple):
    """A rectangle of whole pixels, right and bottom excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def area(self) -> int:
        """Number of pixels in it."""
        return 0 if self.empty else (self.right - self.left) * (self.bottom - self.top)

    def moved(self, x: int, y: int) -> Rect:
        """Return the rectangle elsewhere."""
        return Rect(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def meets(self, other: Rect) -> bool:
        """Return whether the two share a pixel."""
        # Written out: this is asked more often than anything else.
        left, top, right, bottom = self
        x0, y0, x1, y1 = other
        return (
            left < x1 and x0 < right and top < y1 and y0 < bottom
            and left < right and top < bottom and x0 < x1 and y0 < y1
        )  # fmt: skip

    def intersection(self, other: Rect) -> Rect:
        """Return the pixels that both hold; possibly empty."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Rect) -> Rect:
        """Return the smallest rectangle that holds both."""
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


class Shot(NamedTuple):
    """How the stage is seen: its picture has this scale, and the frame cuts out a part of it."""

    #: Pixels of the picture per pixel of the stage.
    scale: float
    #: Where the frame begins in the picture, in whole pixels.
    left: int
    top: int

    def in_frame(self, rect: Rect) -> Rect:
        """Return where a rectangle of the picture lies in the frame."""
        return rect.moved(-self.left, -self.top)

    def in_picture(self, rect: Rect) -> Rect:
        """Return where a rectangle of the frame lies in the picture."""
        return rect.moved(self.left, self.top)


def home_shot(width: int, height: int) -> Shot:
    """Return the shot of a frame that shows the stage as it is laid out.

    `width` and `height`: of the frame in pixels. Its shorter side shows 1080 pixels of the stage,
    and the middle of the stage is the middle of the frame.
    """
    scale = min(width, height) / HEIGHT
    # Widths are rounded to even numbers of pixels; that moves nothing.
    return Shot(scale, int(WIDTH / 2 * scale - width / 2), int(HEIGHT / 2 * scale - height / 2))


def to_scene(places: Iterable[tuple[float, float]]) -> Points:
    """Convert places on the stage to Manim's points.

    `places`: x to the right and y downwards, in pixels of the 1920 by 1080 frame. Result, (n, 3):
    points in Manim's units.
    """
    xy = np.array(list(places), dtype=np.float64).reshape(-1, 2)
    points = np.zeros((len(xy), 3))
    points[:, 0] = (xy[:, 0] - WIDTH / 2) / PER_UNIT
    points[:, 1] = (HEIGHT / 2 - xy[:, 1]) / PER_UNIT
    return points


def from_scene(points: npt.ArrayLike) -> Points:
    """Convert Manim's points to places on the stage, the inverse of `to_scene`.

    `points`, (n, 3): points in Manim's units. Result, (n, 2): x to the right and y downwards, in
    pixels of the 1920 by 1080 frame.
    """
    places: Points = np.asarray(points, dtype=np.float64).reshape(-1, 3)[:, :2] * _DOWNWARDS
    places += _MIDDLE
    return places


def clipped(rects: Iterable[Rect], frame: Rect) -> Iterator[Rect]:
    """Yield what lies in a frame of some rectangles; possibly empty."""
    left, top, right, bottom = frame
    for x0, y0, x1, y1 in rects:
        yield Rect(
            x0 if x0 > left else left,
            y0 if y0 > top else top,
            x1 if x1 < right else right,
            y1 if y1 < bottom else bottom,
        )


def merge(rects: Iterable[Rect]) -> list[Rect]:
    """Join rectangles until none of them meet, so that no pixel is drawn twice.

    `rects`: empty ones are left out. Result: rectangles without common pixels that cover the given
    ones.
    """
    apart: list[Rect] = []
    for rect in rects:
        left, top, right, bottom = rect
        if right <= left or bottom <= top:
            continue
        grown = True
        while grown:
            grown, others = False, []
            for other in apart:
                x0, y0, x1, y1 = other
                if left < x1 and x0 < right and top < y1 and y0 < bottom:
                    left, top = min(left, x0), min(top, y0)
                    right, bottom = max(right, x1), max(bottom, y1)
                    grown = True
                else:
                    others.append(other)
            apart = others
        apart.append(Rect(left, top, right, bottom))
    return apart
