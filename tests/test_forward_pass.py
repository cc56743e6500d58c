"""The forward pass: its arithmetic is checked against SciPy, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import correlate
from scipy.special import softmax

from convexplain.data import digits, examples
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.forward_pass import ForwardPass
from convexplain.network import AveragePooling2D, Conv2D, Dense, Flatten, Network
from convexplain.style.format import adds_up


@pytest.fixture(scope="module")
def lesson():
    return ForwardPass()


def captions(lesson):
    return {beat.name: beat.caption.text("en") for beat in lesson.beats()}


def test_the_default_digit_is_read_right_after_hesitating(lesson):
    first, second = (lesson.softmax.rows[n].probability for n in lesson.softmax.order[:2])
    assert lesson.right
    assert first + second > 0.99
    assert second > 0.2


def test_the_table_is_the_softmax_of_the_logits(lesson):
    rows = lesson.softmax.rows
    logits = np.array([row.logit for row in rows])
    np.testing.assert_array_equal(logits, lesson.trace.logits.astype(np.float64))
    probabilities = [row.probability for row in rows]
    np.testing.assert_allclose(probabilities, softmax(logits), rtol=1e-12)
    np.testing.assert_allclose(probabilities, lesson.trace.probabilities, rtol=1e-6)
    assert max(row.shifted for row in rows) == 0
    for row in rows:
        assert row.shifted == row.logit - lesson.softmax.largest
        assert row.power == pytest.approx(math.e**row.shifted, rel=1e-12)
    assert lesson.softmax.total == pytest.approx(math.fsum(row.power for row in rows))


def test_the_answer_compares_the_two_most_probable_classes(lesson):
    first, second = np.sort(lesson.trace.probabilities.astype(float))[::-1][:2]
    ratio = first / second
    text = captions(lesson)["answer"]
    assert f"{math.log(ratio):.2f} more gives {ratio:.1f} times" in text


def test_captions_tell_m_the_sum_and_the_verdict(lesson):
    told = captions(lesson)
    logits = lesson.trace.logits
    assert (logits < 0).all()
    assert "all of them negative" in told["logits"]
    m = f"\N{MINUS SIGN}{abs(float(logits.max())):.2f}"
    assert m in told["logits"]
    assert f"{np.exp(logits.astype(float) - logits.max()).sum():.3f}" in told["powers"]
    best = int(logits.argmax())
    share = f"{100 * float(lesson.trace.probabilities[best]):.1f}%"
    assert f"answers {best}, with {share}. Right, the label is {best}" in told["probabilities"]


def test_each_layer_is_seen_at_a_cell_whose_numbers_add_up(lesson):
    works = {lesson.columns[work.column].name: work for work in lesson.works}
    assert list(works) == ["conv1", "pool1", "conv2", "pool2", "conv3"]
    weights = lesson.network.weights
    for name in ("conv1", "conv2", "conv3"):
        step = works[name].step
        x = lesson.trace.input_of(name).astype(np.float64)
        kernel = weights[f"{name}/kernel"][..., step.filter].astype(np.float64)
        total = correlate(x, kernel, mode="valid")[step.row, step.col, 0]
        bias = float(weights[f"{name}/bias"][step.filter])
        assert step.total == pytest.approx(total, abs=1e-5)
        assert step.value == pytest.approx(total + bias, abs=1e-5)
        assert works[name].adds_up == adds_up((step.total, step.bias), step.value)
        assert works[name].adds_up
        largest = float(lesson.trace.activations[name].max())
        assert step.activated > 0.5 * largest
    assert f"{works['conv2'].step.products.size} products" in captions(lesson)["conv2"]


def test_the_pooling_s_window_stands_out_from_its_mean(lesson):
    work = lesson.works[1]
    x, step = lesson.trace.input_of("pool1"), work.step
    windows = x.reshape(13, 2, 13, 2, 32)
    gain = windows.max(axis=(1, 3)) - windows.mean(axis=(1, 3))
    assert gain[step.row, step.col, step.channel] == pytest.approx(gain.max(), abs=1e-6)
    assert step.value == step.patch.max()
    assert f"{step.value:.2f}" in captions(lesson)["pool1"]


def test_the_dense_layer_adds_products_above_and_below_zero_and_the_bias(lesson):
    vote, answer = lesson.vote, int(lesson.trace.logits.argmax())
    positive, negative = vote.in_order
    weights = lesson.network.weights
    products = [
        float(x) * float(w)
        for x, w in zip(
            lesson.trace.activations["flatten"],
            weights["dense/kernel"][:, answer],
            strict=True,
        )
    ]
    assert len(products) == 1152
    assert positive.value == pytest.approx(math.fsum(p for p in products if p > 0))
    assert negative.value == pytest.approx(math.fsum(p for p in products if p < 0))
    whole = math.fsum([*products, float(weights["dense/bias"][answer])])
    assert vote.value == pytest.approx(whole, abs=1e-5)


def test_a_misread_digit_is_called_wrong():
    sample = examples.load()["forward-pass"]["misread"]
    picture = digits.sample(sample)
    lesson = ForwardPass(picture=picture)
    assert lesson.right is False
    told = captions(lesson)["probabilities"]
    assert f"answers {lesson.trace.prediction}" in told
    assert f"Wrong, the label is {picture.label}" in told
    assert "错了" in lesson.beats()[-2].caption.text("zh")


def test_a_picture_without_label_is_neither_right_nor_wrong():
    pixels = digits.first(5).pixels
    lesson = ForwardPass(picture=Picture(pixels, None, "mine.png"))
    assert lesson.right is None
    told = captions(lesson)["probabilities"]
    assert "Right" not in told
    assert "Wrong" not in told


def test_a_positive_logit_is_not_called_negative():
    lesson = ForwardPass(picture=digits.sample(examples.load()["hierarchy"]["sample"]))
    assert lesson.softmax.largest > 0
    assert "negative" not in captions(lesson)["logits"]


@pytest.mark.parametrize("label", range(10))
def test_every_digit_fits_a_minute_or_so(label):
    assert 30 <= ForwardPass(picture=digits.first(label)).seconds <= 62


def test_another_network_is_told_with_its_own_numbers(tmp_path):
    path = tmp_path / "model.safetensors"
    layers = (
        Conv2D("a", filters=4, kernel_size=5, activation="tanh"),
        AveragePooling2D("b", pool_size=3),
        Flatten("c"),
        Dense("d", units=10, activation="softmax"),
    )
    Network.initialised(layers).save(path)
    lesson = ForwardPass(model=str(path))
    told = captions(lesson)
    assert "25 products" in told["a"]
    assert "through tanh" in told["a"]
    assert "mean of 9 numbers" in told["b"]
    assert "rest" not in told


def test_a_network_with_other_classes_counts_its_own(tmp_path):
    path = tmp_path / "model.safetensors"
    layers = (
        Conv2D("a", filters=2),
        Flatten("c"),
        Dense("d", units=3, activation="softmax"),
    )
    Network.initialised(layers).save(path)
    lesson = ForwardPass(model=str(path))
    told = {beat.name: beat.caption for beat in lesson.beats()}
    assert lesson.shown_title.text("en") == "Forward pass: from three logits to three probabilities"
    assert told["question"].text("en") == "What happens between a picture and three probabilities?"
    assert told["logits"].text("en").startswith("Three logits, one for each class.")
    assert told["logits"].text("zh").startswith("3 个 logit，每类一个")
    assert lesson.right is None  # a four is none of three classes
    with pytest.raises(UsageError, match="lacks a row of 1 to 5 convolutions and poolings"):
        ForwardPass(model="dense")
