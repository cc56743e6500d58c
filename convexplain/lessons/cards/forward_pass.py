"""Teacher's card: from sums to shares."""

from __future__ import annotations

import math

import numpy as np

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.forward_pass import ForwardPass
from convexplain.network import Trace
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: ForwardPass) -> Card:
    """Write the card; blank paper is read by the same network."""
    paper = Trace(lesson.network, np.zeros_like(lesson.trace.image))
    values = {
        **lesson.verdict.values,
        **lesson.ratio.values,
        "m": fmt.number(lesson.softmax.logits.max()),
        "n": fmt.count(lesson.stages[-2].shape[0]),
        "two": 2,
        "twice": fmt.number(math.log(2)),
        "classes": lesson.trace.logits.size,
        "j": paper.prediction,
        "q": fmt.probability(paper.probabilities.max()),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Explain how ten logits become ten probabilities that add up to one, and why only "
            "the differences between logits count.",
            zh="能解释十个 logit 怎样变成总和为 1 的十个概率，以及为什么只有它们之差起作用。",
        ),
        needs=both(
            "How one cell is computed; what flatten does.",
            "一格是怎样算出来的；展平做了什么。",
            "Powers of e: always positive, and steep.",
            "e 的幂：总是正数，增长很快。",
        ),
        pauses=(
            Pause.of(
                "logits",
                "All these numbers are negative. Can the network answer at all?",
                "这些数全是负的，网络还能给出预测吗？",
                "Yes: the largest wins, {m}.",
                "能：最大的胜出，即 {m}。",
            ),
            Pause.of(
                "softmax",
                "Subtract {m} from all of them. What happens to the answer?",
                "每个都减去 {m}，预测会变吗？",
                "Nothing: all differences stay.",
                "不变：它们的差都没有变。",
            ),
            Pause.of(
                "answer",
                "How much larger must a logit be to give twice the probability?",
                "logit 高出多少，概率就翻一倍？",
                "By ln {two} = {twice}; here {d} more gives {r} times.",
                "高出 ln {two} = {twice}；这里高出 {d}，是 {r} 倍。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "A negative logit means: it is not this digit.",
                "logit 为负，就说明不是这个数字。",
                "A logit says nothing alone. {m} is the largest of the {classes} and wins "
                "with {p}.",
                "单看一个 logit 没有意义：{m} 是 {classes} 个里最大的，以 {p} 的概率胜出。",
            ),
            Mistake.of(
                "{p} means that the network is {p} sure.",
                "{p} 就是网络有 {p} 的把握。",
                "It is a share among {classes} classes. Blank paper gets one, too: {q} for a {j}.",
                "它只是 {classes} 个类别中的占比。给它一张白纸也会有预测：判为 {j}，概率 {q}。",
            ),
            Mistake.of(
                "One strong feature decides the logit.",
                "logit 由一个很强的特征决定。",
                "It is a sum of {n} products and a bias (lesson hierarchy takes it apart).",
                "它是 {n} 个乘积与偏置之和（课程 hierarchy 会把它拆开）。",
            ),
        ),
        chapter=Caption(
            en="Ten classes, softmax as the last activation, the loss checked by cross-entropy.",
            zh="十路的分类,最后是 softmax 激活,使用交叉熵验证损失.",
        ),
        tries=f"predict --sample {lesson.shown_picture.origin.rpartition(' ')[2]}",
    ).filled(values)
