"""A Manim camera that draws only what changed since the last frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from manim.camera.camera import Camera
from manim.mobject.mobject import Mobject
from manim.mobject.types.vectorized_mobject import VMobject

from convexplain.stage.canvas import Canvas
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import Rect, from_scene, merge
from convexplain.style.theme import Theme

Shown = dict[int, tuple[State, Rect, Mobject]]


class StageCamera(Camera):
    """Paints mobjects of the stage, and Manim's own vector mobjects between them.

    Every mobject tells its state; where a state or a place differs from the last frame's, that
    rectangle is painted anew, and the rest of the picture stays.

    Parameters
    ----------
    theme : Theme
        Colours of the background and of all tokens.

    Attributes
    ----------
    changed : list of Rect
        The pixels that the last capture painted.
    """

    def __init__(self, theme: Theme, **kwargs: Any) -> None:
        super().__init__(background_color=theme.background, **kwargs)
        self.theme = theme
        self.reset()
        pixels: Any = self.pixel_array
        self.picture = Canvas(pixels, theme)
        self.changed: list[Rect] = [self.picture.frame]
        self._shown: Shown = {}
        self._order: list[int] = []
        self._blank = True

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: Any) -> None:
        """Bring the picture up to date with what the mobjects look like now."""
        everything = list(_family(mobjects))
        everything.sort(key=lambda mobject: mobject.z_index)
        now: Shown = {}
        for mobject in everything:
            now[id(mobject)] = (*self._looks(mobject), mobject)
        self.changed = merge(rect.intersection(self.picture.frame) for rect in self._damage(now))
        for rect in self.changed:
            with self.picture.within(rect):
                for _, bounds, mobject in now.values():
                    if bounds.meets(rect):
                        self._paint(mobject)
        self._shown = now
        self._order = list(now)
        self._blank = False

    def _damage(self, now: Shown) -> Iterator[Rect]:
        """Find what differs from the last frame."""
        before = self._shown
        kept = [key for key in self._order if key in now]
        if self._blank or kept != [key for key in now if key in before]:
            yield self.picture.frame
            return
        for key, (_, bounds, _) in before.items():
            if key not in now:
                yield bounds
        for key, (state, bounds, mobject) in now.items():
            old = before.get(key)
            if old is None:
                yield bounds
            elif old[0] != state:
                if isinstance(mobject, StageMobject) and old[1] == bounds:
                    yield mobject.damage(old[0], self.picture.scale)
                else:
                    yield bounds.union(old[1])

    def _looks(self, mobject: Mobject) -> tuple[State, Rect]:
        if isinstance(mobject, StageMobject):
            return mobject.state(), mobject.bounds(self.picture.scale)
        if isinstance(mobject, VMobject):
            places = from_scene(mobject.points) * self.picture.scale
            margin = 2 + mobject.get_stroke_width() * self.picture.scale
            low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
            state = (
                mobject.points.tobytes(),
                np.asarray(mobject.fill_rgbas).tobytes(),
                np.asarray(mobject.stroke_rgbas).tobytes(),
                float(mobject.stroke_width),
            )
            return state, Rect(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1)
        raise TypeError(
            f"the stage cannot draw a {type(mobject).__name__}: use a vector mobject of Manim's, "
            "or PixelGrid for pictures"
        )

    def _paint(self, mobject: Mobject) -> None:
        if isinstance(mobject, StageMobject):
            mobject.paint(self.picture)
            return
        context = self.get_cairo_context(self.pixel_array)
        left, top, right, bottom = self.picture.clip
        matrix = context.get_matrix()
        context.save()
        context.new_path()  # Manim leaves its last one behind
        context.identity_matrix()
        context.rectangle(left, top, right - left, bottom - top)
        context.clip()
        context.set_matrix(matrix)
        self.display_vectorized(mobject, context)  # type: ignore[arg-type]
        context.restore()


def _family(mobjects: Iterable[Mobject]) -> Iterator[Mobject]:
    """Walk through mobjects and their parts, each once, in the order in which they are drawn."""
    seen: set[int] = set()
    stack = list(mobjects)[::-1]
    while stack:
        mobject = stack.pop()
        if id(mobject) in seen:
            continue
        seen.add(id(mobject))
        if len(mobject.points) > 0:
            yield mobject
        stack.extend(mobject.submobjects[::-1])
