"""The forward pass: a few cells taken apart, then bars that go from logits to shares."""

from __future__ import annotations

from itertools import pairwise

from manim.utils.rate_functions import linear

from convexplain.lessons import forward_pass
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.forward_picture import Form
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, together

WINDOW, ZOOM = "input.window", "input.window->patch"


class ForwardPass(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = forward_pass.ForwardPass
    lesson: forward_pass.ForwardPass

    def prepare(self) -> None:
        """Lay out the picture alone; it is there from the first frame on."""
        self.picture = self.lesson.picture_of
        self.board.lay(self.picture.opening())
        self.board.show("input")(1.0)

    def there(self, *names: str) -> list[str]:
        """Return those of some names that this picture has."""
        return [name for name in names if self.board.has(name)]

    def change(self, picture: Diagram, share: float, *show: str) -> None:
        """Lay out another picture, and bring the legend and whatever is named."""
        names = (name for name in ("legend", *show) if self.board.has(name))
        self.during(share, self.camera.home(), self.board.become(picture, show=names))

    # A cell of the first convolution.

    def show_ask(self, event: Event) -> None:
        """The window wanders over the picture; what is read of it stands by."""
        goal, (height, width) = self.picture.field, self.picture.pixels.shape[:2]
        stops = [(0, 0), (0, width - goal.width), (height - goal.height, width - goal.width),
                 (goal.top, goal.left)]  # fmt: skip
        self.during(0.12, self.board.show(WINDOW, "read"))
        self.during(1, self.board.search(WINDOW, stops), rate=linear)

    def show_patch(self, event: Event) -> None:
        """A few pixels are framed, and lift off."""
        self.lift(0.6)
        self.during(1, self.board.pulse("patch" if self.picture.one_channel else WINDOW))

    def lift(self, share: float) -> None:
        """Frame the pixels, and let them come out of the picture."""
        self.during(0.2 * share, self.board.show(WINDOW))
        self.change(self.picture.weigh(), 0.4 * share)
        if self.picture.one_channel:
            out = self.board.grow("patch", out_of=WINDOW)
            self.during(0.4 * share, out, self.board.walk(ZOOM))

    def show_add(self, event: Event) -> None:
        """The weights fall on them; the products run into one number, line by line."""
        if not self.board.has("sum"):
            self.lift(0.3)
        if self.picture.one_channel:
            self.during(0.2, self.board.show("times", "kernel", *self.there("legend")))
            rows = range(self.lesson.weighed.kernel.shape[0])
            meet = [self.board.send(f"patch[{row}]", f"kernel[{row}]") for row in rows]
            self.during(0.2, in_turn(*meet, overlap=0.5))
        self.during(1, self.add_up("sum"))

    def show_sum(self, event: Event) -> None:
        """The lines of the sum are looked at, one after the other."""
        lines = [f"sum.{name}" for name in ("products", "bias", "total", "activated")]
        self.during(1, in_turn(*(self.board.pulse(name) for name in self.there(*lines))))

    def add_up(self, panel: str) -> Move:
        """Let the lines of a sum come one after the other, and its result out of the last."""
        names = [name for name in self.board.names(panel) if name.count(".") == 1]
        last = f"{panel}.activated"
        moves = [
            self.board.show(name, *self.there(f"{name}.label")) for name in names if name != last
        ]
        source = next(n for n in (f"{panel}.total", f"{panel}.products") if self.board.has(n))
        return in_turn(*moves, self.board.grow(last, out_of=source), overlap=0.3)

    def show_layers(self, event: Event) -> None:
        """One map of each layer comes out of the one before it."""
        self.change(self.picture.layers(), 0.15, "input")
        names = ["input", *(s.panel for s in self.picture.with_maps if s.kind != "input")]
        moves = [
            in_turn(self.board.pulse(before), eased(self.board.grow(name, out_of=before)),
                    self.board.show(f"{name}.title"), overlap=0.3)
            for before, name in pairwise(names)
        ]  # fmt: skip
        self.during(1, in_turn(*moves, overlap=0.1), rate=linear)

    # The vector, and the sums.

    def show_pushes(self, event: Event) -> None:
        """What pushes for the answer grows, then what pushes against it; then what is left."""
        self.change(self.picture.push(), 0.25, "products")
        blocks = self.picture.products.blocks if self.picture.products else ()
        places = [f"products.place-{n}" for n in range(len(blocks))]
        self.during(0.1, self.board.show(*places))
        self.during(0.05, self.board.show("push.zero"))
        bars = [eased(self.board.rise(f"push.{bar}")) for bar in ("above", "below", "bias")]
        self.during(1, in_turn(*bars))

    def show_push(self, event: Event) -> None:
        """What is left of them is the logit."""
        self.during(0.2, self.board.show("logit"))
        self.during(1, self.board.pulse("logit"))

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
        shown = "input", "classes.zero", "classes.zero.label", "classes.title"
        self.change(self.picture.sums("logits"), 0.2, *shown)
        runs = [eased(self.run(name)) for name in self.names]
        self.during(0.5, in_turn(*runs, overlap=0.4), rate=linear)
        self.during(0.1, self.board.show("said"))
        self.during(1, self.board.pulse(self.best))

    def run(self, name: str) -> Move:
        """Return the move in which a class's point comes out of its name, along its lane."""
        lanes = (self.board.walk(lane) for lane in self.there(f"{name}.lane"))
        go = together(self.board.grow(name, out_of=f"{name}.label"), *lanes)
        return in_turn(self.board.show(f"{name}.label"), go, self.board.show(f"{name}.value"))

    def show_predict(self, event: Event) -> None:
        """The two highest are looked at."""
        order = self.lesson.softmax.order[:2]
        looks = [self.board.pulse(f"classes.{n}", f"classes.{n}.value") for n in order]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks), rate=linear)

    def reform(self, form: Form, share: float) -> None:
        """Let all bars take on their next values; numbers go, and come when the bars stand."""
        values = [f"{name}.value" for name in self.names]
        stays = form == "distances"  # so does the lead
        told = self.there("classes.title", *(() if stays else ("said",)))
        lanes = [] if stays else self.there(*(f"{name}.lane" for name in self.names))
        self.during(0.12, self.board.hide(*values, *told, *lanes))
        held = () if stays else ("said",)
        self.during(share, self.board.become(self.picture.sums(form), hold=held))
        self.during(0.15, self.board.show(*values, "classes.title"))

    def show_shift(self, event: Event) -> None:
        """All move up until the highest is at zero; distances stay."""
        self.reform("distances", 0.45)
        self.during(1, self.board.pulse(self.best, f"{self.best}.value"))

    def show_powers(self, event: Event) -> None:
        """Each becomes e to its power: positive, and steep."""
        self.reform("powers", 0.5)
        self.during(1, in_turn(*(self.board.pulse(name, f"{name}.value") for name in self.names),
                               overlap=0.5), rate=linear)  # fmt: skip

    def show_total(self, event: Event) -> None:
        """What all of them come to together."""
        self.during(0.3, self.board.show("said"))
        self.during(1, self.board.pulse("said", colour="muted", times=2))

    def show_shares(self, event: Event) -> None:
        """Each is divided by the sum, and all are laid end to end: one whole."""
        self.reform("shares", 0.12)
        self.during(0.04, self.board.show("said"))
        self.during(0.22, self.board.pulse("said", self.best, f"{self.best}.value"))
        self.during(0.1, self.board.become(self.picture.shares()))
        moves = [
            eased(self.board.grow(f"stack.{bar.name}", out_of=f"classes.{bar.name}"))
            for bar in self.picture.stack.bars
        ]
        self.during(1, self.board.show("stack.title"), in_turn(*moves, overlap=0.5))
        self.board.show(*self.there("stack.rest"))(1.0)

    def show_ratio(self, event: Event) -> None:
        """How many times as large the one share is as the other."""
        self.during(0.2, self.board.show("stack.counter"))
        self.during(1, self.board.pulse("stack.counter", times=2))

    def show_verdict(self, event: Event) -> None:
        """The largest share belongs to the answer."""
        best = self.lesson.softmax.order[0]
        named = self.there(f"stack.{best}.label", f"stack.{best}.value")
        self.during(0.5, self.board.pulse(f"stack.{best}", self.best, times=1))
        self.during(1, self.board.pulse(*named) if named else self.board.pulse("input"))

    def show_whole(self, event: Event) -> None:
        """From the picture through all layers to the shares, once more."""
        names = ["input", *(s.panel for s in self.picture.with_maps if s.kind != "input")]
        self.during(0.1, self.board.hide(*self.there("classes", "input")))
        self.during(0.2, self.board.become(self.picture.whole(), hold=(*names, "legend")))
        self.during(0.15, self.board.show(*names, "legend"))
        looks = [self.board.pulse(name) for name in (*names, "stack.title")]
        self.during(1, in_turn(*looks), rate=linear)
