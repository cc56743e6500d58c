"""How a film tells a lesson: which of its events, and what passes from it to the next one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from convexplain.data.pictures import Picture
from convexplain.lessons.parts.beats import Beat, Event, chosen
from convexplain.style.captions import Caption

#: Name of the event in which a lesson's last picture becomes the first of the next.
BRIDGE = "bridge"
#: What a part of the next picture comes out of, if that is the digit at the frame's edge.
HERO = "hero"
#: How long that takes, in seconds: a movement that can be followed.
_CROSSING = 1.6


class Told(Protocol):
    """A lesson, as a part of a film."""

    @property
    def telling(self) -> Telling | None:
        """How it is told."""

    def beats(self) -> tuple[Beat, ...]:
        """Return what it shows."""


@dataclass(frozen=True)
class Telling:
    """A lesson as a part of a film."""

    #: Whose reading time counts.
    lang: str
    #: What stands above it; what its beats are called, if not given.
    heading: Caption | None
    #: Names of its events that are shown; those that it does not have do not matter.
    events: tuple[str, ...]
    #: What stands below its first picture, and was said as the lesson before became it.
    opened: Caption | None = None
    #: What stands at the edge of the frame all the while: whom the film is about.
    hero: Picture | None = None
    #: Whose first picture the last one here becomes, with its own telling.
    following: Told | None = None
    #: What its sounds are called after, if not after the lesson.
    name: str = ""
    #: Parts of that picture, and the parts here that they come out of; those of one name need not
    #: be named. `HERO` is the digit at the edge of the frame.
    carried: tuple[tuple[str, str], ...] = ()

    def beats(self, designed: Iterable[Beat]) -> tuple[Beat, ...]:
        """Return a lesson's beats as the film has them."""
        told = list(chosen(self._headed(designed), self.events, self.lang))
        if self.following is not None:
            after = self.following.telling
            assert after is not None
            title = self.following.beats()[0].title
            told.append(Beat.of(BRIDGE, title, Event(BRIDGE, _CROSSING, after.opened)))
        return tuple(told)

    def _headed(self, designed: Iterable[Beat]) -> list[Beat]:
        """Return all beats under the heading; the first event goes on saying what is said."""
        beats = list(designed)
        if self.heading is not None:
            beats = [dataclasses.replace(beat, title=self.heading) for beat in beats]
        if self.opened is None:
            return beats
        first = next(
            (b, e) for b, beat in enumerate(beats) for e, event in enumerate(beat.events)
            if event.name in self.events
        )  # fmt: skip
        events = list(beats[first[0]].events)
        events[first[1]] = dataclasses.replace(events[first[1]], caption=self.opened)
        beats[first[0]] = dataclasses.replace(beats[first[0]], events=tuple(events))
        return beats
