"""A strip of steps of the sliding window: the same kernel at one place after another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from convexplain import lessons
from convexplain.errors import UsageError
from convexplain.figures import _base, _cells
from convexplain.figures._base import AnyFigure, Sheet
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.panels import INK
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from convexplain.ops import ConvStep

#: So many positions can be drawn.
FEWEST, MOST = 4, 8


@dataclass(frozen=True)
class Strip(SlidingWindow):
    """Which positions are shown: telling ones, in the order in which the window visits them."""

    title: ClassVar[Caption] = Caption(
        en="Sliding window: the same weights at every place", zh="滑动窗口：同一组权重扫过每个位置"
    )

    steps: str = lessons.option(
        "6",
        en="how many positions are shown, 4 to 8",
        zh="展示多少个位置，4 到 8",
        metavar="N",
    )

    def __post_init__(self) -> None:
        if not (self.steps.isdecimal() and FEWEST <= int(self.steps) <= MOST):
            raise UsageError(f"--steps {self.steps} is not possible: give {FEWEST} to {MOST}")
        super().__post_init__()

    @cached_property
    def shown(self) -> tuple[ConvStep, ...]:
        """The steps in the order of the sweep; the lesson's slow stops, and others between."""
        wanted = int(self.steps)
        columns = self.response_map.shape[1]
        found = [s.step.row * columns + s.step.col for s in self.stops.values()]
        inked = [n for n, step in enumerate(self.all_steps) if step.patch.any()]
        free = np.array(inked if len(inked) > wanted else range(len(self.all_steps)))
        while len(found) < wanted:
            # Where the strip would otherwise jump farthest, the ends of the sweep included.
            there = np.array([*found, -1, len(self.all_steps)])
            found.append(int(free[np.abs(free[:, None] - there).min(axis=1).argmax()]))
        return tuple(self.all_steps[position] for position in sorted(found))


Options = Strip

# The lane is for the links that pass the maps at the right.
_MARGIN, _LABEL, _GAP, _LANE = 4.0, 12.0, 9.0, 3.0
#: Width of a panel in which its texts have room.
_NARROWEST = 60.0


