"""Networks: layers in a row, with their weights, and all that a picture makes them compute.

`Network.load("cnn")` is the chapter's convnet and `Network.load("dense")` the dense network that it
is compared with, both trained; `Trace` follows one picture through a network, forwards and back.
"""

from convexplain.network.attribution import (
    Node,
    contributions,
    hierarchy,
    is_piecewise_linear,
    level_layers,
)
from convexplain.network.backward import BackwardTrace
from convexplain.network.bundled import (
    BASELINE_LAYERS,
    BLOCKS_LAYERS,
    BUNDLED,
    CHAPTER_LAYERS,
    shipped,
)
from convexplain.network.compact import compact
from convexplain.network.effective_field import (
    EffectiveField,
    TopPatch,
    effective_receptive_field,
    top_patches,
)
from convexplain.network.folding import folded
from convexplain.network.forward import Forward
from convexplain.network.layers import (
    ACTIVATIONS,
    KINDS,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    Rescaling,
    SeparableConv2D,
    ZeroPadding2D,
    layer_from_dict,
)
from convexplain.network.network import Network
from convexplain.network.occlusion import Occlusion, occlusion
from convexplain.network.stacked import stacked
from convexplain.network.summary import Row
from convexplain.network.trace import Trace

__all__ = [
    "ACTIVATIONS",
    "BASELINE_LAYERS",
    "BLOCKS_LAYERS",
    "BUNDLED",
    "CHAPTER_LAYERS",
    "KINDS",
    "Activation",
    "Add",
    "AveragePooling2D",
    "BackwardTrace",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "EffectiveField",
    "Flatten",
    "Forward",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Layer",
    "MaxPooling2D",
    "Network",
    "Node",
    "Occlusion",
    "Rescaling",
    "Row",
    "SeparableConv2D",
    "TopPatch",
    "Trace",
    "ZeroPadding2D",
    "compact",
    "contributions",
    "effective_receptive_field",
    "folded",
    "hierarchy",
    "is_piecewise_linear",
    "layer_from_dict",
    "level_layers",
    "occlusion",
    "shipped",
    "stacked",
    "top_patches",
]
