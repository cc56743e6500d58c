"""An ONNX graph as layers: what each operation is called here, channels last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers import folding, graph
from convexplain.network.readers.graph import EXPORT, Graph, Node
from convexplain.network.readers.imported import (
    AGAIN,
    Array,
    Found,
    Imported,
    UnreadableError,
    checked,
    named,
    product,
    snake_case,
    whole,
    wholes,
)
from convexplain.network.readers.walk import Handler, Handlers, Reader, Tensor, Value


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


def _conv(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    inputs, margins = _with_margins(inputs, ("zero",))  # a Pad just before belongs to it
    x = reader.as_map(node, reader.settled(node, inputs))
    kernel = reader.constant(node, inputs, 1, "kernel")
    if kernel.ndim != 4:
        raise reader.refused(
            node, Message("has a kernel of {ndim} axes: only 2-D is read", ndim=kernel.ndim)
        )
    bias = inputs[2] if len(inputs) > 2 else None
    if isinstance(bias, Tensor):
        raise reader.refused(node, Message("computes its bias of the picture: that is not read"))
    groups = whole(
        node.attributes.get("group", 1),
        Message("the groups of {name!r:.60}", name=node.name),
        least=1,
    )
    filters, depth = kernel.shape[:2]
    if depth * groups != x.channels or filters % groups:
        raise reader.refused(
            node,
            Message(
                "has kernels of shape {shape} in {groups} groups, which do not fit its {channels} "
                "channels",
                shape=kernel.shape,
                groups=groups,
                channels=x.channels,
            ),
            AGAIN,
        )
    window = _window(reader, node, kernel.shape[2:], margins)
    weights = {"kernel": kernel.transpose(2, 3, 1, 0)}
    if bias is not None:
        if bias.shape != (filters,):
            raise reader.refused(
                node,
                Message(
                    "has {shape} biases for {filters} filters", shape=bias.shape, filters=filters
                ),
                AGAIN,
            )
        weights["bias"] = bias
    name = reader.add(
        node,
        "Conv2D",
        x,
        _named(node, "conv2d"),
        weights,
        filters=filters,
        kernel_size=kernel.shape[2:],
        groups=groups,
        use_bias=bias is not None,
        activation="linear",
        **window,
    )
    return replace(x, layer=name, shape=_slid(reader, node, x, kernel.shape[2:], window, filters))


def _with_margins(
    inputs: list[Value], fillers: tuple[str, ...]
) -> tuple[list[Value], tuple[int, int, int, int] | None]:
    """Take from a node's input the padding that its window can carry out itself."""
    value = inputs[0]
    if not isinstance(value, Tensor) or value.padding is None or value.filler not in fillers:
        return inputs, None
    top, bottom, left, right = value.padding
    around = {"H": top + bottom, "W": left + right}
    shape = tuple(n - around.get(a, 0) for a, n in zip(value.axes, value.shape, strict=True))
    bare = replace(value, padding=None, filler="zero", shape=shape)
    return [bare, *inputs[1:]], value.padding


def _window(
    reader: Reader, node: Node, size: Any, margins: tuple[int, int, int, int] | None = None
) -> dict[str, Any]:
    """Read stride, padding and dilation of a window."""
    found = node.attributes
    what = f"of the node {node.name!r:.60}"
    kernel = wholes(
        found.get("kernel_shape", list(size)),
        Message("the kernel's shape {what}", what=what),
        2,
        least=1,
    )
    if kernel != tuple(size):
        raise reader.refused(
            node,
            Message("says {kernel} of a kernel that has {size}", kernel=kernel, size=tuple(size)),
            AGAIN,
        )
    stride = wholes(
        found.get("strides", [1, 1]), Message("the stride {what}", what=what), 2, least=1
    )
    dilation = wholes(
        found.get("dilations", [1, 1]), Message("the dilation {what}", what=what), 2, least=1
    )
    auto = found.get("auto_pad", "NOTSET") or "NOTSET"
    names = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}
    padding: Any
    if auto in names and margins is None:
        padding = names[auto]
    elif auto in ("NOTSET", "VALID"):
        given = found.get("pads", [0] * 4) if auto == "NOTSET" else [0] * 4
        top, left, bottom, right = wholes(given, Message("the padding {what}", what=what), 4)
        around = margins or (0, 0, 0, 0)
        padding = tuple(a + b for a, b in zip((top, bottom, left, right), around, strict=True))
    else:
        raise reader.refused(node, Message("has the padding {auto!r:.30} behind a Pad", auto=auto))
    return {"stride": stride, "padding": padding, "dilation": dilation}


