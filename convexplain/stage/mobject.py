"""What all mobjects of the stage have in common."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

from manim.mobject.mobject import Mobject

from convexplain.stage.canvas import Canvas
from convexplain.stage.units import Points, Rect, from_scene, to_scene

State = tuple[Any, ...]


class StageMobject(Mobject):
    """A mobject that paints itself, and can tell whether it would look different now.

    Its points are places that Manim may move, scale and interpolate; `Camera` asks for `state`,
    `bounds` and `paint`. Colours are given as tokens of the theme ("ink", "accent", ...).

    Parameters
    ----------
    places : sequence of (float, float)
        Points in pixels of the 1920 by 1080 frame, from its top left corner.
    opacity : float
        0 is invisible, 1 opaque.
    """

    #: Whether it stays where it is in the frame when the camera moves, as captions do.
    pinned: bool = False
    #: What it is a part of: a panel, of which the camera hides all or nothing.
    group: str = ""
    #: Attributes, besides the points, that an animation passes through gradually.
    animated: ClassVar[tuple[str, ...]] = ("opacity",)

    def __init__(self, places: list[tuple[float, float]], *, opacity: float = 1.0) -> None:
        super().__init__()
        self.points = to_scene(places)
        self.opacity = opacity
        # The least and the largest of the points' places, and of which points.
        self._extent: tuple[bytes, tuple[float, float, float, float]] = (b"", (0, 0, 0, 0))

    @property
    def places(self) -> Points:
        """The points on the stage: float64 of shape (n, 2), in pixels from the top left."""
        return from_scene(self.points)

    @places.setter
    def places(self, places: list[tuple[float, float]]) -> None:
        self.points = to_scene(places)

    def state(self) -> State:
        """Return all that its looks depend on, as values that can be compared."""
        return (self.points.tobytes(), self.opacity)

    def bounds(self, scale: float) -> Rect:
        """Return the pixels that it may paint, at so many pixels per pixel of the stage."""
        left, top, right, bottom = self.extent()
        margin = 1 + self.reach() * scale
        return Rect(
            math.floor(left * scale - margin),
            math.floor(top * scale - margin),
            math.ceil(right * scale + margin),
            math.ceil(bottom * scale + margin),
        )

    def extent(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of its points, in pixels of the stage."""
        key = self.points.tobytes()
        if self._extent[0] != key:
            # Nearly everything has three points: faster without numpy.
            across, down = zip(*self.places.tolist(), strict=True)
            self._extent = key, (min(across), min(down), max(across), max(down))
        return self._extent[1]

    def reach(self) -> float:
        """Return how far it paints beyond its points, in pixels of the stage."""
        return 0.0

    def damage(self, before: State, scale: float) -> Rect:
        """Return the pixels that differ from those of an earlier state with the same bounds."""
        return self.bounds(scale)

    def paint(self, canvas: Canvas) -> None:
        """Paint what lies within the canvas's clip."""
        raise NotImplementedError(f"{type(self).__name__} does not paint itself")

    # What Manim's own animations ask for.

    def interpolate_color(self, mobject1: Mobject, mobject2: Mobject, alpha: float) -> Self:
        """Pass gradually through the animated attributes; FadeIn, ``.animate`` and others do."""
        for name in self.animated:
            start, end = getattr(mobject1, name), getattr(mobject2, name)
            setattr(self, name, start + (end - start) * alpha)
        return self

    def set_opacity(self, opacity: float) -> Self:
        """Make it lighter or heavier: 0 is invisible, 1 opaque."""
        self.opacity = opacity
        for part in self.submobjects:
            part.set_opacity(opacity)
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        """Take away a share of the opacity."""
        self.opacity *= 1 - darkness
        return super().fade(darkness, family)
