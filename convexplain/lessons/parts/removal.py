"""What becomes of an answer when cells are set to zero: strongest first, and in random orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median_low
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.network import Trace, contributions

#: Answers that are computed at once.
CHUNK = 64
#: How many random orders the check is repeated in.
ORDERS = 20
#: Of more cells than that, in fewer orders: each takes all that lies above them.
MANY, FEWER = 500, 5


class Reading(NamedTuple):
    """What the network makes of a picture when so many cells of a level are set to zero.

    The class of the largest logit among all but the answer is `rival`.
    """

    removed: int
    logit: float
    probability: float
    label: int
    rival: int
    rival_logit: float

    @property
    def lead(self) -> float:
        """How far the answer lies above the best of the others; below zero it is no more read."""
        return self.logit - self.rival_logit


@dataclass(frozen=True, eq=False)
class Removal:
    """The cells of a level that push towards an answer, taken out one after the other."""

    trace: Trace
    #: The layer whose cells they are.
    level: str
    #: The answer.
    label: int
    #: Whether weights are taken less their mean over all classes.
    centred: bool

    @cached_property
    def pushes(self) -> npt.NDArray[np.float64]:
        """What every cell of the level adds to the answer, in the shape of the level."""
        return contributions(self.trace, self.level, self.label, centred=self.centred)

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """The cells that push towards the answer, strongest first, as flat indices."""
        supporting = int((self.pushes > 0).sum())
        return np.argsort(-self.pushes.ravel(), kind="stable")[:supporting]

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The answer with 0, 1, 2, ... of the strongest cells set to zero, computed again."""
        return self._read(self.order)

    def _read(self, order: npt.NDArray[np.intp]) -> tuple[Reading, ...]:
        """Return what is read without 0, 1, 2, ... of the cells in this order."""
        logits = self._without(order)
        chances = ops.softmax(logits)
        found = list[Reading]()
        for removed, (z, p) in enumerate(zip(logits, chances, strict=True)):
            others = z.copy()
            others[self.label] = -np.inf
            rival = int(others.argmax())
            # Of one logit for two classes the other one's is part of what is told of the answer.
            beside = 0.0 if self.trace.network.outputs == 1 else float(z[rival])
            chance = float(p[self.label])
            found.append(Reading(removed, self._said(z), chance, int(z.argmax()), rival, beside))
        return tuple(found)

    def without(self, count: int) -> Reading:
        """Return the answer without so many of the strongest cells, or without all there are."""
        return self.readings[min(count, len(self.order))]

    def _said(self, logits: npt.NDArray[np.float64]) -> float:
        """Return the logit of the answer as it is told: of two classes, the one against the other.

        Two classes by one logit have the logits 0 and that one.
        """
        own = logits[self.label]
        return float(own - logits[1 - self.label] if self.trace.network.outputs == 1 else own)

    def _without(self, order: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Return the logits without 0, 1, 2, ... of the cells in this order, (n + 1, classes)."""
        network = self.trace.network
        cells = self.trace.activations[self.level].ravel()
        names = [layer.name for layer in network.layers]
        last = names.index(network.classifier.name)
        above = network.layers[names.index(self.level) + 1 : last + 1]
        shape = network.shapes[self.level]
        found = []
        for start in range(0, len(order) + 1, CHUNK):
            many = min(CHUNK, len(order) + 1 - start)
            x = np.repeat(cells[np.newaxis], many, axis=0)
            x[:, order[:start]] = 0
            for n in range(1, many):
                x[n:, order[start + n - 1]] = 0
            x = x.reshape(many, *shape)
            for layer in above:
                logits, x = network.exact(layer, x)
            found.append(logits.reshape(many, -1))
        every = np.concatenate(found).astype(np.float64)
        return every if network.outputs > 1 else np.hstack([0 * every, every])

    def left(self, readings: Sequence[Reading]) -> npt.NDArray[np.float64]:
        """Return how much of the answer's lead is left in some readings; 0 where another leads."""
        whole = self.readings[0].lead
        return np.array([max(0.0, each.lead) / whole for each in readings])

    @cached_property
    def tipping(self) -> Reading | None:
        """The first reading that gives another answer; None if there is none."""
        return next((r for r in self.readings if r.label != self.label), None)

    def random_order(self, seed: int) -> npt.NDArray[np.intp]:
        """Return the cells that push towards the answer in a random order, as flat indices."""
        return np.random.default_rng(seed).permutation(np.sort(self.order))

    @cached_property
    def random_readings(self) -> tuple[tuple[Reading, ...], ...]:
        """What is read in random orders, each drawn with its number as the seed."""
        return tuple(
            self._read(self.random_order(seed))
            for seed in range(ORDERS if len(self.order) <= MANY else FEWER)
        )

    @cached_property
    def random_tips(self) -> tuple[int, ...]:
        """With how many cells each random order gives another answer; none if one never does."""
        tips = [
            next((reading.removed for reading in order if reading.lead < 0), None)
            for order in self.random_readings
        ]
        return tuple(tip for tip in tips if tip is not None) if None not in tips else ()

    @cached_property
    def typical(self) -> int | None:
        """The seed of the random order whose number of cells is the median, the lower of two."""
        tips = self.random_tips
        return tips.index(median_low(tips)) if tips else None
