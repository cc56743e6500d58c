"""What is laid on a sheet beside cells: frames and bars, links, painted pictures, charts."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text

from convexplain.figures._base import FRAME, Sheet

#: From this width in inches on, these figures are laid out for a page, below it for a column.
BROAD = 5.2
_DOTTED = (0, (1, 1.6))


def image(
    sheet: Sheet,
    colours: Any,
    extent: tuple[float, float, float, float],
    *,
    gid: str | None = None,
) -> AxesImage:
    """Lay an RGB or RGBA picture; extent is left, right, bottom, top."""
    laid = AxesImage(sheet.axes, interpolation="none", extent=extent, origin="upper")
    laid.set_data(colours)
    laid.set_gid(gid)
    laid.set_zorder(1.5)
    laid.set_clip_path(sheet.axes.patch)
    sheet.axes.add_image(laid)
    return laid


def box(
    sheet: Sheet,
    x: float,
    y: float,
    width: float,
    height: float,
    colour: str = "muted",
    line: float = FRAME,
    *,
    fill: str | None = None,
    dotted: bool = False,
    rim: bool = False,
    zorder: float = 1.0,
    gid: str | None = None,
    **more: Any,
) -> Rectangle:
    """Draw a rectangle.

    Parameters
    ----------
    sheet : Sheet
    x, y, width, height : float
        Top left corner and size.
    colour : str
        Token of the line's colour.
    line : float
        Its width; 0 for none.
    fill : str, optional
        Token of the colour inside.
    dotted : bool
        Whether the line is.
    rim : bool
        Whether it lies on a rim of background, which parts it from cells.
    zorder : float
    gid : str, optional
        Name of the artist.
    **more
        Of `matplotlib.patches.Rectangle`.
    """
    if rim:
        box(sheet, x, y, width, height, "background", line + 1.2, zorder=zorder)
    drawn = Rectangle(
        (x, y),
        width,
        height,
        facecolor="none" if fill is None else colour_of(sheet, fill),
        edgecolor=colour_of(sheet, colour) if line else "none",
        linewidth=line * sheet.scale,
        linestyle=_DOTTED if dotted else "solid",
        joinstyle="miter",
        zorder=zorder,
        gid=gid,
        **more,
    )
    sheet.axes.add_patch(drawn)
    return drawn


def link(
    sheet: Sheet,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str = "muted",
    width: float = FRAME,
    *,
    zorder: float = 1.0,
    gid: str | None = None,
) -> PathPatch:
    """Draw an S-curve down from a parent to a child."""
    (x0, y0), (x1, y1) = start, end
    middle = (y0 + y1) / 2
    curve = Path(
        [(x0, y0), (x0, middle), (x1, middle), (x1, y1)],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    drawn = PathPatch(
        curve, facecolor="none", edgecolor=colour_of(sheet, colour), zorder=zorder,
        linewidth=width * sheet.scale, gid=gid,
    )  # fmt: skip
    sheet.axes.add_patch(drawn)
    return drawn


def plot(sheet: Sheet, x: float, y: float, width: float, height: float) -> Axes:
    """Make axes of their own for a chart, with the top left corner of their frame at x, y."""
    across, down = sheet.width, sheet.height
    return sheet.axes.inset_axes(
        (x / across, 1 - (y + height) / down, width / across, height / down)
    )


def set_off(sheet: Sheet, text: Text) -> None:
    """Lay a text on a piece of background, which keeps lines and cells from it."""
    pad = 0.7 * sheet.scale
    text.set_bbox({"facecolor": sheet.theme.background, "edgecolor": "none", "pad": pad})


def colour_of(sheet: Sheet, token: str) -> str:
    """Return the colour of a token of the theme."""
    return token if token.startswith("#") else str(getattr(sheet.theme, token))
