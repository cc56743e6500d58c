"""Independent references for the operations: plain loops over Python ints, and random cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[int, int]
Four = tuple[int, int, int, int]

EXAMPLES = settings(derandomize=True, deadline=None, max_examples=80, database=None)


def tensorflow_padding(size: int, kernel: int, stride: int) -> int:
    """All cells that "same" adds along one axis, as TensorFlow's documentation puts it."""
    rest = size % stride
    return max(kernel - (rest if rest else stride), 0)


def four(padding: Any, size: Pair, span: Pair, stride: Pair) -> Four:
    """A padding as (top, bottom, left, right)."""
    if padding == "valid":
        return 0, 0, 0, 0
    if padding in ("same", "same_lower"):
        sides: list[int] = []
        for n, k, s in zip(size, span, stride, strict=True):
            total = tensorflow_padding(n, k, s)
            less, more = total // 2, total - total // 2
            sides += [less, more] if padding == "same" else [more, less]
        return sides[0], sides[1], sides[2], sides[3]
    if isinstance(padding, int):
        return padding, padding, padding, padding
    if len(padding) == 2:
        return padding[0], padding[0], padding[1], padding[1]
    return padding


def cell(x: Array, row: int, col: int) -> Array:
    """All channels of one cell; zeros outside of the picture."""
    if 0 <= row < x.shape[0] and 0 <= col < x.shape[1]:
        return x[row, col]
    return np.zeros(x.shape[2])


