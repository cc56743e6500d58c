"""Bars for signed numbers: side by side, or each beginning where the one before ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.stage.canvas import Canvas
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import Rect

Box = tuple[float, float, float, float]


class Bars(StageMobject):
    """Bars along one axis of numbers, blue where they go up, orange where they go down.

    Parameters
    ----------
    starts, ends : array_like of float, shape (bars,)
        Where each bar begins and ends, as numbers; see `running` for a waterfall.
    at : sequence of float, shape (bars,)
        Where the middle of each bar's thickness lies: y in pixels of the stage, or x if upright.
    low, high : float
        The numbers at both ends of the axis.
    begin, end : float
        Where `low` and `high` lie: x in pixels of the stage, or y if upright.
    thickness : float
        Of a bar, in pixels of the stage.
    upright : bool
        Whether the numbers go up, and the bars stand side by side.
    joined : bool
        Whether a thin line leads from the end of each bar to the next.
    colour : str
        Token of the theme for all bars, where their sign says nothing.
    rest : float
        How far the line at zero reaches beyond the outer bars, in pixels of the stage; negative
        draws none.

    Attributes
    ----------
    starts, ends : numpy.ndarray of float64
        May be changed in place while a scene runs.
    drawn : numpy.ndarray of float32, shape (bars,)
        How much of each bar is there, 0 to 1, from its start.
    shares : numpy.ndarray of float32, shape (bars,)
        Opacity of each bar: what is not spoken of is dimmed.

    Raises
    ------
    ValueError
        If the axis has no length, or there is not one place for each bar.

    Examples
    --------
    Three numbers and their sum as a waterfall::

        numbers = [0.29, -0.15, 0.20]
        starts, ends = running([*numbers, -sum(numbers)])
        bars = Bars([*starts[:3], 0], [*ends[:3], sum(numbers)], [260, 336, 412, 500],
                    low=0, high=0.4, begin=900, end=1200, joined=True)
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "drawn", "shares")

    def __init__(
        self,
        starts: npt.ArrayLike,
        ends: npt.ArrayLike,
        at: Sequence[float],
        *,
        low: float,
        high: float,
        begin: float,
        end: float,
        thickness: float = 30.0,
        upright: bool = False,
        joined: bool = False,
        colour: str = "",
        rest: float = 8.0,
        opacity: float = 1.0,
    ) -> None:
        if not low < high:
            raise ValueError(f"an axis from {low:g} to {high:g} has no length: let it rise")
        self.starts = np.array(starts, dtype=np.float64)
        self.ends = np.array(ends, dtype=np.float64)
        if not self.starts.shape == self.ends.shape == (len(at),):
            raise ValueError(
                f"{self.starts.size} starts, {self.ends.size} ends and {len(at)} places: "
                "give one of each for every bar"
            )
        self.low, self.high = low, high
        self.upright, self.joined, self.colour, self.rest = upright, joined, colour, rest
        first, last = min(at) - thickness / 2, max(at) + thickness / 2
        # Places and thickness as shares of the whole, so that bars follow when Manim moves them.
        self._at = (np.array(at) - first) / (last - first)
        self._half = thickness / 2 / (last - first)
        if upright:
            corners = [(first, end), (last, end), (first, begin)]
        else:
            corners = [(begin, first), (end, first), (begin, last)]
        super().__init__(corners, opacity=opacity)
        self.drawn = np.ones(len(at), dtype=np.float32)
        self.shares = np.ones(len(at), dtype=np.float32)

    def box(self, n: int) -> Box:
        """Return left, top, right and bottom of a bar as drawn now, in pixels of the stage."""
        start, end = self.starts[n], self.ends[n]
        reached = start + (end - start) * float(self.drawn[n])
        ends = sorted((self.place_of(float(start)), self.place_of(float(reached))))
        sides = self._across(self._at[n] - self._half), self._across(self._at[n] + self._half)
        if self.upright:
            return sides[0], ends[0], sides[1], ends[1]
        return ends[0], sides[0], ends[1], sides[1]

    def place_of(self, number: float) -> float:
        """Return where a number lies on the axis: x in pixels of the stage, or y if upright."""
        share = (number - self.low) / (self.high - self.low)
        places = self.places
        if self.upright:
            return float(places[2, 1] + share * (places[0, 1] - places[2, 1]))
        return float(places[0, 0] + share * (places[1, 0] - places[0, 0]))

    def _across(self, share: float) -> float:
        """Return the place at a share of the way over all bars."""
        places, corner, axis = self.places, (1 if self.upright else 2), (0 if self.upright else 1)
        return float(places[0, axis] + share * (places[corner, axis] - places[0, axis]))

    def areas(self) -> list[Box]:
        """Return the boxes of all bars that can be seen: no label may lie on them."""
        return [self.box(int(n)) for n in np.flatnonzero(self.drawn * self.shares > 0)]

    def state(self) -> State:
        """Return all that its looks depend on."""
        arrays = (self.starts, self.ends, self.drawn, self.shares)
        return (*super().state(), self.low, self.high, *(array.tobytes() for array in arrays))

    def reach(self) -> float:
        """The line at zero reaches beyond the bars."""
        return max(self.rest, 0.0) + 2

    def paint(self, canvas: Canvas) -> None:
        """Paint the line at zero, the bars, and what joins them."""
        if self.opacity <= 0:
            return
        if self.rest >= 0 and self.low <= 0 <= self.high:
            zero, reach = self.place_of(0.0), self.rest
            self._stroke(canvas, zero, self._across(0) - reach, self._across(1) + reach, "line")
        for n in range(len(self.starts)):
            share = float(self.shares[n])
            if self.drawn[n] <= 0 or share <= 0 or self.starts[n] == self.ends[n]:
                continue
            rising = self.ends[n] >= self.starts[n]
            token = self.colour or ("positive" if rising else "negative")
            self._fill(canvas, self._in_pixels(canvas, self.box(n)), token, share)
            if self.joined and n:
                lower = self._across(self._at[n - 1] + self._half)
                upper = self._across(self._at[n] - self._half)
                self._stroke(canvas, self.place_of(float(self.starts[n])), lower, upper, "muted")

    def _in_pixels(self, canvas: Canvas, box: Box) -> Rect:
        """Round a bar to whole pixels; one that is not 0 shows, however short."""
        left, top, right, bottom = (round(side * canvas.scale) for side in box)
        if self.upright:
            return Rect(left, top if bottom > top else bottom - 1, right, bottom)
        return Rect(left, top, max(right, left + 1), bottom)

    def _stroke(self, canvas: Canvas, along: float, first: float, last: float, token: str) -> None:
        """Paint a thin line across the axis at one place of it."""
        width = max(1, round(1.5 * canvas.scale))
        middle = round(along * canvas.scale) - width // 2
        start, stop = round(first * canvas.scale), round(last * canvas.scale)
        if self.upright:
            rect = Rect(start, middle, stop, middle + width)
        else:
            rect = Rect(middle, start, middle + width, stop)
        self._fill(canvas, rect, token, 1.0)

    def _fill(self, canvas: Canvas, rect: Rect, token: str, share: float) -> None:
        if rect.empty:
            return
        colour = np.array(canvas.colour(token), dtype=np.uint8)
        strip = np.broadcast_to(colour, (rect.bottom - rect.top, rect.right - rect.left, 3))
        canvas.paste(strip, rect.left, rect.top, opacity=self.opacity * share)


def running(addends: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return where each bar of a waterfall begins and ends: the sums before and after it.

    Parameters
    ----------
    addends : array_like of float, shape (n,)
        The numbers that are added, in order.

    Returns
    -------
    starts, ends : numpy.ndarray of float64, shape (n,)
        ``ends[i] == starts[i] + addends[i]``, and each bar starts where the one before ends.

    Examples
    --------
    >>> starts, ends = running([2.0, -0.5, 1.0])
    >>> starts.tolist(), ends.tolist()
    ([0.0, 2.0, 1.5], [2.0, 1.5, 2.5])
    """
    ends = np.cumsum(np.asarray(addends, dtype=np.float64))
    return np.concatenate([[0.0], ends[:-1]]), ends
