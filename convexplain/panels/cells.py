"""Grids: pictures, maps, kernels, patches; and many maps at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.ops.geometry import Box as Window
from convexplain.panels.box import Box, Point, around
from convexplain.panels.panel import Bounds, Extent, Panel, Part, Setting, line, refuse_unknown
from convexplain.panels.pieces import RIM, Fill, Frame, Grid, Path, Piece, Words
from convexplain.panels.scale import INK, Scale
from convexplain.panels.text import leading, text_width
from convexplain.style import format as fmt
from convexplain.style.lines import COLON, STOP

#: What of a cell its number may take, and how much larger than a number a cell becomes at most.
FILLED, ROOMY = 0.86, 4.2
#: Unless a panel says otherwise, cells with numbers are so many times as large as those of a
#: picture with so many cells a side; those of smaller pictures are larger.
_LARGER, _USUAL = 5.0, 28
#: How much of a cell's side a sign in it takes.
_SIGN = 0.5
#: How much larger than a dot it is with its rim.
_RIMMED = 1.7
#: How much of a map's side its kernel takes.
_CORNER = 0.25
#: Grids with more rows or columns are pictures: no lines part their cells.
_RULED = 48
#: So much of the least picture one of finer cells than those of its share is comfortably.
_SEEN = 0.8
#: Up to so many cells a side, each has a pixel of its own.
_FINEST = 128
#: Up to so many cells are told one by one.
_TOLD = 49
#: What is told of a cell that is not computed yet: the dot that is drawn there.
_UNKNOWN = "·"
#: How much so many maps on one another hide together.
_GLASS = 7.0
#: What of the way from one opaque sheet to the next the line around it takes.
_THIN = 0.35


@dataclass(frozen=True)
class Mark:
    """A window on a grid: cells that are framed.

    Parameters
    ----------
    row, col, rows, cols : float
        In cells; it may reach out of the grid.
    tone : str
        Token of the theme.
    strong, dashed : bool
        How the frame is drawn.
    letter : str
        Stands left of the grid, level with the frame; found as ``"panel.letter-mark"``.
    """

    row: float
    col: float
    rows: float = 1
    cols: float = 1
    tone: str = "accent"
    strong: bool = True
    dashed: bool = False
    letter: str = ""

    @classmethod
    def over(cls, box: Window, tone: str = "accent", **how: Any) -> Mark:
        """Mark the cells of a window, as `Window.box` and receptive fields give them."""
        return cls(box.top, box.left, box.height, box.width, tone, **how)


@dataclass(frozen=True, eq=False)
class Cells(Panel):
    """A grid of numbers: a picture, a map, a kernel, a patch, products, a photograph.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, cols), or (rows, cols, 3) for a photograph
    scale : Scale
        What their colours mean.
    numbers : bool
        Whether the numbers are printed where there is room.
    share : str
        Panels of one `share` have cells of one size and numbers of one size.
    weight : float, optional
        Size of its cells relative to those of other panels.
    marks : mapping of str to Mark
        Windows on it, found as ``"panel.mark"``.
    computed : numpy.ndarray of bool, shape (rows, cols), optional
        Where it is False nothing is known yet.
    lines : bool
        Whether lines part the cells.
    blocks : (int, int)
        Only so many rows and columns together are parted: kernels on a wall of them.
    glass : float
        How opaque a cell of the largest magnitude is, others as much less as their values are, so
        that a picture below it is seen; 0: all cells are opaque.
    inlaid : float
        Of glass: how much of a cell's side an opaque square in it takes, in the colour of its
        value; what lies below is seen around it, and where it is 0. By default, none is drawn.
    broad : bool
        Whether it may be as broad as the sheet: a strip, which takes little of its height.
    tall : float
        How many times as high as broad its cells are: of a single row, which would be a line; or
        less, of a few columns that are long.
    large : bool
        Whether it is what there is to see: its cells and numbers may be larger than others.
    small : bool
        Whether it may be as small as others of its `share` make its cells: a map of one cell.
    fine : float
        How many of its cells make the side of one of its `share`.
    dim : numpy.ndarray of bool, shape (rows, cols), optional
        Cells that step back behind the others.
    finer : int
        So many decimals more than other panels' numbers have.
    exactly : int, optional
        With how many decimals its numbers are printed, whatever others have.
    printed : sequence of sequences of str, optional
        What stands in the cells instead of their numbers; single signs are larger.
    hatched : bool
        Whether in a video cells that are not computed yet are hatched: many without a colour
        could be taken for zeros.
    dots : sequence of (float, float)
        Points on it, down and across in cells from its corner, found as ``"panel.dot-0"``.
    dot : float
        How large they are, in cells.
    """

    values: npt.NDArray[Any]
    scale: Scale = INK
    _: KW_ONLY
    broad: bool = False
    tall: float = 1.0
    large: bool = False
    small: bool = False
    numbers: bool = False
    share: str = ""
    weight: float | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    computed: npt.NDArray[np.bool_] | None = None
    lines: bool = True
    glass: float = 0.0
    inlaid: float = 0.0
    fine: float = 1.0
    dim: npt.NDArray[np.bool_] | None = None
    finer: int = 0
    exactly: int | None = None
    printed: Sequence[Sequence[str]] | None = None
    blocks: tuple[int, int] = (1, 1)
    hatched: bool = False
    dots: Sequence[Point] = ()
    dot: float = 1.0

    def __post_init__(self) -> None:
        if self.values.ndim != 2 and self.values.shape[2:] != (3,):
            raise ValueError(
                f"the panel {self.name!r} was given values of shape {self.values.shape}: give "
                "(rows, cols), or (rows, cols, 3) for a photograph"
            )
        remedy = "computed=np.isfinite(values) where nothing is computed yet"
        refuse_unknown(self.name, self.values, self.computed, remedy=remedy)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.values.shape[0], self.values.shape[1]

    @property
    def group(self) -> str:
        """Its share, or its name."""
        return self.share or self.name

    def numbered(self) -> bool:
        """Tell whether its numbers are printed where there is room."""
        return self.numbers

    def decimals(self, at: Setting) -> int | None:
        """Return with how many decimals its numbers are printed; None: they are not."""
        if not self.numbers or at.decimals is None:
            return None
        if self.exactly is not None:
            return self.exactly
        return 0 if self.scale.counts else at.decimals + self.finer

    def scales_shown(self) -> tuple[Scale, ...]:
        """Return its scale, unless it is that of pictures."""
        return () if self.scale.limit is None else (self.scale,)

    def bounds(self, at: Setting) -> Bounds:
        """Return how large its cells can be."""
        sheet, count = at.sheet, max(self.shape)
        if self.small:
            return Bounds(self.weight or 0.0, sheet.pixel / 2, sheet.pixel / 2, sheet.room)
        if self.fine != 1:  # others of its share say how large it is
            longer = max(self.shape[0] * self.tall, self.shape[1])
            side = self.fine / longer
            good = _SEEN * side * sheet.thumb if self.fine > 1 else 0.0
            return Bounds(self.weight or 1.0, 0.0, good, side * sheet.room)
        room = sheet.body_box.width if self.broad else sheet.room
        number = sheet.heading if self.large else sheet.number
        large = min(room / count, ROOMY * number)
        decimals = self.decimals(at)
        if decimals is None:
            least = max(sheet.thumb / count, sheet.pixel * min(1.0, _FINEST / count))
            good = max(least, min(sheet.good / count, 0.4 * sheet.number))
            usual = _LARGER if self.numbers else (_USUAL / count) ** 0.5
            return Bounds(self.weight or usual, least, good, max(large, good))
        words = [fmt.number(value, decimals) for value in (self.scale.least, self.scale.most)]
        words += [text for row in self.printed or () for text in row]
        widest = max(text_width(text, 1.0) for text in words)
        least, good = (widest * size / FILLED for size in (sheet.least, sheet.number))
        return Bounds(self.weight or _LARGER, least, good, max(large, good), widest, number)

    def body(self, at: Setting) -> Extent:
        """Return the room of the grid alone."""
        side = at.sides[self.group] / self.fine
        left = 1.5 * at.sheet.text if any(m.letter for m in self.marks.values()) else 0.0
        return Extent(side * self.shape[1], side * self.tall * self.shape[0], left)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield the grid and its marks."""
        size = at.sizes.get(self.group, 0.0)
        if self.printed is not None and all(len(text) == 1 for row in self.printed for text in row):
            size = max(size, _SIGN * box.width / self.shape[1])
        values = self.values if self.computed is None else np.nan_to_num(self.values)
        yield Grid(
            self.name, self.name, box, values, self.scale, self.decimals(at), size,
            self.computed, self._ruled, self.glass, inlaid=self.inlaid, printed=self.printed,
            dim=self.dim, blocks=self.blocks, hatched=self.hatched,
        )  # fmt: skip
        for n, (down, across) in enumerate(self.dots):
            # A rim parts it from what is light, and from what is dark.
            for part, tone, wide in (("rim-", "background", _RIMMED * self.dot),
                                     ("", "muted", self.dot)):  # fmt: skip
                place = box.cells(self.shape, down - wide / 2, across - wide / 2, wide, wide)
                yield Fill(f"{self.name}.dot-{part}{n}", self.name, place, tone, front=True)
        for name, mark in self.marks.items():
            place = box.cells(self.shape, mark.row, mark.col, mark.rows, mark.cols)
            yield Frame(
                f"{self.name}.{name}", self.name, place, mark.tone, mark.strong, mark.dashed
            )
        yield from self._letters(at, box)

    @property
    def _ruled(self) -> bool:
        """Whether lines part its cells, or its blocks."""
        return self.lines and (self.blocks != (1, 1) or max(self.shape) <= _RULED)

    def _letters(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield letters level with their frames, from the top down, each below the one before."""
        last, size = -math.inf, at.sheet.text
        for name, mark in sorted(self.marks.items(), key=lambda item: item[1].row):
            if mark.letter:
                place = box.cells(self.shape, mark.row, mark.col, mark.rows, mark.cols)
                last = max(place.middle[1], last + leading(size))
                # It is no part of the panel: frames come one by one, and letters with them.
                yield line(
                    at, "", f"{self.name}.letter-{name}", mark.letter, box.x - 0.6 * size, last,
                    size, align="right", tone=mark.tone, weight="bold",
                )  # fmt: skip

    def describe(self, lang: str) -> str:
        """Tell a small grid number by number, of a large one its size and its extremes."""
        return f"{self.called(lang)}{COLON[lang]}{_contents(self, lang)}{STOP[lang]}"


def _contents(panel: Cells, lang: str) -> str:
    values, shape = panel.values, fmt.shape(panel.values.shape)
    if panel.numbers and values.size <= _TOLD:
        comma, gap = ("，", "；") if lang == "zh" else (", ", "; ")
        if panel.printed is not None:
            return gap.join(comma.join(row) for row in panel.printed)
        known = np.ones(panel.shape, bool) if panel.computed is None else panel.computed
        texts = ([fmt.number(v) if there else _UNKNOWN for v, there in zip(*row, strict=True)]
                 for row in zip(values, known, strict=True))  # fmt: skip
        return gap.join(comma.join(row) for row in texts)
    known = values if panel.computed is None or not panel.computed.any() else values[panel.computed]
    low, high = panel.scale.text(known.min()), panel.scale.text(known.max())
    said = f"{shape}，{low} 到 {high}" if lang == "zh" else f"{shape}, from {low} to {high}"
    if panel.computed is not None and not panel.computed.all():
        done, all_ = fmt.count(int(panel.computed.sum())), fmt.count(panel.computed.size)
        said += f"，已算出 {done} / {all_}" if lang == "zh" else f", {done} of {all_} computed"
    for mark in panel.marks.values():
        said += _place(mark, lang)
    return said


def _place(mark: Mark, lang: str) -> str:
    if any(side != int(side) for side in (mark.row, mark.col, mark.rows, mark.cols)):
        return ""
    row, col = int(mark.row), int(mark.col)
    if mark.rows == mark.cols == 1:
        return f"，标出行 {row}、列 {col}" if lang == "zh" else f"; marked: row {row}, column {col}"
    last = int(row + mark.rows - 1), int(col + mark.cols - 1)
    if lang == "zh":
        return f"，标出行 {row} 到 {last[0]}、列 {col} 到 {last[1]}"
    return f"; marked: rows {row} to {last[0]}, columns {col} to {last[1]}"


def _edges(front: Box, back: Box) -> tuple[Point, ...]:
    """Return the seen edges of what lies between a box and one behind it, drawn in one go."""
    return (
        (front.x, front.y), (front.x, front.bottom), (front.right, front.bottom),
        (front.right, front.y), (front.x, front.y), (back.x, back.y), (back.right, back.y),
        (front.right, front.y), (back.right, back.y), (back.right, back.bottom),
        (front.right, front.bottom),
    )  # fmt: skip


def _sides(front: Box, back: Box) -> tuple[Point, ...]:
    """Return the rim of the two sides that are seen of what lies between two such boxes."""
    return (
        (front.x, front.y), (back.x, back.y), (back.right, back.y), (back.right, back.bottom),
        (front.right, front.bottom), (front.right, front.y),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Maps(Panel):
    """Many maps of one layer: a wall on which each is seen, or a stack that shows the depth.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, cols, channels)
    scale : Scale
        One for all.
    share : str
    weight : float, optional
        As of `Cells`.
    columns : int, optional
        Of the wall; the layout chooses by default.
    stack : bool
        Whether the maps lie behind one another.
    fan : (float, float), optional
        From one map of a stack to the next, right and up, in cells; close together by default.
    marks : mapping of str to int
        Channels that are framed, found as ``"panel.mark"``.
    quiet : collection of str
        Which of these frames step back.
    apart : float
        From one map of a wall to the next, in gaps of the sheet; with labels there is more.
    labels : sequence of str
        What stands above each map of a wall, found as ``"panel.label[channel]"``.
    glass : float
        As of `Cells`; of a fan, how opaque those behind the first are at most.
    solid : bool
        Whether all maps of a fan are opaque, as sheets of paper are: of those behind the first,
        edges are seen.
    deep : int
        Of how many maps a solid fan is of which only the first ones are drawn: it is a block, whose
        sides are found as ``"panel.sides"``.
    windows : mapping of str to Mark
        On one map, found as ``"panel.mark"``; and the edges of what lies behind it in all maps of
        a fan, as ``"panel.mark-depth"``.
    windowed : int
        Which map that is: the first by default.
    lines : bool
        Whether lines part the cells.
    under : numpy.ndarray, shape (rows, cols) or (rows, cols, 3), optional
        A picture under each map, which is seen through glass; found as ``"panel.under[channel]"``.
    kernels : numpy.ndarray, shape (height, width, channels), optional
        Each in the upper left corner of its map, a quarter as wide, or beside its label; found as
        ``"panel.kernel[channel]"``.
    kernel_scale : Scale, optional
        Of these; one that ends at the largest, and that no legend shows, by default.
    """

    values: npt.NDArray[Any]
    scale: Scale
    _: KW_ONLY
    share: str = ""
    weight: float | None = None
    columns: int | None = None
    stack: bool = False
    fan: tuple[float, float] | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    quiet: Collection[str] = ()
    apart: float = 0.2
    labels: Sequence[str] = ()
    glass: float = 0.0
    solid: bool = False
    deep: int = 0
    windows: Mapping[str, Mark] = field(default_factory=dict)
    windowed: int = 0
    lines: bool = False
    under: npt.NDArray[Any] | None = None
    kernels: npt.NDArray[Any] | None = None
    kernel_scale: Scale | None = None

    def __post_init__(self) -> None:
        """Refuse what is no number."""
        refuse_unknown(self.name, self.values)

    @property
    def channels(self) -> int:
        """How many maps there are."""
        return int(self.values.shape[2])

    @property
    def _depth(self) -> int:
        """How many maps lie behind one another, drawn or not."""
        return self.deep or self.channels

    @property
    def group(self) -> str:
        """Its share, or its name."""
        return self.share or self.name

    def arrangements(self) -> Iterator[Part]:
        """Yield walls of all breadths that leave no row nearly empty."""
        if self.columns is not None or self.stack:
            yield self
            return
        rows = sorted({-(-self.channels // n) for n in range(1, self.channels + 1)})
        breadths = sorted({-(-self.channels // n) for n in rows}, reverse=True)
        # Square first, then broader and higher ones.
        for columns in sorted(breadths, key=lambda n: abs(np.log(n * n / self.channels))):
            yield replace(self, columns=columns)

    def scales_shown(self) -> tuple[Scale, ...]:
        """Return the scale of all maps, and that of their kernels if it has one."""
        own = () if self.scale.limit is None else (self.scale,)
        return own if self.kernel_scale is None else (*own, self.kernel_scale)

    def bounds(self, at: Setting) -> Bounds:
        """Return how large a cell of a map can be."""
        sheet, count = at.sheet, max(self.values.shape[:2])
        if self.fan is not None:  # small maps of a deep stack are as large as their neighbours'
            return Bounds(self.weight or 1.0, sheet.pixel, sheet.pixel, sheet.room / count)
        # A patch of few cells is seen when a cell is a part of a letter.
        least = max(min(sheet.thumb / count, 0.25 * sheet.note), sheet.pixel)
        most = min(sheet.room / count, ROOMY * sheet.number)
        return Bounds(self.weight or 1.0, least, max(least, sheet.good / 3 / count), most)

    def _step(self, at: Setting) -> tuple[float, float]:
        """Return how far it is from one map to the next."""
        rows, cols, _ = self.values.shape
        side, apart = at.sides[self.group], (0.6 if self.labels else self.apart) * at.sheet.gap
        if self.stack and self.fan is not None:
            return self.fan[0] * side, self.fan[1] * side
        if self.stack:
            back = min(0.12 * at.sheet.gap, 1.5 * at.sheet.gap / self.channels)
            return back, back
        return cols * side + apart, rows * side + apart + self._head(at)

    def _head(self, at: Setting) -> float:
        """Return the height of the line above each map of a wall."""
        return 1.9 * at.sheet.small if self.labels else 0.0

    def _place(self, at: Setting, channel: int) -> Box:
        rows, cols, _ = self.values.shape
        side, (dx, dy) = at.sides[self.group], self._step(at)
        if self.stack:  # the first lies before all others, which reach up and to the right
            behind = self._depth - 1 - channel
            x, y = channel * dx, behind * dy
        else:
            wide = self.columns or 1
            x, y = channel % wide * dx, channel // wide * dy + self._head(at)
        return Box(x, y, cols * side, rows * side)

    def body(self, at: Setting) -> Extent:
        """Return the room of all maps."""
        last = self.channels - 1
        if self.stack:
            first, back = self._place(at, 0), self._place(at, self._depth - 1)
            return Extent(back.right, first.bottom)
        wide = self.columns or 1
        end, below = self._place(at, min(wide, self.channels) - 1), self._place(at, last)
        return Extent(end.right, below.bottom)

    def draw(self, at: Setting, box: Box) -> Iterator[Piece]:
        """Yield one grid a map, the last first; those of a fan lie in an outlined box."""
        for channel in reversed(range(self.channels)):
            place = self._place(at, channel).moved(box.x, box.y)
            if self.under is not None:
                name = f"{self.name}.under[{channel}]"
                yield Grid(name, self.name, place, self.under, INK, lines=False)
            name = f"{self.name}[{channel}]"
            glass = self.glass if self.fan is None or self.solid else self._glass(channel)
            yield Grid(
                name, self.name, place, self.values[:, :, channel], self.scale, lines=self.lines,
                glass=glass, rim=self._rim(at),
            )  # fmt: skip
            if self.kernels is not None:
                yield self._kernel(at, self.kernels, channel, place)
            if self.labels:
                yield self._label(at, channel, place)
        if self.fan is not None:
            front, back = (self._place(at, n).moved(box.x, box.y) for n in (0, self._depth - 1))
            if self.deep:
                sides = _sides(front, back)
                yield Path(f"{self.name}.sides", self.name, box, sides, "muted", filled=True)
            yield Path(f"{self.name}.box", self.name, box, _edges(front, back), "muted")
        yield from self._windows(at, box)
        for mark, channel in self.marks.items():
            place = self._place(at, channel).moved(box.x, box.y)
            quiet = mark in self.quiet
            tone = "muted" if quiet else "accent"
            yield Frame(f"{self.name}.{mark}", self.name, place, tone, strong=not quiet)

    def _glass(self, channel: int) -> float:
        """Return how opaque a map is: the first is, the others less the more lie on one another."""
        rows, cols, count = self.values.shape
        right, up = self.fan or (0.0, 0.0)
        over = min(count, rows / max(up, 1e-9), cols / max(right, 1e-9))
        return 1.0 if channel == 0 else min(self.glass or 1.0, _GLASS / over)

    def _rim(self, at: Setting) -> float:
        """Return how thick the line around a sheet of paper is: its neighbour's is seen, too."""
        return RIM if not self.solid else min(RIM, _THIN * self._step(at)[1])

    def _windows(self, at: Setting, box: Box) -> Iterator[Piece]:
        ends = self.windowed, self._depth - 1
        front, back = (self._place(at, n).moved(box.x, box.y) for n in ends)
        for name, mark in self.windows.items():
            place = front.cells(self.values.shape[:2], mark.row, mark.col, mark.rows, mark.cols)
            full = f"{self.name}.{name}"
            yield Frame(full, self.name, place, mark.tone, mark.strong, mark.dashed)
            if self.fan is not None:  # no part of the panel: it comes with the frame
                behind = place.moved(back.x - front.x, back.y - front.y)
                edges = _edges(place, behind)
                yield Path(f"{full}-depth", "", around((place, behind)), edges, mark.tone)

    def _label(self, at: Setting, channel: int, place: Box) -> Words:
        name, size = f"{self.name}.label[{channel}]", at.sheet.small
        loud = channel in [n for mark, n in self.marks.items() if mark not in self.quiet]
        return line(
            at, self.name, name, self.labels[channel], place.x, place.y - 1.1 * size, size,
            weight="bold" if loud else "regular", tone="ink" if loud else "muted",
        )  # fmt: skip

    def _kernel(self, at: Setting, kernels: npt.NDArray[Any], channel: int, place: Box) -> Grid:
        height, width, _ = kernels.shape
        whole = _CORNER * min(place.width, place.height)
        x, y = place.x, place.y
        if self.labels:
            whole = 0.75 * self._head(at)
        side = whole / max(height, width)
        if self.labels:
            x, y = place.right - side * width, place.y - self._head(at)
        box = Box(x, y, side * width, side * height)
        scale = self.kernel_scale or Scale(float(np.abs(kernels).max()) or 1.0)
        name = f"{self.name}.kernel[{channel}]"
        return Grid(name, self.name, box, kernels[:, :, channel], scale)

    def describe(self, lang: str) -> str:
        """Tell how many maps there are, how large, and between which values."""
        low, high = (fmt.number(value) for value in (self.values.min(), self.values.max()))
        shape = fmt.shape(self.values.shape[:2])
        if lang == "zh":
            return f"{self.called(lang)}：{self._depth} 幅 {shape} 的响应图，{low} 到 {high}。"
        return f"{self.called(lang)}: {self._depth} maps of {shape}, from {low} to {high}."
