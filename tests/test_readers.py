"""Networks of other programs: every number against a reference, and what is refused."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special
from click.testing import CliRunner
from foreign import Spec, keras_config, write_h5, write_keras, write_tfjs

import convexplain
from convexplain import Picture
from convexplain.cli import cli
from convexplain.errors import ConvexplainError, UsageError
from convexplain.network import Network, Trace

onnx = pytest.importorskip("onnx")
pytest.importorskip("h5py")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402


def slid(x: np.ndarray[Any, Any], kernel: np.ndarray[Any, Any], stride: int = 1) -> Any:
    """A convolution by a loop over its output cells."""
    size = kernel.shape[0]
    rows, cols = ((n - size) // stride + 1 for n in x.shape[:2])
    out = np.zeros((rows, cols, kernel.shape[3]))
    for r in range(rows):
        for c in range(cols):
            patch = x[r * stride : r * stride + size, c * stride : c * stride + size]
            out[r, c] = np.tensordot(patch, kernel, 3)
    return out


RANDOM = np.random.default_rng(7)


def numbers(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return RANDOM.normal(size=shape).astype(np.float32)


def keras_layers() -> list[Spec]:
    return [
        ("Rescaling", {"scale": 1 / 255.0, "offset": -0.5}, []),
        (
            "Conv2D",
            {"filters": 4, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same",
             "use_bias": False, "activation": "linear"},
            [numbers(3, 3, 3, 4)],
        ),
        (
            "BatchNormalization",
            {"axis": -1, "epsilon": 0.001},
            [1 + 0.1 * numbers(4), numbers(4), numbers(4), np.abs(numbers(4)) + 0.5],
        ),
        ("LeakyReLU", {"negative_slope": 0.3}, []),
        ("Dropout", {"rate": 0.5}, []),
        ("AveragePooling2D", {"pool_size": [2, 2], "strides": None, "padding": "valid"}, []),
        ("Flatten", {}, []),
        ("Dense", {"units": 3, "activation": "softmax"}, [numbers(36, 3), numbers(3)]),
    ]  # fmt: skip


def expected(layers: list[Spec], x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same network by loops and SciPy."""
    kernel = layers[1][2][0]
    gamma, beta, mean, variance = layers[2][2]
    y = x.astype(np.float64) / 255 - 0.5
    y = np.pad(y, ((0, 1), (0, 1), (0, 0)))  # "same" with stride 2 on an even size: 0 before
    y = slid(y, kernel.astype(np.float64), stride=2)
    y = (y - mean) / np.sqrt(variance + 0.001) * gamma + beta
    y = np.where(y > 0, y, 0.3 * y)
    y = y.reshape(3, 2, 3, 2, 4).mean(axis=(1, 3))
    weights, bias = layers[-1][2]
    return np.asarray(scipy.special.softmax(y.reshape(-1) @ weights + bias))


@pytest.mark.parametrize("write", ["keras", "h5", "tfjs"])
def test_each_form_of_a_keras_model_gives_the_numbers_of_loops(write: str, tmp_path: Path) -> None:
    layers, shape = keras_layers(), [12, 12, 3]
    if write == "keras":
        path = write_keras(tmp_path / "a.keras", layers, shape)
    elif write == "h5":
        path = write_h5(tmp_path / "a.h5", layers, shape)
    else:
        path = write_tfjs(tmp_path, layers, shape)
    network = Network.load(path)
    x = RANDOM.integers(0, 256, (12, 12, 3)).astype(np.float32)
    np.testing.assert_allclose(network(x), expected(layers, x), atol=1e-6)
    assert [layer.kind for layer in network.layers] == [
        "Rescaling", "Conv2D", "BatchNormalization", "Activation", "AveragePooling2D", "Flatten",
        "Dense",
    ]  # fmt: skip
    assert network.recipe is not None
    assert network.recipe.scale == 255  # since its first layer divides by it
    assert any("Dropout" in note for note in network.provenance["notes"])


