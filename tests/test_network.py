"""Networks: what they compute, count and refuse."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.signal import correlate

from convexplain.errors import ConvexplainError, UsageError
from convexplain.network import (
    BASELINE_LAYERS,
    CHAPTER_LAYERS,
    KINDS,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
    Trace,
    blas,
    bundled,
    fast,
    layer_from_dict,
)
from convexplain.ops import Box
from tests import small_networks
from tests.small_networks import INPUT_SHAPE, STACKS, picture

CHAPTER = Network.initialised(CHAPTER_LAYERS, seed=3)
BASELINE = Network.initialised(BASELINE_LAYERS, seed=3)


# What the chapter's networks are


def test_chapter_network_has_the_chapters_table() -> None:
    rows = {row.name: (row.kind, row.output_shape, row.parameters) for row in CHAPTER.rows}
    assert rows == {
        "conv1": ("Conv2D", (26, 26, 32), 320),
        "pool1": ("MaxPooling2D", (13, 13, 32), 0),
        "conv2": ("Conv2D", (11, 11, 64), 18_496),
        "pool2": ("MaxPooling2D", (5, 5, 64), 0),
        "conv3": ("Conv2D", (3, 3, 128), 73_856),
        "flatten": ("Flatten", (1152,), 0),
        "dense": ("Dense", (10,), 11_530),
    }
    assert CHAPTER.parameters == 104_202
    assert CHAPTER.multiplications == 3_100_032


def test_baseline_has_four_times_the_parameters_and_an_eighth_of_the_multiplications() -> None:
    assert BASELINE.parameters == 407_050
    assert BASELINE.multiplications == 406_528


def test_multiplications_are_those_that_the_loops_make() -> None:
    # 26 x 26 places, each 3 x 3 x 1 weights for each of 32 filters, and so on.
    by_layer = {row.name: row.multiplications for row in CHAPTER.rows}
    assert by_layer["conv1"] == 26 * 26 * 9 * 32
    assert by_layer["conv2"] == 11 * 11 * 9 * 32 * 64
    assert by_layer["pool1"] == 0
    depthwise = Network.initialised([Conv2D("c", 6, 3, groups=2)], input_shape=(5, 5, 4))
    assert depthwise.multiplications == 3 * 3 * (3 * 3 * 2) * 6


@pytest.mark.parametrize(
    ("layer", "size", "stride"),
    [
        ("conv1", 3, 1),
        ("pool1", 4, 2),
        ("conv2", 8, 2),
        ("pool2", 10, 4),
        ("conv3", 18, 4),
        ("flatten", 18, 4),
        ("dense", 26, 4),
    ],
)
def test_receptive_fields_of_the_chapter(layer: str, size: int, stride: int) -> None:
    field = CHAPTER.receptive_field(layer)
    assert field.size == (size, size)
    assert field.stride == (stride, stride)
    assert field.box(0, 0) == Box(0, 0, size, size)


def test_a_dense_layer_after_a_dense_layer_sees_what_that_one_sees() -> None:
    assert BASELINE.receptive_field("hidden").size == (28, 28)
    assert BASELINE.receptive_field("dense").size == (28, 28)


def test_receptive_field_with_padding_begins_outside_of_the_picture() -> None:
    net = small_networks.network("padded, with a stride")
    # "same" on 11 x 12 with stride 2 adds one row above and below, and one column on the right.
    assert net.receptive_field("conv1").box(0, 0) == Box(-1, 0, 2, 3)


def test_summary_names_layer_kind_shape_and_totals() -> None:
    lines = CHAPTER.summary().splitlines()
    assert lines[0].split() == [
        "Layer",
        "(kind)",
        "Output",
        "shape",
        "Parameters",
        "Multiplications",
    ]
    conv2 = next(line for line in lines if line.startswith("conv2"))
    assert conv2.split("  ")[0] == "conv2 (Conv2D)"
    assert "(11, 11, 64)" in conv2
    assert conv2.endswith("18,496        2,230,272")
    assert lines[-1].split() == ["total", "104,202", "3,100,032"]
    assert len({len(line) for line in lines if line.startswith(("conv", "-", "total"))}) == 1


def test_layers_say_their_kind_as_keras_does() -> None:
    assert [layer.kind for layer in CHAPTER.layers] == [
        *("Conv2D", "MaxPooling2D") * 2,
        *("Conv2D", "Flatten", "Dense"),
    ]


# What they compute


@pytest.mark.parametrize("name", STACKS)
def test_activations_equal_plain_loops(name: str) -> None:
    net, x = small_networks.network(name), picture(1)
    _, expected = small_networks.forward(net, x)
    got = net.activations(x)
    assert list(got) == [layer.name for layer in net.layers]
    for layer, value in expected.items():
        assert got[layer].dtype == np.float32
        assert got[layer].shape == net.shapes[layer]
        np.testing.assert_allclose(got[layer], value, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("threads", [1, 3])
def test_fast_batches_equal_the_plain_formulation(name: str, threads: int) -> None:
    net = small_networks.network(name)
    batch = picture(2, (2 * fast.CHUNK + 5, *INPUT_SHAPE))
    plain = net.activations(batch)[net.layers[-1].name]
    got = net(batch, threads=threads)
    assert got.shape == plain.shape
    assert got.dtype == np.float32
    assert got.flags.c_contiguous
    np.testing.assert_allclose(got, plain, rtol=1e-5, atol=1e-6)


def test_chapter_network_equals_scipy() -> None:
    x = picture(4, (28, 28, 1))
    a = x.astype(np.float64)
    for name in ("conv1", "conv2", "conv3"):
        kernel, bias = CHAPTER.weights[f"{name}/kernel"], CHAPTER.weights[f"{name}/bias"]
        maps = [correlate(a, kernel[..., n], "valid")[..., 0] for n in range(kernel.shape[3])]
        a = np.maximum(np.stack(maps, axis=-1) + bias, 0)
        if name != "conv3":
            rows, cols = a.shape[0] // 2 * 2, a.shape[1] // 2 * 2
            a = a[:rows, :cols].reshape(rows // 2, 2, cols // 2, 2, -1).max(axis=(1, 3))
    logits = a.reshape(-1) @ CHAPTER.weights["dense/kernel"] + CHAPTER.weights["dense/bias"]
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(CHAPTER(x), expected, rtol=1e-5)
    np.testing.assert_allclose(CHAPTER(x[None])[0], expected, rtol=1e-5)


def test_rows_that_the_pool_drops_change_nothing() -> None:
    batch = picture(5, (3, 28, 28, 1))
    changed = batch.copy()
    changed[:, 26:], changed[:, :, 26:] = 1, 0
    assert (CHAPTER(batch) == CHAPTER(changed)).all()


def test_one_picture_and_a_batch_of_one_agree() -> None:
    x = picture(6, (28, 28, 1))
    assert CHAPTER(x).shape == (10,)
    np.testing.assert_allclose(CHAPTER(x), CHAPTER(x[None])[0], atol=1e-6)


def test_a_batch_with_any_strides_gives_the_same_numbers() -> None:
    batch = picture(7, (5, 28, 28, 1))
    reversed_view = np.asfortranarray(batch)[:, ::-1]
    expected = CHAPTER(np.ascontiguousarray(batch[:, ::-1]))
    np.testing.assert_array_equal(CHAPTER(reversed_view), expected)
    # An axis made by None can have any stride.
    np.testing.assert_array_equal(CHAPTER(batch[..., 0][..., None]), CHAPTER(batch))


def test_other_dtypes_become_float32() -> None:
    levels = np.random.default_rng(0).integers(0, 2, (2, 28, 28, 1), np.uint8)
    for dtype in (np.uint8, np.int64, np.float16, np.float64):
        result = CHAPTER(levels.astype(dtype))
        assert result.dtype == np.float32
        np.testing.assert_array_equal(result, CHAPTER(levels.astype(np.float32)))


def test_inputs_are_never_modified() -> None:
    batch = picture(8, (3, 28, 28, 1))
    before = batch.copy()
    CHAPTER(batch)
    CHAPTER.activations(batch)
    np.testing.assert_array_equal(batch, before)


def test_a_batch_takes_little_memory() -> None:
    code = """
        import pathlib, re, resource, sys
        import numpy as np
        from convexplain.network import CHAPTER_LAYERS, Network
        digits = np.zeros((10_000, 28, 28, 1), np.float32)
        digits[:] = np.random.default_rng(0).random((28, 28, 1))
        Network.initialised(CHAPTER_LAYERS)(digits)
        # On Linux a new process inherits the peak of the one that started it; VmHWM is its own.
        status = pathlib.Path("/proc/self/status")
        if status.exists():
            print(int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) * 1024 / 1e6)
        else:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 400


