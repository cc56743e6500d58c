"""A lesson's title card: where it stands in the film, its name, its question."""

from __future__ import annotations

from convexplain.lessons import _card
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import Label, Line, WindowFrame
from convexplain.stage.cards import COLUMN, SQUARE, CardScene
from convexplain.stage.lesson_scene import MARGIN

SIZE = 3  # of the windows: the first layer's kernels
DIMMED = 0.32


class Card(CardScene):
    """Plays the card before a lesson."""

    lesson_type = _card.Card
    lesson: _card.Card

    def announce(self, beat: Beat) -> None:
        """A card is its own heading."""

    def prepare(self) -> None:
        """Make words, bars and the grid with its windows."""
        lesson = self.lesson
        pixels = lesson.shown_picture.pixels.squeeze(axis=2)
        self.digit = self.grid(self.theme.picture(pixels) / 255)
        # The last line of the name stays where it is, however many there are.
        name = self.lines(self.text(lesson.heading), 500, 96, 1.16, bold=True, most=2)
        up = 500 - name[-1].anchor_place()[1]
        for label in name:
            label.places = [(x, y + up) for x, y in label.places.tolist()]
        self.name = name
        self.question = self.lines(self.text(lesson.asked), 600, 38, 1.37)
        self.number = Label(self.text(lesson.numbered), MARGIN, 246, 34, colour="muted")
        left, top, side = SQUARE
        self.legend = Label(self.text(lesson.legend), left, top + side + 36, 26, colour="muted")
        self.windows = [
            WindowFrame(self.digit, row, col, SIZE, SIZE, colour="accent" if first else "ink")
            for first, (row, col) in zip(
                [True, *[False] * len(lesson.places)], lesson.places, strict=False
            )
        ]
        self.bars = self._bars()

    def _bars(self) -> list[Line]:
        """One bar a lesson: those that are over, this one, those to come."""
        count, gap = self.lesson.count, 12.0
        wide = min(84.0, (COLUMN + gap) / count - gap)
        made = []
        for number in range(1, count + 1):
            x = MARGIN + (number - 1) * (wide + gap)
            current = number == self.lesson.number
            colour = "ink" if current else "muted" if number < self.lesson.number else "line"
            made.append(Line([(x, 886), (x + wide, 886)], colour=colour, width=8))
        return made

    def show_card(self, beat: Beat) -> None:
        """Words and digit come, the windows one by one, and all goes again."""
        words = [self.number, *self.name, *self.question, *self.bars]
        self.appear(self.digit, *words, seconds=0.4)
        places = self.lesson.places

        def dim(alpha: float) -> None:
            self.digit.shares[...] = 1 - (1 - DIMMED) * alpha

        self.drive(dim, 0.3)
        for window, (row, col) in zip(self.windows, places, strict=True):
            self.digit.shares[row : row + SIZE, col : col + SIZE] = 1
            self.appear(window, seconds=0.3)
        self.appear(self.legend, seconds=0.3)
        self.wait(self.remaining - 0.3)
        self.vanish(self.digit, *words, *self.windows, self.legend, seconds=0.3)
