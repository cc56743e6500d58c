"""What two networks cost and what they get wrong: three pairs of bars."""

from __future__ import annotations

from convexplain.lessons.dense_vs_conv import CHAPTER_DENSE, DenseVsConv
from convexplain.panels import Diagram
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, listed

Options = DenseVsConv

_NOTES = Caption(
    en="Bars: the networks that ship; in parentheses, mistakes of {n} trainings each. "
    "Test accuracy: convnet {a} ({b}), dense {c} ({d}); the chapter reports {e} for its dense "
    "network.",
    zh="条形：自带的网络；括号内：各 {n} 次训练的错误数。"
    "测试准确率：卷积网络 {a}（{b}），全连接 {c}（{d}）；教材中的全连接网络为 {e}。",
)
_ALT = Caption(
    en="Three pairs of bars. Parameters: convnet {a}, dense network {b}. Multiplications for one "
    "picture: convnet {c}, dense network {d}. Mistakes on {n} test digits: convnet {e} (trainings "
    "from other seeds: {f}), dense network {g} ({h}).",
    zh="三组条形图。参数：卷积网络 {a}，全连接网络 {b}。"
    "处理一幅图的乘法次数：卷积网络 {c}，全连接网络 {d}。"
    "{n} 个测试样本中的错误数：卷积网络 {e}（其他随机种子：{f}），全连接网络 {g}（{h}）。",
)
_CAPTION = Caption(
    en="On this task the convnet has {w}% of the parameters and makes {e}% of the mistakes, for "
    "{m} times the multiplications.",
    zh="在这个任务上，卷积网络的参数量是全连接网络的 {w}%，错误数是它的 {e}%，"
    "乘法次数是它的 {m} 倍。",
)
_DIGITS = 10_000


def diagram(options: DenseVsConv) -> Diagram:
    """Describe parameters, multiplications and mistakes of both networks, and how far luck goes."""
    return options.comparison(_notes(options))


def alternative(options: DenseVsConv) -> Caption:
    """Say all that the bars stand for."""
    values = [*options.parameters, *options.multiplications]
    said = dict(zip("abcd", (fmt.count(int(value)) for value in values), strict=True))
    cnn, dense = options.mistakes
    others = [_others(options, n) for n in range(2)]
    return _ALT.fill(
        n=fmt.count(_DIGITS), e=int(cnn), f=others[0], g=int(dense), h=others[1], **said
    )


def caption(options: DenseVsConv) -> Caption:
    """Say what the bars show."""
    return _CAPTION.fill(
        w=fmt.number(100 * options.parameters.ratio, 0),
        e=fmt.number(100 * options.mistakes.ratio, 0),
        m=fmt.number(options.multiplications.ratio, 1),
    )


def _others(options: DenseVsConv, n: int) -> Caption:
    """List the mistakes of the trainings that do not ship."""
    shipped = options.networks[n].provenance["seed"]
    seeds = options.networks[n].provenance["test_accuracy_by_seed"]
    pairs = zip(seeds, options.mistakes_by_seed[n], strict=True)
    counts = [str(mistakes) for seed, mistakes in pairs if int(seed) != shipped]
    return listed(counts)


def _notes(options: DenseVsConv) -> Caption:
    low, high = options.spread
    ranges = [f"{fmt.number(100 * a)}–{fmt.percent(b, 2)}" for a, b in zip(low, high, strict=True)]
    return _NOTES.fill(
        n=len(options.networks[0].provenance["test_accuracy_by_seed"]),
        a=fmt.percent(options.accuracy.cnn, 2),
        b=ranges[0],
        c=fmt.percent(options.accuracy.dense, 2),
        d=ranges[1],
        e=fmt.percent(CHAPTER_DENSE, 2),
    )