def test_blas_gets_its_threads_back() -> None:
    functions = blas._functions()
    if functions is None:
        pytest.skip("this numpy has no OpenBLAS that can be asked")
    read, write = functions
    before = read()
    write(2)
    try:
        with blas.one_thread():
            assert read() == 1
            with blas.one_thread():
                assert read() == 1
            assert read() == 1
        assert read() == 2
    finally:
        write(before)


@pytest.mark.parametrize(
    "compute",
    [
        lambda net, x: net.activations(x),
        lambda net, x: net.exact(net.layers[-1], x.ravel()),
        lambda net, x: Trace(net, x),
    ],
    ids=["a batch", "a layer", "a trace"],
)
def test_each_layer_is_computed_with_one_thread(
    compute: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = blas._functions()
    if functions is None:
        pytest.skip("this numpy has no OpenBLAS that can be asked")
    read, write = functions
    seen: list[int] = []
    product = Dense.before

    def watched(layer: Dense, *args: Any) -> Any:
        seen.append(read())
        return product(layer, *args)

    network = Network.initialised((Flatten("a"), Dense("b", 3)), input_shape=(2, 2, 1))
    monkeypatch.setattr(Dense, "before", watched)
    before = read()
    write(2)
    try:
        compute(network, np.ones((2, 2, 1), np.float32))
        assert (seen, read()) == ([1], 2)
    finally:
        write(before)


# What makes them


def test_initial_weights_are_glorot_uniform_and_reproducible() -> None:
    net, again = Network.initialised(seed=5), Network.initialised(seed=5)
    other = Network.initialised(seed=6)
    for name, weights in net.weights.items():
        np.testing.assert_array_equal(weights, again.weights[name])
        if name.endswith("bias"):
            assert not weights.any()
        else:
            assert (weights != other.weights[name]).any()
    # Keras: fan_in = 3 * 3 * 64, fan_out = 3 * 3 * 128.
    limit = math.sqrt(6 / (9 * 64 + 9 * 128))
    kernel = net.weights["conv3/kernel"]
    assert abs(kernel).max() <= limit
    assert abs(kernel).max() > 0.999 * limit
    assert abs(float(kernel.mean())) < 0.01 * limit
    assert float(kernel.var()) == pytest.approx(limit**2 / 3, rel=0.02)


def test_a_network_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        CHAPTER.layers = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        CHAPTER.weights["conv1/bias"] = np.ones(32)  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        CHAPTER.weights["conv1/bias"][0] = 1


def test_a_network_keeps_copies() -> None:
    weights = {name: w.copy() for name, w in CHAPTER.weights.items()}
    told: dict[str, Any] = {"seeds": [1, 2]}
    net = Network(CHAPTER_LAYERS, weights, provenance=told)
    weights["conv1/bias"][:] = 7
    told["seeds"].append(3)
    assert not net.weights["conv1/bias"].any()
    assert net.provenance["seeds"] == [1, 2]


def test_a_network_goes_through_pickle_to_a_worker() -> None:
    net = Network(CHAPTER_LAYERS, CHAPTER.weights, provenance={"seed": 3})
    copy = pickle.loads(pickle.dumps(net))
    x = picture(9, (28, 28, 1))
    np.testing.assert_array_equal(copy(x), net(x))
    assert copy.provenance == {"seed": 3}
    assert not copy.weights["conv1/bias"].flags.writeable


@pytest.mark.parametrize("layers", STACKS.values(), ids=list(STACKS))
def test_layers_survive_the_way_through_plain_data(layers: tuple[Any, ...]) -> None:
    assert tuple(layer_from_dict(layer.to_dict()) for layer in layers) == layers


# What they refuse


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ((), "a network needs at least one layer"),
        ((Flatten("a"), Dense("a", 2)), "two layers are named 'a': names must be unique"),
        ((Dense("d", 2),), "d: a Dense layer reads a vector, not shape .*: put a Flatten layer"),
        ((Flatten("f"), Conv2D("c", 2)), "c: a Conv2D layer reads maps .*before the Flatten"),
        ((Conv2D("c", 2, 13),), "c: a 13x13 kernel is larger than the padded 11x12 input"),
        ((Conv2D("c", 2, groups=2), Conv2D("e", 3, groups=3)), "e: 3 groups do not divide the 2"),
        ((MaxPooling2D("p", 2, padding=2),), "p: padding .* nothing but padding"),
        ((Conv2D("c", 2, 1, padding=10_000),), "c would read .* numbers .* at most 10,000,000"),
        ((Conv2D("c", 100_000, 1),), "c would put out .* numbers .* at most 10,000,000"),
        (("conv",), "'conv' is not a layer"),
    ],
)
def test_layers_that_do_not_fit_are_refused(layers: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Network(layers, {}, input_shape=INPUT_SHAPE)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Conv2D("1st", 2), "layer name '1st': use at most 40 letters"),
        (lambda: Conv2D("a/b", 2), "layer name 'a/b': use at most 40 letters"),
        (lambda: Conv2D("c", 0), "c: filters must be a whole number above 0, not 0"),
        (lambda: Conv2D("c", True), "c: filters must be a whole number above 0, not True"),
        (lambda: Conv2D("c", 2, stride=0), "c: stride 0 is too small"),
        (lambda: Conv2D("c", 2, padding="full"), 'c: padding "full" is unknown'),
        (lambda: Conv2D("c", 3, groups=2), "c: 2 groups do not divide 3 filters"),
        (lambda: Conv2D("c", 2, activation="swish"), "c: unknown activation 'swish': choose"),
        (lambda: MaxPooling2D("p", (2, 2, 2)), "p: pool_size .* has 3 numbers"),
        (lambda: AveragePooling2D("p", padding=-1), "p: padding -1 is negative"),
        (lambda: Dense("d", -3), "d: units must be a whole number above 0, not -3"),
    ],
)
def test_a_layer_that_cannot_be_right_is_refused(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (3, "a layer is a dictionary"),
        ({"name": "a"}, "unknown layer kind None: known are .*Conv2D"),
        ({"kind": "LSTM", "name": "a"}, "unknown layer kind 'LSTM': known are .*Conv2D"),
        ({"kind": "Dense", "name": "a", "size": 3}, "a Dense layer has no field 'size'"),
        ({"kind": "Dense", "name": "a"}, "a Dense layer cannot be made .*missing.*units"),
        ({"kind": "Dense", "name": "a", "units": 2.5}, "units must be a whole number"),
        ({"kind": "Conv2D", "name": "a", "filters": 2, "stride": "x"}, "cannot be made"),
        ({"kind": "Dense", "name": "a", "units": 2, "activation": []}, "unknown activation"),
    ],
)
def test_a_layer_from_a_file_that_cannot_be_right_is_refused(data: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        layer_from_dict(data)


def test_the_kinds_of_layers_are_all_known() -> None:
    assert {"Conv2D", "MaxPooling2D", "AveragePooling2D", "Flatten", "Dense"} <= KINDS.keys()
    assert not {"Layer", "WindowLayer", "Convolution", "Pooling"} & KINDS.keys()
    assert all(name == kind.__name__ for name, kind in KINDS.items())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"dense/bias": None}, r"weight 'dense/bias' is missing: its shape is \(10,\)"),
        ({"conv9/kernel": np.ones(3)}, "weight 'conv9/kernel' belongs to no layer: .*conv1/kernel"),
        ({"conv1/bias": np.ones(3)}, r"'conv1/bias' has shape \(3,\): the layer needs \(32,\)"),
        ({"conv1/bias": np.full(32, np.nan)}, "'conv1/bias' holds NaN or infinity"),
        ({"conv1/bias": np.full(32, 1e300)}, "'conv1/bias' holds NaN or infinity"),
        ({"conv1/bias": np.ones(32, int)}, "'conv1/bias' has dtype int64: floats are needed"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change: dict[str, Any], text: str) -> None:
    weights = {**CHAPTER.weights, **change}
    weights = {name: w for name, w in weights.items() if w is not None}
    with pytest.raises(ValueError, match=text):
        Network(CHAPTER_LAYERS, weights)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 0), (28, 28, 1.0), "28", (28, True, 1)])
