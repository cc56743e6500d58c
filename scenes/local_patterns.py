"""A unit and a filter look at a digit; its patches fly to filters; then all pixels fly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject
from manim.utils.rate_functions import linear

from convexplain.lessons import local_patterns
from convexplain.lessons.parts import local_words as words
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene, PixelGrid
from convexplain.stage.board import lazily
from convexplain.stage.board.drawing import FLYING
from convexplain.stage.pace import Move, accelerating, eased, in_turn, smoothly

Floats = npt.NDArray[np.float64]
WINDOW = "input.window"
#: How long a patch is in the air, and how much is seen of what has left.
FLIGHT, LEFT = 0.9, 0.4


def count_of(number: int | None) -> str:
    """Name the text that counts what flies to a filter, or to all that are not shown."""
    return f"count-{'others' if number is None else number}"


class LocalPatterns(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = local_patterns.LocalPatterns
    lesson: local_patterns.LocalPatterns

    def prepare(self) -> None:
        """Lay out the digit, which is there from the first moment."""
        self.picture = self.lesson.picture_of()
        self.board.lay(self.picture.opening())
        self.board.show("input")(1.0)

    # The unit, and the filter.

    def show_ask(self, event: Event) -> None:
        """All of the digit is framed, and then a window, which walks along the ink."""
        self.during(0.25, self.board.show("input.whole"))
        self.during(0.15, self.board.show(WINDOW))
        stops = self.lesson.sent[:: max(1, len(self.lesson.sent) // 4)]
        moves = [eased(self.board.move(WINDOW, row, col)) for row, col in stops]
        self.during(1, in_turn(*moves), rate=linear)

    def show_dense(self, event: Event) -> None:
        """The digit lies down on all weights, and leaves of each as much as its pixel is bright."""
        self.during(0.06, self.board.hide("input.whole", WINDOW))
        picture = self.board.become(self.picture.dense())
        self.during(0.25, picture, self.board.come("weights", "scale"))
        self.during(0.3, self.board.send("input", "weights"))
        for name in ("weights.title", "scale.0.name"):
            self.board.say(name, self.text(words.PRODUCTS))
        self.during(0.25, self.weigh)
        self.during(1, self.board.pulse("weights"))

    def weigh(self, alpha: float) -> None:
        """Leave of each weight as much as its pixel is bright: their product, on one scale."""
        self.board.part("weights").shares[...] = 1 + (self.picture.pixels - 1) * alpha

    def show_filter(self, event: Event) -> None:
        """Nine weights visit every place, faster and faster, and fill a map."""
        laid = self.board.become(self.picture.sweep())
        grids = self.board.come("kernel", "legend")
        self.during(0.2, laid, grids, lazily(self.unknown))
        self.during(0.04, self.board.show(WINDOW, "map.cell"))
        self.visit_all({"map": self.picture.responses}, [WINDOW], begin=12.0)

    def unknown(self) -> Move:
        """Let the map come, of which nothing is known yet."""
        self.board.fill("map", np.nan)
        return self.board.show("map")

    # The patches, and the filters.

    @property
    def tiles(self) -> dict[tuple[int, int], str]:
        """The patches that are shown large, by their place, with their names."""
        return {
            place: f"pile-{number}[{n}]"
            for number, places in self.lesson.strongest.items()
            for n, place in enumerate(places)
        }

    def table(self) -> list[str]:
        """Return the names of what stands there before any patch flies."""
        kernels = [f"kernel-{number}" for number in self.lesson.strongest]
        names = [f"name-{number}" for number in self.lesson.strongest]
        return ["head-kernel", *names, *kernels, "scale"]

    def lay_piles(self, share: float) -> None:
        """Lay out the digit with the filters, whose piles are empty."""
        away = self.board.there(WINDOW, "map.cell")
        if away:
            self.during(0.03, self.board.hide(*away))
        self.during(share, self.board.become(self.lesson.pile_picture()))

    def show_fly(self, event: Event) -> None:
        """One patch is followed to its filter; then the window collects all others."""
        self.lay_piles(0.1)
        counts = [count_of(number) for number in self.lesson.piles]
        for name in counts:
            self.board.say(name, "0")
        self.during(
            0.05, self.board.come(*self.table(), "head-patches", "head-count", "others", *counts)
        )
        if self.first is not None:
            row, col = self.first
            kernel = f"kernel-{self.lesson.winners[self.first]}"
            self.board.move(WINDOW, row, col)(1.0)
            self.during(0.05, self.board.show(WINDOW))
            self.during(0.08, self.board.pulse(WINDOW))
            self.during(0.2, self.board.grow(self.tiles[self.first], out_of=WINDOW))
            self.during(0.08, self.board.pulse(kernel, self.tiles[self.first]))
        self.collect()

    @property
    def first(self) -> tuple[int, int] | None:
        """The patch that excites its filter most of those that are shown large."""
        return max(
            self.tiles,
            key=lambda place: float(self.lesson.maps[place].max()),
            default=None,
        )

    def collect(self) -> None:
        """Let the window visit all patches, faster and faster; those shown large fly as it does."""
        seconds, sent = self.remaining, self.lesson.sent
        flight = min(FLIGHT, 0.3 * seconds)
        path = accelerating(len(sent), seconds - flight, 20.0)
        leaves = np.interp(np.arange(len(sent)), path.stops, path.times)
        height, width = self.picture.kernel.shape
        last = np.zeros(self.picture.pixels.shape)
        grid, tiles = self.board.part("input"), self.tiles
        numbers = np.array([self.lesson.winners[place] for place in sent])
        grows: list[tuple[float, Move]] = []
        for (row, col), moment in zip(sent, leaves.tolist(), strict=True):
            last[row : row + height, col : col + width] = moment
            if (row, col) in tiles and (row, col) != self.first:
                window = self.board.within("input", row, col, height, width)
                grows.append((moment, eased(self.board.grow(tiles[row, col], out_of=window))))

        def now(alpha: float) -> float:
            return alpha * seconds if alpha < 1 else np.inf

        def go(alpha: float) -> None:
            for moment, grow in grows:
                if moment <= now(alpha):
                    grow(min(1.0, (now(alpha) - moment) / flight))
            seen = numbers[leaves <= now(alpha)]
            own = {n: int((seen == n).sum()) for n in self.lesson.strongest}
            for number in self.lesson.piles:
                count = len(seen) - sum(own.values()) if number is None else own[number]
                self.board.say(count_of(number), str(count))
            # A pixel steps back when the last patch that holds it has been seen.
            grid.shares[...] = np.where((last > 0) & (now(alpha) >= last), LEFT, 1)

        def at(alpha: float) -> tuple[float, float]:
            reached = int(np.searchsorted(leaves, now(alpha), side="right"))
            return sent[max(reached - 1, 0)]

        self.board.show(WINDOW)(1.0)
        self.during(1, self.board.visit(WINDOW, at, go), rate=linear)

    def show_fan(self, event: Event) -> None:
        """One pile is looked at; where its patches come from lights up on the digit."""
        pile = f"pile-{self.lesson.shown_filter}"
        own = self.lesson.piles[self.lesson.shown_filter]
        height, width = self.picture.kernel.shape
        shares = self.board.part("input").shares
        kernel = f"kernel-{self.lesson.shown_filter}"
        # The caption's two numbers stay within the frame, and a margin beside them.
        row = [f"{part}-{self.lesson.shown_filter}" for part in ("name", "kernel", "pile", "count")]
        near = self.camera.to(self.board.around("input", *row), 0.92)
        self.during(0.3, near, self.board.hide(WINDOW))

        def light(alpha: float) -> None:
            for row, col in own[: round(alpha * len(own))]:
                shares[row : row + height, col : col + width] = 1.0

        self.during(0.4, light, self.board.pulse(kernel, pile))
        self.during(1, self.board.pulse(kernel), self.camera.home())

    # The control.

    def show_shuffle(self, event: Event) -> None:
        """All pixels change places, for both networks in the same way."""
        kinds = "head-", "name-", "kernel-", "pile-", "count-", "others", "scale"
        self.during(0.06, self.away(*kinds))
        asked = self.board.become(self.picture.asked())
        self.during(0.3, asked, self.board.come("input", "parts"))
        self.board.part("input").shares[...] = 1.0
        shuffled = self.lesson.picture_of(shuffled=True).pixels
        self.scatter(0.5, ("input", "parts"), shuffled)

    def show_predict(self, event: Event) -> None:
        """It is seen how much of it either network looks at at a time; the video waits."""
        self.during(0.1, self.board.come("input.whole", "parts.window"))
        stops = self.lesson.sent[:: max(1, len(self.lesson.sent) // 4)]
        moves = [eased(self.board.move("parts.window", row, col)) for row, col in stops]
        self.during(min(1.0, 4.0 / event.seconds), in_turn(*moves), rate=linear)

    def scatter(self, share: float, names: Sequence[str], shuffled: Any) -> None:
        """Let the pixels with ink of some pictures fly to their new places."""
        goals = np.argsort(self.lesson.shuffled_from)
        # The pixel shuffled_from[i] comes to place i.
        ink = np.flatnonzero(self.lesson.pixels)
        flying, moves = [], []
        for name in names:
            grid: PixelGrid = self.board.part(name)
            size, width = grid.cell, grid.shape_in_cells[1]
            starts, ends = (
                grid.places[0] + np.stack([at % width, at // width], axis=1) * size
                for at in (ink, goals[ink])
            )
            tiles = [
                PixelGrid([[value]], x, y, size, scale="picture", limit=grid.limit, lines=False)
                for value, (x, y) in zip(grid.values.reshape(-1)[ink], starts, strict=True)
            ]
            for tile in tiles:
                tile.z_index = FLYING
            grid.values.reshape(-1)[ink] = 0.0
            pieces = Mobject()
            pieces.submobjects = [*tiles]
            flying.append(pieces)
            moves.append(self.fly(tiles, starts, ends))
        self.add(*flying)
        self.during(share, *moves, rate=smoothly)
        self.remove(*flying)
        for name in names:
            self.board.fill(name, shuffled)

    def fly(self, tiles: Sequence[PixelGrid], starts: Floats, ends: Floats) -> Move:
        """Return the move of cells from one place each to another."""

        def go(alpha: float) -> None:
            ways = starts + (ends - starts) * smoothly(alpha)
            for tile, at in zip(tiles, ways, strict=True):
                tile.places = [(x, y) for x, y in (tile.places - tile.places[0] + at).tolist()]

        return go

    def show_train(self, event: Event) -> None:
        """The errors of both networks, in place and shuffled: bars grow one after the other."""
        self.during(0.04, self.board.hide("input.whole", "parts.window"))
        rows = "place", "input"
        come = self.board.come(*rows, "runs", *(f"errors-{r}.title" for r in rows))
        self.during(0.25, self.board.become(self.lesson.control()), come)
        moves = []
        for row in rows:
            self.board.come(f"errors-{row}.zero")(1.0)
            for network in ("cnn", "dense"):
                name = f"errors-{row}.{network}"
                grown = eased(self.board.grow(name, out_of=self.board.foot(name)))
                label = self.board.come(f"{name}.label", f"{name}.value")
                moves.append(in_turn(label, grown, overlap=0.6))
        self.during(1, in_turn(*moves, overlap=0.2), rate=linear)

    def show_trained(self, event: Event) -> None:
        """What shuffling did to the convnet."""
        self.during(1, self.board.pulse("errors-place.cnn", "errors-input.cnn", times=2))

    def show_scattered(self, event: Event) -> None:
        """What is near after shuffling flies back to where it was."""
        self.during(
            0.2,
            self.board.become(self.lesson.apart()),
            self.board.come("place", "input"),
        )
        self.during(0.1, self.board.show(WINDOW), self.board.pulse(WINDOW))
        (top, left), came_from = self.lesson.scattered, self.lesson.came_from
        cells = np.ndindex(*self.picture.kernel.shape)
        back = [
            self.board.send(f"input[{top + row}, {left + col}]", f"place[{r}, {c}]",
                            self.mark(f"place.from-{n}"))
            for n, ((row, col), (r, c)) in enumerate(zip(cells, came_from, strict=True))
        ]  # fmt: skip
        self.during(0.45, in_turn(*back, overlap=0.5))
        marks = [f"place.from-{n}" for n in range(len(came_from))]
        self.during(1, self.board.pulse(*marks))

    def mark(self, name: str) -> Callable[[], None]:
        """Return what lets a mark stand from now on."""
        return lambda: self.board.show(name)(1.0)

    def away(self, *kinds: str) -> Move:
        """Let all parts of some kinds go before other pictures come in their place."""
        return self.board.hide(*(name for name in self.board.parts if name.startswith(kinds)))

    def show_answer(self, event: Event) -> None:
        """The window walks along the digit, where what is near belongs together."""
        mark = "place.window"
        if self.board.has(mark):
            marks = [f"place.from-{n}" for n in range(len(self.lesson.came_from))]
            self.during(0.15, self.board.hide(*marks))
        else:
            mark = WINDOW
            self.during(0.3, self.board.become(self.picture.opening()), self.board.come("input"))
        own = self.lesson.piles.get(self.lesson.shown_filter, self.lesson.sent)
        stops = own[:: max(1, len(own) // 3)]
        self.board.move(mark, *stops[0])(1.0)
        self.during(0.1, self.board.show(mark))
        walk = [eased(self.board.move(mark, row, col)) for row, col in stops[1:]]
        self.during(1, in_turn(*walk), rate=linear)
