"""The whole network at once: maps shrink, their stack grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.architecture_moments import Moments
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.stages import Stage, stages
from convexplain.lessons.parts.subject import Role
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


@dataclass(frozen=True)
class Architecture(NetworkLesson):
    """The network as stacks of maps to scale, filled with what one picture makes of them.

    The picture is the hierarchy's unless another is asked for: read right, with a positive logit,
    so that the film looks at it again.
    """

    name: ClassVar[str] = "architecture"
    title: ClassVar[Caption] = Caption(
        en="Architecture: the shape of what each layer makes", zh="网络结构：每一层的形状"
    )
    question: ClassVar[Caption] = Caption(
        en="A picture goes in, {n} numbers come out. What shapes come in between?",
        zh="输入一幅图，输出 {n} 个数。中间是什么形状？",
    ).fill(n=in_words(10))
    answer: ClassVar[Caption] = Caption(
        en="Fewer places, more channels: more patterns looked for at each.",
        zh="位置更少，通道更多：每处查找的模式更多。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("first convolution", "vector at the end")
    example: ClassVar[str] = "hierarchy"

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The picture and all layers that do something, in their order."""
        return stages(self.trace)

    @cached_property
    def picture_of(self) -> Moments:
        """What all of its pictures are made of."""
        return Moments(self.stages, self.trace)

    def diagram(self) -> Diagram:
        """Describe the whole network with its parameters, for a figure and for a scene alike."""
        return self.picture_of.whole()

    # What is true of this network.

    @cached_property
    def with_maps(self) -> tuple[int, ...]:
        """Which stages have maps, by their number; the picture is not one of them."""
        return tuple(n for n, stage in enumerate(self.stages) if n and stage.has_maps)

    @property
    def first(self) -> int:
        """The first stage with maps."""
        return self.with_maps[0]

    @property
    def stays_inside(self) -> bool:
        """Whether its maps lack the places at the rim where the window would stick out."""
        before, after = self.stages[0].shape, self.stages[self.first].shape
        sides = zip(before[:2], self.picture_of.window, strict=True)
        fits = tuple(side - span + 1 for side, span in sides)
        return self.first == 1 and after[:2] == fits and fits != before[:2]

    @property
    def pool(self) -> int | None:
        """The pooling right behind it, if its maps become smaller there."""
        after = self.first + 1
        pooled = after in self.with_maps and self.stages[after].kind == "pooling"
        shrinks = pooled and self.stages[after].places < self.stages[self.first].places
        return after if shrinks else None

    @property
    def rest(self) -> tuple[int, ...]:
        """The stages with maps behind these."""
        seen = self.first if self.pool is None else self.pool
        return tuple(n for n in self.with_maps if n > seen)

    @property
    def tail(self) -> tuple[int, ...]:
        """The stages without maps, but the last."""
        return tuple(n for n, stage in enumerate(self.stages[:-1]) if n and n not in self.with_maps)

    @property
    def last_maps(self) -> Stage:
        """The last stage with maps."""
        return self.stages[self.with_maps[-1]]

    @property
    def total(self) -> int:
        """All parameters of the network."""
        return self.network.parameters

    @cached_property
    def weighted(self) -> tuple[Stage, ...]:
        """The stages that have parameters."""
        return tuple(stage for stage in self.stages if stage.parameters)

    @property
    def largest(self) -> Stage:
        """The stage with the most parameters; the first such in a tie."""
        return max(self.stages, key=lambda stage: stage.parameters)

    # What is said.

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: one layer after another, then the whole."""
        title = self.title
        first, last = self.stages[0], self.last_maps
        ends = _ENDS.fill(
            p=fmt.count(first.places),
            c=_ONE_CHANNEL if first.channels == 1 else _CHANNELS.fill(n=first.channels),
            q=fmt.count(last.places),
            d=fmt.count(last.channels),
        )
        return (
            Beat.of("question", title, *self._ask()),
            Beat.of("maps", title, *self._maps()),
            Beat.of("vector", title, *self._vector()),
            Beat.of("shape", title, Event("trade", 4.7, self.traded)),
            Beat.of(
                "answer", title, Event("ends", 3.6, self.answer if self.picture_of.trades else ends)
            ),
        )

    def _ask(self) -> Iterator[Event]:
        outputs = self.network.outputs
        asked = _ONE_OUT if outputs == 1 else self.question.fill(n=in_words(outputs))
        yield Event("ask", 4.0, asked)

    def _maps(self) -> Iterator[Event]:
        first = self.stages[self.first]
        told = _FILTERS
        if self.stays_inside:
            window = fmt.shape(self.picture_of.window)
            told = _INSIDE.fill(b=fmt.shape(first.shape[:2]), k=window)
        yield Event("filters", 5.4, told.fill(n=fmt.count(first.channels)))
        if first.channels > 1:
            yield Event("stack", 3.2, _STACKED.fill(n=fmt.count(first.channels)), detail=1)
        if self.pool is not None:
            pooled = self.stages[self.pool]
            halves = all(a // 2 == b for a, b in zip(first.shape[:2], pooled.shape, strict=False))
            told = _HALVES if halves else _SHRINKS
            told = told.fill(
                a=fmt.shape(first.shape[:2]), b=fmt.shape(pooled.shape[:2]),
                n=fmt.count(pooled.channels),
            )  # fmt: skip
            yield Event("pooling", 4.6, told)
        question = self._question()
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
            after, before = self.stages[self.rest[0]], self.stages[self.rest[0] - 1]
            makes = _MAKES.fill(n=fmt.count(after.channels), c=fmt.count(before.channels))
            yield Event("next", 5.6, makes, detail=1)
        if self.trims_odd_sides:
            deeper = fmt.count(self.stages[self.rest[-1]].channels)
            yield Event("again", 4.8, _LEFT_OVER.fill(n=str(self.left_over)), detail=1)
            yield Event("deeper", 4.0, _DEEPER.fill(n=deeper))
        elif self.rest:
            yield Event("again", 1.0 + 1.6 * min(6, len(self.rest)), self._again())

    @property
    def trims_odd_sides(self) -> bool:
        """Whether of three more stages one pools with a rest, and one behind it convolves."""
        kinds = [self.stages[n].kind for n in self.rest]
        return kinds == ["convolution", "pooling", "convolution"] and self.left_over is not None

    def _again(self) -> Caption:
        """Say what the other stages with maps do, all in one."""
        before = self.stages[self.rest[0] - 1]
        way = [before, *(self.stages[n] for n in self.rest)]
        kinds = {stage.kind for stage in way[1:]}
        so = all(
            b.places < a.places if b.kind == "pooling" else b.channels > a.channels
            for a, b in pairwise(way)
        )
        if so and kinds == {"pooling", "convolution"}:
            trims = all(b.places < a.places for a, b in pairwise(way) if b.kind == "convolution")
            return _TRIMS if trims else _AGAIN
        return _MORE.fill(n=len(self.rest), b=way[-1].size)

    @property
    def left_over(self) -> int | None:
        """The row and column that a later pooling by halves leaves over, counted from 1.

        None if none is, or several poolings leave different ones.
        """
        pairs = ((self.stages[n - 1].sides, self.stages[n]) for n in self.rest)
        found = {
            before[0] for before, after in pairs
            if after.kind == "pooling" and before[0] == before[1] and before[0] % 2
            and after.sides == (before[0] // 2, before[1] // 2)
        }  # fmt: skip
        return found.pop() if len(found) == 1 else None

    def _vector(self) -> Iterator[Event]:
        last = self.last_maps
        if self.tail:
            told = _FLATTENED if self.stages[self.tail[0]].kind == "flatten" else _PLACES
            told = told.fill(
                q=fmt.count(last.places), d=fmt.count(last.channels),
                n=fmt.count(last.places * last.channels),
            )  # fmt: skip
            if self.stages[self.tail[0]].kind == "pooling":
                told = _ONE_EACH.fill(d=fmt.count(last.channels))
            yield Event("places", 4.2, told, detail=1)
        yield Event("numbers", 4.0, self._numbers(), detail=1)

    def _numbers(self) -> Caption:
        outputs, label = self.network.outputs, self.subject.label
        many = in_words(outputs, capital=True)
        k = class_label(self.network, self.trace.prediction)
        told = _NUMBERS if outputs > 1 else _NUMBER
        if outputs > 1 and self.tail and self.stages[-1].kind == "dense":
            read = self.stages[self.tail[-1]]
            told = _FROM_ALL.fill(m=fmt.count(read.places * read.channels))
        if label is not None and label != self.trace.prediction:
            told = _WRONG.fill(label=class_label(self.network, label))
        return told.fill(n=many, k=k)

    @property
    def costs(self) -> Caption:
        """How many parameters there are, and where most of them."""
        pools = any(stage.kind == "pooling" for stage in self.stages)
        told = (_MOST if pools else _MOST_OF) if len(self.weighted) > 1 else _ALL
        share = fmt.percent(self.largest.share, 0)
        return told.fill(n=fmt.count(self.total), layer=self.called(self.largest), share=share)

    def _question(self) -> Question | None:
        """Ask how many maps the next convolution makes; wrong: as many as it reads, or for each."""
        stage = self.stages[self.rest[0]] if self.rest else None
        if stage is None or stage.kind != "convolution":
            return None
        read = self.stages[self.rest[0] - 1].channels
        replies: dict[int, Caption | None] = {read: _AS_MANY, stage.channels * read: _READS_ALL}
        replies[stage.channels] = None
        if len(replies) < 2:
            return None
        choices = [
            Choice(Caption(en=fmt.count(n), zh=fmt.count(n)), reply)
            for n, reply in sorted(replies.items())
        ]
        return Question(_NEXT.fill(n=fmt.count(stage.channels), c=read), tuple(choices))

    def called(self, stage: Stage) -> Caption:
        """Name a stage as people do: the third convolution."""
        kin = [each for each in self.weighted if each.kind == stage.kind]
        place = kin.index(stage)
        if stage.kind not in ("convolution", "dense") or place >= len(_ORDINALS):
            return Caption(en=stage.name, zh=stage.name)
        only = _ONLY[stage.kind] if len(kin) == 1 else _ONE_OF[stage.kind]
        en, zh = _ORDINALS[place]
        return only.fill(nth=Caption(en=en, zh=zh)) if len(kin) > 1 else only

    @property
    def traded(self) -> Caption:
        """What becomes of places and channels on the way."""
        first, last = self.stages[0], self.last_maps
        told = _TRADED if self.picture_of.trades else _CHANGED
        return told.fill(
            p=fmt.count(first.places),
            q=fmt.count(last.places),
            c=fmt.count(first.channels),
            d=fmt.count(last.channels),
        )


_ORDINALS = (
    ("first", "一"),
    ("second", "二"),
    ("third", "三"),
    ("fourth", "四"),
    ("fifth", "五"),
)
_ONLY = {
    "convolution": Caption(en="the convolution", zh="卷积层"),
    "dense": Caption(en="the dense layer", zh="全连接层"),
}
_ONE_OF = {
    "convolution": Caption(en="the {nth} convolution", zh="第{nth}个卷积层"),
    "dense": Caption(en="the {nth} dense layer", zh="第{nth}个全连接层"),
}
_ONE_OUT = Caption(
    en="A picture goes in, one number comes out. What shapes come in between?",
    zh="输入一幅图，输出 1 个数。中间是什么形状？",
)
_ENDS = Caption(
    en="From {p} places of {c} to {q} places of {d} channels.",
    zh="从 {p} 个位置、{c}，到 {q} 个位置、{d} 个通道。",
)
_ONE_CHANNEL = Caption(en="one channel", zh="1 个通道")
_CHANNELS = Caption(en="{n} channels", zh="{n} 个通道")
_FILTERS = Caption(en="{n} filters make {n} channels: one each.", zh="{n} 个过滤器，各得一个通道。")
_INSIDE = Caption(
    en="{n} filters make {n} channels: {b}, as the {k} window stays inside.",
    zh="{n} 个过滤器各得一个通道：{b}，{k} 窗口不出边界。",
)
_STACKED = Caption(
    en="Stacked: at each place {n} numbers, one for each filter's pattern.",
    zh="叠起来：每处 {n} 个数，每个过滤器的模式一个。",
)
_HALVES = Caption(
    en="Pooling halves the sides and keeps all {n} channels: {a} to {b}.",
    zh="池化：边长减半，{n} 个通道都留下：{a} 到 {b}。",
)
_SHRINKS = Caption(
    en="Pooling shrinks the sides and keeps all {n} channels: {a} to {b}.",
    zh="池化：边长缩小，{n} 个通道都留下：{a} 到 {b}。",
)
_AGAIN = Caption(
    en="Again: pooling makes channels smaller, convolution makes more.",
    zh="再来：池化使通道变小，卷积使通道变多。",
)
_TRIMS = Caption(
    en="Again: pooling makes channels smaller, convolution trims the rim and makes more.",
    zh="再来：池化使通道变小，卷积去掉一圈边、使通道变多。",
)
_LEFT_OVER = Caption(
    en="{n} is odd: pooling leaves the last row and column out.",
    zh="{n} 是奇数：池化舍去最后一行、一列。",
)
_DEEPER = Caption(
    en="Convolution: {n} filters, {n} channels.", zh="卷积：{n} 个过滤器，{n} 个通道。"
)
_MORE = Caption(en="{n} more stages; the last one is {b}.", zh="接下来 {n} 步，最后是 {b}。")
_PLACES = Caption(
    en="{q} places are left, {d} numbers each: {n} in all.",
    zh="只剩 {q} 个位置，每处 {d} 个数，共 {n} 个。",
)
_FLATTENED = Caption(
    en="Flattened: {q} places, {d} numbers each: {n} in a row.",
    zh="展平：{q} 处，每处 {d} 个数，一排共 {n} 个。",
)
_ONE_EACH = Caption(
    en="Of each channel one number is left: {d}.", zh="每个通道只留一个数，共 {d} 个。"
)
_NUMBERS = Caption(en="{n} numbers: the answer is {k}.", zh="{n} 个数：预测为“{k}”。")
_FROM_ALL = Caption(
    en="{n} numbers, each from all {m}: the answer is {k}.",
    zh="{n} 个数，各由全部 {m} 个算出：预测为“{k}”。",
)
_NUMBER = Caption(en="{n} number: the answer is {k}.", zh="{n} 个数：预测为“{k}”。")
_WRONG = Caption(
    en="{n} numbers: the answer is {k}, the label {label}.",
    zh="{n} 个数：预测为“{k}”，标签是“{label}”。",
)
_NEXT = Caption(
    en="{n} filters read these {c} channels. How many come out?",
    zh="{n} 个过滤器读这 {c} 个通道，得到几个？",
)
_MAKES = Caption(
    en="{n}: each filter reads all {c} channels and makes one.",
    zh="{n} 个：每个过滤器读全部 {c} 个，得到一个。",
)
_AS_MANY = Caption(
    en="So many go in: each filter reads them all.", zh="这是读入的个数：每个过滤器都读全部。"
)
_READS_ALL = Caption(
    en="A filter reads all channels, and makes one.", zh="一个过滤器读全部通道，得到一个。"
)
_MOST = Caption(
    en="{n} parameters: {share} of them in {layer}, none in pooling.",
    zh="共 {n} 个参数，{share} 在{layer}；池化层没有参数。",
)
_MOST_OF = Caption(
    en="{n} parameters: {share} of them in {layer}.", zh="共 {n} 个参数，{share} 在{layer}。"
)
_ALL = Caption(
    en="All {n} parameters, {share}, are in {layer}.", zh="全部 {n} 个参数（{share}）都在{layer}。"
)
_TRADED = Caption(
    en="To one scale: places fall from {p} to {q}, channels grow from {c} to {d}.",
    zh="按同一比例：位置从 {p} 减到 {q}，通道从 {c} 增到 {d}。",
)
_CHANGED = Caption(
    en="Places: from {p} to {q}. Channels: from {c} to {d}.",
    zh="位置从 {p} 到 {q}，通道从 {c} 到 {d}。",
)
