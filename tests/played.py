"""Lessons played without a file: what stands on the stage after each play, and at each beat's end.

A lesson is played once a process and look; tests ask of it what a viewer would see.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from convexplain import lessons
from convexplain.style.theme import Look

#: The two looks in which every lesson is played: each language, and each theme, in one of them.
LOOKS = (Look("en", "dark"), Look("zh", "light"))
HEIGHT = 480
#: What Manim keeps in every mobject, and in a scene, besides what these call by a name.
_MANIMS = frozenset(
    ("submobjects", "updaters", "target", "mobjects", "foreground_mobjects", "static_mobjects",
     "moving_mobjects", "animations", "renderer", "board")
)  # fmt: skip
#: What is copied of a mobject's attributes; others never change in place.
_COPIED = frozenset((np.ndarray, list, dict))


class Stage:
    """What stood on the stage at one moment; nothing is kept of the scene but copies.

    `seconds` count from the lesson's beginning. `at_home` says whether the whole stage was seen,
    `caption` what could be read at the bottom, its lines joined; `parts` are copies of all that was
    visible, in the order in which it was drawn.
    """

    def __init__(self, scene: Any) -> None:
        self.seconds = float(scene.renderer.time)
        self.beat: str = scene.playing.name
        camera = scene.renderer.camera
        self.at_home = camera.shot == camera.home_shot
        twins: dict[int, Any] = {}
        for mobject in scene.mobjects:
            for part in mobject.get_family():
                if len(part.points) and getattr(part, "opacity", 1) > 0.05:
                    twins[id(part)] = _twin(part)
        self.parts = list(twins.values())
        spoken = [*scene._title, *scene._caption]
        self.caption = "".join(twins[id(p)].text for p in scene._caption if id(p) in twins)
        aside = {id(twins[id(part)]) for part in spoken if id(part) in twins}
        self.shown = [part for part in self.parts if id(part) not in aside]
        seen: set[int] = set()
        from manim import Mobject

        self._named = {
            name: twins[id(part)]
            for attribute, found in vars(scene).items()
            if attribute not in _MANIMS
            for name, part in _named(found, attribute, seen, Mobject)
            if id(part) in twins
        }
        board = scene.board.parts.items()
        self._named |= {name: twins[id(part)] for name, part in board if id(part) in twins}

    def __getitem__(self, name: str) -> Any:
        """Return what the scene calls so, as in ``stage["terms[sum][1]"]``."""
        return self._named[name]

    @property
    def names(self) -> tuple[str, ...]:
        """What the scene calls the visible parts."""
        return tuple(self._named)

    def __contains__(self, name: str) -> bool:
        return name in self._named

    def of(self, kind: type) -> list[Any]:
        """Return all visible parts of a kind."""
        return [part for part in self.shown if isinstance(part, kind)]

    @property
    def texts(self) -> list[str]:
        """What the labels say, without title and caption, in the order in which they were drawn."""
        from convexplain.stage import Label

        return [part.text for part in self.of(Label) if part.text]


@dataclass
class Played:
    """A lesson that was played to its end."""

    lesson: Any
    look: Look
    seconds: float = 0.0
    cues: list[Any] = field(default_factory=list)
    #: After each play, in order; at the end of each beat, by its name.
    plays: list[Stage] = field(default_factory=list)
    ends: dict[str, Stage] = field(default_factory=dict)
    #: At the end of each beat: what overlaps or is too small, and the frame, uint8 (h, w, 3).
    problems: dict[str, list[str]] = field(default_factory=dict)
    frames: dict[str, np.ndarray] = field(default_factory=dict)

    def during(self, beat: str) -> list[Stage]:
        """Return the moments after each play of a beat."""
        return [stage for stage in self.plays if stage.beat == beat]

    def before(self, beat: str) -> Stage | None:
        """Return the end of the beat before; None for the first."""
        names = list(self.ends)
        at = names.index(beat)
        return self.ends[names[at - 1]] if at else None


def play(lesson: Any, look: Look = LOOKS[0], *, rate: int = 15, watch: bool = False) -> Played:
    """Play a lesson at so many frames a second.

    With `watch`, what stands on the stage is kept after each play, and each beat's last frame,
    which is `HEIGHT` pixels high.
    """
    from manim import tempconfig

    from convexplain.stage.layout import problems
    from convexplain.video.job import Job
    from convexplain.video.worker import scene_class

    played = Played(lesson, look)

    class Watched(scene_class(Job(lesson, Path("none.mp4")))):  # type: ignore[misc]
        def play(self, *args: Any, **kwargs: Any) -> None:
            super().play(*args, **kwargs)
            if watch:
                played.plays.append(Stage(self))

        def on_beat(self, beat: Any) -> None:
            played.ends[beat.name] = Stage(self)
            played.problems[beat.name] = problems(self.mobjects)
            if watch:
                self.renderer.update_frame(self)
                played.frames[beat.name] = self.renderer.camera.picture.pixels.copy()

    with tempfile.TemporaryDirectory() as media:
        settings = {
            "dry_run": True,
            "media_dir": media,
            "pixel_height": HEIGHT,
            "pixel_width": round(HEIGHT * 16 / 9) // 2 * 2,
            "frame_rate": rate,
        }
        with tempconfig(settings):
            scene = Watched(lesson, look, skip_animations=True)
            scene.render()
    played.seconds = float(scene.renderer.time)
    played.cues = list(scene.cues)
    return played


def cut(scene: Any) -> list[str]:
    """Return the texts that are drawn, and that the edge of the frame cuts, as it is now."""
    from convexplain.stage import Label

    scene.renderer.update_frame(scene)
    camera, found = scene.renderer.camera, []
    left, top, right, bottom = camera.stage_area
    for part in scene.mobjects:
        hidden = getattr(part, "opacity", 0.0) <= 0.05 or camera.veils.get(id(part)) == 1.0
        if isinstance(part, Label) and part.text and not part.pinned and not hidden:
            scale, x, y = camera.shot
            box = part.ink_box()
            seen = (box.left * scale - x, box.top * scale - y, box.right * scale - x,
                    box.bottom * scale - y)  # fmt: skip
            within = left - 2 <= seen[0] and top - 2 <= seen[1]
            if not within or seen[2] > right + 2 or seen[3] > bottom + 2:
                found.append(part.text)
    return found


def unused_scales(board: Any) -> list[str]:
    """Return the scales of colours that are explained, and that nothing on the stage has."""
    from convexplain.panels import Legend
    from convexplain.panels.pieces import Grid

    if board.placed is None:
        return []
    legends = {p.name for p in board.placed.diagram.root.panels() if isinstance(p, Legend)}
    shown = [
        piece for piece in board.placed.pieces
        if isinstance(piece, Grid) and board.shown(piece.name)
        and board.part(piece.name).opacity > 0.05
    ]  # fmt: skip
    used = [piece.scale for piece in shown if piece.panel not in legends]
    explained = [piece.scale for piece in shown if piece.panel in legends]
    return [
        scale.name.en for scale in explained
        if not any(scale.limit == each.limit and scale.name == each.name for each in used)
    ]  # fmt: skip


#: Frames that differ most, each with a language and a theme.
FRAMES = {"zh-16:9": (Look("zh"), "16:9"), "en-9:16": (Look("en"), "9:16")}
LANGUAGES = {"en": "en", "zh": "zh"}


def bundled() -> tuple[Any, ...]:
    """Return the bundled digits."""
    from convexplain.data import digits

    return tuple(digits.load())


def unpainted(kind: Any) -> Any:
    """Return a scene of which no frame is painted: where everything is, is asked, and not seen."""

    class Unpainted(kind):  # type: ignore[misc]
        def render(self, *args: Any, **kwargs: Any) -> Any:
            self.camera._paint_all = lambda touched: None
            return super().render(*args, **kwargs)

    return Unpainted


@cache
def lesson_of(name: str) -> Any:
    """Return a lesson with its defaults, made once: tests ask of it, and change nothing.

    A name may say how long it is, as ``pooling --seconds 120``.
    """
    name, _, seconds = name.partition(" --seconds ")
    return lessons.find(name)(length=float(seconds)) if seconds else lessons.find(name)()


@cache
def about(name: str, number: int) -> Any:
    """Return a lesson about the bundled digit of a number, made once."""
    from convexplain.data import digits

    return lessons.find(name)(picture=digits.sample(number))


def told(digit: int | None = None, lang: str = "en") -> tuple[Any, ...]:
    """Return the parts of the film about a digit, made once."""
    return _told(digit, lang)


@cache
def _told(digit: int | None, lang: str) -> tuple[Any, ...]:
    from convexplain.lessons import _story as story

    if lang == "en":
        return story.tell(story.protagonist(digit), lang)
    return tuple(_retold(part, lang) for part in _told(digit, "en"))


def _retold(part: Any, lang: str) -> Any:
    """Return a part of a film as another language tells it; what it shows is computed once."""
    after = part.telling.following
    after = None if after is None else _retold(after, lang)
    return part.retold(dataclasses.replace(part.telling, lang=lang, following=after))


def lasting(lesson: Any, length: float) -> Any:
    """Return a lesson at another length; what it shows is not computed again for that."""
    if hasattr(lesson, "further"):  # it tells more if it is given a length
        return dataclasses.replace(lesson, length=length)
    other = object.__new__(type(lesson))
    vars(other).update(vars(lesson), length=length)
    vars(other).pop("_at_pace", None)
    other.beats()  # it refuses a length that cannot be
    return other


def check_layout(lesson: Any, lang: str = "en") -> None:
    """Play a lesson: nothing overlaps at the end of any beat, and it lasts what it promises."""
    played = play(lesson, Look(lang), rate=60)
    assert played.problems == {beat.name: [] for beat in lesson.beats()}
    assert abs(played.seconds - lesson.seconds) < 0.02


#: Events at whose end points lie on the line that they tell of; it is looked at from nearby.
ON_THEIR_LINE = {"learning": ("near", "step")}


def check_events(lesson: Any, look: Look = Look(), aspect: str = "16:9") -> None:  # noqa: B008
    """Play a lesson: at each event's end nothing overlaps or is cut; it lasts what it promises."""
    import tempfile

    from manim import tempconfig

    from convexplain.panels import ASPECTS
    from convexplain.stage.layout import problems

    width, height = ASPECTS[aspect].width, ASPECTS[aspect].height
    frame = (960 - width / 2, 540 - height / 2, 960 + width / 2, 540 + height / 2)

    class Checked(unpainted(scene_of(lesson))):  # type: ignore[misc]
        def on_event(self, event: Any) -> None:
            if event.name not in ON_THEIR_LINE.get(lesson.name, ()):
                assert problems(self.mobjects, frame) == [], event.name
            assert cut(self) == [], event.name
            assert unused_scales(self.board) == [], event.name
            if self.explains:
                assert self.board.missing_scales() == [], event.name

    sized = {"pixel_width": int(width), "pixel_height": int(height), "frame_rate": 30}
    with (
        tempfile.TemporaryDirectory() as media,
        tempconfig({**sized, "dry_run": True, "media_dir": media}),
    ):
        scene = Checked(lesson, look, skip_animations=True)
        scene.render()
    assert abs(scene.renderer.time - lesson.seconds) < 0.04


