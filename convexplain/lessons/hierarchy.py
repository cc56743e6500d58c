"""From the answer down to the edges and up again: what a digit is made of, and how spread out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, kernels, photographs
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.cuts import Cuts
from convexplain.lessons.parts.elsewhere import LIKE, Elsewhere, elsewhere, one_way
from convexplain.lessons.parts.hiding import Hiding
from convexplain.lessons.parts.hierarchy_check import HierarchyCheck
from convexplain.lessons.parts.hierarchy_elsewhere import elsewhere as elsewhere_picture
from convexplain.lessons.parts.hierarchy_photograph import hiding, limits
from convexplain.lessons.parts.hierarchy_picture import HierarchyPicture
from convexplain.lessons.parts.hierarchy_places import Level, spread, where
from convexplain.lessons.parts.hierarchy_tree import HierarchyTree, beside_other
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.removal import Removal
from convexplain.lessons.parts.subject import Role, chosen_levels
from convexplain.network import (
    Node,
    hierarchy,
    is_piecewise_linear,
    level_layers,
)
from convexplain.ops import Box, ConvStep
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: How many cells of the last level are followed, and taken out.
STRONGEST = 3
#: So many levels are drawn, the last ones; up to how many each cell but the leaves has two parts.
MOST_ROWS = 4
#: In so many other digits it is looked for the path's patterns.
OTHERS = 4
#: Of so many levels, the first finds edges, the others strokes and parts; with more of them each
#: cell has fewer parts.
BRANCHING = 3
#: From so many cells those are chosen that are followed, each at another place.
CANDIDATES = 40
#: So many rows and columns of a kernel have room for numbers that can be read.
FEW = 5


@dataclass(frozen=True)
class Hierarchy(NetworkLesson):
    """How small patterns build larger ones, from edges to the answer, with every share measured.

    The levels are the network's layers with an activation, from the first maps to the last. Where
    there are more than can be drawn, three convolutions are, chosen by how much of the picture
    their cells see, and what lies between is skipped.

    The default digit is the first of the role "hierarchy" in the examples: read right, a logit
    above 2, and the cells that are followed all at different places.
    """

    name: ClassVar[str] = "hierarchy"
    title: ClassVar[Caption] = Caption(
        en="Hierarchy: small patterns build larger ones", zh="空间层次：小模式组合成大模式"
    )
    question: ClassVar[Caption] = Caption(
        en="How do 3 × 3 patches add up to a digit?",
        zh="3 × 3 的图块怎样组成数字？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Each layer combines patterns of the one before; many parts make the {k}.",
        zh="每一层组合前一层的模式；许多部件合成“{k}”。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("levels",)

    #: A digit whose tree stands beside this one in the end, within a film.
    compared: Picture | None = field(default=None, kw_only=True)

    def validate(self) -> None:
        """Refuse what cannot be shown."""
        super().validate()
        if not self.tree.parts:
            raise UsageError(
                "no cell of {levels} in {model!r} pushes towards its answer, {answer_name}, so "
                "that there is no tree: give a trained network",
                levels=self.levels[-1],
                model=self.model,
                answer_name=self.answer_name,
            )

    @property
    def shown_title(self) -> Caption:
        """The title; of a photograph one that says so."""
        return self.title if self.subject.sharp is None else words.PHOTOGRAPH_TITLE

    @property
    def label(self) -> int:
        """The answer, right or wrong: the class of the largest logit."""
        return self.trace.prediction

    @property
    def logit(self) -> float:
        """The answer's logit; of one logit for two classes, how much it speaks for this one."""
        return self.trace.logit_of(self.label)

    @property
    def probability(self) -> float:
        """The answer's probability; in float32 a sure one would round to exactly 1."""
        return self.removal.without(0).probability

    @property
    def centred(self) -> bool:
        """Whether weights are taken less their mean over all classes, as a negative logit asks."""
        return self.network.outputs > 1 and self.logit <= 0

    @property
    def answer_name(self) -> Caption:
        """What the answer is called."""
        return self.network.class_name(self.label)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Names of all levels, from the picture upwards."""
        return tuple(layer.name for layer in level_layers(self.network))

    @cached_property
    def skips(self) -> bool:
        """Whether levels are skipped: there are too many, and contributions through them add up."""
        many = len(self.levels) > MOST_ROWS
        return many and is_piecewise_linear(self.network) and len(chosen_levels(self.network)) > 1

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """Names of the levels that are drawn, from the lowest: the last ones if none is skipped."""
        if self.skips:
            return tuple(layer.name for layer in chosen_levels(self.network))
        return self.levels[-MOST_ROWS:]

    def has_places(self, level: str) -> bool:
        """Tell whether a level consists of maps, not of units that all read the whole picture."""
        return len(self.network.shapes[level]) == 3

    @property
    def kernels(self) -> npt.NDArray[np.float32] | None:
        """The weights of the lowest level, (height, width, channels, filters), if it is drawn."""
        layer = self.network.layer(self.levels[0])
        while layer.family in ("activation", "normalization"):
            layer = self.network.layer(self.network.sources(layer.name)[0])
        known = self.network.weights_of(layer.name).get("kernel")
        return known if self.rows[0] == self.levels[0] else None

    # The tree, downwards.

    @cached_property
    def tree(self) -> Node:
        """The answer, its strongest cells of the last level, and the strongest below each.

        These are two a cell while there are three levels at most, else two below the first level
        and then one.
        """
        many = len(self.rows)
        below = [2] * (many - 1) if many <= BRANCHING else [2] + [1] * (many - 2)
        return hierarchy(
            self.trace, self.label, STRONGEST, below=below, depth=many, centred=self.centred,
            levels=self.rows if self.skips else (),
        )  # fmt: skip

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

    @property
    def branches(self) -> tuple[tuple[Node, ...], ...]:
        """What makes the answer, and each cell of the path below it, strongest first."""
        return tuple(level.cells for level in self._branches)

    @cached_property
    def _branches(self) -> tuple[Level, ...]:
        """The cells of each level that are shown, and where they are said to lie.

        The path's own cell is among them. The others are the strongest of those that lie at least
        half a window from it and from one another, or at another place where too few do.
        """
        found = []
        for depth, own in enumerate(reversed(self.path)):
            node = self.tree
            if not self.skips:
                node = hierarchy(
                    self.trace, self.label, STRONGEST if depth else CANDIDATES,
                    below=[*[2] * (depth - 1), CANDIDATES][:depth], depth=depth + 1,
                    centred=self.centred,
                )  # fmt: skip
            for above in self.path[: -depth - 1 : -1]:
                node = next(part for part in node.parts if part.name == above.name)
            every: Sequence[Node] = node.parts
            parts = every
            if not self.skips and self.has_places(own.layer):
                parts = spread(own, every, STRONGEST)
            kept = [own, *(part for part in parts if part.name != own.name)][:STRONGEST]
            kept.sort(key=lambda part: -(part.contribution or 0.0))
            if self.skips:
                # Its parts lie apart: they need not be the strongest.
                found.append(Level(tuple(kept), None))
                continue
            most = [part.name for part in kept] == [part.name for part in every[: len(kept)]]
            found.append(Level(tuple(kept), where(kept, every), most))
        return tuple(found)

    def is_edge(self, leaf: Node) -> bool:
        """Tell whether a cell of the first level has the kernel of an oriented edge, by rule.

        In colour, by the mean of its channels.
        """
        if self.kernels is None:
            return False
        kernel = self.kernels[..., leaf.filter].mean(axis=2)
        return kernels.closest_pattern(kernel).kind == "edge"

    @property
    def top_share(self) -> float:
        """What the strongest cells give together, of all that pushes towards the answer."""
        return float(sum(part.share or 0.0 for part in self.tree.parts))

    @cached_property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Where the filters of the path respond most in other digits, from the leaf up.

        In every second class after its own, rather than in those that would tell most. None are
        told of pictures that are no digits.
        """
        if not self.subject.reads_digits:
            return ()
        nodes = [node for node in self.path if self.has_places(node.layer)]
        if len(nodes) > BRANCHING:
            nodes = [nodes[0], nodes[len(nodes) // 2], nodes[-1]]
        own, many = self.label, self.network.classes
        if self.subject.label is not None:
            own = self.subject.label
        labels = [(own + n) % many for step in (2, 1) for n in range(step, many, 2)]
        found = elsewhere(self.network, nodes, labels, digits.load(), OTHERS)
        return found if len(found) > 1 and len(found[0].found) == OTHERS else ()

    @cached_property
    def smallest(self) -> ConvStep | None:
        """How the number of the path's leaf is made, where it is one kernel on a gray patch."""
        leaf = self.path[0]
        layer, steps = self.network.layer(leaf.layer), None
        first = self.kernels is not None and layer.name == self.network.layers[0].name
        if first and layer.family == "convolution":
            steps = self.trace.steps(leaf.layer, leaf.filter)
        if steps is None:
            return None
        step = steps.at(leaf.row, leaf.col)
        if not isinstance(step, ConvStep) or step.padding.any():
            return None
        gray = step.patch.shape == leaf.patch.shape and step.kernel.shape[2] == 1
        return step if gray and max(step.kernel.shape) <= FEW else None

    # The pictures: the same panels, laid out for what is spoken of.

    @cached_property
    def picture_of(self) -> HierarchyPicture:
        """What all of its pictures are made of."""
        layers = [node.layer for node in self.path]
        leaf = self.path[0]
        return HierarchyPicture(
            tree=self.tree,
            path=self.path,
            subject=self.subject,
            kernels=self.kernels,
            fields={layer: self.network.receptive_field(layer).size for layer in layers},
            units=frozenset(level for level in self.levels if not self.has_places(level)),
            logit=self.logit,
            probability=self.probability,
            answer=self.answer_name,
            centred=self.centred,
            skips=self.skips,
            edge=leaf.layer == self.levels[0] and self.is_edge(leaf),
            levels=self.branches,
            strongest=frozenset(
                level.cells[0].layer for level in self._branches if level.strongest
            ),
            checked=tuple(self._checked()),
        )

    def diagram(self) -> Diagram:
        """Describe the picture of the tree, for a figure and for a scene alike."""
        return HierarchyTree(self.picture_of).diagram()

    def opening(self) -> Diagram:
        """Describe the digit alone."""
        return self.picture_of.opening()

    @cached_property
    def other(self) -> Hierarchy:
        """The same lesson of the digit that this picture is compared with."""
        assert self.compared is not None
        return Hierarchy(picture=self.compared)

    def beside_other(self) -> Diagram:
        """Describe the tree of the other digit, and this one beside it, row by row."""
        return beside_other(self.picture_of, self.other.picture_of)

    def smallest_step(self) -> Diagram:
        """Describe how the leaf's number is made: patch, kernel and sum."""
        assert self.smallest is not None
        return self.picture_of.smallest(self.smallest)

    def branch(self, *, upright: bool = False) -> Diagram:
        """Describe the way from the answer down to a leaf, large, for a scene."""
        return self.picture_of.branch(upright=upright)

    def last_level(self, *, upright: bool = False) -> Diagram:
        """Describe the answer with its strongest cells of the last level, for a scene."""
        return self.picture_of.last_level(upright=upright)

    @cached_property
    def check(self) -> HierarchyCheck:
        """What all cells add to the answer, and what is left of it without some."""
        return HierarchyCheck(self.picture_of, self.removal, self.tells_random)

    def elsewhere_diagram(self) -> Diagram:
        """Describe what excites the filters of the path in other digits."""
        return elsewhere_picture(self.picture_of, self.elsewhere, self.kinds)

    def _checked(self) -> Iterator[Caption]:
        """Yield what the check found, as lines."""
        tipping = self.removal.tipping
        if self.subject.sharp is None and tipping is not None:
            j = self.network.class_name(tipping.label)
            yield words.CHECKED.fill(m=fmt.count(tipping.removed), j=j)
            if self.tells_random:
                yield words.CHECKED_RANDOM.fill(**self._random_range)

    @property
    def tells_random(self) -> bool:
        """Whether random orders are told: a photograph has other things to tell."""
        return self.subject.sharp is None and self.removal.typical is not None

    @property
    def _random_range(self) -> dict[str, str]:
        """How many cells it takes in random orders, at least and at most."""
        tips = self.removal.random_tips
        return {"a": fmt.count(min(tips)), "b": fmt.count(max(tips))}

    # What is checked.

    @cached_property
    def removal(self) -> Removal:
        """What becomes of the answer without cells of the last level."""
        return Removal(self.trace, self.rows[-1], self.label, self.centred)

    @cached_property
    def hiding(self) -> Hiding:
        """What becomes of the answer where a square of the picture is covered."""
        return Hiding(self.subject, self.label)

    @cached_property
    def cuts(self) -> Cuts | None:
        """Other squares of the photograph, if it is a bundled one of one of the classes."""
        return Cuts.of(self.subject)

    def hiding_diagram(self) -> Diagram:
        """Describe the picture with the square covered that costs most, and the map of all."""
        return hiding(
            self.picture_of, self.hiding.found, self.hiding.most_lost, self.hiding.most_gained
        )

    def limits_diagram(self, *, stranger: bool = True) -> Diagram:
        """Describe the whole photograph with two of its squares, alone or beside the stranger."""
        assert self.cuts is not None
        beside = self.cuts.stranger if stranger else None
        return limits(self.picture_of, self.cuts.photograph, self.cuts.other, beside)

    @property
    def unusual(self) -> Caption:
        """What the network reads, and what is unusual about this picture."""
        right, k, digits_read = self.subject.label, self.answer_name, self.subject.reads_digits
        if right is None:
            n = self.network.classes
            return words.OWN_DIGIT.fill(k=k) if digits_read else words.OWN.fill(k=k, n=n)
        if right == self.label:
            return words.READS.fill(k=k)
        misread = words.MISREAD if digits_read else words.MISREAD_CLASS
        return misread.fill(k=k, right=self.network.class_name(right))

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: the tree down and up, its part elsewhere, its shares, and the check."""
        k, title = self.answer_name, self.shown_title
        # A photograph has more to tell: what can go, goes.
        spare = 1 if self.subject.sharp is None else 2
        yield Beat.of("question", title, *self._tell_question())
        yield Beat.of("parts", title, *self._tell_tree())
        yield Beat.of("upwards", title, Event("upwards", 3.0, self.upwards, detail=spare))
        if self.elsewhere:
            yield Beat.of("elsewhere", words.ELSEWHERE_TITLE, *self._tell_elsewhere())
        n = fmt.count(len(self.removal.order))
        first = words.how_many(len(self.tree.parts))
        shares = words.SHARES.fill(n=n, m=first, p=fmt.percent(self.top_share, 0))
        yield Beat.of("shares", words.CHECK_TITLE, Event("pushes", 3.3, shares))
        yield Beat.of("check", words.CHECK_TITLE, *self._tell_check())
        if self.network.outputs > 1:
            yield Beat.of("hide", words.HIDE_TITLE, *self.hiding.tell())
        if self.cuts is not None:
            yield Beat.of("limits", words.LIMITS_TITLE, *self.cuts.tell())
        if self.compared is not None:
            said = words.SAME.fill(other=self.other.answer_name, k=k)
            yield Beat.of("same", title, Event("same", 6.0, said))
        yield Beat.of("answer", title, Event("branch", 3.7, self._close))

    @property
    def _close(self) -> Caption:
        """What is said in the end: of a misread picture, that it is read so, not that it is."""
        right = self.subject.label
        said = self.answer if right in (None, self.label) else words.MADE_IT
        return said.fill(k=self.answer_name)

    def _tell_question(self) -> Iterator[Event]:
        yield Event("ask", 2.4, self._question)
        if self.subject.sharp is not None:
            shape = fmt.shape(self.network.input_shape)
            yield Event("melt", 3.4, words.MELTS.fill(shape=shape))

    def _tell_tree(self) -> Iterator[Event]:
        plain = self.subject.label == self.label and self.subject.reads_digits
        if self.centred and plain:
            yield Event("reads", 2.0, words.LESS_THEIR_MEAN)
        else:
            yield Event("reads", 2.0, self.unusual)
        if self.centred and not plain:
            digits_read = self.subject.reads_digits
            said = words.CENTRED if digits_read else words.CENTRED_ON_CLASSES
            yield Event("centred", 2.6, said, detail=1)
        for depth, node in enumerate(reversed(self.path), 1):
            lowest = node.layer == self.levels[0]
            name = "parts" if depth == 1 else "edges" if lowest else f"row-{depth}"
            said = self._row_caption(node, depth)
            yield Event(name, 3.4 if depth == 1 else 2.9, said, depth, shown_by="level")
        if self.smallest is not None:
            # Where a logit is explained in an event of its own, there is less time.
            longer = self.centred and not plain
            yield Event("smallest", 3.3, words.SMALLEST, detail=2 if longer else 1)
            if self.picture_of.passes_on is not None:
                said = words.PASSING.fill(layer=self.path[1].layer)
                yield Event("passes", 2.6, said, detail=2 if longer else 1)
        hidden = 0 if self.skips else len(self.levels) - len(self.rows)
        if hidden and len(self.path) == len(self.rows):
            yield Event("deeper", 2.6, words.DEEPER.fill(n=hidden), detail=1)

    def _row_caption(self, node: Node, depth: int) -> Caption:
        """Tell of one row of the tree: its layer, and what its cells see."""
        values: dict[str, str | Caption] = {
            "layer": node.layer, "size": _size(node.box), "k": self.answer_name,
        }  # fmt: skip
        if depth > 1:
            # Of three, that of the path stands in the middle.
            three = len(self.branches[depth - 2]) == STRONGEST
            values["which"] = words.THE_MIDDLE if three else words.THAT_CELL
        where = self._branches[depth - 1].where
        if where is not None:
            values["where"] = where
        if not self.has_places(node.layer):
            said = words.UNITS if depth == 1 else words.UNITS_BELOW
        elif depth == 1:
            said = words.PARTS if where is None else words.PARTS_AT
        elif node.layer == self.levels[0]:
            said = words.EDGES
        else:
            said = words.STROKES if where is None else words.STROKES_AT
            seen = () if node.layer == self.levels[0] else self._seen(node)
            if seen:
                said, values["parts"] = words.PARTS_SEEN, words.listed(seen)
        return said.fill(**{name: values[name] for name in said.fields})

    def _seen(self, node: Node) -> tuple[Caption, ...]:
        """Name what a person sees in the patch of a bundled photograph."""
        size = self.network.input_shape[0]
        square = (node.box.top / size, node.box.left / size, node.box.height / size)
        return photographs.parts_within(self.subject.given, *square)

    @property
    def _question(self) -> Caption:
        size = self.network.receptive_field(self.levels[0]).size
        if self.subject.reads_digits and size == (3, 3):
            return self.question
        return words.QUESTION.fill(size=fmt.shape(size))

    def _tell_elsewhere(self) -> Iterator[Event]:
        """Tell where filters respond most in other digits, and how alike that looks."""
        yield Event("elsewhere", 3.5, words.ELSEWHERE, detail=1)
        yield Event("crops", 3.4, self._alike, detail=1)

    @property
    def _alike(self) -> Caption:
        """Say how alike what excites a filter is, if the smallest pattern is found in all."""
        least, means = min(self.elsewhere[0].alike), [np.mean(e.alike) for e in self.elsewhere]
        if least < LIKE or means[-1] >= LIKE:
            return words.FINDS
        falls = all(after < before for before, after in pairwise(means))
        said = words.LESS_ALIKE if falls else words.PARTS_UNLIKE
        leaf = self.path[0]
        edge = leaf.layer == self.levels[0] and self.is_edge(leaf)
        return said.fill(small=(words.THE_EDGE if edge else words.THE_PATCH).capital)

    def _tell_check(self) -> Iterator[Event]:
        removal, k = self.removal, self.answer_name
        n, tipping = fmt.count(len(removal.order)), removal.tipping
        if tipping is not None:
            if self.takes_first:
                said = self._said_without(STRONGEST)
                yield Event("first", 3.6, said, detail=1 if self.subject.sharp is None else 2)
            yield Event("predict", self.pause, ask=self._ask(tipping.removed), detail=1)
        yield Event("removing", 2.4, words.TAKEN)
        if tipping is None:
            yield Event("tips", 2.6, words.NEVER.fill(n=n, k=k))
            return
        j = self.network.class_name(tipping.label)
        yield Event("tips", 2.4, words.TIPS.fill(m=tipping.removed, j=j))
        if self.tells_random:
            many = fmt.count(len(removal.random_tips))
            yield Event("random", 2.2, words.RANDOM_ASK.fill(n=many), detail=1)
            more = tipping.removed < min(removal.random_tips)
            said = words.RANDOM_MORE if more else words.RANDOM.fill(**self._random_range)
            yield Event("orders", 3.0, said, detail=1)

    def _said_without(self, count: int) -> Caption:
        """Say how much of the lead is left without the first cells, if that is less."""
        left = float(self.removal.left(self.removal.readings)[count])
        m = words.how_many(count)
        if left < 1:
            return words.LEAD_FALLS.fill(m=m.capital, k=self.answer_name, p=fmt.percent(left, 0))
        return words.WITHOUT.fill(m=m, k=self.answer_name)

    @property
    def takes_first(self) -> bool:
        """Whether the strongest are taken out before it is asked: it is still read as before."""
        tipping = self.removal.tipping
        return tipping is not None and tipping.removed > STRONGEST

    def _ask(self, right: int) -> Question:
        """Ask how many cells must go; wrong answers come of what people think of the tree."""
        many, lead = len(self.removal.order), self.removal.without(0).lead
        wrong = {many: words.ALL_OF_THEM}
        taken = lead - self.removal.without(STRONGEST).lead
        if taken > 0:
            guess = max(STRONGEST + 1, round(STRONGEST * lead / taken))
            less = words.AT_THAT_RATE if guess < right else words.AT_A_LOWER_RATE
            if guess < many:
                wrong[guess] = less.fill(m=words.how_many(STRONGEST))
        replies: dict[int, Caption | None] = {**wrong, right: None}
        return Question(
            words.PREDICT.fill(k=self.answer_name),
            tuple(
                Choice(Caption(en=str(count), zh=str(count)), replies[count])
                for count in sorted(replies)
            ),
        )

    @property
    def kinds(self) -> tuple[Caption, ...]:
        """What the patterns on the way up are called, from the leaf; none if that is not known."""
        if not self.subject.reads_digits or len(self.path) != BRANCHING:
            return ()
        middle = words.A_STROKE if one_way(self.path[1].patch) else words.A_PATTERN
        return self._small, middle, words.A_PART

    @property
    def _small(self) -> Caption:
        """What the leaf's pattern is called."""
        leaf = self.path[0]
        edge = leaf.layer == self.levels[0] and self.is_edge(leaf)
        return words.AN_EDGE if edge else words.A_PATCH

    @property
    def upwards(self) -> Caption:
        """What one sees on the way up."""
        if not self.kinds:
            return words.UPWARDS_LARGER.fill(small=self._small, k=self.answer_name)
        small, middle, _ = self.kinds
        return words.UPWARDS.fill(small=small, middle=middle, k=self.answer_name)


def _size(box: Box) -> str:
    return fmt.shape((box.height, box.width))
