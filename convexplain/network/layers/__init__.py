"""The kinds of layers that a network is made of: one file a kind, found by itself.

A layer is a small frozen description. It holds no weights: it says which weights it needs, what
comes out of it and what that costs, computes it with `convexplain.ops`, and answers whatever a
view asks: single steps, what a cell is the sum of, where a value comes from, the way back that
training goes, facts in words, lines of code.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from convexplain.messages import Message
from convexplain.network.layers.activation import Activation
from convexplain.network.layers.add import Add
from convexplain.network.layers.addends import Addends, Cell
from convexplain.network.layers.batch_normalization import BatchNormalization
from convexplain.network.layers.concatenate import Concatenate
from convexplain.network.layers.conv2d import Conv2D
from convexplain.network.layers.dense import Dense
from convexplain.network.layers.depthwise_conv2d import DepthwiseConv2D
from convexplain.network.layers.dropout import Dropout
from convexplain.network.layers.flatten import Flatten
from convexplain.network.layers.global_pooling import GlobalAveragePooling2D, GlobalMaxPooling2D
from convexplain.network.layers.layer import Array, Fact, Family, Layer, Shape, Weights, as_map
from convexplain.network.layers.pooling import AveragePooling2D, MaxPooling2D
from convexplain.network.layers.rescaling import Rescaling
from convexplain.network.layers.separable_conv2d import SeparableConv2D
from convexplain.network.layers.zero_padding2d import ZeroPadding2D
from convexplain.ops.activations import ACTIVATIONS

__all__ = [
    "ACTIVATIONS",
    "KINDS",
    "Activation",
    "Add",
    "Addends",
    "Array",
    "AveragePooling2D",
    "BatchNormalization",
    "Cell",
    "Concatenate",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Fact",
    "Family",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Layer",
    "MaxPooling2D",
    "Rescaling",
    "SeparableConv2D",
    "Shape",
    "Weights",
    "ZeroPadding2D",
    "as_map",
    "layer_from_dict",
]


def _kinds() -> dict[str, type[Layer]]:
    found: dict[str, type[Layer]] = {}
    for info in iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        for name, value in vars(module).items():
            if (
                isinstance(value, type)
                and issubclass(value, Layer)
                and value.__module__ == module.__name__
                and not inspect.isabstract(value)
            ):
                found[name] = value
    return found


KINDS: Mapping[str, type[Layer]] = MappingProxyType(_kinds())
"""Every kind of layer by its name: every class of a layer in a file of this package."""


def layer_from_dict(data: object) -> Layer:
    """Make a layer from what `Layer.to_dict` wrote.

    Parameters
    ----------
    data : dict
        "kind", "name" and the fields of that kind; fields left out keep their defaults.

    Raises
    ------
    ValueError
        Not a dictionary, an unknown kind, an unknown or missing field, or a wrong value.
    """
    if not isinstance(data, dict):
        raise ValueError(
            Message("a layer is a dictionary with 'kind' and 'name', not {data!r:.80}", data=data)
        )
    options = dict(data)
    kind = options.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(
            Message(
                "unknown layer kind {kind!r:.80}: known are {kinds}",
                kind=kind,
                kinds=", ".join(KINDS),
            )
        )
    known = [f.name for f in fields(KINDS[kind])]
    if unknown := [str(name) for name in options if name not in known]:
        raise ValueError(
            Message(
                "a {kind} layer has no field {unknown!r:.80}: its fields are {known}",
                kind=kind,
                unknown=unknown[0],
                known=", ".join(known),
            )
        )
    try:
        return KINDS[kind](**options)
    except TypeError as error:
        raise ValueError(
            Message(
                "a {kind} layer cannot be made from {options!r:.80}: {error}",
                kind=kind,
                options=options,
                error=error,
            )
        ) from error
