"""Zero padding as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convexplain import ops
from convexplain.messages import Message
from convexplain.network.layers.addends import Cell
from convexplain.network.layers.backward import Backward, Gradients, cropped, padded
from convexplain.network.layers.layer import Array, Fact, Shape, Weights, WindowLayer, place
from convexplain.ops import Window
from convexplain.ops.geometry import PaddingLike, margins
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class ZeroPadding2D(WindowLayer):
    """Add rows and columns of zeros around a map.

    Parameters
    ----------
    name : str
    padding : int, pair or four ints
        For all sides, for (rows, columns), or (top, bottom, left, right).
    """

    family = "padding"
    hands_on = True
    by_channel = True

    padding: PaddingLike = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.padding, str):
            raise ValueError(
                Message(
                    "{name}: padding {padding!r:.40}: give one, two or four whole numbers",
                    name=self.name,
                    padding=self.padding,
                )
            )
        self._normalise(self.padding)

    @property
    def window(self) -> Window:
        """One cell, which looks into the padding at the border."""
        return Window(1, padding=self.padding)

    def output_shape(self, shape: Shape) -> Shape:
        """(H + top + bottom, W + left + right, C)."""
        return (*self._output_size(shape), shape[2])

    def before(self, x: Array, weights: Weights) -> Array:
        """The padded map."""
        return ops.pad(x, self._sides)

    @property
    def _sides(self) -> tuple[int, int, int, int]:
        assert not isinstance(self.padding, str)
        return margins(self.padding)

    def origin(self, x: Array, cell: Cell) -> Cell | None:
        """The cell that was moved here; None in the padding."""
        row, col = (self.window.taps(axis, cell[axis], x.shape[axis])[0] for axis in (0, 1))
        return None if row is None or col is None else (row, col, cell[2])

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives in the padding is lost."""
        return _Backward(self)

    def _facts(self, shape: Shape) -> list[Fact]:
        return [Fact("padding", _PADDING, ", ".join(map(str, self._sides)))]

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        return ["", *self._pad_lines(shape), f"print(x[{place(cell, shape)}])"]

    def _torch(self, shape: Shape) -> list[str]:
        top, bottom, left, right = self._sides
        return [f"z = functional.pad(x, ({left}, {right}, {top}, {bottom}))"]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        top, bottom, left, right = self._sides
        return self._keras_layer(shape, cell, [f"(({top}, {bottom}), ({left}, {right}))"])


class _Backward:
    def __init__(self, layer: ZeroPadding2D) -> None:
        self._margins = layer.window.margins()

    def forward(self, x: Array, weights: Weights) -> Array:
        return padded(x, self._margins, 0.0)

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        return np.ascontiguousarray(cropped(dy, self._margins)), {}


_PADDING = Caption(en="padding (top, bottom, left, right)", zh="填充（上、下、左、右）")
