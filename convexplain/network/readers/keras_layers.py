"""What each of Keras' layers is called here, and what its settings and arrays mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers.imported import (
    AGAIN,
    WITHOUT,
    Array,
    Found,
    Names,
    UnreadableError,
    checked,
    named,
    whole,
    wholes,
)

Config = Mapping[str, Any]


class Made:
    """What a model's layers have become so far."""

    def __init__(self) -> None:
        self.layers: list[Found] = []
        self.names = Names()
        self.channels_first = False  # as soon as a layer says so


class Layer:
    """A layer that is being read: its configuration and its arrays."""

    def __init__(
        self,
        made: Made,
        name: str,
        kind: str,
        config: Config,
        reads: tuple[str, ...],
        arrays: list[Array],
    ) -> None:
        self.made = made
        self.name = name
        self.kind = kind
        self.config = config
        self.reads = reads
        self.arrays = arrays

    def refused(self, why: str, instead: str = WITHOUT) -> UnreadableError:
        """Return an error that says why the layer cannot be shown, and what can be done."""
        return UnreadableError(
            "the layer {name!r:.60} ({kind}) {why}; {instead}",
            name=self.name,
            kind=self.kind,
            why=why,
            instead=instead,
        )

    def numbers(self, key: str, count: int, default: object, *, least: int = 1) -> tuple[int, ...]:
        """Return so many whole numbers of the configuration; a single one counts for all."""
        value = self.config.get(key, default)
        return wholes(
            value,
            Message("{key} of the layer {name!r:.60}", key=key, name=self.name),
            count,
            least=least,
        )

    def at_least_one(self, what: str, key: str, default: object = None) -> int:
        """Return a setting that counts something; `what` names it in an error."""
        found = self.config.get(key, default)
        return whole(found, Message(what, name=self.name), least=1)

    def window(self) -> dict[str, Any]:
        """Return what windows of all kinds of convolutions have, and what is done with a sum."""
        return {
            "kernel_size": self.numbers("kernel_size", 2, None),
            "stride": self.numbers("strides", 2, 1),
            "padding": self.padding(),
            "dilation": self.numbers("dilation_rate", 2, 1),
            "use_bias": self.flag("use_bias", True),
            **self.activation(),
        }

    def flag(self, key: str, default: bool) -> bool:
        """Return a switch of the configuration."""
        return bool(self.config.get(key, default))

    def number(self, key: str, default: float) -> float:
        """Return a finite number of the configuration."""
        value = self.config.get(key, default)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
            raise self.refused(
                Message("has {value!r:.60} for {key}, not a number", value=value, key=key), AGAIN
            )
        return float(value)

    def padding(self) -> str:
        """Return "valid" or "same"."""
        padding = self.config.get("padding", "valid")
        if padding not in ("valid", "same"):
            raise self.refused(
                Message(
                    "has the padding {padding!r:.40}: valid or same can be shown", padding=padding
                )
            )
        return str(padding)

    def weights(self, *parts: str) -> dict[str, Array]:
        """Name the arrays, in Keras' order."""
        if len(self.arrays) != len(parts):
            raise self.refused(
                Message(
                    "needs {needed} arrays ({parts}), and its file has {there}",
                    needed=len(parts),
                    parts=", ".join(parts) or Message("none"),
                    there=len(self.arrays),
                ),
                AGAIN,
            )
        return {
            part: checked(
                array, Message("the {part} of the layer {name!r:.60}", part=part, name=self.name)
            )
            for part, array in zip(parts, self.arrays, strict=True)
        }

    def add(self, kind: str, weights: Mapping[str, Array] | None = None, **fields: Any) -> str:
        """Append a layer of this project; return its name."""
        name = self.made.names.take(self.name)
        self.made.layers.append(Found(kind, name, fields, dict(weights or {}), self.reads))
        return name

    def activation(self, default: str = "linear") -> dict[str, Any]:
        """Read an activation: its name, and its slope if it has one."""
        given = self.config.get("activation", default)
        if isinstance(given, Mapping):  # an object, as Keras 3 writes it
            inner = given.get("class_name")
            if inner == "function":
                given = given.get("config")
            elif isinstance(inner, str) and isinstance(given.get("config"), Mapping):
                return _activation_layer(self, inner, given["config"])
        found = ACTIVATIONS.get(given) if isinstance(given, str) else None
        if found is None:
            raise self.refused(
                Message(
                    "has the activation {given!r:.60}: known are {activations}",
                    given=given,
                    activations=", ".join(sorted(ACTIVATIONS)),
                )
            )
        return dict(found)


