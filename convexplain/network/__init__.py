"""Networks: layers in a row, with their weights, and all that a picture makes them compute.

`Network.load("cnn")` is the chapter's convnet and `Network.load("dense")` the dense network that it
is compared with, both trained; `Trace` follows one picture through a network, forwards and back.
"""

from convexplain.network.attribution import Node, hierarchy
from convexplain.network.effective_field import (
    EffectiveField,
    TopPatch,
    effective_receptive_field,
    top_patches,
)
from convexplain.network.layers import (
    ACTIVATIONS,
    KINDS,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    layer_from_dict,
)
from convexplain.network.network import BASELINE_LAYERS, BUNDLED, CHAPTER_LAYERS, Network
from convexplain.network.summary import Row
from convexplain.network.trace import Trace

__all__ = [
    "ACTIVATIONS",
    "BASELINE_LAYERS",
    "BUNDLED",
    "CHAPTER_LAYERS",
    "KINDS",
    "AveragePooling2D",
    "Conv2D",
    "Dense",
    "EffectiveField",
    "Flatten",
    "Layer",
    "MaxPooling2D",
    "Network",
    "Node",
    "Row",
    "TopPatch",
    "Trace",
    "effective_receptive_field",
    "hierarchy",
    "layer_from_dict",
    "top_patches",
]
