"""ONNX operations on vectors: flattening, reshaping, dense layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers import folding
from convexplain.network.readers.graph import Node
from convexplain.network.readers.imported import (
    AGAIN,
    Array,
    product,
)
from convexplain.network.readers.walk import (
    Reader,
    Tensor,
    Value,
    constants,
    weights_name,
)


def flatten(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Write a map as a vector."""
    value = reader.computed(node, inputs)
    axis = node.attributes.get("axis", 1) % len(value.axes)
    if axis != 1:
        raise reader.refused(node, Message("does not flatten picture by picture"))
    return _vector(reader, node, value)


def _vector(reader: Reader, node: Node, value: Tensor) -> Tensor:
    """Write a map as a vector, in the order in which its axes lie."""
    if "F" in value.axes:  # a vector already
        return value
    x = reader.settle(value, node.name)
    order = x.axes[1:]
    if x.axes[0] != "N" or order not in ("CHW", "HWC"):
        raise reader.refused(
            node, Message("flattens axes in the order {axes}: that is not read", axes=x.axes)
        )
    fields: dict[str, Any] = {} if order == "HWC" else {"order": "channels_first"}
    name = reader.add(node, "Flatten", x, **fields)
    return Tensor(name, "NF", (1, product(x.shape)))


def reshape(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Take axes away, or write a map as a vector; other shapes are refused."""
    value = reader.computed(node, inputs)
    if node.op == "Reshape":
        wanted = reader.constant(node, inputs, 1, "shape")
        shape = folding.reshaped(
            value.shape,
            np.ravel(wanted).tolist(),
            keep_zero=bool(node.attributes.get("allowzero", 0)),
        )
    else:
        axes = folding.axes_of(node, constants(inputs))
        if node.op == "Squeeze":
            gone = {a % len(value.shape) for a in axes} if axes else {
                i for i, n in enumerate(value.shape) if n == 1 and i
            }  # fmt: skip
            shape = tuple(n for i, n in enumerate(value.shape) if i not in gone)
        else:
            shape = tuple(np.expand_dims(np.broadcast_to(False, value.shape), axes or ()).shape)
    if shape == value.shape:
        return value
    count = product(value.shape)
    if shape == (1, count):
        return _vector(reader, node, value)
    raise reader.refused(
        node, Message("makes {new} of {old}: only flattening is read", new=shape, old=value.shape)
    )


def transpose(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Put axes in another order; nothing is computed."""
    value = reader.computed(node, inputs)
    order = node.attributes.get("perm", list(range(len(value.axes)))[::-1])
    if sorted(order) != list(range(len(value.axes))):
        raise reader.refused(node, Message("has the order {order}", order=order), AGAIN)
    axes = "".join(value.axes[i] for i in order)
    return replace(value, axes=axes, shape=tuple(value.shape[i] for i in order))


def gemm(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Multiply a vector by weights and add a bias."""
    found = node.attributes
    kernel = reader.constant(node, inputs, 1, "weights")
    if found.get("transA", 0) or kernel.ndim != 2:
        raise reader.refused(
            node, Message("has transposed or more than two axes: that is not read")
        )
    kernel = kernel.T if found.get("transB", 0) else kernel
    bias = inputs[2] if len(inputs) > 2 else None
    if isinstance(bias, Tensor):
        raise reader.refused(node, Message("computes its bias of the picture: that is not read"))
    alpha, beta = found.get("alpha", 1.0), found.get("beta", 1.0)
    return _dense(
        reader,
        node,
        inputs,
        kernel * np.float32(alpha),
        None if bias is None else bias * np.float32(beta),
    )


def matmul(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Multiply a vector by weights."""
    kernel = reader.constant(node, inputs, 1, "weights")
    return _dense(reader, node, inputs, kernel, None)


def _dense(
    reader: Reader, node: Node, inputs: list[Value], kernel: Array, bias: Array | None
) -> Tensor:
    x = reader.settled(node, inputs)
    if x.axes != "NF":
        raise reader.refused(
            node, Message("reads a map where a vector is needed"), Message("flatten it first")
        )
    if kernel.ndim != 2 or kernel.shape[0] != x.channels:
        raise reader.refused(
            node,
            Message(
                "has weights of shape {shape} for a vector of {channels} numbers",
                shape=kernel.shape,
                channels=x.channels,
            ),
            AGAIN,
        )
    units = kernel.shape[1]
    weights = {"kernel": kernel}
    if bias is not None:
        weights["bias"] = np.broadcast_to(np.ravel(bias) if bias.ndim else bias, (units,))
    name = reader.add(
        node,
        "Dense",
        x,
        weights_name(node, "dense"),
        weights,
        units=units,
        use_bias=bias is not None,
        activation="linear",
    )
    return Tensor(name, "NF", (1, units))
