"""Compare the forward pass of the chapter's network with PyTorch, SciPy and plain loops.

    python benchmarks/forward.py [--digits 10000] [--rounds 5]

What counts is the ratio: competitors take turns, so that a busy machine slows all of them alike,
and the best of several rounds is taken. With one thread that is processor time, with two threads
time on the clock. Each number of threads is measured in a process of its own, since BLAS reads it
when it is loaded. PyTorch is measured with its best memory layout and batch size, and left out
where it is not installed; nothing else of the project needs it.
Digits are the MNIST test set if CONVEXPLAIN_MNIST names its folder, else random ones: the speed
is the same.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import importlib.util
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.network import Network, Trace

FloatArray = NDArray[np.float32]
Clock = Callable[[], float]

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
TORCH_BATCHES = (8, 16, 32, 64, 128, 256, 1000)
CONVOLUTIONS = ("conv1", "conv2", "conv3")


def main() -> None:
    """Run each part in a process of its own, with one BLAS thread."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--digits", type=int, default=10_000, help="digits a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the best counts")
    parser.add_argument("--part", choices=["memory", "one", "two"], help="only this part")
    options = parser.parse_args()
    if options.part == "memory":
        memory(options.digits)
    elif options.part == "one":
        batches(options.digits, options.rounds, threads=1)
        single_pictures(options.rounds)
    elif options.part == "two":
        batches(options.digits, options.rounds, threads=2)
    else:
        environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, "1")}
        for part in ("memory", "one", "two"):
            subprocess.run(
                [sys.executable, __file__, *sys.argv[1:], "--part", part],
                env=environment,
                check=True,
            )


def digits(count: int) -> FloatArray:
    """Test digits, or random ones of the same shape: (count, 28, 28, 1)."""
    if folder := os.environ.get("CONVEXPLAIN_MNIST"):
        content = gzip.decompress(Path(folder, "t10k-images-idx3-ubyte.gz").read_bytes())
        pixels = np.frombuffer(content, np.uint8, offset=16)
    else:
        pixels = np.random.default_rng(0).integers(0, 256, 10_000 * 784, np.uint8)
    return np.resize(pixels, (count, 28, 28, 1)).astype(np.float32) / np.float32(255)


def memory(count: int) -> None:
    """Print the largest memory that the whole process ever held."""
    before = _peak_megabytes()
    pictures = digits(count)
    held = _peak_megabytes()
    Network.load("cnn")(pictures)
    print(f"memory: {_peak_megabytes():.0f} MB at most for {count:,} digits in one call")
    print(f"        ({before:.0f} MB of it after importing, {held:.0f} MB with the digits)")


def batches(count: int, rounds: int, *, threads: int) -> None:
    """Print microseconds a digit, in batches."""
    pictures, network = digits(count), Network.load("cnn")
    clock = time.process_time if threads == 1 else time.perf_counter
    competitors: dict[str, Callable[[], object]] = {
        "convexplain": lambda: network(pictures, threads=threads)
    }
    if model := torch_model(network, threads):
        run, settings = _best_torch(model, pictures, clock)
        expected, got = network(pictures[:256]), run(256)
        assert np.abs(got - expected).max() < 1e-5, "PyTorch computes another network"
        competitors[f"PyTorch, {settings}"] = lambda: run(count)
    if threads == 1:
        competitors["convexplain, plain"] = lambda: _plain(network, pictures)
    times = _take_turns(competitors, rounds, clock)
    kind = "processor time" if threads == 1 else "time on the clock"
    print(f"{threads} thread{'s' if threads > 1 else ''}, {count:,} digits, {kind}:")
    own = times["convexplain"]
    for name, seconds in times.items():
        ratio = f"{seconds / own:.2f} times convexplain's"
        print(f"  {name:<36} {seconds / count * 1e6:8.1f} µs a digit   {ratio}")


def single_pictures(rounds: int) -> None:
    """Print milliseconds for one digit and all its activations."""
    picture, network = digits(1)[0], Network.load("cnn")
    exact = Trace(network, picture).activations["conv3"]
    competitors: dict[str, Callable[[], object]] = {
        "Trace (float64 sums)": lambda: Trace(network, picture),
        "network.activations (float32)": lambda: network.activations(picture),
    }
    convolutions = {"naive loops": _naive_convolution}
    if importlib.util.find_spec("scipy") is None:
        print("SciPy is not installed: left out")
    else:
        convolutions["SciPy, signal.correlate"] = _scipy_convolution
    for name, convolution in convolutions.items():
        run = partial(_convolutions, network, picture, convolution)
        assert np.allclose(run(), exact, atol=1e-4), f"{name} computes another network"
        competitors[name] = run
    print("1 thread, one digit, all activations of the convolutions:")
    for name, seconds in _take_turns(competitors, rounds, time.process_time).items():
        print(f"  {name:<36} {seconds * 1e3:8.2f} ms")


