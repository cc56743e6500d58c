"""The sliding window: one number is made slowly, others faster, then the whole map."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import sliding_window
from convexplain.lessons.parts import step_picture
from convexplain.lessons.parts.beats import Event
from convexplain.ops import ConvStep
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, accelerating, eased, in_turn
from convexplain.style import format as fmt

WINDOW, FEEDS = "input.window", "sum.activated->map.cell"


#: How much is seen of a picture under its map.
UNDER = 0.55


class SlidingWindow(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = sliding_window.SlidingWindow
    lesson: sliding_window.SlidingWindow

    def prepare(self) -> None:
        """Lay out the picture that is read; nothing of the map is known yet."""
        self.map = np.full(self.lesson.response_map.shape, np.nan)
        self.channels = step_picture.channels(self.lesson.first)
        self.zoom = f"{WINDOW}->patch{self.channels[0]}"
        self.board.lay(self.lesson.opening())
        self.board.show("input", WINDOW)(1.0)

    def each(self, name: str) -> tuple[str, ...]:
        """Return the names of a grid, or of a part of it, in all channels."""
        panel, bracket, place = name.partition("[")
        return tuple(f"{panel}{channel}{bracket}{place}" for channel in self.channels)

    def grids(self, *names: str) -> tuple[str, ...]:
        """Return the names of several grids in all channels."""
        return tuple(each for name in names for each in self.each(name))

    # The first number, term by term.

    def show_search(self, event: Event) -> None:
        """The window comes onto the picture and searches along the ink."""
        self.during(1, self.board.search(WINDOW, self.lesson.search), rate=linear)

    def show_patch(self, event: Event) -> None:
        """The picture makes room; the window's pixels grow out of it."""
        self.become(self.lesson.making(event.data.step), 0.35)
        near = self.camera.to(
            self.board.around("input.all", *(f"{name}.all" for name in self.each("patch"))), 0.94
        )
        self.during(0.4, *self.patches(), near)
        self.during(1, self.board.walk(self.zoom), self.board.show(*self.frames()))

    def patches(self) -> list[Move]:
        """Return the moves in which the window's pixels grow out of it, channel by channel."""
        return [self.board.grow(name, out_of=WINDOW) for name in self.each("patch")]

    def frames(self) -> list[str]:
        """Return the names of the frames round the patches."""
        return [f"{name}.frame" for name in self.each("patch")]

    def show_filter(self, event: Event) -> None:
        """The weights appear row by row, beside the patch."""
        rows = []
        for name in self.each("kernel"):
            weights = self.board.part(name).values.copy()
            self.board.fill(name, np.nan)
            rows.append([self._row(name, weights, row) for row in range(len(weights))])
        near = self.camera.to(self.factors(), share=0.8)
        away = self.board.hide("input.title", "input.note")
        legend = ["legend"] if self.board.has("legend") else []
        shown = self.board.show(*self.each("kernel"), *self.between(), *legend)
        self.during(0.4, near, away, shown)
        self.during(1, *(in_turn(*each) for each in rows))

    def _row(self, name: str, values: Any, row: int) -> Move:
        return lambda alpha: self.board.fill(name, values, cells=f"{name}[{row}]")

    def show_signs(self, event: Event) -> None:
        """Weights for the pattern light up, then those against it."""
        self.light_by_sign(0.45, *self.each("kernel"))

    def show_predict_sign(self, event: Event) -> None:
        """Rows of pixels and weights light up together, in turn; then the video waits."""
        rows = [self.lit(*self.grids(f"patch[{row}]", f"kernel[{row}]")) for row in self.rows]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*rows), rate=linear)
        self.board.light(*self.grids("patch", "kernel"))

    def show_predict_gate(self, event: Event) -> None:
        """Rows light up likewise, after a look at the other patch."""
        self.during(min(0.3, 1.0 / event.seconds), self.camera.to(self.factors(), share=0.8))
        self.show_predict_sign(event)

    def factors(self) -> Any:
        """Return what lies around patches and kernels."""
        kernels = [f"{name}.all" for name in self.each("kernel")]
        return self.board.around(*self.each("patch"), *kernels)

    @property
    def rows(self) -> range:
        """The rows of the kernel."""
        return range(len(self.lesson.weights))

    def lit(self, *names: str) -> Move:
        """Return a move that leads the eye to some cells; the others of their grids are dimmed."""

        def start() -> Move:
            self.board.light(*names)
            return self.board.pulse(*names, colour="muted")

        return lazily(start)

    def show_products(self, event: Event) -> None:
        """Each pixel moves onto its weight; their product falls into its place."""
        step: ConvStep = event.data.step
        self.fill_products(np.nan)
        around = *self.grids("patch", "products"), *(f"{name}.all" for name in self.each("kernel"))
        near = self.camera.to(self.board.around(*around), share=0.96)
        self.during(0.12, near, self.board.show(*self.each("products"), *self.signs()))
        height, width, _ = step.products.shape
        one_by_one = height <= 3
        places = [f"{r}, {c}" for r in range(height) for c in range(width)]
        for place in places if one_by_one else map(str, range(height)):
            self.board.light(*self.grids(f"patch[{place}]", f"kernel[{place}]"))
            moves = [
                in_turn(
                    self.board.send(f"patch{each}[{place}]", f"kernel{each}[{place}]"),
                    self.board.send(f"kernel{each}[{place}]", f"products{each}[{place}]"),
                )
                for each in self.channels
            ]
            self.during(0.86 / (len(places) if one_by_one else height), *moves)
            self.fill_products(step.products, f"[{place}]")
        self.board.light(*self.grids("patch", "kernel"))
        self.during(1, self.board.pulse(*self.each("products")))

    def fill_products(self, values: Any, cells: str = "") -> None:
        """Fill the grids of products, or some of their cells."""
        for n, name in enumerate(self.each("products")):
            of_channel = values if np.ndim(values) == 0 else values[:, :, n]
            self.board.fill(name, of_channel, cells=f"{name}{cells}" if cells else "")

    def show_votes(self, event: Event) -> None:
        """Products line up: those for the pattern, and those against; what is over is the sum."""
        step = event.data.step
        self.fill_products(step.products)
        parts = [name for name in self.sums() if name.startswith(("sum.part", "sum.products"))]
        shown = self.each("products")
        self.during(0.06, self.board.hide(self.zoom))
        self.become(self.lesson.counting(step), 0.15, self.camera.home(), show=shown)
        products = [f"{name}.all" for name in shown]
        self.during(0.1, self.camera.to(self.board.around(*products, "votes.all", "sum"), 0.94))
        self.during(0.15, self.board.show("votes.zero", "votes.for.label"))
        for name, sign in (("for", 1), ("against", -1)):
            cells = [
                f"products{each}[{r}, {c}]"
                for n, each in enumerate(self.channels)
                for r, c in np.argwhere(np.sign(step.products[:, :, n]) == sign)
            ]
            flights = [self.board.send(cell, f"votes.{name}") for cell in cells]
            self.during(0.17, in_turn(*flights, overlap=0.8), self.board.rise(f"votes.{name}"))
        self.during(0.1, self.board.show(*parts))
        self.during(1, self.board.pulse(*(name for name in parts if not name.endswith(".label"))))

    def show_bias(self, event: Event) -> None:
        """The bias comes below the sum, and both become the value."""
        self.during(0.4, self.board.show("sum.bias", "sum.bias.label"))
        self.during(0.3, self.board.show("sum.rule", "sum.total", "sum.total.label"))
        self.during(1, self.board.pulse("sum.total"))

    def show_gate(self, event: Event) -> None:
        """The value goes through the activation."""
        self.during(0.4, self.board.show(*self.gate()))
        value = "sum.total" if self.board.has("sum.total") else "sum.products"
        self.during(1, self.board.grow("sum.activated", out_of=value))

    def gate(self) -> list[str]:
        """Names of the activation and its arrow, where there is one."""
        return [name for name in ("sum.activation", "sum.arrow") if self.board.has(name)]

    def show_place(self, event: Event) -> None:
        """The map comes, and the number flies to its place in it."""
        self.reveal_sum()
        picture = self.lesson.diagram(event.data.step, landed=True)
        factors = *self.grids("patch", "kernel"), *self.between(), *self.frames()
        new = ("map", "legend", "input", WINDOW, *factors, self.zoom)
        self.become(picture, 0.5, self.camera.home(), show=new)
        self.deliver(event.data.step, 1)

    # The stops that follow.

    def show_travel(self, event: Event) -> None:
        """The patch goes back into its window, which moves to another place."""
        self.leave(0.3)
        step = event.data.step
        self.during(0.4, self.board.move(WINDOW, step.box.top, step.box.left))
        self.open(step, 1)

    def show_at_once(self, event: Event) -> None:
        """All products at once, and their sum."""
        step = event.data.step
        near = self.camera.to(self.board.around(*self.block()), share=0.96)
        self.during(0.15, near)
        self.multiply(step, 0.45)
        total = [name for name in self.sums() if "activat" not in name and "arrow" not in name]
        self.during(0.25, self.board.show(*total))
        self.during(1, self.board.pulse("sum.total" if "sum.total" in total else "sum.products"))

    def show_cut(self, event: Event) -> None:
        """What the activation leaves of it goes to the map."""
        value = "sum.total" if self.board.has("sum.total") else "sum.products"
        self.during(0.2, self.board.show(*self.gate()))
        self.during(0.3, self.board.grow("sum.activated", out_of=value))
        self.during(0.25, self.camera.home())
        self.deliver(event.data.step, 1)

    def show_short(self, event: Event) -> None:
        """One stop in a single breath."""
        step = event.data.step
        if self.has_patch:
            self.leave(0.15)
            self.during(0.2, self.board.move(WINDOW, step.box.top, step.box.left))
            self.open(step, 0.2)
        else:  # the first of all
            factors = self.grids("patch", "kernel")
            self.become(
                self.lesson.diagram(step, landed=True), 0.4, show=("map", "legend", *factors)
            )
            self.during(0.15, self.board.show(*factors, *self.signs()))
        self.multiply(step, 0.15)
        self.during(0.1, self.board.show(*self.sums()))
        self.deliver(step, 1)

    def block(self) -> list[str]:
        """Names of what a stop is computed in."""
        kernels = [f"{name}.all" for name in self.each("kernel")]
        return [*self.grids("patch", "products"), *kernels, "sum"]

    def between(self) -> list[str]:
        """Names of what stands between patches and kernels, and beside them in colour."""
        return [*self.each("times"), *(self.each("colour") if self.channels[0] else ())]

    def signs(self) -> list[str]:
        """Names of the signs between grids."""
        return [*self.each("times"), *(self.grids("gives", "colour") if self.channels[0] else ())]

    @property
    def has_patch(self) -> bool:
        """Whether a stop is laid out."""
        return self.board.has(self.each("patch")[0])

    def sums(self) -> list[str]:
        """Names of all lines of the sum."""
        return self.board.names("sum")

    def reveal_sum(self) -> None:
        """What belongs to the sum and was not spoken of is there, too."""
        self.board.show(*self.sums())(1.0)

    def leave(self, share: float) -> None:
        """Take away what belongs to the last stop: no number stays that is not true any more."""
        of_it = (*self.each("products"), "sum", self.zoom, FEEDS, "products->sum", "map.cell",
                 *self.between(), *self.frames())  # fmt: skip
        names = [name for name in of_it if self.board.has(name)]
        folds = [self.board.fold(name, into=WINDOW) for name in self.each("patch")]
        self.during(share, self.board.hide(*names), *folds)

    def open(self, step: ConvStep, share: float) -> None:
        """Lay out another stop, and let its patch grow out of the window."""
        self.board.become(self.lesson.diagram(step, landed=True))(1.0)
        self.board.fill("map", self.map)
        self.count()
        self.during(share, *self.patches(), self.board.show(*self.between()))
        self.board.show(self.zoom, *self.frames())(1.0)

    def multiply(self, step: ConvStep, share: float) -> None:
        """All pixels move onto their weights, row by row at the same time."""
        self.fill_products(np.nan)
        self.board.show(*self.each("products"))(1.0)
        self.during(0.6 * share, *self.sent("patch", "kernel"))
        self.during(0.4 * share, *self.sent("kernel", "products"))
        self.fill_products(step.products)
        if self.board.has("products->sum"):
            self.board.show("products->sum")(1.0)

    def sent(self, start: str, end: str) -> list[Move]:
        """Return the moves of all rows of one grid to another."""
        return [
            self.board.send(f"{start}{each}[{row}]", f"{end}{each}[{row}]")
            for each in self.channels
            for row in self.rows
        ]

    def deliver(self, step: ConvStep, share: float) -> None:
        """Let the number fly into its cell of the map."""

        def land() -> None:
            self.map[step.row, step.col] = step.activated
            self.board.fill("map", self.map)
            self.count()
            rings = [f"map.{name}" for name, mark in self.lesson.landed.items()
                     if (mark.row, mark.col) == (step.row, step.col)]  # fmt: skip
            self.board.show("map.cell", *rings)(1.0)

        cell = f"map[{step.row}, {step.col}]"
        self.during(share, self.board.send("sum.activated", cell, land))

    def refill(self) -> None:
        """Fill the map as far as it is known."""
        if self.board.has("map"):
            self.board.fill("map", self.map)
            self.count()

    def count(self) -> None:
        """Say how many cells are known."""
        done = int(np.isfinite(self.map).sum())
        if self.board.has("map.counter"):
            self.board.say("map.counter", f"{fmt.count(done)} / {fmt.count(self.map.size)}")

    # The whole map.

    def show_sweep(self, event: Event) -> None:
        """The window runs over all places, faster and faster; the map fills."""
        first = self.lesson.all_steps[0]
        if self.has_patch:
            self.leave(0.08)
        self.become(
            self.lesson.field(first, upright=self.upright),
            0.12,
            self.camera.home(),
            show=("map", "legend", WINDOW, "map.cell"),
        )
        values, (_, width) = self.lesson.response_map, self.lesson.response_map.shape
        seconds = self.remaining
        begin = 4.0 if self.lesson.steps != "all" else sliding_window.READABLE_SPEED
        path = accelerating(self.map.size - 1, seconds, begin)
        flat, known = self.map.reshape(-1), 0

        def at(alpha: float) -> tuple[float, float]:
            row, col = divmod(min(round(path.position(alpha * seconds)), flat.size - 1), width)
            return float(row), float(col)

        def fill(alpha: float) -> None:
            nonlocal known
            row, col = at(alpha)
            reached = int(row) * width + int(col) + 1
            flat[known:reached] = values.reshape(-1)[known:reached]
            known = reached
            self.board.fill("map", self.map)
            self.count()

        def corner(alpha: float) -> tuple[float, float]:
            row, col = at(alpha)
            down, along = self.lesson.corner(int(row), int(col))
            return float(down), float(along)

        fed = self.board.visit("map.cell", at)
        self.during(1, self.board.visit(WINDOW, corner, fed, fill), rate=linear)

    def show_complete(self, event: Event) -> None:
        """The last cell has landed; the map is looked at as a whole."""
        rings = [f"map.{name}" for name in self.lesson.landed]
        away = self.board.hide(WINDOW, "map.cell", *rings)
        self.during(0.5, away, self.board.pulse("map.counter"))
        self.during(1, self.board.pulse("map"))

    def show_rise(self, event: Event) -> None:
        """The picture grows, the map comes up on it, and its largest response is framed."""
        self.during(0.1, self.board.hide("map"))
        self.become(self.lesson.overlay(upright=self.upright), 0.3, show=self.each("kernel"))
        self.during(0.2, self.board.show("map"), self.board.dim("input", to=UNDER))
        self.during(0.1, self.board.show(WINDOW, "map.cell"))
        self.during(1, self.board.pulse(WINDOW, times=2))

    def show_answer(self, event: Event) -> None:
        """The window goes to a few places once more, and marks the cell that each becomes."""
        # The map comes up beside the picture: it does not fly over the kernel.
        marks = WINDOW, "map.cell"
        self.during(0.1, self.board.hide("map", *marks))
        closing = self.lesson.closing(upright=self.upright)
        self.become(closing, 0.3, show=["input", *self.each("kernel")])
        self.during(0.1, self.board.show("map", *marks), self.board.dim("input", to=1.0))
        stops = [stop.step for stop in self.lesson.stops.values()][::-1] or [self.lesson.first]
        window = [eased(self.board.move(WINDOW, s.box.top, s.box.left)) for s in stops]
        cells = [eased(self.board.move("map.cell", s.row, s.col)) for s in stops]
        self.during(1, in_turn(*window), in_turn(*cells), rate=linear)
