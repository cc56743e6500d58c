"""A Manim camera that draws only what changed since the last frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, groupby, takewhile
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt
from manim.camera.camera import Camera
from manim.mobject.mobject import Mobject
from manim.mobject.types.vectorized_mobject import VMobject

from convexplain.stage.canvas import Canvas, Pixels
from convexplain.stage.grid import PixelGrid, paint_sheets
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.shapes import Line, WindowFrame
from convexplain.stage.units import (
    HEIGHT,
    PER_UNIT,
    WIDTH,
    Points,
    Rect,
    Shot,
    clipped,
    from_scene,
    merge,
)
from convexplain.style.theme import Theme

Box = tuple[float, float, float, float]
Shown = dict[int, "_Look"]
#: Whether it is seen as at home, what it is, and the number of its look.
_Touched = tuple[bool, Mobject, int]
#: From one shot to another, each with the box that is looked at, and how much of the way is gone.
Way = tuple[tuple[Shot, Box | None], tuple[Shot, Box | None], float]


class _Look(NamedTuple):
    """How a mobject looks: its state, where it is in the frame, and the number of this look."""

    state: State
    bounds: Rect
    mobject: Mobject
    number: int  # no two looks have the same, and later ones have larger ones


class _Backdrop(NamedTuple):
    """What lay below all that moved in a rectangle, by the numbers of its looks."""

    looks: tuple[int, ...]
    pixels: Pixels | None  # only of what was there twice


_DEPTH, _PARTS = attrgetter("z_index"), attrgetter("submobjects")
#: How many times as large something must be seen for the camera to come near.
_WORTH = 1.25
#: How far from what it belongs to a window or the end of a line may lie, and how near the frame's
#: edge what is not looked at, in pixels of the stage.
_NEAR = 12.0


class StageCamera(Camera):
    """Paints mobjects of the stage, and Manim's own vector mobjects between them.

    What the edge of the frame would cut is not drawn while the camera is near, unless it is looked
    at. Every mobject tells its state; where a state or a place differs from the last frame's, that
    rectangle is painted anew, and the rest of the picture stays. Where something moves on the spot,
    what lies below it is painted twice, and then kept. What it looks at from nearby is painted in
    the size in which it is seen, so that grids and text stay sharp. `theme`: colours of the
    background and of all tokens. `changed`: the pixels that the last capture painted. `shot`: which
    part of the stage is seen, and how large; not by what is pinned to the frame. `veils`: how much
    of a mobject, by its identity, is hidden because the frame would cut it. `stage_area`: the part
    of the frame in which the stage is seen, and into which `to` fits what it looks at; the whole
    frame at first. `side`: how much of its width at either side `to` keeps free of what it looks
    at; 0 at first.
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
        self.side = 0.0
        self._way: Way = ((self.shot, None), (self.shot, None), 1.0)
        self.veils: dict[int, float] = {}
        self._shown: Shown = {}
        self._shown_in = self.shot
        self._still = True
        self._blank = True
        #: What was given last, how deep it lies, and all that is drawn of it, from the back.
        self._given: list[Mobject] | None = None
        self._depths: list[float] = []
        self._everything: list[Mobject] = []
        self._all_own = False
        #: Left, top, right and bottom of all that is shown, and in which column of them each is.
        self._boxes = np.empty((4, 0), dtype=np.int64)
        self._rows: dict[int, int] = {}
        self._numbers = count()
        self._backdrops: dict[Rect, _Backdrop] = {}

    def to(self, box: Box, share: float = 0.9, most: float = 8.0) -> Callable[[float], None]:
        """Return what brings the camera to a part of the stage, for `StageScene.drive`.

        `box`: left, top, width and height in pixels of the stage. `share`: how much of the frame's
        width or height it takes, of the one that it fills first. `most`: how many times as large as
        at home it is seen at most; for less than a quarter more the camera stays at home, since
        that only cuts what stands beside it. Result: takes a number from 0 to 1; the way is
        measured from where the camera is at its first call.
        """
        left, top, width, height = box
        area = self.stage_area
        wide = area.right - area.left
        scale = min(
            min(share * wide, wide - 2 * self.side) / max(width, 1e-9),
            share * (area.bottom - area.top) / max(height, 1e-9),
            most * self.home_shot.scale,
        )
        if scale < _WORTH * self.home_shot.scale:
            return self.home()
        goal = Shot(
            scale,
            round((left + width / 2) * scale - (area.left + area.right) / 2),
            round((top + height / 2) * scale - (area.top + area.bottom) / 2),
        )
        return self._glide(goal, box)

    def home(self) -> Callable[[float], None]:
        """Return what brings the camera back to where all of the stage is seen."""
        return self._glide(self.home_shot)

    def _glide(self, goal: Shot, box: Box | None = None) -> Callable[[float], None]:
        start: tuple[Shot, Box | None] | None = None

        def go(alpha: float) -> None:
            nonlocal start
            if start is None:
                start = self.shot, self._way[1][1]
            self.shot = between(start[0], goal, alpha)
            self._way = start, (goal, box), alpha

        return go

    def _veil(self, mobject: Mobject) -> float:
        """Return how much of something is hidden because the edge of the frame would cut it."""
        start, goal, alpha = self._way
        if not isinstance(mobject, StageMobject) or mobject.pinned:
            return 0.0
        before, after = self._cuts(mobject, *start), self._cuts(mobject, *goal)
        if before == after:
            return float(after)
        return min(1.0, 2.5 * alpha) if after else max(0.0, min(1.0, 2.5 - 2.5 * alpha))

    def _cuts(self, mobject: StageMobject, shot: Shot, box: Box | None) -> bool:
        """Return whether the edge of a shot cuts something that is not looked at."""
        if box is None or shot == self.home_shot:
            return False
        if _meets(mobject, box):
            return False
        left, top, right, bottom = mobject.extent()
        area, scale = self.stage_area, shot.scale
        # What lies at the very edge looks cut, too.
        x0, y0 = (area.left + shot.left) / scale + _NEAR, (area.top + shot.top) / scale + _NEAR
        x1 = (area.right + shot.left) / scale - _NEAR
        y1 = (area.bottom + shot.top) / scale - _NEAR
        return not (x0 <= left and y0 <= top and right <= x1 and bottom <= y1)

    def _with_groups(
        self, everything: Iterable[Mobject], veils: Mapping[int, float]
    ) -> dict[int, float]:
        """Return what is hidden with the rest of its panel, of which nothing is looked at."""
        boxes = [box for _, box in self._way[:2] if box is not None]
        panels: dict[str, list[StageMobject]] = {}
        for mobject in everything:
            if isinstance(mobject, StageMobject) and mobject.group:
                panels.setdefault(mobject.group, []).append(mobject)
        found: dict[int, float] = {}
        for parts in panels.values():
            veil = max(veils.get(id(part), 0.0) for part in parts)
            if veil and not any(_meets(part, box) for part in parts for box in boxes):
                found |= {id(part): veil for part in parts}
        return found

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: Any) -> None:
        """Bring the picture up to date with what the mobjects look like now."""
        newest = next(self._numbers)
        self._still = self.shot == self._shown_in
        before, given = self._shown, list(mobjects)
        stands = not self._blank and self._stands(given)
        if not stands:
            self._everything = sorted(_family(given), key=_DEPTH)
            self._given, self._depths = given, [*map(_DEPTH, given)]
            self._all_own = all(isinstance(each, StageMobject) for each in self._everything)
        fresh: Shown = {}
        for mobject in self._everything:
            last = before.get(id(mobject))
            look = self._look(mobject, last)
            if look is not last:
                fresh[id(mobject)] = look
        now = before if stands else {
            key: fresh.get(key) or before[key] for key in map(id, self._everything)
        }  # fmt: skip
        damage = [*self._damage(now, fresh)]
        self._keep(now, fresh)
        damage += self._hide()
        self.changed = merge(clipped(damage, self.picture.frame))
        self._paint_changed(newest)
        self._shown_in, self._blank = self.shot, False

    def _stands(self, given: list[Mobject]) -> bool:
        """Return whether the same is drawn in the same order as in the last frame."""
        return (
            given == self._given
            and [*map(_DEPTH, given)] == self._depths
            # What has parts may have others now, and Manim's own may have lost its points.
            and not any(map(_PARTS, given))
            and self._all_own
        )

    def _keep(self, now: Shown, fresh: Shown) -> None:
        """Keep how all looks now, and where it is, as columns of numbers."""
        if now is self._shown:
            now |= fresh
            if fresh:
                rows = [self._rows[key] for key in fresh]
                self._boxes[:, rows] = _columns(fresh)
        else:
            self._shown, self._rows = now, dict(zip(now, count(), strict=False))
            self._boxes = _columns(now).copy()

    def _hide(self) -> list[Rect]:
        """Hide what the frame would cut, and return where more or less is hidden than before."""
        veils: dict[int, float] = {}
        if any(box is not None for _, box in self._way[:2]):
            for key, look in self._shown.items():
                if veil := self._veil(look.mobject):
                    veils[key] = veil
        if veils:
            veils |= self._with_groups(self._everything, veils)
            veils |= _belonging(self._everything, veils)
        damage: list[Rect] = []
        for key in self.veils.keys() | veils.keys():
            if (found := self._shown.get(key)) and veils.get(key) != self.veils.get(key):
                damage.append(found.bounds)
                self._shown[key] = found._replace(number=next(self._numbers))
        self.veils = veils
        return damage

    def _paint_changed(self, newest: int) -> None:
        """Paint anew what changed; looks from this number on are of this frame."""
        before, self._backdrops = {} if self._blank else self._backdrops, {}
        if not self.changed:
            return
        whole = self.shot == self.home_shot and self.stage_area == self.picture.frame
        looks = [
            (whole or _pinned(look.mobject), look.mobject, look.number)
            for look in self._shown.values()
        ]
        there = np.array([self.veils.get(key, 0.0) < 1 for key in self._shown], dtype=bool)
        x0, y0, x1, y1 = self._boxes
        for rect in self.changed:
            left, top, right, bottom = rect
            meets = (x0 < right) & (x1 > left) & (y0 < bottom) & (y1 > top) & there
            touched = [looks[row] for row in meets.nonzero()[0].tolist()]
            old = tuple([look[2] for look in takewhile(lambda look: look[2] < newest, touched)])
            self._backdrops[rect] = self._paint_from(before.get(rect), rect, touched, old)

    def _paint_from(
        self,
        before: _Backdrop | None,
        rect: Rect,
        touched: Sequence[_Touched],
        old: tuple[int, ...],
    ) -> _Backdrop:
        """Paint a rectangle, and return what lies below the first that looks otherwise than before.

        `before`: that of the last frame. `touched`: all that lies in it, from the back to the
        front. `old`: the numbers of those at its back that look as they did.
        """
        again = before is not None and before.looks == old
        kept = before.pixels if before is not None and again else None
        with self.picture.within(rect, kept):
            if kept is None:
                self._paint_all(touched[: len(old)])
                if again and old:
                    kept = self.picture.copy()
            self._paint_all(touched[len(old) :])
        return _Backdrop(old, kept)

    def _paint_all(self, touched: Iterable[_Touched]) -> None:
        for at_home, run in groupby(touched, key=itemgetter(0)):
            mobjects = [mobject for _, mobject, _ in run]
            if at_home:
                self._paint_run(mobjects)
            else:
                with self.picture.seen(self.shot, self.stage_area):
                    self._paint_run(mobjects)

    def _paint_run(self, mobjects: Iterable[Mobject]) -> None:
        """Paint mobjects that are seen in the same shot; sheets in a row all at once."""
        for sheets, run in groupby(mobjects, key=self._is_sheet):
            if sheets:
                grids: Any = list(run)
                paint_sheets(self.picture, grids)
            else:
                for mobject in run:
                    self._paint(mobject)

    def _is_sheet(self, mobject: Mobject) -> bool:
        return isinstance(mobject, PixelGrid) and mobject.is_sheet and id(mobject) not in self.veils

    def _damage(self, now: Shown, fresh: Shown) -> Iterator[Rect]:
        """Find what differs from the last frame, in the frame's pixels."""
        before = self._shown
        if now is not before:
            kept = [key for key in before if key in now]
            if self._blank or kept != [key for key in now if key in before]:
                yield self.picture.frame
                return
            for key, look in before.items():
                if key not in now and (self._still or _pinned(look.mobject)):
                    yield look.bounds
        if not self._still:
            yield self._seen_by(before, fresh)
        for key, look in fresh.items():
            old = before.get(key)
            if not self._still and not _pinned(look.mobject):
                continue
            if old is None:
                yield look.bounds
            elif old.state != look.state:
                if isinstance(look.mobject, StageMobject) and old.bounds == look.bounds:
                    shot = self._shot_of(look.mobject)
                    yield shot.in_frame(look.mobject.damage(old.state, shot.scale))
                else:
                    yield look.bounds.union(old.bounds)

    def _seen_by(self, *shown: Shown) -> Rect:
        """Return all of the frame in which anything was or is that moves with the camera."""
        left, top, right, bottom = self.stage_area
        seen = [
            (max(x0, left), max(y0, top), min(x1, right), min(y1, bottom))
            for looks in shown
            for _, (x0, y0, x1, y1), mobject, _ in looks.values()
            if x0 < right and left < x1 and y0 < bottom and top < y1 and not _pinned(mobject)
        ]
        if not seen:
            return Rect(0, 0, 0, 0)
        lefts, tops, rights, bottoms = zip(*seen, strict=True)
        return Rect(min(lefts), min(tops), max(rights), max(bottoms))

    def _shot_of(self, mobject: Mobject) -> Shot:
        return self.home_shot if _pinned(mobject) else self.shot

    def _look(self, mobject: Mobject, old: _Look | None) -> _Look:
        """Return how a mobject looks now: the old look, if nothing of it changed."""
        if isinstance(mobject, StageMobject):
            state = mobject.state()
            if old is not None and old.state == state and (self._still or mobject.pinned):
                return old
            shot = self._shot_of(mobject)
            bounds = shot.in_frame(mobject.bounds(shot.scale))
            return _Look(state, bounds, mobject, next(self._numbers))
        if isinstance(mobject, VMobject):
            shot = self._shot_of(mobject)
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
            bounds = shot.in_frame(rect)
            if old is not None and (old.state, old.bounds) == (state, bounds):
                return old
            return _Look(state, bounds, mobject, next(self._numbers))
        raise TypeError(
            f"the stage cannot draw a {type(mobject).__name__}: use a vector mobject of Manim's, "
            "or PixelGrid for pictures"
        )

    def _paint(self, mobject: Mobject) -> None:
        if isinstance(mobject, StageMobject):
            opacity = mobject.opacity
            mobject.opacity = opacity * (1 - self.veils.get(id(mobject), 0.0))
            mobject.paint(self.picture)
            mobject.opacity = opacity
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

    `start` and `goal`: the ends of the way. `alpha`: 0 is the start, 1 the goal.
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


