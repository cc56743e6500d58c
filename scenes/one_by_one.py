"""1 x 1: colours become gray, channels are mixed at each place, neighbours are not seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import one_by_one
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn

Floats = npt.NDArray[np.float64]
#: What is not computed yet.
UNKNOWN = float("nan")


class OneByOne(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = one_by_one.OneByOne
    lesson: one_by_one.OneByOne

    def prepare(self) -> None:
        """Lay out the photograph; it is there from the first moment."""
        self.board.lay(self.lesson.opening())
        self.board.show("photograph")(1.0)

    # A photograph becomes gray.

    def show_photograph(self, event: Event) -> None:
        """One pixel after another is looked at, alone."""
        row, col = self.lesson.pixels[0]
        looks = [self.board.pulse(f"photograph[{row}, {n}]") for n in range(max(0, col - 4), col)]
        self.during(0.7, in_turn(*looks, overlap=0.4), rate=linear)
        self.during(1, self.board.pulse(f"photograph[{row}, {col}]", times=2))

    def show_planes(self, event: Event) -> None:
        """The photograph parts into its three channels."""
        held = tuple(f"plane-{n}" for n in range(3))
        self.turn_into(self.lesson.colours(upright=self.upright), 0.3, hold=held)
        planes = [self.board.show(f"plane-{n}", f"plane-{n}.title") for n in range(3)]
        self.during(0.35, in_turn(*planes, overlap=0.6))
        self.during(1, self.board.pulse("plane-0", "plane-1", "plane-2"))

    def show_pixel(self, event: Event) -> None:
        """One pixel of each channel meets its weight; the sum is one pixel in gray."""
        shown = ("plane-0", "plane-1", "plane-2")
        held = ("gray", *(name for n in range(4) for name in self.addend(n)))
        self.turn_into(self.lesson.to_gray(upright=self.upright), 0.15, show=shown, hold=held)
        self.board.fill("gray", UNKNOWN + 0 * self.lesson.gray)
        marks = [f"plane-{n}.pixel" for n in range(3)]
        self.during(0.08, self.board.show("gray", *marks))
        for n, mark in enumerate(marks):
            number, *words = self.addend(n)
            self.during(0.1, self.board.grow(number, out_of=mark))
            self.during(0.05, self.board.show(*words), self.board.pulse(mark))
        number, sign = self.addend(3)
        self.during(0.05, self.board.show(sign))
        self.during(0.08, self.board.show(number))
        self.board.show("gray.pixel")(1.0)
        self.during(0.12, self.board.send(number, "gray.pixel", self.paint(self.lesson.pixels[0])))
        self.during(1, self.board.pulse(number, "gray.pixel"))

    def addend(self, n: int) -> list[str]:
        """Return the names of a number and of what stands beside it."""
        names = (f"value-{n}", f"sign-{n}", f"weight-{n}")
        return [name for name in names if self.board.has(name)]

    def paint(self, pixel: tuple[int, int]) -> Callable[[], None]:
        """Return what gives the gray picture one of its pixels."""

        def give() -> None:
            self.board.part("gray").values[pixel] = self.lesson.gray[pixel]

        return give

    def show_everywhere(self, event: Event) -> None:
        """Two more pixels have their own sums; then all have, beside that of the first."""
        lesson, pictures = self.lesson, ("plane-0", "plane-1", "plane-2", "gray")
        for pixel in (*lesson.pixels[1:], lesson.pixels[0]):
            self.write(UNKNOWN)
            ways = [self.board.move(f"{name}.pixel", *pixel) for name in pictures]
            self.during(0.1, *ways)
            self.write(*lesson.numbers_at(pixel))
            self.paint(pixel)()
            self.during(0.1, self.board.pulse(*(f"value-{n}" for n in range(4))))
        values, height = self.board.part("gray").values, len(lesson.gray)

        def fill(alpha: float) -> None:
            rows = round(alpha * height)
            values[:rows] = lesson.gray[:rows]

        weights = [f"weight-{n}" for n in range(3)]
        self.during(0.4, fill, self.board.pulse(*weights, times=2), rate=linear)
        self.during(1, self.board.pulse("gray"))

    def write(self, *numbers: float) -> None:
        """Give the sum its numbers: each its own, or one to all."""
        for n in range(4):
            self.board.fill(f"value-{n}", numbers[n % len(numbers)])

    # A network's channels.

    def show_predict(self, event: Event) -> None:
        """The maps that are read; the video waits."""
        share = min(0.4, 2.5 / event.seconds)
        self.turn_into(self.lesson.reading(), share, show=("wall",))
        width = self.lesson.mixing.maps.shape[1]
        row = self.lesson.mixing.place[0]
        looks = [self.board.pulse(*self.cells("wall", row, col)) for col in range(0, width, 2)]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks, overlap=0.3), rate=linear)

    def cells(self, name: str, row: int, col: int) -> list[str]:
        """Name the same cell of all maps of a wall."""
        channels = {"wall": self.lesson.mixing.channels, "mixed": self.lesson.mixing.filters}[name]
        return [f"{name}[{n}][{row}, {col}]" for n in range(min(one_by_one.MOST, channels))]

    def show_numbers(self, event: Event) -> None:
        """The same place of all maps: its numbers stand as the maps do."""
        self.turn_into(self.lesson.volume(), 0.2, show=("wall",), hold=("numbers",))
        cells = self.cells("wall", *self.lesson.mixing.place)
        self.during(0.15, self.board.pulse(*cells))
        values = self.board.part("numbers").values
        known = values.copy()
        values[...] = UNKNOWN
        self.during(0.05, self.board.show("numbers", "numbers.title"))

        def give(n: int) -> Move:
            at = self.lesson.cell(n)

            def go() -> None:
                values[at] = known[at]

            return self.board.send(cells[n], f"numbers[{at[0]}, {at[1]}]", go)

        self.during(0.5, in_turn(*map(give, range(len(cells))), overlap=0.85), rate=linear)
        self.during(1, self.board.pulse("numbers"))

    def show_mixes(self, event: Event) -> None:
        """The weights of one filter after the other meet the numbers, and give a sum."""
        held = ("weights", "total", "sums", "equals", "times")
        self.turn_into(self.lesson.mixes(), 0.1, show=("numbers",), hold=held)
        self.during(0.06, self.board.show("times", "weights", "weights.title", "weights.note"))
        total, sums = (self.board.part(name).values for name in ("total", "sums"))
        known = sums.copy()
        total[...] = sums[...] = UNKNOWN
        self.during(0.05, self.board.show("equals", "total", "total.title", "sums", "sums.title"))
        count = known.shape[1]
        for n in range(count):
            self.mix(n, 0.3 if n == 0 else 0.4 / max(1, count - 1), total, sums, known)
        self.during(1, self.board.pulse("sums"))

    def mix(self, n: int, share: float, total: Floats, sums: Floats, known: Floats) -> None:
        """Let one filter's weights meet the numbers; its sum goes to the others."""
        self.board.fill("weights", self.lesson.as_wall(self.lesson.mixing.weights[:, n]))
        total[...] = UNKNOWN
        rows = range(len(self.board.part("numbers").values))
        looks = [self.board.pulse(f"numbers[{row}]", f"weights[{row}]") for row in rows]
        self.during(0.6 * share, in_turn(*looks, overlap=0.3), rate=linear)
        total[0, 0] = known[0, n]

        def give() -> None:
            sums[0, n] = known[0, n]

        self.during(0.4 * share, self.board.send("total[0, 0]", f"sums[0, {n}]", give))

    def show_places(self, event: Event) -> None:
        """All maps are mixed to new ones."""
        self.turn_into(self.lesson.places(), 0.25, show=("wall",))
        self.during(0.2, self.board.show("mixed", "mixed.title"))
        self.mixed_at(0.3, *self.lesson.mixing.place)
        self.during(1, self.board.pulse("mixed"))

    def mixed_at(self, share: float, row: int, col: int) -> None:
        """Look at one place of all maps, and at the same place of the new ones."""
        for name in ("wall", "mixed"):
            self.during(share / 2, self.board.pulse(*self.cells(name, row, col)))

    # What is saved.

    def show_work(self, event: Event) -> None:
        """Multiplications of both ways, each beside what it reads."""
        self.turn_into(self.lesson.cost(), 0.15)
        for way, maps in zip(one_by_one.WAYS, ("wall", "mixed"), strict=True):
            self.during(0.1, self.board.pulse(maps), self.board.show(f"{way}.title"))
            self.during(0.22, self.board.rise(f"{way}.work"))
        self.during(1, self.board.pulse("both.work.value", times=2))

    def show_answer(self, event: Event) -> None:
        """Place after place of all maps, and the same places of the new ones."""
        self.turn_into(self.lesson.places(), 0.2, show=("wall", "mixed"))
        row, col = self.lesson.mixing.place
        width = self.lesson.mixing.maps.shape[1]
        for at in (col, min(col + 2, width - 1)):
            self.mixed_at(0.3, row, at)
        self.during(1, self.board.pulse("mixed"))
