"""The picture of a hierarchy: the digit, and the tree from the answer down to the edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.network import Node
from convexplain.ops.patching import cut
from convexplain.panels import (
    Aligned,
    Bar,
    Bars,
    Branch,
    Cells,
    Chart,
    Column,
    Diagram,
    Either,
    Legend,
    Mark,
    Part,
    Row,
    Scale,
    Text,
    Tree,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: A bar of all that raises the answer is as long as so many pixels.
_LONG = 44
#: And that of a unit, which has no patch.
_UNIT = 12


@dataclass(frozen=True, eq=False)
class HierarchyPicture:
    """What a hierarchy's picture is made of.

    Parameters
    ----------
    tree : Node
        The answer with the cells that are followed below it.
    path : tuple of Node
        One way up, from its leaf; it is lit.
    pixels : numpy.ndarray, shape (height, width) or (height, width, 3)
        The picture.
    kernels : numpy.ndarray, shape (rows, columns, channels, filters), optional
        Of the leaves' layer, where that is the lowest.
    fields : mapping of str to (int, int)
        How many rows and columns of the picture a cell of a layer sees.
    units : frozenset of str
        Layers whose cells have no places: they have no patches.
    probability : float
        The answer's.
    answer : Caption
        What the answer is called.
    centred : bool
        Whether weights are taken less their mean over all classes.
    edge : bool
        Whether the leaf of the path has the kernel of an oriented edge.
    one_scale : bool
        Whether all pixels are of one size, or those of each layer.
    detail : {2, 1, 0, -1}
        At 1, shares of leaves are whole; at 0 all are, and rows and filters have no names, nor,
        at -1, have those of the leaves.
    beside : bool
        Whether the kernels of a leaf stand side by side.
    """

    tree: Node
    path: tuple[Node, ...]
    pixels: npt.NDArray[np.float32]
    kernels: npt.NDArray[np.float32] | None
    fields: Mapping[str, tuple[int, int]]
    units: frozenset[str]
    logit: float
    probability: float
    answer: Caption
    centred: bool
    edge: bool
    one_scale: bool = True
    detail: int = 2
    beside: bool = False

    def diagram(self) -> Diagram:
        """Describe it.

        Returns
        -------
        Diagram
            Panels ``input`` (with a mark for each layer of the path), ``tree``, and in it
            ``patch-0-1``, ``share-0-1``, ``bar-0-1``, ``kernel-0-1-0`` and ``filter-0-1-0``,
            numbered from the left under each parent.
        """
        # One scale for all pixels, if it can be, else a scale for each layer; less words where
        # these take too much room.
        in_colour = self.kernels is not None and self.kernels.shape[2] > 1
        pictures = [
            replace(self, one_scale=one, detail=detail, beside=beside)
            for detail in (2, 1, 0, -1)
            for one in (True, False)
            for beside in ((False, True) if in_colour else (False,))
        ]
        return Diagram(Either(*(shape for picture in pictures for shape in picture._shapes())))

    def opening(self) -> Diagram:
        """Describe the digit alone, as large as it can be, with what cells of the path see."""
        return Diagram(replace(self, detail=0)._digit())

    def wall(self, node: Node, others: Sequence[Cells]) -> Diagram:
        """Describe a patch, named as in the tree, beside those of other digits.

        Parameters
        ----------
        node : Node
            Of the last level.
        others : sequence of Cells
            What excites its filter most elsewhere.
        """
        number = self.tree.parts.index(node)
        own = Cells(
            f"patch-{number}", self._patch(node), share="own", lines=False,
            title=terms.MAP_OF.fill(layer=node.layer, n=node.filter),
        )  # fmt: skip

        def rows(width: int) -> Aligned:
            cut = [others[n : n + width] for n in range(0, len(others), width)]
            return Aligned([[*row, *[None] * (width - len(row))] for row in cut], gap=0.6)

        return Diagram(
            Either(
                Row(own, rows(4), gap=1.5),
                Row(own, rows(3), gap=1.5),
                Column(own, rows(4), align="middle"),
                Column(own, rows(3), align="middle"),
            )
        )

    def check(self, lead: Chart) -> Diagram:
        """Describe all that pushes towards the answer as one bar, and a chart below it."""
        whole = replace(self._bar("bar", self.tree, _LONG), thick=1.6, share="", title=words.PUSHES)
        return Diagram(Column(whole, lead, gap=1.5))

    def _shapes(self) -> tuple[Part, ...]:
        """Return the digit beside the tree, and above it, at last without an explanation."""
        digit, tree, legend = self._digit(), self._tree(), Legend("legend")
        beside = Column(self._explained(), legend, gap=0.6)
        return (
            Row(Column(digit, beside), tree, gap=1.2, align="top"),
            Column(Row(digit, beside, align="top"), tree, gap=1.2, align="middle"),
            Row(Column(digit, legend), tree, gap=1.2, align="top"),
        )

    def _share(self, layer: str) -> str:
        return "pixels" if self.one_scale else layer

    @property
    def _weights(self) -> Scale:
        """One scale for all kernels of the layer."""
        assert self.kernels is not None
        return Scale(float(np.abs(self.kernels).max()), terms.KERNEL)

    def _patch(self, node: Node) -> npt.NDArray[np.float32]:
        """Return what a node sees as it is drawn; beyond the picture is nothing."""
        deep = self.pixels if self.pixels.ndim == 3 else self.pixels[..., np.newaxis]
        patch = cut(deep, node.box)
        return patch if self.pixels.ndim == 3 else patch.squeeze(axis=2)

    def _digit(self) -> Cells:
        """The digit, with the fields of the path, and those of the other cells of the last row."""
        size = self.pixels.shape[0], self.pixels.shape[1]
        marks = {
            f"other-{n}": Mark.over(part.box.clip(size), "muted", dashed=True)
            for n, part in enumerate(self.tree.parts)
            if part not in self.path and part.layer not in self.units
        }
        # The smallest last, so that its sides are seen.
        marks |= {
            node.layer: Mark.over(node.box.clip(size))
            for node in reversed(self.path)
            if node.layer not in self.units
        }
        return Cells(
            "input", self.pixels, share=self._share("input"), marks=marks, lines=False,
            note=words.INPUT.fill(shape=fmt.shape(self.pixels.shape)),
        )  # fmt: skip

    def _explained(self) -> Part:
        """What the numbers and colours mean."""
        read = words.TREE_READ
        if self.kernels is not None:
            read = words.joined(read, words.TREE_KERNELS.fill(layer=self.path[0].layer))
        said = words.joined(read, *([words.CENTRED] if self.centred else []))
        return Text("explained", said, role="note", tone="muted", measure=15)

    def _tree(self) -> Tree:
        """The tree, with the names of the layers at its rows."""
        named = reversed(self.path) if self.detail > 0 else ()
        rows = [None, *(self._named(node.layer) for node in named)]
        return Tree("tree", self._root(), rows=rows, alternative=self._told())

    def _named(self, layer: str) -> Part:
        name = Text(f"row-{layer}", layer, role="small", weight="bold")
        return Column(
            name,
            Text(f"field-{layer}", fmt.shape(self.fields[layer]), role="small", tone="muted"),
            gap=0,
        )

    def _root(self) -> Branch:
        logit = words.LOGIT.fill(z=fmt.number(self.logit))
        chance = words.PROBABILITY.fill(p=fmt.probability(self.probability))
        answer = Row(
            Text("logit", logit, role="note"),
            Text("answer", self.answer, role="heading", weight="bold"),
            Text("probability", chance, role="note"),
        )  # fmt: skip
        others = words.OTHERS.fill(
            n=fmt.count(self.tree.supporters - len(self.tree.parts)),
            share=fmt.percent(_rest(self.tree)),
        )
        below = Text("others", others, role="small", tone="muted")
        bar = Row(self._bar("bar", self.tree, _LONG), below, gap=0.3)
        whole = Column(answer, bar, gap=0.4, align="middle")
        return Branch("root", whole, self._below(self.tree, "", "bar"))

    def _below(self, parent: Node, place: str, bar: str) -> list[Branch]:
        return [
            self._branch(part, f"{place}-{n}" if place else str(n), f"{bar}.{n}")
            for n, part in enumerate(parent.parts)
        ]

    def _branch(self, node: Node, place: str, begins: str) -> Branch:
        side, lit = node.box.height, node in self.path
        share = fmt.percent(node.share or 0.0, int(self.detail > (0 if node.parts else 1)))
        said = f"{node.filter} · {share}" if node.parts and self.detail > 0 else share
        parts: list[Part] = [
            Text(
                f"share-{place}", said, role="small",
                weight="bold" if lit else "regular",
            ),
        ]  # fmt: skip
        if node.layer not in self.units:
            whole = Mark(0, 0, node.box.height, node.box.width)
            parts.append(
                Cells(
                    f"patch-{place}", self._patch(node), share=self._share(node.layer),
                    lines=False, marks={"lit": whole} if lit else {},
                )
            )  # fmt: skip
        if node.parts:
            long, shared = (side, node.layer) if node.layer not in self.units else (_UNIT, "input")
            parts.append(self._bar(f"bar-{place}", node, long, shared))
        else:
            parts += self._kernels(place, node)
            if self.detail >= 0:
                named = Text(f"filter-{place}", str(node.filter), role="small", tone="muted")
                parts.append(named)
        column = Column(*parts, gap=0.25, align="middle")
        return Branch(
            place, column, self._below(node, place, f"bar-{place}"), lit=lit, begins=begins
        )

    def _kernels(self, place: str, node: Node) -> list[Part]:
        """The kernel of a leaf of the lowest level, in colour one for each channel."""
        if self.kernels is None:
            return []
        of_filter = self.kernels[..., node.filter]
        kernels = [
            Cells(
                f"kernel-{place}" + (f".{n}" if n else ""), of_filter[:, :, n], self._weights,
                share=self._share(node.layer), lines=False,
            )
            for n in range(of_filter.shape[2])
        ]  # fmt: skip
        return [Row(*kernels, gap=0.2)] if self.beside else [*kernels]

    def _bar(self, name: str, node: Node, long: float, layer: str = "input") -> Bars:
        """All that raises a cell: its parts, and muted the rest."""
        bars = [
            Bar(
                str(n), str(part.filter), part.share or 0.0, fmt.percent(part.share or 0.0),
                "accent" if part in self.path else "positive",
            )
            for n, part in enumerate(node.parts)
        ]  # fmt: skip
        return Bars(
            name, bars, Scale(1.0), length=long, share=self._share(layer), stacked=True,
            rest=_rest(node), thick=0.4,
        )  # fmt: skip

    def _told(self) -> Caption:
        """Tell the tree to a person who cannot see it: its answer, its cells, their shares."""
        tree = self.tree
        under = [
            words.TREE_UNDER.fill(
                f=part.filter, layer=part.parts[0].layer, parts=_listed(part.parts)
            )
            for part in tree.parts
            if part.parts
        ]
        leaf = self.path[0]
        return words.TREE.fill(
            k=self.answer,
            last=tree.parts[0].layer,
            first=leaf.layer,
            size=fmt.shape((leaf.box.height, leaf.box.width)),
            z=fmt.number(self.logit),
            p=fmt.probability(self.probability),
            n=fmt.count(tree.supporters),
            parts=_listed(tree.parts),
            rest=fmt.percent(_rest(tree)),
            below=words.joined(*under) if under else "",
            f=leaf.filter,
            r=leaf.row,
            c=leaf.col,
            what=words.ORIENTED_EDGE if self.edge else words.OTHER_PATTERN,
            share=fmt.percent(leaf.share or 0.0),
        )


def _rest(node: Node) -> float:
    """Return what all cells give that are not followed, of all that raises a node."""
    return 1.0 - sum(part.share or 0.0 for part in node.parts)


def _listed(parts: Iterable[Node]) -> Caption:
    named = [
        words.TREE_PART.fill(
            f=part.filter, r=part.row, c=part.col, share=fmt.percent(part.share or 0.0)
        )
        for part in parts
    ]
    return Caption(
        en=", ".join(part.text("en") for part in named),
        zh="、".join(part.text("zh") for part in named),
    )
