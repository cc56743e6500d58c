"""Teacher's card: the 1 x 1 convolution."""

from __future__ import annotations

from dataclasses import replace

from convexplain.data import digits
from convexplain.lessons.cards._card import Card, Mistake, Pause
from convexplain.lessons.one_by_one import OneByOne
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, Value, both


def card(lesson: OneByOne) -> Card:
    """Write the card."""
    mixing = lesson.mixing
    assert mixing.reader is not None
    assert lesson.costs is not None
    assert lesson.right is not None
    (weights, total), (work, less) = lesson.costs
    one = replace(lesson, channels=1)
    assert one.right is not None
    height, width, _ = mixing.maps.shape
    values: dict[str, Value] = {
        "c": fmt.count(mixing.channels),
        "k": fmt.count(mixing.filters),
        "layer": mixing.reader.name,
        "source": mixing.source,
        "weights": fmt.count(weights),
        "both": fmt.count(total),
        "own": fmt.count(mixing.channels * mixing.filters),
        "share": fmt.percent(less / work, 0),
        "n": fmt.count(len(digits.load())),
        "before": fmt.count(lesson.right[0]),
        "after": fmt.count(lesson.right[1]),
        "alone": fmt.count(one.right[1]),
        "size": fmt.shape((height, width)),
        "places": fmt.count(height * width),
        "one": fmt.shape((1, 1)),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what a {one} filter reads and adds up, count its weights, and say what it "
            "saves in the layer behind it.",
            zh="能说出 {one} 过滤器读什么、加什么，会数它的权重，并说出它为后面的层省下什么。",
        ).fill(one=values["one"]),
        needs=both(
            "That a filter reads all channels and adds them up (lesson channels).",
            "过滤器读取全部通道并相加（课程 channels）。",
            "What a dense layer computes.",
            "全连接层算的是什么。",
        ),
        pauses=(
            Pause.of(
                "mix",
                "{source} has {c} channels. How many weights has one {one} filter on it?",
                "{source} 有 {c} 个通道。作用在它上面的一个 {one} 过滤器有几个权重？",
                "{c}: one for each channel, the same at all {places} places.",
                "{c} 个：每个通道一个，{places} 个位置都一样。",
            ),
            Pause.of(
                "cost",
                "{k} channels instead of {c} go into {layer}. What becomes less?",
                "送入 {layer} 的通道从 {c} 个变成 {k} 个。什么变少了？",
                "Its weights, {weights} to {both} with those of {one}, and the "
                "multiplications: {share} are left.",
                "权重：连 {one} 的在内，从 {weights} 个变成 {both} 个；乘法只剩 {share}。",
            ),
            Pause.of(
                "answer",
                "Of {n} digits {before} were read right. How many are now?",
                "{n} 个手写数字中原来认对 {before} 个。现在呢？",
                "{after}: what {k} mixtures leave out hardly matters to the answers.",
                "{after} 个：{k} 种混合丢掉的部分，对答案几乎没有影响。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "It does nothing but scale.",
                "它只是乘个倍数。",
                "With one channel, yes. With {c} it mixes; squeezed into one mixture, "
                "{alone} of {n} digits are still read right.",
                "只有一个通道时确实如此。有 {c} 个通道时它会混合；若全混成一个通道，"
                "{n} 个手写数字只认对 {alone} 个。",
            ),
            Mistake.of(
                "It makes the picture smaller.",
                "它会把图变小。",
                "Height and width stay {size}; only the depth changes, from {c} to {k}.",
                "高和宽仍是 {size}，只有深度从 {c} 变成 {k}。",
            ),
            Mistake.of(
                "It saves weights by itself.",
                "它自己就能省权重。",
                "It adds {own}. What is saved is in {layer} behind it.",
                "它增加了 {own} 个。省下的在后面的 {layer} 里。",
            ),
        ),
        tries=f"render {lesson.name} --channels 1",
    ).filled(values)