def torch_model(network: Network, threads: int) -> Any:
    """The same network in PyTorch; None, with a message, where it is not installed."""
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed: left out (install torch beside this project to compare)")
        return None
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    model = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 128, 3), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(1152, 10), nn.Softmax(dim=1)),
    ).eval()
    learned = [layer for layer in model if isinstance(layer, (nn.Conv2d, nn.Linear))]
    for name, layer in zip((*CONVOLUTIONS, "dense"), learned, strict=True):
        kernel = network.weights[f"{name}/kernel"]
        if kernel.ndim == 4:
            kernel = kernel.transpose(3, 2, 0, 1)
        else:  # our vector is in the order row, column, channel; PyTorch's channel, row, column
            kernel = kernel.reshape(3, 3, 128, 10).transpose(3, 2, 0, 1).reshape(10, 1152)
        layer.weight.data = torch.tensor(kernel)
        layer.bias.data = torch.tensor(network.weights[f"{name}/bias"])
    return model


def _best_torch(
    model: Any, pictures: FloatArray, clock: Clock
) -> tuple[Callable[[int], FloatArray], str]:
    """Find PyTorch's fastest memory layout and batch size on the first 2,000 digits."""
    import torch

    channels_first = torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
    runs = {}
    for name, layout in (
        ("channels first", torch.contiguous_format),
        ("channels last", torch.channels_last),
    ):
        laid_model = copy.deepcopy(model).to(memory_format=layout)
        laid = channels_first.to(memory_format=layout)
        for size in TORCH_BATCHES:
            runs[f"{name}, batches of {size}"] = partial(_run_torch, laid_model, laid, size)
    trials = {name: partial(run, 2000) for name, run in runs.items()}
    times = _take_turns(trials, 3, clock)
    best = min(times, key=lambda name: times[name])
    return runs[best], best


def _run_torch(model: Any, pictures: Any, size: int, count: int) -> FloatArray:
    import torch

    with torch.inference_mode():
        starts = range(0, count, size)
        parts = [model(pictures[start : min(start + size, count)]) for start in starts]
        probabilities: FloatArray = torch.cat(parts).numpy()
    return probabilities


def _plain(network: Network, pictures: FloatArray) -> None:
    """The documented formulation of `ops`, which the fast path must equal."""
    for start in range(0, len(pictures), 64):
        network.activations(pictures[start : start + 64])


def _convolutions(
    network: Network,
    picture: FloatArray,
    convolution: Callable[[FloatArray, FloatArray, FloatArray], FloatArray],
) -> FloatArray:
    """The network up to conv3, with another way to compute a convolution."""
    x = picture
    for name in CONVOLUTIONS:
        weights = network.weights_of(name)
        x = np.maximum(convolution(x, weights["kernel"], weights["bias"]), 0)
        if name != CONVOLUTIONS[-1]:
            x = x[: x.shape[0] // 2 * 2, : x.shape[1] // 2 * 2]
            x = x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2, -1).max(axis=(1, 3))
    return x


def _naive_convolution(x: FloatArray, kernel: FloatArray, bias: FloatArray) -> FloatArray:
    rows, cols = x.shape[0] - 2, x.shape[1] - 2
    out = np.empty((rows, cols, len(bias)), np.float32)
    for r in range(rows):
        for c in range(cols):
            patch = x[r : r + 3, c : c + 3]
            for n in range(len(bias)):
                out[r, c, n] = (patch * kernel[:, :, :, n]).sum() + bias[n]
    return out


def _scipy_convolution(x: FloatArray, kernel: FloatArray, bias: FloatArray) -> FloatArray:
    from scipy.signal import correlate

    maps = [correlate(x, kernel[..., n], "valid", "direct")[..., 0] for n in range(len(bias))]
    return np.stack(maps, axis=-1) + bias


def _take_turns(
    competitors: Mapping[str, Callable[[], object]], rounds: int, clock: Clock
) -> dict[str, float]:
    """Seconds of each competitor's best round."""
    times: dict[str, list[float]] = {name: [] for name in competitors}
    for _ in range(rounds):
        for name, run in competitors.items():
            times[name].append(_seconds(run, clock))
    return {name: min(seconds) for name, seconds in times.items()}


def _seconds(run: Callable[[], object], clock: Clock) -> float:
    start = clock()
    run()
    return clock() - start


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


if __name__ == "__main__":
    main()
