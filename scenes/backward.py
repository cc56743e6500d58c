"""How a filter learns: errors run back, meet the pixels of a weight, and slide over the picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import backward
from convexplain.lessons.parts import backward_words as words
from convexplain.lessons.parts.backward_answer import Outcome
from convexplain.lessons.parts.backward_gates import Gate
from convexplain.lessons.parts.backward_laid import INLAID, MADE
from convexplain.lessons.parts.backward_picture import GRAY, BackwardPicture, stepped
from convexplain.lessons.parts.beats import Event
from convexplain.panels import Bars, Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board import DIM, lazily
from convexplain.stage.pace import Move, in_turn, together
from convexplain.style import format as fmt

Points = npt.NDArray[np.float64]
#: How much is seen of the picture below the errors.
UNDER = 0.24
#: In which layer errors lie on the picture: above all grids but the weights, which are read.
LYING = 2
#: What frames the pixel that a weight read, and the error of the cell that it was read for.
RINGS = ("input.read", "input.met", "errors.met")
#: Around the errors on the picture, and around the picture.
FRAMES = ("input.edge", "input.place")
#: Round the weight that is followed, its slope, and its way.
STEEP = ("kernel.steep", "gradient.steep", "ways.steep")


class Backward(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = backward.Backward
    lesson: backward.Backward

    def prepare(self) -> None:
        """Lay out the picture and the answer; they are there from the first moment."""
        lesson = self.lesson
        self.picture: BackwardPicture = lesson.picture_of()
        self.first = lesson.outcomes[0]
        self.explains = True
        #: For which weight the errors lie on the picture; for none as long as they do not.
        self.lain: tuple[int, int] | None = None
        self.board.lay(self.way(self.first.seen()))
        self.board.show("input", "kernel", "map", "layers", "answer", "loss")(1.0)
        self.board.fill("map", np.nan)
        self.board.explain()(1.0)

    def way(self, answer: Sequence[Bars]) -> Diagram:
        """Describe the way forward to some answer."""
        return self.picture.way(answer, len(self.lesson.behind))

    def walk(self, start: str, end: str) -> Move:
        """Return the move in which what leads from one panel to the next is drawn."""
        return self.board.walk(*self.board.there(f"{start}->{end}", f"{start}->{end}.1"))

    def come(self, name: str, values: npt.NDArray[np.float64]) -> Move:
        """Return the move in which a map gets its numbers, row by row."""

        def fill(alpha: float) -> None:
            known = np.arange(len(values))[:, None] < round(alpha * len(values))
            self.board.fill(name, np.where(known, values, np.nan))

        return fill

    def point_at(self, *bars: str, times: int = 1) -> Move:
        """Return the move that leads the eye to bars and their numbers."""
        return self.board.pulse(*(part for bar in bars for part in (bar, f"{bar}.value")),
                                times=times)  # fmt: skip

    def change(self, picture: Diagram, share: float, *others: Move) -> None:
        """Bring answer and loss to other numbers; none stands at a bar of another length."""
        numbers = [name for name in self.board.parts
                   if re.fullmatch(r"(answer|loss)\.(\d+|now)\.value", name)]  # fmt: skip
        self.board.hide(*numbers)(1.0)
        self.turn_into(picture, 0.75 * share, *others, hold=tuple(numbers))
        self.during(0.25 * share, self.board.show(*numbers))

    # What is wrong.

    def show_reads(self, event: Event) -> None:
        """The way forward, to the class that it takes the picture for; then the weights."""
        cells = [f"kernel[{row}, {col}]" for row, col in np.ndindex(self.lesson.kernel.shape)]
        picture = self.picture
        seen = picture.responses if picture.pooled is None else picture.pooled
        self.during(0.08, self.walk("input", "kernel"))
        self.during(0.06, self.walk("kernel", "map"))
        self.during(0.18, self.come("map", seen), rate=linear)
        self.during(0.14, in_turn(self.walk("map", "layers"), self.walk("layers", "answer.title")))
        self.during(0.16, self.point_at(f"answer.{self.lesson.trace.prediction}"))
        self.during(1, in_turn(*map(self.board.pulse, cells), overlap=0.6), rate=linear)

    def show_looks(self, event: Event) -> None:
        """The class that it takes the picture for, and the right one."""
        looked = dict.fromkeys((self.lesson.trace.prediction, self.lesson.right))
        self.during(1, in_turn(*(self.point_at(f"answer.{k}") for k in looked
                                 if k in self.lesson.classes)))  # fmt: skip

    def show_nudge(self, event: Event) -> None:
        """The wrong class's score grows, then the right one's: what becomes of the loss."""
        for n, k in enumerate(sorted(self.lesson.classes, key=lambda k: k == self.lesson.right)):
            # First what is changed, alone; then what comes of it.
            cause = self.way(self.first.seen(raised=k))
            if n:
                self.change(cause, 0.1)
            else:
                self.turn_into(cause, 0.06)
            self.during(0.1, self.board.pulse(f"answer.{k}.source"))
            raised = self.first.nudged(k)
            self.change(self.way(raised.seen(first=self.first, raised=k)), 0.14)
            self.during(0.2, self.point_at("loss.now"))

    def show_errors(self, event: Event) -> None:
        """Bars of probabilities become bars of errors."""
        # The layers gave the answer; the error is what is made of it.
        way = self.board.there("layers->answer.title", "layers->answer.title.1")
        self.during(0.08, self.board.leave(*way))
        self.change(self.way(self.first.mistaken()), 0.25)
        self.during(1, self.point_at(f"answer.{self.lesson.right}", times=2))

    # The way back.

    def show_back(self, event: Event) -> None:
        """The answer's errors go back through the layers to the map at which they are seen."""
        picture = self.picture
        name, errors = "alone", picture.before
        if picture.arriving is not None:
            name, errors = "arriving", picture.arriving
        unknown = np.full(errors.shape, np.nan)
        # The errors alone go on; the layers would run into them.
        ways = (name for name in self.board.parts if "->" in name)
        way = "input", "kernel", "map", "legend", "layers", "loss"
        self.during(0.05, self.board.leave(*way, *ways))
        # The bars pass where the map then stands.
        self.turn_into(picture.back(self.first.mistaken(), len(self.lesson.behind)), 0.13)
        self.board.fill(name, unknown)
        self.during(0.08, self.board.show(name, "layers"))
        self.during(0.12, self.walk("answer", "layers"))
        self.during(0.1, self.board.pulse("layers"))
        self.during(0.08, self.walk("layers", name))
        self.during(0.3, self.come(name, errors), rate=linear)
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
        assert self.lesson.gates is not None
        before, rows = self.lesson.before, len(self.lesson.before)
        picture = self.picture.scattered(len(self.lesson.gates[0].sums))
        unknown = np.full(before.shape, np.nan)
        self.turn_into(
            picture, 0.15, lambda _: self.board.fill("alone", unknown),
            show=("arriving", "alone"),
        )  # fmt: skip

        def fill(alpha: float) -> None:
            known = np.arange(rows)[:, None] < round(alpha * rows)
            self.board.fill("alone", np.where(known, before, np.nan))
            many = int(np.count_nonzero(before[known[:, 0]]))
            self.board.say("alone.counter", self.text(self.picture.counted(many)))

        self.during(0.5, fill, rate=linear)
        self.during(1, self.board.pulse("alone"))

    # One weight.

    def lay_out(self, share: float) -> None:
        """Picture and errors come near, with the filter between them."""
        told = self.lesson.told
        picture = self.picture.reading(told)
        comes, moves = ["input", "errors", "kernel"], list[Move]()
        if self.board.has("alone"):
            # They are a part of what is seen already.
            (top, high), (left, wide) = (
                (there.start / apart, -(-(there.stop - there.start) // apart))
                for there, apart in zip(self.picture.reach, self.picture.window.stride, strict=True)
            )
            place = self.board.within("alone", top, left, high, wide)
            comes.remove("errors")
            moves.append(self.board.grow("errors", out_of=place))
        if self.board.has("arriving"):
            # The errors would grow over their scale.
            self.during(
                0.2 * share, self.board.leave("arriving", "legend-arriving", "legend-alone")
            )
        held = ("errors", *self.summands())
        self.turn_into(picture, 0.7 * share, *moves, show=tuple(comes), hold=held)
        # What flies from picture or errors passes below the weights.
        self.keep_readable("kernel")
        self.during(0.1 * share, self.board.show("kernel.steep"))

    def keep_readable(self, *grids: str) -> None:
        """Let whatever flies pass below grids whose numbers are read."""
        for name in grids:
            self.board.part(name).z_index = LYING + 0.5

    def summands(self) -> list[str]:
        """Return the names of all that is written of the sum."""
        return [panel.name for panel in self.picture.products(self.lesson.told).panels()]

    def product(self, number: int) -> tuple[str, ...]:
        """Return the names of one product's line, from left to right."""
        return tuple(f"{part}-{number}" for part in ("plus", "pixel", "times", "error"))

    def factor(self, number: int) -> Move:
        """Return the move of the framed pixel, and the framed error, into one product."""
        plus, pixel, times, error = self.product(number)
        place = self.lesson.picture_of().places(self.lesson.told)[number]
        marks = self.picture.marked(self.lesson.told, place)
        cells = (
            f"{panel}[{round(mark.row + (mark.rows - 1) / 2)}, "
            f"{round(mark.col + (mark.cols - 1) / 2)}]"
            for panel, mark in (("input", marks["input.met"]), ("errors", marks["errors.met"]))
        )
        grown = (self.board.grow(name, out_of=cell)
                 for name, cell in zip((pixel, error), cells, strict=True))  # fmt: skip
        return together(*grown, self.board.show(*self.board.there(plus), times))

    def show_read(self, event: Event) -> None:
        """The window of one cell, the weight, the pixel that it read, and their product."""
        self.lay_out(0.18)
        # The caption says this cell, and this pixel: both are ringed at once.
        self.during(0.06, self.board.show(*RINGS), self.links())
        self.during(0.18, self.board.pulse("input.met"))
        self.during(0.18, self.board.pulse("errors.met"))
        self.during(0.2, self.factor(0))
        self.during(1, self.board.pulse("pixel-0", "error-0"))

    def links(self) -> Move:
        """Return the move in which the window's lines come, and those of the cell made of it."""
        return self.board.show(*self.lines())

    def lines(self) -> list[str]:
        """Return the names of these lines, of which there may be one or two each."""
        ends = ("", ".1")
        return self.board.there(*(f"{start}->kernel{end}" for start in MADE for end in ends))

    def show_lay(self, event: Event) -> None:
        """The next place, and all others; what they give is added up."""
        told, count = self.lesson.told, self.picture.products_of(self.lesson.told)
        places = self.picture.places(told)
        if not self.board.has("total"):
            self.lay_out(0.2)
            if count:
                self.board.show(*RINGS)(1.0)
                self.during(0.08, self.factor(0))
        for number in range(1, count):
            self.keep_readable(f"pixel-{number - 1}", f"error-{number - 1}")
            self.during(0.1, self.frame(places[number]))
            self.during(0.12, self.factor(number))
        self.during(0.05, self.board.hide(*self.lines()))
        if len(places) > count:
            self.board.show("rest", "rest-plus", "rest-note")(1.0)
            self.during(0.36, self.run(places[count:]), rate=linear)
        self.during(0.06, self.board.show("total", "total-sign"), self.board.leave(*RINGS))
        self.during(1, self.board.pulse("total", times=2))

    def frame(self, place: tuple[int, int]) -> Move:
        """Return the move of the window, the pixel's and the error's frame to a place."""
        marks = self.picture.marked(self.lesson.told, place)
        return together(*(self.board.move(name, m.row, m.col) for name, m in marks.items()))

    def run(self, places: Sequence[tuple[int, int]]) -> Move:
        """Return the move through places whose products are added to one number."""
        products = np.cumsum([self.lesson.told.products[place] for place in places])

        def go(alpha: float) -> None:
            number = min(int(alpha * len(places)), len(places) - 1)
            self.frame(places[number])(1.0)
            self.board.say("rest", fmt.bracketed(products[number]))
            said = words.OTHERS.fill(n=number + 1)
            self.board.say("rest-note", self.text(said))

        return go

    # All weights.

    def show_lie(self, event: Event) -> None:
        """The errors lie down on the pixels that the weight read."""
        self.lie_down(0.75)
        self.during(1, self.board.pulse("kernel.steep", times=2))

    def show_predict(self, event: Event) -> None:
        """The errors move by one to the next weight, and the video waits."""
        row, col = self.lesson.followed
        rows, cols = self.lesson.gradient.shape
        beside = (row, col - 1 if col else min(1, cols - 1))
        if cols == 1:
            beside = (row - 1 if row else min(1, rows - 1), col)
        away = self.board.leave("gradient.steep")
        self.during(0.08, self.board.pulse("kernel.steep"))
        self.during(0.2, self.stand(*beside), self.ring(*beside), away)
        self.during(min(0.44, 3.0 / event.seconds), self.board.pulse("kernel.steep", times=3))

    def lie_down(self, share: float) -> None:
        """The errors lie down on the picture, at the place of the weight that is followed."""
        told = self.lesson.followed
        known = np.zeros(self.lesson.gradient.shape, bool)
        known[told] = True
        # They pass where the weights are.
        going = (*self.summands(), *RINGS, "errors.title", "legend-errors")
        # Its scale comes where they come to lie.
        self.explains = False
        self.during(0.15 * share, self.board.leave(*going))
        errors = self.board.part("errors")
        errors.glass, errors.inlaid = 1.0, INLAID
        errors.frame_width, errors.z_index = 0.0, LYING
        self.during(0.4 * share, self.stand(*told), self.board.dim("input", to=UNDER))
        self.turn_into(
            self.picture.sliding(told, known), 0.3 * share, self.keep(*told),
            show=("input", "errors", "kernel", "gradient", "rule", "legend-errors"),
        )  # fmt: skip
        self.board.dim("input.title", to=1.0)(1.0)
        self.during(0.15 * share, self.board.show(*FRAMES, "gradient.steep"))

    def keep(self, row: int, col: int) -> Move:
        """Return the move that keeps the errors at a weight's place while picture and errors go."""
        before = self.board.part("errors")

        def go(_: float) -> None:
            errors = self.board.part("errors")
            if errors is not before:
                # As they lie already they pass over nothing, and need not fade.
                before.opacity, errors.opacity = 0.0, 1.0
            errors.places = errors.places - errors.places[0] + self.place_of(row, col)
            errors.shares[...] = self.seen(row, col)

        return go

    def show_places(self, event: Event) -> None:
        """The errors slide to all places; at each, a sum fills its cell of the gradient."""
        cells = [*np.ndindex(self.lesson.gradient.shape)]
        if not self.board.has("input.place"):
            self.lie_down(0.25)
        away = self.board.leave("gradient.steep")
        self.during(0.05, self.stand(*cells[0]), self.ring(*cells[0]), away)
        share = self.remaining / event.seconds - 0.14
        for number, (row, col) in enumerate(cells):
            if number:
                self.during(0.4 * share / len(cells), self.stand(row, col), self.ring(row, col))
            self.give(row, col)
            self.during(0.6 * share / len(cells), self.board.pulse(*self.pair(row, col)))
        self.during(1, self.board.pulse("gradient"))

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

    def seen(self, row: float, col: float) -> npt.NDArray[np.float64]:
        """Return how much of each error is seen: little of those that lie on a pixel of 0."""
        met: npt.NDArray[np.float64] = self.picture.met(row, col)
        return DIM + (1 - DIM) * met

    def stand(self, row: int, col: int) -> Move:
        """Return the move of the errors, and of the frame around them, to a weight's place.

        On the picture those are faint below which a pixel is 0, on the way, too.
        """

        def start() -> Move:
            parts = [self.board.part(n) for n in self.board.there("errors", "input.place")]
            starts = [part.places.copy() for part in parts]
            there = self.place_of(row, col)
            ways = [there - places[0] for places in starts]
            errors = self.board.part("errors")
            full, last = errors.shares.copy(), self.lain

            def go(alpha: float) -> None:
                for part, places, way in zip(parts, starts, ways, strict=True):
                    part.places = places + way * alpha
                if last is None:
                    errors.shares[...] = full + (self.seen(row, col) - full) * alpha
                else:
                    ends = zip(last, (row, col), strict=True)
                    between = (a + (b - a) * alpha for a, b in ends)
                    errors.shares[...] = self.seen(*between)
                if alpha >= 1:
                    self.lain = row, col

            return go

        return lazily(start)

    def ring(self, row: int, col: int) -> Move:
        """Return the move of the ring on the weights to another of them."""
        return lazily(lambda: self.board.move("kernel.steep", row, col))

    def place_of(self, row: int, col: int) -> Points:
        """Return where the errors' corner lies on the stage for a weight's place."""
        side, first = self.board.box("input[0, 0]")[2:], self.board.box("input")[:2]
        place: Points = np.array(first) + self.picture.nearby(row, col)[::-1] * side
        return place

    # The loss, and a step.

    def show_step(self, event: Event) -> None:
        """Each weight gets its way: first those whose slope is below 0, then those above."""
        if self.board.has("rule"):
            gone = ("rule", "input", "errors", *FRAMES, "legend-errors", "kernel.steep")
            self.during(0.05, self.board.leave(*gone))
        picture = self.picture.ways(self.lesson.followed)
        works = any(each.name == "moved" for each in self.playing.events)
        held = ("ways", *STEEP, *(("one",) if works else ()))
        shown = ("kernel", "gradient", *(() if works else ("one",)))
        self.turn_into(picture, 0.15, show=shown, hold=held)
        gradient = self.lesson.gradient
        self.board.fill("ways", np.full(gradient.shape, np.nan))
        self.during(0.05, self.board.show("ways", *STEEP))
        for sign in (-1, 1):
            cells = [(row, col) for row, col in np.argwhere(sign * gradient > 0)]
            for row, col in cells:
                self.board.part("ways").values[row, col] = GRAY
                looked = self.cell(row, col), f"ways[{row}, {col}]"
                self.during(0.6 / gradient.size, self.board.pulse(*looked))
        self.board.fill("ways", np.full(gradient.shape, GRAY))  # of a slope of 0, too
        self.during(1, self.board.pulse("ways"))

    def show_moved(self, event: Event) -> None:
        """One weight's step, number by number."""
        told = self.lesson.followed
        weight, slope = self.pair(*told)
        for name, looked in (("weight", weight), ("rate", ""), ("slope", slope), ("equals", ""),
                             ("after", "")):  # fmt: skip
            seen = self.board.pulse(looked) if looked else None
            self.during(0.16, self.board.show(f"one.{name}"), *([seen] if seen else []))
        self.during(1, self.board.pulse("one.after"))

    def learning(self, outcome: Outcome, done: int) -> Diagram:
        """Describe which layers step, how many weights have stepped, and what came of it."""
        answer = self.first.became(outcome, self.lesson.most)
        return self.picture.learning(answer, self.lesson.stages, done)

    def show_again(self, event: Event) -> None:
        """One layer after the other takes its step; then there are another answer and loss."""
        sizes = [size for _, size in self.lesson.stages]
        boxes = [f"layer-{n}" for n in range(len(sizes))]
        # What the network gives now is not known before all have stepped.
        bars = (*(f"answer.{k}" for k in self.lesson.classes), "loss.now")
        now = [f"{bar}{part}" for bar in bars for part in (".label", "", ".value")]

        def come() -> Move:
            named = self.board.names("answer") + self.board.names("loss")
            known = (name for name in named if name not in now)
            called = self.board.there("stepping")
            return together(self.board.show("done", *called, *known),
                            self.board.show(*boxes, dim=DIM))  # fmt: skip

        self.turn_into(self.learning(self.first.unknown, 0), 0.16, lazily(come))
        for box, done in zip(boxes, accumulate(sizes), strict=True):
            # It is counted at once.
            self.board.dim(box, to=1.0)(1.0)
            self.board.say("done", self.text(stepped(done, sum(sizes))))
            self.during(0.4 / len(boxes), self.board.pulse(box))
        self.board.show(*now)(1.0)
        self.change(self.learning(self.lesson.outcomes[1], sum(sizes)), 0.2)
        self.during(1, self.point_at(f"answer.{self.lesson.right}", "loss.now"))

    def show_answer(self, event: Event) -> None:
        """Each weight's gradient and its way once more, and what came of them."""
        lesson = self.lesson
        answer = self.first.became(lesson.outcomes[-1], lesson.most)
        picture = self.picture.closing(answer)
        self.during(0.06, self.board.leave(*self.board.there("stepping", "done"), *(
            name for name in self.board.parts if name.startswith("layer-"))))  # fmt: skip
        self.turn_into(picture, 0.15, show=("answer", "loss", "gradient"))
        cells = [self.cell(row, col) for row, col in np.ndindex(lesson.kernel.shape)]
        self.during(0.5, in_turn(*map(self.board.pulse, cells), overlap=0.5), rate=linear)
        self.during(1, self.point_at("loss.now", times=2))
