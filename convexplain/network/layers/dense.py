"""The dense layer: every output reads every input."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from convexplain import ops
from convexplain.messages import Message
from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.backward import Activated, Backward, Gradients
from convexplain.network.layers.layer import Array, Fact, Layer, Shape, Weights, glorot
from convexplain.ops import Window, activations
from convexplain.ops.geometry import Pair
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class Dense(Layer):
    """Every output reads every input: x @ kernel + bias.

    Parameters
    ----------
    name : str
    units : int
        Count of outputs.
    activation : str
        A name that ``convexplain.ops.activations.find`` knows, such as "softmax".
    use_bias : bool
        Whether each unit adds a bias.
    """

    family = "dense"

    units: int
    activation: str = "linear"
    use_bias: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._fill(
            units=self._count("units", self.units),
            use_bias=self._flag("use_bias", self.use_bias),
        )

    def sees(self, size: Pair) -> Window:
        """All of the map that was flattened."""
        return Window(size)

    def output_shape(self, shape: Shape) -> Shape:
        """(units,)."""
        if len(shape) != 1:
            raise ValueError(
                Message(
                    "{name}: a Dense layer reads a vector, not shape {shape}: put a Flatten layer "
                    "before it",
                    name=self.name,
                    shape=shape,
                )
            )
        return (self.units,)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Kernel (inputs, units) and bias (units,)."""
        self.output_shape(shape)
        kernel = (shape[0], self.units)
        return {"kernel": kernel, "bias": (self.units,)} if self.use_bias else {"kernel": kernel}

    def initial(self, shape: Shape, random: np.random.Generator) -> dict[str, Array]:
        """A Glorot-uniform kernel, biases of zero."""
        weights = super().initial(shape, random)
        return {**weights, "kernel": glorot(random, (shape[0], self.units), shape[0], self.units)}

    def multiplications(self, shape: Shape) -> int:
        """One a kernel weight."""
        return math.prod(self.weight_shapes(shape)["kernel"])

    def before(self, x: Array, weights: Weights) -> Array:
        """The sums, bias added: in the last layer, the logits."""
        return ops.dense(x, weights["kernel"], weights.get("bias"))

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """A product for every input."""
        kernel = weights["kernel"][None, None, :, cell[2]]
        bias = float(weights["bias"][cell[2]]) if self.use_bias else 0.0
        return Addends.of(x, (0,), (0,), range(x.shape[2]), kernel, bias)

    def backward(self, *, first: bool = False) -> Backward:
        """Products of matrices."""
        return _Backward(self, first=first)

    def _facts(self, shape: Shape) -> list[Fact]:
        return [Fact("units", _UNITS, fmt.count(self.units))]

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        unit = cell[2]
        lines = [f"kernel = {self._weight('kernel')}[:, {unit}]"]
        if self.use_bias:
            lines.append(f"bias = {self._weight('bias')}[{unit}]")
        return [
            *lines,
            "",
            f"z = np.float32((x.astype(np.float64) * kernel).sum()"
            f"{' + bias' if self.use_bias else ''})",
            *self._printed(),
        ]

    def _torch(self, shape: Shape) -> list[str]:
        lines = [f"kernel = {self._torch_weight('kernel')}.T"]
        if self.use_bias:
            lines.append(f"bias = {self._torch_weight('bias')}")
        return [*lines, f"z = functional.linear(x, kernel{', bias' if self.use_bias else ''})"]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        arguments = [str(self.units)]
        if not self.use_bias:
            arguments.append("use_bias=False")
        activation = activations.find(self.activation).keras
        if activation != "None":
            arguments.append(f"activation={activation}")
        return self._keras_layer(shape, cell, arguments)


class _Backward:
    def __init__(self, layer: Dense, *, first: bool) -> None:
        self._first, self._activated = first, Activated(layer.activation)

    def forward(self, x: Array, weights: Weights) -> Array:
        self._x = x
        z = weights["kernel"].T @ x
        if "bias" in weights:
            z = z + weights["bias"][:, None]
        return self._activated.forward(z)

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        dz = self._activated.backward(dy)
        gradients = {"kernel": self._x @ dz.T}
        if "bias" in weights:
            gradients["bias"] = dz.sum(axis=1)
        return dy if self._first else weights["kernel"] @ dz, gradients


_UNITS = Caption(en="units", zh="单元")
