"""What ONNX computes of constants alone: the shapes, paddings and weights that exporters write.

Each operation follows https://onnx.ai/onnx/operators/. One that is not here is not folded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from convexplain.network.readers.graph import DTYPES, Node
from convexplain.network.readers.imported import Array, UnreadableError, fitting, product

Inputs = Sequence[Array | None]

#: What one operation may make of constants that have fewer numbers.
MAX_NUMBERS = 10_000_000


def fold(node: Node, inputs: Inputs) -> Array | None:
    """Compute a node whose inputs are constants; None if this operation is not computed here.

    An input is None where an optional one is left out.
    """
    function = FOLDS.get(node.op)
    if function is None:
        return None
    with fitting(node.told), np.errstate(all="ignore"):
        return np.asarray(function(node, inputs))


def _given(inputs: Inputs, index: int) -> Array | None:
    return inputs[index] if index < len(inputs) else None


def _array(inputs: Inputs, index: int = 0) -> Array:
    array = _given(inputs, index)
    if array is None:
        raise ValueError("an input is left out that must be there")
    return array


def _arrays(inputs: Inputs, count: int | None = None) -> list[Array]:
    if count not in (None, len(inputs)):
        raise ValueError(f"{len(inputs)} inputs, where {count} are needed")
    return [_array(inputs, index) for index in range(len(inputs))]


def axes_of(node: Node, inputs: Inputs, index: int = 1) -> tuple[int, ...] | None:
    """Return the axes that a node speaks of: an attribute of old, an input today."""
    axes = _given(inputs, index)
    if axes is not None:
        return tuple(int(axis) for axis in np.ravel(axes))
    listed = node.attributes.get("axes")
    return None if listed is None else tuple(listed)


def _bounded(shape: Sequence[int], made_of: Sequence[Array] = ()) -> tuple[int, ...]:
    most = max(MAX_NUMBERS, sum(array.size for array in made_of))
    if any(size < 0 for size in shape) or product(shape) > most:
        raise UnreadableError("a constant of the shape {shape} is too large", shape=tuple(shape))
    return tuple(shape)


def _cast(node: Node, inputs: Inputs) -> Array:
    return _array(inputs).astype(DTYPES[node.attributes["to"]])


def _divide(a: Array, b: Array) -> Any:
    if a.dtype.kind in "iu":  # towards zero, as in C
        return (np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)
    return a / b


def _slice(node: Node, inputs: Inputs) -> Any:
    x = _array(inputs)
    if len(inputs) > 1:
        starts, ends = (np.ravel(_array(inputs, i)).tolist() for i in (1, 2))
        steps = _given(inputs, 4)
    else:
        starts, ends, steps = node.attributes["starts"], node.attributes["ends"], None
    axes = axes_of(node, inputs, 3) or range(len(starts))
    where = [slice(None)] * x.ndim
    strides = [1] * len(starts) if steps is None else np.ravel(steps).tolist()
    for start, end, axis, step in zip(starts, ends, axes, strides, strict=True):
        low = -(2**31)
        stop = None if step < 0 and end <= low else end
        where[axis] = slice(start, stop, step)
    return x[tuple(where)]


def reshaped(shape: Sequence[int], wanted: Sequence[int], *, keep_zero: bool) -> tuple[int, ...]:
    """Return the shape that Reshape gives: 0 copies a size, -1 takes what is left."""
    sizes = [
        shape[i] if size == 0 and not keep_zero and i < len(shape) else int(size)
        for i, size in enumerate(wanted)
    ]
    if sizes.count(-1) == 1:
        rest = product(size for size in sizes if size != -1)
        sizes[sizes.index(-1)] = product(shape) // rest if rest else 0
    if product(sizes) != product(shape):
        raise UnreadableError(
            "a tensor of the shape {shape} cannot become {wanted}",
            shape=tuple(shape),
            wanted=tuple(wanted),
        )
    return _bounded(sizes)


def _reshape(node: Node, inputs: Inputs) -> Any:
    x, wanted = _arrays(inputs, 2)
    keep = bool(node.attributes.get("allowzero", 0))
    return x.reshape(reshaped(x.shape, np.ravel(wanted).tolist(), keep_zero=keep))


def _unsqueeze(node: Node, inputs: Inputs) -> Any:
    return np.expand_dims(_array(inputs), axes_of(node, inputs) or ())


def _filled(node: Node, inputs: Inputs) -> Any:
    value = node.attributes.get("value", np.zeros(1, np.float32))
    return np.full(_bounded(np.ravel(_array(inputs)).tolist()), value.ravel()[0])


def _constant(node: Node, inputs: Inputs) -> Any:
    found = node.attributes
    for key in ("value", "value_float", "value_int", "value_floats", "value_ints"):
        if key in found:
            dtype = np.float32 if "float" in key else np.int64
            return found[key] if key == "value" else np.array(found[key], dtype)
    raise UnreadableError("the constant {name!r:.60} holds no numbers", name=node.name)


def _expand(node: Node, inputs: Inputs) -> Any:
    x, shape = _arrays(inputs, 2)
    return np.broadcast_to(
        x, _bounded(np.broadcast_shapes(x.shape, tuple(int(s) for s in np.ravel(shape))))
    )


def _flatten(node: Node, inputs: Inputs) -> Any:
    x = _array(inputs)
    return x.reshape(product(x.shape[: node.attributes.get("axis", 1)]), -1)


def _gather(node: Node, inputs: Inputs) -> Any:
    x, places = _arrays(inputs, 2)
    axis = node.attributes.get("axis", 0)
    _bounded([places.size, x.size // max(1, x.shape[axis])], (x,))
    return np.take(x, places, axis)


def _concat(node: Node, inputs: Inputs) -> Any:
    arrays = _arrays(inputs)
    _bounded([sum(array.size for array in arrays)])
    return np.concatenate(arrays, node.attributes["axis"])


def _number_by_number(
    function: Callable[..., Any], count: int | None = None
) -> Callable[[Node, Inputs], Any]:
    """Apply a function of so many arrays; without a count, of two at a time."""

    def folded(node: Node, inputs: Inputs) -> Any:
        arrays = _arrays(inputs, count)
        _bounded(np.broadcast_shapes(*(array.shape for array in arrays)), arrays)
        return function(*arrays) if count else reduce(function, arrays)

    return folded


def _range(node: Node, inputs: Inputs) -> Any:
    start, limit, step = (array.item() for array in _arrays(inputs, 3))
    _bounded([max(0, int((limit - start) / step) + 1)])
    return np.arange(start, limit, step, dtype=_array(inputs).dtype)


FOLDS: dict[str, Callable[[Node, Inputs], Any]] = {
    "Abs": _number_by_number(np.abs, 1),
    "Add": _number_by_number(np.add, 2),
    "Cast": _cast,
    "Ceil": _number_by_number(np.ceil, 1),
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Div": _number_by_number(_divide, 2),
    "Equal": _number_by_number(np.equal, 2),
    "Exp": _number_by_number(np.exp, 1),
    "Expand": _expand,
    "Flatten": _flatten,
    "Floor": _number_by_number(np.floor, 1),
    "Gather": _gather,
    "Identity": lambda node, inputs: _array(inputs),
    "Max": _number_by_number(np.maximum),
    "Min": _number_by_number(np.minimum),
    "Mul": _number_by_number(np.multiply, 2),
    "Neg": _number_by_number(np.negative, 1),
    "Pow": _number_by_number(np.power, 2),
    "Range": _range,
    "Reciprocal": _number_by_number(np.reciprocal, 1),
    "ReduceProd": lambda node, inputs: np.prod(
        _array(inputs),
        axis=axes_of(node, inputs),
        keepdims=bool(node.attributes.get("keepdims", 1)),
    ),
    "Reshape": _reshape,
    "Slice": _slice,
    "Sqrt": _number_by_number(np.sqrt, 1),
    "Squeeze": lambda node, inputs: np.squeeze(_array(inputs), axes_of(node, inputs)),
    "Sub": _number_by_number(np.subtract, 2),
    "Transpose": lambda node, inputs: np.transpose(_array(inputs), node.attributes.get("perm")),
    "Unsqueeze": _unsqueeze,
    "Where": _number_by_number(np.where, 3),
}
