"""The pictures of the last map's cells: how far apart they are, and which weights they meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts.shifted import Filter, Floats, Shrunk
from convexplain.lessons.parts.walking import STEP
from convexplain.panels import (
    Aligned,
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Mark,
    Part,
    Row,
    Scale,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Numbers that print as nothing are drawn on the scale of 1.
_FAINT = 1e-4
#: Decimals of a response and of its weight, as few as make their product come out.
_FINER = ((2, 2), (2, 3), (3, 3), (3, 4), (4, 4))


@dataclass(frozen=True, eq=False)
class CellsPicture:
    """What becomes of one filter's cells of the last map as the picture moves."""

    #: The picture after each number of steps.
    drawn: tuple[Floats, ...]
    #: Pixels of a step.
    step: int
    #: Whose weights are shown.
    weighed: Filter
    #: Maps on the way from the first convolution to the last map, where poolings lie between.
    shrunk: tuple[Shrunk, ...]
    #: What of the picture the place that is looked at reads, before and after.
    fields: tuple[Mark, ...]
    #: For which, and against which, the weights speak.
    label: Caption
    rival: Caption

    def shrinking(self) -> Diagram:
        """Describe the maps from the first to the last, and how far apart their cells are."""
        maps: list[Part | None] = []
        told: list[Part | None] = []
        moved: list[Part | None] = []
        legends: list[Part | None] = []
        widest = max(max(shown.values.shape) for shown in self.shrunk)
        scales = self._scales_of_filters()
        for n, shown in enumerate(self.shrunk):
            high, wide = shown.values.shape
            title = self._title(n).fill(r=high, c=wide)
            scale = scales[n]
            legends.append(Legend(f"legend-{n}", of=scale))
            maps.append(
                Cells(shown.name, shown.values, scale, share="shrunk", lines=high < widest,
                      fine=max(high, wide) / widest, large=True, title=title,
                      marks={"reads": replace(shown.marks[0], tone="ink")})
            )  # fmt: skip
            told.append(
                Text(f"apart-{n}", words.CELLS_APART.fill(p=shown.apart), role="heading",
                     weight="bold")
            )  # fmt: skip
            on = {0: words.PIXELS_ON.fill(p=self.shrunk[-1].apart, way=self._way),
                  len(self.shrunk) - 1: words.CELL_ON.fill(way=self._way)}.get(n)  # fmt: skip
            moved.append(Text(f"on-{n}", on, role="heading", weight="bold") if on else None)
        half = (len(maps) + 1) // 2
        rows = maps, told, moved, legends
        turned = [row[:half] for row in rows] + [
            row[half:] + [None] * (2 * half - len(row)) for row in rows
        ]
        head = Text("framed", words.FRAMED, role="heading", weight="bold")
        ways = [
            Column(head, Aligned(way, gap=gap, row_gap=gap / 2, across="middle"), gap=gap)
            for gap in (0.8, 0.4)
            for way in (rows, turned)
        ]
        return Diagram(Either(*ways))

    def _title(self, number: int) -> Caption:
        """Name what was done to make a map on the way."""
        shown, last = self.shrunk[number], number == len(self.shrunk) - 1
        if shown.pooled:
            return words.CONVOLVED_POOLED if shown.convolved else words.POOLED_IS
        if last:
            return words.FILTER_LAST.fill(n=shown.filter) if shown.convolved else words.LAST_IS
        return words.MAP_IS

    @property
    def _way(self) -> Caption:
        """Where the frame goes, to the cell beside the one that is looked at."""
        before, after = self.shrunk[-1].marks
        step = np.sign((after.row - before.row, after.col - before.col))
        return next(
            terms.DIRECTIONS[name] for name, way in STEP.items() if np.array_equal(way, step)
        )

    def one_place(self) -> Diagram:
        """Describe the picture, one filter's responses to it, and the weights that they meet.

        Multiplied are the place that speaks most for the class before, and where its response, or
        the largest, is at the end. All grids are as large.
        """
        number, many, weights, responses, _ = self.weighed
        scale = self._scale_of_weighed
        most = float(np.abs(weights).max())
        half = self.weighed.halfway
        states = [
            ("before", 0, self.weighed.before),
            *([] if half is None else [("part", half, self.weighed.before)]),
            ("after", self.weighed.steps, self.weighed.after),
        ]
        factors = [
            (float(responses[steps][place]), float(weights[place])) for _, steps, place in states
        ]
        fine = _decimals(factors)
        row, col = self.weighed.before
        ring = {"place": Mark(row, col, tone="ink")}
        rows, cols = weights.shape
        last = Cells(
            "last", responses[0], scale, numbers=True, large=True, share="places", marks=ring,
            title=words.FILTER.fill(n=number, r=rows, c=cols), finer=fine[0] - 2,
        )  # fmt: skip
        weighing = Cells(
            "weighing", weights, Scale(most if most > _FAINT else 1.0, terms.WEIGHT), numbers=True,
            large=True, share="places", title=words.WEIGHTS_OF.fill(k=self.label, j=self.rival),
            marks=ring, finer=fine[1] - 2,
        )  # fmt: skip
        said = words.ONE_FILTER.fill(n=many, k=self.label, j=self.rival)
        head = Text("weighed", said, role="heading", weight="bold")
        low, legend = replace(head, role="text"), Legend("legend")
        lines = [
            [
                Text(f"at-{name}", words.PX.fill(n=steps * self.step), role="heading",
                     tone="muted"),
                Text(f"factors-{name}", _factors(*pair, fine), role="heading"),
                Text(f"product-{name}", f"= {fmt.number(pair[0] * pair[1])}", role="heading",
                     weight="bold"),
            ]
            for (name, steps, _), pair in zip(states, factors, strict=True)
        ]  # fmt: skip
        products = Aligned(lines, gap=0.5, row_gap=0.3)
        seen = self._seen(replace(self.fields[0], tone="ink"))
        grids = Row(last, weighing, gap=1.0, align="top")
        wide = Row(seen, Column(grids, products, gap=0.4), gap=1.0, align="top")
        pair = Row(seen, last, gap=1.0, align="top")
        return Diagram(
            Either(
                Column(head, wide, legend, gap=0.6),
                Column(low, wide, legend, gap=0.6),
                Column(low, pair, Row(weighing, products, gap=1.0), legend, gap=0.6),
                Column(low, seen, grids, products, legend, gap=0.6),
                Column(seen, grids, products, legend, gap=0.6),
            )
        )

    def _seen(self, field: Mark) -> Part:
        """Describe the picture, as high as the last map, and what a cell of that reads of it."""
        title = words.CELL_READS.fill(r=int(field.rows), c=int(field.cols))
        fine = max(self.drawn[0].shape[:2]) / max(self.weighed.weights.shape)
        picture = Cells(
            "input", self.drawn[0], share="places", lines=False, fine=fine, title=title,
            marks={"place": field},
        )  # fmt: skip
        moved = Text("pixels", words.MOVED.fill(n=0), role="heading", weight="bold")
        return Column(picture, moved, gap=0.4, align="middle")

    @property
    def _scale_of_weighed(self) -> Scale:
        """The one scale of the weighed filter's responses, wherever they are shown."""
        every = self.weighed.responses
        largest = max(float(np.abs(values).max()) for values in every)
        signed = any(bool((values < 0).any()) for values in every)
        return Scale(largest if largest > _FAINT else 1.0, terms.RESPONSE, signed)

    def _scales_of_filters(self) -> list[Scale]:
        """Return the scale of each map on the way: a filter's maps have one."""
        found: list[Scale] = []
        for shown in self.shrunk[:-1]:
            own = [each for each in self.shrunk[:-1] if each.filter == shown.filter]
            most = max(float(np.abs(each.values).max()) for each in own)
            signed = any(bool((each.values < 0).any()) for each in own)
            found.append(Scale(most if most > _FAINT else 1.0, terms.RESPONSE, signed=signed))
        return [*found, self._scale_of_weighed]


def _comes_out(value: float, weight: float, decimals: tuple[int, int]) -> bool:
    """Tell whether a viewer who multiplies two printed numbers finds the printed product."""
    one, other = (fmt.rounded(n, d) for n, d in zip((value, weight), decimals, strict=True))
    return fmt.rounded(one * other) == fmt.rounded(value * weight)


def _decimals(pairs: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """Return how many decimals responses and weights have, the fewest with which all come out."""
    found = (d for d in _FINER if all(_comes_out(*pair, d) for pair in pairs))
    return next(found, _FINER[-1])


def _factors(value: float, weight: float, decimals: tuple[int, int]) -> str:
    """Write what is multiplied."""
    return f"{fmt.number(value, decimals[0])} × {fmt.bracketed(weight, decimals[1])}"
