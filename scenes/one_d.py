"""One, two, three axes: a window on a row, on all rows, on a picture, and through a film."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import one_d
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.one_d_picture import OneDPicture
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, eased, in_turn, together

ROW, BLOCK = "row.window", "input.window"


class OneD(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = one_d.OneD
    lesson: one_d.OneD

    def prepare(self) -> None:
        """Lay out the picture; it is there from the first moment."""
        self.picture: OneDPicture = self.lesson.picture_of(upright=self.upright)
        self.board.lay(self.picture.opening())
        self.board.show("input")(1.0)

    @property
    def first(self) -> int:
        """Where the window stands whose sum is told."""
        return self.lesson.told - self.lesson.ahead

    # A row.

    def show_picture(self, event: Event) -> None:
        """The row that is taken is framed."""
        self.during(0.3, self.board.pulse("input"))
        self.during(0.3, self.board.show("input.row"))
        self.during(1, self.board.pulse("input.row"))

    def show_row(self, event: Event) -> None:
        """The row slides out of the picture and becomes a strip, with a curve over it."""
        self.turn_into(self.picture.unrolled(), 0.2, show=("input.row",))
        self.during(0.3, self.board.grow("row", out_of="input.row"))
        self.during(0.15, self.board.show(*self.board.frame("sound")))
        self.during(1, self.board.trace("sound.curve"), rate=linear)

    def show_predict(self, event: Event) -> None:
        """The window comes to the row's beginning; the video waits."""
        share = min(1.0, 5.0 / event.seconds)
        picture = self.picture.window(0, self.lesson.addends, self.lesson.out[self.lesson.told])
        self.turn_into(picture, 0.3 * share, show=("kernel", ROW), hold=("sum",))
        self.during(share, self.board.pulse(ROW, times=2))

    def show_window(self, event: Event) -> None:
        """The window stands on the row; its products fall and add up."""
        value = float(self.lesson.out[self.lesson.told])
        picture = self.picture.window(self.first, self.lesson.addends, value)
        self.turn_into(picture, 0.25, show=("kernel", ROW), hold=("sum",))
        parts = [f"sum.{addend.name}" for addend in self.lesson.addends]
        cells = [
            f"row[0, {self.first + n}]" if 0 <= self.first + n < len(self.lesson.samples) else "row"
            for n in range(len(parts))
        ]
        told = [
            together(self.board.pulse(cell, f"kernel[0, {n}]"),
                     self.board.show(part, f"{part}.label"))
            for n, (cell, part) in enumerate(zip(cells, parts, strict=True))
        ]  # fmt: skip
        self.during(0.45, in_turn(*map(eased, told)))
        self.during(0.1, self.board.show("sum"))
        self.during(1, self.board.pulse("sum.activated", times=2))

    def show_slide(self, event: Event) -> None:
        """The window runs along; the strip below and its curve fill."""
        known = np.zeros(len(self.lesson.out), dtype=bool)
        picture = self.picture.slide(-self.lesson.ahead, known)
        self.turn_into(picture, 0.2, show=(ROW, "out", "sums"), hold=("sums.curve",))
        fill = self.filling("out", self.lesson.out[None])
        last = len(known) - 1
        run = self.board.visit(
            ROW, lambda alpha: (0, round(alpha * last) - self.lesson.ahead), fill
        )
        self.during(1, run, self.board.trace("sums.curve"), rate=linear)

    def show_count(self, event: Event) -> None:
        """The strip is compared with the row."""
        self.during(1, in_turn(self.board.pulse("row"), self.board.pulse("out")))

    def filling(self, name: str, values: npt.NDArray[np.float64]) -> Move:
        """Return a move in which the cells of a grid get their numbers, row by row."""

        def go(alpha: float) -> None:
            done = round(alpha * values.size)
            now = np.where(np.arange(values.size).reshape(values.shape) < done, values, np.nan)
            self.board.fill(name, now)

        return go

    def show_ends(self, event: Event) -> None:
        """Where the strip is highest and lowest."""
        for place in self.lesson.ends:
            cell = f"out[0, {place}]"
            self.during(0.25, self.board.move(ROW, 0, place - self.lesson.ahead))
            self.during(0.25, self.board.pulse(cell, times=2))

    # All rows.

    def show_sequence(self, event: Event) -> None:
        """The strip goes back to its row, and the picture becomes steps of many channels."""
        self.turn_into(self.picture.sequence(None), 0.4, show=("input",))
        self.board.show(BLOCK)(1.0)
        last = self.lesson.drawn.shape[1] - 1
        self.during(1, self.board.visit(BLOCK, lambda alpha: (0, round(alpha * last))), rate=linear)

    def all_rows(self, at: int, known: npt.NDArray[np.bool_], *, weighed: bool = False) -> Diagram:
        """Describe the window on all channels at a place, and the told sum or all weights."""
        lesson = self.lesson
        told = lesson.step_addends, float(lesson.all_rows[lesson.told_step])
        return self.picture.sequence(at - lesson.ahead, told, known, weighed=weighed)

    def show_channels(self, event: Event) -> None:
        """A window as high as all channels gives one number."""
        known = np.arange(len(self.lesson.all_rows)) == self.lesson.told_step
        picture = self.all_rows(self.lesson.told_step, known)
        self.turn_into(picture, 0.3, show=("input", BLOCK), hold=("sum", "out"))
        self.during(0.2, self.board.pulse(BLOCK))
        self.during(0.2, self.board.show("sum", "out"))
        self.during(1, self.board.pulse("sum.activated", f"out[0, {self.lesson.told_step}]"))

    def show_predict_weights(self, event: Event) -> None:
        """The window lights up; the video waits."""
        self.during(min(1.0, 5.0 / event.seconds), self.board.pulse(BLOCK, times=3))

    def show_weights(self, event: Event) -> None:
        """The weights come out of the window, which runs to the end; one strip is filled."""
        last = len(self.lesson.all_rows) - 1
        known = np.arange(last + 1) == self.lesson.told_step
        picture = self.all_rows(self.lesson.told_step, known, weighed=True)
        shown = ("input", BLOCK, "out")
        self.turn_into(picture, 0.12, show=shown, hold=("block",))
        self.during(0.2, self.board.grow("block", out_of=BLOCK))
        fill = self.filling("out", self.lesson.all_rows[None])
        run = self.board.visit(
            BLOCK, lambda alpha: (0, round(alpha * last) - self.lesson.ahead), fill
        )
        self.during(0.55, run, rate=linear)
        self.during(1, self.board.pulse("block", "out"))

    # Two axes, three axes.

    def show_two(self, event: Event) -> None:
        """A square window slides along both axes, and fills a map."""
        known = np.zeros(self.lesson.map.shape, dtype=bool)
        self.turn_into(self.picture.two(known), 0.25, show=("input", "kernel", "map", BLOCK))
        height, width = self.lesson.map.shape

        def at(alpha: float) -> tuple[float, float]:
            row, col = divmod(min(round(alpha * height * width), height * width - 1), width)
            return row, col

        fill = self.filling("map", self.lesson.map)
        self.during(0.9, self.board.visit(BLOCK, at, fill), rate=linear)
        self.during(1, self.board.pulse("map"))

    def frames(self, name: str) -> list[str]:
        """Return the names of a stack's pictures, the last first."""
        count = (self.lesson.film if name == "film" else self.lesson.moving).shape[2]
        return [f"{name}[{n}]" for n in reversed(range(count))]

    def windows(self) -> list[str]:
        """Return the names of the frames round what a window reads of the film."""
        return [f"film.window-{n}" for n in range(len(self.lesson.weights))]

    def show_three(self, event: Event) -> None:
        """The picture becomes a film; a window as deep as its kernel gives a frame at a time."""
        start = self.board.box("input")
        self.turn_into(self.picture.three(), 0.05)
        self.during(0.3, in_turn(*(eased(self.board.grow(name, out_of=start))
                                   for name in self.frames("film")), overlap=0.6))  # fmt: skip
        self.board.show("film", *self.windows())(1.0)
        results = self.frames("moving")[::-1]
        for number, result in enumerate(results):
            share = 0.55 / len(results)
            if number:
                self.during(0.4 * share, *self.stepped(number))
            self.during(0.6 * share, self.board.grow(result, out_of=self.windows()[0]))
        self.during(1, self.board.show("moving", "legend"))

    def stepped(self, number: int) -> list[Move]:
        """Return the moves of the window's frames by one frame of the film."""
        return [self.slid(name, f"film[{number + n}]") for n, name in enumerate(self.windows())]

    def slid(self, name: str, to: str) -> Move:
        """Return the move of a frame to another picture of the stack."""

        def start() -> Move:
            frame = self.board.part(name)
            before = frame.places.copy()
            goal = self.board.part(to).places

            def go(alpha: float) -> None:
                frame.places = before + (goal - before) * alpha

            return go

        return lazily(start)

    def show_moves(self, event: Event) -> None:
        """One pixel of the film and its results, and the same where nothing moves."""
        lesson = self.lesson
        picture = self.picture.pixel(lesson.pixel, lesson.one_pixel, lesson.still)
        later = ("one", "one-result", "still", "still-result")
        self.turn_into(picture, 0.25, show=("film", "moving"), hold=later)
        self.during(0.2, self.board.show("one"))
        self.during(0.15, self.board.show("one-result"))
        self.during(0.2, self.board.show("still", "still-result"))
        self.during(1, in_turn(self.board.pulse("one-result"), self.board.pulse("still-result")))

    def show_answer(self, event: Event) -> None:
        """The three results; their windows slide along one axis, along two, through three."""
        shown = ("row", "input", "film", "out", "map", "moving")
        windows = (ROW, BLOCK, *self.windows())
        self.turn_into(self.picture.payoff(), 0.3, show=(*shown, *windows))
        k, (height, width) = len(self.lesson.weights), self.lesson.drawn.shape
        corner = height - k, width - k
        row = self.board.visit(ROW, lambda alpha: (0, alpha * corner[1]))
        both = self.board.visit(BLOCK, self.zigzag(corner))
        deep = self.stepped(self.lesson.moving.shape[2] - 1)
        self.during(1, row, both, *deep)

    @staticmethod
    def zigzag(corner: tuple[int, int]) -> Callable[[float], tuple[float, float]]:
        """Return a way along a picture's upper edge and down its side, to a corner."""
        return lambda alpha: (
            corner[0] * max(0.0, 2 * alpha - 1), corner[1] * min(1.0, 2 * alpha)
        )  # fmt: skip
