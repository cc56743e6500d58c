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
from convexplain.network.layers import Layer
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
