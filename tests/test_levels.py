"""Levels of any chain: sums through averages and normalizations, by NumPy alone, and the lesson."""

from __future__ import annotations

import numpy as np
import pytest
from played import check_events
from scipy.signal import correlate

from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.figures import receptive_fields
from convexplain.lessons.hierarchy import MOST_ROWS, Hierarchy
from convexplain.lessons.parts.receptive import MOST, ReceptiveFields
from convexplain.network import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    Node,
    Rescaling,
    Trace,
    contributions,
    hierarchy,
    level_layers,
)
from convexplain.style.theme import Look
from tests.often import covering

#: Normalization between a convolution and its activation, averages, a hidden layer, one sigmoid.
CHAIN = (
    Rescaling("scale", 2.0, -1.0),
    Conv2D("conv", 4, 3, activation="linear"),
    BatchNormalization("norm"),
    Activation("bend", "relu"),
    AveragePooling2D("mean"),
    Conv2D("deep", 5, 3, activation="tanh"),
    GlobalAveragePooling2D("everywhere"),
    Dense("yes", 1, "sigmoid"),
)


def network(layers=CHAIN, shape=(14, 14, 3), seed=0):
    made = Network.initialised(layers, seed, input_shape=shape)
    random = np.random.default_rng(seed)
    weights = {
        name: random.uniform(0.4, 1.4, w.shape).astype(np.float32) if w.ndim == 1 else w
        for name, w in made.weights.items()
    }
    return Network(layers, weights, input_shape=shape)


def nodes(node: Node):
    yield node
    for part in node.parts:
        yield from nodes(part)


@pytest.fixture(scope="module")
def trace():
    return Trace(network(), np.random.default_rng(1).random((14, 14, 3), np.float32))


def test_levels_are_where_numbers_bend():
    assert [layer.name for layer in level_layers(network())] == ["bend", "deep"]
    plain = (Conv2D("a", 2, activation="linear"), Conv2D("b", 2, activation="linear"),
             Flatten("f"), Dense("d", 2))  # fmt: skip
    made = Network.initialised(plain, input_shape=(8, 8, 1))
    assert [layer.name for layer in level_layers(made)] == ["a", "b"]


def test_a_global_average_is_a_sum_of_cells_for_the_answer_or_against_it(trace):
    """One sigmoid: what speaks for yes are its weights, what speaks for no their opposites."""
    weights = trace.network.weights["yes/kernel"][:, 0].astype(np.float64)
    cells = trace.activations["deep"].astype(np.float64)
    expected = cells * weights / (cells.shape[0] * cells.shape[1])
    for label, sign in ((1, 1), (0, -1)):
        found = contributions(trace, "deep", label)
        np.testing.assert_allclose(found, sign * expected, atol=1e-8)
        tree = hierarchy(trace, label)
        best = np.unravel_index(np.argmax(sign * expected), expected.shape)
        assert (tree.parts[0].row, tree.parts[0].col, tree.parts[0].filter) == best
        assert tree.before == pytest.approx(sign * float(trace.logits[0]), abs=1e-6)


def test_a_cell_behind_a_normalization_is_the_sum_of_what_its_convolution_reads(trace):
    """SciPy convolves, NumPy normalises: the same number as the node of the activation."""
    w = {name: value.astype(np.float64) for name, value in trace.network.weights.items()}
    read = trace.image.astype(np.float64) * 2 - 1
    for node in nodes(hierarchy(trace, 1)):
        if node.layer != "bend":
            continue
        kernel = w["conv/kernel"][..., node.filter]
        total = correlate(read, kernel, mode="valid").squeeze(axis=2)[node.row, node.col]
        factor = w["norm/gamma"] / np.sqrt(w["norm/moving_variance"] + 1e-3)
        value = total + w["conv/bias"][node.filter] - w["norm/moving_mean"][node.filter]
        value = value * factor[node.filter] + w["norm/beta"][node.filter]
        assert node.before == pytest.approx(value, abs=1e-5)
        assert node.readings == 27
        assert node.positive + node.negative + node.bias == pytest.approx(value, abs=1e-5)


def test_every_node_is_the_sum_of_its_parts(trace):
    for label in (0, 1):
        for node in nodes(hierarchy(trace, label, 3, below=[2, 1])):
            made = sum(part.contribution for part in node.parts) + node.rest + node.bias
            assert made == pytest.approx(node.before, abs=1e-9)
            for part in node.parts:
                assert part.contribution == pytest.approx(part.weight * part.activated, abs=1e-9)


