"""Batch normalization: four constants of each channel, which the convolution can do itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import batch_norm_words as words
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.normalized_filter import BATCHES, NormalizedFilter
from convexplain.panels import (
    INK,
    Aligned,
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
    Maps,
    Mark,
    Part,
    Row,
    Scale,
    Term,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, same

Floats = npt.NDArray[Any]
#: Above the batches' largest spread the chart has so much more room.
_ROOM = 1.25
#: A running average has joined the batches where it meets the mean of so many before and behind.
_NEAR = 5
#: So much of the chart's breadth lies at least between its beginning and the tick behind that.
_CLEAR = 0.15
#: So many maps of a batch are seen, in so many columns.
_SEEN, _ACROSS = 9, 3
#: Size of a batch's cells above the chart of batches, which is as broad as an upright frame.
_ABOVE = 0.2
#: Where what is told beside two maps breaks, in sizes of its text.
_NARROW = 7
#: The four steps, by the constant that each takes.
STEPS = ("mean", "spread", "gamma", "beta")


@dataclass(frozen=True)
class BatchNorm(NormalizedFilter):
    """What a batch normalization does with one picture, and how it goes into the kernel."""

    name: ClassVar[str] = "batch-norm"
    title: ClassVar[Caption] = words.TITLE
    question: ClassVar[Caption] = words.QUESTION
    answer: ClassVar[Caption] = words.ANSWER

    # The pictures.

    def scales(self) -> tuple[Scale, Scale]:
        """Scales of the channel's sums, those of a batch among them, and of what comes of them."""
        shown = [self.shown_filter, *self.compared]
        before, after = (float(np.abs(each[:, :, shown]).max()) for each in (self.sums, self.maps))
        if self.batch_sums is not None:
            before = max(before, float(np.abs(self.batch_sums[0]).max()))
        return Scale(before or 1.0, words.SUMS), Scale(after or 1.0, words.NORMALISED)

    def _map(self, *, title: Caption | None = None, marked: bool = False) -> Cells:
        values = self.sums[:, :, self.shown_filter]
        title = title or words.CONVOLVED.fill(n=self.shown_filter)
        return Cells(
            "sums", values, self.scales()[0], share="maps", lines=False,
            title=title.capital, marks=self._marks(marked),
        )  # fmt: skip

    def _marks(self, marked: bool) -> Mapping[str, Mark]:
        return {"cell": Mark(*self.place), "faint": Mark(*self.faintest)} if marked else {}

    def _normal(
        self, name: str = "normal", values: Floats | None = None, *, title: Caption | None = None,
        marked: bool = False,
    ) -> Cells:  # fmt: skip
        shown, n = self.maps if values is None else values, self.shown_filter
        return Cells(
            name, shown[:, :, n], self.scales()[1], share="maps", lines=False, hatched=True,
            title=(title or words.NORMAL.fill(n=n)).capital, marks=self._marks(marked),
        )  # fmt: skip

    def opening(self, *, told: bool = False) -> Diagram:
        """Describe the picture and maps of some channels, or of one; told: how large they are."""
        read = Cells("input", self.drawn, INK, lines=False, title=terms.INPUT.capital)
        seen = self._wall(told=told) if self.compared else self._map()
        high = Column(read, seen, Legend("legend", row=True), align="middle")
        # Beside the maps the legend leaves them more of the height than below.
        wide = Row(read, seen, Legend("legend"), gap=1.5, align="bottom")
        return Diagram(Either(wide, high))

    def alike(self, normalised: int) -> Diagram:
        """Describe maps of several channels, of which so many are normalized, and all their sizes.

        Sizes before stand in one scale, those after in another, each beside its colours.
        """
        maps = [
            self._channel("even", n, self.maps, 1, words.NORMAL.capital.fill(n=n))
            if place < normalised
            else self._channel("seen", n, self.sums, 0)
            for place, n in enumerate(self.compared)
        ]  # fmt: skip
        sizes = [
            Column(self._bars(name, values, title), Legend(f"legend-{name}", of=scale), gap=0.4)
            for name, values, title, scale in (
                ("seen", self.sums, words.SIZES, self.scales()[0]),
                ("even", self.maps, words.SIZES_NOW, self.scales()[1]),
            )
        ]
        wide = Column(Row(*maps, gap=0.7), Row(*sizes, gap=1, align="top"), gap=0.6)
        wall = Aligned([maps[:2], maps[2:]], gap=0.7, row_gap=0.5)
        beside, high = Row(wall, Column(*sizes), gap=1.5), Column(wall, *sizes)
        return Diagram(Either(wide, beside, high))

    def _bars(self, name: str, maps: Floats, title: Caption) -> Bars:
        """Describe how far from zero each compared channel reaches."""
        sizes = self.sizes(maps)
        bars = [
            Bar(str(n), terms.FILTER.capital.fill(n=n), size, fmt.number(size), "ink")
            for n, size in zip(self.compared, sizes, strict=True)
        ]
        long = 1.5 * maps.shape[1]  # of both alike
        return Bars(f"{name}-sizes", bars, Scale(max(sizes)), title=title.capital, share="maps",
                    length=long)  # fmt: skip

    def _wall(self, *, told: bool) -> Part:
        """Stand maps of several channels two by two, with how large each is where that is told."""
        cells = []
        for n in self.compared:
            most = _farthest(self.sums[:, :, n])
            said = words.LARGEST if most >= 0 else words.LOWEST
            title = said.capital.fill(n=n, v=fmt.number(most)) if told else None
            cells.append(self._channel("seen", n, self.sums, 0, title))
        return Aligned([cells[:2], cells[2:]], gap=0.7, row_gap=0.5)

    def _channel(
        self, name: str, n: int, maps: Floats, which: int, title: Caption | None = None
    ) -> Cells:
        """Describe a compared channel's map, before or after, in the scale of all of them."""
        return Cells(
            f"{name}-{n}", maps[:, :, n], self.scales()[which], share="maps", lines=False,
            title=title or terms.FILTER.capital.fill(n=n),
        )  # fmt: skip

    def training(self) -> Diagram:
        """Describe maps of a batch, mean and spread of the batches, and what is stored."""
        assert self.batch_sums is not None
        chart = self._of_training() if self.history is not None else self._of_batches()
        some = self.batch_sums[0][:_SEEN]
        batch = Maps(
            "batch", some.transpose(1, 2, 0), self.scales()[0], columns=_ACROSS,
            title=words.OTHERS.capital.fill(n=self.shown_filter, k=len(some)),
        )  # fmt: skip
        legend = Legend("legend", row=True)
        beside = Row(Column(batch, legend), chart, gap=2, turns=False)
        above = Column(Column(replace(batch, weight=_ABOVE), legend), chart, align="middle")
        return Diagram(Either(beside, above))

    def _of_training(self) -> Chart:
        assert self.history is not None
        # Before, most of a running average is what it began with, 0 or 1.
        start = max(_joined(self.history[f"{n}-kept"], self.history[n]) for n in STEPS[:2])
        history = {name: values[start:] for name, values in self.history.items()}
        steps, batches = history["steps"], [history[n] for n in STEPS[:2]]
        first, last = float(steps[0]), float(steps[-1])
        # Where it begins is told, since that is not where training did.
        across = Axis(words.STEP, first, last, whole=True)
        clear = [x for x in across.ticks(first, last) if across.share(x, first, last) > _CLEAR]
        low = min(0.0, *(float(found.min()) for found in batches))
        high = _ROOM * max(float(found.max()) for found in batches)
        return Chart(
            "batches", self._courses(steps, history),
            replace(across, at=(first, *clear)),
            Axis(words.OF_SUMS, low, high), dots=self._firsts(steps, batches), size=(16, 24),
        )  # fmt: skip

    def _of_batches(self) -> Chart:
        assert self.batches is not None
        assert self.digits is not None
        count = np.arange(1, BATCHES + 1)
        found = dict(zip(("mean", "spread"), self.batches, strict=True))
        each = fmt.count(len(self.digits) // BATCHES)
        values = np.array([*found["mean"], *found["spread"], *self._stored])
        low, high = float(values.min()), float(values.max())
        room = 0.1 * (high - low)
        return Chart(
            "batches", self._courses(count, found),
            Axis(words.BATCH.fill(n=each), 1, BATCHES, whole=True),
            Axis(words.OF_SUMS, low - room, high + room), dots=self._firsts(count, self.batches),
            size=(16, 24),
        )  # fmt: skip

    @staticmethod
    def _firsts(x: Floats, found: Sequence[Floats]) -> list[Dot]:
        """Mark mean and spread of the first batch that is seen."""
        return [
            Dot(f"{name}-first", float(x[0]), float(values[0]), tone="ink", large=True)
            for name, values in zip(STEPS[:2], found, strict=True)
        ]

    @property
    def _stored(self) -> tuple[float, float]:
        return self.constants.mean, self.constants.spread

    def _courses(self, x: Floats, found: Mapping[str, Floats]) -> list[Curve]:
        """Describe mean and spread, batch after batch; heavier, what is stored."""
        curves = []
        for name, label, kept in zip(STEPS[:2], words.CALLED[:2], self._stored, strict=True):
            curves.append(Curve(name, x, found[name], label, "muted", strong=False))
            said = words.STORED.fill(v=fmt.number(kept, self.decimals))
            running = found.get(f"{name}-kept", np.full(len(x), kept))
            curves.append(Curve(f"{name}-kept", x, running, said))
        return curves

    def one(self) -> Diagram:
        """Describe the followed cell, and the four steps that its number takes."""
        seen = Column(self._map(marked=True), Legend("legend", row=True))
        rows = [Column(*self._steps(large=large), gap=0.2) for large in (True, False)]
        beside = [Row(seen, each, gap=2) for each in rows]
        below = [Column(seen, each, align="middle") for each in rows]
        return Diagram(Either(beside[0], below[0], beside[1], below[1]))

    def _steps(self, *, large: bool) -> list[Formula]:
        """Write the steps row by row: a number, a sign, a constant, and what comes out."""
        values = [fmt.number(value) for value in (self.number, *self.steps)]
        given = [self.printed(name) for name in STEPS]
        widest, room = max(values, key=len), max(given, key=len)
        return [
            Formula(
                name,
                (
                    Term("value", values[n], widest=widest),
                    Term("sign", "−/×+"[n], widest="+"),
                    Term("constant", given[n], words.CALLED[n], widest=room),
                    Term("equals", "="),
                    Term("result", values[n + 1], widest=widest),
                ),
                large=large,
            )
            for n, name in enumerate(STEPS)
        ]

    def printed(self, name: str) -> str:
        """Print a constant, with as many decimals as factor and shift ask for."""
        return fmt.bracketed(getattr(self.constants, name), self.decimals)

    def everywhere(self, *, faint: bool = False) -> Diagram:
        """Describe the map before and after, and between them a number's way in two steps.

        `faint`: whether it is the number of the faintest cell.
        """
        number, _, result = self.two_steps(self.faintest if faint else self.place)
        called = "faint-" if faint else ""
        four = self.constants
        said: dict[str, tuple[str, Caption | None]] = {
            f"{called}number": (fmt.number(number), None),
            "times": (f"× {fmt.bracketed(four.factor)}", words.RATIO),
            "plus": (f"+ {fmt.bracketed(four.addend)}", words.SHIFT),
            f"{called}gives": (f"= {fmt.number(result)}", None),
        }

        def way(*, large: bool) -> Part:
            role: Literal["display", "heading"] = "display" if large else "heading"
            steps: list[Part] = []
            for name, (text, over) in said.items():
                step = Text(name, text, role=role)
                told = Text(f"{name}-is", over, tone="muted") if over else None
                steps.append(Column(step, told, gap=0, align="middle") if told else step)
            return Column(*steps, align="middle", gap=0.3)

        maps = self._map(marked=True), self._normal(marked=True)
        legends = (
            Legend(name, of=scale)
            for name, scale in zip(("legend", "legend-normal"), self.scales(), strict=True)
        )
        before, after = (Column(*each, gap=0.5) for each in zip(maps, legends, strict=True))
        return Diagram(Either(*(Row(before, way(large=large), after) for large in (True, False))))

    def folding(self) -> Diagram:
        """Describe both ways to one map: convolution and normalization, and the folded kernel."""
        four, kernels = self.constants, self._kernels()
        old, new = (self.kernel[k][self.weight[0]] for k in (0, 1))
        factor, shift = fmt.bracketed(four.factor), fmt.bracketed(four.addend)
        lines = (
            ("weight", words.RINGED, fmt.number(old, self.weight[1]), f"× {factor}", new),
            ("bias", words.OLD_BIAS.fill(b=fmt.number(self.bias[0])), fmt.number(self.bias[0]),
             f"× {factor} + {shift}", self.bias[1]),
        )  # fmt: skip
        told = Column(
            *(
                Column(
                    Text(f"{name}-is", said.capital, tone="muted"),
                    Row(
                        Text(name, f"{given} {done}", role="heading"),
                        Text(f"{name}-gives", f"= {fmt.number(came)}", role="heading",
                             weight="bold"),
                        gap=0.3, turns=False,
                    ),
                    gap=0,
                )
                for name, said, given, done, came in lines
            ),
            gap=0.5, turns=False,
        )  # fmt: skip
        way = Column(
            *(Text(name, text, role="heading") for name, text in (
                ("times", f"× {factor}"), ("plus", f"+ {shift}"))),
            gap=0.3, align="middle",
        )  # fmt: skip
        sums = self._map(title=words.ALONE)
        maps = (
            self._normal(title=words.TWO_LAYERS),
            self._normal("joined", self.folded_maps, title=words.ONE_LAYER),
        )
        said = words.DIFFERENCE.fill(d=self.bound).capital
        apart, line = (
            Text("apart", said, role="heading", measure=measure) for measure in (_NARROW, math.inf)
        )
        legend = Legend("legend")
        low = Column(line, Legend("legend", row=True), align="middle")
        rows = [[kernels[0], Row(sums, way, turns=False), maps[0]], [kernels[1], told, maps[1]]]
        # Close together they fit into a square frame, too.
        both, close = (
            Aligned(rows, gap=gap, row_gap=0.8, down="middle", across="middle") for gap in (1, 0.7)
        )
        grids = Aligned([[kernels[0], kernels[1]], [sums, way], [*maps]], row_gap=0.8)
        high = Either(
            Column(Row(grids, legend, turns=False), told, line, gap=0.8),
            Column(grids, told, Row(apart, legend, turns=False), gap=0.8),
        )
        beside, below = Row(both, Column(apart, legend), gap=1), Column(close, low, align="middle")
        return Diagram(Either(beside, below, high))

    def _kernels(self) -> list[Cells]:
        """Describe the kernel before and after by its colours, as high as a map, and one weight."""
        row, col = self.weight[0]
        scale = _weights(*self.kernel)
        fine = max(self.kernel[0].shape) / max(self.response_map.shape)
        title = terms.FILTER.capital.fill(n=self.shown_filter)
        return [
            Cells(name, values, scale, share="maps", fine=fine, title=called,
                  marks={"cell": Mark(row, col)})
            for name, values, called in zip(
                ("kernel", "after"), self.kernel, (title, words.FOLDED.capital), strict=True)
        ]  # fmt: skip

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure: kernel and bias folded, and the same map."""
        about = words.ABOUT.fill(norm=self.shown_layer, host=self.host, n=self.shown_filter)
        return replace(self.folding(), about=about)

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: what is stored in training, one number's steps, and the fold."""
        yield Beat.of("question", self.title, *self._tell_question())
        if self.history is not None or self.batches is not None:
            yield Beat.of("training", self.title, *self._tell_training())
        yield Beat.of("one", self.title, *self._tell_one())
        yield Beat.of("fold", self.title, *self._tell_fold())
        said = self.answer if self.compared else words.END  # sizes are told of where they are seen
        yield Beat.of("answer", self.title, Event("answer", 3.8, said))

    def _tell_question(self) -> Iterator[Event]:
        yield Event("reads", 3.5, self.question)
        if self.compared:
            sizes = self.sizes(self.sums)
            a, b = (fmt.number(sizes[n]) for n in (0, -1))
            yield Event("uneven", 3.5, words.UNEVEN.fill(a=a, b=b), detail=1)

    def _tell_training(self) -> Iterator[Event]:
        # Without a history there are batches of digits, not those of its training.
        said = words.OWN_BATCHES if self.history is None else words.BATCHES
        yield Event("batches", 4.5, said, detail=1)
        yield Event("averages", 3.5, words.AVERAGES)

    def _tell_one(self) -> Iterator[Event]:
        weights = self.network.weights_of(self.shown_layer)
        learned = {"gamma", "beta"} <= weights.keys()
        yield Event("constants", 3.4, words.AND_LEARNED if learned else words.TWO_STORED)
        yield Event("steps", 3.8, words.STEPS)
        yield Event("together", 2.9, words.TOGETHER)
        four = self.constants
        factor, shift = fmt.number(four.factor), fmt.number(four.addend)
        yield Event("everywhere", 3.2, words.EVERYWHERE.fill(f=factor, s=shift))
        yield Event("predict", self.pause, ask=self.ask(), detail=1)
        z, p, v = map(fmt.number, self.two_steps(self.faintest))
        said = words.FAINT.fill(z=z, f=fmt.bracketed(four.factor), p=p, v=v)
        yield Event("faint", 3.6, said, detail=1)
        if self.compared:
            yield Event("alike", 3.7, words.ALIKE, detail=1)
            a, b = (fmt.number(each, 1) for each in self.ranges)
            yield Event("closer", 3.5, words.CLOSER.fill(a=a, b=b), detail=1)

    def ask(self) -> Question:
        """Ask what factor and shift make of the faintest number."""
        number, scaled, result = self.two_steps(self.faintest)
        factor = self.constants.factor
        z, p = fmt.number(number), fmt.number(scaled)
        replies = {
            result: None,
            scaled: words.UNSHIFTED,
            factor: words.UNSCALED.fill(z=z, f=fmt.bracketed(factor), p=p),
        }
        choices: dict[str, Choice] = {}
        for value, reply in replies.items():
            text = fmt.number(value)
            choices.setdefault(text, Choice(same(text), reply))
        order = dict.fromkeys(fmt.number(value) for value in sorted(replies))
        return Question(words.ASK.fill(z=z), tuple(choices[text] for text in order))

    def _tell_fold(self) -> Iterator[Event]:
        yield Event("fold", 4.2, words.FOLD)
        yield Event("same", 2.8, words.SAME)


def _farthest(values: Floats) -> float:
    """Return the number that is farthest from zero."""
    return float(values.flat[np.abs(values).argmax()])


def _joined(running: Floats, each: Floats) -> int:
    """Return where a running average first meets the mean of the batches around; else 0."""
    width = 2 * _NEAR + 1
    around = np.convolve(np.pad(each, _NEAR, mode="edge"), np.full(width, 1 / width), "valid")
    above = running > around
    met = np.flatnonzero(above != above[0])
    return int(met[0]) if met.size else 0


def _weights(*kernels: Floats) -> Scale:
    """Return one scale for several kernels."""
    return Scale(max(float(np.abs(each).max()) for each in kernels) or 1.0, terms.WEIGHT)
