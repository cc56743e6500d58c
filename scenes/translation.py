"""Translation: picture, map and answers step together; then why they hold, and why they fail."""

from __future__ import annotations

import numpy as np

from convexplain.lessons import translation
from convexplain.lessons.parts import walking
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.shifted import Filter, Shrunk
from convexplain.lessons.parts.unit_picture import PALE
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn


class Translation(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = translation.Translation
    lesson: translation.Translation

    def prepare(self) -> None:
        """Lay out the picture in place, with all that is read of it."""
        self.picture = self.lesson.picture_of
        self.steps = 0
        self.carried = 0
        self.board.lay(self.picture.walk(0))
        self.board.show("input")(1.0)

    @property
    def answers(self) -> list[str]:
        """The names of what each network reads."""
        return [f"read-{n}" for n in range(len(self.lesson.networks))]

    @property
    def told(self) -> list[str]:
        """The names of all that is said of the networks."""
        kinds = ("reader", "read", "sure")
        return [f"{kind}-{n}" for n in range(len(self.lesson.networks)) for kind in kinds]

    def change(self, picture: Diagram, share: float, *show: str) -> None:
        """Lay out another picture, and bring what is named and is there.

        What does not stay goes before, as do scales, bars, and frames with their name: on the way
        they would run over others, or be seen through the new picture.
        """
        stay = {panel.name for panel in picture.root.panels()} - {"legend", *self.told}
        going = [
            name for name in self.board.parts
            if name.split(".")[0] not in stay or name.endswith(".reads")
        ]  # fmt: skip
        self.during(0.35 * share, self.board.leave(*going))
        names = (name for name in ("legend", *show) if self.board.has(name))
        self.during(share, self.camera.home(), self.board.become(picture, show=names))

    def fade(self, picture: Diagram, share: float, *show: str) -> None:
        """Let all that is there fade while a picture comes that shares nothing with it."""
        names = (name for name in show if self.board.has(name))  # once it is laid out
        self.during(share, self.camera.home(), self.board.become(picture, show=names))

    def show_ask(self, event: Event) -> None:
        """The picture stands still; both answers and its map come up beside it."""
        self.during(0.12, self.board.show("pixels", *self.told))
        self.during(0.12, self.board.show("map", "legend"))
        looks = (self.board.pulse(name, colour="muted") for name in self.answers)
        self.during(1, in_turn(*looks))

    # Steps: everything changes in the same frame.

    def put(self, steps: int) -> None:
        """Show another number of steps, all of it at once."""
        self.board.become(self.picture.walk(steps))(1.0)
        self.steps = steps

    def go(self, start: int, stop: int, share: float) -> None:
        """Take some steps; after each what moved is looked at, longest before the last one."""
        rests = [3 if n == stop - 1 else 1 for n in range(start + 1, stop + 1)]
        for n, rest in enumerate(rests, start + 1):
            self.put(n)
            looks = self.board.pulse("pixels", "input", "map", colour="muted")
            self.during(share * rest / sum(rests), looks)

    def show_walk(self, event: Event) -> None:
        """The picture takes its first step, and the map with it, once that has been said."""
        self.during(0.28)
        self.go(0, 1, 1)

    def show_back(self, event: Event) -> None:
        """The moved map beside the one before; in its place it slides back by its cells."""
        self.compare(0.12)
        self.during(0.3, self.board.pulse("back", colour="muted"))
        steps, cells = self.lesson.compared, self.lesson.cells
        opposite = walking.OPPOSITE[self.lesson.shown_direction]
        moved = self.picture.maps[steps][:, :, np.newaxis]
        for n in range(1, cells + 1):
            self.board.fill("back", walking.moved(moved, opposite, n).squeeze(axis=2))
            self.during(0.5 / cells)
        self.board.say("back.title", self.text(self.picture.title_of_back))
        self.during(1, self.board.pulse("map", "back", colour="muted"))

    def compare(self, share: float) -> None:
        """Lay both maps out side by side, the later one where it has moved to."""
        self.change(self.picture.compare(), share, "map")
        self.board.fill("back", self.picture.maps[self.lesson.compared])
        self.board.say("back.title", self.text(self.picture.title_of_moved))
        self.board.show("back")(1.0)

    def show_same(self, event: Event) -> None:
        """Moved back it is laid beside the other; their difference is told."""
        if not self.board.has("back"):
            self.compare(0.2)
            self.board.fill("back", self.picture.back)
            self.board.say("back.title", self.text(self.picture.title_of_back))
        self.during(0.3, self.board.show("difference"))
        self.during(1, self.board.pulse("difference", colour="muted", times=2))

    def show_predict(self, event: Event) -> None:
        """The picture stands where it was, with both answers."""
        share = min(1.0, 6.0 / event.seconds)
        looks = (self.board.pulse(name, colour="muted") for name in self.answers)
        self.during(share, in_turn(*looks))

    def back_to_walk(self, steps: int, share: float) -> None:
        """Return to the picture with its map and answers."""
        if not self.board.has("pixels"):
            self.change(self.picture.walk(steps), share, "input", "map", "pixels", *self.told)
            self.steps = steps

    def show_on(self, event: Event) -> None:
        """Step by step, until an answer changes; all of a step in one frame."""
        start, stop = event.data
        self.back_to_walk(start, 0.15)
        # Of steps that pass quickly only answers and bars can be read.
        passing = [
            f"sure-{n}.share.value" for n in range(len(self.lesson.networks)) if stop - start > 1
        ]
        self.during(0.2, self.board.leave(*passing))  # first it is said
        self.go(start, stop, 0.8)
        self.board.show(*self.board.there(*passing))(1.0)

    def show_reads(self, event: Event) -> None:
        """What is read now is looked at."""
        self.back_to_walk(event.data, 0.15)
        if self.steps != event.data:
            self.go(self.steps, event.data, 0.4)
        self.during(1, self.board.pulse(*self.answers, colour="muted", times=2))

    # Why the dense network does not hold.

    def show_unit(self, event: Event) -> None:
        """The weights of a unit, one for each pixel; the ink lets its own be seen, and moves."""
        shown = self.picture.of_unit
        assert shown is not None
        start, last = 0, shown.unit.steps
        self.change(shown.diagram(), 0.12, "unit", "unit-before", "legend-unit")
        self.during(0.18, self.board.pulse("unit-before", colour="muted"))

        def pale(alpha: float) -> None:
            values = shown.ink_on_weights(start, 1 - alpha * (1 - PALE))
            self.board.fill("unit-before", values)

        # The ink lets its own weights be seen, the others stay behind it.
        self.board.say("unit-before.title", self.text(shown.title_of_ink(start)))
        self.during(0.1, pale)
        self.board.fill("unit-after", shown.ink_on_weights(start, PALE))
        self.board.show(*self.board.there("aside"))(1.0)
        self.during(0.12, self.board.grow("unit-after", out_of="unit-before"))
        for n in range(start + 1, last + 1):
            self.board.fill("unit-after", shown.ink_on_weights(n, PALE))
            self.board.say("unit-after.title", self.text(shown.title_of_ink(n)))
            self.during(0.48 / last, self.board.pulse("unit-after", colour="muted"))

    def show_sums(self, event: Event) -> None:
        """Both are multiplied, and added up."""
        shown = self.picture.of_unit
        assert shown is not None
        both = (("unit-before", 0), ("unit-after", shown.unit.steps))

        def products(alpha: float) -> None:
            for name, steps in both:
                self.board.fill(name, shown.ink_on_weights(steps, PALE * (1 - alpha)))

        for name, steps in both:
            self.board.say(f"{name}.title", self.text(shown.title_of_products(steps)))
        sums = "unit-before-sum", "unit-after-sum"
        self.during(0.12, products, self.board.show(*sums))
        # The ink that makes most of the difference, in both.
        same = "unit-before.same", "unit-after.same"
        if self.board.has("unit"):
            self.board.say("unit", self.text(shown.framed))
        self.during(0.1, self.board.show(*same))
        self.during(1, self.board.pulse(*same, colour="muted", times=2))

    # Why it holds a little.

    def show_inside(self, event: Event) -> None:
        """A window of four: the largest number moves within it, and is kept."""
        self.change(self.picture.window(), 0.25, "map")
        self.during(0.1, self.board.show("map.pool"))
        self.during(0.2, self.board.grow("before", out_of="map.pool"),
                    self.board.walk("map.pool->before"))  # fmt: skip
        self.keep("before", 0.12, 0)
        self.during(0.15, self.board.show("becomes"), self.board.grow("after", out_of="before"))
        self.keep("after", 0.12, 1)
        self.during(1, self.board.pulse("kept-before", "kept-after", colour="muted"))

    def keep(self, four: str, share: float, number: int) -> None:
        """Frame the largest of four numbers, and let it come out below."""
        largest = f"{four}.largest"
        self.during(0.3 * share, self.board.show(largest, f"down-{number}"))
        self.during(share, self.board.grow(f"kept-{four}", out_of=largest))

    # Why it fails.

    def show_cells(self, event: Event) -> None:
        """The map becomes smaller, layer by layer; what one cell reads; one cell on, all moves."""
        shown = self.picture.of_cells
        assert shown is not None
        names = [one.name for one in shown.shrunk]
        self.change(shown.shrinking(), 0.08, names[0], "apart-0", "legend-0")
        for n, name in enumerate(names[1:], 1):
            told = self.board.there(f"apart-{n}", f"legend-{n}")
            self.during(0.08, self.board.show(name, *told))
        # From the cell that is looked at afterwards to the one where its response goes.
        here, there = ([self.framed(one, place) for one in shown.shrunk] for place in (0, 1))
        for move in here:
            move(1.0)
        self.during(0.04, self.board.show("framed", f"{names[-1]}.reads"))
        for name in reversed(names[:-1]):
            self.during(0.03, self.board.show(f"{name}.reads"))
        self.during(0.04)
        moved = self.board.there("on-0", f"on-{len(names) - 1}")
        self.during(0.12, *there)
        self.during(0.05, self.board.show(*moved))
        self.during(1, self.board.pulse(*moved, colour="muted", times=2))

    def framed(self, one: Shrunk, place: int) -> Move:
        """Frame in a map what the last map's cell before, or after, reads of it."""
        mark = one.marks[place]
        return self.board.move(f"{one.name}.reads", mark.row, mark.col)

    #: What is seen of one filter, and the cell that is looked at in each.
    PLACES = "input.place", "last.place", "weighing.place"

    def show_weights(self, event: Event) -> None:
        """The picture with its cells, one filter's response in each, and the weights they meet."""
        self.lay_weights(0.06)
        self.during(0.05, self.board.show(*self.PLACES))
        self.during(0.22, self.board.pulse("weighing", colour="muted"))
        self.during(0.2, self.board.pulse(*self.PLACES[1:], colour="muted"))
        self.during(0.06, self.board.show("at-before", "factors-before", "product-before"))
        self.during(1, self.board.pulse("product-before", colour="muted", times=2))

    def lay_weights(self, share: float) -> None:
        """Lay out the picture, one filter's cells and their weights."""
        assert self.picture.of_cells is not None
        names = "weighed", "input", "pixels", "last", "weighing"
        self.change(self.picture.of_cells.one_place(), share, *names)

    @property
    def weighed(self) -> Filter:
        """The filter whose cells and weights are shown."""
        assert self.picture.of_cells is not None
        return self.picture.of_cells.weighed

    def show_part(self, event: Event) -> None:
        """The picture moves half a cell: a part of the response is where it was."""
        half = self.weighed.halfway
        assert half is not None
        self.hold_weights()
        self.during(0.12)  # first it is said
        self.carry(0, half, 0.15)
        self.during(0.15, self.board.pulse(*self.PLACES[1:], colour="muted"))
        self.during(0.08, self.board.show("at-part", "factors-part", "product-part"))
        self.during(1, self.board.pulse("product-part", colour="muted", times=2))

    def hold_weights(self) -> None:
        """See to it that one filter's cells are there, with the one that is looked at."""
        if not self.board.has("last"):
            self.lay_weights(0.1)
            self.board.show(*self.PLACES)(1.0)

    def carry(self, start: int, stop: int, share: float) -> None:
        """Move the picture and the filter's responses on, step by step."""
        for n in range(start + 1, stop + 1):
            self.board.fill("input", self.picture.drawn[n])
            self.board.fill("last", self.weighed.responses[n])
            self.board.say("pixels", self.text(self.picture.moved_by(n)))
            self.during(share / (stop - start))
        self.carried = stop

    def show_next(self, event: Event) -> None:
        """The picture moves; the response comes in another cell, and meets its weight."""
        shown, cells = self.weighed, self.picture.of_cells
        assert cells is not None
        self.hold_weights()
        self.during(0.11)
        self.carry(self.carried, shown.steps, 0.2)
        field = cells.fields[1]
        places = ((field.row, field.col), shown.after, shown.after)
        moves = [
            self.board.move(mark, *place) for mark, place in zip(self.PLACES, places, strict=True)
        ]
        self.during(0.06, *moves)  # a frame that stays on numbers hides them
        self.during(0.15, self.board.pulse(*self.PLACES[1:], colour="muted"))
        self.during(0.06, self.board.show("at-after", "factors-after", "product-after"))
        self.during(1, self.board.pulse("product-after", colour="muted", times=2))

    def show_forgets(self, event: Event) -> None:
        """The picture at its ends, with its answers."""
        self.back_to_walk(0, 0.2)
        self.go(0, walking.FAR, 1)

    # What both networks' sums come to.

    def show_added(self, event: Event) -> None:
        """Step by step both sums, one beside the other, and what is read of them."""
        self.fade(self.picture.table(), 0.08, *self.over, "px-0", "step-0")
        for n in range(walking.FAR + 1):
            self.during(0.36 / (walking.FAR + 1), *self.row(n))
            self.board.show(*self.tiles(n))(1.0)
        self.during(1, self.board.pulse(*self.turns(*self.columns), colour="muted"))

    @property
    def over(self) -> list[str]:
        """Names of what stands over the columns."""
        return self.heads_of(*self.columns)

    def heads_of(self, *numbers: int) -> list[str]:
        """Names of what stands over the columns of some networks."""
        return [f"{kind}-{n}" for kind in ("over", "reads") for n in numbers]

    @property
    def columns(self) -> range:
        """The numbers of the networks."""
        return range(len(self.lesson.networks))

    def row(self, steps: int) -> list[Move]:
        """Let the picture after so many steps come, where it is not there, and its sums grow."""
        sums = [name for name in (f"sum-{n}-{steps}" for n in self.columns) if self.board.has(name)]
        came = [f"px-{steps}", f"step-{steps}"] if steps else []
        names = self.board.there(*came, *(f"{s}.zero" for s in sums))
        return [self.board.show(*names), *(eased(self.board.rise(f"{s}.lead")) for s in sums)]

    def tiles(self, steps: int) -> list[str]:
        """Names of what is read after so many steps."""
        return [f"tile-{number}-{steps}" for number in self.columns]

    def turns(self, *numbers: int) -> list[str]:
        """Names of the first other answers of some networks, with their sums."""
        fails = [(n, self.lesson.fails[n]) for n in numbers if self.lesson.fails[n] <= walking.FAR]
        every = [f"{kind}-{n}-{at}" for n, at in fails for kind in ("sum", "tile")]
        return self.board.there(*every) or self.tiles(walking.FAR)

    def show_lost(self, event: Event) -> None:
        """Of the dense network's sums the first is looked at, and that where it turns."""
        self.look_at(1)

    def show_whole(self, event: Event) -> None:
        """The same two of the convnet's, beside the others; then all of them stand."""
        if self.lesson.both_told:
            self.look_at(0, 1)
            heads = self.board.there(*self.over)
            every = [*self.column(0), *self.column(1), *heads, *self.sides()]
            self.during(0.08, self.board.dim(*every, to=1.0))
            self.during(1)  # where the convnet's sum turns is seen as brightly
        else:
            self.during(1, self.board.pulse(*self.turns(*self.columns), colour="muted", times=2))

    def look_at(self, number: int, *beside: int) -> None:
        """Frame a network's first sum, and that where the dense one turns, and dim the others.

        Beside another's it is told sooner: what follows has a third of its time.
        """
        ends = 0, self.lesson.fails[1]
        told = number, *beside
        bright = [name for n in told for at in ends for name in self.cells_of(n, at)]
        bright += self.board.there(*self.heads_of(*told))
        bright += [name for at in ends for name in self.sides(at)]
        heads = self.board.there(*self.over)
        every = [*self.column(0), *self.column(1), *heads, *self.sides()]
        self.during(0.08, self.board.dim(*(name for name in every if name not in bright)),
                    self.board.dim(*bright, to=1.0))  # fmt: skip
        first, last = (self.cells_of(number, at) for at in ends)
        each, both = (0.16, 0.2) if beside else (0.22, 0.36)
        self.during(each, self.board.pulse(*first, colour="muted"))
        self.during(each, self.board.pulse(*last, colour="muted"))
        self.during(both, self.board.pulse(*first, *last, colour="muted", times=2))

    def cells_of(self, number: int, steps: int) -> list[str]:
        """Names of what is said of a network after so many steps."""
        return self.board.there(f"sum-{number}-{steps}", f"tile-{number}-{steps}")

    def column(self, number: int) -> list[str]:
        """Names of all that is said of a network, below its name."""
        return [name for n in range(walking.FAR + 1) for name in self.cells_of(number, n)]

    def sides(self, *steps: int) -> list[str]:
        """Names of the pictures after some steps, or after all, and of how far they are moved."""
        at = steps or range(walking.FAR + 1)
        return self.board.there(*(f"{kind}-{n}" for n in at for kind in ("px", "step")))
