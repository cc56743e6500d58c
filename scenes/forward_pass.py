"""The forward pass: windows run through the layers, then the table of the softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.lessons import forward_pass
from convexplain.lessons.forward_pass import Work
from convexplain.lessons.parts.beats import Beat
from convexplain.ops import Breakdown, ConvStep
from convexplain.stage import (
    Label,
    LessonScene,
    Line,
    PixelGrid,
    VolumeWindow,
    WindowFrame,
)
from convexplain.stage.network_row import LayerLook, NetworkRow, room_for
from convexplain.stage.pace import accelerating, smoothly
from convexplain.stage.softmax_table import SoftmaxTable
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

# The line of arithmetic below the network, in pixels of the stage.
HEADING_Y, SUM_Y, BOX = 812.0, 862.0, 72.0
DIM = 0.4

FILTER = Caption(en="filter {n}, row {r}, column {c}", zh="过滤器 {n}，行 {r}、列 {c}")
CHANNEL = Caption(en="channel {n}, row {r}, column {c}", zh="通道 {n}，行 {r}、列 {c}")
PRODUCTS = Caption(en="{m} products, added", zh="{m} 个乘积之和")
NUMBERS = Caption(en="{m} numbers", zh="{m} 个数")
FOR = Caption(en="for {k}", zh="类别 {k}")
ANSWER = Caption(en="answer: {n}", zh="预测：{n}")
RIGHT = Caption(en="right", zh="正确")
WRONG = Caption(en="wrong", zh="错误")
DIGIT = Caption(en="digit", zh="类别")
LESS = Caption(en="minus m", zh="减去 m")
RAISED = Caption(en="power of e", zh="e 的幂")
M_IS = Caption(en="= largest logit = {m}", zh="= 最大的 logit = {m}")


class ForwardPass(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = forward_pass.ForwardPass
    lesson: forward_pass.ForwardPass

    def prepare(self) -> None:
        """Make the row of layers, empty but for the picture, and the table's columns."""
        lesson = self.lesson
        logits = lesson.trace.logits.astype(np.float64)
        names = [self.text(terms.INPUT), *(column.name for column in lesson.columns[1:])]
        looks = [
            LayerLook(name, column.size, column.values, column.limit, bool(column.kernel))
            for name, column in zip(names, lesson.columns, strict=True)
        ]
        looks[-1] = looks[-1]._replace(values=logits, limit=float(np.abs(logits).max()))
        self.row = NetworkRow(looks, classes=self.lesson.class_marks(self.look.lang, room_for))
        self.filled = [volume.values.copy() for volume in self.row.volumes]
        for volume in self.row.volumes:
            volume.values[...] = np.nan
        self.row.outputs.values[...] = np.nan
        middle = (self.row.strip.places[0, 0] + self.row.strip.places[1, 0]) / 2
        self.folded = Label(
            self.text(terms.VECTOR), middle, 130, 24, colour="muted", anchor="centre"
        )
        self.zs = [
            Label(fmt.number(z), 1824, digit.anchor_place()[1], anchor="right")
            for z, digit in zip(logits, self.row.digits, strict=True)
        ]
        self.arithmetic: list[Any] = []
        self.link: list[Any] = []
        self.table = self._make_table()

    def _make_table(self) -> SoftmaxTable:
        softmax = self.lesson.softmax
        words = {
            "class": DIGIT,
            "z": terms.LOGIT,
            "shifted": LESS,
            "power": RAISED,
            "share": terms.PROBABILITY,
            "m": M_IS.fill(m=fmt.number(softmax.largest)),
        }
        texts = {name: self.text(caption) for name, caption in words.items()}
        return SoftmaxTable(softmax.rows, texts)

    # The layers.

    def show_question(self, beat: Beat) -> None:
        """The picture, and the empty layers that it will go through."""
        row = self.row
        label, name = self.lesson.subject.label, self.lesson.network.class_name
        told = [] if label is None else [terms.LABEL.fill(n=name(label))]
        self.label = [self._below(caption, 0) for caption in told]
        empty = [*row.volumes, *row.names[1:-2], *row.shapes[1:-2], *row.arrows[:-2]]
        for part in empty:
            part.opacity = DIM
        self.appear(row.picture, *row.texts(0), *empty, seconds=0.8)

    def _below(self, caption: Caption, line: int, weight: str = "regular") -> Label:
        """Make a line of text below the picture where it stands beside the table."""
        return Label(self.text(caption), 96, 648 + 40 * line, weight=weight)

    def show_work(self, beat: Beat) -> None:
        """A layer, or several: one cell with its numbers, then all others, faster and faster."""
        works: tuple[Work, ...] = beat.data
        each = self.remaining / len(works)
        for work in works:
            end = self.remaining - each
            self.begin(work)
            alone = len(works) == 1
            if alone:
                self.explain(work)
                self.wait(max((self.remaining - end) * 0.42, 0.1))
                self.step_back(self.arithmetic)
            self.run(work, max(self.remaining - end - 0.25, 0.3))
            self.take_away(*self.arithmetic, *self.link)
            self.arithmetic, self.link = [], []

    def begin(self, work: Work) -> None:
        """Light the layer, and lay the window on the cell that is shown."""
        self.focus(work.column - 1, work.column)
        source = self.source(work)
        target, step = self.row.volumes[work.column - 1], work.step
        box = step.box
        span = box.height, box.width
        self.window: Any = (
            WindowFrame(source, box.top, box.left, *span, line=3)
            if isinstance(source, PixelGrid)
            else VolumeWindow(source, box.top, box.left, *span)
        )
        self.fed: Any = VolumeWindow(target, step.row, step.col)
        self.connection = Line(self._ends(), colour="accent", opacity=0.8)
        self.link = [self.connection, self.window, self.fed]
        target.values[step.row, step.col] = self.filled[work.column - 1][step.row, step.col]
        self.appear(*self.link, seconds=0.2)

    def _ends(self) -> list[tuple[float, float]]:
        """Return the ends of the link from the window to the cell that it feeds."""
        window, fed = self.window.places, self.fed.places
        right, top = window[-1] if len(window) > 3 else window[1]
        return [
            (float(right), float(top + (window[2, 1] - window[0, 1]) / 2)),
            (float(fed[0, 0]), float((fed[0, 1] + fed[2, 1]) / 2)),
        ]

    def source(self, work: Work) -> Any:
        """Return what a layer reads: the picture, or the volume before it."""
        return self.row.volumes[work.column - 2] if work.column > 1 else self.row.picture

    def focus(self, *columns: int) -> None:
        """Dim all columns but these."""
        goals = []
        for column in range(len(self.lesson.columns)):
            parts = [*self.row.body(column), *self.row.texts(column)]
            if column:
                parts.append(self.row.arrows[column - 1])
            opacity = 1.0 if column in columns else DIM
            goals += [(part, part.opacity, opacity) for part in parts if part in self.mobjects]

        def change(alpha: float) -> None:
            for part, start, goal in goals:
                part.opacity = start + (goal - start) * alpha

        self.drive(change, 0.25, smoothly)

    def explain(self, work: Work) -> None:
        """Write the arithmetic of one cell below the network."""
        step, column = work.step, self.lesson.columns[work.column]
        if isinstance(step, ConvStep):
            place = FILTER.fill(n=step.filter, r=step.row, c=step.col)
            account, count = step.breakdown(shown=0), fmt.count(step.products.size)
            sign, bias = fmt.addend(account.bias)
            parts = [
                *self._term(self.text(PRODUCTS.fill(m=count)), fmt.number(account.total), 700),
                self._sign(sign, 830),
                *self._term(self.text(terms.BIAS), bias, 920),
                self._sign("=", 1010),
                *self._term("", fmt.number(account.value), 1100),
            ]
            name, value = self.lesson.activation(column), step.activated
        else:
            place = CHANNEL.fill(n=step.channel, r=step.row, c=step.col)
            listed = [fmt.number(number) for number in step.patch.ravel()]
            text = "   ".join(listed) if len(listed) <= 4 else ""
            parts = self._term(self.text(NUMBERS.fill(m=step.count)), text, 880)
            name, value = self.text(terms.LARGEST if step.kind == "max" else terms.MEAN), step.value
        look: dict[str, Any] = {"numbers": True, "text_size": 28, "bold": True, "lines": False}
        box = PixelGrid([[value]], 1284, SUM_Y - BOX / 2, BOX, limit=column.limit, **look)
        arrow = Line([(1172, SUM_Y), (1268, SUM_Y)], arrow=True)
        frame = WindowFrame(box, 0, 0, line=3)
        where = Label(self.text(place), 96, SUM_Y, colour="muted")
        result = [*self._term(name, "", 1220), arrow, box, frame]
        self.arithmetic = [where, *parts, *result, *self._note(work.adds_up)]
        self.appear(where, *parts, seconds=0.35)
        self.appear(*self.arithmetic[1 + len(parts) :], seconds=0.3)

    def _note(self, adds_up: bool) -> list[Label]:
        """Say so where printed numbers do not add up exactly."""
        return [] if adds_up else [Label(self.text(terms.rounded()), 96, 906, 24, colour="muted")]

    def _term(self, heading: str, text: str, x: float) -> list[Label]:
        above = Label(heading, x, HEADING_Y, colour="muted", anchor="centre")
        return [above, Label(text, x, SUM_Y, 40, anchor="centre")]

    def _sign(self, text: str, x: float) -> Label:
        return Label(text, x, SUM_Y, 40, colour="muted", anchor="centre")

    def step_back(self, parts: list[Any]) -> None:
        """Let numbers that no longer belong to the running window fade."""

        def change(alpha: float) -> None:
            for part in parts:
                part.opacity = 1 - (1 - DIM) * alpha

        self.drive(change, 0.2, smoothly)

    def run(self, work: Work, seconds: float) -> None:
        """Let the window visit all cells of the layer, and fill them."""
        values, target = self.filled[work.column - 1], self.row.volumes[work.column - 1]
        source = self.source(work)
        height, width = values.shape[:2]
        path = accelerating(height * width - 1, seconds, 6.0)
        reached = 0

        def go(alpha: float) -> None:
            nonlocal reached
            now = min(round(path.position(alpha * seconds)), height * width - 1)
            rows, cols = np.divmod(np.arange(reached, now + 1), width)
            target.values[rows, cols] = values[rows, cols]
            reached = now
            row, col = divmod(now, width)
            box = work.window.box(row, col)
            self.window.put(source, box.top, box.left)
            self.fed.put(target, row, col)
            self.connection.places = self._ends()

        self.drive(go, seconds)

    def take_away(self, *parts: Any) -> None:
        """Let parts vanish, where they are shown."""
        shown = [part for part in parts if part in self.mobjects]
        if shown:
            self.vanish(*shown, seconds=0.2)

    def show_flatten(self, beat: Beat) -> None:
        """Every place of the last maps becomes a column of the vector."""
        column = len(self.lesson.columns) - 2
        self.focus(column - 1, column)
        rods = self.row.rods()
        starts = [rod.points.copy() for rod in rods]
        self.appear(*rods, self.row.arrows[column - 1], seconds=0.2)
        self.drive(lambda alpha: self.row.unroll(rods, starts, alpha), 1.6)
        self.add(*self.row.body(column))
        self.remove(*rods)
        self.appear(*self.row.texts(column), self.folded, seconds=0.4)

    def show_dense(self, beat: Beat) -> None:
        """One class adds up all its products; then the other nine do."""
        vote: Breakdown = beat.data
        best = self.lesson.trace.prediction
        column, row = len(self.lesson.columns) - 1, self.row
        self.focus(column - 1)
        new = [row.arrows[column - 1], *row.body(column), *row.texts(column)]
        self.appear(*new, seconds=0.3)
        (above, below), (sign, bias) = vote.in_order, fmt.addend(vote.bias)
        strip = WindowFrame(row.strip, 0, 0, line=3)
        strip.points = row.strip.points.copy()  # all of it, whatever the shape of its cells
        self.window, self.fed = strip, WindowFrame(self._tile(best), 0, 0, line=3)
        self.connection = Line(self._to_tile(), colour="accent", opacity=0.8)
        self.arithmetic = [
            Label(self.text(FOR.fill(k=best)), 96, SUM_Y, colour="muted"),
            *self._term(self.text(above.name), fmt.number(above.value), 560),
            self._sign(fmt.MINUS, 690),
            *self._term(self.text(below.name), fmt.number(abs(below.value)), 830),
            self._sign(sign, 960),
            *self._term(self.text(terms.BIAS), bias, 1050),
            self._sign("=", 1140),
            *self._term(self.text(terms.LOGIT), fmt.number(vote.value), 1250),
            *self._note(vote.adds_up(total=False)),
        ]
        self.appear(self.connection, strip, self.fed, *self.arithmetic, seconds=0.4)
        row.outputs.values[0, 0, best] = vote.value
        self.appear(self.zs[best], seconds=0.3)
        self.wait(max(self.remaining - 2.0, 0.1))
        self.step_back(self.arithmetic)
        for digit, z in enumerate(self.zs):
            self.fed.put(self._tile(digit), 0, 0)
            self.connection.places = self._to_tile()
            row.outputs.values[0, 0, digit] = self.lesson.trace.logits[digit]
            if digit != best:
                self.add(z)
            self.drive(lambda alpha: None, 0.13)

    def _to_tile(self) -> list[tuple[float, float]]:
        """Return the ends of the link from the vector to the output that it feeds."""
        fed = self.fed.places
        y = float((fed[0, 1] + fed[2, 1]) / 2)
        return [(float(self.window.places[1, 0]) + 4, y), (float(fed[0, 0]) - 4, y)]

    def _tile(self, digit: int) -> PixelGrid:
        left, top, right, _ = self.row.outputs.box(digit)
        return PixelGrid([[0.0]], left, top, right - left)

    # The table.

    def show_logits(self, beat: Beat) -> None:
        """The logits become the first column; the largest of them is m."""
        row, table = self.row, self.table
        kept = [row.picture, *row.digits, *self.zs, *self._title, *self._caption]
        self.vanish(*[part for part in self.mobjects if part not in kept], seconds=0.3)
        cells = row.picture.shape_in_cells
        picture = PixelGrid(np.zeros(cells), 96, 330, 280 / max(cells)).points
        moves: list[tuple[Any, Any, Any]] = [(row.picture, row.picture.points.copy(), picture)]
        for n, (digit, z) in enumerate(zip(row.digits, self.zs, strict=True)):
            moves.append((digit, digit.points.copy(), table.goal(n, digit, "class")))
            moves.append((z, z.points.copy(), table.goal(n, z, "z")))

        def move(alpha: float) -> None:
            row.picture.opacity = max(row.picture.opacity, alpha)
            for part, start, goal in moves:
                part.points = start + (goal - start) * alpha

        self.drive(move, 0.9, smoothly)
        self.appear(*table.heads["z"], *table.frame, *self.label, seconds=0.4)
        self.drive(table.light({table.best}, [row.digits, self.zs]), 0.4, smoothly)
        self.appear(*table.m, seconds=0.4)
        self.wait(0.5)
        self.drive(table.light(None, [row.digits, self.zs]), 0.4, smoothly)

    def show_shift(self, beat: Beat) -> None:
        """The column z - m."""
        self.appear(*self.table.heads["shifted"], seconds=0.4)
        self.down(self.table.shifted, 1.2)

    def down(self, column: list[Label], seconds: float) -> None:
        """Let a column appear row by row."""
        for label in column:
            label.opacity = 0.0
        self.add(*column)
        count = len(column)

        def rise(alpha: float) -> None:
            for n, label in enumerate(column):
                label.opacity = min(max(alpha * (count + 3) - n, 0) / 3, 1.0)

        self.drive(rise, seconds)

    def show_powers(self, beat: Beat) -> None:
        """The column of powers; all of them fall into their sum."""
        table = self.table
        self.appear(*table.heads["power"], seconds=0.3)
        self.down(table.powers, 1.0)
        falling = table.falling()
        self.appear(*table.sum, seconds=0.3)
        self.add(*falling)
        self.drive(lambda alpha: table.fall(falling, alpha), 0.8, smoothly)
        self.remove(*falling)
        self.appear(table.total, seconds=0.3)

    def show_probabilities(self, beat: Beat) -> None:
        """Probabilities and their bars; the answer, right or wrong."""
        table, right = self.table, self.lesson.right
        self.appear(*table.heads["share"], seconds=0.3)
        table.grow(0.0)
        self.add(table.bars, *table.shares)
        self.drive(table.grow, 1.2, smoothly)
        said = [ANSWER.fill(n=self.lesson.network.class_name(table.best))]
        if right is not None:
            said.append(RIGHT if right else WRONG)
        lines = [self._below(text, len(self.label) + n, "bold") for n, text in enumerate(said)]
        self.appear(*lines, seconds=0.4)

    def show_answer(self, beat: Beat) -> None:
        """The two most probable classes: what their difference makes."""
        table = self.table
        columns = [self.row.digits, self.zs, table.shifted, table.powers, table.shares]
        two = set(self.lesson.softmax.order[:2])
        self.drive(table.light(two, columns), 0.4, smoothly)
