"""The residual block: both ways to the plus, one sum, all sums, and a block that gives nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import residual
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.residual_stack import TONES, panel, trained
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, in_turn, lazily, together
from convexplain.stage.shapes import Line

#: The two ways, arrow after arrow.
THROUGH = ("came->layers", "layers->change", "change->plus")
ROUND = ("came->round", "round->plus")
#: Before it is seen what comes out of the layers.
STRAIGHT = ("came->layers", "layers->plus")
#: All that stands there of the whole block, and its arrows.
WHOLE = (*residual.NAMES, "layers", "plus", "round")
LINES = (*THROUGH, *ROUND, "plus->sum")
#: The numbers of one place, with their signs, under the maps.
ONE = ("one-came", "one-plus", "one-change", "one-equals", "one-sum")
#: How large a copy of a map is on its way, so that it passes between maps and legend; in a row.
SMALL, IN_ROW = 0.22, 0.35
#: When what came round a block has met what came through it, of the time that the block takes.
MET = 0.8


class Residual(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = residual.Residual
    lesson: residual.Residual

    def prepare(self) -> None:
        """Lay out what comes in, layers and plus; they are there from the first moment."""
        self.board.lay(self.lesson.both_ways(end="plus"))
        self.board.show(*self.read(), "came", "layers", "plus", "legend", *STRAIGHT)(1.0)

    def read(self) -> list[str]:
        """What stands there of the picture, and of the layers that it goes through."""
        way = pairwise((*residual.READ, "came"))
        return self.board.there(*residual.READ, *(f"{start}->{end}" for start, end in way))

    # Two ways.

    def show_reads(self, event: Event) -> None:
        """What comes in is looked at; the arrow goes round the layers to the plus."""
        self.during(0.15, self.board.pulse("came"))
        first, last = map(self.board.walk, ROUND)
        self.during(0.25, first)
        self.during(0.1, self.board.show("round"))
        self.during(0.2, last)
        self.during(1, self.board.pulse("plus"))

    def show_ways(self, event: Event) -> None:
        """Both ways light up, one after the other; then nothing but them stays."""
        self.during(0.35, self.lights(*STRAIGHT), self.board.pulse("layers"))
        self.during(0.4, self.lights(*ROUND), self.board.pulse("round"))
        self.during(1, self.board.pulse("plus"))

    def lights(self, *ways: str, back: bool = False) -> Move:
        """Return how lines light up from their starts to their ends, or back, and go out."""
        glowing = list[Line]()

        def light(way: str) -> Move:
            def begin() -> Move:
                below = self.board.part(way)
                places = below.places[::-1] if back else below.places
                line = Line(
                    [(x, y) for x, y in places.tolist()], colour="accent", arrow=below.arrow,
                    drawn=0.0, width=2 * below.width_px,
                )  # fmt: skip
                glowing.append(line)
                self.add(line)

                def go(alpha: float) -> None:
                    line.drawn = alpha

                return go

            return lazily(begin)

        walk = in_turn(*map(light, ways))

        def go(alpha: float) -> None:
            walk(alpha)
            if alpha >= 1:
                self.remove(*glowing)

        return go

    # One sum, all sums.

    def show_arrive(self, event: Event) -> None:
        """What comes out of the layers takes its place before the plus; what came in goes round."""
        self.during(0.06, self.board.leave(*self.read()))
        picture = self.lesson.both_ways()
        shown = ("came", "layers", "plus", "round", *THROUGH[:1], *ROUND)
        self.turn_into(picture, 0.12, show=shown, hold=(*THROUGH[1:], "change"))
        _, then, last = map(self.board.walk, THROUGH)
        self.during(0.06, then)
        self.during(0.08, self.board.show("change"))
        self.during(0.06, last)
        self.during(0.12, self.board.pulse("change"))
        self.during(0.3, self.comes_round())
        self.during(1, self.board.pulse("plus"))

    def show_meet(self, event: Event) -> None:
        """Both stand before a sum that is still to come; the two numbers of one place."""
        picture = self.lesson.adding()
        total = self.lesson.three[2]
        self.known = total[:, :, self.lesson.shown_filter].astype(np.float64)
        self.turn_into(
            picture, 0.13,
            lambda _: self.board.fill("sum", np.full(self.known.shape, np.nan)),
            show=("plus", "equals", "sum"), hold=ONE,
        )  # fmt: skip
        marks = ("came.cell", "change.cell")
        self.during(0.1, self.board.show(*marks, *ONE[:3]))
        self.during(1, self.board.pulse(*marks, times=2))

    def comes_round(self) -> Move:
        """Return the way of what came in along the arrow that goes round, to the plus."""
        return self.comes_along("round", "came", *ROUND, small=SMALL)

    def arrives(self, share: float, way: str, end: str, values: npt.NDArray[Any]) -> None:
        """Let what leaves a plus come into its map, row after row."""

        def fill(alpha: float) -> None:
            rows = round(alpha * len(values))
            self.board.part(end).values[:rows] = values[:rows]

        self.during(share, self.board.walk(way), fill)

    def comes_along(self, called: str, start: str, *ways: str, small: float) -> Move:
        """Return the way of a map along an arrow whose word makes way: the line closes there."""
        word = self.board.part(called)
        before, behind = (len(self.board.part(way).places) for way in ways)
        line = Line([(x, y) for x, y in self.board.along(*ways)[before - 1 : 1 - behind].tolist()])

        def make_way(alpha: float) -> None:
            word.opacity = max(0.0, 1 - 8 * min(alpha, 1 - alpha))
            line.opacity = 1 - word.opacity
            if alpha >= 1:
                self.remove(line)

        def begin_way() -> Move:
            self.add(line)
            return together(make_way, self.board.follow(start, *ways, small=small))

        return lazily(begin_way)

    def show_adds(self, event: Event) -> None:
        """Both numbers make one, which is then seen in its cell; then all others, row after row."""
        values = self.board.part("sum").values
        row, col = self.lesson.place
        self.during(0.14, self.board.pulse("one-came", "one-change"))
        self.during(0.12, self.board.show("one-equals", "one-sum"))
        self.during(0.1, self.board.pulse("one-sum"))
        values[row, col] = self.known[row, col]
        self.during(0.1, self.board.show("sum.cell"))

        def fill(alpha: float) -> None:
            count = round(alpha * values.size)
            values.flat[:count] = self.known.flat[:count]
            values[row, col] = self.known[row, col]

        self.during(0.36, fill, rate=linear)
        self.during(1, self.board.pulse("sum"))

    # What the shortcut is good for.

    def show_predict(self, event: Event) -> None:
        """The block stands there as a whole, its weights 0 and what they give open; it waits."""
        if not self.board.has("layers"):
            self.whole(min(0.1, 0.6 / event.seconds))
        change, _ = self.lesson.silent()
        self.set_weights(min(0.1, 0.6 / event.seconds), np.full_like(change, np.nan), ("layers",))
        self.during(min(1.0, 4.0 / event.seconds), self.board.pulse("layers", times=2))

    def whole(self, share: float) -> None:
        """Lay out both ways and the sum that goes on; at once with its arrows, the sum to come."""
        picture = self.lesson.both_ways(end="sum")
        self.empty(0.5 * share, *residual.NAMES)
        self.turn_into(picture, share, show=WHOLE, hold=LINES)
        self.during(0.5 * share, *map(self.board.walk, LINES))

    def empty(self, share: float, *stay: str) -> None:
        """Let all that stands there go, but some panels and the scale: two layouts never mix."""
        staying = self.board.there("legend", *stay)
        kept = {key for name in staying for key in self.board.names(name)}
        here = [
            name for name, part in self.board.parts.items()
            if part in self.mobjects and name not in kept
        ]  # fmt: skip
        self.during(share, self.board.hide(*here))

    def unknown(self, *maps: str) -> None:
        """Let nothing be known of maps that are there."""
        for name in maps:
            self.board.fill(name, float("nan"))

    def set_weights(
        self, share: float, change: npt.NDArray[Any], zero: tuple[str, ...] = ()
    ) -> None:
        """Let the layers at once, and then the change, become others; the sum is still to come."""
        before = self.board.part("change").values.copy()

        def turn(alpha: float) -> None:
            mixed = before + (change - before) * alpha
            self.board.fill("change", np.where(np.isnan(before), change, mixed))
            self.unknown("sum")

        for words, moment in (True, 0.0), (False, share):
            picture = self.lesson.both_ways(end="sum", zero=zero[:1] if words else zero)
            to = turn if not words else lambda _: turn(0.0)
            zeros = [part.name for part in picture.root.panels() if part.name.endswith("-zero")]
            self.turn_into(picture, moment, to, show=(*WHOLE, *LINES, *zeros))

    def show_silent(self, event: Event) -> None:
        """The block is set to 0, and with it the change."""
        if not self.board.has("layers"):
            self.whole(0.3)
        change, _ = self.lesson.silent()
        self.set_weights(0.25, change, ("layers", "maps"))
        self.during(1, self.board.pulse("change"))

    def show_unchanged(self, event: Event) -> None:
        """What came in goes round, and on."""
        _, total = self.lesson.silent()
        self.during(0.5, self.comes_round())
        self.arrives(0.2, "plus->sum", "sum", total)
        self.during(1, self.board.pulse("came", "sum"))

    # Blocks in a row.

    def show_stack(self, event: Event) -> None:
        """What each block of a row hands on comes, with shortcuts and without them at once."""
        self.lay_row(0.12)
        places = range(1, len(self.lesson.stack.places))
        self.during(1, in_turn(*map(self.hands_on, places)), rate=linear)

    def show_left(self, event: Event) -> None:
        """What leaves the last block is looked at, and all maps with almost nothing without."""
        last = self.lesson.stack.blocks
        faint = [panel("no", n) for n in range(self.lesson.stack.gone or last, last + 1)]
        self.during(0.45, self.board.pulse(panel("yes", last), colour="ink", times=2))
        self.during(1, self.board.pulse(*faint, colour="ink", times=2))

    def lay_row(self, share: float) -> None:
        """Lay out both rows, of which only what the first block reads is known.

        What came in stays, where the rows begin with it; the scale glides before words come.
        """
        picture = self.lesson.row()
        names = [part.name for part in picture.root.panels()]
        later = ["note", *(name for name in names if self.is_gradient(name))]
        links = [link.name for link in picture.links]
        maps = [name for name in self.lesson.stack.known if name not in ("came", panel("no", 0))]
        self.empty(0.5 * share, *(["came"] if self.lesson.goes_on else []))
        self.turn_into(
            picture, share, lambda _: self.unknown(*maps),
            show=tuple(name for name in names if name not in later),
            hold=(*later, *links),
        )  # fmt: skip
        self.during(0.5 * share, self.board.show("note"))

    def is_gradient(self, name: str) -> bool:
        """Tell whether a panel of the rows comes with the gradient."""
        return "-back-" in name or "-long-" in name

    def hands_on(self, place: int) -> Move:
        """Return how a block gives its map; what came in meets it, by a shortcut, in a plus."""
        known, came = self.lesson.stack.known, panel("yes", place - 1)
        way, plus = f"{came}~>plus-{place}", f"plus-{place}"
        meet = self.board.walk(f"{came}->{plus}", way, self.straight("no", place))
        on = self.board.walk(f"{plus}->{panel('yes', place)}")
        copy = self.board.follow(came, way, small=IN_ROW)

        def go(alpha: float) -> None:
            meet(min(1.0, 3 * alpha))
            copy(min(1.0, alpha / MET))
            if alpha > MET:
                on((alpha - MET) / (1 - MET))
            if alpha >= 1:
                for arrows in TONES:
                    name = panel(arrows, place)
                    self.board.fill(name, known[name])

        return go

    def straight(self, arrows: str, place: int) -> str:
        """Return the arrow through the layers of a block, up to what they give."""
        end = f"plus-{place}" if arrows == "yes" else panel(arrows, place)
        return f"{panel(arrows, place - 1)}->{end}"

    def show_back(self, event: Event) -> None:
        """How much of the gradient comes to each map, from the end to the first, in both rows."""
        self.during(0.06, self.board.show(*(f"said-back-{arrows}" for arrows in TONES)))
        self.during(1, self.goes_back())

    def goes_back(self) -> Move:
        """Return how the gradient goes back from the end; bars grow where it has arrived."""
        last = self.lesson.stack.blocks

        def comes(place: int) -> Move:
            bars = [self.gradient(arrows, place) for arrows in TONES]
            return together(*bars, *self.passes_back(place) if place else ())

        return in_turn(*map(comes, range(last, -1, -1)))

    def passes_back(self, block: int) -> list[Move]:
        """Return how the arrows of a block light up backwards: through its layers, and round it."""
        plus, came = f"plus-{block}", panel("yes", block - 1)
        leave = f"{plus}->{panel('yes', block)}"
        ways = (leave, self.straight("yes", block)), (f"{came}~>{plus}",)
        return [self.lights(*way, back=True) for way in (*ways, (self.straight("no", block),))]

    def show_arriving(self, event: Event) -> None:
        """What arrives at the first map is looked at."""
        numbers = (f"{arrows}-long-0" for arrows in TONES)
        self.during(1, self.board.pulse(*numbers, colour="ink", times=2))

    def gradient(self, arrows: str, place: int) -> Move:
        """Return how the bar of a gradient grows, and its number comes where it has one."""
        bars = f"{arrows}-back-{place}"
        number = f"{arrows}-long-{place}" if place in self.lesson.stack.numbered else bars
        return self.board.rise(f"{bars}.bar", number, whole=bars)

    # What they are worth.

    def show_many(self, event: Event) -> None:
        """Bars of the digits that networks of many blocks read right once they are trained."""
        self.turn_into(trained(*event.data), 0.08, show=self.said(event.data))
        self.measure(event.data[-1])

    def show_few(self, event: Event) -> None:
        """They make room for the same of networks of few blocks."""
        *before, count = event.data
        bars = (f"right-{each}.{arrows}" for each in before for arrows in TONES)
        there = self.said(tuple(before))
        new = tuple(name for name in self.said((count,)) if name not in there)
        self.turn_into(trained(*event.data), 0.08, show=(*there, *bars), hold=new)
        self.during(0.06, self.board.show(*new))
        self.measure(count)

    def said(self, counts: tuple[int, ...]) -> tuple[str, ...]:
        """Return the names of what is said over bars, and of the lines that they begin at."""
        heads = (f"said-{each}" for each in ("right", "mean", *counts))
        return (*heads, *(f"right-{count}.zero" for count in counts))

    def measure(self, blocks: int) -> None:
        """Let the bars of networks of so many blocks grow; they are looked at."""
        bars = [f"right-{blocks}.{arrows}" for arrows in TONES]
        self.during(0.13, *map(self.board.rise, bars))
        self.during(1, self.board.pulse(*(f"{bar}.value" for bar in bars), times=2))

    def show_added(self, event: Event) -> None:
        """The block adds its change to what came in."""
        self.turn_into(self.lesson.both_ways(end="sum"), 0.15, show=(*WHOLE, *LINES))
        self.during(0.4, self.board.pulse("came", "change"))
        self.during(1, self.board.pulse("sum"))

    def show_answer(self, event: Event) -> None:
        """The row stands there, all of it known; what got through is looked at."""
        picture, last = self.lesson.row(), self.lesson.stack.blocks
        names = [part.name for part in picture.root.panels() if part.name != "note"]
        links = (link.name for link in picture.links)
        self.turn_into(picture, 0.15, show=(*names, *links), hold=("note",))
        self.during(0.1, self.board.show("note"))
        self.during(0.4, self.board.pulse(panel("yes", last), colour="ink", times=2))
        self.during(1, self.board.pulse("yes-long-0", colour="ink", times=2))
