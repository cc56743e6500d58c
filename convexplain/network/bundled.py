"""The networks that ship with the package: their layers, their files, and which a copy has.

`CHAPTER_LAYERS` is the convnet that the chapter builds, `BASELINE_LAYERS` the dense network
that it is compared with, `BLOCKS_LAYERS` a network of newer layers; `Network.load("cnn")`,
`Network.load("dense")` and `Network.load("blocks")` are the three, trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

from convexplain.network.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Layer,
    MaxPooling2D,
)

#: Height, width and channels of a digit.
CHAPTER_INPUT = (28, 28, 1)

CHAPTER_LAYERS: tuple[Layer, ...] = (
    Conv2D("conv1", filters=32),
    MaxPooling2D("pool1"),
    Conv2D("conv2", filters=64),
    MaxPooling2D("pool2"),
    Conv2D("conv3", filters=128),
    Flatten("flatten"),
    Dense("dense", units=10, activation="softmax"),
)

BASELINE_LAYERS: tuple[Layer, ...] = (
    Flatten("flatten"),
    Dense("hidden", units=512, activation="relu"),
    Dense("dense", units=10, activation="softmax"),
)


def _plain(name: str, filters: int, size: int = 3, **how: Any) -> Conv2D:
    """Make a convolution before a normalization: without activation, and without bias."""
    return Conv2D(name, filters, (size, size), activation="linear", use_bias=False, **how)


#: What newer networks are built of: batch normalization, a residual block, a separable convolution.
BLOCKS_LAYERS: tuple[Layer, ...] = (
    _plain("conv1", 16),
    BatchNormalization("norm1"),
    Activation("relu1"),
    MaxPooling2D("pool1"),
    _plain("conv2", 16, padding="same"),
    BatchNormalization("norm2"),
    Activation("relu2"),
    _plain("conv3", 16, padding="same"),
    BatchNormalization("norm3"),
    Add("add", inputs=("norm3", "pool1")),
    Activation("relu3"),
    MaxPooling2D("pool2"),
    DepthwiseConv2D("depthwise", use_bias=False),
    _plain("pointwise", 32, 1),
    BatchNormalization("norm4"),
    Activation("relu4"),
    Flatten("flatten"),
    Dense("dense", units=10, activation="softmax"),
)

#: Networks that ship with the package, by the name that `Network.load` takes.
BUNDLED: Mapping[str, str] = MappingProxyType(
    {
        "cnn": "cnn.safetensors",
        "dense": "dense.safetensors",
        "blocks": "blocks.safetensors",
        "photo": "photo/photo.safetensors",
    }
)
#: Others' work, which a copy of the package may leave out.
OPTIONAL = frozenset({"photo"})


def shipped() -> tuple[str, ...]:
    """Return the names of the networks that this copy of the package has."""
    assets = resources.files("convexplain") / "assets"
    return tuple(
        name for name in BUNDLED if name not in OPTIONAL or (assets / BUNDLED[name]).is_file()
    )
