"""The separable convolution: one channel at a time, then all channels at one place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from convexplain import ops
from convexplain.network.layers.addends import Addends, Cell, read
from convexplain.network.layers.backward import Backward, Gradients
from convexplain.network.layers.conv2d import Conv2D, Convolution
from convexplain.network.layers.depthwise_conv2d import DepthwiseConv2D
from convexplain.network.layers.layer import Array, Shape, Weights
from convexplain.ops import ConvSteps
from convexplain.ops.geometry import PaddingLike, PairLike


@dataclass(frozen=True)
class SeparableConv2D(Convolution):
    """A depthwise convolution without bias, and behind it a convolution of 1 x 1.

    Together they are one convolution: weight (i, j, c) of filter f is the sum over m of
    ``depthwise[i, j, c, m] * pointwise[c * M + m, f]``, with M the `depth_multiplier`.

    Parameters
    ----------
    name : str
    filters : int
        Count of channels of the output.
    kernel_size, stride, dilation : int or pair of int (rows, columns)
    padding : str, int, pair or four ints
        As in `convexplain.ops.conv2d`.
    depth_multiplier : int
        How many filters read each channel in the first step.
    activation : str
        A name that ``convexplain.ops.activations.find`` knows, such as "relu".
    use_bias : bool
        Whether each filter adds a bias.
    """

    family = "separable convolution"

    filters: int
    kernel_size: PairLike = (3, 3)
    stride: PairLike = (1, 1)
    padding: PaddingLike = "valid"
    dilation: PairLike = (1, 1)
    depth_multiplier: int = 1
    activation: str = "linear"
    use_bias: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._fill(
            filters=self._count("filters", self.filters),
            depth_multiplier=self._count("depth_multiplier", self.depth_multiplier),
        )

    @cached_property
    def depthwise(self) -> DepthwiseConv2D:
        """The first step, channel by channel."""
        return DepthwiseConv2D(
            self.name,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.depth_multiplier,
            use_bias=False,
        )

    @cached_property
    def pointwise(self) -> Conv2D:
        """The second step, place by place."""
        return Conv2D(
            self.name, self.filters, 1, activation=self.activation, use_bias=self.use_bias
        )

    def split(self, channels: int) -> tuple[int, int]:
        """Every filter reads all channels."""
        return 1, self.filters

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Depthwise kernel (kH, kW, C, M), pointwise kernel (1, 1, C * M, filters), and bias."""
        channels = self._map_shape(shape)[2]
        between = channels * self.depth_multiplier
        point = self.pointwise.weight_shapes((1, 1, between))
        depth = (*self.window.kernel_size, channels, self.depth_multiplier)
        return {"depthwise_kernel": depth, "pointwise_kernel": point.pop("kernel"), **point}

    def _parted(self, weights: Weights) -> tuple[dict[str, Array], dict[str, Array]]:
        """The weights of both steps, as these steps name them."""
        depth = weights["depthwise_kernel"]
        point = {part: w for part, w in weights.items() if part == "bias"}
        return (
            {"kernel": depth.reshape(*depth.shape[:2], 1, -1)},
            {"kernel": weights["pointwise_kernel"], **point},
        )

    def kernel(self, weights: Weights) -> Array:
        """The kernel of the one convolution that both steps are, (kH, kW, C, filters), float64."""
        depth = weights["depthwise_kernel"].astype(np.float64)
        point = weights["pointwise_kernel"][0, 0].reshape(*depth.shape[2:], -1)
        kernel: Array = np.einsum("ijcm,cmf->ijcf", depth, point.astype(np.float64))
        return kernel

    def initial(self, shape: Shape, random: np.random.Generator) -> dict[str, Array]:
        """Glorot-uniform kernels, biases of zero."""
        depth = self.depthwise.initial(shape, random)["kernel"]
        point = self.pointwise.initial(self.depthwise.output_shape(shape), random)
        shapes = self.weight_shapes(shape)
        return {
            "depthwise_kernel": depth.reshape(shapes["depthwise_kernel"]),
            "pointwise_kernel": point.pop("kernel"),
            **point,
        }

    def multiplications(self, shape: Shape) -> int:
        """Those of both steps."""
        between = self.depthwise.output_shape(shape)
        return self.depthwise.multiplications(shape) + self.pointwise.multiplications(between)

    def before(self, x: Array, weights: Weights) -> Array:
        """The sums of the second step, bias added."""
        depth, point = self._parted(weights)
        return self.pointwise.before(self.depthwise.before(x, depth), point)

    def steps(self, x: Array, weights: Weights, filter: int) -> ConvSteps:
        """One step an output cell, with the kernel of both steps."""
        kernel = self.kernel(weights)[..., filter]
        bias = float(weights["bias"][filter]) if self.use_bias else 0.0
        steps = ops.conv2d_steps(
            x,
            kernel[..., None],
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            activation=self._cellwise,
        )
        # Products of weights have more bits than a float32 holds.
        return replace(steps, kernel=kernel, bias=bias, filter=filter)

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """A product for each cell of the patch, with the kernel of both steps."""
        rows, cols, taps = read(self.window, cell, x.shape)
        kernel = self.kernel(weights)[*taps, :, cell[2]]
        bias = float(weights["bias"][cell[2]]) if self.use_bias else 0.0
        return Addends.of(x, rows, cols, range(x.shape[2]), kernel, bias)

    def backward(self, *, first: bool = False) -> Backward:
        """Both steps, one after the other."""
        return _Backward(self, first=first)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        lines = [
            f"depth = {self._weight('depthwise_kernel')}.astype(np.float64)",
            f"point = {self._weight('pointwise_kernel')}[0, 0, :, {cell[2]}]",
        ]
        if self.use_bias:
            lines.append(f"bias = {self._weight('bias')}[{cell[2]}]")
        return [
            *lines,
            "",
            *self._pad_lines(shape),
            self._patch_line(shape, cell),
            'between = np.einsum("ijc,ijcm->cm", patch, depth).ravel()',
            f"z = np.float32((between * point).sum(){' + bias' if self.use_bias else ''})",
            *self._printed(),
        ]

    def _torch(self, shape: Shape) -> list[str]:
        deep = f"{self._torch_weight('depthwise_kernel')}.permute(2, 3, 0, 1).flatten(0, 1)"
        point = f"{self._torch_weight('pointwise_kernel')}.permute(3, 2, 0, 1)"
        options = [*self._torch_options(), f"groups={shape[2]}"]
        bias = ", bias" if self.use_bias else ""
        return [
            f"depth = {deep}.unsqueeze(1)",
            f"point = {point}",
            *([f"bias = {self._torch_weight('bias')}"] if self.use_bias else []),
            *self._torch_pad_lines(shape),
            f"between = functional.conv2d(x, depth, {', '.join(options)})",
            f"z = functional.conv2d(between, point{bias})",
        ]

    def _keras_arguments(self) -> list[str]:
        return [str(self.filters), str(self.kernel_size)]

    def _keras_options(self) -> list[str]:
        some = self.depth_multiplier != 1
        return [f"depth_multiplier={self.depth_multiplier}"] if some else []


class _Backward:
    def __init__(self, layer: SeparableConv2D, *, first: bool) -> None:
        self._parted = layer._parted
        self._depth = layer.depthwise.backward(first=first)
        self._point = layer.pointwise.backward()

    def forward(self, x: Array, weights: Weights) -> Array:
        depth, point = self._parted(weights)
        return self._point.forward(self._depth.forward(x, depth), point)

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        depth, point = self._parted(weights)
        between, of_point = self._point.backward(dy, point)
        dx, of_depth = self._depth.backward(between, depth)
        kernel = of_depth["kernel"].reshape(weights["depthwise_kernel"].shape)
        gradients = {"depthwise_kernel": kernel, "pointwise_kernel": of_point.pop("kernel")}
        return dx, {**gradients, **of_point}
