"""How filters are born: the first layer's kernels through training, beside loss and accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from convexplain import ops
from convexplain.data import digits, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import Lesson, option
from convexplain.lessons.parts.subject import name_of
from convexplain.network import Network
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: A digit that is surely read right in the end makes the better example.
_SURE = 0.99


@dataclass(frozen=True)
class Learning(Lesson):
    """What training does to the filters of the first convolution, from random numbers to edges."""

    name: ClassVar[str] = "learning"
    title: ClassVar[Caption] = Caption(
        en="Learning: how filters are born", zh="学习：过滤器是怎样形成的"
    )
    question: ClassVar[Caption] = Caption(
        en="Nobody designs these filters: they begin as random numbers. What shapes them?",
        zh="没有人设计这些过滤器，它们一开始只是随机数。是什么塑造了它们？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Lowering one number, the loss, step by step: that is what made the filters.",
        zh="一步一步地降低一个数（损失）：过滤器就是这样学出来的。",
    )

    picture: Picture | None = option(
        None, en="the bundled digit whose answer is followed", zh="要跟踪其预测的内置手写数字"
    )

    def __post_init__(self) -> None:
        self.beats()  # a picture without a history, or an impossible length, is refused at once

    @cached_property
    def history(self) -> facts.Learning:
        """What was seen of the shipped convnet while it was trained."""
        return facts.learning()

    @cached_property
    def sample(self) -> int:
        """Number of the bundled digit that is followed.

        Of those that the trained network reads right, and surely, the one whose answer changed
        most often during training; the first in a tie.
        """
        bundled = digits.load()
        if self.picture is not None:
            for number, digit in enumerate(bundled):
                if np.array_equal(digit.pixels, self.picture.pixels):
                    return number
            raise UsageError(
                f"{self.picture.origin} was not watched during training: give --digit or "
                f"--sample, 0 to {len(bundled) - 1}"
            )
        answers = self.history.probabilities.argmax(axis=2)
        labels = np.array([digit.label for digit in bundled])
        right = self.history.probabilities[-1, np.arange(len(labels)), labels] > _SURE
        changes = (np.diff(answers, axis=0) != 0).sum(axis=0)
        return int(np.argmax(np.where(right, changes, -1)))

    @property
    def digit(self) -> Picture:
        """The digit that is followed."""
        return digits.sample(self.sample)

    @property
    def label(self) -> int:
        """Its class."""
        label = self.digit.label
        assert label is not None
        return label

    @cached_property
    def chances(self) -> npt.NDArray[np.float64]:
        """Probability of the right class at each snapshot, (S,)."""
        return self.history.probabilities[:, self.sample, self.label].astype(np.float64)

    @cached_property
    def answers(self) -> npt.NDArray[np.intp]:
        """The class of the largest probability at each snapshot, (S,)."""
        return np.asarray(self.history.probabilities[:, self.sample].argmax(axis=1))

    def loss_of(self, snapshot: int) -> float:
        """Return the cross-entropy on the digit, minus the logarithm of the right probability."""
        return -math.log(self.chances[snapshot])

    def kernels_at(self, snapshot: int) -> npt.NDArray[np.float32]:
        """Return the kernels of the first convolution, (3, 3, filters)."""
        return np.asarray(self.history.filters[snapshot].squeeze(axis=2))

    @property
    def layer(self) -> str:
        """Name of the layer whose filters they are."""
        return name_of(Network.load("cnn"), "first convolution")

    @cached_property
    def maps(self) -> npt.NDArray[np.float32]:
        """Response maps of the digit at each snapshot, (S, 26, 26, 32)."""
        each = zip(self.history.filters, self.history.bias, strict=True)
        return np.stack([ops.relu(ops.conv2d(self.digit.pixels, *pair)) for pair in each])

    @cached_property
    def patterns(self) -> tuple[kernels.Pattern, ...]:
        """What each trained kernel looks for."""
        last = self.kernels_at(-1)
        return tuple(kernels.closest_pattern(last[:, :, n]) for n in range(last.shape[2]))

    def filters_of(self, *kinds: str) -> tuple[int, ...]:
        """Return the filters that became patterns of these kinds."""
        return tuple(n for n, pattern in enumerate(self.patterns) if pattern.kind in kinds)

    @cached_property
    def brightest(self) -> tuple[int, int, int]:
        """Row, column and stored value (0 to 255) of a pixel that is neither paper nor full ink.

        The first, row by row, whose quotient by 255 prints between 0.30 and 0.70.
        """
        pixels = self.digit.pixels.squeeze(axis=2)
        between = np.argwhere((pixels > 0.3) & (pixels < 0.7))
        row, col = between[0] if len(between) else np.argwhere(pixels > 0)[0]
        return int(row), int(col), round(float(pixels[row, col]) * 255)

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: random filters, the data, the loss, the run, what became of them."""
        history = self.history
        learned_from = Network.load("cnn").provenance["data"]
        _, _, stored = self.brightest
        yield self.beat("question", self.question, 5.0)
        yield self.beat(
            "data",
            _DATA.fill(a=stored, b=fmt.number(stored / 255), n=_numbers(learned_from)[0]),
            7.0,
        )
        yield self.beat(
            "loss",
            _LOSS.fill(
                k=self.label,
                p=fmt.number(self.chances[0], 4),
                v=fmt.number(self.loss_of(0)),
            ),
            7.0,
        )
        yield self.beat(
            "run",
            _RUN.fill(n=fmt.count(int(history.steps[-1])), m=_numbers(self._recipe)[1]),
            15.0,
        )
        surely = self.answers[-1] == self.label
        yield self.beat(
            "end",
            (_END_RIGHT if surely else _END_WRONG).fill(
                k=self.label, p=fmt.probability(self.chances[-1]), v=fmt.number(self.loss_of(-1), 4)
            ),
            6.0,
        )
        yield self.beat(
            "patterns",
            _PATTERNS.fill(
                e=len(self.filters_of("edge")),
                l=len(self.filters_of("line", "spot")),
                m=len(self.filters_of("mixed")),
            ),
            7.0,
        )
        yield self.beat("answer", self.answer, 5.5)

    @property
    def _recipe(self) -> str:
        return str(Network.load("cnn").provenance["recipe"])


