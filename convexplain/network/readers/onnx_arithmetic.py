"""ONNX operations that add, multiply or join maps: residual blocks, gates, normalization."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers.graph import EXPORT, Node
from convexplain.network.readers.imported import (
    AGAIN,
    Array,
    Found,
    checked,
)
from convexplain.network.readers.onnx_functions import ERF, GATES
from convexplain.network.readers.walk import Reader, Tensor, Value, one_number


def batch_norm(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Normalize each channel with stored numbers."""
    if node.attributes.get("training_mode", 0):
        raise reader.refused(node, Message("is in training mode"), EXPORT)
    x = reader.settled(node, inputs)
    if len(x.axes) > 1 and x.axes[1] not in "CF":
        raise reader.refused(node, Message("normalises another axis than the channels"))
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = {p: reader.constant(node, inputs, i, p) for i, p in enumerate(parts, 1)}
    for part, array in weights.items():
        if array.shape != (x.channels,):
            raise reader.refused(
                node,
                Message(
                    "has a {part} of shape {shape}, not {channels}",
                    part=part,
                    shape=array.shape,
                    channels=x.channels,
                ),
                AGAIN,
            )
    epsilon = float(node.attributes.get("epsilon", 1e-5))
    name = reader.add(node, "BatchNormalization", x, "", weights, epsilon=epsilon)
    return replace(x, layer=name)


