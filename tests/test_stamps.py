"""Stamps: what input cells put onto the output of a transposed convolution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from naive import EXAMPLES, Case, conv_cases

from convexplain import ops


def stamped(stamps: ops.StampSteps) -> np.ndarray:
    """Add all stamps up, cell by cell."""
    total = np.zeros(stamps.output_size)
    for stamp in stamps:
        for i, row in enumerate(stamp.output_rows):
            for j, col in enumerate(stamp.output_cols):
                if row is not None and col is not None:
                    total[row, col] += stamp.stamp[i, j]
    return total


@settings(EXAMPLES, max_examples=20)
@given(conv_cases())
def test_all_stamps_together_are_the_output(case: Case) -> None:
    # What a convolution gives goes back through the same window, to the size it came from.
    kernels = case.kernels
    size = case.x.shape[:2]
    around = case.options["padding"]
    if isinstance(around, str) and around != "valid" and case.stride != (1, 1):
        around = case.around
    options = {**case.options, "padding": around, "output_size": size}
    output = ops.conv2d_transpose(case.output, kernels, **options)
    channels = output.shape[2]
    for n in {0, channels - 1}:
        stamps = ops.stamp_steps(case.output, kernels, filter=n, **options)
        assert stamps.size == case.output.shape[:2]
        np.testing.assert_allclose(stamped(stamps), output[..., n], atol=1e-11)


def test_a_number_stamps_its_kernel_by_hand() -> None:
    x = np.array([[[1.0, 2.0], [0.0, 3.0]]])  # one row, two cells, two channels
    kernels = np.array([[[[1.0, 10.0]], [[2.0, 20.0]], [[3.0, 30.0]]]])  # (1, 3, 1, 2)
    first, second = ops.stamp_steps(x, kernels, stride=2)
    assert first.stamp.tolist() == [[21.0, 42.0, 63.0]]
    assert second.stamp.tolist() == [[30.0, 60.0, 90.0]]
    assert (first.output_cols, second.output_cols) == ((0, 1, 2), (2, 3, 4))
    assert (second.box.left, second.box.right) == (2, 5)
    cut = ops.stamp_steps(x, kernels, stride=2, padding=(0, 1)).at(0, 0)
    assert cut.output_cols == (None, 0, 1)
    assert cut.to_dict()["values"] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("kernel", "stride", "expected"),
    [
        (2, 2, {1}),
        (3, 2, {1, 2, 4}),
        (4, 2, {4}),
        (5, 2, {4, 6, 9}),
        (3, 3, {1}),
        (5, 3, {1, 2, 4}),
    ],
)
def test_stamps_are_counted_as_a_loop_counts_them(
    kernel: int, stride: int, expected: set[int]
) -> None:
    counts = ops.overlaps(kernel, (8, 7), stride=stride)
    again = np.zeros_like(counts)
    for row, col in np.ndindex(8, 7):
        top, left = row * stride, col * stride
        again[top : top + kernel, left : left + kernel] += 1
    assert counts.tolist() == again.tolist()
    inside = counts[kernel:-kernel, kernel:-kernel]
    assert set(inside.ravel().tolist()) == expected


def test_what_a_convolution_reads_is_where_its_transpose_paints() -> None:
    rng = np.random.default_rng(0)
    x, kernels = rng.normal(size=(9, 8, 3)), rng.normal(size=(3, 3, 3, 5))
    y = rng.normal(size=ops.conv2d(x, kernels, stride=2).shape)
    back = ops.conv2d_transpose(y, kernels, stride=2, output_size=(9, 8))
    there = float((ops.conv2d(x, kernels, stride=2) * y).sum())
    assert there == pytest.approx(float((x * back).sum()), abs=1e-11)
