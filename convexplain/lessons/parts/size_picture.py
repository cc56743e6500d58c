"""The pictures of window-size: windows round a place, towers of multiplications, accuracies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.network import CHAPTER_LAYERS, Conv2D, Network
from convexplain.ops import Window, receptive_field
from convexplain.ops.geometry import Pair, pair
from convexplain.panels import (
    Aligned,
    Axis,
    Bar,
    Bars,
    Cells,
    Chart,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Link,
    Maps,
    Mark,
    Overlay,
    Part,
    Row,
    Runs,
    Scale,
    Table,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Pixels = npt.NDArray[np.float32]

#: Which layer is drawn how, from the first on.
_TONES = ("accent", "positive", "negative", "muted")
#: Height of a tower in cells, its breadth in sizes of text.
_HIGH, _BROAD = 20, (4.8, 3.2)
#: The accuracies' axis begins at a multiple of this.
_FLOOR = 0.005
#: Of the wall of all maps, beside the picture or below it.
_COLUMNS = (6, 8)
#: Height and width of charts on paper, in cells: on a page, and in a column of it.
_LYING, _UPRIGHT = (16, 38), (24, 28)


@dataclass(frozen=True)
class Variant:
    """The chapter's network with another first layer, as it was trained several times.

    Parameters
    ----------
    size : int
        Side of the first layer's window.
    filters : int
    accuracies : tuple of float
        On the test set, by seed.
    parameters, multiplications : int
        Of the whole network, as measured.
    """

    size: int
    filters: int
    accuracies: tuple[float, ...]
    parameters: int
    multiplications: int

    @property
    def name(self) -> str:
        """By which its panels are found."""
        return f"{self.size}-{self.filters}"

    @cached_property
    def network(self) -> Network:
        """The network itself, not trained."""
        first = Conv2D(CHAPTER_LAYERS[0].name, self.filters, (self.size, self.size))
        return Network.initialised((first, *CHAPTER_LAYERS[1:]))

    @cached_property
    def work(self) -> dict[str, int]:
        """Multiplications for one picture, by layer."""
        rows = self.network.rows
        return {row.name: row.multiplications for row in rows if row.multiplications}

    @property
    def first_layer(self) -> int:
        """Multiplications of the first layer alone."""
        return next(iter(self.work.values()))

    @property
    def map_size(self) -> Pair:
        """Rows and columns of the first layer's maps."""
        rows, cols, _ = self.network.shapes[self.network.layers[0].name]
        return rows, cols

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest accuracy."""
        return min(self.accuracies), max(self.accuracies)

    def overlaps(self, other: Variant) -> bool:
        """Tell whether its range of accuracies and another one's meet."""
        return self.spread[0] <= other.spread[1] and other.spread[0] <= self.spread[1]


def variants() -> tuple[Variant, ...]:
    """Read all first layers that were tried, as measured."""
    return tuple(
        Variant(
            row["window"],
            row["filters"],
            tuple(row["by_seed"]),
            row["parameters"],
            row["multiplications"],
        )
        for row in facts.rows("window")
    )


def chosen_one() -> Pair:
    """Return side and number of filters of the chapter's own first layer."""
    first = CHAPTER_LAYERS[0]
    assert isinstance(first, Conv2D)
    return pair("kernel_size", first.kernel_size)[0], first.filters


