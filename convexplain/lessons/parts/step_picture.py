"""The picture of one step of a convolution: window, patch ⊙ kernel, products, sum, map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain import panels
from convexplain.lessons.parts import channel_words
from convexplain.ops import ConvStep
from convexplain.panels import (
    Addend,
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Mark,
    Overlay,
    Part,
    Row,
    Scale,
    Sum,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, joined, same

_NOTHING: Mapping[str, Mark] = MappingProxyType({})


def step_picture(
    step: ConvStep,
    pixels: npt.NDArray[np.float32],
    responses: npt.NDArray[np.float32],
    limit: float,
    *,
    about: Caption,
    place: Caption,
    biased: bool = True,
    read_scale: Scale = panels.INK,
    landed: Mapping[str, Mark] = _NOTHING,
) -> Diagram:
    """Describe one step on a picture, with its map as far as the window has come.

    `pixels`, (height, width) or (height, width, 3): the picture that is read. `responses`, (height,
    width): the whole map, after its activation. `limit`: end of the map's scale. `about`: what it
    is, in a sentence, for a person who cannot see it. `place`: which filter and place this is, said
    below. `biased`: whether there is a bias; a kernel made by hand has none. `read_scale`: of the
    numbers in the patch, as `scale_of` finds it. `landed`: further marks on the map. Result: panels
    ``input`` (with the mark ``window``), ``patch``, ``kernel``, ``products``, ``sum`` (with
    ``sum.activated``) and ``map`` (with the mark ``cell``). In colour there are ``patch-0``,
    ``kernel-0`` and ``products-0`` for red, and so on.
    """
    response = _response(limit, responses)
    read = _read(pixels, Mark.over(step.box))
    account = step.breakdown()
    total = _sum(step, response, biased=biased)
    filled = _map(step, responses, response, landed)
    notes = Text(
        "notes", joined([place, *([] if account.adds_up() else [terms.rounded()])]), role="note",
        tone="muted", coarse=joined([place, COARSE]),
    )  # fmt: skip
    both = Row(read, filled, align="top")
    if len(channels(step)) > 1:
        beside, below = _tables(step, read_scale)
        alone, _ = filled.parts()
        arranged = Either(
            Row(read, beside, Column(total, filled, align="middle")),
            Row(Column(read, filled), beside, total),
            Row(read, Column(beside, total, align="middle"), filled),
            Column(both, Row(below, total), align="middle"),
            Column(both, below, total, align="middle"),
            Column(Row(read, filled, total, align="top"), below, align="middle"),
            Column(Row(read, alone), Row(below, total), Legend("legend", row=True)),
        )
    else:
        (patch, times, kernel, products), *_ = _grids(step, read_scale)
        block = Aligned(((patch, times, kernel), (products, None, total)), gap=0.4, down="middle")
        factors = Row(patch, times, kernel, gap=0.4)
        arranged = Either(
            Row(read, block, filled, align="top", gap=1.5),
            Row(Column(read, filled), block),
            Column(both, block, align="middle"),
            Column(both, Row(factors, products, total), align="middle"),
            Column(both, factors, Row(products, total), align="middle"),
        )
    first, *_ = channels(step)
    links = (
        Link("input.window", f"patch{first}", "zoom"),
        *([Link("products", "sum", "gather", "muted")] if not first else []),
        Link("sum.activated", "map.cell"),
    )
    return Diagram(Column(arranged, notes, gap=0.8), links, about)


def counting_picture(
    step: ConvStep,
    limit: float,
    longest: float,
    *,
    biased: bool = True,
    read_scale: Scale = panels.INK,
) -> Diagram:
    """Describe how products add up, votes for and against, as large as they can be.

    `limit`: end of the map's scale. `longest`: end of the bars' scale. `biased`: whether there is
    a bias. `read_scale`: as for `step_picture`. Result: panels as of that, with ``votes``
    (``votes.for`` and ``votes.against``).
    """
    grids = [products for *_, products in _grids(step, read_scale)]
    alone, products = len(grids) == 1, Column(*grids)
    (_, pros), (_, cons) = step.votes().addends
    votes = Bars(
        "votes",
        [
            Bar("for", terms.FOR, pros, tone="positive"),
            Bar("against", terms.AGAINST, cons, tone="negative"),
        ],
        # The longest bar can be as long as a row of products, where there is one grid of them.
        Scale(longest or 1.0), length=3 if alone else 9, pitch=2.0,
        share="numbers" if alone else "",
    )  # fmt: skip
    total = _sum(step, Scale(limit, terms.RESPONSE), biased=biased)
    counted = Column(votes, total, gap=1.1)
    below, lowest = Column(products, counted), Column(products, Row(votes, total))
    arranged = Either(Row(products, counted), below, lowest)
    links = (Link("products", "votes", "gather", "muted"),) if alone else ()
    return Diagram(Column(arranged, Legend("legend")), links)


def reading_picture(
    step: ConvStep, pixels: npt.NDArray[np.float32], *, read_scale: Scale = panels.INK
) -> Diagram:
    """Describe the picture that is read and what the window covers, as large as they can be.

    The parameters are those of `counting_picture`.
    """
    read = _read(pixels, Mark.over(step.box))
    patches = [patch for patch, *_ in _grids(step, read_scale)]
    beside, below = Row(read, Column(*patches)), Column(read, Row(*patches), align="middle")
    zoom = Link("input.window", f"patch{channels(step)[0]}", "zoom")
    return Diagram(Column(Either(beside, below), Legend("legend")), (zoom,))


def factors_picture(
    step: ConvStep, *, read_scale: Scale = panels.INK, multiplied: bool = False
) -> Diagram:
    """Describe what is multiplied, as large as it can be: patch ⊙ kernel.

    `read_scale`: as for `step_picture`. `multiplied`: whether the products stand where the kernel
    was.
    """
    rows = [
        (patch, times, products if multiplied else kernel)
        for patch, times, kernel, products in _grids(step, read_scale)
    ]
    # Seen from near, a column fills upright frames.
    arranged = Either(
        *(Column(*row, gap=0.4, align="middle") for row in rows if len(rows) == 1),
        Aligned(rows, gap=0.4, row_gap=0.5, down="middle"),
    )
    return Diagram(Column(arranged, Legend("legend")))


def products_picture(step: ConvStep, *, read_scale: Scale = panels.INK) -> Diagram:
    """Describe what is multiplied and what that gives: patch ⊙ kernel = products."""
    before, _ = _tables(step, read_scale)
    (patch, times, kernel, products), *others = _grids(step, read_scale)
    given, made = (patch, times, kernel), (_sign("gives", "="), products)
    low = Column(*(Row(*row, gap=0.4) for row in (given, made)), align="middle")
    return Diagram(Column(before if others else Either(before, low), Legend("legend")))


def read_picture(step: ConvStep, pixels: npt.NDArray[np.float32], at: tuple[int, int]) -> Diagram:
    """Describe the picture alone, as large as it can be, with the window of a step elsewhere.

    `step`: any one: windows have one size. `pixels`, (height, width). `at`: row and column of the
    window.
    """
    return Diagram(_read(pixels, Mark(*at, *step.kernel.shape[:2])))


def field_picture(
    step: ConvStep,
    pixels: npt.NDArray[np.float32],
    responses: npt.NDArray[np.float32],
    limit: float,
    *,
    landed: Mapping[str, Mark] = _NOTHING,
) -> Diagram:
    """Describe a picture and its map, as far as the window has come, as large as they can be.

    `pixels` and `responses`, (height, width). `limit`: end of the map's scale. `landed`: further
    marks on the map.
    """
    read = _read(pixels, Mark.over(step.box))
    filled = _map(step, responses, _response(limit, responses), landed)
    return Diagram(Row(read, filled, align="top"))


def overlay_picture(
    step: ConvStep,
    pixels: npt.NDArray[np.float32],
    responses: npt.NDArray[np.float32],
    limit: float,
    *,
    stride: int = 1,
    read_scale: Scale = panels.INK,
) -> Diagram:
    """Describe the map on its picture, each response over the middle of its window, and the kernel.

    Of one channel the patch stands below the kernel, from nearby. `step`: whose window and cell are
    marked. `pixels` and `responses`, (height, width). `limit`: end of the map's scale. `stride`:
    how many pixels of the picture a cell of the map stands for. `read_scale`: as for
    `step_picture`.
    """
    read = Cells(
        "input", pixels, share="pixels", title=terms.INPUT.capital,
        marks={"window": Mark.over(step.box)},
    )  # fmt: skip
    laid = Cells(
        "map", responses, _response(limit, responses), share="pixels", lines=False,
        fine=1 / stride, glass=1.0, marks={"cell": Mark(step.row, step.col)},
    )  # fmt: skip
    whole, legend = Overlay(read, laid), Legend("legend")
    grids = list(_grids(step, read_scale))
    met: list[Part] = [kernel for _, _, kernel, _ in grids]
    if len(grids) == 1:
        met.append(grids[0][0])
    return Diagram(Row(whole, Either(Column(*met, legend), Column(Row(*met), legend)), gap=2))


def closing_picture(
    step: ConvStep,
    pixels: npt.NDArray[np.float32],
    responses: npt.NDArray[np.float32],
    limit: float,
    *,
    read_scale: Scale = panels.INK,
) -> Diagram:
    """Describe the picture, the kernel that goes to all of its places, and the map that it makes.

    The parameters are those of `overlay_picture`.
    """
    read = _read(pixels, Mark.over(step.box))
    filled = _map(step, responses, _response(limit, responses))
    kernels = [kernel for _, _, kernel, _ in _grids(step, read_scale)]
    return Diagram(
        Either(
            Row(read, Column(*kernels), filled),
            Column(Row(read, filled), Row(*kernels), align="middle"),
        )
    )


def _response(limit: float, responses: npt.NDArray[np.float32]) -> Scale:
    return Scale(limit, terms.RESPONSE, signed=bool((responses < 0).any()))


def _sign(name: str, sign: str) -> Text:
    return Text(name, sign, role="sign", tone="muted")


def _read(pixels: npt.NDArray[np.float32], window: Mark) -> Cells:
    return Cells(
        "input", pixels, share="pixels", title=terms.INPUT.capital,
        note=PIXELS.fill(n=fmt.shape(pixels.shape)),
        marks={"window": window},
    )  # fmt: skip


def scale_of(read: npt.NDArray[np.float32]) -> Scale:
    """Return the scale of what a layer reads: ink on paper or light, or another range's."""
    if read.min() >= 0 and read.max() <= 1:
        return panels.INK if read.shape[2] == 1 else panels.LIGHT
    return Scale(float(np.abs(read).max()), READ)


