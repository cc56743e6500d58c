"""Pooling: one window, the whole map, the mean beside it, a digit that moves, what is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convexplain.lessons import pooling
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.pooled import Odd, Unseen
from convexplain.lessons.pooling import place, places
from convexplain.network import Trace
from convexplain.ops import PoolStep
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
from convexplain.stage.winner import Winner
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

READABLE = 8.0  # above so many stops a second running numbers are noise, and freeze
TOP, ABOVE = 226.0, 198.0

MAP = Caption(en="Response map, filter {n}", zh="响应图，过滤器 {n}")
NUMBERS = Caption(en="{shape} numbers", zh="{shape} 个数")
WINDOW = Caption(en="Window of {shape}", zh="{shape} 窗口")
LARGEST = Caption(en="largest: {place}", zh="最大值：{place}")
MEAN = Caption(en="mean of the four", zh="4 个数的平均值")
MAX = Caption(en="Max", zh="最大池化")
AVERAGE = Caption(en="Average", zh="平均池化")
MAX_POOLING = Caption(en="Max pooling", zh="最大池化")
AVERAGE_POOLING = Caption(en="Average pooling", zh="平均池化")
MOVED = Caption(en="one pixel {direction}", zh="{direction}移 1 个像素")
STAYS = Caption(en="Stays in its cells", zh="留在原来的格子里")
LOGITS = Caption(en="Logits, input as it is", zh="logit，原输入")
INVERTED = Caption(en="Logits, {places} inverted", zh="logit，{places} 反色后")
CHANGE = Caption(en="largest change: {d}", zh="最大变化：{d}")
TENSOR = Caption(en="{layer}: {shape}", zh="{layer}：{shape}")
AXES = Caption(en="height, width, channels", zh="高、宽、通道")


class Pooling(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = pooling.Pooling
    lesson: pooling.Pooling

    def prepare(self) -> None:
        """Make what the first beats show: the map, one window enlarged, both pooled maps."""
        lesson, step = self.lesson, self.lesson.step
        cell = 572 / len(lesson.response_map)
        self.map = self.map_of(lesson.response_map, 96, TOP, cell)
        empty = np.full_like(lesson.pooled, np.nan)
        right = 1824 - lesson.pooled.shape[1] * cell
        self.max = self.map_of(empty, right, TOP, cell)
        self.mean = self.map_of(empty, right, TOP + 358, cell)
        self.bar = ColourBar(lesson.limit, 400, 832, 268)
        self.window = WindowFrame(self.map, *_corner(step), 2, 2)
        self.patch = self.map_of(step.patch, 789, 380, 132, numbers=True, text_size=36)
        self.around_patch = WindowFrame(self.patch, 0, 0, 2, 2)
        self.zoom, self.winner = (
            zoom_lines(self.window, self.patch),
            Winner(self.patch, text_size=44),
        )
        self.fed = WindowFrame(self.max, step.row, step.col)
        self.make_branches(step)

    def make_branches(self, step: PoolStep) -> None:
        """From the window to the largest number, and to the mean, each on to its cell."""
        mean = self.lesson.averaged[step.row, step.col]
        look: dict[str, Any] = {"numbers": True, "text_size": 34, "lines": False}
        self.box = self.map_of([[step.value]], 1290, 321, 96, bold=True, **look)
        self.mean_box = self.map_of([[mean]], 1290, 679, 96, **look)
        self.around_box = WindowFrame(self.box, 0, 0)
        self.around_mean = WindowFrame(self.mean_box, 0, 0, colour="muted", line=2)
        self.box_label = self.label(LARGEST.fill(place=place(step)), 1386, 288, anchor="right")
        self.mean_label = self.label(MEAN, 1386, 808, colour="muted", anchor="right")
        y = self.winner.centre_of(0, 0)[1]
        corners = [(1061.0, y), (1160.0, y), (1160.0, 369.0), (1278.0, 369.0)]
        self.fork = Line(corners, colour="accent", arrow=True, opacity=0.8)
        self.bracket = Line([(789, 656), (789, 674), (1053, 674), (1053, 656)])
        self.mean_fork = Line([(921, 674), (921, 727), (1280, 727)], arrow=True)
        self.link = self.arrow_to((1392, 369), self.max, step, "accent")
        self.mean_link = self.arrow_to((1392, 727), self.mean, step, "muted")
        self.mean_fed = WindowFrame(self.mean, step.row, step.col, colour="ink", line=2)

    def map_of(self, values: Any, left: float, top: float, cell: float, **look: Any) -> PixelGrid:
        """Return a grid on the scale that all maps of the layer share."""
        look = {"frame": 2, **look}
        return PixelGrid(values, left, top, cell, limit=self.lesson.limit, **look)

    def picture_of(self, trace: Trace, top: float, side: float) -> PixelGrid:
        """Return the picture that a trace follows, in gray or in colour."""
        drawn = self.lesson.subject.recipe.drawn(trace.image)
        scale: Any = "picture" if drawn.ndim == 2 else "rgb"
        return PixelGrid(drawn, 96, top, side / len(drawn), scale=scale, frame=2)

    def label(self, text: Caption, x: float, y: float, **look: Any) -> Label:
        """Return a text in the language of the scene."""
        return Label(self.text(text), x, y, **look)

    def named(self, grid: PixelGrid, name: Caption) -> list[Label]:
        """Return a grid's name, above it, and how many numbers it has, below."""
        left, bottom = grid.places[2]
        numbers = NUMBERS.fill(shape=fmt.shape(grid.shape_in_cells))
        return [
            self.label(name, left, grid.places[0, 1] - 28),
            self.label(numbers, left, bottom + 34, colour="muted"),
        ]

    def pooled_labels(self, grid: PixelGrid, name: Caption, colour: str) -> list[Label]:
        """Return a pooled map's name and size, side by side above it."""
        (left, top), right = grid.places[0], grid.places[1, 0]
        y, size = top - 28, fmt.shape(grid.shape_in_cells)
        shape = Label(size, right, y, colour="muted", anchor="right")
        return [self.label(name, left, y, colour=colour), shape]

    def arrow_to(
        self, start: tuple[float, float], grid: PixelGrid, step: PoolStep, colour: str
    ) -> Line:
        """Return an arrow to the left edge of a map, level with the cell that is fed."""
        end = float(grid.places[0, 0]) - 6, grid.centre_of(step.row, step.col)[1]
        return Line([start, end], colour=colour, arrow=True, opacity=0.8)

    def draw(self, line: Line, seconds: float) -> None:
        """Let a line grow from its start."""
        self.add(line.set_drawn(0.0))
        self.play(line.animate.set_drawn(1.0), run_time=seconds)

    def others(self, *kept: Any) -> list[Any]:
        """Return all that is shown, but for title, caption and what is kept."""
        stay = {id(part) for part in (*self._title, *self._caption, *kept)}
        return [part for part in self.mobjects if id(part) not in stay]

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """A response map, and an empty one of half its size."""
        self.appear(self.map, *self.named(self.map, MAP.fill(n=self.lesson.shown_filter)), self.bar)
        self.appear(self.max, *self.pooled_labels(self.max, MAX, "ink"))

    def show_winner(self, beat: Beat) -> None:
        """Four numbers; the largest wins, and its place is named."""
        step = self.lesson.step
        self.appear(self.window)
        label = self.label(WINDOW.fill(shape=fmt.shape(step.patch.shape)), 789, 350)
        self.appear(self.patch, label, self.around_patch, *self.zoom, seconds=0.8)
        self.wait(0.8)
        self.appear(self.winner, seconds=0.5)
        self.draw(self.fork, 0.5)
        self.appear(self.box, self.around_box, self.box_label, seconds=0.6)
        self.draw(self.link, 0.5)
        self.max.values[step.row, step.col] = step.value
        self.appear(self.fed, seconds=0.3)

    def show_sweep(self, beat: Beat) -> None:
        """Window after window, faster and faster."""
        self.vanish(*self.branch)
        self.slide(self.lesson.steps[0], 0.5)
        self.run(self.remaining - 0.8)

    @property
    def branch(self) -> tuple[Any, ...]:
        """What leads from one window to its cell."""
        return (*self.zoom, self.winner, self.fork, self.box_label, self.link)

    def slide(self, step: PoolStep, seconds: float) -> None:
        """Move the window over the map, and the frame of the fed cell with it."""
        self.play(
            self.window.animate.put(self.map, *_corner(step)),
            self.fed.animate.put(self.max, step.row, step.col),
            run_time=seconds,
        )
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
        step, averaged = self.lesson.step, self.lesson.averaged
        self.slide(step, 0.5)
        self.box.shares[...] = self.patch.shares[...] = 1
        self.appear(*self.branch, self.bracket, seconds=0.4)
        self.draw(self.mean_fork, 0.4)
        self.appear(self.mean_box, self.around_mean, self.mean_label, seconds=0.4)
        self.appear(self.mean, *self.pooled_labels(self.mean, AVERAGE, "muted"), seconds=0.4)
        self.draw(self.mean_link, 0.4)
        self.mean.values[step.row, step.col] = averaged[step.row, step.col]
        self.appear(self.mean_fed, seconds=0.3)

        def fill(alpha: float) -> None:
            done = round(alpha * len(averaged))
            self.mean.values[:done] = averaged[:done]

        self.drive(fill, 1.0)

    def show_shift(self, beat: Beat) -> None:
        """The digit moves by one pixel: map and pooled map before and after."""
        lesson, shift = self.lesson, self.lesson.shift
        low, size = TOP + 340, 286.0
        self.vanish(*self.others(self.map, self.max))
        self.play(
            self.map.animate.scale(0.5).fly_to(430 + size / 2, TOP + size / 2),
            self.max.animate.fly_to(1090 + size / 2, TOP + size / 2),
            run_time=0.8,
        )
        before, self.digit = (self.picture_of(lesson.trace, top, 280) for top in (TOP, low))
        self.map_after = self.map_of(lesson.response_map, 430, low, size / len(lesson.response_map))
        self.max_after = self.map_of(lesson.pooled, 1090, low, size / len(lesson.pooled))
        names = ((terms.INPUT.capital, 96), (terms.RESPONSE_MAP.capital, 430), (MAX_POOLING, 1090))
        heads = [self.label(name, x, ABOVE) for name, x in names]
        short = [Line([(388, top + 143), (420, top + 143)], arrow=True) for top in (TOP, low)]
        self.long = [Line([(728, top + 143), (1080, top + 143)], arrow=True) for top in (TOP, low)]
        self.appear(before, *heads, short[0], self.long[0], seconds=0.5)
        moved = self.label(MOVED.fill(direction=shift.direction), 96, low - 27)
        bar = ColourBar(lesson.limit, 1440, low + 272, 384)
        new = [self.digit, self.map_after, self.max_after]
        self.appear(*new, moved, bar, short[1], self.long[1], seconds=0.5)
        after = [
            shift.trace.activations[name][:, :, lesson.shown_filter] for name in lesson.stages[0]
        ]
        self.blend(new, [lesson.subject.recipe.drawn(shift.trace.image), *after])
        self.appear(*self.bars(shift.stays), seconds=0.6)

    def blend(self, grids: Sequence[PixelGrid], goals: Sequence[Any], seconds: float = 0.8) -> None:
        """Let the values of grids pass gradually into others."""
        starts = [grid.values.copy() for grid in grids]

        def mix(alpha: float) -> None:
            for grid, start, goal in zip(grids, starts, goals, strict=True):
                grid.values[...] = start + (np.asarray(goal, np.float64) - start) * alpha

        self.drive(mix, seconds, smoothly)

    def bars(self, stays: dict[str, float]) -> list[Any]:
        """Return a bar for each kind of map: how much of it stays where it was."""
        parts: list[Any] = [self.label(STAYS, 1440, ABOVE)]
        names = {"map": terms.RESPONSE_MAP.capital, "max": MAX_POOLING, "average": AVERAGE_POOLING}
        for number, (kind, name) in enumerate(names.items()):
            y = 302.0 + 96 * number
            colour = "ink" if kind == "max" else "muted"
            parts += [
                self.label(name, 1440, y - 40, colour="muted"),
                Line([(1440, y), (1720, y)], colour="line", width=24),
                Line([(1440, y), (1440 + 280 * stays[kind], y)], colour=colour, width=24),
                Label(fmt.percent(stays[kind], 0), 1824, y, anchor="right"),
            ]
        return parts

    def show_place(self, beat: Beat) -> None:
        """The same number in the same pooled cell, though its place in the window changed."""
        self.vanish(*self.long, seconds=0.2)
        maps, pooled_maps = (self.map, self.map_after), (self.max, self.max_after)
        for step, grid, pooled in zip(beat.data, maps, pooled_maps, strict=True):
            top = float(grid.places[0, 1]) + 43
            window = WindowFrame(grid, *_corner(step), 2, 2, line=3)
            patch = self.map_of(step.patch, 812, top, 100, numbers=True, text_size=28)
            around, winner = WindowFrame(patch, 0, 0, 2, 2), Winner(patch, text_size=30)
            label = self.label(place(step), 912, top + 232, anchor="centre")
            self.appear(window, *zoom_lines(window, patch), patch, around, seconds=0.5)
            self.appear(winner, label, seconds=0.4)
            self.draw(self.arrow_to((1022, winner.centre_of(0, 0)[1]), pooled, step, "accent"), 0.3)
            self.appear(WindowFrame(pooled, step.row, step.col, line=3), seconds=0.3)

    def show_odd(self, beat: Beat) -> None:
        """Windows of two by two on an odd number of rows: the last cells are in none."""
        odd: Odd = beat.data
        cell = 528 / max(odd.response_map.shape)
        grid = PixelGrid(odd.response_map, 330, TOP, cell, limit=odd.limit, frame=2)
        empty = np.full(odd.pooled.shape, np.nan)
        pooled = PixelGrid(empty, 1210, TOP, cell, limit=odd.limit, frame=2)
        first, second = (terms.MAP_OF.fill(layer=layer, n=odd.channel) for layer in odd.stage)
        labels = [*self.named(grid, first), *self.named(pooled, second)]
        bar = ColourBar(odd.limit, 1210, float(grid.places[2, 1]) - 14, 400)
        self.vanish(*self.others(), seconds=0.2)
        self.appear(grid, pooled, *labels, bar, seconds=0.4)
        window, fed = WindowFrame(grid, 0, 0, 2, 2), WindowFrame(pooled, 0, 0)
        self.appear(window, fed, seconds=0.3)

        def visit(alpha: float) -> None:
            now = min(int(alpha * odd.pooled.size), odd.pooled.size - 1)
            pooled.values.flat[: now + 1] = odd.pooled.flat[: now + 1]
            row, col = divmod(now, odd.pooled.shape[1])
            window.put(grid, 2 * row, 2 * col)
            fed.put(pooled, row, col)

        self.drive(visit, 2.4)
        self.vanish(window, fed, seconds=0.2)
        lit = np.full(odd.response_map.shape, 0.4, dtype=np.float32)
        lit[list(odd.rows)] = lit[:, list(odd.cols)] = 1
        self.appear(*self.outlines(grid, odd.rows, odd.cols), seconds=0.4)
        self.drive(lambda alpha: grid.shares.put(range(lit.size), 1 + (lit - 1) * alpha), 0.6)

    def outlines(self, grid: PixelGrid, rows: Sequence[int], cols: Sequence[int]) -> list[Any]:
        """Return frames around rows and columns at the end, and their names beside the grid."""
        height, width = grid.shape_in_cells
        right, parts = float(grid.places[1, 0]), list[Any]()
        if rows:
            y = grid.centre_of((rows[0] + rows[-1]) / 2, 0)[1]
            parts += [
                WindowFrame(grid, rows[0], 0, rows[-1] - rows[0] + 1, width, colour="ink", line=3),
                self.label(places(rows, ()), right + 24, y),
            ]
        if cols:
            parts += [
                WindowFrame(grid, 0, cols[0], height, cols[-1] - cols[0] + 1, colour="ink", line=3),
                self.label(places((), cols), right, ABOVE, anchor="right"),
            ]
        return parts

    def show_unseen(self, beat: Beat) -> None:
        """What no window reads may be inverted: no logit changes."""
        found: Unseen = beat.data
        grid = self.picture_of(self.lesson.trace, TOP, 532)
        self.vanish(*self.others(), seconds=0.2)
        logits = self.logits(self.lesson.trace.logits, LOGITS, 290)
        self.appear(grid, self.label(terms.INPUT.capital, 96, ABOVE), *logits, seconds=0.5)
        self.appear(*self.outlines(grid, found.rows, found.cols), seconds=0.4)
        self.blend([grid], [self.lesson.subject.recipe.drawn(found.inverted.image)])
        inverted = INVERTED.fill(places=places(found.rows, found.cols))
        self.appear(*self.logits(found.inverted.logits, inverted, 530))
        change = CHANGE.fill(d=fmt.number(found.change, 2 if found.change else 0))
        self.appear(self.label(change, 1824, 714, anchor="right"))

    def logits(self, values: Any, name: Caption, y: float) -> list[Any]:
        """Return a row of numbers, one a class, with its name and the classes above."""
        left = 1824 - 96.0 * len(values)
        limit = float(np.abs(self.lesson.trace.logits).max())
        row = PixelGrid([values], left, y + 56, 96, limit=limit, numbers=True, text_size=26)
        classes = [
            Label(str(n), row.centre_of(0, n)[0], y + 36, 24, colour="muted", anchor="centre")
            for n in range(len(values))
        ]
        return [self.label(name, left, y - 8), row, *classes]

    def show_answer(self, beat: Beat) -> None:
        """All channels: each is pooled by itself, none is lost and none is mixed."""
        conv, pool = self.lesson.stages[0]
        maps, pooled = (self.lesson.trace.activations[layer] for layer in (conv, pool))
        columns = int(np.ceil(np.sqrt(2 * maps.shape[2])))
        pitch = min(900 / columns, 460 / -(-maps.shape[2] // columns))
        cell = (pitch - 8) / len(maps)
        before = self.tiles(conv, maps, 96, cell, columns, pitch)
        after = self.tiles(pool, pooled, 1260, cell, columns, pitch / 2 + 2)
        self.vanish(*self.others(), seconds=0.2)
        bar = ColourBar(self.lesson.limit, 1260, TOP + 16 + before[0].size[1], 400)
        self.appear(*before, bar, seconds=0.5)
        self.draw(Line([(1050, TOP + 148), (1210, TOP + 148)], arrow=True), 0.5)
        self.appear(*after, seconds=0.6)

    def tiles(
        self, layer: str, maps: Any, left: float, cell: float, columns: int, pitch: float
    ) -> list[Any]:
        """Return all maps of a layer, with their shape in words."""
        top, limit = TOP + 28, self.lesson.limit
        tiles = Thumbnails(maps, left, top, cell, columns, pitch=(pitch, pitch), limit=limit)
        tiles.marks[self.lesson.shown_filter] = 1
        shape = TENSOR.fill(layer=layer, shape=fmt.shape(maps.shape))
        below = self.label(AXES, left, top + tiles.size[1] + 34, colour="muted")
        return [tiles, self.label(shape, left, top - 28), below]


def _corner(step: PoolStep) -> tuple[int, int]:
    return step.box.top, step.box.left
