"""What all scenes of lessons share: title and caption, beats that last what they promise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar, NamedTuple

from manim import config
from manim.utils.exceptions import EndSceneEarlyException

from convexplain.lessons.parts.lesson import Beat, Lesson, chapters
from convexplain.stage.encoder import Chapter
from convexplain.stage.scene import StageScene
from convexplain.stage.text import Label, width_of
from convexplain.stage.units import HEIGHT, WIDTH
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

MARGIN = 0.05 * WIDTH
TITLE_SIZE, CAPTION_SIZE = 40.0, 38.0
_TITLE_Y, _CAPTION_Y, _LINE = 0.060 * HEIGHT, 0.915 * HEIGHT, 46.0
_CAPTION_WIDTH = 0.90 * WIDTH
_logger = logging.getLogger(__name__)
_CHANGE = 0.15  # seconds for an old title or caption to go, and again for the new one to come


class Cue(NamedTuple):
    """When a caption stands on the screen, in seconds from the start."""

    beat: str
    caption: Caption
    start: float
    end: float


class LessonScene(StageScene):
    """Plays a lesson beat by beat; the method ``show_NAME`` shows the beat of that name.

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

    Attributes
    ----------
    cues : list of Cue
        Filled while the scene runs; subtitles are made of them.
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
        **kwargs: Any,
    ) -> None:
        super().__init__(look, **kwargs)
        self.lesson = lesson or type(self).lesson or self.lesson_type()
        self.stop_after = stop_after
        self.on_progress = on_progress
        self.cues: list[Cue] = []
        self.beats = self.lesson.beats()
        self.seconds = sum(beat.seconds for beat in self.beats)
        self.renderer.file_writer.chapters = [
            Chapter(*chapter) for chapter in chapters(self.beats, self.shown_look.lang)
        ]
        self._frames = 0
        self._title: Label | None = None
        self._caption: list[Label] = []
        self._said: tuple[str, str] = ("", "")

    def construct(self) -> None:
        """Play the beats in order; each lasts exactly its seconds."""
        self.prepare()
        end = 0.0
        for beat in self.beats:
            start, end = end, end + beat.seconds
            self._until = end
            began = monotonic()
            self.stretch = beat.stretch
            self.announce(beat)
            getattr(self, "show_" + (beat.shown_by or beat.name).replace("-", "_"))(beat)
            self.rest(beat)
            self.cues.append(Cue(beat.name, beat.caption, start, end))
            self.on_beat(beat)
            _logger.debug(
                "beat %s: %.1f s, drawn in %.2f s", beat.name, beat.seconds, monotonic() - began
            )
            if beat.name == self.stop_after:
                raise EndSceneEarlyException

    def prepare(self) -> None:
        """Make the mobjects; nothing is shown yet."""

    def on_beat(self, beat: Beat) -> None:
        """Do something at the end of each beat; for tests."""

    def on_frame(self, seconds: float) -> None:
        """Report progress."""
        if self.on_progress is not None:
            self.on_progress(min(1.0, seconds / self.seconds))

    def text(self, caption: Caption) -> str:
        """Return a caption in the language of the scene."""
        return caption.text(self.shown_look.lang)

    @property
    def remaining(self) -> float:
        """Seconds until the current beat ends, at the beat's own pace."""
        frames = round(self._until * config.frame_rate) - self._now
        return float(frames / config.frame_rate / self.stretch)

    @property
    def _now(self) -> int:
        return round(self.renderer.time * config.frame_rate)

    def rest(self, beat: Beat) -> None:
        """Hold the picture until the beat is over."""
        frames = round(self._until * config.frame_rate) - self._now
        if frames < 0:
            raise RuntimeError(
                f"the beat {beat.name!r} of {type(self).__name__} is planned for {beat.seconds:.1f}"
                f" s, but its scene takes {-frames / config.frame_rate:.2f} s more"
            )
        self.stretch = 1.0
        if frames > 0:
            self.wait(frames / config.frame_rate, frozen_frame=True)

    def announce(self, beat: Beat) -> None:
        """Change title and caption, where they change."""
        title, caption = self.text(beat.title), self.text(beat.caption)
        old: list[Label] = []
        new: list[Label] = []
        if title != self._said[0]:
            if self._title is not None:
                old.append(self._title)
            self._title = Label(title, MARGIN, _TITLE_Y, TITLE_SIZE, weight="bold")
            self._title.pinned = True
            new.append(self._title)
        if self.shown_look.captions and caption != self._said[1]:
            old += self._caption
            self._caption = caption_labels(caption, self.shown_look.lang)
            new += self._caption
        self._said = (title, caption)
        if old:
            self.vanish(*old, seconds=_CHANGE)
        if new:
            self.appear(*new, seconds=_CHANGE)


def caption_labels(text: str, lang: str) -> list[Label]:
    """Set a caption in one or two lines, centred at the bottom.

    Parameters
    ----------
    text : str
        The sentence.
    lang : {"en", "zh"}
        Chinese may break between any two characters, but no line begins with punctuation.

    Returns
    -------
    list of Label
        One or two.

    Raises
    ------
    ValueError
        If it takes more than two lines.
    """
    lines = wrap(text, lang)
    middle = (len(lines) - 1) / 2
    labels = [
        Label(
            line, WIDTH / 2, _CAPTION_Y + (number - middle) * _LINE, CAPTION_SIZE, anchor="centre"
        )
        for number, line in enumerate(lines)
    ]
    for label in labels:
        label.pinned = True
    return labels


def wrap(text: str, lang: str) -> list[str]:
    """Break a caption into at most two lines of about the same length."""
    if width_of(text, CAPTION_SIZE) <= _CAPTION_WIDTH:
        return [text]
    best: tuple[float, list[str]] | None = None
    for at in range(1, len(text)):
        if lang == "en" and text[at] != " ":
            continue
        if lang == "zh" and not may_break(text, at):
            continue
        lines = [text[:at].strip(), text[at:].strip()]
        longest = max(width_of(line, CAPTION_SIZE) for line in lines)
        # Chinese reads best when a line ends with its clause.
        cost = longest - (150 if text[at - 1] in "，。：；" else 0)
        if longest <= _CAPTION_WIDTH and (best is None or cost < best[0]):
            best = (cost, lines)
    if best is None:
        raise ValueError(f"the caption {text!r} takes more than two lines: shorten it")
    return best[1]


def may_break(text: str, at: int) -> bool:
    """Tell whether a Chinese line may begin here: not with punctuation, not within a number."""
    before, after = text[at - 1], text[at]
    within = before.isascii() and after.isascii() and " " not in (before, after)
    return after not in "，。：；、）”" and before not in "（“" and not within