def scene_of(lesson: Any) -> Any:
    """Return the class of a lesson's scene."""
    from convexplain.video.job import Job
    from convexplain.video.worker import scene_class

    return scene_class(Job(lesson, Path("none.mp4")))


def play_dry(kind: Any, lesson: Any, look: Look, **how: Any) -> Any:
    """Play a scene at 480 lines without a file, each play at once, and return it."""
    from manim import tempconfig

    settings = {"dry_run": True, "pixel_height": HEIGHT, "pixel_width": 854, "frame_rate": 15}
    with tempfile.TemporaryDirectory() as media, tempconfig({**settings, "media_dir": media}):
        scene = kind(lesson, look, **{"skip_animations": True, **how})
        scene.render()
    return scene


class _Enough(Exception):
    """The frame that was wanted has been drawn."""


def first_frame(lesson: Any, look: Look = Look()) -> tuple[Stage, np.ndarray]:  # noqa: B008
    """Return what stands on the stage in a lesson's first frame, and the frame itself."""
    found: list[tuple[Stage, np.ndarray]] = []

    class Begun(scene_of(lesson)):  # type: ignore[misc]
        def on_frame(self, seconds: float) -> None:
            found.append((Stage(self), self.renderer.camera.picture.pixels.copy()))
            raise _Enough

    with contextlib.suppress(_Enough):
        play_dry(Begun, lesson, look, skip_animations=False)
    return found[0]


