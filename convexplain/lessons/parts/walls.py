"""Which maps of a layer stand on a wall, and how that is said where they are not all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.style.captions import Caption

#: A wall shows all maps of a layer of so many; of a larger one `MOST`.
WHOLE = 32
MOST = 16

SOME = Caption(
    en="{k} of {c} maps: those with the largest responses.",
    zh="{c} 张中的 {k} 张：响应最大的那些。",
)
SOME_AND_SHOWN = Caption(
    en="{k} of {c} maps: the shown one, and those with the largest responses.",
    zh="{c} 张中的 {k} 张：所示的那张，以及响应最大的那些。",
)

FIRST = Caption(en="{layer}: the first {k} of {c} maps", zh="{layer}：{c} 张中的前 {k} 张")


def first(called: Caption | str, count: int, most: int) -> Caption:
    """Name a wall of a layer's first maps; so many are there, and at most so many stand on it."""
    if count > most:
        return FIRST.fill(layer=called, k=most, c=count)
    return Caption(called, called) if isinstance(called, str) else called


def on_wall(
    maps: npt.NDArray[Any], keep: Collection[int] = (), *, whole: int = WHOLE, most: int = MOST
) -> tuple[int, ...]:
    """Return the channels of maps (rows, cols, channels) that a wall shows, in their order.

    All of up to `whole`; else those to `keep` and those with the largest responses, `most` of them.
    """
    count = maps.shape[2]
    if count <= whole:
        return tuple(range(count))
    strongest = np.argsort(-maps.max(axis=(0, 1)), kind="stable").tolist()
    return tuple(sorted([*keep, *(n for n in strongest if n not in keep)][:most]))


def told(
    maps: npt.NDArray[Any], shown: Collection[int], keep: Collection[int] = ()
) -> Caption | None:
    """Say by what rule the channels `shown` were chosen; None if they are all."""
    count = maps.shape[2]
    if len(shown) == count:
        return None
    strongest = on_wall(maps, whole=0, most=len(shown))
    said = SOME if set(keep) <= set(strongest) else SOME_AND_SHOWN
    return said.fill(k=len(shown), c=count)
