"""A Manim scene on the stage, for anyone: pixel grids, labels, lines, drawn fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NamedTuple

from manim import config
from manim.animation.animation import Animation
from manim.mobject.mobject import Mobject
from manim.scene.scene import Scene
from manim.utils.rate_functions import linear, smooth
from tqdm import tqdm

from convexplain.stage.camera import StageCamera
from convexplain.stage.renderer import StageRenderer
from convexplain.style.theme import Look, Theme


class StageScene(Scene):
    """A scene whose mobjects are those of the stage, or Manim's vector mobjects, or both.

    Plays last whole frames, and the last frame of a play shows its end. ``manim render`` and
    ``scene.render()`` both work; nothing is cached between runs.

    Parameters
    ----------
    look : Look, optional
        Language and theme; the class attribute if not given.
    skip_animations : bool
        Whether every play jumps to its end and nothing is drawn, as layout checks want it.
    """

    look: ClassVar[Look] = Look()
    renderer: StageRenderer

    def __init__(
        self, look: Look | None = None, *, skip_animations: bool = False, **kwargs: Any
    ) -> None:
        self.shown_look = look or type(self).look
        renderer = StageRenderer(self.theme, skip_animations=skip_animations)
        super().__init__(renderer=renderer, skip_animations=skip_animations, **kwargs)
        self.renderer.on_frame = self.on_frame
        self.renderer.before_frame = self._advance
        self._meanwhile: list[_Meanwhile] = []

    @property
    def theme(self) -> Theme:
        """The colours."""
        return self.shown_look.tokens

    @property
    def camera(self) -> StageCamera:
        """What looks at the stage: `StageCamera.to` comes near to a part of it."""
        return self.renderer.camera

    @property
    def fades_in(self) -> bool:
        """Whether what comes now comes up from nothing; a lesson begins with its picture."""
        return True

    def on_frame(self, seconds: float) -> None:
        """Do something after each frame; for progress reports."""

    def get_time_progression(
        self,
        run_time: float,
        description: str,
        n_iterations: int | None = None,
        override_skip_animations: bool = False,
    ) -> tqdm[float]:
        """Return the moments at which the frames of a play are drawn."""
        frames = self.frames_in(run_time)
        first = frames if self.renderer.skip_animations else 1
        moments = [min(run_time, n / config.frame_rate) for n in range(first, frames + 1)]
        moments[-1] = run_time
        return tqdm(moments, disable=True)

    def frames_in(self, seconds: float) -> int:
        """Return how many frames a play of so many seconds has; at least one."""
        return max(1, round(seconds * config.frame_rate))

    @classmethod
    def validate_run_time(
        cls, run_time: float, method: Callable[[Any], Any], parameter_name: str = "run_time"
    ) -> float:
        """Refuse nothing that is at least a moment long; short plays get one frame."""
        if run_time <= 0:
            raise ValueError(f"{parameter_name} is {run_time:g} s: a play lasts more than 0 s")
        return run_time

    def drive(
        self,
        function: Callable[[float], None],
        seconds: float,
        rate: Callable[[float], float] = linear,
    ) -> None:
        """Call a function at every frame with how far the play has come.

        Parameters
        ----------
        function : callable
            Takes a number from 0 to 1 and changes mobjects accordingly.
        seconds : float
            How long the play lasts.
        rate : callable
            Manim's rate function; straight by default.
        """
        self.play(_Drive(function, rate_func=rate), run_time=seconds)

    def meanwhile(self, function: Callable[[float], None], seconds: float) -> None:
        """Call a function at every frame from now on, beside whatever is played.

        Parameters
        ----------
        function : callable
            Takes a number from 0 to 1, as in `drive`.
        seconds : float
            How long it takes; it stops where the scene does.
        """
        self._meanwhile.append(_Meanwhile(function, self.renderer.time, seconds))

    def update_mobjects(self, dt: float) -> None:
        """Call the updaters of all mobjects, if Manim's scenes have given them any."""
        for mobject in self.mobjects:
            if mobject.updaters or mobject.submobjects:
                mobject.update(dt)

    def add_mobjects_from_animations(self, animations: list[Animation]) -> None:
        """Add what is animated and not there yet; a drive has nothing of its own to show."""
        shown = [each for each in animations if not isinstance(each, _Drive)]
        if shown:
            super().add_mobjects_from_animations(shown)

    def get_moving_and_static_mobjects(
        self, animations: Iterable[Animation]
    ) -> tuple[list[Mobject], list[Mobject]]:
        """Name none: the camera finds out what moves."""
        return [], []

    def get_restructured_mobject_list(
        self, mobjects: Iterable[Mobject], to_remove: Iterable[Mobject]
    ) -> list[Mobject]:
        """Leave out what is to be removed; Manim searches the parts of what has none, too."""
        gone, left = set(to_remove), []
        for mobject in mobjects:
            if mobject.submobjects:
                left += super().get_restructured_mobject_list([mobject], gone)
            elif mobject not in gone:
                left.append(mobject)
        return left

    def _advance(self, time: float) -> None:
        for each in self._meanwhile:
            each.function(min(1.0, (time - each.start) / each.seconds))
        self._meanwhile = [
            each for each in self._meanwhile if time < each.start + each.seconds - 1e-9
        ]

    def wait(self, duration: float = 1.0, *args: Any, **kwargs: Any) -> None:
        """Hold the picture; what goes on meanwhile comes to its end first."""
        ends = [each.start + each.seconds for each in self._meanwhile]
        moving = min(duration, max(ends, default=0.0) - self.renderer.time)
        if moving > 0:
            self.drive(lambda alpha: None, moving)
            duration -= self.frames_in(moving) / config.frame_rate
        if duration > 1e-9:
            super().wait(duration, *args, **kwargs)

    def appear(self, *mobjects: Mobject, seconds: float = 0.4) -> None:
        """Add mobjects and let them come up from nothing, together."""
        goals = [(part, part.opacity) for part in _parts(mobjects)]
        self.add(*mobjects)

        def rise(alpha: float) -> None:
            for part, opacity in goals:
                part.opacity = opacity * alpha

        self.drive(rise, seconds, smooth)

    def vanish(self, *mobjects: Mobject, seconds: float = 0.3) -> None:
        """Let mobjects fade to nothing, together, and remove them."""
        starts = [(part, part.opacity) for part in _parts(mobjects)]

        def sink(alpha: float) -> None:
            for part, opacity in starts:
                part.opacity = opacity * (1 - alpha)

        self.drive(sink, seconds, smooth)
        self.remove(*mobjects)
        for part, opacity in starts:
            part.opacity = opacity


class _Meanwhile(NamedTuple):
    """What goes on beside the plays, since when, and for how long."""

    function: Callable[[float], None]
    start: float
    seconds: float


class _Drive(Animation):
    """Calls a function at each frame of a play."""

    def __init__(self, function: Callable[[float], None], **kwargs: Any) -> None:
        super().__init__(Mobject(), **kwargs)
        self.function = function

    def interpolate_mobject(self, alpha: float) -> None:
        self.function(self.rate_func(alpha))


def _parts(mobjects: tuple[Mobject, ...]) -> list[Any]:
    return [part for mobject in mobjects for part in mobject.get_family() if len(part.points)]
