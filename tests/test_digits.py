"""The bundled digits, and the examples that lessons take from them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from convexplain.data import digits, examples
from convexplain.data.kernels import closest_pattern
from convexplain.data.mnist import load_mnist
from convexplain.errors import UsageError
from convexplain.network import Network, Trace, hierarchy
from convexplain.ops import ConvStep, conv2d_steps


def test_there_are_twenty_digits_of_each_class_in_order() -> None:
    labels = [picture.label for picture in digits.load()]
    assert labels == [label for label in range(10) for _ in range(20)]


def test_digits_are_read_only_pictures_of_ink_on_paper() -> None:
    for number, picture in enumerate(digits.load()):
        assert picture.pixels.shape == (28, 28, 1)
        assert picture.pixels.min() == 0
        assert picture.pixels.max() > 0.9
        assert picture.origin == f"bundled digit {number}"


def test_no_digit_is_there_twice() -> None:
    assert len({picture.pixels.tobytes() for picture in digits.load()}) == 200
    assert len(set(digits.training_indices())) == 200


def test_the_first_digit_of_a_class_is_read_right_by_both_networks(
    cnn: Network, dense: Network
) -> None:
    for label in range(10):
        picture = digits.first(label)
        assert picture.label == label
        for network in (cnn, dense):
            assert network(picture.pixels)[label] > 0.99


@pytest.mark.parametrize("index", [-1, 200, 4000, True])
def test_a_sample_that_is_not_bundled_is_refused(index: int) -> None:
    with pytest.raises(UsageError, match="they are 0 to 199"):
        digits.sample(index)


@pytest.mark.parametrize("label", [-1, 10, 12, False])
def test_a_class_that_does_not_exist_is_refused(label: int) -> None:
    with pytest.raises(UsageError, match="digits are 0 to 9"):
        digits.first(label)


def test_digits_stand_in_the_training_set_where_the_indices_say(mnist_folder: Path) -> None:
    images, labels = load_mnist("train", mnist_folder)
    indices = digits.training_indices()
    pixels = np.stack([picture.pixels[:, :, 0] for picture in digits.load()])
    assert (np.rint(pixels * 255).astype(np.uint8) == images[indices]).all()
    assert labels[indices].tolist() == [picture.label for picture in digits.load()]


def test_digits_lie_among_those_that_the_networks_never_saw(cnn: Network, dense: Network) -> None:
    for network in (cnn, dense):
        told = re.search(r"indices (\d+) to (\d+)", network.provenance["excluded"])
        assert told is not None
        first, last = int(told[1]), int(told[2])
        assert (digits.training_indices() >= first).all()
        assert (digits.training_indices() <= last).all()


def test_the_roles_are_what_they_say(cnn: Network) -> None:
    roles = examples.load()["roles"]
    assert all(roles.values())
    for n in roles["misread"]:
        assert int(cnn(digits.sample(n).pixels).argmax()) != digits.sample(n).label
    for n in roles["hesitant"]:
        second, best = np.sort(cnn(digits.sample(n).pixels))[-2:]
        assert best - second < 0.8
        assert int(cnn(digits.sample(n).pixels).argmax()) == digits.sample(n).label
    for n in roles["border"]:
        inner = digits.sample(n).pixels[2:26, 2:26]
        assert digits.sample(n).pixels.sum() - inner.sum() > 1


def test_the_hierarchy_digits_have_parts_in_different_places(cnn: Network) -> None:
    for n in examples.load()["roles"]["hierarchy"]:
        trace = Trace(cnn, digits.sample(n).pixels)
        assert trace.prediction == digits.sample(n).label
        assert trace.logits.max() > 2
        parts = hierarchy(trace, parts=3).parts
        assert len({(part.row, part.col) for part in parts}) == 3


def stop(name: str) -> ConvStep:
    """The sliding window's stop, computed from the shipped files alone."""
    example = examples.load()["sliding-window"]
    network = Network.load("cnn")
    weights = network.weights_of("conv1")
    steps = conv2d_steps(
        digits.sample(example["sample"]).pixels,
        weights["kernel"],
        weights["bias"],
        filter=example["filter"],
    )
    row, column = example["stops"][name]
    return steps[row * 26 + column]


