"""What excites a filter in other digits, one of each class, and how alike that looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


#: By how much those that excite a filter most are more alike than those that excite it least.
APART = 0.1


class Found(NamedTuple):
    """A digit, and the patch in it to which a filter responds most."""

    picture: Picture
    top: TopPatch


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """Where a cell's filter responds most in digits of other classes, one of each."""

    node: Node
    #: Of half of the classes that digit which excites it most, the strongest first.
    strong: tuple[Found, ...]
    #: Of the other classes that digit which excites it least, the strongest first.
    weak: tuple[Found, ...]

    @property
    def every(self) -> tuple[Found, ...]:
        """All of them, the strongest first."""
        return *self.strong, *self.weak

    @cached_property
    def alike(self) -> float:
        """The mean correlation of the strong patches with the cell's own, pixel by pixel."""
        return self._alike(self.strong)

    @cached_property
    def apart(self) -> float:
        """How much more alike to it the strong patches are than the weak ones."""
        return self.alike - self._alike(self.weak)

    @property
    def tells(self) -> bool:
        """Whether what excites it most looks like the cell's own patch, and what does least not."""
        return self.alike >= LIKE and self.apart >= APART

    def _alike(self, found: Sequence[Found]) -> float:
        return float(np.mean([correlation(each.top.patch, self.node.patch) for each in found]))


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


def most_telling(
    network: Network,
    nodes: Iterable[Node],
    pictures: Sequence[Picture],
    followed: Collection[Node] = (),
) -> Elsewhere | None:
    """Return that of some cells whose filter best answers to what looks like its own patch.

    `nodes`: of layers with maps. `pictures`: with labels, in which is searched. `followed`: cells
    that are taken before others whose filters tell more, if theirs tell as well. Result: None if
    there is none whose filter responds in all classes of the pictures.
    """
    prepared = np.stack([network.prepare(each) for each in pictures])
    found, maps = list[Elsewhere](), dict[str, npt.NDArray[Any]]()
    for node in nodes:
        if node.layer not in maps:
            maps[node.layer] = carried(network, prepared, until=node.layer)
        each = _found(network, node, maps[node.layer][..., node.filter], prepared, pictures)
        found += [] if each is None else [each]

    def rank(each: Elsewhere) -> tuple[bool, bool, float]:
        return each.tells, each.tells and each.node in followed, each.apart

    return max(found, key=rank, default=None)


def _found(
    network: Network,
    node: Node,
    maps: npt.NDArray[Any],
    prepared: npt.NDArray[Any],
    pictures: Sequence[Picture],
) -> Elsewhere | None:
    """Return where a filter responds most, by its maps of all pictures: (N, rows, cols)."""
    peaks, field = maps.max(axis=(1, 2)), network.receptive_field(node.layer)

    def found(index: int) -> Found:
        row, col = (int(n) for n in np.unravel_index(maps[index].argmax(), maps.shape[1:]))
        box, value = field.box(row, col), float(peaks[index])
        top = TopPatch(index, row, col, box, cut(prepared[index], box), value)
        return Found(pictures[index], top)

    labels = [picture.label for picture in pictures]
    of_class: dict[int, list[int]] = {label: [] for label in labels if label is not None}
    for index in np.argsort(-peaks, kind="stable").tolist():
        label = labels[index]
        if label is not None and peaks[index] > 0:
            of_class[label].append(index)
    if not all(of_class.values()):
        return None
    ranked = sorted(of_class.values(), key=lambda own: (-peaks[own[0]], own[0]))
    half = len(ranked) // 2
    weak = sorted((own[-1] for own in ranked[half:]), key=lambda index: (-peaks[index], index))
    return Elsewhere(node, tuple(found(own[0]) for own in ranked[:half]), tuple(map(found, weak)))
