"""Channels: a photograph's three become one number, then a layer's many, at every place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import channels
from convexplain.lessons.parts.beats import Event
from convexplain.ops import ConvStep
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, accelerating, eased, in_turn, lazily, together

COLOURS = range(3)


class Channels(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = channels.Channels
    lesson: channels.Channels

    def prepare(self) -> None:
        """Lay out the photograph, or where it is left out, what the layer reads."""
        self.photo = replace(self.lesson.photo_picture, upright=self.upright)
        self.picture = replace(self.lesson.picture_of, upright=self.upright)
        self.result = np.full(self.lesson.colours.response_map.shape, np.nan)
        self.map: npt.NDArray[np.float64] = np.full(self.picture.outputs.shape[:2], np.nan)
        names = [event.name for beat in self.beats for event in beat.parts]
        if "peel" in names:
            self.board.lay(self.photo.photograph())
            self.board.show("photo")(1.0)
        else:
            self.board.lay(self.picture.wall())
            self.board.show(*self.wall())(1.0)

    def show_question(self, event: Event) -> None:
        """The window comes, and moves over all that is to be read, to the place that is shown."""
        whole = self.board.has("photo")
        step = self.lesson.colours.stop if whole else self.lesson.step
        marks = ["photo.window"] if whole else self.windows
        self.during(0.15, self.board.show(*marks))
        start, middle = (0.0, 0.0), (0.0, float(step.col))
        legs = [(start, middle), (middle, (float(step.row), float(step.col)))]
        self.during(1, in_turn(*(eased(self.slide(marks, *leg)) for leg in legs)), rate=linear)

    def slide(self, marks: Sequence[str], start: Any, end: Any) -> Move:
        """Return the move of windows on several maps from one place to another."""
        way = np.array(start), np.array(end)

        def at(alpha: float) -> tuple[float, float]:
            row, col = way[0] + (way[1] - way[0]) * alpha
            return float(row), float(col)

        others = [self.board.visit(mark, at) for mark in marks[1:]]
        return self.board.visit(marks[0], at, *others)

    # The photograph.

    def show_peel(self, event: Event) -> None:
        """The photograph peels into its red, its green and its blue light."""
        self.during(0.25, self.board.become(self.photo.sheets()))
        sheets = [eased(self.board.grow(f"sheet-{n}", out_of="photo")) for n in COLOURS]
        self.during(1, in_turn(*sheets))

    def show_window(self, event: Event) -> None:
        """The window is drawn through all three; three patches come out."""
        marks = [f"sheet-{n}.window" for n in COLOURS]
        self.during(0.3, in_turn(*(self.board.show(mark) for mark in marks)))
        self.during(0.2, *(self.board.pulse(mark) for mark in marks))
        places = [self.board.box(mark) for mark in marks]
        patches = [self.board.grow(f"patch-{n}", out_of=place) for n, place in enumerate(places)]
        self.during(1, self.board.become(self.photo.sums(), show=["photo.window"]), *patches)

    def show_kernels(self, event: Event) -> None:
        """Three kernels come beside their patches, which move onto them."""
        legend = ["legend"] if self.board.has("legend") else []
        kernels = [self.board.show(f"times-{n}", f"kernel-{n}") for n in COLOURS]
        self.during(0.45, in_turn(*kernels), self.board.show("hand-made", *legend))
        self.during(1, in_turn(*(self.board.send(f"patch-{n}", f"kernel-{n}") for n in COLOURS)))

    def show_sums(self, event: Event) -> None:
        """Each channel's products give a sum."""
        rows = [
            in_turn(self.board.pulse(f"kernel-{n}"), self.board.show(f"sum.{n}"), overlap=0.6)
            for n in COLOURS
        ]
        self.during(1, in_turn(*rows), rate=linear)

    def show_added(self, event: Event) -> None:
        """The three sums are put on each other."""
        more = [name for name in ("sum.bias", "sum.activation") if self.board.has(name)]
        self.during(0.25, self.board.show("sum.rule", "sum.total", *more))
        self.during(0.35, self.board.grow("sum.activated", out_of="sum.total"))
        self.during(1, self.board.pulse("sum.activated", times=2))

    def show_run(self, event: Event) -> None:
        """The window runs over the photograph, and the map fills."""
        stop = self.lesson.colours.stop
        self.result[stop.row, stop.col] = stop.value
        shown = ("photo.window", "result", "result.cell", "legend")
        self.become(self.photo.field(), 0.2, show=shown)
        fed = ["result.cell"]
        self.run(["photo.window"], fed, "result", self.result, self.lesson.colours.response_map)

    def run(
        self,
        windows: Sequence[str],
        fed: Sequence[str],
        name: str,
        known: npt.NDArray[Any],
        values: npt.NDArray[Any],
    ) -> None:
        """Let windows visit all places in what is left of the event; a map fills meanwhile."""
        seconds, (_, width) = self.remaining, values.shape
        (down, across), (top, left) = self.law(name)
        path = accelerating(values.size - 1, seconds, 4.0)
        flat = known.reshape(-1)

        def now(alpha: float) -> tuple[int, int]:
            place = min(round(path.position(alpha * seconds)), values.size - 1)
            return place // width, place % width

        def window_at(alpha: float) -> tuple[float, float]:
            row, col = now(alpha)
            return top + row * down, left + col * across

        def cell_at(alpha: float) -> tuple[float, float]:
            row, col = now(alpha)
            return float(row), float(col)

        def fill(alpha: float) -> None:
            row, col = now(alpha)
            end = row * width + col + 1
            flat[:end] = values.reshape(-1)[:end]
            self.board.fill(name, known)

        others = [self.board.visit(mark, window_at) for mark in windows[1:]]
        cells = [self.board.visit(mark, cell_at) for mark in fed]
        moves = (*others, *cells, fill)
        self.during(1, self.board.visit(windows[0], window_at, *moves), rate=linear)

    def show_where(self, event: Event) -> None:
        """The map slides over the photograph, half transparent."""
        stop = self.lesson.colours.stop
        back = self.board.move("photo.window", stop.row, stop.col)
        self.during(0.1, self.board.hide("result.cell"), back)
        table = [f"{part}-{n}" for n in COLOURS for part in ("patch", "times", "kernel")]
        self.become(self.photo.overlay(), 0.4, show=["photo.window", *table])
        self.during(0.2, self.board.dim("result", to=0.72))
        pairs = (self.board.pulse(f"patch-{n}", f"kernel-{n}") for n in COLOURS)
        self.during(1, self.board.pulse("photo.window", times=2), in_turn(*pairs))

    # The layer.

    @property
    def tiles(self) -> list[str]:
        """Names of the maps that are shown of what the layer reads."""
        return [f"map-{n}" for n in self.picture.every]

    @property
    def windows(self) -> list[str]:
        """Names of the windows on them."""
        return [f"{tile}.window" for tile in self.tiles]

    def wall(self) -> list[str]:
        """Return the names of these maps, and of what is said of them."""
        return [*self.tiles, *self.said()]

    def said(self) -> Iterator[str]:
        """Yield the names of what is said of the maps, as far as something is."""
        yield from (name for name in ("inputs", "told", "legend") if self.board.has(name))

    def show_layer(self, event: Event) -> None:
        """The photograph gives way to the many maps inside a network; the window is on all."""
        if not self.board.has("photo"):
            self.during(1, in_turn(*(self.board.pulse(tile) for tile in self.tiles), overlap=0.7))
            return
        maps = lazily(lambda: in_turn(*(self.board.show(tile) for tile in self.tiles), overlap=0.8))

        def come(alpha: float) -> None:
            # The first come while the photograph goes, on what is nearly empty and never quite.
            maps(max(0.0, alpha - 0.4) / 0.6)

        self.become(self.picture.wall(), 0.6, come, show=self.said())
        self.during(1, in_turn(*(self.board.show(mark) for mark in self.windows), overlap=0.7))

    def lay(self, picture: Diagram, names: Sequence[str], share: float, *others: Move) -> None:
        """Lay out another picture, and then let those of some names come that it has."""
        self.become(picture, 0.85 * share, *others)
        there = [name for name in names if self.board.has(name)]
        self.during(0.15 * share, self.board.show(*there))

    # One number.

    def show_first(self, event: Event) -> None:
        """One channel: its patch, its weights, their products; their sum begins a pile."""
        channel: int = event.data
        mark = f"map-{channel}.window"
        moves = self.board.become(self.picture.making(channel), show=[f"map-{channel}", mark])
        self.during(0.2, moves)
        self.during(0.12, self.board.grow("patch", out_of=f"map-{channel}.window"))
        self.link(channel)
        self.during(0.2, self.board.show("kernel", "times"))
        self.multiply(0.2)
        if self.board.has("place"):
            self.board.show("place")(1.0)
        self.stack(channel, 0, 1)

    def link(self, channel: int) -> None:
        """Show where a patch comes from."""
        self.board.show("patch.frame", f"map-{channel}.window->patch")(1.0)

    def multiply(self, share: float) -> None:
        """All pixels move onto their weights, and their products into their places."""
        products = self.board.part("products").values.copy()
        self.board.fill("products", np.nan)
        self.board.show("products")(1.0)
        self.during(0.55 * share, self.board.send("patch", "kernel"))
        self.during(0.45 * share, self.board.send("kernel", "products"))
        self.board.fill("products", products)

    def stack(self, channel: int, number: int, share: float) -> None:
        """The products' sum becomes a block of the pile, and a line of the sum."""
        name = "products" if len(self.lesson.breakdown.addends) == 1 else f"part-{number}"
        block = f"pile.{channel}"
        grow = [self.board.grow(block, out_of="products")] if self.board.has(block) else []
        words = "pile.title", "pile.zero", f"sum.{name}"
        self.during(share, *grow, self.board.show(*words))

    def show_next(self, event: Event) -> None:
        """The next channels' sums lie down on the pile, each out of its own map."""
        following = self.lesson.top[1:]
        self.lay_pile(0.25)
        moves = []
        for number, n in enumerate(following, 1):
            grown = [eased(self.laid_on(str(n)))] if self.board.has(f"pile.{n}") else []
            line = self.board.show(f"sum.part-{number}")
            looked = together(self.board.pulse(f"map-{n}"), *grown)
            moves.append(in_turn(looked, line, overlap=0.5))
        self.during(1, in_turn(*moves, overlap=0.1), rate=linear)

    def lay_pile(self, share: float) -> None:
        """Lay out all maps beside the pile."""
        self.become(self.picture.piled(), share, show=["inputs", *self.tiles, *self.windows])

    def show_rest(self, event: Event) -> None:
        """All other channels drop their blocks on the pile."""
        if self.board.has("products"):
            self.lay_pile(0.2)
        named = {str(n) for n in self.lesson.top} | {"bias"}
        blocks = [name for name, value in self.picture.blocks if name not in named and value]
        moves = [eased(self.laid_on(name)) for name in blocks]
        count = len(self.lesson.top)
        self.during(0.7, in_turn(*moves, overlap=0.9) if moves else self.board.pulse("pile"))
        self.during(1, self.board.show(f"sum.part-{count}"))

    def laid_on(self, name: str) -> Move:
        """Let a block grow where it lies: out of its map, if that is shown, or on the pile."""
        if f"map-{name}" in self.tiles:
            return self.board.grow(f"pile.{name}", out_of=f"map-{name}.window")
        left, top, width, height = self.board.box(f"pile.{name}")
        up = dict(self.picture.blocks)[name] > 0
        edge = left, top + height if up else top, width, 0.0
        return self.board.grow(f"pile.{name}", out_of=edge)

    def show_one(self, event: Event) -> None:
        """The bias, the total, the activation: one number."""
        shown = [name for name in self.board.names("sum") if name != "sum.activated"]
        bias = [name for name in ("pile.bias",) if self.board.has(name)]
        self.during(0.3, self.board.show(*shown, *bias))
        self.during(0.35, self.board.grow("sum.activated", out_of="sum.total"))
        self.during(1, self.board.pulse("sum.activated", times=2))

    def show_against(self, event: Event) -> None:
        """A channel that speaks against: where its weights are negative, there is response."""
        channel: int = event.data
        seen = "kernel", "times", f"map-{channel}", f"map-{channel}.window"
        self.during(0.2, self.board.become(self.picture.making(channel), show=seen))
        self.during(0.15, self.board.grow("patch", out_of=f"map-{channel}.window"))
        self.board.show("patch.frame")(1.0)
        self.multiply(0.35)
        self.during(0.1, self.board.explain())
        block = f"pile.{channel}"
        self.during(1, self.board.pulse(block if self.board.has(block) else "products", times=2))

    # All places, all filters.

    def law(self, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return how far apart neighbouring windows are, and where the first one begins."""
        if name == "result":
            return (1, 1), (0, 0)
        window, step = self.lesson.network.layer(self.lesson.shown_layer).window, self.lesson.step
        assert window is not None
        down, across = window.stride
        return (down, across), (step.box.top - step.row * down, step.box.left - step.col * across)

    def refill(self) -> None:
        """Fill the maps as far as they are known."""
        for name, values in (("result", self.result), ("map", self.map)):
            if self.board.has(name):
                self.board.fill(name, values)

    def show_one_map(self, event: Event) -> None:
        """The windows run over all maps at once, and one map fills."""
        step = self.lesson.step
        self.map[step.row, step.col] = step.activated
        self.become(self.picture.field(), 0.22, show=("map", "map.cell", "legend", *self.windows))
        values = self.picture.outputs[:, :, step.filter]
        self.run(self.windows, ["map.cell"], "map", self.map, values)

    def show_predict_maps(self, event: Event) -> None:
        """What is read, and the one map, are looked at in turn; then the video waits."""
        self.board.hide("map.cell", *self.windows)(1.0)
        maps = in_turn(
            *(self.board.pulse(tile, colour="muted") for tile in self.tiles), overlap=0.8
        )
        looks = in_turn(maps, self.board.pulse("map", colour="muted"))
        self.during(min(1.0, 6.0 / event.seconds), looks, rate=linear)

    def show_another(self, event: Event) -> None:
        """The map of another filter, which says something else at the same place."""
        step: ConvStep = event.data
        place = step.box.top, step.box.left
        slide = [self.board.move(mark, *place) for mark in self.windows]
        self.during(0.3, *slide, self.board.move("map.cell", step.row, step.col))
        self.map[...] = self.picture.outputs[:, :, step.filter]
        self.become(replace(self.picture, step=step).field(), 0.1)
        self.during(1, self.board.pulse("map.cell", times=3))

    def show_all_maps(self, event: Event) -> None:
        """The maps of the other filters lie down beside it."""
        place = self.board.box("map")
        count = range(len(self.picture.filters))
        self.during(0.1, self.board.hide("map.cell", *self.windows))
        moves = [eased(self.board.grow(f"maps[{n}]", out_of=place)) for n in count]
        self.lay(self.picture.all_maps(), ("told-0", "legend"), 0.75,
                         in_turn(*moves, overlap=0.85))  # fmt: skip
        self.during(1, self.board.show("maps.title"), self.board.show("maps.own"))

    def show_answer(self, event: Event) -> None:
        """What is read is looked at, and the one map that the filter makes of it."""
        own = "maps.own"
        if not self.board.has(own):
            self.become(self.picture.field(), 0.2, show=["inputs", *self.tiles, "map"])
            self.board.fill("map", self.picture.outputs[:, :, self.lesson.step.filter])
            own = "map"
        read = in_turn(*(self.board.pulse(tile) for tile in self.tiles), overlap=0.9)
        self.during(1, in_turn(read, self.board.pulse(own, times=2), overlap=0.2), rate=linear)
