"""The way back: how the loss of one picture changes with every number and every weight.

The errors are what training computes, for one picture and a network that stands still: sums in
float64, from the numbers that the trace shows. Batch normalisation keeps its stored statistics.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from convexplain.errors import UsageError
from convexplain.network.check_shapes import INPUT
from convexplain.network.layers import Layer, layer_from_dict
from convexplain.network.layers.conv2d import Convolution
from convexplain.ops import GradientSteps, activations, kernel_gradient_steps

if TYPE_CHECKING:
    from convexplain.network.forward import Forward

Numbers = NDArray[np.float64]


class BackwardTrace:
    """One picture's cross-entropy, and its gradients by all that the network computed.

    Parameters
    ----------
    trace : Forward
        The picture on its way forwards.
    label : int
        The right class.

    Attributes
    ----------
    trace : Forward
    label : int
    loss : float
        -ln of the probability of `label`.
    errors : mapping of str to float64 array, read-only
        The loss's gradient by each layer's output, after its activation, and by "input", the
        picture. Shapes are those of `trace.activations`.
    gradients : mapping of str to float64 array, read-only
        The loss's gradient by each weight, "conv1/kernel" and the like.

    Raises
    ------
    UsageError
        There is no such class, the network does not end in probabilities, or a layer has no
        gradient.
    """

    def __init__(self, trace: Forward, label: int) -> None:
        network = trace.network
        if not 0 <= label < network.classes:
            raise UsageError(
                "class {label} does not exist: the network's classes go from 0 to {classes}",
                label=label,
                classes=network.classes - 1,
            )
        self.trace, self.label = trace, label
        wanted = np.zeros(network.classes)
        wanted[label] = 1
        blame = trace.shares - wanted
        logits = trace.logits.astype(np.float64)
        if logits.size == 1:  # one logit for two classes
            self.loss = float(np.logaddexp(0, -logits[0] if label else logits[0]))
            blame = blame[1:]
        else:
            self.loss = float(np.logaddexp.reduce(logits) - logits[label])
        self._before: dict[str, Numbers] = {}
        self.errors, self.gradients = self._run(blame)

    def _run(self, blame: Numbers) -> tuple[Mapping[str, Numbers], Mapping[str, Numbers]]:
        """Take the error of the logits back through all layers."""
        trace, network = self.trace, self.trace.network
        depths = {name: shape[-1] for name, shape in network.shapes.items()}
        depths[INPUT] = trace.image.shape[-1]
        last = network.layers[-1]
        arriving = {last.name: blame.reshape(trace.before(last.name).shape)}
        errors: dict[str, Numbers] = {}
        gradients: dict[str, Numbers] = {}
        for layer in reversed(network.layers):
            error = arriving.pop(layer.name, np.zeros(network.shapes[layer.name]))
            errors[layer.name] = self._before[layer.name] = error
            if layer is last:
                # What arrives is the error of the logits: the loss knows its own activation.
                layer = _unbent(layer)
            elif _bends(layer):
                self._before[layer.name] = error * self._slope(layer)
            dx, found = pull_back(trace, layer, error)
            gradients |= {f"{layer.name}/{part}": each for part, each in found.items()}
            start = 0
            for source in network.sources(layer.name):
                part = dx[..., start : start + depths[source]]
                start += depths[source]
                arriving[source] = arriving[source] + part if source in arriving else part
        errors[INPUT] = arriving[INPUT]
        for array in (*errors.values(), *self._before.values(), *gradients.values()):
            array.flags.writeable = False
        return MappingProxyType(errors), MappingProxyType(gradients)

    def _slope(self, layer: Layer) -> Numbers:
        slope = activations.find(layer.activation).slope
        if slope is None:
            raise UsageError(
                "layer {name} has {activation} before the network's end: errors are carried back "
                "only where it is the last",
                name=layer.name,
                activation=layer.activation,
            )
        z = self.trace.before(layer.name).astype(np.float64)
        y = self.trace.activations[layer.name].astype(np.float64)
        return np.asarray(slope(z, y), np.float64)

    def before(self, layer: str) -> Numbers:
        """The loss's gradient by what a layer computes before its activation.

        Parameters
        ----------
        layer : str

        Returns
        -------
        float64 array, read-only
            Of the last layer: the probabilities less 1 at the right class.
        """
        return self._before[self.trace.network.layer(layer).name]

    def steps(self, layer: str, filter: int = 0, channel: int = 0) -> GradientSteps:
        """The single steps that make the gradient of one channel of a filter's kernel.

        Parameters
        ----------
        layer : str
            A convolution layer.
        filter : int
            Counted from 0.
        channel : int
            Which of the channels that the filter reads, counted from 0.

        Raises
        ------
        UsageError
            There is no such layer, filter or channel, or the layer is no convolution.
        """
        spec = self.trace.network.layer(layer)
        if not isinstance(spec, Convolution) or "kernel" not in self.trace.network.weights_of(
            layer
        ):
            raise UsageError(
                "layer {layer} ({kind}) has no kernel that slides: choose a convolution layer",
                layer=layer,
                kind=spec.kind,
            )
        self.trace.check(spec, filter)
        x = self.trace.input_of(layer)
        reads = spec.channels(x.shape, filter)
        if not 0 <= channel < len(reads):
            raise UsageError(
                "filter {filter} of layer {layer} reads no channel {channel}: they go from 0 to "
                "{count}",
                filter=filter,
                layer=layer,
                channel=channel,
                count=len(reads) - 1,
            )
        return kernel_gradient_steps(
            x[..., reads[channel]].astype(np.float64),
            self.before(layer)[..., filter],
            spec.window.kernel_size,
            stride=spec.window.stride,
            padding=spec.window.padding,
            dilation=spec.window.dilation,
            channel=reads[channel],
            filter=filter,
        )


def pull_back(trace: Forward, layer: Layer, slopes: Numbers) -> tuple[Numbers, dict[str, Numbers]]:
    """Take what depends on a layer's output to its input and its weights, at one picture's numbers.

    `slopes` are derivatives by the output, and so are those that are returned, by the input and by
    each weight.
    """
    weights = {
        part: each.astype(np.float64) for part, each in trace.network.weights_of(layer.name).items()
    }
    try:
        one = layer.gradient()
    except ValueError as why:
        raise UsageError(str(why)) from why
    one.forward(_batch(trace.input_of(layer.name).astype(np.float64)), weights)
    dx, gradients = one.backward(_batch(slopes), weights)
    return _picture(dx), {part: each.copy() for part, each in gradients.items()}


def _bends(layer: Layer) -> bool:
    return layer.activation != "linear"


def _unbent(layer: Layer) -> Layer:
    """The same layer without its activation."""
    return layer_from_dict({**layer.to_dict(), "activation": "linear"}) if _bends(layer) else layer


def _batch(array: Numbers) -> Numbers:
    """(H, W, C) or (units,) as a batch of one, channels first."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 0)[..., None])


def _picture(batch: Numbers) -> Numbers:
    return np.moveaxis(batch.squeeze(-1), 0, -1).copy()
