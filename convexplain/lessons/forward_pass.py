"""One digit through the whole network: each layer in turn, then ten logits and their softmax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from convexplain.data import digits
from convexplain.lessons.parts.beats import Beat, slug
from convexplain.lessons.parts.columns import Column, columns
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.number_words import in_words
from convexplain.lessons.parts.subject import Role
from convexplain.ops import Breakdown, ConvStep, PoolStep, Window, avg_pool2d
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: How many of a layer's largest responses are tried for one whose printed sum can be checked.
TRIED = 200


class Work(NamedTuple):
    """What one layer does, seen at one of its cells.

    Parameters
    ----------
    column : int
        Which of the lesson's columns it fills.
    window : Window
        What each cell reads; its padding in numbers.
    step : ConvStep or PoolStep
        The cell that is shown.
    adds_up : bool
        Whether its printed numbers do.
    """

    column: int
    window: Window
    step: ConvStep | PoolStep
    adds_up: bool


class Row(NamedTuple):
    """The arithmetic of softmax for one class: z, z - m, e^(z - m), p."""

    logit: float
    shifted: float
    power: float
    probability: float


class Softmax(NamedTuple):
    """Ten logits on their way to ten probabilities.

    Parameters
    ----------
    rows : tuple of Row
        One for each class.
    largest : float
        m, the largest logit.
    total : float
        The sum of all powers.
    order : tuple of int
        The classes, the most probable first.
    """

    rows: tuple[Row, ...]
    largest: float
    total: float
    order: tuple[int, ...]


@dataclass(frozen=True)
class ForwardPass(NetworkLesson):
    """From the pixels of one digit to ten probabilities, in the numbers of every layer.

    The digit is one that the network hesitates about unless another is asked for; what it was
    chosen by stands beside it in ``examples.json``.
    """

    name: ClassVar[str] = "forward-pass"
    title: ClassVar[Caption] = Caption(
        en="Forward pass: from {n} logits to {n} probabilities",
        zh="前向传播：{n} 个 logit 变成 {n} 个概率",
    ).fill(n=in_words(digits.CLASSES))
    question: ClassVar[Caption] = Caption(
        en="What happens between a picture and {n} probabilities?",
        zh="从一幅图到 {n} 个概率，中间发生了什么？",
    ).fill(n=in_words(digits.CLASSES))
    answer: ClassVar[Caption] = Caption(
        en="Softmax sees only differences: {d} more gives {r} times the probability.",
        zh="softmax 只看 logit 之差：高出 {d}，概率就是对方的 {r} 倍。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("chain",)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The picture and all layers, from left to right."""
        return columns(self.trace)

    @cached_property
    def works(self) -> tuple[Work, ...]:
        """What each convolution and pooling does, at a cell of its own."""
        maps = ("convolution", "pooling")
        return tuple(self._work(n) for n, column in enumerate(self.columns) if column.kind in maps)

    @cached_property
    def vote(self) -> Breakdown:
        """How the dense layer comes to the largest logit: products above 0, below 0, the bias."""
        dense = self.network.layers[-1].name
        return self.trace.breakdown(dense, (0, 0, self.trace.prediction), by="sign")

    @cached_property
    def softmax(self) -> Softmax:
        """The arithmetic from logits to probabilities, in float64."""
        logits = self.trace.logits.astype(np.float64)
        shifted = logits - logits.max()
        powers = np.exp(shifted)
        table = np.stack([logits, shifted, powers, powers / powers.sum()], axis=1)
        return Softmax(
            tuple(Row(*row) for row in table.tolist()),
            float(logits.max()),
            float(powers.sum()),
            tuple(int(n) for n in np.argsort(-logits, kind="stable")),
        )

    @property
    def shown_title(self) -> Caption:
        """The title with the number of this network's classes."""
        return self.title.fill(n=self._classes)

    @property
    def _classes(self) -> Caption:
        return in_words(self.network.outputs)

    @property
    def right(self) -> bool | None:
        """Whether the answer is the picture's label; None if it has none."""
        label = self.subject.label
        return None if label is None else label == self.trace.prediction

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: layer by layer, then column by column."""
        return tuple(self._make_beats())

    def _make_beats(self) -> Iterator[Beat]:
        yield self.beat("question", self.question.fill(n=self._classes), 3.5)
        taken = list(_BEATS)
        slowly = self._shown_alone()
        for work in slowly:
            name = slug(self.columns[work.column].name, taken)
            taken.append(name)
            yield self.beat(name, self._says(work), 4.5, (work,), shown_by="work")
        if rest := self.works[len(slowly) :]:
            names = [self.columns[work.column].name for work in rest]
            listed = Caption(en=", ".join(names), zh="、".join(names))
            yield self.beat("rest", _REST.fill(layers=listed), 4.5, rest, shown_by="work")
        count = fmt.count(self.columns[-2].shape[0])
        yield self.beat("flatten", _FLATTEN.fill(n=count), 3.5)
        vote = self.vote
        dense = _DENSE.fill(
            k=self.network.class_name(self.trace.prediction), z=fmt.number(vote.value)
        )
        yield self.beat("dense", dense, 5.5, vote)
        yield from self._tell_softmax()

    def _tell_softmax(self) -> Iterator[Beat]:
        softmax = self.softmax
        first, second = (softmax.rows[n] for n in softmax.order[:2])
        told = _ONE_FOR_EACH[self.subject.reads_digits]
        if softmax.largest < 0:
            told = _ALL_NEGATIVE
        logits = told.fill(
            n=in_words(self.network.outputs, capital=True), m=fmt.number(softmax.largest)
        )
        yield self.beat("logits", logits, 5.0, softmax)
        yield self.beat("shift", _SHIFT, 4.0, softmax)
        yield self.beat("powers", _POWERS.fill(s=fmt.number(softmax.total, 3)), 4.5, softmax)
        yield self.beat("probabilities", self._verdict(), 5.5, softmax)
        less = first.logit - second.logit
        answer = self.answer.fill(d=fmt.number(less), r=_times(float(np.exp(less))))
        yield self.beat("answer", answer, 5.5, softmax)

    def activation(self, column: Column) -> str:
        """Return the name of a layer's activation as people write it."""
        name = str(self.network.layer(column.name).activation)
        return "ReLU" if name == "relu" else name

    def _shown_alone(self) -> tuple[Work, ...]:
        """The first layers up to the second convolution, which reads channels."""
        kinds = [self.columns[work.column].kind for work in self.works]
        seconds = [n for n, kind in enumerate(kinds) if kind == "convolution"][1:2]
        return self.works[: (seconds[0] + 1 if seconds else 2)][:3]

    def _says(self, work: Work) -> Caption:
        """Say what a layer does at the cell shown."""
        column, step = self.columns[work.column], work.step
        if isinstance(step, ConvStep):
            told = _CONVOLUTION.fill(a=self.activation(column), v=fmt.number(step.activated))
            return told.fill(layer=column.name, m=fmt.count(step.products.size))
        told = _LARGEST if step.kind == "max" else _MEAN
        return told.fill(layer=column.name, m=step.count, v=fmt.number(step.value))

    def _verdict(self) -> Caption:
        """Say the answer, and whether it is right."""
        best = self.softmax.order[0]
        told = {True: _RIGHT, False: _WRONG, None: _UNKNOWN}[self.right]
        if self.subject.label is not None:
            told = told.fill(label=self.subject.recipe.name(self.subject.label))
        return told.fill(
            k=self.subject.recipe.name(best), p=fmt.probability(self.softmax.rows[best].probability)
        )

    def _work(self, index: int) -> Work:
        """Choose the cell of a layer that is shown.

        Of a convolution, the largest response whose printed sum and bias add up to the printed
        value; of a pooling, the window whose largest number stands out most from its mean.
        """
        column, (height, width) = self.columns[index], self.columns[index - 1].shape[:2]
        layer = self.network.layer(column.name)
        assert layer.window is not None
        window = layer.window.on((height, width))
        if layer.family == "convolution":
            order = np.argsort(-column.values, axis=None, kind="stable")[:TRIED]
            for place in order:
                step = self._step(column, int(place))
                if step.breakdown(shown=0).adds_up():
                    return Work(index, window, step, True)
            return Work(index, window, self._step(column, int(order[0])), False)
        means = avg_pool2d(
            self.trace.input_of(column.name),
            window.kernel_size,
            stride=window.stride,
            padding=window.margins(),
            count_include_pad=False,
        )
        row, col, channel = np.unravel_index(np.argmax(column.values - means), column.shape)
        steps = self.trace.steps(column.name, int(channel))
        return Work(index, window, steps[int(row) * column.shape[1] + int(col)], True)

    def _step(self, column: Column, place: int) -> ConvStep:
        row, col, filter = (int(n) for n in np.unravel_index(place, column.shape))
        step = self.trace.steps(column.name, filter)[row * column.shape[1] + col]
        assert isinstance(step, ConvStep)
        return step


