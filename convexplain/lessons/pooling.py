"""Pooling: one of several numbers is kept, so that later layers see further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, cast

import numpy as np
import numpy.typing as npt

from convexplain.data import facts
from convexplain.lessons.parts import pooled
from convexplain.lessons.parts import pooling_words as words
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.network_lesson import DEFAULT, FilterLesson
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.pooled import Map, Odd, Reach, Spread, Unseen
from convexplain.lessons.parts.pooling_picture import PoolingPicture
from convexplain.lessons.parts.search import FoundStop, find_pool_stop
from convexplain.lessons.parts.subject import Role, convolutions, max_pools
from convexplain.network import Trace
from convexplain.ops import Box, PoolStep
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, same


@dataclass(frozen=True)
class Pooling(FilterLesson):
    """How max pooling makes a map smaller, and how much further that lets later layers see.

    What is pooled is the map that the network's first max pooling reads, whatever its window.
    """

    name: ClassVar[str] = "pooling"
    title: ClassVar[Caption] = words.TITLE.fill(n=in_words(4))
    question: ClassVar[Caption] = words.QUESTION.fill(m=in_words(3), n=in_words(4))
    answer: ClassVar[Caption] = words.ANSWER

    needs: ClassVar[tuple[Role, ...]] = ("max pool",)

    @property
    def shown_title(self) -> Caption:
        """The title, with the size of the window."""
        return words.TITLE.fill(n=in_words(self.size))

    @property
    def shown_layer(self) -> str:
        """The layer whose map is pooled."""
        return max_pools(self.network)[0][0].name

    @property
    def pool(self) -> str:
        """The pooling."""
        return max_pools(self.network)[0][1].name

    @property
    def size(self) -> int:
        """How many numbers a window holds."""
        return int(self.step.patch.size)

    @property
    def pooled(self) -> Map:
        """The largest of each window."""
        return self.trace.activations[self.pool][:, :, self.shown_filter]

    @cached_property
    def limit(self) -> float:
        """End of the colour scale of all maps of the layer, those of the moved picture too."""
        moved = self.moved[1].activations[self.shown_layer]
        return float(max(np.abs(self.maps).max(), np.abs(moved).max()))

    @cached_property
    def steps(self) -> Sequence[PoolStep]:
        """Every window of the shown map, row by row; all are looked at several times."""
        return tuple(cast("Sequence[PoolStep]", self.trace.steps(self.pool, self.shown_filter)))

    @cached_property
    def stop(self) -> FoundStop:
        """The window that is shown slowly; the first one if the map has no response at all."""
        first = self.steps[0].mean()
        return find_pool_stop(self.steps) or FoundStop("pool", 0, first.adds_up())

    @property
    def step(self) -> PoolStep:
        """What happens in the window that is shown slowly."""
        return self.steps[self.stop.position]

    @cached_property
    def another(self) -> PoolStep | None:
        """The window with the largest winner of those that hold it at another place."""
        here = self.picture_of.winner
        others = [
            step
            for step in self.steps
            if fmt.rounded(step.value) > 0
            and replace(self.picture_of, step=step).winner != here
            and fmt.rounded(step.value) != fmt.rounded(self.step.value)
        ]
        return max(others, key=lambda step: step.value, default=None)

    @cached_property
    def kept(self) -> npt.NDArray[np.bool_]:
        """Which cells of the map some window keeps."""
        kept = np.zeros(self.response_map.shape, dtype=bool)
        for step in self.steps:
            if step.argmax is not None:
                kept[step.argmax] = True
        return kept

    @cached_property
    def search(self) -> tuple[tuple[int, int], ...]:
        """Places of the window on a way along the responses, from the top down to the slow stop."""
        rows = np.flatnonzero(self.pooled.max(axis=1) > 0)
        chosen = rows[np.linspace(0, len(rows) - 1, min(4, len(rows))).round().astype(int)]
        width = self.pooled.shape[1]
        way = [self.steps[int(row) * width + int(self.pooled[row].argmax())] for row in chosen]
        return tuple((step.box.top, step.box.left) for step in (*way, self.step))

    @property
    def equal(self) -> bool:
        """Whether all numbers of the window are printed alike."""
        return len({fmt.number(value) for value in self.step.patch.flat}) == 1

    # What it is good for.

    @cached_property
    def reach(self) -> Reach | None:
        """What a cell of the last convolution sees, with pooling and without."""
        return pooled.reach(self.trace, self.drawn)

    @cached_property
    def law(self) -> tuple[int, int] | None:
        """What a pooling multiplies the width by, and a convolution adds, if all do the same."""
        return pooled.law(self.network, self.reach) if self.reach is not None else None

    @cached_property
    def spread(self) -> Spread | None:
        """What the next layer's window spans on the map, about the window that is shown slowly."""
        span = pooled.next_window(self.network, self.pool)
        if span is None:
            return None
        size = self.pooled.shape
        top, left = (
            min(max(at - side // 2, 0), whole - side)
            for at, side, whole in zip((self.step.row, self.step.col), span, size, strict=True)
        )
        window = Box(top, left, top + span[0], left + span[1])
        around = Box(top - 1, left - 1, window.bottom + 1, window.right + 1).clip(size)
        pools = tuple(self._read_by(window))
        return Spread(window, around, pools, pooled.hull(tuple(self._read_by(around))))

    def _read_by(self, cells: Box) -> Iterator[Box]:
        """Yield what each of some cells of the pooled map is pooled from, within the map."""
        height, width = self.response_map.shape
        for row, col in np.ndindex(cells.height, cells.width):
            at = (cells.top + row) * self.pooled.shape[1] + cells.left + col
            yield self.steps[at].box.clip((height, width))

    @cached_property
    def costs(self) -> tuple[int, int] | None:
        """Multiplications with pooling and without, if there are more without."""
        without = pooled.costs_without(self.network)
        if without is None or without.multiplications <= self.network.multiplications:
            return None
        return self.network.multiplications, without.multiplications

    @property
    def accuracies(self) -> tuple[str, ...]:
        """The least and the most of several short trainings, with pooling and without.

        None for networks other than the chapter's, or if one kind were always better.
        """
        if self.model != DEFAULT:
            return ()
        rows = facts.rows("pooling")
        (low, high), (least, most) = ((row["lowest"], row["highest"]) for row in rows)
        if low > most or least > high:
            return ()
        return tuple(
            f"{fmt.percent(a)[:-1]}–{fmt.percent(b)}" for a, b in ((low, high), (least, most))
        )

    @cached_property
    def moved(self) -> tuple[Caption, Trace]:
        """Which way the picture is moved by one pixel, and the moved one's way."""
        return pooled.moved(self.trace)

    @cached_property
    def moved_step(self) -> PoolStep:
        """The same window of the moved picture."""
        steps = self.moved[1].steps(self.pool, self.shown_filter)
        return cast("Sequence[PoolStep]", steps)[self.stop.position]

    @cached_property
    def odd(self) -> Odd | None:
        """The first map whose windows leave cells over."""
        return pooled.left_over(self.trace)

    @cached_property
    def unseen(self) -> Unseen | None:
        """The rows and columns of the picture that no logit depends on, and the proof."""
        return pooled.never_seen(self.trace)

    # The pictures.

    @cached_property
    def picture_of(self) -> PoolingPicture:
        """What all of its pictures are made of."""
        levels = [layer.name for layer in convolutions(self.network)] or [self.shown_layer]
        return PoolingPicture(
            step=self.step, drawn=self.drawn, response_map=self.response_map, pooled=self.pooled,
            limit=self.limit, signed=bool((self.maps < 0).any()), layer=self.shown_layer,
            pool=self.pool, last=levels[-1], filter=self.shown_filter, kept=self.kept,
            reach=self.reach, spread=self.spread, law=self.law, costs=self.costs,
            accuracies=self.accuracies,
        )  # fmt: skip

    def diagram(self) -> Diagram:
        """Describe the picture of it, for a figure."""
        return self.picture_of.diagram()

    # What is said.

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: one window, the whole map, and how much further later layers see."""
        n = in_words(self.size)
        question = words.QUESTION.fill(m=in_words(self.size - 1), n=n)
        yield Beat.of("question", self.shown_title, Event("drop", 2.6, question))
        yield Beat.of("winner", self.shown_title, *self._tell_winner())
        yield Beat.of("sweep", self.shown_title, *self._tell_sweep())
        if self.step.value > 0:
            yield Beat.of("shift", self.shown_title, *self._tell_shift())
        if self.odd is not None:
            yield Beat.of("dropped", self.shown_title, *self._tell_dropped(self.odd))
        if self.reach is not None:
            yield Beat.of("reach", self.shown_title, *self._tell_reach())
        yield Beat.of("answer", self.shown_title, Event("answer", 4.0, self._answer()))

    def _tell_winner(self) -> Iterator[Event]:
        n = in_words(self.size)
        yield Event("four", 2.6, words.FOUR.fill(n=in_words(self.size, capital=True)))
        if self.equal:
            yield Event("largest", 2.6, words.EQUAL)
        else:
            yield Event("largest", 2.6, words.LARGEST)
            mean = words.MEAN.fill(m=fmt.number(self.step.mean().value))
            yield Event("mean", 2.8, mean, detail=2)
        yield Event("one", 2.6, words.ONE.fill(n=n), detail=1)
        if self.another is not None:
            said = words.ANOTHER.fill(v=fmt.number(self.another.value))
            yield Event("another", 3.0, said, self.another, detail=2)

    def _tell_sweep(self) -> Iterator[Event]:
        window = self.network.layer(self.pool).window
        assert window is not None
        pairs = list(zip(window.stride, window.span, strict=True))
        said = words.SWEEP
        if any(stride < span for stride, span in pairs):
            said = words.SWEEP_OVER
        elif any(stride > span for stride, span in pairs):
            said = words.SWEEP_GAPS
        yield Event("sweep", 4.5, said)
        before, after = self.response_map.shape, self.pooled.shape
        halves = all(2 * small == large for small, large in zip(after, before, strict=True))
        a, b = fmt.count(self.response_map.size), fmt.count(self.pooled.size)
        said = (words.HALF if halves else words.FEWER).fill(a=a, b=b)
        yield Event("closes", 2.8, said, detail=1)

    def _tell_shift(self) -> Iterator[Event]:
        known = words.MOVED if self.shown_picture.label is not None else words.MOVED_PICTURE
        yield Event("moves", 3.0, known.fill(direction=self.moved[0]), detail=2)
        before, after = (fmt.number(step.value) for step in (self.step, self.moved_step))
        said = words.KEEPS.fill(v=after)
        if before != after:
            said = words.CHANGES.fill(v=after, u=before)
        yield Event("stays", 3.0, said, detail=2)

    def _tell_dropped(self, odd: Odd) -> Iterator[Event]:
        places = words.places(odd.rows, odd.cols)
        yield Event("odd", 3.0, words.ODD.fill(places=places, layer=odd.layer), odd, detail=2)
        if self.unseen is not None:
            places = words.places(self.unseen.rows, self.unseen.cols)
            yield Event("unseen", 3.0, words.UNSEEN.fill(places=places), self.unseen, detail=2)
            change = fmt.number(self.unseen.change, 2 if self.unseen.change else 0)
            said = words.UNCHANGED.fill(d=change)
            yield Event("inverted", 3.0, said, self.unseen, detail=2)

    def _tell_reach(self) -> Iterator[Event]:
        if self.spread is not None:
            window = self.spread.window
            yield Event("reads", 3.4, words.READS.fill(shape=_shape(window)))
            yield Event("predict-reach", self.pause, ask=self._ask_how_far(self.spread), detail=1)
            said = words.SPANS.fill(
                shape=_shape(self.step.box), a=self.spread.hull.width, b=window.width
            )
            yield Event("with", 6.0, said)
        assert self.reach is not None
        said = words.POOLED
        if self.law is not None:
            factor, adds = self.law
            count = in_words(len(self.reach.plain), capital=True)
            yield Event("alone", 4.0, words.ALONE.fill(k=count, n=adds), detail=1)
            said = words.DOUBLES if factor == 2 else words.WIDENS.fill(f=factor)
        yield Event("layers", 6.0, said)

    @staticmethod
    def _ask_how_far(spread: Spread) -> Question:
        """Ask what it spans on the map before; the wrong numbers come of known mistakes."""
        right, wide = spread.hull.width, spread.window.width
        replies = {right: None, wide: words.AS_MANY}
        replies.setdefault(len(spread.pools), words.ALL_CELLS)
        return Question(
            words.HOW_FAR,
            tuple(Choice(same(str(width)), reply) for width, reply in sorted(replies.items())),
        )

    def _answer(self) -> Caption:
        n = in_words(self.size)
        if self.reach is not None:
            a, b = self.reach.pooled[-1].width, self.reach.plain[-1].width
            dropped = in_words(self.size - 1, capital=True)
            return words.ANSWER.fill(m=dropped, n=n, a=a, b=b)
        before, after = self.response_map.size, self.pooled.size
        return words.ANSWER_FEWER.fill(n=n, a=fmt.count(before), b=fmt.count(after))


def _shape(box: Box) -> Caption:
    return same(fmt.shape((box.height, box.width)))
