"""Rows, columns and overlays: how panels stand to one another, without a coordinate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from itertools import combinations, islice, product, zip_longest
from typing import Literal, NamedTuple

from convexplain.panels.panel import Extent, Part, Setting
from convexplain.panels.pieces import Piece

Across = Literal["left", "middle", "right"]
Down = Literal["top", "middle", "bottom", "level"]

_NOTHING = Extent(0.0, 0.0)
_Span = tuple[float, float, float]  # what a `_Track` has, of one panel
# Where a body stands in its row or column: share of the room that is left over before it.
_BEFORE = {"left": 0.0, "top": 0.0, "middle": 0.5, "right": 1.0, "bottom": 1.0}
# What that is when rows become columns.
_DOWN: dict[Across, Down] = {"left": "top", "middle": "middle", "right": "bottom"}
_ACROSS: dict[Down, Across] = {down: across for across, down in _DOWN.items()}
_ACROSS["level"] = "middle"
#: What is nearly as high as the highest of its row stands level with it, or it would look slipped.
_NEARLY = 0.75
#: So many rows and columns of a picture are turned, the outermost first.
_TURNED = 3
#: A row of so many parts may stand in two rows.
_FOLDED = 3


class _Track(NamedTuple):
    """A row or a column: its bodies' size, and what reaches out before and behind."""

    before: float
    size: float
    behind: float

    @property
    def whole(self) -> float:
        return self.before + self.size + self.behind


def _track(spans: Sequence[_Span], shares: Sequence[float]) -> _Track:
    """Join what stands in one row or column: of the room left over, a share is before each."""
    if len(spans) == 1:
        return _Track(*spans[0])
    if not spans:
        return _Track(0.0, 0.0, 0.0)
    size = max([span[1] for span in spans])
    before = behind = -math.inf
    for (above, own, below), share in zip(spans, shares, strict=True):
        left = size - own
        above, below = above - share * left, below - (1 - share) * left
        before = above if above > before else before
        behind = below if below > behind else behind
    return _Track(before, size, behind)


def _centred(spans: Iterable[_Span]) -> tuple[list[_Span], list[float]]:
    """Return what `_track` joins by their middles."""
    found = [*spans]
    return found, [_BEFORE["middle"]] * len(found)


def _across(extent: Extent) -> _Span:
    return extent.left, extent.width, extent.right


def _down(extent: Extent) -> _Span:
    return extent.up, extent.height, extent.down


def _along(tracks: Sequence[_Track], gap: float) -> list[float]:
    """Return where the body of each track begins, counted from the first one's."""
    places, edge = [], -tracks[0].before if tracks else 0.0
    for track in tracks:
        places.append(edge + track.before)
        edge += track.whole + (gap if track.whole else 0.0)
    return places


def _joined(tracks: Sequence[_Track], gap: float) -> _Track | None:
    """Return all tracks as one, with gaps between those that take room; None: none does."""
    whole, behind, shown = 0.0, 0.0, 0
    for before, size, after in tracks:
        own = before + size + after
        if own:
            whole += own
            behind = after
            shown += 1
    if not shown:
        return None
    first = tracks[0].before
    return _Track(first, whole + gap * (shown - 1) - first - behind, behind)


