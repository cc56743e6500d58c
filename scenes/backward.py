"""How a filter learns: errors run back, lie down on the input, and slide over it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import backward
from convexplain.lessons.parts.backward_picture import BackwardPicture
from convexplain.lessons.parts.beats import Event
from convexplain.network import BackwardTrace
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, eased, in_turn
from convexplain.style import terms
from convexplain.style.captions import Caption

#: How much is seen of the picture below the errors.
UNDER = 0.5


class Backward(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = backward.Backward
    lesson: backward.Backward

    def prepare(self) -> None:
        """Lay out the picture; it is there from the first moment."""
        self.picture: BackwardPicture = self.lesson.picture_of(upright=self.upright)
        self.board.lay(self.picture.opening())
        self.board.show("input")(1.0)

    def answers(self) -> Diagram:
        """Describe the picture and what the network answers."""
        return self.picture.answer(self.lesson.answers(self.lesson.trace), terms.ANSWER.capital)

    def bars(self, *classes: int) -> list[str]:
        """Return the names of some classes' bars, of all if none is given."""
        return [f"answer.{k}" for k in classes or self.lesson.classes]

    def point_at(self, *classes: int, times: int = 1) -> Move:
        """Return the move that leads the eye to the bars and numbers of some classes."""
        parts = [part for bar in self.bars(*classes) for part in (bar, f"{bar}.value")]
        return self.board.pulse(*parts, times=times)

    # What is wrong.

    def show_reads(self, event: Event) -> None:
        """The filter's weights, one after the other."""
        self.during(0.25, self.board.grow("kernel", out_of="input"))
        cells = [f"kernel[{row}, {col}]" for row, col in np.ndindex(self.lesson.kernel.shape)]
        self.during(1, in_turn(*map(self.board.pulse, cells), overlap=0.6), rate=linear)

    def root(self, bar: str) -> tuple[float, float, float, float]:
        """Return where a bar begins."""
        left, top, _, height = self.board.box(bar)
        return left, top, 1.0, height

    def show_bars(self, event: Event) -> None:
        """The bars of the answer grow."""
        self.turn_into(self.answers(), 0.3, show=("input", "answer.title"), hold=("answer",))
        grown = [self.board.grow(bar, out_of=self.root(bar)) for bar in self.bars()]
        self.during(0.5, in_turn(*map(eased, grown), overlap=0.8))
        self.during(1, self.board.show("answer"))

    def show_looks(self, event: Event) -> None:
        """The class that it takes the picture for, and the right one."""
        looked = dict.fromkeys((self.lesson.trace.prediction, self.lesson.right))
        self.during(1, in_turn(*(self.point_at(k) for k in looked if k in self.lesson.classes)))

    def show_curve(self, event: Event) -> None:
        """The right class's bar becomes a point on the curve of the loss."""
        self.find_loss(1)

    def find_loss(self, share: float) -> None:
        """Draw the curve of the loss, and find the right class's point on it."""
        self.turn_into(self.lost(self.lesson.back), 0.3 * share, show=("input", "answer"))
        axes = [n for n in self.board.frame("surprise") if not n.endswith("counter")]
        self.during(0.4 * share, self.board.show(*axes), self.board.trace("surprise.curve"))
        right = f"answer.{self.lesson.right}"
        self.during(0.3 * share, self.board.grow("surprise.own", out_of=right))
        self.board.show("surprise.counter")(1.0)

    def show_loss(self, event: Event) -> None:
        """The point is looked at, and its loss."""
        if not self.board.has("surprise"):
            self.find_loss(0.7)
        self.during(1, self.board.pulse("surprise.own", "surprise.counter", times=2))

    def lost(self, back: BackwardTrace) -> Diagram:
        """Describe the picture, a network's answer and its loss."""
        bars = self.lesson.answers(back.trace)
        return self.picture.lost(bars, terms.ANSWER.capital, back.loss, self.lesson.highest)

    def show_errors(self, event: Event) -> None:
        """Bars of probabilities become bars of errors."""
        errors = self.picture.answer(self.lesson.mistaken(), terms.ERROR.capital, signed=True)
        self.turn_into(errors, 0.5)
        self.during(1, self.point_at(self.lesson.right, times=2))

    # The way back.

    def show_back(self, event: Event) -> None:
        """Map after map lights up, from the answer to the filter's layer."""
        energy = self.lesson.energy()
        names = {f"at-{n}" if n else "pooled": name for n, name in enumerate(energy)}
        maps = {key: (Caption(en=name, zh=name), energy[name]) for key, name in names.items()}
        picture = self.picture.way(self.lesson.mistaken(), terms.ERROR.capital, maps)
        self.turn_into(picture, 0.25)
        order = list(reversed(names))
        sources = [f"answer.{self.lesson.right}", *order[:-1]]
        moves = [
            self.board.grow(key, out_of=source) for key, source in zip(order, sources, strict=True)
        ]
        self.during(0.85, in_turn(*map(eased, moves), overlap=0.2))
        self.during(1, self.board.pulse(order[-1]))

    def show_arrived(self, event: Event) -> None:
        """The filter's own channel, as large as it can be."""
        name, errors = self.lesson.arriving
        self.turn_into(self.picture.arrived(errors, name), 0.5)
        self.during(1, self.board.pulse("pooled", times=2))

    def show_winner(self, event: Event) -> None:
        """One cell opens into its window; its error goes to the winner, or to all alike."""
        given = self.lesson.given
        assert given is not None
        name, errors = self.lesson.arriving
        picture = self.picture.given(errors, name, given)
        self.turn_into(picture, 0.2, show=("pooled.cell",))
        self.during(0.2, self.board.grow("numbers", out_of="pooled.cell"))
        marks = [f"numbers.{mark}" for mark in ("winner",) if given.winner is not None]
        self.during(0.15, self.board.show(*marks) if marks else self.board.pulse("numbers"))
        self.during(0.25, self.board.grow("back", out_of="pooled.cell"))
        seen = np.argwhere(given.errors)
        cells = [f"back[{r}, {c}]" for r, c in seen] or ["back"]
        self.during(1, self.board.pulse(*cells, times=2))

    def show_gate(self, event: Event) -> None:
        """The sums of the filter's map, and the errors that pass."""
        called = terms.activation(self.lesson.network.layer(self.lesson.shown_layer).activation)
        gate = self.picture.gate(called)
        self.turn_into(gate, 0.2, show=("sums",), hold=("errors",))
        errors = self.lesson.picture_of().after
        self.board.fill("errors", errors)
        self.during(0.3, self.board.show("errors"))
        before = self.lesson.before
        shown = self.board.part("errors").values
        passes = np.asarray(before != errors)

        def fade(alpha: float) -> None:
            shown[passes] = errors[passes] + (before - errors)[passes] * alpha

        self.during(0.4, self.board.pulse("sums"))
        self.during(1, fade)

    # Input times error.

    def show_predict(self, event: Event) -> None:
        """The weight that is asked about, and the video waits."""
        picture = self.picture.laid(steep=self.lesson.steep, known=self.known(0))
        if not self.board.has("kernel"):
            share = min(0.3, 2 / event.seconds)
            if self.board.has("errors"):
                # The map stands until the picture comes: errors on their way are nearly nothing.
                self.during(0.3 * share, self.board.hide("errors"))
            self.turn_into(picture, 0.7 * share, show=("input", "kernel"))
        share = min(1.0, 6.0 / event.seconds)
        self.board.show("kernel.steep")(1.0)
        cell = "kernel[{}, {}]".format(*self.lesson.steep)
        self.during(share, self.board.pulse(cell, times=3))

    def known(self, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return which cells of the gradient are computed: the first ones."""
        cells = np.arange(self.lesson.gradient.size).reshape(self.lesson.gradient.shape)
        return cells < count

    def show_lay(self, event: Event) -> None:
        """The errors lie down on the picture, at one weight's place; its products are added up."""
        told = self.lesson.told
        picture = self.picture.laid(told, known=self.known(0))
        shown = ("input", "kernel", "gradient")
        self.turn_into(picture, 0.2, show=shown, hold=("sum", "errors"))
        self.during(0.2, self.board.show("errors"), self.board.dim("input", to=UNDER))
        goes = self.stand(told.row, told.col)
        self.during(0.1, self.board.show("input.place"), self.board.dim("input.place", to=1.0))
        self.during(0.15, goes)
        self.during(0.15, self.board.show("sum"))
        self.during(0.15, self.board.pulse(*self.meeting()))
        gives = self.value_of(told.row, told.col)
        self.during(1, self.board.send("sum.activated", self.cell(told.row, told.col), gives))

    def meeting(self) -> list[str]:
        """Return the cells of the picture at which the told sum's terms are met."""
        told = self.lesson.told
        width = told.products.shape[1]
        first, apart = self.picture.corner(told.row, told.col), self.picture.window.stride
        cells = []
        for part in told.breakdown().parts:
            at = np.array(divmod(part.place, width)) * apart + first
            if all(0 <= n < size for n, size in zip(at, self.lesson.drawn.shape, strict=True)):
                cells.append(f"input[{at[0]}, {at[1]}]")
        return cells or ["input"]

    @staticmethod
    def cell(row: int, col: int) -> str:
        """Return the name of a cell of the gradient."""
        return f"gradient[{row}, {col}]"

    def value_of(self, row: int, col: int) -> Callable[[], None]:
        """Return what gives a cell of the gradient its number."""

        def give() -> None:
            values = self.board.part("gradient").values
            values[row, col] = self.lesson.gradient[row, col]

        return give

    def stand(self, row: int, col: int) -> Move:
        """Return the move of the errors, and of the frame around them, to a weight's place."""

        def start() -> Move:
            parts = [self.board.part("errors"), self.board.part("input.place")]
            side, first = self.board.box("input[0, 0]")[2:], self.board.box("input")[:2]
            there = np.array(first) + self.picture.corner(row, col)[::-1] * side
            starts = [part.places.copy() for part in parts]
            ways = [there - places[0] for places in starts]

            def go(alpha: float) -> None:
                for part, places, way in zip(parts, starts, ways, strict=True):
                    part.places = places + way * alpha

            return go

        return lazily(start)

    def show_places(self, event: Event) -> None:
        """The errors slide to all places; each sum fills its cell."""
        told = self.lesson.told
        known = self.known(0)
        known[told.row, told.col] = True
        self.turn_into(self.picture.laid(known=known), 0.1)
        count = self.lesson.gradient.size
        for number in range(count):
            row, col = divmod(number, self.lesson.gradient.shape[1])
            # The first ones are seen in peace, the others faster.
            share = 0.85 * (1.6 if number < 3 else 0.8) / (0.8 * count + 0.8 * min(3, count))
            self.during(0.7 * share, self.stand(row, col))
            self.value_of(row, col)()
            self.during(0.3 * share, self.board.pulse(self.cell(row, col)))
        self.during(1, self.board.pulse("gradient"))

    # The loss, and a step.

    def show_slope(self, event: Event) -> None:
        """The steepest weight takes on other values, and the loss draws its curve; its tangent."""
        weights, losses = self.lesson.valley
        own = float(self.lesson.kernel[self.lesson.steep])
        picture = self.picture.valley(weights, losses, self.lesson.steep, own)
        self.turn_into(picture, 0.15, show=("kernel", "kernel.steep"))
        self.during(0.08, self.board.show(*self.board.frame("valley")))
        self.board.show("valley.ball")(1.0)
        values = self.board.part("kernel").values

        def turn(alpha: float) -> None:
            values[self.lesson.steep] = weights[round(alpha * (len(weights) - 1))]

        ride = self.board.ride("valley.ball", "valley.loss")
        self.during(0.4, self.board.trace("valley.loss"), ride, turn, rate=linear)

        def back(alpha: float) -> None:
            values[self.lesson.steep] = weights[round((1 - alpha / 2) * (len(weights) - 1))]

        self.during(0.15, self.board.ride("valley.ball", "valley.loss", 1.0, 0.5), back)
        self.during(0.1, self.board.walk("valley.slope"))
        self.board.show("valley.slope.label")(1.0)
        self.during(1, self.board.pulse("valley.slope.label", times=2))

    def show_step(self, event: Event) -> None:
        """Kernel, less a little of the gradient: the kernel after the step."""
        picture = self.picture.step(self.lesson.steep, self.lesson.rated)
        self.turn_into(picture, 0.2, show=("kernel", "note"))
        self.during(0.15, self.board.grow("gradient", out_of="kernel"), self.board.show("rate"))
        height, width = self.lesson.gradient.shape
        self.during(0.15, self.board.grow("after", out_of="gradient"), self.board.show("equals"))
        looks = [
            in_turn(*(self.board.pulse(f"{grid}[{r}, {c}]") for grid in ("gradient", "after")))
            for r in range(height) for c in range(width)
        ]  # fmt: skip
        self.during(0.35, in_turn(*looks, overlap=0.6), rate=linear)
        self.during(0.15, self.board.show("one", "gradient.steep", "after.steep"))
        self.during(1, self.board.pulse("one.after", times=2))

    def show_again(self, event: Event) -> None:
        """The picture goes through the changed network; the bars change, the loss falls."""
        shown = ("input", "answer", "surprise")
        self.turn_into(self.lost(self.lesson.back), 0.12, show=shown)
        self.turn_into(self.lost(self.lesson.stepped), 0.35)
        number = self.board.pulse("surprise.own", "surprise.counter", times=2)
        self.during(1, self.point_at(self.lesson.right, times=2), number)

    def show_answer(self, event: Event) -> None:
        """The errors slide over the picture once more."""
        picture = self.picture.laid(steep=self.lesson.steep)
        self.turn_into(picture, 0.2, show=("input", "errors", "kernel", "gradient"))
        self.during(0.08, self.board.dim("input", to=UNDER))
        self.board.show("input.place")(1.0)
        self.board.dim("input.place", to=1.0)(1.0)
        height, width = self.lesson.gradient.shape
        way = [(0, 0), (0, width - 1), (height - 1, width - 1), (height - 1, 0), self.lesson.steep]
        for row, col in way[:-1]:
            self.during(0.15, self.stand(row, col), self.board.pulse(self.cell(row, col)))
        self.during(0.15, self.stand(*way[-1]))
        self.board.show("gradient.steep")(1.0)
        self.during(1, self.board.pulse("gradient.steep", times=2))
