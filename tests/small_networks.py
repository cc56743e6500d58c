"""Small networks with random weights, and an independent forward pass through plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.data.recipe import Recipe
from convexplain.network import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Network,
)
from convexplain.style.captions import Caption
from tests import naive

Array = NDArray[Any]

#: Every option of every layer occurs in one of these.
STACKS: dict[str, tuple[Layer, ...]] = {
    "like the chapter's": (
        Conv2D("conv1", 4),
        MaxPooling2D("pool1"),
        Conv2D("conv2", 5, (2, 3)),
        Flatten("flatten"),
        Dense("dense", 3, "softmax"),
    ),
    "padded, with a stride": (
        Conv2D("conv1", 4, 3, stride=2, padding="same", activation="tanh"),
        Conv2D("conv2", 3, (4, 2), padding=(1, 2, 0, 1), stride=(1, 2), activation="linear"),
        Flatten("flatten"),
        Dense("dense", 2),
    ),
    "dilated, in groups": (
        Conv2D("conv1", 4, 2, dilation=(2, 3)),
        Conv2D("conv2", 6, 3, groups=2, padding=1, activation="leaky_relu"),
        AveragePooling2D("pool", (2, 3), stride=2, padding="same"),
    ),
    "pools that overlap": (
        Conv2D("conv1", 3, 1, activation="sigmoid"),
        MaxPooling2D("pool1", 3, stride=2),
        MaxPooling2D("pool2", 2, stride=1, padding=1),
        Conv2D("conv2", 2, 2, activation="softmax"),
    ),
    "a pool that drops rows": (
        Conv2D("conv1", 3, 2),
        MaxPooling2D("pool1", (3, 2), stride=(4, 3)),
        Flatten("flatten"),
        Dense("hidden", 5, "relu"),
        Dense("dense", 3, "softmax"),
    ),
}
INPUT_SHAPE = (11, 12, 2)


def network(name: str, seed: int = 0) -> Network:
    """A network of `STACKS` with normally distributed weights, biases too."""
    untrained = Network.initialised(STACKS[name], input_shape=INPUT_SHAPE)
    random = np.random.default_rng(seed)
    weights = {
        key: random.normal(0, 0.5, w.shape).astype(np.float32)
        for key, w in untrained.weights.items()
    }
    return Network(untrained.layers, weights, input_shape=INPUT_SHAPE)


def picture(seed: int = 0, shape: tuple[int, ...] = INPUT_SHAPE) -> Array:
    return np.random.default_rng(seed).random(shape, np.float32)


def forward(net: Network, x: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    """Each layer's output before and after its activation, in float64, by loops of this file."""
    befores: dict[str, Array] = {}
    afters: dict[str, Array] = {}
    outputs = {"input": x.astype(np.float64)}
    for layer in net.layers:
        weights = net.weights
        x = np.concatenate([outputs[name] for name in net.sources(layer.name)], axis=-1)
        if isinstance(layer, Conv2D):
            kernel = weights[f"{layer.name}/kernel"].astype(np.float64)
            bias = weights[f"{layer.name}/bias"].astype(np.float64)
            around = _around(layer.padding, x, layer.kernel_size, layer.stride, layer.dilation)
            z = naive.conv2d(x, kernel, bias, layer.stride, around, layer.dilation, layer.groups)
        elif isinstance(layer, (MaxPooling2D, AveragePooling2D)):
            z = _pool(layer, x)
        elif isinstance(layer, Dense):
            kernel = weights[f"{layer.name}/kernel"].astype(np.float64)
            z = np.array([float(np.dot(x, column)) for column in kernel.T])
            z = z + weights[f"{layer.name}/bias"]
        elif isinstance(layer, BatchNormalization):
            mean, variance, gamma, beta = (
                weights[f"{layer.name}/{part}"].astype(np.float64)
                for part in ("moving_mean", "moving_variance", "gamma", "beta")
            )
            z = (x - mean) / np.sqrt(variance + layer.epsilon) * gamma + beta
        elif isinstance(layer, Add):
            z = sum(outputs[name] for name in net.sources(layer.name))
        elif isinstance(layer, Activation):
            z = x
        else:
            z = np.array([x[i, j, c] for i, j, c in np.ndindex(*x.shape)])
        befores[layer.name] = z
        outputs[layer.name] = afters[layer.name] = _activation(layer.activation, z)
    return befores, afters


def _around(padding: Any, x: Array, kernel: Any, stride: Any, dilation: Any) -> naive.Four:
    span = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    return naive.four(padding, (x.shape[0], x.shape[1]), (span[0], span[1]), stride)


