"""A filled rectangle: a bar, in the colour of a token of the theme or of a value."""

from __future__ import annotations

import numpy as np

from convexplain.panels import Scale
from convexplain.stage.canvas import Canvas
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import Rect


class Rectangle(StageMobject):
    """Fills a box.

    `places`: its top left, top right and bottom left corners, in pixels of the stage. `tone`: token
    of the theme. `value`: if given, the colour is that of the value on the scale. `scale`: of the
    value.
    """

    def __init__(
        self,
        places: list[tuple[float, float]],
        *,
        tone: str = "ink",
        value: float | None = None,
        scale: Scale | None = None,
        opacity: float = 1.0,
    ) -> None:
        super().__init__(places, opacity=opacity)
        self.tone = tone
        self.value = value
        self.scale_of_value = scale or Scale()

    def state(self) -> State:
        """Return all that its looks depend on."""
        return (*super().state(), self.tone, self.value, self.scale_of_value.limit)

    def paint(self, canvas: Canvas) -> None:
        """Fill it."""
        if self.opacity <= 0:
            return
        places = self.places * canvas.scale
        left, top = np.rint(places[0]).astype(int).tolist()
        right, bottom = np.rint((places[1, 0], places[2, 1])).astype(int).tolist()
        if right <= left or bottom <= top:
            return
        colour = canvas.colour(self.tone)
        if self.value is not None:
            shown = self.scale_of_value.colours([[self.value]], canvas.theme)
            red, green, blue = shown[0, 0].tolist()
            colour = (red, green, blue)
        canvas.fill(Rect(left, top, right, bottom), colour, self.opacity)
