"""A magnifier: a part of the stage, seen larger in a box of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convexplain.stage.camera import Box
from convexplain.stage.canvas import Canvas
from convexplain.stage.mobject import StageMobject, State
from convexplain.stage.units import Rect, Shot


class Inset(StageMobject):
    """Shows some mobjects a second time, from nearby, painted in the size in which they are seen.

    Parameters
    ----------
    watched : sequence of StageMobject
        What it shows, from the back to the front.
    region : (float, float, float, float)
        The part of the stage that it looks at: left, top, width and height.
    box : (float, float, float, float)
        Where it stands. The region fills its width.
    colour : str
        Token of the theme, of the line around it.
    line : float
        Width of that line, in pixels of the stage; 0 draws none.

    Examples
    --------
    ::

        lens = Inset([digit, window], region=(300, 200, 90, 90), box=(1200, 200, 500, 500))
        self.appear(lens)
        self.drive(lens.to((480, 300, 90, 90)), 1.0)
    """

    def __init__(
        self,
        watched: Sequence[StageMobject],
        region: Box,
        box: Box,
        *,
        colour: str = "muted",
        line: float = 3.0,
        opacity: float = 1.0,
    ) -> None:
        left, top, width, height = box
        places = [(left, top), (left + width, top), (left, top + height)]
        super().__init__(places, opacity=opacity)
        self.watched = tuple(watched)
        self.region = region
        self.colour = colour
        self.line = line

    def to(self, region: Box) -> Callable[[float], None]:
        """Return what brings it to another part of the stage, for `StageScene.drive`."""
        start = self.region

        def go(alpha: float) -> None:
            left, top, width, height = (
                a + (b - a) * alpha for a, b in zip(start, region, strict=True)
            )
            self.region = (left, top, width, height)

        return go

    def state(self) -> State:
        """Return all that its looks depend on."""
        seen = tuple(mobject.state() for mobject in self.watched)
        return (*super().state(), self.region, self.colour, seen)

    def reach(self) -> float:
        """The line lies around it."""
        return self.line + 1

    def paint(self, canvas: Canvas) -> None:
        """Paint what it shows, and the line around it."""
        if self.opacity <= 0:
            return
        corners = self.places * canvas.scale
        left, top = map(round, corners[0].tolist())
        right, bottom = round(corners[1, 0]), round(corners[2, 1])
        inside = canvas.shot.in_frame(Rect(left, top, right, bottom))
        if inside.empty:
            return
        scale = (right - left) / self.region[2]
        shot = Shot(
            scale,
            round(self.region[0] * scale) - inside.left,
            round(self.region[1] * scale) - inside.top,
        )
        under = None
        with canvas.seen(shot, inside):
            if self.opacity < 1:
                under = canvas.copy()
            canvas.clear()
            for mobject in self.watched:
                mobject.paint(canvas)
            if under is not None:
                canvas.fade(under, 1 - self.opacity)
        self._outline(canvas, Rect(left, top, right, bottom))

    def _outline(self, canvas: Canvas, box: Rect) -> None:
        if not self.line:
            return
        width = max(1.0, self.line * canvas.scale)
        canvas.source(self.colour, self.opacity)
        canvas.context.set_line_width(width)
        canvas.context.rectangle(
            box.left - width / 2,
            box.top - width / 2,
            box.right - box.left + width,
            box.bottom - box.top + width,
        )
        canvas.context.stroke()