def _pool(layer: MaxPooling2D | AveragePooling2D, x: Array) -> Array:
    size: Any = layer.pool_size
    stride: Any = layer.stride
    top, bottom, left, right = _around(layer.padding, x, size, stride, (1, 1))
    rows = (x.shape[0] + top + bottom - size[0]) // stride[0] + 1
    cols = (x.shape[1] + left + right - size[1]) // stride[1] + 1
    out = np.zeros((rows, cols, x.shape[2]))
    for r, c, n in np.ndindex(*out.shape):
        cells = [
            x[i, j, n]
            for i in range(r * stride[0] - top, r * stride[0] - top + size[0])
            for j in range(c * stride[1] - left, c * stride[1] - left + size[1])
            if 0 <= i < x.shape[0] and 0 <= j < x.shape[1]
        ]
        largest = isinstance(layer, MaxPooling2D)
        out[r, c, n] = max(cells) if largest else sum(cells) / len(cells)
    return out


def _activation(name: str, z: Array) -> Array:
    if name == "softmax":
        powers = np.exp(z)
        return powers / powers.sum(axis=-1, keepdims=True)
    functions = {
        "linear": z,
        "relu": np.where(z > 0, z, 0),
        "leaky_relu": np.where(z > 0, z, 0.01 * z),
        "sigmoid": 1 / (1 + np.exp(-z)),
        "tanh": (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1),
    }
    return functions[name]


PETS = tuple(Caption(en=en, zh=zh) for en, zh in (("cat", "猫"), ("dog", "狗"), ("carp", "鲤鱼")))
#: Classifiers of pictures whose layers are called and built otherwise than the bundled ones':
#: input shape, layers, and their recipe if it is not the one that a file without one means.
CLASSIFIERS: dict[str, tuple[tuple[int, int, int], tuple[Layer, ...], Recipe | None]] = {
    "names as Keras gives them": (
        (28, 28, 1),
        (
            Conv2D("conv2d", 8),
            MaxPooling2D("max_pooling2d"),
            Conv2D("conv2d_1", 12),
            MaxPooling2D("max_pooling2d_1"),
            Conv2D("conv2d_2", 16),
            Flatten("flatten"),
            Dense("dense", 10, "softmax"),
        ),
        None,
    ),
    "another size, three classes with names": (
        (20, 24, 1),
        (
            Conv2D("conv2d_7", 6, 5),
            MaxPooling2D("max_pooling2d_3"),
            Conv2D("conv2d_8", 7),
            Flatten("flatten_2"),
            Dense("predictions", 3, "softmax"),
        ),
        Recipe((20, 24), "gray", classes=PETS),
    ),
    "one convolution, two classes": (
        (14, 14, 1),
        (Conv2D("answer", 3), Flatten("Flat"), Dense("out_", 2, "softmax")),
        None,
    ),
    "five maps, padded": (
        (32, 32, 1),
        (
            Conv2D("Conv_A", 4, padding="same"),
            Conv2D("Conv_B", 5, stride=2),
            AveragePooling2D("pool-1"),
            Conv2D("Conv_C", 6),
            MaxPooling2D("pool-2"),
            Flatten("f"),
            Dense("softmax", 7, "softmax"),
        ),
        None,
    ),
    "in colour": (
        (18, 18, 3),
        (
            Conv2D("conv2d", 5),
            MaxPooling2D("max_pooling2d"),
            Conv2D("conv2d_1", 6),
            Flatten("flatten"),
            Dense("dense", 3, "softmax"),
        ),
        Recipe((18, 18), "rgb", classes=PETS),
    ),
    "bytes, and a hidden layer": (
        (16, 16, 1),
        (
            Conv2D("conv2d", 4),
            MaxPooling2D("max_pooling2d"),
            Flatten("flatten"),
            Dense("dense", 9, "relu"),
            Dense("dense_1", 10, "softmax"),
        ),
        Recipe((16, 16), "gray", 255.0, (128.0,), (64.0,)),
    ),
    "newer layers": (
        (16, 16, 1),
        (
            Conv2D("stem", 4, activation="linear"),
            BatchNormalization("bn_1"),
            Activation("relu_a"),
            Conv2D("conv_b", 4, padding="same", activation="linear"),
            BatchNormalization("bn_2"),
            Add("plus", inputs=("bn_2", "relu_a")),
            Activation("relu_c"),
            Flatten("flat"),
            Dense("logits", 10, "softmax"),
        ),
        None,
    ),
    "dense alone": (
        (10, 12, 1),
        (Flatten("flatten"), Dense("dense", 6, "relu"), Dense("dense_1", 4, "softmax")),
        None,
    ),
}


def classifier(name: str, seed: int = 0) -> Network:
    """A network of `CLASSIFIERS` with random weights, its biases around zero."""
    shape, layers, recipe = CLASSIFIERS[name]
    untrained = Network.initialised(layers, seed, input_shape=shape)
    random = np.random.default_rng(seed)
    weights = {
        key: w
        if w.ndim > 1 or "variance" in key
        else random.normal(0, 0.1, w.shape).astype(np.float32)
        for key, w in untrained.weights.items()
    }
    return Network(layers, weights, input_shape=shape, recipe=recipe)
