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
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, lazily, together

COLOURS = range(3)


class Channels(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = channels.Channels
    lesson: channels.Channels

    def prepare(self) -> None:
        """Lay out the photograph, or where it is left out, what the layer reads."""
        self.photo = self.lesson.photo_picture
        self.picture = self.lesson.picture_of
        self.computed["map"] = np.full(self.picture.outputs.shape[:2], np.nan)
        names = [event.name for beat in self.beats for event in beat.events]
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
        """The photograph's red, green and blue light leave it, and it is gone."""
        place = self.board.box("photo")
        sheets = [eased(self.leaves(f"sheet-{n}", place)) for n in COLOURS]
        self.become(self.photo.sheets(), 0.6, in_turn(*sheets, overlap=0.6))
        self.during(1, in_turn(*(self.board.pulse(f"sheet-{n}") for n in COLOURS)))

    def leaves(self, name: str, place: tuple[float, float, float, float]) -> Move:
        """Let a picture come out of another, where it is seen through at first."""
        grow = self.board.grow(name, out_of=place)

        def go(alpha: float) -> None:
            grow(alpha)
            self.board.part(name).opacity = min(1.0, 3 * alpha)

        return go

    def show_window(self, event: Event) -> None:
        """The window is drawn through all three; three patches come out."""
        marks = [f"sheet-{n}.window" for n in COLOURS]
        self.during(0.2, in_turn(*(self.board.show(mark) for mark in marks)))
        self.during(0.15, *(self.board.pulse(mark) for mark in marks))
        self.become(self.photo.patches(), 0.2, show=marks)
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
        """Pixel by pixel a channel's products come, stand, and fold into their sum."""
        self.during(0.06, self.board.become(self.photo.sums()))
        self.board.fill("products", np.nan)
        self.during(0.02, self.board.show("products"))
        shape = self.lesson.colours.stop.products.shape[:2]
        for channel in COLOURS:
            cells = (self.multiplied(channel, *cell) for cell in np.ndindex(*shape))
            self.say_products(channel)
            self.during(0.06 if channel else 0.16, in_turn(*cells), rate=linear)
            self.during(0.17, self.board.pulse("products"))
            self.during(0.055, self.fold_up(channel))
            self.during(0.02, self.board.show(f"sum-{channel}"))

    def multiplied(self, channel: int, row: int, col: int) -> Move:
        """Return a move in which a pixel and its weight are looked at, and their product comes."""
        value = self.lesson.colours.stop.products[row, col, channel]
        return self.meet(f"patch-{channel}", f"kernel-{channel}", row, col, value)

    def meet(self, patch: str, kernel: str, row: int, col: int, value: float) -> Move:
        """Return a move in which a cell of two grids is looked at, and their product comes."""
        looked = self.board.pulse(*(f"{grid}[{row}, {col}]" for grid in (patch, kernel)))

        def go(alpha: float) -> None:
            looked(alpha)
            if alpha >= 0.5:
                known = self.board.part("products").values.copy()
                known[row, col] = value
                self.board.fill("products", known)

        return go

    def say_products(self, channel: int) -> None:
        """Say whose products they are."""
        name = PRODUCTS_OF.fill(name=COLOUR_NAMES[channel].capital)
        self.board.say("products.title", self.text(name))

    def fold_up(self, channel: int) -> Move:
        """Return a move in which the products that stand there shrink into their sum's place."""

        def start() -> Move:
            flight = self.board.send("products", f"sum-{channel}")
            flight(0.0)
            self.board.fill("products", np.nan)
            return together(flight, self.board.show(f"name-{channel}"))

        return lazily(start)

    def show_added(self, event: Event) -> None:
        """The three sums are added up, with the bias; the number goes to its cell of the map."""
        sums, stop = [f"sum-{n}" for n in COLOURS], self.lesson.colours.stop
        self.computed["result"] = np.full(self.lesson.colours.response_map.shape, np.nan)
        picture = self.board.legible(self.photo.delivered(), self.photo.summed())
        self.become(picture, 0.12, show=(name for name in ["result"] if self.board.has(name)))
        self.during(0.1, self.board.come("name-bias", "sum-bias"))
        self.during(0.1, self.board.pulse(*sums))
        self.during(0.1, self.board.show("name-all", "number"))
        self.during(0.16, self.board.pulse("number", times=2))
        if self.board.has("result"):
            self.deliver("number", "result", (stop.row, stop.col), stop.activated, share=0.2)
        self.during(1, self.board.pulse(*(self.board.there("result.cell") or ["number"]), times=2))

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
        order = (f"order-{n}" for n in self.picture.every)
        names = ("given", "to-maps", "inputs", "told", "legend", *order)
        yield from (name for name in names if self.board.has(name))

    def show_layer(self, event: Event) -> None:
        """The photograph gives way to the many maps inside a network; the window is on all."""
        if self.tiles:
            self.during(1, in_turn(*(self.board.pulse(tile) for tile in self.tiles), overlap=0.7))
            return

        seen = [name for name, part in self.board.parts.items() if part in self.mobjects]
        self.during(0.07, self.board.hide(*seen))
        self.become(self.picture.wall(), 0.01)
        first = self.board.there("given", "to-maps")
        tiles = [self.board.show(tile) for tile in self.tiles]
        come = [self.board.show(*first)] if first else []
        self.during(0.42, in_turn(*come, *tiles, overlap=0.8), rate=linear)
        self.during(
            1,
            self.board.show(*self.said()),
            in_turn(*(self.board.show(mark) for mark in self.windows), overlap=0.7),
        )

    # One number.

    def show_first(self, event: Event) -> None:
        """One channel: its patch, its weights, their products, and the sum of these."""
        channel: int = event.data
        mark = f"map-{channel}.window"
        self.during(0.04, self.board.leave("legend"))
        moves = self.board.become(self.picture.making(channel), show=[f"map-{channel}", mark])
        self.during(0.1, moves)
        self.during(0.08, self.board.come("legend"), self.board.grow("patch", out_of=mark))
        self.link(channel)
        self.during(0.08, self.board.show("kernel", "times"))
        self.multiply(0.36)
        if self.board.has("place"):
            self.board.show("place")(1.0)
        self.during(0.06, self.board.show("one"))
        self.during(1, self.board.pulse("products", "one", times=2))

    def link(self, channel: int) -> None:
        """Show where a patch comes from."""
        self.board.show("patch.frame", f"map-{channel}.window->patch")(1.0)

    def multiply(self, share: float) -> None:
        """Cell by cell pixels and their weights are looked at, and their products come."""
        products = self.board.part("products").values.copy()
        self.board.fill("products", np.nan)
        self.board.show("products")(1.0)
        cells = (
            self.meet("patch", "kernel", row, col, products[row, col])
            for row, col in np.ndindex(products.shape[0], products.shape[1])
        )
        self.during(share, in_turn(*cells), rate=linear)

    def unnamed(self) -> Move:
        """Return a move that leaves the names of blocks away until all of them lie there."""
        return lambda _: self.board.leave(*self.said_of_blocks())(1.0)

    def show_next(self, event: Event) -> None:
        """The next channels' sums lie down beside the first, each out of its own map."""
        self.lay_pile(0.22)
        moves = []
        for n in self.lesson.top[1:]:
            moves.append(together(self.board.pulse(f"map-{n}"), self.gives(n)))
        self.during(1, in_turn(*moves, overlap=0.1), rate=linear)

    def gives(self, channel: int) -> Move:
        """Return a move in which a channel's block lies down, past where its number then comes."""
        block = f"pile.{channel}"
        grown = [eased(self.laid_on(str(channel)))] if self.board.has(block) else []
        said = self.board.show(f"says-{channel}")
        return together(in_turn(*grown, said), self.unnamed())

    def lay_pile(self, share: float) -> None:
        """Lay out the maps that count most over the pile, whose blocks have no names yet."""

        def waits() -> Iterator[str]:
            """Yield these names, once all is laid out."""
            yield from self.said_of_blocks()

        first = self.lesson.top[0]
        own = f"map-{first}", f"map-{first}.window"
        self.become(self.picture.piled(), 0.6 * share, show=own, hold=waits())
        # The others do not come before the first is at its place.
        others = self.board.there("legend", "others")
        said = self.board.show(*self.few, *others, "pile.title", "pile.zero")
        self.during(0.4 * share, said, self.gives(first))

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
        self.during(0.1, self.board.show("one"))
        self.during(1, self.board.pulse("products", "one", times=2))

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

        def read() -> Iterator[str]:
            """Yield what is read, once all is laid out; what is made of it comes then."""
            yield from (name for name in self.wall() if name != "legend")
            yield from self.windows

        self.during(0.04, self.board.leave("legend", "given", "to-maps"))
        self.become(self.picture.field(), 0.12, show=read())
        made = "legend", "made", "map", "map.cell", "map.letter-cell", "in-out"
        self.during(0.08, self.board.come(*made))
        number = self.board.there("map.letter-cell")
        self.during(0.12, self.board.pulse(*number))
        self.board.hide(*number)(1.0)
        values = self.picture.outputs[:, :, step.filter]
        (down, across), (top, left) = self.law()

        def corner(row: int, col: int) -> tuple[float, float]:
            return top + row * down, left + col * across

        self.visit_all({"map": values}, self.windows, begin=4.0, corner=corner)

    def show_predict_maps(self, event: Event) -> None:
        """The windows leave the place, over all maps at once; then the video waits."""

        def comes() -> Iterator[str]:
            """Yield what is to be seen, once all is laid out."""
            yield from (*self.wall(), *self.windows)

        # What was said of the place goes first: it does not hold for others.
        said = ("pile", "left", *(f"says-{n}" for n in (*self.lesson.top, "others")))
        self.during(0.05, self.board.leave(*said, *self.few, "others", "legend"))
        self.become(self.picture.wall(), 0.1, show=comes())
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
        self.during(0.08, self.board.hide("map.cell", "made", "in-out", *self.windows))
        grown = self.board.grow(f"maps[{own}]", out_of=place)
        self.become(self.picture.all_maps(), 0.25, grown)
        self.during(0.08, self.board.come("made", "maps.own"))
        maps = in_turn(*(self.board.show(f"maps[{n}]") for n in others), overlap=0.5)
        self.during(0.45, maps)
        self.during(1, self.board.come("more"))

    def show_answer(self, event: Event) -> None:
        """What is read is looked at, and the one map that the filter makes of it."""
        own = "maps.own"
        if not self.board.has(own):

            def comes() -> Iterator[str]:
                """Yield what is to be seen, once all is laid out."""
                yield from (*self.wall(), "made", "map", "in-out")

            self.become(self.picture.field(), 0.2, show=comes())
            self.board.fill("map", self.picture.outputs[:, :, self.lesson.step.filter])
            own = "map"
        tiles = filter(self.board.has, self.tiles)
        read = in_turn(*(self.board.pulse(tile) for tile in tiles), overlap=0.5)
        self.during(1, in_turn(read, self.board.pulse(own, times=2), overlap=0.2), rate=linear)
