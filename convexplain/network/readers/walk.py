"""The way of a picture through an ONNX graph: what each name stands for, and the layers made of it.

Exporters write more than layers: constants that shapes are computed of, transpositions around every
operation, a normalisation as four operations. Constants are computed, the order of each tensor's
axes is followed, and additions and multiplications by constants are gathered into one layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers import folding
from convexplain.network.readers.graph import Graph, Node
from convexplain.network.readers.imported import (
    MAX_LAYERS,
    WITHOUT,
    Array,
    Found,
    Imported,
    Names,
    UnreadableError,
    checked,
    fitting,
    snake_case,
)


@dataclass(frozen=True)
class Tensor:
    """What a name stands for while the picture goes through the graph."""

    layer: str  # the layer whose output it is; "" is the picture
    axes: str  # what each axis is: N, C, H, W; F in a vector
    shape: tuple[int, ...]  # with N = 1
    #: What the output is still multiplied with: one number, or one for each channel.
    scale: Array | None = None
    offset: Array | None = None  # what is then added
    #: What is still to be put around a map: top, bottom, left, right.
    padding: tuple[int, int, int, int] | None = None
    filler: str = "zero"  # what that holds: "zero"; "lowest" and "edge" can never win a maximum

    @property
    def pending(self) -> bool:
        """Whether the layer's output is not yet this tensor."""
        return self.scale is not None or self.offset is not None or self.padding is not None

    @property
    def channels(self) -> int:
        """How many numbers there are at one place."""
        return self.shape[self.axes.index("F" if "F" in self.axes else "C")]


Value = Tensor | Array | None
#: What makes of a node and its inputs a layer, and of this what the node's output stands for.
Handler: TypeAlias = "Callable[[Reader, Node, list[Value]], Tensor]"
#: By the operation.
Handlers: TypeAlias = Mapping[str, Handler]


