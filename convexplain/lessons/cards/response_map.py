"""Teacher's card: where a pattern is, and what a response is not."""

from __future__ import annotations

from convexplain.data import digits
from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.response_map import ResponseMap
from convexplain.network import Trace
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


def card(lesson: ResponseMap) -> Card:
    """Write the card; some numbers compare the ten first bundled digits."""
    network, layer = lesson.network, lesson.shown_layer
    biases = network.biases(layer)
    strongest = [
        int(Trace(network, digits.first(label).pixels).activations[layer].max(axis=(0, 1)).argmax())
        for label in range(digits.CLASSES)
    ]
    often = max(strongest, key=strongest.count)
    values = {
        **told(lesson, "alike"),
        "v": told(lesson, "best")["v"],
        "f": told(lesson, "name")["n"],
        "high": fmt.number(lesson.trace.activations["conv2"].max()),
        "g": int(biases.argmax()),
        "bias": fmt.number(biases.max()),
        "often": often,
        "count": strongest.count(often),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Read a response map: where, and how strongly, a filter found its pattern. And say "
            "what a response is not: a probability.",
            zh="会读响应图：过滤器在哪里找到了模式，响应有多强；并知道响应不是概率。",
        ),
        needs=(
            Caption(
                en="How one cell is computed (lesson sliding-window).",
                zh="一格是怎样算出来的（课程 sliding-window）。",
            ),
            Caption(en="How Python indexes an array.", zh="Python 数组的下标。"),
        ),
        pauses=(
            Pause(
                "best",
                Caption(
                    en="Where will this filter respond most? Point at it.",
                    zh="这个过滤器在哪里响应最强？请指出来。",
                ),
                Caption(
                    en="Where the patch looks most like the kernel: {v}.",
                    zh="图块与卷积核最吻合的地方：{v}。",
                ),
            ),
            Pause(
                "all",
                Caption(
                    en="There are {n} filters. Will their maps look alike?",
                    zh="共有 {n} 个过滤器，它们的响应图会一样吗？",
                ),
                Caption(
                    en="Mostly not; filters {a} and {b} are nearly twins here ({c}).",
                    zh="大多不一样；这里过滤器 {a} 和 {b} 几乎相同（{c}）。",
                ),
            ),
            Pause(
                "name",
                Caption(
                    en="How is the map of filter {f} written in Python?",
                    zh="过滤器 {f} 的响应图用 Python 怎么写？",
                ),
                Caption(
                    en="output[:, :, {f}]: all rows, all columns, one channel.",
                    zh="output[:, :, {f}]：所有行、所有列、一个通道。",
                ),
            ),
        ),
        mistakes=(
            Mistake(
                Caption(
                    en="The response {v} is the probability that the pattern is there.",
                    zh="响应 {v} 就是模式出现的概率。",
                ),
                Caption(
                    en="It is a sum of products with no upper end: in conv2 this digit reaches "
                    "{high}.",
                    zh="它是乘积之和，没有上限：同一个手写数字在 conv2 里达到 {high}。",
                ),
            ),
            Mistake(
                Caption(
                    en="Blank paper has a tint, so the filter found something there.",
                    zh="空白处有颜色，说明过滤器在那里找到了东西。",
                ),
                Caption(
                    en="All products are zero there; what is left is the bias, {bias} in filter "
                    "{g}.",
                    zh="那里的乘积全是零，剩下的是偏置：过滤器 {g} 的偏置是 {bias}。",
                ),
            ),
            Mistake(
                Caption(
                    en="The filter with the strongest map is the best one.",
                    zh="响应最强的过滤器就是最好的过滤器。",
                ),
                Caption(
                    en="Of ten digits, one of each class, filter {often} is the strongest for "
                    "{count}: that tells little. The next layer reads all {n}.",
                    zh="十个类别各取一个样本，其中 {count} 个都是过滤器 {often} 最强，"
                    "说明不了什么。下一层读取全部 {n} 张图。",
                ),
            ),
        ),
        chapter=Caption(
            en="It is the filter's response map over the input: it shows the filter's response at "
            "the different places of the input.",
            zh="它是过滤器对输入的响应图,表明这个过滤器在输入不同位置的响应.",
        ),
        tries="figure response-maps -o maps.svg",
    ).filled(values)
