"""How the film begins: a title, two measured accuracies, and the question why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits, facts, kernels
from convexplain.data.pictures import Picture
from convexplain.lessons.dense_vs_conv import CHAPTER_DENSE
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import Lesson
from convexplain.lessons.parts.subject import name_of
from convexplain.network import Network, Trace
from convexplain.panels import Aligned, Cells, Column, Diagram, Either, Mark, Row, Text
from convexplain.panels.sheet import ASPECTS
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: What the chapter reports for its convnet; ours is measured, and shown beside it.
CHAPTER_CNN = 0.991


class Score(NamedTuple):
    """Accuracy of a network: measured on the 10,000 test digits, and as the chapter tells it."""

    network: Caption
    measured: float
    told: float


@dataclass(frozen=True, kw_only=True)
class Opening(Lesson):
    """A title, two accuracies, and why they differ.

    Parameters
    ----------
    picture : Picture, optional
        The film's; a typical four if not given.
    """

    name: ClassVar[str] = "_opening"
    aspects: ClassVar[tuple[str, ...]] = tuple(ASPECTS)
    title: ClassVar[Caption] = Caption(en="Convolution, cell by cell", zh="逐格看懂卷积")
    subtitle: ClassVar[Caption] = Caption(
        en="How a network reads a handwritten digit", zh="神经网络怎样认出手写数字"
    )
    question: ClassVar[Caption] = Caption(
        en="Same task, same digits: why does the convnet make fewer mistakes?",
        zh="同样的任务，同样的数据：卷积网络的错误为什么更少？",
    )

    picture: Picture | None = None

    @cached_property
    def shown_picture(self) -> Picture:
        """The picture that a filter reads."""
        return self.picture or digits.first(4)

    @cached_property
    def trace(self) -> Trace:
        """The picture on its way through the convnet."""
        return Trace(Network.load("cnn"), self.shown_picture.pixels)

    @property
    def layer(self) -> str:
        """Name of the first convolution."""
        return name_of(self.trace.network, "convolution of the picture")

    @cached_property
    def filter(self) -> int:
        """The edge filter of the first convolution that responds most to the picture."""
        weights = self.trace.network.weights_of(self.layer)["kernel"].squeeze(axis=2)
        strongest = self.trace.activations[self.layer].max(axis=(0, 1))
        edges = [
            n
            for n in range(weights.shape[-1])
            if kernels.closest_pattern(weights[:, :, n]).kind == "edge"
        ]
        return max(edges, key=lambda n: float(strongest[n]))

    @property
    def response(self) -> npt.NDArray[np.float32]:
        """The filter's values before ReLU, (height, width)."""
        return self.trace.before(self.layer)[:, :, self.filter]

    @cached_property
    def scores(self) -> tuple[Score, Score]:
        """The convnet's and the dense network's."""
        measured = [
            facts.row("shift", pixels=0, network=network)["accuracy"]
            for network in ("cnn", "dense")
        ]
        return Score(CNN, measured[0], CHAPTER_CNN), Score(
            terms.DENSE_NETWORK.capital, measured[1], CHAPTER_DENSE
        )

    def front(self, colours: npt.NDArray[np.float64]) -> Diagram:
        """Describe the title: words, and the digit with its window and the cell that this feeds.

        Parameters
        ----------
        colours : numpy.ndarray, shape (height, width, 3)
            Of the digit, 0 to 1; responses are laid over it.
        """
        words = Column(
            Text("program", "convexplain", role="heading", tone="muted"),
            Text("title", self.title, role="display", weight="bold", measure=8),
            Text("subtitle", self.subtitle, role="heading", tone="muted", measure=20),
            gap=1.5,
        )
        return self._beside(words, colours)

    def table(self, colours: npt.NDArray[np.float64]) -> Diagram:
        """Describe the two accuracies, ``network-0``, ``score-0``, ``told-0``, and ``why``.

        Parameters
        ----------
        colours : numpy.ndarray, shape (height, width, 3)
            As in `front`.
        """
        networks = [
            Column(
                Text(f"network-{n}", score.network, role="heading"),
                Text(f"score-{n}", fmt.percent(score.measured, 2), role="display", weight="bold"),
                Text(f"told-{n}", _CHAPTER_SAYS.fill(v=self._told(score)), tone="muted"),
                gap=0.1,
            )
            for n, score in enumerate(self.scores)
        ]
        words = Column(
            Text("measured", _MEASURED, tone="muted"),
            Either(Column(*networks), Row(*networks)),
            Text("why", _WHY, role="display", weight="bold"),
        )
        return self._beside(words, colours)

    @staticmethod
    def _told(score: Score) -> str:
        return fmt.percent(score.told, 2 if round(1000 * score.told) != 1000 * score.told else 1)

    def _beside(self, words: Aligned, colours: npt.NDArray[np.float64]) -> Diagram:
        rows, cols = self.trace.network.weights_of(self.layer)["kernel"].shape[:2]
        digit = Cells(
            "digit", colours, note=_LEGEND.fill(n=self.filter, layer=self.layer),
            marks={"window": Mark(0, 0, rows, cols), "fed": Mark(rows // 2, cols // 2)},
        )  # fmt: skip
        return Diagram(Either(Row(words, digit, gap=2), Column(words, digit, gap=1.5)))

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the title, the two numbers, the question, and what the film promises."""
        cnn, dense = (fmt.percent(score.measured, 2) for score in self.scores)
        named = _TITLE.fill(title=self.title, how=self.subtitle)
        return (
            self.beat("title", named, 6.0, title=_HEADING),
            self.beat("scores", _SCORES.fill(a=cnn, b=dense), 6.5, title=_HEADING),
            self.beat("question", self.question, 4.5, title=_HEADING),
            self.beat("promise", _PROMISE, 5.0, title=_HEADING),
        )


_CHAPTER_SAYS = Caption(en="in the chapter: {v}", zh="教材中：{v}")
_MEASURED = Caption(en="test accuracy, measured here", zh="测试准确率，本片实测")
_WHY = Caption(en="Why?", zh="为什么？")
_LEGEND = Caption(
    en="Filter {n} of {layer}: blue where it fits, orange where it does not",
    zh="{layer} 的过滤器 {n}：蓝色为正响应，橙色为负响应",
)
CNN = Caption(en="Convnet", zh="卷积网络")
_HEADING = Caption(en="Two networks read the same digits", zh="两个网络认同样的手写数字")
_TITLE = Caption(en="{title}. {how}.", zh="{title}：{how}。")
_SCORES = Caption(
    en="Of 10,000 test digits the convnet reads {a} right, the dense network {b}.",
    zh="10,000 个测试样本，卷积网络的准确率为 {a}，全连接网络为 {b}。",
)
_PROMISE = Caption(
    en="Every number and every colour here is computed, from real digits and trained networks.",
    zh="片中每个数、每种颜色都是计算得出的：用真实的手写数字和训练好的网络。",
)
