"""What becomes of an answer when a square of the picture is covered, place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from convexplain.errors import UsageError
from convexplain.network.layers import layer_from_dict
from convexplain.network.network import FloatArray, Network
from convexplain.ops import softmax


@dataclass(frozen=True, eq=False)
class Occlusion:
    """A class's logit and probability, and the answer, with a square of the picture covered.

    Occlusion sensitivity, as in Zeiler and Fergus, *Visualizing and understanding convolutional
    networks* (2014).

    Attributes
    ----------
    side : int
        Rows and columns of the square, in pixels.
    fill : float32 array (C,)
        What it is covered with, in the network's own numbers.
    change : float64 array (rows, cols)
        The logit's, with the square's upper left corner at this row and column.
    probability : float64 array (rows, cols)
        The class's.
    answers : int array (rows, cols)
        The class of the largest logit.
    """

    side: int
    fill: FloatArray
    change: NDArray[np.float64]
    probability: NDArray[np.float64]
    answers: NDArray[np.intp]

    @property
    def worst(self) -> tuple[int, int]:
        """Where the logit loses most, the first place in row-major order."""
        row, col = np.unravel_index(self.change.argmin(), self.change.shape)
        return int(row), int(col)

    @property
    def best(self) -> tuple[int, int]:
        """Where it gains most, or loses least."""
        row, col = np.unravel_index(self.change.argmax(), self.change.shape)
        return int(row), int(col)

    def cover(self, image: ArrayLike, row: int, col: int) -> FloatArray:
        """Return a picture with the square covered."""
        covered = np.array(image, dtype=np.float32)
        covered[row : row + self.side, col : col + self.side] = self.fill
        return covered


def occlusion(
    network: Network, image: ArrayLike, label: int, *, side: int, fill: ArrayLike
) -> Occlusion:
    """Cover a square at every place, and compute the answer again.

    Parameters
    ----------
    network : Network
        One that ends in logits or a softmax, or in one sigmoid, or logit, for two classes.
    image : array, shape `network.input_shape`
    label : int
        The class that is followed.
    side : int
        Of the square, in pixels.
    fill : array_like, shape (channels,) or ()

    Returns
    -------
    Occlusion
        Sums are made in float32, as for batches: equal to a trace's but for the last bits.

    Raises
    ------
    UsageError
        A square that does not fit, or no such class.
    """
    picture = network.checked(image)
    height, width, channels = picture.shape
    if not 1 <= side <= min(height, width):
        raise UsageError(
            "a square of {side} does not fit into {height} x {width} pixels",
            side=side,
            height=height,
            width=width,
        )
    classes = max(network.outputs, 2)
    if not 0 <= label < classes:
        raise UsageError(
            "there is no class {label}: they go from 0 to {outputs}",
            label=label,
            outputs=classes - 1,
        )
    colour = np.broadcast_to(np.asarray(fill, np.float32), (channels,)).copy()
    rows, cols = height - side + 1, width - side + 1
    batch = np.repeat(picture[np.newaxis], rows * cols, axis=0)
    windows = sliding_window_view(batch, (side, side), axis=(1, 2), writeable=True)
    place = np.arange(rows * cols)
    windows[place, place // cols, place % cols] = colour[:, np.newaxis, np.newaxis]
    last = network.layers.index(network.classifier)
    plain = layer_from_dict({**network.classifier.to_dict(), "activation": "linear"})
    weights = {
        f"{layer.name}/{part}": values
        for layer in network.layers[: last + 1]
        for part, values in network.weights_of(layer.name).items()
    }
    sums = Network((*network.layers[:last], plain), weights, input_shape=network.input_shape)
    logits = sums(np.concatenate([picture[np.newaxis], batch])).astype(np.float64)
    speaks = logits[:, label % network.outputs]
    if network.outputs == 1:  # one logit for two classes: that of the first is 0
        speaks = speaks if label else -speaks
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    covered = logits[1:].reshape(rows, cols, -1)
    return Occlusion(
        side=side,
        fill=colour,
        change=(speaks[1:] - speaks[0]).reshape(rows, cols),
        probability=softmax(covered)[..., label],
        answers=covered.argmax(axis=-1),
    )
