"""Where a filter responds most in other digits, one of each class, and how alike that looks."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.data.pictures import Picture
from convexplain.lessons.parts.carrying import carried
from convexplain.network import Network, Node, TopPatch
from convexplain.ops.patching import cut

#: From so large a correlation on, patches are called the same; and like one another. Of two patches
#: of strokes that are cut at random, one pair in twenty is so much alike.
SAME, LIKE = 0.7, 0.55
#: From here on, edges that lie one way outweigh all others so much that they are one stroke's: of
#: a bend, a crossing or a blob it is less.
STRAIGHT = 0.4


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """What excites a cell's filter most in digits of other classes.

    Parameters
    ----------
    node : Node
    patches : tuple of TopPatch
        One of each class, by class; `index` is that of the picture among `pictures`.
    pictures : tuple of Picture
        From which they are.
    """

    node: Node
    patches: tuple[TopPatch, ...]
    pictures: tuple[Picture, ...]

    @cached_property
    def alike(self) -> float:
        """The mean correlation of the patches with the cell's own, pixel by pixel."""
        found = [correlation(patch.patch, self.node.patch) for patch in self.patches]
        return float(np.mean(found)) if found else 0.0

    @cached_property
    def strokes(self) -> bool:
        """Whether the cell's own patch is a stroke, and most of those that are found are."""
        found = [one_way(patch.patch) for patch in self.patches]
        return one_way(self.node.patch) and 2 * sum(found) > len(found)


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


def most_alike(
    network: Network,
    nodes: Iterable[Node],
    pictures: Sequence[Picture],
    seen: Container[tuple[str, int]] = (),
) -> Elsewhere | None:
    """Return that of some cells whose filter finds what looks most like its own patch.

    Those that find the same strokes come before others, and of these one whose filter was seen.

    Parameters
    ----------
    network : Network
    nodes : iterable of Node
        Of layers with maps.
    pictures : sequence of Picture
        With labels, in which is searched.
    seen : container of (str, int)
        Layers and filters that the viewer has met.

    Returns
    -------
    Elsewhere or None
        None if there is none that is found in all classes of the pictures.
    """
    classes = {picture.label for picture in pictures} - {None}
    prepared = np.stack([network.prepare(each) for each in pictures])
    found, maps = list[Elsewhere](), dict[str, npt.NDArray[Any]]()
    strongest = dict[tuple[str, int], tuple[TopPatch, ...]]()
    for node in nodes:
        if node.layer not in maps:
            maps[node.layer] = carried(network, prepared, until=node.layer)
        its = node.layer, node.filter
        if its not in strongest:
            responses = maps[node.layer][..., node.filter]
            strongest[its] = _by_class(network, node.layer, responses, prepared, pictures)
        each = strongest[its]
        if len(each) == len(classes):
            found.append(Elsewhere(node, each, tuple(pictures[top.index] for top in each)))

    def rank(one: Elsewhere) -> tuple[bool, bool, float]:
        # A stroke can be named, and is seen to be the same; among equals the likest.
        same = one.alike >= SAME and one.strokes
        return same, same and (one.node.layer, one.node.filter) in seen, one.alike

    return max(found, key=rank, default=None)


def _by_class(
    network: Network,
    layer: str,
    maps: npt.NDArray[Any],
    prepared: npt.NDArray[Any],
    pictures: Sequence[Picture],
) -> tuple[TopPatch, ...]:
    """Return the strongest response in each class, of those with the strongest; (N, rows, cols)."""
    field, best = network.receptive_field(layer), dict[int, TopPatch]()
    peaks = maps.max(axis=(1, 2))
    for index in np.argsort(-peaks, kind="stable").tolist():
        label, value = pictures[index].label, float(peaks[index])
        if value <= 0:
            break
        if label is None or label in best:
            continue
        row, col = np.unravel_index(int(maps[index].argmax()), maps.shape[1:])
        box = field.box(int(row), int(col))
        best[label] = TopPatch(index, int(row), int(col), box, cut(prepared[index], box), value)
    return tuple(best[label] for label in sorted(best))
