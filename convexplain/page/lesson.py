"""A lesson's video inside the page: slides for a lecture that pause at its chapters."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convexplain.errors import ConvexplainError
from convexplain.lessons import Lesson
from convexplain.lessons.parts.beats import marks
from convexplain.style.captions import Caption
from convexplain.style.theme import Look

if TYPE_CHECKING:
    from av.container.core import Chapter as Mark


@dataclass(frozen=True)
class Chapter:
    """One beat of the lesson, in seconds, with what is said in the video's language."""

    start: float
    end: float
    title: str
    caption: str


@dataclass(frozen=True)
class Slides:
    """A rendered lesson, an mp4, in the video's language and theme."""

    name: str
    title: Caption
    lang: str
    theme: str
    video: bytes
    chapters: tuple[Chapter, ...]

    @classmethod
    def of(cls, lesson: Lesson, video: Path, look: Look) -> Slides:
        """Join a lesson and the video that was rendered of it, at its own pace, in this look.

        Refused if the video cannot be read, or its chapters are not the lesson's.
        """
        import av

        stops = marks(lesson.beats())
        try:
            content = video.read_bytes()
            with av.open(str(video)) as container:
                places = [_seconds(chapter) for chapter in container.chapters()]
        except (OSError, ValueError) as error:
            raise ConvexplainError(
                "{video} cannot be read: {error}", video=video, error=error
            ) from error
        if len(places) != len(stops):
            raise ConvexplainError(
                "{video} has {found} chapters, but {name} has {wanted}: render it again",
                video=video,
                found=len(places),
                name=lesson.name,
                wanted=len(stops),
            )
        chapters = [
            Chapter(start, end, stop.title.text(look.lang), stop.caption.text(look.lang))
            for (start, end), stop in zip(places, stops, strict=True)
        ]
        return cls(lesson.name, lesson.title, look.lang, look.theme, content, tuple(chapters))

    def to_dict(self) -> dict[str, Any]:
        """Give the slides as JSON data."""
        return {
            "name": self.name,
            "title": {lang: self.title.template(lang) for lang in ("en", "zh")},
            "lang": self.lang,
            "theme": self.theme,
            "video": base64.b64encode(self.video).decode(),
            "chapters": [vars(chapter) for chapter in self.chapters],
        }


def _seconds(mark: Mark) -> tuple[float, float]:
    """Start and end of a video's chapter."""
    base = float(mark["time_base"] or 1)
    return mark["start"] * base, mark["end"] * base
