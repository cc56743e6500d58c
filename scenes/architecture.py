"""Architecture: each block of channels is made of the one before it, two of them at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain import ops
from convexplain.lessons import architecture
from convexplain.lessons.parts.answer_bars import answer_bars
from convexplain.lessons.parts.architecture_moments import filter_of, times
from convexplain.lessons.parts.beats import Event
from convexplain.ops.geometry import Box as Window
from convexplain.panels import Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import Region, corners_of
from convexplain.stage.pace import Move, accelerating, in_turn, lazily, row_by_row, together
from convexplain.stage.shapes import Line

Array = npt.NDArray[Any]

#: So many places a second a window visits at first.
_BEGIN = 5.0
#: Of many places at least this share of as many as in all of the time.
_EVEN = 0.8
#: How many filters a second are at work behind the first.
_FILTERS = 1.5
#: How broad the line of a window is, in cells, and in pixels of the stage at most.
_THIN, _LINE = 0.2, 4.0
#: For how many seconds words go before a picture becomes another, and what is made rests.
_AWAY, _REST = 0.15, 0.6
#: How much is seen of what a pooling leaves over.
_OVER = 0.3


class Architecture(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = architecture.Architecture
    lesson: architecture.Architecture

    def prepare(self) -> None:
        """Lay out the question; the picture is there from the first frame on."""
        self.picture = self.lesson.picture_of
        self.stages = self.lesson.stages
        #: What stands on maps that are not filled yet, by name.
        self.known: dict[str, Array] = {}
        #: What takes away what was looked at as a question was asked.
        self.asked: Move = together()
        #: Lets the block that is made grow to its depth.
        self.deepened: Move = together()
        #: What parts a map into the windows of a pooling.
        self.tiles: list[Line] = []
        #: The last stage whose block stands.
        self.made = self.lesson.first
        self.board.lay(self.picture.opening())
        self.board.show(self.stages[0].panel)(1.0)

    def texts(self, *numbers: int) -> list[str]:
        """Return the names of what is said of stages."""
        names = [self.stages[number].name for number in numbers]
        parts = "name", "size", "depth", "total"
        return self.board.there(*(f"{what}-{name}" for name in names for what in parts))

    def front(self, number: int) -> str:
        """Return the name of the map in front of a block, or of the picture."""
        panel = self.stages[number].panel
        return f"{panel}[0]" if self.board.has(f"{panel}[0]") else panel

    def drawn(self, numbers: Iterable[int]) -> list[int]:
        """Return those of some stages that are shown."""
        return [n for n in numbers if n in self.picture.drawn]

    # The picture, and the first block.

    def show_ask(self, event: Event) -> None:
        """The numbers come out of the network, one after the other; what lies between is asked."""
        bars = self.bars()
        unknown = [self.board.show(name) for name in self.values_of(bars)]
        frame = [self.board.show(name) for name in self.frame(bars)]
        self.during(0.2, self.board.show(*self.texts(0)))
        self.during(0.3, in_turn(*frame, overlap=0.5),
                    in_turn(together(), *unknown, overlap=0.5))  # fmt: skip
        self.during(0.1, self.board.show("between"))
        self.during(1, self.board.pulse("between", times=2))

    def show_filters(self, event: Event) -> None:
        """All channels fill at once as the window goes over the picture."""
        first = self.lesson.first
        stage = self.stages[first]
        sheets = [f"{stage.panel}[{n}]" for n in range(len(self.picture.channels(first)))]
        become = self.board.become(self.picture.filters(first))
        words = self.board.come("legend", *(f"{what}-{stage.name}" for what in ("name", "size")))
        self.during(0.12, become)
        self.during(0.04, words, lazily(lambda: self.opened(*sheets)))
        self.fill(first, 0.7, *sheets)
        self.during(1, self.board.come(f"depth-{stage.name}"))

    def show_stack(self, event: Event) -> None:
        """The channels lie down behind one another; all numbers of one place come out of them."""
        first = self.lesson.first
        panel = self.stages[first].panel
        sides = [f"{panel}.box", f"{panel}.sides"]
        self.turn(self.picture.stacked(first), 0.3, hold=sides)
        place, marks = self.picture.strongest_place(first), self.marks(panel, "place")
        self.put(marks, Window(*place, place[0] + 1, place[1] + 1))
        self.during(0.1, self.board.show(*sides, *marks))
        self.during(0.2, self.board.grow("numbers", out_of=marks[0]))
        self.during(1, self.board.pulse("numbers"))

    # One block after the other.

    def turn(
        self,
        picture: Diagram,
        share: float,
        *,
        show: Iterable[str] = (),
        hold: Iterable[str] = (),
        say: Iterable[str] = (),
    ) -> None:
        """Go on to another picture; what parted a map into windows goes.

        All words go before anything moves, and come when it has: nothing crosses them. `say`: what
        comes besides those that the next picture has, too.
        """
        self.remove(*self.tiles)
        words = [*self.board.there("legend"), *self.texts(*range(len(self.stages)))]
        said = [name for name in words if self.board.shown(name)]
        away = min(0.3 * share, _AWAY / self._event_seconds)
        self.during(away, self.board.hide(*said), self.board.leave("filter"))
        self.become(picture, share - 2 * away, show=show, hold=hold)
        self.during(away, self.board.come(*said, *say))

    def pair(self, number: int, share: float) -> None:
        """Bring a block, and one that it makes, as near as there is room; nothing is made yet."""
        before, after = self.stages[number - 1], self.stages[number]
        words = [f"{what}-{each.name}" for each in (before, after) for what in ("name", "size")]
        words.append(f"depth-{before.name}")
        self.board.leave(*self.marks(before.panel, "place"))(1.0)
        self.turn(self.picture.pair(number), share, show=[before.panel], say=words)
        self.deepened = self.deepen(number)
        self.deepened(0.0)
        if self.picture.window_of(number) is not None:
            self.opened(self.front(number))(1.0)

    def make(self, number: int, share: float) -> None:
        """One channel of a block is made as a window goes; then all others behind it."""
        panel, front = self.stages[number].panel, self.front(number)
        depth = f"depth-{self.stages[number].name}"
        self.made = number
        self.board.say(depth, times(1))
        told = [depth, *self.board.there("filter")] if self.picture.reads_all(number) else []
        if self.picture.window_of(number) is None:
            self.during(0.4 * share, self.board.show(front, *told))
        else:
            self.count(number, 1)
            self.during(0.05 * share, self.board.show(*told))
            self.fill(number, (0.4 if self.picture.reads_all(number) else 0.6) * share, front)
        self.board.show(*self.board.there(f"{panel}.box", f"{panel}.sides"))(1.0)
        if self.picture.reads_all(number):
            self.others(number, 0.5 * share)
        else:  # each channel gives one: as many as there were
            self.count(number, self.stages[number].channels)
            of = f"depth-{self.stages[number - 1].name}"
            alike = self.board.pulse(of, depth)
            self.during(0.3 * share, self.deepened, self.board.show(depth), alike)

    def others(self, number: int, share: float) -> None:
        """Let one filter after the other read all, and make its channel behind the first."""
        stage = self.stages[number]
        count, (rows, cols) = stage.channels, stage.sides
        window = self.picture.window_of(number)
        seconds = share * self._event_seconds
        path = accelerating(count - 1, seconds, min(_FILTERS, max(1.0, count - 1) / seconds))
        marks = self.marks(self.stages[number - 1].panel, "window") if window else []

        def go(alpha: float) -> None:
            made = path.position(alpha * seconds) if alpha < 1 else count - 1
            whole = int(made + 1e-9)
            self.deepened(made / (count - 1) if count > 1 else 1.0)
            self.count(number, whole + 1)
            if window is not None:
                row, col = divmod(int((made - whole) * rows * cols), cols)
                self.put(marks, window.box(row, col))

        self.board.show(*marks)(1.0)
        self.during(share, go, rate=linear)
        self.board.hide(*marks)(1.0)

    def count(self, number: int, made: int) -> None:
        """Say how many channels there are, and which filter is at work."""
        stage = self.stages[number]
        self.board.say(f"depth-{stage.name}", times(made))
        if self.board.has("filter"):
            self.board.say("filter", self.text(filter_of(made, stage.channels)))

    def deepen(self, number: int) -> Move:
        """Let a block grow from its front to its depth."""
        panel = self.stages[number].panel
        lines = [self.board.part(n) for n in self.board.there(f"{panel}.box", f"{panel}.sides")]
        left, top, width, height = self.board.box(self.front(number))
        corners = np.array([(x, y) for x in (left, left + width) for y in (top, top + height)])
        _, _, wide, high = self.board.box(f"{panel}.box")
        behind = np.array([wide - width, height - high])
        ways = []
        for line in lines:
            full = line.places.copy()
            ahead = full[:, None] - behind - corners
            ways.append((line, full, np.isclose(ahead, 0.0, atol=1e-3).all(2).any(1)[:, None]))

        def go(alpha: float) -> None:
            for line, full, back in ways:
                line.places = full - (1 - alpha) * behind * back

        return go

    def opened(self, *sheets: str) -> Move:
        """Let maps come up on which nothing is known yet."""
        for name in sheets:
            self.known[name] = self.board.part(name).values.copy()
            self.board.fill(name, np.nan)
        return self.board.show(*reversed(sheets))  # the first lies before all others

    def fill(self, number: int, share: float, *sheets: str) -> None:
        """A window goes over what a stage reads, faster and faster; its maps fill meanwhile."""
        window = self.picture.window_of(number)
        rows, cols = self.stages[number].sides
        seconds = share * self._event_seconds
        at = row_by_row(rows, cols, seconds, max(_BEGIN, _EVEN * rows * cols / seconds))
        there = window is not None
        marks = self.marks(self.stages[number - 1].panel, "window") if there else []
        made = self.marks(self.stages[number].panel, "place")[:1] if there else []
        links = self.links(marks[:1], made)

        def go(alpha: float) -> None:
            row, col = at(alpha)
            for name in sheets:
                now = np.full_like(self.known[name], np.nan)
                known = row * cols + col + 1
                now.flat[:known] = self.known[name].flat[:known]
                self.board.fill(name, now)
            if window is not None:
                self.put(marks, window.box(row, col))
                self.put(made, Window(row, col, row + 1, col + 1))
                links(1.0)

        go(0.0)
        self.board.show(*marks, *made)(1.0)
        self.during(share, go, rate=linear)
        links(0.0)
        self.board.hide(*marks, *made)(1.0)

    def links(self, start: Sequence[str], end: Sequence[str]) -> Move:
        """Return what draws lines from one frame to another as they stand, or takes them away."""
        if not start or not end:
            return together()
        lines = [Line([(0.0, 0.0)] * 2, colour="accent") for _ in range(2)]
        for line in lines:
            line.z_index = self.board.part(start[0]).z_index

        def go(alpha: float) -> None:
            one, other = self.board.box(start[0]), self.board.box(end[0])
            for line, way in zip(lines, _rays(one, other), strict=True):
                line.places = way
            # Under one another there are words between them.
            beside = one[0] + one[2] <= other[0]
            (self.add if alpha and beside else self.remove)(*lines)

        return go

    def marks(self, panel: str, mark: str) -> list[str]:
        """Return the names of a mark and of its edges through all that lies behind, if there are.

        A pooling makes a channel of one alone.
        """
        name = f"{panel}.{mark}"
        number = next(n for n, stage in enumerate(self.stages) if stage.panel == panel) + 1
        deep = mark == "place" or self.picture.reads_all(number)
        return self.board.there(name, f"{name}-depth") if deep else self.board.there(name)

    def put(self, marks: Sequence[str], box: Window) -> None:
        """Bring a mark, and its edges through all channels behind, to some cells."""
        if not marks:
            return
        mark, *edges = marks
        panel = mark.rpartition(".")[0]
        grid = f"{panel}[0]" if self.board.has(f"{panel}[0]") else panel
        frame = self.board.part(mark)
        before = frame.places[0].copy()
        where = self.board.within(grid, box.top, box.left, box.height, box.width)
        # Its line lies on these cells, and crosses no border.
        frame.line = min(_LINE, _THIN * where[2] / box.width)
        frame.places = corners_of(_within(where, 1.5 * frame.line))
        for name in edges:
            line = self.board.part(name)
            line.places = line.places + (frame.places[0] - before)

    def show_pooling(self, event: Event) -> None:
        """Every channel gives a smaller one of its own."""
        pool = self.lesson.pool
        assert pool is not None
        self.pair(pool, 0.2)
        self.make(pool, 0.7)

    def show_predict(self, event: Event) -> None:
        """One filter reads at one place, through all channels; then the video waits."""
        number = self.lesson.rest[0]
        before, after = self.stages[number - 1], self.stages[number]
        self.pair(number, 0.2)
        depth, front = f"depth-{after.name}", self.front(number)
        self.board.say(depth, "× ?")
        told = self.board.there("filter")
        for name in told:
            self.board.say(name, self.text(filter_of(1, after.channels)))
        self.during(min(0.1, 0.5 / event.seconds), self.board.show(depth, *told))
        window = self.picture.window_of(number)
        if window is None:
            self.during(1, self.board.pulse(before.panel, depth))
            return
        marks, made = self.marks(before.panel, "window"), self.marks(after.panel, "place")[:1]
        links, values = self.links(marks[:1], made), self.known[front]
        rows, cols = after.sides
        row = rows // 2

        def go(alpha: float) -> None:
            col = min(int(alpha * cols), cols - 1)
            now = np.full_like(values, np.nan)
            now[row, : col + 1] = values[row, : col + 1]
            self.board.fill(front, now)
            self.put(marks, window.box(row, col))
            self.put(made, Window(row, col, row + 1, col + 1))
            links(1.0)

        go(0.0)
        self.board.show(*marks, *made)(1.0)
        self.during(min(0.7, 4.0 / event.seconds), go, rate=linear)
        self.asked = together(lambda alpha: links(1 - alpha), self.board.hide(*marks, *made))
        self.during(1, self.board.pulse(depth))

    def show_next(self, event: Event) -> None:
        """Each filter reads all channels and makes one, counted."""
        number = self.lesson.rest[0]
        if self.picture.window_of(number) is not None:
            self.asked(1.0)
        self.make(number, 0.9)
        self.during(1, self.board.pulse(f"depth-{self.stages[number].name}"))

    def show_again(self, event: Event) -> None:
        """All other blocks, one after the other; the deepest by itself if that is told."""
        rest = self.left_to_make()
        self.make_all(rest[:-1] if self.lesson.trims_odd_sides else rest)

    def show_deeper(self, event: Event) -> None:
        """All blocks that are not there yet."""
        self.make_all(self.left_to_make())

    def left_to_make(self) -> list[int]:
        """Return the stages with maps that are not made yet."""
        return [n for n in self.drawn(self.lesson.rest) if n > self.made]

    def make_all(self, rest: Sequence[int]) -> None:
        """Make some blocks, each looked at with what it reads."""
        still = min(0.2 / max(1, len(rest)), _REST / self._event_seconds)
        for number in rest:
            share = 1 / len(rest) - still
            self.pair(number, 0.2 * share)
            over = self.picture.left_over(number)
            if over:
                self.leave_over(number, 0.3 * share, *over)
            self.make(number, (0.5 if over else 0.8) * share)
            self.during(still, together())

    def leave_over(self, number: int, share: float, *over: Window) -> None:
        """Part what a pooling reads into its windows; frame and dim what none of them comes to."""
        window = self.picture.window_of(number)
        assert window is not None
        panel = self.stages[number - 1].panel
        frames = [f"{panel}.over-{n}" for n in range(len(over))]
        for name, each in zip(frames, over, strict=True):
            self.put([name], each)
        grid = self.board.part(self.front(number - 1))

        def go(alpha: float) -> None:
            for each in over:
                grid.shares[each.top :, each.left :] = 1 - (1 - _OVER) * alpha

        self.tiles = self.parted(number, window)
        self.during(0.3 * share, *(_drawn(tile) for tile in self.tiles))
        self.during(0.7 * share, self.board.show(*frames), go)

    def parted(self, number: int, window: ops.Window) -> list[Line]:
        """Return lines between the windows of a pooling, if these do not overlap."""
        (rows, cols), (down, across) = self.stages[number].sides, window.stride
        if window.span != window.stride:
            return []
        first = window.box(0, 0)
        where = first.top, first.left, rows * down, cols * across
        x, y, wide, high = self.board.within(self.front(number - 1), *where)
        tops = [(x, y + n * high / rows) for n in range(rows + 1)]
        lefts = [(x + n * wide / cols, y) for n in range(cols + 1)]
        ways = [[top, (x + wide, top[1])] for top in tops]
        ways += [[left, (left[0], y + high)] for left in lefts]
        lines = [Line(way, colour="ink", drawn=0.0) for way in ways]
        self.add(*lines)
        for line in lines:
            line.z_index = self.board.part(f"{self.stages[number - 1].panel}.box").z_index
        return lines

    # The vector, and the answer.

    def show_places(self, event: Event) -> None:
        """Place by place, all numbers of the last block are laid in one row."""
        tail = self.drawn(self.lesson.tail)
        for number in tail:
            self.turn(self.picture.vector(number), 0.15 / len(tail))
            self.lay_out(number, 0.75 / len(tail))
        self.during(1, self.board.pulse(*self.texts(*tail[:1])[-1:]))

    def lay_out(self, number: int, share: float) -> None:
        """A vector comes up; one of places that can be counted is laid out place by place."""
        stage, before = self.stages[number], self.stages[number - 1]
        panel, texts = stage.panel, self.texts(number)
        if not self.picture.counted(number):
            self.during(share, self.board.show(panel, *texts))
            return
        *said, total = texts
        marks, many = self.marks(before.panel, "place"), before.channels
        cols = before.sides[1]
        lines: list[Line] = []

        def go(alpha: float) -> None:
            place = min(int(alpha * before.places), before.places - 1)
            self.board.say(said[1], f"{place + 1:,}")
            now = np.full_like(self.known[panel], np.nan)
            now[:, : (place + 1) * many] = self.known[panel][:, : (place + 1) * many]
            self.board.fill(panel, now)
            row, col = divmod(place, cols)
            self.put(marks, Window(row, col, row + 1, col + 1))
            self.remove(*lines)
            to = self.board.within(panel, 0, place * many, 1, many)
            ways = _rays(self.board.box(marks[0]), to)
            lines[:] = [Line(way, colour="accent") for way in ways]
            self.add(*lines)

        self.board.say(said[1], "1")
        self.during(0.1 * share, self.opened(panel), self.board.show(*said))
        self.board.show(*marks)(1.0)
        self.during(0.8 * share, go, rate=linear)
        self.remove(*lines)
        self.during(0.1 * share, self.board.hide(*marks), self.board.show(total))

    def show_numbers(self, event: Event) -> None:
        """The bars of the answer grow, each made of all of the vector."""
        tail = self.drawn(self.lesson.tail)
        last = len(self.stages) - 1
        read = tail[-1] if tail else None
        self.turn(self.picture.answered(read), 0.15)
        bars = self.bars()
        self.during(0.05, self.board.come(*self.texts(last), *self.frame(bars)))
        strip = self.board.there(self.stages[last].panel)
        self.board.show(*strip)(1.0)
        whole = f"{self.stages[read].panel}.whole" if read is not None else ""
        dense = self.stages[last].kind == "dense" and self.board.has(whole)
        self.answer(0.7, bars, whole if dense else "")
        self.during(1, self.board.pulse(f"answer.{self.lesson.trace.prediction}"))

    def answer(self, share: float, bars: Sequence[str], read: str) -> None:
        """Let the bars of the answer grow; lines lead from all that each is made of."""
        rises = [self.board.rise(bar) for bar in bars]
        labels = [self.board.box(f"{bar}.label") for bar in bars]
        x, y, width, _ = self.board.box(read) if read else (0.0, 0.0, 0.0, 0.0)
        if not read or min(left for left, *_ in labels) < x + width:
            self.during(share, in_turn(*rises, overlap=0.6))
            return

        def to(label: Region) -> list[tuple[float, float]]:
            left, top, _, high = label
            return [(x, y), (left, top + high / 2), (x + width, y)]

        fan = Line(to(labels[0]), colour="accent")

        def look(rise: Move, label: Region) -> Move:
            def go(alpha: float) -> None:
                rise(alpha)
                fan.places = to(label)

            return go

        self.board.show(read)(1.0)
        self.add(fan)
        looks = map(look, rises, labels)
        self.during(0.75 * share, in_turn(*looks, overlap=0.0), rate=linear)
        # The lines to the answer stand longest.
        best = labels[bars.index(f"answer.{self.lesson.trace.prediction}")]
        self.during(0.2 * share, lambda alpha: setattr(fan, "places", to(best)))
        self.remove(fan)
        self.during(0.05 * share, self.board.hide(read))

    def bars(self) -> list[str]:
        """Return the names of the answer's bars."""
        bars = (f"answer.{bar.name}" for bar in answer_bars(self.lesson.trace).bars)
        return [bar for bar in bars if self.board.has(bar)]

    def values_of(self, bars: Iterable[str]) -> list[str]:
        """Return the names of the bars' numbers."""
        return self.board.there(*(f"{bar}.value" for bar in bars))

    def frame(self, bars: Iterable[str]) -> list[str]:
        """Return the names of what is there before the bars."""
        return self.board.there("answer.zero", *(f"{bar}.label" for bar in bars))

    # What is traded.

    def show_trade(self, event: Event) -> None:
        """All blocks stand to one scale; their places are told, and their channels."""
        numbers = self.picture.compared
        names = [self.stages[n].name for n in numbers]
        panels = [self.stages[n].panel for n in numbers]
        boxes = [f"{panel}.{part}" for panel in panels for part in ("box", "sides")]
        end = self.stages[-1]
        words = [f"{what}-{name}" for what in ("name", "size") for name in (*names, end.name)]
        self.during(0.05, self.board.leave("legend", "answer"))
        self.turn(self.picture.ends(), 0.25, show=[*panels, end.panel], say=words)
        self.board.show(*self.board.there(*boxes))(1.0)
        for what in ("places", "channels"):
            told = [self.board.show(f"{what}-{name}") for name in names]
            self.during(0.3, in_turn(*told, overlap=0.2))
        self.during(1, self.board.pulse(*(f"{what}-{names[n]}" for what in ("places", "channels")
                                          for n in (0, -1))))  # fmt: skip

    def show_ends(self, event: Event) -> None:
        """At one place of each block all its channels are looked at: ever more of them."""
        moves = []
        for number in self.picture.compared:
            stage = self.stages[number]
            marks = self.marks(stage.panel, "place")
            row, col = stage.shape[0] // 2, stage.shape[1] // 2
            self.put(marks, Window(row, col, row + 1, col + 1))
            moves.append(self.board.show(*marks))
        self.during(0.7, in_turn(*moves))
        ends = [self.stages[self.picture.compared[n]].name for n in (0, -1)]
        self.during(1, self.board.pulse(*(f"channels-{name}" for name in ends)))


def _drawn(line: Line) -> Move:
    """Let a line be drawn."""

    def go(alpha: float) -> None:
        line.drawn = alpha

    return go


def _rays(start: Region, end: Region) -> list[list[tuple[float, float]]]:
    """Return two ways from one box to another, which lies right of it or below."""
    (x, y, wide, high), (left, top, width, tall) = start, end
    if left >= x + wide and top < y + high + tall:
        return [[(x + wide, y), (left, top)], [(x + wide, y + high), (left, top + tall)]]
    return [[(x, y + high), (left, top)], [(x + wide, y + high), (left + width, top)]]


def _within(box: Region, by: float) -> Region:
    """Return a box that is smaller by so much on each side."""
    left, top, width, height = box
    return left + by, top + by, width - 2 * by, height - 2 * by
