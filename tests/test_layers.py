"""Every kind of layer: its numbers against loops, and all that views ask of it."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from convexplain.errors import UsageError
from convexplain.network import KINDS, Network, Trace, hierarchy
from convexplain.network.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    Rescaling,
    SeparableConv2D,
    ZeroPadding2D,
    as_map,
    layer_from_dict,
)
from convexplain.training import Backpropagation, TrainingConfig, train
from tests import naive

Array = NDArray[Any]
Weights = dict[str, Array]
SHAPE = (7, 6, 4)
NOTHING = (0, 0, 0, 0)


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


#: Every activation by its formula, with SciPy's error function.
FORMULAS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "leaky_relu(0.3)": lambda z: np.where(z > 0, z, 0.3 * z),
    "sigmoid": sigmoid,
    "tanh": lambda z: (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1),
    "softmax": lambda z: special.softmax(z, axis=-1),
    "log_softmax": lambda z: special.log_softmax(z, axis=-1),
    "relu6": lambda z: np.where(z > 6, 6, np.where(z > 0, z, 0)),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "elu(0.5)": lambda z: np.where(z > 0, z, 0.5 * (np.exp(z) - 1)),
    "silu": lambda z: z * sigmoid(z),
    "gelu": lambda z: z * special.ndtr(z),
    "gelu_tanh": lambda z: z * sigmoid(2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)),
    "hard_swish": lambda z: np.where(z > 3, z, np.where(z < -3, 0, z * (z + 3) / 6)),
}


def convolved(layer: Any, x: Array, kernel: Array, bias: Any, groups: int) -> Array:
    """A convolution by loops."""
    filters = kernel.shape[3]
    window = layer.window
    around = naive.four(layer.padding, x.shape[:2], window.span, window.stride)
    bias = np.zeros(filters) if bias is None else bias
    return naive.conv2d(x, kernel, bias, window.stride, around, window.dilation, groups)


def grouped(layer: Any, x: Array, w: Weights) -> Array:
    return convolved(layer, x, w["kernel"], w.get("bias"), x.shape[2] // w["kernel"].shape[2])


def separable(layer: Any, x: Array, w: Weights) -> Array:
    """Channel by channel, then place by place."""
    depth = w["depthwise_kernel"]
    channels = [
        convolved(layer, x[..., [c]], depth[:, :, [c], m][..., None], None, 1)
        for c in range(depth.shape[2])
        for m in range(depth.shape[3])
    ]
    return np.concatenate(channels, axis=2) @ w["pointwise_kernel"][0, 0] + w.get("bias", 0)


def pooled(layer: Any, x: Array, w: Weights) -> Array:
    """A pooling by loops; what lies beyond the padding never counts."""
    window = layer.window
    top, bottom, left, right = window.margins(x.shape[:2])
    rows, cols = window.output_size(x.shape[:2])
    output = np.zeros((rows, cols, x.shape[2]))
    for r, c, n in np.ndindex(*output.shape):
        values, count = [], 0
        for i, j in np.ndindex(*window.kernel_size):
            row = r * window.stride[0] + i * window.dilation[0] - top
            col = c * window.stride[1] + j * window.dilation[1] - left
            if 0 <= row < x.shape[0] and 0 <= col < x.shape[1]:
                values.append(x[row, col, n])
            inside = row < x.shape[0] + bottom and col < x.shape[1] + right
            count += inside if getattr(layer, "count_include_pad", False) else 0
        largest = isinstance(layer, MaxPooling2D)
        output[r, c, n] = max(values) if largest else sum(values) / (count or len(values))
    return output


def flattened(layer: Any, x: Array, w: Weights) -> Array:
    height, width, channels = x.shape
    if layer.order == "channels_first":
        return np.array([x[i, j, c] for c, i, j in np.ndindex(channels, height, width)])
    return np.array([x[i, j, c] for i, j, c in np.ndindex(*x.shape)])


def padded(layer: Any, x: Array, w: Weights) -> Array:
    top, bottom, left, right = naive.four(layer.padding, x.shape[:2], (1, 1), (1, 1))
    output = np.zeros((x.shape[0] + top + bottom, x.shape[1] + left + right, x.shape[2]))
    for i, j, c in np.ndindex(*x.shape):
        output[top + i, left + j, c] = x[i, j, c]
    return output


def normalised(layer: Any, x: Array, w: Weights) -> Array:
    output = np.zeros(x.shape)
    for i, j, c in np.ndindex(*x.shape):
        spread = math.sqrt(w["moving_variance"][c] + layer.epsilon)
        value = (x[i, j, c] - w["moving_mean"][c]) / spread
        output[i, j, c] = value * w["gamma"][c] if layer.scale else value
        output[i, j, c] += w["beta"][c] if layer.center else 0
    return output


#: Layers with the loop, or the few lines of NumPy, that say what they put out before activation.
CASES: list[tuple[Layer, Callable[[Any, Array, Weights], Array]]] = [
    (Conv2D("x", 3), grouped),
    (Conv2D("x", 3, 1, use_bias=False), grouped),
    (Conv2D("x", 6, (2, 3), (2, 1), "same", (1, 2), 2, "silu", use_bias=False), grouped),
    (DepthwiseConv2D("x"), grouped),
    (DepthwiseConv2D("x", 2, 2, "same", (2, 1), 3, "relu6", use_bias=False), grouped),
    (SeparableConv2D("x", 5), separable),
    (SeparableConv2D("x", 3, (2, 3), 2, (1, 0, 2, 1), 1, 2, "gelu", use_bias=False), separable),
    (MaxPooling2D("x", 3, 2, (1, 0, 0, 1)), pooled),
    (MaxPooling2D("x", 2, 2, ceil_mode=True), pooled),
    (MaxPooling2D("x", 2, 1, "same", dilation=(2, 3)), pooled),
    (AveragePooling2D("x", 3, 2, "same"), pooled),
    (AveragePooling2D("x", 3, 2, 1, count_include_pad=True), pooled),
    (AveragePooling2D("x", 3, 2, 1, count_include_pad=True, ceil_mode=True), pooled),
    (AveragePooling2D("x", (3, 2), 3, ceil_mode=True), pooled),
    (GlobalAveragePooling2D("x"), lambda _, x, w: np.array([c.mean() for c in x.T])),
    (GlobalAveragePooling2D("x", keepdims=True), lambda _, x, w: x.mean((0, 1), keepdims=True)),
    (GlobalMaxPooling2D("x"), lambda _, x, w: np.array([c.max() for c in x.T])),
    (GlobalMaxPooling2D("x", keepdims=True), lambda _, x, w: x.max((0, 1), keepdims=True)),
    (Flatten("x"), flattened),
    (Flatten("x", order="channels_first"), flattened),
    (ZeroPadding2D("x"), padded),
    (ZeroPadding2D("x", (1, 0, 3, 2)), padded),
    (Rescaling("x", 1 / 127.5, -1), lambda _, x, w: x / 127.5 - 1),
    (
        Rescaling("x", (1, 2, 0.5, -1), (0, -1, 3, 0.25)),
        lambda _, x, w: x * np.array([1, 2, 0.5, -1]) + np.array([0, -1, 3, 0.25]),
    ),
    (BatchNormalization("x"), normalised),
    (BatchNormalization("x", 1e-5, center=False), normalised),
    (BatchNormalization("x", scale=False), normalised),
    (Dropout("x", 0.25), lambda _, x, w: x),
    *((Activation("x", name), lambda _, x, w: x) for name in FORMULAS),
]


def words(case: tuple[Layer, object]) -> str:
    return ",".join(map(str, list(case[0].to_dict().values())))


def network(layer: Layer, seed: int = 1) -> Network:
    """A network of one layer, with normally distributed weights."""
    untrained = Network.initialised([layer], input_shape=SHAPE)
    random = np.random.default_rng(seed)
    weights = {name: drawn(random, name, w) for name, w in untrained.weights.items()}
    return Network([layer], weights, input_shape=SHAPE)


def drawn(random: np.random.Generator, name: str, w: Array) -> Array:
    values = random.normal(0, 0.5, w.shape).astype(np.float32)
    return abs(values) if name.endswith("variance") else values


def picture(seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(0.2, 2, SHAPE).astype(np.float32)


def weights_of(net: Network) -> Weights:
    return {part: w.astype(np.float64) for part, w in net.weights_of("x").items()}


def cells(net: Network) -> list[tuple[int, int, int]]:
    """Some cells of the layer's output, corners among them."""
    rows, cols, channels = as_map(np.zeros(net.shapes["x"])).shape
    random = np.random.default_rng(2)
    some = [tuple(int(random.integers(n)) for n in (rows, cols, channels)) for _ in range(4)]
    return [(0, 0, 0), (rows - 1, cols - 1, channels - 1), *some]  # type: ignore[list-item]


