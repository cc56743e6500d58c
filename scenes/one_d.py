"""One, two, three axes: a window on a row, on a picture, and through a film."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import one_d
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.one_d_picture import OneDPicture
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, accelerating, eased, in_turn, together

ROW, BLOCK, DEEP = "row.window", "input.window", "film.block"


Places = npt.NDArray[np.float64]


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
        self.during(0.2, self.board.show("row", "row.title", *self.board.frame("sound")))
        self.during(0.3, self.board.trace("sound.curve"), rate=linear)
        self.during(1, self.board.pulse("row"))

    def show_predict(self, event: Event) -> None:
        """The window takes two steps from the row's beginning, and goes back; the video waits."""
        share = min(1.0, 5.5 / event.seconds)
        self.turn_into(self.picture.first(), 0.15 * share, show=("sound", "row"))
        self.during(0.15 * share, self.near())
        self.during(0.1 * share, self.board.show(ROW))
        for place in (1, 2, 0):
            self.during(0.12 * share, self.board.move(ROW, 0, place))
            self.during(0.06 * share, self.board.pulse(ROW))
        self.during(share, self.board.pulse(ROW))

    def near(self) -> Move:
        """Come near the row, and all that stands under it."""
        assert self.board.placed is not None
        panels = {piece.panel for piece in self.board.placed.pieces} - {""}
        return self.camera.to(self.board.around(*(f"{name}.all" for name in sorted(panels))), 0.88)

    def show_window(self, event: Event) -> None:
        """The window stands on the row; its products fall and add up."""
        value = float(self.lesson.out[self.lesson.told])
        picture = self.picture.window(self.first, self.lesson.addends, value)
        if self.board.has(ROW):
            self.during(0.06, self.board.hide("sound"))
            self.become(picture, 0.12, show=("kernel",), hold=("sum",))
            self.during(0.1, self.near())
            self.during(0.1, self.board.move(ROW, 0, self.first))
        else:
            self.turn_into(picture, 0.2, show=("kernel", ROW), hold=("sum",))
            self.during(0.1, self.near())
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
        """The window runs along; the strip below fills."""
        known = np.zeros(len(self.lesson.out), dtype=bool)
        picture = self.picture.slide(-self.lesson.ahead, known)
        self.become(picture, 0.15, show=(ROW, "out", "legend"))
        self.during(0.1, self.near())
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
        self.during(0.08, self.camera.home(), self.board.hide("legend", ROW))
        self.turn_into(self.picture.two(known), 0.2, show=("input", "kernel", "map", BLOCK))
        grid = self.board.part("map").values

        def fill(row: int, col: int) -> None:
            done = row * grid.shape[1] + col
            grid.flat[: done + 1] = self.lesson.map.flat[: done + 1]

        def scan(alpha: float) -> tuple[float, float]:
            place = at(alpha)
            fill(*place)
            return place

        at = self.scanning(grid.shape, 0.7 * event.seconds)
        self.during(0.7, self.board.visit(BLOCK, scan), rate=linear)
        self.during(1, self.board.pulse("map"))

    @staticmethod
    def scanning(
        shape: tuple[int, int], seconds: float, begin: float = 12.0
    ) -> Callable[[float], tuple[int, int]]:
        """Return where a window stands that goes row by row, first slowly, then faster."""
        last = shape[0] * shape[1] - 1
        path = accelerating(last, seconds, begin=begin)

        def at(alpha: float) -> tuple[int, int]:
            row, col = divmod(min(round(path.position(alpha * seconds)), last), shape[1])
            return row, col

        return at

    def frames(self, name: str) -> list[str]:
        """Return the names of a stack's pictures, the last first."""
        count = (self.lesson.film if name == "film" else self.lesson.moving).shape[2]
        return [f"{name}[{n}]" for n in reversed(range(count))]

    def show_three(self, event: Event) -> None:
        """A film is played; then its frames fan out, and a block stands in a corner."""
        self.turn_into(self.picture.playing(0), 0.08, show=("input",))
        frames, last = self.lesson.film, self.lesson.film.shape[2] - 1

        def play(alpha: float) -> None:
            frame = min(last, int(alpha * (last + 1)))
            self.board.fill("input", frames[..., frame])
            self.board.say("input.title", self.text(self.picture.played(frame)))

        self.during(0.42, play, rate=linear)
        # Out of the last frame comes the stack: the stage is never empty.
        start = self.board.box("input")
        hindmost, *others = self.frames("film")
        self.turn_into(self.picture.three(), 0.12, self.board.grow(hindmost, out_of=start))
        start = self.board.box(hindmost)
        self.during(0.18, in_turn(*(eased(self.board.grow(name, out_of=start)) for name in others),
                                  overlap=0.6))  # fmt: skip
        words = [name for name in self.board.names("film") if "[" not in name and name != DEEP]
        self.during(0.06, self.board.show(*words))
        self.draw_block(0.1)
        self.during(1, self.board.pulse("film"))

    def draw_block(self, share: float) -> None:
        """Draw the window through the film."""
        block = self.board.part(DEEP)
        self.add(block)

        def draw(alpha: float) -> None:
            block.drawn = alpha

        self.during(share, draw)

    def show_block(self, event: Event) -> None:
        """The block goes to ink that arrives; its weights come, a sheet for each frame."""
        self.turn_into(self.picture.block(), 0.15, show=("film", DEEP))
        row, col, frame = self.lesson.changes[0]
        self.during(0.15, self.go_to(self.block() + self.at(row, col, frame)))
        for n in range(len(self.lesson.weights)):
            name = f"weights-{n}"
            self.during(0.1, self.board.show(name, f"{name}.title"))
            self.during(0.08, self.board.pulse(f"film[{frame + n}]"))
        self.during(1, self.board.pulse(*(f"weights-{n}" for n in range(len(self.lesson.weights)))))

    def go_to(self, end: Places) -> Move:
        """Return the move of the window through a film from where it stands."""
        start = self.block()
        return lambda alpha: self.stand(start + (end - start) * alpha)

    def show_through(self, event: Event) -> None:
        """The window goes along rows and columns of a film, and then a frame further."""
        results = self.frames("moving")[::-1]
        self.turn_into(self.picture.through(), 0.12, show=("film", DEEP))
        home = self.corner = self.block()
        for name in results:
            self.board.fill(name, 0.0)
        self.board.show(*results)(1.0)
        self.during(0.05, self.board.show("moving"))
        share = 0.72 / (len(results) + 1)
        for frame, name in enumerate(results):
            long = share * (2 if frame == 0 else 1)
            self.during(long, self.scan(frame, name, home, long * event.seconds), rate=linear)
        self.during(1, self.board.pulse("moving"))

    def show_arrives(self, event: Event) -> None:
        """Where the result is highest and lowest, and what the window reads there."""
        for row, col, frame in self.lesson.changes:
            self.during(0.25, self.go_to(self.corner + self.at(row, col, frame)))
            self.during(0.25, self.board.pulse(f"moving[{frame}][{row}, {col}]", times=2))

    def block(self) -> Places:
        """Return the corners of the window through a film where it stands."""
        return np.array(self.board.part(DEEP).places)

    def at(self, row: float, col: float, frame: float) -> tuple[float, float]:
        """Return how far the window through a film then is from its corner, right and down."""
        first, second = (self.board.part(f"film[{n}]") for n in range(2))
        right, down = second.places[0] - first.places[0]
        return col * first.cell + frame * right, row * first.cell + frame * down

    def scan(self, frame: int, name: str, home: Places, seconds: float) -> Move:
        """Return the window's way over some frames, in which a picture of the result fills."""
        result = self.lesson.moving[..., frame]
        way = self.scanning(result.shape, seconds, begin=12.0 if frame == 0 else 60.0)
        values = self.board.part(name).values

        def go(alpha: float) -> None:
            row, col = way(alpha)
            self.stand(home + self.at(row, col, frame))
            done = row * result.shape[1] + col
            values.flat[: done + 1] = result.flat[: done + 1]

        return go

    def stand(self, places: Places) -> None:
        """Put the window through a film elsewhere."""
        self.board.part(DEEP).places = [(float(x), float(y)) for x, y in places]

    def show_answer(self, event: Event) -> None:
        """The three results; their windows slide along one axis, along two, along three."""
        self.during(0.04, self.board.hide("legend"))
        self.turn_into(
            self.lesson.diagram(), 0.2, show=("row", "out", "input", "map", "film", "moving")
        )
        self.during(0.05, self.board.show(ROW, BLOCK))
        k, (height, width) = len(self.lesson.weights), self.lesson.drawn.shape
        corner = height - k, width - k
        home, last = self.block(), self.lesson.moving.shape[2] - 1

        def deep(alpha: float) -> None:
            right, down, through = (min(1.0, max(0.0, 3 * alpha - n)) for n in range(3))
            self.stand(home + self.at(down * corner[0], right * corner[1], through * last))

        row = self.board.visit(ROW, lambda alpha: (0, alpha * corner[1]))
        both = self.board.visit(BLOCK, self.zigzag(corner))
        self.during(0.7, row, both, deep)
        self.during(1, self.board.pulse(ROW, BLOCK, DEEP))

    @staticmethod
    def zigzag(corner: tuple[int, int]) -> Callable[[float], tuple[float, float]]:
        """Return a way along a picture's upper edge and down its side, to a corner."""
        return lambda alpha: (
            corner[0] * max(0.0, 2 * alpha - 1), corner[1] * min(1.0, 2 * alpha)
        )  # fmt: skip
