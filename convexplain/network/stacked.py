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


def stacked(count: int, *, shortcuts: bool, maps: int | None = None) -> tuple[Layer, ...]:
    """Make the layers of a network of so many blocks of two convolutions.

    What a block hands on is the output of its last layer, "relu1" and so on; the first one reads
    "pool", or what the network reads. Both kinds have the same weights.

    Parameters
    ----------
    count : int
    shortcuts : bool
        Whether what comes into a block is added to what its convolutions make of it.
    maps : int, optional
        How many maps the network reads, whose first block reads them then; else it reads a picture,
        and makes 16 maps of it.
    """
    filters = maps or 16
    layers: list[Layer] = []
    if maps is None:
        layers += [
            Conv2D("conv0", filters, stride=(2, 2), padding="same"),
            MaxPooling2D("pool"),
        ]
    for n in range(1, count + 1):
        came = layers[-1].name if layers else "input"
        layers += [
            Conv2D(f"conv{n}a", filters, padding="same"),
            Conv2D(f"conv{n}b", filters, padding="same", activation="linear"),
        ]
        layers += [Add(f"add{n}", inputs=(came, layers[-1].name))] if shortcuts else []
        layers.append(Activation(f"relu{n}"))
    return (*layers, Flatten("flatten"), Dense("dense", 10, activation="softmax"))
