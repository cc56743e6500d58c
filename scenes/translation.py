"""A digit walks; its map walks with it; two networks guess, and a curve says how often right."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.lessons import translation
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.translation import FAR, SHIFTS
from convexplain.stage import Axes, Bars, Curve, Label, LessonScene, Line, PixelGrid, WindowFrame
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

DIGIT = Caption(en="digit", zh="手写数字")
MAP = Caption(en="response map, filter {n}", zh="响应图，过滤器 {n}")
MOVED = Caption(en="moved by {n} px", zh="平移 {n} 个像素")
DIFFERENCE = Caption(en="largest difference: {d}", zh="最大差值：{d}")
ZERO = Caption(en="20 test digits; 0 is exact", zh="20 个测试样本；0 表示完全相等")
CNN_SAYS = Caption(en="CNN says", zh="CNN 预测为")
DENSE_SAYS = Caption(en="dense says", zh="全连接预测为")
BEFORE = Caption(en="tick: before", zh="短线：平移前")
CURVE = Caption(
    en="test accuracy after a shift (10,000 digits)", zh="平移后的测试准确率（10,000 个样本）"
)
PIXELS = Caption(en="pixels (mean of 4 directions)", zh="像素（4 个方向的平均）")
PLACES = Caption(en="what each place adds to the logit of {k}", zh="各位置对“{k}”logit 的贡献")
IN_PLACE = Caption(en="in place", zh="平移前")
ROUNDED = Caption(
    en="Rounded to 2 decimals; sums use full precision", zh="四舍五入到两位小数，求和按完整精度"
)
LOGIT = Caption(en="sum {s} {b} = logit {z}", zh="合计 {s} {b} = logit {z}")


class Translation(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = translation.Translation
    lesson: translation.Translation

    def prepare(self) -> None:
        """Two rows: the digit in place with its map, and the digit that moves with its map."""
        lesson = self.lesson
        limit = lesson.map_limit
        picture = lesson.traces[0].image.squeeze(axis=2)
        self.digits = [
            PixelGrid(picture, 96, top, 11, scale="picture", lines=False, frame=2)
            for top in (194.0, 572.0)
        ]
        # A map's cell is level with the middle of its window.
        self.maps = [
            PixelGrid(lesson.map_at(0), 479, top, 11, limit=limit, lines=False, frame=2)
            for top in (205.0, 583.0)
        ]
        self.windows = [
            WindowFrame(grid, *lesson.stop, *span, line=3)
            for digit, found in zip(self.digits, self.maps, strict=True)
            for grid, span in ((digit, (3, 3)), (found, (1, 1)))
        ]
        self.heads = [
            Label(self.text(DIGIT), 96, 166, colour="muted"),
            Label(self.text(MAP.fill(n=lesson.shown_filter)), 479, 166, colour="muted"),
        ]
        self.arrows = [
            Line([(418, top + 154), (458, top + 154)], arrow=True) for top in (194.0, 572.0)
        ]
        self.moved = Label("", 96, 544, 28)
        self.difference = Label("", 479, 544, 28)

    def show_question(self, beat: Beat) -> None:
        """One digit, one map."""
        self.appear(self.digits[0], self.heads[0])
        self.appear(self.arrows[0], self.maps[0], self.heads[1])
        self.appear(*self.windows[:2], seconds=0.3)

    def show_follows(self, beat: Beat) -> None:
        """Pixel by pixel, and cell by cell."""
        lesson = self.lesson
        self.put(0)
        self.appear(
            self.digits[1], self.arrows[1], self.maps[1], self.moved, *self.windows[2:], seconds=0.5
        )
        for pixels in range(1, lesson.shift + 1):
            self.put(pixels)
            self.wait(0.6)
        self.difference.say(self.text(DIFFERENCE.fill(d=translation.plain(lesson.shared[1]))))
        self.appear(self.difference, seconds=0.4)

    def put(self, pixels: int) -> None:
        """Bring the lower row to one shift."""
        lesson = self.lesson
        self.digits[1].values[...] = lesson.traces[pixels].image.squeeze(axis=2)
        self.maps[1].values[...] = lesson.map_at(pixels)
        row, col = lesson.stop_at(pixels)
        self.windows[2].put(self.digits[1], row, col)
        self.windows[3].put(self.maps[1], row, col)
        self.moved.say(self.text(MOVED.fill(n=pixels)))

    def show_layers(self, beat: Beat) -> None:
        """Layer by layer: which shifts are exact."""
        parts: list[Any] = [Label(self.text(terms.SHIFT_CHANGE), 920, 198, colour="muted")]
        columns = [1260 + 150 * n for n in range(len(SHIFTS))]
        for x, pixels in zip(columns, SHIFTS, strict=True):
            parts.append(Label(f"{pixels} px", x, 250, colour="muted", anchor="right"))
        for number, (layer, row) in enumerate(
            zip(self.lesson.layers, self.lesson.differences, strict=True)
        ):
            y = 310 + 58.0 * number
            parts.append(Label(layer, 920, y))
            for x, value in zip(columns, row, strict=True):
                text = translation.plain(float(value))
                weight = "bold" if text == "0" else "regular"
                parts.append(
                    Label(
                        text, x, y, 32, anchor="right", weight=weight,
                        colour="ink" if text == "0" else "muted",
                    )
                )  # fmt: skip
        parts.append(Label(self.text(ZERO), 920, 610, 26, colour="muted"))
        self.table = parts
        self.appear(*parts, seconds=0.6)

    def show_guess(self, beat: Beat) -> None:
        """Both networks guess while the digit walks on."""
        self.vanish(*self.table, self.difference, seconds=0.3)
        self.bars: list[tuple[Bars, Label]] = []
        shown: list[Any] = []
        for x, name, chances in zip(
            (880.0, 1373.0), (CNN_SAYS, DENSE_SAYS), self.lesson.chances, strict=True
        ):
            shown += self.make_bars(x, self.text(name), chances[0])
        shown.append(Label(self.text(BEFORE), 1824, 488, 24, colour="muted", anchor="right"))
        self.put(0)
        self.guess(0)
        self.appear(*shown, seconds=0.5)
        self.wait(0.6)
        each = (self.remaining - 1.5) / FAR
        for pixels in range(1, FAR + 1):
            self.put(pixels)
            self.walk_bars(pixels - 1, pixels, min(0.3, each / 2))
            self.wait(each - min(0.3, each / 2))
        self.put(self.lesson.shift)
        self.walk_bars(FAR, self.lesson.shift, 0.4)

    def make_bars(self, x: float, name: str, chances: np.ndarray) -> list[Any]:
        """Make ten bars on a line, their digits, and a tick where the first probability was."""
        at = [x + 22 + 45.0 * n for n in range(len(chances))]
        bars = Bars(
            np.zeros(len(at)), chances, at,
            low=0.0, high=1.0, begin=420.0, end=240.0, thickness=28, upright=True,
            colour="positive",
        )  # fmt: skip
        head = Label(name, x, 166, colour="muted")
        said = Label("", x + 450, 166, 34, weight="bold", anchor="right")
        self.bars.append((bars, said))
        digits = [
            Label(str(n), c, 448, 26, colour="muted", anchor="centre") for n, c in enumerate(at)
        ]
        label = self.lesson.label
        y = bars.place_of(float(chances[label]))
        tick = Line([(at[label] - 20, y), (at[label] + 20, y)], colour="ink", width=3)
        return [bars, head, said, *digits, tick]

    def guess(self, pixels: int) -> None:
        """Bring the answers to one shift."""
        for (bars, said), chances in zip(self.bars, self.lesson.chances, strict=True):
            bars.ends[...] = chances[pixels]
            best = int(chances[pixels].argmax())
            said.say(f"{best}  {fmt.probability(float(chances[pixels][best]))}")

    def walk_bars(self, start: int, end: int, seconds: float) -> None:
        """Let the bars grow from one shift's to another's."""

        def go(alpha: float) -> None:
            for (bars, _), chances in zip(self.bars, self.lesson.chances, strict=True):
                bars.ends[...] = chances[start] + (chances[end] - chances[start]) * alpha

        self.drive(go, seconds)
        self.guess(end)

    def show_curve(self, beat: Beat) -> None:
        """What holds for this digit, and what holds for ten thousand."""
        axes = Axes(
            970, 570, 740, 250, list(range(FAR + 1)), [0.0, 0.5, 1.0],
            x_text=lambda x: str(int(x)), y_text=lambda y: fmt.percent(y, 0),
        )  # fmt: skip
        shifts = range(FAR + 1)
        curves, names = [], []
        for name, network, own in ((terms.CNN, "cnn", True), (terms.DENSE, "dense", False)):
            places = axes.places(shifts, self.lesson.accuracy(network))
            look: dict[str, Any] = {"colour": "ink" if own else "muted", "dashed": not own}
            curves.append(Curve(places, marker="dot" if own else "ring", drawn=0.0, **look))
            x, y = places[-1]
            away = -14 if own else 14
            names.append(Label(self.text(name), x + 20, y + away, 26, colour=look["colour"]))
        at = axes.place(self.lesson.shift, 0)[0]
        marker = Line([(at, 570), (at, 820)], colour="muted", width=2)
        labels = [
            Label(self.text(CURVE), 880, 524, colour="muted"),
            Label(self.text(PIXELS), 1340, 888, 24, colour="muted", anchor="centre"),
        ]
        self.curve_parts = [*axes.parts, *labels, marker, *curves, *names]
        self.appear(*axes.parts, *labels, seconds=0.4)
        self.add(*curves)

        def draw(alpha: float) -> None:
            for curve in curves:
                curve.drawn = alpha

        self.drive(draw, 2.0)
        self.appear(*names, marker, seconds=0.3)

    def show_why(self, beat: Beat) -> None:
        """The nine places of the last map before and after the shift."""
        lesson = self.lesson
        self.vanish(*self.curve_parts, seconds=0.3)
        both = [lesson.by_place(0), lesson.by_place(lesson.shift)]
        limit = max(float(np.abs(values).max()) for values in both)
        parts: list[Any] = [Label(self.text(PLACES.fill(k=lesson.label)), 880, 524, colour="muted")]
        names = (IN_PLACE, MOVED.fill(n=lesson.shift))
        for x, name, values in zip((880.0, 1373.0), names, both, strict=True):
            parts.append(PixelGrid(values, x, 596, 72, limit=limit, numbers=True, text_size=26))
            parts.append(Label(self.text(name), x, 570, 26, colour="muted"))
            total = float(values.sum())
            text = LOGIT.fill(
                s=fmt.number(total),
                b=("+ " if lesson.bias() >= 0 else f"{fmt.MINUS} ")
                + fmt.number(abs(lesson.bias())),
                z=fmt.number(total + lesson.bias()),
            )
            parts.append(Label(self.text(text), x, 842, 26))
        parts.append(Label(self.text(ROUNDED), 880, 888, 24, colour="muted"))
        self.appear(*parts, seconds=0.6)

    def show_answer(self, beat: Beat) -> None:
        """All of it stays."""
