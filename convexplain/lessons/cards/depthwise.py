"""Teacher's card: the depthwise separable convolution."""

from __future__ import annotations

from convexplain.data import digits, facts
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.depthwise import Depthwise
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: Depthwise) -> Card:
    """Write the card."""
    found = lesson.separable
    assert lesson.right is not None
    whole, less = found.weights
    network = lesson.network
    saved = whole - less
    plain, few = (
        fmt.percent(1 - facts.row("kinds", separable=names, batch_norm="no")["accuracy"])
        for names in ("none", lesson.layer)
    )
    values: dict[str, Value] = {
        "layer": lesson.layer,
        "c": fmt.count(found.channels),
        "f": fmt.count(found.filters),
        "size": found.size,
        "windows": fmt.count(found.shapes.size),
        "mixing": fmt.count(found.scales.size),
        "whole": fmt.count(whole),
        "less": fmt.count(less),
        "share": fmt.percent(less / whole, 0),
        "a": fmt.number(lesson.pictures.values[0]),
        "b": fmt.number(lesson.pictures.values[1]),
        "n": fmt.count(len(digits.load())),
        "one": fmt.count(lesson.right[0]),
        "all": fmt.count(lesson.right[-1]),
        "network": fmt.count(network.parameters),
        "left": fmt.count(network.parameters - saved),
        "steps": fmt.count(facts.steps("kinds")),
        "plain": plain,
        "few": few,
    }
    return Card(
        lesson,
        aim=Caption(
            en="Count the weights of an ordinary and of a separable layer, and say what filters "
            "share in the second.",
            zh="会数普通卷积和可分离卷积的权重，并说出后者的过滤器共用了什么。",
        ),
        needs=both(
            "That a filter has a kernel for every channel (lesson channels).",
            "过滤器对每个通道都有一个卷积核（课程 channels）。",
            "What a window of one pixel does (lesson one-by-one).",
            "只有一个像素的窗口做什么（课程 one-by-one）。",
        ),
        pauses=(
            Pause.of(
                "steps",
                "{c} channels, {f} filters, {size} weights a kernel: how many weights?",
                "{c} 个通道、{f} 个过滤器，每个卷积核 {size} 个权重：共几个权重？",
                "{size} times {c} times {f}: {whole}.",
                "{size} 乘 {c} 乘 {f}：{whole}。",
            ),
            Pause.of(
                "cost",
                "And with one kernel a channel and a mixture behind?",
                "若每个通道只有一个卷积核，后面再混合呢？",
                "{windows} and {mixing}: {less}, {share} of before.",
                "{windows} 加 {mixing}：{less} 个，是原来的 {share}。",
            ),
            Pause.of(
                "shared",
                "Can this layer do all that the ordinary one does?",
                "这样的层能做到普通卷积能做的一切吗？",
                "No: on one channel all filters have one kernel; only its amount differs.",
                "不能：在同一个通道上，所有过滤器共用一个卷积核，只有倍数不同。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "It computes the same, only faster.",
                "它算出的结果一样，只是更快。",
                "At one place {a} becomes {b}: it is another, smaller family of layers.",
                "同一处 {a} 变成了 {b}：它是另一族更小的层。",
            ),
            Mistake.of(
                "The depthwise step mixes channels.",
                "逐通道这一步会混合通道。",
                "It adds nothing from another channel; the mixture with its {mixing} weights does.",
                "它不加别的通道的数；混合靠后面那 {mixing} 个权重。",
            ),
            Mistake.of(
                "A trained layer can simply be replaced.",
                "训练好的层可以直接替换。",
                "Cut to one shape, {one} of {n} digits are right instead of {all}. Trained "
                "so from the start, {steps} steps, {few} of the test digits are misread; "
                "ordinary {plain}. The whole network goes from {network} parameters to {left}.",
                "压缩成一个形状，{n} 个手写数字只认对 {one} 个，原来是 {all} 个。"
                "从头就这样训练 {steps} 步，测试样本认错 {few}；普通卷积 {plain}。"
                "整个网络的参数从 {network} 个变成 {left} 个。",
            ),
        ),
        tries=f"render {lesson.name} --model blocks",
    ).filled(values)
