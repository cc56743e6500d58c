"""The picture of a dense unit: which weights the ink meets before it is moved, and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.shifted import Unit
from convexplain.panels import (
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Mark,
    Row,
    Scale,
    Text,
)
from convexplain.style.captions import Caption

#: Numbers that print as nothing are drawn on the scale of 1.
_FAINT = 1e-4
#: How much is seen of weights where no ink lies.
PALE = 0.2
#: Such a part of the picture's width is the ink that is framed in both.
_PART = 5


@dataclass(frozen=True, eq=False)
class UnitPicture:
    """A dense unit's weights, and its products with a picture that is moved."""

    unit: Unit
    #: Pixels of a step.
    step: int

    def diagram(self) -> Diagram:
        """Describe the weights twice, with the sums of what they will be multiplied with."""
        unit = self.unit
        # One scale: where ink is full, a product is its weight.
        largest = max(float(np.abs(values).max()) for values in (unit.weights, *unit.products))
        scale = Scale(largest if largest > _FAINT else 1.0, words.PRODUCT)
        both = (
            ("unit-before", self.title_of_weights),
            ("unit-after", self.title_of_ink(0)),
        )
        maps = [
            Cells(name, unit.weights, scale, share="pixels", lines=False, title=title,
                  marks={"same": same})
            for (name, title), same in zip(both, self.same_ink, strict=True)
        ]  # fmt: skip
        sums = [
            Text(f"{name}-sum", words.SUM_IS.fill(v=total), role="heading", weight="bold")
            for (name, _), total in zip(both, unit.sums, strict=True)
        ]
        said = words.ONE_SUM[unit.weight < 0].fill(m=unit.many, k=unit.said)
        head = Text("unit", said, role="heading", weight="bold", widest=self.framed)
        legend = Legend("legend-unit")
        aside = Text("aside", "→", role="sign", tone="muted")
        wide = [maps[0], aside, maps[1]], [sums[0], None, sums[1]]
        grids = Aligned([maps, sums], row_gap=0.3, across="middle")
        high = Column(*(part for pair in zip(maps, sums, strict=True) for part in pair), gap=0.3)
        return Diagram(
            Either(
                Column(
                    Row(head, legend, gap=1.5, align="middle"),
                    Aligned(wide, row_gap=0.3, across="middle", down="middle"),
                    gap=0.4,
                    align="right",
                ),
                Column(head, grids, legend, gap=0.6),
                Column(head, high, legend, gap=0.5),
                Column(high, legend, gap=0.5),
            )
        )

    @property
    def same_ink(self) -> tuple[Mark, Mark]:
        """Frame the ink that makes most of the difference, in place and where it has moved to."""
        first, last = self.unit.products[0], self.unit.products[-1]
        down, right = self.unit.way
        size = min(first.shape) // _PART
        # What is rolled in from the other side lies in no window that stays in the picture.
        change = np.roll(last, (-down, -right), axis=(0, 1)) - first
        windows = sliding_window_view(change, (size, size)).sum(axis=(2, 3))
        top, left = max(0, -down), max(0, -right)
        high, wide = windows.shape
        stay = windows[top : high - max(0, down), left : wide - max(0, right)]
        most = (stay * np.sign(last.sum() - first.sum())).argmax()
        row, col = (int(n) for n in np.unravel_index(most, stay.shape))
        row, col = row + top, col + left
        return (
            Mark(row, col, size, size, tone="ink"),
            Mark(row + down, col + right, size, size, tone="ink"),
        )

    @property
    def framed(self) -> Caption:
        """Say what of the products is framed."""
        first, last = self.unit.products[0], self.unit.products[-1]
        return words.SUM_CHANGES[bool(last.sum() > first.sum())]

    @property
    def title_of_weights(self) -> Caption:
        """Name the weights, before they are multiplied."""
        return words.UNIT

    def title_of_ink(self, steps: int) -> Caption:
        """Name the weights under the ink of the picture after so many steps."""
        return words.INK.fill(n=steps * self.step)

    def title_of_products(self, steps: int) -> Caption:
        """Name the products of the picture in place, or moved."""
        told = words.PRODUCTS_AFTER.fill(n=steps * self.step)
        return told if steps else words.PRODUCTS_BEFORE

    def ink_on_weights(self, steps: int, pale: float) -> npt.NDArray[np.float64]:
        """Return the weights, those where no ink lies as pale as asked.

        At 1 they are the weights, at 0 the products.
        """
        products = self.unit.products[steps]
        return products + pale * (self.unit.weights - products)
