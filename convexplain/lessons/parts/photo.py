"""A photograph in colour, a kernel made by hand or trained, and a place to follow both at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import cast

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import photographs
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.network import Network, Trace, shipped
from convexplain.ops import ConvStep, ConvSteps, conv2d_steps
from convexplain.style import format as fmt

#: Photographs are shown with at most so many pixels a side, so that one window can be seen.
LONGEST = 56


def red_to_blue() -> npt.NDArray[np.float32]:
    """Make the kernel (3, 3, 3): more red on the left and more blue on the right.

    Its weights for red and blue are opposite and those for green are 0: at each of the nine places
    the three add up to 0, so that gray, however bright, gives 0. All weights are -1, 0 or 1, so
    that each product prints as its pixel does.
    """
    kernel = np.zeros((3, 3, 3), dtype=np.float32)
    kernel[:, 0, 0] = kernel[:, 2, 2] = 1
    kernel[:, 2, 0] = kernel[:, 0, 2] = -1
    kernel.flags.writeable = False
    return kernel


def reduced(pixels: npt.NDArray[np.float32], longest: int = LONGEST) -> npt.NDArray[np.float32]:
    """Average squares of pixels until the longer side has at most `longest` of them.

    The squares are as small as they can be; rows and columns that fill no square are cut off
    evenly.
    """
    height, width, channels = pixels.shape
    side = -(-max(height, width) // longest)
    rows, cols = height // side, width // side
    top, left = (height - rows * side) // 2, (width - cols * side) // 2
    kept = pixels[top : top + rows * side, left : left + cols * side]
    squares = kept.reshape(rows, side, cols, side, channels).astype(np.float64)
    return np.asarray(squares.mean(axis=(1, 3)), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Colours:
    """A photograph, (H, W, 3), through the kernel made by hand."""

    picture: Picture

    def __post_init__(self) -> None:
        if self.picture.shape[2] != 3:
            raise UsageError(
                "{origin} has the shape {shape}: a photograph in colour has 3 channels",
                origin=self.picture.origin,
                shape=fmt.shape(self.picture.shape),
            )
        if min(self.pixels.shape[:2]) < 8:
            raise UsageError(
                "{origin} is {shape}, too small or too narrow to move a window over: cut out a "
                "part that is nearly square",
                origin=self.picture.origin,
                shape=fmt.shape(self.picture.shape[:2]),
            )

    @cached_property
    def pixels(self) -> npt.NDArray[np.float32]:
        """The photograph as shown, (H, W, 3)."""
        return reduced(self.picture.pixels)

    @cached_property
    def kernel(self) -> npt.NDArray[np.float32]:
        """The weights, (3, 3, 3): height, width, channels."""
        return red_to_blue()

    @cached_property
    def steps(self) -> ConvSteps:
        """Every stop of the window; no bias, no activation."""
        return conv2d_steps(self.pixels, self.kernel[..., np.newaxis])

    @cached_property
    def response_map(self) -> npt.NDArray[np.float32]:
        """All results, (H - 2, W - 2)."""
        exact = ops.conv2d(self.pixels.astype(np.float64), self.kernel[..., np.newaxis])
        return np.asarray(exact.squeeze(axis=2), dtype=np.float32)

    @cached_property
    def stop(self) -> ConvStep:
        """The largest result whose printed numbers add up; the largest of all if there is none."""
        order = np.argsort(-self.response_map, axis=None, kind="stable")
        found = (self.steps[int(i)] for i in order[: 2 * LONGEST])
        honest = (step for step in found if self._comes_out(step))
        return next(honest, self.steps[int(order[0])])

    @property
    def most(self) -> float:
        """The number that full light is."""
        return 1.0

    @property
    def decimals(self) -> tuple[int, int]:
        """With how many decimals weights are printed, and products and their sums."""
        return 2, 2

    @property
    def checkable(self) -> bool:
        """Whether the printed numbers of the place that is followed give one another."""
        return self._comes_out(self.stop)

    def _comes_out(self, step: ConvStep) -> bool:
        return step.breakdown().adds_up(self.decimals[1], total=False)


@dataclass(frozen=True, eq=False)
class TrainedColours(Colours):
    """A photograph through the first convolution of a network, which reads its bytes.

    Of all its cells, the one is followed that responds most and whose printed numbers come out:
    pixel times weight is the product, and products add up.
    """

    network: Network

    @cached_property
    def trace(self) -> Trace:
        """The photograph on its way through the network."""
        return Trace(self.network, self.network.prepare(self.picture))

    @cached_property
    def pixels(self) -> npt.NDArray[np.float32]:
        """What the network reads, as it is drawn."""
        return self.network.reading.drawn(self.trace.image)

    @property
    def layer(self) -> str:
        """Name of the first layer."""
        return self.network.layers[0].name

    @cached_property
    def stop(self) -> ConvStep:
        """The largest response of all filters whose printed numbers come out."""
        maps = self.trace.activations[self.layer]
        order = np.argsort(-maps, axis=None, kind="stable")[: 20 * LONGEST].tolist()
        cells = [tuple(int(n) for n in np.unravel_index(index, maps.shape)) for index in order]
        steps = (self._steps(channel).at(row, col) for row, col, channel in cells)
        strongest = next(steps)
        found = chain((strongest,), steps)
        return next((step for step in found if self._comes_out(step)), strongest)

    def _steps(self, filter: int) -> ConvSteps:
        return cast("ConvSteps", self.trace.steps(self.layer, filter))

    @cached_property
    def steps(self) -> ConvSteps:
        """Every stop of the window, with the filter that is shown."""
        return self._steps(self.stop.filter)

    @cached_property
    def kernel(self) -> npt.NDArray[np.float32]:
        """The filter's weights, (3, 3, 3): height, width, channels."""
        return np.asarray(self.stop.kernel, dtype=np.float32)

    @cached_property
    def response_map(self) -> npt.NDArray[np.float32]:
        """The filter's responses."""
        return self.trace.activations[self.layer][:, :, self.stop.filter]

    @property
    def most(self) -> float:
        """The number that full light is."""
        return self.network.reading.scale

    @property
    def decimals(self) -> tuple[int, int]:
        """With how many decimals weights are printed, and products and their sums.

        A byte times a weight of three is off by 0.13 at most: mostly the same whole number.
        """
        return 3, 0

    def _comes_out(self, step: ConvStep) -> bool:
        fine, coarse = self.decimals
        factors = zip(step.patch.flat, step.kernel.flat, step.products.flat, strict=True)
        return all(
            fmt.rounded(fmt.rounded(pixel, 0) * fmt.rounded(weight, fine), coarse)
            == fmt.rounded(product, coarse)
            for pixel, weight, product in factors
        ) and super()._comes_out(step)


def bundled() -> Colours:
    """Return the bundled cat, through a trained filter if this copy has its network."""
    cat = photographs.load()
    return TrainedColours(cat, Network.load("photo")) if "photo" in shipped() else Colours(cat)
