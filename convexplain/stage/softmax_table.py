"""The arithmetic of a softmax as a table: a row for each class, a column for each operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from convexplain.stage.bars import Bars
from convexplain.stage.formula import Formula
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label
from convexplain.stage.units import Points
from convexplain.style import format as fmt

# Rows, and right edges of the columns, in pixels of the stage.
_FIRST, _PITCH, _LAST = 290.0, 56.0, 876.0
_DIGIT, _Z, _SHIFTED, _POWER, _SHARE, _BAR, _END = 480, 660, 860, 1069, 1296, 1331, 1824
_WORDS_Y, _HEAD_Y, _RULE_Y, _SUM_Y = 124.0, 196.0, 244.0, 832.0
_DIM, _LIKELY = 0.4, 0.01


class SoftmaxTable:
    """The mobjects of the table, at their places; a scene shows them column by column.

    Class, logit z, z - m, e^(z - m), probability p, and its bar. Rows of classes below 1% are
    muted, the most probable one is bold.

    Parameters
    ----------
    rows : sequence of (float, float, float, float)
        z, z - m, e^(z - m) and p of each class; up to ten.
    words : mapping of str to str
        Headings "class", "z", "shifted", "power", "share", and what follows the m below, "m".

    Attributes
    ----------
    shifted, powers, shares : list of Label
        The columns that are computed.
    bars : Bars
        Probabilities, 0 to 1.
    heads : dict of str to list of Mobject
        Words and formula above the columns "z", "shifted", "power", "share".
    frame : list of Mobject
        Heading of the classes, and the rule below all headings.
    m : list of Mobject
        What m is.
    sum : list of Mobject
        The line above the sum of the powers, and its name.
    total : Label
        The sum itself.
    ys : list of float
        Of the rows, in pixels of the stage.
    best : int
        The most probable class.
    """

    def __init__(
        self, rows: Sequence[tuple[float, float, float, float]], words: Mapping[str, str]
    ) -> None:
        self.ys = [_FIRST + _PITCH * n for n in range(len(rows))]
        _, shifted, powers, shares = zip(*rows, strict=True)
        self.best = int(np.argmax(shares))
        self.colours = ["ink" if share > _LIKELY else "muted" for share in shares]
        self.shifted = self._column(map(fmt.number, shifted), _SHIFTED)
        self.powers = self._column(map(power_text, powers), _POWER)
        self.shares = self._column(map(fmt.percent, shares), _SHARE)
        winner = fmt.percent(shares[self.best])
        self.shares[self.best] = Label(
            winner, _SHARE, self.ys[self.best], weight="bold", anchor="right"
        )
        self.bars = Bars(
            np.zeros(len(rows)), shares, self.ys, low=0, high=1, begin=_BAR, end=_END, rest=-1
        )
        self.heads = {
            name: [
                Label(words[name], right, _WORDS_Y, 26, colour="muted", anchor="right"),
                Formula(formula, right, _HEAD_Y, 36, anchor="right"),
            ]
            for name, formula, right in (
                ("z", "z_k", _Z),
                ("shifted", "z_k - m", _SHIFTED),
                ("power", "e^(z_k - m)", _POWER),
                ("share", "p_k = e^(z_k - m) / Sigma", _SHARE),
            )
        }
        self.frame = [
            Label(words["class"], _DIGIT, _HEAD_Y, colour="muted", anchor="centre"),
            Line([(_DIGIT - 40, _RULE_Y), (_END, _RULE_Y)], colour="line"),
        ]
        self.m = [
            Formula("m", _DIGIT - 40, _LAST, 36),
            Label(words["m"], _DIGIT - 2, _LAST, colour="muted"),
        ]
        self.sum = [
            Line([(_POWER - 130, _SUM_Y), (_POWER + 4, _SUM_Y)]),
            Formula("Sigma =", _POWER - 100, _LAST, 36, anchor="right"),
        ]
        total = fmt.number(sum(powers), 3)
        self.total = Label(total, _POWER, _LAST, weight="bold", anchor="right")

    def _column(self, texts: Iterable[str], right: float) -> list[Label]:
        return [
            Label(text, right, y, colour=colour, anchor="right")
            for text, y, colour in zip(texts, self.ys, self.colours, strict=True)
        ]

    def goal(self, n: int, label: Label, column: str) -> Points:
        """Return where a label from elsewhere goes as the class or the logit of a row.

        Parameters
        ----------
        n : int
            The row.
        label : Label
            With its own anchor; it takes the row's colour at once.
        column : {"class", "z"}
            Classes are centred, logits end at the right edge of their column.
        """
        label.colour = self.colours[n]
        left, width = label.places[0, 0], label.places[1, 0] - label.places[0, 0]
        start = _Z - width if column == "z" else _DIGIT - width / 2
        down = self.ys[n] - label.anchor_place()[1]
        return label.points + np.array([start - left, -down, 0]) / 135.0

    def falling(self) -> list[Label]:
        """Return copies of the powers, which may fall into their sum."""
        return [
            Label(label.text, _POWER, y, colour=label.colour, anchor="right")
            for label, y in zip(self.powers, self.ys, strict=True)
        ]

    def fall(self, labels: list[Label], share: float) -> None:
        """Bring the copies so far down to the sum, and let them melt into it."""
        for label, y in zip(labels, self.ys, strict=True):
            width, half = label.places[1, 0] - label.places[0, 0], label.drawn_size() / 2
            now = y + (_LAST - y) * share
            left = _POWER - float(width)
            label.places = [(left, now - half), (_POWER, now - half), (left, now + half)]
            label.opacity = 1 - share**3

    def grow(self, share: float) -> None:
        """Draw so much of the probabilities and their bars."""
        self.bars.drawn[...] = share
        for label in self.shares:
            label.opacity = share

    def light(self, rows: set[int] | None, columns: list[list[Label]]) -> Any:
        """Return a function of 0 to 1 that dims all rows but these; none is dimmed if None."""
        goals = [
            (label, label.opacity, 1.0 if rows is None or n in rows else _DIM)
            for column in columns
            for n, label in enumerate(column)
        ]
        bars = np.array([1.0 if rows is None or n in rows else _DIM for n in range(len(self.ys))])
        before = self.bars.shares.copy()

        def change(alpha: float) -> None:
            for label, start, goal in goals:
                label.opacity = start + (goal - start) * alpha
            self.bars.shares[...] = before + (bars - before) * alpha

        return change


def power_text(power: float) -> str:
    """Print a power of e with three decimals; what is too small for them says so.

    Examples
    --------
    >>> power_text(0.4131), power_text(1e-9)
    ('0.413', '<0.001')
    """
    return fmt.number(power, 3) if power >= 0.0005 else "<0.001"
