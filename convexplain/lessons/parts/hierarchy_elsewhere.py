"""The picture of one filter in many digits: where it answers most, and where least."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.elsewhere import Elsewhere, Found
from convexplain.lessons.parts.hierarchy_picture import HierarchyPicture
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Mark,
    Overlay,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style.captions import Caption

#: The longest bar has so much of a tile's width: its number stands beside it.
_LONGEST = 0.68
#: So many tiles stand in a row of a narrow frame.
_FOLDED = 3
#: Whose cells all pictures have.
_SHARE = "other"


def elsewhere(picture: HierarchyPicture, found: Elsewhere) -> Diagram:
    """Describe a cell's patch beside those in other digits to which its filter responds most.

    Each stands over its response as a bar, all in one scale and in its order, the cell's own among
    them: above the half with the highest responses, below that with the lowest.

    Returns
    -------
    Diagram
        The cell's own patch by the name that it has in the tree; of another digit ``digit-7`` with
        the mark ``window``, dim but for what lies in it, and ``found-7``, which hides it. Bars are
        ``response-7.bar``, headings ``most`` and ``least``.
    """
    node, subject = found.node, picture.subject
    size = picture.pixels.shape[:2]
    finer = node.box.height / size[0]
    most = max(node.activated, *(each.top.value for each in found.every))

    def crop(name: str, patch: npt.NDArray[Any], title: int | Caption, *marks: str) -> Cells:
        return Cells(
            name, patch, share=_SHARE, lines=False, fine=finer,
            title=title if isinstance(title, Caption) else Caption(str(title), str(title)),
            marks={mark: Mark(0, 0, *patch.shape[:2]) for mark in marks},
        )  # fmt: skip

    def over_bar(tile: Part, label: int, value: float) -> Part:
        bar = Bars(
            f"response-{label}", [Bar("bar", "", value, tone="positive")], Scale(most),
            length=_LONGEST * size[1], share=_SHARE, pitch=1.3,
        )  # fmt: skip
        return Column(tile, bar, gap=0.15)

    def other(each: Found) -> Part:
        drawn, label = subject.recipe.drawn, each.picture.label
        assert label is not None
        seen = each.top.box.clip(size)
        dim = np.ones(size, bool)
        dim[seen.rows, seen.cols] = False
        whole = Cells(
            f"digit-{label}", drawn(subject.network.prepare(each.picture)), share=_SHARE,
            lines=False, marks={"window": Mark.over(seen)}, dim=dim,
        )  # fmt: skip
        patch = crop(f"found-{label}", drawn(each.top.patch), label)
        return over_bar(Overlay(whole, patch), label, each.top.value)

    own = picture.subject.label
    here = crop(
        picture.panel_of(node), picture.patch_of(node),
        picture.answer if own is None else own, "lit",
    )  # fmt: skip
    label = picture.subject.trace.prediction if own is None else own
    # Hidden by the patch: the digit of which it is goes on from here.
    read = replace(picture.read(), share=_SHARE, marks={}, note=None)
    tiles = [(node.activated, over_bar(Overlay(read, here), label, node.activated))]
    tiles += ((each.top.value, other(each)) for each in found.every)
    tiles.sort(key=lambda tile: -tile[0])
    half = (len(tiles) + 1) // 2
    ordered = [tile for _, tile in tiles]
    strong, weak = ordered[:half], ordered[half:]
    heads = (
        Text("most", words.RESPONDS_MOST, role="note"),
        Text("least", words.RESPONDS_LEAST, role="note"),
    )
    rows = [
        Column(head, Row(*tiles, gap=0.5, turns=False), gap=0.2, turns=False)
        for head, tiles in zip(heads, (strong, weak), strict=True)
    ]
    # In narrow frames so many of a row that they are as large as can be.
    short = [
        Column(
            head, Aligned([tiles[:_FOLDED], tiles[_FOLDED:]], gap=0.5, row_gap=0.2), gap=0.2,
            turns=False,
        )
        for head, tiles in zip(heads, (strong, weak), strict=True)
    ]  # fmt: skip
    return Diagram(
        Either(Column(*rows, gap=0.5, turns=False), Column(*short, gap=0.5, turns=False))
    )
