"""The pictures of window-geometry: a picture and its map, the places along a row, the count."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from convexplain.lessons.parts.channel_words import COLOURS
from convexplain.lessons.parts.windows import Geometry
from convexplain.panels import (
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Hops,
    Legend,
    Mark,
    Overlay,
    Part,
    Row,
    Scale,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, listed, same

#: Up to so many cells of a window are framed one by one.
_TAPS = 25
#: So many spaces part the two steps of a count, where there is room or where there is little.
_APART = 8, 1
#: How far within its cells a frame lies that others touch.
_INSIDE = 0.2


def opening_picture(geometry: Geometry) -> Diagram:
    """Describe a padded picture with its window, alone: the panel ``input``."""
    return Diagram(_picture(geometry))


def place_picture(geometry: Geometry, row: int, *, below: float = 0.0) -> Diagram:
    """Describe those rows of a picture that its window reads on its way, and its places there.

    `row`: of the padded picture: the first of as many as the window is high. `below`: how much
    higher the frame is than wide. From 0 on there is room for the count in large words; above it,
    for all rows, too, of which those step back that the window does not read. Result: panels
    ``law``, ``hops`` and ``input`` (marks ``window``, ``left``, ``edge`` and ``tap-0-0``).
    """
    counts = [counted(geometry, apart) for apart in _APART]
    if below >= 0:
        counts = [counted(geometry), counts[-1]]
    read = [_strip(geometry, row)]
    if below > 0:
        read.insert(0, _lit(geometry, row))
    ways = (
        Column(count, Column(_hops(geometry, "pixels"), rows, gap=0.4), gap=0.8, align="middle")
        for rows in read
        for count in counts
    )
    return Diagram(Either(*ways))


def _lit(geometry: Geometry, row: int) -> Cells:
    """Describe the whole picture; rows that the window does not read step back."""
    whole, high = _picture(geometry, taps=True), geometry.window.span[0]
    away = np.ones(whole.values.shape[:2], dtype=bool)
    away[row : row + high] = False
    marks = {
        name: mark if name == "edge" else replace(mark, row=mark.row + row)
        for name, mark in whole.marks.items()
    }
    return replace(whole, marks=marks, dim=away)


def _strip(geometry: Geometry, row: int) -> Cells:
    """Describe the rows that the window reads."""
    whole, high = _picture(geometry, taps=True), geometry.window.span[0]
    marks = dict(whole.marks)
    if "edge" in marks:
        marks["edge"] = replace(marks["edge"], row=0, rows=high)
    return replace(whole, values=whole.values[row : row + high], marks=marks)


def filled_picture(geometry: Geometry, response: Scale, read: Scale) -> Diagram:
    """Describe the same beside the map, as large as it can be.

    `response` and `read`: of the map, and of how often a pixel is read. Result: panels ``hops`` and
    ``input`` as of `place_picture`, ``reads`` upon the picture, ``map`` (nothing of it is computed
    yet) and ``counts``.
    """
    counts = Formula(
        "counts",
        [
            Term(name, f"{count}×", said)
            for (name, said), count in zip(_THREE.items(), geometry.read_counts, strict=True)
        ],
    )
    read_often = _hops(geometry, "pixels"), _read(geometry, read, "", taps=True)
    filled, beside = _map(geometry, response, ""), Column(counts, Legend("legend"))
    below = Column(*read_often, Row(filled, beside), gap=0.4)
    places, explained = Column(*read_often, gap=0.4), Row(counts, Legend("legend", row=True))
    row = Row(places, filled, beside, align="bottom")
    return Diagram(Either(row, Column(Row(places, filled, align="bottom"), explained), below))


def all_pictures(geometries: Sequence[Geometry], response: Scale, read: Scale) -> Diagram:
    """Describe several geometries side by side: what each reads how often, and its map.

    Result: panels ``input-NAME``, ``reads-NAME`` and ``map-NAME``.
    """
    blocks = [
        Column(
            _read(each, read, f"-{each.name}", title=named(each)),
            _map(each, response, f"-{each.name}"),
            gap=0.6,
        )
        for each in geometries
    ]
    half, below = (len(blocks) + 1) // 2, Legend("legend", row=True)
    return Diagram(
        Either(
            Row(*blocks, Legend("legend"), gap=0.7, align="top"),
            Column(Aligned((blocks[:half], blocks[half:]), gap=0.7), below, gap=0.6),
        )
    )


def compared_pictures(
    geometries: Sequence[Geometry], response: Scale, read: Scale, *, about: Caption, notes: Caption
) -> Diagram:
    """Describe all geometries for a page: the kernel, and how often each of them reads what.

    `about`: what it is, for a person who cannot see it. `notes`: which kernel it is, said beside
    it.
    """
    kernel = geometries[0].kernel
    scale, in_colour = Scale(float(np.abs(kernel).max()), terms.WEIGHT), kernel.shape[2] > 1
    weights = Row(
        *(
            Cells(
                f"kernel-{n}" if n else "kernel", kernel[:, :, n], scale, numbers=True,
                share="kernel",
                title=COLOURS[n].capital if in_colour else terms.KERNEL.capital,
            )
            for n in range(kernel.shape[2])
        ),
        gap=0.4,
    )  # fmt: skip
    what = Text("filter", notes, measure=30)
    how = Text("explained", _EXPLAINED, role="note", tone="muted", measure=26 if in_colour else 34)
    head = Either(
        Row(weights, Column(what, how, Legend("legend", row=True), gap=0.6), align="top"),
        Column(
            Row(weights, Legend("legend"), align="top"),
            *(replace(text, measure=math.inf) for text in (what, how)),
            gap=0.6,
        ),
        Column(
            weights, Legend("legend"), *(replace(t, measure=math.inf) for t in (what, how)), gap=0.6
        ),
    )
    blocks: list[Part] = []
    for each in geometries:
        suffix = f"-{each.name}"
        counted = Cells(
            f"reads{suffix}", each.counts.astype(np.float64), read, share="pixels", lines=False,
            marks=_marks(each), alternative=_READS_TOLD.fill(
                c=each.read_counts[0], e=each.read_counts[1], i=each.read_counts[2]
            ),
        )  # fmt: skip
        filled = replace(
            _map(each, response, suffix, known=True),
            alternative=_MAP_TOLD.fill(o=fmt.shape(each.output), v=fmt.number(each.map.max())),
        )
        blocks.append(
            Column(
                Text(
                    f"name{suffix}", named(each), weight="bold",
                    alternative=_NAME_TOLD.fill(name=named(each)),
                ),
                Row(
                    Column(_hops(each, "pixels", suffix), counted, gap=0.2),
                    filled, align="bottom",
                ),
                law(each, suffix),
                gap=0.5,
            )
        )  # fmt: skip
    rows = [blocks[n : n + 2] for n in range(0, len(blocks), 2)]
    arranged = Either(Aligned(rows), Column(*blocks))
    return Diagram(Column(head, arranged), about=about)


def counted(geometry: Geometry, apart: int | None = None) -> Formula:
    """Describe the count of places along a row in two steps: the hops, and one more place.

    `apart`: how many spaces part the steps; by default they stand large, in two lines.
    """
    hops, rest = str(geometry.hops), geometry.left_over
    found = [
        *_divided(geometry, _STRIDE),
        Term("gives", "="),
        Term("hops", hops, _HOPPED),
        Term("rest", _REST.fill(n=rest), _OVER) if rest else None,
        Term("apart", " " * apart) if apart else None,
        Term("again", hops, _HOPPED),
        Term("one", "+ 1", _FIRST),
        Term("equals", "="),
        Term("places", str(geometry.output[1]), _PLACES),
    ]
    told = [term for term in found if term is not None]
    return Formula("law", told) if apart else Formula("law", told, large=True, broken="again")


def law(geometry: Geometry, suffix: str) -> Formula:
    """Describe the same on paper, in one line: (n + 2p − w) / s + 1."""
    found = [
        *_divided(geometry, _STRIDE_ROUNDED if geometry.left_over else _STRIDE),
        Term("one", "+ 1", _FIRST),
        Term("equals", "="),
        Term("places", str(geometry.output[1]), _PLACES),
    ]
    return Formula(f"law{suffix}", found)


def _divided(geometry: Geometry, stride_note: Caption) -> Iterator[Term]:
    """Yield what is divided for the number of hops: (n + 2p − w) / s."""
    _, _, left, right = geometry.margins
    (_, stride), (_, span) = geometry.window.stride, geometry.window.span
    opening, closing = ("(", ")") if stride > 1 else ("", "")
    yield Term("size", opening + str(geometry.size[1]), _PIXELS)
    if left + right:
        padding = f"2 × {left}" if left == right else f"({left} + {right})"
        yield Term("plus", "+")
        yield Term("padding", padding, _ZEROS)
    yield Term("minus", "−")
    yield Term("span", str(span) + closing, terms.WINDOW)
    if stride > 1:
        yield Term("by", f"/ {stride}", stride_note)


def named(geometry: Geometry) -> Caption:
    """Say what is unusual about a geometry: its padding, its stride, its dilation."""
    top, bottom, left, right = geometry.margins
    window = geometry.window
    parts: list[Caption] = []
    if top + bottom + left + right:
        sides = {top, bottom, left, right}
        much = str(top) if len(sides) == 1 else f"({top}, {bottom}, {left}, {right})"
        parts.append(_WITH_PADDING.fill(p=much))
    if window.stride != (1, 1):
        parts.append(_WITH_STRIDE.fill(s=_pair(window.stride)))
    if window.dilation != (1, 1):
        parts.append(_WITH_DILATION.fill(d=_pair(window.dilation)))
    return listed(parts, Caption(en=", ", zh="，")) if parts else _PLAIN


def _pair(sizes: tuple[int, int]) -> str:
    return str(sizes[0]) if sizes[0] == sizes[1] else fmt.shape(sizes)


def _hops(geometry: Geometry, share: str, suffix: str = "") -> Hops:
    places, every = geometry.output[1], HOPS.fill(h=geometry.hops, p=geometry.output[1])
    return Hops(
        f"hops{suffix}", geometry.starts, geometry.padded.shape[1], share=share,
        counter=None if suffix else every,
        alternative=HOPS_TOLD.fill(h=geometry.hops, p=places),
    )  # fmt: skip


def _read(
    geometry: Geometry, read: Scale, suffix: str, *, title: Caption | None = None,
    taps: bool = False,
) -> Overlay:  # fmt: skip
    """Describe the padded picture, and upon it how often its cells are read: not at all as yet."""
    none = np.zeros(geometry.padded.shape[:2])
    return Overlay(
        _picture(geometry, suffix, title=title, taps=taps),
        Cells(f"reads{suffix}", none, read, share="pixels", lines=False),
    )


def _picture(
    geometry: Geometry, suffix: str = "", *, title: Caption | None = None, taps: bool = False
) -> Cells:
    """Describe the padded picture, and its window."""
    marks = _marks(geometry)
    if taps and len([*geometry.taps()]) <= _TAPS:
        marks |= {
            f"tap-{n}": Mark(row, col, strong=False) for n, (row, col) in enumerate(geometry.taps())
        }
    return Cells(f"input{suffix}", geometry.padded, share="pixels", title=title, marks=marks)


def _marks(geometry: Geometry) -> dict[str, Mark]:
    """Mark the first place, where the picture ends and zeros begin, and what no place reaches."""
    cols, span, left_over = geometry.padded.shape[1], geometry.window.span, geometry.left_over
    marks = {"window": Mark(0, 0, *span)}
    top, _, left, _ = geometry.margins
    if any(geometry.margins):
        marks["edge"] = Mark(top, left, *geometry.size, tone="muted", strong=False)
    if left_over:
        # Within these cells, so that it does not lie on the window's frame.
        marks["left"] = Mark(
            _INSIDE, cols - left_over + 2 * _INSIDE, span[0] - 2 * _INSIDE, left_over - 3 * _INSIDE,
            tone="muted", strong=False,
        )  # fmt: skip
    return marks


def _map(geometry: Geometry, response: Scale, suffix: str, *, known: bool = False) -> Cells:
    output = geometry.output
    return Cells(
        f"map{suffix}", geometry.map, response, share="pixels", lines=False, small=True,
        title=terms.RESPONSE_MAP.capital if not suffix else None,
        counter=same(fmt.shape(output)),
        computed=None if known else np.zeros(output, dtype=bool),
    )  # fmt: skip


TIMES_READ = Caption(en="times read", zh="读取次数")
HOPS = Caption(en="hops: {h}, places: {p}", zh="{h} 步，{p} 个位置")
PIXELS = Caption(en="pixels: {n}", zh="{n} 个像素")
PADDED = Caption(en="pixels and zeros: {n}", zh="像素和 0 共 {n} 个")
HOPS_TOLD = Caption(en="{h} hops along a row, {p} places.", zh="一行 {h} 步，{p} 个位置。")
_NAME_TOLD = Caption(en="With {name}:", zh="{name}：")
_READS_TOLD = Caption(
    en="How often a pixel is read: {c} in the corner, {e} at the edge, {i} inside.",
    zh="像素的读取次数：角上 {c}，边上 {e}，里面 {i}。",
)
_MAP_TOLD = Caption(en="The map: {o} numbers, at most {v}.", zh="响应图：{o} 个数，最大 {v}。")
_EXPLAINED = Caption(
    en="Left: how often each pixel is read; a post for each place of the window along a row, an "
    "arc for each hop. Right: the map, a cell for each place.",
    zh="左：每个像素读取几次；一行中每个位置一根桩，每跳一步一条弧。右：响应图，每个位置一格。",
)
_THREE = {
    "corner": Caption(en="corner", zh="角"),
    "edge": Caption(en="edge", zh="边"),
    "inside": Caption(en="inside", zh="里面"),
}
_PIXELS = Caption(en="pixels", zh="像素")
_ZEROS = Caption(en="zeros", zh="补的 0")
_STRIDE = Caption(en="stride", zh="步幅")
_STRIDE_ROUNDED = Caption(en="stride, rounded down", zh="步幅，向下取整")
_HOPPED = Caption(en="hops", zh="步数")
_REST = Caption(en="r {n}", zh="余 {n}")
_OVER = Caption(en="left over", zh="剩下")
_FIRST = Caption(en="first", zh="第一个")
_PLACES = Caption(en="places", zh="位置")
_PLAIN = Caption(en="no padding", zh="不填充")
_WITH_PADDING = Caption(en="padding {p}", zh="填充 {p}")
_WITH_STRIDE = Caption(en="stride {s}", zh="步幅 {s}")
_WITH_DILATION = Caption(en="dilation {d}", zh="膨胀率 {d}")
