"""What an activation is made of: the way back through the layers, as a tree of nodes.

One cell of a convolution or dense layer is a sum, ``z = sum of activation * weight + bias``. Each
addend is the contribution of one cell that the layer reads. A max pool hands on one cell's value
as it is, so that a contribution through it belongs to the cell at its argmax; ReLU hands on
positive values unchanged. So each contribution has a cell of an earlier layer behind it, which is
a sum again, down to the pixels.

In a hierarchy, layers that only weigh and add, such as an average or a normalization, are no steps
of their own: a sum of sums is one sum, of the cells of the level below.

Levels may be skipped. With every switch as it is for this picture (which ReLU are open, which cell
each max pool takes), a sum is linear in the cells of any layer below, and what one of them adds is
its activation times the derivative of the sum by it: all products along all paths. The rest is what
the biases on the way add.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.errors import UsageError
from convexplain.network.backward import pull_back
from convexplain.network.check_shapes import INPUT
from convexplain.network.forward import Forward, cell_name
from convexplain.network.layers import Addends, Cell, Layer, as_map
from convexplain.network.network import FloatArray, Network
from convexplain.ops import Box, Breakdown, Part
from convexplain.ops.breakdown import largest
from convexplain.ops.patching import cut
from convexplain.style.captions import Caption

#: Fields lie apart if they differ by this share of their side.
APART = 0.6


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
        0.0 for a pixel or an average. Where layers are skipped between the node and its parts, what
        all biases on the way add.
    weight : float or None
        What the parent multiplies the activation with; None at the root. Where layers are skipped,
        the derivative of the parent's `before` by the activation.
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
        How many contributions are positive, and how many there are (zeros included, but where
        layers are skipped).
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
    below: int | Sequence[int] = 2,
    depth: int | None = None,
    centred: bool = False,
    levels: Sequence[str] = (),
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
    below : int or sequence of int
        How many are followed under each of these, and so on down, or at each level.
    depth : int, optional
        How many layers of cells below the class; by default all, which in the chapter's network
        is 3: conv3, conv2, conv1.
    centred : bool
        Subtract from the class's weights the mean over all classes (from its bias too). That
        changes no probability, and tells what speaks for this class rather than for all of them:
        a winning logit can be negative.
    levels : sequence of str
        Layers with maps, from the picture upwards, whose cells become nodes; what lies between is
        skipped. Where a layer with weights is, the parts of a cell lie apart, as far as they can:
        its strongest ones see nearly the same. By default no level is skipped.

    Returns
    -------
    Node
        The class; `before` is its logit (less the mean of all logits if `centred`). Only positive
        contributions become parts, so that there can be fewer than asked for.

    Raises
    ------
    UsageError
        There is no such class, the network does not end in a dense layer, or there are no such
        levels.
    """
    last = trace.network.classifier
    classes = trace.logits.shape[-1]
    if last.family != "dense":
        raise UsageError(
            "the last layer, {name}, is not dense: there are no classes", name=last.name
        )
    label = trace.prediction if label is None else label
    if not 0 <= label < trace.network.classes:
        raise UsageError(
            "there is no class {label}: they go from 0 to {classes}",
            label=label,
            classes=trace.network.classes - 1,
        )
    unit = label if classes > 1 else 0  # one output alone speaks for class 1
    rows = len(trace.network.layers) if depth is None else depth
    each = [below] * (rows - 1) if isinstance(below, int) else list(below)
    for name, values in (("parts", [parts]), ("below", each), ("depth", [rows])):
        if any(value < 1 for value in values):
            raise UsageError(
                "{name} must be at least 1, not {values}", name=name, values=min(values)
            )
    chosen = _levels(trace.network, levels)
    walk = _Walk(trace, supporting=True, centred=centred, label=label, levels=chosen)
    return walk.node(last, (0, 0, unit), [parts, *each][:rows])


def contributions(
    trace: Forward, level: str, label: int | None = None, *, centred: bool = False
) -> NDArray[np.float64]:
    """Return what every cell of a layer adds to a class's logit, in that layer's shape.

    Parameters are those of `hierarchy`. Of the last level they are single products; below it, what
    a cell adds along all paths, with every switch as it is for this picture.
    """
    network = trace.network
    label = trace.prediction if label is None else label
    direct = level == level_layers(network)[-1].name
    chosen = () if direct else _levels(network, (level,))
    walk = _Walk(trace, supporting=True, centred=centred, label=label, levels=chosen)
    sums = walk.sums(network.classifier, (0, 0, label if trace.logits.size > 1 else 0))
    found = np.zeros(as_map(trace.activations[level]).shape)
    for index, product in enumerate(sums.products.tolist()):
        layer, cell = sums.find(index)
        if layer is not None and layer.name == level:
            found[cell] += product
    return found.reshape(trace.activations[level].shape)


