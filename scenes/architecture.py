"""Architecture: each stack of maps grows out of the one before it; then what is traded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from manim.utils.rate_functions import linear

from convexplain.lessons import architecture
from convexplain.lessons.parts.answer_bars import answer_bars
from convexplain.lessons.parts.beats import Event
from convexplain.panels import Placed, place
from convexplain.panels.box import around
from convexplain.stage import LessonScene
from convexplain.stage.pace import Move, eased, in_turn, together
from convexplain.stage.title_and_caption import corner_of
from convexplain.style import format as fmt

#: On so many lines the window goes over the picture.
LANES = 5
#: So many stacks are seen from nearby as the last ones come, and become a vector.
_BEHIND = 4


class Architecture(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = architecture.Architecture
    lesson: architecture.Architecture

    def prepare(self) -> None:
        """Lay out the picture alone; it is there from the first frame on."""
        self.picture = self.lesson.picture_of
        self.stages = self.lesson.stages
        self.board.lay(self.picture.opening())
        self.board.show(self.stages[0].panel)(1.0)

    def texts(self, *numbers: int) -> list[str]:
        """Return the names of what is said below stages."""
        found = []
        for number in numbers:
            name = self.stages[number].name
            found += [f"name-{name}", f"size-{name}"]
        return found

    def sheets(self, number: int) -> list[str]:
        """Return the names of a stack's sheets, the front one first."""
        panel = self.stages[number].panel
        return [f"{panel}[{n}]" for n in range(len(self.picture.channels(number)))]

    # The picture, and its maps.

    def show_ask(self, event: Event) -> None:
        """The first window goes over the picture, to and fro and down."""
        window, (rows, cols) = f"{self.stages[0].panel}.window", self.picture.window
        down, along = self.stages[0].shape[0] - rows, self.stages[0].shape[1] - cols
        self.board.show(window)(1.0)

        def at(alpha: float) -> tuple[float, float]:
            lane = min(int(alpha * LANES), LANES - 1)
            share = alpha * LANES - lane
            return down * lane / (LANES - 1), along * (1 - share if lane % 2 else share)

        self.during(0.95, self.board.visit(window, at), rate=linear)
        self.during(1, self.board.hide(window))

    def show_sheet(self, event: Event) -> None:
        """It is one sheet, of so many cells."""
        self.during(0.5, self.camera.home(), self.board.show("size-input"))
        self.during(1, self.board.pulse(self.stages[0].panel))

    def show_filters(self, event: Event) -> None:
        """Map after map comes out of the picture, counted; then they close up to a stack."""
        first = self.lesson.first
        wall = self.board.become(
            self.picture.wall(first), show=["legend", "name-input", "size-input"]
        )
        self.during(0.15, self.camera.home(), wall)
        self.during(0.05, self.board.show(*self.texts(first)))
        come = [eased(self.board.grow(name, out_of=self.stages[0].panel))
                for name in self.sheets(first)]  # fmt: skip
        self.during(0.45, self.counted(first, come), rate=linear)
        self.during(0.1, self.board.pulse(self.stages[first].panel, colour="muted"))
        # They close up now: what is told of next changes their size alone.
        self.during(0.2, self.board.become(self.picture.first(first + 1)))
        self.during(1, self.board.show(f"{self.stages[first].panel}.box"), self.settle(0, first))

    def counted(self, number: int, moves: Iterable[Move]) -> Move:
        """Let a stack's sheets come one after the other, and count them."""
        names, stage = self.sheets(number), self.stages[number]
        come, size = in_turn(*moves, overlap=0.5), f"size-{stage.name}"

        def go(alpha: float) -> None:
            come(alpha)
            there = sum(self.board.part(name) in self.mobjects for name in names)
            # A stack of which not all maps are drawn is counted by those that it has.
            count = round(there / len(names) * stage.channels)
            self.board.say(size, fmt.shape((*stage.shape[:2], count)))

        return go

    def show_pooling(self, event: Event) -> None:
        """Every sheet gives a smaller one of its own."""
        pool = self.lesson.pool
        assert pool is not None
        self.during(0.35, self.board.become(self.picture.first(pool + 1)), self.settle(0, pool - 1))
        self.during(0.1, self.board.show(*self.texts(pool)))
        self.during(0.4, self.sprout(pool))
        self.during(1, self.board.pulse(*self.sheets(pool)[:1], *self.sheets(pool - 1)[:1]))

    def settle(self, *numbers: int) -> Move:
        """Show what belongs to stages that are there, whatever was left out before."""
        names = [self.stages[0].panel, *self.texts(*numbers), "legend", "explained"]
        stacks = [self.stages[n].panel for n in numbers if self.stages[n].has_maps and n]
        names += [name for panel in stacks for name in (panel, f"{panel}.box")]
        return self.board.come(*names)

    def sprout(self, number: int) -> Move:
        """Let a stack come up in its place, the back sheet first."""
        sheets = [self.board.show(name) for name in reversed(self.sheets(number))]
        return together(
            self.board.show(f"{self.stages[number].panel}.box"), in_turn(*sheets, overlap=0.8)
        )

    @property
    def shown(self) -> list[int]:
        """The stages with maps that are on the stage."""
        maps = [n for n in self.lesson.with_maps if self.board.has(self.sheets(n)[0])]
        return [n for n in maps if self.board.shown(self.sheets(n)[0])]

    def drawn(self, numbers: Iterable[int]) -> list[int]:
        """Return those of some stages for which the whole picture has room."""
        return [n for n in numbers if n in self.picture.drawn]

    def show_next(self, event: Event) -> None:
        """One filter reads all sheets and makes one; the others do likewise, counted."""
        number = self.lesson.rest[0]
        before, panel = self.stages[number - 1].panel, self.stages[number].panel
        pair = self.board.become(self.picture.reading(number), show=["legend"])
        self.during(0.15, self.camera.home(), pair)
        self.board.show(f"{before}.box", *self.texts(number - 1))(1.0)
        self.during(0.2, self.board.pulse(before))
        front, *others = self.sheets(number)
        stage, size = self.stages[number], f"size-{self.stages[number].name}"
        self.board.say(size, fmt.shape((*stage.shape[:2], 1)))
        self.during(0.05, self.board.show(f"{panel}.box"))
        self.during(0.15, self.board.grow(front, out_of=before))
        self.during(0.05, self.board.show(*self.texts(number)))
        self.during(0.1, self.board.pulse(front))
        rest = [eased(self.board.grow(name, out_of=before)) for name in reversed(others)]
        self.during(0.3, self.counted(number, rest), rate=linear)
        self.board.show(front)(1.0)  # in front again
        self.during(1, self.board.pulse(size))

    def show_again(self, event: Event) -> None:
        """All other stacks, one after the other, each in its place in the whole."""
        there = [n for n in self.behind if n in self.shown]
        if self.followed:
            # What has no place in this part of the whole comes as the camera goes back.
            self.during(0.05, self.board.hide("legend"))
            self.during(0.2, self.board.become(self.picture.whole()), self.near(*there))
        else:
            self.during(0.15, self.camera.home(), self.arrange())
        rest = [n for n in self.drawn(self.lesson.rest) if n not in self.shown]
        for number in rest:
            share = 0.7 / len(rest)
            there.append(number)
            back = [self.near(*there)] if self.followed else []
            self.during(0.25 * share, self.board.show(*self.texts(number)), *back)
            self.during(0.75 * share, self.sprout(number))
        self.during(1, *(self.board.pulse(*self.sheets(n)[:1]) for n in rest))

    @property
    def behind(self) -> tuple[int, ...]:
        """The last stacks, and what follows them but the answer: what is seen from nearby."""
        return *self.drawn(self.lesson.with_maps)[-_BEHIND:], *self.drawn(self.lesson.tail)

    @cached_property
    def placed(self) -> Placed:
        """Where all stands in the whole."""
        return place(self.picture.whole(), self.sheet, self.shown_look.lang)

    @property
    def in_line(self) -> bool:
        """Whether these stand side by side there."""
        names = (f"name-{self.stages[n].name}" for n in self.behind)
        return len({round(self.placed[name].bottom) for name in names}) == 1

    @property
    def followed(self) -> bool:
        """Whether the camera stays near what is there, and goes back as more of these come."""
        return self.in_line and set(self.drawn(self.lesson.rest)) <= set(self.behind)

    def near(self, *numbers: int) -> Move:
        """Come near some stages, where they stand in the whole."""
        panels = (self.stages[n].panel for n in numbers)
        box = around(self.placed[name] for name in (*panels, *self.texts(*numbers)))
        left, top = corner_of(self.sheet)
        return self.camera.to((left + box.x, top + box.y, box.width, box.height), share=0.9)

    def arrange(self) -> Move:
        """Bring what is there to its place in the whole."""
        become = self.board.become(self.picture.whole())
        settle = self.settle(*self.drawn(range(max(self.shown, default=0) + 1)))
        return in_turn(become, settle, overlap=0.4)

    # The vector, and the answer.

    def show_places(self, event: Event) -> None:
        """Place by place, all numbers of the last maps go into one vector."""
        if not self.lesson.rest:
            self.during(0.2, self.arrange())
        last, tail = self.drawn(self.lesson.with_maps)[-1], self.drawn(self.lesson.tail)
        back = [self.near(*self.behind)] if self.lesson.rest and self.followed else []
        self.during(0.2, self.board.show(*self.texts(*tail)), *back)
        self.during(0.15, self.board.pulse(self.stages[last].panel))
        for number in tail:
            flow = self.board.show(self.stages[number].panel)
            if self.in_line:  # or else it would pass over names
                before = self.board.box(self.stages[number - 1].panel)
                flow = self.board.emerge(self.stages[number].panel, out_of=before)
            self.during(0.4 / len(tail), flow)
        self.during(1, *(self.board.pulse(*self.texts(number)) for number in tail[:1]))

    def show_numbers(self, event: Event) -> None:
        """The bars of the answer grow out of the last layer."""
        if not self.lesson.rest and not self.lesson.tail:
            self.during(0.2, self.arrange())
        else:
            settle = self.settle(*self.drawn(range(max(self.shown, default=0) + 1)))
            self.during(0.1, self.camera.home())
            self.during(0.08, settle)
        last = len(self.stages) - 1
        bars = self.bars()
        strip = [panel for panel in [self.stages[last].panel] if self.board.has(panel)]
        self.during(0.1, self.board.show(*self.texts(last), *self.frame(), *strip))
        self.during(0.5, in_turn(*(self.board.rise(bar) for bar in bars), overlap=0.6))
        self.during(1, self.board.pulse(f"answer.{self.lesson.trace.prediction}"))

    def bars(self) -> list[str]:
        """Return the names of the answer's bars."""
        return [f"answer.{bar.name}" for bar in answer_bars(self.lesson.trace).bars]

    def frame(self) -> list[str]:
        """Return the names of what is there before the bars."""
        return ["answer.zero", *(f"{bar}.label" for bar in self.bars())]

    # What is traded.

    def show_predict(self, event: Event) -> None:
        """What the next layer reads is looked at; then the video waits."""
        before = self.shown[-1]
        looks = (
            self.board.pulse(self.stages[before].panel),
            self.board.pulse(*self.texts(before)[1:]),
        )
        self.during(min(1.0, 3.0 / event.seconds), in_turn(*looks))

    def show_trade(self, event: Event) -> None:
        """Two numbers of each stage as piles: how many places, and then how many channels."""
        numbers = self.picture.compared
        names = [f"stage-{self.stages[n].name}" for n in numbers]
        trade = self.board.become(self.picture.trade(), show=(*names, "said-places"))

        def piles(what: str) -> Move:
            return in_turn(*(self.pile(what, number) for number in numbers), overlap=0.3)

        # The first piles rise while the stacks go: the frame is never empty.
        going = together(self.camera.home(), trade)
        self.during(0.55, in_turn(going, piles("places"), overlap=0.5), rate=linear)
        self.during(0.36, self.board.show("said-channels"), piles("channels"), rate=linear)
        last = self.stages[numbers[-1]].name
        self.during(1, self.board.pulse(f"places-{last}", f"channels-{last}"))

    def pile(self, what: str, number: int) -> Move:
        """Let the pile of a stage rise from the ground; its number comes when it has stopped."""
        name = self.stages[number].name
        return eased(
            self.board.rise(f"{what}-{name}.pile", f"{what}-of-{name}", whole=f"{what}-{name}")
        )

    def show_ends(self, event: Event) -> None:
        """The first stage and the last one are looked at in turn."""
        looks = []
        for n in (self.picture.compared[0], self.picture.compared[-1]):
            name = self.stages[n].name
            parts = f"places-of-{name}", f"channels-of-{name}", f"stage-{name}"
            looks.append(self.board.pulse(*parts))
        self.during(1, in_turn(*looks, *looks))
