"""Links of a tree."""

from __future__ import annotations

import numpy as np

from convexplain.stage.shapes import Line


class Branch(Line):
    """A link from a parent down to a child, shaped like an S.

    Parameters
    ----------
    start, end : (float, float)
        Bottom of the parent and top of the child, in pixels of the stage.
    colour, width, drawn
        As for `Line`.
    """

    def __init__(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str = "muted",
        width: float = 2.0,
        opacity: float = 1.0,
        drawn: float = 1.0,
    ) -> None:
        shares = np.linspace(0.0, 1.0, 25)
        across = shares * shares * (3 - 2 * shares)
        places = [
            (start[0] + x * (end[0] - start[0]), start[1] + y * (end[1] - start[1]))
            for x, y in zip(across.tolist(), shares.tolist(), strict=True)
        ]
        super().__init__(places, colour=colour, width=width, opacity=opacity, drawn=drawn)
