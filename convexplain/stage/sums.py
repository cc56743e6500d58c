"""From a sum to an activated value: sum, bias, value, ReLU, one below the other."""

from __future__ import annotations

from manim.mobject.mobject import Mobject

from convexplain.ops import Breakdown
from convexplain.stage.grid import PixelGrid
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label
from convexplain.style import format as fmt


class SumColumn(Mobject):
    """A column of numbers that a viewer can check: sum, bias, their sum, and what ReLU leaves.

    Parameters
    ----------
    left, right : float
        Names begin at `left`, numbers end at `right`, in pixels of the stage.
    top : float
        Of the column; it is 246 pixels high.
    names : (str, str)
        Of the sum and the bias.
    limit : float
        Where the colours of the box end, as for `PixelGrid`.

    Attributes
    ----------
    sum, bias, value, result : tuple of Mobject
        What appears together, in this order.
    box : PixelGrid
        The activated value, in `frame`.

    Examples
    --------
    ::

        column = SumColumn(1176, 1336, 226, ("sum", "bias"), limit=1.7)
        column.tell(step.breakdown())
        self.appear(*column.sum, *column.bias)
        self.appear(*column.value)
        self.appear(*column.result)
    """

    BOX = 80.0

    def __init__(
        self, left: float, right: float, top: float, names: tuple[str, str], *, limit: float
    ) -> None:
        super().__init__()
        rows = ((names[0], 20.0), (names[1], 68.0), ("=", 126.0))
        labels = [Label(name, left, top + y, colour="muted") for name, y in rows]
        self.numbers = [Label("", right, top + y, 34, anchor="right") for _, y in rows]
        self.sum = (labels[0], self.numbers[0])
        self.bias = (labels[1], self.numbers[1])
        self.value = (Line([(left, top + 97), (right, top + 97)]), labels[2], self.numbers[2])
        self.box = PixelGrid(
            [[0.0]],
            right - self.BOX,
            top + 166,
            self.BOX,
            limit=limit,
            numbers=True,
            text_size=28,
            bold=True,
            lines=False,
        )
        self.frame = WindowFrame(self.box, 0, 0)
        relu = Label("ReLU", left, top + 166 + self.BOX / 2, colour="muted")
        self.result = (relu, self.box, self.frame)
        self.add(*self.sum, *self.bias, *self.value, *self.result)

    def tell(self, account: Breakdown) -> SumColumn:
        """Show the numbers of one stop."""
        bias = fmt.number(account.bias, sign=True)
        texts = (fmt.number(account.total), bias, fmt.number(account.value))
        for label, text in zip(self.numbers, texts, strict=True):
            label.say(text)
        self.box.values[...] = account.activated
        return self
