"""From the answer down to the edges and up again: what a digit is made of, and how spread out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, kernels
from convexplain.errors import UsageError
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.hierarchy_picture import HierarchyPicture
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.network import (
    CHAPTER_LAYERS,
    Node,
    TopPatch,
    hierarchy,
    top_patches,
)
from convexplain.ops import Box
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: How many cells of conv3 are followed, and taken out.
STRONGEST = 3
#: How many patches of other digits stand beside a pattern: one would prove nothing.
ELSEWHERE = 4


class View(NamedTuple):
    """What one cell of a layer sees of the picture."""

    layer: str
    box: Box

    @property
    def side(self) -> int:
        """Rows that it spans, and columns too."""
        return self.box.height


class Reading(NamedTuple):
    """What the network makes of a digit when so many cells of conv3 are set to zero."""

    removed: int
    logit: float
    probability: float
    label: int


@dataclass(frozen=True)
class Hierarchy(NetworkLesson):
    """How small patterns build larger ones, from edges to the answer, with every share measured.

    The default digit is the first of the role "hierarchy" in the examples: read right, a logit
    above 2, and the cells that are followed all at different places.
    """

    name: ClassVar[str] = "hierarchy"
    title: ClassVar[Caption] = Caption(
        en="Hierarchy: small patterns build larger ones", zh="空间层次：小模式组合成大模式"
    )
    question: ClassVar[Caption] = Caption(
        en="How do patches of 3 × 3 pixels add up to a digit?",
        zh="3 × 3 的小图块，怎样组成手写数字？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Each layer combines patterns of the one before; many small shares make the {k}.",
        zh="每一层都在组合前一层的模式；许多微小的贡献合成“{k}”。",
    )

    def __post_init__(self) -> None:
        if self.network.layers != CHAPTER_LAYERS:
            names = ", ".join(layer.name for layer in CHAPTER_LAYERS)
            raise UsageError(
                f"the hierarchy follows the chapter's layers ({names}), which {self.model!r} does "
                "not have: give a network trained with this architecture"
            )
        super().__post_init__()
        if not self.tree.parts:
            raise UsageError(
                f"no cell of conv3 in {self.model!r} pushes towards its answer, {self.label}, so "
                "that there is no tree: give a trained network"
            )
        self.beats()  # a length that cannot be is refused at once

    @property
    def label(self) -> int:
        """The answer, right or wrong: the class of the largest logit."""
        return self.trace.prediction

    @property
    def logit(self) -> float:
        """The answer's logit."""
        return float(self.trace.logits[self.label])

    @property
    def probability(self) -> float:
        """The answer's probability; in float32 a sure one would round to exactly 1."""
        return self.readings[0].probability

    @property
    def centred(self) -> bool:
        """Whether weights are taken less their mean over all classes, as a negative logit asks."""
        return self.logit <= 0

    # The tree, downwards.

    @cached_property
    def tree(self) -> Node:
        """The answer, its strongest cells of conv3, and two below each of them, twice."""
        return hierarchy(self.trace, self.label, STRONGEST, centred=self.centred)

    @cached_property
    def path(self) -> tuple[Node, ...]:
        """One way up, from conv1 to conv3: the strongest parts.

        At its end the first cell of conv1 whose kernel is an oriented edge, if there is one.
        """
        way, node = [], self.tree
        while node.parts:
            edges = [part for part in node.parts if part.layer == "conv1" and self.is_edge(part)]
            node = (edges or node.parts)[0]
            way.append(node)
        return tuple(reversed(way))

    def is_edge(self, leaf: Node) -> bool:
        """Tell whether a cell of conv1 has the kernel of an oriented edge, by rule."""
        return kernels.looks_for(self.kernel(leaf)).kind == "edge"

    def kernel(self, leaf: Node) -> npt.NDArray[np.float32]:
        """The weights of a cell of conv1, (3, 3)."""
        return self.network.weights["conv1/kernel"][:, :, 0, leaf.filter]

    @property
    def top_share(self) -> float:
        """What the strongest cells give together, of all that pushes towards the answer."""
        return float(sum(part.share or 0.0 for part in self.tree.parts))

    def elsewhere(self, node: Node) -> tuple[TopPatch, ...]:
        """Find what excites a node's filter most in other bundled digits, strongest first."""
        shown = self.shown_picture.pixels
        others = [
            other.pixels for other in digits.load() if not np.array_equal(other.pixels, shown)
        ]
        return top_patches(self.network, node.layer, node.filter, np.stack(others), ELSEWHERE)

    def diagram(self) -> Diagram:
        """Describe the picture of the tree, for a figure and for a scene alike."""
        layers = [node.layer for node in self.path]
        leaf = self.path[0]
        return HierarchyPicture(
            tree=self.tree,
            path=self.path,
            pixels=self.trace.image[:, :, 0],
            kernels=self.network.weights[f"{leaf.layer}/kernel"][:, :, 0],
            fields={layer: self.network.receptive_field(layer).size for layer in layers},
            logit=self.logit,
            probability=self.probability,
            centred=self.centred,
            edge=leaf.layer == "conv1" and self.is_edge(leaf),
        ).diagram()

    # Receptive fields.

    @cached_property
    def views(self) -> tuple[View, ...]:
        """What a cell of each layer sees, from conv1 to conv3, each within the next one's view."""
        if len(self.path) < 3:  # on blank paper no edge responds
            cells = {"conv1": (12, 12), "conv2": (5, 5), "conv3": (1, 1)}
        else:
            cells = {node.layer: (node.row, node.col) for node in self.path}
        cells["pool1"] = cells["conv1"][0] // 2, cells["conv1"][1] // 2
        cells["pool2"] = cells["conv2"][0] // 2, cells["conv2"][1] // 2
        return tuple(
            View(name, self.network.receptive_field(name).box(*cells[name]))
            for name in ("conv1", "pool1", "conv2", "pool2", "conv3")
        )

    @property
    def places(self) -> tuple[Box, ...]:
        """The views of all cells of conv3, row after row."""
        rows, cols, _ = self.network.shapes["conv3"]
        field = self.network.receptive_field("conv3")
        return tuple(field.box(row, col) for row in range(rows) for col in range(cols))

    @property
    def read(self) -> Box:
        """All that conv3 reads of the picture; what lies outside changes no answer."""
        return Box(0, 0, self.places[-1].bottom, self.places[-1].right)

    # The causal check.

    @cached_property
    def pushes(self) -> npt.NDArray[np.float64]:
        """What every cell of conv3 adds to the answer, (3, 3, 128)."""
        weights = self.network.weights["dense/kernel"].astype(np.float64)
        column = weights[:, self.label] - (weights.mean(axis=1) if self.centred else 0.0)
        maps = self.trace.activations["conv3"].astype(np.float64)
        return maps * column.reshape(maps.shape)

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """The cells that push towards the answer, strongest first, as flat indices."""
        return np.argsort(-self.pushes.ravel(), kind="stable")[: self.tree.supporters]

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The answer with 0, 1, 2, ... of the strongest cells set to zero, computed again."""
        maps = self.trace.activations["conv3"]
        x = np.repeat(maps[np.newaxis], len(self.order) + 1, axis=0)
        flat = x.reshape(len(x), -1)
        for removed, cell in enumerate(self.order, 1):
            flat[removed:, cell] = 0
        above = [layer.name for layer in self.network.layers].index("conv3") + 1
        for layer in self.network.layers[above:]:
            logits, x = self.network.exact(layer, x)
        chances = ops.softmax(logits.astype(np.float64))
        return tuple(
            Reading(removed, float(z[self.label]), float(p[self.label]), int(z.argmax()))
            for removed, (z, p) in enumerate(zip(logits, chances, strict=True))
        )

    @cached_property
    def without_strongest(self) -> Reading:
        """The answer without the cells that the tree follows."""
        return self.readings[min(STRONGEST, len(self.order))]

    @cached_property
    def tipping(self) -> Reading | None:
        """The first reading that gives another answer; None if there is none."""
        return next((r for r in self.readings if r.label != self.label), None)

    def tell(self) -> Iterator[Beat]:
        """Tell the lesson: what cells see, the tree down, its shares, up again, and the check."""
        k, sides = self.label, {view.layer: view.side for view in self.views}
        unread = self.network.input_shape[0] - self.read.bottom
        fields = words.FIELDS.fill(
            r1=sides["conv1"], r2=sides["conv2"], r3=sides["conv3"], n=words.how_many(unread)
        )
        shares = words.SHARES.fill(
            m=len(self.tree.parts),
            n=fmt.count(self.tree.supporters),
            top3=fmt.number(100 * self.top_share, 1),
            k=k,
        )
        yield self.beat("question", self.question, 3.5)
        yield self.beat("fields", fields, 9.0, title=words.FIELDS_TITLE)
        yield self.beat("parts", self._parts_caption(), 6.0)
        yield self.beat("strokes", words.STROKES.fill(n=sides["conv2"]), 5.0)
        yield self.beat("edges", words.EDGES.fill(n=sides["conv1"]), 5.0)
        yield self.beat("shares", shares, 5.5)
        yield self.beat("upwards", self._upwards_caption(), 7.5)
        yield self.beat("check", self._check_caption(), 5.5, title=words.CHECK_TITLE)
        yield self.beat("more", self._more_caption(), 5.0, title=words.CHECK_TITLE)
        yield self.beat("answer", self.answer.fill(k=k), 5.0)

    def _parts_caption(self) -> Caption:
        """Say where the tree begins, and what is unusual about this digit."""
        right = self.shown_picture.label
        parts = [words.PARTS.fill(k=self.label, m=len(self.tree.parts))]
        if right is not None and right != self.label:
            parts = [words.MISREAD.fill(k=self.label, right=right, m=len(self.tree.parts))]
        if self.centred:
            parts.append(words.CENTRED)
        return words.joined(*parts)

    def _upwards_caption(self) -> Caption:
        leaf = self.path[0] if self.path else None
        small = leaf is not None and leaf.layer == "conv1" and self.is_edge(leaf)
        return words.UPWARDS.fill(small=words.AN_EDGE if small else words.A_PATCH, k=self.label)

    def _check_caption(self) -> Caption:
        after = self.without_strongest
        template = words.STILL if after.label == self.label else words.CHANGED
        return template.fill(
            m=after.removed,
            a=fmt.number(self.logit),
            b=fmt.number(after.logit),
            j=after.label,
        )

    def _more_caption(self) -> Caption:
        n = fmt.count(len(self.order))
        if self.tipping is None:
            return words.NEVER.fill(n=n, k=self.label)
        return words.TIPS.fill(m=self.tipping.removed, n=n, j=self.tipping.label)
