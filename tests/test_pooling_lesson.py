"""The lesson on pooling tells numbers that NumPy alone finds too."""

from __future__ import annotations

import numpy as np
import pytest
from played import check_layout
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts.pooled import overlap
from convexplain.lessons.pooling import Pooling, place, places
from convexplain.network import Conv2D, Dense, Flatten, MaxPooling2D, Network


@pytest.fixture(scope="module")
def lesson():
    return Pooling()


def conv1(lesson, pixels):
    """The shown map of conv1, by SciPy."""
    weights = lesson.network.weights
    kernel = weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    bias = float(weights["conv1/bias"][lesson.shown_filter])
    return np.maximum(correlate2d(pixels[:, :, 0].astype(np.float64), kernel, "valid") + bias, 0)


def pooled(values, how):
    """Each 2 by 2 block of a map of even size, by reshaping."""
    height, width = (size // 2 * 2 for size in values.shape)
    blocks = values[:height, :width].reshape(height // 2, 2, width // 2, 2)
    return how(blocks, axis=(1, 3))


def captions(lesson):
    return {beat.name: beat.caption.text("en") for beat in lesson.beats()}


def test_both_pooled_maps_are_those_of_the_map(lesson):
    expected = conv1(lesson, lesson.shown_picture.pixels)
    np.testing.assert_allclose(lesson.response_map, expected, atol=1e-6)
    np.testing.assert_allclose(lesson.pooled, pooled(expected, np.max), atol=1e-6)
    np.testing.assert_allclose(lesson.averaged, pooled(expected, np.mean), atol=1e-6)
    said = captions(lesson)
    assert f"{pooled(expected, np.mean).max():.2f}" in said["average"]
    assert "676 numbers become 169" in said["sweep"]


def test_the_winner_is_the_largest_of_four_and_its_place_is_named(lesson):
    expected = conv1(lesson, lesson.shown_picture.pixels)
    step = lesson.step
    row, col = step.argmax
    block = expected[2 * step.row : 2 * step.row + 2, 2 * step.col : 2 * step.col + 2]
    assert (row // 2, col // 2) == (step.row, step.col)
    assert expected[row, col] == block.max()
    said = captions(lesson)
    assert f"{block.max():.2f}, from row {row}, column {col}" in said["winner"]
    assert f"the mean, {block.mean():.2f}" in said["average"]
    # The four printed numbers have the printed mean.
    assert lesson.stop.adds_up
    printed = [round(float(value), 2) for value in block.ravel()]
    assert abs(sum(printed) / 4 - round(float(block.mean()), 2)) < 0.005 + 1e-9


def test_what_stays_when_the_digit_moves_is_measured_on_the_moved_digit(lesson):
    pixels = lesson.shown_picture.pixels
    moved = np.zeros_like(pixels)
    moved[:, 1:] = pixels[:, :-1]
    np.testing.assert_array_equal(lesson.shift.trace.image, moved)
    before, after = conv1(lesson, pixels), conv1(lesson, moved)
    for kind, one, other in (
        ("map", before, after),
        ("max", pooled(before, np.max), pooled(after, np.max)),
        ("average", pooled(before, np.mean), pooled(after, np.mean)),
    ):
        expected = np.minimum(one, other).sum() / one.sum()
        assert lesson.shift.stays[kind] == pytest.approx(expected, abs=1e-6)
        if kind != "average":
            assert f"{100 * expected:.0f}%" in captions(lesson)["shift"]


def test_the_same_number_stands_at_another_place_after_the_shift(lesson):
    one, other = lesson.moved
    maps = (lesson.response_map, conv1(lesson, lesson.shift.trace.image))
    assert (one.row, one.col) == (other.row, other.col)
    assert other.argmax == (one.argmax[0], one.argmax[1] + 1)
    for step, values in zip((one, other), maps, strict=True):
        assert values[step.argmax] == pytest.approx(one.value, abs=1e-6)


def test_ink_that_touches_the_right_border_moves_the_other_way():
    pixels = np.zeros((28, 28, 1), np.float32)
    pixels[5:20, 20:, 0] = 1
    lesson = Pooling(picture=Picture(pixels, None, "drawn in the test"))
    assert lesson.shift.direction.text("en") == "to the left"
    np.testing.assert_array_equal(lesson.shift.trace.image[:, :-1], pixels[:, 1:])


def test_an_odd_map_loses_its_last_row_and_column(lesson):
    odd = lesson.odd
    maps = lesson.trace.activations["conv2"]
    assert odd.stage == ("conv2", "pool2")
    assert (odd.rows, odd.cols) == ((10,), (10,))
    lost = maps[10].sum(axis=0) + maps[:10, 10].sum(axis=0)
    assert odd.channel == int(lost.argmax())
    assert odd.lost == max(maps[10, :, odd.channel].max(), maps[:, 10, odd.channel].max())
    np.testing.assert_array_equal(odd.pooled, pooled(odd.response_map, np.max))
    assert f"channel {odd.channel} loses responses up to {odd.lost:.2f}" in captions(lesson)["odd"]


def test_rows_and_columns_26_and_27_are_never_seen(lesson):
    unseen = lesson.unseen
    assert (unseen.rows, unseen.cols) == ((26, 27), (26, 27))
    inside = lesson.shown_picture.pixels[:26, :26]
    np.testing.assert_array_equal(unseen.inverted.image[:26, :26], inside)
    border = np.ones((28, 28), bool)
    border[:26, :26] = False
    before = lesson.shown_picture.pixels[border]
    np.testing.assert_allclose(unseen.inverted.image[border], 1 - before)
    assert unseen.change == 0
    assert "rows 26, 27 and columns 26, 27" in captions(lesson)["unseen"]
    assert captions(lesson)["unseen"].endswith("changes the logits by 0.")
    # One pixel further in, ink does count.
    pixels = lesson.shown_picture.pixels.copy()
    pixels[25, :26] = 1
    assert np.abs(lesson.network(pixels) - lesson.network(lesson.shown_picture.pixels)).max() > 0


def test_places_are_named_in_both_languages():
    assert places((26, 27), (3,)).text("en") == "rows 26, 27 and column 3"
    assert places((26, 27), (3,)).text("zh") == "行 26、27 和列 3"
    assert places((), (3,)).text("en") == "column 3"
    step = Pooling().steps[0]
    assert place(step).text("en") == f"row {step.argmax[0]}, column {step.argmax[1]}"


def test_overlap_of_a_blank_map_is_complete():
    blank = np.zeros((4, 4), np.float32)
    assert overlap(blank, blank) == 1
    assert (
        overlap(np.eye(4, dtype=np.float32), np.roll(np.eye(4, dtype=np.float32), 1, axis=0)) == 0
    )


def test_a_picture_without_ink_says_that_the_filter_finds_nothing():
    lesson = Pooling(picture=Picture(np.zeros((28, 28, 1), np.float32), None, "blank"))
    names = [beat.name for beat in lesson.beats()]
    assert "shift" not in names
    assert "finds nothing" in captions(lesson)["winner"]


def network(*layers, size=12):
    return Network.initialised(layers, seed=0, input_shape=(size, size, 1))


def test_beats_that_a_network_has_no_example_for_are_left_out(tmp_path):
    whole = network(
        Conv2D("first", 4), MaxPooling2D("half"), Flatten("flatten"), Dense("dense", 10), size=12
    )
    whole.save(tmp_path / "even.safetensors")
    picture = digits.sample(0)
    small = Picture(picture.pixels[8:20, 8:20], None, "cut out of a digit")
    lesson = Pooling(picture=small, model=str(tmp_path / "even.safetensors"))
    assert lesson.odd is None
    assert lesson.unseen is None
    assert {"odd", "unseen"}.isdisjoint(captions(lesson))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"filter": 32}, "no filter 32 in conv1: its filters are 0 to 31"),
        ({"filter": -1}, "no filter -1"),
        ({"model": "dense"}, "lacks a 2 × 2 max pooling"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, text):
    with pytest.raises(UsageError, match=text):
        Pooling(**options)


@pytest.mark.parametrize(
    ("digit", "channel", "lang"), [(1, 18, "en"), (4, 24, "zh"), (7, 29, "en")]
)
def test_other_digits_and_filters_keep_the_layout(digit, channel, lang):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    check_layout(Pooling(picture=digits.first(digit), filter=channel), lang)
