"""The pictures of the way back: errors on their way, which way each weight goes, one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from convexplain.lessons.parts import backward_words as words
from convexplain.lessons.parts.backward_gates import Gate
from convexplain.lessons.parts.backward_laid import FINE, Floats, Laid, Place
from convexplain.panels import (
    INK,
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
    Part,
    Row,
    Scale,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: Up to so many layers are shown one by one.
STACKED = 8
#: Of tiles on which an arrow, or a number without a scale, stands.
GRAY = 0.25


@dataclass(frozen=True, eq=False)
class BackwardPicture(Laid):
    """All pictures of the lesson."""

    @property
    def stepped(self) -> Floats:
        """The kernel after a step."""
        return self.kernel - self.rate * self.gradient

    def follows(self, row: int, col: int) -> bool:
        """Tell whether a new weight follows from what is printed of the old one and its slope."""
        old, slope, new = (each[row, col] for each in (self.kernel, self.gradient, self.stepped))
        rate = Decimal(str(self.rate))
        found = fmt.rounded(fmt.rounded(old, FINE) - rate * fmt.rounded(slope), FINE)
        return bool(found == fmt.rounded(new, FINE))

    # Pictures.

    def opening(self, bars: Sequence[Bar], title: Caption) -> Diagram:
        """Describe the picture, the answer, and the weights that are to move."""
        read, answer = self._read(), self._bars(bars, title, False)
        kernel = self._explained(self._kernel())
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
        alone = replace(
            self._alone(), share="arriving", fine=float(apart),
            counter=self.counted(int(np.count_nonzero(self.before))),
        )  # fmt: skip
        both = self._beside(self._pooled(), alone)
        # Both have the same ends: one scale says it of both.
        return Diagram(Column(both, Legend("legend", row=True, of=self.seen), align="middle"))

    def counted(self, many: int) -> Caption:
        """Say at how many places of the filter's map there is an error."""
        return words.COUNTED.fill(k=fmt.count(many), n=fmt.count(self.before.size))

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

    def ways(self, steep: Place) -> Diagram:
        """Describe the kernel, its gradient, which way each weight moves, and one weight's step."""
        marks = {"steep": Mark(*steep)}
        kernel, gradient = (self._explained(replace(grid, large=True))
                            for grid in self._weighed(marks, None))  # fmt: skip
        ways = replace(self._ways(marks), large=True)
        one = Either(*(self._one(steep, large=large) for large in (True, False)))
        wide = Column(Row(kernel, gradient, ways, align="top"), one, align="middle")
        # Three grids under one another would leave no room for their numbers.
        high = Column(Row(kernel, gradient, align="top"), ways, one, align="middle")
        return Diagram(high if self.upright else Either(wide, high))

    def closing(self, bars: Sequence[Bar], title: Caption, parameters: int) -> Diagram:
        """Describe the picture, the answer, and against what the weights move."""
        # It is not these alone that changed the answer.
        called = words.WAYS_OF.capital.fill(
            n=self.filter, k=self.kernel.size, all=fmt.count(parameters)
        )
        read, answer = self._read(), self._bars(bars, title, False)
        gradient, ways = self._explained(self._gradient()), replace(self._ways(), title=called)
        both = Column(gradient, ways, align="middle", turns=False)
        folded = Column(read, Row(answer, both, gap=2), align="middle")
        wide = Row(read, answer, both)
        return Diagram(folded if self.upright else Either(wide, folded))

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


def _way(slope: float) -> str:
    """Say which way a weight moves; nowhere if its slope is printed as 0."""
    printed = fmt.rounded(slope)
    return "↑" if printed < 0 else "↓" if printed > 0 else "0"
