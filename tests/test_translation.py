"""What moves exactly and what does not, computed again without the lesson's own helpers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import shift as scipy_shift
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.translation import FAR, Translation, moved
from convexplain.network import Network


@pytest.fixture(scope="module")
def lesson():
    return Translation()


@pytest.mark.parametrize(
    ("direction", "by"), [("left", (0, -2)), ("right", (0, 2)), ("up", (-2, 0)), ("down", (2, 0))]
)
def test_a_picture_moves_as_scipy_moves_it(direction, by):
    picture = np.arange(30, dtype=np.float32).reshape(5, 6, 1)
    expected = scipy_shift(picture[:, :, 0], by, order=0, cval=0)
    np.testing.assert_array_equal(moved(picture, direction, 2)[:, :, 0], expected)


def test_the_map_of_the_moved_digit_is_the_moved_map(lesson):
    picture = moved(lesson.shown_picture.pixels, lesson.shown_direction, lesson.shift)[:, :, 0]
    weights = Network.load("cnn").weights
    kernel = weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    bias = float(weights["conv1/bias"][lesson.shown_filter])
    expected = np.maximum(correlate2d(picture.astype(np.float64), kernel, "valid") + bias, 0)
    np.testing.assert_allclose(lesson.map_at(lesson.shift), expected, atol=1e-6)
    count, difference = lesson.shared
    assert count == 26 - lesson.shift
    assert difference == 0.0


def test_the_example_meets_its_criterion(lesson):
    picture = lesson.shown_picture
    after = moved(picture.pixels, lesson.shown_direction, lesson.shift)
    assert after.sum() == pytest.approx(picture.pixels.sum())
    said = {
        (name, when): int(Network.load(name)(pixels[np.newaxis])[0].argmax())
        for name in ("cnn", "dense")
        for when, pixels in (("before", picture.pixels), ("after", after))
    }
    assert said["cnn", "before"] == said["dense", "before"] == said["cnn", "after"] == picture.label
    assert said["dense", "after"] != picture.label


def test_what_the_places_add_is_the_logit(lesson):
    for pixels in (0, lesson.shift, FAR):
        total = lesson.by_place(pixels).sum() + lesson.bias()
        assert total == pytest.approx(float(lesson.traces[pixels].logits[lesson.label]), abs=1e-4)


def test_differences_vanish_at_multiples_of_the_cumulative_step(lesson):
    for steps, row in zip((1, 2, 2, 4, 4), lesson.differences, strict=True):
        for pixels, value in zip((1, 2, 3, 4), row, strict=True):
            assert bool(value == 0) is (pixels % steps == 0)


@pytest.mark.parametrize("digit", range(10))
def test_any_digit_can_be_moved(digit):
    lesson = Translation(picture=digits.first(digit), shift=1 + digit % FAR)
    said = {beat.name: beat.caption.text("en") for beat in lesson.beats()}
    assert "chosen" not in said["curve"]
    assert f"moved by {lesson.shift}" in said["curve"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shift": 0}, "give 1 to 6"),
        ({"shift": 7}, "give 1 to 6"),
        ({"filter": 32}, "0 to 31"),
        ({"direction": "sideways"}, "left, right, up, down"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(UsageError, match=said):
        Translation(**options)