def _levels(network: Network, names: Sequence[str]) -> tuple[str, ...]:
    """Refuse layers that are no levels of a network: one after the other, and all with maps."""
    every = [layer.name for layer in network.layers]
    for name in names:
        if len(network.shapes[network.layer(name).name]) != 3:
            raise UsageError(
                "layer {name} has no maps: name convolution or pooling layers", name=name
            )
    if [every.index(name) for name in names] != sorted({every.index(name) for name in names}):
        raise UsageError("levels must be named once each, from the picture upwards")
    if names and not is_piecewise_linear(network):
        raise UsageError(
            "layers are skipped where each reads the one before, and has ReLU or no activation"
        )
    return tuple(names)


def is_piecewise_linear(network: Network) -> bool:
    """Tell whether logits are linear in the cells of any layer, with the switches as they are."""
    before = network.layers[: network.layers.index(network.classifier)]
    return network.is_chain and all(
        layer.activation in ("linear", "relu") or layer.activation.startswith("leaky_relu")
        for layer in before
    )


def trace_back(trace: Forward, layer: str, cell: Cell, *, parts: int = 3) -> Node:
    """Follow a cell back to the pixels, as `Trace.pixel` returns it.

    `parts` is how many of the contributions that are largest by absolute value are followed.
    """
    if parts < 1:
        raise UsageError("parts must be at least 1, not {parts}", parts=parts)
    origin, cell = trace.origin(trace.network.layer(layer), cell)
    return _Walk(trace, supporting=False).node(origin, cell, [parts] * len(trace.network.layers))


@dataclass(frozen=True, eq=False)
class _Sum:
    """A sum of cells of other layers; arrays of shape (n,)."""

    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    bias: float
    find: Callable[[int], tuple[Layer | None, Cell]]  # the layer of an addend, and its cell there
    choose: Callable[[int], list[int]] | None = None  # so many to follow, if not the largest


def level_layers(network: Network) -> tuple[Layer, ...]:
    """Find the levels of a hierarchy, from the picture upwards.

    These are the layers with an activation, and convolutions and dense layers without one, but for
    those whose sums an activation reads that is a layer of its own. The classes are no level.
    """
    found = []
    for layer in network.layers:
        if layer is network.classifier:
            break
        made = layer.family in ("convolution", "dense") and not _is_bent(network, layer)
        if layer.activation != "linear" or made:
            found.append(layer)
    return tuple(found)


def _is_bent(network: Network, layer: Layer) -> bool:
    """Whether nothing but activations read a layer, also behind sums of its places alone."""
    readers = [each for each in network.layers if layer.name in network.sources(each.name)]
    return bool(readers) and all(
        reader.family == "activation"
        or (reader.family in ("normalization", "addition", "dropout") and _is_bent(network, reader))
        for reader in readers
    )


