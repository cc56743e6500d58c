"""Window size: what windows see and weigh; how far layers see, and what those weigh."""

from __future__ import annotations

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import window_size
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.size_picture import READ, WEIGHT, WEIGHTS, total
from convexplain.stage import LessonScene
from convexplain.stage.board import DIM
from convexplain.stage.pace import Move, in_turn, lazily

Place = tuple[int, int]


class WindowSize(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = window_size.WindowSize
    lesson: window_size.WindowSize

    def prepare(self) -> None:
        """Lay out the picture."""
        self.board.lay(self.lesson.opening())
        self.board.show("input", self.windows[0])(1.0)

    @property
    def windows(self) -> list[str]:
        """The frames of all sizes on the picture."""
        return [f"input.w{k}" for k in self.lesson.sizes]

    # What windows see.

    def show_breathe(self, event: Event) -> None:
        """A frame breathes on the picture: small, larger, largest, and back."""
        self.during(0.8, self.breathe(self.windows[0]))
        self.during(1, self.board.show(*self.windows))

    def breathe(self, name: str) -> Move:
        """Return a move in which a frame takes on the sizes of all, and then its own again."""

        def start() -> Move:
            frame = self.board.part(name)
            own = frame.places.copy()
            places = [self.board.part(each).places.copy() for each in self.windows]
            stops = [*places, *places[-2::-1]]

            def go(alpha: float) -> None:
                at = alpha * (len(stops) - 1)
                n = min(int(at), len(stops) - 2)
                frame.places = stops[n] + (stops[n + 1] - stops[n]) * (at - n)
                if alpha >= 1:
                    frame.places = own

            return go

        return lazily(start)

    def show_tiles(self, event: Event) -> None:
        """What each of the frames holds, as tiles of one size."""
        tiles = [f"tile-{k}" for k in self.lesson.sizes]
        picture = self.lesson.tiles()
        self.during(0.2, self.board.become(picture, show=tiles[:1]))
        self.during(0.4, in_turn(*(self.board.show(name) for name in tiles[1:])))
        self.during(1, in_turn(*(self.board.pulse(name) for name in tiles)))

    def show_weights(self, event: Event) -> None:
        """A frame runs over each tile, from pixel to pixel, and counts a weight for each."""
        sizes = self.lesson.sizes
        for k in sizes:
            self.board.show(f"tile-{k}.at", f"weights-{k}")(1.0)

        def count(alpha: float) -> None:
            reached = max(1, round(alpha * sizes[-1] ** 2))
            for k in sizes:
                so_far = min(reached, k * k)
                shares = self.board.part(f"tile-{k}").shares
                shares[...] = np.where(np.arange(k * k).reshape(k, k) < so_far, 1.0, DIM)
                self.board.move(f"tile-{k}.at", *divmod(so_far - 1, k))(1.0)
                self.board.say(f"weights-{k}", self.text(WEIGHTS.fill(n=so_far)))

        count(0.0)
        self.during(0.75, count, rate=linear)
        self.during(1, *(self.board.pulse(f"weights-{k}") for k in sizes))

    # How far layers see.

    def show_stack(self, event: Event) -> None:
        """The pixels of the largest window, and two layers: a cell, and what it reads."""
        picture = self.lesson.stack()
        self.during(0.2, self.board.become(picture, show=("layer-0",)))
        self.during(0.1, self.board.show("layer-1", "layer-2"))
        self.fill_cell(2, self.middle(2))
        self.board.show("layer-2.cell")(1.0)
        self.during(0.2, self.board.pulse("layer-2.cell"))
        self.board.show("layer-1.window")(1.0)
        self.during(1, self.board.pulse("layer-1.window", "layer-2.cell"))

    def show_predict(self, event: Event) -> None:
        """The cell and what it reads are looked at; then the video waits."""
        pulses = self.board.pulse("layer-2.cell"), self.board.pulse("layer-1.window")
        self.during(min(1.0, 2.4 / event.seconds), in_turn(*pulses))

    def middle(self, layer: int) -> Place:
        """Return the place of the cell in the middle of a layer."""
        rows, _ = self.board.part(f"layer-{layer}").shape_in_cells
        return rows // 2, rows // 2

    def fill_cell(self, layer: int, place: Place, side: int = 1) -> None:
        """Let cells of a layer be known, from one on."""
        row, col = place
        self.board.part(f"layer-{layer}").values[row : row + side, col : col + side] = READ

    def run(self, layer: int) -> Move:
        """Return a move in which a layer's window is gone through; what each cell sees lights up.

        A frame goes from cell to cell of the layer, others on the layers before go with it.
        """
        size = self.lesson.sizes[0]
        first = (self.board.part(f"layer-{layer}").shape_in_cells[0] - size) // 2
        places = [(first + row, first + col) for row, col in np.ndindex(size, size)]
        pixels = self.board.part("layer-0")
        field = "window" if layer == 1 else "field"
        sees = self.lesson.reach(layer)

        def go(alpha: float) -> None:
            reached = min(int(alpha * len(places)), len(places) - 1)
            for row, col in places[: reached + 1]:
                pixels.shares[row : row + sees, col : col + sees] = 1.0
                for n in range(1, layer + 1):
                    self.fill_cell(n, (row, col), self.lesson.reach(layer - n))
            row, col = places[reached]
            self.board.move(f"layer-{layer}.cell", row, col)(1.0)
            self.board.move(f"layer-0.{field}", row, col)(1.0)
            if layer == 2:
                self.board.move("layer-1.window", row, col)(1.0)

        return go

    def show_reads(self, event: Event) -> None:
        """Each cell that the one of the second layer reads sees its own window of pixels."""
        self.board.part("layer-0").shares[...] = DIM
        self.board.show("layer-1.cell", "layer-0.window")(1.0)
        self.during(1, self.run(1), rate=linear)

    def show_field(self, event: Event) -> None:
        """All that the cell sees, in one frame."""
        size, layers = self.lesson.reach(event.data), event.data
        first = (self.board.part("layer-0").shape_in_cells[0] - size) // 2
        seen = self.board.within("layer-0", first, first, size, size)
        moved = [f"layer-{n}.window" for n in range(1, layers - 1)]
        moved += ["layer-0.window", "layer-0.field", f"layer-{layers - 1}.cell"]
        self.board.hide(*moved)(1.0)
        self.during(1, self.board.pulse_at(seen, times=2))

    def show_third(self, event: Event) -> None:
        """A cell of a further layer reads nine of the last; then the video waits."""
        top = self.lesson.layers
        self.during(0.15, self.board.show(f"layer-{top}"))
        self.fill_cell(top, self.middle(top))
        self.board.show(f"layer-{top}.cell", f"layer-{top - 1}.window")(1.0)
        pulse = self.board.pulse(f"layer-{top}.cell", f"layer-{top - 1}.window")
        self.during(min(1.0, 1.6 / event.seconds), pulse)

    def show_reads_3(self, event: Event) -> None:
        """Each cell that it reads sees its own part of the pixels."""
        self.board.show("layer-0.field")(1.0)
        self.during(1, self.run(self.lesson.layers - 1), rate=linear)

    # What they take.

    @property
    def kernels(self) -> list[str]:
        """The weights of each layer."""
        return [f"kernel-{n + 1}" for n in range(self.lesson.layers)]

    def show_cost(self, event: Event) -> None:
        """The weights of one window that sees all these pixels are counted."""
        picture, side = self.lesson.cost(), self.lesson.sizes[-1]
        words = "seen", "said-seen", "said-one", "said-layers", "note"

        def come() -> Move:
            self.board.fill("one", np.nan)
            return self.board.show("one", f"seen.reach-{self.lesson.layers}")

        self.during(0.25, self.board.become(picture, show=words), lazily(come))
        self.board.show("count-one")(1.0)

        def count(alpha: float) -> None:
            reached = round(alpha * side**2)
            there = np.arange(side**2).reshape(side, side) < reached
            self.board.fill("one", np.where(there, WEIGHT, np.nan))
            self.board.say("count-one", self.text(WEIGHTS.fill(n=reached)))

        count(0.0)
        self.during(0.8, count, rate=linear)
        self.during(1, self.board.pulse("count-one"))

    def show_three(self, event: Event) -> None:
        """The layers' weights are still to be counted; the video waits."""
        share = min(0.3, 1.0 / event.seconds)
        self.during(share, self.empty())
        self.during(min(1.0, 3.0 / event.seconds), self.board.pulse(*self.kernels))

    def empty(self) -> Move:
        """Show the layers' squares, none of which is counted yet."""

        def start() -> Move:
            for name in self.kernels:
                self.board.fill(name, np.nan)
            return self.board.show(*self.kernels)

        return lazily(start)

    def show_told(self, event: Event) -> None:
        """Layer by layer its weights are counted, and what is seen grows to the same pixels."""
        size, layers = self.lesson.sizes[0], self.lesson.layers
        if not self.board.shown(self.kernels[0]):
            self.during(0.1, self.empty())
        frames = [f"seen.reach-{n + 1}" for n in range(layers)]
        self.board.hide(frames[-1])(1.0)
        self.board.show("count-layers")(1.0)
        done = 0

        def count(alpha: float) -> None:
            nonlocal done
            reached = round(alpha * layers * size**2)
            for n, name in enumerate(self.kernels):
                there = np.arange(size**2).reshape(size, size) < reached - n * size**2
                self.board.fill(name, np.where(there, WEIGHT, np.nan))
            told = total(size, layers) if reached == layers * size**2 else str(reached)
            self.board.say("count-layers", self.text(WEIGHTS.fill(n=told)))
            if reached // size**2 > done:
                done = reached // size**2
                side = self.lesson.reach(layers)
                now = (side - self.lesson.reach(done)) // 2
                shares = self.board.part("seen").shares
                shares[...] = DIM
                shares[now : side - now, now : side - now] = 1.0
                self.board.show(*frames[:done])(1.0)

        self.board.part("seen").shares[...] = DIM
        count(0.0)
        self.during(0.6, count, rate=linear)
        self.during(1, in_turn(self.board.pulse("count-one"), self.board.pulse("count-layers")))

    def show_choice(self, event: Event) -> None:
        """One window and layers of small ones are looked at in turn."""
        looks = (
            self.board.pulse("one", "count-one"),
            self.board.pulse(*self.kernels, "count-layers"),
        )
        self.during(1, in_turn(*looks, *looks))
