"""What a network is worth: how often it is right, and what it takes for what."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.network import Network

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How often a network is right.

    Parameters
    ----------
    confusion : array of int, shape (classes, classes)
        Row: what the digit is. Column: what the network reads.
    predictions : array of int, shape (N,)
        The class with the highest probability, for each picture in order.
    """

    confusion: NDArray[np.int64]
    predictions: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of pictures."""
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        """Number of pictures that were read right."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of pictures that were read right."""
        return self.correct / self.count

    @property
    def per_class(self) -> tuple[float, ...]:
        """For each class, the share of its pictures that were read right; NaN if it has none."""
        totals = self.confusion.sum(axis=1)
        right = np.diag(self.confusion)
        return tuple(float(r / n) if n else math.nan for r, n in zip(right, totals, strict=True))


def evaluate(
    network: Network,
    images: Array,
    labels: Array,
    *,
    on_progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Compare what a network reads with what is written.

    Parameters
    ----------
    network : Network
        Its last layer gives one number a class.
    images : array of uint8, shape (N, H, W), or floats in 0..1, shape (N, H, W, C)
    labels : array of int, shape (N,)
    on_progress : callable, optional
        Given the fraction that is done, from 0 to 1, after each hundred pictures.

    Returns
    -------
    Evaluation

    Raises
    ------
    UsageError
        No pictures, a label for some only, or a label that is not a class of the network.
    """
    check_pairs(images, labels)
    classes = network.classes
    if int(labels.max()) >= classes:
        raise UsageError(
            "label {max}: this network knows classes 0 to {classes}",
            max=labels.max(),
            classes=classes - 1,
        )
    predictions = np.empty(len(images), np.int64)
    for start in range(0, len(images), 100):
        part = slice(start, start + 100)
        predictions[part] = _choose(network, as_batch(images[part]))
        if on_progress is not None:
            on_progress(min(1.0, (start + 100) / len(images)))
    return _counted(predictions, labels, classes)


def evaluate_pictures(network: Network, pictures: Iterable[tuple[Picture, int]]) -> Evaluation:
    """Compare what a network reads with what pictures show, as they come.

    Parameters
    ----------
    network : Network
        Its recipe says how a picture becomes its input.
    pictures : iterable of (Picture, int)
        Of any size, each with its class; a hundred of them are kept at a time.

    Returns
    -------
    Evaluation

    Raises
    ------
    UsageError
        There is no picture, or it does not fit the network.
    """
    read: list[NDArray[np.int64]] = []
    labels: list[int] = []
    coming = iter(pictures)
    while part := list(islice(coming, 100)):
        pixels = np.stack([network.reading.fit(picture).pixels for picture, _ in part])
        read.append(_choose(network, pixels))
        labels += [label for _, label in part]
    if not labels:
        raise UsageError("there is no picture to be read: give at least one")
    return _counted(np.concatenate(read), np.array(labels), network.classes)


def _choose(network: Network, pixels: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the classes that a network reads in pixels from 0 to 1."""
    read = pixels if network.recipe is None else network.recipe.scaled(pixels)
    return network.chosen(network(read)).astype(np.int64)


def _counted(predictions: NDArray[np.int64], labels: Array, classes: int) -> Evaluation:
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (labels.astype(np.int64), predictions), 1)
    return Evaluation(confusion, predictions)


def as_batch(images: Array) -> NDArray[np.float32]:
    """Turn bytes (N, H, W) into a batch (N, H, W, 1) of float32 in 0..1; floats stay as they are.

    Division, not multiplication by 1/255, so that 255 becomes exactly 1.
    """
    batch = images.astype(np.float32)
    if images.dtype == np.uint8:
        batch /= np.float32(255)
    return batch[..., np.newaxis] if batch.ndim == 3 else batch


def check_pairs(images: Array, labels: Array) -> None:
    """Refuse pictures without labels, and labels without pictures."""
    if not len(images) or len(images) != len(labels):
        raise UsageError(
            "{images} images with {labels} labels: give at least one, and one label each",
            images=len(images),
            labels=len(labels),
        )
