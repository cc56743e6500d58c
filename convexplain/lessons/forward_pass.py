"""One picture through the whole network, layer by layer; then sums become shares by softmax."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.lessons.parts.answer_bars import class_label
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.forward_picture import ForwardPicture
from convexplain.lessons.parts.logit_products import Products
from convexplain.lessons.parts.network_lesson import NetworkLesson
from convexplain.lessons.parts.number_words import about, in_words
from convexplain.lessons.parts.softmax import Softmax
from convexplain.lessons.parts.stages import Stage, stages
from convexplain.lessons.parts.subject import Role, digits_of
from convexplain.network import Network
from convexplain.ops import Box, Breakdown, PoolStep
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, same

#: Of a kernel with more rows or columns no weights are printed.
_PRINTED = 3


@dataclass(frozen=True)
class ForwardPass(NetworkLesson):
    """From the pixels of one picture to probabilities: layers, one logit, and softmax.

    The digit is one that the network hesitates about unless another is asked for; of a class, the
    one read right about which it hesitates most.
    """

    name: ClassVar[str] = "forward-pass"
    title: ClassVar[Caption] = Caption(
        en="Forward pass: from a picture to {n} probabilities",
        zh="前向传播：从图片到 {n} 个概率",
    ).fill(n=in_words(digits.CLASSES))
    question: ClassVar[Caption] = Caption(
        en="How sure is a network of its answer, and where does that number come from?",
        zh="网络对自己的预测有多确定？这个数从哪里来？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Multiply, add, ReLU, keep the largest; softmax makes shares.",
        zh="乘、加、ReLU、取最大；softmax 分比例。",
    )

    needs: ClassVar[tuple[Role, ...]] = ("first convolution", "probabilities")

    @classmethod
    def digit_of(cls, label: int, network: Network) -> Picture:
        """Give the bundled digit of a class, read right, about which a network hesitates most."""
        subjects = digits_of(label, network)
        if not subjects:
            return digits.first(label)
        right = [s for s in subjects if s.trace.prediction == label]
        found = min(right or subjects, key=lambda s: float(s.trace.shares[label]))
        return found.given

    @property
    def shown_title(self) -> Caption:
        """The title with the number of this network's classes."""
        return self.title.fill(n=in_words(self.network.classes))

    # What is shown.

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The picture and all layers that do something, in their order."""
        return stages(self.trace)

    @cached_property
    def first(self) -> int:
        """Which stage is the first convolution whose maps are drawn."""
        return next(
            n for n, stage in enumerate(self.stages)
            if stage.kind == "convolution" and stage.has_maps
        )  # fmt: skip

    @cached_property
    def blocks(self) -> Sequence[PoolStep] | None:
        """What the pooling right behind that does with the map that is shown, if it has windows."""
        after = self.stages[self.first + 1]
        if after.kind != "pooling" or not after.has_maps:
            return None
        layer = next(each for each in after.layers if each.window is not None)
        steps = self.trace.steps(layer.name, self.stages[self.first].strongest[0])
        return [step for step in steps if isinstance(step, PoolStep)]

    @cached_property
    def pooled(self) -> PoolStep | None:
        """Its window with the largest response."""
        return None if self.blocks is None else max(self.blocks, key=lambda step: step.value)

    def reads(self, row: int, col: int) -> Box:
        """What a cell of the first convolution sees of the picture."""
        return self.network.receptive_field(self.stages[self.first].name).box(row, col)

    @cached_property
    def vote(self) -> Breakdown | None:
        """How the answer's logit comes about: products above 0, below 0, the bias."""
        layer = self.network.classifier
        if layer.family != "dense":
            return None
        unit = self.softmax.order[0] if self.trace.logits.size > 1 else 0
        return self.trace.breakdown(layer.name, (0, 0, unit), by="sign")

    @cached_property
    def products(self) -> Products | None:
        """What each number that the last layer reads adds to the answer's logit."""
        layer = self.network.classifier
        if self.vote is None:
            return None
        before = self.trace.layer_before(layer)
        read: tuple[int, ...] = (self.trace.input_of(layer.name).size,)
        if before is not None and before.family == "flatten":
            read = self.network.input_of(before.name)
        unit = self.softmax.order[0] if self.trace.logits.size > 1 else 0
        kernel = self.network.weights_of(layer.name)["kernel"][:, unit].astype(np.float64)
        numbers = self.trace.input_of(layer.name).astype(np.float64).ravel()
        shape = (1,) * (3 - len(read)) + read
        return Products.of(numbers.reshape(shape), kernel.reshape(shape))

    @cached_property
    def softmax(self) -> Softmax:
        """The arithmetic from logits to probabilities; one logit stands beside a 0 for "no"."""
        logits = self.trace.logits.astype(np.float64)
        if logits.size == 1:
            logits = np.array([0.0, logits[0]])
        distances = logits - logits.max()
        powers = np.exp(distances)
        order = tuple(int(n) for n in np.argsort(-logits, kind="stable"))
        return Softmax(logits, distances, powers, powers / powers.sum(), order)

    @property
    def less(self) -> float:
        """How much higher the largest logit is than the second, as far as both are printed."""
        return self.picture_of.less

    @property
    def ratio(self) -> Caption:
        """What softmax makes of the distance of the two highest."""
        r = about(math.exp(self.less))
        return _RATIO.fill(d=fmt.number(self.less), r=r)

    @property
    def right(self) -> bool | None:
        """Whether the answer is the picture's label; None if it has none."""
        label = self.subject.label
        return None if label is None else label == self.trace.prediction

    @cached_property
    def picture_of(self) -> ForwardPicture:
        """What all of its pictures are made of."""
        label = self.subject.label
        return ForwardPicture(
            pixels=self.drawn,
            stages=self.stages,
            first=self.first,
            window=self._window(),
            pooled=self.pooled,
            vote=self.vote,
            products=self.products,
            softmax=self.softmax,
            classes=tuple(class_label(self.network, k) for k in range(self.network.classes)),
            label=None if label is None else class_label(self.network, label),
            kernel=self.kernel,
            bias=self._bias,
        )

    @cached_property
    def kernel(self) -> npt.NDArray[np.float32] | None:
        """The weights of the first convolution's map, if they are few and of one channel."""
        stage = self.stages[self.first]
        weights = self.network.weights_of(stage.name)["kernel"]
        if self.first != 1 or weights.shape[2] != 1 or max(weights.shape[:2]) > _PRINTED:
            return None
        return weights.squeeze(axis=2)[..., stage.strongest[0]]

    @property
    def _bias(self) -> float:
        stage = self.stages[self.first]
        return float(self.network.biases(stage.name)[stage.strongest[0]])

    def _window(self) -> Box:
        """What the largest response of the first convolution sees of the picture."""
        stage = self.stages[self.first]
        values = stage.values[:, :, stage.strongest[0]]
        row, col = divmod(int(np.argmax(values)), values.shape[1])
        return self.reads(row, col)

    def diagram(self) -> Diagram:
        """Describe how logits become shares, for a figure."""
        return self.picture_of.summary(self.verdict)

    # What is said.

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the lesson: the layers, the logits, then softmax step by step."""
        title = self.shown_title
        return (
            Beat.of("question", title, Event("ask", 3.6, self.question)),
            Beat.of("layers", title, *self._layers()),
            Beat.of("logits", title, *self._logits()),
            Beat.of("softmax", title, *self._shares()),
            Beat.of("verdict", title, Event("verdict", 3.4, self.verdict)),
            Beat.of("answer", title, Event("whole", 4.6, self._path(), detail=1)),
        )

    def _path(self) -> Caption:
        """Say what the layers did, as far as they all did it."""
        keeps = self.pooled is not None and self.pooled.kind == "max"
        keeps = keeps and self.picture_of.gated
        return self.answer if keeps and self.trace.logits.size > 1 else _PATH

    def _layers(self) -> Iterator[Event]:
        """Say what a convolution does, what pooling keeps, and how many numbers are left."""
        gated = self.picture_of.gated
        if self.kernel is None:
            told = _RESPOND_RELU if gated else _RESPOND
        else:
            told = _TIMES_RELU if gated else _TIMES_KERNEL
        yield Event("respond", 3.8, told, detail=1)
        if self.pooled is not None:
            kept = _LARGEST if self.pooled.kind == "max" else _MEAN
            yield Event("keep", 3.0, kept, detail=1)
        left = fmt.count(self.trace.input_of(self.network.classifier.name).size)
        yield Event("layers", 4.3, _LAYERS.fill(n=left), detail=1)

    def _logits(self) -> Iterator[Event]:
        softmax, k = self.softmax, self._called(0)
        if self.vote is not None:
            yield Event("products", 4.0, _PRODUCTS.fill(k=k), detail=1)
            yield Event("pushes", 3.0, _WHO_PUSHES.fill(k=k), detail=1)
            yield Event("push", 2.2, _LOGIT.fill(k=k), detail=1)
        outputs = self.trace.logits.size
        if outputs == 1:
            yield Event("scores", 4.0, _ONE_LOGIT.fill(z=fmt.number(softmax.logits[1])))
            return
        told = _SUMS if self.vote is None else _LOGITS
        yield Event("scores", 3.5, told.fill(n=in_words(outputs, capital=self.vote is None)))

    def _shares(self) -> Iterator[Event]:
        question = self._ask()
        yield Event("shift", 2.9, _SHIFT)
        powers = _POWERS if self.trace.logits.size > 1 else _SIGMOID
        yield Event("powers", 2.6, powers)
        if question is not None:
            yield Event("predict", self.pause, ask=question, detail=1)
        yield Event("total", 3.0, _TOTAL)
        yield Event("shares", 3.4, _SHARES)
        yield Event("strip", 2.4, _END_TO_END)
        yield Event("ratio", 2.4, _TIMES.fill(**self.ratio.values), detail=2)

    def _called(self, place: int) -> Caption:
        """What the class at a place of the order is called."""
        return class_label(self.network, self.softmax.order[place])

    def _ask(self) -> Question | None:
        """Ask how sure the network is; wrong answers are what people do with two logits."""
        softmax = self.softmax
        one, two = (float(softmax.logits[n]) for n in softmax.order[:2])
        p = float(softmax.shares[softmax.order[0]])
        right = fmt.probability(p)
        less = softmax.exponents[softmax.order[1]].strip("\N{MINUS SIGN}")  # as it stands there
        second = fmt.percent(softmax.shares[softmax.order[1]])
        wrong: dict[str, Caption] = {}
        if one * two > 0:
            share = fmt.percent(max(abs(one), abs(two)) / (abs(one) + abs(two)))
            wrong[share] = _NO_SHARES if one < 0 else _SIZES
        if 0.005 < self.less < 0.995:
            told = _DISTANCE.fill(d=less, r=about(math.exp(self.less)))
            wrong[fmt.percent(float(less))] = told
        wrong["100%"] = _TAKES_ALL.fill(p=second)
        wrong.pop(right, None)
        if not wrong:
            return None
        found: dict[str, Caption | None] = {right: None, **wrong}
        choices = tuple(
            Choice(same(text), found[text])
            for text in sorted(found, key=lambda text: (float(text.strip("<>%")), text))
        )
        return Question(_HOW_SURE.fill(a=self._called(0)), choices)

    @property
    def verdict(self) -> Caption:
        """The answer with its share, and whether it is right."""
        told = {True: _RIGHT, False: _WRONG, None: _UNKNOWN}[self.right]
        if self.right is False and self.subject.label is not None:
            told = told.fill(label=class_label(self.network, self.subject.label))
        share = self.softmax.shares[self.softmax.order[0]]
        return told.fill(k=self._called(0), p=fmt.probability(share))


_PATH = Caption(
    en="Layer by layer: weigh and add. At the end sums become shares.",
    zh="一层一层：加权、求和；最后把得分变成比例。",
)
_RESPOND = Caption(
    en="Convolution: multiply and add, at every place of the window.",
    zh="卷积：窗口每到一处，相乘再相加。",
)
_TIMES_KERNEL = Caption(
    en="Convolution: at every place, multiply by the kernel and add.",
    zh="卷积：每到一处，与卷积核相乘再相加。",
)
_RESPOND_RELU = Caption(
    en="Convolution: multiply and add, everywhere; below 0 becomes 0.",
    zh="卷积：处处相乘、相加；负数变 0。",
)
_TIMES_RELU = Caption(
    en="Convolution: multiply by the kernel, add; below 0 becomes 0.",
    zh="卷积：乘以卷积核、相加；负数变 0。",
)
_LARGEST = Caption(en="Pooling: the largest of each block is kept.", zh="池化：每块只留最大的。")
_MEAN = Caption(en="Pooling: of each block the mean is kept.", zh="池化：每块只留平均值。")
_LAYERS = Caption(
    en="And so on, layer by layer: {n} numbers are left.", zh="一层接一层：剩下 {n} 个数。"
)
_PRODUCTS = Caption(
    en="Each of them is multiplied by its weight for {k}.",
    zh="每个数乘以它对“{k}”的权重。",
)
_WHO_PUSHES = Caption(en="What speaks for {k}, what against?", zh="什么支持“{k}”，什么反对？")
_LOGIT = Caption(
    en="All of it, with the bias: the logit of {k}.", zh="连同偏置，合起来是“{k}”的 logit。"
)
_SUMS = Caption(en="{n} sums, one for each class: logits.", zh="{n} 个得分，称作 logit。")
_LOGITS = Caption(
    en="Each class has weights of its own: {n} sums, the logits.",
    zh="每个类别各有一组权重：{n} 个 logit。",
)
_ONE_LOGIT = Caption(en="One logit, {z}, against 0.", zh="一个 logit：{z}，与 0 相比。")
_HOW_SURE = Caption(
    en="Each gets its share of their sum. How sure is it of {a}?",
    zh="各占总和的一份：“{a}”占多少？",
)
_NO_SHARES = Caption(
    en="Negative numbers have no shares: first e to the power, then divide.",
    zh="负数没有比例：先取 e 的幂，再除以总和。",
)
_SIZES = Caption(
    en="Not the sums are shared out, but e to the power of each.",
    zh="分的不是得分，而是 e 的得分次幂。",
)
_DISTANCE = Caption(
    en="{d} is a distance: e to its power gives {r} times the share.",
    zh="{d} 是差距：作 e 的指数，得倍数 {r}。",
)
_TAKES_ALL = Caption(
    en="Softmax keeps the second in view: {p}.", zh="softmax 也给第二名留一份：{p}。"
)
_SHIFT = Caption(
    en="Subtract the largest from each: distances are left.", zh="各减去最大的一个：剩下差距。"
)
_POWERS = Caption(en="Softmax: e to the power of each.", zh="softmax：各作 e 的指数。")
_SIGMOID = Caption(en="Sigmoid: e to the power of both.", zh="sigmoid：两个都取 e 的幂。")
_TOTAL = Caption(en="First their sum: one after the other is added.", zh="先求总和：一个个相加。")
_SHARES = Caption(
    en="Each is divided by that sum: its share, the probability.",
    zh="再除以总和，得到比例，即概率。",
)
_END_TO_END = Caption(en="End to end they make one whole.", zh="首尾相接，正好是整体。")
_TIMES = Caption(en="{d} more, {r} times the share.", zh="高 {d}，比例是 {r} 倍。")
_RATIO = Caption(
    en="Softmax sees only differences: {d} more gives {r} times the share.",
    zh="softmax 只看 logit 之差：高出 {d}，比例就是另一类的 {r} 倍。",
)
_RIGHT = Caption(
    en="The network answers {k}, with {p}: right.", zh="网络预测为“{k}”，概率 {p}：正确。"
)
_WRONG = Caption(
    en="The network answers {k}, with {p}; the label is {label}.",
    zh="网络预测为“{k}”，概率 {p}；标签是“{label}”。",
)
_UNKNOWN = Caption(en="The network answers {k}, with {p}.", zh="网络预测为“{k}”，概率 {p}。")
