"""Training in numpy, reproducible from a seed, and what a trained network is worth.

Initial weights and the optimiser follow Keras 3: Glorot-uniform kernels, biases of zero,
RMSprop with learning rate 0.001, rho 0.9 and epsilon 1e-7 *inside* the root.
The same seed gives the same weights, bit for bit, on the same machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.data.digits import training_indices
from convexplain.data.mnist import load_mnist
from convexplain.errors import UsageError, choose
from convexplain.network import BASELINE_LAYERS, BLOCKS_LAYERS, CHAPTER_LAYERS, Layer, Network
from convexplain.training.evaluation import as_batch, check_pairs
from convexplain.training.gradients import Backpropagation

Array = NDArray[Any]


@dataclass(frozen=True)
class TrainingConfig:
    """What is trained, and how.

    Parameters
    ----------
    layers : tuple of Layer
    epochs : int
        Times that every training digit is seen.
    batch_size : int
        Digits a step; the last step of an epoch takes what is left.
    learning_rate, rho, epsilon : float
        Of RMSprop.
    """

    layers: tuple[Layer, ...]
    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-7

    def describe(self) -> str:
        """Describe the training in one line, as it stands in a model file's provenance."""
        return (
            f"{self.epochs} epochs, batches of {self.batch_size}, cross-entropy, RMSprop "
            f"(learning rate {self.learning_rate:g}, rho {self.rho:g}, epsilon {self.epsilon:g}), "
            "Glorot-uniform kernels, zero biases"
        )


#: The chapter's convnet, its dense baseline, and a network of newer layers, as trained by
#: `convexplain train`.
CONFIGS: Mapping[str, TrainingConfig] = {
    "cnn": TrainingConfig(tuple(CHAPTER_LAYERS), epochs=5, batch_size=64),
    "dense": TrainingConfig(tuple(BASELINE_LAYERS), epochs=5, batch_size=128),
    "blocks": TrainingConfig(tuple(BLOCKS_LAYERS), epochs=3, batch_size=64),
}


