"""1 x 1: colours become gray, channels are mixed at each place, neighbours are not seen."""

from __future__ import annotations

from collections.abc import Callable

from manim.utils.rate_functions import linear

from convexplain.lessons import one_by_one
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn

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
        planes = [self.board.grow(f"plane-{n}", out_of="photograph") for n in range(3)]
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
        """Two more pixels have their own sums; then all have."""
        lesson, pictures = self.lesson, ("plane-0", "plane-1", "plane-2", "gray")
        for pixel in lesson.pixels[1:]:
            self.write(UNKNOWN)
            ways = [self.board.move(f"{name}.pixel", *pixel) for name in pictures]
            self.during(0.1, *ways)
            self.write(*lesson.numbers_at(pixel))
            self.paint(pixel)()
            self.during(0.13, self.board.pulse(*(f"value-{n}" for n in range(4))))
        # Faster than numbers can be read; the weights stay.
        self.write(UNKNOWN)
        self.during(0.06, self.board.hide(*(f"{name}.pixel" for name in pictures)))
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
        count = min(one_by_one.MOST, self.lesson.mixing.channels)
        looks = [self.board.pulse(f"wall[{n}]") for n in range(count)]
        self.during(min(1.0, 4.0 / event.seconds), in_turn(*looks, overlap=0.8), rate=linear)

    def show_numbers(self, event: Event) -> None:
        """The same place of all maps: its numbers stand in a row."""
        self.turn_into(self.lesson.volume(), 0.2, show=("wall",), hold=("numbers",))
        row, col = self.lesson.mixing.place
        count = min(one_by_one.MOST, self.lesson.mixing.channels)
        cells = [f"wall[{n}][{row}, {col}]" for n in range(count)]
        self.during(0.2, self.board.pulse(*cells))
        self.during(0.1, self.board.show("numbers.title"))
        values, numbers = self.board.part("numbers").values, self.lesson.column[:count]
        values[...] = UNKNOWN
        self.board.show("numbers")(1.0)

        def give(n: int) -> Move:
            def go() -> None:
                values[0, n] = numbers[n]

            return self.board.send(cells[n], f"numbers[0, {n}]", go)

        self.during(0.5, in_turn(*map(give, range(count)), overlap=0.85), rate=linear)
        self.during(1, self.board.pulse("numbers"))

    def show_mixes(self, event: Event) -> None:
        """Row after row of weights meets the numbers and gives its sum."""
        picture = self.lesson.mixes(upright=self.upright)
        self.turn_into(picture, 0.15, show=("numbers",), hold=("weights", "sums"))
        near = self.board.around("numbers.all", "weights.all", "sums.all", "legend.all")
        self.during(0.08, self.camera.to(near, 0.94), self.board.grow("weights", out_of="numbers"))
        sums = self.board.part("sums").values
        known = sums.copy()
        sums[...] = UNKNOWN
        self.during(0.05, self.board.show("sums"))
        count = len(known)
        for n in range(count):
            self.during(0.55 / count, self.board.pulse("numbers", f"weights[{n}]"), rate=linear)
            sums[n] = known[n]
        self.during(1, self.board.pulse("sums"))

    def show_places(self, event: Event) -> None:
        """All maps are mixed to new ones."""
        self.turn_into(self.lesson.places(), 0.25, show=("wall",))
        count = min(one_by_one.MOST, self.lesson.mixing.filters)
        words = [name for name in self.board.names("mixed") if "[" not in name]
        self.during(0.1, self.board.show(*words))
        wall = self.board.box("wall")
        moves = [self.board.emerge(f"mixed[{n}]", out_of=wall) for n in range(count)]
        self.during(0.5, in_turn(*moves, overlap=0.6))
        self.during(1, self.board.pulse("mixed"))

    # What is saved.

    def show_work(self, event: Event) -> None:
        """Multiplications of both ways, each beside what it reads."""
        self.turn_into(self.lesson.cost(), 0.15)
        for way, maps in zip(one_by_one.WAYS, ("wall", "mixed"), strict=True):
            self.during(0.1, self.board.pulse(maps), self.board.show(f"{way}.title"))
            self.during(0.22, self.board.rise(f"{way}.work"))
        self.during(1, self.board.pulse("both.work.value", times=2))

    def told(self) -> list[str]:
        """Return the names of how many digits are read right, both ways."""
        return [f"right-{way}" for way in one_by_one.WAYS]

    def show_right(self, event: Event) -> None:
        """Digits that are read right, both ways."""
        for name in self.told():
            self.during(0.25, self.board.show(name))
        self.during(1, in_turn(*(self.board.pulse(name) for name in self.told())))

    def show_answer(self, event: Event) -> None:
        """One place of all maps, and the same place of the new ones."""
        mixing = self.lesson.mixing
        row, col = mixing.place
        for name, count in (("wall", mixing.channels), ("mixed", mixing.filters)):
            shown = range(min(one_by_one.MOST, count))
            self.during(0.4, self.board.pulse(*(f"{name}[{n}][{row}, {col}]" for n in shown)))
        self.during(1, self.board.pulse("mixed"))