def arithmetic(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Addition and multiplication: of two maps, or of one by constants."""
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    constants = [value for value in inputs if isinstance(value, np.ndarray)]
    if len(inputs) != 2 or len(tensors) + len(constants) != 2:
        raise reader.refused(node, Message("needs two inputs"), AGAIN)
    if len(tensors) == 2:
        return _two(reader, node, tensors)
    value, constant = tensors[0], constants[0]
    if value.padding is not None:
        value = reader.settle(value, node.name)
    numbers = _by_channel(reader, node, value, constant.astype(np.float32))
    swapped = not isinstance(inputs[0], Tensor)
    scale = np.ones((), np.float32) if value.scale is None else value.scale
    offset = np.zeros((), np.float32) if value.offset is None else value.offset
    if node.op == "Add":
        if not value.pending and _takes_bias(reader, value):
            return _with_bias(reader, value, numbers)
        return replace(value, offset=offset + numbers)
    if node.op == "Sub":
        if swapped:
            return replace(value, scale=-scale, offset=numbers - offset)
        return replace(value, offset=offset - numbers)
    if node.op == "Div":
        if swapped:
            raise reader.refused(
                node, Message("divides by the picture's numbers: that is not read")
            )
        numbers = (1 / numbers.astype(np.float64)).astype(np.float32)
    return replace(
        value, scale=scale * numbers, offset=None if value.offset is None else offset * numbers
    )


def _by_channel(reader: Reader, node: Node, value: Tensor, constant: Array) -> Array:
    """Return a constant as one number, or one for each channel."""
    if constant.size == 1:
        return constant.reshape(())
    shape = (1,) * (len(value.shape) - constant.ndim) + constant.shape
    place = value.axes.index("F" if "F" in value.axes else "C")
    wanted = tuple(n if i == place else 1 for i, n in enumerate(value.shape))
    if shape != wanted:
        raise reader.refused(
            node,
            Message(
                "has a constant of shape {shape} for {wanted}: only one number, or one for each "
                "channel, is read",
                shape=constant.shape,
                wanted=value.shape,
            ),
        )
    return constant.reshape(-1)


def _takes_bias(reader: Reader, value: Tensor) -> bool:
    """Whether a constant added to a layer's output is the bias that it lacks."""
    if not value.layer or reader.layers[-1].name != value.layer:
        return False
    found = reader.layers[-1]
    return found.kind in ("Conv2D", "Dense") and "bias" not in found.weights


def _with_bias(reader: Reader, value: Tensor, numbers: Array) -> Tensor:
    found = reader.layers[-1]
    ones = np.ones(value.channels, np.float32)
    found.weights["bias"] = checked(ones * numbers, Message("the bias of {name}", name=found.name))
    found.fields["use_bias"] = True
    return value


def _two(reader: Reader, node: Node, tensors: list[Tensor]) -> Tensor:
    """Add two maps; the product of a map and a gate made of it is an activation."""
    a, b = tensors
    if node.op == "Mul":
        made = _gated(reader, a, b) or _gated(reader, b, a)
        if made is None:
            raise reader.refused(
                node,
                Message(
                    "multiplies two maps: that is read of a gate alone (SiLU, GELU, hard swish)"
                ),
            )
        return made
    if node.op != "Add":
        raise reader.refused(node, Message("takes one map from another: only their sum is read"))
    return sum_of(reader, node, list(tensors))


def sum_of(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Add maps of one shape."""
    tensors = [reader.settle(x, node.name) for x in inputs if isinstance(x, Tensor)]
    if len(tensors) != len(inputs):
        raise reader.refused(node, Message("adds the picture and constants: that is not read"))
    first, *others = tensors
    for other in others:
        if (first.axes, first.shape) != (other.axes, other.shape):
            raise reader.refused(
                node,
                Message(
                    "adds shapes that differ: {first} and {second}",
                    first=first.shape,
                    second=other.shape,
                ),
                AGAIN,
            )
    return replace(first, layer=reader.add(node, "Add", tuple(tensors))) if others else first


def _gated(reader: Reader, x: Tensor, gate: Tensor) -> Tensor | None:
    """Return the activation that the product of a map and a gate is, None if it is none.

    Exporters write out those for which ONNX had no operation: SiLU is x sigmoid(x), GELU
    x (1 + erf(x / √2)) / 2, hard swish x relu6(x + 3) / 6; the constants stand in any order.
    """
    found = reader.layers[-1] if reader.layers else None
    if found is None or found.kind != "Activation" or found.name != gate.layer:
        return None
    times, plus = (one_number(x.scale, 1.0), one_number(x.offset, 0.0))
    scale, offset = (one_number(gate.scale, 1.0), one_number(gate.offset, 0.0))
    if None in (times, scale, offset) or plus != 0 or x.padding or gate.padding:
        return None
    function, reads = found.fields["activation"], found.inputs
    if function in GATES and reads == (x.layer,) and (scale, offset) == (1, 0):
        function, factor = GATES[function], 1.0
    elif function == ERF and reads == (x.layer,) and scale == offset:
        function, factor = "gelu", 2.0
    elif function == "relu6" and offset == 0 and _is_moved(reader.layers, x.layer):
        reader.layers.pop(-2)
        function, factor = "hard_swish", 6.0
    else:
        return None
    found.fields["activation"], found.inputs = function, (x.layer,)
    left = factor * times * scale  # type: ignore[operator]
    kept: Array | None = None if abs(left - 1) < 1e-6 else np.array(left, np.float32)
    return replace(x, layer=gate.layer, scale=kept, offset=None)


def _is_moved(layers: list[Found], source: str) -> bool:
    """Whether the last layer reads those of `source` plus 3, and is alone in that."""
    if len(layers) < 2 or layers[-1].inputs != (layers[-2].name,):
        return False
    moved = layers[-2]
    by = (moved.fields.get("scale"), moved.fields.get("offset"))
    return (moved.kind, by, moved.inputs) == ("Rescaling", (1.0, 3.0), (source,))


def concat(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Put the channels of several maps, or the numbers of several vectors, behind one another."""
    tensors = [reader.settle(value, node.name) for value in inputs if isinstance(value, Tensor)]
    if len(tensors) != len(inputs):
        raise reader.refused(node, Message("joins the picture with constants: that is not read"))
    first = tensors[0]
    axis = int(node.attributes.get("axis", 1)) % len(first.axes)
    if first.axes[axis] not in "CF":
        raise reader.refused(node, Message("joins along another axis than the channels"))
    shapes = [tensor.shape[:axis] + tensor.shape[axis + 1 :] for tensor in tensors]
    if len({tensor.axes for tensor in tensors}) > 1 or len(set(shapes)) > 1:
        raise reader.refused(
            node,
            Message(
                "joins shapes that do not fit: {shapes}",
                shapes=", ".join(str(tensor.shape) for tensor in tensors),
            ),
            AGAIN,
        )
    if len(tensors) == 1:
        return first
    depth = sum(tensor.shape[axis] for tensor in tensors)
    name = reader.add(node, "Concatenate", tuple(tensors))
    return replace(first, layer=name, shape=(*first.shape[:axis], depth, *first.shape[axis + 1 :]))
