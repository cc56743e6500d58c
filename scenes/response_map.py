"""What a response map means: windows are weighed and measured, the map is laid on its picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import response_map
from convexplain.lessons.parts import response_words as words
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.response_picture import Place
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, eased, in_turn, row_by_row, together

#: How much is seen of a picture under its map.
UNDER = 0.55


class ResponseMap(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = response_map.ResponseMap
    lesson: response_map.ResponseMap

    def prepare(self) -> None:
        """Lay out the picture and the filter, which are there from the first moment."""
        self.picture = self.lesson.picture_of
        self.board.lay(self.picture.opened(mapped=self.lesson.telling is not None))
        self.board.come("input", "kernel", "map", "legend")(1.0)
        self.channel = self.lesson.shown_filter

    def overlay(self) -> Any:
        """Describe the map that is shown on the picture."""
        return self.picture.overlay(self.channel)

    # The picture and the filter.

    def show_ask(self, event: Event) -> None:
        """The picture is looked at, then what is asked about."""
        self.during(0.5, self.board.pulse("input"))
        self.during(1, self.board.pulse("map" if self.board.has("map") else "kernel", times=2))

    def show_signs(self, event: Event) -> None:
        """The weights for the pattern light up, then the others."""
        self.light_by_sign(0.45, "kernel")

    def show_pattern(self, event: Event) -> None:
        """The filter is looked at as a whole."""
        self.during(1, self.board.pulse("kernel", times=2))

    def show_weighs(self, event: Event) -> None:
        """What a cell sees is a window of the picture."""
        mark = f"input.{self.lesson.places['largest'].letter if self.lesson.places else 'best'}"
        self.during(0.3, self.board.show(mark))
        self.during(1, self.board.pulse("map", times=2))

    # Windows are weighed.

    def show_windows(self, event: Event) -> None:
        """Patches grow out of their windows, and stand beside one another."""
        self.during(
            0.35, self.board.become(self.picture.windows()), self.board.come("kernel", "legend")
        )
        # The last one first: so none flies over another that stands.
        moves = [
            in_turn(self.board.come(f"input.{n}", f"input.letter-{n}"), self.patch(n))
            for n in sorted(self.letters)[::-1]
        ]
        self.during(1, in_turn(*moves, overlap=0.2), rate=linear)

    @property
    def letters(self) -> list[str]:
        """What the windows that are weighed are called."""
        return [place.letter for place in self.lesson.places.values()]

    def patch(self, letter: str) -> Move:
        """Let a patch grow out of its window, if there is room for the picture."""

        def start() -> Move:
            mark = f"input.{letter}"
            out = mark if self.board.has(mark) else f"name-{letter}"
            return self.board.grow(f"patch-{letter}", out_of=out)

        return together(eased(lazily(start)), self.board.come(f"name-{letter}"))

    def show_predict(self, event: Event) -> None:
        """The windows are looked at in turn; then the video waits."""
        looks = [self.board.pulse(*self.window(n), colour="muted") for n in sorted(self.letters)]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks), rate=linear)

    def window(self, letter: str) -> Iterator[str]:
        """Yield the names of a window on the picture, and of what is seen in it."""
        return filter(self.board.has, (f"input.{letter}", f"patch-{letter}"))

    def show_weigh(self, event: Event) -> None:
        """The filter and all patches are looked at; below each come their products."""
        letters, has = self.letters, self.board.has
        self.lay_tiles(0.25)
        if not has(f"products-{letters[0]}"):
            self.during(1, in_turn(*(self.board.pulse(f"patch-{n}") for n in letters)))
            return
        # In their place: on the way there they would lie on what they are made of.
        self.during(0.3, self.board.pulse("kernel", *(f"patch-{n}" for n in letters)))
        products = [f"products-{n}" for n in letters]
        self.during(0.5, in_turn(*(self.board.show(name) for name in products)))
        self.during(1, self.board.pulse(*products))

    def lay_tiles(self, share: float) -> None:
        """Stand the windows beside one another, with room below for what comes of them."""
        come = self.board.come("kernel", "legend", "rounded")
        self.during(share, self.board.become(self.picture.tiles()), come)
        seen = [f"{part}-{n}" for n in self.letters for part in ("name", "patch")]
        marks = [f"input.{mark}" for n in self.letters for mark in (n, f"letter-{n}")]
        self.board.come(*seen, *marks)(1.0)

    def show_add(self, event: Event) -> None:
        """What is for a pattern, what against it, and the bias become the response of each."""
        if not self.board.has(f"value-{self.letters[0]}"):
            self.lay_tiles(0.2)
        self.during(1, in_turn(*map(self.added, self.letters), overlap=0.1), rate=linear)

    def added(self, letter: str) -> Move:
        """Return the move in which a window's response comes, from what it is made of."""
        votes, products = f"votes-{letter}", f"products-{letter}"
        source = products if self.board.has(products) else f"patch-{letter}"
        parts = [
            self.board.show(f"{votes}.{name}", f"{votes}.{name}.over")
            for name in ("for", "against", "bias")
        ]
        made = together(self.board.pulse(source), in_turn(*parts))
        return in_turn(made, self.board.come(f"gate-{letter}", f"value-{letter}"))

    def show_weighed(self, event: Event) -> None:
        """The response is looked at, the products that it comes of, and where the window is."""
        letter = event.data.letter
        seen = self.board.there(f"input.{letter}", f"products-{letter}", f"value-{letter}")
        self.during(1, self.board.pulse(*seen, times=2))

    def show_law(self, event: Event) -> None:
        """All windows are looked at once more, each with its response."""
        looks = [self.board.pulse(f"patch-{n}", f"value-{n}") for n in self.letters]
        self.during(1, in_turn(*looks), rate=linear)

    # The map on its picture.

    def show_lay(self, event: Event) -> None:
        """The picture grows, and the map lies on it, half transparent."""
        overlaid = self.board.become(self.overlay())
        self.during(0.3, overlaid, self.board.come("input", "kernel", "legend"))
        # A response on a white stroke is seen as one beside it is.
        self.during(0.45, self.board.show("map"), self.board.dim("input", to=UNDER))
        self.during(1, self.board.pulse("map"))

    def show_sees(self, event: Event) -> None:
        """The largest response, and what its cell sees."""
        letter = self.lesson.places["largest"].letter if self.lesson.places else "best"
        self.board.fill("shown", [[self.lesson.largest]])
        self.during(0.3, self.board.show("shown", f"input.{letter}"))
        self.during(1, self.board.pulse(f"input.{letter}", times=2))

    def show_sweep(self, event: Event) -> None:
        """The window visits all places of the picture, and the map fills on it."""
        self.during(0.04, self.board.hide(*(f"input.{letter}" for letter in self.letters)))
        self.during(
            0.2, self.board.become(self.overlay()), self.board.come("input", "kernel", "legend")
        )
        laid = self.lesson.laid
        mark = f"input.{self.lesson.places['largest'].letter}"
        values = self.board.part("map").values
        whole = values.copy()
        rows, cols = self.lesson.response_map.shape
        at = row_by_row(rows, cols, 0.9 * self.remaining, 40.0)
        values[...] = 0.0
        self.board.show("map", mark)(1.0)
        self.during(0.05, self.board.dim("input", to=UNDER))

        def corner(alpha: float) -> tuple[float, float]:
            box = self.lesson.sees(*at(alpha))
            return float(box.top), float(box.left)

        def fill(alpha: float) -> None:
            row, col = at(alpha)
            known = (laid.rows[:, None] < row) | (
                (laid.rows[:, None] == row) & (laid.cols[None, :] <= col)
            )
            values[...] = np.where(known, whole, 0.0)

        self.during(0.9, self.board.visit(mark, corner, fill), rate=linear)
        values[...] = whole
        self.board.hide(mark)(1.0)
        self.during(1, self.board.pulse("map"))

    def show_visits(self, event: Event) -> None:
        """Each window stands at its place once more, with the number that it gave."""
        self.board.show("shown")(1.0)
        places = self.lesson.places.values()
        for place in places:
            mark, cell = f"input.{place.letter}", f"map.{place.letter}"
            self.board.move(mark, place.box.top, place.box.left)(1.0)
            self.tell(place)
            self.during(0.08, self.board.show(mark, cell))
            self.during(1 / len(places) - 0.08, self.board.pulse(mark, "shown"))

    def tell(self, place: Place) -> None:
        """Say the response of a window, and which it is."""
        self.board.say("shown.title", self.text(words.RESPONSE_OF.fill(x=place.letter)))
        self.board.fill("shown", [[place.step.activated]])

    # Other filters.

    def show_another(self, event: Event) -> None:
        """The map goes, and that of another filter is drawn; the picture stays."""
        marks = [name for name in self.board.parts if name.startswith(("input.", "map."))
                 and self.board.shown(name)]  # fmt: skip
        self.during(0.1, self.board.hide("shown", *marks))
        self.draw_map(event.data, 0.55)
        self.during(1, self.board.pulse("kernel" if self.board.has("kernel") else "map"))

    def draw_map(self, channel: int, share: float) -> None:
        """Draw the map of a filter where the one before was."""
        # No map stands beside another filter's kernel.
        values = self.board.part("map").values
        before, blank = values.copy(), np.zeros_like(values)
        self.during(0.15 * share, _wipe(values, before, blank))
        self.channel = channel
        self.board.become(self.overlay())(1.0)
        after = self.board.part("map").values.copy()
        self.during(share, _wipe(self.board.part("map").values, blank, after))

    # The end.

    def show_answer(self, event: Event) -> None:
        """The first map once more, and its largest response."""
        if self.channel != self.lesson.shown_filter:
            self.draw_map(self.lesson.shown_filter, 0.4)
        letter = self.lesson.places["largest"].letter if self.lesson.places else "best"
        others = [f"{part}.{n}" for n in self.letters if n != letter for part in ("input", "map")]
        if self.lesson.places:
            self.tell(self.lesson.places["largest"])
        self.board.fill("shown", [[self.lesson.largest]])
        away = [self.board.hide(*others)] if others else []
        shown = self.board.come("shown", f"input.{letter}", f"map.{letter}")
        self.during(0.2, shown, *away)
        self.during(1, self.board.pulse(f"input.{letter}", "shown", times=2))


def _wipe(shown: Any, before: Any, after: Any) -> Move:
    """Draw a map over another one, column by column: each cell is one map's or the other's."""
    columns = np.arange(shown.shape[1])

    def go(alpha: float) -> None:
        shown[...] = np.where(columns < round(alpha * len(columns)), after, before)

    go(0.0)
    return go
