"""A chart of before and after: two measured numbers for each series, joined by a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from convexplain.stage.chart import Axes, Curve
from convexplain.stage.mobject import StageMobject
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label

_AWAY = 24.0  # from a point to its label, and from a label to the nearest line
Range = tuple[float, float]


class Series(NamedTuple):
    """One series, in the order in which it is shown."""

    before: list[StageMobject]
    curve: Curve
    after: list[StageMobject]

    @property
    def parts(self) -> list[StageMobject]:
        """All that there is."""
        return [*self.before, self.curve, *self.after]


class Slope:
    """Scales for numbers before and after a change.

    Parameters
    ----------
    left, top, width, height : float
        Of the plotting area, in pixels of the stage.
    names : (str, str)
        What stands below the two columns.
    ticks : sequence of float
        Of the scale; the first and the last are its ends.
    text : callable
        Makes a tick's label.

    Examples
    --------
    ::

        slope = Slope(930, 250, 790, 500, ("in place", "shuffled"), [0.92, 0.96, 1.0], percent)
        self.appear(*slope.parts)
        cnn = slope.series((0.98, 0.94), ((0.97, 0.99), (0.93, 0.95)), ("CNN 98%", "94%"))
        self.appear(*cnn.before)
        self.add(cnn.curve)
        self.play(cnn.curve.animate.set_drawn(1.0), run_time=0.8)
        self.appear(*cnn.after)
    """

    def __init__(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        names: tuple[str, str],
        ticks: Sequence[float],
        text: Callable[[float], str],
    ) -> None:
        columns = {1.0: names[0], 2.0: names[1]}
        self.axes = Axes(
            left,
            top,
            width,
            height,
            [0, 1, 2, 3],
            ticks,
            x_text=lambda x: columns.get(float(x), ""),
            y_text=text,
        )
        self._lines = [self.axes.place(0, tick)[1] for tick in ticks]

    @property
    def parts(self) -> list[StageMobject]:
        """Lines and labels of the scales."""
        return self.axes.parts

    def series(
        self,
        values: tuple[float, float],
        ranges: tuple[Range, Range],
        texts: tuple[str, str],
        *,
        main: bool = True,
    ) -> Series:
        """Make a series; its curve is not drawn yet.

        Parameters
        ----------
        values : (float, float)
            Before and after.
        ranges : ((float, float), (float, float))
            Lowest and highest that were measured, as thin upright lines.
        texts : (str, str)
            Left of the first point, and right of the second.
        main : bool
            In ink with dots, or muted and dashed with rings.
        """
        colour, weight = ("ink", "bold") if main else ("muted", "regular")
        points = [self.axes.place(x, value) for x, value in zip((1, 2), values, strict=True)]
        upright = [
            Line([self.axes.place(x, low), self.axes.place(x, high)], colour=colour)
            for x, (low, high) in zip((1, 2), ranges, strict=True)
        ]
        (x0, y0), (x1, y1) = points
        labels = [
            Label(
                texts[0], x0 - _AWAY, self._clear(y0), colour=colour, weight=weight, anchor="right"
            ),
            Label(texts[1], x1 + _AWAY, self._clear(y1), colour=colour, weight=weight),
        ]
        curve = Curve(
            points,
            colour=colour,
            dashed=not main,
            marker="dot" if main else "ring",
            drawn=0.0,
        )
        return Series([labels[0], upright[0]], curve, [labels[1], upright[1]])

    def _clear(self, y: float) -> float:
        """Return where a label next to `y` can stand without a line of the scale through it."""
        nearest = min(self._lines, key=lambda line: abs(line - y))
        if abs(nearest - y) >= _AWAY:
            return y
        return nearest + (_AWAY if y >= nearest else -_AWAY)
