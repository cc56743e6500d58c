"""Where windows lie: output sizes, boxes, the cells they read. Integers only, no arrays.

A window of ``k`` cells with dilation ``d`` spans ``d * (k - 1) + 1`` cells. Window ``i`` starts
at ``i * stride - padding`` of the input, so that along one axis of ``n`` cells there are

    floor((n + padding_before + padding_after - span) / stride) + 1

windows (Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, 2016,
relationship 6, with relationship 15 for the dilation). Sizes, positions and strides are always
pairs: first rows, then columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import Literal, TypeAlias

from convexplain.messages import Message

Pair: TypeAlias = tuple[int, int]
"""(rows, columns)"""
Margins: TypeAlias = tuple[int, int, int, int]
"""Cells added around a picture: (top, bottom, left, right)."""
PaddingName: TypeAlias = Literal["valid", "same", "same_lower"]
PairLike: TypeAlias = int | Sequence[int]
PaddingLike: TypeAlias = PaddingName | int | Sequence[int]

PADDING_NAMES: tuple[PaddingName, ...] = ("valid", "same", "same_lower")

Taps: TypeAlias = tuple[int | None, ...]
"""The input row (or column) that each row (or column) of a window reads; None: no cell."""


@dataclass(frozen=True)
class Box:
    """A rectangle of cells, half open: rows ``top`` to ``bottom - 1``, columns likewise.

    A box may reach outside of the picture, into the padding: then `top` or `left` is negative,
    or `bottom` or `right` exceeds the picture's size.

    Examples
    --------
    >>> box = Box(-1, 4, 2, 7)
    >>> box.height, box.width
    (3, 3)
    >>> box.clip((28, 28)).rows
    slice(0, 2, None)
    """

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left

    @property
    def rows(self) -> slice:
        """The rows as a slice; ValueError if the box begins above the picture."""
        return self._slice("row", self.top, self.bottom)

    @property
    def cols(self) -> slice:
        """The columns as a slice; ValueError if the box begins left of the picture."""
        return self._slice("column", self.left, self.right)

    def _slice(self, axis: str, start: int, stop: int) -> slice:
        # A negative start would silently count from the other end of the array.
        if start < 0:
            raise ValueError(
                Message(
                    "{self} begins at {axis} {start}, outside of the picture: cut it with "
                    ".clip((H, W)) before slicing",
                    self=self,
                    axis=axis,
                    start=start,
                )
            )
        return slice(start, stop)

    def clip(self, size: Pair) -> Box:
        """Give the part of the box that lies in a picture of `size` (rows, columns)."""
        height, width = size
        return Box(
            min(max(self.top, 0), height),
            min(max(self.left, 0), width),
            min(max(self.bottom, 0), height),
            min(max(self.right, 0), width),
        )


@dataclass(frozen=True, init=False)
class Window:
    """The window that slides over a picture, for convolution and pooling alike.

    Parameters
    ----------
    kernel_size : int or pair of int
        Cells that the window reads, (rows, columns).
    stride : int or pair of int
        Cells from one stop to the next.
    padding : {"valid", "same", "same_lower"}, int, pair of int, or four ints
        Cells around the picture. "valid" adds none. "same" makes the output
        ``ceil(size / stride)`` large, as TensorFlow and Keras do: where an odd number of cells
        is added, the extra one goes to the bottom right; with "same_lower" to the top left.
        An int pads all sides, a pair pads (rows, columns), four ints pad
        (top, bottom, left, right).
    dilation : int or pair of int
        Distance between neighbouring cells that the window reads; 1 means no gaps.
    ceil_mode : bool
        Round the number of windows up, not down: the last one may reach beyond the padding,
        but none starts outside of the picture and its top left padding (PyTorch's rule).

    Raises
    ------
    TypeError
        A size that is not made of whole numbers.
    ValueError
        A kernel size, stride or dilation below 1, a negative padding, an unknown name.

    Examples
    --------
    >>> window = Window(3, stride=2, padding=1)
    >>> window.output_size((28, 28))
    (14, 14)
    >>> window.box(0, 1)
    Box(top=-1, left=1, bottom=2, right=4)
    """

    kernel_size: Pair
    stride: Pair
    padding: PaddingName | Margins
    dilation: Pair
    ceil_mode: bool

    def __init__(
        self,
        kernel_size: PairLike = (3, 3),
        stride: PairLike = (1, 1),
        padding: PaddingLike = "valid",
        dilation: PairLike = (1, 1),
        ceil_mode: bool = False,
    ) -> None:
        # The class is frozen: only object's own __setattr__ may fill it.
        fill = object.__setattr__
        fill(self, "kernel_size", pair("kernel_size", kernel_size))
        fill(self, "stride", pair("stride", stride))
        fill(self, "padding", named_or_margins(padding))
        fill(self, "dilation", pair("dilation", dilation))
        fill(self, "ceil_mode", bool(ceil_mode))

    @property
    def span(self) -> Pair:
        """Rows and columns from the first cell that the window reads to the last."""
        (kh, kw), (dh, dw) = self.kernel_size, self.dilation
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    def margins(self, input_size: Pair | None = None) -> Margins:
        """Give the padding as numbers: (top, bottom, left, right).

        Parameters
        ----------
        input_size : pair of int, optional
            Rows and columns of the picture. Only "same" and "same_lower" with a stride above 1
            depend on it.

        Raises
        ------
        ValueError
            The padding depends on the picture's size, and none was given.
        """
        if not isinstance(self.padding, str):
            return self.padding
        if self.padding == "valid":
            return 0, 0, 0, 0
        if input_size is None and self.stride != (1, 1):
            raise ValueError(
                Message(
                    'padding "{padding}" with stride {stride} depends on the size of the input: '
                    "pass input_size=(H, W)",
                    padding=self.padding,
                    stride=times(self.stride),
                )
            )
        # At stride 1, span - 1 cells keep any size as it is; 1 stands for all of them.
        sizes = (1, 1) if input_size is None else pair("input_size", input_size)
        totals = [
            max((-(-size // stride) - 1) * stride + span - size, 0)
            for size, stride, span in zip(sizes, self.stride, self.span, strict=True)
        ]
        rows, cols = totals
        if self.padding == "same":
            return rows // 2, rows - rows // 2, cols // 2, cols - cols // 2
        return rows - rows // 2, rows // 2, cols - cols // 2, cols // 2

    def on(self, input_size: Pair) -> Window:
        """Give the same window with its padding in numbers, as it is on `input_size`."""
        return replace(self, padding=self.margins(input_size))

    def output_size(self, input_size: Pair) -> Pair:
        """Count the windows that fit, (rows, columns), by the law at the top of this module.

        Raises
        ------
        ValueError
            The window spans more than the padded picture.
        """
        height, width = pair("input_size", input_size)
        top, bottom, left, right = self.margins((height, width))
        padded = height + top + bottom, width + left + right
        rows, cols = (
            self._count(size, stride, span, starts)
            for size, stride, span, starts in zip(
                padded, self.stride, self.span, (height + top, width + left), strict=True
            )
        )
        if rows < 1 or cols < 1:
            raise ValueError(self._too_large(padded))
        return rows, cols

    def _count(self, padded: int, stride: int, span: int, starts: int) -> int:
        if not self.ceil_mode:
            return (padded - span) // stride + 1
        count = -(-(padded - span) // stride) + 1
        # The window that rounding up added may begin in the padding behind the picture.
        return count - 1 if (count - 1) * stride >= starts else count

    def _too_large(self, padded: Pair) -> str:
        kernel, gaps = times(self.kernel_size), times(self.dilation)
        if self.dilation == (1, 1):
            return (
                f"a {kernel} kernel is larger than the padded {times(padded)} input: "
                "take a smaller kernel or add padding"
            )
        if self.dilation[0] == self.dilation[1]:
            gaps = str(self.dilation[0])
        return (
            f"a {kernel} kernel with dilation {gaps} spans {times(self.span)}, more than the "
            f"padded {times(padded)} input: lower the dilation or add padding"
        )

    def box(self, row: int, col: int, input_size: Pair | None = None) -> Box:
        """Give the box that the window covers for output cell (`row`, `col`).

        Parameters
        ----------
        row, col : int
            The output cell, counted from 0.
        input_size : pair of int, optional
            As for `margins`.

        Returns
        -------
        Box
            In coordinates of the input; it may reach into the padding.
        """
        check_cell(row, col)
        above, _, before, _ = self.margins(input_size)
        top, left = row * self.stride[0] - above, col * self.stride[1] - before
        return Box(top, left, top + self.span[0], left + self.span[1])

    def taps(self, axis: int, position: int, size: int) -> Taps:
        """List, along one axis, the cells of the input that the window reads.

        Parameters
        ----------
        axis : int
            0 for rows, 1 for columns.
        position : int
            The output cell along that axis, counted from 0.
        size : int
            Cells of the input along that axis.

        Returns
        -------
        tuple of int or None
            One a kernel row or column; None where it lies in the padding or beyond it.

        Examples
        --------
        >>> Window(3, padding="same").taps(axis=0, position=0, size=28)
        (None, 0, 1)
        """
        if position < 0:
            raise ValueError(
                Message(
                    "position {position}: rows and columns are counted from 0", position=position
                )
            )
        # The padding along one axis depends on the size along that axis alone.
        first = position * self.stride[axis] - self.margins((size, size))[2 * axis]
        places = (first + i * self.dilation[axis] for i in range(self.kernel_size[axis]))
        return tuple(place if 0 <= place < size else None for place in places)

    def slices(self, output_size: Pair) -> Iterator[tuple[slice, slice]]:
        """Give, for each cell of the window, row by row, what it reads at all positions at once.

        Reading one such cell in all windows at once is one strided slice, which numpy handles
        much faster than many small windows.

        Parameters
        ----------
        output_size : pair of int
            Rows and columns of the output.

        Yields
        ------
        rows, columns : slice
            Of the padded input.

        Examples
        --------
        >>> list(Window((1, 2), stride=2).slices((3, 3)))[1]
        (slice(0, 5, 2), slice(1, 6, 2))
        """
        (rows, cols), (sh, sw), (dh, dw) = output_size, self.stride, self.dilation
        for top in range(0, self.kernel_size[0] * dh, dh):
            for left in range(0, self.kernel_size[1] * dw, dw):
                yield (
                    slice(top, top + (rows - 1) * sh + 1, sh),
                    slice(left, left + (cols - 1) * sw + 1, sw),
                )


def check_cell(row: int, col: int) -> None:
    """Refuse a cell that is counted from the end."""
    if row < 0 or col < 0:
        raise ValueError(
            Message("cell ({row}, {col}): rows and columns are counted from 0", row=row, col=col)
        )


def times(size: Pair) -> str:
    """Print a size as errors do: 3x3."""
    return f"{size[0]}x{size[1]}"


def pair(name: str, value: PairLike, *, least: int = 1) -> Pair:
    """Give an int or a pair as (rows, columns), each at least `least`; errors call it `name`."""
    numbers = _whole(name, value)
    if len(numbers) == 1:
        numbers = numbers * 2
    if len(numbers) != 2:
        raise ValueError(
            Message(
                "{name} {value!r} has {count} numbers: give one or two",
                name=name,
                value=value,
                count=len(numbers),
            )
        )
    if min(numbers) < least:
        raise ValueError(
            Message(
                "{name} {value!r} is too small: give at least {least} for rows and for columns",
                name=name,
                value=value,
                least=least,
            )
        )
    return numbers[0], numbers[1]


def margins(padding: int | Sequence[int]) -> Margins:
    """Give a padding in one, two or four ints as (top, bottom, left, right)."""
    numbers = _whole("padding", padding)
    if len(numbers) not in (1, 2, 4):
        raise ValueError(
            Message(
                "padding {padding!r} has {count} numbers: give one for all sides, two for (rows, "
                "columns) or four for (top, bottom, left, right)",
                padding=padding,
                count=len(numbers),
            )
        )
    if min(numbers) < 0:
        raise ValueError(
            Message(
                "padding {padding!r} is negative: padding only adds cells, 0 adds none",
                padding=padding,
            )
        )
    if len(numbers) == 4:
        return numbers[0], numbers[1], numbers[2], numbers[3]
    rows, cols = numbers[0], numbers[-1]
    return rows, rows, cols, cols


def named_or_margins(padding: PaddingLike) -> PaddingName | Margins:
    """Give a padding as the name that it is, or in numbers (top, bottom, left, right)."""
    if not isinstance(padding, str):
        return margins(padding)
    for name in PADDING_NAMES:
        if padding == name:
            return name
    names = ", ".join(f'"{name}"' for name in PADDING_NAMES)
    raise ValueError(
        Message(
            'padding "{padding}" is unknown: give one of {names}, or ints',
            padding=padding,
            names=names,
        )
    )


def _whole(name: str, value: object) -> tuple[int, ...]:
    items = tuple(value) if isinstance(value, Iterable) else (value,)
    if all(type(item) is int for item in items):  # as nearly always: windows are made by thousands
        return items
    if isinstance(value, str) or any(isinstance(item, bool) for item in items):
        raise TypeError(
            Message(
                "{name} {value!r:.80} is not made of whole numbers: give an int or ints",
                name=name,
                value=value,
            )
        )
    try:
        return tuple(index(item) for item in items)
    except TypeError:
        raise TypeError(
            Message(
                "{name} {value!r:.80} is not made of whole numbers: give an int or ints",
                name=name,
                value=value,
            )
        ) from None
