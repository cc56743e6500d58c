"""The forward pass: its layers, one logit taken apart, then bars that go from logits to shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import forward_pass
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.forward_picture import TELLING, Form
from convexplain.ops import Box
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, lazily, together

WINDOW = "input.window"


class ForwardPass(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = forward_pass.ForwardPass
    lesson: forward_pass.ForwardPass

    def prepare(self) -> None:
        """Lay out the picture alone; it is there from the first frame on."""
        self.picture = self.lesson.picture_of
        self.board.lay(self.picture.opening())
        self.board.show("input")(1.0)

    def change(self, picture: Diagram, share: float, *show: str) -> None:
        """Lay out another picture, and bring the legend and whatever is named."""
        names = (name for name in ("legend", "legend-read", *show) if self.board.has(name))
        self.become(picture, share, self.camera.home(), show=names)

    def seen(self) -> list[str]:
        """Return all that is seen, which fades where it would cross others on its way."""
        return [name for name, part in self.board.parts.items() if part in self.mobjects]

    # The layers.

    def show_ask(self, event: Event) -> None:
        """What is read of the picture stands by it, but not how surely."""
        self.during(0.2, self.board.show("read"))
        self.during(1, self.board.pulse("read", times=2))

    @property
    def first(self) -> str:
        """The map of the first convolution."""
        return self.picture.stages[self.picture.first].panel

    @property
    def behind(self) -> str:
        """The map of the pooling behind it."""
        return self.picture.stages[self.picture.first + 1].panel

    def sweep(self, mark: str, panel: str, reads: Callable[[int, int], Box]) -> Move:
        """Fill a map cell by cell, as a mark goes over what each cell reads."""
        values = self.board.part(panel).values.copy()
        known = np.full(values.shape, np.nan)
        self.board.fill(panel, known)

        def at(alpha: float) -> tuple[float, float]:
            place = min(int(alpha * values.size), values.size - 1)
            known.flat[: place + 1] = values.flat[: place + 1]
            self.board.fill(panel, known)
            box = reads(*divmod(place, values.shape[1]))
            return box.top, box.left

        return self.board.visit(mark, at)

    def show_respond(self, event: Event) -> None:
        """The window goes over the picture with its weights; the first map fills."""
        self.change(self.picture.begun(pooled=False), 0.14, "input")
        fill = self.sweep(WINDOW, self.first, self.lesson.reads)
        fill(0.0)
        self.board.show(self.first)(1.0)
        weights = [self.board.grow(name, out_of=WINDOW) for name in self.board.there("kernel")]
        self.during(0.14, self.board.show(WINDOW, *self.board.there("then")), *weights)
        self.during(0.9, fill, rate=linear)
        self.during(1, self.board.pulse(self.first, colour="muted"))

    def show_keep(self, event: Event) -> None:
        """Blocks of that map are gone through; the pooling's map fills."""
        self.change(self.picture.begun(pooled=True), 0.15, self.first)
        blocks, block = self.lesson.blocks, f"{self.first}.block"
        assert blocks is not None
        along = self.board.part(self.behind).values.shape[1]
        fill = self.sweep(block, self.behind, lambda row, col: blocks[row * along + col].box)
        self.board.show(block, self.behind)(1.0)
        self.during(0.5, fill, rate=linear)
        assert self.picture.pooled is not None
        box = self.picture.pooled.box
        self.during(0.08, self.board.move(block, box.top, box.left))
        # A block and what is kept of it stand for a while.
        self.during(1, in_turn(self.board.show(f"{self.behind}.cell"), *[together()] * 5))

    def show_layers(self, event: Event) -> None:
        """The other layers come, each after a look at the one before it."""
        panels = [stage.panel for stage in self.picture.following]
        there = self.board.there(*panels)
        # A frame on the pooling's map was about it alone.
        told = [name for name in (f"{self.behind}.cell",) if name in self.seen()]
        self.during(0.04, self.board.leave("legend", *told))
        self.change(self.picture.layers(), 0.14, *there)
        grow = [
            in_turn(self.board.pulse(before, colour="muted"), self.board.show(name), overlap=0.5)
            for before, name in pairwise(panels) if name not in there
        ]  # fmt: skip
        self.during(0.4, in_turn(*grow, overlap=0.1), rate=linear)
        self.during(0.05, self.board.show(*self.board.there("left")))
        self.during(1, self.board.pulse(panels[-1], colour="muted"))

    # The vector, and the sums.

    def show_products(self, event: Event) -> None:
        """All numbers come, multiplied, place by place; one product is written out."""
        names = ("number", "weight", "product")
        last = self.picture.with_maps[-1].panel
        out_of = self.board.box(last) if self.board.has(last) and self.board.has("left") else None
        # The last map stays, whose numbers are multiplied.
        gone = [name for name in self.seen() if out_of is None or name != last]
        self.during(0.05, self.board.hide(*gone))
        assert self.picture.products is not None
        self.computed["products"] = np.full(self.picture.products.values.shape, np.nan)
        if out_of is not None and self.picture.read_map is not None:
            self.during(0.1, self.board.become(self.picture.every()),
                        self.come_from(out_of), self.board.come(*self.frames))  # fmt: skip
        self.lay_products(self.picture.every(), 0.06, *(f"one.{name}.over" for name in names))
        self.during(0.16, self._places(), rate=linear)
        ring = self.board.there("numbers.telling")
        self.during(0.1, self.board.show("one.number", *ring))
        factors = (f"one.{name}" for name in ("times", "weight", "equals"))
        self.during(0.1, self.board.show(TELLING, *factors), self.board.pulse(TELLING))
        self.during(0.1, self.board.show("one.product"))
        self.during(1, self.board.pulse(TELLING, "one.product", times=2))

    def come_from(self, place: tuple[float, float, float, float]) -> Move:
        """Return the move in which the map whose numbers are multiplied comes from its place.

        Where the frame has no room for it nothing comes.
        """
        return lazily(
            lambda: (
                self.board.grow("numbers", out_of=place)
                if self.board.has("numbers")
                else together()
            )
        )

    def _places(self) -> Move:
        """Let the products come, place by place."""
        products = self.picture.products
        assert products is not None
        whole, known = products.values, self.computed["products"]
        there = np.where(products.there, whole, np.nan)

        def go(alpha: float) -> None:
            for mark in products.blocks[: math.ceil(alpha * len(products.blocks))]:
                place = np.s_[mark.row : mark.row + mark.rows, mark.col : mark.col + mark.cols]
                known[place] = there[place]
            self.refill()

        return go

    def lay_products(self, picture: Diagram, share: float, *more: str) -> None:
        """Lay out the products, each place in its frame, and whatever is named."""
        rings = [name for name in (TELLING, "numbers.telling") if name in self.seen()]
        read = "numbers" if self.picture.read_map is not None else "input"
        self.change(picture, share, read, "products", *more, *rings)
        self.board.show(*self.frames)(1.0)

    @property
    def frames(self) -> list[str]:
        """The frames of all places."""
        blocks = self.picture.products.blocks if self.picture.products else ()
        return [f"products.place-{n}" for n in range(len(blocks))]

    def show_pushes(self, event: Event) -> None:
        """What pushes for the answer grows beside the products it is made of, then what against."""
        told = [name for name in (TELLING,) if name in self.seen()]
        self.board.hide(*told)(1.0)
        self.lay_products(self.picture.push(), 0.1 if self.board.has("products") else 0.2)
        self.during(0.08, self.board.show("push.zero"))
        for bar, sign in (("above", 1), ("below", -1)):
            self.during(0.36, self.only(sign), eased(self.board.rise(f"push.{bar}")))
        self.during(1, self.board.pulse("push.above.source", "push.below.source", colour="muted"))

    def only(self, sign: int = 0) -> Move:
        """Return the move that leaves the products of one sign, of which a bar is made; or all."""
        products = self.picture.products
        assert products is not None
        seen = np.where(products.values * sign >= 0, products.values, 0.0)

        def go(alpha: float) -> None:
            self.computed["products"] = np.where(products.there, seen, np.nan)
            self.refill()

        return go

    def show_push(self, event: Event) -> None:
        """With the bias, what is left of them is the logit."""
        bars = [eased(self.board.rise(f"push.{bar}")) for bar in ("bias", "logit")]
        self.during(0.6, self.only(), in_turn(*bars))
        self.during(1, self.board.pulse("push.logit", "push.logit.source"))

    @property
    def names(self) -> list[str]:
        """The classes' bars."""
        return [f"classes.{bar.name}" for bar in self.picture.bars("shares").bars]

    @property
    def best(self) -> str:
        """The bar of the answer."""
        return f"classes.{self.lesson.softmax.order[0]}"

    def show_scores(self, event: Event) -> None:
        """The sums of all classes, one after the other, run up to where they are."""
        labels = (f"{name}.label" for name in self.names)
        shown = "input", "classes.zero", "classes.zero.label", "classes.title", *labels
        # The one sum stays until all others come.
        stays = "input", "push.logit", "push.logit.label", "push.logit.source", "push.zero"
        self.during(0.07, self.board.hide(*(name for name in self.seen() if name not in stays)))
        self.change(self.picture.sums("logits"), 0.05, *shown)
        runs = [eased(self.run(name)) for name in self.names]
        self.during(0.5, in_turn(*runs, overlap=0.85), rate=linear)
        self.during(0.1, self.board.show("said"))
        self.during(1, self.board.pulse(self.best))

    def run(self, name: str) -> Move:
        """Return the move of a class's point from zero to where it is; its name is there."""
        lanes = (self.board.walk(lane) for lane in self.board.there(f"{name}.lane"))
        left, *_ = self.board.box("classes.zero")
        _, top, width, height = self.board.box(name)
        point = self.board.grow(name, out_of=(left - width / 2, top, width, height))
        label = self.board.part(f"{name}.label")

        def stay(alpha: float) -> None:
            label.opacity = 1.0

        go = together(point, stay, *lanes)
        return in_turn(go, self.board.show(f"{name}.source"))

    def show_predict(self, event: Event) -> None:
        """The two highest are looked at."""
        order = self.lesson.softmax.order[:2]
        looks = [self.board.pulse(f"classes.{n}", f"classes.{n}.value") for n in order]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks), rate=linear)

    def reform(self, form: Form, share: float) -> None:
        """Let all bars take on their next values; numbers go, and come when the bars stand."""
        parts = (f"{name}.{part}" for name in self.names for part in ("source", "value"))
        numbers = self.board.there(*parts)
        gone = self.board.there("said")
        self.during(0.08, self.board.hide(*numbers, "classes.title", *gone))
        self.during(share, self.board.become(self.picture.sums(form), hold=gone))
        self.during(0.08, self.board.show(*numbers, "classes.title"))

    def show_shift(self, event: Event) -> None:
        """All move right until the highest is at zero; their numbers are those before, or after."""
        self.during(0.1, self.board.pulse(f"{self.best}.source"))
        self.reform("distances", 0.26)
        self.during(1, self.board.pulse(self.best, f"{self.best}.source"))

    def show_powers(self, event: Event) -> None:
        """Each becomes e to its power: points go, bars grow; the exponents stay."""
        lanes = [f"{name}.lane" for name in self.names]
        marks = *lanes, "classes.zero", "classes.zero.label", "classes.title", "said"
        self.during(0.1, self.board.hide(*self.board.there(*marks)), self.faint())
        bars = self.board.become(self.picture.sums("powers"), hold=("classes", "said"))
        self.during(0.03, bars)
        rises = in_turn(*(eased(self.board.rise(name)) for name in self.names), overlap=0.97)
        there = self.board.show("classes.zero", "classes.title")
        self.during(0.45, rises, lambda alpha: there(min(1.0, 4 * alpha)), rate=linear)
        self.during(1, in_turn(*(self.board.pulse(f"{name}.source", f"{name}.value")
                                 for name in self.names), overlap=0.5), rate=linear)  # fmt: skip

    def faint(self) -> Move:
        """Return the move in which points fade, but not what is called and printed beside them."""
        points = [self.board.part(name) for name in self.names]

        def go(alpha: float) -> None:
            for point in points:
                point.opacity = 1 - alpha
            if alpha >= 1:
                self.remove(*points)

        return go

    def show_total(self, event: Event) -> None:
        """They go before their bars; one after the other is added below a line."""
        names, total = self.names, "classes.total.value"
        sources, values = ([f"{name}.{part}" for name in names] for part in ("source", "value"))
        self.during(0.06, self.board.hide(*sources, *values, "classes.title"))
        hold = *sources, *values, "classes.total", "classes.title", "said"
        self.during(0.01, self.board.become(self.picture.sums("added"), hold=hold))
        self.during(0.06, self.board.show(*sources, "classes.title"))

        def add(alpha: float) -> None:
            self.board.say(total, self.picture.added(round(alpha * len(names))))

        add(0.0)
        self.board.show("classes.total", total)(1.0)
        looks = (self.board.pulse(name) for name in sources)
        self.during(0.65, add, in_turn(*looks), rate=linear)
        self.during(1, self.board.pulse(total, colour="muted"))

    def show_shares(self, event: Event) -> None:
        """Each is divided by the sum, which stays, row by row."""
        values = [f"{name}.value" for name in self.names]
        self.during(0.05, self.board.hide("classes.title"))
        hold = *values, "said", "classes.title"
        self.during(0.14, self.board.become(self.picture.sums("shares"), hold=hold))
        rows = in_turn(*map(self.board.show, values), overlap=0.3)
        self.during(0.25, self.board.show("classes.title"), rows)
        self.during(0.05, self.board.show("said"))
        self.during(1, self.board.pulse("said", self.best, f"{self.best}.value"))

    def show_strip(self, event: Event) -> None:
        """All shares are laid end to end: one whole."""
        self.lay_end_to_end()
        self.during(0.12, self.board.come("stack.others", "read"))
        self.during(1, self.board.pulse("read"))

    def lay_end_to_end(self) -> None:
        """Lay the bars of the large shares end to end, once all else has made way."""
        names = [f"classes.{bar.name}" for bar in self.picture.stack.bars if bar.name != "others"]
        names = self.board.there(*names)
        places = {name: self.board.box(name) for name in names}
        others = (key for key in self.board.names("classes") if key not in names)
        self.during(0.1, self.board.leave(*others, "said"))
        picture_at = self.board.box("input")
        # From here on bars of the other picture stand for them.
        self.board.hide(*names)(1.0)
        # The last first: each passes where no other lies yet.
        laid = [eased(self.lay(name, place)) for name, place in reversed(places.items())]
        label = ["label"] if self.picture.label is not None else []
        picture = self.board.become(self.picture.verdict(), hold=("input", "read", *label))
        picture(1.0)
        for move in laid:
            move(0.0)
        grows = eased(self.board.grow("input", out_of=picture_at))
        grows(0.0)
        self.during(0.15, grows)
        self.during(0.4, in_turn(*laid, overlap=0.3), self.board.show("stack.title"), rate=linear)

    def lay(self, name: str, place: tuple[float, float, float, float]) -> Move:
        """Return the move of a bar along its row to above its place, and then down to it."""
        new = name.replace("classes", "stack")

        def start() -> Move:
            left, _, width, _ = self.board.box(new)
            return self.board.grow(new, out_of=place, via=(left, place[1], width, place[3]))

        return lazily(start)

    def show_ratio(self, event: Event) -> None:
        """How many times as large the one share is as the other."""
        counter = self.board.there("stack.counter")
        self.during(0.2, self.board.show(*counter))
        self.during(1, self.board.pulse(*(counter or ["stack"]), times=2))

    def show_verdict(self, event: Event) -> None:
        """The largest share fills in what stood open beside the picture."""
        best = f"stack.{self.lesson.softmax.order[0]}"
        self.during(0.15, self.board.show(*self.board.there("label")))
        self.during(1, self.board.pulse(best, "read", times=2))

    def show_whole(self, event: Event) -> None:
        """From the picture through all layers to its share, once more."""
        gone = (name for name in self.seen() if name != "input")
        self.during(0.05, self.board.hide(*gone))
        self.during(0.1, self.board.become(self.picture.whole()))
        maps = [stage.panel for stage in self.picture.stations if stage.kind != "input"]
        way = [name for panel in maps for name in (f"to-{panel}", panel)]
        way = self.board.there("input", *way, "to-sums", "ladder", "to-shares", "read")
        self.board.hide(*(name for name in self.seen() if name != "input"))(1.0)
        comes = (self.board.show(name, *self.board.there(f"{name}-said")) for name in way)
        self.during(0.25, in_turn(*comes, overlap=0.3), rate=linear)
        self.during(1, self.board.pulse("read", times=2))
