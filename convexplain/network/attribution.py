"""What an activation is made of: the way back through the layers, as a tree of nodes.

One cell of a convolution or dense layer is a sum, ``z = sum of activation * weight + bias``. Each
addend is the contribution of one cell that the layer reads. A max pool hands on one cell's value
as it is, so that a contribution through it belongs to the cell at its argmax; ReLU hands on
positive values unchanged. So each contribution has a cell of an earlier layer behind it, which is
a sum again, down to the pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from convexplain.errors import UsageError
from convexplain.network.check_shapes import INPUT
from convexplain.network.forward import Forward, cell_name
from convexplain.network.layers import Addends, Cell, Layer, as_map
from convexplain.network.network import FloatArray
from convexplain.ops import Box, Breakdown, Part
from convexplain.ops.breakdown import largest
from convexplain.ops.patching import cut
from convexplain.style.captions import Caption


@dataclass(frozen=True, eq=False)
class Node:
    """One cell, what it adds to its parent, and the largest of what it is made of.

    Attributes
    ----------
    layer : str
        The layer that computed the cell, or "input" for a pixel.
    filter, row, col : int
        The cell, counted from 0; for a pixel `filter` is its channel; in a dense layer the unit.
    box : Box
        The pixels that the cell depends on; may reach into the padding.
    patch : float32 array (box.height, box.width, C)
        These pixels, 0 in the padding.
    before, activated : float
        The cell's value before and after its activation, float32.
    bias : float
        0.0 for a pixel or an average.
    weight : float or None
        What the parent multiplies the activation with; None at the root.
    contribution : float or None
        activation * weight, the exact product.
    share : float or None
        The contribution divided by all positive contributions to the parent, which is one
        denominator for all of the parent's parts. Shares of different parents do not multiply to
        a share of the root.
    parts : tuple of Node
        The largest contributions, largest first.
    rest : float
        What the contributions that are not in `parts` add up to, with the float32 rounding of
        `before`: the parts' contributions + rest + bias = before.
    positive, negative : float
        Sum of all positive and of all negative contributions to this cell.
    supporters, readings : int
        How many contributions are positive, and how many there are (zeros included).
    activation : str
        Its layer's activation; "linear" for a pixel.
    """

    layer: str
    filter: int
    row: int
    col: int
    box: Box
    patch: FloatArray
    before: float
    activated: float
    bias: float = 0.0
    weight: float | None = None
    contribution: float | None = None
    share: float | None = None
    parts: tuple[Node, ...] = ()
    rest: float = 0.0
    positive: float = 0.0
    negative: float = 0.0
    supporters: int = 0
    readings: int = 0
    activation: str = "linear"

    @property
    def name(self) -> Caption:
        """The cell as numpy would index it: "conv2[3, 4, 17]", or "pixel[5, 5, 0]"."""
        return cell_name(self.layer, (self.row, self.col, self.filter))

    def breakdown(self) -> Breakdown:
        """Return `before` as named addends: the parts' contributions, the rest, the bias."""
        return Breakdown(
            parts=tuple(
                Part(part.name, part.contribution or 0.0, place)
                for place, part in enumerate(self.parts)
            ),
            rest=self.rest,
            rest_count=self.readings - len(self.parts),
            total=self.before - self.bias,
            count=self.readings,
            bias=self.bias,
            value=self.before,
            activation=self.activation,
            activated=self.activated,
            title=self.name,
        )

    def to_dict(self) -> dict[str, Any]:
        """The node and all below it as plain JSON data; the patch as nested lists."""
        box = self.box
        return {
            **{field.name: getattr(self, field.name) for field in fields(self)},
            "box": [box.top, box.left, box.bottom, box.right],
            "patch": self.patch.tolist(),
            "parts": [part.to_dict() for part in self.parts],
        }


def hierarchy(
    trace: Forward,
    label: int | None = None,
    parts: int = 3,
    *,
    below: int = 2,
    depth: int | None = None,
    centred: bool = False,
) -> Node:
    """Build the tree from a class down to the edges in the picture.

    Parameters
    ----------
    trace : Forward
        Of a network whose last layer is dense, but for a softmax of its own.
    label : int, optional
        The class; the predicted one by default.
    parts : int
        How many of the cells that push most towards the class are followed.
    below : int
        How many are followed under each of these, and so on down.
    depth : int, optional
        How many layers of cells below the class; by default all, which in the chapter's network
        is 3: conv3, conv2, conv1.
    centred : bool
        Subtract from the class's weights the mean over all classes (from its bias too). That
        changes no probability, and tells what speaks for this class rather than for all of them:
        a winning logit can be negative.

    Returns
    -------
    Node
        The class; `before` is its logit (less the mean of all logits if `centred`). Only positive
        contributions become parts, so that there can be fewer than asked for.

    Raises
    ------
    UsageError
        There is no such class, or the network does not end in a dense layer.
    """
    last = trace.network.classifier
    classes = trace.logits.shape[-1]
    if last.family != "dense":
        raise UsageError(f"the last layer, {last.name}, is not dense: there are no classes")
    label = trace.prediction if label is None else label
    if not 0 <= label < trace.network.classes:
        raise UsageError(
            f"there is no class {label}: they go from 0 to {trace.network.classes - 1}"
        )
    unit = label if classes > 1 else 0  # one output alone speaks for class 1
    for name, value in (("parts", parts), ("below", below), ("depth", depth)):
        if value is not None and value < 1:
            raise UsageError(f"{name} must be at least 1, not {value}")
    levels = len(trace.network.layers) if depth is None else depth
    walk = _Walk(trace, supporting=True, centred=centred)
    return walk.node(last, (0, 0, unit), [parts] + [below] * (levels - 1))


