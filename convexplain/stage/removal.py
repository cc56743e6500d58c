"""Cells taken out one after another: what each one adds, and what is left of an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject

from convexplain.stage.chart import Axes, Curve
from convexplain.stage.grid import PixelGrid
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.text import Label
from convexplain.style import format as fmt


class Removal:
    """A strip with a cell for every number, and the chart of a probability as they are set to 0.

    Parameters
    ----------
    addends : array_like of float, shape (rows, columns)
        What each cell adds to the answer.
    order : sequence of int
        Which of them go, as flat indices, first to last.
    probabilities : sequence of float, shape (len(order) + 1,)
        Of the answer, with 0, 1, 2, ... cells gone.
    strip : (left, top, cell)
        Where the strip lies and how large a cell is, in pixels of the stage.
    chart : (left, top, width, height)
        The plotting area.
    counter : (x, y)
        Where the number of cells that are gone begins.
    count_text : callable
        Makes the label at the end of the chart's axis.

    Attributes
    ----------
    strip : PixelGrid
    limit : float
        Where its colours end.
    chart : list of Mobject
        Axes, curve and counter.
    """

    def __init__(
        self,
        addends: npt.ArrayLike,
        order: Sequence[int] | npt.NDArray[np.intp],
        probabilities: Sequence[float],
        *,
        strip: tuple[float, float, float],
        chart: tuple[float, float, float, float],
        counter: tuple[float, float],
        count_text: Callable[[int], str],
    ) -> None:
        values = np.asarray(addends, dtype=np.float64)
        self.order = np.asarray(order, dtype=np.intp)
        # A scale needs a length even if nothing adds anything.
        self.limit = float(np.abs(values).max()) or 1.0
        self.strip = PixelGrid(values, *strip, limit=self.limit, lines=False, frame=2)
        self._addends = values.ravel().copy()
        self._end = max(len(self.order), 1)
        self.axes = Axes(
            *chart,
            [0, self._end],
            [0, 0.5, 1],
            x_text=lambda n: count_text(int(n)) if n else "0",
            y_text=lambda y: fmt.percent(y, 0),
            size=24,
        )
        numbers = range(len(self.order) + 1)
        self.curve = Curve(self.axes.places(numbers, probabilities), marker="none", drawn=0.0)
        self.counter = Label("0", *counter, 56, weight="bold")
        self.chart: list[Mobject] = [*self.axes.parts, self.curve, self.counter]

    def tell(self, removed: float) -> int:
        """Show what is left without so many cells; a fraction fades the next one.

        Returns
        -------
        int
            How many are gone, as the counter says.
        """
        whole = int(removed)
        left = self.strip.values.reshape(-1)
        left[...] = self._addends
        left[self.order[:whole]] = 0
        left[self.order[whole : whole + 1]] *= 1 - (removed - whole)
        self.curve.drawn = removed / self._end
        self.counter.say(fmt.count(whole))
        return whole

    def marked(self, cell: int) -> WindowFrame:
        """Make a window around a cell, given as a flat index."""
        return WindowFrame(self.strip, *divmod(cell, self.strip.shape_in_cells[1]), line=3)

    def at(self, removed: int) -> Line:
        """Make an upright line in the chart, at a number of cells."""
        x, top = self.axes.place(removed, 1.0)
        return Line([(x, top), (x, top + self.axes.height)], opacity=0.6)
