"""The pictures of the way back: errors on their way, the errors laid on the input, the gradient."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import backward_words as words
from convexplain.lessons.parts.learning_picture import LOSS_IS, loss_curve
from convexplain.ops import GradientStep, Window
from convexplain.panels import (
    INK,
    Addend,
    Axis,
    Bar,
    Bars,
    Cells,
    Chart,
    Column,
    Curve,
    Diagram,
    Dot,
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
#: Height and width of the chart of the loss, in cells.
_CHART = 16, 24


@dataclass(frozen=True, eq=False)
class Given:
    """What a pooling hands back from one of its cells.

    Parameters
    ----------
    row, col : int
        The cell.
    window : Mark
        Its window on the map that is pooled.
    numbers, errors : numpy.ndarray, shape (height, width)
        What the window reads, and the errors that its cells get from this one.
    winner : (int, int), optional
        The cell of the window that gets all.
    """

    row: int
    col: int
    window: Mark
    numbers: Floats
    errors: Floats
    winner: tuple[int, int] | None


@dataclass(frozen=True, eq=False)
class BackwardPicture:
    """What pictures of the way back are made of.

    Parameters
    ----------
    drawn : numpy.ndarray, shape (height, width)
        The picture that is read.
    kernel, gradient : numpy.ndarray, shape (height, width)
        The filter's weights, and the loss's gradient by them.
    sums, before, after : numpy.ndarray, shape (height, width)
        Of the filter's map: the numbers before the activation, their errors, and the errors behind
        it.
    most : float
        The largest error, by absolute value, also of the layer that hands them to the map.
    window : Window
        The filter's, with its padding as four numbers.
    layer : str
    filter : int
    rate : float
        Of a step.
    upright : bool
        Whether what could stand side by side stands under one another.
    """

    drawn: Floats
    kernel: Floats
    gradient: Floats
    sums: Floats
    before: Floats
    after: Floats
    most: float
    window: Window
    layer: str
    filter: int
    rate: float
    upright: bool = False

    # Scales.

    @property
    def error(self) -> Scale:
        """Of the errors that reach the filter's map."""
        return Scale(max(self.most, LEAST), terms.ERROR)

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

    # Pictures.

    def opening(self) -> Diagram:
        """Describe the picture, and the weights that are to move."""
        title = terms.FILTER.capital.fill(n=self.filter)
        return Diagram(self._beside(self._read(), self._kernel("kernel", self.kernel, title)))

    def answer(self, bars: Sequence[Bar], title: Caption, *, signed: bool = False) -> Diagram:
        """Describe the picture and the answer, or its errors."""
        return Diagram(self._beside(self._read(), self._bars(bars, title, signed)))

    def lost(self, bars: Sequence[Bar], title: Caption, loss: float, highest: float) -> Diagram:
        """Describe the picture, the answer, and where its loss lies on the curve of −ln p.

        Parameters
        ----------
        bars, title
            The answer.
        loss, highest : float
            Of this answer, and the largest that is to be shown.
        """
        curve = loss_curve(highest, (Dot("own", float(np.exp(-loss)), loss),))
        curve = dataclasses.replace(curve, counter=LOSS_IS.fill(v=fmt.number(loss)))
        read, answer = self._read(), self._bars(bars, title, False)
        high = Column(Row(read, answer), curve, align="middle")
        return Diagram(high if self.upright else Either(Row(read, answer, curve), high))

    def way(
        self, bars: Sequence[Bar], title: Caption, maps: Mapping[str, tuple[Caption, Floats]]
    ) -> Diagram:
        """Describe the errors of all layers between the answer and the filter.

        Parameters
        ----------
        bars, title
            The errors of the answer.
        maps : mapping of str to (Caption, numpy.ndarray)
            From the first layer on: its name, and at each place the root of the sum of its
            channels' squared errors, in parts of the largest.
        """
        scale = Scale(1.0, words.SHARE_OF_LAYER, signed=False)
        shown = [
            Cells(name, values, scale, title=called, lines=False, share=name)
            for name, (called, values) in maps.items()
        ]
        answer, legend = self._bars(bars, title, True), Legend("legend", row=True)
        half = -(-len(shown) // 2)
        rows = [Row(*part, gap=1.2) for part in (shown[:half], shown[half:]) if part]
        return Diagram(
            Either(
                Column(Row(*shown, answer, gap=1.2), legend, align="middle"),
                Column(answer, *reversed(rows), legend, align="middle"),
                Column(answer, *reversed([Row(each) for each in shown]), legend, align="middle"),
            )
        )

    def arrived(self, errors: Floats, layer: str) -> Diagram:
        """Describe the errors of the filter's channel in the layer behind the convolution."""
        return Diagram(Row(Column(self._errors(errors, layer), Legend("legend")), gap=2))

    def given(self, errors: Floats, layer: str, given: Given) -> Diagram:
        """Describe how a pooling hands one error back."""
        response = Scale(float(np.abs(given.numbers).max()) or 1.0, terms.RESPONSE)
        numbers = Cells(
            "numbers", given.numbers, response, numbers=True, share="numbers",
            title=terms.WINDOW.capital,
            marks={} if given.winner is None else {"winner": Mark(*given.winner)},
        )  # fmt: skip
        back = Cells(
            "back", given.errors, self.error, numbers=True, share="numbers",
            title=words.SENT_BACK.capital,
        )  # fmt: skip
        pooled = self._errors(errors, layer, {"cell": Mark(given.row, given.col)})
        legend, pair = Legend("legend"), (numbers, back)
        links = (Link("pooled.cell", "back"),)
        return Diagram(
            Either(
                Row(Column(*pair), pooled, legend, gap=2),
                Column(Row(*pair), pooled, legend, align="middle"),
            )
            if not self.upright
            else Column(pooled, Row(*pair), legend, align="middle"),
            links,
        )  # fmt: skip

    def gate(self, name: str) -> Diagram:
        """Describe the sums of the filter's map, and the errors that pass its activation."""
        most = float(np.abs(self.sums).max()) or 1.0
        sums = Cells(
            "sums", self.sums, Scale(most, words.BEFORE_ACTIVATION.fill(f=name)), lines=False,
            share="cells", title=terms.MAP_OF.fill(layer=self.layer, n=self.filter),
        )  # fmt: skip
        passed = Cells(
            "errors", self.before, self.error, share="cells", title=terms.ERROR.capital, lines=False
        )
        both = self._beside(sums, passed)
        return Diagram(Column(both, Legend("legend", row=True), align="middle"))

    def laid(
        self,
        step: GradientStep | None = None,
        *,
        steep: tuple[int, int] | None = None,
        known: npt.NDArray[np.bool_] | None = None,
        standing: bool = False,
    ) -> Diagram:
        """Describe the errors on the input, beside the kernel and its gradient.

        Parameters
        ----------
        step : GradientStep, optional
            One weight's sum, which is told.
        steep : (int, int), optional
            The weight that is marked.
        known : numpy.ndarray of bool, optional
            Which cells of the gradient are computed.
        standing : bool
            Whether the errors lie at the place of the marked weight, and not in the middle.
        """
        spread = self.spread
        corner = (np.array(self.drawn.shape) - spread.shape) / 2
        if standing and steep is not None:
            corner = self.corner(*steep)
            spread = self._at(corner)
        read = Cells(
            "input", self.drawn, share="pixels", lines=False, title=terms.INPUT.capital,
            marks={"place": Mark(*corner, *self.spread.shape)},
        )  # fmt: skip
        lying = Cells("errors", spread, self.error, share="pixels", lines=False, glass=1.0)
        marks = {} if steep is None else {"steep": Mark(*steep)}
        kernel = self._kernel(
            "kernel", self.kernel, terms.FILTER.capital.fill(n=self.filter), marks
        )
        gradient = Cells(
            "gradient", self.gradient, self.slope, numbers=True, share="numbers", computed=known,
            title=terms.GRADIENT.capital, marks=marks,
        )  # fmt: skip
        told = [] if step is None else [self.sum(step)]
        whole = Overlay(read, lying)
        if self.upright:
            beside: Part = Column(Row(kernel, gradient), *told, Legend("legend", row=True))
            return Diagram(Column(whole, beside, align="middle"))
        return Diagram(
            Either(
                Row(whole, Column(Row(kernel, gradient), *told, Legend("legend", row=True)), gap=2),
                Row(whole, Column(kernel, gradient, *told, Legend("legend", row=True)), gap=2),
            )
        )

    def sum(self, step: GradientStep) -> Sum:
        """Describe one weight's sum, its largest products by their factors."""
        account = step.breakdown()
        width = step.products.shape[1]
        addends = []
        for number, part in enumerate(account.parts):
            at = divmod(part.place, width)
            factors = f"{fmt.number(step.met[at])} · {fmt.number(step.errors[at])}"
            addends.append(Addend(f"part-{number}", Caption(en=factors, zh=factors), part.value))
        if account.rest_count:
            addends.append(Addend("rest", account.addends[-1][0], account.rest))
        if not addends:
            addends = [Addend("nothing", terms.SUM, 0.0)]
        return Sum("sum", addends, step.value, None, step.value, self.slope)

    def valley(
        self, weights: Floats, losses: Floats, place: tuple[int, int], now: float
    ) -> Diagram:
        """Describe the loss as one weight changes alone.

        Parameters
        ----------
        weights, losses : numpy.ndarray, shape (points,)
            The weight's own value stands in the middle.
        place : (int, int)
            Its row and column.
        now : float
            Where the ball lies.
        """
        own, level = float(weights[len(weights) // 2]), float(losses[len(weights) // 2])
        slope = float(self.gradient[place])
        low, high = min(0.0, float(losses.min())), float(losses.max())
        reach = [float(weights[0]) - own, float(weights[-1]) - own]
        if slope:
            ends = sorted((end - level) / slope for end in (low, high))
            reach = [max(reach[0], ends[0]), min(reach[1], ends[1])]
        tangent = own + np.array(reach)
        ball = Dot("ball", now, float(np.interp(now, weights, losses)))
        chart = Chart(
            "valley",
            [
                Curve("loss", weights, losses),
                Curve("slope", tangent, level + slope * (tangent - own),
                      words.TANGENT.fill(v=fmt.number(slope, sign=True)), "accent", dashed=True),
            ],
            Axis(words.THE_WEIGHT.fill(r=place[0], c=place[1])), Axis(words.OF_THIS, low, high),
            size=_CHART, dots=(ball,),
        )  # fmt: skip
        title = terms.FILTER.capital.fill(n=self.filter)
        tried = Scale(float(max(np.abs(weights).max(), np.abs(self.kernel).max())), terms.WEIGHT)
        kernel = Cells(
            "kernel", self.kernel, tried, numbers=True, share="numbers", title=title,
            marks={"steep": Mark(*place)},
        )  # fmt: skip
        left = Column(kernel, Legend("legend"))
        return Diagram(self._beside(left, chart))

    def step(self, steep: tuple[int, int], note: Caption) -> Diagram:
        """Describe the kernel before and after a step, and one of its weights more exactly."""
        before = self._kernel("kernel", self.kernel, words.BEFORE.capital)
        one = Formula(
            "one",
            (
                Term("weight", fmt.number(self.kernel[steep], 4), terms.WEIGHT),
                Term("rate", f"− {self.rate:g} ·", words.RATE_OF_LEARNING),
                Term("slope", f"({fmt.number(self.gradient[steep])})", terms.GRADIENT),
                Term("equals", "="),
                Term("after", fmt.number(self.stepped[steep], 4), words.AFTER),
            ),
        )
        gradient = Cells(
            "gradient", self.gradient, self.slope, numbers=True, share="numbers",
            title=terms.GRADIENT.capital, marks={"steep": Mark(*steep)},
        )  # fmt: skip
        marks = {"steep": Mark(*steep)}
        after = self._kernel("after", self.stepped, words.AFTER.capital, marks)
        rate = Text("rate", f"− {self.rate:g} ×", role="sign")
        row = Row(before, rate, gradient, Text("equals", "=", role="sign"), after, gap=0.7)
        folded = Column(
            before, Row(rate, gradient, gap=0.7),
            Row(Text("equals", "=", role="sign"), after, gap=0.7), align="right",
        )  # fmt: skip
        said = Text("note", note, role="note", tone="muted")
        legend = Legend("legend", row=True)
        wide, high = (Column(each, one, said, legend, align="middle") for each in (row, folded))
        return Diagram(high if self.upright else Either(wide, high))

    def diagram(self, step: GradientStep) -> Diagram:
        """Describe all of it, for a figure: the errors on the input, kernel, gradient, one sum."""
        picture = self.laid(step, steep=(step.row, step.col), standing=True)
        about = words.ABOUT.fill(n=self.filter, layer=self.layer)
        return Diagram(picture.root, picture.links, about)

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

    def _errors(self, errors: Floats, layer: str, marks: Mapping[str, Mark] | None = None) -> Cells:
        title = terms.MAP_OF.fill(layer=layer, n=self.filter)
        return Cells("pooled", errors, self.error, title=title, marks=marks or {})

    def _kernel(
        self, name: str, values: Floats, title: Caption, marks: Mapping[str, Mark] | None = None
    ) -> Cells:
        return Cells(
            name, values, self.weight, numbers=True, share="numbers", title=title, marks=marks or {}
        )
