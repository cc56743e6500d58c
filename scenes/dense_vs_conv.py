"""Bars for what two networks cost and get wrong, and four curves that grow as points arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convexplain.lessons import dense_vs_conv
from convexplain.lessons.dense_vs_conv import CHAPTER_DENSE, CNN, DENSE, IN_PLACE, SHUFFLED, Pair
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import Axes, Bars, Curve, Label, LessonScene
from convexplain.stage.pace import smoothly
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

LEFT, BARS, LONGEST = 96.0, 212.0, 404.0
# From one curve's name to the next, in pixels: a line of text.
NAMES_APART = 34.0

PARAMETERS = Caption(en="parameters (trained numbers)", zh="参数（训练得到的数）")
WORK = Caption(en="multiplications for one picture", zh="处理一幅图的乘法次数")
MISTAKES = Caption(en="mistakes on 10,000 test digits", zh="10,000 个测试样本中的错误数")
ACCURACY = Caption(en="test accuracy", zh="测试准确率")
CHAPTER = Caption(en="the chapter: dense {p}", zh="教材：全连接 {p}")
CHART = Caption(en="test accuracy when trained on fewer digits", zh="训练样本减少时的测试准确率")
ACROSS = Caption(
    en="training digits (logarithmic), {n} steps each; the axis up starts at {p}",
    zh="训练样本数（对数刻度），各训练 {n} 步；纵轴从 {p} 开始",
)
CNN_SHUFFLED = Caption(en="CNN, shuffled", zh="CNN，打乱")
BOTH_DENSE = Caption(en="dense, either way", zh="全连接，打乱前后")


class DenseVsConv(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = dense_vs_conv.DenseVsConv
    lesson: dense_vs_conv.DenseVsConv

    def prepare(self) -> None:
        """Make the axes and the curves; bars are made with their beats."""
        lesson = self.lesson
        points = lesson.curve(CNN, IN_PLACE)
        ticks = [0.6, 0.7, 0.8, 0.9, 1.0]
        lowest = min(
            min(lesson.curve(network, pixels).accuracy)
            for network in (CNN, DENSE)
            for pixels in (IN_PLACE, SHUFFLED)
        )
        ticks = [tick for tick in (0.1 * n for n in range(11)) if tick > lowest - 0.1]
        self.axes = Axes(
            930,
            252,
            660,
            496,
            [points.digits[0], 1_000, 10_000, points.digits[-1]],
            ticks,
            x_text=lambda x: fmt.count(int(x)),
            y_text=lambda y: fmt.percent(round(y, 6), 0),
            log_x=True,
        )
        self.chart_labels = [
            Label(self.text(CHART), 930, 198, colour="muted"),
            Label(
                self.text(
                    ACROSS.fill(n=fmt.count(lesson.steps), p=fmt.percent(round(ticks[0], 6), 0))
                ),
                1260,
                830,
                26,
                colour="muted",
                anchor="centre",
            ),
        ]

    def show_question(self, beat: Beat) -> None:
        """Two names, and the layers that they stand for."""
        self.names = [
            Label(self.text(terms.CNN), LEFT, 420, 56, weight="bold"),
            Label(self.text(terms.DENSE), LEFT, 520, 56, colour="muted"),
        ]
        self.table = self.make_table()
        self.appear(*self.names, *self.table[0], seconds=0.6)

    def show_parameters(self, beat: Beat) -> None:
        """How many numbers each has learned."""
        self.vanish(*self.names)
        self.appear(*self.table[1], seconds=0.4)
        self.compare(PARAMETERS, 198, self.lesson.parameters)

    def show_multiplications(self, beat: Beat) -> None:
        """How much each computes."""
        self.appear(*self.table[2], seconds=0.4)
        self.compare(WORK, 376, self.lesson.multiplications)

    def make_table(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Layer by layer: names and shapes, parameters, multiplications."""
        shapes, x_of_parameters, x_of_work = 1130.0, 1560.0, 1824.0
        columns: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        columns[1].append(_right(self.text(terms.PARAMETERS), x_of_parameters, 198))
        columns[2].append(_right(self.text(terms.MULTIPLICATIONS), x_of_work, 198))
        y = 198.0
        for name, network in zip(
            (terms.CNN, terms.DENSE_NETWORK), self.lesson.networks, strict=True
        ):
            columns[0].append(Label(self.text(name), 930, y, weight="bold"))
            for row in network.rows:
                y += 46
                shape = " × ".join(fmt.count(side) for side in row.output_shape)
                columns[0].append(Label(row.name, 930, y, colour="muted"))
                columns[0].append(Label(shape, shapes, y, colour="muted"))
                columns[1].append(_right(fmt.count(row.parameters), x_of_parameters, y))
                columns[2].append(_right(fmt.count(row.multiplications), x_of_work, y))
            y += 68
        return columns

    def show_mistakes(self, beat: Beat) -> None:
        """How much each gets wrong."""
        self.compare(MISTAKES, 554, self.lesson.mistakes)

    def compare(self, name: Caption, y: float, pair: Pair) -> None:
        """Let two bars grow, and their numbers count up with them."""
        longest = max(pair)
        self.appear(Label(self.text(name), LEFT, y, colour="muted"), seconds=0.3)
        grown: list[tuple[Bars, Label, float]] = []
        for row, (caption, value, own) in enumerate(
            ((terms.CNN, pair.cnn, True), (terms.DENSE, pair.dense, False))
        ):
            at = y + 44 + 50 * row
            bars = Bars(
                [0.0],
                [value],
                [at],
                low=0.0,
                high=longest,
                begin=BARS,
                end=BARS + LONGEST,
                thickness=34,
                colour="ink" if own else "line",
                rest=-1,
            )
            bars.drawn[...] = 0
            weight, colour = ("bold", "ink") if own else ("regular", "muted")
            number = Label("0", BARS + 16, at, colour=colour, weight=weight)
            self.add(
                bars, number, Label(self.text(caption), LEFT, at, colour=colour, weight=weight)
            )
            grown.append((bars, number, value))

        def grow(alpha: float) -> None:
            for bars, number, value in grown:
                bars.drawn[...] = alpha
                end = bars.place_of(value * alpha)
                number.say(fmt.count(round(value * alpha)))
                _move(number, end + 16)

        self.drive(grow, 1.4, smoothly)

    def show_spread(self, beat: Beat) -> None:
        """The accuracy of the shipped networks, and what the chapter reports."""
        accuracy = self.lesson.accuracy
        y = 732.0
        cnn, dense = (fmt.percent(share, 2) for share in accuracy)
        self.appear(Label(self.text(ACCURACY), LEFT, y, colour="muted"), seconds=0.3)
        self.appear(
            Label(f"{self.text(terms.CNN)} {cnn}", LEFT, y + 44, 34, weight="bold"),
            Label(f"{self.text(terms.DENSE)} {dense}", 340, y + 44, 34, colour="muted"),
            Label(
                self.text(CHAPTER.fill(p=fmt.percent(CHAPTER_DENSE, 2))),
                LEFT,
                y + 92,
                26,
                colour="muted",
            ),
            seconds=0.6,
        )

    def show_samples(self, beat: Beat) -> None:
        """Both curves grow as the points arrive."""
        self.vanish(*(part for column in self.table for part in column), seconds=0.4)
        self.appear(*self.axes.parts, *self.chart_labels, seconds=0.5)
        ends = [
            self.axes.place(1_000, self.lesson.curve(n, IN_PLACE).accuracy[-1])[1]
            for n in (CNN, DENSE)
        ]
        # Names of curves that end close to each other stand apart.
        away = max(0.0, (NAMES_APART - abs(ends[1] - ends[0])) / 2)
        up, down = (-away, away) if ends[0] < ends[1] else (away, -away)
        cnn = self.grow(CNN, IN_PLACE, self.text(terms.CNN), marker="dot", shift=up)
        dense = self.grow(DENSE, IN_PLACE, self.text(terms.DENSE), marker="ring", shift=down)
        self.curves = [cnn, dense]

    def show_shuffled(self, beat: Beat) -> None:
        """The same with shuffled pixels: only the convnet cares."""
        for curve, label in self.curves:
            curve.set_opacity(0.4)
            label.set_opacity(0.4)
        cnn, _ = self.grow(CNN, SHUFFLED, self.text(CNN_SHUFFLED), marker="square")
        dense, label = self.grow(DENSE, SHUFFLED, "", marker="square")
        name = self.curves[1][1]
        self.curves += [(cnn, _), (dense, label)]
        self.drive(self.raise_opacity(name), 0.3)
        name.say(self.text(BOTH_DENSE))

    def raise_opacity(self, part: Any) -> Callable[[float], None]:
        """Return what brings a dimmed part back."""

        def rise(alpha: float) -> None:
            part.opacity = 0.4 + 0.6 * alpha

        return rise

    def show_answer(self, beat: Beat) -> None:
        """Everything at full strength."""

        def rise(alpha: float) -> None:
            for curve, label in self.curves[:2]:
                curve.opacity = 0.4 + 0.6 * alpha
                label.opacity = max(label.opacity, 0.4 + 0.6 * alpha)

        self.drive(rise, 0.5)

    def grow(
        self, network: str, pixels: str, name: str, marker: Any, shift: float = 0.0
    ) -> tuple[Curve, Label]:
        """Draw one curve from left to right, then its name at its end, moved by some pixels."""
        points = self.lesson.curve(network, pixels)
        own = network == CNN
        places = self.axes.places(points.digits, points.accuracy)
        curve = Curve(
            places, colour="ink" if own else "muted", dashed=not own, marker=marker, drawn=0.0
        )
        self.add(curve)

        def draw(alpha: float) -> None:
            curve.drawn = alpha

        self.drive(draw, 1.6)
        x, y = places[-1]
        label = Label(
            name,
            x + 20,
            y + shift,
            26,
            colour="ink" if own else "muted",
            weight="bold" if own else "regular",
        )
        if name:
            self.appear(label, seconds=0.3)
        return curve, label


def _right(text: str, x: float, y: float) -> Label:
    return Label(text, x, y, colour="muted" if text == "0" else "ink", anchor="right")


def _move(label: Label, x: float) -> None:
    """Move a left-aligned label so that it begins at x."""
    (left, top), (right, _), (_, bottom) = label.places
    label.places = [(x, top), (x + right - left, top), (x, bottom)]
