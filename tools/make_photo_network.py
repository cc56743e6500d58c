"""Make the network that reads photographs, `Network.load("photo")`, of the package that carries it.

    python tools/make_photo_network.py WHEEL

The wheel is that of cifar-10-model 7.4.0: ``pip download --no-deps cifar-10-model==7.4.0``. It
holds a network that Keras 2.9 saved, trained on CIFAR-10 by its author. Two runs write the same
bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from convexplain.data.recipe import Recipe
from convexplain.network import BatchNormalization, Layer, MaxPooling2D, Network
from convexplain.network.layers import layer_from_dict
from convexplain.style.captions import Caption

FOLDER = Path(__file__).parents[1] / "convexplain" / "assets" / "photo"

SOURCE = "cifar-10-model 7.4.0"
WHEEL = "bf1d74404875d39bb874df97d7b924b98af81e85c4bccb6091ef3a115dd9920a"
MEMBER = "cifar_10_model/trained_models/cnn_model.h5"
FILE = "0eddc60b9fcbcab498ff07c8430a94ef1d0ee5ac04ad2d0c75d4977cc25cf9e9"

#: Of CIFAR-10, in its order.
CLASSES = (
    ("airplane", "飞机"),
    ("automobile", "汽车"),
    ("bird", "鸟"),
    ("cat", "猫"),
    ("deer", "鹿"),
    ("dog", "狗"),
    ("frog", "青蛙"),
    ("horse", "马"),
    ("ship", "船"),
    ("truck", "卡车"),
)


def main() -> None:
    """Check the wheel, convert its network, and save it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--output", type=Path, default=FOLDER / "photo.safetensors")
    options = parser.parse_args()
    made = convert(read(options.wheel))
    options.output.parent.mkdir(exist_ok=True)
    made.save(options.output, dtype="float16")
    print(made.summary())
    print(f"{options.output.stat().st_size:,} bytes")


def read(wheel: Path) -> Network:
    """Read the network as the package holds it."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(MEMBER)
    for name, found, wanted in (
        (wheel.name, wheel.read_bytes(), WHEEL),
        (MEMBER, content, FILE),
    ):
        if hashlib.sha256(found).hexdigest() != wanted:
            raise SystemExit(f"{name} is another file than that of {SOURCE}: its SHA-256 differs")
    with tempfile.NamedTemporaryFile(suffix=".h5") as file:
        file.write(content)
        file.flush()
        return Network.load(file.name)


def convert(network: Network) -> Network:
    """Fold the batch normalization, name the layers, and add what pictures and classes are.

    The last layer's ReLU becomes softmax: its sums are the logits.
    """
    folded = renamed(fold(network))
    last = folded.layers[-1]
    ending = layer_from_dict({**last.to_dict(), "activation": "softmax"})
    return Network(
        (*folded.layers[:-1], ending),
        folded.weights,
        input_shape=folded.input_shape,
        recipe=Recipe(
            (32, 32), "rgb", 255.0, classes=tuple(Caption(en=en, zh=zh) for en, zh in CLASSES)
        ),
        provenance={
            "author": "Siddharth Gudiduri",
            "source": f"{SOURCE}, {MEMBER}",
            "sha256": FILE,
            "licence": "BSD-3 (its metadata) and MIT (its classifier): see NOTICE",
            "data": "CIFAR-10's training set, bytes 0 to 255",
            "changed": "batch normalization folded into the next layer; the last ReLU made softmax",
        },
    )


def fold(network: Network) -> Network:
    """Fold each batch normalization into the layer that reads it.

    What it multiplies and adds, the next layer's kernel and bias can do, if nothing between them
    but a max pooling, and no padding: a positive factor leaves each maximum where it is, and no
    cell is 0 that should be the addend.

    Raises
    ------
    ValueError
        Folding would change what the network computes.
    """
    layers: list[Layer] = []
    weights = dict(network.weights)
    factor = addend = None
    for layer in network.layers:
        if isinstance(layer, BatchNormalization):
            factor, addend = layer.factors(network.weights_of(layer.name))
            if factor.min() <= 0:
                raise ValueError(f"{layer.name} has a factor that is not positive: no folding")
            for part in network.weights_of(layer.name):
                del weights[f"{layer.name}/{part}"]
            continue
        if layer.window is not None and any(layer.window.margins(network.input_of(layer.name)[:2])):
            raise ValueError(f"{layer.name} pads its input: no folding")
        if isinstance(layer, MaxPooling2D) and layer.window.kernel_size == (1, 1):
            continue  # it hands on every cell
        layers.append(layer)
        if factor is None or layer.hands_on:
            continue
        kernel = weights[f"{layer.name}/kernel"].astype(np.float64)
        if kernel.shape[-2] != factor.size:
            raise ValueError(f"{layer.name} does not read the channels as they are: no folding")
        inputs = (..., np.newaxis)  # the next to last axis of a kernel
        bias = (kernel * addend[inputs]).sum(axis=tuple(range(kernel.ndim - 1)))
        weights[f"{layer.name}/bias"] = weights[f"{layer.name}/bias"] + bias
        weights[f"{layer.name}/kernel"] = kernel * factor[inputs]
        factor = addend = None
    if factor is not None:
        raise ValueError("the last layer is a batch normalization: nothing to fold it into")
    return Network(tuple(layers), weights, input_shape=network.input_shape)


def renamed(network: Network) -> Network:
    """Name layers as in the chapter's network: conv1, conv2, pool1, ..., dense1."""
    short = {"convolution": "conv", "pooling": "pool", "dense": "dense"}
    counts: dict[str, int] = {}
    layers, weights = [], {}
    for layer in network.layers:
        name = short.get(layer.family, layer.family)
        if layer.family in short:
            counts[name] = counts.get(name, 0) + 1
            name += str(counts[name])
        layers.append(layer_from_dict({**layer.to_dict(), "name": name}))
        for part, values in network.weights_of(layer.name).items():
            weights[f"{name}/{part}"] = values
    return Network(tuple(layers), weights, input_shape=network.input_shape)


if __name__ == "__main__":
    main()
