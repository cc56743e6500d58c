"""How the loss of a network changes with its weights, for one batch at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convexplain.messages import Message
from convexplain.network import Layer, check_shapes
from convexplain.network.layers import Array, Weights


class Backpropagation:
    """A network's mean cross-entropy on a batch, and its gradient by every weight.

    A batch goes through the layers as `Layer.backward` wants it, channels first and batch last.

    Parameters
    ----------
    layers : sequence of Layer
        The last one is a Dense layer with softmax: cross-entropy is computed from its logits.
    weights : mapping of str to array
        "conv1/kernel" and the like, read anew for each batch. Of these, running statistics are
        brought up to date here; what has a gradient is not changed.

    Raises
    ------
    ValueError
        If softmax is not exactly the last layer's activation, or no layer reads one of them.
    """

    def __init__(self, layers: Sequence[Layer], weights: Weights) -> None:
        softmax = [layer.name for layer in layers if layer.activation == "softmax"]
        ends = bool(layers) and layers[-1].family in ("dense", "activation")
        if not (ends and softmax == [layers[-1].name]):
            raise ValueError(
                Message(
                    "softmax in {softmax}: training needs it in the last layer, a Dense one, and "
                    "nowhere else",
                    softmax=softmax or Message("no layer"),
                )
            )
        self._sources = check_shapes.sources(tuple(layers))
        names = [layer.name for layer in layers]
        self._parts = {
            name: {
                key.removeprefix(f"{name}/"): key for key in weights if key.startswith(f"{name}/")
            }
            for name in names
        }
        read = {source for sources in self._sources.values() for source in sources}
        if idle := [name for name in names[:-1] if name not in read]:
            raise ValueError(
                Message(
                    "no layer reads {idle}, so that it learns nothing: leave it out", idle=idle[0]
                )
            )
        self._weights = weights
        self._first = next(name for name in names if self._parts[name])
        self._passes = {
            layer.name: layer.backward(first=layer.name == self._first) for layer in layers
        }

    def _weights_of(self, name: str) -> dict[str, Array]:
        return {part: self._weights[key] for part, key in self._parts[name].items()}

    def logits(self, x: Array) -> Array:
        """The scores before softmax.

        Parameters
        ----------
        x : array, shape (N, H, W, C)

        Returns
        -------
        array, shape (N, classes)
        """
        outputs = {check_shapes.INPUT: np.ascontiguousarray(x.transpose(3, 1, 2, 0))}
        for name, one in self._passes.items():
            reads = [outputs[each] for each in self._sources[name]]
            x = reads[0] if len(reads) == 1 else np.concatenate(reads)
            outputs[name] = one.forward(x, self._weights_of(name))
        self._depths = {name: len(output) for name, output in outputs.items()}
        return outputs[name].T

    def __call__(self, x: Array, labels: Array) -> tuple[float, int, dict[str, Array]]:
        """Run one batch forwards and backwards.

        `x`, (N, H, W, C). `labels`, (N,). `loss`: mean of -log p(label) over the batch. `correct`:
        how many labels had the highest score. `gradients`: of the loss, by each of the weights that
        are learned: same names, same shapes.
        """
        logits = self.logits(x)
        rows = np.arange(len(labels))
        # -log softmax, written so that no exponential overflows.
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        totals = exponentials.sum(axis=1, keepdims=True)
        loss = float((np.log(totals[:, 0]) - shifted[rows, labels]).mean(dtype=np.float64))
        correct = int((logits.argmax(axis=1) == labels).sum())
        delta = exponentials / totals
        delta[rows, labels] -= 1
        delta /= len(labels)
        return loss, correct, self._gradients(np.ascontiguousarray(delta.T))

    def _gradients(self, dy: Array) -> dict[str, Array]:
        """The gradients by the weights, from that by the logits."""
        gradients: dict[str, Array] = {}
        arriving = {[*self._passes][-1]: dy}
        for name, one in reversed(self._passes.items()):
            dx, found = one.backward(arriving.pop(name), self._weights_of(name))
            gradients |= {self._parts[name][part]: each for part, each in found.items()}
            if name == self._first:
                break
            start = 0
            for source in self._sources[name]:
                part = dx[start : start + self._depths[source]]
                start += self._depths[source]
                arriving[source] = arriving[source] + part if source in arriving else part
        return gradients
