"""Convolution layers: kernels slide over the maps (cross-correlation)."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from convexplain import ops
from convexplain.messages import Message
from convexplain.network.layers.addends import Addends, Cell, read
from convexplain.network.layers.backward import (
    Activated,
    Backward,
    Buffers,
    Gradients,
    cropped,
    padded,
)
from convexplain.network.layers.layer import (
    Array,
    Fact,
    Family,
    Shape,
    Weights,
    WindowLayer,
    cells,
    glorot,
)
from convexplain.ops import ConvSteps, Window, activations
from convexplain.ops.geometry import PaddingLike, PairLike
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


class Convolution(WindowLayer):
    """What convolutions share: a kernel (kH, kW, channels of a group, filters), and a bias."""

    family: ClassVar[Family] = "convolution"

    kernel_size: PairLike
    stride: PairLike
    padding: PaddingLike
    dilation: PairLike
    use_bias: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        self._normalise(
            self.padding,
            kernel_size=self.kernel_size,
            stride=self.stride,
            dilation=self.dilation,
        )
        self._fill(use_bias=self._flag("use_bias", self.use_bias))

    @abstractmethod
    def split(self, channels: int) -> tuple[int, int]:
        """Give the count of groups and of filters for an input of so many channels."""

    @property
    def window(self) -> Window:
        """The kernel's window."""
        return Window(self.kernel_size, self.stride, self.padding, self.dilation)

    def output_shape(self, shape: Shape) -> Shape:
        """(H_out, W_out, filters)."""
        return (*self._output_size(shape), self.split(shape[2])[1])

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Kernel (kH, kW, C_in / groups, filters) and bias (filters,)."""
        channels = self._map_shape(shape)[2]
        groups, filters = self.split(channels)
        if channels % groups:
            raise ValueError(
                Message(
                    "{name}: {groups} groups do not divide the {channels} channels of its input "
                    "{shape}: choose a divisor",
                    name=self.name,
                    groups=groups,
                    channels=channels,
                    shape=shape,
                )
            )
        kernel = (*self.window.kernel_size, channels // groups, filters)
        return {"kernel": kernel, "bias": (filters,)} if self.use_bias else {"kernel": kernel}

    def initial(self, shape: Shape, random: np.random.Generator) -> dict[str, Array]:
        """A Glorot-uniform kernel, biases of zero."""
        weights = super().initial(shape, random)
        kernel = weights["kernel"].shape
        return {**weights, "kernel": glorot(random, kernel, *self._fans(kernel, shape[2]))}

    def _fans(self, kernel: Shape, channels: int) -> tuple[int, int]:
        return kernel[2], kernel[3]

    def multiplications(self, shape: Shape) -> int:
        """One a kernel weight and output place."""
        return math.prod(self._output_size(shape)) * math.prod(self.weight_shapes(shape)["kernel"])

    def before(self, x: Array, weights: Weights) -> Array:
        """The convolution's sums, bias added."""
        return ops.conv2d(
            x,
            weights["kernel"],
            weights.get("bias"),
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.split(x.shape[-1])[0],
        )

    def steps(self, x: Array, weights: Weights, filter: int) -> ConvSteps:
        """One step an output cell: patch, kernel, products."""
        return ops.conv2d_steps(
            x,
            weights["kernel"],
            weights.get("bias"),
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.split(x.shape[-1])[0],
            filter=filter,
            activation=self._cellwise,
        )

    @property
    def _cellwise(self) -> str | None:
        """The activation of single steps: those of softmax end with the value before it."""
        return self.activation if activations.find(self.activation).by_cell else None

    def channels(self, shape: Shape, filter: int) -> range:
        """All channels, or those of the filter's group."""
        groups, filters = self.split(shape[-1])
        depth = shape[-1] // groups
        group = filter // (filters // groups)
        return range(group * depth, (group + 1) * depth)

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """A product for each cell of the patch."""
        rows, cols, taps = read(self.window, cell, x.shape)
        return Addends.of(
            x,
            rows,
            cols,
            self.channels(x.shape, cell[2]),
            weights["kernel"][*taps, :, cell[2]],
            float(weights["bias"][cell[2]]) if self.use_bias else 0.0,
        )

    def backward(self, *, first: bool = False) -> Backward:
        """Products of matrices, group by group."""
        return _Backward(self, first=first)

    def _facts(self, shape: Shape) -> list[Fact]:
        groups, filters = self.split(shape[2])
        facts = [Fact("filters", _FILTERS, fmt.count(filters)), *super()._facts(shape)]
        return [*facts, Fact("groups", _GROUPS, fmt.count(groups))] if groups > 1 else facts

    def _patch_line(self, shape: Shape, cell: Cell) -> str:
        """A line of NumPy that cuts the patch of a cell out of the padded `x`."""
        window = self.window
        rows, cols = (
            cells(at * stride, size, dilation)
            for at, stride, size, dilation in zip(
                cell[:2], window.stride, window.kernel_size, window.dilation, strict=True
            )
        )
        reads = self.channels(shape, cell[2])
        channels = "" if len(reads) == shape[2] else f", {reads.start}:{reads.stop}"
        return f"patch = x[{rows}, {cols}{channels}].astype(np.float64)"

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        lines = [f"kernel = {self._weight('kernel')}[..., {cell[2]}]"]
        if self.use_bias:
            lines.append(f"bias = {self._weight('bias')}[{cell[2]}]")
        return [
            *lines,
            "",
            *self._pad_lines(shape),
            self._patch_line(shape, cell),
            f"z = np.float32((patch * kernel).sum(){' + bias' if self.use_bias else ''})",
            *self._printed(),
        ]

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        arguments = self._keras_arguments()
        if self.window.stride != (1, 1):
            arguments.append(f"strides={self.stride}")
        if self.padding == "same":
            arguments.append('padding="same"')
        if self.window.dilation != (1, 1):
            arguments.append(f"dilation_rate={self.dilation}")
        arguments += self._keras_options()
        if not self.use_bias:
            arguments.append("use_bias=False")
        activation = activations.find(self.activation).keras
        if activation != "None":
            arguments.append(f"activation={activation}")
        prepare = [] if self.padding in ("valid", "same") else self._pad_lines(shape)
        return self._keras_layer(shape, cell, arguments, prepare=prepare)

    def _torch(self, shape: Shape) -> list[str]:
        lines = [f"kernel = {self._torch_weight('kernel')}.permute(3, 2, 0, 1)"]
        arguments = ["x", "kernel"]
        if self.use_bias:
            lines.append(f"bias = {self._torch_weight('bias')}")
            arguments.append("bias")
        arguments += self._torch_options()
        if (groups := self.split(shape[2])[0]) != 1:
            arguments.append(f"groups={groups}")
        lines += self._torch_pad_lines(shape)
        return [*lines, f"z = functional.conv2d({', '.join(arguments)})"]

    def _torch_options(self) -> list[str]:
        """How PyTorch's window moves, where that is not as usual."""
        options = {"stride": self.window.stride, "dilation": self.window.dilation}
        return [f"{name}={value}" for name, value in options.items() if value != (1, 1)]

    @abstractmethod
    def _keras_arguments(self) -> list[str]:
        """What Keras's layer is given first."""

    def _keras_options(self) -> list[str]:
        """What Keras's layer is given by name, and only this kind has."""
        return []


