"""An ONNX file as a graph: nodes, constants, input and output, read without the onnx package.

The format is https://github.com/onnx/onnx/blob/main/onnx/onnx.proto: fields have the numbers that
stand there.
"""

from __future__ import annotations

import math
import os
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convexplain.messages import Message
from convexplain.network.readers.imported import Array, UnreadableError, product
from convexplain.network.readers.wire import Fields

MAX_NODES = 20_000
MAX_NUMBERS = 100_000_000

#: TensorProto.DataType to dtype; bfloat16 (16) is widened by hand.
DTYPES: dict[int, str] = {
    1: "<f4",
    2: "u1",
    3: "i1",
    4: "<u2",
    5: "<i2",
    6: "<i4",
    7: "<i8",
    9: "?",
    10: "<f2",
    11: "<f8",
    12: "<u4",
    13: "<u8",
    16: "<u2",
}
BFLOAT16 = 16
NOT_ONNX = Message("it is not an ONNX file")
EXPORT = Message(
    'export it from PyTorch with torch.onnx.export(net.eval(), x, "m.onnx"), where x is one '
    "picture as a batch"
)


@dataclass(frozen=True)
class Node:
    """One operation."""

    op: str  # such as "Conv"
    name: str  # the file's own, or that of its first output
    inputs: tuple[str, ...]  # names of tensors; "" where an optional one is left out
    outputs: tuple[str, ...]
    attributes: dict[str, Any]

    @property
    def told(self) -> str:
        """What an error calls it."""
        return Message("the node {name!r:.60} ({op})", name=self.name, op=self.op)


@dataclass(frozen=True)
class Graph:
    """A network as operations on named tensors."""

    nodes: tuple[Node, ...]  # each behind those that it reads
    constants: dict[str, Array]
    input: str
    output: str
    input_shape: tuple[int | None, ...]  # with the batch; None where the file leaves a size open
    producer: str
    opset: int  # the version of ONNX's operations


def read(file: bytes, path: Path) -> Graph:
    """Read a model; its path is needed since weights may stand in a file beside it."""
    try:
        model = Fields(memoryview(file), Message("the model"))
        graph = model.message(7, Message("the graph"))
    except UnreadableError as error:
        raise UnreadableError("it is not an ONNX file, or {error}", error=error) from error
    if graph is None or not model.integer(1):
        raise UnreadableError(NOT_ONNX)
    weights = _Weights(path)
    constants = {}
    for tensor in graph.messages(5, Message("a tensor")):
        name = tensor.text(8)
        if name in constants:
            raise UnreadableError("two tensors are named {name!r:.60}", name=name)
        constants[name] = weights.read(tensor)
    if 15 in graph:
        raise UnreadableError("it holds sparse tensors: export it with dense ones")
    nodes = graph.buffers(1)
    if len(nodes) > MAX_NODES:
        raise UnreadableError(
            "it has {count:,} nodes: at most {max_nodes:,}", count=len(nodes), max_nodes=MAX_NODES
        )
    made = [_node(Fields(node, Message("a node")), weights) for node in nodes]
    inputs = [m for m in graph.messages(11, Message("an input")) if m.text(1) not in constants]
    outputs = graph.messages(12, Message("an output"))
    if len(inputs) != 1 or len(outputs) != 1:
        raise UnreadableError(
            "it has {inputs} inputs and {outputs} outputs: a network with one picture and one "
            "answer is needed",
            inputs=len(inputs),
            outputs=len(outputs),
        )
    producer = " ".join(filter(None, (model.text(2), model.text(3))))
    return Graph(
        nodes=_check_order(made, {*constants, inputs[0].text(1), ""}),
        constants=constants,
        input=inputs[0].text(1),
        output=outputs[0].text(1),
        input_shape=_shape(inputs[0]),
        producer=producer,
        opset=max(
            (one.integer(2) for one in model.messages(8, "an opset") if not one.text(1)), default=0
        ),
    )


