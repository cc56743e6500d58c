"""What all figures share: a Figure of matplotlib in the project's look, written the same always."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from convexplain import fonts
from convexplain.errors import UsageError
from convexplain.theme import Look

FORMATS = ("svg", "png", "pdf")
#: Light, as documents are; videos are dark by default.
DEFAULT = Look(theme="light")

# Nothing of the day, the machine or the process may get into a file.
_SETTINGS: Any = {
    "svg.fonttype": "path",
    "svg.hashsalt": "convexplain",
    "pdf.fonttype": 42,
    "axes.unicode_minus": True,
}
_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "convexplain"},
    "png": {"Software": "convexplain"},
    "pdf": {"CreationDate": None, "Producer": "convexplain", "Creator": "convexplain"},
}


def new(width: float, height: float, look: Look) -> Figure:
    """Make an empty figure; pyplot and its global state are not touched.

    Parameters
    ----------
    width, height : float
        In inches.
    look : Look
        Its theme gives the background.
    """
    figure = Figure(figsize=(width, height), facecolor=look.tokens.background)
    FigureCanvasAgg(figure)
    return figure


def font(size: float, weight: str = "regular") -> FontProperties:
    """Return the bundled font in a size in points."""
    return FontProperties(fname=str(fonts.path(weight)), size=size)


def text(axes: Axes, x: float, y: float, words: str, size: float, **options: Any) -> None:
    """Write into the data coordinates of axes, in the bundled font."""
    fonts.require(words)
    weight = options.pop("weight", "regular")
    axes.text(x, y, words, fontproperties=font(size, weight), **options)


def write(figure: Figure, path: Path, *, dpi: float = 200) -> None:
    """Write a figure to a file, the same bytes on any day.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : Path
        Ends in .svg, .png or .pdf. A file of that name is replaced once the new one is complete.
    dpi : float
        Pixels an inch, of a PNG.

    Raises
    ------
    UsageError
        The ending is another one, or there is no such folder.
    """
    kind = path.suffix[1:].lower()
    if kind not in FORMATS:
        raise UsageError(f"{path.name!r} is not a figure's name: let it end in .svg, .png or .pdf")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}: make it, or choose another one")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: give the name of a file")
    buffer = io.BytesIO()
    with rc_context(_SETTINGS):
        figure.savefig(
            buffer,
            format=kind,
            dpi=dpi,
            metadata=_METADATA[kind],
            facecolor=figure.get_facecolor(),
        )
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(buffer.getvalue())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UsageError(
            f"{path} cannot be written ({error.strerror or error}): choose another place"
        ) from None