def test_each_channel_has_filters_of_its_own_in_a_depthwise_layer(tmp_path: Path) -> None:
    kernel, bias, point = numbers(3, 3, 2, 2), numbers(4), numbers(1, 1, 2, 3)
    depth = numbers(3, 3, 2, 1)
    layers: list[Spec] = [
        ("DepthwiseConv2D", {"kernel_size": [3, 3], "depth_multiplier": 2}, [kernel, bias]),
        ("GlobalAveragePooling2D", {}, []),
    ]
    network = Network.load(write_keras(tmp_path / "depth.keras", layers, [7, 8, 2]))
    x = numbers(7, 8, 2)
    maps = [slid(x[..., c : c + 1], kernel[:, :, c : c + 1]) for c in (0, 1)]
    expected = np.concatenate(maps, axis=-1) + bias  # channel by channel, two filters each
    first = network.layers[0].name
    np.testing.assert_allclose(network.activations(x)[first], expected, atol=1e-5)
    layers = [("SeparableConv2D", {"filters": 3, "kernel_size": [3, 3]}, [depth, point, bias[:3]])]
    network = Network.load(write_keras(tmp_path / "apart.keras", layers, [7, 8, 2]))
    each = [slid(x[..., c : c + 1], depth[:, :, c : c + 1]) for c in (0, 1)]
    expected = slid(np.concatenate(each, axis=-1), point) + bias[:3]
    np.testing.assert_allclose(network(x), expected, atol=1e-5)


def test_what_a_file_is_its_content_tells(tmp_path: Path) -> None:
    named = write_keras(tmp_path / "a.keras", keras_layers(), [12, 12, 3])
    odd = tmp_path / "model.bin"
    odd.write_bytes(named.read_bytes())
    assert Network.load(odd).input_shape == (12, 12, 3)


def test_a_functional_model_with_two_merges_follows_all_branches(tmp_path: Path) -> None:
    kernel = numbers(3, 3, 1, 2)
    point = numbers(1, 1, 2, 2)

    def layer(kind: str, name: str, reads: list[str], **config: Any) -> dict[str, Any]:
        node = {"args": [[_tensor(each) for each in reads]], "kwargs": {}}
        return {
            "class_name": kind,
            "name": name,
            "config": {"name": name, **config},
            "inbound_nodes": [node] if reads else [],
        }

    def _tensor(name: str) -> dict[str, Any]:
        return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}

    conv = {"padding": "same", "activation": "linear", "use_bias": False}
    config = {
        "class_name": "Functional",
        "config": {
            "name": "functional",
            "layers": [
                layer("InputLayer", "picture", [], batch_shape=[None, 5, 5, 1]),
                layer("Conv2D", "first", ["picture"], filters=2, kernel_size=[3, 3], **conv),
                layer("Conv2D", "second", ["first"], filters=2, kernel_size=[1, 1], **conv),
                layer("Add", "sum", ["second", "first"]),
                layer("Concatenate", "joined", ["sum", "picture"], axis=-1),
                layer("GlobalAveragePooling2D", "mean", ["joined"]),
            ],
            "input_layers": [["picture", 0, 0]],
            "output_layers": [["mean", 0, 0]],
        },
    }
    weights: list[Spec] = [("Conv2D", {}, [kernel]), ("Conv2D", {}, [point])]
    network = Network.load(write_keras(tmp_path / "a.keras", weights, [], config=config))
    kinds = ["Conv2D", "Conv2D", "Add", "Concatenate"]
    assert [layer.kind for layer in network.layers[:4]] == kinds
    x = numbers(5, 5, 1)
    first = slid(np.pad(x, ((1, 1), (1, 1), (0, 0))), kernel)
    joined = np.concatenate([first @ point[0, 0] + first, x], axis=-1)
    wanted = joined.mean(axis=(0, 1))
    np.testing.assert_allclose(network(x), wanted, atol=1e-5)


# ONNX, against the reference evaluator of the onnx package


