"""The complete MNIST data set: found on disk, or downloaded and verified.

MNIST is attributed to Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from convexplain.errors import ConvexplainError, UsageError
from convexplain.idx import read_idx

Split = Literal["train", "test"]
Bytes = npt.NDArray[np.uint8]

#: The folder that is looked in before the cache.
VARIABLE = "CONVEXPLAIN_MNIST"
#: Images and labels of each split.
SPLITS: dict[str, tuple[str, str]] = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


def load_mnist(split: Split, directory: str | Path | None = None) -> tuple[Bytes, Bytes]:
    """Load one split of MNIST.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 training or 10,000 test digits.
    directory : path, optional
        A folder with the four files, looked in first; then ``$CONVEXPLAIN_MNIST``, then the
        user's cache folder.

    Returns
    -------
    images : (N, 28, 28) array of uint8
        0 is paper, 255 is ink.
    labels : (N,) array of uint8
        0 to 9.

    Raises
    ------
    ConvexplainError
        If the files are nowhere, or are not what they should be.
    """
    if split not in SPLITS:
        raise UsageError(f"split {split!r}: MNIST has 'train' and 'test'")
    names = SPLITS[split]
    for folder in places(directory):
        if all((folder / name).is_file() for name in names):
            return _read(folder / names[0], folder / names[1])
    looked = ", ".join(str(folder) for folder in places(directory))
    raise ConvexplainError(
        f"MNIST is not in {looked}: put its four .gz files there, or set ${VARIABLE} to their folder"
    )


def places(directory: str | Path | None = None) -> tuple[Path, ...]:
    """Return the folders that are looked in: the argument, the variable, the user's cache."""
    import platformdirs

    named = (directory, os.environ.get(VARIABLE))
    cache = platformdirs.user_cache_path("convexplain", appauthor=False) / "mnist"
    return tuple(dict.fromkeys([*(Path(name).expanduser() for name in named if name), cache]))


def _read(images_path: Path, labels_path: Path) -> tuple[Bytes, Bytes]:
    """Read both files of a split and check that they belong together."""
    images, labels = read_idx(images_path, axes=3), read_idx(labels_path, axes=1)
    if images.shape[1:] != (28, 28):
        height, width = images.shape[1:]
        raise ConvexplainError(f"{images_path} holds {height}x{width} images: MNIST's are 28x28")
    if len(images) != len(labels):
        raise ConvexplainError(
            f"{images_path} holds {len(images):,} images, {labels_path.name} {len(labels):,} "
            "labels: they are not of one data set"
        )
    if labels.size and labels.max() > 9:
        raise ConvexplainError(f"{labels_path} holds the label {labels.max()}: digits are 0 to 9")
    return images, labels
