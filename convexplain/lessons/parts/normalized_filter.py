"""One filter that is normalized by what training stored: its numbers, its batches, its fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts.carrying import bundled, carried, right
from convexplain.lessons.parts.network_lesson import FilterLesson, model_option
from convexplain.lessons.parts.normalizing import Followed, Normalizing, by_its_own
from convexplain.lessons.parts.subject import Role
from convexplain.network import Layer, Trace, folded
from convexplain.network.folding import fold, host_of
from convexplain.style import format as fmt

Floats = npt.NDArray[Any]
#: The bundled digits are shared out into so many batches.
BATCHES = 10
#: A weight is printed with so many decimals, the fewest with which one gives what comes out.
_DECIMALS = range(2, 5)
#: Channels that are seen together; how much their sizes differ at least, and how many times less
#: when they are normalized.
_COMPARED, _APART, _EVENER = 4, 2.0, 1.5


@dataclass(frozen=True)
class NormalizedFilter(FilterLesson):
    """What is computed of a filter whose sums a batch normalization takes."""

    needs: ClassVar[tuple[Role, ...]] = ("normalization",)

    model: str = model_option("blocks")

    @property
    def clearest(self) -> int:
        """Of the channels with steps that add up, the first with the fewest decimals."""
        found = {n: self._constants_of(n).exact[0] for n in range(self.filters) if self._told(n)}
        return min(found, key=lambda n: found[n], default=self.strongest)

    def _told(self, channel: int) -> Followed | None:
        """Return the cell of a channel whose steps add up as they are printed."""
        return self._constants_of(channel).followed(self.sums[:, :, channel])

    # Numbers of the channel.

    @cached_property
    def host(self) -> str:
        """Name of the convolution before it."""
        found = host_of(self.network, self.shown_layer)
        assert found is not None
        return found

    @property
    def sums(self) -> Floats:
        """All maps of the convolution, (height, width, channels)."""
        return self.trace.activations[self.host]

    @cached_property
    def constants(self) -> Normalizing:
        """The channel's mean, spread, gamma and beta."""
        return self._constants_of(self.shown_filter)

    def _constants_of(self, channel: int) -> Normalizing:
        return Normalizing.of(self.network, self.shown_layer, channel)

    @cached_property
    def place(self) -> tuple[int, int]:
        """The cell that is followed: of those whose printed steps add up, a large result."""
        if self.followed is not None:
            return self.followed.cell
        row, col = np.unravel_index(self.response_map.argmax(), self.response_map.shape)
        return int(row), int(col)

    @cached_property
    def followed(self) -> Followed | None:
        """That cell, and with how many decimals the four constants are printed, if there is one."""
        return self._told(self.shown_filter)

    @property
    def decimals(self) -> int:
        """With how many decimals the four constants are printed."""
        exact = self.constants.exact or (_DECIMALS[0],)
        return exact[0] if self.followed is None else self.followed.decimals

    @property
    def number(self) -> float:
        """The convolution's sum there."""
        return float(self.sums[(*self.place, self.shown_filter)])

    @cached_property
    def compared(self) -> tuple[int, ...]:
        """The shown channel, that of the largest sums, and the two of the smallest, largest first.

        Empty where there are fewer, or where their sizes differ less than twofold or differ as much
        when they are normalized: then there is nothing to be seen.
        """
        before, after = (np.abs(each).max(axis=(0, 1)) for each in (self.sums, self.maps))
        order = [int(n) for n in np.argsort(-before, kind="stable")]
        wanted = dict.fromkeys((order[0], self.shown_filter, *reversed(order)))
        shown = [n for n in order if n in [*wanted][:_COMPARED]]
        if len(shown) < _COMPARED or not before[shown].all():
            return ()
        ranges = [float(each[shown].max() / each[shown].min()) for each in (before, after)]
        return tuple(shown) if ranges[0] >= _APART and ranges[1] < ranges[0] / _EVENER else ()

    def sizes(self, maps: Floats) -> list[float]:
        """Return how far from zero the numbers of each compared channel reach."""
        return [float(np.abs(maps[:, :, n]).max()) for n in self.compared]

    @property
    def ranges(self) -> tuple[float, float]:
        """How many times the smallest size the largest is, as both are printed; before, after."""
        before, after = (
            [float(fmt.rounded(size)) for size in self.sizes(maps)]
            for maps in (self.sums, self.maps)
        )
        return max(before) / min(before), max(after) / min(after)

    @cached_property
    def faintest(self) -> tuple[int, int]:
        """The cell with the sum nearest to zero, of several that nearest to the middle."""
        sums = self.sums[:, :, self.shown_filter].astype(np.float64)
        apart = np.indices(sums.shape) - (np.array(sums.shape)[:, None, None] - 1) / 2
        order = np.lexsort((np.hypot(*apart).flat, np.abs(sums).round(6).flat))
        row, col = divmod(int(order[0]), sums.shape[1])
        return row, col

    @cached_property
    def faint(self) -> npt.NDArray[np.bool_]:
        """Which sums are printed as the faintest is."""
        sums = self.sums[:, :, self.shown_filter].astype(np.float64).round(2)
        return np.asarray(sums == sums[self.faintest])

    def two_steps(self, cell: tuple[int, int]) -> tuple[float, float, float]:
        """Return a cell's sum, that times the factor as both are printed, and with the shift."""
        number = float(self.sums[(*cell, self.shown_filter)])
        scaled = float(fmt.rounded(number) * fmt.rounded(self.constants.factor))
        return number, scaled, float(self.response_map[cell])

    @property
    def steps(self) -> tuple[float, float, float, float]:
        """What becomes of it, step by step."""
        return self.constants.steps(self.number)

    # Many digits: only for a network that reads them.

    @cached_property
    def digits(self) -> Floats | None:
        """All bundled digits as the network reads them."""
        return bundled(self.network)

    @cached_property
    def batch_sums(self) -> list[Floats] | None:
        """The channel's sums in each batch of bundled digits, (digits, height, width)."""
        if self.digits is None:
            return None
        sums = carried(self.network, self.digits, until=self.host)[..., self.shown_filter]
        return [sums[n::BATCHES].astype(np.float64) for n in range(BATCHES)]

    @cached_property
    def batches(self) -> tuple[Floats, Floats] | None:
        """Mean and spread of each of them.

        The spread is the root of variance and epsilon, as the stored one is.
        """
        if self.batch_sums is None:
            return None
        epsilon = self._epsilon
        return (
            np.array([p.mean() for p in self.batch_sums]),
            np.array([np.sqrt(p.var() + epsilon) for p in self.batch_sums]),
        )

    @cached_property
    def history(self) -> Mapping[str, Floats] | None:
        """Mean and spread of the channel in the batches of its training, and what was then stored.

        None beside a network of one's own, of whose training nothing is known.
        """
        if self.model != type(self).model:
            return None
        found, n = facts.normalizing(), self.shown_filter
        spread, kept = (
            np.sqrt(each[:, n] + self._epsilon) for each in (found.variance, found.moving_variance)
        )
        return {
            "steps": found.steps, "mean": found.mean[:, n], "spread": spread,
            "mean-kept": found.moving_mean[:, n], "spread-kept": kept,
        }  # fmt: skip

    @property
    def _epsilon(self) -> float:
        return float(getattr(self.network.layer(self.shown_layer), "epsilon", 0.0))

    @cached_property
    def right(self) -> tuple[int, int] | None:
        """How many bundled digits are read right: by what is stored, and each by its own."""
        if self.digits is None:
            return None
        network = self.network

        def own(layer: Layer, x: Floats) -> Floats | None:
            return by_its_own(layer, x, network.weights_of(layer.name))

        ways = (carried(network, self.digits), carried(network, self.digits, instead=own))
        return right(network, ways[0]), right(network, ways[1])

    # Folded.

    @cached_property
    def kernel(self) -> tuple[Floats, Floats]:
        """The filter's weights in the channel in which they are largest, before and after."""
        before = self.network.weights_of(self.host)["kernel"].astype(np.float64)
        after, _ = fold(self.network, self.shown_layer)
        n = self.read_channel
        return before[:, :, n, self.shown_filter], after[:, :, n, self.shown_filter]

    @cached_property
    def read_channel(self) -> int:
        """The channel of the kernel that is shown, by its place in the kernel."""
        kernel = self.network.weights_of(self.host)["kernel"][..., self.shown_filter]
        return int((kernel.astype(np.float64) ** 2).sum(axis=(0, 1)).argmax())

    @property
    def weight(self) -> tuple[tuple[int, int], int]:
        """The largest weight whose product is right as it is printed, with how many decimals.

        The fewest with which that of any weight is.
        """
        factor, (old, new) = fmt.rounded(self.constants.factor), self.kernel
        order = [divmod(int(n), old.shape[1]) for n in np.argsort(-np.abs(old), axis=None)]

        def right(cell: tuple[int, int], n: int) -> bool:
            return fmt.rounded(fmt.rounded(old[cell], n) * factor) == fmt.rounded(new[cell])

        found = ((cell, n) for n in _DECIMALS for cell in order if right(cell, n))
        return next(found, (order[0], _DECIMALS[-1]))

    @property
    def bias(self) -> tuple[float, float]:
        """The filter's bias before and after."""
        _, after = fold(self.network, self.shown_layer)
        before = self.network.biases(self.host)
        return float(before[self.shown_filter]), float(after[self.shown_filter])

    @cached_property
    def folded_maps(self) -> Floats:
        """The maps of the convolution that has taken the normalization in."""
        network = folded(self.network)
        return Trace(network, self.trace.image).before(self.host)

    @property
    def apart(self) -> float:
        """The largest difference between both ways."""
        return float(np.abs(self.folded_maps - self.maps).max())

    @property
    def bound(self) -> str:
        """The least power of ten above the largest difference, as it is written out."""
        power = int(np.floor(np.log10(self.apart))) + 1 if self.apart else -12
        return fmt.number(10.0**power, max(0, -power))
