"""A unit and a filter look at a digit; its patches fly to filters; then all pixels fly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import local_patterns
from convexplain.lessons.parts import local_words as words
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene, PixelGrid
from convexplain.stage.board import lazily
from convexplain.stage.flights import Flights
from convexplain.stage.pace import Move, accelerating, eased, in_turn, smoothly

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
        """The digit lies down on all weights; what its pixels leave of them is one number."""
        marks = self.board.hide("input.whole", WINDOW)
        picture = self.board.become(self.picture.dense())
        self.during(0.25, marks, picture, self.come("weights", "scale"))
        self.during(0.2, self.board.send("input", "weights"))
        self.board.say("weights.title", self.text(words.PRODUCTS))
        self.during(0.2, self.weigh)
        self.count_up(0.3)
        self.during(1, self.board.pulse("sum.activated"))

    def weigh(self, alpha: float) -> None:
        """Leave of each weight as much as its pixel is bright: their product, on one scale."""
        self.board.part("weights").shares[...] = 1 + (self.picture.pixels - 1) * alpha

    def count_up(self, share: float) -> None:
        """Let the sum, the bias and the number come."""
        lines = [name for name in self.board.names("sum") if not name.endswith("activated")]
        total = "sum.total" if self.board.has("sum.total") else "sum.products"
        self.during(share / 2, self.board.show(*lines), self.board.pulse("input", "weights"))
        self.during(share / 2, self.board.grow("sum.activated", out_of=total))

    def show_filter(self, event: Event) -> None:
        """Nine weights visit every place, faster and faster, and fill a map."""
        laid = self.board.become(self.picture.sweep())
        grids = self.come("kernel", "legend")
        self.during(0.2, laid, grids, lazily(lambda: self.unknown(["map"], [WINDOW, "map.cell"])))
        self.sweep({"map": self.picture.responses}, [WINDOW], ["map.cell"])

    def unknown(self, maps: Sequence[str], marks: Sequence[str]) -> Move:
        """Let maps come of which nothing is known yet, and the marks that will go over them."""
        for name in maps:
            self.board.fill(name, np.nan)
        return self.board.show(*maps, *marks)

    def sweep(self, maps: Mapping[str, Any], windows: Sequence[str], fed: Sequence[str]) -> None:
        """Let windows run over all places, and maps fill, for what is left of the event."""
        height, width = maps["map"].shape
        seconds = self.remaining
        path = accelerating(height * width - 1, seconds, 12.0)

        def at(alpha: float) -> tuple[float, float]:
            row, col = divmod(round(path.position(alpha * seconds)), width)
            return float(row), float(col)

        def fill(alpha: float) -> None:
            row, col = at(alpha)
            reached = int(row) * width + int(col) + 1
            for name, values in maps.items():
                known = np.full(values.size, np.nan)
                known[:reached] = values.reshape(-1)[:reached]
                self.board.fill(name, known.reshape(values.shape))

        others = [self.board.visit(mark, at) for mark in (*windows[1:], *fed)]
        self.during(1, self.board.visit(windows[0], at, *others, fill), rate=linear)

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
        away = [name for name in (WINDOW, "map.cell") if self.board.has(name)]
        piles = self.board.become(self.lesson.pile_picture(upright=self.upright))
        self.during(share, *([self.board.hide(*away)] if away else []), piles)

    def show_fly(self, event: Event) -> None:
        """Patch after patch flies to the filter that responds most to it."""
        self.lay_piles(0.1)
        counts = [count_of(number) for number in self.lesson.piles]
        for name in counts:
            self.board.say(name, "0")
        self.during(0.05, self.come(*self.table(), "head-patches", "head-count", "others", *counts))
        self.fly()

    def fly(self) -> None:
        """Let all patches leave, faster and faster; those that are shown large grow as they fly."""
        seconds, sent = self.remaining, self.lesson.sent
        flight = min(FLIGHT, 0.3 * seconds)
        path = accelerating(len(sent), seconds - flight, 20.0)
        leaves = np.interp(np.arange(len(sent)), path.stops, path.times)
        height, width = self.picture.kernel.shape
        last = np.zeros(self.picture.pixels.shape)
        grid, tiles = self.board.part("input"), self.tiles
        numbers = np.array([self.lesson.winners[place] for place in sent])
        grows: list[tuple[float, Move]] = []
        small: list[tuple[int, int, float]] = []
        for place, moment in zip(sent, leaves.tolist(), strict=True):
            row, col = place
            last[row : row + height, col : col + width] = moment
            if place in tiles:
                window = self.board.within("input", row, col, height, width)
                grows.append((moment, eased(self.board.grow(tiles[place], out_of=window))))
            else:
                small.append((row, col, moment))
        flying = self.small_ones(small, flight)
        self.add(flying)

        def go(alpha: float) -> None:
            now = alpha * seconds if alpha < 1 else np.inf
            for moment, grow in grows:
                if moment <= now:
                    grow(min(1.0, (now - moment) / flight))
            flying.at(now)
            # What has landed is counted, and seen no more.
            in_the_air = np.flatnonzero(flying.gone & ~flying.landed).tolist()
            flying.submobjects = [flying.tiles[n] for n in in_the_air]
            landed = numbers[leaves + flight <= now]
            own = {n: int((landed == n).sum()) for n in self.lesson.strongest}
            for number in self.lesson.piles:
                count = len(landed) - sum(own.values()) if number is None else own[number]
                self.board.say(count_of(number), str(count))
            # A pixel steps back when the last patch that holds it has left.
            grid.shares[...] = np.where((last > 0) & (now >= last), LEFT, 1)

        go(0.0)
        self.during(1, go, rate=linear)
        self.remove(flying)

    def small_ones(self, sent: Sequence[tuple[int, int, float]], seconds: float) -> Flights:
        """Return patches that fly as they are: to their filters, or to the line of all others."""
        height, width = self.picture.kernel.shape
        grid: PixelGrid = self.board.part("input")
        goals: dict[int | None, tuple[float, float]] = {
            n: self.middle_of(f"kernel-{n}") for n in self.lesson.strongest
        }
        if self.board.has("others"):
            # Beside the words, below the filters.
            below = [x for x, _ in goals.values()] or [self.middle_of("others")[0]]
            goals[None] = below[0], self.middle_of("others")[1]
        winners = [int(self.lesson.winners[row, col]) for row, col, _ in sent]
        ends = [goals[n if n in goals else None] for n in winners]
        half = np.array([width, height]) * grid.cell / 2
        flying = Flights(
            np.reshape([self.lesson.patch(at[:2]) for at in sent], (-1, height, width)),
            [grid.places[0] + np.array([col, row]) * grid.cell for row, col, _ in sent],
            np.reshape(ends, (-1, 2)) - half,
            [moment for *_, moment in sent], cell=grid.cell, seconds=seconds, frame=1.0,
        )  # fmt: skip
        for tile in flying.tiles:
            tile.z_index = 6
        return flying

    def middle_of(self, name: str) -> tuple[float, float]:
        """Return the middle of a part, in pixels of the stage."""
        x, y, width, height = self.board.box(name)
        return x + width / 2, y + height / 2

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
        """All pixels change places, below what both networks look with; the video waits."""
        kinds = "head-", "name-", "kernel-", "pile-", "count-", "others", "scale"
        self.during(0.06, self.away(*kinds))
        asked = self.board.become(self.picture.asked())
        self.during(0.2, asked, self.come("input", "parts"))
        self.during(0.05, self.come("input.whole", "parts.window"))
        self.board.part("input").shares[...] = 1.0
        shuffled = self.lesson.picture_of(shuffled=True).pixels
        self.scatter(min(0.5, 3.0 / event.seconds), ("input", "parts"), shuffled)
        stops = self.lesson.sent[:: max(1, len(self.lesson.sent) // 4)]
        moves = [eased(self.board.move("parts.window", row, col)) for row, col in stops]
        self.during(min(1.0, 4.0 / event.seconds), in_turn(*moves), rate=linear)

    def scatter(self, share: float, names: Sequence[str], shuffled: Any) -> None:
        """Let the pixels with ink of some pictures fly to their new places."""
        goals = np.argsort(self.lesson.shuffled_from)
        # The pixel shuffled_from[i] comes to place i.
        ink = np.flatnonzero(self.lesson.pixels)
        all_flying = []
        for name in names:
            grid: PixelGrid = self.board.part(name)
            size, width = grid.cell, grid.shape_in_cells[1]
            starts, ends = (
                grid.places[0] + np.stack([at % width, at // width], axis=1) * size
                for at in (ink, goals[ink])
            )
            values = grid.values.reshape(-1)[ink][:, None, None].copy()
            still = np.zeros(len(ink))
            flying = Flights(values, starts, ends, still, cell=size, seconds=1.0, scale="picture")
            for tile in flying.tiles:
                tile.limit = grid.limit
                tile.z_index = 6
            flying.at(0.0)
            grid.values.reshape(-1)[ink] = 0.0
            all_flying.append(flying)
        self.add(*all_flying)
        self.during(share, *(flying.at for flying in all_flying), rate=smoothly)
        self.remove(*all_flying)
        for name in names:
            self.board.fill(name, shuffled)

    def show_train(self, event: Event) -> None:
        """The errors of both networks, in place and shuffled: bars grow one after the other."""
        self.during(0.2, self.board.become(self.lesson.control()))
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

    def show_search(self, event: Event) -> None:
        """One filter runs over the digit and over its shuffled pixels; two maps fill."""
        windows = ["place.window", WINDOW]
        self.during(0.08, self.away("errors", "runs"))
        fed = ["map.cell", "map-shuffled.cell"]
        maps = {"map": self.lesson.response_map, "map-shuffled": self.lesson.shuffled_map}
        grids = self.come("place", "input", "kernel", "legend")
        empty = lazily(lambda: self.unknown([*maps], [*windows, *fed]))
        self.during(0.25, self.board.become(self.lesson.compared()), grids, empty)
        self.sweep(maps, windows, fed)

    def away(self, *kinds: str) -> Move:
        """Let all parts of some kinds go before other pictures come in their place."""
        return self.board.hide(*(name for name in self.board.parts if name.startswith(kinds)))

    def show_crumbs(self, event: Event) -> None:
        """Both maps are looked at, one after the other."""
        marks = "place.window", WINDOW, "map.cell", "map-shuffled.cell"
        self.during(0.1, self.board.hide(*marks))
        looks = (self.board.pulse(name, times=2) for name in ("map", "map-shuffled"))
        self.during(1, in_turn(*looks))

    def show_answer(self, event: Event) -> None:
        """Windows show what is near: in both pictures if they stand there, or in the digit."""
        marks = ["place.window", WINDOW]
        if not self.board.has("map-shuffled"):
            marks = [WINDOW]
            self.during(0.3, self.board.become(self.picture.opening()), self.come("input"))
        self.during(0.1, self.board.show(*marks))
        own = self.lesson.piles.get(self.lesson.shown_filter, self.lesson.sent)
        stops = own[:: max(1, len(own) // 3)]
        walks = ([eased(self.board.move(mark, row, col)) for row, col in stops] for mark in marks)
        self.during(1, *(in_turn(*walk) for walk in walks), rate=linear)
