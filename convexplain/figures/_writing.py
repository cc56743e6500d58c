"""Figures written to files: the same bytes always, with what they say of themselves inside."""

from __future__ import annotations

import io
import re
import zlib
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from convexplain.errors import UsageError
from convexplain.figures import _base, _truetype
from convexplain.figures._about import About, check_path
from convexplain.figures._base import AnyFigure
from convexplain.files import atomic

DPI = (30.0, 1200.0)

# Nothing of the day, the machine or the process may get into a file.
_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "convexplain",
    "pdf.fonttype": 42,  # TrueType
    "image.composite_image": False,
}


def write(figure: AnyFigure, path: Path, *, dpi: float, svg_text: bool) -> None:
    """See `convexplain.figures.write`."""
    kind = check_path(path)
    if not DPI[0] <= dpi <= DPI[1]:
        raise UsageError(
            "{dpi:g} pixels an inch are not possible: give {least:g} to {most:g}",
            dpi=dpi,
            least=DPI[0],
            most=DPI[1],
        )
    atomic.write(path, content(figure, kind, dpi=dpi, svg_text=svg_text))


def content(figure: AnyFigure, kind: str, *, dpi: float = 200, svg_text: bool = False) -> bytes:
    """Return the bytes of a file of this format."""
    whole = figure.get_figure(root=True)
    about = _joined(_base.described(whole))
    buffer = io.BytesIO()
    chosen = {**_SETTINGS, "svg.fonttype": "none" if svg_text else "path"}
    with _base.settings(chosen), _truetype.embedded():
        whole.savefig(
            buffer,
            format=kind,
            dpi=dpi,
            metadata=_metadata(kind, about),
            facecolor=whole.get_facecolor(),
        )
    written = buffer.getvalue()
    return _described(written.decode(), about).encode() if kind == "svg" and about else written


def _joined(found: tuple[About, ...]) -> About | None:
    """Join what the parts of a figure say, one after the other."""
    if not found:
        return None
    gap = "" if found[0].lang == "zh" else " "
    return About(
        " · ".join(about.title for about in found),
        gap.join(about.alternative for about in found),
        gap.join(about.caption for about in found),
        found[0].lang,
    )


def _metadata(kind: str, about: About | None) -> dict[str, Any]:
    plain: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": "convexplain"},
        "png": {"Software": "convexplain"},
        "pdf": {"CreationDate": None, "Producer": "convexplain", "Creator": "convexplain"},
    }
    told: dict[str, dict[str, Any]] = {"svg": {}, "png": {}, "pdf": {}}
    if about is not None:
        told = {
            "svg": {"Title": about.title, "Language": about.lang},
            "png": {"Title": about.title, "Description": about.alternative},
            "pdf": {"Title": about.title, "Subject": about.alternative},
        }
    return {**plain[kind], **told[kind]}


def _described(svg: str, about: About) -> str:
    """Name the picture for readers of the screen: role, language, title and description.

    The names are made of the text, so that several figures may stand in one HTML page.
    """
    key = f"convexplain-{zlib.crc32((about.title + about.alternative).encode()):08x}"
    root = f'<svg role="img" xml:lang="{about.lang}" aria-labelledby="{key}-title {key}-desc" '
    svg = re.sub(r"<svg ", root, svg, count=1)
    description = f'<desc id="{key}-desc">{escape(about.alternative)}</desc>'
    return re.sub(
        r"<title>(.*?)</title>",
        lambda found: f'<title id="{key}-title">{found[1]}</title>\n {description}',
        svg,
        count=1,
        flags=re.DOTALL,
    )
