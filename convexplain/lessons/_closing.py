"""How the film ends: the chapter's eight claims, each with its number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

from convexplain.data import facts
from convexplain.lessons.parts.beats import Beat
from convexplain.lessons.parts.lesson import Lesson
from convexplain.lessons.parts.subject import convolutions, name_of
from convexplain.network import Network
from convexplain.panels import Aligned, Column, Diagram, Either, Part, Text
from convexplain.panels.sheet import ASPECTS
from convexplain.panels.words import Role
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

#: Where the meanings break on a frame that is not wide, in sizes of their text.
_NARROW = 15.0


class Claim(NamedTuple):
    """One line of the summary.

    Parameters
    ----------
    numbers : str
        What was measured or counted.
    meaning : Caption
        What they are.
    """

    numbers: str
    meaning: Caption


@dataclass(frozen=True)
class Closing(Lesson):
    """The chapter in eight lines of numbers."""

    name: ClassVar[str] = "_closing"
    aspects: ClassVar[tuple[str, ...]] = tuple(ASPECTS)
    title: ClassVar[Caption] = Caption(en="The chapter in eight numbers", zh="用八组数字回顾本章")
    answer: ClassVar[Caption] = Caption(
        en="Small windows, the same weights everywhere, layer upon layer: that is a convnet.",
        zh="小窗口，处处共享同一组权重，层层相叠：这就是卷积网络。",
    )

    @cached_property
    def networks(self) -> tuple[Network, Network]:
        """The convnet and the dense baseline, as they ship."""
        return Network.load("cnn"), Network.load("dense")

    def make_beats(self) -> tuple[Beat, ...]:
        """Tell the claims one by one, then the answer."""
        return tuple(self._make_beats())

    def _make_beats(self) -> Iterator[Beat]:
        for number, (claim, caption) in enumerate(self._claims()):
            yield self.beat(f"claim-{number}", caption, 4.0, claim, shown_by="claim")
        yield self.beat("answer", self.answer, 6.0)

    def diagram(self) -> Diagram:
        """Describe the list: ``number-0``, ``value-0`` and ``meaning-0`` are its first claim."""
        wide, narrow, small = self._rows(), self._rows(measure=_NARROW), self._rows("text", "note")
        arranged: list[Sequence[Sequence[Part]]] = [wide, narrow]
        for rows in (wide, small):
            arranged.append([(n, Column(value, meaning, gap=0.0)) for n, value, meaning in rows])
        return Diagram(Either(*(Aligned(rows, row_gap=0.3, down="middle") for rows in arranged)))

    def _rows(
        self, large: Role = "heading", small: Role = "text", measure: float = math.inf
    ) -> list[tuple[Text, Text, Text]]:
        return [
            (
                Text(f"number-{n}", str(n + 1), role=small, tone="muted"),
                Text(f"value-{n}", claim.numbers, role=large, weight="bold"),
                Text(f"meaning-{n}", claim.meaning, role=small, tone="muted", measure=measure),
            )
            for n, (claim, _) in enumerate(self._claims())
        ]

    def _claims(self) -> Iterator[tuple[Claim, Caption]]:
        """Yield the claims in the chapter's order, with the sentence for each."""
        cnn, dense = self.networks
        levels = [layer.name for layer in convolutions(cnn)]
        height, width, depth = cnn.shapes[levels[0]]
        kernel = cnn.weights_of(levels[0])["kernel"].shape
        yield self._better()
        yield (
            Claim(f"{kernel[0] * kernel[1]} : {_product(dense.input_shape)}", _COMPARED),
            _LOCAL,
        )
        yield self._fewer_digits()
        fields = [cnn.receptive_field(name).size[0] for name in levels]
        yield Claim(" → ".join(map(str, fields)), _FIELDS), _HIERARCHY
        yield Claim(fmt.shape((height, width, depth)), _VOLUME), _DEPTH
        yield Claim(fmt.shape((height, width)), _CELLS), _RESPONSE.fill(n=fmt.count(height * width))
        depths = [cnn.shapes[name][2] for name in levels]
        filters = ", ".join(map(str, depths))
        yield Claim(f"{fmt.shape(kernel[:2])}; {filters}", _CHOICES), _DEFINED
        sizes = [cnn.input_shape[0]]
        sizes += [shape[0] for shape in cnn.shapes.values() if len(shape) == 3]
        sizes = [size for n, size in enumerate(sizes) if n == 0 or size != sizes[n - 1]]
        flat = fmt.count(_product(cnn.shapes[name_of(cnn, "flatten")]))
        yield Claim(" → ".join(map(str, sizes)), _SIZES), _SHRINK.fill(n=flat)

    def _better(self) -> tuple[Claim, Caption]:
        cnn, dense = self.networks
        scores = [
            facts.row("shift", pixels=0, network=network)["accuracy"]
            for network in ("cnn", "dense")
        ]
        share = fmt.percent(cnn.parameters / dense.parameters, 0)
        times = fmt.number(cnn.multiplications / dense.multiplications, 1)
        numbers = " : ".join(fmt.percent(score, 2) for score in scores)
        return Claim(numbers, _ACCURACY), _FEWER.fill(w=share, m=times)

    def _fewer_digits(self) -> tuple[Claim, Caption]:
        """The fewest training digits that were measured, and the control with shuffled pixels."""
        fewest = min(row["digits"] for row in facts.rows("samples"))
        score = {
            (network, pixels): facts.row("samples", digits=fewest, network=network, pixels=pixels)[
                "accuracy"
            ]
            for network in ("cnn", "dense")
            for pixels in ("in place", "shuffled")
        }
        told = {key: fmt.percent(share, 0) for key, share in score.items()}
        meaning = _FEW.fill(n=fmt.count(fewest))
        caption = _ANYWHERE.fill(a=told["cnn", "shuffled"], b=told["dense", "shuffled"])
        return Claim(f"{told['cnn', 'in place']} : {told['dense', 'in place']}", meaning), caption


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


