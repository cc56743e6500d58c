"""What all layers have in common: a name, and answers about shapes, weights and cost."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain import ops
from convexplain.ops import Window
from convexplain.ops.geometry import PaddingLike, PairLike, pair

Array = NDArray[Any]
Shape = tuple[int, ...]

ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {
        "linear": lambda z: z,
        "relu": ops.relu,
        "leaky_relu": ops.leaky_relu,
        "sigmoid": ops.sigmoid,
        "tanh": ops.tanh,
        "softmax": ops.softmax,
    }
)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{,39}")


def as_map(x: Array) -> Array:
    """Give a vector as a map of one place."""
    return x if x.ndim == 3 else x.reshape(1, 1, -1)


@dataclass(frozen=True)
class Layer(ABC):
    """What every layer has: a name, and answers about shapes, weights and cost.

    Parameters
    ----------
    name : str
        Unique in its network: up to 40 letters, digits, `_` and `-`, beginning with a letter.

    Raises
    ------
    ValueError
        A name, size or activation that cannot be right.
    """

    name: str

    @property
    def activation(self) -> str:
        """The function applied to each output: a key of `ACTIVATIONS`."""
        return "linear"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError(
                f"layer name {self.name!r:.60}: use at most 40 letters, digits, '_' and '-', a "
                "letter first"
            )
        if self.activation not in ACTIVATIONS:
            raise ValueError(
                f"{self.name}: unknown activation {self.activation!r}: "
                f"choose one of {', '.join(ACTIVATIONS)}"
            )

    @property
    def kind(self) -> str:
        """What Keras calls this layer, such as `Conv2D`."""
        return type(self).__name__

    @property
    def window(self) -> Window | None:
        """The window that slides over the input; None where none does."""
        return None

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the output for one input of `shape`, without the batch's axis."""

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Names ("kernel", "bias") and shapes of the weights for an input of `shape`."""
        return {}

    def parameters(self, shape: Shape) -> int:
        """Count of learned numbers for an input of `shape`."""
        return sum(math.prod(s) for s in self.weight_shapes(shape).values())

    def multiplications(self, shape: Shape) -> int:
        """Count of multiplications for one input of `shape`, padding included."""
        return 0

    @abstractmethod
    def before(self, x: Array, weights: Mapping[str, Array]) -> Array:
        """Compute the output before the activation function (for a pool: the output).

        Parameters
        ----------
        x : array, shape `shape`, or that with N before it for a batch
        weights : mapping of "kernel" and "bias" to arrays
        """

    def activate(self, z: Array) -> Array:
        """Apply the activation function to what `before` returned."""
        return ACTIVATIONS[self.activation](z)

    def to_dict(self) -> dict[str, Any]:
        """Describe the layer as plain JSON data; `layer_from_dict` is the way back."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
        return {"kind": self.kind, **plain}

    def _fill(self, **values: object) -> None:
        # The class is frozen: only object's own __setattr__ may fill in what was normalised.
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _count(self, what: str, value: object) -> int:
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ValueError(
                f"{self.name}: {what} must be a whole number above 0, not {value!r:.40}"
            )
        return int(value)

    def _map_shape(self, shape: Shape) -> tuple[int, int, int]:
        if len(shape) != 3:
            raise ValueError(
                f"{self.name}: a {self.kind} layer reads maps (height, width, channels), "
                f"not shape {shape}: put it before the Flatten layer"
            )
        return shape[0], shape[1], shape[2]


class WindowLayer(Layer):
    """A layer whose window slides over maps."""

    def _normalise(self, padding: PaddingLike, **sizes: PairLike) -> None:
        """Make pairs of the sizes and a tuple of the padding; Window says what is wrong."""
        try:
            self._fill(**{name: pair(name, value) for name, value in sizes.items()})
            self._fill(padding=tuple(padding) if isinstance(padding, list) else padding)
            _ = self.window
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self.name}: {error}") from error

    def _output_size(self, shape: Shape) -> tuple[int, int]:
        height, width, _ = self._map_shape(shape)
        assert self.window is not None
        try:
            return self.window.output_size((height, width))
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from error
