"""What a response map means: windows are weighed, the map is laid on its picture, then all maps."""

from __future__ import annotations

from collections.abc import Iterable
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
        """Lay out the picture and its map, which are there from the first moment."""
        self.picture = self.lesson.picture_of
        self.board.lay(self.picture.field(upright=self.upright))
        self.board.show("input", "map", "legend")(1.0)
        self.channel = self.lesson.shown_filter
        self.paired = False

    def overlay(self) -> Any:
        """Describe the map that is shown on the picture."""
        return self.picture.overlay(self.channel, upright=self.upright)

    def come(self, *names: str) -> Move:
        """Let those parts come up that the picture has then."""
        return lazily(lambda: self.board.show(*filter(self.board.has, names)))

    # The map and the filter.

    def show_ask(self, event: Event) -> None:
        """The map slides over the picture, and comes beside it: they are of the same places."""
        self.during(0.15, self.board.pulse("input"))
        self.during(0.3, self.board.become(self.overlay()))
        self.during(0.25, self.board.pulse("map"))
        # On the picture it is glass, beside it paper: it goes before it comes.
        self.during(0.1, self.board.hide("map"))
        field = self.board.become(self.picture.field(upright=self.upright), show=("map",))
        self.during(1, field)

    def show_signs(self, event: Event) -> None:
        """The filter comes between them; its weights for the pattern light up, then the others."""
        field = self.picture.field(upright=self.upright, weighs=True)
        self.during(0.3, self.board.become(field), self.come("kernel", "legend"))
        self.light_by_sign(0.35, "kernel")

    def show_weighs(self, event: Event) -> None:
        """What a cell sees is a window of the picture."""
        mark = f"input.{self.lesson.places['largest'].letter if self.lesson.places else 'best'}"
        self.during(0.3, self.board.show(mark))
        self.during(1, self.board.pulse("map", times=2))

    # Windows are weighed.

    def show_windows(self, event: Event) -> None:
        """Patches grow out of their windows, and stand beside one another."""
        self.during(0.35, self.board.become(self.picture.windows()), self.come("kernel", "legend"))
        letters = [place.letter for name, place in self.places if name != "closest"]
        moves = [in_turn(self.come(f"input.{letter}"), self.patch(letter)) for letter in letters]
        self.during(1, in_turn(*moves, overlap=0.2), rate=linear)

    @property
    def places(self) -> list[tuple[str, Place]]:
        """All windows that are weighed, by name."""
        return [*self.lesson.places.items()]

    def patch(self, letter: str) -> Move:
        """Let a patch grow out of its window, if there is room for the picture."""

        def start() -> Move:
            mark = f"input.{letter}"
            out = mark if self.board.has(mark) else f"name-{letter}"
            return self.board.grow(f"patch-{letter}", out_of=out)

        return together(eased(lazily(start)), self.come(f"name-{letter}"))

    def show_predict(self, event: Event) -> None:
        """The windows are looked at in turn; then the video waits."""
        looks = [
            self.board.pulse(f"patch-{place.letter}", colour="muted")
            for name, place in self.places if name != "closest"
        ]  # fmt: skip
        self.during(min(1.0, 6.0 / event.seconds), in_turn(*looks), rate=linear)

    def show_weigh(self, event: Event) -> None:
        """The filter is laid over a patch; its votes are counted, and become the response."""
        if not self.board.has(f"votes-{event.data.letter}"):
            tiles = self.board.become(self.picture.tiles())
            self.during(0.3, tiles, self.come("kernel", "legend", "head-patch"))
        self.weigh(event.data, 1)

    def show_weighed(self, event: Event) -> None:
        """The response is looked at, and the votes that it comes of."""
        letter = event.data.letter
        votes = [f"votes-{letter}.{part}" for part in ("part-0", "part-1")]
        seen = [name for name in votes if self.board.has(name)]
        self.during(1, self.board.pulse(*seen, f"value-{letter}"))

    def weigh(self, place: Place, share: float) -> None:
        """Multiply, add up, and let the result come."""
        letter, step = place.letter, place.step
        patch, products, votes = (f"{name}-{letter}" for name in ("patch", "products", "votes"))
        source = patch
        if self.board.has(products):
            source = products
            self.board.fill(products, np.nan)
            self.come(products, "head-products", "head-value")(1.0)
            if self.board.has("kernel"):
                self.during(0.24 * share, self.board.send("kernel", patch))
            self.during(0.18 * share, self.board.send(patch, products))
            self.board.fill(products, step.products.squeeze(axis=2))
        if not self.board.has(votes):
            self.during(1, self.board.grow(f"value-{letter}", out_of=source))
            return
        rows = [self.bar(f"{votes}.{name}", source) for name in ("part-0", "part-1", "bias")]
        self.during(0.25 * share, self.board.show(f"{votes}.zero"), in_turn(*rows))
        self.during(0.12 * share, self.bar(f"{votes}.value", f"{votes}.part-0"))
        grown = self.board.grow(f"value-{letter}", out_of=f"{votes}.value")
        self.during(1, self.board.show(f"gate-{letter}"), grown)

    def bar(self, name: str, source: str) -> Move:
        """Let a bar grow, and its name and number come."""
        words = self.board.show(f"{name}.label", f"{name}.value")
        return together(eased(self.board.grow(name, out_of=source)), words)

    # Match times ink.

    def show_weigh_closest(self, event: Event) -> None:
        """A window comes that matches better and holds less ink."""
        letter = event.data.letter
        if self.board.has(f"input.{letter}"):
            self.during(0.15, self.board.show(f"input.{letter}"))
        self.pair(0.28)
        self.weigh(event.data, 0.6)

    def pair(self, share: float) -> None:
        """Lay out the windows that are compared; a new one's patch grows out of its window."""
        letters = [self.lesson.places[name].letter for name in self.lesson.compared]
        has, mark = self.board.has, "input.{}".format
        before = {n: self.board.box(mark(n) if has(mark(n)) else "map") for n in letters}
        new = [n for n in letters if not (has(f"patch-{n}") and self.board.shown(f"patch-{n}"))]
        become = self.board.become(self.picture.pair(self.lesson.compared))
        known = [f"{name}-{n}" for n in letters if n not in new
                 for name in ("products", "votes", "gate", "value")]  # fmt: skip
        grown = lazily(
            lambda: together(*(self.board.grow(f"patch-{n}", out_of=before[n]) for n in new))
        )
        names = [f"name-{n}" for n in letters]
        self.during(share, become, self.come("kernel", "legend", "notes", *names, *known), grown)
        self.paired = True

    def show_law(self, event: Event) -> None:
        """Each sum is its match times its ink, times the filter's own length."""
        if not self.paired:
            self.pair(0.25)
            for name in self.lesson.compared:
                letter = self.lesson.places[name].letter
                self.come(*(f"{part}-{letter}" for part in ("products", "votes", "gate", "value")))(
                    1.0
                )
        laws = [f"law-{self.lesson.places[name].letter}" for name in self.lesson.compared]
        terms = [
            [name for name in self.board.names(law) if name.split(".")[1] in group]
            for group in (("match",), ("times", "ink"), ("again", "filter"), ("equals", "sum"))
            for law in laws
        ]
        self.during(0.6, in_turn(*(self.board.show(*names) for names in terms)), rate=linear)
        ends = [f"{law}.{name}" for name in ("match", "ink") for law in laws]
        self.during(1, in_turn(*(self.board.pulse(end) for end in ends)))

    # The map on its picture.

    def show_lay(self, event: Event) -> None:
        """The picture grows, and the map lies on it, half transparent."""
        overlaid = self.board.become(self.overlay())
        self.during(0.4, overlaid, self.come("input", "kernel", "legend"))
        self.during(0.4, self.board.show("map"))
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
        for _, place in self.places:
            mark = f"input.{place.letter}"
            self.board.fill("shown", [[place.step.activated]])
            self.during(0.08, self.board.show(mark))
            self.during(1 / len(self.places) - 0.08, self.board.pulse(mark))

    # Other filters.

    def show_another(self, event: Event) -> None:
        """The map of another filter is drawn over the one before; the picture stays."""
        marks = [name for name in self.board.parts if name.startswith("input.")
                 and self.board.shown(name)]  # fmt: skip
        self.during(0.1, self.board.hide("shown", *marks))
        for number, channel in enumerate(event.data, 1):
            share = 0.9 / len(event.data)
            before = self.board.part("map").values.copy()
            self.channel = channel
            self.board.become(self.overlay())(1.0)
            after = self.board.part("map").values.copy()
            self.during(0.65 * share, _wipe(self.board.part("map").values, before, after))
            last = number == len(event.data)
            seen = "kernel" if self.board.has("kernel") else "map"
            self.during(1 if last else 0.35 * share, self.board.pulse(seen))

    # All of them.

    def show_all(self, event: Event) -> None:
        """The map becomes the wall of all maps, each on the picture, with its filter."""
        place = self.board.box("map")
        every = self.lesson.on_wall
        laid = self.board.become(self.picture.wall(upright=self.upright))

        def laid_on(channels: list[int]) -> list[str]:
            return [*self.tiles(channels, "wall.under"), *self.tiles(channels)]

        # The map that is seen becomes its tile; the others come out of it as small as they will be.
        whole = [self.board.grow(n, out_of=place) for n in laid_on([self.channel])]
        rest = laid_on([n for n in every if n != self.channel])
        small = [self.board.emerge(n, place) for n in rest]
        kernels = self.tiles(every, "wall.kernel")
        self.during(0.45, laid, *small, *whole, self.come("legend"))
        self.during(0.15, self.come(*kernels))
        others = [n for n in self.lesson.others if n in every][:1] or [self.channel]
        looks = [self.board.pulse(name) for name in self.tiles(others)]
        shown = self.board.pulse(*self.tiles([self.lesson.shown_filter]))
        self.during(1, in_turn(shown, *looks))

    def tiles(self, channels: Iterable[int], kind: str = "wall") -> list[str]:
        """Return the names of those maps that are on the wall, or of what is under or on them."""
        places = {channel: place for place, channel in enumerate(self.lesson.on_wall)}
        return [f"{kind}[{places[channel]}]" for channel in channels if channel in places]

    def show_place(self, event: Event) -> None:
        """A light runs through one place of all maps; those that answer stay bright."""
        cells = self.lesson.laid.cells(*self.lesson.best)
        answering = self.lesson.above_zero

        def light(tile: str) -> Move:
            def start() -> Move:
                return self.board.pulse_at(self.board.within(tile, *cells))

            return lazily(start)

        quiet = [n for n in self.lesson.on_wall if n not in answering]
        kinds = ("wall", "wall.under", "wall.kernel")
        parts = [n for kind in kinds for n in self.tiles(quiet, kind) if self.board.has(n)]
        dims = [self.board.dim(*parts, to=0.25)] if parts else []
        lights = [light(tile) for tile in self.tiles(answering)]
        self.during(0.7, in_turn(*lights, overlap=0.6), *dims, rate=linear)
        boxes = [self.board.within(tile, *cells) for tile in self.tiles(answering)]
        self.during(1, self.board.pulse_at(*boxes))

    def show_blank(self, event: Event) -> None:
        """Those without any response."""
        self.relight()
        self.during(1, self.board.pulse(*self.tiles(self.lesson.blank), colour="muted", times=2))

    def show_tint(self, event: Event) -> None:
        """The one that answers blank paper most."""
        self.relight()
        self.during(1, self.board.pulse(*self.tiles([event.data]), times=2))

    def relight(self) -> None:
        """Bring all maps back that were dimmed."""
        self.during(0.15, self.board.dim("wall", to=1.0))

    # The end.

    def show_name(self, event: Event) -> None:
        """The first map comes forward again."""
        self.forward(0.5)
        self.during(1, self.board.pulse("map", times=2))

    def forward(self, share: float) -> None:
        """Let the shown filter's map come out of the wall, or lie on the picture as it did."""
        self.channel = self.lesson.shown_filter
        (tile,) = self.tiles([self.channel]) or [""]
        out = self.board.box(tile) if self.board.has(tile) else None
        if out is None:
            self.during(share, self.board.become(self.overlay()))
            return
        grown = [self.board.grow(name, out_of=out) for name in ("input", "map")]
        self.during(share, self.board.become(self.overlay()), *grown, self.come("kernel", "legend"))

    def show_answer(self, event: Event) -> None:
        """Its largest response once more."""
        if not self.board.has("map"):
            self.forward(0.3)
        letter = self.lesson.places["largest"].letter if self.lesson.places else "best"
        self.board.fill("shown", [[self.lesson.largest]])
        self.during(0.3, self.board.show("shown", f"input.{letter}"))
        self.during(1, self.board.pulse(f"input.{letter}", "shown", times=2))


def _wipe(shown: Any, before: Any, after: Any) -> Move:
    """Draw a map over another one, column by column: each cell is one map's or the other's."""
    columns = np.arange(shown.shape[1])

    def go(alpha: float) -> None:
        shown[...] = np.where(columns < round(alpha * len(columns)), after, before)

    go(0.0)
    return go
