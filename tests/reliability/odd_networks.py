"""Networks of other programs that no reader should trust: their documents and bytes, changed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from foreign import Spec, keras_config, write_h5, write_keras, write_tfjs
from hypothesis import strategies as st
from odd_files import ODD, damaged, places


def filled(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.full(shape, 0.25, np.float32)


LAYERS: list[Spec] = [
    ("Rescaling", {"scale": 1 / 255.0, "offset": 0.0}, []),
    (
        "Conv2D",
        {"filters": 2, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same",
         "dilation_rate": [1, 1], "groups": 1, "activation": "relu"},
        [filled(3, 3, 1, 2), filled(2)],
    ),
    ("BatchNormalization", {"axis": -1, "epsilon": 0.001}, [filled(2) for _ in range(4)]),
    ("ZeroPadding2D", {"padding": [[1, 0], [0, 1]]}, []),
    ("MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}, []),
    ("Dropout", {"rate": 0.5}, []),
    ("Flatten", {}, []),
    ("Dense", {"units": 3, "activation": "softmax"}, [filled(8, 3), filled(3)]),
]  # fmt: skip
SHAPE = [7, 8, 1]

#: Words of these formats, in places where they do not belong.
WORDS = [
    "LSTM", "Lambda", "Add", "Conv2D", "valid", "causal", "channels_first", "gelu", "softmax",
    "float16", "../shard1.bin", "/etc/passwd", [None, 7, 8, 1], [[["layer_1", 0, 0, {}]]],
    {"class_name": "Sequential", "config": {"layers": []}}, {"value": [7, 8]},
]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, document: object) -> Any:
    """The document with something else in one or two places, or with a place taken out or twice."""
    whole: dict[str, Any] = {"top": deepcopy(document)}
    for _ in range(draw(st.integers(1, 2))):
        *way, last = ("top", *draw(st.sampled_from(places(whole["top"]))))
        spot: Any = whole
        for key in way:
            spot = spot[key]
        if draw(st.integers(0, 2)):
            spot[last] = deepcopy(draw(st.sampled_from([*ODD, *WORDS])))
        elif isinstance(spot, dict):
            del spot[last]
        else:
            spot.insert(last, deepcopy(spot[last]))
        if "top" not in whole:
            return None
    return whole["top"]


def written(write: Callable[..., Path], name: str) -> bytes:
    with TemporaryDirectory() as folder:
        return write(Path(folder) / name, LAYERS, SHAPE).read_bytes()


def archived(members: dict[str, bytes], way: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", way) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


KERAS = written(write_keras, "a.keras")
H5 = written(write_h5, "a.h5")
with zipfile.ZipFile(io.BytesIO(KERAS)) as opened:
    MEMBERS = {name: opened.read(name) for name in opened.namelist()}
CONFIG = keras_config(LAYERS, SHAPE)


@st.composite
def keras_files(draw: st.DrawFn) -> bytes:
    """A .keras file whose configuration, weights or archive is changed."""
    members = dict(MEMBERS)
    part = draw(st.sampled_from(["config", "weights", "archive"]))
    if part == "archive":
        return draw(damaged([KERAS, archived(members, zipfile.ZIP_DEFLATED)], reach=10**6))
    if part == "weights":
        members["model.weights.h5"] = draw(damaged([MEMBERS["model.weights.h5"]], reach=10**6))
    else:
        members["config.json"] = json.dumps(draw(changed(CONFIG))).encode()
    return archived(members)


h5_files = damaged([H5], reach=10**6)


def beside(folder: Path) -> dict[str, Any]:
    """Write a model of TensorFlow.js into a folder, and return its document."""
    document: dict[str, Any] = json.loads(write_tfjs(folder, LAYERS, SHAPE).read_text())
    return document


with TemporaryDirectory() as folder:
    TFJS = beside(Path(folder))


@st.composite
def tfjs_files(draw: st.DrawFn) -> bytes:
    """A model.json in which something else stands; its weights lie beside it."""
    return json.dumps(draw(changed(TFJS))).encode()


def onnx_model() -> Any:
    """A sound network of the operators that exporters write."""
    from onnx import TensorProto, helper, numpy_helper

    weights = {
        "k": filled(2, 1, 3, 3), "b": filled(2), "g": filled(2), "p": np.array([0, 0, 1, 0] * 2),
        "s": np.array([1, -1]), "w": filled(3, 30), "c": filled(3),
    }  # fmt: skip
    operators: list[tuple[str, list[str], dict[str, Any]]] = [
        ("Conv", ["x", "k", "b"], {"pads": [1, 1, 1, 1], "strides": [2, 2], "dilations": [1, 1]}),
        ("BatchNormalization", ["n0", "g", "g", "g", "g"], {"epsilon": 1e-3}),
        ("Relu", ["n1"], {}),
        ("Pad", ["n2", "p"], {}),
        ("MaxPool", ["n3"], {"kernel_shape": [2, 2], "strides": [1, 1], "ceil_mode": 1}),
        ("Reshape", ["n4", "s"], {}),
        ("Gemm", ["n5", "w", "c"], {"transB": 1, "alpha": 0.5}),
        ("Softmax", ["n6"], {"axis": -1}),
    ]
    nodes = [
        helper.make_node(kind, reads, [f"n{number}"], name=f"node{number}", **attributes)
        for number, (kind, reads, attributes) in enumerate(operators)
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 7, 8])],
        [helper.make_tensor_value_info("n7", TensorProto.FLOAT, [1, 3])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


NUMBERS = [-1, 0, 1, 2, 3, 5, 7, 8, 64, 10**5, 2**31, 2**62]
EDITS = [
    "operator", "input", "output", "bare", "attribute", "dims", "type", "size", "bytes", "drop",
]  # fmt: skip
OPERATORS = ["LSTM", "Add", "Mul", "Concat", "Transpose", "Flatten", "Conv", "Shape", "Constant"]


@st.composite
def onnx_files(draw: st.DrawFn) -> bytes:
    """An ONNX file with changed fields, or changed bytes."""
    model = onnx_model()
    if draw(st.booleans()):
        return draw(damaged([model.SerializeToString()], reach=10**6))
    graph = model.graph
    for _ in range(draw(st.integers(1, 3))):
        node = draw(st.sampled_from(list(graph.node)))
        tensor = draw(st.sampled_from(list(graph.initializer)))
        number = draw(st.sampled_from(NUMBERS))
        edit = draw(st.sampled_from(EDITS))
        if edit == "operator":
            node.op_type = draw(st.sampled_from(OPERATORS))
        elif edit in ("input", "output"):
            names = node.input if edit == "input" else node.output
            name = draw(st.sampled_from(["", "x", "k", "n2", "n7", "nowhere"]))
            names[:] = [*names[1:], name] if draw(st.booleans()) else [name, *names[1:]]
        elif edit == "bare":
            del draw(st.sampled_from([node.input, node.output]))[:]
        elif edit == "attribute" and node.attribute:
            attribute = draw(st.sampled_from(list(node.attribute)))
            if draw(st.booleans()):
                attribute.type = draw(st.integers(0, 14))
            elif attribute.ints:
                attribute.ints[draw(st.integers(0, len(attribute.ints) - 1))] = number
            elif number < 2**31:
                attribute.i, attribute.f = number, float(number)
        elif edit == "dims":
            tensor.dims[draw(st.integers(0, len(tensor.dims) - 1))] = number
        elif edit == "type":
            tensor.data_type = draw(st.integers(0, 20))
        elif edit == "size":
            shape = graph.input[0].type.tensor_type.shape.dim
            shape[draw(st.integers(0, 3))].dim_value = number
        elif edit == "bytes":
            tensor.raw_data = tensor.raw_data[: draw(st.integers(0, len(tensor.raw_data)))]
        elif edit == "drop" and len(graph.node) > 1:
            graph.node.remove(node)
    return bytes(model.SerializeToString())
