"""What the lesson on learning says of the snapshots, computed again in other ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.learning import Learning
from convexplain.network import Network


@pytest.fixture(scope="module")
def lesson():
    return Learning()


def test_the_last_snapshot_is_the_network_that_ships(lesson):
    weights = Network.load("cnn").weights
    np.testing.assert_array_equal(lesson.history.filters[-1], weights["conv1/kernel"])
    np.testing.assert_array_equal(lesson.history.bias[-1], weights["conv1/bias"])
    shipped = Network.load("cnn")(lesson.digit.pixels[np.newaxis])[0]
    assert lesson.chances[-1] == pytest.approx(shipped[lesson.label], abs=2e-6)


def test_the_maps_are_correlations_with_the_snapshot_s_filters(lesson):
    picture = lesson.digit.pixels[:, :, 0].astype(np.float64)
    for snapshot, n in ((0, 3), (7, 31), (-1, 0)):
        kernel = lesson.history.filters[snapshot][:, :, 0, n].astype(np.float64)
        bias = float(lesson.history.bias[snapshot][n])
        expected = np.maximum(correlate2d(picture, kernel, mode="valid") + bias, 0)
        np.testing.assert_allclose(lesson.maps[snapshot][:, :, n], expected, atol=1e-5)


def test_the_loss_is_minus_the_logarithm_of_the_right_probability(lesson):
    said = {beat.name: beat.caption.text("en") for beat in lesson.beats()}
    before = float(lesson.history.probabilities[0, lesson.sample, lesson.label])
    assert f"−ln {before:.4f} ≈ {-math.log(before):.2f}" in said["loss"]
    assert f"{-math.log(round(before, 4)):.2f}" == f"{-math.log(before):.2f}"
    assert "4,300 steps, 64 digits each" in said["run"]
    assert "55,000 digits" in said["data"]


def test_the_digit_was_read_in_several_ways_and_is_read_right_in_the_end(lesson):
    assert lesson.answers[-1] == lesson.label == digits.sample(lesson.sample).label
    assert len(set(lesson.answers.tolist())) > 1


def test_every_kernel_is_counted_once(lesson):
    kinds = [lesson.filters_of(kind) for kind in ("edge", "line", "spot", "mixed")]
    assert sorted(n for found in kinds for n in found) == list(range(32))


@pytest.mark.parametrize("sample", [0, 61, 122, 199])
def test_any_bundled_digit_can_be_followed(sample):
    lesson = Learning(picture=digits.sample(sample))
    assert lesson.sample == sample
    right = lesson.answers[-1] == lesson.label
    end = next(beat for beat in lesson.beats() if beat.name == "end").caption.text("en")
    assert ("misread" in end) is not bool(right)


def test_a_picture_that_was_not_watched_is_refused():
    mine = Picture(np.zeros((28, 28, 1), np.float32), None, "mine.png")
    with pytest.raises(UsageError, match=r"mine.png was not watched.*0 to 199"):
        Learning(picture=mine)
