"""ONNX operations whose window slides: convolutions, pools, padding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers import folding
from convexplain.network.readers.graph import Node
from convexplain.network.readers.imported import (
    AGAIN,
    whole,
    wholes,
)
from convexplain.network.readers.walk import (
    Handler,
    Reader,
    Tensor,
    Value,
    constants,
    weights_name,
)


def conv(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Slide kernels, grouped ones too."""
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
        weights_name(node, "conv2d"),
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


def pool(kind: str) -> Handler:
    """Return the handler of a pooling."""

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


def global_pool(kind: str) -> Handler:
    """Return the handler of a pooling of whole channels."""

    def handler(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
        x = reader.settled(node, inputs)
        axes = folding.axes_of(node, constants(inputs))
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


def pad(reader: Reader, node: Node, inputs: list[Value]) -> Tensor:
    """Put something around a map; what reads the map next takes it over."""
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
    spoken = constants(inputs)[3] if len(inputs) > 3 else None
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