@dataclass(frozen=True)
class _Walk:
    """One way of walking back.

    supporting: follow the largest positive contributions and end at the first layer's cells;
    else follow the largest by absolute value, down to the pixels.
    """

    trace: Forward
    supporting: bool
    centred: bool = False
    label: int | None = None
    levels: tuple[str, ...] = ()  # the only layers whose cells are followed, if there are any

    @cached_property
    def _passed(self) -> frozenset[str]:
        """Names of the layers whose sums are told as parts of the sums that read them."""
        if not self.supporting:
            return frozenset()
        levels = {layer.name for layer in level_layers(self.trace.network)}
        return frozenset(
            layer.name
            for layer in self.trace.network.layers
            if layer.name not in levels and not layer.hands_on and layer.activation == "linear"
        )

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
            if layer is self.trace.network.classifier:
                if self.centred:
                    before -= float(self.trace.logits.mean(dtype=np.float64))
                before = -before if self._against else before
            sums = self.sums(layer, cell, before)
            bias, products = sums.bias, sums.products
            parts = self._parts(sums, counts)
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

    @property
    def _against(self) -> bool:
        """Whether the one logit of two classes is asked for what speaks for the first, no."""
        return self.supporting and self.label == 0 and self.trace.logits.size == 1

    def sums(self, layer: Layer, cell: Cell, before: float = 0.0) -> _Sum:
        """Write a cell as the sum of cells of the levels below; of a class, what speaks for it."""
        lower = self._level_below(layer)
        if lower is None:
            return self._opened(layer, self._addends(layer, cell))
        slopes = self._slopes(layer, cell, lower)
        y = self.trace.activations[lower.name].astype(np.float64)
        places = np.argwhere(slopes)
        weights = slopes[slopes != 0]
        products = y[slopes != 0] * weights

        def find(index: int) -> tuple[Layer | None, Cell]:
            row, col, channel = places[index].tolist()
            return lower, (row, col, channel)

        order = None
        if self._skips(layer, lower):
            order = partial(self._apart, lower, places, products)
        return _Sum(weights, products, before - math.fsum(products), find, order)

    def _addends(self, layer: Layer, cell: Cell) -> Addends:
        """Write a cell as the sum of cells that its layer reads."""
        addends = self.trace.addends(layer, cell)
        if layer is self.trace.network.classifier:
            if self.centred:
                addends = self._centred(addends)
            if self._against:
                addends = replace(
                    addends, weights=-addends.weights, products=-addends.products,
                    bias=-addends.bias,
                )  # fmt: skip
        return addends

    def _level_below(self, layer: Layer) -> Layer | None:
        """Return the level whose cells a cell is made of; None if of those that it reads."""
        names = [*self.levels, self.trace.network.classifier.name]
        place = names.index(layer.name) if self.levels else 0
        return self.trace.network.layer(names[place - 1]) if place else None

    def _skips(self, layer: Layer, lower: Layer) -> bool:
        """Tell whether a layer with weights lies between a cell and its parts."""
        layers = self.trace.network.layers
        between = layers[layers.index(lower) + 1 : layers.index(layer)]
        summing = any(each.family in ("convolution", "dense") for each in between)
        return summing and layer is not self.trace.network.classifier

    def _slopes(self, layer: Layer, cell: Cell, lower: Layer) -> NDArray[np.float64]:
        """Return the derivative of a cell, before its activation, by all cells of a layer below."""
        layers = self.trace.network.layers
        sums, read = self._addends(layer, cell), self.trace.input_of(layer.name)
        slopes = np.zeros(as_map(read).shape)
        np.add.at(slopes, (sums.rows, sums.cols, sums.channels), sums.weights)
        slopes = slopes.reshape(read.shape)
        for between in reversed(layers[layers.index(lower) + 1 : layers.index(layer)]):
            slopes, _ = pull_back(self.trace, between, slopes)
        return slopes

    def _apart(
        self, lower: Layer, places: NDArray[np.intp], products: NDArray[np.float64], count: int
    ) -> list[int]:
        """Choose the largest contributions from places that lie apart, or else any of the largest.

        Fields of one layer lie apart where they differ by `APART` of their side, or as far as half
        a map allows.
        """
        field = self.trace.network.receptive_field(lower.name)
        size, stride = np.array(field.size), np.array(field.stride)
        half = (np.array(self.trace.activations[lower.name].shape[:2]) - 1) // 2
        least = np.minimum(np.ceil(APART * size / stride), half)
        order = np.argsort(-products, kind="stable")[: int((products > 0).sum())].tolist()
        chosen: list[int] = []
        for index in order:
            gaps = abs(places[chosen, :2] - places[index, :2])
            if ((gaps >= least) & (least > 0)).any(axis=1).all():
                chosen.append(index)
            if len(chosen) == count:
                return chosen
        others = [index for index in order if index not in chosen]
        return sorted([*chosen, *others[: count - len(chosen)]], key=order.index)

    def _opened(self, layer: Layer, addends: Addends) -> _Sum:
        """Put sums of layers that are passed in the place of their cells."""
        trace = self.trace

        def find(index: int) -> tuple[Layer | None, Cell]:
            return trace.origin(*trace.behind(layer, addends.cell(index)))

        if not any(self._leads_to_passed(name) for name in trace.network.sources(layer.name)):
            return _Sum(addends.weights, addends.products, addends.bias, find)
        weights: list[NDArray[np.float64]] = []
        products: list[NDArray[np.float64]] = []
        places: list[tuple[_Sum | None, int]] = []
        bias = addends.bias
        for index, weight in enumerate(addends.weights.tolist()):
            source, cell = find(index)
            if source is None or source.name not in self._passed:
                weights.append(addends.weights[index : index + 1])
                products.append(addends.products[index : index + 1])
                places.append((None, index))
                continue
            inner = self._opened(source, trace.addends(source, cell))
            weights.append(weight * inner.weights)
            products.append(weight * inner.products)
            places += [(inner, n) for n in range(inner.products.size)]
            bias += weight * inner.bias

        def find_opened(index: int) -> tuple[Layer | None, Cell]:
            inner, n = places[index]
            return find(n) if inner is None else inner.find(n)

        return _Sum(np.concatenate(weights), np.concatenate(products), bias, find_opened)

    def _leads_to_passed(self, name: str) -> bool:
        """Whether a layer, or one whose values it hands on, is passed."""
        if name == INPUT:
            return False
        layer = self.trace.network.layer(name)
        if layer.hands_on:
            return any(self._leads_to_passed(each) for each in self.trace.network.sources(name))
        return name in self._passed

    def _parts(self, sums: _Sum, counts: Sequence[int]) -> tuple[Node, ...]:
        if not counts:
            return ()
        size = sums.products if self.supporting else abs(sums.products)
        positive = math.fsum(sums.products[sums.products > 0])
        parts = []
        choose = sums.choose or (lambda count: list(largest(np.maximum(size, 0), count)))
        for index in choose(counts[0]):
            if size[index] <= 0:
                break
            contribution = float(sums.products[index])
            origin, cell = sums.find(index)
            if self.supporting and origin is None:
                continue
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
