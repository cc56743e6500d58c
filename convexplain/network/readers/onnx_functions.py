"""ONNX operations that apply a function to each number, or nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers.graph import Node
from convexplain.network.readers.imported import (
    named,
    product,
    snake_case,
)
from convexplain.network.readers.walk import Handler, Reader, Tensor, Value, one_number


def activation(function: str) -> Handler:
    """Return the handler of an activation function that takes no parameter."""

    def handler(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
        x = reader.settled(node, inputs)
        name = reader.add(node, "Activation", x, snake_case(node.op), activation=function)
        return replace(x, layer=name)

    return handler


def with_slope(function: str, attribute: str, default: float) -> Handler:
    """Return the handler of an activation function with one parameter."""

    def handler(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
        x = reader.settled(node, inputs)
        if node.op == "PRelu":
            slopes = reader.constant(node, inputs, 1, "slope")
            if np.unique(slopes).size != 1:
                raise reader.refused(
                    node,
                    Message("has a slope of its own for each channel"),
                    Message("give it one for all"),
                )
            slope = float(slopes.ravel()[0])
        else:
            slope = float(node.attributes.get(attribute, default))
        if slope < 0:
            raise reader.refused(
                node, Message("has the slope {slope:g}: at least 0 can be shown", slope=slope)
            )
        name = reader.add(
            node, "Activation", x, snake_case(node.op), activation=named(function, slope)
        )
        return replace(x, layer=name)

    return handler


def softmax(function: str) -> Handler:
    """Return the handler of softmax or its logarithm, over channels alone."""

    def handler(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
        x = reader.settled(node, inputs)
        new = reader.graph.opset >= 13
        axis = node.attributes.get("axis", -1 if new else 1) % len(x.axes)
        if x.axes[axis] not in "CF":
            raise reader.refused(node, Message("is not taken over the channels"))
        if not new and product(x.shape[axis:]) != x.channels:  # of old, over all axes from there on
            raise reader.refused(node, Message("is taken over rows and columns, too"))
        name = reader.add(node, "Activation", x, snake_case(node.op), activation=function)
        return replace(x, layer=name)

    return handler


def clip(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Clip numbers: what is known as ReLU or ReLU 6."""
    bounds = [node.attributes.get("min", -np.inf), node.attributes.get("max", np.inf)]
    for i in (1, 2):
        if i < len(inputs) and inputs[i] is not None:
            bounds[i - 1] = reader.constant(node, inputs, i, "bound").item()
    functions = {(0, 6): "relu6", (0, np.inf): "relu"}
    function = functions.get((bounds[0], bounds[1]))
    if bounds[0] == 0 and bounds[1] >= np.finfo(np.float32).max:
        function = "relu"
    if function is None:
        raise reader.refused(
            node,
            Message(
                "keeps numbers from {bounds[0]:g} to {bounds[1]:g}: only 0 to 6 is read",
                bounds=bounds,
            ),
        )
    x = reader.settled(node, inputs)
    name = reader.add(node, "Activation", x, function, activation=function)
    return replace(x, layer=name)


def gelu(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Apply GELU, exactly or by its hyperbolic tangent."""
    approximate = node.attributes.get("approximate", "none") == "tanh"
    return activation("gelu_tanh" if approximate else "gelu")(reader, node, inputs)


def swish(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Apply swish, which is known as SiLU."""
    if (alpha := node.attributes.get("alpha", 1.0)) != 1:
        raise reader.refused(
            node, Message("has the alpha {alpha}: only 1, a SiLU, is read", alpha=alpha)
        )
    return activation("silu")(reader, node, inputs)


def same(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """An operation that changes nothing of a picture's numbers when a network is used."""
    value = reader.computed(node, inputs)
    if node.op == "Dropout":
        reader.notes.append(
            Message("Dropout {name!r:.60} is skipped: it acts in training alone", name=node.name)
        )
    if node.op == "Cast" and node.attributes.get("to") not in (1, 10, 11, 16):
        raise reader.refused(
            node, Message("turns the picture into whole numbers: that is not read")
        )
    return value


def erf(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """The gate of GELU, erf(x / √2); alone it is not read."""
    value = reader.computed(node, inputs)
    times = one_number(value.scale, 1.0)
    if value.offset is not None or value.padding or times is None or abs(times - 0.5**0.5) > 1e-6:
        raise reader.refused(node, Message("is not the gate of a GELU: that is not read"))
    name = reader.add(node, "Activation", replace(value, scale=None), "gelu", activation=ERF)
    return replace(value, layer=name, scale=None)


#: What the product of a map and its gate is called.
GATES = {"sigmoid": "silu", "hard_sigmoid": "hard_swish"}


#: A gate that is no activation of its own: what is left of it is refused.
ERF = "erf"


def hard_sigmoid(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """The gate of hard swish, max(0, min(1, x / 6 + 0.5)); alone it is not read."""
    alpha, beta = node.attributes.get("alpha", 0.2), node.attributes.get("beta", 0.5)
    if abs(alpha - 1 / 6) > 1e-6 or beta != 0.5:
        raise reader.refused(
            node,
            Message("is not the gate of a hard swish: that is not read"),
            Message("use a sigmoid"),
        )
    return activation("hard_sigmoid")(reader, node, inputs)
