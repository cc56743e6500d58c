"""Networks of equal blocks in a row, with and without a shortcut round each."""

from __future__ import annotations

from convexplain.network.layers import (
    Activation,
    Add,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
)


def stacked(count: int, *, shortcuts: bool) -> tuple[Layer, ...]:
    """Make the layers of a network of so many blocks of two convolutions.

    What a block hands on is the output of its last layer, "relu1" and so on; the first one reads
    "pool". Both kinds have the same weights.

    Parameters
    ----------
    count : int
    shortcuts : bool
        Whether what comes into a block is added to what its convolutions make of it.
    """
    layers: list[Layer] = [
        Conv2D("conv0", 16, stride=(2, 2), padding="same"),
        MaxPooling2D("pool"),
    ]
    for n in range(1, count + 1):
        came = layers[-1].name
        layers += [
            Conv2D(f"conv{n}a", 16, padding="same"),
            Conv2D(f"conv{n}b", 16, padding="same", activation="linear"),
        ]
        layers += [Add(f"add{n}", inputs=(came, layers[-1].name))] if shortcuts else []
        layers.append(Activation(f"relu{n}"))
    return (*layers, Flatten("flatten"), Dense("dense", 10, activation="softmax"))