def channels(step: ConvStep) -> tuple[str, ...]:
    """Return what the names of a step's grids end with: nothing, or a number for each colour."""
    count = step.kernel.shape[2]
    return ("",) if count == 1 else tuple(f"-{n}" for n in range(count))


def _grids(step: ConvStep, read: Scale) -> list[tuple[Cells, Text, Cells, Cells]]:
    """Return patch, ⊙, kernel and products of each channel, in cells of one size."""
    whole = {"frame": Mark(0, 0, *step.kernel.shape[:2])}
    # A product is at most as large as its weight and the largest pixel: one scale for both.
    most = float(np.abs(step.kernel).max()) * max(1.0, read.limit or 1.0)
    weights, suffixes = Scale(most or 1.0, WEIGHTS), channels(step)
    titles = terms.PATCH.capital, terms.KERNEL.capital, terms.CELL_BY_CELL.capital
    found = []
    for n, suffix in enumerate(suffixes):
        patch, kernel, products = titles if n == 0 else (None, None, None)
        found.append(
            (
                _numbers(f"patch{suffix}", step.patch[:, :, n], read, patch, marks=whole),
                _sign(f"times{suffix}", "⊙"),
                _numbers(f"kernel{suffix}", step.kernel[:, :, n], weights, kernel),
                _numbers(f"products{suffix}", step.products[:, :, n], weights, products),
            )
        )
    return found


