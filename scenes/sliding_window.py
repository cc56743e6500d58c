"""The sliding window: one number is made slowly, others faster, then the whole map."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import sliding_window
from convexplain.lessons.parts.beats import Event
from convexplain.ops import ConvStep
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, accelerating, in_turn
from convexplain.style import format as fmt

WINDOW, ZOOM, FEEDS = "input.window", "input.window->patch", "sum.activated->map.cell"
FACTORS = ("patch", "times", "kernel")


class SlidingWindow(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = sliding_window.SlidingWindow
    lesson: sliding_window.SlidingWindow

    def prepare(self) -> None:
        """Lay out the picture that is read; nothing of the map is known yet."""
        self.map = np.full(self.lesson.response_map.shape, np.nan)
        self.board.lay(self.lesson.opening())
        self.board.show("input", WINDOW)(1.0)

    # The first number, term by term.

    def show_search(self, event: Event) -> None:
        """The window comes onto the picture and searches along the ink."""
        self.during(1, self.board.search(WINDOW, self.lesson.search), rate=linear)

    def show_patch(self, event: Event) -> None:
        """The picture makes room; the window's pixels grow out of it."""
        self.become(self.lesson.making(event.data.step), 0.35)
        near = self.camera.to(self.board.around("input.all", "patch.all"), share=0.94)
        self.during(0.4, self.board.grow("patch", out_of=WINDOW), near)
        self.during(1, self.board.walk(ZOOM), self.board.show("patch.frame"))

    def show_filter(self, event: Event) -> None:
        """The weights appear row by row, beside the patch."""
        weights = self.board.part("kernel").values.copy()
        self.board.fill("kernel", np.nan)
        rows = [self._row(weights, row) for row in range(len(weights))]
        near = self.camera.to(self.board.around("patch", "kernel.all"), share=0.8)
        away = self.board.hide("input.title", "input.note")
        legend = ["legend"] if self.board.has("legend") else []
        self.during(0.4, near, away, self.board.show("times", "kernel", *legend))
        self.during(1, in_turn(*rows))

    def _row(self, values: Any, row: int) -> Move:
        return lambda alpha: self.board.fill("kernel", values, cells=f"kernel[{row}]")

    def show_signs(self, event: Event) -> None:
        """Weights for the pattern light up, then those against it."""
        self.light_by_sign("kernel", 0.45)

    def show_predict_sign(self, event: Event) -> None:
        """Rows of pixels and weights light up together, in turn; then the video waits."""
        rows = [self.lit(f"patch[{row}]", f"kernel[{row}]") for row in self.rows]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*rows), rate=linear)
        self.board.light("patch", "kernel")

    show_predict_gate = show_predict_sign

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
        products = step.products[:, :, 0]
        self.board.fill("products", np.nan)
        near = self.camera.to(self.board.around("patch", "kernel.all", "products"), share=0.96)
        self.during(0.12, near, self.board.show("products"))
        height, width = products.shape
        one_by_one = height <= 3
        places = [f"{r}, {c}" for r in range(height) for c in range(width)]
        for place in places if one_by_one else map(str, range(height)):
            self.board.light(f"patch[{place}]", f"kernel[{place}]")
            move = in_turn(
                self.board.send(f"patch[{place}]", f"kernel[{place}]"),
                self.board.send(f"kernel[{place}]", f"products[{place}]"),
            )
            self.during(0.86 / (len(places) if one_by_one else height), move)
            self.board.fill("products", products, cells=f"products[{place}]")
        self.board.light("patch", "kernel")
        self.during(1, self.board.pulse("products"))

    def show_votes(self, event: Event) -> None:
        """Products line up: those for the pattern, and those against; what is over is the sum."""
        step = event.data.step
        self.board.fill("products", step.products[:, :, 0])
        shown = [name for name in ("sum.products", "sum.products.label") if self.board.has(name)]
        near = self.camera.to(self.board.around("products.all", "votes.all", "sum"), share=0.9)
        self.during(0.2, near, self.board.hide(ZOOM))
        bars = [
            self.board.grow(f"votes.{r}-{c}", out_of=f"products[{r}, {c}]")
            for r, c in np.ndindex(step.products.shape[:2])
        ]
        self.during(0.45, self.board.show("votes.title"), in_turn(*bars, overlap=0.7))
        self.during(0.2, self.board.show(*shown))
        self.during(1, self.board.pulse("sum.products"))

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
        picture = self.lesson.diagram(event.data.step)
        new = ("map", "legend", "input.title", "input.note", ZOOM)
        self.become(picture, 0.5, self.camera.home(), show=new)
        self.deliver(event.data.step, 1)

    # The stops that follow.

    def show_travel(self, event: Event) -> None:
        """The patch goes back into its window, which moves to another place."""
        self.leave(0.3)
        step = event.data.step
        self.during(0.4, self.board.move(WINDOW, step.row, step.col))
        self.open(step, 1, self.camera.to(self.board.around(*self.block()), share=0.96))

    def show_at_once(self, event: Event) -> None:
        """All products at once, and their sum."""
        step = event.data.step
        self.multiply(step, 0.5)
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
        if self.board.has("patch"):
            self.leave(0.15)
            self.during(0.2, self.board.move(WINDOW, step.row, step.col))
            self.open(step, 0.2)
        else:  # the first of all
            self.become(self.lesson.diagram(step), 0.4, show=("map", "legend", "patch", "kernel"))
            self.during(0.15, self.board.show(*FACTORS))
        self.multiply(step, 0.15)
        self.during(0.1, self.board.show(*self.sums()))
        self.deliver(step, 1)

    def block(self) -> list[str]:
        """Names of what a stop is computed in."""
        return ["patch", "kernel.all", "products", "sum"]

    def sums(self) -> list[str]:
        """Names of all lines of the sum."""
        return self.board.names("sum")

    def reveal_sum(self) -> None:
        """What belongs to the sum and was not spoken of is there, too."""
        self.board.show(*self.sums())(1.0)

    def leave(self, share: float) -> None:
        """Take away what belongs to the last stop: no number stays that is not true any more."""
        names = [name for name in ("products", "sum", ZOOM, FEEDS, "products->sum", "map.cell",
                                   "patch.frame") if self.board.has(name)]  # fmt: skip
        self.during(share, self.board.hide(*names), self.board.fold("patch", into=WINDOW))

    def open(self, step: ConvStep, share: float, *others: Move) -> None:
        """Lay out another stop, and let its patch grow out of the window."""
        self.board.become(self.lesson.diagram(step))(1.0)
        self.board.fill("map", self.map)
        self.count()
        self.during(share, self.board.grow("patch", out_of=WINDOW), *others)
        self.board.show(ZOOM, "patch.frame")(1.0)

    def multiply(self, step: ConvStep, share: float) -> None:
        """All pixels move onto their weights, row by row at the same time."""
        self.board.fill("products", np.nan)
        rows = range(step.products.shape[0])
        self.board.show("products")(1.0)
        self.during(
            0.6 * share, *(self.board.send(f"patch[{row}]", f"kernel[{row}]") for row in rows)
        )
        self.during(
            0.4 * share, *(self.board.send(f"kernel[{row}]", f"products[{row}]") for row in rows)
        )
        self.board.fill("products", step.products[:, :, 0])
        if self.board.has("products->sum"):
            self.board.show("products->sum")(1.0)

    def deliver(self, step: ConvStep, share: float) -> None:
        """Let the number fly into its cell of the map."""

        def land() -> None:
            self.map[step.row, step.col] = step.activated
            self.board.fill("map", self.map)
            self.count()
            self.board.show("map.cell")(1.0)

        cell = f"map[{step.row}, {step.col}]"
        self.during(share, self.board.send("sum.activated", cell, land))

    def become(
        self, picture: Diagram, share: float, *others: Move, show: tuple[str, ...] = ()
    ) -> None:
        """Lay out another picture, with as much of the map as is known."""
        move = self.board.become(picture, show=show)

        def go(alpha: float) -> None:
            move(alpha)
            if self.board.has("map"):
                self.board.fill("map", self.map)
                self.count()

        self.during(share, go, *others)

    def count(self) -> None:
        """Say how many cells are known."""
        done = int(np.isfinite(self.map).sum())
        if self.board.has("map.counter"):
            self.board.say("map.counter", f"{fmt.count(done)} / {fmt.count(self.map.size)}")

    # The whole map.

    def show_sweep(self, event: Event) -> None:
        """The window runs over all places, faster and faster; the map fills."""
        first = self.lesson.all_steps[0]
        if self.board.has("patch"):
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

        fed = self.board.visit("map.cell", at)
        self.during(1, self.board.visit(WINDOW, at, fed, fill), rate=linear)

    def show_complete(self, event: Event) -> None:
        """The last cell has landed; the map is looked at as a whole."""
        self.during(0.5, self.board.hide(WINDOW, "map.cell"), self.board.pulse("map.counter"))
        self.during(1, self.board.pulse("map"))

    def show_rise(self, event: Event) -> None:
        """The map slides over the picture, half transparent."""
        self.become(self.lesson.overlay(upright=self.upright), 0.7)
        self.during(1, self.board.dim("map", to=0.72))

    def show_visits(self, event: Event) -> None:
        """One last time the window stands at each stop, with the number that it gave."""
        stops = self.lesson.stops
        self.board.show("shown")(1.0)
        for name, stop in stops.items():
            self.board.fill("shown", [[stop.step.activated]])
            window = f"input.{name}"
            self.during(0.25, self.board.show(window))
            self.during(1 / len(stops) - 0.25, self.board.pulse(window, times=2))
            if name != list(stops)[-1]:
                self.board.hide(window)(1.0)

    def show_fold(self, event: Event) -> None:
        """Everything folds into one row: a patch and a kernel become one cell."""
        self.become(self.lesson.closing(), 0.4, show=("patch", "times", "kernel"))
        legend = ["legend"] if self.board.has("legend") else []
        self.during(0.25, self.board.show("becomes", *legend))
        self.during(0.2, self.board.grow("value", out_of="becomes"))
        self.during(1, self.board.pulse("value"))
