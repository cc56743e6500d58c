"""What one digit asks of a kernel and of a template, in the first step of their training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts.subject import name_of
from convexplain.network import BackwardTrace, Network, Trace

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FirstStep:
    """The corrections that one digit asks for: of each weight its gradient, with the other sign.

    Of a kernel and of a unit of the dense network, those that respond much once trained, and learn
    much from this digit at first.

    Parameters
    ----------
    convnet, dense : Network
        As they are trained; one begins with a convolution over a gray picture, one is dense.
    pixels : numpy.ndarray, shape (height, width)
    label : int
        The digit's class.
    """

    convnet: Network
    dense: Network
    pixels: npt.NDArray[Any]
    label: int

    @cached_property
    def _kernel_back(self) -> BackwardTrace:
        return self._back(self.convnet)

    @cached_property
    def _template_back(self) -> BackwardTrace:
        return self._back(self.dense)

    def _back(self, network: Network) -> BackwardTrace:
        seed = network.provenance["seed"]
        first = Network.initialised(network.layers, seed, input_shape=network.input_shape)
        return Trace(first, self._picture).backward(self.label)

    @property
    def _picture(self) -> npt.NDArray[Any]:
        return np.asarray(self.pixels)[..., np.newaxis]

    @cached_property
    def _layers(self) -> tuple[str, str]:
        """Names of the first layers with weights."""
        kernels = name_of(self.convnet, "first convolution")
        dense = (
            one.name for one in self.dense.layers if f"{one.name}/kernel" in self.dense.weights
        )
        return kernels, next(dense)

    @cached_property
    def _responses(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """What the trained first layers answer to the digit: maps, and a number for each unit."""
        maps, units = (
            network.activations(self._picture[np.newaxis])[name][0]
            for network, name in zip((self.convnet, self.dense), self._layers, strict=True)
        )
        return maps, units.reshape(-1)

    @cached_property
    def filter(self) -> int:
        """Number of the kernel."""
        gradients = self._kernel_back.gradients[f"{self._layers[0]}/kernel"].squeeze(axis=2)
        largest = np.abs(gradients).max(axis=(0, 1))
        return int((largest * self._responses[0].max(axis=(0, 1))).argmax())

    @cached_property
    def unit(self) -> int:
        """Number of the dense network's unit."""
        errors = np.abs(self._template_back.before(self._layers[1])).reshape(-1)
        return int((errors * self._responses[1]).argmax())

    # What is asked of them.

    @cached_property
    def asked(self) -> Numbers:
        """What each place asks of the kernel's weights, (places, height, width)."""
        errors = self._kernel_back.before(self._layers[0])[..., self.filter]
        shape = self.kernel.shape
        windows = np.lib.stride_tricks.sliding_window_view(self.pixels.astype(np.float64), shape)
        return -(windows * errors[..., np.newaxis, np.newaxis]).reshape(-1, *shape)

    @cached_property
    def sums(self) -> Numbers:
        """The same added up from the first place on, (places, height, width)."""
        return self.asked.cumsum(axis=0)

    @cached_property
    def template_asked(self) -> Numbers:
        """What the digit asks of the template's weights, each of which has one place."""
        gradient = self._template_back.gradients[f"{self._layers[1]}/kernel"][:, self.unit]
        return -gradient.reshape(self.pixels.shape)

    @property
    def most(self) -> float:
        """The largest correction on the way."""
        return float(max(np.abs(self.sums).max(), np.abs(self.template_asked).max()))

    # What they become.

    @property
    def kernel(self) -> npt.NDArray[np.float32]:
        """The kernel as it is trained, (height, width)."""
        kernels = self.convnet.weights[f"{self._layers[0]}/kernel"]
        return np.asarray(kernels.squeeze(axis=2)[..., self.filter])

    @property
    def template(self) -> npt.NDArray[np.float32]:
        """The template as it is trained, (height, width)."""
        weights = self.dense.weights[f"{self._layers[1]}/kernel"][:, self.unit]
        return np.asarray(weights.reshape(self.pixels.shape))

    @property
    def map(self) -> npt.NDArray[np.float32]:
        """The kernel's response at each place."""
        return self._responses[0][..., self.filter]

    @property
    def response(self) -> float:
        """The template's, at its only one."""
        return float(self._responses[1][self.unit])
