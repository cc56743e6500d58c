"""Padding, stride, dilation: the law is filled with numbers, and the map then has that size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from convexplain.lessons import window_geometry
from convexplain.lessons.parts import window_words as words
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.windows import Geometry, Training
from convexplain.ops import ConvStep
from convexplain.stage import (
    CellMarks,
    ColourBar,
    Formula,
    Label,
    LessonScene,
    Line,
    PixelGrid,
    PlacedWindow,
    SumColumn,
    WindowFrame,
    border,
    zoom_lines,
)
from convexplain.stage.pace import accelerating, smoothly
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

LEFT, TOP, RIGHT = 96.0, 226.0, 1824.0
SIDE, ZOOM = 480.0, 240.0  # of the padded input, and of patch and kernel
PATCH, KERNEL, SUMS, SUMS_END = 612.0, 912.0, 1176.0, 1336.0
NAMES = 198.0  # where labels above pictures lie

LAW = "{o} = floor(({n} + {p} - {w}) / {s}) + 1"
FILLED = "floor(({n} + {p} - {w}) / {s}) + 1 = {o}"


class WindowGeometry(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = window_geometry.WindowGeometry
    lesson: window_geometry.WindowGeometry

    def prepare(self) -> None:
        """Make what all geometries share: input, kernel, patch, sums, the outline of the map."""
        lesson, every = self.lesson, self.lesson.geometries
        size = every[0].size[0]
        before, after = (max(g.margins[side] for g in every) for side in (0, 1))
        self.cell = cell = float(SIDE // max(30, size + before + after))
        x, y = LEFT + before * cell, TOP + before * cell
        picture = lesson.drawn
        self.input = PixelGrid(picture, x, y, cell, scale="picture", frame=2)
        self.bottom = TOP + (size + before + after) * cell
        # Cells of a map are level with their windows' centres; the widest map ends at RIGHT.
        reach = max([size, *(g.offset + g.output[1] for g in every)])
        self.corner = (RIGHT - cell * reach, y)

        self.count = count = len(lesson.weights)
        self.kernel = self.kernel_at(KERNEL, lesson.weights)
        self.patch = PixelGrid(
            np.zeros((count, count)), PATCH, TOP, ZOOM / count, scale="picture",
            numbers=count <= 3, text_size=28,
        )  # fmt: skip
        cells = list(np.ndindex(count, count))
        self.zeros = CellMarks(self.patch, cells, text="0" if count <= 3 else "")
        self.zeros.shares[...] = 0.0
        self.around = WindowFrame(self.patch, 0, 0, count, count)
        names = (self.text(terms.SUM), self.text(terms.BIAS))
        self.sums = SumColumn(SUMS, SUMS_END, TOP, names, limit=lesson.map_limit)

        self.patch_name = Label(self.text(terms.PATCH.capital), PATCH, NAMES)
        self.zeros_name = self.muted(words.ZEROS, PATCH, TOP + ZOOM + 28)
        self.cell_by_cell = Label("⊙", 882, TOP + ZOOM / 2, 44, colour="muted", anchor="centre")
        self.passing: list[Any] = []  # what belongs to one geometry alone

    def kernel_at(self, x: float, weights: Any) -> PixelGrid:
        """A kernel, its numbers shown where they can be read."""
        limit = float(np.abs(weights).max()) or 1.0
        return PixelGrid(
            weights, x, TOP, ZOOM / self.count, limit=limit, numbers=self.count <= 3, text_size=28
        )

    def muted(self, caption: Caption, x: float, y: float, size: float = 28) -> Label:
        """A label that steps back."""
        return Label(self.text(caption), x, y, size, colour="muted")

    def name(self, caption: Caption, x: float) -> Label:
        """A label above a picture."""
        return Label(self.text(caption), x, NAMES)

    def fade_out(self, parts: Iterable[Any], seconds: float) -> None:
        """Let those parts that are on the stage fade away."""
        going = [part for part in parts if part in self.mobjects]
        if going:
            self.vanish(*going, seconds=seconds)

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """A digit, a kernel, and no map yet."""
        lesson, (x, y) = self.lesson, self.corner
        pixels = lesson.geometries[0].say(words.PIXELS)
        self.size_label = self.muted(pixels, LEFT, self.bottom + 34)
        self.appear(self.input, self.name(terms.INPUT.capital, LEFT), self.size_label, seconds=0.6)
        origin = words.FILTER.fill(n=lesson.shown_filter, layer=lesson.shown_layer)
        origin = words.HAND_MADE if lesson.hand_made else origin
        below = self.muted(origin, KERNEL, TOP + ZOOM + 28)
        self.appear(self.kernel, self.name(terms.KERNEL.capital, KERNEL), below, seconds=0.5)
        side = lesson.geometries[0].size[0] * self.cell
        corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
        outline = Line(corners, opacity=0.6)
        said = self.muted(words.OUTLINE, x, self.bottom + 72, 24)
        bar = ColourBar(lesson.map_limit, x, self.bottom + 114, RIGHT - x)
        self.appear(outline, self.name(terms.RESPONSE_MAP.capital, x), said, bar, seconds=0.5)

    def show_geometry(self, beat: Beat) -> None:
        """Fill the law, show a stop in numbers, and fill the map: it has the size foretold."""
        geometry = beat.data
        self.set_up(geometry)
        self.fill_law(geometry)
        if geometry.name != "valid":
            self.stop(geometry.stop.step)
        self.sweep(geometry, max(1.0, self.remaining - 1.8))
        self.conclude(geometry)

    def set_up(self, geometry: Geometry) -> None:
        """Exchange zeros, window and map, and the labels that tell their sizes."""
        (x, y), shift = self.corner, geometry.offset * self.cell
        caption = geometry.say(words.PADDED if any(geometry.margins) else words.PIXELS)
        size_label = self.muted(caption, LEFT, self.bottom + 34)
        changes = size_label.text != self.size_label.text
        self.fade_out([*self.passing, *([self.size_label] if changes else [])], 0.35)
        self.placed = PlacedWindow(self.input, geometry.window)
        self.map = PixelGrid(
            np.full(geometry.output, np.nan), x + shift, y + shift, self.cell,
            limit=self.lesson.map_limit, frame=2,
        )  # fmt: skip
        self.fed = WindowFrame(self.map, 0, 0)
        self.passing = [*self.placed.parts, self.map, self.fed]
        new = [self.map, *_there(self.placed.ring), *([size_label] if changes else [])]
        self.size_label = size_label if changes else self.size_label
        self.appear(*new, seconds=0.45)

    # The law.

    def fill_law(self, geometry: Geometry) -> None:
        """Each number appears with its name, while the thing that it counts is lit."""
        law = Formula(LAW, PATCH, 575, 44, parts=geometry.letters)
        width = Formula(FILLED, 0, 0, 60, parts=geometry.law).places[1, 0]
        filled = Formula(FILLED, PATCH, 775, 60 * min(1, 720 / width), parts=geometry.law)
        first, placed = geometry.name == "valid", self.placed
        self.appear(law, seconds=0.8 if first else 0.3)
        filled.set_shares(0.0)
        self.add(filled, *placed.moving)
        self.passing += [law, filled]
        counted: dict[str, tuple[Any, ...]] = {
            "n": (self.input,),
            "p": _there(placed.ring),
            "w": (self.kernel,),
            "s": _there(placed.centres),
            "o": (self.map,),
        }
        dimmed = (self.input, self.kernel, self.map, *_there(placed.ring))
        for name in geometry.law:
            label = self.name_of(name, filled)
            self.passing.append(label)
            if name == "s" and placed.centres is not None:
                self.add(placed.centres, *placed.moving)
            self.light(dimmed, counted[name])
            law.light(name)
            self.come(filled, name, label, 0.45 if first else 0.25)
        law.set_shares(1.0)
        self.light(dimmed, dimmed)
        self.fade_out(_there(placed.centres), 0.1)

    def name_of(self, part: str, formula: Formula) -> Label:
        """A number's name: above it, or beside the stride."""
        left, top, right, bottom = formula.box_of(part)
        text = self.text(words.TERMS[part])
        if part == "s":
            return Label(text, right + 16, (top + bottom) / 2, colour="muted")
        return Label(text, (left + right) / 2, top - 28, colour="muted", anchor="centre")

    def come(self, formula: Formula, part: str, label: Label, seconds: float) -> None:
        """Let one number of the law come up with its name; with the first, all signs."""
        places = [formula.names.index(name) for name in (part, "")]
        starts = formula.shares[places]
        self.add(label)

        def rise(alpha: float) -> None:
            formula.shares[places] = starts + (1 - starts) * alpha
            label.opacity = alpha

        self.drive(rise, seconds, smoothly)

    def light(self, parts: tuple[Any, ...], lit: tuple[Any, ...]) -> None:
        """Let some parts stand out, and dim the others."""
        starts = [part.opacity for part in parts]
        goals = [1.0 if any(part is one for one in lit) else 0.4 for part in parts]

        def change(alpha: float) -> None:
            for part, start, goal in zip(parts, starts, goals, strict=True):
                part.opacity = start + (goal - start) * alpha

        if starts != goals:
            self.drive(change, 0.15, smoothly)

    # One stop.

    def stop(self, step: ConvStep) -> None:
        """Slide to a stop, enlarge its patch, add up, and deliver the value."""
        placed, sums = self.placed, self.sums
        self.drive(lambda alpha: placed.put(alpha * step.row, alpha * step.col), 0.5, smoothly)  # type: ignore[arg-type]
        self.read(step)
        self.patch.number_opacity = 1.0 if self.count <= 3 else 0.0
        lines = zoom_lines(placed.frame, self.patch)
        patch = [self.patch, self.patch_name, self.zeros, self.around]
        said = [self.zeros_name] if step.padding.any() else []
        self.appear(*lines, *patch, self.cell_by_cell, *said, seconds=0.6)
        sums.tell(step.breakdown())
        self.appear(*sums.sum, *sums.bias, seconds=0.4)
        self.appear(*sums.value, seconds=0.3)
        self.appear(*sums.result, seconds=0.4)
        x, y = self.map.centre_of(step.row, step.col)
        top, bottom = sums.box.places[[0, 2], 1]
        corner = (SUMS_END + 6, top - 4 if y < top else bottom + 4)
        link = Line([corner, border(corner, (x, y), self.cell / 2 + 6)], colour="accent")
        self.add(link)
        self.drive(lambda alpha: link.set_drawn(alpha), 0.4, smoothly)  # type: ignore[arg-type]
        self.map.values[step.row, step.col] = step.activated
        self.fed.put(self.map, step.row, step.col)
        self.add(self.fed)
        self.wait(0.6)
        column = [*sums.sum, *sums.bias, *sums.value, *sums.result]
        self.fade_out([*lines, link, self.cell_by_cell, *said, *column], 0.25)
        self.passing += patch

    def read(self, step: ConvStep) -> None:
        """Show in the patch what the window reads; zeros of padding are dashed."""
        self.patch.values[...] = step.patch.squeeze(axis=2)
        self.patch.shares[...] = np.where(step.padding, 0.0, 1.0)
        self.zeros.shares[...] = step.padding.ravel()

    # The whole map.

    def sweep(self, geometry: Geometry, seconds: float) -> None:
        """Visit all stops, faster and faster; numbers that cannot be read are not shown."""
        steps, cells, placed = geometry.steps, geometry.map, self.placed
        self.patch.number_opacity = 0.0
        self.visit(geometry, 0, 0)
        patch = [self.patch, self.patch_name, self.zeros, self.around]
        self.passing += patch
        new = [part for part in (*patch, self.fed) if part not in self.mobjects]
        if new:
            self.appear(*new, seconds=0.2)
        if placed.centres is not None:
            placed.centres.shares[...] = 0.0
            self.remove(*placed.moving)
            self.add(placed.centres, *placed.moving)
        seconds -= 0.2 if new else 0.0
        path = accelerating(len(steps) - 1, seconds, 10.0)

        def go(alpha: float) -> None:
            now = min(round(path.position(alpha * seconds)), len(steps) - 1)
            self.map.values.flat[: now + 1] = cells.flat[: now + 1]
            self.visit(geometry, *divmod(now, cells.shape[1]))
            if placed.centres is not None:
                placed.centres.shares[: now + 1] = 1.0

        self.drive(go, seconds)

    def visit(self, geometry: Geometry, row: float, col: float) -> None:
        """Bring window, patch and fed cell to a place; fractions lie between two."""
        self.placed.put(row, col)
        self.fed.put(self.map, row, col)
        self.read(geometry.steps.at(round(row), round(col)))

    def conclude(self, geometry: Geometry) -> None:
        """The map has the size that the law says; zeros that no window read step back."""
        x, y = self.corner[0], self.bottom + 34
        new: list[Any] = [Label(self.text(geometry.say(words.NUMBERS)), x, y)]
        (k, _), (d, _) = geometry.window.kernel_size, geometry.window.dilation
        if self.placed.centres is not None:
            new.append(self.muted(geometry.say(words.CENTRES), LEFT, y + 38))
        if d > 1:
            new.append(Formula(f"w = {d} dot ({k} - 1) + 1 = {geometry.span}", PATCH, 884, 40))
        elif geometry.unread:
            new.append(self.muted(geometry.say(geometry.left_unread), PATCH, 884, 26))
        self.passing += new
        ring, unread = self.placed.ring, self.placed.unread()
        last, goal = geometry.steps[-1], geometry.stop.step
        self.add(*new)

        def come(alpha: float) -> None:
            for part in new:
                part.opacity = alpha
            if ring is not None:
                ring.shares[unread] = 1 - 0.7 * alpha
            row, col = last.row * (1 - alpha), last.col * (1 - alpha)
            self.visit(geometry, row + goal.row * alpha, col + goal.col * alpha)
            self.patch.number_opacity = alpha if self.count <= 3 else 0.0

        self.drive(come, 0.8, smoothly)

    # Three sizes, a flipped kernel, the answer.

    def clear_stage(self) -> None:
        """Take away all but title and caption."""
        kept = [*self._title, *self._caption]
        self.fade_out([part for part in self.mobjects if part not in kept], 0.4)

    def show_sizes(self, beat: Beat) -> None:
        """3x3, 5x5, 7x7 side by side."""
        self.clear_stage()
        for number, training in enumerate(beat.data):
            self.appear(*self.pictures_of(training, LEFT + 592 * number), seconds=0.5)
        tables = [self.table_of(training, LEFT + 592 * n) for n, training in enumerate(beat.data)]
        experiment = words.EXPERIMENT.fill(n=beat.data[0].seeds, steps=self.lesson.steps)
        note = self.muted(experiment, LEFT, 874, 26)
        self.appear(*(part for table in tables for part in table), note, seconds=0.6)

    def pictures_of(self, training: Training, x: float) -> list[Any]:
        """One size: where the window lies, what it sees, and what is left of the map."""
        size, cell, top = training.size, 9.0, 234.0
        image, half = self.lesson.drawn, training.size // 2
        row, col = (centre - half for centre in self.lesson.looked_at)
        picture = PixelGrid(image, x, top, cell, scale="picture", frame=2)
        # Centred on these cells, the window would reach outside: they have no cell of the map.
        picture.shares[...] = 0.4
        picture.shares[half:-half, half:-half] = 1.0
        seen = image[row : row + size, col : col + size]
        patch = PixelGrid(seen, x + 292, top, 252 / size, scale="picture")
        left = training.map_size(image.shape)
        below = top + len(image) * cell + 34
        return [
            Label(self.text(words.SIZE.fill(k=fmt.shape((size, size)))), x, NAMES, weight="bold"),
            picture,
            patch,
            WindowFrame(picture, row, col, size, size),
            WindowFrame(patch, 0, 0, size, size),
            self.muted(words.LEAVES.fill(shape=fmt.shape(left)), x, below),
            self.muted(words.SEES.fill(n=seen.size), x + 292, below),
        ]

    def table_of(self, training: Training, x: float) -> list[Any]:
        """What was measured for one size."""
        table: list[Any] = [Line([(x, 566), (x + 544, 566)])]
        for line, (name, value) in enumerate(training.table(self.lesson.geometries[0].size)):
            y = 608 + 52.0 * line
            table += [
                self.muted(name, x, y),
                Label(self.text(value), x + 544, y, 34 if line else 30, anchor="right"),
            ]
        return table

    def show_flipped(self, beat: Beat) -> None:
        """The same kernel turned by half gives another map."""
        self.clear_stage()
        lesson, side = self.lesson, 520.0
        for x, name, weights, values, said in (
            (96.0, terms.KERNEL.capital, lesson.weights, lesson.upright.map, words.AS_IS),
            (1000.0, words.FLIPPED_KERNEL, lesson.weights[::-1, ::-1], lesson.flipped_map,
             words.TURNED),
        ):  # fmt: skip
            cell = side / len(values)
            result = PixelGrid(values, x + 304, TOP, cell, limit=lesson.map_limit, frame=2)
            names = (self.name(name, x), self.name(terms.RESPONSE_MAP.capital, x + 304))
            below = self.muted(said, x, TOP + side + 40)
            self.appear(self.kernel_at(x, weights), result, *names, below, seconds=0.6)
        total = fmt.count(lesson.upright.map.size)
        differ = words.DIFFERENT.fill(n=fmt.count(lesson.differing), total=total)
        bar = ColourBar(lesson.map_limit, LEFT, 852, 448)
        self.appear(bar, Label(self.text(differ), 1000, 852), seconds=0.4)

    def show_answer(self, beat: Beat) -> None:
        """The law, and the maps that it gave."""
        self.clear_stage()
        letters = self.lesson.geometries[-1].letters
        self.appear(Formula(LAW, 960, 300, 76, parts=letters, anchor="centre"), seconds=0.5)
        every, top, limit = self.lesson.geometries, 460.0, self.lesson.map_limit
        cell = 300 / max(30, *(g.output[0] for g in every))
        shown: list[Any] = []
        for n, geometry in enumerate(every):
            middle = LEFT + (n + 0.5) * (RIGHT - LEFT) / len(every)
            side = geometry.output[0] * cell
            name = self.text(geometry.say(words.NAMES[geometry.name]))
            shown += [
                PixelGrid(geometry.map, middle - side / 2, top, cell, limit=limit, frame=2),
                Label(fmt.shape(geometry.output), middle, top + side + 34, anchor="centre"),
                Label(name, middle, top + side + 76, colour="muted", anchor="centre"),
            ]
        self.appear(*shown, seconds=0.6)


def _there(part: Any) -> tuple[Any, ...]:
    return () if part is None else (part,)
