"""The hierarchy: the answer taken apart, put together again, found elsewhere, put to a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import hierarchy
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.hierarchy_check import BACK
from convexplain.network import Node
from convexplain.panels import Box, Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board import DIM
from convexplain.stage.board.drawing import Region
from convexplain.stage.pace import Move, eased, in_turn, lazily, together
from convexplain.stage.title_and_caption import corner_of
from convexplain.style import format as fmt

ANSWER = ("answer", "logit")
SQUARE = "covered.square"
#: Columns of the tree stand close in a frame that is less than so many times as broad as high.
CLOSE = 1.5
#: So much is seen of each of many curves, so that together they are not heavier than the one.
_MANY = 0.5


class Hierarchy(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = hierarchy.Hierarchy
    lesson: hierarchy.Hierarchy

    def prepare(self) -> None:
        """Lay out what is read; find where in the tree each cell stands."""
        self.board.lay(self.lesson.opening())
        self.seen = "photograph" if self.board.has("photograph") else "input"
        self.board.show(self.seen)(1.0)
        self.rows = self.lesson.picture_of.rows
        self.places = {place: node for row in self.rows for place, node in row.items()}

    def branch(self) -> Diagram:
        """Return the picture of the tree, as the frame has room for it."""
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
        self.during(0.3, self.show_there(*ANSWER))
        looked = self.there(*(ANSWER if self.lesson.centred else ANSWER[:1]))
        self.during(1, self.board.pulse(*looked, times=2))

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
        """Cells come out of the one that they are parts of, that of the path last."""
        row = self.rows[event.data - 1]
        if event.data == 1:
            # The digit makes room for all that it is made of.
            laid = self.lesson.last_level(upright=self.upright)
            self.during(0.1, self.board.become(laid, show=ANSWER))
        elif event.data == 2 and not self.board.has(self.panel(next(iter(row)))):
            # From beside one another to below one another they would cross: one goes alone.
            followed = next(p for p in self.rows[0] if self.rows[0][p] in self.lesson.path)
            others = [place for place in self.rows[0] if place != followed]
            shown = self.there(*map(self.panel, others), *(f"adds-{place}" for place in others))
            self.during(0.05, self.board.hide(*shown))
            self.during(0.12, self.board.become(self.branch(), show=(*ANSWER, *shown)))
            self.during(0.06, *map(self.board.walk, self.lines(followed)))
        else:
            self.during(0.08, self.board.pulse(*self.there(self.own(event.data - 1))))
        heads = self.there(*self.heads(row))
        self.during(0.04, self.board.show(*heads))
        # On the digit windows lie on one another: each is seen alone, that of the path stays.
        moves = []
        for place in sorted(row, key=lambda place: row[place] in self.lesson.path):
            moves.append(self.cut(place))
            if self.passes(place):
                moves[-1] = in_turn(moves[-1], self.board.leave(self.window(place)), overlap=0.5)
        self.during(0.55, in_turn(*moves, overlap=0.3), rate=linear)
        back = self.board.hide if event.data == 1 else self.board.dim
        self.during(0.1, back(*self.beside(event.data)))
        self.during(1, self.board.pulse(*self.there(self.own(event.data))))

    def beside(self, depth: int) -> list[str]:
        """Return the windows and lines of the cells in a row that are not followed further."""
        row = self.rows[depth - 1]
        others = [place for place in row if row[place] not in self.lesson.path]
        windows = self.there(*map(self.window, others))
        return windows + [line for place in others for line in self.lines(place)]

    def heads(self, row: Mapping[str, Node]) -> list[str]:
        """Return the names of the lines above a row of the tree."""
        layers = dict.fromkeys(node.layer for node in row.values())
        return [f"{line}-{layer}" for layer in layers for line in ("level", "to")]

    def passes(self, place: str) -> bool:
        """Tell whether a cell's window is on the digit, and not that of the path."""
        return "-" not in place and self.places[place] not in self.lesson.path

    def standing(self) -> list[str]:
        """Return the names of all that stands in the tree once it is complete."""
        names = ["input", *ANSWER, *self.heads(self.places)]
        for place, node in self.places.items():
            names += [f"adds-{place}", self.panel(place)]
            if node in self.lesson.path:
                names += [self.window(place), *self.lines(place)]
        return self.there(*dict.fromkeys(names))

    def stand(self, keeps: str, event: Event) -> None:
        """Let the whole tree stand again: all but one part goes, then all else comes."""
        become = self.board.become(self.branch(), show=(keeps,))
        # The kernel goes before its patch passes over it; the picture alone would be little.
        overlap = float(keeps == "input")
        self.during(0.4 / event.seconds, in_turn(self.alone(keeps), become, overlap=overlap))
        aside = [name for depth in range(2, 1 + len(self.rows)) for name in self.beside(depth)]
        shown = self.board.show(*self.standing()), self.board.show(*aside, dim=DIM)
        self.during(0.25 / event.seconds, *shown)

    def show_smallest(self, event: Event) -> None:
        """The leaf's patch beside its kernel; both give its number."""
        self.leaf = self.lesson.picture_of.leaf
        self.during(0.05, self.alone(self.leaf))
        self.during(0.06, self.board.become(self.lesson.smallest_step(), show=(self.leaf,)))
        self.during(0.07, self.board.show("times", "kernel"), self.board.explain())
        self.during(0.14, self.board.pulse(self.leaf, "kernel"))
        self.during(0.07, self.board.show("gives", "sum"), self.show_there("rounded"))
        self.during(1, self.board.pulse("sum.activated", times=2))

    def show_passes(self, event: Event) -> None:
        """What the leaf adds to the cell above it stands below its number."""
        self.during(0.15, self.board.show("passes-on"))
        self.during(1, self.board.pulse("sum.activated", "passes-on", times=2))

    def own(self, depth: int) -> str:
        """Return the name of the path's cell in a row, counted from the answer, which is 0."""
        if depth == 0:
            return "input"
        row = self.rows[depth - 1]
        return self.panel(next(place for place in row if row[place] in self.lesson.path))

    def panel(self, place: str) -> str:
        """Return the name of the panel of a cell; that of a unit has no picture."""
        name = f"patch-{place}"
        return name if self.board.has(name) else f"unit-{place}"

    def show_deeper(self, event: Event) -> None:
        """The lowest row is not the first level."""
        self.during(1, self.board.pulse(*map(self.panel, self.rows[-1]), times=2))

    def path_marks(self, *pictures: str) -> list[str]:
        """Return the names of the windows of the path on pictures, on all if none is named."""
        on = pictures or ("photograph", "input")
        return self.there(*(f"{name}.{node.layer}" for node in self.lesson.path for name in on))

    def window(self, place: str) -> str:
        """Return the name of the mark where a cell lies in the one that it is a part of."""
        above = place.rpartition("-")[0]
        return f"patch-{above}.{place}" if above else f"input.{place}"

    def cut(self, place: str) -> Move:
        """Return the move in which a cell comes out of its window, or a line leads to it."""
        lines, panel, told = self.lines(place), self.panel(place), self.there(f"adds-{place}")
        window = self.board.show(*self.there(self.window(place)))
        if not lines and self.board.has(self.window(place)):
            grown = eased(self.board.grow(panel, out_of=self.window(place)))
            return in_turn(window, grown, self.board.show(*told), overlap=0.2)
        return in_turn(
            window, together(*map(self.board.walk, lines)), self.board.show(panel, *told),
            overlap=0.2,
        )  # fmt: skip

    def lines(self, place: str) -> list[str]:
        """Return the names of the lines that lead to a cell."""
        name = self.panel(place)
        return [
            line for line in self.board.parts
            if line.endswith((f"->{name}", f"->adds-{place}")) or f"->{name}." in line
        ]  # fmt: skip

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
        """Row by row, from the leaf upwards, cells light up in what they are parts of."""
        if not self.board.has("input"):
            self.stand(self.leaf, event)
        self.light_up()

    def light_up(self, share: float = 1.0) -> None:
        """Let each cell of the path light up as those that it is made of come into it."""
        moves = [self.lighting(depth) for depth in range(len(self.rows), 0, -1)]
        self.during(share, in_turn(*moves, self.board.pulse("answer")), rate=linear)

    def lighting(self, depth: int) -> Move:
        """Return the move in which a row's own cell lights up, and then windows on that above."""
        row = self.rows[depth - 1]
        own = next(place for place in row if row[place] in self.lesson.path)
        sent = [place for place in row if self.board.has(self.window(place))]
        called = self.lesson.kinds[len(self.rows) - depth] if self.lesson.kinds else None

        def light() -> Move:
            # A unit has no patch in which a pattern could be seen.
            if called is not None and self.board.has(f"patch-{own}"):
                adds, told = fmt.number(row[own].contribution or 0.0), f"adds-{own}"
                both = words.ADDS_AS.fill(kind=called, v=adds)
                self.board.say(told, self.text(both))
                # Columns that stand close have no room for both.
                if self._close or self._crossed(told):
                    self.board.say(told, self.text(called))
            return self.show_there(f"patch-{own}.lit")

        # Windows on the digit lie on one another: each is seen alone.
        alone = [place for place in sent if self.passes(place)]
        others = [self.returns(place) for place in sent if row[place] in self.lesson.path]
        return in_turn(lazily(light), together(*others), *map(self.returns, alone))

    @property
    def _close(self) -> bool:
        """Whether the frame is hardly broader than high."""
        return bool(self.sheet.width < CLOSE * self.sheet.height)

    def _crossed(self, name: str) -> bool:
        """Whether a line of the tree, other words, or the frame's edge run through some words."""
        left, top, right, bottom = self.board.part(name).ink_box()
        if right > corner_of(self.sheet)[0] + self.sheet.width:
            return True
        ink = Box(left, top, right - left, bottom - top)
        for other, part in self.board.parts.items():
            if other.startswith("adds-") and other != name:
                a, b, c, d = part.ink_box()
                if left < c and a < right and top < d and b < bottom:
                    return True
        lines = (part.places for key, part in self.board.parts.items() if "->" in key)
        return any(ink.crossed_by(*ends) for line in lines for ends in pairwise(line))

    def returns(self, place: str) -> Move:
        """Return the move in which a cell comes back to its window, or is seen there."""
        window = self.window(place)
        if not self.passes(place):
            # The eye is led from the cell to where it lies in the one above it.
            return in_turn(self.board.pulse(self.panel(place)), self.board.pulse(window))
        return in_turn(self.board.show(window), self.board.leave(window))

    # In other digits.

    def show_elsewhere(self, event: Event) -> None:
        """The path's patches make room for other digits; what their filters find comes out."""
        every = self.lesson.elsewhere
        if not self.board.has("input"):
            self.stand(self.leaf, event)
        own = [self.lesson.picture_of.panel_of(found.node) for found in every]
        lit = [f"{name}.lit" for name in own]
        # From beside one another to below one another they would cross: the smallest goes, and
        # the digit, which the part then covers.
        staying = own[0], "input"
        self.during(0.08, self.board.hide(*(p for p in self.board.parts if p not in staying)))
        self.during(0.12, self.board.become(self.lesson.elsewhere_diagram(), show=own[:1]))
        rows = range(len(every))
        named = [f"{line}-{n}" for n in rows for line in ("row", "kind")]
        self.others = [
            [f"{n}-{each.picture.label}" for each in found.found] for n, found in enumerate(every)
        ]
        digits = [f"digit-{name}" for row in self.others for name in row]
        heads = [f"head-{n}" for n in range(1 + len(self.others[0]))]
        self.during(0.09, self.show_there(*own, *lit, *named, *heads, *digits))
        windows = [[f"digit-{name}.window" for name in row] for row in self.others]
        shown = (self.board.show(*row) for row in windows)
        self.during(0.24, in_turn(*shown, overlap=0.2), rate=linear)

        def out(name: str) -> Move:
            whole = f"digit-{name}"
            grow = eased(self.board.grow(f"found-{name}", out_of=f"{whole}.window"))
            hide = self.board.hide(f"{whole}.window"), self.board.hide(whole)
            response = self.board.show(f"response-{name}")
            return in_turn(together(hide[0], grow), together(hide[1], response))

        grown = [
            together(self.board.show(f"response-{n}"), *map(out, row))
            for n, row in enumerate(self.others)
        ]
        self.during(0.9, in_turn(*grown, overlap=0.35), rate=linear)

    def show_crops(self, event: Event) -> None:
        """What each filter finds is looked at, the smallest pattern first."""
        own = map(self.lesson.picture_of.panel_of, (found.node for found in self.lesson.elsewhere))
        looked = [
            [panel, *(f"found-{name}" for name in row)]
            for panel, row in zip(own, self.others, strict=True)
        ]
        self.during(1, in_turn(*(self.board.pulse(*row) for row in looked), overlap=0.3))

    # The check.

    def show_pushes(self, event: Event) -> None:
        """What all cells add to the answer rises as bars; those of the strongest are looked at."""
        if not self.board.has("input"):
            self.stand(self.leaf, event)
        away = together(self.alone("input"), self.board.show("input"))
        become = self.board.become(self.lesson.check.adding(), show=("input", "adding"))
        # The digit alone would be little: what comes is there before all is gone.
        self.during(0.13, in_turn(away, become, overlap=0.4))
        # What is read comes once the digit, which would pass over it, has arrived.
        self.during(0.05, self.board.show("reads"))
        self.board.fill("pushes", self.bars(0, risen=0.0))
        self.board.show("pushes")(1.0)

        def rise(alpha: float) -> None:
            self.board.fill("pushes", self.bars(0, risen=alpha))

        self.during(0.3, rise)
        self.board.show("first")(1.0)
        self.during(0.15, self.standing_out(1.0, BACK))

    def bars(self, out: int, **how: Any) -> npt.NDArray[np.float64]:
        """Return the bars of all cells as they are drawn when some are out."""
        return self.lesson.check.bars(out, **how)

    def standing_out(self, start: float, end: float) -> Move:
        """Return the move in which all bars but the first ones step back, or come to the fore."""

        def step(alpha: float) -> None:
            back = start + alpha * (end - start)
            self.board.fill("pushes", self.bars(0, back=back))

        return step

    def alone(self, name: str) -> Move:
        """Hide all but a panel, so that nothing stays behind when it moves."""
        return self.board.hide(*(part for part in self.board.parts if part != name))

    def lay_lead(self, share: float) -> None:
        """The bars make room for the lead, all of which is left."""
        if self.board.has("lead"):
            return
        self.out = 0
        # A dim bar is one that is out: no other is, once the first go.
        self.during(share / 2, self.standing_out(BACK, 1.0))
        self.during(share, self.board.become(self.lesson.check.diagram()))
        self.during(share / 2, self.board.show(*self.board.frame("lead"), "lead.now", "lead-left"))

    def show_first(self, event: Event) -> None:
        """The strongest go out, one by one; the lead that is left is drawn."""
        self.lay_lead(0.16)
        self.during(0.3, self.taking(hierarchy.STRONGEST), rate=linear)
        self.during(1, self.board.pulse("lead.now", "lead-left", times=2))

    def show_predict(self, event: Event) -> None:
        """What is left of the lead is looked at; then the video rests."""
        self.lay_lead(0.12)
        looked = self.board.pulse("lead.now", "lead-left", times=2)
        self.during(min(1.0, 6.0 / event.seconds), looked)

    def show_removing(self, event: Event) -> None:
        """Cells go out one by one until another class is read, or until none is left."""
        self.lay_lead(0.12)
        self.during(0.95, self.taking(len(self.lesson.check.taken) - 1), rate=linear)

    def taking(self, most: int) -> Move:
        """Return the move in which the strongest go out, up to so many, in all that tells of it."""
        readings, first = self.lesson.check.taken, self.out
        self.board.show("strongest-said", "strongest-out")(1.0)

        def take(alpha: float) -> None:
            self.out = first + round(alpha * (most - first))
            self.board.fill("pushes", self.bars(self.out))
            label = self.lesson.network.class_name(readings[self.out].label)
            self.board.say("reads", self.text(words.ANSWER.fill(k=label)))
            self.count("strongest", self.out)
            left = float(self.lesson.removal.left(readings)[self.out])
            self.board.say("lead-left", self.text(words.LEAD.fill(p=fmt.percent(left, 0))))
            share = self.out / (len(readings) - 1)
            self.board.trace("lead.strongest", 0.0, share)(1.0)
            self.board.ride("lead.now", "lead.strongest", share, share)(1.0)

        take(0.0)
        return take

    def count(self, order: str, out: int) -> None:
        """Say how many cells are out."""
        said = words.OUT.fill(m=fmt.count(out))
        self.board.say(f"{order}-out", self.text(said))

    def show_tips(self, event: Event) -> None:
        """What is read now is looked at, and how many it took."""
        self.during(1, self.board.pulse("reads", "strongest-out", "lead.now", times=2))

    def show_random(self, event: Event) -> None:
        """All cells come back, and go out in random orders, each until another class is read."""
        tips = self.lesson.removal.random_tips
        typical = tips[self.lesson.removal.typical or 0]
        self.said = self.board.part("random-out").text
        # What is read is not the same in all orders.
        back = self.board.hide("reads", "lead-left", "lead.now")
        self.during(0.12, back)
        self.board.show("random-said", "random-out")(1.0)
        self.board.say("first", self.text(words.ONE_ORDER))

        def take(alpha: float) -> None:
            out = round(alpha * max(tips))
            self.board.fill("pushes", self.bars(min(out, typical), at_random=True))
            self.board.say("random-out", self.text(self.lesson.check.out_at_random(out)))
            for n, tip in enumerate(tips):
                self.board.trace(f"lead.random-{n}", 0.0, min(1.0, out / tip))(1.0)
                self.board.part(f"lead.random-{n}").opacity = _MANY

        self.during(0.75, take, rate=linear)

    def show_orders(self, event: Event) -> None:
        """How many it took, at least and at most, stands below the strongest first."""
        self.board.say("random-out", self.said)
        self.during(1, self.board.pulse("strongest-out", "random-out", times=2))

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

        # What was there goes before anything comes in its place.
        self.during(0.05, self.board.hide(*self.board.parts))
        self.during(0.15, self.board.become(self.lesson.hiding_diagram()), lazily(begin))

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
        """The tree once more, as a whole, and up again."""
        self.stand("input", event)
        self.during(0.1, self.board.come("checked-0", "checked-1"))
        self.light_up(0.75)
        own = [self.panel(place) for place, node in self.places.items() if node in self.lesson.path]
        self.during(1, self.board.pulse(*own))


def _walk(node: Node, place: str = "") -> Iterator[tuple[str, Node]]:
    """Yield the nodes below one with their places, such as ``"0-1"``."""
    for number, part in enumerate(node.parts):
        here = f"{place}-{number}" if place else str(number)
        yield here, part
        yield from _walk(part, here)
