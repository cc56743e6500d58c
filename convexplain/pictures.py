"""A picture as lessons take it: pixels in 0..1, its label if known, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, channels last.

    Parameters
    ----------
    pixels : (H, W, C) array of float32
        Values from 0 to 1. A read-only copy is kept.
    label : int or None
        The class, where it is known.
    origin : str
        Where the picture came from, for people: ``"bundled digit 83"`` or a file's name.
    steps : tuple of str
        What was done to the original to get these pixels, in order, in English.

    Raises
    ------
    ValueError
        If `pixels` is not (H, W, C), is empty, or leaves 0..1.
    """

    pixels: npt.NDArray[np.float32]
    label: int | None
    origin: str
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pixels = np.array(self.pixels, dtype=np.float32, order="C")
        if pixels.ndim != 3 or pixels.size == 0:
            raise ValueError(
                f"pixels of shape {pixels.shape}: a picture is (height, width, channels), "
                "none of them 0; add the missing axis with [..., np.newaxis]"
            )
        if not (pixels.min() >= 0 and pixels.max() <= 1):  # also false where there is a NaN
            raise ValueError(
                f"pixels from {pixels.min():g} to {pixels.max():g}: a picture's values go from "
                "0 to 1; divide bytes by 255"
            )
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor: a plain unpickling would give back a writable array.
        return Picture, (self.pixels, self.label, self.origin, self.steps)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        height, width, channels = self.pixels.shape
        return height, width, channels
