"""The pictures of a photograph's three channels, made one number."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import channel_words as words
from convexplain.lessons.parts.photo import Colours, TrainedColours
from convexplain.ops import ConvStep
from convexplain.panels import (
    LIGHT,
    Addend,
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Mark,
    Part,
    Role,
    Row,
    Scale,
    Sum,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, same

Map = npt.NDArray[Any]
#: Of a grid whose numbers are printed.
_LARGE = 3.5


@dataclass(frozen=True, eq=False)
class PhotoPicture:
    """What pictures of a photograph's channels are made of."""

    #: The photograph, the kernel made by hand, and the place that is shown.
    colours: Colours

    @property
    def _step(self) -> ConvStep:
        return self.colours.stop

    @property
    def _response(self) -> Scale:
        values = self.colours.response_map
        limit = float(np.abs(values).max())
        return Scale(limit or 1.0, terms.RESPONSE, signed=bool((values < 0).any()))

    def photograph(self) -> Diagram:
        """Describe the photograph alone."""
        return Diagram(self._photo())

    def sheets(self) -> Diagram:
        """Describe the photograph's light in red, in green and in blue."""
        sheets = [self._sheet(n) for n in range(3)]
        return Diagram(Row(*sheets))

    def patches(self) -> Diagram:
        """Describe the three, and the patch that the window cuts out of each."""
        pairs = [(self._sheet(n), self._named_patch(n)) for n in range(3)]
        below = Aligned([*zip(*pairs, strict=True)], row_gap=0.5, across="middle")
        beside = Aligned(pairs, row_gap=0.5, down="middle")
        return Diagram(Either(below, beside))

    def kernels(self) -> Diagram:
        """Describe the three patches with their kernels, alone unless sums have room below."""
        return Diagram(Either(self._broad(), self.sums().root))

    def sums(self) -> Diagram:
        """Describe three patches with their kernels, one channel's products, and the sum of all."""
        return self._counted(self._products())

    def summed(self) -> Diagram:
        """Describe these patches and kernels, and the sum of all alone."""
        return self._counted()

    def delivered(self) -> Diagram:
        """Describe these patches and kernels, the sum of all, and the map that it goes to."""
        scale = replace(self._response, name=None)
        # About as large as a patch, or smaller, where there is no room for that.
        values = self.colours.response_map
        weight = _LARGE * max(self._step.kernel.shape[:2]) / max(values.shape)
        filled = replace(self._result(), share="", small=True, weight=weight, scale=scale)
        return self._counted(filled)

    def _counted(self, *products: Part) -> Diagram:
        table = Column(self._table(), self._hand_made(), Legend("legend"))
        notes = Column(self._hand_made(), Legend("legend"))
        ways: list[Part] = []
        for added in (self._added(large=True), self._added(large=False)):
            beside = Row(*products, added)
            low = Column(self._table(), Row(beside, notes))
            ways += [Column(table, beside, align="middle"), low]
            made = Column(*products, added, align="middle", gap=0.6)
            ways[-2:-2] = [Row(self._broad(), made)]
            # Of a square frame, three rows of two grids leave room for the sum beside them.
            ways.append(Row(self._tall(), Column(*products, added, notes, gap=0.6)))
        return Diagram(Either(*ways))

    def diagram(self) -> Diagram:
        """Describe all of it: photograph, patches, kernels, sums and map."""
        step = self._step
        about = words.ABOUT_PHOTO.fill(
            shape=fmt.shape(self.colours.pixels.shape),
            r=step.row,
            c=step.col,
            v=fmt.number(step.activated, self._places),
        )
        table, total, filled = self._table(), self._sum(), self._result()
        notes = [self._hand_made()]
        if not self.colours.checkable:
            notes.append(Text("rounded", terms.rounded(), role="note", tone="muted"))
        arranged = Either(
            Row(self._photo(), Column(table, total, align="middle"), filled),
            Column(Row(self._photo(), filled), Row(table, total), align="middle"),
            Column(Row(self._photo(), filled), table, total, align="middle"),
        )
        links = (
            Link("photo.window", "patch-0", "zoom"),
            Link("sum.activated", "result.cell"),
        )
        return Diagram(Column(arranged, Legend("legend"), *notes, gap=0.8), links, about)

    # What they consist of.

    def _photo(self) -> Cells:
        pixels = self.colours.pixels
        return Cells(
            "photo", pixels, share="photo", lines=False, title=words.PHOTO.capital,
            counter=same(fmt.shape(pixels.shape)),
            marks={"window": Mark.over(self._step.box)},
        )  # fmt: skip

    def _sheet(self, channel: int) -> Cells:
        light = np.zeros_like(self.colours.pixels)
        light[..., channel] = self.colours.pixels[..., channel]
        return Cells(
            f"sheet-{channel}", light, share="photo", lines=False,
            title=words.COLOURS[channel].capital, marks={"window": Mark.over(self._step.box)},
        )  # fmt: skip

    def _table(self) -> Part:
        """Three patches over their kernels, or beside them."""
        over = [*zip(*self._pairs(), strict=True)]
        return Either(Aligned(over, gap=0.4, row_gap=0.3, across="middle"), self._tall())

    def _tall(self) -> Part:
        """Three patches under one another, each beside its kernel."""
        return Aligned(self._pairs(), gap=0.4, row_gap=0.4, down="middle")

    def _pairs(self) -> list[tuple[Part, ...]]:
        times = (Text(f"times-{n}", "⊙", role="sign", tone="muted") for n in range(3))
        return [(self._named_patch(n), sign, self._kernel(n)) for n, sign in enumerate(times)]

    def _broad(self) -> Part:
        """The table with its note in one line."""
        return Column(self._table(), self._hand_made(math.inf), Legend("legend"), gap=0.4)

    def _named_patch(self, channel: int) -> Cells:
        """What the window cuts out of a channel, with the channel's name."""
        most = self.colours.most
        light = LIGHT if most == 1 else Scale(most, words.BYTES, False, counts=True, light=True)
        return Cells(
            f"patch-{channel}", self._step.patch[:, :, channel], light, numbers=True,
            share="numbers", title=words.COLOURS[channel].capital,
        )  # fmt: skip

    @property
    def _places(self) -> int:
        """With how many decimals products and their sums are printed."""
        return self.colours.decimals[1]

    def _products(self, channel: int = 0) -> Cells:
        """The products of a channel, on the scale of those of all."""
        scale = Scale(float(np.abs(self._step.products).max()) or 1.0)
        return Cells(
            "products", self._step.products[:, :, channel], scale, numbers=True, share="products",
            exactly=self._places,
            title=words.PRODUCTS_OF.fill(name=words.COLOURS[channel].capital),
        )  # fmt: skip

    def _kernel(self, channel: int) -> Cells:
        values = self._step.kernel[:, :, channel]
        name, fine = words.COLOURS[channel], self.colours.decimals[0]
        return Cells(
            f"kernel-{channel}", values, Scale(float(np.abs(self._step.kernel).max()) or 1.0),
            numbers=True, share="numbers", exactly=fine,
            alternative=words.KERNEL_OF.fill(name=name, values=_listed(values, fine)),
        )  # fmt: skip

    def _hand_made(self, measure: float = 18) -> Text:
        colours = self.colours
        said = words.HAND_MADE.fill(n=colours.kernel.size)
        if isinstance(colours, TrainedColours):
            said = words.TRAINED.fill(f=colours.stop.filter, layer=colours.layer)
        return Text("hand-made", said, role="note", tone="muted", measure=measure)

    @property
    def _addends(self) -> list[Addend]:
        """What each channel gives, and the bias of a trained filter."""
        step = self._step
        found = [
            Addend(str(n), name, float(step.channel_sums[n]))
            for n, name in enumerate(words.COLOURS)
        ]
        if isinstance(self.colours, TrainedColours):
            found.append(Addend("bias", terms.BIAS, step.bias))
        return found

    def _sum(self) -> Sum:
        """On paper, with what the activation makes of it."""
        step, trained = self._step, isinstance(self.colours, TrainedColours)
        named = terms.activation(step.activation) if trained else None
        return Sum(
            "sum", self._addends, step.value, named, step.activated, self._response,
            decimals=self._places,
        )  # fmt: skip

    def _added(self, *, large: bool) -> Part:
        """In a video: each channel's number, and below them the one that they make."""
        role: Role = "heading" if large else "text"
        rows: list[list[Part | None]] = []
        for n, addend in enumerate(self._addends):
            said = fmt.number(addend.value, self._places, sign=n > 0)
            name = Text(f"name-{addend.name}", addend.label, role=role, tone="muted")
            rows.append([name, Text(f"sum-{addend.name}", said, role=role)])
        equals = Text("name-all", "=", role=role, tone="muted")
        made = fmt.number(self._step.value, self._places)
        rows.append([equals, Text("number", made, role="display" if large else "heading",
                                  weight="bold")])  # fmt: skip
        return Aligned(rows, gap=0.5, row_gap=0.0, across="right", down="middle")

    def _result(self) -> Cells:
        values = self.colours.response_map
        return Cells(
            "result", values, self._response, share="photo", lines=False,
            title=terms.RESPONSE_MAP.capital, marks={"cell": Mark(self._step.row, self._step.col)},
        )  # fmt: skip


def _listed(values: Map, decimals: int) -> Caption:
    """Tell a small grid row by row."""
    rows = [[fmt.number(value, decimals) for value in row] for row in values]
    return Caption(
        en="; ".join(", ".join(row) for row in rows), zh="；".join("，".join(row) for row in rows)
    )