def _shape(value: Fields) -> tuple[int | None, ...]:
    kind = value.message(2, Message("a type"))
    tensor = kind.message(1, Message("a tensor's type")) if kind else None
    if tensor is None:
        raise UnreadableError("its input is not a tensor")
    if tensor.integer(1) not in (1, 10, 11):
        raise UnreadableError("its input is not of float numbers: quantised networks are not read")
    shape = tensor.message(2, Message("a shape"))
    if shape is None:
        raise UnreadableError("its input has no shape: {export}", export=EXPORT)
    sizes = [dim.integer(1, -1) for dim in shape.messages(1, Message("a size"))]
    return tuple(size if size > 0 else None for size in sizes)


def _node(message: Fields, weights: _Weights) -> Node:
    outputs = tuple(message.texts(2))
    op = message.text(4)
    if message.text(7) not in ("", "ai.onnx"):
        raise UnreadableError(
            "its operation {op!r:.60} is of the domain {message!r:.60}: only ONNX's own "
            "operations are read",
            op=op,
            message=message.text(7),
        )
    name = message.text(3) or (outputs[0] if outputs else op)
    if not outputs or not outputs[0]:
        raise UnreadableError(
            "the node {name!r:.60} ({op}) makes nothing: the file is damaged", name=name, op=op
        )
    attributes = {}
    for attribute in message.messages(5, Message("an attribute of {name}", name=name)):
        attributes[attribute.text(1)] = _attribute(attribute, weights, op, name)
    return Node(op, name, tuple(message.texts(1)), outputs, attributes)


def _attribute(attribute: Fields, weights: _Weights, op: str, name: str) -> Any:
    if 6 in attribute or 11 in attribute:
        raise UnreadableError(
            "the node {name!r:.60} ({op}) holds a graph: loops and branches are not read",
            name=name,
            op=op,
        )
    kind = attribute.integer(20)
    readers: dict[int, tuple[int, Any]] = {
        1: (2, lambda: (attribute.floats(2) or [0.0])[-1]),
        2: (3, lambda: attribute.integer(3)),
        3: (4, lambda: attribute.text(4)),
        4: (5, lambda: weights.read(_required(attribute.message(5, Message("a tensor")), name))),
        6: (7, lambda: attribute.floats(7)),
        7: (8, lambda: attribute.integers(8)),
        8: (9, lambda: attribute.texts(9)),
    }
    if kind == 0:  # early files leave the type out
        kind = next((kind for kind, (number, _) in readers.items() if number in attribute), 0)
    if kind not in readers:
        raise UnreadableError(
            "the node {name!r:.60} ({op}) has an attribute of unknown type", name=name, op=op
        )
    return readers[kind][1]()


def _required(message: Fields | None, name: str) -> Fields:
    if message is None:
        raise UnreadableError("it is damaged: a constant of {name!r:.60} is missing", name=name)
    return message


