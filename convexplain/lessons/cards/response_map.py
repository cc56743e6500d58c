"""Teacher's card: where a pattern is, and what a response is not."""

from __future__ import annotations

from convexplain.data import digits
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.response_map import ResponseMap
from convexplain.network import Trace
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: ResponseMap) -> Card:
    """Write the card; some numbers compare the ten first bundled digits."""
    network, layer = lesson.network, lesson.shown_layer
    biases = network.biases(layer)
    strongest = [
        int(Trace(network, digits.first(label).pixels).activations[layer].max(axis=(0, 1)).argmax())
        for label in range(digits.CLASSES)
    ]
    often = max(strongest, key=strongest.count)
    other = lesson.other
    assert other is not None
    full, best, faint = (lesson.places[name] for name in ("full", "largest", "faint"))
    values: dict[str, Value] = {
        "v": fmt.number(lesson.largest),
        "f": lesson.shown_filter,
        "n": lesson.filters,
        "x": full.letter,
        "y": best.letter,
        "z": faint.letter,
        "weak": fmt.number(full.step.activated),
        "w": fmt.number(faint.step.activated),
        "high": fmt.number(lesson.trace.activations["conv2"].max()),
        "g": int(biases.argmax()),
        "bias": fmt.number(biases.max()),
        "often": often,
        "count": strongest.count(often),
        "o": other,
        "r": fmt.number(lesson.correlations[lesson.shown_filter, other]),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Read a response map: where, and how strongly, a filter responds. And say what a "
            "response is: it grows with match and strength, and is no probability.",
            zh="会读响应图：过滤器在哪里有响应，响应有多强；并知道越吻合、越强，响应就越大，它不是概率。",
        ),
        needs=both(
            "How one cell is computed (lesson sliding-window).",
            "一格是怎样算出来的（课程 sliding-window）。",
        ),
        pauses=(
            Pause.of(
                "weigh",
                "Which of the windows will get the largest response, and why?",
                "哪个窗口的响应最大？为什么？",
                "{y}, {v}: ink under the positive weights. {x} holds more ink, but for and "
                "against nearly cancel: {weak}.",
                "{y}，{v}：笔画落在正权重下。{x} 的墨量更多，但支持与反对几乎抵消：{weak}。",
            ),
            Pause.of(
                "match",
                "{z} fits the filter like {y}. Why is its response smaller?",
                "{z} 和 {y} 一样吻合过滤器，为什么响应更小？",
                "{w}: it holds less ink, and a response grows with match and strength.",
                "{w}：墨量更少，而越吻合、越强，响应才越大。",
            ),
            Pause.of(
                "others",
                "Where will filter {o} light up? Look at its weights.",
                "过滤器 {o} 会在哪里亮起？看它的权重。",
                "Elsewhere: each filter fits another pattern; here the two maps correlate by {r}.",
                "在别处：每个过滤器吻合的模式不同，这里两张图的相关系数是 {r}。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "The response {v} is the probability that the pattern is there.",
                "响应 {v} 就是模式出现的概率。",
                "It is a sum of products with no upper end: in conv2 this digit reaches {high}.",
                "它是乘积之和，没有上限：同一个手写数字在 conv2 里达到 {high}。",
            ),
            Mistake.of(
                "Blank paper has a tint, so the filter found something there.",
                "空白处有颜色，说明过滤器在那里找到了东西。",
                "All products are zero there; what is left is the bias, {bias} in filter {g}.",
                "那里的乘积全是 0，剩下的是偏置：过滤器 {g} 的偏置是 {bias}。",
            ),
            Mistake.of(
                "The filter with the strongest map is the best one.",
                "响应最强的过滤器就是最好的过滤器。",
                "Of ten digits, one of each class, filter {often} is the strongest for "
                "{count}: that tells little. The next layer reads all {n}.",
                "十个类别各取一个样本，有 {count} 个是过滤器 {often} 的响应最强，"
                "说明不了什么。下一层读取全部 {n} 张图。",
            ),
        ),
        chapter=Caption(
            en="It is the filter's response map over the input: it shows the filter's response at "
            "the different places of the input.",
            zh="它是过滤器对输入的响应图,表明这个过滤器在输入不同位置的响应.",
        ),
        tries="figure response-maps -o maps.svg",
    ).filled(values)
