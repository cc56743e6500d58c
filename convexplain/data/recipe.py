"""How a picture becomes a network's input, and what the network's classes are called."""

from __future__ import annotations

import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.messages import Message
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Colour = Literal["gray", "rgb"]
Framing = Literal["crop", "pad", "stretch"]
Floats = npt.NDArray[np.float32]

_CHANNELS: Mapping[str, int] = {"gray": 1, "rgb": 3}
#: The scale of a network that reads bytes.
BYTES = 255
#: Longer names of classes leave no room beside their numbers.
LONGEST_NAME = 40


@dataclass(frozen=True)
class Recipe:
    """How a picture becomes a network's input, and what the network's classes are called.

    A picture's values from 0 to 1 become ``(value * scale - mean) / std``; where the scale is 255,
    ``value * scale`` is rounded to a whole number, as the bytes are that such networks learn from.

    Parameters
    ----------
    size : (int, int)
        Height and width that the network reads.
    colour : {"gray", "rgb"}
    scale : float
        The largest value before `mean` is taken off, 255 for a network that reads bytes.
    mean, std : tuple of float
        One number for all channels, or one for each.
    classes : tuple of Caption
        Names in the order of the outputs; empty if they are called by their numbers.
    framing : {"crop", "pad", "stretch"}
        What becomes of a picture of another aspect: it is cut, equally on both sides, gets black
        borders, or is stretched.

    Raises
    ------
    ValueError
        A size, number or name that cannot be right.
    """

    size: tuple[int, int]
    colour: Colour
    scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    classes: tuple[Caption, ...] = ()
    framing: Framing = "crop"

    def __post_init__(self) -> None:
        if not isinstance(self.colour, str) or self.colour not in _CHANNELS:
            raise ValueError(
                Message("colour {colour!r:.40}: choose gray or rgb", colour=self.colour)
            )
        if self.framing not in typing.get_args(Framing):
            raise ValueError(
                Message(
                    "framing {framing!r:.40}: choose crop, pad or stretch", framing=self.framing
                )
            )
        if len(self.size) != 2 or not all(type(n) is int and n > 0 for n in self.size):
            raise ValueError(
                Message("size {size!r:.40}: give height and width, both above 0", size=self.size)
            )
        numbers = (self.scale, *self.mean, *self.std)
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(Message("scale, mean and std must be finite numbers"))
        for name in ("mean", "std"):
            if len(getattr(self, name)) not in (1, self.channels):
                raise ValueError(
                    Message(
                        "{name} has {count} numbers: give 1, or one for each of the {channels} "
                        "channels",
                        name=name,
                        count=len(getattr(self, name)),
                        channels=self.channels,
                    )
                )
        if self.scale <= 0 or min(self.std) <= 0:
            raise ValueError(Message("scale and std must be above 0"))
        for caption in self.classes:
            _check_name(caption)

    @classmethod
    def of(cls, shape: tuple[int, int, int]) -> Recipe | None:
        """Make the recipe that a file without one means: values 0 to 1, classes by number.

        Parameters
        ----------
        shape : (int, int, int)
            Of the input, (height, width, channels).

        Returns
        -------
        Recipe or None
            None if the channels are neither those of a gray picture nor of a colour one.
        """
        colours: dict[int, Colour] = {1: "gray", 3: "rgb"}
        colour = colours.get(shape[2])
        return None if colour is None else cls((shape[0], shape[1]), colour)

    @property
    def channels(self) -> int:
        """How many the input has: 1 or 3."""
        return _CHANNELS[self.colour]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the input, (height, width, channels)."""
        return (*self.size, self.channels)

    @property
    def plain(self) -> bool:
        """Whether the input is the picture's own values, 0 to 1."""
        return self.scale == 1 and not any(self.mean) and all(n == 1 for n in self.std)

    def fit(self, picture: Picture) -> Picture:
        """Give a picture the size and the channels that the network reads.

        Another size is brought to the aspect by `framing`, and scaled (by averages of areas on the
        way down); gray becomes three equal channels.

        Parameters
        ----------
        picture : Picture

        Returns
        -------
        Picture
            The same one if it fits already.

        Raises
        ------
        UsageError
            A colour picture for a network that reads gray ones.
        """
        if picture.shape == self.shape:
            return picture
        steps, pixels = list(picture.steps), picture.pixels
        if pixels.shape[2] not in (1, self.channels):
            raise UsageError(
                "the picture has the shape {shape}, but the network reads {wanted}: prepare it as "
                "a digit",
                shape=fmt.shape(picture.shape),
                wanted=fmt.shape(self.shape),
            )
        if pixels.shape[:2] != self.size:
            pixels = _resized(pixels, self.size, self.framing)
            steps.append(Message("scaled to {size}", size=fmt.shape(self.size)))
        if pixels.shape[2] != self.channels:
            pixels = pixels.repeat(self.channels, axis=2)
            steps.append(Message("gray as {count} equal channels", count=self.channels))
        return Picture(pixels, picture.label, picture.origin, tuple(steps), picture.doubts)

    def numbers(self, picture: Picture) -> Floats:
        """Give what the network reads of a picture.

        Parameters
        ----------
        picture : Picture
            Of any size.

        Returns
        -------
        numpy.ndarray of float32, shape `shape`

        Raises
        ------
        UsageError
            As `fit`.
        """
        return self.scaled(self.fit(picture).pixels)

    def scaled(self, pixels: Floats) -> Floats:
        """Give what the network reads of pixels from 0 to 1, (..., height, width, channels)."""
        if self.plain:
            return pixels
        values = pixels.astype(np.float64) * self.scale
        if self.scale == BYTES:
            values = np.floor(values + 0.5)
        return ((values - self.mean) / self.std).astype(np.float32)

    def drawn(self, numbers: Floats) -> Floats:
        """Give a network's input back as a picture to be drawn, the inverse of `numbers`.

        Parameters
        ----------
        numbers : numpy.ndarray of float32, shape `shape`

        Returns
        -------
        numpy.ndarray of float32, shape (height, width), or (height, width, 3) in colour
        """
        if not self.plain:
            exact = (numbers.astype(np.float64) * self.std + self.mean) / self.scale
            numbers = np.clip(exact, 0, 1).astype(np.float32)
        return numbers.squeeze(axis=2) if self.colour == "gray" else numbers

    def name(self, index: int) -> Caption:
        """Return what a class is called, its number if it has no name."""
        return self.classes[index] if self.classes else Caption(str(index), str(index))

    def to_dict(self) -> dict[str, Any]:
        """Describe the recipe as plain JSON data; `from_dict` is the way back."""
        return {
            "size": list(self.size),
            "colour": self.colour,
            "scale": self.scale,
            "mean": list(self.mean),
            "std": list(self.std),
            "classes": [{"en": name.en, "zh": name.zh} for name in self.classes],
            "framing": self.framing,
        }

    @classmethod
    def from_dict(cls, data: object) -> Recipe:
        """Make a recipe of JSON data, which may be anyone's.

        Raises
        ------
        ValueError
            The text says what is wrong.
        """
        keys = ("size", "colour", "scale", "mean", "std", "classes", "framing")
        if not isinstance(data, dict) or set(data) != set(keys):
            raise ValueError(
                Message("its recipe must be a JSON object of {keys}", keys=", ".join(keys))
            )
        if not isinstance(data["classes"], list):
            raise ValueError(Message("its recipe's classes must be a list"))
        names = tuple(_name(entry) for entry in data["classes"])
        return cls(
            tuple(_numbers("size", data["size"])),
            data["colour"],
            _numbers("scale", [data["scale"]])[0],
            tuple(_numbers("mean", data["mean"])),
            tuple(_numbers("std", data["std"])),
            names,
            data["framing"],
        )


