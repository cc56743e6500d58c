"""What a placed picture consists of: five kinds of pieces, which every backend draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convexplain.panels.box import Box, Point
from convexplain.panels.scale import Colours, Scale
from convexplain.style import format as fmt
from convexplain.style.theme import Theme, contrast, raised, rgb

Align = Literal["left", "middle", "right"]
#: Straight pieces of a curve.
_SAMPLES = 16
#: What a number in a cell needs to be read.
READABLE = 4.5
#: How much of its own colour a cell keeps that steps back.
DIMMED = 0.28
#: How thick the line around cells without numbers is, in pixels of the stage.
RIM = 2.0
#: In so many parts along each side a cell is drawn that does not fill its place.
_PARTS = 10
#: How opaque an area is, so that grids and text on it can be read.
PALE = 0.13


@dataclass(frozen=True, eq=False)
class Piece:
    """Something drawn at a place.

    Parameters
    ----------
    name : str
        As the mapping of names to boxes has it.
    panel : str
        The panel that it belongs to.
    box : Box
    """

    name: str
    panel: str
    box: Box


@dataclass(frozen=True, eq=False)
class Words(Piece):
    """A line of text; the middle of its capitals is the middle of the box, from top to bottom.

    Parameters
    ----------
    text : str
    size : float
        In the unit of the sheet.
    weight : {"regular", "bold"}
    tone : str
        Token of the theme.
    align : {"left", "middle", "right"}
        Where the text stands if the box is wider, because a longer one may come.
    """

    text: str
    size: float
    weight: str = "regular"
    tone: str = "ink"
    align: Align = "left"


@dataclass(frozen=True, eq=False)
class Grid(Piece):
    """Cells with colours, perhaps with numbers.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, cols) or (rows, cols, 3)
    scale : Scale
    decimals : int, optional
        How the numbers are printed; None: they are not.
    size : float
        Of the numbers.
    computed : numpy.ndarray of bool, shape (rows, cols), optional
        Where it is False nothing is known yet: a dot stands there.
    lines : bool
        Whether lines part the cells.
    blocks : (int, int)
        Only so many rows and columns together are parted.
    glass : float
        How opaque a cell with the largest value is, others as much less as their values are: what
        lies behind shines through, and no line is drawn around; 0: all cells are opaque.
    inlaid : float
        As of `Cells`.
    printed : sequence of sequences of str, optional
        What stands in the cells instead of their values.
    dim : numpy.ndarray of bool, shape (rows, cols), optional
        Cells that step back behind the others.
    hatched : bool
        Whether in a video hatching stands for what is not known yet, not dots.
    rim : float
        How thick the line around opaque cells without numbers is, in pixels of the stage.
    """

    values: npt.NDArray[Any]
    scale: Scale
    decimals: int | None = None
    size: float = 0.0
    computed: npt.NDArray[np.bool_] | None = None
    lines: bool = True
    glass: float = 0.0
    inlaid: float = 0.0
    printed: Sequence[Sequence[str]] | None = None
    dim: npt.NDArray[np.bool_] | None = None
    blocks: tuple[int, int] = (1, 1)
    hatched: bool = False
    rim: float = RIM

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.values.shape[0], self.values.shape[1]

    @property
    def side(self) -> float:
        """The width of a cell."""
        return self.box.width / self.shape[1]

    def cell(self, row: float, col: float, rows: float = 1, cols: float = 1) -> Box:
        """Return the box of some cells, which may reach out of the grid."""
        return self.box.cells(self.shape, row, col, rows, cols)

    def colours(self, theme: Theme) -> Colours:
        """Return the colour of each cell, shape (rows, cols, 3)."""
        colours = self.scale.colours(self.values, theme)
        if self.dim is not None:
            veiled = DIMMED * colours + (1 - DIMMED) * np.asarray(theme.rgb("line"))
            colours[self.dim] = np.rint(veiled[self.dim]).astype(np.uint8)
        return colours

    def painted(self, theme: Theme) -> Colours:
        """Return what covers each cell of glass: its colour and how opaque it is, (..., 4).

        Of inlaid cells these are the colours of `_PARTS` by `_PARTS` parts of each.
        """
        if self.inlaid:
            whole = np.dstack([self.colours(theme), 255 * (self.values != 0)]).astype(np.uint8)
            parts = whole.repeat(_PARTS, axis=0).repeat(_PARTS, axis=1)
            apart = np.abs((np.arange(_PARTS) + 0.5) / _PARTS - 0.5) > self.inlaid / 2
            parts[np.tile(apart, self.shape[0])] = 0
            parts[:, np.tile(apart, self.shape[1])] = 0
            return parts
        shares = raised(np.clip(self.values / (self.scale.most or 1.0), -1, 1), self.scale.floor)
        found = np.zeros((*self.shape, 4), dtype=np.uint8)
        found[..., :3] = theme.rgb("ink" if self.scale.limit is None else "positive")
        found[shares < 0, :3] = theme.rgb("negative")
        found[..., 3] = np.rint(255 * self.glass * np.abs(shares))
        return found

    def texts(self) -> list[list[str]]:
        """Return the number in each cell; empty where nothing is printed."""
        return [
            [self._printed(row, col) for col in range(self.shape[1])]
            for row in range(self.shape[0])
        ]

    def _printed(self, row: int, col: int) -> str:
        known = self.computed is None or bool(self.computed[row, col])
        if self.decimals is None or self.values.ndim == 3 or not known:
            return ""
        if self.printed is not None:
            return self.printed[row][col]
        return fmt.number(self.values[row, col], self.decimals)

    def inks(self, theme: Theme) -> list[list[str]]:
        """Return the colour of each number: what prints as zero is muted, if it can be read."""
        zero = fmt.number(0, self.decimals or 0)
        colours = self.colours(theme)
        return [
            [_ink(theme, colours[row, col], text == zero) for col, text in enumerate(texts)]
            for row, texts in enumerate(self.texts())
        ]


def _ink(theme: Theme, under: npt.NDArray[np.uint8], quiet: bool) -> str:
    muted = quiet and contrast(rgb(theme.muted), under) >= READABLE
    return theme.muted if muted else theme.text_on(under)


@dataclass(frozen=True, eq=False)
class Fill(Piece):
    """A filled rectangle: a bar, whose colour is a token of the theme or that of a value.

    Parameters
    ----------
    tone : str
    value : float, optional
    scale : Scale
    front : bool
        Whether it lies on grids, as a dot does, and not behind them.
    """

    tone: str = "ink"
    value: float | None = None
    scale: Scale = field(default_factory=Scale)
    front: bool = False

    def colour(self, theme: Theme) -> str:
        """Return its colour as ``"#RRGGBB"``."""
        if self.value is None:
            return str(getattr(theme, self.tone))
        red, green, blue = self.scale.colours([[self.value]], theme)[0, 0]
        return f"#{red:02X}{green:02X}{blue:02X}"


@dataclass(frozen=True, eq=False)
class Path(Piece):
    """A line through points.

    Parameters
    ----------
    points : tuple of (float, float)
    tone : str
        Token of the theme.
    head : bool
        Whether an arrowhead is at its end.
    dashed, strong : bool
    curved : bool
        Whether it is an S from the first point down to the second.
    filled : bool
        Whether it is the rim of an area, which alone is drawn, pale.
    """

    points: tuple[Point, ...]
    tone: str = "muted"
    head: bool = False
    dashed: bool = False
    strong: bool = False
    curved: bool = False
    filled: bool = False

    @property
    def line(self) -> tuple[Point, ...]:
        """The points through which it is drawn; of a curve, enough to see where it runs."""
        if not self.curved:
            return self.points
        (x0, y0), (x1, y1) = self.points[0], self.points[-1]
        shares = [n / _SAMPLES for n in range(_SAMPLES + 1)]
        # Bézier's cubic whose handles stand upright at half of the height.
        return tuple(
            (
                x0 + (x1 - x0) * (3 * t**2 - 2 * t**3),
                y0 + (y1 - y0) * (1.5 * t - 1.5 * t**2 + t**3),
            )
            for t in shares
        )


@dataclass(frozen=True, eq=False)
class Frame(Piece):
    """An outline of cells, drawn outside of them on a rim of the background."""

    tone: str = "accent"
    strong: bool = True
    dashed: bool = False
