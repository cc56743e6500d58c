"""Several layers' maps put together, as at the end of an Inception or a DenseNet block."""

from __future__ import annotations

from dataclasses import dataclass

from convexplain.messages import Message
from convexplain.network.layers.addends import Cell
from convexplain.network.layers.handing_on import HandingOn
from convexplain.network.layers.layer import Shape


@dataclass(frozen=True)
class Concatenate(HandingOn):
    """Hand on the channels of two or more layers, one's behind the other's.

    Any layer with several inputs reads them so; this one lets several layers read the same.

    Parameters
    ----------
    name : str
    inputs : sequence of str
        Names of the layers, at least two; "input" is the picture.
    """

    family = "concatenation"

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

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        *first, output, printed = self._keras_layer(shape, cell, [])
        parts = f"np.split(x[np.newaxis], [{shape[-1] // 2}], axis=-1)"
        return [*first, output.replace("x[np.newaxis]", parts), printed]
