"""A Keras model as layers: its configuration says what there is, a source of weights gives numbers.

The configuration is what `model.get_config()` returns and what all of Keras' own files hold as JSON
(Keras 2 and 3, TensorFlow.js). It is read as data: no class that it names is ever imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers.imported import (
    Array,
    Found,
    Imported,
    Names,
    UnreadableError,
    checked,
    fitting,
    named,
    whole,
    wholes,
)

Config = Mapping[str, Any]
#: Gives a layer's arrays, in Keras' order.
Source = Callable[["Place"], list[Array]]

MODELS = ("Sequential", "Functional", "Model")
MAX_LAYERS = 1_000
MAX_DEPTH = 8


class Place:
    """Where a layer stands in a model, whose class in Keras is `kind`.

    `path` holds the keys under which Keras 3 stores it: of each model around it, then its own, such
    as ("sequential", "conv2d_1"). `names` holds the names of the models around it, and its own.
    """

    def __init__(self, path: tuple[str, ...], names: tuple[str, ...], kind: str) -> None:
        self.path = path
        self.names = names
        self.kind = kind


def snake_case(name: str) -> str:
    """Return a class's name as Keras writes it: "MaxPooling2D" becomes "max_pooling2d"."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def read(config: object, source: Source, origin: Mapping[str, str]) -> Imported:
    """Read a model of a configuration ``{"class_name": "Sequential", "config": {...}}``."""
    reader = _Reader(source)
    try:
        with fitting(Message("the model")):
            reader.model(_mapping(config, Message("the model")), (), (), depth=0)
    except RecursionError as error:
        raise UnreadableError("its configuration is nested too deeply") from error
    reader.finish_shape()
    if reader.input_shape is None:
        raise UnreadableError(
            "it does not say the shape of its input: build the model, or call it once, before "
            'model.save("x.keras")'
        )
    if not reader.layers:
        raise UnreadableError("it holds no layer")
    return Imported(reader.layers, reader.input_shape, dict(origin), tuple(reader.notes))


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.layers: list[Found] = []
        self.names = Names()
        self.notes: list[str] = []
        self.input_shape: tuple[int, int, int] | None = None
        self.channels_first = False

    # Models

    def model(
        self,
        spec: Config,
        path: tuple[str, ...],
        names: tuple[str, ...],
        *,
        depth: int,
        reads: str | None = None,
    ) -> str:
        """Read a model; return the name of the layer that makes its output."""
        kind, config = spec.get("class_name"), spec.get("config")
        if kind not in MODELS:
            raise UnreadableError(
                "it is a {kind!r:.60}: a Sequential or Functional model is needed, not a class of "
                "its author's own",
                kind=kind,
            )
        if depth > MAX_DEPTH:
            raise UnreadableError(
                "it holds models {max_depth} deep in one another", max_depth=MAX_DEPTH
            )
        if isinstance(config, list):  # Sequential of early Keras 2
            config = {"layers": config}
        config = _mapping(config, Message("the model's configuration"))
        listed = config.get("layers")
        if not isinstance(listed, list) or not listed:
            raise UnreadableError("it lists no layers")
        if len(self.layers) + len(listed) > MAX_LAYERS:
            raise UnreadableError("it has more than {max_layers:,} layers", max_layers=MAX_LAYERS)
        if kind == "Sequential":
            self._first_shape(config.get("build_input_shape"))
            return self._sequential(listed, path, names, depth, reads)
        return self._functional(config, listed, path, names, depth, reads)

    def _sequential(
        self,
        listed: Sequence[Any],
        path: tuple[str, ...],
        names: tuple[str, ...],
        depth: int,
        reads: str | None,
    ) -> str:
        at = reads or ""
        for key, spec in zip(keys(listed), listed, strict=True):
            at = self.layer(spec, (*path, key), names, (at,), depth)
        return at

    def _functional(
        self,
        config: Config,
        listed: Sequence[Any],
        path: tuple[str, ...],
        names: tuple[str, ...],
        depth: int,
        reads: str | None,
    ) -> str:
        outputs = _references(config.get("output_layers"))
        inputs = _references(config.get("input_layers"))
        if len(outputs) != 1 or len(inputs) != 1:
            raise UnreadableError(
                "it has {inputs} inputs and {outputs} outputs: a network with one picture and one "
                "answer is needed",
                inputs=len(inputs),
                outputs=len(outputs),
            )
        made: dict[str, str] = {}
        waiting = list(zip(keys(listed), listed, strict=True))
        while waiting:
            later = []
            for key, spec in waiting:
                name, sources = _wiring(spec)
                if all(s in made for s in sources):
                    if name in made:
                        raise UnreadableError("two layers are named {name!r:.60}", name=name)
                    if not sources and spec.get("class_name") != "InputLayer":
                        raise UnreadableError("the layer {name!r:.60} reads nothing", name=name)
                    ins = tuple(made[s] for s in sources) or ((reads or ""),)
                    made[name] = self.layer(spec, (*path, key), names, ins, depth)
                else:
                    later.append((key, spec))
            if len(later) == len(waiting):
                name, sources = _wiring(later[0][1])
                lacking = next(s for s in sources if s not in made)
                raise UnreadableError(
                    "the layer {name!r:.60} reads {lacking!r:.60}, which is missing or in a circle",
                    name=name,
                    lacking=lacking,
                )
            waiting = later
        if outputs[0] not in made:
            raise UnreadableError(
                "its output {outputs!r:.60} is no layer of it", outputs=outputs[0]
            )
        return made[outputs[0]]

    def layer(
        self,
        spec: object,
        path: tuple[str, ...],
        names: tuple[str, ...],
        reads: tuple[str, ...],
        depth: int,
    ) -> str:
        """Read one layer; return the name under which later ones read it."""
        spec = _mapping(spec, Message("a layer"))
        kind = spec.get("class_name")
        config = _mapping(spec.get("config", {}), Message("the layer {kind!r:.60}", kind=kind))
        name = str(config.get("name") or spec.get("name") or kind)
        if kind in MODELS:
            return self.model(spec, path, (*names, name), depth=depth + 1, reads=reads[0])
        self._first_shape(config.get("batch_shape") or config.get("batch_input_shape"))
        if kind == "InputLayer":
            return reads[0]
        if kind in SKIPPED:
            self.notes.append(
                Message(
                    "{kind} {name!r:.60} is skipped: it acts in training alone",
                    kind=kind,
                    name=name,
                )
            )
            return reads[0]
        if not isinstance(kind, str) or kind not in KINDS:
            package = spec.get("registered_name")
            own = isinstance(package, str) and ">" in package
            why = WHY.get(str(kind)) or (Message("a layer of its author's own") if own else None)
            told = Message("{kind:.60}", kind=str(kind))
            if why:
                told = Message("{kind:.60}, {why}", kind=str(kind), why=why)
            raise UnreadableError(
                "the layer {name!r:.60} is of the kind {told}: the layers that can be shown are "
                "{kinds}",
                name=name,
                told=told,
                kinds=", ".join(sorted(KINDS)),
            )
        if config.get("data_format") == "channels_first":
            self.channels_first = True
        if kind not in MERGES and len(reads) != 1:
            raise UnreadableError(
                "the layer {name!r:.60} reads {count} others: only Add may",
                name=name,
                count=len(reads),
            )
        arrays = self.source(Place(path, (*names, name), kind))
        with fitting(Message("the layer {name!r:.60} ({kind})", name=name, kind=kind)):
            return KINDS[kind](_Layer(self, name, kind, config, reads, arrays))

    def _first_shape(self, shape: object) -> None:
        if self.input_shape is not None or self.layers or not isinstance(shape, (list, tuple)):
            return
        if len(shape) != 4:
            raise UnreadableError(
                "its input has the shape {shape}: pictures have height, width and channels",
                shape=tuple(shape),
            )
        sizes = shape[1:]
        if None in sizes:
            raise UnreadableError(
                "its input of the shape {shape} leaves a size open: build it for one size",
                shape=tuple(shape),
            )
        a, b, c = (whole(n, Message("a size of its input"), least=1) for n in sizes)
        self.input_shape = (a, b, c)

    def finish_shape(self) -> None:
        """Put the channels last once it is known that the model has them first."""
        if self.channels_first and self.input_shape is not None:
            channels, height, width = self.input_shape
            self.input_shape = (height, width, channels)