def _numbers(text: str) -> list[str]:
    """Return the whole numbers in what a network's file says of its training."""
    words = (word.strip(".,;()") for word in text.split())
    return [word for word in words if word.replace(",", "").isdecimal()]


_DATA = Caption(
    en="It learns from {n} digits and is tested on 10,000 others. Pixels are divided by 255: "
    "{a} becomes {b}.",
    zh="用 {n} 个样本训练，用另外 10,000 个样本测试。像素值除以 255：{a} 变成 {b}。",
)
_LOSS = Caption(
    en="Before training this {k} gets the probability {p}. Its loss (cross-entropy) is "
    "−ln {p} ≈ {v}.",
    zh="训练前，这个 {k} 得到的概率是 {p}，它的损失（交叉熵）为 −ln {p} ≈ {v}。",
)
_RUN = Caption(
    en="{n} steps, {m} digits each: every step moves the weights a little, to make the loss fall.",
    zh="共 {n} 步，每步 {m} 个样本：每一步都把权重稍微调整一点，让损失下降。",
)
_END_RIGHT = Caption(
    en="Now the {k} gets the probability {p}, and its loss is {v}.",
    zh="现在这个 {k} 得到的概率是 {p}，损失是 {v}。",
)
_END_WRONG = Caption(
    en="Even now this {k} is misread: its probability is {p}, its loss {v}.",
    zh="即使现在，这个 {k} 仍被误判：概率是 {p}，损失是 {v}。",
)
_PATTERNS = Caption(
    en="{e} of the kernels became oriented edges, {l} lines or spots; {m} are mixed patterns.",
    zh="{e} 个卷积核变成了有方向的边缘，{l} 个变成线条或斑点，另外 {m} 个是混合模式。",
)
