"""The places of a window along a row: a post for each, an arc for each hop between two."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise

from convexplain.panels.box import Box
from convexplain.panels.panel import Bounds, Extent, Panel, Setting
from convexplain.panels.pieces import Path, Piece

#: Height in cells, and the share of it that arcs take.
_HIGH, _ARCS = 3.2, 0.55
_POINTS = 9


@dataclass(frozen=True, eq=False)
class Hops(Panel):
    """The fence-post count of a row: posts found as ``"panel.post-0"``, arcs as ``"panel.arc-0"``.

    Parameters
    ----------
    starts : sequence of float
        The first cell of each place, in cells from the left, rising.
    length : float
        Cells of the row.
    share : str
        Of whose cells.
    """

    one_way = True

    starts: Sequence[float]
    length: float
    _: KW_ONLY
    share: str = ""

    @property
    def group(self) -> str:
        """Its share, or its name."""
        return self.share or self.name

    def bounds(self, at: Setting) -> Bounds:
        """Return what a cell can be; with others' cells, what these can be."""
        sheet = at.sheet
        if self.share:
            return Bounds(1.0, 0.0, 0.0, sheet.room)
        least, good = sheet.thumb / self.length, sheet.good / self.length
        return Bounds(1.0, least, good, sheet.room / self.length)

    def body(self, at: Setting) -> Extent:
        """Return the room of posts and arcs."""
        side = at.sides[self.group]
        return Extent(side * self.length, side * _HIGH)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield a post in the middle of each place's first cell, and the arcs between."""
        side, top = at.sides[self.group], box.y + _ARCS * box.height
        places = [box.x + (start + 0.5) * side for start in self.starts]
        for n, x in enumerate(places):
            ends = (x, top), (x, box.bottom)
            place = Box(x, top, 0.0, box.bottom - top)
            tone = "ink" if n else "accent"
            yield Path(f"{self.name}.post-{n}", self.name, place, ends, tone, strong=True)
        for n, (left, right) in enumerate(pairwise(places)):
            wide = (right - left) / 2
            high = min(0.9 * _ARCS * box.height, 1.4 * wide)
            turns = [math.pi * k / (_POINTS - 1) for k in range(_POINTS)]
            arc = tuple(
                (left + wide * (1 - math.cos(turn)), top - high * math.sin(turn)) for turn in turns
            )
            place = Box(left, top - high, right - left, high)
            yield Path(f"{self.name}.arc-{n}", self.name, place, arc, "muted")

    def describe(self, lang: str) -> str:
        """Say how many there are of both."""
        hops, places = len(self.starts) - 1, len(self.starts)
        if lang == "zh":
            return f"{hops} 步，{places} 个位置。"
        return f"{hops} hops, {places} places."
