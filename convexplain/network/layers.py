"""The layers that a network is made of: small frozen descriptions that know their shapes.

A layer holds no weights. It says which weights it needs, what comes out of it, how many
multiplications that takes, and how to compute it with `convexplain.ops`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from convexplain import ops
from convexplain.network.layer import ACTIVATIONS, Array, Layer, Shape, WindowLayer
from convexplain.ops import Window
from convexplain.ops.geometry import PaddingLike, PairLike
from convexplain.ops.pooling import refuse_empty_windows

__all__ = [
    "ACTIVATIONS",
    "KINDS",
    "Array",
    "AveragePooling2D",
    "Conv2D",
    "Dense",
    "Flatten",
    "Layer",
    "MaxPooling2D",
    "Shape",
    "layer_from_dict",
]


@dataclass(frozen=True)
class Conv2D(WindowLayer):
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
class _Pooling(WindowLayer):
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
