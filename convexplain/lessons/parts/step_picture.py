"""The picture of one step of a convolution: window, patch ⊙ kernel, products, sum, map."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain import panels
from convexplain.ops import ConvStep
from convexplain.ops.breakdown import ROUNDED
from convexplain.panels import (
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Mark,
    Part,
    Row,
    Scale,
    Sum,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption


def step_picture(
    step: ConvStep,
    pixels: npt.NDArray[np.float32],
    responses: npt.NDArray[np.float32],
    limit: float,
    *,
    about: Caption,
    place: Caption,
    biased: bool = True,
) -> Diagram:
    """Describe one step on one channel, with its map as far as the window has come.

    Parameters
    ----------
    step : ConvStep
    pixels : numpy.ndarray, shape (height, width)
        The picture that is read.
    responses : numpy.ndarray, shape (height, width)
        The whole map, after its activation.
    limit : float
        End of the map's scale.
    about : Caption
        What it is, in a sentence, for a person who cannot see it.
    place : Caption
        Which filter and place this is, said below.
    biased : bool
        Whether there is a bias; a kernel made by hand has none.

    Returns
    -------
    Diagram
        Panels ``input`` (with the mark ``window``), ``patch``, ``kernel``, ``products``, ``sum``
        (with ``sum.activated``) and ``map`` (with the mark ``cell``).
    """
    weights = Scale(float(np.abs(step.kernel).max()), WEIGHTS)
    response = Scale(limit, terms.RESPONSE, signed=bool((responses < 0).any()))
    read = Cells(
        "input", pixels, share="pixels", title=terms.INPUT.capital,
        note=PIXELS.fill(n=fmt.shape(pixels.shape)),
        marks={"window": Mark.over(step.box)},
    )  # fmt: skip
    whole = {"frame": Mark(0, 0, *step.kernel.shape[:2])}
    patch = _numbers("patch", step.patch, panels.INK, terms.PATCH.capital, marks=whole)
    kernel = _numbers("kernel", step.kernel, weights, terms.KERNEL.capital)
    # A product is at most as large as its weight: one scale for both.
    products = _numbers("products", step.products, weights, terms.CELL_BY_CELL.capital)
    account = step.breakdown()
    total = Sum.of("sum", account, response, biased=biased)
    filled = _map(step, responses, response)
    times = Text("times", "⊙", role="sign", tone="muted")
    notes = Text(
        "notes", _joined(place, *([] if account.adds_up() else [ROUNDED.fill(n=2)])), role="note",
        tone="muted", coarse=_joined(place, COARSE),
    )  # fmt: skip
    block = Aligned(((patch, times, kernel), (products, None, total)), gap=0.4, down="middle")
    both = Row(read, filled, align="top")
    factors = Row(patch, times, kernel, gap=0.4)
    arranged = Either(
        Row(read, block, filled),
        Row(Column(read, filled), block),
        Column(both, block, align="middle"),
        Column(both, Row(factors, products, total), align="middle"),
        Column(both, factors, Row(products, total), align="middle"),
    )
    links = (
        Link("input.window", "patch", "zoom"),
        Link("products", "sum", "gather", "muted"),
        Link("sum.activated", "map.cell"),
    )
    return Diagram(Column(arranged, notes, gap=0.8), links, about)


def _numbers(
    name: str,
    values: npt.NDArray[Any],
    scale: Scale,
    title: Caption,
    marks: Mapping[str, Mark] = MappingProxyType({}),
) -> Cells:
    return Cells(
        name, values[:, :, 0], scale, numbers=True, share="numbers", title=title, marks=marks
    )


def _map(step: ConvStep, responses: npt.NDArray[np.float32], scale: Scale) -> Part:
    """Describe the map as far as the window has come, with its scale below."""
    count, before = responses.size, step.row * responses.shape[1] + step.col
    every = fmt.count(count)
    filled = Cells(
        "map", responses, scale, share="pixels", title=terms.RESPONSE_MAP.capital,
        computed=np.arange(count).reshape(responses.shape) <= before,
        counter=_plain(f"{fmt.count(before + 1)} / {every}"), widest_counter=f"{every} / {every}",
        marks={"cell": Mark(step.row, step.col)},
    )  # fmt: skip
    return Column(filled, Legend("legend"), gap=0.5)


def _plain(text: str) -> Caption:
    return Caption(en=text, zh=text)


def _joined(*captions: Caption) -> Caption:
    english = " ".join(caption.text("en") for caption in captions)
    return Caption(en=english, zh="".join(caption.text("zh") for caption in captions))


PIXELS = Caption(en="{n} pixels", zh="{n} 个像素")
WEIGHTS = Caption(en="weight, product", zh="权重、乘积")
COARSE = Caption(
    en="Cells are rounded to 1 decimal; sums use full precision.",
    zh="单元格四舍五入到一位小数，求和按完整精度。",
)
