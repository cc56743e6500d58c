"""The hierarchy: the answer taken apart, put together again, found elsewhere, put to a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import hierarchy
from convexplain.lessons.parts.beats import Event
from convexplain.network import Node
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import Region
from convexplain.stage.pace import Move, eased, in_turn, lazily, together

ANSWER = ("logit", "answer", "probability", "bar", "others", "bias")
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
        self.tree = self.lesson.diagram()
        self.places = dict(_walk(self.lesson.tree))
        self.lit = {place for place, node in self.places.items() if node in self.lesson.path}

    def row(self, depth: int) -> list[str]:
        """Return the places in one row of the tree, counted from the answer."""
        return [place for place in self.places if place.count("-") == depth - 1]

    # The digit, and the answer.

    def show_ask(self, event: Event) -> None:
        """Windows of all sizes nest on the picture, or on the photograph as people see it."""
        marks = self.path_marks(self.seen)
        self.during(1, in_turn(*(self.board.show(mark) for mark in marks), overlap=0.3))

    def show_melt(self, event: Event) -> None:
        """What the network reads comes out of the photograph, and the same windows on it."""
        self.during(0.6, self.board.grow("input", out_of="photograph"))
        marks = self.path_marks("input")
        self.during(1, in_turn(*(self.board.show(mark) for mark in marks), overlap=0.3))

    def show_reads(self, event: Event) -> None:
        """The digit makes room for the tree, whose root is the answer."""
        self.during(0.25, self.board.hide(*self.marks()))
        self.during(0.4, self.board.become(self.tree))
        self.during(0.2, self.show_there(*ANSWER))
        self.during(1, self.board.pulse("answer"))

    def show_centred(self, event: Event) -> None:
        """What the shares are shares of is in the bar below the answer."""
        self.during(1, self.board.pulse("bar", times=2))

    def marks(self) -> list[str]:
        """Return the names of all windows on what is read and seen."""
        pictures = ("input.", "photograph.")
        names = [name for name in self.board.parts if name.startswith(pictures)]
        return [name for name in names if not name.endswith(".note")]

    def show_there(self, *names: str) -> Move:
        """Show what the layout has of these: a narrow frame has no room for all words."""
        there = self.there(*names)
        return self.board.show(*there) if there else together()

    def there(self, *names: str) -> list[str]:
        """Return those of some names that the layout has."""
        return [name for name in names if self.board.has(name)]

    # Down the tree.

    def show_level(self, event: Event) -> None:
        """Patches come out of those above them, the first row's out of the picture, one by one."""
        depth = event.data
        if depth == 1:
            self.during(0.1, self.show_there("row-" + self.layer(1), "field-" + self.layer(1)))
        else:
            self.near(self.row(depth), 0.2)
        self.descend(self.row(depth), 1)

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

    def near(self, places: list[str], share: float) -> None:
        """Come near to one branch, as far as it is there, and name its row."""
        way = [place for place in places if place[0] == "0"]
        way += [place.rpartition("-")[0] for place in way]
        names = [f"{part}-{place}" for place in way for part in ("share", "patch", "bar")]
        box = self.board.around(*(name for name in names if self.board.has(name)))
        layer = self.places[places[0]].layer
        self.during(
            share, self.camera.to(box, 0.9), self.show_there(f"row-{layer}", f"field-{layer}")
        )

    def descend(self, places: list[str], share: float) -> None:
        """Let patches grow out of where they lie, the first branch from nearby."""
        first = [place for place in places if place[0] == "0"]
        others = [place for place in places if place[0] != "0"]
        if places == self.row(1):
            self.during(share, in_turn(*(eased(self.cut(place)) for place in places), overlap=0.2))
            return
        self.during(0.4, in_turn(*(eased(self.cut(place)) for place in first)))
        moves = [eased(self.cut(place)) for place in others] or [self.board.pulse("answer")]
        self.during(share, self.camera.home(), in_turn(*moves, overlap=0.5))

    def cut(self, place: str) -> Move:
        """Return the move in which a node's patch comes out of its parent's, or of the digit."""
        label = self.show_there(f"share-{place}", f"bar-{place}", f"bias-{place}")
        if not self.board.has(f"patch-{place}"):  # a unit: it reads all there is
            return in_turn(self.board.walk(f"tree.{place}"), label)
        grow = self.board.grow(f"patch-{place}", out_of=self.source(place, self.places))
        link = self.board.walk(f"tree.{place}")
        rest = in_turn(link, label)

        def go(alpha: float) -> None:
            grow(min(1.0, alpha / 0.7))
            if alpha > 0.6:
                rest((alpha - 0.6) / 0.4)

        return go

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

    def layer(self, depth: int) -> str:
        """Return the name of the layer of a row."""
        return self.places[self.row(depth)[0]].layer

    def show_kernels(self, event: Event) -> None:
        """Under each leaf comes its kernel; one of them is looked at from nearby."""
        leaf = next(place for place in self.lowest() if place in self.lit)
        parts = ("share", "patch", "filter")
        branch = [place for place in self.lowest() if place[0] == leaf[0]]
        names = [f"{part}-{place}" for place in branch for part in parts]
        box = self.board.around(
            *self.there(*names), *(k for place in branch for k in self.kernels(place))
        )
        kernels = [
            self.show_there(*self.kernels(place), f"filter-{place}") for place in self.lowest()
        ]
        self.during(0.5, self.camera.to(box, 0.97), in_turn(*kernels, overlap=0.7))
        self.during(1, self.board.pulse(*self.kernels(leaf)), self.show_there("legend"))

    def kernels(self, place: str) -> list[str]:
        """Return the names of a leaf's kernels."""
        own = f"kernel-{place}"
        return [name for name in self.board.parts if name == own or name.startswith(f"{own}.")]

    # Up again.

    def show_upwards(self, event: Event) -> None:
        """One branch lights up from the leaf to the root; its windows nest on the digit."""
        self.during(0.2, self.camera.home(), *self.uncovered())
        way = sorted(self.lit, key=len, reverse=True)
        moves = [
            in_turn(
                self.board.pulse(*self.there(f"patch-{place}", f"share-{place}")[:1],
                                 f"tree.{place}"),
                self.show_there(
                    f"patch-{place}.lit",
                    *(f"{name}.{self.places[place].layer}" for name in ("photograph", "input")),
                ),
                overlap=0.5,
            )
            for place in way
        ]  # fmt: skip
        self.during(1, in_turn(*moves), rate=linear)

    def uncovered(self) -> list[Move]:
        """Bring what events that were left out would have shown."""
        names = [
            name for place in self.lowest() for name in (*self.kernels(place), f"filter-{place}")
        ]
        return [self.show_there(*names, "legend", "explained")]

    # In other digits.

    def show_wall(self, event: Event) -> None:
        """The patch grows; beside it come those that excite its filter most in other digits."""
        node = event.data
        own = f"patch-{self.lesson.tree.parts.index(node)}"
        wall = self.board.become(self.lesson.wall(node), show=(own,))
        self.during(0.4, self.camera.home(), wall)
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

    def show_bar(self, event: Event) -> None:
        """All that pushes towards the answer as one bar, the cells of the tree at its start."""
        self.during(0.3, self.board.become(self.lesson.check(), show=("bar",)))
        self.during(0.3, self.frame())
        parts = [f"bar.{number}" for number in range(len(self.lesson.tree.parts))]
        self.during(1, in_turn(*(self.board.pulse(part) for part in parts)))

    def show_predict(self, event: Event) -> None:
        """Bar and axes are looked at, and then the video rests."""
        share = min(1.0, 6.0 / event.seconds)
        looks = self.board.pulse("bar", colour="muted"), self.board.pulse("chart.zero")
        self.during(share, in_turn(*looks))

    def frame(self) -> Move:
        """Return what shows the axes."""
        own = [name for name in self.board.parts if name.startswith("chart.")]
        axes = [name for name in own if name.split(".")[1][0] in "axyz" and "answer" not in name]
        return self.board.show(*axes)

    def show_removing(self, event: Event) -> None:
        """The line falls with every cell that is taken out."""
        self.during(0.95, self.board.trace("chart.answer"), rate=linear)
        self.during(1, self.show_there("chart.answer.label"))

    def show_tips(self, event: Event) -> None:
        """Where the line crosses zero, another class has the largest logit."""
        self.during(0.2, self.show_there("chart.tips"))
        at = "chart.tips" if self.board.has("chart.tips") else "chart.zero"
        self.during(1, self.board.pulse(at, times=2))

    def show_random(self, event: Event) -> None:
        """The same in random orders, as a faint swarm of lines."""
        names = [f"chart.random-{n}" for n in range(len(self.lesson.removal.random_leads))]
        moves = [self.board.trace(name) for name in names]
        ends = [f"chart.{end}-random" for end in ("first", "last")]
        self.during(0.1, self.show_there("chart.counter", *ends))
        self.during(0.75, in_turn(*moves, overlap=0.93), rate=linear)
        self.during(1, self.board.pulse(*filter(self.board.has, ends)))

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
        laid = self.board.become(self.lesson.limits_diagram(), show=("whole",))
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
        trees = {"other-": dict(_walk(self.lesson.other.tree)), "": self.places}
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

    def show_tree(self, event: Event) -> None:
        """The whole tree once more, with the branch that was followed."""
        names = [name for name in self.board.parts if name.startswith("chart.random")]
        if names:
            self.during(0.1, self.board.hide(*names))
        self.during(0.4, self.board.become(self.tree, whole=True))
        lit = [f"patch-{place}.lit" for place in self.lit]
        self.during(0.2, self.show_there(*lit, *self.path_marks()))
        way = [name for place in sorted(self.lit, key=len, reverse=True)
               for name in self.there(f"patch-{place}", f"share-{place}")[:1]]  # fmt: skip
        self.during(1, in_turn(*(self.board.pulse(name) for name in way)), rate=linear)


def _walk(node: Node, place: str = "") -> Iterator[tuple[str, Node]]:
    """Yield the nodes below one with their places, such as ``"0-1"``."""
    for number, part in enumerate(node.parts):
        here = f"{place}-{number}" if place else str(number)
        yield here, part
        yield from _walk(part, here)
