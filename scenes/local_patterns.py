"""A unit and a filter compare one digit; its patches fly to the filters; then the pixels fly."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain import format as fmt
from convexplain.captions import Caption
from convexplain.lessons import local_patterns
from convexplain.lessons._base import Beat
from convexplain.lessons.local_patterns import STRONGEST, TEMPLATES
from convexplain.stage import (
    Axes,
    CellMarks,
    ColourBar,
    Curve,
    Label,
    LessonScene,
    Line,
    PixelGrid,
    Thumbnails,
    WindowFrame,
    zoom_lines,
)
from convexplain.stage.pace import accelerating, smoothly
from convexplain.stage.tag import Tag
from convexplain.stage.tiles import Tiles

DIM = 0.4
# The two rows of the comparison: tops of the pictures; 10 pixels of the stage a cell.
DENSE_ROW, FILTER_ROW, CELL = 206.0, 586.0, 10.0
PICTURE, TEMPLATE, MAP, RIGHT = 96.0, 453.0, 822.0, 1221.0
SIDE, PITCH = 184.0, 209.5  # of the pictures on the right
# The digit when it comes apart, and the filters to which its patches fly.
LARGE, LARGE_TOP = 18.0, 200.0
FILTERS, FILTERS_TOP, COLUMNS, STEP = 690.0, 232.0, 8, (145.0, 164.0)
BESIDE = 62.0  # from a kernel to where its patches land
FLIGHT = 0.9

DENSE = Caption(en="Dense unit", zh="全连接单元")
ONE_PICTURE = Caption(
    en="unit {n}: one template for the whole picture · {w} weights",
    zh="单元 {n}：整幅图一个模板 · {w} 个权重",
)
FILTER = Caption(en="Filter", zh="过滤器")
EVERY_PLACE = Caption(
    en="filter {n}: one 3 × 3 template for every place · {w} weights",
    zh="过滤器 {n}：每个位置同一个 3 × 3 模板 · {w} 个权重",
)
TEMPLATES_OF = Caption(en="{n} of the other {m} templates", zh="其余 {m} 个模板中的 {n} 个")
UNIT = Caption(en="unit {n}", zh="单元 {n}")
SAME = Caption(en="the same filter on other digits", zh="同一个过滤器看其他样本")
SUM = Caption(en="then sum", zh="再求和")
PRODUCTS = Caption(en="{n} products: {v}", zh="{n} 个乘积之和：{v}")
BIAS = Caption(en="bias: {v}", zh="偏置：{v}")
NINE = Caption(en="{n} products, bias {v}, ReLU", zh="{n} 个乘积，偏置 {v}，ReLU")
STILL = Caption(en="{n} pixels, as initialised", zh="{n} 个像素，仍是初始值")
KERNELS = Caption(
    en="the {n} kernels of conv1; beside each, the patch that excites it most",
    zh="conv1 的 {n} 个卷积核；旁边是最能激活它的图块",
)
COUNTS = Caption(en="number · patches", zh="编号 · 图块数")
RULES = (
    Caption(en="Blank patches are left out. A response is", zh="空白图块不计。响应值除以该过滤器"),
    Caption(en="divided by its filter's largest on {n} digits.", zh="在 {n} 个样本上的最大响应。"),
)
MIDDLES = Caption(en="dots: the middles of its {n} patches", zh="圆点：{n} 个图块的中心")
ELSEWHERE = Caption(en="its strongest patches in other digits", zh="其他样本中响应最强的图块")
IN_PLACE = Caption(en="in place", zh="原位")
SHUFFLED = Caption(en="shuffled", zh="打乱")
ONE_RULE = Caption(en="one rule for all digits", zh="所有样本用同一规则")
RENAMED = (
    Caption(en="A window finds no neighbours any more;", zh="窗口里不再有相邻像素；"),
    Caption(en="a dense unit only has its inputs renamed.", zh="全连接单元只是输入换了顺序。"),
)
CHART = Caption(en="test accuracy, each network trained again", zh="测试准确率，两种网络都重新训练")
FROM = Caption(
    en="the axis starts at {p}; thin lines: lowest and highest of {n} trainings",
    zh="纵轴从 {p} 开始；细线：{n} 次训练的最低与最高",
)
CNN = Caption(en="CNN", zh="CNN")
DENSE_NETWORK = Caption(en="dense", zh="全连接")


class LocalPatterns(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = local_patterns.LocalPatterns
    lesson: local_patterns.LocalPatterns

    def prepare(self) -> None:
        """Make both rows of the comparison; the rest is made with its beats."""
        self.pixels = self.lesson.shown_picture.pixels[:, :, 0]
        self.make_dense_row()
        self.make_filter_row()

    def make_dense_row(self) -> None:
        """Picture, template, one number; other templates on the right."""
        unit, *others = self.lesson.shown_units
        limit = float(np.abs(unit.template).max())
        middle = DENSE_ROW + 14 * CELL
        self.picture = self.make_picture(DENSE_ROW)
        self.template = PixelGrid(
            unit.template, TEMPLATE, DENSE_ROW, CELL, limit=limit, lines=False, frame=2
        )
        self.template_bar = ColourBar(
            limit, TEMPLATE, DENSE_ROW + 306, 280, low=-limit, height=16, size=24
        )
        self.value = PixelGrid(
            [[unit.value]], 912, middle - 40, 80,
            limit=max(abs(unit.value), limit), numbers=True, text_size=30, bold=True, lines=False,
        )  # fmt: skip
        self.dense_heads = self.heads(
            DENSE, ONE_PICTURE.fill(n=unit.number, w=unit.template.size), DENSE_ROW
        )
        self.dense_work = [
            Label("⊙", 414, middle, 52, colour="muted", anchor="centre"),
            Label(self.text(SUM), 822, middle - 26, colour="muted", anchor="centre"),
            Line([(752, middle), (894, middle)], arrow=True),
        ]
        terms = (PRODUCTS.fill(n=unit.template.size, v=fmt.number(unit.total)),
                 BIAS.fill(v=fmt.number(unit.bias)))  # fmt: skip
        self.terms = [
            Label(self.text(term), 952, middle + 74 + 40 * n, 26, colour="muted", anchor="centre")
            for n, term in enumerate(terms)
        ]
        head = TEMPLATES_OF.fill(n=TEMPLATES, m=fmt.count(self.lesson.units - 1))
        self.templates: list[Any] = [Label(self.text(head), RIGHT, DENSE_ROW - 34, colour="muted")]
        for n, other in enumerate(others):
            left, top = RIGHT + n * PITCH, middle - SIDE / 2
            own = float(np.abs(other.template).max())
            grid = PixelGrid(other.template, left, top, SIDE / 28, limit=own, lines=False, frame=2)
            name = Label(
                self.text(UNIT.fill(n=other.number)), left + SIDE / 2, top + SIDE + 30, 26,
                colour="muted", anchor="centre",
            )  # fmt: skip
            self.templates += [grid, name]

    def make_filter_row(self) -> None:
        """Picture, kernel, map; other digits on the right."""
        lesson = self.lesson
        middle = FILTER_ROW + 14 * CELL
        size = lesson.response_map.shape
        self.same_picture = self.make_picture(FILTER_ROW)
        self.kernel = PixelGrid(
            lesson.kernel, TEMPLATE + 50, middle - 90, 60,
            limit=float(np.abs(lesson.kernel).max()), numbers=True, text_size=24,
        )  # fmt: skip
        limit = float(lesson.response_map.max())
        # A map's cell is level with the middle of its window.
        self.map = PixelGrid(
            np.full(size, np.nan), MAP, FILTER_ROW + CELL, CELL, limit=limit or 1.0, lines=False,
            frame=2,
        )  # fmt: skip
        self.map_bar = ColourBar(limit, MAP, FILTER_ROW + 306, 260, height=16, size=24)
        self.filter_heads = self.heads(
            FILTER,
            EVERY_PLACE.fill(n=lesson.shown_filter, w=lesson.kernel.size),
            FILTER_ROW,
        )
        nine = NINE.fill(n=lesson.kernel.size, v=fmt.number(lesson.bias))
        self.filter_work: list[Any] = [
            Label("⊙", 414, middle, 52, colour="muted", anchor="centre"),
            Label(self.text(SUM), 752, middle - 26, colour="muted", anchor="centre"),
            Line([(700, middle), (806, middle)], arrow=True),
            Label(self.text(nine), 593, middle + 124, 26, colour="muted", anchor="centre"),
        ]
        self.window = WindowFrame(self.same_picture, 0, 0, 3, 3, line=3)
        self.fed = WindowFrame(self.map, 0, 0, line=3)
        self.found: list[Any] = []
        for number, (row, col) in enumerate(lesson.places, start=1):
            self.found += self.numbered(self.same_picture, row, col, number, 3, "positive")
            self.found += self.numbered(self.map, row, col, number, 1, "ink")
        self.others: list[Any] = [Label(self.text(SAME), RIGHT, FILTER_ROW - 34, colour="muted")]
        for n, (picture, places) in enumerate(lesson.others):
            grid = PixelGrid(
                picture.pixels[:, :, 0], RIGHT + n * PITCH, middle - SIDE / 2, SIDE / 28,
                scale="picture", lines=False, frame=2,
            )  # fmt: skip
            frames = [WindowFrame(grid, *at, 3, 3, colour="positive", line=3) for at in places]
            self.others += [grid, *frames]

    def make_picture(self, top: float) -> PixelGrid:
        """Make the digit, where a row begins."""
        return PixelGrid(self.pixels, PICTURE, top, CELL, scale="picture", lines=False, frame=2)

    def heads(self, name: Caption, what: Caption, top: float) -> list[Label]:
        """Make the heading of a row: what it is, in bold, and what it compares."""
        bold = Label(self.text(name), PICTURE, top - 34, weight="bold")
        start = float(bold.places[1, 0]) + 20
        return [bold, Label(self.text(what), start, top - 34, colour="muted")]

    def numbered(
        self, grid: PixelGrid, row: int, col: int, number: int, span: int, colour: str
    ) -> list[Any]:
        """Make a frame with a number to its right."""
        frame = WindowFrame(grid, row, col, span, span, colour=colour, line=3)
        right, top = frame.places[1]
        x, y = float(right) + 22, (float(top) + float(frame.places[2, 1])) / 2
        return [frame, Tag(str(number), x, y)]

    @property
    def dense_parts(self) -> list[Any]:
        """All of the upper row."""
        return [
            self.picture, self.template, self.template_bar, self.value,
            *self.dense_heads, *self.dense_work, *self.terms, *self.templates,
        ]  # fmt: skip

    @property
    def filter_parts(self) -> list[Any]:
        """All of the lower row."""
        return [
            self.same_picture, self.kernel, self.map, self.map_bar, *self.filter_heads,
            *self.filter_work, *self.others, *self.found,
        ]  # fmt: skip

    @property
    def waiting(self) -> list[Any]:
        """What there is of the lower row before the filter is spoken of."""
        return [
            self.same_picture, self.kernel, self.map, self.map_bar, *self.filter_heads,
            *self.filter_work,
        ]  # fmt: skip

    # The comparison.

    def show_question(self, beat: Beat) -> None:
        """The digit, and how little of it a window sees."""
        large = PixelGrid(self.pixels, PICTURE, LARGE_TOP, LARGE).points
        small = self.picture.points.copy()
        self.picture.points = large
        # The window goes where the filter will find its pattern; anywhere if it will not.
        stops = self.lesson.places or (self.lesson.sent[0],)
        window = WindowFrame(self.picture, *stops[0], 3, 3)
        seen = PixelGrid(self.patch_at(stops[0]), 960, 308, 96, scale="picture", frame=2)
        links = zoom_lines(window, seen)
        self.appear(self.picture, seconds=0.5)
        self.appear(window, *links, seen, seconds=0.4)
        each = (self.remaining - 1.2) / len(stops)
        self.wait(each)
        for place in stops[1:]:
            self.glide(window, links, seen, place, 0.4)
            self.wait(each - 0.4)
        self.vanish(window, *links, seen, seconds=0.3)

        def shrink(alpha: float) -> None:
            self.picture.points = large + (small - large) * alpha

        self.drive(shrink, 0.6, smoothly)

    def patch_at(self, place: tuple[int, int]) -> np.ndarray:
        """Return the 3 by 3 pixels under the window."""
        row, col = place
        return np.asarray(self.pixels[row : row + 3, col : col + 3])

    def glide(
        self,
        window: WindowFrame,
        links: tuple[Line, Line],
        seen: PixelGrid,
        place: tuple[int, int],
        seconds: float,
    ) -> None:
        """Move the window, with what it sees, to another place."""
        start = window.points.copy()
        goal = WindowFrame(self.picture, *place, 3, 3).points

        def go(alpha: float) -> None:
            window.points = start + (goal - start) * alpha
            for link, now in zip(links, zoom_lines(window, seen), strict=True):
                link.points = now.points
            if alpha >= 0.5:
                seen.values[...] = self.patch_at(place)

        self.drive(go, seconds, smoothly)

    def show_dense(self, beat: Beat) -> None:
        """All pixels, all weights, one number; the filter below waits."""
        for part in self.waiting:
            part.set_opacity(DIM)
        self.appear(*self.dense_heads, self.template, self.template_bar, *self.waiting, seconds=0.7)
        self.appear(self.dense_work[0], seconds=0.3)
        self.lay_over()
        self.appear(*self.dense_work[1:], *self.terms, self.value, seconds=0.6)
        self.appear(*self.templates, seconds=0.6)

    def lay_over(self) -> None:
        """Let a copy of the template slide over the digit, which it fits only once."""
        unit = self.lesson.shown_units[0]
        copy = PixelGrid(
            unit.template, TEMPLATE, DENSE_ROW, CELL, limit=self.template.limit, lines=False,
            opacity=0.75,
        )  # fmt: skip
        start, goal = copy.points.copy(), self.picture.points
        self.add(copy)
        self.drive(lambda alpha: _put(copy, start + (goal - start) * alpha), 1.2, smoothly)
        self.wait(0.5)
        self.vanish(copy, seconds=0.4)

    def show_never_inked(self, beat: Beat) -> None:
        """The rim of the template: weights that no digit has ever moved."""
        never = self.lesson.never_inked
        marks = CellMarks(self.template, np.argwhere(never), "outline", colour="ink")
        text = STILL.fill(n=int(never.sum()))
        label = Label(self.text(text), 772, DENSE_ROW + 16, 26)
        self.dim_cells(never, 1.0, DIM)
        self.appear(marks, label, seconds=0.5)
        self.wait(self.remaining - 0.9)
        self.vanish(marks, label, seconds=0.3)
        self.dim_cells(never, DIM, 1.0)

    def dim_cells(self, kept: np.ndarray, start: float, end: float) -> None:
        """Let all other cells of the template step back, or come again."""

        def go(alpha: float) -> None:
            self.template.shares[~kept] = start + (end - start) * alpha

        self.drive(go, 0.4)

    def show_filter(self, beat: Beat) -> None:
        """Nine weights visit every place."""
        self.fade_to(DIM, *self.dense_parts)
        self.fade_to(1.0, *self.waiting)
        self.appear(self.window, self.fed, seconds=0.2)
        values = self.lesson.response_map
        seconds = self.remaining - 0.7
        path = accelerating(values.size - 1, seconds, begin=12.0)
        flat = self.map.values.reshape(-1)

        def go(alpha: float) -> None:
            now = round(path.position(alpha * seconds))
            flat[: now + 1] = values.reshape(-1)[: now + 1]
            row, col = divmod(now, values.shape[1])
            self.window.put(self.same_picture, row, col)
            self.fed.put(self.map, row, col)

        self.drive(go, seconds)
        self.vanish(self.window, self.fed, seconds=0.3)

    def show_found(self, beat: Beat) -> None:
        """Where the pattern is, on this digit and on others."""
        for n in range(0, len(self.found), 4):
            self.appear(*self.found[n : n + 4], seconds=0.4)
            self.wait(0.3)
        self.appear(*self.others, seconds=0.6)

    def fade_to(self, opacity: float, *parts: Any, seconds: float = 0.4) -> None:
        """Let what is not spoken of step back, or come again."""
        family = [part for whole in parts for part in whole.get_family() if len(part.points)]
        starts = [part.opacity for part in family]

        def go(alpha: float) -> None:
            for part, start in zip(family, starts, strict=True):
                part.opacity = start + (opacity - start) * alpha

        self.drive(go, seconds)

    # The digit comes apart.

    def show_patches(self, beat: Beat) -> None:
        """Patch after patch flies to the filter that it excites most."""
        lesson = self.lesson
        rest = [*self.dense_parts, *self.filter_parts]
        self.vanish(*(part for part in rest if part is not self.same_picture), seconds=0.4)
        self.enlarge(0.6)
        self.make_filters()
        self.appear(self.filters, *self.filter_labels, *self.numbers, seconds=0.4)
        sent = np.array(lesson.sent)
        count = len(sent)
        starts = self.large_corner + sent[:, ::-1] * LARGE
        winners = lesson.winners[sent[:, 0], sent[:, 1]]
        goals = np.array([self.landing(int(n)) for n in winners])
        patches = np.array([self.pixels[r : r + 3, c : c + 3] for r, c in sent])
        self.tiles = Tiles(patches, starts, LARGE)
        self.tiles.shares[...] = 0
        self.window = WindowFrame(self.same_picture, *lesson.sent[0], 3, 3, line=3)
        self.appear(self.window, seconds=0.2)
        self.add(self.tiles)
        strengths = lesson.trace.activations["conv1"][sent[:, 0], sent[:, 1], winners]
        seconds = self.remaining - 0.6
        path = accelerating(count, seconds - FLIGHT, begin=2.0)
        leaves = np.interp(np.arange(count), path.stops, path.times)

        def go(alpha: float) -> None:
            now = alpha * seconds
            flown = np.clip((now - leaves) / FLIGHT, 0, 1)
            self.tiles.put(starts + (goals - starts) * smoothly_all(flown)[:, None])
            landed = flown >= 1
            self.tiles.shares[...] = (now >= leaves) & (flown < 1)
            for n in np.unique(winners[landed]).tolist():
                own = np.flatnonzero(landed & (winners == n))
                self.tiles.shares[own[np.argmax(strengths[own])]] = 1
                self.counts[n].say(str(len(own)))
            gone = int((now >= leaves).sum())
            self.window.put(self.same_picture, *sent[min(gone, count - 1)].tolist())

        self.drive(go, seconds)
        self.vanish(self.window, seconds=0.3)

    @property
    def large_corner(self) -> np.ndarray:
        """Left and top of the digit when it is large."""
        return np.array([PICTURE, LARGE_TOP])

    def enlarge(self, seconds: float) -> None:
        """Let the digit of the lower row grow."""
        start = self.same_picture.points.copy()
        goal = PixelGrid(self.pixels, PICTURE, LARGE_TOP, LARGE).points
        digit = self.same_picture
        self.drive(lambda alpha: _put(digit, start + (goal - start) * alpha), seconds, smoothly)

    def make_filters(self) -> None:
        """The kernels of the layer, with room beside each; numbers and counts below."""
        lesson = self.lesson
        weights = lesson.cnn.weights["conv1/kernel"][:, :, 0, :]
        self.filters = Thumbnails(
            weights, FILTERS, FILTERS_TOP, LARGE, COLUMNS, pitch=STEP,
            limit=float(np.abs(weights).max()), mark=4,
        )  # fmt: skip
        self.filter_labels = [
            Label(self.text(KERNELS.fill(n=lesson.filters)), FILTERS, 172),
            Label(self.text(COUNTS), 1824, 206, 24, colour="muted", anchor="right"),
            *(
                Label(self.text(line), PICTURE, 748 + 36 * n, 26, colour="muted")
                for n, line in enumerate(self.rules())
            ),
        ]
        self.numbers, self.counts = [], []
        for n in range(lesson.filters):
            x, y = self.landing(n)
            under = y + 3 * LARGE + 24
            self.numbers.append(
                Label(str(n), x - BESIDE + 27, under, 24, colour="muted", anchor="centre")
            )
            self.counts.append(Label("", x + 27, under, 24, weight="bold", anchor="centre"))
        self.add(*self.counts)

    def rules(self) -> tuple[Caption, Caption]:
        """What counts as the most excited filter, in two lines."""
        return RULES[0], RULES[1].fill(n=self.lesson.bundled)

    def landing(self, n: int) -> tuple[float, float]:
        """Return the corner of where a filter's patches land."""
        row, col = divmod(n, COLUMNS)
        return FILTERS + col * STEP[0] + BESIDE, FILTERS_TOP + row * STEP[1]

    def show_again(self, beat: Beat) -> None:
        """One filter: all its patches in this digit, and the strongest in others."""
        lesson = self.lesson
        n = lesson.shown_filter
        own = np.argwhere(lesson.winners == n)
        others = np.arange(lesson.filters) != n
        shown = self.tiles.shares.copy()
        sent = np.array(lesson.sent)
        theirs = lesson.winners[sent[:, 0], sent[:, 1]] != n

        def step_back(alpha: float) -> None:
            share = 1 + (DIM - 1) * alpha
            self.filters.shares[others] = share
            self.filters.marks[n] = alpha
            self.tiles.shares[...] = np.where(theirs, shown * share, shown)
            for label in (*self.numbers, *self.counts):
                label.opacity = share
            self.numbers[n].opacity = self.counts[n].opacity = 1.0

        self.drive(step_back, 0.5)
        self.vanish(*self.filter_labels[2:], seconds=0.3)
        self.again: list[Any] = [
            Label(self.text(MIDDLES.fill(n=len(own))), PICTURE, 742, 26, colour="muted")
        ]
        if len(own):
            self.again.append(CellMarks(self.same_picture, own + 1, "dot", colour="positive"))
        self.appear(*self.again, seconds=0.5)
        patches = np.stack([p.patch[:, :, 0] for p in lesson.top[:STRONGEST]], axis=2)
        top = Thumbnails(patches, PICTURE, 824, LARGE, STRONGEST, pitch=(90, 90), scale="picture")
        strongest = [Label(self.text(ELSEWHERE), PICTURE, 794, 26, colour="muted"), top]
        self.appear(*strongest, seconds=0.5)
        self.again += strongest

    # The control.

    def show_shuffled(self, beat: Beat) -> None:
        """The pixels fly; both networks are trained again."""
        self.vanish(
            self.filters, self.tiles, *self.filter_labels[:2], *self.numbers, *self.counts,
            *self.again, seconds=0.4,
        )  # fmt: skip
        self.shuffle()
        self.draw_change()

    def shuffle(self) -> None:
        """Every pixel with ink goes where the fixed permutation takes it."""
        order = self.lesson.shuffled_from
        flat = self.pixels.reshape(-1)
        goals_of = np.argsort(order)  # the pixel order[i] comes to place i
        ink = np.flatnonzero(flat)
        width = self.pixels.shape[1]

        def corner(at: np.ndarray) -> np.ndarray:
            return self.large_corner + np.stack([at % width, at // width], axis=1) * LARGE

        starts, goals = corner(ink), corner(goals_of[ink])
        self.loose = Tiles(flat[ink][:, None, None], starts, LARGE)
        self.control: list[Any] = [Label(self.text(ONE_RULE), PICTURE, 172, colour="muted")]
        self.add(self.loose)
        self.same_picture.values[...] = 0
        self.appear(*self.control, seconds=0.2)

        def fly(alpha: float) -> None:
            self.loose.put(starts + (goals - starts) * alpha)

        self.drive(fly, 1.4, smoothly)
        self.same_picture.values[...] = flat[order].reshape(self.pixels.shape)
        self.remove(self.loose)
        lines = [
            Label(self.text(line), PICTURE, 748 + 36 * n, 26, colour="muted")
            for n, line in enumerate(RENAMED)
        ]
        self.appear(*lines, seconds=0.4)
        self.control += lines

    def draw_change(self) -> None:
        """Accuracy before and after, for both networks."""
        lesson = self.lesson
        changes = {name: lesson.change(name) for name in ("cnn", "dense")}
        lowest = min(low for change in changes.values() for low, _ in change.ranges)
        ticks = [n / 100 for n in range(int(lowest * 100) // 2 * 2, 101, 2)]
        axes = Axes(
            930, 250, 790, 500, [0, 1, 2, 3], ticks,
            x_text=lambda x: {1.0: self.text(IN_PLACE), 2.0: self.text(SHUFFLED)}.get(x, ""),
            y_text=lambda y: fmt.percent(y, 0),
        )  # fmt: skip
        note = FROM.fill(p=fmt.percent(ticks[0], 0), n=lesson.trainings)
        labels = [
            Label(self.text(CHART), 850, 172, colour="muted"),
            Label(self.text(note), 1325, 842, 26, colour="muted", anchor="centre"),
        ]
        self.appear(*axes.parts, *labels, seconds=0.4)
        self.control += [*axes.parts, *labels]
        lines = [axes.place(0, tick)[1] for tick in ticks]
        for name, own in (("cnn", True), ("dense", False)):
            change = changes[name]
            ends = [axes.place(1, change.in_place), axes.place(2, change.shuffled)]
            colour = "ink" if own else "muted"
            ranges = [
                Line([axes.place(x, low), axes.place(x, high)], colour=colour, width=2)
                for x, (low, high) in zip((1, 2), change.ranges, strict=True)
            ]
            curve = Curve(
                ends, colour=colour, dashed=not own, marker="dot" if own else "ring", drawn=0.0
            )
            network = self.text(CNN if own else DENSE_NETWORK)
            look: dict[str, Any] = {"colour": colour, "weight": "bold" if own else "regular"}
            before = Label(
                f"{network} {fmt.percent(change.in_place, 2)}", ends[0][0] - 24,
                clear_of(lines, ends[0][1]),
                anchor="right", **look,
            )  # fmt: skip
            change_text = fmt.number(change.points, sign=True)
            after = Label(
                f"{fmt.percent(change.shuffled, 2)} ({change_text})", ends[1][0] + 24,
                clear_of(lines, ends[1][1]),
                **look,
            )  # fmt: skip
            self.appear(before, *ranges[:1], seconds=0.2)
            self.add(curve)
            self.play(curve.animate.set_drawn(1.0), run_time=0.8)
            self.appear(after, *ranges[1:], seconds=0.2)
            self.control += [before, after, curve, *ranges]

    def show_answer(self, beat: Beat) -> None:
        """Both rows again, side by side."""
        self.vanish(*self.control, self.same_picture, seconds=0.4)
        self.same_picture.values[...] = self.pixels
        self.same_picture.points = self.make_picture(FILTER_ROW).points
        for part in self.dense_parts:
            part.set_opacity(1.0)
        self.appear(*self.dense_parts, *self.filter_parts, seconds=0.8)


def smoothly_all(shares: np.ndarray) -> np.ndarray:
    """Ease many flights at once, as `smoothly` does one."""
    return np.asarray(shares * shares * (3 - 2 * shares))


def _put(grid: PixelGrid, points: np.ndarray) -> None:
    grid.points = points


def clear_of(lines: list[float], y: float, away: float = 24.0) -> float:
    """Return where a label next to `y` can stand without a line through it."""
    nearest = min(lines, key=lambda line: abs(line - y))
    return y if abs(nearest - y) >= away else nearest + (away if y >= nearest else -away)
