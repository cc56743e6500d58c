"""Pooling layers: the largest or the mean number of each window, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convexplain import ops
from convexplain.messages import Message
from convexplain.network.layers.addends import Addends, Cell, read
from convexplain.network.layers.backward import Backward, Buffers, Gradients, cropped, padded
from convexplain.network.layers.layer import Array, Shape, Weights, WindowLayer, as_map, cells
from convexplain.ops import PoolSteps, Window
from convexplain.ops.geometry import Margins, PaddingLike, PairLike
from convexplain.ops.patching import reach
from convexplain.ops.pooling import counted, counts, refuse_empty_windows


@dataclass(frozen=True)
class Pooling(WindowLayer):
    """What both pooling layers share; the fields are those of `convexplain.ops.Window`."""

    family = "pooling"
    by_channel = True

    pool_size: PairLike = (2, 2)
    stride: PairLike | None = None  # None means the pool's size
    padding: PaddingLike = "valid"
    dilation: PairLike = field(default=(1, 1), kw_only=True)
    ceil_mode: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        stride = self.pool_size if self.stride is None else self.stride
        self._fill(ceil_mode=self._flag("ceil_mode", self.ceil_mode))
        self._normalise(
            self.padding, pool_size=self.pool_size, stride=stride, dilation=self.dilation
        )

    @property
    def window(self) -> Window:
        """The pool's window."""
        assert self.stride is not None
        return Window(self.pool_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    @property
    def _options(self) -> dict[str, Any]:
        """What the functions of `ops` are given beside the pool's size."""
        names = ("stride", "padding", "dilation", "ceil_mode")
        return {name: getattr(self, name) for name in names}

    def output_shape(self, shape: Shape) -> Shape:
        """(H_out, W_out, C): each channel is pooled by itself."""
        size = self._output_size(shape)
        try:
            refuse_empty_windows(self.window, (shape[0], shape[1]))
        except ValueError as error:
            raise ValueError(Message("{name}: {error}", name=self.name, error=error)) from error
        return (*size, shape[2])

    def _margins(self, shape: Shape) -> Margins:
        return reach(self.window, (shape[0], shape[1]))

    def _patch_line(self, shape: Shape, cell: Cell) -> str:
        """A line of NumPy that cuts the cells of a window out of `x`."""
        rows, cols, _ = read(self.window, cell, shape)
        (down, across) = self.window.dilation
        return (
            f"patch = x[{cells(rows[0], len(rows), down)}, {cells(cols[0], len(cols), across)}, "
            f"{cell[2]}]"
        )

    def _keras(self, shape: Shape, cell: Cell) -> list[str]:
        if refusal := self._not_in_keras(shape):
            return [f"# Keras's {refusal}: this layer cannot be written in it."]
        arguments = [str(self.pool_size)]
        if self.stride != self.pool_size:
            arguments.append(f"strides={self.stride}")
        if self.padding == "same":
            arguments.append('padding="same"')
        prepare = []
        if self.padding != "same":
            prepare = self._pad_lines(shape, ", constant_values=-np.inf")
        return self._keras_layer(shape, cell, arguments, prepare=prepare)

    def _torch_arguments(self) -> list[str]:
        """What PyTorch's functions are given for the window."""
        return [str(self.pool_size), *([f"{self.stride}"] if self.stride != self.pool_size else [])]

    def _not_in_keras(self, shape: Shape) -> str:
        """What Keras's layer cannot do; empty if there is nothing."""
        return "" if self.dilation == (1, 1) else "pooling has no dilation"


@dataclass(frozen=True)
class MaxPooling2D(Pooling):
    """Keep the largest value of each window.

    Parameters
    ----------
    name : str
    pool_size : int or pair of int
    stride : int, pair of int or None
        None means the pool's size.
    padding : str, int, pair or four ints
        Never wins a maximum.
    dilation : int or pair of int
    ceil_mode : bool
        As in `convexplain.ops.Window`.
    """

    hands_on = True

    def before(self, x: Array, weights: Weights) -> Array:
        """The maxima."""
        maxima: Array = ops.max_pool2d(x, self.pool_size, **self._options)
        return maxima

    def steps(self, x: Array, weights: Weights, filter: int) -> PoolSteps:
        """One step an output cell: the window's numbers, and the largest."""
        return ops.max_pool2d_steps(x, self.pool_size, channel=filter, **self._options)

    def origin(self, x: Array, cell: Cell) -> Cell:
        """The largest cell of the window; of equal ones the first in row-major order."""
        rows, cols, _ = read(self.window, cell, x.shape)
        return largest(x, rows, cols, cell[2])

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives goes to the largest cell of each window."""
        return _MaxBackward(self)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        return ["", self._patch_line(shape, cell), "print(patch.max())"]

    def _torch(self, shape: Shape) -> list[str]:
        arguments = self._torch_arguments()
        if self.dilation != (1, 1):
            arguments.append(f"dilation={self.dilation}")
        lines = self._torch_pad_lines(shape, ", value=-torch.inf")
        return [*lines, f"z = functional.max_pool2d(x, {', '.join(arguments)})"]


@dataclass(frozen=True)
class AveragePooling2D(Pooling):
    """Average each window; padding is not counted, as in Keras, unless that is asked for.

    Parameters
    ----------
    name : str
    pool_size : int or pair of int
    stride : int, pair of int or None
        None means the pool's size.
    padding : str, int, pair or four ints
    dilation : int or pair of int
    ceil_mode : bool
        As in `convexplain.ops.Window`.
    count_include_pad : bool
        Whether padding counts as zeros, as by default in PyTorch.
    """

    count_include_pad: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._fill(count_include_pad=self._flag("count_include_pad", self.count_include_pad))

    @property
    def _options(self) -> dict[str, Any]:
        return {**super()._options, "count_include_pad": self.count_include_pad}

    def before(self, x: Array, weights: Weights) -> Array:
        """The averages."""
        return ops.avg_pool2d(x, self.pool_size, **self._options)

    def steps(self, x: Array, weights: Weights, filter: int) -> PoolSteps:
        """One step an output cell: the window's numbers, their sum and their mean."""
        return ops.avg_pool2d_steps(x, self.pool_size, channel=filter, **self._options)

    def _counted(self, shape: Shape, cell: Cell) -> int:
        """How many cells a mean is divided by."""
        rows, cols = (
            counted(self.window, axis, cell[axis], shape[axis], self.count_include_pad)
            for axis in (0, 1)
        )
        return rows * cols

    def addends(self, x: Array, weights: Weights, cell: Cell) -> Addends:
        """Every cell of the window with the same weight."""
        rows, cols, _ = read(self.window, cell, x.shape)
        return Addends.of(x, rows, cols, cell[2:], 1 / self._counted(x.shape, cell))

    def backward(self, *, first: bool = False) -> Backward:
        """What arrives is shared out evenly over each window."""
        return _AverageBackward(self)

    def _numpy(self, shape: Shape, cell: Cell) -> list[str]:
        mean = "print(np.float32(patch.mean(dtype=np.float64)))"
        rows, cols, _ = read(self.window, cell, shape)
        if (count := self._counted(shape, cell)) != len(rows) * len(cols):
            mean = f"print(np.float32(patch.sum(dtype=np.float64) / {count}))"
        return ["", self._patch_line(shape, cell), mean]

    def _torch(self, shape: Shape) -> list[str]:
        # A window is a convolution of ones for each channel; PyTorch's pooling has no dilation.
        options = {"stride": self.stride, "dilation": self.dilation, "groups": shape[2]}
        slid = ", ".join(f"{name}={value}" for name, value in options.items())
        top, bottom, left, right = self.window.margins((shape[0], shape[1]))
        counted = (
            f"({left}, {right}, {top}, {bottom})" if self.count_include_pad else "(0, 0, 0, 0)"
        )
        # Beyond the padding a window that is rounded up has nothing to count.
        inside = [f"inside = functional.pad(torch.ones_like(x), {counted}, value=1.0)"]
        rest = [
            reached - side * self.count_include_pad
            for reached, side in zip(self._margins(shape), (top, bottom, left, right), strict=True)
        ]
        if any(rest):
            sides = f"({rest[2]}, {rest[3]}, {rest[0]}, {rest[1]})"
            inside.append(f"inside = functional.pad(inside, {sides})")
        size = (shape[2], 1, *self.window.kernel_size)
        return [
            f"ones = torch.ones({size}, dtype=x.dtype)",
            *inside,
            *self._torch_pad_lines(shape),
            f"total = functional.conv2d(x, ones, {slid})",
            f"z = total / functional.conv2d(inside, ones, {slid})",
        ]

    def _not_in_keras(self, shape: Shape) -> str:
        keras_pads = self.padding in ("valid", "same") and not self.count_include_pad
        if any(self._margins(shape)) and (not keras_pads or self.ceil_mode):
            return 'average pooling pads "valid" or "same" only'
        return super()._not_in_keras(shape)


def largest(x: Array, rows: list[int], cols: list[int], channel: int) -> Cell:
    """Find the largest of some cells of one channel, the first of equal ones."""
    values = as_map(x)[np.ix_(rows, cols, [channel])][..., 0]
    row, col = np.unravel_index(np.argmax(values), values.shape)
    return rows[row], cols[col], channel


class _MaxBackward:
    def __init__(self, layer: MaxPooling2D) -> None:
        self._window, self._buffers = layer.window, Buffers()

    def forward(self, x: Array, weights: Weights) -> Array:
        size = self._window.output_size((x.shape[1], x.shape[2]))
        self._margins = reach(self._window, (x.shape[1], x.shape[2]))
        x = padded(x, self._margins, -np.inf)
        self._padded_shape = x.shape
        shape = (x.shape[0], *size, x.shape[3])
        y = self._buffers.get("y", shape, x.dtype)
        winner = self._buffers.get("winner", shape, np.uint16)
        larger = self._buffers.get("larger", shape, np.bool_)
        winner[:] = 0
        for tap, (rows, columns) in enumerate(self._window.slices(size)):
            seen = x[:, rows, columns]
            if tap == 0:
                y[:] = seen
                continue
            np.greater(seen, y, out=larger)  # the first of equals wins, in row-major order
            np.copyto(winner, np.uint16(tap), where=larger)
            np.maximum(y, seen, out=y)
        self._winner = winner
        return y

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        dx = self._buffers.get("dx", self._padded_shape, dy.dtype)
        dx[:] = 0
        for tap, (rows, columns) in enumerate(self._window.slices((dy.shape[1], dy.shape[2]))):
            dx[:, rows, columns] += dy * (self._winner == tap)
        return cropped(dx, self._margins), {}


class _AverageBackward:
    def __init__(self, layer: AveragePooling2D) -> None:
        self._window, self._include_pad = layer.window, layer.count_include_pad

    def forward(self, x: Array, weights: Weights) -> Array:
        height, width = x.shape[1:3]
        size = self._window.output_size((height, width))
        self._margins = reach(self._window, (height, width))
        every = np.outer(*counts(self._window, (height, width), self._include_pad))
        self._counts: Array = every[None, :, :, None].astype(x.dtype)
        x = padded(x, self._margins, 0.0)
        self._padded_shape = x.shape
        total: Array = sum(x[:, r, c] for r, c in self._window.slices(size)) / self._counts
        return total

    def backward(self, dy: Array, weights: Weights) -> tuple[Array, Gradients]:
        dx = np.zeros(self._padded_shape, dy.dtype)
        for rows, columns in self._window.slices((dy.shape[1], dy.shape[2])):
            dx[:, rows, columns] += dy / self._counts
        return cropped(dx, self._margins), {}
