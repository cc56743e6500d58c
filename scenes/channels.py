"""Channels: a photograph's three become one number, then a layer's many, at every place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from manim.utils.rate_functions import linear

from convexplain.lessons import channels
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.channel_words import COLOURS as COLOUR_NAMES
from convexplain.lessons.parts.channel_words import PRODUCTS_OF
from convexplain.ops import ConvStep
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, lazily, together

COLOURS = range(3)


class Channels(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = channels.Channels
    lesson: channels.Channels

    def prepare(self) -> None:
        """Lay out the photograph, or where it is left out, what the layer reads."""
        self.photo = replace(self.lesson.photo_picture, upright=self.upright)
        self.picture = replace(self.lesson.picture_of, upright=self.upright)
        self.computed["map"] = np.full(self.picture.outputs.shape[:2], np.nan)
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
        self.during(0.2, in_turn(*(self.board.show(mark) for mark in marks)))
        self.during(0.15, *(self.board.pulse(mark) for mark in marks))
        shown = "photo.window", *marks
        self.become(self.photo.patches(), 0.2, show=filter(self.board.has, shown))
        self.during(
            1, *(self.board.grow(f"patch-{n}", out_of=f"sheet-{n}.window") for n in COLOURS)
        )

    def show_kernels(self, event: Event) -> None:
        """The patches stand alone, and three kernels come to them."""
        self.during(0.3, self.board.become(self.photo.kernels()))
        legend = ["legend"] if self.board.has("legend") else []
        kernels = [
            together(self.board.show(f"times-{n}", f"kernel-{n}"), self.board.pulse(f"kernel-{n}"))
            for n in COLOURS
        ]
        self.during(1, in_turn(*kernels), self.board.show("hand-made", *legend))

    def show_sums(self, event: Event) -> None:
        """Pixel by pixel the first channel's products come, then the others'; each gives a sum."""
        first, *others = COLOURS
        self.during(0.07, self.board.become(self.photo.sums()))
        products = self.lesson.colours.stop.products
        self.board.fill("products", np.full(products.shape[:2], np.nan))
        self.during(0.05, self.board.show("products"))
        cells = np.ndindex(*products.shape[:2])
        self.during(0.42, in_turn(*(self.multiplied(first, *cell) for cell in cells)), rate=linear)
        rows = [self.added_up(first), *(f(n) for n in others for f in (self.turned, self.added_up))]
        self.during(1, in_turn(*rows), rate=linear)

    def multiplied(self, channel: int, row: int, col: int) -> Move:
        """Return a move in which a pixel and its weight are looked at, and their product comes."""
        value = self.lesson.colours.stop.products[row, col, channel]
        names = (f"{kind}[{row}, {col}]" for kind in (f"patch-{channel}", f"kernel-{channel}"))
        looked = self.board.pulse(*names)

        def go(alpha: float) -> None:
            looked(alpha)
            if alpha >= 0.5:
                known = self.board.part("products").values.copy()
                known[row, col] = value
                self.board.fill("products", known)

        return go

    def turned(self, channel: int) -> Move:
        """Return a move in which the products of another channel take the place of those before."""

        def start() -> Move:
            name = PRODUCTS_OF.fill(name=COLOUR_NAMES[channel].capital)
            self.board.say("products.title", self.text(name))
            self.board.fill("products", self.lesson.colours.stop.products[:, :, channel])
            return self.board.pulse(f"patch-{channel}", f"kernel-{channel}")

        return lazily(start)

    def added_up(self, channel: int) -> Move:
        """Return a move in which the sum of the products that stand there comes."""
        return together(self.board.pulse("products"), self.board.show(f"sum.{channel}"))

    def show_added(self, event: Event) -> None:
        """The three sums are put on each other."""
        more = self.board.there("sum.bias", "sum.activation")
        self.during(0.25, self.board.show("sum.rule", "sum.total", *more))
        self.during(0.25, self.board.grow("sum.activated", out_of="sum.total"))
        self.during(0.15, self.board.come("number"))
        large = self.board.there("number") or ["sum.activated"]
        self.during(1, self.board.pulse(*large, times=2))

    # The layer.

    @property
    def tiles(self) -> list[str]:
        """Names of the maps that are shown of what the layer reads."""
        return self.board.there(*(f"map-{n}" for n in self.picture.every))

    @property
    def few(self) -> list[str]:
        """Names of those that count most, and of their windows and titles."""
        tiles = [f"map-{n}" for n in self.picture.few]
        return [*tiles, *(f"{tile}.window" for tile in tiles)]

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
        if self.tiles:
            self.during(1, in_turn(*(self.board.pulse(tile) for tile in self.tiles), overlap=0.7))
            return
        maps = lazily(lambda: in_turn(*(self.board.show(tile) for tile in self.tiles), overlap=0.8))

        def come(alpha: float) -> None:
            # The first come while the photograph goes, on what is nearly empty and never quite.
            maps(max(0.0, alpha - 0.4) / 0.6)

        self.become(self.picture.wall(), 0.6, come)
        self.during(
            1,
            self.board.show(*self.said()),
            in_turn(*(self.board.show(mark) for mark in self.windows), overlap=0.7),
        )

    def lay(self, picture: Diagram, names: Sequence[str], share: float, *others: Move) -> None:
        """Lay out another picture, and then let those of some names come that it has."""
        self.become(picture, 0.85 * share, *others)
        self.during(0.15 * share, self.board.come(*names))

    # One number.

    def show_first(self, event: Event) -> None:
        """One channel: its patch, its weights, their products; their sum begins a pile."""
        channel: int = event.data
        mark = f"map-{channel}.window"
        self.during(0.05, self.board.leave("legend"))
        moves = self.board.become(self.picture.making(channel), show=[f"map-{channel}", mark])
        self.during(0.2, moves)
        self.during(0.03, self.board.come("legend"))
        self.during(0.12, self.board.grow("patch", out_of=f"map-{channel}.window"))
        self.link(channel)
        self.during(0.2, self.board.show("kernel", "times"))
        self.multiply(0.2)
        if self.board.has("place"):
            self.board.show("place")(1.0)
        self.stack(channel, 1)

    def link(self, channel: int) -> None:
        """Show where a patch comes from."""
        self.board.show("patch.frame", f"map-{channel}.window->patch")(1.0)

    def multiply(self, share: float) -> None:
        """All pixels move onto their weights, and their products into their places."""
        products = self.board.part("products").values.copy()
        self.board.fill("products", np.nan)
        self.board.show("products")(1.0)
        # On the way to them weights fly over their name.
        self.board.hide("products.title")(1.0)
        self.during(0.55 * share, self.board.send("patch", "kernel"))
        self.during(0.4 * share, self.board.send("kernel", "products"))
        self.board.fill("products", products)
        self.during(0.05 * share, self.board.come("products.title"))

    def stack(self, channel: int, share: float) -> None:
        """The products' sum comes, and becomes a block of the pile."""
        block = f"pile.{channel}"
        grow = [self.board.grow(block, out_of="products")] if self.board.has(block) else []
        self.during(0.4 * share, self.board.show("one"))
        self.during(share, *grow, self.unnamed(), self.board.show("pile.title", "pile.zero"))

    def unnamed(self) -> Move:
        """Return a move that leaves the names of blocks away until all of them lie there."""
        return lambda _: self.board.leave(*self.said_of_blocks())(1.0)

    def show_next(self, event: Event) -> None:
        """The next channels' sums lie down on the pile, each out of its own map."""
        self.lay_pile(0.22)
        moves = []
        for n in self.lesson.top[1:]:
            grown = [eased(self.laid_on(str(n)))] if self.board.has(f"pile.{n}") else []
            said = self.board.show(f"says-{n}")
            moves.append(together(self.board.pulse(f"map-{n}"), said, *grown, self.unnamed()))
        self.during(1, in_turn(*moves, overlap=0.1), rate=linear)

    def lay_pile(self, share: float) -> None:
        """Lay out the maps that count most over the pile, whose blocks have no names yet."""

        def waits() -> Iterator[str]:
            """Yield these names, once all is laid out."""
            yield from self.said_of_blocks()

        def comes() -> Iterator[str]:
            """Yield what is told already."""
            yield from self.few
            yield f"says-{self.lesson.top[0]}"
            yield from self.board.there("legend", "others")

        self.become(self.picture.piled(), share, show=comes(), hold=waits())

    def show_rest(self, event: Event) -> None:
        """All other channels drop their blocks on the pile."""
        if self.board.has("products"):
            self.lay_pile(0.2)
        self.board.come(*(f"says-{n}" for n in self.lesson.top))(1.0)
        named = {str(n) for n in self.lesson.top} | {"bias"}
        blocks = [name for name, value in self.picture.blocks if name not in named and value]
        moves = [together(eased(self.laid_on(name)), self.unnamed()) for name in blocks]
        self.during(0.7, in_turn(*moves, overlap=0.9) if moves else self.board.pulse("pile"))
        said = [name for name in self.said_of_blocks() if name != "pile.bias.label"]
        self.during(1, self.board.show(*said, *self.board.there("says-others")))

    def said_of_blocks(self) -> list[str]:
        """Return the names of what stands beside blocks of the pile."""
        return [name for name in self.board.names("pile") if name.endswith(".label")]

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
        if self.board.has("products"):  # of one channel nothing followed
            self.lay_pile(0.25)
        total = "pile.total", "pile.total.value"
        self.during(0.3, self.board.come("pile.bias", *self.said_of_blocks()))
        self.during(0.2, self.board.show(*total))
        self.during(0.2, self.board.come("left"))
        self.during(1, self.board.pulse(total[1], times=2))

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

    def law(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return how far apart neighbouring windows are, and where the first one begins."""
        window, step = self.lesson.network.layer(self.lesson.shown_layer).window, self.lesson.step
        assert window is not None
        down, across = window.stride
        return (down, across), (step.box.top - step.row * down, step.box.left - step.col * across)

    def show_one_map(self, event: Event) -> None:
        """The windows run over all maps at once, and one map fills."""
        step = self.lesson.step
        self.computed["map"][step.row, step.col] = step.activated
        names = "map", "map.cell", "in-out", "legend", "others", *self.few
        self.become(self.picture.field(), 0.22, show=filter(self.board.has, names))
        values = self.picture.outputs[:, :, step.filter]
        (down, across), (top, left) = self.law()

        def corner(row: int, col: int) -> tuple[float, float]:
            return top + row * down, left + col * across

        self.visit_all({"map": values}, self.windows, begin=4.0, corner=corner)

    def show_predict_maps(self, event: Event) -> None:
        """The windows leave the place, over all maps at once; then the video waits."""
        if self.board.has("products"):
            self.lay_pile(0.15)
            says = (f"says-{n}" for n in (*self.lesson.top, "others"))
            self.during(0.05, self.board.come("pile", "left", *says))
        step = self.lesson.step
        height, width = self.picture.outputs.shape[:2]
        (down, across), (top, left) = self.law()
        ends = [
            (step.row, step.col),
            (step.row, width - 1),
            (0, width - 1),
            (0, 0),
            (height - 1, 0),
        ]
        stops = [(top + row * down, left + col * across) for row, col in ends]
        legs = [eased(self.slide(self.windows, *leg)) for leg in pairwise(stops)]
        self.during(min(1.0, 5.0 / event.seconds), in_turn(*legs), rate=linear)

    def show_another(self, event: Event) -> None:
        """The map of another filter, which says something else at the same place."""
        step: ConvStep = event.data
        place = step.box.top, step.box.left
        slide = [self.board.move(mark, *place) for mark in self.windows]
        self.during(0.3, *slide, self.board.move("map.cell", step.row, step.col))
        self.computed["map"][...] = self.picture.outputs[:, :, step.filter]
        self.become(replace(self.picture, step=step).field(), 0.1)
        self.during(1, self.board.pulse("map.cell", times=3))

    def show_all_maps(self, event: Event) -> None:
        """The map takes its place, and those of the other filters come beside it."""
        place = self.board.box("map")
        own = self.picture.filters.index(self.lesson.step.filter)
        others = [n for n in range(len(self.picture.filters)) if n != own]
        self.during(0.06, self.board.hide("map.cell", "legend", *self.windows))
        grown = self.board.grow(f"maps[{own}]", out_of=place)
        self.become(self.picture.all_maps(), 0.3, grown)
        self.during(0.1, self.board.come("maps.title", "maps.own", "told-0", "told", "legend"))
        self.during(1, in_turn(*(self.board.show(f"maps[{n}]") for n in others), overlap=0.7))

    def show_answer(self, event: Event) -> None:
        """What is read is looked at, and the one map that the filter makes of it."""
        own = "maps.own"
        if not self.board.has(own):
            names = "map", "in-out", "legend", "others", *self.few
            self.become(self.picture.field(), 0.2, show=filter(self.board.has, names))
            self.board.fill("map", self.picture.outputs[:, :, self.lesson.step.filter])
            own = "map"
        tiles = filter(self.board.has, self.tiles)
        read = in_turn(*(self.board.pulse(tile) for tile in tiles), overlap=0.5)
        self.during(1, in_turn(read, self.board.pulse(own, times=2), overlap=0.2), rate=linear)
