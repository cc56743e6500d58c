"""Translation: picture, map and answers step together; then why they hold, and why they fail."""

from __future__ import annotations

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import translation
from convexplain.lessons.parts import translation_words as words
from convexplain.lessons.parts import walking
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.shifted import Shrunk
from convexplain.lessons.parts.translation_picture import PALE
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn
from convexplain.style import terms


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

    def change(self, picture: Diagram, share: float, *show: str, until: str = "") -> None:
        """Lay out another picture, and bring what is named and is there.

        What does not stay goes before, as do scales, bars, and frames with their name: on the way
        they would run over others, or be seen through the new picture. One panel may stay until
        the new picture comes, so that no frame is empty.
        """
        stay = {panel.name for panel in picture.root.panels()} - {"legend", *self.told} | {until}
        going = [
            name for name in self.board.parts
            if name.split(".")[0] not in stay or name.endswith(".reads")
        ]  # fmt: skip
        self.during(0.35 * share, self.board.leave(*going))
        names = (name for name in ("legend", *show) if self.board.has(name))
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
        """Take some steps; after each what moved is looked at."""
        for n in range(start + 1, stop + 1):
            self.put(n)
            looks = self.board.pulse("pixels", "input", "map", colour="muted")
            self.during(share / (stop - start), looks)

    def show_walk(self, event: Event) -> None:
        """The picture takes its first step, and the map with it."""
        self.go(0, 1, 1)

    def show_back(self, event: Event) -> None:
        """The moved map beside the one before; in its place it slides back by its cells."""
        self.compare(0.08)
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
        self.during(0.25)  # first it is said
        self.go(start, stop, 0.75)

    def show_reads(self, event: Event) -> None:
        """What is read now is looked at."""
        self.back_to_walk(event.data, 0.15)
        if self.steps != event.data:
            self.go(self.steps, event.data, 0.4)
        self.during(1, self.board.pulse(*self.answers, colour="muted", times=2))

    # Why the dense network does not hold.

    def show_unit(self, event: Event) -> None:
        """The weights of a unit, one for each pixel; the ink lets its own be seen, and moves."""
        unit = self.picture.unit
        assert unit is not None
        self.change(self.picture.dense(), 0.06, "unit", "legend")
        start, last = 0, unit.steps

        def lay(name: str, steps: int, pale: float) -> None:
            self.board.fill(name, self.picture.ink_on_weights(steps, pale))

        def ink(name: str, steps: int) -> None:
            lay(name, steps, PALE)
            self.board.say(f"{name}.title", self.text(words.INK.fill(n=self.lesson.pixels(steps))))

        maps = "unit-before", "unit-after"
        for name in maps:
            lay(name, start, 1.0)
            self.board.say(f"{name}.title", self.text(self.picture.title_of_weights))
        self.during(0.06, self.board.show(*maps))
        self.during(0.18, self.board.pulse(*maps, colour="muted"))

        def pale(alpha: float) -> None:
            for name in maps:
                lay(name, start, 1 - alpha * (1 - PALE))

        # The ink lets its own weights be seen, the others stay behind it.
        self.during(0.08, pale)
        ink("unit-before", start)
        for n in range(last + 1):
            ink("unit-after", n)
            self.during(0.34 / (last + 1), self.board.pulse("unit-after", colour="muted"))

        def products(alpha: float) -> None:
            lay("unit-before", start, PALE * (1 - alpha))
            lay("unit-after", last, PALE * (1 - alpha))

        self.board.say("unit-before.title", self.text(words.PRODUCTS_BEFORE))
        self.board.say("unit-after.title", self.text(self.picture.title_of_products(last)))
        self.during(0.08, products)
        self.during(0.06, self.board.show("unit-before-sum", "unit-after-sum"))
        self.during(1, self.board.pulse("unit-before-sum", "unit-after-sum", colour="muted"))

    def show_sums(self, event: Event) -> None:
        """All units together: what they speak for before, and after."""
        unit = self.picture.unit
        assert unit is not None
        if not self.board.has("unit-after-sum"):
            self.change(self.picture.dense(), 0.1, "unit", "unit-before", "unit-after",
                        "unit-before-sum", "unit-after-sum")  # fmt: skip
        self.during(0.08, self.board.show("dense-sums", "dense-lead.zero"))
        bars = "dense-lead.0", f"dense-lead.{unit.steps}"
        for bar in bars:
            self.during(0.18, eased(self.board.rise(bar)))
        self.during(1, self.board.pulse(f"{bars[1]}.value", colour="muted", times=2))

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

    def show_changes(self, event: Event) -> None:
        """A bar for each layer, in the order in which they compute."""
        self.change(self.picture.layers(), 0.2, "input", "shifted", "changes.title", "changes.zero")
        bars = [f"changes.{n}" for n in range(len(self.lesson.changes))]
        self.during(
            0.6, in_turn(*(eased(self.board.rise(n)) for n in bars), overlap=0.3), rate=linear
        )
        self.during(1, self.board.pulse(*bars, colour="muted"))

    # Why it fails.

    def show_cells(self, event: Event) -> None:
        """The map becomes smaller, layer by layer; what one cell reads; one cell on, all moves."""
        shrunk = self.picture.shrunk
        names = [one.name for one in shrunk]
        self.change(self.picture.shrinking(), 0.1, names[0], "apart-0", "legend-0")
        for n, name in enumerate(names[1:], 1):
            told = self.board.there(f"apart-{n}", f"legend-{n}")
            self.during(0.1, self.board.show(name, *told))
        # From the cell that is looked at afterwards to the next one, and back.
        there, back = ([self.framed(one, place) for one in shrunk] for place in (1, 0))
        self.during(0.03, self.board.show("framed", f"{names[-1]}.reads"))
        for name in reversed(names[:-1]):
            self.during(0.03, self.board.show(f"{name}.reads"))
        self.during(0.1)
        self.during(0.12, *there)
        self.during(0.05)
        self.during(0.1, *back)
        self.during(1, self.board.pulse(f"apart-{len(shrunk) - 1}", colour="muted"))

    def framed(self, one: Shrunk, place: int) -> Move:
        """Frame in a map what the last map's cell before, or after, reads of it."""
        mark = one.marks[place]
        return self.board.move(f"{one.name}.reads", mark.row, mark.col)

    #: What is seen of one filter, and the cell that is looked at in each.
    PLACES = "input.place", "last.place", "weighing.place"

    def show_weights(self, event: Event) -> None:
        """The picture with its cells, one filter's response in each, and the weights they meet."""
        self.lay_weights(0.06)
        self.during(0.14, self.board.pulse("input", colour="muted"))
        self.during(0.14, self.board.pulse("weighing", colour="muted"))
        self.during(0.05, self.board.show(*self.PLACES))
        self.during(0.2, self.board.pulse(*self.PLACES[1:], colour="muted"))
        self.during(0.06, self.board.show("at-before", "factors-before", "product-before"))
        self.during(1, self.board.pulse("product-before", colour="muted", times=2))

    def lay_weights(self, share: float) -> None:
        """Lay out the picture, one filter's cells and their weights."""
        self.change(
            self.picture.one_place(), share, "weighed", "input", "pixels", "last", "weighing"
        )

    def show_part(self, event: Event) -> None:
        """The picture moves half a cell: a part of the response is where it was."""
        shown = self.picture.weighed
        assert shown is not None
        assert shown.halfway is not None
        self.hold_weights()
        self.carry(0, shown.halfway, 0.15)
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
        shown = self.picture.weighed
        assert shown is not None
        for n in range(start + 1, stop + 1):
            self.board.fill("input", self.picture.drawn[n])
            self.board.fill("last", shown.responses[n])
            self.board.say("pixels", self.text(self.picture.moved_by(n)))
            self.during(share / (stop - start))
        self.carried = stop

    def show_next(self, event: Event) -> None:
        """The picture moves; the response comes in another cell, and meets its weight."""
        shown = self.picture.weighed
        assert shown is not None
        self.hold_weights()
        self.carry(self.carried, shown.steps, 0.2)
        field = self.picture.fields[1]
        places = ((field.row, field.col), shown.after, shown.after)
        moves = [
            self.board.move(mark, *place) for mark, place in zip(self.PLACES, places, strict=True)
        ]
        self.during(0.15, *moves)
        self.during(0.1, self.board.pulse(*self.PLACES[1:], colour="muted"))
        self.during(0.06, self.board.show("at-after", "factors-after", "product-after"))
        self.during(1, self.board.pulse("product-after", colour="muted", times=2))

    def show_places(self, event: Event) -> None:
        """All filters together: step by step the places speak otherwise, and their sum is kept."""
        assert self.picture.places is not None
        last = self.lesson.whole_step
        frame = "lead.title", "lead.zero", "lead.0.label"
        for title in self.board.there("input.title"):  # no cell is looked at any more
            self.board.say(title, self.text(terms.INPUT.capital))
        self.during(0.04, self.board.leave(*self.PLACES))
        self.change(self.picture.by_place(), 0.05, "input", "pixels", "places", "speak", *frame)
        self.during(0.08, eased(self.board.rise("lead.0")))
        for n in range(1, last + 1):
            self.board.fill("input", self.picture.drawn[n])
            self.board.fill("speak", self.picture.places[n])
            self.board.say("pixels", self.text(self.picture.moved_by(n)))
            self.during(0.47 / last, eased(self.board.rise(f"lead.{n}")))
        self.during(
            1, self.board.pulse(f"lead.{last}", f"lead.{last}.value", colour="muted", times=2)
        )

    def show_forgets(self, event: Event) -> None:
        """The picture at its ends, with its answers."""
        self.back_to_walk(0, 0.2)
        self.go(0, walking.FAR, 1)

    def show_digits(self, event: Event) -> None:
        """Two lines over all digits of the test set."""
        self.change(self.picture.curve(), 0.2)
        self.during(0.1, self.board.show(*self.board.frame("chart")))
        self.during(0.35, self.board.walk("chart.cnn"), self.board.show("chart.cnn.label"))
        self.during(1, self.board.walk("chart.dense"), self.board.show("chart.dense.label"))

    def show_curve(self, event: Event) -> None:
        """At one shift both accuracies are marked."""
        marks = [f"chart.{name}-at" for name in ("cnn", "dense")]
        self.during(0.15, self.board.show(*marks, *(f"{mark}.label" for mark in marks)))
        self.during(1, in_turn(*(self.board.pulse(f"{mark}.label") for mark in marks)))

    # All steps at once.

    def show_staircase(self, event: Event) -> None:
        """Every step with what is read of it, one after the other."""
        self.stairs(0.9)
        self.during(1, self.board.pulse(*self.tiles(walking.FAR), colour="muted"))

    def stairs(self, share: float) -> None:
        """Lay out all pictures, as one would stand alone, and let the answers come in turn."""
        names = [
            panel.name for panel in self.lesson.diagram().root.panels()
            if panel.name.startswith("reader")
        ]  # fmt: skip
        steps = range(walking.FAR + 1)
        names += [f"step-{n}" for n in steps]
        self.change(self.lesson.diagram(), 0.08 * share, *names, *self.tiles(0), until="input")
        moves = [self.board.show(*self.tiles(n)) for n in steps[1:]]
        self.during(0.85 * share, in_turn(*moves), rate=linear)

    def tiles(self, steps: int) -> list[str]:
        """Names of what is read after so many steps."""
        return [f"tile-{number}-{steps}" for number in range(len(self.lesson.networks))]

    def show_whole(self, event: Event) -> None:
        """The answers at which a network fails are looked at once more, the earlier one first."""
        if not self.board.has("step-0"):
            self.stairs(0.5)
        fails = self.lesson.fails
        looks = [
            self.board.pulse(f"tile-{n}-{steps}", colour="muted")
            for n, steps in sorted(enumerate(fails), key=lambda each: each[1])
            if steps <= walking.FAR
        ]
        self.during(1, in_turn(*looks) if looks else self.board.pulse(*self.tiles(walking.FAR)))
