"""What all figures share: a sheet measured in points, and text in the bundled font.

A module draws on a `Sheet`, whose origin is the top left corner and whose unit is the point, so
that sizes of text and lines mean what they mean in print whatever the width of the figure.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import matplotlib
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

from convexplain.figures._about import DEFAULT, About
from convexplain.style import fonts
from convexplain.style.theme import Look, Theme

__all__ = ["DEFAULT", "POINTS", "AnyFigure", "Sheet", "describe", "settings", "sheet"]

AnyFigure: TypeAlias = Figure | SubFigure

#: Points in an inch.
POINTS = 72.0
#: No text is smaller, in points.
LEAST = 5.0
#: Widths of lines in points: cells, frames, what is spoken of.
HAIR, FRAME, STRONG = 0.3, 0.6, 1.4

_FAMILY = [fonts.FAMILY, "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "sans-serif"]
_ABOUT = "_convexplain"


def describe(figure: AnyFigure, about: About) -> None:
    """Keep what a figure says of itself; its label is the alternative text."""
    figure.set_label(about.alternative)
    setattr(figure, _ABOUT, about)


def described(figure: AnyFigure) -> tuple[About, ...]:
    """Return what a figure and the parts of it say of themselves, in order."""
    own = getattr(figure, _ABOUT, None)
    parts = [about for part in figure.subfigs for about in described(part)]
    return (own, *parts) if own is not None else tuple(parts)


@contextlib.contextmanager
def settings(more: dict[str, Any] | None = None) -> Iterator[None]:
    """Work with matplotlib's own settings, whatever the user's are; those come back afterwards.

    Hinting alone is off: it rounds each character's width to pixels, and a line that was measured
    to fit leaves the picture.
    """
    chosen: Any = dict(matplotlib.rcParamsDefault)
    del chosen["backend"]
    with rc_context(chosen | {"text.hinting": "no_hinting"} | (more or {})):
        yield


@dataclass(frozen=True, eq=False)
class Sheet:
    """An empty surface in points: x to the right, y downwards."""

    figure: AnyFigure
    #: Its data are points; without spines, ticks and labels.
    axes: Axes
    look: Look
    #: In points.
    width: float
    height: float
    #: What is drawn is so many times as large as it says: 1 unless it was made to fit.
    scale: float = 1.0

    @property
    def theme(self) -> Theme:
        """The theme's colours."""
        return self.look.tokens

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        colour: str | None = None,
        ha: str = "center",
        weight: str = "regular",
    ) -> Text:
        """Write a line whose capital letters and digits are centred at a height.

        `x` and `y`: in points; `ha` says what of the text is at x, the middle of its capitals is at
        y. `words`: one line. `size`: in points, at least 5. `colour`: ``"#RRGGBB"``; the theme's
        ink by default. `ha`, "left", "center" or "right". `weight`, "regular" or "bold".
        """
        if size < LEAST:
            raise ValueError(f"{words!r} in {size:g} points cannot be read: {LEAST:g} or more")
        fonts.require(words)
        half = fonts.metrics(weight).cap_height * size / 2
        return self.axes.text(
            x, y + half, words, fontproperties=font(size * self.scale, weight),
            color=colour or self.theme.ink, ha=ha, va="baseline", zorder=5, parse_math=False,
        )  # fmt: skip


def sheet(look: Look, width: float, height: float, figure: AnyFigure | None = None) -> Sheet:
    """Make an empty sheet; pyplot and its global state are not touched.

    `look`: its theme gives the background. `width`: in inches. `height`: in points, as a module has
    laid it out. `figure`: where the sheet is put, centred, and made smaller if need be; a new one
    by default.
    """
    across = width * POINTS
    if figure is None:
        figure = Figure(figsize=(width, height / POINTS))
        FigureCanvasAgg(figure)
    box = figure.bbox.width / figure.dpi * POINTS, figure.bbox.height / figure.dpi * POINTS
    scale = min(1.0, box[0] / across, box[1] / height)
    share = across * scale / box[0], height * scale / box[1]
    figure.set_facecolor(look.tokens.background)
    axes = figure.add_axes(((1 - share[0]) / 2, (1 - share[1]) / 2, *share))
    axes.set_axis_off()
    axes.set_xlim(0, across)
    axes.set_ylim(height, 0)
    axes.set_autoscale_on(False)
    return Sheet(figure, axes, look, across, height, scale)


def font(size: float, weight: str = "regular") -> FontProperties:
    """Return the bundled font in a size in points."""
    return FontProperties(family=_FAMILY, weight=weight, size=size, fname=str(fonts.path(weight)))
