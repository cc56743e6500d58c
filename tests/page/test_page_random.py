"""Networks whose layers are drawn at random compute the same numbers on the page and in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Network,
    Trace,
)
from tests.page.test_page_core import assert_same, in_page

ACTIVATIONS = ("linear", "relu", "leaky_relu", "sigmoid", "tanh", "softmax")


def random_layer(random: np.random.Generator, number: int, channels: int) -> tuple[Layer, int]:
    """A convolution or pooling of any kind, and how many channels it puts out."""

    def pair(most: int) -> tuple[int, int]:
        return int(random.integers(1, most + 1)), int(random.integers(1, most + 1))

    paddings: list[Any] = ["valid", "same", "same_lower", 1, (0, 1), (1, 0, 2, 1)]
    padding = paddings[int(random.integers(len(paddings)))]
    kind = random.choice(["conv", "conv", "max", "average"])
    if kind == "conv":
        groups = int(random.choice([g for g in range(1, channels + 1) if channels % g == 0]))
        filters = groups * int(random.integers(1, 4))
        activation = str(random.choice(ACTIVATIONS))
        layer = Conv2D(
            f"conv{number}", filters, pair(4), pair(2), padding, pair(2), groups, activation
        )
        return layer, filters
    pooling = MaxPooling2D if kind == "max" else AveragePooling2D
    return pooling(f"pool{number}", pair(3), pair(3), padding), channels


def random_network(seed: int) -> Network:
    """One to four random layers that fit one another, perhaps with a dense end."""
    random = np.random.default_rng(seed)
    while True:
        shape = (*(int(n) for n in random.integers(9, 15, 2)), int(random.integers(1, 4)))
        layers: list[Layer] = []
        channels = shape[2]
        for number in range(int(random.integers(1, 5))):
            layer, channels = random_layer(random, number, channels)
            layers.append(layer)
        if random.random() < 0.5:
            layers += [Flatten("flatten"), Dense("dense", 5, str(random.choice(ACTIVATIONS)))]
        try:
            untrained = Network.initialised(layers, input_shape=shape)
        except ValueError:  # a window larger than its map, or a pool that reads nothing but padding
            continue
        weights = {
            name: random.normal(0, 0.5, w.shape).astype(np.float32)
            for name, w in untrained.weights.items()
        }
        return Network(untrained.layers, weights, input_shape=shape)


@pytest.mark.parametrize("seed", range(30))
def test_a_random_network_equals_the_python_trace(core: Any, seed: int) -> None:
    net = random_network(seed)
    random = np.random.default_rng(100 + seed)
    # Some cells are exactly zero: the page skips them.
    pictures = [
        (random.random(net.input_shape) * (random.random(net.input_shape) < 0.7)).astype(np.float32)
        for _ in range(2)
    ]
    for found, picture in zip(in_page(core, net, pictures), pictures, strict=True):
        assert_same(found, Trace(net, picture))


def test_every_kind_occurs() -> None:
    layers = [layer for seed in range(30) for layer in random_network(seed).layers]
    windows = [layer.window for layer in layers if layer.window is not None]
    assert {type(x) for x in layers} == {Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Dense}
    assert {x.activation for x in layers} == set(ACTIVATIONS)
    assert {window.padding for window in windows} >= {"valid", "same", "same_lower"}
    assert [x for x in layers if isinstance(x, Conv2D) and x.groups > 1]
    assert [window for window in windows if window.dilation != (1, 1)]
