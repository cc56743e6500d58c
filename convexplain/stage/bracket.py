"""Numbers one below the other, and a bracket around them: together they make one."""

from __future__ import annotations

from collections.abc import Sequence

from manim.mobject.mobject import Mobject

from convexplain.stage.shapes import Line
from convexplain.stage.text import Label
from convexplain.style import format as fmt


class Bracket(Mobject):
    """Signed numbers at the right of their rows, a bracket, and an arrow out of its middle.

    Parameters
    ----------
    numbers : sequence of float
        From top to bottom.
    middles : sequence of float
        The middle of each one's row, in pixels of the stage.
    right : float
        Where the numbers end.
    tip : float
        Where the arrow ends; the bracket stands between.

    Attributes
    ----------
    numbers : list of Label
    lines : list of Line
        Bracket and arrow.
    """

    def __init__(
        self, numbers: Sequence[float], middles: Sequence[float], right: float, tip: float
    ) -> None:
        super().__init__()
        self.numbers = [
            Label(fmt.number(number, sign=True), right, y, 34, anchor="right")
            for number, y in zip(numbers, middles, strict=True)
        ]
        top, bottom = middles[0] - 20, middles[-1] + 20
        inner, outer, middle = right + 14, right + 30, (middles[0] + middles[-1]) / 2
        self.lines = [
            Line([(inner, top), (outer, top), (outer, bottom), (inner, bottom)]),
            Line([(outer, middle), (tip, middle)], arrow=True),
        ]
        self.add(*self.numbers, *self.lines)
