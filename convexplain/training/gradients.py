"""How the loss of a network changes with its weights, for one batch at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convexplain.network import Conv2D, Dense, Layer
from convexplain.training.passes import Array, Weights, make_pass


class Backpropagation:
    """A network's mean cross-entropy on a batch, and its gradient by every weight.

    Parameters
    ----------
    layers : sequence of Layer
        The last one is a Dense layer with softmax: cross-entropy is computed from its logits.
    weights : mapping of str to array
        "conv1/kernel" and the like, read anew for each batch; not changed here.

    Raises
    ------
    ValueError
        If softmax is not exactly the last layer's activation, or a layer type is unknown.
    """

    def __init__(self, layers: Sequence[Layer], weights: Weights) -> None:
        softmax = [layer.name for layer in layers if layer.activation == "softmax"]
        if not (layers and isinstance(layers[-1], Dense) and softmax == [layers[-1].name]):
            raise ValueError(
                f"softmax in {softmax or 'no layer'}: training needs it in the last layer, "
                "a Dense one, and nowhere else"
            )
        self._weights = weights
        learning = [layer.name for layer in layers if isinstance(layer, (Conv2D, Dense))]
        self._passes = [make_pass(layer, first=layer.name == learning[0]) for layer in layers]
        self._stop = next(n for n, layer in enumerate(layers) if layer.name == learning[0])

    def logits(self, x: Array) -> Array:
        """The scores before softmax.

        Parameters
        ----------
        x : array, shape (N, H, W, C)

        Returns
        -------
        array, shape (N, classes)
        """
        x = np.ascontiguousarray(x.transpose(3, 1, 2, 0))  # as `passes` wants it
        for one in self._passes:
            x = one.forward(x, self._weights)
        return x.T

    def __call__(self, x: Array, labels: Array) -> tuple[float, int, dict[str, Array]]:
        """Run one batch forwards and backwards.

        Parameters
        ----------
        x : array, shape (N, H, W, C)
        labels : array of int, shape (N,)

        Returns
        -------
        loss : float
            Mean of -log p(label) over the batch.
        correct : int
            How many labels had the highest score.
        gradients : dict of str to array
            Of the loss, by each of the weights: same names, same shapes.
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
        gradients: dict[str, Array] = {}
        dy = np.ascontiguousarray(delta.T)
        for one in reversed(self._passes[self._stop :]):
            dy = one.backward(dy, self._weights, gradients)
        return loss, correct, gradients