class Reader:
    """Goes through the nodes, each with what its inputs stand for."""

    def __init__(self, found: Graph, picture: Tensor, handlers: Handlers) -> None:
        self.graph = found
        self.handlers = handlers
        self.picture = picture
        self.layers: list[Found] = []
        self.names = Names()
        self.notes: list[str] = []
        self.values: dict[str, Value] = {**found.constants, "": None, found.input: picture}
        #: How many numbers may be computed of constants.
        self.room = folding.MAX_NUMBERS + 4 * sum(array.size for array in found.constants.values())

    def imported(self) -> Imported:
        """Go through the graph, and return what it is made of."""
        known = {*self.handlers, *folding.FOLDS, "Shape"}
        for node in self.graph.nodes:
            if node.op not in known:
                raise self.refused(
                    node,
                    Message("is none of the operations that can be shown"),
                    Message(
                        "{without}; those that can be are {operations}",
                        without=WITHOUT,
                        operations=", ".join(sorted(self.handlers)),
                    ),
                )
        for node in self.graph.nodes:
            with fitting(node.told):
                self._visit(node)
        end = self.values.get(self.graph.output)
        if not isinstance(end, Tensor):
            raise UnreadableError("its output does not depend on its input")
        self.settle(end, "output")
        if not self.layers:
            raise UnreadableError("it holds no layer")
        shape = dict(zip(self.picture.axes, self.picture.shape, strict=True))
        return Imported(
            self.layers,
            (shape["H"], shape["W"], shape["C"]),
            {"format": "ONNX", "framework": self.graph.producer or "unknown"},
            tuple(self.notes),
        )

    def _visit(self, node: Node) -> None:
        inputs = [self.values.get(name) for name in node.inputs]
        tensors = [value for value in inputs if isinstance(value, Tensor)]
        if node.op == "Shape":
            made: Value = self._shape(node, inputs[0])
        elif not tensors:
            made = folding.fold(node, inputs)  # type: ignore[arg-type]
            if made is None:
                raise self.refused(node, Message("is not read"))
            self.room -= made.size if made.base is None else 0  # a view takes none
            if self.room < 0:
                raise self.refused(node, Message("computes more of its constants than can be kept"))
        else:
            handler = self.handlers.get(node.op)
            if handler is None:
                raise self.refused(node, Message("is not of the layers that can be shown"))
            made = handler(self, node, inputs)
        self.values.update(dict.fromkeys(node.outputs[1:], None))
        self.values[node.outputs[0]] = made

    def _shape(self, node: Node, value: Value) -> Array:
        sizes = value.shape if value is not None else ()
        return np.array(
            sizes[node.attributes.get("start", 0) : node.attributes.get("end")], np.int64
        )

    def refused(self, node: Node, why: str, instead: str = WITHOUT) -> UnreadableError:
        """Return an error that says why a node cannot be shown, and what can be done."""
        return UnreadableError("{told} {why}; {instead}", told=node.told, why=why, instead=instead)

    # What layers are made of

    def add(
        self,
        node: Node,
        kind: str,
        reads: Tensor | tuple[Tensor, ...],
        wanted: str = "",
        weights: dict[str, Array] | None = None,
        **fields: Any,
    ) -> str:
        """Append a layer that reads settled tensors; return its name."""
        tensors = (reads,) if isinstance(reads, Tensor) else reads
        name = self.names.take(wanted or snake_case(kind))
        arrays = {
            part: checked(a, Message("the {part} of {name}", part=part, name=name))
            for part, a in (weights or {}).items()
        }
        self._append(Found(kind, name, fields, arrays, tuple(t.layer for t in tensors)))
        return name

    def _append(self, found: Found) -> None:
        if len(self.layers) >= MAX_LAYERS:
            raise UnreadableError("it has more than {max_layers:,} layers", max_layers=MAX_LAYERS)
        self.layers.append(found)

    def settle(self, tensor: Tensor, node: str) -> Tensor:
        """Make layers of what is still to be done to a tensor, so that a layer can read it."""
        if tensor.padding is not None:
            if tensor.filler != "zero":
                raise UnreadableError(
                    "the node {node!r:.60} reads a padding that is not of zeros: that is read "
                    "before a max pool alone; pad with zeros",
                    node=node,
                )
            self._append(
                Found(
                    "ZeroPadding2D",
                    name := self.names.take("zero_padding2d"),
                    {"padding": tensor.padding},
                    inputs=(tensor.layer,),
                )
            )
            return replace(tensor, layer=name, padding=None)
        if not tensor.pending:
            return tensor
        scale = np.float32(1) if tensor.scale is None else tensor.scale
        offset = np.float32(0) if tensor.offset is None else tensor.offset
        name = self.names.take("rescaling")
        fields = {"scale": _plain(scale), "offset": _plain(offset)}
        self._append(Found("Rescaling", name, fields, inputs=(tensor.layer,)))
        return replace(tensor, layer=name, scale=None, offset=None)

    def computed(self, node: Node, inputs: list[Value]) -> Tensor:
        """Return the first input, which must be computed of the picture."""
        value = inputs[0]
        if not isinstance(value, Tensor):
            raise self.refused(node, Message("reads a constant where the picture is wanted"))
        return value

    def settled(self, node: Node, inputs: list[Value]) -> Tensor:
        """Return the first input, settled."""
        return self.settle(self.computed(node, inputs), node.name)

    def constant(self, node: Node, inputs: list[Value], index: int, what: str) -> Array:
        """Return an input that must be a constant."""
        value = inputs[index] if index < len(inputs) else None
        if value is None or isinstance(value, Tensor):
            raise self.refused(
                node, Message("computes its {what} of the picture: that is not read", what=what)
            )
        return value

    def as_map(self, node: Node, tensor: Tensor) -> Tensor:
        """Return a tensor that is a map with channels before rows, as ONNX wants it."""
        if tensor.axes != "NCHW":
            raise self.refused(
                node, Message("reads axes {axes}, where maps (NCHW) are needed", axes=tensor.axes)
            )
        return tensor


def _plain(numbers: Any) -> float | list[float]:
    """Return one number, or a list of one for each channel."""
    values = np.ravel(np.asarray(numbers, np.float32)).tolist()
    return values[0] if len(values) == 1 else values


def constants(inputs: list[Value]) -> list[Array | None]:
    """Return those inputs that are constants; None stands for the others."""
    return [None if isinstance(value, Tensor) else value for value in inputs]


def one_number(array: Array | None, default: float) -> float | None:
    """Return a constant that is one number; None if it is one for each channel."""
    if array is None:
        return default
    return float(array.ravel()[0]) if array.size == 1 else None


def weights_name(node: Node, default: str) -> str:
    """Call a layer as its weights are called ("conv1.weight"), where the file tells."""
    for name in node.inputs[1:]:
        head, dot, tail = name.rpartition(".")
        if dot and tail in ("weight", "bias") and head:
            return head
    return default