def test_the_sliding_window_stops_are_what_they_are_called() -> None:
    assert stop("strong").value > 0.3
    assert stop("negative").value < -0.3
    assert not stop("blank").patch.any()
    assert stop("blank").value == pytest.approx(stop("blank").bias)
    assert stop("blank").bias > 0.005


@pytest.mark.parametrize("name", ["strong", "negative", "blank"])
def test_the_sliding_window_stops_can_be_added_up_by_hand(name: str) -> None:
    step = stop(name)
    assert step.breakdown().checkable()
    # The same once more, in whole hundredths, without the project's own code.
    cents = [round(abs(v) * 100 + 1e-9) * (1 if v > 0 else -1) for v in step.products.ravel()]
    total, bias, value = (round(v * 100) for v in (step.total, step.bias, step.value))
    assert sum(cents) == total
    assert total + bias == value


def test_the_sliding_window_shows_an_edge_and_its_best_place(cnn: Network) -> None:
    example = examples.load()["sliding-window"]
    pattern = closest_pattern(cnn.weights["conv1/kernel"][:, :, 0, example["filter"]])
    assert (pattern.kind, pattern.angle) == (example["pattern"], example["angle"])
    responses = Trace(cnn, digits.sample(example["sample"]).pixels).activations["conv1"]
    row, column = example["best"]
    assert responses[row, column, example["filter"]] == responses[:, :, example["filter"]].max()


def test_examples_are_a_fresh_copy_each_time() -> None:
    examples.load()["sliding-window"]["sample"] = -1
    assert examples.load()["sliding-window"]["sample"] != -1


def test_every_example_names_a_bundled_digit_and_its_criterion() -> None:
    for name, example in examples.load().items():
        if name != "roles":
            assert digits.sample(example["sample"]).label == example["label"]
            assert example["criterion"].endswith(".")


def test_the_pooling_example_has_a_winner_and_a_mean_that_agrees(cnn: Network) -> None:
    example = examples.load()["pooling"]
    responses = Trace(cnn, digits.sample(example["sample"]).pixels).activations["conv1"]
    row, column = example["at"]
    block = responses[2 * row : 2 * row + 2, 2 * column : 2 * column + 2, example["filter"]]
    cents = [round(float(v) * 100) for v in block.ravel()]
    assert len(set(cents)) == 4
    assert abs(sum(cents) / 4 - float(block.mean()) * 100) <= 1


def test_the_channels_example_can_be_added_up(cnn: Network) -> None:
    example = examples.load()["channels"]
    trace = Trace(cnn, digits.sample(example["sample"]).pixels)
    row, column = example["at"]
    n = example["filter"]
    patch = trace.activations["pool1"][row : row + 3, column : column + 3].astype(np.float64)
    sums = (patch * cnn.weights["conv2/kernel"][..., n]).sum(axis=(0, 1))
    assert example["channels"] == np.argsort(-np.abs(sums))[:5].tolist()
    top = sums[example["channels"]]
    cents = [round(float(v) * 100) for v in (*top, sums.sum() - top.sum())]
    assert sum(cents) == round(float(sums.sum()) * 100)
    value = sums.sum() + cnn.weights["conv2/bias"][n]
    assert value == pytest.approx(trace.before("conv2")[row, column, n], rel=1e-6)
    assert sum(cents) + round(float(cnn.weights["conv2/bias"][n]) * 100) == round(value * 100)


def test_the_networks_disagree_on_the_translated_example(cnn: Network, dense: Network) -> None:
    example = examples.load()["translation"]
    way = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}[example["direction"]]
    picture = digits.sample(example["sample"]).pixels
    for network, name in ((cnn, "cnn"), (dense, "dense")):
        for pixels in range(7):
            moved = np.roll(picture, (way[0] * pixels, way[1] * pixels), (0, 1))
            right = int(network(moved).argmax()) == example["label"]
            assert right is (pixels < example[f"{name}_fails"])