#: Keras' names of activations, and what they are here.
ACTIVATIONS: dict[str, dict[str, Any]] = {
    "elu": {"activation": "elu"},
    "gelu": {"activation": "gelu"},
    "hard_silu": {"activation": "hard_swish"},
    "hard_swish": {"activation": "hard_swish"},
    "leaky_relu": {"activation": "leaky_relu(0.2)"},
    "linear": {"activation": "linear"},
    "log_softmax": {"activation": "log_softmax"},
    "relu": {"activation": "relu"},
    "relu6": {"activation": "relu6"},
    "sigmoid": {"activation": "sigmoid"},
    "silu": {"activation": "silu"},
    "softmax": {"activation": "softmax"},
    "swish": {"activation": "silu"},
    "tanh": {"activation": "tanh"},
}


def _activation_layer(layer: Layer, kind: str, config: Config) -> dict[str, Any]:
    """Read an activation that is a layer of its own."""
    inner = Layer(layer.made, layer.name, kind, config, layer.reads, layer.arrays)
    if kind == "ReLU":
        slope = inner.number("negative_slope", 0.0) or 0.0
        most, threshold = config.get("max_value"), inner.number("threshold", 0.0)
        if threshold != 0:
            raise inner.refused(
                Message("has the threshold {threshold:g}: only 0 can be shown", threshold=threshold)
            )
        if most is not None:
            if inner.number("max_value", 6) != 6 or slope:
                raise inner.refused(
                    Message("has the largest value {most}: only 6 can be shown", most=most)
                )
            return {"activation": "relu6"}
        return {"activation": named("leaky_relu", slope) if slope else "relu"}
    if kind == "LeakyReLU":
        key = "negative_slope" if "negative_slope" in config else "alpha"
        return {"activation": named("leaky_relu", inner.number(key, 0.3))}
    if kind == "ELU":
        return {"activation": named("elu", inner.number("alpha", 1.0))}
    if kind == "Softmax":
        axis = config.get("axis", -1)
        if axis not in (-1, [-1]):
            raise inner.refused(
                Message("is taken over the axis {axis}: only the last can be shown", axis=axis)
            )
        return {"activation": "softmax"}
    if kind == "Activation":
        return inner.activation()
    raise layer.refused(Message("has the activation {kind!r:.60}, which is not known", kind=kind))


