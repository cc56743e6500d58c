"""The page inside of another document: a frame, and what is seen where no scripts run."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np

from convexplain.data.pictures import Picture
from convexplain.style.captions import Caption

TITLE = Caption(en="Convolution, cell by cell", zh="逐格看懂卷积")
#: Less leaves no room for a map beside its arithmetic; more is a mistake.
LEAST, MOST = 320, 4000
# Pixels of the still along its longer side.
_STILL = 336


def frame(
    source: str,
    *,
    inside: bool,
    height: int,
    lang: str,
    still: bytes | None = None,
    remedy: str = "",
) -> str:
    """Write an ``iframe``, and under it what is seen where it is taken out.

    `source` is the page's text if it is to stand inside, else its address. A viewer that does not
    trust a document leaves the frame out, and shows the still picture, a PNG, with the remedy.
    """
    what = "srcdoc" if inside else "src"
    title = escape(TITLE.text(lang), quote=True)
    # The frame covers the still once the page has drawn itself; without scripts the still is seen.
    ground = "" if still else ";background:#fff"
    shown = (
        f'<iframe {what}="{escape(source, quote=True)}" title="{title}" loading="lazy" '
        f'allow="clipboard-write; fullscreen" style="position:relative;display:block;width:100%;'
        f'height:{height}px;border:0{ground}"></iframe>'
    )
    if still is None:
        return shown
    data = base64.b64encode(still).decode()
    return (
        f'<div style="position:relative;height:{height}px;overflow:hidden">'
        '<div style="position:absolute;top:0;left:0;right:0">'
        f'<img src="data:image/png;base64,{data}" alt="{title}" width="{_STILL}">'
        f"<p>{escape(remedy)}</p></div>{shown}</div>"
    )


def still(pixels: np.typing.NDArray[np.float32]) -> bytes:
    """Draw a picture as a PNG: ink on paper if it is gray, in its colours else."""
    from PIL import Image

    gray = pixels.shape[2] == 1
    shades = np.rint(255 * (1 - pixels.squeeze(axis=2) if gray else pixels)).astype(np.uint8)
    scale = max(1, _STILL // max(pixels.shape[:2]))
    file = io.BytesIO()
    Image.fromarray(shades.repeat(scale, axis=0).repeat(scale, axis=1)).save(file, "PNG")
    return file.getvalue()


def opening(picture: Picture | None, offered: np.typing.NDArray[np.float32], first: int) -> bytes:
    """Draw the picture that a page opens with."""
    return still(offered[first] if picture is None else picture.pixels)