def _slid(
    reader: Reader,
    node: Node,
    x: Tensor,
    size: Any,
    window: dict[str, Any],
    channels: int,
    *,
    ceil: bool = False,
) -> tuple[int, ...]:
    """Return the shape that a window leaves."""
    from convexplain.ops import Window

    try:
        slid = Window(tuple(size), window["stride"], window["padding"], window["dilation"], ceil)
        rows, cols = slid.output_size((x.shape[2], x.shape[3]))
    except (TypeError, ValueError) as error:
        raise reader.refused(node, Message("does not fit: {error}", error=error), AGAIN) from error
    return 1, channels, rows, cols


def _pool(kind: str) -> Handler:
    def handler(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
        inputs, margins = _with_margins(
            inputs, ("lowest", "edge") if kind == "MaxPooling2D" else ()
        )
        x = reader.as_map(node, reader.settled(node, inputs))
        size = wholes(
            node.attributes.get("kernel_shape"),
            Message("the pool of {name!r:.60}", name=node.name),
            2,
            least=1,
        )
        if margins and max(margins) >= min(size):  # a repeated edge could then win
            raise reader.refused(node, Message("has a padding as wide as its window"))
        window = _window(reader, node, size, margins)
        ceil = bool(node.attributes.get("ceil_mode", 0))
        fields: dict[str, Any] = {"ceil_mode": True} if ceil else {}
        if kind == "AveragePooling2D":
            fields["count_include_pad"] = bool(node.attributes.get("count_include_pad", 0))
        if window["dilation"] != (1, 1):
            fields["dilation"] = window["dilation"]
        wanted = {"stride": window["stride"], "padding": window["padding"], **fields}
        name = reader.add(node, kind, x, pool_size=size, **wanted)
        shape = _slid(reader, node, x, size, window, x.channels, ceil=ceil)
        return replace(x, layer=name, shape=shape)

    return handler


def _global(kind: str) -> Handler:
    def handler(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
        x = reader.settled(node, inputs)
        axes = folding.axes_of(node, _constants(inputs))
        keep = node.op.startswith("Global") or bool(node.attributes.get("keepdims", 1))
        if not node.op.startswith("Global"):
            spoken = sorted(x.axes[axis] for axis in axes or range(len(x.axes)))
            if spoken != ["H", "W"]:
                raise reader.refused(
                    node, Message("takes a mean over other axes than rows and columns")
                )
        else:
            reader.as_map(node, x)
        sizes = dict(zip(x.axes, x.shape, strict=True))
        if not keep:
            return Tensor(reader.add(node, kind, x), "NF", (1, sizes["C"]))
        name = reader.add(node, kind, x, keepdims=True)
        shape = tuple(1 if axis in "HW" else sizes[axis] for axis in x.axes)
        return replace(x, layer=name, shape=shape)

    return handler


def _constants(inputs: list[Value]) -> list[Array | None]:
    return [None if isinstance(value, Tensor) else value for value in inputs]


def _flatten(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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


def _reshape(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    value = reader.computed(node, inputs)
    if node.op == "Reshape":
        wanted = reader.constant(node, inputs, 1, "shape")
        shape = folding.reshaped(
            value.shape,
            np.ravel(wanted).tolist(),
            keep_zero=bool(node.attributes.get("allowzero", 0)),
        )
    else:
        axes = folding.axes_of(node, _constants(inputs))
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


def _transpose(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    value = reader.computed(node, inputs)
    order = node.attributes.get("perm", list(range(len(value.axes)))[::-1])
    if sorted(order) != list(range(len(value.axes))):
        raise reader.refused(node, Message("has the order {order}", order=order), AGAIN)
    axes = "".join(value.axes[i] for i in order)
    return replace(value, axes=axes, shape=tuple(value.shape[i] for i in order))


def _gemm(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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


def _matmul(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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
        _named(node, "dense"),
        weights,
        units=units,
        use_bias=bias is not None,
        activation="linear",
    )
    return Tensor(name, "NF", (1, units))


def _named(node: Node, default: str) -> str:
    """Call a layer as its weights are called ("conv1.weight"), where the file tells."""
    for name in node.inputs[1:]:
        head, dot, tail = name.rpartition(".")
        if dot and tail in ("weight", "bias") and head:
            return head
    return default


def _batch_norm(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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


def _activation(function: str) -> Handler:
    def handler(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
        x = reader.settled(node, inputs)
        name = reader.add(node, "Activation", x, snake_case(node.op), activation=function)
        return replace(x, layer=name)

    return handler


def _with_slope(function: str, attribute: str, default: float) -> Handler:
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


def _softmax(function: str) -> Handler:
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


def _clip(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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


def _gelu(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    approximate = node.attributes.get("approximate", "none") == "tanh"
    return _activation("gelu_tanh" if approximate else "gelu")(reader, node, inputs)


def _swish(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    if (alpha := node.attributes.get("alpha", 1.0)) != 1:
        raise reader.refused(
            node, Message("has the alpha {alpha}: only 1, a SiLU, is read", alpha=alpha)
        )
    return _activation("silu")(reader, node, inputs)


def _same(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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


def _pad(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    value = reader.computed(node, inputs)
    mode = node.attributes.get("mode", "constant")
    if mode not in ("constant", "edge"):
        raise reader.refused(
            node, Message("pads by the mode {mode!r:.30}: that is not read", mode=mode)
        )
    pads = node.attributes.get("pads")
    if pads is None:
        pads = np.ravel(reader.constant(node, inputs, 1, "padding")).tolist()
    given = inputs[2] if len(inputs) > 2 else None
    number = node.attributes.get("value", 0.0) if given is None else np.ravel(given)[0]  # type: ignore[arg-type]
    spoken = _constants(inputs)[3] if len(inputs) > 3 else None
    count = len(value.axes)
    axes = list(range(count)) if spoken is None else [int(a) % count for a in np.ravel(spoken)]
    if len(pads) != 2 * len(axes):
        raise reader.refused(
            node,
            Message("has {pads} paddings for {axes} axes", pads=len(pads), axes=len(axes)),
            AGAIN,
        )
    around = {
        value.axes[axis]: (int(pads[i]), int(pads[i + len(axes)])) for i, axis in enumerate(axes)
    }
    if any(n < 0 for pair in around.values() for n in pair):
        raise reader.refused(node, Message("cuts off rows or columns: that is not read"))
    if any(around.pop(axis, (0, 0)) != (0, 0) for axis in "NCF1"):
        raise reader.refused(node, Message("pads other axes than rows and columns"))
    (top, bottom), (left, right) = around.get("H", (0, 0)), around.get("W", (0, 0))
    if not any((top, bottom, left, right)):
        return value
    filler = "edge" if mode == "edge" else "zero" if number == 0 else "lowest"
    if filler == "lowest" and number > np.finfo(np.float32).min:
        raise reader.refused(node, Message("pads with {number}, not with zeros", number=number))
    if value.pending:
        value = reader.settle(value, node.name)
    grown = {"H": top + bottom, "W": left + right}
    shape = tuple(n + grown.get(a, 0) for a, n in zip(value.axes, value.shape, strict=True))
    return replace(value, padding=(top, bottom, left, right), filler=filler, shape=shape)


def _arithmetic(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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
    return _sum(reader, node, list(tensors))


def _sum(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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
    times, plus = (_one_number(x.scale, 1.0), _one_number(x.offset, 0.0))
    scale, offset = (_one_number(gate.scale, 1.0), _one_number(gate.offset, 0.0))
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


def _one_number(array: Array | None, default: float) -> float | None:
    """Return a constant that is one number; None if it is one for each channel."""
    if array is None:
        return default
    return float(array.ravel()[0]) if array.size == 1 else None


def _is_moved(layers: list[Found], source: str) -> bool:
    """Whether the last layer reads those of `source` plus 3, and is alone in that."""
    if len(layers) < 2 or layers[-1].inputs != (layers[-2].name,):
        return False
    moved = layers[-2]
    by = (moved.fields.get("scale"), moved.fields.get("offset"))
    return (moved.kind, by, moved.inputs) == ("Rescaling", (1.0, 3.0), (source,))


def _erf(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """The gate of GELU, erf(x / √2); alone it is not read."""
    value = reader.computed(node, inputs)
    times = _one_number(value.scale, 1.0)
    if value.offset is not None or value.padding or times is None or abs(times - 0.5**0.5) > 1e-6:
        raise reader.refused(node, Message("is not the gate of a GELU: that is not read"))
    name = reader.add(node, "Activation", replace(value, scale=None), "gelu", activation=ERF)
    return replace(value, layer=name, scale=None)


def _concat(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
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


#: What the product of a map and its gate is called.
GATES = {"sigmoid": "silu", "hard_sigmoid": "hard_swish"}
#: A gate that is no activation of its own: what is left of it is refused.
ERF = "erf"


def _hard_sigmoid(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """The gate of hard swish, max(0, min(1, x / 6 + 0.5)); alone it is not read."""
    alpha, beta = node.attributes.get("alpha", 0.2), node.attributes.get("beta", 0.5)
    if abs(alpha - 1 / 6) > 1e-6 or beta != 0.5:
        raise reader.refused(
            node,
            Message("is not the gate of a hard swish: that is not read"),
            Message("use a sigmoid"),
        )
    return _activation("hard_sigmoid")(reader, node, inputs)


HANDLERS: Handlers = {
    "Add": _arithmetic,
    "AveragePool": _pool("AveragePooling2D"),
    "BatchNormalization": _batch_norm,
    "Cast": _same,
    "Clip": _clip,
    "Concat": _concat,
    "Conv": _conv,
    "Div": _arithmetic,
    "Dropout": _same,
    "Elu": _with_slope("elu", "alpha", 1.0),
    "Erf": _erf,
    "Flatten": _flatten,
    "Gelu": _gelu,
    "Gemm": _gemm,
    "GlobalAveragePool": _global("GlobalAveragePooling2D"),
    "GlobalMaxPool": _global("GlobalMaxPooling2D"),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _activation("hard_swish"),
    "Identity": _same,
    "LeakyRelu": _with_slope("leaky_relu", "alpha", 0.01),
    "LogSoftmax": _softmax("log_softmax"),
    "MatMul": _matmul,
    "MaxPool": _pool("MaxPooling2D"),
    "Mul": _arithmetic,
    "PRelu": _with_slope("leaky_relu", "", 0.0),
    "Pad": _pad,
    "ReduceMax": _global("GlobalMaxPooling2D"),
    "ReduceMean": _global("GlobalAveragePooling2D"),
    "Relu": _activation("relu"),
    "Reshape": _reshape,
    "Sigmoid": _activation("sigmoid"),
    "Softmax": _softmax("softmax"),
    "Squeeze": _reshape,
    "Sub": _arithmetic,
    "Sum": _sum,
    "Swish": _swish,
    "Tanh": _activation("tanh"),
    "Transpose": _transpose,
    "Unsqueeze": _reshape,
}
