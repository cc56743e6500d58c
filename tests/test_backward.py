"""The way back: errors and gradients of one picture by finite differences, loops and SciPy."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.signal import correlate2d
from test_layers import CASES, SHAPE, drawn, picture, words

from convexplain import Network, digits
from convexplain.cli import cli
from convexplain.errors import UsageError
from convexplain.network import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Trace,
)
from convexplain.ops import activations, kernel_gradient_steps
from convexplain.training import Backpropagation
from tests.refusals import refuses


def loss(network, weights, picture, label):
    """The cross-entropy in float64, by the layers' own forward arithmetic."""
    outputs = {"input": picture}
    for layer in network.layers:
        x = np.concatenate([outputs[s] for s in network.sources(layer.name)], axis=-1)
        own = {k.split("/")[1]: w for k, w in weights.items() if k.startswith(f"{layer.name}/")}
        z = layer.before(x, own)
        outputs[layer.name] = np.asarray(activations.find(layer.activation)(z))
    z = z.ravel()
    if z.size == 1:
        return float(np.log1p(np.exp(-z[0] if label else z[0])))
    return float(np.log(np.exp(z - z.max()).sum()) + z.max() - z[label])


def slope(change, at, of):
    """The better of two central differences: a step may cross a kink of ReLU or max pooling."""
    value, found = of[at], []
    for step in (1e-5, 1e-7):
        sides = []
        for moved in (value + step, value - step):
            of[at] = moved
            sides.append(change())
        of[at] = value
        found.append((sides[0] - sides[1]) / (2 * step))
    return found


def check(network, image, label):
    """Compare the gradients of some weights and pixels with finite differences."""
    found = Trace(network, image).backward(label)
    weights = {name: w.astype(np.float64) for name, w in network.weights.items()}
    pixels = image.astype(np.float64)
    assert found.loss == pytest.approx(loss(network, weights, pixels, label), rel=1e-5)
    learned = {name for name in weights if "moving" not in name}
    assert set(found.gradients) == learned
    random = np.random.default_rng(5)
    pairs = [(found.errors["input"], pixels)]
    pairs += [(found.gradients[name], weights[name]) for name in learned]
    for gradient, of in pairs:
        assert gradient.shape == of.shape
        for _ in range(3):
            at = tuple(int(random.integers(n)) for n in of.shape)
            slopes = slope(lambda: loss(network, weights, pixels, label), at, of)
            nearest = min(slopes, key=lambda each: abs(each - gradient[at]))
            assert gradient[at] == pytest.approx(nearest, rel=2e-4, abs=1e-6)


@pytest.mark.parametrize("layer", [layer for layer, _ in CASES], ids=map(words, CASES))
def test_errors_and_gradients_of_every_kind_agree_with_finite_differences(layer):
    if layer.activation in ("softmax", "log_softmax"):
        return  # errors are carried back only through one at the end
    layers = (Conv2D("a", 4, 1, activation="tanh"), layer, Flatten("f"), Dense("d", 3, "softmax"))
    start = Network.initialised(layers, 1, input_shape=SHAPE)
    random = np.random.default_rng(3)
    weights = {name: w + drawn(random, name, w) * 0.3 for name, w in start.weights.items()}
    check(Network(layers, weights, input_shape=SHAPE), picture(), 2)