class _Layer:
    """A layer that is being read: its configuration and its arrays."""

    def __init__(
        self,
        reader: _Reader,
        name: str,
        kind: str,
        config: Config,
        reads: tuple[str, ...],
        arrays: list[Array],
    ) -> None:
        self.reader = reader
        self.name = name
        self.kind = kind
        self.config = config
        self.reads = reads
        self.arrays = arrays

    def refused(self, why: str) -> UnreadableError:
        return UnreadableError(
            "the layer {name!r:.60} ({kind}) {why}", name=self.name, kind=self.kind, why=why
        )

    def numbers(self, key: str, count: int, default: object, *, least: int = 1) -> tuple[int, ...]:
        value = self.config.get(key, default)
        return wholes(
            value,
            Message("{key} of the layer {name!r:.60}", key=key, name=self.name),
            count,
            least=least,
        )

    def flag(self, key: str, default: bool) -> bool:
        return bool(self.config.get(key, default))

    def number(self, key: str, default: float) -> float:
        value = self.config.get(key, default)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
            raise self.refused(
                Message("has {value!r:.60} for {key}, not a number", value=value, key=key)
            )
        return float(value)

    def padding(self) -> str:
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
                )
            )
        return {
            part: checked(
                array, Message("the {part} of the layer {name!r:.60}", part=part, name=self.name)
            )
            for part, array in zip(parts, self.arrays, strict=True)
        }

    def add(self, kind: str, weights: Mapping[str, Array] | None = None, **fields: Any) -> str:
        name = self.reader.names.take(self.name)
        self.reader.layers.append(Found(kind, name, fields, dict(weights or {}), self.reads))
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


