"""Pooling: what is kept of a response map, and what is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, cast

from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.network_lesson import FilterLesson
from convexplain.lessons.parts.pooled import (
    Map,
    Moved,
    Odd,
    Shift,
    Stage,
    Unseen,
    average,
    left_over,
    never_seen,
    same_number_elsewhere,
    shifted,
)
from convexplain.lessons.parts.search import FoundStop, find_pool_stop
from convexplain.lessons.parts.subject import Role, max_pools
from convexplain.ops import PoolStep
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class Pooling(FilterLesson):
    """How max pooling makes a map smaller, and what that means for a digit that moves."""

    name: ClassVar[str] = "pooling"
    title: ClassVar[Caption] = Caption(
        en="Max pooling: keep the largest of four", zh="最大池化：4 个数只留最大值"
    )
    question: ClassVar[Caption] = Caption(
        en="What does pooling keep of a response map, and what does it drop?",
        zh="池化保留了响应图的什么，又丢掉了什么？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Max pooling keeps the largest of each 2 × 2 window: height and width halve, "
        "the number of channels stays.",
        zh="最大池化只保留每个 2 × 2 窗口的最大值：高和宽减半，通道数不变。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("max pool",)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Every convolution with a 2x2 max pooling behind it."""
        return tuple(Stage(conv.name, pool.name) for conv, pool in max_pools(self.network))

    @property
    def shown_layer(self) -> str:
        """The convolution whose map is pooled."""
        return self.stages[0].conv

    @property
    def pooled(self) -> Map:
        """The largest of each window."""
        return self.trace.activations[self.stages[0].pool][:, :, self.shown_filter]

    @property
    def averaged(self) -> Map:
        """The mean of each window."""
        return average(self.response_map)

    @property
    def limit(self) -> float:
        """End of the colour scale of all maps of the convolution, which its pooling keeps."""
        return float(self.maps.max())

    @cached_property
    def steps(self) -> Sequence[PoolStep]:
        """Every window of the shown map, row by row."""
        return cast("Sequence[PoolStep]", self.trace.steps(self.stages[0].pool, self.shown_filter))

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
    def shift(self) -> Shift:
        """The digit moved by one pixel."""
        return shifted(self.trace, self.stages[0], self.shown_filter)

    @cached_property
    def moved(self) -> Moved | None:
        """The largest number that stays the winner of its window and changes its place there."""
        return same_number_elsewhere(self.trace, self.shift, self.stages[0], self.shown_filter)

    @cached_property
    def odd(self) -> Odd | None:
        """The first map whose windows leave cells over."""
        return left_over(self.trace, self.stages)

    @cached_property
    def unseen(self) -> Unseen | None:
        """The rows and columns of the picture that no logit depends on, and the proof."""
        return never_seen(self.trace)

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: one window, the whole map, the mean, a shift, what is dropped."""
        return tuple(self._make_beats())

    def _make_beats(self) -> Iterator[Beat]:
        yield self.beat("question", self.question, 4.0)
        yield self.beat("winner", self._winner(), 7.0)
        sweep = _SWEEP.fill(n=fmt.count(self.response_map.size), m=fmt.count(self.pooled.size))
        yield self.beat("sweep", sweep, 7.0)
        yield self.beat("average", self._average(), 7.0, title=_AVERAGE_TITLE)
        if self.step.value > 0:
            yield self.beat("shift", self._shift(), 7.0, title=_SHIFT_TITLE)
            if self.moved is not None:
                yield self.beat(
                    "place", self._place(self.moved), 6.5, self.moved, title=_SHIFT_TITLE
                )
        if self.odd is not None:
            yield self.beat("odd", self._odd(self.odd), 6.5, self.odd, title=_ODD_TITLE)
        if self.unseen is not None:
            said = self._unseen(self.unseen)
            yield self.beat("unseen", said, 7.0, self.unseen, title=_UNSEEN_TITLE)
        yield self.beat("answer", self.answer, 6.5)

    def _winner(self) -> Caption:
        if self.step.value <= 0:
            return _NOTHING
        return _WINNER.fill(v=fmt.number(self.step.value), place=place(self.step))

    def _average(self) -> Caption:
        caption = _AVERAGE.fill(
            m=fmt.number(self.averaged[self.step.row, self.step.col]),
            a=fmt.number(self.pooled.max()),
            b=fmt.number(self.averaged.max()),
        )
        if self.stop.adds_up:
            return caption
        return caption.then(terms.ROUNDED_BRIEFLY)

    def _shift(self) -> Caption:
        stays = self.shift.stays
        return _SHIFT.fill(
            direction=self.shift.direction,
            a=fmt.percent(stays["map"], 0),
            b=fmt.percent(stays["max"], 0),
        )

    def _place(self, moved: Moved) -> Caption:
        return _PLACE.fill(
            v=fmt.number(moved.before.value), before=place(moved.before), after=place(moved.after)
        )

    def _odd(self, odd: Odd) -> Caption:
        return _ODD.fill(
            layer=odd.stage.conv,
            places=places(odd.rows, odd.cols),
            n=odd.channel,
            v=fmt.number(odd.lost),
        )

    def _unseen(self, unseen: Unseen) -> Caption:
        return _UNSEEN.fill(
            places=places(unseen.rows, unseen.cols),
            d=fmt.number(unseen.change, 2 if unseen.change else 0),
        )


def place(step: PoolStep) -> Caption:
    """Name where the largest number of a window stands."""
    row, col = step.argmax or (step.row, step.col)
    return terms.CELL.fill(r=row, c=col)


def places(rows: Sequence[int], cols: Sequence[int]) -> Caption:
    """Name rows and columns; at least one of either is given."""
    parts = [
        words.fill(n=_listed(numbers))
        for numbers, words in ((rows, _ROWS[len(rows) > 1]), (cols, _COLUMNS[len(cols) > 1]))
        if numbers
    ]
    return parts[0] if len(parts) == 1 else _BOTH.fill(a=parts[0], b=parts[1])


def _listed(numbers: Sequence[int]) -> Caption:
    texts = [str(number) for number in numbers]
    return Caption(en=", ".join(texts), zh="、".join(texts))


_ROWS = (terms.ROW, terms.ROWS)
_COLUMNS = (terms.COLUMN, terms.COLUMNS)
_BOTH = Caption(en="{a} and {b}", zh="{a} 和{b}")
_WINNER = Caption(
    en="Of these four numbers only the largest goes on: {v}, from {place}.",
    zh="4 个数中，只有最大的 {v} 留下来，它位于{place}。",
)
_NOTHING = Caption(
    en="This filter finds nothing in this picture: the largest of four zeros is 0.",
    zh="这个过滤器在这幅图里什么也没找到：4 个 0 的最大值还是 0。",
)
_SWEEP = Caption(
    en="Window after window, without overlap: {n} numbers become {m}.",
    zh="窗口一个接一个，互不重叠：{n} 个数变成 {m} 个。",
)
_AVERAGE_TITLE = Caption(
    en="Average pooling: the mean of the four", zh="平均池化：取 4 个数的平均值"
)
_AVERAGE = Caption(
    en="Average pooling takes the mean, {m}: all four count; the map's peak falls from {a} to {b}.",
    zh="平均池化取平均值 {m}：4 个数都算，全图峰值由 {a} 降到 {b}。",
)
_SHIFT_TITLE = Caption(en="What remains when the digit moves", zh="手写数字平移后，还剩下什么")
_SHIFT = Caption(
    en="One pixel {direction}: {a} of the response stays in its cells, after max pooling {b}.",
    zh="手写数字{direction}移 1 个像素：{a} 的响应留在原来的格子里，最大池化后是 {b}。",
)
_PLACE = Caption(
    en="Kept: {v}, before and after. Lost: that it moved from {before} to {after}.",
    zh="保留：前后都是 {v}。丢掉：它从{before} 移到了{after}。",
)
_ODD_TITLE = Caption(
    en="An odd size: the last cells are dropped", zh="尺寸为奇数：剩下的格子被丢掉"
)
_ODD = Caption(
    en="No window reaches {places} of {layer}: channel {n} loses responses up to {v}.",
    zh="{layer} 的{places} 不在任何窗口里：通道 {n} 丢掉的响应最大为 {v}。",
)
_UNSEEN_TITLE = Caption(en="What the network never sees", zh="网络从未看到的地方")
_UNSEEN = Caption(
    en="The network never sees {places}: inverting them changes the logits by {d}.",
    zh="网络从不看输入的{places}：反色后，logit 的变化为 {d}。",
)