def window_marks(centre: Pair, sizes: Sequence[int]) -> dict[str, Mark]:
    """Mark windows of several sizes round one pixel."""
    row, col = centre
    return {f"w{k}": Mark(row - k // 2, col - k // 2, k, k) for k in sizes}


def windows_picture(pixels: Pixels, centre: Pair, sizes: Sequence[int]) -> Diagram:
    """Describe the picture alone, with its windows (``input.w3``)."""
    return Diagram(Cells("input", pixels, marks=window_marks(centre, sizes)))


def tiles_picture(
    pixels: Pixels, centre: Pair, sizes: Sequence[int], shares: Sequence[float], *, upright: bool
) -> Diagram:
    """Describe what each window sees, and the weights that it takes.

    Panels ``input``, ``tile-3``, ``weights-3`` (dots: they are still to be found) and ``ink-3``,
    and so for each size.
    """
    row, col = centre
    tiles, weights, inks = [], [], []
    for k, share in zip(sizes, shares, strict=True):
        part = pixels[row - k // 2 : row + k // 2 + 1, col - k // 2 : col + k // 2 + 1]
        name = Caption(en=fmt.shape((k, k)), zh=fmt.shape((k, k)))
        tiles.append(Cells(f"tile-{k}", part, title=name, weight=30 / k))
        weights.append(
            Cells(
                f"weights-{k}", np.zeros((k, k)), weight=12 / k,
                computed=np.zeros((k, k), dtype=bool), note=_WEIGHTS.fill(n=k * k),
                alternative=_WEIGHTS.fill(n=k * k),
            )
        )  # fmt: skip
        inks.append(Text(f"ink-{k}", _INK.fill(p=fmt.percent(share)), role="note", tone="muted"))
    read = Cells("input", pixels, marks=window_marks(centre, sizes), weight=2.0)
    seen = Aligned((tiles, inks, weights), gap=0.8, row_gap=0.5)
    return Diagram(Column(read, seen, align="middle") if upright else Row(read, seen))


def blank_picture(
    pixels: Pixels, blanks: Sequence[npt.NDArray[np.bool_]], *, upright: bool = False
) -> Diagram:
    """Describe the same picture for each size, and the places at which a window sees no ink.

    Panels ``input-3`` (mark ``window``), and ``blank-3`` upon it.
    """
    scale = Scale(1.0, NO_INK, signed=False, counts=True)
    columns: list[Part] = []
    for blank in blanks:
        k = pixels.shape[0] - blank.shape[0] + 1
        name = Caption(en=fmt.shape((k, k)), zh=fmt.shape((k, k)))
        most = fmt.count(blank.size)
        read = Cells(
            f"input-{k}", pixels, share="pixels", title=name, counter=blank_count(blank),
            widest_counter=f"{most} / {most} (100%)", marks={"window": Mark(0, 0, k, k)},
        )  # fmt: skip
        # A place lies over the middle of its window.
        none = Cells(f"blank-{k}", blank.astype(np.float64), scale, share="pixels", lines=False)
        columns.append(Overlay(read, none))
    whole = Column(*columns, gap=0.6) if upright else Row(*columns, gap=0.7, align="top")
    return Diagram(Column(whole, Legend("legend"), gap=0.6))


def blank_count(blank: npt.NDArray[np.bool_]) -> Caption:
    """Say at how many places there is no ink, and which share of all they are."""
    counted = f"{fmt.count(int(blank.sum()))} / {fmt.count(blank.size)}"
    share = fmt.percent(float(blank.mean()), 0)
    return Caption(en=f"{counted} ({share})", zh=f"{counted}（{share}）")


def layers_picture(pixels: Pixels, centre: Pair, size: int, *, upright: bool = False) -> Diagram:
    """Describe two layers of small windows: one cell, the cells that it reads, and their pixels.

    Panels ``pixels``, ``first`` and ``second``, each with the mark ``window``, and ``count``.
    """
    both = receptive_field([Window(size), Window(size)]).size[0]
    row, col = centre
    half = both // 2
    part = pixels[row - half : row + half + 1, col - half : col + half + 1]
    once, whole = size * size, both * both
    window = {"window": Mark(0, 0, size, size)}
    count = Formula(
        "count",
        [
            Term("first", str(once), _FIRST), Term("plus", "+"), Term("second", str(once), _SECOND),
            Term("equals", "="), Term("sum", str(2 * once), _ALL_WEIGHTS),
            Term("less", "<"), Term("one", str(whole), _ONE_WINDOW.fill(k=fmt.shape((both, both)))),
        ],
    )  # fmt: skip

    def unknown(name: str, side: int, title: Caption) -> Cells:
        marks = window if side > 1 else {"window": Mark(0, 0, 1, 1)}
        return Cells(
            name, np.zeros((side, side)), share="cells", title=title, marks=marks, small=True,
            computed=np.zeros((side, side), dtype=bool),
        )  # fmt: skip

    read = Cells(
        "pixels", part, share="cells", marks=window, title=_PIXELS.fill(n=fmt.shape((both, both)))
    )  # fmt: skip
    parts = read, unknown("first", size, _FIRST), unknown("second", 1, _SECOND)
    shown = Column(*parts, gap=1.4, align="middle") if upright else Row(*parts, gap=2.4)
    links = (
        Link("pixels.window", "first[0, 0]", "zoom"),
        Link("first.window", "second[0, 0]", "zoom"),
    )
    return Diagram(Column(shown, count, gap=1.4, align="middle"), links)


def towers_picture(
    shown: Sequence[Variant], *, filters: bool = False, upright: bool = False
) -> Diagram:
    """Describe networks as towers of their layers' multiplications, on one scale.

    Parameters
    ----------
    shown : sequence of Variant
    filters : bool
        Whether they are named by their numbers of filters, not by their windows.
    upright : bool
        Whether the frame is narrow.

    Returns
    -------
    Diagram
        Panels ``tower-3-32`` (``tower-3-32.conv1`` is its lowest part), ``first-3-32`` and
        ``whole-3-32`` with its numbers, ``name-3-32``, ``maps-3-32``, and ``key-conv1``.
    """
    columns: list[list[Part]] = []
    most = max(each.multiplications for each in shown)
    for each in shown:
        bars = [
            Bar(layer, layer, count, tone=tone)
            for (layer, count), tone in zip(each.work.items(), _TONES, strict=False)
        ]
        name = each.name
        called = fmt.count(each.filters) if filters else fmt.shape((each.size, each.size))
        columns.append([
            Text(f"whole-{name}", millions(each.multiplications), role="number", weight="bold"),
            Bars(
                f"tower-{name}", bars, Scale(float(most)), stacked=True, upright=True,
                length=_HIGH, thick=_BROAD[upright], share="towers",
            ),
            Text(f"first-{name}", millions(each.first_layer), tone=_TONES[0]),
            Text(f"maps-{name}", fmt.shape(each.map_size), role="note", tone="muted"),
            Text(f"name-{name}", called, weight="bold"),
        ])  # fmt: skip
    layers = list(shown[0].work)
    key = Column(
        *(
            Text(f"key-{layer}", layer, tone=tone)
            for layer, tone in reversed(list(zip(layers, _TONES, strict=False)))
        ),
        gap=0.2,
    )
    named = _BY_FILTERS if filters else terms.WINDOW.capital
    heads: list[Part] = [
        Text(f"said-{n}", words, role="note", tone="muted", measure=8)
        for n, words in enumerate((terms.MULTIPLICATIONS, _FIRST, _MAPS, named))
    ]
    heads.insert(1, key)
    rows = [[head, *(column[n] for column in columns)] for n, head in enumerate(heads)]
    return Diagram(Aligned(rows, gap=1.4, row_gap=0.35, across="middle", down="bottom"))


def sizes_chart(shown: Sequence[Variant]) -> Chart:
    """Describe accuracies by the window's side, as large as the frame."""
    runs = [
        replace(_runs(each, each.size, _SIZE.fill(k=fmt.shape((each.size,) * 2))), told=_told(each))
        for each in shown
    ]
    sides = tuple(each.size for each in shown)
    axis = Axis(_SIDE, low=min(sides) - 1, high=max(sides) + 1, at=sides)
    return Chart("chart", (), axis, _accuracy(shown), runs=runs, size=_LYING, wide=True, fills=True)


def work_chart(shown: Sequence[Variant]) -> Chart:
    """Describe accuracies by the work of the whole network, as large as the frame."""
    _, filters = chosen = chosen_one()
    runs = []
    for each in shown:
        many = fmt.shape((each.size, each.size))
        label = _SIZE.fill(k=many) if each.filters == filters else _FILTERS.fill(n=each.filters)
        if (each.size, each.filters) == chosen:
            label = NAMED.fill(k=many, f=each.filters)
        runs.append(_runs(each, each.multiplications / 1e6, label))
    low = np.floor(min(each.multiplications for each in shown) / 1e6)
    high = np.ceil(max(each.multiplications for each in shown) / 1e6)
    return Chart(
        "chart", (), Axis(_WORK, low=float(low), high=float(high)), _accuracy(shown), runs=runs,
        size=_LYING, wide=True, fills=True,
    )  # fmt: skip


def closing_picture(
    pixels: Pixels, centre: Pair, sizes: Sequence[int], maps: Pixels, *, upright: bool = False
) -> Diagram:
    """Describe both parameters as they were chosen: a window, and what all filters answer.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (height, width)
    centre : (int, int)
    sizes : sequence of int
    maps : numpy.ndarray, shape (rows, cols, filters)
        Of the chosen layer, for this picture.
    upright : bool
        Whether the frame is narrow.

    Returns
    -------
    Diagram
        Panels ``input`` (marks ``w3``...), ``maps`` and ``legend``.
    """
    side = pixels.shape[0] - maps.shape[0] + 1
    marks = {
        name: mark if mark.rows == side else replace(mark, tone="muted", strong=False)
        for name, mark in window_marks(centre, sizes).items()
    }
    size, number = fmt.shape((side, side)), fmt.count(maps.shape[2])
    read = Cells(
        "input", pixels, lines=False, marks=marks, title=_CHOSEN_SIZE.fill(k=size), weight=4.0
    )  # fmt: skip
    scale = Scale(float(np.abs(maps).max()) or 1.0, terms.RESPONSE, signed=bool((maps < 0).any()))
    answers = Maps(
        "maps", maps, scale, columns=_COLUMNS[upright], title=_CHOSEN_NUMBER.fill(n=number),
        weight=1.0,
    )  # fmt: skip
    wall = Column(answers, Legend("legend", row=True))
    return Diagram(Column(read, wall, align="middle") if upright else Row(read, wall))


def compared_picture(shown: Sequence[Variant], *, about: Caption, note: Caption) -> Diagram:
    """Describe for a page what was measured: a table of costs, and work against accuracy."""
    rows = [
        (
            NAMED.fill(k=fmt.shape((each.size, each.size)), f=each.filters),
            str(each.size**2),
            fmt.shape(each.map_size),
            fmt.count(each.first_layer),
            fmt.count(each.multiplications),
            fmt.count(each.parameters),
        )
        for each in shown
    ]
    wide = Table("table", rows, header=_HEADER)
    narrow = Table("table", [row[:2] + row[4:5] for row in rows], header=_HEADER[:2] + _HEADER[4:5])
    chart, words = work_chart(shown), Text("note", note, role="note", tone="muted")
    return Diagram(
        Either(
            Column(wide, chart, replace(words, measure=52)),
            Column(narrow, replace(chart, size=_UPRIGHT), replace(words, measure=26)),
        ),
        about=about,
    )


def millions(count: int) -> str:
    """Print a count in millions."""
    return f"{fmt.number(count / 1e6)}M"


def _runs(each: Variant, x: float, label: Caption) -> Runs:
    chosen, filters = chosen_one()
    corners = {3: 3, 5: 4, 7: 12}.get(each.size, 6)
    tone = "accent" if (each.size, each.filters) == (chosen, filters) else "ink"
    return Runs(each.name, x, each.accuracies, label, tone, corners=corners)


def _told(each: Variant) -> Caption:
    """Print the lowest and the highest accuracy."""
    low, high = each.spread
    return _RANGE.fill(a=fmt.percent(low, 2)[:-1], b=fmt.percent(high, 2))


def _accuracy(shown: Sequence[Variant]) -> Axis:
    """Return an axis that begins shortly below the lowest accuracy, and says so."""
    every: list[Any] = [each.spread for each in shown]
    low = np.floor((min(s[0] for s in every) - 0.001) / _FLOOR) * _FLOOR
    high = np.ceil((max(s[1] for s in every) + 0.001) / _FLOOR) * _FLOOR
    label = _ACCURACY.fill(p=fmt.percent(float(low)))
    return Axis(label, low=float(low), high=float(high), percent=True)


NO_INK = Caption(en="1: no ink in the window", zh="1：窗口内没有墨")
NAMED = Caption(en="{k}, {f} filters", zh="{k}，{f} 个过滤器")
_WEIGHTS = Caption(en="{n} weights", zh="{n} 个权重")
_INK = Caption(en="{p} of the ink", zh="{p} 的墨")
_FIRST = Caption(en="first layer", zh="第一层")
_SECOND = Caption(en="second layer", zh="第二层")
_PIXELS = Caption(en="{n} pixels", zh="{n} 个像素")
_ALL_WEIGHTS = Caption(en="weights", zh="权重")
_ONE_WINDOW = Caption(en="one of {k}", zh="一个 {k}")
_MAPS = Caption(en="its maps", zh="它的响应图")
_BY_FILTERS = Caption(en="Filters", zh="过滤器")
_SIZE = Caption(en="{k}", zh="{k}")
_RANGE = Caption(en="{a}–{b}", zh="{a}–{b}")
_FILTERS = Caption(en="{n} filters", zh="{n} 个")
_SIDE = Caption(en="side of the window, pixels", zh="窗口边长（像素）")
_WORK = Caption(en="multiplications for one picture, millions", zh="一幅图的乘法次数（百万）")
_ACCURACY = Caption(en="test accuracy (the axis begins at {p})", zh="测试准确率（纵轴从 {p} 开始）")
_CHOSEN_SIZE = Caption(en="Size: {k}", zh="尺寸：{k}")
_CHOSEN_NUMBER = Caption(en="Number: {n}", zh="数量：{n}")
_HEADER: tuple[Caption, ...] = (
    _FIRST,
    Caption(en="weights", zh="权重"),
    terms.RESPONSE_MAP,
    Caption(en="its work", zh="本层乘法"),
    terms.MULTIPLICATIONS,
    terms.PARAMETERS,
)
