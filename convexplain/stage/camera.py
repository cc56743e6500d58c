"""A Manim camera that draws only what changed since the last frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import cairo
import numpy as np
from manim.camera.camera import Camera
from manim.mobject.mobject import Mobject
from manim.mobject.types.vectorized_mobject import VMobject

from convexplain.stage.canvas import Canvas
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import HEIGHT, PER_UNIT, WIDTH, Rect, Shot, from_scene, merge
from convexplain.style.theme import Theme

Box = tuple[float, float, float, float]
Shown = dict[int, tuple[State, Rect, Mobject]]


class StageCamera(Camera):
    """Paints mobjects of the stage, and Manim's own vector mobjects between them.

    Every mobject tells its state; where a state or a place differs from the last frame's, that
    rectangle is painted anew, and the rest of the picture stays. What it looks at from nearby is
    painted in the size in which it is seen, so that grids and text stay sharp.

    Parameters
    ----------
    theme : Theme
        Colours of the background and of all tokens.

    Attributes
    ----------
    changed : list of Rect
        The pixels that the last capture painted.
    shot : Shot
        Which part of the stage is seen, and how large; not by what is pinned to the frame.
    stage_area : Rect
        The part of the frame in which the stage is seen, and into which `to` fits what it looks
        at; the whole frame at first.
    """

    def __init__(self, theme: Theme, **kwargs: Any) -> None:
        super().__init__(background_color=theme.background, **kwargs)
        self.theme = theme
        self.reset()
        pixels: Any = self.pixel_array
        self.picture = Canvas(pixels, theme)
        self.changed: list[Rect] = [self.picture.frame]
        self.home_shot = self.shot = self.picture.shot
        self.stage_area = self.picture.frame
        self._shown: Shown = {}
        self._shown_in = self.shot
        self._still = True
        self._order: list[int] = []
        self._blank = True

    def to(self, box: Box, share: float = 0.9, most: float = 8.0) -> Callable[[float], None]:
        """Return what brings the camera to a part of the stage, for `StageScene.drive`.

        Parameters
        ----------
        box : (float, float, float, float)
            Left, top, width and height in pixels of the stage.
        share : float
            How much of the frame's width or height it takes, of the one that it fills first.
        most : float
            How many times as large as at home it is seen at most.

        Returns
        -------
        callable
            Takes a number from 0 to 1; the way is measured from where the camera is at its first
            call.
        """
        left, top, width, height = box
        area = self.stage_area
        scale = share * min(
            (area.right - area.left) / max(width, 1e-9),
            (area.bottom - area.top) / max(height, 1e-9),
        )
        scale = min(scale, most * self.home_shot.scale)
        goal = Shot(
            scale,
            round((left + width / 2) * scale - (area.left + area.right) / 2),
            round((top + height / 2) * scale - (area.top + area.bottom) / 2),
        )
        return self._glide(goal)

    def home(self) -> Callable[[float], None]:
        """Return what brings the camera back to where all of the stage is seen."""
        return self._glide(self.home_shot)

    def _glide(self, goal: Shot) -> Callable[[float], None]:
        start: Shot | None = None

        def go(alpha: float) -> None:
            nonlocal start
            start = self.shot if start is None else start
            self.shot = between(start, goal, alpha)

        return go

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: Any) -> None:
        """Bring the picture up to date with what the mobjects look like now."""
        everything = list(_family(mobjects))
        everything.sort(key=lambda mobject: mobject.z_index)
        now: Shown = {}
        self._still = self.shot == self._shown_in
        for mobject in everything:
            now[id(mobject)] = (*self._looks(mobject), mobject)
        self.changed = merge(rect.intersection(self.picture.frame) for rect in self._damage(now))
        whole = self.shot == self.home_shot and self.stage_area == self.picture.frame
        looks = [
            (*bounds, whole or _pinned(mobject), mobject) for _, bounds, mobject in now.values()
        ]
        for rect in self.changed:
            left, top, right, bottom = rect
            # Written out: this is asked more often than anything else.
            touched = [
                (at_home, mobject) for x0, y0, x1, y1, at_home, mobject in looks
                if left < x1 and x0 < right and top < y1 and y0 < bottom and x0 < x1 and y0 < y1
            ]  # fmt: skip
            with self.picture.within(rect):
                for at_home, run in groupby(touched, key=itemgetter(0)):
                    if at_home:
                        for _, mobject in run:
                            self._paint(mobject)
                    else:
                        with self.picture.seen(self.shot, self.stage_area):
                            for _, mobject in run:
                                self._paint(mobject)
        self._shown, self._shown_in = now, self.shot
        self._order = list(now)
        self._blank = False

    def _damage(self, now: Shown) -> Iterator[Rect]:
        """Find what differs from the last frame, in the frame's pixels."""
        before = self._shown
        kept = [key for key in self._order if key in now]
        if self._blank or kept != [key for key in now if key in before]:
            yield self.picture.frame
            return
        if self.shot != self._shown_in:
            yield self._seen_by(now)
            before = {key: looks for key, looks in before.items() if _pinned(looks[2])}
            now = {key: looks for key, looks in now.items() if _pinned(looks[2])}
        for key, (_, bounds, _) in before.items():
            if key not in now:
                yield bounds
        for key, (state, bounds, mobject) in now.items():
            old = before.get(key)
            if old is None:
                yield bounds
            elif old[0] != state:
                if isinstance(mobject, StageMobject) and old[1] == bounds:
                    shot = self._shot_of(mobject)
                    yield shot.in_frame(mobject.damage(old[0], shot.scale))
                else:
                    yield bounds.union(old[1])

    def _seen_by(self, now: Shown) -> Rect:
        """Return all of the frame in which anything was or is that moves with the camera."""
        left, top, right, bottom = self.stage_area
        seen = [
            (max(x0, left), max(y0, top), min(x1, right), min(y1, bottom))
            for shown in (self._shown, now)
            for _, (x0, y0, x1, y1), mobject in shown.values()
            if x0 < right and left < x1 and y0 < bottom and top < y1 and not _pinned(mobject)
        ]
        if not seen:
            return Rect(0, 0, 0, 0)
        lefts, tops, rights, bottoms = zip(*seen, strict=True)
        return Rect(min(lefts), min(tops), max(rights), max(bottoms))

    def _shot_of(self, mobject: Mobject) -> Shot:
        return self.home_shot if _pinned(mobject) else self.shot

    def _looks(self, mobject: Mobject) -> tuple[State, Rect]:
        shot = self._shot_of(mobject)
        if isinstance(mobject, StageMobject):
            state, old = mobject.state(), self._shown.get(id(mobject))
            if old is not None and old[0] == state and (self._still or _pinned(mobject)):
                return state, old[1]
            return state, shot.in_frame(mobject.bounds(shot.scale))
        if isinstance(mobject, VMobject):
            places = from_scene(mobject.points) * shot.scale
            margin = 2 + mobject.get_stroke_width() * shot.scale
            low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
            state = (
                mobject.points.tobytes(),
                np.asarray(mobject.fill_rgbas).tobytes(),
                np.asarray(mobject.stroke_rgbas).tobytes(),
                float(mobject.stroke_width),
            )
            rect = Rect(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1)
            return state, shot.in_frame(rect)
        raise TypeError(
            f"the stage cannot draw a {type(mobject).__name__}: use a vector mobject of Manim's, "
            "or PixelGrid for pictures"
        )

    def _paint(self, mobject: Mobject) -> None:
        if isinstance(mobject, StageMobject):
            mobject.paint(self.picture)
            return
        context = self.get_cairo_context(self.pixel_array)
        shot = self.picture.shot
        left, top, right, bottom = shot.in_frame(self.picture.clip)
        matrix = context.get_matrix()
        if shot != self.home_shot:
            unit = PER_UNIT * shot.scale
            matrix = cairo.Matrix(
                xx=unit,
                yy=-unit,
                x0=WIDTH / 2 * shot.scale - shot.left,
                y0=HEIGHT / 2 * shot.scale - shot.top,
            )
        context.save()
        context.new_path()  # Manim leaves its last one behind
        context.identity_matrix()
        context.rectangle(left, top, max(0, right - left), max(0, bottom - top))
        context.clip()
        context.set_matrix(matrix)
        self.display_vectorized(mobject, context)  # type: ignore[arg-type]
        context.restore()


def between(start: Shot, goal: Shot, alpha: float) -> Shot:
    """Return the shot after a share of the way: straight, each moment as much nearer as the last.

    Parameters
    ----------
    start, goal : Shot
        The ends of the way.
    alpha : float
        0 is the start, 1 the goal.
    """
    if alpha >= 1:
        return goal
    scale = start.scale * (goal.scale / start.scale) ** alpha
    near = abs(goal.scale - start.scale) < 1e-9
    way = alpha if near else (scale - start.scale) / (goal.scale - start.scale)
    return Shot(
        scale,
        round(start.left + (goal.left - start.left) * way),
        round(start.top + (goal.top - start.top) * way),
    )


def _pinned(mobject: Mobject) -> bool:
    return bool(getattr(mobject, "pinned", False))


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