def _times(ratio: float) -> str:
    """Print how many times as probable, no finer than a difference of two decimals tells."""
    return fmt.number(ratio, 1) if ratio < 1000 else fmt.count(round(ratio))


#: Names of the beats that are called after no layer.
_BEATS = (
    *("question", "rest", "flatten", "dense"),
    *("logits", "shift", "powers", "probabilities", "answer"),
)
_CONVOLUTION = Caption(
    en="{layer}: {m} products, added up, plus a bias, through {a}: {v}.",
    zh="{layer}：{m} 个乘积求和，加偏置，经过 {a}：{v}。",
)
_LARGEST = Caption(
    en="{layer} keeps the largest of {m} numbers: here {v}.",
    zh="{layer}：{m} 个数只留最大的，这里是 {v}。",
)
_MEAN = Caption(
    en="{layer} takes the mean of {m} numbers: here {v}.",
    zh="{layer}：取 {m} 个数的平均值，这里是 {v}。",
)
_REST = Caption(
    en="The next layers do the same with what they are given: {layers}.",
    zh="后面的层做法相同：{layers}。",
)
_FLATTEN = Caption(
    en="Flatten: {n} numbers in one vector, place by place.",
    zh="展平：{n} 个数排成一个向量。",
)
_DENSE = Caption(
    en="All numbers times their weights, added up, plus a bias: the logit of {k} is {z}.",
    zh="各乘权重，求和，加偏置：“{k}”的 logit 是 {z}。",
)
_ALL_NEGATIVE = Caption(
    en="{n} logits, all of them negative here. The largest is called m: {m}.",
    zh="{n} 个 logit 全为负，最大的记作 m：{m}。",
)
_ONE_FOR_EACH = {
    True: Caption(
        en="{n} logits, one for each digit. The largest is called m: {m}.",
        zh="{n} 个 logit，每类一个；最大的记作 m：{m}。",
    ),
    False: Caption(
        en="{n} logits, one for each class. The largest is called m: {m}.",
        zh="{n} 个 logit，每类一个；最大的记作 m：{m}。",
    ),
}
_SHIFT = Caption(
    en="Subtract m from each: the largest becomes 0, all differences stay.",
    zh="每个都减去 m：最大的变成 0，差不变。",
)
_POWERS = Caption(
    en="Raise e to each of them: all become positive. Their sum is {s}.",
    zh="各取 e 的幂，全部变成正数；总和为 {s}。",
)
_RIGHT = Caption(
    en="Divided by the sum: the network answers {k}, with {p}. Right, the label is {label}.",
    zh="除以总和：网络预测为 {k}，概率 {p}；正确，标签是 {label}。",
)
_WRONG = Caption(
    en="Divided by the sum: the network answers {k}, with {p}. Wrong, the label is {label}.",
    zh="除以总和：网络预测为 {k}，概率 {p}；错了，标签是 {label}。",
)
_UNKNOWN = Caption(
    en="Divided by the sum: the network answers {k}, with {p}.",
    zh="除以总和：网络预测为 {k}，概率 {p}。",
)
