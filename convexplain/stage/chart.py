"""Charts on the stage: axes that map numbers to places, and curves that grow point by point."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import ClassVar, Literal, SupportsFloat

import cairo
import numpy as np

from convexplain.stage.canvas import Canvas, Pixels, coverage
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label

Marker = Literal["dot", "ring", "square", "none"]
_DASH = (12.0, 8.0)
_RADIUS = 7.0


class Axes:
    """The scales of a chart, with a thin line and a label for each tick.

    Parameters
    ----------
    left, top, width, height : float
        Of the plotting area, in pixels of the stage; labels lie outside it.
    x_ticks, y_ticks : sequence of float
        Where labels stand; the first and the last are the ends of the scales.
    x_text, y_text : callable
        Make a tick's label; use `convexplain.style.format`.
    log_x : bool
        Whether equal steps to the right multiply by the same factor.
    size : float
        Of the labels, in pixels of the stage.

    Attributes
    ----------
    parts : list of StageMobject
        Lines and labels, to be added to a scene.

    Raises
    ------
    ValueError
        If a scale has no length, or a logarithmic one holds a number that is not above zero.

    Examples
    --------
    ::

        axes = Axes(960, 252, 730, 500, [100, 1000, 10000], [0.7, 0.8, 0.9, 1.0],
                    x_text=count, y_text=lambda y: percent(y, 0), log_x=True)
        self.appear(*axes.parts)
        curve = Curve(axes.places(digits, accuracy), marker="dot")
        self.drive(curve.set_drawn, seconds=1.2)
    """

    def __init__(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        x_ticks: Sequence[float],
        y_ticks: Sequence[float],
        *,
        x_text: Callable[[float], str],
        y_text: Callable[[float], str],
        log_x: bool = False,
        size: float = 26.0,
    ) -> None:
        self.left, self.top, self.width, self.height = left, top, width, height
        if log_x and min(x_ticks) <= 0:
            raise ValueError(f"a logarithmic scale cannot begin at {min(x_ticks):g}: give more")
        self._transform = math.log if log_x else float
        self._x = self._transform(x_ticks[0]), self._transform(x_ticks[-1])
        self._y = float(y_ticks[0]), float(y_ticks[-1])
        if self._x[0] == self._x[1] or self._y[0] == self._y[1]:
            raise ValueError("a scale needs two different ends: give more ticks")
        self.parts: list[StageMobject] = []
        for tick in y_ticks:
            y = self.place(x_ticks[0], tick)[1]
            self.parts.append(Line([(left, y), (left + width, y)], colour="line", width=1.5))
            label = Label(y_text(tick), left - 16, y, size, colour="muted", anchor="right")
            self.parts.append(label)
        for tick in x_ticks:
            x = self.place(tick, y_ticks[0])[0]
            self.parts.append(
                Label(x_text(tick), x, top + height + 34, size, colour="muted", anchor="centre")
            )

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the chart lies, in pixels of the stage."""
        across = (self._transform(x) - self._x[0]) / (self._x[1] - self._x[0])
        up = (y - self._y[0]) / (self._y[1] - self._y[0])
        return self.left + across * self.width, self.top + (1 - up) * self.height

    def places(
        self, xs: Iterable[SupportsFloat], ys: Iterable[SupportsFloat]
    ) -> list[tuple[float, float]]:
        """Return where the points of a curve lie, in pixels of the stage."""
        return [self.place(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]


class Curve(StageMobject):
    """A line through measured points, each of them marked, that can grow from left to right.

    Parameters
    ----------
    places : sequence of (float, float)
        In pixels of the stage, as `Axes.places` gives them.
    colour : str
        Token of the theme; networks are told apart by dashes and markers, not by colour.
    width : float
        In pixels of the stage.
    dashed : bool
        Whether the line is dashed.
    marker : {"dot", "ring", "square", "none"}
        How the points are marked.
    drawn : float
        How much of it is there, as a share of its extent to the right; may be animated.
    """

    animated: ClassVar[tuple[str, ...]] = ("opacity", "drawn")

    def __init__(
        self,
        places: Sequence[tuple[float, float]],
        *,
        colour: str = "ink",
        width: float = 4.0,
        dashed: bool = False,
        marker: Marker = "dot",
        drawn: float = 1.0,
        opacity: float = 1.0,
    ) -> None:
        super().__init__(list(places), opacity=opacity)
        self.colour = colour
        self.width_px = width
        self.dashed = dashed
        self.marker = marker
        self.drawn = drawn

    def set_drawn(self, share: float) -> Curve:
        """Draw only what lies left of a share of its extent."""
        self.drawn = share
        return self

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.colour, self.drawn)

    def reach(self) -> float:
        """The markers."""
        return _RADIUS + self.width_px

    def paint(self, canvas: Canvas) -> None:
        """Draw line and markers."""
        if self.opacity <= 0 or self.drawn <= 0:
            return
        places = self.places
        end = places[0, 0] + self.drawn * (places[-1, 0] - places[0, 0]) + 1e-6
        reached = int(np.searchsorted(places[:, 0], end, side="right"))
        line = [tuple(place) for place in places[:reached]]
        if reached < len(places):
            start, stop = places[reached - 1], places[reached]
            share = (end - start[0]) / max(stop[0] - start[0], 1e-9)
            line.append(tuple(start + share * (stop - start)))
        scale = canvas.scale
        colour = canvas.colour(self.colour)
        style = (max(self.width_px * scale, 1.0), scale, self.dashed)
        canvas.stencil(*_line_mask(tuple(_scaled(line, scale)), *style), colour, self.opacity)
        if self.marker == "none":
            return
        at = tuple(_scaled(line[:reached], scale))
        canvas.stencil(*_marker_mask(at, self.marker, scale, 0.0), colour, self.opacity)
        if self.marker != "dot":
            # A ring is open: within it background covers the line.
            hole = _marker_mask(at, self.marker, scale, 0.55 * self.width_px * scale)
            canvas.stencil(*hole, canvas.colour("background"), self.opacity)


