"""Charts in the project's look: axes with few marks, curves of the two networks, spreads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from convexplain.figures._base import FRAME, LABEL, NOTE, Sheet, font, text_width
from convexplain.figures._shapes import colour_of, plot, set_off
from convexplain.lessons.dense_vs_conv import CNN, DENSE
from convexplain.style import fonts, terms

NAMES = {CNN: terms.CNN, DENSE: terms.DENSE}


class Style(NamedTuple):
    """How one network looks in every chart: ink, solid and dots, or gray, dashed and rings.

    Blue and orange would mean signs.
    """

    colour: str
    dashed: bool
    weight: str


# Between a curve and its name, in points.
_APART = 4.0
STYLES = {CNN: Style("ink", False, "bold"), DENSE: Style("muted", True, "regular")}


def axes(
    sheet: Sheet,
    place: tuple[float, float, float, float],
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    *,
    x_text: Callable[[float], str],
    y_text: Callable[[float], str],
    log_x: bool = False,
    margin: tuple[float, float] = (0.02, 0.02),
) -> Axes:
    """Make a chart's axes, from the first tick to the last one each way.

    Parameters
    ----------
    sheet : Sheet
    place : (float, float, float, float)
        Left, top, width and height of the frame in points; what is written stands outside of it.
    x_ticks, y_ticks : sequence of float
        Rising.
    x_text, y_text : callable
        Make a tick's text; an empty one hides it.
    log_x : bool
        Whether x is logarithmic.
    margin : (float, float)
        Room before the first and beyond the last x, as a share of what lies between.

    Returns
    -------
    matplotlib.axes.Axes
        A quiet one: lines across at the ticks of y, no frame.
    """
    chart = plot(sheet, *place)
    chart.set_facecolor("none")
    for spine in chart.spines.values():
        spine.set_visible(False)
    if log_x:
        chart.set_xscale("log")
    ends = np.array([x_ticks[0], x_ticks[-1]], dtype=np.float64)
    low, high = np.log10(ends) if log_x else ends
    wide = low - margin[0] * (high - low), high + margin[1] * (high - low)
    chart.set_xlim(*(10 ** np.array(wide) if log_x else wide))
    chart.set_ylim(y_ticks[0], y_ticks[-1])
    texts = [x_text(x) for x in x_ticks], [y_text(y) for y in y_ticks]
    fonts.require("".join("".join(part) for part in texts))
    chart.set_xticks(list(x_ticks), texts[0])
    chart.set_xticks([], minor=True)
    chart.set_yticks(list(y_ticks), texts[1])
    chart.tick_params(axis="both", length=0, pad=3 * sheet.scale, colors=colour_of(sheet, "muted"))
    chart.tick_params(axis="x", length=2 * sheet.scale, color=colour_of(sheet, "line"))
    for label in (*chart.get_xticklabels(), *chart.get_yticklabels()):
        label.set_fontproperties(font(NOTE * sheet.scale))
    for n, y in enumerate(y_ticks):
        strong = n == 0
        line = chart.axhline(
            y,
            color=colour_of(sheet, "muted" if strong else "line"),
            lw=FRAME * sheet.scale,
            zorder=1,
        )
        line.set_clip_on(False)
    return chart


def curve(
    sheet: Sheet,
    chart: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    network: str,
    *,
    gid: str,
    markers: bool = True,
) -> Line2D:
    """Draw the curve of a network.

    Parameters
    ----------
    sheet : Sheet
    chart : matplotlib.axes.Axes
    xs, ys : sequence of float
    network : {"cnn", "dense"}
    gid : str
        Name of the artist.
    markers : bool
        Whether points are marked.
    """
    style = STYLES[network]
    colour = colour_of(sheet, style.colour)
    (line,) = chart.plot(
        xs, ys, color=colour, lw=1.2 * sheet.scale, ls=(0, (3, 1.6)) if style.dashed else "-",
        marker="o" if markers else "", ms=3.4 * sheet.scale,
        mew=0.9 * sheet.scale, mec=colour,
        mfc=colour_of(sheet, "background") if style.dashed else colour, zorder=3, gid=gid,
    )  # fmt: skip
    line.set_clip_on(False)
    return line


def band(
    sheet: Sheet,
    chart: Axes,
    xs: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    network: str,
    *,
    gid: str,
) -> None:
    """Shade from the lowest to the highest at every point."""
    chart.fill_between(
        xs, low, high, color=colour_of(sheet, STYLES[network].colour), alpha=0.13, lw=0, zorder=1.5,
        gid=gid,
    )  # fmt: skip


def name(
    sheet: Sheet,
    chart: Axes,
    place: tuple[float, float, float, float],
    at: float,
    words: str,
    network: str,
    edge: tuple[Sequence[float], Sequence[float]],
    *,
    above: bool,
    gid: str,
) -> Text:
    """Name a curve near one of its points, above it on the right, or below it on the left.

    Parameters
    ----------
    sheet : Sheet
    chart : matplotlib.axes.Axes
    place : (float, float, float, float)
        As given to `axes`.
    at : float
        The x of the point.
    words : str
    network : {"cnn", "dense"}
    edge : (xs, ys)
        The upper or lower rim of what the words must not lie upon, at every point.
    above : bool
        Whether it stands above.
    gid : str
        Name of the artist.
    """
    style = STYLES[network]
    left, top, width, height = place
    log = chart.get_xscale() == "log"
    to_axis = np.log10 if log else np.asarray
    x_low, x_high = to_axis(chart.get_xlim())
    y_low, y_high = chart.get_ylim()
    xs = left + (to_axis(np.asarray(edge[0])) - x_low) / (x_high - x_low) * width
    ys = top + (y_high - np.asarray(edge[1])) / (y_high - y_low) * height
    point = left + (float(to_axis(at)) - x_low) / (x_high - x_low) * width
    long = text_width(words, LABEL, style.weight)
    start = point + _APART if above else point - _APART - long
    start = min(max(start, left + _APART), sheet.width - long - _APART)
    under = np.interp(np.linspace(start - _APART, start + long + _APART, 50), xs, ys)
    y = under.min() - _APART - 2.5 if above else under.max() + _APART + 2.5
    written = sheet.text(
        start, float(y), words, ha="left", colour=colour_of(sheet, style.colour),
        weight=style.weight, zorder=6,
    )  # fmt: skip
    set_off(sheet, written)
    written.set_gid(gid)
    return written