def trace_back(trace: Forward, layer: str, cell: Cell, *, parts: int = 3) -> Node:
    """Follow a cell back to the pixels, as `Trace.pixel` returns it.

    `parts` is how many of the contributions that are largest by absolute value are followed.
    """
    if parts < 1:
        raise UsageError(f"parts must be at least 1, not {parts}")
    origin, cell = trace.origin(trace.network.layer(layer), cell)
    return _Walk(trace, supporting=False).node(origin, cell, [parts] * len(trace.network.layers))


@dataclass(frozen=True)
class _Walk:
    """One way of walking back.

    supporting: follow the largest positive contributions and end at the first layer's cells;
    else follow the largest by absolute value, down to the pixels.
    """

    trace: Forward
    supporting: bool
    centred: bool = False

    def node(self, layer: Layer | None, cell: Cell, counts: Sequence[int], **link: float) -> Node:
        """Make the node of a computed cell or pixel; `link` is what it means to its parent."""
        row, col, channel = cell
        box = self._box(layer, row, col)
        if layer is None:
            value = float(self.trace.image[cell])
            before, bias, products = value, 0.0, np.zeros(0)
            parts: tuple[Node, ...] = ()
        else:
            value = float(as_map(self.trace.activations[layer.name])[cell])
            before = float(as_map(self.trace.before(layer.name))[cell])
            sums = self.trace.addends(layer, cell)
            if self.centred and layer is self.trace.network.classifier:
                sums = self._centred(sums)
                before -= float(self.trace.logits.mean(dtype=np.float64))
            bias, products = sums.bias, sums.products
            parts = self._parts(layer, sums, counts)
        return Node(
            layer=INPUT if layer is None else layer.name,
            filter=channel,
            row=row,
            col=col,
            box=box,
            patch=cut(self.trace.image, box),
            before=before,
            activated=value,
            bias=bias,
            parts=parts,
            rest=before - bias - math.fsum(part.contribution or 0.0 for part in parts),
            positive=math.fsum(products[products > 0]),
            negative=math.fsum(products[products < 0]),
            supporters=int((products > 0).sum()),
            readings=products.size,
            activation="linear" if layer is None else layer.activation,
            **link,
        )

    def _parts(self, layer: Layer, sums: Addends, counts: Sequence[int]) -> tuple[Node, ...]:
        if not counts:
            return ()
        size = sums.products if self.supporting else abs(sums.products)
        positive = math.fsum(sums.products[sums.products > 0])
        parts = []
        for index in largest(np.maximum(size, 0), counts[0]):
            if size[index] <= 0:
                break
            contribution = float(sums.products[index])
            before, cell = self.trace.behind(layer, sums.cell(index))
            if self.supporting and before is None:
                continue
            origin, cell = self.trace.origin(before, cell)
            part = self.node(
                origin,
                cell,
                counts[1:],
                weight=float(sums.weights[index]),
                contribution=contribution,
                share=contribution / positive if positive else 0.0,
            )
            parts.append(part)
        return tuple(parts)

    def _centred(self, sums: Addends) -> Addends:
        """The last layer's addends, less their mean over all classes."""
        last = self.trace.network.classifier
        every = [self.trace.addends(last, (0, 0, label)) for label in range(self.trace.logits.size)]
        mean = np.stack([each.weights for each in every], axis=1).mean(axis=1)
        activations = self.trace.input_of(last.name).astype(np.float64)
        return replace(
            sums,
            weights=sums.weights - mean,
            products=activations * (sums.weights - mean),
            bias=sums.bias - float(np.mean([each.bias for each in every])),
        )

    def _box(self, layer: Layer | None, row: int, col: int) -> Box:
        if layer is None:
            return Box(row, col, row + 1, col + 1)
        return self.trace.network.receptive_field(layer.name).box(row, col)
