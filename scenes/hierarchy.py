"""The hierarchy: the answer taken apart, put together again, found elsewhere, put to a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import hierarchy
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.beats import Event
from convexplain.network import Node
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import Region
from convexplain.stage.pace import Move, eased, in_turn, lazily, together
from convexplain.style import format as fmt

ANSWER = ("answer", "logit")
SQUARE = "covered.square"


class Hierarchy(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = hierarchy.Hierarchy
    lesson: hierarchy.Hierarchy

    def prepare(self) -> None:
        """Lay out what is read; find where in the tree each node stands."""
        self.board.lay(self.lesson.opening())
        self.seen = "photograph" if self.board.has("photograph") else "input"
        self.board.show(self.seen)(1.0)
        every = dict(_walk(self.lesson.tree))
        # One path alone is drawn.
        self.places = {place: node for place, node in every.items() if node in self.lesson.path}

    def row(self, depth: int) -> list[str]:
        """Return the places in one row of the tree, counted from the answer."""
        return [place for place in self.places if place.count("-") == depth - 1]

    def branch(self) -> Diagram:
        """Return the picture of the path, as the frame has room for it."""
        return self.lesson.branch(upright=self.upright)

    # The digit, and the answer.

    def show_ask(self, event: Event) -> None:
        """The smallest window comes on the picture, or on the photograph as people see it."""
        mark = self.path_marks(self.seen)[:1]
        self.during(0.3, self.show_there(*mark))
        self.during(1, self.board.pulse(*mark, times=2) if mark else self.board.pulse(self.seen))

    def show_melt(self, event: Event) -> None:
        """What the network reads comes out of the photograph, and the same windows on it."""
        self.during(0.6, self.board.grow("input", out_of="photograph"))
        self.during(1, self.show_there(*self.path_marks("input")[:1]))

    def show_reads(self, event: Event) -> None:
        """The answer stands above the digit."""
        self.during(0.2, self.board.hide(*self.marks()))
        self.during(0.3, self.show_there(*(ANSWER if self.lesson.centred else ANSWER[:1])))
        self.during(1, self.board.pulse("answer", times=2))

    def show_centred(self, event: Event) -> None:
        """The logit stands below the answer."""
        self.during(1, self.board.pulse("logit", times=2))

    def marks(self) -> list[str]:
        """Return the names of all windows on what is read and seen."""
        pictures = ("input.", "photograph.")
        names = [name for name in self.board.parts if name.startswith(pictures)]
        return [name for name in names if not name.endswith(".note")]

    def show_there(self, *names: str) -> Move:
        """Show what the layout has of these: a narrow frame has no room for all words."""
        return self.board.show(*self.there(*names))

    def there(self, *names: str) -> list[str]:
        """Return those of some names that the layout has."""
        return [name for name in names if self.board.has(name)]

    # Down the tree.

    def show_level(self, event: Event) -> None:
        """A patch comes out of that above it, the first one out of the picture."""
        depth = event.data
        (place,) = self.row(depth)
        layer = self.places[place].layer
        if depth == 1:
            # The digit makes room for all that it is made of.
            told = ANSWER if self.lesson.centred else ANSWER[:1]
            self.during(0.2, self.board.become(self.branch(), show=told))
            self.during(0.05, self.show_there(*(f"patch-{below}.empty" for below in self.places)))
        window = self.window(place)
        self.during(0.1, self.show_there(*window))
        self.during(0.1, self.board.pulse(*window) if window else together())
        named = self.show_there(f"row-{layer}", f"adds-{place}")
        self.during(0.5, eased(self.cut(place)), in_turn(together(), named))
        self.during(1, self.board.pulse(*self.there(f"patch-{place}", f"share-{place}")))

    def window(self, place: str) -> list[str]:
        """Return the mark of what a patch is cut out of."""
        above = place.rpartition("-")[0]
        mark = f"patch-{above}.{place}" if above else f"input.{self.places[place].layer}"
        return self.there(mark)

    def show_deeper(self, event: Event) -> None:
        """The lowest row is not the first level."""
        patches = [f"patch-{place}" for place in self.lowest()]
        self.during(1, self.board.pulse(*patches, times=2))

    def lowest(self) -> list[str]:
        """Return the places of the leaves that have patches."""
        return [
            place for place, node in self.places.items()
            if not node.parts and self.board.has(f"patch-{place}")
        ]  # fmt: skip

    def path_marks(self, *pictures: str) -> list[str]:
        """Return the names of the windows of the path on pictures, on all if none is named."""
        on = pictures or ("photograph", "input")
        return self.there(*(f"{name}.{node.layer}" for node in self.lesson.path for name in on))

    def cut(self, place: str) -> Move:
        """Return the move in which a node's patch comes out of its window, then the lines to it."""
        patch = f"patch-{place}"
        if not self.board.has(patch):  # a unit: it reads all there is
            return self.show_there(f"share-{place}")
        # In its place: on the way there it would lie on what it is a part of.
        return in_turn(together(*self.zooms(patch)), self.board.show(patch), overlap=0.5)

    def zooms(self, *patches: str) -> list[Move]:
        """Return the moves in which lines run from windows to what is seen in them."""
        ends = tuple(f"->{patch}" for patch in patches)
        return [self.board.walk(name) for name in self.board.parts
                if name.partition(".")[0].endswith(ends) or name.endswith(ends)]  # fmt: skip

    def source(self, place: str, places: Mapping[str, Node], prefix: str = "") -> Region:
        """Return where in the patch above it, or in the picture, a node's patch lies."""
        box, above = places[place].box, place.rpartition("-")[0]
        name, top, left = f"{prefix}input", 0, 0
        if above and self.board.has(f"{prefix}patch-{above}"):
            name, top, left = (
                f"{prefix}patch-{above}",
                places[above].box.top,
                places[above].box.left,
            )
        return self.board.within(name, box.top - top, box.left - left, box.height, box.width)

    # Up again.

    def show_upwards(self, event: Event) -> None:
        """The path lights up from the leaf to the answer; its windows nest on the digit."""
        self.light_up(1)

    def light_up(self, share: float) -> None:
        """Light the path up, then frame on the digit what else makes the answer."""
        gone = self.board.hide(*self.beside(self.lighting_order[-1]))
        others = self.show_there(*self.marked("input.other-"), "others")
        answer = together(gone, others, self.board.pulse("answer"))
        self.during(share, in_turn(*self.lighting(), answer), rate=linear)

    def marked(self, prefix: str) -> list[str]:
        """Return the names of all marks that begin so."""
        return [name for name in self.board.parts if name.startswith(prefix)]

    @property
    def lighting_order(self) -> list[str]:
        """The places of the path, from the leaf upwards."""
        return sorted(self.places, key=len, reverse=True)

    def beside(self, place: str) -> list[str]:
        """Return the names of the windows on what else a patch is made of."""
        return self.marked(f"patch-{place}.also-")

    def lighting(self) -> list[Move]:
        """Return the moves in which the path lights up, from the leaf upwards.

        With each patch come the windows on what else it is made of, and those of the one before
        go. On the digit the windows of the path nest where nothing else is known of its patches:
        under other frames they would be a tangle.
        """
        order = self.lighting_order
        pictures = () if any(self.lesson.beside.values()) else ("photograph", "input")
        moves = []
        for before, place in zip(["", *order], order, strict=False):
            layer, also = self.places[place].layer, self.beside(place)
            names = [f"patch-{place}.lit", *also, f"kind-{layer}"]
            names += [f"{name}.{layer}" for name in pictures] + (["others"] if also else [])
            gone = self.board.hide(*self.beside(before)) if before else together()
            looks = self.board.pulse(*self.there(f"patch-{place}", f"share-{place}")[:1])
            moves.append(together(gone, self.show_there(*names), looks))
        return moves

    # In other digits.

    def show_wall(self, event: Event) -> None:
        """A patch; beside it come those that excite its filter most in other digits."""
        node = event.data
        own = f"patch-{self.lesson.tree.parts.index(node)}"
        wall = self.board.become(self.lesson.wall(node), show=(own,))
        self.during(0.4, wall)
        self.others = [panel.name for panel in self.lesson.found_elsewhere(node)]
        place = self.board.box(own)
        moves = [eased(self.board.emerge(name, place)) for name in self.others]
        self.during(0.5, in_turn(*moves, overlap=0.7), rate=linear)
        self.during(1, self.board.pulse(own))

    def show_classes(self, event: Event) -> None:
        """The classes of the digits from which they come are told, one after the other."""
        moves = [self.board.pulse(name) for name in self.others]
        self.during(1, in_turn(*moves, overlap=0.6), rate=linear)

    # The check.

    def show_pushes(self, event: Event) -> None:
        """What all cells add to the answer rises as bars; those of the strongest are looked at."""
        self.during(0.06, self.alone("input"))
        laid = self.lesson.check()
        self.during(0.1, self.board.become(laid, show=("reads", "input")))
        self.board.fill("pushes", self.lesson.bars(0, risen=0.0))
        self.board.show("pushes")(1.0)
        self.during(0.03, self.board.show("adding"))

        def rise(alpha: float) -> None:
            self.board.fill("pushes", self.lesson.bars(0, risen=alpha))

        self.during(0.2, rise)
        self.during(0.1, self.show_there("pushes.top"))
        self.during(1, self.board.pulse("pushes.top", times=2))

    def alone(self, name: str) -> Move:
        """Hide all but a panel, so that nothing stays behind when it moves."""
        return self.board.hide(*(part for part in self.board.parts if part != name))

    def show_predict(self, event: Event) -> None:
        """How many are out is counted from now on; then the video rests."""
        self.during(0.1, self.show_there("out"))
        self.during(min(1.0, 6.0 / event.seconds), self.board.pulse("reads", "out"))

    def show_removing(self, event: Event) -> None:
        """Cells go out one by one until another class is read, or until none is left."""
        removal = self.lesson.removal
        last = len(removal.order) if removal.tipping is None else removal.tipping.removed
        labels = [reading.label for reading in removal.readings]
        self.during(0.08, self.board.hide("pushes.top"), self.show_there("out"))
        self.during(0.9, self.taking(last, labels), rate=linear)

    def taking(self, last: int, labels: Sequence[int], *, at_random: bool = False) -> Move:
        """Return the move in which cells go out, and what is read then is told."""
        total, name = fmt.count(len(self.lesson.removal.order)), self.lesson.network.class_name

        def take(alpha: float) -> None:
            out = round(alpha * last)
            self.board.fill("pushes", self.lesson.bars(out, at_random=at_random))
            self.board.say("out", self.text(words.OUT.fill(m=out, n=total)))
            self.board.say("reads", self.text(words.ANSWER.fill(k=name(labels[out]))))

        return take

    def show_tips(self, event: Event) -> None:
        """What is read now is looked at."""
        self.during(1, self.board.pulse("reads", "out", times=2))

    def show_random(self, event: Event) -> None:
        """All cells are back, and go out in a random order until another class is read."""
        removal = self.lesson.removal
        assert removal.typical is not None
        last = removal.random_tips[removal.typical]
        going = self.taking(last, removal.typical_readings, at_random=True)
        going(0.0)
        self.during(0.15)
        self.during(0.9, going, rate=linear)

    # A square that is covered, and other squares of the photograph.

    def show_hide(self, event: Event) -> None:
        """The square walks over the picture, and the change of the logit is painted behind it."""
        found, image = self.lesson.hiding.found, self.lesson.trace.image
        drawn, flat = self.lesson.subject.recipe.drawn, found.change.ravel()
        cols = found.change.shape[1]

        def begin() -> Move:
            self.board.fill("covered", drawn(image))
            self.board.fill("losses", np.nan)
            return self.board.show("covered", "losses", SQUARE)

        self.during(0.25, self.board.become(self.lesson.hiding_diagram()), lazily(begin))

        def at(alpha: float) -> tuple[float, float]:
            row, col = divmod(round(alpha * (flat.size - 1)), cols)
            return float(row), float(col)

        def paint(alpha: float) -> None:
            row, col = (int(place) for place in at(alpha))
            self.board.fill("covered", drawn(found.cover(image, row, col)))
            known = np.arange(flat.size) <= row * cols + col
            self.board.fill("losses", np.where(known, flat, np.nan).reshape(found.change.shape))

        self.during(1, self.board.visit(SQUARE, at, paint), rate=linear)

    def show_lost(self, event: Event) -> None:
        """The square goes back to where most is lost."""
        found, image = self.lesson.hiding.found, self.lesson.trace.image
        self.board.fill("covered", self.lesson.subject.recipe.drawn(image))
        self.during(0.3, self.board.move(SQUARE, *found.worst), self.show_there("legend"))
        covered = found.cover(image, *found.worst)
        self.board.fill("covered", self.lesson.subject.recipe.drawn(covered))
        self.during(0.3, self.show_there("losses.worst", "lost"))
        self.during(1, self.board.pulse(SQUARE, times=2))

    def show_gained(self, event: Event) -> None:
        """The place where the logit is highest is looked at."""
        self.during(0.4, self.show_there("losses.best", "gained"))
        self.during(1, self.board.pulse("losses.best", colour="muted", times=2))

    def show_cuts(self, event: Event) -> None:
        """The whole photograph, with the square that was chosen and one that is misread."""
        laid = self.board.become(self.lesson.limits_diagram(stranger=False), show=("whole",))
        self.during(0.4, laid)
        self.during(0.3, self.board.show("whole.shown"))
        self.during(0.3, self.board.show("whole.other"))
        self.during(1, self.board.pulse("whole.other", colour="muted", times=2))

    def show_rocket(self, event: Event) -> None:
        """What is none of the classes gets one of them, too."""
        if not self.board.has("stranger"):
            self.during(0.3, self.board.become(self.lesson.limits_diagram(), show=("whole",)))
        self.during(0.5, self.board.show("stranger"))
        self.during(1, self.board.pulse("stranger"))

    def show_same(self, event: Event) -> None:
        """Two trees grow from their pictures down, row by row in step."""
        both = self.lesson.beside_other()
        self.during(0.2, self.board.become(both, show=("input", "other-input")))
        self.during(0.1, self.board.show("answer", "other-answer"))
        trees = {"other-": dict(_walk(self.lesson.other.tree)), "": dict(_walk(self.lesson.tree))}
        deepest = 1 + max(place.count("-") for places in trees.values() for place in places)
        for depth in range(1, deepest + 1):
            moves = [
                eased(in_turn(self.board.grow(f"{prefix}patch-{place}", out_of=source),
                              self.board.walk(f"{prefix}tree.{place}"), overlap=0.5))
                for prefix, places in trees.items()
                for place in places
                if place.count("-") == depth - 1
                for source in [self.source(place, places, prefix)]
            ]  # fmt: skip
            self.during(0.22 if depth < deepest else 1, in_turn(*moves, overlap=0.85))

    def show_branch(self, event: Event) -> None:
        """The path once more, as a whole, and up again."""
        laid = self.branch()
        told = ANSWER if self.lesson.centred else ANSWER[:1]
        # The patches come as the bars go: the picture, small as it is, would stand alone.
        patches = [p.name for p in laid.root.panels() if p.name.startswith("patch-")]
        self.during(0.2, self.board.become(laid, show=(*told, *patches)))
        down = sorted(self.places, key=len)
        shares = [f"share-{place}" for place in down]
        layers = [f"row-{self.places[place].layer}" for place in down]
        self.during(0.02, self.show_there(*shares, *layers))
        windows = [window for place in down for window in self.window(place)]
        links = self.zooms(*(f"patch-{place}" for place in down))
        self.during(0.15, self.show_there(*windows), *links)
        self.light_up(1)


def _walk(node: Node, place: str = "") -> Iterator[tuple[str, Node]]:
    """Yield the nodes below one with their places, such as ``"0-1"``."""
    for number, part in enumerate(node.parts):
        here = f"{place}-{number}" if place else str(number)
        yield here, part
        yield from _walk(part, here)
