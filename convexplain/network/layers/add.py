"""Addition of several layers' outputs, as at the end of a residual block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convexplain.messages import Message
from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.backward import Backward, Gradients
from convexplain.network.layers.layer import Array, Layer, Shape, Weights


@dataclass(frozen=True)
class Add(Layer):
    """Add two or more outputs of one shape, cell by cell.

    What it reads are its inputs' channels one behind the other, as of every layer with several
    inputs; channel c of its output is the sum of channel c of each.

    Parameters
    ----------
    name : str
    inputs : sequence of str
        Names of the layers, at least two; "input" is the picture.
    """

    family = "addition"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.inputs) < 2:
            raise ValueError(
                Message(
                    "{name}: an Add layer needs the names of at least two layers as its inputs, "
                    "not {inputs!r:.60}",
                    name=self.name,
                    inputs=list(self.inputs),
                )
            )

    def join(self, shapes: list[Shape]) -> Shape:
        """The inputs' channels, one behind the other; all must have one shape."""
        if len(set(shapes)) > 1:
            raise ValueError(
                Message(
                    "{name} adds shapes {shapes}: they must be equal",
                    name=self.name,
                    shapes=" and ".join(map(str, shapes)),
                )
            )
        return super().join(shapes)

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of each input."""
        return (*shape[:-1], shape[-1] // len(self.inputs))

    def channels(self, shape: Shape, filter: int) -> range:
        """The same one of each input."""
        return range(filter, shape[-1], self.output_shape(shape)[-1])

    def before(self, x: Array, weights: Weights) -> Array:
        """The sums."""
        total: Array = x.reshape(*x.shape[:-1], len(self.inputs), -1).sum(axis=-2)
        return total

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """One cell of each input, times one."""
        return Addends.of(x, cell[:1], cell[1:2], self.channels(x.shape, cell[2]), 1.0)

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives goes to every input."""
        return _Backward(self)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        reads = self.channels(shape, cell[2])
        at = f"{reads.start}::{reads.step}"
        if len(shape) == 3:
            at = f"{cell[0]}, {cell[1]}, {at}"
        return ["", f"print(np.float32(x[{at}].sum(dtype=np.float64)))"]

    def _torch(self, shape: Shape) -> list[str]:
        return [f"z = sum(x.chunk({len(self.inputs)}, dim=1))"]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        lines = self._keras_layer(shape, cell, [])
        *first, output, printed = lines
        parts = f"np.split(x[np.newaxis], {len(self.inputs)}, axis=-1)"
        return [*first, output.replace("x[np.newaxis]", parts), printed]


class _Backward:
    def __init__(self, layer: Add) -> None:
        self._count = len(layer.inputs)

    def forward(self, x: Array, weights: Weights) -> Array:
        total: Array = x.reshape(self._count, -1, *x.shape[1:]).sum(axis=0)
        return total

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        return np.concatenate([dy] * self._count), {}
