"""Pooling: one window, the whole map, and how far a later layer sees with it and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.utils.rate_functions import linear

from convexplain.lessons import pooling
from convexplain.lessons.parts import pooled
from convexplain.lessons.parts.beats import Event
from convexplain.lessons.parts.pooled import Spread
from convexplain.ops import Box, PoolStep
from convexplain.stage import LessonScene
from convexplain.stage.board import DIM, lazily
from convexplain.stage.board.drawing import corners_of
from convexplain.stage.pace import Move, eased, in_turn, together

KINDS = ("with", "without")
#: What colour each kind's frame has.
COLOURS = {"with": "accent", "without": "ink"}
BOTH = ("digit", *(f"{what}{kind}" for kind in KINDS for what in ("digit.", "wide-", "said-")))
#: How much of a picture is seen behind marks that lie on it.
BEHIND, SEEN = 0.4, 0.75
WINDOW, ZOOM = "map.window", "map.window->patch"


class Pooling(LessonScene):
    """Plays the lesson of the same name."""

    lesson_type = pooling.Pooling
    lesson: pooling.Pooling

    def prepare(self) -> None:
        """Lay out the picture and its map; nothing is pooled yet."""
        self.picture = self.lesson.picture_of
        self.computed["pooled"] = np.full(self.lesson.pooled.shape, np.nan)
        self.board.lay(self.picture.opening())
        self.board.show("input", "map", "legend")(1.0)

    # One window.

    def show_drop(self, event: Event) -> None:
        """The window comes onto the map and runs along its responses."""
        self.board.move(WINDOW, *self.lesson.search[0])(1.0)
        self.during(0.15, self.board.show(WINDOW))
        self.during(1, self.board.search(WINDOW, self.lesson.search), rate=linear)

    def show_four(self, event: Event) -> None:
        """Its numbers rise out of the map."""
        self.become(self.picture.window(), 0.3, show=("map", WINDOW))
        near = self.camera.to(self.board.around("map.all", "patch.all"), share=0.95)
        self.during(0.3, self.board.grow("patch", out_of=WINDOW))
        self.board.show("patch.frame")(1.0)
        self.during(1, self.board.walk(ZOOM), near)

    def cells(self, step: PoolStep) -> list[str]:
        """Return the names of the window's numbers."""
        return [f"patch[{row}, {col}]" for row, col in np.ndindex(step.patch.shape)]

    def show_largest(self, event: Event) -> None:
        """The others fade one after the other; what stays is framed."""
        self.during(0.55, self.lose(self.lesson.step))
        self.win(self.lesson.step, 1)

    def lose(self, step: PoolStep) -> Move:
        """Return a move that dims all but the largest."""
        shares = self.board.part("patch").shares
        winner = replace(self.picture, step=step).winner

        def fade(place: tuple[int, ...]) -> Move:
            def go(alpha: float) -> None:
                shares[place] = 1 + (DIM - 1) * alpha

            return go

        return in_turn(*(fade(place) for place in np.ndindex(shares.shape) if place != winner))

    def win(self, step: PoolStep, share: float) -> None:
        """Frame what is kept."""
        if self.board.has("patch.winner"):
            self.during(0.4 * share, self.board.show("patch.winner"))
        self.during(share, self.board.pulse(self.winner(step), times=2))

    def winner(self, step: PoolStep) -> str:
        """Return the name of the largest number's cell."""
        row, col = replace(self.picture, step=step).winner or (0, 0)
        return f"patch[{row}, {col}]"

    def show_mean(self, event: Event) -> None:
        """All numbers melt into their mean, as a ghost beside them."""
        self.board.light("patch")
        sent = [self.board.send(cell, "mean") for cell in self.cells(self.lesson.step)]
        near = self.camera.to(self.board.around("patch.all", "mean.all"), share=0.9)
        self.during(0.16, near, *sent)
        self.board.show("mean")(1.0)
        self.during(0.5, self.board.pulse("mean", colour="muted", times=2))
        self.board.light(self.winner(self.lesson.step))
        self.during(1, self.board.hide("mean"), self.board.pulse(self.winner(self.lesson.step)))

    def show_one(self, event: Event) -> None:
        """What stays grows to the size of all, and becomes one cell of the new map."""
        self.refill()
        self.board.light(self.winner(self.lesson.step))
        self.during(0.3, self.camera.home(), self.board.show("pooled", "legend"))
        self.give(self.lesson.step)

    def give(self, step: PoolStep) -> None:
        """Let the largest number grow over the window and fly into its cell."""
        place = step.row, step.col
        self.deliver(self.winner(step), "pooled", place, step.value, via=("patch",))

    def show_another(self, event: Event) -> None:
        """The window moves on; its numbers give one again."""
        step: PoolStep = event.data
        names = ZOOM, "patch.frame", "patch.winner", "pooled.cell"
        self.during(0.12, self.board.hide(*names), self.board.fold("patch", into=WINDOW))
        self.during(0.15, self.board.move(WINDOW, step.box.top, step.box.left))
        self.become(replace(self.picture, step=step).window(), 0.01)
        self.during(0.2, self.board.grow("patch", out_of=WINDOW))
        self.board.show(ZOOM, "patch.frame")(1.0)
        self.during(0.15, self.lose(step))
        self.give(step)

    # The whole map.

    def show_sweep(self, event: Event) -> None:
        """The window runs over all places: what loses fades, what wins goes into the new map."""
        shown = ("map", "pooled", WINDOW, "pooled.cell", "legend")
        self.become(self.picture.field(), 0.15, self.camera.home(), show=shown)
        maps = {"pooled": self.lesson.pooled}
        self.visit_all(maps, [WINDOW], begin=4.0, corner=self.corner, then=self.read)

    def corner(self, row: int, col: int) -> tuple[float, float]:
        """Return where on the map the window of a cell begins."""
        box = self.lesson.steps[row * self.lesson.pooled.shape[1] + col].box
        return box.top, box.left

    def read(self, places: range) -> None:
        """Pool some windows: dim what none of them keeps."""
        shares, (height, width) = self.board.part("map").shares, self.lesson.response_map.shape
        for place in places:
            box = self.lesson.steps[place].box.clip((height, width))
            kept = self.lesson.kept[box.rows, box.cols]
            shares[box.rows, box.cols] = np.where(kept, 1.0, DIM)

    def show_closes(self, event: Event) -> None:
        """Both maps are looked at, and how large they are."""
        self.during(0.12, self.board.hide(WINDOW, "pooled.cell"))
        looks = (self.board.pulse(name, f"{name}.counter") for name in ("map", "pooled"))
        self.during(1, in_turn(*looks))

    # A shift, and the border.

    def show_moves(self, event: Event) -> None:
        """The picture moves by one pixel, and its map with it."""
        self.become(self.picture.moved(), 0.3, show=("input", "map", "patch", WINDOW, "legend"))
        self.board.show(ZOOM, "patch.frame")(1.0)
        layer, moved = self.lesson.shown_layer, self.lesson.moved[1]
        goals = {
            "input": self.lesson.subject.recipe.drawn(moved.image),
            "map": moved.activations[layer][:, :, self.lesson.shown_filter],
            "patch": self.lesson.moved_step.patch,
        }
        self.during(0.5, *(self.blend(name, goal) for name, goal in goals.items()))
        self.during(1, self.board.pulse("patch"))

    def blend(self, name: str, goal: Any) -> Move:
        """Return a move in which the values of a grid pass gradually into others."""

        def start() -> Move:
            before = self.board.part(name).values.copy()
            return lambda alpha: self.board.fill(name, before + (goal - before) * alpha)

        return lazily(start)

    def show_stays(self, event: Event) -> None:
        """The same window keeps another number, or the same."""
        self.during(0.4, self.lose(self.lesson.moved_step))
        self.during(1, self.board.pulse(self.winner(self.lesson.moved_step), times=2))

    def show_odd(self, event: Event) -> None:
        """The rows and columns that no window reaches."""
        picture = self.picture.odd(event.data, self.lesson.unseen)
        self.become(picture, 0.3, show=("odd", "legend"))
        bands = self.bands("odd")
        self.during(0.4, in_turn(*(self.board.show(band) for band in bands)))
        self.during(1, *(self.board.pulse(band) for band in bands))

    def bands(self, name: str) -> list[str]:
        """Return the names of the marked rows and columns of a grid."""
        return self.board.there(f"{name}.rows", f"{name}.cols")

    def show_unseen(self, event: Event) -> None:
        """What follows for the picture."""
        self.during(0.35, self.board.show("input"))
        bands = self.bands("input")
        self.during(0.3, in_turn(*(self.board.show(band) for band in bands)))
        self.during(1, *(self.board.pulse(band) for band in bands))

    def show_inverted(self, event: Event) -> None:
        """There the picture is inverted."""
        drawn = self.lesson.subject.recipe.drawn(event.data.inverted.image)
        self.during(0.5, self.blend("input", drawn))
        self.during(1, *(self.board.pulse(band) for band in self.bands("input")))

    # How far a later layer sees.

    @property
    def spread(self) -> Spread:
        """What the next layer's window spans."""
        assert self.lesson.spread is not None
        return self.lesson.spread

    def show_reads(self, event: Event) -> None:
        """Both maps are seen from near; a window lies on the pooled one."""
        spread = self.spread
        if not (self.board.has("map") and self.board.has("pooled")):
            self.during(0.1, self.camera.home())
            self.become(self.picture.field(), 0.2, show=("map", "pooled"))
        places = {
            name: self.board.within(whole, box.top, box.left, box.height, box.width)
            for name, whole, box in (
                ("under", "map", spread.under), ("around", "pooled", spread.around),
            )
        }  # fmt: skip
        grown = (self.board.grow(name, out_of=place) for name, place in places.items())
        # The window is spoken of from the first word on.
        self.become(self.picture.across(), 0.4, self.camera.home(), *grown, show=("legend",))
        self.during(0.2, self.board.show("around.window"))
        self.during(1, self.board.pulse("around.window"))

    def show_predict_reach(self, event: Event) -> None:
        """The window is looked at, and what the map before is called; then the video waits."""
        # A frame round that map would be a window on all of it.
        looks = (self.board.pulse(name) for name in ("around.window", "under.title"))
        self.during(min(1.0, 5.0 / event.seconds), in_turn(*looks))

    def show_with(self, event: Event) -> None:
        """Cell by cell it is seen what each stands for, and then what they span together."""
        window, around = self.spread.window, self.spread.around
        cells = [
            f"around[{window.top - around.top + row}, {window.left - around.left + col}]"
            for row, col in np.ndindex(window.height, window.width)
        ]
        opened = (
            together(self.board.show(f"under.pool-{n}"), self.board.pulse(cell))
            for n, cell in enumerate(cells)
        )
        self.during(0.6, in_turn(*opened), rate=linear)
        self.during(0.1, self.board.show("under.hull"))
        self.during(1, self.board.pulse("under.hull", "around.window", times=2))

    def show_alone(self, event: Event) -> None:
        """On the picture the frame of what is seen without pooling grows, layer after layer."""
        self.open_views(0.35)
        self.during(1, self.widen("without"), rate=linear)

    def show_layers(self, event: Event) -> None:
        """The frame of what is seen with pooling grows beside the one without."""
        if not self.board.has("digit"):
            self.open_views(0.2)
            self.during(0.3, self.widen("without"), rate=linear)
        self.during(0.9, self.widen("with"), rate=linear)

    def open_views(self, share: float) -> None:
        """Lay out the picture behind the frames to come."""
        marks = [name for name in self.board.parts if name.startswith("under.")]
        self.during(0.05, self.board.hide(*filter(self.board.shown, marks)))
        self.join(share)
        self.during(0.05, self.shade("digit", BEHIND))

    @property
    def sides(self) -> dict[str, Sequence[Box]]:
        """What is seen after each convolution, with pooling and without."""
        assert self.lesson.reach is not None
        return {"with": self.lesson.reach.pooled, "without": self.lesson.reach.plain}

    def widen(self, kind: str) -> Move:
        """Return a move in which the frame of what is seen grows, layer after layer.

        It stops at what pooling makes of a width, before a convolution adds its own. The sum of
        each step comes as it begins, the last width in the end.
        """
        boxes, lines, law = self.sides[kind], self.sums(kind), self.lesson.law
        each = len(lines) == len(boxes) - 1
        steps: list[Move] = [self._place(kind, boxes[0])]
        for number, (before, after) in enumerate(pairwise(boxes)):
            stops = [before, after]
            if kind == "with" and law is not None:
                stops.insert(1, pooled.widened(before, after, law))
            grown = [self._grow(kind, *pair) for pair in pairwise(stops)]
            said = self.board.show(*(lines[number : number + 1] if each else ()))
            steps.append(together(grown[0], said))
            for more in grown[1:]:
                steps += [self._look(kind), more]
        ends = self.board.show(f"wide-{kind}", *(() if each else lines))
        return in_turn(*steps, together(ends, self._look(kind)))

    def _look(self, kind: str) -> Move:
        """Return a move that leads the eye to a frame, in its own colour."""
        return self.board.pulse(f"digit.{kind}", colour=COLOURS[kind])

    def sums(self, kind: str) -> list[str]:
        """Return the names of the lines that say how widths come of one another."""
        return [name for name in self.board.parts if name.startswith(f"sum-{kind}-")]

    def _place(self, kind: str, box: Box) -> Move:
        """Return a move in which a frame, and its name, come up where a layer sees."""

        def start() -> Move:
            self.board.part(f"digit.{kind}").places = self._corners(box)
            return self.board.show(f"digit.{kind}", f"said-{kind}")

        return lazily(start)

    def _corners(self, box: Box) -> Any:
        seen = self.board.within("digit", box.top, box.left, box.height, box.width)
        return np.array(corners_of(seen))

    def _grow(self, kind: str, before: Box, after: Box) -> Move:
        """Return a move in which a frame widens from one box to another."""

        def start() -> Move:
            frame = self.board.part(f"digit.{kind}")
            start, end = self._corners(before), self._corners(after)

            def go(alpha: float) -> None:
                frame.places = start + (end - start) * alpha

            return go

        return eased(lazily(start))

    def shade(self, name: str, goal: float | npt.NDArray[np.float64]) -> Move:
        """Return a move that lets a picture, or cells of it, step back behind the marks on it."""

        def start() -> Move:
            shares = self.board.part(name).shares
            before = shares.copy()

            def go(alpha: float) -> None:
                shares[...] = before + (goal - before) * alpha

            return go

        return lazily(start)

    # What is gained.

    def join(self, share: float) -> None:
        """Lay out the picture that both frames lie on."""
        self.become(self.picture.both(), share, self.camera.home(), show=("digit",))

    def show_answer(self, event: Event) -> None:
        """Both frames once more, or both maps."""
        if not self.lesson.reach:
            shown = ("map", "pooled", "legend")
            self.become(self.picture.field(), 0.3, self.camera.home(), show=shown)
            self.during(1, in_turn(self.board.pulse("map"), self.board.pulse("pooled")))
            return
        if not self.board.has("digit"):
            self.join(0.3)
            self.board.show(*BOTH, *self.sums("with"), *self.sums("without"))(1.0)
        seen = self.lesson.reach.pooled[-1]
        goal = np.full(self.board.part("digit").shares.shape, BEHIND)
        goal[seen.rows, seen.cols] = SEEN
        self.during(0.2, self.shade("digit", goal))
        self.during(1, in_turn(*(self.look_at(kind) for kind in KINDS)))

    def look_at(self, kind: str) -> Move:
        """Return a move that leads the eye to a frame, and to its width in numbers."""
        return self.board.pulse(f"digit.{kind}", f"wide-{kind}", colour=COLOURS[kind], times=2)
