"""The numbers of one picture on its way through a network, layer by layer.

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
from convexplain.network.blas import one_thread
from convexplain.network.fitting import INPUT
from convexplain.network.layers import Addends, Cell, Layer, as_map
from convexplain.network.network import FloatArray, Network


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
