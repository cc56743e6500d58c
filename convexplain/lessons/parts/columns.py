"""A convnet as columns side by side: what each layer puts out, and how its parameters count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from convexplain.network import Trace
from convexplain.network.layers import Family
from convexplain.style import format as fmt

Kind: TypeAlias = Literal["input"] | Family


@dataclass(frozen=True, eq=False)
class Column:
    """One layer, or the picture before the first."""

    name: str  # of the layer; "input" for the picture
    kind: Kind  # "input", or the layer's family
    #: What it puts out: (height, width, channels), or (n,) from flatten on.
    values: npt.NDArray[np.float32]
    #: End of the scale: the largest magnitude of a convolution and of what follows it, else 1.
    limit: float
    kernel: tuple[int, ...]  # shape of its weights; empty if it has none
    parameters: int  # weights and biases
    share: float  # of the network's parameters, 0 to 1

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what it puts out."""
        return self.values.shape

    @property
    def size(self) -> str:
        """The shape in words of numbers: "26 × 26 × 32", or "1,152"."""
        return fmt.count(self.shape[0]) if len(self.shape) == 1 else fmt.shape(self.shape)

    @property
    def counted(self) -> str:
        """How the parameters are counted: "3·3·1·32 + 32"; empty if there are none."""
        if not self.kernel:
            return ""
        product = "·".join(map(fmt.count, self.kernel))
        biases = self.parameters - math.prod(self.kernel)
        return f"{product} + {fmt.count(biases)}" if biases else product


def columns(trace: Trace) -> tuple[Column, ...]:
    """Return the picture and all layers, in order."""
    network = trace.network
    total = sum(array.size for array in network.weights.values())
    picture = np.atleast_3d(network.reading.drawn(trace.image))
    found = [Column("input", "input", picture, 1.0, (), 0, 0.0)]
    for layer in network.layers:
        values = trace.activations[layer.name]
        weights = network.weights_of(layer.name)
        limit = found[-1].limit
        if layer.family == "convolution":
            limit = float(np.abs(values).max())
        elif layer.family == "dense":
            limit = 1.0
        parameters = sum(array.size for array in weights.values())
        kernel = weights["kernel"].shape if "kernel" in weights else ()
        found.append(
            Column(layer.name, layer.family, values, limit, kernel, parameters, parameters / total)
        )
    return tuple(found)
