"""The layers that a network is made of: small frozen descriptions that know their shapes.

A layer holds no weights. It says which weights it needs, what comes out of it, how many
multiplications that takes, and how to compute it with `convexplain.ops`.
"""

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
from convexplain.geometry import PaddingLike, PairLike, Window, pair
from convexplain.pooling import refuse_empty_windows

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

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Layer(ABC):
    """What every layer has: a name, and answers about shapes, weights and cost.

    Parameters
    ----------
    name : str
        Unique in its network: letters, digits, `_` and `-`, beginning with a letter.

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
                f"layer name {self.name!r}: use letters, digits, '_' and '-', a letter first"
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
        x : array, shape `shape` or (N, *shape)
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


class _Windowed(Layer):
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


@dataclass(frozen=True)
class Conv2D(_Windowed):
    """A convolution layer: `filters` kernels slide over the maps (cross-correlation).

    Parameters
    ----------
    name : str
    filters : int
        Count of kernels, and so of channels of the output.
    kernel_size, stride, dilation : int or pair of int (rows, columns)
    padding : str, int, pair or four ints
        As in `convexplain.ops.conv2d`.
    groups : int
        Divides both the channels of the input and the filters.
    activation : str
        A key of `ACTIVATIONS`.
    """

    filters: int
    kernel_size: PairLike = (3, 3)
    stride: PairLike = (1, 1)
    padding: PaddingLike = "valid"
    dilation: PairLike = (1, 1)
    groups: int = 1
    activation: str = "relu"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._normalise(
            self.padding,
            kernel_size=self.kernel_size,
            stride=self.stride,
            dilation=self.dilation,
        )
        self._fill(
            filters=self._count("filters", self.filters),
            groups=self._count("groups", self.groups),
        )
        if self.filters % self.groups:
            raise ValueError(
                f"{self.name}: {self.groups} groups do not divide {self.filters} filters: "
                "choose a divisor"
            )

    @property
    def window(self) -> Window:
        """The kernel's window."""
        return Window(self.kernel_size, self.stride, self.padding, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        """(H_out, W_out, filters)."""
        return (*self._output_size(shape), self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Kernel (kH, kW, C_in / groups, filters) and bias (filters,)."""
        channels = self._map_shape(shape)[2]
        if channels % self.groups:
            raise ValueError(
                f"{self.name}: {self.groups} groups do not divide the {channels} channels of "
                f"its input {shape}: choose a divisor"
            )
        return {
            "kernel": (*self.window.kernel_size, channels // self.groups, self.filters),
            "bias": (self.filters,),
        }

    def multiplications(self, shape: Shape) -> int:
        """One a kernel weight and output place."""
        return math.prod(self._output_size(shape)) * math.prod(self.weight_shapes(shape)["kernel"])

    def before(self, x: Array, weights: Mapping[str, Array]) -> Array:
        """The convolution's sums, bias added."""
        return ops.conv2d(
            x,
            weights["kernel"],
            weights["bias"],
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )


@dataclass(frozen=True)
class _Pooling(_Windowed):
    """What both pooling layers share."""

    pool_size: PairLike = (2, 2)
    stride: PairLike | None = None
    padding: PaddingLike = "valid"

    def __post_init__(self) -> None:
        super().__post_init__()
        stride = self.pool_size if self.stride is None else self.stride
        self._normalise(self.padding, pool_size=self.pool_size, stride=stride)

    @property
    def window(self) -> Window:
        """The pool's window."""
        assert self.stride is not None
        return Window(self.pool_size, self.stride, self.padding)

    def output_shape(self, shape: Shape) -> Shape:
        """(H_out, W_out, C): each channel is pooled by itself."""
        size = self._output_size(shape)
        try:
            refuse_empty_windows(self.window, (shape[0], shape[1]))
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from error
        return (*size, shape[2])


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """Keep the largest value of each window.

    Parameters
    ----------
    name : str
    pool_size : int or pair of int
    stride : int, pair of int or None
        None means the pool's size.
    padding : str, int, pair or four ints
        Never wins a maximum.
    """

    def before(self, x: Array, weights: Mapping[str, Array]) -> Array:
        """The maxima."""
        return ops.max_pool2d(x, self.pool_size, stride=self.stride, padding=self.padding)


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """Average each window; padding is not counted, as in Keras.

    Parameters
    ----------
    name : str
    pool_size : int or pair of int
    stride : int, pair of int or None
        None means the pool's size.
    padding : str, int, pair or four ints
    """

    def before(self, x: Array, weights: Mapping[str, Array]) -> Array:
        """The averages."""
        return ops.avg_pool2d(
            x,
            self.pool_size,
            stride=self.stride,
            padding=self.padding,
            count_include_pad=False,
        )


@dataclass(frozen=True)
class Flatten(Layer):
    """Write a map as one vector: row after row, in a row column after column, then channels."""

    def output_shape(self, shape: Shape) -> Shape:
        """(H * W * C,)."""
        return (math.prod(shape),)

    def before(self, x: Array, weights: Mapping[str, Array]) -> Array:
        """The vector."""
        return ops.flatten(x)


@dataclass(frozen=True)
class Dense(Layer):
    """Every output reads every input: x @ kernel + bias.

    Parameters
    ----------
    name : str
    units : int
        Count of outputs.
    activation : str
        A key of `ACTIVATIONS`.
    """

    units: int
    activation: str = "linear"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._fill(units=self._count("units", self.units))

    def output_shape(self, shape: Shape) -> Shape:
        """(units,)."""
        if len(shape) != 1:
            raise ValueError(
                f"{self.name}: a Dense layer reads a vector, not shape {shape}: "
                "put a Flatten layer before it"
            )
        return (self.units,)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Kernel (inputs, units) and bias (units,)."""
        self.output_shape(shape)
        return {"kernel": (shape[0], self.units), "bias": (self.units,)}

    def multiplications(self, shape: Shape) -> int:
        """One a kernel weight."""
        return math.prod(self.weight_shapes(shape)["kernel"])

    def before(self, x: Array, weights: Mapping[str, Array]) -> Array:
        """The sums, bias added: in the last layer, the logits."""
        return ops.dense(x, weights["kernel"], weights["bias"])


KINDS: Mapping[str, type[Layer]] = MappingProxyType(
    {kind.__name__: kind for kind in (Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Dense)}
)


def layer_from_dict(data: object) -> Layer:
    """Make a layer from what `Layer.to_dict` wrote.

    Parameters
    ----------
    data : dict
        "kind", "name" and the fields of that kind; fields left out keep their defaults.

    Raises
    ------
    ValueError
        Not a dictionary, an unknown kind, an unknown or missing field, or a wrong value.
    """
    if not isinstance(data, dict):
        raise ValueError(f"a layer is a dictionary with 'kind' and 'name', not {data!r:.80}")
    options = dict(data)
    kind = options.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"unknown layer kind {kind!r:.80}: known are {', '.join(KINDS)}")
    known = [f.name for f in fields(KINDS[kind])]
    if unknown := [str(name) for name in options if name not in known]:
        raise ValueError(
            f"a {kind} layer has no field {unknown[0]!r:.80}: its fields are {', '.join(known)}"
        )
    try:
        return KINDS[kind](**options)
    except TypeError as error:
        raise ValueError(f"a {kind} layer cannot be made from {options!r:.80}: {error}") from error
