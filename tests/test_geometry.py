"""Window sizes and places, checked against counting and against sets of cells."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import EXAMPLES, tensorflow_padding

from convexplain.ops import Box, ReceptiveField, Window, receptive_field, unseen

CHAPTER = [Window(3), Window(2, stride=2), Window(3), Window(2, stride=2), Window(3)]


@st.composite
def windows(draw: st.DrawFn, names: tuple[str, ...] = ("valid", "same", "same_lower")) -> Window:
    """Windows with every combination of options."""
    small = st.tuples(st.integers(1, 3), st.integers(1, 3))
    pad = st.integers(0, 2)
    padding: Any = draw(st.sampled_from(names) | pad | st.tuples(pad, pad, pad, pad))
    return Window(draw(small), draw(small), padding, draw(small))


def reads(window: Window, size: tuple[int, int], row: int, col: int) -> set[tuple[int, int]]:
    """The cells that a window reads, padding included, counted one by one."""
    top, _, left, _ = window.margins(size)
    return {
        (
            row * window.stride[0] - top + i * window.dilation[0],
            col * window.stride[1] - left + j * window.dilation[1],
        )
        for i, j in np.ndindex(*window.kernel_size)
    }


@pytest.mark.parametrize(
    ("window", "size", "expected"),
    [
        (Window(3), (28, 28), (26, 26)),
        (Window(2, stride=2), (11, 11), (5, 5)),
        (Window(3, stride=2, padding=1), (28, 28), (14, 14)),
        (Window(3, stride=2, padding="same"), (28, 28), (14, 14)),
        (Window((3, 5), padding="same"), (6, 7), (6, 7)),
        (Window(4, padding="same_lower"), (6, 7), (6, 7)),
        (Window(5, dilation=2), (9, 9), (1, 1)),
        (Window((2, 3), stride=(1, 2), padding=(1, 0)), (4, 9), (5, 4)),
        (Window(1, padding=(1, 2, 3, 4)), (1, 1), (4, 8)),
    ],
)
def test_output_sizes_are_those_counted_by_hand(
    window: Window, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert window.output_size(size) == expected


@EXAMPLES
@given(windows(), st.tuples(st.integers(1, 12), st.integers(1, 12)))
def test_the_output_has_as_many_windows_as_fit(window: Window, size: tuple[int, int]) -> None:
    top, bottom, left, right = window.margins(size)
    fitting = [
        sum(
            1
            for start in range(-before, n + after, stride)
            if start + dilation * (kernel - 1) < n + after
        )
        for n, before, after, stride, dilation, kernel in (
            (size[0], top, bottom, window.stride[0], window.dilation[0], window.kernel_size[0]),
            (size[1], left, right, window.stride[1], window.dilation[1], window.kernel_size[1]),
        )
    ]
    if 0 in fitting:
        with pytest.raises(ValueError, match=r"padded|larger"):
            window.output_size(size)
    else:
        assert list(window.output_size(size)) == fitting


@EXAMPLES
@given(
    st.integers(1, 30),
    st.integers(1, 6),
    st.integers(1, 5),
    st.sampled_from(["same", "same_lower"]),
)
def test_same_keeps_the_size_over_the_stride_as_tensorflow_does(
    size: int, kernel: int, stride: int, name: Any
) -> None:
    window = Window(kernel, stride, name)
    total = tensorflow_padding(size, kernel, stride)
    top, bottom, left, right = window.margins((size, size))
    assert (top, bottom) == (left, right)
    assert top + bottom == total
    assert (bottom if name == "same" else top) == math.ceil(total / 2)
    assert window.output_size((size, size)) == (math.ceil(size / stride),) * 2


def test_same_at_stride_2_pads_28_rows_by_none_before_and_one_after() -> None:
    assert Window(3, stride=2, padding="same").margins((28, 28)) == (0, 1, 0, 1)
    assert Window(3, stride=2, padding="same_lower").margins((28, 28)) == (1, 0, 1, 0)


def test_same_at_stride_1_needs_no_input_size() -> None:
    assert Window((3, 4), padding="same").margins() == (1, 1, 1, 2)
    assert Window((3, 4), padding="same").box(0, 0) == Box(-1, -1, 2, 3)


def test_a_window_on_a_picture_has_its_padding_in_numbers() -> None:
    window = Window(3, stride=2, padding="same").on((28, 27))
    assert window == Window(3, stride=2, padding=(0, 1, 1, 1))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (4, 2),  # windows at 0 and 2
        (5, 3),  # the last reaches one cell beyond
        (6, 3),
        (7, 4),
    ],
)
def test_ceil_mode_adds_the_window_that_reaches_beyond(size: int, expected: int) -> None:
    assert Window(2, stride=2, ceil_mode=True).output_size((size, size)) == (expected, expected)


def test_ceil_mode_drops_a_window_that_would_begin_behind_the_picture() -> None:
    # Padded to 4 cells, rounding up gives windows at -1, 1 and 3; the last is behind 2 cells.
    window = Window(1, stride=2, padding=1, ceil_mode=True)
    assert window.output_size((2, 2)) == (2, 2)


def test_dilation_widens_the_window_but_not_its_number_of_cells() -> None:
    window = Window(3, dilation=2)
    assert window.span == (5, 5)
    assert window.box(1, 0) == Box(1, 0, 6, 5)


@EXAMPLES
@given(windows(), st.integers(0, 5), st.integers(0, 5))
def test_a_box_is_the_smallest_that_holds_all_cells_read(
    window: Window, row: int, col: int
) -> None:
    cells = reads(window, (9, 7), row, col)
    rows, cols = zip(*cells, strict=True)
    box = window.box(row, col, (9, 7))
    assert box == Box(min(rows), min(cols), max(rows) + 1, max(cols) + 1)
    assert (box.height, box.width) == window.span


@EXAMPLES
@given(windows(), st.integers(0, 5), st.integers(0, 5))
def test_taps_are_the_cells_read_and_none_in_the_padding(
    window: Window, row: int, col: int
) -> None:
    height, width = 9, 7
    rows, cols = window.taps(0, row, height), window.taps(1, col, width)
    assert (len(rows), len(cols)) == window.kernel_size
    inside = {(i, j) for i in rows for j in cols if i is not None and j is not None}
    cells = reads(window, (height, width), row, col)
    assert inside == {(i, j) for i, j in cells if 0 <= i < height and 0 <= j < width}
    for taps, axis in ((rows, 0), (cols, 1)):
        read = [tap for tap in taps if tap is not None]
        assert read == sorted(read)
        assert {*read} == {cell[axis] for cell in cells if 0 <= cell[axis] < (height, width)[axis]}


@EXAMPLES
@given(windows())
def test_slices_read_at_every_position_what_a_loop_over_positions_reads(window: Window) -> None:
    top, bottom, left, right = window.margins((9, 7))
    outputs = window.output_size((9, 7))
    number = np.arange((9 + top + bottom) * (7 + left + right)).reshape(9 + top + bottom, -1)
    read = np.stack([number[tap] for tap in window.slices(outputs)], axis=-1)
    for row, col in np.ndindex(*outputs):
        cells = sorted(reads(window, (9, 7), row, col))
        assert read[row, col].tolist() == [number[i + top, j + left] for i, j in cells]


def test_positions_are_counted_from_0() -> None:
    with pytest.raises(ValueError, match="counted from 0"):
        Window(3).taps(0, -1, 28)


def test_a_clipped_box_slices_what_lies_in_the_picture() -> None:
    picture = np.arange(12).reshape(3, 4)
    box = Box(-1, 2, 2, 6).clip((3, 4))
    assert box == Box(0, 2, 2, 4)
    assert picture[box.rows, box.cols].tolist() == [[2, 3], [6, 7]]


def test_a_box_wholly_outside_clips_to_nothing() -> None:
    box = Box(-5, 9, -2, 12).clip((3, 4))
    assert (box.height, box.width) == (0, 0)


@pytest.mark.parametrize(("axis", "name"), [("rows", "row"), ("cols", "column")])
def test_a_box_that_begins_outside_refuses_to_slice(axis: str, name: str) -> None:
    with pytest.raises(ValueError) as error:
        getattr(Box(-1, -1, 2, 2), axis)
    assert str(error.value) == (
        f"Box(top=-1, left=-1, bottom=2, right=2) begins at {name} -1, outside of the picture: "
        "cut it with .clip((H, W)) before slicing"
    )


def test_the_chapters_receptive_fields_grow_to_18_pixels() -> None:
    fields = [receptive_field(CHAPTER[:n]) for n in range(1, 6)]
    assert [field.size for field in fields] == [(n, n) for n in (3, 4, 8, 10, 18)]
    assert [field.stride for field in fields] == [(n, n) for n in (1, 2, 2, 4, 4)]
    assert {field.start for field in fields} == {(0, 0)}
    assert fields[-1].box(2, 1) == Box(8, 4, 26, 22)


def test_no_window_at_all_sees_one_cell() -> None:
    assert receptive_field([]) == ReceptiveField((1, 1), (1, 1), (0, 0))


def test_dilation_widens_the_receptive_field() -> None:
    assert receptive_field([Window(3), Window(3, dilation=2)]).size == (7, 7)


@EXAMPLES
@given(
    st.lists(windows(), min_size=1, max_size=3),
    st.tuples(st.integers(4, 16), st.integers(4, 16)),
    st.data(),
)
def test_receptive_fields_and_unseen_cells_are_those_of_sets(
    chain: list[Window], size: tuple[int, int], data: st.DataObject
) -> None:
    sizes = [size]
    for window in chain:
        try:
            sizes.append(window.output_size(sizes[-1]))
        except ValueError:
            return

    def back(cells: set[tuple[int, int]], *, inside: bool) -> set[tuple[int, int]]:
        for window, before in zip(reversed(chain), reversed(sizes[:-1]), strict=True):
            cells = {tap for row, col in cells for tap in reads(window, before, row, col)}
            if inside:
                cells = {(r, c) for r, c in cells if 0 <= r < before[0] and 0 <= c < before[1]}
        return cells

    height, width = sizes[-1]
    row, col = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    rows, cols = zip(*back({(row, col)}, inside=False), strict=True)
    box = receptive_field(chain, size).box(row, col)
    assert box == Box(min(rows), min(cols), max(rows) + 1, max(cols) + 1)

    read = back(set(np.ndindex(height, width)), inside=True)
    missing = (
        set(range(size[0])) - {r for r, _ in read},
        set(range(size[1])) - {c for _, c in read},
    )
    if read:
        assert tuple(map(set, unseen(chain, size))) == missing


def test_the_chapters_network_never_reads_rows_and_columns_26_and_27() -> None:
    assert unseen(CHAPTER, (28, 28)) == ((26, 27), (26, 27))


def test_strides_and_dilation_leave_gaps_that_nothing_reads() -> None:
    assert unseen([Window(2, stride=3)], (8, 8)) == ((2, 5), (2, 5))
    assert unseen([Window((1, 2), dilation=(1, 3))], (1, 4)) == ((), (1, 2))


def test_everything_is_seen_with_padding_that_fits() -> None:
    assert unseen([Window(3, padding="same")] * 3, (28, 28)) == ((), ())


def test_rows_and_columns_may_differ_in_everything() -> None:
    window = Window((3, 1), stride=(2, 1), padding=(1, 0), dilation=(1, 2))
    assert window.padding == (1, 1, 0, 0)
    assert receptive_field([window, Window((1, 3))]) == ReceptiveField((3, 3), (2, 1), (-1, 0))


def test_numpys_integers_are_integers() -> None:
    window = Window(np.int64(3), (np.int32(2), np.int8(1)), np.array([1, 0]))
    assert window == Window(3, (2, 1), (1, 0))
    assert type(window.stride[0]) is int


def test_windows_are_values() -> None:
    window = Window(3, padding="same")
    assert pickle.loads(pickle.dumps(window)) == window
    assert len({window, Window((3, 3), 1, "same"), Window(2)}) == 2


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (
            lambda: Window(5, dilation=2).output_size((7, 7)),
            ValueError,
            "a 5x5 kernel with dilation 2 spans 9x9, more than the padded 7x7 input: "
            "lower the dilation or add padding",
        ),
        (
            lambda: Window(3, dilation=(1, 3), padding=(0, 1)).output_size((4, 4)),
            ValueError,
            "a 3x3 kernel with dilation 1x3 spans 3x7, more than the padded 4x6 input: "
            "lower the dilation or add padding",
        ),
        (
            lambda: Window((5, 3), padding=1).output_size((2, 9)),
            ValueError,
            "a 5x3 kernel is larger than the padded 4x11 input: "
            "take a smaller kernel or add padding",
        ),
        (
            lambda: Window(3, stride=0),
            ValueError,
            "stride 0 is too small: give at least 1 for rows and for columns",
        ),
        (
            lambda: Window(3, stride=(1, -2)),
            ValueError,
            "stride (1, -2) is too small: give at least 1 for rows and for columns",
        ),
        (
            lambda: Window(3, dilation=0),
            ValueError,
            "dilation 0 is too small: give at least 1 for rows and for columns",
        ),
        (
            lambda: Window(0),
            ValueError,
            "kernel_size 0 is too small: give at least 1 for rows and for columns",
        ),
        (
            lambda: Window((3, 3, 3)),
            ValueError,
            "kernel_size (3, 3, 3) has 3 numbers: give one or two",
        ),
        (
            lambda: Window(2.5),  # type: ignore[arg-type]
            TypeError,
            "kernel_size 2.5 is not made of whole numbers: give an int or ints",
        ),
        (
            lambda: Window(3, stride=True),
            TypeError,
            "stride True is not made of whole numbers: give an int or ints",
        ),
        (
            lambda: Window(3, stride="2"),  # type: ignore[arg-type]
            TypeError,
            "stride '2' is not made of whole numbers: give an int or ints",
        ),
        (
            lambda: Window(3, padding="full"),  # type: ignore[arg-type]
            ValueError,
            'padding "full" is unknown: give one of "valid", "same", "same_lower", or ints',
        ),
        (
            lambda: Window(3, padding=(1, 2, 3)),
            ValueError,
            "padding (1, 2, 3) has 3 numbers: give one for all sides, two for (rows, columns) "
            "or four for (top, bottom, left, right)",
        ),
        (
            lambda: Window(3, padding=-1),
            ValueError,
            "padding -1 is negative: padding only adds cells, 0 adds none",
        ),
        (
            lambda: Window(3, stride=2, padding="same").box(0, 0),
            ValueError,
            'padding "same" with stride 2x2 depends on the size of the input: '
            "pass input_size=(H, W)",
        ),
        (
            lambda: Window(3).box(0, -1),
            ValueError,
            "cell (0, -1): rows and columns are counted from 0",
        ),
        (
            lambda: Window(3).output_size((0, 5)),
            ValueError,
            "input_size (0, 5) is too small: give at least 1 for rows and for columns",
        ),
    ],
)
def test_an_impossible_window_is_refused_with_the_rule(
    make: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == text
