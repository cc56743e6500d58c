"""A colour bar: which colour stands for which value."""

from __future__ import annotations

from typing import Literal

import numpy as np

from convexplain.stage.canvas import Canvas
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.text import Label, width_of
from convexplain.style import format as fmt

_GAP = 14.0  # between texts and bar, in pixels of the stage
_FRAME = 2.0


class ColourBar(StageMobject):
    """In one row: a title, the low end's number, the colours, the high end's number.

    The whole row lies between `left` and `left + width`: the colours take what the texts leave.

    Parameters
    ----------
    limit : float
        Where the colours end; for maps the limit that they share.
    left, y, width : float
        Of the whole row and its middle, in pixels of the stage.
    low : float
        Where the colours begin: 0 for what is never negative, as after ReLU; ``-limit`` for
        weights.
    scale : {"signed", "picture"}
        As that of `PixelGrid`.
    title : str
        What has these colours; none if empty.
    height : float
        Of the colours, in pixels of the stage.
    size : float
        Of the texts, in pixels of the stage.
    decimals : int
        Of the numbers at the ends. Whole ends of gray pictures and zeros are printed without.

    Raises
    ------
    ValueError
        If `low` lies outside the scale or is not below `limit`, or the texts leave no room.

    Examples
    --------
    Under four maps that share one limit::

        limit = max(float(abs(m).max()) for m in maps)
        self.appear(ColourBar(limit, left=96, y=832, width=400, title="response"))
    """

    def __init__(
        self,
        limit: float,
        left: float,
        y: float,
        width: float,
        *,
        low: float = 0.0,
        scale: Literal["signed", "picture"] = "signed",
        title: str = "",
        height: float = 20.0,
        size: float = 28.0,
        decimals: int = 2,
        opacity: float = 1.0,
    ) -> None:
        lowest = -limit if scale == "signed" else 0.0
        # A map without any response has the limit 0: its bar is one colour.
        if not (lowest <= low < limit or low == limit == 0):
            raise ValueError(
                f"a colour bar cannot run from {low:g} to {limit:g}: it begins at {lowest:g} or "
                "above, and ends above its beginning"
            )
        ends = [_end(value, scale, decimals) for value in (low, limit)]
        start = left + (width_of(title, size) + _GAP if title else 0.0)
        bar_left = start + width_of(ends[0], size) + _GAP
        bar_right = left + width - width_of(ends[1], size) - _GAP
        if bar_right - bar_left < 2 * height:
            raise ValueError(
                f"a colour bar of {width:g} px has no room for its colours beside its texts: "
                "make it wider or shorten the title"
            )
        super().__init__(
            [
                (bar_left, y - height / 2),
                (bar_right, y - height / 2),
                (bar_left, y + height / 2),
            ],
            opacity=opacity,
        )
        self.limit = limit
        self.low = low
        self.scale_name = scale
        self.title = Label(title, left, y, size, opacity=opacity)
        self.ends = (
            Label(ends[0], start, y, size, colour="muted", opacity=opacity),
            Label(ends[1], left + width, y, size, colour="muted", anchor="right", opacity=opacity),
        )
        self.add(*([self.title] if title else []), *self.ends)

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.limit, self.low)

    def reach(self) -> float:
        """The frame lies around the colours."""
        return _FRAME + 1

    def paint(self, canvas: Canvas) -> None:
        """Paint the colours and the frame around them; the labels paint themselves."""
        if self.opacity <= 0:
            return
        places = np.rint(self.places * canvas.scale).astype(int)
        (left, top), right, bottom = places[0], places[1, 0], places[2, 1]
        frame = max(1, round(_FRAME * canvas.scale))
        outer = (bottom - top + 2 * frame, right - left + 2 * frame, 3)
        picture = np.empty(outer, np.uint8)
        picture[...] = canvas.colour("line")
        values = np.linspace(self.low, self.limit, right - left)
        theme = canvas.theme
        colours = (
            theme.picture(values)
            if self.scale_name == "picture"
            else theme.signed(values, self.limit)
        )
        picture[frame:-frame, frame:-frame] = colours
        canvas.paste(picture, int(left) - frame, int(top) - frame, self.opacity)


def _end(value: float, scale: str, decimals: int) -> str:
    """Print an end of the scale: 0 is exact, and so are paper and pen."""
    exact = value == 0 or (scale == "picture" and value == 1)
    return fmt.number(value, 0 if exact else decimals)
