"""What excites a filter, and which pixels move a cell."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.errors import UsageError
from convexplain.network import (
    Conv2D,
    Flatten,
    MaxPooling2D,
    Network,
    Trace,
    effective_receptive_field,
    top_patches,
)
from convexplain.ops import Box

SHAPE = (9, 10, 1)


def detector(kernel: object, *more: object) -> Network:
    """One filter with these weights and no bias."""
    weights = np.array(kernel, np.float32)
    layers = (Conv2D("conv", 1, weights.shape), *more)
    return Network(
        layers,  # type: ignore[arg-type]
        {"conv/kernel": weights[..., None, None], "conv/bias": np.zeros(1, np.float32)},
        input_shape=SHAPE,
    )


CORNER = [[1, 1], [1, -1]]


def test_the_strongest_place_of_each_digit_is_found() -> None:
    digits = np.zeros((4, *SHAPE), np.float32)
    for index, (row, col, ink) in enumerate([(3, 4, 0.5), (0, 0, 1.0), (7, 8, 0.25), (2, 2, 0.75)]):
        digits[index, row : row + 2, col : col + 2, 0] = np.array([[1, 1], [1, 0]]) * ink
    found = top_patches(detector(CORNER), "conv", 0, digits, n=3)
    assert [(p.index, p.row, p.col, p.value) for p in found] == [
        (1, 0, 0, 3.0),
        (3, 2, 2, 2.25),
        (0, 3, 4, 1.5),
    ]
    for patch in found:
        assert patch.box == Box(patch.row, patch.col, patch.row + 2, patch.col + 2)
        np.testing.assert_array_equal(
            patch.patch, digits[patch.index][patch.box.rows, patch.box.cols]
        )


def test_each_digit_gives_one_patch_and_ties_go_to_the_first() -> None:
    digits = np.ones((3, *SHAPE), np.float32)
    found = top_patches(detector(CORNER), "conv", 0, digits, n=9)
    assert [(p.index, p.row, p.col) for p in found] == [(0, 0, 0), (1, 0, 0), (2, 0, 0)]


def test_patches_have_the_size_of_the_receptive_field_and_trace_values(cnn: Network) -> None:
    digits = np.random.default_rng(0).random((40, 28, 28, 1), np.float32)
    found = top_patches(cnn, "conv3", 17, digits, n=40)
    assert [p.value for p in found] == sorted((p.value for p in found), reverse=True)
    assert len({p.index for p in found}) == 40
    for patch in (found[0], found[-1]):
        maps = Trace(cnn, digits[patch.index]).before("conv3")[..., 17]
        assert patch.value == maps.max()
        assert maps[patch.row, patch.col] == maps.max()
        assert patch.patch.shape == (18, 18, 1)


def test_a_linear_filter_is_moved_by_its_weights() -> None:
    kernel = np.array([[0.5, -2, 0], [1, 0.25, 3]])
    digits = np.random.default_rng(1).random((3, *SHAPE), np.float32)
    field = effective_receptive_field(detector(kernel), "conv", digits, at=(4, 5))
    assert field.box == Box(4, 5, 6, 8)
    expected = np.zeros(SHAPE[:2])
    expected[4:6, 5:8] = abs(kernel)
    np.testing.assert_allclose(field.influence, expected, atol=1e-5)


def test_influence_goes_through_the_pools_argmax_alone() -> None:
    net = detector([[2.0]], MaxPooling2D("pool", 2))
    digit = np.zeros(SHAPE, np.float32)
    digit[3, 5] = 0.75  # in the pool's cell (1, 2): rows 2 and 3, columns 4 and 5
    field = effective_receptive_field(net, "pool", digit[None], at=(1, 2))
    assert np.argwhere(field.influence).tolist() == [[3, 5]]
    assert field.influence[3, 5] == pytest.approx(2)
    assert field.side == 1


def test_nothing_outside_of_the_theoretical_box_moves_a_cell(cnn: Network) -> None:
    digits = np.random.default_rng(2).random((2, 28, 28, 1), np.float32)
    for filter in (None, 7):
        field = effective_receptive_field(cnn, "conv2", digits, filter=filter)
        assert (field.row, field.col) == (5, 5)
        assert field.box == Box(10, 10, 18, 18)
        outside = field.influence.copy()
        outside[10:18, 10:18] = 0
        assert not outside.any()
        assert field.influence.any()
        assert 0 < field.side <= 8
    # Averaged over the filters, the middle moves a cell more than the rim does.
    mean = effective_receptive_field(cnn, "conv2", digits).influence[10:18, 10:18]
    assert mean[2:6, 2:6].mean() > 2 * mean[[0, -1]].mean()


def test_influence_is_the_derivative_of_the_cell(cnn: Network) -> None:
    digit = np.random.default_rng(3).random((28, 28, 1), np.float32)
    field = effective_receptive_field(cnn, "conv3", digit, filter=9, at=(1, 2))
    for row, col in [(12, 15), (20, 20), (5, 9)]:
        moved = digit.astype(np.float64)
        step = 1 / 16 if digit[row, col, 0] < 0.5 else -1 / 16
        moved[row, col] += step
        values = [Trace(cnn, x).before("conv3")[1, 2, 9] for x in (digit, moved)]
        slope = abs(float(values[1]) - float(values[0])) * 16
        assert field.influence[row, col] == pytest.approx(slope, abs=1e-6)


def test_what_does_not_exist_is_refused(cnn: Network) -> None:
    digits = np.zeros((1, 28, 28, 1), np.float32)
    with pytest.raises(UsageError, match="no layer 'conv9'"):
        top_patches(cnn, "conv9", 0, digits)
    with pytest.raises(UsageError, match="layer conv1 has no filter 32: they go from 0 to 31"):
        top_patches(cnn, "conv1", 32, digits)
    with pytest.raises(UsageError, match="number of patches must be at least 1, not 0"):
        top_patches(cnn, "conv1", 0, digits, n=0)
    with pytest.raises(UsageError, match=r"layer dense \(Dense\) has no response maps: choose a"):
        top_patches(cnn, "dense", 0, digits)
    with pytest.raises(UsageError, match="no filter 0, row 26, column 0"):
        effective_receptive_field(cnn, "conv1", digits, at=(26, 0))
    with pytest.raises(UsageError, match="no filter -1, row 13, column 13"):
        effective_receptive_field(cnn, "conv1", digits, filter=-1)
    with pytest.raises(ValueError, match=r"pictures of shape \(1, 28, 28\) do not fit"):
        top_patches(cnn, "conv1", 0, digits[..., 0])
    flat = Network.initialised([Flatten("f")], input_shape=(2, 2, 1))
    with pytest.raises(UsageError, match=r"layer f \(Flatten\) has no response maps"):
        effective_receptive_field(flat, "f", np.zeros((2, 2, 1)))
