"""Poolings against plain loops, and the conventions that frameworks differ in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import EXAMPLES, PoolCase, pool_cases

from convexplain import ops


@EXAMPLES
@given(pool_cases())
def test_max_pooling_is_the_largest_that_loops_find(case: PoolCase) -> None:
    windows = list(case.windows())
    if not all(inside for _, inside, _ in windows):
        with pytest.raises(ValueError, match="nothing but padding"):
            ops.max_pool2d(case.x, case.pool_size, **case.options)
        return
    output, indices = ops.max_pool2d(case.x, case.pool_size, return_indices=True, **case.options)
    assert output.shape == (len(case.starts(0)), len(case.starts(1)), 2)
    for channel in range(2):
        for (r, c), inside, _ in windows:
            # max() keeps the first of equal ones, and the cells come row by row.
            row, col = max(inside, key=lambda at: case.x[at[0], at[1], channel])
            assert output[r, c, channel] == case.x[row, col, channel]
            assert divmod(indices[r, c, channel], case.x.shape[1]) == (row, col)
    plain = ops.max_pool2d(case.x, case.pool_size, **case.options)
    assert plain.tobytes() == output.tobytes()


@EXAMPLES
@given(pool_cases(), st.booleans())
def test_average_pooling_is_the_mean_that_loops_find(
    case: PoolCase, count_include_pad: bool
) -> None:
    windows = list(case.windows())
    if not all(inside for _, inside, _ in windows):
        with pytest.raises(ValueError, match="nothing but padding"):
            ops.avg_pool2d(case.x, case.pool_size, **case.options)
        return
    output = ops.avg_pool2d(
        np.stack([case.x, -case.x]),
        case.pool_size,
        count_include_pad=count_include_pad,
        **case.options,
    )
    for (r, c), inside, padded in windows:
        total = np.sum([case.x[at] for at in inside], axis=0)
        mean = total / len(padded if count_include_pad else inside)
        np.testing.assert_allclose(output[:, r, c], [mean, -mean], rtol=0, atol=1e-13)


def test_max_pooling_by_hand() -> None:
    x = np.array([[1, 3, 2, 0], [4, 2, 1, 1], [0, 0, 5, 6], [0, 9, 7, 8]])[..., None]
    output, indices = ops.max_pool2d(x, return_indices=True)
    assert output[..., 0].tolist() == [[4, 2], [9, 8]]
    assert indices[..., 0].tolist() == [[4, 2], [13, 15]]
    assert indices.dtype == np.int64
    assert ops.avg_pool2d(x)[..., 0].tolist() == [[2.5, 1.0], [2.25, 6.5]]


def test_the_stride_is_the_pools_size_unless_given() -> None:
    x = np.zeros((28, 28, 1))
    assert ops.max_pool2d(x, (2, 3)).shape == (14, 9, 1)
    assert ops.max_pool2d(x, (2, 3), stride=1).shape == (27, 26, 1)
    assert ops.avg_pool2d(x, 3).shape == (9, 9, 1)


def test_channels_are_never_mixed() -> None:
    x = np.array([[[1, 40], [2, 30]], [[3, 20], [4, 10]]])
    assert ops.max_pool2d(x)[0, 0].tolist() == [4, 40]
    assert ops.avg_pool2d(x)[0, 0].tolist() == [2.5, 25]


def test_padding_never_wins_a_maximum() -> None:
    x = np.full((2, 2, 1), -5.0)
    output, indices = ops.max_pool2d(x, 2, padding=1, return_indices=True)
    assert (output == -5).all()
    assert indices[..., 0].tolist() == [[0, 1], [2, 3]]


def test_padding_does_not_win_where_the_picture_is_minus_infinity() -> None:
    x = np.full((2, 2, 1), -np.inf)
    _, indices = ops.max_pool2d(x, 2, padding=1, return_indices=True)
    assert indices[..., 0].tolist() == [[0, 1], [2, 3]]


def test_the_first_of_equal_maxima_is_named() -> None:
    _, indices = ops.max_pool2d(np.ones((2, 4, 1)), 2, return_indices=True)
    assert indices[..., 0].tolist() == [[0, 2]]


# PyTorch's conventions, where frameworks differ. Expected numbers: PyTorch 2.13.


def test_padding_counts_in_an_average_as_in_pytorch() -> None:
    x = np.full((2, 2, 1), 4.0)
    assert (ops.avg_pool2d(x, 2, padding=1) == 1).all()
    assert (ops.avg_pool2d(x, 2, padding=1, count_include_pad=False) == 4).all()  # Keras


def test_what_ceil_mode_covers_beyond_the_padding_never_counts() -> None:
    x = np.arange(1.0, 6.0)[None, :, None]
    output = ops.avg_pool2d(x, (1, 2), ceil_mode=True)
    assert output[0, :, 0].tolist() == [1.5, 3.5, 5.0]
    # The second window reads 4, 5, one cell of padding, and one beyond it.
    padded = ops.avg_pool2d(x, (1, 4), padding=(0, 1), ceil_mode=True)
    assert padded[0, :, 0].tolist() == [1.5, 3.0]


def test_ceil_mode_has_no_window_that_begins_behind_the_picture() -> None:
    x = np.arange(1.0, 4.0)[None, :, None]
    options: dict[str, Any] = {"stride": (1, 3), "padding": (0, 1), "ceil_mode": True}
    # Windows begin at -1 and 2; one at 5 would lie behind the picture.
    assert ops.max_pool2d(x, (1, 2), **options)[0, :, 0].tolist() == [1, 3]


def test_ceil_mode_allows_one_window_larger_than_the_picture() -> None:
    x = np.array([[1.0], [2.0]])[..., None]
    assert ops.max_pool2d(x, (3, 1), ceil_mode=True)[..., 0].tolist() == [[2]]
    with pytest.raises(ValueError, match="a 3x1 kernel is larger than the padded 2x1 input"):
        ops.max_pool2d(x, (3, 1))


def test_positions_count_in_the_plane_of_one_channel() -> None:
    x = np.zeros((2, 3, 4, 2))
    x[1, 2, 1, 1] = 7
    _, indices = ops.max_pool2d(x, (3, 4), return_indices=True)
    assert indices.shape == (2, 1, 1, 2)
    assert indices[1, 0, 0, 1] == 2 * 4 + 1


def test_global_pooling_leaves_one_number_a_channel() -> None:
    x = np.array([[[1.0, -1.0], [2.0, -2.0]], [[3.0, -3.0], [6.0, -6.0]]])
    assert ops.global_max_pool2d(x).tolist() == [6, -1]
    assert ops.global_avg_pool2d(x).tolist() == [3, -3]
    assert ops.global_avg_pool2d(np.stack([x, 2 * x])).tolist() == [[3, -3], [6, -6]]


def test_a_float32_average_is_summed_in_float64() -> None:
    x = np.array([2**24, 1, 1, 1], np.float32).reshape(2, 2, 1)
    expected = np.float32((2**24 + 3) / 4)
    assert ops.avg_pool2d(x).item() == ops.global_avg_pool2d(x).item() == expected


@pytest.mark.parametrize("pool", [ops.max_pool2d, ops.avg_pool2d])
def test_a_window_wholly_in_the_padding_is_refused(pool: Any) -> None:
    with pytest.raises(ValueError) as caught:
        pool(np.ones((4, 5, 1)), 2, padding=2)
    assert str(caught.value) == (
        "padding (2, 2, 2, 2) (top, bottom, left, right) is too much for a 2x2 pool on a 4x5 "
        "input: a window would read nothing but padding; pad by at most half of the pool's size"
    )


def test_a_dilated_window_may_not_step_over_the_picture() -> None:
    # A window at -2 and 1 reads nothing of one row.
    with pytest.raises(ValueError, match="nothing but padding"):
        ops.max_pool2d(np.ones((1, 1, 1)), 2, stride=1, padding=2, dilation=3)