_ACCURACY = Caption(
    en="test accuracy: convnet, dense network", zh="测试准确率：卷积网络、全连接网络"
)
_FEWER = Caption(
    en="The convnet makes fewer mistakes with {w} of the parameters, and {m} times the "
    "multiplications.",
    zh="卷积网络的错误更少：参数量是全连接网络的 {w}，乘法次数是它的 {m} 倍。",
)
_COMPARED = Caption(
    en="pixels in one comparison: filter, dense unit", zh="一次比对的像素数：过滤器、全连接单元"
)
_LOCAL = Caption(
    en="A filter learns a local pattern; a dense unit compares the whole picture at once.",
    zh="过滤器学习局部模式，全连接单元一次比对整幅图。",
)
_FEW = Caption(
    en="test accuracy after {n} training digits: convnet, dense", zh="{n} 个训练样本时的测试准确率"
)
_ANYWHERE = Caption(
    en="A pattern learned once is found anywhere. With shuffled pixels it is {a} against {b}.",
    zh="学会一个模式，在任何位置都能认出；若打乱像素，则是 {a} 对 {b}。",
)
_FIELDS = Caption(
    en="pixels across, seen by one cell of each convolution", zh="各卷积层一个单元的感受野边长"
)
_HIERARCHY = Caption(
    en="Layer upon layer a cell sees more: edges, then parts made of edges, then the digit.",
    zh="逐层看到更大的区域：先是边缘，再是由边缘组成的部分，最后是整个手写数字。",
)
_VOLUME = Caption(en="height, width, depth of the first feature map", zh="第一张特征图的高、宽、深")
_DEPTH = Caption(
    en="A feature map has height, width and depth: after a layer, depth counts its filters.",
    zh="特征图有高、宽、深三个维度；经过一层之后，深度就是过滤器的个数。",
)
_CELLS = Caption(en="cells of one response map", zh="一张响应图的单元")
_RESPONSE = Caption(
    en="A response map says where, and how strongly, a pattern was found: {n} answers.",
    zh="响应图说明模式在哪里出现、有多强：共 {n} 个回答。",
)
_CHOICES = Caption(
    en="window; filters of the three convolutions", zh="窗口大小；三个卷积层的过滤器个数"
)
_DEFINED = Caption(
    en="Two choices define a convolution: the size of its window and the number of filters.",
    zh="两个参数决定一个卷积层：窗口大小和过滤器个数。",
)
_SIZES = Caption(en="height and width, layer by layer", zh="高和宽，逐层缩小")
_SHRINK = Caption(
    en="Max pooling halves height and width, rounding down; flatten lines up the last {n} numbers.",
    zh="最大池化让高和宽减半（向下取整），展平把最后 {n} 个数排成一列。",
)
