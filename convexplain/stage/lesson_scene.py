"""What all scenes of lessons share: title and caption, beats that last what they promise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from time import monotonic
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from manim import config
from manim.utils.exceptions import EndSceneEarlyException
from manim.utils.rate_functions import linear

from convexplain.lessons.parts.beats import Beat, Event, chapters
from convexplain.lessons.parts.lesson import Lesson
from convexplain.messages import Message
from convexplain.panels import Diagram
from convexplain.stage.board import Board
from convexplain.stage.canvas import Pixels
from convexplain.stage.described import NOTHING, changes, seen
from convexplain.stage.encoder import Chapter
from convexplain.stage.grid import PixelGrid
from convexplain.stage.pace import Move, row_by_row, smoothly, together
from convexplain.stage.poster import Fullest
from convexplain.stage.scene import StageScene
from convexplain.stage.text import Label
from convexplain.stage.title_and_caption import (
    caption_labels,
    corner_of,
    hero_of,
    sheet_of,
    title_labels,
)
from convexplain.stage.units import Rect
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

Rate = Callable[[float], float]
_logger = logging.getLogger(__name__)
_CHANGE = 0.15  # seconds for an old title or caption to go, and again for the new one to come


class Cue(NamedTuple):
    """When a caption stands on the screen, in seconds from the start."""

    beat: str
    caption: Caption
    start: float
    end: float


class LessonScene(StageScene):
    """Plays a lesson event by event.

    The method ``show_NAME`` shows the event of that name and fills all of its time: a share of it
    with `during`, what is left with `remaining`.

    Parameters
    ----------
    lesson : Lesson, optional
        What to show; the class attribute if not given, and the lesson's defaults if that is None.
    look : Look, optional
        Language, theme, and whether captions are drawn.
    stop_after : str, optional
        Name of the beat with whose end the scene ends.
    on_progress : callable, optional
        Called with the share of the lesson shown so far, after each frame.
    following : LessonScene, optional
        Within a film, the scene whose first picture this one's last becomes; it is not played.

    Attributes
    ----------
    cues : list of Cue
        Filled while the scene runs; subtitles are made of them.
    playing : Beat
        Which one is shown now.
    sheet : Sheet
        On which pictures are laid out: that of the frame's aspect.
    board : Board
        On which a scene shows panels and moves them by name.
    """

    lesson_type: ClassVar[type[Lesson]]
    lesson: Any = None

    def __init__(
        self,
        lesson: Lesson | None = None,
        look: Look | None = None,
        *,
        stop_after: str | None = None,
        on_progress: Callable[[float], None] | None = None,
        following: LessonScene | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(look, **kwargs)
        self.following = following
        self.lesson = lesson or type(self).lesson or self.lesson_type()
        self.stop_after = stop_after
        self.on_progress = on_progress
        self.cues: list[Cue] = []
        self.beats = self.lesson.beats()
        self.playing = self.beats[0]
        self.seconds = sum(beat.seconds for beat in self.beats)
        self.renderer.file_writer.chapters = [
            Chapter(*chapter) for chapter in chapters(self.beats, self.shown_look.lang)
        ]
        self.sheet = sheet_of(config.pixel_width, config.pixel_height)
        self.board = Board(self, self.sheet, self.shown_look.lang)
        #: What is known so far of the maps that fill, by name; NaN where they are not computed.
        self.computed: dict[str, npt.NDArray[np.float64]] = {}
        self._frames = 0
        self._event_seconds = 0.0
        self._title: list[Label] = []
        self._caption: list[Label] = []
        self._said: tuple[str, str] = ("", "")
        self.hero: PixelGrid | None = None
        #: Whether scales of colours come and go with what has them.
        self.explains = False

    def begin(self) -> None:
        """Bring all on the stage that the first frame shows."""
        self._leave_room()
        telling = self.lesson.telling
        if telling is not None:
            if telling.hero is not None:
                self.hero = hero_of(telling.hero, self.sheet)
                self.add(self.hero)
            if telling.opened is not None:
                self.add(*self._words(self.beats[0].title, telling.opened)[1])
        self.prepare()

    @classmethod
    def poster(cls, lesson: Lesson, look: Look, **how: Any) -> Pixels:
        """Play a lesson without drawing what moves, and return its fullest picture.

        Parameters
        ----------
        lesson : Lesson
        look : Look
            A caption, if it has them, counts as any other part of the picture.
        **how
            Of the scene, such as what it goes over to in a film.

        Returns
        -------
        numpy.ndarray of uint8, shape (height, width, 3)
            RGB, as it stands at the end of an event.
        """
        fullest = Fullest()
        cls._watch(lesson, look, lambda scene, _: fullest.consider(scene), **how)
        assert fullest.pixels is not None, "a lesson has at least one beat"
        return fullest.pixels

    @classmethod
    def transcript(
        cls, lesson: Lesson, look: Look, **how: Any
    ) -> list[tuple[float, str, tuple[str, ...]]]:
        """Play a lesson without drawing it, and tell it in words.

        Parameters
        ----------
        lesson : Lesson
        look : Look
            Whose language it is told in.
        **how
            Of the scene, such as what it goes over to in a film.

        Returns
        -------
        list of (float, str, tuple of str)
            Of each event: when it begins, in seconds, what is said, "" if nothing is, and what is
            new to be seen at its end.
        """
        found: list[tuple[float, str, tuple[str, ...]]] = []
        start, before = 0.0, NOTHING
        titles: dict[str, Caption] = {}

        def tell(scene: LessonScene, event: Event) -> None:
            nonlocal start, before
            words = " ".join(event.said.text(look.lang).split()) if event.said is not None else ""
            now = seen(scene, titles)
            found.append((start, words, changes(before, now, look.lang)))
            start, before = start + event.seconds, now

        cls._watch(lesson, look, tell, **how)
        return found

    @classmethod
    def _watch(
        cls,
        lesson: Lesson,
        look: Look,
        ended: Callable[[LessonScene, Event], None],
        **how: Any,
    ) -> None:
        """Play a lesson without drawing what moves; `ended` is called at the end of each event."""

        class Watched(cls):  # type: ignore[misc, valid-type]
            def on_event(self, event: Event) -> None:
                ended(self, event)

        Watched(lesson, look, skip_animations=True, **how).render()

    def construct(self) -> None:
        """Play the beats in order; each lasts exactly its seconds."""
        self.begin()
        telling = self.lesson.telling
        if telling is not None and telling.opened is not None:
            # The first frame of a part of a film is the last one of the part before.
            self.wait(1 / config.frame_rate)
        start = 0.0
        for beat in self.beats:
            began = monotonic()
            self.playing = beat
            self._play_events(beat, start)
            start += beat.seconds
            self.on_beat(beat)
            _logger.debug(
                Message(
                    "beat {name}: {length:.1f} s, drawn in {seconds:.2f} s",
                    name=beat.name,
                    length=beat.seconds,
                    seconds=monotonic() - began,
                )
            )
            if beat.name == self.stop_after:
                raise EndSceneEarlyException

    def _leave_room(self) -> None:
        """Keep what the camera looks at between title and caption, and within the margins."""
        body, top = self.sheet.body_box, corner_of(self.sheet)[1]
        shot, frame = self.camera.home_shot, self.camera.picture.frame
        above, below = ((top + y) * shot.scale - shot.top for y in (body.y - 8, body.bottom + 8))
        self.camera.stage_area = Rect(frame.left, round(above), frame.right, round(below))
        self.camera.side = body.x * shot.scale

    def _play_events(self, beat: Beat, end: float) -> None:
        for event in beat.events:
            start, end = end, end + event.seconds
            self._until = end
            self._event_seconds = event.seconds
            self.change_words(beat.title, event.said)
            self._show(event)
            self.rest(event)
            if event.said is not None:
                self.cues.append(Cue(beat.name, event.said, start, end))
            elif self.cues:
                self.cues[-1] = self.cues[-1]._replace(end=end)
            self.on_event(event)

    def _show(self, event: Event) -> None:
        name = "show_" + (event.shown_by or event.name).replace("-", "_")
        show = getattr(self, name, None)
        if show is None:
            raise AttributeError(
                f"{type(self).__name__} has no method {name} for what happens as {event.name!r}: "
                "write it, or name the method of another in shown_by"
            )
        show(event)

    def during(self, share: float, *moves: Move, rate: Rate = smoothly) -> None:
        """Let things move together for a share of the event, which is what is left at most.

        Parameters
        ----------
        share : float
            Of all the time that the event has; 1 is what is left of it.
        *moves : callable
            Each takes a number from 0 to 1, as `StageScene.drive` gives it.
        rate : callable
            As Manim's rate functions; eased by default.
        """
        left = self.remaining
        seconds = left if share >= 1 else min(left, share * self._event_seconds)
        if self.explains:
            moves = (*moves, self.board.explain())
        if seconds * config.frame_rate >= 0.5:
            self.drive(together(*moves), seconds, rate)
        else:
            together(*moves)(1.0)

    def become(
        self,
        picture: Diagram,
        share: float,
        *others: Move,
        show: Iterable[str] = (),
        hold: Iterable[str] = (),
    ) -> None:
        """Lay out another picture, with as much in it as is known."""
        change = self.board.become(picture, show=show, hold=hold)

        def go(alpha: float) -> None:
            change(alpha)
            self.refill()

        self.during(share, go, *others)

    def refill(self) -> None:
        """Fill in what is known."""
        for name, values in self.computed.items():
            if self.board.has(name):
                self.board.fill(name, values)

    def deliver(
        self,
        number: str,
        name: str,
        place: tuple[int, int],
        value: float,
        *,
        share: float = 1,
        via: tuple[str, ...] = (),
        show: tuple[str, ...] = (),
    ) -> None:
        """Let a number fly into its cell of a map, where it is known from then on.

        Parameters
        ----------
        number, name : str
            What flies, and the map; its mark ``cell`` comes as the number lands.
        place : (int, int)
            Row and column of the map.
        value : float
        share : float
            As for `during`.
        via, show : tuple of str
            What it fills on its way, and what else comes as it lands.
        """

        def land() -> None:
            self.computed[name][place] = value
            self.refill()
            self.board.show(f"{name}.cell", *show)(1.0)

        row, col = place
        self.during(share, self.board.send(number, f"{name}[{row}, {col}]", land, via=via))

    def visit_all(
        self,
        maps: Mapping[str, npt.NDArray[Any]],
        windows: Iterable[str],
        *,
        begin: float,
        corner: Callable[[int, int], tuple[float, float]] | None = None,
        then: Callable[[range], None] | None = None,
    ) -> None:
        """Let windows visit all places in what is left of the event, faster and faster.

        Parameters
        ----------
        maps : mapping of str to numpy.ndarray, shape (height, width)
            What fills meanwhile, by name; the mark ``cell`` goes along.
        windows : iterable of str
            Marks on what is read.
        begin : float
            How many places a second are visited at first.
        corner : callable, optional
            Where they begin for a row and a column of the maps; there by default.
        then : callable, optional
            Called with the places that are new, as numbers from 0.
        """
        shape = next(iter(maps.values())).shape
        at = row_by_row(shape[0], shape[1], self.remaining, begin)
        for name, values in maps.items():
            self.computed.setdefault(name, np.full(values.shape, np.nan))

        reached = 0

        def fill(alpha: float) -> None:
            nonlocal reached
            row, col = at(alpha)
            new = range(reached, row * shape[1] + col + 1)
            reached = new.stop
            for name, values in maps.items():
                self.computed[name].flat[:reached] = values.flat[:reached]
            self.refill()
            if then is not None:
                then(new)

        def read(alpha: float) -> tuple[float, float]:
            return at(alpha) if corner is None else corner(*at(alpha))

        marks = [self.board.visit(mark, read) for mark in windows]
        cells = [self.board.visit(f"{name}.cell", at) for name in maps]
        self.during(1, *marks, *cells, fill, rate=linear)

    def turn_into(
        self,
        picture: Diagram,
        share: float,
        *others: Move,
        show: tuple[str, ...] = (),
        hold: tuple[str, ...] = (),
    ) -> None:
        """Lay out another picture, seen as a whole; its scales come with what has their colours."""
        self.explains = True

        def waits() -> Iterator[str]:
            """Yield what is new in the legend and explains nothing yet, once all is laid out."""
            parts, stage = self.board.parts, self.mobjects
            seen = {name for name, part in parts.items() if part in stage}
            seen |= {key for name in show for key in self.board.names(name)}
            for name, used in self.board.scales(seen.__contains__).items():
                if not used:
                    yield from self.board.scale(name)

        change = self.board.become(picture, show=show, hold=chain(hold, waits()))
        self.during(share, self.camera.home(), change, *others)

    def show_doubt(self, event: Event) -> None:
        """What may be wrong with the picture is said while all stands as it is."""

    def show_bridge(self, event: Event) -> None:
        """Let the last picture become the first one of the lesson that follows in a film."""
        assert self.following is not None
        telling, other = self.lesson.telling, self.following
        moves = [
            self.camera.home(),
            self.board.become_first(other.board, dict(telling.carried), self.hero),
        ]
        if (self.hero is None) != (other.hero is None):
            moves.append(self._change_hero(self.hero, other.hero))
        self.during(1, *moves)
        stay = {*self._title, *self._caption, *other.board.parts.values(), other.hero or self.hero}
        self.remove(*(part for part in self.mobjects if part not in stay))

    def _change_hero(self, old: PixelGrid | None, new: PixelGrid | None) -> Move:
        """Let the digit at the edge of the frame come, or go."""
        hero = old or new
        assert hero is not None
        self.add(hero)

        def go(alpha: float) -> None:
            hero.opacity = 1 - alpha if old else alpha

        go(0.0)
        return go

    def light_by_sign(self, share: float, *kernels: str) -> None:
        """Light up kernels' weights above zero, for a share of what is left, then those below."""
        for sign, colour, time in ((1, "positive", share), (-1, "negative", 1.0)):
            cells = [
                f"{kernel}[{r}, {c}]"
                for kernel in self.board.each(*kernels)
                for r, c in np.argwhere(np.sign(self.board.part(kernel).values) == sign)
            ]
            self.board.light(*cells)
            self.during(time, self.board.pulse(*cells, colour=colour))
        self.board.light(*kernels)

    def prepare(self) -> None:
        """Make the mobjects that are there from the first frame on."""

    def on_beat(self, beat: Beat) -> None:
        """Do something at the end of each beat; for tests."""

    def on_event(self, event: Event) -> None:
        """Do something at the end of each event; for tests."""

    @property
    def fades_in(self) -> bool:
        """Whether a frame has been drawn: no video begins with an empty one."""
        return self._now > 0

    def on_frame(self, seconds: float) -> None:
        """Report progress."""
        if self.on_progress is not None:
            self.on_progress(min(1.0, seconds / self.seconds))

    @property
    def upright(self) -> bool:
        """Whether the frame is higher than wide, so that a row becomes a column."""
        return self.sheet.height > self.sheet.width

    def text(self, caption: Caption) -> str:
        """Return a caption in the language of the scene."""
        return caption.text(self.shown_look.lang)

    @property
    def remaining(self) -> float:
        """Seconds until the current event ends."""
        frames = round(self._until * config.frame_rate) - self._now
        return float(frames / config.frame_rate)

    @property
    def _now(self) -> int:
        return round(self.renderer.time * config.frame_rate)

    def rest(self, event: Event) -> None:
        """Hold the picture until the event is over."""
        frames = round(self._until * config.frame_rate) - self._now
        if frames < 0:
            raise RuntimeError(
                f"the event {event.name!r} of {type(self).__name__} is planned for "
                f"{event.seconds:.1f} s, but its scene takes {-frames / config.frame_rate:.2f} s "
                "more"
            )
        if frames > 0:
            self.wait(frames / config.frame_rate, frozen_frame=True)

    def change_words(self, title: Caption, caption: Caption | None) -> None:
        """Change title and caption, where they change, while other things move."""
        old, new = self._words(title, caption)
        self.add(*new)

        def cross(alpha: float) -> None:
            for label in old:
                label.opacity = max(0.0, 1 - 2 * alpha)
            for label in new:
                label.opacity = max(0.0, 2 * alpha - 1)
            if alpha >= 1:
                self.remove(*old)

        cross(0.0 if self.fades_in else 1.0)
        if self.fades_in and (old or new):
            self.meanwhile(cross, 2 * _CHANGE)

    def _words(self, heading: Caption, said: Caption | None) -> tuple[list[Label], list[Label]]:
        """Return the labels that go and those that come; without a caption the last one stays."""
        title = self.text(heading)
        caption = self._said[1] if said is None else self.text(said)
        old: list[Label] = []
        new: list[Label] = []
        if title != self._said[0]:
            old += self._title
            self._title = title_labels(title, self.sheet, beside=self.hero)
            new += self._title
        if self.shown_look.captions and caption != self._said[1]:
            old += self._caption
            self._caption = caption_labels(caption, self.shown_look.lang, self.sheet)
            new += self._caption
        self._said = (title, caption)
        return old, new
