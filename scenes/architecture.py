"""Architecture: one row, in which each block of maps is made of the one before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from manim.utils.rate_functions import linear

from convexplain import panels
from convexplain.errors import UsageError
from convexplain.lessons import architecture
from convexplain.lessons.parts.answer_bars import answer_bars
from convexplain.lessons.parts.architecture_picture import times, times_of, wall
from convexplain.lessons.parts.architecture_shots import Shot, Shots
from convexplain.lessons.parts.beats import Event
from convexplain.ops.geometry import Box as Window
from convexplain.panels import Box, Diagram
from convexplain.stage import LessonScene
from convexplain.stage.board.drawing import corners_of
from convexplain.stage.pace import Move, eased, in_turn, lazily, row_by_row, together
from convexplain.stage.shapes import Line
from convexplain.stage.title_and_caption import corner_of
from convexplain.stage.units import to_scene

#: So many places a second a window visits at first.
_BEGIN = 5.0
#: Of many places at least this share of as many as in all of the time.
_EVEN = 0.5
#: How far apart sheets and what stands beside them are, in gaps of the sheet.
_APART = 0.8
#: How broad the line of a window is, in cells.
_THIN = 0.2
#: How much is seen of what a pooling leaves over.
_OVER = 0.3


class Architecture(LessonScene):
    """Plays the lesson of the same name.

    All stages have their places in one picture from the beginning; the camera goes along it.
    """

    lesson_type = architecture.Architecture
    lesson: architecture.Architecture

    def prepare(self) -> None:
        """Lay out the question; the picture is there from the first frame on."""
        self.picture = self.lesson.picture_of
        self.stages = self.lesson.stages
        #: What leads from the last maps to the magnifier.
        self.beams: list[Line] = []
        #: Which stages are seen from nearby; none: all of them.
        self.shot = Shot()
        self.board.lay(self.picture.opening())
        self.board.show(self.stages[0].panel)(1.0)

    def texts(self, *numbers: int) -> list[str]:
        """Return the names of what is said below stages."""
        names = [self.stages[number].name for number in numbers]
        parts = "name", "size", "depth", "total"
        said = [f"{what}-{name}" for name in names for what in parts]
        return self.board.there(*said)

    def sheets(self, number: int) -> list[str]:
        """Return the names of a stack's sheets, the front one first."""
        panel = self.stages[number].panel
        return [f"{panel}[{n}]" for n in range(len(self.picture.channels(number)))]

    def drawn(self, numbers: Iterable[int]) -> list[int]:
        """Return those of some stages for which the row has room."""
        return [n for n in numbers if n in self.picture.drawn]

    def shown(self, number: int) -> bool:
        """Tell whether a stack is on the stage."""
        front = self.sheets(number)[0]
        return self.board.has(front) and self.board.shown(front)

    # The row, and what of it is seen.

    def laid(self, picture: Callable[..., Diagram]) -> Diagram:
        """Return a picture in one line if that has room, or else in several."""
        one = picture(one_line=True)
        try:
            panels.place(one, self.sheet, self.shown_look.lang)
        except UsageError:
            return picture()
        return one

    def set_out(self, share: float, *then: Move) -> None:
        """Bring the picture to its place in the row, with what comes beside it."""
        row = self.board.become(self.laid(self.picture.row))
        first = lazily(lambda: self.near(self.shots.beginning(self.lesson.first)))
        self.during(share, row, lazily(self.order), lazily(self.pin_legend), first, *then)
        self.board.show(*self.texts(0))(1.0)

    def order(self) -> Move:
        """Let sheets cover those behind them, words go with blocks, and the legend stay."""
        for number in self.numbers:
            for name in self.texts(number):  # where a block is not looked at, they are not
                self.board.part(name).group = self.panel(number)
        for number in self.drawn(self.lesson.with_maps):
            names = self.sheets(number)
            for n, name in enumerate(names):
                self.board.part(name).z_index -= 0.5 * n / len(names)
        return lambda alpha: None

    def pin_legend(self) -> Move:
        """Let the scale of colours stay where it is in the frame, below all blocks."""
        places = self.shots.place("legend"), self.shots.legend
        here, there = to_scene([(place.x, place.y) for place in places])
        for name in self.board.names("legend") if self.shots.in_one_line else ():
            part = self.board.part(name)
            part.points = part.points + (there - here)
            part.pinned = True
        return lambda alpha: None

    @cached_property
    def shots(self) -> Shots:
        """What of the row is seen as each stage is made."""
        assert self.board.placed is not None
        return Shots(self.board.placed, self.sheet, self.picture)

    @cached_property
    def numbers(self) -> list[int]:
        """The stages that stand in the row, the answer at its end."""
        return self.drawn(range(len(self.stages)))

    def panel(self, number: int) -> str:
        """Return the name of what is drawn of a stage."""
        panel = self.stages[number].panel
        return panel if self.board.has(panel) else "answer"

    def near(self, shot: Shot) -> Move:
        """Come near where some stages are, or stay where all are seen."""
        self.shot = shot
        if not shot.numbers:
            return self.camera.home()
        (left, top), view = corner_of(self.sheet), self.shots.view(shot)
        box, zoom, x = self.shots.span(shot.numbers), self.shots.zoom(shot), view.middle[0]
        half = max(x - box.x, box.right - x)
        return self.camera.to((left + x - half, top + view.y, 2 * half, view.height), 1.0, zoom)

    def follow(self, number: int, share: float) -> None:
        """Let a stage be seen, and the one that it reads."""
        shot = self.shots.making(number)
        if self.shot != shot:
            gone = [n for n in self.shot.numbers if n not in shot.numbers]
            leave = self.board.leave(*map(self.panel, gone), *self.texts(*gone))
            self.during(share, self.near(shot), leave)

    # The picture, and its maps.

    def show_ask(self, event: Event) -> None:
        """The numbers come out of the network, one after the other; what lies between is asked."""
        unknown = [self.board.show(value) for value in self.open_numbers]
        frame = [self.board.show(name) for name in self.frame()]
        self.during(0.45, in_turn(*frame, overlap=0.5),
                    in_turn(together(), *unknown, overlap=0.5))  # fmt: skip
        self.during(0.1, self.board.show("between"))
        self.during(1, self.board.pulse("between", times=2))

    @property
    def open_numbers(self) -> list[str]:
        """The numbers that are not known yet."""
        return self.board.there(*(f"{bar}.value" for bar in self.bars()))

    def show_sheet(self, event: Event) -> None:
        """It is one sheet, of so many cells."""
        said = self.texts(0)
        self.during(0.3, self.board.show(*said))
        self.during(0.6, self.board.pulse(self.stages[0].panel))

    def show_filters(self, event: Event) -> None:
        """All maps fill at once as the window goes over the picture: one large, others beside."""
        first = self.lesson.first
        name, sheets = self.stages[first].name, self.sheets(first)
        # Those of the row are known, and come with their bars.
        self.during(0.04, self.board.hide(*self.open_numbers))
        self.set_out(0.16, lazily(self.spread))
        shown = self.board.come("legend", f"name-{name}", f"size-{name}")
        self.during(0.04, shown, self.opened(*sheets))
        self.fill(first, 0.7, *sheets)
        self.during(1, self.board.pulse(sheets[0]))

    def spread(self) -> Move:
        """Lay all sheets of the first stack aside but the front one."""
        first, (left, top) = self.lesson.first, corner_of(self.sheet)
        others = self.sheets(first)[:0:-1]
        places = wall(len(others), self.stages[first].sides, self.free) if others else []
        for name, place in zip(others, places, strict=True):
            corners = corners_of((left + place.x, top + place.y, place.width, place.height))
            self.goals[name] = self.board.part(name).points.copy()
            self.board.part(name).points = to_scene(corners)
        return lambda alpha: None

    @cached_property
    def goals(self) -> dict[str, object]:
        """Where sheets that stand aside belong."""
        return {}

    @property
    def free(self) -> Box:
        """Where sheets can stand beside the first stack, as large as they can be."""
        first, shot = self.lesson.first, self.shot
        panels = [self.stages[n].panel for n in (0, first)]
        shots, here = self.shots, self.shots.place(*panels, *self.texts(0, first))
        taken = [here, shots.seen_at(shots.legend, shot)]
        if not shots.in_one_line:
            taken.append(shots.place("answer"))
        room, apart = shots.seen_at(self.sheet.body_box, shot), _APART * self.sheet.gap
        for box in taken:
            if room.meets(box):
                room = max(_beside(room, box.grown(apart)), key=self._sheet_side)
        return room

    def _sheet_side(self, room: Box) -> float:
        """Return how large a sheet can be in a room."""
        if min(room.width, room.height) <= 0:
            return 0.0
        stage = self.stages[self.lesson.first]
        return wall(stage.channels, stage.sides, room)[0].width

    def opened(self, *sheets: str) -> Move:
        """Let sheets come up on which nothing is known yet."""

        def start() -> Move:
            for name in sheets:
                self.values[name] = self.board.part(name).values.copy()
                self.board.fill(name, np.nan)
            return self.board.show(*sheets)

        return lazily(start)

    @cached_property
    def values(self) -> dict[str, np.ndarray]:
        """What stands on sheets that are not filled yet."""
        return {}

    def fill(self, number: int, share: float, *sheets: str) -> None:
        """A window goes over what a stage reads, faster and faster; its sheets fill meanwhile."""
        window = self.picture.window_of(number)
        rows, cols = self.stages[number].sides
        seconds = share * self._event_seconds
        at = row_by_row(rows, cols, seconds, max(_BEGIN, _EVEN * rows * cols / seconds))
        marks = self.marks(number)

        def go(alpha: float) -> None:
            row, col = at(alpha)
            for name in sheets:
                now = np.full_like(self.values[name], np.nan)
                known = row * cols + col + 1
                now.flat[:known] = self.values[name].flat[:known]
                self.board.fill(name, now)
            if window is not None:
                self.put(marks, window.box(row, col))

        go(0.0)
        self.board.show(*marks)(1.0)
        self.during(share, go, rate=linear)
        self.during(0.04, self.board.hide(*marks))

    def leave_over(self, number: int, *over: Window) -> Move:
        """Frame what a pooling leaves over, thinly, and dim it."""
        front = self.sheets(number - 1)[0]
        for name, each in zip(self.over(number), over, strict=True):
            self.put([name], each)
        shares, frames = self.board.part(front).shares, self.board.show(*self.over(number))

        def go(alpha: float) -> None:
            frames(alpha)
            for each in over:
                shares[each.top :, each.left :] = 1 - (1 - _OVER) * alpha

        return go

    def over(self, number: int) -> list[str]:
        """Return the names of the frames round what a pooling leaves over."""
        panel = self.stages[number - 1].panel
        return self.board.there(f"{panel}.over-0", f"{panel}.over-1")

    def marks(self, number: int) -> list[str]:
        """Return the names of the window through which a stage reads the one before it."""
        if self.picture.window_of(number) is None:
            return []
        before = self.stages[number - 1]
        mark = f"{before.panel}.window"
        deep = number > 1 and self.picture.reads_all(number)
        return [mark, f"{mark}-depth"] if deep else [mark]

    def put(self, marks: Sequence[str], box: Window) -> None:
        """Bring a window, and its edges through all sheets behind, to some cells."""
        mark, *edges = marks
        panel = mark.rpartition(".")[0]
        grid = f"{panel}[0]" if self.board.has(f"{panel}[0]") else panel
        frame = self.board.part(mark)
        before = frame.places[0].copy()
        where = self.board.within(grid, box.top, box.left, box.height, box.width)
        if not mark.endswith(".place"):  # its line lies on these cells, and crosses no border
            frame.line = _THIN * where[2] / box.width
            where = _within(where, 1.5 * frame.line)
        frame.places = corners_of(where)
        for name in edges:
            line = self.board.part(name)
            line.places = line.places + (frame.places[0] - before)

    def show_stack(self, event: Event) -> None:
        """The sheets that stand aside lie down behind the first one, the nearest first."""
        first = self.lesson.first
        self.stack(0.36)
        self.follow(first, 0.12)
        marks = self.look_through(first)
        self.during(0.06, self.board.show(*marks))
        self.during(1, in_turn(*[together()] * 20, self.board.hide(*marks)))

    def look_through(self, number: int) -> list[str]:
        """Bring a frame to the place of the largest response, and through all sheets behind."""
        front = self.stages[number].values[:, :, self.picture.channels(number)[0]]
        row, col = divmod(int(front.argmax()), front.shape[1])
        mark = f"{self.stages[number].panel}.place"
        marks = self.board.there(mark, f"{mark}-depth")
        self.put(marks, Window(row, col, row + 1, col + 1))
        return marks

    def stack(self, share: float) -> None:
        """Lay sheets that stand aside where they belong, counted."""
        if not self.goals:
            return
        first = self.lesson.first
        moves = [eased(self._to(name)) for name in self.goals]
        self.during(share, self.counted(first, moves), rate=linear)
        self.goals.clear()
        self.during(0.05, self.board.show(f"{self.stages[first].panel}.box"))

    def _to(self, name: str) -> Move:
        """Let a sheet go where it belongs."""
        part, goal = self.board.part(name), self.goals[name]
        start = part.points.copy()

        def go(alpha: float) -> None:
            part.points = start + (goal - start) * alpha

        return go

    def counted(self, number: int, moves: Sequence[Move]) -> Move:
        """Let sheets join the front one, one after the other, and count them."""
        stage, name = self.stages[number], f"depth-{self.stages[number].name}"
        arrived = 0

        def count(move: Move) -> Move:
            def go(alpha: float) -> None:
                nonlocal arrived
                move(alpha)
                if alpha >= 1:
                    arrived += 1
                    # A stack of which not all maps are drawn is counted by those that it has.
                    share = (arrived + 1) / (len(moves) + 1)
                    self.board.say(name, times(round(share * stage.channels)))

            return go

        self.count_front(number)
        if not moves:
            return together()
        return in_turn(*map(count, moves), overlap=0.85)

    def count_front(self, number: int) -> None:
        """Say of how many sheets the front one of a stack stands."""
        stage, name = self.stages[number], f"depth-{self.stages[number].name}"
        drawn = len(self.picture.channels(number))
        self.board.say(name, times(max(1, round(stage.channels / drawn))))
        self.board.show(name)(1.0)

    # The other stacks.

    def make(self, number: int, share: float) -> None:
        """One sheet of a stage fills as a window goes; then all others lie behind it."""
        stage = self.stages[number]
        front, *others = self.sheets(number)
        said = self.board.show(f"name-{stage.name}", f"size-{stage.name}")
        over: list[Window] = []
        if self.picture.window_of(number) is None:
            self.during(0.3 * share, said, self.board.show(front))
        else:
            over = self.picture.left_over(number)
            self.during(0.1 * share, said, self.opened(front))
            if over:  # what no window comes to is seen before it runs
                self.during(0.15 * share, self.leave_over(number, *over))
                self.during(0.15 * share, self.board.pulse(*self.over(number)))
            self.fill(number, (0.35 if over else 0.4) * share, front)
        self.count_front(number)
        self.during(0.05 * share, self.board.pulse(front))
        behind = [eased(self._behind(name, front)) for name in others]
        self.during((0.12 if over else 0.35) * share, self.counted(number, behind), rate=linear)
        self.during(
            0.05 * share, self.board.show(f"{stage.panel}.box"), self.board.hide(*self.over(number))
        )

    def _behind(self, name: str, front: str) -> Move:
        """Let a sheet come out from behind the front one."""

        def start() -> Move:
            part = self.board.part(name)
            goal, origin = part.points.copy(), self.board.part(front).points.copy()
            self.add(part)

            def go(alpha: float) -> None:
                part.points = origin + (goal - origin) * alpha

            go(0.0)
            return go

        return lazily(start)

    def show_pooling(self, event: Event) -> None:
        """Every sheet gives a smaller one of its own."""
        pool = self.lesson.pool
        assert pool is not None
        self.stack(0.3)
        self.follow(pool, 0.15)
        self.make(pool, 0.7)
        self.during(1, self.board.pulse(*self.texts(pool)[-1:]))

    def show_predict(self, event: Event) -> None:
        """What the next layer reads is looked at; then the video waits."""
        number = self.lesson.rest[0]
        before, after = self.stages[number - 1], self.stages[number]
        self.stack(0.3)
        self.follow(number, 0.14)
        self.board.say(f"depth-{after.name}", "× ?")
        self.during(min(0.2, 1.0 / event.seconds), self.board.show(*self.texts(number)))
        window, marks = self.picture.window_of(number), self.marks(number)
        look = self.board.pulse(before.panel)
        if window is not None:  # what each of the filters reads stands while it is asked
            row, col = (side // 2 for side in after.sides)
            self.put(marks, window.box(row, col))
            look = self.board.show(*marks)
        looks = look, self.board.pulse(*self.texts(number - 1)[-1:])
        self.during(min(1.0, 3.0 / event.seconds), in_turn(*looks))

    def show_next(self, event: Event) -> None:
        """One filter reads all sheets and makes one; the others do likewise, counted."""
        number = self.lesson.rest[0]
        self.during(0.04, self.board.hide(*self.marks(number)))
        self.follow(number, 0.1)
        self.make(number, 0.85)
        self.during(1, self.board.pulse(*self.texts(number)[-1:]))

    def show_again(self, event: Event) -> None:
        """All other stacks, one after the other; the deepest by itself if that is told."""
        self.stack(0.2)
        rest = [n for n in self.drawn(self.lesson.rest) if not self.shown(n)]
        if self.lesson.trims_odd_sides:
            rest = rest[:-1]
        self.make_all(rest)

    def show_deeper(self, event: Event) -> None:
        """All stacks that are not there yet."""
        self.make_all([n for n in self.drawn(self.lesson.rest) if not self.shown(n)])

    def make_all(self, rest: Sequence[int]) -> None:
        """Make some stacks, each looked at with what it reads."""
        for number in rest:
            share = 0.95 / len(rest)
            self.follow(number, 0.25 * share)
            self.make(number, 0.75 * share)

    # The vector, and the answer.

    def show_places(self, event: Event) -> None:
        """Place by place, all numbers of the last maps go into one vector."""
        self.stack(0.2)
        tail = self.drawn(self.lesson.tail)
        for number in tail:
            self.follow(number, 0.12 / len(tail))
            self.enlarge(number, 0.18 / len(tail))
            self.lay_out(number, 0.6 / len(tail))
        self.during(1, self.board.pulse(*self.texts(*tail[:1])[-1:]))

    def enlarge(self, number: int, share: float) -> None:
        """Let the places of the last maps come out of the front one, large enough to be counted."""
        if self.picture.beside(number):
            front = self.sheets(number - 1)[0]
            self.during(0.6 * share, self.board.grow("loupe", out_of=front))
            (x, y, width, high), (left, top, _, tall) = map(self.board.box, (front, "loupe"))
            ways = [(x + width, y), (left, top)], [(x + width, y + high), (left, top + tall)]
            self.beams = [Line(way, colour="muted") for way in ways]
            self.add(*self.beams)
            self.during(0.4 * share, self.board.show("of-loupe"))

    def lay_out(self, number: int, share: float) -> None:
        """A vector comes up; one of maps column by column, a column for each place."""
        stage, before = self.stages[number], self.stages[number - 1]
        panel = stage.panel
        columns = self.board.part(panel).values.shape[1]
        if stage.kind != "flatten" or not before.has_maps or columns != before.places:
            self.during(share, self.board.show(panel, *self.texts(number)))
            return
        mark = f"{before.panel}.place"
        marks = [mark, f"{mark}-depth"]
        loupe = ["loupe.place"] if self.picture.beside(number) else []
        size, total = f"size-{stage.name}", self.board.there(f"total-{stage.name}")
        of = 0 if total else before.channels

        def go(alpha: float) -> None:
            place = min(int(alpha * columns), columns - 1)
            self.board.say(size, times_of(place + 1, of))
            now = np.full_like(self.values[panel], np.nan)
            now[:, : place + 1] = self.values[panel][:, : place + 1]
            self.board.fill(panel, now)
            row, col = divmod(place, before.shape[1])
            cell = Window(row, col, row + 1, col + 1)
            self.put(marks, cell)
            if loupe:
                self.put(loupe, cell)

        self.board.say(size, times_of(1, of))
        said = [name for name in self.texts(number) if name not in total]
        self.during(0.15 * share, self.opened(panel), self.board.show(*said))
        self.board.show(*marks, *loupe)(1.0)
        self.during(0.75 * share, go, rate=linear)
        if not total:
            self.board.say(size, stage.size)
        self.during(0.1 * share, self.board.hide(*marks, *loupe), self.board.show(*total))

    def show_numbers(self, event: Event) -> None:
        """The bars of the answer grow at the end of the row."""
        self.stack(0.2)
        gone = [name for n in self.numbers for name in self.picture.beside(n)]
        self.remove(*self.beams)
        if self.shot.numbers:  # what was asked for comes again where it is seen whole
            self.board.hide(*self.frame())(1.0)
        self.during(0.06, self.board.leave(*gone))
        self.follow(self.numbers[-1], 0.12)
        self.complete(self.shot.numbers or self.numbers, "legend")(1.0)
        self.during(0.06, self.board.show(*self.texts(len(self.stages) - 1), *self.frame()))
        self.answer(0.75, *self.read())
        self.during(1, self.board.pulse(f"answer.{self.lesson.trace.prediction}"))

    def read(self) -> list[str]:
        """Return the frame round the vector of which every number of the answer is made."""
        tail = self.drawn(self.lesson.tail)
        if self.lesson.stages[-1].kind != "dense" or not tail:
            return []
        return self.board.there(f"{self.panel(tail[-1])}.whole")

    def complete(self, numbers: Sequence[int], *more: str) -> Move:
        """Let stages be there, all but the answer's bars, whatever was left out before."""
        there = [n for n in numbers if n != self.numbers[-1]]
        boxes = [f"{self.panel(n)}.box" for n in there]
        return self.board.come(*map(self.panel, there), *boxes, *self.texts(*there), *more)

    def answer(self, share: float, *read: str) -> None:
        """Let the bars of the answer grow; lines lead from what each is made of."""
        last = len(self.stages) - 1
        strip = self.board.there(self.stages[last].panel)
        self.board.show(*self.texts(last), *self.frame(), *strip)(1.0)
        if not read:
            rises = (self.board.rise(bar) for bar in self.bars())
            self.during(share, in_turn(*rises, overlap=0.6))
            return
        frames = [self.board.part(name) for name in read]
        x, y, width, height = self.board.box(read[0])

        def to(bar: str) -> list[tuple[float, float]]:
            left, top, _, high = self.board.box(f"{bar}.label")
            return [(x + width, y), (left, top + high / 2), (x + width, y + height)]

        bars = self.bars()
        fan = Line(to(bars[0]), colour="accent")

        def look(bar: str) -> Move:
            rise, places = self.board.rise(bar), to(bar)

            def go(alpha: float) -> None:
                rise(alpha)
                fan.places = places
                for frame in frames:
                    frame.opacity = 1 - alpha / 2 if alpha < 1 else 1.0

            return go

        self.board.show(*read)(1.0)
        if self.shots.in_one_line:  # on several the vector does not stand beside the bars
            self.add(fan)
        self.during(0.65 * share, in_turn(*map(look, bars), overlap=0.0), rate=linear)
        # The lines to the answer stand longest.
        best = to(f"answer.{self.lesson.trace.prediction}")
        self.during(0.3 * share, lambda alpha: setattr(fan, "places", best))
        self.remove(fan)
        self.during(0.05 * share, self.board.hide(*read))

    def bars(self) -> list[str]:
        """Return the names of the answer's bars."""
        return [f"answer.{bar.name}" for bar in answer_bars(self.lesson.trace).bars]

    def frame(self) -> list[str]:
        """Return the names of what is there before the bars."""
        return ["answer.zero", *(f"{bar}.label" for bar in self.bars())]

    # What is traded.

    def show_trade(self, event: Event) -> None:
        """Two numbers of each stage as piles: how many places, and how many channels."""
        self.stack(0.1)
        numbers = self.picture.compared
        # Their blue is of channels: that of values goes with its legend.
        gone = [n for n in self.numbers if n not in numbers]
        shapes = [
            f"{what}-{self.stages[n].name}" for n in self.numbers for what in ("size", "depth")
        ]
        beside = [name for n in gone for name in self.picture.beside(n)]
        panels = [*map(self.panel, gone), *self.texts(*gone)]
        self.during(0.06, self.board.leave("legend", *panels, *beside, *shapes))
        for n in numbers:
            self.complete([n])(1.0)
        self.board.leave(*shapes)(1.0)
        become = self.board.become(self.laid(self.picture.traded))
        self.during(0.14, self.camera.home(), become, lazily(self.order))
        self.board.come("explained")(1.0)

        def piles(what: str) -> Move:
            return in_turn(*(self.pile(what, number) for number in numbers), overlap=0.3)

        self.during(0.56, piles("places"), piles("channels"), rate=linear)
        last = self.stages[numbers[-1]].name
        self.during(1, self.board.pulse(f"places-{last}", f"channels-{last}"))

    def pile(self, what: str, number: int) -> Move:
        """Let the pile of a stage rise from the ground; its number comes when it has stopped."""
        name = self.stages[number].name
        return eased(
            self.board.rise(f"{what}-{name}.pile", f"{what}-of-{name}", whole=f"{what}-{name}")
        )

    def show_ends(self, event: Event) -> None:
        """How many places there are first and last is looked at, then how many channels."""
        ends = [self.stages[self.picture.compared[n]].name for n in (0, -1)]
        meant = {what: self.board.there(f"{what}-meaning") for what in ("places", "channels")}
        self.during(0.06, self.board.show(*chain(*meant.values())))
        looks = [
            self.board.pulse(*(f"{what}-of-{name}" for name in ends), *word, times=2)
            for what, word in meant.items()
        ]
        self.during(1, in_turn(*looks))


def _within(box: tuple[float, float, float, float], by: float) -> tuple[float, float, float, float]:
    """Return a box that is smaller by so much on each side."""
    left, top, width, height = box
    return left + by, top + by, width - 2 * by, height - 2 * by


def _beside(room: Box, taken: Box) -> list[Box]:
    """Return what is left of a room right, left, below and above of what is taken."""
    return [
        Box(taken.right, room.y, room.right - taken.right, room.height),
        Box(room.x, room.y, taken.x - room.x, room.height),
        Box(room.x, taken.bottom, room.width, room.bottom - taken.bottom),
        Box(room.x, room.y, room.width, taken.y - room.y),
    ]
