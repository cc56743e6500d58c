"""What excites a filter in other digits, one of each class, and how alike that looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data.pictures import Picture
from convexplain.lessons.parts.carrying import carried
from convexplain.network import Network, Node, TopPatch
from convexplain.ops.patching import cut

#: From so large a correlation on, patches are called alike. Of two patches of strokes that are cut
#: at random, one pair in twenty is so much alike.
LIKE = 0.55
#: From here on, edges that lie one way outweigh all others so much that they are one stroke's: of
#: a bend, a crossing or a blob it is less.
STRAIGHT = 0.4


class Found(NamedTuple):
    """A digit, and the patch in it to which a filter responds most."""

    picture: Picture
    top: TopPatch


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """Where a cell's filter responds most in digits of other classes, in one of each."""

    node: Node
    #: A digit of each of some classes, the same for all cells that are searched for together.
    found: tuple[Found, ...]

    @cached_property
    def alike(self) -> tuple[float, ...]:
        """How each of these patches correlates with the cell's own, pixel by pixel."""
        return tuple(correlation(each.top.patch, self.node.patch) for each in self.found)


def one_way(patch: npt.NDArray[Any]) -> bool:
    """Tell whether edges lie one way in a patch, as those of a stroke do.

    By its structure tensor: the sum of squares of the changes along one way, less those across it,
    as a share of both.
    """
    gray = np.asarray(patch, np.float64).reshape(*patch.shape[:2], -1).mean(axis=2)
    down, across = np.gradient(gray)
    both = float((down**2 + across**2).sum())
    apart = float(np.hypot((down**2 - across**2).sum(), 2 * (down * across).sum()))
    return both > 0 and apart >= STRAIGHT * both


def correlation(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return how alike two patches are, from -1 to 1; 0 where one has no contrast."""
    x, y = (np.asarray(each, np.float64).ravel() - each.mean() for each in (one, other))
    size = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / size if size else 0.0


def elsewhere(
    network: Network,
    nodes: Sequence[Node],
    labels: Sequence[int],
    pictures: Sequence[Picture],
    count: int,
) -> tuple[Elsewhere, ...]:
    """Return where the filters of some cells respond most, in one picture of each of some classes.

    `nodes`: of layers with maps. `labels`: classes, of which the first `count` are taken in which
    every filter responds. `pictures`: with labels; of each class that one is searched to which the
    last cell's filter responds most. Result: one for each cell.
    """
    prepared = np.stack([network.prepare(each) for each in pictures])
    maps = {
        layer: carried(network, prepared, until=layer)
        for layer in dict.fromkeys(node.layer for node in nodes)
    }
    own = np.array([-1 if each.label is None else each.label for each in pictures])

    def drawing(label: int) -> int:
        responses = maps[nodes[-1].layer][..., nodes[-1].filter]
        return int(np.where(own == label, responses.max(axis=(1, 2)), -np.inf).argmax())

    def strongest(node: Node, index: int) -> Found:
        responses = maps[node.layer][..., node.filter]
        row, col = (
            int(n) for n in np.unravel_index(responses[index].argmax(), responses.shape[1:])
        )
        box, value = network.receptive_field(node.layer).box(row, col), responses[index, row, col]
        top = TopPatch(index, row, col, box, cut(prepared[index], box), float(value))
        return Found(pictures[index], top)

    classes = {label: [strongest(node, drawing(label)) for node in nodes] for label in labels}
    every = [label for label in labels if all(each.top.value > 0 for each in classes[label])]
    taken = [classes[label] for label in sorted(every[:count])]
    return tuple(Elsewhere(node, tuple(f[n] for f in taken)) for n, node in enumerate(nodes))
