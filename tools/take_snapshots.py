"""Train the shipped convnet once more, and keep what it was like on the way.

    python tools/take_snapshots.py WHEEL [--mnist DIR]

Run it after train_networks.py and choose_digits.py. The training is the same, bit for bit, which
is checked at its end; assets/training_cnn.npz then holds, for `STEPS` of it, the first layer's
weights, loss and accuracy on the test set, and what every bundled digit was taken for.
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
from convexplain.data import digits
from convexplain.data.mnist import load_mnist
from convexplain.network import Network
from convexplain.ops import log_softmax
from convexplain.training import Backpropagation

Array = NDArray[Any]
TARGET = Path(__file__).parents[1] / "convexplain" / "assets" / "training_cnn.npz"
#: Steps after which a snapshot is taken: denser at the start, where most is learned.
STEPS = (0, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 640, 860, 1100, 1400,
         1720, 2150, 2580, 3440, 4300)  # fmt: skip


class Snapshots:
    """Looks at the network after each of `STEPS`."""

    def __init__(self, config: training.TrainingConfig, test: tuple[Array, Array]) -> None:
        self.config, self._test = config, test
        self._bundled = np.stack([picture.pixels for picture in digits.load()])
        self.taken: dict[str, list[Any]] = {
            name: []
            for name in ("steps", "test_loss", "test_accuracy", "filters", "bias", "probabilities")
        }

    def __call__(self, step: training.Step, weights: Mapping[str, Array]) -> None:
        """Take a snapshot if it is time."""
        if step.number not in STEPS:
            return
        images, labels = self._test
        network = Backpropagation(self.config.layers, weights)
        logs = self._logs(network, training.as_batch(images))
        self.taken["steps"].append(step.number)
        self.taken["test_loss"].append(-logs[np.arange(len(labels)), labels].mean())
        self.taken["test_accuracy"].append((logs.argmax(axis=1) == labels).mean())
        self.taken["filters"].append(weights["conv1/kernel"].copy())
        self.taken["bias"].append(weights["conv1/bias"].copy())
        # Six decimals: enough for any number that is shown, and small when compressed.
        self.taken["probabilities"].append(np.exp(self._logs(network, self._bundled)).round(6))
        print(f"step {step.number}: {self.taken['test_accuracy'][-1]:.2%}", flush=True)

    def _logs(self, network: Backpropagation, batch: Array) -> Array:
        parts = [batch[start : start + 100] for start in range(0, len(batch), 100)]
        logits = np.concatenate([network.logits(part) for part in parts])
        return log_softmax(logits.astype(np.float64))

    def save(self, path: Path) -> None:
        """Write them, compressed: the bytes depend on nothing but the numbers."""
        kinds = {"steps": np.int32, "test_loss": np.float64, "test_accuracy": np.float64}
        arrays: dict[str, Any] = {
            name: np.array(values, kinds.get(name, np.float32))
            for name, values in self.taken.items()
        }
        np.savez_compressed(path, **arrays)


def main() -> None:
    """Train, check that it was the same training, and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--mnist", type=Path)
    options = parser.parse_args()
    images, labels = load_mnist("train", options.mnist)
    excluded = held_out.find(*held_out.read(options.wheel), (images, labels))
    kept = np.setdiff1d(np.arange(len(images)), excluded)
    shipped, config = Network.load("cnn"), training.CONFIGS["cnn"]
    snapshots = Snapshots(config, load_mnist("test", options.mnist))
    result = training.train(
        config, images[kept], labels[kept], seed=shipped.provenance["seed"], on_step=snapshots
    )
    for name, weight in result.network.weights.items():
        if weight.tobytes() != shipped.weights[name].tobytes():
            raise SystemExit(
                f"{name} is not the shipped one: run train_networks.py on this machine"
            )
    snapshots.save(TARGET)


if __name__ == "__main__":
    main()
