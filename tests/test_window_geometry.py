"""Padding, stride, dilation: sizes and maps against SciPy, words against the facts."""

from __future__ import annotations

import numpy as np
import pytest
from played import check_layout
from scipy.signal import convolve2d, correlate2d

from convexplain.data import digits, facts
from convexplain.errors import UsageError
from convexplain.lessons.parts.windows import edge_kernel
from convexplain.lessons.window_geometry import WindowGeometry
from convexplain.network import Conv2D, Dense, Flatten, Network


@pytest.fixture(scope="module")
def lesson():
    return WindowGeometry()


def ingredients(lesson):
    weights = lesson.network.weights
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    kernel = weights["conv1/kernel"][:, :, 0, lesson.shown_filter].astype(np.float64)
    return picture, kernel, float(weights["conv1/bias"][lesson.shown_filter])


def test_the_tour_s_maps_are_those_of_scipy(lesson):
    picture, kernel, bias = ingredients(lesson)
    spread = np.zeros((5, 5))
    spread[::2, ::2] = kernel
    same = correlate2d(picture, kernel, "same")
    expected = {
        "valid": correlate2d(picture, kernel, "valid"),
        "same": same,
        "stride": same[::2, ::2],
        "dilation": correlate2d(picture, spread, "valid"),
    }
    assert [geometry.name for geometry in lesson.geometries] == list(expected)
    for geometry in lesson.geometries:
        wanted = np.maximum(expected[geometry.name] + bias, 0)
        np.testing.assert_allclose(geometry.map, wanted, atol=1e-6)
        assert geometry.output == wanted.shape


@pytest.mark.parametrize(
    ("options", "law", "size"),
    [
        ({"padding": "2"}, ("28", "2 dot 2", "3", "1"), 30),
        ({"padding": "same", "stride": 2}, ("28", "0 + 1", "3", "2"), 14),
        ({"stride": 3}, ("28", "2 dot 0", "3", "3"), 9),
        ({"kernel_size": 5, "dilation": 3, "padding": "1"}, ("28", "2 dot 1", "13", "1"), 18),
        ({"kernel": "gaussian-5", "stride": 4}, ("28", "2 dot 0", "5", "4"), 6),
    ],
)
def test_any_combination_obeys_the_law(options, law, size):
    geometry = WindowGeometry(**options).geometries[-1]
    assert geometry.name == "chosen"
    told = geometry.law
    assert (told["n"], told["p"], told["w"], told["s"]) == law
    assert told["o"] == str(size)
    # The law as it stands on the screen, computed by Python.
    n, p, w, s = (eval(text.replace("dot", "*")) for text in law)
    assert (n + p - w) // s + 1 == size
    assert geometry.map.shape == (size, size)


def test_the_stops_shown_add_up_and_the_padded_ones_meet_ink(lesson):
    for geometry in lesson.geometries[1:]:
        assert geometry.stop.adds_up
    for name in ("same", "stride"):
        stop = next(g.stop for g in lesson.geometries if g.name == name)
        assert stop.in_padding
        assert stop.step.padding.any()
        assert stop.step.patch.any()
        assert stop.step.activated > 0


def test_the_flipped_kernel_s_map_is_the_convolution_of_mathematics(lesson):
    picture, kernel, bias = ingredients(lesson)
    flipped = np.maximum(convolve2d(picture, kernel, "valid") + bias, 0)
    np.testing.assert_allclose(lesson.flipped_map, flipped, atol=1e-6)
    upright = np.maximum(correlate2d(picture, kernel, "valid") + bias, 0)
    printed = [[f"{v:.2f}" for v in m.ravel()] for m in (upright, flipped)]
    assert lesson.differing == sum(a != b for a, b in zip(*printed, strict=True)) > 0


