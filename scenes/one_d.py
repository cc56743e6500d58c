"""One, two, three axes: a window on a row, on a picture, and through a film."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import one_d
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.one_d_picture import OneDPicture
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, row_by_row, together

ROW, BLOCK = "row.window", "input.window"
#: How many places a second a window visits at first.
BEGIN = 12.0


class OneD(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = one_d.OneD
    lesson: one_d.OneD

    def prepare(self) -> None:
        """Lay out the picture; it is there from the first moment."""
        self.picture: OneDPicture = self.lesson.picture_of
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
        """The row's pixels go, in their frame, to a strip beside the picture."""
        self.turn_into(self.picture.unrolled(), 0.3, show=("input.row",))
        ways = self.board.send("input.row", "row"), self.board.carry("input.row", "row")
        self.during(0.4, *ways)
        self.during(1, self.board.pulse("row"))

    def show_window(self, event: Event) -> None:
        """The window stands on the row; its products fall and add up."""
        value = float(self.lesson.out[self.lesson.told])
        lesson = self.lesson
        picture = self.picture.window(self.first, lesson.read, lesson.addends, value)
        parts = list(lesson.addends)
        self.during(0.05, self.board.hide("input", "input.row"))
        waits = (*parts, "total", "patch", ROW)
        self.turn_into(picture, 0.13, show=("row", "kernel"), hold=waits)
        self.during(0.04, self.board.show(ROW))
        self.during(0.12, self.board.grow("patch", out_of=ROW))
        self.board.show("patch.edge")(1.0)
        told = [
            together(self.board.pulse(f"patch[0, {n}]", f"kernel[0, {n}]"), self.board.show(part))
            for n, part in enumerate(parts)
        ]
        self.during(0.43, in_turn(*map(eased, told)))
        self.during(0.1, self.board.show("total"))
        self.during(1, self.board.pulse("total", times=2))

    def show_predict(self, event: Event) -> None:
        """The window takes two steps from the row's start, and goes on to its end: it waits."""
        share = min(1.0, 6.5 / event.seconds)
        told = (*self.lesson.addends, "total", "patch", "patch.edge", "kernel")
        self.during(0.05 * share, self.board.hide(*told))
        self.turn_into(self.picture.first(), 0.1 * share, show=("row",))
        if not self.board.shown(ROW):
            self.during(0.05 * share, self.board.show(ROW))
        self.during(0.1 * share, self.board.move(ROW, 0, 0))
        last = len(self.lesson.samples) - len(self.lesson.weights)
        for place, long in ((1, 0.08), (2, 0.08), (last, 0.36)):
            self.during(long * share, self.board.move(ROW, 0, place))
            self.during(0.05 * share, self.board.pulse(ROW))
        self.during(share, self.board.pulse(ROW))

    def show_slide(self, event: Event) -> None:
        """The window runs along; the strip below fills."""
        known = np.zeros(len(self.lesson.out), dtype=bool)
        picture = self.picture.slide(-self.lesson.ahead, known)
        told = self.board.there(*self.lesson.addends, "total", "patch", "patch.edge", "kernel")
        self.during(0.05, self.board.hide(*told))
        self.become(picture, 0.1, show=(ROW, "out", "legend"))
        fill = self.filling("out", self.lesson.out[None])
        last = len(known) - 1
        run = self.board.visit(
            ROW, lambda alpha: (0, round(alpha * last) - self.lesson.ahead), fill
        )
        self.during(0.65, run, rate=linear)
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

    # Two axes, three axes.

    def show_two(self, event: Event) -> None:
        """A square window slides along both axes, and fills a map."""
        known = np.zeros(self.lesson.map.shape, dtype=bool)
        self.make_room()
        self.turn_into(self.picture.two(known), 0.08, show=("input", "kernel", "map", BLOCK))
        slid = self.slide([BLOCK], "map", self.lesson.map, 0.62 * event.seconds, BEGIN)
        self.during(0.62, slid, rate=linear)
        self.during(1, self.board.pulse("map"))

    @property
    def frames(self) -> list[str]:
        """The names of the film's frames."""
        return [f"film-{n}" for n in range(self.lesson.film.shape[2])]

    def windows(self, first: int) -> list[str]:
        """Return the names of a window's parts on the frames that it reads, from some frame on."""
        return [f"{name}.window" for name in self.frames[first : first + len(self.lesson.weights)]]

    def show_three(self, event: Event) -> None:
        """A film is played."""
        self.make_room()
        self.turn_into(self.picture.playing(0), 0.08, show=("input",))
        frames, last = self.lesson.film, self.lesson.film.shape[2] - 1

        def play(alpha: float) -> None:
            frame = min(last, int(alpha * (last + 1)))
            self.board.fill("input", frames[..., frame])
            self.board.say("input.title", self.text(self.picture.played(frame)))

        self.during(1, play, rate=linear)

    def show_reads(self, event: Event) -> None:
        """Its frames stand beside one another; a block stands on the first ones."""
        self.make_room()
        self.turn_into(self.picture.frames(), 0.12, show=tuple(self.frames))
        self.during(0.08, self.board.show(*self.windows(0)))
        self.during(1, self.board.pulse(*self.windows(0), times=2))

    def make_room(self, share: float = 0.04) -> None:
        """Let all that stands there go before other things come."""
        here = [name for name in self.board.parts if self.board.shown(name)]
        self.during(share, self.board.hide(*here))

    def laid_out(self) -> Diagram:
        """Return the picture of the film's frames, with what is told of one window below them."""
        row, col = self.lesson.spot
        value = float(self.lesson.moving[row, col, 0])
        return self.picture.block(self.lesson.spot, self.lesson.parts, value)

    def show_block(self, event: Event) -> None:
        """The window goes to where ink arrives; pixels come out of it, weights, what they add."""
        count = len(self.lesson.weights)
        cuts, sheets, parts = (
            [f"{kind}-{n}" for n in range(count)] for kind in ("cut", "weights", "part")
        )
        if not self.board.has(self.frames[0]):
            self.make_room()
        hold = *cuts, *sheets, *parts
        self.turn_into(self.laid_out(), 0.08, show=tuple(self.frames), hold=hold)
        self.during(0.07, self.go_to(*self.lesson.spot, 0))
        for cut, sheet, window, part in zip(cuts, sheets, self.windows(0), parts, strict=True):
            self.during(0.25 / count, self.board.grow(cut, out_of=window))
            self.board.show(f"{cut}.edge")(1.0)
            self.during(0.09 / count, self.board.show(sheet))
            self.during(0.26 / count, self.board.pulse(cut, sheet), self.board.show(part))
        self.during(0.06, self.board.show("total"))
        self.during(1, self.board.pulse("total", times=2))

    def go_to(self, row: int, col: int, frame: int) -> Move:
        """Return the move of the window along the axes of a film from where it stands."""
        here, there = self.standing(), self.windows(frame)
        stay = [self.board.move(name, row, col) for name in there]
        come = [name for name in there if name not in here]
        away = [name for name in here if name not in there]
        moves = [self.board.show(*come)] if come else []
        return together(*moves, *([self.board.hide(*away)] if away else []), *stay)

    def step(self, share: float, frame: int) -> None:
        """Let the window go on to the next frame in time, which is this one, as the film lies."""
        before, now = self.windows(frame - 1), self.windows(frame)
        first, second = (self.board.part(name) for name in self.frames[frame - 1 : frame + 1])
        right, down = (second.places[0] - first.places[0]) / first.cell
        corner = self.board.part(before[0]).places[0] - first.places[0]
        col, row = (float(at) for at in corner / first.cell)
        self.during(share, *(self.board.move(n, row + down, col + right) for n in before))
        self.board.hide(before[0])(1.0)
        self.board.show(now[-1])(1.0)
        for name in now:
            self.board.move(name, row, col)(1.0)

    def standing(self) -> list[str]:
        """Return the names of the window's parts that are seen."""
        return [f"{name}.window" for name in self.frames if self.board.shown(f"{name}.window")]

    def show_through(self, event: Event) -> None:
        """The window goes along rows and columns of a film, and then a frame further."""
        sheets = [f"weights-{n}" for n in range(len(self.lesson.weights))]
        told = ("part", ""), ("weights", ".title"), ("cut", ""), ("cut", ".edge")
        words = (f"{each}-{n}{end}" for each, end in told for n in range(len(sheets)))
        if self.board.has(self.frames[0]):
            self.during(0.04, self.board.hide(*self.board.there(*words, "total")))
        else:
            self.make_room()
        self.turn_into(self.picture.through(), 0.09, show=(*self.frames, *sheets, "kernel"))
        results = [f"moving-{n}" for n in range(self.lesson.moving.shape[2])]
        for name in results:
            self.board.fill(name, np.nan)
        self.during(0.05, self.board.show(results[0]), self.go_to(0, 0, 0))
        share = 0.68 / (len(results) + 1)
        for frame, name in enumerate(results):
            long = share * (2 if frame == 0 else 1)
            if frame:
                self.step(0.06, frame)
            self.board.show(name)(1.0)
            self.during(long, self.scan(frame, name, long * event.seconds), rate=linear)
        self.during(1, self.board.pulse(*results))

    def scan(self, frame: int, name: str, seconds: float) -> Move:
        """Return the window's way over some frames, in which a map of the result fills."""
        begin = BEGIN if frame == 0 else 5 * BEGIN
        return self.slide(self.windows(frame), name, self.lesson.moving[..., frame], seconds, begin)

    def slide(
        self,
        windows: list[str],
        name: str,
        values: npt.NDArray[np.float64],
        seconds: float,
        begin: float,
    ) -> Move:
        """Return the move of windows over all places, in which a map fills."""
        (height, width), known = values.shape, self.board.part(name).values
        at = row_by_row(height, width, seconds, begin)

        def fill(alpha: float) -> None:
            row, col = at(alpha)
            reached = row * width + col + 1
            known.flat[:reached] = values.flat[:reached]

        return together(*(self.board.visit(window, at) for window in windows), fill)

    def show_arrives(self, event: Event) -> None:
        """Where the result is highest and lowest, and what the window reads there."""
        for row, col, frame in self.lesson.changes:
            ring = f"moving-{frame}.around"
            self.during(0.12, self.go_to(row, col, frame))
            self.board.move(ring, row - 1, col - 1)(1.0)
            self.during(0.04, self.board.show(ring))
            self.during(0.3, self.board.pulse(ring))
            self.during(0.03, self.board.hide(ring))

    def show_answer(self, event: Event) -> None:
        """Row, picture and film stand together; each window goes along its axes and then stops.

        Time is the axis from frame to frame: there the window goes to the right.
        """
        self.make_room()
        axes = ("axes-0", "axes-1", "axes-2")
        made = [f"moving-{n}" for n in range(self.lesson.moving.shape[2])]
        shown = ("row", "input", *self.frames, "out", "map", *made)
        named = ("name-0", "name-1", "name-2")
        self.turn_into(self.picture.ending(), 0.08, show=(*shown, *named), hold=axes)
        k, film = len(self.lesson.weights), self.windows(0)
        down, along = (n - k for n in self.lesson.drawn.shape)
        for name in (ROW, BLOCK, *self.windows(1), *film):
            self.board.move(name, 0, 0)(1.0)
        self.during(0.04, self.board.show(ROW, BLOCK, *film))
        self.during(0.12, *(self.board.move(n, 0, along) for n in (ROW, BLOCK, *film)))
        self.during(0.04, self.board.show(axes[0]))
        self.during(0.1, *(self.board.move(name, down, along) for name in (BLOCK, *film)))
        self.during(0.04, self.board.show(axes[1]))
        self.step(0.12, 1)
        self.during(0.04, self.board.show(axes[2]))
        self.during(1, *map(self.board.pulse, axes))