def draw(
    options: Strip,
    look: Look = _base.DEFAULT,
    *,
    width: float = 6.3,
    figure: AnyFigure | None = None,
) -> AnyFigure:
    """Draw the kernel, and under it a panel for each position."""
    across, many = width * _base.POINTS - 2 * _MARGIN, len(options.shown)
    most = int((across - _LANE + _GAP) // (_NARROWEST + _GAP))
    in_row = -(-many // -(-many // most))
    panel = (across - _LANE - _GAP * (in_row - 1)) / in_row
    head = 3 * 19.0 + 2 * _LABEL
    tall = _height(options, panel)
    rows = -(-many // in_row)
    sheet = _base.sheet(look, width, 2 * _MARGIN + head + rows * tall + (rows - 1) * _LABEL, figure)
    _head(sheet, options, head - 2 * _LABEL, across)
    for n, step in enumerate(options.shown):
        row, column = divmod(n, in_row)
        x = _MARGIN + column * (panel + _GAP)
        _panel(sheet, options, step, (x, _MARGIN + head + row * (tall + _LABEL)), panel)
    return sheet.figure


def _height(options: Strip, panel: float) -> float:
    """Return the height of a panel: input, patch, sum, and map, with a line of text before each."""
    rows, columns = options.trace.image.shape[:2]
    count, high = options.weights.shape[0], options.response_map.shape[0]
    return float(panel / columns * (rows + high) + _patch(panel, count) * count + 66)


def _patch(panel: float, count: int) -> float:
    """Return the side of a cell of the patch."""
    return min(22.0, panel * 0.95 / count)


def _head(sheet: Sheet, options: Strip, side: float, across: float) -> None:
    """Draw the kernel once, and say that it is the same everywhere."""
    lang, count = sheet.look.lang, options.weights.shape[0]
    limit, cell = float(np.abs(options.weights).max()), side / count
    y = _MARGIN + _LABEL
    kernel = _cells.numbers(sheet, _MARGIN, y, options.weights, limit, cell, size=6.8)
    sheet.text(_MARGIN, y - 7, terms.KERNEL.capital.text(lang), ha="left")
    x, room = kernel.box.x1 + 12, across - side - 12
    bias = fmt.number(options.shown[0].bias, sign=True)
    words = _HAND_MADE if options.kernel is not None else _FILTER
    values = {"layer": options.shown_layer, "n": str(options.shown_filter), "b": bias}
    filled = words.fill(**{field: values[field] for field in words.fields})
    below = sheet.lines(x, y + 5, filled.text(lang), room, _base.LABEL, ha="left")
    bar, signed = min(room, 130.0), bool((options.response_map < 0).any())
    _cells.colour_bar(
        sheet, x, max(below + 2, kernel.box.y1 - 26), bar, options.map_limit, signed=signed,
        label=terms.RESPONSE.text(lang),
    )  # fmt: skip


def _panel(
    sheet: Sheet, options: Strip, step: ConvStep, corner: tuple[float, float], panel: float
) -> None:
    """Draw one position: where the window lies, what it reads, what it gives, the map so far."""
    lang, theme = sheet.look.lang, sheet.theme
    (x, y), count = corner, options.weights.shape[0]
    pixels, values = options.drawn, options.response_map
    small, middle = panel / pixels.shape[1], x + panel / 2
    place = terms.CELL.fill(r=step.row, c=step.col).text(lang)
    sheet.text(middle, y + 5, place, 6.5)
    read = _cells.picture(sheet, x, y + _LABEL, pixels, small)
    window = _cells.outline(sheet, read.part(step.row, step.col, count, count), width=1.0)

    cell = _patch(panel, count)
    left, top = middle - cell * count / 2, read.box.y1 + 12
    patch, ink = step.patch.squeeze(axis=2), options.read_scale is INK
    limit = options.read_scale.limit or 1.0
    grid = _cells.numbers(sheet, left, top, patch, limit, cell, size=7.0, picture=ink)
    _cells.zoom(sheet, window, _cells.outline(sheet, grid.box, width=1.0), below=True)

    y = grid.box.y1 + 10
    muted = theme.muted
    size = 7.0 if panel > 60 else 6.2
    lines = [(_SUM.text(lang), fmt.number(step.value))]
    if step.activation != "linear":
        lines.append((terms.activation(step.activation), fmt.number(step.activated)))
    for n, (words, number) in enumerate(lines):
        sheet.text(x, y + n * 1.45 * size, words, size, colour=muted, ha="left")
        sheet.text(x + panel, y + n * 1.45 * size, number, size, ha="right")
    y += 2 * 1.45 * size
    filled = _cells.signed(
        sheet, middle - small * values.shape[1] / 2, y, values, options.map_limit, small
    )
    done = step.row * values.shape[1] + step.col
    _cells.dots(sheet, filled, np.arange(values.size).reshape(values.shape) > done)
    cell_box = _cells.outline(sheet, filled.part(step.row, step.col), width=1.0)
    _cells.line(
        sheet, [(x + panel + 1, y - 1.45 * size), (x + panel + 3, y - 1.45 * size),
                (x + panel + 3, cell_box.middle[1]),
                (filled.box.x1 + 1, cell_box.middle[1])],
        colour=theme.accent, width=0.7, head=True,
    )  # fmt: skip


def alternative(options: Strip, lang: str = "en") -> str:
    """Say what each position gives."""
    gap = "；" if lang == "zh" else "; "
    told = [
        _ONE.fill(
            r=step.row, c=step.col, z=fmt.number(step.value), v=fmt.number(step.activated)
        ).text(lang)
        for step in options.shown
    ]
    return _ALT.fill(
        n=len(told), count=options.weights.size, all=Caption(en=gap.join(told), zh=gap.join(told))
    ).text(lang)


def caption(options: Strip, lang: str = "en") -> str:
    """Say what the figure shows, as the lesson does."""
    return _CAPTION.fill(
        n=options.weights.size, p=len(options.shown), all=fmt.count(len(options.all_steps))
    ).text(lang)


_FILTER = Caption(
    en="Filter {n} of {layer}, bias {b}: the same weights at every place, counted from 0.",
    zh="{layer} 的过滤器 {n}，偏置 {b}：每个位置都用同一组权重。编号从 0 开始。",
)
_HAND_MADE = Caption(
    en="A kernel made by hand, without bias: the same weights at every place, counted from 0.",
    zh="人工设计的卷积核，没有偏置：每个位置都用同一组权重。编号从 0 开始。",
)
_SUM = Caption(en="sum + bias", zh="和 + 偏置")
_ONE = Caption(
    en="row {r}, column {c}: {z}, after ReLU {v}", zh="行 {r}、列 {c}：{z}，经过 ReLU 为 {v}"
)
_ALT = Caption(
    en="{n} positions of one window on a digit, in the order in which it visits them, with the "
    "response map as far as it is filled. Sum of the {count} products and the bias at {all}.",
    zh="同一个窗口在手写数字上的 {n} 个位置，按扫过的顺序排列，响应图逐步填满。"
    "{count} 个乘积与偏置之和：{all}。",
)
_CAPTION = Caption(
    en="The same {n} weights visit every place: {p} of {all} stops, each of which fills one cell "
    "of the response map.",
    zh="同一组 {n} 个权重扫过每个位置：图中是 {all} 步中的 {p} 步，每一步算出响应图的一格。",
)
