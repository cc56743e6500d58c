"""One picture on its way through a network, forwards and backwards: all that is ever shown."""

from __future__ import annotations

import math
from typing import Literal

from convexplain.errors import UsageError
from convexplain.network.attribution import INPUT, Node, cell_name, way_back
from convexplain.network.contributions import Cell, addends, source
from convexplain.network.forward import Forward
from convexplain.network.layer import as_map
from convexplain.network.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from convexplain.ops import (
    Breakdown,
    ConvStep,
    ConvSteps,
    Part,
    PoolSteps,
    avg_pool2d_steps,
    conv2d_steps,
    max_pool2d_steps,
)
from convexplain.ops.breakdown import SHOWN, largest
from convexplain.style.captions import Caption


class Trace(Forward):
    """All that one picture makes a network compute, and what each number is made of.

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

    def steps(self, layer: str, filter: int = 0) -> ConvSteps | PoolSteps:
        """The single steps that compute one response map, row after row.

        Parameters
        ----------
        layer : str
            A convolution or pooling layer.
        filter : int
            The response map, counted from 0; in a pooling layer, the channel.

        Raises
        ------
        UsageError
            There is no such layer or filter, or the layer has no steps.
        """
        spec = self.network.layer(layer)
        if not isinstance(spec, (Conv2D, MaxPooling2D, AveragePooling2D)):
            raise UsageError(
                f"layer {layer} ({spec.kind}) has no window that moves: choose a convolution or "
                "pooling layer"
            )
        self.check(spec, filter)
        x = self.input_of(layer)
        if isinstance(spec, MaxPooling2D):
            return max_pool2d_steps(
                x, spec.pool_size, stride=spec.stride, padding=spec.padding, channel=filter
            )
        if isinstance(spec, AveragePooling2D):
            return avg_pool2d_steps(
                x,
                spec.pool_size,
                stride=spec.stride,
                padding=spec.padding,
                channel=filter,
                count_include_pad=False,
            )
        weights = self.network.weights_of(layer)
        return conv2d_steps(
            x,
            weights["kernel"],
            weights["bias"],
            stride=spec.stride,
            padding=spec.padding,
            dilation=spec.dilation,
            groups=spec.groups,
            filter=filter,
            # Softmax is not applied cell by cell: its steps end with the value before it.
            activation=None if spec.activation == "softmax" else spec.activation,
        )

    def breakdown(
        self, layer: str, cell: Cell, *, shown: int = SHOWN, by: Literal["size", "sign"] = "size"
    ) -> Breakdown:
        """Return the number of one cell as named addends, the rest, the bias and the activation.

        Parameters
        ----------
        layer : str
            A convolution, pooling or dense layer.
        cell : (row, col, filter)
            Counted from 0; in a dense layer (0, 0, unit).
        shown : int
            How many of the largest addends are named: channels of a convolution, inputs of a
            dense layer.
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
        if by == "size" and spec.window is not None:
            step = self.steps(layer, filter).at(row, col)
            return step.breakdown(shown) if isinstance(step, ConvStep) else step.breakdown()
        if isinstance(spec, MaxPooling2D | Flatten):
            raise UsageError(
                f"layer {layer} ({spec.kind}) hands values on and adds nothing up: choose a "
                "convolution or dense layer"
            )
        return self._sum(spec, cell, shown, by)

    def _sum(self, layer: Layer, cell: Cell, shown: int, by: str) -> Breakdown:
        sums = addends(self, layer, cell)
        products = sums.products
        if by == "sign":
            signs = (POSITIVE, products[products > 0]), (NEGATIVE, products[products < 0])
            found = [(name, math.fsum(part), place) for place, (name, part) in enumerate(signs)]
            rest_count = 0
        else:
            origins = (
                (place, *source(self, self.layer_before(layer), sums.cell(place)))
                for place in largest(products, shown)
            )
            found = [
                (cell_name(INPUT if read is None else read.name, at), float(products[place]), place)
                for place, read, at in origins
            ]
            rest_count = products.size - len(found)
        total = math.fsum(products)
        return Breakdown(
            parts=tuple(Part(*part) for part in found),
            rest=total - math.fsum(value for _, value, _ in found) if rest_count else 0.0,
            rest_count=rest_count,
            total=total,
            count=products.size,
            bias=sums.bias,
            value=float(as_map(self.before(layer.name))[cell]),
            activation=layer.activation,
            activated=float(as_map(self.activations[layer.name])[cell]),
            title=cell_name(layer.name, cell),
        )

    def pixel(self, layer: str, filter: int, row: int, col: int, *, parts: int = 3) -> Node:
        """Follow one activation back to the picture: what made it, layer by layer.

        Parameters
        ----------
        layer : str
            Any layer with cells at rows and columns; for a dense layer, row and col are 0.
        filter, row, col : int
            The cell, counted from 0. In a pooling layer its maximum is followed.
        parts : int
            How many of the largest contributions (by absolute value) are followed at each layer.

        Returns
        -------
        Node
            Its parts' contributions, `rest` and `bias` add up to `before`, at every node.

        Raises
        ------
        UsageError
            There is no such layer or cell.
        """
        spec = self.network.layer(layer)
        self.check(spec, filter, row, col)
        return way_back(self, layer, (row, col, filter), parts=parts)

    def check(self, layer: Layer, filter: int, row: int = 0, col: int = 0) -> None:
        """Refuse a cell that a layer does not have.

        Raises
        ------
        UsageError
            The filter, row or column is not one of the layer's output; the text says which are.
        """
        rows, cols, filters = as_map(self.activations[layer.name]).shape
        what = "unit" if isinstance(layer, Dense) else "filter"
        for name, value, count in (
            (what, filter, filters),
            ("row", row, rows),
            ("column", col, cols),
        ):
            if not 0 <= value < count:
                raise UsageError(
                    f"layer {layer.name} has no {name} {value}: they go from 0 to {count - 1}"
                )


#: What the two parts of a sum by sign are called.
POSITIVE = Caption(en="products above 0", zh="正的乘积之和")
NEGATIVE = Caption(en="products below 0", zh="负的乘积之和")
