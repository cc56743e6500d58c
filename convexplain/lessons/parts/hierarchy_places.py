"""Which cells of a level are shown where many lie on one another, and what is said of that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.network import Node
from convexplain.ops import Box
from convexplain.style.captions import Caption


class Level(NamedTuple):
    """Cells of a level that are shown, and where they lie, if that can be said of the strongest.

    `strongest`: whether they are the strongest of all, wherever those lie.
    """

    cells: tuple[Node, ...]
    where: Caption | None
    strongest: bool = False


def where(kept: Sequence[Node], every: Sequence[Node]) -> Caption | None:
    """Say of cells that they are the strongest, of all or of those that lie apart."""
    many, layer = words.how_many(len(kept)), kept[0].layer
    if len(kept) < 2 or kept[0].name != every[0].name:
        return None
    if [part.name for part in kept] == [part.name for part in every[: len(kept)]]:
        return words.CELLS.fill(n=many.capital, layer=layer)
    places = [*dict.fromkeys(part.box for part in every)][: len(kept)]
    apart = all(_apart(one.box, other.box) for one, other in combinations(kept, 2))
    at_places = apart or [part.box for part in kept] == places
    return words.AT_PLACES.fill(n=many, layer=layer) if at_places else None


def spread(own: Node, parts: Sequence[Node], count: int) -> list[Node]:
    """Choose the strongest that lie apart from a cell and from one another, or where they can."""
    kept = [own]
    for apart in (_apart, Box.__ne__):
        for part in parts:
            if all(apart(part.box, other.box) for other in kept):
                kept.append(part)
        if len(kept) >= count:
            break
    return kept[:count]


def _apart(one: Box, other: Box) -> bool:
    """Tell whether two windows lie at least half a side from one another."""
    down, right = abs(one.top - other.top), abs(one.left - other.left)
    return 2 * down >= one.height or 2 * right >= one.width
