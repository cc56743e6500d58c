"""Teacher's card: what pooling keeps, and what it drops."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.pooling import Pooling
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


def card(lesson: Pooling) -> Card:
    """Write the card."""
    shift = told(lesson, "shift")
    parameters = next(row.parameters for row in lesson.network.rows if row.name == "pool1")
    values = {
        "v": told(lesson, "winner")["v"],
        "place": told(lesson, "winner")["place"],
        "n": told(lesson, "sweep")["n"],
        "m": told(lesson, "sweep")["m"],
        "mean": told(lesson, "average")["m"],
        "a": told(lesson, "average")["a"],
        "b": told(lesson, "average")["b"],
        "before": shift["a"],
        "after": shift["b"],
        "lost": told(lesson, "odd")["v"],
        "channel": told(lesson, "odd")["n"],
        "places": told(lesson, "odd")["places"],
        "c": lesson.network.shapes["pool1"][-1],
        "p": fmt.count(parameters),
    }
    return Card(
        lesson,
        aim=Caption(
            en="Say what max pooling keeps and what it drops, and what the next layer gains: it "
            "sees more of the picture for less work.",
            zh="能说出最大池化保留什么、丢掉什么，以及下一层得到的好处：看得更多，算得更少。",
        ),
        needs=(
            Caption(en="What a response map is.", zh="什么是响应图。"),
            Caption(en="Windows that lie side by side (stride).", zh="窗口互不重叠（步幅）。"),
        ),
        pauses=(
            Pause(
                "winner",
                Caption(
                    en="Four numbers, one goes on. Which? And what is forgotten?",
                    zh="四个数只留一个，留哪个？又忘掉了什么？",
                ),
                Caption(
                    en="The largest, {v}. That it came from {place}.",
                    zh="留最大的 {v}；忘掉它来自{place}。",
                ),
            ),
            Pause(
                "average",
                Caption(en="And if we took the mean of the four?", zh="如果取四个数的平均值呢？"),
                Caption(
                    en="{mean}: all count, and the peak falls from {a} to {b}.",
                    zh="得 {mean}：四个数都算，全图峰值由 {a} 降到 {b}。",
                ),
            ),
            Pause(
                "odd",
                Caption(
                    en="conv2 has an odd number of rows. What becomes of the last?",
                    zh="conv2 的行数是奇数，最后一行怎么办？",
                ),
                Caption(
                    en="It is in no window: channel {channel} loses responses up to {lost}.",
                    zh="不在任何窗口里：通道 {channel} 丢掉的响应最大为 {lost}。",
                ),
            ),
        ),
        mistakes=(
            Mistake(
                Caption(en="Pooling mixes the channels.", zh="池化会把各通道混在一起。"),
                Caption(
                    en="Each channel is pooled by itself: {c} go in, {c} come out.",
                    zh="每个通道各自池化：输入 {c} 个，输出 {c} 个。",
                ),
            ),
            Mistake(
                Caption(en="Pooling learns which number matters.", zh="池化会学习哪个数重要。"),
                Caption(
                    en="It has {p} parameters: the largest wins, whatever it means.",
                    zh="它有 {p} 个参数：谁大留谁，不管含义。",
                ),
            ),
            Mistake(
                Caption(
                    en="After pooling a shift does not matter any more.",
                    zh="池化之后，平移就没有影响了。",
                ),
                Caption(
                    en="Less, not nothing: moved by one pixel, {before} of the response stays in "
                    "its cells, after max pooling {after}.",
                    zh="只是影响变小：平移一个像素，{before} 的响应留在原来的格子里，"
                    "最大池化后是 {after}。",
                ),
            ),
        ),
        chapter=Caption(
            en="The outputs of conv2d and max_pooling2d get smaller layer by layer, while the "
            "other dimension grows exponentially.",
            zh="conv2d 和 max_pooling2d 的输出尺寸在逐层变小,但是另一个维度在指数增长.",
        ),
        tries=f"step --layer pool1 --filter {lesson.shown_filter} "
        f"--at {lesson.step.row},{lesson.step.col}",
    ).filled(values)
