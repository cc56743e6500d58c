"""A picture in colour that comes apart into its channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject

from convexplain.stage.grid import PixelGrid
from convexplain.stage.shapes import WindowFrame
from convexplain.stage.text import Label


class Planes(Mobject):
    """A photograph, large; then small, with one gray picture for each of its channels.

    Parameters
    ----------
    pixels : array_like of float, shape (height, width, 3)
        Values 0 to 1.
    names : sequence of str
        What the channels are called.
    box : (left, top, width, height)
        What the large photograph fits into, in pixels of the stage; it fills it from the top left.
    small : (left, middle)
        Where the small photograph begins, and the middle of its height.
    left : float
        Where the channels' pictures begin.
    middles : sequence of float
        The middles of their heights.
    tile : (width, height)
        What each small picture fits into.

    Attributes
    ----------
    photo : PixelGrid
        In colour.
    channels : list of PixelGrid
        How much light of each colour, black to white.
    names : list of Label
        Above the channels' pictures.
    """

    def __init__(
        self,
        pixels: npt.ArrayLike,
        names: Sequence[str],
        *,
        box: tuple[float, float, float, float],
        small: tuple[float, float],
        left: float,
        middles: Sequence[float],
        tile: tuple[float, float],
    ) -> None:
        super().__init__()
        values = np.asarray(pixels, dtype=np.float64)
        height, width = values.shape[:2]
        large = min(box[2] / width, box[3] / height)
        cell = min(tile[0] / width, tile[1] / height)
        self.photo = PixelGrid(values, *box[:2], large, scale="rgb", lines=False, frame=2)
        self._start = self.photo.points.copy()
        self._goal = PixelGrid(values, small[0], small[1] - cell * height / 2, cell).points
        self.channels = [
            PixelGrid(
                values[:, :, n],
                left,
                middle - cell * height / 2,
                cell,
                scale="light",
                lines=False,
                frame=2,
            )
            for n, middle in enumerate(middles)
        ]
        self._ends = [channel.points.copy() for channel in self.channels]
        self.names = [
            Label(name, left, middle - cell * height / 2 - 28)
            for name, middle in zip(names, middles, strict=True)
        ]
        # How far below its middle a small picture ends.
        self.half = cell * height / 2

    def part(self, alpha: float) -> None:
        """Let the photograph shrink and its channels come out of it, for `StageScene.drive`."""
        self.photo.points = self._start + (self._goal - self._start) * alpha
        for channel, end in zip(self.channels, self._ends, strict=True):
            channel.points = self.photo.points + (end - self.photo.points) * alpha

    def windows(self, row: int, col: int, height: int, width: int) -> list[WindowFrame]:
        """Make one window that lies at the same place on every channel."""
        return [WindowFrame(channel, row, col, height, width, line=3) for channel in self.channels]
