"""Do layers, weights and pictures fit one another? If not, each check says why (ValueError)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.data.recipe import Recipe
from convexplain.errors import ConvexplainError
from convexplain.messages import Message
from convexplain.network.layers import Layer, Shape
from convexplain.ops import ReceptiveField, Window
from convexplain.ops.geometry import Pair

FloatArray = NDArray[np.float32]

#: More numbers than that in one layer's output are refused: no network here needs them, and a
#: damaged file could ask for more than the machine has.
MAX_NUMBERS = 10_000_000
MAX_LAYERS = 100

#: Stands for the picture where a layer's name is wanted.
INPUT = "input"


def input_shape(shape: object) -> tuple[int, int, int]:
    """Give (height, width, channels) as a tuple."""
    values = tuple(shape) if isinstance(shape, (tuple, list)) else ()
    whole = all(isinstance(v, int) and not isinstance(v, bool) and v > 0 for v in values)
    if len(values) != 3 or not whole:
        raise ValueError(
            Message(
                "input shape {shape!r:.80}: give three whole numbers above 0, (height, width, "
                "channels)",
                shape=shape,
            )
        )
    return values[0], values[1], values[2]


def provenance(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the provenance through JSON, which a file will hold."""
    try:
        copy = json.loads(json.dumps(dict(provenance), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ValueError(Message("provenance must be JSON data: {error}", error=error)) from error
    return dict(copy)


def recipe(recipe: Recipe | None, input_shape: tuple[int, int, int], outputs: int) -> Recipe | None:
    """Give the recipe, or the one that none means, if it fits the input and the classes."""
    if recipe is None:
        return Recipe.of(input_shape)
    if recipe.shape != input_shape:
        raise ValueError(
            Message(
                "the recipe is for pictures of shape {shape}, but the network reads {input_shape}",
                shape=recipe.shape,
                input_shape=input_shape,
            )
        )
    if recipe.classes and len(recipe.classes) != outputs:
        raise ValueError(
            Message(
                "the recipe names {count} classes, but the network has {outputs} classes",
                count=len(recipe.classes),
                outputs=outputs,
            )
        )
    return recipe


def sources(layers: tuple[Layer, ...]) -> dict[str, tuple[str, ...]]:
    """Name what each layer reads: layers before it, or `INPUT` for the picture."""
    found: dict[str, tuple[str, ...]] = {}
    before = INPUT
    for layer in layers:
        for name in layer.inputs:
            if name not in found and name != INPUT:
                raise ValueError(
                    Message(
                        "{layer} reads {name!r:.60}, which is no layer before it: give one of "
                        "{names}",
                        layer=layer.name,
                        name=name,
                        names=", ".join([*found, INPUT]),
                    )
                )
        found[layer.name] = layer.inputs or (before,)
        before = layer.name
    return found


def shapes(
    layers: tuple[Layer, ...], input_shape: Shape
) -> tuple[dict[str, Shape], dict[str, Shape]]:
    """Shapes of each layer's input and output, checking that the layers fit one another."""
    if not layers:
        raise ValueError(Message("a network needs at least one layer"))
    if len(layers) > MAX_LAYERS:
        raise ValueError(
            Message(
                "{count:,} layers: a network has at most {max_layers}",
                count=len(layers),
                max_layers=MAX_LAYERS,
            )
        )
    seen = {INPUT}
    for layer in layers:
        if not isinstance(layer, Layer):
            raise ValueError(
                Message(
                    "{layer!r:.80} is not a layer: use Conv2D, MaxPooling2D, Dense, ...",
                    layer=layer,
                )
            )
        if layer.name == INPUT:
            raise ValueError(
                Message("a layer is named {input!r}, as the picture is: rename it", input=INPUT)
            )
        if layer.name in seen:
            raise ValueError(
                Message("two layers are named {name!r}: names must be unique", name=layer.name)
            )
        seen.add(layer.name)
    inputs: dict[str, Shape] = {}
    outputs: dict[str, Shape] = {INPUT: input_shape}
    reads = sources(layers)
    for layer in layers:
        shape = layer.join([outputs[name] for name in reads[layer.name]])
        inputs[layer.name] = shape
        numbers = _padded(layer, shape)
        if numbers > MAX_NUMBERS:
            raise ValueError(
                Message(
                    "{name} would read {numbers:,} numbers for one picture, padding included: at "
                    "most {max_numbers:,}",
                    name=layer.name,
                    numbers=numbers,
                    max_numbers=MAX_NUMBERS,
                )
            )
        outputs[layer.name] = shape = layer.output_shape(shape)
        if math.prod(shape) > MAX_NUMBERS:
            raise ValueError(
                Message(
                    "{name} would put out {prod:,} numbers for one picture: at most "
                    "{max_numbers:,}",
                    name=layer.name,
                    prod=math.prod(shape),
                    max_numbers=MAX_NUMBERS,
                )
            )
    del outputs[INPUT]
    return inputs, outputs


def fields(
    layers: tuple[Layer, ...], input_size: Pair
) -> tuple[dict[str, ReceptiveField], dict[str, tuple[Window, Pair] | None]]:
    """Return what an output of each layer sees of the picture, and through which window.

    With a window stands the size of the map that it lies on. It is None where outputs each read the
    cell at their own place. A vector that was a map lies on the map's places still.
    """
    found = {INPUT: ReceptiveField((1, 1), (1, 1), (0, 0))}
    windows: dict[str, tuple[Window, Pair] | None] = {}
    sizes = {INPUT: input_size}
    reads = sources(layers)
    for layer in layers:
        first, *others = reads[layer.name]
        seen, size = found[first], sizes[first]
        for name in others:
            try:
                seen = seen.union(found[name])
            except ValueError as error:
                raise ValueError(
                    Message(
                        "{layer} reads {first} and {second}: {error}",
                        layer=layer.name,
                        first=first,
                        second=name,
                        error=error,
                    )
                ) from error
        window = layer.sees(size)
        # A vector of one place has nothing around it to be seen.
        windows[layer.name] = None
        if window is not None and (size != (1, 1) or layer.window is not None):
            windows[layer.name] = window, size
            seen, size = seen.through(window, size), window.output_size(size)
        found[layer.name], sizes[layer.name] = seen, size
    del found[INPUT]
    return found, windows


def _padded(layer: Layer, shape: Shape) -> int:
    """Count the numbers that a layer reads, padding included."""
    if layer.window is None or len(shape) != 3:
        return math.prod(shape)
    height, width, channels = shape
    top, bottom, left, right = layer.window.margins((height, width))
    return (height + top + bottom) * (width + left + right) * channels


def weights(weights: Mapping[str, Any], wanted: Mapping[str, Shape]) -> dict[str, FloatArray]:
    """Copy the weights as read-only float32, in the layers' order, or say what is wrong."""
    if missing := [name for name in wanted if name not in weights]:
        raise ValueError(
            Message(
                "weight {missing!r} is missing: its shape is {wanted}",
                missing=missing[0],
                wanted=wanted[missing[0]],
            )
        )
    if extra := [name for name in weights if name not in wanted]:
        raise ValueError(
            Message(
                "weight {extra!r:.80} belongs to no layer: the layers need {wanted}",
                extra=extra[0],
                wanted=", ".join(wanted),
            )
        )
    checked: dict[str, FloatArray] = {}
    for name, shape in wanted.items():
        array = np.asarray(weights[name])
        if array.dtype.kind != "f":
            raise ValueError(
                Message(
                    "weight {name!r} has dtype {dtype}: floats are needed",
                    name=name,
                    dtype=array.dtype,
                )
            )
        if array.shape != shape:
            raise ValueError(
                Message(
                    "weight {name!r} has shape {shape}: the layer needs {wanted}",
                    name=name,
                    shape=array.shape,
                    wanted=shape,
                )
            )
        with np.errstate(over="ignore"):
            array = np.array(array, np.float32, order="C")
        if not np.isfinite(array).all():
            raise ValueError(
                Message(
                    "weight {name!r} holds NaN or infinity: train again or repair it", name=name
                )
            )
        if name.endswith("/moving_variance") and (array < 0).any():
            raise ValueError(
                Message("weight {name!r} is below 0, which no variance is: repair it", name=name)
            )
        array.flags.writeable = False
        checked[name] = array
    return checked


def pictures(x: ArrayLike, input_shape: Shape) -> FloatArray:
    """Give pictures as float32, one or a batch; TypeError for anything but real numbers."""
    array = np.asarray(x)
    if array.dtype.kind not in "fiu":
        raise TypeError(
            Message("pictures must be real numbers, not dtype {dtype}", dtype=array.dtype)
        )
    if array.ndim not in (3, 4) or array.shape[-3:] != input_shape or not array.size:
        raise ValueError(
            Message(
                "pictures of shape {shape} do not fit: this network reads {input_shape} (height, "
                "width, channels), or a batch (N, *that), N above 0",
                shape=array.shape,
                input_shape=input_shape,
            )
        )
    with np.errstate(over="ignore"):
        array = array.astype(np.float32, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(Message("pictures must not hold NaN or infinity: replace those values"))
    return array


def finite(outputs: FloatArray) -> FloatArray:
    """Give what was computed, if it is not beyond float32 (else ConvexplainError)."""
    if not np.isfinite(outputs).all():
        raise ConvexplainError(
            "the network's numbers grow beyond float32: its weights are too large, train it again"
        )
    return outputs
