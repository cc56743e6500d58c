"""The pictures of what a response map means: windows weighed side by side, maps on the picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.ops import Box, ConvStep, ReceptiveField
from convexplain.panels import (
    Aligned,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Mark,
    Number,
    Overlay,
    Part,
    Row,
    Scale,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, joined, same

Floats = npt.NDArray[np.float32]
#: Where a note below the filter breaks, in sizes of its text.
_NARROW = 8.0


class Place(NamedTuple):
    """A window, how well it fits the filter, and how much it holds."""

    #: What it is called.
    letter: str
    step: ConvStep
    #: What it sees of the picture.
    box: Box

    @property
    def ink(self) -> float:
        """Length of what is read: the root of the sum of its squares."""
        return float(np.linalg.norm(self.step.patch))

    @property
    def match(self) -> float:
        """Cosine of the patch and the filter, from -1 to 1; 0 where nothing is read."""
        whole = self.ink * float(np.linalg.norm(self.step.kernel))
        return self.step.total / whole if whole else 0.0


class Laid(NamedTuple):
    """Maps on the picture that they are of: each response over the middle of what it reads."""

    #: A cell for each pixel, 0 where no window has its middle, (rows, cols, filters).
    maps: Floats
    #: The part of the picture under them, (rows, cols) or (rows, cols, 3).
    pixels: Floats
    #: Which row and column of the maps lies where.
    rows: npt.NDArray[np.intp]
    cols: npt.NDArray[np.intp]

    def cells(self, row: int, col: int) -> tuple[float, float, float, float]:
        """Return row, column, rows and columns that a cell of the maps takes."""
        down, across = np.flatnonzero(self.rows == row), np.flatnonzero(self.cols == col)
        return float(down[0]), float(across[0]), float(len(down)), float(len(across))


def lay(maps: Floats, pixels: Floats, field: ReceptiveField) -> Laid:
    """Lay maps on their picture, and cut away as much at each side as no window has its middle in.

    `maps`, (height, width, filters). `pixels`, (rows, cols) or (rows, cols, 3). `field`: of a cell
    of the maps.
    """
    kept: list[slice] = []
    index: list[npt.NDArray[np.intp]] = []
    for axis in (0, 1):
        middle = field.start[axis] + (field.size[axis] - 1) / 2
        away = (np.arange(pixels.shape[axis]) - middle) / field.stride[axis]
        nearest = np.floor(away + 0.5).astype(np.intp)
        covered = np.flatnonzero((nearest >= 0) & (nearest < maps.shape[axis]))
        spare = int(min(covered[0], len(nearest) - 1 - covered[-1]))
        kept.append(slice(spare, len(nearest) - spare))
        index.append(nearest[kept[-1]])
    rows, cols = index
    known = np.ix_(
        *((one >= 0) & (one < many) for one, many in zip(index, maps.shape[:2], strict=True))
    )
    laid = maps[rows.clip(0, maps.shape[0] - 1)][:, cols.clip(0, maps.shape[1] - 1)]
    seen = np.zeros(laid.shape[:2], dtype=bool)
    seen[known] = True
    return Laid(laid * seen[:, :, np.newaxis], pixels[kept[0], kept[1]], rows, cols)


@dataclass(frozen=True, eq=False)
class ResponsePicture:
    """What all pictures of the lesson are made of."""

    #: (rows, cols) or (rows, cols, 3).
    pixels: Floats
    #: (height, width, filters).
    maps: Floats
    #: The same maps on the picture.
    laid: Laid
    #: Of all maps.
    scale: Scale
    #: Of a layer that reads the gray picture, (height, width, filters).
    kernels: Floats | None
    #: The filter that is shown.
    shown: int
    #: What its map is called.
    name: Caption
    places: Mapping[str, Place]
    #: What is marked on the picture.
    seen: Mapping[str, Box]
    #: What `Place.ink` measures.
    amount: Caption

    def opened(self, *, mapped: bool = False) -> Diagram:
        """Describe the picture and the filter that is asked about.

        `mapped`: whether its map is known already; it always is where no filter can be seen.
        """
        kernel = [] if self.kernels is None else [self._kernel(self.shown, alone=True)]
        shown = [self._read(), *kernel, *([self._map()] if mapped or not kernel else [])]
        legend = Legend("legend", row=True)
        return Diagram(
            Either(
                Column(Row(*shown), legend, align="middle"),
                Column(*shown, legend, align="middle"),
            )
        )

    def windows(self) -> Diagram:
        """Describe the picture beside what some of its windows hold, and the filter below them."""
        cut = [self._tile(place)[:2] for place in self.places.values()]
        columns = [Column(*part, gap=0.2, align="middle") for part in cut]
        wide, close = Row(*columns, gap=1.5), Row(*columns)
        filter_, read = self._filter(), self._read(letters=True)
        below, rows = (
            Row(*filter_, Legend("legend")),
            Aligned(cut, gap=0.4, row_gap=0.6, down="middle"),
        )
        return Diagram(
            Either(
                Row(read, Column(wide, below, gap=1.2, align="middle")),
                Column(read, close, below, gap=1.2, align="middle"),
                Row(Column(read, *filter_, Legend("legend"), align="right"), rows),
            )
        )

    def tiles(self) -> Diagram:
        """Describe windows beside one another, below each its products and their sum."""
        places = self.places.values()
        wide, narrow = (
            Row(*(self._weighed(place, listed=listed) for place in places), gap=gap, align="top")
            for listed, gap in ((False, 1.5), (True, 1.0))
        )
        read, filter_ = self._read(letters=True), self._filter()
        told, broken = self._told(), self._told(_NARROW)
        rows = Aligned(
            [self._weighed_in_a_row(place) for place in places], gap=0.4, row_gap=0.6, down="middle"
        )
        return Diagram(
            Either(
                Row(Column(read, *filter_, *told, gap=0.6), wide),
                Column(Row(read, *filter_), narrow, *told, gap=0.7),
                Row(Column(read, *filter_, *broken, align="right"), rows, gap=0.4),
            )
        )

    def _told(self, measure: float = math.inf) -> list[Part]:
        """The legend, and that numbers are rounded if they do not add up as printed."""
        told: list[Part] = [Legend("legend")]
        if not all(_adds_up(place.step) for place in self.places.values()):
            said = terms.ROUNDED_BRIEFLY
            told.append(Text("rounded", said, role="note", tone="muted", measure=measure))
        return told

    def _weighed(self, place: Place, *, listed: bool) -> Part:
        """A window, its products, what they are for and against it, and the response below."""
        name, *grids, votes, result = self._account(place, listed=listed)
        return Column(name, *grids, votes, result, gap=0.35, align="middle")

    def _weighed_in_a_row(self, place: Place) -> tuple[Part, ...]:
        """The same from left to right; its letter stands by the response."""
        name, *grids, votes, result = self._account(place, listed=True)
        return *grids, Column(votes, Row(name, result, gap=0.4), gap=0.25)

    def _account(self, place: Place, *, listed: bool) -> tuple[Part, ...]:
        letter, step = place.letter, place.step
        name, *grids, _, gate, _ = self._tile(place)
        account = step.votes()
        said = [("for", *account.addends[0]), ("against", *account.addends[1])]
        said.append(("bias", terms.BIAS, account.bias))
        votes = Formula(f"votes-{letter}", tuple(
            Term(part, fmt.number(value, sign=n > 0), over)
            for n, (part, over, value) in enumerate(said)
        ), listed=listed)  # fmt: skip
        result = Number(f"value-{letter}", step.activated, self.scale, role="sign")
        if fmt.rounded(step.activated) == fmt.rounded(step.value):
            return name, *grids, votes, result
        return name, *grids, votes, Row(gate, result, gap=0.4)

    def overlay(self, channel: int) -> Diagram:
        """Describe one map on the picture, with its filter and the number that is spoken of."""
        read = Cells("input", self.pixels, share="pixels", lines=False, marks=self._marks())
        laid = Cells(
            "map", self.laid.maps[:, :, channel], self.scale, share="pixels", lines=False,
            glass=1.0, marks={
                place.letter: Mark(*self.laid.cells(place.step.row, place.step.col), "ink")
                for place in self.places.values()
            },
        )  # fmt: skip
        value = Number(
            "shown", 0.0, self.scale, title=terms.RESPONSE.capital, widest=self.scale.most,
            role="display",
        )  # fmt: skip
        kernel, legend = self._filter(channel), Legend("legend")
        whole = Overlay(read, laid)
        beside = Row(whole, Column(*kernel, value, legend), gap=2)
        below = Column(whole, Row(*kernel, Column(value, legend), gap=2), align="middle")
        return Diagram(Either(beside, below))

    def diagram(self, about: Caption) -> Diagram:
        """Describe all of it at once, for a figure."""
        tiles = [self._tile(place) for place in self.places.values()]
        ends = [self._read(), Column(self._map(), Legend("legend"), gap=0.6)]
        notes = self._notes()
        if not tiles:
            return Diagram(Column(Row(*ends, align="top"), *notes), about=about)
        narrow = [self._tile(place, 0.3) for place in self.places.values()]
        folded = [_folded(tile) for tile in narrow]
        return Diagram(
            Either(
                Column(Row(Column(*ends, *self._filter()), self._rows(narrow, 0.5)), *notes),
                Column(Row(*ends, align="top"), Row(*self._filter()), *folded, *notes),
            ),
            about=about,
        )

    def _read(self, *, letters: bool = False) -> Cells:
        return Cells(
            "input", self.pixels, share="pixels", title=terms.INPUT.capital, lines=False,
            marks=self._marks(letters=letters),
        )  # fmt: skip

    def _marks(self, *, letters: bool = False) -> dict[str, Mark]:
        """Mark what is seen; letters say which window is which."""
        return {
            name: Mark.over(box, letter=name if letters and name in self._letters else "")
            for name, box in self.seen.items()
        }

    @property
    def _letters(self) -> list[str]:
        return [place.letter for place in self.places.values()]

    def _map(self) -> Cells:
        marks = {
            place.letter: Mark(place.step.row, place.step.col) for place in self.places.values()
        }
        return Cells(
            "map", self.maps[:, :, self.shown], self.scale, title=self.name, marks=marks,
            share="pixels" if self.kernels is not None else "map",
        )  # fmt: skip

    @property
    def _weights(self) -> Scale:
        most = 1.0 if self.kernels is None else float(np.abs(self.kernels).max())
        return Scale(most or 1.0, WEIGHTS)

    def _kernel(self, channel: int, *, alone: bool = False) -> Cells:
        """The weights of a filter; alone they are as large as there is room for."""
        assert self.kernels is not None
        return Cells(
            "kernel", self.kernels[:, :, channel], self._weights, numbers=True,
            share="" if alone else "numbers", title=terms.FILTER.capital.fill(n=channel),
        )  # fmt: skip

    def _filter(self, channel: int | None = None) -> list[Part]:
        """The kernel, if there is one to be seen."""
        return [] if self.kernels is None else [
            self._kernel(self.shown if channel is None else channel)
        ]  # fmt: skip

    def _tile(self, place: Place, length: float = 0.65) -> tuple[Part, ...]:
        """A window, its products if it reads the picture, its account, and the response.

        The longest votes are so many times as long as the window is wide.
        """
        step, letter = place.step, place.letter
        name = Text(f"name-{letter}", letter, role="heading", weight="bold")
        share = "seen" if self.kernels is None else "numbers"
        kernel = self._weights if self.kernels is not None else Scale()
        if self.kernels is None:
            box = place.box.clip(self.pixels.shape[:2])
            cells = [Cells(
                f"patch-{letter}", self.pixels[box.rows, box.cols], share=share, lines=False
            )]  # fmt: skip
        else:
            cells = [
                Cells(f"patch-{letter}", step.patch.squeeze(axis=2), numbers=True, share=share),
                Cells(
                    f"products-{letter}",
                    step.products.squeeze(axis=2),
                    kernel,
                    numbers=True,
                    share=share,
                ),
            ]
        votes = Bars.of(
            f"votes-{letter}", step.votes(), Scale(self._most), share=share, lowest=self._lowest,
            length=length * cells[0].shape[1],
        )  # fmt: skip
        activation = terms.activation(step.activation)
        gate = "=" if activation == "linear" else f"{activation} →"
        value = Number(f"value-{letter}", step.activated, self.scale)
        return name, *cells, votes, Text(f"gate-{letter}", gate, tone="muted"), value

    @property
    def _votes(self) -> list[float]:
        """What speaks for and against, in all windows that are weighed."""
        accounts = [place.step.votes() for place in self.places.values()]
        return [value for account in accounts for _, value in account.addends]

    @property
    def _most(self) -> float:
        return max(map(abs, self._votes)) or 1.0

    @property
    def _lowest(self) -> float:
        return min(self._votes)

    def _rows(self, tiles: list[tuple[Part, ...]], gap: float = 0.8) -> Aligned:
        """Stand tiles under one another, with a heading above each column."""
        heads: list[Part | None] = [None, Text("head-patch", terms.PATCH.capital, role="note")]
        if self.kernels is not None:
            heads.append(Text("head-products", TIMES, role="note"))
        heads += [None, None, Text("head-value", terms.RESPONSE.capital, role="note")]
        return Aligned([heads, *tiles], gap=gap, row_gap=0.35, down="middle", across="middle")

    def _notes(self) -> list[Part]:
        """Where the windows lie, and how numbers are rounded."""
        said: list[Caption] = []
        if self.places:
            at = ", ".join(f"{p.letter} ({p.step.row}, {p.step.col})" for p in self.places.values())
            said.append(AT.fill(places=same(at)))
        if self.kernels is None:
            box = next(iter(self.seen.values()))
            said.append(SEES.fill(size=fmt.shape((box.height, box.width))))
        if not all(place.step.votes().adds_up(total=False) for place in self.places.values()):
            said.append(terms.rounded())
        if not said:
            return []
        return [Text("notes", joined(said), role="note", tone="muted")]


def _adds_up(step: ConvStep) -> bool:
    """Tell whether printed products add up to what is printed for and against, and these to all."""
    account, products = step.votes(), step.products
    (_, pros), (_, cons) = account.addends
    return (
        account.adds_up(total=False)
        and fmt.adds_up(products[products > 0].tolist(), pros)
        and fmt.adds_up(products[products < 0].tolist(), cons)
    )


def _folded(tile: tuple[Part, ...]) -> Part:
    """Make a tile narrower: the response stands below its votes."""
    name, *grids, votes, gate, value = tile
    account = Column(votes, Row(gate, value, gap=0.4), gap=0.4)
    return Row(name, *grids, account, gap=0.5)


TIMES = Caption(en="Patch ⊙ filter", zh="图块 ⊙ 过滤器")
INK, SIGNAL = Caption(en="ink", zh="笔画"), Caption(en="signal", zh="信号")
INK_AMOUNT = Caption(en="ink", zh="墨量")
WEIGHTS = Caption(en="weight, product", zh="权重、乘积")
AT = Caption(
    en="(Row, column) on the map, counted from 0: {places}.",
    zh="在响应图上的（行，列），编号从 0 开始：{places}。",
)
SEES = Caption(en="A cell sees {size} pixels.", zh="一格看到 {size} 个像素。")
