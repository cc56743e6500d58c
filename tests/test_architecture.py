"""The architecture: shapes, parameters and pictures are the network's own, counted by hand here."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.architecture import Architecture
from convexplain.network import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D, Network


@pytest.fixture(scope="module")
def lesson():
    return Architecture()


def saved(tmp_path, *layers, input_shape=(28, 28, 1)):
    path = tmp_path / "model.safetensors"
    Network.initialised(layers, input_shape=input_shape).save(path)
    return str(path)


def test_columns_have_the_chapter_s_shapes_and_parameters(lesson):
    found = [(c.name, c.size, c.counted, c.parameters) for c in lesson.columns]
    assert found == [
        ("input", "28 × 28 × 1", "", 0),
        ("conv1", "26 × 26 × 32", "3·3·1·32 + 32", 3 * 3 * 1 * 32 + 32),
        ("pool1", "13 × 13 × 32", "", 0),
        ("conv2", "11 × 11 × 64", "3·3·32·64 + 64", 3 * 3 * 32 * 64 + 64),
        ("pool2", "5 × 5 × 64", "", 0),
        ("conv3", "3 × 3 × 128", "3·3·64·128 + 128", 3 * 3 * 64 * 128 + 128),
        ("flatten", "1,152", "", 0),
        ("dense", "10", "1,152·10 + 10", 1152 * 10 + 10),
    ]
    assert lesson.total == 104_202


def test_the_answer_says_the_total_and_the_share_of_the_third_convolution(lesson):
    text = lesson.beats()[-1].caption.text("en")
    assert text == (
        "104,202 parameters in all: 71% of them in the third convolution, none in pooling."
    )
    assert round(100 * 73_856 / 104_202) == 71
    assert "第三个卷积层" in lesson.beats()[-1].caption.text("zh")


def test_volumes_hold_what_the_digit_makes_of_the_layers(lesson):
    expected = lesson.network.activations(lesson.shown_picture.pixels)
    for column in lesson.columns[1:]:
        np.testing.assert_allclose(column.values, expected[column.name], rtol=1e-4, atol=1e-5)


def test_poolings_and_flatten_keep_their_convolution_s_limit(lesson):
    limit = {column.name: column.limit for column in lesson.columns}
    for of, after in (("conv1", ["pool1"]), ("conv2", ["pool2"]), ("conv3", ["flatten"])):
        assert limit[of] == lesson.trace.activations[of].max()
        assert all(limit[name] == limit[of] for name in after)
    assert limit["input"] == limit["dense"] == 1


def test_the_winner_s_probability_claims_no_certainty(lesson):
    best, probability = lesson.winner
    expected = softmax(lesson.trace.logits.astype(np.float64))
    assert best == int(expected.argmax())
    assert probability == pytest.approx(expected[best], rel=1e-12)
    assert 0.99 < probability < 1


def test_captions_tell_halves_from_rounding_down(lesson):
    told = {beat.name: beat.caption.text("en") for beat in lesson.beats()}
    assert "halve" in told["pool1"]
    assert "half of 11 × 11, rounded down, is 5 × 5" in told["pool2"]
    assert "reads all 32 channels" in told["conv2"]
    assert "shrink to 3 × 3" in told["shape"]
    assert "from 1 to 128" in told["shape"]
    assert "1,152" in told["flatten"]
    assert "9 columns" in told["flatten"]


@pytest.mark.parametrize("label", [0, 4, 9])
def test_any_digit_fills_the_volumes(label):
    lesson = Architecture(picture=digits.first(label))
    assert lesson.trace.prediction == label
    assert 30 <= lesson.seconds <= 60


def test_another_network_is_told_with_its_own_numbers(tmp_path):
    model = saved(
        tmp_path,
        Conv2D("a", filters=4, kernel_size=5, stride=2),
        AveragePooling2D("b", pool_size=3),
        Flatten("c"),
        Dense("d", units=3, activation="softmax"),
    )
    lesson = Architecture(model=model)
    counted = [c.counted for c in lesson.columns]
    assert counted == ["", "5·5·1·4 + 4", "", "", "64·3 + 3"]
    told = {beat.name: beat.caption.text("en") for beat in lesson.beats()}
    assert "12 × 12 becomes 4 × 4" in told["b"]
    assert "65% of them in the dense layer" in told["answer"]
    assert round(100 * 195 / (195 + 104)) == 65


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten("f"), Dense("d", units=10, activation="softmax")),
        (MaxPooling2D("p"), Flatten("f"), Dense("d", units=10, activation="softmax")),
        (Conv2D("c", filters=2), Flatten("f"), Dense("d", units=10)),
        (Conv2D("c", filters=2), Flatten("f"), Dense("d", units=11, activation="softmax")),
        (
            *(Conv2D(f"c{n}", filters=2) for n in range(6)),
            Flatten("f"),
            Dense("d", units=10, activation="softmax"),
        ),
    ],
    ids=["no maps", "pool first", "no softmax", "eleven classes", "six maps"],
)
def test_a_network_that_does_not_fit_is_refused(tmp_path, layers):
    with pytest.raises(UsageError, match="lacks a row of 1 to 5 convolutions and poolings"):
        Architecture(model=saved(tmp_path, *layers))


def test_pictures_of_another_size_are_scaled():
    small = Picture(np.ones((14, 14, 1), np.float32), None, "small.png")
    assert (Architecture(picture=small).trace.image == np.ones((28, 28, 1))).all()


def test_colours_for_a_gray_network_are_refused():
    with pytest.raises(UsageError, match="prepare it as a digit"):
        Architecture(picture=Picture(np.zeros((28, 28, 3), np.float32), None, "cat.png"))


def test_colours_are_refused(tmp_path):
    layers = (Conv2D("c", filters=2), Flatten("f"), Dense("d", units=10, activation="softmax"))
    with pytest.raises(UsageError, match="gray"):
        Architecture(model=saved(tmp_path, *layers, input_shape=(28, 28, 3)))
