"""The sliding window: three stops term by term, then the whole picture, faster and faster."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.lessons import sliding_window
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.sliding_window import READABLE_SPEED, Stop
from convexplain.ops import ConvStep
from convexplain.stage import Label, LessonScene, Line, PixelGrid, WindowFrame, border, zoom_lines
from convexplain.stage.pace import accelerating, smoothly
from convexplain.stage.running_line import RunningLine
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

# Above so many stops a second running numbers are noise, and freeze.
READABLE = 8.0
# A cell of this many pixels holds "−0.31" at 24 pixels, the smallest text.
SMALLEST_CELL = 66.0

PIXELS = Caption(en="{shape} pixels, {c} channel", zh="{shape} 个像素，{c} 个通道")
WEIGHTS = Caption(en="{shape} weights, filter {n}", zh="{shape} 个权重，过滤器 {n}")
HAND_MADE = Caption(en="{shape}, made by hand", zh="{shape}，人工设计")
NUMBERS = Caption(en="{shape} numbers, {c} channel", zh="{shape} 个数，{c} 个通道")


class SlidingWindow(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = sliding_window.SlidingWindow
    lesson: sliding_window.SlidingWindow

    def prepare(self) -> None:
        """Make every picture and label once; beats move them and change their values."""
        lesson = self.lesson
        picture, kernel = lesson.trace.image[:, :, 0], lesson.weights
        height, width = lesson.response_map.shape
        size = 264 / kernel.shape[0]
        limit = float(np.abs(kernel).max())
        # Numbers of larger kernels could not be read: their cells are too small.
        look = {"numbers": size >= SMALLEST_CELL, "text_size": min(30.0, size / 3)}

        self.input = PixelGrid(picture, 96, 226, 504 / picture.shape[1], scale="picture", frame=2)
        self.patch = PixelGrid(np.zeros(kernel.shape), 672, 226, size, scale="picture", **look)
        self.kernel = PixelGrid(kernel, 1020, 226, size, limit=limit, **look)
        self.products = PixelGrid(
            np.full(kernel.shape, np.nan), 672, 576, size, limit=limit, **look
        )
        cell = 468 / width
        # A cell of the map is level with the centre of its window.
        self.map = PixelGrid(
            np.full((height, width), np.nan), 1356, 244, cell, limit=lesson.map_limit, frame=2
        )
        self.box = PixelGrid(
            [[0.0]],
            1194,
            752,
            88,
            limit=lesson.map_limit,
            numbers=True,
            text_size=32,
            bold=True,
            lines=False,
        )
        self.window = WindowFrame(self.input, 0, 0, *kernel.shape)
        self.around_patch = WindowFrame(self.patch, 0, 0, *kernel.shape)
        self.fed = WindowFrame(self.map, 0, 0)
        self.around_box = WindowFrame(self.box, 0, 0)

        self.input_labels = self._labels(
            96, terms.INPUT.capital, PIXELS.fill(shape=_size(picture), c=1), 763
        )
        self.map_labels = self._labels(
            1356,
            terms.RESPONSE_MAP.capital,
            NUMBERS.fill(shape=_size(lesson.response_map), c=1),
            763,
        )
        self.kernel_labels = self._labels(1020, terms.KERNEL.capital, self._name_of_kernel(), 519)
        self.patch_label = Label(self.text(terms.PATCH.capital), 672, 198)
        self.products_label = Label(self.text(terms.CELL_BY_CELL.capital), 672, 548)
        self.cell_by_cell = Label("⊙", 978, 358, 52, colour="muted", anchor="centre")
        self.counter = Label("", 1824, 198, colour="muted", anchor="right")
        self.done = np.zeros(len(lesson.all_steps), dtype=bool)
        self._make_arithmetic()

    def _name_of_kernel(self) -> Caption:
        size = _size(self.lesson.weights)
        if self.lesson.kernel is not None:
            return HAND_MADE.fill(shape=size)
        return WEIGHTS.fill(shape=size, n=self.lesson.shown_filter)

    def _labels(self, x: float, name: Caption, shape: Caption, below: float) -> list[Label]:
        return [Label(self.text(name), x, 198), Label(self.text(shape), x, below, colour="muted")]

    def _make_arithmetic(self) -> None:
        """Sum, bias, result, ReLU: to the right of the products."""
        self.bracket = [
            Line([(948, 580), (964, 580), (964, 836), (948, 836)], drawn=1.0),
            Line([(964, 604), (1004, 604)], arrow=True),
        ]
        self.terms = {
            "sum": (self._term(terms.SUM, 604), self._value(604)),
            "bias": (self._term(terms.BIAS, 652), self._value(652)),
            "total": (Label("=", 1020, 710, colour="muted"), self._value(710)),
        }
        self.rule = Line([(1020, 681), (1282, 681)])
        self.relu = [
            Label("ReLU", 1020, 796, colour="muted"),
            Line([(1104, 796), (1180, 796)], arrow=True),
        ]

    def _term(self, name: Caption, y: float) -> Label:
        return Label(self.text(name), 1020, y, colour="muted")

    def _value(self, y: float) -> Label:
        return Label("", 1278, y, 34, anchor="right")

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """A digit, and an empty map."""
        self.appear(self.input, *self.input_labels)
        self.appear(self.map, *self.map_labels)
        self.count_cells()
        self.appear(self.counter)

    def show_kernel(self, beat: Beat) -> None:
        """Nine weights."""
        self.appear(self.kernel, *self.kernel_labels, seconds=0.8)

    def show_stop(self, beat: Beat) -> None:
        """One stop, and its output cell: the first term by term, later ones row by row."""
        stop: Stop = beat.data
        step, first = stop.step, self.window not in self.mobjects
        self.clear_arithmetic()
        if first:
            self.window.put(self.input, step.row, step.col)
            self.appear(self.window)
        else:
            self.slide(step, 0.6)
        self.zoom(step, 1.0 if first else 0.4)
        self.multiply(step, 3.15 if first else 0.72)
        if first:
            self.wait(0.4)
        self.add_up(step, 1.0 if first else 0.45)
        self.deliver(step, 0.8 if first else 0.5)

    def clear_arithmetic(self) -> None:
        """Take away what belongs to the stop before."""
        parts = [part for part in self.arithmetic() if part in self.mobjects]
        if parts:
            self.vanish(*parts, seconds=0.2)

    def arithmetic(self) -> list[Any]:
        """Everything that belongs to one stop."""
        return [
            *getattr(self, "zoom_lines", ()),
            *self.bracket,
            *(label for pair in self.terms.values() for label in pair),
            self.rule,
            *self.relu,
            self.box,
            self.around_box,
            self.fed,
            *getattr(self, "link", ()),
            self.products,
        ]

    def slide(self, step: ConvStep, seconds: float) -> None:
        """Move the window over the input."""
        start = self.window.copy()
        goal = self.window.copy().put(self.input, step.row, step.col)

        def move(alpha: float) -> None:
            self.window.points = start.points + (goal.points - start.points) * alpha

        self.drive(move, seconds, smoothly)

    def zoom(self, step: ConvStep, seconds: float) -> None:
        """Enlarge the window's pixels beside the kernel."""
        self.patch.values[...] = step.patch[:, :, 0]
        self.zoom_lines = zoom_lines(self.window, self.patch)
        new = [self.around_patch, *self.zoom_lines]
        if self.patch not in self.mobjects:
            new += [self.patch, self.patch_label, self.cell_by_cell]
        # The frame lies over the cells.
        self.remove(self.around_patch)
        self.appear(*sorted(new, key=lambda part: part is self.around_patch), seconds=seconds)

    def multiply(self, step: ConvStep, seconds: float) -> None:
        """Fill in the products one by one, each pair lit up."""
        self.products.values[...] = np.nan
        new = [part for part in (self.products, self.products_label) if part not in self.mobjects]
        self.appear(*new, seconds=0.3)
        products = step.products[:, :, 0]
        height, width = products.shape
        for row in range(height):
            for col in range(width):
                for grid in (self.patch, self.kernel):
                    grid.shares[...] = 0.4
                    grid.shares[row, col] = 1
                self.products.values[row, col] = products[row, col]
                self.drive(lambda alpha: None, seconds / products.size)
        for grid in (self.patch, self.kernel):
            grid.shares[...] = 1

    def add_up(self, step: ConvStep, pace: float) -> None:
        """Sum, bias, result, ReLU."""
        for name, value, sign in (
            ("sum", step.total, False),
            ("bias", step.bias, True),
            ("total", step.value, False),
        ):
            self.terms[name][1].say(fmt.number(value, sign=sign))
        self.box.values[...] = step.activated
        self.box.number_opacity = 1.0
        self.appear(*self.bracket, *self.terms["sum"], seconds=0.7 * pace)
        self.appear(*self.terms["bias"], seconds=0.6 * pace)
        self.appear(self.rule, *self.terms["total"], seconds=0.5 * pace)
        self.appear(*self.relu, self.box, self.around_box, seconds=0.8 * pace)

    def deliver(self, step: ConvStep, seconds: float) -> None:
        """Let the value fly to its cell, which takes its colour."""
        self.fed.put(self.map, step.row, step.col)
        x, y = self.map.centre_of(step.row, step.col)
        corner = (1286.0, 748.0)
        end = border(corner, (x, y), self.map.cell / 2 + 6)
        line = Line([corner, end], colour="accent", opacity=0.8, drawn=0.0)
        self.link = (line,)
        flying = PixelGrid(
            [[step.activated]], 1194, 752, 88, limit=self.lesson.map_limit, lines=False
        )
        start = flying.points.copy()
        left, top = self.map.place_of(step.row, step.col)
        goal = PixelGrid([[0.0]], left, top, self.map.cell).points
        self.add(line, flying)

        def fly(alpha: float) -> None:
            line.drawn = alpha
            flying.points = start + (goal - start) * alpha

        self.drive(fly, seconds, smoothly)
        self.remove(flying)
        self.fill(step)
        self.count_cells()
        self.add(self.fed)

    def fill(self, step: ConvStep) -> None:
        """Give one cell of the map its value."""
        self.map.values[step.row, step.col] = step.activated
        self.done[step.row * self.map.shape_in_cells[1] + step.col] = True

    def count_cells(self) -> None:
        """Say how many cells are computed."""
        self.counter.say(f"{fmt.count(self.done.sum())} / {fmt.count(self.done.size)}")

    def show_sweep(self, beat: Beat) -> None:
        """The window runs, faster and faster, until it comes near the largest response."""
        self.clear_arithmetic()
        self.make_running_line()
        first = self.lesson.all_steps[0]
        if self.window in self.mobjects:
            self.vanish(self.products_label, seconds=0.2)
            self.slide(first, 0.5)
            self.show_running(first)
        else:
            self.show_running(first)
            self.appear(self.patch, self.patch_label, self.cell_by_cell, self.around_patch)
            self.appear(self.window, seconds=0.3)
        self.appear(*self.running, self.box, self.around_box, self.fed, seconds=0.4)
        self.run(0, self.best_index, self.remaining, begin=self.start_speed, end_speed=4.0)

    @property
    def start_speed(self) -> float:
        """Stops a second at which a run begins."""
        return 6.0 if self.lesson.steps != "all" else READABLE_SPEED

    @property
    def best_index(self) -> int:
        """The position of the largest response in the order of the sweep."""
        best = self.lesson.best
        return best.row * self.map.shape_in_cells[1] + best.col

    def show_best(self, beat: Beat) -> None:
        """The largest response: the numbers can be read again."""
        self.show_running(beat.data)
        for part in (*self.running, self.box):
            part.set_opacity(1.0)

    def show_finish(self, beat: Beat) -> None:
        """The rest of the map."""
        last = len(self.lesson.all_steps) - 1
        self.run(self.best_index, last, self.remaining - 1.0, begin=self.start_speed)
        self.freeze(False)
        self.show_running(self.lesson.all_steps[last])

    def show_summary(self, beat: Beat) -> None:
        """Input, kernel and map side by side: what this kernel looks for."""
        parts = [
            *self.running,
            self.box,
            self.around_box,
            self.around_patch,
            self.fed,
            self.window,
            self.patch,
            self.patch_label,
            self.cell_by_cell,
        ]
        self.vanish(*[part for part in parts if part in self.mobjects], seconds=0.5)

        middle = (600 + 1356) / 2
        goal = middle - (self.kernel.places[0, 0] + 132)
        parts_of_kernel = [self.kernel, *self.kernel_labels]
        starts = [part.points.copy() for part in parts_of_kernel]

        def move(alpha: float) -> None:
            for part, start in zip(parts_of_kernel, starts, strict=True):
                part.points = start + np.array([goal * alpha / 135.0, 0.0, 0.0])

        self.drive(move, 0.8, smoothly)

    def show_answer(self, beat: Beat) -> None:
        """The same picture; the question of the beginning is answered."""

    # The running line of the sweep.

    def make_running_line(self) -> None:
        """One line of arithmetic in place of the products."""
        self.box.move_to(PixelGrid([[0.0]], 1196, 664, 88).get_center())
        self.around_box.put(self.box, 0, 0)
        self.line = RunningLine(672, 708, (self.text(terms.SUM), self.text(terms.BIAS), "ReLU"))
        self.running: list[Any] = self.line.parts

    def show_running(self, step: ConvStep) -> None:
        """Bring window, patch, numbers and fed cell to one stop."""
        self.window.put(self.input, step.row, step.col)
        self.fed.put(self.map, step.row, step.col)
        self.patch.values[...] = step.patch[:, :, 0]
        self.line.show(step.breakdown())
        self.box.values[...] = step.activated

    def run(
        self, start: int, end: int, seconds: float, begin: float, end_speed: float | None = None
    ) -> None:
        """Visit the stops from one to another, faster and faster."""
        steps, width = self.lesson.all_steps, self.map.shape_in_cells[1]
        path = accelerating(end - start, seconds, begin, end_speed)
        self.frozen = False
        reached = start

        def go(alpha: float) -> None:
            nonlocal reached
            now = start + min(round(path.position(alpha * seconds)), end - start)
            for index in range(reached, now + 1):
                self.fill(steps[index])
            reached = now
            self.count_cells()
            if path.speed(alpha * seconds) <= READABLE:
                self.freeze(False)
                self.show_running(steps[now])
            else:
                self.freeze(True)
                row, col = divmod(now, width)
                self.window.put(self.input, row, col)
                self.fed.put(self.map, row, col)

        self.drive(go, seconds)

    def freeze(self, frozen: bool) -> None:
        """Let numbers that cannot be read step back."""
        if frozen != self.frozen:
            for part in (*self.running, self.box, self.around_box):
                part.set_opacity(0.4 if frozen else 1.0)
            self.patch.shares[...] = 0.4 if frozen else 1.0
            self.frozen = frozen


def _size(cells: Any) -> str:
    return fmt.shape(cells.shape[:2])
