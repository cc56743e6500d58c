"""The hierarchy: what cells see, the answer taken apart, put together again, and put to a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from convexplain import format as fmt
from convexplain.captions import Caption
from convexplain.lessons import hierarchy
from convexplain.lessons._base import Beat
from convexplain.stage import (
    Axes,
    Bars,
    ColourBar,
    Curve,
    Label,
    LessonScene,
    Line,
    PixelGrid,
    WindowFrame,
    running,
)
from convexplain.stage.branch import Branch
from convexplain.stage.pace import smoothly
from convexplain.stage.shade import Hatching, Shade, between, corners

DIM = 0.4
# The digit on the left, and the panels of the receptive fields.
TOP, CELL, PANELS = 190.0, 16.0, (96.0, 736.0, 1376.0)
# The answer in the middle of the tree, and where the names of its rows begin.
ROOT, NAMES = (1270.0, 172.0), 600.0
STRIP = 522.0, 9.5


class Level(NamedTuple):
    """One row of the tree."""

    top: float
    cell: float
    pitch: float  # from one patch to the next of the same parent


LEVELS = {
    "conv3": Level(282, 9, 350),
    "conv2": Level(552, 12, 176),
    "conv1": Level(724, 22, 88),
}

INPUT = Caption(en="Input: {shape} pixels", zh="输入：{shape} 个像素")
SEES = Caption(en="{layer}: one cell sees {n} × {n}", zh="{layer}：一个单元看到 {n} × {n}")
FIELD = Caption(en="field, px", zh="感受野")
HATCHED = (
    Caption(en="hatched: rows and columns {rows}", zh="斜线处：行、列 {rows}"),
    Caption(en="(from 0), dropped by pool2", zh="（从 0 开始），被 pool2 舍去"),
)
ANSWER = Caption(en="answer", zh="答案")
KERNEL = Caption(en="kernel", zh="卷积核")
NUMBER = Caption(en="filter", zh="过滤器")
FILTER = Caption(en="filter {n}", zh="过滤器 {n}")
LOGIT = Caption(en="logit {z}", zh="logit {z}")
PROBABILITY = Caption(en="probability {p}", zh="概率 {p}")
OTHERS = Caption(en="{n} others: {share}", zh="其余 {n} 个：{share}")
LEGEND = (
    Caption(en="%: share of all that raises", zh="%：占上一级全部正贡献的比例"),
    Caption(en="the cell above; gray: all others", zh="灰色：其余全部"),
)
ELSEWHERE = Caption(en="{layer}, filter {n} in other digits", zh="其他样本中：{layer} 过滤器 {n}")
PUSH = Caption(en="{n} cells push towards {k}", zh="{n} 个激活值支持“{k}”")
FOR_AGAINST = Caption(en="for {plus}, against {minus}", zh="支持 {plus}，反对 {minus}")
CELLS = Caption(
    en="All {n} cells of conv3: 9 places × {f} filters",
    zh="conv3 的全部 {n} 个单元：9 个位置 × {f} 个过滤器",
)
TOWARDS = Caption(en="push towards {k}", zh="对“{k}”的贡献")
CHANCE = Caption(en="probability of {k}", zh="“{k}”的概率")
SO_MANY = Caption(en="{n} cells", zh="{n} 个")
SET_TO_ZERO = Caption(en="cells set to 0, strongest first", zh="个单元设为 0，从最强的起")
READS = Caption(en="it reads {k}", zh="判为“{k}”")


class Twig:
    """One cell of the tree: its patch, what it is called, its link up, and its parts."""

    def __init__(self, node: Any, x: float, parent: Twig | None, name: str) -> None:
        level = LEVELS[node.layer]
        self.node, self.x, self.parent = node, x, parent
        self.side = node.patch.shape[0] * level.cell
        self.top, self.bottom = level.top, level.top + self.side
        self.grid = PixelGrid(
            node.patch[:, :, 0],
            x - self.side / 2,
            level.top,
            level.cell,
            scale="picture",
            lines=False,
            frame=2,
        )
        size = 24.0 if node.layer == "conv1" else 26.0
        self.share = Label("", x, level.top - 18, size, anchor="centre")
        self.number = Label(name, x, level.top - 46, 24, colour="muted", anchor="centre")
        self.text_top = level.top - 36
        if node.layer == "conv2":
            self.text_top -= 26
        elif node.layer == "conv3":
            self.share = Label("", x + 14, level.top - 18, size)
            self.number = Label(name, x, level.top - 18, 26, colour="muted", anchor="right")
        else:
            self.number = Label(name, x, 884, 24, colour="muted", anchor="centre")
        start = (parent.x, parent.bottom + 6) if parent else (ROOT[0], ROOT[1] + 36)
        self.link = Branch(start, (x, self.text_top), drawn=0.0)
        self.parts: list[Twig] = []
        self.more: list[Any] = []  # the link to all other parts and what they give, the kernel

    @property
    def source(self) -> tuple[float, float]:
        """Where its patch begins in that of its parent, in rows and columns."""
        box, above = self.node.box, self.parent.node.box if self.parent else None
        return (
            (box.top, box.left) if above is None else (box.top - above.top, box.left - above.left)
        )

    def all(self) -> list[Any]:
        """Everything that belongs to it."""
        return [self.link, self.grid, self.share, self.number, *self.more]

    def quiet(self) -> list[Any]:
        """What steps back when other cells are spoken of; a dimmed patch could not be read."""
        return [part for part in self.all() if not isinstance(part, PixelGrid)]

    def family(self) -> Iterator[Twig]:
        """Itself and all below it."""
        yield self
        for part in self.parts:
            yield from part.family()


class Hierarchy(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = hierarchy.Hierarchy
    lesson: hierarchy.Hierarchy

    def prepare(self) -> None:
        """Make every picture and label once; beats move them and change their values."""
        picture = self.lesson.trace.image[:, :, 0]
        self.input = self.panel(0)
        shape = INPUT.fill(shape=fmt.shape(picture.shape))
        self.head = Label(self.text(shape), PANELS[0], TOP - 26)
        self.boxes: list[Any] = []
        self.make_tree()
        self.make_path()
        self.make_check()

    def panel(self, n: int) -> PixelGrid:
        """Make a picture of the digit."""
        picture = self.lesson.trace.image[:, :, 0]
        cell = 448 / picture.shape[1]
        return PixelGrid(picture, PANELS[n], TOP, cell, scale="picture", lines=False, frame=2)

    def named(self, what: Caption, x: float, y: float, size: float = 28, **look: Any) -> Label:
        """Make a label in the language of the scene."""
        return Label(self.text(what), x, y, size, **look)

    # The tree.

    def make_tree(self) -> None:
        """Answer, patches, links, shares, kernels, and what all others give."""
        lesson, tree = self.lesson, self.lesson.tree
        x, y = ROOT
        self.answer = [
            Label(str(lesson.label), x, y, 72, weight="bold", anchor="centre"),
            self.named(LOGIT.fill(z=fmt.number(lesson.logit)), x - 44, y, 30, anchor="right"),
            self.named(PROBABILITY.fill(p=fmt.percent(lesson.probability)), x + 44, y, 30),
        ]
        self.twigs = self.grow(tree, x, None)
        others = OTHERS.fill(
            n=fmt.count(tree.supporters - len(tree.parts)), share=fmt.percent(_rest(tree))
        )
        text = self.named(others, 1824, y + 44, 26, colour="muted", anchor="right")
        stub = _stub((x, y + 36), (float(text.places[0, 0]) - 12, y + 44))
        self.root_others = [stub, text]
        self.rows = {
            "answer": [self.named(ANSWER, NAMES, y)],
            **{
                name: [
                    Label(name, NAMES, level.top + 62 - 34 * (name != "conv3")),
                    Label(_square(name, lesson), NAMES, level.top + 96 - 34 * (name != "conv3")),
                ]
                for name, level in LEVELS.items()
            },
        }
        for names in self.rows.values():
            for label in names[1:]:
                label.colour = "muted"
        self.rows["conv1"] += [
            self.named(KERNEL, NAMES, 831, colour="muted"),
            self.named(NUMBER, NAMES, 884, colour="muted"),
        ]
        self.legend = [
            self.named(line, PANELS[0], 668 + 34 * n, 26, colour="muted")
            for n, line in enumerate(LEGEND)
        ]

    def grow(self, node: Any, x: float, parent: Twig | None) -> list[Twig]:
        """Place the parts of a node, and theirs."""
        twigs = []
        for n, part in enumerate(node.parts):
            away = (n - (len(node.parts) - 1) / 2) * LEVELS[part.layer].pitch
            number = (
                str(part.filter) if part.layer == "conv1" else self.text(FILTER.fill(n=part.filter))
            )
            if part.layer == "conv3":
                number += " ·"
            twig = Twig(part, x + away, parent, number)
            twig.parts = self.grow(part, x + away, twig)
            if twig.parts:
                small = part.layer == "conv2"
                start, right = (twig.x, twig.bottom + 6), twig.x + (54 if small else 104)
                # Beside the links to its parts, above their names.
                y = twig.bottom + 24
                share = Label(fmt.percent(_rest(part)), right, y, 24, colour="muted")
                twig.more = [_stub(start, (right - 10, y)), share]
            elif part.layer == "conv1":
                weights = self.lesson.kernel(part)
                limit = float(np.abs(weights).max())
                kernel = PixelGrid(weights, twig.x - 33, 798, 22, limit=limit, lines=False, frame=2)
                twig.more = [kernel]
            twigs.append(twig)
        return twigs

    def level(self, layer: str) -> list[Twig]:
        """The twigs of one row, from left to right."""
        every = [twig for top in self.twigs for twig in top.family()]
        return [twig for twig in every if twig.node.layer == layer]

    def lift(self, twigs: list[Twig], seconds: float) -> None:
        """Patches lift off the picture in which they lie, and their shares count up."""
        flights = []
        for twig in twigs:
            source = twig.parent.grid if twig.parent else self.input
            row, col = twig.source
            size = twig.grid.shape_in_cells[0]
            goal = twig.grid.points.copy()
            twig.grid.places = corners(source, (row, col, row + size, col + size))
            mark = WindowFrame(source, 0, 0, line=3)
            mark.places = [tuple(place) for place in twig.grid.places]
            moving = WindowFrame(twig.grid, 0, 0, size, size, line=3)
            flights.append((twig, twig.grid.points.copy(), goal, mark, moving))
            self.add(mark, twig.link, twig.share, twig.number, twig.grid, moving)

        def fly(alpha: float) -> None:
            for twig, start, goal, mark, moving in flights:
                twig.grid.points = start + (goal - start) * alpha
                moving.points = twig.grid.points.copy()
                twig.link.drawn = alpha
                twig.number.opacity = twig.share.opacity = alpha
                twig.share.say(fmt.percent((twig.node.share or 0.0) * alpha))
                mark.opacity = 1 - 0.5 * alpha

        self.drive(fly, seconds, smoothly)
        for twig, *_, mark, moving in flights:
            twig.link.drawn = 1.0
            self.remove(mark, moving)
            if twig.parent is None:
                mark.colour, mark.line, mark.opacity = "muted", 2.0, 1.0
                self.boxes.append(mark)
                self.add(mark)

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """A digit."""
        self.appear(self.input, self.head, seconds=0.6)

    def show_fields(self, beat: Beat) -> None:
        """The view of one cell grows from layer to layer; the window never comes to the rim."""
        views = [_cells(view.box) for view in self.lesson.views]
        self.make_chain()
        panels = [self.input, self.panel(1), self.panel(2)]
        fields: list[Any] = []
        for n, first in enumerate((0, 2, 4)):
            panel = panels[n]
            start = views[max(first - 2, 0)]
            shade, frame = Shade(panel, start), WindowFrame(panel, 0, 0)
            frame.places = corners(panel, start)
            names = [self.sees(i, n) for i in range(max(first - 1, 0), first + 1)]
            if n == 0:
                self.appear(shade, frame, names[0], self.field_name, *self.chain[0], seconds=0.9)
                fields += [shade, frame, names[0]]
                continue
            ghost = WindowFrame(panel, 0, 0, colour="muted", line=2)
            ghost.places = corners(panel, start)
            arrow = self.arrow(n, first)
            self.copy_panel(panels[n - 1], panel)
            self.appear(shade, frame, ghost, *arrow, seconds=0.3)
            for step, name in zip((first - 1, first), names, strict=True):
                self.widen(panel, shade, frame, views[step - 1], views[step])
                self.appear(name, *self.chain[step], seconds=0.2)
                if step < first:
                    self.remove(name)
            fields += [panel, shade, frame, ghost, *arrow, names[1]]
        self.visit(panels[2], shade, frame)
        hatching = Hatching(panels[2], _cells(self.lesson.read))
        self.appear(hatching, *self.unread(), seconds=0.4)
        self.fields = [
            *fields,
            hatching,
            *self.hatched,
            self.field_name,
            *_flat(self.chain),
        ]

    def make_chain(self) -> None:
        """All views to scale, side by side."""
        self.field_name = self.named(FIELD, PANELS[0], 810, colour="muted")
        self.chain: list[list[Any]] = []
        for n, view in enumerate(self.lesson.views):
            x, side = 300.0 + 180 * n, 4.5 * view.side
            square = [(x, 838.0), (x, 838 - side), (x + side, 838 - side), (x + side, 838.0)]
            self.chain.append(
                [
                    Line([*square, square[0], square[1]]),
                    Label(str(view.side), x + side + 14, 824, weight="bold"),
                    Label(view.layer, x, 868, colour="muted"),
                ]
            )

    def sees(self, n: int, panel: int) -> Label:
        """Make the label of a view."""
        view = self.lesson.views[n]
        return self.named(SEES.fill(layer=view.layer, n=view.side), PANELS[panel], 668)

    def arrow(self, panel: int, n: int) -> list[Any]:
        """Make the arrow to a panel, with the two layers that lead to it."""
        x, y = PANELS[panel] - 96, TOP + 224
        names = [self.lesson.views[n - 1].layer, self.lesson.views[n].layer]
        return [
            Line([(x - 62, y), (x + 62, y)], arrow=True),
            Label(names[0], x, y - 28, colour="muted", anchor="centre"),
            Label(names[1], x, y + 28, colour="muted", anchor="centre"),
        ]

    def copy_panel(self, source: PixelGrid, panel: PixelGrid) -> None:
        """Let a second picture of the digit slide out of the one before."""
        start, goal = source.points.copy(), panel.points.copy()
        self.add(panel)

        def slide(alpha: float) -> None:
            panel.points = start + (goal - start) * alpha
            panel.opacity = alpha

        self.drive(slide, 0.5, smoothly)

    def widen(self, panel: PixelGrid, shade: Shade, frame: WindowFrame, a: Any, b: Any) -> None:
        """Let the view of one layer grow to that of the next."""

        def grow(alpha: float) -> None:
            cells = between(a, b, alpha)
            shade.put(panel, cells)
            frame.places = corners(panel, cells)

        self.drive(grow, 0.5, smoothly)

    def visit(self, panel: PixelGrid, shade: Shade, frame: WindowFrame) -> None:
        """Move the view to all places of conv3."""
        now = _cells(self.lesson.views[-1].box)
        for box in self.lesson.places:
            goal = _cells(box)

            def move(alpha: float, start: Any = now, end: Any = goal) -> None:
                cells = between(start, end, smoothly(min(1.0, 1.6 * alpha)))
                shade.put(panel, cells)
                frame.places = corners(panel, cells)

            self.drive(move, 0.2)
            now = goal

    def unread(self) -> list[Any]:
        """Say which rows and columns no cell of conv3 reads."""
        rows = ", ".join(map(str, range(self.lesson.read.bottom, self.input.shape_in_cells[0])))
        self.hatched = [
            self.named(line.fill(rows=rows) if line.fields else line, PANELS[2], y, 26)
            for line, y in zip(HATCHED, (706, 740), strict=True)
        ]
        return self.hatched

    def show_parts(self, beat: Beat) -> None:
        """The answer, and the patches of conv3 that push most towards it."""
        self.vanish(*self.fields, seconds=0.4)
        self.appear(*self.answer, *self.rows["answer"], *self.rows["conv3"], seconds=0.4)
        for twig in self.twigs:
            self.lift([twig], 0.8)
        self.appear(*self.root_others, *self.legend)

    def show_strokes(self, beat: Beat) -> None:
        """The patches of conv2 in them."""
        self.appear(*self.rows["conv2"], seconds=0.3)
        for twig in self.twigs:
            for part in twig.parts:
                self.lift([part], 0.5)
        self.appear(*self.more(self.level("conv3")))

    def show_edges(self, beat: Beat) -> None:
        """The patches of conv1 in these, and their kernels."""
        self.appear(*self.rows["conv1"][:2], *self.rows["conv1"][3:], seconds=0.3)
        for twig in self.level("conv2"):
            self.lift(twig.parts, 0.42)
        self.appear(*self.more(self.level("conv2")))
        self.appear(self.rows["conv1"][2], *self.more(self.level("conv1")), seconds=0.5)

    def more(self, twigs: list[Twig]) -> list[Any]:
        """What all others give, or the kernels."""
        return [part for twig in twigs for part in twig.more]

    def show_shares(self, beat: Beat) -> None:
        """All that pushes towards the answer, side by side, strongest first."""
        below = [part for name in ("conv2", "conv1") for t in self.level(name) for part in t.all()]
        self.fade([*below, *self.more(self.level("conv3"))], DIM, 0.4)
        tree = self.lesson.tree
        pushes = self.lesson.pushes.ravel()[self.lesson.order]
        starts, ends = running(pushes)
        bars = Bars(
            starts,
            ends,
            [796.0] * len(pushes),
            low=0,
            high=float(ends[-1]) if len(ends) else 1.0,
            begin=PANELS[0],
            end=PANELS[0] + 448,
            thickness=40,
            rest=-1,
        )
        strong = len(tree.parts)
        bars.shares[strong:] = 0.35
        bars.drawn[...] = 0
        share = Label("", PANELS[0], 840)
        signs = FOR_AGAINST.fill(
            plus=fmt.number(tree.positive, sign=True), minus=fmt.number(tree.negative)
        )
        top = self.named(
            PUSH.fill(n=fmt.count(tree.supporters), k=self.lesson.label), PANELS[0], 754
        )
        total = self.named(signs, PANELS[0] + 448, 840, colour="muted", anchor="right")
        self.bar = [bars, share, top, total]
        self.add(bars, share)
        self.appear(top)

        def lay(first: int, last: int) -> Any:
            def go(alpha: float) -> None:
                reached = first + alpha * (last - first)
                bars.drawn[first:last] = np.clip(reached - np.arange(first, last), 0, 1)
                if first == 0:
                    share.say(fmt.percent(self.lesson.top_share * alpha))

            return go

        self.drive(lay(0, strong), 1.5)
        self.drive(lay(strong, len(pushes)), 1.5, smoothly)
        self.appear(total)

    def fade(self, parts: list[Any], opacity: float, seconds: float) -> None:
        """Let parts step back, or come forward again."""
        starts = [part.opacity for part in parts]

        def go(alpha: float) -> None:
            for part, start in zip(parts, starts, strict=True):
                part.opacity = start + (opacity - start) * alpha

        self.drive(go, seconds, smoothly)

    # Upwards.

    def make_path(self) -> None:
        """One way up: frames, links, boxes on the digit, and the same patterns elsewhere."""
        lesson, every = self.lesson, [t for top in self.twigs for t in top.family()]
        self.path = [twig for node in lesson.path for twig in every if twig.node is node]
        self.lit: list[list[Any]] = []
        self.elsewhere: list[list[Any]] = []
        for twig in self.path:
            size, start = twig.grid.shape_in_cells[0], twig.link.places
            box = WindowFrame(self.input, 0, 0)
            box.places = corners(self.input, _cells(twig.node.box))
            up = Branch(tuple(start[-1]), tuple(start[0]), colour="accent", width=3, drawn=0.0)
            self.lit.append([WindowFrame(twig.grid, 0, 0, size, size, line=3), box, up])
            what = ELSEWHERE.fill(layer=twig.node.layer, n=twig.node.filter)
            patches = [
                PixelGrid(
                    found.patch[:, :, 0],
                    PANELS[0] + n * (448 - 96) / 3,
                    778,
                    96 / size,
                    scale="picture",
                    lines=False,
                    frame=2,
                )
                for n, found in enumerate(lesson.elsewhere(twig.node))
            ]
            self.elsewhere.append([self.named(what, PANELS[0], 754, 26), *patches])

    def show_upwards(self, beat: Beat) -> None:
        """From an edge to the answer, with patches of other digits that excite the same filters."""
        every = [twig for top in self.twigs for twig in top.family()]
        away = [part for twig in every if twig not in self.path for part in twig.quiet()]
        stubs = [part for t in self.path for part in t.more if not isinstance(part, PixelGrid)]
        self.vanish(*self.bar, seconds=0.3)
        patches = [part for twig in every for part in twig.all() if isinstance(part, PixelGrid)]
        self.fade(patches, 1.0, 0.3)
        self.fade([part for t in self.path for part in t.quiet() if part not in stubs], 1.0, 0.2)
        self.fade([*away, *stubs, *self.root_others, *self.boxes], DIM, 0.3)
        pause = (self.remaining - 0.6) / max(1, len(self.path)) - 1.1
        shown: list[Any] = []
        for (frame, box, up), there in zip(self.lit, self.elsewhere, strict=True):
            if shown:
                self.vanish(*shown, seconds=0.2)
            else:
                self.wait(0.2)
            self.appear(frame, box, *there, seconds=0.4)
            self.wait(pause)
            self.add(up)
            self.drive(up.set_drawn, 0.5, smoothly)
            shown = there
        self.shown = shown

    # The check.

    def make_check(self) -> None:
        """Every cell of conv3, the way to the strongest, and the answer without them."""
        lesson, (top, cell) = self.lesson, STRIP
        pushes = lesson.pushes
        filters = pushes.shape[2]
        limit = float(np.abs(pushes).max())
        strip = pushes.reshape(-1, filters)
        cell = min(cell, (1824 - NAMES) / filters)
        self.strip = PixelGrid(strip, NAMES, top, cell, limit=limit, lines=False, frame=2)
        k, bottom = lesson.label, top + cell * len(strip) + 36
        what = CELLS.fill(n=fmt.count(pushes.size), f=filters)
        bar = ColourBar(limit, 1344, bottom, 480, low=-limit, title=self.text(TOWARDS.fill(k=k)))
        self.strip_texts = [self.named(what, NAMES, bottom, 26), bar]
        self.marks: list[Any] = []
        for twig in self.twigs:
            node = twig.node
            row = node.row * pushes.shape[1] + node.col
            mark = WindowFrame(self.strip, row, node.filter, line=3)
            end = self.strip.place_of(row, node.filter + 0.5)
            link = Line([(twig.x, twig.bottom + 6), (end[0], end[1] - 8)], colour="accent")
            self.marks += [link, mark]

    def show_check(self, beat: Beat) -> None:
        """The strongest cells are set to zero, and what follows is computed again."""
        lesson = self.lesson
        gone = [part for name in ("conv2", "conv1") for t in self.level(name) for part in t.all()]
        gone += [*self.rows["conv2"], *self.rows["conv1"], *self.more(self.twigs)]
        gone += [*_flat(self.lit), *self.shown]
        self.vanish(*gone, seconds=0.4)
        self.fade([p for t in self.twigs for p in t.quiet()], 1.0, 0.2)
        for part in gone:
            part.opacity = 1.0
        self.appear(self.strip, *self.strip_texts)
        self.appear(*self.marks)
        after = lesson.without_strongest
        cells = lesson.order[: after.removed]
        start = self.strip.values.ravel()[cells]

        def empty(alpha: float) -> None:
            self.strip.values.reshape(-1)[cells] = start * (1 - alpha)
            for twig in self.twigs:
                twig.grid.shares[...] = 1 - 0.75 * alpha

        self.drive(empty, 1.0, smoothly)
        now, then = fmt.number(lesson.logit), fmt.number(after.logit)
        chance = fmt.percent(lesson.probability), fmt.percent(after.probability)
        self.answer[1].say(self.text(LOGIT.fill(z=f"{now} → {then}")))
        self.answer[2].say(self.text(PROBABILITY.fill(p=f"{chance[0]} → {chance[1]}")))
        self.fade_in_again(self.answer[1:])

    def fade_in_again(self, labels: list[Any]) -> None:
        """Let labels that say something new come up from nothing."""
        self.appear(*labels, seconds=0.4)

    def show_more(self, beat: Beat) -> None:
        """More and more cells are set to zero, until the answer changes."""
        lesson, readings = self.lesson, self.lesson.readings
        n = len(readings) - 1
        first = lesson.without_strongest.removed
        last = max(lesson.tipping.removed if lesson.tipping else n, first)
        axes = Axes(
            700,
            702,
            700,
            146,
            [0, n or 1],
            [0, 0.5, 1],
            x_text=lambda x: self.text(SO_MANY.fill(n=fmt.count(int(x)))) if x else "0",
            y_text=lambda y: fmt.percent(y, 0),
            size=24,
        )
        curve = Curve(
            axes.places([r.removed for r in readings], [r.probability for r in readings]),
            marker="none",
            drawn=0.0,
        )
        count = Label("", 1450, 740, 56, weight="bold")
        reads = self.named(READS.fill(k=readings[first].label), 1450, 846)
        title = self.named(CHANCE.fill(k=lesson.label), 1050, 676, 26, colour="muted")
        self.chart = [*axes.parts, curve, count, reads, title]
        self.chart.append(self.named(SET_TO_ZERO, 1450, 796, 26, colour="muted"))
        count.say(fmt.count(first))
        self.appear(*self.chart)
        strip, order = self.strip.values.reshape(-1), lesson.order

        def run(alpha: float) -> None:
            removed = first + round(alpha * (last - first))
            strip[order[:removed]] = 0
            curve.drawn = alpha * last / max(n, 1)
            count.say(fmt.count(removed))
            reads.say(self.text(READS.fill(k=readings[removed].label)))

        self.drive(run, max(0.5, self.remaining - 1.4))
        x = axes.place(last, 0)[0]
        mark = Line([(x, axes.top), (x, axes.top + axes.height)], opacity=0.6)
        self.chart.append(mark)
        self.appear(mark, seconds=0.3)

    def show_answer(self, beat: Beat) -> None:
        """The tree again, whole."""
        self.vanish(*self.chart, self.strip, *self.strip_texts, *self.marks, seconds=0.4)
        self.answer[1].say(self.text(LOGIT.fill(z=fmt.number(self.lesson.logit))))
        chance = fmt.percent(self.lesson.probability)
        self.answer[2].say(self.text(PROBABILITY.fill(p=chance)))
        for twig in self.twigs:
            twig.grid.shares[...] = 1
        back = [part for name in ("conv2", "conv1") for t in self.level(name) for part in t.all()]
        back += [*self.rows["conv2"], *self.rows["conv1"], *self.more(self.twigs)]
        for part in self.root_others:
            part.opacity = 1.0
        self.appear(*back, *_flat(self.lit), seconds=0.8)


def _flat(groups: list[list[Any]]) -> list[Any]:
    return [part for group in groups for part in group]


def _rest(node: Any) -> float:
    """The share of all positive contributions that are not followed."""
    return 1.0 - float(sum(part.share or 0.0 for part in node.parts))


def _cells(box: Any) -> tuple[float, float, float, float]:
    return box.top, box.left, box.bottom, box.right


def _square(layer: str, lesson: hierarchy.Hierarchy) -> str:
    side = next(view.side for view in lesson.views if view.layer == layer)
    return fmt.shape((side, side))


def _stub(start: tuple[float, float], end: tuple[float, float]) -> Line:
    """Make the link to all the parts that are not followed: faint, and level at its end."""
    shares = np.linspace(0.0, 1.0, 13)
    places = [
        (start[0] + t * (end[0] - start[0]), start[1] + t * (2 - t) * (end[1] - start[1]))
        for t in shares.tolist()
    ]
    return Line(places, opacity=0.5)
