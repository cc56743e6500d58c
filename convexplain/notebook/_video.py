"""A lesson's video inside the notebook: rendered once, kept, embedded."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convexplain import extras, lessons
from convexplain.errors import UsageError, choose
from convexplain.files import atomic
from convexplain.lessons import Lesson
from convexplain.messages import Message
from convexplain.notebook import _html
from convexplain.notebook import _words as words
from convexplain.style import format as fmt
from convexplain.style.captions import LANGUAGES
from convexplain.style.theme import Look
from convexplain.video import clip_cache, rendering, subtitles
from convexplain.video.job import QUALITIES, Job

_LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
# Seconds, and share of the work, between two updates of the progress: where no HTML is shown, each
# is a line of its own.
_EVERY, _STEP = 0.25, 0.05


@dataclass(frozen=True, eq=False)
class Video:
    """A rendered lesson; a notebook plays it.

    Parameters
    ----------
    lesson : Lesson
    path : Path
        The mp4, in the user's cache.
    look : Look
    width : int
        Of the player in CSS pixels.
    """

    lesson: Lesson
    path: Path
    look: Look
    width: int

    def text(self) -> str:
        """Name the lesson, its length, and the file."""
        seconds = fmt.number(self.lesson.seconds, 0)
        return f"{self.lesson.title.text(self.look.lang)} ({seconds} s): {self.path}"

    def _repr_html_(self) -> str:
        """Embed video and subtitles in both languages, so that the notebook holds all of it."""
        tracks = "".join(
            f'<track kind="captions" srclang="{lang}" label="{_LANGUAGE_NAMES[lang]}" '
            f'src="data:text/vtt;base64,{_base64(self._cues(lang).encode())}">'
            for lang in LANGUAGES
        )
        title = _html.text(self.lesson.title.text(self.look.lang))
        return (
            f'<video controls preload="metadata" aria-label="{title}" width="{self.width}" '
            f'style="max-width:100%;height:auto" '
            f'src="data:video/mp4;base64,{_base64(self.path.read_bytes())}">{tracks}</video>'
        )

    def __repr__(self) -> str:
        """As `text`."""
        return self.text()

    def _cues(self, lang: str) -> str:
        return subtitles.vtt(subtitles.cues_of(self.lesson, lang))


def video(
    lesson: str | Lesson,
    quality: str = "l",
    *,
    lang: str | None = None,
    theme: str = "dark",
    captions: bool = True,
    **options: Any,
) -> Video:
    """Render a lesson and show it in the notebook.

    A video that was rendered before, by the same program with the same options, is shown at once:
    finished lessons are kept in the user's cache folder, where films find them, too.

    Parameters
    ----------
    lesson : str or Lesson
        Its name, or the lesson itself with its options.
    quality : {"l", "m", "h", "p", "k"}
        As on the command line; "l" is 854 × 480.
    lang : {"en", "zh"}, optional
        The notebook's language if None (`show`).
    theme : {"dark", "light"}
    captions : bool
        Whether sentences are drawn into the picture; they are subtitles in any case.
    **options
        The lesson's options, such as ``digit=7``, if it was named.

    Returns
    -------
    Video

    Raises
    ------
    UsageError
        There is no such lesson, quality or option.
    ConvexplainError
        The extra "video" is not installed, or rendering failed.
    """
    from convexplain.notebook import _state

    made = _lesson(lesson, options)
    if quality not in QUALITIES:
        raise UsageError(
            "there is no quality {quality!r}: {choice}",
            quality=quality,
            choice=choose(quality, QUALITIES),
        )
    look = Look(lang or _state.look.lang, theme, captions)
    extras.require("video", Message("videos"))
    place = clip_cache.folder()
    atomic.sweep(place)
    job = Job(made, Path("lesson.mp4"), look, QUALITIES[quality], subtitles=False)
    path = clip_cache.path_of(job, place)
    if clip_cache.look_up(path) is not None:
        _render(Job(made, path, look, QUALITIES[quality], subtitles=False))
    clip_cache.prune(place, [path])
    return Video(made, path, look, min(QUALITIES[quality].width, 960))


def _lesson(lesson: str | Lesson, options: dict[str, Any]) -> Lesson:
    if isinstance(lesson, str):
        if lesson not in lessons.names():
            raise UsageError(
                "there is no lesson {lesson!r}: {choice}",
                lesson=lesson,
                choice=choose(lesson, lessons.names()),
            )
        return lessons.make(lessons.find(lesson), options, of=f"the lesson {lesson}")
    if options:
        raise UsageError(
            "{options}: a lesson that is made already has its options; give its name",
            options=", ".join(options),
        )
    return lesson


def _render(job: Job) -> None:
    """Render a job, with its progress below the cell."""
    with _Progress(job.lesson, job.look) as progress:
        rendering.render(
            [job],
            progress=lambda _, share: progress(share),
            finished=lambda result: clip_cache.mark_valid(result.job.output),
        )


class _Progress:
    """How far a lesson is, where the notebook shows output; it goes when all is done."""

    def __init__(self, lesson: Lesson, look: Look) -> None:
        self.lesson, self.look = lesson, look
        self._handle: Any = None
        self._last, self._told = 0.0, 0.0

    def __enter__(self) -> Callable[[float], None]:
        from IPython.display import display

        self._handle = display(self._shown(0.0), display_id=True)  # type: ignore[no-untyped-call]
        return self._advance

    def __exit__(self, *error: object) -> None:
        if self._handle is not None:
            self._handle.update(_Bundle({"text/plain": "", "text/html": ""}))

    def _advance(self, share: float) -> None:
        now = time.monotonic()
        late = now - self._last > _EVERY and share - self._told >= _STEP
        if self._handle is not None and late:
            self._last, self._told = now, share
            self._handle.update(self._shown(share))

    def _shown(self, share: float) -> _Bundle:
        told = words.RENDERING.fill(name=self.lesson.name, percent=fmt.percent(share, 0))
        said = told.text(self.look.lang)
        bar = f'<progress max="1" value="{share:.3f}" style="width:20em"></progress>'
        label = _html.text(said)
        return _Bundle({"text/plain": said, "text/html": f"<label>{label} {bar}</label>"})


@dataclass(frozen=True)
class _Bundle:
    """What is shown, by its kind."""

    data: dict[str, str]

    def _repr_mimebundle_(self, **options: object) -> dict[str, str]:
        return self.data


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
