"""Rescaling: numbers moved to another range, as pictures are before a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from convexplain.messages import Message
from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.backward import Backward, Gradients
from convexplain.network.layers.layer import Array, Fact, Layer, Shape, Weights, place
from convexplain.style.captions import Caption

Numbers = float | tuple[float, ...]


@dataclass(frozen=True)
class Rescaling(Layer):
    """Multiply every number by a scale and add an offset; nothing here is learned.

    Subtracting a mean and dividing by a standard deviation is ``scale = 1 / std`` and
    ``offset = -mean / std``.

    Parameters
    ----------
    name : str
    scale, offset : float, or sequence of float
        One for all numbers, or one for each channel.
    """

    family = "normalization"
    by_channel = True

    scale: Numbers = 1.0
    offset: Numbers = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for what in ("scale", "offset"):
            value = getattr(self, what)
            if isinstance(value, (list, tuple)) and value:
                self._fill(**{what: tuple(self._number(what, each) for each in value)})
            else:
                self._fill(**{what: self._number(what, value)})

    def output_shape(self, shape: Shape) -> Shape:
        """The same shape."""
        for what, value in (("scale", self.scale), ("offset", self.offset)):
            if isinstance(value, tuple) and len(value) != shape[-1]:
                raise ValueError(
                    Message(
                        "{name}: {what} has {count} numbers for the {channels} channels of its "
                        "input {shape}: give one, or one for each",
                        name=self.name,
                        what=what,
                        count=len(value),
                        channels=shape[-1],
                        shape=shape,
                    )
                )
        return shape

    def multiplications(self, shape: Shape) -> int:
        """One a number."""
        return int(np.prod(shape))

    def before(self, x: Array, weights: Weights) -> Array:
        """The rescaled numbers."""
        scaled: Array = x.astype(np.float64) * self.scale + self.offset
        return scaled.astype(x.dtype)

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """The cell times the scale, and the offset as bias."""
        return Addends.one(x, cell, self._of(self.scale, cell), self._of(self.offset, cell))

    @staticmethod
    def _of(numbers: Numbers, cell: Cell) -> float:
        return numbers[cell[2]] if isinstance(numbers, tuple) else numbers

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives, times the scale."""
        return _Backward(self)

    def _facts(self, shape: Shape) -> list[Fact]:
        return [
            Fact("scale", _SCALE, _text(self.scale)),
            Fact("offset", _OFFSET, _text(self.offset)),
        ]

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        scale, offset = self._of(self.scale, cell), self._of(self.offset, cell)
        value = f"x[{place(cell, shape)}].astype(np.float64) * {scale!r} + {offset!r}"
        return ["", f"print(np.float32({value}))"]

    def _torch(self, shape: Shape) -> list[str]:
        around = f".view(1, -1{', 1, 1' if len(shape) == 3 else ''})"
        scale, offset = (
            f"torch.tensor({[*n]}, dtype=x.dtype){around}" if isinstance(n, tuple) else repr(n)
            for n in (self.scale, self.offset)
        )
        return [f"z = x * {scale} + {offset}"]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        numbers = ([*n] if isinstance(n, tuple) else n for n in (self.scale, self.offset))
        return self._keras_layer(shape, cell, [repr(n) for n in numbers])


class _Backward:
    def __init__(self, layer: Rescaling) -> None:
        self._scale, self._offset = layer.scale, layer.offset

    def forward(self, x: Array, weights: Weights) -> Array:
        # Channels are the first axis here.
        scale, offset = (
            np.asarray(numbers).reshape(-1, *[1] * (x.ndim - 1))
            for numbers in (self._scale, self._offset)
        )
        self._by_channel = scale
        y: Array = (x * scale + offset).astype(x.dtype)
        return y

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        return (dy * self._by_channel).astype(dy.dtype), {}


def _text(numbers: Numbers) -> str:
    return ", ".join(f"{n:g}" for n in (numbers if isinstance(numbers, tuple) else (numbers,)))


_SCALE = Caption(en="scale", zh="缩放")
_OFFSET = Caption(en="offset", zh="偏移")
