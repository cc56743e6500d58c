"""An activation function as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.backward import Activated, Backward, Gradients
from convexplain.network.layers.layer import Array, Layer, Shape, Weights, place
from convexplain.ops import activations
from convexplain.ops.breakdown import Stage


@dataclass(frozen=True)
class Activation(Layer):
    """Apply a function to every number, or, as softmax, to all channels of a place.

    Parameters
    ----------
    name : str
    activation : str
        A name that ``convexplain.ops.activations.find`` knows, such as "leaky_relu(0.2)".
    """

    family = "activation"

    activation: str = "relu"

    def output_shape(self, shape: Shape) -> Shape:
        """The same shape."""
        return shape

    def channels(self, shape: Shape, filter: int) -> range:
        """Its own, or all for softmax."""
        own = activations.find(self.activation).by_cell
        return range(filter, filter + 1) if own else super().channels(shape, filter)

    def before(self, x: Array, weights: Weights) -> Array:
        """What goes into the function."""
        return x

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """The cell itself, times one."""
        return Addends.one(x, cell, 1.0)

    def stages(self, x: float, weights: Weights, channel: int) -> tuple[Stage, ...]:
        """None before the function."""
        return ()

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives, times the function's slope."""
        return _Backward(self)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        function = activations.find(self.activation)
        if function.by_cell:
            return ["", f"z = x[{place(cell, shape)}]", *self._printed()]
        around = "" if len(shape) == 1 else f"[{cell[0]}, {cell[1]}]"
        lines = ["", f"z = x{around}.astype(np.float64)", "z = z - z.max()"]
        if function.name == "softmax":
            shares = f"np.exp(z[{cell[2]}]) / np.exp(z).sum()"
        else:
            shares = f"z[{cell[2]}] - np.log(np.exp(z).sum())"
        return [*lines, f"print(np.float32({shares}))"]

    def _torch(self, shape: Shape) -> list[str]:
        function = activations.find(self.activation)
        return ["z = x" if function.by_cell else f"z = functional.{function.name}(x, dim=1)"]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        function = activations.find(self.activation)
        name = function.keras if function.by_cell else f'"{function.name}"'
        return self._keras_layer(shape, cell, [name if name != "None" else '"linear"'])


class _Backward:
    def __init__(self, layer: Activation) -> None:
        self._activated = Activated(layer.activation)

    def forward(self, x: Array, weights: Weights) -> Array:
        return self._activated.forward(x.copy())  # others may read x, too

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        return self._activated.backward(dy), {}