class _Weights:
    """Reads tensors, from the file itself or from one beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, memoryview] = {}
        self._count = 0

    def read(self, tensor: Fields) -> Array:
        """Return a tensor's numbers, in its shape."""
        name = tensor.text(8)
        shape = tuple(tensor.integers(1))
        kind = tensor.integer(2)
        if kind not in DTYPES:
            raise UnreadableError(
                "the tensor {name!r:.60} is of the unknown type {kind}", name=name, kind=kind
            )
        if len(shape) > 8 or any(size < 0 for size in shape):
            raise UnreadableError(
                "the tensor {name!r:.60} has the shape {shape}", name=name, shape=shape
            )
        count = product(shape)
        self._count += count
        if self._count > MAX_NUMBERS:
            raise UnreadableError(
                "it holds more than {max_numbers:,} numbers: too many to show",
                max_numbers=MAX_NUMBERS,
            )
        dtype = np.dtype(DTYPES[kind])
        if tensor.integer(14) == 1 or 13 in tensor:
            raw = self._external(tensor, name, count * dtype.itemsize)
        elif 9 in tensor:
            raw = tensor.buffers(9)[-1]
        else:
            return self._listed(tensor, name, kind, dtype, shape)
        if len(raw) != count * dtype.itemsize:
            raise UnreadableError(
                "the tensor {name!r:.60} of shape {shape} needs {needed:,} bytes and has "
                "{there:,}: the file is damaged",
                name=name,
                shape=shape,
                needed=count * dtype.itemsize,
                there=len(raw),
            )
        array = np.frombuffer(raw, dtype)
        if kind == BFLOAT16:
            array = (array.astype(np.uint32) << 16).view(np.float32)
        return array.reshape(shape)

    def _listed(
        self, tensor: Fields, name: str, kind: int, dtype: np.dtype[Any], shape: tuple[int, ...]
    ) -> Array:
        numbers: list[Any]
        if kind == 1:
            numbers = tensor.floats(4)
        elif kind == 11:
            numbers = [
                value for buffer in tensor.buffers(10) for value in np.frombuffer(buffer, "<f8")
            ]
        elif kind == 7:
            numbers = tensor.integers(7)
        elif kind in (12, 13):
            numbers = tensor.integers(11)
        else:
            numbers = tensor.integers(5)
        if len(numbers) != math.prod(shape):
            raise UnreadableError(
                "the tensor {name!r:.60} of shape {shape} needs {prod:,} numbers and has "
                "{needed:,}: the file is damaged",
                name=name,
                shape=shape,
                prod=math.prod(shape),
                needed=len(numbers),
            )
        if kind in (10, BFLOAT16):  # 16-bit floats are listed as their bits
            bits = np.array(numbers, np.uint16)
            wide = (bits.astype(np.uint32) << 16).view(np.float32)
            return (bits.view(np.float16) if kind == 10 else wide).reshape(shape)
        try:
            return np.array(numbers, dtype).reshape(shape)
        except OverflowError as error:
            raise UnreadableError(
                "the tensor {name!r:.60} holds numbers too large", name=name
            ) from error

    def _external(self, tensor: Fields, name: str, size: int) -> memoryview:
        entries = {
            e.text(1): e.text(2) for e in tensor.messages(13, Message("where a tensor lies"))
        }
        location = entries.get("location", "")
        file = self._beside(location, name)
        try:
            offset = int(entries.get("offset", "0"))
            length = int(entries.get("length", str(size)))
        except ValueError as error:
            raise UnreadableError(
                "the place of the tensor {name!r:.60} is no number", name=name
            ) from error
        if offset < 0 or length < 0 or offset + length > len(file):
            raise UnreadableError(
                "the tensor {name!r:.60} lies beyond the end of {location}: that file is of "
                "another export, or damaged",
                name=name,
                location=location,
            )
        return file[offset : offset + length]

    def _beside(self, location: str, name: str) -> memoryview:
        """Read a file that stands beside the model, and no other."""
        if location in self._files:
            return self._files[location]
        plain = location and location not in (".", "..") and not set(location) & set("/\\:\0")
        if not plain:
            raise UnreadableError(
                "the weights of {name!r:.60} are said to lie in {location!r:.60}: only a file in "
                "the model's own folder is read",
                name=name,
                location=location,
            )
        path = self._path.parent / location
        try:
            found = os.lstat(path)
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableError(
                    "{location!r:.60}, which holds its weights, is no plain file", location=location
                )
            if found.st_size > 4 * MAX_NUMBERS:
                raise UnreadableError(
                    "{location!r:.60} has {st_size:,} bytes: too many",
                    location=location,
                    st_size=found.st_size,
                )
            content = path.read_bytes()
        except OSError as error:
            raise UnreadableError(
                "its weights lie in {location!r:.60}, which cannot be read ({error}): put that "
                "file beside it; torch.onnx.export writes both",
                location=location,
                error=error,
            ) from error
        self._files[location] = memoryview(content)
        return self._files[location]


def _check_order(nodes: list[Node], known: set[str]) -> tuple[Node, ...]:
    """Refuse nodes that read what no earlier one made: the format asks for that order."""
    made = [output for node in nodes for output in filter(None, node.outputs)]
    counts = Counter(made)
    twice = known.intersection(made) or {name for name in made if counts[name] > 1}
    if twice:
        raise UnreadableError("two nodes make {twice!r:.60}", twice=min(twice))
    later = set(made)
    for node in nodes:
        for name in node.inputs:
            if name not in known:
                if name in later:
                    raise UnreadableError(
                        "the node {node!r:.60} reads {name!r:.60}, which is made behind it, or in "
                        "a circle",
                        node=node.name,
                        name=name,
                    )
                raise UnreadableError(
                    "the node {node!r:.60} reads {name!r:.60}, which nothing makes",
                    node=node.name,
                    name=name,
                )
        known.update(node.outputs)
    return tuple(nodes)
