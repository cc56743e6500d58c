"""Depthwise separable convolutions: a network's own, or the closest one to an ordinary one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.network import DepthwiseConv2D, Layer, Network, Trace
from convexplain.ops import Window

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Separable:
    """A window for each channel, then a weight for each channel and filter."""

    #: The layer whose maps are read, or "input".
    source: str
    #: Of one picture, (height, width, channels).
    maps: Array
    #: The windows; `count` of them read each channel, (kH, kW, channels * count).
    shapes: Array
    #: The weights of the 1 x 1 layer, (channels * count, filters).
    scales: Array
    #: (filters,).
    biases: Array
    #: How the windows slide.
    window: Window
    #: Of its layers in the network.
    names: tuple[str, ...]
    #: (kH, kW, channels, filters): the kernels that it stands for; None: it was trained as it is.
    ordinary: Array | None = None

    @property
    def channels(self) -> int:
        """How many maps are read."""
        return int(self.maps.shape[2])

    @property
    def filters(self) -> int:
        """How many maps come out."""
        return int(self.scales.shape[1])

    @property
    def size(self) -> int:
        """Weights of a window."""
        return int(np.prod(self.shapes.shape[:2]))

    @cached_property
    def between(self) -> Array:
        """What the windows give, each channel by itself, (rows, columns, channels * count)."""
        window = self.window
        sums: Array = ops.conv2d(
            self.maps.astype(np.float64), self.shapes[:, :, None, :], stride=window.stride,
            padding=window.padding, dilation=window.dilation, groups=self.channels,
        )  # fmt: skip
        return sums

    @cached_property
    def sums(self) -> Array:
        """What both steps give, before any activation, (rows, columns, filters)."""
        sums: Array = self.between @ self.scales + self.biases
        return sums

    @property
    def kernels(self) -> Array:
        """The kernels of the one convolution that does both, (kH, kW, channels, filters)."""
        height, width, _ = self.shapes.shape
        shapes = self.shapes.reshape(height, width, self.channels, -1)
        scales = self.scales.reshape(self.channels, -1, self.filters)
        return np.asarray(np.einsum("ijcm,cmf->ijcf", shapes, scales))

    @property
    def per(self) -> int:
        """How many windows read a channel."""
        return int(self.shapes.shape[2]) // self.channels

    def of_channel(self, channel: int) -> slice:
        """Return which windows read a channel."""
        return slice(channel * self.per, (channel + 1) * self.per)

    def facing(self, filter: int) -> Separable:
        """Turn the sign of each channel's shape, and of what filters take of it, towards a filter.

        A shape times a share is the same with both signs turned. Turned so that the filter takes
        a share above zero, the shape looks like the filter's kernel, not like its opposite.
        """
        assert self.per == 1
        signs = np.where(self.scales[:, filter] < 0, -1.0, 1.0)
        return replace(self, shapes=self.shapes * signs, scales=self.scales * signs[:, None])

    def given(self, channel: int, filter: int) -> Array:
        """Return what a filter takes of a channel, (rows, columns)."""
        own = self.of_channel(channel)
        return np.asarray(self.between[:, :, own] @ self.scales[own, filter])

    def growing(self, filter: int, first: Sequence[int]) -> Iterator[Array]:
        """Yield a filter's map as channel after channel is added, some of them before others."""
        total = np.full(self.between.shape[:2], float(self.biases[filter]))
        yield total.copy()
        for channel in (*first, *(c for c in range(self.channels) if c not in first)):
            total += self.given(channel, filter)
            yield total.copy()

    @property
    def weights(self) -> tuple[int, int]:
        """How many weights an ordinary layer has, and how many this one; without biases."""
        ordinary = self.size * self.channels * self.filters
        return ordinary, self.size * self.shapes.shape[2] + self.scales.size

    @property
    def work(self) -> tuple[int, int]:
        """How many multiplications both take."""
        places = int(np.prod(self.between.shape[:2]))
        ordinary, own = self.weights
        return ordinary * places, own * places


