"""A number beside a place on a picture."""

from __future__ import annotations

import numpy as np

from convexplain.stage.canvas import Canvas
from convexplain.stage.text import Label
from convexplain.stage.units import Rect


class Tag(Label):
    """A short text on a patch of background, so that it can be read on any picture.

    It lies above pictures, and is centred at its place.

    Parameters
    ----------
    text : str
        A digit or two.
    x, y : float
        Its middle, in pixels of the stage.
    size : float
        Font size, in pixels of the stage.
    """

    def __init__(self, text: str, x: float, y: float, size: float = 24) -> None:
        super().__init__(text, x, y, size, weight="bold", anchor="centre")
        self.z_index = 1

    def reach(self) -> float:
        """The background reaches a little beyond the text."""
        return super().reach() + 4

    def paint(self, canvas: Canvas) -> None:
        """Paint background, then text."""
        if self.opacity <= 0:
            return
        x, y = self.anchor_place()
        half = 0.3 * self.size * max(1, len(self.text)) + 3, 0.36 * self.size + 5
        left, top = round((x - half[0]) * canvas.scale), round((y - half[1]) * canvas.scale)
        right, bottom = round((x + half[0]) * canvas.scale), round((y + half[1]) * canvas.scale)
        box = Rect(left, top, right, bottom)
        colour = np.array(canvas.colour("background"), dtype=np.uint8)
        strip = np.broadcast_to(colour, (box.bottom - box.top, box.right - box.left, 3))
        canvas.paste(strip, box.left, box.top, opacity=self.opacity)
        super().paint(canvas)
