"""The bundled digits: 200 of MNIST's training set, 20 of each class, never trained on.

MNIST is attributed to Yann LeCun and Corinna Cortes, CC BY-SA 3.0. `tools/choose_digits.py`
picked these by criteria written as code, and the networks that ship were trained without them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.data import photographs
from convexplain.data.pictures import Mode, Picture
from convexplain.errors import UsageError

__all__ = [
    "CLASSES",
    "PER_CLASS",
    "SHAPE",
    "choose",
    "first",
    "is_bundled",
    "load",
    "sample",
    "training_indices",
]

#: The classes: 0 to 9; the shape of every digit's pixels.
CLASSES, SHAPE = 10, (28, 28, 1)
#: Digits of one class stand together: those of class k begin at k * PER_CLASS.
PER_CLASS = 20


@cache
def load() -> tuple[Picture, ...]:
    """Give all bundled digits, ordered by class; the first of a class is its most typical one.

    Result: 200 pictures of shape (28, 28, 1), ink 1 on paper 0.
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
        raise UsageError(
            "there is no bundled digit {index}: they are 0 to {count}",
            index=index,
            count=len(every) - 1,
        )
    return every[index]


def is_bundled(picture: Picture) -> bool:
    """Return whether a picture was made of a bundled digit, in whatever size."""
    return any(picture.origin == digit.origin for digit in load())


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
    if isinstance(label, bool) or label not in range(CLASSES):
        raise UsageError("there is no digit {label}: digits are 0 to 9", label=label)
    return load()[int(label) * PER_CLASS]


def choose(given: Mapping[str, Any], *, mode: Mode = "digit") -> Picture | None:
    """Give the picture that one of the options of this name asks for.

    Parameters
    ----------
    given : mapping
        "digit" as in `first`, "sample" as in `sample`, "image" a picture file or the name of a
        bundled photograph, "nth" which digit on it; one that is None was not given, other names do
        not matter.
    mode : {"digit", "gray", "rgb"}
        How a file is read.

    Returns
    -------
    Picture or None
        None if none was given.

    Raises
    ------
    UsageError
        More than one was given, or there is no such digit.
    ConvexplainError
        The file is no picture.
    """
    readers: dict[str, Callable[[Any], Picture]] = {
        "digit": first,
        "sample": sample,
        "image": partial(photographs.find, mode=mode, nth=given.get("nth")),
    }
    used = [name for name in readers if given.get(name) is not None]
    if len(used) > 1:
        raise UsageError(
            "--{used[0]} and --{used[1]} exclude one another: give one of them",
            used=used,
        )
    if given.get("nth") is not None and used != ["image"]:
        raise UsageError("--nth chooses one of the digits on a picture: give --image FILE, too")
    return readers[used[0]](given[used[0]]) if used else None


def training_indices() -> NDArray[np.int64]:
    """Return where the bundled digits stand in MNIST's training set.

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
