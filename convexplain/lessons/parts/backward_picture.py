"""The pictures of the way back: errors on their way, the errors laid on the input, the gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import backward_words as words
from convexplain.lessons.parts.backward_gates import Gate
from convexplain.ops import GradientStep, Window
from convexplain.panels import (
    INK,
    Addend,
    Aligned,
    Bar,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Link,
    Mark,
    Overlay,
    Part,
    Row,
    Scale,
    Sum,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

Floats = npt.NDArray[Any]
#: The least end of a scale of errors: smaller ones are printed as 0.
LEAST = 0.01
#: Up to so many layers are shown one by one.
STACKED = 8
#: So many products of a sum are written out.
LARGEST = 2
#: Decimals of weights, from the first picture to the last: a step is seen in them.
FINE = 4
#: Any error but 0 is as coloured as this share of the largest, at least: the few are all seen.
FLOOR = 0.25
#: Of tiles on which an arrow, or a number without a scale, stands.
GRAY = 0.25
#: How far outside a cell its frame is drawn, in cells.
RIM = 0.1


@dataclass(frozen=True, eq=False)
class BackwardPicture:
    """What pictures of the way back are made of.

    Parameters
    ----------
    drawn : numpy.ndarray, shape (height, width)
        The picture that is read.
    kernel, gradient : numpy.ndarray, shape (height, width)
        The filter's weights, and the loss's gradient by them.
    before : numpy.ndarray, shape (height, width)
        Errors of the filter's map, before its activation.
    window : Window
        The filter's, with its padding as four numbers.
    filter : int
    rate : float
        Of a step.
    arriving : numpy.ndarray, shape (height, width), optional
        Errors of the filter's pooled map, if it is shown how they come through the pooling.
    upright : bool
        Whether what could stand side by side stands under one another.
    """

    drawn: Floats
    kernel: Floats
    gradient: Floats
    before: Floats
    window: Window
    filter: int
    rate: float
    arriving: Floats | None = None
    upright: bool = False

    # Scales.

    @property
    def error(self) -> Scale:
        """Of the errors that reach the filter's map, or its pooled one."""
        every = [self.before] if self.arriving is None else [self.before, self.arriving]
        most = max(float(np.abs(each).max()) for each in every)
        return Scale(max(most, LEAST), terms.ERROR)

    @property
    def seen(self) -> Scale:
        """Of the errors of the filter's map, most of which are 0: of the others, all are seen."""
        return replace(self.error, name=words.NOT_ZERO, floor=FLOOR)

    @property
    def weight(self) -> Scale:
        """Of the kernel, also after a step."""
        most = max(np.abs(self.kernel).max(), np.abs(self.stepped).max())
        return Scale(float(most) or 1.0, terms.WEIGHT)

    @property
    def slope(self) -> Scale:
        """Of the gradient."""
        return Scale(max(float(np.abs(self.gradient).max()), LEAST), terms.GRADIENT)

    @property
    def stepped(self) -> Floats:
        """The kernel after a step."""
        return self.kernel - self.rate * self.gradient

    @property
    def follows(self) -> npt.NDArray[np.bool_]:
        """Which new weights follow from what is printed of the old one, the rate and the slope."""
        cells = zip(self.kernel.flat, self.gradient.flat, self.stepped.flat, strict=True)
        rate = Decimal(str(self.rate))
        found = [
            fmt.rounded(fmt.rounded(old, FINE) - rate * fmt.rounded(slope), FINE)
            == fmt.rounded(new, FINE)
            for old, slope, new in cells
        ]
        return np.array(found).reshape(self.kernel.shape)

    # Pictures.

    def opening(self, bars: Sequence[Bar], title: Caption) -> Diagram:
        """Describe the picture, the answer, and the weights that are to move."""
        said = terms.FILTER.capital.fill(n=self.filter)
        read, answer = self._read(), self._bars(bars, title, False)
        kernel = self._kernel("kernel", self.kernel, said)
        folded = Column(read, Row(answer, kernel, gap=2), align="middle")
        return Diagram(folded if self.upright else Either(Row(read, answer, kernel), folded))

    def answer(self, bars: Sequence[Bar], title: Caption, *, signed: bool = False) -> Diagram:
        """Describe the picture and the answer, or its errors."""
        return Diagram(self._beside(self._read(), self._bars(bars, title, signed)))

    def reached(self, bars: Sequence[Bar], layers: Sequence[str]) -> Diagram:
        """Describe the way of all errors, from the answer back to the filter's map."""
        count = len(layers)
        said = words.layers(count)
        box: Part = Text("layers", said, role="heading", rim="box")
        if count > 1:
            ends = words.FROM_TO.fill(first=layers[0], last=layers[-1])
            named = Text("layers-ends", ends, tone="muted", measure=6)
            box = Column(box, named, gap=0.4, align="middle")
        answer = self._bars(bars, terms.ERROR.capital, True)
        errors = self._alone() if self.arriving is None else self._pooled()
        links = (
            Link("answer", "layers", "gather", tone="muted"),
            Link("layers", errors.name, tone="muted"),
        )
        high = Column(answer, box, errors, align="middle")
        body = high if self.upright else Either(Row(errors, box, answer, gap=2), high)
        return Diagram(Column(body, Legend("legend", row=True), align="middle"), links)

    def gate(self, gate: Gate) -> Diagram:
        """Describe how an error comes through a window of the pooling, or does not."""
        # The colours on this picture are of errors: sums have their numbers.
        title = words.SUMS_OF.capital.fill(n=self.filter)
        grids = [
            Cells(name, values, scale, numbers=True, share="numbers", title=called)
            for name, values, scale, called in (
                ("sums", np.full(gate.sums.shape, GRAY), INK, title),
                ("left", gate.left, self.error, words.ERRORS_LEFT.capital),
            )
        ]  # fmt: skip
        grids[0] = replace(grids[0], printed=[[fmt.number(value) for value in row]
                                              for row in gate.sums])  # fmt: skip
        winner = {"winner": Mark(*gate.winner)}
        # Where ReLU gave 0, nothing comes to the largest.
        grids = [replace(grids[0], marks=winner),
                 replace(grids[1], marks=winner if gate.left.any() else {})]  # fmt: skip
        comes = Text("comes", words.ARRIVES.capital.fill(v=fmt.number(gate.error)), role="heading")
        pooled = self._pooled({"cell": Mark(gate.row, gate.col)})
        links = (Link("arriving.cell", "sums", "zoom", tone="ink"),)
        high = Column(pooled, Row(*grids), comes, align="middle")
        wide = Row(Column(pooled, comes, align="middle"), *grids, gap=2)
        body = high if self.upright else Either(wide, high)
        return Diagram(Column(body, Legend("legend", row=True), align="middle"), links)

    def scattered(self) -> Diagram:
        """Describe the errors of the pooled map, and those of the filter's map, as large."""
        assert self.arriving is not None
        # A row of the one is as many rows of the other as the pooling's window has.
        apart = self.before.shape[0] // self.arriving.shape[0]
        alone = replace(self._alone(), share="arriving", fine=float(apart))
        both = self._beside(self._pooled(), alone)
        # Both have the same ends: one scale says it of both.
        return Diagram(Column(both, Legend("legend", row=True, of=self.seen), align="middle"))

    def _pooled(self, marks: Mapping[str, Mark] | None = None) -> Cells:
        assert self.arriving is not None
        return Cells(
            "arriving", self.arriving, self.error, share="arriving", lines=False,
            title=words.ERRORS_POOLED.capital.fill(n=self.filter), marks=marks or {},
        )  # fmt: skip

    def _alone(self) -> Cells:
        return Cells(
            "alone", self.before, self.seen, share="pixels", lines=False,
            title=words.ERRORS_OF.capital.fill(n=self.filter),
        )  # fmt: skip

    def _boxes(self, layers: Sequence[str], said: Sequence[Caption | str]) -> list[Text]:
        """Put layers in boxes one by one, or where there is no room for that, tell their number."""
        if self.upright or not 0 < len(layers) <= STACKED:
            said = [words.layers(len(layers))]
        return [Text(f"layer-{n}", each, rim="box") for n, each in enumerate(said)]

    def learning(
        self, bars: Sequence[Bar], title: Caption, parameters: Mapping[str, int]
    ) -> Diagram:
        """Describe the picture, the layers with their parameters by name, and the answer."""
        said = [words.PARAMETERS_OF.fill(layer=name, n=fmt.count(count))
                for name, count in parameters.items()]  # fmt: skip
        way = Column(*self._boxes([*parameters], said), gap=0.5, align="middle")
        read, answer = self._read(), self._bars(bars, title, False)
        folded = Column(read, way, answer, align="middle")
        # The answer is where it is at the end, too.
        return Diagram(folded if self.upright else Either(Row(read, answer, way), folded))

    def standing(self, weight: tuple[int, int] | None = None) -> Diagram:
        """Describe the errors on the input, in the middle, and alone beside it.

        In their stead are the weights where it is told which place is whose, one of them marked.
        """
        spread = self.spread
        read, errors = (
            said.capital.fill(n=fmt.shape(each.shape[:2]))
            for said, each in ((words.READ_SIZE, self.drawn), (words.ERRORS_SIZE, spread))
        )
        alone = Cells("alone", spread, self.seen, share="pixels", lines=False, title=errors)
        lying, legend = self._lying(title=read), Legend("legend", row=True)
        if weight is not None:
            explained = Column(lying, legend, align="middle")
            return Diagram(self._beside(explained, self._weighed(weight, None)[0]))
        both = self._beside(lying, alone)
        return Diagram(Column(both, legend, align="middle"))

    def _lying(
        self,
        corner: Floats | None = None,
        title: Caption = terms.INPUT.capital,
    ) -> Part:
        """Lay the errors on the input, from a cell of it on, or in the middle."""
        spread = self.spread
        at = (np.array(self.drawn.shape) - spread.shape) / 2 if corner is None else corner
        rows, cols = self.drawn.shape[:2]
        read = Cells(
            "input", self.drawn, share="pixels", lines=False, title=title,
            marks={
                "edge": Mark(0, 0, rows, cols, tone="muted", strong=False),
                "place": Mark(*at, *spread.shape),
            },
        )  # fmt: skip
        shown = spread if corner is None else self._at(corner)
        lying = Cells("errors", shown, self.seen, share="pixels", lines=False, glass=1.0)
        return Overlay(read, lying)

    @property
    def _errors(self) -> tuple[slice, slice]:
        """Rows and columns of the errors, as they lie on the input, that are not all 0."""
        spread = self.spread
        along = (np.flatnonzero(spread.any(axis=axis)) for axis in (1, 0))
        rows, cols = (
            slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, length)
            for found, length in zip(along, spread.shape, strict=True)
        )
        return rows, cols

    @property
    def near(self) -> tuple[slice, slice]:
        """Rows and columns of the input on which an error comes to lie, at any of the places."""
        first, last = self.corner(0, 0), self.corner(*(n - 1 for n in self.kernel.shape))
        rows, cols = (
            slice(max(0, int(there.start + low)), min(size, int(there.stop + high)))
            for there, low, high, size in zip(
                self._errors, first, last, self.drawn.shape[:2], strict=True
            )
        )
        return rows, cols

    def nearer(self, row: float, col: float) -> tuple[float, float]:
        """Return row and column, in what is shown from near, of a cell of the input."""
        rows, cols = self.near
        return row - rows.start, col - cols.start

    def nearby(self, row: int, col: int) -> Floats:
        """Return where in what is shown from near the errors' first cell lies for a weight."""
        first = np.array([cells.start for cells in self._errors])
        return np.array(self.nearer(*(self.corner(row, col) + first)))

    def _nearby(self, met: Sequence[tuple[int, int]], steep: tuple[int, int]) -> Part:
        """Lay the errors on the input, both as far as there are errors, and ring met cells.

        Around the first of these is the window in which a weight read it on the way forward.
        """
        cells = self.drawn[self.near]
        read = Cells(
            "input", cells, share="pixels", lines=False, large=True,
            title=(terms.INPUT if cells.shape == self.drawn.shape else words.ENLARGED).capital,
            marks={
                **{f"met-{n}": self._around(cell) for n, cell in enumerate(met)},
                **({"read": self._reading(met[0], steep)} if met else {}),
            },
        )  # fmt: skip
        lying = Cells(
            "errors", self.spread[self._errors], self.seen, share="pixels", lines=False, glass=1.0
        )
        return Overlay(read, lying)

    def _around(self, cell: tuple[int, int]) -> Mark:
        """Mark a cell of the input from outside: what is multiplied in it stays free."""
        row, col = self.nearer(*cell)
        return Mark(row - RIM, col - RIM, 1 + 2 * RIM, 1 + 2 * RIM, tone="ink", strong=False)

    def _reading(self, cell: tuple[int, int], weight: tuple[int, int]) -> Mark:
        """Mark the window of the way forward in which a weight lies on a cell of the input."""
        apart, shape = np.array(self.window.dilation), np.array(self.kernel.shape)
        top, left = np.array(self.nearer(*cell)) - np.array(weight) * apart
        rows, cols = (shape - 1) * apart + 1
        return Mark(top, left, rows, cols, tone="ink", strong=False)

    def met(self, step: GradientStep) -> list[tuple[int, int]]:
        """Return the cells of the input at which the largest terms of a sum are met."""
        width = step.products.shape[1]
        first, apart = self.corner(step.row, step.col), self.window.stride
        places = (divmod(part.place, width) for part in step.breakdown(LARGEST).parts)
        cells = (np.array(place) * apart + first for place in places)
        rows, cols = self.drawn.shape[:2]
        return [(int(r), int(c)) for r, c in cells if 0 <= r < rows and 0 <= c < cols]

    def laid(
        self,
        told: Part | None = None,
        *,
        steep: tuple[int, int] | None = None,
        known: npt.NDArray[np.bool_] | None = None,
        met: Sequence[tuple[int, int]] = (),
    ) -> Diagram:
        """Describe the errors on the input, from near, beside the kernel and its gradient.

        Parameters
        ----------
        told : Part, optional
            What is told of a sum, in the gradient's place; of all sums, below it.
        steep : (int, int), optional
            The weight that is marked.
        known : numpy.ndarray of bool, optional
            Which cells of the gradient are computed; it is not there without.
        met : sequence of (int, int)
            Cells of the input that are ringed, found as ``"input.met-0"`` and so on; the window in
            which the marked weight read the first of them is ``"input.read"``.
        """
        kernel, gradient = self._weighed(steep, known)
        read, legend = self._nearby(met, steep or (0, 0)), Legend("legend", row=True)
        said = [] if told is None else [told]
        if known is None:
            pair, said = [kernel, *said], []
        else:
            pair = [kernel, gradient]
        links = (Link("input.read", "kernel", "zoom", tone="ink"),) if met else ()
        stacked = Column(read, legend, Row(*pair), *said, align="middle")
        if self.upright:
            # From there the legend is on the way to the weights.
            return Diagram(stacked)
        pairs = Row(*pair), Column(*pair)
        below = Column(read, legend, align="middle")
        side = (Row(below, Column(each, *said), gap=2) for each in pairs)
        return Diagram(Either(*side, stacked), links)

    def _weighed(
        self, steep: tuple[int, int] | None, known: npt.NDArray[np.bool_] | None
    ) -> tuple[Cells, Cells]:
        marks = {} if steep is None else {"steep": Mark(*steep)}
        said = terms.FILTER.capital.fill(n=self.filter)
        return self._kernel("kernel", self.kernel, said, marks), self._gradient(known, marks)

    def products(self, step: GradientStep) -> Part:
        """Write out one weight's sum, line by line: its two largest products, the rest, the sum."""
        account = step.breakdown(LARGEST)
        told = [
            (f"product-{number}", "+" if number else "", factors(step, part.place), words.FACTORS)
            for number, part in enumerate(account.parts)
        ] or [("product-0", "", fmt.number(0), words.FACTORS)]
        # Each error is met, also where the input is 0: as many as are counted on the map.
        others = int(np.count_nonzero(step.errors)) - len(account.parts)
        if others:
            said = words.OTHERS.fill(n=others)
            told.append(("total-rest", "+", fmt.bracketed(account.rest), said))
        told.append(("total", "=", fmt.number(step.value), words.ADDED))
        rows = [
            (
                Text(f"{name}-sign", sign, role="heading") if sign else None,
                Text(name, said, role="heading"),
                Text(f"{name}-note", note, tone="muted"),
            )
            for name, sign, said, note in told
        ]
        return Aligned(rows, gap=0.5, row_gap=0.2, down="middle")

    def rule(self) -> Part:
        """Write how each weight gets its sum."""
        return Text("rule", words.RULE, role="heading")

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

    def _gradient(
        self,
        known: npt.NDArray[np.bool_] | None = None,
        marks: Mapping[str, Mark] | None = None,
    ) -> Cells:
        return Cells(
            "gradient", self.gradient, self.slope, numbers=True, share="numbers", computed=known,
            title=terms.GRADIENT.capital, marks=marks or {},
        )  # fmt: skip

    def ways(self) -> Diagram:
        """Describe the kernel, its gradient, and which way each weight moves."""
        kernel = self._kernel("kernel", self.kernel, terms.FILTER.capital.fill(n=self.filter))
        return self._side_by_side(kernel, self._gradient(), self._ways())

    def closing(self, bars: Sequence[Bar], title: Caption, parameters: int) -> Diagram:
        """Describe the picture, the answer, and which way the weights move, as at the opening."""
        # It is not these alone that changed the answer.
        called = words.WAYS_OF.capital.fill(
            n=self.filter, k=self.kernel.size, all=fmt.count(parameters)
        )
        read, answer = self._read(), self._bars(bars, title, False)
        ways = replace(self._ways(), title=called)
        folded = Column(read, Row(answer, ways, gap=2), align="middle")
        return Diagram(folded if self.upright else Either(Row(read, answer, ways), folded))

    def stepping(self, steep: tuple[int, int]) -> Diagram:
        """Describe the kernel, the ways of its weights, what it becomes, and one weight's sum."""
        marks = {"steep": Mark(*steep)}
        new = words.AFTER if self.follows.all() else words.AFTER_ROUNDED
        before, after = (
            self._kernel(name, values, said.capital.fill(n=self.filter), marks)
            for name, values, said in (
                ("kernel", self.kernel, words.BEFORE), ("after", self.stepped, new),
            )
        )  # fmt: skip
        one = Either(*(self._one(steep, large=large) for large in (True, False)))
        ways = self._ways(marks)
        if not self.upright:
            return self._side_by_side(before, ways, after, below=[one])
        # Three grids under one another would leave no room for their numbers.
        high = Column(Row(before, after), ways, one, Legend("legend", row=True), align="middle")
        return Diagram(high)

    def _side_by_side(self, *grids: Cells, below: Sequence[Part] = ()) -> Diagram:
        """Lay grids in a row, or under one another, large; below them what is told of them."""
        grids = tuple(replace(grid, large=True) for grid in grids)
        # Where no numbers fit, colours need their scales.
        under = (*below, Legend("legend", row=True))
        high = Column(*grids, *under, align="middle")
        wide = Column(Row(*grids), *under, align="middle")
        return Diagram(high if self.upright else Either(wide, high))

    def _ways(self, marks: Mapping[str, Mark] | None = None) -> Cells:
        """Describe which way each weight moves: against its slope, as that is printed."""
        signs = [[_way(slope) for slope in row] for row in self.gradient]
        # Colours are of numbers: an arrow has none of its own.
        gray = np.full(self.gradient.shape, GRAY)
        return Cells(
            "ways", gray, INK, numbers=True, share="numbers", printed=signs,
            title=words.WAYS.capital, marks=marks or {},
        )  # fmt: skip

    def _one(self, steep: tuple[int, int], *, large: bool) -> Formula:
        """Describe how one weight gets its new value."""
        terms_ = (
            Term("weight", fmt.number(self.kernel[steep], FINE), terms.WEIGHT),
            Term("rate", f"− {self.rate:g} ×", words.RATE_OF_LEARNING),
            Term("slope", fmt.bracketed(self.gradient[steep]), terms.GRADIENT),
            Term("equals", "="),
            Term("after", fmt.number(self.stepped[steep], FINE), words.NEW),
        )
        return Formula("one", terms_, large=large)

    def diagram(self, step: GradientStep, layer: str) -> Diagram:
        """Describe all of it, for a figure: the errors on the input, kernel, gradient, one sum."""
        steep = step.row, step.col
        kernel, gradient = self._weighed(steep, None)
        lying, told = self._lying(self.corner(*steep)), self.sum(step)
        read: Part = Column(lying, Legend("legend", row=True), align="middle")
        stacked = Column(read, Row(kernel, gradient), told, align="middle")
        beside = (Row(kernel, gradient), Column(kernel, gradient))
        side = (Row(read, Column(each, told), gap=2) for each in beside)
        about = words.ABOUT.fill(n=self.filter, layer=layer)
        return Diagram(Either(*side, stacked), about=about)

    @property
    def spread(self) -> Floats:
        """The errors as they lie on the input: as far apart as the window's places."""
        rows, cols = self.window.stride
        height, width = self.before.shape
        spread = np.zeros(((height - 1) * rows + 1, (width - 1) * cols + 1))
        spread[::rows, ::cols] = self.before
        return spread

    def corner(self, row: int, col: int) -> Floats:
        """Return row and column of the picture on which the first error lies for a weight."""
        top, _, left, _ = self.window.margins()
        (dy, dx) = self.window.dilation
        return np.array([row * dy - top, col * dx - left])

    def _at(self, corner: Floats) -> Floats:
        """The errors on the cells of the picture."""
        lying = np.zeros(self.drawn.shape[:2])
        places = np.argwhere(self.spread)
        cells = places + corner
        inside = ((cells >= 0) & (cells < lying.shape)).all(axis=1)
        lying[tuple(cells[inside].T)] = self.spread[tuple(places[inside].T)]
        return lying

    # What they consist of.

    def _beside(self, one: Part, other: Part) -> Part:
        if self.upright:
            return Column(one, other, align="middle")
        return Either(Row(one, other, gap=2), Column(one, other, align="middle"))

    def _read(self) -> Cells:
        return Cells("input", self.drawn, INK, lines=False, title=terms.INPUT.capital)

    def _bars(self, bars: Sequence[Bar], title: Caption, signed: bool) -> Bars:
        lowest = -1.0 if signed else 0.0
        return Bars("answer", bars, Scale(1.0), length=10, title=title, lowest=lowest)

    def _kernel(
        self, name: str, values: Floats, title: Caption, marks: Mapping[str, Mark] | None = None
    ) -> Cells:
        return Cells(
            name, values, self.weight, numbers=True, share="numbers", exactly=FINE, title=title,
            marks=marks or {},
        )  # fmt: skip


def _way(slope: float) -> str:
    """Say which way a weight moves; nowhere if its slope is printed as 0."""
    printed = fmt.rounded(slope)
    return "↑" if printed < 0 else "↓" if printed > 0 else "0"


def factors(step: GradientStep, place: int) -> str:
    """Write a place's input times its error."""
    at = divmod(place, step.products.shape[1])
    return f"{fmt.number(step.met[at])} × {fmt.bracketed(step.errors[at])}"
