"""Several layers' maps put together, as at the end of an Inception or a DenseNet block."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.messages import Message
from convexplain.network.layers.addends import Cell
from convexplain.network.layers.backward import Backward, Unchanged
from convexplain.network.layers.layer import Array, Layer, Shape, Weights, place


@dataclass(frozen=True)
class Concatenate(Layer):
    """Hand on the channels of two or more layers, one's behind the other's.

    Any layer with several inputs reads them so; this one lets several layers read the same.

    Parameters
    ----------
    name : str
    inputs : sequence of str
        Names of the layers, at least two; "input" is the picture.
    """

    family = "concatenation"
    hands_on = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.inputs) < 2:
            raise ValueError(
                Message(
                    "{name}: a Concatenate layer needs the names of at least two layers as its "
                    "inputs, not {inputs!r:.60}",
                    name=self.name,
                    inputs=list(self.inputs),
                )
            )

    def output_shape(self, shape: Shape) -> Shape:
        """All channels that are read."""
        return shape

    def channels(self, shape: Shape, filter: int) -> range:
        """The same one."""
        return range(filter, filter + 1)

    def before(self, x: Array, weights: Weights) -> Array:
        """The same numbers."""
        return x

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives."""
        return Unchanged()

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        return ["", f"print(x[{place(cell, shape)}])"]

    def _torch(self, shape: Shape) -> list[str]:
        return ["z = x"]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        *first, output, printed = self._keras_layer(shape, cell, [])
        parts = f"np.split(x[np.newaxis], [{shape[-1] // 2}], axis=-1)"
        return [*first, output.replace("x[np.newaxis]", parts), printed]
