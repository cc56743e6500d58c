"""Windows over a picture: where they may stand, what they read how often, the map they fill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convexplain.ops import Window, activations, conv2d
from convexplain.ops.geometry import Margins, Pair


@dataclass(frozen=True, eq=False)
class Geometry:
    """One window over a picture, and the map that it fills."""

    name: str  # of the beat that shows it
    window: Window  # its padding in numbers
    pixels: npt.NDArray[np.float32]  # as they are drawn, (height, width) or (height, width, 3)
    read: npt.NDArray[np.float32]  # what the window reads of them, (height, width, channels)
    kernel: npt.NDArray[np.float32]  # (height, width, channels)
    bias: float
    activation: str = "relu"
    #: What a 0 around the picture looks like: a gray, or a colour.
    zero: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(1, np.float32))

    @property
    def size(self) -> Pair:
        """Rows and columns of the picture."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def margins(self) -> Margins:
        """Zeros added: (top, bottom, left, right)."""
        return self.window.margins(self.size)

    @property
    def output(self) -> Pair:
        """Rows and columns of the map: the number of places."""
        return self.window.output_size(self.size)

    @cached_property
    def padded(self) -> npt.NDArray[np.float32]:
        """The picture with its zeros, as it is drawn."""
        top, bottom, left, right = self.margins
        size = top + self.size[0] + bottom, left + self.size[1] + right
        whole = np.empty((*size, *self.pixels.shape[2:]), np.float32)
        whole[...] = self.zero if self.pixels.ndim == 3 else self.zero[0]
        whole[top : size[0] - bottom, left : size[1] - right] = self.pixels
        return whole

    @property
    def hops(self) -> int:
        """How often the window moves on along a row."""
        return self.output[1] - 1

    @property
    def left_over(self) -> int:
        """Columns at the end of a row that no place reaches."""
        travel: int = self.padded.shape[1] - self.window.span[1]
        return travel % self.window.stride[1]

    @property
    def starts(self) -> tuple[int, ...]:
        """The first column of each place in a row of the padded picture."""
        return tuple(range(0, self.output[1] * self.window.stride[1], self.window.stride[1]))

    def reads(self, row: int, col: int) -> tuple[slice, slice]:
        """Return the cells of the padded picture that one place reads."""
        return tuple(  # type: ignore[return-value]
            slice(place * stride, place * stride + span, dilation)
            for place, stride, span, dilation in zip(
                (row, col), self.window.stride, self.window.span, self.window.dilation, strict=True
            )
        )

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How often each cell of the padded picture is read."""
        counts = np.zeros(self.padded.shape[:2], dtype=np.int64)
        for rows, cols in self.window.slices(self.output):
            counts[rows, cols] += 1
        return counts

    @property
    def watched(self) -> tuple[tuple[int, int], ...]:
        """A corner of the picture, the middle of its upper edge, and its middle, in the padded."""
        top, _, left, _ = self.margins
        down, across = top + self.size[0] // 2, left + self.size[1] // 2
        return (top, left), (top, across), (down, across)

    @property
    def read_counts(self) -> tuple[int, ...]:
        """How often these three are read."""
        return tuple(int(self.counts[at]) for at in self.watched)

    @cached_property
    def map(self) -> npt.NDArray[np.float32]:
        """The responses after their activation."""
        window = self.window
        before = conv2d(
            self.read.astype(np.float64),
            self.kernel[..., np.newaxis].astype(np.float64),
            np.array([self.bias]),
            stride=window.stride,
            padding=self.margins,
            dilation=window.dilation,
        )
        return activations.find(self.activation)(before.astype(np.float32)).squeeze(axis=2)

    def taps(self) -> Iterator[tuple[int, int]]:
        """Yield row and column of each cell of the window, from its first."""
        for row, col in np.ndindex(*self.window.kernel_size):
            yield row * self.window.dilation[0], col * self.window.dilation[1]


def edge_kernel(size: int) -> npt.NDArray[np.float32]:
    """Make a horizontal edge, (size, size): bright above, dark below, smoothed along the edge.

    Sobel's construction for any size from 2: binomial weights across, and down the difference of
    two neighbouring sums of binomial weights. The absolute weights sum to 4.

    >>> edge_kernel(3) * 2
    array([[ 1.,  2.,  1.],
           [ 0.,  0.,  0.],
           [-1., -2., -1.]], dtype=float32)
    """
    smooth = np.array([1.0])
    for _ in range(size - 2):
        smooth = np.convolve(smooth, [1.0, 1.0])
    difference = np.convolve(smooth, [1.0, -1.0])
    weights = np.outer(difference, np.convolve(smooth, [1.0, 1.0]))
    return np.asarray(weights * (4 / np.abs(weights).sum()), dtype=np.float32)
