"""Teacher's card: how a filter gets its gradient."""

from __future__ import annotations

import numpy as np

from convexplain.lessons.backward import Backward
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: Backward) -> Card:
    """Write the card."""
    row, col = lesson.followed
    name, arriving = lesson.arriving
    values: dict[str, Value] = {
        "k": lesson.called,
        "q": fmt.number(lesson.trace.shares[lesson.right]),
        "after": fmt.number(lesson.stepped.trace.shares[lesson.right]),
        "v": fmt.number(lesson.gradient[row, col]),
        "r": row,
        "c": col,
        "n": lesson.shown_filter,
        "layer": name,
        "reach": fmt.count(int(np.count_nonzero(arriving))),
        "left": fmt.count(int(np.count_nonzero(lesson.before))),
        "places": fmt.count(lesson.before.size),
        "weights": fmt.count(lesson.network.parameters),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what a gradient is, how an error reaches a filter, and why the sum over all "
            "places is a window that slides once more.",
            zh="能说出什么是梯度、误差怎样传到过滤器，以及为什么对所有位置求和又是一次滑动。",
        ),
        needs=both(
            "How a window computes a map (lesson sliding-window).",
            "窗口怎样算出一张图（课程 sliding-window）。",
            "That training lowers a loss (lesson learning).",
            "训练就是降低损失（课程 learning）。",
        ),
        pauses=(
            Pause.of(
                "question",
                "It gives {q} to the {k}. Which outputs should grow, which shrink?",
                "它给 {k} 的概率是 {q}。哪些输出该变大，哪些该变小？",
                "The right one should grow: its error is below zero. The others shrink.",
                "正确的那个该变大：它的误差小于 0；其余都该变小。",
            ),
            Pause.of(
                "back",
                "{reach} errors reach filter {n} in {layer}. How many of its {places} "
                "cells get one?",
                "有 {reach} 个误差到达 {layer} 的过滤器 {n}。它的 {places} 格中，有几格得到误差？",
                "{left}: only winners of the pooling, and only where ReLU let them through.",
                "{left} 个：只有池化的胜者，而且要 ReLU 让它通过。",
            ),
            Pause.of(
                "step",
                "The gradient of the weight at row {r}, column {c} is {v}. Up or down?",
                "行 {r}、列 {c} 处权重的梯度是 {v}。该调大还是调小？",
                "Against its sign: below zero, the loss falls as the weight grows.",
                "与符号相反：小于 0 表示权重变大时损失下降。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "The gradient is what the weight should be.",
                "梯度就是权重应有的值。",
                "It is a slope: which way, and how strongly, the loss changes.",
                "它是斜率：损失往哪边变、变得多快。",
            ),
            Mistake.of(
                "The pooling's losers learn a little, too.",
                "池化中落败的数也会学到一点。",
                "They did not reach the output: {left} of {places} cells get an error.",
                "它们没有传到输出：{places} 格只有 {left} 格得到误差。",
            ),
            Mistake.of(
                "One such step is learning.",
                "走这样一步就是学会了。",
                "It moved all {weights} weights for this one picture ({q} to {after}); "
                "training averages over many.",
                "这一步只为这一张图调了全部 {weights} 个权重（{q} 变成 {after}）；"
                "真正训练对许多图取平均。",
            ),
        ),
        tries=f"step --backward --sample {lesson.chosen['sample']} "
        f"--filter {lesson.shown_filter} --at {row},{col}",
    ).filled(values)
