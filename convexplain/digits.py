"""The bundled digits: 200 of MNIST's training set, 20 of each class, never trained on.

MNIST is attributed to Yann LeCun and Corinna Cortes, CC BY-SA 3.0. `tools/choose_digits.py`
picked these by criteria written as code, and the networks that ship were trained without them.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from convexplain.errors import UsageError
from convexplain.pictures import Picture

__all__ = ["PER_CLASS", "first", "load", "sample", "training_indices"]

#: Digits of one class stand together: those of class k begin at k * PER_CLASS.
PER_CLASS = 20


@cache
def load() -> tuple[Picture, ...]:
    """Give all bundled digits, ordered by class; the first of a class is its most typical one.

    Returns
    -------
    tuple of Picture
        200 pictures of shape (28, 28, 1), ink 1 on paper 0.
    """
    arrays = _arrays()
    pixels = arrays["images"].astype(np.float32)[..., np.newaxis] / np.float32(255)
    return tuple(
        Picture(picture, int(label), f"bundled digit {number}")
        for number, (picture, label) in enumerate(zip(pixels, arrays["labels"], strict=True))
    )


def sample(index: int) -> Picture:
    """Give one bundled digit.

    Parameters
    ----------
    index : int
        0 to 199.

    Raises
    ------
    UsageError
        There is no such digit.
    """
    every = load()
    if isinstance(index, bool) or not 0 <= index < len(every):
        raise UsageError(f"there is no bundled digit {index}: they are 0 to {len(every) - 1}")
    return every[index]


def first(label: int) -> Picture:
    """Give the first bundled digit of a class, its most typical one.

    Parameters
    ----------
    label : int
        0 to 9.

    Raises
    ------
    UsageError
        There is no such class.
    """
    if isinstance(label, bool) or label not in range(10):
        raise UsageError(f"there is no digit {label}: digits are 0 to 9")
    return load()[int(label) * PER_CLASS]


def training_indices() -> NDArray[np.int64]:
    """Tell where the bundled digits stand in MNIST's training set.

    Returns
    -------
    array of int, shape (200,)
        For each digit its index among the 60,000, counted from 0.
    """
    return _arrays()["indices"].astype(np.int64)


@cache
def _arrays() -> dict[str, NDArray[np.generic]]:
    asset = resources.files("convexplain") / "assets" / "digits.npz"
    with asset.open("rb") as file, np.load(file) as archive:
        return {name: archive[name] for name in ("images", "labels", "indices")}
