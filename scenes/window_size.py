"""Window size: what windows see and weigh, what the networks cost, what trainings gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import window_size
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.size_picture import Variant, blank_count
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import Region
from convexplain.stage.pace import Move, in_turn, lazily, together

#: How much of the colours is seen that lie on a picture.
SHEER = 0.65


class WindowSize(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = window_size.WindowSize
    lesson: window_size.WindowSize

    def prepare(self) -> None:
        """Lay out the picture."""
        self.board.lay(self.lesson.opening())
        self.board.show("input", self.windows[0])(1.0)

    @property
    def windows(self) -> list[str]:
        """The frames of all sizes on the picture."""
        return [f"input.w{k}" for k in self.lesson.sizes]

    # What windows see.

    def show_breathe(self, event: Event) -> None:
        """A frame breathes on the picture: small, larger, largest, and back."""
        self.during(0.8, self.breathe(self.windows[0]))
        self.during(1, self.board.show(*self.windows))

    def breathe(self, name: str) -> Move:
        """Return a move in which a frame takes on the sizes of all, and then its own again."""

        def start() -> Move:
            frame = self.board.part(name)
            own = frame.places.copy()
            places = [self.board.part(each).places.copy() for each in self.windows]
            stops = [*places, *places[-2::-1]]

            def go(alpha: float) -> None:
                at = alpha * (len(stops) - 1)
                n = min(int(at), len(stops) - 2)
                frame.places = stops[n] + (stops[n + 1] - stops[n]) * (at - n)
                if alpha >= 1:
                    frame.places = own

            return go

        return lazily(start)

    def show_tiles(self, event: Event) -> None:
        """All frames stay; what they hold comes out as tiles of one size."""
        self.during(0.25, self.board.become(self.lesson.tiles(upright=self.upright)))
        tiles = [
            self.board.grow(f"tile-{k}", out_of=f"input.w{k}") for k in self.lesson.sizes
        ]  # fmt: skip
        self.during(0.75, in_turn(*tiles, overlap=0.2))
        self.during(1, *(self.board.pulse(f"tile-{k}") for k in self.lesson.sizes))

    def show_ink(self, event: Event) -> None:
        """How much of the ink each of them sees."""
        self.during(0.15, *(self.board.show(f"ink-{k}") for k in self.lesson.sizes))
        looks = [
            self.board.pulse(f"tile-{k}", f"input.w{k}", f"ink-{k}") for k in self.lesson.sizes
        ]
        self.during(1, in_turn(*looks))

    def show_weights(self, event: Event) -> None:
        """Below each tile its weights, as many as pixels: dots, for they are not known yet."""
        weights = [
            self.board.grow(f"weights-{k}", out_of=f"tile-{k}") for k in self.lesson.sizes
        ]  # fmt: skip
        self.during(0.8, in_turn(*weights, overlap=0.2))
        self.during(1, *(self.board.pulse(f"weights-{k}.note") for k in self.lesson.sizes))

    def show_blank(self, event: Event) -> None:
        """Windows of each size run over the picture; places without any ink are counted."""
        sizes = self.lesson.sizes
        blanks = {k: self.lesson.blank(k) for k in sizes}
        before = self.board.box("input") if self.board.has("input") else None
        counters = [f"input-{k}.counter" for k in sizes]
        known = {k: np.zeros(blank.shape) for k, blank in blanks.items()}

        def part() -> Move:
            self.fill(known, 0.0)
            grown = [
                self.board.grow(f"input-{k}", before) if before else self.board.show(f"input-{k}")
                for k in sizes
            ]
            return together(*grown, self.board.show("legend"))

        laid = self.board.become(self.lesson.blanks(upright=self.upright))
        self.during(0.2, laid, lazily(part))
        self.board.show(*(f"input-{k}.window" for k in sizes))(1.0)
        self.board.show(*(f"blank-{k}" for k in sizes), dim=SHEER)(1.0)
        self.during(0.7, lambda alpha: self.fill(known, alpha), rate=linear)
        self.during(1, *(self.board.pulse(name) for name in counters))

    def fill(self, known: dict[int, Any], alpha: float) -> None:
        """Fill in where there is no ink as far as the windows have come, and count."""
        for k, values in known.items():
            blank = self.lesson.blank(k)
            reached = max(1, round(alpha * blank.size))
            values.flat[:reached] = blank.flat[:reached]
            self.board.fill(f"blank-{k}", values)
            so_far = blank.flat[:reached]
            self.board.say(f"input-{k}.counter", self.text(blank_count(so_far)))
            self.board.move(f"input-{k}.window", *divmod(reached - 1, blank.shape[1]))(1.0)

    def show_two_layers(self, event: Event) -> None:
        """A small window reads nine places of the pixels; one more of the same reads all nine."""
        side, (row, col) = self.lesson.sizes[0], self.lesson.centre
        before = next((n for n in ("input", f"input-{side}") if self.board.has(n)), None)
        both = 2 * side - 1
        top, left = row - both // 2, col - both // 2
        box = self.board.within(before, top, left, both, both) if before else None
        layers = self.board.become(self.lesson.layers(upright=self.upright))
        grown = self.board.grow("pixels", out_of=box) if box else self.board.show("pixels")
        self.during(0.2, layers, grown)
        places = list(np.ndindex(side, side))
        self.board.show("first", "pixels.window", "first.window")(1.0)
        frame = self.board.part("first.window")
        whole = frame.places.copy()

        def step(alpha: float) -> None:
            row, col = places[min(int(alpha * len(places)), len(places) - 1)]
            self.board.move("pixels.window", row, col)(1.0)
            left, top, wide, high = self.board.box(f"first[{row}, {col}]")
            frame.places = [(left, top), (left + wide, top), (left, top + high)]

        self.during(0.4, step, rate=linear)
        self.during(0.2, _placed(frame, whole), self.board.show("second"))
        self.during(0.15, self.board.show("count"), self.board.walk("first.window->second[0, 0]"))
        self.during(1, self.board.pulse("pixels", "second"))

    # What they cost.

    def show_first_layer(self, event: Event) -> None:
        """The networks as towers: at first only their first layers."""
        sizes = self.lesson.by_size
        first = next(iter(sizes[0].work))
        names = [f"name-{v.name}" for v in sizes]
        words = ("said-1", "said-3", f"key-{first}")
        towers = self.lesson.towers(upright=self.upright)
        bars = [f"tower-{v.name}.{first}" for v in sizes]
        # The first comes with its name, so that the stage is never empty.
        self.during(0.2, self.board.become(towers, show=(*names, *words, bars[0])))
        plates = [self.board.grow(bar, out_of=self.floor(bar)) for bar in bars[1:]]
        self.during(0.4, in_turn(*plates, overlap=0.6))
        counts = [f"first-{v.name}" for v in sizes]
        near = self.camera.to(self.board.around(*bars, *counts, *names, *words), 0.9)
        self.during(0.5, near, self.board.show(*counts))
        self.during(1, *(self.board.pulse(name) for name in counts))

    def floor(self, name: str) -> tuple[float, float, float, float]:
        """Return the lower edge of something, out of which it rises."""
        left, top, wide, high = self.board.box(name)
        return left, top + high - 1, wide, 1.0

    def show_predict(self, event: Event) -> None:
        """The first plates are looked at in turn; then the video waits."""
        first = next(iter(self.lesson.by_size[0].work))
        pulses = [self.board.pulse(f"tower-{v.name}.{first}") for v in self.lesson.by_size]
        self.during(min(1.0, 3.0 / event.seconds), in_turn(*pulses))

    def show_sink(self, event: Event) -> None:
        """The maps come, smaller and smaller; all other layers lie on the first ones."""
        sizes = self.lesson.by_size
        maps = [f"maps-{v.name}" for v in sizes]
        self.during(0.2, self.camera.home(), self.board.show("said-2", *maps))
        layers = list(sizes[0].work)[1:]
        rise: list[Move] = [
            together(
                self.board.show(f"key-{layer}"),
                *(
                    self.board.grow(
                        f"tower-{v.name}.{layer}", out_of=self.floor(f"tower-{v.name}.{layer}")
                    )
                    for v in sizes
                ),
            )
            for layer in layers
        ]
        self.during(0.5, in_turn(*rise))
        whole = [f"whole-{v.name}" for v in sizes]
        self.during(0.1, self.board.show("said-0", *whole))
        self.during(1, in_turn(*(self.board.pulse(name) for name in whole)))

    # What trainings gave.

    def show_once(self, event: Event) -> None:
        """The axes; then of each size the dot of its first training, out of its tower."""
        towers = self.towers(self.lesson.by_size)
        self.axes(0.1)
        dots = [self.dot(v, 0, towers.get(v.name)) for v in self.lesson.by_size]
        self.during(1, in_turn(*dots))

    def towers(self, shown: Sequence[Variant]) -> dict[str, Region]:
        """Return where the towers of some networks stand, if they do."""
        names = (v.name for v in shown if self.board.has(f"tower-{v.name}"))
        return {name: self.board.box(f"tower-{name}") for name in names}

    def axes(self, share: float) -> None:
        """Lay out the chart without its dots."""
        chart = self.lesson.accuracies()
        self.during(share, self.board.become(chart, show=self.plain()))

    def plain(self) -> Iterator[str]:
        """Yield the names of the chart's axes, and of what stands at them, once it is laid out."""
        runs = [f"chart.{v.name}" for v in self.lesson.variants]
        for name in self.board.names("chart"):
            if not any(name == run or name.startswith((f"{run}.", f"{run}-")) for run in runs):
                yield name

    def range(self, variant: Variant) -> Move:
        """Return a move that draws from the lowest accuracy to the highest."""
        run = f"chart.{variant.name}"
        told = [f"{run}.told"] if self.board.has(f"{run}.told") else []
        return together(self.board.walk(run), self.board.show(f"{run}.band", *told))

    def dot(self, variant: Variant, n: int, start: Region | None = None) -> Move:
        """Return a move that brings the dot of one training, and the name of its network."""
        run = f"chart.{variant.name}"
        label = self.board.show(f"{run}.label")
        if start is not None:
            return together(self.board.carry(start, f"{run}-{n}"), label)
        return together(self.board.walk(f"{run}-{n}"), label, self.board.pulse(f"{run}-{n}"))

    def show_again(self, event: Event) -> None:
        """The dots of the other trainings, and lines from the lowest to the highest."""
        if not self.board.has("chart"):
            self.axes(0.2)
        sizes = self.lesson.by_size
        first = 0 if not self.board.shown(f"chart.{sizes[0].name}-0") else 1
        dots = [self.dot(v, n) for n in range(first, len(sizes[0].accuracies)) for v in sizes]
        self.during(0.7, in_turn(*dots, overlap=0.3))
        self.during(1, *(self.range(v) for v in sizes))

    def show_compare(self, event: Event) -> None:
        """Two ranges are looked at together: their nearest ends, if they do not meet."""
        one, other = event.data, self.lesson.chosen
        self.during(0.5, self.board.pulse(f"chart.{one.name}", f"chart.{other.name}"))
        high, low = (one, other) if one.spread[1] < other.spread[0] else (other, one)
        top = int(np.argmax(high.accuracies))
        bottom = int(np.argmin(low.accuracies))
        ends = f"chart.{high.name}-{top}", f"chart.{low.name}-{bottom}"
        ranges = [f"chart.{one.name}", f"chart.{other.name}"]
        shown = ranges if one.overlaps(other) else ends
        self.during(1, self.board.pulse(*shown, times=2))

    # How many filters.

    def show_filters(self, event: Event) -> None:
        """Towers once more: eight filters become sixteen, thirty-two, sixty-four."""
        shown = self.lesson.by_filters
        layers = list(shown[0].work)
        towers = self.lesson.towers(filters=True, upright=self.upright)
        words = ("said-0", "said-1", "said-3", *(f"key-{layer}" for layer in layers))
        first = [f"{part}-{shown[0].name}" for part in ("name", "tower", "first", "whole")]
        self.during(0.15, self.board.become(towers, show=(*words, *first)))
        rise = [
            together(
                self.board.show(f"name-{v.name}"),
                *(
                    self.board.grow(
                        f"tower-{v.name}.{layer}", out_of=self.floor(f"tower-{v.name}.{layer}")
                    )
                    for layer in v.work
                ),
                self.board.show(f"first-{v.name}", f"whole-{v.name}"),
            )
            for v in shown[1:]
        ]
        self.during(0.75, in_turn(*rise))
        self.during(1, in_turn(*(self.board.pulse(f"whole-{v.name}") for v in shown)))

    def show_chart(self, event: Event) -> None:
        """All networks: their work to the right, their accuracies up; dots walk in one by one."""
        towers = self.towers(self.lesson.by_filters)
        chart = self.lesson.everything()
        self.during(0.12, self.board.become(chart, show=self.plain()))
        ordered = sorted(self.lesson.variants, key=lambda v: v.multiplications)
        dots = [
            together(
                *(self.dot(v, n, towers.get(v.name)) for n in range(len(v.accuracies))),
                self.range(v),
            )
            for v in ordered
        ]  # fmt: skip
        self.during(0.7, in_turn(*dots))
        few, many = self.lesson.by_filters[0], self.lesson.by_filters[-1]
        self.during(1, self.board.pulse(f"chart.{few.name}", f"chart.{many.name}", times=2))

    def show_choice(self, event: Event) -> None:
        """The chapter's choice: a frame tries all sizes on the picture, and all filters answer."""
        chosen = f"w{self.lesson.chosen.size}"
        closing = self.lesson.closing(upright=self.upright)
        self.during(0.15, self.board.become(closing, show=("input", f"input.{chosen}")))
        self.during(0.35, self.breathe(f"input.{chosen}"))
        others = [name for name in self.windows if name != f"input.{chosen}"]
        self.board.show(*others)(1.0)
        maps = [f"maps[{n}]" for n in range(self.lesson.chosen.filters)]
        grown = [self.board.grow(name, out_of=f"input.{chosen}") for name in maps]
        self.during(0.1, self.board.show("maps.title", "legend"))
        self.during(0.6, in_turn(*grown, overlap=0.7))
        self.during(1, self.board.pulse("input.title", "maps.title", f"input.{chosen}"))


def _placed(frame: Any, places: Any) -> Move:
    """Return a move of a frame to other places."""
    before = frame.places.copy()

    def go(alpha: float) -> None:
        frame.places = before + (places - before) * alpha

    return go
