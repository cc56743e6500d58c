"""What was measured: the stored results of the experiments, which lessons and docs quote.

``assets/facts.json`` holds one entry an experiment, as `experiments.Result.to_dict` gives it:
"recipe", "seeds", "seconds", "versions", "quick", "keys" and "rows". ``assets/training_cnn.npz``
holds what was seen of the shipped convnet while it was trained, ``assets/training_blocks.npz`` what
was seen of the first batch normalization of the network of newer layers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convexplain.errors import UsageError

__all__ = [
    "Learning",
    "Normalizing",
    "learning",
    "load",
    "names",
    "normalizing",
    "row",
    "rows",
    "steps",
]

T = TypeVar("T")


@cache
def _texts() -> dict[str, str]:
    """Return the stored results as they were written, by name: one is read without the others."""
    text = (resources.files("convexplain") / "assets" / "facts.json").read_text("utf-8")
    return {name: json.dumps(result) for name, result in json.loads(text).items()}


def names() -> tuple[str, ...]:
    """Name the experiments whose results are stored."""
    return tuple(_texts())


def load(name: str) -> dict[str, Any]:
    """Give the stored result of an experiment.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    dict
        A fresh copy.

    Raises
    ------
    UsageError
        There is none.
    """
    results = _texts()
    if name not in results:
        raise UsageError(
            "no result of {name!r} is stored: there are {results}",
            name=name,
            results=", ".join(results),
        )
    result: dict[str, Any] = json.loads(results[name])
    return result


def shuffled_pixels(count: int) -> NDArray[np.int64]:
    """Give the one fixed permutation of `count` pixels that all experiments shuffle with."""
    return np.random.default_rng(784).permutation(count)


def rows(name: str, **where: object) -> tuple[dict[str, Any], ...]:
    """Give the rows of a stored result whose columns have the values asked for.

    Parameters
    ----------
    name : str
    **where
        Columns and their values, such as ``network="cnn"``.

    Raises
    ------
    UsageError
        There is no such result, or it has no such column.

    Examples
    --------
    >>> [row["pixels"] for row in rows("shift", network="cnn")]
    [0, 1, 2, 3, 4, 5, 6, 7, 8]
    """
    every = load(name)["rows"]
    for column in where:
        if column not in every[0]:
            raise UsageError(
                "{name} has no column {column!r}: it has {every}",
                name=name,
                column=column,
                every=", ".join(every[0]),
            )
    return tuple(r for r in every if all(r[column] == v for column, v in where.items()))


def row(name: str, **where: object) -> dict[str, Any]:
    """Give the one row of a stored result that `where` describes.

    Raises
    ------
    UsageError
        There is no such row, or more than one.
    """
    found = rows(name, **where)
    if len(found) != 1:
        raise UsageError(
            "{count} rows of {name} have {where}: name one value for each of its keys, {keys}",
            count=len(found),
            name=name,
            where=where,
            keys=", ".join(load(name)["keys"]),
        )
    return found[0]


def steps(name: str) -> int:
    """Give how many batches every network of an experiment learned from, as its recipe says.

    Raises
    ------
    UsageError
        There is no such result, or nothing was trained for it.

    Examples
    --------
    >>> steps("samples")
    600
    """
    said = re.search(r"(\d+) steps of", load(name)["recipe"])
    if said is None:
        raise UsageError("nothing was trained for {name}: its recipe names no steps", name=name)
    return int(said[1])


@dataclass(frozen=True, eq=False)
class Learning:
    """Snapshots of the shipped convnet's training, denser at the start.

    Parameters
    ----------
    steps : array of int, shape (S,)
        Batches learned from when the snapshot was taken; the first is 0, the last is the end.
    test_loss : array of float64, shape (S,)
        Mean cross-entropy on the 10,000 test digits.
    test_accuracy : array of float64, shape (S,)
        Share of the test digits read right.
    filters : array of float32, shape (S, 3, 3, 1, 32)
        The weights of conv1.
    bias : array of float32, shape (S, 32)
        The biases of conv1: with the filters, enough to compute its response maps.
    probabilities : array of float32, shape (S, 200, 10)
        What every bundled digit was taken for, rounded to 6 decimals.
    losses : array of float32, shape (4300,)
        Mean cross-entropy on each step's batch, before the step.
    weight : array of int32, shape (4,)
        Which of the weights of conv1 is looked at alone.
    weight_step : array of int32, shape ()
        After how many steps.
    batch_losses : array of float64, shape (64,)
        Cross-entropy then on each of the training digits from which the next step learned.
    batch_pixels : array of uint8, shape (64, 28, 28)
        These digits.
    valley_steps : array of int32, shape (V,)
        After how many steps its valley was measured; `weight_step` is one of them.
    valley_weights : array of float32, shape (V, 121)
        Values that the weight was given, all others as they were; its own is in the middle.
    valley_losses : array of float64, shape (V, 121)
        Mean cross-entropy on the next step's batch with these.
    valley_slopes : array of float64, shape (V,)
        The gradient by the weight, as backpropagation gives it.
    near_weights : array of float32, shape (121,)
        Values of the weight within five of the steps that it takes after `weight_step`.
    near_losses : array of float64, shape (121,)
        Mean cross-entropy with these.
    next_filters : array of float32, shape (3, 3, 1, 32)
        The weights of conv1 after the step that follows `weight_step`.
    strides : array of float64, shape (M,)
        Multiples of that step, in all weights of the network.
    stride_losses : array of float64, shape (M,)
        Mean cross-entropy on that step's batch, so far along it.
    """

    steps: NDArray[np.int32]
    test_loss: NDArray[np.float64]
    test_accuracy: NDArray[np.float64]
    filters: NDArray[np.float32]
    bias: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    losses: NDArray[np.float32]
    weight: NDArray[np.int32]
    weight_step: NDArray[np.int32]
    batch_losses: NDArray[np.float64]
    batch_pixels: NDArray[np.uint8]
    valley_steps: NDArray[np.int32]
    valley_weights: NDArray[np.float32]
    valley_losses: NDArray[np.float64]
    valley_slopes: NDArray[np.float64]
    near_weights: NDArray[np.float32]
    near_losses: NDArray[np.float64]
    next_filters: NDArray[np.float32]
    strides: NDArray[np.float64]
    stride_losses: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Normalizing:
    """Statistics of the first batch normalization of `blocks`, all along its training.

    Parameters
    ----------
    steps : array of int32, shape (S,)
        Batches learned from.
    mean, variance : array of float32, shape (S, 16)
        Of the last of these batches, each channel's.
    moving_mean, moving_variance : array of float32, shape (S, 16)
        The running ones after it; the last are those that are shipped.
    """

    steps: NDArray[np.int32]
    mean: NDArray[np.float32]
    variance: NDArray[np.float32]
    moving_mean: NDArray[np.float32]
    moving_variance: NDArray[np.float32]


@cache
def learning() -> Learning:
    """Read the snapshots; their arrays are read-only."""
    return _read("training_cnn.npz", Learning)


@cache
def normalizing() -> Normalizing:
    """Read the statistics; their arrays are read-only."""
    return _read("training_blocks.npz", Normalizing)


def _read(name: str, kind: type[T]) -> T:
    asset = resources.files("convexplain") / "assets" / name
    with asset.open("rb") as file, np.load(file) as archive:
        found = {key: archive[key] for key in archive.files}
    for array in found.values():
        array.flags.writeable = False
    return kind(**found)
