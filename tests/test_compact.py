"""What exporters write as layers of their own joins the layers that it belongs to."""

from __future__ import annotations

import numpy as np
import pytest

from convexplain.network import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    Trace,
    ZeroPadding2D,
    compact,
)

#: As ONNX files have them: zeros, activations and dropout apart, and a block with a shortcut.
LAYERS = (
    ZeroPadding2D("pad", (0, 1, 0, 1)),
    Conv2D("stem", 4, 3, stride=2, activation="linear"),
    Activation("stem_relu", "relu"),
    Conv2D("body", 4, 3, padding="same", activation="linear"),
    Add("sum", inputs=("body", "stem_relu")),
    Activation("sum_relu", "relu"),
    Dropout("drop", 0.25),
    MaxPooling2D("pool"),
    BatchNormalization("norm"),
    Activation("norm_tanh", "tanh"),
    Flatten("flat"),
    Dense("out", 3, "linear"),
    Activation("shares", "softmax"),
)


@pytest.fixture(scope="module")
def network():
    return Network.initialised(LAYERS, seed=3, input_shape=(10, 12, 3))


def test_layers_join_those_that_they_belong_to_and_no_others(network):
    found = compact(network)
    assert [(layer.name, layer.activation) for layer in found.layers] == [
        ("stem", "relu"),
        ("body", "linear"),  # the sum reads it, too
        ("sum", "linear"),  # an addition has no activation of its own
        ("sum_relu", "relu"),
        ("pool", "linear"),
        ("norm", "linear"),
        ("norm_tanh", "tanh"),
        ("flat", "linear"),
        ("out", "softmax"),
    ]
    assert found.layer("stem").padding == (0, 1, 0, 1)
    assert found.sources("sum") == ("body", "stem")
    assert found.sources("pool") == ("sum_relu",)


def test_every_number_stays_the_same_to_the_last_bit(network):
    picture = np.random.default_rng(5).random(network.input_shape, np.float32)
    before, after = Trace(network, picture), Trace(compact(network), picture)
    joined = {"stem": "stem_relu", "out": "shares"}
    for name, values in after.activations.items():
        expected = before.activations[joined.get(name, name)]
        np.testing.assert_array_equal(values, expected)
    np.testing.assert_array_equal(before.probabilities, after.probabilities)


def test_zeros_of_a_layer_and_those_of_the_convolution_behind_it_add_up():
    layers = (ZeroPadding2D("pad", 2), Conv2D("conv", 2, 3, padding="same"))
    network = Network.initialised(layers, input_shape=(6, 7, 1))
    picture = np.random.default_rng(1).random((6, 7, 1), np.float32)
    (conv,) = compact(network).layers
    assert conv.padding == (3, 3, 3, 3)
    np.testing.assert_array_equal(compact(network)(picture), network(picture))


def test_what_two_layers_read_and_what_has_an_activation_stays():
    layers = (
        Conv2D("conv", 2, 1, activation="linear"),
        Activation("bent", "tanh"),
        Conv2D("other", 2, 1, activation="relu", inputs=("conv",)),
        Activation("again", "tanh"),
        Add("sum", inputs=("bent", "again")),
    )
    network = Network.initialised(layers, input_shape=(4, 4, 1))
    assert compact(network) is network
