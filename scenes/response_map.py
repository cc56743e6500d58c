"""The response map: one filter and its best place, then the maps of all filters of the layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.lessons import response_map
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.response_map import Alike, Place
from convexplain.ops import ConvStep
from convexplain.stage import (
    ColourBar,
    Label,
    LessonScene,
    Line,
    PixelGrid,
    WindowFrame,
    zoom_lines,
)
from convexplain.stage.pace import accelerating, smoothly
from convexplain.stage.thumbnails import Thumbnails
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

TOP, ABOVE = 226.0, 198.0
# The grid of all maps: where it begins, the room it has, and what lies between its tiles.
ALL_TOP, ALL_HEIGHT, ALL_WIDTH, BETWEEN = 152.0, 700.0, 1728.0, 19.0
# What a number beside a tile, or above it, takes.
BESIDE, ABOVE_TILE = 60.0, 30.0
BARS = 866.0

PIXELS = Caption(en="{shape} pixels", zh="{shape} 个像素")
PRODUCTS = Caption(en="Patch ⊙ filter, cell by cell", zh="图块 ⊙ 过滤器，逐元素相乘")
SEEN = Caption(en="What this cell sees", zh="这一格看到的区域")
WEIGHTS = Caption(en="filter weights", zh="过滤器权重")
CORRELATION = Caption(en="correlation {c}", zh="相关系数 {c}")


class ResponseMap(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = response_map.ResponseMap
    lesson: response_map.ResponseMap

    def prepare(self) -> None:
        """Make the input, the filter, and the empty map; the best place is known already."""
        lesson, best = self.lesson, self.lesson.best
        self.picture = lesson.drawn
        look: dict[str, Any] = {"scale": "picture" if self.picture.ndim == 2 else "rgb"}
        self.input = PixelGrid(self.picture, 96, TOP, 560 / len(self.picture), frame=2, **look)
        rows, cols = lesson.response_map.shape
        # A cell of the first layer's map is level with the centre of its window.
        self.map = PixelGrid(
            np.full((rows, cols), np.nan), 1304, TOP + 20, 520 / max(rows, cols),
            limit=lesson.limit, frame=2,
        )  # fmt: skip
        self.bar = ColourBar(lesson.limit, 1304, 812, 520)
        box = best.box
        self.window = WindowFrame(self.input, box.top, box.left, box.height, box.width)
        self.fed = WindowFrame(self.map, best.row, best.col)
        self.box = PixelGrid(
            [[best.value]], 1137, 670, 88,
            limit=lesson.limit, numbers=True, text_size=32, bold=True, lines=False,
        )  # fmt: skip
        inside = box.clip(self.input.shape_in_cells)
        patch = self.picture[inside.rows, inside.cols]
        self.patch = PixelGrid(
            patch, 828, 582, 264 / max(patch.shape[:2]),
            numbers=lesson.reads_picture, text_size=30, frame=2, **look,
        )  # fmt: skip
        if lesson.reads_picture:
            kernel = lesson.weights[:, :, lesson.shown_filter]
            self.kernel = PixelGrid(
                kernel, 828, TOP, 264 / len(kernel),
                limit=float(np.abs(kernel).max()), numbers=True, text_size=30,
            )  # fmt: skip

    def label(self, text: Caption, x: float, y: float, **look: Any) -> Label:
        """Return a text in the language of the scene."""
        return Label(self.text(text), x, y, **look)

    def others(self, *kept: Any) -> list[Any]:
        """Return all that is shown, but for title, caption and what is kept."""
        stay = {id(part) for part in (*self._title, *self._caption, *kept)}
        return [part for part in self.mobjects if id(part) not in stay]

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """The picture, and the filter if it reads the picture itself."""
        lesson = self.lesson
        shape = PIXELS.fill(shape=fmt.shape(self.input.shape_in_cells))
        self.appear(
            self.input,
            self.label(terms.INPUT.capital, 96, ABOVE),
            self.label(shape, 96, 820, colour="muted"),
        )
        if lesson.reads_picture:
            name = terms.FILTER.capital.fill(n=lesson.shown_filter)
            self.kernel_label = self.label(name, 828, ABOVE)
            self.appear(self.kernel, self.kernel_label, seconds=0.6)

    def show_map(self, beat: Beat) -> None:
        """The window visits every place, and each response becomes one cell."""
        lesson = self.lesson
        name = terms.RESPONSE_MAP.capital
        if not lesson.reads_picture:
            name = terms.MAP_OF.fill(layer=lesson.shown_layer, n=lesson.shown_filter)
        size = fmt.shape(self.map.shape_in_cells)
        parts = [
            self.map,
            self.label(name, 1304, 218),
            Label(size, 1824, 218, colour="muted", anchor="right"),
            self.bar,
        ]
        first = lesson.sees(0, 0)
        self.window.put(self.input, first.top, first.left)
        self.fed.put(self.map, 0, 0)
        self.appear(*parts, self.window, self.fed, seconds=0.6)
        rows, cols = self.map.shape_in_cells
        seconds = self.remaining - 0.8
        path = accelerating(rows * cols - 1, seconds, begin=min(16.0, rows * cols / seconds))
        values = lesson.response_map

        def go(alpha: float) -> None:
            now = min(round(path.position(alpha * seconds)), rows * cols - 1)
            self.map.values.flat[: now + 1] = values.flat[: now + 1]
            row, col = divmod(now, cols)
            box = lesson.sees(row, col)
            self.window.put(self.input, box.top, box.left)
            self.fed.put(self.map, row, col)

        self.drive(go, seconds)

    def show_best(self, beat: Beat) -> None:
        """The largest response, and what is in the picture there."""
        place: Place = beat.data
        self.play(
            self.window.animate.put(self.input, place.box.top, place.box.left),
            self.fed.animate.put(self.map, place.row, place.col),
            run_time=0.8,
        )
        if place.value <= 0:
            return
        name = terms.BEST_MATCH.capital if self.lesson.reads_picture else SEEN
        where = terms.CELL.fill(r=place.row, c=place.col)
        height, width = self.patch.shape_in_cells
        around = WindowFrame(self.patch, 0, 0, height, width)
        self.zoom = zoom_lines(self.window, self.patch)
        self.appear(self.patch, self.label(name, 828, 554), around, *self.zoom, seconds=0.8)
        self.wait(0.5)
        arrow = Line([(1098, 714), (1125, 714)], colour="accent", arrow=True, opacity=0.8)
        self.around_box = WindowFrame(self.box, 0, 0)
        self.appear(arrow, self.box, self.around_box, seconds=0.5)
        y = self.map.centre_of(place.row, place.col)[1]
        link = Line([(1181, 662), (1181, y), (1296, y)], colour="accent", arrow=True, opacity=0.8)
        self.add(link.set_drawn(0.0))
        self.play(link.animate.set_drawn(1.0), run_time=0.6)
        self.appear(self.label(where, 1304, 864, colour="muted"), seconds=0.3)

    def show_overlay(self, beat: Beat) -> None:
        """The patch is laid over the kernel: nine products, one sum, one bias."""
        step: ConvStep = beat.data
        flying = PixelGrid(
            step.patch.squeeze(axis=2), 828, 582, self.patch.cell, scale="picture", numbers=True,
            text_size=30, opacity=0.9,
        )  # fmt: skip
        self.add(flying)
        self.play(flying.animate.fly_to(960, TOP + 132), run_time=1.0)
        products = PixelGrid(
            step.products.squeeze(axis=2), 828, TOP, self.kernel.cell, limit=self.kernel.limit,
            numbers=True, text_size=30,
        )  # fmt: skip
        self.wait(0.3)
        self.vanish(self.kernel_label, seconds=0.2)
        self.appear(products, self.label(PRODUCTS, 828, ABOVE), seconds=0.6)
        self.remove(flying)
        for y, name, value in (
            (796.0, terms.SUM, fmt.number(step.total)),
            (838.0, terms.BIAS, fmt.number(step.bias, sign=True)),
        ):
            self.appear(
                self.label(name, 1116, y, colour="muted"),
                Label(value, 1274, y, anchor="right"),
                seconds=0.4,
            )
            self.wait(0.4)

    def show_all(self, beat: Beat) -> None:
        """The map takes its place among all others of the layer."""
        lesson = self.lesson
        self.vanish(*self.others(self.map))
        self.tiles = self.all_maps()
        self.numbers = {
            n: self.number_of(n, n == lesson.shown_filter) for n in range(lesson.maps.shape[2])
        }
        left, top, right, bottom = self.tiles.box(lesson.shown_filter)
        scale = (right - left) / float(self.map.places[1, 0] - self.map.places[0, 0])
        goal = (left + right) / 2, (top + bottom) / 2
        self.play(self.map.animate.scale(scale).fly_to(*goal), run_time=0.8)
        self.tiles.marks[lesson.shown_filter] = 1
        bars = [ColourBar(lesson.limit, 96, BARS, 640, title=self.text(terms.RESPONSE), height=24)]
        self.kernels: list[PixelGrid] = []
        if lesson.reads_picture:
            self.kernels, limit = self.all_kernels()
            bars.append(
                ColourBar(limit, 1184, BARS, 640, low=-limit, title=self.text(WEIGHTS), height=24)
            )
        self.appear(self.tiles, *self.numbers.values(), *self.kernels, *bars, seconds=1.0)
        self.remove(self.map)

    def all_maps(self) -> Thumbnails:
        """Return a tile for each filter; numbers stand where more room is left for the tiles."""
        maps = self.lesson.maps
        count = maps.shape[2]
        columns = 8 if count <= 32 else 16
        rows = -(-count // columns)
        across, down = ALL_WIDTH / columns, min(175.0, ALL_HEIGHT / rows)
        beside = min(across - BESIDE, down - BETWEEN)
        above = min(across - 12, down - ABOVE_TILE - 8)
        self.beside = beside >= above
        top = ALL_TOP if self.beside else ALL_TOP + ABOVE_TILE
        return Thumbnails(
            maps,
            96,
            top,
            max(beside, above) / max(maps.shape[:2]),
            columns,
            pitch=(across, down),
            limit=self.lesson.limit,
            mark=4,
        )

    def number_of(self, n: int, spoken_of: bool) -> Label:
        """Return a filter's number beside its tile, or above it."""
        left, top, right, _ = self.tiles.box(n)
        place = (right + 10, top + 12) if self.beside else (left, top - 17)
        if spoken_of:
            return Label(str(n), *place, 24, weight="bold")
        return Label(str(n), *place, 24, colour="muted")

    def all_kernels(self) -> tuple[list[PixelGrid], float]:
        """Return every filter's weights beside its map, under its number, and their limit."""
        weights = self.lesson.weights
        limit = float(np.abs(weights).max())
        cell = 36 / max(weights.shape[:2])
        places = [self.tiles.box(n) for n in range(weights.shape[2])]
        if any(bottom - top < 80 or right + 46 > 1824 for _, top, right, bottom in places):
            return [], limit
        grids = [
            PixelGrid(
                weights[:, :, n], right + 10, top + 32, cell, limit=limit, lines=False, frame=1
            )
            for n, (_, top, right, _) in enumerate(places)
        ]
        return grids, limit

    def show_name(self, beat: Beat) -> None:
        """One channel of the output has a name of its own."""
        shown = self.lesson.shown_filter
        self.light((shown,))
        name = f"output[:, :, {shown}]"
        self.named = Label(name, 960, BARS, 28, weight="bold", anchor="centre")
        self.appear(self.named)

    def light(self, shown: tuple[int, ...], faintly: tuple[int, ...] = ()) -> None:
        """Mark some tiles, and let all others step back; all come forward if none is named."""
        start, marks = self.tiles.shares.copy(), self.tiles.marks.copy()
        goal = np.full_like(start, 0.4 if shown else 1.0)
        framed = np.zeros_like(marks)
        goal[[*shown, *faintly]] = 1
        framed[list(faintly)] = 0.4
        framed[list(shown)] = 1

        def dim(alpha: float) -> None:
            self.tiles.shares[...] = start + (goal - start) * alpha
            self.tiles.marks[...] = marks + (framed - marks) * alpha
            for kernel, share in zip(self.kernels, self.tiles.shares, strict=False):
                kernel.shares[...] = share

        self.drive(dim, 0.6, smoothly)

    def show_alike(self, beat: Beat) -> None:
        """The two maps that resemble each other most; faintly, those without any response."""
        alike: Alike = beat.data
        pair = alike.first, alike.second
        changed = {self.lesson.shown_filter, *pair}
        self.vanish(self.named, *(self.numbers[n] for n in sorted(changed)))
        self.light(pair, alike.blank)
        text = CORRELATION.fill(c=fmt.number(alike.correlation))
        self.named = self.label(text, 960, BARS, anchor="centre")
        self.numbers |= {n: self.number_of(n, n in pair) for n in changed}
        self.appear(self.named, *(self.numbers[n] for n in sorted(changed)))

    def show_answer(self, beat: Beat) -> None:
        """All maps again."""
        self.vanish(self.named)
        self.light(())
