"""Train the shipped network of newer layers once more, and keep its first running statistics.

    python tools/take_statistics.py WHEEL [--mnist DIR]

Run it after train_networks.py. The training is the same, bit for bit, which is checked at its end;
assets/training_blocks.npz then holds, of its first batch normalization, every `EVERY`-th step:
mean and variance of that step's batch, and the running ones behind it.

Numpy's BLAS takes other sums for other CPUs: take_snapshots.py tells what to do if weights differ.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import held_out
import numpy as np
from numpy.typing import NDArray

from convexplain import training
from convexplain.data.mnist import load_mnist
from convexplain.network import BatchNormalization, Network

Array = NDArray[Any]
TARGET = Path(__file__).parents[1] / "convexplain" / "assets" / "training_blocks.npz"
EVERY = 20


class Statistics:
    """Keeps what a batch normalization knows, step by step."""

    def __init__(self, layer: BatchNormalization) -> None:
        self._layer = layer
        self._before: dict[str, Array] = {}
        self.taken: dict[str, list[Any]] = {
            name: [] for name in ("steps", "mean", "variance", "moving_mean", "moving_variance")
        }

    def __call__(self, step: training.Step, weights: Mapping[str, Array]) -> None:
        """Keep a step's statistics if it is time."""
        parts = ("moving_mean", "moving_variance")
        now = {part: weights[f"{self._layer.name}/{part}"].astype(np.float64) for part in parts}
        if step.number % EVERY == 0 and step.number:
            self.taken["steps"].append(step.number)
            for part in parts:
                # The running one went a hundredth of its way to the batch's: so that is there.
                gone = (now[part] - self._before[part]) / (1 - self._layer.momentum)
                self.taken[part.removeprefix("moving_")].append(self._before[part] + gone)
                self.taken[part].append(now[part])
        self._before = now

    def save(self, path: Path) -> None:
        """Write them, compressed: the bytes depend on nothing but the numbers."""
        arrays: dict[str, Any] = {
            name: np.array(values, np.int32 if name == "steps" else np.float32)
            for name, values in self.taken.items()
        }
        np.savez_compressed(path, **arrays)


def main() -> None:
    """Train, compare with the shipped network, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--mnist", type=Path)
    options = parser.parse_args()

    train = load_mnist("train", options.mnist)
    excluded = held_out.find(*held_out.read(options.wheel), train)
    kept = np.setdiff1d(np.arange(len(train[0])), excluded)
    shipped, config = Network.load("blocks"), training.CONFIGS["blocks"]
    first = next(layer for layer in config.layers if isinstance(layer, BatchNormalization))
    statistics = Statistics(first)
    trained = training.train(
        config, train[0][kept], train[1][kept], seed=shipped.provenance["seed"], on_step=statistics
    ).network
    differ = [name for name, w in trained.weights.items() if (w != shipped.weights[name]).any()]
    if differ:
        raise SystemExit(f"not the shipped network: {', '.join(differ)} differ")
    statistics.save(TARGET)
    print(f"wrote {TARGET}: {len(statistics.taken['steps'])} steps")


if __name__ == "__main__":
    main()
