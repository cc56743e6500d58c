"""The hierarchy: what cells see, the answer taken apart, put together again, and put to a test."""

from __future__ import annotations

from typing import Any

import numpy as np

from convexplain.errors import UsageError
from convexplain.lessons import hierarchy
from convexplain.lessons.hierarchy import Reading
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.beats import Beat
from convexplain.stage import (
    Bars,
    ColourBar,
    Label,
    LessonScene,
    Line,
    PixelGrid,
    WindowFrame,
)
from convexplain.stage.branch import Branch
from convexplain.stage.pace import smoothly
from convexplain.stage.patch_tree import Flight, PatchTree, Row, Twig, around, others, stub
from convexplain.stage.removal import Removal
from convexplain.stage.shade import Cells, Hatching, corners
from convexplain.stage.view import View, arrow, slide_out, to_scale
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

DIM = 0.4
# The digit on the left, and the panels of the receptive fields.
PANELS, TOP, SIDE = (96.0, 736.0, 1376.0), 190.0, 448.0
# The answer above the tree, where the names of rows begin, and the rows.
ROOT, NAMES = (1270.0, 172.0), 600.0
ROWS = {
    "conv3": Row(282, 9, 350, "beside", others=104),
    "conv2": Row(552, 12, 176, "above", others=54),
    "conv1": Row(724, 22, 88, "below"),
}


