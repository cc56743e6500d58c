"""Transposed convolution: numbers stamp patches, stamps add up, and some cells get more of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import transposed
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.transposed_picture import Block, TransposedPicture
from convexplain.panels import Diagram, Mark
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import Region
from convexplain.stage.pace import Move, in_turn, lazily, row_by_row, together

Floats = npt.NDArray[np.float64]
CELL, LANDING, NEAR = "map.cell", "output.landing", "painted.landing"


class Transposed(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = transposed.Transposed
    lesson: transposed.Transposed

    def prepare(self) -> None:
        """Lay out the small map and what it becomes; they are there from the first moment."""
        self.picture: TransposedPicture = self.lesson.picture_of
        self.canvas = self.lesson.canvas()
        self.board.lay(self.picture.promised(self.lesson.block()))
        self.board.show("map", "output", "legend")(1.0)

    # One number, and its neighbour.

    def show_small(self, event: Event) -> None:
        """The map is looked at, and then what it becomes, with its checkerboard."""
        block = self.lesson.block()
        region = self.board.within("output", block.top, block.left, *block.painted.shape)
        self.during(0.4, self.board.pulse("map"))
        self.during(1, self.board.pulse_at(region, times=2))

    def show_paints(self, event: Event) -> None:
        """A few cells come near; one number goes to the stamp, and what it paints lands."""
        self.during(0.1, self.board.show(CELL))
        self.during(0.06, self.board.pulse(CELL))
        region = self.board.box(CELL)
        picture = self.picture.near(self.lesson.block(), self.told_pair)
        grows = lazily(lambda: self.board.grow("here", out_of=region))
        self.turn_into(picture, 0.2, grows, show=("times", "stamp", "equals", "painted"))
        self.stamp(self.lesson.place, (), 0.32)
        self.during(1, self.board.pulse(f"here[{self.near(self.lesson.place)}]", NEAR))

    def near(self, cell: tuple[int, int]) -> str:
        """Name a cell of the map among those that are shown number by number."""
        (top, left), (row, col) = self.lesson.near[0], cell
        return f"{row - top}, {col - left}"

    def stamp(
        self, cell: tuple[int, int], before: tuple[tuple[int, int], ...], share: float
    ) -> None:
        """Multiply the stamp by a cell's number, and let it land on what is painted before."""
        lesson = self.lesson
        (top, left), (row, col) = lesson.near[0], cell
        at = (row - top) * lesson.stride, (col - left) * lesson.stride

        def stay() -> None:
            self.board.fill("painted", lesson.block(*before, cell).painted)

        self.board.move("here.now", row - top, col - left)(1.0)
        self.board.show("here.now")(1.0)
        self.board.light(f"here[{self.near(cell)}]")
        self.during(0.35 * share, self.board.send(f"here[{self.near(cell)}]", "stamp"))
        self.board.fill("stamp", lesson.map[cell] * lesson.kernel)
        self.during(0.15 * share, self.board.pulse("stamp"))
        self.board.move(NEAR, *at)(1.0)
        self.board.show(NEAR)(1.0)
        products = self.board.send("stamp", NEAR, stay)
        products(0.0)  # takes them along; what stays behind is the stamp
        self.board.fill("stamp", lesson.kernel)
        self.during(0.4 * share, products)

    def show_overlap(self, event: Event) -> None:
        """The right neighbour paints next to it; what both reach adds up."""
        one, other = (cell for cell, _ in self.lesson.pair)
        shared = self.shared(one[0], other[1])
        self.board.become(self.picture.near(self.lesson.block(one), self.told_pair, shared))(1.0)
        self.stamp(other, (one,), 0.55)
        self.during(0.12, self.board.show("sum", "painted.cell"))
        self.during(1, self.board.pulse("sum.total", "painted.cell", times=2))

    @property
    def told_pair(self) -> list[float]:
        """What the first two stamps that overlap put into one cell."""
        return [value for _, value in self.lesson.pair]

    def shared(self, row: int, col: int) -> Mark:
        """Return where, among what is painted nearby, the stamp of a cell begins."""
        top, left = self.lesson.near[0]
        stride = self.lesson.stride
        return Mark((row - top) * stride, (col - left) * stride)

    def show_meet(self, event: Event) -> None:
        """The other neighbours paint; in one cell all of them add up."""
        lesson, (one, other) = self.lesson, (cell for cell, _ in self.lesson.pair)
        before: tuple[tuple[int, int], ...] = (one, other)
        row, col = lesson.place
        picture = self.picture.near(
            lesson.block(*before), lesson.meeting, self.shared(row + 1, col + 1)
        )
        self.during(0.08, self.board.hide("sum", "painted.cell"))
        self.board.become(picture)(1.0)
        rest = [cell for cell in lesson.near if cell not in before]
        for cell in rest:
            self.stamp(cell, before, 0.5 / len(rest))
            before = (*before, cell)
        self.canvas = lesson.canvas(*before)
        self.during(0.1, self.board.show("sum", "painted.cell"))
        self.during(1, self.board.pulse("sum.total", "painted.cell", times=2))

    # All of them.

    def show_predict(self, event: Event) -> None:
        """The stamp comes to the sheet; the video waits."""
        share = min(1.0, 6.0 / event.seconds)
        shown = ("map", "stamp", "output")
        self.turn_into(self.picture.painting(self.canvas), 0.3 * share, show=shown)
        self.during(share, in_turn(self.board.pulse("map"), self.board.pulse("stamp")))

    def show_all(self, event: Event) -> None:
        """Every number of the map paints, first slowly, then fast; rows of the output count up."""
        lesson = self.lesson
        stride, side, last = lesson.stride, lesson.kernel.shape[0], lesson.map.shape[0] - 1

        def told(row: int) -> str:
            return f"{row} × {stride} + {side} = {row * stride + side}"

        shown = ("map", "stamp", "output", CELL, LANDING)
        self.canvas = lesson.canvas()  # all, so that none seems to be painted twice
        picture = self.picture.painting(self.canvas, counted=True, told=told(last))
        self.turn_into(picture, 0.1, show=shown, hold=("rows", "output.counter"))
        steps, seconds = lesson.stamps, self.remaining * 0.68
        (height, width), reached = steps.size, 0
        at = row_by_row(height, width, seconds, 3.0)
        self.board.say("rows", told(0))
        self.board.show("rows")(1.0)

        def paint(alpha: float) -> None:
            nonlocal reached
            row, col = at(alpha)
            for number in range(reached, row * width + col + 1):
                lesson.add(self.canvas, steps[number])
            reached = row * width + col + 1
            self.board.fill("output", self.canvas)
            self.board.say("rows", told(row))

        landing = self.board.visit(LANDING, lambda alpha: (stride * at(alpha)[0],
                                                           stride * at(alpha)[1]))  # fmt: skip
        self.during(0.62, self.board.visit(CELL, at, landing, paint), rate=linear)
        self.during(0.06, self.board.hide(CELL, LANDING), self.board.show("output.counter"))
        self.during(1, self.board.pulse("rows", "output.counter", times=2))

    # Checkerboards.

    def show_flat(self, event: Event) -> None:
        """Cells of one value, and what they became."""
        assert self.lesson.flat is not None
        equal, block = self.lesson.flat
        self.board.hide(*self.board.there("rows"))(1.0)
        self.frame(block)
        regions = self.board.box(CELL), self.board.box(LANDING)
        self.during(0.1, self.board.show(CELL, LANDING))
        self.during(0.22, self.board.pulse(CELL, LANDING))
        self.turn_into(self.picture.flat(equal, block), 0.29, self.growing(regions))
        self.during(1, in_turn(self.board.pulse("equal"), self.board.pulse("painted")))

    def growing(self, regions: Sequence[Region]) -> Move:
        """Return the move in which both grids grow out of their frames, as all else fades."""
        names = "equal", "painted"
        return lazily(
            lambda: together(*(self.board.grow(*pair) for pair in zip(names, regions, strict=True)))
        )

    def frame(self, block: Block) -> None:
        """Frame cells of the map, and what they paint alone."""
        picture = self.picture.painting(self.lesson.output, counted=True, block=block)
        self.board.become(picture)(1.0)

    def show_lands(self, event: Event) -> None:
        """One stamp after the other lands on these cells, and each cell counts its own."""
        self.bring("counts", self.lesson.counting(self.picture), "painted")
        self.land("counts", self.lesson.kernel)

    def bring(self, grid: str, picture: Diagram, *stay: str) -> None:
        """Lay out a grid that counts from 0 beside what stays."""
        self.computed[grid] = np.zeros((1, 1))
        self.become(picture, 0.16, show=(*stay, grid, f"{grid}.title"))
        del self.computed[grid]

    def land(self, grid: str, kernel: Floats) -> None:
        """Let the stamps of a few cells land; the grid counts them."""
        counts = self.board.part(grid).values
        counts[...] = 0
        stamp, starts = f"{grid}.stamp", self.lesson.starts()
        self.board.move(stamp, *starts[0])(1.0)
        self.during(0.06, self.board.show(stamp))
        for row, col in starts:
            self.during(0.4 / len(starts), self.board.move(stamp, row, col))
            counts[row : row + kernel.shape[0], col : col + kernel.shape[1]] += 1
            self.during(0.3 / len(starts), self.board.move(stamp, row, col))
        self.during(1, self.board.hide(stamp))

    def show_counts(self, event: Event) -> None:
        """How many stamps each of these cells got: the fewest first."""
        if not self.board.has("counts"):
            picture = self.lesson.counting(self.picture)
            self.turn_into(picture, 0.25, show=("painted", "counts"))
        grid = self.board.part("counts")
        inside = np.where(grid.shares == 1, grid.values, np.nan)
        groups = (np.argwhere(inside == n) for n in self.lesson.repeats)
        cells = ([f"counts[{row}, {col}]" for row, col in group] for group in groups)
        self.during(1, in_turn(*(self.board.pulse(*group) for group in cells)))

    # What avoids them.

    def show_larger(self, event: Event) -> None:
        """Stamps whose side the stride divides land, one after the other."""
        assert self.lesson.larger is not None
        self.bring("even", self.lesson.stamping(self.picture), "counts")
        self.land("even", self.lesson.larger)

    def show_same(self, event: Event) -> None:
        """The equal counts are looked at; then comes what both stamps paint, beside each other."""
        grid = self.board.part("even")
        inside = [f"even[{row}, {col}]" for row, col in np.argwhere(grid.shares == 1)]
        self.during(0.42, self.board.pulse(*inside, times=2))
        self.turn_into(self.lesson.comparing(self.picture), 0.12, show=("output", "larger"))
        self.during(0.2, self.board.pulse("output"))
        self.during(1, self.board.pulse("larger", times=2))

    # There and back.

    def show_back(self, event: Event) -> None:
        """A picture is convolved, and the same weights paint the way back."""
        picture = self.lesson.returned(self.picture)
        gone = self.board.there("map", "stamp", "output", "larger", "painted", "counts", "legend")
        self.during(0.05, self.board.hide(*gone))
        self.turn_into(picture, 0.06, show=("there", "weights"), hold=("through", "back"))
        assert self.lesson.return_trip is not None
        _, through, back, _, _ = self.lesson.return_trip
        both = {"through": through, "back": back}
        for name in both:
            self.board.fill(name, np.nan)
        self.board.show(*both, *(f"{name}.title" for name in both))(1.0)
        # A row is painted back as soon as it is there.
        fills = (self.filling(name, values) for name, values in both.items())
        self.during(0.28, *fills, rate=linear)
        self.during(1, in_turn(self.board.pulse("there"), self.board.pulse("back")))

    def filling(self, name: str, values: Floats) -> Move:
        """Return the move in which a grid gets its numbers, row by row."""

        def go(alpha: float) -> None:
            rows = round(alpha * len(values))
            self.board.fill(name, np.where(np.arange(len(values))[:, None] < rows, values, np.nan))

        return go

    def show_answer(self, event: Event) -> None:
        """A number and its patch move over both maps together."""
        gone = self.board.there("larger", "there", "weights", "through", "back", "legend")
        if gone:
            self.during(0.04, self.board.hide(*gone))
        picture = self.picture.painting(self.lesson.output, counted=True)
        self.turn_into(picture, 0.12, show=("map", "output"), hold=("stamp",))
        self.during(0.05, self.board.show("stamp", CELL, LANDING))
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
