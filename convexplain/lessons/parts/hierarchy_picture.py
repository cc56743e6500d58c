"""The picture of a hierarchy: the digit, the way from the answer down to an edge, and that edge."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.step_picture import scale_of
from convexplain.lessons.parts.subject import Subject
from convexplain.network import Node
from convexplain.ops import Box, ConvStep
from convexplain.ops.patching import cut
from convexplain.panels import (
    Cells,
    Column,
    Diagram,
    Either,
    Legend,
    Link,
    Mark,
    Part,
    Row,
    Scale,
    Space,
    Sum,
    Text,
)
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: The name of what has one size where one path is drawn large.
LARGE = "large"
#: The picture is so many times as large as what it is made of; how high a line over it is, in gaps.
_ROOT, _ROOT_UPRIGHT, _HEADED = 3.3, 2.3, 1.45
#: Where it stands with the cells of the last level alone, which are then all of one size.
_ROOT_OF_LEVEL = 1.5
#: A patch on the path is so many times as large as the others of its level.
_FOLLOWED = 2.3
#: In narrow frames lines below the picture are so many letters long, in sizes of the text.
_NARROWER = 9
#: So long is what stands above a level, in sizes of the text; where there is less room.
_HEAD, _HEAD_SHORT = 14, 7
#: The sums of the smallest step are so many times as large as other text.
_SUMS = 1.5


@dataclass(frozen=True, eq=False)
class HierarchyPicture:
    """What a hierarchy's picture is made of."""

    #: The answer with the cells that are followed below it.
    tree: Node
    #: One way up, from its leaf; it is lit.
    path: tuple[Node, ...]
    #: The network and the picture.
    subject: Subject
    #: Of the leaves' layer, where that is the lowest, (rows, columns, channels, filters).
    kernels: npt.NDArray[np.float32] | None
    #: How many rows and columns of the picture a cell of a layer sees.
    fields: Mapping[str, tuple[int, int]]
    #: Layers whose cells have no places: they have no patches.
    units: frozenset[str]
    logit: float
    #: The answer's.
    probability: float
    #: What the answer is called.
    answer: Caption
    #: Whether weights are taken less their mean over all classes.
    centred: bool
    #: Whether the leaf of the path has the kernel of an oriented edge.
    edge: bool
    #: What makes the answer, and each cell of the path below it, the path's own among them.
    levels: tuple[tuple[Node, ...], ...]
    #: Layers of which these are the strongest, wherever they lie.
    strongest: frozenset[str] = frozenset()
    #: What a check of the answer found, as lines.
    checked: tuple[Caption, ...] = ()
    #: Whether levels are skipped; what the biases of all on the way add has bars of its own then.
    skips: bool = False

    def opening(self) -> Diagram:
        """Describe the digit alone, as large as it can be, with what cells of the path see."""
        if self.subject.sharp is None:
            read = self.read()
            return Diagram(Column(self._said(), read, gap=0.4, align="middle", turns=False))
        photograph, read = self.photograph(), self.read()
        both = Row(photograph, read, gap=1.5), Column(photograph, read, gap=0.8)
        return Diagram(
            Either(*(Column(self._said(), shape, gap=0.4, turns=False) for shape in both))
        )

    def smallest(self, step: ConvStep) -> Diagram:
        """Describe how the leaf's number is made, as large as it can be.

        Panels of its patch, as in `branch`, ``times``, ``kernel``, ``gives`` and ``sum``. Where the
        printed factors would not give the printed sum, they have one decimal more if that helps.
        """
        finer = int(not _comes_out(step, 2) and _comes_out(step, 3))
        weights = Scale(float(np.abs(step.kernel).max()) or 1.0, terms.KERNEL)

        def grid(name: str, values: npt.NDArray[Any], scale: Scale, title: Caption) -> Cells:
            return Cells(
                name, values.squeeze(axis=2), scale, numbers=True, finer=finer, share="numbers",
                title=title, large=True,
            )  # fmt: skip

        patch = grid(self.leaf, step.patch, scale_of(step.patch), terms.PATCH.capital)
        kernel = grid("kernel", step.kernel, weights, terms.KERNEL.capital)
        times, gives = (Text(*sign, role="sign") for sign in (("times", "⊙"), ("gives", "→")))
        response = Scale(abs(step.activated) or 1.0, terms.RESPONSE)
        total = Sum.of("sum", step.breakdown(), response, large=_SUMS)
        below: list[Part] = [Legend("legend")]
        if self.passes_on is not None:
            below.insert(0, Text("passes-on", self.passes_on, role="heading"))
        sums = (step.total, step.bias), step.value
        if not (_comes_out(step, 2 + finer) and fmt.adds_up(*sums)):
            below.append(Text("rounded", terms.rounded(), role="note"))
        told = Column(*below, gap=0.6, align="middle")
        factors = Row(patch, times, kernel, gap=0.5)
        return Diagram(
            Either(
                Column(Row(factors, gives, total, gap=0.6), told, gap=0.8, align="middle"),
                Column(factors, Row(gives, total, gap=0.6), told, gap=0.8, align="middle"),
            )
        )

    @property
    def passes_on(self) -> Caption | None:
        """Say what the leaf adds to the cell above it: its response times a weight.

        None where that is no single weight, or not what the printed numbers give.
        """
        leaf, *above = self.path
        if not above or self.skips or leaf.weight is None:
            return None
        response, adds = fmt.rounded(leaf.activated), fmt.rounded(leaf.contribution or 0.0)
        for decimals in (2, 3):
            if fmt.rounded(response * fmt.rounded(leaf.weight, decimals)) == adds:
                return words.PASSES_ON.fill(
                    a=fmt.number(leaf.activated), w=fmt.number(leaf.weight, decimals),
                    v=fmt.number(leaf.contribution or 0.0),
                )  # fmt: skip
        return None

    def last_level(self, *, upright: bool = False) -> Diagram:
        """Describe the answer, and the cells of the last level that are followed, large.

        Panels and marks as in `branch`; where the level has units, it is that picture. `upright`:
        whether they stand below the digit.
        """
        row = self.rows[0]
        node = next(iter(row.values()))
        if node.layer in self.units:
            return self.branch(upright=upright)
        digit = Column(self._said(), self._root_of(_ROOT_OF_LEVEL), gap=0.2, align="middle")
        cells = Row(*(self._child(*each, named=True, large=1.0) for each in self._ordered(row)))
        level = Column(self._title(row, node, words.LEVEL), cells, gap=0.4)
        both = Column(digit, level, gap=1.2, align="middle"), Row(digit, level, gap=1.5)
        return Diagram(both[0] if upright else Either(both[1], both[0]))

    def branch(self, *, upright: bool = False) -> Diagram:
        """Describe the way from the answer to its leaf, and at each step what else adds to it.

        All patches are of one size, whatever they show of the digit; windows on a cell show where
        its parts lie. Those of the path stand in one line, the others on both sides of it.
        `upright`: whether the cells of a level rather stand side by side. Result: panels ``input``,
        ``answer``, ``checked-0``, and of the cells ``patch-0-1`` and, of the last level and the
        path, ``adds-0-0``; marks of their parts such as ``input.0`` and ``patch-0.0-1``, and of the
        path ``lit``.
        """
        beside = (self._beside(short=False), self._beside(short=True))
        shape = self._below_one_another() if upright else Either(*beside)
        return Diagram(shape, tuple(self._branches(upright=upright)), about=self.told)

    def _beside(self, *, short: bool) -> Part:
        """Return the digit, and its levels as columns beside it, if need be with fewer words."""
        measure = _NARROWER if short else math.inf
        found = [Text(name, said, measure=measure) for name, said in self._found()]
        below: Sequence[Part] = found or (Space(height=_HEADED),)
        digit = Column(self._said(), self._root_of(_ROOT), *below, gap=0.2, align="middle")
        levels = [[self._child(*each, named=True) for each in self._ordered(r)] for r in self.rows]
        rows = zip(self.rows, levels, strict=True)
        named = [self._titled(row, cells, short=short) for row, cells in rows]
        return Row(digit, *named, gap=1.5)

    def _below_one_another(self) -> Part:
        """Return the digit, and its levels as rows below it."""
        found = [Text(name, said, measure=_NARROWER) for name, said in self._found()]
        said = Column(self._said(), *found, gap=0.4, align="middle")
        digit = Column(said, self._root_of(_ROOT_UPRIGHT), gap=0.2, align="middle")
        levels = [[self._child(*each) for each in self._ordered(row)] for row in self.rows]
        return Column(digit, *(Row(*level, gap=1.0) for level in levels), gap=1.2, align="middle")

    def _found(self) -> Iterator[tuple[str, Caption]]:
        """Yield the lines of what a check found, with their names."""
        return ((f"checked-{n}", said) for n, said in enumerate(self.checked))

    def _root_of(self, large: float) -> Cells:
        """Return what is read, so many times as large as a patch, with the windows on it."""
        marks = self._windows(self.rows[0], Box(0, 0, *self.pixels.shape[:2]))
        return replace(
            self.read(), note=None, marks=marks, share=LARGE,
            fine=self.pixels.shape[0] / self._side / large,
        )  # fmt: skip

    def _titled(self, row: Mapping[str, Node], cells: Sequence[Part], *, short: bool) -> Part:
        """Return the cells of a level under its name, what one sees, and to what they add."""
        node = next(iter(row.values()))
        if node.layer in self.units:
            return Column(*cells, gap=0.3, align="middle")
        title = self._title(row, node, words.LEVEL_SHORT if short else words.LEVEL)
        return Column(title, *cells, gap=0.2)

    def _title(self, row: Mapping[str, Node], node: Node, level: Caption) -> Part:
        said = level.fill(layer=node.layer, size=fmt.shape(self.fields[node.layer]))
        name = Text(f"level-{node.layer}", said, role="note", weight="bold")
        measure = _HEAD_SHORT if level is words.LEVEL_SHORT else _HEAD
        most = words.STRONGEST_ADD_TO if node.layer in self.strongest else words.ADD_TO
        above = self._above(next(iter(row)))
        above = replace(above, zh=above.zh.rstrip())  # a colon follows
        adds = most.fill(m=len(row), n=fmt.count(self._over(row).supporters), above=above)
        told = Text(f"to-{node.layer}", adds, role="note", tone="muted", measure=measure)
        return Column(name, told, gap=0)

    def _over(self, row: Mapping[str, Node]) -> Node:
        """Return the cell to which those of a level add."""
        own = next(node for node in row.values() if node in self.path)
        return (*self.path, self.tree)[1 + self.path.index(own)]

    @cached_property
    def rows(self) -> tuple[dict[str, Node], ...]:
        """The cells of each level by their places in the tree, the strongest first."""
        above, found = "", list[dict[str, Node]]()
        for nodes in self.levels:
            row = {f"{above}{n}": node for n, node in enumerate(nodes)}
            above = next(place for place, node in row.items() if node in self.path) + "-"
            found.append(row)
        return tuple(found)

    @property
    def leaf(self) -> str:
        """The name of the leaf's panel."""
        return next(f"patch-{place}" for place, node in self.rows[-1].items() if node in self.path)

    def panel_of(self, node: Node) -> str:
        """Return the name of the panel of a cell that is shown."""
        place = next(place for row in self.rows for place, each in row.items() if each == node)
        return f"patch-{place}"

    def _ordered(self, row: Mapping[str, Node]) -> list[tuple[str, Node]]:
        """Return the cells of a level with that of the path in the middle, the highest first.

        So lines to the others do not cross.
        """
        others = [item for item in row.items() if item[1] not in self.path]
        others.sort(key=lambda item: item[1].box.top)
        own = [item for item in row.items() if item[1] in self.path]
        return [*others[: len(others) // 2], *own, *others[len(others) // 2 :]]

    def _said(self) -> Part:
        """What is read, and its logit, to which all cells add."""
        said = words.ANSWER.fill(k=self.answer)
        answer = Text("answer", said, role="heading", weight="bold")
        logit = Text("logit", words.SCORE.fill(z=fmt.number(self.logit)), role="note")
        return Column(answer, logit, gap=0.2, align="middle")

    @cached_property
    def _side(self) -> float:
        """How many cells are as long as a patch of the last level; of a unit, half the picture."""
        top = self.tree.parts[0]
        return self.pixels.shape[0] / 2 if top.layer in self.units else top.box.height

    def _child(
        self, place: str, node: Node, *, named: bool = False, large: float | None = None
    ) -> Part:
        """Return a cell with what it adds, and to what if no name above its level tells it.

        Of a unit, which reads all there is, its name. Where no name stands above its level, below
        the last one only those of the path tell what they add.
        """
        v = fmt.number(node.contribution or 0.0)
        adds = words.ADDS.fill(v=v, above=self._above(place))
        if named and node.layer not in self.units:
            adds = words.ADDS_SHORT.fill(v=v)
        told = Text(f"adds-{place}", adds, role="note")
        if node.layer in self.units:
            name = Text(f"unit-{place}", terms.UNIT.fill(n=node.filter), weight="bold")
            return Column(name, told, gap=0.2, align="middle")
        below = next((row for row in self.rows if f"{place}-0" in row), {})
        marks = self._windows(below, node.box)
        marks["lit"] = Mark(0, 0, node.box.height, node.box.width)
        if large is None:
            large = _FOLLOWED if node in self.path else 1.0
        patch = Cells(
            f"patch-{place}", self.patch_of(node), share=LARGE, lines=False, marks=marks,
            fine=node.box.height / self._side / large,
        )  # fmt: skip
        return Column(told, patch, gap=0.2) if named or self._tells(place, node) else patch

    def _tells(self, place: str, node: Node) -> bool:
        return "-" not in place or node in self.path or node.layer in self.units

    def _above(self, place: str) -> Caption:
        """Name what a cell of the tree adds to: the layer of the cell above it, or the score."""
        depth = place.count("-")
        if not depth:
            return words.THE_SCORE
        layer = next(iter(self.rows[depth - 1].values())).layer
        return Caption(en=layer, zh=f" {layer} ")

    def _windows(self, row: Mapping[str, Node], within: Box) -> dict[str, Mark]:
        """Return where cells lie in what they are parts of, that of the path last."""
        return {
            place: Mark(
                node.box.top - within.top, node.box.left - within.left,
                node.box.height, node.box.width, "accent" if node in self.path else "muted",
                strong=node in self.path or "-" not in place,
            )
            for place, node in sorted(row.items(), key=lambda item: item[1] in self.path)
            if node.layer not in self.units
        }  # fmt: skip

    def _branches(self, *, upright: bool) -> Iterator[Link]:
        """Yield a link from each window to what is seen in it, on the path enlarged."""
        above = "input"
        for row in self.rows:
            own = next(place for place, node in row.items() if node in self.path)
            for place, node in row.items():
                start = above if not above.startswith(("input", "patch-")) else f"{above}.{place}"
                patch = f"unit-{place}" if node.layer in self.units else f"patch-{place}"
                start = "input" if node.layer in self.units else start
                tone = "accent" if place == own else "muted"
                if upright:
                    below = f"adds-{place}" if self._tells(place, node) else patch
                    below = patch if node.layer in self.units else below
                    yield Link(start, below, "under", tone)
                # Windows lie on one another: lines of all would be a tangle.
                elif place == own and start != "input":
                    yield Link(start, patch, "zoom")
                else:
                    yield Link(start, patch, "aside", tone)
            above = f"patch-{own}"
            if row[own].layer in self.units:  # what it adds stands under its name
                above = f"adds-{own}" if upright else f"unit-{own}"

    @property
    def pixels(self) -> npt.NDArray[np.float32]:
        """The picture as it is drawn."""
        return self.subject.drawn

    def patch_of(self, node: Node) -> npt.NDArray[np.float32]:
        """Return what a node sees as it is drawn; beyond the picture is nothing."""
        deep = self.pixels if self.pixels.ndim == 3 else self.pixels[..., np.newaxis]
        patch = cut(deep, node.box)
        return patch if self.pixels.ndim == 3 else patch.squeeze(axis=2)

    def read(self, share: str = "pixels", *, short: bool = False) -> Cells:
        """What is read, with the fields of the path and of the other cells of the last row."""
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
        note = words.INPUT
        if self.subject.sharp is not None:
            note = words.READ_SHORT if short else words.READ_OF_PHOTOGRAPH
        return Cells(
            "input", self.pixels, share=share, marks=marks, lines=False,
            note=note.fill(shape=fmt.shape(self.pixels.shape)),
        )  # fmt: skip

    def photograph(self, share: str = "pixels", *, short: bool = False) -> Cells:
        """The photograph as people see it, as large as what is read of it, with the same fields."""
        assert self.subject.sharp is not None
        pixels = self.subject.sharp
        note = words.PHOTOGRAPH_SHORT if short else words.PHOTOGRAPH
        fine = pixels.shape[0] // self.pixels.shape[0]
        marks = {}
        for node in reversed(self.path):
            if node.layer not in self.units:
                box = node.box.clip((self.pixels.shape[0], self.pixels.shape[1]))
                sides = (box.top, box.left, box.height, box.width)
                marks[node.layer] = Mark(*(fine * side for side in sides))
        return Cells(
            "photograph", pixels, share=share, marks=marks, lines=False, fine=fine,
            note=note.fill(shape=fmt.shape(pixels.shape[:2])),
        )  # fmt: skip

    @property
    def made_of(self) -> str:
        """The logit, where layers are skipped as what is for it, against it, and biases."""
        tree = self.tree
        if not self.skips:
            return fmt.number(self.logit)
        parts = tree.before, tree.positive, -tree.negative, abs(tree.bias)
        whole, plus, minus, bias = (fmt.number(part) for part in parts)
        return f"{whole} = {plus} − {minus} {'−' if tree.bias < 0 else '+'} {bias}"

    @cached_property
    def told(self) -> Caption:
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
            z=self.made_of,
            p=fmt.probability(self.probability),
            n=fmt.count(tree.supporters),
            parts=_listed(tree.parts),
            rest=fmt.percent(rest_of(tree)),
            below=words.joined(*under) if under else "",
            f=leaf.filter,
            r=leaf.row,
            c=leaf.col,
            what=words.ORIENTED_EDGE if self.edge else words.OTHER_PATTERN,
            share=fmt.percent(leaf.share or 0.0),
        )


def _comes_out(step: ConvStep, decimals: int) -> bool:
    """Tell whether printed factors give the printed sum, as a person multiplies and adds them."""
    pairs = zip(step.patch.flat, step.kernel.flat, strict=True)
    found = sum(fmt.rounded(float(x), decimals) * fmt.rounded(float(w), decimals) for x, w in pairs)
    return fmt.rounded(found) == fmt.rounded(step.total)


def rest_of(node: Node) -> float:
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
