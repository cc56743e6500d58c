"""How a filter learns: errors run back, lie down on the input, and slide over it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import backward
from convexplain.lessons.parts.backward_gates import Gate
from convexplain.lessons.parts.backward_picture import GRAY, BackwardPicture
from convexplain.lessons.parts.beats import Event
from convexplain.network import BackwardTrace
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, in_turn, smoothly
from convexplain.style import terms

Points = npt.NDArray[np.float64]
#: How much is seen of the picture below the errors.
UNDER = 0.5
#: Around the errors on the picture, and around the picture.
FRAMES = ("input.place", "input.edge")
#: Round the weight whose sum is told, and that sum.
PAIR = ("kernel.steep", "gradient.steep")
#: From the filter's window on the way forward to its weights.
READING = "input.read->kernel"
#: Round the weight that is followed, its way, and what it becomes.
STEEP = ("kernel.steep", "ways.steep", "after.steep")


class Backward(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = backward.Backward
    lesson: backward.Backward

    def prepare(self) -> None:
        """Lay out the picture and the answer; they are there from the first moment."""
        self.picture: BackwardPicture = self.lesson.picture_of(upright=self.upright)
        bars = self.lesson.answers(self.lesson.trace)
        self.board.lay(self.picture.opening(bars, terms.ANSWER.capital))
        self.board.show("input", "answer", "kernel")(1.0)

    def answers(self, back: BackwardTrace) -> Diagram:
        """Describe the picture and what a network answers."""
        return self.picture.answer(self.lesson.answers(back.trace), terms.ANSWER.capital)

    def point_at(self, *classes: int, times: int = 1) -> Move:
        """Return the move that leads the eye to the bars and numbers of some classes."""
        parts = [part for k in classes for part in (f"answer.{k}", f"answer.{k}.value")]
        return self.board.pulse(*parts, times=times)

    # What is wrong.

    def show_reads(self, event: Event) -> None:
        """The class that it takes the picture for, and then the filter's weights."""
        cells = [f"kernel[{row}, {col}]" for row, col in np.ndindex(self.lesson.kernel.shape)]
        self.during(0.25, self.point_at(self.lesson.trace.prediction))
        self.during(1, in_turn(*map(self.board.pulse, cells), overlap=0.6), rate=linear)

    def show_looks(self, event: Event) -> None:
        """The class that it takes the picture for, and the right one."""
        looked = dict.fromkeys((self.lesson.trace.prediction, self.lesson.right))
        self.during(1, in_turn(*(self.point_at(k) for k in looked if k in self.lesson.classes)))

    def show_errors(self, event: Event) -> None:
        """Bars of probabilities become bars of errors."""
        errors = self.picture.answer(self.lesson.mistaken(), terms.ERROR.capital, signed=True)
        # What is the length of a probability is none of an error: its bar grows from the new line.
        bars = [f"answer.{k}" for k in self.lesson.classes]
        values = [f"{bar}.value" for bar in bars]
        # The caption has their numbers already: all this is short.
        self.during(0.02, self.board.hide(*bars, *values))
        self.turn_into(errors, 0.07, hold=(*bars, *values))
        self.during(0.11, *map(self.board.rise, bars))
        self.during(1, self.point_at(self.lesson.right, times=2))

    # The way back.

    def show_back(self, event: Event) -> None:
        """The answer's errors go back through the layers to the map at which they are seen."""
        lesson = self.lesson
        picture = self.picture.reached(lesson.mistaken(), lesson.behind)
        name, errors = "alone", lesson.before
        if self.picture.arriving is not None:
            name, errors = "arriving", self.picture.arriving
        way = "answer->layers", f"layers->{name}"
        layers = [p.name for p in picture.root.panels() if p.name.startswith("layers")]

        def reached(share: float) -> None:
            self.board.fill(name, share * errors)

        self.turn_into(picture, 0.1, show=("answer", *layers))
        # What is on its way comes soon: the map is not seen before there is something on it.
        first, last = (self.board.there(link, f"{link}.1") for link in way)
        self.during(0.06, *map(self.board.walk, first))
        self.during(0.05, self.board.pulse("layers"))
        self.during(0.05, *map(self.board.walk, last))
        self.board.fill(name, 0 * errors)
        self.during(0.2, self.board.show(name), reached)
        self.during(1, self.board.pulse(name))

    def gate(self, gate: Gate, share: float, *came: str) -> None:
        """Lay out a window of the pooling; what is in it is still to come."""
        picture = self.picture.gate(gate)
        self.turn_into(picture, share, show=("arriving", *came), hold=("sums", "left"))
        self.board.fill("left", np.full(gate.left.shape, np.nan))

    def show_winner(self, event: Event) -> None:
        """An error goes to the cell of its window that was the largest; the others get 0."""
        assert self.lesson.gates is not None
        gate, _ = self.lesson.gates
        # The caption has the largest sum already: all this is short.
        self.gate(gate, 0.08, "comes")
        self.board.show("arriving.cell")(1.0)
        self.during(0.1, self.board.grow("sums", out_of="arriving.cell"))
        self.during(0.06, self.board.show(*self.zoom(), "left"))
        self.during(0.1, self.board.show("sums.winner"), self.board.pulse("comes"))
        row, col = gate.winner
        self.during(0.16, self.board.carry("sums.winner", "left.winner"))
        self.board.fill(f"left[{row}, {col}]", gate.error)
        self.during(0.08, self.board.pulse(f"left[{row}, {col}]"))
        self.board.fill("left", gate.left)
        self.during(1, self.board.pulse("left"))

    def zoom(self) -> list[str]:
        """Return the names of the lines from the pooled cell to its window."""
        return self.board.there("arriving.cell->sums", "arriving.cell->sums.1")

    def show_stopped(self, event: Event) -> None:
        """Another error comes to a window in which ReLU gave 0, and goes no further."""
        assert self.lesson.gates is not None
        _, gate = self.lesson.gates
        if self.board.has("sums"):
            going = (*self.zoom(), "sums", "left", "sums.winner", "left.winner", "comes")
            self.during(0.04, self.board.hide(*going))
        # The caption speaks of the sums: they come at once.
        self.gate(gate, 0.03)
        self.during(0.03, self.board.show("arriving.cell", "comes"))
        self.during(0.1, self.board.grow("sums", out_of="arriving.cell"))
        self.during(0.05, self.board.show(*self.zoom(), "left"))
        self.during(0.25, self.board.pulse("sums", times=2))
        self.board.fill("left", gate.left)
        self.during(1, self.board.pulse("left", times=2))

    def show_scatter(self, event: Event) -> None:
        """All errors of the pooled map come to their windows, row after row."""
        if self.board.has("sums"):
            self.during(0.05, self.board.hide(*self.zoom(), "arriving.cell"))
        before, rows = self.lesson.before, len(self.lesson.before)
        unknown = np.full(before.shape, np.nan)
        self.turn_into(
            self.picture.scattered(), 0.15, lambda _: self.board.fill("alone", unknown),
            show=("arriving", "alone"),
        )  # fmt: skip

        def fill(alpha: float) -> None:
            known = np.arange(rows)[:, None] < round(alpha * rows)
            self.board.fill("alone", np.where(known, before, np.nan))

        self.during(0.5, fill, rate=linear)
        self.during(1, self.board.pulse("alone"))

    # Input times error.

    def show_stand(self, event: Event) -> None:
        """The errors lie down on the picture, in the middle, and move a cell out and back."""
        self.turn_into(self.picture.standing(), 0.2, show=("input", "alone"), hold=("errors",))
        under = self.board.dim("input", to=UNDER)
        self.during(0.2, self.board.grow("errors", out_of="alone"), under)
        # The sizes are asked about next.
        self.during(0.08, self.board.dim("input.title", to=1.0), self.board.show(*FRAMES))
        # Not straight out and back: right, down, and back both ways.
        rows, cols = self.lesson.gradient.shape
        right, down = int(cols > 1), int(rows > 1)
        ways = [way for way in ((0, right), (down, 0), (0, -right), (-down, 0)) if any(way)]
        for way in ways:
            self.during(0.5 / len(ways), self.shift(*way))
        self.during(1, self.board.pulse("input.place"))

    def shift(self, row: int, col: int) -> Move:
        """Return the move of the errors, and of their frame, by some of their places."""

        def start() -> Move:
            parts = self.lying()
            starts = [part.places.copy() for part in parts]
            way = self.place_of(row, col) - self.place_of(0, 0)

            def go(alpha: float) -> None:
                for part, places in zip(parts, starts, strict=True):
                    part.places = places + way * smoothly(alpha)

            return go

        return lazily(start)

    def show_predict(self, event: Event) -> None:
        """They lie there, and the video waits."""
        share = min(1.0, 3.5 / event.seconds)
        self.during(share, self.board.pulse("input.place", times=3))

    def show_visits(self, event: Event) -> None:
        """They go through all their places, which is what was asked; each weight has its own."""
        places = [*np.ndindex(self.lesson.gradient.shape)]
        self.during(0.06, self.board.hide("alone"), self.stand(*places[0]))
        self.turn_into(
            self.picture.standing(places[0]), 0.08, self.stays(*places[0]),
            show=("kernel", "kernel.steep"),
        )  # fmt: skip
        for number, place in enumerate(places):
            if number:
                self.during(0.08 / len(places), self.stand(*place), self.ring(*place))
            self.during(0.76 / len(places), self.board.pulse("kernel.steep"))
        self.during(1, self.board.pulse("input.place", "kernel.steep"))

    def known(self, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return which cells of the gradient are computed: the first ones."""
        cells = np.arange(self.lesson.gradient.size).reshape(self.lesson.gradient.shape)
        return cells < count

    def lie_down(self, share: float) -> None:
        """The picture comes nearer where errors lie on it, at one weight's place."""
        told = self.lesson.told
        picture = self.picture.laid(
            self.picture.products(told), steep=self.lesson.followed, met=self.picture.met(told)
        )
        near = ("input", "errors")
        out = None
        if self.board.has("input.place"):
            first = self.board.box("input[0, 0]")
            rows, cols = self.picture.near
            out = (
                first[0] + cols.start * first[2], first[1] + rows.start * first[3],
                (cols.stop - cols.start) * first[2], (rows.stop - rows.start) * first[3],
            )  # fmt: skip
            self.during(0.15 * share, self.board.hide(*FRAMES))
        held = (*self.lines("product"), *self.lines("total"), *(near if out else ()))
        self.turn_into(picture, 0.35 * share, show=("kernel", *near), hold=held)
        under = self.board.dim("input", to=UNDER)
        if out is not None:
            come = (self.board.grow(name, out_of=out) for name in near)
            self.during(0.35 * share, *come, under)
        else:
            self.during(0.1 * share, under)
        self.during(0.2 * share, self.stand(told.row, told.col))

    def show_read(self, event: Event) -> None:
        """The filter's window on the way forward, in which the weight lies on an error's pixel."""
        self.lie_down(0.3)
        weight, pixel = PAIR[0], "input.met-0"
        self.during(0.08, self.board.show(weight))
        self.during(0.08, self.board.show(pixel))
        self.during(
            0.12, self.board.show("input.read"), *map(self.board.walk, self.board.there(READING))
        )
        row, col = self.picture.nearer(*self.picture.met(self.lesson.told)[0])
        cells = self.pair(*self.lesson.followed)[0], f"input[{row}, {col}]"
        self.during(1, self.board.pulse(*cells, colour="ink", times=2))

    def show_lay(self, event: Event) -> None:
        """At one weight's place the products are written out and added up."""
        told = self.lesson.told
        if self.board.has("product-0"):
            self.during(0.06, self.board.hide(*self.board.there(READING), "input.read"))
        else:
            self.lie_down(0.3)
        self.during(0.06, self.board.show("kernel.steep"))
        # Each product is written as the pixel and the error that it is of are framed.
        for number in range(len(self.picture.met(told))):
            lines = [line for line in self.lines("product") if f"product-{number}" in line]
            self.during(0.13, self.board.show(f"input.met-{number}", *lines))
        self.during(0.12, self.board.show(*self.lines("product"), *self.lines("total")))
        self.during(1, self.board.pulse("total", times=2))

    def lines(self, of: str) -> list[str]:
        """Names of what the told sum's products, or what is added to them and the total, are."""
        panels = self.picture.products(self.lesson.told).panels()
        return [panel.name for panel in panels if panel.name.startswith(of)]

    @staticmethod
    def cell(row: int, col: int) -> str:
        """Return the name of a cell of the gradient."""
        return f"gradient[{row}, {col}]"

    def pair(self, row: int, col: int) -> tuple[str, str]:
        """Return the names of a weight and of its slope."""
        return f"kernel[{row}, {col}]", self.cell(row, col)

    def give(self, row: int, col: int) -> None:
        """Give a cell of the gradient its number."""
        values = self.board.part("gradient").values
        values[row, col] = self.lesson.gradient[row, col]

    def stand(self, row: int, col: int) -> Move:
        """Return the move of the errors, and of the frame around them, to a weight's place."""

        def start() -> Move:
            parts = self.lying()
            there = self.place_of(row, col)
            starts = [part.places.copy() for part in parts]
            ways = [there - places[0] for places in starts]

            def go(alpha: float) -> None:
                for part, places, way in zip(parts, starts, ways, strict=True):
                    part.places = places + way * alpha

            return go

        return lazily(start)

    def ring(self, row: int, col: int) -> Move:
        """Return the move of the ring on the weights to another of them."""

        def start() -> Move:
            ring = self.board.part("kernel.steep")
            first = ring.places.copy()
            way = np.array(self.board.box(f"kernel[{row}, {col}]")[:2]) - first[0]

            def go(alpha: float) -> None:
                ring.places = first + way * alpha

            return go

        return lazily(start)

    def stays(self, row: int, col: int) -> Move:
        """Return the move that keeps the errors, and their frame, at a weight's place."""

        def go(alpha: float) -> None:
            there = self.place_of(row, col)
            for part in self.lying():
                part.places = part.places - part.places[0] + there

        return go

    def place_of(self, row: int, col: int) -> Points:
        """Return where the errors' corner lies on the stage for a weight's place."""
        side, first = self.board.box("input[0, 0]")[2:], self.board.box("input")[:2]
        near = not self.board.has("input.place")
        corner = self.picture.nearby(row, col) if near else self.picture.corner(row, col)
        place: Points = np.array(first) + corner[::-1] * side
        return place

    def lying(self) -> list[Any]:
        """Return what lies on the picture: the errors, and the frame around them if it has one."""
        return [self.board.part(name) for name in self.board.there("errors", "input.place")]

    def show_places(self, event: Event) -> None:
        """The errors slide to all other places; at each, a sum fills its cell."""
        told = self.lesson.told
        known = self.known(0)
        known[told.row, told.col] = True
        picture = self.picture.laid(
            self.picture.rule(), steep=self.lesson.followed, known=known
        )  # fmt: skip
        if self.board.has("product-0"):
            rings = (f"input.met-{n}" for n in range(len(self.picture.met(told))))
            going = (*self.lines("product"), *self.lines("total"), "kernel.steep", *rings)
            self.during(0.05, self.board.hide(*going))
        self.turn_into(
            picture, 0.08, self.stays(told.row, told.col), show=("gradient", "rule"), hold=PAIR
        )  # fmt: skip
        cells = [cell for cell in np.ndindex(self.lesson.gradient.shape)
                 if cell != (told.row, told.col)]  # fmt: skip
        for row, col in cells:
            self.during(0.35 / len(cells), self.stand(row, col))
            self.give(row, col)
            self.during(0.42 / len(cells), self.board.pulse(*self.pair(row, col)))
        self.during(1, self.board.pulse("gradient"))

    # The loss, and a step.

    def show_step(self, event: Event) -> None:
        """Each weight gets its way: first those whose slope is below 0, then those above."""
        # The caption says already which way: all this is short.
        if self.board.has("rule"):
            gone = ("rule", "input", "errors", "legend")
            self.during(0.03, self.board.hide(*gone))
        self.turn_into(self.picture.ways(), 0.1, show=("kernel", "gradient"), hold=("ways",))
        self.empty("ways")
        self.during(0.03, self.board.show("ways"))
        gradient = self.lesson.gradient
        for sign in (-1, 1):
            cells = [(row, col) for row, col in np.argwhere(sign * gradient > 0)]
            for row, col in cells:
                self.board.part("ways").values[row, col] = GRAY
                looked = self.cell(row, col), f"ways[{row}, {col}]"
                self.during(0.5 / gradient.size, self.board.pulse(*looked))
        self.board.fill("ways", np.full(gradient.shape, GRAY))  # of a slope of 0, too
        self.during(1, self.board.pulse("ways"))

    def empty(self, grid: str) -> None:
        """Take all that is known out of a grid: dots stand in its cells."""
        self.board.fill(grid, np.full(self.lesson.gradient.shape, np.nan))

    def show_moved(self, event: Event) -> None:
        """One weight's sum, and then each new weight."""
        picture = self.picture.stepping(self.lesson.followed)
        self.turn_into(picture, 0.15, show=("kernel", "ways"), hold=("after", "one"))
        self.empty("after")
        self.during(0.07, self.board.show("after", "one", *STEEP))
        cells = [self.lesson.followed]
        cells += [cell for cell in np.ndindex(self.lesson.gradient.shape) if cell not in cells]
        after = self.picture.stepped
        for number, (row, col) in enumerate(cells):
            self.board.part("after").values[row, col] = after[row, col]
            looked = f"kernel[{row}, {col}]", f"after[{row}, {col}]"
            self.during(0.1 if number == 0 else 0.4 / len(cells), self.board.pulse(*looked))
        self.during(1, self.board.pulse("after"))

    def show_again(self, event: Event) -> None:
        """The layers light up one after the other, with how many parameters each of them has."""
        bars = self.lesson.answers(self.lesson.trace)
        picture = self.picture.learning(bars, terms.ANSWER.capital, self.lesson.learning)
        layers = [panel.name for panel in picture.root.panels() if panel.name.startswith("layer")]
        self.turn_into(picture, 0.3, show=("input", "answer", *layers))
        self.during(1, in_turn(*map(self.board.pulse, layers)), rate=linear)

    def close(self, back: BackwardTrace) -> Diagram:
        """Describe the last picture: the first one, with a network's answer and the ways."""
        bars = self.lesson.answers(back.trace)
        return self.picture.closing(bars, terms.ANSWER.capital, self.lesson.network.parameters)

    def show_better(self, event: Event) -> None:
        """The picture goes through the changed network; the bars change, then their numbers."""
        shown = ("input", "answer", "ways")
        layers = [name for name in self.board.parts if name.startswith("layer-")]
        if layers:  # they would run into the answer
            self.during(0.03, self.board.hide(*layers))
        self.turn_into(self.close(self.lesson.back), 0.08, show=shown)
        values = [f"answer.{k}.value" for k in self.lesson.classes]
        self.board.hide(*values)(1.0)
        self.turn_into(self.close(self.lesson.stepped), 0.11, hold=tuple(values))
        self.during(0.04, self.board.show(*values))
        self.during(1, self.point_at(self.lesson.right, times=2))

    def show_answer(self, event: Event) -> None:
        """Each weight's way once more, and what came of it."""
        cells = [f"ways[{row}, {col}]" for row, col in np.ndindex(self.lesson.kernel.shape)]
        self.during(0.7, in_turn(*map(self.board.pulse, cells), overlap=0.5), rate=linear)
        self.during(1, self.point_at(self.lesson.right))
