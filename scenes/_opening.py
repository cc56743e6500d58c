"""The film's opening: a filter scans a digit; two accuracies, and the question why."""

from __future__ import annotations

import numpy as np

from convexplain.lessons import _opening
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import Label, WindowFrame
from convexplain.stage.cards import CardScene
from convexplain.stage.lesson_scene import MARGIN
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

SIZE = 3  # of the first layer's kernels
# Where the scan stops while the title stands, as a share of all places: a little way into a row.
PAUSE = 0.44

TOLD = Caption(en="in the chapter: {v}", zh="教材中：{v}")
MEASURED = Caption(en="test accuracy, measured here", zh="测试准确率，本片实测")
WHY = Caption(en="Why?", zh="为什么？")
LEGEND = Caption(
    en="Filter {n} of {layer}: blue where it fits, orange where it does not",
    zh="{layer} 的过滤器 {n}：蓝色为正响应，橙色为负响应",
)


class Opening(CardScene):
    """Plays the opening of the film."""

    lesson_type = _opening.Opening
    lesson: _opening.Opening

    def announce(self, beat: Beat) -> None:
        """The title is a card; what follows has heading and caption."""
        if beat.name == "scores":
            self.vanish(*self.words, seconds=0.3)
        if beat.name != "title":
            super().announce(beat)

    def prepare(self) -> None:
        """Make the words, and the colours of digit and map."""
        lesson = self.lesson
        response = lesson.response
        limit = float(np.abs(response).max())
        self.picture = self.theme.picture(lesson.shown_picture.pixels.squeeze(axis=2)) / 255
        self.map = self.theme.signed(response, limit) / 255
        self.digit = self.grid(self.picture)
        self.window = WindowFrame(self.digit, 0, 0, SIZE, SIZE)
        self.fed = WindowFrame(self.digit, 1, 1)
        self.words = [
            Label("convexplain", MARGIN, 246, 34, colour="muted"),
            *self.lines(self.text(lesson.title), 490, 104, 1.18, bold=True),
            *self.lines(self.text(lesson.subtitle), 706, 38, 1.37),
        ]
        self.table = [
            self._score(score, y) for score, y in zip(lesson.scores, (300, 560), strict=True)
        ]
        self.measured = Label(self.text(MEASURED), MARGIN, 200, 28, colour="muted")
        self.why = Label(self.text(WHY), MARGIN, 820, 72, weight="bold")
        self.legend = Label(
            self.text(LEGEND.fill(n=lesson.filter, layer=lesson.layer)),
            self.digit.places[0, 0],
            934,
            24,
            colour="muted",
        )

    def _score(self, score: _opening.Score, y: float) -> list[Label]:
        told = fmt.percent(score.told, 2 if round(1000 * score.told) != 1000 * score.told else 1)
        return [
            Label(self.text(score.network), MARGIN, y, 44),
            Label(fmt.percent(score.measured, 2), MARGIN, y + 100, 112, weight="bold"),
            Label(self.text(TOLD.fill(v=told)), MARGIN + 420, y + 118, 34, colour="muted"),
        ]

    def scan(self, begin: float, end: float, seconds: float) -> None:
        """Let the window move on; behind it lies what the filter responds."""
        rows, cols = self.map.shape[:2]

        def move(alpha: float) -> None:
            done = min(int((begin + (end - begin) * alpha) * rows * cols), rows * cols - 1)
            row, col = divmod(done, cols)
            values = self.digit.values
            values[...] = self.picture
            values[1 : row + 1, 1:-1] = self.map[:row]
            values[row + 1, 1 : col + 1] = self.map[row, :col]
            # Inside the window the pixels are shown: a filter never reads its own results.
            values[row : row + SIZE, col : col + SIZE] = self.picture[
                row : row + SIZE, col : col + SIZE
            ]
            values[row + 1, col + 1] = self.map[row, col]
            self.window.put(self.digit, row, col)
            self.fed.put(self.digit, row + 1, col + 1)

        self.drive(move, seconds)

    def show_title(self, beat: Beat) -> None:
        """A window scans the digit while the title comes."""
        self.appear(self.digit, self.window, self.fed, seconds=0.4)
        self.scan(0, 0.2, 0.9)
        self.add(*self.words)
        parts = list(self.words)

        def rise(alpha: float) -> None:
            for part in parts:
                part.opacity = alpha

        rise(0.0)
        self.drive(rise, 0.5)
        self.scan(0.2, PAUSE, 1.1)

    def show_scores(self, beat: Beat) -> None:
        """The scan is completed; one number for each network."""
        self.scan(PAUSE, 1, 1.5)
        self.digit.values[1:-1, 1:-1] = self.map
        self.vanish(self.window, self.fed, seconds=0.3)
        self.appear(self.measured, self.legend, *self.table[0], seconds=0.5)
        self.wait(0.5)
        self.appear(*self.table[1], seconds=0.5)

    def show_question(self, beat: Beat) -> None:
        """Both numbers stay."""
        self.appear(self.why, seconds=0.5)

    def show_promise(self, beat: Beat) -> None:
        """Everything goes at the end."""
