from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from convexplain.lessons.parts import mistakes
from convexplain.network import Trace
from convexplain.style.format import number


def test_a_window_worked_out_by_hand() -> None:
    # 2*1 + 1*(-2) + 0*3 + 3*(-1) = -3; as matrices [[2, 1], [0, 3]] @ [[1, -2], [3, -1]]
    # = [[5, -5], [9, -3]], whose cells sum to 6.
    patch = np.array([[2, 1], [0, 3]])[..., np.newaxis]
    kernel = np.array([[1, -2], [3, -1]])[..., np.newaxis]
    assert mistakes.convolution(patch, kernel, 1) == {
        "right": 0,
        "matrix-product": 7,
        "no-bias": 0,
        "no-relu": -2,
        "lost-sign": 8,  # 2 + 2 + 0 + 3, plus 1
    }


def test_two_channels_are_averaged_in_one_slip_alone() -> None:
    # Channel 0: 1*4 = 4; channel 1: 2*(-1) = -2; sum 2, average 1.
    found = mistakes.convolution([[[1.0, 2.0]]], [[[4.0, -1.0]]], 0.5)
    assert found == {
        "right": 2.5,
        "matrix-product": 2.5,
        "no-bias": 2.0,
        "averaged-channels": 1.5,
        "no-relu": 2.5,
        "lost-sign": 6.5,
    }


def test_there_is_no_matrix_product_of_windows_that_are_not_square() -> None:
    assert "matrix-product" not in mistakes.convolution([[[1], [2]]], [[[3], [4]]], 0)


def test_one_channel_has_no_average() -> None:
    assert "averaged-channels" not in mistakes.convolution([[[1]]], [[[3]]], 0)


def test_exact_numbers_stay_exact() -> None:
    tenth = np.array([[[Fraction(1, 10)]], [[Fraction(2, 10)]]])
    found = mistakes.convolution(tenth, tenth * 3, Fraction(1, 100))
    assert found["right"] == Fraction(16, 100)  # 0.03 + 0.12 + 0.01
    thirds = mistakes.sum_of_channels(np.array([Fraction(1), Fraction(0)]), Fraction(0), 3)
    assert thirds["averaged-channels"] == Fraction(1, 3)


def test_channel_sums_worked_out_by_hand() -> None:
    assert mistakes.sum_of_channels([2, -5, 1], 1) == {
        "right": 0,
        "no-bias": 0,
        "averaged-channels": pytest.approx(1 / 3),  # -2 / 3 + 1
        "no-relu": -1,
        "lost-sign": 9,
    }


def test_a_pooling_worked_out_by_hand() -> None:
    assert mistakes.pooling([[1, 2], [3, 6]]) == {"right": 6, "average": 3.0, "sum": 12}


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_the_right_number_is_the_networks(cnn: Any, layer: str) -> None:
    from convexplain.data import digits

    trace = Trace(cnn, digits.first(5).pixels)
    for step in trace.steps(layer, 7)[::13]:
        found = mistakes.convolution(step.patch, step.kernel, step.bias)
        assert found["right"] == pytest.approx(step.activated, abs=1e-5)
        assert found["no-relu"] == pytest.approx(step.value, abs=1e-5)
        sums = mistakes.sum_of_channels(step.channel_sums, step.bias)
        assert sums["right"] == pytest.approx(step.activated, abs=1e-5)
        assert sums["no-bias"] == pytest.approx(max(step.total, 0), abs=1e-5)


def test_what_looks_equal_is_dropped_and_the_right_number_never() -> None:
    values = {"no-relu": 0.501, "right": 0.499, "no-bias": 0.25, "lost-sign": 0.2501}
    assert mistakes.distinct(values, number) == {"right": "0.50", "no-bias": "0.25"}


def test_every_result_has_words_in_both_languages() -> None:
    results = {
        *mistakes.convolution([[[1, 1]]], [[[1, 1]]], 0),
        *mistakes.pooling([[1, 2], [3, 4]]),
        *mistakes.sum_of_channels([1], 0),
    }
    assert results - {mistakes.RIGHT} == set(mistakes.MISTAKES)
    for name, mistake in mistakes.MISTAKES.items():
        assert mistake.name == name
        for lang in ("en", "zh"):
            assert mistake.did.text(lang)
            assert mistake.reply.text(lang)[-1] in ".。"


@pytest.mark.parametrize(
    ("patch", "kernel"), [([[1]], [[1]]), ([[[1]]], [[[1]], [[1]]]), ([[[1, 1]]], [[[1]]])]
)
def test_shapes_that_do_not_fit_are_refused(patch: Any, kernel: Any) -> None:
    with pytest.raises(ValueError, match=r"must have one shape \(height, width, channels\)"):
        mistakes.convolution(patch, kernel, 0)
