"""Pooling: one window, the whole map, the mean beside it, a digit that moves, what is dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from convexplain import format as fmt
from convexplain.captions import Caption
from convexplain.lessons import pooling
from convexplain.lessons._base import Beat
from convexplain.lessons.pooling import Moved, Odd, Unseen, place, places
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
from convexplain.steps import PoolStep

# Above so many stops a second running numbers are noise, and freeze.
READABLE = 8.0
TOP, ABOVE, BELOW = 226.0, 198.0, 832.0

MAP = Caption(en="Response map, filter {n}", zh="响应图，过滤器 {n}")
NUMBERS = Caption(en="{shape} numbers", zh="{shape} 个数")
WINDOW = Caption(en="Window of {shape}", zh="{shape} 窗口")
LARGEST = Caption(en="largest: {place}", zh="最大值：{place}")
MEAN = Caption(en="mean of the four", zh="4 个数的平均值")
MAX = Caption(en="Max", zh="最大值")
AVERAGE = Caption(en="Average", zh="平均值")
INPUT = Caption(en="Input", zh="输入")
RESPONSES = Caption(en="Response map", zh="响应图")
MAX_POOLING = Caption(en="Max pooling", zh="最大池化")
AVERAGE_POOLING = Caption(en="Average pooling", zh="平均池化")
MOVED = Caption(en="one pixel {direction}", zh="{direction}移 1 个像素")
STAYS = Caption(en="Stays in its cells", zh="留在原来的格子里")
LAYER = Caption(en="{layer}, filter {n}", zh="{layer}，过滤器 {n}")
LOGITS = Caption(en="Logits, input as it is", zh="logit，原输入")
INVERTED = Caption(en="Logits, {places} inverted", zh="logit，{places} 反色后")
CHANGE = Caption(en="largest change: {d}", zh="最大变化：{d}")
TENSOR = Caption(en="{layer}: {shape}", zh="{layer}：{shape}")
AXES = Caption(en="height, width, channels", zh="高、宽、通道")


class Winner:
    """The largest number of an enlarged window: bold, with a frame inside its cell."""

    def __init__(self, patch: PixelGrid, step: PoolStep, ink: str, size: float) -> None:
        row, col = np.unravel_index(int(step.patch.argmax()), step.patch.shape)
        left, top = patch.place_of(row, col)
        self.cell = PixelGrid(
            [[step.value]],
            left,
            top,
            patch.cell,
            limit=patch.limit,
            numbers=True,
            text_size=size,
            bold=True,
        )
        near, far = 6.0, patch.cell - 6.0
        middle = patch.cell / 2
        # It starts in the middle of a side, so that all four corners are joined.
        self.frame = Line(
            [
                (left + x, top + y)
                for x, y in (
                    (middle, near),
                    (far, near),
                    (far, far),
                    (near, far),
                    (near, near),
                    (middle, near),
                )
            ],
            colour=ink,
            width=4.0,
        )

    @property
    def parts(self) -> tuple[Any, ...]:
        """What is shown."""
        return self.cell, self.frame


class Pooling(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = pooling.Pooling
    lesson: pooling.Pooling

    def prepare(self) -> None:
        """Make what the first beats show: the map, one window enlarged, both pooled maps."""
        lesson, step = self.lesson, self.lesson.step
        height, width = lesson.response_map.shape
        cell = 572 / max(height, width)
        self.map = self._map(lesson.response_map, 96, TOP, cell)
        empty = np.full(lesson.pooled.shape, np.nan)
        right = 1824 - empty.shape[1] * cell
        self.max = self._map(empty, right, TOP, cell)
        self.mean = self._map(empty, right, TOP + 358, cell)
        self.map_labels = [
            Label(self.text(MAP.fill(n=lesson.shown_filter)), 96, ABOVE),
            Label(self.text(NUMBERS.fill(shape=_size(self.map))), 96, BELOW, colour="muted"),
        ]
        self.bar = ColourBar(lesson.limit, 400, BELOW, 268)
        self.max_labels = self._pooled_labels(self.max, MAX, "ink")
        self.mean_labels = self._pooled_labels(self.mean, AVERAGE, "muted")

        self.window = WindowFrame(self.map, *_corner(step), 2, 2)
        self.patch = PixelGrid(
            step.patch, 789, 380, 132, limit=lesson.limit, numbers=True, text_size=36
        )
        self.patch_label = Label(
            self.text(WINDOW.fill(shape=fmt.shape(step.patch.shape))), 789, 350
        )
        self.around_patch = WindowFrame(self.patch, 0, 0, 2, 2)
        self.zoom = zoom_lines(self.window, self.patch)
        self.winner = Winner(self.patch, step, self._ink_on(self.patch, step), 44)
        self.fed = WindowFrame(self.max, step.row, step.col)
        self._make_branches(step)

    def _map(self, values: Any, left: float, top: float, cell: float) -> PixelGrid:
        return PixelGrid(values, left, top, cell, limit=self.lesson.limit, frame=2)

    def _pooled_labels(self, grid: PixelGrid, name: Caption, colour: str) -> list[Label]:
        (left, top), right = grid.places[0], grid.places[1, 0]
        size = _size(grid)
        return [
            Label(self.text(name), left, top - 28, colour=colour),
            Label(size, right, top - 28, colour="muted", anchor="right"),
        ]

    def _ink_on(self, patch: PixelGrid, step: PoolStep) -> str:
        """Return the token that stands out on the winner's cell."""
        row, col = np.unravel_index(int(step.patch.argmax()), step.patch.shape)
        black = self.theme.text_on(patch.colour_of(int(row), int(col), self.theme)) == "#000000"
        return "background" if black == (self.theme.name == "dark") else "ink"

    def _make_branches(self, step: PoolStep) -> None:
        """From the window to the largest number, and to the mean, each on to its cell."""
        lesson = self.lesson
        mean = float(lesson.averaged[step.row, step.col])
        self.box = self._box(step.value, 321, bold=True)
        self.mean_box = self._box(mean, 679, bold=False)
        self.around_box = WindowFrame(self.box, 0, 0)
        self.around_mean = WindowFrame(self.mean_box, 0, 0, colour="muted", line=2)
        self.box_label = Label(
            self.text(LARGEST.fill(place=place(step))), 1386, 288, anchor="right"
        )
        self.mean_label = Label(self.text(MEAN), 1386, 808, colour="muted", anchor="right")
        y = self.winner.cell.centre_of(0, 0)[1]
        self.fork = Line(
            [(1061, y), (1160, y), (1160, 369), (1278, 369)],
            colour="accent",
            arrow=True,
            opacity=0.8,
        )
        self.bracket = Line([(789, 656), (789, 674), (1053, 674), (1053, 656)])
        self.mean_fork = Line([(921, 674), (921, 727), (1280, 727)], arrow=True)
        self.link = self._link(self.box, self.max, step, "accent")
        self.mean_link = self._link(self.mean_box, self.mean, step, "muted")
        self.mean_fed = WindowFrame(self.mean, step.row, step.col, colour="ink", line=2)

    def _box(self, value: float, top: float, bold: bool) -> PixelGrid:
        return PixelGrid(
            [[value]],
            1290,
            top,
            96,
            limit=self.lesson.limit,
            numbers=True,
            text_size=34,
            bold=bold,
            lines=False,
        )

    def _link(self, box: PixelGrid, grid: PixelGrid, step: PoolStep, colour: str) -> Line:
        """Return an arrow from a value to the left edge of its map, level with its cell."""
        right, middle = box.places[1, 0] + 6, box.centre_of(0, 0)[1]
        end = grid.places[0, 0] - 6, grid.centre_of(step.row, step.col)[1]
        return Line([(right, middle), end], colour=colour, arrow=True, opacity=0.8)

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """A response map, and an empty one of half its size."""
        self.appear(self.map, *self.map_labels, self.bar, seconds=0.6)
        self.appear(self.max, *self.max_labels, seconds=0.6)

    def show_winner(self, beat: Beat) -> None:
        """Four numbers; the largest wins, and its place is named."""
        step = self.lesson.step
        self.appear(self.window, seconds=0.4)
        self.appear(self.patch, self.patch_label, self.around_patch, *self.zoom, seconds=0.8)
        self.wait(0.8)
        self.appear(*self.winner.parts, seconds=0.5)
        self.draw(self.fork, 0.5)
        self.appear(self.box, self.around_box, self.box_label, seconds=0.6)
        self.draw(self.link, 0.5)
        self.max.values[step.row, step.col] = step.value
        self.appear(self.fed, seconds=0.3)

    def draw(self, line: Line, seconds: float) -> None:
        """Let a line grow from its start."""
        self.add(line)
        self.drive(line.set_drawn, seconds, smoothly)

    @property
    def branch(self) -> tuple[Any, ...]:
        """What leads from one window to its cell."""
        return (*self.zoom, *self.winner.parts, self.fork, self.box_label, self.link)

    def show_sweep(self, beat: Beat) -> None:
        """Window after window, faster and faster."""
        self.vanish(*self.branch)
        self.slide(self.lesson.steps[0], 0.5)
        self.run(self.remaining - 0.8)

    def slide(self, step: PoolStep, seconds: float) -> None:
        """Move the window over the map, and the frame of the fed cell with it."""
        starts = [self.window.points.copy(), self.fed.points.copy()]
        self.window.put(self.map, *_corner(step))
        self.fed.put(self.max, step.row, step.col)
        goals = [self.window.points.copy(), self.fed.points.copy()]
        frames = (self.window, self.fed)

        def move(alpha: float) -> None:
            for frame, start, goal in zip(frames, starts, goals, strict=True):
                frame.points = start + (goal - start) * alpha

        self.drive(move, seconds, smoothly)
        self.read(step)

    def read(self, step: PoolStep) -> None:
        """Show the numbers of one window, its largest lit up."""
        self.patch.values[...] = step.patch
        self.patch.shares[...] = np.where(step.patch == step.value, 1.0, 0.4)
        self.box.values[...] = step.value

    def run(self, seconds: float) -> None:
        """Visit every window, row by row."""
        steps = self.lesson.steps
        path = accelerating(len(steps) - 1, seconds, begin=3.0)
        reached = 0

        def go(alpha: float) -> None:
            nonlocal reached
            now = min(round(path.position(alpha * seconds)), len(steps) - 1)
            for step in steps[reached : now + 1]:
                self.max.values[step.row, step.col] = step.value
            reached = now
            self.window.put(self.map, *_corner(steps[now]))
            self.fed.put(self.max, steps[now].row, steps[now].col)
            if path.speed(alpha * seconds) <= READABLE:
                self.read(steps[now])
            else:
                self.patch.shares[...] = self.box.shares[...] = 0.4

        self.drive(go, seconds)

    def show_average(self, beat: Beat) -> None:
        """The mean of the same four numbers, and its map, beside the largest."""
        step = self.lesson.step
        self.slide(step, 0.5)
        self.box.shares[...] = 1
        self.patch.shares[...] = 1
        self.appear(*self.branch, seconds=0.3)
        self.appear(self.bracket, seconds=0.3)
        self.draw(self.mean_fork, 0.4)
        self.appear(self.mean_box, self.around_mean, self.mean_label, seconds=0.4)
        self.appear(self.mean, *self.mean_labels, seconds=0.4)
        self.draw(self.mean_link, 0.4)
        self.mean.values[step.row, step.col] = self.lesson.averaged[step.row, step.col]
        self.appear(self.mean_fed, seconds=0.3)
        rows = len(self.lesson.averaged)

        def fill(alpha: float) -> None:
            done = round(alpha * rows)
            self.mean.values[:done] = self.lesson.averaged[:done]

        self.drive(fill, 1.0)

    def show_shift(self, beat: Beat) -> None:
        """The digit moves by one pixel: map and pooled map before and after."""
        lesson, shift = self.lesson, self.lesson.shift
        self.vanish(*self.others(self.map, self.max))
        size = 286.0
        self.move_grids({self.map: (430, TOP, size), self.max: (1090, TOP, size)}, 0.8)

        pictures = [lesson.trace.image[:, :, 0], shift.trace.image[:, :, 0]]
        conv, pool = lesson.stages[0]
        after = [
            shift.trace.activations[layer][:, :, lesson.shown_filter] for layer in (conv, pool)
        ]
        low = TOP + 340
        self.digits = [
            PixelGrid(pictures[0], 96, top, 280 / len(pictures[0]), scale="picture", frame=2)
            for top in (TOP, low)
        ]
        self.map_after = self._map(lesson.response_map, 430, low, size / len(lesson.response_map))
        self.max_after = self._map(lesson.pooled, 1090, low, size / len(lesson.pooled))
        heads = [
            Label(self.text(name), x, ABOVE)
            for name, x in ((INPUT, 96), (RESPONSES, 430), (MAX_POOLING, 1090))
        ]
        self.arrows = [
            Line([(start, top + 143), (end, top + 143)], arrow=True)
            for top in (TOP, low)
            for start, end in ((388, 420), (728, 1080))
        ]
        self.appear(self.digits[0], *heads, *self.arrows[:2], seconds=0.5)
        moved = Label(self.text(MOVED.fill(direction=shift.direction)), 96, low - 27)
        bar = ColourBar(lesson.limit, 1440, low + 272, 384)
        new = [self.digits[1], self.map_after, self.max_after]
        self.appear(*new, moved, bar, *self.arrows[2:], seconds=0.5)
        ways = list(zip(new, (pictures[0], lesson.response_map, lesson.pooled), strict=True))
        goals = (pictures[1], *after)

        def blend(alpha: float) -> None:
            for (grid, start), goal in zip(ways, goals, strict=True):
                grid.values[...] = start + (goal.astype(np.float64) - start) * alpha

        self.drive(blend, 0.8, smoothly)
        self.appear(*self.shares_bars(shift.stays), seconds=0.6)

    def shares_bars(self, stays: dict[str, float]) -> list[Any]:
        """Return a bar for each kind of map: how much of it stays where it was."""
        parts: list[Any] = [Label(self.text(STAYS), 1440, ABOVE)]
        names = {"map": RESPONSES, "max": MAX_POOLING, "average": AVERAGE_POOLING}
        for number, (kind, name) in enumerate(names.items()):
            y = 262.0 + 96 * number
            end = 1440 + 280 * stays[kind]
            parts += [
                Label(self.text(name), 1440, y, colour="muted"),
                Line([(1440, y + 40), (1720, y + 40)], colour="line", width=24),
                Line(
                    [(1440, y + 40), (end, y + 40)],
                    colour="ink" if kind == "max" else "muted",
                    width=24,
                ),
                Label(fmt.percent(stays[kind], 0), 1824, y + 40, anchor="right"),
            ]
        return parts

    def others(self, *kept: Any) -> list[Any]:
        """Return all that is shown, but for title, caption and what is kept."""
        stay = {id(part) for part in (self._title, *self._caption, *kept)}
        return [part for part in self.mobjects if id(part) not in stay]

    def move_grids(
        self, goals: dict[PixelGrid, tuple[float, float, float]], seconds: float
    ) -> None:
        """Bring grids to other places: left, top and width."""
        ways = []
        for grid, (left, top, width) in goals.items():
            rows, cols = grid.shape_in_cells
            goal = PixelGrid(np.zeros((rows, cols)), left, top, width / cols).points
            ways.append((grid, grid.points.copy(), goal))

        def move(alpha: float) -> None:
            for grid, start, goal in ways:
                grid.points = start + (goal - start) * alpha

        self.drive(move, seconds, smoothly)

    def show_place(self, beat: Beat) -> None:
        """The same number in the same pooled cell, though its place in the window changed."""
        moved: Moved = self.lesson.moved  # type: ignore[assignment]
        self.vanish(self.arrows[1], self.arrows[3], seconds=0.2)
        for step, grid, pooled in (
            (moved.before, self.map, self.max),
            (moved.after, self.map_after, self.max_after),
        ):
            top = grid.places[0, 1] + 43
            window = WindowFrame(grid, *_corner(step), 2, 2, line=3)
            patch = PixelGrid(
                step.patch, 812, top, 100, limit=self.lesson.limit, numbers=True, text_size=30
            )
            winner = Winner(patch, step, self._ink_on(patch, step), 34)
            label = Label(self.text(place(step)), 912, top + 232, anchor="centre")
            end = pooled.places[0, 0] - 6, pooled.centre_of(step.row, step.col)[1]
            y = winner.cell.centre_of(0, 0)[1]
            link = Line([(1022, y), end], colour="accent", arrow=True, opacity=0.8)
            around = WindowFrame(patch, 0, 0, 2, 2)
            self.appear(window, *zoom_lines(window, patch), patch, around, seconds=0.5)
            self.appear(*winner.parts, label, seconds=0.4)
            self.draw(link, 0.3)
            self.appear(WindowFrame(pooled, step.row, step.col, line=3), seconds=0.3)

    def show_odd(self, beat: Beat) -> None:
        """Windows of two by two on an odd number of rows: the last cells are in none."""
        odd: Odd = self.lesson.odd  # type: ignore[assignment]
        self.vanish(*self.others())
        rows, cols = odd.response_map.shape
        cell = 528 / max(rows, cols)
        grid = PixelGrid(odd.response_map, 330, TOP, cell, limit=odd.limit, frame=2)
        pooled = PixelGrid(
            np.full(odd.pooled.shape, np.nan), 1210, TOP, cell, limit=odd.limit, frame=2
        )
        names = [
            Label(self.text(LAYER.fill(layer=layer, n=odd.channel)), part.places[0, 0], ABOVE)
            for layer, part in zip(odd.stage, (grid, pooled), strict=True)
        ]
        sizes = [
            Label(
                self.text(NUMBERS.fill(shape=_size(part))),
                part.places[0, 0],
                part.places[2, 1] + 34,
                colour="muted",
            )
            for part in (grid, pooled)
        ]
        bar = ColourBar(odd.limit, 1210, grid.places[2, 1] - 14, 400)
        self.appear(grid, pooled, *names, *sizes, bar, seconds=0.5)
        window, fed = WindowFrame(grid, 0, 0, 2, 2), WindowFrame(pooled, 0, 0)
        self.appear(window, fed, seconds=0.3)
        count = odd.pooled.size

        def visit(alpha: float) -> None:
            now = min(int(alpha * count), count - 1)
            pooled.values.flat[: now + 1] = odd.pooled.flat[: now + 1]
            row, col = divmod(now, odd.pooled.shape[1])
            window.put(grid, 2 * row, 2 * col)
            fed.put(pooled, row, col)

        self.drive(visit, 2.4)
        self.vanish(window, fed, seconds=0.2)
        left_over = self.outline(grid, odd.rows, odd.cols)
        lit = np.full((rows, cols), 0.4, dtype=np.float32)
        lit[list(odd.rows)] = lit[:, list(odd.cols)] = 1

        def dim(alpha: float) -> None:
            grid.shares[...] = 1 + (lit - 1) * alpha

        self.appear(*left_over, seconds=0.4)
        self.drive(dim, 0.6, smoothly)

    def outline(self, grid: PixelGrid, rows: Sequence[int], cols: Sequence[int]) -> list[Any]:
        """Return frames around rows and columns, and their names beside the grid."""
        height, width = grid.shape_in_cells
        parts: list[Any] = [
            WindowFrame(grid, first, 0, count, width, colour="ink", line=3)
            for first, count in _runs(rows)
        ]
        parts += [
            WindowFrame(grid, 0, first, height, count, colour="ink", line=3)
            for first, count in _runs(cols)
        ]
        right = grid.places[1, 0]
        if rows:
            y = grid.centre_of((rows[0] + rows[-1]) / 2, 0)[1]
            parts.append(Label(self.text(places(rows, ())), right + 24, y))
        if cols:
            parts.append(Label(self.text(places((), cols)), right, ABOVE, anchor="right"))
        return parts

    def show_unseen(self, beat: Beat) -> None:
        """What no window reads may be inverted: no logit changes."""
        found: Unseen = self.lesson.unseen  # type: ignore[assignment]
        self.vanish(*self.others())
        before = self.lesson.trace
        start, goal = before.image[:, :, 0], found.inverted.image[:, :, 0]
        grid = PixelGrid(start, 96, TOP, 532 / len(start), scale="picture", frame=2)
        self.appear(grid, Label(self.text(INPUT), 96, ABOVE), seconds=0.5)
        self.appear(*self.logits(before.logits, LOGITS, 290), seconds=0.4)
        self.appear(*self.outline(grid, found.rows, found.cols), seconds=0.4)

        def invert(alpha: float) -> None:
            grid.values[...] = start + (goal.astype(np.float64) - start) * alpha

        self.drive(invert, 0.8, smoothly)
        inverted = INVERTED.fill(places=places(found.rows, found.cols))
        self.appear(*self.logits(found.inverted.logits, inverted, 530), seconds=0.4)
        change = fmt.number(found.change, 2 if found.change else 0)
        self.appear(Label(self.text(CHANGE.fill(d=change)), 1824, 714, anchor="right"), seconds=0.4)

    def logits(self, values: Any, name: Caption, y: float) -> list[Any]:
        """Return a row of numbers, one a class, with its name and the classes above."""
        cell = 96.0
        left = 1824 - cell * len(values)
        limit = float(np.abs(self.lesson.trace.logits).max())
        row = PixelGrid([values], left, y + 56, cell, limit=limit, numbers=True, text_size=28)
        classes = [
            Label(str(n), row.centre_of(0, n)[0], y + 36, 24, colour="muted", anchor="centre")
            for n in range(len(values))
        ]
        return [Label(self.text(name), left, y - 8), row, *classes]

    def show_answer(self, beat: Beat) -> None:
        """All channels: each is pooled by itself, none is lost and none is mixed."""
        self.vanish(*self.others())
        conv, pool = self.lesson.stages[0]
        maps, pooled = (self.lesson.trace.activations[name] for name in (conv, pool))
        columns = int(np.ceil(np.sqrt(2 * maps.shape[2])))
        rows = -(-maps.shape[2] // columns)
        pitch = min(900 / columns, 460 / rows)
        cell = (pitch - 8) / max(maps.shape[:2])
        parts: list[Any] = []
        for layer, values, left, step in (
            (conv, maps, 96.0, pitch),
            (pool, pooled, 1260.0, pitch / 2 + 2),
        ):
            tiles = Thumbnails(
                values, left, TOP + 28, cell, columns, pitch=(step, step), limit=self.lesson.limit
            )
            tiles.marks[self.lesson.shown_filter] = 1
            shape = TENSOR.fill(layer=layer, shape=fmt.shape(values.shape))
            bottom = TOP + 28 + tiles.size[1]
            parts += [
                tiles,
                Label(self.text(shape), left, ABOVE + 28),
                Label(self.text(AXES), left, bottom + 34, colour="muted"),
            ]
        bar = ColourBar(self.lesson.limit, 1260, TOP + 28 + parts[0].size[1] - 12, 400)
        arrow = Line([(1050, TOP + 148), (1210, TOP + 148)], arrow=True)
        self.appear(*parts[:3], bar, seconds=0.6)
        self.draw(arrow, 0.5)
        self.appear(*parts[3:], seconds=0.6)


def _corner(step: PoolStep) -> tuple[int, int]:
    return step.box.top, step.box.left


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Group ascending numbers that follow each other: where a run begins, and how long it is."""
    first = last = None
    for number in numbers:
        if first is None or last is None or number != last + 1:
            if first is not None and last is not None:
                yield first, last - first + 1
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last - first + 1


def _size(grid: PixelGrid) -> str:
    return fmt.shape(grid.shape_in_cells)
