"""How many training digits both networks need, and the same with all pixels shuffled."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.dense_vs_conv import CNN, DENSE, IN_PLACE, SHUFFLED, DenseVsConv, Points
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption

Options = DenseVsConv

_ALT = Caption(
    en="Two line charts of test accuracy, with the number of training digits in parentheses. "
    "Pixels in place: convnet {a}; dense network {b}. Pixels shuffled by one rule for all digits: "
    "convnet {c}; dense network {d}.",
    zh="两幅折线图：测试准确率，括号内为训练样本数。像素在原位：卷积网络 {a}；全连接网络 {b}。"
    "所有样本的像素按同一规则打乱：卷积网络 {c}；全连接网络 {d}。",
)
_CAPTION = Caption(
    en="Trained on {n} digits, the convnet reads {a} of the test right, the dense network {b}. "
    "With the pixels shuffled by one rule it is {c} against {d}: the lead rests on neighbours.",
    zh="只用 {n} 个样本训练，卷积网络的测试准确率为 {a}，全连接网络为 {b}。"
    "按同一规则打乱像素后为 {c} 对 {d}：领先靠的是相邻像素的关系。",
)
_CAPTION_EQUAL = Caption(
    en="Trained on {n} digits, the convnet reads {a} of the test right, the dense network {b}. "
    "With the pixels shuffled by one rule it is {c} against {d}.",
    zh="只用 {n} 个样本训练，卷积网络的测试准确率为 {a}，全连接网络为 {b}。"
    "按同一规则打乱像素后为 {c} 对 {d}。",
)


def diagram(options: DenseVsConv) -> Diagram:
    """Describe the curves of both networks, and beside them those of the control."""
    return options.samples_and_control(_about(options))


def _about(options: DenseVsConv) -> Caption:
    four = [options.curve(n, p) for p in (IN_PLACE, SHUFFLED) for n in (CNN, DENSE)]
    return _ALT.fill(**dict(zip("abcd", map(_listed, four), strict=True)))


def alternative(options: DenseVsConv) -> Caption:
    """Say the numbers of all four curves."""
    return _about(options)


def caption(options: DenseVsConv) -> Caption:
    """Say what the charts show."""
    four = [options.curve(n, p) for p in (IN_PLACE, SHUFFLED) for n in (CNN, DENSE)]
    told = _CAPTION if four[0].accuracy[0] > four[1].accuracy[0] else _CAPTION_EQUAL
    if four[2].accuracy[0] > four[3].accuracy[0]:
        told = _CAPTION_EQUAL
    shares = {key: fmt.percent(c.accuracy[0]) for key, c in zip("abcd", four, strict=True)}
    return told.fill(n=fmt.count(four[0].digits[0]), **shares)


def _listed(points: Points) -> Caption:
    return _words.paired(map(fmt.percent, points.accuracy), map(fmt.count, points.digits))
