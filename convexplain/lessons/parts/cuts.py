"""Other squares of a bundled photograph, and a stranger: what a network gets wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from convexplain.data import photographs
from convexplain.data.photographs import Photograph, Square
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.subject import Subject
from convexplain.style import format as fmt

#: How many pixels squares of a photograph lie apart.
APART = 6


class Cut(NamedTuple):
    """A square of a photograph, and what a network makes of it."""

    square: Square
    subject: Subject


@dataclass(frozen=True, eq=False)
class Cuts:
    """What a network makes of all squares of a photograph, as large as the one that is shown."""

    #: It shows `photograph`.
    subject: Subject
    #: A bundled one.
    photograph: Photograph

    @classmethod
    def of(cls, subject: Subject) -> Cuts | None:
        """Return those of the photograph that is shown, if what is on it is one of the classes."""
        shown = None if subject.label is None else photographs.named(subject.given)
        return None if shown is None else cls(subject, shown)

    @cached_property
    def every(self) -> tuple[Cut, ...]:
        """All squares, from the top down."""
        network, model = self.subject.network, self.subject.model
        whole = photographs.whole(photographs.name_of(self.photograph))
        return tuple(
            Cut(square, Subject(network, photographs.cut(whole, square), model))
            for square in photographs.squares(whole, self.photograph.square.side, APART)
        )

    @cached_property
    def others(self) -> tuple[int, ...]:
        """The answers to those squares that are not answered as the one that is shown."""
        answers = (cut.subject.trace.prediction for cut in self.every)
        return tuple(each for each in answers if each != self.subject.trace.prediction)

    @cached_property
    def other(self) -> Cut | None:
        """The square that gets the highest probability of the most frequent other answer."""
        if not self.others:
            return None
        most = max(sorted(set(self.others)), key=self.others.count)
        return max(self.every, key=lambda cut: float(cut.subject.trace.shares[most]))

    @cached_property
    def stranger(self) -> Subject:
        """A photograph of something that none of the classes is."""
        return Subject(self.subject.network, photographs.load("rocket"), self.subject.model)

    def tell(self) -> Iterator[Event]:
        """Tell that the square was chosen, and what becomes of the stranger."""
        names = self.subject.network.class_name
        if self.other is not None:
            j = names(self.other.subject.trace.prediction)
            chosen = words.CHOSEN.fill(m=len(self.others), n=len(self.every), j=j)
            yield Event("cuts", 4.4, chosen, detail=1)
        trace = self.stranger.trace
        said = words.STRANGER.fill(
            n=self.subject.network.classes,
            j=names(trace.prediction),
            p=fmt.percent(trace.shares[trace.prediction], 0),
        )
        yield Event("rocket", 4.0, said, detail=2)
