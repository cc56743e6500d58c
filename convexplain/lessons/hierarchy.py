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
from convexplain.lessons.parts.subject import Role, convolutions, with_maps
from convexplain.network import (
    Node,
    TopPatch,
    hierarchy,
    top_patches,
)
from convexplain.ops import Box
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: How many cells of the last level are followed, and taken out.
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
    """What the network makes of a digit when so many cells of the last level are set to zero."""

    removed: int
    logit: float
    probability: float
    label: int


@dataclass(frozen=True)
class Hierarchy(NetworkLesson):
    """How small patterns build larger ones, from edges to the answer, with every share measured.

    The levels are the network's three convolutions.

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

    needs: ClassVar[tuple[Role, ...]] = ("three levels",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.tree.parts:
            raise UsageError(
                f"no cell of {self.levels[-1]} in {self.model!r} pushes towards its answer, "
                f"{self.answer_name.text('en')}, so that there is no tree: give a trained network"
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

    @property
    def answer_name(self) -> Caption:
        """What the answer is called."""
        return self.network.class_name(self.label)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Names of the three convolutions, from the picture upwards."""
        return tuple(layer.name for layer in convolutions(self.network))

    @property
    def _classifier(self) -> str:
        return self.subject.role("three levels").name

    # The tree, downwards.

    @cached_property
    def tree(self) -> Node:
        """The answer, its strongest cells of the last level, and two below each of them, twice."""
        return hierarchy(self.trace, self.label, STRONGEST, centred=self.centred)

    @cached_property
    def path(self) -> tuple[Node, ...]:
        """One way up, from the first level to the last: the strongest parts.

        At its end the first cell of the first level whose kernel is an oriented edge, if there is
        one.
        """
        way, node = [], self.tree
        while node.parts:
            edges = [
                part for part in node.parts if part.layer == self.levels[0] and self.is_edge(part)
            ]
            node = (edges or node.parts)[0]
            way.append(node)
        return tuple(reversed(way))

    def is_edge(self, leaf: Node) -> bool:
        """Tell whether a cell of the first level has the kernel of an oriented edge, by rule."""
        return kernels.closest_pattern(self.kernel(leaf)).kind == "edge"

    def kernel(self, leaf: Node) -> npt.NDArray[np.float32]:
        """The weights of a cell of the first level, (height, width)."""
        return self.subject.kernels(self.levels[0])[:, :, leaf.filter]

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
            pixels=self.drawn,
            kernels=self.subject.kernels(self.levels[0]),
            fields={layer: self.network.receptive_field(layer).size for layer in layers},
            logit=self.logit,
            probability=self.probability,
            answer=self.answer_name,
            centred=self.centred,
            edge=leaf.layer == self.levels[0] and self.is_edge(leaf),
        ).diagram()

    # Receptive fields.

    @cached_property
    def views(self) -> tuple[View, ...]:
        """What a cell of each layer sees, up to the last level, each within the next one's view."""
        shapes = self.network.shapes
        if len(self.path) < len(self.levels):  # on blank paper no edge responds
            cells = {n: ((shapes[n][0] - 1) // 2, (shapes[n][1] - 1) // 2) for n in self.levels}
        else:
            cells = {node.layer: (node.row, node.col) for node in self.path}
        found: list[View] = []
        row = col = 0
        for layer in with_maps(self.network):
            rows, cols, _ = shapes[layer.name]
            # Of a pooling it is the window that reads the cell below it.
            read = min(row // 2, rows - 1), min(col // 2, cols - 1)
            row, col = cells.get(layer.name, read)
            found.append(View(layer.name, self.network.receptive_field(layer.name).box(row, col)))
        return tuple(found)

    @property
    def places(self) -> tuple[Box, ...]:
        """The views of all cells of the last level, row after row."""
        rows, cols, _ = self.network.shapes[self.levels[-1]]
        field = self.network.receptive_field(self.levels[-1])
        return tuple(field.box(row, col) for row in range(rows) for col in range(cols))

    @property
    def read(self) -> Box:
        """All that the last level reads of the picture; what lies outside changes no answer."""
        return Box(0, 0, self.places[-1].bottom, self.places[-1].right)

    # The causal check.

    @cached_property
    def pushes(self) -> npt.NDArray[np.float64]:
        """What every cell of the last level adds to the answer, (height, width, filters)."""
        weights = self.network.weights_of(self._classifier)["kernel"].astype(np.float64)
        column = weights[:, self.label] - (weights.mean(axis=1) if self.centred else 0.0)
        maps = self.trace.activations[self.levels[-1]].astype(np.float64)
        return maps * column.reshape(maps.shape)

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """The cells that push towards the answer, strongest first, as flat indices."""
        return np.argsort(-self.pushes.ravel(), kind="stable")[: self.tree.supporters]

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The answer with 0, 1, 2, ... of the strongest cells set to zero, computed again."""
        maps = self.trace.activations[self.levels[-1]]
        x = np.repeat(maps[np.newaxis], len(self.order) + 1, axis=0)
        flat = x.reshape(len(x), -1)
        for removed, cell in enumerate(self.order, 1):
            flat[removed:, cell] = 0
        above = [layer.name for layer in self.network.layers].index(self.levels[-1]) + 1
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
        k, boxes = self.answer_name, {view.layer: view.box for view in self.views}
        first, second, third = (_across(boxes[level]) for level in self.levels)
        height, width = self.network.input_shape[:2]
        unread = height - self.read.bottom, width - self.read.right
        fields = words.FIELDS_ONLY.fill(r1=first, r2=second, r3=third)
        if unread[0] == unread[1] > 0:
            fields = words.FIELDS.fill(**fields.values, n=words.how_many(unread[0]))
        shares = words.SHARES.fill(
            m=len(self.tree.parts),
            n=fmt.count(self.tree.supporters),
            top3=fmt.number(100 * self.top_share, 1),
            k=k,
        )
        yield self.beat("question", self.question, 3.5)
        yield self.beat("fields", fields, 9.0, title=words.FIELDS_TITLE)
        yield self.beat("parts", self._parts_caption(), 6.0)
        yield self.beat(
            "strokes",
            words.STROKES.fill(layer=self.levels[1], size=_size(boxes[self.levels[1]])),
            5.0,
        )
        yield self.beat(
            "edges", words.EDGES.fill(layer=self.levels[0], size=_size(boxes[self.levels[0]])), 5.0
        )
        yield self.beat("shares", shares, 5.5)
        yield self.beat("upwards", self._upwards_caption(), 7.5)
        yield self.beat("check", self._check_caption(), 5.5, title=words.CHECK_TITLE)
        yield self.beat("more", self._more_caption(), 5.0, title=words.CHECK_TITLE)
        yield self.beat("answer", self.answer.fill(k=k), 5.0)

    def _parts_caption(self) -> Caption:
        """Say where the tree begins, and what is unusual about this digit."""
        right, told = self.subject.label, words.PARTS
        if right is not None and right != self.label:
            told = words.MISREAD.fill(right=self.network.class_name(right))
        told = told.fill(k=self.answer_name, m=len(self.tree.parts), layer=self.levels[-1])
        parts = [told]
        if self.centred:
            parts.append(words.CENTRED if self.subject.reads_digits else words.CENTRED_ON_CLASSES)
        return words.joined(*parts)

    def _upwards_caption(self) -> Caption:
        leaf = self.path[0] if self.path else None
        small = leaf is not None and leaf.layer == self.levels[0] and self.is_edge(leaf)
        return words.UPWARDS.fill(
            small=words.AN_EDGE if small else words.A_PATCH, k=self.answer_name
        )

    def _check_caption(self) -> Caption:
        after = self.without_strongest
        template = words.STILL if after.label == self.label else words.CHANGED
        return template.fill(
            m=after.removed,
            a=fmt.number(self.logit),
            b=fmt.number(after.logit),
            j=self.network.class_name(after.label),
        )

    def _more_caption(self) -> Caption:
        n = fmt.count(len(self.order))
        if self.tipping is None:
            return words.NEVER.fill(n=n, k=self.answer_name)
        other = self.network.class_name(self.tipping.label)
        return words.TIPS.fill(m=self.tipping.removed, n=n, j=other)


def _across(box: Box) -> str:
    """Print how wide a view is, or both its sides if they differ."""
    return str(box.height) if box.height == box.width else _size(box)


def _size(box: Box) -> str:
    return fmt.shape((box.height, box.width))
