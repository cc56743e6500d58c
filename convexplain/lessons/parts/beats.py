"""What a lesson says and shows, in order: beats, and the events of which they consist."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from convexplain.errors import UsageError
from convexplain.style.captions import Caption, joined

#: What is shown in a video whose length nobody asked for.
USUAL_DETAIL = 1
# Nothing moves more than so many times as fast, or as slowly, as it is designed to.
_FASTEST, _SLOWEST = 2.0, 4.0
_PREDICT = Caption(en="Predict: {q}", zh="先猜：{q}")

# A leading underscore marks the lessons that only a film shows.
_PLAIN = re.compile(r"_?[a-z0-9]+(-[a-z0-9]+)*")


def require_plain(name: str, what: str) -> None:
    """Refuse a name that would lead elsewhere in a file's name.

    Names have at most 40 characters: words of small letters and digits with dashes between them.
    """
    if len(name) > 40 or not _PLAIN.fullmatch(name):
        raise ValueError(
            f"{name!r:.60} cannot be the name of a {what}: use words of small letters and digits "
            "with dashes between them, at most 40 characters"
        )


@dataclass(frozen=True)
class Choice:
    """An answer to choose.

    Parameters
    ----------
    text : Caption
        What is chosen.
    reply : Caption, optional
        What is said to it, if it is wrong; None: it is right.
    """

    text: Caption
    reply: Caption | None = None


@dataclass(frozen=True)
class Question:
    """Something to predict before it is shown.

    Parameters
    ----------
    text : Caption
    choices : tuple of Choice
        One of them is right; the others are what known mistakes give.

    Raises
    ------
    ValueError
        If not exactly one is right.
    """

    text: Caption
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        right = sum(choice.reply is None for choice in self.choices)
        if right != 1:
            raise ValueError(f"{right} choices of {self.text.en!r} are right: give one")

    @property
    def caption(self) -> Caption:
        """The question, and in a second line what can be chosen."""
        names = [f"c{number}" for number in range(len(self.choices))]
        line = "\n" + " · ".join(f"{{{name}}}" for name in names)
        chosen = dict(zip(names, (choice.text for choice in self.choices), strict=True))
        return Caption(en="{q}" + line, zh="{q}" + line).fill(q=self.text, **chosen)


@dataclass(frozen=True)
class Event:
    """Something that happens on the stage, and what is said while it does.

    Parameters
    ----------
    name : str
        Identifier within the lesson.
    seconds : float
        How long what moves takes, as designed. `paced` makes it longer where the caption takes
        longer to read: then it moves more slowly.
    caption : Caption, optional
        Comes with the event's first moment, so that it speaks of nothing that is still to come,
        and stays until the next one; None: the one before stays.
    data : Any
        What the views draw. Never text that is typed in.
    shown_by : str
        Which of the scene's methods shows it; its name if empty.
    detail : int
        0 is always shown; 1 is left out where the video is to be short; 2 and more come only
        where it is to be long.
    ask : Question, optional
        Asked instead of a caption; the video rests for `seconds`, whatever its length.

    Raises
    ------
    ValueError
        If it has a caption and a question, or does not last.
    """

    name: str
    seconds: float
    caption: Caption | None = None
    data: Any = None
    shown_by: str = ""
    detail: int = 0
    ask: Question | None = None

    def __post_init__(self) -> None:
        require_plain(self.name, "event")
        if self.seconds <= 0:
            raise ValueError(f"event {self.name!r} lasts {self.seconds:g} s: give more than 0")
        if self.ask is not None and self.caption is not None:
            raise ValueError(f"event {self.name!r} asks and says something: give one of them")

    @property
    def said(self) -> Caption | None:
        """Caption or question."""
        return self.caption if self.ask is None else self.ask.caption


@dataclass(frozen=True)
class Beat:
    """A part of a lesson: what happens in it, under one heading.

    Parameters
    ----------
    name : str
        Identifier within the lesson, as ``--still NAME`` takes it.
    title : Caption
        Heading on the screen, and the chapter marker in the file.
    events : tuple of Event
        What happens in it, in order.

    Raises
    ------
    ValueError
        If nothing happens in it, or its name, which becomes part of a file's, is other than words
        of letters and digits with dashes between them.
    """

    name: str
    title: Caption
    events: tuple[Event, ...]

    def __post_init__(self) -> None:
        require_plain(self.name, "beat")
        if not self.events:
            raise ValueError(f"nothing happens in beat {self.name!r}: give it an event")

    @classmethod
    def of(cls, name: str, title: Caption, *events: Event) -> Beat:
        """Make a beat of its events."""
        return cls(name, title, events)

    @property
    def caption(self) -> Caption:
        """All that its events say, one after the other."""
        said = [event.said for event in self.events if event.said is not None]
        return joined(said or [self.title])

    @property
    def seconds(self) -> float:
        """How long it lasts: as long as its events."""
        return math.fsum(event.seconds for event in self.events)


class Mark(NamedTuple):
    """A stretch of a lesson that begins with a beat, with a question, or with its answer."""

    start: float
    end: float
    title: Caption
    caption: Caption
    asks: bool = False


def spoken(beats: Iterable[Beat]) -> list[tuple[float, Caption]]:
    """Return what is said, in order, each with how long it stands, in seconds."""
    told: list[tuple[float, Caption]] = []
    for event in (event for beat in beats for event in beat.events):
        if event.said is not None:
            told.append((event.seconds, event.said))
        elif told:
            told[-1] = (math.fsum((told[-1][0], event.seconds)), told[-1][1])
    return told


def marks(beats: Iterable[Beat]) -> list[Mark]:
    """Part a lesson where it can be stopped: at its beats, at its questions, before answers.

    What is said last before a mark is its caption where nothing else is.
    """
    found: list[Mark] = []
    start, last = 0.0, None
    for beat in beats:
        for asks, group in groupby(beat.events, key=lambda event: event.ask is not None):
            events = list(group)
            said = [event.said for event in events if event.said is not None]
            title, question = beat.title, events[0].ask
            if question is not None:
                title = _PREDICT.fill(q=question.text)
            caption = joined(said) if said else last or beat.title
            end = math.fsum((start, *(event.seconds for event in events)))
            found.append(Mark(start, end, title, caption, asks))
            start, last = end, (said[-1] if said else last)
    return found


def chapters(beats: Iterable[Beat], lang: str) -> list[tuple[float, float, str]]:
    """Name the marks of a lesson as chapters of a video: start and end in seconds, and a name.

    The name is the title where it is new, or else how the caption begins, so that neighbours
    differ.
    """
    named: list[tuple[float, float, str]] = []
    heading = ""
    for mark in marks(beats):
        title = mark.title.text(lang)
        new = title != heading
        named.append((mark.start, mark.end, title if new else _beginning(mark.caption, lang)))
        if not mark.asks:
            heading = title
    return named


def _beginning(caption: Caption, lang: str) -> str:
    """Cut a sentence at the end of a word, or of a clause in Chinese, where it is long."""
    text = caption.text(lang).partition("\n")[0]
    most, gaps = (48, " ") if lang == "en" else (22, "，；：")
    if len(text) <= most:
        return text.rstrip(".。")
    cut = max(text.rfind(gap, 0, most) for gap in gaps)
    return text[: cut if cut > 0 else most].rstrip(" ,;:，；：") + "…"


def paced(beats: Iterable[Beat], length: float | None) -> tuple[Beat, ...]:
    """Scale a lesson to a given length; every caption keeps its reading time.

    Events for which there is no time are left out first, and what moves is slowed down until its
    caption can be read: no time is spent in standing still. A length is refused that is shorter
    than the captions take, or many times the designed one.
    """
    designed = tuple(beats)
    if length is None:
        return _scaled(_detailed(designed, USUAL_DETAIL), 1.0)
    details = sorted({event.detail for beat in designed for event in beat.events}, reverse=True)
    least = shortest(designed)
    most = _length(_scaled(_detailed(designed, details[0]), _SLOWEST))
    if not least - 1e-6 <= length <= most:
        raise _no_length(length, least, most)
    fitting = (
        detail for detail in details if _length(_scaled(_detailed(designed, detail), 1.0)) <= length
    )
    kept = _detailed(designed, next(fitting, 0))
    low, high = 1 / _FASTEST, _SLOWEST
    for _ in range(60):
        factor = (low + high) / 2
        short = _length(_scaled(kept, factor)) < length
        low, high = (factor, high) if short else (low, factor)
    return _scaled(kept, high)


def shortest(beats: Iterable[Beat]) -> float:
    """Return the least length in seconds that `paced` can give to a lesson."""
    return _length(_scaled(_detailed(tuple(beats), 0), 1 / _FASTEST))


def _no_length(length: float, least: float, most: float) -> UsageError:
    return UsageError(
        "{length:g} s is no length for this lesson: give {least} (its captions take that long "
        "to read) to {most}",
        length=length,
        least=math.ceil(least - 1e-6),
        most=math.floor(most),
    )


def chosen(beats: Iterable[Beat], events: Collection[str], lang: str) -> tuple[Beat, ...]:
    """Keep the events of some names at the pace at which one language is read."""
    return _scaled(_kept(beats, lambda event: event.name in events), 1.0, lang)


def _length(beats: Iterable[Beat]) -> float:
    return math.fsum(beat.seconds for beat in beats)


def _detailed(beats: Iterable[Beat], detail: int) -> tuple[Beat, ...]:
    """Leave out events of more detail."""
    return _kept(beats, lambda event: event.detail <= detail)


def _kept(beats: Iterable[Beat], wanted: Callable[[Event], bool]) -> tuple[Beat, ...]:
    """Leave out the other events, and beats of which nothing is left."""
    kept = []
    for beat in beats:
        events = tuple(event for event in beat.events if wanted(event))
        if events:
            kept.append(dataclasses.replace(beat, events=events))
    return tuple(kept)


def _scaled(beats: Sequence[Beat], factor: float, lang: str | None = None) -> tuple[Beat, ...]:
    """Let everything move so many times as slowly, or more slowly where it is to be read."""
    events = [event for beat in beats for event in beat.events]
    # A question is read before its answer comes.
    seconds = [
        max(event.seconds, event.ask.caption.reading_time(lang))
        if event.ask
        else event.seconds * factor
        for event in events
    ]
    starts = [n for n, event in enumerate(events) if event.said is not None]
    for start, end in zip(starts, [*starts[1:], len(events)], strict=True):
        said = events[start].said
        assert said is not None
        short = said.reading_time(lang) - sum(seconds[start:end])
        if short > 0:
            moving = range(start, end)
            stretch = 1 + short / sum(seconds[n] for n in moving)
            for n in moving:
                seconds[n] *= stretch
    lengths = iter(seconds)
    return tuple(
        Beat.of(
            beat.name,
            beat.title,
            *(dataclasses.replace(event, seconds=next(lengths)) for event in beat.events),
        )
        for beat in beats
    )
