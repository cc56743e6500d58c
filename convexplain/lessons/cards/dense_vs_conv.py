"""Teacher's card: a fair comparison of two networks."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.dense_vs_conv import DenseVsConv
from convexplain.style.captions import Caption


def card(lesson: DenseVsConv) -> Card:
    """Write the card."""
    samples, shuffled = told(lesson, "samples"), told(lesson, "shuffled")
    values = {
        **told(lesson, "parameters"),
        **told(lesson, "mistakes"),
        "m": told(lesson, "multiplications")["m"],
        "few": samples["d"],
        "cnn": samples["a"],
        "dense": samples["b"],
        "mixed": shuffled["a"],
        "kept": shuffled["b"],
        "runs": told(lesson, "spread")["n"],
        "best": told(lesson, "spread")["a"],
        "other": told(lesson, "spread")["b"],
    }
    return Card(
        lesson,
        aim=Caption(
            en="Compare two networks fairly: parameters, multiplications, mistakes, and the "
            "condition under which one of them wins.",
            zh="能公平地比较两个网络：参数、乘法次数、错误数，以及谁胜出的前提。",
        ),
        needs=(
            Caption(
                en="How parameters are counted (lesson architecture).",
                zh="参数怎么数（课程 architecture）。",
            ),
            Caption(
                en="Local and global patterns (lesson local-patterns).",
                zh="局部模式与全局模式（课程 local-patterns）。",
            ),
        ),
        pauses=(
            Pause(
                "parameters",
                Caption(en="Which of the two learns more numbers?", zh="哪个网络要学的参数更多？"),
                Caption(en="The dense one: {b} against {a}.", zh="全连接网络：{b} 对 {a}。"),
            ),
            Pause(
                "multiplications",
                Caption(en="And which one multiplies more?", zh="哪个网络的乘法更多？"),
                Caption(
                    en="The convnet, {m} times: every weight works at every place.",
                    zh="卷积网络，是对方的 {m} 倍：每个权重在每个位置都要用。",
                ),
            ),
            Pause(
                "shuffled",
                Caption(
                    en="Shuffle all pixels by one fixed rule. Who wins now?",
                    zh="用一个固定规则打乱所有像素，现在谁赢？",
                ),
                Caption(
                    en="The dense network: {kept} against {mixed}.",
                    zh="全连接网络：{kept} 对 {mixed}。",
                ),
            ),
        ),
        mistakes=(
            Mistake(
                Caption(
                    en="The network with more parameters is the better one.",
                    zh="参数越多，网络越好。",
                ),
                Caption(
                    en="With {w}% of the parameters the convnet makes {e}% of the mistakes.",
                    zh="卷积网络只有 {w}% 的参数，错误数只是对方的 {e}%。",
                ),
            ),
            Mistake(
                Caption(
                    en="The difference could be luck of the training.",
                    zh="差别也许只是训练的运气。",
                ),
                Caption(
                    en="Trained {runs} times each: {best} against {other}. The worst convnet beats "
                    "the best dense network.",
                    zh="各训练 {runs} 次：{best} 对 {other}。"
                    "最差的卷积网络也好于最好的全连接网络。",
                ),
            ),
            Mistake(
                Caption(en="Convnets are better at everything.", zh="卷积网络什么都更强。"),
                Caption(
                    en="Where neighbours belong together, with few digits, too ({few}: {cnn} "
                    "against {dense}). With pixels shuffled it falls behind.",
                    zh="相邻像素有关系时确实如此，样本少时也是（{few} 个：{cnn} 对 {dense}）；"
                    "像素一打乱，它就落后了。",
                ),
            ),
        ),
        chapter=Caption(
            en="Replacing nothing but the layers by a convnet gave 99.1% at once, which still "
            "surprises me.",
            zh="只将 layer 替换成 cnn 效果一次就到了 99.1%,还是让我有些惊讶.",
        ),
        tries="evaluate",
    ).filled(values)
