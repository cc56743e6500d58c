"""1 x 1: colours become gray, channels are mixed at each place, neighbours are not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import one_by_one
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import FLYING, outline, set_opacity
from convexplain.stage.pace import Move, in_turn, lazily
from convexplain.style import format as fmt

Floats = npt.NDArray[np.float64]
#: Of a number at its weight: what it is made of.
PARTS = ("value", "sign", "number", "weight")
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
        self.framed: list[Any] = []

    # A photograph becomes gray.

    def show_photograph(self, event: Event) -> None:
        """One pixel after another is looked at, alone."""
        row, col = self.lesson.pixels[0]
        looks = [self.board.pulse(f"photograph[{row}, {n}]") for n in range(max(0, col - 4), col)]
        self.during(0.25, in_turn(*looks, overlap=0.4), rate=linear)
        self.during(0.1, self.board.show("photograph.pixel"))
        self.during(0.35, self.board.grow("pixel", out_of="photograph.pixel"))
        self.during(0.2, self.board.show("pixel.title"))
        self.during(1, self.board.pulse("photograph.pixel", "pixel"))

    def show_planes(self, event: Event) -> None:
        """The photograph parts into its three channels."""
        held = tuple(f"plane-{n}" for n in range(3))
        self.turn_into(self.lesson.colours(), 0.3, hold=held)
        planes = [self.board.show(f"plane-{n}", f"plane-{n}.title") for n in range(3)]
        self.during(0.35, in_turn(*planes, overlap=0.6))
        self.during(1, self.board.pulse("plane-0", "plane-1", "plane-2"))

    def show_pixel(self, event: Event) -> None:
        """One pixel of each channel meets its weight; the sum is one pixel in gray."""
        shown = ("plane-0", "plane-1", "plane-2")
        held = ("gray", *(name for n in range(4) for name in self.addend(n)))
        self.during(0.05, self.board.hide("photograph"))
        self.turn_into(self.lesson.to_gray(), 0.15, show=shown, hold=held)
        self.board.fill("gray", UNKNOWN + 0 * self.lesson.gray)
        marks = [f"plane-{n}.pixel" for n in range(3)]
        self.during(0.08, self.board.show("gray", *marks))
        self.weigh(0.5, marks, "gray.pixel", self.paint(self.lesson.pixels[0]))
        self.during(1, self.board.pulse("value-3", "gray.pixel"))

    def weigh(self, share: float, marks: list[str], into: str, give: Callable[[], None]) -> None:
        """Take a number out of each picture to its weight; their sum goes into the last one."""
        share /= len(marks) + 1
        for n, mark in enumerate(marks):
            value, *words = self.addend(n)
            self.during(0.6 * share, self.board.grow(value, out_of=mark))
            self.during(0.4 * share, self.board.show(*words), self.board.pulse(mark))
        if self.board.has("rest"):
            self.during(0.3 * share, self.board.show("others", "rest"))
        value, *words = self.addend(len(marks))
        self.during(0.4 * share, self.board.show(value, *words))
        self.board.show(into)(1.0)
        self.during(0.6 * share, self.board.send(value, into, give))

    def addend(self, n: int) -> list[str]:
        """Return the names of a number and of what stands beside it."""
        return self.board.there(*(f"{part}-{n}" for part in PARTS))

    def paint(self, pixel: tuple[int, int]) -> Callable[[], None]:
        """Return what gives the gray picture one of its pixels."""

        def give() -> None:
            self.board.part("gray").values[pixel] = self.lesson.gray[pixel]

        return give

    def show_everywhere(self, event: Event) -> None:
        """Two more pixels have their own sums; then all have, beside that of the first."""
        lesson, pictures = self.lesson, ("plane-0", "plane-1", "plane-2", "gray")
        numbers = [f"number-{n}" for n in range(len(pictures))]
        for pixel in (*lesson.pixels[1:], lesson.pixels[0]):
            self.write(UNKNOWN)
            self.board.hide(*numbers)(1.0)
            ways = [self.board.move(f"{name}.pixel", *pixel) for name in pictures]
            self.during(0.1, *ways)
            self.write(*lesson.numbers_at(pixel))
            self.board.show(*numbers)(1.0)
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
            number = numbers[n % len(numbers)]
            self.board.fill(f"value-{n}", number)
            if np.isfinite(number):
                self.board.say(f"number-{n}", fmt.number(number))

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
        hold = ("numbers", "weights")
        self.turn_into(self.lesson.volume(), 0.12, show=("wall",), hold=hold)
        cells = self.cells("wall", *self.lesson.mixing.place)
        self.during(0.08, self.framing(cells))
        values = self.board.part("numbers").values
        known = values.copy()
        values[...] = UNKNOWN
        self.during(0.05, self.board.show("numbers", "numbers.title"))

        def give(n: int) -> Move:
            at = self.lesson.cell(n)

            def go() -> None:
                values[at] = known[at]

            return self.board.send(cells[n], f"numbers[{at[0]}, {at[1]}]", go)

        self.during(0.3, in_turn(*map(give, range(len(cells))), overlap=0.85), rate=linear)
        self.during(0.1, self.board.show("weights", "weights.title"), self.board.explain())
        self.during(1, self.board.pulse("numbers", "weights"))

    def show_mixes(self, event: Event) -> None:
        """At the place, a few channels meet a filter's weights; all together give a sum."""
        self.unframe()
        picture = self.lesson.mixes()
        count = len(self.lesson.largest(self.lesson.told))
        maps = [f"map-{n}" for n in range(count)]
        held = {panel.name for panel in picture.root.panels()} - {*maps, "legend"}
        self.turn_into(picture, 0.12, show=tuple(maps), hold=tuple(held))
        mixed = self.lesson.mixing.mixed[:, :, self.lesson.told]
        self.board.fill("one", np.full_like(mixed, UNKNOWN))
        marks = [f"{name}.place" for name in maps]
        self.during(0.06, self.board.show("one", "one.title", *marks))
        place = self.lesson.mixing.place

        def give() -> None:
            self.board.part("one").values[place] = mixed[place]

        self.weigh(0.6, marks, "one.place", give)
        self.during(1, self.board.pulse(f"value-{count}", "one.place"))

    def show_fills(self, event: Event) -> None:
        """The frames go over all maps, and every place gets its sum."""
        told = self.lesson.told
        mixed = self.lesson.mixing.mixed[:, :, told]
        count = len(self.lesson.largest(told))
        addends = [name for n in range(count + 1) for name in self.addend(n)]
        self.during(0.1, self.board.dim(*addends, *self.board.there("rest")))
        names = [*(f"map-{n}" for n in range(count)), "one"]
        values, width = self.board.part("one").values, mixed.shape[1]

        def at(alpha: float) -> tuple[int, int]:
            row, col = divmod(min(mixed.size - 1, int(alpha * mixed.size)), width)
            return int(row), int(col)

        def fill(alpha: float) -> None:
            row, col = at(alpha)
            values[:row] = mixed[:row]
            values[row, : col + 1] = mixed[row, : col + 1]

        first, *others = (self.board.visit(f"{name}.place", at) for name in names)
        self.during(0.75, first, *others, fill, rate=linear)
        self.during(1, self.board.pulse("one"))

    def show_places(self, event: Event) -> None:
        """The sums that are known become one of the new maps; the others come beside it."""
        if self.board.has("one") and self.lesson.told < one_by_one.MOST:
            box, own = self.board.box("one"), f"mixed[{self.lesson.told}]"
            grown = self.board.grow(own, out_of=box)
            self.turn_into(self.lesson.places(), 0.25, grown, show=("wall",))
            self.during(0.1, self.board.pulse(own))
        else:
            self.turn_into(self.lesson.places(), 0.25, show=("wall",))
        self.during(0.15, self.board.show("mixed", "mixed.title"))
        self.mixed_at(0.3)
        self.during(1, self.board.pulse("mixed"))

    def mixed_at(self, share: float) -> None:
        """Frame the place in all maps, and then the same place of the new ones as well."""
        for name in ("wall", "mixed"):
            cells = self.cells(name, *self.lesson.mixing.place)
            self.during(share / 2, self.framing(cells))

    def framing(self, cells: Sequence[str]) -> Move:
        """Return the move in which frames come round cells; they stay until `unframe`."""

        def start() -> Move:
            come = [outline(self.board.box(name)) for name in cells]
            for frame in come:
                frame.z_index = FLYING
            self.add(*come)
            self.framed += come
            return lambda alpha: set_opacity(come, alpha)

        return lazily(start)

    def unframe(self) -> None:
        """Let the frames go, before what they stand on moves."""
        if self.framed:
            gone, self.framed = self.framed, []
            self.during(0.04, lambda alpha: set_opacity(gone, 1 - alpha))
            self.remove(*gone)

    # What is saved.

    def show_work(self, event: Event) -> None:
        """Multiplications of both ways, each beside what it reads."""
        self.unframe()
        told = one_by_one.WAYS if self.lesson.right is not None else ()
        hold = [f"{way}-right" for way in told]
        counted = [f"{way}-counted" for way in one_by_one.WAYS]
        self.turn_into(self.lesson.cost(), 0.15, hold=(*hold, *counted))
        for way, maps in zip(one_by_one.WAYS, ("wall", "mixed"), strict=True):
            self.during(0.1, self.board.pulse(maps), self.board.show(f"{way}.title"))
            self.during(0.16, self.board.rise(f"{way}.work"))
            self.during(0.06, self.board.show(f"{way}-counted"))
        self.during(1, self.board.pulse("both.work.value", times=2))

    def show_right(self, event: Event) -> None:
        """How many digits are read right, both ways."""
        ways = [f"{way}-right" for way in one_by_one.WAYS]
        self.during(0.2, self.board.show(*ways))
        self.during(1, in_turn(*map(self.board.pulse, ways)))

    def show_answer(self, event: Event) -> None:
        """One place of all maps, and then the same place of the new ones."""
        self.unframe()
        self.turn_into(self.lesson.places(), 0.2, show=("wall", "mixed"))
        self.mixed_at(0.5)
        self.during(1, self.board.pulse("mixed"))
