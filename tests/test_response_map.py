"""The lesson on response maps tells numbers that SciPy and NumPy alone find too."""

from __future__ import annotations

import numpy as np
import pytest
from played import check_layout
from scipy.signal import correlate2d

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.response_map import ResponseMap
from convexplain.network import AveragePooling2D, Conv2D, Dense, Flatten, Network

LAYERS = {"conv1": 32, "pool1": 32, "conv2": 64, "pool2": 64, "conv3": 128}


@pytest.fixture(scope="module")
def lesson():
    return ResponseMap()


def captions(lesson):
    return {beat.name: beat.caption.text("en") for beat in lesson.beats()}


def all_maps(lesson):
    """All maps of conv1, by SciPy, (26, 26, 32)."""
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    weights = lesson.network.weights
    return np.stack(
        [
            np.maximum(correlate2d(picture, kernel.astype(np.float64), "valid") + bias, 0)
            for kernel, bias in zip(
                np.moveaxis(weights["conv1/kernel"][:, :, 0], -1, 0),
                weights["conv1/bias"].astype(np.float64),
                strict=True,
            )
        ],
        axis=-1,
    )


def test_the_map_is_one_channel_of_the_output(lesson):
    expected = all_maps(lesson)
    np.testing.assert_allclose(lesson.maps, expected, atol=1e-6)
    np.testing.assert_allclose(lesson.response_map, expected[:, :, lesson.shown_filter], atol=1e-6)
    assert lesson.limit == pytest.approx(expected.max(), abs=1e-6)
    assert f"output[:, :, {lesson.shown_filter}]" in captions(lesson)["name"]


def test_the_best_place_is_where_the_map_is_largest_and_sees_its_patch(lesson):
    best, expected = lesson.best, all_maps(lesson)[:, :, lesson.shown_filter]
    assert (best.row, best.col) == np.unravel_index(expected.argmax(), expected.shape)
    assert (best.box.top, best.box.left) == (best.row, best.col)
    assert (best.box.height, best.box.width) == (3, 3)
    assert f"largest here is {expected.max():.2f}" in captions(lesson)["best"]


def test_patch_and_kernel_laid_over_each_other_give_the_response(lesson):
    step, best = lesson.step, lesson.best
    picture = lesson.shown_picture.pixels[:, :, 0].astype(np.float64)
    kernel = lesson.network.weights["conv1/kernel"][:, :, 0, lesson.shown_filter]
    patch = picture[best.row : best.row + 3, best.col : best.col + 3]
    np.testing.assert_allclose(step.products[:, :, 0], patch * kernel, atol=1e-12)
    total = (patch * kernel).sum()
    text = captions(lesson)["overlay"].replace("−", "-")
    assert f"the 9 products sum to {total:.2f}" in text
    assert f"bias {step.bias:.2f}, that is {step.activated:.2f}" in text
    assert "Rounded" not in text
    # As printed: sum and bias give the value.
    assert round(total, 2) + round(step.bias, 2) == pytest.approx(round(step.activated, 2))


def test_the_two_most_alike_are_found_among_all_pairs(lesson):
    flat = all_maps(lesson).reshape(-1, 32)
    pairs = {(a, b): np.corrcoef(flat[:, a], flat[:, b])[0, 1] for a in range(32) for b in range(a)}
    (second, first), largest = max(pairs.items(), key=lambda item: item[1])
    alike = lesson.alike
    assert (alike.first, alike.second) == (first, second)
    assert alike.correlation == pytest.approx(largest, abs=1e-5)
    assert alike.blank == ()
    assert f"{first} and {second} (correlation {largest:.2f})" in captions(lesson)["alike"]