def test_every_kind_has_a_case() -> None:
    kinds = {layer.kind for layer, _ in CASES} | {"Dense", "Add", "Concatenate"}
    assert kinds == KINDS.keys()


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_numbers_are_those_of_loops(layer: Layer, reference: Any) -> None:
    net, x = network(layer), picture()
    before = reference(layer, x.astype(np.float64), weights_of(net))
    after = FORMULAS[layer.activation](before)
    trace = Trace(net, x)
    assert trace.before("x").shape == net.shapes["x"] == before.shape
    np.testing.assert_allclose(trace.before("x"), before, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(trace.activations["x"], after, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(net.activations(x)["x"], after, rtol=2e-5, atol=2e-5)
    np.testing.assert_allclose(net(x[None])[0], after, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_a_cell_is_the_sum_of_its_addends_or_the_value_of_its_origin(
    layer: Layer, reference: Any
) -> None:
    net, x = network(layer), picture()
    before = as_map(reference(layer, x.astype(np.float64), weights_of(net)))
    for cell in cells(net):
        sums = layer.addends(x, net.weights_of("x"), cell)
        assert (sums is None) == layer.hands_on
        if sums is None:
            place = layer.origin(x, cell)
            assert before[cell] == (0 if place is None else x[place])
            continue
        assert math.fsum(sums.products) + sums.bias == pytest.approx(before[cell], abs=1e-6)
        read = [sums.cell(i) for i in range(sums.products.size)]
        assert len(set(read)) == len(read)
        if layer.activation not in ("softmax", "log_softmax"):  # they read all, after the sums
            assert {channel for _, _, channel in read} == {*layer.channels(x.shape, cell[2])}
        np.testing.assert_array_equal(
            sums.products, [float(x[c]) * w for c, w in zip(read, sums.weights, strict=True)]
        )


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_the_breakdown_of_a_cell_comes_to_its_value(layer: Layer, reference: Any) -> None:
    net, x = network(layer), picture()
    if layer.hands_on:
        return
    before = as_map(reference(layer, x.astype(np.float64), weights_of(net)))
    for cell in cells(net):
        account = Trace(net, x).breakdown("x", cell)
        end = sum(value for _, value in account.addends) + account.bias
        if account.stages:
            end = account.stages[-1].value
        if account.rule == "mean":
            end /= account.count
        assert end == pytest.approx(before[cell], abs=1e-6)


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_what_a_cell_does_not_read_does_not_change_it(layer: Layer, reference: Any) -> None:
    net, x = network(layer), picture()
    random = np.random.default_rng(3)
    for row, col, channel in cells(net):
        box = net.receptive_field("x").box(row, col).clip(SHAPE[:2])
        other = random.normal(0, 3, SHAPE).astype(np.float32)
        other[box.rows, box.cols] = x[box.rows, box.cols]
        unread = [c for c in range(SHAPE[2]) if c not in layer.channels(SHAPE, channel)]
        if layer.activation not in ("softmax", "log_softmax"):
            other[..., unread] = random.normal(0, 3, (*SHAPE[:2], len(unread)))
        if layer.family != "flatten":  # a vector has lost its rows and columns
            now, then = (as_map(Trace(net, p).activations["x"]) for p in (x, other))
            assert now[row, col, channel] == then[row, col, channel]


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_single_steps_compute_the_cells(layer: Layer, reference: Any) -> None:
    net, x = network(layer), picture()
    trace = Trace(net, x)
    if layer.steps(x, net.weights_of("x"), 0) is None:
        with pytest.raises(UsageError, match="has no window that moves"):
            trace.steps("x")
        return
    for row, col, channel in cells(net):
        step = trace.steps("x", channel).at(row, col)
        before = as_map(trace.before("x"))[row, col, channel]
        assert step.value == pytest.approx(before, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_a_cell_is_followed_back_to_the_pixels(layer: Layer, reference: Any) -> None:
    net = network(layer)
    trace = Trace(net, picture())
    for row, col, channel in cells(net):
        node = trace.pixel("x", channel, row, col)
        parts = math.fsum(part.contribution or 0 for part in node.parts)
        assert parts + node.rest + node.bias == pytest.approx(node.before, abs=1e-9)
        assert node.before == pytest.approx(as_map(trace.before("x"))[row, col, channel], abs=1e-6)


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_lines_of_numpy_print_the_cell(layer: Layer, reference: Any) -> None:
    net, x = network(layer), picture()
    after = as_map(Trace(net, x).activations["x"])
    if layer.activation in ("softmax", "log_softmax") and not isinstance(layer, Activation):
        after = as_map(Trace(net, x).before("x"))
    for cell in cells(net):
        lines = layer.code("numpy", SHAPE, cell)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec("\n".join(lines), {"np": np, "network": net, "x": x.copy()})
        assert float(out.getvalue()) == pytest.approx(float(after[cell]), rel=1e-6, abs=1e-6)
        for dialect in ("keras", "torch"):
            compile("\n".join(layer.code(dialect, SHAPE, cell)), "printed.py", "exec")


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_lines_of_torch_print_the_cell(layer: Layer, reference: Any) -> None:
    torch = pytest.importorskip("torch")
    net, x = network(layer), picture()
    after = as_map(Trace(net, x).activations["x"])
    if layer.activation in ("softmax", "log_softmax") and not isinstance(layer, Activation):
        after = as_map(Trace(net, x).before("x"))
    known = {"np": np, "torch": torch, "functional": torch.nn.functional, "network": net}
    for cell in cells(net):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec("\n".join(layer.code("torch", SHAPE, cell)), {**known, "x": x.copy()})
        assert float(out.getvalue()) == pytest.approx(float(after[cell]), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_facts_have_names_in_both_languages(layer: Layer, reference: Any) -> None:
    facts = layer.describe(SHAPE)
    keys = [fact.key for fact in facts]
    assert keys[0] == "output"
    assert len(set(keys)) == len(keys)
    assert all(fact.value and fact.name.text("en") and fact.name.text("zh") for fact in facts)
    told = {fact.key: fact.value for fact in facts}
    learned = sum(math.prod(shape) for shape in layer.weight_shapes(SHAPE).values())
    assert told.get("parameters", "0") == f"{learned:,}"


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_a_file_gives_the_layer_back(layer: Layer, reference: Any, tmp_path: Any) -> None:
    assert layer_from_dict(layer.to_dict()) == layer
    net = network(layer)
    net.save(tmp_path / "x.safetensors")
    again = Network.load(tmp_path / "x.safetensors")
    assert again.layers == net.layers
    np.testing.assert_array_equal(again(picture()), net(picture()))


@pytest.mark.parametrize(("layer", "reference"), CASES, ids=map(words, CASES))
def test_gradients_agree_with_finite_differences(layer: Layer, reference: Any) -> None:
    if layer.activation in ("softmax", "log_softmax"):
        return  # softmax is learned through at the end of a network, and nowhere else
    first = Conv2D("first", 4, 1, activation="tanh")
    layers = (first, layer, Flatten("flatten"), Dense("dense", 3, "softmax"))
    check_gradients(layers)


def check_gradients(layers: tuple[Layer, ...]) -> None:
    """Move each weight a little, some of its numbers at least, and look at the loss."""
    start = Network.initialised(layers, 1, input_shape=SHAPE)
    random = np.random.default_rng(3)
    weights = {
        name: w.astype(np.float64) + drawn(random, name, w) for name, w in start.weights.items()
    }
    x, labels = random.normal(0, 1, (5, *SHAPE)), np.array([0, 2, 1, 1, 0])
    run = Backpropagation(layers, weights)
    _, _, gradients = run(x, labels)
    for name, gradient in gradients.items():
        weight = weights[name]
        assert gradient.shape == weight.shape
        for _ in range(4):
            at = tuple(random.integers(0, n) for n in weight.shape)
            value, losses = weight[at], []
            for moved in (value + 1e-6, value - 1e-6):
                weight[at] = moved
                losses.append(run(x, labels)[0])
            weight[at] = value
            slope = (losses[0] - losses[1]) / 2e-6
            assert gradient[at] == pytest.approx(slope, rel=1e-4, abs=1e-8)


def test_running_statistics_follow_those_of_the_batches() -> None:
    layers = (BatchNormalization("bn", momentum=0.75), Flatten("f"), Dense("d", 3, "softmax"))
    start = Network.initialised(layers, input_shape=SHAPE)
    weights = {name: w.copy() for name, w in start.weights.items()}
    x = np.stack([picture(seed) for seed in range(8)])
    Backpropagation(layers, weights)(x, np.zeros(8, int))
    numbers = x.reshape(-1, SHAPE[2]).astype(np.float64)
    np.testing.assert_allclose(weights["bn/moving_mean"], numbers.mean(0) / 4, rtol=1e-4)
    spread = ((numbers - numbers.mean(0)) ** 2).sum(0) / len(numbers)
    np.testing.assert_allclose(weights["bn/moving_variance"], 0.75 + spread / 4, rtol=1e-4)


HEADS: dict[str, tuple[Layer, ...]] = {
    "softmax in the dense layer": (Dense("dense", 3, "softmax"),),
    "softmax of its own": (Dense("dense", 3), Dropout("rest"), Activation("probs", "softmax")),
    "log-softmax": (Dense("dense", 3), Activation("logs", "log_softmax")),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_classes_are_those_of_the_dense_layer_however_softmax_is_written(
    head: tuple[Layer, ...],
) -> None:
    layers = (Conv2D("a", 5), GlobalAveragePooling2D("mean"), *head)
    trace = Trace(Network.initialised(layers, 4, input_shape=SHAPE), picture())
    powers = np.exp(trace.activations["dense"].astype(np.float64))
    if len(head) == 1:
        powers = np.exp(trace.logits.astype(np.float64))
    np.testing.assert_allclose(trace.probabilities, powers / powers.sum(), rtol=1e-6)
    for centred in (False, True):
        node = hierarchy(trace, 1, centred=centred)
        assert (node.layer, node.filter) == ("dense", 1)
        mean = float(trace.logits.mean(dtype=np.float64)) if centred else 0.0
        assert node.before == pytest.approx(float(trace.logits[1]) - mean, abs=1e-12)
        parts = math.fsum(part.contribution or 0 for part in node.parts)
        assert parts + node.rest + node.bias == pytest.approx(node.before, abs=1e-12)
        # The mean adds up alike: what it averages are the parts.
        assert {part.layer for part in node.parts} <= {"a"}


def test_training_a_residual_network_is_reproducible_and_learns() -> None:
    layers = (
        Conv2D("a", 4, padding="same", use_bias=False, activation="linear"),
        BatchNormalization("bn", momentum=0.9),
        Activation("bend", "silu"),
        DepthwiseConv2D("b", padding="same"),
        Add("sum", inputs=("bend", "b")),
        GlobalMaxPooling2D("largest"),
        Dense("dense", 3),
        Activation("probs", "softmax"),
    )
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, 96).astype(np.uint8)
    images = random.integers(0, 60, (96, 8, 8)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, 2 * label : 2 * label + 1 + label] = 255
    config = TrainingConfig(layers, epochs=6, batch_size=8, learning_rate=0.01)
    first, second = (train(config, images, labels, seed=3) for _ in range(2))
    for name, weight in first.network.weights.items():
        np.testing.assert_array_equal(weight, second.network.weights[name])
    assert first.epochs[-1].loss < first.epochs[0].loss / 2
    right = first.network(images[..., None] / np.float32(255)).argmax(axis=1) == labels
    assert right.mean() > 0.9  # with running statistics, no longer those of the batch


# Several inputs

RESIDUAL: tuple[Layer, ...] = (
    Conv2D("a", 4, padding="same", activation="tanh"),
    Conv2D("b", 6, 3, padding="same"),
    Conv2D("c", 4, padding="same", activation="linear"),
    Add("sum", inputs=("a", "c", "input")),
    Activation("relu"),
    MaxPooling2D("pool"),
    Conv2D("d", 5, activation="elu"),
    Flatten("flatten"),
    Dense("dense", 3, "softmax"),
)


def residual() -> Network:
    untrained = Network.initialised(RESIDUAL, input_shape=SHAPE)
    random = np.random.default_rng(4)
    weights = {name: drawn(random, name, w) for name, w in untrained.weights.items()}
    return Network(RESIDUAL, weights, input_shape=SHAPE)


def test_a_residual_addition_adds_what_came_before() -> None:
    net, x = residual(), picture()
    trace = Trace(net, x)
    doubles = {name: values.astype(np.float64) for name, values in trace.activations.items()}
    expected = doubles["a"] + doubles["c"] + x
    np.testing.assert_allclose(trace.before("sum"), expected, rtol=1e-7)
    np.testing.assert_array_equal(trace.activations["relu"], np.maximum(trace.before("sum"), 0))
    assert not net.is_chain
    assert net.sources("b") == ("a",)
    assert net.shapes["sum"] == SHAPE
    assert net.input_of("sum") == (7, 6, 12)
    batch = np.stack([x, picture(5), picture(6)])
    singles = [net(each) for each in batch]
    np.testing.assert_allclose(net(batch), singles, rtol=1e-5, atol=1e-6)
    everything = net.activations(batch)
    np.testing.assert_allclose(
        everything["relu"][0], trace.activations["relu"], rtol=1e-5, atol=1e-5
    )


def test_a_sum_of_branches_is_followed_into_each() -> None:
    trace = Trace(residual(), picture())
    node = trace.pixel("sum", 2, 3, 1)
    assert {part.layer for part in node.parts} == {"a", "c", "input"}
    for part in node.parts:
        assert (part.row, part.col, part.filter, part.weight) == (3, 1, 2, 1.0)
    assert math.fsum(part.contribution or 0 for part in node.parts) + node.rest == pytest.approx(
        node.before, abs=1e-12
    )
    below = trace.pixel("d", 1, 0, 0)
    assert {part.layer for part in below.parts} == {"relu"}  # max pooling hands on


def test_the_field_of_a_sum_is_that_of_its_widest_branch() -> None:
    net = residual()
    assert net.receptive_field("sum") == net.receptive_field("c")
    assert net.receptive_field("c").size == (7, 7)


def test_rows_and_columns_that_no_branch_reads_change_nothing() -> None:
    layers = (
        Conv2D("a", 4, 1, stride=3, activation="linear"),
        AveragePooling2D("b", 2, 3, ceil_mode=True, inputs=("input",)),
        Add("sum", inputs=("a", "b")),
        GlobalAveragePooling2D("mean"),
    )
    untrained = Network.initialised(layers, input_shape=SHAPE)
    ones = {name: np.ones_like(w) for name, w in untrained.weights.items()}
    net, x = Network(layers, ones, input_shape=SHAPE), picture()
    for unseen, axis in zip(net.unseen(), (0, 1), strict=True):
        for place in range(SHAPE[axis]):
            other = x.copy()
            other[(slice(None),) * axis + (place,)] += 1
            assert (place in unseen) == bool(
                (Trace(net, other).logits == Trace(net, x).logits).all()
            )
    assert net.unseen() == ((2, 5), (2, 5))


def test_gradients_flow_through_both_branches() -> None:
    check_gradients(RESIDUAL)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Add("s"), "needs the names of at least two layers"),
        (lambda: Add("s", inputs="ab"), "inputs must be a list of layers' names"),
        (lambda: Rescaling("r", "x"), "scale must be a number, not 'x'"),
        (lambda: BatchNormalization("b", 0), "epsilon must be a number above 0, not 0"),
        (lambda: BatchNormalization("b", momentum=2), "momentum must be from 0 to 1, not 2"),
        (lambda: Dropout("d", 1), "rate must be at least 0 and below 1, not 1"),
        (lambda: Flatten("f", order="columns"), "order must be channels_last or channels_first"),  # type: ignore[arg-type]
        (lambda: ZeroPadding2D("z", "same"), "padding 'same': give one, two or four"),
        (lambda: ZeroPadding2D("z", -1), "z: padding -1 is negative"),
        (lambda: Conv2D("c", 2, use_bias=1), "use_bias must be true or false, not 1"),  # type: ignore[arg-type]
        (lambda: MaxPooling2D("p", ceil_mode="no"), "ceil_mode must be true or false"),  # type: ignore[arg-type]
        (lambda: Activation("a", "leaky_relu(-1)"), r"unknown activation 'leaky_relu\(-1\)'"),
        (
            lambda: Activation("a", "relu(3)"),
            r"unknown activation 'relu\(3\)': choose one of linear",
        ),
        (lambda: Activation("a", "elu(1e999)"), "unknown activation"),
    ],
)
def test_a_layer_that_cannot_be_right_is_refused(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ((Conv2D("a", 4), Add("s", inputs=("a", "b"))), "s reads 'b', which is no layer before it"),
        (
            (Conv2D("a", 4), Add("s", inputs=("a", "input"))),
            r"s adds shapes \(5, 4, 4\) and \(7, 6",
        ),
        ((Conv2D("a", 4), Conv2D("b", 4, inputs=("a", "input"))), "b reads shapes .* together"),
        ((Rescaling("r", (1, 2)),), "r: scale has 2 numbers for the 4 channels"),
        ((Conv2D("input", 4),), "a layer is named 'input', as the picture is"),
        ((Flatten("f"), GlobalMaxPooling2D("g")), "a GlobalMaxPooling2D layer reads maps"),
        (
            (
                Conv2D("a", 4, stride=2, padding="same"),
                Conv2D("b", 4, (4, 4), inputs=("input",)),
                Add("s", inputs=("a", "b")),
            ),
            "s reads a and b: their cells lie 2x2 and 1x1 pixels apart",
        ),
    ],
)
def test_layers_that_do_not_fit_one_another_are_refused(
    layers: tuple[Layer, ...], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        Network.initialised(layers, input_shape=SHAPE)


def test_a_layer_that_nothing_reads_cannot_be_trained() -> None:
    layers = (
        Flatten("flatten"),
        Dense("idle", 2),
        Dense("dense", 3, "softmax", inputs=("flatten",)),
    )
    net = Network.initialised(layers, input_shape=SHAPE)
    assert net(picture()).shape == (3,)
    with pytest.raises(ValueError, match="no layer reads idle"):
        Backpropagation(layers, net.weights)
