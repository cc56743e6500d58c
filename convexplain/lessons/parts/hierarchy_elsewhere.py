"""The picture of filters in other digits: where each responds most, the smallest pattern first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.elsewhere import Elsewhere, Found
from convexplain.lessons.parts.hierarchy_picture import HierarchyPicture
from convexplain.panels import (
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Mark,
    Overlay,
    Part,
    Row,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: Whose cells all pictures have.
_SHARE = "other"


def elsewhere(
    picture: HierarchyPicture, every: Sequence[Elsewhere], kinds: Sequence[Caption]
) -> Diagram:
    """Describe cells' patches, each beside those in other digits to which its filter responds most.

    `every`: a row of the picture for each. `kinds`: what their patterns are called, if that is
    known. Result: the cells' own patches by the names that they have in the tree; of another digit,
    in the first row, ``digit-0-7`` with the mark ``window``, dim but for what lies in it, and
    ``found-0-7``, which hides it. Below each is the filter's response, ``response-0`` and
    ``response-0-7``. Rows are called ``row-0`` and ``kind-0``, columns ``head-0``; ``input`` is
    below the last of the cells' own.
    """
    subject, size = picture.subject, picture.pixels.shape[:2]
    own = picture.subject.label
    named = picture.answer if own is None else Caption(str(own), str(own))

    def answered(part: Part, name: str, v: float, said: Caption = words.ALONE) -> Part:
        response = Text(name, said.fill(v=fmt.number(v)), role="note")
        return Column(part, response, gap=0.1, align="middle")

    def other(row: int, each: Found) -> Part:
        drawn, label = subject.recipe.drawn, each.picture.label
        seen = each.top.box.clip(size)
        dim = np.ones(size, bool)
        dim[seen.rows, seen.cols] = False
        whole = Cells(
            f"digit-{row}-{label}", drawn(subject.network.prepare(each.picture)), share=_SHARE,
            lines=False, marks={"window": Mark.over(seen)}, dim=dim,
        )  # fmt: skip
        patch = Cells(
            f"found-{row}-{label}", drawn(each.top.patch), share=_SHARE, lines=False,
            fine=each.top.box.height / size[0],
        )  # fmt: skip
        return answered(Overlay(whole, patch), f"response-{row}-{label}", each.top.value)

    def tiles(row: int, found: Elsewhere) -> list[Part]:
        node = found.node
        here: Part = Cells(
            picture.panel_of(node), picture.patch_of(node), share=_SHARE, lines=False,
            marks={"lit": Mark(0, 0, node.box.height, node.box.width)},
            fine=node.box.height / size[0],
        )  # fmt: skip
        if found is every[-1]:  # Hidden by the patch: the digit goes on from here.
            here = Overlay(replace(picture.read(), share=_SHARE, marks={}, note=None), here)
        here = answered(here, f"response-{row}", node.activated, words.RESPONSE)
        return [here, *(other(row, each) for each in found.found)]

    def called(row: int, found: Elsewhere) -> list[Text]:
        field = fmt.shape(picture.fields[found.node.layer])
        layer = words.LEVEL_SHORT.fill(layer=found.node.layer, size=field)
        kind = [Text(f"kind-{row}", kinds[row], weight="bold")] if kinds else []
        return [*kind, Text(f"row-{row}", layer, role="note", tone="muted")]

    labels = [str(each.picture.label) for each in every[0].found]
    heads = [Text(f"head-{n}", said) for n, said in enumerate([named, *map(_same, labels)])]
    rows = [tiles(n, found) for n, found in enumerate(every)]
    names = [Column(*called(n, found), gap=0) for n, found in enumerate(every)]
    beside: list[Sequence[Part | None]] = [[None, *heads]]
    beside += [[name, *row] for name, row in zip(names, rows, strict=True)]
    headed = [Column(*pair, gap=0.2, align="middle") for pair in zip(heads, rows[0], strict=True)]
    above = [
        Column(
            names[n], Row(*(rows[n] if n else headed), gap=0.5, turns=False), gap=0.2, turns=False
        )
        for n in range(len(rows))
    ]
    return Diagram(
        Either(
            Aligned(beside, gap=0.8, row_gap=0.4, down="middle"),
            Column(*above, gap=0.4, turns=False),
        )
    )


def _same(text: str) -> Caption:
    return Caption(text, text)
