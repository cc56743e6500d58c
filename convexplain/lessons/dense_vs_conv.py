"""Two networks, one task: parameters, multiplications, mistakes, and how few digits suffice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

from convexplain.data import facts
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import Lesson
from convexplain.network import Network
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

CNN, DENSE = "cnn", "dense"
IN_PLACE, SHUFFLED = "in place", "shuffled"
#: What the chapter reports for its dense network; ours is measured, and shown beside it.
CHAPTER_DENSE = 0.9822


class Pair(NamedTuple):
    """One number for each network."""

    cnn: float
    dense: float

    @property
    def ratio(self) -> float:
        """The convnet's as a share of the dense network's."""
        return self.cnn / self.dense


class Points(NamedTuple):
    """Test accuracy against the number of training digits."""

    digits: tuple[int, ...]
    accuracy: tuple[float, ...]


@dataclass(frozen=True)
class DenseVsConv(Lesson):
    """What a convnet gains over a dense network on the same task, and where the gain comes from."""

    name: ClassVar[str] = "dense-vs-conv"
    title: ClassVar[Caption] = Caption(
        en="Same task, fewer parameters, fewer mistakes", zh="同一任务：参数更少，错误也更少"
    )
    question: ClassVar[Caption] = Caption(
        en="Two networks learn to read the same digits. What does convolution change?",
        zh="两个网络学认同样的手写数字，卷积带来了什么不同？",
    )
    answer: ClassVar[Caption] = Caption(
        en="Fewer parameters and fewer mistakes, for more multiplications, as long as neighbours "
        "stay neighbours.",
        zh="参数更少，错误更少，代价是更多乘法；前提是相邻像素保持相邻。",
    )

    def __post_init__(self) -> None:
        self.beats()  # a length that cannot be is refused at once

    @cached_property
    def networks(self) -> tuple[Network, Network]:
        """The convnet and the dense baseline, as they ship."""
        return Network.load(CNN), Network.load(DENSE)

    @property
    def parameters(self) -> Pair:
        """Trained numbers of each."""
        return Pair(*(network.parameters for network in self.networks))

    @property
    def multiplications(self) -> Pair:
        """Multiplications for one picture."""
        return Pair(*(network.multiplications for network in self.networks))

    @cached_property
    def accuracy(self) -> Pair:
        """Share of the 10,000 test digits that the shipped networks read right."""
        return Pair(*(facts.row("shift", pixels=0, network=n)["accuracy"] for n in (CNN, DENSE)))

    @property
    def mistakes(self) -> Pair:
        """Test digits of 10,000 that the shipped networks misread."""
        return Pair(*(round((1 - share) * 10_000) for share in self.accuracy))

    @cached_property
    def spread(self) -> tuple[Pair, Pair]:
        """The lowest and the highest accuracy over the seeds that were trained."""
        by_seed = [
            tuple(network.provenance["test_accuracy_by_seed"].values()) for network in self.networks
        ]
        return Pair(*map(min, by_seed)), Pair(*map(max, by_seed))

    @property
    def steps(self) -> int:
        """How many batches the networks of the curves learned from, whatever their digits."""
        return facts.steps("samples")

    def curve(self, network: str, pixels: str) -> Points:
        """Return the measured curve of one network.

        Parameters
        ----------
        network : {"cnn", "dense"}
        pixels : {"in place", "shuffled"}
        """
        rows = facts.rows("samples", network=network, pixels=pixels)
        return Points(tuple(row["digits"] for row in rows), tuple(row["accuracy"] for row in rows))

    def make_beats(self) -> Iterator[Beat]:
        """Tell the lesson: costs, mistakes, then the curves and their control."""
        cost, work, wrong = self.parameters, self.multiplications, self.mistakes
        share = fmt.percent(cost.ratio, 0).removesuffix("%")
        yield self.beat("question", self.question, 4.0)
        yield self.beat(
            "parameters",
            _PARAMETERS.fill(a=fmt.count(int(cost.cnn)), b=fmt.count(int(cost.dense)), w=share),
            6.0,
        )
        yield self.beat("multiplications", _WORK.fill(m=fmt.number(work.ratio, 1)), 5.0)
        yield self.beat(
            "mistakes",
            _MISTAKES.fill(w=share, e=fmt.percent(wrong.ratio, 0).removesuffix("%")),
            6.0,
        )
        yield self.beat("spread", self._spread_caption(), 6.5)
        few, lead = self._at(0, IN_PLACE)
        yield self.beat(
            "samples",
            _SAMPLES.fill(
                d=fmt.count(few), a=fmt.percent(lead.cnn, 0), b=fmt.percent(lead.dense, 0)
            ),
            8.0,
            title=_CURVES,
        )
        most, control = self._at(-1, SHUFFLED)
        below = control.cnn < control.dense
        caption = _SHUFFLED_BELOW if below else _SHUFFLED_ABOVE
        yield self.beat(
            "shuffled",
            caption.fill(
                d=fmt.count(most), a=fmt.percent(control.cnn), b=fmt.percent(control.dense)
            ),
            8.5,
            title=_CURVES,
        )
        yield self.beat("answer", self.answer, 5.5, title=_CURVES)

    def _at(self, index: int, pixels: str) -> tuple[int, Pair]:
        """How many digits the first or last point stands for, and both accuracies there."""
        curves = [self.curve(network, pixels) for network in (CNN, DENSE)]
        return curves[0].digits[index], Pair(*(points.accuracy[index] for points in curves))

    def _spread_caption(self) -> Caption:
        low, high = self.spread
        caption = _SPREAD_APART if low.cnn > high.dense else _SPREAD_MIXED
        ranges = [
            f"{fmt.number(100 * a)}–{fmt.percent(b, 2)}" for a, b in zip(low, high, strict=True)
        ]
        seeds = len(self.networks[0].provenance["test_accuracy_by_seed"])
        return caption.fill(n=seeds, a=ranges[0], b=ranges[1])


_CURVES = Caption(en="Fewer training digits, and a control", zh="训练样本更少时，以及一个对照实验")
_PARAMETERS = Caption(
    en="The convnet learns {a} numbers, the dense network {b}: {w}% as many.",
    zh="卷积网络要学 {a} 个参数，全连接网络要学 {b} 个：只有后者的 {w}%。",
)
_WORK = Caption(
    en="Few parameters are not few computations: {m} times the multiplications.",
    zh="参数少不等于计算少：乘法次数是对方的 {m} 倍。",
)
_MISTAKES = Caption(
    en="On this task the CNN has {w}% of the parameters and makes {e}% of the mistakes.",
    zh="在这个任务上，CNN 的参数量是全连接网络的 {w}%，错误数是它的 {e}%。",
)
_SPREAD_APART = Caption(
    en="Trained {n} times each: {a} against {b}. Every convnet beats every dense network.",
    zh="各训练 {n} 次：{a} 对 {b}。每个卷积网络都好于每个全连接网络。",
)
_SPREAD_MIXED = Caption(
    en="Trained {n} times each: {a} against {b}. The ranges overlap.",
    zh="各训练 {n} 次：{a} 对 {b}，两个范围有重叠。",
)
_SAMPLES = Caption(
    en="Trained on only {d} digits, the convnet still reads {a} of the test right, the dense "
    "network {b}.",
    zh="只用 {d} 个样本训练，卷积网络的测试准确率仍有 {a}，全连接网络为 {b}。",
)
_SHUFFLED_BELOW = Caption(
    en="Shuffle the pixels by one fixed rule and the convnet falls behind: {a} against {b} with "
    "{d} digits.",
    zh="用一个固定规则打乱像素，卷积网络就落后了：{d} 个样本时 {a} 对 {b}。",
)
_SHUFFLED_ABOVE = Caption(
    en="Shuffle the pixels by one fixed rule, and with {d} digits it is {a} against {b}.",
    zh="用一个固定规则打乱像素，{d} 个样本时为 {a} 对 {b}。",
)
