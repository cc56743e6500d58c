"""Channels: a photograph's three become one number, then a layer's many, at every place."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.lessons import channels
from convexplain.lessons.parts import channel_words as words
from convexplain.lessons.parts.beats import Beat
from convexplain.ops import ConvStep
from convexplain.stage import (
    Bars,
    Bracket,
    CellByCell,
    ColourBar,
    Fibre,
    Label,
    LayerMaps,
    LessonScene,
    Line,
    NamedMap,
    PixelGrid,
    Planes,
    Thumbnails,
    ThumbnailWindows,
    Waterfall,
    WindowFrame,
    border,
    spotlight,
    zoom_lines,
)
from convexplain.stage.pace import accelerating, smoothly
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

DIM = 0.4
GRAY: dict[str, Any] = {"colour": "muted"}
# The middles of the photograph's three rows of arithmetic, and of the waterfall's first rows.
MIDDLES = (295.0, 529.0, 763.0)
FIRST, PITCH = 259.0, 76.0


class Channels(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = channels.Channels
    lesson: channels.Channels

    def prepare(self) -> None:
        """Make every picture and label once; beats move them and change their values."""
        self.make_photo()
        self.make_photo_map()
        self.make_maps()
        self.make_sum()
        self.make_fibre()

    def named(self, what: Caption, x: float, y: float, **options: Any) -> Label:
        """Make a label in the language of the scene."""
        return Label(self.text(what), x, y, **options)

    def headings(self, left: float, pitch: float, y: float) -> list[Label]:
        """Name patch, kernel and products."""
        heads = terms.PATCH.capital, terms.KERNEL.capital, terms.PRODUCTS.capital
        return [self.named(what, left + pitch * n, y) for n, what in enumerate(heads)]

    # The photograph.

    def make_photo(self) -> None:
        """A photograph, its three channels, and the arithmetic of one place in three rows."""
        pixels, step = self.lesson.colours.pixels, self.lesson.colours.stop
        shape = fmt.shape(pixels.shape)
        self.planes = Planes(
            pixels,
            [self.text(name) for name in words.COLOURS],
            box=(96, 226, 460, 504),
            small=(96, MIDDLES[1]),
            left=296,
            middles=MIDDLES,
            tile=(168, 186),
        )
        under = float(self.planes.photo.places[2, 1]) + 32
        self.photo_labels = [
            self.named(words.PHOTO, 96, 198),
            self.named(words.SHAPE.fill(shape=shape), 96, under, **GRAY),
        ]
        self.photo_shape = Label(shape, 96, MIDDLES[1] + self.planes.half + 32, **GRAY)
        self.photo_windows = self.planes.windows(step.row, step.col, *step.kernel.shape[:2])
        self.rows = [
            CellByCell(_of_channel(step, n), 536, middle - 99, 66, patch_scale="light")
            for n, middle in enumerate(MIDDLES)
        ]
        self.heads = self.headings(536, 246, MIDDLES[0] - 121)
        made = words.HAND_MADE.fill(shape=fmt.shape(step.kernel.shape), n=step.kernel.size)
        self.made = self.named(made, 881, 888, anchor="centre", **GRAY)
        self.sums = Bracket([*step.channel_sums], MIDDLES, 1340, 1404)
        self.sums_head = self.named(words.SUMS, 1340, MIDDLES[0] - 121, anchor="right")

    def make_photo_map(self) -> None:
        """The number that the three sums make, and the kernel's map of the whole photograph."""
        values, step = self.lesson.colours.response_map, self.lesson.colours.stop
        middle, limit = MIDDLES[1], float(np.abs(values).max())
        self.photo_box = self.box(step.value, 1412, middle - 44, limit)
        name, shape = self.text(terms.RESPONSE_MAP.capital), fmt.shape((*values.shape, 1))
        self.photo_whole = NamedMap(name, shape, values.shape, limit, 1824, middle, (268, 420))
        self.photo_map = self.photo_whole.map
        left = self.photo_map.places[0, 0]
        self.photo_fed = WindowFrame(self.photo_map, step.row, step.col, line=3)
        _, y = self.photo_map.centre_of(step.row, step.col)
        self.photo_link = Line([(1508, middle), (left - 6, y)], colour="accent", opacity=0.8)

    def box(self, value: float, left: float, top: float, limit: float) -> list[Any]:
        """One number in the colour of its map, in a frame."""
        look: dict[str, Any] = {"numbers": True, "text_size": 32, "bold": True, "lines": False}
        number = PixelGrid([[value]], left, top, 88, limit=limit, **look)
        return [number, WindowFrame(number, 0, 0)]

    def show_question(self, beat: Beat) -> None:
        """A photograph comes apart into red, green and blue."""
        self.appear(self.planes.photo, *self.photo_labels, seconds=0.5)
        self.wait(1.3)
        self.vanish(*self.photo_labels, seconds=0.3)
        self.remove(self.planes.photo)
        self.add(*self.planes.channels, self.planes.photo)
        self.drive(self.planes.part, 1.2, smoothly)
        self.appear(*self.planes.names, self.photo_shape, seconds=0.4)

    def show_kernel(self, beat: Beat) -> None:
        """One window through all three channels, and the weights for each."""
        self.appear(*self.photo_windows, seconds=0.5)
        patches = [row.patch for row in self.rows]
        pairs = zip(self.photo_windows, patches, strict=True)
        self.zooms = [line for window, patch in pairs for line in zoom_lines(window, patch)]
        self.appear(*self.zooms, *patches, self.heads[0], seconds=0.8)
        kernels = [part for row in self.rows for part in (row.dot, row.kernel)]
        self.appear(*kernels, self.heads[1], self.made, seconds=0.8)

    def show_sum(self, beat: Beat) -> None:
        """Nine products in each channel, a sum for each, one number for all."""
        products = [part for row in self.rows for part in (row.equals, row.products)]
        self.appear(*products, self.heads[2], seconds=0.3)
        for n, row in enumerate(self.rows):
            self.drive(row.multiply, 0.8)
            self.appear(self.sums.numbers[n], *([] if n else [self.sums_head]), seconds=0.3)
        self.appear(*self.sums.lines, seconds=0.5)
        self.appear(*self.photo_box, seconds=0.6)

    def show_map(self, beat: Beat) -> None:
        """The same for every place."""
        values, step = beat.data, self.lesson.colours.stop
        self.photo_map.values[step.row, step.col] = step.value
        self.appear(self.photo_whole, seconds=0.4)
        self.appear(self.photo_link, self.photo_fed, seconds=0.4)
        self.wait(0.3)
        self.vanish(self.photo_link, self.photo_fed, *self.zooms, seconds=0.2)
        rows = [part for row in self.rows for part in row.submobjects]
        for part in (*rows, *self.sums.submobjects, *self.photo_box):
            part.set_opacity(DIM)
        path = accelerating(values.size - 1, 2.2, begin=40.0)

        def go(alpha: float) -> None:
            now = round(path.position(alpha * 2.2))
            self.photo_map.values.reshape(-1)[: now + 1] = values.reshape(-1)[: now + 1]
            for window, channel in zip(self.photo_windows, self.planes.channels, strict=True):
                window.put(channel, *divmod(now, values.shape[1]))

        self.drive(go, 2.2)

    # The network.

    def make_maps(self) -> None:
        """What the layer reads at the left, what it puts out at the right."""
        lesson, step = self.lesson, self.lesson.step
        height, _, count = lesson.inputs.shape
        pitch = 400 / -(-count // 8)
        cell = min(65.0, pitch - 35) / height
        limit = lesson.input_limit
        self.tiles = Thumbnails(
            lesson.inputs, 96, 226, cell, -(-count // 8), pitch=(pitch, 78), limit=limit
        )
        self.windows = ThumbnailWindows(self.tiles, step.row, step.col, *step.kernel.shape[:2])
        self.input_labels = [
            self.named(words.INPUT.fill(layer=lesson.input_name), 96, 198),
            self.named(words.SHAPE.fill(shape=fmt.shape(lesson.inputs.shape)), 96, 866, **GRAY),
            ColourBar(limit, 96, 906, 365, size=24),
        ]
        self.channel_numbers = [
            Label(str(n), self.tiles.box(n)[2] + 6, self.tiles.centre_of(n)[1], 24)
            for n in lesson.top
        ]
        rows, cols, filters = lesson.outputs.shape
        chosen, limit = lesson.shown_filter, lesson.output_limit
        places: dict[str, Any] = {"left": 1440, "top": 226, "width": 385, "map_top": 446}
        self.maps = LayerMaps(lesson.outputs.shape, limit, chosen=chosen, bar=906, **places)
        self.fed = self.maps.fed.put(self.maps.map, step.row, step.col)
        self.output_labels = [
            self.named(words.OUTPUT.fill(n=filters), 1440, 198),
            self.named(words.ONE_EACH, 1440, 353, **GRAY),
            self.named(terms.CHANNEL.capital.fill(n=chosen), 1440, 418),
        ]
        self.size = Label(fmt.shape((rows, cols)), 1824, 418, anchor="right", **GRAY)
        whole = words.WHOLE.fill(shape=fmt.shape(lesson.outputs.shape))
        self.whole = self.named(whole, 1824, 866, anchor="right", **GRAY)

    def make_sum(self) -> None:
        """The largest channel in numbers, and the waterfall of all."""
        lesson, step, account = self.lesson, self.lesson.step, self.lesson.breakdown
        told = words.FILTER.fill(
            n=step.filter, shape=fmt.shape(step.kernel.shape), w=step.kernel.size
        )
        self.filter_label = self.named(told, 530, 198)
        most = [float(np.abs(values).max()) for values in (step.kernel, step.products)]
        limits = lesson.input_limit, most[0], most[1]
        places = [FIRST + PITCH * n for n in range(len(lesson.top))]
        first = _of_channel(step, lesson.top[0])
        self.opened = CellByCell(first, 540, 300, 80, gap=56, limits=limits, text_size=30)
        self.pairs = [
            CellByCell(_of_channel(step, c), 687, y - 33, 22, gap=44, limits=limits, text_size=0)
            for c, y in zip(lesson.top, places, strict=True)
        ]
        self.open_labels = self.headings(540, 296, 272)
        self.open_sum = [
            Line([(1132, 566), (1372, 566)]),
            self.named(terms.CHANNEL.fill(n=lesson.top[0]), 1132, 600, **GRAY),
            Label(fmt.number(account.parts[0].value, sign=True), 1372, 600, 32, anchor="right"),
        ]
        addends = [*account.addends, (terms.BIAS, account.bias)]
        below = places[-1] + PITCH
        others = [below - 4] if account.rest_count else []
        self.waterfall = Waterfall(
            [self.text(name) for name, _ in addends],
            [value for _, value in addends],
            self.text(words.TOTAL.fill(z=fmt.number(step.value))),
            [*places, *others, below + 52, below + 148],
            left=530,
            begin=902,
            end=1190,
            right=1330,
        )
        self.result = self.box(step.activated, 1242, below + 104, lesson.output_limit)
        self.link_start = (1336.0, below + 148)
        x, y = self.maps.map.centre_of(step.row, step.col)
        end = border(self.link_start, (x, y), self.maps.map.cell / 2 + 6)
        self.link = Line([self.link_start, end], colour="accent", opacity=0.8)

    def make_fibre(self) -> None:
        """All filters at one place."""
        step, filters = self.lesson.step, self.lesson.outputs.shape[2]
        places: dict[str, Any] = {"left": 530, "right": 1330, "top": 290, "base": 670}
        self.fibre = Fibre(filters, self.lesson.output_limit, chosen=step.filter, **places)
        self.deep = self.named(words.DEEP.fill(r=step.row, k=step.col, n=filters), 530, 198)
        says = words.FILTER_SAYS.fill(n=step.filter, v=fmt.number(step.activated))
        x = float(np.clip(self.fibre.frame.get_center()[0] * 135 + 960, 630, 1230))
        self.says = self.named(says, x, 790, anchor="centre")
        self.ends = [
            self.named(terms.FILTER.fill(n=0), 530, 745, **GRAY),
            self.named(terms.FILTER.fill(n=filters - 1), 1330, 745, anchor="right", **GRAY),
        ]

    def show_layer(self, beat: Beat) -> None:
        """The photograph goes; a layer's input and its empty output come."""
        kept = (*self._title, *self._caption)
        self.vanish(*[part for part in self.mobjects if part not in kept], seconds=0.4)
        self.appear(self.tiles, *self.input_labels, seconds=0.8)
        self.wait(0.5)
        self.appear(self.maps, self.size, *self.output_labels, seconds=0.6)

    def show_open(self, beat: Beat) -> None:
        """One window through all channels; the largest of them in numbers."""
        step, opened = beat.data, self.opened
        (height, width), first = step.kernel.shape[:2], self.lesson.top[0]
        self.appear(self.windows, self.filter_label, seconds=0.5)
        tile = PixelGrid(
            self.tiles.values[:, :, first], *self.tiles.box(first)[:2], self.tiles.cell
        )
        window = WindowFrame(tile, step.row, step.col, height, width)
        self.zooms = [*zoom_lines(window, opened.patch)]
        self.light(0, 0.4)
        parts = [opened.patch, opened.dot, opened.kernel, *self.zooms]
        self.appear(*parts, *self.open_labels[:2], seconds=0.6)
        self.appear(opened.products, opened.equals, self.open_labels[2], seconds=0.3)
        self.drive(opened.multiply, 1.3)
        self.appear(*self.open_sum, seconds=0.4)

    def light(self, shown: int, seconds: float) -> None:
        """Mark one more channel."""
        change = spotlight(self.tiles, self.windows, self.lesson.top[: shown + 1], DIM)
        self.drive(change, seconds, smoothly)

    def show_channels(self, beat: Beat) -> None:
        """The largest channels one by one, the others, the bias, the sum, ReLU, one cell."""
        step, shown, opened = beat.data, len(self.lesson.top), self.opened
        gone = [opened.products, opened.dot, opened.equals, *self.open_labels, *self.zooms]
        self.vanish(*gone, *self.open_sum, seconds=0.3)
        self.add(self.waterfall)
        self.drive(opened.shrink(self.pairs[0]), 0.6, smoothly)
        self.remove(opened.patch, opened.kernel)
        for n, pair in enumerate(self.pairs):
            if n:
                self.light(n, 0.15)
            # Its number stands where the links of the first one were.
            self.add(self.channel_numbers[n], pair.patch, pair.dot, pair.kernel)
            self.drive(self.waterfall.row(n), 0.3, smoothly)
        for n in range(shown, len(self.waterfall.names)):
            self.drive(self.waterfall.row(n), 0.45, smoothly)
        self.appear(*self.result, seconds=0.4)
        self.maps.map.values[step.row, step.col] = step.activated
        self.appear(self.link, self.fed, seconds=0.5)

    def waterfall_parts(self) -> list[Any]:
        """All that tells of one filter at one place."""
        pairs = [part for pair in self.pairs for part in (pair.patch, pair.dot, pair.kernel)]
        return [self.filter_label, self.waterfall, *pairs, *self.result, self.link]

    def show_deep(self, beat: Beat) -> None:
        """The same window through all filters: as many numbers as there are filters."""
        step, filters = beat.data, self.lesson.outputs.shape[2]
        values = self.lesson.outputs[step.row, step.col]
        self.vanish(*self.waterfall_parts(), *self.channel_numbers, seconds=0.4)
        self.tiles.marks[...] = 0
        self.tiles.shares[...] = self.windows.shares[...] = 1
        self.appear(self.fibre.strip, self.fibre.bars, self.deep, *self.ends, seconds=0.5)

        def fill(alpha: float) -> None:
            now = round(alpha * filters)
            self.fibre.tell(values, now)
            self.maps.thumbnails.values[step.row, step.col, :now] = values[:now]

        self.drive(fill, 2.4)
        self.appear(self.fibre.frame, self.says, seconds=0.3)

    def show_sweep(self, beat: Beat) -> None:
        """Place after place: every filter fills its own map."""
        outputs, seconds = self.lesson.outputs, 3.8
        rows, cols = outputs.shape[:2]
        self.vanish(self.deep, self.says, self.size, seconds=0.2)
        counter = Label("", 1824, 418, anchor="right", **GRAY)
        self.add(counter)
        path = accelerating(rows * cols - 1, seconds, begin=8.0)

        def go(alpha: float) -> None:
            now = round(path.position(alpha * seconds))
            row, col = divmod(now, cols)
            for done in range(now + 1):
                self.maps.fill(outputs, *divmod(done, cols))
            self.windows.put(row, col)
            self.fed.put(self.maps.map, row, col)
            self.fibre.tell(outputs[row, col])
            counter.say(f"{fmt.count(now + 1)} / {fmt.count(rows * cols)}")

        self.drive(go, seconds)
        self.appear(self.whole, seconds=0.3)
        self.middle = [self.fibre.strip, self.fibre.bars, self.fibre.frame, *self.ends]

    def show_filters(self, beat: Beat) -> None:
        """What more filters gain and cost, as measured."""
        self.vanish(*self.middle, seconds=0.3)
        for part in (self.tiles, self.windows, self.maps.thumbnails, self.maps.map, self.fed):
            part.set_opacity(DIM)
        errors = [variant.error for variant in beat.data]
        places = [316.0 + 92 * n for n in range(len(errors))]
        axis: dict[str, Any] = {"low": 0, "high": max(errors), "begin": 760, "end": 900}
        note = words.MEASURED.fill(n=beat.data[0].runs)
        self.middle = [
            Bars(np.zeros(len(errors)), errors, places, colour="muted", **axis),
            self.named(words.IN_CONV1, 530, 236, **GRAY),
            self.named(words.MISREAD, 760, 236, **GRAY),
            self.named(terms.MULTIPLICATIONS, 1390, 236, anchor="right", **GRAY),
            self.named(note, 530, places[-1] + 92, **GRAY),
        ]
        for variant, y in zip(beat.data, places, strict=True):
            few, mean, many = map(fmt.percent, (variant.lowest, variant.error, variant.highest))
            self.middle.append(Label(f"{few}–{many}", 1195, y, anchor="right", **GRAY))
            texts = str(variant.filters), mean, fmt.count(variant.multiplications)
            columns = zip(texts, (600, 1010, 1390), strict=True)
            self.middle += [Label(text, x, y, 34, anchor="right") for text, x in columns]
        self.appear(*self.middle, seconds=0.6)

    def show_answer(self, beat: Beat) -> None:
        """One number and how it was made, beside all maps."""
        self.vanish(*self.middle, seconds=0.3)
        step = self.lesson.step
        for part in (self.tiles, self.windows, self.maps.thumbnails, self.maps.map, self.fed):
            part.set_opacity(1.0)
        self.windows.put(step.row, step.col)
        self.fed.put(self.maps.map, step.row, step.col)
        # The map is filled now: the link ends at its edge, and hides nothing.
        y = self.maps.map.centre_of(step.row, step.col)[1]
        self.link.places = [self.link_start, (float(self.maps.map.places[0, 0]) - 6, y)]
        self.appear(*self.waterfall_parts(), seconds=0.6)


def _of_channel(step: ConvStep, channel: int) -> tuple[Any, Any, Any]:
    """Return patch, kernel and products of one channel."""
    return step.patch[:, :, channel], step.kernel[:, :, channel], step.products[:, :, channel]
