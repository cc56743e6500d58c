"""Architecture: each layer grows out of the one before it, with its shape and its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.lessons import architecture
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import Label, LessonScene, Line, PixelGrid
from convexplain.stage.network_row import LayerLook, NetworkRow, room_for
from convexplain.stage.pace import smoothly
from convexplain.stage.text import width_of
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

# Of the rows below the volumes, and the length of the longest bar, in pixels of the stage.
COUNTED_Y, COUNT_Y, BAR_Y, LONGEST = 812.0, 850.0, 888.0, 210.0

COUNTED = Caption(en="weights + biases", zh="权重 + 偏置")
TOTAL = Caption(en="{n} in all", zh="共 {n} 个")
LEGEND = Caption(en="largest response of its convolution", zh="所属卷积层的最大响应")


class Architecture(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = architecture.Architecture
    lesson: architecture.Architecture

    def prepare(self) -> None:
        """Make the whole row and the texts below it."""
        columns = self.lesson.columns
        names = [self.text(terms.INPUT), *(column.name for column in columns[1:])]
        total = self.text(TOTAL.fill(n=fmt.count(self.lesson.total)))
        widths = [max(width_of(self.text(COUNTED), 26), width_of(total, 28, "bold"))]
        widths += [width_of(column.counted, 26) for column in columns[1:]]
        self.row = NetworkRow(
            [
                LayerLook(name, column.size, column.values, column.limit, bool(column.kernel))
                for name, column in zip(names, columns, strict=True)
            ],
            widths,
            self.lesson.class_marks(self.look.lang, room_for),
        )
        self.counted: dict[int, list[Label]] = {}
        self.bars: list[Line] = []
        self.shares: list[Label] = []
        weighted = [index for index, column in enumerate(columns) if column.kernel]
        ends = [*(self.row.lefts[index] - 12 for index in weighted[1:]), 1824.0]
        rooms = [
            (end - self.row.lefts[index] - 12 - width_of(fmt.percent(columns[index].share), 24))
            / columns[index].parameters
            for index, end in zip(weighted, ends, strict=True)
        ]
        # One scale for all bars, so that each of them ends before the next column.
        scale = min(LONGEST / self.lesson.largest.parameters, *rooms)
        for index in weighted:
            column, left = columns[index], self.row.lefts[index]
            self.counted[index] = [
                Label(column.counted, left, COUNTED_Y, 26, colour="muted"),
                Label(f"= {fmt.count(column.parameters)}", left, COUNT_Y),
            ]
            end = left + max(column.parameters * scale, 2.0)
            self.bars.append(Line([(left, BAR_Y), (end, BAR_Y)], colour="ink", width=14, drawn=0.0))
            share = fmt.percent(column.share)
            self.shares.append(Label(share, end + 12, BAR_Y, 24, colour="muted"))
        self.headings = [
            Label(self.text(COUNTED), 96, COUNTED_Y, 26, colour="muted"),
            Label(self.text(terms.PARAMETERS), 96, COUNT_Y, colour="muted"),
        ]
        self.total = Label(total, 96, BAR_Y, weight="bold")
        middle = (self.row.strip.places[0, 0] + self.row.strip.places[1, 0]) / 2
        self.folded = Label(
            self.text(terms.VECTOR), middle, 130, 24, colour="muted", anchor="centre"
        )
        self.legend = [
            Label("0", 96, 168, 24, colour="muted"),
            PixelGrid(np.linspace(0, 1, 160)[None], 124, 158, 1, lines=False, frame=1),
            Label(self.text(LEGEND), 300, 168, 24, colour="muted"),
        ]
        strip = self.legend[1]
        strip.places = [(124, 158), (284, 158), (124, 178)]

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """The picture."""
        self.appear(*self.row.body(0), *self.row.texts(0), seconds=0.6)

    def show_maps(self, beat: Beat) -> None:
        """A volume grows out of the one before it; its shape and parameters come with it."""
        index: int = beat.data
        if index == 1:
            self.appear(*self.legend, seconds=0.3)
        volume = self.row.volumes[index - 1]
        start, goal = self.row.sprout(index - 1)
        self.add(volume)

        def grow(alpha: float) -> None:
            volume.points = start + (goal - start) * alpha
            volume.opacity = min(1.0, 2 * alpha)

        self.drive(grow, 1.2, smoothly)
        self.appear(self.row.arrows[index - 1], *self.row.texts(index), seconds=0.4)
        self.count(index)

    def count(self, index: int) -> None:
        """Print how the parameters of a layer are counted."""
        labels = self.counted.get(index, [])
        if not labels:
            return
        new: list[Any] = [part for part in self.headings if part not in self.mobjects]
        self.appear(*new, labels[0], seconds=0.4)
        self.appear(labels[1], seconds=0.4)

    def show_shape(self, beat: Beat) -> None:
        """The shapes alone are spoken of."""
        others = [label for pair in self.counted.values() for label in pair]
        others = [label for label in (*others, *self.headings) if label in self.mobjects]
        self.dim(others, 0.4)
        self.wait(max(self.remaining - 0.5, 0.1))
        self.dim(others, 1.0)

    def dim(self, parts: list[Label], opacity: float) -> None:
        """Let texts step back, or come forward again."""
        starts = [part.opacity for part in parts]

        def fade(alpha: float) -> None:
            for part, start in zip(parts, starts, strict=True):
                part.opacity = start + (opacity - start) * alpha

        self.drive(fade, 0.4, smoothly)

    def show_flatten(self, beat: Beat) -> None:
        """Every place of the last maps becomes a column of the vector."""
        rods = self.row.rods()
        starts = [rod.points.copy() for rod in rods]
        self.appear(*rods, self.row.arrows[beat.data - 1], seconds=0.3)
        self.drive(lambda alpha: self.row.unroll(rods, starts, alpha), 2.0)
        self.add(*self.row.body(beat.data))
        self.remove(*rods)
        self.appear(*self.row.texts(beat.data), self.folded, seconds=0.4)

    def show_dense(self, beat: Beat) -> None:
        """Ten numbers, one of them large."""
        self.appear(self.row.arrows[beat.data - 1], *self.row.body(beat.data), seconds=0.6)
        best, probability = self.lesson.winner
        y = self.row.digits[best].anchor_place()[1]
        told = [
            Label(self.text(terms.PROBABILITY), 1824, 130, 24, colour="muted", anchor="right"),
            Label(fmt.percent(probability), 1824, y, weight="bold", anchor="right"),
        ]
        self.appear(*self.row.texts(beat.data), *told, seconds=0.4)
        self.count(beat.data)

    def show_answer(self, beat: Beat) -> None:
        """Where the parameters are: a bar for each layer that has some."""
        self.add(*self.bars)

        def grow(alpha: float) -> None:
            for bar in self.bars:
                bar.drawn = alpha

        self.drive(grow, 1.0, smoothly)
        self.appear(*self.shares, self.total, seconds=0.5)