class Hierarchy(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = hierarchy.Hierarchy
    lesson: hierarchy.Hierarchy

    def prepare(self) -> None:
        """Make every picture and label once; beats move them and change their values."""
        lesson = self.lesson
        if lesson.levels != tuple(reversed(ROWS)):
            raise UsageError(
                f"the video of the hierarchy is laid out for layers {', '.join(reversed(ROWS))}, "
                f"not {', '.join(lesson.levels)}: take the figure of it"
            )
        self.input = self.panel(0)
        shape = words.INPUT.fill(shape=fmt.shape(self.input.shape_in_cells))
        self.head = self.named(shape, PANELS[0], TOP - 26)
        self.boxes: list[Any] = []
        self.tree = PatchTree(
            lesson.tree, ROOT[0], ROOT[1] + 36, ROWS, name=self.filter_of, kernel=lesson.kernel
        )
        self.make_names()
        self.make_path()
        self.make_check()

    def picture(self, pixels: Any, left: float, top: float, side: float) -> PixelGrid:
        """Make a picture, or a patch of one."""
        cell = side / len(pixels)
        return PixelGrid(pixels, left, top, cell, scale="picture", lines=False, frame=2)

    def panel(self, n: int) -> PixelGrid:
        """Make a picture of the digit."""
        return self.picture(self.lesson.trace.image[:, :, 0], PANELS[n], TOP, SIDE)

    def named(self, what: Caption, x: float, y: float, size: float = 28, **look: Any) -> Label:
        """Make a label in the language of the scene."""
        return Label(self.text(what), x, y, size, **look)

    def filter_of(self, node: Any) -> str:
        """Name a node's filter; the row of conv1 says what its numbers are."""
        if node.layer == "conv1":
            return str(node.filter)
        name = self.text(terms.FILTER.fill(n=node.filter))
        return f"{name} ·" if node.layer == "conv3" else name

    def make_names(self) -> None:
        """The answer, the names of the rows, and what the percentages mean."""
        lesson, (x, y) = self.lesson, ROOT
        self.answer = [
            Label(str(lesson.label), x, y, 72, weight="bold", anchor="centre"),
            Label("", x - 44, y, 30, anchor="right"),
            Label("", x + 44, y, 30),
        ]
        self.say_answer(lesson.readings[0])
        left = lesson.tree.supporters - len(lesson.tree.parts)
        rest = words.OTHERS.fill(n=fmt.count(left), share=fmt.percent(others(lesson.tree)))
        text = self.named(rest, 1824, y + 44, 26, colour="muted", anchor="right")
        self.others = [stub((x, y + 36), (float(text.places[0, 0]) - 12, y + 44)), text]
        sides = {view.layer: view.side for view in lesson.views}
        self.names: dict[str, list[Any]] = {"answer": [self.named(terms.ANSWER, NAMES, y)]}
        for layer, row in ROWS.items():
            middle = row.top + (79 if layer == "conv3" else 45)
            size = fmt.shape((sides[layer], sides[layer]))
            self.names[layer] = [
                Label(layer, NAMES, middle - 17),
                Label(size, NAMES, middle + 17, colour="muted"),
            ]
        self.names["conv1"].append(self.named(words.NUMBER, NAMES, 884, colour="muted"))
        self.kernel_name = self.named(terms.KERNEL, NAMES, 831, colour="muted")
        self.legend = [
            self.named(line, PANELS[0], 668 + 34 * n, 26, colour="muted")
            for n, line in enumerate(words.LEGEND)
        ]

    def say_answer(self, *readings: Reading) -> None:
        """Print the logit and the probability of the answer, or how they change."""
        logits = " → ".join(fmt.number(reading.logit) for reading in readings)
        chances = " → ".join(fmt.percent(reading.probability) for reading in readings)
        self.answer[1].say(self.text(words.LOGIT.fill(z=logits)))
        self.answer[2].say(self.text(words.PROBABILITY.fill(p=chances)))

    # The beats, in their order.

    def show_question(self, beat: Beat) -> None:
        """A digit."""
        self.appear(self.input, self.head, seconds=0.6)

    def show_fields(self, beat: Beat) -> None:
        """The view of one cell grows from layer to layer; the window never comes to the rim."""
        views = self.lesson.views
        names, sides = [view.layer for view in views], [view.side for view in views]
        chain = to_scale(names, sides, left=300, base=838, pitch=180, scale=4.5)
        field = self.named(words.FIELD, PANELS[0], 824, colour="muted")
        seen = View(self.input, _cells(views[0].box))
        label = self.sees(0, 0)
        self.appear(*seen.veil, label, field, *chain[0], seconds=0.9)
        self.fields: list[Any] = [*seen.veil, label, field, *_flat(chain)]
        panel = self.input
        for n, last in ((1, 2), (2, 4)):
            before, panel = panel, self.panel(n)
            seen = View(panel, _cells(views[last - 2].box), before=True)
            way = arrow(PANELS[n] - 96, TOP + SIDE / 2, *names[last - 1 : last + 1])
            self.add(panel)
            self.drive(slide_out(before, panel), 0.5, smoothly)
            self.appear(*seen.veil, *way, seconds=0.3)
            label = self.sees(last - 1, n)
            for step in (last - 1, last):
                self.drive(seen.to(_cells(views[step].box)), 0.5)
                label.say(self.sees(step, n).text)
                new = [] if label in self.mobjects else [label]
                self.appear(*new, *chain[step], seconds=0.2)
            self.fields += [panel, *seen.veil, *way, label]
        self.vanish(seen.veil[-1], seconds=0.2)
        for box in self.lesson.places:
            self.drive(seen.to(_cells(box), rest=0.4), 0.2)
        unread = [Hatching(panel, _cells(self.lesson.read)), *self.unread()]
        self.appear(*unread, seconds=0.4)
        self.fields += unread

    def sees(self, n: int, panel: int) -> Label:
        """Make the label of a view."""
        view = self.lesson.views[n]
        return self.named(words.SEES.fill(layer=view.layer, n=view.side), PANELS[panel], 668)

    def unread(self) -> list[Label]:
        """Say which rows and columns no cell of conv3 reads."""
        first, second = words.HATCHED
        rows = words.listed(range(self.lesson.read.bottom, self.input.shape_in_cells[0]))
        return [
            self.named(first.fill(rows=rows), PANELS[2], 706, 26),
            self.named(second, PANELS[2], 740, 26),
        ]

    def show_parts(self, beat: Beat) -> None:
        """The answer, and the patches of conv3 that push most towards it."""
        self.vanish(*self.fields, seconds=0.4)
        self.appear(*self.answer, *self.names["answer"], *self.names["conv3"], seconds=0.4)
        for twig in self.tree.twigs:
            self.lift([twig], self.input, 0.8)
        self.appear(*self.others, *self.legend)

    def show_strokes(self, beat: Beat) -> None:
        """The patches of conv2 in them."""
        self.appear(*self.names["conv2"], seconds=0.3)
        for twig in self.tree.row("conv2"):
            assert twig.parent is not None
            self.lift([twig], twig.parent.grid, 0.5)
        self.appear(*self.more("conv3"))

    def show_edges(self, beat: Beat) -> None:
        """The patches of conv1 in these, and their kernels."""
        self.appear(*self.names["conv1"], seconds=0.3)
        for twig in self.tree.row("conv2"):
            self.lift(twig.parts, twig.grid, 0.42)
        self.appear(*self.more("conv2"))
        self.appear(self.kernel_name, *self.more("conv1"), seconds=0.5)

    def lift(self, twigs: list[Twig], source: PixelGrid, seconds: float) -> None:
        """Patches lift off the picture in which they lie; on the digit a box stays behind."""
        # From the digit it passes below the patches that already stand there.
        flight = Flight(twigs, source, dip=210 if source is self.input else 0)
        self.add(*flight.mobjects)
        self.drive(flight.fly, seconds, smoothly)
        self.remove(*flight.marks, *flight.frames)
        if source is self.input:
            for mark in flight.marks:
                mark.colour, mark.line, mark.opacity = "muted", 2.0, 1.0
                self.boxes.append(mark)
                self.add(mark)

    def more(self, layer: str) -> list[Any]:
        """What all others give below a row, or the kernels."""
        return _flat([twig.more for twig in self.tree.row(layer)])

    def lower(self) -> list[Any]:
        """All below the patches of conv3."""
        twigs = [*self.tree.row("conv2"), *self.tree.row("conv1")]
        names = [*self.names["conv2"], *self.names["conv1"], self.kernel_name]
        return [*_flat([twig.mobjects for twig in twigs]), *names, *self.more("conv3")]

    def show_shares(self, beat: Beat) -> None:
        """All that pushes towards the answer, side by side, strongest first."""
        lesson, tree, left = self.lesson, self.lesson.tree, PANELS[0]
        pushes = lesson.pushes.ravel()[lesson.order]
        width = SIDE / len(pushes)
        at = [left + width * (n + 0.5) for n in range(len(pushes))]
        axis: dict[str, Any] = {"low": 0, "high": pushes[0], "begin": 862, "end": 780}
        bars = Bars(np.zeros(len(at)), pushes, at, thickness=width, upright=True, **axis)
        strong = len(tree.parts)
        bars.shares[strong:] = DIM
        bars.drawn[...] = 0
        top = self.named(words.PUSH.fill(n=fmt.count(tree.supporters), k=lesson.label), left, 752)
        share = Label("", left, 890)
        signs = words.FOR_AGAINST.fill(
            plus=fmt.number(tree.positive, sign=True), minus=fmt.number(tree.negative)
        )
        total = self.named(signs, left + SIDE, 890, colour="muted", anchor="right")
        self.shares = [bars, share, top, total]
        names = [self.kernel_name, *_flat(list(self.names.values()))]
        below = [part for part in self.lower() if part not in names]
        self.dim(below, 0.4)
        self.add(bars, share)
        self.appear(top)

        def strongest(alpha: float) -> None:
            bars.drawn[:strong] = alpha
            share.say(fmt.percent(lesson.top_share * alpha))

        def rest(alpha: float) -> None:
            reached = alpha * (len(pushes) - strong)
            bars.drawn[strong:] = np.clip(reached - np.arange(len(pushes) - strong), 0, 1)

        self.drive(strongest, 1.2, smoothly)
        self.drive(rest, 1.6)
        self.appear(total)

    def dim(self, parts: list[Any], seconds: float, opacity: float = DIM) -> None:
        """Let parts step back, or come forward again."""
        starts = [part.opacity for part in parts]

        def go(alpha: float) -> None:
            for part, start in zip(parts, starts, strict=True):
                part.opacity = start + (opacity - start) * alpha

        self.drive(go, seconds, smoothly)

    # Upwards.

    def make_path(self) -> None:
        """One way up: frames, links, boxes on the digit, and the same patterns elsewhere."""
        twigs = {id(twig.node): twig for twig in self.tree.every()}
        self.path = [twigs[id(node)] for node in self.lesson.path]
        self.lit: list[list[Any]] = []
        self.elsewhere: list[list[Any]] = []
        for node, twig in zip(self.lesson.path, self.path, strict=True):
            box, places = WindowFrame(self.input, 0, 0), twig.link.places
            box.places = corners(self.input, _cells(node.box))
            up = [(float(x), float(y)) for x, y in (places[-1], places[0])]
            link = Branch(up[0], up[1], colour="accent", width=3, drawn=0.0)
            self.lit.append([around(twig.grid), box, link])
            what = words.ELSEWHERE.fill(layer=node.layer, n=node.filter)
            found = self.lesson.elsewhere(node)
            patches = [
                self.picture(top.patch[:, :, 0], PANELS[0] + n * (SIDE - 96) / 3, 778, 96)
                for n, top in enumerate(found)
            ]
            self.elsewhere.append([self.named(what, PANELS[0], 752, 26), *patches])

    def show_upwards(self, beat: Beat) -> None:
        """From an edge to the answer, with patches of other digits that excite the same filters."""
        every = self.tree.every()
        ways = [part for t in self.path for part in (t.link, t.share, t.number)]
        away = [part for twig in every for part in twig.quiet if part not in ways]
        patches = [part for twig in every for part in twig.mobjects if isinstance(part, PixelGrid)]
        self.vanish(*self.shares, seconds=0.3)
        self.dim([*patches, *ways], 0.3, opacity=1.0)
        self.dim([*away, *self.others, *self.boxes], 0.3)
        pause = (self.remaining - 0.6) / max(len(self.path), 1) - 1.1
        self.shown: list[Any] = []
        for (frame, box, link), there in zip(self.lit, self.elsewhere, strict=True):
            if self.shown:
                self.vanish(*self.shown, seconds=0.2)
            self.appear(frame, box, *there, seconds=0.4)
            self.wait(pause)
            self.add(link)
            self.drive(link.set_drawn, 0.5, smoothly)
            self.shown = there

    # The check.

    def make_check(self) -> None:
        """Every cell of conv3 with what it adds, the way to the strongest, and the chart."""
        lesson, k, top = self.lesson, self.lesson.label, 522.0
        addends = lesson.pushes.reshape(-1, lesson.pushes.shape[2])
        self.removal = Removal(
            addends,
            lesson.order,
            [reading.probability for reading in lesson.readings],
            strip=(NAMES, top, 9.5),
            chart=(700, 722, 700, 126),
            counter=(1450, 744),
            count_text=lambda n: self.text(words.SO_MANY.fill(n=fmt.count(n))),
        )
        y, limit = top + 9.5 * len(addends) + 36, self.removal.limit
        what = words.CELLS.fill(n=fmt.count(addends.size), p=len(addends), f=addends.shape[1])
        towards = self.text(words.TOWARDS.fill(k=k))
        self.strip = [
            self.removal.strip,
            self.named(what, NAMES, y, 26),
            ColourBar(limit, 1344, y, 480, low=-limit, title=towards),
        ]
        self.marks: list[Any] = []
        for twig, cell in zip(self.tree.twigs, lesson.order.tolist(), strict=False):
            mark = self.removal.marked(cell)
            (left, above), right = mark.places[0], mark.places[1, 0]
            way = [(twig.x, twig.bottom + 6), (float(left + right) / 2, float(above) - 8)]
            self.marks += [Line(way, colour="accent"), mark]
        self.reads = Label("", 1450, 852, 34, weight="bold")
        self.chart = [
            *self.removal.chart,
            self.reads,
            self.named(terms.PROBABILITY_OF.fill(k=k), 700, 690, 26, colour="muted"),
            self.named(words.SET_TO_ZERO, 1450, 800, 26, colour="muted"),
        ]

    def tell(self, removed: float) -> None:
        """Show what is left without so many cells, computed before."""
        reading = self.lesson.readings[self.removal.tell(removed)]
        self.reads.say(self.text(words.READS.fill(k=reading.label)))

    def show_check(self, beat: Beat) -> None:
        """The strongest cells are set to zero, and what follows is computed again."""
        lesson, after = self.lesson, self.lesson.without_strongest
        gone = [*self.lower(), *_flat(self.lit), *self.shown]
        self.vanish(*gone, seconds=0.4)
        for part in self.lower():
            part.opacity = 1.0
        self.dim(_flat([t.quiet for t in self.tree.twigs]) + self.others + self.boxes, 0.2, 1.0)
        self.appear(*self.strip)
        self.appear(*self.marks)
        self.tell(0)
        self.appear(*self.chart)
        for n, twig in enumerate(self.tree.twigs):

            def take(alpha: float, n: int = n, grid: PixelGrid = twig.grid) -> None:
                self.tell(n + alpha)
                grid.shares[...] = 1 - 0.75 * alpha

            self.drive(take, 0.5)
        self.say_answer(lesson.readings[0], after)
        self.appear(*self.answer[1:])

    def show_more(self, beat: Beat) -> None:
        """More and more cells are set to zero, until the answer changes."""
        readings, first = self.lesson.readings, self.lesson.without_strongest.removed
        tips = (self.lesson.tipping or readings[-1]).removed
        last = max(tips, first)
        if last > first:
            # What changes too fast to be read steps back.
            self.dim(self.answer[1:], 0.2)
            self.drive(lambda a: self.tell(first + a * (last - first)), self.remaining - 1.6)
            self.say_answer(readings[0], readings[last])
            self.dim(self.answer[1:], 0.2, opacity=1.0)
        mark = self.removal.at(tips)
        self.chart.append(mark)
        self.appear(mark, seconds=0.3)

    def show_answer(self, beat: Beat) -> None:
        """The tree again, whole."""
        self.vanish(*self.chart, *self.strip, *self.marks, seconds=0.4)
        self.say_answer(self.lesson.readings[0])
        for twig in self.tree.twigs:
            twig.grid.shares[...] = 1
        self.appear(*self.lower(), *_flat(self.lit), seconds=0.8)


def _flat(groups: list[list[Any]]) -> list[Any]:
    return [part for group in groups for part in group]


def _cells(box: Any) -> Cells:
    return box.top, box.left, box.bottom, box.right
