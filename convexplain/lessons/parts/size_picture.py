"""The pictures of window-size: what windows see and weigh, one alone or in layers; accuracies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts.number_words import in_words
from convexplain.network import CHAPTER_LAYERS, Conv2D, Network
from convexplain.ops import Window, receptive_field
from convexplain.ops.geometry import Pair, pair
from convexplain.panels import (
    Aligned,
    Axis,
    Cells,
    Chart,
    Column,
    Diagram,
    Either,
    Mark,
    Part,
    Row,
    Runs,
    Table,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Pixels = npt.NDArray[np.float32]

#: The accuracies' axis begins at a multiple of this.
_FLOOR = 0.005
#: How bright cells are that are read, and weights: pixels alone are white.
READ, WEIGHT = 0.6, 0.45
#: Height and width of charts on paper, in cells: on a page, and in a column of it.
_LYING, _UPRIGHT = (16, 38), (24, 28)


@dataclass(frozen=True)
class Variant:
    """The chapter's network with another first layer, as it was trained several times."""

    #: Side of the first layer's window.
    size: int
    filters: int
    #: On the test set, by seed.
    accuracies: tuple[float, ...]
    #: Of the whole network, as measured.
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


def tiles_picture(pixels: Pixels, centre: Pair, sizes: Sequence[int]) -> Diagram:
    """Describe what each window sees, and how many weights it takes.

    Panels ``tile-3`` (mark ``at`` on its first pixel) and ``weights-3``, and so for each size.
    """
    row, col = centre
    tiles: list[Part] = []
    counts: list[Part] = []
    for k in sizes:
        part = pixels[row - k // 2 : row + k // 2 + 1, col - k // 2 : col + k // 2 + 1]
        tiles.append(
            Cells(f"tile-{k}", part, share="tiles", title=square(k), marks={"at": Mark(0, 0)})
        )
        counts.append(weights_text(f"weights-{k}", str(k * k)))
    rows = list(zip(tiles, counts, strict=True))
    wide = Row(*(Column(*row, gap=0.3) for row in rows), gap=0.8, align="top")
    return Diagram(Either(wide, Aligned(rows, gap=1.0, row_gap=0.8, down="middle")))


def square(side: int) -> Caption:
    """Name a window by its sides."""
    return Caption(en=fmt.shape((side, side)), zh=fmt.shape((side, side)))


def weights_text(name: str, count: str) -> Text:
    """Say how many weights there are, large."""
    return Text(name, WEIGHTS.fill(n=count), role="heading", weight="bold")


def reach(size: int, layers: int) -> int:
    """Return how many pixels a side one cell sees through several layers of such windows."""
    return int(receptive_field([Window(size)] * layers).size[0])


def stack_picture(pixels: Pixels, centre: Pair, size: int, layers: int) -> Diagram:
    """Describe layers of small windows, from the pixels to the last layer's one cell.

    `pixels`, (height, width). `centre`: the pixel in the middle. `size` and `layers`: of the
    windows, and how many layers of them there are. Result: panels ``layer-0``, the pixels,
    ``layer-1``...; on each the mark ``cell``, its middle, and on all but the last ``window``, what
    a cell of the next one reads, and ``field``, what a cell two layers on sees.
    """
    whole = reach(size, layers)
    row, col = (at - whole // 2 for at in centre)
    parts: list[Part] = []
    for n in range(layers + 1):
        side = reach(size, layers - n) if n < layers else 1
        marks = {"cell": _middle(side, 1)}
        if n < layers:
            marks["window"] = _middle(side, size)
        if n < layers - 1:
            marks["field"] = _middle(side, reach(size, 2))
        known = n == 0
        read = np.full((side, side), READ)
        values = pixels[row : row + whole, col : col + whole] if known else read
        parts.append(
            Cells(
                f"layer-{n}", values,
                share="cells", title=_LAYERS[n], marks=marks, small=not known,
                computed=None if known else np.zeros((side, side), dtype=bool),
            )
        )  # fmt: skip
    return Diagram(Row(*parts, gap=1.1))


def _middle(side: int, window: int) -> Mark:
    """Mark a window in the middle of a grid."""
    first = (side - window) // 2
    return Mark(first, first, window, window)


def cost_picture(pixels: Pixels, centre: Pair, size: int, layers: int) -> Diagram:
    """Describe what is seen, and the weights of one window and of layers of small ones for it.

    Every weight is a square as large as a pixel. Panels ``seen`` (marks ``reach-1``..., what so
    many layers see), ``one`` and ``count-one``; ``kernel-1``... and ``count-layers``;
    ``said-seen``, ``said-one``, ``said-layers``, ``note``.
    """
    side = reach(size, layers)
    row, col = (at - side // 2 for at in centre)
    marks = {f"reach-{n}": _middle(side, reach(size, n)) for n in range(1, layers + 1)}
    seen = Cells("seen", pixels[row : row + side, col : col + side], share="squares", marks=marks)

    def squares(name: str, side: int) -> Cells:
        return Cells(
            name, np.full((side, side), WEIGHT), share="squares", small=name != "one",
            alternative=_SQUARES.fill(k=fmt.shape((side, side))),
        )  # fmt: skip

    three = Row(*(squares(f"kernel-{n + 1}", size) for n in range(layers)), gap=0.6)
    whole: list[tuple[Part, Part, Part | None]] = [
        (Text("said-seen", _PIXELS), seen, None),
        (
            Text("said-one", _ONE_WINDOW.fill(k=fmt.shape((side, side)))),
            squares("one", side),
            weights_text("count-one", str(side**2)),
        ),
    ]
    stacked = (
        Text("said-layers", _STACKED.fill(n=in_words(layers), k=fmt.shape((size, size)))),
        three,
        weights_text("count-layers", total(size, layers)),
    )

    def level(columns: Sequence[Sequence[Part | None]]) -> Part:
        rows = tuple(zip(*columns, strict=True))
        return Aligned(rows, gap=1.4, row_gap=0.4, across="middle", down="middle")

    said, drawn, count = stacked
    beside = Column(said, Row(drawn, count, gap=0.8), gap=0.4)
    folded = (
        Column(level(whole), last, gap=0.8, align="middle") for last in (beside, level([stacked]))
    )
    wide = level([*whole, stacked])
    note = Text("note", _COUNTED, tone="muted")
    return Diagram(Column(Either(wide, *folded), note, gap=0.6, align="middle"))


def total(size: int, layers: int) -> str:
    """Print the sum of the weights of layers of small windows."""
    return f"{' + '.join([str(size**2)] * layers)} = {layers * size**2}"


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


def _runs(each: Variant, x: float, label: Caption) -> Runs:
    chosen, filters = chosen_one()
    corners = {3: 3, 5: 4, 7: 12}.get(each.size, 6)
    tone = "accent" if (each.size, each.filters) == (chosen, filters) else "ink"
    return Runs(each.name, x, each.accuracies, label, tone, corners=corners)


def _accuracy(shown: Sequence[Variant]) -> Axis:
    """Return an axis that begins shortly below the lowest accuracy, and says so."""
    every: list[Any] = [each.spread for each in shown]
    low = np.floor((min(s[0] for s in every) - 0.001) / _FLOOR) * _FLOOR
    high = np.ceil((max(s[1] for s in every) + 0.001) / _FLOOR) * _FLOOR
    label = _ACCURACY.fill(p=fmt.percent(float(low)))
    return Axis(label, low=float(low), high=float(high), percent=True)


NAMED = Caption(en="{k}, {f} filters", zh="{k}，{f} 个过滤器")
WEIGHTS = Caption(en="weights: {n}", zh="权重：{n}")
_PIXELS = Caption(en="pixels", zh="像素")
_FIRST = Caption(en="first layer", zh="第一层")
_ONE_WINDOW = Caption(en="one window of {k}", zh="一个 {k} 窗口")
_STACKED = Caption(en="{n} layers of {k}", zh="{n} 层 {k}")
_SQUARES = Caption(en="{k} weights.", zh="{k} 个权重。")
_COUNTED = Caption(
    en="counted for a filter that reads one map",
    zh="按一个过滤器读一张图来数",
)
_LAYERS = (
    _PIXELS,
    Caption(en="first layer", zh="第一层"),
    Caption(en="second layer", zh="第二层"),
    Caption(en="third layer", zh="第三层"),
)
_SIZE = Caption(en="{k}", zh="{k}")
_FILTERS = Caption(en="{n} filters", zh="{n} 个")
_WORK = Caption(en="multiplications for one picture, millions", zh="一幅图的乘法次数（百万）")
_ACCURACY = Caption(en="test accuracy (the axis begins at {p})", zh="测试准确率（纵轴从 {p} 开始）")
_HEADER: tuple[Caption, ...] = (
    _FIRST,
    Caption(en="weights", zh="权重"),
    terms.RESPONSE_MAP,
    Caption(en="its work", zh="本层乘法"),
    terms.MULTIPLICATIONS,
    terms.PARAMETERS,
)
