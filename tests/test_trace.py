"""Traces: the numbers that are shown, the same everywhere, and what they are made of."""

from __future__ import annotations

import os
import pickle
import platform
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from convexplain.errors import ConvexplainError, UsageError
from convexplain.network import (
    CHAPTER_LAYERS,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
    Trace,
)
from convexplain.ops import ConvStep, PoolStep
from tests import small_networks
from tests.small_networks import STACKS, picture


@pytest.mark.parametrize("name", STACKS)
def test_a_trace_equals_plain_loops(name: str) -> None:
    net, x = small_networks.network(name), picture(1)
    trace = Trace(net, x)
    before, after = small_networks.forward(net, x)
    assert list(trace.activations) == [layer.name for layer in net.layers]
    for layer in after:
        for got, expected in (
            (trace.before(layer), before[layer]),
            (trace.activations[layer], after[layer]),
        ):
            assert got.dtype == np.float32
            np.testing.assert_allclose(got, expected, rtol=2e-6, atol=1e-6)


def test_every_layer_is_a_float64_sum_rounded_once() -> None:
    """Each layer's numbers, from the float32 numbers before it, by exact integer arithmetic."""
    net, x = small_networks.network("like the chapter's"), picture(2)
    trace = Trace(net, x)
    kernel, bias = net.weights["conv2/kernel"], net.weights["conv2/bias"]
    pooled = trace.activations["pool1"]
    for r, c, n in [(0, 0, 0), (2, 1, 3), (1, 2, 4)]:
        patch = pooled[r : r + 2, c : c + 3]
        # Fractions of whole numbers have no rounding at all.
        pairs = zip(patch.ravel().tolist(), kernel[..., n].ravel().tolist(), strict=True)
        total = sum((Fraction(a) * Fraction(w) for a, w in pairs), Fraction(float(bias[n])))
        assert trace.before("conv2")[r, c, n] == np.float32(float(total))


def test_trace_agrees_with_the_network_to_float32() -> None:
    net = Network.initialised(CHAPTER_LAYERS, seed=2)
    x = picture(3, (28, 28, 1))
    trace = Trace(net, x)
    for layer, activations in net.activations(x).items():
        np.testing.assert_allclose(trace.activations[layer], activations, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(trace.probabilities, net(x), rtol=1e-5)
    assert trace.prediction == int(net(x).argmax())
    assert float(trace.probabilities.sum()) == pytest.approx(1, abs=1e-6)


def test_logits_become_the_probabilities_by_softmax() -> None:
    trace = Trace(Network.initialised(seed=2), picture(3, (28, 28, 1)))
    powers = np.exp(trace.logits.astype(np.float64))
    np.testing.assert_allclose(trace.probabilities, powers / powers.sum(), rtol=1e-6)
    np.testing.assert_array_equal(trace.logits, trace.before("dense"))


def test_a_trace_keeps_its_own_read_only_numbers() -> None:
    x = picture(4, (28, 28, 1))
    trace = Trace(Network.initialised(seed=2), x)
    logits = trace.logits.copy()
    x[:] = 0
    assert trace.image.any()
    np.testing.assert_array_equal(Trace(trace.network, trace.image).logits, logits)
    for array in (trace.image, trace.logits, trace.activations["pool1"]):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
    with pytest.raises(TypeError):
        trace.activations["pool1"] = x  # type: ignore[index]


def test_a_trace_goes_through_pickle_to_a_worker() -> None:
    trace = Trace(Network.initialised(seed=2), picture(4, (28, 28, 1)))
    copy = pickle.loads(pickle.dumps(trace))
    for layer, activations in trace.activations.items():
        np.testing.assert_array_equal(copy.activations[layer], activations)
    np.testing.assert_array_equal(copy.logits, trace.logits)


# The same bits on every type of CPU

CODE = """
    import hashlib
    import numpy as np
    from convexplain.network import Network
    from convexplain.network.trace import Trace

    network = Network.load("cnn")
    exact, float32 = hashlib.sha256(), hashlib.sha256()
    pictures = np.random.default_rng(0).random((25, 28, 28, 1), np.float32)
    pictures[pictures < 0.7] = 0
    for picture in pictures:
        trace = Trace(network, picture)
        for layer in network.layers:
            exact.update(trace.before(layer.name).tobytes())
            exact.update(trace.activations[layer.name].tobytes())
        for activations in network.activations(picture).values():
            float32.update(activations.tobytes())
    print(exact.hexdigest(), float32.hexdigest())
"""


def _run(**environment: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(CODE)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    exact, float32 = done.stdout.split()
    return exact, float32


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64") or not Path("/proc/cpuinfo").exists(),
    reason="OpenBLAS's kernels for several CPUs are chosen by name on x86 Linux",
)
def test_a_trace_has_the_same_bits_on_every_type_of_cpu() -> None:
    flags = set(Path("/proc/cpuinfo").read_text().split())
    kernels = {"Nehalem": "sse4_2", "SandyBridge": "avx", "Haswell": "avx2", "SkylakeX": "avx512f"}
    runs = {name: _run(OPENBLAS_CORETYPE=name) for name, flag in kernels.items() if flag in flags}
    # What numpy itself (exp, sums) does without the newer instructions.
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]  # type: ignore[index]
    runs["numpy without extensions"] = _run(NPY_DISABLE_CPU_FEATURES=" ".join(found))
    assert len(runs) > 1
    if len(runs) > 2:
        # The kernels were switched indeed: sums in float32 do differ.
        assert len({float32 for _, float32 in runs.values()}) > 1
    assert len({exact for exact, _ in runs.values()}) == 1, runs


