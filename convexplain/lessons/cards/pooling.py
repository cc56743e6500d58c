"""Teacher's card: what pooling keeps, and what it drops."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.pooling import Pooling
from convexplain.style import format as fmt
from convexplain.style import terms
from convexplain.style.captions import Caption, both


def card(lesson: Pooling) -> Card:
    """Write the card."""
    step, reach = lesson.step, lesson.reach
    assert step.argmax is not None
    assert reach is not None
    parameters = next(row.parameters for row in lesson.network.rows if row.name == lesson.pool)
    values = {
        "n": lesson.size,
        "v": fmt.number(step.value),
        "place": terms.CELL.fill(r=step.argmax[0], c=step.argmax[1]),
        "mean": fmt.number(step.mean().value),
        "layer": lesson.picture_of.last,
        "a": reach.pooled[-1].width,
        "b": reach.plain[-1].width,
        "before": fmt.number(step.value),
        "after": fmt.number(lesson.moved_step.value),
        "c": lesson.maps.shape[2],
        "p": fmt.count(parameters),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what max pooling keeps and what it drops, and what the next layer gains: it "
            "sees more of the picture for less work.",
            zh="能说出最大池化保留什么、丢掉什么，以及下一层得到的好处：看得更多，算得更少。",
        ),
        needs=both(
            "What a response map is.",
            "什么是响应图。",
            "Windows that lie side by side (stride).",
            "窗口互不重叠（步幅）。",
        ),
        pauses=(
            Pause.of(
                "winner",
                "{n} numbers, one goes on. Which? And what is forgotten?",
                "{n} 个数只留一个，留哪个？丢掉了什么信息？",
                "The largest, {v}. That it came from {place}.",
                "留下数值，即最大的 {v}；丢掉位置：它来自{place}。",
            ),
            Pause.of(
                "sweep",
                "And if we took the mean of each window?",
                "如果每个窗口都取平均值呢？",
                "In this one {mean}: all numbers count.",
                "这个窗口得 {mean}：每个数都算。",
            ),
            Pause.of(
                "reach",
                "Without pooling, how far does {layer} see? And with it?",
                "没有池化，{layer} 能看多宽？有池化呢？",
                "{b} pixels wide, with pooling {a}: its neighbours lie further apart.",
                "{b} 个像素宽，有池化是 {a} 个：相邻两格隔得更开。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "Pooling mixes the channels.",
                "池化会把各通道混在一起。",
                "Each channel is pooled by itself: {c} go in, {c} come out.",
                "每个通道各自池化：输入 {c} 个，输出 {c} 个。",
            ),
            Mistake.of(
                "Pooling learns which number matters.",
                "池化会学习哪个数重要。",
                "It has {p} parameters: the largest wins, whatever it means.",
                "它有 {p} 个参数：谁大留谁，不管含义。",
            ),
            Mistake.of(
                "After pooling a shift does not matter any more.",
                "池化之后，平移就没有影响了。",
                "It still does: moved by one pixel, the same window keeps {after}; before "
                "it was {before}.",
                "仍有影响：平移一个像素，同一个窗口留下 {after}，之前是 {before}。",
            ),
        ),
        chapter=Caption(
            en="The outputs of conv2d and max_pooling2d get smaller layer by layer, while the "
            "other dimension grows exponentially.",
            zh="conv2d 和 max_pooling2d 的输出尺寸在逐层变小,但是另一个维度在指数增长.",
        ),
        tries=f"step --layer {lesson.pool} --filter {lesson.shown_filter} "
        f"--at {lesson.step.row},{lesson.step.col}",
    ).filled(values)
