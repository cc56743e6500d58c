"""What was read, as a picture: the page with a frame around each digit, and the digits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from convexplain.files import atomic
from convexplain.style.theme import LIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from convexplain.data.pictures import Handwriting

#: Pixels: the page's height, a digit's side, what is between, a frame's width.
_HEIGHT, _SIDE, _GAP, _FRAME = 456, 224, 8, 3


def write(path: Path, digits: list[NDArray[np.float32]], written: Handwriting | None) -> None:
    """Write a PNG; `digits` are as the network reads them: gray or in colour, 0 to 1."""
    from PIL import Image, ImageDraw

    rows = 1 if len(digits) == 1 else 2
    columns = math.ceil(len(digits) / rows)
    left, page = 0, None
    if written is not None:
        page = Image.fromarray(written.page).convert("RGB")
        scale = _HEIGHT / page.height
        left = max(1, round(page.width * scale)) + _GAP
        page = page.resize((left - _GAP, _HEIGHT), Image.Resampling.LANCZOS)
        draw = ImageDraw.Draw(page)
        for top, start, bottom, end in written.boxes:
            box = [round(n * scale) for n in (start, top, end, bottom)]
            around = [box[0] - _GAP, box[1] - _GAP, box[2] + _GAP, box[3] + _GAP]
            draw.rectangle(around, outline=LIGHT.rgb("accent"), width=_FRAME)
    size = (left + columns * (_SIDE + _GAP) - _GAP, _HEIGHT if page else _SIDE)
    canvas = Image.new("RGB", size, LIGHT.rgb("background"))
    if page is not None:
        canvas.paste(page, (0, 0))
    for n, pixels in enumerate(digits):
        shown = Image.fromarray(np.rint(pixels * 255).astype(np.uint8))
        shown = shown.resize((_SIDE, _SIDE), Image.Resampling.NEAREST).convert("RGB")
        place = left + n // rows * (_SIDE + _GAP), n % rows * (_SIDE + _GAP)
        canvas.paste(shown, place)
    atomic.write(path, lambda file: canvas.save(file, "PNG"))