@cache
def of(name: str, look: Look) -> Played:
    """Return a lesson with its defaults as it was played in this process."""
    # The other rate is that of the finest videos: no beat may overrun there either.
    return play(lesson_of(name), look, rate=15 if look.lang == "en" else 60, watch=True)


def _twin(part: Any) -> Any:
    """Copy a mobject with its arrays, not with its submobjects."""
    twin = object.__new__(type(part))
    own = twin.__dict__ = dict(vars(part))
    for name, value in own.items():
        if type(value) in _COPIED:
            own[name] = value.copy()
    return twin


def _named(found: Any, name: str, seen: set[int], kind: type) -> Iterator[tuple[str, Any]]:
    """Yield what a scene has of a kind with the names by which it has them."""
    if isinstance(found, kind):
        yield name, found
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _named(value, f"{name}[{key}]", seen, kind)
    elif isinstance(found, list | tuple):
        for number, value in enumerate(found):
            if not isinstance(value, int | float | str):
                yield from _named(value, f"{name}[{number}]", seen, kind)
    elif type(found).__module__.startswith("convexplain.stage") and id(found) not in seen:
        seen.add(id(found))
        for key, value in vars(found).items():
            if key not in _MANIMS:
                yield from _named(value, f"{name}.{key}", seen, kind)
