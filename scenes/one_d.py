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
#: How often the film is played.
_ROUNDS = 2


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
        """A frame goes from the row to a strip beside the picture, where its pixels come up."""
        self.turn_into(self.picture.unrolled(), 0.3, show=("input.row",))
        self.during(0.4, self.board.carry("input.row", "row"))
        self.during(1, self.board.pulse("row"))

    def show_predict(self, event: Event) -> None:
        """The window takes two steps, goes on to the row's end, and back; the video waits."""
        share = min(1.0, 5.5 / event.seconds)
        self.during(0.04 * share, self.board.hide("input", "input.row"))
        self.turn_into(self.picture.first(), 0.1 * share, show=("row",))
        self.during(0.08 * share, self.board.show(ROW))
        last = len(self.lesson.samples) - len(self.lesson.weights)
        for place, long in ((1, 0.08), (2, 0.08), (last, 0.2), (0, 0.12)):
            self.during(long * share, self.board.move(ROW, 0, place))
            self.during(0.04 * share, self.board.pulse(ROW))
        self.during(share, self.board.pulse(ROW))

    def show_window(self, event: Event) -> None:
        """The window stands on the row; its products fall and add up."""
        value = float(self.lesson.out[self.lesson.told])
        lesson = self.lesson
        picture = self.picture.window(self.first, lesson.read, lesson.addends, value)
        parts = list(lesson.addends)
        waits = (*parts, "total", "patch")
        if self.board.has(ROW):
            self.become(picture, 0.12, show=("kernel",), hold=waits)
            self.during(0.08, self.board.move(ROW, 0, self.first))
        else:
            self.turn_into(picture, 0.2, show=("kernel", ROW), hold=waits)
        self.during(0.12, self.board.grow("patch", out_of=ROW))
        told = [
            together(self.board.pulse(f"patch[0, {n}]", f"kernel[0, {n}]"), self.board.show(part))
            for n, part in enumerate(parts)
        ]
        self.during(0.45, in_turn(*map(eased, told)))
        self.during(0.1, self.board.show("total"))
        self.during(1, self.board.pulse("total", times=2))

    def show_slide(self, event: Event) -> None:
        """The window runs along; the strip below fills."""
        known = np.zeros(len(self.lesson.out), dtype=bool)
        picture = self.picture.slide(-self.lesson.ahead, known)
        told = (*self.lesson.addends, "total", "patch", "kernel")
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
        """A film is played; then its frames fan out, and a block stands in a corner."""
        self.make_room()
        self.turn_into(self.picture.playing(0), 0.06, show=("input",))
        frames, last = self.lesson.film, self.lesson.film.shape[2] - 1

        def play(alpha: float) -> None:
            shown = min(_ROUNDS * (last + 1) - 1, int(alpha * _ROUNDS * (last + 1)))
            frame = shown % (last + 1)
            self.board.fill("input", frames[..., frame])
            self.board.say("input.title", self.text(self.picture.played(frame)))

        self.during(0.64, play, rate=linear)
        self.make_room()
        self.turn_into(self.laid_out(), 0.1, show=tuple(self.frames))
        self.during(0.06, self.board.show(*self.windows(0)))
        self.during(1, self.board.pulse(*self.frames[: len(self.lesson.weights)]))

    def make_room(self, share: float = 0.04) -> None:
        """Let all that stands there go before other things come."""
        here = [name for name in self.board.parts if self.board.shown(name)]
        self.during(share, self.board.hide(*here))

    def laid_out(self) -> Diagram:
        """Return the picture of the film's frames, with what is told of one window below them."""
        row, col = self.lesson.spot
        return self.picture.block(self.lesson.parts, float(self.lesson.moving[row, col, 0]))

    def show_block(self, event: Event) -> None:
        """The window goes to where most ink arrives; with its weights comes what each adds."""
        count = len(self.lesson.weights)
        sheets, parts = ([f"{kind}-{n}" for n in range(count)] for kind in ("weights", "part"))
        self.turn_into(self.laid_out(), 0.02, show=tuple(self.frames), hold=(*sheets, *parts))
        self.during(0.07, self.go_to(*self.lesson.spot, 0))
        for sheet, window, part in zip(sheets, self.windows(0), parts, strict=True):
            self.during(0.18 / count, self.board.show(sheet))
            self.during(0.36 / count, self.board.pulse(window, sheet), self.board.show(part))
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

    def standing(self) -> list[str]:
        """Return the names of the window's parts that are seen."""
        return [f"{name}.window" for name in self.frames if self.board.shown(f"{name}.window")]

    def show_through(self, event: Event) -> None:
        """The window goes along rows and columns of a film, and then a frame further."""
        sheets = [f"weights-{n}" for n in range(len(self.lesson.weights))]
        words = (f"{each}-{n}{end}" for each, end in (("part", ""), ("weights", ".title"))
                 for n in range(len(sheets)))  # fmt: skip
        self.during(0.04, self.board.hide(*self.board.there(*words, "total")))
        self.turn_into(self.picture.through(), 0.09, show=(*self.frames, *sheets))
        results = [f"moving-{n}" for n in range(self.lesson.moving.shape[2])]
        for name in results:
            self.board.fill(name, np.nan)
        self.during(0.05, self.board.show(results[0]), self.go_to(0, 0, 0))
        share = 0.74 / (len(results) + 1)
        for frame, name in enumerate(results):
            long = share * (2 if frame == 0 else 1)
            self.go_to(0, 0, frame)(1.0)
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
            self.during(0.25, self.go_to(row, col, frame))
            self.during(0.25, self.board.pulse(f"moving-{frame}[{row}, {col}]", times=2))

    def show_answer(self, event: Event) -> None:
        """Row, picture and film stand together; each window goes along its axes and then stops."""
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
        self.during(0.08, self.go_to(down, along, 1))
        self.during(0.04, self.board.show(axes[2]))
        self.during(1, *map(self.board.pulse, axes))
