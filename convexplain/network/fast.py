"""The forward pass for batches: what `convexplain.ops` computes, arranged for speed.

Two things make it fast. Inside, a chunk of pictures lies batch last, (H, W, C, n), so that a
window's numbers for all n pictures are a matrix that stands in memory already: it is multiplied
with the kernels without being copied. And where a max pool follows a convolution, bias and ReLU
wait until after it, when fewer numbers are left, and outputs that the pool never reads are not
computed; neither changes the result, since adding a bias and ReLU keep the order of numbers.

Sums are made in float32, in an order that depends on the type of CPU: for accuracy and speed, not
for numbers that are shown (those are `convexplain.network.trace`'s).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from convexplain.network import check_shapes
from convexplain.network.blas import one_thread
from convexplain.network.check_shapes import INPUT
from convexplain.network.layers import Conv2D, Flatten, Layer, MaxPooling2D
from convexplain.ops import Window, activations

FloatArray = NDArray[np.float32]
Compute = Callable[[FloatArray], FloatArray]

#: Pictures computed at a time: the matrices of a layer then fit into a core's cache.
CHUNK = 32

#: Activations that never put a smaller number above a larger one, and cost nothing to postpone.
_AFTER_POOL = ("linear", "relu")


def forward(
    layers: Sequence[Layer],
    sources: Mapping[str, tuple[str, ...]],
    weights: Mapping[str, FloatArray],
    pictures: FloatArray,
    *,
    threads: int = 1,
) -> FloatArray:
    """Compute the last layer's output for a batch (N, H, W, C), `threads` chunks at the same time.

    `sources` says which layers each layer reads, as `check_shapes.sources` returns it.
    """
    stages = _stages(layers, sources, weights)
    last_use = {name: n for n, stage in enumerate(stages) for name in stage.reads}

    def compute(start: int) -> FloatArray:
        x = np.ascontiguousarray(np.moveaxis(pictures[start : start + CHUNK], 0, -1))
        outputs = {INPUT: x}
        with np.errstate(over="ignore", invalid="ignore"):  # the network looks at the result
            for n, stage in enumerate(stages):
                reads = [outputs[name] for name in stage.reads]
                x = stage.compute(reads[0] if len(reads) == 1 else np.concatenate(reads, axis=-2))
                outputs[stage.name] = x
                for name in stage.reads:
                    if last_use[name] == n:
                        outputs.pop(name, None)
        return np.ascontiguousarray(np.moveaxis(x, -1, 0))

    starts = range(0, len(pictures), CHUNK)
    with one_thread():  # for each matrix product
        if threads == 1:
            return np.concatenate([compute(start) for start in starts])
        with ThreadPoolExecutor(threads) as pool:
            return np.concatenate(list(pool.map(compute, starts)))


class _Stage(NamedTuple):
    """A layer, or a convolution and the max pool behind it: what it reads, whose output it is."""

    reads: tuple[str, ...]
    name: str
    compute: Compute


def _stages(
    layers: Sequence[Layer],
    sources: Mapping[str, tuple[str, ...]],
    weights: Mapping[str, FloatArray],
) -> list[_Stage]:
    """One stage a layer, or one for a convolution and the max pool behind it."""
    stages: list[_Stage] = []
    waiting = list(layers)
    used = Counter(name for read in sources.values() for name in read)
    while waiting:
        layer = waiting.pop(0)
        name = layer.name
        reads, start = sources[name], f"{name}/"
        own = {key.removeprefix(start): w for key, w in weights.items() if key.startswith(start)}
        compute: Compute
        if isinstance(layer, Conv2D) and layer.groups == 1 and layer.window.dilation == (1, 1):
            pool = _plain_pool(waiting[0]) if waiting else None
            alone = pool and sources[pool.name] == (name,) and used[name] == 1
            if pool and alone and layer.activation in _AFTER_POOL:
                name = waiting.pop(0).name
                compute = _convolution(layer, own, pool)
            else:
                compute = _convolution(layer, own)
        elif pool := _plain_pool(layer):
            compute = partial(_maxima, pool.window)
        elif isinstance(layer, Flatten) and layer.order == "channels_last":
            compute = _vector
        else:
            compute = partial(_by_definition, layer, own)
        stages.append(_Stage(reads, name, compute))
    return stages


def _plain_pool(layer: Layer) -> MaxPooling2D | None:
    if isinstance(layer, MaxPooling2D) and layer.padding == "valid" and not layer.ceil_mode:
        return layer
    return None


def _convolution(
    layer: Conv2D, weights: Mapping[str, FloatArray], pool: MaxPooling2D | None = None
) -> Compute:
    """A convolution without groups and dilation, with the max pool behind it if there is one."""
    # One row a filter; its columns are in the order of the rows of `_windows`: kW, kH, C.
    kernels = np.ascontiguousarray(weights["kernel"].transpose(3, 1, 0, 2))
    kernels = kernels.reshape(layer.filters, -1)
    bias = weights["bias"][:, None] if layer.use_bias else None

    def convolve(x: FloatArray) -> FloatArray:
        size = x.shape[0], x.shape[1]
        window = layer.window.on(size)
        output_size = window.output_size(size)
        if pool:
            output_size = _read_by(pool.window, output_size)
        z: FloatArray = np.matmul(kernels, _windows(x, window, output_size))
        if pool:
            z = _maxima(pool.window, z)
        if bias is not None:
            z += bias
        return _activate(layer, z)

    return convolve


def _activate(layer: Layer, z: FloatArray) -> FloatArray:
    if layer.activation == "relu":
        return np.maximum(z, 0, out=z)
    function = activations.find(layer.activation)
    if not function.by_cell:  # along the channels, which are not the last axis here
        return function.compute(z, axis=-2)
    return function(z)


def _windows(x: FloatArray, window: Window, output_size: tuple[int, int]) -> FloatArray:
    """All windows of (H, W, C, n) as matrices: (H_out, W_out, kW * kH * C, n).

    The rows that a window covers are laid one behind the other, column by column. That takes kH
    copies of x; then windows are blocks of it that overlap, and need no copies (kH * kW of x).
    """
    top, bottom, left, right = window.margins()
    if top or bottom or left or right:
        x = np.pad(x, ((top, bottom), (left, right), (0, 0), (0, 0)))
    (rows, cols), (row_step, col_step) = output_size, window.stride
    height, width = window.kernel_size
    strips = np.empty((rows, x.shape[1], height, *x.shape[2:]), x.dtype)
    for i in range(height):
        strips[:, :, i] = x[i : i + (rows - 1) * row_step + 1 : row_step]
    channels, n = x.shape[2:]
    # Strides come from the shape: an axis of length 1 may have any stride in the array itself.
    column = height * channels * n * x.itemsize
    return as_strided(
        strips,
        (rows, cols, width * height * channels, n),
        (x.shape[1] * column, col_step * column, n * x.itemsize, x.itemsize),
        writeable=False,
    )


def _read_by(window: Window, size: tuple[int, int]) -> tuple[int, int]:
    """The rows and columns of a map that the windows on it read: some at the end may not be."""
    counts = window.output_size(size)
    return (
        (counts[0] - 1) * window.stride[0] + window.span[0],
        (counts[1] - 1) * window.stride[1] + window.span[1],
    )


def _maxima(window: Window, x: FloatArray) -> FloatArray:
    """Max pooling of (H, W, C, n): each tap of the window is one slice."""
    taps = [x[tap] for tap in window.slices(window.output_size((x.shape[0], x.shape[1])))]
    largest = np.maximum(taps[0], taps[-1])
    for tap in taps[1:-1]:
        np.maximum(largest, tap, out=largest)
    return largest


def _vector(x: FloatArray) -> FloatArray:
    return x.reshape(-1, x.shape[-1])


def _by_definition(layer: Layer, weights: Mapping[str, FloatArray], x: FloatArray) -> FloatArray:
    """Any other layer, as `ops` computes it."""
    batch = check_shapes.finite(np.ascontiguousarray(np.moveaxis(x, -1, 0)))
    return np.ascontiguousarray(np.moveaxis(layer.activate(layer.before(batch, weights)), 0, -1))
