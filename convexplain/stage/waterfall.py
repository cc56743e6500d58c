"""A sum told row by row: names, bars that begin where the one before ends, numbers, the total."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from manim.mobject.mobject import Mobject

from convexplain.stage.bars import Bars, running
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label
from convexplain.style import format as fmt


class Waterfall(Mobject):
    """Addends as bars on one axis, each with its name and its number, and their sum below a rule.

    Nothing can be seen at first: `row` lets the addends come one after another.

    Parameters
    ----------
    names : sequence of str, shape (n,)
        What each addend is called; empty for one that is named otherwise.
    addends : sequence of float, shape (n,)
        The numbers that are added.
    total : str
        What stands before the bar of the sum.
    rows : sequence of float, shape (n + 1,)
        The middle of each row and of the total's, in pixels of the stage.
    left : float
        Where names begin.
    begin, end : float
        Where the axis of the bars begins and ends.
    right : float
        Where numbers end.
    thickness : float
        Of the bars.
    size : float
        Of the numbers; names have 28 pixels.

    Attributes
    ----------
    names, numbers : list of Label
        One for each addend; the last name is the total's.
    bars : Bars
        The addends and, last, their sum.
    rule : Line
        Above the total.

    Examples
    --------
    ::

        fall = Waterfall(["channel 1", "bias"], [0.33, -0.09], "sum", [300, 376, 480],
                         left=530, begin=900, end=1200, right=1330)
        self.add(fall)
        for n in range(3):
            self.drive(fall.row(n), 0.5)
    """

    def __init__(
        self,
        names: Sequence[str],
        addends: Sequence[float],
        total: str,
        rows: Sequence[float],
        *,
        left: float,
        begin: float,
        end: float,
        right: float,
        thickness: float = 30.0,
        size: float = 32.0,
    ) -> None:
        super().__init__()
        starts, ends = running(addends)
        value = float(ends[-1])
        low, high = min(0.0, *ends), max(0.0, *ends)
        self.bars = Bars(
            [*starts, 0.0],
            [*ends, value],
            rows,
            # An axis needs a length even if all addends are 0.
            low=low,
            high=high if high > low else low + 1.0,
            begin=begin,
            end=end,
            thickness=thickness,
            joined=True,
        )
        self.names = [
            Label(name, left, y, colour="ink" if n == len(addends) else "muted")
            for n, (name, y) in enumerate(zip([*names, total], rows, strict=True))
        ]
        self.numbers = [
            Label(fmt.number(addend, sign=True), right, y, size, anchor="right")
            for addend, y in zip(addends, rows, strict=False)
        ]
        above = (rows[-2] + rows[-1]) / 2 - thickness / 4
        self.rule = Line([(left, above), (right, above)], opacity=0.0)
        self.bars.drawn[...] = 0
        for label in (*self.names, *self.numbers):
            label.opacity = 0.0
        self.add(self.rule, self.bars, *self.names, *self.numbers)

    def row(self, n: int) -> Callable[[float], None]:
        """Return what lets one row come, the last being the total, for `StageScene.drive`."""

        def come(alpha: float) -> None:
            self.bars.drawn[n] = alpha
            self.names[n].opacity = alpha
            if n < len(self.numbers):
                self.numbers[n].opacity = alpha
            else:
                self.rule.opacity = alpha

        return come