def test_an_input_shape_that_is_none_is_refused(shape: Any) -> None:
    with pytest.raises(ValueError, match="give three whole numbers above 0"):
        Network.initialised([Conv2D("c", 1)], input_shape=shape)


def test_provenance_must_be_json() -> None:
    with pytest.raises(ValueError, match="provenance must be JSON data"):
        Network(CHAPTER_LAYERS, CHAPTER.weights, provenance={"when": object()})
    with pytest.raises(ValueError, match="provenance must be JSON data"):
        Network(CHAPTER_LAYERS, CHAPTER.weights, provenance={"loss": math.nan})


@pytest.mark.parametrize(
    ("x", "error", "text"),
    [
        (
            np.zeros((28, 28)),
            ValueError,
            r"pictures of shape \(28, 28\) do not fit: .*\(28, 28, 1\)",
        ),
        (np.zeros((2, 28, 28, 3)), ValueError, r"shape \(2, 28, 28, 3\) do not fit"),
        (np.zeros((0, 28, 28, 1)), ValueError, r"shape \(0, 28, 28, 1\) do not fit.*N above 0"),
        (np.zeros((28, 28, 1), bool), TypeError, "real numbers, not dtype bool"),
        (np.zeros((28, 28, 1), object), TypeError, "real numbers, not dtype object"),
        (np.zeros((28, 28, 1), complex), TypeError, "real numbers, not dtype complex128"),
        (np.full((28, 28, 1), np.nan), ValueError, "must not hold NaN or infinity"),
        (np.full((28, 28, 1), 1e300), ValueError, "must not hold NaN or infinity"),
    ],
)
def test_pictures_that_do_not_fit_are_refused(x: Any, error: type[Exception], text: str) -> None:
    for use in (CHAPTER, CHAPTER.activations):
        with pytest.raises(error, match=text):
            use(x)


