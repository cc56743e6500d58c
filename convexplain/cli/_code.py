"""One cell as a few lines to run, in NumPy and in Keras: they print the number on the screen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from convexplain.cli._cell import Cell
from convexplain.network import AveragePooling2D, Conv2D, MaxPooling2D
from convexplain.ops.geometry import Margins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convexplain.ops import Window

#: What turns `z` into the activation; softmax looks at all filters, so that a step ends with z.
_NUMPY = {
    "linear": "z",
    "softmax": "z",
    "relu": "np.maximum(z, 0)",
    "tanh": "np.tanh(z)",
    "sigmoid": "np.where(z >= 0, 1, np.exp(z)) / (1 + np.exp(-abs(z)))",
    "leaky_relu": "np.where(z < 0, z * np.float32(0.01), z)",
}
_KERAS = {
    "linear": "None",
    "softmax": "None",
    "leaky_relu": "lambda z: keras.ops.leaky_relu(z, 0.01)",
}
_NO_KERAS = "# Keras's average pooling pads {} only: this layer cannot be written in it."


def numpy_code(cell: Cell, file: str | None = None) -> str:
    """Write the lines that compute a cell with NumPy, from the layer's input and weights.

    Sums are made in float64 and rounded once, as everywhere in this package.

    Parameters
    ----------
    cell : Cell
        Of a convolution or pooling layer.
    file : str, optional
        Where the picture was read from, if it is not a bundled one.
    """
    layer, name = cell.layer, cell.layer.name
    lines = ["import numpy as np", *_beginning(cell, file)]
    if isinstance(layer, Conv2D):
        window, margins = _placed(layer.window, cell)
        depth = cell.trace.network.weights[f"{name}/kernel"].shape[2]
        group = cell.filter // (layer.filters // layer.groups)
        channels = "" if layer.groups == 1 else f", {group * depth}:{(group + 1) * depth}"
        rows, cols = (
            _slice(place * stride, span, dilation)
            for place, stride, span, dilation in zip(
                (cell.row, cell.col), window.stride, window.span, window.dilation, strict=True
            )
        )
        lines += [
            f'kernel = network.weights["{name}/kernel"][..., {cell.filter}]',
            f'bias = network.weights["{name}/bias"][{cell.filter}]',
            "",
            *_pad(margins),
            f"patch = x[{rows}, {cols}{channels}].astype(np.float64)",
            "z = np.float32((patch * kernel).sum() + bias)",
            f"print({_NUMPY[layer.activation]})",
        ]
        return "\n".join(lines)
    step = cell.trace.steps(name, cell.filter).at(cell.row, cell.col)
    inside = [[i for i in taps if i is not None] for taps in (step.input_rows, step.input_cols)]
    rows, cols = (_slice(taps[0], len(taps), 1) for taps in inside)
    lines += ["", f"patch = x[{rows}, {cols}, {cell.filter}]"]
    if isinstance(layer, MaxPooling2D):
        lines.append("print(patch.max())")
    else:
        lines.append("print(np.float32(patch.mean(dtype=np.float64)))")
    return "\n".join(lines)


def keras_code(cell: Cell, file: str | None = None) -> str:
    """Write the lines that compute the cell's layer with Keras, and print the cell.

    In float64, rounded at the end: in float32 Keras's last digits depend on the machine.
    """
    layer, name = cell.layer, cell.layer.name
    margins: Margins | None = None
    options = []
    lines = ["import keras", "import numpy as np", *_beginning(cell, file)]
    padding = getattr(layer, "padding", "valid")
    if padding == "same":
        options.append('padding="same"')
    elif padding != "valid":
        assert layer.window is not None
        margins = _placed(layer.window, cell)[1]
    if isinstance(layer, Conv2D):
        if layer.window.stride != (1, 1):
            options.insert(0, f"strides={layer.stride}")
        if layer.window.dilation != (1, 1):
            options.append(f"dilation_rate={layer.dilation}")
        if layer.groups != 1:
            options.append(f"groups={layer.groups}")
        activation = _KERAS.get(layer.activation, f'"{layer.activation}"')
        if activation != "None":
            options.append(f"activation={activation}")
        arguments = _arguments(layer.filters, layer.kernel_size, *options)
    elif isinstance(layer, (MaxPooling2D, AveragePooling2D)):
        if layer.stride != layer.pool_size:
            options.insert(0, f"strides={layer.stride}")
        arguments = _arguments(layer.pool_size, *options)
        if margins and isinstance(layer, AveragePooling2D):
            return "\n".join([*lines, _NO_KERAS.format('"valid" or "same"')])
    fill = ", constant_values=-np.inf" if isinstance(layer, MaxPooling2D) else ""
    lines += ["", *(_pad(margins, fill) if margins else [])]
    lines.append(f"layer = keras.layers.{layer.kind}({arguments})")
    if isinstance(layer, Conv2D):
        lines += [
            "layer.build((None, *x.shape))",
            f'parts = network.weights["{name}/kernel"], network.weights["{name}/bias"]',
            "layer.set_weights(parts)",
        ]
    lines += [
        "output = keras.ops.convert_to_numpy(layer(x[np.newaxis]))",
        f"print(np.float32(output[0, {cell.row}, {cell.col}, {cell.filter}]))",
    ]
    return "\n".join(lines)


def _beginning(cell: Cell, file: str | None) -> list[str]:
    """Load the network, and what the layer reads of the picture."""
    origin = cell.picture.origin
    name, _, number = origin.rpartition(" ")
    if name == "bundled digit":
        imports, picture = "Network, Trace, digits", f"digits.sample({number})"
    else:
        imports, picture = "Network, Trace, load_image", f"load_image({_quoted(file)})"
    shape = cell.trace.input_of(cell.layer.name).shape
    return [
        f"from convexplain import {imports}",
        "",
        f"network = Network.load({_quoted(cell.model)})",
        f'x = Trace(network, {picture}.pixels).input_of("{cell.layer.name}")  # {shape}',
    ]


def _quoted(text: str | None) -> str:
    """Write a text as JSON does, which Python reads alike."""
    return json.dumps(text, ensure_ascii=False)


def _placed(window: Window, cell: Cell) -> tuple[Window, Margins]:
    """Give a layer's window on its input, and the padding in numbers."""
    height, width = cell.trace.input_of(cell.layer.name).shape[:2]
    placed = window.on((height, width))
    return placed, placed.margins()


def _pad(margins: Margins, fill: str = "") -> list[str]:
    top, bottom, left, right = margins
    if not any(margins):
        return []
    return [f"x = np.pad(x, (({top}, {bottom}), ({left}, {right}), (0, 0)){fill})"]


def _slice(start: int, span: int, dilation: int) -> str:
    return f"{start}:{start + span}" + (f":{dilation}" if dilation > 1 else "")


def _arguments(*arguments: object) -> str:
    parts: Sequence[str] = [*map(str, arguments), 'dtype="float64"']
    return ", ".join(parts)
