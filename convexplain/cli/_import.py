"""What a person says of a network that is imported: its pictures, its classes, its own answers."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.data.recipe import Recipe
from convexplain.errors import ConvexplainError, UsageError
from convexplain.messages import Message, said
from convexplain.network import Network
from convexplain.style.captions import Caption

#: A number of the network that differs from its framework's by more is told, relative to the
#: largest.
TOLERANCE = 1e-5
_FACTORS = {"0..1": (1.0, 0.0), "0..255": (255.0, 0.0), "-1..1": (2.0, 1.0)}


@dataclasses.dataclass(frozen=True)
class Asked:
    """The options of the command as they were typed."""

    classes: str | None = None
    scale: str | None = None
    mean: str | None = None
    std: str | None = None
    fit: str | None = "crop"


def size(text: str | None) -> tuple[int, int] | None:
    """Read HxW, rows and columns."""
    if text is None:
        return None
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.strip().isdecimal() and int(part) for part in parts):
        raise UsageError("--size {text!r}: give height and width, as 64x64", text=text)
    return int(parts[0]), int(parts[1])


def with_recipe(network: Network, asked: Asked) -> Network:
    """Give a network the recipe that was asked for; what is not said stays as it was assumed."""
    recipe = network.recipe
    if recipe is None:
        return network
    changes: dict[str, Any] = {"framing": asked.fit}
    notes = [*network.provenance["notes"]]
    if asked.scale is not None or asked.mean is not None or asked.std is not None:
        scale, mean = _FACTORS[asked.scale or ("0..1" if recipe.scale == 1 else "0..255")]
        if mean and (asked.mean is not None or asked.std is not None):
            raise UsageError("--scale -1..1 says mean and std already: leave --mean and --std out")
        changes["scale"] = scale
        changes["mean"] = (mean,) if asked.mean is None else _numbers("--mean", asked.mean)
        changes["std"] = (1.0,) if asked.std is None else _numbers("--std", asked.std)
        notes = notes[:-1]  # what was assumed of pictures has been said
    if asked.classes is not None:
        changes["classes"] = _classes(asked.classes)
    try:
        made: Recipe = dataclasses.replace(recipe, **changes)
        return Network(
            network.layers,
            network.weights,
            input_shape=network.input_shape,
            provenance={**network.provenance, "notes": notes},
            recipe=made,
        )
    except ValueError as error:
        raise UsageError(said(error)) from error


def _numbers(flag: str, text: str) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = (math.nan,)
    if not all(math.isfinite(number) for number in numbers):
        raise UsageError(
            "{flag} {text!r}: give a number, or one for each channel: 0.5,0.5,0.5",
            flag=flag,
            text=text,
        )
    return numbers


def _classes(text: str) -> tuple[Caption, ...]:
    """Read names between commas, or from the lines of a file."""
    names = text.split(",")
    path = Path(text)
    if len(names) == 1 and (path.suffix or path.exists()):
        try:
            names = path.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                "--classes {text!r} cannot be read: give a text file", text=text
            ) from error
    return tuple(Caption(en=name.strip(), zh=name.strip()) for name in names if name.strip())


def checked(network: Network, inputs: str, answers: str) -> Message:
    """Compare a network's answers with those of its framework, and return how near they are.

    They are refused if they differ by more than `TOLERANCE` of the largest.
    """
    x, wanted = _array(inputs), _array(answers)
    if x.ndim == 4 and x.shape[1:] != network.input_shape:
        x = np.moveaxis(x, 1, -1)  # channels first, as PyTorch has them
    elif x.ndim == 3 and x.shape != network.input_shape:
        x = np.moveaxis(x, 0, -1)
    try:
        found = network(x)
    except (TypeError, ValueError) as error:
        raise UsageError("{inputs} does not fit: {error}", inputs=inputs, error=error) from error
    if found.size != wanted.size:
        raise UsageError(
            "{answers} holds {given}, and the network answers {wanted}: give what the framework "
            "answers to {inputs}",
            answers=answers,
            given=wanted.shape,
            wanted=found.shape,
            inputs=inputs,
        )
    difference = np.abs(found.ravel().astype(np.float64) - wanted.ravel()).max()
    relative = float(difference / max(1.0, float(np.abs(wanted).max())))
    told = Message(
        "the answers differ from {answers} by {relative:.1e} of the largest",
        answers=answers,
        relative=relative,
    )
    if not relative <= TOLERANCE:
        raise ConvexplainError(
            "{told}: more than {tolerance:.0e}; nothing was written", told=told, tolerance=TOLERANCE
        )
    return told


def _array(path: str) -> NDArray[np.float64]:
    try:
        array = np.load(path)
    except (OSError, ValueError) as error:
        raise UsageError(
            "{path} cannot be read: give an array that numpy.save wrote", path=path
        ) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu" or not array.size:
        raise UsageError("{path} holds no numbers: give an array that numpy.save wrote", path=path)
    return np.asarray(array, np.float64)