def _colour(n: int) -> Text:
    return Text(f"colour-{n}", channel_words.COLOURS[n], role="note", tone="muted")


def _tables(step: ConvStep, read: Scale) -> tuple[Part, Part]:
    """Arrange the grids of a window, a row for each channel.

    Names of colours stand before the rows, or behind them, where links come from above.
    """
    rows = [
        (patch, times, kernel, _sign(f"gives{suffix}", "="), products)
        for suffix, (patch, times, kernel, products) in zip(
            channels(step), _grids(step, read), strict=True
        )
    ]
    names = map(_colour, range(len(rows))) if len(rows) > 1 else (None,)
    said = [*zip(names, rows, strict=True)]
    named, behind = [(name, *row) for name, row in said], [(*row, name) for name, row in said]
    before, after = (Aligned(r, gap=0.4, row_gap=0.5, down="middle") for r in (named, behind))
    return before, after


def _sum(step: ConvStep, response: Scale, *, biased: bool) -> Sum:
    """Describe the sum of a step: of its products, in colour one sum for each channel."""
    account = step.breakdown()
    total = Sum.of("sum", account, response, biased=biased)
    if step.kernel.shape[2] == 1:
        return total
    sums = [
        Addend(f"part-{n}", name, float(step.channel_sums[n]))
        for n, name in enumerate(channel_words.COLOURS)
    ]
    bias = [addend for addend in total.addends if addend.name == "bias"]
    return replace(total, addends=[*sums, *bias])


def _numbers(
    name: str,
    values: npt.NDArray[Any],
    scale: Scale,
    title: Caption | None,
    marks: Mapping[str, Mark] = MappingProxyType({}),
) -> Cells:
    return Cells(
        name,
        values,
        scale,
        numbers=True,
        share="numbers",
        title=title,
        marks=marks,
    )


def _map(
    step: ConvStep,
    responses: npt.NDArray[np.float32],
    scale: Scale,
    landed: Mapping[str, Mark] = _NOTHING,
) -> Part:
    """Describe the map as far as the window has come, with its scale below."""
    count, before = responses.size, step.row * responses.shape[1] + step.col
    every = fmt.count(count)
    filled = Cells(
        "map", responses, scale, share="pixels", title=terms.RESPONSE_MAP.capital,
        computed=np.arange(count).reshape(responses.shape) <= before,
        counter=same(f"{fmt.count(before + 1)} / {every}"), widest_counter=f"{every} / {every}",
        marks={**landed, "cell": Mark(step.row, step.col)},
    )  # fmt: skip
    return Column(filled, Legend("legend"), gap=0.5)


PIXELS = Caption(en="{n} pixels", zh="{n} 个像素")
WEIGHTS = Caption(en="weight, product", zh="权重、乘积")
READ = Caption(en="value that is read", zh="读入的值")
COARSE = Caption(
    en="Cells are rounded to 1 decimal; sums use full precision.",
    zh="单元格四舍五入到一位小数，求和按完整精度。",
)
