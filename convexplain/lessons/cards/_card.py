"""What a teacher's card is: the same parts for every lesson, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from convexplain.lessons.parts.lesson import Lesson
from convexplain.style.captions import Caption, Value, both


@dataclass(frozen=True)
class Pause:
    """Where to stop the video, and what for.

    Parameters
    ----------
    beat : str
        The beat that is about to begin: its start is a chapter mark of the video.
    ask : Caption
        The question to the class.
    expect : Caption
        The answer to listen for; the beat shows it.
    """

    beat: str
    ask: Caption
    expect: Caption

    @classmethod
    def of(cls, beat: str, *texts: str) -> Pause:
        """Make one of question and answer, each in English and in Chinese."""
        return cls(beat, *both(*texts))


@dataclass(frozen=True)
class Mistake:
    """A wrong answer to expect.

    Parameters
    ----------
    said : Caption
        As a student says it.
    reply : Caption
        What to say or to show.
    """

    said: Caption
    reply: Caption

    @classmethod
    def of(cls, *texts: str) -> Mistake:
        """Make one of what is said and the reply, each in English and in Chinese."""
        return cls(*both(*texts))


@dataclass(frozen=True)
class Card:
    """One page about a lesson for the person who teaches it.

    Parameters
    ----------
    lesson : Lesson
        With its defaults; all numbers are of it.
    aim : Caption
        What a student can do afterwards.
    needs : tuple of Caption
        What must be known before.
    pauses : tuple of Pause
        In the order of the video.
    mistakes : tuple of Mistake
        Three.
    tries : str
        A command to try in class, without ``convexplain``.
    chapter : Caption, optional
        The chapter's sentence, word for word in Chinese, and its translation; none beyond it.
    """

    lesson: Lesson
    aim: Caption
    needs: tuple[Caption, ...]
    pauses: tuple[Pause, ...]
    mistakes: tuple[Mistake, Mistake, Mistake]
    tries: str
    chapter: Caption | None = None

    def filled(self, values: Mapping[str, Value]) -> Card:
        """Return the card with the fields of its questions, answers and mistakes filled in."""

        def fill(caption: Caption) -> Caption:
            return caption.fill(**{name: values[name] for name in caption.fields})

        first, second, third = (
            Mistake(fill(mistake.said), fill(mistake.reply)) for mistake in self.mistakes
        )
        return replace(
            self,
            pauses=tuple(
                Pause(pause.beat, fill(pause.ask), fill(pause.expect)) for pause in self.pauses
            ),
            mistakes=(first, second, third),
        )

    def start(self, pause: Pause) -> float:
        """When in the video a pause comes, in seconds.

        Raises
        ------
        ValueError
            The lesson has no such beat.
        """
        start = 0.0
        for beat in self.lesson.beats():
            if beat.name == pause.beat:
                return start
            start += beat.seconds
        raise ValueError(f"{self.lesson.name} has no beat {pause.beat!r}")


def told(lesson: Lesson, beat: str) -> dict[str, Value]:
    """Give what the lesson fills into a beat's captions, by field."""
    found = next(each for each in lesson.beats() if each.name == beat)
    said = [event.said for event in found.events if event.said is not None]
    return {name: value for caption in said for name, value in caption.values.items()}
