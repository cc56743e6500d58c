"""The pictures of the way back: errors on their way, which way each weight goes, one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

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
STACKED = 6
#: How long the bars of an answer, and those of errors to both sides, are together, in pixels.
BARS = 17.0
#: How large the picture is at the end, of the kernel's size.
SMALL = 0.6
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

    def way(
        self, bars: Sequence[Bar], layers: Sequence[str], *, signed: bool = False,
        back: bool = False,
    ) -> Diagram:  # fmt: skip
        """Describe the way from the picture through the filter and the layers to the answer.

        Parameters
        ----------
        bars : sequence of Bar
            The answer, or its errors.
        layers : sequence of str
            Those behind the filter's map, or its pooled one, the last one first.
        signed : bool
            Whether the bars are errors.
        back : bool
            Whether the errors come back along it, to the map that they are seen on.
        """
        answer = replace(
            self._bars(bars, (words.WRONG if signed else terms.ANSWER).capital, signed),
            share="pixels", length=BARS / (1 + 1.4 * signed),
            before=max((bar.source for bar in bars), key=len),
        )  # fmt: skip
        # On a sheet that is not wide, what an error is made of is left to the caption.
        title = (terms.ERROR if signed else terms.ANSWER).capital
        narrow = replace(answer, before="", title=title, length=BARS / (1 + signed))
        called = words.FILTER_IN.capital.fill(n=self.filter, layer=self.layer)
        own = replace(self._kernel(), title=called)
        maps = [*self._maps(back)]
        read = replace(self._read(), share="pixels")
        boxes = self._boxes(layers, layers)
        names = [*(box.name for box in boxes), *(grid.name for grid in reversed(maps))]
        if back:
            ways = ["answer", *names[: len(boxes) + 1]]
        else:
            ways = ["input", "kernel", *reversed(names), "answer"]
        links = [
            Link(start, end, "gather" if start == "answer" else "feeds", tone="muted")
            for start, end in pairwise(ways)
        ]
        legend = Legend("legend", row=True, every=True)
        lines = Row(read, own, turns=False), Row(*maps, turns=False)
        if self.upright:
            behind = Row(*boxes, replace(narrow, pitch=1.2), turns=False)
            folded = Column(*lines, behind, legend, align="middle", turns=False)
            return Diagram(folded, tuple(links))
        through = Column(*reversed(boxes), gap=0.7, align="middle", turns=False)
        folds = (Column(*lines, turns=False),)
        rows = (
            Row(*first, through, last, gap=0.9, turns=False)
            for first, last in (
                ((read, own, Column(*maps, turns=False)), answer), (folds, answer), (folds, narrow),
            )
        )  # fmt: skip
        either = (Column(row, legend, align="middle", turns=False) for row in rows)
        return Diagram(Either(*either), tuple(links))

    def _maps(self, back: bool) -> Iterator[Cells]:
        """Describe the filter's map and the pooled one, or the errors of the one behind."""
        across = self.window.stride[0]
        here = Cells(
            "alone", self.responses, self.response, share="pixels", lines=False,
            fine=1 / across, title=terms.RESPONSE_MAP.capital,
        )  # fmt: skip
        if self.arriving is None or self.pooled is None:
            yield replace(self._alone(), fine=1 / across) if back else here
            return
        yield here
        fine = self.pooled.shape[0] / self.responses.shape[0] / across
        pooled = Cells(
            "arriving", self.pooled, self.response, share="pixels", lines=False, fine=fine,
            title=words.POOLED.capital,
        )  # fmt: skip
        yield replace(self._pooled(), share="pixels", fine=fine) if back else pooled

    def gate(self, gate: Gate) -> Diagram:
        """Describe how an error comes through a window of the pooling, or does not."""
        # The colours on this picture are of errors: sums have their numbers.
        title = words.SUMS.capital
        grids = [
            Cells(name, values, scale, numbers=True, share="numbers", large=True, title=called)
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
        legend = Legend("legend", row=True)
        high = Column(pooled, Row(*grids), comes, legend, align="middle")
        # The error stands where it comes from its cell, not below the map.
        comes_to = Column(comes, Row(*grids, gap=2), turns=False)
        wide = Row(Column(pooled, legend, align="middle"), comes_to, gap=2, turns=False)
        return Diagram(high if self.upright else Either(wide, high), links)

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
        return Diagram(Column(both, Legend("legend", row=True), align="middle"))

    def counted(self, many: int) -> Caption:
        """Say at how many places of the filter's map there is an error."""
        return words.COUNTED.fill(k=fmt.count(many), n=fmt.count(self.before.size))

    def _pooled(self, marks: Mapping[str, Mark] | None = None) -> Cells:
        assert self.arriving is not None
        return Cells(
            "arriving", self.arriving, self.error, share="arriving", lines=False,
            title=words.ERRORS_POOLED.capital, marks=marks or {},
        )  # fmt: skip

    def _alone(self) -> Cells:
        return Cells(
            "alone", self.before, self.error, share="pixels", lines=False,
            title=words.ERRORS_OF.capital,
        )  # fmt: skip

    def _boxes(self, layers: Sequence[str], said: Sequence[Caption | str]) -> list[Text]:
        """Put layers in boxes one by one, or where there is no room for that, tell their number."""
        if self.upright or not 0 < len(layers) <= STACKED:
            said = [words.layers(len(layers))]
        return [Text(f"layer-{n}", each, rim="box") for n, each in enumerate(said)]

    def learning(self, bars: Sequence[Bar], title: Caption, stepping: Mapping[str, int]) -> Diagram:
        """Describe the picture, how many weights and biases step in which layer, and the answer."""
        said = [words.STEPS_OF.fill(layer=name, n=fmt.count(count))
                for name, count in stepping.items()]  # fmt: skip
        every = words.STEPS.fill(n=fmt.count(sum(stepping.values())))
        boxes = self._boxes([*stepping], said)
        way = Column(*boxes, Text("every", every, role="heading"), gap=0.5, align="middle")
        read, answer = self._read(), self._bars(bars, title, False)
        folded = Column(read, way, answer, align="middle")
        # The answer is where it is at the end, too.
        return Diagram(folded if self.upright else Either(Row(read, answer, way), folded))

    def ways(self, steep: Place) -> Diagram:
        """Describe the kernel, its gradient, which way each weight moves, and one weight's step."""
        marks = {"steep": Mark(*steep)}
        most = max(float(np.abs(each).max()) for each in (self.kernel, self.stepped))
        fine = replace(
            self._kernel(marks), scale=Scale(most or 1.0, terms.WEIGHT),
            # So fine that a step is seen in them.
            printed=[[fmt.number(weight, FINE) for weight in row] for row in self.kernel],
        )  # fmt: skip
        kernel, gradient = (self._explained(replace(grid, large=True))
                            for grid in (fine, self._gradient(None, marks)))  # fmt: skip
        ways = replace(self._ways(marks), large=True)
        one = Either(*(self._one(steep, large=large) for large in (True, False)))
        wide = Column(Row(kernel, gradient, ways, align="top"), one, align="middle")
        # Three grids under one another would leave no room for their numbers.
        high = Column(Row(kernel, gradient, align="top"), ways, one, align="middle")
        return Diagram(high if self.upright else Either(wide, high))

    def closing(self, bars: Sequence[Bar], title: Caption, stepping: int) -> Diagram:
        """Describe the picture, small, the answer, and large against what the weights move."""
        # It is not these alone that changed the answer.
        called = words.WAYS_OF.capital.fill(
            n=self.filter, k=self.kernel.size, all=fmt.count(stepping)
        )
        fine = max(self.drawn.shape[:2]) / (SMALL * max(self.kernel.shape))
        read = replace(self._read(), share="numbers", fine=fine)
        answer = replace(self._bars(bars, title, False), share="numbers", length=SMALL * 3)
        gradient = self._explained(replace(self._gradient(), large=True))
        ways = replace(self._ways(), title=called, large=True)
        folded = Column(Row(read, answer, gap=2), Row(gradient, ways, align="top"), align="middle")
        wide = Row(Column(read, answer), Row(gradient, ways, align="top"))
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