def test_what_rounding_down_leaves_unread_is_told_apart_from_padding(lesson):
    stride = next(geometry for geometry in lesson.geometries if geometry.name == "stride")
    # Windows of 3 begin at 0, 2 to 26 of 30 rows: row 29, the lower zeros, is the only one unread.
    assert stride.output == (14, 14)
    assert "zeros at the right" in stride.say(stride.left_unread).text("en")
    # Without padding they begin at 0, 2 to 24 of 28 rows: row 27 is one of the picture's.
    bare = WindowGeometry(stride=2).geometries[-1]
    assert bare.output == (13, 13)
    assert "edges stay unread" in bare.say(bare.left_unread).text("en")


def test_sizes_tell_what_was_measured(lesson):
    for training, size in zip(lesson.trainings, (3, 5, 7), strict=True):
        row = facts.row("window", window=size, filters=32)
        assert (training.size, training.seeds) == (size, row["seeds"])
        assert row["lowest"] <= training.accuracy <= row["highest"]
        assert training.first_layer((28, 28)) == (29 - size) ** 2 * size**2 * 32
        told = training.table((28, 28))[0][1].text("en")
        assert told.startswith(f"{100 * row['accuracy']:.2f}%")


def test_the_caption_says_that_trainings_vary_more_only_where_they_do(lesson):
    by_seed = np.array([facts.row("window", window=n, filters=32)["by_seed"] for n in (3, 5, 7)])
    outweigh = np.ptp(by_seed, axis=1).max() > np.ptp(by_seed.mean(axis=1))
    caption = next(beat.caption for beat in lesson.beats() if beat.name == "sizes")
    assert ("more between trainings" in caption.text("en")) is bool(outweigh)


def test_an_edge_kernel_is_sobel_s_at_any_size():
    np.testing.assert_array_equal(edge_kernel(3) * 2, [[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
    five = np.outer([1, 2, 0, -2, -1], [1, 4, 6, 4, 1])
    np.testing.assert_allclose(edge_kernel(5), five * 4 / np.abs(five).sum(), rtol=1e-6)
    for size in range(2, 12):
        kernel = edge_kernel(size)
        assert kernel.shape == (size, size)
        assert np.abs(kernel).sum() == pytest.approx(4)
        np.testing.assert_allclose(kernel, -kernel[::-1], atol=1e-7)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"padding": "wide"}, 'give "valid", "same" or a number'),
        ({"padding": "-1"}, 'give "valid", "same" or a number'),
        ({"padding": "20"}, "give less padding"),
        ({"stride": 0}, "too small"),
        ({"dilation": 14}, "lower the dilation or add padding"),
        ({"kernel_size": 1}, "give 2 to 11"),
        ({"kernel": "1,2,3"}, "give a square one"),
        ({"kernel": "sobel"}, "no kernel is named"),
        ({"kernel": "sobel-x", "filter": 1}, "exclude one another"),
        ({"filter": 32}, "0 to 31"),
        ({"length": 5.0}, "5 s is no length for this lesson: give"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(options, said):
    with pytest.raises(UsageError, match=said):
        WindowGeometry(**options)


def test_a_digit_without_ink_at_the_border_is_said_to_have_none():
    lesson = WindowGeometry(picture=digits.first(1))
    caption = next(beat.caption for beat in lesson.beats() if beat.name == "same")
    assert "no ink at the border" in caption.text("en")
    assert 30 <= lesson.seconds <= 60.01


@pytest.mark.parametrize(
    "options",
    [
        {"padding": "same", "stride": 3},
        {"kernel_size": 4},
        {"kernel_size": 5, "dilation": 3, "padding": "6"},
        {"padding": "16", "length": 70.0},
        {"picture": digits.first(7), "filter": 5},
    ],
    ids=["same-stride", "even", "dilated", "wide", "seven"],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_overlaps_whatever_the_options(options, lang):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    check_layout(WindowGeometry(**options), lang)


def test_a_picture_that_is_too_small_for_its_windows_is_refused(tmp_path):
    layers = (Conv2D("conv2d", 2), Flatten("flatten"), Dense("dense", 3, "softmax"))
    path = tmp_path / "small.safetensors"
    Network.initialised(layers, input_shape=(13, 20, 1)).save(path)
    with pytest.raises(UsageError, match="reads 13 × 20 pixels, too few for the windows"):
        WindowGeometry(model=str(path))
