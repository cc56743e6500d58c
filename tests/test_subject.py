"""Layers are found by the parts they play, whatever they are called."""

import numpy as np
import pytest
from played import lesson_of

from convexplain import lessons
from convexplain.data import digits
from convexplain.data.recipe import Recipe
from convexplain.errors import UsageError
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.subject import ROLES, Subject, find, lacking
from convexplain.network import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Network,
)
from convexplain.style.captions import Caption

KERAS = (
    Conv2D("conv2d", 4, 5),
    MaxPooling2D("max_pooling2d"),
    Conv2D("conv2d_1", 6),
    Flatten("flatten_3"),
    Dense("dense_1", 8, "relu"),
    Dense("dense_2", 3, "softmax"),
)


@pytest.fixture
def network():
    return Network.initialised(KERAS, seed=1, input_shape=(20, 18, 1))


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("first convolution", "conv2d"),
        ("convolution of the picture", "conv2d"),
        ("convolution of many channels", "conv2d_1"),
        ("separable convolution", "conv2d_1"),
        ("maps", "conv2d"),
        ("max pool", "max_pooling2d"),
        ("last map", "conv2d_1"),
        ("flatten", "flatten_3"),
        ("hidden", "dense_1"),
        ("classifier", "dense_2"),
        ("levels", "dense_2"),
    ],
)
def test_roles_find_layers_by_what_they_do(role, name, network):
    assert find(network, role).name == name


def test_a_role_that_nobody_plays_is_told_in_one_line():
    layers = (Conv2D("c", 4), MaxPooling2D("p"), Flatten("f"), Dense("d", 3, "softmax"))
    network = Network.initialised(layers, input_shape=(20, 18, 1))
    subject = Subject(network, digits.first(4), "mine.safetensors")
    with pytest.raises(UsageError, match=r"'mine.safetensors' lacks two convolutions") as told:
        subject.role("levels")
    assert "\n" not in str(told.value)
    assert lacking(network, ("levels", "max pool")) == ("levels",)


@pytest.mark.parametrize(
    ("change", "role"),
    [
        ((Conv2D("c", 2, activation="tanh"),), "convolution of the picture"),
        ((Conv2D("c", 2, dilation=2),), "convolution of the picture"),
        ((Conv2D("c", 4), Conv2D("d", 4, groups=2)), "convolution of many channels"),
        ((Conv2D("c", 4), Conv2D("d", 4, 1)), "separable convolution"),
        ((Conv2D("c", 4), AveragePooling2D("p")), "max pool"),
        ((Conv2D("c", 4), MaxPooling2D("p", 1)), "max pool"),
        ((Conv2D("c", 4), GlobalMaxPooling2D("p")), "max pool"),
        ((MaxPooling2D("p"),), "max pool"),
        ((Conv2D("c", 4), Flatten("f"), Dense("d", 2)), "classifier"),
    ],
)
def test_a_layer_of_another_kind_does_not_play_the_part(change, role):
    assert find(Network.initialised(change, input_shape=(12, 12, 1)), role) is None


def test_colours_and_other_ranges_are_no_picture_under_the_kernel():
    made = Network.initialised(KERAS, input_shape=(20, 18, 3))
    assert find(made, "convolution of the picture") is None
    assert find(made, "convolution over the picture") is made.layers[0]
    gray = Network.initialised(KERAS, input_shape=(20, 18, 1))
    bytes_ = Recipe((20, 18), "gray", 255.0)
    scaled = Network(KERAS, gray.weights, input_shape=(20, 18, 1), recipe=bytes_)
    assert find(scaled, "convolution of the picture") is None
    assert find(scaled, "convolution over the picture") is scaled.layers[0]
    split = (Conv2D("c", 6, groups=3), *KERAS[1:])
    grouped = Network.initialised(split, input_shape=(20, 18, 3))
    assert find(grouped, "convolution over the picture") is None


def test_the_trace_follows_the_prepared_picture(network):
    subject = Subject(network, digits.first(4), "mine")
    assert subject.picture.shape == (20, 18, 1)
    np.testing.assert_array_equal(subject.trace.image, subject.picture.pixels)
    np.testing.assert_array_equal(subject.drawn, subject.picture.pixels[:, :, 0])
    assert subject.trace is subject.trace


def test_a_digit_is_none_of_other_classes(network):
    assert Subject(Network.load("cnn"), digits.first(4), "cnn").label == 4
    assert Subject(network, digits.first(2), "mine").label is None
    ten = (Conv2D("c", 2), Flatten("f"), Dense("d", 10, "softmax"))
    names = tuple(Caption(en=f"thing {n}", zh=f"物 {n}") for n in range(10))
    weights = Network.initialised(ten).weights
    named = Network(ten, weights, recipe=Recipe((28, 28), "gray", classes=names))
    assert Subject(named, digits.first(2), "things").label is None


def test_each_need_is_a_role_that_the_default_network_plays():
    found = [lessons.find(name) for name in lessons.names()]
    needy = [lesson for lesson in found if issubclass(lesson, NetworkLesson)]
    assert len(needy) >= 8
    for lesson in needy:
        assert set(lesson.needs) <= set(ROLES), lesson.name
        assert lacking(lesson_of(lesson.name).network, lesson.needs) == (), lesson.name


def test_ten_unnamed_classes_of_photographs_are_no_digits():
    """Ten classes of colour pictures may be anything, unless a recipe calls them 0 to 9."""
    layers = (Conv2D("c", 2), Flatten("f"), Dense("d", 10, "softmax"))
    gray = Network.initialised(layers, input_shape=(8, 8, 1))
    colour = Network.initialised(layers, input_shape=(8, 8, 3))
    names = tuple(Caption(en=str(n), zh=str(n)) for n in range(10))
    named = Network(
        layers, colour.weights, input_shape=(8, 8, 3), recipe=Recipe((8, 8), "rgb", classes=names)
    )
    assert [net.reads_digits for net in (gray, colour, named)] == [True, False, True]
