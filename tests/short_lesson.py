"""A lesson of one second for tests of rendering; workers import it by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from convexplain.lessons import Beat, Event, Lesson, option
from convexplain.style.captions import Caption

HELLO = Caption(en="Hello", zh="你好")


@dataclass(frozen=True)
class ShortLesson(Lesson):
    """Two beats of half a second."""

    name: ClassVar[str] = "short"
    title: ClassVar[Caption] = Caption(en="Filter", zh="过滤器")
    question: ClassVar[Caption] = Caption(en="Sum?", zh="求和")
    answer: ClassVar[Caption] = Caption(en="Sum.", zh="求和")

    mode: str = option("well", en="how the scene behaves", zh="响应")
    half: float = option(0.8, en="seconds of a beat", zh="响应")

    def make_beats(self) -> tuple[Beat, ...]:
        return (
            Beat.of("first", self.title, Event("first", self.half, self.question)),
            Beat.of("second", self.title, Event("second", self.half, self.answer)),
        )
