"""1 x 1: colours become gray, channels are mixed at each place, neighbours are not seen."""

from __future__ import annotations

from collections.abc import Callable

from manim.utils.rate_functions import linear

from convexplain.lessons import one_by_one
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn


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
        row, col = self.lesson.pixel
        looks = [self.board.pulse(f"photograph[{row}, {n}]") for n in range(max(0, col - 4), col)]
        self.during(0.7, in_turn(*looks, overlap=0.4), rate=linear)
        self.during(1, self.board.pulse(f"photograph[{row}, {col}]", times=2))

    def show_planes(self, event: Event) -> None:
        """The photograph parts into its three channels."""
        held = tuple(f"plane-{n}" for n in range(3))
        self.turn_into(self.lesson.colours(upright=self.upright), 0.3, hold=held)
        planes = [self.board.grow(f"plane-{n}", out_of="photograph") for n in range(3)]
        self.during(0.5, in_turn(*planes, overlap=0.4))
        self.during(1, self.board.pulse("plane-0", "plane-1", "plane-2"))

    def show_pixel(self, event: Event) -> None:
        """One pixel of each channel meets its weight; the sum is one pixel in gray."""
        shown = ("plane-0", "plane-1", "plane-2")
        picture = self.lesson.to_gray(upright=self.upright)
        self.turn_into(picture, 0.2, show=shown, hold=("sum", "gray"))
        self.board.fill("gray", 0 * self.lesson.gray)
        self.during(0.12, self.board.show("gray", *(f"plane-{n}.pixel" for n in range(3))))
        parts = [("term", n) for n in range(3)]
        for _, n in parts:
            names = [f"sum.term-{n}", f"sum.term-{n}.over", f"sum.sign-{n}"]
            self.during(0.12, self.board.pulse(f"plane-{n}.pixel"), self.board.show(*names))
        self.during(0.1, self.board.show("sum.gray", "sum.gray.over"))
        self.board.show("gray.pixel")(1.0)
        self.during(1, self.board.send("sum.gray", "gray.pixel", self.fill_rows(self.lesson.pixel)))

    def fill_rows(self, pixel: tuple[int, int]) -> Callable[[], None]:
        """Return what gives the gray picture one of its pixels."""

        def give() -> None:
            self.board.part("gray").values[pixel] = self.lesson.gray[pixel]

        return give

    def show_everywhere(self, event: Event) -> None:
        """Row by row the gray picture fills."""
        values = self.board.part("gray").values
        height = len(self.lesson.gray)
        marks = [f"{name}.pixel" for name in ("plane-0", "plane-1", "plane-2", "gray")]

        def fill(alpha: float) -> None:
            rows = round(alpha * height)
            values[:rows] = self.lesson.gray[:rows]

        ways = [self.board.move(mark, height - 1, 0) for mark in marks]
        self.during(0.15, *(self.board.move(mark, 0, 0) for mark in marks))
        self.during(0.6, fill, *ways, rate=linear)
        self.during(0.1, self.board.hide(*marks))
        self.during(1, self.board.pulse("gray"))

    # A network's channels.

    def show_predict(self, event: Event) -> None:
        """The maps that are read; the video waits."""
        share = min(0.4, 2.5 / event.seconds)
        self.turn_into(self.lesson.volume(), share, show=("wall",), hold=("numbers",))
        self.during(min(1.0, 3.0 / event.seconds), self.board.pulse("wall"))

    def show_numbers(self, event: Event) -> None:
        """The same place of all maps: its numbers stand in a row."""
        if not self.board.has("numbers"):
            self.turn_into(self.lesson.volume(), 0.2, show=("wall",), hold=("numbers",))
        row, col = self.lesson.mixing.place
        count = min(one_by_one.MOST, self.lesson.mixing.channels)
        cells = [f"wall[{n}][{row}, {col}]" for n in range(count)]
        self.during(0.25, self.board.pulse(*cells))
        self.during(0.1, self.board.show("numbers.title"))
        values, numbers = self.board.part("numbers").values, self.lesson.column[:count]
        values[...] = float("nan")
        self.board.show("numbers")(1.0)

        def give(n: int) -> Move:
            def go() -> None:
                values[0, n] = numbers[n]

            return self.board.send(cells[n], f"numbers[0, {n}]", go)

        self.during(0.5, in_turn(*map(give, range(count)), overlap=0.85), rate=linear)
        self.during(1, self.board.pulse("numbers"))

    def show_mixes(self, event: Event) -> None:
        """Row after row of weights meets the numbers and gives its sum."""
        self.turn_into(self.lesson.mixes(), 0.25, show=("numbers",), hold=("weights", "sums"))
        self.during(0.15, self.board.grow("weights", out_of="numbers"))
        sums = self.board.part("sums").values
        known = sums.copy()
        sums[...] = float("nan")
        self.during(0.1, self.board.show("sums"))
        count = len(known)
        for n in range(count):
            self.during(0.45 / count, self.board.pulse("numbers", f"weights[{n}]"), rate=linear)
            sums[n] = known[n]
        self.during(1, self.board.pulse("sums"))

    def show_places(self, event: Event) -> None:
        """All maps are mixed to new ones."""
        self.turn_into(self.lesson.places(), 0.25, show=("wall",), hold=("mixed",))
        count = min(one_by_one.MOST, self.lesson.mixing.filters)
        words = [name for name in self.board.names("mixed") if "[" not in name]
        self.during(0.1, self.board.show(*words))
        moves = [self.board.grow(f"mixed[{n}]", out_of="wall") for n in range(count)]
        self.during(0.5, in_turn(*moves, overlap=0.6))
        self.during(1, self.board.pulse("mixed"))

    def show_shuffle(self, event: Event) -> None:
        """A map of each kind, shuffled before, and put back after."""
        rows = range(len(self.lesson.shuffles))
        held = [f"{name}-{n}" for name in ("shuffled", "back") for n in rows]
        first = tuple(f"direct-{n}" for n in rows)
        self.turn_into(self.lesson.shuffling(), 0.25, show=first, hold=tuple(held))
        for name, before in (("shuffled", "direct"), ("back", "shuffled")):
            moves = [self.board.grow(f"{name}-{n}", out_of=f"{before}-{n}") for n in rows]
            self.during(0.28, *moves)
        self.during(1, in_turn(*(self.board.pulse(f"direct-{n}", f"back-{n}") for n in rows)))

    # What is saved.

    def show_weights(self, event: Event) -> None:
        """Weights of both ways."""
        self.compare("counts")

    def show_work(self, event: Event) -> None:
        """Multiplications of both ways."""
        self.compare("work")

    def show_right(self, event: Event) -> None:
        """Digits that are read right, both ways."""
        self.compare("right")

    def compare(self, what: str) -> None:
        """Let both bars grow."""
        if not self.board.has(what):
            self.turn_into(self.lesson.cost(), 0.15, show=(f"{what}.title",))
            shown = [each for each in one_by_one.COSTS if self.board.has(each)]
            near = self.board.around(*(f"{each}.all" for each in shown))
            self.during(0.12, self.camera.to(near, most=1.6))
        self.during(0.1, self.board.show(f"{what}.title"))
        for bar in ("alone", "both"):
            self.during(0.25, self.board.rise(f"{what}.{bar}"))
        self.during(1, self.board.pulse(f"{what}.both.value", times=2))

    def show_answer(self, event: Event) -> None:
        """One place, all of its channels, every filter."""
        self.turn_into(self.lesson.mixes(), 0.25, show=("numbers", "weights", "sums"))
        rows = min(one_by_one.MOST, self.lesson.mixing.filters)
        looks = [self.board.pulse(f"weights[{n}]", f"sums[{n}]") for n in range(rows)]
        self.during(0.6, in_turn(*looks, overlap=0.4), rate=linear)
        self.during(1, self.board.pulse("sums", times=2))