def pair(network: Network) -> tuple[DepthwiseConv2D, Layer] | None:
    """Return the first depthwise layer that a 1 x 1 convolution alone reads, and that one."""
    for first in network.layers:
        readers = [n for n in network.layers if first.name in network.sources(n.name)]
        if not isinstance(first, DepthwiseConv2D) or len(readers) != 1:
            continue
        (second,) = readers
        window = second.window
        alone = window is not None and window.kernel_size == window.stride == (1, 1)
        weights = network.weights_of(second.name)
        whole = second.family == "convolution" and "kernel" in weights
        fits = whole and weights["kernel"].shape[2] == network.shapes[first.name][2]
        if alone and fits and first.activation == "linear":
            return first, second
    return None


def own(network: Network, trace: Trace) -> Separable | None:
    """Return a network's own separable layer, if it has one."""
    found = pair(network)
    if found is None:
        return None
    first, second = found
    (source,) = network.sources(first.name)
    maps = trace.image if source == "input" else trace.activations[source]
    shapes = network.weights_of(first.name)["kernel"].squeeze(axis=2).astype(np.float64)
    scales = network.weights_of(second.name)["kernel"][0, 0].astype(np.float64)
    biases = network.biases(first.name).astype(np.float64) @ scales
    assert first.window is not None
    return Separable(
        source, maps, shapes, scales, biases + network.biases(second.name), first.window,
        (first.name, second.name),
    )  # fmt: skip


def closest(network: Network, trace: Trace, layer: Layer) -> Separable:
    """Return the separable layer whose kernels are closest to an ordinary one's.

    On each channel one shape and a factor for every filter: the pair for which the squares of what
    is left of all kernels add up to the least. The shape is as large as the kernels that it stands
    for, its largest weight as the largest of these. Nothing is trained.
    """
    (source,) = network.sources(layer.name)
    kernels = network.weights_of(layer.name)["kernel"].astype(np.float64)
    maps = trace.image if source == "input" else trace.activations[source]
    every, shares = split(kernels)
    shapes, scales = as_large(kernels, every.take(0, axis=3), shares.take(0, axis=1))
    biases = network.biases(layer.name).astype(np.float64)
    assert layer.window is not None
    return Separable(
        source,
        maps,
        shapes,
        scales,
        biases,
        layer.window,
        (layer.name,),
        kernels,
    )


def split(kernels: Array) -> tuple[Array, Array]:
    """Write each channel's kernels as shapes of length 1 and what every filter takes of them.

    `kernels`, (kH, kW, channels, filters). `shapes`, (kH, kW, channels, count): the most important
    first, by singular values; the largest weight of each above zero. `scales`, (channels, count,
    filters): ``shapes[..., :m]`` times ``scales[:, :m]`` are the closest kernels of m shapes.
    """
    height, width, channels, filters = kernels.shape
    flat = kernels.transpose(2, 0, 1, 3).reshape(channels, height * width, filters)
    left, sizes, right = np.linalg.svd(flat, full_matrices=False)
    largest = np.take_along_axis(left, np.abs(left).argmax(axis=1)[:, None], axis=1)
    signs = np.where(largest < 0, -1.0, 1.0)
    shapes = (left * signs).reshape(channels, height, width, -1).transpose(1, 2, 0, 3)
    scales = sizes[:, :, None] * right * signs.transpose(0, 2, 1)
    return shapes, scales


def as_large(kernels: Array, shapes: Array, scales: Array) -> tuple[Array, Array]:
    """Make each channel's shape as large as its kernels, and what filters take of it as much less.

    `kernels`, (kH, kW, channels, filters). `shapes`, (kH, kW, channels). `scales`, (channels,
    filters).
    """
    most = np.abs(kernels).max(axis=(0, 1, 3))
    # A channel that no filter reads has no size of its own.
    size = np.where(most > 0, most, 1.0) / np.abs(shapes).max(axis=(0, 1))
    return shapes * size, scales / size[:, None]


def of_shapes(kernels: Array, count: int) -> Array:
    """Return the closest kernels of so many shapes a channel."""
    shapes, scales = split(kernels)
    return np.asarray(np.einsum("ijcm,cmf->ijcf", shapes[..., :count], scales[:, :count]))