# Steps


def test_steps_of_a_convolution_give_its_cells() -> None:
    for name in STACKS:
        net = small_networks.network(name)
        trace = Trace(net, picture(5))
        for layer in net.layers:
            if not isinstance(layer, Conv2D):
                continue
            filter = layer.filters - 1
            before = trace.before(layer.name)[..., filter]
            steps = trace.steps(layer.name, filter)
            assert len(steps) == before.size
            for step in steps:
                assert isinstance(step, ConvStep)
                assert step.value == before[step.row, step.col]
                assert step.products.sum() + step.bias == pytest.approx(step.value, rel=1e-6)
                if layer.activation == "relu":
                    after = trace.activations[layer.name]
                    assert step.activated == after[step.row, step.col, filter]


def test_steps_of_a_pool_give_its_cells() -> None:
    for name in STACKS:
        net = small_networks.network(name)
        trace = Trace(net, picture(6))
        for layer in net.layers:
            if not isinstance(layer, (MaxPooling2D, AveragePooling2D)):
                continue
            channel = net.shapes[layer.name][2] - 1
            maps = trace.activations[layer.name][..., channel]
            for step in trace.steps(layer.name, channel):
                assert isinstance(step, PoolStep)
                assert step.value == maps[step.row, step.col]


# What is refused


def test_a_batch_is_refused() -> None:
    with pytest.raises(ValueError, match=r"one picture, not a batch of shape \(2, 28, 28, 1\)"):
        Trace(Network.initialised(), np.zeros((2, 28, 28, 1)))


def test_pictures_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"pictures of shape \(28, 28\) do not fit"):
        Trace(Network.initialised(), np.zeros((28, 28)))
    with pytest.raises(ValueError, match="must not hold NaN"):
        Trace(Network.initialised(), np.full((28, 28, 1), np.nan))
    with pytest.raises(TypeError, match="not dtype bool"):
        Trace(Network.initialised(), np.zeros((28, 28, 1), bool))


def test_weights_that_overflow_are_refused() -> None:
    untrained = Network.initialised()
    weights = {name: np.full(w.shape, 1e20, np.float32) for name, w in untrained.weights.items()}
    with pytest.raises(ConvexplainError, match="grow beyond float32"):
        Trace(Network(CHAPTER_LAYERS, weights), np.ones((28, 28, 1)))


@pytest.mark.parametrize(
    ("layer", "filter", "row", "col", "text"),
    [
        ("conv4", 0, 0, 0, "no layer 'conv4': choose conv1"),
        ("conv1", 32, 0, 0, "layer conv1 has no filter 32: they go from 0 to 31"),
        ("conv1", -1, 0, 0, "layer conv1 has no filter -1: they go from 0 to 31"),
        ("conv3", 0, 3, 0, "layer conv3 has no row 3: they go from 0 to 2"),
        ("pool2", 0, 0, 5, "layer pool2 has no column 5: they go from 0 to 4"),
        ("dense", 10, 0, 0, "layer dense has no unit 10: they go from 0 to 9"),
        ("dense", 1, 1, 0, "layer dense has no row 1: they go from 0 to 0"),
    ],
)
def test_a_cell_that_does_not_exist_is_refused(
    layer: str, filter: int, row: int, col: int, text: str
) -> None:
    trace = Trace(Network.initialised(), np.zeros((28, 28, 1)))
    with pytest.raises(UsageError, match=text):
        trace.pixel(layer, filter, row, col)


def test_steps_that_do_not_exist_are_refused() -> None:
    trace = Trace(Network.initialised(), np.zeros((28, 28, 1)))
    with pytest.raises(UsageError, match="layer conv2 has no filter 64: they go from 0 to 63"):
        trace.steps("conv2", 64)
    with pytest.raises(UsageError, match=r"layer dense \(Dense\) has no window that moves"):
        trace.steps("dense")
    with pytest.raises(UsageError, match="no layer 'input'"):
        trace.before("input")


def test_the_probabilities_of_logits_are_their_softmax() -> None:
    net = Network.initialised([Flatten("f"), Dense("d", 3)], input_shape=(2, 2, 1))
    trace = Trace(net, np.ones((2, 2, 1)))
    powers = np.exp(np.ones(4) @ net.weights["d/kernel"].astype(np.float64))
    np.testing.assert_allclose(trace.probabilities, powers / powers.sum(), rtol=1e-6)
