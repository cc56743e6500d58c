"""Sum, bias and value in one line, on fixed columns: nothing jumps while the numbers run."""

from __future__ import annotations

from convexplain.ops import Breakdown
from convexplain.stage.mobject import StageMobject
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label
from convexplain.style import format as fmt


class RunningLine:
    """``0.61 + 0.02 = 0.63 →``, with a word above each number; what ReLU gives stands behind it.

    Parameters
    ----------
    left, y : float
        The left end and the middle of the line, in pixels of the stage.
    words : (str, str, str)
        What the sum, the bias and the activation are called.

    Attributes
    ----------
    parts : list of StageMobject
        To be added to a scene. The arrow ends 512 pixels right of `left`.
    """

    def __init__(self, left: float, y: float, words: tuple[str, str, str]) -> None:
        self._numbers = [Label("", left + x, y, 44, anchor="centre") for x in (60.0, 227.0, 392.0)]
        self._sign = Label("+", left + 144, y, 44, colour="muted", anchor="centre")
        above = zip(words, (60.0, 227.0, 464.0), strict=True)
        self.parts: list[StageMobject] = [
            *self._numbers,
            self._sign,
            Label("=", left + 309, y, 44, colour="muted", anchor="centre"),
            *(Label(w, left + x, y - 52, colour="muted", anchor="centre") for w, x in above),
            Line([(left + 450, y), (left + 512, y)], arrow=True),
        ]

    def show(self, account: Breakdown) -> None:
        """Bring the numbers to one stop: ``total + bias = value``."""
        sign, bias = fmt.addend(account.bias)
        self._sign.say(sign)
        texts = fmt.number(account.total), bias, fmt.number(account.value)
        for label, text in zip(self._numbers, texts, strict=True):
            label.say(text)