@dataclass(frozen=True, eq=False)
class Aligned(Part):
    """Rows of panels that share their columns.

    Bodies are aligned, not titles: grids stand level, and products under the patch.

    Parameters
    ----------
    rows : sequence of sequences of Part or None
        None leaves a place empty.
    gap, row_gap : float
        Between columns and between rows, in gaps of the sheet.
    across : {"left", "middle", "right"}
        How bodies stand in a column.
    down : {"top", "middle", "bottom", "level"}
        How bodies stand in a row.
    turns : bool
        Whether rows may become columns where cells are then clearly larger, or only then fit.
        What holds words of its own, as a formula does, is read in one direction and never turns.
    """

    rows: Sequence[Sequence[Part | None]]
    _: KW_ONLY
    gap: float = 1.0
    row_gap: float = 1.0
    across: Across = "left"
    down: Down = "top"
    turns: bool = False

    def parts(self) -> tuple[Part, ...]:
        """Return all parts, row by row."""
        return tuple(part for row in self.rows for part in row if part is not None)

    @property
    def may_turn(self) -> bool:
        """Whether its rows may become columns."""
        parts = self.parts()
        return self.turns and len(parts) > 1 and not any(part.one_way for part in parts)

    @property
    def ways(self) -> tuple[str, ...]:
        """How else it may stand: turned, and a row of three or more in two rows."""
        row = len(self.rows) == 1 and len(self.parts()) >= _FOLDED
        return ("turned", "folded") if row else ("turned",)

    def turned(self, which: Mapping[Part, str]) -> Part:
        """Return it with some rows and columns in it, or itself, turned or folded."""
        rows = [[part and part.turned(which) for part in row] for row in self.rows]
        if self not in which:
            return replace(self, rows=rows)
        # What is told apart by room beside one another needs less of it under one another.
        below = min(1.0, self.gap)
        if which[self] == "folded":
            half = -(-len(rows[0]) // 2)
            return replace(self, rows=[rows[0][:half], rows[0][half:]], row_gap=below)
        return replace(
            self, rows=[*zip_longest(*rows)], gap=self.row_gap, row_gap=below,
            across=_ACROSS[self.down], down=_DOWN[self.across],
        )  # fmt: skip

    def arrangements(self) -> Iterator[Part]:
        """Yield it with all arrangements of its parts."""
        for chosen in product(*(part.arrangements() for part in self.parts())):
            left = iter(chosen)
            rows = tuple(
                tuple(None if part is None else next(left) for part in row) for row in self.rows
            )
            yield replace(self, rows=rows)

    def _extents(self, at: Setting) -> list[list[Extent]]:
        return [[_NOTHING if p is None else p.extent(at) for p in row] for row in self.rows]

    def _tracks(self, extents: list[list[Extent]]) -> tuple[list[_Track], list[_Track]]:
        share = _BEFORE[self.across]
        if len(extents) == 1:
            cols = [_Track(each.left, each.width, each.right) for each in extents[0]]
        else:
            columns = (
                [_across(row[n]) for row in extents if n < len(row)]
                for n in range(max(map(len, extents), default=0))
            )
            cols = [_track(spans, [share] * len(spans)) for spans in columns]
        return cols, [
            _track([_down(extent) for extent in sizes], self._shares(row, sizes))
            for row, sizes in zip(self.rows, extents, strict=True)
        ]

    def _shares(self, row: Sequence[Part | None], sizes: Sequence[Extent]) -> list[float]:
        """Return for each body of a row which share of the room that it leaves is above it."""
        if self.down != "level":
            return [_BEFORE[self.down]] * len(row)
        high = max([size.height for size in sizes], default=0.0)
        titled = [part is not None and part.titled for part in row]
        level = any(has and size.height == high for has, size in zip(titled, sizes, strict=True))
        return [
            0.0 if level and has and size.height >= _NEARLY * high else _BEFORE["middle"]
            for has, size in zip(titled, sizes, strict=True)
        ]

    @property
    def titled(self) -> bool:
        """Whether a title is above its first row."""
        return all(part is not None and part.titled for row in self.rows[:1] for part in row)

    def _gaps(self, at: Setting) -> tuple[float, float]:
        return at.gap(self.gap) * at.spread[0], at.gap(self.row_gap) * at.spread[1]

    def room(self, at: Setting) -> Extent:
        """Return the room of all, with the gaps between."""
        tracks = self._tracks(self._extents(at))
        across, down = map(_joined, tracks, self._gaps(at))
        if across is None or down is None:
            return _NOTHING
        (left, width, right), (up, height, below) = across, down
        return Extent(width, height, left, up, right, below)

    def pieces(self, at: Setting, x: float, y: float) -> Iterator[Piece]:
        """Yield the pieces of all parts."""
        extents = self._extents(at)
        cols, rows = self._tracks(extents)
        gaps = self._gaps(at)
        lefts, tops = _along(cols, gaps[0]), _along(rows, gaps[1])
        for row, parts, sizes in zip(range(len(rows)), self.rows, extents, strict=True):
            shares = self._shares(parts, sizes)
            for col, (part, size) in enumerate(zip(parts, sizes, strict=True)):
                if part is not None:
                    dx = _BEFORE[self.across] * (cols[col].size - size.width)
                    dy = shares[col] * (rows[row].size - size.height)
                    yield from part.pieces(at, x + lefts[col] + dx, y + tops[row] + dy)


def turns(root: Part, *, folded: bool = False) -> Iterator[Part]:
    """Yield a picture with some or all of its outermost rows and columns turned.

    `folded`: whether instead at least one of them is folded into two rows.
    """

    def flows() -> Iterator[Aligned]:
        level: list[Part] = [root]
        while level:
            yield from (part for part in level if isinstance(part, Aligned) and part.may_turn)
            level = [part for whole in level for part in whole.parts()]

    found = [*islice(flows(), _TURNED)]
    for many in range(1, len(found) + 1):
        for which in combinations(found, many):
            for ways in product(*(part.ways for part in which)):
                if folded == ("folded" in ways):
                    yield root.turned(dict(zip(which, ways, strict=True)))


def Row(*parts: Part, gap: float = 1.0, align: Down = "level", turns: bool = True) -> Aligned:
    """Stand panels side by side, their bodies aligned.

    Parameters
    ----------
    *parts : Part
    gap : float
        Between neighbours, in gaps of the sheet.
    align : {"level", "top", "middle", "bottom"}
        By default their middles; but tops of those with titles that are nearly as high.
    turns : bool
        Whether the row may become a column, as `Aligned` says.
    """
    return Aligned((parts,), gap=gap, down=align, turns=turns)


def Column(*parts: Part, gap: float = 1.0, align: Across = "left", turns: bool = True) -> Aligned:
    """Stand panels under one another, their bodies aligned.

    Parameters
    ----------
    *parts : Part
    gap : float
        Between neighbours, in gaps of the sheet.
    align : {"left", "middle", "right"}
    turns : bool
        Whether the column may become a row, as `Aligned` says.
    """
    return Aligned(tuple((part,) for part in parts), row_gap=gap, across=align, turns=turns)


@dataclass(frozen=True, eq=False, init=False)
class Overlay(Part):
    """Panels on one another, the middles of their bodies on one place; the last lies on top."""

    layers: tuple[Part, ...]

    def __init__(self, *layers: Part) -> None:
        object.__setattr__(self, "layers", layers)

    def parts(self) -> tuple[Part, ...]:
        """Return its layers."""
        return self.layers

    def arrangements(self) -> Iterator[Part]:
        """Yield it with all arrangements of its layers."""
        for chosen in product(*(layer.arrangements() for layer in self.layers)):
            yield Overlay(*chosen)

    def room(self, at: Setting) -> Extent:
        """Return the room of the largest layer."""
        extents = [layer.extent(at) for layer in self.layers]
        wide = _track(*_centred(map(_across, extents)))
        high = _track(*_centred(map(_down, extents)))
        return Extent(wide.size, high.size, wide.before, high.before, wide.behind, high.behind)

    def pieces(self, at: Setting, x: float, y: float) -> Iterator[Piece]:
        """Yield the pieces of all layers, the lowest first."""
        whole = self.extent(at)
        for layer in self.layers:
            extent = layer.extent(at)
            dx, dy = (whole.width - extent.width) / 2, (whole.height - extent.height) / 2
            yield from layer.pieces(at, x + dx, y + dy)


@dataclass(frozen=True, eq=False, init=False)
class Either(Part):
    """Arrangements of the same panels: the first that is comfortable on a sheet, or the largest."""

    choices: tuple[Part, ...]

    def __init__(self, *choices: Part) -> None:
        object.__setattr__(self, "choices", choices)

    def parts(self) -> tuple[Part, ...]:
        """Return the first arrangement, which stands for all."""
        return self.choices[:1]

    def arrangements(self) -> Iterator[Part]:
        """Yield what each choice can be."""
        for choice in self.choices:
            yield from choice.arrangements()

    def room(self, at: Setting) -> Extent:
        """Return the room of the first choice."""
        return self.choices[0].extent(at)

    def pieces(self, at: Setting, x: float, y: float) -> Iterator[Piece]:
        """Yield the pieces of the first choice."""
        return self.choices[0].pieces(at, x, y)


def Rows(*parts: Part, lengths: Iterable[int], gap: float = 1.0) -> Either:
    """Stand panels in rows of one length, their tops aligned.

    Parameters
    ----------
    *parts : Part
    lengths : iterable of int
        How long a row may be, the best first.
    gap : float
        Between neighbours of a row, in gaps of the sheet.
    """

    def rows(many: int) -> Part:
        cut = (parts[n : n + many] for n in range(0, len(parts), many))
        return Column(*(Row(*row, gap=gap, align="top") for row in cut))

    return Either(*map(rows, lengths))


@dataclass(frozen=True)
class Space(Part):
    """Nothing, in gaps of the sheet."""

    width: float = 0.0
    height: float = 0.0

    def room(self, at: Setting) -> Extent:
        """Return its room."""
        return Extent(at.gap(self.width), at.gap(self.height))

    def pieces(self, at: Setting, x: float, y: float) -> Iterator[Piece]:
        """Yield nothing."""
        return iter(())
