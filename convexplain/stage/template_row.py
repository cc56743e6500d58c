"""A picture compared with a template: ⊙, then sum, then a result."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from convexplain.stage.grid import PixelGrid
from convexplain.stage.mobject import StageMobject
from convexplain.stage.shapes import Line
from convexplain.stage.text import Label

_HEAD = 34.0  # from a heading to the pictures
_GAP = 38.5  # from a picture's edge to the middle of ⊙
_NEAR = 16.0  # from a picture's edge to the arrow


class TemplateRow:
    """Picture, ⊙, template, and an arrow to where the result stands; a heading above.

    Parameters
    ----------
    picture, template : array_like of float, shape (height, width)
        Ink 0..1, and weights.
    left, top : float
        Of the picture, in pixels of the stage.
    cell, template_cell : float
        Sides of their cells; a small template stands level with the picture's middle.
    result : float
        Where the result begins: the arrow ends before it.
    name, what : str
        The heading: in bold, and muted beside it.
    then : str
        What stands on the arrow.
    numbers : bool
        Whether the template's weights can be read.

    Attributes
    ----------
    picture, template : PixelGrid
    heads, signs : list of StageMobject
        The heading; ⊙, and the arrow with its text.
    """

    def __init__(
        self,
        picture: npt.ArrayLike,
        template: npt.ArrayLike,
        left: float,
        top: float,
        *,
        cell: float,
        template_cell: float,
        result: float,
        name: str,
        what: str,
        then: str,
        numbers: bool = False,
    ) -> None:
        weights = np.asarray(template, dtype=np.float64)
        self.picture = PixelGrid(picture, left, top, cell, scale="picture", lines=False, frame=2)
        height, width = (size * cell for size in self.picture.shape_in_cells)
        self.middle = top + height / 2
        sign = left + width + _GAP
        start, side = sign + _GAP + 1, template_cell * weights.shape[1]
        self.template = PixelGrid(
            weights,
            start,
            self.middle - template_cell * weights.shape[0] / 2,
            template_cell,
            limit=float(np.abs(weights).max()),
            numbers=numbers,
            text_size=24,
            lines=numbers,
            frame=0 if numbers else 2,
        )
        arrow = [(start + side + _NEAR, self.middle), (result - _NEAR, self.middle)]
        between = (start + side + result) / 2
        bold = Label(name, left, top - _HEAD, weight="bold")
        beside = float(bold.places[1, 0]) + 20
        self.heads: list[StageMobject] = [bold, Label(what, beside, top - _HEAD, colour="muted")]
        self.signs: list[StageMobject] = [
            Label("⊙", sign, self.middle, 52, colour="muted", anchor="centre"),
            Label(then, between, self.middle - 26, colour="muted", anchor="centre"),
            Line(arrow, arrow=True),
        ]

    @property
    def parts(self) -> list[StageMobject]:
        """All that there is."""
        return [self.picture, self.template, *self.heads, *self.signs]
