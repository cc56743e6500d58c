"""What a picture is laid out on: its size, and the sizes of text that belong to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from convexplain.errors import UsageError, choose
from convexplain.panels.box import Box

#: From so many inches on, paper is a page, and below a column of it.
_BROAD = 4.6


@dataclass(frozen=True)
class Sheet:
    """A frame of a video, or a part of a page.

    Text has the sizes of the sheet, whatever a picture holds: only cells grow and shrink.

    Parameters
    ----------
    name : str
        As in an error.
    unit : {"px", "pt"}
        Of all lengths: pixels of a frame whose short side is 1080, or points.
    width, height : float
        Of the whole. Of paper, `height` is the most that a figure takes; it takes what it needs.
    title, caption : float
        How much is kept free at the top and at the bottom.
    margin : float
        Kept free at all sides.
    text, note, small, number, heading, sign, display : float
        Sizes of text: labels, secondary text, dense labels, numbers in cells, headings, a sign
        between grids, what stands alone.
    least : float
        No text is smaller.
    gap : float
        Between panels.
    pixel, thumb, good, room : float
        The least side of a cell, and of a whole picture without numbers; the side of a picture
        that can be looked at in comfort; the most that a picture takes.
    fixed : bool
        Whether the height is as given, as a frame's is.
    """

    name: str
    unit: str
    width: float
    height: float
    title: float
    caption: float
    margin: float
    text: float
    note: float
    small: float
    number: float
    heading: float
    sign: float
    display: float
    least: float
    gap: float
    pixel: float
    thumb: float
    good: float
    room: float
    fixed: bool

    @property
    def broad(self) -> bool:
        """Whether paper is as wide as a page, and not a column of it."""
        return self.width >= 72 * _BROAD

    @property
    def title_box(self) -> Box:
        """Where a title stands."""
        return Box(self.margin, 0, self.width - 2 * self.margin, self.title)

    @property
    def body_box(self) -> Box:
        """Where the picture stands."""
        top, bottom = max(self.title, self.margin), max(self.caption, self.margin)
        return Box(
            self.margin, top, self.width - 2 * self.margin, self.height - top - bottom
        )  # fmt: skip

    @property
    def caption_box(self) -> Box:
        """Where a caption stands."""
        top = self.height - self.caption
        return Box(self.margin, top, self.width - 2 * self.margin, self.caption)

    def missing(self, much: float) -> str:
        """Write a length with its unit."""
        return f"{much:.0f} {self.unit}"


VIDEO = Sheet(
    name="16:9", unit="px", width=1920, height=1080, title=120, caption=170, margin=96,
    text=30, note=27, small=27, number=30, heading=40, sign=44, display=88, least=27, gap=40,
    pixel=0.5, thumb=40, good=280, room=860, fixed=True,
)  # fmt: skip
WIDE43 = replace(VIDEO, name="4:3", width=1440, margin=72, display=72)
SQUARE = replace(
    VIDEO, name="1:1", width=1080, margin=54, caption=190, gap=32, display=64
)  # fmt: skip
# On a phone the frame is narrow, and its lower end lies under buttons.
TALL = replace(
    VIDEO, name="9:16", width=1080, height=1920, margin=54, title=200, caption=340,
    text=36, note=32, small=28, number=34, heading=44, sign=48, gap=36,
)  # fmt: skip


def paper(inches: float, most: float | None = None) -> Sheet:
    """Return a sheet of paper of some width.

    Parameters
    ----------
    inches : float
        6.3 fills a page, 3.1 a column of it.
    most : float, optional
        How high a figure may be, in inches; by default about a page.
    """
    return Sheet(
        name=f"{inches:g} in", unit="pt", width=72 * inches,
        height=660 if most is None else 72 * most, title=0, caption=0,
        margin=5, text=7.5, note=7, small=6.5 if inches >= _BROAD else 5.2, number=7,
        heading=11, sign=11, display=18, least=5, gap=10,
        pixel=0.4, thumb=11, good=72, room=150, fixed=False,
    )  # fmt: skip


PAGE, COLUMN = paper(6.3), paper(3.1)

#: The sheets of videos by their aspect.
ASPECTS = {sheet.name: sheet for sheet in (VIDEO, WIDE43, SQUARE, TALL)}
#: All sheets by name.
SHEETS = {**ASPECTS, "page": PAGE, "column": COLUMN}


def video(aspect: str) -> Sheet:
    """Return the sheet of a video.

    Parameters
    ----------
    aspect : {"16:9", "4:3", "1:1", "9:16"}

    Raises
    ------
    UsageError
        If there is no such aspect.
    """
    if aspect not in ASPECTS:
        raise UsageError(
            "there is no aspect {aspect!r}: {choice}", aspect=aspect, choice=choose(aspect, ASPECTS)
        )
    return ASPECTS[aspect]
