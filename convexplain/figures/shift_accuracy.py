"""How many test digits both networks still read when all are shifted by a few pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from convexplain.data import facts
from convexplain.errors import UsageError
from convexplain.figures import _words
from convexplain.lessons import option
from convexplain.lessons.dense_vs_conv import CNN, DENSE
from convexplain.panels import Axis, Chart, Curve, Diagram, Dot
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption

NAMES = {CNN: terms.CNN, DENSE: terms.DENSE}
_UP = Caption(en="test accuracy, {n} digits", zh="{n} 个样本的测试准确率")
_ACROSS = Caption(en="shift in pixels", zh="平移的像素数")
_SHADED = Caption(en="shaded: lowest to highest of 4 directions", zh="阴影：4 个方向的最低到最高")
_ALT = Caption(
    en="Line chart of the accuracy on {n} test digits, mean of 4 directions, with the shift in "
    "pixels in parentheses. Convnet: {cnn}. Dense network: {dense}. From {s} pixels on even the "
    "convnet misreads most digits.",
    zh="折线图：{n} 个测试样本的准确率，取 4 个方向的平均，括号内为平移的像素数。卷积网络：{cnn}。"
    "全连接网络：{dense}。从 {s} 个像素起，卷积网络也会读错多数样本。",
)
_CAPTION = Caption(
    en="On {n} test digits shifted by {s} pixels, the convnet reads {a} right, the dense network "
    "{b}: more tolerant, but not invariant. Both were trained on digits that were not shifted.",
    zh="{n} 个测试样本平移 {s} 个像素后，卷积网络的准确率为 {a}，全连接网络为 {b}："
    "容忍度更高，但并非不变。两者都用未平移的样本训练。",
)
_DIGITS = 10_000
#: From one pixel to the next; and where the axis ends, which leaves room above 100%.
_STEEP, _TOP = 0.1, 1.15


@dataclass(frozen=True)
class Options:
    """Which shift's numbers are written beside the curves."""

    title: ClassVar[Caption] = Caption(
        en="Accuracy when the digits are shifted", zh="手写数字平移后的准确率"
    )
    alone: ClassVar[Caption] = Caption(
        en="it shows what was measured of the package's two networks",
        zh="它展示的是两个自带网络的测量结果",
    )

    shift: int = option(
        3,
        en="the shift whose numbers are printed, in pixels",
        zh="标出哪个平移量的数值，单位为像素",
        metavar="PIXELS",
    )

    def __post_init__(self) -> None:
        if self.shift not in self.pixels:
            raise UsageError(
                "accuracy was not measured for a shift by {shift} pixels: give {least} to {most}",
                shift=self.shift,
                least=self.pixels[0],
                most=self.pixels[-1],
            )

    @cached_property
    def pixels(self) -> tuple[int, ...]:
        """The shifts that were measured."""
        return tuple(row["pixels"] for row in self.rows(CNN))

    def rows(self, network: str) -> tuple[dict[str, Any], ...]:
        """Return what was measured of a network, shift by shift."""
        return facts.rows("shift", network=network)

    def accuracy(self, network: str) -> tuple[float, ...]:
        """Return the mean accuracy of the directions, shift by shift."""
        return tuple(row["accuracy"] for row in self.rows(network))


def diagram(options: Options) -> Diagram:
    """Describe the curves of both networks, between the best and the worst direction."""
    curves, dots, mark = [], [], options.shift
    for network, tone, sides in (
        (CNN, "ink", ("right", "above")),
        (DENSE, "muted", ("left", "below")),
    ):
        rows, ys = options.rows(network), options.accuracy(network)
        low, high = ([row[end] for row in rows] for end in ("lowest", "highest"))
        curves.append(
            Curve(
                network, np.array(options.pixels), np.array(ys), NAMES[network], tone,
                dashed=network == DENSE, low=low, high=high,
            )
        )  # fmt: skip
        # Beside the point where the curve falls steeply there, so that the number is not on it.
        falls = -np.diff(ys, append=ys[-1]) if network == CNN else -np.diff(ys, prepend=ys[0])
        side = sides[0] if falls[mark] > _STEEP else sides[1]
        dots.append(Dot(f"mark-{network}", mark, ys[mark], fmt.percent(ys[mark]), tone, side=side))
    axes = Axis(_ACROSS, most=9), Axis(_UP.fill(n=fmt.count(_DIGITS)), 0.0, _TOP, percent=True)
    return Diagram(Chart("chart", curves, *axes, dots=dots, wide=True, size=(14, 28), note=_SHADED))


def alternative(options: Options) -> Caption:
    """Say the numbers of both curves."""
    few = next(x for x, y in zip(options.pixels, options.accuracy(CNN), strict=True) if y < 0.5)
    said = {network: _listed(options, network) for network in (CNN, DENSE)}
    return _ALT.fill(n=fmt.count(_DIGITS), s=few, **said)


def caption(options: Options) -> Caption:
    """Say what the chart shows."""
    first, second = (fmt.percent(options.accuracy(n)[options.shift]) for n in (CNN, DENSE))
    return _CAPTION.fill(n=fmt.count(_DIGITS), s=options.shift, a=first, b=second)


def _listed(options: Options, network: str) -> Caption:
    return _words.paired(map(fmt.percent, options.accuracy(network)), map(str, options.pixels))
