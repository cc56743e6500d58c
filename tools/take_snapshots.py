"""Train the shipped convnet once more, and keep what it was like on the way.

    python tools/take_snapshots.py WHEEL [--mnist DIR]

Run it after train_networks.py and choose_digits.py. The training is the same, bit for bit, which
is checked at its end; assets/training_cnn.npz then holds, for `STEPS` of it, the first layer's
weights, loss and accuracy on the test set, and what every bundled digit was taken for; the loss
that each step was to lower, and the digits of one step; and one weight of the first layer looked
at alone: how that loss would change with it, and what the next step of all weights does to it.

Numpy's BLAS takes other sums for other CPUs, and the last bit grows in 4,300 steps: where the
weights differ in the end, and the CPU has AVX-512, OPENBLAS_CORETYPE=SkylakeX gives those shipped.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import held_out
import numpy as np
from numpy.typing import NDArray

from convexplain import training
from convexplain.data import digits, kernels
from convexplain.data.mnist import load_mnist
from convexplain.network import Network
from convexplain.ops import log_softmax
from convexplain.training import Backpropagation

Array = NDArray[Any]
TARGET = Path(__file__).parents[1] / "convexplain" / "assets" / "training_cnn.npz"
#: Steps after which a snapshot is taken: denser at the start, where most is learned.
STEPS = (0, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 640, 860, 1100, 1400,
         1720, 2150, 2580, 3440, 4300)  # fmt: skip
#: Of these the whole network is kept, to look at one weight; later a valley is hardly seen.
EARLY = tuple(step for step in STEPS if step <= 64)
#: After so many steps a weight is looked at: kernels have begun to differ, the loss still falls.
LOOKED_AT = 16
#: By how much the weight is changed, at how many points, and at how few to choose it.
REACH, POINTS, FEW = 1.0, 121, 13
#: From nearby: by how many of its steps it is changed.
NEAR = 5
#: How much of the height of a valley its lower side has at least.
SIDE = 1 / 3
#: How many steps at once are tried.
STRIDES = (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0)


class Snapshots:
    """Looks at the network after each of `STEPS`."""

    def __init__(self, config: training.TrainingConfig, test: tuple[Array, Array]) -> None:
        self.config, self._test = config, test
        self._bundled = np.stack([picture.pixels for picture in digits.load()])
        self.taken: dict[str, list[Any]] = {
            name: []
            for name in ("steps", "test_loss", "test_accuracy", "filters", "bias", "probabilities")
        }
        self.losses: list[float] = []
        #: All weights after each of `EARLY`, and after the step that follows it.
        self.early: dict[int, dict[str, Array]] = {}

    def __call__(self, step: training.Step, weights: Mapping[str, Array]) -> None:
        """Keep the loss; take a snapshot if it is time."""
        if step.number:
            self.losses.append(step.batch_loss)
        if step.number in EARLY or step.number - 1 in EARLY:
            self.early[step.number] = {name: weight.copy() for name, weight in weights.items()}
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

    def save(self, path: Path, more: Mapping[str, Array]) -> None:
        """Write them, compressed: the bytes depend on nothing but the numbers."""
        kinds = {"steps": np.int32, "test_loss": np.float64, "test_accuracy": np.float64}
        arrays: dict[str, Any] = {
            name: np.array(values, kinds.get(name, np.float32))
            for name, values in self.taken.items()
        }
        np.savez_compressed(path, losses=np.array(self.losses, np.float32), **arrays, **more)


class Valley(NamedTuple):
    """How the loss of one batch changes with one weight while all others stay."""

    weights: Array
    losses: Array
    slope: float

    def answers(self, end: float) -> bool:
        """Return whether both its sides are seen, and the weight ended towards its lowest point."""
        lowest, now = int(self.losses.argmin()), len(self.weights) // 2
        sides = self.losses[: lowest + 1].max(), self.losses[lowest:].max()
        low = self.losses[lowest]
        both = min(sides) - low >= SIDE * (max(sides) - low)
        return both and (self.weights[lowest] - self.weights[now]) * (end - self.weights[now]) > 0


class Batches:
    """The batches of the training, in the order in which they came.

    Parameters
    ----------
    config : TrainingConfig
    images, labels : array
        All that was learned from.
    seed : int
    """

    def __init__(
        self, config: training.TrainingConfig, images: Array, labels: Array, seed: int
    ) -> None:
        self._config, self._images, self._labels = config, images, labels
        # As `training.train` draws them; only the first epoch is asked for.
        self._order = np.random.default_rng([seed, 1]).permutation(len(images))

    def losses(self, step: int, weights: Mapping[str, Array]) -> Array:
        """Return the loss of each digit from which the next step learns, in float64."""
        batch, labels = self._of(step)
        logits = Backpropagation(self._config.layers, weights).logits(batch)
        return -log_softmax(logits.astype(np.float64))[np.arange(len(labels)), labels]

    def pixels(self, step: int) -> Array:
        """Return those digits, (N, 28, 28), as MNIST has them."""
        return self._images[self._chosen(step)]

    def slopes(self, step: int, weights: Mapping[str, Array]) -> Mapping[str, Array]:
        """Return the gradient of their mean."""
        return Backpropagation(self._config.layers, weights)(*self._of(step))[2]

    def valley(
        self,
        step: int,
        weights: Mapping[str, Array],
        at: tuple[int, ...],
        reach: float = REACH,
        points: int = POINTS,
    ) -> Valley:
        """Change one of the first layer's weights, and see what becomes of their mean."""
        changed = {name: weight.copy() for name, weight in weights.items()}
        kernel = changed["conv1/kernel"]
        values = (weights["conv1/kernel"][at] + np.linspace(-reach, reach, points)).astype("f4")
        means = []
        for value in values:
            kernel[at] = value
            means.append(self.losses(step, changed).mean())
        return Valley(
            values, np.array(means), float(self.slopes(step, weights)["conv1/kernel"][at])
        )

    def _of(self, step: int) -> tuple[Array, Array]:
        chosen = self._chosen(step)
        return training.as_batch(self._images[chosen]), self._labels[chosen]

    def _chosen(self, step: int) -> Array:
        size = self._config.batch_size
        return self._order[step * size : (step + 1) * size]