def _meets(mobject: StageMobject, box: Box) -> bool:
    left, top, right, bottom = mobject.extent()
    return (
        left < box[0] + box[2] and box[0] < right and top < box[1] + box[3] and box[1] < bottom
    )  # fmt: skip


def _belonging(everything: Iterable[Mobject], veils: Mapping[int, float]) -> dict[int, float]:
    """Return what is hidden because what it belongs to is: a window on a grid, a line to either."""
    found: dict[int, float] = {}
    hidden = [
        (mobject.extent(), veils[id(mobject)]) for mobject in everything
        if isinstance(mobject, PixelGrid | WindowFrame) and id(mobject) in veils
    ]  # fmt: skip
    rest = [mobject for mobject in everything if id(mobject) not in veils]
    for kind in (WindowFrame, Line):
        for mobject in rest:
            if isinstance(mobject, kind):
                places = mobject.places if kind is WindowFrame else mobject.places[[0, -1]]
                veil = max((v for box, v in hidden if _holds(box, places, kind)), default=0.0)
                if veil:
                    found[id(mobject)] = veil
                    hidden.append((mobject.extent(), veil))
    return found


def _holds(box: Box, places: Points, kind: type[Mobject]) -> bool:
    """Return whether a box holds all points, or an end of a line."""
    x, y = places[:, 0], places[:, 1]
    held = (x >= box[0] - _NEAR) & (x <= box[2] + _NEAR)
    held &= (y >= box[1] - _NEAR) & (y <= box[3] + _NEAR)
    return bool(held.any() if kind is Line else held.all())


def _columns(looks: Shown) -> npt.NDArray[np.int64]:
    """Return left, top, right and bottom of looks, (4, n)."""
    sides = chain.from_iterable([look.bounds for look in looks.values()])
    return np.fromiter(sides, np.int64, 4 * len(looks)).reshape(-1, 4).T


def _pinned(mobject: Mobject) -> bool:
    return bool(getattr(mobject, "pinned", False))


def _family(mobjects: Iterable[Mobject]) -> Iterator[Mobject]:
    """Walk through mobjects and their parts, each once, in the order in which they are drawn."""
    seen: set[int] = set()
    for first in mobjects:
        if not first.submobjects:  # nearly all: nothing to walk through
            if id(first) not in seen:
                seen.add(id(first))
                if len(first.points) > 0:
                    yield first
            continue
        yield from _walk(first, seen)


def _walk(mobject: Mobject, seen: set[int]) -> Iterator[Mobject]:
    stack = [mobject]
    while stack:
        mobject = stack.pop()
        if id(mobject) in seen:
            continue
        seen.add(id(mobject))
        if len(mobject.points) > 0:
            yield mobject
        stack.extend(mobject.submobjects[::-1])