HEADS = {
    "softmax": (Dense("d", 3, "softmax"),),
    "softmax of its own": (Dense("d", 3, "linear"), Activation("p", "softmax")),
    "log-softmax": (Dense("d", 3, "linear"), Activation("p", "log_softmax")),
    "logits": (Dense("d", 3, "linear"),),
    "one sigmoid": (Dense("d", 1, "sigmoid"),),
    "one logit": (Dense("d", 1, "linear"),),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("label", [0, 1])
def test_whatever_ends_in_probabilities_is_gone_back_through(head, label):
    layers = (
        Conv2D("a", 4, padding="same", use_bias=False, activation="linear"),
        BatchNormalization("bn"),
        Activation("bend", "silu"),
        Conv2D("b", 4, padding="same"),
        Add("sum", inputs=("bend", "b")),
        MaxPooling2D("pool"),
        GlobalAveragePooling2D("mean"),
        *head,
    )
    start = Network.initialised(layers, 2, input_shape=SHAPE)
    random = np.random.default_rng(4)
    weights = {name: w + drawn(random, name, w) * 0.2 for name, w in start.weights.items()}
    check(Network(layers, weights, input_shape=SHAPE), picture(1), label)


@pytest.fixture(scope="module")
def misread():
    """A 4 that the bundled network reads as a 9, on its way back."""
    return Trace(Network.load("cnn"), digits.sample(81).pixels).backward(4)


def test_all_gradients_of_a_digit_are_those_of_training(misread):
    network = misread.trace.network
    weights = {name: w.astype(np.float64) for name, w in network.weights.items()}
    batch = misread.trace.image[None].astype(np.float64)
    found, _, gradients = Backpropagation(network.layers, weights)(batch, np.array([4]))
    assert misread.loss == pytest.approx(found, rel=1e-6)
    assert set(gradients) == set(misread.gradients)
    for name, gradient in gradients.items():
        largest = abs(gradient).max()
        np.testing.assert_allclose(misread.gradients[name], gradient, atol=1e-5 * largest)


def test_the_gradient_of_a_kernel_is_the_input_slid_over_with_the_errors(misread):
    errors = misread.before("conv1")[:, :, 29]
    slid = correlate2d(misread.trace.image[..., 0].astype(float), errors, "valid")
    np.testing.assert_allclose(misread.gradients["conv1/kernel"][:, :, 0, 29], slid, atol=1e-14)
    steps = misread.steps("conv1", 29)
    assert len(steps) == 9
    for place, step in enumerate(steps):
        assert (step.row, step.col) == divmod(place, 3)
        assert step.value == pytest.approx(slid[divmod(place, 3)], abs=1e-14)
        assert step.value == pytest.approx(step.products.sum(), abs=1e-14)
    hand = [0.14, -0.29, -1.60, 0.18, -0.82, -2.41, 1.02, -0.71, -2.48]  # of another program
    assert [round(step.value, 2) for step in steps] == hand
    with pytest.raises(ValueError, match="read-only"):
        misread.errors["conv1"][0, 0, 0] = 1


def test_a_max_pool_hands_its_error_to_the_winner_and_relu_where_it_was_above_zero(misread):
    trace = misread.trace
    errors, before = misread.errors["pool1"], misread.before("conv1")
    expected = np.zeros_like(misread.errors["conv1"])
    for row, col, channel in np.ndindex(errors.shape):
        window = trace.activations["conv1"][2 * row : 2 * row + 2, 2 * col : 2 * col + 2, channel]
        r, c = divmod(int(window.argmax()), 2)
        expected[2 * row + r, 2 * col + c, channel] += errors[row, col, channel]
    np.testing.assert_array_equal(misread.errors["conv1"], expected)
    np.testing.assert_array_equal(before, expected * (trace.before("conv1") > 0))
    # What the lesson's storyboard counts.
    assert np.count_nonzero(errors[..., 29]) == 144
    assert np.count_nonzero(before[..., 29]) == 34


@pytest.mark.parametrize(
    ("stride", "padding", "dilation"),
    [(1, "valid", 1), ((2, 1), "same", 1), (2, (1, 0, 2, 1), (1, 2)), (3, 2, 2)],
)
def test_each_weight_meets_the_cells_that_a_loop_gives_it(stride, padding, dilation):
    random = np.random.default_rng(0)
    x = random.normal(size=(9, 8))
    layer = Conv2D("a", 1, (3, 2), stride, padding, dilation)
    window = layer.window
    errors = random.normal(size=window.output_size((9, 8)))
    top, bottom, left, right = window.margins((9, 8))
    padded = np.pad(x, ((top, bottom), (left, right)))
    steps = kernel_gradient_steps(
        x, errors, (3, 2), stride=stride, padding=padding, dilation=dilation
    )
    for i, j in np.ndindex(3, 2):
        total = 0.0
        for row, col in np.ndindex(errors.shape):
            r = row * window.stride[0] + i * window.dilation[0]
            c = col * window.stride[1] + j * window.dilation[1]
            total += padded[r, c] * errors[row, col]
            assert steps.at(i, j).met[row, col] == padded[r, c]
        assert steps.at(i, j).value == pytest.approx(total, abs=1e-12)
    assert [step.value for step in steps[2:4]] == [steps.at(1, 0).value, steps.at(1, 1).value]


def test_a_gradient_names_its_largest_places_and_has_no_bias(misread):
    step = misread.steps("conv1", 29).at(1, 2)
    found = step.breakdown()
    order = sorted(abs(step.products.ravel()), reverse=True)
    assert [abs(part.value) for part in found.parts] == order[:3]
    assert found.rest_count == np.count_nonzero(step.products) - 3
    assert sum(part.value for part in found.parts) + found.rest == pytest.approx(step.value)
    assert "bias" not in step.text()
    assert json.loads(json.dumps(step.to_dict()))["value"] == step.value


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda b: b.trace.backward(10), "class 10 does not exist"),
        (lambda b: b.steps("pool1"), "has no kernel that slides"),
        (lambda b: b.steps("dense"), "has no kernel that slides"),
        (lambda b: b.steps("conv1", 32), "has no filter 32"),
        (lambda b: b.steps("conv2", 0, 32), "reads no channel 32"),
        (lambda b: b.before("conv9"), "conv9"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_line(misread, call, said):
    with pytest.raises(UsageError, match=said) as refusal:
        call(misread)
    assert "\n" not in str(refusal.value)


def test_errors_do_not_pass_a_softmax_in_the_middle():
    layers = (Conv2D("a", 4, activation="softmax"), Flatten("f"), Dense("d", 3, "softmax"))
    trace = Trace(Network.initialised(layers, input_shape=SHAPE), picture())
    with pytest.raises(UsageError, match="has softmax before the network's end"):
        trace.backward(0)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        kernel_gradient_steps(np.ones((4, 4)), np.ones((3, 3)), 3)
    with pytest.raises(ValueError, match="give one map"):
        kernel_gradient_steps(np.ones((4, 4, 1)), np.ones((2, 2)), 3)


def run(*words):
    return CliRunner().invoke(cli, words)


def test_step_backward_prints_the_gradient_of_a_weight_and_how_it_comes_about():
    found = run("step", "--backward", "--sample", "81", "--filter", "29", "--at", "1,2")
    assert found.exit_code == 0, found.output
    for part in ("at row 7, column 16   −1.17", "sum of 676 products   −2.41", "loss 1.27"):
        assert part in found.output
    chinese = run("step", "--backward", "--sample", "81", "--lang", "zh")
    assert "损失" in chinese.output


def test_step_backward_chooses_the_steepest_weight_and_speaks_json(misread):
    found = json.loads(run("step", "--backward", "--sample", "81", "--json").output)
    gradients = misread.gradients["conv1/kernel"]
    assert abs(found["value"]) == pytest.approx(abs(gradients).max())
    assert found["label"] == 4
    assert found["loss"] == pytest.approx(misread.loss)
    at = found["row"], found["col"], found["channel"], found["filter"]
    assert found["value"] == pytest.approx(gradients[at])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--backward", "--code"), "exclude one another"),
        (("--label", "3"), "--label goes with --backward"),
        (("--channel", "3"), "--channel goes with --backward"),
        (("--backward", "--label", "10"), "class 10 does not exist"),
        (("--backward", "--layer", "pool1"), "has no kernel that slides"),
        (("--backward", "--at", "3,0"), "the kernel has rows 0 to 2"),
        (("--backward", "--layer", "conv2", "--channel", "32"), "reads no channel 32"),
    ],
)
def test_step_backward_refuses_in_one_line(words, said):
    refuses(["step", *words], [said])