def _numbers(what: str, values: object) -> list[Any]:
    if not isinstance(values, list) or any(type(n) not in (int, float) for n in values):
        raise ValueError(
            Message(
                "its recipe's {what} must be numbers, not {values!r:.40}", what=what, values=values
            )
        )
    return values


def _name(entry: object) -> Caption:
    if not isinstance(entry, dict) or set(entry) != {"en", "zh"}:
        raise ValueError(
            Message('a class is named by {{"en": ..., "zh": ...}}, not {entry!r:.60}', entry=entry)
        )
    if not all(isinstance(text, str) for text in entry.values()):
        raise ValueError(Message("a class's names must be texts, not {entry!r:.60}", entry=entry))
    return Caption(en=entry["en"], zh=entry["zh"])


def _check_name(caption: Caption) -> None:
    for text in (caption.en, caption.zh):
        if not 1 <= len(text) <= LONGEST_NAME or not text.isprintable() or set(text) & set("{}"):
            raise ValueError(
                Message(
                    "{text!r:.60} cannot be the name of a class: use 1 to {longest_name} printable "
                    "characters without braces",
                    text=text,
                    longest_name=LONGEST_NAME,
                )
            )


def _resized(pixels: Floats, size: tuple[int, int], framing: Framing) -> Floats:
    """Bring a picture to an aspect, and scale it."""
    from PIL import Image

    height, width = pixels.shape[:2]
    if framing == "pad":
        rows, cols = max(height, width * size[0] / size[1]), max(width, height * size[1] / size[0])
        above, left = round((rows - height) / 2), round((cols - width) / 2)
        below, right = math.ceil(rows) - height - above, math.ceil(cols) - width - left
        pixels = np.pad(pixels, ((above, max(0, below)), (left, max(0, right)), (0, 0)))
        height, width = pixels.shape[:2]
    rows, cols = float(height), float(width)
    if framing == "crop":
        rows = min(rows, width * size[0] / size[1])
        cols = min(cols, height * size[1] / size[0])
    top, left = (height - rows) / 2, (width - cols) / 2
    box = (left, top, left + cols, top + rows)
    # Averages of areas on the way down; interpolation on the way up.
    way = Image.Resampling.BOX if rows >= size[0] else Image.Resampling.BILINEAR
    planes = [
        np.asarray(Image.fromarray(pixels[:, :, n]).resize((size[1], size[0]), way, box=box))
        for n in range(pixels.shape[2])
    ]
    resized: Floats = np.clip(np.stack(planes, axis=2), 0, 1)
    return resized