def _convolution(layer: Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("kernel", *(["bias"] if bias else []))
    return layer.add(
        "Conv2D",
        weights,
        filters=layer.at_least_one("filters of {name!r:.60}", "filters"),
        groups=layer.at_least_one("groups of {name!r:.60}", "groups", 1),
        **layer.window(),
    )


def _depthwise(layer: Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("kernel", *(["bias"] if bias else []))
    kernel = weights["kernel"]
    if kernel.ndim == 4:  # (rows, columns, channels, filters of each)
        weights["kernel"] = kernel.reshape(*kernel.shape[:2], 1, -1)
    return layer.add(
        "DepthwiseConv2D",
        weights,
        depth_multiplier=_multiplier(layer),
        **layer.window(),
    )


def _separable(layer: Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("depthwise_kernel", "pointwise_kernel", *(["bias"] if bias else []))
    return layer.add(
        "SeparableConv2D",
        weights,
        filters=layer.at_least_one("filters of {name!r:.60}", "filters"),
        depth_multiplier=_multiplier(layer),
        **layer.window(),
    )


def _multiplier(layer: Layer) -> int:
    return layer.at_least_one("multiplier of {name!r:.60}", "depth_multiplier", 1)


def _pooling(layer: Layer) -> str:
    layer.weights()
    size = layer.numbers("pool_size", 2, 2)
    strides = layer.config.get("strides")
    return layer.add(
        layer.kind,
        pool_size=size,
        stride=size if strides is None else layer.numbers("strides", 2, None),
        padding=layer.padding(),
    )


def _global(layer: Layer) -> str:
    layer.weights()
    return layer.add(layer.kind, keepdims=layer.flag("keepdims", False))


def _dense(layer: Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("kernel", *(["bias"] if bias else []))
    return layer.add(
        "Dense",
        weights,
        units=layer.at_least_one("units of {name!r:.60}", "units"),
        use_bias=bias,
        **layer.activation(),
    )


def _flatten(layer: Layer) -> str:
    layer.weights()  # Keras puts the channels last before it flattens, wherever they were
    return layer.add("Flatten")


def _reshape(layer: Layer) -> str:
    layer.weights()
    target = layer.config.get("target_shape")
    if not isinstance(target, (list, tuple)) or len(target) != 1:
        raise layer.refused(
            Message("makes the shape {target!r:.60}: only a vector can be shown", target=target)
        )
    if layer.made.channels_first:
        raise layer.refused(Message("writes channels first"), Message("use Flatten"))
    return layer.add("Flatten")


def _batch_norm(layer: Layer) -> str:
    axis = layer.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis == 1:
        layer.made.channels_first = True
    elif axis not in (-1, 3):
        raise layer.refused(
            Message("normalises the axis {axis!r:.40}: only channels can be shown", axis=axis)
        )
    present = [
        part
        for part, there in (
            ("gamma", layer.flag("scale", True)),
            ("beta", layer.flag("center", True)),
            ("moving_mean", True),
            ("moving_variance", True),
        )
        if there
    ]
    return layer.add(
        "BatchNormalization",
        layer.weights(*present),
        epsilon=layer.number("epsilon", 1e-3),
        momentum=layer.number("momentum", 0.99),
        center=layer.flag("center", True),
        scale=layer.flag("scale", True),
    )


def _activate(layer: Layer) -> str:
    layer.weights()
    found = _activation_layer(layer, layer.kind, layer.config)
    if found["activation"] == "linear":
        return layer.reads[0]
    return layer.add("Activation", **found)


def _rescaling(layer: Layer) -> str:
    layer.weights()
    return layer.add(
        "Rescaling",
        scale=_numbers(layer, "scale", 1.0),
        offset=_numbers(layer, "offset", 0.0),
    )


def _numbers(layer: Layer, key: str, default: float) -> float | list[float]:
    """Read one number, or one for each channel."""
    value = layer.config.get(key, default)
    if not isinstance(value, (list, tuple)):
        return layer.number(key, default)
    array = checked(
        np.asarray(value, object).astype(np.float32),
        Message("{key} of {name!r:.60}", key=key, name=layer.name),
    )
    return [float(number) for number in np.ravel(array)]


def _normalization(layer: Layer) -> str:
    axis = layer.config.get("axis", -1)
    if axis not in (-1, [-1], 3, [3], None):
        raise layer.refused(
            Message("normalises the axis {axis!r:.40}: only channels can be shown", axis=axis)
        )
    if layer.flag("invert", False):
        raise layer.refused(Message("is inverted: that cannot be shown"))
    given = [layer.config.get(key) for key in ("mean", "variance")]
    arrays = layer.arrays[:2] if layer.arrays else [np.asarray(v, np.float32) for v in given]
    mean, variance = (
        np.ravel(checked(a, Message("numbers of {name!r:.60}", name=layer.name))) for a in arrays
    )
    spread = np.maximum(np.sqrt(variance.astype(np.float64)), 1e-7)  # as Keras divides
    return layer.add("Rescaling", scale=(1 / spread).tolist(), offset=(-mean / spread).tolist())


def _zero_padding(layer: Layer) -> str:
    layer.weights()
    given = layer.config.get("padding", 1)
    if isinstance(given, int):
        given = [given, given]
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        raise layer.refused(Message("has the padding {given!r:.60}", given=given))
    what = f"padding of {layer.name!r:.60}"
    (top, bottom), (left, right) = (wholes(sides, what, 2) for sides in given)
    return layer.add("ZeroPadding2D", padding=(top, bottom, left, right))


def _add(layer: Layer) -> str:
    layer.weights()
    return layer.add("Add")


def _concatenate(layer: Layer) -> str:
    layer.weights()
    axis = layer.config.get("axis", -1)
    if axis == 1 and layer.made.channels_first:
        axis = -1
    if axis not in (-1, 3):
        raise layer.refused(
            Message("joins along the axis {axis!r:.40}: only channels can be joined", axis=axis)
        )
    return layer.add("Concatenate")


#: Layers that read several others.
MERGES = ("Add", "Concatenate")
KINDS: dict[str, Callable[[Layer], str]] = {
    "Activation": _activate,
    "Add": _add,
    "AveragePooling2D": _pooling,
    "BatchNormalization": _batch_norm,
    "Concatenate": _concatenate,
    "Conv2D": _convolution,
    "Dense": _dense,
    "DepthwiseConv2D": _depthwise,
    "ELU": _activate,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global,
    "GlobalMaxPooling2D": _global,
    "LeakyReLU": _activate,
    "MaxPooling2D": _pooling,
    "Normalization": _normalization,
    "ReLU": _activate,
    "Rescaling": _rescaling,
    "Reshape": _reshape,
    "SeparableConv2D": _separable,
    "Softmax": _activate,
    "ZeroPadding2D": _zero_padding,
}
