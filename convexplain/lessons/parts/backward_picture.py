"""The pictures of the way back: errors on their way, which way each weight goes, one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

import numpy as np

from convexplain.lessons.parts import backward_words as words
from convexplain.lessons.parts.backward_answer import column
from convexplain.lessons.parts.backward_gates import Gate
from convexplain.lessons.parts.backward_laid import FINE, Floats, Laid, Place
from convexplain.panels import (
    INK,
    Bars,
    Cells,
    Column,
    Diagram,
    Either,
    Formula,
    Legend,
    Link,
    Mark,
    Row,
    Rows,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

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

    def way(self, answer: Sequence[Bars], behind: int) -> Diagram:
        """Describe the way from the picture through the filter and the layers to the answer.

        `answer`: and the loss. `behind`: how many layers are behind the filter's map, or its pooled
        one.
        """
        values = self.responses if self.pooled is None else self.pooled
        title = terms.RESPONSE_MAP if self.pooled is None else words.POOLED
        grid = Cells(
            "map", values, self.response, share="pixels", lines=False,
            fine=max(values.shape) / max(self.drawn.shape[:2]), title=title.capital,
        )  # fmt: skip
        called = words.FILTER_IN.capital.fill(n=self.filter, layer=self.layer)
        own, box = replace(self._kernel(), title=called), _box(behind)
        read = replace(self._read(), share="pixels")
        seen = Column(grid, Legend("legend", row=True), align="middle", turns=False)
        wide = Row(read, own, seen, box, turns=False), Row(*answer, gap=2, turns=False)
        high = Row(read, own, turns=False), Row(seen, box, turns=False), column(answer)
        # A sheet as broad as high has room for smaller bars only.
        low = Row(read, own, seen, box, turns=False), column(answer, "text")
        # A row grows and shrinks; its heading stands.
        ways = pairwise(("input", "kernel", "map", "layers", "answer.title"))
        links = tuple(Link(start, end, "feeds", tone="muted") for start, end in ways)
        either = (Column(*rows, align="middle", turns=False) for rows in (wide, high, low))
        return Diagram(Either(*either), links)

    def back(self, answer: Sequence[Bars], behind: int) -> Diagram:
        """Describe the way of the errors back to the map that they are seen on first."""
        reached = self._alone() if self.arriving is None else self._pooled()
        map, box = self._explained(reached), _box(behind)
        high = Column(Row(map, box, turns=False), answer[0], align="middle", turns=False)
        row = Either(Row(map, box, answer[0], gap=2, turns=False), high)
        links = (Link("answer", "layers", "gather", tone="muted"),
                 Link("layers", reached.name, "feeds", tone="muted"))  # fmt: skip
        return Diagram(row, links)

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
        # The error stands where it comes from its cell, not below the map.
        comes_to = Column(comes, Row(*grids, gap=2), turns=False)
        wide = Row(self._explained(pooled), comes_to, gap=2, turns=False)
        # Under one another the lines to the window would cross the scale.
        high = Column(pooled, comes_to, self._scale(pooled), align="middle", turns=False)
        return Diagram(Either(wide, high), links)

    def scattered(self, apart: int) -> Diagram:
        """Describe the errors of the pooled map, and those of the filter's map, as large.

        A row of the one is so many rows of the other `apart`, as the pooling's window has.
        """
        alone = replace(
            self._alone(), share="arriving", fine=float(apart),
            counter=self.counted(int(np.count_nonzero(self.before))),
        )  # fmt: skip
        return Diagram(Row(self._explained(self._pooled()), self._explained(alone), gap=2))

    def counted(self, many: int) -> Caption:
        """Say at how many places of the filter's map there is an error."""
        return words.COUNTED.fill(k=fmt.count(many), n=fmt.count(self.before.size))

    def _pooled(self, marks: Mapping[str, Mark] | None = None) -> Cells:
        assert self.arriving is not None
        return Cells(
            "arriving", self.arriving, self.error, share="arriving", large=True, lines=False,
            title=words.ERRORS_POOLED.capital, marks=marks or {},
        )  # fmt: skip

    def _alone(self) -> Cells:
        return Cells(
            "alone", self.before, self.raised, share="pixels", lines=False, large=True,
            title=words.ERRORS_OF.capital,
        )  # fmt: skip

    def learning(
        self, answer: Sequence[Bars], stages: Sequence[tuple[Caption | str, int]], done: int
    ) -> Diagram:
        """Describe which layers step, how many weights have stepped, and what they make of it."""
        said = (words.STEPS_OF.fill(layer=name, n=fmt.count(n)) for name, n in stages)
        boxes = [Text(f"layer-{n}", each, role="heading", rim="box") for n, each in enumerate(said)]
        every = sum(n for _, n in stages)
        counted = Text("done", stepped(done, every), role="heading", widest=stepped(every, every))
        called = Text("stepping", words.STEPPING.capital, role="heading", tone="muted")
        named, way = (Column(*each, *boxes, counted, turns=False) for each in ((called,), ()))
        smaller = (replace(each, role="text") for each in boxes)
        low = Column(Rows(*smaller, lengths=(2,)), replace(counted, role="text"), gap=0.4,
                     turns=False)  # fmt: skip
        # With many layers there is no room for a heading, on a sheet as broad as high none for
        # anything large.
        large, small = (column(answer, role) for role in ("heading", "text"))
        below = (
            Column(*each, align="middle") for each in ((named, large), (way, large), (low, small))
        )
        return Diagram(Either(Row(named, large, gap=2), Row(way, large, gap=2), *below))

    def ways(self, steep: Place) -> Diagram:
        """Describe the kernel, its gradient, which way each weight moves, and one weight's step."""
        marks = {"steep": Mark(*steep)}
        kernel, gradient = (self._explained(replace(grid, large=True))
                            for grid in self._weighed(marks, None))  # fmt: skip
        ways = replace(self._ways(marks), large=True)
        one = Either(*(self._one(steep, large=large) for large in (True, False)))
        # Three grids side by side are too small for their numbers where a sheet is narrow.
        rows = (Row(kernel, gradient, ways, align="top"),), (Row(kernel, gradient), ways)
        return Diagram(Either(*(Column(*each, one, align="middle", turns=False) for each in rows)))

    def closing(self, answer: Sequence[Bars]) -> Diagram:
        """Describe against what the weights move, large, and what became of answer and loss."""
        called = words.WAYS_OF.capital.fill(n=self.filter)
        # Signs need air in their cells.
        signs = [[f" {fmt.number(slope)} {_way(slope)} " for slope in row]
                 for row in self.gradient]  # fmt: skip
        gradient = replace(self._gradient(), printed=signs, large=True, title=called)
        shown = self._explained(gradient)
        high = Column(shown, column(answer, "text"), align="middle")
        return Diagram(Either(Row(shown, column(answer), gap=2), high))

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
            # So fine that the step is seen.
            Term("weight", fmt.number(self.kernel[steep], FINE), words.FINER.fill(n=FINE)),
            Term("rate", f"− {self.rate:g} ×", words.RATE_OF_LEARNING),
            Term("slope", fmt.bracketed(self.gradient[steep]), terms.GRADIENT),
            Term("equals", "="),
            Term("after", fmt.number(self.stepped[steep], FINE), words.NEW),
        )
        return Formula("one", terms_, large=large)

    # What they consist of.

    def _read(self) -> Cells:
        return Cells("input", self.drawn, INK, lines=False, title=terms.INPUT.capital)


def stepped(many: int, every: int) -> Caption:
    """Say how many of the weights have stepped."""
    return words.STEPPED.fill(n=fmt.count(many), all=fmt.count(every))


def _box(layers: int) -> Text:
    return Text("layers", words.layers(layers), role="heading", rim="box")


def _way(slope: float) -> str:
    """Say which way a weight moves; nowhere if its slope is printed as 0."""
    printed = fmt.rounded(slope)
    return "↑" if printed < 0 else "↓" if printed > 0 else "0"
