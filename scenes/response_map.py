"""What a response map means: windows are weighed and measured, the map is laid on its picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import response_map
from convexplain.lessons.parts.beats import Event
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, eased, in_turn, together

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
        self.come("input", "kernel", "map", "legend")(1.0)
        self.channel = self.lesson.shown_filter

    def overlay(self) -> Any:
        """Describe the map that is shown on the picture."""
        return self.picture.overlay(self.channel, upright=self.upright)

    def come(self, *names: str) -> Move:
        """Let those parts come up that the picture has then."""

        def start() -> Move:
            there = [*filter(self.board.has, names)]
            return self.board.show(*there) if there else lambda alpha: None

        return lazily(start)

    # The picture and the filter.

    def show_ask(self, event: Event) -> None:
        """The picture is looked at, then what is asked about."""
        self.during(0.5, self.board.pulse("input"))
        self.during(1, self.board.pulse("map" if self.board.has("map") else "kernel", times=2))

    def show_signs(self, event: Event) -> None:
        """The weights for the pattern light up, then the others."""
        self.light_by_sign(0.45, "kernel")

    def show_weighs(self, event: Event) -> None:
        """What a cell sees is a window of the picture."""
        mark = f"input.{self.lesson.places['largest'].letter if self.lesson.places else 'best'}"
        self.during(0.3, self.board.show(mark))
        self.during(1, self.board.pulse("map", times=2))

    # Windows are weighed.

    def show_windows(self, event: Event) -> None:
        """Patches grow out of their windows, and stand beside one another."""
        self.during(0.35, self.board.become(self.picture.windows()), self.come("kernel", "legend"))
        moves = [in_turn(self.come(f"input.{n}"), self.patch(n)) for n in self.letters]
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

        return together(eased(lazily(start)), self.come(f"name-{letter}"))

    def show_predict(self, event: Event) -> None:
        """The windows are looked at in turn; then the video waits."""
        looks = [self.board.pulse(f"patch-{n}", colour="muted") for n in sorted(self.letters)]
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks), rate=linear)

    def show_weigh(self, event: Event) -> None:
        """The filter and all patches are looked at; below each come their products."""
        letters, has = self.letters, self.board.has
        come = self.come("kernel", "legend", "rounded")
        self.during(0.25, self.board.become(self.picture.tiles()), come)
        seen = [f"{part}-{n}" for n in letters for part in ("name", "patch")]
        self.come(*seen, *(f"input.{n}" for n in letters))(1.0)
        if not has(f"products-{letters[0]}"):
            self.during(1, in_turn(*(self.board.pulse(f"patch-{n}") for n in letters)))
            return
        # In their place: on the way there they would lie on what they are made of.
        self.during(0.3, self.board.pulse("kernel", *(f"patch-{n}" for n in letters)))
        products = [f"products-{n}" for n in letters]
        self.during(0.5, in_turn(*(self.board.show(name) for name in products)))
        self.during(1, self.board.pulse(*products))

    def show_add(self, event: Event) -> None:
        """What is for a pattern, what against it, and the bias become the response."""
        letter = event.data.letter
        votes, products = f"votes-{letter}", f"products-{letter}"
        source = products if self.board.has(products) else f"patch-{letter}"
        parts = [
            self.board.show(f"{votes}.{name}", f"{votes}.{name}.over")
            for name in ("for", "against", "bias")
        ]
        self.during(0.6, self.board.pulse(source), in_turn(*parts))
        self.during(1, self.come(f"gate-{letter}", f"value-{letter}"))

    def show_weighed(self, event: Event) -> None:
        """The response is looked at, and the products that it comes of."""
        letter = event.data.letter
        seen = [n for n in (f"products-{letter}", f"value-{letter}") if self.board.has(n)]
        self.during(1, self.board.pulse(*seen, times=2))

    def bar(self, name: str, source: str) -> Move:
        """Let a bar grow, and its name and number come."""
        words = self.board.show(f"{name}.label", f"{name}.value")
        return together(eased(self.board.grow(name, out_of=source)), words)

    # Match times ink.

    def show_measure(self, event: Event) -> None:
        """Beside each patch grow its match and its ink."""
        self.lay_law(0.2)
        self.during(0.1, self.come("notes"))
        self.measured(0.4, "match")
        self.measured(1.0, "ink", "times")

    def lay_law(self, share: float) -> None:
        """Stand the patches under one another, with room beside them."""
        seen = [f"{part}-{letter}" for letter in self.letters for part in ("name", "patch")]
        self.during(share, self.board.become(self.picture.law(), show=seen))

    def measured(self, share: float, kind: str, sign: str = "") -> None:
        """Let a bar of each window grow, and the sign before it come."""
        bars = [self.board.rise(f"{kind}-{letter}.bar") for letter in self.letters]
        zeros = [f"{kind}-{letter}.zero" for letter in self.letters]
        signs = [name for letter in self.letters if self.board.has(name := f"{sign}-{letter}")]
        self.during(share, self.board.show(*zeros, *signs), in_turn(*bars), rate=linear)

    def show_law(self, event: Event) -> None:
        """Of both grows the response."""
        if not self.board.has(f"law-{self.letters[0]}"):
            self.lay_law(0.15)
            self.measured(0.2, "match")
            self.measured(0.2, "ink", "times")
        self.measured(0.5, "law", "gives")
        self.during(0.15, self.come("notes"))
        largest = self.lesson.places["largest"].letter
        self.during(
            1, self.board.pulse(*(f"{kind}-{largest}.bar" for kind in ("match", "ink", "law")))
        )

    # The map on its picture.

    def show_lay(self, event: Event) -> None:
        """The picture grows, and the map lies on it, half transparent."""
        overlaid = self.board.become(self.overlay())
        self.during(0.3, overlaid, self.come("input", "kernel", "legend"))
        # A response on a white stroke is seen as one beside it is.
        self.during(0.45, self.board.show("map"), self.board.dim("input", to=UNDER))
        self.during(1, self.board.pulse("map"))

    def show_sees(self, event: Event) -> None:
        """The largest response, and what its cell sees."""
        letter = self.lesson.places["largest"].letter if self.lesson.places else "best"
        self.board.fill("shown", [[self.lesson.largest]])
        self.during(0.3, self.board.show("shown", f"input.{letter}"))
        self.during(1, self.board.pulse(f"input.{letter}", times=2))

    def show_visits(self, event: Event) -> None:
        """Each window stands at its place once more, with the number that it gave."""
        self.board.show("shown")(1.0)
        places = self.lesson.places.values()
        for place in places:
            mark, cell = f"input.{place.letter}", f"map.{place.letter}"
            self.board.fill("shown", [[place.step.activated]])
            self.during(0.08, self.board.show(mark, cell))
            self.during(1 / len(places) - 0.08, self.board.pulse(mark))

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
        self.during(0.3 * share, _wipe(values, before, blank))
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
        self.board.fill("shown", [[self.lesson.largest]])
        away = [self.board.hide(*others)] if others else []
        cell = [f"map.{letter}"] if self.board.has(f"map.{letter}") else []
        self.during(0.2, self.board.show("shown", f"input.{letter}", *cell), *away)
        self.during(1, self.board.pulse(f"input.{letter}", "shown", times=2))


def _wipe(shown: Any, before: Any, after: Any) -> Move:
    """Draw a map over another one, column by column: each cell is one map's or the other's."""
    columns = np.arange(shown.shape[1])

    def go(alpha: float) -> None:
        shown[...] = np.where(columns < round(alpha * len(columns)), after, before)

    go(0.0)
    return go
