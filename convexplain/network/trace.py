"""One picture on its way through a network, forwards and backwards: all that is ever shown.

Every sum is taken in float64 and rounded to float32 when its layer is done. Products of two
float32 are exact in float64 and what a sum loses there is far below a float32's last bit, so the
numbers do not depend on the order of adding, which differs between types of CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convexplain.errors import UsageError
from convexplain.network.attribution import Node, way_back
from convexplain.network.blas import one_thread
from convexplain.network.contributions import as_map
from convexplain.network.layers import AveragePooling2D, Conv2D, Dense, Layer, MaxPooling2D
from convexplain.network.network import FloatArray, Network
from convexplain.ops import ConvSteps, PoolSteps, avg_pool2d_steps, conv2d_steps, max_pool2d_steps


class Trace:
    """All that one picture makes a network compute.

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
        activations: dict[str, FloatArray] = {}
        x = self.image
        with one_thread():
            for layer in network.layers:
                z, x = network.exact(layer, x)
                self._before[layer.name], activations[layer.name] = z, x
        for array in (self.image, *self._before.values(), *activations.values()):
            array.flags.writeable = False
        self.activations: Mapping[str, FloatArray] = MappingProxyType(activations)

    def __reduce__(self) -> tuple[Any, ...]:
        # A picture and a network are sent to a worker; the rest is computed there, to the bit.
        return Trace, (self.network, self.image)

    def __repr__(self) -> str:
        """Name the picture's shape and the answer."""
        return f"<Trace of a {self.image.shape} picture: {self.prediction}>"

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
        """What a layer reads: the activations of the layer before it, or the picture."""
        before = self.layer_before(self.network.layer(layer))
        return self.image if before is None else self.activations[before.name]

    def layer_before(self, layer: Layer) -> Layer | None:
        """The layer whose output `layer` reads; None is the picture."""
        index = self.network.layers.index(layer)
        return self.network.layers[index - 1] if index else None

    @property
    def logits(self) -> FloatArray:
        """The last layer's numbers before its activation, one a class."""
        return self.before(self.network.layers[-1].name)

    @property
    def probabilities(self) -> FloatArray:
        """The softmax of the logits, one a class."""
        last = self.network.layers[-1]
        if last.activation != "softmax":
            raise UsageError(
                f"layer {last.name} has no softmax, so its {last.activation} outputs are not "
                "probabilities: read trace.activations"
            )
        return self.activations[last.name]

    @cached_property
    def prediction(self) -> int:
        """The class of the largest logit, the first one in a tie."""
        return int(np.argmax(self.logits))

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
