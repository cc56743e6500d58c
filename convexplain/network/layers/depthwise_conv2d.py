"""The depthwise convolution: every filter reads one channel."""

from __future__ import annotations

from dataclasses import dataclass, field

from convexplain.network.layers.conv2d import Convolution
from convexplain.network.layers.layer import Shape
from convexplain.ops.geometry import PaddingLike, PairLike


@dataclass(frozen=True)
class DepthwiseConv2D(Convolution):
    """Slide `depth_multiplier` kernels over each channel by itself.

    Filter ``c * depth_multiplier + m`` is the m-th kernel of channel c. The kernel of all is
    (kH, kW, 1, filters), as in a convolution with as many groups as channels; Keras writes the
    same numbers as (kH, kW, channels, depth_multiplier).

    Parameters
    ----------
    name : str
    kernel_size, stride, dilation : int or pair of int (rows, columns)
    padding : str, int, pair or four ints
        As in `convexplain.ops.conv2d`.
    depth_multiplier : int
        How many filters read each channel.
    activation : str
        A name that ``convexplain.ops.activations.find`` knows, such as "relu".
    use_bias : bool
        Whether each filter adds a bias.
    """

    kernel_size: PairLike = (3, 3)
    stride: PairLike = (1, 1)
    padding: PaddingLike = "valid"
    dilation: PairLike = (1, 1)
    depth_multiplier: int = 1
    activation: str = "linear"
    use_bias: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._fill(depth_multiplier=self._count("depth_multiplier", self.depth_multiplier))

    def split(self, channels: int) -> tuple[int, int]:
        """A group for each channel."""
        return channels, channels * self.depth_multiplier

    def _fans(self, kernel: Shape, channels: int) -> tuple[int, int]:
        return channels, self.depth_multiplier  # as Keras counts them

    def _keras_arguments(self) -> list[str]:
        return [str(self.kernel_size)]

    def _keras_options(self) -> list[str]:
        some = self.depth_multiplier != 1
        return [f"depth_multiplier={self.depth_multiplier}"] if some else []

    def _keras_parts(self, shape: Shape) -> list[str]:
        kernel, *bias = super()._keras_parts(shape)
        keras = (*self.window.kernel_size, shape[2], self.depth_multiplier)
        return [f"{kernel}.reshape{keras}", *bias]