def model(
    nodes: list[Any], weights: dict[str, Any], shape: list[Any], out: str = "y", opset: int = 20
) -> Any:
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(w), name) for name, w in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def answers(made: Any, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(ReferenceEvaluator(made).run(None, {"x": x})[0])


def agree(made: Any, path: Path, channels: int, size: int = 9) -> Network:
    """Hold a model, read here, against the reference evaluator."""
    path.write_bytes(made.SerializeToString())
    network = Network.load(path)
    x = numbers(1, channels, size, size)
    wanted = answers(made, x)[0]
    found = network(np.moveaxis(x[0], 0, -1))
    if wanted.ndim == 3:
        wanted = np.moveaxis(wanted, 0, -1)
    np.testing.assert_allclose(found.reshape(wanted.shape), wanted, atol=2e-5)
    return network


def node(op: str, inputs: list[str], output: str, **attributes: Any) -> Any:
    return helper.make_node(op, inputs, [output], name=f"{op}_{output}", **attributes)


HEAD = {"k": numbers(4, 2, 3, 3), "b": numbers(4)}
CASES: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "strides, pads that differ, dilation": (
        [node("Conv", ["x", "k", "b"], "y", pads=[2, 1, 1, 2], strides=[2, 1], dilations=[1, 2])],
        HEAD,
    ),
    "groups, and no bias": (
        [node("Conv", ["x", "k"], "y", group=2, pads=[1, 1, 1, 1])],
        {"k": numbers(6, 1, 3, 3)},
    ),
    "same, more padding behind": (
        [node("Conv", ["x", "k", "b"], "y", auto_pad="SAME_UPPER", strides=[2, 2])], HEAD
    ),
    "same, more padding before": (
        [node("Conv", ["x", "k", "b"], "y", auto_pad="SAME_LOWER", strides=[2, 2])], HEAD
    ),
    "a Pad before a convolution": (
        [
            node("Pad", ["x", "p"], "a"),
            node("Conv", ["a", "k", "b"], "y"),
        ],
        {**HEAD, "p": np.array([0, 0, 0, 1, 0, 0, 2, 1])},
    ),
    "max pool, rounded up": (
        [node("MaxPool", ["x"], "y", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)],
        {},
    ),
    "max pool with padding never wins by it": (
        [node("MaxPool", ["x"], "y", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])],
        {},
    ),
    "average that counts padding": (
        [node("AveragePool", ["x"], "y", kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=1)],
        {},
    ),
    "average that does not": (
        [node("AveragePool", ["x"], "y", kernel_shape=[3, 3], pads=[1, 1, 1, 1])],
        {},
    ),
    "batch normalisation with an epsilon of its own": (
        [node("BatchNormalization", ["x", "g", "o", "m", "v"], "y", epsilon=0.01)],
        {"g": numbers(2), "o": numbers(2), "m": numbers(2), "v": np.abs(numbers(2)) + 0.1},
    ),
    "flatten channel by channel, then Gemm": (
        [node("Flatten", ["x"], "a"), node("Gemm", ["a", "w", "c"], "y", transB=1, alpha=0.5)],
        {"w": numbers(3, 162), "c": numbers(3)},
    ),
    "transposed before it is flattened": (
        [
            node("Transpose", ["x"], "t", perm=[0, 2, 3, 1]),
            node("Reshape", ["t", "s"], "a"),
            node("MatMul", ["a", "w"], "d"),
            node("Add", ["d", "c"], "y"),
        ],
        {"s": np.array([1, -1]), "w": numbers(162, 3), "c": numbers(3)},
    ),
    "a mean over rows and columns": (
        [node("ReduceMean", ["x", "a"], "y", keepdims=0)],
        {"a": np.array([2, 3])},
    ),
    "global average, kept as a map": ([node("GlobalAveragePool", ["x"], "y")], {}),
    "global maximum, squeezed": (
        [node("GlobalMaxPool", ["x"], "m"), node("Squeeze", ["m", "a"], "y")],
        {"a": np.array([2, 3])},
    ),
    "an affine map by channel": (
        [
            node("Sub", ["x", "m"], "a"),
            node("Mul", ["a", "s"], "b1"),
            node("Add", ["b1", "o"], "c"),
            node("Div", ["c", "q"], "d"),
            node("Relu", ["d"], "y"),
        ],
        {
            "m": numbers(1, 2, 1, 1),
            "s": numbers(1, 2, 1, 1),
            "o": numbers(1, 2, 1, 1),
            "q": np.float32(1.7),
        },
    ),
    "a residual addition": (
        [
            node("Conv", ["x", "k2"], "c", pads=[1, 1, 1, 1]),
            node("Add", ["c", "x"], "s"),
            node("Relu", ["s"], "y"),
        ],
        {"k2": numbers(2, 2, 3, 3)},
    ),
    "maps put together, and the picture": (
        [
            node("Conv", ["x", "k2"], "c", pads=[1, 1, 1, 1]),
            node("MaxPool", ["x"], "p", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            node("Concat", ["c", "x", "p"], "j", axis=-3),
            node("GlobalAveragePool", ["j"], "y"),
        ],
        {"k2": numbers(3, 2, 3, 3)},
    ),
    "vectors put together": (
        [
            node("GlobalMaxPool", ["x"], "m"),
            node("Flatten", ["m"], "a"),
            node("Flatten", ["x"], "b"),
            node("Concat", ["a", "b"], "y", axis=1),
        ],
        {},
    ),
    "SiLU in two steps": (
        [node("Sigmoid", ["x"], "g"), node("Mul", ["x", "g"], "y")],
        {},
    ),
    "GELU in five steps": (
        [
            node("Div", ["x", "root"], "d"),
            node("Erf", ["d"], "e"),
            node("Add", ["e", "one"], "a"),
            node("Mul", ["x", "a"], "m"),
            node("Mul", ["m", "half"], "y"),
        ],
        {"root": np.float32(2**0.5), "one": np.float32(1), "half": np.float32(0.5)},
    ),
    "hard swish in four steps": (
        [
            node("Add", ["x", "three"], "a"),
            node("Clip", ["a", "lo", "hi"], "c"),
            node("Div", ["c", "hi"], "d"),
            node("Mul", ["d", "x"], "y"),
        ],
        {"three": np.float32(3), "lo": np.float32(0), "hi": np.float32(6)},
    ),
    "a sum of three": (
        [
            node("Conv", ["x", "k2"], "c", pads=[1, 1, 1, 1]),
            node("Relu", ["c"], "r"),
            node("Sum", ["c", "x", "r"], "y"),
        ],
        {"k2": numbers(2, 2, 3, 3)},
    ),
    "ReLU6": (
        [node("Clip", ["x", "lo", "hi"], "y")],
        {"lo": np.float32(0), "hi": np.float32(6)},
    ),
    "leaky ReLU": ([node("LeakyRelu", ["x"], "y", alpha=0.15)], {}),
    "ELU": ([node("Elu", ["x"], "y", alpha=0.7)], {}),
    "hard swish": ([node("HardSwish", ["x"], "y")], {}),
    "GELU": ([node("Gelu", ["x"], "y")], {}),
    "GELU by tanh": ([node("Gelu", ["x"], "y", approximate="tanh")], {}),
    "tanh": ([node("Tanh", ["x"], "y")], {}),
    "shapes that are computed": (
        [
            node("Shape", ["x"], "s"),
            node("Gather", ["s", "zero"], "n", axis=0),
            node("Unsqueeze", ["n", "zero1"], "n1"),
            node("Concat", ["n1", "rest"], "t", axis=0),
            node("Reshape", ["x", "t"], "a"),
            node("Gemm", ["a", "w"], "y"),
        ],
        {"zero": np.array(0), "zero1": np.array([0]), "rest": np.array([-1]), "w": numbers(162, 2)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_onnx_operation_is_what_the_reference_evaluator_computes(
    case: str, tmp_path: Path
) -> None:
    nodes, weights = CASES[case]
    agree(model(nodes, weights, [1, 2, 9, 9]), tmp_path / "a.onnx", 2)


def test_a_network_that_ends_in_log_softmax_or_logits_has_probabilities(tmp_path: Path) -> None:
    nodes = [
        node("Flatten", ["x"], "f"),
        node("Gemm", ["f", "w"], "z"),
        node("LogSoftmax", ["z"], "y"),
    ]
    weights = {"w": numbers(8, 5)}
    (tmp_path / "a.onnx").write_bytes(model(nodes, weights, [1, 2, 2, 2]).SerializeToString())
    (tmp_path / "b.onnx").write_bytes(
        model(nodes[:2], weights, [1, 2, 2, 2], "z").SerializeToString()
    )
    x = numbers(2, 2, 2)
    logits = np.moveaxis(x, -1, 0).reshape(-1) @ weights["w"]
    for name in ("a", "b"):
        trace = Trace(Network.load(tmp_path / f"{name}.onnx"), x)
        wanted = scipy.special.softmax(logits)
        np.testing.assert_allclose(trace.probabilities, wanted, atol=1e-6)
        assert trace.prediction == logits.argmax()


def test_one_sigmoid_stands_for_two_classes(tmp_path: Path) -> None:
    layers: list[Spec] = [
        ("Flatten", {}, []),
        ("Dense", {"units": 1, "activation": "sigmoid"}, [numbers(4, 1), numbers(1)]),
    ]
    network = Network.load(write_keras(tmp_path / "a.keras", layers, [2, 2, 1]))
    assert network.classes == 2
    for _ in range(5):
        x = numbers(2, 2, 1)
        yes = scipy.special.expit(x.reshape(-1) @ layers[1][2][0] + layers[1][2][1])[0]
        trace = Trace(network, x)
        np.testing.assert_allclose(trace.probabilities, [1 - yes, yes], atol=1e-6)
        assert trace.prediction == int(yes > 0.5)
        assert network.chosen(network(x[None])) == [trace.prediction]


def test_weights_may_lie_in_a_plain_file_beside_the_model(tmp_path: Path) -> None:
    made = model(*CASES["strides, pads that differ, dilation"], [1, 2, 9, 9])
    onnx.save_model(
        made, tmp_path / "m.onnx", save_as_external_data=True, location="m.data", size_threshold=0
    )
    x = numbers(1, 2, 9, 9)
    found = Network.load(tmp_path / "m.onnx")(np.moveaxis(x[0], 0, -1))
    wanted = answers(onnx.load(tmp_path / "m.onnx"), x)[0]
    np.testing.assert_allclose(found, np.moveaxis(wanted, 0, -1), atol=2e-5)
    (tmp_path / "m.data").rename(tmp_path / "other")
    with pytest.raises(ConvexplainError, match="put that file beside it"):
        Network.load(tmp_path / "m.onnx")
    (tmp_path / "m.data").symlink_to(tmp_path / "other")
    with pytest.raises(ConvexplainError, match="no plain file"):
        Network.load(tmp_path / "m.onnx")


# What is refused


def refused(path: Path) -> str:
    with pytest.raises(ConvexplainError) as told:
        Network.load(path)
    text = str(told.value)
    assert "\n" not in text
    assert path.name in text
    return text


def test_weights_that_are_packed_too_tightly_are_not_unpacked(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        many = {"shape": (64, 200_000), "dtype": "f4", "chunks": (64, 50_000)}
        file.create_dataset("kernel", compression="gzip", fillvalue=1.0, **many)
    assert "declares 51,200,000 bytes and holds 0: not unpacked" in refused(path)


def test_a_graph_of_very_many_layers_is_refused_as_it_grows(tmp_path: Path) -> None:
    ways = [node("Add", ["x", "x"], "a0")]
    ways += [node("Add", [f"a{n}", f"a{n}"], f"a{n + 1}") for n in range(1_500)]
    path = tmp_path / "a.onnx"
    path.write_bytes(model(ways, {}, [1, 1, 2, 2], "a1500").SerializeToString())
    assert "more than 1,000 layers" in refused(path)


def test_a_variance_below_zero_is_refused(tmp_path: Path) -> None:
    ones = np.ones(2, np.float32)
    nodes = [node("BatchNormalization", ["x", "g", "o", "m", "v"], "y")]
    path = tmp_path / "a.onnx"
    made = model(nodes, {"g": ones, "o": ones, "m": ones, "v": -ones}, [1, 2, 9, 9])
    path.write_bytes(made.SerializeToString())
    assert "is below 0, which no variance is" in refused(path)


@pytest.mark.parametrize(
    ("kind", "config", "told"),
    [
        ("LSTM", {}, "LSTM, a recurrent layer"),
        ("Lambda", {"function": "x"}, "Python code in a file"),
        ("MyAttention", {}, "'layer_0' is of the kind MyAttention"),
        ("Conv2D", {"filters": 1, "kernel_size": [3, 3], "strides": [0, 1]}, "from 1 to"),
        ("Conv2D", {"filters": 1, "kernel_size": [3, 3], "activation": "me"}, "activation 'me'"),
        ("Conv2D", {"filters": 1, "kernel_size": [30, 30]}, "needs 2 arrays"),
        ("Dense", {"units": 1.5}, "needs 2 arrays"),
        ("ReLU", {"max_value": 3}, "largest value 3"),
    ],
)  # fmt: skip
def test_a_keras_layer_that_cannot_be_shown_is_named(
    kind: str, config: dict[str, Any], told: str, tmp_path: Path
) -> None:
    arrays = (
        [numbers(3, 3, 1, 1), numbers(1)] if kind == "Conv2D" and "30" not in str(config) else []
    )
    assert told in refused(write_keras(tmp_path / "a.keras", [(kind, config, arrays)], [9, 9, 1]))


def test_weights_of_another_shape_are_told_with_both(tmp_path: Path) -> None:
    layers: list[Spec] = [
        ("Flatten", {}, []),
        ("Dense", {"units": 7}, [numbers(4, 10), numbers(10)]),
    ]
    told = refused(write_keras(tmp_path / "a.keras", layers, [2, 2, 1]))
    assert "(4, 10)" in told
    assert "(4, 7)" in told


def test_numbers_that_are_none_are_told(tmp_path: Path) -> None:
    kernel = numbers(4, 2)
    kernel[1, 1] = np.nan
    layers: list[Spec] = [("Flatten", {}, []), ("Dense", {"units": 2}, [kernel, numbers(2)])]
    assert "NaN or infinity" in refused(write_keras(tmp_path / "a.keras", layers, [2, 2, 1]))


def test_links_in_a_keras_file_are_not_followed(tmp_path: Path) -> None:
    import h5py

    def link(file: Any) -> None:
        file["elsewhere"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/")

    (tmp_path / "secret.h5").write_bytes(b"")
    told = refused(write_keras(tmp_path / "a.keras", keras_layers(), [12, 12, 3], touch=link))
    assert "leads elsewhere" in told


def test_numbers_in_other_files_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(1000))

    def point(file: Any) -> None:
        file.create_dataset("x", (10,), "f4", external=[(str(secret), 0, 40)])

    told = refused(write_keras(tmp_path / "a.keras", keras_layers(), [12, 12, 3], touch=point))
    assert "lie in another file" in told


def test_a_dataset_larger_than_any_network_is_refused_before_it_is_made(tmp_path: Path) -> None:
    def bomb(file: Any) -> None:
        file.create_dataset("x", (10**6, 10**6), "f4", chunks=(1000, 1000))

    told = refused(write_keras(tmp_path / "a.keras", keras_layers(), [12, 12, 3], touch=bomb))
    assert "1,000,000,000,000 numbers" in told


def test_an_archive_with_a_member_twice_is_refused(tmp_path: Path) -> None:
    path = write_keras(tmp_path / "a.keras", keras_layers(), [12, 12, 3])
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", "{}")
    assert "config.json twice" in refused(path)


def test_an_archive_that_declares_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", bytes(30_000_000))
        archive.writestr("model.weights.h5", b"")
    assert "declares 30,000,000 bytes" in refused(path)


def test_files_that_are_cut_off_anywhere_are_told_of(tmp_path: Path) -> None:
    whole = write_keras(tmp_path / "w.keras", keras_layers(), [12, 12, 3]).read_bytes()
    made = model(*CASES["a residual addition"], [1, 2, 9, 9]).SerializeToString()
    for content, name in ((whole, "a.keras"), (made, "a.onnx")):
        path = tmp_path / name
        for share in (0, 1, 5, 9):
            path.write_bytes(content[: len(content) * share // 10])
            refused(path)


def test_json_nested_without_end_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"weightsManifest": ' + "[" * 100_000 + "]" * 100_000 + "}")
    assert "JSON" in refused(path) or "damaged" in refused(path)


def zeros(name: str, *shape: int) -> list[Any]:
    """A constant of zeros, of which the file holds the shape alone."""
    return [
        node("Constant", [], f"{name} shape", value_ints=shape),
        node("ConstantOfShape", [f"{name} shape"], name),
    ]


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([node("LSTM", ["x", "w", "w"], "y")], "LSTM"),
        ([node("Relu", ["nowhere"], "y")], "nothing makes"),
        ([node("Relu", ["b"], "a"), node("Relu", ["a"], "b"), node("Relu", ["a"], "y")], "circle"),
        ([node("Mul", ["x", "x"], "y")], "multiplies two maps"),
        ([node("Softmax", ["x"], "y", axis=2)], "not taken over the channels"),
        ([node("Conv", ["x", "w"], "y", strides=[0, 1])], "from 1 to"),
        ([node("Flatten", ["w", "x"], "y")], "reads a constant where the picture is wanted"),
        ([node("Pad", ["", "x"], "y")], "reads a constant where the picture is wanted"),
        ([helper.make_node("Relu", ["x"], [], name="bare")], "'bare' (Relu) makes nothing"),
        ([node("Relu", ["x"], ""), node("Conv", ["x", "w", ""], "y")], "makes nothing"),
        ([node("Shape", ["x"], "s", start="q"), node("Relu", ["x"], "y")], "(Shape) cannot"),
        ([node("Unsqueeze", ["", "w"], "s"), node("Relu", ["x"], "y")], "(Unsqueeze) cannot"),
        ([node("Transpose", ["x"], "y", perm=3)], "(Transpose) cannot"),
        (
            [node("Transpose", ["x"], "t", perm=[0, 2, 3, 1]),
             node("GlobalAveragePool", ["t"], "y")],
            "where maps (NCHW) are needed",
        ),
        ([node("Swish", ["x"], "y", alpha=2.0)], "has the alpha 2.0"),
        (
            [*zeros("a", 4000, 1), *zeros("b", 1, 4000), node("Add", ["a", "b"], "s"),
             node("Relu", ["x"], "y")],
            "a constant of the shape (4000, 4000) is too large",
        ),
        (
            [*zeros("s", 2_000_000), *(node("Neg", ["s"], f"s{i}") for i in range(5)),
             node("Relu", ["x"], "y")],
            "more of its constants than can be kept",
        ),
    ],
)  # fmt: skip
def test_an_onnx_graph_that_cannot_be_shown_is_told_by_its_node(
    nodes: list[Any], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(model(nodes, {"w": numbers(4, 2, 3, 3)}, [1, 2, 9, 9]).SerializeToString())
    assert told in refused(path)


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([node("PRelu", ["x", "slopes"], "y")], "for each channel; give it one for all"),
        ([node("HardSigmoid", ["x"], "y")], "a hard swish: that is not read; use a sigmoid"),
        (
            [node("Reshape", ["x", "groups"], "g"),
             node("Transpose", ["g"], "s", perm=[0, 2, 1, 3, 4]),
             node("Reshape", ["s", "whole"], "y")],
            "only flattening is read; leave it out",
        ),
        (
            [node("GlobalAveragePool", ["x"], "p"), node("Sigmoid", ["p"], "s"),
             node("Mul", ["x", "s"], "y")],
            "multiplies two maps: that is read of a gate alone (SiLU, GELU, hard swish); leave it",
        ),
        ([node("Resize", ["x", "", "twice"], "y")], "none of the operations that can be shown; "),
        ([node("Selu", ["x"], "y")], "give a network that ends before it; those that can be are"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_with_the_next_step(
    nodes: list[Any], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.onnx"
    constants = {
        "slopes": numbers(4, 1, 1),
        "groups": np.array([1, 2, 2, 9, 9], np.int64),
        "whole": np.array([1, 4, 9, 9], np.int64),
        "twice": np.array([1, 1, 2, 2], np.float32),
    }
    path.write_bytes(model(nodes, constants, [1, 4, 9, 9]).SerializeToString())
    assert told in refused(path)


def test_a_softmax_of_old_that_reads_a_whole_map_is_refused(tmp_path: Path) -> None:
    nodes = [node("Softmax", ["x"], "y", axis=1)]
    for size, opset in ((1, 12), (9, 13)):
        agree(model(nodes, {}, [1, 3, size, size], opset=opset), tmp_path / "a.onnx", 3, size)
    path = tmp_path / "a.onnx"
    path.write_bytes(model(nodes, {}, [1, 3, 9, 9], opset=12).SerializeToString())
    assert "is taken over rows and columns, too" in refused(path)


def test_an_open_size_is_asked_for_and_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    made = model([node("Relu", ["x"], "y")], {}, ["n", 3, "h", "w"])
    path.write_bytes(made.SerializeToString())
    assert "--size" in refused(path)
    assert Network.imported(path, size=(20, 30)).input_shape == (20, 30, 3)


def test_a_pickle_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.onnx"
    path.write_bytes(b"\x80\x04cos\nsystem\n(S'touch PWNED'\ntR.")
    assert "torch.onnx.export" in refused(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.onnx"]


def test_weights_without_an_architecture_are_told_how_to_save(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=numbers(2, 2))
    assert 'model.save("x.keras")' in refused(path)
    assert "SavedModel" in refused(_saved_model(tmp_path / "saved"))


def _saved_model(folder: Path) -> Path:
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"")
    return folder


def test_a_model_that_leaves_its_size_open_is_told(tmp_path: Path) -> None:
    layers = keras_layers()
    config = keras_config(layers, [None, None, 3])
    told = refused(write_keras(tmp_path / "a.keras", layers, [], config=config))
    assert "leaves a size open" in told


@pytest.mark.skipif(
    "CONVEXPLAIN_MODELS" not in os.environ, reason="CONVEXPLAIN_MODELS names no folder of networks"
)
def test_networks_of_other_frameworks_agree_with_them_and_hostile_ones_are_refused() -> None:
    folder = Path(os.environ["CONVEXPLAIN_MODELS"])
    for reference in sorted(folder.glob("*.ref.json")):
        told = json.loads(reference.read_text("utf-8"))
        with np.load(reference.with_suffix(".npz"), allow_pickle=False) as stored:
            arrays = dict(stored)
        for name in told["files"]:
            network = Network.load(folder / name)
            for x, wanted, best in zip(
                arrays["x"], arrays["probabilities"], told["top1"], strict=True
            ):
                picture = np.moveaxis(x, 0, -1) if told["recipe"]["layout"] == "CHW" else x
                trace = Trace(network, picture)
                np.testing.assert_allclose(trace.probabilities, wanted, atol=1e-5, err_msg=name)
                assert trace.prediction == best
    for path in sorted((folder / "hostile").iterdir()):
        if path.suffix != ".json":
            refused(path)


def test_a_model_in_memory_is_read_by_its_config_and_weights() -> None:
    layers = keras_layers()
    network = convexplain.from_keras(_Model(layers, [12, 12, 3]))
    x = RANDOM.integers(0, 256, (12, 12, 3)).astype(np.float32)
    np.testing.assert_allclose(network(x), expected(layers, x), atol=1e-6)
    with pytest.raises(UsageError, match="no Keras model"):
        convexplain.from_keras(object())
    with pytest.raises(UsageError, match="LSTM"):
        convexplain.from_keras(_Model([("LSTM", {}, [])], [2, 2, 1]))


class Sequential:
    """What Keras' class of this name offers of itself."""


class _Model(Sequential):
    def __init__(self, layers: list[Spec], shape: list[int]) -> None:
        self.layers = layers
        self.shape = shape

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = keras_config(self.layers, self.shape)["config"]
        return config

    def get_layer(self, name: str) -> Any:
        arrays = self.layers[int(name.removeprefix("layer_"))][2]
        return type("Layer", (), {"get_weights": lambda self: arrays})()


def test_a_torch_module_is_read_through_onnx() -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(36, 3),
    )
    x = torch.randn(1, 1, 6, 6)
    network = convexplain.from_torch(net, x)
    with torch.no_grad():
        wanted = net.eval()(x)[0].numpy()
    np.testing.assert_allclose(network(np.moveaxis(x[0].numpy(), 0, -1)), wanted, atol=1e-5)


# The command that imports


def test_importing_writes_a_safe_file_with_a_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    layers = keras_layers()
    write_keras(tmp_path / "mine.keras", layers, [12, 12, 3])
    x = RANDOM.integers(0, 256, (2, 12, 12, 3)).astype(np.float32)
    np.save("x.npy", x)
    np.save("y.npy", np.stack([expected(layers, each) for each in x]))
    line = ["model", "import", "mine.keras", "--classes", "cat,dog,bird", "--fit", "pad"]
    said = CliRunner().invoke(cli, [*line, "--check", "x.npy", "y.npy"])
    assert said.exit_code == 0, said.output
    assert "wrote mine.safetensors: 7 layers" in said.output
    assert "Dropout" in said.output
    network = Network.load("mine.safetensors")
    assert network.recipe is not None
    assert network.recipe.framing == "pad"
    assert [network.class_name(n).en for n in range(3)] == ["cat", "dog", "bird"]
    np.testing.assert_allclose(network(x[0]), expected(layers, x[0]), atol=1e-6)
    np.save("y.npy", np.zeros((2, 3)))
    (tmp_path / "mine.safetensors").unlink()
    said = CliRunner().invoke(cli, [*line, "--check", "x.npy", "y.npy"])
    assert "nothing was written" in said.output
    assert not (tmp_path / "mine.safetensors").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--classes", "a,b"], "2 classes, but the network has 3"),
        (["--mean", "x"], "--mean 'x': give a number"),
        (["--scale", "-1..1", "--std", "2"], "leave --mean and --std out"),
        (["--size", "9"], "as 64x64"),
        (["--check", "no.npy", "no.npy"], "no.npy cannot be read"),
        (["--std", "0"], "must be above 0"),
    ],
)
def test_what_is_wrong_with_an_import_is_told(
    options: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_keras(tmp_path / "mine.keras", keras_layers(), [12, 12, 3])
    said = CliRunner().invoke(cli, ["model", "import", "mine.keras", *options])
    assert told in said.output
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.keras"]


def test_the_numbers_that_a_network_takes_follow_the_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_keras(tmp_path / "a.keras", [("Flatten", {}, [])], [2, 2, 1])
    picture = Picture(np.full((2, 2, 1), 0.2, np.float32), None, "")
    cases = {
        "0..1": 0.2,
        "0..255": 51,
        "-1..1": -0.6,
    }
    for scale, value in cases.items():
        line = ["model", "import", path.name, "--scale", scale, "-o", "b.safetensors"]
        assert CliRunner().invoke(cli, line).exit_code == 0
        assert np.allclose(Network.load("b.safetensors").prepare(picture), value)
    line = ["model", "import", path.name, "--mean", "0.5", "--std", "0.25", "-o", "b.safetensors"]
    assert CliRunner().invoke(cli, line).exit_code == 0
    assert np.allclose(Network.load("b.safetensors").prepare(picture), -1.2)
