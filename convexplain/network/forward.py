"""The numbers of one picture on its way through a network, layer by layer.

Every sum is taken in float64 and rounded to float32 when its layer is done. Products of two
float32 are exact in float64 and what a sum loses there is far below a float32's last bit, so the
numbers do not depend on the order of adding, which differs between types of CPU.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convexplain.errors import UsageError
from convexplain.network.blas import one_thread
from convexplain.network.check_shapes import INPUT
from convexplain.network.layers import Addends, Cell, Layer, as_map
from convexplain.network.network import FloatArray, Network
from convexplain.ops import Breakdown, ConvStep, Part, sigmoid, softmax
from convexplain.ops.breakdown import NUMBERS, PRODUCTS, SHOWN, largest
from convexplain.style.captions import Caption

#: What the two parts of a sum by sign are called.
POSITIVE = Caption(en="products above 0", zh="正的乘积之和")
NEGATIVE = Caption(en="products below 0", zh="负的乘积之和")


class Forward:
    """The numbers that one picture makes a network compute, layer by layer.

    Parameters
    ----------
    network : Network
    image : array, shape `network.input_shape`
        One picture, values 0 to 1.

    Attributes
    ----------
    network : Network
    image : float32 array (H, W, C), read-only
    activations : mapping of layer name to float32 array, read-only
        What each layer puts out, after its activation.

    Raises
    ------
    TypeError, ValueError
        A picture that the network cannot read.
    """

    def __init__(self, network: Network, image: ArrayLike) -> None:
        picture = network.checked(image)
        if picture.ndim != 3:
            raise ValueError(
                f"a trace follows one picture, not a batch of shape {picture.shape}: "
                "make one trace for each"
            )
        self.network = network
        self.image: FloatArray = picture.copy()
        self._before: dict[str, FloatArray] = {}
        self._outputs: dict[str, FloatArray] = {INPUT: self.image}
        with one_thread():
            for layer in network.layers:
                z, y = network.exact(layer, network.gather(layer, self._outputs))
                self._before[layer.name], self._outputs[layer.name] = z, y
        for array in (*self._before.values(), *self._outputs.values()):
            array.flags.writeable = False
        activations = {layer.name: self._outputs[layer.name] for layer in network.layers}
        self.activations: Mapping[str, FloatArray] = MappingProxyType(activations)

    def __reduce__(self) -> tuple[Any, ...]:
        # A picture and a network are sent to a worker; the rest is computed there, to the bit.
        return type(self), (self.network, self.image)

    def __repr__(self) -> str:
        """Name the picture's shape and the answer."""
        return f"<{type(self).__name__} of a {self.image.shape} picture: {self.prediction}>"

    def before(self, layer: str) -> FloatArray:
        """What a layer puts out before its activation: z; for the last layer, the logits.

        Parameters
        ----------
        layer : str

        Returns
        -------
        float32 array, read-only
            For a layer without weights the same as its activations.
        """
        return self._before[self.network.layer(layer).name]

    def input_of(self, layer: str) -> FloatArray:
        """What a layer reads: the activations of the layer before it, or the picture.

        Of several inputs, the channels stand one behind the other.
        """
        return self.network.gather(self.network.layer(layer), self._outputs)

    def layer_before(self, layer: Layer) -> Layer | None:
        """The layer whose output `layer` reads, the first of several; None is the picture."""
        return self._named(self.network.sources(layer.name)[0])

    def _named(self, name: str) -> Layer | None:
        return None if name == INPUT else self.network.layer(name)

    def behind(self, layer: Layer, cell: Cell) -> tuple[Layer | None, Cell]:
        """Find whose output a cell of a layer's input is, and which cell of it."""
        row, col, channel = cell
        for name in self.network.sources(layer.name):
            depth = (self.network.shapes[name] if name != INPUT else self.image.shape)[-1]
            if channel < depth:
                break
            channel -= depth
        return self._named(name), (row, col, channel)

    def origin(self, layer: Layer | None, cell: Cell) -> tuple[Layer | None, Cell]:
        """Go back through layers that hand on values, such as max pools, to where one was made.

        Parameters
        ----------
        layer : Layer or None
            The layer whose output holds the cell; None is the picture.
        cell : (row, col, channel)

        Returns
        -------
        layer : Layer or None
            The layer that computed the value, or put padding there; None is the picture.
        cell : (row, col, channel)
            In that layer's output. Of equal maxima the first in row-major order.
        """
        while layer is not None and layer.hands_on:
            found = layer.origin(as_map(self.input_of(layer.name)), cell)
            if found is None:
                break
            layer, cell = self.behind(layer, found)
        return layer, cell

    def addends(self, layer: Layer, cell: Cell) -> Addends:
        """Write a cell, before its activation, as the sum that it is.

        What a layer hands on without adding up is the sum of nothing: see `origin`.
        """
        x = as_map(self.input_of(layer.name))
        found = layer.addends(x, self.network.weights_of(layer.name), cell)
        return Addends.none() if found is None else found

    def breakdown(
        self, layer: str, cell: Cell, *, shown: int = SHOWN, by: Literal["size", "sign"] = "size"
    ) -> Breakdown:
        """Return the number of one cell as named addends, the rest, the bias and the activation.

        Parameters
        ----------
        layer : str
            A layer that adds up or compares what it reads.
        cell : (row, col, filter)
            Counted from 0; in a dense layer (0, 0, unit).
        shown : int
            How many of the largest addends are named: channels of a convolution, single cells of
            a layer without a window.
        by : {"size", "sign"}
            "sign" sums up all products above 0, and all below, instead.

        Raises
        ------
        UsageError
            There is no such layer or cell, or the layer only hands values on.
        """
        spec = self.network.layer(layer)
        row, col, filter = cell
        self.check(spec, filter, row, col)
        steps = spec.steps(self.input_of(layer), self.network.weights_of(layer), filter)
        if by == "size" and steps is not None:
            step = steps.at(row, col)
            return step.breakdown(shown) if isinstance(step, ConvStep) else step.breakdown()
        if spec.hands_on:
            raise UsageError(
                "layer {layer} ({kind}) hands values on and adds nothing up: choose a convolution "
                "or dense layer",
                layer=layer,
                kind=spec.kind,
            )
        sums = self.addends(spec, cell)
        products = sums.products
        if by == "sign":
            signs = (POSITIVE, products[products > 0]), (NEGATIVE, products[products < 0])
            found = [Part(name, math.fsum(some), n) for n, (name, some) in enumerate(signs)]
            rest_count = 0
        else:
            found = [
                Part(self._name(spec, sums.cell(place)), float(products[place]), place)
                for place in largest(products, shown)
            ]
            rest_count = products.size - len(found)
        total = math.fsum(products)
        stages, read = None, 0.0
        if products.size == 1:
            read = float(as_map(self.input_of(layer))[sums.cell(0)])
            stages = spec.stages(read, self.network.weights_of(layer), filter)
        alone = bool((sums.weights == 1).all())
        return Breakdown(
            parts=tuple(found),
            rest=total - math.fsum(part.value for part in found) if rest_count else 0.0,
            rest_count=rest_count,
            total=total,
            count=products.size,
            bias=sums.bias,
            value=float(as_map(self.before(layer))[cell]),
            activation=spec.activation,
            activated=float(as_map(self.activations[layer])[cell]),
            rule="total" if spec.family == "addition" else "sum",
            title=cell_name(layer, cell),
            total_name=NUMBERS if alone else PRODUCTS,
            stages=stages,
            read=read,
            factor=float(sums.weights[0]) if stages else 1.0,
        )

    def check(self, layer: Layer, filter: int, row: int = 0, col: int = 0) -> None:
        """Refuse a cell that a layer does not have.

        Raises
        ------
        UsageError
            The filter, row or column is not one of the layer's output; the text says which are.
        """
        rows, cols, filters = as_map(self.activations[layer.name]).shape
        what = "unit" if layer.family == "dense" else "filter"
        for name, value, count in (
            (what, filter, filters),
            ("row", row, rows),
            ("column", col, cols),
        ):
            if not 0 <= value < count:
                raise UsageError(
                    "layer {layer} has no {what} {number}: they go from 0 to {last}",
                    layer=layer.name,
                    what=name,
                    number=value,
                    last=count - 1,
                )

    def _name(self, layer: Layer, cell: Cell) -> Caption:
        """Name where a cell of a layer's input was computed."""
        read, place = self.origin(*self.behind(layer, cell))
        return cell_name(INPUT if read is None else read.name, place)

    @property
    def logits(self) -> FloatArray:
        """The last layer's numbers before its activation, one a class; one alone for two."""
        return self.before(self.network.layers[-1].name).ravel()

    def logit_of(self, label: int) -> float:
        """Return a class's logit; of a single one for two, how much it speaks for this class."""
        if self.logits.size == 1:
            return float(self.logits[0] if label else -self.logits[0])
        return float(self.logits[label])

    @property
    def shares(self) -> NDArray[np.float64]:
        """The probabilities in float64, where one near 1 is not rounded up to it.

        A network that ends in logits gets their softmax, as one that ends in log-softmax; a single
        sigmoid, or logit, stands for the second of two classes.

        Raises
        ------
        UsageError
            The network ends in something else.
        """
        ending, exact = self.network.ending, self.logits.astype(np.float64)
        if exact.size == 1 and ending in ("sigmoid", "linear"):
            yes: NDArray[np.float64] = sigmoid(exact)
            return np.concatenate([1 - yes, yes])
        if ending in ("softmax", "log_softmax", "linear"):
            return softmax(exact)
        raise UsageError(
            "layer {name} has no softmax, so its {ending} outputs are not probabilities: read "
            "trace.activations",
            name=self.network.layers[-1].name,
            ending=ending,
        )

    @property
    def probabilities(self) -> FloatArray:
        """One number a class, adding up to 1: the softmax of the logits, or what `shares` says."""
        if self.network.ending == "softmax":
            return self.activations[self.network.layers[-1].name].ravel()
        return self.shares.astype(np.float32)

    @cached_property
    def prediction(self) -> int:
        """The class of the largest logit, the first one in a tie; of one logit, whether above 0."""
        if self.logits.size == 1:
            return int(self.logits[0] > 0)
        return int(np.argmax(self.logits))


def cell_name(layer: str, cell: Cell) -> Caption:
    """Name a cell of a layer, or a pixel, as numpy would index it."""
    index = ", ".join(str(number) for number in cell)
    named = _PIXEL if layer == INPUT else _CELL.fill(layer=layer)
    return named.fill(index=index)


_CELL = Caption(en="{layer}[{index}]", zh="{layer}[{index}]")
_PIXEL = Caption(en="pixel[{index}]", zh="像素[{index}]")
