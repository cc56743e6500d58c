"""What is said of a lesson, line by line, and how a voice sets its pace."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from convexplain.lessons.parts.beats import Beat, Event
from convexplain.style.captions import Caption

# Nothing moves more than so many times as fast as it is planned to, however short its sound is.
_FASTEST = 2.0
_CHOICES = {"en": ", ", "zh": "、"}


class Line(NamedTuple):
    """What is said from an event on, until the next one that says something."""

    event: str
    start: float
    seconds: float
    caption: Caption

    def text(self, lang: str) -> str:
        """Return it as it is spoken: in one line, what can be chosen as a list."""
        said = " ".join(self.caption.text(lang).split())
        return said.replace(" · ", _CHOICES[lang])


def lines(beats: Iterable[Beat]) -> tuple[Line, ...]:
    """Return what is said, in order; a line lasts until the next one.

    >>> word = Caption(en="Look.", zh="看。")
    >>> beat = Beat.of("one", word, Event("first", 2.0, word), Event("on", 1.0))
    >>> [(line.event, line.seconds) for line in lines([beat])]
    [('first', 3.0)]
    """
    found: list[Line] = []
    start = 0.0
    for passage in _passages([event for beat in beats for event in beat.events], ()):
        seconds, caption = _length(passage), passage[0].said
        if caption is not None:
            found.append(Line(passage[0].name, start, seconds, caption))
        start += seconds
    return tuple(found)


def voiced(
    beats: Iterable[Beat], sounds: Mapping[str, float], rests: Mapping[str, float]
) -> tuple[Beat, ...]:
    """Let events last as long as their sounds.

    A sound belongs to the event of its name, and to those after it that say nothing and have no
    sound of their own: what they show becomes slower, or faster, together. None is shorter than its
    caption takes to read, or moves more than twice as fast as planned; then the sound ends before
    it. After the sound of a question the video rests. `beats`: as they are planned. `sounds`:
    seconds of the sounds, by the names of their events. `rests`: seconds that are rested for an
    answer, by the names of the events that ask.
    """
    planned = tuple(beats)
    spoken: dict[str, float] = {}
    for passage in _passages([event for beat in planned for event in beat.events], sounds):
        first, *others = passage
        if (heard := sounds.get(first.name)) is None:
            continue
        if first.ask is not None:
            spoken[first.name] = max(first.seconds, heard + rests.get(first.name, 0.0))
            continue
        now = _length(passage)
        least = max(now / _FASTEST, first.said.reading_time()) if first.said else now
        stretch = max(heard, min(now, least)) / now
        spoken |= {event.name: event.seconds * stretch for event in (first, *others)}
    return tuple(_lasting(beat, spoken) for beat in planned)


def _lasting(beat: Beat, seconds: Mapping[str, float]) -> Beat:
    """Give the events of a beat other lengths, by name."""
    events = [
        dataclasses.replace(event, seconds=seconds.get(event.name, event.seconds))
        for event in beat.events
    ]
    return Beat.of(beat.name, beat.title, *events)


def _passages(events: Iterable[Event], named: Iterable[str]) -> Iterator[list[Event]]:
    """Part events where one says something, or is one of those that are named."""
    passage: list[Event] = []
    for event in events:
        if passage and (event.said is not None or event.name in named):
            yield passage
            passage = []
        passage.append(event)
    if passage:
        yield passage


def _length(events: Iterable[Event]) -> float:
    return math.fsum(event.seconds for event in events)
