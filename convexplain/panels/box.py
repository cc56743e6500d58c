"""The one rectangle of pictures: by its top left corner and its size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle in the unit of its sheet: x to the right, y downwards.

    Examples
    --------
    >>> box = Box(10, 20, 30, 40)
    >>> box.right, box.bottom, box.middle
    (40, 60, (25.0, 40.0))
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def moved(self, dx: float, dy: float) -> Box:
        """Return a box of this size elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, by: float) -> Box:
        """Return the box with all sides moved outwards."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: Box, slack: float = 1e-6) -> bool:
        """Tell whether the two share more than an edge."""
        return (
            self.x < other.right - slack
            and other.x < self.right - slack
            and self.y < other.bottom - slack
            and other.y < self.bottom - slack
        )

    def holds(self, other: Box, slack: float = 1e-6) -> bool:
        """Tell whether the other lies wholly inside."""
        return (
            self.x <= other.x + slack
            and self.y <= other.y + slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def crossed_by(self, start: Point, end: Point) -> bool:
        """Tell whether a straight line from point to point runs through the inside."""
        first, last = 0.0, 1.0  # Liang and Barsky's clipping
        for at, to, low, high in (
            (start[0], end[0], self.x, self.right),
            (start[1], end[1], self.y, self.bottom),
        ):
            if abs(to - at) < 1e-9:
                if not low < at < high:
                    return False
                continue
            enter, leave = sorted(((low - at) / (to - at), (high - at) / (to - at)))
            first, last = max(first, enter), min(last, leave)
        return first < last - 1e-9

    def cells(
        self, size: tuple[int, int], row: float, col: float, rows: float = 1, cols: float = 1
    ) -> Box:
        """Return some of the cells of which there are so many rows and columns in the box."""
        wide, high = self.width / size[1], self.height / size[0]
        return Box(self.x + col * wide, self.y + row * high, cols * wide, rows * high)


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that holds all of them; at least one is given."""
    found = list(boxes)
    left, top = min(box.x for box in found), min(box.y for box in found)
    right, bottom = max(box.right for box in found), max(box.bottom for box in found)
    return Box(left, top, right - left, bottom - top)