def test_a_shortcut_is_followed_to_both_its_sources():
    layers = (
        Conv2D("stem", 3, 3),
        Conv2D("body", 3, 3, padding="same", activation="linear"),
        Add("sum", inputs=("body", "stem")),
        Activation("bend", "relu"),
        GlobalAveragePooling2D("mean"),
        Dense("out", 4),
    )
    made = network(layers, (9, 9, 1))
    trace = Trace(made, np.random.default_rng(3).random((9, 9, 1), np.float32))
    assert [layer.name for layer in level_layers(made)] == ["stem", "bend"]
    part = hierarchy(trace).parts[0]
    stem, kernel = trace.activations["stem"], made.weights["body/kernel"][..., part.filter]
    padded = np.pad(stem, ((1, 1), (1, 1), (0, 0))).astype(np.float64)
    patch = padded[part.row : part.row + 3, part.col : part.col + 3]
    expected = (patch * kernel).sum() + made.weights["body/bias"][part.filter]
    assert part.before == pytest.approx(expected + stem[part.row, part.col, part.filter], abs=1e-5)
    # All taps that lie within the map, and the cell itself on its way round.
    inside = np.pad(np.ones((7, 7)), 1)[part.row : part.row + 3, part.col : part.col + 3].sum()
    assert part.readings == int(inside) * 3 + 1


# The lesson.


def photograph(shape):
    pixels = np.random.default_rng(8).random(shape).astype(np.float32)
    return Picture(pixels, None, "random")


def deep(convolutions, activation="relu"):
    layers = [
        Conv2D(f"c{n}", 4, 3, padding="same", activation=activation) for n in range(convolutions)
    ]
    return (*layers, MaxPooling2D("pool"), Flatten("flat"), Dense("hidden", 6, "relu"),
            Dense("out", 3))  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("levels")
    made = {
        "chain": network(seed=2),
        "two": network(deep(2), seed=5),
        "six": network(deep(6, "tanh")),
    }
    for name, each in made.items():
        each.save(folder / f"{name}.safetensors")
    return {name: str(folder / f"{name}.safetensors") for name in made}


@pytest.mark.parametrize(("name", "aspect"), covering(["chain", "two", "six"], ["16:9", "9:16"]))
def test_any_number_of_levels_has_room_and_ends_in_the_answer(name, aspect, files):
    look = Look("en") if aspect == "16:9" else Look("zh", "light")
    lesson = Hierarchy(model=files[name], picture=photograph((14, 14, 3)))
    assert len(lesson.path) == min(MOST_ROWS, len(lesson.levels))
    check_events(lesson, look, aspect)


def test_cells_are_taken_out_and_all_behind_them_is_computed_again(files):
    lesson = Hierarchy(model=files["chain"], picture=photograph((14, 14, 3)))
    maps = lesson.trace.activations["deep"].copy()
    maps.reshape(-1)[lesson.removal.order[:4]] = 0
    weights = lesson.network.weights["yes/kernel"][:, 0].astype(np.float64)
    bias = float(lesson.network.weights["yes/bias"][0])
    logit = maps.astype(np.float64).mean(axis=(0, 1)) @ weights + bias
    sign = 1 if lesson.label else -1
    assert lesson.removal.readings[4].logit == pytest.approx(sign * logit, abs=1e-5)


def test_levels_that_are_not_drawn_are_counted(files):
    lesson = Hierarchy(model=files["six"], picture=photograph((14, 14, 3)))
    said = [e.said.text("en") for beat in lesson.beats() for e in beat.events if e.said]
    assert "And so on: 3 more levels below." in said
    assert lesson.kernels is None


def test_fields_that_lie_apart_by_another_number_across_say_both(tmp_path):
    path = tmp_path / "small.safetensors"
    layers = Conv2D("a", 2, (5, 7), stride=(2, 1)), MaxPooling2D("p", 2)
    end = Flatten("f"), Dense("d", 10, "softmax")
    Network.initialised((*layers, *end), seed=1).save(path)
    options = ReceptiveFields(model=str(path))
    (bars,) = (p for p in receptive_fields.diagram(options).root.panels() if p.name == "fields")
    assert [bar.text.text("en") for bar in bars.bars] == [
        "5 × 7, step 2 × 1", "7 × 8, step 4 × 2",
    ]  # fmt: skip
    told = receptive_fields.alternative(options).text("en")
    assert "move by 2 × 1, 4 × 2 pixels" in told


def test_receptive_fields_are_shown_of_any_network_and_some_of_many(files):
    fields = ReceptiveFields(model=files["six"], picture=photograph((14, 14, 3)))
    sizes = [view.size for view in fields.shown]
    assert sizes == ["3", "5", "7", "9", "11", "13"]
    many = network(deep(11))
    assert len(many.layers) > MOST
    for view in fields.views:
        assert fields.network.receptive_field(view.layer).size[0] == view.side


def test_a_network_with_shortcuts_has_no_single_way_to_tell(tmp_path):
    layers = (Conv2D("a", 3, 3, padding="same"), Conv2D("b", 3, 3, padding="same"),
              Add("sum", inputs=("a", "b")), Flatten("f"), Dense("d", 3))  # fmt: skip
    path = tmp_path / "shortcut.safetensors"
    Network.initialised(layers, input_shape=(8, 8, 1)).save(path)
    with pytest.raises(UsageError, match="without a shortcut"):
        Hierarchy(model=str(path))
