"""Transposed convolution: numbers stamp patches, stamps add up, and some cells get more of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import transposed
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.transposed_picture import TransposedPicture
from convexplain.stage import LessonScene
from convexplain.stage.pace import accelerating, eased, in_turn

CELL, LANDING = "map.cell", "output.landing"


class Transposed(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = transposed.Transposed
    lesson: transposed.Transposed

    def prepare(self) -> None:
        """Lay out the small map; it is there from the first moment."""
        self.picture: TransposedPicture = self.lesson.picture_of(upright=self.upright)
        self.canvas = self.lesson.canvas()
        self.board.lay(self.picture.opening())
        self.board.show("map", "legend")(1.0)

    # One number, and its neighbour.

    def show_small(self, event: Event) -> None:
        """An empty sheet grows out of the map."""
        self.during(0.2, self.board.pulse("map"))
        self.turn_into(self.picture.blank(), 0.35, hold=("output",))
        self.during(0.25, self.board.grow("output", out_of="map"))
        self.during(1, self.board.pulse("output"))

    def show_paints(self, event: Event) -> None:
        """A number goes to the stamp, and what it paints comes out."""
        row, col = self.lesson.place
        block = self.lesson.block(1, 1)
        picture = self.picture.painting(self.canvas, block)
        self.turn_into(picture, 0.35, show=("stamp", CELL), hold=("painted",))
        self.during(0.35, self.board.send(f"map[{row}, {col}]", "stamp"))
        self.during(1, self.board.grow("painted", out_of="stamp"))

    def show_lands(self, event: Event) -> None:
        """What it paints lands on the sheet."""
        self.land(self.lesson.place, 0.5)
        self.during(1, self.board.pulse("painted"), self.board.walk("output.landing->painted"))

    def land(self, cell: tuple[int, int], share: float) -> None:
        """Let what is painted fly to its place on the sheet, and stay there."""

        def stay() -> None:
            self.canvas = self.lesson.canvas(cell)
            self.board.fill("output", self.canvas)

        self.during(share, self.board.send("painted", LANDING, stay))
        self.board.show(LANDING)(1.0)

    def show_overlap(self, event: Event) -> None:
        """The right neighbour paints next to it; what both reach adds up."""
        row, col = self.lesson.place
        (_, one), (_, other) = self.lesson.pair
        two, shared = self.lesson.block(1, 2), (row * self.lesson.stride,
                                                (col + 1) * self.lesson.stride)  # fmt: skip
        alone = self.lesson.canvas((row, col))[two.lands_on]
        picture = self.picture.painting(
            self.canvas, two, told=self.picture.added(one, other), cell=shared
        )
        self.turn_into(picture, 0.2, show=(CELL, "painted", LANDING), hold=("sum",))
        self.board.fill("painted", alone)
        self.during(0.25, self.board.send(f"map[{row}, {col + 1}]", "stamp"))
        self.canvas = self.lesson.canvas((row, col), (row, col + 1))
        self.board.fill("output", self.canvas)
        self.board.fill("painted", two.painted)
        self.during(0.25, self.board.pulse("painted"), self.board.pulse(LANDING))
        self.during(0.2, self.board.show("sum", "painted.cell"))
        self.during(1, self.board.pulse("sum.total", times=2))

    # All of them.

    def show_predict(self, event: Event) -> None:
        """The stamp comes to the sheet; the video waits."""
        share = min(1.0, 6.0 / event.seconds)
        self.turn_into(self.picture.painting(self.canvas), 0.3 * share, show=("stamp",))
        self.during(share, self.board.pulse("stamp", times=2))

    def show_all(self, event: Event) -> None:
        """Every number of the map paints, first slowly, then fast."""
        self.turn_into(self.picture.painting(self.canvas), 0.1, show=("stamp", CELL, LANDING))
        row, col = self.lesson.place
        done = {(row, col), (row, col + 1)}
        steps, seconds = self.lesson.stamps, self.remaining * 0.92
        path = accelerating(len(steps) - 1, seconds, 3.0)
        reached = 0

        def at(alpha: float) -> tuple[int, int]:
            return divmod(round(path.position(alpha * seconds)), steps.size[1])

        def paint(alpha: float) -> None:
            nonlocal reached
            last = round(path.position(alpha * seconds))
            for number in range(reached, last + 1):
                cell = divmod(number, steps.size[1])
                if cell not in done:
                    self.lesson.add(self.canvas, steps[number])
            reached = max(reached, last + 1)
            self.board.fill("output", self.canvas)

        stride = self.lesson.stride
        landing = self.board.visit(LANDING, lambda alpha: (stride * at(alpha)[0],
                                                           stride * at(alpha)[1]))  # fmt: skip
        self.during(0.88, self.board.visit(CELL, at, landing, paint), rate=linear)
        self.during(1, self.board.hide(CELL, LANDING))

    def show_size(self, event: Event) -> None:
        """The output's size, from the first stamp to the last."""
        height = self.lesson.map.shape[0]
        picture = self.picture.painting(self.canvas, counted=True)
        self.turn_into(picture, 0.15, show=("stamp", CELL, LANDING))
        stride = self.lesson.stride

        def down(alpha: float) -> tuple[float, float]:
            return round(alpha * (height - 1)), 0

        landing = self.board.visit(LANDING, lambda alpha: (stride * down(alpha)[0], 0))
        self.during(0.6, self.board.visit(CELL, down, landing))
        self.during(1, self.board.pulse("output.counter", times=2))

    def show_meet(self, event: Event) -> None:
        """Four neighbours, what they paint, and the cell that all of them reach."""
        block, cell = self.lesson.block(2, 2), self.lesson.meeting_place
        parts = self.lesson.meeting
        told = self.picture.sum(parts, sum(value for _, value in parts))
        picture = self.picture.painting(self.canvas, block, told=told, counted=True, cell=cell)
        self.turn_into(picture, 0.2, show=(CELL, LANDING), hold=("sum", "painted"))
        self.during(0.2, self.board.grow("painted", out_of=LANDING))
        self.during(
            0.12, self.board.show("painted.cell"), self.board.walk("output.landing->painted")
        )
        row, col = self.lesson.place
        cells = [self.board.pulse(f"map[{row + r}, {col + c}]") for r, c in np.ndindex(2, 2)]
        self.during(0.25, in_turn(*map(eased, cells)), self.board.show("sum"))
        self.during(1, self.board.pulse("sum.activated", times=2))

    # Checkerboards.

    def show_flat(self, event: Event) -> None:
        """Cells of one value, and what they became."""
        assert self.lesson.flat is not None
        picture = self.picture.flat(*self.lesson.flat)
        self.turn_into(picture, 0.2, show=(CELL, LANDING), hold=("equal", "painted"))
        self.during(0.2, self.board.grow("equal", out_of=CELL))
        self.during(0.25, self.board.grow("painted", out_of=LANDING))
        self.during(1, in_turn(self.board.pulse("equal"), self.board.pulse("painted")))

    def show_counts(self, event: Event) -> None:
        """How many stamps each of these cells got."""
        picture = self.lesson.counting(self.picture)
        self.turn_into(picture, 0.25, show=(CELL, LANDING, "painted"), hold=("counts",))
        self.during(0.3, self.board.grow("counts", out_of="painted"))
        self.during(1, self.board.pulse("counts", times=2))

    # What avoids them.

    def show_larger(self, event: Event) -> None:
        """What a stamp paints whose side the stride divides."""
        picture = self.lesson.comparing(self.picture)
        self.turn_into(
            picture, 0.25, show=("output",), hold=("larger", "output-counts", "larger-counts")
        )
        self.during(0.2, self.board.show("output-counts"))
        self.during(0.25, self.board.grow("larger", out_of="output"))
        self.during(0.15, self.board.show("larger-counts"))
        self.during(1, self.board.pulse("larger-counts", times=2))

    def show_resize(self, event: Event) -> None:
        """The map enlarged cell by cell, and then convolved."""
        lesson = self.lesson
        titles = lesson.painted_by(lesson.kernel), lesson.then
        picture = self.picture.resized(lesson.enlarged, lesson.resized, titles)
        self.turn_into(picture, 0.2, show=("output",), hold=("enlarged", "resized"))
        self.during(0.25, self.board.grow("enlarged", out_of="output"))
        self.during(0.3, self.board.grow("resized", out_of="enlarged"))
        self.during(1, in_turn(self.board.pulse("output"), self.board.pulse("resized")))

    # There and back.

    def show_back(self, event: Event) -> None:
        """A picture goes through its filter, and back through the same weights."""
        there, through, back, kernel, alike = self.lesson.return_trip
        picture = self.picture.there_and_back(there, through, back, kernel, alike)
        self.turn_into(picture, 0.15, show=("input",), hold=("through", "back", "kernel"))
        self.during(0.15, self.board.show("kernel"))
        self.during(0.25, self.board.grow("through", out_of="input"))
        self.during(0.25, self.board.grow("back", out_of="through"))
        self.during(1, in_turn(self.board.pulse("input"), self.board.pulse("back")))

    def show_answer(self, event: Event) -> None:
        """A number and its patch move over both maps together."""
        picture = self.picture.painting(self.lesson.output, counted=True)
        self.turn_into(picture, 0.25, show=("map", "output", "stamp", CELL, LANDING))
        way = self.round_trip()
        self.during(1, self.board.visit(CELL, way, self.board.visit(LANDING, self.scaled(way))))

    def round_trip(self) -> Callable[[float], tuple[float, float]]:
        """Return a way over the map's corners to where the lesson began."""
        (height, width), place = self.lesson.map.shape, self.lesson.place
        stops = np.array([(0, 0), (0, width - 1), (height - 1, width - 1), place], dtype=float)
        times = np.linspace(0, 1, len(stops))
        return lambda alpha: (
            float(np.interp(alpha, times, stops[:, 0])),
            float(np.interp(alpha, times, stops[:, 1])),
        )

    def scaled(
        self, way: Callable[[float], tuple[float, float]]
    ) -> Callable[[float], tuple[float, float]]:
        """Return the same way for the patch on the output."""
        stride = self.lesson.stride
        return lambda alpha: (stride * way(alpha)[0], stride * way(alpha)[1])
