"""A tree: panels under the panel that they are parts of, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import NamedTuple

from convexplain.panels.box import Box, around
from convexplain.panels.panel import Extent, Panel, Part, Setting
from convexplain.panels.pieces import Path, Piece

#: Between rows, for the links; and between neighbours, in gaps of the sheet.
_ROWS, _NEIGHBOURS = 1.1, 0.35


@dataclass(frozen=True, eq=False)
class Branch:
    """A part of a tree with the parts that it consists of.

    Parameters
    ----------
    name : str
        Of the link that leads to it, found as ``"tree.name"``.
    part : Part
        A panel or an arrangement of some.
    parts : sequence of Branch
    lit : bool
        Whether the link is of the path that is followed.
    begins : str
        Name of the piece under which the link begins; below all of the parent by default.
    """

    name: str
    part: Part
    parts: Sequence[Branch] = ()
    _: KW_ONLY
    lit: bool = False
    begins: str = ""

    def all(self) -> Iterator[Branch]:
        """Yield it and all below it."""
        yield self
        for branch in self.parts:
            yield from branch.all()


class _Row(NamedTuple):
    up: float
    height: float
    down: float


@dataclass(frozen=True, eq=False)
class Tree(Panel):
    """A tree with its root at the top; what stands in one row is aligned by bodies.

    Parameters
    ----------
    root : Branch
    rows : sequence of Part or None
        What stands at the left of each row, such as its name.
    """

    root: Branch
    _: KW_ONLY
    rows: Sequence[Part | None] = field(default=())

    def parts(self) -> tuple[Part, ...]:
        """Return all parts, from the top down each branch, and what stands beside the rows."""
        beside = tuple(part for part in self.rows if part is not None)
        return (*(branch.part for branch in self.root.all()), *beside)

    def _levels(self, at: Setting) -> list[_Row]:
        """Return the height of each row."""
        rows: list[_Row] = []
        level = [self.root]
        while level:
            beside = self.rows[len(rows)] if len(rows) < len(self.rows) else None
            own = [branch.part.extent(at) for branch in level]
            extents = own if beside is None else [*own, beside.extent(at)]
            high = max(extent.height for extent in own)
            # All stand level at the top of their bodies; what is beside stands in the middle.
            spare = [(high - extent.height) / 2 for extent in extents[len(own) :]]
            up = max(extent.up for extent in own)
            down = max(extent.height + extent.down for extent in own) - high
            for extent, half in zip(extents[len(own) :], spare, strict=True):
                up, down = max(up, extent.up - half), max(down, extent.down - half)
            rows.append(_Row(up, high, down))
            level = [child for branch in level for child in branch.parts]
        return rows

    def _width(self, at: Setting, branch: Branch) -> float:
        """Return the width of a branch: of its part, or of all below it."""
        below = sum(self._width(at, child) for child in branch.parts)
        below += at.gap(_NEIGHBOURS) * max(0, len(branch.parts) - 1)
        return max(branch.part.extent(at).across, below)

    def _beside(self, at: Setting) -> float:
        wide = [part.extent(at).across for part in self.rows if part is not None]
        return max(wide) + at.gap(0.8) if wide else 0.0

    def body(self, at: Setting) -> Extent:
        """Return the room of all rows."""
        rows = self._levels(at)
        high = sum(row.up + row.height + row.down for row in rows) + at.gap(_ROWS) * (len(rows) - 1)
        return Extent(self._width(at, self.root), high, left=self._beside(at))

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield rows, branches and links."""
        rows = self._levels(at)
        tops, y = [], box.y
        for row in rows:
            tops.append(y + row.up)
            y += row.up + row.height + row.down + at.gap(_ROWS)
        for part, row, top in zip(self.rows, rows, tops, strict=False):
            if part is not None:
                extent = part.extent(at)
                middle = top + (row.height - extent.height) / 2
                left = box.x - self._beside(at) + extent.left
                yield from part.pieces(at, left, middle)
        yield from self._branch(at, self.root, box.x, box.width, tops, 0)

    def _branch(
        self, at: Setting, branch: Branch, x: float, wide: float, tops: list[float], row: int
    ) -> Iterator[Piece]:
        extent = branch.part.extent(at)
        left = x + (wide - extent.across) / 2 + extent.left
        pieces = list(branch.part.pieces(at, left, tops[row]))
        yield from pieces
        boxes = {piece.name: piece.box for piece in pieces}
        whole = extent.around(left, tops[row])
        gap = at.gap(_NEIGHBOURS)
        widths = [self._width(at, child) for child in branch.parts]
        start = x + (wide - sum(widths) - gap * (len(widths) - 1)) / 2
        for child, room in zip(branch.parts, widths, strict=True):
            begin = boxes.get(child.begins, whole)
            head = tops[row + 1] - child.part.extent(at).up
            points = (begin.middle[0], begin.bottom), (start + room / 2, head)
            place = around(Box(*point, 0, 0) for point in points)
            yield Path(
                f"{self.name}.{child.name}", self.name, place, points,
                "accent" if child.lit else "muted", strong=child.lit, curved=True,
            )  # fmt: skip
            yield from self._branch(at, child, start, room, tops, row + 1)
            start += room + gap

    def describe(self, lang: str) -> str:
        """Tell nothing of its own: its panels tell themselves."""
        return ""