def look_at_one_weight(snapshots: Snapshots, batches: Batches) -> dict[str, Array]:
    """Choose a weight whose valley is plain, and measure it.

    Of all kernels that end as edges, the weight with the steepest slope of those whose valley shows
    both its sides, and that ended towards its lowest point.
    """
    filters = np.array(snapshots.taken["filters"])
    step, found = LOOKED_AT, []
    slopes = batches.slopes(step, snapshots.early[step])["conv1/kernel"]
    for at in np.ndindex(filters.shape[1:]):
        if kernels.closest_pattern(filters[-1][:, :, 0, at[3]]).kind == "edge":
            few = batches.valley(step, snapshots.early[step], at, points=FEW)
            if few.answers(float(filters[-1][at])):
                found.append(at)
    if not found:
        raise SystemExit("no weight has a plain valley: look at another step")
    at = max(found, key=lambda each: abs(slopes[each]))
    shown = sorted({EARLY[0], step, EARLY[-1]})
    valleys = {n: batches.valley(n, snapshots.early[n], at) for n in shown}
    before, after = snapshots.early[step], snapshots.early[step + 1]
    strides = [
        batches.losses(
            step, {name: w + np.float32(n) * (after[name] - w) for name, w in before.items()}
        ).mean()
        for n in STRIDES
    ]
    far = NEAR * abs(float(after["conv1/kernel"][at] - before["conv1/kernel"][at]))
    near = batches.valley(step, before, at, far)
    return {
        "weight": np.array(at, np.int32),
        "weight_step": np.array(step, np.int32),
        "batch_losses": batches.losses(step, before),
        "batch_pixels": batches.pixels(step),
        "valley_steps": np.array(shown, np.int32),
        "valley_weights": np.array([valleys[n].weights for n in shown], np.float32),
        "valley_losses": np.array([valleys[n].losses for n in shown], np.float64),
        "valley_slopes": np.array([valleys[n].slope for n in shown], np.float64),
        "near_weights": near.weights,
        "near_losses": near.losses,
        "next_filters": after["conv1/kernel"],
        "strides": np.array(STRIDES, np.float64),
        "stride_losses": np.array(strides, np.float64),
    }


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
    batches = Batches(config, images[kept], labels[kept], shipped.provenance["seed"])
    snapshots.save(TARGET, look_at_one_weight(snapshots, batches))


if __name__ == "__main__":
    main()
