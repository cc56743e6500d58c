"""Training: gradients against finite differences, the optimiser by hand, reproducibility."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from convexplain.errors import UsageError
from convexplain.network import AveragePooling2D, Conv2D, Dense, Flatten, MaxPooling2D, Network
from convexplain.training import (
    CONFIGS,
    Backpropagation,
    RMSprop,
    Step,
    TrainingConfig,
    as_batch,
    evaluate,
    train,
)

HEAD = (Flatten("flatten"), Dense("dense", 3, "softmax"))
TINY = TrainingConfig(
    (Conv2D("conv", 4), MaxPooling2D("pool"), Flatten("flatten"), Dense("dense", 3, "softmax")),
    epochs=2,
    batch_size=8,
)


def tiny_data(count: int = 30) -> tuple[Any, Any]:
    """Bars in one of three places: what a few steps can learn."""
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 3, count)
    images = rng.integers(0, 60, (count, 8, 8)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, 3 * label : 3 * label + 2] = 255
    return images, labels.astype(np.uint8)


@pytest.mark.parametrize(
    "layers",
    [
        (Conv2D("conv", 4, activation="tanh"),),
        (Conv2D("conv", 4, (2, 3), (2, 1), "same", activation="sigmoid"),),
        (Conv2D("conv", 4, 3, padding=(2, 0, 1, 3), dilation=(2, 1), activation="linear"),),
        (Conv2D("a", 4, activation="tanh"), Conv2D("b", 6, 2, groups=2, activation="tanh")),
        (Conv2D("conv", 4, activation="relu"),),
        (Conv2D("conv", 4, activation="leaky_relu"),),
        (Conv2D("conv", 4, activation="linear"), MaxPooling2D("pool")),
        (Conv2D("conv", 4, activation="linear"), MaxPooling2D("pool", 3, 2, "same")),
        (Conv2D("conv", 4, activation="tanh"), AveragePooling2D("pool", 2, 1)),
        (Conv2D("conv", 4, activation="tanh"), AveragePooling2D("pool", 3, 2, "same")),
        (Conv2D("a", 3, activation="tanh"), Conv2D("b", 2, 3, 2, "same", activation="tanh")),
        (Flatten("flat"), Dense("hidden", 5, "tanh")),
    ],
    ids=lambda layers: "+".join(f"{x.kind}-{x.activation}" for x in layers),
)
def test_gradients_agree_with_finite_differences(layers: tuple[Any, ...]) -> None:
    head = HEAD[1:] if layers[-1].kind == "Dense" else HEAD
    layers = (*layers, *head)
    rng = np.random.default_rng(3)
    start = Network.initialised(layers, 1, input_shape=(7, 6, 2))
    weights = {
        name: w.astype(np.float64) + rng.normal(0, 0.1, w.shape)
        for name, w in start.weights.items()
    }
    x, labels = rng.random((5, 7, 6, 2)), np.array([0, 2, 1, 1, 0])
    run = Backpropagation(layers, weights)
    _, _, gradients = run(x, labels)
    assert gradients.keys() == weights.keys()
    h = 1e-6
    for name, weight in weights.items():
        assert gradients[name].shape == weight.shape
        for _ in range(8):
            at = tuple(rng.integers(0, n) for n in weight.shape)
            value = weight[at]
            weight[at] = value + h
            above = run(x, labels)[0]
            weight[at] = value - h
            below = run(x, labels)[0]
            weight[at] = value
            assert gradients[name][at] == pytest.approx((above - below) / (2 * h), abs=1e-7)


def test_the_loss_is_the_mean_of_minus_log_probability() -> None:
    network = Network.initialised(TINY.layers, 4, input_shape=(8, 8, 1))
    images, labels = tiny_data(6)
    loss, correct, _ = Backpropagation(network.layers, network.weights)(as_batch(images), labels)
    probabilities = network(as_batch(images))
    expected = -np.mean([math.log(p[k]) for p, k in zip(probabilities, labels, strict=True)])
    assert loss == pytest.approx(expected, rel=1e-5)
    assert correct == int((probabilities.argmax(axis=1) == labels).sum())


def test_logits_are_the_networks_own() -> None:
    network = Network.initialised(CONFIGS["cnn"].layers, 0)
    x = np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    logits = Backpropagation(network.layers, network.weights).logits(x)
    powers = np.exp(logits)
    np.testing.assert_allclose(
        powers / powers.sum(axis=1, keepdims=True), network(x), rtol=1e-4, atol=1e-6
    )


def test_a_huge_logit_does_not_overflow_the_loss() -> None:
    weights = {"dense/kernel": np.array([[1e4, 0.0]]), "dense/bias": np.zeros(2)}
    layers = (Flatten("flatten"), Dense("dense", 2, "softmax"))
    loss, correct, _ = Backpropagation(layers, weights)(np.ones((1, 1, 1, 1)), np.array([1]))
    assert (loss, correct) == (1e4, 0)


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten("flatten"), Dense("dense", 3)),
        (Flatten("flatten"), Dense("a", 3, "softmax"), Dense("b", 3, "softmax")),
        (Conv2D("conv", 2, activation="softmax"), Flatten("flatten")),
    ],
)
def test_softmax_anywhere_but_in_the_last_dense_layer_is_refused(layers: Any) -> None:
    with pytest.raises(ValueError, match="training needs it in the last layer"):
        Backpropagation(layers, {})


def test_rmsprop_takes_two_steps_as_computed_by_hand() -> None:
    weights = {"w": np.array([1.0, -2.0])}
    optimiser = RMSprop(weights, learning_rate=0.1, rho=0.9, epsilon=1e-7)
    optimiser.step({"w": np.array([0.5, -4.0])})
    # v = 0.1 * 0.25 = 0.025 and 0.1 * 16 = 1.6; steps 0.05 / sqrt(v) and -0.4 / sqrt(v)
    first = [1 - 0.05 / math.sqrt(0.025 + 1e-7), -2 + 0.4 / math.sqrt(1.6 + 1e-7)]
    assert weights["w"] == pytest.approx(first, rel=1e-12)
    optimiser.step({"w": np.array([1.0, 0.0])})
    # v = 0.9 * 0.025 + 0.1 = 0.1225 and 0.9 * 1.6 = 1.44
    second = [first[0] - 0.1 / math.sqrt(0.1225 + 1e-7), first[1]]
    assert weights["w"] == pytest.approx(second, rel=1e-12)


def test_training_learns_what_can_be_learned() -> None:
    images, labels = tiny_data(90)
    result = train(TINY, images, labels, steps=200)
    assert result.epochs[-1].loss < 0.3 * result.epochs[0].loss
    assert evaluate(result.network, images, labels).accuracy == 1.0


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    images, labels = tiny_data()
    one, two, other = (train(TINY, images, labels, seed=s).network.weights for s in (7, 7, 8))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    assert one["conv/kernel"].tobytes() != other["conv/kernel"].tobytes()


def test_every_digit_is_seen_once_an_epoch_and_the_last_batch_takes_the_rest() -> None:
    images, labels = tiny_data(30)
    steps: list[Step] = []
    train(TINY, images, labels, on_step=lambda step, weights: steps.append(step))
    assert [s.number for s in steps] == list(range(9))
    assert [s.epoch for s in steps] == [0] * 5 + [1] * 4
    assert {s.epoch_steps for s in steps} == {4}
    assert math.isnan(steps[0].loss)


def test_a_budget_of_steps_goes_over_as_many_epochs_as_it_needs() -> None:
    images, labels = tiny_data(30)
    result = train(TINY, images, labels, steps=10)
    assert len(result.epochs) == 3
    assert result.network.provenance["steps"] == 10


def test_ctrl_c_keeps_the_last_finished_epoch() -> None:
    images, labels = tiny_data()

    def interrupt(step: Step, weights: Any) -> None:
        if step.epoch == 1 and step.epoch_step == 2:
            raise KeyboardInterrupt

    stopped = train(TINY, images, labels, on_step=interrupt)
    whole = train(TrainingConfig(TINY.layers, epochs=1, batch_size=8), images, labels)
    assert stopped.interrupted
    assert len(stopped.epochs) == 1
    assert stopped.network.provenance["epochs"] == 1
    for name, weight in whole.network.weights.items():
        assert stopped.network.weights[name].tobytes() == weight.tobytes()


def test_ctrl_c_before_the_first_epoch_has_nothing_to_keep() -> None:
    images, labels = tiny_data()

    def interrupt(step: Step, weights: Any) -> None:
        if step.epoch_step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(TINY, images, labels, on_step=interrupt)


def test_a_trained_network_says_how_it_was_trained() -> None:
    images, labels = tiny_data()
    network = train(TINY, images, labels, seed=3, provenance={"data": "bars"}).network
    assert network.provenance["seed"] == 3
    assert network.provenance["data"] == "bars"
    assert "2 epochs, batches of 8" in network.provenance["recipe"]


@pytest.mark.parametrize("count", [0, 29])
def test_images_without_labels_are_refused(count: int) -> None:
    images, labels = tiny_data(30)
    with pytest.raises(UsageError, match="one label each"):
        train(TINY, images[:count], labels)


def test_an_unknown_recipe_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="choose cnn, dense or blocks"):
        train("resnet", *tiny_data())


def test_evaluation_counts_row_by_truth_and_column_by_answer() -> None:
    weights = {"dense/kernel": np.eye(3, dtype=np.float32), "dense/bias": np.zeros(3, np.float32)}
    network = Network(
        (Flatten("flatten"), Dense("dense", 3, "softmax")), weights, input_shape=(1, 3, 1)
    )
    answers = np.array([0, 0, 1, 2, 2, 2])  # the brightest of three pixels
    images = (np.eye(3)[answers] * 255).astype(np.uint8).reshape(6, 1, 3)
    result = evaluate(network, images, np.array([0, 1, 1, 1, 1, 0], np.uint8))
    assert result.confusion.tolist() == [[1, 0, 1], [1, 1, 2], [0, 0, 0]]
    assert result.predictions.tolist() == answers.tolist()
    assert (result.count, result.correct) == (6, 2)
    assert result.accuracy == pytest.approx(1 / 3)
    assert result.per_class[:2] == pytest.approx((1 / 2, 1 / 4))
    assert math.isnan(result.per_class[2])


def test_a_label_that_the_network_does_not_know_is_refused() -> None:
    network = Network.initialised(TINY.layers, input_shape=(8, 8, 1))
    images, labels = tiny_data(4)
    with pytest.raises(UsageError, match="knows classes 0 to 2"):
        evaluate(network, images, labels + 7)


def test_bytes_become_a_batch_in_zero_to_one() -> None:
    batch = as_batch(np.array([[[0, 51, 255]]], np.uint8))
    assert batch.shape == (1, 1, 3, 1)
    assert batch.dtype == np.float32
    assert batch.ravel().tolist() == [0.0, np.float32(0.2), 1.0]
