"""A unit and a filter look at one digit; its patches fly to the filters; then the pixels fly."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import local_patterns
from convexplain.lessons.parts.beats import Event
from convexplain.panels import Diagram
from convexplain.stage import LessonScene, PixelGrid
from convexplain.stage.board import lazily
from convexplain.stage.flights import Flights
from convexplain.stage.pace import Move, accelerating, eased, in_turn, smoothly

WINDOW = "input.window"
#: How long a patch is in the air, and how much is seen of what has left.
FLIGHT, LEFT = 0.9, 0.4


class LocalPatterns(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = local_patterns.LocalPatterns
    lesson: local_patterns.LocalPatterns

    def prepare(self) -> None:
        """Lay out the digit, which is there from the first moment."""
        self.picture = self.lesson.picture_of()
        self.board.lay(self.picture.opening())
        self.board.show("input")(1.0)

    def come(self, *names: str) -> Move:
        """Let those parts come up that the picture has then."""
        return lazily(lambda: self.board.show(*filter(self.board.has, names)))

    # The unit, and the filter.

    def show_ask(self, event: Event) -> None:
        """All of the digit is framed, and then a window, which walks along the ink."""
        self.during(0.25, self.board.show("input.whole"))
        self.during(0.15, self.board.show(WINDOW))
        stops = self.lesson.sent[:: max(1, len(self.lesson.sent) // 4)]
        moves = [eased(self.board.move(WINDOW, row, col)) for row, col in stops]
        self.during(1, in_turn(*moves), rate=linear)

    def show_dense(self, event: Event) -> None:
        """All weights lie down on the digit, and become one number."""
        marks = self.board.hide("input.whole", WINDOW)
        picture = self.board.become(self.picture.dense())
        self.during(0.25, marks, picture, self.come("weights", "legend"))
        self.during(0.3, self.board.send("weights", "input"))
        self.count_up(0.3)
        self.during(1, self.board.pulse("sum.activated"))

    def count_up(self, share: float) -> None:
        """Let the sum, the bias and the number come."""
        lines = [name for name in self.board.names("sum") if not name.endswith("activated")]
        total = "sum.total" if self.board.has("sum.total") else "sum.products"
        self.during(share / 2, self.board.show(*lines), self.board.pulse("input", "weights"))
        self.during(share / 2, self.board.grow("sum.activated", out_of=total))

    def show_filter(self, event: Event) -> None:
        """Nine weights visit every place, faster and faster, and fill a map."""
        self.lay_sweep(self.picture.sweep(), 0.2)
        self.sweep(self.picture.responses)

    def lay_sweep(self, picture: Diagram, share: float) -> None:
        """Lay out picture, filter and map; nothing of the map is known yet."""

        def forget() -> Move:
            self.board.fill("map", np.nan)
            return self.board.show("map", WINDOW, "map.cell")

        laid = self.board.become(picture)
        self.during(share, laid, lazily(forget), self.come("kernel", "legend"))

    def sweep(self, values: Any) -> None:
        """Let the window run over all places, and the map fill, for what is left of the event."""
        height, width = values.shape
        seconds = self.remaining
        path = accelerating(values.size - 1, seconds, 12.0)
        known = np.full(values.size, np.nan)

        def at(alpha: float) -> tuple[float, float]:
            row, col = divmod(round(path.position(alpha * seconds)), width)
            return float(row), float(col)

        def fill(alpha: float) -> None:
            row, col = at(alpha)
            reached = int(row) * width + int(col) + 1
            known[:reached] = values.reshape(-1)[:reached]
            self.board.fill("map", known.reshape(height, width))

        fed = self.board.visit("map.cell", at)
        self.during(1, self.board.visit(WINDOW, at, fed, fill), rate=linear)

    # The patches, and the filters.

    @property
    def tiles(self) -> dict[tuple[int, int], str]:
        """The patches that are shown large, by their place, with their names."""
        return {
            place: f"pile-{number}[{n}]"
            for number, places in self.lesson.strongest.items()
            for n, place in enumerate(places)
        }

    def show_pieces(self, event: Event) -> None:
        """All windows with ink light up, one by one."""
        away = [name for name in (WINDOW, "map.cell") if self.board.has(name)]
        if away:
            self.during(0.05, self.board.hide(*away))
        seen = np.full(self.picture.pixels.shape, LEFT, dtype=np.float32)
        shares = self.board.part("input").shares
        height, width = self.picture.kernel.shape

        def go(alpha: float) -> None:
            seen[...] = LEFT
            for row, col in self.lesson.sent[: round(alpha * len(self.lesson.sent))]:
                seen[row : row + height, col : col + width] = 1.0
            shares[...] = seen

        self.during(0.55, go)
        self.lay_piles(0.25)
        self.board.part("input").shares[...] = 1.0
        self.during(1, in_turn(*(self.come(name) for name in self.table()), overlap=0.5))

    def table(self) -> list[str]:
        """Return the names of what stands there before any patch flies."""
        kernels = [f"kernel-{number}" for number in self.lesson.strongest]
        names = [f"name-{number}" for number in self.lesson.strongest]
        return ["input.counter", "head-kernel", *names, *kernels, "legend"]

    def lay_piles(self, share: float) -> None:
        """Lay out the digit with the filters, whose piles are empty."""
        away = [name for name in (WINDOW, "map.cell") if self.board.has(name)]
        piles = self.board.become(self.lesson.pile_picture(upright=self.upright))
        self.during(share, *([self.board.hide(*away)] if away else []), piles)

    def show_fly(self, event: Event) -> None:
        """Patch after patch flies to the filter that responds most to it."""
        if not self.board.has("head-kernel"):
            self.lay_piles(0.15)
        counts = [f"count-{number}" for number in self.lesson.strongest]
        for name in counts:
            self.board.say(name, "0")
        self.during(0.1, self.come(*self.table(), "head-patches", "head-count", *counts))
        self.fly()

    def fly(self) -> None:
        """Let all patches leave, faster and faster; those that are shown are seen to fly."""
        seconds, sent = self.remaining, self.lesson.sent
        flight = min(FLIGHT, 0.3 * seconds)
        path = accelerating(len(sent), seconds - flight, 30.0)
        leaves = np.interp(np.arange(len(sent)), path.stops, path.times)
        height, width = self.picture.kernel.shape
        last = np.zeros(self.picture.pixels.shape)
        grid, tiles = self.board.part("input"), self.tiles
        numbers = np.array([self.lesson.winners[place] for place in sent])
        grows: list[tuple[float, Move]] = []
        for place, moment in zip(sent, leaves.tolist(), strict=True):
            row, col = place
            last[row : row + height, col : col + width] = moment
            if place in tiles:
                window = self.board.within("input", row, col, height, width)
                grows.append((moment, eased(self.board.grow(tiles[place], out_of=window))))

        def go(alpha: float) -> None:
            now = alpha * seconds if alpha < 1 else np.inf
            for moment, grow in grows:
                if moment <= now:
                    grow(min(1.0, (now - moment) / flight))
            landed = numbers[leaves + flight <= now]
            for number in self.lesson.strongest:
                self.board.say(f"count-{number}", str(int((landed == number).sum())))
            # A pixel steps back when the last patch that holds it has left.
            grid.shares[...] = np.where((last > 0) & (now >= last), LEFT, 1)

        go(0.0)
        told = in_turn(*[lambda alpha: None] * 5, self.come("left"))
        self.during(1, go, told, rate=linear)

    def show_fan(self, event: Event) -> None:
        """One pile is looked at; where its patches come from lights up on the digit."""
        pile = f"pile-{self.lesson.shown_filter}"
        own = self.lesson.piles[self.lesson.shown_filter]
        height, width = self.picture.kernel.shape
        shares = self.board.part("input").shares
        kernel = f"kernel-{self.lesson.shown_filter}"
        near = self.camera.to(self.board.around("input", kernel, pile), 0.95)
        self.during(0.3, near)

        def light(alpha: float) -> None:
            for row, col in own[: round(alpha * len(own))]:
                shares[row : row + height, col : col + width] = 1.0

        self.during(0.4, light, self.board.pulse(kernel, pile))
        self.during(1, self.board.pulse(kernel), self.camera.home())

    # The control.

    def show_predict(self, event: Event) -> None:
        """The digit stands whole again; its pixels begin to tremble, and the video waits."""
        self.during(0.25, self.board.become(self.picture.opening()), self.come("input"))
        self.whole()
        grid = self.board.part("input")
        before = grid.values.copy()
        rng = np.random.default_rng(self.lesson.pixels.size)
        steps = [rng.permutation(np.flatnonzero(before)) for _ in range(6)]

        def go(alpha: float) -> None:
            step = steps[min(5, int(alpha * 6))]
            grid.shares[...] = 1.0
            grid.shares.reshape(-1)[step[: len(step) // 3]] = 0.5

        self.during(min(1.0, 4.0 / event.seconds), go, rate=linear)
        grid.shares[...] = 1.0

    def whole(self) -> None:
        """Bring all of the digit back."""
        self.board.part("input").shares[...] = 1.0

    def show_shuffle(self, event: Event) -> None:
        """Pixels and weights go where the one permutation takes them; their sum stays."""
        dense = self.board.become(self.picture.dense())
        self.during(0.2, dense, self.come("input", "weights", "sum", "sum.activated", "legend"))
        self.whole()
        shuffled = self.lesson.picture_of(shuffled=True)
        self.scatter(
            0.55, ("input", shuffled.pixels), ("weights", shuffled.weights), seconds=event.seconds
        )
        self.during(1, self.board.pulse("sum.activated", times=2))

    def scatter(self, share: float, *grids: tuple[str, Any], seconds: float) -> None:
        """Let the cells under ink fly to their new places, in each grid at the same time."""
        goals = np.argsort(self.lesson.shuffled_from)
        # The pixel shuffled_from[i] comes to place i.
        ink = np.flatnonzero(self.lesson.pixels)
        flights = []
        for name, _ in grids:
            grid: PixelGrid = self.board.part(name)
            size, width = grid.cell, grid.shape_in_cells[1]
            starts, ends = (
                grid.places[0] + np.stack([at % width, at // width], axis=1) * size
                for at in (ink, goals[ink])
            )
            values = grid.values.reshape(-1)[ink][:, None, None].copy()
            flying = Flights(
                values, starts, ends, np.zeros(len(ink)), cell=size, seconds=1.0,
                scale="picture" if grid.scale_name == "picture" else "signed",
            )  # fmt: skip
            for tile in flying.tiles:
                tile.limit = grid.limit
                tile.z_index = 6
            flying.at(0.0)
            self.add(flying)
            grid.values.reshape(-1)[ink] = 0.0
            flights.append(flying)

        def go(alpha: float) -> None:
            for flying in flights:
                flying.at(alpha)

        self.during(share, go, rate=smoothly)
        self.remove(*flights)
        for name, values in grids:
            self.board.fill(name, values)

    def show_search(self, event: Event) -> None:
        """The small window runs over the shuffled picture."""
        shuffled = self.lesson.picture_of(shuffled=True)
        self.lay_sweep(shuffled.sweep(), 0.25)
        self.sweep(shuffled.responses)

    def show_crumbs(self, event: Event) -> None:
        """The places light up at which it still responds strongly."""
        away = [name for name in (WINDOW, "map.cell") if self.board.has(name)]
        strong = np.argwhere(self.lesson.strong(self.lesson.shuffled_map))
        cells = [f"map[{row}, {col}]" for row, col in strong]
        told = self.lesson.picture_of(shuffled=True).sweep(self.lesson.crumbs)
        self.during(0.2, self.board.hide(*away), self.board.become(told))
        if cells:
            self.board.light(*cells)
        self.during(1, self.board.pulse(*(cells or ["map"]), times=2))
        self.board.light("map")

    def show_train(self, event: Event) -> None:
        """The errors of both networks, in place and shuffled: bars grow one after the other."""
        away = [name for name in (WINDOW, "map.cell") if self.board.has(name)]
        self.during(0.2, self.board.hide(*away), self.board.become(self.lesson.control()))
        rows = "place", "input"
        self.during(0.15, self.come(*rows, "runs", *(f"errors-{r}.title" for r in rows)))
        moves = []
        for row in rows:
            self.come(f"errors-{row}.zero")(1.0)
            for network in ("cnn", "dense"):
                name = f"errors-{row}.{network}"
                grown = eased(self.board.grow(name, out_of=self.board.foot(name)))
                label = self.come(f"{name}.label", f"{name}.value")
                moves.append(in_turn(label, grown, overlap=0.6))
        self.during(1, in_turn(*moves, overlap=0.2), rate=linear)

    def show_trained(self, event: Event) -> None:
        """What shuffling did to the convnet."""
        self.during(1, self.board.pulse("errors-place.cnn", "errors-input.cnn", times=2))

    def show_neighbours(self, event: Event) -> None:
        """What the convnet loses, and what the dense network does."""
        for network, share in (("cnn", 0.5), ("dense", 1)):
            pair = f"errors-place.{network}", f"errors-input.{network}"
            self.during(share, self.board.pulse(*pair, colour="ink"))

    def show_answer(self, event: Event) -> None:
        """The digit is whole again, and a window walks over it."""
        self.during(0.3, self.board.become(self.picture.opening()), self.come("input"))
        self.during(0.05, self.board.show(WINDOW))
        stops = self.lesson.sent[:: max(1, len(self.lesson.sent) // 3)]
        moves = [eased(self.board.move(WINDOW, row, col)) for row, col in stops]
        self.during(1, in_turn(*moves), rate=linear)
