"""A strip of steps of the sliding window: the same kernel at one place after another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from convexplain import lessons
from convexplain.errors import UsageError
from convexplain.lessons.parts.channel_words import COLOURS
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.ops.patching import cut
from convexplain.panels import (
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Mark,
    Part,
    Row,
    Rows,
    Scale,
    Table,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, listed, same

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
            raise UsageError(
                "--steps {steps} is not possible: give {fewest} to {most}",
                steps=self.steps,
                fewest=FEWEST,
                most=MOST,
            )
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


def diagram(options: Strip) -> Diagram:
    """Describe the kernel, and under it what happens at each position, in rows that have room."""
    count = len(options.shown)
    positions = [_position(options, n, step) for n, step in enumerate(options.shown)]
    rows = Rows(*positions, lengths=dict.fromkeys((count, -(-count // 2), 3, 2)), gap=0.75)
    links = (
        (Link(f"input-{n}.window", f"patch-{n}", "zoom"), Link(f"sum-{n}", f"map-{n}.cell"))
        for n in range(count)
    )
    return Diagram(Column(_head(options), rows, gap=1.4), tuple(chain.from_iterable(links)))


def _head(options: Strip) -> Part:
    """Describe the kernel once, and say that it is the same everywhere."""
    weights, in_colour = options.weights, options.weights.shape[2] > 1
    scale = Scale(float(np.abs(weights).max()))
    names = [c.capital for c in COLOURS] if in_colour else [terms.KERNEL.capital]
    kernels = Row(
        *(
            Cells(f"kernel-{n}", weights[:, :, n], scale, numbers=True, share="numbers", title=name)
            for n, name in enumerate(names)
        ),
        gap=0.4,
    )
    bias = fmt.number(options.shown[0].bias, sign=True)
    of_filter = _FILTER.fill(layer=options.shown_layer, n=str(options.shown_filter), b=bias)
    said = Text("same", of_filter if options.kernel is None else _HAND_MADE, measure=18)
    wide, narrow = (Column(said, Legend("legend", row=row), gap=0.6) for row in (True, False))
    if not in_colour:
        return Row(kernels, wide)
    return Either(Row(kernels, wide), Column(kernels, wide), Column(kernels, narrow))


def _position(options: Strip, n: int, step: ConvStep) -> Part:
    """Describe one position: what the window reads there, what it gives, the map so far."""
    values = options.response_map
    if step.patch.shape[2] > 1:  # its numbers would be three patches; it is shown as it looks
        patch = Cells(f"patch-{n}", cut(options.drawn, step.box), share="patches", weight=4)
    else:
        pixels, scale = step.patch.squeeze(axis=2), options.read_scale
        patch = Cells(f"patch-{n}", pixels, scale, numbers=True, share="numbers")
    small = partial(Cells, share="pixels", lines=False, small=True, weight=1)
    window, cell = Mark.over(step.box, strong=False), Mark(step.row, step.col, strong=False)
    done = step.row * values.shape[1] + step.col
    known = np.arange(values.size).reshape(values.shape) <= done
    scale = Scale(options.map_limit, terms.RESPONSE, bool((values < 0).any()))
    return Column(
        Text(f"place-{n}", terms.CELL.fill(r=step.row, c=step.col), role="note"),
        small(f"input-{n}", options.drawn, marks={"window": window}),
        patch,
        Table(f"sum-{n}", _lines(step)),
        small(f"map-{n}", values, scale, computed=known, marks={"cell": cell}),
        align="middle", gap=0.8,
    )  # fmt: skip


def _lines(step: ConvStep) -> list[tuple[Caption, str]]:
    """Name the numbers of a position: sums of colours, their sum, and what becomes of it."""
    lines = [*zip(COLOURS, step.channel_sums, strict=True)] if step.patch.shape[2] > 1 else []
    lines.append((_SUM, step.value))
    if step.activation != "linear":
        lines.append((same(terms.activation(step.activation)), step.activated))
    return [(name, fmt.number(value)) for name, value in lines]


def alternative(options: Strip) -> Caption:
    """Say what each position gives."""
    told = [
        _AT.fill(
            r=step.row,
            c=step.col,
            all=listed([_NUMBER.fill(name=name, v=v) for name, v in _lines(step)], _COMMA),
        )
        for step in options.shown
    ]
    return _ALT.fill(n=len(told), count=options.weights.size, all=listed(told, _SEMICOLON))


def caption(options: Strip) -> Caption:
    """Say what the figure shows, as the lesson does."""
    return _CAPTION.fill(
        n=options.weights.size, p=len(options.shown), all=fmt.count(len(options.all_steps))
    )


_FILTER = Caption(
    en="Filter {n} of {layer}, bias {b}: the same weights at every place, counted from 0.",
    zh="{layer} 的过滤器 {n}，偏置 {b}：每个位置都用同一组权重。编号从 0 开始。",
)
_HAND_MADE = Caption(
    en="A kernel made by hand, without bias: the same weights at every place, counted from 0.",
    zh="人工设计的卷积核，没有偏置：每个位置都用同一组权重。编号从 0 开始。",
)
_SUM = Caption(en="sum + bias", zh="和 + 偏置")
_COMMA, _SEMICOLON = Caption(en=", ", zh="，"), Caption(en="; ", zh="；")
_NUMBER = same("{name} {v}")
_AT = Caption(en="row {r}, column {c}: {all}", zh="行 {r}、列 {c}：{all}")
_ALT = Caption(
    en="{n} positions of one window of {count} pixels, in the order in which it visits them, with "
    "the response map as far as it is filled. {all}.",
    zh="同一个窗口（{count} 个像素）的 {n} 个位置，按扫过的顺序排列，响应图逐步填满。{all}。",
)
_CAPTION = Caption(
    en="The same {n} weights visit every place: {p} of {all} stops, each of which fills one cell "
    "of the response map.",
    zh="同一组 {n} 个权重扫过每个位置：图中是 {all} 步中的 {p} 步，每一步算出响应图的一格。",
)
