"""Teacher's card: one output number, and the same weights everywhere."""

from __future__ import annotations

from convexplain.lessons.cards._card import Card, Mistake, Pause, told
from convexplain.lessons.parts import mistakes
from convexplain.lessons.sliding_window import SlidingWindow
from convexplain.style import format as fmt
from convexplain.style.captions import Caption, both


def card(lesson: SlidingWindow) -> Card:
    """Write the card; all numbers are of the lesson's strong stop and its map."""
    stops = {name: stop.step for name, stop in lesson.stops.items()}
    step = stops["strong"]
    ways = mistakes.convolution(step.patch, step.kernel, step.bias)
    values = {
        "n": told(lesson, "strong")["n"],
        "v": fmt.number(step.activated),
        "z": fmt.number(stops["negative"].value),
        "b": fmt.number(stops["blank"].bias),
        "places": fmt.count(len(lesson.all_steps)),
        "wrong": fmt.number(ways["matrix-product"]),
    }
    number = lesson.shown_picture.origin.rpartition(" ")[2]
    return Card(
        lesson,
        aim=Caption(
            en="Compute one cell of a response map by hand, and say what is the same at every "
            "place: the weights and the bias.",
            zh="会手算响应图的一格，并能说出每个位置都相同的是什么：权重和偏置。",
        ),
        needs=both(
            "A gray picture is a grid of numbers between zero and one.",
            "灰度图是由 0 到 1 之间的数排成的网格。",
            "Products and sums of signed decimals.",
            "正负小数的乘法和加法。",
        ),
        pauses=(
            Pause.of(
                "strong",
                "What will be multiplied with what, and how often?",
                "谁和谁相乘？一共乘几次？",
                "Each pixel with the weight that lies on it: {n} products.",
                "每个像素乘以盖在它上面的权重：{n} 个乘积。",
            ),
            Pause.of(
                "negative",
                "No pixel is negative. Can the result be?",
                "像素都不是负数，结果会是负数吗？",
                "Yes, weights can be: here {z}, which ReLU cuts to zero.",
                "会，因为权重可以为负：这里是 {z}，ReLU 把它变成 0。",
            ),
            Pause.of(
                "blank",
                "There is no ink in the window. What comes out?",
                "窗口里没有笔画，会得到什么？",
                "The bias alone: {b}.",
                "只剩下偏置：{b}。",
            ),
        ),
        mistakes=(
            Mistake.of(
                "That is a matrix product, rows by columns.",
                "这就是矩阵乘法，行乘列。",
                "No, cell by cell (⊙): the matrix product, added up, would give {wrong} "
                "here, not {v}.",
                "不是，是逐元素相乘（⊙）：用矩阵乘法再求和，这里会得到 {wrong}，而不是 {v}。",
            ),
            Mistake.of(
                "Each place has weights of its own.",
                "每个位置都有自己的一组权重。",
                "One kernel serves all {places} places: {n} weights and one bias in all.",
                "{places} 个位置共用一个卷积核：总共 {n} 个权重，一个偏置。",
            ),
            Mistake.of(
                "The window has to move in order, each cell needs the one before.",
                "窗口必须按顺序移动，后一格要用到前一格。",
                "No cell reads another cell of the map: all {places} could be computed at "
                "once. The order is for our eyes.",
                "各格互不依赖：{places} 格可以同时计算，顺序只是为了让人看清楚。",
            ),
        ),
        chapter=Caption(
            en="Convolution takes patches from the input feature map, applies the same "
            "transformation to each of them, and so makes the output feature map.",
            zh="卷积运算从输入的特征图提取图块,对这些图块进行相同的变换,生成输出特征图.",
        ),
        tries=f"step --sample {number} --filter {step.filter} --at {step.row},{step.col}",
    ).filled(values)
