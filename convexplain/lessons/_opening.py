"""How the film begins: one digit, two networks that read such digits, and the question why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.lessons.dense_vs_conv import CHAPTER_DENSE, CNN, DENSE, DenseVsConv
from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
from convexplain.lessons.parts.lesson import Lesson
from convexplain.panels import Cells, Column, Diagram, Either, Part, Row, Text
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

#: What the chapter reports for its convnet; ours is measured, and shown beside it.
CHAPTER_CNN = 0.991
#: A network that misreads less than this share of what the other does makes less than half.
_HALF = 0.5
#: How light a tile is.
_TILE = 0.55
#: Columns of the tiles, one for each misread digit.
_COLUMNS = 14


class Score(NamedTuple):
    """Accuracy of a network: measured on the 10,000 test digits, and as the chapter tells it."""

    network: Caption
    measured: float
    told: float
    misread: int


@dataclass(frozen=True, kw_only=True)
class Opening(Lesson):
    """A digit, two accuracies, and why they differ."""

    name: ClassVar[str] = "_opening"
    title: ClassVar[Caption] = Caption(en="Convolution, cell by cell", zh="逐格看懂卷积")
    subtitle: ClassVar[Caption] = Caption(
        en="How a network reads a handwritten digit", zh="神经网络怎样认出手写数字"
    )
    question: ClassVar[Caption] = Caption(
        en="Same digits: why does the convnet make fewer mistakes?",
        zh="同样的样本，卷积网络的错误为什么更少？",
    )

    #: Whom the film is about; a typical four if not given.
    picture: Picture | None = None
    #: Seconds for which the question stands.
    pause: float = 4.0

    @cached_property
    def shown_picture(self) -> Picture:
        """The picture that both networks read."""
        return self.picture or digits.first(4)

    @cached_property
    def compared(self) -> DenseVsConv:
        """What was measured of both networks."""
        return DenseVsConv()

    @cached_property
    def scores(self) -> tuple[Score, Score]:
        """The convnet's and the dense network's."""
        accuracy, misread = self.compared.accuracy, self.compared.misread
        return (
            Score(terms.CNN.capital, accuracy.cnn, CHAPTER_CNN, len(misread[CNN])),
            Score(terms.DENSE_NETWORK.capital, accuracy.dense, CHAPTER_DENSE, len(misread[DENSE])),
        )

    def front(self) -> Diagram:
        """Describe the title beside the digit, or below it."""
        words = Column(
            Text("program", "convexplain", role="heading", tone="muted"),
            Text("title", self.title, role="display", weight="bold", measure=8),
            Text("subtitle", self.subtitle, role="heading", tone="muted", measure=20),
            gap=1.5,
        )
        return self._beside(words)

    def table(self) -> Diagram:
        """Describe the digit and both scores, with a tile for each misread digit.

        The parts of the first network are ``network-0``, ``score-0``, ``tiles-0`` and ``told-0``.
        """
        both = Row(*(self._network(n) for n in range(len(self.scores))), gap=2)
        return self._beside(Column(Text("measured", _MEASURED, tone="muted"), both))

    def _beside(self, words: Part) -> Diagram:
        pixels = self.shown_picture.pixels
        digit = Cells("digit", pixels.squeeze(axis=2) if pixels.shape[2] == 1 else pixels)
        below = Column(digit, words, gap=1.5)
        return Diagram(Either(Row(digit, words, gap=2), below))

    def _network(self, number: int) -> Part:
        score = self.scores[number]
        return Column(
            Text(f"network-{number}", score.network, role="heading"),
            Text(f"score-{number}", fmt.percent(score.measured, 2), role="display", weight="bold"),
            Cells(
                f"tiles-{number}", self.tiles(number), share="tiles", lines=True, weight=1.2,
                note=_MISREAD.fill(n=score.misread),
            ),
            Text(f"told-{number}", _CHAPTER_SAYS.fill(v=self._told(score)), tone="muted"),
            gap=0.4,
        )  # fmt: skip

    def tiles(self, number: int) -> npt.NDArray[np.float64]:
        """Return a lit cell for each digit that a network misreads, (rows, columns)."""
        most = max(score.misread for score in self.scores)
        tiles = np.zeros((-(-most // _COLUMNS), _COLUMNS))
        tiles.flat[: self.scores[number].misread] = _TILE
        return tiles

    @staticmethod
    def _told(score: Score) -> str:
        return fmt.percent(score.told, 2 if round(1000 * score.told) != 1000 * score.told else 1)

    def make_beats(self) -> Iterator[Beat]:
        """Tell the title, the two numbers, and ask."""
        height, width, _ = self.shown_picture.pixels.shape
        named = (_PICTURE if self.shown_picture.label is None else _PIXELS).fill(
            n=fmt.count(height * width)
        )
        yield Beat.of("title", _HEADING, Event("title", 4.0, named))
        few, many = (score.misread for score in self.scores)
        fewer = (_LESS_THAN_HALF if few < _HALF * many else _MISTAKES).fill(a=few, b=many)
        yield Beat.of(
            "scores", _HEADING,
            Event("scores", 5.0, _SCORES),
            Event("mistakes", 3.0, fewer),
        )  # fmt: skip
        yield Beat.of(
            "question", _HEADING,
            Event("predict-why", self.pause, ask=self._ask()),
            Event("promise", 3.0, _PROMISE),
        )  # fmt: skip

    def _ask(self) -> Question:
        """Ask what makes the difference; what is wrong is told by what was measured."""
        share = fmt.percent(self.compared.parameters.ratio, 0)
        return Question(
            _WHY,
            (
                Choice(_MORE_PARAMETERS, _HAS_FEWER.fill(w=share)),
                Choice(_MORE_DIGITS, _SAME_DIGITS),
                Choice(_SMALL_PIECES),
                Choice(_LUCK, self._not_luck()),
            ),
        )

    def _not_luck(self) -> Caption:
        low, high = self.compared.spread
        apart = low.cnn > high.dense
        return (_ALL_BEAT if apart else _SOME_BEAT).fill(
            a=fmt.percent(low.cnn, 2), b=fmt.percent(high.dense, 2)
        )


_CHAPTER_SAYS = Caption(en="in the chapter: {v}", zh="教材中：{v}")
_MEASURED = Caption(en="test accuracy, measured here", zh="测试准确率，本片实测")
_MISREAD = Caption(en="misread: {n}", zh="认错 {n} 个")
_HEADING = Caption(en="Two networks read the same digits", zh="两个网络认同样的手写数字")
_PIXELS = Caption(en="A digit, written by hand: {n} pixels.", zh="一个手写数字：{n} 个像素。")
_PICTURE = Caption(en="A picture: {n} pixels.", zh="一幅图：{n} 个像素。")
_SCORES = Caption(
    en="Both read 10,000 digits that they never saw before.",
    zh="两个网络各读 10,000 个从没见过的样本。",
)
_LESS_THAN_HALF = Caption(
    en="{a} mistakes against {b}: less than half.", zh="错误 {a} 个对 {b} 个：不到一半。"
)
_MISTAKES = Caption(en="{a} mistakes against {b}.", zh="一个错 {a} 个，一个错 {b} 个。")
_WHY = Caption(en="Why?", zh="为什么？")
_MORE_PARAMETERS = Caption(en="more parameters", zh="参数更多")
_MORE_DIGITS = Caption(en="more training digits", zh="训练样本更多")
_SMALL_PIECES = Caption(en="it looks at small pieces", zh="它看小块")
_LUCK = Caption(en="luck", zh="运气好")
_HAS_FEWER = Caption(en="It has {w} of the parameters.", zh="它的参数量只有全连接网络的 {w}。")
_SAME_DIGITS = Caption(en="Both learned from the same digits.", zh="两个网络学的是同一批样本。")
_ALL_BEAT = Caption(
    en="Its worst training gives {a}, the other's best {b}.",
    zh="它最差的一次 {a}，全连接网络最好 {b}。",
)
_SOME_BEAT = Caption(
    en="Its trainings begin at {a}, the other's end at {b}.", zh="它最低 {a}，全连接网络最高 {b}。"
)
_PROMISE = Caption(
    en="Every number and colour here is computed.", zh="片中每个数、每种颜色都是算出来的。"
)
