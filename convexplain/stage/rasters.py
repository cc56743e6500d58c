"""Pixels that were drawn once and are kept: those used last, and only so many bytes of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")


class Rasters:
    """Keeps what is put in until others, used later, take its room.

    `budget`: bytes of pixels that are kept at most. `size`: bytes that are kept now.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.size = 0
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """Return what was put in under a key; None if it is not there (any more)."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def put(self, key: Hashable, value: Any) -> None:
        """Keep an array, or a tuple with arrays, in place of what has this key."""
        self.size -= self._kept.pop(key, (None, 0))[1]
        parts = value if isinstance(value, tuple) else (value,)
        size = sum(part.nbytes for part in parts if isinstance(part, np.ndarray))
        self._kept[key] = value, size
        self.size += size
        while self.size > self.budget:
            self.size -= self._kept.popitem(last=False)[1][1]


#: All that the stage keeps. A frame has 8 MB at 1080p and 33 MB at 2160p.
KEPT = Rasters(96_000_000)


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function of things that can be hashed draw nothing twice that is still kept."""

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        key = (function, args, *kwargs.items())
        found = KEPT.get(key)
        if found is None:
            found = function(*args, **kwargs)
            KEPT.put(key, found)
        return cast(R, found)

    return asked
