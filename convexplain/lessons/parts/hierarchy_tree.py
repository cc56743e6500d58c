"""The tree of a hierarchy as one figure: every share, from the answer down to the kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.hierarchy_picture import HierarchyPicture, rest_of
from convexplain.network import Node
from convexplain.panels import (
    Bar,
    Bars,
    Branch,
    Cells,
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

#: Patches of all layers are drawn to one scale if the largest is at most so many times as large.
EVEN = 6
#: How many planes of a kernel in colour make the side of a patch.
PLANES = 1.8
#: A bar of all that raises the answer is as long as so many pixels.
_LONG = 44
#: And that of a unit, which has no patch.
_UNIT = 12


@dataclass(frozen=True, eq=False)
class HierarchyTree:
    """The tree of a hierarchy, in one of the ways in which it may be drawn."""

    of: HierarchyPicture
    #: Whether all pixels are of one size, or those of each layer.
    one_scale: bool = True
    #: At 1, shares of leaves are whole; at 0 all are, and rows and filters have no names, nor, at
    #: -1, have those of the leaves; nor is the logit taken apart.
    detail: int = 2
    #: Whether the kernels of a leaf stand side by side.
    beside: bool = False

    def diagram(self) -> Diagram:
        """Describe it.

        Result: panels ``input`` (with a mark for each layer of the path), ``tree``, and in it
        ``patch-0-1``, ``share-0-1``, ``bar-0-1``, ``kernel-0-1-0`` and ``filter-0-1-0``, numbered
        from the left under each parent.
        """
        # One scale for all pixels, if it can be and leaves the smallest large enough, else a scale
        # for each layer; less words where these take too much room.
        sides = [node.box.height for node in self.of.path]
        scales = (True, False) if sides[-1] <= EVEN * sides[0] else (False, True)
        in_colour = self.of.kernels is not None and self.of.kernels.shape[2] > 1
        pictures = [
            replace(self, one_scale=one, detail=detail, beside=beside)
            for detail in (2, 1, 0, -1)
            for one in scales
            for beside in ((False, True) if in_colour else (False,))
        ]
        return Diagram(Either(*(shape for picture in pictures for shape in picture._shapes())))

    def _shapes(self) -> tuple[Part, ...]:
        """Return what is read beside the tree, and above it, at last without an explanation."""
        share, short = self._share("input"), self.detail <= 0
        read = self.of.read(share, short=short)
        tree, legend = self._tree(), Legend("legend")
        beside = Column(self._explained(), legend, gap=0.6)
        shapes: tuple[Part, ...] = (
            Row(Column(read, beside), tree, gap=1.2, align="top"),
            Column(Row(read, beside, align="top"), tree, gap=1.2, align="middle"),
            Row(Column(read, legend), tree, gap=1.2, align="top"),
        )
        if self.of.subject.sharp is None:
            return shapes
        both = (self.of.photograph(share, short=short), read)
        return (
            Row(Column(*both, beside), tree, gap=1.2, align="top"),
            Column(Row(*both, beside, align="top"), tree, gap=1.2, align="middle"),
            Row(Column(*both, legend), tree, gap=1.2, align="top"),
            Column(Row(*both, align="top"), tree, beside, gap=1.2, align="middle"),
            *(shapes if self.detail < 0 else ()),
        )

    def _share(self, layer: str) -> str:
        return "pixels" if self.one_scale else layer

    @property
    def _weights(self) -> Scale:
        """One scale for all kernels of the layer."""
        assert self.of.kernels is not None
        return Scale(float(np.abs(self.of.kernels).max()), terms.KERNEL)

    def _explained(self) -> Part:
        """What the numbers and colours mean."""
        read = words.TREE_READ
        if self.of.kernels is not None:
            read = words.joined(read, words.TREE_KERNELS.fill(layer=self.of.path[0].layer))
            if self.of.kernels.shape[2] > 1:
                read = words.joined(read, words.PLANES_READ)
        said = words.joined(
            read,
            *([words.BIASES_READ] if self.of.skips else []),
            *([words.CENTRED] if self.of.centred else []),
        )
        return Text("explained", said, role="note", tone="muted", measure=15)

    def _tree(self) -> Tree:
        """The tree, with the names of the layers at its rows."""
        named = reversed(self.of.path) if self.detail > 0 else ()
        rows = [None, *(self._named(node.layer) for node in named)]
        return Tree("tree", self._root(), rows=rows, alternative=self.of.told)

    def _named(self, layer: str) -> Part:
        name = Text(f"row-{layer}", layer, role="small", weight="bold")
        return Column(
            name,
            Text(f"field-{layer}", fmt.shape(self.of.fields[layer]), role="small", tone="muted"),
            gap=0,
        )

    def _root(self) -> Branch:
        z = self.of.made_of if self.detail >= 0 else fmt.number(self.of.logit)
        logit = words.LOGIT.fill(z=z)
        chance = words.PROBABILITY.fill(p=fmt.probability(self.of.probability))
        answer = Row(
            Text("logit", logit, role="note"),
            Text("answer", self.of.answer, role="heading", weight="bold"),
            Text("probability", chance, role="note"),
        )  # fmt: skip
        below = Text("others", self._others(), role="small", tone="muted")
        bars = self._bars("", self.of.tree, _LONG, "input")
        whole = Column(answer, Row(bars, below, gap=0.3), gap=0.4, align="middle")
        return Branch("root", whole, self._below(self.of.tree, "", "bar"))

    def _others(self) -> Caption:
        """How many more cells push for the answer, and what they give together."""
        return words.OTHERS.fill(
            n=fmt.count(self.of.tree.supporters - len(self.of.tree.parts)),
            share=fmt.percent(rest_of(self.of.tree)),
        )

    def _below(self, parent: Node, place: str, bar: str) -> list[Branch]:
        return [
            self._branch(part, f"{place}-{n}" if place else str(n), f"{bar}.{n}")
            for n, part in enumerate(parent.parts)
        ]

    def _branch(self, node: Node, place: str, begins: str) -> Branch:
        side, lit = node.box.height, node in self.of.path
        share = fmt.percent(node.share or 0.0, int(self.detail > (0 if node.parts else 1)))
        said = f"{node.filter} · {share}" if node.parts and self.detail > 0 else share
        parts: list[Part] = [
            Text(
                f"share-{place}", said, role="small",
                weight="bold" if lit else "regular",
            ),
        ]  # fmt: skip
        if node.layer not in self.of.units:
            whole = Mark(0, 0, node.box.height, node.box.width)
            parts.append(
                Cells(
                    f"patch-{place}", self.of.patch_of(node), share=self._share(node.layer),
                    lines=False, marks={"lit": whole} if lit else {},
                )
            )  # fmt: skip
        if node.parts:
            long, shared = (
                (side, node.layer) if node.layer not in self.of.units else (_UNIT, "input")
            )
            parts.append(self._bars(f"-{place}", node, long, shared))
        else:
            parts += self._kernels(place, node)
            if self.detail > 0 or (self.detail == 0 and not self.of.skips):
                named = Text(f"filter-{place}", str(node.filter), role="small", tone="muted")
                parts.append(named)
        column = Column(*parts, gap=0.25, align="middle")
        return Branch(
            place, column, self._below(node, place, f"bar-{place}"), lit=lit, begins=begins
        )

    def _kernels(self, place: str, node: Node) -> list[Part]:
        """The kernel of a leaf of the lowest level, in colour one for each channel."""
        if self.of.kernels is None:
            return []
        of_filter = self.of.kernels[..., node.filter]
        many = of_filter.shape[2] > 1
        kernels = [
            Cells(
                f"kernel-{place}" + (f".{n}" if n else ""), of_filter[:, :, n], self._weights,
                share=self._share(node.layer), lines=False, fine=PLANES if many else 1,
            )
            for n in range(of_filter.shape[2])
        ]  # fmt: skip
        if not many:
            return [*kernels]
        return [
            Row(*kernels, gap=0.2) if self.beside else Column(*kernels, gap=0.08, align="middle")
        ]

    def _bars(self, place: str, node: Node, long: float, layer: str) -> Part:
        """All that raises a cell, and where layers are skipped above it what their biases add."""
        bar = self._bar(f"bar{place}", node, long, layer)
        if not self.of.skips:
            return bar
        return Column(self._biases(f"bias{place}", node, long, layer), bar, gap=0.06)

    def _biases(self, name: str, node: Node, long: float, layer: str) -> Bars:
        """What the biases of all layers on the way add, to the scale of the bar above it."""
        ratio = node.bias / node.positive if node.positive else 0.0
        bar = Bar("bias", terms.BIAS, ratio, fmt.number(node.bias), "ink")
        return Bars(
            name, [bar], Scale(max(1.0, abs(ratio))), length=long, share=self._share(layer),
            stacked=True, thick=0.2,
        )  # fmt: skip

    def _bar(self, name: str, node: Node, long: float, layer: str = "input") -> Bars:
        """All that raises a cell: its parts, and muted the rest."""
        bars = [
            Bar(
                str(n), str(part.filter), part.share or 0.0, fmt.percent(part.share or 0.0),
                "accent" if part in self.of.path else "positive",
            )
            for n, part in enumerate(node.parts)
        ]  # fmt: skip
        return Bars(
            name, bars, Scale(1.0), length=long, share=self._share(layer), stacked=True,
            rest=rest_of(node), thick=0.4,
        )  # fmt: skip


def beside_other(picture: HierarchyPicture, other: HierarchyPicture) -> Diagram:
    """Describe two trees without numbers, so that they can be compared row by row.

    Panels ``tree``, ``input``, ``answer`` and ``patch-0-1``; the other's begin with
    ``other-``.
    """
    trees = _plain(other, "other-"), _plain(picture, "")
    return Diagram(Either(Row(*trees, gap=2.5), Column(*trees, gap=1.5)))


def _plain(picture: HierarchyPicture, prefix: str) -> Tree:
    """The tree with nothing but the picture, the answer, and the patches."""

    def branch(node: Node, place: str) -> Branch:
        depth = place.count("-") + 1
        patch = Cells(f"{prefix}patch-{place}", picture.patch_of(node), share=f"row-{depth}",
                      lines=False)  # fmt: skip
        below = [branch(part, f"{place}-{n}") for n, part in enumerate(node.parts)]
        return Branch(place, patch, below, lit=node in picture.path)

    read = Cells(f"{prefix}input", picture.pixels, share="whole", lines=False)
    answer = Text(f"{prefix}answer", picture.answer, role="heading", weight="bold")
    parts = [branch(part, str(n)) for n, part in enumerate(picture.tree.parts)]
    root = Branch("root", Row(read, answer, gap=0.6), parts)
    return Tree(f"{prefix}tree", root, alternative=picture.told)
