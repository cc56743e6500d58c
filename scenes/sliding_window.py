"""The sliding window: one number is made slowly, others faster, then the whole map."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import sliding_window
from convexplain.lessons.parts.beats import Event
from convexplain.ops import ConvStep
from convexplain.panels import Diagram, Sum
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, lazily
from convexplain.style import format as fmt

WINDOW, ZOOM, FEEDS = "input.window", "input.window->patch", "sum.activated->map.cell"
#: What is multiplied, and what stands beside it; in colour these are series, one for each channel.
FACTORS = ("patch", "kernel", "times", "colour", "patch.frame")
#: What the activation adds to the sum.
GATE = ("sum.activation", "sum.arrow")
#: Weights are strong that are so large at least, as a share of the largest.
STRONG = 0.5
#: How long a run over all places may be at most, in seconds, for its beginning to take its share.
SWIFT = 5.0
#: What is looked at from near is so much of the frame.
NEAR = 0.9
#: How fast the run over all places begins, as a share of its mean speed: it stays even.
EVEN = 0.6
#: How long a product of 0 takes, as a share of the others' time.
BRIEF = 0.4
#: How long all products together take to join their bars, as a share of the event.
VOTING = 0.46
#: How much is seen of a picture under its map.
UNDER = 0.55


class SlidingWindow(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = sliding_window.SlidingWindow
    lesson: sliding_window.SlidingWindow

    def prepare(self) -> None:
        """Lay out the picture that is read; nothing of the map is known yet."""
        self.computed["map"] = np.full(self.lesson.response_map.shape, np.nan)
        self.board.lay(self.lesson.opening())
        self.board.show("input", WINDOW)(1.0)

    # The first number, term by term.

    def show_search(self, event: Event) -> None:
        """The window comes onto the picture and searches along the ink."""
        self.during(1, self.board.search(WINDOW, self.lesson.search), rate=linear)

    def show_patch(self, event: Event) -> None:
        """The picture makes room; the window's pixels grow out of it."""
        self.become(self.lesson.reading(event.data.step), 0.35)
        self.during(0.4, self.board.grow("patch", out_of=WINDOW))
        self.during(1, self.board.walk(ZOOM), self.board.show("patch.frame"))

    def show_filter(self, event: Event) -> None:
        """The weights appear row by row, beside the patch."""
        self.part(event.data.step, 0.15)
        self.board.fill("kernel", np.nan)
        self.during(0.2, self.board.come("kernel", "times", "colour", "legend"))
        self.during(1, in_turn(*map(self.weights, self.rows)))

    def part(self, step: ConvStep, share: float) -> None:
        """Take what is multiplied out of the picture."""
        self.during(0.3 * share, self.board.hide(*self.board.there(ZOOM, FEEDS, WINDOW, "input")))
        self.come_near(self.lesson.factors(step), share, "patch", "kernel")

    def come_near(self, picture: Diagram, share: float, *names: str) -> None:
        """Lay out another picture, and come near to those of some panels that it has."""
        near = lazily(lambda: self.camera.to(self.board.goal(*self.board.there(*names)), NEAR))
        self.become(picture, share, near)

    def weights(self, row: int) -> Move:
        """Return the move in which a row of the kernel appears."""
        return lambda alpha: self.board.fill(f"kernel[{row}]", self.lesson.first.kernel)

    @property
    def rows(self) -> range:
        """The rows of the kernel."""
        return range(len(self.lesson.weights))

    def show_signs(self, event: Event) -> None:
        """Weights for the pattern light up, then those against it."""
        self.light_by_sign(0.45, "kernel")

    def show_predict_sign(self, event: Event) -> None:
        """Rows of pixels and weights light up together, in turn; then the video waits."""
        looks = [self.board.pick(f"patch[{row}]", f"kernel[{row}]") for row in self.rows]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks), rate=linear)
        self.board.light("patch", "kernel")

    def show_predict_gate(self, event: Event) -> None:
        """Rows light up likewise, after a look at the other patch."""
        self.part(event.data.step, min(0.15, 0.5 / event.seconds))
        self.show_predict_sign(event)

    def show_products(self, event: Event) -> None:
        """Each pixel moves onto its weight; their product falls into its place."""
        step: ConvStep = event.data.step
        if self.board.has("map"):  # nothing was asked before
            self.part(step, 0.1)
        picture = self.board.legible(self.lesson.products(step), self.lesson.factors(step))
        self.come_near(picture, 0.1, "patch", "kernel", "products")
        height, width, _ = step.products.shape
        few = height <= 3 and self.board.has("products")
        if event.name == "at-once":
            self.multiply(step, 0.4)
        else:
            self.multiply(step, 0.7, *((height, width) if few else (height,)))
        self.during(1, self.board.pulse("products"))

    def multiply(self, step: ConvStep, share: float, *count: int) -> None:
        """Let pixels move onto their weights; products fall from there, if there is room below.

        `count`: of how many rows and columns one comes after the other; by default all at once.
        """
        beside = bool(self.board.there("products"))
        if beside:
            self.board.fill("products", np.nan)
        else:
            self.board.become(self.lesson.factors(step, multiplied=True))(1.0)
            self.board.fill("products", step.kernel)
        self.board.come("products", "times", "gives", "colour")(1.0)
        places = list(np.ndindex(*count))
        times = [1.0 if step.products[place].any() else BRIEF for place in places]
        for place, time in zip(places, times, strict=True):
            at = ", ".join(map(str, place))
            names = "patch", "kernel" if beside else "products", "products"
            pixel, weight, made = (f"{name}[{at}]" if at else name for name in names)
            self.board.light(pixel, weight)
            land = partial(self.board.fill, made, step.products)
            flights = [self.board.send(pixel, weight, None if beside else land)]
            if beside:
                flights.append(self.give(weight, made, step))
            self.during(share * time / sum(times), in_turn(*flights))
        self.board.light(*names[:2])
        self.board.come("products->sum")(1.0)

    def give(self, weight: str, place: str, step: ConvStep) -> Move:
        """Let a product, not the weight, set out from where pixel and weight met."""

        def start() -> Move:
            self.board.fill(weight, step.products)
            fly = self.board.send(weight, place, partial(self.board.fill, place, step.products))
            fly(0.0)
            self.board.fill(weight, step.kernel)
            return fly

        return lazily(start)

    def show_votes(self, event: Event) -> None:
        """Products line up: those for the pattern, and those against; what is over is the sum."""
        self.add_up(event.data.step)
        self.during(0.15, self.board.show("votes.zero", "votes.for.label"))
        products = event.data.step.products
        cast = max(1, int(np.count_nonzero(products)))
        for bar, sign in (("votes.for", 1), ("votes.against", -1)):
            counted = np.argwhere(np.sign(products) == sign)
            self.during(0.06, self.board.show(f"{bar}.label"))
            self.during(VOTING * len(counted) / cast, self.cast(bar, products, counted))
            self.board.show(bar)(1.0)
            self.during(0.04, self.board.dim(f"{bar}.value", to=1.0))
        parts = [n for n in self.board.names("sum") if n.startswith(("sum.part", "sum.products"))]
        self.during(0.1, self.board.show(*parts))
        self.during(1, self.board.pulse(*(name for name in parts if not name.endswith(".label"))))

    def cast(self, bar: str, products: npt.NDArray[Any], counted: npt.NDArray[Any]) -> Move:
        """Let products fly to a bar, one after the other; it is as long as those that landed."""
        grids = self.board.each("products")
        whole, landed, moves = self.board.grow(bar, out_of=self.board.foot(bar)), 0.0, list[Move]()
        everything = float(products[tuple(counted.T)].sum())
        for row, col, n in counted:
            before, landed = landed, landed + products[row, col, n] / everything
            longer = partial(self.longer, bar, whole, before, landed)
            moves.append(in_turn(self.board.send(f"{grids[n]}[{row}, {col}]", bar), longer))
        # The next one sets out as the bar takes in the last.
        return in_turn(*moves, overlap=0.5)

    def longer(self, bar: str, whole: Move, before: float, after: float, alpha: float) -> None:
        """Bring a bar from one share of its length to another; its number waits for the last."""
        whole(before + (after - before) * alpha)
        self.board.dim(f"{bar}.label", to=1.0)(1.0)
        self.board.dim(f"{bar}.value", to=0.0)(1.0)

    def add_up(self, step: ConvStep) -> None:
        """Leave nothing but the products, with room for what they add up to."""
        self.during(0.08, self.board.leave(*FACTORS, "gives"))
        self.come_near(self.lesson.counting(step), 0.15, "products", "votes", "sum")
        self.board.fill("products", step.products)

    def show_bias(self, event: Event) -> None:
        """The bias comes below the sum, and both become the value."""
        self.during(0.4, self.board.show("sum.bias", "sum.bias.label"))
        self.during(0.3, self.board.show("sum.rule", "sum.total", "sum.total.label"))
        self.during(1, self.board.pulse("sum.total"))

    def show_gate(self, event: Event) -> None:
        """The value goes through the activation."""
        self.during(0.3, self.board.come(*GATE))
        self.during(0.2, self.board.show("sum.activated"))
        self.during(1, self.board.pulse("sum.activated"))

    def show_place(self, event: Event) -> None:
        """The map comes, and the number flies to its place in it."""
        self.board.show("sum")(1.0)  # with what was not spoken of
        self.whole(event.data.step, 0.5)
        self.land(event.data.step)

    def whole(self, step: ConvStep, share: float) -> None:
        """Lay out all that belongs to a stop, with its map."""
        # Nothing travels through what comes: it waits until all that stays stands in its place.
        self.during(0.2 * share, self.board.leave("votes"))
        picture = self.lesson.diagram(step, landed=True)
        self.become(picture, 0.4 * share, self.camera.home())
        new = "map", "legend", "input", WINDOW, ZOOM, "products->sum", *FACTORS
        self.during(0.4 * share, self.board.come(*new))

    # The stops that follow.

    def show_travel(self, event: Event) -> None:
        """The patch goes back into its window, which moves to another place."""
        self.travel(event.data.step, 0.3, 0.4, 1)

    def travel(self, step: ConvStep, leave: float, move: float, come: float) -> None:
        """Take away what belongs to the last stop, and let another patch grow out of the window."""
        self.leave(leave)
        self.during(move, self.board.move(WINDOW, step.box.top, step.box.left))
        self.board.become(self.lesson.diagram(step, landed=True))(1.0)
        self.refill()
        grown = self.board.grow("patch", out_of=WINDOW)
        self.during(come, grown, self.board.come("times", "colour"))
        self.board.show(ZOOM, "patch.frame")(1.0)

    def leave(self, share: float) -> None:
        """Take away what belongs to the last stop: no number stays that is not true any more."""
        of_it = "products", "sum", ZOOM, FEEDS, "products->sum", "map.cell"
        rings = (f"map.{name}" for name in self.lesson.landed)
        away = self.board.leave(*of_it, *rings, "times", "colour", "patch.frame")
        self.during(share, away, self.board.fold("patch", into=WINDOW))

    def show_cut(self, event: Event) -> None:
        """With the bias it is the value; what the activation leaves of it goes to the map."""
        step = event.data.step
        if not self.board.has("votes"):
            self.add_up(step)
        later = (*GATE, "sum.activated")
        total = [name for name in self.board.names("sum") if not name.startswith(later)]
        self.during(0.1, self.board.show("votes", *total))
        value = self.board.pulse(*self.board.there("sum.total"))
        self.during(0.12, self.board.come(*GATE), value)
        self.during(0.08, self.board.show("sum.activated"))
        self.during(0.34, self.board.pulse("sum.activated"))
        self.whole(step, 0.22)
        self.land(step)

    def show_short(self, event: Event) -> None:
        """One stop in a single breath."""
        step = event.data.step
        if self.board.there("patch"):
            self.travel(step, 0.12, 0.13, 0.13)
        else:  # the first of all
            picture = self.lesson.diagram(step, landed=True)
            self.become(picture, 0.4, show=("map", "legend", "patch", "kernel"))
            self.during(0.15, self.board.come("times", "gives", "colour"))
        self.multiply(step, 0.12)
        self.during(0.08, self.board.show("sum"))
        self.during(0.22, self.board.pulse(*self.board.there("sum.bias"), "sum.activated"))
        self.land(step)

    def land(self, step: ConvStep) -> None:
        """Let the number fly into its cell of the map."""
        place, ring = (step.row, step.col), f"map.{self.playing.name}"
        self.deliver("sum.activated", "map", place, step.activated, show=(ring,))

    def refill(self) -> None:
        """Fill the map as far as it is known, and say how many of its cells are."""
        super().refill()
        if self.board.has("map.counter"):
            known = self.computed["map"]
            done = int(np.isfinite(known).sum())
            self.board.say("map.counter", f"{fmt.count(done)} / {fmt.count(known.size)}")

    # The whole map.

    def show_sweep(self, event: Event) -> None:
        """The window runs over all places; the map fills."""
        # However long the window runs, it does not begin slowly.
        quick = min(1.0, SWIFT / event.seconds)
        if self.board.there("patch"):
            self.leave(0.08 * quick)
        rings = [f"map.{name}" for name in self.lesson.landed]
        if rings:
            self.during(0.03 * quick, self.board.hide(*rings))
        first = self.lesson.all_steps[0]
        picture = self.lesson.field(first)
        if self.lesson.steps == "all":
            picture = self.board.legible(self.lesson.diagram(first), picture)
        shown = ["map", "legend", WINDOW, "map.cell"]
        self.become(picture, 0.12 * quick, show=shown)
        then = None
        if self.board.has("patch"):
            told = "input", *FACTORS, "products", "sum", "products->sum"
            self.during(0.1 * quick, self.board.show(*self.board.there(*told)))
            then = self.tell_last
        maps = {"map": self.lesson.response_map}
        mean = len(self.lesson.all_steps) / self.remaining
        begin = max(sliding_window.READABLE_SPEED, EVEN * mean)
        self.visit_all(maps, [WINDOW], begin=begin, corner=self.lesson.corner, then=then)

    def tell_last(self, places: range) -> None:
        """Let all numbers be those of the last of some places."""
        if not places:
            return
        step = self.lesson.all_steps[places[-1]]
        self.board.fill("patch", step.patch)
        self.board.fill("products", step.products)
        total = self.lesson.diagram(step).panel("sum")
        assert isinstance(total, Sum)
        for name, number in total.printed.items():
            self.board.say(f"sum.{name}", number)
        self.board.fill("sum.activated", [[step.activated]])

    def show_rise(self, event: Event) -> None:
        """The map is laid on the picture; where it is brightest, the weights meet the pixels."""
        self.during(0.05, self.board.hide(WINDOW, "map.cell"))
        overlay = self.lesson.overlay()
        names = [panel.name for panel in overlay.root.panels()]
        hold = [name for name in names if name.startswith(("kernel", "patch"))]
        self.become(overlay, 0.2, self.board.dim("input", to=UNDER), hold=hold)
        self.during(0.06, self.board.come("kernel"), self.board.show(WINDOW))
        if self.board.has("patch"):
            self.during(0.12, self.board.grow("patch", out_of=WINDOW))
            self.during(0.35, self.board.pulse(*self.met, colour="positive", times=2))
        self.during(1, self.board.pulse(WINDOW, times=2))

    @property
    def met(self) -> list[str]:
        """The strong weights above zero, and the pixels that they meet."""
        weights = self.lesson.weights.squeeze(axis=2)
        strong = np.argwhere((weights > 0) & (weights >= STRONG * weights.max()))
        return [f"{grid}[{row}, {col}]" for row, col in strong for grid in ("kernel", "patch")]

    def show_answer(self, event: Event) -> None:
        """The window goes to a few places once more, and marks the cell that each becomes."""
        # The map comes up beside the picture: it does not fly over the kernel.
        marks = WINDOW, "map.cell"
        self.during(0.06, self.board.hide("map", "legend", *marks))
        closing = self.lesson.closing()
        self.become(closing, 0.2, self.board.dim("input", to=1.0), show=("input", "kernel"))
        self.during(0.1, self.board.come("map", "legend"), self.board.show(*marks))
        stops = [stop.step for stop in self.lesson.stops.values()][::-1] or [self.lesson.first]
        window = [eased(self.board.move(WINDOW, s.box.top, s.box.left)) for s in stops]
        cells = [eased(self.board.move("map.cell", s.row, s.col)) for s in stops]
        self.during(1, in_turn(*window), in_turn(*cells), rate=linear)
