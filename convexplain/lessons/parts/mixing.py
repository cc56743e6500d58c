"""Convolutions of 1 x 1: what they read, their weights, and the best that few of them can do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.lessons.parts.subject import convolutions, reads_all_channels
from convexplain.network import Layer, Network

Array = npt.NDArray[Any]
#: Mixtures are turned so often at most, and until nothing changes by more.
_TURNS, _STILL = 500, 1e-12


@dataclass(frozen=True, eq=False)
class Mixing:
    """A layer of 1 x 1 filters, and the maps that it reads."""

    #: The layer whose maps are read.
    source: str
    #: Of one picture, (height, width, channels).
    maps: Array
    #: (channels, filters).
    weights: Array
    #: (filters,).
    biases: Array
    #: Its name if it is one of the network's; empty if the mixtures were computed.
    layer: str = ""
    #: The convolution that reads all of its maps, or could.
    reader: Layer | None = None

    @property
    def channels(self) -> int:
        """How many maps are read."""
        return int(self.weights.shape[0])

    @property
    def filters(self) -> int:
        """How many maps come out."""
        return int(self.weights.shape[1])

    @cached_property
    def mixed(self) -> Array:
        """All sums, (height, width, filters)."""
        return self.mix(self.maps)

    def mix(self, maps: Array) -> Array:
        """Return the sums of some maps, before any activation."""
        sums: Array = ops.conv2d(maps.astype(np.float64), self.weights[None, None], self.biases)
        return sums

    @cached_property
    def place(self) -> tuple[int, int]:
        """Where the numbers that are read are largest, by their sum of squares."""
        energy = (self.maps.astype(np.float64) ** 2).sum(axis=2)
        row, col = np.unravel_index(int(energy.argmax()), energy.shape)
        return int(row), int(col)


def trained(network: Network) -> Layer | None:
    """Return a convolution of 1 x 1 that mixes the channels of maps, the first if there are any."""
    for layer in convolutions(network):
        window = layer.window
        alone = window is not None and window.kernel_size == window.stride == (1, 1)
        reads_picture = network.sources(layer.name) == ("input",)
        mixes = reads_all_channels(network, layer.name) and network.input_of(layer.name)[2] > 1
        if alone and mixes and not reads_picture:
            return layer
    return None


def simple(weights: Array) -> Array:
    """Return mixtures that keep what others keep, each of as few channels as can be (varimax).

    The others are turned among themselves until the squares of the weights of each differ most.
    `weights`, (channels, count): of length 1 and at right angles, as `best` gives them. Result,
    (channels, count): as long, and at right angles, too; the largest weight of each is above zero.
    """
    turned = weights
    for _ in range(_TURNS):
        steep = turned**3 - turned * (turned**2).mean(axis=0)
        one, _, other = np.linalg.svd(weights.T @ steep)
        before, turned = turned, weights @ (one @ other)
        if np.allclose(before, turned, atol=_STILL):
            break
    return _pointing_up(turned)


def _pointing_up(weights: Array) -> Array:
    """Turn each mixture so that its largest weight is above zero."""
    largest = np.abs(weights).argmax(axis=0)
    signed: Array = weights * np.sign(weights[largest, np.arange(weights.shape[1])])
    return signed


def best(maps: Array, count: int) -> tuple[Array, Array]:
    """Return the mixtures of channels that keep most of their variance.

    `maps`, (..., channels). `count`: how many mixtures. `weights`, (channels, count): directions of
    the largest spread, each of length 1, its largest weight above zero. `mean`, (channels,):
    subtracted before.
    """
    places = maps.reshape(-1, maps.shape[-1]).astype(np.float64)
    mean = places.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(places, rowvar=False, bias=True))
    return _pointing_up(directions[:, ::-1][:, :count]), mean
