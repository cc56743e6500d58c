"""Reads one file after another, and tells what each took; a process of its own for measuring.

Each line of standard input is the kind of reader and a path; each line of standard output is what
became of it: the outcome, megabytes that the process grew by while it read, processor seconds.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from convexplain.data import idx, ink, pictures  # noqa: F401  (ink: imported before measuring)
from convexplain.errors import ConvexplainError
from convexplain.network import Network


def read_model(path: Path) -> str:
    network = Network.load(path)
    for name, array in network.weights.items():
        assert array.dtype == np.float32, name
        assert np.isfinite(array).all(), name
    summary = network.summary()
    assert all(layer.name in str(summary) for layer in network.layers)
    for layer in network.layers:
        network.receptive_field(layer.name)
    if network.multiplications < 10_000_000:
        try:
            logits = network(np.zeros((1, *network.input_shape), np.float32))
        except ConvexplainError:  # numbers beyond float32 are said, not shown
            return "sound, and too large"
        assert np.isfinite(logits).all()
    return "sound"


def read_picture(path: Path) -> str:
    seen = []
    for mode in ("digit", "rgb"):
        try:
            picture = pictures.load_image(path, mode)  # type: ignore[arg-type]
        except ConvexplainError as error:
            seen.append(said(error))
            continue
        assert picture.pixels.min() >= 0
        assert picture.pixels.max() <= 1
        height, width, channels = picture.shape
        assert picture.shape == (28, 28, 1) if mode == "digit" else channels == 3
        assert max(height, width) <= pictures.LONGEST
        seen.append("sound")
    return "; ".join(seen)


def read_images(path: Path) -> str:
    array = idx.read_idx(path, axes=3)
    assert array.ndim == 3
    assert array.nbytes <= idx.LIMIT
    assert idx.read_count(path) == len(array)
    return "sound"


def read_labels(path: Path) -> str:
    assert idx.read_idx(path, axes=1).ndim == 1
    return "sound"


#: Processor seconds after which a reader is taken for endless.
PATIENCE = 5
READERS = {
    **dict.fromkeys(("model", "keras", "h5", "tfjs", "onnx"), read_model),
    "picture": read_picture,
    "images": read_images,
    "labels": read_labels,
}


def said(error: ConvexplainError) -> str:
    text = str(error)
    assert "\n" not in text
    assert len(text) < 800, text
    return text


def memory() -> tuple[float, float]:
    """Megabytes of this process: now, and at most since `forget`."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    now, most = (int(re.search(rf"{key}:\s+(\d+)", text)[1]) for key in ("VmRSS", "VmHWM"))  # type: ignore[index]
    return now / 1e3, most / 1e3


def forget() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def measured(kind: str, path: Path) -> dict[str, object]:
    """Read a file; an error without a name is told as such."""
    forget()
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)  # it ends the process
    before, start = memory()[0], time.process_time()
    try:
        try:
            outcome, sound = READERS[kind](path), True
        except ConvexplainError as error:
            outcome, sound = said(error), True
    except BaseException as error:
        outcome, sound = f"{type(error).__name__}: {error}", False
    return {
        "outcome": outcome,
        "named": sound,
        "megabytes": memory()[1] - before,
        "seconds": time.process_time() - start,
    }


if __name__ == "__main__":
    Image.init()
    for line in sys.stdin:
        kind, _, name = line.rstrip("\n").partition(" ")
        print(json.dumps(measured(kind, Path(name))), flush=True)
