"""The residual block: both ways to the plus, one sum, all sums, and a block that gives nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import residual
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.residual_stack import TONES, trained
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
SMALL, IN_ROW = 0.22, 0.3


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
        block = self.board.around(*self.board.there(*WHOLE)) if self.board.has("layers") else None
        self.lay_stack(0.05)
        if block is not None:  # the block that was looked at is one of them
            self.during(0.1, self.board.carry(block, "yes-1"))
        places = range(1, len(self.lesson.stack.places))
        for place in places:
            self.during(0.7 / len(places), self.hands_on(place))
        self.during(1, self.board.pulse(*self.ends()))

    def lay_stack(self, share: float) -> None:
        """Lay out both rows, of which only what the first block reads is known."""
        picture = self.lesson.stack.row()
        names = [part.name for part in picture.root.panels()]
        later = [name for name in names if self.is_gradient(name)]
        links = [link.name for link in picture.links]
        maps = [name for name in self.lesson.stack.known if not name.endswith("-0")]
        aside = "head", "round"  # on a narrow sheet there is no room for them
        shown = (name for name in names if name not in (*later, *aside))
        self.empty(0.5 * share)
        self.turn_into(
            picture, share, lambda _: self.unknown(*maps), show=tuple(shown),
            hold=(*later, *links),
        )  # fmt: skip
        self.during(0.5 * share, self.board.show(*self.board.there(*aside)))

    def is_gradient(self, name: str) -> bool:
        """Tell whether a panel of the rows comes with the gradient."""
        return "-back-" in name or "-long-" in name

    def hands_on(self, place: int) -> Move:
        """Return how a block gives its map; round it a shortcut brings what came in."""
        known, way = self.lesson.stack.known, f"yes-{place - 1}~>yes-{place}"
        straight = [f"{arrows}-{place - 1}->{arrows}-{place}" for arrows in TONES]
        lines = self.board.walk(*straight, way)
        copy = self.board.follow(f"yes-{place - 1}", way, small=IN_ROW)

        def go(alpha: float) -> None:
            lines(min(1.0, 3 * alpha))
            copy(alpha)
            if alpha >= 1:
                for arrows in TONES:
                    self.board.fill(f"{arrows}-{place}", known[f"{arrows}-{place}"])

        return go

    def ends(self) -> list[str]:
        """Return the names of the last maps of both rows."""
        return [f"{arrows}-{len(self.lesson.stack.places) - 1}" for arrows in TONES]

    def show_back(self, event: Event) -> None:
        """How much of the gradient comes to each map, from the end to the first, in both rows."""
        self.during(0.06, self.board.show(*(f"said-back-{arrows}" for arrows in TONES)))
        self.during(1, self.goes_back())

    def goes_back(self) -> Move:
        """Return how the bars of the gradient grow one after the other, from the end."""
        last = len(self.lesson.stack.places) - 1

        def comes(place: int) -> Move:
            bars = (self.gradient(arrows, place) for arrows in TONES)
            ways = () if place == last else (f"yes-{place}~>yes-{place + 1}",)
            return together(self.lights(*ways, back=True), *bars)

        return in_turn(*map(comes, range(last, -1, -1)), overlap=0.3)

    def show_arriving(self, event: Event) -> None:
        """What arrives at the first map is looked at."""
        self.during(1, self.board.pulse(*(f"{arrows}-long-0" for arrows in TONES), times=2))

    def gradient(self, arrows: str, place: int) -> Move:
        """Return how the bar of a gradient grows, and its number comes."""
        panel = f"{arrows}-back-{place}"
        return self.board.rise(f"{panel}.bar", f"{arrows}-long-{place}", whole=panel)

    # What they are worth.

    def show_many(self, event: Event) -> None:
        """Bars of the digits that networks of many blocks read right once they are trained."""
        self.empty(0.03)
        self.turn_into(trained(*event.data), 0.05, show=self.said(event.data))
        self.measure(event.data[-1])

    def show_few(self, event: Event) -> None:
        """They make room for the same of networks of few blocks."""
        *before, count = event.data
        bars = (f"right-{each}.{arrows}" for each in before for arrows in TONES)
        self.turn_into(trained(*event.data), 0.08, show=(*self.said(event.data), *bars))
        self.measure(count)

    def said(self, counts: tuple[int, ...]) -> tuple[str, ...]:
        """Return the names of what is said over bars, and of the lines that they begin at."""
        heads = (f"said-{each}" for each in ("right", *counts))
        return (*heads, *(f"right-{count}.zero" for count in counts))

    def measure(self, blocks: int) -> None:
        """Let the bars of networks of so many blocks grow; they are looked at."""
        bars = [f"right-{blocks}.{arrows}" for arrows in TONES]
        self.during(0.17, *map(self.board.rise, bars))
        self.during(1, self.board.pulse(*(f"{bar}.value" for bar in bars), times=2))

    def show_answer(self, event: Event) -> None:
        """Map and gradient get through the row once more."""
        self.lay_stack(0.05)
        self.during(0.35, in_turn(*map(self.hands_on, range(1, len(self.lesson.stack.places)))))
        self.during(0.05, self.board.show(*(f"said-back-{arrows}" for arrows in TONES)))
        self.during(0.35, self.goes_back())
        self.during(1, self.board.pulse(*(f"{arrows}-long-0" for arrows in TONES)))