def _scaled(places: Sequence[tuple[float, ...]], scale: float) -> list[tuple[float, float]]:
    return [(round(place[0] * scale, 2), round(place[1] * scale, 2)) for place in places]


@lru_cache(maxsize=128)
def _line_mask(
    places: tuple[tuple[float, float], ...], width: float, scale: float, dashed: bool
) -> tuple[Pixels, int, int]:
    context, left, top = _blank(places, 2 * width)
    context.set_line_width(width)
    context.set_line_join(cairo.LINE_JOIN_ROUND)
    if dashed:
        context.set_dash([part * scale for part in _DASH])
    for place in places:
        context.line_to(*place)
    context.stroke()
    return coverage(context.get_target()), left, top


@lru_cache(maxsize=256)
def _marker_mask(
    places: tuple[tuple[float, float], ...], marker: Marker, scale: float, inset: float
) -> tuple[Pixels, int, int]:
    radius = max(_RADIUS * scale, 2.0) - inset
    context, left, top = _blank(places, 2 * radius + 2)
    for x, y in places:
        if marker == "square":
            context.rectangle(x - radius, y - radius, 2 * radius, 2 * radius)
        else:
            context.arc(x, y, radius, 0, 2 * math.pi)
        context.fill()
    return coverage(context.get_target()), left, top


def _blank(
    places: tuple[tuple[float, float], ...], margin: float
) -> tuple[cairo.Context[cairo.ImageSurface], int, int]:
    """Make a mask that holds places and a margin around them."""
    corners = np.array(places)
    low = np.floor(corners.min(axis=0) - margin).astype(int)
    size = np.ceil(corners.max(axis=0) + margin).astype(int) - low
    context = cairo.Context(cairo.ImageSurface(cairo.FORMAT_A8, int(size[0]), int(size[1])))
    context.translate(-low[0], -low[1])
    context.set_source_rgba(1, 1, 1, 1)
    return context, int(low[0]), int(low[1])
