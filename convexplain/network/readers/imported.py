"""What a reader finds in a foreign file, before it becomes a network."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.messages import Message, Told

Array = NDArray[Any]
Shape = tuple[int, ...]

#: A network of more weights, or a file of more bytes, is refused.
MAX_WEIGHTS = 100_000_000
MAX_LAYERS = 1_000
MAX_BYTES = 1_000_000_000


#: What can be done about what cannot be shown, and about a file whose parts contradict each other.
WITHOUT = Message("leave it out of the network, or give a network that ends before it")
AGAIN = Message("the file does not fit together: save the network again")


class UnreadableError(Told, ValueError):
    """What a file holds that cannot be read, the rule, and the next step, in one line."""


@dataclass
class Found:
    """One layer of a foreign network."""

    kind: str  # a key of `KINDS`
    name: str  # what the file calls it, made fit to be a layer's name
    fields: dict[str, Any] = field(default_factory=dict)  # as `Layer.to_dict` has them
    #: By the layer's own names, in its own layout.
    weights: dict[str, Array] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()  # the layers that it reads; "" is the picture


@dataclass(frozen=True)
class Imported:
    """A foreign network, as its file has it."""

    layers: list[Found]  # in the order of computation
    input_shape: tuple[int, int, int]  # height, width, channels
    origin: Mapping[str, str]  # format, framework and version
    notes: tuple[str, ...] = ()  # what was left out, folded by the file, or assumed


class Names:
    """Names of layers: what a file calls them, made valid, short and unique."""

    def __init__(self) -> None:
        self._taken = {"input"}  # the picture's

    def take(self, wanted: str) -> str:
        """Return `wanted` as a valid name that no earlier layer has."""
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", wanted).strip("_-") or "layer"
        if not name[0].isalpha():
            name = f"layer_{name}"
        name, number = name[:36], 0
        unique = f"{name}_0" if name == "input" else name
        while unique in self._taken:
            number += 1
            unique = f"{name[:36]}_{number}"
        self._taken.add(unique)
        return unique


def snake_case(name: str) -> str:
    """Return a class's name as Keras writes it: "MaxPooling2D" becomes "max_pooling2d"."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def named(function: str, number: float | None = None) -> str:
    """Return an activation as layers write it: "relu", "leaky_relu(0.2)"."""
    return function if number is None else f"{function}({number!r})"


@contextmanager
def fitting(what: str) -> Iterator[None]:
    """Refuse what is described by values of kinds and sizes that it cannot have."""
    try:
        yield
    except UnreadableError:
        raise
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as e:
        raise UnreadableError(
            "{what} cannot be computed, its inputs or settings do not fit: save the network again",
            what=what,
        ) from e


def checked(array: Array, what: str) -> NDArray[np.float32]:
    """Return weights as float32, if all are finite."""
    if array.dtype.kind not in "fiu":
        raise UnreadableError("{what} holds {dtype}, not numbers", what=what, dtype=array.dtype)
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(array, np.float32)
    if not np.isfinite(numbers).all():
        raise UnreadableError(
            "{what} holds NaN or infinity: the training failed; train again, or repair the file",
            what=what,
        )
    return numbers


def whole(value: object, what: str, *, least: int = 0, most: int = 100_000) -> int:
    """Return a whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise UnreadableError("{what} is {value!r:.60}, not a whole number", what=what, value=value)
    if not least <= value <= most:
        raise UnreadableError(
            "{what} is {value}: it must be from {least} to {most:,}",
            what=what,
            value=value,
            least=least,
            most=most,
        )
    return int(value)


def wholes(values: object, what: str, count: int, *, least: int = 0) -> tuple[int, ...]:
    """Return so many whole numbers; a single one counts for all."""
    if isinstance(values, (int, np.integer)) and not isinstance(values, bool):
        values = [values] * count
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != count:
        raise UnreadableError(
            "{what} is {values!r:.60}, not {count} whole numbers",
            what=what,
            values=values,
            count=count,
        )
    return tuple(whole(value, what, least=least) for value in values)


def product(shape: Iterable[int]) -> int:
    """Return how many numbers an array of a shape holds."""
    return math.prod(shape)