def test_threads_must_be_a_count() -> None:
    with pytest.raises(ValueError, match="threads must be at least 1, not 0"):
        CHAPTER(np.zeros((2, 28, 28, 1)), threads=0)


def test_an_unknown_layer_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no layer 'conv9': choose conv1, pool1, conv2"):
        CHAPTER.layer("conv9")
    with pytest.raises(UsageError, match="no layer 'conv9'"):
        CHAPTER.receptive_field("conv9")


@pytest.mark.parametrize("signs", [(1,), (1, -1)])
def test_weights_that_overflow_are_an_error_and_not_a_wrong_answer(signs: tuple[int, ...]) -> None:
    weights = {
        name: np.resize(np.array(signs, np.float32) * np.float32(1e30), w.shape)
        for name, w in CHAPTER.weights.items()
    }
    net = Network(CHAPTER_LAYERS, weights)
    x = picture(10, (3, 28, 28, 1))
    for use in (net, net.activations):
        for pictures in (x[0], x):
            with pytest.raises(ConvexplainError, match="grow beyond float32"):
                use(pictures)


def test_a_bundled_network_is_read_again_if_its_file_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "cnn.safetensors"
    monkeypatch.setattr(bundled, "BUNDLED", {**bundled.BUNDLED, "cnn": str(path)})
    loaded = []
    for seed in (1, 2):
        Network.initialised(seed=seed).save(path)
        loaded += [Network.load("cnn"), Network.load("cnn")]
    assert loaded[0] is loaded[1] is not loaded[2] is loaded[3]
    for network, seed in ((loaded[0], 1), (loaded[2], 2)):
        expected = Network.initialised(seed=seed).weights["conv1/kernel"]
        np.testing.assert_array_equal(network.weights["conv1/kernel"], expected)
