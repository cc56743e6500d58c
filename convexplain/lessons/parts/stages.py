"""A network as the stages of its picture: each layer that does something, with what it puts out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from convexplain.network import Layer, Network, Trace
from convexplain.network.layers import Family
from convexplain.style import format as fmt

Kind: TypeAlias = Literal["input"] | Family
Array: TypeAlias = npt.NDArray[np.float32]

#: What leaves the shape as it is, or only puts it in order: folded into the layer before.
_FOLDED = ("normalization", "activation", "dropout", "padding", "addition")
#: From so many numbers on, a vector is folded into columns.
_LINE = 12


@dataclass(frozen=True, eq=False)
class Stage:
    """The picture, or a layer with those behind it that leave its shape as it is."""

    #: Of the layer; "input" for the picture.
    name: str
    #: "input", or the layer's family.
    kind: Kind
    #: The layer itself, and those that are folded into it; none for the picture.
    layers: tuple[Layer, ...]
    #: What the last of them puts out: (height, width, channels), or (n,).
    values: Array
    #: The end of its colours: the largest magnitude; a pooling and flatten keep what they read.
    limit: float
    #: Weights and biases of all its layers.
    parameters: int
    #: Of the network's parameters, 0 to 1.
    share: float

    @property
    def panel(self) -> str:
        """The name of its panel in a picture, which no other panel has."""
        return f"layer-{self.name}"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what it puts out."""
        return self.values.shape

    @property
    def size(self) -> str:
        """The shape in words of numbers: "26 × 26 × 32", or "1,152"."""
        return fmt.count(self.shape[0]) if len(self.shape) == 1 else fmt.shape(self.shape)

    @property
    def places(self) -> int:
        """How many places it tells apart."""
        return math.prod(self.shape[:2]) if len(self.shape) == 3 else 1

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns of each of its maps."""
        rows, cols, _ = self.shape
        return rows, cols

    @property
    def channels(self) -> int:
        """How many numbers it has for each of them."""
        return self.shape[-1]

    @property
    def has_maps(self) -> bool:
        """Whether it is drawn as a stack: it has more than one place, or is a convolution."""
        return len(self.shape) == 3 and (self.places > 1 or self.kind == "convolution")

    @property
    def gated(self) -> bool:
        """Whether ReLU, and nothing else, makes 0 of what is below 0."""
        functions = {getattr(layer, "activation", "linear") for layer in self.layers}
        return functions - {"linear"} == {"relu"}

    @property
    def strongest(self) -> list[int]:
        """The channels by their largest response, the largest first."""
        peaks = self.values.reshape(-1, self.channels).max(axis=0)
        return [int(n) for n in np.argsort(-peaks, kind="stable")]

    @property
    def fullest(self) -> list[int]:
        """The channels by how many responses are strong: at least half of the layer's largest.

        Of as many, those whose responses are more in all come first.
        """
        flat = self.values.reshape(-1, self.channels)
        strong = (flat >= 0.5 * self.limit).sum(axis=0)
        return [int(n) for n in np.lexsort((-flat.sum(axis=0, dtype=np.float64), -strong))]


def stages(trace: Trace) -> tuple[Stage, ...]:
    """Return the picture and all stages of a network, in the order of its layers."""
    network = trace.network
    total = network.parameters or 1
    picture = np.atleast_3d(network.reading.drawn(trace.image))
    found = [Stage("input", "input", (), picture, 1.0, 0, 0.0)]
    for group in _groups(network):
        layer = next((each for each in group if each.family not in _FOLDED), group[0])
        values = trace.activations[group[-1].name]
        limit, own = found[-1].limit, float(np.abs(values).max())
        keeps = layer.family in ("pooling", "flatten") and found[-1].kind != "input"
        if not keeps or own > limit:  # behind a pooling an activation may be folded into it
            limit = own
        parameters = sum(
            array.size for each in group for array in network.weights_of(each.name).values()
        )
        found.append(
            Stage(layer.name, layer.family, group, values, limit, parameters, parameters / total)
        )
    return tuple(found)


def _groups(network: Network) -> list[tuple[Layer, ...]]:
    """Part the layers: each that does something, and behind it those that are folded into it."""
    groups: list[list[Layer]] = []
    first: list[Layer] = []  # before any layer that does something
    for layer in network.layers:
        if layer.family in _FOLDED or _does_nothing(network, layer):
            (groups[-1] if groups else first).append(layer)
        else:
            groups.append([*first, layer])
            first = []
    return [tuple(group) for group in (*groups, *([first] if first else []))]


def _does_nothing(network: Network, layer: Layer) -> bool:
    """Return whether it flattens what has one place, and is a vector already."""
    shape = network.input_of(layer.name)
    return layer.family == "flatten" and math.prod(shape[:-1]) == 1


def folded(stage: Stage, before: Stage | None) -> Array:
    """Return a vector as a grid: a column for each place that it was flattened from.

    `stage`: without maps. `before`: the one that it reads. Result, (rows, columns): at least as
    high as wide; a vector of no places has as many columns as it can be parted into evenly.
    """
    vector = stage.values.reshape(-1)
    if stage.kind == "flatten" and before is not None and before.has_maps:
        columns = before.values.reshape(before.places, -1).T
        return columns if columns.shape[0] >= columns.shape[1] else columns.T
    if vector.size <= _LINE:
        return vector[:, np.newaxis]
    most = math.isqrt(vector.size)
    across = max(n for n in range(1, most + 1) if vector.size % n == 0)
    return vector.reshape(across, -1).T
