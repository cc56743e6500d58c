"""Channels: a photograph's three become one number, then a layer's many, at every place."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain import format as fmt
from convexplain.captions import Caption
from convexplain.lessons import channels
from convexplain.lessons._base import Beat
from convexplain.stage import (
    Bars,
    ColourBar,
    Label,
    LessonScene,
    Line,
    PixelGrid,
    Thumbnails,
    ThumbnailWindows,
    Waterfall,
    WindowFrame,
    border,
)
from convexplain.stage.pace import accelerating, smoothly

DIM = 0.4
# Tops of the three rows of arithmetic, and the middles of the waterfall's rows.
ROWS = (196.0, 430.0, 664.0)
FALL = 259.0, 76.0

NAMES = (Caption(en="red", zh="红"), Caption(en="green", zh="绿"), Caption(en="blue", zh="蓝"))
PHOTO = Caption(en="Input: a photograph", zh="输入：一张照片")
SHAPE = Caption(en="{shape}: height, width, channels", zh="{shape}：高、宽、通道")
WHOLE = Caption(en="{shape}: height, width, filters", zh="{shape}：高、宽、过滤器")
PATCH = Caption(en="Patch", zh="图块")
KERNEL = Caption(en="Kernel", zh="卷积核")
PRODUCTS = Caption(en="Products", zh="乘积")
SUMS = Caption(en="Sums", zh="求和")
HAND_MADE = Caption(
    en="made by hand: {shape} = {n} weights, no bias", zh="人为设计：{shape} = {n} 个权重，无偏置"
)
MAP = Caption(en="Response map", zh="响应图")
INPUT = Caption(en="Input: {layer} output", zh="输入：{layer} 的输出")
FILTER = Caption(
    en="Filter {n}: {shape} = {w} weights + 1 bias",
    zh="过滤器 {n}：{shape} = {w} 个权重 + 1 个偏置",
)
CHANNEL = Caption(en="channel {n}", zh="通道 {n}")
OTHERS = Caption(en="{n} other channels", zh="其余 {n} 个通道")
BIAS = Caption(en="bias", zh="偏置")
TOTAL = Caption(en="sum {z}, then ReLU", zh="求和 {z}，再经过 ReLU")
OUTPUT = Caption(en="Output: {n} channels", zh="输出：{n} 个通道")
ONE_EACH = Caption(en="one channel for each filter", zh="一个过滤器对应一个通道")
MAP_OF = Caption(en="Channel {n}", zh="通道 {n}")
DEEP = Caption(en="{place}: {n} numbers", zh="{place}：{n} 个数")
FILTER_AT = Caption(en="filter {n}", zh="过滤器 {n}")
IN_CONV1 = Caption(en="filters in conv1", zh="conv1 的过滤器数")
MISREAD = Caption(en="digits misread", zh="错误率")
TIMES = Caption(en="multiplications", zh="乘法次数")
MEASURED = Caption(
    en="The chapter's network, trained briefly; mean of {n} runs.",
    zh="本章的网络，短时间训练，{n} 次的平均值。",
)


class Channels(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = channels.Channels
    lesson: channels.Channels

    def prepare(self) -> None:
        """Make every picture and label once; beats move them and change their values."""
        self.make_photo()
        self.make_colour_rows()
        self.make_photo_map()
        self.make_maps()
        self.make_sum()

    def named(self, what: Caption, x: float, y: float, **options: Any) -> Label:
        """Make a label in the language of the scene."""
        return Label(self.text(what), x, y, **options)

    # The photograph.

    def make_photo(self) -> None:
        """A photograph, large and small, and its three channels."""
        pixels, step = self.lesson.colours.pixels, self.lesson.colours.stop
        height, width = pixels.shape[:2]
        cell, small = min(504 / height, 460 / width), min(198 / height, 168 / width)
        shape = fmt.shape(pixels.shape)
        look: dict[str, Any] = {"lines": False, "frame": 2}
        self.photo = PixelGrid(pixels, 96, 226, cell, scale="rgb", **look)
        self.small = PixelGrid(pixels, 96, ROWS[1] + 99 - small * height / 2, small)
        self.photo_labels = [
            self.named(PHOTO, 96, 198),
            self.named(SHAPE.fill(shape=shape), 96, 258 + height * cell, colour="muted"),
        ]
        self.small_shape = Label(shape, 96, ROWS[1] + 131 + small * height / 2, colour="muted")
        self.planes = [
            PixelGrid(
                pixels[:, :, n], 296, top + 99 - small * height / 2, small, scale="light", **look
            )
            for n, top in enumerate(ROWS)
        ]
        self.plane_names = [
            self.named(name, 296, top - 22) for name, top in zip(NAMES, ROWS, strict=True)
        ]
        self.plane_windows = [
            WindowFrame(plane, step.row, step.col, 3, 3, line=3) for plane in self.planes
        ]

    def make_colour_rows(self) -> None:
        """The arithmetic of one place: a row for each channel, one number for all."""
        step, middle = self.lesson.colours.stop, ROWS[1] + 99
        limit = float(np.abs(step.kernel).max())
        look: dict[str, Any] = {"numbers": True, "text_size": 24}
        self.patches = [
            PixelGrid(step.patch[:, :, n], 536, ROWS[n], 66, scale="light", **look)
            for n in range(3)
        ]
        self.kernels = [
            PixelGrid(step.kernel[:, :, n], 782, ROWS[n], 66, limit=limit, **look) for n in range(3)
        ]
        self.products = [
            PixelGrid(np.full((3, 3), np.nan), 1028, top, 66, limit=limit, **look) for top in ROWS
        ]
        grey: dict[str, Any] = {"colour": "muted", "anchor": "centre"}
        self.dots = [Label("⊙", 758, top + 99, 40, **grey) for top in ROWS]
        self.equals = [Label("=", 1004, top + 99, 36, **grey) for top in ROWS]
        self.heads = [
            self.named(what, x, ROWS[0] - 22)
            for what, x in ((PATCH, 536), (KERNEL, 782), (PRODUCTS, 1028))
        ]
        made = HAND_MADE.fill(shape=fmt.shape(step.kernel.shape), n=step.kernel.size)
        self.made = self.named(made, 881, 888, **grey)
        self.sums = [
            Label(fmt.number(value, sign=True), 1340, top + 99, 34, anchor="right")
            for value, top in zip(step.channel_sums, ROWS, strict=True)
        ]
        self.sums_head = self.named(SUMS, 1340, ROWS[0] - 22, anchor="right")
        upper, lower = ROWS[0] + 79, ROWS[2] + 119
        self.bracket = [
            Line([(1354, upper), (1370, upper), (1370, lower), (1354, lower)]),
            Line([(1370, middle), (1404, middle)], arrow=True),
        ]
        self.photo_limit = float(np.abs(self.lesson.colours.response_map).max())
        self.photo_box = self.box(step.value, 1412, middle - 44, self.photo_limit)
        self.around_photo_box = WindowFrame(self.photo_box, 0, 0)

    def box(self, value: float, left: float, top: float, limit: float) -> PixelGrid:
        """One number in the colour of its map."""
        return PixelGrid(
            [[value]],
            left,
            top,
            88,
            limit=limit,
            numbers=True,
            text_size=32,
            bold=True,
            lines=False,
        )

    def make_photo_map(self) -> None:
        """The kernel's map of the whole photograph."""
        values, step = self.lesson.colours.response_map, self.lesson.colours.stop
        (height, width), middle = values.shape, ROWS[1] + 99
        cell = min(268 / width, 420 / height)
        left, top, end = 1824 - cell * width, middle - cell * height / 2, middle + cell * height / 2
        limit = self.photo_limit
        empty = np.full_like(values, np.nan)
        self.photo_map = PixelGrid(empty, left, top, cell, limit=limit, frame=2, lines=False)
        self.photo_map_labels = [
            self.named(MAP, left, top - 28),
            Label(fmt.shape((height, width, 1)), left, end + 32, colour="muted"),
            ColourBar(limit, left, end + 84, cell * width, low=-limit, size=24),
        ]
        self.photo_fed = WindowFrame(self.photo_map, step.row, step.col, line=3)
        _, y = self.photo_map.centre_of(step.row, step.col)
        self.photo_link = Line([(1508, middle), (left - 6, y)], colour="accent", opacity=0.8)

    def show_question(self, beat: Beat) -> None:
        """A photograph comes apart into red, green and blue."""
        self.appear(self.photo, *self.photo_labels, seconds=0.5)
        self.wait(1.3)
        self.vanish(*self.photo_labels, seconds=0.3)
        start, goal = self.photo.points.copy(), self.small.points
        ends = [plane.points.copy() for plane in self.planes]
        self.remove(self.photo)
        self.add(*self.planes, self.photo)

        def part(alpha: float) -> None:
            self.photo.points = start + (goal - start) * alpha
            for plane, end in zip(self.planes, ends, strict=True):
                plane.points = self.photo.points + (end - self.photo.points) * alpha

        self.drive(part, 1.2, smoothly)
        self.appear(*self.plane_names, self.small_shape, seconds=0.4)

    def show_kernel(self, beat: Beat) -> None:
        """One window through all three channels, and the weights for each."""
        self.appear(*self.plane_windows, seconds=0.5)
        self.zooms = [
            line
            for window, patch in zip(self.plane_windows, self.patches, strict=True)
            for line in _zoom(window.places, patch)
        ]
        self.appear(*self.zooms, *self.patches, self.heads[0], seconds=0.8)
        self.appear(*self.kernels, *self.dots, self.heads[1], self.made, seconds=0.8)

    def show_sum(self, beat: Beat) -> None:
        """Nine products in each channel, a sum for each, one number for all."""
        self.appear(*self.products, *self.equals, self.heads[2], seconds=0.3)
        for n, grid in enumerate(self.products):
            self.multiply(grid, beat.data.products[:, :, n], 0.07)
            self.appear(self.sums[n], *([] if n else [self.sums_head]), seconds=0.3)
        self.appear(*self.bracket, seconds=0.5)
        self.appear(self.photo_box, self.around_photo_box, seconds=0.6)

    def multiply(self, grid: PixelGrid, products: Any, each: float) -> None:
        """Fill in products one by one."""
        for place in np.ndindex(*products.shape):
            grid.values[place] = products[place]
            self.drive(lambda alpha: None, each)

    def show_map(self, beat: Beat) -> None:
        """The same for every place."""
        values, step = beat.data, self.lesson.colours.stop
        self.photo_map.values[step.row, step.col] = step.value
        self.appear(self.photo_map, *self.photo_map_labels, seconds=0.4)
        self.appear(self.photo_link, self.photo_fed, seconds=0.4)
        self.wait(0.3)
        self.vanish(self.photo_link, self.photo_fed, *self.zooms, seconds=0.2)
        quiet = [*self.patches, *self.kernels, *self.products, *self.dots, *self.equals]
        for part in (*quiet, *self.sums, *self.bracket, self.photo_box, self.around_photo_box):
            part.set_opacity(DIM)
        path = accelerating(values.size - 1, 2.2, begin=40.0)

        def go(alpha: float) -> None:
            now = round(path.position(alpha * 2.2))
            self.photo_map.values.reshape(-1)[: now + 1] = values.reshape(-1)[: now + 1]
            for window, plane in zip(self.plane_windows, self.planes, strict=True):
                window.put(plane, *divmod(now, values.shape[1]))

        self.drive(go, 2.2)

    # The network.

    def make_maps(self) -> None:
        """What the layer reads at the left, what it puts out at the right."""
        lesson, step = self.lesson, self.lesson.step
        height, _, count = lesson.inputs.shape
        columns = -(-count // 8)
        pitch = 400 / columns
        tile = min(65.0, pitch - 35)
        self.tiles = Thumbnails(
            lesson.inputs,
            96,
            226,
            tile / height,
            columns,
            pitch=(pitch, 78),
            limit=lesson.input_limit,
        )
        self.windows = ThumbnailWindows(self.tiles, step.row, step.col, *step.kernel.shape[:2])
        self.input_labels = [
            self.named(INPUT.fill(layer=lesson.input_name), 96, 198),
            self.named(SHAPE.fill(shape=fmt.shape(lesson.inputs.shape)), 96, 872, colour="muted"),
        ]
        self.channel_numbers = [
            Label(str(n), self.tiles.box(n)[2] + 6, self.tiles.centre_of(n)[1], 24)
            for n in lesson.top
        ]
        rows, cols, filters = lesson.outputs.shape
        across = max(16, -(-filters // 4))
        cell = 16 * 22 / across / cols
        empty = np.full(lesson.outputs.shape, np.nan)
        self.thumbs = Thumbnails(
            empty,
            1440,
            226,
            cell,
            across,
            limit=lesson.output_limit,
            pitch=(cell * cols + 2.2, cell * rows + 2.2),
        )
        self.thumbs.marks[lesson.shown_filter] = 1
        big = 385 / max(rows, cols)
        self.map = PixelGrid(empty[:, :, 0], 1440, 446, big, limit=lesson.output_limit, frame=2)
        self.fed = WindowFrame(self.map, step.row, step.col)
        whole = WHOLE.fill(shape=fmt.shape(lesson.outputs.shape))
        grey: dict[str, Any] = {"colour": "muted"}
        self.output_labels = [
            self.named(OUTPUT.fill(n=filters), 1440, 198),
            self.named(ONE_EACH, 1440, 353, **grey),
            self.named(MAP_OF.fill(n=lesson.shown_filter), 1440, 418),
            Label(fmt.shape((rows, cols)), 1824, 418, colour="muted", anchor="right"),
        ]
        self.whole = self.named(whole, 1824, 479 + big * rows, colour="muted", anchor="right")
        self.counter = Label("", 1824, 198, colour="muted", anchor="right")

    def make_sum(self) -> None:
        """The largest channel in numbers, the waterfall of all, and all filters at one place."""
        lesson, step = self.lesson, self.lesson.step
        told = FILTER.fill(n=step.filter, shape=fmt.shape(step.kernel.shape), w=step.kernel.size)
        self.filter_label = self.named(told, 530, 198)
        weights, most = float(np.abs(step.kernel).max()), float(np.abs(step.products).max())
        shown, first_row, pitch = len(lesson.top), *FALL
        rows = [first_row + pitch * n for n in range(shown)]
        below = rows[-1] + pitch
        self.waterfall = Waterfall(
            [
                *(self.text(CHANNEL.fill(n=n)) for n in lesson.top),
                self.text(OTHERS.fill(n=lesson.others)),
                self.text(BIAS),
            ],
            lesson.addends,
            self.text(TOTAL.fill(z=fmt.number(step.value))),
            [*rows, below - 4, below + 52, below + 148],
            left=530,
            begin=902,
            end=1190,
            right=1330,
        )
        self.patch_grids: list[PixelGrid] = []
        self.kernel_grids: list[PixelGrid] = []
        self.row_dots: list[Label] = []
        for c, y in zip(lesson.top, rows, strict=True):
            limits = lesson.input_limit, weights
            for values, x, limit, kept in (
                (step.patch[:, :, c], 687, limits[0], self.patch_grids),
                (step.kernel[:, :, c], 797, limits[1], self.kernel_grids),
            ):
                kept.append(PixelGrid(values, x, y - 33, 22, limit=limit, text_size=7.5, frame=1))
            self.row_dots.append(Label("⊙", 775, y, 28, colour="muted", anchor="centre"))
        self.open_products = PixelGrid(
            np.full((3, 3), np.nan), 1132, 300, 80, limit=most, numbers=True, text_size=30
        )
        grey: dict[str, Any] = {"colour": "muted", "anchor": "centre"}
        self.open_labels = [
            Label("⊙", 808, 420, 44, **grey),
            self.named(PATCH, 540, 272),
            self.named(KERNEL, 836, 272),
        ]
        self.open_equals = [Label("=", 1104, 420, 40, **grey), self.named(PRODUCTS, 1132, 272)]
        self.open_sum = [
            self.named(CHANNEL.fill(n=lesson.top[0]), 1132, 600, colour="muted"),
            Label(fmt.number(lesson.addends[0], sign=True), 1372, 600, 32, anchor="right"),
            Line([(1132, 566), (1372, 566)]),
        ]
        self.result = self.box(step.activated, 1242, below + 104, lesson.output_limit)
        self.around_result = WindowFrame(self.result, 0, 0)
        filters, left, width = lesson.outputs.shape[2], 530, 800
        cell = width / filters
        self.strip = PixelGrid(
            np.full((1, filters), np.nan), left, 690, cell, limit=lesson.output_limit, frame=2
        )
        self.strip_window = WindowFrame(self.strip, 0, lesson.shown_filter)
        self.columns = Bars(
            np.zeros(filters),
            lesson.outputs[step.row, step.col],
            [left + cell * (n + 0.5) for n in range(filters)],
            low=0,
            high=lesson.output_limit or 1.0,
            begin=670,
            end=290,
            thickness=cell - 3,
            upright=True,
        )
        self.columns.drawn[...] = 0
        place = f"output[{step.row}, {step.col}, :]"
        self.deep_labels = [
            self.named(DEEP.fill(place=place, n=filters), left, 198),
            self.named(FILTER_AT.fill(n=0), left, 732 + cell, colour="muted"),
            self.named(
                FILTER_AT.fill(n=filters - 1),
                left + width,
                732 + cell,
                colour="muted",
                anchor="right",
            ),
        ]

    def show_layer(self, beat: Beat) -> None:
        """The photograph goes; a layer's input and its empty output come."""
        self.vanish(*[part for part in self.mobjects if part not in self.said], seconds=0.4)
        self.appear(self.tiles, *self.input_labels, seconds=0.8)
        self.wait(0.5)
        self.appear(self.thumbs, self.map, *self.output_labels, seconds=0.6)

    @property
    def said(self) -> list[Any]:
        """Title and caption."""
        return [self._title, *self._caption]

    def show_open(self, beat: Beat) -> None:
        """One window through all channels; the largest of them in numbers."""
        step, first = beat.data, self.lesson.top[0]
        self.appear(self.windows, self.filter_label, seconds=0.5)
        patch, kernel = self.patch_grids[0], self.kernel_grids[0]
        self.small_places = [patch.points.copy(), kernel.points.copy()]
        for grid, x in ((patch, 540), (kernel, 836)):
            grid.points = PixelGrid(grid.values, x, 300, 80).points
            grid.number_opacity = 1.0
        row, col = step.row, step.col
        height, width = step.kernel.shape[:2]
        left, top = self.tiles.place_of(first, row, col)
        right, bottom = self.tiles.place_of(first, row + height, col + width)
        self.zooms = _zoom(np.array([(left, top), (right, top), (left, bottom)]), patch)
        self.light(0, 0.4)
        self.appear(patch, kernel, *self.zooms, *self.open_labels, seconds=0.6)
        self.appear(self.open_products, *self.open_equals, seconds=0.3)
        self.multiply(self.open_products, step.products[:, :, first], 0.14)
        self.appear(*self.open_sum, seconds=0.4)

    def light(self, shown: int, seconds: float) -> None:
        """Mark one more channel; what is not spoken of is dimmed."""
        starts = self.tiles.shares.copy(), self.windows.shares.copy(), self.tiles.marks.copy()
        goal = np.full(self.tiles.count, DIM, dtype=np.float32)
        goal[list(self.lesson.top[: shown + 1])] = 1
        marks = np.where(goal == 1, 1, 0).astype(np.float32)
        number = self.channel_numbers[shown]
        number.opacity = 0.0
        self.add(number)

        def change(alpha: float) -> None:
            self.tiles.shares[...] = starts[0] + (goal - starts[0]) * alpha
            self.windows.shares[...] = starts[1] + (goal - starts[1]) * alpha
            self.tiles.marks[...] = starts[2] + (marks - starts[2]) * alpha
            number.opacity = alpha

        self.drive(change, seconds, smoothly)

    def show_channels(self, beat: Beat) -> None:
        """The largest channels one by one, the others, the bias, the sum, ReLU, one cell."""
        step, shown = beat.data, len(self.lesson.top)
        patch, kernel = self.patch_grids[0], self.kernel_grids[0]
        gone = [self.open_products, *self.open_labels, *self.open_equals, *self.zooms]
        self.vanish(*gone, *self.open_sum, seconds=0.3)
        starts = patch.points.copy(), kernel.points.copy()
        self.add(self.waterfall)
        come = self.waterfall.row(0)

        def shrink(alpha: float) -> None:
            for grid, start, end in zip((patch, kernel), starts, self.small_places, strict=True):
                grid.points = start + (end - start) * alpha
                grid.number_opacity = max(0.0, 1 - 2 * alpha)
            come(alpha)

        self.drive(shrink, 0.7, smoothly)
        self.add(self.row_dots[0])
        for n in range(1, shown):
            self.light(n, 0.15)
            self.add(self.patch_grids[n], self.kernel_grids[n], self.row_dots[n])
            self.drive(self.waterfall.row(n), 0.3, smoothly)
        for n, seconds in ((shown, 0.5), (shown + 1, 0.4), (shown + 2, 0.5)):
            self.drive(self.waterfall.row(n), seconds, smoothly)
        self.appear(self.result, self.around_result, seconds=0.4)
        x, y = self.map.centre_of(step.row, step.col)
        start = (1336.0, 787.0)
        self.link = Line(
            [start, border(start, (x, y), self.map.cell / 2 + 6)], colour="accent", opacity=0.8
        )
        self.map.values[step.row, step.col] = step.activated
        self.appear(self.link, self.fed, seconds=0.5)

    def waterfall_parts(self) -> list[Any]:
        """All that tells of one filter at one place."""
        return [
            self.filter_label,
            self.waterfall,
            *self.patch_grids,
            *self.kernel_grids,
            *self.row_dots,
            self.result,
            self.around_result,
            self.link,
        ]

    def show_deep(self, beat: Beat) -> None:
        """The same window through all filters: as many numbers as there are filters."""
        step, outputs = beat.data, self.lesson.outputs
        self.vanish(*self.waterfall_parts(), seconds=0.4)
        self.undim()
        self.appear(self.strip, self.columns, *self.deep_labels, seconds=0.5)
        values, filters = outputs[step.row, step.col], outputs.shape[2]

        def fill(alpha: float) -> None:
            now = round(alpha * filters)
            self.strip.values[0, :now] = values[:now]
            self.columns.drawn[:now] = 1
            self.thumbs.values[step.row, step.col, :now] = values[:now]

        self.drive(fill, 2.4)
        self.appear(self.strip_window, seconds=0.3)

    def undim(self) -> None:
        """Every channel is spoken of again."""
        self.remove(*self.channel_numbers)
        self.tiles.marks[...] = 0
        self.tiles.shares[...] = self.windows.shares[...] = 1

    def show_sweep(self, beat: Beat) -> None:
        """Place after place: every filter fills its own map."""
        outputs, chosen = self.lesson.outputs, self.lesson.shown_filter
        rows, cols = outputs.shape[:2]
        self.vanish(self.deep_labels[0], self.output_labels[3], seconds=0.2)
        self.appear(self.counter, seconds=0.2)
        seconds = 3.8
        path = accelerating(rows * cols - 1, seconds, begin=8.0)

        def go(alpha: float) -> None:
            now = round(path.position(alpha * seconds))
            row, col = divmod(now, cols)
            for done in range(now + 1):
                place = divmod(done, cols)
                self.thumbs.values[place] = outputs[place]
                self.map.values[place] = outputs[(*place, chosen)]
            self.windows.put(row, col)
            self.fed.put(self.map, row, col)
            self.columns.ends[...] = self.strip.values[0] = outputs[row, col]
            self.counter.say(f"{fmt.count(now + 1)} / {fmt.count(rows * cols)}")

        self.drive(go, seconds)
        self.appear(self.whole, seconds=0.3)

    def show_filters(self, beat: Beat) -> None:
        """What more filters gain and cost, as measured."""
        self.vanish(self.strip, self.strip_window, self.columns, *self.deep_labels[1:], seconds=0.3)
        for part in (self.tiles, self.windows, self.thumbs, self.map, self.fed):
            part.set_opacity(DIM)
        variants = beat.data
        places = [316.0 + 92 * n for n in range(len(variants))]
        bars = Bars(
            np.zeros(len(variants)),
            [variant.error for variant in variants],
            places,
            low=0,
            high=max(variant.error for variant in variants),
            begin=760,
            end=990,
            colour="muted",
        )
        grey: dict[str, Any] = {"colour": "muted"}
        table = [
            self.named(IN_CONV1, 530, 236, **grey),
            self.named(MISREAD, 760, 236, **grey),
            self.named(TIMES, 1380, 236, colour="muted", anchor="right"),
            self.named(MEASURED.fill(n=variants[0].seeds), 530, places[-1] + 92, **grey),
        ]
        for variant, y in zip(variants, places, strict=True):
            table += [
                Label(str(variant.filters), 600, y, 34, anchor="right"),
                Label(fmt.percent(variant.error, 2), 1110, y, 34, anchor="right"),
                Label(fmt.count(variant.multiplications), 1380, y, 34, anchor="right"),
            ]
        self.table = [bars, *table]
        self.appear(*self.table, seconds=0.6)

    def show_answer(self, beat: Beat) -> None:
        """One number and how it was made, beside all maps."""
        middle = getattr(self, "table", None) or [
            self.strip,
            self.strip_window,
            self.columns,
            *self.deep_labels[1:],
        ]
        self.vanish(*middle, seconds=0.3)
        step = self.lesson.step
        for part in (self.tiles, self.windows, self.thumbs, self.map, self.fed):
            part.set_opacity(1.0)
        self.windows.put(step.row, step.col)
        self.fed.put(self.map, step.row, step.col)
        left, y = self.map.places[0, 0] - 6, self.map.centre_of(step.row, step.col)[1]
        self.link.places = [(1336.0, 787.0), (left, y)]
        self.appear(*self.waterfall_parts(), seconds=0.6)


def _zoom(window: Any, target: PixelGrid) -> list[Line]:
    """Connect a window's right corners with the left ones of the enlarged patch."""
    (left, top), right, bottom = target.places[0], window[1, 0], target.places[2, 1]
    return [
        Line([(right + 4, start), (left - 4, end)], colour="accent", opacity=0.8)
        for start, end in ((window[0, 1] - 4, top), (window[2, 1] + 4, bottom))
    ]
