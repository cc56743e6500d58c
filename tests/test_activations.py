"""Activations against SciPy, and at numbers where plain formulas overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

from convexplain import ops

X = np.random.default_rng(1).normal(scale=5, size=(2, 3, 4, 5))


def test_relu_replaces_what_is_negative_by_zero() -> None:
    assert ops.relu([-2.0, -0.0, 0.5, np.inf]).tolist() == [0, 0, 0.5, np.inf]


def test_leaky_relu_keeps_a_share_of_what_is_negative() -> None:
    assert ops.leaky_relu([-200.0, 3.0]).tolist() == [-2, 3]
    assert ops.leaky_relu([-200.0, 3.0], 0.3).tolist() == pytest.approx([-60, 3])


@pytest.mark.parametrize(("ours", "theirs"), [(ops.sigmoid, special.expit), (ops.tanh, np.tanh)])
def test_sigmoid_and_tanh_are_scipys(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours(X), theirs(X), rtol=1e-15)
    far = np.array([-1e4, 1e4])
    assert ours(far).tolist() == theirs(far).tolist()


@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
def test_softmax_is_scipys_along_any_axis(axis: int) -> None:
    np.testing.assert_allclose(ops.softmax(X, axis), special.softmax(X, axis), rtol=1e-14)
    np.testing.assert_allclose(
        ops.log_softmax(X, axis), special.log_softmax(X, axis), rtol=1e-13, atol=1e-14
    )


def test_softmax_does_not_overflow() -> None:
    x = np.array([1e4, 1e4, -1e4], np.float32)
    assert ops.softmax(x).tolist() == [0.5, 0.5, 0]
    assert ops.log_softmax(x).tolist() == pytest.approx([-np.log(2), -np.log(2), -2e4 - np.log(2)])


def test_softmax_takes_logits_of_minus_infinity_as_impossible() -> None:
    assert ops.softmax([0.0, -np.inf]).tolist() == [1, 0]