@pytest.mark.parametrize("layer", LAYERS)
def test_blank_maps_are_counted_not_hidden(layer):
    lesson = ResponseMap(layer=layer)
    flat = lesson.maps.reshape(-1, LAYERS[layer])
    assert lesson.maps.shape[2] == LAYERS[layer]
    assert lesson.alike.blank == tuple(np.flatnonzero(~flat.any(axis=0)))
    if lesson.alike.blank:
        said = captions(lesson)["alike"]
        assert said.startswith(f"{len(lesson.alike.blank)} of {LAYERS[layer]} filters find nothing")
    assert 30 <= lesson.seconds <= 60


@pytest.mark.parametrize(
    ("layer", "size"), [("pool1", 4), ("conv2", 8), ("pool2", 10), ("conv3", 18)]
)
def test_a_cell_of_a_later_layer_sees_its_receptive_field(layer, size):
    lesson = ResponseMap(layer=layer)
    box = lesson.best.box
    assert (box.height, box.width) == (size, size)
    assert f"sees {size} × {size} pixels" in captions(lesson)["best"]
    assert "overlay" not in captions(lesson)
    # Ink outside of it does not reach the cell; blank paper in its place does.
    pixels = lesson.shown_picture.pixels.copy()
    outside = np.ones((28, 28), bool)
    outside[box.rows, box.cols] = False
    pixels[outside] = 1 - pixels[outside]
    cell = lesson.best.row, lesson.best.col, lesson.shown_filter
    again = ResponseMap(layer=layer, picture=Picture(pixels, None, "inverted outside"))
    assert again.maps[cell] == lesson.maps[cell]
    blank = ResponseMap(layer=layer, picture=Picture(np.zeros_like(pixels), None, "blank"))
    assert blank.maps[cell] < lesson.maps[cell]


def test_in_later_layers_the_filter_that_responds_most_is_shown():
    lesson = ResponseMap(layer="conv2")
    assert lesson.response_map.max() == lesson.maps.max()


@pytest.mark.parametrize(("pool", "conv"), [("pool1", "conv1"), ("pool2", "conv2")])
def test_a_pooling_keeps_the_scale_of_its_convolution(pool, conv):
    assert ResponseMap(layer=pool).limit == ResponseMap(layer=conv).limit


def test_average_pooling_keeps_the_scale_of_its_convolution_too(tmp_path):
    layers = (Conv2D("a", 4), AveragePooling2D("mean"), Flatten("flat"), Dense("out", 10))
    path = tmp_path / "small.safetensors"
    Network.initialised(layers, seed=1).save(path)
    lesson = ResponseMap(layer="mean", model=str(path))
    assert lesson.limit == lesson.trace.activations["a"].max()
    assert lesson.limit > lesson.maps.max()


def test_a_filter_that_finds_nothing_is_shown_as_such():
    blank = ResponseMap(layer="conv2").alike.blank[0]
    lesson = ResponseMap(layer="conv2", filter=blank)
    assert lesson.best.value == 0
    assert f"Filter {blank} finds nothing" in captions(lesson)["best"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"filter": 32}, "no filter 32 in conv1: its filters are 0 to 31"),
        ({"layer": "conv2", "filter": 64}, "no filter 64 in conv2: its filters are 0 to 63"),
        ({"layer": "dense"}, "choose conv1, pool1, conv2, pool2 or conv3"),
        ({"layer": "conv9"}, "no response maps of a layer 'conv9'"),
        ({"model": "dense"}, "lacks response maps"),
        ({"picture": Picture(np.zeros((9, 9, 3)), None, "small")}, "9 × 9 × 3"),
    ],
)
def test_what_cannot_be_shown_is_refused(options, text):
    with pytest.raises(UsageError, match=text):
        ResponseMap(**options)


@pytest.mark.parametrize(
    ("digit", "layer", "channel", "lang"),
    [
        (1, "conv1", 18, "zh"),
        (4, "pool1", None, "en"),
        (7, "conv2", 8, "zh"),
        (0, "conv3", None, "en"),
    ],
)
def test_other_digits_layers_and_filters_keep_the_layout(digit, layer, channel, lang):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    check_layout(ResponseMap(picture=digits.first(digit), layer=layer, filter=channel), lang)
