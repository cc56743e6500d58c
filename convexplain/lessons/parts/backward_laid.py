"""One weight's sum, pixel times error, and the errors laid on the picture for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import backward_words as words
from convexplain.ops import GradientStep, Window
from convexplain.panels import (
    INK,
    Addend,
    Aligned,
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
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
Place = tuple[int, int]
#: The least end of a scale of errors: smaller ones are printed as 0.
LEAST = 0.01
#: So many products of a sum are written out.
LARGEST = 2
#: Decimals of a weight that steps: the step is seen in them.
FINE = 4
#: Any error but 0 is as coloured as this share of the largest, at least: the few are all seen.
FLOOR = 0.6
#: How much of a pixel's side an error on it takes: the pixel is seen around it.
INLAID = 0.85
#: So many pixels are seen around all places on which an error comes to lie, where there are any.
AROUND = 1
#: How far outside a cell its frame is drawn, in cells: what is read in it stays free.
RIM = 0.15
#: What is linked with the weights: their window, and the cell that was made of it.
MADE = ("input.read", "errors.met")


@dataclass(frozen=True, eq=False)
class Laid:
    """What pictures of the errors on the picture are made of."""

    #: The picture that is read, (height, width).
    drawn: Floats
    #: The filter's weights, and the loss's gradient by them, (height, width).
    kernel: Floats
    gradient: Floats
    #: Errors of the filter's map, before its activation, (height, width).
    before: Floats
    #: The filter's, with its padding as four numbers.
    window: Window
    filter: int
    #: The filter's.
    layer: str
    #: Of a step.
    rate: float
    #: The filter's map on the way forward, (height, width).
    responses: Floats
    #: What the pooling made of it, if it is shown how errors come through the pooling, (height,
    #: width).
    pooled: Floats | None = None
    #: Errors of the filter's pooled map, then, (height, width).
    arriving: Floats | None = None

    # Scales.

    @property
    def error(self) -> Scale:
        """Of the errors that reach the filter's map, or its pooled one."""
        every = [self.before] if self.arriving is None else [self.before, self.arriving]
        most = max(float(np.abs(each).max()) for each in every)
        return Scale(max(most, LEAST), terms.ERROR)

    @property
    def raised(self) -> Scale:
        """The same where few cells have an error: all but 0 are seen."""
        return replace(self.error, name=words.RAISED, floor=FLOOR)

    @property
    def response(self) -> Scale:
        """Of the filter's map on the way forward."""
        most = float(np.abs(self.responses).max())
        signed = bool((self.responses < 0).any())
        return Scale(max(most, LEAST), terms.RESPONSE, signed=signed)

    @property
    def weight(self) -> Scale:
        """Of the kernel."""
        return Scale(float(np.abs(self.kernel).max()) or 1.0, terms.WEIGHT)

    @property
    def slope(self) -> Scale:
        """Of the gradient."""
        return Scale(max(float(np.abs(self.gradient).max()), LEAST), terms.GRADIENT)

    # Where the errors lie.

    @property
    def spread(self) -> Floats:
        """The errors as they lie on the picture: as far apart as the window's places."""
        rows, cols = self.window.stride
        height, width = self.before.shape
        spread = np.zeros(((height - 1) * rows + 1, (width - 1) * cols + 1))
        spread[::rows, ::cols] = self.before
        return spread

    def corner(self, row: float, col: float) -> Floats:
        """Return row and column of the picture on which the first error lies for a weight."""
        top, _, left, _ = self.window.margins()
        (dy, dx) = self.window.dilation
        return np.array([row * dy - top, col * dx - left])

    @property
    def reach(self) -> tuple[slice, slice]:
        """Rows and columns of the errors, as they lie on the picture, that are not all 0."""
        spread = self.spread
        along = (np.flatnonzero(spread.any(axis=axis)) for axis in (1, 0))
        rows, cols = (
            slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, length)
            for found, length in zip(along, spread.shape, strict=True)
        )
        return rows, cols

    @property
    def covered(self) -> tuple[slice, slice]:
        """Rows and columns of the picture on which an error comes to lie, at any of the places."""
        first, last = self.corner(0, 0), self.corner(*(n - 1 for n in self.kernel.shape))
        rows, cols = (
            slice(max(0, int(there.start + low)), min(size, int(there.stop + high)))
            for there, low, high, size in zip(
                self.reach, first, last, self.drawn.shape[:2], strict=True
            )
        )
        return rows, cols

    @property
    def near(self) -> tuple[slice, slice]:
        """Rows and columns of the picture that are seen from near: these, and some around them."""
        rows, cols = (
            slice(max(0, there.start - AROUND), min(size, there.stop + AROUND))
            for there, size in zip(self.covered, self.drawn.shape[:2], strict=True)
        )
        return rows, cols

    def nearby(self, row: int, col: int) -> Floats:
        """Return where in what is shown from near the errors' first cell lies for a weight."""
        first, near = ([along.start for along in each] for each in (self.reach, self.near))
        return np.asarray(self.corner(row, col) + first - near)

    def met(self, row: float, col: float) -> Floats:
        """Return which of the errors that are seen from near lie on a pixel but 0 for a weight.

        Between two weights' places they lie on shares of neighbouring pixels.
        """
        rows, cols = self.spread[self.reach].shape
        # Padding is 0, as far out as an error can lie.
        found = np.pad(self.drawn != 0, ((rows, rows), (cols, cols))).astype(np.float64)
        place = self.corner(row, col) + [along.start for along in self.reach] + (rows, cols)
        for axis, (start, length) in enumerate(zip(place, (rows, cols), strict=True)):
            whole = int(np.floor(start))
            one, next_ = (found.take(range(n, n + length), axis) for n in (whole, whole + 1))
            found = one + (next_ - one) * (start - whole)
        return found

    def places(self, step: GradientStep) -> tuple[Place, ...]:
        """Return the places of the map with an error: of the largest products first, then all."""
        width = step.products.shape[1]
        told = sorted(part.place for part in step.breakdown(LARGEST).parts)
        others = (int(n) for n in np.flatnonzero(step.errors) if n not in told)
        return tuple(divmod(n, width) for n in (*told, *others))

    def read_at(self, step: GradientStep, place: Place) -> Floats:
        """Return row and column of the pixel that a weight read for a place of the map."""
        there = np.array(place) * self.window.stride
        return np.asarray(there + self.corner(step.row, step.col))

    def marked(self, step: GradientStep, place: Place) -> dict[str, Mark]:
        """Frame what a place of the map is about, from near, by the names of the marks.

        These are the window of the way forward, the pixel that a weight read in it, and the error.
        """
        apart, shape = np.array(self.window.dilation), np.array(self.kernel.shape)
        first, near = ([along.start for along in each] for each in (self.reach, self.near))
        there = np.array(place) * self.window.stride
        top, left = there + self.corner(0, 0) - near
        pixel, error = self.read_at(step, place) - near, there - first
        rows, cols = (shape - 1) * apart + 1
        window = Mark(top, left, rows, cols, tone="ink")
        return {"input.read": window, "input.met": _round(pixel), "errors.met": _round(error)}

    def _at(self, corner: Floats) -> Floats:
        """The errors on the cells of the picture."""
        lying = np.zeros(self.drawn.shape[:2])
        places = np.argwhere(self.spread)
        cells = places + corner
        inside = ((cells >= 0) & (cells < lying.shape)).all(axis=1)
        lying[tuple(cells[inside].T)] = self.spread[tuple(places[inside].T)]
        return lying

    # Pictures.

    def reading(self, step: GradientStep) -> Diagram:
        """Describe how one weight gets its sum: the picture, its filter, the errors, the products.

        On picture and errors, both from near, the first place is framed, as `marked` names it.
        """
        places = self.places(step)
        marks = self.marked(step, places[0]) if self.products_of(step) else {}
        read = self._near(_of("input", marks))
        alone = replace(self._errors(), marks=_of("errors", marks), title=words.ERRORS_NEAR.capital)
        kernel = self._kernel({"steep": Mark(step.row, step.col)})
        told = self.products(step)
        links = tuple(Link(start, "kernel", "zoom", tone="ink") for start in MADE if marks)
        # The weight reads to the left of it, for the cell to the right.
        reads = Row(read, kernel, gap=2.8, turns=False)
        wide = Row(reads, self._explained(alone), told, turns=False)
        pair = Row(read, self._explained(alone), align="top", turns=False)
        high = Column(pair, Row(kernel, told, turns=False), align="middle", turns=False)
        return Diagram(Either(wide, high), links)

    def sliding(self, weight: Place, known: npt.NDArray[np.bool_]) -> Diagram:
        """Describe the errors on the picture, from near, beside the kernel and its gradient.

        `weight`: that which is marked. `known`: which cells of the gradient are computed.
        """
        (row, col), (rows, cols) = self.nearby(*weight), self.spread[self.reach].shape
        high, wide = self.drawn[self.near].shape
        read = self._near({
            "edge": Mark(0, 0, high, wide, tone="muted", strong=False),
            "place": Mark(row, col, rows, cols, tone="ink"),
        })  # fmt: skip
        errors = replace(self._errors(), glass=1.0, inlaid=INLAID)
        # The errors are what there is to see: their picture may be as high as the sheet.
        lying = Overlay(replace(read, broad=True), replace(errors, broad=True))
        scale = self._scale(errors)
        grids = self._weighed({"steep": Mark(*weight)}, known)
        # Where room is scarce, their numbers are enough.
        pairs = Row(*map(self._explained, grids), align="top"), Row(*grids, align="top")
        rule = Text("rule", words.RULE, role="heading")
        ways = (Row(lying, Column(pair, rule, scale, align="middle"), gap=2) for pair in pairs)
        return Diagram(Either(*ways))

    def diagram(self, step: GradientStep, layer: str) -> Diagram:
        """Describe all of it, for a figure: the errors on the input, kernel, gradient, one sum."""
        kernel, gradient = self._weighed({"steep": Mark(step.row, step.col)}, None)
        corner = self.corner(step.row, step.col)
        rows, cols = self.drawn.shape[:2]
        read = Cells(
            "input", self.drawn, share="pixels", lines=False, title=terms.INPUT.capital,
            marks={
                "edge": Mark(0, 0, rows, cols, tone="muted", strong=False),
                "place": Mark(*corner, *self.spread.shape),
            },
        )  # fmt: skip
        lying = Overlay(read, replace(self._errors(), values=self._at(corner), glass=1.0))
        below: Part = Column(lying, Legend("legend", row=True), align="middle")
        told = self.sum(step)
        stacked = Column(below, Row(kernel, gradient), told, align="middle")
        beside = (Row(kernel, gradient), Column(kernel, gradient))
        side = (Row(below, Column(each, told), gap=2) for each in beside)
        about = words.ABOUT.fill(n=self.filter, layer=layer)
        return Diagram(Either(*side, stacked), about=about)

    # What they consist of.

    def products_of(self, step: GradientStep) -> int:
        """Count the products that are written out: fewer than usual where nearly all are 0."""
        return len(step.breakdown(LARGEST).parts)

    def products(self, step: GradientStep) -> Part:
        """Write one weight's sum: its two largest products, each as two cells, the rest, the sum.

        Each error is met, also where the pixel is 0: as many as are counted on the map.
        """
        count, places = self.products_of(step), self.places(step)
        rows = []
        for n, place in enumerate(places[:count]):
            row, col = self.read_at(step, place)
            met, error = float(step.met[place]), float(step.errors[place])
            rows.append((
                Text(f"plus-{n}", "+" if n else "", role="sign"),
                # What a network reads may be made of the pixel that is seen.
                self._factor(f"pixel-{n}", float(self.drawn[row, col]), INK, met),
                Text(f"times-{n}", "×", role="sign"),
                self._factor(f"error-{n}", error, self.raised, error),
            ))  # fmt: skip
        lines: list[Part] = [Aligned(rows, gap=0.4, row_gap=0.3, down="middle")] if rows else []
        if len(places) > count:
            lines.append(self._rest(len(places) - count, step.breakdown(LARGEST).rest))
        lines.append(
            Row(
                Text("total-sign", "=", role="display"),
                Text("total", fmt.number(step.value), role="display"),
                gap=0.4, turns=False,
            )
        )  # fmt: skip
        return Column(*lines, gap=0.3, turns=False)

    def _rest(self, count: int, value: float) -> Part:
        """Write the sum of the products that are not written out, and how many there are."""
        others = Text("rest-note", words.OTHERS.fill(n=count), tone="muted")
        widest = fmt.bracketed(-abs(value) - 1)
        said = Text("rest", fmt.bracketed(value), role="heading", widest=widest)
        return Row(Text("rest-plus", "+", role="sign"), said, others, gap=0.4, turns=False)

    def _factor(self, name: str, value: float, scale: Scale, number: float) -> Cells:
        printed = [[fmt.number(number)]]
        return Cells(
            name, np.array([[value]]), scale, numbers=True, share="factors", printed=printed
        )  # fmt: skip

    def sum(self, step: GradientStep) -> Sum:
        """Describe one weight's sum, its largest products by their factors."""
        account = step.breakdown()
        addends = []
        for number, part in enumerate(account.parts):
            said = factors(step, part.place)
            addends.append(Addend(f"part-{number}", Caption(en=said, zh=said), part.value))
        if account.rest_count:
            addends.append(Addend("rest", account.addends[-1][0], account.rest))
        if not addends:
            addends = [Addend("nothing", terms.SUM, 0.0)]
        title = words.FACTORS.capital
        return Sum("sum", addends, step.value, None, step.value, self.slope, title=title)

    def _near(self, marks: Mapping[str, Mark]) -> Cells:
        """Show the picture as far as there are errors on it."""
        cells = self.drawn[self.near]
        whole = cells.shape == self.drawn.shape
        return Cells(
            "input", cells, share="pixels", lines=False, large=True, marks=marks,
            title=(terms.INPUT if whole else words.INPUT_NEAR).capital,
        )  # fmt: skip

    def _errors(self) -> Cells:
        return Cells("errors", self.spread[self.reach], self.raised, share="pixels", lines=False)

    def _explained(self, grid: Cells) -> Part:
        """Put the scale of a grid's colours under it."""
        return Column(grid, self._scale(grid), align="middle", turns=False)

    def _scale(self, grid: Cells) -> Legend:
        return Legend(f"legend-{grid.name}", row=True, of=grid.scale, every=True)

    def _weighed(
        self, marks: Mapping[str, Mark], known: npt.NDArray[np.bool_] | None
    ) -> tuple[Cells, Cells]:
        return self._kernel(marks), self._gradient(known, marks)

    def _gradient(
        self,
        known: npt.NDArray[np.bool_] | None = None,
        marks: Mapping[str, Mark] | None = None,
    ) -> Cells:
        return Cells(
            "gradient", self.gradient, self.slope, numbers=True, share="numbers", computed=known,
            title=terms.GRADIENT.capital, marks=marks or {},
        )  # fmt: skip

    def _kernel(self, marks: Mapping[str, Mark] | None = None) -> Cells:
        return Cells(
            "kernel", self.kernel, self.weight, numbers=True, share="numbers",
            title=terms.FILTER.capital.fill(n=self.filter), marks=marks or {},
        )  # fmt: skip


def factors(step: GradientStep, place: int) -> str:
    """Write a place's pixel times its error."""
    at = divmod(place, step.products.shape[1])
    return f"{fmt.number(step.met[at])} × {fmt.bracketed(step.errors[at])}"


def _round(cell: Floats) -> Mark:
    """Frame a cell from outside."""
    row, col = cell
    return Mark(row - RIM, col - RIM, 1 + 2 * RIM, 1 + 2 * RIM)


def _of(panel: str, marks: Mapping[str, Mark]) -> dict[str, Mark]:
    """Return the marks of one panel by their own names."""
    parts = ((name.split("."), mark) for name, mark in marks.items())
    return {own: mark for (there, own), mark in parts if there == panel}