def _activation_layer(layer: _Layer, kind: str, config: Config) -> dict[str, Any]:
    """Read an activation that is a layer of its own."""
    inner = _Layer(layer.reader, layer.name, kind, config, layer.reads, layer.arrays)
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


def _convolution(layer: _Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("kernel", *(["bias"] if bias else []))
    return layer.add(
        "Conv2D",
        weights,
        filters=whole(
            layer.config.get("filters"),
            Message("filters of {name!r:.60}", name=layer.name),
            least=1,
        ),
        kernel_size=layer.numbers("kernel_size", 2, None),
        stride=layer.numbers("strides", 2, 1),
        padding=layer.padding(),
        dilation=layer.numbers("dilation_rate", 2, 1),
        groups=whole(
            layer.config.get("groups", 1),
            Message("groups of {name!r:.60}", name=layer.name),
            least=1,
        ),
        use_bias=bias,
        **layer.activation(),
    )


def _depthwise(layer: _Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("kernel", *(["bias"] if bias else []))
    kernel = weights["kernel"]
    if kernel.ndim == 4:  # (rows, columns, channels, filters of each)
        weights["kernel"] = kernel.reshape(*kernel.shape[:2], 1, -1)
    return layer.add(
        "DepthwiseConv2D",
        weights,
        depth_multiplier=whole(
            layer.config.get("depth_multiplier", 1),
            Message("multiplier of {name!r:.60}", name=layer.name),
            least=1,
        ),
        kernel_size=layer.numbers("kernel_size", 2, None),
        stride=layer.numbers("strides", 2, 1),
        padding=layer.padding(),
        dilation=layer.numbers("dilation_rate", 2, 1),
        use_bias=bias,
        **layer.activation(),
    )


def _separable(layer: _Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("depthwise_kernel", "pointwise_kernel", *(["bias"] if bias else []))
    return layer.add(
        "SeparableConv2D",
        weights,
        filters=whole(
            layer.config.get("filters"),
            Message("filters of {name!r:.60}", name=layer.name),
            least=1,
        ),
        depth_multiplier=whole(
            layer.config.get("depth_multiplier", 1),
            Message("multiplier of {name!r:.60}", name=layer.name),
            least=1,
        ),
        kernel_size=layer.numbers("kernel_size", 2, None),
        stride=layer.numbers("strides", 2, 1),
        padding=layer.padding(),
        dilation=layer.numbers("dilation_rate", 2, 1),
        use_bias=bias,
        **layer.activation(),
    )


def _pooling(layer: _Layer) -> str:
    layer.weights()
    size = layer.numbers("pool_size", 2, 2)
    strides = layer.config.get("strides")
    return layer.add(
        layer.kind,
        pool_size=size,
        stride=size if strides is None else layer.numbers("strides", 2, None),
        padding=layer.padding(),
    )


def _global(layer: _Layer) -> str:
    layer.weights()
    return layer.add(layer.kind, keepdims=layer.flag("keepdims", False))


def _dense(layer: _Layer) -> str:
    bias = layer.flag("use_bias", True)
    weights = layer.weights("kernel", *(["bias"] if bias else []))
    return layer.add(
        "Dense",
        weights,
        units=whole(
            layer.config.get("units"), Message("units of {name!r:.60}", name=layer.name), least=1
        ),
        use_bias=bias,
        **layer.activation(),
    )


def _flatten(layer: _Layer) -> str:
    layer.weights()  # Keras puts the channels last before it flattens, wherever they were
    return layer.add("Flatten")


def _reshape(layer: _Layer) -> str:
    layer.weights()
    target = layer.config.get("target_shape")
    if not isinstance(target, (list, tuple)) or len(target) != 1:
        raise layer.refused(
            Message("makes the shape {target!r:.60}: only a vector can be shown", target=target)
        )
    if layer.reader.channels_first:
        raise layer.refused(Message("writes channels first: use Flatten"))
    return layer.add("Flatten")


def _batch_norm(layer: _Layer) -> str:
    axis = layer.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis == 1:
        layer.reader.channels_first = True
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


def _activate(layer: _Layer) -> str:
    layer.weights()
    found = _activation_layer(layer, layer.kind, layer.config)
    if found["activation"] == "linear":
        return layer.reads[0]
    return layer.add("Activation", **found)


def _rescaling(layer: _Layer) -> str:
    layer.weights()
    return layer.add(
        "Rescaling",
        scale=_numbers(layer, "scale", 1.0),
        offset=_numbers(layer, "offset", 0.0),
    )


def _numbers(layer: _Layer, key: str, default: float) -> float | list[float]:
    """Read one number, or one for each channel."""
    value = layer.config.get(key, default)
    if not isinstance(value, (list, tuple)):
        return layer.number(key, default)
    array = checked(
        np.asarray(value, object).astype(np.float32),
        Message("{key} of {name!r:.60}", key=key, name=layer.name),
    )
    return [float(number) for number in np.ravel(array)]


def _normalization(layer: _Layer) -> str:
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


def _zero_padding(layer: _Layer) -> str:
    layer.weights()
    given = layer.config.get("padding", 1)
    if isinstance(given, int):
        given = [given, given]
    if not isinstance(given, (list, tuple)) or len(given) != 2:
        raise layer.refused(Message("has the padding {given!r:.60}", given=given))
    what = f"padding of {layer.name!r:.60}"
    (top, bottom), (left, right) = (wholes(sides, what, 2) for sides in given)
    return layer.add("ZeroPadding2D", padding=(top, bottom, left, right))


def _merge(layer: _Layer) -> str:
    layer.weights()
    return layer.add("Add")


MERGES = ("Add",)
KINDS: dict[str, Callable[[_Layer], str]] = {
    "Activation": _activate,
    "Add": _merge,
    "AveragePooling2D": _pooling,
    "BatchNormalization": _batch_norm,
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
#: Layers that do nothing when a network is used.
SKIPPED = (
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomHeight",
    "RandomHue",
    "RandomRotation",
    "RandomSaturation",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "SpatialDropout2D",
)
WHY = {
    "Lambda": Message("Python code in a file"),
    "LSTM": Message("a recurrent layer"),
    "GRU": Message("a recurrent layer"),
    "SimpleRNN": Message("a recurrent layer"),
    "MultiHeadAttention": Message("attention"),
    "Attention": Message("attention"),
    "Conv1D": Message("for rows of samples"),
    "Conv3D": Message("for volumes"),
}


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise UnreadableError("{what} is {value!r:.60}, not a description", what=what, value=value)
    return dict(value)


def keys(listed: Sequence[Any]) -> list[str]:
    """Return the keys under which Keras 3 stores layers: by class, numbered in their order."""
    counts: dict[str, int] = {}
    keys = []
    for spec in listed:
        kind = spec.get("class_name") if isinstance(spec, Mapping) else None
        key = snake_case(str(kind))
        number = counts.get(key, 0)
        counts[key] = number + 1
        keys.append(f"{key}_{number}" if number else key)
    return keys


def _references(value: object) -> list[str]:
    """Return the layers named as inputs or outputs: ``["a", 0, 0]`` or a list of such."""
    if not isinstance(value, list) or not value:
        return []
    if isinstance(value[0], str):
        return [value[0]]
    return [str(each[0]) for each in value if isinstance(each, list) and each]


def _wiring(spec: object) -> tuple[str, list[str]]:
    """Return a layer's name and the names of those that it reads."""
    spec = _mapping(spec, Message("a layer"))
    name = spec.get("name") or _mapping(spec.get("config", {}), Message("a layer")).get("name")
    nodes = spec.get("inbound_nodes")
    if not isinstance(name, str):
        raise UnreadableError("a layer has no name")
    if not isinstance(nodes, list) or not nodes:
        return name, []
    if len(nodes) > 1:
        raise UnreadableError(
            "the layer {name!r:.60} is used {count} times: only once is read",
            name=name,
            count=len(nodes),
        )
    node = nodes[0]
    if isinstance(node, Mapping):  # Keras 3
        found: list[str] = []
        _histories(node.get("args"), found, 0)
        return name, found
    if not isinstance(node, list):
        raise UnreadableError("what the layer {name!r:.60} reads cannot be understood", name=name)
    if node and isinstance(node[0], str):  # one source, not in a list of its own
        return name, [node[0]]
    return name, [str(each[0]) for each in node if isinstance(each, list) and each]


def _histories(value: object, found: list[str], depth: int) -> None:
    """Gather the layers that tensors among a call's arguments come from."""
    if depth > MAX_DEPTH:
        raise UnreadableError("a layer's arguments are nested too deeply")
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            history = _mapping(value.get("config"), Message("a tensor")).get("keras_history")
            if not isinstance(history, list) or not history:
                raise UnreadableError("a tensor does not say where it comes from")
            found.append(str(history[0]))
        return
    if isinstance(value, (list, tuple)):
        for each in value:
            _histories(each, found, depth + 1)
