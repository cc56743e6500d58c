"""What becomes of an answer when a square of the picture is covered, at every place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from convexplain.data import photographs
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.subject import Subject
from convexplain.network import Occlusion, Trace, occlusion
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: The side of the square, as a share of the picture's.
SIDE = 3 / 16


@dataclass(frozen=True, eq=False)
class Hiding:
    """A picture with a square covered, and what that does to the network's answer."""

    subject: Subject
    #: The answer.
    label: int

    @cached_property
    def found(self) -> Occlusion:
        """What becomes of the answer, at every place.

        The square has blank paper on a digit; else the picture's mean colour, since a black square
        is itself an eye, or a nose.
        """
        image = self.subject.trace.image
        side = max(1, round(SIDE * min(image.shape[:2])))
        fill = 0.0 if self.subject.reads_digits else image.mean(axis=(0, 1), dtype=np.float64)
        return occlusion(self.subject.network, image, self.label, side=side, fill=fill)

    def _after(self, place: tuple[int, int]) -> Trace:
        return Trace(self.subject.network, self.found.cover(self.subject.trace.image, *place))

    def change_at(self, place: tuple[int, int]) -> float:
        """Return by how much the answer's logit changes where the square lies at a place."""
        before, after = self.subject.trace, self._after(place)
        return after.logit_of(self.label) - before.logit_of(self.label)

    def named(self, place: tuple[int, int]) -> Caption:
        """Name what a square covers: a part of a bundled photograph, or where it lies."""
        rows, cols = self.subject.network.input_shape[:2]
        middle = [start + self.found.side / 2 for start in place]
        part = photographs.part_at(self.subject.given, middle[0] / rows, middle[1] / cols)
        return terms.CELL.fill(r=place[0], c=place[1]) if part is None else part

    @property
    def most_lost(self) -> Caption:
        """Say where the logit falls most, and what is left of the probability."""
        place, trace = self.found.worst, self.subject.trace
        return words.MOST_LOST.fill(
            v=fmt.number(self.change_at(place), sign=True),
            place=self.named(place),
            k=self.subject.network.class_name(self.label),
            p=fmt.probability(float(trace.shares[self.label])),
            q=fmt.probability(float(self._after(place).shares[self.label])),
        )

    @property
    def most_gained(self) -> Caption:
        """Say where the logit is highest."""
        place = self.found.best
        return words.MOST_GAINED.fill(
            v=fmt.number(self.change_at(place), sign=True), place=self.named(place)
        )

    def tell(self) -> Iterator[Event]:
        """Tell what happens when a square is covered; of digits where there is time."""
        found = self.found
        detail = 1 if self.subject.sharp is not None else 2
        n = found.answers.size
        size = fmt.shape((found.side, found.side))
        fill = words.PAPER if self.subject.reads_digits else words.MEAN_COLOUR
        yield Event("hide", 4.4, words.HIDE.fill(size=size, fill=fill, n=n), detail=detail)
        changed = int((found.answers != self.label).sum())
        place = self.named(found.worst)
        lost = words.HOLDS.fill(place=place)
        if changed:
            lost = words.GIVES.fill(m=changed, n=n, place=place)
        yield Event("lost", 3.4, lost, detail=detail)
        best = self.change_at(found.best)
        if best > 0:
            rises = words.RISES.fill(place=self.named(found.best), v=fmt.number(best))
            yield Event("gained", 3.0, rises, detail=2)