@dataclass(frozen=True)
class Conv2D(Convolution):
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
        A name that ``convexplain.ops.activations.find`` knows, such as "relu".
    use_bias : bool
        Whether each filter adds a bias.
    """

    filters: int
    kernel_size: PairLike = (3, 3)
    stride: PairLike = (1, 1)
    padding: PaddingLike = "valid"
    dilation: PairLike = (1, 1)
    groups: int = 1
    activation: str = "relu"
    use_bias: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._fill(
            filters=self._count("filters", self.filters),
            groups=self._count("groups", self.groups),
        )
        if self.filters % self.groups:
            raise ValueError(
                Message(
                    "{name}: {groups} groups do not divide {filters} filters: choose a divisor",
                    name=self.name,
                    groups=self.groups,
                    filters=self.filters,
                )
            )

    def split(self, channels: int) -> tuple[int, int]:
        """Groups and filters, whatever the input."""
        return self.groups, self.filters

    def _keras_arguments(self) -> list[str]:
        return [str(self.filters), str(self.kernel_size)]

    def _keras_options(self) -> list[str]:
        return [] if self.groups == 1 else [f"groups={self.groups}"]


class _Backward:
    def __init__(self, layer: Convolution, *, first: bool) -> None:
        self._layer, self._first, self._buffers = layer, first, Buffers()
        self._window, self._activated = layer.window, Activated(layer.activation)

    def _by_group(self, kernel: Array, groups: int) -> Array:
        """(kH, kW, C_in / G, F) as (G, kH kW C_in / G, F / G)."""
        return kernel.reshape(-1, groups, kernel.shape[-1] // groups).swapaxes(0, 1)

    def forward(self, x: Array, weights: Weights) -> Array:
        kernel, bias = weights["kernel"], weights.get("bias")
        self._groups, filters = self._layer.split(len(x))
        size = self._window.output_size((x.shape[1], x.shape[2]))
        self._margins = self._window.margins((x.shape[1], x.shape[2]))
        x = padded(x, self._margins, 0.0)
        self._padded_shape = x.shape
        patches = self._buffers.get(
            "patches",
            (
                self._groups,
                kernel.shape[0] * kernel.shape[1],
                x.shape[0] // self._groups,
                *size,
                x.shape[3],
            ),
            x.dtype,
        )
        for tap, (rows, columns) in enumerate(self._window.slices(size)):
            seen = x[:, rows, columns]
            patches[:, tap] = seen.reshape(self._groups, -1, *seen.shape[1:])
        self._patches = patches
        y = self._buffers.get("y", (filters, *size, x.shape[3]), x.dtype)
        np.matmul(
            self._by_group(kernel, self._groups).swapaxes(1, 2),
            patches.reshape(self._groups, -1, y[0].size),
            out=y.reshape(self._groups, -1, y[0].size),
        )
        if bias is not None:
            y += bias[:, None, None, None]
        return self._activated.forward(y)

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        kernel, gradients = weights["kernel"], {}
        dz = self._activated.backward(dy)
        if "bias" in weights:
            gradients["bias"] = dz.reshape(len(dz), -1).sum(axis=1)
        size = dz.shape[1:3]
        dz = dz.reshape(self._groups, len(dz) // self._groups, -1)
        patches = self._patches.reshape(self._groups, -1, dz.shape[2])
        by_group = patches @ dz.swapaxes(1, 2)
        gradients["kernel"] = by_group.swapaxes(0, 1).reshape(kernel.shape)
        if self._first:
            return dy, gradients
        # The patches are no longer needed.
        np.matmul(self._by_group(kernel, self._groups), dz, out=patches)
        dx = self._buffers.get("dx", self._padded_shape, dy.dtype)
        dx[:] = 0
        for tap, (rows, columns) in enumerate(self._window.slices(size)):
            part = self._patches[:, tap]
            dx[:, rows, columns] += part.reshape(-1, *part.shape[2:])
        return cropped(dx, self._margins), gradients


_FILTERS = Caption(en="filters", zh="过滤器")
_GROUPS = Caption(en="groups", zh="分组")