@dataclass(frozen=True)
class Step:
    """Where a training is after one batch.

    Parameters
    ----------
    number : int
        Steps done, over all epochs.
    epoch, epoch_step, epoch_steps : int
        The epoch (from 0), the steps done in it, and how many it has.
    loss, accuracy : float
        Means over this epoch's digits so far, each as seen when its batch came.
    batch_loss : float
        Mean over this batch's digits, before the step: what the step was to lower.
    """

    number: int
    epoch: int
    epoch_step: int
    epoch_steps: int
    loss: float
    accuracy: float
    batch_loss: float


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to: means over its digits, and the time it took in seconds."""

    number: int
    loss: float
    accuracy: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Training:
    """What came out of a training.

    Parameters
    ----------
    network : Network
        Its weights after the last epoch that was finished.
    epochs : tuple of Epoch
    interrupted : bool
        Whether Ctrl-C ended it before the last epoch.
    """

    network: Network
    epochs: tuple[Epoch, ...]
    interrupted: bool


class RMSprop:
    """Keras's RMSprop: each weight's step is divided by the running size of its gradient.

    ``v = rho v + (1 - rho) g²``, then ``w = w - learning_rate g / sqrt(v + epsilon)``.

    Parameters
    ----------
    weights : mapping of str to array
        Changed in place.
    learning_rate, rho, epsilon : float
    """

    def __init__(
        self, weights: Mapping[str, Array], learning_rate: float, rho: float, epsilon: float
    ) -> None:
        self._weights = weights
        self._velocities = {name: np.zeros_like(w) for name, w in weights.items()}
        self._learning_rate, self._rho, self._epsilon = learning_rate, rho, epsilon

    def step(self, gradients: Mapping[str, Array]) -> None:
        """Move every weight that has a gradient against it."""
        for name, gradient in gradients.items():
            weight, velocity = self._weights[name], self._velocities[name]
            velocity *= self._rho
            velocity += (1 - self._rho) * gradient * gradient
            weight -= self._learning_rate * gradient / np.sqrt(velocity + self._epsilon)


def training_set(directory: str | Path | None = None) -> tuple[Array, Array]:
    """Load MNIST's training set without the bundled digits.

    What lessons show a network is then never what it has learned.

    Parameters
    ----------
    directory : path, optional
        As in `convexplain.data.mnist.load_mnist`.

    Returns
    -------
    images : (59800, 28, 28) array of uint8
    labels : (59800,) array of uint8
    """
    images, labels = load_mnist("train", directory)
    kept = np.ones(len(images), bool)
    kept[training_indices()] = False
    return images[kept], labels[kept]


def train(
    config: TrainingConfig | str,
    images: Array,
    labels: Array,
    *,
    seed: int = 0,
    steps: int | None = None,
    on_step: Callable[[Step, Mapping[str, Array]], None] | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> Training:
    """Train a network.

    Parameters
    ----------
    config : TrainingConfig or {"cnn", "dense"}
    images : array of uint8, shape (N, H, W)
        0 is paper, 255 is ink.
    labels : array of int, shape (N,)
    seed : int
        Decides the first weights and the order of the digits.
    steps : int, optional
        Stop after so many batches, however many epochs that is, instead of after
        `config.epochs`.
    on_step : callable, optional
        Given a `Step` and the weights (to read) after each batch, and before the first one.
    provenance : mapping, optional
        JSON data that goes into the network, beside its configuration and seed.

    Returns
    -------
    Training

    Raises
    ------
    UsageError
        An unknown configuration, no digits, or as many labels as there are not images.
    KeyboardInterrupt
        Ctrl-C before the first epoch was finished: there is nothing to keep.
    """
    config = _config(config)
    check_pairs(images, labels)
    first = Network.initialised(
        config.layers, seed, input_shape=_three(as_batch(images[:1]).shape[1:])
    )
    weights = {name: weight.copy() for name, weight in first.weights.items()}
    # A stream of its own: the order of the digits does not hang on how weights were drawn.
    rng = np.random.default_rng([seed, 1])
    optimiser = RMSprop(weights, config.learning_rate, config.rho, config.epsilon)
    gradient = Backpropagation(config.layers, weights)
    told = {"recipe": config.describe(), "seed": seed, **(provenance or {})}
    per_epoch = -(-len(images) // config.batch_size)
    epochs = config.epochs if steps is None else -(-steps // per_epoch)
    kept: Network | None = None
    history: list[Epoch] = []
    done = 0
    if on_step:
        on_step(Step(0, 0, 0, per_epoch, math.nan, math.nan, math.nan), weights)
    try:
        for epoch in range(epochs):
            start, seen, total, correct = time.perf_counter(), 0, 0.0, 0
            for number, chosen in enumerate(_batches(len(images), config.batch_size, rng), 1):
                loss, right, gradients = gradient(as_batch(images[chosen]), labels[chosen])
                optimiser.step(gradients)
                done += 1
                seen += len(chosen)
                total += loss * len(chosen)
                correct += right
                if on_step:
                    at = Step(done, epoch, number, per_epoch, total / seen, correct / seen, loss)
                    on_step(at, weights)
                if done == steps:
                    break
            history.append(Epoch(epoch, total / seen, correct / seen, time.perf_counter() - start))
            kept = replace(
                first, weights=weights, provenance={**told, "epochs": epoch + 1, "steps": done}
            )
    except KeyboardInterrupt:
        if kept is None:
            raise
        return Training(kept, tuple(history), interrupted=True)
    assert kept is not None
    return Training(kept, tuple(history), interrupted=False)


def _config(config: TrainingConfig | str) -> TrainingConfig:
    if isinstance(config, TrainingConfig):
        return config
    if config not in CONFIGS:
        raise UsageError(
            "there is no training {config!r}: {choice}",
            config=config,
            choice=choose(config, CONFIGS),
        )
    return CONFIGS[config]


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[Array]:
    order = rng.permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]


def _three(shape: tuple[int, ...]) -> tuple[int, int, int]:
    height, width, channels = shape
    return height, width, channels
