"""An ONNX graph as layers: what each operation is called here, channels last."""

from __future__ import annotations

from pathlib import Path

from convexplain.network.readers import graph
from convexplain.network.readers.graph import EXPORT, Graph
from convexplain.network.readers.imported import Imported, UnreadableError
from convexplain.network.readers.onnx_arithmetic import arithmetic, batch_norm, concat, sum_of
from convexplain.network.readers.onnx_functions import (
    activation,
    clip,
    erf,
    gelu,
    hard_sigmoid,
    same,
    softmax,
    swish,
    with_slope,
)
from convexplain.network.readers.onnx_vectors import flatten, gemm, matmul, reshape, transpose
from convexplain.network.readers.onnx_windows import conv, global_pool, pad, pool
from convexplain.network.readers.walk import Handlers, Reader, Tensor


def read(file: bytes, path: Path, size: tuple[int, int] | None = None) -> Imported:
    """Read an ONNX model; `size` is rows and columns of the input if the file leaves them open."""
    found = graph.read(file, path)
    return Reader(found, _input(found, size), HANDLERS).imported()


def _input(found: Graph, size: tuple[int, int] | None) -> Tensor:
    """Return what the input's axes are: one channel or three, before or behind rows and columns."""
    shape = list(found.input_shape)
    if len(shape) != 4:
        raise UnreadableError(
            "its input has {count} axes: a picture as a batch has four, such as 1, 3, 64, 64",
            count=len(shape),
        )
    if shape[0] not in (None, 1):
        raise UnreadableError(
            "it is made for batches of {shape} pictures: {export}", shape=shape[0], export=EXPORT
        )
    first = _first_axes(found)
    axes = first or ("NHWC" if shape[3] in (1, 3) and shape[1] not in (1, 3) else "NCHW")
    for axis, given in zip("HW", size or (None, None), strict=True):
        place = axes.index(axis)
        if shape[place] is None:
            shape[place] = given
        elif given is not None and shape[place] != given:
            raise UnreadableError(
                "its input has the size {shape}, not {given}", shape=shape[place], given=given
            )
    shape[0] = 1
    if shape[axes.index("C")] is None:
        raise UnreadableError("it leaves the number of channels open: {export}", export=EXPORT)
    if None in shape:
        raise UnreadableError(
            "it leaves height and width open: convexplain model import --size 64x64 takes one, or "
            "{export}",
            export=EXPORT,
        )
    return Tensor("", axes, tuple(int(n) for n in shape if n is not None))


def _first_axes(found: Graph) -> str | None:
    """Find out from what the input goes through first whether its channels come last."""
    name = found.input
    for node in found.nodes:
        if name not in node.inputs:
            continue
        if node.op == "Transpose":
            order = node.attributes.get("perm")
            return {"[0, 3, 1, 2]": "NHWC", "[0, 2, 3, 1]": "NCHW"}.get(str(order))
        if node.op in ("Conv", "MaxPool", "AveragePool", "BatchNormalization"):
            return "NCHW"
        name = node.outputs[0]
    return None


HANDLERS: Handlers = {
    "Add": arithmetic,
    "AveragePool": pool("AveragePooling2D"),
    "BatchNormalization": batch_norm,
    "Cast": same,
    "Clip": clip,
    "Concat": concat,
    "Conv": conv,
    "Div": arithmetic,
    "Dropout": same,
    "Elu": with_slope("elu", "alpha", 1.0),
    "Erf": erf,
    "Flatten": flatten,
    "Gelu": gelu,
    "Gemm": gemm,
    "GlobalAveragePool": global_pool("GlobalAveragePooling2D"),
    "GlobalMaxPool": global_pool("GlobalMaxPooling2D"),
    "HardSigmoid": hard_sigmoid,
    "HardSwish": activation("hard_swish"),
    "Identity": same,
    "LeakyRelu": with_slope("leaky_relu", "alpha", 0.01),
    "LogSoftmax": softmax("log_softmax"),
    "MatMul": matmul,
    "MaxPool": pool("MaxPooling2D"),
    "Mul": arithmetic,
    "PRelu": with_slope("leaky_relu", "", 0.0),
    "Pad": pad,
    "ReduceMax": global_pool("GlobalMaxPooling2D"),
    "ReduceMean": global_pool("GlobalAveragePooling2D"),
    "Relu": activation("relu"),
    "Reshape": reshape,
    "Sigmoid": activation("sigmoid"),
    "Softmax": softmax("softmax"),
    "Squeeze": reshape,
    "Sub": arithmetic,
    "Sum": sum_of,
    "Swish": swish,
    "Tanh": activation("tanh"),
    "Transpose": transpose,
    "Unsqueeze": reshape,
}