def conv2d(
    x: Array, kernels: Array, bias: Array, stride: Pair, around: Four, dilation: Pair, groups: int
) -> Array:
    """Convolve one picture in float64: each place, and each cell of its window, one by one."""
    kh, kw, channels, filters = kernels.shape
    heights = x.shape[0] + around[0] + around[1] - dilation[0] * (kh - 1) - 1
    widths = x.shape[1] + around[2] + around[3] - dilation[1] * (kw - 1) - 1
    output = np.zeros((heights // stride[0] + 1, widths // stride[1] + 1, filters))
    output += bias
    each = filters // groups
    for r, c, i, j in np.ndindex(*output.shape[:2], kh, kw):
        row = r * stride[0] + i * dilation[0] - around[0]
        col = c * stride[1] + j * dilation[1] - around[2]
        values = cell(x, row, col).astype(np.float64)
        for group in range(groups):
            n = slice(group * each, (group + 1) * each)
            read = values[group * channels : (group + 1) * channels]
            output[r, c, n] += read @ kernels[i, j, :, n].astype(np.float64)
    return output


def conv2d_transpose(
    x: Array,
    kernels: Array,
    bias: Array,
    stride: Pair,
    around: Four,
    dilation: Pair,
    groups: int,
    size: Pair,
) -> Array:
    """Stamp the kernel for every number of a picture onto an output of the given size."""
    kh, kw, filters, channels = kernels.shape
    output = np.zeros((*size, filters * groups)) + bias
    for a, b, c in np.ndindex(*x.shape):
        group = c // (channels // groups)
        for i, j, n in np.ndindex(kh, kw, filters):
            row = a * stride[0] + i * dilation[0] - around[0]
            col = b * stride[1] + j * dilation[1] - around[2]
            if 0 <= row < size[0] and 0 <= col < size[1]:
                value = float(x[a, b, c]) * float(kernels[i, j, n, c])
                output[row, col, group * filters + n] += value
    return output


@dataclass(frozen=True)
class Case:
    """A convolution: its arrays, its options as given, and its padding in numbers."""

    x: Array
    kernels: Array
    bias: Array
    stride: Pair
    padding: Any
    around: Four
    dilation: Pair
    groups: int

    @property
    def options(self) -> dict[str, Any]:
        """The options of `ops.conv2d`."""
        names = ("stride", "padding", "dilation", "groups")
        return {name: getattr(self, name) for name in names}

    @property
    def output(self) -> Array:
        """What the loops make of it."""
        return conv2d(
            self.x, self.kernels, self.bias, self.stride, self.around, self.dilation, self.groups
        )


@st.composite
def conv_cases(draw: st.DrawFn, dtype: type = np.float64) -> Case:
    """Convolutions of small random pictures with every combination of options."""
    small = st.integers(1, 3)
    groups, channels, filters = draw(small), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride, dilation = draw(st.tuples(small, small)), draw(st.tuples(small, small))
    pad = st.integers(0, 3)
    padding = draw(
        st.sampled_from(["valid", "same", "same_lower"])
        | pad
        | st.tuples(pad, pad)
        | st.tuples(pad, pad, pad, pad)
    )
    span = dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1
    least = [1, 1]
    if padding not in ("same", "same_lower"):
        top, bottom, left, right = four(padding, (1, 1), span, stride)
        least = [max(1, span[0] - top - bottom), max(1, span[1] - left - right)]
    size = draw(st.integers(least[0], least[0] + 4)), draw(st.integers(least[1], least[1] + 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Case(
        x=random.normal(size=(*size, channels * groups)).astype(dtype),
        kernels=random.normal(size=(*kernel, channels, filters * groups)).astype(dtype),
        bias=random.normal(size=filters * groups).astype(dtype),
        stride=stride,
        padding=padding,
        around=four(padding, size, span, stride),
        dilation=dilation,
        groups=groups,
    )


@dataclass(frozen=True)
class PoolCase:
    """A pooling: the picture, its options as given, and its padding in numbers."""

    x: Array
    pool_size: Pair
    stride: Pair
    padding: Any
    around: Four
    dilation: Pair
    ceil_mode: bool

    @property
    def options(self) -> dict[str, Any]:
        """The options of `ops.max_pool2d` and `ops.avg_pool2d`."""
        names = ("stride", "padding", "dilation", "ceil_mode")
        return {name: getattr(self, name) for name in names}

    def starts(self, axis: int) -> list[int]:
        """Where windows begin along an axis: as many as PyTorch's documentation says."""
        before, after = self.around[2 * axis : 2 * axis + 2]
        span = self.dilation[axis] * (self.pool_size[axis] - 1) + 1
        size, stride = self.x.shape[axis], self.stride[axis]
        starts, start = [], -before
        while start + span <= size + after or (
            # Rounding up keeps a window that still begins on the picture or before it, once.
            self.ceil_mode and start < size and start + span - stride < size + after
        ):
            starts.append(start)
            start += stride
        return starts

    def windows(self) -> Iterator[tuple[Pair, list[Pair], list[Pair]]]:
        """For each output cell: the cells of the picture it reads, and all but those beyond."""
        height, width = self.x.shape[:2]
        for r, top in enumerate(self.starts(0)):
            for c, left in enumerate(self.starts(1)):
                taps = [
                    (top + i * self.dilation[0], left + j * self.dilation[1])
                    for i, j in np.ndindex(*self.pool_size)
                ]
                inside = [(a, b) for a, b in taps if 0 <= a < height and 0 <= b < width]
                padded = [
                    (a, b)
                    for a, b in taps
                    if a < height + self.around[1] and b < width + self.around[3]
                ]
                yield (r, c), inside, padded


@st.composite
def pool_cases(draw: st.DrawFn) -> PoolCase:
    """Poolings of small random pictures of whole numbers, so that there are ties."""
    small = st.integers(1, 3)
    pool, stride = draw(st.tuples(small, small)), draw(st.tuples(small, small))
    dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    half = st.integers(0, min(pool) // 2)
    padding = draw(
        st.sampled_from(["valid", "same", "same_lower"]) | half | st.tuples(half, half, half, half)
    )
    span = dilation[0] * (pool[0] - 1) + 1, dilation[1] * (pool[1] - 1) + 1
    size = draw(st.integers(span[0], 8)), draw(st.integers(span[1], 8))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return PoolCase(
        x=random.integers(-4, 5, (*size, 2)).astype(np.float64),
        pool_size=pool,
        stride=stride,
        padding=padding,
        around=four(padding, size, span, stride),
        dilation=dilation,
        ceil_mode=draw(st.booleans()),
    )
