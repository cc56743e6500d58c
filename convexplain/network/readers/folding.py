"""What ONNX computes of constants alone: the shapes, paddings and weights that exporters write.

Each operation follows https://onnx.ai/onnx/operators/. One that is not here is not folded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convexplain.network.readers.graph import DTYPES, MAX_NUMBERS, Node
from convexplain.network.readers.imported import Array, UnreadableError, fitting, product

Inputs = Sequence[Array | None]


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


def axes_of(node: Node, inputs: Inputs, index: int = 1) -> tuple[int, ...] | None:
    """Return the axes that a node speaks of: an attribute of old, an input today."""
    axes = _given(inputs, index)
    if axes is not None:
        return tuple(int(axis) for axis in np.ravel(axes))
    listed = node.attributes.get("axes")
    return None if listed is None else tuple(listed)


def _bounded(shape: Sequence[int]) -> tuple[int, ...]:
    if any(size < 0 for size in shape) or product(shape) > MAX_NUMBERS:
        raise UnreadableError(f"a constant of the shape {tuple(shape)} is too large")
    return tuple(shape)


def _cast(node: Node, inputs: Inputs) -> Array:
    x = inputs[0]
    assert x is not None
    return x.astype(DTYPES[node.attributes["to"]])


def _divide(node: Node, inputs: Inputs) -> Any:
    a, b = inputs
    assert a is not None
    assert b is not None
    if a.dtype.kind in "iu":  # towards zero, as in C
        return (np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)
    return a / b


def _slice(node: Node, inputs: Inputs) -> Any:
    x = inputs[0]
    assert x is not None
    if len(inputs) > 1:
        starts, ends = (np.ravel(np.asarray(inputs[i])).tolist() for i in (1, 2))
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
        raise UnreadableError(f"a tensor of the shape {tuple(shape)} cannot become {tuple(wanted)}")
    return _bounded(sizes)


def _reshape(node: Node, inputs: Inputs) -> Any:
    x, wanted = inputs
    assert x is not None
    assert wanted is not None
    keep = bool(node.attributes.get("allowzero", 0))
    return x.reshape(reshaped(x.shape, wanted.tolist(), keep_zero=keep))


def _unsqueeze(node: Node, inputs: Inputs) -> Any:
    axes = axes_of(node, inputs)
    assert axes is not None
    return np.expand_dims(np.asarray(inputs[0]), axes)


def _filled(node: Node, inputs: Inputs) -> Any:
    value = node.attributes.get("value", np.zeros(1, np.float32))
    return np.full(_bounded(np.ravel(np.asarray(inputs[0])).tolist()), value.ravel()[0])


def _constant(node: Node, inputs: Inputs) -> Any:
    found = node.attributes
    for key in ("value", "value_float", "value_int", "value_floats", "value_ints"):
        if key in found:
            dtype = np.float32 if "float" in key else np.int64
            return found[key] if key == "value" else np.array(found[key], dtype)
    raise UnreadableError(f"the constant {node.name!r:.60} holds no numbers")


def _expand(node: Node, inputs: Inputs) -> Any:
    x, shape = (np.asarray(i) for i in inputs)
    return np.broadcast_to(
        x, _bounded(np.broadcast_shapes(x.shape, tuple(int(s) for s in np.ravel(shape))))
    )


def _flatten(node: Node, inputs: Inputs) -> Any:
    x = np.asarray(inputs[0])
    return x.reshape(product(x.shape[: node.attributes.get("axis", 1)]), -1)


def _on_all(function: Callable[..., Any]) -> Callable[[Node, Inputs], Any]:
    return lambda node, inputs: function(*inputs)


def _range(node: Node, inputs: Inputs) -> Any:
    start, limit, step = (np.asarray(i).item() for i in inputs)
    _bounded([max(0, int((limit - start) / step) + 1)])
    return np.arange(start, limit, step, dtype=np.asarray(inputs[0]).dtype)


FOLDS: dict[str, Callable[[Node, Inputs], Any]] = {
    "Abs": _on_all(np.abs),
    "Add": _on_all(np.add),
    "Cast": _cast,
    "Ceil": _on_all(np.ceil),
    "Concat": lambda node, inputs: np.concatenate(
        [np.asarray(x) for x in inputs], node.attributes["axis"]
    ),
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Div": _divide,
    "Equal": _on_all(np.equal),
    "Exp": _on_all(np.exp),
    "Expand": _expand,
    "Flatten": _flatten,
    "Floor": _on_all(np.floor),
    "Gather": lambda node, inputs: np.take(
        np.asarray(inputs[0]), np.asarray(inputs[1]), node.attributes.get("axis", 0)
    ),
    "Identity": lambda node, inputs: inputs[0],
    "Max": lambda node, inputs: np.maximum.reduce([np.asarray(x) for x in inputs]),
    "Min": lambda node, inputs: np.minimum.reduce([np.asarray(x) for x in inputs]),
    "Mul": _on_all(np.multiply),
    "Neg": _on_all(np.negative),
    "Pow": _on_all(np.power),
    "Range": _range,
    "Reciprocal": _on_all(np.reciprocal),
    "ReduceProd": lambda node, inputs: np.prod(
        np.asarray(inputs[0]),
        axis=axes_of(node, inputs),
        keepdims=bool(node.attributes.get("keepdims", 1)),
    ),
    "Reshape": _reshape,
    "Slice": _slice,
    "Sqrt": _on_all(np.sqrt),
    "Squeeze": lambda node, inputs: np.squeeze(np.asarray(inputs[0]), axes_of(node, inputs)),
    "Sub": _on_all(np.subtract),
    "Transpose": lambda node, inputs: np.transpose(
        np.asarray(inputs[0]), node.attributes.get("perm")
    ),
    "Unsqueeze": _unsqueeze,
    "Where": _on_all(np.where),
}
