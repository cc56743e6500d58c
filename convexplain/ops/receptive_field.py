"""What a late layer sees of the input, through all windows between them. Integers only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from convexplain.messages import Message
from convexplain.ops.geometry import Box, Pair, Window, check_cell, pair, times


@dataclass(frozen=True)
class ReceptiveField:
    """What one cell of a late layer sees of the input.

    Attributes
    ----------
    size : pair of int
        Rows and columns that one cell sees.
    stride : pair of int
        Distance on the input between what neighbouring cells see.
    start : pair of int
        Row and column where the field of cell (0, 0) begins; negative inside the padding.
    """

    size: Pair
    stride: Pair
    start: Pair

    def box(self, row: int, col: int) -> Box:
        """Give what cell (`row`, `col`), counted from 0, sees of the input."""
        check_cell(row, col)
        top = self.start[0] + row * self.stride[0]
        left = self.start[1] + col * self.stride[1]
        return Box(top, left, top + self.size[0], left + self.size[1])

    def through(self, window: Window, input_size: Pair | None = None) -> ReceptiveField:
        """Give the field of one output of a window whose input cells have this field.

        A window widens the field by ``(span - 1) * s`` cells, shifts its start by
        ``-padding * s`` and multiplies the step by its stride, where ``s`` is the step so far
        (Araujo, Norris and Sim, *Computing receptive fields of convolutional neural networks*,
        2019).

        Parameters
        ----------
        window : Window
        input_size : pair of int, optional
            As for `Window.margins`.
        """
        top, _, left, _ = window.margins(input_size)
        (down, across), (rows, cols) = self.stride, window.span
        return ReceptiveField(
            _plus(self.size, ((rows - 1) * down, (cols - 1) * across)),
            (down * window.stride[0], across * window.stride[1]),
            _plus(self.start, (-top * down, -left * across)),
        )

    def union(self, other: ReceptiveField) -> ReceptiveField:
        """Give the field of what reads, at each place, two cells of these fields.

        Raises
        ------
        ValueError
            The steps of the two differ, so that their cells drift apart.
        """
        if self.stride != other.stride:
            raise ValueError(
                Message(
                    "their cells lie {stride} and {other} pixels apart: layers that are read "
                    "together need the same strides",
                    stride=times(self.stride),
                    other=times(other.stride),
                )
            )
        top, left = (min(a, b) for a, b in zip(self.start, other.start, strict=True))
        bottom, right = (max(a.start[i] + a.size[i] for a in (self, other)) for i in (0, 1))
        return ReceptiveField((bottom - top, right - left), self.stride, (top, left))


def receptive_field(windows: Iterable[Window], input_size: Pair | None = None) -> ReceptiveField:
    """Follow a chain of windows from its input to its last output.

    Parameters
    ----------
    windows : iterable of Window
        From the input on. No window at all: one cell sees itself.
    input_size : pair of int, optional
        Rows and columns of the picture; needed only where a padding depends on it.

    Examples
    --------
    >>> receptive_field([Window(3), Window(2, stride=2), Window(3)])
    ReceptiveField(size=(8, 8), stride=(2, 2), start=(0, 0))
    """
    field = ReceptiveField((1, 1), (1, 1), (0, 0))
    for window in windows:
        field = field.through(window, input_size)
        if input_size is not None:
            input_size = window.output_size(input_size)
    return field


def unseen(windows: Iterable[Window], input_size: Pair) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Find the input rows and columns that no output of a chain of windows ever reads.

    Strides drop cells at the bottom right and between windows, dilation leaves gaps.

    Parameters
    ----------
    windows : iterable of Window
        From the input on.
    input_size : pair of int
        Rows and columns of the picture.

    Returns
    -------
    rows, columns : tuple of int
        Counted from 0, ascending.

    Examples
    --------
    >>> chapter = [Window(3), Window(2, 2), Window(3), Window(2, 2), Window(3)]
    >>> unseen(chapter, (28, 28))
    ((26, 27), (26, 27))
    """
    placed: list[tuple[Window, Pair]] = []
    size = pair("input_size", input_size)
    for window in windows:
        placed.append((window.on(size), size))
        size = window.output_size(size)
    read = set(range(size[0])), set(range(size[1]))
    for window, before in reversed(placed):
        read = reads(window, before, read)
    rows, cols = (sorted({*range(n)} - cells) for n, cells in zip(input_size, read, strict=True))
    return tuple(rows), tuple(cols)


def reads(
    window: Window, size: Pair, places: tuple[set[int], set[int]]
) -> tuple[set[int], set[int]]:
    """Collect the input rows and columns that a window reads at any of these output places.

    Both are given as rows and columns; `size` is that of the input.
    """
    rows, cols = (
        {tap for place in places[axis] for tap in window.taps(axis, place, size[axis])}
        for axis in (0, 1)
    )
    return {row for row in rows if row is not None}, {col for col in cols if col is not None}


def _plus(a: Pair, b: Pair) -> Pair:
    return a[0] + b[0], a[1] + b[1]
