"""A Keras model as layers: its configuration says what there is, a source of weights gives numbers.

The configuration is what `model.get_config()` returns and what all of Keras' own files hold as JSON
(Keras 2 and 3, TensorFlow.js). It is read as data: no class that it names is ever imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convexplain.messages import Message
from convexplain.network.readers import keras_layers
from convexplain.network.readers.imported import (
    MAX_LAYERS,
    WITHOUT,
    Array,
    Imported,
    UnreadableError,
    fitting,
    snake_case,
    whole,
)
from convexplain.network.readers.keras_layers import Config, Layer, Made

#: Gives a layer's arrays, in Keras' order.
Source = Callable[["Place"], list[Array]]

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
MODELS = ("Sequential", "Functional", "Model")
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
    if not reader.made.layers:
        raise UnreadableError("it holds no layer")
    return Imported(reader.made.layers, reader.input_shape, dict(origin), tuple(reader.notes))


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.made = Made()
        self.notes: list[str] = []
        self.input_shape: tuple[int, int, int] | None = None

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
        if len(self.made.layers) + len(listed) > MAX_LAYERS:
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
        if not isinstance(kind, str) or kind not in keras_layers.KINDS:
            package = spec.get("registered_name")
            own = isinstance(package, str) and ">" in package
            why = WHY.get(str(kind)) or (Message("a layer of its author's own") if own else None)
            told = Message("{kind:.60}", kind=str(kind))
            if why:
                told = Message("{kind:.60}, {why}", kind=str(kind), why=why)
            raise UnreadableError(
                "the layer {name!r:.60} is of the kind {told}: {without}; the layers that can be "
                "shown are {kinds}",
                without=WITHOUT,
                name=name,
                told=told,
                kinds=", ".join(sorted(keras_layers.KINDS)),
            )
        if config.get("data_format") == "channels_first":
            self.made.channels_first = True
        if kind not in keras_layers.MERGES and len(reads) != 1:
            raise UnreadableError(
                "the layer {name!r:.60} reads {count} others: only {merges} may",
                name=name,
                count=len(reads),
                merges=" and ".join(keras_layers.MERGES),
            )
        arrays = self.source(Place(path, (*names, name), kind))
        with fitting(Message("the layer {name!r:.60} ({kind})", name=name, kind=kind)):
            return keras_layers.KINDS[kind](Layer(self.made, name, kind, config, reads, arrays))

    def _first_shape(self, shape: object) -> None:
        if self.input_shape is not None or self.made.layers or not isinstance(shape, (list, tuple)):
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
        if self.made.channels_first and self.input_shape is not None:
            channels, height, width = self.input_shape
            self.input_shape = (height, width, channels)


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
