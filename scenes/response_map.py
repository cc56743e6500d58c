"""What a response map means: windows are weighed and measured, the map is laid on its picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import response_map
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.response_picture import Place
from convexplain.stage import LessonScene
from convexplain.stage.board import lazily
from convexplain.stage.pace import Move, eased, in_turn, together


class ResponseMap(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = response_map.ResponseMap
    lesson: response_map.ResponseMap

    def prepare(self) -> None:
        """Lay out the picture and the filter, which are there from the first moment."""
        self.picture = self.lesson.picture_of
        self.board.lay(self.picture.opened())
        self.come("input", "kernel", "map", "legend")(1.0)
        self.channel = self.lesson.shown_filter

    def overlay(self) -> Any:
        """Describe the map that is shown on the picture."""
        return self.picture.overlay(self.channel, upright=self.upright)

    def come(self, *names: str) -> Move:
        """Let those parts come up that the picture has then."""
        return lazily(lambda: self.board.show(*filter(self.board.has, names)))

    # The picture and the filter.

    def show_ask(self, event: Event) -> None:
        """The picture is looked at, then what is asked about."""
        self.during(0.5, self.board.pulse("input"))
        self.during(1, self.board.pulse("kernel" if self.board.has("kernel") else "map", times=2))

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
        """The filter is laid over a patch; its votes are counted, and become the response."""
        if not self.board.has(f"votes-{event.data.letter}"):
            tiles = self.board.become(self.picture.tiles())
            self.during(0.3, tiles, self.come("kernel", "legend", "head-patch"))
        self.weigh(event.data)

    def show_weighed(self, event: Event) -> None:
        """The response is looked at, and the votes that it comes of."""
        letter = event.data.letter
        votes = [f"votes-{letter}.{part}" for part in ("part-0", "part-1")]
        seen = [name for name in votes if self.board.has(name)]
        self.during(1, self.board.pulse(*seen, f"value-{letter}"))

    def weigh(self, place: Place) -> None:
        """Multiply, add up, and let the result come."""
        letter, step = place.letter, place.step
        patch, products, votes = (f"{name}-{letter}" for name in ("patch", "products", "votes"))
        source = patch
        if self.board.has(products):
            source = products
            self.board.fill(products, np.nan)
            self.come(products, "head-products", "head-value")(1.0)
            if self.board.has("kernel"):
                self.during(0.24, self.board.send("kernel", patch))
            self.during(0.18, self.board.send(patch, products))
            self.board.fill(products, step.products.squeeze(axis=2))
        rows = [self.bar(f"{votes}.{name}", source) for name in ("part-0", "part-1", "bias")]
        self.during(0.3, self.board.show(f"{votes}.zero"), in_turn(*rows))
        grown = self.board.grow(f"value-{letter}", out_of=f"{votes}.part-0")
        self.during(1, self.board.show(f"gate-{letter}"), grown)

    def bar(self, name: str, source: str) -> Move:
        """Let a bar grow, and its name and number come."""
        words = self.board.show(f"{name}.label", f"{name}.value")
        return together(eased(self.board.grow(name, out_of=source)), words)

    # Match times ink.

    def show_measure(self, event: Event) -> None:
        """Beside each patch grow its match and its ink."""
        self.lay_law(0.2)
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
        self.during(0.45, self.board.show("map"))
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
            mark = f"input.{place.letter}"
            self.board.fill("shown", [[place.step.activated]])
            self.during(0.08, self.board.show(mark))
            self.during(1 / len(places) - 0.08, self.board.pulse(mark))

    # Other filters.

    def show_another(self, event: Event) -> None:
        """The map of another filter is drawn over the one before; the picture stays."""
        marks = [name for name in self.board.parts if name.startswith("input.")
                 and self.board.shown(name)]  # fmt: skip
        self.during(0.1, self.board.hide("shown", *marks))
        share = 0.9 / len(event.data)
        for number, channel in enumerate(event.data, 1):
            self.draw_map(channel, 0.65 * share)
            seen = "kernel" if self.board.has("kernel") else "map"
            last = number == len(event.data)
            self.during(1 if last else 0.35 * share, self.board.pulse(seen))

    def draw_map(self, channel: int, share: float) -> None:
        """Draw the map of a filter over the one before."""
        before = self.board.part("map").values.copy()
        self.channel = channel
        self.board.become(self.overlay())(1.0)
        after = self.board.part("map").values.copy()
        self.during(share, _wipe(self.board.part("map").values, before, after))

    # The end.

    def show_answer(self, event: Event) -> None:
        """The first map once more, and its largest response."""
        if self.channel != self.lesson.shown_filter:
            self.draw_map(self.lesson.shown_filter, 0.4)
        letter = self.lesson.places["largest"].letter if self.lesson.places else "best"
        self.board.fill("shown", [[self.lesson.largest]])
        self.during(0.2, self.board.show("shown", f"input.{letter}"))
        self.during(1, self.board.pulse(f"input.{letter}", "shown", times=2))


def _wipe(shown: Any, before: Any, after: Any) -> Move:
    """Draw a map over another one, column by column: each cell is one map's or the other's."""
    columns = np.arange(shown.shape[1])

    def go(alpha: float) -> None:
        shown[...] = np.where(columns < round(alpha * len(columns)), after, before)

    go(0.0)
    return go
